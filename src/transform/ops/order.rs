//! Orders and gaps: sorting, ranks, rolling round, membership, and filling or leaving out what is
//! missing.

use super::build::rotation;
use super::labels::Labels;
use super::reduce::{floats, without};
use crate::data::{Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_int, to_names, to_number, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use crate::transform::kernels;
use std::cmp::Ordering;

/// The order that sorts the elements of a lane; NaN last, equal ones as they stood.
fn order_of(lane: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lane.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (lane[*a], lane[*b]);
        a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    });
    order
}

/// Applies `f` to every lane along an axis: as many values as it got, in their place.
fn along(
    array: &Labelled,
    axis: usize,
    dtype: Dtype,
    mut f: impl FnMut(&mut Vec<f64>) -> Vec<f64>,
) -> OpResult<Labelled> {
    if array.is_absent() {
        return Ok(without(array, &[], Err(dtype)));
    }
    let inner: usize = array.shape[axis + 1..].iter().product();
    let len = array.shape[axis];
    let mut out = vec![0.0; array.size()];
    kernels::for_each_lane(array, &[axis], |at, lane| {
        let (before, after) = (at / inner.max(1), at % inner.max(1));
        for (i, value) in f(lane).into_iter().enumerate() {
            out[(before * len + i) * inner + after] = value;
        }
    })?;
    let values = match dtype {
        Dtype::I64 => Values::I64(out.into_iter().map(|v| v as i64).collect::<Vec<_>>().into()),
        Dtype::F32 | Dtype::F64 => floats(out, dtype),
        other => {
            let floats =
                Labelled::contiguous(array.dims.clone(), array.shape.clone(), Values::F64(out.into()));
            super::shape::cast(&floats, other)?.to_values()?
        }
    };
    Ok(without(array, &[], Ok(values)))
}

fn axis_of(call: &Bound<'_>, array: &Labelled) -> OpResult<usize> {
    if array.ndim() == 0 {
        return Err(OpError::new("a single number has no order"));
    }
    let given = call.some("axis");
    match given {
        None => Ok(array.ndim() - 1),
        Some(Value::Text(dim)) => Ok(array.need_axis(dim)?),
        Some(other) => {
            let axis = to_int(other, "axis")?;
            let wrapped = if axis < 0 { axis + array.ndim() as i64 } else { axis };
            usize::try_from(wrapped)
                .ok()
                .filter(|axis| *axis < array.ndim())
                .ok_or_else(|| OpError::new(format!("axis {axis} is out of range for {} axes", array.ndim())))
        }
    }
}

/// `.argsort`, `np.argsort`, `.sort`, `np.sort`: along the last axis, or another.
pub(crate) fn sort(call: &Bound<'_>) -> OpResult {
    let positions = call.name.ends_with("argsort");
    call.map_arrays("d", |array| {
        let axis = axis_of(call, array)?;
        if !array.dtype().is_numeric() {
            if array.ndim() != 1 {
                return Err(OpError::new("texts and times are sorted in one axis only"));
            }
            let labels = Labels::of(array)?;
            let mut order: Vec<usize> = (0..labels.len()).collect();
            order.sort_by(|a, b| labels.compare(*a, *b));
            if positions {
                let order: Vec<i64> = order.into_iter().map(|i| i as i64).collect();
                return Ok(without(array, &[], Ok(Values::I64(order.into()))));
            }
            return Ok(array.isel(0, &Pick::List(order))?);
        }
        let dtype = if positions { Dtype::I64 } else { array.dtype() };
        along(array, axis, dtype, |lane| {
            let order = order_of(lane);
            if positions {
                order.into_iter().map(|i| i as f64).collect()
            } else {
                order.into_iter().map(|i| lane[i]).collect()
            }
        })
    })
}

