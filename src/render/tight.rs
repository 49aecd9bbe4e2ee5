//! `bbox_inches: tight`: a scene cut to what is drawn, plus a padding.

use super::scene::{Command, HAlign, Point, Rect, Scene, Segment, Text};
use super::text;

/// Moves everything so that the picture is its content and `pad` inches around it. A scene without
/// content stays as it is.
pub(super) fn cut(scene: &mut Scene, pad: f64) {
    let pad = if pad.is_finite() { pad.clamp(0.0, 10.0) } else { 0.0 };
    let Some(content) = content(&scene.commands) else { return };
    let pixel = 72.0 / scene.dpi;
    // Whole pixels, so that lines stay as sharp as they were.
    let left = ((content.left - 72.0 * pad) / pixel).round() * pixel;
    let top = ((content.top - 72.0 * pad) / pixel).round() * pixel;
    let pixels = |length: f64| ((length + 144.0 * pad) / pixel).ceil().max(1.0);
    scene.size_in = [pixels(content.width()) / scene.dpi, pixels(content.height()) / scene.dpi];
    for command in &mut scene.commands {
        shift(command, -left, -top);
    }
    for axes in &mut scene.axes {
        axes.frame = moved(&axes.frame, -left, -top);
    }
}

fn moved(rect: &Rect, dx: f64, dy: f64) -> Rect {
    Rect { left: rect.left + dx, top: rect.top + dy, right: rect.right + dx, bottom: rect.bottom + dy }
}

fn shift(command: &mut Command, dx: f64, dy: f64) {
    let point = |p: &mut Point| *p = [p[0] + dx, p[1] + dy];
    match command {
        Command::Path { path, .. } | Command::Hatch { path, .. } => {
            path.iter_mut().for_each(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) => point(p),
                Segment::Cubic(a, b, c) => [a, b, c].into_iter().for_each(point),
                Segment::Close => {}
            })
        }
        Command::Polyline { points, .. } => points.iter_mut().for_each(point),
        Command::Markers { at, .. } => at.iter_mut().for_each(point),
        Command::Rect { rect, .. } | Command::Clip(rect) => *rect = moved(rect, dx, dy),
        Command::Image(image) => image.rect = moved(&image.rect, dx, dy),
        Command::Text(text) => point(&mut text.at),
        Command::ClipCircle(middle, _) => point(middle),
        Command::Unclip => {}
        Command::Rasterized(commands) => commands.iter_mut().for_each(|command| shift(command, dx, dy)),
    }
}

/// The box around everything visible.
fn content(commands: &[Command]) -> Option<Rect> {
    let (mut all, mut clips): (Option<Rect>, Vec<Rect>) = (None, Vec::new());
    for command in commands {
        let own = match command {
            Command::Clip(rect) => {
                clips.push(*rect);
                continue;
            }
            Command::ClipCircle([x, y], r) => {
                clips.push(Rect { left: x - r, top: y - r, right: x + r, bottom: y + r });
                continue;
            }
            Command::Unclip => {
                clips.pop();
                continue;
            }
            other => extent(other),
        };
        let own = clips.iter().fold(own, |own, clip| own.and_then(|own| overlap(&own, clip)));
        if let Some(own) = own {
            all = Some(all.map_or(own, |all| Rect {
                left: all.left.min(own.left),
                top: all.top.min(own.top),
                right: all.right.max(own.right),
                bottom: all.bottom.max(own.bottom),
            }));
        }
    }
    all
}

fn overlap(a: &Rect, b: &Rect) -> Option<Rect> {
    let both = Rect {
        left: a.left.max(b.left),
        top: a.top.max(b.top),
        right: a.right.min(b.right),
        bottom: a.bottom.min(b.bottom),
    };
    (both.left <= both.right && both.top <= both.bottom).then_some(both)
}

fn extent(command: &Command) -> Option<Rect> {
    let half = |stroke: &Option<super::scene::Stroke>| stroke.as_ref().map_or(0.0, |s| s.width / 2.0);
    match command {
        Command::Path { path, stroke, .. } => {
            let points = path.iter().flat_map(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) => vec![*p],
                Segment::Cubic(a, b, c) => vec![*a, *b, *c],
                Segment::Close => Vec::new(),
            });
            around(points, half(stroke))
        }
        Command::Polyline { points, stroke } => around(points.iter().copied(), stroke.width / 2.0),
        Command::Markers { at, sizes, edge, .. } => {
            let most = sizes.iter().copied().fold(0.0, f64::max);
            around(at.iter().copied(), most / 2.0 + half(edge))
        }
        Command::Rect { rect, stroke, .. } => {
            around([[rect.left, rect.top], [rect.right, rect.bottom]], half(stroke))
        }
        Command::Image(image) => {
            around([[image.rect.left, image.rect.top], [image.rect.right, image.rect.bottom]], 0.0)
        }
        Command::Text(text) => around(corners(text), 0.0),
        Command::Rasterized(commands) => content(commands),
        // What it fills says how far it reaches.
        Command::Hatch { .. } | Command::Clip(_) | Command::ClipCircle(..) | Command::Unclip => None,
    }
}

fn around(points: impl IntoIterator<Item = Point>, by: f64) -> Option<Rect> {
    let finite = points.into_iter().filter(|p| p.iter().all(|v| v.is_finite()));
    finite.fold(None, |rect: Option<Rect>, [x, y]| {
        let rect = rect.unwrap_or(Rect { left: x - by, top: y - by, right: x + by, bottom: y + by });
        Some(Rect {
            left: rect.left.min(x - by),
            top: rect.top.min(y - by),
            right: rect.right.max(x + by),
            bottom: rect.bottom.max(y + by),
        })
    })
}

/// The corners of a text on its baseline, turned.
pub(super) fn corners(text: &Text) -> [Point; 4] {
    let extent = text::measure_in(text.font, &text.text, text.size);
    let left = match text.halign {
        HAlign::Left => 0.0,
        HAlign::Center => -extent.width / 2.0,
        HAlign::Right => -extent.width,
    };
    let angle = text.rotation.to_radians();
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let turn = |x: f64, y: f64| [text.at[0] + x * cos + y * sin, text.at[1] - x * sin + y * cos];
    let right = left + extent.width;
    [
        turn(left, -extent.ascent),
        turn(right, -extent.ascent),
        turn(left, extent.descent),
        turn(right, extent.descent),
    ]
}
