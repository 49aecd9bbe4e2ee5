//! The parent's side of a living loader: orders parcels, takes their segments without mapping them,
//! finds out which leaf killed a loader and goes on with another one. Never waits.

use super::child::Service;
use super::{BUSY, BYTES, CURRENT, HEAD, Order, REUSED, Word};
use crate::arena::Options;
use crate::arena::want::{From, Wanted, Wants};
use crate::data::Demand;
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;
use crate::sys::memfd::Scratch;
use crate::sys::memory::{self, OomKills};
use crate::sys::{
    Channel, Child, Counters, Ended, ForkOptions, Inherit, Message, OpenFiles, Received, fork,
    redirect_output, signal_name,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// After so many deaths the rest is given up.
const MOST_DEATHS: usize = 32;
/// A loader may die so often without reading anything at the time.
const MOST_IDLE_DEATHS: usize = 3;
/// Less than this is not worth a second thread.
const SMALL: u64 = 1 << 20;
/// Orders that a loader has at a time: one being done, and the next.
const AHEAD: usize = 2;
/// When a message did not fit is tried again after so long.
const AGAIN: Duration = Duration::from_millis(10);

/// A loaded parcel.
#[derive(Debug)]
pub struct Delivered {
    /// Its number.
    pub parcel: u32,
    /// Its segments.
    pub segments: Vec<OwnedFd>,
    /// Their bytes.
    pub bytes: u64,
    /// Leaves that could not be read, by path.
    pub failed: Vec<(String, Diagnostic)>,
}

/// A loader that lives as long as this value and loads parcels as they are ordered.
///
/// Dropping it ends the child.
#[derive(Debug)]
pub struct Loader<'a> {
    tree: &'a Tree,
    orders: Vec<Demand>,
    options: Options,
    threads: usize,
    counters: Counters,
    /// A loader that is forked later has no descriptors that came since.
    files: OpenFiles,
    process: Option<Process>,
    oom_kills: OomKills,
    /// Asked for, not yet sent.
    waiting: VecDeque<Order>,
    /// Sent, not yet done; the first is being done.
    sent: VecDeque<Order>,
    open: BTreeMap<u32, Open>,
    ready: Vec<Delivered>,
    notes: Vec<Diagnostic>,
    deaths: usize,
    idle_deaths: usize,
    total: u64,
}

/// A loader child.
#[derive(Debug)]
struct Process {
    child: Child,
    channel: Channel,
    output: Scratch,
    inherited: u64,
}

/// A parcel of which something is missing.
#[derive(Debug, Default)]
struct Open {
    segments: Vec<OwnedFd>,
    bytes: u64,
    failed: Vec<(String, Diagnostic)>,
    /// Numbers of the leaves that need no more reading.
    settled: BTreeSet<usize>,
    /// Orders for it that are not done.
    orders: usize,
}

impl<'a> Loader<'a> {
    /// A loader for parcels with exactly these demands (see [`Tree::with_coords`]), numbered in this
    /// order. Its child is forked here, from the main thread of a process without others, unless there
    /// is nothing to load.
    ///
    /// # Errors
    /// If it cannot be forked.
    pub fn start(tree: &'a Tree, orders: Vec<Demand>, options: Options) -> Result<Self, Diagnostic> {
        let (mut most, mut total) = (0, 0_u64);
        for demand in &orders {
            let wants = Wants::exact(demand, tree);
            most = most.max(wants.leaves.len());
            total = total.saturating_add(wants.bytes());
        }
        let usable = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if total < SMALL { 1 } else { options.threads.unwrap_or_else(usable) };
        let mut loader = Self {
            tree,
            orders,
            options,
            threads,
            counters: Counters::new(HEAD + most).map_err(|err| cannot_start(&err))?,
            files: OpenFiles::now().map_err(|err| cannot_start(&err))?,
            process: None,
            oom_kills: OomKills::now(),
            waiting: VecDeque::new(),
            sent: VecDeque::new(),
            open: BTreeMap::new(),
            ready: Vec::new(),
            notes: Vec::new(),
            deaths: 0,
            idle_deaths: 0,
            total,
        };
        if most > 0 {
            loader.process = Some(loader.spawn().map_err(|err| cannot_start(&err))?);
        }
        Ok(loader)
    }

