//! What can be wrong inside a file, before it is known which dataset it concerns.

use super::SourceError;
use std::path::Path;

/// A reason without a place.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// The format is broken, or the file is cut off.
    Broken(String),
    /// A feature that is not supported, named.
    Lacking(String),
    /// An error with its place.
    Placed(SourceError),
}

impl Fault {
    /// The error of `dataset` in `file`.
    pub(super) fn at(self, file: &Path, dataset: &str) -> SourceError {
        let (file, dataset) = (file.to_owned(), dataset.to_owned());
        match self {
            Self::Broken(why) => SourceError::Malformed { file, dataset: Some(dataset), why },
            Self::Lacking(what) => SourceError::Unsupported { file, dataset, what },
            Self::Placed(error) => error,
        }
    }

    /// The error of `file` as a whole.
    pub(super) fn of(self, file: &Path) -> SourceError {
        let file = file.to_owned();
        match self {
            Self::Broken(why) => SourceError::Malformed { file, dataset: None, why },
            Self::Lacking(what) => {
                SourceError::UnknownFormat { file, why: format!("{what} is not supported") }
            }
            Self::Placed(error) => error,
        }
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        Self::Placed(error)
    }
}

/// Runs a decoder of somebody else's; its panic is a broken file.
///
/// # Errors
/// Those of `work`.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // The state that a panicking decoder could leave inconsistent is dropped with it, is overwritten
    // whole, or is a cache that is filled only after decoding.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(Fault::Broken(format!("the decoder gave up: {why}")))
    })
}
