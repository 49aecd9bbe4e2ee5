//! A line of text as runs of glyphs and bars, in em of the line's size.

use super::face::Face;

/// A glyph and where it begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::render) struct Placed {
    /// Its number in the face.
    pub(in crate::render) glyph: u16,
    /// The character that it shows.
    pub(in crate::render) character: char,
    /// Distance of its origin from the run's, in em of the run.
    pub(in crate::render) x: f64,
}

/// Glyphs of one face and size on one baseline, next to each other.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::render) struct Run {
    /// Their face.
    pub(in crate::render) face: Face,
    /// Their em, in em of the line.
    pub(in crate::render) size: f64,
    /// Where the run begins, in em of the line.
    pub(in crate::render) x: f64,
    /// How far its baseline is above the line's, in em of the line.
    pub(in crate::render) y: f64,
    /// The glyphs.
    pub(in crate::render) glyphs: Vec<Placed>,
    /// Sum of advances with kerning, in em of the run.
    pub(in crate::render) width: f64,
}

/// A filled rectangle: the line of a fraction, the roof of a root. In em of the line, y up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::render) struct Bar {
    /// Its left end.
    pub(in crate::render) x: f64,
    /// Its lower edge.
    pub(in crate::render) y: f64,
    /// Its width.
    pub(in crate::render) width: f64,
    /// Its thickness.
    pub(in crate::render) height: f64,
}

impl Bar {
    /// Its corners, counter-clockwise.
    pub(in crate::render) fn corners(&self) -> [[f64; 2]; 4] {
        let (right, top) = (self.x + self.width, self.y + self.height);
        [[self.x, self.y], [right, self.y], [right, top], [self.x, top]]
    }
}

/// What a line of text shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::render) struct Line {
    /// Its glyphs.
    pub(in crate::render) runs: Vec<Run>,
    /// Its bars.
    pub(in crate::render) bars: Vec<Bar>,
    /// Its width in em.
    pub(super) width: f64,
    /// Ascent and descent in em where the layout says them.
    pub(super) heights: Option<[f64; 2]>,
    /// Whether it has formulae.
    pub(in crate::render) is_maths: bool,
}

impl Line {
    /// A text without formulae, glyph by glyph with kerning. What the face has not is taken from the
    /// bundled one.
    pub(super) fn plain(text: &str, face: Face) -> Self {
        let empty = |face: Face, x: f64| Run { face, size: 1.0, x, y: 0.0, glyphs: Vec::new(), width: 0.0 };
        let mut runs = Vec::new();
        let mut run = Run { glyphs: Vec::with_capacity(text.len()), ..empty(face, 0.0) };
        for character in text.chars().filter(|c| !c.is_control()) {
            let own = drawn_in(face, character);
            if own != run.face {
                let x = run.x + run.width;
                let next = empty(own, x);
                let done = std::mem::replace(&mut run, next);
                if !done.glyphs.is_empty() {
                    runs.push(done);
                }
            }
            let glyph = own.glyph(character);
            if let Some(last) = run.glyphs.last() {
                run.width += own.kern(last.glyph, glyph);
            }
            run.glyphs.push(Placed { glyph, character, x: run.width });
            run.width += own.advance(glyph);
        }
        let width = run.x + run.width;
        runs.push(run);
        Self { width, runs, ..Self::default() }
    }

    /// Ascent and descent in em.
    pub(super) fn heights(&self) -> [f64; 2] {
        let ink = || {
            let glyphs = self.runs.iter().flat_map(|run| run.glyphs.iter().map(|g| run.face.bounds(g.glyph)));
            glyphs
                .flatten()
                .fold([0.0f64; 2], |[up, down], [_, bottom, _, top]| [up.max(top), down.max(-bottom)])
        };
        self.heights.unwrap_or_else(ink)
    }
}

/// The face that a character of a text in `face` is drawn in.
pub(super) fn drawn_in(face: Face, character: char) -> Face {
    let has = face == Face::Upright || face.glyph(character) != 0;
    if has { face } else { Face::Upright }
}
