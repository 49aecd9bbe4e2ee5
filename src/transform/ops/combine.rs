//! Arrays put together: along a dim, or on a grid of parameter values, as views wherever their
//! labels agree.
//!
//! After xarray's `concat` and `merge` (outer join: labels that not all arrays have are united in
//! rising order, and what is missing is NaN) and dantro's `multi_concat`.

use super::HIDDEN;
use super::align::same;
use super::elementwise::promote;
use super::labels::Labels;
use crate::data::{Coord, Coords, Dataset, Dim, Dtype, Grid, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, wants};
use crate::transform::error::{OpError, OpResult};
use crate::transform::value::array_of;
use std::sync::Arc;

/// The name of the operation that puts the universes of a multiverse together.
pub(crate) const COMBINE: &str = "(combine)";

/// How missing cells and labels are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// Every cell is there.
    Concat,
    /// Missing ones are NaN; numbers become floats, labels rise.
    Merge,
}

/// `(combine)`: cells, row-major over dims with labels, into one array or dataset that has these dims
/// in front.
pub(crate) fn combine(call: &Bound<'_>) -> OpResult {
    let cells = match call.need("cells")? {
        Value::List(cells) => cells,
        other => return Err(wants("cells", "a list", other)),
    };
    let axes = axes(call.need("dims")?)?;
    let method = match call.text("method")? {
        Some("concat") => Method::Concat,
        Some("merge") => Method::Merge,
        other => return Err(OpError::new(format!("there is no way `{}` to combine", other.unwrap_or("")))),
    };
    let wanted: usize = axes.iter().map(|(_, labels)| labels.size()).product();
    if cells.len() != wanted {
        return Err(OpError::new(format!("{} cells for {wanted} places", cells.len())));
    }
    let missing = cells.iter().any(empty);
    let method = if missing { Method::Merge } else { method };
    let mut names: Vec<Option<&str>> = Vec::new();
    for cell in cells {
        match cell {
            Value::Dataset(dataset) => names.extend(dataset.vars.iter().map(|(name, _)| Some(name.as_str()))),
            other if empty(other) => {}
            _ => names.push(None),
        }
    }
    let mut unique: Vec<Option<&str>> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    match unique.as_slice() {
        [] => Err(OpError::new("there is nothing to combine: all parts are missing")),
        [None] => {
            let parts: Vec<Option<Labelled>> = cells.iter().map(array).collect::<OpResult<_>>()?;
            let mut result = grid(parts, &axes, method)?;
            if !call.flag("named", true)? {
                result.name = None;
            }
            Ok(result.into())
        }
        names if names.contains(&None) => Err(OpError::new("arrays and datasets cannot be combined")),
        names => {
            let mut vars = Vec::with_capacity(names.len());
            for name in names.iter().flatten() {
                let parts: Vec<Option<Labelled>> = cells
                    .iter()
                    .map(|cell| match cell {
                        Value::Dataset(set) => {
                            set.vars.iter().find(|(own, _)| own == name).map(|(_, array)| array.clone())
                        }
                        _ => None,
                    })
                    .collect();
                let lacks = parts.iter().any(Option::is_none);
                let method = if lacks { Method::Merge } else { method };
                vars.push(((*name).to_owned(), grid(parts, &axes, method)?));
            }
            let attrs = cells.iter().find_map(|cell| match cell {
                Value::Dataset(dataset) => Some(dataset.attrs.clone()),
                _ => None,
            });
            Ok(Dataset { vars, attrs: attrs.unwrap_or_default() }.into())
        }
    }
}

/// Whether a cell is missing: nothing, or a dataset of nothing.
fn empty(cell: &Value) -> bool {
    match cell {
        Value::None => true,
        Value::Dataset(dataset) => dataset.vars.is_empty(),
        _ => false,
    }
}

fn array(cell: &Value) -> OpResult<Option<Labelled>> {
    if empty(cell) {
        return Ok(None);
    }
    crate::transform::bind::to_array(cell, "cells").map(Some)
}

