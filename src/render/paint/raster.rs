//! Scenes to pixels: walks the commands and gives each to the one who draws it best.

use super::canvas::{Canvas, Ink, Pixels};
use super::glyphs::Glyphs;
use super::line::{self, Pen};
use super::markers::{self, Look};
use super::shape::{self, Outline};
use super::snap::{snap, snapped};
use super::{MOST_PIXELS, PaintError, image};
use crate::render::Scene;
use crate::render::hatch;
use crate::render::scene::{Cap, Color, Command, Hatch, Image, Join, Point, Rect, Segment, Stroke};
use tiny_skia::Pixmap;

/// Polylines with sharp joins and more corners than this are drawn with round ones.
const MOST_SHARP: usize = 256;

/// Draws a scene. The picture has ⌊size · dpi⌋ pixels, as matplotlib's.
pub(super) fn draw(scene: &Scene) -> Result<Pixmap, PaintError> {
    let mut painter = Painter {
        canvas: Canvas::new(ground(scene)?, scene.background),
        scale: scene.dpi / 72.0,
        glyphs: Glyphs::of_thread(),
    };
    for command in &scene.commands {
        painter.draw(command);
    }
    Ok(painter.canvas.pixmap)
}

/// Pixels for a scene.
fn ground(scene: &Scene) -> Result<Pixmap, PaintError> {
    // A hair, for sizes such as 6.4 · 100.
    let [width, height] = scene.size_in.map(|inches| (inches * scene.dpi + 1e-6).floor());
    let most = f64::from(MOST_PIXELS);
    let sound = (1.0..=most).contains(&width) && (1.0..=most).contains(&height);
    let pixmap = if sound { Pixmap::new(width as u32, height as u32) } else { None };
    pixmap.ok_or(PaintError::Size { width, height })
}

/// Commands on a transparent ground: the smallest image of the figure's pixels that shows all of them
/// inside `clip`. `None` if there is nothing to see.
pub(super) fn layer(scene: &Scene, clip: Option<&Rect>, commands: &[Command]) -> Option<Image> {
    let mut painter = Painter {
        canvas: Canvas::new(ground(scene).ok()?, Color { a: 0, ..Color::WHITE }),
        scale: scene.dpi / 72.0,
        glyphs: Glyphs::of_thread(),
    };
    if let Some(clip) = clip {
        painter.draw(&Command::Clip(*clip));
    }
    commands.iter().for_each(|command| painter.draw(command));
    let pixmap = painter.canvas.pixmap;
    let (columns, pixels) = (pixmap.width() as usize, pixmap.pixels());
    let seen = |k: &usize| pixels[*k].alpha() != 0;
    let top = (0..pixels.len()).find(seen)? / columns;
    let bottom = (0..pixels.len()).rev().find(seen)? / columns + 1;
    let in_column = |x: &usize| (top..bottom).any(|y| seen(&(y * columns + x)));
    let left = (0..columns).find(in_column)?;
    let right = (0..columns).rev().find(in_column)? + 1;
    let mut rgba = Vec::with_capacity(4 * (right - left) * (bottom - top));
    for row in pixels.chunks_exact(columns).take(bottom).skip(top) {
        for pixel in &row[left..right] {
            let straight = pixel.demultiply();
            rgba.extend([straight.red(), straight.green(), straight.blue(), straight.alpha()]);
        }
    }
    let [x0, y0, x1, y1] = [left, top, right, bottom].map(|v| v as f64 * 72.0 / scene.dpi);
    let rect = Rect { left: x0, top: y0, right: x1, bottom: y1 };
    Some(Image { rect, width: right - left, height: bottom - top, rgba: rgba.into() })
}

struct Painter {
    canvas: Canvas,
    /// Pixels a point.
    scale: f64,
    glyphs: Glyphs,
}

impl Painter {
    fn draw(&mut self, command: &Command) {
        match command {
            Command::Path { path, fill, stroke } => self.path(path, *fill, stroke.as_ref()),
            Command::Polyline { points, stroke } => {
                let mut points: Vec<Point> = points.iter().map(|p| self.px(*p)).collect();
                snap(&mut points, stroke.width * self.scale);
                self.polyline(&points, stroke);
            }
            Command::Rect { rect, fill, stroke } => self.rect(rect, *fill, stroke.as_ref()),
            Command::Markers { shape, at, sizes, fills, edge } => {
                let at: Vec<Point> = at.iter().map(|p| self.px(*p)).collect();
                let sizes: Vec<f64> = sizes.iter().map(|s| s * self.scale).collect();
                let edge = edge.as_ref().map(|stroke| (stroke.color, stroke.width * self.scale));
                let thin = markers::THIN * self.scale;
                let look = Look { shape: *shape, sizes: &sizes, fills, edge, thin };
                markers::draw(&mut self.canvas, &at, &look);
            }
            Command::Hatch { path, hatch } => self.hatch(path, hatch),
            Command::Text(text) => self.glyphs.draw(&mut self.canvas, text, self.scale),
            Command::Image(picture) => {
                let rect = self.px_rect(&picture.rect);
                image::draw(&mut self.canvas, picture, rect);
            }
            Command::Clip(rect) => {
                let Rect { left, top, right, bottom } = self.px_rect(rect);
                let [left, top, right, bottom] = [left, top, right, bottom].map(|v| (v + 0.5).floor());
                self.canvas.push_clip(Pixels::around(left, top, right, bottom));
            }
            Command::ClipCircle(middle, radius) => {
                self.canvas.push_round(self.px(*middle), radius * self.scale);
            }
            Command::Unclip => self.canvas.pop_clip(),
            Command::Rasterized(commands) => commands.iter().for_each(|command| self.draw(command)),
        }
    }

