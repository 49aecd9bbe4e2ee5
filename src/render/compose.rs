//! Charts into scenes: content, limits, layout, then drawing panel by panel.

use super::axis::{Axis, AxisKind, AxisSpec};
use super::chart::{Chart, Kind, Limit, RefLine, Scale, Style};
use super::colorbar;
use super::content::{self, ChartData, Content};
use super::error::RenderError;
use super::layout::{self, LABEL_PAD, Layout, OFFSET_PAD, PAD, Request, TICK, TICK_PAD, TITLE_PAD};
use super::legend::Legend;
use super::marks::{Handle, Mark, Obstacles, Span, line_stroke};
use super::paint::MOST_PIXELS;
use super::record::{Canvas, Plane, TickLook, solid};
use super::scene::{
    AxesRecord, AxisRecord, Cap, Color, Command, HAlign, LegendRecord, LineRecord, Rect, Role, Scene, Stroke,
    Text, VAlign,
};
use super::text;
use crate::diag::{Diagnostic, Warned};

/// Largest side of a figure in inches, and least and largest resolution.
const MOST_INCHES: f64 = 1000.0;
const DPI: [f64; 2] = [1.0, 10_000.0];

/// The legend's place outside the axes.
const OUTSIDE: &str = "outside right";

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
    check(&chart.style)?;
    let mut warnings = Vec::new();
    let scales = scales(chart);
    let content = content::read(chart, data, scales, &mut warnings)?;
    let specs = [0, 1].map(|i| axis_spec(chart, &content, scales, i, &mut warnings));
    let [x_spec, y_spec] = specs;
    let (x_spec, y_spec) = (x_spec?, y_spec?);
    let scene = draw(chart, &content, [&x_spec, &y_spec], &mut warnings);
    warn_of_glyphs(&scene, &mut warnings);
    Ok(Warned { value: scene, warnings })
}