/// `.sortby`: by the labels of dims (or other one-dimensional coordinates, or arrays), the first
/// given is the most important.
pub(crate) fn sortby(call: &Bound<'_>) -> OpResult {
    let keys: Vec<Value> = match call.need("variables")? {
        Value::List(items) | Value::Tuple(items) => items.clone(),
        other => vec![other.clone()],
    };
    let ascending = call.flag("ascending", true)?;
    call.map_arrays("d", |array| {
        let mut result = array.clone();
        for key in keys.iter().rev() {
            let by = match key {
                Value::Text(name) => match result.coords.get(name) {
                    Some(coord) => (**coord).clone(),
                    None if result.axis(name).is_some() => continue,
                    None => {
                        return Err(unknown(
                            "coordinate",
                            name,
                            result.coords.iter().map(|(n, _)| n).collect::<Vec<_>>(),
                        ));
                    }
                },
                Value::Array(by) => by.clone(),
                other => return Err(wants("variables", "names of coordinates or arrays", other)),
            };
            let [dim] = by.dims.as_slice() else {
                return Err(OpError::new("it is sorted by what has one dimension"));
            };
            let axis = result.need_axis(dim.as_str())?;
            let labels = Labels::of(&by)?;
            if labels.len() != result.shape[axis] {
                return Err(OpError::new(format!("`{dim}` has another length than what to sort by")));
            }
            let mut order: Vec<usize> = (0..labels.len()).collect();
            // As numpy's lexsort, reversed where descending.
            order.sort_by(|a, b| labels.compare(*a, *b));
            if !ascending {
                order.reverse();
            }
            result = result.isel(axis, &Pick::List(order))?;
        }
        Ok(result)
    })
}

/// `.rank`: 1-based ranks along a dim, equal values share the mean of theirs; NaN stays.
pub(crate) fn rank(call: &Bound<'_>) -> OpResult {
    let dims = to_names(call.need("dim")?, "dim")?;
    let [dim] = dims.as_slice() else { return Err(OpError::new("ranks go along one dimension")) };
    let percent = call.flag("pct", false)?;
    call.map_arrays("d", |array| {
        let axis = array.need_axis(dim)?;
        along(array, axis, Dtype::F64, |lane| {
            let order = order_of(lane);
            let valid = lane.iter().filter(|v| !v.is_nan()).count();
            let mut ranks = vec![f64::NAN; lane.len()];
            let mut start = 0;
            while start < valid {
                let mut end = start + 1;
                while end < valid && lane[order[end]] == lane[order[start]] {
                    end += 1;
                }
                let mean = (start + 1 + end) as f64 / 2.0;
                for at in &order[start..end] {
                    ranks[*at] = if percent { mean / valid as f64 } else { mean };
                }
                start = end;
            }
            ranks
        })
    })
}

/// `.roll`: moves the elements round along dims, the labels too if `roll_coords`.
pub(crate) fn roll(call: &Bound<'_>) -> OpResult {
    let mut shifts: Vec<(String, i64)> = Vec::new();
    if let Some(given) = call.some("shifts") {
        let Value::Map(entries) = given else { return Err(wants("shifts", "a mapping from dims", given)) };
        for (dim, shift) in entries {
            shifts.push((super::python::text_of(dim), to_int(shift, "shifts")?));
        }
    }
    for (dim, shift) in &call.named {
        shifts.push((dim.clone(), to_int(shift, dim)?));
    }
    let labels = call.flag("roll_coords", false)?;
    call.map_arrays("d", |array| {
        let mut result = array.clone();
        for (dim, shift) in &shifts {
            let axis = result.need_axis(dim)?;
            result = result.isel(axis, &rotation(result.shape[axis], *shift))?;
        }
        if !labels {
            let hidden = result.coords.clone();
            result.coords = array
                .coords
                .iter()
                .map(|(name, coord)| {
                    let moved = name.starts_with(super::HIDDEN).then(|| hidden.get(name)).flatten();
                    (name.to_owned(), moved.unwrap_or(coord).clone())
                })
                .collect();
        }
        Ok(result)
    })
}

/// `.isin`: whether elements are among some values.
pub(crate) fn isin(call: &Bound<'_>) -> OpResult {
    let wanted = match call.need("test_elements")? {
        list @ (Value::List(_) | Value::Tuple(_)) => to_array(list, "test_elements")?,
        other => to_array(other, "test_elements")?,
    };
    call.map_arrays("d", |array| {
        if array.is_absent() {
            return Ok(without(array, &[], Err(Dtype::Bool)));
        }
        let flags: Vec<u8> = if array.dtype() == Dtype::Str {
            let known: Vec<String> = if wanted.dtype() == Dtype::Str { wanted.texts()? } else { Vec::new() };
            array.texts()?.iter().map(|text| u8::from(known.contains(text))).collect()
        } else {
            let mut known = if wanted.dtype() == Dtype::Str { Vec::new() } else { wanted.to_f64()? };
            known.retain(|v| !v.is_nan());
            known.sort_unstable_by(f64::total_cmp);
            let has =
                |v: &f64| known.binary_search_by(|k| k.partial_cmp(v).unwrap_or(Ordering::Less)).is_ok();
            array.to_f64()?.iter().map(|v| u8::from(!v.is_nan() && has(v))).collect()
        };
        let mut result = without(array, &[], Ok(Values::Bool(flags.into())));
        result.coords = array.coords.clone();
        Ok(result)
    })
}

