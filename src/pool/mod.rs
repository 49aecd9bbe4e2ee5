//! Workers, forked from a single-threaded parent, fed from a queue that keeps similar data on one
//! worker; the parcels of data that they get while they live; and the publisher that makes their
//! files durable.

mod fate;
mod hand;
mod needs;
mod protocol;
mod publisher;
mod publishing;
mod queue;
mod stock;
mod supervisor;
mod worker;

use crate::diag::{Diagnostic, Event, LoadProgress};
use crate::output::temp;
use crate::sys::Signals;
use crate::sys::io::{Io, Real};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use supervisor::Supervisor;

/// Number of a parcel: its place in [`Work::parcels`].
pub type ParcelId = u32;

/// What is to be done, in the schedule's order.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// Figures and shared results. Drawn one after the other in this order, they fit the budget.
    pub tasks: Vec<Task>,
    /// The data that they need.
    pub parcels: Vec<Parcel>,
}

/// A figure or a shared result as the pool sees it.
#[derive(Clone, Debug)]
pub struct Task {
    /// Name of the entry.
    pub name: String,
    /// Sweep point.
    pub point: Option<String>,
    /// Its files, relative to the output directory.
    pub outputs: Vec<PathBuf>,
    /// Tasks with the same number touch the same data.
    pub group: u64,
    /// Relative cost; larger ones first within a group.
    pub cost: u64,
    /// The parcels that must be there before it is begun.
    pub needs: Vec<ParcelId>,
    /// What comes of it.
    pub kind: Kind,
}

/// What comes of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A figure, with events and a record.
    Figure,
    /// This parcel: a shared result. It is accounted for nowhere; if it fails, its users are drawn
    /// without it.
    Make(ParcelId),
}

/// Data that come and go as one.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Bytes that count against the budget, as far as they are known before it comes.
    pub bytes: u64,
    /// Who makes it.
    pub from: Origin,
    /// What those who need it need instead when it cannot be made.
    pub fallback: Vec<ParcelId>,
}

/// Where a parcel comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The [`Supply`].
    Loader,
    /// The [`Kind::Make`] with this number.
    Task(usize),
}

/// Where loaded parcels come from. The supervisor polls it; nothing here waits.
pub trait Supply {
    /// Asks for a parcel. One that was freed may be asked for again.
    ///
    /// # Errors
    /// If nothing can be loaded any more.
    fn order(&mut self, parcel: ParcelId) -> io::Result<()>;

    /// What is readable when [`Self::listen`] has something to do.
    fn watched(&self) -> Option<BorrowedFd<'_>>;

    /// When [`Self::listen`] has something to do at the latest.
    fn due(&self) -> Option<Instant>;

    /// What has come.
    ///
    /// # Errors
    /// Loading is over: nothing that was ordered or will be comes.
    fn listen(&mut self) -> Result<Vec<Delivery>, Diagnostic>;

    /// How far loading is.
    fn loaded(&self) -> LoadProgress;

    /// Private memory of the processes that load, beyond what they inherited, bytes.
    fn anon(&self) -> u64 {
        0
    }
}

/// A parcel that has come.
#[derive(Debug)]
pub struct Delivery {
    /// Which.
    pub parcel: ParcelId,
    /// Its sealed segments, or files opened read-only.
    pub segments: Vec<OwnedFd>,
    /// Bytes that count against the budget as long as it is there.
    pub bytes: u64,
    /// Leaves of it that could not be loaded, by path.
    pub failed: Vec<(String, Diagnostic)>,
}

/// The supply of a run whose data are there already.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSupply;

impl Supply for NoSupply {
    fn order(&mut self, parcel: ParcelId) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, format!("nobody loads parcel {parcel}")))
    }

    fn watched(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn due(&self) -> Option<Instant> {
        None
    }

    fn listen(&mut self) -> Result<Vec<Delivery>, Diagnostic> {
        Ok(Vec::new())
    }

    fn loaded(&self) -> LoadProgress {
        LoadProgress::default()
    }
}

/// What runs inside a worker, one call at a time.
pub trait Craft {
    /// Draws a figure.
    ///
    /// # Errors
    /// Why it failed.
    fn draw(&self, task: usize) -> Result<Drawn, Diagnostic>;

    /// Makes a shared result.
    ///
    /// # Errors
    /// Why it failed.
    fn make(&self, task: usize) -> Result<Made, Diagnostic>;

    /// Takes a parcel, with the leaves of it that could not be loaded.
    ///
    /// # Errors
    /// Why it cannot be used; tasks that need it then fail with this, on this worker.
    fn accept(
        &self,
        parcel: ParcelId,
        segments: Vec<OwnedFd>,
        failed: Vec<(String, Diagnostic)>,
    ) -> Result<(), Diagnostic>;

    /// Lets go of a parcel: its memory is counted as free after this.
    fn forget(&self, parcel: ParcelId);
}

/// A function that draws is the craft of a run without parcels.
impl<F: Fn(usize) -> Result<Drawn, Diagnostic>> Craft for F {
    fn draw(&self, task: usize) -> Result<Drawn, Diagnostic> {
        self(task)
    }

    fn make(&self, _: usize) -> Result<Made, Diagnostic> {
        Err(Diagnostic::error("no shared results are made here"))
    }

