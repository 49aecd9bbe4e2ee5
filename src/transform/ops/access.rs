//! Getting at parts of values: entries, coordinates, properties.

use super::HIDDEN;
use super::select::by_position;
use crate::data::{Attr, Attrs, Coords, Dim, Labelled};
use crate::transform::Value;
use crate::transform::bind::{Bound, renumbered, to_array, to_int, wants};
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
pub(crate) fn entry(value: &Value, key: &Value) -> OpResult {
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
            Value::Array(part) => Ok(Value::Bare(renumbered(part))),
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
        Value::Tuple(items) => {
            return positions(array, items);
        }
        Value::List(items) if items.iter().any(|item| matches!(item, Value::Slice(_))) => {
            return positions(array, items);
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

/// Positions axis by axis.
fn positions(array: &Labelled, items: &[Value]) -> OpResult {
    if items.len() > array.ndim() {
        return Err(OpError::new(format!("{} indices for {} axes", items.len(), array.ndim())));
    }
    let mut result = array.clone();
    for (axis, item) in items.iter().enumerate().rev() {
        result = result.isel(axis, &by_position(&result.dims[axis], result.shape[axis], item)?)?;
    }
    Ok(result.into())
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

/// All coordinates, as a mapping.
fn all_coords(d: &Value) -> OpResult {
    let arrays: Vec<&Labelled> = match d {
        Value::Array(array) => vec![array],
        Value::Dataset(dataset) => dataset.vars.iter().map(|(_, array)| array).collect(),
        other => return Err(wants("d", "an array or a dataset", other)),
    };
    let mut entries: Vec<(Value, Value)> = Vec::new();
    for array in arrays {
        for name in visible_names(&array.coords) {
            let known = |(have, _): &(Value, Value)| have.as_text() == Some(name);
            if let (false, Some(coord)) = (entries.iter().any(known), array.coords.get(name)) {
                entries.push((Value::from(name), self_labelled(name, coord, &array.coords).into()));
            }
        }
    }
    Ok(Value::Map(entries))
}

/// `.coords`.
pub(crate) fn coords(call: &Bound<'_>) -> OpResult {
    let Some(key) = call.some("key") else { return all_coords(call.need("d")?) };
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
            let mut result = renumbered(array.clone());
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
        ".shape" | "np.shape" => Value::Tuple(array.shape.iter().map(|n| Value::Int(*n as i64)).collect()),
        ".ndim" | "np.ndim" => Value::Int(array.ndim() as i64),
        ".size" | "np.size" => Value::Int(array.size() as i64),
        ".itemsize" => Value::Int(item_bytes(&array)? as i64),
        ".nbytes" => Value::Int((item_bytes(&array)? * array.size()) as i64),
        _ => Value::Text(array.dtype().numpy_name().to_owned()),
    })
}

/// Bytes of an element, as numpy counts them: texts have 4 a character of the longest.
fn item_bytes(array: &Labelled) -> OpResult<usize> {
    match array.dtype().size() {
        Some(size) => Ok(size),
        None => Ok(4 * array.texts()?.iter().map(|text| text.chars().count()).max().unwrap_or(0)),
    }
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
    super::python::item_of(array)
}

/// `.sel.item`, `.min.item`, …: the operation, then `.item`.
pub(crate) fn then_item(call: &Bound<'_>) -> OpResult {
    let first = call.name.trim_end_matches(".item");
    let (args, named) = call.again();
    let array = match crate::transform::table::apply(first, args, named)? {
        Value::Array(array) | Value::Bare(array) => array,
        other => return Ok(other),
    };
    if array.size() != 1 {
        return Err(OpError::new(format!("an array of {} elements is not one number", array.size())));
    }
    super::python::item_of(&array)
}

/// `.attrs`, `.data_vars`, `.variables`: all of them as a mapping, or one.
pub(crate) fn members(call: &Bound<'_>) -> OpResult {
    let d = call.need("d")?;
    let entries: Vec<(Value, Value)> = match (call.name, d) {
        (".attrs", Value::Array(array)) => attrs_of(&array.attrs),
        (".attrs", Value::Dataset(dataset)) => attrs_of(&dataset.attrs),
        (".data_vars" | ".variables", Value::Dataset(dataset)) => {
            let entry =
                |(name, array): &(String, Labelled)| (Value::Text(name.clone()), Value::Array(array.clone()));
            let mut entries: Vec<(Value, Value)> = dataset.vars.iter().map(entry).collect();
            if call.name == ".variables" {
                for (_, array) in &dataset.vars {
                    for name in visible_names(&array.coords) {
                        let known = |(have, _): &(Value, Value)| have.as_text() == Some(name);
                        if let (false, Some(coord)) = (entries.iter().any(known), array.coords.get(name)) {
                            entries
                                .push((Value::from(name), self_labelled(name, coord, &array.coords).into()));
                        }
                    }
                }
            }
            entries
        }
        (".attrs", other) => return Err(wants("d", "an array or a dataset", other)),
        (_, other) => return Err(wants("d", "a dataset", other)),
    };
    match call.some("key") {
        None => Ok(Value::Map(entries)),
        Some(key) => entry(&Value::Map(entries), key),
    }
}

fn attrs_of(attrs: &Attrs) -> Vec<(Value, Value)> {
    let value = |attr: &Attr| match attr {
        Attr::Text(text) => Value::Text(text.clone()),
        Attr::Texts(texts) => Value::List(texts.iter().map(|text| Value::Text(text.clone())).collect()),
        Attr::Int(v) => Value::Int(*v),
        Attr::Ints(v) => Value::List(v.iter().map(|v| Value::Int(*v)).collect()),
        Attr::Float(v) => Value::Float(*v),
        Attr::Floats(v) => Value::List(v.iter().map(|v| Value::Float(*v)).collect()),
        Attr::Json(json) => json_value(json),
    };
    attrs.iter().map(|(name, attr)| (Value::from(name), value(attr))).collect()
}

fn json_value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::None,
        Json::Bool(v) => Value::Bool(*v),
        Json::Number(v) => {
            v.as_i64().map_or_else(|| Value::Float(v.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        Json::String(v) => Value::Text(v.clone()),
        Json::Array(items) => Value::List(items.iter().map(json_value).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, v)| (Value::from(key.as_str()), json_value(v))).collect())
        }
    }
}

