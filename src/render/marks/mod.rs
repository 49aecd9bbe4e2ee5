//! What panels show, in data units: one file a kind of mark.
//!
//! A mark knows its extent, draws itself on a [`Plane`], and writes its line of the axes table.

mod arrows;
mod bin_rules;
mod blank;
mod contour;
mod contour_labels;
mod curved;
mod errors;
mod hist;
mod line;
mod markers;
mod mesh;
mod points;
mod polar;
mod polygons;
mod rug;
mod scatter;
mod shapes;
mod show;
mod size_key;
mod streams;
mod swarm;
mod thin;
mod trace;

pub(super) use arrows::{Angles, ArrowsMark, HeadShape, Key, Units};
pub(super) use blank::{BandMark, BlankMark, HandlesMark};
pub(super) use contour::{ContourAt, ContourMark, Contours};
pub(super) use contour_labels::ContourLabels;
pub(super) use curved::{Nodes, corners};
pub(super) use errors::{ErrorMark, Errors};
pub(super) use hist::{HistMark, Histogram};
pub(super) use line::{LineMark, Lines, MARKER_EDGE};
pub(super) use mesh::{Axes2, MeshMark, Meshes, cells, positions};
pub(super) use points::{ScatterMark, Sizes, line_marker_edge};
pub(super) use polar::{PolarMark, Turn, around as polar_around};
pub(super) use polygons::{Corners, PolygonsMark};
pub(super) use rug::RugMark;
pub(super) use scatter::{SPACE_AREA, Scatters};
pub(super) use shapes::ShapesMark;
pub(super) use show::Show;
pub(super) use streams::{Stream, StreamsMark};
pub(super) use swarm::SwarmMark;

use super::chart::{LineMarker, Scale};
use super::color::ColorContent;
use super::record::Plane;
use super::scene::{
    AxesRecord, Color, Command, Hatch, MarkRecord, MarkerShape, Point, Rect, Segment, Stroke,
};
use super::space::SpaceMark;

/// Least and largest value along an axis, and at which ends margins stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    /// Finite, and such that the scale has a place for them.
    pub(super) ends: [f64; 2],
    /// Ends past which autoscaling adds no margin, as long as nothing else reaches further.
    pub(super) sticky: [bool; 2],
}

impl Span {
    /// A span with margins, of the values that the scale can show.
    pub(super) fn of(scale: Scale, values: impl IntoIterator<Item = f64>) -> Option<Self> {
        scale.extent(values).map(|ends| Self { ends, sticky: [false; 2] })
    }

    /// Both together.
    pub(super) fn union(self, other: Self) -> Self {
        let end = |i: usize, less: fn(f64, f64) -> bool| {
            let (a, b) = (self.ends[i], other.ends[i]);
            if a == b {
                (a, self.sticky[i] || other.sticky[i])
            } else if less(a, b) {
                (a, self.sticky[i])
            } else {
                (b, other.sticky[i])
            }
        };
        let (low, sticky_low) = end(0, |a, b| a < b);
        let (high, sticky_high) = end(1, |a, b| a > b);
        Self { ends: [low, high], sticky: [sticky_low, sticky_high] }
    }
}

/// How a mark appears in a legend.
#[derive(Clone, Debug, Default)]
pub(super) struct Handle {
    /// Name.
    pub(super) label: String,
    /// A line across the handle.
    pub(super) line: Option<Stroke>,
    /// A marker in its middle: shape, diameter, fill, edge.
    pub(super) marker: Option<(MarkerShape, f64, Color, Option<Stroke>)>,
    /// A filled box.
    pub(super) patch: Option<Color>,
    /// What is over the box.
    pub(super) hatch: MarkHatch,
    /// The edge of the box.
    pub(super) edge: Option<Stroke>,
    /// Instead of `marker`: what a line has, with the line's colour.
    pub(super) line_marker: Option<(LineMarker, Color)>,
}

