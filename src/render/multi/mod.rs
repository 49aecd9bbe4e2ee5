//! Figures from calls of plotting functions, several on each axes (dantro's `multiplot`).
//!
//! A [`MultiPlot`] holds the calls with their arguments; arrays come to them as they are in memory.
//! A call that fails is a warning, and the others are drawn.

mod annotate;
mod areas;
mod argument;
mod axes;
mod bars;
mod board;
mod boxes;
mod hist;
mod inset;
mod labels;
mod legend;
mod lines;
mod look;
mod marking;
mod matrix;
mod overlay;
mod pie;
mod polar;
mod seaborn;
mod space;
mod stacks;
mod statistics;
mod stream;
mod table;
mod tables;
mod vectors;

use super::chart::{Chart, LegendOptions, Limit, Ratio, Share};
use super::colorbar::Bar;
use super::compose::{MOST_INCHES, beside, check, contain, figure_legend, room, warn_of_texts};
use super::draw;
use super::error::RenderError;
use super::inset::Inset;
use super::legend::Legend;
use super::marks::Mark;
use super::panel::PanelOptions;
use super::scene::Scene;
use super::sheet::{self, Panel, Sheet};
use super::space::Space;
use super::tabular::Table;
use crate::diag::{Diagnostic, Warned};
use argument::Bound;
pub use argument::{Argument, Call};
use board::{Board, Rank, Twin};
pub(super) use overlay::{Over, Under, overlay};
use polar::Polar;
use std::collections::BTreeMap;
pub use table::{check_call, names};

/// Most of a panel's height in the figure that a table takes.
const TABLE_SHARE: f64 = 0.55;

/// A figure of calls.
#[derive(Clone, Debug, Default)]
pub struct MultiPlot {
    /// Grid, helpers and look.
    pub chart: Chart,
    /// The calls of each axes: its column and row (negative ones count from the end), the calls in
    /// their order.
    pub cells: Vec<([i64; 2], Vec<Call>)>,
}

impl MultiPlot {
    /// The tags of all results that stand in arguments, each once, sorted.
    pub fn tags(&self) -> Vec<&str> {
        let mut tags = Vec::new();
        self.cells.iter().flat_map(|(_, calls)| calls).for_each(|call| call.tags(&mut tags));
        tags.sort_unstable();
        tags.dedup();
        tags
    }
}

/// Draws a figure of calls; `results` are the values of the tags that stand in their arguments.
///
/// # Errors
/// Sizes that cannot be drawn; calls, helpers and axes that fail if the chart is strict.
pub fn compose_multi(
    multi: &MultiPlot,
    results: &BTreeMap<String, Argument>,
) -> Result<Warned<Scene>, RenderError> {
    super::text::with_base(multi.chart.style.font, || composed(multi, results))
}

