//! Order, names and labels of axes, and element types.

use super::elementwise::{Built, Side};
use super::unary::map;
use crate::data::{Attrs, Coord, Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_int, to_names, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use crate::transform::ops::arith::{self, Operator};
use std::sync::Arc;

/// `.transpose`, `.T`. `...` stands for the dims that are not named.
pub(crate) fn transpose(call: &Bound<'_>) -> OpResult {
    let mut wanted: Vec<String> = Vec::new();
    for value in &call.rest {
        wanted.extend(to_names(value, "dims")?);
    }
    let in_dataset = matches!(call.need("d")?, Value::Dataset(_));
    call.map_arrays("d", |array| {
        if wanted.is_empty() {
            return Ok(array.reversed());
        }
        let mut dims: Vec<Dim> = Vec::new();
        for name in &wanted {
            if name == "..." {
                let named = |dim: &&Dim| !wanted.iter().any(|w| w == dim.as_str());
                dims.extend(array.dims.iter().filter(named).cloned());
            } else if array.axis(name).is_some() || !in_dataset {
                dims.push(Dim::new(name));
            }
        }
        Ok(array.transpose(&dims)?)
    })
}

/// `.rename`: a mapping of dims and coordinates (and of a dataset's variables), or an array's name.
pub(crate) fn rename(call: &Bound<'_>) -> OpResult {
    let pairs: Vec<(String, String)> = match call.some("new") {
        Some(Value::Text(name)) => {
            return call.map_arrays("d", |array| Ok(array.clone().named(name.clone())));
        }
        Some(Value::Map(entries)) => entries
            .iter()
            .map(|(old, new)| match (old, new) {
                (Value::Text(old), Value::Text(new)) => Ok((old.clone(), new.clone())),
                _ => Err(wants("new", "a mapping from old to new names", &Value::Map(entries.clone()))),
            })
            .collect::<OpResult<_>>()?,
        Some(other) => return Err(wants("new", "a name or a mapping from old to new names", other)),
        None => call
            .named
            .iter()
            .map(|(old, new)| match new {
                Value::Text(new) => Ok((old.clone(), new.clone())),
                other => Err(wants(old, "a name", other)),
            })
            .collect::<OpResult<_>>()?,
    };
    let is_dataset = matches!(call.need("d")?, Value::Dataset(_));
    let mut used = vec![false; pairs.len()];
    let result = call.map_arrays("d", |array| {
        let mut result = array.clone();
        for ((old, new), used) in pairs.iter().zip(&mut used) {
            let mut found = false;
            if call.name == ".rename_dims" {
                // The dim alone: its labels keep their name.
                if let Some(axis) = result.axis(old) {
                    result = renamed_dim(&result, axis, new)?;
                    found = true;
                }
            } else if result.axis(old).is_some() {
                result = result.rename_dim(old, new)?;
                found = true;
            } else if let Some(mut coord) = result.coords.remove(old) {
                Arc::make_mut(&mut coord).name = Some(new.clone());
                result.coords.insert(new.clone(), coord);
                found = true;
            }
            *used |= found;
            if !found && !is_dataset {
                let have: Vec<&str> = result
                    .dims
                    .iter()
                    .map(Dim::as_str)
                    .chain(result.coords.iter().map(|(name, _)| name))
                    .filter(|name| !name.starts_with(super::HIDDEN))
                    .collect();
                return Err(unknown("dimension or coordinate", old, have));
            }
        }
        Ok(result)
    })?;
    let Value::Dataset(mut dataset) = result else { return Ok(result) };
    for ((old, new), used) in pairs.iter().zip(&mut used) {
        for (name, array) in &mut dataset.vars {
            if name == old {
                name.clone_from(new);
                array.name = Some(new.clone());
                *used = true;
            }
        }
        if !*used {
            return Err(unknown(
                "dimension, coordinate or variable",
                old,
                dataset.vars.iter().map(|(n, _)| n.as_str()),
            ));
        }
    }
    Ok(dataset.into())
}

/// `.expand_dims`: names, or a mapping from names to labels or lengths; new dims come in front.
pub(crate) fn expand_dims(call: &Bound<'_>) -> OpResult {
    expanded(call, |f| call.map_arrays("d", f))
}

/// `dantro.expand_dims`: of a plain value as well, which becomes an array.
pub(crate) fn expand_dims_of_any(call: &Bound<'_>) -> OpResult {
    expanded(call, |f| match call.need("d")? {
        Value::Array(_) | Value::Dataset(_) => call.map_arrays("d", f),
        other => Ok(Value::Array(f(&to_array(other, "d")?)?)),
    })
}

fn expanded(
    call: &Bound<'_>,
    each: impl FnOnce(&mut dyn FnMut(&Labelled) -> OpResult<Labelled>) -> OpResult,
) -> OpResult {
    let mut new: Vec<(String, Value)> = match call.some("dim") {
        None => Vec::new(),
        Some(Value::Map(entries)) => entries
            .iter()
            .map(|(key, value)| match key {
                Value::Text(name) => Ok((name.clone(), value.clone())),
                other => Err(wants("dim", "a mapping from names", other)),
            })
            .collect::<OpResult<_>>()?,
        Some(names) => to_names(names, "dim")?.into_iter().map(|name| (name, Value::None)).collect(),
    };
    new.extend(call.named.iter().cloned());
    let at = call.int("axis")?.unwrap_or(0);
    each(&mut |array| {
        let mut result = array.clone();
        let at = usize::try_from(if at < 0 { at + array.ndim() as i64 + 1 } else { at })
            .ok()
            .filter(|at| *at <= array.ndim())
            .ok_or_else(|| OpError::new(format!("axis {at} is out of range for {} axes", array.ndim())))?;
        for (name, labels) in new.iter().rev() {
            let dim = Dim::new(name);
            let coord = match labels {
                Value::None => match result.coords.get(name) {
                    // A scalar coordinate of this name becomes the labels.
                    Some(coord) if coord.ndim() == 0 => Some(coord.expand(0, dim.clone(), 1)?),
                    Some(_) => {
                        return Err(OpError::new(format!("`{name}` is a coordinate along other dims")));
                    }
                    None => None,
                },
                Value::Int(_) => None,
                other => {
                    let mut coord = to_array(other, name)?;
                    if coord.ndim() != 1 {
                        return Err(wants(name, "a list of labels", other));
                    }
                    coord.dims = vec![dim.clone()];
                    coord.coords = crate::data::Coords::new();
                    Some(coord)
                }
            };
            let len = match (&coord, labels) {
                (Some(coord), _) => coord.shape[0],
                (None, Value::Int(len)) => {
                    usize::try_from(*len).map_err(|_| wants(name, "a length", &Value::Int(*len)))?
                }
                (None, _) => 1,
            };
            result = result.expand(at, dim, len)?;
            if let Some(coord) = coord {
                // New labels come first, as their dims do.
                let known = result.coords.get(name).is_some();
                let others =
                    if known { crate::data::Coords::new() } else { std::mem::take(&mut result.coords) };
                result = result.with_coord(name, Arc::new(coord))?;
                others.iter().for_each(|(name, coord)| result.coords.insert(name, coord.clone()));
            }
        }
        Ok(result)
    })
}

/// `.assign_coords`: `{name: labels}`, where labels are a list along the dim of that name, a number,
/// an array, or a pair of dim and labels.
pub(crate) fn assign_coords(call: &Bound<'_>) -> OpResult {
    let mut new: Vec<(String, Value)> = match call.some("coords") {
        None => Vec::new(),
        Some(Value::Map(entries)) => entries
            .iter()
            .map(|(key, value)| match key {
                Value::Text(name) => Ok((name.clone(), value.clone())),
                other => Err(wants("coords", "a mapping from names", other)),
            })
            .collect::<OpResult<_>>()?,
        Some(other) => return Err(wants("coords", "a mapping from names to labels", other)),
    };
    new.extend(call.named.iter().cloned());
    call.map_arrays("d", |array| {
        let mut result = array.clone();
        for (name, labels) in &new {
            let coord = coord_of(name, labels)?;
            result.coords.remove(name);
            result = result.with_coord(name, coord)?;
        }
        Ok(result)
    })
}

/// A coordinate of this name.
pub(crate) fn coord_of(name: &str, labels: &Value) -> OpResult<Coord> {
    let (dim, labels) = match labels {
        Value::List(pair) | Value::Tuple(pair)
            if pair.len() == 2
                && matches!(
                    (&pair[0], &pair[1]),
                    (Value::Text(_), Value::List(_) | Value::Array(_) | Value::Bare(_))
                ) =>
        {
            (pair[0].as_text().unwrap_or(name).to_owned(), &pair[1])
        }
        other => (name.to_owned(), other),
    };
    let mut coord = to_array(labels, name)?;
    if coord.ndim() == 1 && (coord.dims[0].as_str().starts_with("dim_") || dim != name) {
        coord.dims = vec![Dim::new(&dim)];
    }
    coord.coords = crate::data::Coords::new();
    coord.name = Some(name.to_owned());
    Ok(Arc::new(coord))
}

/// The element type that a value names, by numpy's or Python's name.
pub(crate) fn dtype_of(name: &Value) -> OpResult<Dtype> {
    Ok(match name.as_text() {
        Some("int" | "int64" | "i8" | "<i8") => Dtype::I64,
        Some("float" | "float64" | "f8" | "<f8" | "double") => Dtype::F64,
        Some("float32" | "f4" | "<f4" | "single") => Dtype::F32,
        Some("bool" | "bool_") => Dtype::Bool,
        Some("int8" | "i1") => Dtype::I8,
        Some("int16" | "i2" | "<i2") => Dtype::I16,
        Some("int32" | "i4" | "<i4") => Dtype::I32,
        Some("uint8" | "u1") => Dtype::U8,
        Some("uint16" | "u2" | "<u2") => Dtype::U16,
        Some("uint32" | "u4" | "<u4") => Dtype::U32,
        Some("uint64" | "u8" | "uint" | "<u8") => Dtype::U64,
        Some("str") => Dtype::Str,
        _ => {
            return Err(OpError::with_help(
                format!("there is no element type {}", name.describe()),
                Some("there is: int, float, bool, str, float32, int8 … int64, uint8 … uint64".to_owned()),
            ));
        }
    })
}

/// `.astype`.
pub(crate) fn astype(call: &Bound<'_>) -> OpResult {
    let dtype = dtype_of(call.need("dtype")?)?;
    super::unary::each(call.need("d")?, |array| cast(array, dtype))
}

/// The array in another element type.
pub(crate) fn cast(array: &Labelled, dtype: Dtype) -> OpResult<Labelled> {
    if array.dtype() == dtype {
        return Ok(array.clone());
    }
    match (array.dtype(), dtype) {
        (Dtype::Str, _) => parsed(array, dtype),
        (Dtype::Time(_), Dtype::Str) => Err(OpError::new("times are not converted to texts")),
        (_, Dtype::Str) => {
            let mut texts: Vec<String> = Vec::with_capacity(array.size());
            match array.dtype() {
                Dtype::F32 | Dtype::F64 => {
                    texts.extend(array.to_f64()?.into_iter().map(super::python::float_text));
                }
                Dtype::Bool => {
                    let name = |v: f64| if v == 0.0 { "False" } else { "True" }.to_owned();
                    texts.extend(array.to_f64()?.into_iter().map(name));
                }
                _ => texts.extend(super::elementwise::integers(array)?.iter().map(ToString::to_string)),
            }
            Ok(super::reduce::without(array, &[], Ok(Values::Str(texts.iter().collect()))))
        }
        (Dtype::Time(_), Dtype::I64 | Dtype::F64) | (_, _) if array.dtype().is_float() => {
            map(array, dtype, |chunk| Ok(Built::Floats(chunk.floats(false)?)))
        }
        _ => map(array, dtype, |chunk| Ok(Built::Integers(chunk.integers()?))),
    }
}

/// Texts as numbers.
fn parsed(array: &Labelled, dtype: Dtype) -> OpResult<Labelled> {
    if !dtype.is_float() && !dtype.is_integer() {
        return Err(OpError::new(format!("texts are not converted to {dtype}")));
    }
    if array.is_absent() {
        return Ok(super::reduce::without(array, &[], Err(dtype)));
    }
    let numbers = array
        .texts()?
        .iter()
        .map(|text| text.trim().parse::<f64>().map_err(|_| OpError::new(format!("`{text}` is not a number"))))
        .collect::<OpResult<Vec<f64>>>()?;
    let floats = super::reduce::without(array, &[], Ok(Values::F64(numbers.into())));
    map(&floats, dtype, |chunk| Ok(Built::Floats(chunk.floats(false)?)))
}

/// `.diff`: `n` times the differences of neighbours; labels of the upper (or lower) element.
pub(crate) fn diff(call: &Bound<'_>) -> OpResult {
    let dim = call.need("dim")?;
    let Some(dim) = dim.as_text() else { return Err(wants("dim", "the name of a dimension", dim)) };
    let n = call.some("n").map_or(Ok(1), |n| to_int(n, "n"))?;
    let upper = match call.text("label")? {
        None | Some("upper") => true,
        Some("lower") => false,
        Some(other) => return Err(unknown("value of `label`", other, ["upper", "lower"])),
    };
    if n < 0 {
        return Err(OpError::new("`n` must not be negative"));
    }
    call.map_arrays("d", |array| {
        let axis = array.need_axis(dim)?;
        let mut result = array.clone();
        for _ in 0..n {
            let len = result.shape[axis];
            let count = len.saturating_sub(1);
            let low = result.isel(axis, &Pick::Range { start: 0, count, step: 1 })?;
            let high = result.isel(axis, &Pick::Range { start: len - count, count, step: 1 })?;
            let operator = if result.dtype() == Dtype::Bool { Operator::Ne } else { Operator::Sub };
            let bare = |array: &Labelled| {
                let mut array = array.clone();
                array.coords = crate::data::Coords::new();
                array.attrs = Attrs::new();
                Side::Array(Box::new(array))
            };
            let mut next = arith::arrays(operator, &bare(&high), &bare(&low))?;
            let labels = if upper { high } else { low };
            (next.name, next.attrs, next.coords) = (labels.name, labels.attrs, labels.coords);
            result = next;
        }
        Ok(result)
    })
}

/// With a dim under another name, its coordinates under their own.
fn renamed_dim(array: &Labelled, axis: usize, new: &str) -> OpResult<Labelled> {
    let (mut result, old) = (array.clone(), array.dims[axis].clone());
    if old != new && array.axis(new).is_some() {
        return Err(crate::data::DataError::DimExists(Dim::new(new)).into());
    }
    result.dims[axis] = Dim::new(new);
    result.coords = array
        .coords
        .iter()
        .map(|(name, coord)| {
            let mut coord = coord.clone();
            if let Some(axis) = coord.axis(old.as_str()) {
                Arc::make_mut(&mut coord).dims[axis] = Dim::new(new);
            }
            (name.to_owned(), coord)
        })
        .collect();
    Ok(result)
}

/// `.swap_dims`: `{dim: coordinate along it}`; a name that is no coordinate just renames the dim.
pub(crate) fn swap_dims(call: &Bound<'_>) -> OpResult {
    let mut pairs: Vec<(String, Value)> = match call.some("dims_dict") {
        None => Vec::new(),
        Some(Value::Map(entries)) => {
            entries.iter().map(|(key, value)| (super::python::text_of(key), value.clone())).collect()
        }
        Some(other) => return Err(wants("dims_dict", "a mapping from dims to coordinates", other)),
    };
    pairs.extend(call.named.iter().cloned());
    call.map_arrays("d", |array| {
        let mut result = array.clone();
        for (old, new) in &pairs {
            let Some(new) = new.as_text() else { return Err(wants(old, "a name", new)) };
            let axis = result.need_axis(old)?;
            if let Some(coord) = result.coords.get(new)
                && (coord.dims.len() != 1 || coord.dims[0] != *old.as_str())
            {
                return Err(OpError::new(format!("`{new}` is not a coordinate along `{old}`")));
            }
            result = renamed_dim(&result, axis, new)?;
        }
        Ok(result)
    })
}

/// `.reset_coords` with `drop`: without coordinates that are no labels of a dim.
pub(crate) fn reset_coords(call: &Bound<'_>) -> OpResult {
    let names = call.names("names")?;
    if !call.flag("drop", false)? {
        return Err(OpError::with_help(
            "coordinates are not turned into variables",
            Some("take them with `.coords` and build an `xr.Dataset`, or drop them: `drop: true`".to_owned()),
        ));
    }
    call.map_arrays("d", |array| {
        let mut result = array.clone();
        for (name, _) in array.coords.iter().filter(|(name, _)| !name.starts_with(super::HIDDEN)) {
            let index = array.coords.index(&Dim::new(name)).is_some();
            let wanted = names.as_ref().map_or(!index, |names| names.iter().any(|own| own == name));
            if wanted && index {
                return Err(OpError::new(format!("`{name}` labels a dim: drop it with `.drop_vars`")));
            }
            if wanted {
                result.coords.remove(name);
            }
        }
        Ok(result)
    })
}
