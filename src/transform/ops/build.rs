//! Arrays built from nothing, and numpy's functions that rearrange arrays by axes. Results are bare;
//! rearrangements are views where a selection or a join is enough.

use super::arith;
use super::combine::unify;
use super::elementwise::{Side, elementwise, promote, side};
use super::python::items_of;
use super::shape::{cast, dtype_of};
use crate::data::{Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, to_int, to_number, wants};
use crate::transform::error::{OpError, OpResult};

/// Most elements that are built out of nothing.
const MOST: usize = 1 << 28;

fn flat(values: Values) -> Value {
    let len = values.len();
    Value::Bare(Labelled::contiguous(vec![Dim::anonymous(0)], vec![len], values))
}

/// Axes called by their numbers.
fn bare(array: &Labelled) -> Labelled {
    match Value::bare(array) {
        Value::Bare(array) => array,
        _ => array.clone(),
    }
}

/// A shape: a length or a list of them.
fn shape_of(value: &Value, name: &str) -> OpResult<Vec<usize>> {
    let lengths = match value {
        Value::List(items) | Value::Tuple(items) => {
            items.iter().map(|item| to_int(item, name)).collect::<OpResult<Vec<_>>>()?
        }
        Value::Bare(array) | Value::Array(array) if array.ndim() == 1 => {
            array.to_f64()?.into_iter().map(|v| v as i64).collect()
        }
        other => vec![to_int(other, name)?],
    };
    let shape = lengths
        .iter()
        .map(|len| usize::try_from(*len).map_err(|_| OpError::new(format!("{len} is no length"))))
        .collect::<OpResult<Vec<_>>>()?;
    match shape.iter().try_fold(1_usize, |n, len| n.checked_mul(*len)) {
        Some(n) if n <= MOST => Ok(shape),
        _ => Err(OpError::new(format!("an array of shape {shape:?} is too large to be made up"))),
    }
}

fn dims(n: usize) -> Vec<Dim> {
    (0..n).map(Dim::anonymous).collect()
}

/// One number of a type, as one element.
fn one(value: &Value, dtype: Dtype) -> OpResult<Values> {
    if dtype == Dtype::Str {
        return Ok(Values::Str(std::iter::once(super::python::text_of(value)).collect()));
    }
    Ok(cast(&to_array(&super::python::plain(value)?, "fill_value")?, dtype)?.to_values()?)
}

/// `np.zeros`, `np.ones`, `np.empty` (zeros), `np.full`, and their `_like`, also xarray's.
pub(crate) fn filled(call: &Bound<'_>) -> OpResult {
    let name = call.name.trim_start_matches("np.").trim_start_matches("xr.");
    let given = call.some("dtype").map(dtype_of).transpose()?;
    let value = match name.trim_end_matches("_like") {
        "ones" => Value::Int(1),
        "full" => call.need("fill_value")?.clone(),
        _ => Value::Int(0),
    };
    if name.ends_with("_like") {
        let like = |array: &Labelled| -> OpResult<Labelled> {
            let dtype = given.unwrap_or(array.dtype());
            let mut result = Labelled::filled(array.dims.clone(), array.shape.clone(), one(&value, dtype)?);
            result.name.clone_from(&array.name);
            (result.attrs, result.coords) = (array.attrs.clone(), array.coords.clone());
            Ok(result)
        };
        // numpy's functions make bare arrays of labelled ones.
        if call.name.starts_with("np.") {
            return Ok(Value::bare(&like(&call.array("d")?)?));
        }
        return call.map_arrays("d", like);
    }
    let shape = shape_of(call.need("shape")?, "shape")?;
    let dtype = match (given, name) {
        (Some(dtype), _) => dtype,
        (None, "full") => to_array(&super::python::plain(&value)?, "fill_value")?.dtype(),
        (None, _) => Dtype::F64,
    };
    Ok(Value::Bare(Labelled::filled(dims(shape.len()), shape, one(&value, dtype)?)))
}

