//! Calls on panels of a facet grid (the helper `call`), over what is there.

use super::argument::{Argument, Call};
use super::board::{Board, Rank, painted};
use super::{Inner, insets, merged, run_all, within};
use crate::diag::Diagnostic;
use crate::render::Chart;
use crate::render::chart::View;
use crate::render::colorbar::Bar;
use crate::render::content::AxisContent;
use crate::render::error::RenderError;
use crate::render::marks::Mark;
use crate::render::panel::PanelOptions;
use crate::render::sheet::{self, Painted};
use crate::render::tabular::Table;
use std::collections::BTreeMap;

/// A panel that calls draw on.
pub(in crate::render) struct Under<'p> {
    /// Column and row.
    pub(in crate::render) at: [usize; 2],
    /// Columns and rows of the figure.
    pub(in crate::render) grid: [usize; 2],
    /// What its axes show, which calls may change.
    pub(in crate::render) axes: &'p mut [AxisContent; 2],
    /// From where it is seen, if it is in space.
    pub(in crate::render) view: Option<View>,
    /// What it shows, which calls add to.
    pub(in crate::render) marks: &'p mut Vec<Painted>,
    /// What is wanted of it; what calls say of it counts where nothing else is said.
    pub(in crate::render) options: &'p mut PanelOptions,
}

/// What calls add to a panel besides marks and options.
#[derive(Default)]
pub(in crate::render) struct Over {
    /// Colour bars beside it, and beside all panels.
    pub(in crate::render) bars: [Vec<Bar>; 2],
    /// Whether it has no frame, and whether marks are drawn past its place.
    pub(in crate::render) bare: bool,
    pub(in crate::render) open: bool,
    /// Room that marks need around it, points: left, right, top, bottom.
    pub(in crate::render) around: [f64; 4],
    /// Tables inside and beside it.
    pub(in crate::render) tables: Vec<Table>,
    /// Axes inside it.
    pub(in crate::render) insets: Vec<Inner>,
}

/// Draws the calls that a panel's options hold on it.
///
/// # Errors
/// Calls that fail, if the chart is strict; else they are warnings, and the others are drawn.
pub(in crate::render) fn overlay(
    chart: &Chart,
    under: Under<'_>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Over, RenderError> {
    let Some(calls) = under.options.calls.take().filter(|calls| !calls.is_empty()) else {
        return Ok(Over::default());
    };
    let style = &chart.style;
    let mut board = Board::new(style, warnings);
    board.axes.clone_from(under.axes);
    board.space = under.view;
    let mut before = std::mem::take(under.marks);
    before.sort_by_key(|one| one.number);
    // Colours go on after those of what is there.
    before.iter().for_each(|one| {
        if matches!(one.mark, Mark::Line(_) | Mark::Error(_)) {
            board.next_line()
        } else {
            board.next_patch()
        };
    });
    board.marks = before
        .into_iter()
        .map(|one| (Rank { order: one.order, rasterized: one.rasterized }, one.mark, one.color))
        .collect();
    let [col, row] = under.at;
    let list: Vec<&Call> = calls.iter().collect();
    run_all(chart, &mut board, &list, &BTreeMap::<String, Argument>::new(), &format!("axes [{col}, {row}]"))?;
    let unfit = if board.next.is_some() {
        Some("`plt.twinx` and `plt.twiny` are for the calls of a multiplot")
    } else if board.polar.is_some() {
        Some("panels of a facet grid cannot become polar")
    } else {
        None
    };
    if let Some(why) = unfit {
        sheet::failed(chart, "call", why.to_owned(), board.warnings)?;
        board.next = None;
    }
    let wanted = std::mem::take(&mut board.insets);
    let Board { marks, axes, options: own, bars, bare, open, around, tables, warnings, .. } = board;
    *under.axes = axes;
    *under.options = merged(own, std::mem::take(under.options));
    *under.marks = marks.into_iter().enumerate().map(|(number, ranked)| painted(number, ranked)).collect();
    under.marks.sort_by(|a, b| a.order.total_cmp(&b.order));
    let (all, own): (Vec<_>, Vec<_>) = bars.into_iter().partition(|bar| bar.all);
    let made = [own, all].map(|bars| {
        let bars = bars.into_iter().map(|bar| Bar::new(bar.colors, bar.options, style));
        bars.map(|bar| if under.view.is_some() { bar.beside_space() } else { bar }).collect()
    });
    let insets = insets(chart, wanted, under.at, &BTreeMap::new(), warnings)?;
    let tables = within(tables, chart, under.grid);
    Ok(Over { bars: made, bare, open, around, tables, insets })
}
