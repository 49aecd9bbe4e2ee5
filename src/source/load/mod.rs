//! Carries out a load configuration: finds files, opens them, hangs what they hold into one tree.
//!
//! Start at [`load`]. `glob` finds files, `target` says where they hang, `readers` opens them by
//! their loader's name, `shape` makes of their content what that loader gives, `hang` puts it into
//! the tree, `concat` makes one object of many files.

mod concat;
mod glob;
mod grid;
mod hang;
mod readers;
mod shape;
mod target;

use super::build::identity;
use super::{Group, GroupKind, Listing, Node, SourceError, Tree};
use crate::data::load::{Exists, Join, LoadEntry, LoadSpec, Loader, Placed};
use crate::diag::{Diagnostic, Severity, Source, Warned, list};
use hang::{Hung, Places};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use target::Names;

/// Where parameter sweeps hang.
const MULTIVERSE: &str = "multiverse";

/// The attribute that is a group's parameter space.
const PSPACE: &str = "pspace";

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
    // As Utopia makes it: the groups of parameter spaces are there from the beginning.
    for entry in spec.entries.iter().filter(|entry| is_pspace(entry)) {
        if let Ok(target) = hang::segments(&entry.target.text)
            && let Some(group) = loading.places.group(loading.tree.root_mut(), &target)
        {
            group.kind = GroupKind::Multiverse;
            loading.spaces.push(target);
        }
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
            other => loading.tree.root_mut().members.push(("data".to_owned(), other)),
        }
    }
    loading.finish(|| "there are no files to be joined".to_owned())
}

/// Whether an entry gives a group its parameter space.
fn is_pspace(entry: &LoadEntry) -> bool {
    entry.as_attr && entry.name == PSPACE && !entry.target.text.contains(['{', '}'])
}

/// Whether `paths` is one folder that a run of Utopia wrote.
pub fn is_utopia(paths: &[PathBuf]) -> bool {
    let [folder] = paths else { return false };
    let is_universe = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| {
            entry.file_name().as_encoded_bytes().starts_with(b"uni") && entry.path().is_dir()
        })
    };
    folder.join("config/parameter_space.yml").is_file()
        && folder.join("data").read_dir().is_ok_and(|mut entries| entries.any(is_universe))
}

/// What is to be said of a folder that [`is_utopia`].
pub fn utopia_note(folder: &Path) -> Diagnostic {
    let message = format!("{} is loaded as a run of Utopia: universes at `multiverse`", folder.display());
    Diagnostic::warning(message).help("`--load LOAD.yml` loads it in another way".to_owned())
}

/// A tree that grows.
struct Loading {
    tree: Tree,
    places: Places,
    /// The groups of parameter spaces.
    spaces: Vec<Vec<String>>,
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
            spaces: BTreeMap::new(),
        };
        Self { tree, places: Places::default(), spaces: Vec::new(), warnings: Vec::new(), errors: Vec::new() }
    }

    fn finish(mut self, nothing: impl Fn() -> String) -> Result<Warned<Tree>, Vec<Diagnostic>> {
        if self.errors.is_empty() && self.tree.readers.is_empty() {
            self.errors.push(Diagnostic::error(nothing()));
        }
        // What is at `multiverse` and looks like universes is found by numbers as well.
        let root = self.tree.root_mut();
        if let Some(at) = root.position(MULTIVERSE)
            && let Node::Group(group) = &mut root.members[at].1
            && group.kind == GroupKind::Group
            && hang::are_universes(group)
        {
            group.kind = GroupKind::Multiverse;
            self.spaces.push(vec![MULTIVERSE.to_owned()]);
        }
        for space in std::mem::take(&mut self.spaces) {
            if let Some(group) = self.places.group(self.tree.root_mut(), &space) {
                group.sort_by_integers();
            }
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
                self.place(entry, &names, &path, node);
            }
        }
        if left_out > MOST_TOLD && !entry.required {
            let message = format!("{} more files of `{}` cannot be read", left_out - MOST_TOLD, entry.name);
            self.warnings.push(Diagnostic::warning(message));
        }
        if let (Some(join), false) = (&entry.join, parts.is_empty()) {
            let first = parts[0].path.clone();
            let names = Names::new(&first, base, regex.as_ref());
            match concat::combine(&self.tree, &entry.name, Some(&entry.place), join, parts) {
                Ok(joined) => {
                    let node = joined.into_value(&mut self.warnings);
                    self.place(entry, &names, &first, node);
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
    fn place(&mut self, entry: &LoadEntry, names: &Names, path: &Path, node: Node) {
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
            let attached = hang::attach(self.tree.root_mut(), &target, &entry.name, value, entry.exists);
            match attached {
                Err(why) => self.errors.push(wrong(why)),
                Ok(true) if entry.name == PSPACE => self.keep_text(&target, path),
                Ok(_) => {}
            }
            return;
        }
        let universes =
            self.spaces.iter().find(|space| target.len() > space.len() && target.starts_with(space));
        if let Some(space) = universes
            && let Some(group) = self.places.group(self.tree.root_mut(), space)
            && let Err(why) = hang::is_universe(group, &target[space.len()])
        {
            return self.errors.push(wrong(why));
        }
        let path = target.join("/");
        match self.places.hang(self.tree.root_mut(), &target, node, entry.exists) {
            Ok(Hung::New) => {}
            Ok(Hung::Kept) => self.told(entry, &path, "kept"),
            Ok(Hung::Replaced) => self.told(entry, &path, "replaced"),
            Err(why) => self.errors.push(wrong(why)),
        }
    }

    /// Keeps the text of a parameter space, for whoever reads it with its tags.
    fn keep_text(&mut self, target: &[String], path: &Path) {
        match super::text::whole(path) {
            Ok(text) => {
                let source = Source::new(path.display().to_string(), text);
                self.tree.spaces.insert(target.join("/"), source);
            }
            Err(error) => self.errors.push(error.to_diagnostic()),
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
