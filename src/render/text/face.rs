//! Faces: their glyphs, advances, kerning and outlines.

use super::font::{self, Font};
use crate::render::scene::Segment;
use ab_glyph::{Font as _, FontRef, GlyphId, OutlineCurve};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A font file. Lengths of glyphs are in em.
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
    /// A file that a style asked for, by its number.
    User(u16),
}

/// Measures of a font in thousandths of an em.
#[derive(Clone, Copy, Debug)]
pub(in crate::render) struct Metrics {
    /// Left, bottom, right and top of all outlines.
    pub(in crate::render) bounds: [f32; 4],
    pub(in crate::render) ascent: f32,
    pub(in crate::render) descent: f32,
    pub(in crate::render) capitals: f32,
    /// Degrees, negative to the right.
    pub(in crate::render) slant: f32,
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
            Self::User(number) => font::file(number).map_or(super::FONT, |file| file.bytes),
        }
    }

    /// The parsed font. It borrows the file; parsing takes 0.01 ms, once.
    fn font(self) -> &'static FontRef<'static> {
        static FONTS: [OnceLock<FontRef<'static>>; COUNT] = [const { OnceLock::new() }; COUNT];
        let at = match self {
            Self::Upright => 0,
            Self::Oblique => 1,
            Self::Bold => 2,
            Self::Display => 3,
            Self::User(number) => {
                return font::file(number).map_or_else(|| Self::Upright.font(), |file| &file.font);
            }
        };
        FONTS[at].get_or_init(|| FontRef::try_from_slice(self.file()).expect("the bundled fonts are whole"))
    }

    /// The face of a font.
    pub(in crate::render) fn of(font: Font) -> Self {
        match font.file() {
            Some(number) => Self::User(number),
            None if font.bold => Self::Bold,
            None if font.italic => Self::Oblique,
            None => Self::Upright,
        }
    }

    /// Its name for readers, and what tells it apart from all others, whatever else was loaded.
    pub(in crate::render) fn key(self) -> (String, u64) {
        match self {
            Self::Upright => ("DejaVuSans".to_owned(), 0),
            Self::Oblique => ("DejaVuSans-Oblique".to_owned(), 1),
            Self::Bold => ("DejaVuSans-Bold".to_owned(), 2),
            Self::Display => ("DejaVuSansDisplay".to_owned(), 3),
            Self::User(number) => {
                font::file(number).map_or_else(Default::default, |file| (file.postscript.clone(), file.key))
            }
        }
    }

    /// The name of its family.
    pub(in crate::render) fn family(self) -> String {
        match self {
            Self::User(number) => font::file(number).map_or_else(String::new, |file| file.family.clone()),
            _ => "DejaVu Sans".to_owned(),
        }
    }

    /// Whether its outlines are those of PostScript.
    pub(in crate::render) fn is_cff(self) -> bool {
        matches!(self, Self::User(number) if font::file(number).is_some_and(|file| file.is_cff))
    }

    /// What PDF tells of a file that a style asked for.
    pub(in crate::render) fn metrics(self) -> Option<Metrics> {
        let Self::User(number) = self else { return None };
        let face = ttf_parser::Face::parse(font::file(number)?.bytes, 0).ok()?;
        let unit = 1000.0 / f32::from(face.units_per_em().max(1));
        let scaled = |v: i16| (f32::from(v) * unit).round();
        let bounds = face.global_bounding_box();
        Some(Metrics {
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scaled),
            ascent: scaled(face.ascender()),
            descent: scaled(face.descender()),
            capitals: scaled(face.capital_height().unwrap_or(face.ascender())),
            slant: face.italic_angle(),
        })
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

    /// Left, bottom, right and top of a glyph's ink, y up. It takes its whole outline to find them: what
    /// was found is kept for the thread's next text.
    pub(super) fn bounds(self, glyph: u16) -> Option<[f64; 4]> {
        type Found = BTreeMap<(Face, u16), Option<[f64; 4]>>;
        thread_local! {
            static FOUND: RefCell<Found> = const { RefCell::new(BTreeMap::new()) };
        }
        FOUND.with_borrow_mut(|found| *found.entry((self, glyph)).or_insert_with(|| self.outlined(glyph)))
    }

    fn outlined(self, glyph: u16) -> Option<[f64; 4]> {
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
