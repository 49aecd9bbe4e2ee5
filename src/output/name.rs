//! Names of outputs: templates of folders, the checks that keep them inside the output directory, and
//! figures that would write the same file. Pure functions: nothing here touches a disk.

use crate::diag::{Diagnostic, Place};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Longest component of a path, bytes (Linux file systems' NAME_MAX).
const MAX_COMPONENT: usize = 255;
/// Longest path, bytes (well below PATH_MAX, with room for the output directory).
const MAX_PATH: usize = 3072;
/// Folder in the output directory that belongs to the program.
const RESERVED: &str = ".shmplot";
/// Most collisions told one by one.
const MAX_TOLD: usize = 20;

/// Why a name is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A folder template is malformed.
    #[error("bad `out_dir`: {0}")]
    Template(String),
    /// The path would leave the output directory.
    #[error("the output `{0}` would not be inside the output directory")]
    Outside(String),
    /// A component that no file system takes.
    #[error("a part of the output's name has {bytes} bytes, more than {MAX_COMPONENT}: `{start}…`")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// Its first characters.
        start: String,
    },
    /// The whole path is too long.
    #[error("the output's name has {0} bytes, more than {MAX_PATH}")]
    PathTooLong(usize),
    /// A character that names cannot hold.
    #[error("the output's name `{0}` holds a NUL character")]
    Nul(String),
    /// The folder of the program itself.
    #[error("the folder `{RESERVED}` of the output directory belongs to the program")]
    Reserved,
}

/// What a figure's file is called.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// `out_dir`: a template with `{timestamp}` and `{name}`, relative to the output directory.
    pub out_dir: Option<&'a str>,
    /// Start of the run, `%y%m%d-%H%M%S`.
    pub timestamp: &'a str,
    /// Name of the entry, may hold `/`.
    pub name: &'a str,
    /// Label of the sweep point.
    pub label: Option<&'a str>,
    /// Extension without dot.
    pub ext: &'a str,
}

/// The file of a figure, relative to the output directory: `<out_dir>/<name>.<ext>`, for a point of a
/// sweep `<out_dir>/<name>/<label>.<ext>`.
///
/// # Errors
/// If the template is malformed or the path is not one inside the output directory.
pub fn file(parts: Parts<'_>) -> Result<PathBuf, NameError> {
    let Parts { out_dir, timestamp, name, label, ext } = parts;
    let folder = out_dir.map_or(Ok(String::new()), |template| fill(template, timestamp, name))?;
    let last = match label {
        Some(label) => format!("{name}/{label}.{ext}"),
        None => format!("{name}.{ext}"),
    };
    let text = if folder.is_empty() { last } else { format!("{folder}/{last}") };
    inside(&text)
}

