//! How lines, markers and bars look, as wanted.

use super::lines::{Every, FillStyle, LineEnds, LineStyle};
use crate::render::scene::{Color, MarkerShape};
use crate::render::ticks::spec::Spec;

/// Bins of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub enum Bins {
    /// That many equal ones over the range.
    Count(usize),
    /// These edges.
    Edges(Vec<f64>),
    /// As many equal ones as a rule wants.
    Rule(BinRule),
}

/// Rules for the number of bins, numpy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "numpy's names")]
pub enum BinRule {
    Auto,
    Doane,
    FreedmanDiaconis,
    Rice,
    Scott,
    Sqrt,
    Sturges,
}

impl BinRule {
    /// All, with numpy's names.
    pub const ALL: [(&str, Self); 7] = [
        ("auto", Self::Auto),
        ("doane", Self::Doane),
        ("fd", Self::FreedmanDiaconis),
        ("rice", Self::Rice),
        ("scott", Self::Scott),
        ("sqrt", Self::Sqrt),
        ("sturges", Self::Sturges),
    ];

    /// The rule of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
    }
}

/// Options of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct HistOptions {
    /// Bins; numpy's default is 10.
    pub bins: Bins,
    /// Least and largest value counted.
    pub range: Option<[f64; 2]>,
    /// Area 1 instead of counts.
    pub density: bool,
    /// Counts on a log axis.
    pub log: bool,
    /// Only the outline (`histtype: step`).
    pub step: bool,
    /// Sums up to each bin.
    pub cumulative: bool,
    /// The values are integers, whose bins by rule are 1 wide at least.
    pub whole: bool,
}

impl Default for HistOptions {
    fn default() -> Self {
        Self {
            bins: Bins::Count(10),
            range: None,
            density: false,
            log: false,
            step: false,
            cumulative: false,
            whole: false,
        }
    }
}

/// On which side of a point a step is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "matplotlib's names")]
pub enum StepWhere {
    #[default]
    Pre,
    Post,
    Mid,
}

/// Options of lines with errors.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorOptions {
    /// Variable of the errors.
    pub yerr: Option<String>,
    /// What a line is called: a format of Python with `{dim}` and `{value}`.
    pub hue_format: String,
    /// A band from y - yerr to y + yerr instead of bars.
    pub bands: bool,
    /// Colour of bands; `None` is the line's.
    pub band_color: Option<Color>,
    /// Opacity of bands; `None` is a fifth of the line's.
    pub band_alpha: Option<f64>,
    /// Width of bands' edges.
    pub band_edge: f64,
    /// Half the length of caps, points.
    pub capsize: f64,
    /// Colour of bars; `None` is the line's.
    pub bar_color: Option<Color>,
    /// Width of bars; `None` is the lines'.
    pub bar_width: Option<f64>,
    /// Thickness of caps; `None` is the markers' edge.
    pub cap_width: Option<f64>,
    /// Bars at every n-th point.
    pub every: usize,
}

impl Default for ErrorOptions {
    /// Bars without caps, lines called by their value.
    fn default() -> Self {
        Self {
            yerr: None,
            hue_format: "{value:}".to_owned(),
            bands: false,
            band_color: None,
            band_alpha: None,
            band_edge: 0.0,
            capsize: 0.0,
            bar_color: None,
            bar_width: None,
            cap_width: None,
            every: 1,
        }
    }
}

/// Which row of an image is at which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The first row is at the top.
    Upper,
    /// The first row is at the bottom.
    Lower,
}

/// Options of images and meshes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeshOptions {
    /// Where images begin; `None` has coordinates rise upwards.
    pub origin: Option<Origin>,
    /// Axes of meshes end at the outermost coordinates, not at the edges of their cells, and edges lie
    /// in the middle of numbers, whatever the scale (xarray's `infer_intervals: false`).
    pub middles: bool,
    /// Whether there are numbers in the cells.
    pub annot: bool,
    /// Their format; `None` is `.2g`.
    pub format: Option<Spec>,
}

/// Options of lines and markers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MarkOptions {
    /// Colour of all marks; `None` takes the cycle's.
    pub color: Option<Color>,
    /// Opacity, 0–1.
    pub alpha: Option<f64>,
    /// Width of lines.
    pub linewidth: Option<f64>,
    /// Dashes.
    pub linestyle: Option<LineStyle>,
    /// Ends and corners of solid lines and of dashes.
    pub ends: LineEnds,
    /// How points are joined (`drawstyle`); `None` by straight lines.
    pub steps: Option<StepWhere>,
    /// Colours of bodies and edges of markers of lines; `None` is the line's.
    pub marker_colors: [Option<Color>; 2],
    /// Width of edges of markers of lines.
    pub marker_edge: Option<f64>,
    /// Which part of markers of lines is filled.
    pub fill: Option<FillStyle>,
    /// At which points of lines markers stand.
    pub every: Every,
    /// Letters of hatches: of bars the first, of filled contours one a level, over and over.
    pub hatches: Vec<String>,
    /// Marker at each point.
    pub marker: Option<MarkerShape>,
    /// Diameter of markers of lines.
    pub markersize: Option<f64>,
    /// Area of scatter markers in points² (matplotlib's `s`).
    pub s: Option<f64>,
    /// Whether far points in space are fainter; `None`: they are.
    pub depthshade: Option<bool>,
    /// Whether vector formats get an image of the marks; by their size if nobody says.
    pub rasterized: Option<bool>,
    /// Whether the points of a scatter are drawn as one image of the figure's pixels, or each by
    /// itself; by their number if nobody says.
    pub aggregate: Option<bool>,
}
