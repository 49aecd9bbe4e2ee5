//! Metadata documents as Python writes them, and what is taken out of them.

use super::fault::{Fault, broken};
use crate::source::cf::{Kind, Scalar, Typed, TypedAttrs};
use serde_json::{Map, Value};

/// A JSON document; the tokens `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes and
/// reads though JSON lacks them, become texts of these names.
///
/// # Errors
/// Why it is no JSON.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    let strict = serde_json::from_slice(bytes);
    let error = match strict {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let relaxed = quoted(bytes).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    relaxed.map_or_else(|| broken(format!("its metadata are no valid JSON: {error}")), Ok)
}

/// The document with bare `NaN`, `Infinity` and `-Infinity` in quotes; `None` if there is none.
fn quoted(bytes: &[u8]) -> Option<Vec<u8>> {
    const TOKENS: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let (mut at, mut in_text, mut found) = (0, false, false);
    while at < bytes.len() {
        let token = TOKENS.iter().find(|token| !in_text && bytes[at..].starts_with(token));
        if let Some(token) = token {
            out.push(b'"');
            out.extend_from_slice(token);
            out.push(b'"');
            at += token.len();
            found = true;
            continue;
        }
        match bytes[at] {
            b'"' => in_text = !in_text,
            b'\\' if in_text => {
                out.push(b'\\');
                at += 1;
            }
            _ => {}
        }
        out.extend(bytes.get(at));
        at += 1;
    }
    found.then_some(out)
}

/// The member `name` of an object; absent and `null` are the same.
pub(super) fn get<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// A list of lengths.
///
/// # Errors
/// If it is not a list of integers that are no less than 0.
pub(super) fn lengths(object: &Value, name: &str) -> Result<Vec<usize>, Fault> {
    const MOST_AXES: usize = 64;
    let list = get(object, name).and_then(Value::as_array);
    let lengths: Option<Vec<usize>> =
        list.and_then(|list| list.iter().map(|n| usize::try_from(n.as_u64()?).ok()).collect());
    match lengths {
        Some(lengths) if lengths.len() <= MOST_AXES => Ok(lengths),
        Some(lengths) => broken(format!("it has {} axes", lengths.len())),
        None => broken(format!("its metadata have no list of lengths `{name}`")),
    }
}

/// The text `name`, if it is there.
///
/// # Errors
/// If there is something else than a text.
pub(super) fn text<'a>(object: &'a Value, name: &str) -> Result<Option<&'a str>, Fault> {
    match get(object, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => broken(format!("`{name}` in its metadata is not a text")),
    }
}

/// A named extension of version 3, `"name"` or `{"name": …, "configuration": {…}}`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its configuration, `Null` without one.
    pub(super) configuration: &'a Value,
}

/// What `value` names, which is `what`.
///
/// # Errors
/// If it names nothing.
pub(super) fn named<'a>(value: &'a Value, what: &str) -> Result<Named<'a>, Fault> {
    match value {
        Value::String(name) => Ok(Named { name, configuration: &Value::Null }),
        Value::Object(object) => match object.get("name") {
            Some(Value::String(name)) => {
                Ok(Named { name, configuration: object.get("configuration").unwrap_or(&Value::Null) })
            }
            _ => broken(format!("its {what} has no name")),
        },
        _ => broken(format!("its {what} is neither a text nor an object")),
    }
}

/// Attributes: numbers and texts and lists of them; what is nested is shown as JSON.
pub(super) fn attributes(value: Option<&Value>) -> TypedAttrs {
    let empty = Map::new();
    let object = value.and_then(Value::as_object).unwrap_or(&empty);
    TypedAttrs(object.iter().map(|(name, value)| (name.clone(), attribute(value))).collect())
}

fn attribute(value: &Value) -> Typed {
    if let Value::String(text) = value {
        return Typed::Text(text.clone());
    }
    if let Some((kind, number)) = number(value) {
        return Typed::Numbers { kind, values: vec![number], scalar: true };
    }
    if let Value::Array(list) = value
        && !list.is_empty()
    {
        let texts: Option<Vec<String>> = list.iter().map(|v| v.as_str().map(str::to_owned)).collect();
        if let Some(texts) = texts {
            return Typed::Texts(texts);
        }
        let numbers: Option<Vec<(Kind, Scalar)>> = list.iter().map(number).collect();
        if let Some(numbers) = numbers {
            let any_float = numbers.iter().any(|(kind, _)| *kind == Kind::F64);
            let kind = if any_float { Kind::F64 } else { Kind::I64 };
            let values = numbers.into_iter().map(|(_, value)| value).collect();
            return Typed::Numbers { kind, values, scalar: false };
        }
    }
    Typed::Text(value.to_string())
}

fn number(value: &Value) -> Option<(Kind, Scalar)> {
    match value {
        Value::Bool(value) => Some((Kind::I64, Scalar::Int(i128::from(*value)))),
        Value::Number(number) => Some(match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => (Kind::I64, Scalar::Int(value.into())),
            (None, Some(value)) => (Kind::U64, Scalar::Int(value.into())),
            (None, None) => (Kind::F64, Scalar::Float(number.as_f64()?)),
        }),
        _ => None,
    }
}

/// The bytes that a text in base64 (RFC 4648, section 4) stands for; `None` if it is none.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    (count < 6 && text.len() - digits.len() <= 2).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_writes_numbers_that_json_lacks() {
        let value = parse(br#"{"a": [NaN, -Infinity], "NaN \" Infinity": 1}"#).unwrap();
        assert_eq!(value.to_string(), r#"{"a":["NaN","-Infinity"],"NaN \" Infinity":1}"#);
        let error = format!("{:?}", parse(br#"{"a": 1,}"#));
        assert!(error.contains("no valid JSON"), "{error}");
    }

    /// Values from Python's `base64.b64encode`.
    #[test]
    fn base64_is_undone() {
        assert_eq!(base64("AAAAAAAA+H8=").unwrap(), f64::NAN.to_le_bytes());
        assert_eq!(base64("").unwrap(), b"");
        assert_eq!(base64("YWI=").unwrap(), b"ab");
        assert_eq!(base64("YWJj").unwrap(), b"abc");
        assert!(base64("a").is_none() && base64("!a==").is_none());
    }
}
