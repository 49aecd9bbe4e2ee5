//! A drawn figure before it has a format: commands in floating-point figure points, and a table of
//! what was drawn where.
//!
//! The commands are all that painters see. The table ([`AxesRecord`]) is what `describe` speaks
//! from; a test holds it to the commands. Figure points are 1/72 inch, x to the right, y **down**,
//! from the top left corner of the figure.

use super::text::Font;
use std::sync::Arc;

/// Figure point: x, y in 1/72 inch from the top left corner.
pub type Point = [f64; 2];

/// sRGB with opacity, 0–255 each, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity.
    pub a: u8,
}

impl Color {
    /// An opaque colour.
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    /// Black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// The same colour with its opacity multiplied by `alpha` (0–1).
    #[must_use]
    pub fn faded(self, alpha: f64) -> Self {
        Self { a: (f64::from(self.a) * alpha.clamp(0.0, 1.0)).round() as u8, ..self }
    }

    /// `#rrggbb`, or `#rrggbbaa` if not opaque.
    pub fn hex(self) -> String {
        let Self { r, g, b, a } = self;
        if a == 255 { format!("#{r:02x}{g:02x}{b:02x}") } else { format!("#{r:02x}{g:02x}{b:02x}{a:02x}") }
    }
}

/// An axis-aligned rectangle in figure points; `top < bottom`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    /// It with so much more on every side.
    #[must_use]
    pub fn inflated(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether a point is inside, edges included.
    pub fn contains(&self, [x, y]: Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// Width in points.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Height in points.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The point in its middle.
    pub fn middle(&self) -> Point {
        [(self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0]
    }
}

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    /// Begin a new contour.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A cubic Bézier curve: two controls, end.
    Cubic(Point, Point, Point),
    /// Back to the contour's begin.
    Close,
}

impl Segment {
    /// A circle: four Bézier arcs, off by less than a thousandth of the radius.
    pub fn circle([x, y]: Point, r: f64) -> Vec<Self> {
        let k = 0.552_284_75 * r;
        vec![
            Self::Move([x + r, y]),
            Self::Cubic([x + r, y + k], [x + k, y + r], [x, y + r]),
            Self::Cubic([x - k, y + r], [x - r, y + k], [x - r, y]),
            Self::Cubic([x - r, y - k], [x - k, y - r], [x, y - r]),
            Self::Cubic([x + k, y - r], [x + r, y - k], [x + r, y]),
            Self::Close,
        ]
    }
}

/// How lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Cap {
    Butt,
    Round,
    Square,
}

/// How lines meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Join {
    Miter,
    Round,
    Bevel,
}

/// How a path is stroked.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub color: Color,
    /// Width in points.
    pub width: f64,
    /// On, off, on, … in points; empty for a solid line.
    pub dash: Vec<f64>,
    /// How far into its dashes a line begins, points.
    pub phase: f64,
    /// Ends.
    pub cap: Cap,
    /// Corners.
    pub join: Join,
}

/// Shape of a marker, in matplotlib's letters: `o . s ^ v < > D d + x * p h H 8 P X 1 2 3 4 | _ ,`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MarkerShape {
    Circle,
    Point,
    Square,
    TriangleUp,
    TriangleDown,
    TriangleLeft,
    TriangleRight,
    Diamond,
    ThinDiamond,
    Plus,
    Cross,
    Star,
    Pentagon,
    Hexagon,
    FlatHexagon,
    Octagon,
    FilledPlus,
    FilledCross,
    TriDown,
    TriUp,
    TriLeft,
    TriRight,
    VerticalBar,
    HorizontalBar,
    Pixel,
    /// Of so many sides (at least 3), in matplotlib a tuple: a polygon, or a star with corners half as far
    /// out between its own; the first corner is up or half a step further.
    Regular {
        sides: u8,
        star: bool,
        turned: bool,
    },
}

impl MarkerShape {
    /// Whether it is strokes without a body.
    pub fn is_open(self) -> bool {
        use MarkerShape::{Cross, HorizontalBar, Plus, TriDown, TriLeft, TriRight, TriUp, VerticalBar};
        matches!(self, Plus | Cross | TriDown | TriUp | TriLeft | TriRight | VerticalBar | HorizontalBar)
    }
}

/// Where a text's position is, horizontally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum HAlign {
    Left,
    Center,
    Right,
}

/// Where a text's position is, vertically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum VAlign {
    Top,
    Center,
    Baseline,
    Bottom,
}

/// A run of text on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What is written (no line breaks; several lines are several texts).
    pub text: String,
    /// Where, before rotation.
    pub at: Point,
    /// What it is set in.
    pub font: Font,
    /// Font size in points.
    pub size: f64,
    /// Colour.
    pub color: Color,
    /// Which point of the text `at` is.
    pub halign: HAlign,
    /// Which point of the text `at` is.
    pub valign: VAlign,
    /// Degrees counter-clockwise around `at`.
    pub rotation: f64,
    /// Width in points as measured with the font (SVG's `textLength`).
    pub width: f64,
}

/// An image with its top row first, stretched over a rectangle, cells as sharp rectangles.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Where it goes.
    pub rect: Rect,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `height × width × 4` bytes: r, g, b, a, not premultiplied.
    pub rgba: Arc<[u8]>,
}

/// A pattern over an area.
#[derive(Clone, Debug, PartialEq)]
pub struct Hatch {
    /// Its letters (`hatch::LETTERS`).
    pub letters: String,
    /// Colour of its lines and shapes.
    pub color: Color,
    /// Width of its lines, points.
    pub width: f64,
}

