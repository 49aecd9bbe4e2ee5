//! Reductions along dims, running totals and quantiles, with the types of numpy and xarray.

use super::HIDDEN;
use crate::data::time::NAT;
use crate::data::{Coords, DataError, Dim, Dtype, Labelled, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_int, to_names, to_number, wants};
use crate::transform::error::{OpError, OpResult, unknown};
use crate::transform::kernels::{self, Sums};
use std::sync::Arc;

/// `.sum`, `.mean`, … by the name of the call.
pub(crate) fn eval(call: &Bound<'_>) -> OpResult {
    let kind = call.name.trim_start_matches("np.").trim_start_matches('.').trim_start_matches("nan");
    check_dims(call)?;
    call.map_arrays("d", |array| {
        let axes = axes(call, array)?;
        reduce(call, kind, array, &axes)
    })
}

/// Whether NaN is skipped: by labelled arrays, and by numpy's functions that say so.
fn skips(call: &Bound<'_>) -> OpResult<bool> {
    let labelled = matches!(call.need("d")?, Value::Array(_) | Value::Dataset(_));
    call.flag("skipna", labelled || call.name.starts_with("np.nan"))
}

/// Refuses dims that a dataset has nowhere.
fn check_dims(call: &Bound<'_>) -> OpResult<()> {
    if let (Value::Dataset(dataset), Some(value)) = (call.need("d")?, call.some("dim"))
        && !matches!(value, Value::Int(_))
    {
        let have: Vec<&str> = dataset.vars.iter().flat_map(|(_, a)| a.dims.iter().map(Dim::as_str)).collect();
        for dim in to_names(value, "dim")? {
            if dim != "..." && !have.contains(&dim.as_str()) {
                return Err(unknown("dimension", &dim, have));
            }
        }
    }
    Ok(())
}

/// The axes meant by `dim` or `axis`, rising; all where neither is given.
pub(crate) fn axes(call: &Bound<'_>, array: &Labelled) -> OpResult<Vec<usize>> {
    let in_dataset = matches!(call.need("d")?, Value::Dataset(_));
    let by_number = |value: &Value| -> OpResult<usize> {
        let axis = to_int(value, "axis")?;
        let wrapped = if axis < 0 { axis + array.ndim() as i64 } else { axis };
        usize::try_from(wrapped)
            .ok()
            .filter(|axis| *axis < array.ndim())
            .ok_or_else(|| OpError::new(format!("axis {axis} is out of range for {} axes", array.ndim())))
    };
    let mut axes = match (call.some("dim"), call.some("axis")) {
        (Some(_), Some(_)) => return Err(OpError::new("both `dim` and `axis` are given")),
        (None, None) => (0..array.ndim()).collect(),
        (Some(Value::Text(all)), None) if all == "..." => (0..array.ndim()).collect(),
        (Some(value @ Value::Int(_)), None) | (None, Some(value @ Value::Int(_))) => vec![by_number(value)?],
        (Some(Value::List(items) | Value::Tuple(items)), None)
        | (None, Some(Value::List(items) | Value::Tuple(items)))
            if items.iter().all(|item| matches!(item, Value::Int(_))) =>
        {
            items.iter().map(by_number).collect::<OpResult<Vec<_>>>()?
        }
        (Some(value), None) => {
            let mut axes = Vec::new();
            for name in to_names(value, "dim")? {
                match array.need_axis(&name) {
                    Ok(axis) => axes.push(axis),
                    Err(_) if in_dataset => {}
                    Err(error) => return Err(error.into()),
                }
            }
            axes
        }
        (None, Some(other)) => return Err(wants("axis", "an integer or a list of integers", other)),
    };
    axes.sort_unstable();
    axes.dedup();
    Ok(axes)
}

