//! Arrays and datasets put together from their parts, with one set of labels.
//!
//! After xarray's constructors: labels that differ are united (outer join, what is missing is NaN),
//! labels that are given as such win, and coordinates that conflict are errors.

use super::HIDDEN;
use super::align::same;
use super::combine::{reindex, unify, unite};
use super::labels::Labels;
use super::shape::coord_of;
use crate::data::{Attr, Attrs, Coord, Coords, DataError, Dataset, Dim, Dtype, Labelled, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_names, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use std::sync::Arc;

/// What is done where two parts of one name have different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compat {
    /// It is an error.
    Equal,
    /// What is missing in one is taken from the other; an error where both have values.
    Fill,
}

/// Variables and coordinates as one dataset: all get the same labels along each dim. Variables of one
/// name become one. `coords` win over the variables' own.
pub(super) fn assemble(
    vars: Vec<(String, Labelled)>,
    coords: Vec<(String, Coord)>,
    attrs: Attrs,
    compat: Compat,
) -> OpResult<Dataset> {
    let (names, mut arrays): (Vec<String>, Vec<Labelled>) = vars.into_iter().unzip();
    let mut merged = Coords::new();
    for (name, coord) in coords {
        if let [dim] = coord.dims.as_slice()
            && *dim == name.as_str()
        {
            arrays = arrays.iter().map(|array| relabelled(array, &coord)).collect::<OpResult<_>>()?;
        }
        merged.insert(name, coord);
    }
    let mut dims: Vec<Dim> = Vec::new();
    for dim in arrays.iter().flat_map(|array| &array.dims) {
        if !dims.contains(dim) {
            dims.push(dim.clone());
        }
    }
    for dim in &dims {
        unite(&mut arrays, dim)?;
        let with = arrays.iter().find(|array| array.coords.index(dim).is_some());
        if let Some(index) = with.and_then(|array| array.coords.index(dim)).cloned() {
            for array in arrays.iter_mut().filter(|array| array.axis(dim.as_str()).is_some()) {
                array.coords.insert(dim.as_str(), index.clone());
            }
        }
    }
    for (name, coord) in arrays.iter().flat_map(|array| array.coords.iter()) {
        if name.starts_with(HIDDEN) || names.iter().any(|own| own == name) {
            continue;
        }
        let joined = match merged.get(name) {
            None => coord.clone(),
            Some(known) if known.dims == coord.dims && same(known, coord)? => continue,
            Some(known) => Arc::new(together(known, coord, compat, "coordinate", name)?),
        };
        merged.insert(name, joined);
    }
    let mut vars: Vec<(String, Labelled)> = Vec::new();
    for (name, array) in names.into_iter().zip(arrays) {
        match vars.iter_mut().find(|(own, _)| *own == name) {
            None => vars.push((name, array)),
            Some((_, known)) => *known = together(known, &array, compat, "variable", &name)?,
        }
    }
    for (name, array) in &mut vars {
        let own = array.coords.iter().filter(|(key, _)| key.starts_with(HIDDEN));
        let mut coords: Coords = own.map(|(key, coord)| (key.to_owned(), coord.clone())).collect();
        for (key, coord) in merged.iter().filter(|(key, _)| key != name) {
            if coord.dims.iter().all(|dim| array.dims.contains(dim)) {
                coords.insert(key, coord.clone());
            }
        }
        array.coords = Coords::new();
        for (key, coord) in coords.iter() {
            if key.starts_with(HIDDEN) {
                array.coords.insert(key, coord.clone());
            } else {
                *array = array.clone().with_coord(key, coord.clone())?;
            }
        }
        array.name = Some(name.clone());
    }
    Ok(Dataset { vars, attrs })
}

/// The array with these labels along their dim: by its own labels, or by position where it has none.
pub(super) fn relabelled(array: &Labelled, index: &Coord) -> OpResult<Labelled> {
    let dim = &index.dims[0];
    let Some(len) = array.len_of(dim.as_str()) else { return Ok(array.clone()) };
    match array.coords.index(dim) {
        None if len != index.shape[0] => {
            Err(DataError::Lengths { dim: dim.clone(), left: len, right: index.shape[0] }.into())
        }
        None => Ok(array.clone().with_coord(dim.as_str(), index.clone())?),
        Some(own) if same(own, index)? => Ok(array.clone()),
        Some(own) => {
            let places = Labels::of(index)?.positions_in(&Labels::of(own)?);
            reindex(array, dim, &places, index)
        }
    }
}

