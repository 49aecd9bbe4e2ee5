//! Python's format strings with a few named values: `{dim:} = {value:.3g}`.

use super::values;
use crate::data::{Dtype, Labelled};
use std::fmt::Write as _;

/// A value to be put in.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field {
    /// Text.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Number.
    Float(f64),
}

impl Field {
    /// One element of a small array.
    pub(super) fn of(array: &Labelled, index: usize) -> Self {
        let text = values::item(array, index, false);
        match array.dtype() {
            Dtype::F64 | Dtype::F32 => text.parse().map_or(Self::Text(text), Self::Float),
            Dtype::Str | Dtype::Bool | Dtype::Time(_) => Self::Text(text),
            _ => text.parse().map_or(Self::Text(text), Self::Int),
        }
    }

    /// Python's `str` of it.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => values::python_float(*number),
        }
    }
}

/// Puts the fields into a template; `None` if the template is malformed, names another field or has
/// a format that does not fit its value (where Python raises).
pub(super) fn format(template: &str, fields: &[(&str, Field)]) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            out.push_str(&tail[..1]);
            rest = after;
            continue;
        }
        let (inside, after) = tail.strip_prefix('{')?.split_once('}')?;
        let (name, spec) = inside.split_once(':').unwrap_or((inside, ""));
        let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
        let field = &fields.iter().find(|(own, _)| *own == name)?.1;
        let field = match conversion {
            "" => field.clone(),
            "s" => Field::Text(field.plain()),
            "r" => Field::Text(match field {
                Field::Text(text) => format!("'{text}'"),
                other => other.plain(),
            }),
            _ => return None,
        };
        out.push_str(&one(&field, spec)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Python's format specification: `[[fill]align][sign][0][width][,][.precision][type]`.
fn one(field: &Field, spec: &str) -> Option<String> {
    if spec.is_empty() {
        return Some(field.plain());
    }
    let chars: Vec<char> = spec.chars().collect();
    let is_align = |c: &char| matches!(c, '<' | '>' | '^' | '=');
    let (mut fill, mut align, mut i) = (' ', None, 0);
    if chars.get(1).is_some_and(is_align) {
        (fill, align, i) = (chars[0], Some(chars[1]), 2);
    } else if chars.first().is_some_and(is_align) {
        (align, i) = (Some(chars[0]), 1);
    }
    let sign = chars.get(i).copied().filter(|c| matches!(c, '+' | '-' | ' '));
    i += usize::from(sign.is_some());
    if chars.get(i) == Some(&'0') {
        if align.is_none() {
            (fill, align) = ('0', Some('='));
        }
        i += 1;
    }
    let number = |i: &mut usize| -> Option<usize> {
        let start = *i;
        while chars.get(*i).is_some_and(char::is_ascii_digit) {
            *i += 1;
        }
        let text: String = chars[start..*i].iter().collect();
        // Wider than any figure.
        if text.is_empty() { None } else { Some(text.parse().unwrap_or(usize::MAX).min(1000)) }
    };
    let width = number(&mut i).unwrap_or(0);
    let comma = chars.get(i) == Some(&',');
    i += usize::from(comma);
    let mut precision = None;
    if chars.get(i) == Some(&'.') {
        i += 1;
        precision = Some(number(&mut i)?);
    }
    let kind = chars.get(i).copied();
    if chars.len() > i + usize::from(kind.is_some()) {
        return None;
    }
    let (negative, body) = match (field, kind) {
        (Field::Text(text), None | Some('s')) if sign.is_none() && !comma && align != Some('=') => {
            (false, text.chars().take(precision.unwrap_or(usize::MAX)).collect())
        }
        (Field::Text(_), _) => return None,
        (Field::Int(n), None | Some('d' | 'n')) if precision.is_none() => {
            (*n < 0, n.unsigned_abs().to_string())
        }
        (Field::Int(n), Some('x')) if precision.is_none() => (*n < 0, format!("{:x}", n.unsigned_abs())),
        (Field::Int(n), kind) => (*n < 0, float(n.unsigned_abs() as f64, kind, precision)?),
        (Field::Float(v), kind) => (v.is_sign_negative() && !v.is_nan(), float(v.abs(), kind, precision)?),
    };
    let body: String = if comma { grouped(&body) } else { body };
    let mark = match (negative, sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    let missing = width.saturating_sub(body.chars().count() + mark.len());
    let pad = |n: usize| fill.to_string().repeat(n);
    let align = align.unwrap_or(if matches!(field, Field::Text(_)) { '<' } else { '>' });
    Some(match align {
        '<' => format!("{mark}{body}{}", pad(missing)),
        '^' => format!("{}{mark}{body}{}", pad(missing / 2), pad(missing - missing / 2)),
        '=' => format!("{mark}{}{body}", pad(missing)),
        _ => format!("{}{mark}{body}", pad(missing)),
    })
}

/// A number that is not negative.
fn float(value: f64, kind: Option<char>, precision: Option<usize>) -> Option<String> {
    if !value.is_finite() {
        return Some(if value.is_nan() { "nan" } else { "inf" }.to_owned());
    }
    let digits = precision.unwrap_or(6);
    Some(match kind {
        None if precision.is_none() => values::python_float(value),
        Some('f' | 'F') => format!("{value:.digits$}"),
        Some('%') => format!("{:.digits$}%", 100.0 * value),
        Some('e') => values::python_exponent(&format!("{value:.digits$e}")),
        Some('g' | 'n') | None => {
            let text = general(value, digits.max(1));
            // Without a type a float keeps one digit after its point.
            if kind.is_none() && !text.contains(['.', 'e']) { format!("{text}.0") } else { text }
        }
        _ => return None,
    })
}

/// C's `%g`.
fn general(value: f64, digits: usize) -> String {
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if exponent < -4 || exponent >= digits as i32 {
        return values::python_exponent(&format!("{}e{exponent}", trim(mantissa)));
    }
    trim(&format!("{value:.*}", (digits as i32 - 1 - exponent).max(0) as usize))
}

/// `1234567.5` as `1,234,567.5`.
fn grouped(text: &str) -> String {
    let whole = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut out = String::new();
    for (i, c) in text[..whole].chars().enumerate() {
        if i > 0 && (whole - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    let _ = write!(out, "{}", &text[whole..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected texts from Python 3.12's `str.format`.
    #[test]
    fn templates_are_filled_as_python_does() {
        let fields = [
            ("dim", Field::Text("time".to_owned())),
            ("value", Field::Float(1234.5678)),
            ("n", Field::Int(-42)),
            ("small", Field::Float(1.5e-7)),
        ];
        for (template, text) in [
            ("{dim:} = {value:.3g}", Some("time = 1.23e+03")),
            ("{dim!r}: {value:.2f}", Some("'time': 1234.57")),
            ("{value}", Some("1234.5678")),
            ("{value:10.1f}|{value:<10.1f}|{value:^+10.1f}", Some("    1234.6|1234.6    | +1234.6  ")),
            ("{value:,.1f} {n:06d} {n:.3g} {n:+d}", Some("1,234.6 -00042 -42 -42")),
            ("{small} {small:g} {small:.2e} {value:.8}", Some("1.5e-07 1.5e-07 1.50e-07 1234.5678")),
            ("{{{dim:.2s}}}", Some("{ti}")),
            ("{value:d}", None),
            ("{dim:.3g}", None),
            ("{other}", None),
            ("{dim", None),
        ] {
            assert_eq!(format(template, &fields).as_deref(), text, "{template}");
        }
    }
}
