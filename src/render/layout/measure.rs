//! How much room texts need around and between panels.

use super::{BarLayout, Cell, LEAST, Layout, OFFSET_PAD, PAD, TITLE_PAD, bars};
use crate::render::axis::Axis;
use crate::render::block::Block;
use crate::render::chart::Location;
use crate::render::colorbar::Bar;
use crate::render::figure_label;
use crate::render::inset;
use crate::render::legend::Place;
use crate::render::scene::Rect;
use crate::render::sheet::{Panel, Sheet};
use crate::render::text;

/// Space around and between the panels, points.
#[derive(Clone, Debug, Default)]
pub(super) struct Margins {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Between columns, between rows.
    pub(super) gaps: [Vec<f64>; 2],
}

impl Margins {
    /// Nowhere less than others.
    pub(super) fn grow(&mut self, others: &Self) {
        self.left = self.left.max(others.left);
        self.right = self.right.max(others.right);
        self.top = self.top.max(others.top);
        self.bottom = self.bottom.max(others.bottom);
        for (own, others) in self.gaps.iter_mut().zip(&others.gaps) {
            own.iter_mut().zip(others).for_each(|(own, other)| *own = own.max(*other));
        }
    }

    /// Left and right, or top and bottom.
    pub(super) fn around(&self, i: usize) -> f64 {
        if i == 0 { self.left + self.right } else { self.top + self.bottom }
    }
}

/// From the frame to the far side of the tick labels.
pub(in crate::render) fn label_depth(axis: &Axis) -> f64 {
    let outward = axis.look.outward();
    if axis.depth > 0.0 { outward + axis.look.pad + axis.depth } else { outward }
}

/// Space that a label takes beside an axis.
pub(in crate::render) fn beside(label: &Block) -> f64 {
    if label.is_empty() { 0.0 } else { label.pad + label.height() }
}

/// Height of the offset text with the gap below it.
pub(super) fn offset_height(axis: &Axis) -> f64 {
    let text = &axis.ticks.offset;
    if text.is_empty() { 0.0 } else { OFFSET_PAD + text::measure(text, axis.size).height() }
}

/// How much the label of x stands farther off where it would meet the offset text at the axis' end.
pub(in crate::render) fn label_drop(label: &Block, x: &Axis, length: f64) -> f64 {
    if label.is_empty() || x.ticks.offset.is_empty() {
        return 0.0;
    }
    let offset = text::measure(&x.ticks.offset, x.size);
    let meet = label.width / 2.0 + offset.width + 0.5 * x.size > length / 2.0;
    if meet { offset_height(x) } else { 0.0 }
}

/// How far the offset text reaches above the frame.
pub(super) fn offset_ascent(axis: &Axis) -> f64 {
    let text = &axis.ticks.offset;
    if text.is_empty() { 0.0 } else { OFFSET_PAD + text::measure(text, axis.size).ascent }
}

/// How much a title stands higher because the label of y reaches above the frame beside it.
pub(in crate::render) fn label_rise(cell: &Cell, upright: bool) -> f64 {
    let [width, height] = cell.lengths;
    let meets = !upright && cell.title.width > width + 2.0 * cell.label_at[1];
    if meets { ((cell.labels[1].width - height) / 2.0).max(0.0) } else { 0.0 }
}

/// A colour bar's offset text, whose foot stands `foot` points above the frame and which begins `away`
/// points right of it.
#[derive(Clone, Copy)]
pub(in crate::render) struct Near<'a> {
    axis: &'a Axis,
    foot: f64,
    away: f64,
}

/// How much a title stands above the frame: more where it would meet the offset text of the axis, or
/// of a colour bar.
pub(in crate::render) fn title_lift(title: &Block, y: &Axis, length: f64, bar: Option<Near<'_>>) -> f64 {
    let mut lift: f64 = title.pad;
    if !y.ticks.offset.is_empty() {
        let offset = text::measure(&y.ticks.offset, y.size);
        if length / 2.0 - title.width / 2.0 < offset.width + 0.5 * y.size {
            lift = lift.max(offset_height(y) + title.pad);
        }
    }
    if let Some(Near { axis, foot, away }) = bar.filter(|bar| !bar.axis.ticks.offset.is_empty())
        && title.width / 2.0 > length / 2.0 + away - 0.5 * axis.size
    {
        lift = lift.max(foot + offset_height(axis) + title.pad);
    }
    // A deep formula keeps off the frame.
    lift + title.excess()
}

