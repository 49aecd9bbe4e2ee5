//! What `.rolling`, `.coarsen`, `.groupby` and `.weighted` give: values and a way to go over them,
//! until a method is called that reduces each window or group.

use super::Value;
use crate::data::{Dim, Labelled};

/// Values with a way to go over them; what methods make of it is in `ops::windows` and `ops::groups`.
#[derive(Clone, Debug)]
pub struct Windows {
    /// An array or a dataset.
    pub(crate) of: Value,
    /// The way.
    pub(crate) by: By,
}

/// A way to go over values.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// A window that moves along dims: dim, length, whether its label is that of its middle.
    Rolling { sizes: Vec<(Dim, usize, bool)>, min_periods: Option<usize> },
    /// Blocks of so many elements along dims.
    Coarsen { sizes: Vec<(Dim, usize)>, boundary: Boundary, from_right: bool, coord_func: String },
    /// Groups of indices along a dim, which gets a new name and these labels.
    Groups { along: Dim, dim: Dim, labels: Labelled, members: Vec<Vec<usize>> },
    /// Weights of the elements.
    Weighted { weights: Labelled },
}

/// What is done about elements that do not fill a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// It is an error.
    Exact,
    /// They are left out.
    Trim,
    /// The block is filled up with NaN.
    Pad,
}

impl Windows {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        let what = match self.by {
            By::Rolling { .. } => "rolling windows over",
            By::Coarsen { .. } => "blocks of",
            By::Groups { .. } => "groups of",
            By::Weighted { .. } => "weights of",
        };
        format!("{what} {}", self.of.describe())
    }
}
