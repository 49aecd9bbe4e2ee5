//! Other processes of this user: whether they are who they were, and memory that they hold.

use super::memfd::Sealed;
use nix::fcntl::OFlag;
use std::fs::OpenOptions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;

/// When a process began, in clock ticks since the machine did: with its number it names the process
/// for good, as numbers are used again.
///
/// # Errors
/// `NotFound` if there is no such process, or it has ended and only waits for its parent.
pub fn start_time(pid: u32) -> io::Result<u64> {
    let stat = std::fs::read(format!("/proc/{pid}/stat"))?;
    started(&String::from_utf8_lossy(&stat)).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// The start time in a line of `/proc/PID/stat`; `None` of a process that has ended.
fn started(stat: &str) -> Option<u64> {
    // The name, in parentheses, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    match fields.next()? {
        "Z" | "X" | "x" => None,
        // The state was the third field, the start time is the 22nd.
        _ => fields.nth(18)?.parse().ok(),
    }
}

/// A descriptor that becomes readable when this process has ended.
///
/// # Errors
/// What `pidfd_open` says.
pub fn end_of_self() -> io::Result<OwnedFd> {
    super::fork::pidfd_open(nix::unistd::getpid())
}

/// Sealed memory behind the descriptor `fd` of the process `pid`, through a descriptor of our own.
/// The caller makes sure, before and after, that the process is the one meant.
///
/// # Errors
/// `InvalidData` if that is no sealed memory; what the kernel says otherwise.
pub fn sealed_of(pid: u32, fd: u32) -> io::Result<Sealed> {
    let path = format!("/proc/{pid}/fd/{fd}");
    // Anything else is not opened at all: that could wait, or do something.
    if !std::fs::read_link(&path)?.as_os_str().as_encoded_bytes().starts_with(b"/memfd:") {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no anonymous memory"));
    }
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    Sealed::from_descriptor(OpenOptions::new().read(true).custom_flags(flags).open(path)?.into())
}

/// This process's user.
pub fn user() -> u32 {
    nix::unistd::geteuid().as_raw()
}

/// Sends SIGTERM to a process.
///
/// # Errors
/// `NotFound` if there is none; what `kill` says otherwise.
pub fn terminate(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).ok().filter(|pid| *pid > 0).ok_or(io::ErrorKind::NotFound)?;
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM)?;
    Ok(())
}

/// Raises the number of descriptors that this process may have open to what its administrator allows.
/// Where that fails, opening says so.
pub fn allow_many_descriptors() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::memfd::Memory;
    use std::os::fd::{AsFd, AsRawFd};

    #[test]
    fn the_start_time_is_the_22nd_field_whatever_the_name() {
        let tail = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 424242 20 21";
        assert_eq!(started(&format!("7 (a) b) S {tail}")), Some(424_242));
        assert_eq!(started(&format!("7 (a) Z {tail}")), None);
        assert_eq!(started("7 (a) S 1 2"), None);
        assert_eq!(started(""), None);
        let me = std::process::id();
        assert_eq!(start_time(me).unwrap(), start_time(me).unwrap());
        assert_eq!(start_time(u32::MAX).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn only_sealed_memory_is_opened_of_others() {
        let me = std::process::id();
        let of = |fd: &dyn AsFd| u32::try_from(fd.as_fd().as_raw_fd()).unwrap();
        let sealed = Memory::allocate("shmplot-test", 5000).unwrap().seal().unwrap();
        assert_eq!(sealed_of(me, of(&sealed)).unwrap().map().unwrap().as_ref().len(), 5000);
        let file = tempfile::tempfile().unwrap();
        assert_eq!(sealed_of(me, of(&file)).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let (reader, _writer) = io::pipe().unwrap();
        assert_eq!(sealed_of(me, of(&reader)).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