fn composed(multi: &MultiPlot, results: &BTreeMap<String, Argument>) -> Result<Warned<Scene>, RenderError> {
    let chart = &multi.chart;
    check(&chart.style)?;
    let mut warnings = Vec::new();
    let grid = chart.subplots.map(|n| n.max(1));
    let [cols, rows] = grid;
    let mut made = Panels::default();
    let mut inner = Vec::new();
    let calls = placed(multi, grid, &mut warnings)?;
    for row in 0..rows {
        for col in 0..cols {
            let mut calls: Vec<&Call> = calls.get(&[col, row]).cloned().unwrap_or_default();
            let name = format!("axes [{col}, {row}]");
            // The helper `call` is for the axes below, after what is drawn on them.
            let first = calls.iter().position(|call| is_twin(call)).unwrap_or(calls.len());
            let mut rest = calls.split_off(first);
            let mut board = Board::new(&chart.style, &mut warnings);
            board.space = chart.view;
            run_all(chart, &mut board, &calls, results, &name)?;
            let wanted = sheet::options(chart, [col, row], grid, !board.drawn(), board.warnings)?;
            let helper = wanted.calls.unwrap_or_default();
            rest.splice(0..0, &helper);
            let mut over: Option<(usize, Twin)> = None;
            loop {
                let next = rest.iter().position(|call| is_twin(call)).map_or(rest.len(), |at| at + 1);
                let now: Vec<&Call> = rest.drain(..next).collect();
                run_all(chart, &mut board, &now, results, &name)?;
                let (twin, axes) = (board.next.take(), board.axes.clone());
                let base = over.map_or(made.panels.len(), |(base, _)| base);
                let insets_of = std::mem::take(&mut board.insets);
                let number = made.panels.len();
                made.add(finished(chart, board, [col, row], grid, over)?);
                for one in insets(chart, insets_of, [col, row], results, &mut warnings)? {
                    inner.push((number, one));
                }
                let Some(twin) = twin else { break };
                over = Some((base, twin));
                board = Board::after(twin, axes, &chart.style, &mut warnings);
            }
        }
    }
    for (base, one) in inner {
        made.add(one.within(base));
    }
    let Panels { mut panels, legends, bars } = made;
    let share = chart.subplot_share;
    let specs = sheet::resolve_axes(chart, &mut panels, share, [Default::default(); 2], &mut warnings)?;
    let scale = if chart.scale_with_subplots { grid.map(|n| n as f64) } else { [1.0, 1.0] };
    let size = [0, 1].map(|i| (chart.style.figsize[i] * scale[i]).clamp(0.1, MOST_INCHES));
    let mut sheet = Sheet {
        chart,
        size,
        grid,
        panels,
        specs,
        bars,
        legend: None,
        suptitle: chart.suptitle.clone().unwrap_or_default(),
    };
    // As dantro: legends of single axes come after the figure's, which gathers theirs.
    let room = room(&sheet, false);
    for (i, options) in legends.iter().enumerate() {
        if options.show == Some(true) {
            let gathered: Vec<_> = if options.gather == Some(true) {
                sheet.panels.iter().flat_map(|panel| sheet::handles(chart, panel)).collect()
            } else {
                sheet::handles(chart, &sheet.panels[i])
            };
            let entries = sheet::entries(gathered.into_iter(), options);
            let legend = Legend::new(entries, options, room, &chart.style);
            sheet.panels[i].legend = (!legend.is_empty()).then_some(legend);
        }
    }
    beside(&mut sheet, &mut warnings);
    contain(&mut sheet);
    if let Some(options) = &chart.figlegend {
        figure_legend(&mut sheet, options, &mut warnings);
    }
    let scene = draw::draw(sheet, &mut warnings)?;
    warn_of_texts(&scene, &mut warnings);
    Ok(Warned { value: scene, warnings })
}

/// The calls by column and row.
fn placed<'m>(
    multi: &'m MultiPlot,
    [cols, rows]: [usize; 2],
    warnings: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<[usize; 2], Vec<&'m Call>>, RenderError> {
    let mut placed: BTreeMap<[usize; 2], Vec<&Call>> = BTreeMap::new();
    for ([col, row], calls) in &multi.cells {
        // As numpy: −1 is the last, and what is beyond either end is not there.
        let index = |at: i64, n: usize| {
            let at = if at < 0 { at + n as i64 } else { at };
            usize::try_from(at).ok().filter(|at| *at < n)
        };
        match (index(*col, cols), index(*row, rows)) {
            (Some(col), Some(row)) => placed.entry([col, row]).or_default().extend(calls),
            _ => {
                let why = format!(
                    "there is no axes [{col}, {row}] in a figure of {cols} × {rows} (columns × rows)"
                );
                sheet::failed(&multi.chart, "to_plot", why, warnings)?;
            }
        }
    }
    Ok(placed)
}

/// Whether what follows a call is drawn on axes over these.
fn is_twin(call: &Call) -> bool {
    matches!(call.function.as_str(), "plt.twinx" | "plt.twiny")
}

/// Runs calls one after the other; those that fail are warnings.
fn run_all(
    chart: &Chart,
    board: &mut Board<'_>,
    calls: &[&Call],
    results: &BTreeMap<String, Argument>,
    axes: &str,
) -> Result<(), RenderError> {
    for call in calls {
        board.calls += 1;
        if let Err(why) = run(board, call, results) {
            let at = format!("call {} on {axes}", board.calls - 1);
            if chart.strict {
                let why = format!("`{}`, {at}: {why}", call.function);
                return Err(RenderError::Helper { helper: "multiplot", why });
            }
            let message = format!("the call of `{}` did not succeed ({at}): {why}", call.function);
            board.warnings.push(Diagnostic::warning(message).at(call.place.clone()));
        }
    }
    Ok(())
}

/// A panel inside another one, before it is known which that is.
pub(in crate::render) struct Inner {
    made: Made,
    wanted: inset::Wanted,
}

