//! The publisher as the supervisor sees it: never waited for, replaced when it dies.

use super::protocol::{Published, Wish, decode, encode};
use super::{Crew, publisher};
use crate::sys::memory::private;
use crate::sys::{Channel, Child, ForkOptions, Inherit, Interest, Received, fork};
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// So many publishers may die before the figures that wait for them fail.
const RESPAWNS: usize = 3;

/// The publisher and what it is still to be told.
#[derive(Debug)]
pub(super) struct Publishing {
    child: Child,
    channel: Channel,
    outbox: VecDeque<Vec<u8>>,
    /// Private memory that it began with, which it shares with its parent.
    inherited: u64,
    /// Whether it has been told to wait for nothing more since the last figure.
    flushed: bool,
    deaths: usize,
}

/// What the publisher said.
#[derive(Debug)]
pub(super) enum Said {
    Nothing,
    Done(Published),
    /// It died, and a new one is there, to be told again.
    Replaced,
    /// It died too often.
    Gone(String),
}

impl Publishing {
    pub(super) fn start(crew: &Crew<'_>) -> io::Result<Self> {
        let inherited = private(nix::unistd::getpid().as_raw());
        let (child, channel) = hire(crew)?;
        Ok(Self { child, channel, outbox: VecDeque::new(), inherited, flushed: true, deaths: 0 })
    }

    /// Its private memory beyond what it inherited, bytes.
    pub(super) fn anon(&self) -> u64 {
        private(self.child.pid()).saturating_sub(self.inherited)
    }

    pub(super) fn publish(&mut self, task: usize, again: bool) -> io::Result<()> {
        self.flushed = false;
        self.tell(&Wish::Publish { task, again })
    }

    /// Nothing more will come for a while.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.flushed {
            return Ok(());
        }
        self.flushed = true;
        self.tell(&Wish::Flush)
    }

    fn tell(&mut self, wish: &Wish) -> io::Result<()> {
        self.outbox.push_back(encode(wish)?);
        self.pump();
        Ok(())
    }

    /// Sends what there is room for. A dead publisher is noticed by [`Self::listen`].
    pub(super) fn pump(&mut self) {
        while let Some(message) = self.outbox.front() {
            if !matches!(self.channel.try_send(message, &[]), Ok(true)) {
                return;
            }
            self.outbox.pop_front();
        }
    }

    pub(super) fn watched(&self) -> (BorrowedFd<'_>, Interest) {
        let interest = if self.outbox.is_empty() { Interest::Read } else { Interest::ReadWrite };
        (self.channel.as_fd(), interest)
    }

    pub(super) fn listen(&mut self, crew: &Crew<'_>) -> Said {
        let received = self.channel.try_recv().and_then(|received| match received {
            Received::Message(message) => decode(&message.bytes).map(Said::Done),
            Received::Nothing => Ok(Said::Nothing),
            Received::End => Err(io::Error::other("the publisher ended")),
        });
        match received {
            Ok(said) => said,
            Err(_) => self.replace(crew),
        }
    }

    fn replace(&mut self, crew: &Crew<'_>) -> Said {
        self.deaths += 1;
        self.outbox.clear();
        if self.deaths > RESPAWNS {
            return Said::Gone(format!("the process that publishes files died {} times", self.deaths));
        }
        match hire(crew) {
            Ok((child, channel)) => {
                (self.child, self.channel) = (child, channel);
                Said::Replaced
            }
            Err(err) => {
                self.deaths = RESPAWNS;
                Said::Gone(format!("the process that publishes files died and cannot be replaced: {err}"))
            }
        }
    }

    /// Ends it at once.
    pub(super) fn kill(&self) {
        let _ = self.child.kill(libc::SIGKILL);
    }
}

fn hire(crew: &Crew<'_>) -> io::Result<(Child, Channel)> {
    let (channel, theirs) = Channel::pair()?;
    let keep = [theirs.as_fd()];
    let options = ForkOptions { own_group: true, inherit: Inherit::Only(&keep), ..ForkOptions::default() };
    let child = fork(&options, || publisher::serve(crew, &theirs))?;
    Ok((child, channel))
}
