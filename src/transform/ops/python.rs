//! Python's own conversions, and what it does with lists and with membership.

use super::arith;
use super::elementwise::integers;
use crate::data::{Dtype, Labelled, Pick};
use crate::transform::Value;
use crate::transform::bind::{Bound, wants};
use crate::transform::error::{OpError, OpResult};
use std::fmt::Write;

/// Elements of an array that may be walked one by one.
const MOST_ITEMS: usize = 10_000_000;

/// What iterating over a value gives: items, keys, characters, or parts along the first axis.
pub(crate) fn items_of(value: &Value) -> OpResult<Vec<Value>> {
    match value {
        Value::List(items) | Value::Tuple(items) => Ok(items.clone()),
        Value::Map(entries) => Ok(entries.iter().map(|(key, _)| key.clone()).collect()),
        Value::Text(text) => Ok(text.chars().map(|sign| Value::Text(sign.to_string())).collect()),
        Value::Dataset(dataset) => {
            Ok(dataset.vars.iter().map(|(name, _)| Value::Text(name.clone())).collect())
        }
        Value::Array(array) | Value::Bare(array) if array.ndim() > 0 => {
            if array.shape[0] > MOST_ITEMS {
                return Err(OpError::new(format!("an array of {} parts is no list", array.shape[0])));
            }
            (0..array.shape[0])
                .map(|i| {
                    let part = array.isel(0, &Pick::At(i))?;
                    Ok(if matches!(value, Value::Bare(_)) { Value::bare(&part) } else { Value::Array(part) })
                })
                .collect()
        }
        other => Err(OpError::new(format!("{} has no items", other.describe()))),
    }
}

/// The plain number or text in an array of one element; other values as they are.
pub(crate) fn plain(value: &Value) -> OpResult {
    match value {
        Value::Array(array) | Value::Bare(array) if array.size() == 1 => item_of(array),
        other => Ok(other.clone()),
    }
}

/// The element of an array of one, as Python has it.
pub(crate) fn item_of(array: &Labelled) -> OpResult {
    let index = vec![0; array.ndim()];
    Ok(match array.dtype() {
        Dtype::Str => Value::Text(array.text_at(&index)?.to_owned()),
        Dtype::Bool => Value::Bool(array.f64_at(&index)? != 0.0),
        Dtype::F32 | Dtype::F64 => Value::Float(array.f64_at(&index)?),
        Dtype::Time(_) => return Err(OpError::new("a time is not a number")),
        _ => {
            let value = integers(array)?.first().copied().unwrap_or(0);
            Value::Int(
                i64::try_from(value).map_err(|_| OpError::new("the number does not fit into 64 bits"))?,
            )
        }
    })
}

/// `list`, `tuple`, `set`, `dict`, `int`, `float`, `bool`, `str`, `repr`, `sorted`, `truth`, by the
/// name of the call. A set is a list in order of first appearance.
pub(crate) fn convert(call: &Bound<'_>) -> OpResult {
    let Some(d) = call.get("d") else {
        return Ok(match call.name {
            "list" | "set" => Value::List(Vec::new()),
            "tuple" => Value::Tuple(Vec::new()),
            "dict" => Value::Map(named(call)),
            "str" => Value::Text(String::new()),
            "int" => Value::Int(0),
            "float" => Value::Float(0.0),
            "bool" => Value::Bool(false),
            _ => return Err(OpError::new("the argument `d` is missing")),
        });
    };
    Ok(match call.name {
        "list" => Value::List(items_of(d)?),
        "tuple" => Value::Tuple(items_of(d)?),
        "set" => {
            let mut kept: Vec<Value> = Vec::new();
            for item in items_of(d)? {
                let item = plain(&item)?;
                if !contains_item(&kept, &item)? {
                    kept.push(item);
                }
            }
            Value::List(kept)
        }
        "dict" => {
            let mut entries = match d {
                Value::Map(entries) => entries.clone(),
                Value::Dataset(dataset) => {
                    let entry = |(name, array): &(String, Labelled)| {
                        (Value::Text(name.clone()), Value::Array(array.clone()))
                    };
                    dataset.vars.iter().map(entry).collect()
                }
                other => items_of(other)?
                    .iter()
                    .map(|pair| match pair.as_items() {
                        Some([key, value]) => Ok((key.clone(), value.clone())),
                        _ => Err(wants("d", "a mapping or a list of pairs", d)),
                    })
                    .collect::<OpResult<_>>()?,
            };
            entries.extend(named(call));
            Value::Map(entries)
        }
        "int" => Value::Int(to_integer(&plain(d)?)?),
        "float" => Value::Float(to_float(&plain(d)?)?),
        "np.isscalar" => Value::Bool(match d {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => true,
            Value::Bare(array) => array.ndim() == 0,
            _ => false,
        }),
        "bool" | "truth" => Value::Bool(d.is_true()?),
        "str" => Value::Text(text_of(d)),
        "repr" => Value::Text(repr_of(d)),
        _ => Value::List(sorted(items_of(d)?, call.flag("reverse", false)?)?),
    })
}

