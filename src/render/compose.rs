//! Charts into scenes: content, limits, layout, then drawing panel by panel.

use super::annot;
use super::axis::AxisSpec;
use super::chart::{Chart, Kind, LegendOptions, Scale, Share, Style};
use super::color::ColorContent;
use super::colorbar::Bar;
use super::content::{self, ChartData, Content};
use super::draw;
use super::error::RenderError;
use super::layout::PAD;
use super::legend::{Legend, Place};
use super::marks::{Handle, Mark};
use super::multi::{Over, Under, overlay};
use super::paint::MOST_PIXELS;
use super::scene::{Command, Scene};
use super::sheet::{self, Painted, Panel, Sheet};
use super::space::Space;
use super::text;
use super::ticks::spec::Spec;
use crate::diag::{Diagnostic, Warned};
use std::rc::Rc;

/// Largest side of a figure in inches, and least and largest resolution.
pub(super) const MOST_INCHES: f64 = 1000.0;
const DPI: [f64; 2] = [1.0, 10_000.0];

/// Draws a chart of data into a scene.
///
/// Labels, titles, colour limits and ticks that the chart leaves open are decided from the data as
/// xarray and matplotlib do. Missing values leave gaps; infinite ones are missing. Copies the
/// figure's numbers (8 bytes each).
///
/// # Errors
/// [`RenderError`]: names that are not there, dims that do not fit the kind, options that cannot be
/// used, data that are not numbers.
pub fn compose(chart: &Chart, data: &ChartData) -> Result<Warned<Scene>, RenderError> {
    text::with_base(chart.style.font, || composed(chart, data))
}

fn composed(chart: &Chart, data: &ChartData) -> Result<Warned<Scene>, RenderError> {
    check(&chart.style)?;
    let Warned { value: (chart, data), mut warnings } = super::resolve(chart, data)?;
    let (chart, data) = (&chart, &data);
    let scales = scales(chart);
    let content = content::read(chart, data, scales, &mut warnings)?;
    let sheet = sheet(chart, content, scales, &mut warnings)?;
    let scene = draw::draw(sheet, &mut warnings)?;
    warn_of_texts(&scene, &mut warnings);
    Ok(Warned { value: scene, warnings })
}

/// Whether a figure of this look can be drawn.
///
/// # Errors
/// Sizes that are none, or beyond what painters hold.
pub(super) fn check(style: &Style) -> Result<(), RenderError> {
    let wrong = |option, why: String| Err(RenderError::Option { option, why });
    let [width, height] = style.figsize;
    if [width, height].iter().any(|v| !(v.is_finite() && *v > 0.0 && *v <= MOST_INCHES)) {
        return wrong("figure.figsize", format!("{width} × {height} is no size in inches"));
    }
    if !(style.dpi.is_finite() && style.dpi >= DPI[0] && style.dpi <= DPI[1]) {
        return wrong("figure.dpi", format!("{} is no resolution", style.dpi));
    }
    let pixels = [width, height].map(|v| v * style.dpi);
    if pixels.iter().any(|n| *n < 1.0 || *n > f64::from(MOST_PIXELS)) {
        let [width, height] = pixels;
        return wrong(
            "figure.figsize",
            format!("makes {width} × {height} pixels; 1 to {MOST_PIXELS} can be drawn"),
        );
    }
    let sizes = [
        ("font.size", style.font_size),
        ("axes.titlesize", style.title_size),
        ("axes.labelsize", style.label_size),
        ("xtick.labelsize", style.ticks[0].size),
        ("ytick.labelsize", style.ticks[1].size),
        ("figure.titlesize", style.suptitle_size),
        ("figure.labelsize", style.suplabel_size),
        ("legend.fontsize", style.legend_size),
        ("axes.linewidth", style.axes_linewidth + 1.0),
        ("lines.linewidth", style.line_width + 1.0),
    ];
    for (option, size) in sizes {
        if !(size.is_finite() && size > 0.0 && size < 1e4) {
            return wrong(option, format!("{size} is no size in points"));
        }
    }
    Ok(())
}

