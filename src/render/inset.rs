//! Axes inside others: where they stand, and what shows which part of the others they enlarge.

use super::chart::LineStyle;
use super::record::{Canvas, Plane};
use super::scene::{Cap, Color, Command, Join, Rect, Segment, Stroke};
use super::sheet::{Panel, Sheet};

/// What a panel inside another one has.
#[derive(Clone, Debug)]
pub(super) struct Inset {
    /// The panel that it is inside.
    pub(super) base: usize,
    /// Left and lower end, width and height, in units of that panel's frame.
    pub(super) bounds: [f64; 4],
    /// What shows in that panel which part of it is seen here.
    pub(super) indicator: Option<Indicator>,
}

/// A rectangle in the outer panel with lines to the inner one, by default as matplotlib's
/// `indicate_inset`.
#[derive(Clone, Debug)]
pub(super) struct Indicator {
    /// Left and lower end, width and height of the rectangle in data units; `None` is what the inner
    /// panel shows.
    pub(super) bounds: Option<[f64; 4]>,
    /// Colour inside.
    pub(super) face: Option<Color>,
    /// Colour of the lines.
    pub(super) edge: Color,
    /// Width of the lines, points.
    pub(super) width: f64,
    /// Dashes.
    pub(super) style: LineStyle,
    /// Opacity, 0–1.
    pub(super) alpha: f64,
}

impl Inset {
    /// The lengths of the place in a frame of these.
    pub(super) fn lengths(&self, [width, height]: [f64; 2]) -> [f64; 2] {
        [self.bounds[2] * width, self.bounds[3] * height]
    }

    /// The panel's frame in that of the outer one, when it is this long: in the middle of its place.
    pub(super) fn frame(&self, outer: &Rect, [width, height]: [f64; 2]) -> Rect {
        let [x, y, ..] = self.bounds;
        let place = self.lengths([outer.width(), outer.height()]);
        let left = outer.left + x * outer.width() + (place[0] - width) / 2.0;
        let bottom = outer.bottom - y * outer.height() - (place[1] - height) / 2.0;
        Rect { left, right: left + width, top: bottom - height, bottom }
    }

    /// How far it reaches beyond an outer panel of these lengths with what it needs around itself:
    /// left, right, top, bottom.
    pub(super) fn beyond(&self, outer: [f64; 2], own: [f64; 2], needs: [f64; 4]) -> [f64; 4] {
        let whole = Rect { left: 0.0, top: 0.0, right: outer[0], bottom: outer[1] };
        let frame = self.frame(&whole, own);
        let ends = [-frame.left, frame.right - outer[0], -frame.top, frame.bottom - outer[1]];
        [0, 1, 2, 3].map(|side| (ends[side] + needs[side]).max(0.0))
    }
}

/// Draws what shows the part of the outer panel, on its plane; `inner` is the frame of the inner panel, which
/// shows `limits`.
pub(super) fn indicate(
    canvas: &Canvas,
    outer: &Plane<'_>,
    sheet: &Sheet<'_>,
    indicator: &Indicator,
    (inner, limits): (&Rect, [[f64; 2]; 2]),
) {
    let [[x0, x1], [y0, y1]] = match indicator.bounds {
        Some([x, y, width, height]) => [[x, x + width], [y, y + height]],
        None => limits,
    };
    let (a, b) = (outer.at(x0, y0), outer.at(x1, y1));
    if a.iter().chain(&b).any(|v| !v.is_finite() || v.abs() > 1e6) {
        return;
    }
    let rect =
        Rect { left: a[0].min(b[0]), right: a[0].max(b[0]), top: a[1].min(b[1]), bottom: a[1].max(b[1]) };
    let color = indicator.edge.faded(indicator.alpha);
    let rules = sheet.chart.style.lines;
    let stroke = rules.stroke(color, indicator.width, indicator.style);
    let stroke = Stroke { cap: Cap::Butt, join: Join::Miter, ..stroke };
    let drawn = stroke.width > 0.0 && indicator.style != LineStyle::None;
    let fill = indicator.face.map(|face| face.faded(indicator.alpha)).filter(|face| face.a > 0);
    let Rect { left, right, top, bottom } = rect;
    let path = vec![
        Segment::Move([left, bottom]),
        Segment::Line([left, top]),
        Segment::Line([right, top]),
        Segment::Line([right, bottom]),
        Segment::Close,
    ];
    canvas.push(Command::Clip(outer.frame));
    canvas.push(Command::Path { path, fill, stroke: drawn.then(|| stroke.clone()) });
    canvas.push(Command::Unclip);
    if !drawn {
        return;
    }
    // matplotlib's choice of the two lines that do not cross the rectangles; y grows downwards here.
    let west = [left < inner.left, right < inner.right];
    let south = [bottom > inner.bottom, top > inner.top];
    let shown = [
        (west[0] != south[0], [left, bottom], [inner.left, inner.bottom]),
        (west[0] == south[1], [left, top], [inner.left, inner.top]),
        (west[1] == south[0], [right, bottom], [inner.right, inner.bottom]),
        (west[1] != south[1], [right, top], [inner.right, inner.top]),
    ];
    for (_, from, to) in shown.into_iter().filter(|(shown, ..)| *shown) {
        canvas.push(Command::Polyline { points: vec![from, to], stroke: stroke.clone() });
    }
}

/// The panels inside a panel: their numbers.
pub(super) fn inside<'s>(
    sheet: &'s Sheet<'_>,
    base: usize,
) -> impl Iterator<Item = (usize, &'s Panel, &'s Inset)> {
    let numbered = sheet.panels.iter().enumerate();
    numbered.filter_map(move |(i, panel)| {
        panel.inset.as_ref().filter(|inset| inset.base == base).map(|inset| (i, panel, inset))
    })
}
