//! The colour bar: the map as an image, pointed ends for values beyond the limits, its own axis.

use super::axis::AxisSpec;
use super::chart::{ColorOptions, Scale, Style, TickStyle};
use super::color::ColorContent;
use super::layout::{BarLayout, LABEL_PAD, OFFSET_PAD, label_depth};
use super::record::{Canvas, TickLook, solid};
use super::scene::{
    AxesRecord, AxisRecord, Command, HAlign, Image, MarkRecord, Rect, Role, Segment, Text, VAlign,
};
use super::{text, ticks};
use std::rc::Rc;
use std::sync::Arc;

/// Height of a pointed end in units of the bar's length without ends.
const POINT: f64 = 0.05;

/// Most ticks at levels (`FixedLocator(nbins=10)`).
const MOST_TICKS: usize = 10;

/// The axis of a colour bar. Where colours are not spread as on a scale (levels, boundaries, norms
/// with a bend) it goes from 0 to 1 and its ticks are chosen.
pub(super) fn axis(color: &ColorContent, options: &ColorOptions, style: &Style) -> AxisSpec {
    let look = TickStyle { sides: [true, false], ..style.ticks[1] };
    let own = options.colorbar_ticks.clone().or_else(|| {
        let named = color.ticks.as_ref().filter(|ticks| ticks.iter().any(|(_, name)| name.is_some()));
        named.cloned()
    });
    let norm = color.bar_norm();
    let format = options.colorbar_format.clone();
    if !norm.is_bent() {
        let mut spec = AxisSpec { chosen: own, ..AxisSpec::new(norm.scale(), norm.limits, look) };
        spec.formatters[0] = format;
        return spec;
    }
    let limits = norm.limits;
    let chosen = own.unwrap_or_else(|| {
        let at = match &norm.boundaries {
            Some(levels) => thinned(levels),
            None => {
                let room = ticks::Room { length_in: 3.0, font_size: look.size, side: ticks::Side::Vertical };
                ticks::ticks(Scale::Linear, limits, room).major
            }
        };
        at.into_iter().map(|at| (at, None)).collect()
    });
    let positions: Vec<f64> = chosen.iter().map(|(at, _)| *at).collect();
    let labels = match &format {
        Some(format) => ticks::format(format, &positions, Scale::Linear, limits, None).0,
        None => ticks::at(Scale::Linear, limits, &positions).labels,
    };
    let labelled = chosen.into_iter().zip(labels.into_iter().chain(std::iter::repeat(String::new())));
    let chosen = labelled.map(|((at, name), label)| (norm.place(at), Some(name.unwrap_or(label)))).collect();
    AxisSpec { chosen: Some(chosen), ..AxisSpec::new(Scale::Linear, [0.0, 1.0], look) }
}

/// At most [`MOST_TICKS`] of the levels, 0 among them if it is one.
fn thinned(levels: &[f64]) -> Vec<f64> {
    let step = levels.len().div_ceil(MOST_TICKS).max(1);
    let least = |first: usize| {
        levels.iter().skip(first).step_by(step).map(|level| level.abs()).fold(f64::INFINITY, f64::min)
    };
    let first = (0..step).min_by(|a, b| least(*a).total_cmp(&least(*b))).unwrap_or(0);
    levels.iter().copied().skip(first).step_by(step).collect()
}

/// Draws it and gives its line of the table.
pub(super) fn draw(canvas: &Canvas, bar: &BarLayout, color: &ColorContent, style: &Style) -> AxesRecord {
    let rect = &bar.rect;
    let ends = color.bar_extend.iter().filter(|end| **end).count() as f64;
    let body = rect.height() / (1.0 + POINT * ends);
    let point = |end: bool| if end { POINT * body } else { 0.0 };
    let (top, bottom) = (rect.top + point(color.bar_extend[1]), rect.bottom - point(color.bar_extend[0]));
    let inner = Rect { top, bottom, ..*rect };
    let colors = color.bar_colors();
    let rgba: Vec<u8> = colors.iter().rev().flat_map(|c| [c.r, c.g, c.b, c.a]).collect();
    if color.bar_lines {
        lines(canvas, &inner, color, style);
    } else {
        let image = Image { rect: inner, width: 1, height: colors.len(), rgba: Arc::from(rgba) };
        canvas.push(Command::Image(image));
    }
    let [under, over] = color.bar_ends();
    let middle = (rect.left + rect.right) / 2.0;
    let tips =
        [(color.bar_extend[1], rect.top, top, over), (color.bar_extend[0], rect.bottom, bottom, under)];
    for (_, tip, base, fill) in tips.into_iter().filter(|(there, ..)| *there) {
        let path = vec![
            Segment::Move([rect.left, base]),
            Segment::Line([middle, tip]),
            Segment::Line([rect.right, base]),
            Segment::Close,
        ];
        canvas.push(Command::Path { path, fill: Some(fill), stroke: None });
    }
    let mut outline = vec![Segment::Move([rect.left, bottom]), Segment::Line([rect.left, top])];
    if color.bar_extend[1] {
        outline.push(Segment::Line([middle, rect.top]));
    }
    outline.extend([Segment::Line([rect.right, top]), Segment::Line([rect.right, bottom])]);
    if color.bar_extend[0] {
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
    let named = color.ticks.is_some();
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
    let mut y = super::draw::axis_record(&bar.axis, &color.label, true);
    let norm = color.bar_norm();
    if norm.is_bent() {
        "function".clone_into(&mut y.scale);
        y.limits = norm.limits;
        for at in &mut y.ticks {
            *at = norm.value(*at);
        }
    }
    AxesRecord {
        role: Role::Colorbar,
        frame: *rect,
        title: String::new(),
        x: AxisRecord { scale: "linear".to_owned(), limits: [0.0, 1.0], ..AxisRecord::default() },
        y,
        space: None,
        texts: Vec::new(),
        lines: Vec::new(),
        marks: vec![MarkRecord {
            kind: "colorbar".to_owned(),
            label: String::new(),
            n: ends as usize,
            shape: None,
            range: None,
            clim: (!color.bar_lines).then_some(color.normalizer.limits),
            cmap: Some(color.map.name.clone()),
            missing: 0,
        }],
        legend: None,
    }
}

/// Lines of contours across the bar.
fn lines(canvas: &Canvas, inner: &Rect, color: &ColorContent, style: &Style) {
    let Some((levels, colors)) = &color.contours else { return };
    let norm = color.bar_norm();
    for (level, color) in levels.iter().zip(colors) {
        let y = inner.bottom - norm.place(*level) * inner.height();
        if y.is_finite() {
            let points = vec![[inner.left, y], [inner.right, y]];
            canvas.push(Command::Polyline { points, stroke: solid(*color, style.line_width) });
        }
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
