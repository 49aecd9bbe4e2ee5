//! How an arrow goes from one point to another: matplotlib's `ConnectionStyle`.

use super::bezier::{along, crossing, direction, distance, split};
use super::parameters;
use crate::render::scene::{Point, Segment};

/// Names with their parameters and defaults; NaN is none.
const KNOWN: [(&str, &[(&str, f64)]); 5] = [
    ("angle", &[("angleA", 90.0), ("angleB", 0.0), ("rad", 0.0)]),
    ("angle3", &[("angleA", 90.0), ("angleB", 0.0)]),
    ("arc", &[("angleA", 0.0), ("angleB", 0.0), ("armA", f64::NAN), ("armB", f64::NAN), ("rad", 0.0)]),
    ("arc3", &[("rad", 0.0)]),
    ("bar", &[("armA", 0.0), ("armB", 0.0), ("fraction", 0.3), ("angle", f64::NAN)]),
];

/// The way between two points. Angles are degrees, counter-clockwise from the right; arms and radii are
/// pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are matplotlib's")]
pub enum Connection {
    /// Straight lines through the place where lines at these angles meet, with a round corner.
    Angle { angles: [f64; 2], radius: f64 },
    /// A curve to that place and from it.
    Angle3 { angles: [f64; 2] },
    /// Arms at both ends at these angles, with round corners.
    Arc { angles: [f64; 2], arms: [Option<f64>; 2], radius: f64 },
    /// A curve whose control point is `bend` times the distance beside the middle.
    Arc3 { bend: f64 },
    /// A bar beside both points.
    Bar { arms: [f64; 2], fraction: f64, angle: Option<f64> },
}

impl Connection {
    /// Reads matplotlib's notation, such as `arc3,rad=0.2`.
    ///
    /// # Errors
    /// A fragment that says what is not there.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (place, values) = parameters::read(text, "connection style", &KNOWN)?;
        let some = |value: f64| (!value.is_nan()).then_some(value);
        Ok(match (place, &values[..]) {
            (0, [a, b, radius]) => Self::Angle { angles: [*a, *b], radius: *radius },
            (1, [a, b]) => Self::Angle3 { angles: [*a, *b] },
            (2, [a, b, arm_a, arm_b, radius]) => {
                // An arm of no length is none.
                let arm = |value: &f64| some(*value).filter(|arm| *arm != 0.0);
                Self::Arc { angles: [*a, *b], arms: [arm(arm_a), arm(arm_b)], radius: *radius }
            }
            (4, [a, b, fraction, angle]) => {
                Self::Bar { arms: [*a, *b], fraction: *fraction, angle: some(*angle) }
            }
            _ => Self::Arc3 { bend: values[0] },
        })
    }

    /// The way from `a` to `b`, y up; a pixel is `pixel` long.
    ///
    /// # Errors
    /// Why there is none: lines that do not meet.
    pub(super) fn route(self, a: Point, b: Point, pixel: f64) -> Result<Route, String> {
        let way = |angle: f64| [libm::cos(angle.to_radians()), libm::sin(angle.to_radians())];
        let corner = |angles: [f64; 2]| {
            crossing(a, way(angles[0]), b, way(angles[1]))
                .ok_or_else(|| format!("lines at angleA={} and angleB={} do not meet", angles[0], angles[1]))
        };
        let mut route = Route::at(a);
        match self {
            Self::Arc3 { bend } => {
                let control =
                    [0.5 * (a[0] + b[0]) + bend * (b[1] - a[1]), 0.5 * (a[1] + b[1]) - bend * (b[0] - a[0])];
                route.curve(control, b);
            }
            Self::Angle3 { angles } => route.curve(corner(angles)?, b),
            Self::Angle { angles, radius } => {
                let corner = corner(angles)?;
                if radius == 0.0 {
                    route.line(corner);
                } else {
                    route.line(along(corner, direction(corner, a), radius * pixel));
                    route.curve(corner, along(corner, direction(corner, b), radius * pixel));
                }
                route.line(b);
            }
            Self::Arc { angles, arms, radius } => {
                let radius = radius * pixel;
                let mut from = a;
                // The corner that is still to be rounded: where its rounding begins, and itself.
                let mut open: Option<[Point; 2]> = None;
                if let Some(arm) = arms[0] {
                    let arm = arm * pixel;
                    from = along(a, way(angles[0]), arm);
                    open = Some([along(a, way(angles[0]), arm - radius), from]);
                }
                if let Some(arm) = arms[1] {
                    let corner = along(b, way(angles[1]), arm * pixel);
                    let on = direction(from, corner);
                    if let Some([begin, at]) = open {
                        route.line(begin);
                        route.curve(at, along(from, on, radius));
                    }
                    open = Some([along(from, on, distance(from, corner) - radius), corner]);
                    from = corner;
                }
                if let Some([begin, at]) = open {
                    route.line(begin);
                    route.curve(at, along(from, direction(from, b), radius));
                }
                route.line(b);
            }
            Self::Bar { arms, fraction, angle } => {
                let length = distance(a, b);
                let (mut end, mut on, mut arm_b) = (b, direction(a, b), arms[1] * pixel);
                if let Some(angle) = angle {
                    let turn = libm::atan2(b[1] - a[1], b[0] - a[0]) - angle.to_radians();
                    end = along(a, way(angle), length * libm::cos(turn));
                    arm_b -= length * libm::sin(turn);
                    on = direction(a, end);
                }
                let arm = fraction * length + (arms[0] * pixel).max(arm_b);
                let out = [on[1], -on[0]];
                route.line(along(a, out, arm));
                route.line(along(end, out, arm));
                route.line(b);
            }
        }
        Ok(route)
    }
}

