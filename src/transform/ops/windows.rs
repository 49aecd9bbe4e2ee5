//! Moving windows and blocks, weights, and the methods that reduce them (xarray's `rolling`,
//! `coarsen`, `weighted`).
//!
//! A window's elements are brought side by side as views of the array, shifted or taken every n-th,
//! along one more axis; the usual reductions then go along that axis. Nothing is copied.

use super::HIDDEN;
use super::combine::{missing_allowed, nothing};
use crate::data::{Coords, Dataset, Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_int, to_names, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use crate::transform::table;
use crate::transform::windows::{Boundary, By, Windows};
use std::sync::Arc;

/// Methods of windows and blocks.
const METHODS: [&str; 12] =
    ["all", "any", "argmax", "argmin", "count", "max", "mean", "median", "min", "prod", "std", "sum"];

/// Longest window: each of its elements is a view of its own.
const LONGEST: usize = 100_000;

/// `.rolling`.
pub(crate) fn rolling(call: &Bound<'_>) -> OpResult {
    let of = call.need("d")?.clone();
    let centers = call.some("center").cloned().unwrap_or(Value::Bool(false));
    let center = |dim: &str| match &centers {
        Value::Bool(flag) => Ok(*flag),
        Value::Map(entries) => match entries.iter().find(|(key, _)| key.as_text() == Some(dim)) {
            Some((_, Value::Bool(flag))) => Ok(*flag),
            Some((_, other)) => Err(wants("center", "true or false", other)),
            None => Ok(false),
        },
        other => Err(wants("center", "true or false", other)),
    };
    let sizes = sizes(call, &of)?
        .into_iter()
        .map(|(dim, size)| Ok((dim.clone(), size, center(dim.as_str())?)))
        .collect::<OpResult<Vec<_>>>()?;
    let min_periods = match call.int("min_periods")? {
        None => None,
        Some(n) => match usize::try_from(n) {
            Ok(n) if n > 0 => Some(n),
            _ => return Err(OpError::new("`min_periods` must be greater than 0")),
        },
    };
    Ok(Value::Windows(Box::new(Windows { of, by: By::Rolling { sizes, min_periods } })))
}

/// `.coarsen`.
pub(crate) fn coarsen(call: &Bound<'_>) -> OpResult {
    let of = call.need("d")?.clone();
    let boundary = match call.text("boundary")? {
        None | Some("exact") => Boundary::Exact,
        Some("trim") => Boundary::Trim,
        Some("pad") => Boundary::Pad,
        Some(other) => return Err(unknown("boundary", other, ["exact", "trim", "pad"])),
    };
    let from_right = match call.text("side")? {
        None | Some("left") => false,
        Some("right") => true,
        Some(other) => return Err(unknown("side", other, ["left", "right"])),
    };
    let coord_func = call.text("coord_func")?.unwrap_or("mean").to_owned();
    if !METHODS.contains(&coord_func.as_str()) {
        return Err(unknown("function of coordinates", &coord_func, METHODS));
    }
    let sizes = sizes(call, &of)?;
    if boundary == Boundary::Exact {
        for (dim, size) in &sizes {
            let len = length(&of, dim).unwrap_or(0);
            if !len.is_multiple_of(*size) {
                return Err(OpError::with_help(
                    format!("`{dim}` of length {len} is no multiple of {size}"),
                    Some("give `boundary: trim` or `boundary: pad`".to_owned()),
                ));
            }
        }
    }
    Ok(Value::Windows(Box::new(Windows { of, by: By::Coarsen { sizes, boundary, from_right, coord_func } })))
}

/// `.weighted`.
pub(crate) fn weighted(call: &Bound<'_>) -> OpResult {
    let weights = call.array("weights")?;
    if !weights.is_absent() && weights.dtype().is_float() && weights.to_f64()?.iter().any(|v| v.is_nan()) {
        return Err(OpError::with_help(
            "the weights have missing values",
            Some("replace them first, by `.fillna: [weights, 0]`".to_owned()),
        ));
    }
    Ok(Value::Windows(Box::new(Windows { of: call.need("d")?.clone(), by: By::Weighted { weights } })))
}

/// Lengths of windows by dim.
fn sizes(call: &Bound<'_>, of: &Value) -> OpResult<Vec<(Dim, usize)>> {
    let mut given: Vec<(String, Value)> = match call.some("dim") {
        None => Vec::new(),
        Some(Value::Map(entries)) => entries
            .iter()
            .map(|(key, value)| {
                let name = key.as_text().ok_or_else(|| wants("dim", "names of dimensions", key))?;
                Ok((name.to_owned(), value.clone()))
            })
            .collect::<OpResult<_>>()?,
        Some(other) => return Err(wants("dim", "a mapping from dimensions to lengths", other)),
    };
    given.extend(call.named.iter().cloned());
    if given.is_empty() {
        return Err(OpError::with_help(
            "no dimension is named",
            Some("write `{time: 3}`: dimension and length of the window".to_owned()),
        ));
    }
    given
        .into_iter()
        .map(|(name, value)| {
            let have = dims(of);
            if !have.iter().any(|dim| *dim == name.as_str()) {
                return Err(unknown("dimension", &name, have.iter().map(Dim::as_str).collect::<Vec<_>>()));
            }
            let size = usize::try_from(to_int(&value, &name)?).unwrap_or(0);
            if size == 0 || size > LONGEST {
                return Err(OpError::new(format!(
                    "a window along `{name}` has 1 to {LONGEST} elements, not {}",
                    value.describe()
                )));
            }
            Ok((Dim::new(&name), size))
        })
        .collect()
}

fn arrays(of: &Value) -> Vec<&Labelled> {
    match of {
        Value::Array(array) => vec![array],
        Value::Dataset(dataset) => dataset.vars.iter().map(|(_, array)| array).collect(),
        _ => Vec::new(),
    }
}

/// All dims of an array or dataset.
pub(super) fn dims(of: &Value) -> Vec<Dim> {
    let mut all: Vec<Dim> = Vec::new();
    for dim in arrays(of).into_iter().flat_map(|array| &array.dims) {
        if !all.contains(dim) {
            all.push(dim.clone());
        }
    }
    all
}

fn length(of: &Value, dim: &Dim) -> Option<usize> {
    arrays(of).into_iter().find_map(|array| array.len_of(dim.as_str()))
}

/// Applies `f` to an array, or to every variable of a dataset.
pub(super) fn each(of: &Value, f: impl Fn(&Labelled) -> OpResult<Labelled>) -> OpResult {
    match of {
        Value::Array(array) => Ok(f(array)?.into()),
        Value::Dataset(dataset) => {
            let vars = dataset
                .vars
                .iter()
                .map(|(name, array)| Ok((name.clone(), f(array)?)))
                .collect::<OpResult<Vec<_>>>()?;
            Ok(Dataset { vars, attrs: dataset.attrs.clone() }.into())
        }
        other => Err(wants("d", "an array or a dataset", other)),
    }
}

/// A method of windows, groups or weights.
pub(crate) fn method(windows: &Windows, name: &str, args: &[Value], named: &[(String, Value)]) -> OpResult {
    match &windows.by {
        By::Rolling { sizes, min_periods } => {
            known(name)?;
            no_arguments(name, args)?;
            each(&windows.of, |array| roll(array, sizes, *min_periods, name, named))
        }
        By::Coarsen { sizes, boundary, from_right, coord_func } => {
            known(name)?;
            no_arguments(name, args)?;
            let blocks = Blocks { sizes, boundary: *boundary, from_right: *from_right, coord_func };
            each(&windows.of, |array| blocks.reduce(array, name, named))
        }
        By::Groups { along, dim, labels, members } => {
            super::groups::reduce(&windows.of, along, dim, labels, members, name, args, named)
        }
        By::Weighted { weights } => weigh(&windows.of, weights, name, args, named),
    }
}

fn known(name: &str) -> OpResult<()> {
    if METHODS.contains(&name) || name == "var" {
        return Ok(());
    }
    Err(unknown("method of windows", name, METHODS))
}

fn no_arguments(name: &str, args: &[Value]) -> OpResult<()> {
    match args.first() {
        None => Ok(()),
        Some(first) => Err(OpError::new(format!("`{name}` of windows takes no {}", first.describe()))),
    }
}

/// A reduction by name along dims.
pub(super) fn reduced(
    array: &Labelled,
    name: &str,
    dims: &[Dim],
    named: &[(String, Value)],
) -> OpResult<Labelled> {
    let dims = dims.iter().map(|dim| Value::Text(dim.as_str().to_owned())).collect::<Vec<_>>();
    // One dim by name, since the position of an extreme is along one.
    let dim = if dims.len() == 1 { dims[0].clone() } else { Value::List(dims) };
    let mut named = named.to_vec();
    named.push(("dim".to_owned(), dim));
    match table::apply(&format!(".{name}"), vec![array.clone().into()], named)? {
        Value::Array(array) => Ok(array),
        other => Err(wants("d", "an array", &other)),
    }
}

/// The axis along which the elements of a window stand.
fn window_dim(i: usize) -> Dim {
    Dim::new(format!("{HIDDEN}w{i}"))
}

/// With one more axis, in front so that rows are added to rows, from pieces that each lack it.
fn beside(pieces: Vec<Labelled>, dim: &Dim) -> OpResult<Labelled> {
    let mut wide = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let piece = Labelled { coords: Coords::new(), ..piece };
        wide.push(piece.expand(0, dim.clone(), 1)?);
    }
    Ok(Labelled::join(&wide.iter().collect::<Vec<_>>(), 0)?)
}