    /// Asks for a parcel, which will be among what [`listen`](Self::listen) gives, after those that
    /// were asked for before. One that was given may be asked for again.
    ///
    /// # Errors
    /// If there is no such parcel, or no loader can be forked.
    pub fn order(&mut self, parcel: u32) -> io::Result<()> {
        let Some(demand) = self.orders.get(parcel as usize) else {
            return Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no parcel {parcel}")));
        };
        if demand.0.is_empty() {
            self.ready.push(Delivered { parcel, segments: Vec::new(), bytes: 0, failed: Vec::new() });
            return Ok(());
        }
        self.place(Order { parcel, todo: None }, false);
        self.send()
    }

    /// What is readable when [`listen`](Self::listen) has something to do.
    pub fn watched(&self) -> Option<BorrowedFd<'_>> {
        self.process.as_ref().map(|process| process.channel.as_fd())
    }

    /// When [`listen`](Self::listen) has something to do at the latest, whatever is readable.
    pub fn due(&self) -> Option<Instant> {
        if !self.ready.is_empty() {
            return Some(Instant::now());
        }
        let stuck = !self.waiting.is_empty() && self.sent.len() < AHEAD;
        stuck.then(|| Instant::now() + AGAIN)
    }

    /// The parcels that are complete, with leaves that could not be read.
    ///
    /// # Errors
    /// Nothing more can be loaded: no memory, a loader killed for want of it or by a request to stop,
    /// or one that dies again and again while it reads nothing.
    pub fn listen(&mut self) -> Result<Vec<Delivered>, Diagnostic> {
        while let Some(process) = &self.process {
            match process.channel.try_recv() {
                Ok(Received::Message(message)) => self.take(message)?,
                Ok(Received::Nothing) => break,
                Ok(Received::End) => self.mourn()?,
                Err(err) => return Err(lost(&err)),
            }
        }
        self.send().map_err(|err| cannot_start(&err))?;
        Ok(std::mem::take(&mut self.ready))
    }

    /// How much of all parcels has been read.
    pub fn loaded(&self) -> LoadProgress {
        let done = self.counters[BYTES].load(Ordering::Relaxed).min(self.total);
        LoadProgress { done, total: self.total, reused: self.counters[REUSED].load(Ordering::Relaxed) }
    }

    /// Warnings that came since the last call.
    pub fn notes(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.notes)
    }

    /// Private memory of the child beyond what it inherited, bytes.
    pub fn anon(&self) -> u64 {
        let of = |process: &Process| memory::private(process.child.pid()).saturating_sub(process.inherited);
        self.process.as_ref().map_or(0, of)
    }

    fn place(&mut self, order: Order, first: bool) {
        self.open.entry(order.parcel).or_default().orders += 1;
        if first { self.waiting.push_front(order) } else { self.waiting.push_back(order) }
    }

    /// Sends as many orders as the loader should have.
    fn send(&mut self) -> io::Result<()> {
        while self.sent.len() < AHEAD
            && let Some(order) = self.waiting.front()
        {
            if self.deaths >= MOST_DEATHS {
                self.give_up();
                break;
            }
            let bytes = serde_json::to_vec(order).map_err(io::Error::other)?;
            if self.process.is_none() {
                self.process = Some(self.spawn()?);
            }
            let Some(process) = &self.process else { break };
            match process.channel.try_send(&bytes, &[]) {
                Ok(true) => self.sent.extend(self.waiting.pop_front()),
                Ok(false) => break,
                // It has died, which is seen when listening.
                Err(err) if err.kind() == io::ErrorKind::BrokenPipe => break,
                Err(err) => return Err(err),
            }
        }
        Ok(())
    }

    fn spawn(&self) -> io::Result<Process> {
        let (ours, theirs) = Channel::pair()?;
        let output = Scratch::new("shmplot-loader-stderr")?;
        let needed = [theirs.as_fd(), output.as_fd()];
        let options = ForkOptions {
            own_group: true,
            inherit: Inherit::Since(&self.files, &needed),
            ..ForkOptions::default()
        };
        let child = fork(&options, || {
            // A decoder that aborts says why on its output.
            let _ = redirect_output(output.as_fd());
            let Self { tree, orders, counters, options, threads, .. } = self;
            Service { tree, orders, counters, options, threads: *threads }.run(&theirs)
        })?;
        let inherited = memory::private(child.pid());
        Ok(Process { child, channel: ours, output, inherited })
    }

    fn take(&mut self, message: Message) -> Result<(), Diagnostic> {
        let nonsense = || Diagnostic::error("the loader said nonsense");
        let word: Word =
            serde_json::from_slice(&message.bytes).map_err(|err| nonsense().caused_by(err.to_string()))?;
        let order = self.sent.front();
        let parcel = order.map_or(0, |order| order.parcel);
        let Some(open) = order.and_then(|order| self.open.get_mut(&order.parcel)) else {
            return Err(match word {
                Word::Stop(diagnostic) => diagnostic,
                _ => nonsense(),
            });
        };
        match word {
            Word::Segment { leaves, bytes } => {
                open.segments.extend(message.descriptors);
                open.bytes = open.bytes.saturating_add(bytes);
                open.settled.extend(leaves);
            }
            Word::Note(warning) => self.notes.push(warning),
            Word::Failed { leaf, path, why } => {
                open.settled.insert(leaf);
                open.failed.push((path, why));
            }
            Word::Done(failed) => {
                if open.orders == 1 {
                    open.failed.extend(failed);
                }
                self.sent.pop_front();
                self.end(parcel);
            }
            Word::Stop(diagnostic) => return Err(diagnostic),
        }
        Ok(())
    }

    /// One order of a parcel is done with.
    fn end(&mut self, parcel: u32) {
        let Some(open) = self.open.get_mut(&parcel) else { return };
        open.orders -= 1;
        if open.orders == 0
            && let Some(Open { segments, bytes, mut failed, .. }) = self.open.remove(&parcel)
        {
            failed.sort_by(|a, b| a.0.cmp(&b.0));
            self.ready.push(Delivered { parcel, segments, bytes, failed });
        }
    }

    /// The loader has died: decides what is tried again and what is given up.
    fn mourn(&mut self) -> Result<(), Diagnostic> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        let ended = process.child.wait().map_err(|err| lost(&err))?;
        let oom_before = std::mem::replace(&mut self.oom_kills, OomKills::now());
        // In the order in which they were sent, before all others.
        while let Some(order) = self.sent.pop_back() {
            self.waiting.push_front(order);
        }
        if let Ended::Killed(signal) = ended {
            if matches!(signal, libc::SIGINT | libc::SIGTERM) {
                return Err(Diagnostic::error("loading was interrupted"));
            }
            let evidence = self.oom_kills.evidence_since(&oom_before);
            if let (libc::SIGKILL, Some(evidence)) = (signal, evidence) {
                return Err(Diagnostic::error("the loader was killed").caused_by(evidence));
            }
        }
        let how = how_it_ended(ended, &process.output);
        self.deaths += 1;
        let was_at = self.counters[CURRENT].swap(0, Ordering::Relaxed);
        let was_first = self.waiting.front().is_some_and(|order| u64::from(order.parcel) + 1 == was_at);
        let order = if was_first { self.waiting.pop_front() } else { None };
        let Some(order) = order else {
            self.idle_deaths += 1;
            if self.idle_deaths > MOST_IDLE_DEATHS {
                return Err(Diagnostic::error("the loader died").caused_by(how));
            }
            return Ok(());
        };
        let parcel = order.parcel;
        let wanted = self.wanted(parcel);
        let settled = self.open.get(&parcel).map(|open| open.settled.clone()).unwrap_or_default();
        let left = order.todo.unwrap_or_else(|| (0..wanted.len()).collect());
        let (suspects, rest): (Vec<usize>, Vec<usize>) =
            left.into_iter().filter(|leaf| !settled.contains(leaf)).partition(|leaf| {
                self.counters.get(HEAD + leaf).is_some_and(|state| state.load(Ordering::Relaxed) == BUSY)
            });
        // What was not being read comes last, and says what cannot be begun.
        self.place(Order { parcel, todo: Some(rest) }, true);
        match &suspects[..] {
            [] => {
                self.idle_deaths += 1;
                if self.idle_deaths > MOST_IDLE_DEATHS {
                    return Err(Diagnostic::error("the loader died").caused_by(how));
                }
            }
            [one] => self.blame(parcel, &wanted[*one], *one, &how),
            _ => {
                for one in suspects.into_iter().rev() {
                    self.place(Order { parcel, todo: Some(vec![one]) }, true);
                }
            }
        }
        self.end(parcel);
        Ok(())
    }

    /// Gives all parcels out that are not complete, the rest of their leaves as not readable.
    fn give_up(&mut self) {
        self.waiting.clear();
        self.sent.clear();
        let parcels: Vec<u32> = self.open.keys().copied().collect();
        for parcel in parcels {
            let Some(demand) = self.orders.get(parcel as usize) else { continue };
            let wants = Wants::exact(demand, self.tree);
            for (number, leaf) in wants.leaves.iter().enumerate() {
                if self.open.get(&parcel).is_some_and(|open| !open.settled.contains(&number)) {
                    self.blame(parcel, leaf, number, "loaders died too often");
                }
            }
            if let Some(open) = self.open.get_mut(&parcel) {
                open.failed.extend(wants.failed);
                open.orders = 1;
                self.end(parcel);
            }
        }
    }

    fn wanted(&self, parcel: u32) -> Vec<Wanted> {
        self.orders
            .get(parcel as usize)
            .map(|demand| Wants::exact(demand, self.tree).leaves)
            .unwrap_or_default()
    }

    /// Gives a leaf up.
    fn blame(&mut self, parcel: u32, leaf: &Wanted, number: usize, how: &str) {
        let file = match &leaf.from {
            From::Array(array) => self.tree.files.get(array.file).map(|file| file.path.display().to_string()),
            From::Inline(_) => None,
        };
        let of = file.map(|file| format!(" of {file}")).unwrap_or_default();
        let message = format!("the loader died while reading `{}`{of}", leaf.path);
        if let Some(open) = self.open.get_mut(&parcel) {
            open.settled.insert(number);
            open.failed.push((leaf.path.clone(), Diagnostic::error(message).caused_by(how)));
        }
    }
}

fn cannot_start(err: &io::Error) -> Diagnostic {
    Diagnostic::error("cannot start the loader").caused_by(err.to_string())
}

fn lost(err: &io::Error) -> Diagnostic {
    Diagnostic::error("lost the loader").caused_by(err.to_string())
}

/// How a loader ended, as a cause.
fn how_it_ended(ended: Ended, output: &Scratch) -> String {
    let how = match ended {
        Ended::Killed(signal) => format!("it was ended by {}", signal_name(signal)),
        Ended::Exited(code) => format!("it exited with code {code}"),
    };
    // The first line says what happened; a backtrace may follow.
    match output.tail(64 << 10).lines().find(|line| !line.trim().is_empty()) {
        Some(first) => format!("{how}: {}", first.trim()),
        None => how,
    }
}