fn check(style: &Style) -> Result<(), RenderError> {
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
        ("xtick.labelsize", style.tick_size),
        ("figure.titlesize", style.suptitle_size),
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

/// Limits from the data and the options; axis 0 is x.
fn axis_spec(
    chart: &Chart,
    content: &Content,
    scales: [Scale; 2],
    i: usize,
    warnings: &mut Vec<Diagnostic>,
) -> Result<AxisSpec, RenderError> {
    let (options, letter) = if i == 0 { (&chart.x, "x") } else { (&chart.y, "y") };
    let kind = content.axes[i].kind.clone();
    let scale = if kind == AxisKind::Number { scales[i] } else { Scale::Linear };
    match scale {
        Scale::Log { base } if !(base > 1.0 && base.is_finite()) => {
            let why = format!("has base {base}; it must be greater than 1");
            return Err(RenderError::Option { option: "scale", why });
        }
        Scale::SymLog { linthresh, base }
            if !(base > 1.0 && base.is_finite() && linthresh > 0.0 && linthresh.is_finite()) =>
        {
            let why = "needs a positive linthresh and a base greater than 1".to_owned();
            return Err(RenderError::Option { option: "scale", why });
        }
        _ => {}
    }
    if scale != scales[i] && scales[i] != Scale::Linear {
        warnings.push(Diagnostic::warning(format!("the {letter} axis has no numbers: its scale is linear")));
    }
    let mut used = scales;
    used[i] = scale;
    let spans = content.panels.iter().flatten().filter_map(|mark| mark.spans(used[0], used[1])[i]);
    let mut span = spans.reduce(Span::union);
    if matches!(scale, Scale::Log { .. }) {
        let below = |mark: &Mark| {
            let data = matches!(mark, Mark::Line(_) | Mark::Scatter(_));
            data && mark.spans(Scale::Linear, Scale::Linear)[i].is_some_and(|span| span.ends[0] <= 0.0)
        };
        if content.panels.iter().flatten().any(below) {
            let text = format!("values along {letter} that are not positive have no place on its log axis");
            warnings.push(Diagnostic::warning(text));
        }
    }
    let lines = if i == 0 { &chart.vlines } else { &chart.hlines };
    for line in lines {
        if let Some(own) = Span::of(scale, [line.at]) {
            span = Some(span.map_or(own, |span| span.union(own)));
        }
    }
    if span.is_none() {
        let what = if matches!(scale, Scale::Log { .. }) { "positive" } else { "finite" };
        warnings.push(Diagnostic::warning(format!("no {what} values along {letter}: the axis is empty")));
    }
    let ends = span.map(|span| span.ends);
    let margin = chart.style.margins[i];
    let mut limits = match ends {
        // As matplotlib without data: ±0.055.
        None if scale == Scale::Linear && matches!(kind, AxisKind::Number | AxisKind::Time(_)) => {
            [-0.055, 0.055]
        }
        _ => scale.autoscale(ends, margin),
    };
    if let Some(span) = span.filter(|span| span.ends[0] < span.ends[1]) {
        for (limit, (sticky, end)) in limits.iter_mut().zip(span.sticky.into_iter().zip(span.ends)) {
            if sticky {
                *limit = end;
            }
        }
    }
    let auto = limits;
    for (limit, wanted) in limits.iter_mut().zip(options.limits) {
        *limit = match wanted {
            Limit::Auto => *limit,
            Limit::DataMin => ends.map_or(*limit, |ends| ends[0]),
            Limit::DataMax => ends.map_or(*limit, |ends| ends[1]),
            Limit::At(at) if scale.extent([at]).is_some() => at,
            Limit::At(at) if at.is_finite() => {
                let text = format!("{letter} limit {at} has no place on a log axis and is ignored");
                warnings.push(Diagnostic::warning(text));
                *limit
            }
            Limit::At(at) => {
                let why = format!("must be finite, not {at}");
                return Err(RenderError::Option { option: "limits", why });
            }
        };
    }
    // Chosen ticks are inside: matplotlib's `set_ticks` widens the limits that it finds.
    for (at, _) in options.ticks.iter().flatten().filter(|(at, _)| scale.extent([*at]).is_some()) {
        if options.limits[0] == Limit::Auto {
            limits[0] = limits[0].min(*at);
        }
        if options.limits[1] == Limit::Auto {
            limits[1] = limits[1].max(*at);
        }
    }
    if limits[0] == limits[1] {
        limits = scale.autoscale(Some(limits), 0.0);
    }
    // Limits too close for positions between them.
    let unit = super::scale::Mapping::new(scale, limits).position((limits[0] + limits[1]) / 2.0);
    if !unit.is_finite() && !matches!(scale, Scale::Log { .. }) {
        limits = if auto[0] < auto[1] { auto } else { [0.0, 1.0] };
    }
    if options.decreasing {
        limits.reverse();
    }
    Ok(AxisSpec { kind, scale, limits, chosen: options.ticks.clone(), size: chart.style.tick_size })
}

/// The figure's legend entries: each name once.
fn handles(chart: &Chart, content: &Content) -> Vec<Handle> {
    let mut handles: Vec<Handle> = Vec::new();
    for handle in content.panels.iter().flatten().flat_map(Mark::handles) {
        if !handles.iter().any(|known| known.label == handle.label) {
            handles.push(handle);
        }
    }
    let hidden = chart.legend.show == Some(false)
        || chart.legend.hiding_threshold.is_some_and(|most| handles.len() > most);
    if hidden { Vec::new() } else { handles }
}

fn draw(chart: &Chart, content: &Content, specs: [&AxisSpec; 2], warnings: &mut Vec<Diagnostic>) -> Scene {
    let style = &chart.style;
    let faceted = content.facets.faceted();
    let [rows, cols] = content.facets.grid;
    let wants_bar = chart.color.colorbar.unwrap_or(true);
    let color = content.color.as_ref();
    let bar_spec = color.filter(|_| wants_bar).map(|color| colorbar::axis(color, style));
    let mut size_in = style.figsize;
    let handles = handles(chart, content);
    let title = chart.legend.title.clone().or_else(|| content.legend.as_ref().map(|l| l.title.clone()));
    let title = title.unwrap_or_default();
    let loc = chart.legend.loc.as_deref();
    let outside = faceted || loc.is_some_and(|loc| loc.starts_with(OUTSIDE));
    if faceted {
        let [panel, aspect] = chart.facet_size.unwrap_or([3.0, 1.0]);
        let guide = if bar_spec.is_some() || !handles.is_empty() { 1.0 } else { 0.0 };
        let fits = |v: f64| if v.is_finite() { v.clamp(0.1, MOST_INCHES) } else { 3.0 };
        size_in = [fits(cols as f64 * panel * aspect + guide), fits(rows as f64 * panel)];
    }
    let legend = (!handles.is_empty()).then(|| {
        let room = 72.0 * size_in[1] - 2.0 * PAD;
        Legend::new(handles, &title, chart.legend.ncol, room, style.legend_size)
    });
    if let (true, Some(legend)) = (faceted, &legend) {
        size_in[0] = (size_in[0] + legend.extent[0] / 72.0).min(MOST_INCHES);
    }
    let default_title = if faceted { None } else { Some(content.title.as_str()) };
    let titles = content.facets.places.iter().map(|place| {
        let own = if faceted { place.title.as_str() } else { "" };
        chart.title.as_deref().or(default_title).unwrap_or(own).to_owned()
    });
    let axis_label = |i: usize| {
        let given = if i == 0 { &chart.x.label } else { &chart.y.label };
        given.clone().unwrap_or_else(|| content.axes[i].label.clone())
    };
    let labels = [axis_label(0), axis_label(1)];
    let request = Request {
        size: size_in.map(|v| 72.0 * v),
        style,
        axes: specs,
        labels: [&labels[0], &labels[1]],
        grid: content.facets.grid,
        places: &content.facets.places,
        titles: titles.collect(),
        suptitle: chart.suptitle.as_deref().unwrap_or(""),
        bar: bar_spec.as_ref().zip(color).map(|(spec, color)| (spec, color.label.as_str())),
        legend: legend.as_ref().filter(|_| outside).map(|legend| legend.extent[0]),
        equal: chart.equal_aspect,
    };
    let layout = layout::solve(&request);
    let canvas = Canvas::new(request.size[0], request.size[1]);
    let mut figure = Figure { chart, content, canvas: &canvas, layout: &layout, labels: &labels };
    let mut axes: Vec<AxesRecord> = Vec::new();
    for i in 0..content.facets.places.len() {
        let (record, obstacles) = figure.panel(i, &request.titles[i]);
        axes.push(record);
        if let (false, Some(legend)) = (outside, &legend) {
            if let Some(loc) = loc.filter(|loc| !Legend::knows(loc)) {
                warnings
                    .push(Diagnostic::warning(format!("unknown place `{loc}` for a legend: `best` is used")));
            }
            let at = legend.inside(&layout.frames[i], loc, &obstacles);
            legend.draw(&canvas, at, style, style.legend_frame);
            if let Some(record) = axes.last_mut() {
                record.legend = Some(legend.record());
            }
        }
    }
    if let (Some(bar), Some(color)) = (&layout.bar, color) {
        axes.push(colorbar::draw(&canvas, bar, color, style));
    }
    let mut legends: Vec<LegendRecord> = Vec::new();
    if let (true, Some(legend)) = (outside, &legend) {
        figure.outside_legend(legend, loc);
        legends.push(legend.record());
    }
    figure.suptitle(request.size[0]);
    let mut scene = Scene {
        size_in,
        asked_in: size_in,
        dpi: style.dpi,
        background: style.facecolor,
        commands: canvas.finish(),
        axes,
        suptitle: chart.suptitle.clone().unwrap_or_default(),
        legends,
        metadata: chart.metadata.clone(),
    };
    if let Some(pad) = style.tight {
        super::tight::cut(&mut scene, pad);
    }
    scene
}

/// What drawing a panel needs.
struct Figure<'a> {
    chart: &'a Chart,
    content: &'a Content,
    canvas: &'a Canvas,
    layout: &'a Layout,
    labels: &'a [String; 2],
}