fn named(call: &Bound<'_>) -> Vec<(Value, Value)> {
    call.named.iter().map(|(key, value)| (Value::Text(key.clone()), value.clone())).collect()
}

fn to_integer(value: &Value) -> OpResult<i64> {
    match value {
        Value::Int(v) => Ok(*v),
        Value::Bool(v) => Ok(i64::from(*v)),
        Value::Float(v) if v.is_finite() && v.abs() < 9.2e18 => Ok(v.trunc() as i64),
        Value::Text(text) => text
            .trim()
            .replace('_', "")
            .parse()
            .map_err(|_| OpError::new(format!("`{text}` is not an integer"))),
        other => Err(OpError::new(format!("{} is not an integer", other.describe()))),
    }
}

fn to_float(value: &Value) -> OpResult<f64> {
    match value {
        Value::Int(v) => Ok(*v as f64),
        Value::Bool(v) => Ok(f64::from(u8::from(*v))),
        Value::Float(v) => Ok(*v),
        Value::Text(text) => text
            .trim()
            .replace('_', "")
            .parse()
            .map_err(|_| OpError::new(format!("`{text}` is not a number"))),
        other => Err(OpError::new(format!("{} is not a number", other.describe()))),
    }
}

/// Whether `a` comes before `b`.
fn less(a: &Value, b: &Value) -> OpResult<bool> {
    match (a.as_items(), b.as_items()) {
        (Some(x), Some(y)) => {
            for (x, y) in x.iter().zip(y) {
                if !equal(x, y)? {
                    return less(x, y);
                }
            }
            Ok(x.len() < y.len())
        }
        _ => arith::apply("<", a, b)?.is_true(),
    }
}

/// Whether two values are equal; arrays if all of their elements are.
pub(crate) fn equal(a: &Value, b: &Value) -> OpResult<bool> {
    Ok(match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Map(x), Value::Map(y)) => {
            if x.len() != y.len() {
                return Ok(false);
            }
            for (key, value) in x {
                let mut found = false;
                for (other, theirs) in y {
                    found = found || (equal(key, other)? && equal(value, theirs)?);
                }
                if !found {
                    return Ok(false);
                }
            }
            true
        }
        (Value::List(x), Value::List(y)) | (Value::Tuple(x), Value::Tuple(y)) => {
            let mut same = x.len() == y.len();
            for (x, y) in x.iter().zip(y) {
                same = same && equal(x, y)?;
            }
            same
        }
        (Value::Array(_) | Value::Bare(_), _) | (_, Value::Array(_) | Value::Bare(_)) => {
            match arith::apply("==", a, b) {
                Ok(Value::Array(flags) | Value::Bare(flags)) => {
                    let flags = flags.to_f64()?;
                    !flags.is_empty() && flags.iter().all(|v| *v != 0.0)
                }
                Err(error) if error.is_absent() => return Err(error),
                _ => false,
            }
        }
        (Value::Text(x), Value::Text(y)) => x == y,
        (
            Value::Int(_) | Value::Float(_) | Value::Bool(_),
            Value::Int(_) | Value::Float(_) | Value::Bool(_),
        ) => arith::apply("==", a, b)?.is_true()?,
        _ => false,
    })
}

