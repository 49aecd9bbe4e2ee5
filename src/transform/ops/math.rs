//! `math.`: functions of Python's `math`, of plain numbers.

use crate::transform::Value;
use crate::transform::bind::{Bound, to_number, wants};
use crate::transform::error::{OpError, OpResult};

/// `math.`: a function or constant by name.
pub(crate) fn math(call: &Bound<'_>) -> OpResult {
    let Some(name) = call.need("name")?.as_text() else {
        return Err(wants("name", "the name of a function", call.need("name")?));
    };
    let args = call.rest.iter().map(|value| to_number(value, "x")).collect::<OpResult<Vec<f64>>>()?;
    let unknown = || {
        OpError::with_help(
            format!("`math.{name}` needs a Python interpreter, or other arguments"),
            Some("use the operations that `shmplot ops` lists".to_owned()),
        )
    };
    let Some(x) = args.first().copied() else {
        return Ok(Value::Float(match name {
            "pi" => std::f64::consts::PI,
            "e" => std::f64::consts::E,
            "tau" => std::f64::consts::TAU,
            "inf" => f64::INFINITY,
            "nan" => f64::NAN,
            _ => return Err(unknown()),
        }));
    };
    let integer = |v: f64| -> OpResult {
        if v.is_finite() && v.abs() < 9e18 {
            return Ok(Value::Int(v as i64));
        }
        Err(OpError::new(format!("{v} does not fit into 64 bits")))
    };
    let value = match (name, args.get(1).copied()) {
        ("floor", None) => return integer(x.floor()),
        ("ceil", None) => return integer(x.ceil()),
        ("trunc", None) => return integer(x.trunc()),
        ("isnan", None) => return Ok(Value::Bool(x.is_nan())),
        ("isinf", None) => return Ok(Value::Bool(x.is_infinite())),
        ("isfinite", None) => return Ok(Value::Bool(x.is_finite())),
        ("factorial", None) if x >= 0.0 && x.fract() == 0.0 && x <= 20.0 => {
            return Ok(Value::Int((1..=x as i64).product()));
        }
        ("pow", Some(y)) => libm::pow(x, y),
        ("fmod", Some(y)) => libm::fmod(x, y),
        ("hypot", Some(y)) => libm::hypot(x, y),
        ("copysign", Some(y)) => libm::copysign(x, y),
        ("atan2", Some(y)) => libm::atan2(x, y),
        ("log", Some(base)) if x > 0.0 && base > 0.0 && base != 1.0 => libm::log(x) / libm::log(base),
        ("log", None) if x > 0.0 => libm::log(x),
        ("log2", None) if x > 0.0 => libm::log2(x),
        ("log10", None) if x > 0.0 => libm::log10(x),
        ("log1p", None) if x > -1.0 => libm::log1p(x),
        ("sqrt", None) => libm::sqrt(x),
        ("cbrt", None) => libm::cbrt(x),
        ("exp", None) => libm::exp(x),
        ("exp2", None) => libm::exp2(x),
        ("expm1", None) => libm::expm1(x),
        ("sin", None) => libm::sin(x),
        ("cos", None) => libm::cos(x),
        ("tan", None) => libm::tan(x),
        ("asin", None) => libm::asin(x),
        ("acos", None) => libm::acos(x),
        ("atan", None) => libm::atan(x),
        ("sinh", None) => libm::sinh(x),
        ("cosh", None) => libm::cosh(x),
        ("tanh", None) => libm::tanh(x),
        ("asinh", None) => libm::asinh(x),
        ("acosh", None) => libm::acosh(x),
        ("atanh", None) => libm::atanh(x),
        ("erf", None) => libm::erf(x),
        ("erfc", None) => libm::erfc(x),
        ("gamma", None) if x > 0.0 || x.fract() != 0.0 => libm::tgamma(x),
        ("lgamma", None) => libm::lgamma(x),
        ("fabs", None) => x.abs(),
        ("radians", None) => x * (std::f64::consts::PI / 180.0),
        ("degrees", None) => x * (180.0 / std::f64::consts::PI),
        _ => return Err(unknown()),
    };
    // Where numpy gives NaN or infinity, Python's functions fail.
    if (value.is_nan() && !args.iter().any(|v| v.is_nan()))
        || (value.is_infinite() && args.iter().all(|v| v.is_finite()))
    {
        return Err(OpError::new("the arguments are outside of what the function is defined for"));
    }
    Ok(Value::Float(value))
}