impl Handle {
    /// Whether it is a name only, above the entries that it is about.
    pub(super) fn is_heading(&self) -> bool {
        let marked = self.marker.is_some() || self.line_marker.is_some();
        !marked && self.line.is_none() && self.patch.is_none() && self.edge.is_none() && self.hatch.is_none()
    }
}

/// One mark of a panel.
pub(super) enum Mark {
    /// A line.
    Line(LineMark),
    /// Points.
    Scatter(ScatterMark),
    /// Cells.
    Mesh(MeshMark),
    /// Contours.
    Contour(ContourMark),
    /// A line with errors.
    Error(ErrorMark),
    /// Bars.
    Hist(HistMark),
    /// Areas and loose segments.
    Shapes(ShapesMark),
    /// Something that only calls draw.
    Other(Box<dyn Show>),
    /// Points or a surface in space, drawn with its panel's box.
    Space(SpaceMark),
}

impl Mark {
    /// Whether it is drawn over the grid: lines are, areas and points are not.
    pub(super) fn is_line(&self) -> bool {
        match self {
            Self::Line(_) => true,
            Self::Error(mark) => mark.is_line(),
            Self::Other(mark) => mark.is_line(),
            _ => false,
        }
    }

    /// Whether there is no grid with it: xarray switches it off for cells.
    pub(super) fn hides_grid(&self) -> bool {
        match self {
            Self::Mesh(mark) => mark.hides_grid(),
            Self::Other(mark) => mark.hides_grid(),
            _ => false,
        }
    }

    /// Extents along x and y.
    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        match self {
            Self::Line(mark) => mark.spans(x, y),
            Self::Scatter(mark) => mark.spans(x, y),
            Self::Mesh(mark) => mark.spans(x, y),
            Self::Contour(mark) => mark.spans(x, y),
            Self::Error(mark) => mark.spans(x, y),
            Self::Hist(mark) => mark.spans(x, y),
            Self::Shapes(mark) => mark.spans(x, y),
            Self::Other(mark) => mark.spans(x, y),
            Self::Space(mark) => {
                let [x, y, _] = mark.spans([x, y, Scale::Linear]);
                [x, y]
            }
        }
    }

    /// Extents along x, y and the third axis, which only marks in space have.
    pub(super) fn extents(&self, x: Scale, y: Scale, z: Scale) -> [Option<Span>; 3] {
        match self {
            Self::Space(mark) => mark.spans([x, y, z]),
            _ => {
                let [x, y] = self.spans(x, y);
                [x, y, None]
            }
        }
    }

    /// Draws it.
    pub(super) fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, dpi: f64) {
        match self {
            Self::Line(mark) => mark.draw(plane, dpi),
            Self::Scatter(mark) => mark.draw(plane, color, dpi),
            Self::Mesh(mark) => mark.draw(plane, color, dpi),
            Self::Contour(mark) => mark.draw(plane, color),
            Self::Error(mark) => mark.draw(plane, dpi),
            Self::Hist(mark) => mark.draw(plane),
            Self::Shapes(mark) => mark.draw(plane),
            Self::Other(mark) => mark.draw(plane, color, dpi),
            // Its panel draws it, in its box.
            Self::Space(_) => {}
        }
    }

    /// Writes it into the table.
    pub(super) fn record(&self, axes: &mut AxesRecord, color: Option<&ColorContent>) {
        match self {
            Self::Line(mark) => axes.lines.push(mark.record()),
            Self::Scatter(mark) => axes.marks.extend(mark.records(color)),
            Self::Mesh(mark) => axes.marks.push(mark.record(color)),
            Self::Contour(mark) => axes.marks.push(mark.record(color)),
            Self::Error(mark) => mark.record(axes),
            Self::Hist(mark) => axes.marks.push(mark.record()),
            Self::Shapes(mark) => {
                let clim = color.map(|color| color.normalizer.limits);
                axes.marks.push(MarkRecord { clim, ..mark.record() });
            }
            Self::Other(mark) => mark.record(axes, color),
            Self::Space(mark) => mark.record(axes, color),
        }
    }

    /// Values that colours stand for.
    pub(super) fn color_values(&self) -> &[f64] {
        match self {
            Self::Mesh(mark) => mark.values(),
            Self::Contour(mark) => mark.values(),
            Self::Scatter(mark) => mark.color_values(),
            Self::Other(mark) => mark.color_values(),
            Self::Space(mark) => mark.color_values(),
            Self::Line(_) | Self::Error(_) | Self::Hist(_) | Self::Shapes(_) => &[],
        }
    }

    /// Its points in the figure, for finding an empty place; long ones are thinned.
    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        match self {
            Self::Line(mark) => mark.obstacles(plane),
            Self::Scatter(mark) => mark.obstacles(plane),
            Self::Mesh(_) | Self::Contour(_) | Self::Space(_) => Obstacles::default(),
            Self::Error(mark) => mark.obstacles(plane),
            Self::Hist(mark) => mark.obstacles(plane),
            Self::Shapes(mark) => mark.obstacles(plane),
            Self::Other(mark) => mark.obstacles(plane),
        }
    }

    /// Its entries in a legend.
    pub(super) fn handles(&self) -> Vec<Handle> {
        match self {
            Self::Line(mark) => mark.handle().into_iter().collect(),
            Self::Scatter(mark) => mark.handles(),
            Self::Hist(mark) => mark.handle().into_iter().collect(),
            Self::Error(mark) => mark.handle().into_iter().collect(),
            Self::Shapes(mark) => mark.handle().into_iter().collect(),
            Self::Other(mark) => mark.handles(),
            Self::Space(mark) => mark.handles(),
            Self::Mesh(_) | Self::Contour(_) => Vec::new(),
        }
    }
}

