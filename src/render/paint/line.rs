//! Polylines with round joins: coverage from the distance to each segment, 256 levels, blended once
//! for the whole line.
//!
//! Across a segment coverage is the overlap of a pixel-wide box with the stroke, which is exact for
//! axis-aligned lines and within some per cent otherwise. Where segments meet, the larger coverage
//! counts.

use super::canvas::{Canvas, Ink, Pixels};
use crate::render::scene::Cap;
use std::borrow::Cow;

type Point = [f64; 2];

/// How a line is drawn, in pixels.
#[derive(Clone, Debug)]
pub(super) struct Pen {
    pub(super) ink: Ink,
    pub(super) width: f64,
    /// On, off, …; empty for solid.
    pub(super) dash: Vec<f64>,
    /// How far into the pattern lines begin.
    pub(super) phase: f64,
    pub(super) cap: Cap,
}

/// Draws a polyline (pixels). Corners that are not finite split it.
pub(super) fn draw(canvas: &mut Canvas, points: &[Point], pen: &Pen) {
    if !(pen.width > 0.0 && pen.width.is_finite()) {
        return;
    }
    // Beyond a milliard pixels floats cannot tell where a line crosses the picture.
    let far = |p: &Point| p.iter().any(|v| v.abs() > 1e9);
    let held: Vec<Point>;
    let points = if points.iter().any(far) {
        held = points.iter().map(|p| p.map(|v| if v.is_finite() { v.clamp(-1e9, 1e9) } else { v })).collect();
        &held
    } else {
        points
    };
    for run in points.split(|p| !(p[0].is_finite() && p[1].is_finite())) {
        let reach = pen.width / 2.0 + 1.0;
        let fold = |i: usize, f: fn(f64, f64) -> f64, start| run.iter().map(|p| p[i]).fold(start, f);
        let (left, right) = (fold(0, f64::min, f64::INFINITY), fold(0, f64::max, f64::NEG_INFINITY));
        let (top, bottom) = (fold(1, f64::min, f64::INFINITY), fold(1, f64::max, f64::NEG_INFINITY));
        let area =
            Pixels::around(left - reach, top - reach, right + reach, bottom + reach).and(canvas.clip());
        if run.is_empty() || area.is_empty() {
            continue;
        }
        let needed = area.width() * area.height();
        if canvas.scratch.len() < needed {
            canvas.scratch.resize(needed, 0);
        }
        let mut brush = Brush { area, half: pen.width / 2.0, coverage: &mut canvas.scratch[..needed] };
        let dash = pattern(&pen.dash);
        if dash.is_empty() {
            brush.polyline(&thinned(run, area), pen.cap);
        } else {
            dashes(run, (&dash, pen.phase), area, reach, |piece| brush.polyline(piece, pen.cap));
        }
        canvas.blend_scratch(area, pen.ink);
    }
}

/// The dash pattern with an even number of positive lengths; empty if it makes no sense.
fn pattern(dash: &[f64]) -> Vec<f64> {
    let sound = dash.iter().all(|d| *d >= 0.0 && d.is_finite()) && dash.iter().sum::<f64>() > 0.05;
    match (sound, dash.len() % 2) {
        (false, _) => Vec::new(),
        (true, 0) => dash.to_vec(),
        (true, _) => [dash, dash].concat(),
    }
}

/// A line with many corners a column of pixels and x never decreasing, reduced to the first, least,
/// largest and last of each column (M4, Jugel et al. 2014): the same picture to a pixel's fraction.
fn thinned(points: &[Point], area: Pixels) -> Cow<'_, [Point]> {
    let many = points.len() > 4 * area.width().max(16);
    if !many || points.windows(2).any(|w| w[1][0] < w[0][0]) {
        return Cow::Borrowed(points);
    }
    let mut kept: Vec<Point> = Vec::with_capacity(4 * area.width());
    let mut rest = points;
    while let Some(first) = rest.first() {
        let end = first[0].floor() + 1.0;
        let count = rest.iter().position(|p| p[0] >= end).unwrap_or(rest.len()).max(1);
        let (column, more) = rest.split_at(count);
        let (mut least, mut most) = (0, 0);
        for (k, p) in column.iter().enumerate() {
            least = if p[1] < column[least][1] { k } else { least };
            most = if p[1] > column[most][1] { k } else { most };
        }
        let mut chosen = [0, least.min(most), least.max(most), count - 1].to_vec();
        chosen.dedup();
        kept.extend(chosen.into_iter().map(|k| column[k]));
        rest = more;
    }
    Cow::Owned(kept)
}