/// `np.array`: a bare array of lists (of arrays), numbers, texts.
pub(crate) fn array(call: &Bound<'_>) -> OpResult {
    let array = bare(&stacked(call.need("d")?)?);
    let array = match call.some("dtype").map(dtype_of).transpose()? {
        Some(dtype) => cast(&array, dtype)?,
        None => array,
    };
    Ok(Value::bare(&array))
}

/// An array of a value, where lists may hold arrays.
fn stacked(value: &Value) -> OpResult<Labelled> {
    if let Some(array) = value.as_array() {
        return Ok(array.clone());
    }
    if let Some(array) = crate::transform::value::array_of(value) {
        return Ok(array);
    }
    let Some(items) = value.as_items() else { return Err(wants("d", "an array", value)) };
    let mut parts = items.iter().map(|item| stacked(item).map(|a| bare(&a))).collect::<OpResult<Vec<_>>>()?;
    together(&mut parts)?;
    joined_along_new(&parts, 0)
}

/// Gives arrays the type in which they meet.
fn together(parts: &mut [Labelled]) -> OpResult<()> {
    if parts.iter().all(|part| part.dtype().is_numeric()) {
        let Some(dtype) = parts.iter().map(Labelled::dtype).reduce(promote) else { return Ok(()) };
        for part in parts.iter_mut() {
            *part = cast(part, dtype)?;
        }
        return Ok(());
    }
    unify(parts)
}

fn joined_along_new(parts: &[Labelled], at: usize) -> OpResult<Labelled> {
    let Some(first) = parts.first() else { return Err(OpError::new("there is no array")) };
    if at > first.ndim() || parts.iter().any(|part| part.shape != first.shape) {
        return Err(OpError::new("the arrays differ in shape"));
    }
    let wide = parts
        .iter()
        .map(|part| Ok(bare(&part.expand(at, Dim::new("\u{1}"), 1)?)))
        .collect::<OpResult<Vec<_>>>()?;
    Ok(Labelled::join(&wide.iter().collect::<Vec<_>>(), at)?)
}

fn list_of(call: &Bound<'_>) -> OpResult<Vec<Labelled>> {
    let mut parts = items_of(call.need("arrays")?)?
        .iter()
        .map(|item| stacked(item).map(|array| bare(&array)))
        .collect::<OpResult<Vec<_>>>()?;
    if parts.is_empty() {
        return Err(OpError::new("there is no array"));
    }
    together(&mut parts)?;
    Ok(parts)
}

fn axis_of(axis: i64, ndim: usize) -> OpResult<usize> {
    let wrapped = if axis < 0 { axis + ndim as i64 } else { axis };
    usize::try_from(wrapped)
        .ok()
        .filter(|axis| *axis < ndim)
        .ok_or_else(|| OpError::new(format!("axis {axis} is out of range for {ndim} axes")))
}

/// `np.stack`, `np.concatenate`, `np.hstack`, `np.vstack`.
pub(crate) fn join(call: &Bound<'_>) -> OpResult {
    let parts = list_of(call)?;
    let ndim = parts[0].ndim();
    let with_axes = |least: usize, front: bool| -> OpResult<Vec<Labelled>> {
        parts
            .iter()
            .map(|part| {
                let mut part = part.clone();
                while part.ndim() < least {
                    part = bare(&part.expand(if front { 0 } else { part.ndim() }, Dim::new("\u{1}"), 1)?);
                }
                Ok(part)
            })
            .collect()
    };
    let axis = call.int("axis")?;
    let (parts, axis) = match call.name {
        "np.stack" => {
            let axis = axis_of(axis.unwrap_or(0), ndim + 1)?;
            return Ok(Value::bare(&joined_along_new(&parts, axis)?));
        }
        "np.vstack" => (with_axes(2, true)?, 0),
        "np.hstack" => {
            let parts = with_axes(1, true)?;
            let axis = usize::from(parts[0].ndim() > 1);
            (parts, axis)
        }
        _ if call.get("axis").is_some_and(Value::is_none) => {
            (parts.iter().map(|part| reshaped(part, &[part.size()])).collect::<OpResult<Vec<_>>>()?, 0)
        }
        _ => {
            let axis = axis_of(axis.unwrap_or(0), ndim)?;
            (parts.clone(), axis)
        }
    };
    if parts.iter().any(|part| part.ndim() != parts[0].ndim()) {
        return Err(OpError::new("the arrays differ in their number of axes"));
    }
    Ok(Value::bare(&Labelled::join(&parts.iter().collect::<Vec<_>>(), axis)?))
}