/// The dims of the grid with their labels.
fn axes(dims: &Value) -> OpResult<Vec<(Dim, Labelled)>> {
    let Value::Map(entries) = dims else { return Err(wants("dims", "a mapping of dims to labels", dims)) };
    entries
        .iter()
        .map(|(name, labels)| {
            let name = name.as_text().ok_or_else(|| wants("dims", "names", name))?;
            let mut labels = array_of(labels)
                .filter(|array| array.ndim() == 1)
                .ok_or_else(|| OpError::new(format!("the values of `{name}` are no list of labels")))?;
            labels.dims = vec![Dim::new(name)];
            Ok((Dim::new(name), labels.named(name)))
        })
        .collect()
}

/// One array from the cells of a grid.
fn grid(cells: Vec<Option<Labelled>>, axes: &[(Dim, Labelled)], method: Method) -> OpResult<Labelled> {
    let many = cells.len() > 1;
    let mut cells = cells;
    let given: Vec<&Labelled> = cells.iter().flatten().collect();
    let Some(first) = given.first() else {
        return Err(OpError::new("there is nothing to combine: all parts are missing"));
    };
    for (dim, _) in axes {
        if let Some(has) = given.iter().find(|array| array.axis(dim.as_str()).is_some()) {
            return Err(OpError::new(format!(
                "the data have a dimension `{dim}` themselves (array {})",
                has.name.as_deref().unwrap_or_default()
            )));
        }
    }
    // Arrays of several names make one without, as in xarray.
    let name = first.name.clone().filter(|_| given.iter().all(|array| array.name == first.name));
    let attrs = first.attrs.clone();
    // What differs is a label of the places where nothing is missing.
    let scalars = if method == Method::Concat { scalars(&given, axes)? } else { common_scalars(&given)? };
    let mut aligned = outer(&given, None)?;
    if method == Method::Merge && many {
        for array in &mut aligned {
            *array = missing_allowed(array)?;
        }
    }
    unify(&mut aligned)?;
    let template = aligned[0].clone();
    let mut aligned = aligned.into_iter();
    for cell in &mut cells {
        *cell = match cell {
            Some(_) => aligned.next(),
            None => None,
        };
    }
    let mut blocks: Vec<Labelled> = Vec::with_capacity(cells.len());
    for cell in cells {
        let mut cell = match cell {
            Some(cell) => cell,
            None => {
                Labelled::filled(template.dims.clone(), template.shape.clone(), nothing(template.dtype())?)
            }
        };
        cell.coords = Coords::new();
        for (dim, _) in axes.iter().rev() {
            cell = cell.expand(0, dim.clone(), 1)?;
        }
        blocks.push(cell);
    }
    // From the innermost dim outwards.
    for (axis, (_, labels)) in axes.iter().enumerate().rev() {
        let order = if method == Method::Merge && many { rising(labels)? } else { None };
        blocks = blocks
            .chunks(labels.size().max(1))
            .map(|row| {
                let row: Vec<&Labelled> = match &order {
                    Some(order) => order.iter().map(|i| &row[*i]).collect(),
                    None => row.iter().collect(),
                };
                Labelled::join(&row, axis)
            })
            .collect::<Result<_, _>>()?;
    }
    let mut result = blocks.into_iter().next().ok_or_else(|| OpError::new("there is nothing to combine"))?;
    result.name = name;
    result.attrs = attrs;
    for (dim, labels) in axes {
        let order = if method == Method::Merge && many { rising(labels)? } else { None };
        let labels = match order {
            Some(order) => labels.isel(0, &Pick::List(order))?,
            None => labels.clone(),
        };
        result = result.with_coord(dim.as_str(), Arc::new(labels))?;
    }
    for (name, coord) in template.coords.iter() {
        if !coord.dims.is_empty() {
            result = result.with_coord(name, coord.clone())?;
        }
    }
    for (name, coord) in scalars.iter() {
        result.coords.insert(name, coord.clone());
    }
    Ok(result)
}

