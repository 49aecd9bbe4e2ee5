//! Read-only memory mappings of files and sealed memory.

use std::fs::File;
use std::io;

/// A live read-only mapping. The address stays the same as long as it lives.
#[derive(Debug)]
pub struct Mapping(memmap2::Mmap);

impl Mapping {
    /// Maps the whole of `file` for reading.
    ///
    /// # Errors
    /// What `mmap` says; an empty file cannot be mapped.
    pub fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the map is PROT_READ. Arena memory is sealed against writing and shrinking; other
        // files may be truncated by somebody, which raises SIGBUS in the process that touches the
        // missing page (RELIABILITY: the worker alone dies), and is never undefined for plain bytes
        // that are only read as numbers.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self(map))
    }
}

impl AsRef<[u8]> for Mapping {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
