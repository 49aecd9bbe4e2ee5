//! What keeps a chart from being drawn.

use super::colormap::UnknownColormap;
use crate::data::{DataError, Dim};
use crate::diag::{Diagnostic, did_you_mean, list};

/// Why there is no scene for a chart and its data.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A figure that is to be spread over several.
    #[error("one picture cannot show all of `{dim}`, which is given to `frames` or `files`")]
    Spread {
        /// The dim.
        dim: String,
    },
    /// A name that is no dim, coordinate or variable.
    #[error("the data have no dimension, coordinate or variable `{name}` for `{role}`")]
    NoSuchName {
        /// The encoding.
        role: &'static str,
        /// What was asked for.
        name: String,
        /// What there is.
        have: Vec<String>,
    },
    /// An encoding that the kind of figure needs.
    #[error("a figure of kind `{kind}` needs the encoding `{role}`: {why}")]
    Needs {
        /// The kind.
        kind: &'static str,
        /// The encoding.
        role: &'static str,
        /// Why.
        why: String,
    },
    /// The data have more (or fewer) dims than the figure shows.
    #[error("a figure of kind `{kind}` cannot show an array of dimensions ({}): {why}", names(dims))]
    Dims {
        /// The kind.
        kind: &'static str,
        /// The array's dims.
        dims: Vec<Dim>,
        /// What is wrong with them.
        why: String,
    },
    /// Text where numbers are needed.
    #[error("`{name}` is text; {role} needs numbers or times")]
    Text {
        /// The array.
        name: String,
        /// Where.
        role: &'static str,
    },
    /// A coordinate with two dims, alone.
    #[error("`{name}` has {} dimensions, so that the other axis does not follow from it", dims.len())]
    Curvilinear {
        /// The coordinate.
        name: String,
        /// Its dims.
        dims: Vec<Dim>,
    },
    /// A coordinate that cannot give a mesh its edges.
    #[error("the coordinate `{name}` {why}")]
    Coordinate {
        /// The coordinate.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
    /// An option with a value that cannot be used.
    #[error("`{option}` {why}")]
    Option {
        /// The option.
        option: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A helper that does not fit the data.
    #[error("the helper `{helper}` failed: {why}")]
    Helper {
        /// The helper.
        helper: &'static str,
        /// Why.
        why: String,
    },
    /// Too many panels to be told apart.
    #[error("{panels} facets do not fit a figure; at most {most} can be drawn")]
    TooManyFacets {
        /// How many there would be.
        panels: usize,
        /// The limit.
        most: usize,
    },
    /// There is no such colour map.
    #[error(transparent)]
    Colormap(#[from] UnknownColormap),
    /// The data cannot be read.
    #[error("cannot read the figure's data")]
    Data(#[from] DataError),
}

fn names(dims: &[Dim]) -> String {
    list(dims)
}

impl From<RenderError> for Diagnostic {
    fn from(error: RenderError) -> Self {
        let help = match &error {
            RenderError::NoSuchName { name, have, .. } => did_you_mean(name, have.iter().map(String::as_str)),
            RenderError::Colormap(unknown) => unknown.help.clone(),
            RenderError::Dims { .. } => {
                Some("select or reduce the other dimensions, or give them to col, row or hue".to_owned())
            }
            RenderError::Curvilinear { .. } => Some("name both coordinates: x and y".to_owned()),
            RenderError::TooManyFacets { .. } => Some("select fewer values, or give col_wrap".to_owned()),
            _ => None,
        };
        Self::from_error(&error).help(help)
    }
}
