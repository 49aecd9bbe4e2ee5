//! A small block of memory with a name that other programs find: made, written, read and removed.
//!
//! The owner maps it (through `shared_memory`) and writes; everybody else reads it with plain reads of
//! the file that it is, which no truncation or full file system can turn into a SIGBUS. What the bytes
//! mean is `arena::named`'s business.

use nix::fcntl::{OFlag, posix_fallocate};
use shared_memory::{Shmem, ShmemConf, ShmemError};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where Linux keeps named shared memory.
const FOLDER: &str = "/dev/shm";

/// The path at which the block of this name is seen.
pub fn path_of(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

/// A block that this process made. Dropping it unmaps it and leaves the name: see [`remove`].
pub struct Board {
    map: Shmem,
}

impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Board").field("name", &self.map.get_os_id()).finish_non_exhaustive()
    }
}

impl Board {
    /// Makes a block of `len` zero bytes, all of it allocated, that only this user can open.
    ///
    /// # Errors
    /// `AlreadyExists`; `StorageFull` if `/dev/shm` is; what the kernel says otherwise. Nothing is left
    /// behind then.
    pub fn create(name: &str, len: usize) -> io::Result<Self> {
        let mut map = ShmemConf::new().os_id(name).size(len).create().map_err(error)?;
        // `shared_memory` gives it a length only: without pages, a full file system would be a SIGBUS
        // at the first write. It is removed when dropped now, and not any more from here on.
        let allocated = OpenOptions::new().write(true).open(path_of(name)).and_then(|file| {
            let len = i64::try_from(len).map_err(io::Error::other)?;
            posix_fallocate(&file, 0, len).map_err(io::Error::from)
        });
        allocated?;
        map.set_owner(false);
        Ok(Self { map })
    }

    /// Writes `bytes` from byte `at` on. Readers may see them in any order; [`Self::publish`] orders.
    ///
    /// # Panics
    /// If they do not fit.
    pub fn write(&self, at: usize, bytes: &[u8]) {
        assert!(at.checked_add(bytes.len()).is_some_and(|end| end <= self.map.len()), "it fits");
        // SAFETY: in bounds (checked above) of a live writable mapping, and of no Rust reference:
        // this type gives none.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.map.as_ptr().add(at), bytes.len()) };
    }

    /// Writes a number at `at` after everything written before.
    ///
    /// # Panics
    /// If it does not fit, or `at` is no multiple of 4.
    pub fn publish(&self, at: usize, value: u32) {
        assert!(at.is_multiple_of(4) && at + 4 <= self.map.len(), "it fits");
        // SAFETY: in bounds and aligned (checked above; a mapping begins at a page) of a live writable
        // mapping; other processes only read it.
        let number = unsafe { AtomicU32::from_ptr(self.map.as_ptr().add(at).cast()) };
        number.store(value.to_le(), Ordering::Release);
    }
}

fn error(error: ShmemError) -> io::Error {
    match error {
        ShmemError::MappingIdExists => io::ErrorKind::AlreadyExists.into(),
        ShmemError::MapCreateFailed(errno) | ShmemError::UnknownOsError(errno) => {
            i32::try_from(errno).map_or_else(io::Error::other, io::Error::from_raw_os_error)
        }
        other => io::Error::other(other.to_string()),
    }
}

/// What [`read`] gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The first bytes.
    pub bytes: Vec<u8>,
    /// Length of all of it.
    pub len: u64,
    /// The user whose it is.
    pub user: u32,
}

/// The first `most` bytes of the block of this name, as they are now.
///
/// # Errors
/// `NotFound`; `InvalidInput` if it is no regular file; what the kernel says otherwise.
pub fn read(name: &str, most: u64) -> io::Result<Seen> {
    seen(&mut open(name)?, most)
}

fn open(name: &str) -> io::Result<File> {
    // Without waiting for the other end, should it be a pipe, and not through a link.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path_of(name))?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(file)
}

fn seen(file: &mut File, most: u64) -> io::Result<Seen> {
    let meta = file.metadata()?;
    let mut bytes = Vec::new();
    Read::by_ref(file).take(most).read_to_end(&mut bytes)?;
    Ok(Seen { bytes, len: meta.len(), user: meta.uid() })
}

/// Removes the name if the block that it stands for is the one meant, judged by its first `most`
/// bytes; says whether it was. Whoever removes names so cannot remove a newer block of the same name.
///
/// # Errors
/// What the kernel says; a name that is gone is none.
pub fn remove(name: &str, most: u64, is_meant: &dyn Fn(&Seen) -> bool) -> io::Result<bool> {
    let mut file = match open(name) {
        Ok(file) => file,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(err) => return Err(err),
    };
    file.lock()?;
    let mine = file.metadata()?;
    let now = match std::fs::symlink_metadata(path_of(name)) {
        Ok(now) => now,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(err) => return Err(err),
    };
    if (mine.dev(), mine.ino()) != (now.dev(), now.ino()) || !is_meant(&seen(&mut file, most)?) {
        return Ok(false);
    }
    std::fs::remove_file(path_of(name))?;
    Ok(true)
}

/// The names of this user's blocks that begin with `prefix`, sorted, without it. None if there is no
/// such folder.
pub fn names(prefix: &str) -> Vec<String> {
    let user = nix::unistd::geteuid().as_raw();
    let mut found: Vec<String> = std::fs::read_dir(FOLDER)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.metadata().is_ok_and(|meta| meta.is_file() && meta.uid() == user))
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_prefix(prefix)?.to_owned()))
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(of: &str) -> String {
        format!("shmplot-test-board-{of}-{}", std::process::id())
    }

    #[test]
    fn what_the_owner_writes_others_read_and_a_second_owner_is_refused() {
        let name = name("write");
        let board = Board::create(&name, 8192).unwrap();
        assert_eq!(Board::create(&name, 64).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        board.write(8, b"abc");
        board.publish(12, 7);
        let seen = read(&name, 16).unwrap();
        assert_eq!(seen.bytes, b"\0\0\0\0\0\0\0\0abc\0\x07\0\0\0");
        assert_eq!(seen.len, 8192);
        drop(board);
        assert!(!remove(&name, 16, &|seen| seen.bytes[8] == b'x').unwrap());
        assert!(path_of(&name).exists());
        assert!(remove(&name, 16, &|seen| seen.bytes[8] == b'a').unwrap());
        assert!(!path_of(&name).exists());
        assert!(!remove(&name, 16, &|_| true).unwrap());
        assert_eq!(read(&name, 16).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_block_larger_than_the_file_system_is_an_error_and_leaves_no_name() {
        let name = name("large");
        let err = Board::create(&name, 1 << 46).unwrap_err();
        assert!(matches!(err.kind(), io::ErrorKind::StorageFull | io::ErrorKind::OutOfMemory), "{err}");
        assert!(!path_of(&name).exists());
    }
}
