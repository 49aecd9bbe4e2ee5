//! Markers: each shape is covered once per size and quarter-pixel offset, then stamped.

use super::canvas::{Canvas, Ink};
use super::coverage::{Contour, MOST, Stamp, cover, flatten};
use crate::render::scene::{Color, MarkerShape, Segment};
use std::collections::BTreeMap;

/// Positions within a pixel that stamps are made for, each way.
const OFFSETS: f64 = 4.0;
/// Stamps kept at a time.
const MOST_STAMPS: usize = 4096;
/// Width in points of the strokes of plus and cross where no edge is given: matplotlib's
/// `markeredgewidth`.
pub(in crate::render) const THIN: f64 = 1.0;
/// Distance of a circle's control points from its corners, over the radius.
const CIRCLE: f64 = 0.552_284_749_830_793_4;

/// What all markers of a command share, in pixels.
pub(super) struct Look<'a> {
    pub(super) shape: MarkerShape,
    /// Diameters: one for all, or one each.
    pub(super) sizes: &'a [f64],
    /// Fill colours: one for all, or one each.
    pub(super) fills: &'a [Color],
    /// Edge colour and width.
    pub(super) edge: Option<(Color, f64)>,
    /// Width of strokes of shapes without a body where no edge is given; they take the fill's colour.
    pub(super) thin: f64,
}

/// Draws markers centred at `at` (pixels). Those without a finite place or size are left out, and
/// those wider than 2048 pixels.
pub(super) fn draw(canvas: &mut Canvas, at: &[[f64; 2]], look: &Look<'_>) {
    let mut stamps: BTreeMap<(u64, u8, u8), [Option<Stamp>; 2]> = BTreeMap::new();
    let open = look.shape.is_open();
    let clip = canvas.clip();
    for (k, [x, y]) in at.iter().enumerate() {
        let Some(size) = one_or_each(look.sizes, k) else { return };
        let Some(fill) = one_or_each(look.fills, k) else { return };
        let edge = look.edge.filter(|_| look.shape != MarkerShape::Pixel);
        let width = edge.map_or(if open { look.thin } else { 0.0 }, |(_, width)| width);
        let reach = size + width + 2.0;
        let seen = *x > f64::from(clip.x0) - reach
            && *x < f64::from(clip.x1) + reach
            && *y > f64::from(clip.y0) - reach
            && *y < f64::from(clip.y1) + reach;
        if !(seen && size > 0.0 && size < MOST && width < MOST) {
            continue;
        }
        // A sixteenth of a pixel tells sizes apart well enough.
        let size = (size * 16.0).round().max(1.0) / 16.0;
        let (column, row) = ((x * OFFSETS).round() / OFFSETS, (y * OFFSETS).round() / OFFSETS);
        let [dx, dy] = [column - column.floor(), row - row.floor()];
        let key = (size.to_bits(), (dx * OFFSETS) as u8, (dy * OFFSETS) as u8);
        if stamps.len() >= MOST_STAMPS && !stamps.contains_key(&key) {
            stamps.clear();
        }
        let [body, edge] = stamps.entry(key).or_insert_with(|| make(look.shape, size, width, [dx, dy]));
        let (dx, dy) = (column.floor() as i32, row.floor() as i32);
        if let Some(stamp) = body {
            canvas.stamp(stamp, dx, dy, Ink::new(fill));
        }
        if let Some(stamp) = edge {
            canvas.stamp(stamp, dx, dy, Ink::new(look.edge.map_or(fill, |(color, _)| color)));
        }
    }
}

pub(super) fn one_or_each<T: Copy>(values: &[T], k: usize) -> Option<T> {
    if values.len() == 1 { values.first().copied() } else { values.get(k).copied() }
}

/// Stamps of a marker's body and edge.
pub(super) fn make(shape: MarkerShape, size: f64, width: f64, offset: [f64; 2]) -> [Option<Stamp>; 2] {
    let moved = |contours: Vec<Contour>| -> Vec<Contour> {
        let shift = |c: Contour| c.into_iter().map(|[x, y]| [x + offset[0], y + offset[1]]).collect();
        contours.into_iter().map(shift).collect()
    };
    let edge = |contours: Vec<Contour>| if width > 0.0 { cover(&moved(contours)) } else { None };
    let r = size / 2.0;
    match shape {
        MarkerShape::Circle => [cover(&moved(vec![circle(r)])), edge(ring(r, width))],
        MarkerShape::Point => [cover(&moved(vec![circle(r / 2.0)])), edge(ring(r / 2.0, width))],
        MarkerShape::Plus => [None, edge(vec![plus(r, width / 2.0)])],
        MarkerShape::Cross => [None, edge(vec![cross(r, width / 2.0)])],
        MarkerShape::VerticalBar => [None, edge(vec![bar([width / 2.0, r])])],
        MarkerShape::HorizontalBar => [None, edge(vec![bar([r, width / 2.0])])],
        MarkerShape::Pixel => [cover(&moved(vec![bar([0.5, 0.5])])), None],
        _ if shape.is_open() => [None, edge(vec![spokes(&arms(shape, r), width / 2.0)])],
        _ => {
            let corners = polygon(shape, r);
            let mut inner = outset(&corners, -width / 2.0);
            inner.reverse();
            // An inner outline that turned inside out is no hole.
            let hole = -area(&inner) > 0.0 && width / 2.0 < inradius(&corners);
            let outer = outset(&corners, width / 2.0);
            let frame = if hole { vec![outer, inner] } else { vec![outer] };
            [cover(&moved(vec![corners])), edge(frame)]
        }
    }
}

