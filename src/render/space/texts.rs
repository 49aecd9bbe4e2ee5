//! Texts around a box, so that they touch neither each other nor their axes.

use super::frame::{Frame, LABEL_GAP, Side};
use crate::render::axis::Axis;
use crate::render::block::Block;
use crate::render::chart::Style;
use crate::render::panel::TextOptions;
use crate::render::scene::{HAlign, Point, Text, VAlign};
use crate::render::{text, tight};

/// How far labels are moved at a time, and at most, points.
const STEP: f64 = 2.0;
const FARTHEST: f64 = 120.0;
/// Labels of axes are not broken into lines shorter than this, points.
const LEAST: f64 = 72.0;
/// Labels longer than this run along their axis (matplotlib's).
const SHORT: usize = 4;

/// What the label of an axis says, its look, and whether it runs along the axis.
#[derive(Clone, Debug, Default)]
pub(super) struct LabelText {
    pub(super) text: String,
    pub(super) look: TextOptions,
    pub(super) turned: Option<bool>,
}

/// The texts of one axis, in points from the lower left corner of the square, y down.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub(super) ticks: Vec<Text>,
    /// Label and offset text.
    pub(super) others: Vec<Text>,
}

impl Texts {
    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Text> {
        self.ticks.iter().chain(&self.others)
    }

    /// Whether labels of neighbouring ticks touch.
    pub(super) fn crowded(&self) -> bool {
        let boxes: Vec<[Point; 4]> = self.ticks.iter().map(around).collect();
        boxes.windows(2).any(|pair| touch(&pair[0], &pair[1]))
    }
}

/// The texts of an axis of a box in a square of `size` points, clear of what is `taken`.
pub(super) fn texts(
    frame: &Frame<'_>,
    side: &Side,
    axis: &Axis,
    label: &LabelText,
    style: &Style,
    size: f64,
    taken: &[[Point; 4]],
) -> Texts {
    let paper = |[u, v]: [f64; 2]| [u * size, -v * size];
    let line = side.line.map(paper);
    let color = axis.look.label_color.or(axis.look.color).unwrap_or(style.text_color);
    let place = |pad: f64| -> Vec<Text> {
        let shown = side.ticks.iter().filter(|tick| !tick.label.is_empty());
        shown
            .map(|tick| {
                let [x, y] = paper(frame.tick_label(side, tick, size, pad));
                let extent = text::measure(&tick.label, axis.size);
                Text {
                    font: crate::render::text::base(),
                    text: tick.label.clone(),
                    at: [x, y + extent.ascent],
                    size: axis.size,
                    color,
                    halign: HAlign::Center,
                    valign: VAlign::Baseline,
                    rotation: 0.0,
                    width: extent.width,
                }
            })
            .collect()
    };
    let mut pad = axis.look.pad;
    let mut ticks = place(pad);
    while pad < FARTHEST && ticks.iter().any(|tick| touch(&around(tick), &line)) {
        pad += STEP;
        ticks = place(pad);
    }
    // At a corner of the box the ends of two axes may be one place.
    ticks.retain(|tick| !taken.iter().any(|other| touch(other, &around(tick))));
    let mut blocked: Vec<[Point; 4]> = ticks.iter().map(around).chain(taken.iter().copied()).collect();
    // Outward until nothing is touched.
    let free = |blocked: &[[Point; 4]], at: &dyn Fn(f64) -> Vec<Text>| {
        let mut away = LABEL_GAP;
        let mut texts = at(away);
        let meets = |texts: &[Text]| {
            let own: Vec<[Point; 4]> = texts.iter().map(around).collect();
            blocked.iter().any(|other| own.iter().any(|own| touch(other, own)))
        };
        while away < FARTHEST && meets(&texts) {
            away += STEP;
            texts = at(away);
        }
        texts
    };
    let mut others = Vec::new();
    if !label.text.is_empty() {
        let turned = label.turned.unwrap_or(label.text.chars().count() > SHORT);
        let rotation = label.look.rotation.unwrap_or(if turned { side.angle } else { 0.0 });
        let font = label.look.size.unwrap_or(style.label_size);
        let color = label.look.color.or(style.label_color).unwrap_or(style.text_color);
        let length = libm::hypot(line[1][0] - line[0][0], line[1][1] - line[0][1]);
        let block = Block::new(&label.text, font, length.max(LEAST));
        let half = block.height() / 2.0 - font / 2.0;
        let at = |away: f64| block.around(paper(frame.label(side, size, away + half)), rotation, color);
        others = free(&blocked, &at);
        blocked.extend(others.iter().map(around));
    }
    if !axis.ticks.offset.is_empty() {
        let block = Block::new(&axis.ticks.offset, axis.size, f64::INFINITY);
        let at = |away: f64| block.around(paper(frame.offset(side, size, away)), 0.0, color);
        others.extend(free(&blocked, &at));
    }
    Texts { ticks, others }
}

/// The corners of a text, around it.
pub(super) fn around(text: &Text) -> [Point; 4] {
    let [a, b, c, d] = tight::corners(text);
    [a, b, d, c]
}

/// Whether two convex shapes, given by their corners in order, share a point.
fn touch(a: &[Point], b: &[Point]) -> bool {
    let apart = |shape: &[Point]| {
        (0..shape.len()).any(|i| {
            let (p, q) = (shape[i], shape[(i + 1) % shape.len()]);
            let normal = [q[1] - p[1], p[0] - q[0]];
            let ends = |points: &[Point]| {
                points
                    .iter()
                    .map(|at| normal[0] * at[0] + normal[1] * at[1])
                    .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
            };
            let ([a0, a1], [b0, b1]) = (ends(a), ends(b));
            a1 < b0 || b1 < a0
        })
    };
    !apart(a) && !apart(b)
}
