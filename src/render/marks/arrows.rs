//! Arrows at points, as long as a vector field is strong there (matplotlib's `Quiver`).

use super::{Obstacles, Show, Span, missing};
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::record::Plane;
use crate::render::scene::{
    AxesRecord, Color, Command, HAlign, MarkRecord, Point, Rect, Segment, Stroke, Text, VAlign,
};
use crate::render::{text, values};

/// Lengths of a head in units of the shaft's width: its width, its length, its length along the
/// shaft, the least shaft (in head lengths), the least arrow.
#[derive(Clone, Copy, Debug)]
pub(in crate::render) struct HeadShape {
    pub(in crate::render) width: f64,
    pub(in crate::render) length: f64,
    pub(in crate::render) axis_length: f64,
    pub(in crate::render) min_shaft: f64,
    pub(in crate::render) min_length: f64,
}

impl Default for HeadShape {
    /// matplotlib's.
    fn default() -> Self {
        Self { width: 3.0, length: 5.0, axis_length: 4.5, min_shaft: 1.0, min_length: 1.0 }
    }
}

/// What a length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Units {
    Width,
    Height,
    Dots,
    Inches,
    X,
    Y,
    Xy,
}

impl Units {
    /// By matplotlib's name.
    pub(in crate::render) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "width" => Self::Width,
            "height" => Self::Height,
            "dots" => Self::Dots,
            "inches" => Self::Inches,
            "x" => Self::X,
            "y" => Self::Y,
            "xy" => Self::Xy,
            _ => return None,
        })
    }

    /// Points of one unit.
    fn points(self, plane: &Plane<'_>, dpi: f64) -> f64 {
        let extent = |limits: [f64; 2]| (limits[1] - limits[0]).abs().max(f64::MIN_POSITIVE);
        let x = plane.frame.width() / extent(plane.x.mapping.limits);
        let y = plane.frame.height() / extent(plane.y.mapping.limits);
        match self {
            Self::Width => plane.frame.width(),
            Self::Height => plane.frame.height(),
            Self::Dots => 72.0 / dpi,
            Self::Inches => 72.0,
            Self::X => x,
            Self::Y => y,
            Self::Xy => libm::hypot(x, y),
        }
    }
}

/// Which way arrows point.
#[derive(Clone, Debug)]
pub(in crate::render) enum Angles {
    /// As on paper: up is up.
    Uv,
    /// From (x, y) to (x + u, y + v).
    Xy,
    /// Degrees from the horizontal.
    Degrees(Vec<f64>),
}

/// An arrow of a known length with a text beside it.
#[derive(Clone, Debug)]
pub(in crate::render) struct Key {
    /// Where, fractions of the axes (or of data, if `data`).
    pub(in crate::render) at: [f64; 2],
    pub(in crate::render) data: bool,
    /// Length in units of the field.
    pub(in crate::render) length: f64,
    pub(in crate::render) text: String,
    /// Side of the text: north, south, east or west of the arrow.
    pub(in crate::render) side: char,
    pub(in crate::render) size: f64,
    pub(in crate::render) color: Color,
}

/// Arrows of one call.
pub(in crate::render) struct ArrowsMark {
    pub(in crate::render) at: [Vec<f64>; 2],
    pub(in crate::render) vectors: [Vec<f64>; 2],
    /// Values that colours stand for; empty for one colour.
    pub(in crate::render) values: Vec<f64>,
    pub(in crate::render) color: Color,
    pub(in crate::render) edge: Option<Stroke>,
    pub(in crate::render) angles: Angles,
    pub(in crate::render) units: Units,
    pub(in crate::render) scale: Option<f64>,
    pub(in crate::render) scale_units: Option<Units>,
    /// Width of shafts in units of `units`.
    pub(in crate::render) width: Option<f64>,
    pub(in crate::render) head: HeadShape,
    /// The part of an arrow that stands at its point: 0 the tail, 0.5 the middle, 1 the tip.
    pub(in crate::render) pivot: f64,
    pub(in crate::render) alpha: f64,
    pub(in crate::render) keys: Vec<Key>,
}