fn circle(r: f64) -> Contour {
    flatten(&round(r), |p| p).pop().unwrap_or_default()
}

/// A circle as curves.
fn round(r: f64) -> [Segment; 5] {
    let k = CIRCLE * r;
    [
        Segment::Move([r, 0.0]),
        Segment::Cubic([r, k], [k, r], [0.0, r]),
        Segment::Cubic([-k, r], [-r, k], [-r, 0.0]),
        Segment::Cubic([-r, -k], [-k, -r], [0.0, -r]),
        Segment::Cubic([k, -r], [r, -k], [r, 0.0]),
    ]
}

/// The outline of a marker of diameter `size` about 0, 0, to be filled and stroked (open shapes:
/// stroked only).
pub(in crate::render) fn outline(shape: MarkerShape, size: f64) -> Vec<Segment> {
    let r = size / 2.0;
    let bars = |a: [f64; 2], b: [f64; 2]| {
        let minus = |[x, y]: [f64; 2]| [-x, -y];
        vec![Segment::Move(minus(a)), Segment::Line(a), Segment::Move(minus(b)), Segment::Line(b)]
    };
    let mut path = match shape {
        MarkerShape::Circle => round(r).to_vec(),
        MarkerShape::Point => round(r / 2.0).to_vec(),
        MarkerShape::Plus => return bars([r, 0.0], [0.0, r]),
        MarkerShape::Cross => return bars([r, r], [r, -r]),
        MarkerShape::VerticalBar => return vec![Segment::Move([0.0, -r]), Segment::Line([0.0, r])],
        MarkerShape::HorizontalBar => return vec![Segment::Move([-r, 0.0]), Segment::Line([r, 0.0])],
        _ if shape.is_open() => {
            let arm = |end: [f64; 2]| [Segment::Move([0.0, 0.0]), Segment::Line(end)];
            return arms(shape, r).into_iter().flat_map(arm).collect();
        }
        _ => polygon(shape, r)
            .into_iter()
            .enumerate()
            .map(|(k, p)| if k == 0 { Segment::Move(p) } else { Segment::Line(p) })
            .collect(),
    };
    path.push(Segment::Close);
    path
}

fn ring(r: f64, width: f64) -> Vec<Contour> {
    let mut contours = vec![circle(r + width / 2.0)];
    if r > width / 2.0 {
        let mut inner = circle(r - width / 2.0);
        inner.reverse();
        contours.push(inner);
    }
    contours
}

/// A plus with arms of length `r` and half width `h`.
fn plus(r: f64, h: f64) -> Contour {
    let h = h.min(r);
    let quarter = [[r, -h], [r, h], [h, h]];
    turned(&quarter)
}

/// A rectangle about 0, 0 by half its width and height.
fn bar([x, y]: [f64; 2]) -> Contour {
    vec![[-x, -y], [x, -y], [x, y], [-x, y]]
}

/// Ends of the three arms of matplotlib's `1 2 3 4`, y down, in the order of their angles.
fn arms(shape: MarkerShape, r: f64) -> [[f64; 2]; 3] {
    [[0.0, r], [-0.8 * r, -0.5 * r], [0.8 * r, -0.5 * r]].map(|[x, y]| match shape {
        MarkerShape::TriUp => [-x, -y],
        MarkerShape::TriLeft => [-y, x],
        MarkerShape::TriRight => [y, -x],
        _ => [x, y],
    })
}

/// The outline of arms of half width `h` from 0, 0.
fn spokes(arms: &[[f64; 2]; 3], h: f64) -> Contour {
    let unit = arms.map(|[x, y]| {
        let length = libm::hypot(x, y).max(1e-12);
        [x / length, y / length]
    });
    let mut outline = Vec::with_capacity(9);
    for k in 0..3 {
        let ([x, y], [u, v], next) = (arms[k], unit[k], unit[(k + 1) % 3]);
        outline.extend([[x + h * v, y - h * u], [x - h * v, y + h * u]]);
        // Where the sides of neighbouring arms meet.
        let sin = (u * next[1] - v * next[0]).max(1e-6);
        outline.push([(u + next[0]) * h / sin, (v + next[1]) * h / sin]);
    }
    outline
}

