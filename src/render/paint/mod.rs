//! Painters: a [`Scene`] in, bytes of a file out. They are siblings and see nothing but the scene.

use super::Scene;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG, 8 bits a channel, without alpha where the background is opaque.
    Png,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 1] = [Self::Png];

    /// Its file extension, without dot.
    pub fn ext(self) -> &'static str {
        match self {
            Self::Png => "png",
        }
    }

    /// The format of a file extension without dot, any case.
    pub fn from_ext(ext: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| ext.eq_ignore_ascii_case(format.ext()))
    }
}

/// Why a scene could not be painted.
#[derive(Debug, thiserror::Error)]
pub enum PaintError {
    /// The size is not a positive number of pixels, or too many.
    #[error(
        "a figure of {width} × {height} pixels cannot be drawn; at most {} a side",
        crate::render::paint::MOST_PIXELS
    )]
    Size {
        /// Columns.
        width: f64,
        /// Rows.
        height: f64,
    },
    /// The encoder failed.
    #[error("cannot encode the figure as PNG")]
    Encode(#[from] png::EncodingError),
}

/// Pixels a side at most, as matplotlib's Agg.
pub const MOST_PIXELS: u32 = 1 << 16;

/// Draws the scene in the given format. The same scene gives the same bytes on every machine.
///
/// # Errors
/// [`PaintError::Size`] for sizes that no picture can have.
pub fn paint(scene: &Scene, format: Format) -> Result<Vec<u8>, PaintError> {
    let _ = (scene, format);
    unimplemented!()
}
