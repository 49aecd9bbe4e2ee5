//! Exact coverage of pixels by small closed shapes: glyphs and markers.
//!
//! Signed areas are accumulated along each contour and summed along rows, as in font-rs (Raph
//! Levien). Contours that overlap with the same direction are fine; ones that cross themselves the
//! other way are not, for them there is tiny-skia.

use crate::render::scene::Segment;

/// Coverage of a small rectangle of pixels, to be put down many times.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::render) struct Stamp {
    /// First column, relative to the stamp's origin.
    pub(in crate::render) left: i32,
    /// First row, relative to the stamp's origin.
    pub(in crate::render) top: i32,
    /// Columns.
    pub(in crate::render) width: usize,
    /// Rows.
    pub(in crate::render) height: usize,
    /// Coverage 0–255, row by row.
    pub(in crate::render) alpha: Vec<u8>,
}

/// A side of a stamp in pixels at most; larger shapes are not worth one.
pub(super) const MOST: f64 = 2048.0;

/// A closed contour: corners in pixels; the last is joined to the first.
pub(super) type Contour = Vec<[f64; 2]>;

/// The area inside `contours`. `None` if there is none, or it is larger than [`MOST`] a side or not
/// finite.
pub(super) fn cover(contours: &[Contour]) -> Option<Stamp> {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for [x, y] in contours.iter().flatten() {
        low = [low[0].min(*x), low[1].min(*y)];
        high = [high[0].max(*x), high[1].max(*y)];
    }
    let origin = [low[0].floor(), low[1].floor()];
    let size = [high[0].ceil() - origin[0], high[1].ceil() - origin[1]];
    let sound = size.iter().all(|s| *s >= 1.0 && *s <= MOST) && origin.iter().all(|v| v.abs() < 1e8);
    // NaN fails every comparison, corners included.
    if !sound || contours.iter().flatten().any(|[x, y]| !(x.is_finite() && y.is_finite())) {
        return None;
    }
    let (width, height) = (size[0] as usize, size[1] as usize);
    let mut area = Area { stride: width + 2, rows: height, sums: vec![0.0; (width + 2) * height] };
    for contour in contours {
        let mut last = *contour.last()?;
        for &corner in contour {
            let at = |p: [f64; 2]| [p[0] - origin[0], p[1] - origin[1]];
            area.edge(at(last), at(corner));
            last = corner;
        }
    }
    Some(Stamp { left: origin[0] as i32, top: origin[1] as i32, width, height, alpha: area.finish(width) })
}

struct Area {
    stride: usize,
    rows: usize,
    /// Change of coverage from each pixel to the next.
    sums: Vec<f64>,
}

impl Area {
    fn edge(&mut self, a: [f64; 2], b: [f64; 2]) {
        if a[1] == b[1] {
            return;
        }
        let (sign, [x0, y0], [x1, y1]) = if a[1] < b[1] { (1.0, a, b) } else { (-1.0, b, a) };
        let slope = (x1 - x0) / (y1 - y0);
        let mut x = x0;
        for y in y0 as usize..(y1.ceil() as usize).min(self.rows) {
            let bottom = (y as f64 + 1.0).min(y1);
            let height = bottom - (y as f64).max(y0);
            // From the start each time: no error adds up.
            let next = x0 + (bottom - y0) * slope;
            self.row(y, x.min(next).max(0.0), x.max(next).max(0.0), sign * height);
            x = next;
        }
    }

    /// An edge within one row, from column `a` to `b`, `d` high.
    fn row(&mut self, y: usize, a: f64, b: f64, d: f64) {
        let sums = &mut self.sums[y * self.stride..(y + 1) * self.stride];
        let last = sums.len() - 1;
        let first = (a as usize).min(last - 1);
        let end = (b.ceil() as usize).min(last);
        if end <= first + 1 {
            let right = (a + b) / 2.0 - first as f64;
            sums[first] += d - d * right;
            sums[first + 1] += d * right;
            return;
        }
        // The share of each column that lies to the right of the edge grows quadratically in the
        // first and last column and linearly between.
        let per_column = d / (b - a);
        let right_of = |x: f64| {
            let t = (x - a).max(0.0).min(b - a);
            per_column * t * t / 2.0 + per_column * (b - a) * (x - b).max(0.0)
        };
        // `right_of` integrates the covered height up to x; coverage of a column is its difference,
        // what is stored is the difference of coverages.
        let mut before = 0.0;
        let mut from = right_of(first as f64);
        for column in first..=end {
            let to = right_of(column as f64 + 1.0);
            sums[column.min(last)] += (to - from) - before;
            before = to - from;
            from = to;
        }
    }

