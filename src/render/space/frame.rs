//! The box around data in space: panes, grid, axis lines, ticks and where texts stand.
//!
//! After matplotlib's `axis3d`. Positions are fractions of the axes' square, from its lower left
//! corner; distances of texts are points of the paper, so that they depend on the square's size.

use super::projection::{Place, Projection};
use crate::render::axis::Axis;

/// Share of an axis' length by which one "point" of distance is counted, times 48 (matplotlib's).
const DELTA: f64 = 0.08;
/// From an axis to the middle of its tick labels beyond their padding, points.
const TICK_GAP: f64 = 8.0;
/// From an axis to the middle of its label, points.
pub(super) const LABEL_GAP: f64 = 25.0;
/// How far ticks reach out of the box and into it, in units of [`DELTA`].
const TICK: [f64; 2] = [0.1, 0.2];

/// How far texts move away in the box, in units of its sides; farther ones move on paper.
const BENT: f64 = 0.5;

/// A point as fractions of the square.
pub(super) type Unit = [f64; 2];

/// Along which other axes an axis line is moved to the near side, and runs (matplotlib's `juggled`).
const EDGES: [[usize; 2]; 3] = [[1, 0], [0, 1], [0, 2]];
/// Along which axis the ticks of an axis point.
const TICK_ALONG: [usize; 3] = [1, 0, 0];

/// A tick of an axis.
#[derive(Clone, Debug)]
pub(super) struct TickPlace {
    pub(super) label: String,
    pub(super) line: [Unit; 2],
    pub(super) grid: [Unit; 3],
    /// Its place in the box.
    foot: Place,
}

/// One axis of the box.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// Corners of the face behind the data.
    pub(super) pane: [Unit; 4],
    /// The axis line.
    pub(super) line: [Unit; 2],
    pub(super) ticks: Vec<TickPlace>,
    /// Degrees by which a label along the axis is turned, −90 to 90.
    pub(super) angle: f64,
    axis: usize,
    ends: [Place; 2],
}

/// The box with its axes.
#[derive(Clone, Debug)]
pub(super) struct Frame<'a> {
    pub(super) projection: &'a Projection,
    pub(super) sides: [Side; 3],
}

impl<'a> Frame<'a> {
    /// The box of these axes: x, y, z.
    pub(super) fn new(projection: &'a Projection, axes: [&Axis; 3]) -> Self {
        let far = projection.behind.map(|behind| if behind { 1.0 } else { 0.0 });
        let near = far.map(|end| 1.0 - end);
        let sides = [0, 1, 2].map(|axis| {
            let [to_near, along] = EDGES[axis];
            let mut ends = [far; 2];
            ends[0][to_near] = near[to_near];
            ends[1] = ends[0];
            ends[1][along] = near[along];
            let line = ends.map(|end| projection.unit(end));
            let [dx, dy] = [line[1][0] - line[0][0], line[1][1] - line[0][1]];
            let mut angle = (libm::atan2(dy, dx).to_degrees() + 180.0).rem_euclid(180.0);
            if angle > 90.0 {
                angle -= 180.0;
            }
            let [a, b] = [(axis + 1) % 3, (axis + 2) % 3];
            let pane = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|[p, q]| {
                let mut corner = far;
                (corner[a], corner[b]) = (p, q);
                projection.unit(corner)
            });
            let ticks = axes[axis].ticks.major.iter().zip(&axes[axis].ticks.labels);
            let ticks = ticks.filter_map(|(at, label)| {
                let share = axes[axis].mapping.position(*at);
                // A little past the ends, for limits that are ticks.
                if !(-1e-9..=1.0 + 1e-9).contains(&share) {
                    return None;
                }
                let mut foot = ends[0];
                foot[axis] = share;
                let tick = TICK_ALONG[axis];
                let out = if projection.behind[tick] { DELTA } else { -DELTA };
                let line = [TICK[0], -TICK[1]].map(|reach| {
                    let mut end = foot;
                    end[tick] += reach * out;
                    projection.unit(end)
                });
                let mut corner = far;
                corner[axis] = share;
                let grid = [Some((axis + 1) % 3), None, Some((axis + 2) % 3)].map(|other| {
                    let mut end = corner;
                    if let Some(other) = other {
                        end[other] = near[other];
                    }
                    projection.unit(end)
                });
                Some(TickPlace { label: label.clone(), line, grid, foot })
            });
            Side { pane, line, ticks: ticks.collect(), angle, axis, ends }
        });
        Self { projection, sides }
    }

    /// Where the label of a tick has the middle of its top, in a square of `size` points, if it is
    /// `pad` points away.
    pub(super) fn tick_label(&self, side: &Side, tick: &TickPlace, size: f64, pad: f64) -> Unit {
        self.outward(side, tick.foot, size, pad + TICK_GAP)
    }

    /// Where the middle of an axis' label is, `away` points from the axis.
    pub(super) fn label(&self, side: &Side, size: f64, away: f64) -> Unit {
        let middle = [0, 1, 2].map(|i| 0.5 * (side.ends[0][i] + side.ends[1][i]));
        self.outward(side, middle, size, away)
    }

    /// Where the offset text of an axis begins: at the end that is nearer to the eye (of z: at the
    /// upper one).
    pub(super) fn offset(&self, side: &Side, size: f64, away: f64) -> Unit {
        let end = if side.axis == 2 { side.ends[1] } else { side.ends[0] };
        self.outward(side, end, size, away)
    }

    /// A point moved away from the middle of the box, across an axis, by a distance in points.
    fn outward(&self, side: &Side, at: Place, size: f64, points: f64) -> Unit {
        let by = points * DELTA * 48.0 / (2.0 * size.max(1.0));
        let moved = |by: f64| {
            let mut moved = at;
            for (i, part) in moved.iter_mut().enumerate().filter(|(i, _)| *i != side.axis) {
                *part += by.copysign(at[i] - 0.5);
            }
            self.projection.unit(moved)
        };
        let place = moved(by.min(BENT));
        if by <= BENT {
            return place;
        }
        // Nearer to the eye, distances grow beyond all bounds: straight on, on paper.
        let [from, to] = [moved(0.0), moved(0.1)];
        let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
        let rest = points * (1.0 - BENT / by) / size.max(1.0) / libm::hypot(dx, dy).max(1e-9);
        [place[0] + dx * rest, place[1] + dy * rest]
    }
}
