//! Clouds: very many markers as one image of exactly the pixels of the figure, without a list of
//! the markers.
//!
//! Markers are stamped at quarter pixels, as the PNG painter does, so that the picture is what drawing
//! them one after the other gives, but for rounding. Where all look alike they are counted (`count`);
//! else they are drawn from the last one back and what is hidden is passed over (`layers`). Memory goes
//! with the picture: some 20 bytes a pixel, 40 with layers.

mod count;
mod layers;
mod place;
mod survey;
mod tile;

use super::scale::Mapping;
use super::scene::{Color, Image, MarkerShape, Rect, Stroke};
use super::series::Series;
pub(super) use survey::Survey;

use place::{BLOCK, Grid};
use std::ops::Range;
use std::sync::Arc;
use tile::{Field, Look};

/// Markers in a plot may not be wider than this many pixels to be drawn as a cloud.
const WIDEST: f64 = 512.0;

/// Where points are.
pub(super) struct Points<'a> {
    /// Data along x and y, equally many.
    pub(super) x: &'a Series,
    /// See `x`.
    pub(super) y: &'a Series,
}

impl Points<'_> {
    fn len(&self) -> usize {
        self.x.len().min(self.y.len())
    }

    /// The points `range`, some at a time, with the number of the first.
    fn blocks(&self, range: Range<usize>, mut f: impl FnMut(usize, &[f64], &[f64])) {
        let [mut a, mut b] = [Vec::new(), Vec::new()];
        for from in range.clone().step_by(BLOCK) {
            let some = from..range.end.min(from + BLOCK);
            f(from, self.x.slice(some.clone(), &mut a), self.y.slice(some, &mut b));
        }
    }
}

/// Colours and sizes of the markers.
pub(super) enum Fills<'a> {
    /// One colour, one diameter in points.
    One(Color, f64),
    /// By the number of a point; `None` is not drawn. And the greatest diameter, in points.
    Each(&'a mut dyn FnMut(usize) -> Option<(Color, f64)>, f64),
}

/// Where and how a cloud is drawn.
pub(super) struct Cloud<'a> {
    /// The points.
    pub(super) points: Points<'a>,
    /// Between which values along x and y they lie, as far as the axes have places for them.
    pub(super) ends: [[f64; 2]; 2],
    /// The axes.
    pub(super) mappings: [Mapping; 2],
    /// The frame, points; nothing is drawn outside.
    pub(super) frame: Rect,
    /// Pixels an inch.
    pub(super) dpi: f64,
    /// Shape of the markers.
    pub(super) shape: MarkerShape,
    /// Their edges.
    pub(super) edge: Option<Stroke>,
}

impl Cloud<'_> {
    /// The pixels of the frame, transparent where there is nothing. `None` if there is no frame to
    /// speak of, or the markers are wider than 512 pixels.
    pub(super) fn image(&self, fills: Fills<'_>) -> Option<Image> {
        let scale = self.dpi / 72.0;
        let frame = &self.frame;
        // As the painter rounds its clip.
        let edge_of = |v: f64| (v * scale + 0.5).floor();
        let [left, top, right, bottom] = [frame.left, frame.top, frame.right, frame.bottom].map(edge_of);
        let sound = |n: f64| (1.0..=16_384.0).contains(&n);
        let largest = match &fills {
            Fills::One(_, size) | Fills::Each(_, size) => size * scale,
        };
        if !(sound(right - left) && sound(bottom - top) && largest > 0.0 && largest <= WIDEST) {
            return None;
        }
        let size = [(right - left) as usize, (bottom - top) as usize];
        let open = self.shape.is_open();
        let width = match &self.edge {
            _ if self.shape == MarkerShape::Pixel => 0.0,
            Some(stroke) => stroke.width * scale,
            None if open => super::paint::THIN_EDGE * scale,
            None => 0.0,
        };
        let margin = (largest + width).ceil() as usize + 2;
        let inner = margin as f64;
        let at = [
            [frame.left, frame.right].map(|x| x * scale - left + inner),
            [frame.bottom, frame.top].map(|y| y * scale - top + inner),
        ];
        let ends = [0, 1].map(|i| {
            let place = |v: f64| {
                let share = self.mappings[i].position(v);
                at[i][0] + share * (at[i][1] - at[i][0])
            };
            let [a, b] = self.ends[i].map(place);
            [a.min(b), a.max(b)]
        });
        let grid = Grid::new(self.mappings, at, size.map(|n| n + 2 * margin));
        let field = Field { grid, margin, size, ends };
        let edge = self.edge.as_ref().filter(|_| width > 0.0).map(|stroke| stroke.color);
        let rgba = match fills {
            Fills::One(color, diameter) if edge.is_none_or(|edge| edge == color) => {
                let look = Look { shape: self.shape, width, edge: None };
                let size = (diameter * scale * 16.0).round().max(1.0) / 16.0;
                let alpha = f32::from(color.a) / 255.0;
                let opacities = count::opacities(&field, &self.points, &look.tiles(size), alpha);
                opacities.iter().flat_map(|a| [color.r, color.g, color.b, *a]).collect()
            }
            Fills::One(color, size) => {
                self.layered(&field, width, largest, edge, &mut |_| Some((color, size)))
            }
            Fills::Each(fill, _) => self.layered(&field, width, largest, edge, fill),
        };
        let [left, top, right, bottom] = [left, top, right, bottom].map(|v| v / scale);
        let rect = Rect { left, top, right, bottom };
        Some(Image { rect, width: size[0], height: size[1], rgba: Arc::<[u8]>::from(rgba) })
    }

    fn layered(
        &self,
        field: &Field,
        width: f64,
        largest: f64,
        edge: Option<Color>,
        fill: &mut dyn FnMut(usize) -> Option<(Color, f64)>,
    ) -> Vec<u8> {
        let scale = self.dpi / 72.0;
        let look = Look { shape: self.shape, width, edge: edge.map(|edge| f32::from(edge.a) / 255.0) };
        let edge = edge.unwrap_or(Color::BLACK);
        let mut scaled = |i: usize| fill(i).map(|(color, size)| (color, size * scale));
        let largest = (largest * 16.0).round().max(1.0) / 16.0;
        layers::pixels(field, &self.points, &look, edge, largest, &mut scaled)
    }
}

#[cfg(test)]
mod tests;
