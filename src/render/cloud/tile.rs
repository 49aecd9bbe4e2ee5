//! What one marker adds to the pixels around it, and where the markers of a cloud can be.

use super::place::{CELLS, Grid};
use crate::render::paint::marker_stamps;
use crate::render::scene::MarkerShape;
use std::ops::Range;

/// Rows of tiles are filled up to a multiple of so many pixels.
pub(super) const WIDE: usize = 8;

/// Shares of pixels that a marker takes, row by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Tile {
    /// First column and row, relative to the pixel of the marker's centre.
    at: [i32; 2],
    /// Columns, a multiple of [`WIDE`], and rows.
    size: [usize; 2],
    /// Columns in use.
    used: usize,
    /// Share of the edge, opacity included, 0–1.
    pub(super) edge: Vec<f32>,
    /// Share of what the edge leaves that the body takes, before its opacity.
    pub(super) body: Vec<f32>,
}

/// How all markers of a cloud look, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) shape: MarkerShape,
    /// Width of the edge, 0 for none.
    pub(super) width: f64,
    /// Opacity of the edge; `None` where the edge has the body's colour and opacity.
    pub(super) edge: Option<f32>,
}

impl Look {
    /// The sixteen tiles of a diameter, by cell; without the pixels that none of them touches.
    pub(super) fn tiles(&self, size: f64) -> Vec<Tile> {
        (0..CELLS).map(|cell| self.tile(size, [cell % 4, cell / 4].map(|k| k as f64 / 4.0))).collect()
    }

    fn tile(&self, size: f64, offset: [f64; 2]) -> Tile {
        let stamps = marker_stamps(self.shape, size, self.width, offset);
        let boxes: Vec<[i32; 4]> = stamps
            .iter()
            .flatten()
            .map(|s| [s.left, s.top, s.left + s.width as i32, s.top + s.height as i32])
            .collect();
        let Some(all) = boxes
            .iter()
            .copied()
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
        else {
            return Tile::default();
        };
        let used = (all[2] - all[0]) as usize;
        let columns = used.next_multiple_of(WIDE);
        let len = columns * (all[3] - all[1]) as usize;
        let mut tile = Tile {
            at: [all[0], all[1]],
            size: [columns, (all[3] - all[1]) as usize],
            used,
            edge: vec![0.0; len],
            body: vec![0.0; len],
        };
        for (part, stamp) in stamps.iter().enumerate() {
            let Some(stamp) = stamp else { continue };
            for (row, shares) in stamp.alpha.chunks_exact(stamp.width.max(1)).enumerate() {
                let start = ((stamp.top - all[1]) as usize + row) * columns + (stamp.left - all[0]) as usize;
                for (k, share) in (start..).zip(shares) {
                    let share = f32::from(*share) / 255.0;
                    match (part, self.edge) {
                        (0, _) => tile.body[k] = share,
                        (_, Some(alpha)) => tile.edge[k] = alpha * share,
                        // One over the other in the same colour.
                        (_, None) => tile.body[k] += share - share * tile.body[k],
                    }
                }
            }
        }
        for (body, edge) in tile.body.iter_mut().zip(&tile.edge) {
            *body *= 1.0 - edge;
        }
        tile
    }
}

impl Tile {
    /// The same without edges, `f` of each share as the body.
    pub(super) fn map(&self, f: impl Fn(f32) -> f32) -> Self {
        Self { edge: Vec::new(), body: self.body.iter().map(|share| f(*share)).collect(), ..*self }
    }

    /// The mean of `tiles`, with room for all.
    pub(super) fn mean(tiles: &[Self]) -> Self {
        let ends = |i: usize| {
            let low = tiles.iter().map(|tile| tile.at[i]).min().unwrap_or(0);
            let length = |tile: &Self| [tile.used, tile.size[1]][i] as i32;
            let high = tiles.iter().map(|tile| tile.at[i] + length(tile)).max().unwrap_or(0);
            (low, (high - low) as usize)
        };
        let ((left, used), (top, rows)) = (ends(0), ends(1));
        let columns = used.next_multiple_of(WIDE);
        let [mut edge, mut body] = [(); 2].map(|()| vec![0.0; columns * rows]);
        for tile in tiles {
            for (sums, shares) in [(&mut edge, &tile.edge), (&mut body, &tile.body)] {
                for (row, shares) in shares.chunks_exact(tile.size[0].max(1)).enumerate() {
                    let start = ((tile.at[1] - top) as usize + row) * columns + (tile.at[0] - left) as usize;
                    for (sum, share) in sums[start..].iter_mut().zip(&shares[..tile.used]) {
                        *sum += share / tiles.len() as f32;
                    }
                }
            }
        }
        Self { at: [left, top], size: [columns, rows], used, edge, body }
    }

    /// Columns left of the centre's pixel and right of it that the tile reaches, and rows above and
    /// below.
    pub(super) fn reach(&self) -> [Range<i32>; 2] {
        let length = [self.used, self.size[1]];
        [0, 1].map(|i| self.at[i]..self.at[i] + length[i] as i32)
    }

    /// Numbers of a row, a multiple of [`WIDE`].
    pub(super) fn width(&self) -> usize {
        self.size[0]
    }

    /// Numbers it holds.
    pub(super) fn len(&self) -> usize {
        self.edge.len() + self.body.len()
    }
}

/// The visible pixels, and the larger field in which markers that reach them have their centres.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Where centres may be.
    pub(super) grid: Grid,
    /// Columns left of the visible pixels, and rows above, as right and below.
    pub(super) margin: usize,
    /// Visible columns and rows.
    pub(super) size: [usize; 2],
    /// Between which columns and rows of centres all points lie.
    pub(super) ends: [[f64; 2]; 2],
}

impl Field {
    /// Columns and rows of the centres that points have.
    pub(super) fn inner(&self) -> [Range<usize>; 2] {
        [0, 1].map(|i| {
            let [low, high] = self.ends[i];
            let end = |v: f64| v.clamp(0.0, self.grid.size[i] as f64) as usize;
            end(low - 1.0)..end(high + 2.0)
        })
    }

    /// Numbers before the first visible one in each row of a picture of the field, and after the last:
    /// tiles need not be cut there.
    pub(super) fn pad(&self) -> usize {
        3 * self.margin + WIDE
    }

    /// Numbers in a row of a picture.
    pub(super) fn stride(&self) -> usize {
        self.size[0] + 2 * self.pad()
    }

    /// The visible part of each row of a picture.
    pub(super) fn visible<'a, T>(&self, picture: &'a [T]) -> impl Iterator<Item = &'a [T]> {
        let visible = self.pad()..self.pad() + self.size[0];
        picture.chunks_exact(self.stride()).map(move |row| &row[visible.clone()])
    }

    /// Each visible row of a tile at a centre: where it begins in a picture and in the tile; it has
    /// [`width`](Tile::width) numbers.
    #[inline(always)]
    pub(super) fn rows(&self, pixel: usize, tile: &Tile) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.grid.size[0];
        let [column, row] = [pixel % columns, pixel / columns];
        let (stride, width) = (self.stride(), tile.width());
        let left = (self.pad() + column) as i64 - self.margin as i64 + i64::from(tile.at[0]);
        let top = row as i64 - self.margin as i64 + i64::from(tile.at[1]);
        let skip = (-top).max(0);
        let until = (top + tile.size[1] as i64).min(self.size[1] as i64);
        let (at, from) = ((top + skip) as usize * stride + left as usize, skip as usize * width);
        let count = (until - top - skip).max(0) as usize;
        (0..count).map(move |k| (at + k * stride, from + k * width))
    }
}