/// Two arrays of one name as one.
fn together(a: &Labelled, b: &Labelled, compat: Compat, what: &str, name: &str) -> OpResult<Labelled> {
    let conflict = || {
        OpError::with_help(
            format!("the {what} `{name}` has different values in several arrays"),
            Some(match what {
                "coordinate" => format!("drop it first: .drop_vars: [array, {name}]"),
                _ => "rename one of them".to_owned(),
            }),
        )
    };
    let mut dims = a.dims.clone();
    dims.extend(b.dims.iter().filter(|dim| !a.dims.contains(dim)).cloned());
    let shape: Vec<usize> = dims
        .iter()
        .map(|dim| a.len_of(dim.as_str()).or_else(|| b.len_of(dim.as_str())).unwrap_or(1))
        .collect();
    let (wide_a, wide_b) = (a.broadcast(&dims, &shape)?, b.broadcast(&dims, &shape)?);
    let bare = |array: &Labelled| {
        let mut bare = array.clone();
        (bare.coords, bare.name) = (Coords::new(), None);
        Arc::new(bare)
    };
    let (bare_a, bare_b) = (bare(&wide_a), bare(&wide_b));
    let mut result = if same(&bare_a, &bare_b)? {
        wide_a
    } else if compat == Compat::Equal {
        return Err(conflict());
    } else {
        let mut both = [(*bare_a).clone(), (*bare_b).clone()];
        unify(&mut both)?;
        let values = filled(&both[0], &both[1])?.ok_or_else(conflict)?;
        let mut result = Labelled::contiguous(dims, shape, values);
        result.coords = wide_a.coords.clone();
        result.attrs = a.attrs.clone();
        result
    };
    for (key, coord) in b.coords.iter().filter(|(key, _)| !key.starts_with(HIDDEN)) {
        if result.coords.get(key).is_none() {
            result.coords.insert(key, coord.clone());
        }
    }
    result.name = Some(name.to_owned());
    Ok(result)
}