fn filled(like: &Labelled, axis: usize, len: usize, fill: &Values) -> Labelled {
    let mut shape = like.shape.clone();
    shape[axis] = len;
    Labelled::filled(like.dims.clone(), shape, fill.clone())
}

fn range(start: usize, count: usize) -> Pick {
    Pick::Range { start, count, step: 1 }
}

fn roll(
    array: &Labelled,
    sizes: &[(Dim, usize, bool)],
    min_periods: Option<usize>,
    name: &str,
    named: &[(String, Value)],
) -> OpResult<Labelled> {
    let sizes: Vec<&(Dim, usize, bool)> =
        sizes.iter().filter(|(dim, ..)| array.axis(dim.as_str()).is_some()).collect();
    if sizes.is_empty() {
        return Ok(array.clone());
    }
    let counted = name == "count";
    // xarray totals integers in double precision, and takes extremes in the narrower type.
    let total = matches!(name, "sum" | "mean" | "prod") && !array.dtype().is_float();
    let mut base = if total { super::shape::cast(array, Dtype::F64)? } else { missing_allowed(array)? };
    base.coords = Coords::new();
    let (wide, window_dims) = moved(&base, &sizes, &nothing(base.dtype())?)?;
    let result = match name {
        // What is missing is no extreme.
        "argmin" | "argmax" => {
            let extreme = if name == "argmax" { f64::NEG_INFINITY } else { f64::INFINITY };
            if !base.is_absent() {
                let filled = vec![base.into(), Value::Float(extreme)];
                base = to_array(&table::apply(".fillna", filled, Vec::new())?, "d")?;
            }
            let fill = super::reduce::floats(vec![extreme], base.dtype());
            reduced(&moved(&base, &sizes, &fill)?.0, name, &window_dims, named)?
        }
        _ => reduced(&wide, name, &window_dims, named)?,
    };
    let least = min_periods.unwrap_or_else(|| sizes.iter().map(|(_, size, _)| size).product());
    let counts = reduced(&wide, "count", &window_dims, &[])?;
    let enough = table::apply(">=", vec![counts.into(), Value::Int(least as i64)], Vec::new())?;
    let mut result = match table::apply(".where", vec![result.into(), enough], Vec::new())? {
        Value::Array(result) => result,
        other => return Err(wants("d", "an array", &other)),
    };
    if counted {
        result = super::shape::cast(&result, Dtype::F64)?;
    }
    result.name.clone_from(&array.name);
    result.attrs = array.attrs.clone();
    result.coords = array.coords.clone();
    Ok(result)
}

