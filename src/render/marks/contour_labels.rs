//! Labels along contours: where a line is straightest, in a gap of the line.

use crate::render::record::Plane;
use crate::render::scene::{Color, Command, HAlign, Point, Stroke, Text, VAlign};
use crate::render::text;

/// From the label to the line's ends, points (5 pixels of matplotlib's).
const GAP: f64 = 3.6;

/// Labels of contours.
#[derive(Clone, Debug)]
pub(in crate::render) struct ContourLabels {
    /// Levels that have one, with their texts.
    pub(in crate::render) texts: Vec<(f64, String)>,
    /// Size, points.
    pub(in crate::render) size: f64,
    /// Colour; `None` is the line's.
    pub(in crate::render) color: Option<Color>,
    /// Whether the line has a gap there.
    pub(in crate::render) inline: bool,
}

impl ContourLabels {
    /// Draws a line with its label, if it is long enough for one; `taken` are the places of labels.
    pub(super) fn draw(
        &self,
        plane: &Plane<'_>,
        level: f64,
        points: Vec<Point>,
        stroke: &Stroke,
        taken: &mut Vec<Point>,
    ) {
        let push = |points: Vec<Point>| {
            if points.len() > 1 {
                plane.push(Command::Polyline { points, stroke: stroke.clone() });
            }
        };
        let text = self.texts.iter().find(|(at, _)| *at == level).map(|(_, text)| text);
        let Some(text) = text.filter(|text| !text.is_empty()) else { return push(points) };
        let extent = text::measure(text, self.size);
        let Some(place) = straightest(plane, &points, extent.width, taken) else { return push(points) };
        taken.push(place.at);
        if self.inline {
            let half = extent.width / 2.0 + GAP;
            let (from, to) = (place.along - half, place.along + half);
            let lengths = lengths(&points);
            let total = lengths.last().copied().unwrap_or(0.0);
            push(part(&points, &lengths, 0.0, from));
            push(part(&points, &lengths, to, total));
        } else {
            push(points);
        }
        let drop = (extent.ascent - extent.descent) / 2.0;
        let (sin, cos) = (libm::sin(place.angle.to_radians()), libm::cos(place.angle.to_radians()));
        plane.push(Command::Text(Text {
            font: crate::render::text::base(),
            text: text.clone(),
            at: [place.at[0] + drop * sin, place.at[1] + drop * cos],
            size: self.size,
            color: self.color.unwrap_or(stroke.color),
            halign: HAlign::Center,
            valign: VAlign::Baseline,
            rotation: place.angle,
            width: extent.width,
        }));
    }
}

/// Where a label stands.
struct Spot {
    at: Point,
    /// Length of the line up to it.
    along: f64,
    /// Degrees counter-clockwise, never upside down.
    angle: f64,
}

fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(a[0] - b[0], a[1] - b[1])
}

/// Length of the line up to each point.
fn lengths(points: &[Point]) -> Vec<f64> {
    let mut total = 0.0;
    let mut all = vec![0.0; points.len()];
    for i in 1..points.len() {
        total += distance(points[i - 1], points[i]);
        all[i] = total;
    }
    all
}

/// The point at a length along the line.
fn at(points: &[Point], lengths: &[f64], along: f64) -> Point {
    let i = lengths.partition_point(|length| *length < along).clamp(1, points.len() - 1);
    let span = lengths[i] - lengths[i - 1];
    let t = if span > 0.0 { ((along - lengths[i - 1]) / span).clamp(0.0, 1.0) } else { 0.0 };
    let (a, b) = (points[i - 1], points[i]);
    [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
}

/// The line between two lengths; empty if there is nothing between.
fn part(points: &[Point], lengths: &[f64], from: f64, to: f64) -> Vec<Point> {
    if from >= to {
        return Vec::new();
    }
    let inner = points.iter().zip(lengths).filter(|(_, length)| **length > from && **length < to);
    let mut part = vec![at(points, lengths, from)];
    part.extend(inner.map(|(point, _)| *point));
    part.push(at(points, lengths, to));
    part
}

/// The stretch of the label's width that bends least, inside the frame and away from other labels.
fn straightest(plane: &Plane<'_>, points: &[Point], width: f64, taken: &[Point]) -> Option<Spot> {
    if points.len() < 2 {
        return None;
    }
    let lengths = lengths(points);
    let total = lengths[lengths.len() - 1];
    let half = width / 2.0;
    if total < 2.0 * (width + 2.0 * GAP) {
        return None;
    }
    let frame = &plane.frame;
    let mut best: Option<(f64, Spot)> = None;
    let steps = ((total / half) as usize).clamp(4, 400);
    for k in 0..=steps {
        let along = half + GAP + (total - width - 2.0 * GAP) * k as f64 / steps as f64;
        let place = |shift: f64| at(points, &lengths, along + shift);
        let (a, b, middle) = (place(-half), place(half), place(0.0));
        let inside = |p: Point| {
            let reach = width * 0.6;
            p[0] > frame.left + reach
                && p[0] < frame.right - reach
                && p[1] > frame.top + reach
                && p[1] < frame.bottom - reach
        };
        if !inside(middle) || taken.iter().any(|other| distance(*other, middle) < 1.2 * width) {
            continue;
        }
        let chord = distance(a, b).max(1e-9);
        let bend: f64 = (1..8)
            .map(|j| {
                let p = place(-half + width * f64::from(j) / 8.0);
                ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])).abs() / chord
            })
            .sum::<f64>()
            + 4.0 * (width - chord);
        // Of equally straight ones the one nearest to the middle of the line.
        let score = (bend * 4.0).round() + ((k as f64 / steps as f64) - 0.5).abs();
        if best.as_ref().is_none_or(|(least, _)| score < *least) {
            let mut angle = libm::atan2(a[1] - b[1], b[0] - a[0]).to_degrees();
            if angle > 90.0 {
                angle -= 180.0;
            } else if angle < -90.0 {
                angle += 180.0;
            }
            best = Some((score, Spot { at: middle, along, angle }));
        }
    }
    best.map(|(_, spot)| spot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_lengths() {
        let points = [[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]];
        let lengths = lengths(&points);
        assert_eq!(lengths, [0.0, 3.0, 7.0]);
        assert_eq!(part(&points, &lengths, 1.0, 5.0), [[1.0, 0.0], [3.0, 0.0], [3.0, 2.0]]);
        assert!(part(&points, &lengths, 5.0, 5.0).is_empty());
    }
}