/// Cuts a polyline into dashes; parts far outside `area` only advance the pattern.
fn dashes(
    points: &[Point],
    (dash, phase): (&[f64], f64),
    area: Pixels,
    reach: f64,
    mut draw: impl FnMut(&[Point]),
) {
    let period: f64 = dash.iter().sum();
    let bounds = [
        f64::from(area.x0) - reach,
        f64::from(area.y0) - reach,
        f64::from(area.x1) + reach,
        f64::from(area.y1) + reach,
    ];
    let mut at = phase.rem_euclid(period); // Along the line, within the period.
    let mut piece: Vec<Point> = Vec::new();
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = libm::hypot(b[0] - a[0], b[1] - a[1]);
        if length == 0.0 {
            continue;
        }
        let Some([enter, leave]) = inside(a, b, bounds) else {
            flush(&mut piece, &mut draw);
            at = (at + length) % period;
            continue;
        };
        let point = |s: f64| [0, 1].map(|i| a[i] + (b[i] - a[i]) * (s / length));
        let mut s = enter * length;
        if s > 0.0 {
            flush(&mut piece, &mut draw);
        }
        let mut phase = (at + s) % period;
        while s < leave * length {
            // Which element of the pattern, and how much of it is left.
            let mut index = 0;
            let mut left = phase;
            while index + 1 < dash.len() && left >= dash[index] {
                left -= dash[index];
                index += 1;
            }
            let step = (dash[index] - left).max(1e-9).min(leave * length - s);
            if index % 2 == 0 {
                if piece.is_empty() {
                    piece.push(point(s));
                }
                piece.push(point(s + step));
            } else {
                flush(&mut piece, &mut draw);
            }
            s += step;
            phase = (phase + step) % period;
        }
        if leave < 1.0 {
            flush(&mut piece, &mut draw);
        }
        at = (at + length) % period;
    }
    flush(&mut piece, &mut draw);
}

fn flush(piece: &mut Vec<Point>, draw: &mut impl FnMut(&[Point])) {
    if piece.len() >= 2 {
        draw(piece);
    }
    piece.clear();
}

/// The part of a segment inside a rectangle as fractions of its length (Liang–Barsky).
fn inside(a: Point, b: Point, [left, top, right, bottom]: [f64; 4]) -> Option<[f64; 2]> {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (start, delta, low, high) in [(a[0], b[0] - a[0], left, right), (a[1], b[1] - a[1], top, bottom)] {
        if delta == 0.0 {
            if start < low || start > high {
                return None;
            }
        } else {
            let (s, t) = ((low - start) / delta, (high - start) / delta);
            enter = enter.max(s.min(t));
            leave = leave.min(s.max(t));
        }
    }
    (enter < leave).then_some([enter, leave])
}

/// Collects the coverage of one line.
struct Brush<'a> {
    area: Pixels,
    half: f64,
    coverage: &'a mut [u8],
}

impl Brush<'_> {
    fn polyline(&mut self, points: &[Point], cap: Cap) {
        let last = points.len().saturating_sub(2);
        for (k, pair) in points.windows(2).enumerate() {
            let ends = [k == 0, k == last].map(|is_end| if is_end { cap } else { Cap::Round });
            self.segment(pair[0], pair[1], ends);
        }
        if let [only] = points {
            self.segment(*only, *only, [cap; 2]);
        }
    }

    fn segment(&mut self, a: Point, b: Point, mut ends: [Cap; 2]) {
        let reach = self.half + 1.0;
        let bounds = [
            f64::from(self.area.x0) - reach,
            f64::from(self.area.y0) - reach,
            f64::from(self.area.x1) + reach,
            f64::from(self.area.y1) + reach,
        ];
        let (mut p, mut q) = (a, b);
        if a == b {
            // A dot, except for butt ends, which have no extent.
            if ends == [Cap::Butt; 2] {
                return;
            }
        } else {
            let Some([enter, leave]) = inside(a, b, bounds) else { return };
            let at = |t: f64| [0, 1].map(|i| a[i] + (b[i] - a[i]) * t);
            if enter > 0.0 {
                (p, ends[0]) = (at(enter), Cap::Round);
            }
            if leave < 1.0 {
                (q, ends[1]) = (at(leave), Cap::Round);
            }
        }
        let length = libm::hypot(q[0] - p[0], q[1] - p[1]);
        let along = if length > 0.0 { [(q[0] - p[0]) / length, (q[1] - p[1]) / length] } else { [1.0, 0.0] };
        // Square ends are butt ends further out.
        let out = ends.map(|cap| if cap == Cap::Square { self.half } else { 0.0 });
        let start = [p[0] - along[0] * out[0], p[1] - along[1] * out[0]];
        let length = length + out[0] + out[1];
        let capsule = Capsule { start, along, length, half: self.half, round: ends.map(|c| c == Cap::Round) };
        capsule.fill(self.area, self.coverage);
    }
}

