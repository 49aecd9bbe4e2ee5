//! Selections: by position, by label, heads and tails, squeezing. All are views.

use super::HIDDEN;
use super::labels::{Labels, Method};
use crate::data::{Dataset, Dim, Dtype, Labelled, Pick};
use crate::diag::near;
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_int, to_names, wants};
use crate::transform::error::{OpError, OpResult, unknown};

/// `.isel`.
pub(crate) fn isel(call: &Bound<'_>) -> OpResult {
    let ignore = match call.text("missing_dims")? {
        None | Some("raise") => false,
        Some("ignore" | "warn") => true,
        Some(other) => return Err(unknown("value of `missing_dims`", other, ["raise", "ignore", "warn"])),
    };
    let indexers = indexers(call)?;
    apply(call, &indexers, ignore, |array, axis, value| {
        by_position(&array.dims[axis], array.shape[axis], value)
    })
}

/// `.sel`.
pub(crate) fn sel(call: &Bound<'_>) -> OpResult {
    let method = Method::of(call.text("method")?)?;
    let tolerance = call.number("tolerance")?;
    let indexers = indexers(call)?;
    apply(call, &indexers, false, |array, axis, value| by_label(array, axis, value, method, tolerance))
}

/// The pick of a label, list or slice of labels.
pub(crate) fn by_label(
    array: &Labelled,
    axis: usize,
    value: &Value,
    method: Method,
    tolerance: Option<f64>,
) -> OpResult<Pick> {
    let (dim, len) = (&array.dims[axis], array.shape[axis]);
    let Some(coord) = array.coords.index(dim) else {
        // Without labels, positions are the labels; slices are Python's then, as in xarray.
        return by_position(dim, len, value);
    };
    let labels = Labels::of(coord)?;
    let find = |value: &Value| labels.find(dim, value, method, tolerance);
    let one = |value: &Value| match find(value)? {
        Pick::At(at) => Ok(at),
        _ => Err(OpError::new(format!("{} means several times of `{dim}`", value.describe()))),
    };
    match value {
        Value::Slice(parts) if method != Method::Exact => {
            Err(OpError::new(format!("a slice ({}) takes no `method`", Value::Slice(parts.clone()))))
        }
        Value::Slice(parts) => labels.slice(dim, parts),
        Value::List(items) | Value::Tuple(items) => match mask(&to_array(value, dim.as_str())?, dim, len)? {
            Some(pick) => Ok(pick),
            None => Ok(Pick::List(items.iter().map(one).collect::<OpResult<_>>()?)),
        },
        Value::Array(wanted) | Value::Bare(wanted) if wanted.ndim() > 0 => {
            check_dim(wanted, dim)?;
            if let Some(pick) = mask(wanted, dim, len)? {
                return Ok(pick);
            }
            let each = (0..wanted.size()).map(|i| {
                let item = wanted.isel(0, &Pick::At(i))?;
                one(&match item.dtype() {
                    Dtype::Str => Value::Text(item.text_at(&[])?.to_owned()),
                    _ => Value::Array(item),
                })
            });
            Ok(Pick::List(each.collect::<OpResult<_>>()?))
        }
        Value::Array(wanted) | Value::Bare(wanted) if wanted.dtype() == Dtype::Str => {
            find(&Value::Text(wanted.text_at(&[])?.to_owned()))
        }
        other => find(other),
    }
}

