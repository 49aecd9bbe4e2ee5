//! Workers, forked from a single-threaded parent, fed from a queue that keeps similar data on one
//! worker; and the publisher that makes their files durable.

use crate::diag::{Diagnostic, Event};
use std::path::PathBuf;
use std::time::Duration;

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
    /// A worker is replaced when a figure leaves it with more private memory, bytes.
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

/// Draws all tasks in forked workers with `draw`, which is called in a worker with the task's
/// number. Emits `Started` and `Finished` for each.
///
/// # Errors
/// If workers cannot be forked at all; figures' fates are events.
pub fn run(
    tasks: &[Task],
    options: &Options,
    draw: &dyn Fn(usize) -> Result<Drawn, Diagnostic>,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), Diagnostic> {
    let _ = (tasks, options, draw, on_event);
    unimplemented!()
}