/// An arrow's outline to the right from its tail, in units of its width.
fn outline(length: f64, head: &HeadShape) -> Vec<Point> {
    if length < head.min_length {
        let corner = |k: u32| {
            let angle = f64::from(k) * std::f64::consts::FRAC_PI_3;
            [libm::cos(angle) * head.min_length * 0.5, libm::sin(angle) * head.min_length * 0.5]
        };
        return (0..6).map(corner).collect();
    }
    let least = head.min_shaft * head.length;
    let (from, shrink) = if length < least { (least, length / least) } else { (length, 1.0) };
    let x = [0.0, from - head.axis_length, from - head.length, from].map(|v| v * shrink);
    let y = [0.5, 0.5, 0.5 * head.width, 0.0].map(|v| v * shrink);
    [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0), (2, -1.0), (1, -1.0), (0, -1.0)]
        .map(|(i, sign)| [x[i], sign * y[i]])
        .to_vec()
}

impl ArrowsMark {
    /// Points of the shafts' width, and shaft widths of one unit of the field.
    fn sizes(&self, plane: &Plane<'_>, lengths: &[f64], dpi: f64) -> [f64; 2] {
        let unit = self.units.points(plane, dpi);
        let n = lengths.len() as f64;
        let span = plane.frame.width() / unit;
        let width = self.width.unwrap_or_else(|| 0.06 * span / n.sqrt().clamp(8.0, 25.0));
        let finite = || lengths.iter().filter(|v| v.is_finite());
        let mean = finite().sum::<f64>() / (finite().count().max(1)) as f64;
        let automatic = 1.8 * mean * n.sqrt().max(10.0) / span;
        let (per, own) = match self.scale_units {
            None => (1.0, automatic),
            Some(units) => {
                let points = if units == Units::Xy { 1.0 } else { units.points(plane, dpi) };
                (points / unit, automatic * points / unit)
            }
        };
        let scale = self.scale.unwrap_or(own);
        [width * unit, per / (scale * width)]
    }

    /// Lengths and angles (radians, up is positive) of all arrows.
    fn polar(&self, plane: &Plane<'_>) -> (Vec<f64>, Vec<f64>) {
        let [u, v] = &self.vectors;
        let size = |limits: [f64; 2]| (limits[1] - limits[0]).abs();
        let reach = [size(plane.x.mapping.limits), size(plane.y.mapping.limits)];
        let step = 1e-3 * reach[0].max(reach[1]).max(f64::MIN_POSITIVE);
        let seen = |i: usize| {
            // A short step is straight on every scale.
            let strength = libm::hypot(u[i], v[i]);
            let eps = if strength > 0.0 { step / strength } else { 0.0 };
            let (x, y) = (self.at[0][i], self.at[1][i]);
            let (a, b) = (plane.at(x, y), plane.at(x + eps * u[i], y + eps * v[i]));
            let way = [b[0] - a[0], a[1] - b[1]];
            let length = if eps > 0.0 { libm::hypot(way[0], way[1]) / eps } else { 0.0 };
            (length, libm::atan2(way[1], way[0]))
        };
        let by_data = self.scale_units == Some(Units::Xy);
        (0..u.len())
            .map(|i| {
                let (seen_length, seen_angle) = seen(i);
                let length = if by_data { seen_length } else { libm::hypot(u[i], v[i]) };
                let angle = match &self.angles {
                    Angles::Uv => libm::atan2(v[i], u[i]),
                    Angles::Xy => seen_angle,
                    Angles::Degrees(all) => all.get(i).copied().unwrap_or(0.0).to_radians(),
                };
                (length, angle)
            })
            .unzip()
    }

    fn arrow(&self, plane: &Plane<'_>, at: Point, length: f64, angle: f64, width: f64, fill: Color) {
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let shift = self.pivot * length.max(0.0);
        let place = |[x, y]: Point| {
            let x = x - shift;
            [at[0] + width * (x * cos - y * sin), at[1] - width * (x * sin + y * cos)]
        };
        let points: Vec<Point> = outline(length.min(65_536.0), &self.head).into_iter().map(place).collect();
        if points.iter().flatten().any(|v| !v.is_finite() || v.abs() > 1e6) {
            return;
        }
        let mut path = vec![Segment::Move(points[0])];
        path.extend(points[1..].iter().map(|at| Segment::Line(*at)));
        path.push(Segment::Close);
        plane.push(Command::Path { path, fill: Some(fill), stroke: self.edge.clone() });
    }

