//! Children: forked from a process with one thread, dying with their parent, running one closure.
//!
//! Start at [`fork`]. What a child says and how its work is shared out belongs to `pool` and `arena`.

use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction, sigprocmask};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, getpid, getppid, setpgid};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Exit code of a child whose closure panicked (as Rust's own programs).
pub const PANICKED: i32 = 101;

/// Which inherited descriptors a child has, besides stdin, stdout and stderr.
#[derive(Clone, Copy, Debug)]
pub enum Inherit<'a> {
    /// All but these.
    AllBut(&'a [BorrowedFd<'a>]),
    /// Only these.
    Only(&'a [BorrowedFd<'a>]),
    /// Those that were open before, and these.
    Since(&'a OpenFiles, &'a [BorrowedFd<'a>]),
}

/// Which descriptors were open at one moment, so that a child forked later has no younger ones.
#[derive(Clone, Debug, Default)]
pub struct OpenFiles(Vec<(RawFd, (u64, u64))>);

impl OpenFiles {
    /// Those of now.
    ///
    /// # Errors
    /// If `/proc` is not mounted.
    pub fn now() -> io::Result<Self> {
        let mut open = Vec::new();
        for entry in std::fs::read_dir("/proc/self/fd")? {
            let number = entry?.file_name().to_str().and_then(|name| name.parse().ok());
            open.extend(number.and_then(|fd| Some((fd, identity(fd)?))));
        }
        open.sort_unstable();
        Ok(Self(open))
    }

    /// Numbers that still stand for the same files.
    fn still_open(&self) -> impl Iterator<Item = RawFd> {
        self.0.iter().filter(|(fd, file)| identity(*fd) == Some(*file)).map(|(fd, _)| *fd)
    }
}

/// Device and inode behind a descriptor; `None` if it is not open.
fn identity(fd: RawFd) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let meta = std::fs::metadata(format!("/proc/self/fd/{fd}")).ok()?;
    Some((meta.dev(), meta.ino()))
}

/// How a child begins.
#[derive(Clone, Copy, Debug)]
pub struct ForkOptions<'a> {
    /// In a process group of its own: the terminal's Ctrl-C does not reach it.
    pub own_group: bool,
    /// Lives on when this process ends, in a session of its own, out of reach of the terminal.
    pub outlives: bool,
    /// Its descriptors.
    pub inherit: Inherit<'a>,
}

impl Default for ForkOptions<'_> {
    /// In the parent's group, with all its descriptors.
    fn default() -> Self {
        Self { own_group: false, outlives: false, inherit: Inherit::AllBut(&[]) }
    }
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Killed(i32),
}

/// A living or not yet reaped child. Dropping it kills and reaps it.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    pidfd: OwnedFd,
    parent: Pid,
    ended: Option<Ended>,
}

impl Child {
    /// Its process id; nobody else's as long as it has not been waited for.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Sends `signal` (its number). A child that has ended already is no error.
    ///
    /// # Errors
    /// An unknown number.
    pub fn kill(&self, signal: i32) -> io::Result<()> {
        let signal = Signal::try_from(signal)?;
        if self.ended.is_some() {
            return Ok(());
        }
        match nix::sys::signal::kill(self.pid, signal) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// How it ended, `None` while it lives. Reaps it.
    ///
    /// # Errors
    /// What `waitpid` says.
    pub fn try_wait(&mut self) -> io::Result<Option<Ended>> {
        self.reap(Some(WaitPidFlag::WNOHANG))
    }

    /// Waits for its end and reaps it.
    ///
    /// # Errors
    /// What `waitpid` says.
    pub fn wait(&mut self) -> io::Result<Ended> {
        loop {
            if let Some(ended) = self.reap(None)? {
                return Ok(ended);
            }
        }
    }

    fn reap(&mut self, flags: Option<WaitPidFlag>) -> io::Result<Option<Ended>> {
        if self.ended.is_none() {
            self.ended = match waitpid(self.pid, flags) {
                Ok(WaitStatus::Exited(_, code)) => Some(Ended::Exited(code)),
                Ok(WaitStatus::Signaled(_, signal, _)) => Some(Ended::Killed(signal as i32)),
                Ok(_) | Err(Errno::EINTR) => None,
                Err(errno) => return Err(errno.into()),
            };
        }
        Ok(self.ended)
    }
}

impl AsFd for Child {
    /// A pidfd: readable once the child has ended.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // A forked copy of this value in another process is not that process's child.
        if self.ended.is_none() && self.parent == getpid() {
            let _ = nix::sys::signal::kill(self.pid, Signal::SIGKILL);
            let _ = self.wait();
        }
    }
}

