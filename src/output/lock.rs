//! One run per output directory.
//!
//! The lock is an `flock` on a file that is never deleted: the kernel lets go of it with the last
//! process that holds it, so a dead run's lock is none. Its content is only for the message. Files
//! are safe without it, too (their temporary names differ): on a file system without locks a run
//! goes on, with a warning.

use super::publish::failure;
use super::temp::BOOKKEEPING;
use crate::diag::Diagnostic;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The output directory is ours as long as this lives.
#[derive(Debug)]
pub struct Lock {
    /// `None` where the file system has no locks.
    held: Option<Flock<File>>,
    path: PathBuf,
}

impl Lock {
    /// Creates `out` if it is missing and takes its lock, without waiting.
    ///
    /// # Errors
    /// A living run that has it, named; a directory that cannot be written. Exit code 4.
    pub fn acquire(out: &Path) -> Result<Self, Diagnostic> {
        let folder = out.join(BOOKKEEPING);
        fs::create_dir_all(&folder)
            .map_err(|err| failure("cannot create the output directory", &folder, &err))?;
        let path = folder.join("lock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|err| failure("cannot open the lock of the output directory,", &path, &err))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(mut held) => {
                let host = nix::unistd::gethostname().unwrap_or_default();
                let text = format!("{} {}\n", nix::unistd::getpid(), host.to_string_lossy());
                held.rewind()
                    .and_then(|()| held.set_len(0))
                    .and_then(|()| held.write_all(text.as_bytes()))
                    .map_err(|err| failure("cannot write the lock of the output directory,", &path, &err))?;
                Ok(Self { held: Some(held), path })
            }
            Err((mut file, Errno::EWOULDBLOCK)) => {
                let mut text = String::new();
                let _ = file.read_to_string(&mut text);
                let holder = match text.trim().split_once(' ') {
                    Some((pid, host)) => format!("process {pid} on {host} has its lock"),
                    None => "another process has its lock".to_owned(),
                };
                Err(Diagnostic::error(format!("another run is writing to `{}`", out.display()))
                    .caused_by(holder)
                    .help("wait for its end, or choose another output directory with -o".to_owned()))
            }
            Err((_, Errno::ENOLCK | Errno::EOPNOTSUPP | Errno::ENOSYS | Errno::EINVAL)) => {
                Ok(Self { held: None, path })
            }
            Err((_, errno)) => Err(failure("cannot lock", &path, &errno.into())),
        }
    }

    /// What should be known: that there is no protection against a second run.
    pub fn warning(&self) -> Option<Diagnostic> {
        self.held.is_none().then(|| {
            Diagnostic::warning(format!("the file system of `{}` has no locks", self.path.display()))
                .help("do not start a second run with the same output directory".to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_refused_by_name_until_the_first_ends() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("deep/figures");
        let first = Lock::acquire(&out).unwrap();
        assert!(first.warning().is_none());
        let refused = Lock::acquire(&out).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {} on", std::process::id())), "{refused}");
        drop(first);
        assert!(out.join(".shmplot/lock").exists());
        Lock::acquire(&out).unwrap();
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("figures");
        fs::write(&out, "").unwrap();
        let text = Lock::acquire(&out).unwrap_err().to_string();
        assert!(text.contains("figures") && text.contains("ENOTDIR"), "{text}");
    }
}
