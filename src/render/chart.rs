//! What a figure should look like, with everything looked up: kind, encodings, options, style.
//!
//! `plan` fills it from the configuration, after which nothing about YAML can be missing. What a
//! chart leaves open (`None`) is decided by [`compose`](super::compose) from the data, as
//! matplotlib and xarray do. Sizes are in points unless a name says otherwise.

use super::panel::{Note, Override, PanelOptions, TextOptions};
use super::scene::{Color, Hatch, MarkerShape};
use super::text::{Font, FontOptions};
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

/// Which way ticks point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "matplotlib's names")]
pub enum TickDirection {
    #[default]
    Out,
    In,
    InOut,
}

/// Look of the ticks of one axis, after matplotlib's `xtick.…` and `ytick.…`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TickStyle {
    /// `labelsize`, points.
    pub size: f64,
    /// `color`; `None` is that of the frame.
    pub color: Option<Color>,
    /// `labelcolor`; `None` is `color`, or the texts'.
    pub label_color: Option<Color>,
    /// `direction`.
    pub direction: TickDirection,
    /// `major.size` and `minor.size`, points.
    pub lengths: [f64; 2],
    /// `major.width` and `minor.width`, points.
    pub widths: [f64; 2],
    /// `major.pad`: from a tick to its label, points.
    pub pad: f64,
    /// `minor.visible`.
    pub minor: bool,
    /// `bottom` and `top`, or `left` and `right`: on which sides ticks stand.
    pub sides: [bool; 2],
}

impl Default for TickStyle {
    fn default() -> Self {
        Self {
            size: 10.0,
            color: None,
            label_color: None,
            direction: TickDirection::Out,
            lengths: [3.5, 2.0],
            widths: [0.8, 0.6],
            pad: 3.5,
            minor: false,
            sides: [true, false],
        }
    }
}

impl TickStyle {
    /// How far major ticks reach out of the frame, points.
    pub fn outward(&self) -> f64 {
        match self.direction {
            _ if !self.sides[0] => 0.0,
            TickDirection::Out => self.lengths[0],
            TickDirection::In => 0.0,
            TickDirection::InOut => self.lengths[0] / 2.0,
        }
    }
}

/// Look of everything, after matplotlib's rcParams and with their defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// `figure.figsize`, inches.
    pub figsize: [f64; 2],
    /// `figure.dpi` (or `savefig.dpi` if given).
    pub dpi: f64,
    /// `figure.facecolor`.
    pub facecolor: Color,
    /// `axes.facecolor`.
    pub axes_facecolor: Color,
    /// `axes.edgecolor`.
    pub edgecolor: Color,
    /// `text.color`, and of labels and ticks.
    pub text_color: Color,
    /// `font.family`, `font.weight`, `font.style`.
    pub font: Font,
    /// `axes.titleweight`.
    pub title_font: FontOptions,
    /// `axes.labelweight`.
    pub label_font: FontOptions,
    /// `figure.titleweight`.
    pub suptitle_font: FontOptions,
    /// `figure.labelweight`.
    pub suplabel_font: FontOptions,
    /// `font.size`; other text sizes are given as points after resolving names such as `large`.
    pub font_size: f64,
    /// `axes.titlesize`, points.
    pub title_size: f64,
    /// `axes.labelsize`, points.
    pub label_size: f64,
    /// `axes.labelcolor`; `None` is `text_color`.
    pub label_color: Option<Color>,
    /// `axes.titlecolor`; `None` is `text_color`.
    pub title_color: Option<Color>,
    /// `xtick.…` and `ytick.…`.
    pub ticks: [TickStyle; 2],
    /// `figure.titlesize`, points.
    pub suptitle_size: f64,
    /// `figure.labelsize`, points.
    pub suplabel_size: f64,
    /// `legend.fontsize`, points.
    pub legend_size: f64,
    /// `legend.frameon`.
    pub legend_frame: bool,
    /// `axes.linewidth`.
    pub axes_linewidth: f64,
    /// `axes.spines.left bottom right top`.
    pub spines: [bool; 4],
    /// `axes.grid`.
    pub grid: bool,
    /// `axes.grid.axis`: whether lines stand at the ticks of x and of y.
    pub grid_axes: [bool; 2],
    /// `axes.grid.which`: whether they stand at major and at minor ticks.
    pub grid_which: [bool; 2],
    /// Order of drawing of the grid (`axes.axisbelow`): over areas and below lines by default.
    pub grid_order: f64,
    /// `grid.linestyle`.
    pub grid_style: LineStyle,
    /// `grid.color` with `grid.alpha`.
    pub grid_color: Color,
    /// `grid.linewidth`.
    pub grid_linewidth: f64,
    /// `lines.linewidth`.
    pub line_width: f64,
    /// Dashes, ends and corners of lines.
    pub lines: LineRules,
    /// `lines.markersize`.
    pub marker_size: f64,
    /// `lines.markeredgewidth`.
    pub marker_edge_width: f64,
    /// `lines.markerfacecolor` and `lines.markeredgecolor`; `None` is the line's.
    pub marker_colors: [Option<Color>; 2],
    /// `markers.fillstyle`.
    pub fill_style: FillStyle,
    /// `hatch.color`; `None` is the edge's.
    pub hatch_color: Option<Color>,
    /// `hatch.linewidth`.
    pub hatch_width: f64,
    /// `patch.facecolor`; `None` is the first colour of the cycle.
    pub patch_face: Option<Color>,
    /// `patch.edgecolor`.
    pub patch_edge: Color,
    /// `patch.linewidth`: of edges of areas.
    pub patch_width: f64,
    /// `axes.xmargin`, `axes.ymargin`.
    pub margins: [f64; 2],
    /// Colours of `axes.prop_cycle`.
    pub cycle: Vec<Color>,
    /// Dashes and markers of `axes.prop_cycle`, in step with the colours; empty if it has none.
    pub cycle_marks: Vec<(Option<LineStyle>, Option<MarkerShape>)>,
    /// `errorbar.capsize`: half length of caps, points.
    pub errorbar_capsize: f64,
    /// `scatter.marker`.
    pub scatter_marker: MarkerShape,
    /// `hist.bins`.
    pub hist_bins: Bins,
    /// `legend.title_fontsize`, points; `None` is `legend_size`.
    pub legend_title_size: Option<f64>,
    /// `legend.facecolor`; `None` is the axes'.
    pub legend_facecolor: Option<Color>,
    /// `legend.edgecolor`.
    pub legend_edgecolor: Color,
    /// `legend.framealpha`.
    pub legend_alpha: f64,
    /// `legend.borderpad`, `labelspacing`, ….
    pub legend_sizes: LegendSizes,
    /// `legend.markerscale`.
    pub legend_marker_scale: f64,
    /// `legend.fancybox`.
    pub legend_round: bool,
    /// `legend.labelcolor`; `None` is `text_color`.
    pub legend_text_color: Option<Color>,
    /// `image.cmap`.
    pub cmap: String,
    /// `image.aspect`: of axes with `imshow`.
    pub image_aspect: Ratio,
    /// `savefig.bbox: tight`: the picture is cut to its content plus this padding in inches
    /// (`savefig.pad_inches`).
    pub tight: Option<f64>,
}