/// One thick segment.
struct Capsule {
    start: Point,
    along: Point,
    length: f64,
    half: f64,
    /// Whether its ends are half discs.
    round: [bool; 2],
}

impl Capsule {
    fn fill(&self, area: Pixels, coverage: &mut [u8]) {
        let [ux, uy] = self.along;
        let end = [self.start[0] + ux * self.length, self.start[1] + uy * self.length];
        // Half a pixel beyond the edge coverage ends; round ends and slants reach 0.71.
        let reach = self.half + 0.75;
        let (top, bottom) = (self.start[1].min(end[1]) - reach, self.start[1].max(end[1]) + reach);
        let (left, right) = (self.start[0].min(end[0]) - reach, self.start[0].max(end[0]) + reach);
        let whole = Pixels::around(left, top, right, bottom).and(area);
        // Columns whose middle is near enough: |across| < half + 0.5.
        let slanted = uy.abs() > 1e-6;
        let (slope, spread) = if slanted { (ux / uy, (self.half + 0.5) / uy.abs()) } else { (0.0, 0.0) };
        for y in whole.y0..whole.y1 {
            let dy = f64::from(y) + 0.5 - self.start[1];
            let (mut from, mut to) = (left, right);
            if slanted {
                let centre = self.start[0] + dy * slope;
                from = from.max(centre - spread);
                to = to.min(centre + spread);
            }
            // ⌈from − ½⌉ and ⌊to + ½⌋ of numbers that are not negative; `ceil` and `floor` are calls
            // on machines without SSE 4.1.
            let from = (from - 0.5).max(f64::from(whole.x0));
            let x0 = from as i32 + i32::from(f64::from(from as i32) < from);
            let x1 = (to + 0.5).max(0.0).min(f64::from(whole.x1)) as i32;
            if x0 >= x1 {
                continue;
            }
            let row = (y - area.y0) as usize * area.width();
            let row = &mut coverage[row + (x0 - area.x0) as usize..row + (x1 - area.x0) as usize];
            let dx = f64::from(x0) + 0.5 - self.start[0];
            let (s, across) = (dx * ux + dy * uy, dy * ux - dx * uy);
            let last = s + (row.len() - 1) as f64 * ux;
            if s.min(last) >= 0.5 && s.max(last) <= self.length - 0.5 {
                self.middle(row, across, uy);
                continue;
            }
            for (k, share) in row.iter_mut().enumerate() {
                let k = k as f64;
                *share = (*share).max(self.share(s + k * ux, (across - k * uy).abs()));
            }
        }
    }

    /// A row of pixels away from both ends, the first `across` away and each next `step` less.
    /// Counts in 2⁻³² pixels.
    #[inline]
    fn middle(&self, row: &mut [u8], across: f64, step: f64) {
        const ONE: f64 = 4_294_967_296.0;
        let fixed = |v: f64| (v * ONE) as i64;
        let (edge, most) = (fixed(self.half + 0.5), fixed((2.0 * self.half).min(1.0)));
        let (mut across, step) = (fixed(across), fixed(step));
        for share in row {
            let covered = (edge - across.abs()).clamp(0, most);
            *share = (*share).max(((covered * 255 + (1 << 31)) >> 32) as u8);
            across -= step;
        }
    }

