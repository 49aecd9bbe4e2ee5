//! What a mark has to know, for marks that only calls draw.

use super::{Handle, Key, Obstacles, Span};
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::record::Plane;
use crate::render::scene::AxesRecord;

/// A mark that [`Mark`](super::Mark) holds without knowing which.
pub(in crate::render) trait Show {
    /// Extents along x and y.
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2];

    /// Draws it.
    fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, dpi: f64);

    /// Writes it into the table.
    fn record(&self, axes: &mut AxesRecord, color: Option<&ColorContent>);

    /// Values that colours stand for.
    fn color_values(&self) -> &[f64] {
        &[]
    }

    /// What a legend should not cover.
    fn obstacles(&self, _plane: &Plane<'_>) -> Obstacles {
        Obstacles::default()
    }

    /// Its entries in a legend.
    fn handles(&self) -> Vec<Handle> {
        Vec::new()
    }

    /// Whether it is drawn over the grid.
    fn is_line(&self) -> bool {
        false
    }

    /// Takes a key; whether it is a mark that has keys.
    fn key(&mut self, _key: &Key) -> bool {
        false
    }

    /// Whether there is no grid with it.
    fn hides_grid(&self) -> bool {
        false
    }
}
