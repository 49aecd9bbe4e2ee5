//! What can be wrong inside a file, before it is known which column it concerns.

use crate::source::SourceError;
use crate::source::file::DataFile;

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
    /// The error of `column` in `file`.
    pub(super) fn at(self, file: &DataFile, column: &str) -> SourceError {
        match self {
            Self::Broken(why) => file.malformed(Some(column), why),
            Self::Lacking(what) => file.unsupported(column, what),
            Self::Placed(error) => error,
        }
    }

    /// The error of `file` as a whole.
    pub(super) fn of(self, file: &DataFile) -> SourceError {
        match self {
            Self::Broken(why) => file.malformed(None, why),
            Self::Lacking(what) => SourceError::UnknownFormat {
                file: file.path().to_owned(),
                why: format!("{what} is not supported"),
            },
            Self::Placed(error) => error,
        }
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        Self::Placed(error)
    }
}

/// A reason that the file is broken.
pub(super) fn broken(why: impl Into<String>) -> Fault {
    Fault::Broken(why.into())
}

/// Runs a decoder of somebody else's; its panic is a broken file.
///
/// # Errors
/// Those of `work`.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // What a panicking decoder could leave inconsistent is dropped with it.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(Fault::Broken(format!("the decoder gave up: {why}")))
    })
}
