//! Values to positions 0–1 in a colour map, and whole slices of values to colours.

use super::chart::{Norm, Scale};
use super::colormap::{self, Colormap};
use std::sync::Arc;

/// A norm between two colour limits, or one colour between two neighbouring boundaries.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalizer {
    /// The norm.
    pub norm: Norm,
    /// Values at positions 0 and 1.
    pub limits: [f64; 2],
    /// Boundaries, rising; then every value between two of them has the same position.
    pub boundaries: Option<Arc<[f64]>>,
    scale: Scale,
    low: f64,
    span: f64,
}

impl Normalizer {
    /// With these limits. For [`Norm::Centered`] the half range is the larger distance of them from
    /// the centre, and `limits` become centre ± half range. Equal limits give position 0 for every
    /// value, as matplotlib.
    pub fn new(norm: Norm, limits: [f64; 2]) -> Self {
        let limits = match norm {
            Norm::Centered { center } => {
                let half = (limits[0] - center).abs().max((limits[1] - center).abs());
                [center - half, center + half]
            }
            _ => limits,
        };
        let scale = match norm {
            Norm::Log => Scale::Log { base: 10.0 },
            Norm::SymLog { linthresh } => Scale::SymLog { linthresh, base: 10.0 },
            Norm::Linear
            | Norm::Centered { .. }
            | Norm::Power { .. }
            | Norm::TwoSlope { .. }
            | Norm::Index => Scale::Linear,
        };
        let low = scale.forward(limits[0]);
        Self { norm, limits, boundaries: None, scale, low, span: scale.forward(limits[1]) - low }
    }

    /// One position, (i + ½)/n, between each two of n + 1 boundaries, which rise; the last one
    /// belongs to the last position (matplotlib: to what is above).
    pub fn between(boundaries: Vec<f64>) -> Self {
        let ends = [boundaries.first().copied().unwrap_or(0.0), boundaries.last().copied().unwrap_or(1.0)];
        Self { boundaries: Some(boundaries.into()), ..Self::new(Norm::Linear, ends) }
    }

    /// Whole numbers as numbers of `count` colours.
    pub fn index(limits: [f64; 2], count: usize) -> Self {
        Self { low: -0.5, span: count as f64, ..Self::new(Norm::Index, limits) }
    }

    /// The scale of the colour bar's axis.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Position of a value: 0–1 within the limits, outside beyond; NaN for NaN and for values that
    /// a log norm has no place for.
    #[inline]
    pub fn position(&self, value: f64) -> f64 {
        if let Some(boundaries) = &self.boundaries {
            return between(boundaries, value);
        }
        let place = self.scale.forward(value) - self.low;
        match self.norm {
            _ if self.span == 0.0 => place * 0.0,
            Norm::Power { gamma } => {
                let share = place / self.span;
                if share > 0.0 { libm::pow(share, gamma) } else { share }
            }
            Norm::TwoSlope { center } => {
                let [low, high] = self.limits;
                let side = if value < center { center - low } else { high - center };
                0.5 + 0.5 * (value - center) / side
            }
            _ => place / self.span,
        }
    }

    /// The value at a position.
    pub fn value(&self, position: f64) -> f64 {
        if let Some(boundaries) = &self.boundaries {
            let last = boundaries.len().saturating_sub(2);
            let place = position * (last + 1) as f64;
            let i = (place.max(0.0) as usize).min(last);
            let (Some(a), Some(b)) = (boundaries.get(i), boundaries.get(i + 1)) else { return f64::NAN };
            return a + (b - a) * (place - i as f64);
        }
        match self.norm {
            Norm::Power { gamma } if position > 0.0 => {
                self.low + libm::pow(position, 1.0 / gamma) * self.span
            }
            Norm::TwoSlope { center } => {
                let side = if position < 0.5 { center - self.limits[0] } else { self.limits[1] - center };
                center + (position - 0.5) * 2.0 * side
            }
            _ => self.scale.inverse(self.low + position * self.span),
        }
    }

    /// Where a value stands on the colour bar, 0–1: where its colour is, boundaries being equally
    /// far from each other.
    pub fn place(&self, value: f64) -> f64 {
        let Some(boundaries) = &self.boundaries else { return self.position(value) };
        let last = boundaries.len().saturating_sub(2);
        let i = boundaries.partition_point(|edge| *edge <= value).saturating_sub(1).min(last);
        let (Some(a), Some(b)) = (boundaries.get(i), boundaries.get(i + 1)) else { return f64::NAN };
        let share = if b > a { (value - a) / (b - a) } else { 0.5 };
        (i as f64 + share) / (last + 1) as f64
    }

    /// Whether the colour bar's axis is none of the scales ([`place`](Self::place) says where values
    /// are).
    pub fn is_bent(&self) -> bool {
        self.boundaries.is_some() || matches!(self.norm, Norm::Power { .. } | Norm::TwoSlope { .. })
    }

    /// Colours of `values`: appends r, g, b, a (not premultiplied) for each of them to `rgba`.
    pub fn colorize<T: Copy + Into<f64>>(&self, values: &[T], map: &Colormap, rgba: &mut Vec<u8>) {
        self.painter(map).append(values, rgba);
    }

    /// What colours values by `map`, to be made once for many slices.
    pub fn painter(&self, map: &Colormap) -> Painter<'_> {
        let table = map.table().iter().map(|c| [c.r, c.g, c.b, c.a]).collect();
        Painter { norm: self, table, colors: map.colors.len() }
    }
}

/// Values that get their colours together.
const BLOCK: usize = 256;