/// The pick of a position, list or slice of positions, or of a mask.
pub(crate) fn by_position(dim: &Dim, len: usize, value: &Value) -> OpResult<Pick> {
    let end = |part: &Value| match part {
        Value::None => Ok(None),
        other => to_int(other, "slice").map(Some),
    };
    Ok(match value {
        Value::Slice(parts) => Pick::slice(end(&parts[0])?, end(&parts[1])?, end(&parts[2])?, len)
            .ok_or_else(|| OpError::new("a slice's step must not be 0"))?,
        Value::List(_) | Value::Tuple(_) | Value::Array(_) | Value::Bare(_) => {
            let array = to_array(value, dim.as_str())?;
            if array.ndim() == 0 {
                return Ok(Pick::at(to_int(value, dim.as_str())?, dim, len)?);
            }
            check_dim(&array, dim)?;
            if let Some(pick) = mask(&array, dim, len)? {
                return Ok(pick);
            }
            if !array.dtype().is_integer() && array.size() > 0 {
                return Err(wants(dim.as_str(), "integers", value));
            }
            let positions: Vec<i64> = array.to_f64()?.into_iter().map(|v| v as i64).collect();
            Pick::list(&positions, dim, len)?
        }
        Value::Int(at) => Pick::at(*at, dim, len)?,
        other => return Err(wants(dim.as_str(), "an integer, a list or a slice", other)),
    })
}

/// A list may select along `dim` if its own axis is nameless or called so.
fn check_dim(array: &Labelled, dim: &Dim) -> OpResult<()> {
    match array.dims.as_slice() {
        [own] if own == dim || own.as_str().starts_with("dim_") => Ok(()),
        [own] => Err(OpError::new(format!("`{dim}` cannot be selected by an array along `{own}`"))),
        _ => Err(OpError::new(format!("`{dim}` cannot be selected by an array of {} axes", array.ndim()))),
    }
}

/// The positions where a one-dimensional bool array is true; `None` if it is not bool.
fn mask(array: &Labelled, dim: &Dim, len: usize) -> OpResult<Option<Pick>> {
    if array.dtype() != Dtype::Bool || array.ndim() != 1 {
        return Ok(None);
    }
    if array.shape[0] != len {
        return Err(OpError::new(format!(
            "the mask has {} values for `{dim}` of length {len}",
            array.shape[0]
        )));
    }
    let flags = array.to_f64()?;
    Ok(Some(Pick::List((0..len).filter(|i| flags[*i] != 0.0).collect())))
}

/// Dims and what to take of them, from `indexers` or named arguments.
fn indexers(call: &Bound<'_>) -> OpResult<Vec<(String, Value)>> {
    match call.some("indexers") {
        None => Ok(call.named.clone()),
        Some(_) if !call.named.is_empty() => {
            Err(OpError::new("dims are given both as a mapping and as named arguments"))
        }
        Some(Value::Map(entries)) => entries
            .iter()
            .map(|(key, value)| match key {
                Value::Text(dim) => Ok((dim.clone(), value.clone())),
                other => Err(wants("indexers", "a mapping from names of dims", other)),
            })
            .collect(),
        Some(other) => Err(wants("indexers", "a mapping from dims to what to take", other)),
    }
}

/// Applies indexers to an array, or to those variables of a dataset that have the dim.
fn apply(
    call: &Bound<'_>,
    indexers: &[(String, Value)],
    ignore_missing: bool,
    pick: impl Fn(&Labelled, usize, &Value) -> OpResult<Pick>,
) -> OpResult {
    let drop = call.flag("drop", false)?;
    if let Value::Dataset(dataset) = call.need("d")? {
        for (dim, _) in indexers {
            let all = || dataset.vars.iter().flat_map(|(_, a)| a.dims.iter().map(Dim::as_str));
            if !ignore_missing && !all().any(|have| have == dim) {
                return Err(unknown("dimension", dim, all().collect::<Vec<_>>()));
            }
        }
    }
    let is_dataset = matches!(call.need("d")?, Value::Dataset(_));
    call.map_arrays("d", |array| {
        let mut result = array.clone();
        for (dim, value) in indexers {
            let axis = match result.need_axis(dim) {
                Ok(axis) => axis,
                Err(_) if is_dataset || ignore_missing => continue,
                Err(error) => {
                    let fixed = result.coords.get(dim).is_some_and(|coord| coord.ndim() == 0);
                    return Err(if fixed {
                        OpError::new(format!("`{dim}` was fixed to one label before"))
                    } else {
                        error.into()
                    });
                }
            };
            let pick = pick(&result, axis, value)?;
            let scalar = matches!(pick, Pick::At(_));
            let before: Vec<String> = result
                .coords
                .iter()
                .filter(|(_, coord)| coord.axis(dim).is_some())
                .map(|(name, _)| name.to_owned())
                .collect();
            result = result.isel(axis, &pick)?;
            if drop && scalar {
                for name in before.iter().filter(|name| !name.starts_with(HIDDEN)) {
                    if result.coords.get(name).is_some_and(|coord| coord.ndim() == 0) {
                        result.coords.remove(name);
                    }
                }
            }
        }
        Ok(result)
    })
}

