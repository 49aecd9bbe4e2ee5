//! Boxes of formulae: glyphs and bars with a width, a height above and a depth below the baseline.
//!
//! The model is TeX's as matplotlib's `_mathtext` has it. Lengths are in em of the text; a script is
//! a block made smaller as a whole.

use crate::render::text::face::Face;
use crate::render::text::line::{Bar, Line, Placed, Run};

/// Height of `x` in DejaVu Sans.
pub(super) const X_HEIGHT: f64 = 1120.0 / 2048.0;
/// Thickness of bars.
pub(super) const RULE: f64 = 0.75 / 12.0;
/// Size of a script beside that of its nucleus.
pub(super) const SHRINK: f64 = 0.7;

/// A glyph of a block.
#[derive(Clone, Copy, Debug)]
struct Mark {
    face: Face,
    glyph: u16,
    character: char,
    size: f64,
    x: f64,
    y: f64,
}

/// What a script needs to know of the last character before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub(super) height: f64,
    pub(super) depth: f64,
    pub(super) is_slanted: bool,
    pub(super) is_integral: bool,
}

/// A block that is one character: its width is that of the ink.
#[derive(Clone, Copy, Debug)]
struct Single {
    face: Face,
    glyph: u16,
    advance: f64,
    left: f64,
}

/// A box.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) depth: f64,
    marks: Vec<Mark>,
    bars: Vec<Bar>,
    single: Option<Single>,
    pub(super) last: Option<Last>,
    /// Whether it has a column within.
    pub(super) is_tall: bool,
    /// Whether its scripts stand above and below.
    pub(super) has_limits: bool,
}

impl Block {
    /// Empty room.
    pub(super) fn space(width: f64) -> Self {
        Self { width, ..Self::default() }
    }

    /// Empty room for blocks above each other.
    pub(super) fn tall(width: f64) -> Self {
        Self { width, is_tall: true, ..Self::default() }
    }

    /// One character.
    pub(super) fn character(character: char, face: Face, is_integral: bool) -> Self {
        let glyph = face.glyph(character);
        let advance = face.advance(glyph);
        let [left, bottom, right, top] = face.bounds(glyph).unwrap_or([0.0, 0.0, advance, 0.0]);
        let is_slanted = face == Face::Oblique || is_integral;
        let (width, height, depth) = (right - left, top, -bottom);
        Self {
            width,
            height,
            depth,
            marks: vec![Mark { face, glyph, character, size: 1.0, x: 0.0, y: 0.0 }],
            single: Some(Single { face, glyph, advance, left }),
            last: Some(Last { height, depth, is_slanted, is_integral }),
            ..Self::default()
        }
    }

    /// Blocks side by side; characters with their advances and kerning.
    pub(super) fn row(blocks: Vec<Self>) -> Self {
        let mut row = Self::default();
        let singles: Vec<Option<Single>> = blocks.iter().map(|block| block.single).collect();
        let count = blocks.len();
        for (k, block) in blocks.into_iter().enumerate() {
            row.is_tall |= block.is_tall;
            if k + 1 == count {
                row.last = Some(match (block.single, block.last) {
                    (Some(_), Some(last)) => last,
                    _ => Last {
                        height: block.height,
                        depth: block.depth,
                        is_slanted: false,
                        is_integral: false,
                    },
                });
            }
            let at = row.width;
            row.width += block.width;
            if let Some(single) = singles[k] {
                row.width += single.advance - block.width;
                if let Some(next) =
                    singles.get(k + 1).copied().flatten().filter(|next| next.face == single.face)
                {
                    row.width += single.face.kern(single.glyph, next.glyph);
                }
            }
            row.put(block, at, 0.0);
        }
        row
    }

    /// Adds another block at a place; it makes the block higher and deeper, not wider.
    pub(super) fn put(&mut self, block: Self, x: f64, y: f64) {
        self.height = self.height.max(block.height + y);
        self.depth = self.depth.max(block.depth - y);
        self.marks.extend(block.marks.into_iter().map(|m| Mark { x: m.x + x, y: m.y + y, ..m }));
        self.bars.extend(block.bars.into_iter().map(|b| Bar { x: b.x + x, y: b.y + y, ..b }));
    }

    /// Adds a bar that makes it no larger.
    pub(super) fn bar(&mut self, bar: Bar) {
        self.bars.push(bar);
    }

    /// The block at another size. It is no single character any more.
    pub(super) fn scaled(mut self, factor: f64) -> Self {
        self.width *= factor;
        self.height *= factor;
        self.depth *= factor;
        for m in &mut self.marks {
            *m = Mark { size: m.size * factor, x: m.x * factor, y: m.y * factor, ..*m };
        }
        for b in &mut self.bars {
            *b = Bar { x: b.x * factor, y: b.y * factor, width: b.width * factor, height: b.height * factor };
        }
        self.single = None;
        self
    }

    /// The advance of a single character, the width of others.
    pub(super) fn advance(&self) -> f64 {
        self.single.map_or(self.width, |single| single.advance)
    }

    /// The block with its ink at 0, standing on the baseline: accents, whose glyphs are placed over
    /// letters before them.
    pub(super) fn at_origin(mut self) -> Self {
        let (left, up) = (self.single.map_or(0.0, |single| single.left), self.depth);
        for m in &mut self.marks {
            *m = Mark { x: m.x - left, y: m.y + up, ..*m };
        }
        self.height += self.depth;
        self.depth = 0.0;
        self
    }

    /// The block as a line of text.
    pub(super) fn into_line(self) -> Line {
        let mut runs: Vec<Run> = Vec::new();
        for mark in &self.marks {
            let advance = mark.face.advance(mark.glyph);
            let joined = runs
                .last_mut()
                .filter(|run| run.face == mark.face && run.size == mark.size && run.y == mark.y);
            if let Some(run) = joined
                && let Some(last) = run.glyphs.last()
            {
                let kern = run.face.kern(last.glyph, mark.glyph);
                let x = (mark.x - run.x) / run.size;
                if (x - run.width - kern).abs() < 1e-6 {
                    run.glyphs.push(Placed { glyph: mark.glyph, character: mark.character, x });
                    run.width = x + advance;
                    continue;
                }
            }
            runs.push(Run {
                face: mark.face,
                size: mark.size,
                x: mark.x,
                y: mark.y,
                glyphs: vec![Placed { glyph: mark.glyph, character: mark.character, x: 0.0 }],
                width: advance,
            });
        }
        Line {
            runs,
            bars: self.bars,
            width: self.width,
            heights: Some([self.height, self.depth]),
            is_maths: true,
        }
    }
}
