//! The parent's side of loading: forks loaders, takes their segments, finds out which leaf killed
//! one.
//!
//! A loader that dies takes only those leaves with it whose reading kills it: what it had delivered
//! is kept, and what it was reading at the time is tried again, each leaf in a loader of its own.
//! The child's side is in `child`.

mod child;
mod contiguous;
mod stats;
mod texts;
mod units;

use super::Options;
use super::segment::Segment;
use super::want::{From, Wanted};
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;
use crate::sys::memfd::Scratch;
use crate::sys::memory::OomKills;
use crate::sys::{Channel, Child, Counters, Ended, ForkOptions, Inherit, Interest, Message, Received};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);
/// After so many deaths the rest is given up.
const MOST_DEATHS: usize = 32;
/// Less than this is not worth a second thread.
const SMALL: u64 = 1 << 20;

/// A leaf's state in the counters that loader and parent share: not begun (0), …
const BUSY: u64 = 1;
/// … read, or failed.
const ENDED: u64 = 2;

/// What a loader says.
#[derive(Debug, Serialize, Deserialize)]
enum Word {
    /// The descriptor that comes with this is a finished segment.
    Segment,
    /// A leaf cannot be read.
    Failed(usize, Diagnostic),
    /// Nothing more can be loaded.
    Stop(Diagnostic),
}

/// Loads `wanted`, which is in order of paths. Gives the segments, in order of their first leaves,
/// and the leaves that could not be read.
///
/// # Errors
/// As [`super::Arena::load`].
pub(super) fn load(
    wanted: &[Wanted],
    tree: &Tree,
    options: &Options,
    progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
) -> Result<(Vec<Segment>, BTreeMap<String, Diagnostic>), Diagnostic> {
    let mut loading = Loading {
        wanted,
        segments: Vec::new(),
        done: vec![false; wanted.len()],
        failed: BTreeMap::new(),
        total: wanted.iter().map(Wanted::bytes).fold(0, u64::saturating_add),
    };
    let usable = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if loading.total < SMALL { 1 } else { options.threads.unwrap_or_else(usable) };
    let mut rounds = VecDeque::from([(0..wanted.len()).collect::<Vec<_>>()]);
    let mut deaths = 0;
    while let Some(todo) = rounds.pop_front() {
        if todo.is_empty() {
            continue;
        }
        let counters = Counters::new(1 + wanted.len()).map_err(|err| cannot_start(&err))?;
        let oom_before = OomKills::now();
        let scratch = Scratch::new("shmplot-loader-stderr").map_err(|err| cannot_start(&err))?;
        let round = child::Round { tree, wanted, todo: &todo, counters: &counters, options, threads };
        let ended = loading.listen(&round, &scratch, progress)?;
        let left: Vec<usize> = todo.into_iter().filter(|i| !loading.is_settled(*i)).collect();
        if left.is_empty() {
            continue;
        }
        if let Ended::Killed(signal) = ended {
            if matches!(signal, libc::SIGINT | libc::SIGTERM) {
                return Err(interrupted());
            }
            let evidence = OomKills::now().evidence_since(&oom_before);
            if let (libc::SIGKILL, Some(evidence)) = (signal, evidence) {
                return Err(Diagnostic::error("the loader was killed").caused_by(evidence));
            }
        }
        deaths += 1;
        let how = how_it_ended(ended, &scratch);
        let (suspects, rest): (Vec<usize>, Vec<usize>) =
            left.into_iter().partition(|i| counters[1 + i].load(Ordering::Relaxed) == BUSY);
        match &suspects[..] {
            [] => return Err(Diagnostic::error("the loader died").caused_by(how)),
            [one] => {
                loading.blame(*one, &how, tree);
                rounds.push_back(rest);
            }
            _ => {
                rounds.extend(suspects.into_iter().map(|one| vec![one]));
                rounds.push_back(rest);
            }
        }
        if deaths == MOST_DEATHS {
            for one in rounds.drain(..).flatten() {
                loading.blame(one, "loaders died too often", tree);
            }
        }
    }
    let Loading { mut segments, failed, .. } = loading;
    segments.sort_by(|a, b| first_path(a).cmp(first_path(b)));
    Ok((segments, failed))
}

fn first_path(segment: &Segment) -> &str {
    segment.catalog.leaves.first().map_or("", |leaf| leaf.path.as_str())
}

fn interrupted() -> Diagnostic {
    Diagnostic::error("loading was interrupted")
}

