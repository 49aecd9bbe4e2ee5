//! What a figure should look like, with everything looked up: kind, encodings, options, style.
//!
//! `plan` fills it from the configuration, after which nothing about YAML can be missing. What a
//! chart leaves open (`None`) is decided by [`compose`](super::compose) from the data, as
//! matplotlib and xarray do. Sizes are in points unless a name says otherwise.

use super::panel::{Note, Override, PanelOptions, TextOptions};
use super::scene::Color;
use super::ticks::{Formatter, Locator};
use crate::data::time::Civil;

mod bar;
mod color;
mod encoding;
mod figure;
mod legend;
mod lines;
mod marks;
mod plain;
mod style;
mod tick_wish;
mod view;

pub use bar::{BarOptions, EndLength, Location};
pub use color::{Center, ColorOptions, Levels, Norm};
pub use encoding::{AutoEncoding, Channel, Encoding, Encodings, Kind, KindRule, Slot, Twice, Wrap};
pub use figure::{Backdrop, FigureLabel};
pub use legend::{LegendOptions, LegendSizes};
pub use lines::{Dashes, Every, FillStyle, LineEnds, LineMarker, LineRules, LineStyle, MOST_DASHES};
pub use marks::{BinRule, Bins, ErrorOptions, HistOptions, MarkOptions, MeshOptions, Origin, StepWhere};
pub use plain::Plain;
pub(super) use style::COLORBLIND;
pub use style::{BoxStyle, GridStyle, Numbers, PartStyle, Style, TickDirection, TickStyle};
pub use tick_wish::TickWish;
pub use view::{BoxAspect, SurfaceOptions, View};

/// One end of an axis' limits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Limit {
    /// Left to autoscaling.
    #[default]
    Auto,
    /// The least datum (`min`).
    DataMin,
    /// The largest datum (`max`).
    DataMax,
    /// A number, for dates days since 1970-01-01 in the axis' calendar.
    At(f64),
    /// A date, in whatever calendar the axis has.
    When(Civil),
}

/// Scale of an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// Linear.
    #[default]
    Linear,
    /// Logarithmic.
    Log {
        /// Base.
        base: f64,
    },
    /// Linear around 0 up to `linthresh`, logarithmic beyond.
    SymLog {
        /// Where it turns.
        linthresh: f64,
        /// Base.
        base: f64,
    },
    /// Of probabilities: logarithmic towards 0 and towards 1.
    Logit,
}

/// Height of an axes to its width.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Ratio {
    /// As the room is (`auto`).
    #[default]
    Auto,
    /// A unit of y is this many units of x long (`equal` is 1), in the space of their scales.
    Units(f64),
    /// As [`Ratio::Units`], but limits grow and the axes keep its room (`adjustable: datalim`).
    Limits(f64),
    /// The height is this many times the width (`box_aspect`).
    Box(f64),
}

/// What is wanted of one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisOptions {
    /// Label; `None` takes it from the data's attributes.
    pub label: Option<String>,
    /// Lower and upper limit.
    pub limits: [Limit; 2],
    /// Scale; `None` is linear, or the calendar's for times.
    pub scale: Option<Scale>,
    /// Values run against the usual direction (`xincrease: false`).
    pub decreasing: bool,
    /// Positions of major ticks, and labels if given.
    pub ticks: Option<Vec<(f64, Option<String>)>>,
    /// Positions of minor ticks, and labels if given.
    pub minor_ticks: Option<Vec<(f64, Option<String>)>>,
    /// Where major and minor ticks stand, unless positions are given.
    pub locators: [Option<Locator>; 2],
    /// What major and minor ticks say.
    pub formatters: [Option<Formatter>; 2],
    /// Look of the label.
    pub label_text: TextOptions,
    /// Look of tick labels.
    pub tick_text: TextOptions,
    /// Look of tick marks.
    pub tick_marks: TickWish,
    /// Values that it covers as if they were data, on the axis of values of a picture of a sequence: the
    /// least and largest of all pictures.
    pub whole: Option<[f64; 2]>,
}

/// Horizontal or vertical line across an axes.
#[derive(Clone, Debug, PartialEq)]
pub struct RefLine {
    /// Where, data units.
    pub at: f64,
    /// Where, as a date in whatever calendar the axis has; then `at` follows from it.
    pub when: Option<Civil>,
    /// Where it begins and ends, in units of the frame.
    pub limits: [f64; 2],
    /// Name in the legend.
    pub label: Option<String>,
    /// Colour; `None` is the style's default.
    pub color: Option<Color>,
    /// Width.
    pub width: Option<f64>,
    /// Dashes.
    pub style: LineStyle,
    /// Opacity, 0–1.
    pub alpha: f64,
    /// Order of drawing, as matplotlib's: below 2 it is behind lines of data, below 1 behind other
    /// marks. Its default is 2.
    pub zorder: f64,
}

