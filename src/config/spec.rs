//! What a person asked for, one figure entry each, with nothing left to inherit.
//!
//! [`PlotSpec`] is an entry of the plots configuration, [`Points`] its figures: one, or the points of
//! a sweep, made when asked for, so that a sweep of a million figures holds its entry once.

use super::dimension::Dimension;
use super::inherit::Lineage;
use super::sweep::{Outer, Space};
use super::{Node, ParameterSpace, PlotFunction, Universes, Yaml};
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
    /// Whether its configuration is saved beside its figures (`save_plot_cfg`).
    pub save: bool,
    /// Its figures; exactly one without label for a single plot. Those of [`Creator::Universe`] are
    /// known with the data: see [`Points::of_universes`].
    pub points: Points,
    /// Where in the tree the universes are (`creator_init_kwargs.psgrp_path`, `multiverse`).
    pub multiverse: String,
    /// `universes` of [`Creator::Universe`].
    pub universes: Option<Node>,
    /// `expected_multiverse_ndim` of [`Creator::Multiverse`].
    pub expected_ndim: Option<Vec<usize>>,
    /// What it is based on, for messages.
    pub lineage: Arc<Lineage>,
}

impl PlotSpec {
    /// An error of one of its figures: at the entry if no place is known, with the way through
    /// `based_on` to where it was written.
    pub fn blame(&self, error: Diagnostic) -> Diagnostic {
        self.lineage.explain(error.or_at(&self.place))
    }
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
    /// Which universe a point is of.
    pub(super) universe: Of,
    /// Extension where `file_ext` is not given.
    pub(super) default_ext: String,
    /// rcParams under those of `style` (`creator_init_kwargs.style`).
    pub(super) default_style: Vec<(Node, Node)>,
    /// Why none of its figures can be drawn, if that is known.
    pub(super) obstacle: Option<Diagnostic>,
}

/// Which universe the points of an entry are of.
#[derive(Debug, Default)]
pub(super) enum Of {
    /// None in particular.
    #[default]
    Nothing,
    /// This one.
    Only(u64),
    /// The number that the outer dimension has as its value.
    Listed(Vec<u64>),
    /// The one at the states of the outer dimensions, of which there are so many.
    Counted(Vec<u64>),
}

impl Of {
    /// The universe at the states of the outer dimensions.
    pub(super) fn universe(&self, outer: &[usize]) -> Option<u64> {
        match self {
            Self::Nothing => None,
            Self::Only(number) => Some(*number),
            Self::Listed(numbers) => {
                outer.first().and_then(|state| numbers.get(state.wrapping_sub(1))).copied()
            }
            Self::Counted(radices) => {
                let digits = radices.iter().zip(outer);
                Some(digits.fold(0, |number, (radix, state)| number * radix + *state as u64))
            }
        }
    }
}

impl Points {
    /// The figures of an entry over universes: their dimensions come before the entry's own sweeps,
    /// or, for a list of numbers, a dimension `uni_id`. `only_default` says that universe 0 is all
    /// there is: then it is one figure of that one, a sweep only if the entry itself is.
    ///
    /// As in the reference program, masks of the entry's own sweeps do not count here.
    ///
    /// # Errors
    /// Universes that are not there, sweeps that collide with the space's dimensions.
    pub fn of_universes(
        &self,
        universes: &Node,
        space: &ParameterSpace,
        only_default: bool,
    ) -> Result<Self, Vec<Diagnostic>> {
        let one = |error| vec![error];
        let template = &self.template;
        let wanted = Universes::of(universes).map_err(one)?;
        let (outer, of) = if space.num_dims() == 0 || only_default {
            if !matches!(universes.value, Yaml::Str(_)) {
                let message = "there is only universe 0, so that `universes` cannot choose";
                return Err(one(Diagnostic::error(message)
                    .at(universes.place.clone())
                    .help("give `all`, `first`, `last` or `any`".to_owned())));
            }
            (Vec::new(), Of::Only(0))
        } else if let Universes::Numbers(list) = &wanted {
            let dim = Dimension::over("uni_id", list, f64::NEG_INFINITY).map_err(one)?;
            let numbers = list.list().map_err(one)?.iter().map(|item| Ok(item.integer()?.unsigned_abs()));
            let numbers = numbers.collect::<Result<_, _>>().map_err(one)?;
            (vec![Outer { key: ["_uni_id".to_owned(), String::new()], dim }], Of::Listed(numbers))
        } else {
            let dims = space.dims(&wanted.states(space).map_err(one)?);
            let radices = dims.iter().map(|dim| dim.values.len() as u64 + 1).collect();
            let outer = dims.into_iter().enumerate().map(|(number, dim)| Outer {
                key: ["_coords".to_owned(), dim.name.clone().unwrap_or_default()],
                dim: Dimension { order: -1e8 + number as f64, ..dim },
            });
            (outer.collect(), Of::Counted(radices))
        };
        let space = match &of {
            Of::Counted(_) => Some(Space::within(&template.body, outer)?.unmasked()?),
            Of::Listed(_) => Some(Space::within(&template.body, outer)?),
            _ if template.space.is_some() => Some(Space::of(&template.body)?),
            _ => match super::sweep::first_sweep(&template.body) {
                None => None,
                Some(sweep) => return Err(one(super::sweep::outside(sweep))),
            },
        };
        Ok(self.spread(space, of))
    }

