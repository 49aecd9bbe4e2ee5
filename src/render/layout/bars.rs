//! Colour bars: how much room they take beside the panels, and where they go.
//!
//! As matplotlib's constrained layout has it: beyond everything that belongs to the panels on that
//! side, at a distance of `pad` in units of their size; as long as they are, times `shrink`; `aspect`
//! times as long as wide, but no wider than `fraction` of them. Unlike there, a bar that would be
//! wider gets narrower instead of shorter, so that it spans its panels.

use super::measure::{beside, label_depth, label_drop, offset_ascent};
use super::{LEAST, OFFSET_PAD, PAD};
use crate::render::axis::Axis;
use crate::render::block::Block;
use crate::render::chart::{Location, Style};
use crate::render::colorbar::Bar;
use crate::render::scene::Rect;
use crate::render::text;
use crate::render::ticks::Side;
use std::rc::Rc;

/// From what belongs to the panels to where the `pad` of a bar begins, points (matplotlib's `w_pad`).
const CLOSE: f64 = 3.0;

/// A colour bar's place.
pub(in crate::render) struct BarLayout {
    /// The bar with its ends.
    pub(in crate::render) rect: Rect,
    /// Its axis.
    pub(in crate::render) axis: Rc<Axis>,
    /// Its label.
    pub(in crate::render) label: Block,
    /// How much farther its label stands off because of the offset text beside it.
    pub(in crate::render) label_drop: f64,
    /// How much higher the offset text stands above a bar because of the uppermost label.
    pub(in crate::render) offset_lift: f64,
}

/// Length and width of a bar beside panels of this size.
fn size(bar: &Bar, [width, height]: [f64; 2]) -> [f64; 2] {
    let options = &bar.options;
    if let Some([_, _, w, h]) = options.inset {
        let [w, h] = [(w * width).abs().max(1.0), (h * height).abs().max(1.0)];
        return if options.lies() { [w, h] } else { [h, w] };
    }
    let (along, across) = if options.lies() { (width, height) } else { (height, width) };
    let length = (options.shrink.unwrap_or(1.0) * along).max(LEAST);
    [length, (length / options.aspect).min(options.fraction * across).max(1.0)]
}

/// Axis and label of a bar beside panels of this size, in a figure of this size.
pub(super) fn lay(bar: &Bar, panels: [f64; 2], figure: [f64; 2], style: &Style) -> BarLayout {
    let [length, width] = size(bar, panels);
    let ends = bar.ends();
    let (side, along) =
        if bar.options.lies() { (Side::Horizontal, figure[0]) } else { (Side::Vertical, figure[1]) };
    let most = length.max(0.35 * along).min(along - 2.0 * PAD);
    let body = length / (1.0 + ends[0] + ends[1]);
    let axis = Rc::new(bar.spec.lay(body, side));
    let label = Block::new(&bar.color.label, style.label_size, most).away(style.label_pad);
    let wide = text::measure(&axis.ticks.offset, axis.size).width;
    let label_drop = if bar.options.lies() {
        label_drop(&label, &axis, length)
    } else if label.width > length - axis.size {
        // The offset text stands beside an end of the label.
        (wide - width - label_depth(&axis)).max(0.0)
    } else {
        0.0
    };
    // The uppermost label, where the offset text is as wide as to stand above it.
    let meets = !bar.options.lies() && wide > width + axis.look.outward();
    let offset_lift = if meets { (axis.overhang[1] - ends[1] * body).max(0.0) } else { 0.0 };
    BarLayout { rect: Rect::default(), axis, label, label_drop, offset_lift }
}

/// What a bar's ticks and label take: towards the panels, and away from them.
fn depths(bar: &Bar, laid: &BarLayout, width: f64) -> [f64; 2] {
    let axis = &laid.axis;
    let offset = text::measure(&axis.ticks.offset, axis.size);
    let depth = if !bar.options.lies() {
        // The offset text begins at the other side of the bar.
        (label_depth(axis) + laid.label_drop + beside(&laid.label)).max(offset.width - width)
    } else if axis.ticks.offset.is_empty() {
        label_depth(axis) + beside(&laid.label)
    } else {
        let height = OFFSET_PAD + offset.height();
        label_depth(axis) + (laid.label_drop + beside(&laid.label)).max(height)
    };
    if bar.options.ticks_at() == bar.options.location() { [0.0, depth] } else { [depth, 0.0] }
}