impl Default for RefLine {
    /// matplotlib's: solid, opaque, from one side to the other, at 0.
    fn default() -> Self {
        Self {
            at: 0.0,
            when: None,
            limits: [0.0, 1.0],
            label: None,
            color: None,
            width: None,
            style: LineStyle::Solid,
            alpha: 1.0,
            zorder: 2.0,
        }
    }
}

/// Which panels share an axis: limits, scale and ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Share {
    All,
    Row,
    Col,
    #[default]
    None,
}

/// What titles of facets say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FacetTitles {
    /// A format of Python with `{coord}` and `{value}`; `None` is `{coord} = {value}`.
    pub template: Option<String>,
    /// Characters at most, at least 4; `None` is 30.
    pub most: Option<usize>,
}

/// A figure as wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// Kind; `None`: 1-D line, 2-D pcolormesh, else histogram (dantro's rule for an absent kind).
    pub kind: Option<Kind>,
    /// Instead of a kind: how it follows from the data.
    pub kind_rule: Option<KindRule>,
    /// Encodings.
    pub encodings: Encodings,
    /// Whether and how dims without an encoding get one.
    pub auto_encoding: Option<AutoEncoding>,
    /// Dims of length 1 stay dims (`squeeze: false`).
    pub keep_single: bool,
    /// Only coordinates that label a dim are kept (`drop_nonindexed_coords`).
    pub indexed_coords_only: bool,
    /// Title of the pictures of a sequence: a format of Python with `{dim}` and `{value}`; `None`
    /// is `{dim:} = {value:.3g}`.
    pub frame_title: Option<String>,
    /// Title of the axes; `None` lists scalar coordinates, as xarray.
    pub title: Option<String>,
    /// Title of the figure.
    pub suptitle: Option<String>,
    /// Horizontal axis.
    pub x: AxisOptions,
    /// Vertical axis.
    pub y: AxisOptions,
    /// Third axis, of kinds in space.
    pub z: AxisOptions,
    /// From where kinds in space are seen, if that is asked for; flat kinds have no use for it.
    pub view: Option<View>,
    /// Faces of surfaces.
    pub surface: SurfaceOptions,
    /// Colours of values.
    pub color: ColorOptions,
    /// Histogram.
    pub hist: HistOptions,
    /// Images and meshes.
    pub mesh: MeshOptions,
    /// Lines and markers.
    pub marks: MarkOptions,
    /// On which side of their points steps are.
    pub step: StepWhere,
    /// Lines with errors.
    pub errors: ErrorOptions,
    /// Whether axes, titles and colour bars have labels by the data.
    pub no_labels: bool,
    /// Legend.
    pub legend: LegendOptions,
    /// Horizontal lines.
    pub hlines: Vec<RefLine>,
    /// Vertical lines.
    pub vlines: Vec<RefLine>,
    /// What else is wanted of every panel; fields that the chart has itself are not looked at.
    pub panel: PanelOptions,
    /// What single panels want, later ones over earlier ones.
    pub overrides: Vec<Override>,
    /// Which panels share x and y; `None`: all facets do.
    pub share: [Option<Share>; 2],
    /// Columns and rows of axes of a figure that is no facet grid.
    pub subplots: [usize; 2],
    /// Which of them share x and y.
    pub subplot_share: [Share; 2],
    /// The figure's size is that of one of them.
    pub scale_with_subplots: bool,
    /// Look of the figure's title.
    pub suptitle_text: TextOptions,
    /// Labels of the figure: below all axes, and left of them.
    pub suplabels: [FigureLabel; 2],
    /// Texts of the figure, over everything.
    pub figure_texts: Vec<Note>,
    /// Room below the figure's title beyond what it needs, in units of the figure's height.
    pub suptitle_margin: f64,
    /// Legend of the figure, besides those of panels.
    pub figlegend: Option<LegendOptions>,
    /// Widths of columns and heights of rows, in any units; empty: equal ones.
    pub ratios: [Vec<f64>; 2],
    /// Least room between columns and rows, in units of a panel's mean width and height.
    pub spaces: [Option<f64>; 2],
    /// Where the panels end at least, left, bottom, right, top, in units of the figure's size.
    pub edges: [Option<f64>; 4],
    /// Labels of the axes of a row or column stand in line: x, y.
    pub align: [bool; 2],
    /// A helper that cannot be applied is an error, not a warning.
    pub strict: bool,
    /// Facets: what their titles say.
    pub facet_titles: FacetTitles,
    /// Facets: size of the figure, inches, if not by their number.
    pub facet_figsize: Option<[f64; 2]>,
    /// Facets: height of a panel in inches, and width over height; `None`: 3 and 1.
    pub facet_size: Option<[f64; 2]>,
    /// Look.
    pub style: Style,
    /// Metadata for the file: keyword, text.
    pub metadata: Vec<(String, String)>,
}
