//! Concatenating, aligning and broadcasting by name of the operation.

use super::HIDDEN;
use super::align::{join as inner, same};
use super::combine::{concat as concat_arrays, missing_allowed, nothing, unite};
use super::dataset::relabelled;
use crate::data::{Coord, Dataset, Dim, Labelled};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_names, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use std::sync::Arc;

/// How labels that differ are brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    /// All of them, rising.
    Outer,
    /// Those that all have.
    Inner,
    /// Those of the first.
    Left,
    /// Those of the last.
    Right,
    /// It is an error.
    Exact,
}

impl Join {
    fn of(call: &Bound<'_>, default: Self) -> OpResult<Self> {
        Ok(match call.text("join")? {
            None => default,
            Some("outer") => Self::Outer,
            Some("inner") => Self::Inner,
            Some("left") => Self::Left,
            Some("right") => Self::Right,
            Some("exact") => Self::Exact,
            Some(other) => {
                let known = ["outer", "inner", "left", "right", "exact"];
                return Err(unknown("value of `join`", other, known));
            }
        })
    }

    /// Gives all arrays the same labels along a dim.
    fn along(self, arrays: &mut [Labelled], dim: &Dim) -> OpResult<()> {
        let indexes: Vec<Coord> =
            arrays.iter().filter_map(|array| array.coords.index(dim).cloned()).collect();
        let end = match self {
            Self::Outer => return unite(arrays, dim),
            Self::Inner => return inner(arrays, dim),
            Self::Right => indexes.last(),
            Self::Left | Self::Exact => indexes.first(),
        };
        let Some(end) = end else { return unite(arrays, dim) };
        for array in arrays.iter_mut() {
            if self == Self::Exact
                && let Some(own) = array.coords.index(dim)
                && !same(own, end)?
            {
                return Err(OpError::new(format!("the labels along `{dim}` differ")));
            }
            *array = relabelled(array, end)?;
        }
        Ok(())
    }

    /// Gives all arrays the same labels along all dims but some.
    fn all(self, arrays: &mut [Labelled], but: &[String]) -> OpResult<()> {
        for dim in all_dims(arrays) {
            if !but.iter().any(|name| dim == name.as_str()) {
                self.along(arrays, &dim)?;
            }
        }
        Ok(())
    }
}

fn all_dims(arrays: &[Labelled]) -> Vec<Dim> {
    let mut dims: Vec<Dim> = Vec::new();
    for dim in arrays.iter().flat_map(|array| &array.dims) {
        if !dims.contains(dim) {
            dims.push(dim.clone());
        }
    }
    dims
}

/// Refuses options that would change the result in ways that are not built.
fn refuse(call: &Bound<'_>, name: &str, allowed: &[&str]) -> OpResult<()> {
    match call.some(name) {
        None => Ok(()),
        Some(Value::Text(text)) if allowed.contains(&text.as_str()) => Ok(()),
        Some(other) => Err(OpError::with_help(
            format!("`{name}: {}` is not supported", other.describe()),
            Some(format!("leave it out, or give {}", allowed.join(" or "))),
        )),
    }
}

/// `xr.concat`.
pub(crate) fn concat(call: &Bound<'_>) -> OpResult {
    refuse(call, "data_vars", &["all"])?;
    refuse(call, "coords", &["different"])?;
    refuse(call, "compat", &["equals", "no_conflicts", "broadcast_equals"])?;
    refuse(call, "combine_attrs", &["override"])?;
    let join = Join::of(call, Join::Outer)?;
    let objects = call.need("objs")?;
    let Some(objects) = objects.as_items() else {
        return Err(wants("objs", "a list of arrays or datasets", objects));
    };
    let (dim, labels) = match call.need("dim")? {
        Value::Text(name) => (Dim::new(name), None),
        Value::Array(labels) => match (labels.dims.as_slice(), &labels.name) {
            ([_], Some(name)) => (Dim::new(name), Some(labels.clone())),
            ([dim], None) => (dim.clone(), Some(labels.clone())),
            _ => return Err(OpError::new("the labels of the new dim must be along one dim")),
        },
        labels @ (Value::List(_) | Value::Tuple(_) | Value::Bare(_)) => {
            (Dim::new("concat_dim"), Some(to_array(labels, "dim")?))
        }
        other => return Err(wants("dim", "a name, or labels", other)),
    };
    together(objects, &dim, labels.as_ref(), join)
}