/// The elements in row-major order in another shape.
fn reshaped(array: &Labelled, shape: &[usize]) -> OpResult<Labelled> {
    let count = shape.iter().try_fold(1_usize, |n, len| n.checked_mul(*len));
    if count != Some(array.size()) {
        return Err(OpError::new(format!("{} elements do not fill the shape {shape:?}", array.size())));
    }
    if array.is_absent() {
        return Ok(Labelled::absent(dims(shape.len()), shape.to_vec(), array.dtype()));
    }
    Ok(Labelled::contiguous(dims(shape.len()), shape.to_vec(), array.to_values()?))
}

/// `np.reshape`, `.reshape`, `.flatten`, `np.ravel`; one length may be -1.
pub(crate) fn reshape(call: &Bound<'_>) -> OpResult {
    let array = call.array("d")?;
    if matches!(call.name, ".flatten" | "np.ravel") {
        return Ok(Value::bare(&reshaped(&array, &[array.size()])?));
    }
    let wanted = call.need("shape")?;
    let mut lengths = match wanted.as_items() {
        Some(items) => items.iter().map(|item| to_int(item, "shape")).collect::<OpResult<Vec<_>>>()?,
        None => vec![to_int(wanted, "shape")?],
    };
    if let Some(at) = lengths.iter().position(|len| *len == -1) {
        let rest: i64 = lengths.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, len)| *len).product();
        lengths[at] = if rest > 0 { array.size() as i64 / rest } else { 0 };
    }
    let lengths = Value::List(lengths.into_iter().map(Value::Int).collect());
    Ok(Value::bare(&reshaped(&array, &shape_of(&lengths, "shape")?)?))
}