/// An attribute of a plain value.
pub(crate) fn attr_of(value: &Value, name: &str) -> OpResult<Attr> {
    let scalar = super::python::plain(value)?;
    Ok(match &scalar {
        Value::Text(text) => Attr::Text(text.clone()),
        Value::Int(v) => Attr::Int(*v),
        Value::Float(v) => Attr::Float(*v),
        Value::Bool(v) => Attr::Json(Arc::new((*v).into())),
        Value::None => Attr::Json(Arc::new(serde_json::Value::Null)),
        Value::List(items) | Value::Tuple(items) if items.iter().all(|v| matches!(v, Value::Text(_))) => {
            Attr::Texts(items.iter().filter_map(|v| v.as_text().map(str::to_owned)).collect())
        }
        other => {
            let array = to_array(other, name)?;
            match array.dtype() {
                dtype if dtype.is_integer() => {
                    Attr::Ints(array.to_f64()?.into_iter().map(|v| v as i64).collect())
                }
                dtype if dtype.is_float() => Attr::Floats(array.to_f64()?),
                _ => return Err(wants(name, "a text, a number or a list of them", other)),
            }
        }
    })
}

/// `.assign_attrs`.
pub(crate) fn assign_attrs(call: &Bound<'_>) -> OpResult {
    let mut given: Vec<(String, Value)> = match call.some("attrs") {
        None => Vec::new(),
        Some(Value::Map(entries)) => {
            entries.iter().map(|(key, value)| (super::python::text_of(key), value.clone())).collect()
        }
        Some(other) => return Err(wants("attrs", "a mapping", other)),
    };
    given.extend(call.named.iter().cloned());
    let mut result = call.need("d")?.clone();
    let attrs = match &mut result {
        Value::Array(array) => &mut array.attrs,
        Value::Dataset(dataset) => &mut dataset.attrs,
        other => return Err(wants("d", "an array or a dataset", other)),
    };
    for (name, value) in given {
        let attr = attr_of(&value, &name)?;
        attrs.insert(name, attr);
    }
    Ok(result)
}
