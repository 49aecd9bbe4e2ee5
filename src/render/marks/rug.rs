//! Short lines at values, from the edge of the axes.

use super::{Handle, Show, Span};
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::record::Plane;
use crate::render::scene::{AxesRecord, Command, MarkRecord, Stroke};
use crate::render::values;

/// A rug along an axis.
pub(in crate::render) struct RugMark {
    /// The axis of the values: 0 is x.
    pub(in crate::render) axis: usize,
    /// Where lines stand.
    pub(in crate::render) values: Vec<f64>,
    /// Their length as a share of the other axis.
    pub(in crate::render) height: f64,
    pub(in crate::render) stroke: Stroke,
    /// Name in a legend.
    pub(in crate::render) label: String,
}

impl Show for RugMark {
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let mut spans = [None, None];
        spans[self.axis] = Span::of([x, y][self.axis], self.values.iter().copied());
        spans
    }

    fn draw(&self, plane: &Plane<'_>, _color: Option<&ColorContent>, _dpi: f64) {
        let frame = &plane.frame;
        // Lines that fall on the same thousandth of a point are one.
        let mut last = f64::NAN;
        let mut sorted: Vec<f64> = self.values.iter().map(|v| plane.at(*v, *v)[self.axis]).collect();
        sorted.sort_by(f64::total_cmp);
        let ends = if self.axis == 0 { [frame.left, frame.right] } else { [frame.top, frame.bottom] };
        for at in sorted.into_iter().filter(|at| *at >= ends[0] - 1.0 && *at <= ends[1] + 1.0) {
            if (at - last).abs() < 1e-3 && self.stroke.color.a == 255 {
                continue;
            }
            last = at;
            let points = if self.axis == 0 {
                vec![[at, frame.bottom], [at, frame.bottom - self.height * frame.height()]]
            } else {
                vec![[frame.left, at], [frame.left + self.height * frame.width(), at]]
            };
            plane.push(Command::Polyline { points, stroke: self.stroke.clone() });
        }
    }

    fn record(&self, axes: &mut AxesRecord, _color: Option<&ColorContent>) {
        axes.marks.push(MarkRecord {
            kind: "rug".to_owned(),
            label: self.label.clone(),
            n: self.values.len(),
            shape: None,
            range: values::range(&self.values),
            clim: None,
            cmap: None,
            missing: 0,
        });
    }

    fn handles(&self) -> Vec<Handle> {
        let line = Some(self.stroke.clone());
        let handle = Handle { label: self.label.clone(), line, ..Handle::default() };
        if self.label.is_empty() { Vec::new() } else { vec![handle] }
    }
}