/// `np.flip`, `np.take`, `np.repeat`, `np.roll`, `np.tile`, `np.squeeze`, `.take`, `.swapaxes`, `np.transpose`,
/// `np.append`, `.diagonal`, `.trace`.
pub(crate) fn rearrange(call: &Bound<'_>) -> OpResult {
    let labelled = matches!(call.need("d")?, Value::Array(_));
    let source = stacked(call.need("d")?)?;
    let array = bare(&source);
    let axis = call.int("axis")?.map(|axis| axis_of(axis, array.ndim())).transpose()?;
    let whole = || reshaped(&array, &[array.size()]);
    let result = match call.name.trim_start_matches("np.").trim_start_matches('.') {
        "flip" => {
            let axes = axis.map_or_else(|| (0..array.ndim()).collect(), |axis| vec![axis]);
            // A labelled array keeps its labels, as its slices do.
            let mut result = if labelled { source.clone() } else { array.clone() };
            for axis in axes {
                let len = result.shape[axis];
                let pick = Pick::slice(None, None, Some(-1), len).unwrap_or(Pick::all(len));
                result = result.isel(axis, &pick)?;
            }
            if labelled {
                return Ok(Value::Array(result));
            }
            result
        }
        "take" => {
            let wanted = call.need("indices")?;
            let (from, axis) = match axis {
                Some(axis) => (array.clone(), axis),
                None => (whole()?, 0),
            };
            from.isel(
                axis,
                &super::select::by_position(&Dim::new("indices"), from.shape[axis], &unnamed(wanted))?,
            )?
        }
        "repeat" => {
            let (from, axis) = match axis {
                Some(axis) => (array.clone(), axis),
                None => (whole()?, 0),
            };
            let len = from.shape[axis];
            let times = shape_of(call.need("repeats")?, "repeats")?;
            if times.len() != len && times.len() != 1 {
                return Err(OpError::new(format!("{} numbers of repeats for {len} elements", times.len())));
            }
            let list: Vec<usize> =
                (0..len).flat_map(|i| std::iter::repeat_n(i, times[i.min(times.len() - 1)])).collect();
            from.isel(axis, &Pick::List(list))?
        }
        "roll" => {
            let shift = to_int(call.need("shift")?, "shift")?;
            let (from, axis, back) = match axis {
                Some(axis) => (array.clone(), axis, None),
                None => (whole()?, 0, Some(array.shape.clone())),
            };
            let rolled = from.isel(axis, &rotation(from.shape[axis], shift))?;
            match back {
                Some(shape) => reshaped(&rolled, &shape)?,
                None => rolled,
            }
        }
        "tile" => {
            let times = shape_of(call.need("reps")?, "reps")?;
            let mut result = array.clone();
            while result.ndim() < times.len() {
                result = bare(&result.expand(0, Dim::new("\u{1}"), 1)?);
            }
            let skip = result.ndim() - times.len();
            for (i, n) in times.iter().enumerate() {
                let len = result.shape[skip + i];
                let list = (0..*n).flat_map(|_| 0..len).collect();
                result = result.isel(skip + i, &Pick::List(list))?;
            }
            result
        }
        "squeeze" => array.squeeze(),
        "swapaxes" => {
            let a = axis_of(to_int(call.need("a")?, "a")?, array.ndim())?;
            let b = axis_of(to_int(call.need("b")?, "b")?, array.ndim())?;
            let mut order: Vec<usize> = (0..array.ndim()).collect();
            order.swap(a, b);
            array.permute(&order)
        }
        "transpose" => {
            let order = match call.some("axes") {
                None => (0..array.ndim()).rev().collect(),
                Some(axes) => items_of(axes)?
                    .iter()
                    .map(|axis| axis_of(to_int(axis, "axes")?, array.ndim()))
                    .collect::<OpResult<Vec<_>>>()?,
            };
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if sorted.into_iter().ne(0..array.ndim()) {
                return Err(OpError::new("the axes must be each axis once"));
            }
            if labelled {
                return Ok(Value::Array(source.permute(&order)));
            }
            array.permute(&order)
        }
        "append" => {
            let more = bare(&stacked(call.need("values")?)?);
            let mut parts = match axis {
                Some(_) => vec![array.clone(), more],
                None => vec![whole()?, reshaped(&more, &[more.size()])?],
            };
            together(&mut parts)?;
            Labelled::join(&parts.iter().collect::<Vec<_>>(), axis.unwrap_or(0))?
        }
        _ => {
            if array.ndim() != 2 {
                return Err(OpError::new(format!("an array of {} axes has no diagonal", array.ndim())));
            }
            let n = array.shape[0].min(array.shape[1]);
            let parts = (0..n)
                .map(|i| {
                    let row = array.isel(0, &Pick::Range { start: i, count: 1, step: 1 })?;
                    Ok(bare(&row.isel(1, &Pick::At(i))?))
                })
                .collect::<OpResult<Vec<_>>>()?;
            if parts.is_empty() {
                return Err(OpError::new("an empty array has no diagonal"));
            }
            let diagonal = Labelled::join(&parts.iter().collect::<Vec<_>>(), 0)?;
            if call.name.ends_with("trace") {
                return crate::transform::table::apply(".sum", vec![Value::bare(&diagonal)], Vec::new());
            }
            diagonal
        }
    };
    Ok(Value::bare(&result))
}

