//! Every way in which data files disappoint.

use crate::diag::list;
use std::path::PathBuf;

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
    #[error("there is no `{path}` in the data: `{parent}` has {}", list(have))]
    NoSuchPath {
        /// The path asked for.
        path: String,
        /// The nearest group that exists.
        parent: String,
        /// Its members.
        have: Vec<String>,
        /// A member with a near name.
        near: Option<String>,
    },
    /// There is something else than an array at this path.
    #[error("`{path}` is a {what}, not an array")]
    NotAnArray {
        /// The path.
        path: String,
        /// What it is.
        what: String,
    },
}
