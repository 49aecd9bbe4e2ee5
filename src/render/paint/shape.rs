//! Outlines of any form, filled and stroked by tiny-skia.

use super::canvas::{Canvas, Ink, Pixels};
use crate::render::scene::{Cap, Color, Join, Segment};
use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, StrokeDash, Transform};

/// Coordinates beyond this many pixels are held there: nobody sees the difference, and tiny-skia's
/// fixed-point numbers end.
const FAR: f64 = 1e5;

/// A stroke in pixels.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    pub(super) color: Color,
    pub(super) width: f64,
    pub(super) dash: Vec<f64>,
    pub(super) phase: f64,
    pub(super) cap: Cap,
    pub(super) join: Join,
}

/// A step with its points moved.
pub(super) fn moved(segment: &Segment, place: impl Fn([f64; 2]) -> [f64; 2]) -> Segment {
    match *segment {
        Segment::Move(p) => Segment::Move(place(p)),
        Segment::Line(p) => Segment::Line(place(p)),
        Segment::Cubic(a, b, p) => Segment::Cubic(place(a), place(b), place(p)),
        Segment::Close => Segment::Close,
    }
}

/// Fills a path (pixels) by the nonzero rule. Paths with points that are not finite are left out.
pub(super) fn fill(canvas: &mut Canvas, path: &[Segment], color: Color) {
    let Some(path) = build(path) else { return };
    let (pixmap, mask) = canvas.clipped(bounds(&path, 0.0));
    pixmap.fill_path(&path, &paint(color), FillRule::Winding, Transform::identity(), mask);
}

/// Strokes a path (pixels). Paths with points that are not finite are left out.
pub(super) fn stroke(canvas: &mut Canvas, path: &[Segment], outline: &Outline) {
    let Some(path) = build(path) else { return };
    if !(outline.width > 0.0 && outline.width < FAR) {
        return;
    }
    let dash = outline.dash.iter().map(|d| *d as f32).collect();
    let stroke = tiny_skia::Stroke {
        width: outline.width as f32,
        miter_limit: 10.0,
        line_cap: match outline.cap {
            Cap::Butt => LineCap::Butt,
            Cap::Round => LineCap::Round,
            Cap::Square => LineCap::Square,
        },
        line_join: match outline.join {
            Join::Miter => LineJoin::Miter,
            Join::Round => LineJoin::Round,
            Join::Bevel => LineJoin::Bevel,
        },
        dash: StrokeDash::new(dash, outline.phase as f32),
    };
    // Mitres reach ten half widths at most.
    let (pixmap, mask) = canvas.clipped(bounds(&path, 5.0 * outline.width));
    pixmap.stroke_path(&path, &paint(outline.color), &stroke, Transform::identity(), mask);
}

/// Repeats a tile of `side` pixels inside a path, from the picture's lower left corner; its contours
/// are filled and stroked.
pub(super) fn tiled(canvas: &mut Canvas, path: &[Segment], tile: &[Segment], side: f64, outline: &Outline) {
    let Some(path) = build(path) else { return };
    let area = bounds(&path, 0.0).and(canvas.clip());
    let [width, height] = [area.width() as u32, area.height() as u32];
    let Some(mut inside) = Mask::new(width, height).filter(|_| side >= 1.0) else { return };
    // Over the area alone: figures are large, and hatched bars are many.
    let home = Transform::from_translate(-area.x0 as f32, -area.y0 as f32);
    inside.fill_path(&path, FillRule::Winding, true, home);
    let Some(mut layer) = Pixmap::new(width, height) else { return };
    let floor = f64::from(canvas.pixmap.height());
    let first = |from: f64, begin: f64| ((from - begin) / side).floor();
    let last = |to: f64, begin: f64| ((to - begin) / side).ceil();
    let Some(tile) = build(tile) else { return };
    let stroke = tiny_skia::Stroke { width: outline.width as f32, ..tiny_skia::Stroke::default() };
    let paint = paint(Color { a: 255, ..outline.color });
    for row in first(f64::from(area.y0), floor) as i64..last(f64::from(area.y1), floor) as i64 {
        for column in first(f64::from(area.x0), 0.0) as i64..last(f64::from(area.x1), 0.0) as i64 {
            let (right, down) = (column as f64 * side, floor + row as f64 * side);
            let place = home.pre_translate(right as f32, down as f32);
            layer.fill_path(&tile, &paint, FillRule::Winding, place, None);
            if outline.width > 0.0 {
                layer.stroke_path(&tile, &paint, &stroke, place, None);
            }
        }
    }
    let ink = Ink::new(outline.color);
    let coverage: Vec<u8> = layer
        .data()
        .chunks_exact(4)
        .zip(inside.data())
        .map(|(pixel, inside)| (u32::from(pixel[3]) * u32::from(*inside) / 255) as u8)
        .collect();
    for (row, y) in coverage.chunks_exact(area.width().max(1)).zip(area.y0..) {
        ink.blend_row(canvas.row(y, area.x0, area.x1), row);
    }
}

fn build(path: &[Segment]) -> Option<Path> {
    let mut builder = PathBuilder::with_capacity(path.len(), path.len());
    let at = |p: [f64; 2]| p.map(|v| v.clamp(-FAR, FAR) as f32);
    for segment in path {
        match *segment {
            Segment::Move(p) => {
                let [x, y] = at(p);
                builder.move_to(x, y);
            }
            Segment::Line(p) => {
                let [x, y] = at(p);
                builder.line_to(x, y);
            }
            Segment::Cubic(a, b, p) => {
                let ([ax, ay], [bx, by], [x, y]) = (at(a), at(b), at(p));
                builder.cubic_to(ax, ay, bx, by, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
    builder.finish()
}

fn bounds(path: &Path, reach: f64) -> Pixels {
    let b = path.bounds();
    let [left, top, right, bottom] = [b.left(), b.top(), b.right(), b.bottom()].map(f64::from);
    Pixels::around(left - reach - 1.0, top - reach - 1.0, right + reach + 1.0, bottom + reach + 1.0)
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(color.r, color.g, color.b, color.a);
    paint
}
