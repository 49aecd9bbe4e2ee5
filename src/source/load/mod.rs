//! Carries out a load configuration: finds files, opens them, hangs what they hold into one tree.
//!
//! Start at [`load`]. `glob` finds files, `target` says where they hang, `readers` opens them by
//! their loader's name, `shape` makes of their content what that loader gives, `hang` puts it into
//! the tree, `concat` makes one object of many files.

mod concat;
mod glob;
mod hang;
mod readers;
mod shape;
mod target;

use super::build::identity;
use super::{Group, Listing, Node, SourceError, Tree};
use crate::data::load::{Exists, Join, LoadEntry, LoadSpec, Loader, Placed};
use crate::diag::{Diagnostic, Severity, Warned, list};
use hang::Hung;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use target::Names;

/// Where parameter sweeps hang; the group is there from the beginning, as Utopia makes it.
const MULTIVERSE: &str = "multiverse";

/// Warnings of files of one entry that cannot be read, told one by one.
const MOST_TOLD: usize = 20;

/// Loads what `spec` says; globs are relative to `folder`. Reads metadata only, labels and small
/// arrays of joined files apart.
///
/// # Errors
/// All of them together: what is `required` and missing or unreadable, targets that are taken or
/// malformed, files that cannot be joined; if nothing at all was loaded.
pub fn load(folder: &Path, spec: &LoadSpec) -> Result<Warned<Tree>, Vec<Diagnostic>> {
    let mut loading = Loading::new();
    let below = |target: &Placed| target.text.split('/').next() == Some(MULTIVERSE);
    if spec.entries.iter().any(|entry| below(&entry.target)) {
        loading.root().members.push((MULTIVERSE.to_owned(), Node::Group(Group::new(Vec::new()))));
    }
    for entry in &spec.entries {
        loading.entry(folder, entry);
    }
    loading.finish(|| match spec.entries.len() {
        0 => "the load configuration has no enabled entry".to_owned(),
        _ => format!("no entry of the load configuration found data in {}", folder.display()),
    })
}

/// Joins files, in the order given, as one tree: what `concat` of a load configuration does, without
/// one. A lone folder stands for the files in it.
///
/// # Errors
/// If a file cannot be read, or if they cannot be joined.
pub fn join(paths: &[PathBuf], join: &Join) -> Result<Warned<Tree>, Vec<Diagnostic>> {
    let mut loading = Loading::new();
    let one = |error: SourceError| vec![error.to_diagnostic()];
    let found = super::find::find(paths, &mut loading.warnings).map_err(one)?;
    let mut parts = Vec::with_capacity(found.len());
    for file in found {
        let node = loading.open(&Loader::Auto, &file.path).map_err(one)?;
        let label = file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        parts.push(concat::Part { path: file.path, node, label });
    }
    if !parts.is_empty() {
        let joined =
            concat::combine(&loading.tree, "--data", None, join, parts).map_err(|error| vec![error])?;
        let node = joined.into_value(&mut loading.warnings);
        match node {
            Node::Group(group) => loading.tree.root = Node::Group(group),
            other => loading.root().members.push(("data".to_owned(), other)),
        }
    }
    loading.finish(|| "there are no files to be joined".to_owned())
}

/// A tree that grows.
struct Loading {
    tree: Tree,
    warnings: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
}

impl Loading {
    fn new() -> Self {
        let tree = Tree {
            root: Node::Group(Group::new(Vec::new())),
            files: Vec::new(),
            readers: Vec::new(),
            cache: Mutex::new(BTreeMap::new()),
        };
        Self { tree, warnings: Vec::new(), errors: Vec::new() }
    }

    fn root(&mut self) -> &mut Group {
        match &mut self.tree.root {
            Node::Group(group) => group,
            _ => unreachable!("built as a group"),
        }
    }

    fn finish(mut self, nothing: impl Fn() -> String) -> Result<Warned<Tree>, Vec<Diagnostic>> {
        if self.errors.is_empty() && self.tree.readers.is_empty() {
            self.errors.push(Diagnostic::error(nothing()));
        }
        if self.errors.is_empty() {
            // Paths may have been looked up while the tree was another one.
            self.tree.cache = Mutex::new(BTreeMap::new());
            Ok(Warned { value: self.tree, warnings: self.warnings })
        } else {
            Err(self.errors)
        }
    }

