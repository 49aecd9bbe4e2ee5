//! Quadratic Bézier curves: cut, widened, and curves beside them. After matplotlib's `bezier`.

use crate::render::scene::Point;

/// Begin, control point, end.
pub(super) type Quad = [Point; 3];

pub(super) fn middle(a: Point, b: Point) -> Point {
    [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])]
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(b[0] - a[0], b[1] - a[1])
}

/// The direction from `a` to `b`; none if they are one point.
pub(super) fn direction(a: Point, b: Point) -> Point {
    let length = distance(a, b);
    if length == 0.0 { [0.0; 2] } else { [(b[0] - a[0]) / length, (b[1] - a[1]) / length] }
}

/// Away from `from` by a distance along a direction.
pub(super) fn along(from: Point, way: Point, by: f64) -> Point {
    [from[0] + by * way[0], from[1] + by * way[1]]
}

/// Right and left of a point on a curve in that direction (y is up).
pub(super) fn beside(at: Point, way: Point, by: f64) -> [Point; 2] {
    [along(at, [way[1], -way[0]], by), along(at, [-way[1], way[0]], by)]
}

/// Where lines through two points in two directions meet; `None` if they are parallel.
pub(super) fn crossing(a: Point, way_a: Point, b: Point, way_b: Point) -> Option<Point> {
    let across = way_a[0] * way_b[1] - way_a[1] * way_b[0];
    if across.abs() < 1e-12 {
        return None;
    }
    let by = ((b[0] - a[0]) * way_b[1] - (b[1] - a[1]) * way_b[0]) / across;
    Some(along(a, way_a, by))
}

/// Both parts of a line or quadratic curve (its points) that is cut where it first leaves or enters
/// what `inside` says; `None` where both ends are on one side.
pub(super) fn split<const N: usize>(
    curve: [Point; N],
    inside: &dyn Fn(Point) -> bool,
) -> Option<[[Point; N]; 2]> {
    let at = |t: f64| cut(curve, t)[0][N - 1];
    let begin = inside(curve[0]);
    if inside(curve[N - 1]) == begin {
        return None;
    }
    let (mut from, mut to) = (0.0, 1.0);
    for _ in 0..40 {
        let half = 0.5 * (from + to);
        if inside(at(half)) == begin { from = half } else { to = half }
    }
    Some(cut(curve, 0.5 * (from + to)))
}

/// Both parts of a curve that is cut at a parameter (de Casteljau).
fn cut<const N: usize>(curve: [Point; N], t: f64) -> [[Point; N]; 2] {
    let (mut left, mut right, mut rest) = (curve, curve, curve);
    for k in 1..N {
        for i in 0..N - k {
            let (a, b) = (rest[i], rest[i + 1]);
            rest[i] = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
        }
        left[k] = rest[0];
        right[N - 1 - k] = rest[N - 1 - k];
    }
    [left, right]
}

/// The curves right and left of one, as far from its begin, middle and end as `widths` say.
pub(super) fn widened([a, m, b]: Quad, widths: [f64; 3]) -> [Quad; 2] {
    let (before, after) = (middle(a, m), middle(m, b));
    let begin = beside(a, direction(a, m), widths[0]);
    let half = beside(middle(before, after), direction(before, after), widths[1]);
    let end = beside(b, direction(m, b), widths[2]);
    [0, 1].map(|side| {
        let (a, half, b) = (begin[side], half[side], end[side]);
        [a, [2.0 * half[0] - 0.5 * (a[0] + b[0]), 2.0 * half[1] - 0.5 * (a[1] + b[1])], b]
    })
}

/// The curves right and left of one at a distance.
pub(super) fn parallels([a, m, b]: Quad, by: f64) -> [Quad; 2] {
    let (mut out, mut back) = (direction(a, m), direction(m, b));
    let turned = libm::atan2(out[0], out[1]) - libm::atan2(back[0], back[1]);
    if (turned.abs() - std::f64::consts::PI).abs() < 1e-5 {
        out = direction(a, b);
        back = out;
    }
    let (begin, end) = (beside(a, out, by), beside(b, back, by));
    [0, 1].map(|side| {
        let (a, b) = (begin[side], end[side]);
        [a, crossing(a, out, b, back).unwrap_or_else(|| middle(a, b)), b]
    })
}