/// Lists of indices have no names of axes.
fn unnamed(value: &Value) -> Value {
    match value {
        Value::Array(array) => Value::bare(array),
        Value::Tuple(items) => Value::List(items.clone()),
        other => other.clone(),
    }
}

/// What moves an axis of this length on by so many positions, the end coming first.
pub(crate) fn rotation(len: usize, shift: i64) -> Pick {
    if len == 0 {
        return Pick::all(0);
    }
    let start = (-shift).rem_euclid(len as i64) as usize;
    if start == 0 { Pick::all(len) } else { Pick::List((start..len).chain(0..start).collect()) }
}

/// `np.arange`, `np.linspace`, `np.logspace`, `np.geomspace`, `np.eye`.
pub(crate) fn series(call: &Bound<'_>) -> OpResult {
    let dtype = call.some("dtype").map(dtype_of).transpose()?;
    let values = match call.name {
        "np.arange" => arange(call)?,
        "np.eye" => {
            let n = shape_of(call.need("n")?, "n")?[0];
            let m = call.some("m").map_or(Ok(n), |m| Ok::<_, OpError>(shape_of(m, "m")?[0]))?;
            let k = call.int("k")?.unwrap_or(0);
            shape_of(&Value::List(vec![Value::Int(n as i64), Value::Int(m as i64)]), "n")?;
            let mut values = vec![0.0; n * m];
            for row in 0..n {
                let column = row as i64 + k;
                if (0..m as i64).contains(&column) {
                    values[row * m + column as usize] = 1.0;
                }
            }
            let array = Labelled::contiguous(dims(2), vec![n, m], Values::F64(values.into()));
            return Ok(Value::bare(&dtype.map_or(Ok(array.clone()), |dtype| cast(&array, dtype))?));
        }
        name => {
            let (start, stop) = (call.number("start")?.unwrap_or(0.0), call.number("stop")?.unwrap_or(0.0));
            let num = shape_of(&Value::Int(call.int("num")?.unwrap_or(50)), "num")?[0];
            let closed = call.flag("endpoint", true)?;
            if name == "np.geomspace" && (start * stop <= 0.0 || !closed) {
                return Err(OpError::new("both ends must be positive, or both negative"));
            }
            let (a, b) = if name == "np.geomspace" {
                (libm::log10(start.abs()), libm::log10(stop.abs()))
            } else {
                (start, stop)
            };
            let pieces = if closed { num.saturating_sub(1) } else { num };
            let step = (b - a) / pieces as f64;
            let mut values: Vec<f64> = (0..num)
                .map(|i| {
                    if pieces == 0 {
                        a
                    } else if step == 0.0 {
                        i as f64 / pieces as f64 * (b - a) + a
                    } else {
                        i as f64 * step + a
                    }
                })
                .collect();
            if closed && num > 1 {
                values[num - 1] = b;
            }
            if name == "np.logspace" {
                let base = call.number("base")?.unwrap_or(10.0);
                values.iter_mut().for_each(|v| *v = libm::pow(base, *v));
            }
            if name == "np.geomspace" {
                let sign = start.signum();
                values.iter_mut().for_each(|v| *v = sign * libm::pow(10.0, *v));
                if let [first, .., last] = values.as_mut_slice() {
                    (*first, *last) = (start, stop);
                }
            }
            Values::F64(values.into())
        }
    };
    let array = flat(values);
    match (dtype, array) {
        (Some(dtype), Value::Bare(array)) => Ok(Value::bare(&cast(&array, dtype)?)),
        (_, array) => Ok(array),
    }
}

