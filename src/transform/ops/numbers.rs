//! Numbers from arrays: bins that values fall into, counts, percentiles, differences, running
//! totals, polynomials.

use super::arith;
use super::reduce::{floats, without};
use crate::data::{Coords, Dataset, Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_int, wants};
use crate::transform::error::{OpError, OpResult};
use crate::transform::kernels;
use crate::transform::table::apply;
use std::sync::Arc;

/// `np.digitize`: the number of the bin of each element, 0 before the first edge.
pub(crate) fn digitize(call: &Bound<'_>) -> OpResult {
    let edges = call.array("bins")?.to_f64()?;
    let right = call.flag("right", false)?;
    let rising = edges.windows(2).all(|w| w[0] <= w[1]);
    if !rising && !edges.windows(2).all(|w| w[0] >= w[1]) {
        return Err(OpError::new("the edges of bins must rise or fall"));
    }
    let array = call.array("d")?;
    if array.is_absent() {
        return Ok(Value::bare(&without(&array, &[], Err(Dtype::I64))));
    }
    let place = |v: &f64| -> i64 {
        // NaN comes after everything, as in numpy's sorting.
        let before = |edge: &f64| match (rising, right) {
            (true, false) => v.is_nan() || edge <= v,
            (true, true) => v.is_nan() || edge < v,
            (false, false) => edge > v,
            (false, true) => edge >= v,
        };
        edges.partition_point(before) as i64
    };
    let values: Vec<i64> = array.to_f64()?.iter().map(place).collect();
    Ok(Value::bare(&without(&array, &[], Ok(Values::I64(values.into())))))
}

/// `np.count_nonzero`.
pub(crate) fn count_nonzero(call: &Bound<'_>) -> OpResult {
    let flags = arith::apply("!=", &Value::bare(&call.array("d")?), &Value::Int(0))?;
    let mut named = Vec::new();
    if let Some(axis) = call.some("axis") {
        named.push(("axis".to_owned(), axis.clone()));
    }
    apply(".sum", vec![flags], named)
}

/// `np.percentile`, `np.quantile`, and those that skip NaN: `q` from 0 to 100, or to 1.
pub(crate) fn percentile(call: &Bound<'_>) -> OpResult {
    let hundred = call.name.ends_with("percentile");
    let q = match call.need("q")? {
        list @ (Value::List(_) | Value::Tuple(_) | Value::Bare(_) | Value::Array(_)) if hundred => {
            arith::apply("div", &Value::bare(&to_array(list, "q")?), &Value::Int(100))?
        }
        number if hundred => arith::apply("div", number, &Value::Int(100))?,
        other => other.clone(),
    };
    let mut named = vec![("skipna".to_owned(), Value::Bool(call.name.contains("nan")))];
    for name in ["axis", "method"] {
        if let Some(value) = call.some(name) {
            named.push((name.to_owned(), value.clone()));
        }
    }
    let result = apply(".quantile", vec![Value::bare(&call.array("d")?), q], named)?;
    match result {
        Value::Array(array) | Value::Bare(array) => Ok(Value::bare(&array)),
        other => Ok(other),
    }
}

/// `np.average`: the mean, or the weighted one.
pub(crate) fn average(call: &Bound<'_>) -> OpResult {
    let d = Value::bare(&call.array("d")?);
    let axis = || call.some("axis").map(|axis| ("axis".to_owned(), axis.clone())).into_iter().collect();
    let Some(weights) = call.some("weights") else { return apply("np.mean", vec![d], axis()) };
    let mut weights = to_array(weights, "weights")?;
    let array = to_array(&d, "d")?;
    // One-dimensional weights stand along the axis.
    if let (1, Some(axis)) = (weights.ndim(), call.int("axis")?) {
        let axis = if axis < 0 { axis + array.ndim() as i64 } else { axis } as usize;
        for _ in axis + 1..array.ndim() {
            weights = weights.expand(weights.ndim(), Dim::new(format!("\u{1}{}", weights.ndim())), 1)?;
        }
    }
    let weights = Value::bare(&weights);
    let product = arith::apply("mul", &d, &weights)?;
    let ones = apply("np.ones_like", vec![d], Vec::new())?;
    let total = apply(".sum", vec![arith::apply("mul", &ones, &weights)?], axis())?;
    arith::apply("div", &apply(".sum", vec![product], axis())?, &total)
}