/// How much a title stands above the frame where it would meet the offset text of the twin of a panel,
/// at the right end of the frame.
pub(in crate::render) fn twin_lift(sheet: &Sheet<'_>, cells: &[Cell], panel: usize, length: f64) -> f64 {
    let title = &cells[panel].title;
    let mut twins = sheet.panels.iter().zip(cells);
    let twin = twins.find(|(other, _)| other.far[1] && other.twin.is_some_and(|(base, _)| base == panel));
    let Some((_, twin)) = twin.filter(|(_, twin)| !twin.axes[1].ticks.offset.is_empty()) else { return 0.0 };
    let axis = &twin.axes[1];
    let offset = text::measure(&axis.ticks.offset, axis.size);
    let meet = length / 2.0 - title.width / 2.0 < offset.width + 0.5 * axis.size;
    if meet { offset_height(axis) + title.pad + title.excess() } else { 0.0 }
}

/// How much a title stands above the frame where it would meet axes inside its panel that reach above the
/// frame.
pub(in crate::render) fn inset_lift(sheet: &Sheet<'_>, layout: &Layout, panel: usize, total: f64) -> f64 {
    let cell = &layout.cells[panel];
    let whole = Rect { left: 0.0, top: 0.0, right: cell.lengths[0], bottom: cell.lengths[1] };
    let middle = whole.right / 2.0;
    let reach = cell.title.width / 2.0;
    inset::inside(sheet, panel)
        .map(|(k, _, inset)| {
            let own = layout.cells[k].lengths;
            let frame = inset.frame(&whole, own);
            let [left, right, top, _] = needs(sheet, layout, k, own[0].max(LEAST), total);
            let meets = frame.left - left < middle + reach && frame.right + right > middle - reach;
            let above = top - frame.top;
            if meets && above > 0.0 { above + TITLE_PAD + cell.title.excess() } else { 0.0 }
        })
        .fold(0.0, f64::max)
}

/// A colour bar's offset text beside a panel, if it may meet that panel's title.
pub(in crate::render) fn bar_near<'a>(
    sheet: &Sheet<'_>,
    bars: &'a [BarLayout],
    at: [usize; 2],
    total: f64,
) -> Option<Near<'a>> {
    let corner = at[1] == 0 && at[0] + 1 == sheet.grid[0];
    first_right(&sheet.bars, bars, total).filter(|_| corner)
}

/// The offset text of a panel's own colour bar.
pub(in crate::render) fn own_bar<'a>(bars: &[Bar], cell: &'a Cell) -> Option<Near<'a>> {
    first_right(bars, &cell.bars, cell.lengths[0])
}

fn first_right<'a>(bars: &[Bar], laid: &'a [BarLayout], width: f64) -> Option<Near<'a>> {
    let mut pairs = bars
        .iter()
        .zip(laid)
        .filter(|(bar, _)| bar.options.location() == Location::Right && bar.options.inset.is_none());
    pairs.next().map(|(bar, laid)| Near {
        axis: &laid.axis,
        foot: laid.offset_lift,
        away: bar.options.pad * width,
    })
}

/// How far tables reach beyond a frame of these lengths: left, right, top, bottom.
pub(in crate::render) fn table_reach(panel: &Panel, lengths: [f64; 2]) -> [f64; 4] {
    let mut most = [0.0_f64; 4];
    for beyond in panel.tables.iter().map(|table| table.beyond(lengths)) {
        most.iter_mut().zip(beyond).for_each(|(most, beyond)| *most = most.max(beyond));
    }
    most
}

/// What a panel needs beyond its frame: left, right, top, bottom.
fn needs(sheet: &Sheet<'_>, layout: &Layout, i: usize, width: f64, total: f64) -> [f64; 4] {
    let (panel, cell) = (&sheet.panels[i], &layout.cells[i]);
    let near = || bar_near(sheet, &layout.bars, panel.at, total).filter(|_| panel.inset.is_none());
    let bar = own_bar(&panel.bars, cell).or_else(near);
    let [x, y] = [&cell.axes[0], &cell.axes[1]];
    let [x_shown, y_shown] = panel.shown;
    let upright = panel.options.y.label_text.rotation == Some(0.0);
    let y_label = match &cell.labels[1] {
        label if upright && !label.is_empty() => label.pad + label.width,
        label => beside(label),
    };
    let overhang = |axis: &Axis, shown: bool, end: usize| if shown { axis.overhang[end] } else { 0.0 };
    let x_offset = if x_shown { offset_height(x) } else { 0.0 };
    let height = cell.lengths[1].max(LEAST);
    let title = if cell.title.is_empty() {
        0.0
    } else {
        let lift = title_lift(&cell.title, y, width, bar).max(twin_lift(sheet, &layout.cells, i, width));
        let lift = lift.max(inset_lift(sheet, layout, i, total));
        lift + label_rise(cell, upright) + cell.title.ascent()
    };
    let y_offset = if y_shown { offset_ascent(y) } else { 0.0 };
    let side = if cell.side.is_empty() { 0.0 } else { TITLE_PAD + cell.side.height() };
    let [left, right, top, bottom] = panel.around;
    let top = top.max(table_reach(panel, cell.lengths)[2]);
    let title = if title > 0.0 { title + top } else { top };
    if panel.bare || panel.space.is_some() {
        // Texts of axes in space stand inside their place.
        let over = ((cell.title.width - width) / 2.0).max(0.0);
        return [left.max(over), side.max(right).max(over), title, bottom];
    }
    let vertical = cell.label_at[1] + y_label;
    let drop = if x_shown { label_drop(&cell.labels[0], x, width) } else { 0.0 };
    let horizontal = cell.label_at[0] + (drop + beside(&cell.labels[0])).max(x_offset);
    // Words that are longer than the axes, and have no break.
    let [title_over, label_over] =
        [&cell.title, &cell.labels[0]].map(|text| ((text.width - width) / 2.0).max(0.0));
    let text_over = title_over.max(label_over);
    let upright_over = if upright { 0.0 } else { (cell.labels[1].width - height) / 2.0 };
    let far = |i: usize, depth: f64| if panel.far[i] { [0.0, depth] } else { [depth, 0.0] };
    let ([left, right], [bottom, top]) = (far(1, vertical), far(0, horizontal));
    let above = title.max(y_offset).max(overhang(y, y_shown, 1));
    [
        left.max(overhang(x, x_shown, 0)).max(text_over),
        side.max(right).max(overhang(x, x_shown, 1)).max(text_over),
        above.max(top).max(upright_over),
        bottom.max(overhang(y, y_shown, 0)).max(upright_over),
    ]
}