    fn finish(self, width: usize) -> Vec<u8> {
        let mut alpha = Vec::with_capacity(width * self.rows);
        for row in self.sums.chunks_exact(self.stride) {
            let mut sum = 0.0;
            alpha.extend(row[..width].iter().map(|change| {
                sum += change;
                (f64::abs(sum).min(1.0) * 255.0 + 0.5) as u8
            }));
        }
        alpha
    }
}

/// Contours of a path whose points are moved by `place`; curves become chords no more than a
/// fiftieth of a pixel away.
pub(super) fn flatten(path: &[Segment], place: impl Fn([f64; 2]) -> [f64; 2]) -> Vec<Contour> {
    let mut contours: Vec<Contour> = Vec::new();
    let mut at = [0.0; 2];
    for segment in path {
        match *segment {
            Segment::Move(p) => {
                at = place(p);
                contours.push(vec![at]);
            }
            Segment::Line(p) => {
                at = place(p);
                if let Some(contour) = contours.last_mut() {
                    contour.push(at);
                }
            }
            Segment::Cubic(c, d, p) => {
                let (c, d, p) = (place(c), place(d), place(p));
                if let Some(contour) = contours.last_mut() {
                    curve(at, c, d, p, contour);
                }
                at = p;
            }
            Segment::Close => {}
        }
    }
    contours
}

/// Appends chords of a Bézier curve; their number by Wang's formula.
fn curve(a: [f64; 2], c: [f64; 2], d: [f64; 2], b: [f64; 2], out: &mut Contour) {
    const AWAY: f64 = 0.02;
    let bend = |p: [f64; 2], q: [f64; 2], r: [f64; 2]| {
        libm::hypot(p[0] - 2.0 * q[0] + r[0], p[1] - 2.0 * q[1] + r[1])
    };
    let n = (0.75 * bend(a, c, d).max(bend(c, d, b)) / AWAY).sqrt().ceil().clamp(1.0, 256.0);
    for k in 1..=n as usize {
        let t = k as f64 / n;
        let u = 1.0 - t;
        let (p, q, r, s) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        out.push([0, 1].map(|i| p * a[i] + q * c[i] + r * d[i] + s * b[i]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_covers_its_pixels_by_their_shares() {
        let stamp = cover(&[vec![[1.5, 2.0], [3.0, 2.0], [3.0, 3.25], [1.5, 3.25]]]).unwrap();
        assert_eq!((stamp.left, stamp.top, stamp.width, stamp.height), (1, 2, 2, 2));
        assert_eq!(stamp.alpha, [128, 255, 32, 64]);
    }

    #[test]
    fn slanted_edges_cover_exact_areas() {
        // A right triangle of 4 × 2: by hand, row 0 has 3/4 and 1/4 at columns 1 and 0 from the
        // slant x = 4 − 2y …
        let stamp = cover(&[vec![[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]]]).unwrap();
        assert_eq!(stamp.alpha, [255, 255, 191, 64, 191, 64, 0, 0]);
        let total: u32 = stamp.alpha.iter().map(|a| u32::from(*a)).sum();
        assert_eq!(total, 4 * 255);
    }

    #[test]
    fn holes_and_directions_work_as_in_fonts() {
        let outer = vec![[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0]];
        let mut inner = vec![[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0]];
        inner.reverse();
        let stamp = cover(&[outer, inner]).unwrap();
        assert_eq!(stamp.alpha, [255, 255, 255, 255, 0, 255, 255, 255, 255]);
    }

    #[test]
    fn a_flattened_circle_has_its_area() {
        let k = 0.552_284_749_831;
        let path = [
            Segment::Move([1.0, 0.0]),
            Segment::Cubic([1.0, k], [k, 1.0], [0.0, 1.0]),
            Segment::Cubic([-k, 1.0], [-1.0, k], [-1.0, 0.0]),
            Segment::Cubic([-1.0, -k], [-k, -1.0], [0.0, -1.0]),
            Segment::Cubic([k, -1.0], [1.0, -k], [1.0, 0.0]),
        ];
        let stamp = cover(&flatten(&path, |[x, y]| [10.0 * x, 10.0 * y])).unwrap();
        let area: f64 = stamp.alpha.iter().map(|a| f64::from(*a) / 255.0).sum();
        assert!((area - 314.16).abs() < 2.0, "{area}");
    }

    #[test]
    fn shapes_without_area_or_sense_have_no_stamp() {
        assert!(cover(&[]).is_none());
        assert!(cover(&[vec![[0.0, 0.0], [f64::NAN, 1.0], [1.0, 1.0]]]).is_none());
        assert!(cover(&[vec![[0.0, 0.0], [1e9, 0.0], [0.0, 1e9]]]).is_none());
    }
}