/// How far a bar reaches past the two ends of the panels: left or bottom, right or top.
fn past(bar: &Bar, laid: &BarLayout, panels: [f64; 2]) -> [f64; 2] {
    let along = if bar.options.lies() { panels[0] } else { panels[1] };
    let [length, _] = size(bar, panels);
    let ends = bar.ends();
    let body = length / (1.0 + ends[0] + ends[1]);
    let spare = along - length;
    let free = [spare * bar.options.anchor, spare * (1.0 - bar.options.anchor)];
    let text = (laid.label.width - length) / 2.0;
    let mut reach = [0, 1].map(|i| (laid.axis.overhang[i] - ends[i] * body).max(text));
    if !bar.options.lies() {
        reach[1] = reach[1].max(laid.offset_lift + offset_ascent(&laid.axis));
    }
    [0, 1].map(|i| (reach[i] - free[i]).max(0.0))
}

/// Bars that stand beside panels, not in them.
fn beside_panels<'a>(
    bars: &'a [Bar],
    laid: &'a [BarLayout],
) -> impl Iterator<Item = (&'a Bar, &'a BarLayout)> {
    bars.iter().zip(laid).filter(|(bar, _)| bar.options.inset.is_none())
}

/// Adds the room of bars to what panels of this size need: left, right, top, bottom.
pub(super) fn add(bars: &[Bar], laid: &[BarLayout], panels: [f64; 2], needs: &mut [f64; 4]) {
    let own = *needs;
    let mut crossed = own;
    for (bar, one) in beside_panels(bars, laid) {
        let side = bar.options.location();
        let across = if side.lies() { panels[1] } else { panels[0] };
        if needs[side.index()] == own[side.index()] {
            needs[side.index()] += CLOSE;
        }
        let width = size(bar, panels)[1];
        let depth: f64 = depths(bar, one, width).iter().sum();
        needs[side.index()] += bar.options.pad * across + width + depth;
        let reach = past(bar, one, panels);
        let (first, second) = if side.lies() { (0, 1) } else { (3, 2) };
        crossed[first] = crossed[first].max(reach[0]);
        crossed[second] = crossed[second].max(reach[1]);
    }
    needs.iter_mut().zip(crossed).for_each(|(all, one)| *all = all.max(one));
}

/// Places bars around `panels`, whose own texts reach `needs` beyond them; `sharp` moves an edge onto
/// a pixel.
pub(super) fn place(
    bars: &[Bar],
    laid: &mut [BarLayout],
    panels: &Rect,
    needs: [f64; 4],
    sharp: impl Fn(f64) -> f64,
) {
    let extent = [panels.width(), panels.height()];
    let mut taken = needs.map(|need| need + CLOSE);
    for (bar, laid) in bars.iter().zip(laid) {
        let [length, width] = size(bar, extent);
        let options = &bar.options;
        let rect = if let Some([x, y, w, h]) = options.inset {
            let left = panels.left + x * extent[0];
            let bottom = panels.bottom - y * extent[1];
            Rect { left, bottom, right: left + w * extent[0], top: bottom - h * extent[1] }
        } else {
            let side = options.location();
            let across = if side.lies() { extent[1] } else { extent[0] };
            let [near, away] = depths(bar, laid, width);
            let from = taken[side.index()] + options.pad * across + near;
            taken[side.index()] = from + width + away;
            let along = if side.lies() {
                let left = panels.left + options.anchor * (extent[0] - length);
                [left, left + length]
            } else {
                let bottom = panels.bottom - options.anchor * (extent[1] - length);
                [bottom - length, bottom]
            };
            match side {
                Location::Right => Rect {
                    left: panels.right + from,
                    right: panels.right + from + width,
                    top: along[0],
                    bottom: along[1],
                },
                Location::Left => Rect {
                    left: panels.left - from - width,
                    right: panels.left - from,
                    top: along[0],
                    bottom: along[1],
                },
                Location::Top => Rect {
                    left: along[0],
                    right: along[1],
                    top: panels.top - from - width,
                    bottom: panels.top - from,
                },
                Location::Bottom => Rect {
                    left: along[0],
                    right: along[1],
                    top: panels.bottom + from,
                    bottom: panels.bottom + from + width,
                },
            }
        };
        laid.rect = Rect {
            left: sharp(rect.left),
            right: sharp(rect.right),
            top: sharp(rect.top),
            bottom: sharp(rect.bottom),
        };
    }
}
