//! What can be wrong with an array, before it is known which array and which chunk it concerns.

use crate::source::SourceError;
use std::path::Path;

/// A reason without a place.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// Metadata or a chunk are broken or cut off.
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
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        Self::Placed(error)
    }
}

/// A broken array.
pub(super) fn broken<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(why.into()))
}

/// A feature that is not supported.
pub(super) fn lacking<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Lacking(what.into()))
}

/// Runs a decoder of somebody else's; its panic is a broken chunk.
///
/// # Errors
/// Those of `work`.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // A decoder's state is dropped with its panic; nothing of ours is half changed by it that is
    // looked at again: buffers are overwritten whole.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        broken(format!("the decoder gave up: {why}"))
    })
}