/// The scales asked for; a histogram may count on a log axis.
fn scales(chart: &Chart) -> [Scale; 2] {
    let hist = chart.kind == Some(Kind::Hist) && chart.hist.log;
    let y = if hist { Scale::Log { base: 10.0 } } else { Scale::Linear };
    [chart.x.scale.unwrap_or_default(), chart.y.scale.unwrap_or(y)]
}

/// The panels of a content, with what they share.
fn sheet<'a>(
    chart: &'a Chart,
    content: Content,
    scales: [Scale; 2],
    warnings: &mut Vec<Diagnostic>,
) -> Result<Sheet<'a>, RenderError> {
    let Content { facets, panels: marks, axes, z, color, legend: about, title } = content;
    let faceted = facets.faceted();
    let [rows, cols] = facets.grid;
    let grid = [cols, rows];
    let spatial = z.is_some();
    let share = chart.share.map(|share| share.unwrap_or(if spatial { Share::None } else { Share::All }));
    let color = color.map(Rc::new);
    let mut panels = Vec::with_capacity(facets.places.len());
    let (mut bars, mut inner) = (Vec::new(), Vec::new());
    for (place, marks) in facets.places.iter().zip(marks) {
        let at = [place.col, place.row];
        let options = sheet::options(chart, at, grid, false, warnings)?;
        let lowest = !facets.places.iter().any(|other| other.col == place.col && other.row > place.row);
        let outer = [lowest, place.col == 0];
        let given = [options.x.label.as_ref(), options.y.label.as_ref()];
        let only_outer = options.only_outer == Some(true);
        let labels = [0, 1].map(|i| match given[i] {
            Some(label) if outer[i] || !only_outer => label.clone(),
            None if outer[i] || spatial && !only_outer => axes[i].label.clone(),
            _ => String::new(),
        });
        let alone =
            [matches!(share[0], Share::All | Share::Col), matches!(share[1], Share::All | Share::Row)];
        let mut axes = axes.clone();
        let mut options = options;
        let mut marks = painted(marks, color.as_ref(), chart.marks.rasterized);
        let under = Under {
            at,
            grid,
            axes: &mut axes,
            view: spatial.then(|| chart.view.unwrap_or_default()),
            marks: &mut marks,
            options: &mut options,
        };
        let Over { bars: [own_bars, all_bars], bare, open, around, tables, insets } =
            overlay(chart, under, warnings)?;
        bars.extend(all_bars);
        inner.extend(insets.into_iter().map(|inset| (panels.len(), inset)));
        let own = if faceted { &place.title } else { &title };
        panels.push(Panel {
            bars: own_bars,
            far: [false; 2],
            twin: None,
            inset: None,
            bare,
            round: false,
            open,
            around,
            tables,
            at,
            title: options.title.as_ref().unwrap_or(own).clone(),
            side: place.side.clone(),
            space: z.clone().map(|z| Space {
                view: chart.view.unwrap_or_default(),
                label: options.z.label.clone().unwrap_or_else(|| z.label.clone()),
                z,
                spec: None,
            }),
            axes,
            labels,
            shown: [0, 1].map(|i| outer[i] || !(alone[i] || only_outer)),
            marks,
            spec: [0, 0],
            legend: None,
            options,
        });
    }
    for (base, inset) in inner {
        let (panel, more) = inset.panel(base);
        panels.push(panel);
        bars.extend(more);
    }
    let specs = sheet::resolve_axes(chart, &mut panels, share, scales, warnings)?;
    if chart.mesh.annot {
        annotate(chart, &mut panels, &specs)?;
    }
    let mut sheet = Sheet {
        chart,
        size: chart.style.figsize,
        grid,
        panels,
        specs,
        bars: color
            .filter(|_| chart.color.colorbar.unwrap_or(true))
            .map(|color| Bar::new(color, chart.color.bar.clone(), &chart.style))
            .map(|bar| if spatial { bar.beside_space() } else { bar })
            .into_iter()
            .chain(bars)
            .collect(),
        legend: None,
        suptitle: chart.suptitle.clone().unwrap_or_default(),
    };
    legends(&mut sheet, faceted, about.map_or_else(String::new, |about| about.title), warnings)?;
    Ok(sheet)
}

