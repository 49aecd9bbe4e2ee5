//! Numbers as colours, as seaborn maps a numeric `hue`.

use super::column::Column;
use super::palette;
use crate::render::chart::Norm;
use crate::render::colormap::Colormap;
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::board::Board;
use crate::render::norm::Normalizer;
use crate::render::scene::Color;

/// A colour map and the numbers at its ends.
#[derive(Clone, Debug)]
pub(super) struct HueMap {
    map: Colormap,
    norm: Normalizer,
}

/// `hue_norm` or `size_norm`: the numbers at both ends, null for those of the data.
pub(super) fn norm(call: &Bound<'_>, argument: &str, numbers: &[f64]) -> Result<Normalizer, String> {
    let own = numbers.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(*v), b.max(*v)]);
    let mut ends = if numbers.is_empty() { [0.0, 1.0] } else { own };
    match call.get(argument) {
        None => {}
        Some(Argument::List(items)) if items.len() == 2 => {
            for (end, item) in ends.iter_mut().zip(items).filter(|(_, item)| **item != Argument::None) {
                *end = item.number().map_err(|why| format!("`{argument}`: {why}"))?;
            }
        }
        Some(other) => return Err(format!("`{argument}`: {}", other.not("a list of two numbers"))),
    }
    if ends[0] > ends[1] {
        return Err(format!("`{argument}`: {} is above {}", ends[0], ends[1]));
    }
    Ok(Normalizer::new(Norm::Linear, ends))
}

impl HueMap {
    /// How a column's numbers become colours; `None` if its levels are categories: texts, 0 and 1, or a
    /// palette of single colours.
    ///
    /// # Errors
    /// Palettes that there are not, a norm of what has no numbers.
    pub(super) fn of(call: &Bound<'_>, column: &Column) -> Result<Option<Self>, String> {
        let normed = call.get("hue_norm").is_some();
        let Some(numbers) = column.quantities() else {
            return if normed { Err("`hue_norm` is for a `hue` of numbers".to_owned()) } else { Ok(None) };
        };
        let map = match call.get("palette") {
            None => palette::map("ch:"),
            Some(Argument::Text(name)) => palette::map(name),
            Some(_) => Ok(None),
        };
        let map = map.map_err(|why| format!("`palette`: {why}"))?;
        match map {
            Some(map) => Ok(Some(Self { map, norm: norm(call, "hue_norm", numbers)? })),
            None if normed => Err("`hue_norm` needs a `palette` that is a colour map".to_owned()),
            None => Ok(None),
        }
    }

    /// The colour of a number; the ends' beyond them.
    pub(super) fn color(&self, number: f64) -> Color {
        self.map.at(self.norm.position(number))
    }
}

/// A colour a level, and how numbers become colours where they do.
///
/// # Errors
/// As [`HueMap::of`]; levels without a colour.
pub(super) fn colors(
    board: &Board<'_>,
    call: &Bound<'_>,
    column: &Column,
) -> Result<(Vec<Color>, Option<HueMap>), String> {
    Ok(match (HueMap::of(call, column)?, column.quantities()) {
        (Some(map), Some(numbers)) => (numbers.iter().map(|v| map.color(*v)).collect(), Some(map)),
        _ => (palette::colors(board, call, &column.names())?, None),
    })
}