/// `values` (row-major) as `array` without the axes `gone`: name, attributes and what is left of the
/// coordinates are kept.
pub(crate) fn without(array: &Labelled, gone: &[usize], result: Result<Values, Dtype>) -> Labelled {
    let kept: Vec<usize> = (0..array.ndim()).filter(|axis| !gone.contains(axis)).collect();
    let dims: Vec<Dim> = kept.iter().map(|axis| array.dims[*axis].clone()).collect();
    let shape: Vec<usize> = kept.iter().map(|axis| array.shape[*axis]).collect();
    let mut reduced = match result {
        Ok(values) => Labelled::contiguous(dims, shape, values),
        Err(dtype) => Labelled::absent(dims, shape, dtype),
    };
    reduced.name.clone_from(&array.name);
    reduced.attrs = array.attrs.clone();
    reduced.coords = array
        .coords
        .iter()
        .filter(|(_, coord)| coord.dims.iter().all(|dim| reduced.dims.contains(dim)))
        .map(|(name, coord)| (name.to_owned(), coord.clone()))
        .collect();
    reduced
}

/// Values of a float type.
pub(crate) fn floats(values: Vec<f64>, dtype: Dtype) -> Values {
    match dtype {
        Dtype::F32 => Values::F32(values.into_iter().map(|v| v as f32).collect::<Vec<_>>().into()),
        _ => Values::F64(values.into()),
    }
}

/// The type of sums: 64 bits wide for integers, as numpy's.
fn total_dtype(dtype: Dtype) -> Dtype {
    match dtype {
        Dtype::F32 | Dtype::F64 => dtype,
        _ if dtype.is_unsigned() => Dtype::U64,
        _ => Dtype::I64,
    }
}

/// The type of means.
fn mean_dtype(dtype: Dtype) -> Dtype {
    if dtype == Dtype::F32 { Dtype::F32 } else { Dtype::F64 }
}

fn integers(values: Vec<i64>, dtype: Dtype) -> Values {
    match dtype {
        Dtype::U64 => Values::U64(values.into_iter().map(|v| v as u64).collect::<Vec<_>>().into()),
        _ => Values::I64(values.into()),
    }
}

