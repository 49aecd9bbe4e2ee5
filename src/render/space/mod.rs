//! Axes of three dimensions: projection, the box with its axes, points and surfaces in it.
//!
//! As matplotlib's `mplot3d`, with these differences: the box with its texts fills its panel, labels
//! make room for each other, and what lies outside the limits is not drawn. All of it becomes the
//! usual commands of a scene.

mod draw;
mod facet;
mod frame;
mod line;
mod points;
mod projection;
mod surface;
#[cfg(test)]
mod tests;
mod texts;

pub(super) use draw::draw;
pub(super) use facet::Surfaces;
pub(super) use line::LineMark3;
pub(super) use points::PointsMark;
pub(super) use surface::{Grid, Skin, SurfaceMark};

use super::axis::AxisSpec;
use super::chart::{Scale, View};
use super::color::ColorContent;
use super::content::AxisContent;
use super::marks::{Handle, Span};
use super::record::Canvas;
use super::scene::{AxesRecord, Point};
use projection::{Place, Projection, in_square};

/// What a panel of three dimensions has besides x and y.
#[derive(Clone, Debug)]
pub(super) struct Space {
    /// From where it is seen.
    pub(super) view: View,
    /// What the third axis shows.
    pub(super) z: AxisContent,
    /// Its label as drawn.
    pub(super) label: String,
    /// The axis, once its limits are known.
    pub(super) spec: Option<AxisSpec>,
}

/// A mark in space.
pub(super) enum SpaceMark {
    /// Points.
    Points(PointsMark),
    /// A surface.
    Surface(SurfaceMark),
    /// A line.
    Line(LineMark3),
}

impl SpaceMark {
    /// Extents along x, y and z.
    pub(super) fn spans(&self, scales: [Scale; 3]) -> [Option<Span>; 3] {
        match self {
            Self::Points(mark) => mark.spans(scales),
            Self::Surface(mark) => mark.spans(scales),
            Self::Line(mark) => mark.spans(scales),
        }
    }

    /// Values that colours stand for.
    pub(super) fn color_values(&self) -> &[f64] {
        match self {
            Self::Points(mark) => mark.flat.color_values(),
            Self::Surface(mark) => mark.values(),
            Self::Line(_) => &[],
        }
    }

    /// Its entries in a legend.
    pub(super) fn handles(&self) -> Vec<Handle> {
        match self {
            Self::Points(mark) => mark.flat.handles(),
            Self::Surface(mark) => mark.handle().into_iter().collect(),
            Self::Line(mark) => mark.handle().into_iter().collect(),
        }
    }

    /// Writes it into the table.
    pub(super) fn record(&self, axes: &mut AxesRecord, color: Option<&ColorContent>) {
        match self {
            Self::Points(mark) => axes.marks.extend(mark.records(color)),
            Self::Surface(mark) => axes.marks.push(mark.record(color)),
            Self::Line(mark) => axes.marks.push(mark.record()),
        }
    }

    /// Draws it; gives points of it, for finding an empty place.
    fn draw(&self, stage: &Stage<'_>, color: Option<&ColorContent>, dpi: f64) -> Vec<Point> {
        match self {
            Self::Points(mark) => mark.draw(stage, color, dpi),
            Self::Surface(mark) => mark.draw(stage, color),
            Self::Line(mark) => mark.draw(stage),
        }
    }

    /// Depth of the point of it that is nearest to the eye, by which matplotlib draws marks over each
    /// other; `None` for lines, which it draws in their own order.
    fn nearest(&self, stage: &Stage<'_>) -> Option<f64> {
        let depth = match self {
            Self::Points(mark) => stage.nearest(mark.shown_places()),
            Self::Surface(mark) => stage.nearest(mark.corners()),
            Self::Line(_) => return None,
        };
        Some(depth)
    }

    /// Its order of drawing if depth does not count (matplotlib's zorder).
    pub(super) fn order(&self) -> f64 {
        match self {
            Self::Line(_) => 2.0,
            Self::Surface(mark) if mark.is_net() => 2.0,
            Self::Points(_) | Self::Surface(_) => 1.0,
        }
    }
}

/// Where marks are drawn.
struct Stage<'a> {
    canvas: &'a Canvas,
    projection: &'a Projection,
    /// Lower left corner of the axes' square.
    origin: Point,
    /// Its side, points.
    size: f64,
}

impl Stage<'_> {
    /// A point of the data on the picture plane, with its depth; none without a place, outside the
    /// limits or behind the camera.
    fn project(&self, data: Place) -> Option<Place> {
        let at = self.projection.boxed(data);
        let inside = at.iter().all(|share| (-1e-9..=1.0 + 1e-9).contains(share));
        let place = inside.then(|| self.projection.project(at))?;
        place.iter().all(|v| v.is_finite()).then_some(place)
    }

    /// A point of the data in the unit of the picture, before it is projected.
    fn stretched(&self, data: Place) -> Place {
        self.projection.stretched(self.projection.boxed(data))
    }

    /// The least depth of these places; infinite of none.
    fn nearest(&self, places: impl Iterator<Item = Place>) -> f64 {
        places.filter_map(|at| self.project(at)).map(|at| at[2]).fold(f64::INFINITY, f64::min)
    }

    /// A line through these points of the data as lines on paper: it ends at the faces of the box and
    /// where a point has no place.
    fn line(&self, places: &[Place]) -> Vec<Vec<Point>> {
        let boxed: Vec<Place> = places.iter().map(|at| self.projection.boxed(*at)).collect();
        let mut lines: Vec<Vec<Point>> = Vec::new();
        let mut open = false;
        for pair in boxed.windows(2) {
            let Some((from, to)) = within([pair[0], pair[1]]) else {
                open = false;
                continue;
            };
            let ends = [from, to].map(|share| {
                let at = [0, 1, 2].map(|i| pair[0][i] + share * (pair[1][i] - pair[0][i]));
                self.projection.project(at)
            });
            if !ends.iter().flatten().all(|v| v.is_finite()) {
                open = false;
                continue;
            }
            let [a, b] = ends.map(|at| self.paper(at));
            match lines.last_mut().filter(|_| open && from == 0.0) {
                Some(line) => line.push(b),
                None => lines.push(vec![a, b]),
            }
            open = to == 1.0;
        }
        lines
    }

    /// A point of the picture plane in figure points.
    fn paper(&self, [x, y, _]: Place) -> Point {
        let [u, v] = in_square(x, y);
        [self.origin[0] + u * self.size, self.origin[1] - v * self.size]
    }
}

/// The part of a segment in the unit box, as shares of its way; `None` if it misses the box or an end
/// has no place (Liang and Barsky).
fn within([from, to]: [Place; 2]) -> Option<(f64, f64)> {
    const EDGE: f64 = 1e-9;
    if !from.iter().chain(&to).all(|v| v.is_finite()) {
        return None;
    }
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (a, b) in from.into_iter().zip(to) {
        for (way, room) in [(a - b, a + EDGE), (b - a, 1.0 + EDGE - a)] {
            if way == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if way < 0.0 {
                enters = enters.max(room / way);
            } else {
                leaves = leaves.min(room / way);
            }
        }
    }
    (enters <= leaves).then_some((enters, leaves))
}
