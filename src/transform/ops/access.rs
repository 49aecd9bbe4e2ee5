//! Getting at parts of values: entries, coordinates, properties.

use super::HIDDEN;
use super::select::by_position;
use crate::data::{Attrs, Coords, Dim, Dtype, Labelled};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_int, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use std::sync::Arc;

/// `define`, `pass`.
pub(crate) fn pass(call: &Bound<'_>) -> OpResult {
    call.need("d").cloned()
}

/// `getitem`.
pub(crate) fn getitem(call: &Bound<'_>) -> OpResult {
    entry(call.need("d")?, call.need("key")?)
}

/// `recursive_getitem`.
pub(crate) fn recursive_getitem(call: &Bound<'_>) -> OpResult {
    let keys = call.need("keys")?;
    let Value::List(list) = keys else { return Err(wants("keys", "a list", keys)) };
    list.iter().try_fold(call.need("d")?.clone(), |value, key| entry(&value, key))
}

/// `value[key]`.
fn entry(value: &Value, key: &Value) -> OpResult {
    match value {
        Value::Map(entries) => {
            let equal = |have: &Value| match (have, key) {
                (Value::Text(a), Value::Text(b)) => a == b,
                (Value::Int(a), Value::Int(b)) => a == b,
                (Value::Bool(a), Value::Bool(b)) => a == b,
                (Value::Float(a), Value::Float(b)) => a == b,
                _ => false,
            };
            entries.iter().find(|(have, _)| equal(have)).map(|(_, value)| value.clone()).ok_or_else(|| {
                let have: Vec<String> = entries
                    .iter()
                    .map(|(key, _)| key.as_text().map_or_else(|| key.describe(), str::to_owned))
                    .collect();
                let key = key.as_text().map_or_else(|| key.describe(), str::to_owned);
                unknown("key", &key, have.iter().map(String::as_str))
            })
        }
        Value::List(items) | Value::Tuple(items) => {
            if let Value::Slice(_) = key {
                let pick = by_position(&Dim::new("list"), items.len(), key)?;
                let items = (0..pick.count()).map(|i| items[pick.index(i)].clone()).collect();
                return Ok(if matches!(value, Value::List(_)) {
                    Value::List(items)
                } else {
                    Value::Tuple(items)
                });
            }
            let at = to_int(key, "key")?;
            let wrapped = if at < 0 { at + items.len() as i64 } else { at };
            usize::try_from(wrapped).ok().and_then(|i| items.get(i)).cloned().ok_or_else(|| {
                OpError::new(format!("index {at} is out of range for a list of {}", items.len()))
            })
        }
        Value::Dataset(dataset) => {
            let Some(name) = key.as_text() else { return Err(wants("key", "the name of a variable", key)) };
            if let Some((_, array)) = dataset.vars.iter().find(|(have, _)| have == name) {
                return Ok(array.clone().into());
            }
            let beside =
                dataset.vars.iter().map(|(_, array)| &array.coords).find(|all| all.get(name).is_some());
            if let Some((coord, beside)) = beside.and_then(|all| Some((all.get(name)?, all))) {
                return Ok(self_labelled(name, coord, beside).into());
            }
            Err(unknown("variable", name, dataset.vars.iter().map(|(have, _)| have.as_str())))
        }
        Value::Array(array) => array_entry(array, key),
        Value::Bare(array) => match array_entry(array, key)? {
            Value::Array(part) => Ok(Value::Bare(renumbered(part)?)),
            other => Ok(other),
        },
        other => Err(OpError::new(format!("{} has no entries", other.describe()))),
    }
}

/// `array[key]`: a coordinate by name, a mapping of positions, or positions axis by axis.
fn array_entry(array: &Labelled, key: &Value) -> OpResult {
    let mut result = array.clone();
    match key {
        Value::Text(name) => {
            return match array.coords.get(name) {
                Some(coord) => Ok(self_labelled(name, coord, &array.coords).into()),
                None => Err(unknown("coordinate", name, visible_names(&array.coords))),
            };
        }
        Value::Map(entries) => {
            for (dim, value) in entries {
                let Some(dim) = dim.as_text() else { return Err(wants("key", "a mapping from dims", key)) };
                let axis = result.need_axis(dim)?;
                result = result.isel(axis, &by_position(&result.dims[axis], result.shape[axis], value)?)?;
            }
        }
        Value::List(items) if items.iter().any(|item| matches!(item, Value::Slice(_))) => {
            if items.len() > array.ndim() {
                return Err(OpError::new(format!("{} indices for {} axes", items.len(), array.ndim())));
            }
            for (axis, item) in items.iter().enumerate().rev() {
                result = result.isel(axis, &by_position(&result.dims[axis], result.shape[axis], item)?)?;
            }
        }
        other => {
            let Some(dim) = array.dims.first() else {
                return Err(OpError::new("an array without axes has no entries"));
            };
            result = result.isel(0, &by_position(dim, array.shape[0], other)?)?;
        }
    }
    Ok(result.into())
}

/// A part of a bare array, its axes counted anew.
fn renumbered(mut array: Labelled) -> OpResult<Labelled> {
    for (i, dim) in array.dims.clone().iter().enumerate() {
        array = array.rename_dim(dim.as_str(), Dim::anonymous(i).as_str())?;
    }
    Ok(array)
}

