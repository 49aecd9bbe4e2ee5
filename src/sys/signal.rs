//! Signals as readable events, and one wait for everything that can become readable.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// The signals that [`Signals`] turns into events and that children have with their default action.
pub(super) const HANDLED: &[Signal] = &[Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// SIGINT, SIGTERM and SIGHUP of this process, to be read instead of ending it, as long as this lives.
#[derive(Debug)]
pub struct Signals {
    fd: SignalFd,
    before: SigSet,
}

impl Signals {
    /// Blocks the signals and opens a descriptor that tells of them.
    ///
    /// # Errors
    /// What `signalfd` says.
    pub fn block() -> io::Result<Self> {
        let mask: SigSet = HANDLED.iter().copied().collect();
        let fd = SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
        let mut before = SigSet::empty();
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&mask), Some(&mut before))?;
        Ok(Self { fd, before })
    }

    /// The number of the next signal that has come, without waiting.
    ///
    /// # Errors
    /// What reading says.
    pub fn next(&self) -> io::Result<Option<i32>> {
        Ok(self.fd.read_signal()?.and_then(|info| i32::try_from(info.ssi_signo).ok()))
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.before), None);
    }
}

/// What to wait for on a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Something to read, or its other end is gone.
    Read,
    /// Room to write, too.
    ReadWrite,
}

/// What a descriptor is ready for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Reading gives something, an end or an error.
    pub read: bool,
    /// Writing does not block.
    pub write: bool,
}

/// Waits until one of `fds` is ready or `timeout` has passed (`None`: for ever); one answer each.
///
/// # Errors
/// What `poll` says. An interruption by a signal is a wait that ended with nothing ready.
pub fn wait(fds: &[(BorrowedFd<'_>, Interest)], timeout: Option<Duration>) -> io::Result<Vec<Ready>> {
    let mut polled: Vec<PollFd<'_>> = fds
        .iter()
        .map(|(fd, interest)| {
            let events = match interest {
                Interest::Read => PollFlags::POLLIN,
                Interest::ReadWrite => PollFlags::POLLIN | PollFlags::POLLOUT,
            };
            PollFd::new(*fd, events)
        })
        .collect();
    // Rounded up: a timer that is due in 0.3 ms must not spin.
    let timeout = match timeout {
        None => PollTimeout::NONE,
        Some(time) => i32::try_from(time.as_micros().div_ceil(1000))
            .ok()
            .and_then(|ms| PollTimeout::try_from(ms).ok())
            .unwrap_or(PollTimeout::MAX),
    };
    match nix::poll::poll(&mut polled, timeout) {
        Ok(_) => {}
        Err(Errno::EINTR) => return Ok(vec![Ready::default(); fds.len()]),
        Err(errno) => return Err(errno.into()),
    }
    Ok(polled
        .iter()
        .map(|fd| {
            let got = fd.revents().unwrap_or(PollFlags::empty());
            Ready { read: got.intersects(!PollFlags::POLLOUT), write: got.contains(PollFlags::POLLOUT) }
        })
        .collect())
}

/// A short name for a signal's number: `SIGSEGV`.
pub fn signal_name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_data_or_time() {
        let (reader, mut writer) = io::pipe().unwrap();
        let fds = [(reader.as_fd(), Interest::Read)];
        assert_eq!(wait(&fds, Some(Duration::from_micros(300))).unwrap(), [Ready::default()]);
        io::Write::write_all(&mut writer, b"x").unwrap();
        assert_eq!(wait(&fds, None).unwrap(), [Ready { read: true, write: false }]);
    }

    #[test]
    fn signals_have_names() {
        assert_eq!(signal_name(11), "SIGSEGV");
        assert_eq!(signal_name(250), "signal 250");
    }
}
