//! Where everything goes: margins from measured texts, equal panels, room for guides.
//!
//! One pass of a few steps instead of a solver: tick labels depend on the axes' lengths, which
//! depend on the labels' sizes, and that settles at once. Content drives the margins, as
//! matplotlib's constrained layout with 0.08 inches of padding.

use super::axis::{Axis, AxisSpec};
use super::block::Block;
use super::chart::{Scale, Style};
use super::content::PanelPlace;
use super::record::snap;
use super::scene::Rect;
use super::text;
use super::ticks::Side;
use std::rc::Rc;

/// Around the figure and between its parts, points (0.08 inch).
pub(super) const PAD: f64 = 5.76;
/// Lengths of major and minor ticks.
pub(super) const TICK: [f64; 2] = [3.5, 2.0];
/// From a tick to its label.
pub(super) const TICK_PAD: f64 = 3.5;
/// From tick labels to the axis label.
pub(super) const LABEL_PAD: f64 = 4.0;
/// From the frame to the title's baseline.
pub(super) const TITLE_PAD: f64 = 6.0;
/// From the frame or the tick labels to the offset text.
pub(super) const OFFSET_PAD: f64 = 3.0;
/// Between the panels and the colour bar, in units of the panels' width.
const BAR_GAP: f64 = 0.05;
/// Length of the colour bar over its width.
const BAR_ASPECT: f64 = 20.0;
/// Widest colour bar, points.
const BAR_WIDEST: f64 = 18.0;
/// Least length of an axis, points: below, a figure is too small to be laid out.
const LEAST: f64 = 8.0;

