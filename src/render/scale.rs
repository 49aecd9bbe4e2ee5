//! Axis scales: data to positions along an axis and back, and limits from data.
//!
//! Dates are linear in days since 1970-01-01 of their calendar. The rules are matplotlib's; where
//! ticks stand is [`ticks`](super::ticks)' business.

use super::chart::Scale;

/// What matplotlib widens a single value by, relative to it (absolute at 0).
const SINGLE: f64 = 0.05;

impl Scale {
    /// The value in the scale's own space, in which positions are linear. NaN where the scale has
    /// no place for it (values ≤ 0 on a log scale, and ≥ 1 on a logit scale).
    pub fn forward(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log { .. } if value > 0.0 => libm::log10(value),
            Self::Log { .. } => f64::NAN,
            Self::SymLog { linthresh, base } => symlog(value, linthresh, base),
            Self::Logit if value > 0.0 && value < 1.0 => libm::log10(value / (1.0 - value)),
            Self::Logit => f64::NAN,
        }
    }

    /// The inverse of [`forward`](Self::forward).
    pub fn inverse(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log { .. } => libm::pow(10.0, place),
            Self::SymLog { linthresh, base } => symlog_inverse(place, linthresh, base),
            Self::Logit => 1.0 / (1.0 + libm::pow(10.0, -place)),
        }
    }

    /// What it is called in messages, where it has no place for some numbers.
    pub fn bounded(self) -> Option<&'static str> {
        match self {
            Self::Linear | Self::SymLog { .. } => None,
            Self::Log { .. } => Some("log"),
            Self::Logit => Some("logit"),
        }
    }

    /// Least and largest value that the scale can show: finite, positive on a log scale, and between
    /// 0 and 1 on a logit scale.
    /// `None` if there is none.
    pub fn extent(self, values: impl IntoIterator<Item = f64>) -> Option<[f64; 2]> {
        let least = if self.bounded().is_some() { f64::MIN_POSITIVE } else { f64::MIN };
        let most = if self == Self::Logit { 1.0 - f64::EPSILON / 2.0 } else { f64::MAX };
        let [low, high] = values
            .into_iter()
            .filter(|v| *v >= least && *v <= most)
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
        (low <= high).then_some([low, high])
    }

    /// Limits around the data's extent with `margin` (a fraction, matplotlib's default is 0.05) of
    /// it on both sides, in the scale's own space. Always finite and `low < high`: a single value
    /// is widened by ±5 % of itself (±0.05 at 0) first; without data they are 0 and 1 (1 and 10 on
    /// a log scale, 10⁻⁷ and 1−10⁻⁷ on a logit scale). As matplotlib's `autoscale_view`.
    pub fn autoscale(self, extent: Option<[f64; 2]>, margin: f64) -> [f64; 2] {
        let log = matches!(self, Self::Log { .. });
        let none = match self {
            Self::Log { .. } => [1.0, 10.0],
            Self::Logit => [1e-7, 1.0 - 1e-7],
            Self::Linear | Self::SymLog { .. } => [0.0, 1.0],
        };
        let Some([a, b]) = extent.and_then(|ends| self.extent(ends)) else { return none };
        let [a, b] = match self {
            Self::Logit if a == b => [a.min(0.1 * a), b.max(1.0 - 0.1 * a)],
            _ => widened(a, b),
        };
        let margin = if margin.is_finite() { margin } else { 0.0 };
        let (p, q) = (self.forward(a), self.forward(b));
        // Halves first: the span of ±1e308 is not a number.
        let m = 2.0 * margin * (q / 2.0 - p / 2.0);
        let (low, high) = (self.inverse(p - m), self.inverse(q + m));
        let bound = |v: f64, fallback: f64| if v.is_finite() { v } else { fallback };
        let (low, high) = (bound(low, a), bound(high, b));
        // Never inside the data, however the way there and back rounds.
        let low = if (log || self == Self::Logit) && low <= 0.0 { a } else { low.min(a) };
        let high = if self == Self::Logit && high >= 1.0 { b } else { high.max(b) };
        [low, high]
    }
}

impl Scale {
    /// Limits moved apart by a share of their distance in the scale's own space; as they are where
    /// that gives no numbers.
    pub(super) fn widened(self, [low, high]: [f64; 2], share: f64) -> [f64; 2] {
        let (p, q) = (self.forward(low), self.forward(high));
        let by = share * (q - p);
        let wide = [self.inverse(p - by), self.inverse(q + by)];
        if wide.iter().all(|v| v.is_finite()) { wide } else { [low, high] }
    }
}

/// `a ≤ b`, apart by enough for an axis (matplotlib's `nonsingular` with expander 0.05).
fn widened(a: f64, b: f64) -> [f64; 2] {
    let size = a.abs().max(b.abs());
    if b / 2.0 - a / 2.0 > size * 0.5e-15 {
        return [a, b];
    }
    if size < 1e6 / 1e-15 * f64::MIN_POSITIVE {
        return if a > 0.0 { [a / 2.0, b * 2.0] } else { [-SINGLE, SINGLE] };
    }
    let high = b + SINGLE * b.abs();
    let low = a - SINGLE * a.abs();
    [low.max(f64::MIN), high.min(f64::MAX)]
}

fn symlog(value: f64, linthresh: f64, base: f64) -> f64 {
    let linear = 1.0 / (1.0 - 1.0 / base);
    let size = value.abs();
    if size <= linthresh {
        value * linear
    } else {
        let place = linthresh * (linear + libm::log(size / linthresh) / libm::log(base));
        place.copysign(value)
    }
}

fn symlog_inverse(place: f64, linthresh: f64, base: f64) -> f64 {
    let linear = 1.0 / (1.0 - 1.0 / base);
    let size = place.abs();
    if size <= linthresh * linear {
        place / linear
    } else {
        (linthresh * libm::pow(base, size / linthresh - linear)).copysign(place)
    }
}

/// A scale between two limits: data to 0–1 along an axis and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mapping {
    /// The scale.
    pub scale: Scale,
    /// Values at position 0 and 1; first > last on an inverted axis.
    pub limits: [f64; 2],
    start: f64,
    span: f64,
}

impl Mapping {
    /// `limits` are finite, differ, and are positive on a log scale; otherwise every position is
    /// NaN.
    pub fn new(scale: Scale, limits: [f64; 2]) -> Self {
        let (start, end) = (scale.forward(limits[0]), scale.forward(limits[1]));
        // Halves, so that limits of ±1e308 have a span.
        Self { scale, limits, start, span: end / 2.0 - start / 2.0 }
    }

    /// 0 at the first limit, 1 at the last, outside beyond; NaN for NaN and where the scale has no
    /// place for the value.
    pub fn position(&self, value: f64) -> f64 {
        (self.scale.forward(value) / 2.0 - self.start / 2.0) / self.span
    }

    /// The value at a position; inverse of [`position`](Self::position).
    pub fn value(&self, position: f64) -> f64 {
        self.scale.inverse(self.start + position * self.span + position * self.span)
    }
}
