//! The bundled font: measuring texts, glyph outlines, missing glyphs.
//!
//! DejaVu Sans, which has Greek, maths, super- and subscripts (licence beside it). All sizes are
//! points; y runs down, the baseline is 0.

use super::scene::Segment;

/// DejaVu Sans 2.37, as published.
pub const FONT: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");

/// The space a line of text takes, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// Sum of advances with kerning.
    pub width: f64,
    /// From the baseline up to the top: of the ink, at least that of `l` (as matplotlib).
    pub ascent: f64,
    /// From the baseline down to the bottom: of the ink, at least that of `p` (as matplotlib).
    pub descent: f64,
}

impl Extent {
    /// Ascent and descent.
    pub fn height(&self) -> f64 {
        self.ascent + self.descent
    }
}

/// Measures one line of text at `size` points.
pub fn measure(text: &str, size: f64) -> Extent {
    let _ = (text, size);
    unimplemented!()
}

/// Characters that the font has no glyph for, each once, in order of appearance. They are drawn as
/// the font's box.
pub fn missing(text: &str) -> Vec<char> {
    let _ = text;
    unimplemented!()
}

/// Outlines of a line of text, filled by the nonzero rule, its baseline beginning at 0, 0.
pub fn outline(text: &str, size: f64) -> Vec<Segment> {
    let _ = (text, size);
    unimplemented!()
}