/// Windows of an array along further dims, in front; outside it is `fill`.
fn moved(array: &Labelled, sizes: &[&(Dim, usize, bool)], fill: &Values) -> OpResult<(Labelled, Vec<Dim>)> {
    let mut wide = array.clone();
    let mut window_dims = Vec::new();
    for (i, (dim, size, center)) in sizes.iter().enumerate() {
        let axis = wide.need_axis(dim.as_str())?;
        let len = wide.shape[axis];
        let before = if *center { size / 2 } else { size - 1 };
        let mut pieces = Vec::with_capacity(*size);
        for k in 0..*size {
            // The element `k - before` places further.
            let piece = if k < before {
                let gap = (before - k).min(len);
                let rest = wide.isel(axis, &range(0, len - gap))?;
                Labelled::join(&[&filled(&wide, axis, gap, fill), &rest], axis)?
            } else {
                let gap = (k - before).min(len);
                let rest = wide.isel(axis, &range(gap.min(len.saturating_sub(1)), len - gap))?;
                Labelled::join(&[&rest, &filled(&wide, axis, gap, fill)], axis)?
            };
            pieces.push(piece);
        }
        let dim = window_dim(i);
        wide = beside(pieces, &dim)?;
        window_dims.push(dim);
    }
    Ok((wide, window_dims))
}

/// Blocks along dims.
struct Blocks<'a> {
    sizes: &'a [(Dim, usize)],
    boundary: Boundary,
    from_right: bool,
    coord_func: &'a str,
}

