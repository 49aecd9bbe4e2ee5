//! The calls that make a file durable, behind a trait, so that tests can let each of them fail.
//!
//! [`Real`] is the kernel. [`Faulty`] lets the k-th call of one kind fail. The order of the calls
//! is `output::publish`'s business.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// What publishing needs of a file system. Several threads may call it.
pub trait Io: Sync {
    /// Creates a file that must not exist, for writing, with mode 0666 less the umask.
    ///
    /// # Errors
    /// What `open` says.
    fn create_new(&self, path: &Path) -> io::Result<File>;

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// What `write` says.
    fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;

    /// Opens an existing file so that it can be synced.
    ///
    /// # Errors
    /// What `open` says.
    fn open(&self, path: &Path) -> io::Result<File>;

    /// Begins writing `file` to its device, without waiting. Only a hint: its failure shows in
    /// [`Self::fsync`].
    fn start_writing_back(&self, file: &File);

    /// Waits until `file` is on its device.
    ///
    /// # Errors
    /// What `fsync` says.
    fn fsync(&self, file: &File) -> io::Result<()>;

    /// Gives a file its final name, in place of whatever had it.
    ///
    /// # Errors
    /// What `rename` says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are on its device.
    ///
    /// # Errors
    /// What `open` and `fsync` say.
    fn fsync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Removes a name.
    ///
    /// # Errors
    /// What `unlink` says.
    fn unlink(&self, path: &Path) -> io::Result<()>;

    /// Creates a folder and those above it, where missing.
    ///
    /// # Errors
    /// What `mkdir` says.
    fn create_dirs(&self, dir: &Path) -> io::Result<()>;
}

/// The kernel's calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Real;

impl Io for Real {
    fn create_new(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        File::open(path)
    }

    fn start_writing_back(&self, file: &File) {
        // SAFETY: a system call with a live descriptor and plain numbers.
        unsafe { libc::sync_file_range(file.as_raw_fd(), 0, 0, libc::SYNC_FILE_RANGE_WRITE) };
    }

    fn fsync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Ok(nix::fcntl::renameat(nix::fcntl::AT_FDCWD, from, nix::fcntl::AT_FDCWD, to)?)
    }

    fn fsync_dir(&self, dir: &Path) -> io::Result<()> {
        match File::open(dir)?.sync_all() {
            // Some network file systems cannot sync a folder; the name is as safe as it gets.
            Err(err) if matches!(err.raw_os_error(), Some(libc::EINVAL | libc::ENOTSUP)) => Ok(()),
            other => other,
        }
    }

    fn unlink(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn create_dirs(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)
    }
}

/// A kind of call that [`Faulty`] can let fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the methods of Io")]
pub enum Call {
    CreateNew,
    Write,
    Open,
    Fsync,
    Rename,
    FsyncDir,
    Unlink,
    CreateDirs,
}

/// [`Real`], but the k-th call of one kind fails. Counts per process: a forked child counts on for
/// itself.
#[derive(Debug)]
pub struct Faulty {
    call: Call,
    countdown: AtomicU64,
    errno: i32,
}

impl Faulty {
    /// The `k`-th (from 1) `call` fails with `errno`. A failing write writes half of its bytes.
    pub fn new(call: Call, k: u64, errno: i32) -> Self {
        Self { call, countdown: AtomicU64::new(k), errno }
    }

    /// Whether this call is the one to fail.
    fn hit(&self, call: Call) -> io::Result<()> {
        if call == self.call && self.countdown.fetch_sub(1, Ordering::Relaxed) == 1 {
            return Err(io::Error::from_raw_os_error(self.errno));
        }
        Ok(())
    }
}

impl Io for Faulty {
    fn create_new(&self, path: &Path) -> io::Result<File> {
        self.hit(Call::CreateNew)?;
        Real.create_new(path)
    }

    fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        if let Err(err) = self.hit(Call::Write) {
            Real.write_all(file, &bytes[..bytes.len() / 2])?;
            return Err(err);
        }
        Real.write_all(file, bytes)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        self.hit(Call::Open)?;
        Real.open(path)
    }

    fn start_writing_back(&self, file: &File) {
        Real.start_writing_back(file);
    }

    fn fsync(&self, file: &File) -> io::Result<()> {
        self.hit(Call::Fsync)?;
        Real.fsync(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.hit(Call::Rename)?;
        Real.rename(from, to)
    }

    fn fsync_dir(&self, dir: &Path) -> io::Result<()> {
        self.hit(Call::FsyncDir)?;
        Real.fsync_dir(dir)
    }

    fn unlink(&self, path: &Path) -> io::Result<()> {
        self.hit(Call::Unlink)?;
        Real.unlink(path)
    }

    fn create_dirs(&self, dir: &Path) -> io::Result<()> {
        self.hit(Call::CreateDirs)?;
        Real.create_dirs(dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_kth_call_fails_and_a_failed_write_is_half_done() {
        let dir = tempfile::tempdir().unwrap();
        let io = Faulty::new(Call::Write, 2, libc::ENOSPC);
        let path = dir.path().join("a");
        let mut file = io.create_new(&path).unwrap();
        io.write_all(&mut file, b"12").unwrap();
        assert_eq!(io.write_all(&mut file, b"3456").unwrap_err().raw_os_error(), Some(libc::ENOSPC));
        io.write_all(&mut file, b"78").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"123478");
        assert!(io.create_new(&path).is_err());
    }
}
