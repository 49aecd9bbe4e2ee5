//! A panel of three dimensions into commands.

use super::frame::Frame;
use super::projection::Projection;
use super::texts::{LabelText, Texts, around, texts};
use super::{Space, SpaceMark, Stage};
use crate::render::axis::{Axis, AxisSpec};
use crate::render::chart::Style;
use crate::render::color::ColorContent;
use crate::render::draw::axis_record;
use crate::render::marks::{Mark, Obstacles};
use crate::render::record::{Canvas, solid};
use crate::render::scale::Mapping;
use crate::render::scene::{
    AxesRecord, Cap, Color, Command, Join, Point, Rect, Role, Segment, SpaceRecord, Stroke,
};
use crate::render::sheet::Panel;
use crate::render::ticks::Side as Run;

/// Colours of the panes across x, y and z (matplotlib's).
const PANES: [u8; 3] = [242, 230, 236];
const PANE_ALPHA: u8 = 128;
/// Width of the line around a pane.
const PANE_EDGE: f64 = 1.0;
/// Least side of the square, as a share of its room, before texts become smaller.
const LEAST_BOX: f64 = 0.45;
/// Order of the farthest of the marks that are ordered by depth (matplotlib's: one above that of axes).
const DEEP_ORDER: f64 = 2.5;

/// A box in its square.
struct Laid {
    axes: [Axis; 3],
    texts: [Texts; 3],
    size: f64,
    /// Around everything, from the lower left corner of the square, y down.
    extent: Rect,
}

/// Draws a panel into `cell`. Gives its line of the table, what a legend should not cover, and
/// where the box with its texts is.
pub(in crate::render) fn draw(
    canvas: &Canvas,
    panel: &Panel,
    (space, specs): (&Space, [&AxisSpec; 3]),
    cell: &Rect,
    style: &Style,
) -> (AxesRecord, Vec<Obstacles>, Rect) {
    let projection = Projection::new(&space.view, specs.map(|spec| Mapping::new(spec.scale, spec.limits)));
    let options = &panel.options;
    let label = |text: &str, look, turned| LabelText { text: text.to_owned(), look, turned };
    let labels = [
        label(&panel.labels[0], options.x.label_text, None),
        label(&panel.labels[1], options.y.label_text, None),
        label(&space.label, options.z.label_text, options.rotate_z_label),
    ];
    let laid = fit(&projection, specs, &labels, style, [cell.width(), cell.height()]);
    let Laid { axes, texts, size, extent } = &laid;
    let origin = [
        cell.middle()[0] - (extent.left + extent.right) / 2.0,
        cell.middle()[1] - (extent.top + extent.bottom) / 2.0,
    ];
    let stage = Stage { canvas, projection: &projection, origin, size: *size };
    let [x, y, z] = axes;
    draw_box(&stage, &Frame::new(&projection, [x, y, z]), axes, style);
    for text in texts.iter().flat_map(Texts::all) {
        let mut text = text.clone();
        text.at = [text.at[0] + origin[0], text.at[1] + origin[1]];
        canvas.push(Command::Text(text));
    }
    let mut record = AxesRecord {
        role: Role::Plot,
        inside: None,
        frame: *cell,
        title: panel.title.clone(),
        x: axis_record(x, &panel.labels[0], true),
        y: axis_record(y, &panel.labels[1], true),
        space: Some(SpaceRecord {
            z: axis_record(z, &space.label, true),
            view: [space.view.elevation, space.view.azimuth],
        }),
        texts: if panel.side.is_empty() { Vec::new() } else { vec![panel.side.clone()] },
        lines: Vec::new(),
        marks: Vec::new(),
        legend: None,
    };
    let mut obstacles = vec![Obstacles {
        points: texts
            .iter()
            .flat_map(Texts::all)
            .flat_map(|text| around(text).map(|[x, y]| [x + origin[0], y + origin[1]]))
            .collect(),
        paths: Vec::new(),
    }];
    for (mark, color) in ordered(panel, space.view.by_depth, &stage) {
        let points = mark.draw(&stage, color, style.dpi);
        let step = points.len().div_ceil(20_000).max(1);
        let points = points.into_iter().step_by(step).collect();
        obstacles.push(Obstacles { points, paths: Vec::new() });
    }
    for one in &panel.marks {
        one.mark.record(&mut record, one.color.as_deref());
    }
    let placed = Rect {
        left: extent.left + origin[0],
        top: extent.top + origin[1],
        right: extent.right + origin[0],
        bottom: extent.bottom + origin[1],
    };
    (record, obstacles, placed)
}

/// The marks in the order in which they are drawn. As matplotlib's `computed_zorder`, points and
/// surfaces are drawn over lines, and of them those with the nearest point last; lines have their own
/// order.
fn ordered<'p>(
    panel: &'p Panel,
    by_depth: bool,
    stage: &Stage<'_>,
) -> Vec<(&'p SpaceMark, Option<&'p ColorContent>)> {
    let mut deep = Vec::new();
    let mut all = Vec::new();
    for one in &panel.marks {
        let Mark::Space(mark) = &one.mark else { continue };
        let drawn = (mark, one.color.as_deref());
        match mark.nearest(stage).filter(|_| by_depth) {
            Some(depth) => deep.push((depth, drawn)),
            None => all.push((one.order, drawn)),
        }
    }
    deep.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    all.extend(deep.into_iter().enumerate().map(|(i, (_, drawn))| (DEEP_ORDER + i as f64, drawn)));
    all.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    all.into_iter().map(|(_, drawn)| drawn).collect()
}

