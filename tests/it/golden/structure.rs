//! What holds of every picture whatever it shows: texts stand apart and inside, marks stay in their
//! frames, axes have some ticks and not too many, legends are where they were asked for.

use shmplot::render::scene::{AxesRecord, Command, HAlign, Point, Rect, Role, Scene, Segment, Text};
use shmplot::render::text::measure_in;

/// Points by which boxes of texts may reach into each other: air above and below letters.
const AIR: f64 = 0.8;
/// Ticks of an axis at most.
const TICKS: usize = 40;

/// The corners of a text's box, turned as it is.
fn corners(text: &Text) -> [Point; 4] {
    let extent = measure_in(text.font, &text.text, text.size);
    let left = match text.halign {
        HAlign::Left => 0.0,
        HAlign::Center => -extent.width / 2.0,
        HAlign::Right => -extent.width,
    };
    let (sin, cos) = libm::sincos(-text.rotation.to_radians());
    let air = AIR / 2.0;
    // Numbers have no descenders.
    let number = text.text.chars().all(|c| c.is_numeric() || "+−.,e⁻".contains(c));
    let descent = if number { 0.0 } else { extent.descent };
    let (top, bottom) = (-extent.ascent + air, (descent - air).max(0.0));
    [[left, top], [left + extent.width, top], [left + extent.width, bottom], [left, bottom]]
        .map(|[x, y]| [text.at[0] + x * cos - y * sin, text.at[1] + x * sin + y * cos])
}

/// Whether two convex shapes have a common point, by their separating axes.
fn meet(a: &[Point; 4], b: &[Point; 4]) -> bool {
    let apart = |edges: &[Point; 4]| {
        (0..4).any(|i| {
            let (from, to) = (edges[i], edges[(i + 1) % 4]);
            let normal = [to[1] - from[1], from[0] - to[0]];
            let ends = |shape: &[Point; 4]| {
                shape.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], p| {
                    let at = p[0] * normal[0] + p[1] * normal[1];
                    [low.min(at), high.max(at)]
                })
            };
            let (one, other) = (ends(a), ends(b));
            one[1] <= other[0] || other[1] <= one[0]
        })
    };
    !apart(a) && !apart(b)
}

fn box_of(points: impl IntoIterator<Item = Point>) -> Option<Rect> {
    points.into_iter().fold(None, |all: Option<Rect>, [x, y]| {
        let own = Rect { left: x, top: y, right: x, bottom: y };
        Some(all.map_or(own, |all| Rect {
            left: all.left.min(x),
            top: all.top.min(y),
            right: all.right.max(x),
            bottom: all.bottom.max(y),
        }))
    })
}

fn extent(command: &Command) -> Option<Rect> {
    match command {
        Command::Polyline { points, .. } => box_of(points.iter().copied()),
        Command::Markers { at, .. } => box_of(at.iter().copied()),
        Command::Rect { rect, .. } | Command::Clip(rect) => Some(*rect),
        Command::Image(image) => Some(image.rect),
        Command::Path { path, .. } => box_of(path.iter().filter_map(|segment| match segment {
            Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some(*p),
            Segment::Close => None,
        })),
        Command::Rasterized(commands) => {
            let boxes: Vec<Rect> = commands.iter().filter_map(extent).collect();
            box_of(boxes.iter().flat_map(|own| [[own.left, own.top], [own.right, own.bottom]]))
        }
        Command::Text(_) | Command::Unclip | Command::ClipCircle(..) | Command::Hatch { .. } => None,
    }
}

fn within(inner: &Rect, outer: &Rect, by: f64) -> bool {
    inner.left >= outer.left - by
        && inner.top >= outer.top - by
        && inner.right <= outer.right + by
        && inner.bottom <= outer.bottom + by
}

/// All that is wrong with a picture. `free` texts were put by hand at a place, and may cover others.
pub(super) fn problems(scene: &Scene, free: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let [right, bottom] = scene.size_in.map(|inches| 72.0 * inches);
    let canvas = Rect { left: 0.0, top: 0.0, right, bottom };
    let texts: Vec<(&Text, [Point; 4])> = scene
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::Text(text) if !text.text.trim().is_empty() => Some((text, corners(text))),
            _ => None,
        })
        .collect();
    let by_hand = |text: &Text| free.iter().any(|free| free.contains(text.text.as_str()));
    for (i, (text, corners)) in texts.iter().enumerate() {
        let own = box_of(*corners).unwrap_or_default();
        if !within(&own, &canvas, 0.5) {
            wrong.push(format!("{:?} is cut: {own:?} of {right} × {bottom}", text.text));
        }
        for (other, others) in &texts[..i] {
            if !by_hand(text) && !by_hand(other) && meet(corners, others) {
                wrong.push(format!(
                    "{:?} at {:?} covers {:?} at {:?}",
                    text.text, text.at, other.text, other.at
                ));
            }
        }
    }
    let mut depth = 0_usize;
    for command in &scene.commands {
        match command {
            Command::Clip(rect) => {
                depth += 1;
                if !within(rect, &canvas, 0.5) {
                    wrong.push(format!("a frame leaves the picture: {rect:?} of {right} × {bottom}"));
                }
            }
            Command::ClipCircle(..) => depth += 1,
            Command::Unclip => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                let leaves = extent(command).filter(|own| !within(own, &canvas, 1.0));
                if let Some(own) = leaves {
                    let what = format!("{command:?}");
                    wrong.push(format!("{:.60} leaves the picture: {own:?}", what));
                }
            }
            _ => {}
        }
    }
    for (i, axes) in scene.axes.iter().enumerate().filter(|(_, axes)| axes.space.is_none()) {
        ticks(i, axes, &mut wrong);
        if axes.role == Role::Plot {
            frames(scene, i, axes, &mut wrong);
        }
    }
    legends(scene, &texts, &mut wrong);
    wrong
}