/// Space around and between panels of these lengths, which take `total` with their gaps.
pub(super) fn margins(
    sheet: &Sheet<'_>,
    layout: &mut Layout,
    lengths: &[Vec<f64>; 2],
    total: [f64; 2],
) -> Margins {
    let [cols, rows] = sheet.grid;
    let mut needs: Vec<[f64; 4]> = (0..sheet.panels.len())
        .map(|i| needs(sheet, layout, i, layout.cells[i].lengths[0].max(LEAST), total[0]))
        .collect();
    for (i, panel) in sheet.panels.iter().enumerate() {
        if let Some((base, _)) = panel.twin {
            let own = needs[i];
            let with_title =
                if own[2] > 0.0 && !layout.cells[base].title.is_empty() { needs[base][2] } else { 0.0 };
            needs[base].iter_mut().zip(own).for_each(|(both, own)| *both = both.max(own));
            if panel.far[0] {
                // A title stands above the upper axis.
                needs[base][2] = needs[base][2].max(own[2] + with_title);
            }
        }
    }
    for ((needs, cell), panel) in needs.iter_mut().zip(&mut layout.cells).zip(&sheet.panels) {
        // A legend beside its axes.
        if let Some(legend) = &panel.legend {
            let beyond = legend.beyond(cell.lengths);
            needs.iter_mut().zip(beyond).for_each(|(need, beyond)| *need = need.max(beyond));
        }
        let reach = table_reach(panel, cell.lengths);
        needs.iter_mut().zip(reach).for_each(|(need, reach)| *need = need.max(reach));
        cell.needs = *needs;
        bars::add(&panel.bars, &cell.bars, cell.lengths, needs);
    }
    for (i, panel) in sheet.panels.iter().enumerate() {
        if let Some(inset) = &panel.inset {
            let [outer, own] = [inset.base, i].map(|k| layout.cells[k].lengths);
            let beyond = inset.beyond(outer, own, needs[i]);
            needs[inset.base].iter_mut().zip(beyond).for_each(|(need, beyond)| *need = need.max(beyond));
        }
    }
    let most = |side: usize, wanted: &dyn Fn([usize; 2]) -> bool| {
        let panels = sheet.panels.iter().zip(&needs);
        let panels = panels.filter(|(panel, _)| panel.inset.is_none() && wanted(panel.at));
        panels.map(|(_, needs)| needs[side]).fold(0.0, f64::max)
    };
    layout.needs = [
        most(0, &|at| at[0] == 0),
        most(1, &|at| at[0] + 1 == cols),
        most(2, &|at| at[1] == 0),
        most(3, &|at| at[1] + 1 == rows),
    ];
    let mut around = layout.needs;
    bars::add(&sheet.bars, &layout.bars, total, &mut around);
    let [left, right, top, bottom] = around;
    let mut margins =
        Margins { left: PAD + left, right, top, bottom: PAD + bottom, gaps: [Vec::new(), Vec::new()] };
    gaps(sheet, layout, &needs, &mut margins);
    if let Some((legend, place)) = &sheet.legend {
        let [wide, tall] = legend.extent;
        let gap = PAD.max(72.0 * sheet.size[0] * legend.margin);
        match place {
            Place::Right(_) => margins.right += gap + wide,
            Place::Left(_) => margins.left += gap + wide,
            Place::Above(_) => margins.top += gap + tall,
            Place::Below(_) => margins.bottom += gap + tall,
            Place::Within => {}
        }
    }
    let [below, left] =
        [0, 1].map(|i| figure_label::room(&sheet.chart.suplabels[i], i, &layout.suplabels[i]));
    margins.bottom += below;
    margins.left += left;
    if !layout.suptitle.is_empty() {
        let height = 72.0 * sheet.size[1];
        margins.top += layout.suptitle.height() + PAD + sheet.chart.suptitle_margin.clamp(0.0, 0.5) * height;
    }
    margins.right += PAD;
    margins.top += PAD;
    asked(sheet, &mut margins, lengths);
    margins
}