    fn px(&self, point: Point) -> Point {
        point.map(|v| v * self.scale)
    }

    fn px_rect(&self, rect: &Rect) -> Rect {
        let s = self.scale;
        Rect { left: rect.left * s, top: rect.top * s, right: rect.right * s, bottom: rect.bottom * s }
    }

    fn outline(&self, stroke: &Stroke) -> Outline {
        Outline {
            color: stroke.color,
            width: stroke.width * self.scale,
            dash: stroke.dash.iter().map(|d| d * self.scale).collect(),
            phase: stroke.phase * self.scale,
            cap: stroke.cap,
            join: stroke.join,
        }
    }

    /// A polyline in pixels.
    fn polyline(&mut self, points: &[Point], stroke: &Stroke) {
        let outline = self.outline(stroke);
        if stroke.join == Join::Round || points.len() <= 2 || points.len() > MOST_SHARP {
            let Outline { width, dash, phase, cap, .. } = outline;
            let pen = Pen { ink: Ink::new(stroke.color), width, dash, phase, cap };
            line::draw(&mut self.canvas, points, &pen);
        } else {
            let begin = |k| if k == 0 { Segment::Move } else { Segment::Line };
            let path: Vec<Segment> = points.iter().enumerate().map(|(k, p)| begin(k)(*p)).collect();
            shape::stroke(&mut self.canvas, &path, &outline);
        }
    }

    fn rect(&mut self, rect: &Rect, fill: Option<Color>, stroke: Option<&Stroke>) {
        let Rect { left, top, right, bottom } = self.px_rect(rect);
        let width = stroke.map_or(0.0, |s| s.width * self.scale);
        let [left, top, right, bottom] = [left, top, right, bottom].map(|v| snapped(v, width));
        if let Some(color) = fill {
            self.canvas.fill_rect([left, top, right, bottom], Ink::new(color));
        }
        let Some(stroke) = stroke else { return };
        if !stroke.dash.is_empty() || stroke.join != Join::Miter {
            let corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
            let pen = Stroke { join: Join::Round, ..stroke.clone() };
            self.polyline(&corners, &pen);
            return;
        }
        // Four bars that do not overlap, so that translucent frames have even corners.
        let h = width / 2.0;
        let ink = Ink::new(stroke.color);
        let (x0, x1, y0, y1) = (left - h, right + h, top - h, bottom + h);
        if right - left <= width || bottom - top <= width {
            self.canvas.fill_rect([x0, y0, x1, y1], ink);
            return;
        }
        for bar in [
            [x0, y0, x1, top + h],
            [x0, bottom - h, x1, y1],
            [x0, top + h, left + h, bottom - h],
            [right - h, top + h, x1, bottom - h],
        ] {
            self.canvas.fill_rect(bar, ink);
        }
    }

    fn hatch(&mut self, path: &[Segment], hatch: &Hatch) {
        let path: Vec<Segment> = path.iter().map(|s| shape::moved(s, |p| self.px(p))).collect();
        let side = hatch::TILE * self.scale;
        let tile: Vec<Segment> =
            hatch::tile(&hatch.letters).iter().map(|s| shape::moved(s, |p| self.px(p))).collect();
        let outline = Outline {
            color: hatch.color,
            width: hatch.width * self.scale,
            dash: Vec::new(),
            phase: 0.0,
            cap: Cap::Butt,
            join: Join::Miter,
        };
        shape::tiled(&mut self.canvas, &path, &tile, side, &outline);
    }

    fn path(&mut self, path: &[Segment], fill: Option<Color>, stroke: Option<&Stroke>) {
        let width = stroke.map_or(0.0, |s| s.width * self.scale);
        let mut path: Vec<Segment> = path.iter().map(|s| shape::moved(s, |p| self.px(p))).collect();
        // One contour of straight lines may be snapped, and stroked as a polyline if it is open.
        let straight: Option<Vec<Point>> = path
            .iter()
            .enumerate()
            .map(|(k, segment)| match segment {
                Segment::Move(p) if k == 0 => Some(Some(*p)),
                Segment::Line(p) => Some(Some(*p)),
                Segment::Close if k + 1 == path.len() => Some(None),
                _ => None,
            })
            .collect::<Option<Vec<Option<Point>>>>()
            .map(|points| points.into_iter().flatten().collect());
        let closed = path.last() == Some(&Segment::Close);
        let mut open_line = None;
        if let Some(mut points) = straight {
            if snap(&mut points, width) {
                let mut moved = points.iter();
                for segment in &mut path {
                    if let (Segment::Move(p) | Segment::Line(p), Some(to)) = (segment, moved.next()) {
                        *p = *to;
                    }
                }
            }
            open_line = (!closed).then_some(points);
        }
        if let Some(color) = fill {
            shape::fill(&mut self.canvas, &path, color);
        }
        if let Some(stroke) = stroke {
            match open_line {
                Some(points) => self.polyline(&points, stroke),
                None => {
                    let outline = self.outline(stroke);
                    shape::stroke(&mut self.canvas, &path, &outline);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
