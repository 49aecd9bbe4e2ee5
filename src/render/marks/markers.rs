//! Markers of lines: which points have one, and what is drawn there.

use crate::render::chart::{Every, FillStyle, LineMarker};
use crate::render::paint::marker_outline;
use crate::render::record::solid;
use crate::render::scene::{Color, Command, Point, Segment, Stroke};

/// Sides of a curve's polygon when a marker is cut in half.
const SIDES: usize = 8;

/// Numbers of the points that have a marker; `at` places all of them in the figure, `diagonal` is that
/// of the frame.
pub(super) fn chosen(every: &Every, at: &[Point], diagonal: f64) -> Vec<usize> {
    let n = at.len();
    match every {
        Every::All => (0..n).collect(),
        Every::Step(start, step) => (*start..n).step_by((*step).max(1)).collect(),
        Every::At(wanted) => wanted
            .iter()
            .filter_map(|at| usize::try_from(if *at < 0 { at + n as i64 } else { *at }).ok())
            .filter(|at| *at < n)
            .collect(),
        Every::Along(start, step) => along(at, start * diagonal, step * diagonal),
    }
}

/// The points nearest to equal distances along the line.
fn along(at: &[Point], start: f64, step: f64) -> Vec<usize> {
    let there: Vec<usize> = (0..at.len()).filter(|i| at[*i].iter().all(|v| v.is_finite())).collect();
    let mut lengths = Vec::with_capacity(there.len());
    let mut sum = 0.0;
    for (k, i) in there.iter().enumerate() {
        if let Some(before) = k.checked_sub(1).map(|k| at[there[k]]) {
            sum += libm::hypot(at[*i][0] - before[0], at[*i][1] - before[1]);
        }
        lengths.push(sum);
    }
    let mut found: Vec<usize> = Vec::new();
    let mut wanted = start;
    while step > 0.0 && wanted < sum && found.len() <= there.len() {
        let after = lengths.partition_point(|length| *length < wanted);
        let before = after.saturating_sub(1);
        let near = |k: usize| (lengths[k.min(lengths.len() - 1)] - wanted).abs();
        let k = if near(before) <= near(after) { before } else { after };
        if found.last() != Some(&there[k]) {
            found.push(there[k]);
        }
        // The next mark that another point may be nearer to.
        wanted += step;
    }
    found
}

/// Body and edge of markers on a line of this colour.
pub(super) fn parts(marker: &LineMarker, line: Color) -> (Color, Option<Stroke>) {
    let face =
        if marker.fill == FillStyle::None { Color { a: 0, ..line } } else { marker.face.unwrap_or(line) };
    let edge = marker.edge.unwrap_or(line);
    (face, (marker.edge_width > 0.0 && edge.a > 0).then(|| solid(edge, marker.edge_width)))
}

/// Draws markers.
pub(super) fn commands(marker: &LineMarker, line: Color, at: Vec<Point>) -> Vec<Command> {
    let (face, edge) = parts(marker, line);
    let own = edge.as_ref().is_some_and(|edge| edge.color == face);
    if marker.fill == FillStyle::Full && own && !marker.shape.is_open() {
        // Body and edge as one: nothing shows through twice.
        let size = marker.size + marker.edge_width;
        return vec![Command::Markers {
            shape: marker.shape,
            at,
            sizes: vec![size],
            fills: vec![face],
            edge: None,
        }];
    }
    let mut all = Vec::new();
    let half = half(marker, face, edge.as_ref(), &at);
    let fill = if half.is_empty() { face } else { Color { a: 0, ..face } };
    all.extend(half);
    let edge = edge.or(marker.shape.is_open().then(|| solid(Color { a: 0, ..line }, 1.0)));
    let sizes = vec![marker.size];
    all.push(Command::Markers { shape: marker.shape, at, sizes, fills: vec![fill], edge });
    all
}

/// The filled halves of markers that are filled on one side.
fn half(marker: &LineMarker, face: Color, edge: Option<&Stroke>, at: &[Point]) -> Vec<Command> {
    let (axis, sign) = match marker.fill {
        FillStyle::Full | FillStyle::None => return Vec::new(),
        FillStyle::Left => (0, -1.0),
        FillStyle::Right => (0, 1.0),
        FillStyle::Top => (1, -1.0),
        FillStyle::Bottom => (1, 1.0),
    };
    if marker.shape.is_open() || face.a == 0 {
        return Vec::new();
    }
    let corners = cut(&polygon(&marker_outline(marker.shape, marker.size)), axis, sign);
    at.iter()
        .filter(|_| corners.len() > 2)
        .map(|[x, y]| {
            let place = |p: &Point| [p[0] + x, p[1] + y];
            let mut path: Vec<Segment> = corners.iter().map(|p| Segment::Line(place(p))).collect();
            path[0] = Segment::Move(place(&corners[0]));
            path.push(Segment::Close);
            Command::Path { path, fill: Some(face), stroke: edge.cloned() }
        })
        .collect()
}

/// The corners of an outline of one contour.
fn polygon(outline: &[Segment]) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    for segment in outline {
        match *segment {
            Segment::Move(p) | Segment::Line(p) => corners.push(p),
            Segment::Cubic(b, c, d) => {
                let a = corners.last().copied().unwrap_or(d);
                for k in 1..=SIDES {
                    let t = k as f64 / SIDES as f64;
                    let u = 1.0 - t;
                    corners.push([0, 1].map(|i| {
                        u * u * u * a[i] + 3.0 * u * u * t * b[i] + 3.0 * u * t * t * c[i] + t * t * t * d[i]
                    }));
                }
            }
            Segment::Close => {}
        }
    }
    corners
}

/// The part of a polygon on one side of an axis (Sutherland and Hodgman 1974).
fn cut(corners: &[Point], axis: usize, sign: f64) -> Vec<Point> {
    let mut kept = Vec::new();
    for (i, a) in corners.iter().enumerate() {
        let b = &corners[(i + 1) % corners.len()];
        let (from, to) = (a[axis] * sign, b[axis] * sign);
        if from >= 0.0 {
            kept.push(*a);
        }
        if (from > 0.0 && to < 0.0) || (from < 0.0 && to > 0.0) {
            let t = from / (from - to);
            kept.push([0, 1].map(|k| a[k] + t * (b[k] - a[k])));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::scene::MarkerShape;

    /// Expected: `matplotlib.lines._mark_every_path`.
    #[test]
    fn markers_stand_at_every_so_many_points() {
        let at: Vec<Point> = (0..10).map(|i| [10.0 * f64::from(i), 0.0]).collect();
        assert_eq!(chosen(&Every::Step(1, 4), &at, 50.0), [1, 5, 9]);
        assert_eq!(chosen(&Every::At(vec![0, -1, 30]), &at, 50.0), [0, 9]);
        assert_eq!(chosen(&Every::Along(0.0, 0.5), &at, 50.0), [0, 2, 5, 7]);
        assert_eq!(chosen(&Every::Along(0.2, 1.0), &at, 50.0), [1, 6]);
    }

    #[test]
    fn half_a_square_is_half_as_wide() {
        let marker = LineMarker { fill: FillStyle::Left, ..LineMarker::plain(MarkerShape::Square, 8.0) };
        let drawn = commands(&marker, Color::BLACK, vec![[100.0, 50.0]]);
        let Command::Path { path, .. } = &drawn[0] else { panic!("{drawn:?}") };
        let xs = path.iter().filter_map(|s| match s {
            Segment::Move(p) | Segment::Line(p) => Some(p[0]),
            _ => None,
        });
        let (low, high) = xs.fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
        assert_eq!((low, high), (96.0, 100.0));
    }
}