/// The order in which labels rise; `None` if they do.
fn rising(labels: &Labelled) -> OpResult<Option<Vec<usize>>> {
    let labels = Labels::of(labels)?;
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|a, b| labels.compare(*a, *b));
    Ok((!order.is_sorted()).then_some(order))
}

/// Coordinates without axes that all cells of a full grid have, along those of its dims along which
/// they differ.
fn scalars(cells: &[&Labelled], axes: &[(Dim, Labelled)]) -> OpResult<Coords> {
    let mut kept = Coords::new();
    let Some((first, _)) = cells.split_first() else { return Ok(kept) };
    for (name, _) in first.coords.iter().filter(|(_, coord)| coord.dims.is_empty()) {
        let mut blocks: Vec<Labelled> = Vec::with_capacity(cells.len());
        for cell in cells {
            if let Some(own) = cell.coords.get(name).filter(|own| own.dims.is_empty()) {
                blocks.push(Labelled { name: None, coords: Coords::new(), ..(**own).clone() });
            }
        }
        if blocks.len() != cells.len() {
            continue;
        }
        unify(&mut blocks)?;
        // From the innermost dim outwards.
        for (dim, labels) in axes.iter().rev() {
            let rows: Vec<&[Labelled]> = blocks.chunks(labels.size().max(1)).collect();
            let mut equal = true;
            for row in &rows {
                let head = Arc::new(row[0].clone());
                for other in &row[1..] {
                    equal = equal && same(&head, &Arc::new(other.clone()))?;
                }
            }
            blocks = rows
                .into_iter()
                .map(|row| {
                    if equal {
                        return Ok(row[0].clone());
                    }
                    let wide: Vec<Labelled> =
                        row.iter().map(|block| block.expand(0, dim.clone(), 1)).collect::<Result<_, _>>()?;
                    Labelled::join(&wide.iter().collect::<Vec<_>>(), 0)
                })
                .collect::<Result<_, _>>()?;
        }
        if let Some(block) = blocks.into_iter().next() {
            kept.insert(name, Arc::new(block.named(name)));
        }
    }
    Ok(kept)
}

/// Coordinates without axes that all arrays have with the same value.
fn common_scalars(arrays: &[&Labelled]) -> OpResult<Coords> {
    let mut kept = Coords::new();
    let Some((first, others)) = arrays.split_first() else { return Ok(kept) };
    for (name, coord) in first.coords.iter().filter(|(_, coord)| coord.dims.is_empty()) {
        let mut everywhere = true;
        for other in others {
            everywhere &= match other.coords.get(name) {
                Some(own) => same(coord, own)?,
                None => false,
            };
        }
        if everywhere {
            kept.insert(name, coord.clone());
        }
    }
    Ok(kept)
}

/// Arrays with the same dims in the same order and the same labels along all but `along`: labels that
/// differ are united in rising order, and what is missing becomes NaN.
pub(crate) fn outer(arrays: &[&Labelled], along: Option<&Dim>) -> OpResult<Vec<Labelled>> {
    let Some((first, _)) = arrays.split_first() else { return Ok(Vec::new()) };
    let mut result: Vec<Labelled> = Vec::with_capacity(arrays.len());
    for array in arrays {
        let fits = array.ndim() == first.ndim() && array.dims.iter().all(|dim| first.dims.contains(dim));
        if !fits {
            let show = |array: &Labelled| array.dims.iter().map(Dim::as_str).collect::<Vec<_>>().join(", ");
            return Err(OpError::new(format!(
                "the arrays have different dimensions: ({}) and ({})",
                show(first),
                show(array)
            )));
        }
        result.push(array.transpose(&first.dims)?);
    }
    for dim in first.dims.clone().iter().filter(|dim| Some(*dim) != along) {
        unite(&mut result, dim)?;
    }
    Ok(result)
}