/// A folder template with `{timestamp}` and `{name}` filled in; `{{` and `}}` stand for braces, and
/// Python's empty format (`{name:}`) is taken.
fn fill(template: &str, timestamp: &str, name: &str) -> Result<String, NameError> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
            out.push(if from.starts_with('{') { '{' } else { '}' });
            rest = after;
            continue;
        }
        let field = from.strip_prefix('{').and_then(|from| from.split_once('}'));
        let Some((field, after)) = field else {
            return Err(NameError::Template(format!("a single brace in `{template}` (write it twice)")));
        };
        out.push_str(match field.strip_suffix(':').unwrap_or(field) {
            "timestamp" => timestamp,
            "name" => name,
            _ => {
                let message = format!("`{{{field}}}` is not known; there is: {{timestamp}}, {{name}}");
                return Err(NameError::Template(message));
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// A path whose every component is harmless; `.` and empty ones are dropped.
///
/// # Errors
/// If it is not one inside the output directory, or too long.
pub fn inside(text: &str) -> Result<PathBuf, NameError> {
    if text.contains('\0') {
        return Err(NameError::Nul(text.replace('\0', "\u{2400}")));
    }
    let mut path = PathBuf::new();
    for component in Path::new(text).components() {
        match component {
            Component::Normal(part) => {
                if part.len() > MAX_COMPONENT {
                    let start = part.to_string_lossy().chars().take(40).collect();
                    return Err(NameError::TooLong { bytes: part.len(), start });
                }
                path.push(part);
            }
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(NameError::Outside(text.to_owned()));
            }
        }
    }
    if path.as_os_str().len() > MAX_PATH {
        return Err(NameError::PathTooLong(path.as_os_str().len()));
    }
    if path.starts_with(RESERVED) {
        return Err(NameError::Reserved);
    }
    Ok(path)
}

/// A file that somebody wants to write.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Relative to the output directory.
    pub path: &'a Path,
    /// Who: the entry's name, with the point's label.
    pub who: &'a str,
    /// Where the entry is written.
    pub place: &'a Place,
}

/// An error for every two figures of which one would overwrite the other, or whose file would be the
/// other's folder; each names both origins. At most twenty are told one by one.
pub fn collisions<'a>(claims: impl IntoIterator<Item = Claim<'a>>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&Path, Claim<'a>> = BTreeMap::new();
    let mut clashes: Vec<(Claim<'a>, Claim<'a>)> = Vec::new();
    for claim in claims {
        match first.get(claim.path) {
            Some(earlier) => clashes.push((*earlier, claim)),
            None => {
                first.insert(claim.path, claim);
            }
        }
    }
    for claim in first.values() {
        let folders = claim.path.ancestors().skip(1);
        clashes.extend(folders.filter_map(|folder| first.get(folder)).map(|file| (*file, *claim)));
    }
    let told = clashes.iter().take(MAX_TOLD).map(|(earlier, later)| {
        let message = match earlier.path == later.path {
            true => {
                format!("`{}` and `{}` would both write `{}`", earlier.who, later.who, later.path.display())
            }
            false => format!(
                "`{}` would write the file `{}`, which is a folder for `{}`",
                earlier.who,
                earlier.path.display(),
                later.who
            ),
        };
        Diagnostic::error(message)
            .at(later.place.clone())
            .caused_by(format!("`{}` is at {}", earlier.who, earlier.place))
            .help("give one of them another name, `out_dir` or `file_ext`".to_owned())
    });
    let mut told: Vec<Diagnostic> = told.collect();
    if clashes.len() > MAX_TOLD {
        told.push(Diagnostic::error(format!("{} more figures collide", clashes.len() - MAX_TOLD)));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Source, Span};

    fn name(out_dir: Option<&str>, name: &str, label: Option<&str>) -> Result<String, String> {
        let parts = Parts { out_dir, timestamp: "260131-120000", name, label, ext: "png" };
        file(parts).map(|path| path.display().to_string()).map_err(|err| err.to_string())
    }

    #[test]
    fn files_are_named_after_entry_and_point() {
        assert_eq!(name(None, "a/b", None).unwrap(), "a/b.png");
        assert_eq!(name(None, "a", Some("13__beta_0.2")).unwrap(), "a/13__beta_0.2.png");
        assert_eq!(name(Some("{timestamp:}/x{{}}"), "a", None).unwrap(), "260131-120000/x{}/a.png");
        assert_eq!(name(Some("./plots/{name}/"), "a", None).unwrap(), "plots/a/a.png");
    }

    #[test]
    fn names_stay_inside_the_output_directory() {
        let outside = |out: &str| format!("the output `{out}` would not be inside the output directory");
        assert_eq!(name(Some("/tmp"), "a", None).unwrap_err(), outside("/tmp/a.png"));
        assert_eq!(name(Some("x/../.."), "a", None).unwrap_err(), outside("x/../../a.png"));
        assert_eq!(name(None, "/a", None).unwrap_err(), outside("/a.png"));
        assert!(name(None, "a", Some("../b")).is_err());
        assert!(name(None, "a\0", None).unwrap_err().contains("NUL"));
        assert!(name(None, &"é".repeat(126), None).unwrap_err().contains("has 256 bytes"));
        assert!(name(None, &"é".repeat(125), None).is_ok());
        assert!(name(None, &"ab/".repeat(1100), None).unwrap_err().contains("more than 3072"));
        assert!(name(Some(".shmplot"), "a", None).unwrap_err().contains("belongs to the program"));
        assert!(name(Some("{date}"), "a", None).unwrap_err().contains("`{date}` is not known"));
        assert!(name(Some("{name"), "a", None).unwrap_err().contains("single brace"));
    }

    #[test]
    fn two_figures_with_one_output_name_both_origins() {
        let source = Source::new("p.yml", "a: 1\nb: 2\nc: 3\n");
        let place = |start| Place::new(&source, Span { start, end: start + 1 });
        let (a, b, c) = (place(0), place(5), place(10));
        let claim = |path, who, place| Claim { path: Path::new(path), who, place };
        let errors = collisions([
            claim("x.png", "a", &a),
            claim("x.png", "b", &b),
            claim("x.png/1.png", "c", &c),
            claim("y.png", "c", &c),
        ]);
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let help = "(give one of them another name, `out_dir` or `file_ext`)";
        assert_eq!(
            lines,
            [
                format!("p.yml:2:1: `a` and `b` would both write `x.png`: `a` is at p.yml:1:1 {help}"),
                format!(
                    "p.yml:3:1: `a` would write the file `x.png`, which is a folder for `c`: `a` is at p.yml:1:1 {help}"
                ),
            ]
        );
    }
}
