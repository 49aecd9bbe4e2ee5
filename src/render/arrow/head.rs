//! The shape of an arrow along its way: matplotlib's `ArrowStyle`.

use super::bezier::{Quad, along, beside, direction, distance, middle, parallels, split, widened};
use super::parameters;
use super::route::Route;
use crate::render::scene::Point;

const HEADS: [(&str, f64); 10] = [
    ("head_length", 0.4),
    ("head_width", 0.2),
    ("widthA", 1.0),
    ("widthB", 1.0),
    ("lengthA", 0.2),
    ("lengthB", 0.2),
    ("angleA", 0.0),
    ("angleB", 0.0),
    ("scaleA", f64::NAN),
    ("scaleB", f64::NAN),
];
const BRACKET_A: [(&str, f64); 3] = [("widthA", 1.0), ("lengthA", 0.2), ("angleA", 0.0)];
const BRACKET_B: [(&str, f64); 3] = [("widthB", 1.0), ("lengthB", 0.2), ("angleB", 0.0)];
const BRACKETS: [(&str, f64); 6] =
    [("widthA", 1.0), ("lengthA", 0.2), ("angleA", 0.0), ("widthB", 1.0), ("lengthB", 0.2), ("angleB", 0.0)];
const BARS: [(&str, f64); 4] = [("widthA", 1.0), ("angleA", 0.0), ("widthB", 1.0), ("angleB", 0.0)];

/// Names with their parameters and defaults; NaN is none.
const KNOWN: [(&str, &[(&str, f64)]); 16] = [
    ("-", &[]),
    ("->", &HEADS),
    ("<-", &HEADS),
    ("<->", &HEADS),
    ("-|>", &HEADS),
    ("<|-", &HEADS),
    ("<|-|>", &HEADS),
    ("-[", &BRACKET_B),
    ("]-", &BRACKET_A),
    ("]-[", &BRACKETS),
    ("]->", &BRACKET_A),
    ("<-[", &BRACKET_B),
    ("|-|", &BARS),
    ("fancy", &[("head_length", 0.4), ("head_width", 0.4), ("tail_width", 0.4)]),
    ("simple", &[("head_length", 0.5), ("head_width", 0.5), ("tail_width", 0.2)]),
    ("wedge", &[("tail_width", 0.3), ("shrink_factor", 0.5)]),
];

/// What is at an end of a stroked arrow.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are matplotlib's")]
pub enum End {
    None,
    Open,
    Filled,
    /// Half its width, its length, degrees it is turned by; `scale` in place of the arrow's, points.
    Bracket {
        width: f64,
        length: f64,
        angle: f64,
        scale: Option<f64>,
    },
}

/// The shape of an arrow. Lengths are in units of its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are matplotlib's")]
pub enum ArrowStyle {
    /// A stroked line with something at its ends: of heads, length and half the width.
    Line { ends: [End; 2], head: [f64; 2] },
    /// A filled arrow that gets narrower.
    Fancy { head: [f64; 2], tail: f64 },
    /// A filled arrow with a shaft.
    Simple { head: [f64; 2], tail: f64 },
    /// A filled wedge: its width at the tail, and the share of it in the middle.
    Wedge { tail: f64, shrink: f64 },
}

/// A part of an arrow: its outline, whether that is closed and filled.
pub(super) struct Part {
    pub(super) outline: Route,
    pub(super) filled: bool,
}

impl ArrowStyle {
    /// Reads matplotlib's notation, such as `-|>,head_width=0.3`.
    ///
    /// # Errors
    /// A fragment that says what is not there.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (place, values) = parameters::read(text, "arrow style", &KNOWN)?;
        let (name, own) = KNOWN[place];
        let value = |key: &str| {
            let i = own.iter().position(|(own, _)| *own == key);
            i.map(|i| values[i]).filter(|value| !value.is_nan())
        };
        let head = ["head_length", "head_width"].map(|key| value(key).unwrap_or_default());
        let tail = value("tail_width").unwrap_or_default();
        match name {
            "fancy" => return Ok(Self::Fancy { head, tail }),
            "simple" => return Ok(Self::Simple { head, tail }),
            "wedge" => return Ok(Self::Wedge { tail, shrink: value("shrink_factor").unwrap_or_default() }),
            _ => {}
        }
        let (begin, end) = name.split_once('-').unwrap_or_default();
        let bracket = |[width, length, angle, scale]: [&str; 4]| End::Bracket {
            width: value(width).unwrap_or(1.0),
            length: value(length).unwrap_or(0.0),
            angle: value(angle).unwrap_or(0.0),
            scale: value(scale),
        };
        let at = |sign: &str, keys: [&str; 4]| match sign {
            "" => End::None,
            "<" | ">" => End::Open,
            "<|" | "|>" => End::Filled,
            _ => bracket(keys),
        };
        let ends = [
            at(begin, ["widthA", "lengthA", "angleA", "scaleA"]),
            at(end, ["widthB", "lengthB", "angleB", "scaleB"]),
        ];
        let heads = ends.iter().any(|end| matches!(end, End::Open | End::Filled));
        // Those with a bracket at the other end have heads of the usual size.
        let head =
            if heads && head == [0.0; 2] && value("head_length").is_none() { [0.4, 0.2] } else { head };
        if heads && (head[0] <= 0.0 || head[1] <= 0.0) {
            return Err(format!("heads of the arrow style `{name}` are longer and wider than 0"));
        }
        Ok(Self::Line { ends, head })
    }

    /// Whether it can only be drawn along one quadratic curve.
    pub(super) fn needs_curve(self) -> bool {
        !matches!(self, Self::Line { .. })
    }

    /// Outlines of an arrow along a way, in the order they are drawn; `scale` and `width` (of the line)
    /// are points.
    pub(super) fn parts(self, route: &Route, scale: f64, width: f64) -> Vec<Part> {
        match (self, route.quad()) {
            (Self::Line { ends, head }, _) => line(route, ends, head, scale, width),
            (Self::Simple { head, tail }, Some(curve)) => {
                vec![simple(curve, head.map(|v| v * scale), tail * scale)]
            }
            (Self::Fancy { head, tail }, Some(curve)) => {
                fancy(curve, head.map(|v| v * scale), tail * scale).into_iter().collect()
            }
            (Self::Wedge { tail, shrink }, Some(curve)) => {
                let half = 0.5 * tail * scale;
                let [right, left] = widened(curve, [half, half * shrink, 0.0]);
                let mut outline = Route::at(right[0]);
                outline.curve(right[1], right[2]);
                outline.line(left[2]);
                outline.curve(left[1], left[0]);
                vec![Part { outline, filled: true }]
            }
            (_, None) => Vec::new(),
        }
    }
}

