//! What a person asked for, one figure entry each, with nothing left to inherit.
//!
//! [`PlotSpec`] is an entry of the plots configuration, [`Points`] its figures: one, or the points of
//! a sweep, made when asked for, so that a sweep of a million figures holds its entry once.

use super::Node;
use super::sweep::Space;
use crate::diag::{Diagnostic, Place};
use std::sync::Arc;

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
    /// Its figures; exactly one without label for a single plot.
    pub points: Points,
}

/// What to do about an existing output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ExistOk {
    Replace,
    Fail,
    Skip,
}

/// The figures of an entry. Cloning shares them; each [`Point`] is made when asked for.
#[derive(Clone, Debug)]
pub struct Points {
    pub(super) template: Arc<Template>,
}

/// What the points of an entry have in common.
#[derive(Debug)]
pub(super) struct Template {
    /// The resolved entry: a mapping, sweeps still in it.
    pub(super) body: Node,
    /// Whether the shorthands of plain entries apply.
    pub(super) plain: bool,
    /// The sweep dimensions, if the entry is a sweep.
    pub(super) space: Option<Space>,
    /// Extension where `file_ext` is not given.
    pub(super) default_ext: String,
    /// rcParams under those of `style` (`creator_init_kwargs.style`).
    pub(super) default_style: Vec<(Node, Node)>,
    /// Why none of its figures can be drawn, if that is known.
    pub(super) obstacle: Option<Diagnostic>,
}

impl Points {
    /// Number of figures, at least 1.
    pub fn len(&self) -> u64 {
        self.template.space.as_ref().map_or(1, |space| space.volume().max(1))
    }

    /// Never: an entry has at least one figure.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Figure number `index` in the order of iteration; `None` past the last.
    pub fn get(&self, index: u64) -> Option<Point> {
        (index < self.len()).then(|| super::entry::point(&self.template, index))
    }

    /// All figures in order, each made when it comes.
    pub fn iter(&self) -> PointsIter {
        PointsIter { points: self.clone(), next: 0 }
    }
}

impl IntoIterator for &Points {
    type Item = Point;
    type IntoIter = PointsIter;

    fn into_iter(self) -> PointsIter {
        self.iter()
    }
}

/// Iterator over [`Points`].
#[derive(Clone, Debug)]
pub struct PointsIter {
    points: Points,
    next: u64,
}

impl Iterator for PointsIter {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        let point = self.points.get(self.next)?;
        self.next += 1;
        Some(point)
    }
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
    /// What to draw, or why this figure cannot be drawn (it is `failed`, the others are drawn).
    pub entry: Result<Entry, Diagnostic>,
}

/// The content of an entry at one point, sorted by who reads it. Shorthands of plain entries are
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

impl Entry {
    /// A serialisation of all that the entry asks for, independent of places, comments and how it was
    /// inherited: equal texts draw equal figures of equal data (`--resume`).
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        let mut pairs = |name: &str, pairs: &[(Node, Node)]| {
            out.push_str(name);
            out.push('{');
            for (key, value) in pairs {
                key.canonical(&mut out);
                out.push(':');
                value.canonical(&mut out);
                out.push(',');
            }
            out.push_str("}\n");
        };
        pairs("select", &self.select);
        pairs("plot", &self.plot);
        pairs("helpers", &self.helpers);
        pairs("style", &self.style);
        for (name, nodes) in [
            ("transform", self.transform.iter().collect::<Vec<_>>()),
            ("compute_only", self.compute_only.iter().collect()),
            ("dag_options", self.dag_options.iter().collect()),
        ] {
            out.push_str(name);
            out.push('[');
            for node in nodes {
                node.canonical(&mut out);
                out.push(',');
            }
            out.push_str("]\n");
        }
        out
    }
}
