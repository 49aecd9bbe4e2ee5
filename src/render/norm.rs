//! Values to positions 0–1 in a colour map, and whole slices of values to colours.

use super::chart::{Norm, Scale};
use super::colormap::{self, Colormap};

/// A norm between two colour limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalizer {
    /// The norm.
    pub norm: Norm,
    /// Values at positions 0 and 1.
    pub limits: [f64; 2],
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
            Norm::Linear | Norm::Centered { .. } => Scale::Linear,
            Norm::Log => Scale::Log { base: 10.0 },
            Norm::SymLog { linthresh } => Scale::SymLog { linthresh, base: 10.0 },
        };
        let low = scale.forward(limits[0]);
        Self { norm, limits, scale, low, span: scale.forward(limits[1]) - low }
    }

    /// The scale of the colour bar's axis.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Position of a value: 0–1 within the limits, outside beyond; NaN for NaN and for values that
    /// a log norm has no place for.
    #[inline]
    pub fn position(&self, value: f64) -> f64 {
        let place = self.scale.forward(value) - self.low;
        if self.span == 0.0 { place * 0.0 } else { place / self.span }
    }

    /// The value at a position.
    pub fn value(&self, position: f64) -> f64 {
        self.scale.inverse(self.low + position * self.span)
    }

    /// Colours of `values`: appends r, g, b, a (not premultiplied) for each of them to `rgba`.
    pub fn colorize<T: Copy + Into<f64>>(&self, values: &[T], map: &Colormap, rgba: &mut Vec<u8>) {
        let table: Vec<[u8; 4]> = map.table().iter().map(|c| [c.r, c.g, c.b, c.a]).collect();
        let n = map.colors.len();
        rgba.reserve(4 * values.len());
        let mut look_up = |position: f64| rgba.extend_from_slice(&table[colormap::index(position, n)]);
        match self.scale {
            Scale::Linear if self.span != 0.0 => {
                values.iter().for_each(|v| look_up(((*v).into() - self.low) / self.span));
            }
            _ => values.iter().for_each(|v| look_up(self.position((*v).into()))),
        }
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
