//! Functions of one array, element by element, with numpy's types.

use super::elementwise::{Built, Chunk, Side, elementwise, side};
use crate::data::{Dataset, Dtype, Labelled};
use crate::transform::Value;
use crate::transform::bind::Bound;
use crate::transform::error::{OpError, OpResult};

/// `np.sqrt`, `neg`, … by the name of the call.
pub(crate) fn eval(call: &Bound<'_>) -> OpResult {
    let name = call.name.trim_start_matches("np.").trim_start_matches('.');
    let d = call.need("d")?;
    if name == "isreal" && matches!(d, Value::Int(_) | Value::Float(_) | Value::Bool(_)) {
        return Ok(Value::Bool(true));
    }
    let python = matches!(call.name, "neg" | "pos" | "invert" | "abs");
    if !python && matches!(d, Value::Int(_) | Value::Float(_) | Value::Bool(_)) {
        return Ok(Value::Bare(one(name, &crate::transform::bind::to_array(d, "d")?)?));
    }
    if let (Value::Bool(flag), "neg" | "pos" | "invert") = (d, call.name) {
        return eval_plain(call.name, &Value::Int(i64::from(*flag)));
    }
    each(d, |array| one(name, array))
}

fn eval_plain(name: &str, value: &Value) -> OpResult {
    each(value, |array| one(name, array))
}

/// `np.round`, `.round`: to so many decimals, halves to even.
pub(crate) fn round(call: &Bound<'_>) -> OpResult {
    let decimals = call.int("decimals")?.unwrap_or(0);
    let decimals = i32::try_from(decimals.clamp(-400, 400)).unwrap_or(0);
    let d = match call.need("d")? {
        plain @ (Value::Int(_) | Value::Float(_) | Value::Bool(_)) => {
            Value::Bare(crate::transform::bind::to_array(plain, "d")?)
        }
        other => other.clone(),
    };
    each(&d, |array| {
        if !array.dtype().is_float() {
            if decimals >= 0 {
                return Ok(array.clone());
            }
            return Err(OpError::new("integers are rounded to no fewer than 0 decimals"));
        }
        // As numpy: scale, round, scale back.
        let scale = libm::pow(10.0, f64::from(decimals.abs()));
        floats(array, array.dtype(), move |v| {
            if decimals >= 0 { libm::rint(v * scale) / scale } else { libm::rint(v / scale) * scale }
        })
    })
}

/// Applies `f` to an array, to every variable of a dataset, or to a plain number.
pub(crate) fn each(value: &Value, f: impl Fn(&Labelled) -> OpResult<Labelled>) -> OpResult {
    match value {
        Value::Dataset(dataset) => {
            let vars = dataset
                .vars
                .iter()
                .map(|(key, array)| Ok((key.clone(), f(array)?)))
                .collect::<OpResult<Vec<_>>>()?;
            Ok(Dataset { vars, attrs: dataset.attrs.clone() }.into())
        }
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
            let array = crate::transform::bind::to_array(value, "d")?;
            let result = f(&array)?;
            let number = result.f64_at(&[])?;
            Ok(match result.dtype() {
                Dtype::Bool => Value::Bool(number != 0.0),
                dtype if dtype.is_integer() => Value::Int(number as i64),
                _ => Value::Float(number),
            })
        }
        Value::Array(array) => Ok(f(array)?.into()),
        other => Ok(Value::Bare(f(&crate::transform::bind::to_array(other, "d")?)?)),
    }
}

/// The float type of a function of this type.
pub(super) fn float_of(dtype: Dtype) -> Dtype {
    match dtype {
        // numpy takes half precision for 8 bits and single for 16; we have no half.
        Dtype::F32 | Dtype::I16 | Dtype::U16 | Dtype::I8 | Dtype::U8 | Dtype::Bool => Dtype::F32,
        _ => Dtype::F64,
    }
}

pub(crate) fn floats(array: &Labelled, dtype: Dtype, f: impl Fn(f64) -> f64) -> OpResult<Labelled> {
    map(array, dtype, |chunk| Ok(Built::Floats(chunk.floats(false)?.into_iter().map(&f).collect())))
}

fn flags(array: &Labelled, f: impl Fn(f64) -> bool) -> OpResult<Labelled> {
    map(array, Dtype::Bool, |chunk| {
        Ok(Built::Integers(chunk.floats(false)?.into_iter().map(|v| i128::from(f(v))).collect()))
    })
}

fn integers(array: &Labelled, f: impl Fn(i128) -> i128) -> OpResult<Labelled> {
    map(array, array.dtype(), |chunk| Ok(Built::Integers(chunk.integers()?.into_iter().map(&f).collect())))
}