/// `a`, and where it is missing `b`; `None` if both have a value somewhere and they differ.
fn filled(a: &Labelled, b: &Labelled) -> OpResult<Option<Values>> {
    fn pairs<T: Copy + PartialEq>(a: Vec<T>, b: Vec<T>, missing: impl Fn(T) -> bool) -> Option<Vec<T>> {
        a.into_iter()
            .zip(b)
            .map(|(a, b)| match (missing(a), missing(b)) {
                (false, true) => Some(a),
                (true, _) => Some(b),
                (false, false) => (a == b).then_some(a),
            })
            .collect()
    }
    Ok(match a.dtype() {
        Dtype::F32 | Dtype::F64 => {
            let values = pairs(a.to_f64()?, b.to_f64()?, f64::is_nan);
            values.map(|values| super::reduce::floats(values, a.dtype()))
        }
        Dtype::Str => {
            let (a, b) = (a.texts()?, b.texts()?);
            let (a, b) = (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
            pairs(a, b, str::is_empty).map(|texts| Values::Str(texts.into_iter().collect()))
        }
        Dtype::Time(calendar) => {
            let times = |array: &Labelled| match Labels::of(array)? {
                Labels::Times(times, _) => Ok(times),
                _ => Err(OpError::new("these are no times")),
            };
            let times = pairs(times(a)?, times(b)?, |time| time == crate::data::time::NAT);
            times.map(|times| Values::Time(times.into(), calendar))
        }
        // Integers and bool are never missing, and these differ.
        _ => None,
    })
}

/// Things by name, in order.
type Named<T> = Vec<(String, T)>;

/// The variables of a mapping, and those of them that are coordinates: labels of the dim of their
/// name.
fn variables(entries: &[(Value, Value)], what: &str) -> OpResult<(Named<Labelled>, Named<Coord>)> {
    let (mut vars, mut coords) = (Vec::new(), Vec::new());
    for (key, value) in entries {
        let Some(name) = key.as_text() else { return Err(wants(what, "names", key)) };
        let array = variable(name, value)?;
        if array.dims.len() == 1 && array.dims[0] == name {
            let mut coord = array;
            (coord.coords, coord.name) = (Coords::new(), Some(name.to_owned()));
            coords.push((name.to_owned(), Arc::new(coord)));
        } else {
            vars.push((name.to_owned(), array.named(name)));
        }
    }
    Ok((vars, coords))
}

/// A variable: an array, a number, a text, or xarray's `[dims, data]` or `[dims, data, attrs]`.
fn variable(name: &str, value: &Value) -> OpResult<Labelled> {
    if let Some(parts) = value.as_items()
        && let [dims @ (Value::Text(_) | Value::List(_) | Value::Tuple(_)), data, rest @ ..] = parts
        && rest.len() <= 1
        && to_names(dims, name).is_ok()
        && !matches!(data, Value::Text(_))
    {
        let mut array = to_array(data, name)?;
        let dims = to_names(dims, name)?;
        if dims.len() != array.ndim() {
            let message = format!("`{name}` has {} axes, not {}", array.ndim(), dims.len());
            return Err(OpError::new(message));
        }
        array.dims = dims.into_iter().map(Dim::from).collect();
        array.coords = hidden_only(&array);
        if let Some(attrs) = rest.first() {
            array.attrs = attributes(attrs)?;
        }
        return Ok(array);
    }
    let array = to_array(value, name)?;
    let labelled = matches!(value, Value::Array(_));
    match array.ndim() {
        1 if !labelled => {
            let mut array = array;
            array.dims = vec![Dim::new(name)];
            Ok(array)
        }
        0 | 1 => Ok(array),
        _ if labelled => Ok(array),
        n => Err(OpError::with_help(
            format!("`{name}` has {n} axes without names"),
            Some(format!("name them: {name}: [[dim, …], data]")),
        )),
    }
}

/// What belongs to the machinery alone.
fn hidden_only(array: &Labelled) -> Coords {
    let hidden = array.coords.iter().filter(|(name, _)| name.starts_with(HIDDEN));
    hidden.map(|(name, coord)| (name.to_owned(), coord.clone())).collect()
}

/// Attributes from a mapping.
pub(crate) fn attributes(value: &Value) -> OpResult<Attrs> {
    let Value::Map(entries) = value else { return Err(wants("attrs", "a mapping", value)) };
    let mut attrs = Attrs::new();
    for (key, value) in entries {
        let attr = match value {
            Value::Text(text) => Attr::Text(text.clone()),
            Value::Int(v) => Attr::Int(*v),
            Value::Bool(v) => Attr::Int(i64::from(*v)),
            Value::Float(v) => Attr::Float(*v),
            other => return Err(wants("attrs", "texts and numbers", other)),
        };
        attrs.insert(key.as_text().map_or_else(|| key.describe(), str::to_owned), attr);
    }
    Ok(attrs)
}

/// Coordinates from a mapping.
fn coordinates(value: Option<&Value>) -> OpResult<Vec<(String, Coord)>> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Map(entries)) => entries
            .iter()
            .map(|(key, value)| match key {
                Value::Text(name) => Ok((name.clone(), coord_of(name, value)?)),
                other => Err(wants("coords", "names", other)),
            })
            .collect(),
        Some(other) => Err(wants("coords", "a mapping from names to labels", other)),
    }
}

/// `xr.Dataset`.
pub(crate) fn dataset(call: &Bound<'_>) -> OpResult {
    let (vars, mut coords, mut attrs) = match call.some("data_vars") {
        None => (Vec::new(), Vec::new(), Attrs::new()),
        Some(Value::Dataset(given)) => (given.vars.clone(), Vec::new(), given.attrs.clone()),
        Some(Value::Map(entries)) => {
            let (vars, coords) = variables(entries, "data_vars")?;
            (vars, coords, Attrs::new())
        }
        Some(other) => return Err(wants("data_vars", "a mapping from names to arrays", other)),
    };
    coords.extend(coordinates(call.some("coords"))?);
    if let Some(given) = call.some("attrs") {
        attrs = attributes(given)?;
    }
    Ok(assemble(vars, coords, attrs, Compat::Equal)?.into())
}

/// `.assign`: a dataset with variables more, or replaced, that get its labels.
pub(crate) fn assign(call: &Bound<'_>) -> OpResult {
    let mut entries = match call.some("variables") {
        None => Vec::new(),
        Some(Value::Map(entries)) => entries.clone(),
        Some(other) => return Err(wants("variables", "a mapping from names to arrays", other)),
    };
    entries.extend(call.named.iter().map(|(name, value)| (Value::Text(name.clone()), value.clone())));
    with_variables(call.need("d")?, &entries)
}

/// `.assign_var`.
pub(crate) fn assign_var(call: &Bound<'_>) -> OpResult {
    with_variables(call.need("ds")?, &[(call.need("name")?.clone(), call.need("var")?.clone())])
}