/// `np.ptp`: the largest less the smallest.
pub(crate) fn spread(call: &Bound<'_>) -> OpResult {
    let d = Value::bare(&call.array("d")?);
    let axis = || call.some("axis").map(|axis| ("axis".to_owned(), axis.clone())).into_iter().collect();
    let largest = apply(".max", vec![d.clone()], axis())?;
    arith::apply("sub", &largest, &apply(".min", vec![d], axis())?)
}

/// The axis meant by `axis`, the last by default.
fn axis_of(call: &Bound<'_>, ndim: usize) -> OpResult<usize> {
    wrapped(call.int("axis")?.unwrap_or(-1), ndim)
}

fn wrapped(axis: i64, ndim: usize) -> OpResult<usize> {
    let wrapped = if axis < 0 { axis + ndim as i64 } else { axis };
    usize::try_from(wrapped)
        .ok()
        .filter(|axis| *axis < ndim)
        .ok_or_else(|| OpError::new(format!("axis {axis} is out of range for {ndim} axes")))
}

/// `np.diff`: `n` times the differences of neighbours along an axis.
pub(crate) fn diff(call: &Bound<'_>) -> OpResult {
    let array = match Value::bare(&call.array("d")?) {
        Value::Bare(array) => array,
        other => to_array(&other, "d")?,
    };
    let axis = axis_of(call, array.ndim())?;
    let dim = Value::Text(Dim::anonymous(axis).to_string());
    let n = Value::Int(call.int("n")?.unwrap_or(1));
    match apply(".diff", vec![Value::Array(array), dim, n], Vec::new())? {
        Value::Array(array) => Ok(Value::bare(&array)),
        other => Ok(other),
    }
}

/// `np.gradient`: central differences inside, one-sided at the ends, along one axis; `spacing` is a
/// distance or the positions.
pub(crate) fn gradient(call: &Bound<'_>) -> OpResult {
    let array = call.array("d")?;
    let given = call.named.iter().find(|(name, _)| name == "axis").map(|(_, axis)| axis);
    let single = array.ndim() == 1 || given.is_some();
    if !single {
        return Err(OpError::with_help(
            "an array of several axes has several gradients",
            Some("give `axis`".to_owned()),
        ));
    }
    let axis = wrapped(given.map_or(Ok(-1), |axis| to_int(axis, "axis"))?, array.ndim())?;
    let len = array.shape[axis];
    if len < 2 {
        return Err(OpError::new("a gradient needs two elements at least"));
    }
    let x: Vec<f64> = match call.rest.first() {
        None => (0..len).map(|i| i as f64).collect(),
        Some(spacing @ (Value::List(_) | Value::Bare(_) | Value::Array(_))) => {
            to_array(spacing, "spacing")?.to_f64()?
        }
        Some(step) => {
            let step = crate::transform::bind::to_number(step, "spacing")?;
            (0..len).map(|i| i as f64 * step).collect()
        }
    };
    if x.len() != len {
        return Err(OpError::new(format!("{} positions for {len} elements", x.len())));
    }
    let dtype = if array.dtype() == Dtype::F32 { Dtype::F32 } else { Dtype::F64 };
    let inner: usize = array.shape[axis + 1..].iter().product();
    let mut out = vec![0.0; array.size()];
    kernels::for_each_lane(&array, &[axis], |at, lane| {
        let (before, after) = (at / inner, at % inner);
        for i in 0..len {
            let slope = |a: usize, b: usize| (lane[b] - lane[a]) / (x[b] - x[a]);
            let value = if i == 0 {
                slope(0, 1)
            } else if i == len - 1 {
                slope(len - 2, len - 1)
            } else {
                let (left, right) = (x[i] - x[i - 1], x[i + 1] - x[i]);
                if (left - right).abs() <= f64::EPSILON * left.abs() {
                    (lane[i + 1] - lane[i - 1]) / (2.0 * left)
                } else {
                    let a = -right / (left * (left + right));
                    let b = (right - left) / (left * right);
                    let c = left / (right * (left + right));
                    a * lane[i - 1] + b * lane[i] + c * lane[i + 1]
                }
            };
            out[(before * len + i) * inner + after] = value;
        }
    })?;
    Ok(Value::bare(&without(&array, &[], Ok(floats(out, dtype)))))
}

