//! `.format`: Python's format strings.

use super::python::{float_text, plain, repr_of, text_of};
use crate::transform::Value;
use crate::transform::bind::{Bound, wants};
use crate::transform::error::{OpError, OpResult};

/// Longest text that a width may ask for.
const MOST_WIDTH: usize = 10_000;

/// `.format`.
pub(crate) fn format(call: &Bound<'_>) -> OpResult {
    let Some(text) = call.need("d")?.as_text() else { return Err(wants("d", "a text", call.need("d")?)) };
    Ok(Value::Text(formatted(text, &call.rest, &call.named)?))
}

/// A format string with its fields put in: `{}`, `{0}`, `{name}`, with `[key]`, `!r`, `!s` and a
/// format specification.
pub(crate) fn formatted(text: &str, args: &[Value], named: &[(String, Value)]) -> OpResult<String> {
    let (mut out, mut next) = (String::new(), 0);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '{' if signs.peek() == Some(&'{') => {
                signs.next();
                out.push('{');
            }
            '}' => {
                if signs.next() != Some('}') {
                    return Err(OpError::new("a single `}` in a format string (write `}}`)"));
                }
                out.push('}');
            }
            '{' => {
                let (mut field, mut depth) = (String::new(), 1);
                for sign in signs.by_ref() {
                    depth += match sign {
                        '{' => 1,
                        '}' => -1,
                        _ => 0,
                    };
                    if depth == 0 {
                        break;
                    }
                    field.push(sign);
                }
                if depth != 0 {
                    return Err(OpError::new("a `{` in a format string has no end"));
                }
                let (name, spec) = field.split_once(':').unwrap_or((&field, ""));
                let (name, how) = name.split_once('!').unwrap_or((name, ""));
                let spec = if spec.contains('{') { formatted(spec, args, named)? } else { spec.to_owned() };
                let value = looked_up(name, args, named, &mut next)?;
                let value = match how {
                    "" => plain(&value)?,
                    "r" | "a" => Value::Text(repr_of(&value)),
                    "s" => Value::Text(text_of(&value)),
                    other => return Err(OpError::new(format!("there is no conversion `!{other}`"))),
                };
                out.push_str(&apply(&value, &spec)?);
            }
            sign => out.push(sign),
        }
    }
    Ok(out)
}

fn looked_up(name: &str, args: &[Value], named: &[(String, Value)], next: &mut usize) -> OpResult {
    let (base, keys) = match name.find(['[', '.']) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let mut value = if base.is_empty() {
        *next += 1;
        args.get(*next - 1).cloned().ok_or_else(|| OpError::new("there are too few values to format"))?
    } else if let Ok(at) = base.parse::<usize>() {
        args.get(at).cloned().ok_or_else(|| OpError::new(format!("there is no value {at} to format")))?
    } else {
        let found = named.iter().find(|(have, _)| have == base).map(|(_, value)| value.clone());
        let known = named.iter().map(|(have, _)| have.as_str());
        found.ok_or_else(|| crate::transform::error::unknown("value", base, known))?
    };
    let mut rest = keys;
    while let Some(inner) = rest.strip_prefix('[') {
        let Some((key, after)) = inner.split_once(']') else {
            return Err(OpError::new(format!("`{name}` has a `[` without end")));
        };
        let key = key.parse::<i64>().map_or_else(|_| Value::Text(key.to_owned()), Value::Int);
        value = super::access::entry(&value, &key)?;
        rest = after;
    }
    if rest.is_empty() {
        return Ok(value);
    }
    Err(OpError::with_help(
        format!("`{rest}` in a format string needs a Python interpreter"),
        Some("fields are `{}`, `{0}`, `{name}` and `{name[key]}`".to_owned()),
    ))
}