/// `dantro.multi_concat`: lists of lists … of arrays, the innermost concatenated along the last dim.
pub(crate) fn multi_concat(call: &Bound<'_>) -> OpResult {
    refuse(call, "coords", &["different"])?;
    refuse(call, "compat", &["equals", "no_conflicts", "broadcast_equals"])?;
    let join = Join::of(call, Join::Outer)?;
    let dims = to_names(call.need("dims")?, "dims")?;
    nested(call.need("arrs")?, &dims, join)
}

fn nested(value: &Value, dims: &[String], join: Join) -> OpResult {
    let Some((dim, rest)) = dims.split_first() else {
        return match value {
            Value::Array(_) | Value::Dataset(_) => Ok(value.clone()),
            other => Err(wants("arrs", "lists as deep as there are dims", other)),
        };
    };
    let Some(items) = value.as_items() else {
        return Err(wants("arrs", "lists as deep as there are dims", value));
    };
    let items = items.iter().map(|item| nested(item, rest, join)).collect::<OpResult<Vec<_>>>()?;
    together(&items, &Dim::new(dim), None, join)
}

/// Arrays, or datasets, along a dim.
fn together(objects: &[Value], dim: &Dim, labels: Option<&Labelled>, join: Join) -> OpResult {
    let arrays = objects.iter().all(|object| !matches!(object, Value::Dataset(_)));
    if arrays {
        let arrays = objects.iter().map(|object| to_array(object, "objs")).collect::<OpResult<Vec<_>>>()?;
        return Ok(along(arrays, dim, labels, join)?.into());
    }
    let mut datasets: Vec<&Dataset> = Vec::with_capacity(objects.len());
    for object in objects {
        match object {
            Value::Dataset(dataset) => datasets.push(dataset),
            other => return Err(wants("objs", "datasets only, or arrays only", other)),
        }
    }
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in datasets.iter().flat_map(|dataset| &dataset.vars) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let attrs = datasets.first().map(|dataset| dataset.attrs.clone()).unwrap_or_default();
    let lengths: Vec<usize> = datasets
        .iter()
        .map(|dataset| dataset.vars.iter().find_map(|(_, array)| array.len_of(dim.as_str())).unwrap_or(1))
        .collect();
    let mut vars = Vec::with_capacity(names.len());
    for name in names {
        let own =
            |dataset: &Dataset| dataset.vars.iter().find(|(key, _)| key == name).map(|(_, a)| a.clone());
        let found: Vec<Option<Labelled>> = datasets.iter().map(|dataset| own(dataset)).collect();
        let lacks = found.iter().any(Option::is_none);
        let mut columns = Vec::with_capacity(found.len());
        for (i, array) in found.iter().enumerate() {
            let array = match array {
                Some(array) if lacks => missing_allowed(array)?,
                Some(array) => array.clone(),
                None => {
                    let like =
                        found.iter().flatten().next().ok_or_else(|| OpError::new("a variable is lost"))?;
                    let like = missing_allowed(like)?;
                    let mut shape = like.shape.clone();
                    if let Some(axis) = like.axis(dim.as_str()) {
                        shape[axis] = lengths[i];
                    }
                    let mut empty = Labelled::filled(like.dims.clone(), shape, nothing(like.dtype())?);
                    for (key, coord) in like.coords.iter() {
                        if coord.axis(dim.as_str()).is_none() && !coord.dims.is_empty() {
                            empty.coords.insert(key, coord.clone());
                        }
                    }
                    // Its labels along the dim are those of the dataset.
                    for (_, other) in &datasets[i].vars {
                        for (key, coord) in other.coords.iter().filter(|(key, _)| !key.starts_with(HIDDEN)) {
                            if coord.dims.iter().all(|dim| empty.dims.contains(dim)) {
                                empty.coords.insert(key, coord.clone());
                            }
                        }
                    }
                    empty
                }
            };
            // What has not the dim stands for all of it.
            columns.push(match array.axis(dim.as_str()) {
                None if lengths[i] != 1 => array.expand(0, dim.clone(), lengths[i])?,
                _ => array,
            });
        }
        let mut array = along(columns, dim, labels, join)?;
        array.name = Some(name.clone());
        vars.push((name.clone(), array));
    }
    let dataset = super::dataset::assemble(vars, Vec::new(), attrs, super::dataset::Compat::Fill)?;
    Ok(dataset.into())
}

