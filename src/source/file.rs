//! A data file by its path, opened anew for every use and checked to be the same file still.
//!
//! Readers keep no descriptors, so that ten thousand files need none, and none crosses a fork.

use super::{FileStamp, SourceError};
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A regular file, and what it was when it was first opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    path: PathBuf,
    stamp: Stamp,
}

/// What tells a file from a changed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: (i64, i64),
    inode: (u64, u64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            inode: (metadata.dev(), metadata.ino()),
        }
    }
}

impl DataFile {
    /// Looks at the file at `path`, and returns it open for reading as well.
    ///
    /// # Errors
    /// [`SourceError::Io`] if it cannot be opened or is no regular file (a pipe or a device is never
    /// waited for), [`SourceError::UnknownFormat`] if it is empty.
    pub fn open(path: &Path) -> Result<(Self, File), SourceError> {
        let file = open_regular(path)?;
        let metadata = file.metadata().map_err(|error| io_error(path, &error))?;
        let stamp = Stamp::of(&metadata);
        if stamp.size == 0 {
            return Err(SourceError::UnknownFormat { file: path.to_owned(), why: "it is empty".to_owned() });
        }
        Ok((Self { path: path.to_owned(), stamp }, file))
    }

    /// Opens it again.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`SourceError::Malformed`] if it was changed or replaced since.
    pub fn reopen(&self) -> Result<File, SourceError> {
        let file = open_regular(&self.path)?;
        let metadata = file.metadata().map_err(|error| self.io(&error))?;
        if Stamp::of(&metadata) == self.stamp {
            Ok(file)
        } else {
            Err(self.malformed(None, "it was changed while it was in use"))
        }
    }

    /// Path as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.stamp.size
    }

    /// What it was when it was first opened.
    pub(super) fn stamp(&self) -> FileStamp {
        let (seconds, nanos) = self.stamp.modified;
        FileStamp {
            path: self.path.clone(),
            size: self.stamp.size,
            modified: super::extent::modified(seconds, nanos),
        }
    }

    /// An error of the system about it.
    pub(super) fn io(&self, error: &io::Error) -> SourceError {
        io_error(&self.path, error)
    }

    /// It, or one dataset of it, is broken.
    pub(super) fn malformed(&self, dataset: Option<&str>, why: impl Into<String>) -> SourceError {
        SourceError::Malformed {
            file: self.path.clone(),
            dataset: dataset.map(str::to_owned),
            why: why.into(),
        }
    }

    /// A dataset of it uses something that is not supported.
    pub(super) fn unsupported(&self, dataset: &str, what: impl Into<String>) -> SourceError {
        SourceError::Unsupported { file: self.path.clone(), dataset: dataset.to_owned(), what: what.into() }
    }
}

/// Opens a regular file for reading; a pipe without a writer would block a plain open for ever.
pub(crate) fn open_regular(path: &Path) -> Result<File, SourceError> {
    let kind = std::fs::metadata(path).map_err(|error| io_error(path, &error))?;
    if !kind.is_file() {
        return Err(not_regular(path, &kind));
    }
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC)
        .open(path)
        .map_err(|error| io_error(path, &error))?;
    // The path may lead elsewhere by now: what counts is the file that was opened.
    let kind = file.metadata().map_err(|error| io_error(path, &error))?;
    if kind.is_file() { Ok(file) } else { Err(not_regular(path, &kind)) }
}

fn not_regular(path: &Path, metadata: &Metadata) -> SourceError {
    let kind = metadata.file_type();
    let what = if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    SourceError::Io { file: path.to_owned(), why: format!("it is {what}, not a file") }
}

/// The system's reason, without its number.
pub(super) fn io_error(path: &Path, error: &io::Error) -> SourceError {
    let text = match error.raw_os_error() {
        Some(libc::ENOENT) if path.symlink_metadata().is_ok() => "it is a link to nothing".to_owned(),
        Some(libc::ELOOP) => "its links go round in a circle".to_owned(),
        Some(code) => nix::errno::Errno::from_raw(code).desc().to_lowercase(),
        None => error.to_string(),
    };
    SourceError::Io { file: path.to_owned(), why: text }
}