/// What a legend should not cover.
#[derive(Clone, Debug, Default)]
pub(super) struct Obstacles {
    /// Single points.
    pub(super) points: Vec<Point>,
    /// Polylines; a gap is a NaN.
    pub(super) paths: Vec<Vec<Point>>,
}

impl Obstacles {
    /// A rectangle that is covered everywhere: points on a grid over it.
    pub(super) fn filled(rect: &Rect) -> Self {
        const STEPS: usize = 8;
        let share = |i: usize| i as f64 / STEPS as f64;
        let at = |k: usize| {
            let (i, j) = (k % (STEPS + 1), k / (STEPS + 1));
            [rect.left + share(i) * rect.width(), rect.top + share(j) * rect.height()]
        };
        Self { points: (0..(STEPS + 1) * (STEPS + 1)).map(at).collect(), paths: Vec::new() }
    }
}

impl Handle {
    /// Its markers at a place, `scale` times as large.
    pub(super) fn markers(&self, at: Point, scale: f64) -> Vec<Command> {
        if let Some((marker, line)) = &self.line_marker {
            let marker = LineMarker { size: marker.size * scale, ..marker.clone() };
            return markers::commands(&marker, *line, vec![at]);
        }
        let marker = self.marker.clone().map(|(shape, size, fill, edge)| Command::Markers {
            shape,
            at: vec![at],
            sizes: vec![size * scale],
            fills: vec![fill],
            edge,
        });
        marker.into_iter().collect()
    }
}

/// A hatch, or none.
pub(super) type MarkHatch = Option<Hatch>;

/// Draws an area: its fill, the hatch over it, and its stroke over both.
pub(super) fn hatched(
    plane: &Plane<'_>,
    path: Vec<Segment>,
    fill: Option<Color>,
    stroke: Option<Stroke>,
    hatch: Option<&Hatch>,
) {
    let Some(hatch) = hatch else { return plane.push(Command::Path { path, fill, stroke }) };
    if fill.is_some_and(|fill| fill.a > 0) {
        plane.push(Command::Path { path: path.clone(), fill, stroke: None });
    }
    plane.push(Command::Hatch { path: path.clone(), hatch: hatch.clone() });
    if stroke.is_some() {
        plane.push(Command::Path { path, fill: None, stroke });
    }
}

/// Number of values that are not finite.
pub(super) fn missing(values: &[f64]) -> usize {
    values.iter().filter(|v| !v.is_finite()).count()
}