/// `np.interp`: linear interpolation between points whose `xp` rises; beyond them their ends.
pub(crate) fn interp(call: &Bound<'_>) -> OpResult {
    let (xp, fp) = (call.array("xp")?.to_f64()?, call.array("fp")?.to_f64()?);
    if xp.len() != fp.len() || xp.is_empty() || xp.windows(2).any(|w| w[0] > w[1]) {
        return Err(OpError::new("`xp` must rise and be as long as `fp`"));
    }
    let array = call.array("d")?;
    let (left, right) = (call.number("left")?, call.number("right")?);
    let last = xp.len() - 1;
    let value = |x: &f64| {
        if x.is_nan() {
            f64::NAN
        } else if *x < xp[0] {
            left.unwrap_or(fp[0])
        } else if *x > xp[last] {
            right.unwrap_or(fp[last])
        } else {
            let i = xp.partition_point(|p| p <= x).saturating_sub(1);
            if i == last { fp[last] } else { (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i]) * (x - xp[i]) + fp[i] }
        }
    };
    let values: Vec<f64> = array.to_f64()?.iter().map(value).collect();
    Ok(Value::bare(&without(&array, &[], Ok(Values::F64(values.into())))))
}

/// `np.nan_to_num`.
pub(crate) fn nan_to_num(call: &Bound<'_>) -> OpResult {
    let array = call.array("d")?;
    if !array.dtype().is_float() {
        return Ok(Value::bare(&array));
    }
    let single = array.dtype() == Dtype::F32;
    let largest = if single { f64::from(f32::MAX) } else { f64::MAX };
    let nan = call.number("nan")?.unwrap_or(0.0);
    let (high, low) = (call.number("posinf")?.unwrap_or(largest), call.number("neginf")?.unwrap_or(-largest));
    let values: Vec<f64> = array
        .to_f64()?
        .into_iter()
        .map(|v| {
            if v.is_nan() {
                nan
            } else if v.is_infinite() {
                if v > 0.0 { high } else { low }
            } else {
                v
            }
        })
        .collect();
    Ok(Value::bare(&without(&array, &[], Ok(floats(values, array.dtype())))))
}

/// `np.logical_and`, `np.logical_or`, `np.logical_xor`.
pub(crate) fn logical(call: &Bound<'_>) -> OpResult {
    let truth = |name: &str| -> OpResult {
        match call.need(name)? {
            value @ (Value::Array(_) | Value::Bare(_) | Value::Dataset(_)) => {
                arith::apply("!=", value, &Value::Int(0))
            }
            other => arith::apply("!=", &Value::bare(&to_array(other, name)?), &Value::Int(0)),
        }
    };
    let operator = match call.name {
        "np.logical_and" => "&",
        "np.logical_or" => "|",
        _ => "^",
    };
    arith::apply(operator, &truth("a")?, &truth("b")?)
}

