//! Drawing a colour bar: the map as an image, its ends for values beyond the limits, its axis.

use super::Bar;
use crate::render::axis::{Axis, AxisSpec};
use crate::render::chart::{Location, Scale, Style, TickStyle};
use crate::render::layout::{BarLayout, OFFSET_PAD, beside, label_depth};
use crate::render::record::{Canvas, TickLook, solid};
use crate::render::scene::{
    AxesRecord, AxisRecord, Color, Command, HAlign, Image, MarkRecord, Point, Rect, Role, Segment, Text,
    VAlign,
};
use crate::render::text;
use std::rc::Rc;
use std::sync::Arc;

/// Positions along the bar and across it as points of the figure.
struct Ways {
    rect: Rect,
    lies: bool,
}

impl Ways {
    fn length(&self) -> f64 {
        if self.lies { self.rect.width() } else { self.rect.height() }
    }

    /// `along` points from the lower end, and a share of the width.
    fn at(&self, along: f64, across: f64) -> Point {
        let rect = &self.rect;
        if self.lies {
            [rect.left + along, rect.top + across * rect.height()]
        } else {
            [rect.left + across * rect.width(), rect.bottom - along]
        }
    }

    fn part(&self, from: f64, to: f64) -> Rect {
        let rect = self.rect;
        if self.lies {
            Rect { left: rect.left + from, right: rect.left + to, ..rect }
        } else {
            Rect { top: rect.bottom - to, bottom: rect.bottom - from, ..rect }
        }
    }
}

/// Draws it and gives its line of the table.
pub(in crate::render) fn draw(canvas: &Canvas, bar: &Bar, laid: &BarLayout, style: &Style) -> AxesRecord {
    let (color, lies) = (&bar.color, bar.options.lies());
    let ways = Ways { rect: laid.rect, lies };
    let ends = bar.ends();
    let body = ways.length() / (1.0 + ends[0] + ends[1]);
    let (low, high) = (ends[0] * body, ways.length() - ends[1] * body);
    let inner = ways.part(low, high);
    if color.bar_lines {
        lines(canvas, bar, &ways, [low, high], style);
    } else {
        colors(canvas, bar, &ways, [low, high]);
    }
    let edge = solid(style.edgecolor, style.axes_linewidth);
    let rect_ends = bar.options.end_rect;
    let mut outline: Vec<Point> = Vec::with_capacity(8);
    for (i, fill) in color.bar_ends().into_iter().enumerate() {
        let (base, tip) = if i == 0 { (low, 0.0) } else { (high, ways.length()) };
        let shape = match (color.bar_extend[i], rect_ends) {
            (false, _) => vec![ways.at(base, 0.0), ways.at(base, 1.0)],
            (true, true) => {
                vec![ways.at(base, 0.0), ways.at(tip, 0.0), ways.at(tip, 1.0), ways.at(base, 1.0)]
            }
            (true, false) => vec![ways.at(base, 0.0), ways.at(tip, 0.5), ways.at(base, 1.0)],
        };
        if shape.len() > 2 {
            canvas.push(Command::Path { path: closed(&shape), fill: Some(fill), stroke: None });
            if bar.options.edges {
                let points = vec![ways.at(base, 0.0), ways.at(base, 1.0)];
                canvas.push(Command::Polyline { points, stroke: edge.clone() });
            }
        }
        if i == 0 {
            outline.extend(shape);
        } else {
            outline.extend(shape.into_iter().rev());
        }
    }
    if bar.options.edges && !color.bar_lines {
        let edges = bar.edges();
        for share in edges.iter().skip(1).take(edges.len().saturating_sub(2)) {
            let along = low + share * (high - low);
            let points = vec![ways.at(along, 0.0), ways.at(along, 1.0)];
            canvas.push(Command::Polyline { points, stroke: edge.clone() });
        }
    }
    if ends == [0.0; 2] {
        canvas.push(Command::Rect { rect: inner, fill: None, stroke: Some(edge) });
    } else {
        canvas.push(Command::Path { path: closed(&outline), fill: None, stroke: Some(edge) });
    }
    let mut look = TickLook::of(&laid.axis, style, true);
    let side = bar.options.ticks_at();
    look.right = matches!(side, Location::Right | Location::Top);
    // Names of a discrete map need no tick marks.
    if color.ticks.is_some() {
        look.lengths = [[0.0; 2]; 2];
    }
    if lies {
        canvas.plane(inner, laid.axis.clone(), Rc::new(unit_axis())).ticks(Some(&look), None);
    } else {
        canvas.plane(inner, Rc::new(unit_axis()), laid.axis.clone()).ticks(None, Some(&look));
    }
    texts(canvas, laid, side, style);
    record(bar, laid)
}