fn with_variables(value: &Value, entries: &[(Value, Value)]) -> OpResult {
    let Value::Dataset(dataset) = value else { return Err(wants("d", "a dataset", value)) };
    let (new, new_coords) = variables(entries, "variables")?;
    let mut coords: Vec<(String, Coord)> = Vec::new();
    for (name, coord) in dataset.vars.iter().flat_map(|(_, array)| array.coords.iter()) {
        let known = coords.iter().chain(&new_coords).any(|(own, _)| own == name);
        if !known && !name.starts_with(HIDDEN) && !new.iter().any(|(own, _)| own == name) {
            coords.push((name.to_owned(), coord.clone()));
        }
    }
    let mut vars = dataset.vars.clone();
    for (name, mut array) in new {
        // The dataset's own coordinates win, its indexes by label.
        for (key, _) in &coords {
            if array.axis(key).is_none() {
                array.coords.remove(key);
            }
        }
        match vars.iter_mut().find(|(own, _)| *own == name) {
            Some((_, old)) => *old = array,
            None => vars.push((name, array)),
        }
    }
    coords.extend(new_coords);
    Ok(assemble(vars, coords, dataset.attrs.clone(), Compat::Equal)?.into())
}

/// `xr.DataArray`.
pub(crate) fn data_array(call: &Bound<'_>) -> OpResult {
    let value = call.need("data")?;
    let mut array = to_array(value, "data")?;
    let given = match call.some("dims") {
        Some(dims) => Some(to_names(dims, "dims")?),
        None => None,
    };
    let mut coords: Vec<(String, Coord)> = Vec::new();
    let mut dims = given.clone();
    match call.some("coords") {
        None => {}
        Some(Value::List(items) | Value::Tuple(items)) => {
            // One list of labels an axis, or pairs of dim and labels.
            let mut names = Vec::new();
            for (axis, item) in items.iter().enumerate() {
                let (name, labels) = match (&given, item) {
                    (Some(given), labels) => {
                        let Some(name) = given.get(axis) else {
                            return Err(OpError::new(format!(
                                "{} lists of labels for {} dims",
                                items.len(),
                                given.len()
                            )));
                        };
                        (name.clone(), labels)
                    }
                    (None, Value::List(pair) | Value::Tuple(pair)) => match pair.as_slice() {
                        [Value::Text(name), labels] => (name.clone(), labels),
                        _ => (Dim::anonymous(axis).to_string(), item),
                    },
                    (None, labels) => (Dim::anonymous(axis).to_string(), labels),
                };
                coords.push((name.clone(), coord_of(&name, labels)?));
                names.push(name);
            }
            dims = Some(names);
        }
        other => {
            coords = coordinates(other)?;
            if given.is_none() && !matches!(value, Value::Array(_)) {
                let names: Vec<String> = coords
                    .iter()
                    .filter(|(name, coord)| coord.ndim() == 1 && coord.dims[0] == name.as_str())
                    .map(|(name, _)| name.clone())
                    .collect();
                if !names.is_empty() {
                    dims = Some(names);
                }
            }
        }
    }
    if let Some(dims) = dims {
        if array.ndim() == 0 && !dims.is_empty() {
            // One value everywhere.
            for name in dims.iter().rev() {
                let len = coords.iter().find(|(own, _)| own == name).map(|(_, coord)| coord.size());
                let Some(len) = len else {
                    return Err(OpError::new(format!("the length of `{name}` is not known")));
                };
                array = array.expand(0, Dim::new(name), len)?;
            }
        }
        if dims.len() != array.ndim() {
            return Err(OpError::new(format!("{} dims for {} axes", dims.len(), array.ndim())));
        }
        let changed = array.dims.iter().zip(&dims).any(|(old, new)| *old != new.as_str());
        if changed {
            array = to_array(&Value::Array(array), "data")?;
            array.coords = Coords::new();
            array.dims = dims.into_iter().map(Dim::from).collect();
        }
    }
    for (i, dim) in array.dims.iter().enumerate() {
        if array.dims[..i].contains(dim) {
            return Err(DataError::DimExists(dim.clone()).into());
        }
    }
    for (name, coord) in coords {
        array = array.with_coord(name, coord)?;
    }
    if let Some(name) = call.text("name")? {
        array.name = Some(name.to_owned());
    }
    if let Some(attrs) = call.some("attrs") {
        array.attrs = attributes(attrs)?;
    }
    Ok(array.into())
}