/// A stroked way with something at its ends. Heads end where the way does, so that the stroke's own
/// width does not reach beyond.
fn line(route: &Route, ends: [End; 2], head: [f64; 2], scale: f64, width: f64) -> Vec<Part> {
    let [length, half] = head.map(|v| v * scale);
    let slope = libm::hypot(length, half);
    let mut way = route.clone();
    let mut more = Vec::new();
    let tips = [route.begin, route.end()];
    let mut moved = tips;
    for (i, before) in route.neighbours().into_iter().enumerate() {
        match ends[i] {
            End::Open | End::Filled if before != tips[i] => {
                let on = direction(before, tips[i]);
                let tip = along(tips[i], on, -0.5 * width * slope / half);
                let back = along(tip, on, -length);
                let [right, left] = beside(back, on, half);
                let mut outline = Route::at(left);
                outline.line(tip);
                outline.line(right);
                more.push(Part { outline, filled: ends[i] == End::Filled });
                moved[i] = tip;
            }
            End::Bracket { width, length, angle, scale: own } => {
                let scale = own.unwrap_or(scale);
                let on = direction(before, tips[i]);
                let [right, left] = beside(tips[i], on, width * scale);
                let turn = |point: Point| {
                    let (sin, cos) = (libm::sin(angle.to_radians()), libm::cos(angle.to_radians()));
                    let [x, y] = [point[0] - tips[i][0], point[1] - tips[i][1]];
                    [tips[i][0] + x * cos - y * sin, tips[i][1] + x * sin + y * cos]
                };
                let out = |point: Point| along(point, on, length * scale);
                let mut outline = Route::at(turn(out(right)));
                outline.line(turn(right));
                outline.line(turn(left));
                outline.line(turn(out(left)));
                more.push(Part { outline, filled: false });
            }
            _ => {}
        }
    }
    way.begin = moved[0];
    way.set_end(moved[1]);
    more.insert(0, Part { outline: way, filled: false });
    more
}

/// A shaft of one width with a head.
fn simple(curve: Quad, head: [f64; 2], tail: f64) -> Part {
    let tip = curve[2];
    let (shaft, head_curve) = match split(curve, &|point| distance(point, tip) < head[0]) {
        Some([shaft, head]) => (Some(shaft), head),
        None => (None, straight(curve, head[0])),
    };
    let half = 0.5 * head[1];
    let [second, first] = widened(head_curve, [half, 0.5 * half, 0.0]);
    let mut outline = match shaft {
        Some(shaft) => {
            let [_, tail_first] = parallels(shaft, 0.5 * tail);
            let mut outline = Route::at(tail_first[0]);
            outline.curve(tail_first[1], tail_first[2]);
            outline.line(first[0]);
            outline
        }
        None => Route::at(first[0]),
    };
    outline.curve(first[1], first[2]);
    outline.curve(second[1], second[0]);
    if let Some(shaft) = shaft {
        let [tail_second, _] = parallels(shaft, 0.5 * tail);
        outline.line(tail_second[2]);
        outline.curve(tail_second[1], tail_second[0]);
    }
    Part { outline, filled: true }
}

/// A shaft that gets narrower, notched at the tail, with a head over its end.
fn fancy(curve: Quad, head: [f64; 2], tail: f64) -> Option<Part> {
    let tip = curve[2];
    let (curve, head_curve) = match split(curve, &|point| distance(point, tip) < head[0]) {
        Some([_, head]) => (curve, head),
        None => {
            let curve = straight(curve, head[0]);
            (curve, curve)
        }
    };
    let [shaft, _] = split(curve, &|point| distance(point, tip) < 0.8 * head[0])?;
    let half = 0.5 * head[1];
    let [second, first] = widened(head_curve, [half, 0.6 * half, 0.0]);
    let [tail_second, tail_first] = widened(shaft, [0.5 * tail, 0.3 * tail, 0.15 * tail]);
    let [notch, _] = split(curve, &|point| distance(point, curve[0]) < 0.3 * tail)?;
    let mut outline = Route::at(notch[2]);
    outline.line(tail_first[0]);
    outline.curve(tail_first[1], tail_first[2]);
    outline.line(first[0]);
    outline.curve(first[1], first[2]);
    outline.curve(second[1], second[0]);
    outline.line(tail_second[2]);
    outline.curve(tail_second[1], tail_second[0]);
    outline.line(notch[2]);
    Some(Part { outline, filled: true })
}

/// A straight line of a length to the tip of a curve that is shorter than its head.
fn straight([_, control, tip]: Quad, length: f64) -> Quad {
    let from = along(tip, direction(tip, control), length);
    [from, middle(from, tip), tip]
}