fn sorted(items: Vec<Value>, reverse: bool) -> OpResult<Vec<Value>> {
    // Insertion by halves: comparisons may fail, which sorting functions do not allow for.
    let mut done: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        let (mut low, mut high) = (0, done.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let before = if reverse { less(&done[middle], &item)? } else { less(&item, &done[middle])? };
            if before {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        done.insert(low, item);
    }
    Ok(done)
}

/// `min`, `max`, `sum`, `any`, `all` of the items of a value (Python's: NaN is not looked after).
pub(crate) fn fold(call: &Bound<'_>) -> OpResult {
    let d = call.need("d")?;
    let items = if call.rest.is_empty() || call.name == "sum" {
        items_of(d)?
    } else {
        std::iter::once(d.clone()).chain(call.rest.iter().cloned()).collect()
    };
    match call.name {
        "any" | "all" => {
            let wanted = call.name == "any";
            for item in &items {
                if item.is_true()? == wanted {
                    return Ok(Value::Bool(wanted));
                }
            }
            Ok(Value::Bool(!wanted))
        }
        "sum" => {
            let start = call.rest.first().cloned().unwrap_or(Value::Int(0));
            items.iter().try_fold(start, |total, item| arith::apply("add", &total, item))
        }
        name => {
            let mut items = items.into_iter();
            let Some(mut best) = items.next() else {
                let default = call.named.iter().find(|(name, _)| name == "default");
                return default
                    .map(|(_, value)| value.clone())
                    .ok_or_else(|| OpError::new(format!("there is no {name} of nothing")));
            };
            for item in items {
                let better = if name == "max" { less(&best, &item)? } else { less(&item, &best)? };
                if better {
                    best = item;
                }
            }
            Ok(best)
        }
    }
}

fn contains_item(items: &[Value], wanted: &Value) -> OpResult<bool> {
    for item in items {
        if equal(item, wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `contains(d, x)`, `in(x, d)`, `not in(x, d)`.
pub(crate) fn contains(call: &Bound<'_>) -> OpResult {
    let (d, x) = match call.name {
        "contains" => (call.need("a")?, call.need("b")?),
        _ => (call.need("b")?, call.need("a")?),
    };
    let found = match d {
        Value::Text(text) => match x {
            Value::Text(part) => text.contains(part.as_str()),
            other => return Err(wants("x", "a text, as what it is looked for in", other)),
        },
        Value::List(items) | Value::Tuple(items) => contains_item(items, x)?,
        Value::Map(entries) => {
            let keys: Vec<Value> = entries.iter().map(|(key, _)| key.clone()).collect();
            contains_item(&keys, x)?
        }
        Value::Dataset(dataset) => {
            let name = x.as_text().unwrap_or_default();
            let has = |array: &Labelled| array.coords.get(name).is_some();
            dataset.vars.iter().any(|(have, array)| have == name || has(array))
        }
        Value::Array(_) | Value::Bare(_) => match arith::apply("==", d, x)? {
            Value::Array(flags) | Value::Bare(flags) => flags.to_f64()?.iter().any(|v| *v != 0.0),
            other => other.is_true()?,
        },
        other => return Err(OpError::new(format!("{} has no items", other.describe()))),
    };
    Ok(Value::Bool(found == (call.name != "not in")))
}

/// `in interval`, `not in interval`: both ends are inside.
pub(crate) fn interval(call: &Bound<'_>) -> OpResult {
    let ends = items_of(call.need("interval")?)?;
    let [low, high] = ends.as_slice() else {
        return Err(wants("interval", "two ends", call.need("interval")?));
    };
    let d = call.need("d")?;
    if call.name == "in interval" {
        arith::apply("&", &arith::apply(">=", d, low)?, &arith::apply("<=", d, high)?)
    } else {
        arith::apply("|", &arith::apply("<", d, low)?, &arith::apply(">", d, high)?)
    }
}

/// `concat`: one list after another.
pub(crate) fn concat(call: &Bound<'_>) -> OpResult {
    match (call.need("a")?, call.need("b")?) {
        (Value::Array(_) | Value::Bare(_), _) | (_, Value::Array(_) | Value::Bare(_)) => {
            Err(OpError::with_help(
                "arrays are not concatenated by this",
                Some("use `np.concatenate` or `xr.concat`".to_owned()),
            ))
        }
        (a @ (Value::List(_) | Value::Tuple(_) | Value::Text(_)), b) => arith::apply("add", a, b),
        (a, _) => Err(wants("a", "a list", a)),
    }
}

/// `.join`.
pub(crate) fn join(call: &Bound<'_>) -> OpResult {
    let Some(between) = call.need("d")?.as_text() else { return Err(wants("d", "a text", call.need("d")?)) };
    let parts = items_of(call.need("parts")?)?
        .iter()
        .map(|part| match plain(part)? {
            Value::Text(text) => Ok(text),
            other => Err(wants("parts", "texts", &other)),
        })
        .collect::<OpResult<Vec<String>>>()?;
    Ok(Value::Text(parts.join(between)))
}

/// `.split`.
pub(crate) fn split(call: &Bound<'_>) -> OpResult {
    let Some(text) = call.need("d")?.as_text() else { return Err(wants("d", "a text", call.need("d")?)) };
    let most = call.int("maxsplit")?.and_then(|n| usize::try_from(n).ok());
    let parts: Vec<Value> = match (call.text("sep")?, most) {
        (Some(""), _) => return Err(OpError::new("the separator is empty")),
        (Some(sep), None) => text.split(sep).map(Value::from).collect(),
        (Some(sep), Some(n)) => text.splitn(n.saturating_add(1), sep).map(Value::from).collect(),
        (None, None) => text.split_whitespace().map(Value::from).collect(),
        (None, Some(n)) => {
            let (mut parts, mut rest) = (Vec::new(), text.trim_start());
            while parts.len() < n
                && let Some(at) = rest.find(char::is_whitespace)
            {
                parts.push(Value::from(&rest[..at]));
                rest = rest[at..].trim_start();
            }
            if !rest.is_empty() {
                parts.push(Value::from(rest));
            }
            parts
        }
    };
    Ok(Value::List(parts))
}

/// Python's `str()` of a float: the shortest text that means it, with an exponent from 1e16 on and
/// below 1e-4.
pub(crate) fn float_text(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan".into()
        } else if value > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        };
    }
    if value != 0.0 && !(1e-4..1e16).contains(&value.abs()) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(rest) => ('-', rest),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{value:?}")
}

/// Python's `str()`.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Array(array) | Value::Bare(array) if array.ndim() == 0 => match item_of(array) {
            Ok(Value::Float(v)) if array.dtype() == Dtype::F32 => float_text_32(v as f32),
            Ok(item) => text_of(&item),
            Err(_) => value.describe(),
        },
        other => repr_of(other),
    }
}

fn float_text_32(value: f32) -> String {
    // The shortest text that means the single-precision number.
    value.to_string().parse().map_or_else(|_| value.to_string(), float_text)
}

/// Python's `repr()`; arrays by their type and shape.
pub(crate) fn repr_of(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(repr_of).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(v) => v.to_string(),
        Value::Float(v) => float_text(*v),
        Value::Text(text) => {
            let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
            let mut out = String::from(quote);
            for sign in text.chars() {
                match sign {
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\t' => out.push_str("\\t"),
                    '\r' => out.push_str("\\r"),
                    sign if sign == quote => {
                        out.push('\\');
                        out.push(sign);
                    }
                    sign if sign.is_control() => {
                        let _ = write!(out, "\\x{:02x}", u32::from(sign));
                    }
                    sign => out.push(sign),
                }
            }
            out.push(quote);
            out
        }
        Value::List(items) => format!("[{}]", list(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", list(items)),
        Value::Tuple(items) => format!("({})", list(items)),
        Value::Map(entries) => {
            let entry = |(key, value): &(Value, Value)| format!("{}: {}", repr_of(key), repr_of(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.describe(),
    }
}
