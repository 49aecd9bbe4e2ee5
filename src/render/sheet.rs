//! A figure's panels with everything resolved but their places: what [`layout`](super::layout) lays
//! out and [`draw`](super::draw) draws.

use super::axis::{AxisKind, AxisSpec};
use super::chart::{AxisOptions, Chart, LegendOptions, Scale, Share};
use super::color::ColorContent;
use super::colorbar::Bar;
use super::content::AxisContent;
use super::error::RenderError;
use super::inset::Inset;
use super::legend::{Legend, Place};
use super::limits::{self, Sharing};
use super::marks::{Handle, Mark};
use super::panel::PanelOptions;
use super::space::Space;
use super::tabular::Table;
use crate::diag::Diagnostic;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A mark, and how its values become colours.
pub(super) struct Painted {
    /// The mark.
    pub(super) mark: Mark,
    /// Colours of its values.
    pub(super) color: Option<Rc<ColorContent>>,
    /// Its place in legends.
    pub(super) number: usize,
    /// Order of drawing, as matplotlib's zorder; marks come in it.
    pub(super) order: f64,
    /// Whether vector formats get an image of it; by its size if nobody says.
    pub(super) rasterized: Option<bool>,
}

/// One panel.
pub(super) struct Panel {
    /// Column and row of the grid, from the upper left.
    pub(super) at: [usize; 2],
    /// What is wanted of it.
    pub(super) options: PanelOptions,
    /// Title; what the options say is in it.
    pub(super) title: String,
    /// Text to the right, turned.
    pub(super) side: String,
    /// What its axes show.
    pub(super) axes: [AxisContent; 2],
    /// Labels of the axes that are drawn.
    pub(super) labels: [String; 2],
    /// Whether tick labels are drawn.
    pub(super) shown: [bool; 2],
    /// The third dimension, if it has one.
    pub(super) space: Option<Space>,
    /// What it shows.
    pub(super) marks: Vec<Painted>,
    /// Which of the sheet's axes are its own.
    pub(super) spec: [usize; 2],
    /// A legend inside.
    pub(super) legend: Option<Legend>,
    /// Colour bars beside it.
    pub(super) bars: Vec<Bar>,
    /// Whether its axes stand on the far side: x on top, y on the right.
    pub(super) far: [bool; 2],
    /// The panel that it is drawn over, and the axis that both share.
    pub(super) twin: Option<(usize, usize)>,
    /// Where it stands inside another one.
    pub(super) inset: Option<Inset>,
    /// Without frame, ticks and labels: its marks draw their own.
    pub(super) bare: bool,
    /// Whether its frame is a circle, past which marks are not drawn.
    pub(super) round: bool,
    /// Whether marks are drawn past its frame, too.
    pub(super) open: bool,
    /// Room that its marks need around the frame, points: left, right, top, bottom.
    pub(super) around: [f64; 4],
    /// Tables inside and beside it, in the order of their drawing.
    pub(super) tables: Vec<Table>,
}

impl Panel {
    /// Column or row.
    pub(super) fn col(&self) -> usize {
        self.at[0]
    }

    /// Row.
    pub(super) fn row(&self) -> usize {
        self.at[1]
    }
}

/// All panels of a figure and what they share.
pub(super) struct Sheet<'a> {
    /// The figure's options and look.
    pub(super) chart: &'a Chart,
    /// Width and height, inches.
    pub(super) size: [f64; 2],
    /// Columns and rows.
    pub(super) grid: [usize; 2],
    /// The panels, row by row.
    pub(super) panels: Vec<Panel>,
    /// The axes of all panels: x, y.
    pub(super) specs: [Vec<AxisSpec>; 2],
    /// Colour bars of all panels.
    pub(super) bars: Vec<Bar>,
    /// Legend outside the panels.
    pub(super) legend: Option<(Legend, Place)>,
    /// Title of the figure.
    pub(super) suptitle: String,
}