/// `.dropna`: without the indices along a dim at which values are missing: any, all, or fewer than
/// `thresh` are there.
pub(crate) fn dropna(call: &Bound<'_>) -> OpResult {
    let dims = to_names(call.need("dim")?, "dim")?;
    let [dim] = dims.as_slice() else { return Err(OpError::new("it goes along one dimension")) };
    let how = call.text("how")?.unwrap_or("any");
    if !matches!(how, "any" | "all") {
        return Err(unknown("value of `how`", how, ["any", "all"]));
    }
    let least = call.int("thresh")?;
    let d = call.need("d")?;
    let arrays: Vec<&Labelled> = match d {
        Value::Array(array) | Value::Bare(array) => {
            array.need_axis(dim)?;
            vec![array]
        }
        Value::Dataset(dataset) => {
            dataset.vars.iter().map(|(_, array)| array).filter(|array| array.axis(dim).is_some()).collect()
        }
        other => return Err(wants("d", "an array or a dataset", other)),
    };
    let Some(len) = arrays.first().and_then(|array| array.len_of(dim)) else {
        return Err(unknown("dimension", dim, Vec::<&str>::new()));
    };
    let (mut valid, mut all) = (vec![0_u64; len], 0);
    for array in arrays {
        let axis = array.need_axis(dim)?;
        let others: Vec<usize> = (0..array.ndim()).filter(|a| *a != axis).collect();
        let lane: usize = others.iter().map(|a| array.shape[*a]).product();
        all += lane as u64;
        if array.dtype().is_float() || matches!(array.dtype(), Dtype::Time(_)) {
            kernels::for_each_lane(array, &others, |at, lane| {
                let there = |v: &&f64| !v.is_nan() && **v != crate::data::time::NAT as f64;
                valid[at] += lane.iter().filter(there).count() as u64;
            })?;
        } else {
            valid.iter_mut().for_each(|n| *n += lane as u64);
        }
    }
    let keep = |n: u64| match least {
        Some(least) => n as i64 >= least,
        None if how == "all" => n > 0,
        None => n == all,
    };
    let list: Vec<usize> = (0..len).filter(|i| keep(valid[*i])).collect();
    call.map_arrays("d", |array| match array.axis(dim) {
        Some(axis) => Ok(array.isel(axis, &Pick::List(list.clone()))?),
        None => Ok(array.clone()),
    })
}

/// `.ffill`, `.bfill`: missing values become the last (next) one along a dim, at most `limit` in a
/// row.
pub(crate) fn fill(call: &Bound<'_>) -> OpResult {
    let dims = to_names(call.need("dim")?, "dim")?;
    let [dim] = dims.as_slice() else { return Err(OpError::new("it goes along one dimension")) };
    let limit = call.int("limit")?.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(0));
    let forward = call.name == ".ffill";
    call.map_arrays("d", |array| {
        let axis = array.need_axis(dim)?;
        if !array.dtype().is_float() {
            return Ok(array.clone());
        }
        along(array, axis, array.dtype(), |lane| {
            if !forward {
                lane.reverse();
            }
            let (mut last, mut run) = (f64::NAN, 0);
            for value in lane.iter_mut() {
                if value.is_nan() {
                    run += 1;
                    if run <= limit {
                        *value = last;
                    }
                } else {
                    (last, run) = (*value, 0);
                }
            }
            if !forward {
                lane.reverse();
            }
            lane.clone()
        })
    })
}

