//! Fonts: measuring texts, glyph outlines, missing glyphs.
//!
//! DejaVu Sans, which has Greek, maths, super- and subscripts (licence beside it). Sizes are
//! points; y runs down, the baseline is 0. Text is laid out glyph by glyph with kerning; control
//! characters take no space. An even number of `$` encloses formulae (`maths`); `\$` is a dollar.

mod face;
mod font;
mod line;
mod maths;

use super::scene::Segment;
pub(super) use face::{Face, Metrics};
pub use font::{Family, Font, FontOptions, GENERIC, base, is_bold, is_italic, with_base};
pub(super) use line::{Bar, Line, Run};
pub use maths::Problem;

/// DejaVu Sans 2.37, as published.
pub const FONT: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");

/// Heights of `l` and depth of `p` in DejaVu Sans, in em.
const LEAST_ASCENT: f64 = 1556.0 / 2048.0;
const LEAST_DESCENT: f64 = 426.0 / 2048.0;

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

/// Whether a text has formulae: an even number of dollars that are not `\$`.
fn has_maths(text: &str) -> bool {
    let dollars = text.matches('$').count().saturating_sub(text.matches(r"\$").count());
    dollars > 0 && dollars.is_multiple_of(2)
}

/// What a text shows in a font. A formula with a mistake is shown as it is written; `problem` tells it.
pub(super) fn line(text: &str, font: Font) -> Line {
    let face = Face::of(font);
    if !text.contains('$') {
        return Line::plain(text, face);
    }
    if has_maths(text) {
        maths::line(text, face).unwrap_or_else(|_| Line::plain(text, face))
    } else {
        Line::plain(&text.replace(r"\$", "$"), face)
    }
}

/// What keeps a text's formulae from being set.
pub fn problem(text: &str) -> Option<Problem> {
    if has_maths(text) { maths::line(text, Face::Upright).err() } else { None }
}

/// The words of a text; a formula is one, or part of one.
pub(super) fn words(text: &str) -> Vec<&str> {
    let is_maths = has_maths(text);
    let (mut inside, mut escaped) = (false, false);
    let ends = |c: char| {
        inside ^= is_maths && c == '$' && !escaped;
        escaped = c == '\\' && !escaped;
        c.is_whitespace() && !inside
    };
    text.split(ends).filter(|word| !word.is_empty()).collect()
}

/// Measures one line of text at `size` points in the figure's font.
pub fn measure(text: &str, size: f64) -> Extent {
    measure_in(base(), text, size)
}

/// Measures one line of text at `size` points.
pub fn measure_in(font: Font, text: &str, size: f64) -> Extent {
    let line = line(text, font);
    let [ascent, descent] = line.heights();
    Extent {
        width: line.width * size,
        ascent: ascent.max(LEAST_ASCENT) * size,
        descent: descent.max(LEAST_DESCENT) * size,
    }
}

/// Characters that the fonts have no glyph for, each once, in order of appearance. They are drawn as
/// the font's box.
pub fn missing(text: &str, font: Font) -> Vec<char> {
    let mut missing = Vec::new();
    for glyph in line(text, font).runs.iter().flat_map(|run| &run.glyphs) {
        if glyph.glyph == 0 && !missing.contains(&glyph.character) {
            missing.push(glyph.character);
        }
    }
    missing
}

/// Characters that a font has not, which are taken from the bundled one; in order of appearance.
pub fn borrowed(text: &str, font: Font) -> Vec<char> {
    let face = Face::of(font);
    if !matches!(face, Face::User(_)) {
        return Vec::new();
    }
    let line = line(text, font);
    let words = line.runs.iter().filter(|run| !line.is_maths && run.face != face);
    let mut found: Vec<char> = Vec::new();
    for glyph in words.flat_map(|run| &run.glyphs).filter(|glyph| glyph.glyph != 0) {
        if !found.contains(&glyph.character) {
            found.push(glyph.character);
        }
    }
    found
}

/// Outlines of a line of text, filled by the nonzero rule, its baseline beginning at 0, 0.
pub fn outline(text: &str, font: Font, size: f64) -> Vec<Segment> {
    let line = line(text, font);
    let mut path = Vec::new();
    for run in &line.runs {
        for glyph in &run.glyphs {
            let place =
                |x: f64, y: f64| [(run.x + (glyph.x + x) * run.size) * size, -(run.y + y * run.size) * size];
            run.face.trace(glyph.glyph, place, &mut path);
        }
    }
    for bar in &line.bars {
        let [first, rest @ ..] = bar.corners().map(|[x, y]| [x * size, -y * size]);
        path.push(Segment::Move(first));
        path.extend(rest.map(Segment::Line));
        path.push(Segment::Close);
    }
    path
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
    fn formulae_are_not_broken_into_words() {
        assert_eq!(words("a  b $x + y$, c"), ["a", "b", "$x + y$,", "c"]);
        assert_eq!(words(r"5 \$ $a \$ b$ c"), ["5", r"\$", r"$a \$ b$", "c"]);
        assert_eq!(words("5 $ a"), ["5", "$", "a"]);
    }

    #[test]
    fn heights_hold_at_least_l_and_p_and_all_the_ink() {
        let em = measure("x", 2048.0);
        assert_eq!((em.ascent, em.descent), (1556.0, 426.0));
        assert!(measure("∫Å", 10.0).ascent > measure("x", 10.0).ascent);
    }

    #[test]
    fn signs_of_figures_have_glyphs_and_others_are_named() {
        assert!(missing("0123456789−⁰¹²³⁴⁵⁶⁷⁸⁹⁻×°µσ∂∇²Å·", Font::default()).is_empty());
        assert_eq!(missing("a日本日", Font::default()), ['日', '本']);
    }

    #[test]
    fn outlines_are_closed_contours_within_the_extent() {
        let extent = measure("o8", 20.0);
        let path = outline("o8", Font::default(), 20.0);
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