/// One drawing command. Later ones are over earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A path, filled (nonzero), stroked, or both.
    Path {
        /// Its steps.
        path: Vec<Segment>,
        /// Fill colour.
        fill: Option<Color>,
        /// Stroke.
        stroke: Option<Stroke>,
    },
    /// A polyline without gaps, the commonest path.
    Polyline {
        /// Its corners.
        points: Vec<Point>,
        /// Stroke.
        stroke: Stroke,
    },
    /// A rectangle.
    Rect {
        /// Where.
        rect: Rect,
        /// Fill colour.
        fill: Option<Color>,
        /// Stroke.
        stroke: Option<Stroke>,
    },
    /// Many markers of one shape.
    Markers {
        /// The shape.
        shape: MarkerShape,
        /// Their centres.
        at: Vec<Point>,
        /// Diameters in points: one for all, or one each.
        sizes: Vec<f64>,
        /// Fill colours: one for all, or one each.
        fills: Vec<Color>,
        /// Edge, the same for all.
        edge: Option<Stroke>,
    },
    /// A hatch inside a path (nonzero).
    Hatch {
        /// The path's steps.
        path: Vec<Segment>,
        /// The pattern.
        hatch: Hatch,
    },
    /// Text.
    Text(Text),
    /// An image.
    Image(Image),
    /// What follows is drawn only inside the rectangle, until the matching `Unclip`.
    Clip(Rect),
    /// What follows is drawn only inside the circle of this middle and radius, until the matching
    /// `Unclip`.
    ClipCircle(Point, f64),
    /// Ends the innermost clip.
    Unclip,
    /// Commands that vector formats draw as one image of the figure's pixels: too many for a file,
    /// or wanted so. Clips within begin and end within.
    Rasterized(Vec<Command>),
}

/// What an axes is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Data.
    Plot,
    /// A colour bar.
    Colorbar,
}

/// One drawn axis of an axes.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct AxisRecord {
    /// Label as written, empty if none.
    pub label: String,
    /// `linear`, `log`, `symlog`, `date`, `category`.
    pub scale: String,
    /// Limits in data units, as they stand at the ends (first > last if inverted).
    pub limits: [f64; 2],
    /// Where major ticks stand.
    pub ticks: Vec<f64>,
    /// Their labels, empty where not shown.
    pub tick_labels: Vec<String>,
    /// Where minor ticks stand.
    pub minor_ticks: Vec<f64>,
    /// Text at the axis' end (`1e6`), empty if none.
    pub offset: String,
}

/// One line of data.
#[derive(Clone, Debug, PartialEq)]
pub struct LineRecord {
    /// Its name in the legend, empty if none.
    pub label: String,
    /// Number of points.
    pub n: usize,
    /// First point, data units.
    pub first: [f64; 2],
    /// Last point, data units.
    pub last: [f64; 2],
    /// Colour.
    pub color: Color,
}

/// Marks other than lines.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkRecord {
    /// `scatter`, `pcolormesh`, `imshow`, `hist`.
    pub kind: String,
    /// Its name in the legend, empty if none.
    pub label: String,
    /// Points, cells or bars drawn.
    pub n: usize,
    /// Shape of a mesh or image: rows, columns.
    pub shape: Option<[usize; 2]>,
    /// Least and largest finite value shown.
    pub range: Option<[f64; 2]>,
    /// Colour limits.
    pub clim: Option<[f64; 2]>,
    /// Name of the colour map.
    pub cmap: Option<String>,
    /// Values that are missing and drawn in no or the bad colour.
    pub missing: usize,
}

/// A legend.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LegendRecord {
    /// Title, empty if none.
    pub title: String,
    /// Names.
    pub labels: Vec<String>,
}

/// What axes in space have besides x and y.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceRecord {
    /// Third axis.
    pub z: AxisRecord,
    /// Elevation and azimuth, degrees.
    pub view: [f64; 2],
}

/// One axes and what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct AxesRecord {
    /// Data or colour bar.
    pub role: Role,
    /// The axes that they stand inside: their number in the table.
    pub inside: Option<usize>,
    /// The frame.
    pub frame: Rect,
    /// Title, empty if none.
    pub title: String,
    /// Horizontal axis.
    pub x: AxisRecord,
    /// Vertical axis.
    pub y: AxisRecord,
    /// The third dimension, if there is one.
    pub space: Option<SpaceRecord>,
    /// Other texts inside or at it (facet titles).
    pub texts: Vec<String>,
    /// Lines of data.
    pub lines: Vec<LineRecord>,
    /// Other marks.
    pub marks: Vec<MarkRecord>,
    /// Legend.
    pub legend: Option<LegendRecord>,
}

/// A figure, drawn but for its format.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width, height in inches: what painters draw.
    pub size_in: [f64; 2],
    /// Width, height in inches as asked for, before the figure was cut to its content (`tight`);
    /// only `describe` looks at it.
    pub asked_in: [f64; 2],
    /// Pixels an inch for raster formats.
    pub dpi: f64,
    /// Background.
    pub background: Color,
    /// What to draw, in order.
    pub commands: Vec<Command>,
    /// What was drawn, facets row by row, colour bars last.
    pub axes: Vec<AxesRecord>,
    /// Title of the figure, empty if none.
    pub suptitle: String,
    /// Labels of the figure below all axes and left of them, empty if none.
    pub suplabels: [String; 2],
    /// Texts of the figure.
    pub texts: Vec<String>,
    /// Legends of the figure.
    pub legends: Vec<LegendRecord>,
    /// Metadata for the file: keyword, text. No clock, no absolute path.
    pub metadata: Vec<(String, String)>,
}