/// One part of a [`Route`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Line(Point),
    /// Control point, end.
    Curve(Point, Point),
}

impl Step {
    fn end(self) -> Point {
        match self {
            Self::Line(end) | Self::Curve(_, end) => end,
        }
    }
}

/// A line of straight parts and quadratic curves.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Route {
    pub(super) begin: Point,
    pub(super) steps: Vec<Step>,
}

impl Route {
    pub(super) fn at(begin: Point) -> Self {
        Self { begin, steps: Vec::new() }
    }

    pub(super) fn line(&mut self, to: Point) {
        self.steps.push(Step::Line(to));
    }

    pub(super) fn curve(&mut self, control: Point, to: Point) {
        self.steps.push(Step::Curve(control, to));
    }

    pub(super) fn end(&self) -> Point {
        self.steps.last().map_or(self.begin, |step| step.end())
    }

    /// Moves its end.
    pub(super) fn set_end(&mut self, to: Point) {
        if let Some(Step::Line(end) | Step::Curve(_, end)) = self.steps.last_mut() {
            *end = to;
        }
    }

    /// The point (or control point) after the begin, and that before the end.
    pub(super) fn neighbours(&self) -> [Point; 2] {
        let first = self.steps.first().map_or(self.begin, |step| match *step {
            Step::Line(to) => to,
            Step::Curve(control, _) => control,
        });
        let last = match self.steps[..] {
            [.., Step::Curve(control, _)] => control,
            [.., before, Step::Line(_)] => before.end(),
            _ => self.begin,
        };
        [first, last]
    }

    /// The one curve it is, if it is one.
    pub(super) fn quad(&self) -> Option<[Point; 3]> {
        match self.steps[..] {
            [Step::Curve(control, end)] => Some([self.begin, control, end]),
            _ => None,
        }
    }

    /// What is left of it where it begins inside of something; as it is where it does not leave that at
    /// an end of a step.
    pub(super) fn leaving(&mut self, inside: &dyn Fn(Point) -> bool) {
        let begins = inside(self.begin);
        let mut from = self.begin;
        for i in 0..self.steps.len() {
            let step = self.steps[i];
            if inside(step.end()) != begins {
                let (begin, rest) = match step {
                    Step::Line(to) => match split([from, to], inside) {
                        Some([_, [begin, to]]) => (begin, Step::Line(to)),
                        None => return,
                    },
                    Step::Curve(control, to) => match split([from, control, to], inside) {
                        Some([_, [begin, control, to]]) => (begin, Step::Curve(control, to)),
                        None => return,
                    },
                };
                self.begin = begin;
                self.steps.drain(..i);
                self.steps[0] = rest;
                return;
            }
            from = step.end();
        }
    }

    /// It up to where it enters something.
    pub(super) fn entering(&mut self, inside: &dyn Fn(Point) -> bool) {
        let begins = inside(self.begin);
        let mut from = self.begin;
        for i in 0..self.steps.len() {
            let step = self.steps[i];
            if inside(step.end()) != begins {
                let rest = match step {
                    Step::Line(to) => split([from, to], inside).map(|[[_, to], _]| Step::Line(to)),
                    Step::Curve(control, to) => split([from, control, to], inside)
                        .map(|[[_, control, to], _]| Step::Curve(control, to)),
                };
                if let Some(rest) = rest {
                    self.steps.truncate(i);
                    self.steps.push(rest);
                }
                return;
            }
            from = step.end();
        }
    }

    /// Whether all of it is somewhere.
    pub(super) fn is_finite(&self) -> bool {
        let finite = |point: &Point| point.iter().all(|v| v.is_finite() && v.abs() < 1e6);
        finite(&self.begin)
            && self.steps.iter().all(|step| match step {
                Step::Line(to) => finite(to),
                Step::Curve(control, to) => finite(control) && finite(to),
            })
    }

    /// The same through other points.
    pub(super) fn map(&mut self, place: &dyn Fn(Point) -> Point) {
        self.begin = place(self.begin);
        for step in &mut self.steps {
            *step = match *step {
                Step::Line(to) => Step::Line(place(to)),
                Step::Curve(control, to) => Step::Curve(place(control), place(to)),
            };
        }
    }

    /// Its segments, closed or open.
    pub(super) fn segments(&self, closed: bool) -> Vec<Segment> {
        let mut segments = vec![Segment::Move(self.begin)];
        let mut from = self.begin;
        for step in &self.steps {
            segments.push(match *step {
                Step::Line(to) => Segment::Line(to),
                Step::Curve(control, to) => {
                    let towards =
                        |end: Point| along(end, [control[0] - end[0], control[1] - end[1]], 2.0 / 3.0);
                    Segment::Cubic(towards(from), towards(to), to)
                }
            });
            from = step.end();
        }
        if closed {
            segments.push(Segment::Close);
        }
        segments
    }
}
