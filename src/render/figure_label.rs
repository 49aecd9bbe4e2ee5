//! Labels of the figure, below all axes and left of them: how much room they take, and where they stand.

use super::block::Block;
use super::chart::FigureLabel;
use super::layout::PAD;
use super::legend::Place;
use super::record::Canvas;
use super::scene::{HAlign, VAlign};
use super::sheet::Sheet;
use super::text;

/// A label of the figure, wrapped to its side.
pub(super) fn block(sheet: &Sheet<'_>, axis: usize) -> Block {
    let style = &sheet.chart.style;
    let own = &sheet.chart.suplabels[axis];
    let mut font = style.suplabel_font;
    font.update(&own.look.font);
    let size = own.look.size.unwrap_or(style.suplabel_size);
    Block::set(&own.text, size, 72.0 * sheet.size[axis] - 2.0 * PAD, font.over(text::base()))
}

/// The room that a label takes between the figure's edge and its panels: none if somebody chose where it
/// stands across its side.
pub(super) fn room(label: &FigureLabel, axis: usize, block: &Block) -> f64 {
    if block.is_empty() || label.at[1 - axis].is_some() { 0.0 } else { block.height() + PAD }
}

/// Draws both labels.
pub(super) fn draw(canvas: &Canvas, sheet: &Sheet<'_>, blocks: &[Block; 2]) {
    let [width, height] = sheet.size.map(|inches| 72.0 * inches);
    // A legend on the same side is nearer to the edge.
    let legend = |wanted: fn(&Place) -> bool, side: usize| {
        let legend = sheet.legend.as_ref().filter(|(_, place)| wanted(place));
        legend.map_or(0.0, |(legend, _)| legend.extent[side] + PAD.max(72.0 * sheet.size[0] * legend.margin))
    };
    let [below, left] = blocks;
    let color = |axis: usize| sheet.chart.suplabels[axis].look.color.unwrap_or(sheet.chart.style.text_color);
    let within = |at: f64, own: f64, whole: f64| at.min(whole - PAD - own).max(PAD);
    if !below.is_empty() {
        let label = &sheet.chart.suplabels[0];
        let at = label.at[0].unwrap_or(0.5) * width;
        let start = match label.look.halign {
            Some(HAlign::Left) => at,
            Some(HAlign::Right) => at - below.width,
            _ => at - below.width / 2.0,
        };
        let top = match label.at[1] {
            None => height - PAD - legend(|place| matches!(place, Place::Below(_)), 1) - below.height(),
            Some(y) => {
                let at = (1.0 - y) * height;
                let top = match label.look.valign {
                    Some(VAlign::Top) => at,
                    Some(VAlign::Center) => at - below.height() / 2.0,
                    _ => at - below.height(),
                };
                within(top, below.height(), height)
            }
        };
        let middle = within(start, below.width, width) + below.width / 2.0;
        below.draw(canvas, middle, top, HAlign::Center, color(0));
    }
    if !left.is_empty() {
        let label = &sheet.chart.suplabels[1];
        let at = (1.0 - label.at[1].unwrap_or(0.5)) * height;
        let start = match label.look.valign {
            Some(VAlign::Top) => at,
            Some(VAlign::Bottom | VAlign::Baseline) => at - left.width,
            _ => at - left.width / 2.0,
        };
        let side = match label.at[0] {
            None => PAD + legend(|place| matches!(place, Place::Left(_)), 0),
            Some(x) => {
                let at = x * width;
                let side = match label.look.halign {
                    Some(HAlign::Center) => at - left.height() / 2.0,
                    Some(HAlign::Right) => at - left.height(),
                    _ => at,
                };
                within(side, left.height(), width)
            }
        };
        let middle = within(start, left.width, height) + left.width / 2.0;
        left.draw_upwards(canvas, side, middle, HAlign::Center, color(1));
    }
}