    fn entry(&mut self, folder: &Path, entry: &LoadEntry) {
        let base = entry.base_path.as_deref().unwrap_or(folder);
        let found = match self.matches(base, entry) {
            Ok(found) => found,
            Err(error) => return self.errors.push(error),
        };
        if found.is_empty() {
            let globs: Vec<String> = entry.globs.iter().map(|glob| format!("`{}`", glob.text)).collect();
            let message =
                format!("the entry `{}` finds nothing: {} in {}", entry.name, list(&globs), base.display());
            return self.fail(entry, Diagnostic::error(message));
        }
        let regex = match entry.path_regex.as_ref().map(|regex| Regex::new(&regex.text)).transpose() {
            Ok(regex) => regex,
            Err(error) => return self.errors.push(bad_regex(entry, &error)),
        };
        let mut parts = Vec::new();
        let mut left_out = 0;
        for path in found {
            let names = Names::new(&path, base, regex.as_ref());
            if !names.matched {
                let message = format!("`path_regex` of `{}` does not match {}", entry.name, path.display());
                let place = entry.path_regex.as_ref().map_or(&entry.place, |regex| &regex.place);
                self.warnings.push(
                    Diagnostic::warning(message)
                        .at(place.clone())
                        .help("its name is taken instead".to_owned()),
                );
            }
            let node = match self.open(&entry.loader, &path) {
                Ok(node) => node,
                Err(_) if !entry.required && left_out >= MOST_TOLD => {
                    left_out += 1;
                    continue;
                }
                Err(error) => {
                    left_out += 1;
                    self.fail(entry, error.to_diagnostic());
                    continue;
                }
            };
            if entry.join.is_some() {
                let label = if regex.is_some() { names.found } else { stem(&path) };
                parts.push(concat::Part { path, node, label });
            } else {
                self.place(entry, &names, node);
            }
        }
        if left_out > MOST_TOLD && !entry.required {
            let message = format!("{} more files of `{}` cannot be read", left_out - MOST_TOLD, entry.name);
            self.warnings.push(Diagnostic::warning(message));
        }
        if let (Some(join), false) = (&entry.join, parts.is_empty()) {
            let names = Names::new(&parts[0].path, base, regex.as_ref());
            match concat::combine(&self.tree, &entry.name, Some(&entry.place), join, parts) {
                Ok(joined) => {
                    let node = joined.into_value(&mut self.warnings);
                    self.place(entry, &names, node);
                }
                Err(error) => self.fail(entry, error),
            }
        }
    }

    /// What goes wrong with a file is an error if the entry is required.
    fn fail(&mut self, entry: &LoadEntry, error: Diagnostic) {
        let error = error.or_at(&entry.place);
        if entry.required {
            self.errors.push(error);
        } else {
            self.warnings.push(Diagnostic { severity: Severity::Warning, ..error });
        }
    }

    /// The paths that an entry means, each once, sorted as strings.
    fn matches(&mut self, base: &Path, entry: &LoadEntry) -> Result<Vec<PathBuf>, Diagnostic> {
        let mut passed_over = 0;
        let mut all = |globs: &[Placed]| -> Result<BTreeSet<PathBuf>, Diagnostic> {
            let mut found = BTreeSet::new();
            for pattern in globs {
                let matches = glob::glob(base, &pattern.text, &mut passed_over).map_err(|why| {
                    Diagnostic::error(format!("the glob `{}` cannot be used: {why}", pattern.text))
                        .at(pattern.place.clone())
                })?;
                found.extend(matches);
            }
            Ok(found)
        };
        let mut found = all(&entry.globs)?;
        for ignored in all(&entry.ignore)? {
            found.remove(&ignored);
        }
        found.retain(|path| if path.is_dir() { entry.directories } else { entry.files });
        if passed_over > 0 {
            let message = format!("`{}` passes over {passed_over} names that are not UTF-8", entry.name);
            self.warnings.push(Diagnostic::warning(message).at(entry.place.clone()));
        }
        let mut found: Vec<PathBuf> = found.into_iter().collect();
        found.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        Ok(found)
    }

    /// Opens a file and lists it; its arrays get its number.
    fn open(&mut self, loader: &Loader, path: &Path) -> Result<Node, SourceError> {
        let reader = readers::open(loader, path)?;
        let Listing { mut root, warnings } = reader.list()?;
        super::build::adopt(&mut root, self.tree.readers.len(), "");
        self.tree.files.push(identity(reader.as_ref()));
        self.tree.readers.push(reader);
        self.warnings.extend(warnings);
        shape::shaped(&self.tree, loader, root, path, &mut self.warnings)
    }

    /// Puts a node at its target, or into the attributes of what is there.
    fn place(&mut self, entry: &LoadEntry, names: &Names, node: Node) {
        let wrong = |why: String| {
            Diagnostic::error(format!(
                "the target `{}` of `{}` cannot be used",
                entry.target.text, entry.name
            ))
            .caused_by(why)
            .at(entry.target.place.clone())
        };
        let target = match names.format(&entry.target.text).and_then(|target| hang::segments(&target)) {
            Ok(target) => target,
            Err(why) => return self.errors.push(wrong(why)),
        };
        if entry.as_attr {
            let value = match shape::attribute(&self.tree, &node) {
                Ok(value) => value,
                Err(why) => return self.fail(entry, wrong(why)),
            };
            if let Err(why) = hang::attach(self.root(), &target, &entry.name, value, entry.exists) {
                self.errors.push(wrong(why));
            }
            return;
        }
        let path = target.join("/");
        match hang::hang(self.root(), &target, node, entry.exists) {
            Ok(Hung::New) => {}
            Ok(Hung::Kept) => self.told(entry, &path, "kept"),
            Ok(Hung::Replaced) => self.told(entry, &path, "replaced"),
            Err(why) => self.errors.push(wrong(why)),
        }
    }

    fn told(&mut self, entry: &LoadEntry, path: &str, what: &str) {
        if matches!(entry.exists, Exists::Skip { warn: true } | Exists::Overwrite { warn: true }) {
            let message =
                format!("there is something at `{path}` already, which is {what} (entry `{}`)", entry.name);
            self.warnings.push(Diagnostic::warning(message).at(entry.place.clone()));
        }
    }
}

fn bad_regex(entry: &LoadEntry, error: &regex::Error) -> Diagnostic {
    let place = entry.path_regex.as_ref().map_or(&entry.place, |regex| &regex.place);
    Diagnostic::error(format!("`path_regex` of `{}` cannot be used", entry.name))
        .caused_by(error.to_string().lines().last().unwrap_or_default().trim().to_owned())
        .at(place.clone())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
