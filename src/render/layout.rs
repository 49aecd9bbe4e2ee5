//! Where everything goes: margins from measured texts, room for guides.
//!
//! One pass of a few steps instead of a solver: tick labels depend on the axes' lengths, which
//! depend on the labels' sizes, and that settles at once. Content drives the margins, as
//! matplotlib's constrained layout with 0.08 inches of padding; margins and spaces that somebody
//! asked for are kept where they are larger.

mod bars;
mod measure;

use super::axis::{Axis, AxisSpec};
use super::block::Block;
use super::chart::{Ratio, Scale};
use super::legend::Place;
use super::record::snap;
use super::scene::Rect;
use super::sheet::{Panel, Sheet};
use super::text::FontOptions;
use super::ticks::Side;
pub(super) use bars::BarLayout;
use measure::Margins;
pub(super) use measure::{
    bar_near, beside, inset_lift, label_depth, label_drop, label_rise, own_bar, table_reach, title_lift,
    twin_lift,
};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Around the figure and between its parts, points (0.08 inch).
pub(super) const PAD: f64 = 5.76;
/// From the frame to the title's baseline.
pub(super) const TITLE_PAD: f64 = 6.0;
/// From the frame or the tick labels to the offset text.
pub(super) const OFFSET_PAD: f64 = 3.0;
/// Most that names of an axis take of a panel's share of the figure.
const DEEPEST: f64 = 0.45;
/// Least share of a figure that its panels have before texts become smaller.
const CRAMPED: f64 = 0.2;
/// Most turns until lengths settle that tables grow with.
const TABLE_TURNS: usize = 60;
/// Least length of an axis, points: below, a figure is too small to be laid out.
const LEAST: f64 = 8.0;

/// A panel's place and texts.
pub(super) struct Cell {
    /// The frame.
    pub(super) frame: Rect,
    /// The axes at the frame's lengths.
    pub(super) axes: [Rc<Axis>; 2],
    /// Labels of the axes, wrapped.
    pub(super) labels: [Block; 2],
    /// Title, wrapped.
    pub(super) title: Block,
    /// Text to the right.
    pub(super) side: Block,
    /// From the frame to the labels of its axes, where they stand in line with others'.
    pub(super) label_at: [f64; 2],
    /// Lengths of its axes.
    pub(super) lengths: [f64; 2],
    /// Its colour bars.
    pub(super) bars: Vec<BarLayout>,
    /// What it needs beyond its frame without them: left, right, top, bottom.
    pub(super) needs: [f64; 4],
}

/// Where everything goes.
pub(super) struct Layout {
    /// The panels, as in the sheet.
    pub(super) cells: Vec<Cell>,
    /// Title of the figure, wrapped.
    pub(super) suptitle: Block,
    /// Labels of the figure, wrapped: below all panels, and left of them.
    pub(super) suplabels: [Block; 2],
    /// Colour bars of all panels.
    pub(super) bars: Vec<BarLayout>,
    /// What the panels need around them without these: left, right, top, bottom.
    pub(super) needs: [f64; 4],
    /// Upper left corner of the legend outside the panels.
    pub(super) legend: [f64; 2],
    /// Whether texts take nearly all of the room.
    pub(super) cramped: bool,
}

/// Lays a figure out.
pub(super) fn solve(sheet: &Sheet<'_>) -> Layout {
    let size = sheet.size.map(|inches| 72.0 * inches);
    let shares: [Vec<f64>; 2] = [0, 1].map(|i| shares(&sheet.chart.ratios[i], sheet.grid[i]));
    let mut lengths =
        [0, 1].map(|i| shares[i].iter().map(|share| 0.75 * size[i] * share).collect::<Vec<_>>());
    let mut margins = Margins::default();
    let mut layout = step(sheet, &lengths, &mut margins);
    // Labels, lengths, labels again: the third time nothing moves any more but in odd cases, where
    // from then on margins only grow, so that an end is reached and nothing is cut.
    let turns = if sheet.panels.iter().any(|panel| !panel.tables.is_empty()) { TABLE_TURNS } else { 9 };
    for turn in 0..turns {
        let before = lengths.clone();
        let hurry = hurry(sheet, &layout);
        lengths = [0, 1].map(|i| {
            let room = size[i] - margins.around(i) - margins.gaps[i].iter().sum::<f64>();
            let wanted = shares[i].iter().map(|share| (room * share).max(LEAST));
            let part = if turn + 7 < turns { hurry[i] } else { 1.0 };
            wanted.zip(&before[i]).map(|(wanted, had)| had + part * (wanted - had)).collect()
        });
        lengths = shrunk(sheet, lengths);
        let moved = |i: usize| lengths[i].iter().zip(&before[i]).any(|(a, b)| (a - b).abs() >= 1e-6);
        if !moved(0) && !moved(1) {
            break;
        }
        let held = margins.clone();
        layout = step(sheet, &lengths, &mut margins);
        if turn + 7 >= turns {
            margins.grow(&held);
        }
    }
    place(sheet, &mut layout, &lengths, &margins);
    layout.cramped = (0..2).any(|i| {
        let room = size[i] - margins.around(i) - margins.gaps[i].iter().sum::<f64>();
        room < CRAMPED * size[i] || room < lengths[i].iter().sum::<f64>() - 0.1
    });
    layout
}