/// What has been loaded so far.
struct Loading<'a> {
    wanted: &'a [Wanted],
    segments: Vec<Segment>,
    done: Vec<bool>,
    failed: BTreeMap<String, Diagnostic>,
    total: u64,
}

impl Loading<'_> {
    /// Whether a leaf needs no more reading.
    fn is_settled(&self, i: usize) -> bool {
        self.done[i] || self.failed.contains_key(&self.wanted[i].path)
    }

    /// Runs one loader to its end and takes what it gives.
    fn listen(
        &mut self,
        round: &child::Round<'_>,
        scratch: &Scratch,
        progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
    ) -> Result<Ended, Diagnostic> {
        let before: u64 =
            self.wanted.iter().zip(&self.done).filter(|(_, done)| **done).map(|(leaf, _)| leaf.bytes()).sum();
        let (ours, theirs) = Channel::pair().map_err(|err| cannot_start(&err))?;
        let mut loader = spawn(round, &theirs, &ours, scratch)?;
        drop(theirs);
        let broken = |err: std::io::Error| Diagnostic::error("lost the loader").caused_by(err.to_string());
        'all: loop {
            crate::sys::wait(&[(ours.as_fd(), Interest::Read)], Some(TICK)).map_err(broken)?;
            let done = before.saturating_add(round.counters[0].load(Ordering::Relaxed)).min(self.total);
            if progress(LoadProgress { done, total: self.total }).is_break() {
                // Dropping the child kills and reaps it.
                return Err(interrupted());
            }
            loop {
                match ours.try_recv().map_err(broken)? {
                    Received::Message(message) => self.take(message)?,
                    Received::Nothing => break,
                    Received::End => break 'all,
                }
            }
        }
        loader.wait().map_err(broken)
    }

    /// Takes one message.
    fn take(&mut self, message: Message) -> Result<(), Diagnostic> {
        let word: Word = serde_json::from_slice(&message.bytes)
            .map_err(|err| Diagnostic::error("the loader said nonsense").caused_by(err.to_string()))?;
        match word {
            Word::Segment => {
                for descriptor in message.descriptors {
                    let segment = Segment::from_descriptor(descriptor)?;
                    for leaf in &segment.catalog.leaves {
                        if let Ok(i) = self.wanted.binary_search_by(|wanted| wanted.path.cmp(&leaf.path)) {
                            self.done[i] = true;
                        }
                    }
                    self.segments.push(segment);
                }
            }
            Word::Failed(i, diagnostic) => {
                if let Some(leaf) = self.wanted.get(i) {
                    self.failed.insert(leaf.path.clone(), diagnostic);
                }
            }
            Word::Stop(diagnostic) => return Err(diagnostic),
        }
        Ok(())
    }

    /// Gives a leaf up.
    fn blame(&mut self, i: usize, how: &str, tree: &Tree) {
        let leaf = &self.wanted[i];
        let file = match &leaf.from {
            From::Array(array) => tree.files.get(array.file).map(|file| file.path.display().to_string()),
            From::Inline(_) => None,
        };
        let of = file.map(|file| format!(" of {file}")).unwrap_or_default();
        let message = format!("the loader died while reading `{}`{of}", leaf.path);
        self.failed.insert(leaf.path.clone(), Diagnostic::error(message).caused_by(how));
    }
}

fn spawn(
    round: &child::Round<'_>,
    channel: &Channel,
    parents: &Channel,
    scratch: &Scratch,
) -> Result<Child, Diagnostic> {
    let unwanted = [parents.as_fd()];
    let options = ForkOptions { inherit: Inherit::AllBut(&unwanted), ..ForkOptions::default() };
    crate::sys::fork(&options, || {
        // A decoder that aborts says why on its output.
        let _ = crate::sys::redirect_output(scratch.as_fd());
        round.run(channel)
    })
    .map_err(|err| cannot_start(&err))
}

fn cannot_start(err: &std::io::Error) -> Diagnostic {
    Diagnostic::error("cannot start the loader").caused_by(err.to_string())
}

/// How a loader ended, as a cause.
fn how_it_ended(ended: Ended, scratch: &Scratch) -> String {
    let how = match ended {
        Ended::Killed(signal) => format!("it was ended by {}", crate::sys::signal_name(signal)),
        Ended::Exited(code) => format!("it exited with code {code}"),
    };
    // The first line says what happened; a backtrace may follow.
    match scratch.tail(64 << 10).lines().find(|line| !line.trim().is_empty()) {
        Some(first) => format!("{how}: {}", first.trim()),
        None => how,
    }
}
