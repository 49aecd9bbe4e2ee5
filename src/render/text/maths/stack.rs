//! Blocks built of blocks: scripts, fractions, roots, accents, delimiters, bars.
//!
//! Constants are those of DejaVu Sans in matplotlib's `_mathtext`, in heights of `x`.

use super::block::{Block, Last, RULE, SHRINK, X_HEIGHT};
use crate::render::text::face::Face;
use crate::render::text::line::Bar;

/// Room after scripts.
const SCRIPT_SPACE: f64 = 0.05;
const SUP_DROP: f64 = 790.527 / 1120.0;
const SUB_DROP: f64 = 102.4 / 1120.0;
const SUP: f64 = 845.824 / 1120.0;
const SUB: f64 = 307.199 / 1120.0;
const SUB_WITH_SUP: f64 = 632.832 / 1120.0;
/// Distance of scripts from their nucleus, more of it where that is slanted or an integral.
const DELTA: f64 = 0.025;
const DELTA_SLANTED: f64 = 0.2;
const DELTA_INTEGRAL: f64 = 0.1;
/// Shifts of numerators and denominators: displayed; in texts; without a line.
const NUM_DISPLAY: f64 = 1529.86 / 1120.0;
const NUM_TEXT: f64 = 868.352 / 1120.0;
const NUM_BARE: f64 = 970.752 / 1120.0;
const DENOM_DISPLAY: f64 = 1548.29 / 1120.0;
const DENOM_TEXT: f64 = 768.0 / 1120.0;
/// Height of lines of fractions above the baseline, in em.
const AXIS: f64 = 512.0 / 2048.0;

/// A nucleus with scripts beside it.
pub(super) fn scripts(nucleus: Block, sub: Option<Block>, sup: Option<Block>) -> Block {
    let own = Last { height: nucleus.height, depth: nucleus.depth, is_slanted: false, is_integral: false };
    let last = nucleus.last.unwrap_or(own);
    let mut sup_kern = DELTA * X_HEIGHT;
    let mut sub_kern = DELTA * X_HEIGHT;
    if last.is_integral {
        sub_kern = (3.0 * DELTA - DELTA_INTEGRAL) * last.height;
        sup_kern = (3.0 * DELTA + DELTA_INTEGRAL) * last.height;
    } else if last.is_slanted {
        sup_kern += DELTA * X_HEIGHT + DELTA_SLANTED * (last.height - X_HEIGHT * 2.0 / 3.0);
        sub_kern = 0.0;
    }
    let small = |kern: f64, script: Block| Block::row(vec![Block::space(kern), script]).scaled(SHRINK);
    let sup = sup.map(|sup| small(sup_kern, sup));
    let sub = sub.map(|sub| small(sub_kern, sub));
    let (mut up, mut down) = (0.0f64, 0.0f64);
    if nucleus.is_tall {
        up = nucleus.height - SUP_DROP * X_HEIGHT * SHRINK;
        down = nucleus.depth + SUB_DROP * X_HEIGHT * SHRINK;
    }
    if let Some(sup) = &sup {
        up = if last.is_integral {
            last.height - SUB_DROP * X_HEIGHT
        } else {
            up.max(SUP * X_HEIGHT).max(sup.depth + X_HEIGHT / 4.0)
        };
    }
    if let Some(sub) = &sub {
        down = match (&sup, last.is_integral) {
            (_, true) => last.depth + SUB_DROP * X_HEIGHT,
            (None, _) => down.max(SUB * X_HEIGHT).max(sub.height - X_HEIGHT * 4.0 / 5.0),
            (Some(_), _) => down.max(SUB_WITH_SUP * X_HEIGHT),
        };
        if let Some(sup) = &sup {
            let clear = 4.0 * RULE - ((up - sup.depth) - (sub.height - down));
            if clear > 0.0 {
                down += clear;
                let clear = X_HEIGHT * 4.0 / 5.0 - up + sup.depth;
                if clear > 0.0 {
                    up += clear;
                    down -= clear;
                }
            }
        }
    }
    let mut script = Block::space(0.0);
    script.is_tall = sup.is_some() && sub.is_some();
    for (block, y) in [(sup, up), (sub, -down)] {
        if let Some(block) = block {
            script.width = script.width.max(block.width);
            script.put(block, 0.0, y);
        }
    }
    if !last.is_integral {
        script.width += SCRIPT_SPACE * X_HEIGHT;
    }
    Block::row(vec![nucleus, script])
}

/// A nucleus with scripts below and above.
pub(super) fn limits(nucleus: Block, below: Option<Block>, above: Option<Block>) -> Block {
    let gap = 3.0 * RULE;
    let (below, above) = (below.map(|b| b.scaled(SHRINK)), above.map(|b| b.scaled(SHRINK)));
    let width = [&below, &above].into_iter().flatten().fold(nucleus.width, |w, b| w.max(b.width));
    let low = below.as_ref().map(|b| -(nucleus.depth + gap + b.height));
    let high = above.as_ref().map(|b| nucleus.height + gap + b.depth);
    column(width, [(Some(nucleus), Some(0.0)), (below, low), (above, high)])
}

/// Blocks above each other, their middles in line.
fn column<const N: usize>(width: f64, parts: [(Option<Block>, Option<f64>); N]) -> Block {
    let mut column = Block::tall(width);
    for (block, y) in parts {
        if let (Some(block), Some(y)) = (block, y) {
            let x = (width - block.width) / 2.0;
            column.put(block, x, y);
        }
    }
    column
}