    /// Coverage of a pixel `s` along and `across` away.
    #[inline]
    fn share(&self, s: f64, across: f64) -> u8 {
        let mut across = across;
        let mut along = 1.0;
        for (beyond, round) in [(-s, self.round[0]), (s - self.length, self.round[1])] {
            if round {
                if beyond > 0.0 {
                    across = (across * across + beyond * beyond).sqrt();
                }
            } else {
                along *= (0.5 - beyond).clamp(0.0, 1.0);
            }
        }
        let overlap = (across + 0.5).min(self.half) - (across - 0.5).max(-self.half);
        (overlap.clamp(0.0, 1.0) * along * 255.0 + 0.5) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::scene::Color;
    use tiny_skia::Pixmap;

    /// Darkness (255 − red) of a white picture with a black line.
    fn darkness(size: [u32; 2], points: &[Point], width: f64, dash: &[f64], cap: Cap) -> Vec<Vec<u8>> {
        let mut canvas = Canvas::new(Pixmap::new(size[0], size[1]).unwrap(), Color::WHITE);
        let pen = Pen { ink: Ink::new(Color::BLACK), width, dash: dash.to_vec(), phase: 0.0, cap };
        draw(&mut canvas, points, &pen);
        assert!(canvas.scratch.iter().all(|c| *c == 0));
        let reds: Vec<u8> = canvas.pixmap.data().iter().step_by(4).map(|r| 255 - r).collect();
        reds.chunks(size[0] as usize).map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn axis_aligned_lines_cover_exact_shares() {
        let rows = darkness([5, 4], &[[1.0, 1.5], [4.0, 1.5]], 1.0, &[], Cap::Butt);
        assert_eq!(rows, [[0; 5], [0, 255, 255, 255, 0], [0; 5], [0; 5]]);
        // 1.5 pixels wide about the edge between rows 1 and 2: three quarters of each.
        let rows = darkness([4, 4], &[[0.5, 2.0], [3.0, 2.0]], 1.5, &[], Cap::Butt);
        assert_eq!(rows, [[0; 4], [96, 191, 191, 0], [96, 191, 191, 0], [0; 4]]);
        // Thinner than a pixel: its width is the coverage.
        let rows = darkness([3, 3], &[[1.5, 0.0], [1.5, 3.0]], 0.5, &[], Cap::Butt);
        assert_eq!(rows, [[0, 128, 0]; 3]);
    }

    #[test]
    fn square_ends_reach_half_the_width_further() {
        let rows = darkness([6, 3], &[[2.0, 1.5], [4.0, 1.5]], 1.0, &[], Cap::Square);
        assert_eq!(rows[1], [0, 128, 255, 255, 128, 0]);
    }

    #[test]
    fn a_line_across_corners_has_the_area_of_its_length() {
        let rows = darkness([60, 60], &[[5.0, 5.0], [35.0, 50.0], [55.0, 10.0]], 2.0, &[], Cap::Butt);
        let area: f64 = rows.iter().flatten().map(|d| f64::from(*d) / 255.0).sum();
        let length = libm::hypot(30.0, 45.0) + libm::hypot(20.0, 40.0);
        assert!((area / (2.0 * length) - 1.0).abs() < 0.02, "{area} {length}");
    }

    #[test]
    fn dashes_follow_their_pattern_and_cross_corners() {
        let rows = darkness([12, 1], &[[0.0, 0.5], [12.0, 0.5]], 1.0, &[3.0, 2.0], Cap::Butt);
        assert_eq!(rows[0], [255, 255, 255, 0, 0, 255, 255, 255, 0, 0, 255, 255]);
        let corner = darkness([5, 4], &[[0.0, 0.5], [2.5, 0.5], [2.5, 4.0]], 1.0, &[4.0, 9.0], Cap::Butt);
        assert_eq!(corner[1], [0, 0, 255, 0, 0]);
        assert_eq!(corner[3], [0; 5]);
    }

    #[test]
    fn absurd_points_do_no_harm() {
        let far = [[-1e300, 1.5], [1e300, 1.5]];
        assert_eq!(darkness([3, 3], &far, 1.0, &[], Cap::Butt)[1], [255; 3]);
        let dashed = darkness([3, 3], &[[-1e12, 1.5], [1e12, 1.5]], 1.0, &[2.0, 2.0], Cap::Butt);
        assert_eq!(dashed[0], [0; 3]);
        let gap = [[0.0, 0.5], [3.0, 0.5], [f64::NAN, 0.0], [0.0, 2.5], [3.0, 2.5]];
        assert_eq!(darkness([3, 3], &gap, 1.0, &[], Cap::Butt), [[255; 3], [0; 3], [255; 3]]);
    }

    #[test]
    fn dense_lines_are_thinned_without_losing_their_extremes() {
        let points: Vec<Point> =
            (0..100_000).map(|k| [f64::from(k) / 1000.0, 50.0 + f64::from(k % 7) * 5.0]).collect();
        let area = Pixels { x0: 0, y0: 0, x1: 100, y1: 100 };
        let kept = thinned(&points, area);
        assert!(kept.len() <= 400, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[99_999]));
        for x in 0..100 {
            let ys: Vec<f64> = kept.iter().filter(|p| p[0].floor() == f64::from(x)).map(|p| p[1]).collect();
            assert!(ys.contains(&50.0) && ys.contains(&80.0), "column {x}: {ys:?}");
        }
    }
}
