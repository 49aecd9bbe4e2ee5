//! Markers that all look alike and have one colour: in which order they are drawn shows nowhere, so
//! that it is enough to count them.
//!
//! A pixel of which markers leave the shares (1 − aᵢ) is left with their product: depths −ln(1 − aᵢ)
//! add. The counts of quarter pixels times the depths of one marker at each of its sixteen offsets
//! give what drawing one after the other would, in numbers finer than 8 bits.

use super::Points;
use super::place::{BLOCK, CELLS};
use super::tile::{Field, Tile, WIDE};
use crate::sys::{Kernel, in_parts, wide};

/// Depth from which on a pixel counts as covered: a thousandth is left.
const DEEP: f32 = 8.0;
/// Steps of the table of depths, a unit.
const STEPS: f32 = 512.0;
/// Fewer points are not worth a thread.
const PART: usize = 500_000;
/// Quarter pixels of one pixel that are stamped one by one; where there are more, all positions in
/// the pixel are taken for equally frequent.
const FEW: usize = 4;

/// A number of markers that stays at its greatest.
pub(super) trait Count: Copy + Default + Send + PartialEq + Into<u32> {
    /// One more.
    fn add(&mut self, more: Self);
    /// One.
    const ONE: Self;
}

impl Count for u8 {
    const ONE: Self = 1;
    #[inline]
    fn add(&mut self, more: Self) {
        *self = self.saturating_add(more);
    }
}

impl Count for u16 {
    const ONE: Self = 1;
    #[inline]
    fn add(&mut self, more: Self) {
        *self = self.saturating_add(more);
    }
}

/// The opacity, 0–255, of each visible pixel after all points; `alpha` is a marker's opacity.
pub(super) fn opacities(field: &Field, points: &Points<'_>, tiles: &[Tile], alpha: f32) -> Vec<u8> {
    // 255 of the faintest that a byte can count leave a five-hundredth.
    if alpha >= 0.025 {
        compose(field, &count::<u8>(field, points), tiles, alpha)
    } else {
        compose(field, &count::<u16>(field, points), tiles, alpha)
    }
}

/// Points in each quarter pixel; the last number is of those outside.
fn count<C: Count>(field: &Field, points: &Points<'_>) -> Vec<C> {
    let parts = in_parts(points.len(), BLOCK, PART, |range| {
        let mut counts = vec![C::default(); field.grid.len() * CELLS + 1];
        let mut cells = [0; BLOCK];
        points.blocks(range, |_, x, y| {
            field.grid.cells(x, y, &mut cells);
            for cell in &cells[..x.len()] {
                if let Some(count) = counts.get_mut(*cell as usize) {
                    count.add(C::ONE);
                }
            }
        });
        counts
    });
    let mut parts = parts.into_iter();
    let mut counts = parts.next().unwrap_or_default();
    for part in parts {
        counts.iter_mut().zip(part).for_each(|(count, more)| count.add(more));
    }
    counts
}

fn compose<C: Count>(field: &Field, counts: &[C], tiles: &[Tile], alpha: f32) -> Vec<u8> {
    let depth = |share: f32| -libm::logf((1.0 - alpha * share).max(1.0 / 4096.0));
    let tiles: Vec<Tile> = tiles.iter().map(|tile| tile.map(depth)).collect();
    let mean = Tile::mean(&tiles);
    let mut depths = vec![0.0_f32; field.stride() * field.size[1]];
    let mut add = |pixel: usize, tile: &Tile, times: u32| {
        wide(Deepen { field, pixel, tile, times: times as f32, depths: &mut depths });
    };
    let (pixels, _) = counts.as_chunks::<CELLS>();
    for (pixel, counts) in pixels.iter().enumerate() {
        if *counts == [C::default(); CELLS] {
            continue;
        }
        if counts.iter().filter(|count| **count != C::default()).count() > FEW {
            add(pixel, &mean, counts.iter().map(|count| (*count).into()).sum());
            continue;
        }
        for (tile, count) in tiles.iter().zip(counts).filter(|(_, count)| **count != C::default()) {
            add(pixel, tile, (*count).into());
        }
    }
    let opacity = |k: usize| (255.0 - 255.0 * libm::expf(-(k as f32) / STEPS) + 0.5) as u8;
    let table: Vec<u8> = (0..=(DEEP * STEPS) as usize).map(opacity).collect();
    let look_up = |depth: &f32| table[((depth * STEPS + 0.5) as usize).min(table.len() - 1)];
    field.visible(&depths).flatten().map(look_up).collect()
}

/// Adds a tile's depths at a centre some times.
struct Deepen<'a> {
    field: &'a Field,
    pixel: usize,
    tile: &'a Tile,
    times: f32,
    depths: &'a mut [f32],
}

impl Kernel for Deepen<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { field, pixel, tile, times, depths } = self;
        let width = tile.width();
        for (at, from) in field.rows(pixel, tile) {
            let shares = tile.body[from..from + width].as_chunks::<WIDE>().0;
            let depths = depths[at..at + width].as_chunks_mut::<WIDE>().0;
            for (depths, shares) in depths.iter_mut().zip(shares) {
                // Copies, so that nobody has to fear that they overlap.
                let (mut now, shares) = (*depths, *shares);
                for k in 0..WIDE {
                    now[k] += times * shares[k];
                }
                *depths = now;
            }
        }
    }
}