impl Blocks<'_> {
    fn reduce(&self, array: &Labelled, name: &str, named: &[(String, Value)]) -> OpResult<Labelled> {
        let mut result = self.values(array, name, named)?;
        result.name.clone_from(&array.name);
        result.attrs = array.attrs.clone();
        for (key, coord) in array.coords.iter() {
            let along = self.sizes.iter().any(|(dim, _)| coord.axis(dim.as_str()).is_some());
            let coord = match along {
                false => coord.clone(),
                true => {
                    let mut reduced = match coord.dtype() {
                        Dtype::Time(_) => self.times(coord)?,
                        _ => self.values(coord, self.coord_func, &[])?,
                    };
                    reduced.name = Some(key.to_owned());
                    reduced.attrs = coord.attrs.clone();
                    Arc::new(reduced)
                }
            };
            result.coords.insert(key, coord);
        }
        Ok(result)
    }

    /// Reduced values, without coordinates.
    fn values(&self, array: &Labelled, name: &str, named: &[(String, Value)]) -> OpResult<Labelled> {
        let (wide, dims) = self.wide(array)?;
        if dims.is_empty() {
            return Ok(wide);
        }
        reduced(&wide, name, &dims, named)
    }

    /// Mean times.
    fn times(&self, coord: &Labelled) -> OpResult<Labelled> {
        let Dtype::Time(calendar) = coord.dtype() else { return Err(OpError::new("these are no times")) };
        let numbers = super::shape::cast(coord, Dtype::I64)?;
        let means = self.values(&numbers, "mean", &[])?;
        if means.is_absent() {
            return Ok(Labelled::absent(means.dims, means.shape, coord.dtype()));
        }
        let micros: Vec<i64> = means.to_f64()?.into_iter().map(|v| v as i64).collect();
        Ok(Labelled::contiguous(means.dims, means.shape, crate::data::Values::Time(micros.into(), calendar)))
    }

    /// The array with its blocks along further axes, in front.
    fn wide(&self, array: &Labelled) -> OpResult<(Labelled, Vec<Dim>)> {
        let mut wide = Labelled { coords: Coords::new(), ..array.clone() };
        let mut dims = Vec::new();
        for (i, (dim, size)) in self.sizes.iter().enumerate() {
            let Some(axis) = wide.axis(dim.as_str()) else { continue };
            let len = wide.shape[axis];
            let (mut first, mut blocks) = (0, len / size);
            if !len.is_multiple_of(*size) {
                match self.boundary {
                    Boundary::Pad => {
                        wide = missing_allowed(&wide)?;
                        let gap = filled(&wide, axis, size - len % size, &nothing(wide.dtype())?);
                        let both = if self.from_right { [&gap, &wide] } else { [&wide, &gap] };
                        wide = Labelled::join(&both, axis)?;
                        blocks += 1;
                    }
                    _ if self.from_right => first = len % size,
                    _ => {}
                }
            }
            let mut pieces = Vec::with_capacity(*size);
            for k in 0..*size {
                let step = if blocks > 1 { *size as isize } else { 1 };
                pieces.push(wide.isel(axis, &Pick::Range { start: first + k, count: blocks, step })?);
            }
            let dim = window_dim(i);
            wide = beside(pieces, &dim)?;
            dims.push(dim);
        }
        Ok((wide, dims))
    }
}