/// A norm with a table of colours.
#[derive(Clone, Debug)]
pub struct Painter<'a> {
    norm: &'a Normalizer,
    /// The map's colours, then those of what is under, over and bad.
    table: Vec<[u8; 4]>,
    colors: usize,
}

impl Painter<'_> {
    /// Appends r, g, b, a (not premultiplied) for each of `values` to `rgba`.
    pub fn append<T: Copy + Into<f64>>(&self, values: &[T], rgba: &mut Vec<u8>) {
        let Normalizer { low, span, scale, .. } = *self.norm;
        let linear = scale == Scale::Linear && span != 0.0 && !self.norm.is_bent();
        rgba.reserve(4 * values.len());
        let (mut positions, mut at) = ([0.0; BLOCK], [0_u32; BLOCK]);
        let mut pixels = [[0_u8; 4]; BLOCK];
        for block in values.chunks(BLOCK) {
            let len = block.len();
            let (positions, at, pixels) = (&mut positions[..len], &mut at[..len], &mut pixels[..len]);
            if linear {
                for (position, value) in positions.iter_mut().zip(block) {
                    *position = ((*value).into() - low) / span;
                }
            } else {
                for (position, value) in positions.iter_mut().zip(block) {
                    *position = self.norm.position((*value).into());
                }
            }
            colormap::indices(positions, self.colors, at);
            for (pixel, at) in pixels.iter_mut().zip(at) {
                *pixel = self.table[*at as usize];
            }
            rgba.extend_from_slice(pixels.as_flattened());
        }
    }
}

/// The position of a value between boundaries: -1 below, 2 above.
fn between(boundaries: &[f64], value: f64) -> f64 {
    let count = boundaries.len().saturating_sub(1);
    match (boundaries.first(), boundaries.last()) {
        (Some(first), Some(last)) if value >= *first && value <= *last && count > 0 => {
            let i = boundaries.partition_point(|edge| *edge <= value).saturating_sub(1).min(count - 1);
            (i as f64 + 0.5) / count as f64
        }
        (Some(first), _) if value < *first => -1.0,
        (_, Some(last)) if value > *last => 2.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(norm: Norm, limits: [f64; 2], cases: &[(f64, f64)]) {
        let normalizer = Normalizer::new(norm, limits);
        for &(value, position) in cases {
            let got = normalizer.position(value);
            assert!((got - position).abs() < 1e-12, "{norm:?} {value}: {got}, not {position}");
            assert!((normalizer.value(position) - value).abs() < 1e-12 * value.abs().max(1.0));
        }
    }

    /// From matplotlib 3.11's `Normalize`, `LogNorm`, `SymLogNorm(base=10)`, `CenteredNorm`.
    #[test]
    fn positions_are_matplotlibs() {
        check(Norm::Linear, [2.0, 4.0], &[(2.0, 0.0), (3.5, 0.75), (5.0, 1.5)]);
        check(Norm::Log, [1.0, 1e4], &[(1.0, 0.0), (10.0, 0.25), (1e5, 1.25)]);
        let symlog =
            [(-100.0, 0.0), (-0.5, 0.410_714_285_714_285_7), (0.0, 0.5), (10.0, 0.839_285_714_285_714_3)];
        check(Norm::SymLog { linthresh: 1.0 }, [-100.0, 100.0], &symlog);
        check(Norm::Centered { center: 1.0 }, [-1.0, 2.0], &[(-1.0, 0.0), (1.0, 0.5), (2.0, 0.75)]);
        let power = [(1.0, 0.0), (2.0, 0.5), (3.25, 0.75), (5.0, 1.0)];
        check(Norm::Power { gamma: 0.5 }, [1.0, 5.0], &power);
        let slopes = [(-1.0, 0.0), (-0.5, 0.25), (0.0, 0.5), (2.0, 0.75), (4.0, 1.0)];
        check(Norm::TwoSlope { center: 0.0 }, [-1.0, 4.0], &slopes);
    }

    #[test]
    fn boundaries_give_one_position_between_two_and_are_equally_far_on_the_bar() {
        let norm = Normalizer::between(vec![0.0, 1.0, 10.0, 20.0]);
        for (value, position, place) in
            [(0.0, 0.5 / 3.0, 0.0), (1.0, 0.5, 1.0 / 3.0), (5.5, 0.5, 0.5), (20.0, 2.5 / 3.0, 1.0)]
        {
            assert!((norm.position(value) - position).abs() < 1e-12, "{value}");
            assert!((norm.place(value) - place).abs() < 1e-12, "{value}");
            assert!((norm.value(place) - value).abs() < 1e-12, "{value}");
        }
        assert_eq!((norm.position(-0.1), norm.position(20.1)), (-1.0, 2.0));
        assert!(norm.position(f64::NAN).is_nan());
        assert_eq!(Normalizer::index([0.0, 2.0], 4).position(2.0), 0.625);
    }

    #[test]
    fn values_without_a_place_are_bad_and_equal_limits_give_the_first_colour() {
        let map = Colormap::named("viridis").unwrap();
        let mut rgba = Vec::new();
        Normalizer::new(Norm::Log, [1.0, 10.0]).colorize(&[-1.0, 0.0, f64::NAN, 1.0, 100.0], &map, &mut rgba);
        assert_eq!(rgba[..12], [[255, 255, 255, 0]; 3].concat());
        assert_eq!(rgba[12..], [68, 1, 84, 255, 253, 231, 37, 255]);
        rgba.clear();
        Normalizer::new(Norm::Linear, [3.0, 3.0]).colorize(&[2.0_f32, 3.0, 4.0, f32::NAN], &map, &mut rgba);
        assert_eq!(rgba[..12], [[68, 1, 84, 255]; 3].concat());
        assert_eq!(rgba[15], 0);
    }
}
