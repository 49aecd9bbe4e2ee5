//! Nothing that is seen, but that axes make room for; bands from side to side.

use super::{Handle, MarkHatch, Show, Span, hatched};
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::record::Plane;
use crate::render::scene::{AxesRecord, Color, Command, MarkRecord, Rect, Segment, Stroke};

/// An extent.
pub(in crate::render) struct BlankMark {
    /// Along x and y.
    pub(in crate::render) extent: [Option<[f64; 2]>; 2],
    /// Whether there is no margin past it.
    pub(in crate::render) sticky: [bool; 2],
}

impl Show for BlankMark {
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        [(0, x), (1, y)].map(|(i, scale)| {
            let span = Span::of(scale, self.extent[i]?)?;
            Some(Span { sticky: [self.sticky[i]; 2], ..span })
        })
    }

    fn draw(&self, _plane: &Plane<'_>, _color: Option<&ColorContent>, _dpi: f64) {}

    fn record(&self, _axes: &mut AxesRecord, _color: Option<&ColorContent>) {}
}

/// A band between two values of one axis, over a part of the other.
pub(in crate::render) struct BandMark {
    /// The axis of the values: 0 is x.
    pub(in crate::render) axis: usize,
    pub(in crate::render) ends: [f64; 2],
    /// Fractions of the other axis' length.
    pub(in crate::render) part: [f64; 2],
    pub(in crate::render) label: String,
    pub(in crate::render) fill: Option<Color>,
    pub(in crate::render) stroke: Option<Stroke>,
    pub(in crate::render) hatch: MarkHatch,
}

impl Show for BandMark {
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let mut spans = [None, None];
        spans[self.axis] = Span::of([x, y][self.axis], self.ends);
        spans
    }

    fn draw(&self, plane: &Plane<'_>, _color: Option<&ColorContent>, _dpi: f64) {
        let frame = &plane.frame;
        let [a, b] = self.ends.map(|end| plane.at(end, end)[self.axis].clamp(-1e5, 1e5));
        if a.is_nan() || b.is_nan() {
            return;
        }
        let (low, high) = (a.min(b), a.max(b));
        let rect = if self.axis == 0 {
            let [from, to] = self.part.map(|share| frame.bottom - share * frame.height());
            Rect { left: low, right: high, top: from.min(to), bottom: from.max(to) }
        } else {
            let [from, to] = self.part.map(|share| frame.left + share * frame.width());
            Rect { left: from.min(to), right: from.max(to), top: low, bottom: high }
        };
        if let Some(hatch) = &self.hatch {
            let Rect { left, top, right, bottom } = rect;
            let path = vec![
                Segment::Move([left, top]),
                Segment::Line([right, top]),
                Segment::Line([right, bottom]),
                Segment::Line([left, bottom]),
                Segment::Close,
            ];
            hatched(plane, path, self.fill, self.stroke.clone(), Some(hatch));
            return;
        }
        plane.push(Command::Rect { rect, fill: self.fill, stroke: self.stroke.clone() });
    }

    fn record(&self, axes: &mut AxesRecord, _color: Option<&ColorContent>) {
        axes.marks.push(MarkRecord {
            kind: "span".to_owned(),
            label: self.label.clone(),
            n: 1,
            shape: None,
            range: Some(self.ends),
            clim: None,
            cmap: None,
            missing: 0,
        });
    }

    fn handles(&self) -> Vec<Handle> {
        if self.label.is_empty() {
            return Vec::new();
        }
        vec![Handle {
            label: self.label.clone(),
            line: self.stroke.clone().filter(|_| self.fill.is_none()),
            patch: self.fill,
            hatch: self.hatch.clone(),
            edge: self.stroke.clone().filter(|_| self.fill.is_some()),
            ..Handle::default()
        }]
    }
}

/// Entries of a legend, of what other marks show.
pub(in crate::render) struct HandlesMark {
    pub(in crate::render) handles: Vec<Handle>,
}

impl Show for HandlesMark {
    fn spans(&self, _x: Scale, _y: Scale) -> [Option<Span>; 2] {
        [None, None]
    }

    fn draw(&self, _plane: &Plane<'_>, _color: Option<&ColorContent>, _dpi: f64) {}

    fn record(&self, _axes: &mut AxesRecord, _color: Option<&ColorContent>) {}

    fn handles(&self) -> Vec<Handle> {
        self.handles.clone()
    }
}