/// One array through a function of chunks.
pub(crate) fn map(
    array: &Labelled,
    dtype: Dtype,
    f: impl Fn(&Chunk<'_>) -> OpResult<Built>,
) -> OpResult<Labelled> {
    let side: Side = side(&Value::Array(array.clone()))?;
    elementwise(&[&side], dtype, |chunks| f(&chunks[0]))
}

fn one(name: &str, array: &Labelled) -> OpResult<Labelled> {
    let dtype = array.dtype();
    if !dtype.is_numeric() {
        return Err(OpError::new(format!("{dtype} is no type of numbers")));
    }
    let exact = !dtype.is_float();
    match name {
        "pos" => return Ok(array.clone()),
        "neg" if dtype == Dtype::Bool => {
            return Err(OpError::with_help(
                "true and false have no negative",
                Some("use `invert`".to_owned()),
            ));
        }
        "negative" if exact => return integers(array, i128::wrapping_neg),
        "neg" if exact => return integers(array, i128::wrapping_neg),
        "abs" | "absolute" | "fabs" if exact => return integers(array, i128::wrapping_abs),
        "sign" if exact => return integers(array, i128::signum),
        "squared" | "square" if exact => return integers(array, |v| v.wrapping_mul(v)),
        "cubed" if exact => return integers(array, |v| v.wrapping_mul(v).wrapping_mul(v)),
        "ceil" | "floor" | "trunc" | "fix" | "real" | "conj" if exact => return Ok(array.clone()),
        "invert" if dtype == Dtype::Bool => return integers(array, |v| 1 - v),
        "invert" if exact => return integers(array, |v| !v),
        "invert" => return Err(OpError::new("floats have no bits to turn: compare first")),
        _ => {}
    }
    match name {
        "isnan" => return flags(array, f64::is_nan),
        "isfinite" => return flags(array, f64::is_finite),
        "isinf" => return flags(array, f64::is_infinite),
        "isposinf" => return flags(array, |v| v == f64::INFINITY),
        "isneginf" => return flags(array, |v| v == f64::NEG_INFINITY),
        "isreal" => return flags(array, |_| true),
        "signbit" => return flags(array, f64::is_sign_negative),
        "logical_not" => return flags(array, |v| v == 0.0),
        "real" | "conj" => return Ok(array.clone()),
        "imag" if exact => return integers(array, |_| 0),
        "imag" => return floats(array, dtype, |_| 0.0),
        _ => {}
    }
    let function: fn(f64) -> f64 = match name {
        "neg" | "negative" => |v| -v,
        "abs" | "absolute" | "fabs" => f64::abs,
        "sign" => |v| {
            if v > 0.0 {
                1.0
            } else if v < 0.0 {
                -1.0
            } else {
                v * 0.0
            }
        },
        "squared" | "square" => |v| v * v,
        "cubed" => |v| v * v * v,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        "sqrt" => libm::sqrt,
        "cbrt" => libm::cbrt,
        // As numpy's power: negative numbers have none.
        "sqrt3" => |v| libm::pow(v, 1.0 / 3.0),
        "log" => libm::log,
        "log10" => libm::log10,
        "log2" => libm::log2,
        "log1p" => libm::log1p,
        "exp" => libm::exp,
        "expm1" => libm::expm1,
        "sin" => libm::sin,
        "cos" => libm::cos,
        "tan" => libm::tan,
        "arcsin" => libm::asin,
        "arccos" => libm::acos,
        "arctan" => libm::atan,
        "sinh" => libm::sinh,
        "cosh" => libm::cosh,
        "tanh" => libm::tanh,
        "arcsinh" => libm::asinh,
        "arccosh" => libm::acosh,
        "arctanh" => libm::atanh,
        "exp2" => libm::exp2,
        "deg2rad" | "radians" => |v| v * (std::f64::consts::PI / 180.0),
        "rad2deg" | "degrees" => |v| v * (180.0 / std::f64::consts::PI),
        "rint" => libm::rint,
        "trunc" | "fix" => f64::trunc,
        "reciprocal" => |v| 1.0 / v,
        "sinc" => |v| {
            let v = std::f64::consts::PI * v;
            if v == 0.0 { 1.0 } else { libm::sin(v) / v }
        },
        other => return Err(OpError::new(format!("`{other}` is no function"))),
    };
    let kind = match name {
        "sqrt3" if exact => Dtype::F64,
        _ if exact => float_of(dtype),
        _ => dtype,
    };
    floats(array, kind, function)
}