/// Writes the numbers of cells into them.
fn annotate(chart: &Chart, panels: &mut [Panel], specs: &[Vec<AxisSpec>; 2]) -> Result<(), RenderError> {
    let spec = chart.mesh.format.clone().or_else(|| Spec::parse(".2g")).unwrap_or_default();
    let mut total = 0;
    for panel in panels {
        let scales = [0, 1].map(|i| specs[i][panel.spec[i]].scale);
        for one in &panel.marks {
            total += one.mark.color_values().len();
            if total > annot::MOST {
                let why = format!("would write into more than {} cells", annot::MOST);
                return Err(RenderError::Option { option: "annot", why });
            }
            let notes = annot::cells(&one.mark, one.color.as_deref(), &spec, scales);
            panel.options.texts.get_or_insert_default().extend(notes);
        }
    }
    Ok(())
}

/// Marks in their order of drawing.
fn painted(marks: Vec<Mark>, color: Option<&Rc<ColorContent>>, rasterized: Option<bool>) -> Vec<Painted> {
    let mut painted: Vec<Painted> = marks
        .into_iter()
        .enumerate()
        .map(|(number, mark)| {
            let order = if mark.is_line() { 2.0 } else { 1.0 };
            Painted { mark, color: color.cloned(), number, order, rasterized }
        })
        .collect();
    painted.sort_by(|a, b| a.order.total_cmp(&b.order));
    painted
}

/// Inches beside facets that xarray leaves for a guide, whether there is one or not.
const GUIDE: f64 = 1.0;

/// The legends and the figure's size, which facets with a legend enlarge.
fn legends(
    sheet: &mut Sheet<'_>,
    faceted: bool,
    about: String,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), RenderError> {
    let chart = sheet.chart;
    let loc = chart.legend.loc.as_deref();
    let outside = faceted || loc.is_some_and(|loc| loc.starts_with(Place::OUTSIDE));
    // With facets the figure has the one legend, and `set_legend` speaks of it.
    let mut options = chart.legend.clone();
    if let (true, Some(figure)) = (faceted, &chart.figlegend) {
        options.update(figure);
        options.show = options.show.filter(|_| figure.show != Some(true));
    }
    options.title.get_or_insert(about.clone());
    if faceted {
        // xarray's legend of facets stands right of them, whatever `legend.loc` says.
        let own = chart.figlegend.as_ref().and_then(|figure| figure.loc.as_deref());
        options.loc = own.or(loc.filter(|loc| loc.starts_with(Place::OUTSIDE))).map(str::to_owned);
    }
    let all = || sheet.panels.iter().flat_map(|panel| sheet::handles(chart, panel));
    let entries = sheet::entries(all(), &options);
    if faceted {
        let [panel, aspect] = chart.facet_size.unwrap_or([3.0, 1.0]);
        let fits = |v: f64| if v.is_finite() { v.clamp(0.1, MOST_INCHES) } else { 3.0 };
        let [cols, rows] = sheet.grid.map(|n| n as f64);
        let own = [fits(cols * panel * aspect + GUIDE), fits(rows * panel)];
        sheet.size = chart.facet_figsize.unwrap_or(own);
    }
    let room = room(sheet, outside);
    let legend = |entries, options: &LegendOptions| Legend::new(entries, options, room, &chart.style);
    if outside {
        if !entries.is_empty() {
            let legend = legend(entries, &options);
            if faceted {
                sheet.size[0] = (sheet.size[0] + legend.extent[0] / 72.0).min(MOST_INCHES);
            }
            sheet.legend = Some((legend, Place::of(&options, warnings)));
        }
    } else {
        for i in 0..sheet.panels.len() {
            let mut options = sheet.panels[i].options.legend.clone();
            options.title.get_or_insert(about.clone());
            let entries = sheet::entries(sheet::handles(chart, &sheet.panels[i]).into_iter(), &options);
            sheet.panels[i].legend = (!entries.is_empty()).then(|| legend(entries, &options));
        }
        beside(sheet, warnings);
        contain(sheet);
    }
    if let (None, Some(options)) = (&sheet.legend, chart.figlegend.as_ref().filter(|_| !faceted)) {
        figure_legend(sheet, options, warnings);
    }
    Ok(())
}

