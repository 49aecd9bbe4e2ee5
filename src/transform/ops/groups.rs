//! Groups of elements along a dim: by equal labels or by bins of them, and the methods that reduce
//! each (xarray's `groupby`, `groupby_bins`).

use super::combine::{concat, missing_allowed, nothing};
use super::labels::Labels;
use super::windows::{dims, each, reduced};
use crate::data::{Coord, Coords, Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_number, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use crate::transform::windows::{By, Windows};
use std::sync::Arc;

/// Methods of groups.
const METHODS: [&str; 13] = [
    "all", "any", "count", "first", "last", "max", "mean", "median", "min", "prod", "quantile", "std", "sum",
];

/// `.groupby`.
pub(crate) fn groupby(call: &Bound<'_>) -> OpResult {
    let (along, name, keys) = keys(call)?;
    let labels = Labels::of(&keys)?;
    let valid: Vec<usize> = (0..labels.len()).filter(|i| !labels.is_missing(*i)).collect();
    let mut order = valid;
    order.sort_by(|a, b| labels.compare(*a, *b).then(a.cmp(b)));
    let mut members: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match members.last_mut() {
            Some(group) if labels.compare(group[0], i).is_eq() => group.push(i),
            _ => members.push(vec![i]),
        }
    }
    if members.is_empty() {
        return Err(OpError::new(format!("there is no group: `{name}` has no values")));
    }
    let firsts = members.iter().map(|group| group[0]).collect();
    let mut labels = keys.isel(0, &Pick::List(firsts))?.to_contiguous()?;
    labels.dims = vec![Dim::new(&name)];
    labels.coords = Coords::new();
    finish(call, along, &name, labels.named(name.as_str()), members)
}

/// `.groupby_bins`: groups by intervals, closed at the right unless `right: false`; their labels are
/// texts such as `(0, 20]`.
pub(crate) fn groupby_bins(call: &Bound<'_>) -> OpResult {
    let (along, name, keys) = keys(call)?;
    let values = keys.to_f64()?;
    let right = call.flag("right", true)?;
    let lowest = call.flag("include_lowest", false)?;
    let precision = call.int("precision")?.unwrap_or(3);
    let (edges, whole) = match call.need("bins")? {
        Value::List(items) => {
            let edges = items.iter().map(|item| to_number(item, "bins")).collect::<OpResult<Vec<_>>>()?;
            (edges, items.iter().all(|item| matches!(item, Value::Int(_))))
        }
        Value::Array(array) => (array.to_f64()?, array.dtype().is_integer()),
        Value::Int(n) => (equal_bins(&values, *n, right)?, false),
        other => return Err(wants("bins", "a number or edges", other)),
    };
    if edges.len() < 2 || !edges.is_sorted_by(|a, b| a < b) {
        return Err(OpError::new("the edges of bins must rise, and be at least two"));
    }
    let mut members = vec![Vec::new(); edges.len() - 1];
    for (i, value) in values.iter().enumerate() {
        let bin = if right {
            edges
                .partition_point(|edge| edge < value)
                .checked_sub(1)
                .or_else(|| (lowest && *value == edges[0]).then_some(0))
        } else {
            edges.partition_point(|edge| edge <= value).checked_sub(1)
        };
        if let Some(group) = bin.and_then(|bin| members.get_mut(bin)).filter(|_| !value.is_nan()) {
            group.push(i);
        }
    }
    let dim = format!("{name}_bins");
    let mut labels = match call.some("labels") {
        None => {
            let texts = intervals(&edges, &Ends { right, lowest, whole }, precision);
            Labelled::contiguous(vec![Dim::new(&dim)], vec![texts.len()], Values::Str(texts.iter().collect()))
        }
        Some(labels) => crate::transform::bind::to_array(labels, "labels")?,
    };
    if labels.shape != [members.len()] {
        return Err(OpError::new(format!("{} labels for {} bins", labels.size(), members.len())));
    }
    labels.dims = vec![Dim::new(&dim)];
    finish(call, along, &dim, labels.named(dim.as_str()), members)
}

/// Edges of `n` bins of equal width over the values, the outer one moved by a thousandth so that the
/// extreme value is inside, as pandas' `cut`.
fn equal_bins(values: &[f64], n: i64, right: bool) -> OpResult<Vec<f64>> {
    let count = usize::try_from(n).ok().filter(|n| (1..=1_000_000).contains(n));
    let Some(count) = count else { return Err(OpError::new(format!("{n} is no number of bins"))) };
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (mut low, mut high) =
        (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return Err(OpError::new("there is no finite value to make bins for"));
    }
    if low == high {
        let off = if low == 0.0 { 0.001 } else { 0.001 * low.abs() };
        (low, high) = (low - off, high + off);
        return Ok((0..=count).map(|i| low + (high - low) * i as f64 / count as f64).collect());
    }
    let mut edges: Vec<f64> = (0..=count).map(|i| low + (high - low) * i as f64 / count as f64).collect();
    let off = (high - low) * 0.001;
    if right {
        edges[0] -= off;
    } else {
        edges[count] += off;
    }
    Ok(edges)
}