fn reduce(call: &Bound<'_>, kind: &str, array: &Labelled, axes: &[usize]) -> OpResult<Labelled> {
    let dtype = array.dtype();
    let result_dtype = match kind {
        "sum" | "prod" => total_dtype(dtype),
        "mean" | "std" | "var" | "median" => mean_dtype(dtype),
        "count" | "argmin" | "argmax" => Dtype::I64,
        "any" | "all" => Dtype::Bool,
        _ => dtype,
    };
    let takes_any = matches!(kind, "count") || (matches!(kind, "min" | "max") && dtype != Dtype::Str);
    if !takes_any && !dtype.is_numeric() {
        let what = if dtype == Dtype::Str { "texts" } else { "times" };
        return Err(OpError::new(format!("{what} have no {kind}")));
    }
    if kind.starts_with("arg")
        && axes.len() != 1
        && (call.some("dim").is_some() || call.some("axis").is_some())
    {
        return Err(OpError::new(format!("{kind} goes along one dimension, not {}", axes.len())));
    }
    let lane: usize = axes.iter().map(|axis| array.shape[*axis]).product();
    if lane == 0 && matches!(kind, "min" | "max" | "argmin" | "argmax") {
        return Err(OpError::new(format!("there is no {kind} of an empty array")));
    }
    if array.is_absent() {
        return Ok(without(array, axes, Err(result_dtype)));
    }
    let skip = skips(call)? || !dtype.is_float();
    let values = match kind {
        "sum" | "prod" if !dtype.is_float() => {
            integers(kernels::integer_total(array, axes, kind == "prod")?, result_dtype)
        }
        "sum" => {
            let sums = kernels::sums(array, axes, None)?;
            let least = call.int("min_count")?.unwrap_or(0);
            let valid = |count: u64| (skip || count == lane as u64) && i128::from(count) >= i128::from(least);
            floats(pick_valid(sums.sum.iter().copied(), &sums, valid), result_dtype)
        }
        "prod" => {
            let least = call.int("min_count")?.unwrap_or(0);
            lanes(array, axes, result_dtype, |lane| {
                let all = lane.len();
                lane.retain(|v| !v.is_nan());
                let valid = (skip || lane.len() == all) && lane.len() as i64 >= least;
                if valid { lane.iter().product() } else { f64::NAN }
            })?
        }
        "mean" => {
            let sums = kernels::sums(array, axes, None)?;
            let means = sums.sum.iter().zip(&sums.count).map(|(sum, n)| sum / *n as f64);
            floats(pick_valid(means, &sums, |n| n > 0 && (skip || n == lane as u64)), result_dtype)
        }
        "std" | "var" => {
            let ddof = call.number("ddof")?.unwrap_or(0.0);
            let sums = kernels::sums(array, axes, None)?;
            let means: Vec<f64> = sums.sum.iter().zip(&sums.count).map(|(sum, n)| sum / *n as f64).collect();
            let squares = kernels::sums(array, axes, Some(&means))?;
            let spread = squares.sum.iter().zip(&sums.count).map(|(sum, n)| {
                let var = sum / (*n as f64 - ddof);
                if kind == "std" { libm::sqrt(var) } else { var }
            });
            // A lane with an infinity has no mean distance: its squares are NaN and were skipped.
            let finite = |i: usize| squares.count[i] == sums.count[i];
            let valid = |n: u64| n as f64 > ddof && (skip || n == lane as u64);
            let spread =
                spread.enumerate().map(|(i, v)| if finite(i) { v } else { f64::NAN }).collect::<Vec<_>>();
            floats(pick_valid(spread.into_iter(), &sums, valid), result_dtype)
        }
        "min" | "max" => extremes(array, axes, kind == "max", skip, lane as u64)?,
        "median" => lanes(array, axes, result_dtype, |lane| quantile_of(lane, &[0.5], skip)[0])?,
        "count" => count(array, axes, lane)?,
        "any" | "all" => {
            let mut out = Vec::with_capacity(array.size() / lane.max(1));
            kernels::for_each_lane(array, axes, |_, lane| {
                let mut truths = lane.iter().map(|v| *v != 0.0);
                out.push(u8::from(if kind == "any" { truths.any(|v| v) } else { truths.all(|v| v) }));
            })?;
            Values::Bool(out.into())
        }
        "argmin" | "argmax" => {
            let (mut out, mut empty) = (Vec::new(), false);
            kernels::for_each_lane(array, axes, |_, lane| {
                let mut best: Option<(usize, f64)> = None;
                for (i, value) in lane.iter().copied().enumerate() {
                    if value.is_nan() {
                        if !skip {
                            best = Some((i, value));
                            break;
                        }
                        continue;
                    }
                    let better = |(_, b): (usize, f64)| if kind == "argmax" { value > b } else { value < b };
                    if best.is_none_or(better) {
                        best = Some((i, value));
                    }
                }
                empty |= best.is_none();
                out.push(best.map_or(0, |(i, _)| i as i64));
            })?;
            if empty {
                return Err(OpError::new("a slice holds only missing values"));
            }
            Values::I64(out.into())
        }
        other => return Err(OpError::new(format!("`{other}` is no reduction"))),
    };
    Ok(without(array, axes, Ok(values)))
}

fn pick_valid(values: impl Iterator<Item = f64>, sums: &Sums, valid: impl Fn(u64) -> bool) -> Vec<f64> {
    values.zip(&sums.count).map(|(value, n)| if valid(*n) { value } else { f64::NAN }).collect()
}

/// One number a lane.
fn lanes(
    array: &Labelled,
    axes: &[usize],
    dtype: Dtype,
    mut f: impl FnMut(&mut Vec<f64>) -> f64,
) -> Result<Values, DataError> {
    let mut out = Vec::new();
    kernels::for_each_lane(array, axes, |_, lane| out.push(f(lane)))?;
    Ok(floats(out, dtype))
}

fn count(array: &Labelled, axes: &[usize], lane: usize) -> Result<Values, DataError> {
    let kept: usize = (0..array.ndim()).filter(|a| !axes.contains(a)).map(|a| array.shape[a]).product();
    let counts = match array.dtype() {
        Dtype::F32 | Dtype::F64 => {
            kernels::sums(array, axes, None)?.count.into_iter().map(|n| n as i64).collect()
        }
        Dtype::Time(_) => {
            let mut out = Vec::with_capacity(kept);
            kernels::for_each_lane(array, axes, |_, lane| {
                out.push(lane.iter().filter(|v| **v != NAT as f64).count() as i64);
            })?;
            out
        }
        _ => vec![lane as i64; kept],
    };
    Ok(Values::I64(counts.into()))
}

