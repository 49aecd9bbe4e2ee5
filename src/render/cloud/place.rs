//! Data to quarter-pixel cells, a block at a time and without branches on linear and log axes.

use crate::render::chart::Scale;
use crate::render::scale::Mapping;
use crate::sys::{Kernel, wide};

/// Points whose cells are found together.
pub(super) const BLOCK: usize = 512;

/// Points of which the positions are kept at a time.
const SOME: usize = 64;

/// Cells of a pixel: four by four, the positions that markers are stamped at.
pub(super) const CELLS: usize = 16;

/// Added to a small number, leaves its nearest integer in the low bits.
const MAGIC: f64 = 6_755_399_441_055_744.0;

/// Positions along one axis in quarter pixels, counted from the edge of a field.
#[derive(Clone, Copy, Debug)]
struct Along {
    mapping: Mapping,
    /// The first limit in the scale's space, halved.
    start: f64,
    factor: f64,
    offset: f64,
}

impl Along {
    /// `from` and `to` are where the limits lie, in quarter pixels.
    fn new(mapping: Mapping, from: f64, to: f64) -> Self {
        let [start, end] = mapping.limits.map(|limit| mapping.scale.forward(limit) / 2.0);
        Self { mapping, start, factor: (to - from) / (end - start), offset: from }
    }

    #[inline(always)]
    fn fill(&self, values: &[f64], out: &mut [f64]) {
        let (start, factor, offset) = (self.start, self.factor, self.offset);
        let pairs = values.iter().zip(out);
        match self.mapping.scale {
            Scale::Linear => {
                for (v, out) in pairs {
                    *out = (v * 0.5 - start) * factor + offset;
                }
            }
            Scale::Log { .. } => {
                for (v, out) in pairs {
                    *out = (log10(*v) * 0.5 - start) * factor + offset;
                }
            }
            scale => {
                for (v, out) in pairs {
                    *out = (scale.forward(*v) * 0.5 - start) * factor + offset;
                }
            }
        }
    }
}

/// The decimal logarithm to ten digits; NaN for what is not positive and normal, and for infinity.
#[inline(always)]
fn log10(value: f64) -> f64 {
    const ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    let bits = value.to_bits();
    // value = m · 2^e with m between √½ and √2.
    let shifted = bits.wrapping_sub(ROOT);
    let exponent = (shifted >> 52) as i32 as u32;
    let e = f64::from((exponent << 20).cast_signed() >> 20);
    let m = f64::from_bits(bits.wrapping_sub(shifted & 0xfff0_0000_0000_0000));
    let t = (m - 1.0) / (m + 1.0);
    let s = t * t;
    let series = 1.0 + s * (1.0 / 3.0 + s * (0.2 + s * (1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0)))));
    let log = e * std::f64::consts::LOG10_2 + t * series * (2.0 * std::f64::consts::LOG10_E);
    if (f64::MIN_POSITIVE..=f64::MAX).contains(&value) { log } else { f64::NAN }
}

/// A field of pixels in which markers may have their centres, and how data get there.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    along: [Along; 2],
    /// Columns and rows.
    pub(super) size: [usize; 2],
}

impl Grid {
    /// `ends` are where the limits of x and of y lie, pixels from the field's upper left corner.
    pub(super) fn new(mappings: [Mapping; 2], ends: [[f64; 2]; 2], size: [usize; 2]) -> Self {
        let along = [0, 1].map(|i| Along::new(mappings[i], 4.0 * ends[i][0], 4.0 * ends[i][1]));
        Self { along, size }
    }

    /// Number of pixels.
    pub(super) fn len(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// The cell of each point: sixteen times its pixel's number, plus the quarter row times four,
    /// plus the quarter column; past all cells for points outside the field and without a place. At
    /// most [`BLOCK`] points.
    pub(super) fn cells(&self, x: &[f64], y: &[f64], out: &mut [u32; BLOCK]) {
        wide(Find { grid: self, x, y, out });
    }
}

/// See [`Grid::cells`].
struct Find<'a> {
    grid: &'a Grid,
    x: &'a [f64],
    y: &'a [f64],
    out: &'a mut [u32; BLOCK],
}

impl Kernel for Find<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { grid, x, y, out } = self;
        let [columns, rows] = grid.size.map(|n| n as f64);
        let nowhere = columns * rows * CELLS as f64;
        let (right, bottom) = (4.0 * columns - 0.5, 4.0 * rows - 0.5);
        let per_row = 16.0 * columns - 16.0;
        let (mut across, mut down) = ([0.0; SOME], [0.0; SOME]);
        let pairs = x.chunks(SOME).zip(y.chunks(SOME));
        for ((x, y), out) in pairs.zip(out.chunks_mut(SOME)) {
            grid.along[0].fill(x, &mut across);
            grid.along[1].fill(y, &mut down);
            for (out, (x, y)) in out.iter_mut().zip(across.iter().zip(&down)) {
                // NaN fails every comparison.
                let inside = (*x >= -0.5) & (*x < right) & (*y >= -0.5) & (*y < bottom);
                let (i, j) = (nearest(*x), nearest(*y));
                // The whole pixels below quarters.
                let (column, row) = (nearest(i * 0.25 - 0.375), nearest(j * 0.25 - 0.375));
                let cell = row * per_row + 12.0 * column + 4.0 * j + i;
                *out = ((if inside { cell } else { nowhere }) + MAGIC).to_bits() as u32;
            }
        }
    }
}

/// The nearest integer of a small number.
#[inline(always)]
fn nearest(v: f64) -> f64 {
    (v + MAGIC) - MAGIC
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_have_ten_digits() {
        let mut v = 1e-300;
        while v < 1e300 {
            assert!((log10(v) - libm::log10(v)).abs() < 1e-9, "{v}");
            v *= 1.37;
        }
        for v in [0.0, -1.0, f64::NAN, f64::INFINITY, 5e-324] {
            assert!(log10(v).is_nan(), "{v}");
        }
    }

    #[test]
    fn cells_are_quarter_pixels_and_what_is_outside_is_nowhere() {
        let unit = Mapping::new(Scale::Linear, [0.0, 1.0]);
        let grid = Grid::new([unit, unit], [[1.0, 9.0], [5.0, 1.0]], [10, 6]);
        let nowhere = (grid.len() * CELLS) as u32;
        // x: 1 + 8 v pixels, y: 5 − 4 v.
        let cases = [
            ([0.0, 0.0], (5 * 10 + 1) * 16),
            ([1.0, 1.0], (10 + 9) * 16),
            ([0.5 + 0.25 / 8.0, 0.5 - 0.5 / 4.0], (3 * 10 + 5) * 16 + 2 * 4 + 1),
            ([0.5 + 0.13 / 8.0, 0.5], (3 * 10 + 5) * 16 + 1),
            ([-0.1249, 1.2499], 0),
            ([-0.2, 0.5], nowhere),
            ([0.5, 1.3], nowhere),
            ([1.2, 0.5], nowhere),
            ([f64::NAN, 0.5], nowhere),
            ([0.5, f64::INFINITY], nowhere),
            ([0.5, -1e300], nowhere),
        ];
        for ([x, y], cell) in cases {
            let mut out = [7; BLOCK];
            grid.cells(&[x], &[y], &mut out);
            assert_eq!(out[0], cell, "{x} {y}");
        }
    }
}
