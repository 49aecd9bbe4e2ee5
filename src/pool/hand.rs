//! A worker as its parent sees it: process, channel, stderr, what it draws and until when.

use super::protocol::{Order, Word, decode, encode};
use super::stock::Content;
use super::{Crew, ParcelId, worker};
use crate::diag::CancelReason;
use crate::sys::memory::private;

use crate::sys::{Channel, Child, Ended, ForkOptions, Inherit, Interest, MAX_DESCRIPTORS, Received, fork};
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, PipeReader, Read};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// So much of a worker's stderr is kept for a figure, bytes.
const TAIL: usize = 4 << 10;

/// After SIGKILL a process can still hang in the kernel (a dead file server): it is given up.
const GIVE_UP: Duration = Duration::from_secs(5);

/// A message to a worker, with some of a parcel's segments.
#[derive(Debug)]
struct Letter {
    bytes: Vec<u8>,
    segments: Option<(Rc<Content>, Range<usize>)>,
}

/// A task being drawn or made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    pub(super) task: usize,
    pub(super) since: Instant,
    due: Option<Instant>,
}

/// Why a worker was told to end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Why {
    Timeout,
    Cancel(CancelReason),
}

#[derive(Clone, Copy, Debug)]
struct Sentence {
    why: Why,
    kill_at: Instant,
    killed: Option<Instant>,
}

/// What time has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    /// It is killed and does not die.
    GaveUp,
}

/// A worker.
#[derive(Debug)]
pub(super) struct Hand {
    child: Child,
    channel: Channel,
    channel_open: bool,
    /// What there was no room for yet.
    outbox: VecDeque<Letter>,
    /// Parcels that it holds, or will by the messages on their way.
    pub(super) held: BTreeSet<ParcelId>,
    stderr: PipeReader,
    stderr_open: bool,
    tail: Vec<u8>,
    /// Private memory that it began with, which it shares with its parent.
    inherited: u64,
    running: Option<Running>,
    sentence: Option<Sentence>,
    /// Its group in the queue.
    pub(super) group: Option<usize>,
    /// Figures that it has drawn.
    pub(super) figures: usize,
}

impl Hand {
    /// Forks a worker.
    pub(super) fn hire(crew: &Crew<'_>) -> io::Result<Self> {
        let (channel, theirs) = Channel::pair()?;
        let (stderr, stderr_theirs) = io::pipe()?;
        set_nonblocking(stderr.as_fd())?;
        let inherited = private(nix::unistd::getpid().as_raw());
        let keep = [theirs.as_fd(), stderr_theirs.as_fd()];
        let options =
            ForkOptions { own_group: true, inherit: Inherit::Only(&keep), ..ForkOptions::default() };
        let child = fork(&options, || worker::work(crew, &theirs, stderr_theirs.as_fd()))?;
        Ok(Self {
            child,
            channel,
            channel_open: true,
            outbox: VecDeque::new(),
            held: BTreeSet::new(),
            stderr,
            stderr_open: true,
            tail: Vec::new(),
            inherited,
            running: None,
            sentence: None,
            group: None,
            figures: 0,
        })
    }

    pub(super) fn pid(&self) -> i32 {
        self.child.pid()
    }

    /// Its private memory beyond what it inherited, bytes.
    pub(super) fn anon(&self) -> u64 {
        private(self.pid()).saturating_sub(self.inherited)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running.is_none() && self.sentence.is_none() && self.channel_open
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    pub(super) fn why(&self) -> Option<Why> {
        self.sentence.map(|sentence| sentence.why)
    }

    /// Gives it a task, and first the parcels that it has not. An error means that it died idle.
    pub(super) fn begin(
        &mut self,
        task: usize,
        parcels: Vec<(ParcelId, Rc<Content>)>,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        self.held.extend(parcels.iter().map(|(parcel, _)| *parcel));
        for (parcel, content) in parcels {
            self.hand_over(parcel, &content)?;
        }
        self.outbox.push_back(Letter { bytes: encode(&Order::Draw(task))?, segments: None });
        self.pump()?;
        let since = Instant::now();
        let due = timeout.and_then(|timeout| since.checked_add(timeout));
        self.running = Some(Running { task, since, due });
        Ok(())
    }

    fn hand_over(&mut self, parcel: ParcelId, content: &Rc<Content>) -> io::Result<()> {
        let all = content.segments.len();
        let mut begin = 0;
        loop {
            let end = (begin + MAX_DESCRIPTORS).min(all);
            let more = end < all;
            let failed = if more { Vec::new() } else { content.failed.clone() };
            let bytes = encode(&Order::Take { parcel, more, failed })?;
            self.outbox.push_back(Letter { bytes, segments: Some((Rc::clone(content), begin..end)) });
            if !more {
                return Ok(());
            }
            begin = end;
        }
    }

    /// Tells it to let go of a parcel, if it holds it.
    pub(super) fn forget(&mut self, parcel: ParcelId) -> io::Result<()> {
        if self.held.contains(&parcel) {
            self.outbox.push_back(Letter { bytes: encode(&Order::Forget(parcel))?, segments: None });
            self.pump()?;
        }
        Ok(())
    }

    /// Sends what there is room for. An error means that it died.
    pub(super) fn pump(&mut self) -> io::Result<()> {
        while let Some(Letter { bytes, segments }) = self.outbox.front() {
            let segments: Vec<BorrowedFd<'_>> = match segments {
                Some((content, range)) => content.segments[range.clone()].iter().map(AsFd::as_fd).collect(),
                None => Vec::new(),
            };
            match self.channel.try_send(bytes, &segments) {
                Ok(true) => drop(self.outbox.pop_front()),
                Ok(false) => return Ok(()),
                // More descriptors are on their way to workers than a process may have open.
                Err(err) if err.raw_os_error() == Some(libc::ETOOMANYREFS) => return Ok(()),
                Err(err) => {
                    self.outbox.clear();
                    self.channel_open = false;
                    let _ = self.child.kill(libc::SIGKILL);
                    return Err(err);
                }
            }
        }
        Ok(())
    }