/// Forks a child that runs `body` and exits with its result, without returning here, running
/// destructors of the parent's values or flushing the parent's buffers. A panic in it ends the
/// child with [`PANICKED`].
///
/// The child dies by SIGKILL when the calling thread ends (call it from the main thread; unless it
/// [`outlives`](ForkOptions::outlives) that), has no blocked signals, and the default action for those that [`super::Signals`] blocks.
///
/// # Errors
/// If this process has more than one thread (a lock held by another thread would stay locked for
/// ever in the child), or what `fork` and `pidfd_open` say.
pub fn fork(options: &ForkOptions<'_>, body: impl FnOnce() -> i32) -> io::Result<Child> {
    let threads = std::fs::read_dir("/proc/self/task")?.count();
    if threads != 1 {
        return Err(io::Error::other(format!("refusing to fork a process with {threads} threads")));
    }
    let parent = getpid();
    // SAFETY: this process has exactly one thread, so no lock or allocator state is held by a
    // thread that does not exist in the child.
    match unsafe { nix::unistd::fork() }? {
        ForkResult::Parent { child } => match pidfd_open(child) {
            Ok(pidfd) => Ok(Child { pid: child, pidfd, parent, ended: None }),
            Err(err) => {
                let _ = nix::sys::signal::kill(child, Signal::SIGKILL);
                let _ = waitpid(child, None);
                Err(err)
            }
        },
        ForkResult::Child => {
            let code = match catch_unwind(AssertUnwindSafe(|| {
                begin(parent, options);
                body()
            })) {
                Ok(code) => code,
                Err(_) => PANICKED,
            };
            // SAFETY: ends the process at once; nothing of the parent's is dropped or flushed twice.
            unsafe { libc::_exit(code) }
        }
    }
}

/// The child's first steps.
fn begin(parent: Pid, options: &ForkOptions<'_>) {
    if options.outlives {
        let _ = nix::unistd::setsid();
    // The order matters: a parent that died before prctl is seen by getppid.
    } else if nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).is_err() || getppid() != parent {
        // SAFETY: as at the end of `fork`.
        unsafe { libc::_exit(PANICKED) }
    }
    if options.own_group {
        let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
        // A Ctrl-C that came before was meant for the parent: ignoring discards what is pending.
        let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
        // SAFETY: ignoring runs no code of ours.
        let _ = unsafe { sigaction(Signal::SIGINT, &ignore) };
    }
    for &signal in super::signal::HANDLED {
        let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
        // SAFETY: the default action runs no code of ours.
        let _ = unsafe { sigaction(signal, &default) };
    }
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
    match options.inherit {
        Inherit::AllBut(unwanted) => {
            for fd in unwanted {
                close_range(fd.as_raw_fd(), fd.as_raw_fd());
            }
        }
        Inherit::Only(wanted) => close_all_but(wanted.iter().map(AsRawFd::as_raw_fd).collect()),
        Inherit::Since(files, wanted) => {
            close_all_but(files.still_open().chain(wanted.iter().map(AsRawFd::as_raw_fd)).collect());
        }
    }
}

fn close_all_but(mut keep: Vec<RawFd>) {
    keep.retain(|fd| *fd > 2);
    keep.sort_unstable();
    keep.dedup();
    let mut next = 3;
    for fd in keep {
        if next < fd {
            close_range(next, fd - 1);
        }
        next = fd + 1;
    }
    close_range(next, RawFd::MAX);
}

/// Closes the descriptors `first..=last`, open or not.
fn close_range(first: RawFd, last: RawFd) {
    // SAFETY: only called in a fresh child, which never returns to the owners of these descriptors:
    // their destructors do not run (the child leaves by _exit).
    unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
}

pub(super) fn pidfd_open(pid: Pid) -> io::Result<OwnedFd> {
    // SAFETY: a system call with plain numbers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let fd = RawFd::try_from(fd).map_err(io::Error::other)?;
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just given us this descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes `fd` this process's stdout and stderr.
///
/// # Errors
/// What `dup2` says.
pub fn redirect_output(fd: BorrowedFd<'_>) -> io::Result<()> {
    nix::unistd::dup2_stdout(fd)?;
    Ok(nix::unistd::dup2_stderr(fd)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_threads_is_not_forked() {
        // cargo's test harness runs this in a second thread.
        let refused = fork(&ForkOptions::default(), || 0);
        if std::fs::read_dir("/proc/self/task").unwrap().count() > 1 {
            assert!(refused.unwrap_err().to_string().contains("threads"));
        }
    }
}
