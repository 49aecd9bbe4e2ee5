//! Areas and loose segments in data units: bars, filled polygons, error bars with their caps.

use super::{Handle, MarkHatch, Obstacles, Span, hatched};
use crate::render::chart::Scale;
use crate::render::record::Plane;
use crate::render::scene::{Color, Command, MarkRecord, MarkerShape, Point, Segment, Stroke};

/// Shapes of one call.
#[derive(Clone, Debug)]
pub(in crate::render) struct ShapesMark {
    /// What they are, for the table: `bar`, `fill`, `errorbar`, `scatter`.
    pub(in crate::render) kind: &'static str,
    /// Name in a legend.
    pub(in crate::render) label: String,
    /// Corners of each.
    pub(in crate::render) paths: Vec<Vec<[f64; 2]>>,
    /// Fills: none, one for all, or one each; without fills the paths are open.
    pub(in crate::render) fills: Vec<Color>,
    /// Stroke.
    pub(in crate::render) stroke: Option<Stroke>,
    /// Hatches over the fills: none, one for all, or one each.
    pub(in crate::render) hatches: Vec<MarkHatch>,
    /// Ends across which a cap of this half length (points) is drawn: where, and whether it is
    /// horizontal.
    pub(in crate::render) caps: (f64, Vec<([f64; 2], bool)>),
    /// Width of caps, points; `None` is that of the stroke.
    pub(in crate::render) cap_width: Option<f64>,
    /// Markers at points instead of paths: shape, and diameters, one for all or one each.
    pub(in crate::render) markers: Option<(MarkerShape, Vec<f64>)>,
    /// Positions along x and y past which there is no margin.
    pub(in crate::render) sticky: [Option<f64>; 2],
}

impl ShapesMark {
    /// Shapes without a name, cap or sticky edge.
    pub(in crate::render) fn new(kind: &'static str, paths: Vec<Vec<[f64; 2]>>) -> Self {
        Self {
            kind,
            label: String::new(),
            paths,
            fills: Vec::new(),
            stroke: None,
            hatches: Vec::new(),
            caps: (0.0, Vec::new()),
            cap_width: None,
            markers: None,
            sticky: [None; 2],
        }
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        [(0, x), (1, y)].map(|(i, scale)| {
            let span = Span::of(scale, self.paths.iter().flatten().map(|corner| corner[i]))?;
            let at = |end: f64| self.sticky[i] == Some(end);
            Some(Span { sticky: [at(span.ends[0]), at(span.ends[1])], ..span })
        })
    }

    pub(super) fn record(&self) -> MarkRecord {
        MarkRecord {
            kind: self.kind.to_owned(),
            label: self.label.clone(),
            n: self.paths.len(),
            shape: None,
            range: Scale::Linear.extent(self.paths.iter().flatten().map(|corner| corner[1])),
            clim: None,
            cmap: None,
            missing: 0,
        }
    }

    pub(super) fn handle(&self) -> Option<Handle> {
        let fill = self.fills.first().copied();
        let marker = self.markers.as_ref().zip(fill);
        (!self.label.is_empty()).then(|| Handle {
            label: self.label.clone(),
            line: self.stroke.clone().filter(|_| self.fills.is_empty()),
            marker: marker.map(|((shape, sizes), fill)| {
                let size = sizes.iter().copied().fold(0.0, f64::max).min(12.0);
                (*shape, size, fill, self.stroke.clone())
            }),
            patch: fill.filter(|_| self.markers.is_none()),
            line_marker: None,
            hatch: self.hatches.first().cloned().flatten(),
            edge: self.stroke.clone().filter(|_| fill.is_some() && self.markers.is_none()),
        })
    }

    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let step = self.paths.len().div_ceil(4096).max(1);
        let paths = self.paths.iter().step_by(step);
        Obstacles { points: Vec::new(), paths: paths.map(|path| corners(plane, path)).collect() }
    }

    pub(super) fn draw(&self, plane: &Plane<'_>) {
        if let Some((shape, sizes)) = &self.markers {
            let placed: Vec<Point> =
                self.paths.iter().flat_map(|path| path.first()).map(|[x, y]| plane.at(*x, *y)).collect();
            let one_each = |n: usize| n == placed.len() && n > 1;
            let kept: Vec<usize> = (0..placed.len()).filter(|i| near(plane, placed[*i])).collect();
            if kept.is_empty() {
                return;
            }
            let pick = |all: &Vec<f64>| -> Vec<f64> {
                if one_each(all.len()) { kept.iter().map(|i| all[*i]).collect() } else { all.clone() }
            };
            let fills = if one_each(self.fills.len()) {
                kept.iter().map(|i| self.fills[*i]).collect()
            } else {
                self.fills.clone()
            };
            plane.push(Command::Markers {
                shape: *shape,
                at: kept.iter().map(|i| placed[*i]).collect(),
                sizes: pick(sizes),
                fills,
                edge: self.stroke.clone(),
            });
            return;
        }
        for (i, path) in self.paths.iter().enumerate() {
            let points = corners(plane, path);
            if points.len() < 2 || points.iter().flatten().any(|v| !v.is_finite() || v.abs() > 1e6) {
                continue;
            }
            let fill = self.fills.get(if self.fills.len() == 1 { 0 } else { i }).copied();
            match fill {
                None => {
                    if let Some(stroke) = &self.stroke {
                        plane.push(Command::Polyline { points, stroke: stroke.clone() });
                    }
                }
                Some(fill) => {
                    let mut outline: Vec<Segment> = points.iter().map(|p| Segment::Line(*p)).collect();
                    outline[0] = Segment::Move(points[0]);
                    outline.push(Segment::Close);
                    let hatch = self.hatches.get(if self.hatches.len() == 1 { 0 } else { i });
                    hatched(plane, outline, Some(fill), self.stroke.clone(), hatch.and_then(Option::as_ref));
                }
            }
        }
        let (half, ends) = &self.caps;
        if let (true, Some(stroke)) = (*half > 0.0, &self.stroke) {
            let stroke = &Stroke { width: self.cap_width.unwrap_or(stroke.width), ..stroke.clone() };
            for ([x, y], horizontal) in ends {
                let at = plane.at(*x, *y);
                if near(plane, at) {
                    let [dx, dy] = if *horizontal { [*half, 0.0] } else { [0.0, *half] };
                    let points = vec![[at[0] - dx, at[1] - dy], [at[0] + dx, at[1] + dy]];
                    plane.push(Command::Polyline { points, stroke: stroke.clone() });
                }
            }
        }
    }
}

fn near(plane: &Plane<'_>, at: Point) -> bool {
    let frame = &plane.frame;
    let reach = 50.0;
    (frame.left - reach..=frame.right + reach).contains(&at[0])
        && (frame.top - reach..=frame.bottom + reach).contains(&at[1])
}

/// Corners in the figure. What a log scale has no place for, the zero of a bar, lies below its frame.
fn corners(plane: &Plane<'_>, path: &[[f64; 2]]) -> Vec<Point> {
    let frame = &plane.frame;
    let at = |[x, y]: &[f64; 2]| {
        let mut point = plane.at(*x, *y);
        if plane.y.mapping.scale.bounded().is_some() && *y <= 0.0 {
            point[1] = frame.bottom + frame.height();
        }
        if plane.x.mapping.scale.bounded().is_some() && *x <= 0.0 {
            point[0] = frame.left - frame.width();
        }
        // Far beyond the frame nothing is seen of where exactly.
        [point[0].clamp(-1e5, 1e5), point[1].clamp(-1e5, 1e5)]
    };
    path.iter().map(at).collect()
}