/// What `[[fill]align][sign][#][0][width][,][.precision][type]` says.
fn apply(value: &Value, spec: &str) -> OpResult<String> {
    let bad = || OpError::new(format!("`{spec}` is no format for {}", value.describe()));
    let signs: Vec<char> = spec.chars().collect();
    let is_align = |sign: Option<&char>| sign.is_some_and(|sign| "<>^=".contains(*sign));
    let mut at = 0;
    let (mut fill, mut align) = (' ', None);
    if is_align(signs.get(1)) {
        (fill, align) = (signs[0], Some(signs[1]));
        at = 2;
    } else if is_align(signs.first()) {
        align = Some(signs[0]);
        at = 1;
    }
    let mut take = |set: &str| {
        let found = signs.get(at).copied().filter(|sign| set.contains(*sign));
        at += usize::from(found.is_some());
        found
    };
    let plus = take("+- ");
    take("#");
    if take("0").is_some() && align.is_none() {
        (fill, align) = ('0', Some('='));
    }
    let mut width = String::new();
    while let Some(digit) = take("0123456789") {
        width.push(digit);
    }
    let mut grouping = take(",_");
    let has_precision = take(".").is_some();
    let mut digits = String::new();
    while has_precision && let Some(digit) = take("0123456789") {
        digits.push(digit);
    }
    let kind = take("bcdeEfFgGnosxX%");
    if at != signs.len() || (has_precision && digits.is_empty()) {
        return Err(bad());
    }
    let width: usize = if width.is_empty() { 0 } else { width.parse().map_err(|_| bad())? };
    let precision: Option<usize> =
        if has_precision { Some(digits.parse().map_err(|_| bad())?) } else { None };
    if width > MOST_WIDTH || precision.is_some_and(|p| p > 500) {
        return Err(bad());
    }
    let number = match value {
        Value::Int(v) => Some(*v as f64),
        Value::Float(v) => Some(*v),
        Value::Bool(v) if !spec.is_empty() => Some(f64::from(u8::from(*v))),
        _ => None,
    };
    let integer = match value {
        Value::Int(v) => Some(*v),
        Value::Bool(v) => Some(i64::from(*v)),
        _ => None,
    };
    let body = match (kind, number) {
        (Some('s') | None, None) => {
            grouping = None;
            let text = text_of(value);
            precision.map_or(text.clone(), |p| text.chars().take(p).collect())
        }
        (Some('d' | 'n'), Some(_)) if integer.is_some() => integer.unwrap_or(0).unsigned_abs().to_string(),
        (None, Some(_)) if integer.is_some() && precision.is_none() => {
            integer.unwrap_or(0).unsigned_abs().to_string()
        }
        (Some('b'), Some(_)) => format!("{:b}", integer.ok_or_else(bad)?.unsigned_abs()),
        (Some('o'), Some(_)) => format!("{:o}", integer.ok_or_else(bad)?.unsigned_abs()),
        (Some('x'), Some(_)) => format!("{:x}", integer.ok_or_else(bad)?.unsigned_abs()),
        (Some('X'), Some(_)) => format!("{:X}", integer.ok_or_else(bad)?.unsigned_abs()),
        (Some('f' | 'F'), Some(v)) => format!("{:.*}", precision.unwrap_or(6), v.abs()),
        (Some('%'), Some(v)) => format!("{:.*}%", precision.unwrap_or(6), v.abs() * 100.0),
        (Some(e @ ('e' | 'E')), Some(v)) => exponential(v.abs(), precision.unwrap_or(6), e),
        (Some(g @ ('g' | 'G' | 'n')), Some(v)) => general(v.abs(), precision.unwrap_or(6), g == 'G'),
        (None, Some(v)) => match precision {
            Some(p) => general(v.abs(), p, false),
            None => float_text(v.abs()),
        },
        _ => return Err(bad()),
    };
    let body = if body.starts_with("NaN") { body.replace("NaN", "nan") } else { body };
    let body = match grouping {
        Some(between) => grouped(&body, between),
        None => body,
    };
    let sign = match number {
        Some(v) if v.is_sign_negative() && !v.is_nan() => "-",
        Some(_) if plus == Some('+') => "+",
        Some(_) if plus == Some(' ') => " ",
        _ => "",
    };
    let missing = width.saturating_sub(sign.chars().count() + body.chars().count());
    let pad = |n: usize| std::iter::repeat_n(fill, n).collect::<String>();
    Ok(match align.unwrap_or(if number.is_some() { '>' } else { '<' }) {
        '<' => format!("{sign}{body}{}", pad(missing)),
        '^' => format!("{}{sign}{body}{}", pad(missing / 2), pad(missing - missing / 2)),
        '=' => format!("{sign}{}{body}", pad(missing)),
        _ => format!("{}{sign}{body}", pad(missing)),
    })
}

fn grouped(body: &str, between: char) -> String {
    let end = body.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(body.len());
    let mut out = String::new();
    for (i, digit) in body[..end].chars().enumerate() {
        if i > 0 && (end - i).is_multiple_of(3) {
            out.push(between);
        }
        out.push(digit);
    }
    out + &body[end..]
}

fn exponential(value: f64, precision: usize, e: char) -> String {
    if !value.is_finite() {
        return float_text(value);
    }
    let text = format!("{value:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}{e}{sign}{exponent:0>2}")
}

/// C's `%g`.
fn general(value: f64, precision: usize, upper: bool) -> String {
    if !value.is_finite() {
        return float_text(value);
    }
    let precision = precision.max(1);
    let text = exponential(value, precision - 1, 'e');
    let exponent: i32 = text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let trim = |digits: &str| {
        if digits.contains('.') {
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            digits.to_owned()
        }
    };
    if exponent < -4 || exponent >= precision as i32 {
        let (digits, rest) = text.split_once('e').unwrap_or((&text, "+00"));
        return format!("{}{}{rest}", trim(digits), if upper { 'E' } else { 'e' });
    }
    let decimals = usize::try_from(precision as i32 - 1 - exponent).unwrap_or(0);
    trim(&format!("{value:.decimals$}"))
}
