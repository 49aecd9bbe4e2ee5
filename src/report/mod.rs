//! Journal, progress, results and the closing summary, from [`Event`]s.
//!
//! [`Report::begin`] opens the journal, [`Report::record`] takes every event, [`Report::finish`]
//! writes `results.json`, prints the summary and gives the exit code.

pub mod journal;

use crate::diag::{Diagnostic, Event, ExitCode};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the account says about the run as a whole.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// [`crate::output::publish::run_id`].
    pub id: String,
    /// As typed.
    pub command: String,
    /// Digest of the whole plan.
    pub plan_digest: u64,
    /// Number of workers.
    pub workers: usize,
}

/// Whether progress is shown on stderr (`--progress`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// A bar on a terminal, plain lines now and then elsewhere.
    #[default]
    Auto,
    /// A bar, terminal or not.
    Always,
    /// Neither.
    Never,
}

/// How to report.
pub struct Options<'a> {
    /// Output directory.
    pub out: PathBuf,
    /// The run.
    pub info: RunInfo,
    /// Number of figures to come, settled ones included.
    pub total: usize,
    /// Digest of each task, by its number ([`crate::plan::FigureTask::digest`]).
    pub digests: BTreeMap<usize, u64>,
    /// Progress.
    pub progress: Progress,
    /// Events as JSON lines on stdout.
    pub json: bool,
    /// The text of a diagnostic, many lines or one (`cli` shows the source).
    pub render: Box<dyn Fn(&Diagnostic) -> String + 'a>,
}

/// The account of a run in progress.
pub struct Report<'a> {
    options: Options<'a>,
}

impl<'a> Report<'a> {
    /// Opens the journal `OUT/.shmplot/run.jsonl`. Take the output directory's lock before.
    ///
    /// # Errors
    /// If it cannot be written. Exit code 4.
    pub fn begin(options: Options<'a>) -> Result<Self, Diagnostic> {
        Ok(Self { options })
    }

    /// Takes one event. Give it the plan's settled figures as `Finished`, too.
    pub fn record(&mut self, event: Event) {
        let _ = (event, &self.options);
        unimplemented!()
    }

    /// Writes `results.json`, prints the summary, and says how to exit.
    ///
    /// # Errors
    /// If results or journal could not be written. Exit code 4.
    pub fn finish(self) -> Result<ExitCode, Diagnostic> {
        unimplemented!()
    }
}