/// Gives all arrays that have `dim` the same labels along it.
pub(crate) fn unite(arrays: &mut [Labelled], dim: &Dim) -> OpResult<()> {
    let with: Vec<usize> = (0..arrays.len()).filter(|i| arrays[*i].axis(dim.as_str()).is_some()).collect();
    let labelled: Vec<(usize, Coord)> =
        with.iter().filter_map(|i| Some((*i, arrays[*i].coords.index(dim)?.clone()))).collect();
    if let Some(((_, first), others)) = labelled.split_first() {
        let mut equal = true;
        for (_, other) in others {
            equal = equal && same(first, other)?;
        }
        if !equal {
            let each: Vec<Labels> =
                labelled.iter().map(|(_, coord)| Labels::of(coord)).collect::<OpResult<_>>()?;
            let (union, labels) = united(&labelled, &each, dim)?;
            for ((i, _), own) in labelled.iter().zip(&each) {
                let places = labels.positions_in(own);
                arrays[*i] = reindex(&arrays[*i], dim, &places, &union)?;
            }
        }
    }
    let lengths: Vec<usize> = with.iter().filter_map(|i| arrays[*i].len_of(dim.as_str())).collect();
    if let Some(right) = lengths.iter().find(|len| **len != lengths[0]) {
        return Err(
            crate::data::DataError::Lengths { dim: dim.clone(), left: lengths[0], right: *right }.into()
        );
    }
    Ok(())
}

/// All labels of several coordinates, rising, each once.
fn united(coords: &[(usize, Coord)], each: &[Labels], dim: &Dim) -> OpResult<(Coord, Labels)> {
    let dtype = coords.iter().map(|(_, coord)| coord.dtype()).reduce(promote_labels).unwrap_or(Dtype::F64);
    if dtype == Dtype::Str && coords.iter().any(|(_, coord)| coord.dtype() != Dtype::Str) {
        return Err(OpError::new(format!(
            "the labels along `{dim}` are texts in one array and numbers in another"
        )));
    }
    let mut columns = Vec::with_capacity(coords.len());
    for (_, coord) in coords {
        let mut coord = super::shape::cast(coord, dtype)?;
        coord.coords = Coords::new();
        columns.push(coord);
    }
    let all = Labelled::join(&columns.iter().collect::<Vec<_>>(), 0)?;
    let labels = Labels::of(&all)?;
    for (own, (_, coord)) in each.iter().zip(coords) {
        let mut order: Vec<usize> = (0..own.len()).collect();
        order.sort_by(|a, b| own.compare(*a, *b));
        if order.windows(2).any(|pair| own.compare(pair[0], pair[1]).is_eq()) {
            let name = coord.name.as_deref().unwrap_or(dim.as_str());
            return Err(OpError::new(format!(
                "labels stand twice along `{name}`, and those of the arrays differ"
            )));
        }
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|a, b| labels.compare(*a, *b));
    order.dedup_by(|a, b| labels.compare(*a, *b).is_eq());
    let mut union = all.isel(0, &Pick::List(order))?;
    union.name = Some(dim.as_str().to_owned());
    union.attrs = coords.first().map(|(_, coord)| coord.attrs.clone()).unwrap_or_default();
    let labels = Labels::of(&union)?;
    Ok((Arc::new(union), labels))
}

fn promote_labels(a: Dtype, b: Dtype) -> Dtype {
    if a == b { a } else { promote(a, b) }
}

