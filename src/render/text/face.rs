//! The bundled faces: their glyphs, advances, kerning and outlines.

use crate::render::scene::Segment;
use ab_glyph::{Font as _, FontRef, GlyphId, OutlineCurve};
use std::sync::OnceLock;

/// A bundled font. Lengths of glyphs are in em.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::render) enum Face {
    /// DejaVu Sans, whole.
    Upright,
    /// Its slanted letters.
    Oblique,
    /// Its bold letters and signs.
    Bold,
    /// Its large operators.
    Display,
}

const COUNT: usize = 4;

impl Face {
    /// The font file (`fonts/subset.py` says how the smaller ones were made).
    pub(in crate::render) fn file(self) -> &'static [u8] {
        match self {
            Self::Upright => super::FONT,
            Self::Oblique => include_bytes!("../fonts/DejaVuSans-Oblique.ttf"),
            Self::Bold => include_bytes!("../fonts/DejaVuSans-Bold.ttf"),
            Self::Display => include_bytes!("../fonts/DejaVuSansDisplay.ttf"),
        }
    }

    /// The parsed font. It borrows the file; parsing takes 0.01 ms, once.
    fn font(self) -> &'static FontRef<'static> {
        static FONTS: [OnceLock<FontRef<'static>>; COUNT] = [const { OnceLock::new() }; COUNT];
        FONTS[self as usize]
            .get_or_init(|| FontRef::try_from_slice(self.file()).expect("the bundled fonts are whole"))
    }

    fn em(self) -> f64 {
        self.font().units_per_em().map_or(2048.0, f64::from)
    }

    /// The glyph of a character, 0 if there is none.
    pub(in crate::render) fn glyph(self, character: char) -> u16 {
        self.font().glyph_id(character).0
    }

    /// A glyph's advance.
    pub(in crate::render) fn advance(self, glyph: u16) -> f64 {
        f64::from(self.font().h_advance_unscaled(GlyphId(glyph))) / self.em()
    }

    /// What is added to the advance of `first` before `second`.
    pub(super) fn kern(self, first: u16, second: u16) -> f64 {
        f64::from(self.font().kern_unscaled(GlyphId(first), GlyphId(second))) / self.em()
    }

    /// Left, bottom, right and top of a glyph's ink, y up.
    pub(super) fn bounds(self, glyph: u16) -> Option<[f64; 4]> {
        let bounds = self.font().outline(GlyphId(glyph))?.bounds;
        let (a, b) = (bounds.min, bounds.max);
        Some([a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y)].map(|v| f64::from(v) / self.em()))
    }

    /// Appends a glyph's outline; `place` takes positions in em, y up.
    pub(in crate::render) fn trace(
        self,
        glyph: u16,
        place: impl Fn(f64, f64) -> [f64; 2],
        path: &mut Vec<Segment>,
    ) {
        let Some(outline) = self.font().outline(GlyphId(glyph)) else { return };
        let em = self.em();
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
}