/// A regular polygon of `n` corners, the first one up or, `turned`, half a step further.
fn regular(n: u32, r: f64, turned: bool) -> Contour {
    let start = if turned { 0.5 } else { 0.0 };
    let corner = |k: u32| {
        let angle = 2.0 * std::f64::consts::PI * (f64::from(k) + start) / f64::from(n);
        [r * libm::sin(angle), -r * libm::cos(angle)]
    };
    (0..n).map(corner).collect()
}

/// A plus turned by 45°, its arms reaching the corners of the square of side `2r`.
fn cross(r: f64, h: f64) -> Contour {
    let k = std::f64::consts::FRAC_1_SQRT_2;
    plus(r / k, h).into_iter().map(|[x, y]| [k * (x - y), k * (x + y)]).collect()
}

/// Four copies, each a quarter turn further.
fn turned(quarter: &[[f64; 2]]) -> Contour {
    let mut all = Vec::with_capacity(4 * quarter.len());
    for turn in 0..4 {
        all.extend(quarter.iter().map(|&[x, y]| match turn {
            0 => [x, y],
            1 => [-y, x],
            2 => [-x, -y],
            _ => [y, -x],
        }));
    }
    all
}

/// Corners of matplotlib's markers of diameter `2r`, y down.
fn polygon(shape: MarkerShape, r: f64) -> Contour {
    let d = r * std::f64::consts::SQRT_2;
    match shape {
        MarkerShape::TriangleUp => vec![[0.0, -r], [r, r], [-r, r]],
        MarkerShape::TriangleDown => vec![[0.0, r], [-r, -r], [r, -r]],
        MarkerShape::TriangleLeft => vec![[-r, 0.0], [r, -r], [r, r]],
        MarkerShape::TriangleRight => vec![[r, 0.0], [-r, r], [-r, -r]],
        MarkerShape::Diamond => vec![[0.0, -d], [d, 0.0], [0.0, d], [-d, 0.0]],
        MarkerShape::ThinDiamond => vec![[0.0, -d], [0.6 * d, 0.0], [0.0, d], [-0.6 * d, 0.0]],
        MarkerShape::Star => (0..10)
            .map(|k| {
                let reach = if k % 2 == 0 { r } else { 0.381_966 * r };
                let angle = std::f64::consts::PI * f64::from(k) / 5.0;
                [reach * libm::sin(angle), -reach * libm::cos(angle)]
            })
            .collect(),
        MarkerShape::Pentagon => regular(5, r, false),
        MarkerShape::Hexagon => regular(6, r, false),
        MarkerShape::FlatHexagon => regular(6, r, true),
        MarkerShape::Octagon => regular(8, r, true),
        MarkerShape::FilledPlus => plus(r, r / 3.0),
        MarkerShape::FilledCross => {
            turned(&[[0.5, -1.0], [1.0, -0.5], [0.5, 0.0]].map(|[x, y]| [x * r, y * r]))
        }
        MarkerShape::Regular { sides, star: false, turned } => regular(u32::from(sides), r, turned),
        MarkerShape::Regular { sides, star: true, turned } => {
            let [outer, inner] =
                [(r, turned), (r / 2.0, !turned)].map(|(r, t)| regular(u32::from(sides), r, t));
            let pairs = outer.into_iter().zip(inner);
            // Turned stars begin with an inner corner, which comes first around.
            pairs.flat_map(|(a, b)| if turned { [b, a] } else { [a, b] }).collect()
        }
        // A pixel at matplotlib's usual resolution.
        MarkerShape::Pixel => bar([0.36, 0.36]),
        _ => bar([r, r]),
    }
}

/// Twice the signed area; positive for corners that run clockwise on the screen.
fn area(corners: &[[f64; 2]]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum()
}

/// The least distance of an edge from the centre.
fn inradius(corners: &[[f64; 2]]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    let away = |a: &[f64; 2], b: &[f64; 2]| {
        (a[0] * b[1] - b[0] * a[1]).abs() / libm::hypot(b[0] - a[0], b[1] - a[1]).max(1e-12)
    };
    corners.iter().zip(next).map(|(a, b)| away(a, b)).fold(f64::INFINITY, f64::min)
}

