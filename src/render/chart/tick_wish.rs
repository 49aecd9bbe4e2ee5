//! Changes to the look of an axis' ticks.

use super::{TickDirection, TickStyle};
use crate::render::scene::Color;

/// What somebody wants of the ticks of one axis; what is not said is the style's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TickWish {
    /// Colour of the marks.
    pub color: Option<Color>,
    /// Which way they point.
    pub direction: Option<TickDirection>,
    /// Lengths of major and minor marks, points.
    pub lengths: [Option<f64>; 2],
    /// Widths of major and minor marks, points.
    pub widths: [Option<f64>; 2],
    /// From a mark to its label, points.
    pub pad: Option<f64>,
    /// On which sides marks stand: below and above, or left and right.
    pub sides: [Option<bool>; 2],
}

impl TickWish {
    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        self.color = other.color.or(self.color);
        self.direction = other.direction.or(self.direction);
        self.pad = other.pad.or(self.pad);
        for i in 0..2 {
            self.lengths[i] = other.lengths[i].or(self.lengths[i]);
            self.widths[i] = other.widths[i].or(self.widths[i]);
            self.sides[i] = other.sides[i].or(self.sides[i]);
        }
    }

    /// The look with these changes.
    pub fn over(&self, style: TickStyle) -> TickStyle {
        let both = |own: [Option<f64>; 2], all: [f64; 2]| [0, 1].map(|i| own[i].unwrap_or(all[i]));
        TickStyle {
            color: self.color.or(style.color),
            direction: self.direction.unwrap_or(style.direction),
            lengths: both(self.lengths, style.lengths),
            widths: both(self.widths, style.widths),
            pad: self.pad.unwrap_or(style.pad),
            sides: [0, 1].map(|i| self.sides[i].unwrap_or(style.sides[i])),
            ..style
        }
    }
}
