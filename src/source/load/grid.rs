//! Utopia's `content: grid`: a dataset of cells as an array over space (utopya's `GridDC`).

use crate::data::{Attr, Coord, Dim, Labelled, Values};
use crate::diag::{did_you_mean, list};
use crate::source::cells::Cells;
use crate::source::{ArrayNode, CoordSource, Storage};
use std::sync::Arc;

/// The axes of space.
const SPACE: [&str; 3] = ["x", "y", "z"];

/// The most cells along an axis whose coordinates are made here.
const LONGEST: usize = 1 << 24;

/// The array over space that `raw` holds: `(time, x, y[, z])` of `(time, cells)`, `(x, y[, z])` of
/// `(cells)`. A view: the cells stay where they are.
///
/// # Errors
/// What is wrong with its attributes.
pub(super) fn grid(raw: &Arc<ArrayNode>) -> Result<ArrayNode, String> {
    let shape = numbers(raw, "grid_shape")?.ok_or("it is a grid, and has no `grid_shape`")?;
    let cells = match raw.shape[..] {
        [cells] | [_, cells] => cells,
        _ => return Err(format!("a grid has one or two stored axes, and this has {}", raw.shape.len())),
    };
    let shape: Vec<usize> = shape
        .iter()
        .map(|len| (len.fract() == 0.0 && *len >= 0.0 && *len < 1e15).then_some(*len as usize))
        .collect::<Option<_>>()
        .filter(|shape: &Vec<usize>| (1..=SPACE.len()).contains(&shape.len()))
        .ok_or("`grid_shape` is one to three lengths")?;
    if shape.iter().try_fold(1_usize, |n, len| n.checked_mul(*len)) != Some(cells) {
        return Err(format!("a grid of {} has not {cells} cells", by(&shape)));
    }
    let fortran = match raw.attrs.get("index_order").map(|order| order.as_text().or(first(order))) {
        None => true,
        Some(Some("F")) => true,
        Some(Some("C")) => false,
        Some(other) => {
            let other = other.unwrap_or("no text");
            return Err(format!("`index_order` is `{other}`, and there are `F` and `C`"));
        }
    };
    let dims: Vec<&str> =
        raw.shape[1..].iter().map(|_| "time").chain(SPACE[..shape.len()].iter().copied()).collect();
    let mut array = ArrayNode::clone(raw);
    array.shape = raw.shape[..raw.shape.len() - 1].iter().copied().chain(shape.iter().copied()).collect();
    array.dims = dims.iter().map(Dim::new).collect();
    array.coords.retain(|(name, _)| name == "time" && raw.dims.first().is_some_and(|dim| *dim == "time"));
    if raw.shape.len() == 1 {
        array.coords.clear();
    }
    for (name, coord) in space(raw, &shape)? {
        array.coords.push((name.to_owned(), CoordSource::Inline(coord)));
    }
    if shape.len() > 1 {
        array.storage = Storage::Cells(Arc::new(Cells::new(raw.clone(), fortran)));
    }
    Ok(array)
}

/// Positions along the axes of space.
fn space(raw: &ArrayNode, shape: &[usize]) -> Result<Vec<(&'static str, Coord)>, String> {
    if let Some(len) = shape.iter().find(|len| **len > LONGEST) {
        return Err(format!("an axis of {len} cells is too long for a grid"));
    }
    let structure =
        match raw.attrs.get("grid_structure").map(|structure| structure.as_text().or(first(structure))) {
            None => "square",
            Some(Some(text)) => text,
            Some(None) => return Err("`grid_structure` is not a text".to_owned()),
        };
    let extent = numbers(raw, "space_extent")?;
    if extent.is_some() && !["square", "hexagonal"].contains(&structure) {
        let near = did_you_mean(structure, ["square", "hexagonal"]).unwrap_or_default();
        return Err(format!("there is no `grid_structure` `{structure}` ({near})"));
    }
    let hexagonal = structure == "hexagonal" && extent.is_some();
    if hexagonal && shape.len() != 2 {
        return Err(format!("a hexagonal grid has two axes, and this has {}", shape.len()));
    }
    let extent = match extent {
        Some(extent) if hexagonal && extent.len() < 2 => {
            return Err("`space_extent` of a hexagonal grid is two lengths".to_owned());
        }
        extent => extent,
    };
    let mut coords = Vec::with_capacity(shape.len());
    for (axis, (name, len)) in SPACE.into_iter().zip(shape).enumerate() {
        let values = match &extent {
            None => Values::I64((0..*len as i64).collect::<Vec<_>>().into()),
            Some(extent) => {
                let Some(whole) = extent.get(axis) else { break };
                // As numpy computes `linspace(0, whole, len, False) + 0.5 * whole / len`.
                let (step, half) = (whole / *len as f64, 0.5 * whole / *len as f64);
                let half = if hexagonal && axis == 1 { half / 0.75 } else { half };
                Values::F64((0..*len).map(|i| i as f64 * step + half).collect::<Vec<_>>().into())
            }
        };
        let coord = Labelled::contiguous(vec![Dim::new(name)], vec![*len], values).named(name);
        coords.push((name, Arc::new(coord)));
    }
    Ok(coords)
}

fn numbers(raw: &ArrayNode, key: &str) -> Result<Option<Vec<f64>>, String> {
    let Some(value) = raw.attrs.get(key) else { return Ok(None) };
    let numbers = value.numbers().filter(|all| all.iter().all(|number| number.is_finite()));
    numbers.map(Some).ok_or_else(|| format!("`{key}` is no list of numbers"))
}

/// The first of several texts, as utopya takes it.
fn first(attr: &Attr) -> Option<&str> {
    match attr {
        Attr::Texts(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}

fn by(shape: &[usize]) -> String {
    let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
    if shape.len() > 1 { shape.join(" × ") } else { list(&shape) }
}
