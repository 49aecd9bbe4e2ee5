//! A laid-out sheet into a scene, panel by panel.

use super::axis::Axis;
use super::backdrop;
use super::chart::{RefLine, Style};
use super::colorbar;
use super::error::RenderError;
use super::figure_label;
use super::inset::{self, Inset};
use super::layout::{self, Cell, Layout, OFFSET_PAD, PAD, TITLE_PAD};
use super::marks::{Mark, Obstacles};
use super::notes;
use super::panel::GridOptions;
use super::record::{Canvas, Plane, TickLook, solid};
use super::scene::{
    AxesRecord, AxisRecord, Cap, Color, Command, HAlign, LineRecord, Rect, Role, Scene, Stroke, Text, VAlign,
};
use super::sheet::{Panel, Sheet};
use super::shrink;
use super::space::Space;
use super::tabular::Table;
use super::text;
use crate::diag::Diagnostic;

/// How much smaller texts become at a time where they leave no room, and how often.
const SHRINK: f64 = 0.85;
const SHRINKS: usize = 5;

/// Draws a sheet; where its texts leave no room for frames, with smaller ones.
///
/// # Errors
/// Helpers that do not fit, if the chart is strict.
pub(super) fn draw(sheet: Sheet<'_>, warnings: &mut Vec<Diagnostic>) -> Result<Scene, RenderError> {
    fitted(sheet, SHRINKS, warnings)
}

/// Draws a sheet, with smaller texts up to `times` if it has no room for them.
fn fitted(sheet: Sheet<'_>, times: usize, warnings: &mut Vec<Diagnostic>) -> Result<Scene, RenderError> {
    let layout = layout::solve(&sheet);
    if layout.cramped && times > 0 {
        let chart = shrink::chart(sheet.chart, SHRINK);
        return fitted(shrink::sheet(sheet, &chart, SHRINK), times - 1, warnings);
    }
    let sheet = &sheet;
    let (chart, style) = (sheet.chart, &sheet.chart.style);
    let size = sheet.size.map(|inches| 72.0 * inches);
    let canvas = Canvas::new(size[0], size[1]);
    let figure = Figure { sheet, canvas: &canvas, layout: &layout };
    let mut axes: Vec<AxesRecord> = Vec::new();
    for (i, (panel, cell)) in sheet.panels.iter().zip(&layout.cells).enumerate() {
        if let Some(Inset { base, indicator: Some(indicator), .. }) = &panel.inset {
            let outer = &layout.cells[*base];
            let plane = canvas.plane(outer.frame, outer.axes[0].clone(), outer.axes[1].clone());
            let limits = [0, 1].map(|i| cell.axes[i].mapping.limits);
            inset::indicate(&canvas, &plane, sheet, indicator, (&cell.frame, limits));
        }
        let (mut record, mut obstacles) = figure.panel(panel, cell, warnings)?;
        obstacles.extend(inset::inside(sheet, i).map(|(k, ..)| {
            let Cell { frame, needs: [left, right, top, bottom], .. } = &layout.cells[k];
            Obstacles::filled(&Rect {
                left: frame.left - left,
                right: frame.right + right,
                top: frame.top - top,
                bottom: frame.bottom + bottom,
            })
        }));
        if let Some(legend) = &panel.legend {
            legend.draw(&canvas, legend.inside(&cell.frame, &obstacles));
            record.legend = Some(legend.record());
        }
        axes.push(record);
    }
    let own =
        sheet.panels.iter().zip(&layout.cells).flat_map(|(panel, cell)| panel.bars.iter().zip(&cell.bars));
    for (bar, laid) in own.chain(sheet.bars.iter().zip(&layout.bars)) {
        axes.push(colorbar::draw(&canvas, bar, laid, style));
    }
    let mut legends = Vec::new();
    if let Some((legend, _)) = &sheet.legend {
        legend.draw(&canvas, layout.legend);
        legends.push(legend.record());
    }
    figure.suptitle(size[0]);
    figure_label::draw(&canvas, sheet, &layout.suplabels);
    for note in &chart.figure_texts {
        if let Err(why) = notes::draw(&canvas, None, note, style, size) {
            super::sheet::failed(chart, "figcall", why, warnings)?;
        }
    }
    let mut scene = Scene {
        size_in: sheet.size,
        asked_in: sheet.size,
        dpi: style.dpi,
        background: style.facecolor,
        commands: canvas.finish(),
        axes,
        suptitle: sheet.suptitle.clone(),
        suplabels: [0, 1].map(|i| chart.suplabels[i].text.clone()),
        texts: chart.figure_texts.iter().map(|note| note.text.clone()).collect(),
        legends,
        metadata: chart.metadata.clone(),
    };
    if let Some(pad) = style.tight {
        super::tight::cut(&mut scene, pad);
    }
    Ok(scene)
}