/// `np.meshgrid`: coordinates of a grid, `x` along the second axis (`indexing: xy`) or the first.
pub(crate) fn meshgrid(call: &Bound<'_>) -> OpResult {
    let mut given = vec![call.array("d")?];
    for value in &call.rest {
        given.push(to_array(value, "axes")?);
    }
    let indexing = call.named.iter().find(|(name, _)| name == "indexing").and_then(|(_, v)| v.as_text());
    let swap = indexing.unwrap_or("xy") == "xy" && given.len() > 1;
    let n = given.len();
    let place = |i: usize| if swap && i < 2 { 1 - i } else { i };
    let mut shape = vec![0; n];
    for (i, array) in given.iter().enumerate() {
        if array.ndim() > 1 {
            return Err(OpError::new("the axes of a grid have one dimension"));
        }
        shape[place(i)] = array.size();
    }
    let dims: Vec<Dim> = (0..n).map(Dim::anonymous).collect();
    let mut out = Vec::with_capacity(n);
    for (i, array) in given.iter().enumerate() {
        let mut wide = if array.ndim() == 0 { array.expand(0, Dim::new("x"), 1)? } else { array.clone() };
        wide.coords = Coords::new();
        wide.dims = vec![dims[place(i)].clone()];
        out.push(Value::bare(&wide.broadcast(&dims, &shape)?));
    }
    Ok(Value::Tuple(out))
}

/// `cumulate`, `cumulate_complementary`: the running sum, from the end for the second.
pub(crate) fn cumulate(call: &Bound<'_>) -> OpResult {
    let d = match call.need("d")? {
        list @ (Value::List(_) | Value::Tuple(_)) => Value::Bare(to_array(list, "d")?),
        other => other.clone(),
    };
    let turn = |value: &Value| -> OpResult {
        let reverse = |array: &Labelled| -> OpResult<Labelled> {
            let Some(len) = array.shape.first() else {
                return Err(OpError::new("a single number has no order"));
            };
            Ok(array.isel(0, &Pick::slice(None, None, Some(-1), *len).unwrap_or(Pick::all(*len)))?)
        };
        Ok(match value {
            Value::Array(array) => Value::Array(reverse(array)?),
            Value::Bare(array) => Value::Bare(reverse(array)?),
            other => return Err(wants("d", "an array", other)),
        })
    };
    if call.name == "cumulate" {
        return apply("np.cumsum", vec![d], call.named.clone());
    }
    turn(&apply("np.cumsum", vec![turn(&d)?], call.named.clone())?)
}

