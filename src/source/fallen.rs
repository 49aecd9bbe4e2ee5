//! A file in a folder that is of a known format, but broken: an error at its place in the tree.

use super::{ArrayNode, Listing, Reader, SourceError};
use crate::data::{Slab, StrBuf};
use std::path::{Path, PathBuf};

/// Why a file of a folder cannot be opened.
#[derive(Debug)]
pub(super) struct Fallen {
    path: PathBuf,
    error: SourceError,
}

impl Fallen {
    /// The file at `path`, which `error` kept from being opened.
    pub(super) fn new(path: &Path, error: SourceError) -> Self {
        Self { path: path.to_owned(), error }
    }
}

impl Reader for Fallen {
    fn format(&self) -> &'static str {
        "unreadable"
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn list(&self) -> Result<Listing, SourceError> {
        Err(self.error.clone())
    }

    fn read_into(&self, _array: &ArrayNode, _slab: &Slab, _out: &mut [u8]) -> Result<(), SourceError> {
        Err(self.error.clone())
    }

    fn read_texts(&self, _array: &ArrayNode, _slab: &Slab) -> Result<StrBuf, SourceError> {
        Err(self.error.clone())
    }
}
