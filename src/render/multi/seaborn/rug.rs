//! `sns.rugplot`: a short line at each value.

use super::{Groups, Rows, label, legend, rows};
use crate::render::marks::{Mark, RugMark};
use crate::render::multi::argument::Bound;
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::multi::statistics::finite_sorted;
use crate::render::record::solid;

/// Rugs along x, y or both; the axes get room for them.
pub(in crate::render::multi) fn rugplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let height = call.number("height")?.unwrap_or(0.025);
    let given = call.get("x").is_some() || call.get("y").is_some();
    let mut found: Rows = rows(call)?;
    if !given {
        // Of an array without columns, the values.
        found.x = found.y.take();
        found.names = [found.names[1].clone(), String::new(), String::new()];
    }
    let sides = [found.x.take(), found.y.take()];
    let n = sides.iter().flatten().map(|side| side.values.len()).max().unwrap_or(0);
    let mut values = [None, None];
    for (axis, side) in sides.into_iter().enumerate() {
        if let Some(side) = side {
            values[axis] = Some(board.place(axis, side)?);
        }
    }
    let expand = call.truth("expand_margins", true)?;
    for group in Groups::of(board, call, &look, &found, n)?.lines(board) {
        let mut label = group.label;
        for (axis, values) in values.iter().enumerate() {
            let Some(values) = values else { continue };
            let own: Vec<f64> = group.members.iter().map(|i| values[*i]).collect();
            let color = look.faded(group.color);
            let mark = RugMark {
                axis,
                values: finite_sorted(&own),
                height,
                stroke: solid(color, look.width.unwrap_or(board.style.patch_width)),
                label: std::mem::take(&mut label),
            };
            let over = Look { zorder: Some(look.zorder.unwrap_or(2.0)), ..look.clone() };
            board.add(Mark::Other(Box::new(mark)), &over, None);
        }
    }
    for (axis, values) in values.iter().enumerate() {
        if values.is_some() {
            label(board, axis, &found.names[axis]);
            if expand && height > 0.0 {
                let margin = board.style.margins[1 - axis] + 2.0 * height;
                board.options.margins[1 - axis].get_or_insert(margin);
            }
        }
    }
    legend(board, call, &found);
    Ok(())
}