/// What is to be laid out.
pub(super) struct Request<'a> {
    /// Width and height of the figure, points.
    pub(super) size: [f64; 2],
    /// Look.
    pub(super) style: &'a Style,
    /// The axes that all panels share.
    pub(super) axes: [&'a AxisSpec; 2],
    /// Their labels.
    pub(super) labels: [&'a str; 2],
    /// Rows and columns.
    pub(super) grid: [usize; 2],
    /// The panels.
    pub(super) places: &'a [PanelPlace],
    /// Title of each panel.
    pub(super) titles: Vec<String>,
    /// Title of the figure.
    pub(super) suptitle: &'a str,
    /// Axis and label of the colour bar.
    pub(super) bar: Option<(&'a AxisSpec, &'a str)>,
    /// Width of a legend to the right of everything.
    pub(super) legend: Option<f64>,
    /// Equal lengths of data units.
    pub(super) equal: bool,
}

/// A colour bar's place.
pub(super) struct BarLayout {
    /// The bar with its pointed ends.
    pub(super) rect: Rect,
    /// Its axis.
    pub(super) axis: Rc<Axis>,
    /// Its label.
    pub(super) label: Block,
}

/// Where everything goes.
pub(super) struct Layout {
    /// The frame of each panel.
    pub(super) frames: Vec<Rect>,
    /// The axes at the frames' lengths.
    pub(super) axes: [Rc<Axis>; 2],
    /// Labels of the axes, wrapped.
    pub(super) labels: [Block; 2],
    /// Title of each panel, wrapped.
    pub(super) titles: Vec<Block>,
    /// Text right of each panel.
    pub(super) sides: Vec<Block>,
    /// Title of the figure, wrapped.
    pub(super) suptitle: Block,
    /// The colour bar.
    pub(super) bar: Option<BarLayout>,
    /// Left end of the legend right of everything.
    pub(super) legend_left: f64,
}

/// Space around and between the panels.
#[derive(Clone, Copy, Default)]
struct Margins {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Between columns, between rows.
    gaps: [f64; 2],
}

/// Lays a figure out.
pub(super) fn solve(request: &Request<'_>) -> Layout {
    let [width, height] = request.size;
    let [rows, cols] = request.grid.map(|n| n as f64);
    let mut lengths = [0.75 * width / cols, 0.75 * height / rows];
    let mut margins = Margins::default();
    let mut layout = step(request, lengths, &mut margins);
    // Labels, lengths, labels again: the third time nothing moves any more but in odd cases.
    for _ in 0..3 {
        let span =
            |size: f64, around: f64, gap: f64, n: f64| ((size - around - gap * (n - 1.0)) / n).max(LEAST);
        let before = lengths;
        lengths = [
            span(width, margins.left + margins.right, margins.gaps[0], cols),
            span(height, margins.top + margins.bottom, margins.gaps[1], rows),
        ];
        if request.equal {
            lengths = equal(request, lengths);
        }
        if (0..2).all(|i| (lengths[i] - before[i]).abs() < 1e-6) {
            break;
        }
        layout = step(request, lengths, &mut margins);
    }
    place(request, &mut layout, lengths, &margins);
    layout
}

/// The lengths shrunk so that data units are equally long, on linear axes.
fn equal(request: &Request<'_>, [x, y]: [f64; 2]) -> [f64; 2] {
    if request.axes.iter().any(|axis| axis.scale != Scale::Linear) {
        return [x, y];
    }
    let span = |i: usize| {
        let [a, b] = request.axes[i].limits;
        (b - a).abs()
    };
    let unit = (x / span(0)).min(y / span(1));
    let fit = [unit * span(0), unit * span(1)];
    if fit.iter().all(|v| v.is_finite()) { [fit[0].max(LEAST), fit[1].max(LEAST)] } else { [x, y] }
}

/// Ticks, labels and margins for panels of these lengths.
fn step(request: &Request<'_>, lengths: [f64; 2], margins: &mut Margins) -> Layout {
    let style = request.style;
    let [width, height] = request.size;
    let [rows, cols] = request.grid.map(|n| n as f64);
    let x = request.axes[0].lay(lengths[0], Side::Horizontal);
    let y = request.axes[1].lay(lengths[1], Side::Vertical);
    let faceted = request.places.len() > 1;
    // A lone label may reach as far on both sides of its axis as the figure allows.
    let reach = |length: f64, size: f64, around: [f64; 2]| {
        let spare = if faceted { 0.0 } else { 2.0 * (around[0].min(around[1]) - PAD).max(0.0) };
        (length + spare).min(size - 2.0 * PAD)
    };
    let labels = [
        Block::new(
            request.labels[0],
            style.label_size,
            reach(lengths[0], width, [margins.left, margins.right]),
        ),
        Block::new(
            request.labels[1],
            style.label_size,
            reach(lengths[1], height, [margins.top, margins.bottom]),
        ),
    ];
    let titles: Vec<Block> = request
        .titles
        .iter()
        .map(|title| {
            let most = reach(lengths[0], width, [margins.left, margins.right]);
            Block::new(title, style.title_size, most)
        })
        .collect();
    let sides: Vec<Block> =
        request.places.iter().map(|place| Block::new(&place.side, style.title_size, lengths[1])).collect();
    let suptitle = Block::new(request.suptitle, style.suptitle_size, width - 2.0 * PAD);
    let total = [
        lengths[0] * cols + margins.gaps[0] * (cols - 1.0),
        lengths[1] * rows + margins.gaps[1] * (rows - 1.0),
    ];
    let bar = request.bar.map(|(spec, label)| BarLayout {
        rect: Rect::default(),
        axis: Rc::new(spec.lay(total[1], Side::Vertical)),
        label: Block::new(label, style.label_size, height - 2.0 * PAD),
    });
    *margins = measure(request, &x, &y, &labels, &titles, &sides, &suptitle, bar.as_ref(), total);
    Layout {
        frames: Vec::new(),
        axes: [Rc::new(x), Rc::new(y)],
        labels,
        titles,
        sides,
        suptitle,
        bar,
        legend_left: 0.0,
    }
}

/// From the frame to the far side of the tick labels.
pub(super) fn label_depth(axis: &Axis) -> f64 {
    if axis.depth > 0.0 { TICK[0] + TICK_PAD + axis.depth } else { TICK[0] }
}

/// Space that a label takes beside an axis.
fn beside(label: &Block) -> f64 {
    if label.is_empty() { 0.0 } else { LABEL_PAD + label.height() }
}

/// Width of a colour bar.
fn bar_width(length: f64) -> f64 {
    (length / BAR_ASPECT).clamp(4.0, BAR_WIDEST)
}

/// How much a title stands above the frame: more where it would meet the axis' offset text.
pub(super) fn title_lift(title: &Block, y: &Axis, length: f64, size: f64) -> f64 {
    if y.ticks.offset.is_empty() {
        return TITLE_PAD;
    }
    let offset = text::measure(&y.ticks.offset, size);
    if length / 2.0 - title.width / 2.0 < offset.width + 0.5 * size {
        OFFSET_PAD + offset.height() + TITLE_PAD
    } else {
        TITLE_PAD
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one step, measured together")]
fn measure(
    request: &Request<'_>,
    x: &Axis,
    y: &Axis,
    labels: &[Block; 2],
    titles: &[Block],
    sides: &[Block],
    suptitle: &Block,
    bar: Option<&BarLayout>,
    total: [f64; 2],
) -> Margins {
    let size = request.style.tick_size;
    let panel_width = (total[0] / request.grid[1] as f64).max(LEAST);
    let offset_height = |axis: &Axis| {
        let text = &axis.ticks.offset;
        if text.is_empty() { 0.0 } else { OFFSET_PAD + text::measure(text, size).height() }
    };
    let left = PAD + (label_depth(y) + beside(&labels[1])).max(x.overhang[0]);
    let bottom = PAD + (label_depth(x) + beside(&labels[0]).max(offset_height(x))).max(y.overhang[0]);
    let title_height = |title: &Block| {
        if title.is_empty() { 0.0 } else { title_lift(title, y, panel_width, size) + title.ascent() }
    };
    let offset_above = if y.ticks.offset.is_empty() {
        0.0
    } else {
        OFFSET_PAD + text::measure(&y.ticks.offset, size).ascent
    };
    let first_row = request.places.iter().zip(titles).filter(|(place, _)| place.row == 0);
    let mut top = first_row.map(|(_, title)| title_height(title)).fold(0.0, f64::max);
    top = top.max(offset_above).max(y.overhang[1]);
    let other_rows = request.places.iter().zip(titles).filter(|(place, _)| place.row > 0);
    let inner = other_rows.map(|(_, title)| title_height(title)).fold(0.0, f64::max);
    let side = sides.iter().filter(|side| !side.is_empty()).map(Block::height).fold(0.0, f64::max);
    let mut right = if side > 0.0 { TITLE_PAD + side } else { 0.0 };
    if let Some(bar) = bar {
        right += BAR_GAP * total[0] + bar_width(total[1]) + label_depth(&bar.axis) + beside(&bar.label);
        let offset = &bar.axis.ticks.offset;
        if !offset.is_empty() {
            top = top.max(OFFSET_PAD + text::measure(offset, size).ascent);
        }
        top = top.max(bar.axis.overhang[1]);
    }
    right = right.max(x.overhang[1]);
    if let Some(legend) = request.legend {
        right += PAD + legend;
    }
    if !suptitle.is_empty() {
        top += suptitle.height() + PAD;
    }
    let column_gap = (TICK[0] + 2.0 * PAD + 2.0).max(x.overhang[0] + x.overhang[1] + 0.5 * size);
    let row_gap = TICK[0] + 2.0 * PAD + inner;
    Margins { left, right: PAD + right, top: PAD + top, bottom, gaps: [column_gap, row_gap] }
}

/// The frames, on whole pixels, and the guides beside them.
fn place(request: &Request<'_>, layout: &mut Layout, lengths: [f64; 2], margins: &Margins) {
    let [width, height] = request.size;
    let [rows, cols] = request.grid.map(|n| n as f64);
    let used = |i: usize, n: f64| lengths[i] * n + margins.gaps[i] * (n - 1.0);
    let total = [used(0, cols), used(1, rows)];
    // What equal units leave over goes around the panels.
    let spare = [
        (width - margins.left - margins.right - total[0]).max(0.0) / 2.0,
        (height - margins.top - margins.bottom - total[1]).max(0.0) / 2.0,
    ];
    let origin = [margins.left + spare[0], margins.top + spare[1]];
    let pixel = 72.0 / request.style.dpi;
    // Images end between pixels there, and painters move the frame onto the pixel that begins there.
    let sharp = |at: f64| snap((at / pixel).round() * pixel);
    layout.frames = request
        .places
        .iter()
        .map(|place| {
            let left = origin[0] + place.col as f64 * (lengths[0] + margins.gaps[0]);
            let top = origin[1] + place.row as f64 * (lengths[1] + margins.gaps[1]);
            Rect {
                left: sharp(left),
                top: sharp(top),
                right: sharp(left + lengths[0]),
                bottom: sharp(top + lengths[1]),
            }
        })
        .collect();
    let side = layout.sides.iter().map(Block::height).fold(0.0, f64::max);
    let mut right = origin[0] + total[0];
    if side > 0.0 {
        right += TITLE_PAD + side;
    }
    if let Some(bar) = &mut layout.bar {
        let left = right + BAR_GAP * total[0];
        bar.rect = Rect {
            left: sharp(left),
            top: sharp(origin[1]),
            right: sharp(left + bar_width(total[1])),
            bottom: sharp(origin[1] + total[1]),
        };
        right = bar.rect.right + label_depth(&bar.axis) + beside(&bar.label);
    }
    layout.legend_left = match request.legend {
        Some(legend) => (right + PAD).max(width - PAD - legend),
        None => right,
    };
}