    /// The figures of an entry over universes that are not known: each with its own sweeps alone.
    ///
    /// # Errors
    /// Bad sweeps.
    pub fn without_universes(&self) -> Result<Self, Vec<Diagnostic>> {
        Ok(self.spread(Some(Space::of(&self.template.body)?), Of::Nothing))
    }

    /// The figures of the entry with changes, which make it a sweep.
    ///
    /// # Errors
    /// Bad sweeps.
    pub fn changed(&self, changes: &[(Node, Node)]) -> Result<Self, Vec<Diagnostic>> {
        let mut body = self.template.body.clone();
        if let Yaml::Map(entries) = &mut body.value {
            super::inherit::update(entries, changes);
        }
        let space = Space::of(&body)?;
        Ok(self.with(body, Some(space), Of::Nothing))
    }

    fn spread(&self, space: Option<Space>, universe: Of) -> Self {
        self.with(self.template.body.clone(), space, universe)
    }

    fn with(&self, body: Node, space: Option<Space>, universe: Of) -> Self {
        let template = &self.template;
        let template = Template {
            body,
            plain: template.plain,
            space,
            universe,
            default_ext: template.default_ext.clone(),
            default_style: template.default_style.clone(),
            obstacle: template.obstacle.clone(),
        };
        Self { template: Arc::new(template) }
    }

    /// Why none of the figures can be drawn, if that is known.
    pub fn obstacle(&self) -> Option<&Diagnostic> {
        self.template.obstacle.as_ref()
    }

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
    /// The number of the universe that it is of.
    pub universe: Option<u64>,
    /// What to draw, or why this figure cannot be drawn (it is `failed`, the others are drawn).
    pub entry: Result<Entry, Diagnostic>,
}

/// The content of an entry at one point, sorted by who reads it. Shorthands of plain entries are
/// already turned into `select` and `helpers`.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What draws it.
    pub function: PlotFunction,
    /// `use_dag: false`: nothing is selected or computed.
    pub without_graph: bool,
    /// `select_and_combine`, of the creator `multiverse`.
    pub select_and_combine: Option<Node>,
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
    /// `animation`, if given.
    pub animation: Option<Node>,
    /// `helpers`: name → parameters.
    pub helpers: Vec<(Node, Node)>,
    /// `style`: rcParam → value.
    pub style: Vec<(Node, Node)>,
}

impl Entry {
    /// A serialisation of all that the entry asks for, independent of places, comments and how it was
    /// inherited: equal texts draw equal figures of equal data (`--resume`). It begins with
    /// [`canonical_look`](Self::canonical_look).
    pub fn canonical(&self) -> String {
        self.canonical_after(self.canonical_look())
    }

    /// The same, with the beginning at hand.
    pub fn canonical_after(&self, look: String) -> String {
        let mut out = look;
        pairs("select", &self.select, &mut out);
        for (name, nodes) in [
            ("transform", self.transform.iter().collect::<Vec<_>>()),
            ("select_and_combine", self.select_and_combine.iter().collect()),
            ("compute_only", self.compute_only.iter().collect()),
            ("dag_options", self.dag_options.iter().collect()),
            ("animation", self.animation.iter().collect()),
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

    /// The same of arguments, helpers and style: equal texts make equal charts.
    pub fn canonical_look(&self) -> String {
        let mut out = format!("{}{}\n", self.function.name(), u8::from(self.without_graph));
        pairs("plot", &self.plot, &mut out);
        pairs("helpers", &self.helpers, &mut out);
        pairs("style", &self.style, &mut out);
        out
    }
}

fn pairs(name: &str, pairs: &[(Node, Node)], out: &mut String) {
    out.push_str(name);
    out.push('{');
    for (key, value) in pairs {
        key.canonical(out);
        out.push(':');
        value.canonical(out);
        out.push(',');
    }
    out.push_str("}\n");
}
