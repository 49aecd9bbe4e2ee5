//! The colour bar: the map as an image, pointed ends for values beyond the limits, its own axis.

use super::axis::AxisSpec;
use super::chart::{Style, TickStyle};
use super::color::ColorContent;
use super::layout::{BarLayout, LABEL_PAD, OFFSET_PAD, label_depth};
use super::record::{Canvas, TickLook, solid};
use super::scene::{AxesRecord, AxisRecord, Command, HAlign, Image, Rect, Role, Segment, Text, VAlign};
use super::text;
use std::rc::Rc;
use std::sync::Arc;

/// Height of a pointed end in units of the bar's length without ends.
const POINT: f64 = 0.05;

/// The axis of a colour bar.
pub(super) fn axis(color: &ColorContent, style: &Style) -> AxisSpec {
    let named = color.ticks.as_ref().filter(|ticks| ticks.iter().any(|(_, name)| name.is_some()));
    let look = TickStyle { sides: [true, false], ..style.ticks[1] };
    AxisSpec {
        chosen: named.cloned().or_else(|| color.ticks.clone().filter(|ticks| ticks.len() <= 12)),
        ..AxisSpec::new(color.scale(), color.normalizer.limits, look)
    }
}

/// Draws it and gives its line of the table.
pub(super) fn draw(canvas: &Canvas, bar: &BarLayout, color: &ColorContent, style: &Style) -> AxesRecord {
    let rect = &bar.rect;
    let ends = color.extend.iter().filter(|end| **end).count() as f64;
    let body = rect.height() / (1.0 + POINT * ends);
    let point = |end: bool| if end { POINT * body } else { 0.0 };
    let (top, bottom) = (rect.top + point(color.extend[1]), rect.bottom - point(color.extend[0]));
    let inner = Rect { top, bottom, ..*rect };
    let rgba: Vec<u8> = color.map.colors.iter().rev().flat_map(|c| [c.r, c.g, c.b, c.a]).collect();
    canvas.push(Command::Image(Image {
        rect: inner,
        width: 1,
        height: color.map.colors.len(),
        rgba: Arc::from(rgba),
    }));
    let middle = (rect.left + rect.right) / 2.0;
    let colors = &color.map.colors;
    let under = color.map.under.or(colors.first().copied());
    let over = color.map.over.or(colors.last().copied());
    let tips = [(color.extend[1], rect.top, top, over), (color.extend[0], rect.bottom, bottom, under)];
    for (_, tip, base, fill) in tips.into_iter().filter(|(there, ..)| *there) {
        let path = vec![
            Segment::Move([rect.left, base]),
            Segment::Line([middle, tip]),
            Segment::Line([rect.right, base]),
            Segment::Close,
        ];
        canvas.push(Command::Path { path, fill, stroke: None });
    }
    let mut outline = vec![Segment::Move([rect.left, bottom]), Segment::Line([rect.left, top])];
    if color.extend[1] {
        outline.push(Segment::Line([middle, rect.top]));
    }
    outline.extend([Segment::Line([rect.right, top]), Segment::Line([rect.right, bottom])]);
    if color.extend[0] {
        outline.push(Segment::Line([middle, rect.bottom]));
    }
    outline.push(Segment::Close);
    let edge = solid(style.edgecolor, style.axes_linewidth);
    if ends == 0.0 {
        canvas.push(Command::Rect { rect: inner, fill: None, stroke: Some(edge.clone()) });
    } else {
        canvas.push(Command::Path { path: outline, fill: None, stroke: Some(edge.clone()) });
    }
    // Names of a discrete map need no tick marks.
    let named = color.ticks.as_ref().is_some_and(|ticks| ticks.iter().any(|(_, name)| name.is_some()));
    let mut look = TickLook::of(&bar.axis, style, true);
    look.right = true;
    if named {
        look.lengths = [[0.0; 2]; 2];
    }
    let plane = canvas.plane(inner, Rc::new(unit_axis()), bar.axis.clone());
    plane.ticks(None, Some(&look));
    let offset = &bar.axis.ticks.offset;
    if !offset.is_empty() {
        let extent = text::measure(offset, bar.axis.size);
        canvas.push(Command::Text(Text {
            text: offset.clone(),
            at: [rect.left, rect.top - OFFSET_PAD],
            size: bar.axis.size,
            color: style.text_color,
            halign: HAlign::Left,
            valign: VAlign::Baseline,
            rotation: 0.0,
            width: extent.width,
        }));
    }
    let left = rect.right + label_depth(&bar.axis) + LABEL_PAD;
    bar.label.draw_upwards(canvas, left, (rect.top + rect.bottom) / 2.0, style.text_color);
    AxesRecord {
        role: Role::Colorbar,
        frame: *rect,
        title: String::new(),
        x: AxisRecord { scale: "linear".to_owned(), limits: [0.0, 1.0], ..AxisRecord::default() },
        y: super::draw::axis_record(&bar.axis, &color.label, true),
        texts: Vec::new(),
        lines: Vec::new(),
        marks: Vec::new(),
        legend: None,
    }
}

/// A horizontal axis from 0 to 1 without ticks.
fn unit_axis() -> super::axis::Axis {
    let spec = AxisSpec {
        chosen: Some(Vec::new()),
        ..AxisSpec::new(super::chart::Scale::Linear, [0.0, 1.0], TickStyle::default())
    };
    spec.lay(1.0, super::ticks::Side::Horizontal)
}
