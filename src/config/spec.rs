//! What a person asked for, one figure entry each, with nothing left to inherit or expand.

use super::Node;
use crate::diag::Place;

/// How an entry is spread over data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creator {
    /// `base` or `pyplot`.
    PyPlot,
    /// One figure a universe.
    Universe,
    /// One figure from all universes.
    Multiverse,
}

/// One entry of the plots configuration.
#[derive(Clone, Debug)]
pub struct PlotSpec {
    /// Its name, may hold `/`.
    pub name: String,
    /// Where its name is written.
    pub place: Place,
    /// Whether it is to be plotted when not chosen by name.
    pub enabled: bool,
    /// Creator.
    pub creator: Creator,
    /// `out_dir` as written (a format string), if given.
    pub out_dir: Option<(String, Place)>,
    /// Whether an existing output is replaced (`true`, the default), an error (`false`), or a reason
    /// to skip.
    pub exist_ok: ExistOk,
    /// Its sweep points; exactly one without state for a single plot.
    pub points: Vec<Point>,
}

/// What to do about an existing output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ExistOk {
    Replace,
    Fail,
    Skip,
}

/// One point of a sweep, or the single plot.
#[derive(Clone, Debug)]
pub struct Point {
    /// `13__beta_0.2__seed_1` for a sweep point, `None` for a single plot.
    pub label: Option<String>,
    /// Sweep dimensions and their values as text, in dimension order.
    pub state: Vec<(String, String)>,
    /// Extension without dot.
    pub file_ext: String,
    /// What to draw.
    pub entry: Entry,
}

/// The content of an entry at one point, sorted by who reads it. Shorthands of DESIGN section 4 are
/// already turned into `select` and `helpers`.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// `select`: tag → what.
    pub select: Vec<(Node, Node)>,
    /// `transform`: items.
    pub transform: Vec<Node>,
    /// `compute_only`, if given.
    pub compute_only: Option<Node>,
    /// `dag_options`, if given.
    pub dag_options: Option<Node>,
    /// Arguments of the plot function (`kind`, `x`, `hue`, `cmap`, `bins`, …).
    pub plot: Vec<(Node, Node)>,
    /// `helpers`: name → parameters.
    pub helpers: Vec<(Node, Node)>,
    /// `style`: rcParam → value.
    pub style: Vec<(Node, Node)>,
}
