//! Where ticks stand on an axis and what they say, as matplotlib decides it by default.
//!
//! One file a scale. All functions take limits in either order and any numbers; ticks come in
//! ascending order, inside the limits, finite, neighbours with different labels. Texts use U+2212
//! for minus and superscripts for powers (`10⁻³`).

mod choice;
mod date;
mod linear;
mod locate;
mod log;
mod logit;
mod number;
pub mod spec;
mod symlog;
mod template;

use super::chart::{Numbers, Scale};
pub use choice::{DateUnit, Formatter, Locator, Piece};
pub use date::{date, date_at};
pub(in crate::render) use linear::{labels_with, round};
pub use linear::{linear, linear_minor};
pub use locate::{format, locate};
pub use log::log;
pub use logit::logit;
pub use symlog::symlog;
pub use template::{brace_pieces, percent_pieces, pieces};

/// Ticks of one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticks {
    /// Positions of major ticks, data units.
    pub major: Vec<f64>,
    /// Their labels, as many.
    pub labels: Vec<String>,
    /// Positions of minor ticks, none of them major.
    pub minor: Vec<f64>,
    /// Their labels, as many; most are empty.
    pub minor_labels: Vec<String>,
    /// Text at the axis' end, empty if none: `1e6`, `+2.5e3`, `2024-Mar`.
    pub offset: String,
}

/// Which way an axis runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Labels beside each other.
    Horizontal,
    /// Labels above each other.
    Vertical,
}

/// How much room labels have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Length of the axis in inches.
    pub length_in: f64,
    /// Size of the labels in points.
    pub font_size: f64,
    /// Direction.
    pub side: Side,
}

impl Room {
    /// How many labels matplotlib thinks fit (`Axis.get_tick_space`): labels three times as wide
    /// as high, or lines at double distance.
    pub fn spaces(&self) -> usize {
        let each = self.font_size * if self.side == Side::Horizontal { 3.0 } else { 2.0 };
        let spaces = (72.0 * self.length_in / each).floor();
        if spaces.is_finite() { spaces.clamp(0.0, 10_000.0) as usize } else { 1 }
    }
}

/// Ticks of `scale`; [`date`] makes those of times.
pub fn ticks(scale: Scale, limits: [f64; 2], room: Room) -> Ticks {
    match scale {
        Scale::Linear => linear(limits, room),
        Scale::Log { base } => log(limits, base, room),
        Scale::SymLog { linthresh, base } => symlog(limits, linthresh, base, room),
        Scale::Logit => logit(limits, room),
    }
}

/// Labels and offset text of ticks between limits as a style writes numbers, where that is not the
/// default; `None` for scales whose labels do not depend on it.
pub fn numbered(
    scale: Scale,
    limits: [f64; 2],
    ticks: &Ticks,
    numbers: &Numbers,
) -> Option<(Vec<String>, String)> {
    let ascii = |text: &String| {
        if numbers.minus || text.contains('$') { text.clone() } else { text.replace('\u{2212}', "-") }
    };
    let (labels, offset) = match scale {
        Scale::Linear => linear::labels_as(&ticks.major, ascending(limits)?, numbers),
        Scale::Log { base } => {
            let near = |at: f64| libm::log(at).abs() / libm::log(base) < f64::from(numbers.least);
            let written = ticks.major.iter().zip(&ticks.labels).map(|(at, label)| match label.as_str() {
                "" => String::new(),
                _ if near(*at) => number::general(*at, 6),
                label => label.to_owned(),
            });
            (written.collect(), String::new())
        }
        _ => (ticks.labels.clone(), ticks.offset.clone()),
    };
    Some((labels.iter().map(ascii).collect(), ascii(&offset)))
}

/// Labels for ticks at positions that somebody chose, without minor ticks. Positions outside the
/// limits and NaNs are left out; see [`date_at`] for times.
pub fn at(scale: Scale, limits: [f64; 2], positions: &[f64]) -> Ticks {
    let Some([low, high]) = ascending(limits) else { return Ticks::default() };
    let mut major: Vec<f64> = positions.iter().copied().filter(|p| (low..=high).contains(p)).collect();
    major.sort_by(f64::total_cmp);
    major.dedup();
    let (labels, offset) = match scale {
        Scale::Linear => linear::labels(&major, [low, high]),
        Scale::Log { base } | Scale::SymLog { base, .. } => {
            (major.iter().map(|v| number::power_label(*v, base)).collect(), String::new())
        }
        Scale::Logit => (logit::labels(&major), String::new()),
    };
    Ticks { minor: Vec::new(), minor_labels: Vec::new(), major, labels, offset }
}

/// The limits in ascending order; `None` if they are no finite interval.
fn ascending([a, b]: [f64; 2]) -> Option<[f64; 2]> {
    (a.is_finite() && b.is_finite()).then(|| [a.min(b), a.max(b)])
}

/// Keeps what holds the promises made at the top: finite, ascending, neighbours with
/// different labels (months come again every year).
fn tidy(mut ticks: Ticks) -> Ticks {
    let keep: Vec<bool> = (0..ticks.major.len())
        .map(|k| {
            let (value, label) = (ticks.major[k], &ticks.labels[k]);
            let first = k == 0 || ticks.major[k - 1] < value;
            value.is_finite() && first && (k == 0 || ticks.labels[k - 1] != *label)
        })
        .collect();
    let mut kept = keep.iter();
    ticks.major.retain(|_| *kept.next().unwrap_or(&false));
    let mut kept = keep.iter();
    ticks.labels.retain(|_| *kept.next().unwrap_or(&false));
    ticks
}

#[cfg(test)]
mod tests;
