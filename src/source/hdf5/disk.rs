//! The file behind a reader: open only while something is read, and checked to be the same one.

use crate::source::{FileStamp, SourceError};
use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A file by its path, size and time of change. No descriptor is held between reads, so that a run
/// over thousands of files stays within the limit of open files.
#[derive(Debug)]
pub(in crate::source) struct Disk {
    path: PathBuf,
    len: u64,
    identity: (u64, u64, i64, i64),
    open: Mutex<Weak<File>>,
}

impl Disk {
    /// Looks at the file.
    ///
    /// # Errors
    /// [`SourceError::Io`] if it cannot be opened.
    pub(in crate::source) fn new(path: &Path) -> Result<Arc<Self>, SourceError> {
        let io = |e: std::io::Error| SourceError::Io { file: path.to_owned(), why: e.to_string() };
        let file = File::open(path).map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if !meta.is_file() {
            return Err(SourceError::Io { file: path.to_owned(), why: "not a regular file".to_owned() });
        }
        Ok(Arc::new(Self {
            path: path.to_owned(),
            len: meta.len(),
            identity: identity(&meta),
            open: Mutex::new(Weak::new()),
        }))
    }

    /// The path.
    pub(in crate::source) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes.
    pub(in crate::source) fn len(&self) -> u64 {
        self.len
    }

    /// What it was when its metadata were read.
    pub(in crate::source) fn stamp(&self) -> FileStamp {
        let (_, size, seconds, nanos) = self.identity;
        FileStamp { path: self.path.clone(), size, modified: crate::source::extent::modified(seconds, nanos) }
    }

    /// The open file; one descriptor for all that read at the same time.
    ///
    /// # Errors
    /// [`SourceError::Io`] if it cannot be opened, or is not what it was.
    pub(in crate::source) fn get(&self) -> Result<Arc<File>, SourceError> {
        let mut slot = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = slot.upgrade() {
            return Ok(file);
        }
        let io = |e: std::io::Error| SourceError::Io { file: self.path.clone(), why: e.to_string() };
        let file = File::open(&self.path).map_err(io)?;
        if identity(&file.metadata().map_err(io)?) != self.identity {
            return Err(SourceError::Io {
                file: self.path.clone(),
                why: "it has changed since this run opened it".to_owned(),
            });
        }
        let file = Arc::new(file);
        *slot = Arc::downgrade(&file);
        Ok(file)
    }

    /// Fills `out` from byte `at` on.
    ///
    /// # Errors
    /// [`SourceError::Io`]; the file may have been truncated meanwhile.
    pub(in crate::source) fn read(&self, file: &File, at: u64, out: &mut [u8]) -> Result<(), SourceError> {
        file.read_exact_at(out, at)
            .map_err(|e| SourceError::Io { file: self.path.clone(), why: e.to_string() })
    }
}

fn identity(meta: &std::fs::Metadata) -> (u64, u64, i64, i64) {
    (meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec())
}

/// Random access to part of an open file for the HDF5 library.
pub(in crate::source) struct Window {
    file: Arc<File>,
    base: u64,
    len: u64,
}

impl Window {
    /// The file from byte `base` on, behind a cache of `blocks` × 16 KiB for metadata, read 8 KiB at a time: metadata
    /// lie scattered among data.
    ///
    /// # Errors
    /// As [`Disk::get`].
    pub(in crate::source) fn cached(
        disk: &Disk,
        base: u64,
        blocks: usize,
    ) -> Result<hdf5_reader::storage::DynStorage, SourceError> {
        let window = Self { file: disk.get()?, base, len: disk.len.saturating_sub(base) };
        Ok(Arc::new(hdf5_reader::BlockCacheStorage::new(Arc::new(window), 8 << 10, 2 * blocks)))
    }
}

impl hdf5_reader::Storage for Window {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_range(&self, offset: u64, len: usize) -> hdf5_reader::error::Result<hdf5_reader::StorageBuffer> {
        let end = offset.checked_add(len as u64);
        if end.is_none_or(|end| end > self.len) {
            return Err(hdf5_reader::error::Error::UnexpectedEof {
                offset,
                needed: len as u64,
                available: self.len.saturating_sub(offset),
            });
        }
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, self.base + offset)?;
        Ok(hdf5_reader::StorageBuffer::from_vec(bytes))
    }
}