/// The outline moved outwards by `d`, with mitred corners (at most four times as far, then as far
/// as that).
fn outset(corners: &[[f64; 2]], d: f64) -> Contour {
    let n = corners.len();
    let clockwise = if area(corners) >= 0.0 { 1.0 } else { -1.0 };
    let normal = |a: [f64; 2], b: [f64; 2]| {
        let length = libm::hypot(b[0] - a[0], b[1] - a[1]).max(1e-12);
        [clockwise * (b[1] - a[1]) / length, -clockwise * (b[0] - a[0]) / length]
    };
    (0..n)
        .map(|k| {
            let (before, corner, after) = (corners[(k + n - 1) % n], corners[k], corners[(k + 1) % n]);
            let (p, q) = (normal(before, corner), normal(corner, after));
            // The corner moves along the sum of the normals, by d / cos of half the turn.
            let sum = [p[0] + q[0], p[1] + q[1]];
            let square = (sum[0] * sum[0] + sum[1] * sum[1]).max(0.25);
            [corner[0] + 2.0 * d * sum[0] / square, corner[1] + 2.0 * d * sum[1] / square]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiny_skia::Pixmap;

    fn drawn(look: &Look<'_>, at: &[[f64; 2]]) -> Vec<f64> {
        let mut canvas = Canvas::new(Pixmap::new(40, 40).unwrap(), Color::WHITE);
        draw(&mut canvas, at, look);
        canvas.pixmap.data().iter().step_by(4).map(|r| 1.0 - f64::from(*r) / 255.0).collect()
    }

    /// Areas by hand from the shapes' definitions in `matplotlib.markers`, diameter 16.
    #[test]
    fn markers_have_the_areas_of_matplotlibs_shapes() {
        let star = 10.0 * 0.5 * 8.0 * 0.381_966 * 8.0 * libm::sin(std::f64::consts::PI / 5.0);
        let cases = [
            (MarkerShape::Circle, std::f64::consts::PI * 64.0),
            (MarkerShape::Point, std::f64::consts::PI * 16.0),
            (MarkerShape::Square, 256.0),
            (MarkerShape::TriangleUp, 128.0),
            (MarkerShape::TriangleLeft, 128.0),
            (MarkerShape::Diamond, 256.0),
            (MarkerShape::ThinDiamond, 0.6 * 256.0),
            (MarkerShape::Star, star),
            // One pixel wide, less the crossing.
            (MarkerShape::Plus, 31.0),
            (MarkerShape::Cross, 32.0 * std::f64::consts::SQRT_2 - 1.0),
            // n/2 r² sin(2π/n).
            (MarkerShape::Pentagon, 152.169),
            (MarkerShape::Hexagon, 166.277),
            (MarkerShape::FlatHexagon, 166.277),
            (MarkerShape::Octagon, 181.019),
            // 20 of 36 squares; ten of sixteen.
            (MarkerShape::FilledPlus, 256.0 * 20.0 / 36.0),
            (MarkerShape::FilledCross, 160.0),
            (MarkerShape::VerticalBar, 16.0),
            (MarkerShape::HorizontalBar, 16.0),
            (MarkerShape::Pixel, 1.0),
            // Arms of 8 and twice 8 · √0.89, less what they share.
            (MarkerShape::TriDown, 22.661),
            (MarkerShape::TriUp, 22.661),
            (MarkerShape::TriLeft, 22.661),
            (MarkerShape::TriRight, 22.661),
        ];
        for (shape, area) in cases {
            let look = Look { shape, sizes: &[16.0], fills: &[Color::BLACK], edge: None, thin: 1.0 };
            let ink: f64 = drawn(&look, &[[20.0, 20.0]]).iter().sum();
            assert!((ink / area - 1.0).abs() < 0.012, "{shape:?}: {ink}, not {area}");
        }
    }

    #[test]
    fn edges_are_drawn_about_the_outline() {
        let edge = Some((Color::BLACK, 2.0));
        let look =
            Look { shape: MarkerShape::Square, sizes: &[10.0], fills: &[Color::WHITE], edge, thin: 1.0 };
        let ink = drawn(&look, &[[20.0, 20.0]]);
        assert!((ink.iter().sum::<f64>() - (144.0 - 64.0)).abs() < 0.5);
        assert_eq!((ink[14 * 40 + 14], ink[20 * 40 + 20], ink[13 * 40 + 20]), (1.0, 0.0, 0.0));
    }

    #[test]
    fn colours_and_sizes_are_each_markers_own() {
        let look = Look {
            shape: MarkerShape::Square,
            sizes: &[2.0, 4.0],
            fills: &[Color::BLACK, Color::rgb(255, 0, 0)],
            edge: None,
            thin: 1.0,
        };
        let ink = drawn(&look, &[[5.0, 5.0], [20.0, 20.0], [30.0, 30.0]]);
        assert!((ink.iter().sum::<f64>() - 4.0).abs() < 0.05);
        let nowhere = [[f64::NAN, 3.0], [1e300, 4.0]];
        assert_eq!(drawn(&look, &nowhere).iter().sum::<f64>(), 0.0);
    }
}