    fn key(&self, plane: &Plane<'_>, key: &Key, [width, per]: [f64; 2]) {
        let frame = &plane.frame;
        let at = if key.data {
            plane.at(key.at[0], key.at[1])
        } else {
            [frame.left + key.at[0] * frame.width(), frame.bottom - key.at[1] * frame.height()]
        };
        let length = key.length * per;
        let span = length * width;
        // As matplotlib: the key's arrow has its middle at its place with the text above or below,
        // and ends there with the text beside it.
        let (start, text_at, halign, down) = match key.side {
            'N' => (at[0] - span / 2.0, at[0], HAlign::Center, -1.0),
            'S' => (at[0] - span / 2.0, at[0], HAlign::Center, 1.0),
            'E' => (at[0] - span, at[0] + 7.2, HAlign::Left, 0.0),
            _ => (at[0], at[0] - 7.2, HAlign::Right, 0.0),
        };
        let arrow = Self { pivot: 0.0, ..self.like() };
        arrow.arrow(plane, [start, at[1]], length, 0.0, width, self.color);
        let extent = text::measure(&key.text, key.size);
        let baseline = match down {
            d if d < 0.0 => at[1] - 7.2 - extent.descent,
            d if d > 0.0 => at[1] + 7.2 + extent.ascent,
            _ => at[1] + extent.ascent / 2.0,
        };
        plane.push(Command::Text(Text {
            font: crate::render::text::base(),
            text: key.text.clone(),
            at: [text_at, baseline],
            size: key.size,
            color: key.color,
            halign,
            valign: VAlign::Baseline,
            rotation: 0.0,
            width: extent.width,
        }));
    }

    /// Its look without its data.
    fn like(&self) -> Self {
        Self {
            at: Default::default(),
            vectors: Default::default(),
            values: Vec::new(),
            edge: self.edge.clone(),
            angles: Angles::Uv,
            keys: Vec::new(),
            ..*self
        }
    }
}

impl Show for ArrowsMark {
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        [Span::of(x, self.at[0].iter().copied()), Span::of(y, self.at[1].iter().copied())]
    }

    fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, dpi: f64) {
        let (lengths, angles) = self.polar(plane);
        let sizes = self.sizes(plane, &lengths, dpi);
        let [width, per] = sizes;
        if !(width.is_finite() && width > 0.0 && per.is_finite()) {
            return;
        }
        for i in 0..lengths.len() {
            let at = plane.at(self.at[0][i], self.at[1][i]);
            let fill = match (color, self.values.get(i)) {
                (Some(color), Some(value)) => color.of(*value).faded(self.alpha),
                _ => self.color,
            };
            if at.iter().all(|v| v.is_finite()) && fill.a > 0 && lengths[i].is_finite() {
                self.arrow(plane, at, lengths[i] * per, angles[i], width, fill);
            }
        }
        if !self.keys.is_empty() {
            plane.push(Command::Unclip);
            self.keys.iter().for_each(|key| self.key(plane, key, sizes));
            let Rect { left, top, right, bottom } = plane.frame;
            plane.push(Command::Clip(Rect { left, top, right, bottom }));
        }
    }

    fn record(&self, axes: &mut AxesRecord, color: Option<&ColorContent>) {
        axes.marks.push(MarkRecord {
            kind: "quiver".to_owned(),
            label: String::new(),
            n: self.vectors[0].len(),
            shape: None,
            range: values::range(&self.values),
            clim: color.map(|color| color.normalizer.limits),
            cmap: color.map(|color| color.map.name.clone()),
            missing: missing(&self.vectors[0]).max(missing(&self.vectors[1])),
        });
    }

    fn color_values(&self) -> &[f64] {
        &self.values
    }

    fn key(&mut self, key: &Key) -> bool {
        self.keys.push(key.clone());
        true
    }

    fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let step = self.at[0].len().div_ceil(4096).max(1);
        let points = self.at[0].iter().zip(&self.at[1]).step_by(step).map(|(x, y)| plane.at(*x, *y));
        Obstacles { points: points.collect(), paths: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `matplotlib.quiver.Quiver._h_arrows`.
    #[test]
    fn outlines_are_those_of_matplotlib() {
        let head = HeadShape::default();
        assert_eq!(outline(10.0, &head)[1..4], [[5.5, 0.5], [5.0, 1.5], [10.0, 0.0]]);
        // Shorter than a head: the whole arrow shrinks.
        assert_eq!(outline(2.5, &head)[1..4], [[0.25, 0.25], [0.0, 0.75], [2.5, 0.0]]);
        assert_eq!(outline(0.5, &head).len(), 6);
    }
}