/// Gaps between columns and rows: what neighbours need, at least a little.
fn gaps(sheet: &Sheet<'_>, layout: &Layout, needs: &[[f64; 4]], margins: &mut Margins) {
    let [cols, rows] = sheet.grid;
    let mut at = vec![None; cols * rows];
    for (i, panel) in sheet.panels.iter().enumerate() {
        if panel.twin.is_none() && panel.inset.is_none() {
            at[panel.row() * cols + panel.col()] = Some(i);
        }
    }
    let find = |col: usize, row: usize| if col < cols && row < rows { at[row * cols + col] } else { None };
    margins.gaps = [vec![0.0; cols.saturating_sub(1)], vec![0.0; rows.saturating_sub(1)]];
    let outer = |panel: &Panel| panel.twin.is_none() && panel.inset.is_none();
    for (i, panel) in sheet.panels.iter().enumerate().filter(|(_, panel)| outer(panel)) {
        let [col, row] = panel.at;
        let cell = &layout.cells[i];
        if let Some(next) = find(col + 1, row) {
            let [x, other] = [&cell.axes[0], &layout.cells[next].axes[0]];
            // Labels that are drawn here, or by other panels of these columns.
            let labels = x.overhang[1] + other.overhang[0] + 0.5 * x.size;
            let tick = cell.axes[1].look.outward();
            let gap = (tick + 2.0 * PAD + 2.0).max(labels).max(needs[i][1] + needs[next][0] + PAD);
            margins.gaps[0][col] = margins.gaps[0][col].max(gap);
        }
        if let Some(next) = find(col, row + 1) {
            let title = if layout.cells[next].title.is_empty() { 0.0 } else { needs[next][2] };
            let tick = cell.axes[0].look.outward();
            let gap = (tick + 2.0 * PAD + title).max(needs[i][3] + needs[next][2] + PAD);
            margins.gaps[1][row] = margins.gaps[1][row].max(gap);
        }
    }
}

/// Takes over margins and spaces that somebody asked for where they are larger.
fn asked(sheet: &Sheet<'_>, margins: &mut Margins, lengths: &[Vec<f64>; 2]) {
    let [width, height] = sheet.size.map(|inches| 72.0 * inches);
    let share = |v: f64, size: f64| if v.is_finite() { v.clamp(0.0, 0.9) * size } else { 0.0 };
    let [left, bottom, right, top] = sheet.chart.edges;
    margins.left = margins.left.max(left.map_or(0.0, |v| share(v, width)));
    margins.bottom = margins.bottom.max(bottom.map_or(0.0, |v| share(v, height)));
    margins.right = margins.right.max(right.map_or(0.0, |v| share(1.0 - v, width)));
    margins.top = margins.top.max(top.map_or(0.0, |v| share(1.0 - v, height)));
    for ((own, gaps), space) in lengths.iter().zip(&mut margins.gaps).zip(sheet.chart.spaces) {
        let mean = own.iter().sum::<f64>() / own.len().max(1) as f64;
        if let Some(space) = space.filter(|space| space.is_finite()) {
            gaps.iter_mut().for_each(|gap| *gap = gap.max(space.clamp(0.0, 5.0) * mean));
        }
    }
}

/// Where the labels of the axes stand, in line with those of their row or column if asked.
pub(super) fn align(sheet: &Sheet<'_>, layout: &mut Layout) {
    for axis in 0..2 {
        let depth = |i: usize| {
            let own = &layout.cells[i].axes[axis];
            if sheet.panels[i].shown[axis] { label_depth(own) } else { own.look.outward() }
        };
        let own: Vec<f64> = (0..layout.cells.len()).map(depth).collect();
        // x labels stand in line along a row, y labels along a column.
        let line = |i: usize| sheet.panels[i].at[1 - axis];
        let inside = |i: usize| sheet.panels[i].inset.is_some();
        for i in 0..own.len() {
            let most = (0..own.len())
                .filter(|k| line(*k) == line(i) && !inside(*k))
                .map(|k| own[k])
                .fold(0.0, f64::max);
            layout.cells[i].label_at[axis] =
                if sheet.chart.align[axis] && !inside(i) { most } else { own[i] };
        }
    }
}