/// Arrays along a dim, after their other labels are brought together. Dims that some lack are added.
fn along(arrays: Vec<Labelled>, dim: &Dim, labels: Option<&Labelled>, join: Join) -> OpResult<Labelled> {
    let mut arrays = arrays;
    if let Some(labels) = labels
        && labels.size() != arrays.len()
        && arrays.iter().all(|array| array.axis(dim.as_str()).is_none())
    {
        return Err(OpError::new(format!(
            "{} labels for {} arrays along `{dim}`",
            labels.size(),
            arrays.len()
        )));
    }
    join.all(&mut arrays, &[dim.to_string()])?;
    let dims = all_dims(&arrays);
    let lengths: Vec<usize> = dims
        .iter()
        .map(|dim| arrays.iter().find_map(|array| array.len_of(dim.as_str())).unwrap_or(1))
        .collect();
    for array in &mut arrays {
        let wanted: Vec<(Dim, usize)> = dims
            .iter()
            .zip(&lengths)
            .map(|(own, len)| {
                let own_len = if own == dim { array.len_of(own.as_str()).unwrap_or(1) } else { *len };
                (own.clone(), own_len)
            })
            .collect();
        let (dims, shape): (Vec<Dim>, Vec<usize>) = wanted.into_iter().unzip();
        let index = array.coords.get(dim.as_str()).filter(|coord| coord.dims.is_empty()).cloned();
        let widened = array.axis(dim.as_str()).is_none() && dims.contains(dim);
        *array = array.broadcast(&dims, &shape)?;
        if let Some(index) = index.filter(|_| widened) {
            array.coords.insert(dim.as_str(), Arc::new(index.expand(0, dim.clone(), 1)?));
        }
    }
    concat_arrays(&arrays.iter().collect::<Vec<_>>(), dim, labels)
}

/// `xr.align`.
pub(crate) fn align(call: &Bound<'_>) -> OpResult {
    let join = Join::of(call, Join::Inner)?;
    let but = call.names("exclude")?.unwrap_or_default();
    let mut arrays = Vec::new();
    for object in &call.rest {
        match object {
            Value::Array(array) => arrays.push(array.clone()),
            Value::Dataset(dataset) => arrays.extend(dataset.vars.iter().map(|(_, array)| array.clone())),
            other => return Err(wants("objects", "arrays and datasets", other)),
        }
    }
    join.all(&mut arrays, &but)?;
    let mut arrays = arrays.into_iter();
    let mut next = || arrays.next().ok_or_else(|| OpError::new("an array is lost"));
    let mut results = Vec::with_capacity(call.rest.len());
    for object in &call.rest {
        results.push(match object {
            Value::Dataset(dataset) => {
                let mut vars = Vec::with_capacity(dataset.vars.len());
                for (name, _) in &dataset.vars {
                    vars.push((name.clone(), next()?));
                }
                Dataset { vars, attrs: dataset.attrs.clone() }.into()
            }
            _ => next()?.into(),
        });
    }
    Ok(Value::Tuple(results))
}

/// `.broadcast_like`: the dims of another array in front, labels united.
pub(crate) fn broadcast_like(call: &Bound<'_>) -> OpResult {
    let other = match call.need("other")? {
        Value::Array(other) => vec![other.clone()],
        Value::Dataset(other) => other.vars.iter().map(|(_, array)| array.clone()).collect(),
        other => return Err(wants("other", "an array or a dataset", other)),
    };
    let but = call.names("exclude")?.unwrap_or_default();
    call.map_arrays("d", |array| {
        let mut arrays = other.clone();
        arrays.push(array.clone());
        Join::Outer.all(&mut arrays, &but)?;
        let excluded = |dim: &Dim| but.iter().any(|name| *dim == name.as_str());
        let own = arrays.pop().unwrap_or_else(|| array.clone());
        let mut dims: Vec<Dim> = Vec::new();
        for dim in arrays.iter().chain([&own]).flat_map(|array| &array.dims) {
            let wanted = !excluded(dim) || own.dims.contains(dim);
            if wanted && !dims.contains(dim) {
                dims.push(dim.clone());
            }
        }
        let length = |dim: &Dim| {
            own.len_of(dim.as_str()).or_else(|| arrays.iter().find_map(|other| other.len_of(dim.as_str())))
        };
        let shape: Vec<usize> = dims.iter().map(|dim| length(dim).unwrap_or(1)).collect();
        let mut result = own.broadcast(&dims, &shape)?;
        for (name, coord) in arrays.iter().flat_map(|other| other.coords.iter()) {
            let index = coord.dims.len() == 1 && coord.dims[0] == name;
            if index && result.axis(name).is_some() && result.coords.get(name).is_none() {
                result.coords.insert(name, coord.clone());
            }
        }
        Ok(result)
    })
}