    fn accept(&self, _: ParcelId, _: Vec<OwnedFd>, _: Vec<(String, Diagnostic)>) -> Result<(), Diagnostic> {
        Err(Diagnostic::error("no parcels are taken here"))
    }

    fn forget(&self, _: ParcelId) {}
}

/// What a worker made of a figure.
#[derive(Debug)]
pub struct Drawn {
    /// Its files.
    pub files: Files,
    /// What should be known.
    pub warnings: Vec<Diagnostic>,
}

/// The files of a figure.
#[derive(Debug)]
pub enum Files {
    /// The bytes of each of the task's outputs, in order.
    Bytes(Vec<Vec<u8>>),
    /// So many bytes, which have been written to the temporary files already ([`temporary`]): of files
    /// that are made piece by piece.
    Staged(u64),
}

/// The temporary file of a task's output number `file`, which gets its final name.
pub fn temporary(options: &Options, task: usize, output: &Path, file: usize) -> PathBuf {
    temp::temp_path(&options.out.join(output), &options.run_id, task, file)
}

/// A shared result.
#[derive(Debug)]
pub struct Made {
    /// Its sealed segment.
    pub segment: OwnedFd,
    /// Bytes that count against the budget as long as it is there.
    pub bytes: u64,
}

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Number of workers.
    pub workers: usize,
    /// Limit for one figure.
    pub timeout: Option<Duration>,
    /// Stop at the first figure that does not succeed.
    pub fail_fast: bool,
    /// Output directory.
    pub out: PathBuf,
    /// The run's id, part of temporary names: [`crate::output::publish::run_id`].
    pub run_id: String,
    /// Bytes of data that are there from the beginning to the end, beside the parcels.
    pub arena_bytes: u64,
    /// The most bytes of parcels at one moment, if they are limited.
    pub budget: Option<u64>,
    /// Data files that workers may have mapped, and their sizes when they were opened: what a
    /// SIGBUS is blamed on.
    pub mapped: Vec<(PathBuf, u64)>,
    /// What workers may take.
    pub limits: Limits,
}

/// What workers may take; the defaults suit nearly everyone.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time between SIGTERM and SIGKILL.
    pub grace: Duration,
    /// A worker is replaced after so many figures.
    pub figures_a_worker: usize,
    /// A worker is replaced when a figure leaves it with more private memory than it inherited,
    /// bytes.
    pub worker_anon: u64,
    /// The most that a worker can allocate, bytes (RLIMIT_DATA).
    pub worker_data: Option<u64>,
    /// So many workers may die one after the other without a figure that succeeds in between; the
    /// figures left are then not run.
    pub deaths_in_a_row: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(2),
            figures_a_worker: 1000,
            worker_anon: 128 << 20,
            worker_data: None,
            deaths_in_a_row: 50,
        }
    }
}

/// What every process of the pool knows; all are forked from the one that made it.
struct Crew<'a> {
    tasks: &'a [Task],
    parcels: &'a [Parcel],
    options: &'a Options,
    craft: &'a dyn Craft,
    io: &'a dyn Io,
}

/// Draws all figures of `work` in forked workers: `craft` is called in a worker with the task's
/// number. Emits `Started` when a figure is begun and one `Finished` for each (I3): `ok` after its
/// files have their final names. Their numbers are those of [`Work::tasks`].
///
/// Parcels are ordered from `supply`, in the order of the first task that needs them, as long as
/// they fit the budget; handed to the workers that need them; and freed after their last task.
///
/// Call it from the main thread of a process without other threads. SIGINT, SIGTERM and SIGHUP are
/// events here: the first SIGINT lets the figures being drawn end, the others stop them.
///
/// # Errors
/// If workers cannot be forked at all, or `work` is contradictory; figures' fates are events.
pub fn run(
    work: &Work,
    options: &Options,
    supply: &mut dyn Supply,
    craft: &dyn Craft,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), Diagnostic> {
    run_with(work, options, supply, craft, on_event, &Real)
}

/// [`run`] with a file system of the caller's, which may fail: [`crate::sys::io::Faulty`].
///
/// # Errors
/// As [`run`].
pub fn run_with(
    work: &Work,
    options: &Options,
    supply: &mut dyn Supply,
    craft: &dyn Craft,
    on_event: &mut dyn FnMut(Event),
    io: &dyn Io,
) -> Result<(), Diagnostic> {
    temp::sweep(&options.out);
    if let Some(why) = needs::contradiction(work) {
        return Err(Diagnostic::error("the schedule contradicts itself").caused_by(why));
    }
    let Work { tasks, parcels } = work;
    if tasks.is_empty() {
        return Ok(());
    }
    let outputs = tasks.iter().flat_map(|task| &task.outputs).map(PathBuf::as_path);
    let _mark = temp::Mark::set(&options.out, &options.run_id, outputs)?;
    let crew = Crew { tasks, parcels, options, craft, io };
    let failed = |err: io::Error| Diagnostic::error("cannot run workers").caused_by(err.to_string());
    let signals = Signals::block().map_err(failed)?;
    let supervisor = Supervisor::start(&crew, supply, on_event).map_err(failed)?;
    supervisor.run(&signals).map_err(failed)
}