/// Which ends of intervals belong to them.
struct Ends {
    right: bool,
    lowest: bool,
    whole: bool,
}

/// The names of intervals, `(0.0, 0.5]`, rounded to so many significant digits as keep them apart, as
/// `pandas.cut`.
fn intervals(edges: &[f64], ends: &Ends, precision: i64) -> Vec<String> {
    let mut precision = precision.clamp(0, 17) as i32;
    let rounded =
        |precision: i32| -> Vec<f64> { edges.iter().map(|edge| round_frac(*edge, precision)).collect() };
    let mut breaks = rounded(precision);
    while precision < 20 && breaks.windows(2).any(|pair| pair[0] == pair[1]) {
        precision += 1;
        breaks = rounded(precision);
    }
    let mut whole = ends.whole;
    if ends.right && ends.lowest {
        breaks[0] -= libm::pow(10.0, -f64::from(precision));
        whole = false;
    }
    let show = |v: f64| if whole { format!("{v}") } else { format!("{v:?}") };
    breaks
        .windows(2)
        .map(|pair| {
            let (low, high) = (show(pair[0]), show(pair[1]));
            if ends.right { format!("({low}, {high}]") } else { format!("[{low}, {high})") }
        })
        .collect()
}

/// pandas' `_round_frac`: so many digits after the first that is not 0.
fn round_frac(value: f64, precision: i32) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    let (fraction, whole) = (value.fract(), value.trunc());
    let digits =
        if whole == 0.0 { -(libm::log10(fraction.abs()).floor() as i32) - 1 + precision } else { precision };
    let scale = libm::pow(10.0, f64::from(digits));
    libm::rint(value * scale) / scale
}

/// What is grouped by: the dim along which, the name of the groups, and a key an element.
fn keys(call: &Bound<'_>) -> OpResult<(Dim, String, Labelled)> {
    let d = call.need("d")?;
    let first = match d {
        Value::Array(array) => array.clone(),
        Value::Dataset(dataset) => match dataset.vars.first() {
            Some((_, array)) => array.clone(),
            None => return Err(OpError::new("the dataset has no variables")),
        },
        other => return Err(wants("d", "an array or a dataset", other)),
    };
    let (name, keys) = match call.some("group") {
        Some(Value::Text(name)) => {
            let of = |array: &Labelled| array.coords.get(name).cloned();
            let found = match d {
                Value::Dataset(dataset) => dataset.vars.iter().find_map(|(own, array)| {
                    of(array).or_else(|| (own == name).then(|| std::sync::Arc::new(array.clone())))
                }),
                _ => of(&first),
            };
            match found {
                Some(coord) => (name.clone(), (*coord).clone()),
                None => {
                    let names: Vec<&str> = first.coords.iter().map(|(name, _)| name).collect();
                    return Err(unknown("coordinate", name, names));
                }
            }
        }
        Some(Value::Array(array)) => match &array.name {
            Some(name) => (name.clone(), array.clone()),
            None => ("group".to_owned(), array.clone()),
        },
        Some(other) => return Err(wants("group", "the name of a coordinate or an array", other)),
        None => return Err(OpError::new("the argument `group` is missing")),
    };
    if keys.ndim() != 1 {
        return Err(OpError::new(format!("`{name}` must have one dimension, not {}", keys.ndim())));
    }
    let along = keys.dims[0].clone();
    let have = dims(d);
    if !have.contains(&along) {
        return Err(unknown("dimension", along.as_str(), have.iter().map(Dim::as_str).collect::<Vec<_>>()));
    }
    Ok((along, name, Labelled { coords: Coords::new(), ..keys }))
}

fn finish(call: &Bound<'_>, along: Dim, dim: &str, labels: Labelled, members: Vec<Vec<usize>>) -> OpResult {
    let by = By::Groups { along, dim: Dim::new(dim), labels, members };
    Ok(Value::Windows(Box::new(Windows { of: call.need("d")?.clone(), by })))
}