/// `.to_array`: the variables along a new first dim that their names label.
pub(crate) fn to_one_array(call: &Bound<'_>) -> OpResult {
    let value = call.need("d")?;
    let Value::Dataset(dataset) = value else { return Err(wants("d", "a dataset", value)) };
    let dim = Dim::new(call.text("dim")?.unwrap_or("variable"));
    if dataset.vars.is_empty() {
        return Err(OpError::new("the dataset has no variables"));
    }
    let mut dims: Vec<Dim> = Vec::new();
    let mut shape = Vec::new();
    let mut coords = Coords::new();
    for (_, array) in &dataset.vars {
        for (own, len) in array.dims.iter().zip(&array.shape) {
            if !dims.contains(own) {
                dims.push(own.clone());
                shape.push(*len);
            }
        }
        for (name, coord) in array.coords.iter() {
            if coords.get(name).is_none() {
                coords.insert(name, coord.clone());
            }
        }
    }
    let mut rows = Vec::with_capacity(dataset.vars.len());
    for (_, array) in &dataset.vars {
        rows.push(array.broadcast(&dims, &shape)?.expand(0, dim.clone(), 1)?);
    }
    unify(&mut rows)?;
    let mut result = Labelled::join(&rows.iter().collect::<Vec<_>>(), 0)?;
    result.coords = coords;
    result.attrs = dataset.attrs.clone();
    result.name = call.text("name")?.map(str::to_owned);
    let names: Vec<&str> = dataset.vars.iter().map(|(name, _)| name.as_str()).collect();
    let labels =
        Labelled::contiguous(vec![dim.clone()], vec![names.len()], Values::Str(names.into_iter().collect()));
    Ok(result.with_coord(dim.as_str(), Arc::new(labels.named(dim.as_str())))?.into())
}

/// `xr.merge`, `dantro.merge`: arrays (by their names) and datasets as one dataset; with
/// `reduce_to_array` its only variable.
pub(crate) fn merge(call: &Bound<'_>) -> OpResult {
    let compat = match call.text("compat")? {
        None | Some("no_conflicts") => Compat::Fill,
        Some("equals" | "broadcast_equals") => Compat::Equal,
        Some(other) => {
            return Err(unknown("value of `compat` supported here", other, ["no_conflicts", "equals"]));
        }
    };
    if let Some(join) = call.text("join")?
        && join != "outer"
    {
        return Err(unknown("value of `join` supported here", join, ["outer"]));
    }
    let (mut vars, mut coords, mut attrs) = (Vec::new(), Vec::new(), None);
    gather(call.need("objects")?, &mut vars, &mut coords, &mut attrs)?;
    let dataset = assemble(vars, coords, attrs.unwrap_or_default(), compat)?;
    if call.get("reduce_to_array").is_none() || !call.flag("reduce_to_array", false)? {
        return Ok(dataset.into());
    }
    let names: Vec<&str> = dataset.vars.iter().map(|(name, _)| name.as_str()).collect();
    match dataset.vars.as_slice() {
        [(_, array)] => Ok(array.clone().into()),
        _ => Err(OpError::with_help(
            format!("only one variable can be reduced to an array, not {}", crate::diag::list(&names)),
            Some("give the arrays one name, or leave out `reduce_to_array`".to_owned()),
        )),
    }
}

fn gather(
    value: &Value,
    vars: &mut Vec<(String, Labelled)>,
    coords: &mut Vec<(String, Coord)>,
    attrs: &mut Option<Attrs>,
) -> OpResult<()> {
    match value {
        Value::List(items) | Value::Tuple(items) => {
            items.iter().try_for_each(|item| gather(item, vars, coords, attrs))
        }
        Value::Array(array) => {
            let Some(name) = &array.name else {
                return Err(OpError::with_help(
                    "an array without a name cannot be merged",
                    Some("name it first: .rename: [array, name]".to_owned()),
                ));
            };
            attrs.get_or_insert_with(|| array.attrs.clone());
            vars.push((name.clone(), array.clone()));
            Ok(())
        }
        Value::Dataset(dataset) => {
            attrs.get_or_insert_with(|| dataset.attrs.clone());
            vars.extend(dataset.vars.iter().cloned());
            Ok(())
        }
        Value::Map(entries) => {
            attrs.get_or_insert_with(Attrs::new);
            let (own, labels) = variables(entries, "objects")?;
            vars.extend(own);
            coords.extend(labels);
            Ok(())
        }
        other => Err(wants("objects", "arrays and datasets", other)),
    }
}
