//! One run per output directory.

use crate::diag::Diagnostic;
use std::path::Path;

/// The output directory is ours as long as this lives.
#[derive(Debug)]
pub struct Lock {}

impl Lock {
    /// Creates `out` if it is missing and takes its lock.
    ///
    /// # Errors
    /// A living run that has it, named; a directory that cannot be written. Exit code 4.
    pub fn acquire(out: &Path) -> Result<Self, Diagnostic> {
        let _ = out;
        unimplemented!()
    }
}