/// `.head`, `.tail`, `.thin`.
pub(crate) fn head(call: &Bound<'_>) -> OpResult {
    let indexers = match call.some("indexers") {
        Some(Value::Map(_)) => indexers(call)?,
        Some(count) => {
            let count = to_int(count, "indexers")?;
            all_dims(call.need("d")?).into_iter().map(|dim| (dim, Value::Int(count))).collect()
        }
        None if !call.named.is_empty() => call.named.clone(),
        None if call.name == ".thin" => return Err(OpError::new("`.thin` needs a step a dim")),
        None => all_dims(call.need("d")?).into_iter().map(|dim| (dim, Value::Int(5))).collect(),
    };
    apply(call, &indexers, false, |array, axis, value| {
        let count = to_int(value, array.dims[axis].as_str())?;
        let len = array.shape[axis];
        if count < 0 || (count == 0 && call.name == ".thin") {
            return Err(wants(array.dims[axis].as_str(), "a positive integer", value));
        }
        let pick = match call.name {
            ".head" => Pick::slice(None, Some(count), None, len),
            ".tail" if count == 0 => Pick::slice(Some(0), Some(0), None, len),
            ".tail" => Pick::slice(Some(-count), None, None, len),
            _ => Pick::slice(None, None, Some(count), len),
        };
        pick.ok_or_else(|| OpError::new("a step must not be 0"))
    })
}

fn all_dims(value: &Value) -> Vec<String> {
    let mut dims: Vec<String> = Vec::new();
    let mut add = |array: &Labelled| {
        for dim in &array.dims {
            if !dims.iter().any(|have| have == dim.as_str()) {
                dims.push(dim.to_string());
            }
        }
    };
    match value {
        Value::Array(array) | Value::Bare(array) => add(array),
        Value::Dataset(Dataset { vars, .. }) => vars.iter().for_each(|(_, array)| add(array)),
        _ => {}
    }
    dims
}

/// `.squeeze`, `.squeeze_with_drop`.
pub(crate) fn squeeze(call: &Bound<'_>) -> OpResult {
    let drop =
        call.name == ".squeeze_with_drop" || (call.get("drop").is_some() && call.flag("drop", false)?);
    let dims = call.names("dim")?;
    if let Some(dims) = &dims {
        let have = all_dims(call.need("d")?);
        if let Some(missing) = dims.iter().find(|dim| !have.contains(dim)) {
            return Err(unknown("dimension", missing, have.iter().map(String::as_str)));
        }
    }
    call.map_arrays("d", |array| {
        let mut result = array.clone();
        for axis in (0..array.ndim()).rev() {
            let dim = array.dims[axis].as_str();
            match &dims {
                Some(dims) if !dims.iter().any(|d| d == dim) => continue,
                Some(_) if array.shape[axis] != 1 => {
                    return Err(OpError::new(format!(
                        "`{dim}` has length {}, only length 1 can be squeezed",
                        array.shape[axis]
                    )));
                }
                _ if array.shape[axis] != 1 => continue,
                _ => {}
            }
            let along: Vec<String> = result
                .coords
                .iter()
                .filter(|(name, coord)| coord.axis(dim).is_some() && !name.starts_with(HIDDEN))
                .map(|(name, _)| name.to_owned())
                .collect();
            result = result.isel(axis, &Pick::At(0))?;
            if drop {
                along.iter().for_each(|name| {
                    result.coords.remove(name);
                });
            }
        }
        Ok(result)
    })
}

