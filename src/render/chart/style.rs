//! Look of everything a chart draws, after matplotlib's rcParams.

use super::{Bins, FillStyle, LegendSizes, LineRules, LineStyle, Ratio};
use crate::render::scene::{Color, HAlign, Hatch, MarkerShape};
use crate::render::text::{Font, FontOptions};

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
    /// `minor.ndivs`: parts of an interval between major ticks; `None` is by their distance.
    pub parts: Option<usize>,
    /// `labelbottom` or `labelleft`: whether ticks have labels.
    pub labelled: bool,
    /// How labels write numbers.
    pub numbers: Numbers,
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
            parts: None,
            labelled: true,
            numbers: Numbers::default(),
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

/// How labels of ticks write numbers: `axes.formatter.…` and `axes.unicode_minus`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    /// `limits`: powers of ten up to which and from which on one is taken out of all labels.
    pub limits: [i32; 2],
    /// `useoffset`: whether a common number is taken out of all labels.
    pub offset: bool,
    /// `offset_threshold`: so many digits that has to save at least.
    pub saved: i32,
    /// `use_mathtext`: what is taken out is written as a formula.
    pub maths: bool,
    /// `min_exponent`: powers of ten below this one are written as numbers on logarithmic axes.
    pub least: i32,
    /// `axes.unicode_minus`: negative numbers have a minus sign, not a hyphen.
    pub minus: bool,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { limits: [-5, 6], offset: true, saved: 4, maths: false, least: 0, minus: true }
    }
}

/// Look of a part of boxes of `boxplot`; `None` is the part's own default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PartStyle {
    /// Colour of its line.
    pub color: Option<Color>,
    /// Colour of the edge of its markers.
    pub edge: Option<Color>,
    /// Colour inside of its markers; transparent is none.
    pub face: Option<Color>,
    /// Dashes.
    pub dash: Option<LineStyle>,
    /// Width of its line, points.
    pub width: Option<f64>,
    /// Width of the edge of its markers, points.
    pub edge_width: Option<f64>,
    /// Shape of its markers.
    pub marker: Option<MarkerShape>,
    /// Their size, points.
    pub size: Option<f64>,
}

/// What `boxplot` draws where a call does not say: `boxplot.…`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxStyle {
    /// `notch`.
    pub notch: bool,
    /// `vertical`.
    pub vertical: bool,
    /// `whiskers`: units of the quartiles' distance, or two percentiles.
    pub whiskers: [f64; 2],
    /// `patchartist`: boxes are filled.
    pub filled: bool,
    /// `showmeans`, `showcaps`, `showbox`, `showfliers`.
    pub shown: [bool; 4],
    /// `meanline`: means are lines.
    pub mean_line: bool,
    /// `boxprops`.
    pub body: PartStyle,
    /// `whiskerprops`.
    pub whisker: PartStyle,
    /// `capprops`.
    pub cap: PartStyle,
    /// `medianprops`.
    pub median: PartStyle,
    /// `meanprops`.
    pub mean: PartStyle,
    /// `flierprops`.
    pub flier: PartStyle,
}

impl Default for BoxStyle {
    fn default() -> Self {
        let part = PartStyle::default();
        Self {
            notch: false,
            vertical: true,
            whiskers: [1.5, f64::NAN],
            filled: false,
            shown: [false, true, true, true],
            mean_line: false,
            body: part,
            whisker: part,
            cap: part,
            median: part,
            mean: part,
            flier: part,
        }
    }
}

/// Lines of the grid at major or at minor ticks: `grid.major.…`, `grid.minor.…`; `None` is `grid.…`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GridStyle {
    /// Colour.
    pub color: Option<Color>,
    /// Opacity, 0–1.
    pub alpha: Option<f64>,
    /// Width, points.
    pub width: Option<f64>,
    /// Dashes.
    pub dash: Option<LineStyle>,
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
    /// `axes.labelpad`: from the labels of ticks to the axis' label, points.
    pub label_pad: f64,
    /// `xaxis.labellocation` and `yaxis.labellocation` (bottom is left, top is right).
    pub label_align: [HAlign; 2],
    /// `axes.titlepad`: from the frame to the title, points.
    pub title_pad: f64,
    /// `axes.titlelocation`.
    pub title_align: HAlign,
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
    /// `grid.major.…` and `grid.minor.…`.
    pub grids: [GridStyle; 2],
    /// `polaraxes.grid` and `axes3d.grid`.
    pub other_grids: [bool; 2],
    /// `lines.color`: of lines across axes; `None` is the first colour of the cycle.
    pub line_color: Option<Color>,
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
    /// `patch.force_edgecolor`: areas without an edge have one.
    pub force_edge: bool,
    /// `axes.xmargin`, `axes.ymargin`.
    pub margins: [f64; 2],
    /// Colours of `axes.prop_cycle`.
    pub cycle: Vec<Color>,
    /// Dashes and markers of `axes.prop_cycle`, in step with the colours; empty if it has none.
    pub cycle_marks: Vec<(Option<LineStyle>, Option<MarkerShape>)>,
    /// `errorbar.capsize`: half length of caps, points.
    pub errorbar_capsize: f64,
    /// `errorbar.elinewidth` and `errorbar.capthick`; `None` are the line's and the markers' own.
    pub errorbar_widths: [Option<f64>; 2],
    /// `boxplot.…`.
    pub boxes: BoxStyle,
    /// `contour.linewidth`; `None` is the lines' own.
    pub contour_width: Option<f64>,
    /// `contour.negative_linestyle`.
    pub contour_negative: LineStyle,
    /// `scatter.marker`.
    pub scatter_marker: MarkerShape,
    /// `scatter.edgecolors`; `None` is the marker's colour, transparent is none.
    pub scatter_edge: Option<Color>,
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

/// seaborn's `colorblind`.
pub(in crate::render) const COLORBLIND: [u32; 10] =
    [0x0173b2, 0xde8f05, 0x029e73, 0xd55e00, 0xcc78bc, 0xca9161, 0xfbafe4, 0x949494, 0xece133, 0x56b4e9];

impl Default for Style {
    /// matplotlib 3.11's defaults but for the cycle: seaborn's `colorblind`, the hues of matplotlib's
    /// tab10 in its order, but told apart by the colour-blind.
    fn default() -> Self {
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
            label_pad: 4.0,
            label_align: [HAlign::Center; 2],
            title_pad: 6.0,
            title_align: HAlign::Center,
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
            grids: [GridStyle::default(); 2],
            other_grids: [true; 2],
            line_color: None,
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
            force_edge: false,
            margins: [0.05, 0.05],
            cycle: COLORBLIND.iter().map(|c| Color::rgb((c >> 16) as u8, (c >> 8) as u8, *c as u8)).collect(),
            cycle_marks: Vec::new(),
            errorbar_capsize: 0.0,
            errorbar_widths: [None; 2],
            boxes: BoxStyle::default(),
            contour_width: None,
            contour_negative: LineStyle::Dashed,
            scatter_edge: None,
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
    /// The edge of areas that have none of their own, if the style wants one.
    pub fn forced_edge(&self) -> Option<Color> {
        self.force_edge.then_some(self.patch_edge)
    }

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
