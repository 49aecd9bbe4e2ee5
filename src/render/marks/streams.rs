//! Lines along a vector field with a head in the middle of each, widths and colours along them.

use super::{Obstacles, Show, Span};
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::record::Plane;
use crate::render::scene::{AxesRecord, Cap, Color, Command, Join, MarkRecord, Point, Segment, Stroke};
use crate::render::values;

/// One line.
pub(in crate::render) struct Stream {
    /// Points in data units, two at least.
    pub(in crate::render) points: Vec<[f64; 2]>,
    /// Widths of its segments, points: one for all, or one each.
    pub(in crate::render) widths: Vec<f64>,
    /// Values of its segments that colours stand for; empty for one colour.
    pub(in crate::render) values: Vec<f64>,
    /// Segments in whose first half a head points onwards.
    pub(in crate::render) heads: Vec<usize>,
}

/// Lines of one call.
pub(in crate::render) struct StreamsMark {
    pub(in crate::render) streams: Vec<Stream>,
    pub(in crate::render) color: Color,
    /// Length of heads in points.
    pub(in crate::render) head: f64,
    /// Whether heads are filled.
    pub(in crate::render) filled: bool,
    /// The field's extent along x and y, past which there is no margin.
    pub(in crate::render) extent: [[f64; 2]; 2],
    pub(in crate::render) alpha: f64,
    /// All values, for colour limits.
    pub(in crate::render) values: Vec<f64>,
}

impl StreamsMark {
    fn color(&self, color: Option<&ColorContent>, stream: &Stream, i: usize) -> Color {
        match (color, stream.values.get(i)) {
            (Some(color), Some(value)) => color.of(*value).faded(self.alpha),
            _ => self.color,
        }
    }

    fn head(&self, plane: &Plane<'_>, from: Point, to: Point, width: f64, color: Color) {
        let way = [to[0] - from[0], to[1] - from[1]];
        let length = libm::hypot(way[0], way[1]);
        if !(length > 0.0 && length.is_finite()) {
            return;
        }
        let way = way.map(|v| v / length);
        // matplotlib's `-|>`: 0.4 long and 0.2 to either side, in units of the mutation scale.
        let (long, half) = (self.head, self.head / 2.0);
        let corner = |side: f64| {
            [to[0] - long * way[0] - side * half * way[1], to[1] - long * way[1] + side * half * way[0]]
        };
        let stroke =
            Stroke { color, width, dash: Vec::new(), phase: 0.0, cap: Cap::Round, join: Join::Round };
        if self.filled {
            let path = vec![
                Segment::Move(corner(1.0)),
                Segment::Line(to),
                Segment::Line(corner(-1.0)),
                Segment::Close,
            ];
            plane.push(Command::Path { path, fill: Some(color), stroke: Some(stroke) });
        } else {
            plane.push(Command::Polyline { points: vec![corner(1.0), to, corner(-1.0)], stroke });
        }
    }
}

impl Show for StreamsMark {
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        [(0, x), (1, y)].map(|(i, scale)| {
            let span = Span::of(scale, self.extent[i])?;
            Some(Span { sticky: [true; 2], ..span })
        })
    }

    fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, _dpi: f64) {
        for stream in &self.streams {
            let points: Vec<Point> = stream.points.iter().map(|[x, y]| plane.at(*x, *y)).collect();
            if points.iter().flatten().any(|v| !v.is_finite() || v.abs() > 1e6) {
                continue;
            }
            let width = |i: usize| stream.widths.get(if stream.widths.len() == 1 { 0 } else { i }).copied();
            // Neighbours that look alike are one line; widths differ in steps that nobody sees.
            let look = |i: usize| {
                let width = width(i).unwrap_or(1.0);
                ((width * 16.0).round() / 16.0, self.color(color, stream, i))
            };
            let last = points.len() - 1;
            let mut start = 0;
            while start < last {
                let own = look(start);
                let mut end = start + 1;
                while end < last && look(end) == own {
                    end += 1;
                }
                let stroke = Stroke {
                    color: own.1,
                    width: own.0,
                    dash: Vec::new(),
                    phase: 0.0,
                    cap: Cap::Butt,
                    join: Join::Round,
                };
                // Lines of several looks overlap by nothing, so their ends are round.
                let cap = if start == 0 && end == last { Cap::Butt } else { Cap::Round };
                plane.push(Command::Polyline {
                    points: points[start..=end].to_vec(),
                    stroke: Stroke { cap, ..stroke },
                });
                start = end;
            }
        }
        for stream in &self.streams {
            for head in &stream.heads {
                let (Some(a), Some(b)) = (stream.points.get(*head), stream.points.get(*head + 1)) else {
                    continue;
                };
                let (a, b) = (plane.at(a[0], a[1]), plane.at(b[0], b[1]));
                let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
                let width = stream.widths.get(if stream.widths.len() == 1 { 0 } else { *head });
                let color = self.color(color, stream, *head);
                self.head(plane, a, middle, width.copied().unwrap_or(1.0), color);
            }
        }
    }

    fn record(&self, axes: &mut AxesRecord, color: Option<&ColorContent>) {
        axes.marks.push(MarkRecord {
            kind: "streamplot".to_owned(),
            label: String::new(),
            n: self.streams.len(),
            shape: None,
            range: values::range(&self.values),
            clim: color.map(|color| color.normalizer.limits),
            cmap: color.map(|color| color.map.name.clone()),
            missing: 0,
        });
    }

    fn color_values(&self) -> &[f64] {
        &self.values
    }

    fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let path = |stream: &Stream| stream.points.iter().step_by(8).map(|[x, y]| plane.at(*x, *y)).collect();
        Obstacles { points: Vec::new(), paths: self.streams.iter().take(1000).map(path).collect() }
    }

    fn is_line(&self) -> bool {
        true
    }
}
