//! Masks: where conditions hold, and what is missing.

use super::arith::{self, Operator};
use super::elementwise::{Built, Chunk, Side, elementwise, promote, promote_plain, side};
use super::unary::{each, map};
use crate::data::time::NAT;
use crate::data::{Dataset, Dim, Dtype, Labelled, Pick};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_array, wants};
use crate::transform::error::{OpError, OpResult};

/// `.isnull`, `.notnull`: NaN and not-a-time are missing, texts and integers never.
pub(crate) fn isnull(call: &Bound<'_>) -> OpResult {
    let wanted = call.name == ".isnull";
    each(call.need("d")?, |array| {
        map(array, Dtype::Bool, |chunk| {
            let missing: Vec<bool> = match array.dtype() {
                Dtype::F32 | Dtype::F64 => chunk.floats(false)?.iter().map(|v| v.is_nan()).collect(),
                Dtype::Time(_) => chunk.integers()?.iter().map(|v| *v == i128::from(NAT)).collect(),
                _ => match chunk {
                    Chunk::Array(array) => vec![false; array.size()],
                    Chunk::Plain(_, n) => vec![false; *n],
                },
            };
            Ok(Built::Integers(missing.into_iter().map(|v| i128::from(v == wanted)).collect()))
        })
    })
}

/// The type of data of this type where some become NaN (xarray's `maybe_promote`).
fn with_nan(dtype: Dtype) -> OpResult<Dtype> {
    Ok(match dtype {
        Dtype::F32 | Dtype::F64 => dtype,
        Dtype::I8 | Dtype::I16 | Dtype::U8 | Dtype::U16 => Dtype::F32,
        Dtype::I32 | Dtype::I64 | Dtype::U32 | Dtype::U64 => Dtype::F64,
        Dtype::Bool => {
            return Err(OpError::with_help(
                "true and false cannot be missing",
                Some("give a third argument, or convert first: .astype: [!dag_prev , float]".to_owned()),
            ));
        }
        Dtype::Time(_) | Dtype::Str => return Err(OpError::new(format!("{dtype} cannot be masked"))),
    })
}

/// `a` where `cond`, else `b`; the type in which both meet.
fn choose(cond: &Side, a: &Side, b: &Side, dtype: Dtype) -> OpResult<Labelled> {
    let result = elementwise(&[a, cond, b], dtype, |chunks| {
        let flags = chunks[1].floats(false)?;
        if dtype.is_float() {
            let (a, b) = (chunks[0].floats(dtype == Dtype::F32)?, chunks[2].floats(dtype == Dtype::F32)?);
            let pick = |(flag, (a, b)): (&f64, (&f64, &f64))| if *flag != 0.0 { *a } else { *b };
            Ok(Built::Floats(flags.iter().zip(a.iter().zip(&b)).map(pick).collect()))
        } else {
            let (a, b) = (chunks[0].integers()?, chunks[2].integers()?);
            let pick = |(flag, (a, b)): (&f64, (&i128, &i128))| if *flag != 0.0 { *a } else { *b };
            Ok(Built::Integers(flags.iter().zip(a.iter().zip(&b)).map(pick).collect()))
        }
    })?;
    Ok(result)
}

/// The type in which two sides meet.
fn meet(a: &Side, b: &Side) -> OpResult<Dtype> {
    match (a, b) {
        (Side::Array(a) | Side::Bare(a), Side::Array(b) | Side::Bare(b)) => {
            if !a.dtype().is_numeric() || !b.dtype().is_numeric() {
                return Err(OpError::new("only numbers can be chosen from"));
            }
            Ok(promote(a.dtype(), b.dtype()))
        }
        (Side::Array(a) | Side::Bare(a), Side::Plain(b))
        | (Side::Plain(b), Side::Array(a) | Side::Bare(a)) => promote_plain(a.dtype(), b),
        (Side::Plain(a), Side::Plain(b)) => Ok(match (a, b) {
            (Value::Bool(_), Value::Bool(_)) => Dtype::Bool,
            (Value::Int(_) | Value::Bool(_), Value::Int(_) | Value::Bool(_)) => Dtype::I64,
            _ => Dtype::F64,
        }),
    }
}

/// One array where a condition holds, else NaN or another value; it keeps its name and attributes.
fn masked(array: &Labelled, cond: &Value, other: Option<&Value>) -> OpResult<Labelled> {
    let (data, cond) = (Side::Array(Box::new(array.clone())), side(cond)?);
    let (other, dtype) = match other {
        None => (Side::Plain(Value::Float(f64::NAN)), with_nan(array.dtype())?),
        Some(other) => {
            let other = side(other)?;
            let dtype = meet(&data, &other)?;
            (other, dtype)
        }
    };
    let mut result = choose(&cond, &data, &other, dtype)?;
    result.name.clone_from(&array.name);
    result.attrs = array.attrs.clone();
    Ok(result)
}