/// What is wanted of the panel at column and row `at`: what the chart wants of all, and its
/// overrides; of one without data (`empty`) only what is wanted there too.
///
/// # Errors
/// Overrides for panels that the grid does not have, if the chart is strict; else they are warned of.
pub(super) fn options(
    chart: &Chart,
    at: [usize; 2],
    grid: [usize; 2],
    empty: bool,
    warnings: &mut Vec<Diagnostic>,
) -> Result<PanelOptions, RenderError> {
    let mut options = PanelOptions::of(chart);
    for change in &chart.overrides {
        match change.matches(at, grid) {
            Some(true) => {
                change.without.iter().for_each(|aspect| options.forget(*aspect));
                options.update(&change.options);
            }
            Some(false) => {}
            None => {
                let [cols, rows] = grid;
                let name = |at: Option<i64>| at.map_or("~".to_owned(), |at| at.to_string());
                let [col, row] = change.at.map(name);
                let why = format!(
                    "there is no axes [{col}, {row}] in a figure of {cols} × {rows} (columns × rows)"
                );
                failed(chart, "axis_specific", why, warnings)?;
            }
        }
    }
    if empty {
        options.keep_on_empty();
    }
    Ok(options)
}

/// A helper that cannot be applied to these data: an error if the chart is strict, else a warning,
/// said once.
pub(super) fn failed(
    chart: &Chart,
    helper: &'static str,
    why: String,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), RenderError> {
    if chart.strict {
        return Err(RenderError::Helper { helper, why });
    }
    let message = format!("the helper `{helper}` could not be applied: {why}");
    if !warnings.iter().any(|known| known.message == message) {
        warnings.push(Diagnostic::warning(message));
    }
    Ok(())
}

/// Finds the axes that panels share, and their scales and limits.
///
/// # Errors
/// As [`limits`].
pub(super) fn resolve_axes(
    chart: &Chart,
    panels: &mut [Panel],
    share: [Share; 2],
    default_scales: [Scale; 2],
    warnings: &mut Vec<Diagnostic>,
) -> Result<[Vec<AxisSpec>; 2], RenderError> {
    let shown = panels.iter().find(|panel| !panel.marks.is_empty()).map(|panel| panel.axes.clone());
    for panel in panels.iter_mut() {
        let [x, y] = shown.as_ref().filter(|_| panel.marks.is_empty()).unwrap_or(&panel.axes);
        panel.options.place_dates([&x.kind, &y.kind], warnings);
    }
    let mut wanted: [Vec<AxisOptions>; 2] = [Vec::new(), Vec::new()];
    for i in 0..2 {
        let mut known: BTreeMap<usize, usize> = BTreeMap::new();
        let mut keys: Vec<usize> = Vec::with_capacity(panels.len());
        for (number, panel) in panels.iter_mut().enumerate() {
            let key = match share[i] {
                Share::All => 0,
                Share::Col => panel.at[0],
                Share::Row => panel.at[1],
                Share::None => number,
            };
            let next = known.len();
            // A twin has one axis with what it is drawn over, and one of its own.
            let key = match panel.twin {
                Some((base, axis)) if axis == i => keys[base],
                Some(_) => usize::MAX - number,
                None if panel.inset.is_some() => usize::MAX - number,
                None => key,
            };
            keys.push(key);
            panel.spec[i] = *known.entry(key).or_insert(next);
        }
        // As matplotlib goes over the axes: column by column, the last one wins.
        let mut order: Vec<usize> = (0..panels.len()).collect();
        order.sort_by_key(|k| panels[*k].at);
        wanted[i].resize(known.len(), AxisOptions::default());
        for panel in order.into_iter().map(|k| &panels[k]) {
            let own = if i == 0 { &panel.options.x } else { &panel.options.y };
            wanted[i][panel.spec[i]].update(own);
        }
    }
    let mut scales: [Vec<Scale>; 2] = [Vec::new(), Vec::new()];
    for i in 0..2 {
        for (group, options) in wanted[i].iter().enumerate() {
            let first = panels.iter().find(|panel| panel.spec[i] == group);
            let kind = first.map_or(AxisKind::Number, |panel| panel.axes[i].kind.clone());
            let asked = options.scale.unwrap_or(default_scales[i]);
            scales[i].push(limits::scale(asked, &kind, ["x", "y"][i], warnings)?);
        }
    }
    let mut specs: [Vec<AxisSpec>; 2] = [Vec::new(), Vec::new()];
    for i in 0..2 {
        for (group, options) in wanted[i].iter().enumerate() {
            let own: Vec<_> = panels
                .iter()
                .filter(|panel| panel.spec[i] == group)
                .map(|panel| (panel, [scales[0][panel.spec[0]], scales[1][panel.spec[1]]]))
                .collect();
            let kind = own.first().map_or(AxisKind::Number, |(panel, _)| panel.axes[i].kind.clone());
            let margin = own.iter().filter_map(|(panel, _)| panel.options.margins[i]).next_back();
            let sharing = Sharing {
                axis: i,
                panels: own,
                options,
                kind,
                scale: scales[i][group],
                margin: margin.unwrap_or(chart.style.margins[i]),
                look: chart.style.ticks[i],
            };
            specs[i].push(sharing.resolve(warnings)?);
        }
    }
    depths(chart, panels, share, &scales, warnings)?;
    Ok(specs)
}