    pub(super) fn running(&self) -> Option<Running> {
        self.running
    }

    /// Takes what it was drawing.
    pub(super) fn end(&mut self) -> Option<Running> {
        self.running.take()
    }

    /// Asks it to end now, and makes it after `grace`.
    pub(super) fn condemn(&mut self, why: Why, grace: Duration) {
        if self.sentence.is_none() {
            let _ = self.child.kill(libc::SIGTERM);
            self.sentence = Some(Sentence { why, kill_at: Instant::now() + grace, killed: None });
        }
    }

    /// When [`Self::tick`] next has something to do.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match (self.sentence, self.running) {
            (Some(Sentence { killed: Some(at), .. }), _) => Some(at + GIVE_UP),
            (Some(Sentence { kill_at, .. }), _) => Some(kill_at),
            (None, Some(running)) => running.due,
            (None, None) => None,
        }
    }

    /// Does what is due: SIGTERM at the end of the figure's time, SIGKILL after the grace.
    pub(super) fn tick(&mut self, now: Instant, grace: Duration) -> Due {
        if self.next_due().is_none_or(|due| due > now) {
            return Due::Nothing;
        }
        match &mut self.sentence {
            None => self.condemn(Why::Timeout, grace),
            Some(Sentence { killed: Some(_), .. }) => return Due::GaveUp,
            Some(sentence) => {
                let _ = self.child.kill(libc::SIGKILL);
                sentence.killed = Some(now);
            }
        }
        Due::Nothing
    }

    /// What to wait for. The channel comes first: what is written to stderr before a message is
    /// then seen with it.
    pub(super) fn watched(&self) -> impl Iterator<Item = (Part, (BorrowedFd<'_>, Interest))> {
        let interest = if self.outbox.is_empty() { Interest::Read } else { Interest::ReadWrite };
        [
            self.channel_open.then(|| (Part::Channel, (self.channel.as_fd(), interest))),
            self.stderr_open.then(|| (Part::Stderr, (self.stderr.as_fd(), Interest::Read))),
            Some((Part::Process, (self.child.as_fd(), Interest::Read))),
        ]
        .into_iter()
        .flatten()
    }

    /// The next message, if one is there, and the descriptors that came with it.
    pub(super) fn receive(&mut self) -> Option<(Word, Vec<OwnedFd>)> {
        if !self.channel_open {
            return None;
        }
        match self.channel.try_recv().and_then(|received| match received {
            Received::Message(message) => {
                decode(&message.bytes).map(|word| Some((word, message.descriptors)))
            }
            Received::Nothing => Ok(None),
            Received::End => Err(io::ErrorKind::UnexpectedEof.into()),
        }) {
            Ok(word) => word,
            Err(_) => {
                // At its end, or out of its mind: either way its death settles its task.
                self.channel_open = false;
                let _ = self.child.kill(libc::SIGKILL);
                None
            }
        }
    }

    /// Reads what it wrote to stderr, at most 64 KiB at a time, and keeps the end.
    pub(super) fn read_stderr(&mut self) {
        let mut block = [0; 16 << 10];
        for _ in 0..4 {
            match self.stderr.read(&mut block) {
                Ok(0) => {
                    self.stderr_open = false;
                    return;
                }
                Ok(len) => {
                    self.tail.extend_from_slice(&block[..len]);
                    let surplus = self.tail.len().saturating_sub(TAIL);
                    self.tail.drain(..surplus);
                }
                Err(_) => return,
            }
        }
    }

    /// Takes what was kept of its stderr.
    pub(super) fn take_stderr(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.tail)).trim().to_owned()
    }

    pub(super) fn ended(&mut self) -> Option<Ended> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends an idle worker, without waiting for it to be gone.
    pub(super) fn dismiss(self) -> Child {
        let _ = self.child.kill(libc::SIGKILL);
        self.child
    }
}

/// A descriptor of a [`Hand`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Channel,
    Stderr,
    Process,
}

fn set_nonblocking(fd: BorrowedFd<'_>) -> io::Result<()> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(())
}