fn extremes(
    array: &Labelled,
    axes: &[usize],
    largest: bool,
    skip: bool,
    lane: u64,
) -> Result<Values, DataError> {
    macro_rules! exact {
        ($type:ty, $variant:ident) => {
            Values::$variant(kernels::extremes::<$type>(array, axes, largest)?.into())
        };
    }
    macro_rules! float {
        ($type:ty, $variant:ident) => {{
            let mut best = kernels::extremes::<$type>(array, axes, largest)?;
            // NaN was skipped; whether there was any, or nothing else, takes a second look.
            if !skip || best.iter().any(|v| v.is_infinite()) {
                let counts = kernels::sums(array, axes, None)?.count;
                for (value, n) in best.iter_mut().zip(counts) {
                    if n == 0 || (!skip && n < lane) {
                        *value = <$type>::NAN;
                    }
                }
            }
            Values::$variant(best.into())
        }};
    }
    Ok(match array.dtype() {
        Dtype::Bool => exact!(u8, Bool),
        Dtype::U8 => exact!(u8, U8),
        Dtype::U16 => exact!(u16, U16),
        Dtype::U32 => exact!(u32, U32),
        Dtype::U64 => exact!(u64, U64),
        Dtype::I8 => exact!(i8, I8),
        Dtype::I16 => exact!(i16, I16),
        Dtype::I32 => exact!(i32, I32),
        Dtype::I64 => exact!(i64, I64),
        Dtype::F32 => float!(f32, F32),
        Dtype::F64 => float!(f64, F64),
        Dtype::Time(calendar) => {
            let best = kernels::fold::<i64>(array, axes, NAT, |a, b| {
                let better = b != NAT && (a == NAT || if largest { b > a } else { b < a });
                if better { b } else { a }
            })?;
            Values::Time(best.into(), calendar)
        }
        Dtype::Str => return Err(DataError::Text),
    })
}

/// Quantiles of a lane (which is sorted thereby), linearly interpolated between neighbours, as
/// `numpy.nanquantile`; NaN for an empty lane, or if NaN is not skipped and there is one.
fn quantile_of(lane: &mut Vec<f64>, q: &[f64], skip: bool) -> Vec<f64> {
    let all = lane.len();
    lane.retain(|v| !v.is_nan());
    if lane.is_empty() || (!skip && lane.len() < all) {
        return vec![f64::NAN; q.len()];
    }
    lane.sort_unstable_by(f64::total_cmp);
    q.iter()
        .map(|q| {
            let at = q * (lane.len() - 1) as f64;
            let low = at.floor() as usize;
            let high = (low + 1).min(lane.len() - 1);
            let (a, b, t) = (lane[low], lane[high], at - low as f64);
            // numpy's `_lerp`: from the nearer end, so that both ends are exact.
            if t >= 0.5 { b - (b - a) * (1.0 - t) } else { a + (b - a) * t }
        })
        .collect()
}

/// `.quantile`.
pub(crate) fn quantile(call: &Bound<'_>) -> OpResult {
    if let Some(method) = call.text("method")?
        && method != "linear"
    {
        return Err(unknown("method", method, ["linear"]));
    }
    let (q, many) = match call.need("q")? {
        Value::List(items) | Value::Tuple(items) => {
            (items.iter().map(|item| to_number(item, "q")).collect::<OpResult<Vec<_>>>()?, true)
        }
        Value::Array(array) | Value::Bare(array) if array.ndim() == 1 => (array.to_f64()?, true),
        other => (vec![to_number(other, "q")?], false),
    };
    if let Some(bad) = q.iter().find(|q| !(0.0..=1.0).contains(*q)) {
        return Err(OpError::new(format!("quantiles are from 0 to 1, not {bad}")));
    }
    check_dims(call)?;
    let labels = Labelled::contiguous(vec!["quantile".into()], vec![q.len()], Values::F64(q.clone().into()));
    call.map_arrays("d", |array| {
        let axes = axes(call, array)?;
        let dtype = mean_dtype(array.dtype());
        if !array.dtype().is_numeric() {
            return Err(OpError::new("only numbers have quantiles"));
        }
        let skip = skips(call)?;
        let frame = without(array, &axes, Err(dtype));
        let (mut dims, mut shape) = (frame.dims.clone(), frame.shape.clone());
        if many {
            dims.insert(0, "quantile".into());
            shape.insert(0, q.len());
        }
        let mut result = if array.is_absent() {
            Labelled::absent(dims, shape, dtype)
        } else {
            let lanes = frame.size();
            let mut out = vec![0.0; q.len() * lanes];
            kernels::for_each_lane(array, &axes, |at, lane| {
                for (i, value) in quantile_of(lane, &q, skip).into_iter().enumerate() {
                    out[i * lanes + at] = value;
                }
            })?;
            Labelled::contiguous(dims, shape, floats(out, dtype))
        };
        result.name = frame.name;
        result.attrs = frame.attrs;
        result.coords = frame
            .coords
            .iter()
            .filter(|(_, c)| c.ndim() > 0)
            .map(|(n, c)| (n.to_owned(), c.clone()))
            .collect();
        let label = if many { labels.clone() } else { Labelled::scalar(Values::F64(q.clone().into())) };
        Ok(result.with_coord("quantile", Arc::new(label))?)
    })
}

