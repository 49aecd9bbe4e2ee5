//! Texts inside axes, and arrows from them to points.

use super::chart::Style;
use super::panel::{Arrow, ArrowHead, Coords, Note};
use super::record::{Canvas, Plane, solid};
use super::scene::{Cap, Command, HAlign, Join, Point, Rect, Segment, Stroke, Text, VAlign};
use super::text::{self, Extent};

/// Distance of lines in units of a line's height, as matplotlib.
const SPACING: f64 = 1.2;
/// Between a text and the arrow that begins at it, points.
const TEXT_GAP: f64 = 2.0;

/// Draws a note over everything, not cut at the frame.
///
/// # Errors
/// Why it has no place: a position that is none on the axes' scales.
pub(super) fn draw(
    canvas: &Canvas,
    plane: &Plane<'_>,
    note: &Note,
    style: &Style,
    figure: [f64; 2],
) -> Result<(), String> {
    let place = |at: [f64; 2], coords: Coords, from: Point| {
        let point = match coords {
            Coords::Data => plane.at(at[0], at[1]),
            Coords::Axes => fraction(&plane.frame, at),
            Coords::Figure => {
                fraction(&Rect { left: 0.0, top: 0.0, right: figure[0], bottom: figure[1] }, at)
            }
            Coords::Offset => [from[0] + at[0], from[1] - at[1]],
        };
        let near = point.iter().all(|v| v.is_finite() && v.abs() < 1e6);
        near.then_some(point).ok_or_else(|| format!("`{}` has no place at [{}, {}]", note.text, at[0], at[1]))
    };
    let target = note.target.as_ref().map(|(at, coords, _)| place(*at, *coords, [0.0; 2])).transpose()?;
    let at = place(note.at, note.coords, target.unwrap_or_default())?;
    let size = note.look.size.unwrap_or(style.font_size);
    let font = note.look.font.over(text::base());
    let lines: Vec<(&str, Extent)> =
        note.text.lines().map(|line| (line, text::measure_in(font, line, size))).collect();
    let block = Box::of(&lines, size, note);
    if let (Some(target), Some((_, _, Some(arrow)))) = (target, &note.target) {
        let gap = note.frame.map_or(TEXT_GAP, |frame| frame.pad(size));
        let from = block.edge_towards(at, target, gap);
        draw_arrow(canvas, arrow, from, target);
    }
    if let Some(frame) = &note.frame {
        let path = frame.outline(&block.rect(), size, |point| block.turned(at, point));
        let stroke =
            frame.edge.filter(|edge| edge.a > 0 && frame.width > 0.0).map(|edge| solid(edge, frame.width));
        canvas.push(Command::Path { path, fill: frame.face, stroke });
    }
    let color = note.look.color.unwrap_or(style.text_color).faded(note.alpha);
    for ((line, extent), baseline) in lines.iter().zip(&block.baselines) {
        canvas.push(Command::Text(Text {
            font,
            text: (*line).to_owned(),
            at: block.turned(at, [0.0, block.top + baseline]),
            size,
            color,
            halign: block.halign,
            valign: VAlign::Baseline,
            rotation: block.rotation,
            width: extent.width,
        }));
    }
    Ok(())
}

fn fraction(rect: &Rect, [x, y]: [f64; 2]) -> Point {
    [rect.left + x * rect.width(), rect.bottom - y * rect.height()]
}

/// A text's box around its position, before it is turned.
struct Box {
    baselines: Vec<f64>,
    /// Its top above the position (negative is up).
    top: f64,
    width: f64,
    height: f64,
    halign: HAlign,
    rotation: f64,
}

impl Box {
    fn of(lines: &[(&str, Extent)], size: f64, note: &Note) -> Self {
        let line = text::measure("lp", size);
        let step = SPACING * line.height();
        let first = lines.first().map_or(line, |(_, extent)| *extent);
        let last = lines.last().map_or(line, |(_, extent)| *extent);
        let baselines: Vec<f64> = (0..lines.len()).map(|i| first.ascent + step * i as f64).collect();
        let bottom = baselines.last().copied().unwrap_or(0.0);
        let height = bottom + last.descent;
        let top = match note.look.valign.unwrap_or(VAlign::Baseline) {
            VAlign::Top => 0.0,
            VAlign::Center => -height / 2.0,
            VAlign::Baseline => -bottom,
            VAlign::Bottom => -height,
        };
        Self {
            baselines,
            top,
            width: lines.iter().map(|(_, extent)| extent.width).fold(0.0, f64::max),
            height,
            halign: note.look.halign.unwrap_or(HAlign::Left),
            rotation: note.look.rotation.unwrap_or(0.0),
        }
    }