/// A method of groups.
pub(super) fn reduce(
    of: &Value,
    along: &Dim,
    dim: &Dim,
    labels: &Labelled,
    members: &[Vec<usize>],
    name: &str,
    args: &[Value],
    named: &[(String, Value)],
) -> OpResult {
    if !METHODS.contains(&name) && name != "var" {
        return Err(unknown("method of groups", name, METHODS));
    }
    let mut named: Vec<(String, Value)> = named.to_vec();
    // The first argument of `quantile` is what is asked for, of others the dims.
    let (asked, rest) = if name == "quantile" { args.split_at(args.len().min(1)) } else { args.split_at(0) };
    if let Some(q) = asked.first() {
        named.push(("q".to_owned(), q.clone()));
    }
    let over = named.iter().position(|(key, _)| key == "dim").map(|at| named.remove(at).1);
    let over = rest.first().cloned().or(over);
    let over: Vec<Dim> = match &over {
        None | Some(Value::None) => vec![along.clone()],
        Some(Value::Text(all)) if all == "..." => dims(of),
        // The groups' name stands for what is grouped.
        Some(names) => crate::transform::bind::to_names(names, "dim")?
            .into_iter()
            .map(|name| if *dim == name.as_str() { along.clone() } else { Dim::from(name) })
            .collect(),
    };
    let in_dataset = matches!(of, Value::Dataset(_));
    let result = each(of, |array| {
        let own: Vec<Dim> =
            over.iter().filter(|dim| !in_dataset || array.dims.contains(dim)).cloned().collect();
        let Some(axis) = array.axis(along.as_str()) else {
            // A variable of a dataset that has not the dim: each group has all of it.
            let array = if own.is_empty() { array.clone() } else { reduced(array, name, &own, &named)? };
            let wide = array.expand(0, dim.clone(), members.len())?;
            return Ok(wide.with_coord(dim.as_str(), Arc::new(labels.clone()))?);
        };
        if !over.contains(along) {
            return reduced(array, name, &own, &named);
        }
        let over = own;
        let mut parts = Vec::with_capacity(members.len());
        for group in members.iter().filter(|group| !group.is_empty()) {
            let part = array.isel(axis, &Pick::List(group.clone()))?;
            parts.push(match name {
                "first" | "last" => edge(&part, axis, name == "first")?,
                _ => reduced(&part, name, &over, &named)?,
            });
        }
        // Groups of one element each, in the order of the array: what else is known of each stays.
        let singles = members.len() == array.shape[axis]
            && members.iter().enumerate().all(|(i, group)| group[..] == [i])
            && over[..] == [along.clone()];
        let kept: Vec<(String, Coord)> = match singles {
            true => array
                .coords
                .iter()
                .filter(|(key, coord)| *key != dim.as_str() && coord.dims[..] == [along.clone()])
                .map(|(key, coord)| (key.to_owned(), coord.clone()))
                .collect(),
            false => Vec::new(),
        };
        // The groups' own labels stand in the place of what was along the dim.
        for part in &mut parts {
            part.coords = part
                .coords
                .iter()
                .filter(|(key, coord)| *key != dim.as_str() && coord.axis(along.as_str()).is_none())
                .map(|(key, coord)| (key.to_owned(), coord.clone()))
                .collect();
        }
        let Some(first) = parts.first() else { return Err(OpError::new("all groups are empty")) };
        let empty = members.iter().any(Vec::is_empty);
        if empty {
            let like = missing_allowed(first)?;
            let nan = Labelled::filled(like.dims.clone(), like.shape.clone(), nothing(like.dtype())?);
            let nan = Labelled { coords: first.coords.clone(), name: first.name.clone(), ..nan };
            let mut given = std::mem::take(&mut parts).into_iter();
            for group in members {
                parts.push(match group.is_empty() {
                    true => nan.clone(),
                    false => missing_allowed(&given.next().ok_or_else(|| OpError::new("a group is lost"))?)?,
                });
            }
        }
        let mut result = concat(&parts.iter().collect::<Vec<_>>(), dim, Some(labels))?;
        for (key, coord) in kept {
            let coord = coord.rename_dim(along.as_str(), dim.as_str())?;
            result.coords.insert(key, Arc::new(coord));
        }
        result.name.clone_from(&array.name);
        result.attrs = array.attrs.clone();
        // Where the dim stood, behind the other dims that stood before it.
        if in_dataset {
            return Ok(result);
        }
        let before = array.dims[..axis].iter().filter(|dim| result.dims.contains(dim)).count();
        let mut order: Vec<usize> = (1..result.ndim()).collect();
        // Several quantiles come last.
        if let Some(quantiles) = result.axis("quantile").filter(|_| array.axis("quantile").is_none()) {
            order.retain(|axis| *axis != quantiles);
            order.push(quantiles);
        }
        order.insert(before.min(order.len()), 0);
        Ok(result.permute(&order))
    })?;
    // What was grouped by is a label now.
    Ok(match result {
        Value::Dataset(mut dataset) => {
            dataset.vars.retain(|(name, _)| *dim != name.as_str());
            dataset.into()
        }
        other => other,
    })
}

/// The first or last value of each lane that is not missing.
fn edge(array: &Labelled, axis: usize, first: bool) -> OpResult<Labelled> {
    let len = array.shape[axis];
    if !array.dtype().is_float() || array.is_absent() {
        return Ok(array.isel(axis, &Pick::At(if first { 0 } else { len - 1 }))?);
    }
    let mut values = Vec::new();
    crate::transform::kernels::for_each_lane(array, &[axis], |_, lane| {
        let found =
            if first { lane.iter().find(|v| !v.is_nan()) } else { lane.iter().rev().find(|v| !v.is_nan()) };
        values.push(found.copied().unwrap_or(f64::NAN));
    })?;
    let values = super::reduce::floats(values, array.dtype());
    debug_assert!(matches!(array.dtype(), Dtype::F32 | Dtype::F64));
    Ok(super::reduce::without(array, &[axis], Ok(values)))
}