/// The array with other labels along a dim: `places` says where each of them stands in it.
pub(crate) fn reindex(
    array: &Labelled,
    dim: &Dim,
    places: &[Option<usize>],
    labels: &Coord,
) -> OpResult<Labelled> {
    let axis = array.need_axis(dim.as_str())?;
    let mut pieces: Vec<Labelled> = Vec::new();
    let whole = if places.iter().all(Option::is_some) { array.clone() } else { missing_allowed(array)? };
    let mut at = 0;
    while at < places.len() {
        let there = places[at].is_some();
        let end = (at..places.len()).find(|i| places[*i].is_some() != there).unwrap_or(places.len());
        let piece = if there {
            whole.isel(axis, &Pick::List(places[at..end].iter().flatten().copied().collect()))?
        } else {
            let mut shape = whole.shape.clone();
            shape[axis] = end - at;
            Labelled::filled(whole.dims.clone(), shape, nothing(whole.dtype())?)
        };
        pieces.push(piece);
        at = end;
    }
    let mut result = if pieces.is_empty() {
        let mut shape = whole.shape.clone();
        shape[axis] = 0;
        Labelled::absent(whole.dims.clone(), shape, whole.dtype())
    } else {
        Labelled::join(&pieces.iter().collect::<Vec<_>>(), axis)?
    };
    result.name.clone_from(&array.name);
    result.attrs = array.attrs.clone();
    for (name, coord) in array.coords.iter() {
        if name == dim.as_str() {
            result.coords.insert(name, labels.clone());
        } else if coord.axis(dim.as_str()).is_none() {
            result.coords.insert(name, coord.clone());
        } else if name.starts_with(HIDDEN) {
            // All of what it numbers from here on: later selections along the dim are not followed.
            let mut numbering = (**coord).clone();
            numbering.dims[0] = Dim::new(format!("{HIDDEN}{dim}"));
            result.coords.insert(name, Arc::new(numbering));
        } else {
            result.coords.insert(name, Arc::new(reindex(coord, dim, places, labels)?));
        }
    }
    Ok(result)
}

/// The array in a type that has a value for what is missing, as xarray's `maybe_promote`: integers up
/// to 16 bits become single floats, larger ones double. Floats and times are left as they are.
pub(crate) fn missing_allowed(array: &Labelled) -> OpResult<Labelled> {
    let dtype = match array.dtype() {
        Dtype::I8 | Dtype::U8 | Dtype::I16 | Dtype::U16 => Dtype::F32,
        Dtype::Bool | Dtype::I32 | Dtype::U32 | Dtype::I64 | Dtype::U64 => Dtype::F64,
        _ => return Ok(array.clone()),
    };
    cast(array, dtype)
}

/// The array in another type; what of it is not in memory stays so.
fn cast(array: &Labelled, dtype: Dtype) -> OpResult<Labelled> {
    let parts = &array.grid.parts;
    if array.dtype() == dtype || !array.is_absent() || parts.iter().all(Option::is_none) {
        return super::shape::cast(array, dtype);
    }
    let cells = array.grid.cells();
    let bare = Labelled { coords: Coords::new(), ..array.clone() };
    let mut cast_parts = Vec::with_capacity(parts.len());
    for (number, part) in parts.iter().enumerate() {
        if part.is_none() {
            cast_parts.push(None);
            continue;
        }
        let (mut cell, mut rest) = (bare.clone(), number);
        for axis in (0..cells.len()).rev() {
            let at = rest % cells[axis];
            rest /= cells[axis];
            let ends = &array.grid.splits[axis][at..at + 2];
            cell = cell.isel(axis, &Pick::Range { start: ends[0], count: ends[1] - ends[0], step: 1 })?;
        }
        cast_parts.extend(super::shape::cast(&cell, dtype)?.to_contiguous()?.grid.parts);
    }
    let grid = Grid { dtype, splits: array.grid.splits.clone(), parts: cast_parts };
    let mut result = Labelled::from_parts(array.dims.clone(), array.shape.clone(), grid)?;
    (result.name, result.attrs, result.coords) =
        (array.name.clone(), array.attrs.clone(), array.coords.clone());
    Ok(result)
}

/// What stands where nothing is.
pub(crate) fn nothing(dtype: Dtype) -> OpResult<Values> {
    Ok(match dtype {
        Dtype::F32 => Values::F32(vec![f32::NAN].into()),
        Dtype::F64 => Values::F64(vec![f64::NAN].into()),
        Dtype::Time(calendar) => Values::Time(vec![crate::data::time::NAT].into(), calendar),
        Dtype::Str => Values::Str(std::iter::once("").collect()),
        other => return Err(OpError::new(format!("{other} has no value for what is missing"))),
    })
}