impl Inner {
    fn within(self, base: usize) -> Made {
        let inset::Wanted { bounds, indicator, .. } = self.wanted;
        let mut made = self.made;
        made.panel.inset = Some(Inset { base, bounds, indicator });
        made
    }

    /// The panel inside the one of this number, and colour bars of all panels.
    pub(in crate::render) fn panel(self, base: usize) -> (Panel, Vec<Bar>) {
        let made = self.within(base);
        let mut panel = made.panel;
        panel.options.legend = made.legend;
        (panel, made.bars)
    }
}

/// The panels inside another one, at its column and row.
fn insets(
    chart: &Chart,
    wanted: Vec<inset::Wanted>,
    at: [usize; 2],
    results: &BTreeMap<String, Argument>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<Inner>, RenderError> {
    let mut all = Vec::new();
    for (number, wanted) in wanted.into_iter().enumerate() {
        let mut board = Board::new(&chart.style, warnings);
        let calls: Vec<&Call> = wanted.calls.iter().collect();
        let name = format!("inset axes {number} of axes [{}, {}]", at[0], at[1]);
        run_all(chart, &mut board, &calls, results, &name)?;
        let mut made = finished_with(chart, board, [0, 0], [1, 1], PanelOptions::default(), None);
        made.panel.at = at;
        all.push(Inner { made, wanted });
    }
    Ok(all)
}

fn run(board: &mut Board<'_>, call: &Call, results: &BTreeMap<String, Argument>) -> Result<(), String> {
    let function =
        table::find(&call.function).ok_or_else(|| format!("there is no function `{}`", call.function))?;
    let bound = Bound::new(call, function.positional, results)?;
    let before = board.marks.len();
    (function.draw)(board, &bound)?;
    // What is drawn first says what the axes are, unless their projection does.
    let spatial = |(_, mark, _): &(Rank, Mark, _)| matches!(mark, Mark::Space(_));
    let space = board.space.is_some();
    let added = &board.marks[before..];
    if !added.is_empty() && added.iter().any(spatial) != space && (before > 0 || space) {
        board.marks.truncate(before);
        return Err(match space {
            true => "it draws in a plane, and these axes are in space",
            false => "it draws in space, and these axes are a plane",
        }
        .to_owned());
    }
    if added.iter().any(spatial) {
        board.space.get_or_insert_default();
    }
    Ok(())
}

/// Tables that are not higher than a figure of this grid can show below its axes.
fn within(mut tables: Vec<Table>, chart: &Chart, grid: [usize; 2]) -> Vec<Table> {
    let rows = if chart.scale_with_subplots { 1 } else { grid[1].max(1) };
    let most = TABLE_SHARE * 72.0 * chart.style.figsize[1] / rows as f64;
    tables.iter_mut().for_each(|table| table.within(most));
    tables.sort_by(|a, b| a.order.total_cmp(&b.order));
    tables
}

/// A panel, what its legend should be, and colour bars of all panels.
struct Made {
    panel: Panel,
    legend: LegendOptions,
    bars: Vec<Bar>,
}

/// Panels as they are made.
#[derive(Default)]
struct Panels {
    panels: Vec<Panel>,
    legends: Vec<LegendOptions>,
    bars: Vec<Bar>,
}

impl Panels {
    fn add(&mut self, mut made: Made) {
        // Colour bars stand beside the axes below.
        if let Some((base, _)) = made.panel.twin {
            self.panels[base].bars.append(&mut made.panel.bars);
        }
        self.panels.push(made.panel);
        self.legends.push(made.legend);
        self.bars.append(&mut made.bars);
    }
}

/// The panel of a board after its calls, with what helpers want of it; `over` is the panel that it
/// is drawn over.
fn finished(
    chart: &Chart,
    board: Board<'_>,
    at: [usize; 2],
    grid: [usize; 2],
    over: Option<(usize, Twin)>,
) -> Result<Made, RenderError> {
    // Helpers are for the axes below.
    let wanted = match over {
        None => sheet::options(chart, at, grid, !board.drawn(), board.warnings)?,
        Some(_) => PanelOptions::default(),
    };
    Ok(finished_with(chart, board, at, grid, wanted, over))
}

/// What is wanted of a panel by its calls, and by helpers, which say more.
fn merged(own: PanelOptions, mut wanted: PanelOptions) -> PanelOptions {
    let mut options = own;
    let aspect = options.aspect.or(wanted.aspect);
    let lists = [wanted.hlines.take(), wanted.vlines.take()];
    let texts = wanted.texts.take();
    wanted.calls = None;
    options.update(&wanted);
    options.aspect = aspect;
    for (to, more) in [&mut options.hlines, &mut options.vlines].into_iter().zip(lists) {
        to.get_or_insert_default().extend(more.into_iter().flatten());
    }
    options.texts.get_or_insert_default().extend(texts.into_iter().flatten());
    options
}

/// The same with what helpers want.
fn finished_with(
    chart: &Chart,
    board: Board<'_>,
    at: [usize; 2],
    grid: [usize; 2],
    wanted: PanelOptions,
    over: Option<(usize, Twin)>,
) -> Made {
    let Board {
        mut marks,
        axes,
        z,
        space,
        options: own,
        legend,
        bars,
        mut bare,
        open,
        mut around,
        tables,
        polar,
        ..
    } = board;
    let mut options = merged(own, wanted);
    let round = polar.is_some();
    if let Some(polar) = polar {
        let reach = polar.limit();
        let rank = |order| Rank { order, rasterized: Some(false) };
        marks.extend(polar.marks(&chart.style).map(|(order, mark)| (rank(order), mark, None)));
        for axis in [&mut options.x, &mut options.y] {
            axis.limits = [Limit::At(-reach), Limit::At(reach)];
        }
        (options.aspect, bare, around) = (Some(Ratio::Units(1.0)), true, Polar::around(&chart.style));
    }
    let mut marks: Vec<_> = marks.into_iter().enumerate().collect();
    marks.sort_by(|(_, (a, ..)), (_, (b, ..))| a.order.total_cmp(&b.order));
    let mut legend_options = options.legend.clone();
    // On a circle there is no empty corner: angles are written there.
    let anywhere = legend_options.loc.as_deref().is_none_or(|loc| loc == "best");
    if round && anywhere && legend_options.anchor.is_none() {
        legend_options.anchor = Some([1.0, 1.0, 0.0, 0.0]);
        legend_options.loc = Some("upper left".to_owned());
        legend_options.sizes.outside = Some(around[1] / chart.style.legend_size);
    }
    if let Some(title) = legend {
        legend_options.show.get_or_insert(true);
        legend_options.title.get_or_insert(title);
    }
    let rows = grid[1];
    let outer = [at[1] + 1 == rows, at[0] == 0];
    let only_outer = options.only_outer == Some(true);
    let alone = [
        matches!(chart.subplot_share[0], Share::All | Share::Col),
        matches!(chart.subplot_share[1], Share::All | Share::Row),
    ];
    let shared = over.map(|(_, twin)| usize::from(twin == Twin::Y));
    let given = [options.x.label.as_ref(), options.y.label.as_ref()];
    let labels = [0, 1].map(|i| match given[i].unwrap_or(&axes[i].label) {
        _ if shared == Some(i) => String::new(),
        label if outer[i] || !only_outer => label.clone(),
        _ => String::new(),
    });
    let (all, own): (Vec<_>, Vec<_>) = bars.into_iter().partition(|bar| bar.all);
    let [all, own] = [all, own].map(|bars| {
        let made = bars.into_iter().map(|bar| Bar::new(bar.colors, bar.options, &chart.style));
        made.map(|bar| if space.is_some() { bar.beside_space() } else { bar }).collect()
    });
    let panel = Panel {
        at,
        bars: own,
        far: [shared == Some(1), shared == Some(0)],
        twin: over.map(|(base, twin)| (base, usize::from(twin == Twin::Y))),
        inset: None,
        bare,
        round,
        open,
        around,
        tables: within(tables, chart, grid),
        title: options.title.clone().unwrap_or_default(),
        side: String::new(),
        space: space.map(|view| Space {
            view,
            label: options.z.label.clone().unwrap_or_else(|| z.label.clone()),
            z,
            spec: None,
        }),
        axes,
        labels,
        shown: [0, 1].map(|i| shared != Some(i) && (outer[i] || !(alone[i] || only_outer))),
        marks: marks.into_iter().map(|(number, ranked)| board::painted(number, ranked)).collect(),
        spec: [0, 0],
        legend: None,
        options,
    };
    Made { panel, legend: legend_options, bars: all }
}