fn arange(call: &Bound<'_>) -> OpResult<Values> {
    let parts: Vec<Value> = [call.get("start"), call.get("stop"), call.get("step")]
        .into_iter()
        .map(|part| part.map_or(Ok(Value::None), super::python::plain))
        .collect::<OpResult<_>>()?;
    let (start, stop) = match (&parts[0], &parts[1]) {
        (stop, Value::None) => (Value::Int(0), stop.clone()),
        (Value::None, stop) => (Value::Int(0), stop.clone()),
        (start, stop) => (start.clone(), stop.clone()),
    };
    let step = if parts[2].is_none() { Value::Int(1) } else { parts[2].clone() };
    let (a, b, s) = (to_number(&start, "start")?, to_number(&stop, "stop")?, to_number(&step, "step")?);
    if s == 0.0 || !(a.is_finite() && b.is_finite() && s.is_finite()) {
        return Err(OpError::new("the ends must be finite and the step not 0"));
    }
    let count = ((b - a) / s).ceil().max(0.0);
    if count > MOST as f64 {
        return Err(OpError::new(format!("an array of {count} elements is too large to be made up")));
    }
    let count = count as usize;
    if let (Value::Int(a), Value::Int(_), Value::Int(s)) = (&start, &stop, &step) {
        return Ok(Values::I64((0..count as i64).map(|i| a + i * s).collect::<Vec<_>>().into()));
    }
    // As numpy: the step is the difference of the first two.
    let step = (a + s) - a;
    Ok(Values::F64((0..count).map(|i| a + i as f64 * step).collect::<Vec<_>>().into()))
}

/// `populate_ndarray`: numbers in a shape.
pub(crate) fn populate(call: &Bound<'_>) -> OpResult {
    if call.some("ufunc").is_some() || call.some("out").is_some() {
        return Err(OpError::with_help(
            "`ufunc` and `out` need a Python interpreter",
            Some("apply an operation to the result instead".to_owned()),
        ));
    }
    let objs =
        Value::List(items_of(call.need("objs")?)?.iter().map(super::python::plain).collect::<OpResult<_>>()?);
    let dtype = call.some("dtype").map_or(Ok(Dtype::F64), dtype_of)?;
    let array = cast(&to_array(&objs, "objs")?, dtype)?;
    let shape = shape_of(call.need("shape")?, "shape")?;
    if call.text("order")? == Some("F") {
        let turned: Vec<usize> = shape.iter().rev().copied().collect();
        return Ok(Value::bare(&reshaped(&array, &turned)?.reversed()));
    }
    Ok(Value::bare(&reshaped(&array, &shape)?))
}

/// `matmul`, `np.dot`, `np.outer`, `np.vdot`.
pub(crate) fn products(call: &Bound<'_>) -> OpResult {
    let (a, b) = (stacked(call.need("a")?)?, stacked(call.need("b")?)?);
    let labelled = [call.need("a")?, call.need("b")?].iter().any(|v| matches!(v, Value::Array(_)));
    if labelled && call.name != "np.outer" {
        // Sums over the dims that both have, as xarray's `dot`.
        let product = arith::apply("mul", call.need("a")?, call.need("b")?)?;
        let shared: Vec<Value> = a
            .dims
            .iter()
            .filter(|dim| b.dims.contains(dim))
            .map(|dim| Value::Text(dim.to_string()))
            .collect();
        return crate::transform::table::apply(
            ".sum",
            vec![product, Value::List(shared)],
            vec![("skipna".to_owned(), Value::Bool(false))],
        );
    }
    let (a, b) = (bare(&a), bare(&b));
    if call.name == "np.outer" {
        let (n, m) = (a.size(), b.size());
        let column = reshaped(&a, &[n, 1])?;
        let row = reshaped(&b, &[1, m])?;
        return arith::apply("mul", &Value::Bare(column), &Value::Bare(row));
    }
    if a.ndim() == 0 || b.ndim() == 0 || a.ndim() > 2 || b.ndim() > 2 {
        if call.name == "np.dot" && (a.ndim() == 0 || b.ndim() == 0) {
            return arith::apply("mul", &Value::Bare(a), &Value::Bare(b));
        }
        return Err(OpError::new("only arrays of one or two axes are multiplied so"));
    }
    let left = if a.ndim() == 1 { reshaped(&a, &[1, a.shape[0]])? } else { a.clone() };
    let right = if b.ndim() == 1 { reshaped(&b, &[b.shape[0], 1])? } else { b.clone() };
    let (n, k, m) = (left.shape[0], left.shape[1], right.shape[1]);
    if k != right.shape[0] {
        return Err(OpError::new(format!("{k} columns do not meet {} rows", right.shape[0])));
    }
    let dtype = promote(a.dtype(), b.dtype());
    if !a.dtype().is_numeric() || !b.dtype().is_numeric() {
        return Err(OpError::new("only numbers are multiplied"));
    }
    shape_of(&Value::List(vec![Value::Int(n as i64), Value::Int(m as i64)]), "shape")?;
    let (x, y) = (left.to_f64()?, right.to_f64()?);
    let mut out = vec![0.0; n * m];
    for i in 0..n {
        for j in 0..m {
            out[i * m + j] = (0..k).map(|l| x[i * k + l] * y[l * m + j]).sum();
        }
    }
    let result = cast(&Labelled::contiguous(dims(2), vec![n, m], Values::F64(out.into())), dtype)?;
    let shape: Vec<usize> =
        [(a.ndim() == 2).then_some(n), (b.ndim() == 2).then_some(m)].into_iter().flatten().collect();
    Ok(Value::bare(&reshaped(&result, &shape)?))
}