/// Points that what belongs to a panel takes around it, roughly.
const AROUND: [f64; 2] = [60.0, 55.0];

/// The greatest height of a legend: that of the figure, or about that of a panel.
pub(super) fn room(sheet: &Sheet<'_>, outside: bool) -> f64 {
    let whole = 72.0 * sheet.size[1] - 2.0 * PAD;
    if outside {
        whole
    } else {
        (72.0 * sheet.size[1] / sheet.grid[1] as f64 - AROUND[1]).max(0.4 * whole / sheet.grid[1] as f64)
    }
}

/// Moves the legend of a lone panel beside it where it is too large to be in it, unless somebody
/// chose its place.
pub(super) fn beside(sheet: &mut Sheet<'_>, warnings: &mut Vec<Diagnostic>) {
    let [width, height] = [0, 1].map(|i| 72.0 * sheet.size[i] - AROUND[i]);
    let Some((panel, others)) = sheet.panels.split_first_mut() else { return };
    if others.iter().any(|other| other.inset.is_none()) {
        return;
    }
    let Some(legend) = &panel.legend else { return };
    let [wide, tall] = legend.extent;
    if sheet.legend.is_some() || legend.is_chosen() || wide <= 0.9 * width && tall <= 0.9 * height {
        return;
    }
    let mut options = panel.options.legend.clone();
    options.title = Some(legend.record().title);
    options.reverse = None;
    if let Some(legend) = panel.legend.take() {
        sheet.legend = Some(fitted(legend.into_handles(), &options, sheet.size, &sheet.chart.style));
        warnings.push(Diagnostic::warning("the legend is too large for its axes: it stands beside them"));
    }
}

/// Most of the figure's width and height that legends beside the panels take.
const SHARES: [f64; 2] = [0.55, 0.6];

/// Keeps legends inside panels from being larger than the panel's share of the figure.
pub(super) fn contain(sheet: &mut Sheet<'_>) {
    let most = [0, 1].map(|i| 72.0 * sheet.size[i] / sheet.grid[i].max(1) as f64 - 2.0 * PAD);
    for panel in &mut sheet.panels {
        let options = &panel.options.legend;
        if let Some(legend) = panel.legend.take_if(|_| options.anchor.is_none()) {
            panel.legend = Some(smaller(legend, options, most, &sheet.chart.style));
        }
    }
}

/// The legend in smaller type and other columns if it is larger than `most`.
fn smaller(legend: Legend, options: &LegendOptions, most: [f64; 2], style: &Style) -> Legend {
    let fits = |legend: &Legend| legend.extent[0] <= most[0] && legend.extent[1] <= most[1];
    if fits(&legend) {
        return legend;
    }
    let own = options.size.unwrap_or(style.legend_size);
    let mut options = LegendOptions { title: Some(legend.record().title), reverse: None, ..options.clone() };
    let mut best = legend.into_handles();
    let mut scale = 1.0;
    loop {
        options.size = Some(scale * own);
        let legend = Legend::new(best, &options, most[1], style);
        if fits(&legend) || scale < 0.2 {
            return legend;
        }
        best = legend.into_handles();
        scale *= 0.9;
    }
}