/// `.where`.
pub(crate) fn where_method(call: &Bound<'_>) -> OpResult {
    let cond = call.need("cond")?;
    let drop = call.flag("drop", false)?;
    call.map_arrays("d", |array| {
        let cond = match cond {
            Value::Dataset(Dataset { vars, .. }) => vars
                .iter()
                .find(|(name, _)| Some(name) == array.name.as_ref())
                .map(|(_, cond)| Value::Array(cond.clone()))
                .ok_or_else(|| OpError::new("the condition has no variable of this name"))?,
            other => other.clone(),
        };
        let result = masked(array, &cond, call.some("other"))?;
        if drop { trimmed(result, &to_array(&cond, "cond")?) } else { Ok(result) }
    })
}

/// Without the indices along each dim at which the condition holds nowhere.
fn trimmed(mut result: Labelled, cond: &Labelled) -> OpResult<Labelled> {
    for (dim, list) in kept(cond)? {
        result = result.isel_dim(dim.as_str(), &Pick::List(list))?;
    }
    Ok(result)
}

/// Per dim of a condition the indices at which it holds anywhere.
pub(crate) fn kept(cond: &Labelled) -> OpResult<Vec<(Dim, Vec<usize>)>> {
    let mut kept = Vec::with_capacity(cond.ndim());
    for (axis, dim) in cond.dims.iter().enumerate() {
        let others: Vec<usize> = (0..cond.ndim()).filter(|a| *a != axis).collect();
        let any = crate::transform::kernels::sums(cond, &others, None)?.sum;
        kept.push((dim.clone(), (0..any.len()).filter(|i| any[*i] != 0.0).collect()));
    }
    Ok(kept)
}

/// `create_mask`.
pub(crate) fn create_mask(call: &Bound<'_>) -> OpResult {
    let (mask, name) = mask_of(call)?;
    let mut mask = mask;
    mask.name = Some(name);
    Ok(mask.into())
}

fn mask_of(call: &Bound<'_>) -> OpResult<(Labelled, String)> {
    let operator = call.need("operator")?;
    let Some(name) = operator.as_text() else {
        return Err(wants("operator", "a comparison such as `<`", operator));
    };
    if !Operator::of(name)?.is_comparison() {
        return Err(wants("operator", "a comparison such as `<`", operator));
    }
    let array = call.array("d")?;
    let value = call.need("value")?;
    let title = format!("{} (masked by '{name} {}')", array.name.as_deref().unwrap_or("None"), show(value));
    match arith::apply(name, &Value::Array(array), value)? {
        Value::Array(mask) => Ok((mask, title)),
        other => Err(wants("d", "an array", &other)),
    }
}

/// As Python writes it.
fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        other => other.describe(),
    }
}

/// `where`.
pub(crate) fn where_operator(call: &Bound<'_>) -> OpResult {
    let (mask, _) = mask_of(call)?;
    Ok(masked(&call.array("d")?, &mask.into(), None)?.into())
}

/// `np.where`.
pub(crate) fn np_where(call: &Bound<'_>) -> OpResult {
    let cond = side(&call.need("cond")?.clone())?;
    let (a, b) = (side(call.need("a")?)?, side(call.need("b")?)?);
    let dtype = meet(&a, &b)?;
    let mut result = choose(&cond, &a, &b, dtype)?;
    // numpy's function gives a bare array of labelled ones, xarray's the condition's name.
    if call.name == "np.where" {
        return Ok(Value::bare(&result));
    }
    if let Value::Array(cond) = call.need("cond")? {
        result.name.clone_from(&cond.name);
    }
    Ok(super::arith::wrap(&[&a, &cond, &b], result))
}

/// `.fillna`.
pub(crate) fn fillna(call: &Bound<'_>) -> OpResult {
    let value = call.need("value")?;
    call.map_arrays("d", |array| {
        let fill = match value {
            Value::Map(entries) => {
                let found = entries.iter().find(|(key, _)| key.as_text() == array.name.as_deref());
                match found {
                    Some((_, fill)) => fill,
                    None => return Ok(array.clone()),
                }
            }
            other => other,
        };
        if !array.dtype().is_float() {
            return Ok(array.clone());
        }
        let data = Side::Array(Box::new(array.clone()));
        let fill = side(fill)?;
        let dtype = meet(&data, &fill)?;
        let mut result = elementwise(&[&data, &fill], dtype, |chunks| {
            let (a, b) = (chunks[0].floats(false)?, chunks[1].floats(dtype == Dtype::F32)?);
            Ok(Built::Floats(a.iter().zip(&b).map(|(a, b)| if a.is_nan() { *b } else { *a }).collect()))
        })?;
        result.name.clone_from(&array.name);
        result.attrs = array.attrs.clone();
        Ok(result)
    })
}
