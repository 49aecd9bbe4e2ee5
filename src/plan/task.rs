//! What a run will do, figure by figure.

use crate::data::Demand;
use crate::diag::{FigureRecord, Place};
use crate::render::Chart;
use crate::render::paint::Format;
use crate::transform::{Graph, NodeId};
use std::path::PathBuf;

/// One file of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Relative to the output directory.
    pub path: PathBuf,
    /// Format.
    pub format: Format,
}

/// One figure to draw.
#[derive(Clone, Debug)]
pub struct FigureTask {
    /// Its number in the plan.
    pub id: usize,
    /// Name of its entry.
    pub name: String,
    /// Sweep point, if it is one.
    pub point: Option<String>,
    /// Where its entry is written.
    pub place: Place,
    /// Its files.
    pub outputs: Vec<Output>,
    /// Its graph.
    pub graph: Graph,
    /// The node whose value is drawn.
    pub root: NodeId,
    /// What it should look like.
    pub chart: Chart,
    /// What it can touch.
    pub demand: Demand,
    /// Digest of its configuration and of the identity of its sources: equal digests give equal
    /// files (`--resume`).
    pub digest: u64,
}

/// Everything a run will do.
#[derive(Debug, Default)]
pub struct Plan {
    /// The figures to draw.
    pub tasks: Vec<FigureTask>,
    /// The figures whose fate is known already: failed in planning, skipped, unchanged.
    pub settled: Vec<FigureRecord>,
    /// What all tasks can touch.
    pub demand: Demand,
}
