//! Where the keys of a store are: files below a folder, or members of a ZIP.
//!
//! Every file is opened anew for every use and must be a regular one, so that a pipe is never
//! waited for and no descriptor is kept.

use super::zipped::Zipped;
use crate::source::SourceError;
use crate::source::file::{io_error, open_regular};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A store.
#[derive(Debug)]
pub(super) enum Store {
    /// Files below this folder.
    Folder(PathBuf),
    /// Members of a ZIP.
    Zip(Zipped),
}

/// A member of a folder of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Child {
    /// Its name; `None` if that is not UTF-8.
    pub(super) name: Option<String>,
    /// Its path, for messages.
    pub(super) path: PathBuf,
}

impl Store {
    /// The folder, or the ZIP.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Folder(path) => path,
            Self::Zip(zip) => zip.path(),
        }
    }

    /// The file that holds `key`, for messages.
    pub(super) fn file_of(&self, key: &str) -> PathBuf {
        match self {
            Self::Folder(path) => path.join(key),
            Self::Zip(zip) => zip.path().to_owned(),
        }
    }

    /// The value of `key`, or `None` if it has none.
    ///
    /// # Errors
    /// If there is something at `key` that cannot be read.
    pub(super) fn blob(&self, key: &str) -> Result<Option<Blob>, SourceError> {
        match self {
            Self::Folder(path) => in_folder(&path.join(key)),
            Self::Zip(zip) => zip.blob(key),
        }
    }

    /// All bytes of the value of `key`.
    ///
    /// # Errors
    /// As [`blob`](Self::blob), and without the memory for it.
    pub(super) fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let Some(blob) = self.blob(key)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = blob.read_range(0, blob.len, &mut bytes);
        read.map_err(|error| io_error(&self.file_of(key), &error))?;
        Ok(Some(bytes))
    }

    /// Folders below the folder `key` (`""` is the root), sorted by name.
    ///
    /// # Errors
    /// If the folder cannot be listed.
    pub(super) fn folders(&self, key: &str) -> Result<Vec<Child>, SourceError> {
        let path = match self {
            Self::Folder(path) => path.join(key),
            Self::Zip(zip) => return Ok(zip.folders(key)),
        };
        let failed = |error: io::Error| io_error(&path, &error);
        let mut children = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // A link may lead to a folder.
            let is_folder = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
                Ok(kind) => kind.is_dir(),
                Err(_) => false,
            };
            if is_folder {
                children.push(Child { name: entry.file_name().into_string().ok(), path: entry.path() });
            }
        }
        children.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(children)
    }
}

fn in_folder(path: &Path) -> Result<Option<Blob>, SourceError> {
    match std::fs::metadata(path) {
        Ok(_) => {}
        // A link to nothing is no missing chunk.
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            return Ok(None);
        }
        Err(error) => return Err(io_error(path, &error)),
    }
    let file = open_regular(path)?;
    let len = file.metadata().map_err(|error| io_error(path, &error))?.len();
    Ok(Some(Blob { place: Place::File { file, start: 0 }, len }))
}

/// The value of a key: bytes of a file, or in memory.
#[derive(Debug)]
pub(super) struct Blob {
    place: Place,
    /// Its length.
    pub(super) len: u64,
}

#[derive(Debug)]
enum Place {
    File { file: File, start: u64 },
    Memory(Vec<u8>),
}

impl Blob {
    /// So many bytes of a file.
    pub(super) fn in_file(file: File, start: u64, len: u64) -> Self {
        Self { place: Place::File { file, start }, len }
    }

    /// Bytes in memory.
    pub(super) fn in_memory(bytes: Vec<u8>) -> Self {
        let len = bytes.len() as u64;
        Self { place: Place::Memory(bytes), len }
    }

    /// Fills `out` from byte `at` on.
    ///
    /// # Errors
    /// The system's, and an unexpected end.
    pub(super) fn read_at(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        match &self.place {
            Place::File { file, start } => {
                let at = start.checked_add(at).ok_or(io::ErrorKind::UnexpectedEof)?;
                file.read_exact_at(out, at)
            }
            Place::Memory(bytes) => {
                let at = usize::try_from(at).ok();
                let piece = at.and_then(|at| bytes.get(at..at.checked_add(out.len())?));
                out.copy_from_slice(piece.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }

    /// Makes `out` the `len` bytes from `at` on, which must lie inside.
    ///
    /// # Errors
    /// As [`read_at`](Self::read_at), and without the memory for it.
    pub(super) fn read_range(&self, at: u64, len: u64, out: &mut Vec<u8>) -> io::Result<()> {
        if at.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        resize(out, usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?)?;
        self.read_at(at, out)
    }
}

/// Sets the length of a buffer whose content does not matter.
///
/// # Errors
/// Without the memory for it.
pub(super) fn resize(buffer: &mut Vec<u8>, len: usize) -> io::Result<()> {
    if len > buffer.len() {
        buffer.try_reserve_exact(len - buffer.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
    }
    buffer.resize(len, 0);
    Ok(())
}