/// `.drop_vars`.
pub(crate) fn drop_vars(call: &Bound<'_>) -> OpResult {
    let names = to_names(call.need("names")?, "names")?;
    let mut known: Vec<String> = Vec::new();
    let mut learn = |array: &Labelled| known.extend(array.coords.iter().map(|(name, _)| name.to_owned()));
    match call.need("d")? {
        Value::Array(array) | Value::Bare(array) => learn(array),
        Value::Dataset(dataset) => {
            dataset.vars.iter().for_each(|(_, array)| learn(array));
            known.extend(dataset.vars.iter().map(|(name, _)| name.clone()));
        }
        other => return Err(wants("d", "an array or a dataset", other)),
    }
    known.retain(|name| !name.starts_with(HIDDEN));
    if let Some(missing) = names.iter().find(|name| !known.contains(name)) {
        let help = near(missing, known.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
        return Err(OpError::with_help(format!("there is no coordinate `{missing}`"), help));
    }
    let result = call.map_arrays("d", |array| {
        let mut result = array.clone();
        for name in &names {
            result.coords.remove(name);
        }
        Ok(result)
    })?;
    Ok(match result {
        Value::Dataset(mut dataset) => {
            dataset.vars.retain(|(name, _)| !names.contains(name));
            dataset.into()
        }
        other => other,
    })
}

/// `.drop_sel`, `.drop_isel`: without some labels or positions along dims.
pub(crate) fn drop_selected(call: &Bound<'_>) -> OpResult {
    let by_labels = call.name == ".drop_sel";
    let ignore = match call.text("errors")? {
        None | Some("raise") => false,
        Some("ignore") => true,
        Some(other) => return Err(unknown("value of `errors`", other, ["raise", "ignore"])),
    };
    let indexers: Vec<(String, Value)> = match call.some("indexers") {
        None => call.named.clone(),
        Some(_) => indexers(call)?,
    };
    apply(call, &indexers, false, |array, axis, value| {
        let list = match value {
            Value::List(_) | Value::Tuple(_) | Value::Slice(_) | Value::Array(_) | Value::Bare(_) => {
                value.clone()
            }
            one => Value::List(vec![one.clone()]),
        };
        let len = array.shape[axis];
        let gone = if by_labels {
            if array.coords.index(&array.dims[axis]).is_none() {
                return Err(OpError::new(format!("`{}` has no labels", array.dims[axis])));
            }
            let mut all = Vec::new();
            match list.as_items() {
                Some(items) => {
                    for item in items {
                        match by_label(array, axis, &Value::List(vec![item.clone()]), Method::Exact, None) {
                            Ok(pick) => all.extend((0..pick.count()).map(|i| pick.index(i))),
                            Err(error) if !ignore || error.is_absent() => return Err(error),
                            Err(_) => {}
                        }
                    }
                }
                None => {
                    let pick = by_label(array, axis, &list, Method::Exact, None)?;
                    all.extend((0..pick.count()).map(|i| pick.index(i)));
                }
            }
            all
        } else {
            let pick = by_position(&array.dims[axis], len, &list)?;
            (0..pick.count()).map(|i| pick.index(i)).collect()
        };
        Ok(Pick::List((0..len).filter(|i| !gone.contains(i)).collect()))
    })
}

/// `.drop_dims`: a dataset without the variables that have some dims.
pub(crate) fn drop_dims(call: &Bound<'_>) -> OpResult {
    let names = to_names(call.need("dims")?, "dims")?;
    let Value::Dataset(dataset) = call.need("d")? else {
        return Err(wants("d", "a dataset", call.need("d")?));
    };
    let have = all_dims(call.need("d")?);
    if let Some(missing) = names.iter().find(|name| !have.contains(name)) {
        return Err(unknown("dimension", missing, have.iter().map(String::as_str)));
    }
    let mut result = dataset.clone();
    result
        .vars
        .retain(|(_, array)| !array.dims.iter().any(|dim| names.iter().any(|name| name == dim.as_str())));
    Ok(result.into())
}
