//! Texts inside axes, and arrows from them to points.

use super::chart::Style;
use super::panel::{Coords, Note};
use super::record::{Canvas, Plane, solid};
use super::scene::{Command, HAlign, Point, Rect, Text, VAlign};
use super::text::{self, Extent};

/// Distance of lines in units of a line's height, as matplotlib.
const SPACING: f64 = 1.2;
/// Most of a cell's width that a text in it takes, and how much smaller it becomes for that at most.
const IN_CELL: f64 = 0.92;
const LEAST_SHARE: f64 = 0.4;
/// Between a text and the arrow that begins at it, points.
const TEXT_GAP: f64 = 2.0;
/// Points so far beyond the frame count as inside it, points.
const OUTSIDE: f64 = 1e-6;

/// Draws a note over everything, not cut at the frame; of the figure's own texts there is no plane.
///
/// # Errors
/// Why it has no place: a position that is none on the axes' scales.
pub(super) fn draw(
    canvas: &Canvas,
    plane: Option<&Plane<'_>>,
    note: &Note,
    style: &Style,
    figure: [f64; 2],
) -> Result<(), String> {
    let place = |at: [f64; 2], coords: Coords, from: Point| {
        let nowhere = [f64::NAN; 2];
        let point = match coords {
            Coords::Data => plane.map_or(nowhere, |plane| plane.at(at[0], at[1])),
            Coords::Axes => plane.map_or(nowhere, |plane| fraction(&plane.frame, at)),
            Coords::Figure => {
                fraction(&Rect { left: 0.0, top: 0.0, right: figure[0], bottom: figure[1] }, at)
            }
            Coords::Offset => [from[0] + at[0], from[1] - at[1]],
        };
        let near = point.iter().all(|v| v.is_finite() && v.abs() < 1e6);
        near.then_some(point).ok_or_else(|| format!("`{}` has no place at [{}, {}]", note.text, at[0], at[1]))
    };
    let target = note.target.as_ref().map(|about| place(about.at, about.coords, [0.0; 2])).transpose()?;
    if let (Some([x, y]), Some(about)) = (target, &note.target)
        && about.clip.unwrap_or(about.coords == Coords::Data)
        && plane.is_some_and(|plane| !plane.frame.inflated(OUTSIDE).contains([x, y]))
    {
        return Ok(());
    }
    let at = place(note.at, note.coords, target.unwrap_or_default())?;
    let mut size = note.look.size.unwrap_or(style.font_size);
    let font = note.look.font.over(text::base());
    if let (Some(ends), Some(plane)) = (note.cell, plane) {
        let [from, to] = ends.map(|x| plane.at(x, note.at[1])[0]);
        let wide = text::measure_in(font, &note.text, size).width;
        let share = (to - from).abs() * IN_CELL / wide.max(1e-9);
        if share.is_finite() {
            size *= share.clamp(LEAST_SHARE, 1.0);
        }
    }
    let lines: Vec<(&str, Extent)> =
        note.text.lines().map(|line| (line, text::measure_in(font, line, size))).collect();
    let block = Box::of(&lines, size, note);
    if let (Some(target), Some(arrow)) = (target, note.target.as_ref().and_then(|about| about.arrow.as_ref()))
    {
        let around = block.around(at);
        let covered = |point: Point| match &note.frame {
            Some(frame) => frame.covers(&block.rect(), size, block.unturned(at, point)),
            None => !note.text.is_empty() && around.inflated(TEXT_GAP).contains(point),
        };
        arrow
            .draw(canvas, (&around, &covered), target, size, style)
            .map_err(|why| format!("the arrow of `{}`: {why}", note.text))?;
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

    /// The rectangle around it after turning around the position.
    fn around(&self, at: Point) -> Rect {
        let Rect { left, top, right, bottom } = self.rect();
        let corners = [[left, top], [right, top], [left, bottom], [right, bottom]];
        let mut around = Rect { left: f64::MAX, top: f64::MAX, right: f64::MIN, bottom: f64::MIN };
        for [x, y] in corners.map(|corner| self.turned(at, corner)) {
            around.left = around.left.min(x);
            around.right = around.right.max(x);
            around.top = around.top.min(y);
            around.bottom = around.bottom.max(y);
        }
        around
    }

    /// A point of the picture beside the position before turning.
    fn unturned(&self, at: Point, point: Point) -> Point {
        let angle = self.rotation.to_radians();
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let [x, y] = [point[0] - at[0], point[1] - at[1]];
        [x * cos - y * sin, x * sin + y * cos]
    }
}
