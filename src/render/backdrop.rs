//! What is behind the marks of an axes: its colour, a hatch, an edge.

use super::chart::{Backdrop, Style};
use super::record::{Canvas, solid};
use super::scene::{Command, Hatch, Rect, Segment};

/// Draws it. Without a wish, the style's colour where it is not the figure's, or `always`.
pub(super) fn draw(
    canvas: &Canvas,
    own: Option<&Backdrop>,
    (frame, round): (&Rect, bool),
    style: &Style,
    always: bool,
) {
    let Some(own) = own else {
        if always || style.axes_facecolor != style.facecolor {
            canvas.push(Command::Rect { rect: *frame, fill: Some(style.axes_facecolor), stroke: None });
        }
        return;
    };
    let alpha = own.alpha.unwrap_or(1.0);
    let fill = own.face.unwrap_or(style.axes_facecolor).faded(alpha);
    let path = || {
        if round {
            return Segment::circle(frame.middle(), 0.5 * frame.width().min(frame.height()));
        }
        let Rect { left, top, right, bottom } = *frame;
        let corners = [[left, bottom], [left, top], [right, top], [right, bottom]];
        let mut path: Vec<Segment> = corners.into_iter().map(Segment::Line).collect();
        path[0] = Segment::Move(corners[0]);
        path.push(Segment::Close);
        path
    };
    if fill.a > 0 && !round {
        canvas.push(Command::Rect { rect: *frame, fill: Some(fill), stroke: None });
    } else if fill.a > 0 {
        canvas.push(Command::Path { path: path(), fill: Some(fill), stroke: None });
    }
    if let Some(letters) = own.hatch.as_ref().filter(|letters| !letters.is_empty()) {
        let Hatch { letters, color, width } = style.hatch(letters, own.edge);
        let hatch = Hatch {
            letters,
            color: own.hatch_color.unwrap_or(color).faded(alpha),
            width: own.hatch_width.unwrap_or(width),
        };
        canvas.push(Command::Hatch { path: path(), hatch });
    }
    let edge = own.edge.filter(|edge| edge.a > 0).map(|edge| edge.faded(alpha));
    if let (Some(edge), Some(width)) = (edge, own.width.filter(|width| *width > 0.0)) {
        canvas.push(Command::Path { path: path(), fill: None, stroke: Some(solid(edge, width)) });
    }
}