/// `.interpolate_na`: missing values along a dim, linearly between their neighbours (or the nearest),
/// over the labels, or the positions with `use_coordinate: false`.
pub(crate) fn interpolate(call: &Bound<'_>) -> OpResult {
    let dims = to_names(call.need("dim")?, "dim")?;
    let [dim] = dims.as_slice() else { return Err(OpError::new("it goes along one dimension")) };
    let method = call.text("method")?.unwrap_or("linear");
    if !matches!(method, "linear" | "nearest" | "zero") {
        return Err(unknown("method", method, ["linear", "nearest", "zero"]));
    }
    let limit = call.int("limit")?.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(0));
    if call.some("max_gap").is_some() {
        return Err(OpError::new("`max_gap` is not supported: mask the result with `.where`"));
    }
    let (extrapolate, outside) = match call.some("fill_value") {
        None => (false, f64::NAN),
        Some(Value::Text(text)) if text == "extrapolate" => (true, f64::NAN),
        Some(other) => (false, to_number(other, "fill_value")?),
    };
    let by_label = !matches!(call.get("use_coordinate"), Some(Value::Bool(false)));
    call.map_arrays("d", |array| {
        let axis = array.need_axis(dim)?;
        let x: Vec<f64> = match array.coords.index(&array.dims[axis]) {
            Some(coord) if by_label => coord.to_f64()?,
            _ => (0..array.shape[axis]).map(|i| i as f64).collect(),
        };
        if x.windows(2).any(|w| w[0] >= w[1]) {
            return Err(OpError::new(format!("the labels of `{dim}` must rise")));
        }
        if !array.dtype().is_float() {
            return Ok(array.clone());
        }
        along(array, axis, array.dtype(), |lane| {
            let known: Vec<usize> = (0..lane.len()).filter(|i| !lane[*i].is_nan()).collect();
            let mut out = lane.clone();
            if known.is_empty() || known.len() == lane.len() {
                return out;
            }
            let mut run = 0;
            for i in 0..lane.len() {
                if !lane[i].is_nan() {
                    run = 0;
                    continue;
                }
                run += 1;
                if run > limit {
                    continue;
                }
                let after = known.partition_point(|k| *k < i);
                if (after == 0 || after == known.len()) && !extrapolate {
                    out[i] = outside;
                    continue;
                }
                let (a, b) = match after {
                    _ if known.len() == 1 => continue,
                    0 => (known[0], known[1]),
                    n if n == known.len() => (known[n - 2], known[n - 1]),
                    n => (known[n - 1], known[n]),
                };
                let t = (x[i] - x[a]) / (x[b] - x[a]);
                out[i] = match method {
                    "nearest" if x[i] - x[a] <= x[b] - x[i] => lane[a],
                    "nearest" => lane[b],
                    "zero" => lane[a],
                    _ => (lane[b] - lane[a]) / (x[b] - x[a]) * (x[i] - x[a]) + lane[a] + 0.0 * t,
                };
            }
            out
        })
    })
}

/// `np.unique`: the distinct values, rising.
pub(crate) fn unique(call: &Bound<'_>) -> OpResult {
    let array = call.array("d")?;
    let (values, counts) = distinct(&array, false)?;
    let counts = Value::Bare(Labelled::contiguous(
        vec![Dim::anonymous(0)],
        vec![counts.len()],
        Values::I64(counts.into()),
    ));
    if call.flag("return_counts", false)? {
        return Ok(Value::Tuple(vec![Value::bare(&values), counts]));
    }
    Ok(Value::bare(&values))
}

/// The distinct values of an array, rising (dim `unique`), and how often each is there. NaN is one
/// value, the last, or left out.
pub(crate) fn distinct(array: &Labelled, drop_nan: bool) -> OpResult<(Labelled, Vec<i64>)> {
    let dim = Dim::new("unique");
    if array.dtype() == Dtype::Str {
        let mut texts = array.texts()?;
        texts.sort_unstable();
        let mut counts: Vec<i64> = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        for text in texts {
            if kept.last() == Some(&text) {
                if let Some(count) = counts.last_mut() {
                    *count += 1;
                }
            } else {
                kept.push(text);
                counts.push(1);
            }
        }
        let labels = Labelled::contiguous(vec![dim], vec![kept.len()], Values::Str(kept.iter().collect()));
        return Ok((labels, counts));
    }
    // The positions of the first of each, so that the values keep their type.
    let whole = Labelled::contiguous(vec![dim], vec![array.size()], array.to_values()?);
    let numbers = whole.to_f64()?;
    let order = order_of(&numbers);
    let (mut places, mut counts): (Vec<usize>, Vec<i64>) = (Vec::new(), Vec::new());
    for at in order {
        let same = places.last().is_some_and(|last: &usize| {
            numbers[*last] == numbers[at] || (numbers[*last].is_nan() && numbers[at].is_nan())
        });
        if same {
            if let Some(count) = counts.last_mut() {
                *count += 1;
            }
        } else {
            places.push(at);
            counts.push(1);
        }
    }
    if drop_nan && places.last().is_some_and(|last| numbers[*last].is_nan()) {
        places.pop();
        counts.pop();
    }
    let picked = whole.isel(0, &Pick::List(places))?;
    let labels = Labelled::contiguous(picked.dims.clone(), picked.shape.clone(), picked.to_values()?);
    Ok((labels, counts))
}
