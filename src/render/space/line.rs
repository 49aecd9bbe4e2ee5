//! A line in space, with markers at its points: matplotlib's `plot3D`.

use super::Stage;
use super::projection::Place;
use crate::render::chart::Scale;
use crate::render::marks::{Handle, MARKER_EDGE, Span, line_marker_edge};
use crate::render::scene::{Cap, Color, Command, MarkRecord, MarkerShape, Point, Stroke};
use crate::render::values;

/// A line through points in space.
pub(in crate::render) struct LineMark3 {
    /// Name in a legend.
    pub(in crate::render) label: String,
    /// Coordinates along x, y and z, as many of each.
    pub(in crate::render) at: [Vec<f64>; 3],
    /// The line, if it is drawn.
    pub(in crate::render) stroke: Option<Stroke>,
    /// Markers, their diameters and colour.
    pub(in crate::render) marker: Option<(MarkerShape, f64, Color)>,
}

impl LineMark3 {
    fn place(&self, i: usize) -> Place {
        [self.at[0][i], self.at[1][i], self.at[2][i]]
    }

    fn shown(&self, i: usize) -> bool {
        self.place(i).iter().all(|v| v.is_finite())
    }

    pub(super) fn spans(&self, scales: [Scale; 3]) -> [Option<Span>; 3] {
        [0, 1, 2].map(|axis| {
            let shown = (0..self.at[axis].len()).filter(|i| self.shown(*i));
            Span::of(scales[axis], shown.map(|i| self.at[axis][i]))
        })
    }

    /// Draws it, markers over the line as in a plane. Gives where its points are.
    pub(super) fn draw(&self, stage: &Stage<'_>) -> Vec<Point> {
        let places: Vec<Place> = (0..self.at[0].len()).map(|i| self.place(i)).collect();
        let mut all = Vec::new();
        if let Some(stroke) = &self.stroke {
            for points in stage.line(&places) {
                all.extend(&points);
                stage.canvas.push(Command::Polyline { points, stroke: stroke.clone() });
            }
        }
        if let Some((shape, size, color)) = self.marker {
            let at: Vec<Point> =
                places.iter().filter_map(|at| Some(stage.paper(stage.project(*at)?))).collect();
            if !at.is_empty() {
                all.extend(&at);
                let edge = line_marker_edge(shape, color);
                let size = if edge.is_none() { size + MARKER_EDGE } else { size };
                stage.canvas.push(Command::Markers {
                    shape,
                    at,
                    sizes: vec![size],
                    fills: vec![color],
                    edge,
                });
            }
        }
        all
    }

    pub(super) fn handle(&self) -> Option<Handle> {
        let marker = self.marker.map(|(shape, size, color)| (shape, size, color, None));
        let line = self.stroke.clone().map(|stroke| Stroke { cap: Cap::Butt, ..stroke });
        (!self.label.is_empty()).then(|| Handle {
            label: self.label.clone(),
            line,
            marker,
            ..Handle::default()
        })
    }

    /// Its line of the table.
    pub(super) fn record(&self) -> MarkRecord {
        let n = self.at[0].len();
        let missing = (0..n).filter(|i| !self.shown(*i)).count();
        MarkRecord {
            kind: "plot3d".to_owned(),
            label: self.label.clone(),
            n,
            shape: None,
            range: values::range(&self.at[2]),
            clim: None,
            cmap: None,
            missing,
        }
    }
}
