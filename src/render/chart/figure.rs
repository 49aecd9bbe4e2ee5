//! What is wanted of the figure as a whole, and of what is behind axes.

use crate::render::panel::TextOptions;
use crate::render::scene::Color;

/// A label of the figure: below all axes, or left of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FigureLabel {
    /// What it says; empty for none.
    pub text: String,
    /// Its look.
    pub look: TextOptions,
    /// Where it stands in units of the figure's width and height. Along its side the middle by default;
    /// across it, where there is room made for it, unless somebody chose.
    pub at: [Option<f64>; 2],
}

/// What is behind the marks of an axes; what is not said is the style's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backdrop {
    /// Colour.
    pub face: Option<Color>,
    /// Colour of the edge and of the hatch.
    pub edge: Option<Color>,
    /// Width of the edge, points; none by default.
    pub width: Option<f64>,
    /// Opacity of all of it, 0–1.
    pub alpha: Option<f64>,
    /// Letters of the hatch.
    pub hatch: Option<String>,
    /// Colour of the hatch, if not the edge's.
    pub hatch_color: Option<Color>,
    /// Width of its lines, points.
    pub hatch_width: Option<f64>,
}

impl Backdrop {
    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        self.face = other.face.or(self.face);
        self.edge = other.edge.or(self.edge);
        self.width = other.width.or(self.width);
        self.alpha = other.alpha.or(self.alpha);
        self.hatch = other.hatch.clone().or(self.hatch.take());
        self.hatch_color = other.hatch_color.or(self.hatch_color);
        self.hatch_width = other.hatch_width.or(self.hatch_width);
    }
}