/// `np.float64(x)` and its like.
pub(crate) fn typed(call: &Bound<'_>) -> OpResult {
    let dtype = dtype_of(&Value::from(call.name.trim_start_matches("np.")))?;
    let array = match call.need("d")? {
        Value::Text(text) => to_array(
            &Value::Float(
                text.trim().parse().map_err(|_| OpError::new(format!("`{text}` is not a number")))?,
            ),
            "d",
        )?,
        other => to_array(other, "d")?,
    };
    Ok(Value::bare(&cast(&array, dtype)?))
}

/// `np.clip`: between two ends, either of which may be null.
pub(crate) fn clip(call: &Bound<'_>) -> OpResult {
    let d = call.need("d")?;
    let mut result = match d {
        Value::Array(_) | Value::Bare(_) | Value::Dataset(_) => d.clone(),
        other => Value::Bare(to_array(other, "d")?),
    };
    if let Some(low) = call.some("min") {
        result = arith::apply("np.maximum", &result, low)?;
    }
    if let Some(high) = call.some("max") {
        result = arith::apply("np.minimum", &result, high)?;
    }
    Ok(result)
}

/// `np.isclose`, `np.allclose`.
pub(crate) fn close(call: &Bound<'_>) -> OpResult {
    let make = |value: &Value| -> OpResult<Side> {
        Ok(match side(value)? {
            Side::Plain(value) => Side::Bare(Box::new(to_array(&value, "a")?)),
            other => other,
        })
    };
    let (a, b) = (make(call.need("a")?)?, make(call.need("b")?)?);
    let relative = call.number("rtol")?.unwrap_or(1e-5);
    let absolute = call.number("atol")?.unwrap_or(1e-8);
    let nan = call.flag("equal_nan", false)?;
    let flags = elementwise(&[&a, &b], Dtype::Bool, |chunks| {
        let (a, b) = (chunks[0].floats(false)?, chunks[1].floats(false)?);
        let close = |(a, b): (&f64, &f64)| {
            let near = b.is_finite() && (a - b).abs() <= absolute + relative * b.abs();
            i128::from(near || a == b || (nan && a.is_nan() && b.is_nan()))
        };
        Ok(super::elementwise::Built::Integers(a.iter().zip(&b).map(close).collect()))
    })?;
    if call.name == "np.allclose" {
        return Ok(Value::Bool(flags.to_f64()?.iter().all(|v| *v != 0.0)));
    }
    Ok(Value::bare(&flags))
}