/// The largest square such that the box and its texts are no larger than `room`; where that leaves
/// no box, with smaller texts.
fn fit(
    projection: &Projection,
    specs: [&AxisSpec; 3],
    labels: &[LabelText; 3],
    style: &Style,
    room: [f64; 2],
) -> Laid {
    let mut laid = sized(projection, specs, labels, style, room);
    let least = LEAST_BOX * room[0].min(room[1]);
    for shrink in [0.8, 0.65, 0.5] {
        if laid.size >= least {
            break;
        }
        let small = |spec: &AxisSpec| AxisSpec { size: shrink * spec.size, ..spec.clone() };
        let own = specs.map(small);
        let mut labels = labels.clone();
        for label in &mut labels {
            label.look.size = Some(shrink * label.look.size.unwrap_or(style.label_size));
        }
        laid = sized(projection, [&own[0], &own[1], &own[2]], &labels, style, room);
    }
    laid
}

fn sized(
    projection: &Projection,
    specs: [&AxisSpec; 3],
    labels: &[LabelText; 3],
    style: &Style,
    room: [f64; 2],
) -> Laid {
    let mut size = room[0].min(room[1]).max(1.0);
    // As matplotlib, as many ticks as fit along the whole square; fewer where their labels touch.
    let mut lengths = [size; 3];
    let mut laid = lay(projection, specs, lengths, labels, style, size);
    for turn in 0..24 {
        let share = (room[0] / laid.extent.width()).min(room[1] / laid.extent.height());
        if !share.is_finite() {
            break;
        }
        let crowded: Vec<usize> = (0..3).filter(|i| laid.texts[*i].crowded()).collect();
        let fits = (share - 1.0).abs() < 1e-3 || turn > 12 && share >= 1.0;
        if fits && crowded.is_empty() {
            break;
        }
        crowded.into_iter().for_each(|i| lengths[i] *= 0.7);
        size = (size * share).max(1.0);
        laid = lay(projection, specs, lengths, labels, style, size);
    }
    laid
}

fn lay(
    projection: &Projection,
    specs: [&AxisSpec; 3],
    lengths: [f64; 3],
    labels: &[LabelText; 3],
    style: &Style,
    size: f64,
) -> Laid {
    let axes = [0, 1, 2].map(|i| specs[i].lay(lengths[i], Run::Horizontal));
    let frame = Frame::new(projection, [&axes[0], &axes[1], &axes[2]]);
    let mut taken = Vec::new();
    let texts = [0, 1, 2].map(|i| {
        let texts = texts(&frame, &frame.sides[i], &axes[i], &labels[i], style, size, &taken);
        taken.extend(texts.all().map(around));
        texts
    });
    let corners = (0..8).map(|k| {
        let at = [0, 1, 2].map(|i| f64::from(k >> i & 1));
        projection.unit(at).map(|v| v * size)
    });
    let corners = corners.map(|[x, y]| [x, -y]);
    let points = corners.chain(texts.iter().flat_map(Texts::all).flat_map(around));
    let none = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let [left, top, right, bottom] = points
        .filter(|at| at.iter().all(|v| v.is_finite()))
        .fold(none, |[l, t, r, b], [x, y]| [l.min(x), t.min(y), r.max(x), b.max(y)]);
    let extent = if left < right && top < bottom {
        Rect { left, top, right, bottom }
    } else {
        Rect { left: 0.0, top: -size, right: size, bottom: 0.0 }
    };
    Laid { axes, texts, size, extent }
}

/// Panes, grid, axis lines and ticks.
fn draw_box(stage: &Stage<'_>, frame: &Frame<'_>, axes: &[Axis; 3], style: &Style) {
    let paper = |[u, v]: [f64; 2]| [stage.origin[0] + u * stage.size, stage.origin[1] - v * stage.size];
    let line = |points: Vec<Point>, stroke: &Stroke| {
        if stroke.width > 0.0 && points.iter().flatten().all(|v| v.is_finite()) {
            stage.canvas.push(Command::Polyline { points, stroke: stroke.clone() });
        }
    };
    for (side, grey) in frame.sides.iter().zip(PANES) {
        let corners = side.pane.map(paper);
        if !corners.iter().flatten().all(|v| v.is_finite()) {
            continue;
        }
        let [a, b, c, d] = corners;
        let path =
            vec![Segment::Move(a), Segment::Line(b), Segment::Line(c), Segment::Line(d), Segment::Close];
        let color = Color { a: PANE_ALPHA, ..Color::rgb(grey, grey, grey) };
        let stroke = Some(Stroke { join: Join::Miter, ..solid(color, PANE_EDGE) });
        stage.canvas.push(Command::Path { path, fill: Some(color), stroke });
    }
    let grid = style.lines.stroke(style.grid_color, style.grid_linewidth, style.grid_style);
    let grid = Stroke { cap: Cap::Butt, join: Join::Miter, ..grid };
    for tick in frame.sides.iter().flat_map(|side| &side.ticks).filter(|_| style.other_grids[1]) {
        line(tick.grid.map(paper).to_vec(), &grid);
    }
    for (side, axis) in frame.sides.iter().zip(axes) {
        let spine = Stroke { cap: Cap::Square, ..solid(style.edgecolor, style.axes_linewidth) };
        line(side.line.map(paper).to_vec(), &spine);
        let color = axis.look.color.unwrap_or(style.edgecolor);
        let tick_stroke = Stroke { cap: Cap::Square, ..solid(color, axis.look.widths[0]) };
        for tick in &side.ticks {
            line(tick.line.map(paper).to_vec(), &tick_stroke);
        }
    }
}
