//! What can be wrong inside a file, before it is known which dataset it concerns.

use crate::source::SourceError;
use hdf5_reader::error::Error;
use std::path::Path;

/// A reason without a place.
#[derive(Clone, Debug)]
pub(in crate::source) enum Fault {
    /// The format is broken, or the file is cut off.
    Broken(String),
    /// A feature that is not supported, named.
    Lacking(String),
    /// An error with its place.
    Placed(SourceError),
}

impl Fault {
    /// The error of `dataset` in `file`.
    pub(in crate::source) fn at(self, file: &Path, dataset: &str) -> SourceError {
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

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Context { source, .. } => (*source).into(),
            Error::UnsupportedLayoutClass(3) => Self::Lacking("a virtual dataset".to_owned()),
            Error::UnsupportedFilter(_)
            | Error::UnsupportedEncoding(_)
            | Error::UnsupportedDatatypeClass(_)
            | Error::UnsupportedLayoutClass(_)
            | Error::UnsupportedLayoutVersion(_)
            | Error::UnsupportedChunkIndexType(_)
            | Error::UnsupportedLinkType(_) => {
                Self::Lacking(error.to_string().trim_start_matches("unsupported ").to_owned())
            }
            other => Self::Broken(other.to_string()),
        }
    }
}

/// Runs a decoder of somebody else's; its panic is a broken file.
///
/// # Errors
/// Those of `work`.
pub(in crate::source) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // The state that a panicking decoder could leave inconsistent is dropped with it or is a cache
    // that is filled only after decoding.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(Fault::Broken(format!("the decoder gave up: {why}")))
    })
}