/// Finds the third axes of panels in space, which share them where they share both others.
fn depths(
    chart: &Chart,
    panels: &mut [Panel],
    share: [Share; 2],
    scales: &[Vec<Scale>; 2],
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), RenderError> {
    let shared = share == [Share::All; 2];
    let mut found: Vec<(usize, AxisSpec)> = Vec::new();
    for (i, panel) in panels.iter().enumerate() {
        let Some(space) = &panel.space else { continue };
        let members =
            panels.iter().enumerate().filter(|(k, panel)| shared && panel.space.is_some() || *k == i);
        let mut options = AxisOptions::default();
        members.clone().for_each(|(_, panel)| options.update(&panel.options.z));
        let asked = options.scale.unwrap_or_default();
        let sharing = Sharing {
            axis: 2,
            panels: members
                .map(|(_, panel)| (panel, [scales[0][panel.spec[0]], scales[1][panel.spec[1]]]))
                .collect(),
            options: &options,
            kind: space.z.kind.clone(),
            scale: limits::scale(asked, &space.z.kind, "z", warnings)?,
            margin: chart.style.margins[1],
            look: chart.style.ticks[1],
        };
        found.push((i, sharing.resolve(warnings)?));
    }
    for (i, spec) in found {
        if let Some(space) = &mut panels[i].space {
            space.spec = Some(spec);
        }
    }
    Ok(())
}

/// Entries of a legend: each name once, with the names that the options give.
pub(super) fn entries(handles: impl Iterator<Item = Handle>, options: &LegendOptions) -> Vec<Handle> {
    let mut entries: Vec<Handle> = Vec::new();
    for handle in handles {
        if !entries.iter().any(|known| known.label == handle.label) {
            entries.push(handle);
        }
    }
    if let Some(names) = options.custom_labels.as_ref().filter(|names| !names.is_empty()) {
        entries.truncate(names.len());
        for (handle, name) in entries.iter_mut().zip(names) {
            handle.label.clone_from(name);
        }
    }
    let hidden =
        options.show == Some(false) || options.hiding_threshold.is_some_and(|most| entries.len() > most);
    if hidden { Vec::new() } else { entries }
}

/// The entries of one panel: its marks and its named lines.
pub(super) fn handles(chart: &Chart, panel: &Panel) -> Vec<Handle> {
    let mut marks: Vec<&Painted> = panel.marks.iter().collect();
    marks.sort_by_key(|one| one.number);
    let marks = marks.into_iter().flat_map(|one| one.mark.handles());
    let lines = panel.options.hlines.iter().chain(&panel.options.vlines).flatten();
    let lines = lines.filter_map(|line| {
        let label = line.label.clone().filter(|label| !label.is_empty() && !label.starts_with('_'))?;
        let stroke = super::draw::ref_stroke(line, &chart.style);
        Some(Handle { label, line: Some(stroke), ..Handle::default() })
    });
    marks.chain(lines).collect()
}
