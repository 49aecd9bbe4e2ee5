//! How values become colours, as wanted.

use super::BarOptions;
use crate::render::scene::Color;

/// How values become positions in a colour map.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Norm {
    /// Linear between the colour limits.
    #[default]
    Linear,
    /// Logarithmic.
    Log,
    /// As [`Scale::SymLog`](super::Scale::SymLog).
    SymLog {
        /// Where it turns.
        linthresh: f64,
    },
    /// Linear, symmetric about a centre.
    Centered {
        /// The centre.
        center: f64,
    },
    /// Shares of the way from the lower to the upper limit to a power.
    Power {
        /// The power.
        gamma: f64,
    },
    /// Linear on either side of a centre, which is the map's middle.
    TwoSlope {
        /// The centre.
        center: f64,
    },
    /// Whole numbers are the numbers of colours, others positions in the map.
    Index,
}

/// About which value colours are symmetric.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Center {
    /// About 0, if the data have both signs and not both limits are given.
    #[default]
    Auto,
    /// About none.
    Off,
    /// About this one.
    At(f64),
}

/// Values between which one colour is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Levels {
    /// About that many, at round values.
    Count(usize),
    /// These, rising.
    At(Vec<f64>),
}

/// Options of kinds with colour-mapped values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColorOptions {
    /// Name of the colour map (`_r` reverses); `None`: viridis, or RdBu_r about 0 for data of both
    /// signs, as xarray.
    pub cmap: Option<String>,
    /// Colours instead of a map by name, with names: value i is the i-th (discrete).
    pub colors: Option<Vec<(Color, Option<String>)>>,
    /// The values that `colors` stand for, rising; `None`: 0, 1, …
    pub positions: Option<Vec<f64>>,
    /// `colors` are mixed into a continuous map, `positions` being places from 0 to 1.
    pub continuous: bool,
    /// `N`: number of colours that are taken from a map.
    pub count: Option<usize>,
    /// Power of places in a continuous map of `colors`.
    pub gamma: Option<f64>,
    /// Norm.
    pub norm: Norm,
    /// Edges of a norm with one colour between two of them, rising; goes before `norm`.
    pub boundaries: Option<Vec<f64>>,
    /// Lower colour limit.
    pub vmin: Option<f64>,
    /// Upper colour limit.
    pub vmax: Option<f64>,
    /// Limits from the 2nd to the 98th percentile.
    pub robust: bool,
    /// Values that the limits cover as if they were data: the least and largest of all pictures of a
    /// sequence; with `robust` their percentiles.
    pub whole: Option<[f64; 2]>,
    /// What the limits are symmetric about.
    pub center: Center,
    /// Values between which one colour is taken; `None` for contours: 8 steps at most.
    pub levels: Option<Levels>,
    /// Whether values below and above the limits are shown as such; `None`: if there are any.
    pub extend: Option<[bool; 2]>,
    /// Colours of contours instead of a map; one for all lines, or one each.
    pub line_colors: Option<Vec<Color>>,
    /// Colour of missing values; `None` is transparent.
    pub bad: Option<Color>,
    /// Colour below the limits; `None` is the map's first.
    pub under: Option<Color>,
    /// Colour above the limits; `None` is the map's last.
    pub over: Option<Color>,
    /// Whether there is a colour bar; `None`: yes for meshes, images, filled contours and numeric
    /// hue.
    pub colorbar: Option<bool>,
    /// The colour bar.
    pub bar: BarOptions,
}