/// `.polyfit`: coefficients of the polynomial nearest to the values along a dim, highest degree
/// first; the least squares are found by orthogonalisation (Householder), columns scaled as numpy does.
pub(crate) fn polyfit(call: &Bound<'_>) -> OpResult {
    let dim = call.need("dim")?;
    let Some(dim) = dim.as_text() else { return Err(wants("dim", "a dimension", dim)) };
    let degree = to_int(call.need("deg")?, "deg")?;
    let degree = usize::try_from(degree)
        .ok()
        .filter(|degree| *degree <= 50)
        .ok_or_else(|| OpError::new(format!("{degree} is no degree of a polynomial")))?;
    let skip = call.flag("skipna", true)?;
    let fit = |array: &Labelled| -> OpResult<Labelled> {
        let axis = array.need_axis(dim)?;
        let x: Vec<f64> = match array.coords.index(&array.dims[axis]) {
            Some(coord) if matches!(coord.dtype(), Dtype::Time(_)) => {
                coord.to_f64()?.into_iter().map(|v| v * 1000.0).collect()
            }
            Some(coord) => coord.to_f64()?,
            None => (0..array.shape[axis]).map(|i| i as f64).collect(),
        };
        let frame = without(array, &[axis], Err(Dtype::F64));
        let mut dims = vec![Dim::new("degree")];
        dims.extend(frame.dims.iter().cloned());
        let mut shape = vec![degree + 1];
        shape.extend(&frame.shape);
        let lanes = frame.size();
        let mut out = vec![f64::NAN; (degree + 1) * lanes];
        kernels::for_each_lane(array, &[axis], |at, lane| {
            let known: Vec<usize> = (0..lane.len()).filter(|i| !lane[*i].is_nan()).collect();
            if known.is_empty() || (!skip && known.len() < lane.len()) {
                return;
            }
            let xs: Vec<f64> = known.iter().map(|i| x[*i]).collect();
            let ys: Vec<f64> = known.iter().map(|i| lane[*i]).collect();
            for (i, value) in least_squares(&xs, &ys, degree).into_iter().enumerate() {
                out[i * lanes + at] = value;
            }
        })?;
        let mut result = Labelled::contiguous(dims, shape, Values::F64(out.into()));
        let degrees: Vec<i64> = (0..=degree as i64).rev().collect();
        let degrees =
            Labelled::contiguous(vec![Dim::new("degree")], vec![degree + 1], Values::I64(degrees.into()));
        result.coords.insert("degree", Arc::new(degrees.named("degree")));
        for (name, coord) in frame.coords.iter().filter(|(_, coord)| coord.ndim() > 0) {
            result.coords.insert(name, coord.clone());
        }
        Ok(result)
    };
    let name = |of: Option<&str>| match of {
        Some(of) => format!("{of}_polyfit_coefficients"),
        None => "polyfit_coefficients".to_owned(),
    };
    let mut result = Dataset::default();
    match call.need("d")? {
        Value::Dataset(dataset) => {
            for (of, array) in dataset.vars.iter().filter(|(_, array)| array.axis(dim).is_some()) {
                let name = name(Some(of));
                result.vars.push((name.clone(), fit(array)?.named(name)));
            }
        }
        other => result.vars.push((name(None), fit(&to_array(other, "d")?)?.named(name(None)))),
    }
    Ok(result.into())
}

/// Coefficients, highest degree first; NaN where the points do not determine them.
fn least_squares(x: &[f64], y: &[f64], degree: usize) -> Vec<f64> {
    let (rows, columns) = (x.len(), degree + 1);
    if rows < columns {
        return vec![f64::NAN; columns];
    }
    let mut matrix: Vec<Vec<f64>> =
        (0..columns).map(|j| x.iter().map(|v| libm::pow(*v, (degree - j) as f64)).collect()).collect();
    let scale: Vec<f64> =
        matrix.iter().map(|column| libm::sqrt(column.iter().map(|v| v * v).sum())).collect();
    for (column, scale) in matrix.iter_mut().zip(&scale) {
        column.iter_mut().for_each(|v| *v /= scale);
    }
    let mut right = y.to_vec();
    // Twice orthogonalised columns (modified Gram-Schmidt) lose nothing to speak of.
    let mut upper = vec![vec![0.0; columns]; columns];
    let mut solution = vec![0.0; columns];
    for j in 0..columns {
        for _ in 0..2 {
            let (before, rest) = matrix.split_at_mut(j);
            for (basis, above) in before.iter().zip(&mut upper) {
                let dot: f64 = basis.iter().zip(&rest[0]).map(|(a, b)| a * b).sum();
                above[j] += dot;
                for (value, b) in rest[0].iter_mut().zip(basis) {
                    *value -= dot * b;
                }
            }
        }
        let norm = libm::sqrt(matrix[j].iter().map(|v| v * v).sum());
        if norm < 1e-14 {
            return vec![f64::NAN; columns];
        }
        upper[j][j] = norm;
        matrix[j].iter_mut().for_each(|v| *v /= norm);
    }
    for j in 0..columns {
        let dot: f64 = (0..rows).map(|i| matrix[j][i] * right[i]).sum();
        solution[j] = dot;
        for i in 0..rows {
            right[i] -= dot * matrix[j][i];
        }
    }
    for j in (0..columns).rev() {
        let known: f64 = (j + 1..columns).map(|k| upper[j][k] * solution[k]).sum();
        solution[j] = (solution[j] - known) / upper[j][j];
    }
    solution.iter().zip(&scale).map(|(v, scale)| v / scale).collect()
}