fn ticks(i: usize, axes: &AxesRecord, wrong: &mut Vec<String>) {
    for (name, axis, length) in [("x", &axes.x, axes.frame.width()), ("y", &axes.y, axes.frame.height())] {
        let [low, high] = [axis.limits[0].min(axis.limits[1]), axis.limits[0].max(axis.limits[1])];
        let slack = 1e-6 * (high - low);
        let count = axis.ticks.iter().filter(|t| **t >= low - slack && **t <= high + slack).count();
        if count > TICKS {
            wrong.push(format!("axes {i}: {count} ticks along {name}"));
        }
        let labelled = axis.tick_labels.iter().any(|label| !label.is_empty());
        let named = axis.scale == "category" || axes.role == Role::Colorbar;
        if labelled && !named && count == 0 && length > 60.0 {
            wrong.push(format!("axes {i}: no tick along {name} of {length} pt: {:?}", axis.limits));
        }
        if axis.ticks.len() != axis.tick_labels.len() {
            wrong.push(format!("axes {i}: ticks and labels along {name} differ in number"));
        }
        // Labels of numbers tell their ticks apart.
        let mut shown: Vec<&String> = axis.tick_labels.iter().filter(|label| !label.is_empty()).collect();
        shown.sort();
        let number = |label: &String| label.chars().any(|c| c.is_numeric());
        shown.retain(|label| number(label));
        if !named && axis.scale != "date" && shown.windows(2).any(|pair| pair[0] == pair[1]) {
            wrong.push(format!("axes {i}: two ticks along {name} have one label: {:?}", axis.tick_labels));
        }
    }
}

/// Frames of panels lie in the picture, have some room, and do not cover each other.
fn frames(scene: &Scene, i: usize, axes: &AxesRecord, wrong: &mut Vec<String>) {
    let own = &axes.frame;
    if own.width() < 5.0 || own.height() < 5.0 {
        wrong.push(format!("axes {i}: a frame of {} × {} pt", own.width(), own.height()));
    }
    for (k, other) in scene.axes.iter().enumerate().take(i) {
        let (a, b) = (own, &other.frame);
        let meet = a.left < b.right - 0.5
            && b.left < a.right - 0.5
            && a.top < b.bottom - 0.5
            && b.top < a.bottom - 0.5;
        // A twin has the frame of what it is drawn over, and some stand inside others.
        if meet && a != b && axes.inside != Some(k) {
            wrong.push(format!("axes {i} covers axes {k}"));
        }
    }
}

/// Legends of the figure stand outside all panels.
fn legends(scene: &Scene, texts: &[(&Text, [Point; 4])], wrong: &mut Vec<String>) {
    let frames: Vec<&AxesRecord> = scene.axes.iter().filter(|axes| axes.role == Role::Plot).collect();
    let inside = |corners: &[Point; 4], frame: &Rect| {
        let own = box_of(*corners).unwrap_or_default();
        let middle = own.middle();
        middle[0] > frame.left && middle[0] < frame.right && middle[1] > frame.top && middle[1] < frame.bottom
    };
    let of = |label: &str| texts.iter().filter(|(text, _)| text.text == label).collect::<Vec<_>>();
    for label in scene.legends.iter().flat_map(|legend| &legend.labels) {
        let found = of(label);
        if !found.is_empty() && found.iter().all(|(_, c)| frames.iter().any(|axes| inside(c, &axes.frame))) {
            wrong.push(format!("the legend of the figure covers a panel: {label:?}"));
        }
    }
}

#[test]
fn boxes_meet_as_they_should() {
    let square = |x: f64, y: f64, s: f64| [[x, y], [x + s, y], [x + s, y + s], [x, y + s]];
    let diamond = [[5.0, 0.0], [10.0, 5.0], [5.0, 10.0], [0.0, 5.0]];
    assert!(meet(&square(0.0, 0.0, 4.0), &square(3.0, 3.0, 4.0)));
    assert!(!meet(&square(0.0, 0.0, 4.0), &square(4.0, 0.0, 4.0)));
    // In the corner of its box, but not in the diamond.
    assert!(!meet(&square(0.0, 0.0, 2.0), &diamond));
    assert!(meet(&square(0.0, 0.0, 3.0), &diamond));
}