/// Which part of the way to new lengths of axes is gone at once, along x and y: less where tables grow with
/// them, as else each turn would overshoot.
fn hurry(sheet: &Sheet<'_>, layout: &Layout) -> [f64; 2] {
    let mut parts = [1.0_f64; 2];
    let tables = sheet.panels.iter().zip(&layout.cells).filter(|(panel, _)| !panel.tables.is_empty());
    for (panel, cell) in tables {
        let [left, right, top, bottom] = measure::table_reach(panel, cell.lengths);
        for (i, reach) in [left + right, top + bottom].into_iter().enumerate() {
            parts[i] = parts[i].min(1.0 / (1.0 + reach / cell.lengths[i].max(LEAST)));
        }
    }
    parts
}

/// Shares of columns or rows, which add up to 1.
fn shares(ratios: &[f64], count: usize) -> Vec<f64> {
    let count = count.max(1);
    let sum: f64 = ratios.iter().sum();
    let usable = ratios.len() == count && sum.is_finite() && ratios.iter().all(|ratio| *ratio > 0.0);
    if usable { ratios.iter().map(|ratio| ratio / sum).collect() } else { vec![1.0 / count as f64; count] }
}

/// Columns and rows no longer than their panels need at the ratios that they want.
fn shrunk(sheet: &Sheet<'_>, lengths: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let mut needed = [0, 1].map(|i| vec![None; lengths[i].len()]);
    for panel in sheet.panels.iter().filter(|panel| panel.twin.is_none() && panel.inset.is_none()) {
        let at = [panel.col(), panel.row()];
        let own = fit(sheet, panel, [0, 1].map(|i| lengths[i][at[i]]));
        for i in 0..2 {
            let most = &mut needed[i][at[i]];
            *most = Some(most.map_or(own[i], |most: f64| most.max(own[i])));
        }
    }
    [0, 1].map(|i| needed[i].iter().zip(&lengths[i]).map(|(own, whole)| own.unwrap_or(*whole)).collect())
}

/// The lengths of a panel's axes in its place, shrunk to the ratio that it wants.
fn fit(sheet: &Sheet<'_>, panel: &Panel, lengths: [f64; 2]) -> [f64; 2] {
    // One inside another has a part of that one's frame.
    let lengths = match &panel.inset {
        Some(inset) => inset.lengths(fit(sheet, &sheet.panels[inset.base], lengths)),
        None => lengths,
    };
    // A twin has the frame of what it is drawn over.
    let panel = panel.twin.map_or(panel, |(base, _)| &sheet.panels[base]);
    let tall = match panel.options.aspect {
        None | Some(Ratio::Auto | Ratio::Limits(_)) => return lengths,
        Some(Ratio::Box(ratio)) => ratio,
        Some(Ratio::Units(unit)) => {
            let spans = [0, 1].map(|i| span(&sheet.specs[i][panel.spec[i]]));
            unit * spans[1] / spans[0]
        }
    };
    let width = lengths[0].min(lengths[1] / tall);
    let own = [width, width * tall];
    if own.iter().all(|length| length.is_finite()) { own.map(|length| length.max(LEAST)) } else { lengths }
}

/// Length of an axis in the space of its scale; decades of the scale's own base, as matplotlib
/// counts them.
fn span(spec: &AxisSpec) -> f64 {
    let step = match spec.scale {
        Scale::Log { base } => libm::log10(base),
        _ => 1.0,
    };
    let [a, b] = spec.limits.map(|limit| spec.scale.forward(limit) / step);
    (b - a).abs()
}

/// The one axis (0 is x) of a panel of [`Ratio::Limits`] whose limits must grow around their middle,
/// and the limits that it gets; `None` if none must.
fn grown(sheet: &Sheet<'_>, panel: &Panel, lengths: [f64; 2]) -> Option<(usize, [f64; 2])> {
    let panel = panel.twin.map_or(panel, |(base, _)| &sheet.panels[base]);
    let Some(Ratio::Limits(unit)) = panel.options.aspect else { return None };
    let specs = [0, 1].map(|i| &sheet.specs[i][panel.spec[i]]);
    let spans = specs.map(span);
    // How many times too short the limits of y are.
    let factor = lengths[1] / unit * spans[0] / (lengths[0] * spans[1]);
    let (i, factor) = if factor > 1.0 { (1, factor) } else { (0, 1.0 / factor) };
    let scale = specs[i].scale;
    let [a, b] = specs[i].limits.map(|limit| scale.forward(limit));
    let (middle, half) = ((a + b) / 2.0, (b - a) / 2.0 * factor);
    let limits = [middle - half, middle + half].map(|place| scale.inverse(place));
    (factor > 1.005 && limits.iter().all(|limit| limit.is_finite())).then_some((i, limits))
}