/// The colours from `low` to `high`, as an image, or as rectangles where they are of different
/// lengths.
fn colors(canvas: &Canvas, bar: &Bar, ways: &Ways, [low, high]: [f64; 2]) {
    let colors = bar.color.bar_colors();
    let uneven = bar.options.proportional && bar.color.bar_norm().boundaries.is_some();
    if !uneven {
        let bytes = |c: &Color| [c.r, c.g, c.b, c.a];
        let rgba: Vec<u8> = match ways.lies {
            true => colors.iter().flat_map(bytes).collect(),
            false => colors.iter().rev().flat_map(bytes).collect(),
        };
        let (width, height) = if ways.lies { (colors.len(), 1) } else { (1, colors.len()) };
        canvas.push(Command::Image(Image {
            rect: ways.part(low, high),
            width,
            height,
            rgba: Arc::from(rgba),
        }));
        return;
    }
    // Opaque ones go on below the next, so that no seam shows.
    let opaque = colors.iter().all(|color| color.a == u8::MAX);
    for (pair, color) in bar.edges().windows(2).zip(&colors) {
        let [from, to] = [pair[0], pair[1]].map(|share| low + share * (high - low));
        let rect = ways.part(from, if opaque { high } else { to });
        canvas.push(Command::Rect { rect, fill: Some(*color), stroke: None });
    }
}

/// Lines of contours across the bar.
fn lines(canvas: &Canvas, bar: &Bar, ways: &Ways, [low, high]: [f64; 2], style: &Style) {
    let Some((levels, colors)) = &bar.color.contours else { return };
    for (level, color) in levels.iter().zip(colors) {
        let along = low + bar.place(*level) * (high - low);
        if along.is_finite() {
            let points = vec![ways.at(along, 0.0), ways.at(along, 1.0)];
            canvas.push(Command::Polyline {
                points,
                stroke: solid(color.faded(bar.color.alpha), style.line_width),
            });
        }
    }
}

/// Offset text and label.
fn texts(canvas: &Canvas, laid: &BarLayout, side: Location, style: &Style) {
    let (rect, axis) = (&laid.rect, &laid.axis);
    let depth = label_depth(axis);
    let offset = &axis.ticks.offset;
    if !offset.is_empty() {
        let extent = text::measure(offset, axis.size);
        let (at, halign) = match side {
            Location::Left => ([rect.right, rect.top - laid.offset_lift - OFFSET_PAD], HAlign::Right),
            Location::Right => ([rect.left, rect.top - laid.offset_lift - OFFSET_PAD], HAlign::Left),
            Location::Bottom => {
                ([rect.right, rect.bottom + depth + OFFSET_PAD + extent.ascent], HAlign::Right)
            }
            Location::Top => ([rect.right, rect.top - depth - OFFSET_PAD - extent.descent], HAlign::Right),
        };
        canvas.push(Command::Text(Text {
            font: crate::render::text::base(),
            text: offset.clone(),
            at,
            size: axis.size,
            color: style.text_color,
            halign,
            valign: VAlign::Baseline,
            rotation: 0.0,
            width: extent.width,
        }));
    }
    let color = style.label_color.unwrap_or(style.text_color);
    let [x, y] = rect.middle();
    let label = &laid.label;
    match side {
        Location::Right => {
            label.draw_upwards(
                canvas,
                rect.right + depth + laid.label_drop + label.pad,
                y,
                HAlign::Center,
                color,
            );
        }
        Location::Left => {
            label.draw_upwards(
                canvas,
                rect.left - depth - laid.label_drop - beside(label),
                y,
                HAlign::Center,
                color,
            );
        }
        Location::Bottom => {
            let top = rect.bottom + depth + laid.label_drop + label.pad;
            label.draw(canvas, x, top, HAlign::Center, color);
        }
        Location::Top => {
            let top = rect.top - depth - laid.label_drop - beside(label);
            label.draw(canvas, x, top, HAlign::Center, color);
        }
    }
}

/// Its line of the table.
fn record(bar: &Bar, laid: &BarLayout) -> AxesRecord {
    let color = &bar.color;
    let mut own = crate::render::draw::axis_record(&laid.axis, &color.label, true);
    if bar.is_bent() {
        let norm = color.bar_norm();
        "function".clone_into(&mut own.scale);
        own.limits = norm.limits;
        for at in own.ticks.iter_mut().chain(&mut own.minor_ticks) {
            *at = norm.value(*at);
        }
    }
    let other = AxisRecord { scale: "linear".to_owned(), limits: [0.0, 1.0], ..AxisRecord::default() };
    let (x, y) = if bar.options.lies() { (own, other) } else { (other, own) };
    AxesRecord {
        role: Role::Colorbar,
        inside: None,
        frame: laid.rect,
        title: String::new(),
        x,
        y,
        space: None,
        texts: Vec::new(),
        lines: Vec::new(),
        marks: vec![MarkRecord {
            kind: "colorbar".to_owned(),
            label: String::new(),
            n: color.bar_extend.iter().filter(|end| **end).count(),
            shape: None,
            range: None,
            clim: (!color.bar_lines).then_some(color.normalizer.limits),
            cmap: Some(color.map.name.clone()),
            missing: 0,
        }],
        legend: None,
    }
}

fn closed(points: &[Point]) -> Vec<Segment> {
    let mut path: Vec<Segment> = Vec::with_capacity(points.len() + 1);
    for (i, point) in points.iter().enumerate() {
        path.push(if i == 0 { Segment::Move(*point) } else { Segment::Line(*point) });
    }
    path.push(Segment::Close);
    path
}

/// An axis from 0 to 1 without ticks.
fn unit_axis() -> Axis {
    let spec = AxisSpec {
        chosen: Some(Vec::new()),
        ..AxisSpec::new(Scale::Linear, [0.0, 1.0], TickStyle::default())
    };
    spec.lay(1.0, crate::render::ticks::Side::Horizontal)
}
