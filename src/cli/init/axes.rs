//! What the axes of an array are for.

use crate::data::Dtype;
use crate::source::{ArrayNode, CoordSource, Node, Tree};

/// Axes shorter than this are components rather than places.
const FEW: usize = 6;

/// One axis longer than 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// Its dim.
    pub(super) dim: String,
    /// Its length.
    pub(super) len: usize,
    /// What it is.
    pub(super) role: Role,
}

/// What an axis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Time, or steps of some kind.
    Time,
    /// Height, depth, pressure.
    Level,
    /// A place, or anything else.
    Space,
}

impl Axis {
    /// Whether its indices are rather components (x, y, z) than places.
    pub(super) fn is_short(&self) -> bool {
        self.len <= FEW
    }
}

const TIMES: [&str; 9] = ["time", "t", "step", "steps", "frame", "iteration", "iter", "date", "snapshot"];
const LEVELS: [&str; 11] =
    ["lev", "level", "depth", "pressure", "height", "plev", "altitude", "z", "deptht", "layer", "isobaric"];

/// The axes of an array that are longer than 1; `None` if two share a name.
pub(super) fn of(tree: &Tree, array: &ArrayNode) -> Option<Vec<Axis>> {
    for (i, dim) in array.dims.iter().enumerate() {
        if array.dims[..i].contains(dim) {
            return None;
        }
    }
    let mut axes: Vec<Axis> = array
        .dims
        .iter()
        .zip(&array.shape)
        .filter(|(_, len)| **len != 1)
        .map(|(dim, len)| Axis {
            dim: dim.as_str().to_owned(),
            len: *len,
            role: role(tree, array, dim.as_str()),
        })
        .collect();
    // Without names, the first of many axes is most often the one along which things happen.
    let named = axes.iter().any(|axis| !axis.dim.starts_with("dim_"));
    if axes.len() > 2 && !named && axes.iter().all(|axis| axis.role == Role::Space) {
        axes[0].role = Role::Time;
    }
    Some(axes)
}

fn role(tree: &Tree, array: &ArrayNode, dim: &str) -> Role {
    let coordinate = array.coords.iter().find(|(name, _)| name == dim).map(|(_, source)| source);
    let (dtype, axis) = match coordinate {
        Some(CoordSource::Inline(coord)) => {
            (Some(coord.dtype()), coord.attrs.text("axis").map(str::to_owned))
        }
        Some(CoordSource::Leaf(path)) => match tree.get(path) {
            Ok(Node::Array(leaf)) => (Some(leaf.dtype), leaf.attrs.text("axis").map(str::to_owned)),
            _ => (None, None),
        },
        None => (None, None),
    };
    let lower = dim.to_lowercase();
    let is_one_of =
        |names: &[&str]| names.contains(&lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_'));
    match axis.as_deref() {
        Some("T") => Role::Time,
        Some("Z") => Role::Level,
        _ if matches!(dtype, Some(Dtype::Time(_))) || is_one_of(&TIMES) || lower.starts_with("time") => {
            Role::Time
        }
        _ if is_one_of(&LEVELS) => Role::Level,
        _ => Role::Space,
    }
}

/// How an array of two or more long axes is shown as a map.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Map {
    /// Along the picture.
    pub(super) x: String,
    /// Up the picture.
    pub(super) y: String,
    /// What is taken of the other axes: dim, index, length.
    pub(super) at: Vec<(String, i64, usize)>,
}

/// The map of an array: its last two places; of times the last, of others the first.
pub(super) fn map(axes: &[Axis]) -> Option<Map> {
    let pick = |good: &dyn Fn(&Axis) -> bool| -> Option<(usize, usize)> {
        let mut good: Vec<usize> = (0..axes.len()).filter(|i| good(&axes[*i])).collect();
        let x = good.pop()?;
        Some((good.pop()?, x))
    };
    let (mut y, mut x) = pick(&|axis| axis.role == Role::Space && !axis.is_short())
        .or_else(|| pick(&|axis| axis.role != Role::Time && !axis.is_short()))
        .or_else(|| pick(&|axis| !axis.is_short()))
        .or_else(|| pick(&|_| true))?;
    // Levels go up the picture, times along it.
    if axes[x].role == Role::Level || (axes[y].role == Role::Time && axes[x].role != Role::Time) {
        (x, y) = (y, x);
    }
    let at = axes.iter().enumerate().filter(|(i, _)| *i != x && *i != y);
    let at = at.map(|(_, axis)| (axis.dim.clone(), if axis.role == Role::Time { -1 } else { 0 }, axis.len));
    Some(Map { x: axes[x].dim.clone(), y: axes[y].dim.clone(), at: at.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(dim: &str, len: usize, role: Role) -> Axis {
        Axis { dim: dim.to_owned(), len, role }
    }

    #[test]
    fn maps_show_places_and_take_the_last_time() {
        let axes = [
            axis("time", 240, Role::Time),
            axis("plev", 17, Role::Level),
            axis("lat", 37, Role::Space),
            axis("lon", 49, Role::Space),
        ];
        let found = map(&axes).unwrap();
        assert_eq!((found.x.as_str(), found.y.as_str()), ("lon", "lat"));
        assert_eq!(found.at, [("time".to_owned(), -1, 240), ("plev".to_owned(), 0, 17)]);
    }

    #[test]
    fn levels_go_up_and_times_along() {
        let section = [axis("plev", 39, Role::Level), axis("lat", 144, Role::Space)];
        assert_eq!(map(&section).map(|map| map.y), Some("plev".to_owned()));
        let turned = [axis("lat", 144, Role::Space), axis("plev", 39, Role::Level)];
        assert_eq!(map(&turned).map(|map| map.y), Some("plev".to_owned()));
        let evolution = [axis("time", 40, Role::Time), axis("range", 42, Role::Space)];
        assert_eq!(map(&evolution).map(|map| map.x), Some("time".to_owned()));
    }
}