    /// Its left side from the position.
    fn left(&self) -> f64 {
        match self.halign {
            HAlign::Left => 0.0,
            HAlign::Center => -self.width / 2.0,
            HAlign::Right => -self.width,
        }
    }

    /// It around the position, before it is turned.
    fn rect(&self) -> Rect {
        let left = self.left();
        Rect { left, top: self.top, right: left + self.width, bottom: self.top + self.height }
    }

    /// A point beside the position after turning around it.
    fn turned(&self, at: Point, [x, y]: Point) -> Point {
        let angle = self.rotation.to_radians();
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        [at[0] + x * cos + y * sin, at[1] - x * sin + y * cos]
    }

    /// Where a line from the middle of the text to `target` leaves its box.
    fn edge_towards(&self, at: Point, target: Point, gap: f64) -> Point {
        let left = self.left();
        let middle = self.turned(at, [left + self.width / 2.0, self.top + self.height / 2.0]);
        let angle = self.rotation.to_radians();
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let way = [target[0] - middle[0], target[1] - middle[1]];
        // In the text's own directions.
        let own = [way[0] * cos - way[1] * sin, way[0] * sin + way[1] * cos];
        let half = [self.width / 2.0 + gap, self.height / 2.0 + gap];
        let share =
            (0..2).filter(|i| own[*i].abs() > 1e-9).map(|i| half[i] / own[i].abs()).fold(1.0, f64::min);
        [middle[0] + share * way[0], middle[1] + share * way[1]]
    }
}

fn draw_arrow(canvas: &Canvas, arrow: &Arrow, from: Point, to: Point) {
    let length = libm::hypot(to[0] - from[0], to[1] - from[1]);
    let free = [0, 1].map(|end| arrow.gap[end] + arrow.shrink * length);
    if !(length > free[0] + free[1] && length.is_finite()) {
        return;
    }
    let way = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    let along = |by: f64| [from[0] + by * way[0], from[1] + by * way[1]];
    let (start, end) = (along(free[0]), along(length - free[1]));
    if arrow.head == ArrowHead::Wedge {
        wedge(canvas, arrow, start, end, way);
        return;
    }
    let stroke = Stroke { cap: Cap::Butt, join: Join::Miter, ..solid(arrow.color, arrow.width) };
    canvas.push(Command::Polyline { points: vec![start, end], stroke: stroke.clone() });
    for (there, tip, way) in [(arrow.ends[0], start, [-way[0], -way[1]]), (arrow.ends[1], end, way)] {
        if there {
            head(canvas, arrow, &stroke, tip, way);
        }
    }
}

/// A head whose tip is at `tip`: matplotlib's is 0.4 · 10 points long and 0.2 · 10 to each side.
fn head(canvas: &Canvas, arrow: &Arrow, stroke: &Stroke, tip: Point, way: Point) {
    let corner = |side: f64| {
        let (back, out) = (4.0, 2.0 * side);
        [tip[0] - back * way[0] - out * way[1], tip[1] - back * way[1] + out * way[0]]
    };
    let (a, b) = (corner(1.0), corner(-1.0));
    match arrow.head {
        ArrowHead::Open => {
            canvas.push(Command::Polyline { points: vec![a, tip, b], stroke: stroke.clone() });
        }
        ArrowHead::Filled => canvas.push(Command::Path {
            path: vec![Segment::Move(a), Segment::Line(tip), Segment::Line(b), Segment::Close],
            fill: Some(arrow.color),
            stroke: Some(stroke.clone()),
        }),
        ArrowHead::None | ArrowHead::Wedge => {}
    }
}

/// matplotlib's arrow without `arrowstyle`: a shaft of a width with a head three times as wide.
fn wedge(canvas: &Canvas, arrow: &Arrow, start: Point, end: Point, way: Point) {
    let length = libm::hypot(end[0] - start[0], end[1] - start[1]);
    let (half, wide) = (arrow.width / 2.0, 1.5 * arrow.width.max(1.0));
    let neck = (length - 3.0 * arrow.width.max(1.0)).max(0.0);
    let point =
        |by: f64, out: f64| [start[0] + by * way[0] - out * way[1], start[1] + by * way[1] + out * way[0]];
    let outline = [
        point(0.0, half),
        point(neck, half),
        point(neck, wide),
        end,
        point(neck, -wide),
        point(neck, -half),
        point(0.0, -half),
    ];
    let mut path: Vec<Segment> = vec![Segment::Move(outline[0])];
    path.extend(outline[1..].iter().map(|p| Segment::Line(*p)));
    path.push(Segment::Close);
    canvas.push(Command::Path { path, fill: Some(arrow.color), stroke: None });
}
