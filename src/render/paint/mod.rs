//! Painters: a [`Scene`] in, bytes of a file out. They are siblings and see nothing but the scene.
//!
//! The PNG painter (`raster`) draws into one pixmap of tiny-skia: filled and stroked outlines go
//! through tiny-skia; what figures are full of has shortcuts that are faster and, with 256 levels
//! of coverage instead of 16, smoother: lines (`line`), markers (`markers`), text (`glyphs`),
//! axis-aligned rectangles and images (`canvas`, `image`). The vector painters (`svg`, `pdf`) write
//! the commands as they are, lines of very many corners apart (`vector`).

mod canvas;
mod coverage;
mod filter;
mod glyphs;
mod image;
mod line;
mod markers;
mod pdf;
mod png;
mod raster;
mod shape;
mod snap;
mod svg;
mod vector;

#[cfg(test)]
mod tests;

use super::Scene;
use super::scene::MarkerShape;

pub(super) use coverage::Stamp;
pub(super) use markers::{THIN as THIN_EDGE, outline as marker_outline};

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG, 8 bits a channel, without alpha where the background is opaque.
    Png,
    /// PDF 1.7, one page, fonts embedded.
    Pdf,
    /// SVG 1.1, text as text.
    Svg,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Png, Self::Pdf, Self::Svg];

    /// Its file extension, without dot.
    pub fn ext(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Svg => "svg",
        }
    }

    /// The format of a file extension without dot, any case.
    pub fn from_ext(ext: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| ext.eq_ignore_ascii_case(format.ext()))
    }
}

/// Pixels a side at most, as matplotlib's Agg.
pub const MOST_PIXELS: u32 = 1 << 16;

/// Why a scene could not be painted.
#[derive(Debug, thiserror::Error)]
pub enum PaintError {
    /// The size is not a positive number of pixels, or too many.
    #[error("a figure of {width} × {height} pixels cannot be drawn; a side has 1 to {MOST_PIXELS}")]
    Size {
        /// Columns.
        width: f64,
        /// Rows.
        height: f64,
    },
    /// The size is not a positive length, or larger than a page of PDF can be.
    #[error(
        "a page of {width} × {height} points cannot be written; a side has more than 0 and at most 14400"
    )]
    Page {
        /// Width.
        width: f64,
        /// Height.
        height: f64,
    },
    /// The bundled font could not be cut.
    #[error("cannot embed the font: {0}")]
    Font(String),
    /// The encoder failed.
    #[error("cannot encode the figure as PNG")]
    Encode(#[from] ::png::EncodingError),
}

/// What a marker covers: its body and its edge, of `size` and `width` in pixels, the centre at
/// `offset` from the corner of a pixel.
pub(super) fn marker_stamps(
    shape: MarkerShape,
    size: f64,
    width: f64,
    offset: [f64; 2],
) -> [Option<Stamp>; 2] {
    markers::make(shape, size, width, offset)
}

/// Draws the scene in the given format. The same scene gives the same bytes on every machine.
///
/// # Errors
/// [`PaintError::Size`] and [`PaintError::Page`] for sizes that no picture can have, [`PaintError::Encode`] for metadata that
/// PNG cannot hold.
pub fn paint(scene: &Scene, format: Format) -> Result<Vec<u8>, PaintError> {
    match format {
        Format::Png => png::encode(&raster::draw(scene)?, scene),
        Format::Pdf => pdf::draw(scene),
        Format::Svg => svg::draw(scene),
    }
}