/// The stroke of a line across an axes.
pub(super) fn ref_stroke(line: &RefLine, style: &Style) -> Stroke {
    let first = style.line_color.or(style.cycle.first().copied()).unwrap_or(style.edgecolor);
    let color = line.color.unwrap_or(first).faded(line.alpha);
    let width = line.width.unwrap_or(style.line_width);
    Stroke { cap: Cap::Butt, ..style.lines.stroke(color, width, line.style) }
}

/// What drawing a panel needs.
struct Figure<'a> {
    sheet: &'a Sheet<'a>,
    canvas: &'a Canvas,
    layout: &'a Layout,
}

impl Figure<'_> {
    fn style(&self) -> &Style {
        &self.sheet.chart.style
    }

    /// Draws a panel; gives its line of the table, and what a legend should not cover.
    fn panel(
        &self,
        panel: &Panel,
        cell: &Cell,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<(AxesRecord, Vec<Obstacles>), RenderError> {
        if let Some(space) = &panel.space {
            return self.spatial(panel, space, cell, warnings);
        }
        let style = self.style();
        let [x, y] = &cell.axes;
        let plane = self.canvas.plane(cell.frame, x.clone(), y.clone());
        let frame = plane.frame;
        let covers = panel.twin.is_none() && !panel.bare;
        if covers || panel.options.patch.is_some() {
            backdrop::draw(
                self.canvas,
                panel.options.patch.as_ref(),
                (&frame, panel.round),
                style,
                panel.inset.is_some(),
            );
        }
        let marks = || panel.marks.iter().map(|one| &one.mark);
        let clip = match panel.round {
            true => Command::ClipCircle(frame.middle(), 0.5 * frame.width().min(frame.height())),
            false if panel.open => {
                let [right, bottom] = self.sheet.size.map(|inches| 72.0 * inches);
                Command::Clip(Rect { left: 0.0, top: 0.0, right, bottom })
            }
            false => Command::Clip(frame),
        };
        self.canvas.push(clip.clone());
        // matplotlib's zorder: lines 2, the grid between, patches and collections 1.
        let data_order = if marks().any(Mark::is_line) { 2.0 } else { 1.0 };
        self.reference_lines(panel, &plane, |line| line.zorder < data_order);
        let draw = |wanted: &dyn Fn(f64) -> bool| {
            let mut tables = panel.tables.iter().filter(|table| wanted(table.order)).peekable();
            let table = |table: &Table| {
                self.canvas.push(Command::Unclip);
                table.draw(self.canvas, &frame);
                self.canvas.push(clip.clone());
            };
            for one in panel.marks.iter().filter(|one| wanted(one.order)) {
                while let Some(below) = tables.next_if(|table| table.order < one.order) {
                    table(below);
                }
                let from = self.canvas.len();
                one.mark.draw(&plane, one.color.as_deref(), style.dpi);
                self.canvas.rasterize(from, one.rasterized);
            }
            tables.for_each(table);
        };
        let below = |order: f64| order < style.grid_order;
        draw(&below);
        if covers && !marks().any(Mark::hides_grid) {
            self.canvas.push(Command::Unclip);
            self.grid(panel.options.grid.unwrap_or_default(), &plane);
            self.canvas.push(clip.clone());
        }
        draw(&|order| !below(order));
        let mut record = AxesRecord {
            role: Role::Plot,
            inside: panel.inset.as_ref().map(|inset| inset.base),
            frame,
            title: panel.title.clone(),
            x: axis_record(x, &panel.labels[0], panel.shown[0]),
            y: axis_record(y, &panel.labels[1], panel.shown[1]),
            space: None,
            texts: if panel.side.is_empty() { Vec::new() } else { vec![panel.side.clone()] },
            lines: Vec::new(),
            marks: Vec::new(),
            legend: None,
        };
        // The table keeps the order of the calls, whatever is drawn first.
        let mut called: Vec<_> = panel.marks.iter().collect();
        called.sort_by_key(|one| one.number);
        for one in called {
            one.mark.record(&mut record, one.color.as_deref());
        }
        record.texts.extend(panel.tables.iter().flat_map(Table::texts).map(str::to_owned));
        // The axis that a twin shares is drawn once, by what it is drawn over.
        if let Some((_, shared)) = panel.twin {
            let axis = if shared == 0 { &mut record.x } else { &mut record.y };
            axis.ticks.clear();
            axis.tick_labels.clear();
            axis.minor_ticks.clear();
        }
        self.reference_lines(panel, &plane, |line| line.zorder >= data_order);
        self.record_reference_lines(panel, &mut record);
        self.canvas.push(Command::Unclip);
        if covers {
            self.spines(panel, &frame);
        }
        if !panel.bare {
            let [x, y] = [0, 1].map(|i| {
                let look = TickLook::of(&cell.axes[i], style, panel.shown[i]);
                let shared = panel.twin.is_some_and(|(_, axis)| axis == i);
                (!shared).then_some(TickLook { right: panel.far[i], ..look })
            });
            plane.ticks(x.as_ref(), y.as_ref());
            self.axis_texts(panel, cell, &frame);
        }
        self.titles(panel, cell, &frame);
        let size = self.sheet.size.map(|inches| 72.0 * inches);
        for note in panel.options.texts.iter().chain(&panel.options.annotations).flatten() {
            if let Err(why) = notes::draw(self.canvas, Some(&plane), note, style, size) {
                super::sheet::failed(self.sheet.chart, "set_texts", why, warnings)?;
            }
            record.texts.push(note.text.clone());
        }
        let tables = panel.tables.iter().map(|table| Obstacles::filled(&table.rect(&frame)));
        Ok((record, marks().map(|mark| mark.obstacles(&plane)).chain(tables).collect()))
    }

    /// Draws a panel in space.
    fn spatial(
        &self,
        panel: &Panel,
        space: &Space,
        cell: &Cell,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<(AxesRecord, Vec<Obstacles>), RenderError> {
        let [x, y] = [0, 1].map(|i| &self.sheet.specs[i][panel.spec[i]]);
        let z = space.spec.as_ref().unwrap_or(y);
        panel.tables.iter().for_each(|table| table.draw(self.canvas, &cell.frame));
        let (mut record, obstacles, placed) =
            super::space::draw(self.canvas, panel, (space, [x, y, z]), &cell.frame, self.style());
        self.titles(panel, cell, &Rect { top: placed.top.max(cell.frame.top), ..cell.frame });
        record.texts.extend(panel.tables.iter().flat_map(Table::texts).map(str::to_owned));
        let options = &panel.options;
        let some = |list: &Option<Vec<_>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let notes = |list: &Option<Vec<_>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let flat = [
            ("set_hv_lines", some(&options.hlines) || some(&options.vlines)),
            ("set_texts", notes(&options.texts)),
            ("annotate", notes(&options.annotations)),
            ("despine", options.spines.iter().any(Option::is_some)),
            ("set_patch", options.patch.is_some()),
        ];
        for (helper, _) in flat.into_iter().filter(|(_, wanted)| *wanted) {
            let why = "there are no places of two coordinates on axes in space".to_owned();
            super::sheet::failed(self.sheet.chart, helper, why, warnings)?;
        }
        Ok((record, obstacles))
    }

    fn grid(&self, own: GridOptions, plane: &Plane<'_>) {
        let style = self.style();
        for (at, major) in [true, false].into_iter().enumerate() {
            let of = &style.grids[at];
            let color = of.color.map_or(style.grid_color, |color| Color { a: style.grid_color.a, ..color });
            let color = of.alpha.map_or(color, |alpha| Color { a: 255, ..color }.faded(alpha));
            let stroke = style.lines.stroke(
                own.color.unwrap_or(color),
                own.width.or(of.width).unwrap_or(style.grid_linewidth),
                own.style.or(of.dash).unwrap_or(style.grid_style),
            );
            let stroke = Stroke { cap: Cap::Butt, join: super::scene::Join::Miter, ..stroke };
            let styled = |axis: usize| style.grid && style.grid_which[at] && style.grid_axes[axis];
            let axes = [0, 1].map(|axis| own.lines[axis][at].unwrap_or_else(|| styled(axis)));
            if axes.contains(&true) {
                plane.grid(&stroke, axes, major);
            }
        }
    }

    /// Draws the lines across the axes that `wanted` says.
    fn reference_lines(&self, panel: &Panel, plane: &Plane<'_>, wanted: impl Fn(&RefLine) -> bool) {
        let frame = &plane.frame;
        for (line, horizontal) in across(panel).filter(|(line, _)| wanted(line)) {
            let [x, y] = plane.at(line.at, line.at);
            let along = |share: f64| {
                if horizontal {
                    [frame.left + share * frame.width(), y]
                } else {
                    [x, frame.bottom - share * frame.height()]
                }
            };
            let points = line.limits.map(along).to_vec();
            let stroke = ref_stroke(line, self.style());
            if points.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e6) && stroke.width > 0.0 {
                plane.push(Command::Polyline { points, stroke });
            }
        }
    }

    /// Lines across the axes in the table, as matplotlib keeps them: along the frame in its units.
    fn record_reference_lines(&self, panel: &Panel, record: &mut AxesRecord) {
        for (line, horizontal) in across(panel) {
            let end = |share: f64| if horizontal { [share, line.at] } else { [line.at, share] };
            record.lines.push(LineRecord {
                label: line.label.clone().unwrap_or_default(),
                n: 2,
                first: end(line.limits[0]),
                last: end(line.limits[1]),
                color: ref_stroke(line, self.style()).color,
            });
        }
    }

    /// The frame's visible sides: a rectangle if all are.
    fn spines(&self, panel: &Panel, frame: &Rect) {
        let style = self.style();
        let visible: Vec<bool> =
            style.spines.iter().zip(panel.options.spines).map(|(all, own)| own.unwrap_or(*all)).collect();
        let stroke = Stroke { cap: Cap::Square, ..solid(style.edgecolor, style.axes_linewidth) };
        if visible == [true; 4] {
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
        for (side, _) in sides.into_iter().zip(visible).filter(|(_, visible)| *visible) {
            self.canvas.push(Command::Polyline { points: side.to_vec(), stroke: stroke.clone() });
        }
    }

    /// How far an upper axis of a twin reaches above the frame.
    fn above(&self, panel: &Panel) -> f64 {
        let twins = self.sheet.panels.iter().zip(&self.layout.cells);
        twins
            .filter(|_| panel.inset.is_none())
            .filter(|(twin, _)| twin.twin.is_some() && twin.far[0] && twin.at == panel.at)
            .map(|(_, cell)| cell.label_at[0] + layout::beside(&cell.labels[0]))
            .fold(0.0, f64::max)
    }

    /// Title and side text.
    fn titles(&self, panel: &Panel, cell: &Cell, frame: &Rect) {
        let style = self.style();
        let look = &panel.options.title_text;
        let color = look.color.or(style.title_color).unwrap_or(style.text_color);
        if !cell.title.is_empty() {
            let total = self.layout.cells.iter().map(|cell| cell.frame.right).fold(0.0, f64::max)
                - self.layout.cells.iter().map(|cell| cell.frame.left).fold(f64::INFINITY, f64::min);
            let bar = layout::own_bar(&panel.bars, cell).or_else(|| {
                let near = layout::bar_near(self.sheet, &self.layout.bars, panel.at, total);
                near.filter(|_| panel.inset.is_none())
            });
            let place = self.sheet.panels.iter().position(|other| std::ptr::eq(other, panel));
            let twin =
                place.map_or(0.0, |i| layout::twin_lift(self.sheet, &self.layout.cells, i, frame.width()));
            let inset = place.map_or(0.0, |i| layout::inset_lift(self.sheet, self.layout, i, total));
            let lift =
                layout::title_lift(&cell.title, &cell.axes[1], frame.width(), bar).max(twin).max(inset)
                    + layout::label_rise(cell, panel.options.y.label_text.rotation == Some(0.0))
                    + self.above(panel)
                    + panel.around[2].max(layout::table_reach(panel, cell.lengths)[2]);
            let top = frame.top - lift - cell.title.ascent();
            let halign = look.loc.or(look.halign).unwrap_or(style.title_align);
            let at = along(halign, frame.left, frame.right);
            cell.title.draw(self.canvas, at, top, halign, color);
        }
        cell.side.draw_downwards(self.canvas, frame.right + TITLE_PAD, frame.middle()[1], style.text_color);
    }

    /// Labels and offset texts of the axes.
    fn axis_texts(&self, panel: &Panel, cell: &Cell, frame: &Rect) {
        let style = self.style();
        let room = 72.0 * self.sheet.size[0];
        let [x, y] = [&cell.axes[0], &cell.axes[1]];
        let offset = |axis: &Axis, at: [f64; 2], halign: HAlign| {
            let text = &axis.ticks.offset;
            if !text.is_empty() {
                // A long one is moved into the picture.
                let width = text::measure(text, axis.size).width;
                let [before, after] = match halign {
                    HAlign::Left => [0.0, width],
                    HAlign::Center => [width / 2.0; 2],
                    HAlign::Right => [width, 0.0],
                };
                let at = [at[0].min(room - PAD - after).max(PAD + before), at[1]];
                self.canvas.push(Command::Text(Text {
                    font: crate::render::text::base(),
                    text: text.clone(),
                    at,
                    size: axis.size,
                    color: axis.look.label_color.or(axis.look.color).unwrap_or(style.text_color),
                    halign,
                    valign: VAlign::Baseline,
                    rotation: 0.0,
                    width,
                }));
            }
        };
        let color =
            |look: &super::panel::TextOptions| look.color.or(style.label_color).unwrap_or(style.text_color);
        let below = frame.bottom + cell.label_at[0];
        if panel.shown[0] {
            let ascent = text::measure(&x.ticks.offset, x.size).ascent;
            if panel.far[0] {
                offset(x, [frame.right, frame.top - cell.label_at[0] - OFFSET_PAD], HAlign::Right);
            } else {
                offset(x, [frame.right, below + OFFSET_PAD + ascent], HAlign::Right);
            }
        }
        let look = &panel.options.x.label_text;
        let drop = if panel.shown[0] { layout::label_drop(&cell.labels[0], x, frame.width()) } else { 0.0 };
        let under = if panel.far[0] {
            frame.top - cell.label_at[0] - drop - cell.labels[0].pad - cell.labels[0].height()
        } else {
            below + drop + cell.labels[0].pad
        };
        let halign = look.loc.unwrap_or(style.label_align[0]);
        let at = along(halign, frame.left, frame.right);
        cell.labels[0].draw(self.canvas, at, under, halign, color(look));
        if panel.shown[1] {
            let (at, halign) =
                if panel.far[1] { (frame.right, HAlign::Right) } else { (frame.left, HAlign::Left) };
            offset(y, [at, frame.top - OFFSET_PAD], halign);
        }
        let look = &panel.options.y.label_text;
        let label = &cell.labels[1];
        if look.rotation == Some(0.0) {
            let right = frame.left - cell.label_at[1] - label.pad;
            let middle = along(look.loc.unwrap_or(style.label_align[1]), frame.bottom, frame.top);
            let top = middle - label.height() / 2.0;
            label.draw(self.canvas, right, top, HAlign::Right, color(look));
        } else {
            let left = if panel.far[1] {
                frame.right + cell.label_at[1] + label.pad
            } else {
                frame.left - cell.label_at[1] - label.pad - label.height()
            };
            let halign = look.loc.unwrap_or(style.label_align[1]);
            let at = along(halign, frame.bottom, frame.top);
            label.draw_upwards(self.canvas, left, at, halign, color(look));
        }
    }

    /// The figure's title, in its middle.
    fn suptitle(&self, width: f64) {
        let look = &self.sheet.chart.suptitle_text;
        let color: Color = look.color.unwrap_or(self.style().text_color);
        let (at, halign) = match look.halign {
            Some(HAlign::Left) => (PAD, HAlign::Left),
            Some(HAlign::Right) => (width - PAD, HAlign::Right),
            _ => (width / 2.0, HAlign::Center),
        };
        self.layout.suptitle.draw(self.canvas, at, PAD, halign, color);
    }
}

/// The place of an alignment between two ends.
fn along(halign: HAlign, from: f64, to: f64) -> f64 {
    match halign {
        HAlign::Left => from,
        HAlign::Center => 0.5 * (from + to),
        HAlign::Right => to,
    }
}

/// Lines across a panel: whether each is horizontal.
fn across(panel: &Panel) -> impl Iterator<Item = (&RefLine, bool)> {
    let lines = panel.options.hlines.iter().flatten().map(|line| (line, true));
    lines.chain(panel.options.vlines.iter().flatten().map(|line| (line, false)))
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