/// A fraction, its parts one step smaller unless it is displayed; without a line for `bar` 0.
pub(super) fn fraction(num: Block, den: Block, bar: f64, is_displayed: bool) -> Block {
    let step = if is_displayed { 1.0 } else { SHRINK };
    let x_height = X_HEIGHT * step;
    let (num, den) = (num.scaled(step), den.scaled(step));
    let width = num.width.max(den.width);
    let (num_shift, den_shift) = match (is_displayed, bar > 0.0) {
        (true, _) => (NUM_DISPLAY, DENOM_DISPLAY),
        (false, true) => (NUM_TEXT, DENOM_TEXT),
        (false, false) => (NUM_BARE, DENOM_TEXT),
    };
    let (mut up, mut down) = (num_shift * x_height, den_shift * x_height);
    if bar > 0.0 {
        let least = if is_displayed { 3.0 * bar } else { bar };
        up = AXIS + bar / 2.0 + num.depth + (up - num.depth - AXIS - bar / 2.0).max(least);
        down = den.height - AXIS + bar / 2.0 + (AXIS - bar / 2.0 - den.height + down).max(least);
    } else {
        let least = if is_displayed { 7.0 } else { 3.0 } * RULE;
        let clear = (up - num.depth) - (den.height - down);
        if clear < least {
            up += (least - clear) / 2.0;
            down += (least - clear) / 2.0;
        }
    }
    let mut fraction = column(width, [(Some(num), Some(up)), (Some(den), Some(-down))]);
    if bar > 0.0 {
        fraction.bar(Bar { x: 0.0, y: AXIS - bar / 2.0, width, height: bar });
    }
    Block::row(vec![Block::space(RULE), fraction, Block::space(RULE)])
}

/// A character as high and deep as is wanted, and where its baseline goes.
fn grown(character: char, height: f64, depth: f64) -> (Block, f64) {
    let glyph = Block::character(character, Face::Upright, false);
    let (own, wanted) = (glyph.height + glyph.depth, height + depth);
    if own >= wanted - 0.2 * X_HEIGHT || own <= 0.0 {
        return (Block::row(vec![glyph]), 0.0);
    }
    let advance = glyph.advance();
    let mut glyph = glyph.scaled(wanted / own);
    glyph.width = advance * wanted / own;
    let up = glyph.depth - depth;
    (glyph, up)
}

/// A block between delimiters of its height.
pub(super) fn delimited(left: Option<char>, middle: Block, right: Option<char>) -> Block {
    let (height, depth) = (middle.height, middle.depth);
    let delimiter = |character: Option<char>| {
        character.map(|character| {
            let (glyph, y) = if height + depth > 0.0 {
                grown(character, height, depth)
            } else {
                (Block::row(vec![Block::character(character, Face::Upright, false)]), 0.0)
            };
            let mut block = Block::space(glyph.width);
            block.put(glyph, 0.0, y);
            block
        })
    };
    let (left, right) = (delimiter(left), delimiter(right));
    Block::row(left.into_iter().chain([middle]).chain(right).collect())
}

/// A root.
pub(super) fn root(body: Block, degree: Option<Block>) -> Block {
    let (height, depth) = (body.height + 6.0 * RULE, body.depth);
    let (check, y) = grown('√', height, depth);
    let top = check.height + y;
    let mut row = Block::default();
    let half = 0.5 * check.width;
    let degree = degree.map(|degree| degree.scaled(SHRINK * SHRINK));
    let lead = degree.as_ref().map_or(half, |degree| degree.width);
    if let Some(degree) = degree {
        row.put(degree, 0.0, 0.6 * top);
    }
    let start = (lead - half).max(0.0) + check.width;
    row.put(check, start - 2.0 * half, y);
    let width = body.width + 4.0 * RULE;
    row.put(body, start + 2.0 * RULE, 0.0);
    // The bar begins within the corner of the sign.
    row.bar(Bar { x: start - RULE / 2.0, y: top - RULE, width: width + RULE / 2.0, height: RULE });
    row.width = start + width;
    row.is_tall = true;
    row
}

/// A block with an accent over it; a wide one is as wide as the block.
pub(super) fn accent(body: Block, mark: char, is_wide: bool, size: f64) -> Block {
    let mark = Block::character(mark, Face::Upright, false).at_origin();
    let factor = if is_wide && mark.width > 0.0 { body.width / mark.width } else { size };
    let mark = mark.scaled(factor);
    // Accents of italics stand to the right of the middle.
    let lean = if is_wide { 0.0 } else { body.width / 8.0 };
    let x = (body.width - mark.width) / 2.0 + lean;
    // As in matplotlib, the mark is over the ink, and what follows comes after the advance.
    let mut row = Block::tall(body.width.max(body.advance()));
    let y = body.height + 2.0 * RULE;
    row.put(body, 0.0, 0.0);
    row.put(mark, x, y);
    row
}

/// A block with a bar over or under it.
pub(super) fn lined(body: Block, is_over: bool) -> Block {
    let mut row = Block::tall(body.width);
    let (width, height, depth) = (body.width, body.height, body.depth);
    row.put(body, 0.0, 0.0);
    let y = if is_over { height + 3.0 * RULE } else { -depth - 4.0 * RULE };
    row.bar(Bar { x: 0.0, y, width, height: RULE });
    row.height = row.height.max(y + RULE);
    row.depth = row.depth.max(-y);
    row
}

/// A block with a small one over or under it.
pub(super) fn noted(note: Block, body: Block, is_over: bool) -> Block {
    if is_over { limits(body, None, Some(note)) } else { limits(body, Some(note), None) }
}