fn visible_names(coords: &Coords) -> Vec<&str> {
    coords.iter().map(|(name, _)| name).filter(|name| !name.starts_with(HIDDEN)).collect()
}

/// A coordinate as an array that is labelled by itself, and by others along its dims.
fn self_labelled(name: &str, coord: &Arc<Labelled>, beside: &Coords) -> Labelled {
    let mut array = (**coord).clone().named(name);
    for (key, other) in beside.iter().filter(|(key, _)| !key.starts_with(HIDDEN)) {
        if other.dims.iter().all(|dim| array.dims.contains(dim)) {
            array.coords.insert(key, other.clone());
        }
    }
    array
}

/// `.coords`.
pub(crate) fn coords(call: &Bound<'_>) -> OpResult {
    let key = call.need("key")?;
    let Some(name) = key.as_text() else { return Err(wants("key", "the name of a coordinate", key)) };
    let (found, have) = match call.need("d")? {
        Value::Array(array) => (Some(&array.coords), visible_names(&array.coords)),
        Value::Dataset(dataset) => (
            dataset.vars.iter().map(|(_, array)| &array.coords).find(|all| all.get(name).is_some()),
            dataset.vars.iter().flat_map(|(_, array)| visible_names(&array.coords)).collect(),
        ),
        other => return Err(wants("d", "an array or a dataset", other)),
    };
    match found.and_then(|all| Some((all.get(name)?, all))) {
        Some((coord, beside)) => Ok(self_labelled(name, coord, beside).into()),
        None => Err(unknown("coordinate", name, have)),
    }
}

/// `.data`, `.values`: the bare array.
pub(crate) fn data(call: &Bound<'_>) -> OpResult {
    match call.need("d")? {
        Value::Array(array) => {
            let mut result = array.clone();
            let names: Vec<String> = result.dims.iter().map(|dim| dim.as_str().to_owned()).collect();
            // By way of names that nobody has, lest an old name be in the way of a new one; by
            // renaming, so that the machinery's coordinates follow.
            for (i, name) in names.iter().enumerate() {
                result = result.rename_dim(name, &format!("{HIDDEN}{i}"))?;
            }
            for i in 0..names.len() {
                result = result.rename_dim(&format!("{HIDDEN}{i}"), Dim::anonymous(i).as_str())?;
            }
            result.coords = result
                .coords
                .iter()
                .filter(|(name, _)| name.starts_with(HIDDEN))
                .map(|(name, coord)| (name.to_owned(), coord.clone()))
                .collect();
            (result.name, result.attrs) = (None, Attrs::new());
            Ok(Value::Bare(result))
        }
        other => Ok(other.clone()),
    }
}

/// `.name`, `.shape`, `.ndim`, `.size`, `.dtype`, `len`.
pub(crate) fn property(call: &Bound<'_>) -> OpResult {
    let value = call.need("d")?;
    if call.name == "len" {
        return match value {
            Value::List(items) | Value::Tuple(items) => Ok(Value::Int(items.len() as i64)),
            Value::Map(entries) => Ok(Value::Int(entries.len() as i64)),
            Value::Text(text) => Ok(Value::Int(text.chars().count() as i64)),
            Value::Dataset(dataset) => Ok(Value::Int(dataset.vars.len() as i64)),
            Value::Array(array) | Value::Bare(array) => array
                .shape
                .first()
                .map(|n| Value::Int(*n as i64))
                .ok_or_else(|| OpError::new("an array without axes has no length")),
            other => Err(OpError::new(format!("{} has no length", other.describe()))),
        };
    }
    let array = to_array(value, "d")?;
    Ok(match call.name {
        ".name" => array.name.map_or(Value::None, Value::Text),
        ".shape" => Value::Tuple(array.shape.iter().map(|n| Value::Int(*n as i64)).collect()),
        ".ndim" => Value::Int(array.ndim() as i64),
        ".size" => Value::Int(array.size() as i64),
        _ => Value::Text(array.dtype().numpy_name().to_owned()),
    })
}

/// `.item`.
pub(crate) fn item(call: &Bound<'_>) -> OpResult {
    item_of(&call.array("d")?)
}

/// The one element of an array as a plain value.
pub(crate) fn item_of(array: &Labelled) -> OpResult {
    if array.size() != 1 {
        return Err(OpError::new(format!("an array of {} elements is not one number", array.size())));
    }
    let index = vec![0; array.ndim()];
    Ok(match array.dtype() {
        Dtype::Str => Value::Text(array.text_at(&index)?.to_owned()),
        Dtype::Bool => Value::Bool(array.f64_at(&index)? != 0.0),
        Dtype::F32 | Dtype::F64 => Value::Float(array.f64_at(&index)?),
        Dtype::Time(_) => return Err(OpError::new("a time is not a number")),
        _ => {
            let value = super::elementwise::integers(array)?.first().copied().unwrap_or(0);
            Value::Int(
                i64::try_from(value).map_err(|_| OpError::new("the number does not fit into 64 bits"))?,
            )
        }
    })
}
