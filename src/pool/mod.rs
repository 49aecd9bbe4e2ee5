//! Workers, forked from a single-threaded parent, fed from a queue that keeps similar data on one
//! worker; and the publisher that makes their files durable.

mod fate;
mod hand;
mod protocol;
mod publisher;
mod publishing;
mod queue;
mod supervisor;
mod worker;

use crate::diag::{Diagnostic, Event};
use crate::output::temp;
use crate::sys::Signals;
use crate::sys::io::{Io, Real};
use std::path::PathBuf;
use std::time::Duration;
use supervisor::Supervisor;

/// A figure as the pool sees it.
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
}

/// What a worker made of a task.
#[derive(Debug)]
pub struct Drawn {
    /// The bytes of each of the task's outputs, in order.
    pub files: Vec<Vec<u8>>,
    /// What should be known.
    pub warnings: Vec<Diagnostic>,
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
    /// Resident bytes of the arena, for memory readings.
    pub arena_bytes: u64,
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
    options: &'a Options,
    draw: &'a dyn Fn(usize) -> Result<Drawn, Diagnostic>,
    io: &'a dyn Io,
}

/// Draws all tasks in forked workers with `draw`, which is called in a worker with the task's
/// number. Emits `Started` when a figure is begun and one `Finished` for each (I3): `ok` after its
/// files have their final names.
///
/// Call it from the main thread of a process without other threads. SIGINT, SIGTERM and SIGHUP are
/// events here: the first SIGINT lets the figures being drawn end, the others stop them.
///
/// # Errors
/// If workers cannot be forked at all; figures' fates are events.
pub fn run(
    tasks: &[Task],
    options: &Options,
    draw: &dyn Fn(usize) -> Result<Drawn, Diagnostic>,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), Diagnostic> {
    run_with(tasks, options, draw, on_event, &Real)
}

/// [`run`] with a file system of the caller's, which may fail: [`crate::sys::io::Faulty`].
///
/// # Errors
/// As [`run`].
pub fn run_with(
    tasks: &[Task],
    options: &Options,
    draw: &dyn Fn(usize) -> Result<Drawn, Diagnostic>,
    on_event: &mut dyn FnMut(Event),
    io: &dyn Io,
) -> Result<(), Diagnostic> {
    temp::sweep(&options.out);
    if tasks.is_empty() {
        return Ok(());
    }
    let outputs = tasks.iter().flat_map(|task| &task.outputs).map(PathBuf::as_path);
    let _mark = temp::Mark::set(&options.out, &options.run_id, outputs)?;
    let crew = Crew { tasks, options, draw, io };
    let failed = |err: std::io::Error| Diagnostic::error("cannot run workers").caused_by(err.to_string());
    let signals = Signals::block().map_err(failed)?;
    let supervisor = Supervisor::start(&crew, on_event).map_err(failed)?;
    supervisor.run(&signals).map_err(failed)
}