impl Figure<'_> {
    /// Draws panel `i`; gives its line of the table, and what a legend should not cover.
    fn panel(&mut self, i: usize, title: &str) -> (AxesRecord, Vec<Obstacles>) {
        let style = &self.chart.style;
        let place = &self.content.facets.places[i];
        let marks = &self.content.panels[i];
        let color = self.content.color.as_ref();
        let [x, y] = self.layout.axes.clone();
        let plane = self.canvas.plane(self.layout.frames[i], x.clone(), y.clone());
        let frame = plane.frame;
        if style.axes_facecolor != style.facecolor {
            self.canvas.push(Command::Rect { rect: frame, fill: Some(style.axes_facecolor), stroke: None });
        }
        let grid = solid(style.grid_color, style.grid_linewidth);
        let over = marks.iter().any(|mark| matches!(mark, Mark::Mesh(_)));
        if style.grid && !over {
            plane.grid(&grid);
        }
        self.canvas.push(Command::Clip(frame));
        // matplotlib's zorder: lines 2, patches and collections 1.
        let data_order = if marks.iter().any(|mark| matches!(mark, Mark::Line(_))) { 2.0 } else { 1.0 };
        self.reference_lines(&plane, |line| line.zorder < data_order);
        for mark in marks {
            mark.draw(&plane, color, style.dpi);
        }
        if style.grid && over {
            plane.grid(&grid);
        }
        let mut record = AxesRecord {
            role: Role::Plot,
            frame,
            title: title.to_owned(),
            x: AxisRecord::default(),
            y: AxisRecord::default(),
            texts: if place.side.is_empty() { Vec::new() } else { vec![place.side.clone()] },
            lines: Vec::new(),
            marks: Vec::new(),
            legend: None,
        };
        for mark in marks {
            mark.record(&mut record, color);
        }
        self.reference_lines(&plane, |line| line.zorder >= data_order);
        self.record_reference_lines(&mut record);
        self.canvas.push(Command::Unclip);
        self.spines(&frame);
        let cells = &self.content.facets.places;
        let lowest = !cells.iter().any(|other| other.col == place.col && other.row > place.row);
        let outer = [lowest, place.col == 0];
        let look = |shown: bool| TickLook {
            stroke: solid(style.edgecolor, style.axes_linewidth),
            lengths: TICK,
            pad: TICK_PAD,
            size: shown.then_some(style.tick_size),
            color: style.text_color,
            right: false,
        };
        plane.ticks(Some(&look(outer[0])), Some(&look(outer[1])));
        self.axis_texts(&frame, [&x, &y], outer);
        let title_block = &self.layout.titles[i];
        if !title_block.is_empty() {
            let lift = layout::title_lift(title_block, &y, frame.width(), style.tick_size);
            let top = frame.top - lift - title_block.ascent();
            title_block.draw(self.canvas, frame.middle()[0], top, HAlign::Center, style.text_color);
        }
        let side = &self.layout.sides[i];
        side.draw_downwards(self.canvas, frame.right + TITLE_PAD, frame.middle()[1], style.text_color);
        let label = |i: usize| if outer[i] { self.labels[i].as_str() } else { "" };
        record.x = axis_record(&x, label(0), outer[0]);
        record.y = axis_record(&y, label(1), outer[1]);
        (record, marks.iter().map(|mark| mark.obstacles(&plane)).collect())
    }

    /// Lines across the axes: whether each is horizontal.
    fn across(&self) -> impl Iterator<Item = (&RefLine, bool)> {
        let lines = self.chart.hlines.iter().map(|line| (line, true));
        lines.chain(self.chart.vlines.iter().map(|line| (line, false)))
    }

    fn line_color(&self, line: &RefLine) -> Color {
        let style = &self.chart.style;
        let first = style.cycle.first().copied().unwrap_or(style.edgecolor);
        line.color.unwrap_or(first).faded(line.alpha)
    }

    /// Draws the lines across the axes that `wanted` says.
    fn reference_lines(&self, plane: &Plane<'_>, wanted: impl Fn(&RefLine) -> bool) {
        let frame = &plane.frame;
        for (line, horizontal) in self.across().filter(|(line, _)| wanted(line)) {
            let [x, y] = plane.at(line.at, line.at);
            let points = if horizontal {
                vec![[frame.left, y], [frame.right, y]]
            } else {
                vec![[x, frame.bottom], [x, frame.top]]
            };
            let width = line.width.unwrap_or(self.chart.style.line_width);
            if points.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e6) && width > 0.0 {
                let color = self.line_color(line);
                let stroke = Stroke { cap: Cap::Butt, ..line_stroke(color, width, line.style) };
                plane.push(Command::Polyline { points, stroke });
            }
        }
    }

    /// Lines across the axes in the table, as matplotlib keeps them: from 0 to 1 of the frame.
    fn record_reference_lines(&self, record: &mut AxesRecord) {
        for (line, horizontal) in self.across() {
            let ends =
                if horizontal { [[0.0, line.at], [1.0, line.at]] } else { [[line.at, 0.0], [line.at, 1.0]] };
            record.lines.push(LineRecord {
                label: String::new(),
                n: 2,
                first: ends[0],
                last: ends[1],
                color: self.line_color(line),
            });
        }
    }

    /// The frame's visible sides: a rectangle if all are.
    fn spines(&self, frame: &Rect) {
        let style = &self.chart.style;
        let stroke = Stroke { cap: Cap::Square, ..solid(style.edgecolor, style.axes_linewidth) };
        if style.spines == [true; 4] {
            self.canvas.push(Command::Rect { rect: *frame, fill: None, stroke: Some(stroke) });
            return;
        }
        let Rect { left, top, right, bottom } = *frame;
        let sides = [
            [[left, top], [left, bottom]],
            [[left, bottom], [right, bottom]],
            [[right, top], [right, bottom]],
            [[left, top], [right, top]],
        ];
        for (side, _) in sides.into_iter().zip(style.spines).filter(|(_, visible)| *visible) {
            self.canvas.push(Command::Polyline { points: side.to_vec(), stroke: stroke.clone() });
        }
    }

    /// Labels and offset texts of the axes that are labelled.
    fn axis_texts(&self, frame: &Rect, [x, y]: [&Axis; 2], outer: [bool; 2]) {
        let style = &self.chart.style;
        let offset = |axis: &Axis, at: [f64; 2], halign: HAlign| {
            let text = &axis.ticks.offset;
            if !text.is_empty() {
                self.canvas.push(Command::Text(Text {
                    text: text.clone(),
                    at,
                    size: style.tick_size,
                    color: style.text_color,
                    halign,
                    valign: VAlign::Baseline,
                    rotation: 0.0,
                    width: text::measure(text, style.tick_size).width,
                }));
            }
        };
        if outer[0] {
            let below = frame.bottom + layout::label_depth(x);
            let ascent = text::measure(&x.ticks.offset, style.tick_size).ascent;
            offset(x, [frame.right, below + OFFSET_PAD + ascent], HAlign::Right);
            let label = &self.layout.labels[0];
            label.draw(self.canvas, frame.middle()[0], below + LABEL_PAD, HAlign::Center, style.text_color);
        }
        if outer[1] {
            offset(y, [frame.left, frame.top - OFFSET_PAD], HAlign::Left);
            let label = &self.layout.labels[1];
            let left = frame.left - layout::label_depth(y) - LABEL_PAD - label.height();
            label.draw_upwards(self.canvas, left, frame.middle()[1], style.text_color);
        }
    }

    /// The legend right of everything: in the middle, or where `loc` says.
    fn outside_legend(&self, legend: &Legend, loc: Option<&str>) {
        let style = &self.chart.style;
        let frames = &self.layout.frames;
        let top = frames.iter().map(|f| f.top).fold(f64::INFINITY, f64::min);
        let bottom = frames.iter().map(|f| f.bottom).fold(f64::NEG_INFINITY, f64::max);
        let share = match loc {
            Some(loc) if loc.ends_with("upper") => 0.0,
            Some(loc) if loc.ends_with("lower") => 1.0,
            _ => 0.5,
        };
        let at = top + share * (bottom - top - legend.extent[1]);
        let at = [self.layout.legend_left, at.max(PAD)];
        legend.draw(self.canvas, at, style, style.legend_frame);
    }

    /// The figure's title, in its middle.
    fn suptitle(&self, width: f64) {
        let color = self.chart.style.text_color;
        self.layout.suptitle.draw(self.canvas, width / 2.0, PAD, HAlign::Center, color);
    }
}

/// An axis' line of the table; labels that are not drawn are empty.
pub(super) fn axis_record(axis: &Axis, label: &str, labelled: bool) -> AxisRecord {
    let [low, high] = axis.mapping.limits;
    AxisRecord {
        label: label.to_owned(),
        scale: axis.name.to_owned(),
        limits: [low, high],
        ticks: axis.ticks.major.clone(),
        tick_labels: axis
            .ticks
            .labels
            .iter()
            .map(|text| if labelled { text.clone() } else { String::new() })
            .collect(),
        minor_ticks: axis.ticks.minor.clone(),
        offset: if labelled { axis.ticks.offset.clone() } else { String::new() },
    }
}

/// Warns of characters that the font cannot show.
fn warn_of_glyphs(scene: &Scene, warnings: &mut Vec<Diagnostic>) {
    let mut missing: Vec<char> = scene
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::Text(text) => Some(text::missing(&text.text)),
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