/// A legend right of the panels, or below them where its names are long; in smaller type where it
/// would leave too little room.
fn fitted(handles: Vec<Handle>, options: &LegendOptions, size: [f64; 2], style: &Style) -> (Legend, Place) {
    let [width, height] = size.map(|inches| 72.0 * inches);
    let own = options.size.unwrap_or(style.legend_size);
    let mut options = options.clone();
    let asked = options.ncol;
    let mut scale = 1.0;
    loop {
        options.size = Some(scale * own);
        options.ncol = asked;
        let right = Legend::new(handles.clone(), &options, height - 2.0 * PAD, style);
        if right.extent[0] <= SHARES[0] * width || scale < 0.3 {
            return (right, Place::Right(0.0));
        }
        let most = asked.unwrap_or(handles.len());
        for ncol in (1..=most.min(20)).rev().filter(|ncol| asked.is_none_or(|asked| asked == *ncol)) {
            options.ncol = Some(ncol);
            let below = Legend::new(handles.clone(), &options, height, style);
            if below.extent[0] <= width - 2.0 * PAD {
                if below.extent[1] <= SHARES[1] * height {
                    return (below, Place::Below(0.5));
                }
                break;
            }
        }
        scale *= 0.9;
    }
}

/// `set_figlegend` of a figure that has no legend of its own: entries are those of the panels'
/// legends if they are gathered.
pub(super) fn figure_legend(sheet: &mut Sheet<'_>, options: &LegendOptions, warnings: &mut Vec<Diagnostic>) {
    if options.gather != Some(true) {
        return;
    }
    let chart = sheet.chart;
    let entries = sheet::entries(sheet.panels.iter().flat_map(|panel| sheet::handles(chart, panel)), options);
    if !entries.is_empty() {
        let [width, height] = sheet.size.map(|inches| 72.0 * inches);
        let place = Place::of(options, warnings);
        let most = match place {
            Place::Right(_) | Place::Left(_) => [SHARES[0] * width, height - 2.0 * PAD],
            Place::Above(_) | Place::Below(_) => [width - 2.0 * PAD, SHARES[1] * height],
            Place::Within => [width - 2.0 * PAD, height - 2.0 * PAD],
        };
        let legend = Legend::new(entries, options, height - 2.0 * PAD, &chart.style);
        sheet.legend = Some((smaller(legend, options, most, &chart.style), place));
    }
}

/// Warns of formulae with mistakes, once for each text, and of characters that the font cannot show.
pub(super) fn warn_of_texts(scene: &Scene, warnings: &mut Vec<Diagnostic>) {
    let mut told: Vec<&str> = Vec::new();
    for command in &scene.commands {
        if let Command::Text(text) = command
            && !told.contains(&text.text.as_str())
            && let Some(problem) = text::problem(&text.text)
        {
            told.push(&text.text);
            warnings.push(problem.into());
        }
    }
    let mut borrowed: Vec<char> = Vec::new();
    for command in &scene.commands {
        if let Command::Text(text) = command {
            borrowed.extend(text::borrowed(&text.text, text.font));
        }
    }
    borrowed.sort_unstable();
    borrowed.dedup();
    if !borrowed.is_empty() {
        let list: Vec<String> = borrowed.iter().map(char::to_string).collect();
        let text = format!("what the font has not is set in DejaVu Sans: {}", list.join(" "));
        warnings.push(Diagnostic::warning(text));
    }
    let mut missing: Vec<char> = scene
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::Text(text) => Some(text::missing(&text.text, text.font)),
            _ => None,
        })
        .flatten()
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        let list: Vec<String> = missing.iter().map(|c| format!("{c} (U+{:04X})", *c as u32)).collect();
        let text = format!("the font has no glyph for {}", list.join(", "));
        warnings.push(Diagnostic::warning(text));
    }
}