/// Gives all arrays one element type.
pub(crate) fn unify(arrays: &mut [Labelled]) -> OpResult<()> {
    let Some(dtype) = arrays.iter().map(Labelled::dtype).reduce(promote_labels) else { return Ok(()) };
    for array in arrays.iter_mut().filter(|array| array.dtype() != dtype) {
        if array.dtype() == Dtype::Str || dtype == Dtype::Str {
            return Err(OpError::new("texts and numbers cannot be put together"));
        }
        *array = cast(array, dtype)?;
    }
    Ok(())
}

/// Arrays one after another along a dim that they have, or along a new one in front; `labels` are
/// those of the new dim. Coordinates that all share are kept, those along the dim are joined, scalar
/// ones that differ become coordinates along it.
pub(crate) fn concat(arrays: &[&Labelled], dim: &Dim, labels: Option<&Labelled>) -> OpResult<Labelled> {
    let Some(first) = arrays.first() else { return Err(OpError::new("there is no array to concatenate")) };
    let mut widened: Vec<Labelled> = Vec::with_capacity(arrays.len());
    let fresh = arrays.iter().all(|array| array.axis(dim.as_str()).is_none());
    for array in arrays {
        widened.push(match array.axis(dim.as_str()) {
            Some(_) => (*array).clone(),
            None => {
                let mut wide = array.expand(0, dim.clone(), 1)?;
                // Its own label, if it has one as a scalar.
                if let Some(own) = array.coords.get(dim.as_str()).filter(|own| own.dims.is_empty()) {
                    wide.coords.insert(dim.as_str(), Arc::new(own.expand(0, dim.clone(), 1)?));
                }
                wide
            }
        });
    }
    let mut aligned = outer(&widened.iter().collect::<Vec<_>>(), Some(dim))?;
    unify(&mut aligned)?;
    let axis = aligned[0].need_axis(dim.as_str())?;
    let parts: Vec<&Labelled> = aligned.iter().collect();
    let mut result = Labelled::join(&parts, axis)?;
    (result.name, result.attrs) = (first.name.clone(), first.attrs.clone());
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in aligned.iter().flat_map(|array| array.coords.iter()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let own: Vec<&Coord> = aligned.iter().filter_map(|array| array.coords.get(name)).collect();
        let Some((coord, _)) = own.split_first() else { continue };
        let everywhere = own.len() == aligned.len();
        let mut equal = true;
        for other in &own[1..] {
            equal = equal && same(coord, other)?;
        }
        if !everywhere && (!equal || coord.axis(dim.as_str()).is_some()) {
            continue;
        }
        if coord.axis(dim.as_str()).is_some() {
            let mut columns: Vec<Labelled> =
                own.iter().map(|coord| Labelled { coords: Coords::new(), ..(***coord).clone() }).collect();
            unify(&mut columns)?;
            let axis = coord.need_axis(dim.as_str())?;
            let mut joined = Labelled::join(&columns.iter().collect::<Vec<_>>(), axis)?;
            joined.name = Some(name.to_owned());
            joined.attrs = coord.attrs.clone();
            result.coords.insert(name, Arc::new(joined));
        } else if equal {
            result.coords.insert(name, (*coord).clone());
        } else if name != dim.as_str() {
            let mut columns: Vec<Labelled> = Vec::with_capacity(own.len());
            for (coord, array) in own.iter().zip(&aligned) {
                columns.push(coord.expand(0, dim.clone(), array.shape[axis])?);
            }
            unify(&mut columns)?;
            let mut joined = Labelled::join(&columns.iter().collect::<Vec<_>>(), 0)?;
            joined.name = Some(name.to_owned());
            joined.attrs = coord.attrs.clone();
            result.coords.insert(name, Arc::new(joined));
        }
    }
    if let Some(labels) = labels.filter(|_| fresh) {
        if labels.size() != result.shape[axis] {
            return Err(OpError::new(format!(
                "{} labels for {} arrays along `{dim}`",
                labels.size(),
                result.shape[axis]
            )));
        }
        let mut labels = labels.clone().named(dim.as_str());
        labels.dims = vec![dim.clone()];
        labels.coords = Coords::new();
        result = result.with_coord(dim.as_str(), Arc::new(labels))?;
    }
    Ok(result)
}
