//! Outlines of any form, filled and stroked by tiny-skia.

use super::canvas::{Canvas, Pixels};
use crate::render::scene::{Cap, Color, Join, Segment};
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, StrokeDash, Transform};

/// Coordinates beyond this many pixels are held there: nobody sees the difference, and tiny-skia's
/// fixed-point numbers end.
const FAR: f64 = 1e5;

/// A stroke in pixels.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    pub(super) color: Color,
    pub(super) width: f64,
    pub(super) dash: Vec<f64>,
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
        dash: StrokeDash::new(dash, 0.0),
    };
    // Mitres reach ten half widths at most.
    let (pixmap, mask) = canvas.clipped(bounds(&path, 5.0 * outline.width));
    pixmap.stroke_path(&path, &paint(outline.color), &stroke, Transform::identity(), mask);
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
