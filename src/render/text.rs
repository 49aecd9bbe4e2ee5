//! The bundled font: measuring texts, glyph outlines, missing glyphs.
//!
//! DejaVu Sans, which has Greek, maths, super- and subscripts (licence beside it). Sizes are
//! points; y runs down, the baseline is 0. Text is laid out glyph by glyph with kerning; control
//! characters take no space.

use super::scene::Segment;
use ab_glyph::{Font as _, FontRef, GlyphId, OutlineCurve};
use std::sync::OnceLock;

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

/// A glyph and where it begins, in units of the font's em.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    /// Its number in the font.
    pub(super) glyph: u16,
    /// Distance of its origin from the text's.
    pub(super) x: f64,
}

/// The parsed font. It borrows [`FONT`]; parsing takes 0.01 ms, once.
fn face() -> &'static FontRef<'static> {
    static FACE: OnceLock<FontRef<'static>> = OnceLock::new();
    FACE.get_or_init(|| FontRef::try_from_slice(FONT).expect("the bundled font is whole"))
}

fn units_per_em() -> f64 {
    face().units_per_em().map_or(2048.0, f64::from)
}

/// The glyphs of a text and its whole advance, in em.
pub(super) fn lay_out(text: &str) -> (Vec<Placed>, f64) {
    let (face, em) = (face(), units_per_em());
    let mut x = 0.0;
    let mut last: Option<GlyphId> = None;
    let mut placed = Vec::with_capacity(text.len());
    for character in text.chars().filter(|c| !c.is_control()) {
        let glyph = face.glyph_id(character);
        if let Some(last) = last {
            x += f64::from(face.kern_unscaled(last, glyph)) / em;
        }
        placed.push(Placed { glyph: glyph.0, x });
        x += f64::from(face.h_advance_unscaled(glyph)) / em;
        last = Some(glyph);
    }
    (placed, x)
}

/// A glyph's advance in em.
pub(super) fn advance(glyph: u16) -> f64 {
    f64::from(face().h_advance_unscaled(GlyphId(glyph))) / units_per_em()
}

/// Measures one line of text at `size` points.
pub fn measure(text: &str, size: f64) -> Extent {
    // Bounds of the outlines of `l` and `p` in DejaVu Sans.
    const LEAST_ASCENT: f32 = 1556.0;
    const LEAST_DESCENT: f32 = 426.0;
    let (glyphs, width) = lay_out(text);
    let (mut ascent, mut descent) = (LEAST_ASCENT, LEAST_DESCENT);
    for glyph in glyphs {
        if let Some(outline) = face().outline(GlyphId(glyph.glyph)) {
            let (a, b) = (outline.bounds.min.y, outline.bounds.max.y);
            ascent = ascent.max(a.max(b));
            descent = descent.max(-a.min(b));
        }
    }
    let scale = size / units_per_em();
    Extent { width: width * size, ascent: f64::from(ascent) * scale, descent: f64::from(descent) * scale }
}

/// Characters that the font has no glyph for, each once, in order of appearance. They are drawn as
/// the font's box.
pub fn missing(text: &str) -> Vec<char> {
    let mut missing = Vec::new();
    for character in text.chars().filter(|c| !c.is_control()) {
        if face().glyph_id(character).0 == 0 && !missing.contains(&character) {
            missing.push(character);
        }
    }
    missing
}

/// Outlines of a line of text, filled by the nonzero rule, its baseline beginning at 0, 0.
pub fn outline(text: &str, size: f64) -> Vec<Segment> {
    let mut path = Vec::new();
    for glyph in lay_out(text).0 {
        trace(glyph.glyph, |x, y| [(glyph.x + x) * size, -y * size], &mut path);
    }
    path
}

/// Appends a glyph's outline; `place` takes positions in em, y up.
pub(super) fn trace(glyph: u16, place: impl Fn(f64, f64) -> [f64; 2], path: &mut Vec<Segment>) {
    let Some(outline) = face().outline(GlyphId(glyph)) else { return };
    let em = units_per_em();
    let at = |p: ab_glyph::Point| place(f64::from(p.x) / em, f64::from(p.y) / em);
    let mut end = None;
    for curve in outline.curves {
        let (start, stop) = match &curve {
            OutlineCurve::Line(a, b) | OutlineCurve::Quad(a, _, b) | OutlineCurve::Cubic(a, _, _, b) => {
                (*a, *b)
            }
        };
        if end != Some(start) {
            if end.is_some() {
                path.push(Segment::Close);
            }
            path.push(Segment::Move(at(start)));
        }
        end = Some(stop);
        path.push(match curve {
            OutlineCurve::Line(_, b) => Segment::Line(at(b)),
            OutlineCurve::Quad(a, c, b) => {
                let (a, c, b) = (at(a), at(c), at(b));
                let toward =
                    |p: [f64; 2]| [p[0] + 2.0 / 3.0 * (c[0] - p[0]), p[1] + 2.0 / 3.0 * (c[1] - p[1])];
                Segment::Cubic(toward(a), toward(b), b)
            }
            OutlineCurve::Cubic(_, c, d, b) => Segment::Cubic(at(c), at(d), at(b)),
        });
    }
    if end.is_some() {
        path.push(Segment::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Advances from fontTools: `hmtx` and the `kern` table of DejaVuSans.ttf, over 2048.
    #[test]
    fn widths_are_those_of_the_font_with_kerning() {
        let digits = measure("2048", 10.0);
        assert!((digits.width - 4.0 * 1303.0 / 2048.0 * 10.0).abs() < 1e-9, "{digits:?}");
        let pair = measure("AV", 2048.0).width;
        let apart = measure("A", 2048.0).width + measure("V", 2048.0).width;
        assert_eq!(pair - apart, -131.0);
        assert_eq!(measure("", 10.0).width, 0.0);
    }

    #[test]
    fn heights_hold_at_least_l_and_p_and_all_the_ink() {
        let em = measure("x", 2048.0);
        assert_eq!((em.ascent, em.descent), (1556.0, 426.0));
        assert!(measure("∫Å", 10.0).ascent > measure("x", 10.0).ascent);
    }

    #[test]
    fn signs_of_figures_have_glyphs_and_others_are_named() {
        assert!(missing("0123456789−⁰¹²³⁴⁵⁶⁷⁸⁹⁻×°µσ∂∇²Å·").is_empty());
        assert_eq!(missing("a日本日"), ['日', '本']);
    }

    #[test]
    fn outlines_are_closed_contours_within_the_extent() {
        let extent = measure("o8", 20.0);
        let path = outline("o8", 20.0);
        let count = |f: fn(&Segment) -> bool| path.iter().filter(|s| f(s)).count();
        // o has two contours, 8 has three.
        assert_eq!(count(|s| matches!(s, Segment::Move(_))), 5);
        assert_eq!(count(|s| matches!(s, Segment::Close)), 5);
        for segment in &path {
            if let Segment::Line([x, y]) | Segment::Move([x, y]) = segment {
                assert!((0.0..=extent.width).contains(x) && (-extent.ascent..=extent.descent).contains(y));
            }
        }
    }
}