impl Default for Style {
    /// matplotlib 3.11's defaults but for the cycle: seaborn's `colorblind`, the hues of matplotlib's
    /// tab10 in its order, but told apart by the colour-blind.
    fn default() -> Self {
        const COLORBLIND: [u32; 10] = [
            0x0173b2, 0xde8f05, 0x029e73, 0xd55e00, 0xcc78bc, 0xca9161, 0xfbafe4, 0x949494, 0xece133,
            0x56b4e9,
        ];
        Self {
            figsize: [6.4, 4.8],
            dpi: 100.0,
            facecolor: Color::WHITE,
            axes_facecolor: Color::WHITE,
            edgecolor: Color::BLACK,
            text_color: Color::BLACK,
            font: Font::default(),
            title_font: FontOptions::default(),
            label_font: FontOptions::default(),
            suptitle_font: FontOptions::default(),
            suplabel_font: FontOptions::default(),
            font_size: 10.0,
            title_size: 12.0,
            label_size: 10.0,
            label_color: None,
            title_color: None,
            ticks: [TickStyle::default(); 2],
            suptitle_size: 12.0,
            suplabel_size: 12.0,
            legend_size: 10.0,
            legend_frame: true,
            axes_linewidth: 0.8,
            spines: [true; 4],
            grid: false,
            grid_axes: [true; 2],
            grid_which: [true, false],
            grid_order: 1.5,
            grid_style: LineStyle::Solid,
            grid_color: Color::rgb(0xb0, 0xb0, 0xb0),
            grid_linewidth: 0.8,
            line_width: 1.5,
            lines: LineRules::default(),
            marker_size: 6.0,
            marker_edge_width: 1.0,
            marker_colors: [None; 2],
            fill_style: FillStyle::Full,
            hatch_color: None,
            hatch_width: 1.0,
            patch_face: None,
            patch_edge: Color::BLACK,
            patch_width: 1.0,
            margins: [0.05, 0.05],
            cycle: COLORBLIND.iter().map(|c| Color::rgb((c >> 16) as u8, (c >> 8) as u8, *c as u8)).collect(),
            cycle_marks: Vec::new(),
            errorbar_capsize: 0.0,
            scatter_marker: MarkerShape::Circle,
            hist_bins: Bins::Count(10),
            legend_title_size: None,
            legend_facecolor: None,
            legend_edgecolor: Color::rgb(0xcc, 0xcc, 0xcc),
            legend_alpha: 0.8,
            legend_sizes: LegendSizes::default(),
            legend_marker_scale: 1.0,
            legend_round: true,
            legend_text_color: None,
            cmap: "viridis".to_owned(),
            image_aspect: Ratio::Units(1.0),
            tight: None,
        }
    }
}

impl Style {
    /// Colour of patches without one.
    pub fn patch_face(&self) -> Color {
        self.patch_face.or(self.cycle.first().copied()).unwrap_or(Color::BLACK)
    }

    /// A hatch over areas with this edge, in matplotlib's colour: of hatches, else of the edge, else of
    /// edges of patches.
    pub fn hatch(&self, letters: &str, edge: Option<Color>) -> Hatch {
        let edge = edge.filter(|color| color.a > 0).unwrap_or(self.patch_edge);
        Hatch {
            letters: letters.to_owned(),
            color: self.hatch_color.unwrap_or(edge),
            width: self.hatch_width,
        }
    }
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