/// Ticks, labels and margins for panels of these lengths.
fn step(sheet: &Sheet<'_>, lengths: &[Vec<f64>; 2], margins: &mut Margins) -> Layout {
    let style = &sheet.chart.style;
    let [width, height] = sheet.size.map(|inches| 72.0 * inches);
    let faceted = sheet.panels.iter().filter(|panel| panel.inset.is_none()).count() > 1;
    // A lone label may reach as far on both sides of its axis as the figure allows.
    let reach = |length: f64, size: f64, around: [f64; 2]| {
        let spare = if faceted { 0.0 } else { 2.0 * (around[0].min(around[1]) - PAD).max(0.0) };
        (length + spare).min(size - 2.0 * PAD)
    };
    let most = [1, 0].map(|i| DEEPEST * [width, height][i] / sheet.grid[i].max(1) as f64);
    let mut laid: [BTreeMap<(usize, u64), Rc<Axis>>; 2] = [BTreeMap::new(), BTreeMap::new()];
    let cells: Vec<Cell> = sheet
        .panels
        .iter()
        .map(|panel| {
            let own = fit(sheet, panel, [lengths[0][panel.col()], lengths[1][panel.row()]]);
            let grown = grown(sheet, panel, own);
            let axes = [0, 1].map(|i| {
                let side = if i == 0 { Side::Horizontal } else { Side::Vertical };
                let key = (panel.spec[i], own[i].to_bits());
                let spec = &sheet.specs[i][panel.spec[i]];
                if let Some((_, limits)) = grown.filter(|(which, _)| *which == i) {
                    return Rc::new(AxisSpec { limits, ..spec.clone() }.lay_within(own[i], side, most[i]));
                }
                let lay = || Rc::new(spec.lay_within(own[i], side, most[i]));
                laid[i].entry(key).or_insert_with(lay).clone()
            });
            let across = reach(own[0], width, [margins.left, margins.right]);
            let along = reach(own[1], height, [margins.top, margins.bottom]);
            let size = |text: &super::panel::TextOptions, size: f64| text.size.unwrap_or(size);
            let font = |text: &super::panel::TextOptions, of: FontOptions| own_font(of, text.font);
            let options = &panel.options;
            let upright = options.y.label_text.rotation == Some(0.0);
            let title = Block::set(
                &panel.title,
                size(&options.title_text, style.title_size),
                across,
                font(&options.title_text, style.title_font),
            )
            .away(options.title_text.pad.unwrap_or(style.title_pad));
            // Beside a title that is wider than the frame there is no room above the frame.
            let along = if title.width > own[0] { own[1] } else { along };
            Cell {
                frame: Rect::default(),
                axes,
                labels: [
                    Block::set(
                        &panel.labels[0],
                        size(&options.x.label_text, style.label_size),
                        across,
                        font(&options.x.label_text, style.label_font),
                    )
                    .away(options.x.label_text.pad.unwrap_or(style.label_pad)),
                    Block::set(
                        &panel.labels[1],
                        size(&options.y.label_text, style.label_size),
                        if upright { 0.3 * width } else { along },
                        font(&options.y.label_text, style.label_font),
                    )
                    .away(options.y.label_text.pad.unwrap_or(style.label_pad)),
                ],
                title,
                side: Block::new(&panel.side, style.font_size, own[1]),
                label_at: [0.0; 2],
                lengths: own,
                bars: panel.bars.iter().map(|bar| bars::lay(bar, own, [width, height], style)).collect(),
                needs: [0.0; 4],
            }
        })
        .collect();
    let suptitle_size = sheet.chart.suptitle_text.size.unwrap_or(style.suptitle_size);
    let total = [0, 1].map(|i| lengths[i].iter().sum::<f64>() + margins.gaps[i].iter().sum::<f64>());
    let bars = sheet.bars.iter().map(|bar| bars::lay(bar, total, [width, height], style)).collect();
    let suptitle_font = own_font(style.suptitle_font, sheet.chart.suptitle_text.font);
    let suptitle = Block::set(&sheet.suptitle, suptitle_size, width - 2.0 * PAD, suptitle_font);
    let suplabels = [0, 1].map(|i| super::figure_label::block(sheet, i));
    let mut layout =
        Layout { cells, suptitle, suplabels, bars, needs: [0.0; 4], legend: [0.0; 2], cramped: false };
    measure::align(sheet, &mut layout);
    *margins = measure::margins(sheet, &mut layout, lengths, total);
    layout
}