/// `.cumsum`, `.cumprod`: along each of the dims in turn.
pub(crate) fn cumulate(call: &Bound<'_>) -> OpResult {
    let product = call.name.ends_with("prod");
    check_dims(call)?;
    call.map_arrays("d", |array| {
        let dtype = total_dtype(array.dtype());
        if !array.dtype().is_numeric() {
            return Err(OpError::new("only numbers have running totals"));
        }
        // numpy's go over all elements in one axis, unless one is given.
        let bare = !matches!(call.need("d")?, Value::Array(_) | Value::Dataset(_));
        let flat;
        let (array, axes) = if bare && call.some("axis").is_none() && call.some("dim").is_none() {
            let len = array.size();
            flat = if array.is_absent() {
                Labelled::absent(vec![Dim::anonymous(0)], vec![len], array.dtype())
            } else {
                Labelled::contiguous(vec![Dim::anonymous(0)], vec![len], array.to_values()?)
            };
            (&flat, vec![0])
        } else {
            (array, axes(call, array)?)
        };
        if array.is_absent() {
            return Ok(without(array, &[], Err(dtype)));
        }
        let skip = skips(call)?;
        let values = if dtype.is_float() {
            let mut values = array.to_f64()?;
            if skip {
                let neutral = if product { 1.0 } else { 0.0 };
                values.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = neutral);
            }
            let join = |a: f64, b: f64| if product { a * b } else { a + b };
            axes.iter().for_each(|axis| run_along(&mut values, &array.shape, *axis, join));
            floats(values, dtype)
        } else {
            // One element a lane: integers widened exactly.
            let mut values = kernels::integer_total(array, &[], false)?;
            let join = |a: i64, b: i64| if product { a.wrapping_mul(b) } else { a.wrapping_add(b) };
            axes.iter().for_each(|axis| run_along(&mut values, &array.shape, *axis, join));
            integers(values, dtype)
        };
        Ok(without(array, &[], Ok(values)))
    })
}

fn run_along<T: Copy>(values: &mut [T], shape: &[usize], axis: usize, join: impl Fn(T, T) -> T) {
    let inner: usize = shape[axis + 1..].iter().product();
    let block = inner * shape[axis];
    if block == 0 {
        return;
    }
    for chunk in values.chunks_exact_mut(block) {
        for i in inner..block {
            chunk[i] = join(chunk[i - inner], chunk[i]);
        }
    }
}

/// `normalize_to_sum`, `normalize_to_max`.
pub(crate) fn normalize(call: &Bound<'_>) -> OpResult {
    let kind = call.name.trim_start_matches("normalize_to_");
    call.map_arrays("d", |array| {
        let all: Vec<usize> = (0..array.ndim()).collect();
        let total = reduce(call, kind, array, &all)?;
        let mut total = total;
        total.coords = Coords::new();
        let mut result = super::arith::apply("div", &array.clone().into(), &total.into())?;
        if let Value::Array(result) = &mut result {
            result.name.clone_from(&array.name);
            result.coords = array
                .coords
                .iter()
                .filter(|(name, _)| !name.starts_with(HIDDEN))
                .map(|(name, coord)| (name.to_owned(), coord.clone()))
                .collect();
        }
        match result {
            Value::Array(result) => Ok(result),
            other => Err(wants("d", "an array", &other)),
        }
    })
}
