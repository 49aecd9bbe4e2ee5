//! Every way in which data files disappoint.

use super::GroupKind;
use crate::diag::{Diagnostic, list, near};
use std::path::{Path, PathBuf};

/// What went wrong with data files.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {why}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        why: String,
    },
    /// The file's content is none of the formats known.
    #[error("{} is in no format that shmplot reads: {why}", file.display())]
    UnknownFormat {
        /// The file.
        file: PathBuf,
        /// What it looks like.
        why: String,
    },
    /// The file, or one dataset of it, breaks its format or is cut off.
    #[error("{}{}: {why}", file.display(), dataset.as_ref().map(|d| format!(", dataset `{d}`")).unwrap_or_default())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The dataset inside it, if one is meant.
        dataset: Option<String>,
        /// What is wrong with it.
        why: String,
    },
    /// The dataset uses something of its format that is not supported.
    #[error("{}, dataset `{dataset}`: {what} is not supported", file.display())]
    Unsupported {
        /// The file.
        file: PathBuf,
        /// The dataset inside it.
        dataset: String,
        /// The feature, named.
        what: String,
    },
    /// There is nothing at this path of the tree.
    #[error("there is no `{path}` in the data: `{parent}` has {}", members(have, *count))]
    NoSuchPath {
        /// The path asked for.
        path: String,
        /// The nearest group that exists.
        parent: String,
        /// Its members, or the first of them.
        have: Vec<String>,
        /// Number of its members.
        count: usize,
        /// The path of a member with a near name, or of a namesake elsewhere.
        near: Option<String>,
    },
    /// There is something else than an array at this path.
    #[error("`{path}` is {what}, not an array")]
    NotAnArray {
        /// The path.
        path: String,
        /// What it is, with its article.
        what: String,
        /// Its members, if it has any.
        have: Vec<String>,
    },
}

impl SourceError {
    /// How to mend it, where that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoSuchPath { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Self::NotAnArray { what, .. } if what == GroupKind::TimeSeries.what() => {
                Some("its members are combined by `transform: [.sel]`".to_owned())
            }
            Self::NotAnArray { have, .. } if !have.is_empty() => Some(format!("it has {}", list(have))),
            Self::Io { file, .. } => missing_file_help(file),
            _ => None,
        }
    }

    /// As an error for people.
    pub fn to_diagnostic(&self) -> Diagnostic {
        Diagnostic::from_error(self).help(self.help())
    }
}

fn members(have: &[String], count: usize) -> String {
    if have.is_empty() {
        return "no members".to_owned();
    }
    match count.saturating_sub(have.len()) {
        0 => list(have),
        more => format!("{} and {more} more", have.join(", ")),
    }
}

/// Near names in the folder where a missing file was looked for.
fn missing_file_help(file: &Path) -> Option<String> {
    const MOST: usize = 10_000;
    if file.exists() {
        return None;
    }
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Some(format!("there is no folder {} either", folder.display()));
    };
    let mut names: Vec<String> =
        entries.take(MOST).filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let wanted = file.file_name()?.to_str()?;
    near(wanted, names.iter().map(String::as_str))
        .map(|name| format!("did you mean `{}`?", file.with_file_name(name).display()))
}

impl From<SourceError> for Diagnostic {
    fn from(error: SourceError) -> Self {
        error.to_diagnostic()
    }
}