/// The frames, on whole pixels, and the guides beside them.
fn place(sheet: &Sheet<'_>, layout: &mut Layout, lengths: &[Vec<f64>; 2], margins: &Margins) {
    let [width, height] = sheet.size.map(|inches| 72.0 * inches);
    let total = [0, 1].map(|i| lengths[i].iter().sum::<f64>() + margins.gaps[i].iter().sum::<f64>());
    // What equal units leave over goes around the panels.
    let spare = [
        (width - margins.left - margins.right - total[0]).max(0.0) / 2.0,
        (height - margins.top - margins.bottom - total[1]).max(0.0) / 2.0,
    ];
    let origin = [margins.left + spare[0], margins.top + spare[1]];
    let pixel = 72.0 / sheet.chart.style.dpi;
    // Images end between pixels there, and painters move the frame onto the pixel that begins there.
    let sharp = |at: f64| snap((at / pixel).round() * pixel);
    let start = |i: usize, k: usize| {
        origin[i] + lengths[i][..k].iter().sum::<f64>() + margins.gaps[i][..k].iter().sum::<f64>()
    };
    for (cell, panel) in layout.cells.iter_mut().zip(&sheet.panels).filter(|(_, panel)| panel.inset.is_none())
    {
        let (left, top) = (start(0, panel.col()), start(1, panel.row()));
        let spare = |i: usize, slot: f64| (slot - cell.lengths[i]).max(0.0) / 2.0;
        let left = left + spare(0, lengths[0][panel.col()]);
        let top = top + spare(1, lengths[1][panel.row()]);
        cell.frame = Rect {
            left: sharp(left),
            top: sharp(top),
            right: sharp(left + cell.lengths[0]),
            bottom: sharp(top + cell.lengths[1]),
        };
        bars::place(&panel.bars, &mut cell.bars, &cell.frame, cell.needs, sharp);
    }
    for (i, panel) in sheet.panels.iter().enumerate() {
        let Some(inset) = &panel.inset else { continue };
        let outer = layout.cells[inset.base].frame;
        let cell = &mut layout.cells[i];
        let Rect { left, top, right, bottom } = inset.frame(&outer, cell.lengths);
        cell.frame = Rect { left: sharp(left), top: sharp(top), right: sharp(right), bottom: sharp(bottom) };
        bars::place(&panel.bars, &mut cell.bars, &cell.frame, cell.needs, sharp);
    }
    let all = Rect {
        left: sharp(origin[0]),
        top: sharp(origin[1]),
        right: sharp(origin[0] + total[0]),
        bottom: sharp(origin[1] + total[1]),
    };
    bars::place(&sheet.bars, &mut layout.bars, &all, layout.needs, sharp);
    let mut needs = layout.needs;
    bars::add(&sheet.bars, &layout.bars, total, &mut needs);
    let right = origin[0] + total[0] + needs[1];
    if let Some((legend, place)) = &sheet.legend {
        let [wide, tall] = legend.extent;
        let above = if layout.suptitle.is_empty() { 0.0 } else { layout.suptitle.height() + PAD };
        let along = |share: f64, from: f64, to: f64, own: f64| (from + share * (to - from - own)).max(PAD);
        let frames = || layout.cells.iter().map(|cell| cell.frame);
        let least = |side: fn(&Rect) -> f64| frames().map(|f| side(&f)).fold(f64::INFINITY, f64::min);
        let most = |side: fn(&Rect) -> f64| frames().map(|f| side(&f)).fold(f64::NEG_INFINITY, f64::max);
        let across = |share: f64| {
            along(share, least(|f| f.left), most(|f| f.right), wide).min(width - PAD - wide).max(PAD)
        };
        let down = |share: f64| {
            along(share, least(|f| f.top), most(|f| f.bottom), tall).min(height - PAD - tall).max(PAD)
        };
        layout.legend = match *place {
            Place::Right(share) => [(right + PAD).max(width - PAD - wide), down(share)],
            Place::Left(share) => [PAD, down(share)],
            Place::Above(share) => [across(share), PAD + above],
            Place::Below(share) => [across(share), height - PAD - tall],
            Place::Within => {
                let all = Rect { left: 0.0, top: 0.0, right: width, bottom: height };
                let [x, y] = legend.inside(&all, &[]);
                [x.min(width - PAD - wide).max(PAD), y.min(height - PAD - tall).max(PAD)]
            }
        };
    }
}
/// The font of a text by what the style says of its kind, and what is said of the text.
fn own_font(mut of: FontOptions, own: FontOptions) -> super::text::Font {
    of.update(&own);
    of.over(super::text::base())
}
