//! What happens during a run, as pool and arena tell it and report records it.

use super::{Diagnostic, Outcome};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// The account of one figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureRecord {
    /// Number of the task in its plan.
    pub task: usize,
    /// Name of the entry.
    pub name: String,
    /// The sweep point (`13__beta_0.2__seed_1`), if it is one.
    pub point: Option<String>,
    /// Planned files, relative to the output directory.
    pub outputs: Vec<PathBuf>,
    /// How it ended.
    pub outcome: Outcome,
    /// Wall time of drawing.
    pub wall: Duration,
    /// CPU time of drawing.
    pub cpu: Duration,
    /// The worker's private memory at its end (RssAnon), less what it inherited, bytes.
    pub anon_bytes: u64,
    /// What should be known about it.
    pub warnings: Vec<Diagnostic>,
}

impl FigureRecord {
    /// The figure's name for people: that of its entry, for a sweep with `/` and the point.
    pub fn label(&self) -> String {
        match &self.point {
            Some(point) => format!("{}/{point}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Memory of a run, bytes, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryReading {
    /// Resident part of the arena, counted once.
    pub arena: u64,
    /// The most that it was until now.
    pub arena_peak: u64,
    /// Sum over all processes of private anonymous memory, what children inherited counted once.
    pub anon: u64,
    /// The largest of the workers' anonymous memories.
    pub worker_anon: u64,
}

/// How far loading is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadProgress {
    /// Bytes in the arena.
    pub done: u64,
    /// Bytes that will be there.
    pub total: u64,
    /// How many of those done an earlier run had decoded and stored.
    pub reused: u64,
}

/// One thing that happened. `pool` and `arena` emit them, `report` records them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Loading goes on.
    Loading(LoadProgress),
    /// A worker began a figure.
    Started {
        /// The task's number.
        task: usize,
        /// The worker's pid.
        worker: i32,
    },
    /// A figure ended.
    Finished(Box<FigureRecord>),
    /// What several figures need was computed once.
    Made {
        /// The number of the job that did it.
        task: usize,
        /// Bytes of its segment.
        bytes: u64,
    },
    /// Something about the run as a whole should be known.
    Note(Diagnostic),
    /// Memory was read.
    Memory(MemoryReading),
    /// A signal asked to stop; figures being drawn are finished first.
    Draining {
        /// The signal.
        signal: i32,
    },
}