/// Reductions with weights: `mean`, `sum`, `sum_of_weights`, `sum_of_squares`, `var`, `std`.
fn weigh(of: &Value, weights: &Labelled, name: &str, args: &[Value], named: &[(String, Value)]) -> OpResult {
    let methods = ["mean", "quantile", "std", "sum", "sum_of_squares", "sum_of_weights", "var"];
    if !methods.contains(&name) {
        return Err(unknown("method with weights", name, methods));
    }
    let (mut q, mut args) = (None, args);
    if let ("quantile", Some((first, rest))) = (name, args.split_first()) {
        (q, args) = (Some(first.clone()), rest);
    }
    let mut dim = args.first().cloned().unwrap_or(Value::None);
    for (key, value) in named {
        match key.as_str() {
            "q" if name == "quantile" => q = Some(value.clone()),
            "dim" => dim = value.clone(),
            "skipna" | "keep_attrs" => {}
            other => return Err(unknown("argument", other, ["dim", "skipna", "keep_attrs"])),
        }
    }
    let skip: Vec<(String, Value)> = named.iter().filter(|(key, _)| key == "skipna").cloned().collect();
    if !dim.is_none() && dim.as_text() != Some("...") {
        let mut have = dims(of);
        have.extend(weights.dims.iter().cloned());
        for wanted in to_names(&dim, "dim")? {
            if !have.iter().any(|dim| dim.as_str() == wanted) {
                return Err(unknown("dimension", &wanted, have.iter().map(Dim::as_str).collect::<Vec<_>>()));
            }
        }
    }
    if name == "quantile" {
        let Some(q) = q else { return Err(OpError::new("the argument `q` is missing")) };
        let skip = !skip.iter().any(|(_, value)| matches!(value, Value::Bool(false)));
        let over = match &dim {
            Value::None => None,
            Value::Text(all) if all == "..." => None,
            names => Some(to_names(names, "dim")?),
        };
        return each(of, |array| super::weighted::quantile(array, weights, &q, over.as_deref(), skip));
    }
    let weights: Value = weights.clone().into();
    each(of, |array| {
        let two =
            |name: &str, a: &Value, b: &Value| table::apply(name, vec![a.clone(), b.clone()], Vec::new());
        let total = |value: &Value, skip: &[(String, Value)]| {
            let mut named = skip.to_vec();
            named.push(("dim".to_owned(), dim.clone()));
            table::apply(".sum", vec![value.clone()], named)
        };
        let data: Value = array.clone().into();
        let there = table::apply(".notnull", vec![data.clone()], Vec::new())?;
        let sum_of_weights = || -> OpResult {
            let sum = total(&two("mul", &there, &weights)?, &[])?;
            let some = two("!=", &sum, &Value::Int(0))?;
            two(".where", &sum, &some)
        };
        let squares = || -> OpResult {
            let mean = two("div", &total(&two("mul", &data, &weights)?, &skip)?, &sum_of_weights()?)?;
            let off = two("sub", &data, &mean)?;
            total(&two("mul", &two("mul", &off, &off)?, &weights)?, &skip)
        };
        let value = match name {
            "sum" => total(&two("mul", &data, &weights)?, &skip)?,
            "mean" => two("div", &total(&two("mul", &data, &weights)?, &skip)?, &sum_of_weights()?)?,
            "sum_of_weights" => sum_of_weights()?,
            "sum_of_squares" => squares()?,
            "var" => two("div", &squares()?, &sum_of_weights()?)?,
            _ => table::apply("sqrt", vec![two("div", &squares()?, &sum_of_weights()?)?], Vec::new())?,
        };
        match value {
            Value::Array(mut result) => {
                result.name.clone_from(&array.name);
                Ok(result)
            }
            other => Err(wants("d", "an array", &other)),
        }
    })
}

/// `callattr`, `.()`: a method by name.
pub(crate) fn callattr(call: &Bound<'_>) -> OpResult {
    let d = call.need("d")?;
    let name = match call.need("method")? {
        Value::Text(name) => name.as_str(),
        other => return Err(wants("method", "a name", other)),
    };
    if let Value::Windows(windows) = d {
        return method(windows, name, &call.rest, &call.named);
    }
    let operation = match name {
        "to_numpy" => ".values".to_owned(),
        "tolist" | "to_list" => "list".to_owned(),
        "copy" | "compute" | "load" | "persist" => return Ok(d.clone()),
        "to_dataarray" => ".to_array".to_owned(),
        name => format!(".{name}"),
    };
    if table::find(&operation).is_none() {
        let (_, help) = table::missing(&operation);
        return Err(OpError::with_help(format!("there is no method `{name}`"), help));
    }
    let args = std::iter::once(d.clone()).chain(call.rest.iter().cloned()).collect();
    table::apply(&operation, args, call.named.clone())
}

/// `getattr`, `.`: a property by name.
pub(crate) fn getattr(call: &Bound<'_>) -> OpResult {
    let d = call.need("d")?;
    let name = match call.need("name")? {
        Value::Text(name) => name.as_str(),
        other => return Err(wants("name", "a name", other)),
    };
    const PROPERTIES: [&str; 12] = [
        "T",
        "attrs",
        "coords",
        "data",
        "data_vars",
        "dtype",
        "name",
        "nbytes",
        "ndim",
        "shape",
        "size",
        "values",
    ];
    let operation = format!(".{name}");
    if PROPERTIES.contains(&name) && table::find(&operation).is_some() {
        return table::apply(&operation, vec![d.clone()], Vec::new());
    }
    // A coordinate or a variable, as xarray has them as attributes.
    let has = match d {
        Value::Array(array) => array.coords.get(name).is_some(),
        Value::Dataset(dataset) => dataset.vars.iter().any(|(own, _)| own == name),
        _ => false,
    };
    let operation = if matches!(d, Value::Dataset(_)) { "getitem" } else { ".coords" };
    if has {
        return table::apply(operation, vec![d.clone(), Value::Text(name.to_owned())], Vec::new());
    }
    Err(unknown("property", name, PROPERTIES))
}
