//! Colour bars: what they show, and their axes. [`draw`] draws them.

mod draw;

use super::axis::AxisSpec;
use super::chart::{BarOptions, EndLength, Scale, Style, TickStyle};
use super::color::ColorContent;
use super::ticks;
pub(super) use draw::draw;
use std::rc::Rc;

/// Most ticks at levels (`FixedLocator(nbins=10)`).
const MOST_TICKS: usize = 10;

/// A colour bar before it has a place.
pub(super) struct Bar {
    /// Its axis.
    pub(super) spec: AxisSpec,
    /// What it shows.
    pub(super) color: Rc<ColorContent>,
    /// How it is wanted.
    pub(super) options: BarOptions,
}

impl Bar {
    /// The bar of some colours.
    pub(super) fn new(color: Rc<ColorContent>, options: BarOptions, style: &Style) -> Self {
        let spec = axis(&color, &options, style);
        Self { spec, color, options }
    }

    /// Shorter, unless somebody said how long: beside boxes in space.
    pub(super) fn beside_space(mut self) -> Self {
        self.options.shrink.get_or_insert(0.7);
        self
    }

    /// Lengths of the lower and the upper end, in units of the length between them.
    pub(super) fn ends(&self) -> [f64; 2] {
        let lengths = match self.options.end_length {
            EndLength::Share(lengths) => lengths,
            EndLength::Auto => {
                let edges = self.edges();
                let band = |i: usize, k: usize| edges.get(k).zip(edges.get(i)).map_or(0.05, |(b, a)| b - a);
                let last = edges.len().saturating_sub(2);
                [band(0, 1), band(last, last + 1)]
            }
        };
        let there = self.color.bar_extend;
        [0, 1].map(|i| if there[i] { lengths[i].clamp(0.0, 10.0) } else { 0.0 })
    }

    /// Where the colours begin and end, 0–1 along the bar.
    pub(super) fn edges(&self) -> Vec<f64> {
        let n = self.color.bar_colors().len();
        let norm = self.color.bar_norm();
        let (Some(edges), true) = (&norm.boundaries, self.options.proportional) else {
            return (0..=n).map(|i| i as f64 / n.max(1) as f64).collect();
        };
        let [low, high] = norm.limits;
        edges.iter().map(|edge| if high > low { (edge - low) / (high - low) } else { 0.0 }).collect()
    }

    /// Where a value stands, 0–1 along the bar.
    pub(super) fn place(&self, value: f64) -> f64 {
        let norm = self.color.bar_norm();
        let [low, high] = norm.limits;
        match self.options.proportional && norm.boundaries.is_some() {
            true => (value - low) / (high - low),
            false => norm.place(value),
        }
    }

    /// Whether positions on its axis are not values.
    pub(super) fn is_bent(&self) -> bool {
        let norm = self.color.bar_norm();
        norm.is_bent() && !(self.options.proportional && norm.boundaries.is_some())
    }
}

/// The axis of a colour bar. Where colours are not spread as on a scale (levels, boundaries, norms
/// with a bend) it goes from 0 to 1 and its ticks are chosen.
fn axis(color: &ColorContent, options: &BarOptions, style: &Style) -> AxisSpec {
    let own_style = &style.ticks[usize::from(!options.lies())];
    let minor = options.minor.unwrap_or(own_style.minor);
    let look = TickStyle { sides: [true, false], minor, ..*own_style };
    let own = options.ticks.clone().or_else(|| {
        let named = color.ticks.as_ref().filter(|ticks| ticks.iter().any(|(_, name)| name.is_some()));
        named.cloned()
    });
    let norm = color.bar_norm();
    let limits = norm.limits;
    let format = options.format.clone();
    // As matplotlib: minor ticks at all boundaries, where names do not stand between them.
    let boundaries = color.normalizer.boundaries.as_ref().filter(|_| color.ticks.is_none());
    let minor = match options.minor {
        Some(false) => Some(Vec::new()),
        _ => boundaries.map(|edges| edges.iter().map(|at| (*at, None)).collect::<Vec<_>>()),
    };
    let levels = || match &norm.boundaries {
        Some(levels) => thinned(levels),
        None => {
            let room = ticks::Room { length_in: 3.0, font_size: look.size, side: ticks::Side::Vertical };
            ticks::ticks(Scale::Linear, limits, room).major
        }
    };
    let whole = |at: Vec<f64>| at.into_iter().map(|at| (at, None)).collect::<Vec<_>>();
    let proportional = options.proportional && norm.boundaries.is_some();
    if !norm.is_bent() || proportional {
        let chosen = own.or_else(|| proportional.then(|| whole(levels())));
        let mut spec = AxisSpec { chosen, minor, ..AxisSpec::new(norm.scale(), limits, look) };
        spec.formatters[0] = format;
        return spec;
    }
    let chosen = own.unwrap_or_else(|| whole(levels()));
    let positions: Vec<f64> = chosen.iter().map(|(at, _)| *at).collect();
    let labels = match &format {
        Some(format) => ticks::format(format, &positions, Scale::Linear, limits, None).0,
        None => ticks::at(Scale::Linear, limits, &positions).labels,
    };
    let labelled = chosen.into_iter().zip(labels.into_iter().chain(std::iter::repeat(String::new())));
    let chosen = labelled.map(|((at, name), label)| (norm.place(at), Some(name.unwrap_or(label)))).collect();
    let minor = minor.map(|minor| minor.into_iter().map(|(at, name)| (norm.place(at), name)).collect());
    AxisSpec { chosen: Some(chosen), minor, ..AxisSpec::new(Scale::Linear, [0.0, 1.0], look) }
}

/// At most [`MOST_TICKS`] of the levels, 0 among them if it is one.
fn thinned(levels: &[f64]) -> Vec<f64> {
    let step = levels.len().div_ceil(MOST_TICKS).max(1);
    let least = |first: usize| {
        levels.iter().skip(first).step_by(step).map(|level| level.abs()).fold(f64::INFINITY, f64::min)
    };
    let first = (0..step).min_by(|a, b| least(*a).total_cmp(&least(*b))).unwrap_or(0);
    levels.iter().copied().skip(first).step_by(step).collect()
}
