//! How a figure ended, and the exit code that follows.

use super::Diagnostic;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// How one figure ended. Every planned figure ends in exactly one of these (I3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// All its files are whole and in place.
    Ok {
        /// Files, relative to the output directory.
        files: Vec<PathBuf>,
        /// Their sizes together.
        bytes: u64,
    },
    /// `--resume` found it done, with the same configuration and sources.
    Unchanged,
    /// A condition of the entry said so.
    Skipped(String),
    /// An error of its own.
    Failed(Diagnostic),
    /// It took longer than allowed.
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// Its worker died.
    Crashed {
        /// The signal, or 0 if the worker exited by itself.
        signal: i32,
        /// What the worker had written to stderr, its last lines.
        stderr: String,
    },
    /// Its worker was killed for want of memory.
    Oom {
        /// What is known about the limit.
        evidence: String,
    },
    /// Stopped while it was being drawn.
    Cancelled(CancelReason),
    /// Never begun.
    NotRun(NotRun),
}

/// Why a figure was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelReason {
    /// Ctrl-C or SIGTERM.
    Signal,
    /// `--fail-fast` after another one's failure.
    FailFast,
}

/// Why a figure was never begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotRun {
    /// Ctrl-C or SIGTERM.
    Signal,
    /// `--fail-fast` after another one's failure.
    FailFast,
    /// Workers died too often.
    RespawnBudget,
    /// The data it needs could not be loaded.
    Data(String),
}

/// The word that journal and results use for an [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are those of Outcome")]
pub enum Status {
    Ok,
    Unchanged,
    Skipped,
    Failed,
    Timeout,
    Crashed,
    Oom,
    Cancelled,
    NotRun,
}

impl Status {
    /// As written in `run.jsonl` and `results.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Crashed => "crashed",
            Self::Oom => "oom",
            Self::Cancelled => "cancelled",
            Self::NotRun => "not-run",
        }
    }

    /// Whether a run with only such figures exits 0.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Ok | Self::Unchanged | Self::Skipped)
    }
}

impl Outcome {
    /// How a figure ends of which drawing or planning says this.
    pub fn of_error(diagnostic: Diagnostic) -> Self {
        if diagnostic.is_skip() { Self::Skipped(diagnostic.message) } else { Self::Failed(diagnostic) }
    }

    /// Its word.
    pub fn status(&self) -> Status {
        match self {
            Self::Ok { .. } => Status::Ok,
            Self::Unchanged => Status::Unchanged,
            Self::Skipped(_) => Status::Skipped,
            Self::Failed(_) => Status::Failed,
            Self::Timeout { .. } => Status::Timeout,
            Self::Crashed { .. } => Status::Crashed,
            Self::Oom { .. } => Status::Oom,
            Self::Cancelled(_) => Status::Cancelled,
            Self::NotRun(_) => Status::NotRun,
        }
    }

    /// One line for a person, `None` where the status says it all.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Ok { .. } | Self::Unchanged => None,
            Self::Skipped(reason) => Some(reason.clone()),
            Self::Failed(diagnostic) => Some(diagnostic.to_string()),
            Self::Timeout { after } => Some(format!("not done after {} s", after.as_secs_f64())),
            Self::Crashed { signal: 0, stderr } => Some(join("the worker exited", stderr)),
            Self::Crashed { signal, stderr } => {
                Some(join(&format!("the worker died of signal {signal}"), stderr))
            }
            Self::Oom { evidence } => Some(evidence.clone()),
            Self::Cancelled(CancelReason::Signal) => Some("interrupted".into()),
            Self::Cancelled(CancelReason::FailFast) => Some("another figure failed (--fail-fast)".into()),
            Self::NotRun(NotRun::Signal) => Some("interrupted before it began".into()),
            Self::NotRun(NotRun::FailFast) => {
                Some("another figure failed before it began (--fail-fast)".into())
            }
            Self::NotRun(NotRun::RespawnBudget) => Some("too many workers died".into()),
            Self::NotRun(NotRun::Data(why)) => Some(why.clone()),
        }
    }
}

fn join(what: &str, stderr: &str) -> String {
    match stderr.trim().lines().last() {
        Some(last) => format!("{what}: {last}"),
        None => what.to_owned(),
    }
}

/// Exit codes of the program (RELIABILITY: "Exit codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// All figures ok, unchanged or skipped.
    Success = 0,
    /// Some figure did not succeed.
    SomeFailed = 1,
    /// Usage or configuration.
    Usage = 2,
    /// Data or arena.
    Data = 3,
    /// Output directory or lock.
    Output = 4,
    /// SIGINT.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}
