//! Values to positions 0–1 in a colour map, and whole slices of values to colours.

use super::chart::Norm;
use super::colormap::Colormap;

/// A norm between two colour limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalizer {
    /// The norm.
    pub norm: Norm,
    /// Values at positions 0 and 1.
    pub limits: [f64; 2],
}

impl Normalizer {
    /// With these limits (for [`Norm::Centered`] the half range is the larger distance of them from
    /// the centre). Equal limits give 0 for every value, as matplotlib.
    pub fn new(norm: Norm, limits: [f64; 2]) -> Self {
        Self { norm, limits }
    }

    /// Position of a value: 0–1 within the limits, outside beyond; NaN for NaN and for values that
    /// a log norm has no place for.
    pub fn position(&self, value: f64) -> f64 {
        let _ = value;
        unimplemented!()
    }

    /// The value at a position.
    pub fn value(&self, position: f64) -> f64 {
        let _ = position;
        unimplemented!()
    }

    /// Colours of `values`: appends r, g, b, a (not premultiplied) a value to `rgba`.
    pub fn colorize<T: Copy + Into<f64>>(&self, values: &[T], map: &Colormap, rgba: &mut Vec<u8>) {
        let _ = (values, map, rgba);
        unimplemented!()
    }
}
