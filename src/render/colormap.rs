//! Colour maps by name, with matplotlib's bytes and its index rule.

use super::scene::Color;

/// Colours for positions 0–1, and for what has no position there.
#[derive(Clone, Debug, PartialEq)]
pub struct Colormap {
    /// Its name, with `_r` if reversed; empty for listed colours.
    pub name: String,
    /// Colours from position 0 to 1.
    pub colors: Vec<Color>,
    /// Below 0; `None` is the first colour.
    pub under: Option<Color>,
    /// Above 1; `None` is the last colour.
    pub over: Option<Color>,
    /// For NaN; transparent by default.
    pub bad: Color,
}

/// There is no such colour map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown colour map `{name}`")]
pub struct UnknownColormap {
    /// What was asked for.
    pub name: String,
    /// `did you mean …?`
    pub help: Option<String>,
}

impl Colormap {
    /// The map of that name; `_r` at the end reverses it.
    ///
    /// # Errors
    /// [`UnknownColormap`] with near names.
    pub fn named(name: &str) -> Result<Self, UnknownColormap> {
        let _ = name;
        unimplemented!()
    }

    /// Colours as given, one after the other (discrete).
    pub fn listed(colors: Vec<Color>) -> Self {
        Self { name: String::new(), colors, under: None, over: None, bad: Color { a: 0, ..Color::WHITE } }
    }

    /// The colour at a position: index ⌊x·n⌋, 1 belongs to the last colour; `bad` for NaN.
    pub fn at(&self, position: f64) -> Color {
        let _ = position;
        unimplemented!()
    }
}

/// Names of all maps, without the reversed ones, sorted ignoring case.
pub fn names() -> Vec<&'static str> {
    unimplemented!()
}
