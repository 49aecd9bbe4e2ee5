//! Values as Python writes and compares them: names of outputs and of sweep points depend on it.

use super::{Node, Yaml};
use std::fmt::Write;

impl Node {
    /// Python's `str()` of the value (tags are not shown): text as it is, `0.2`, `1e-05`, `True`,
    /// `None`, `[1, 2]`, `{'a': 1}`.
    pub fn python_str(&self) -> String {
        match &self.value {
            Yaml::Str(text) => text.clone(),
            _ => {
                let mut out = String::new();
                self.repr(&mut out);
                out
            }
        }
    }

    /// Python's `repr()`, appended to `out`. A `!tuple` tag, which `as_type: tuple` leaves, gives
    /// parentheses.
    fn repr(&self, out: &mut String) {
        match &self.value {
            Yaml::Null => out.push_str("None"),
            Yaml::Bool(flag) => out.push_str(if *flag { "True" } else { "False" }),
            Yaml::Int(number) => {
                let _ = write!(out, "{number}");
            }
            Yaml::Float(number) => out.push_str(&float(*number)),
            Yaml::Str(text) => quote(text, out),
            Yaml::Seq(items) => {
                let tuple = self.tag() == Some("tuple");
                out.push(if tuple { '(' } else { '[' });
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    item.repr(out);
                }
                if tuple && items.len() == 1 {
                    out.push(',');
                }
                out.push(if tuple { ')' } else { ']' });
            }
            Yaml::Map(entries) => {
                out.push('{');
                for (i, (key, value)) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    key.repr(out);
                    out.push_str(": ");
                    value.repr(out);
                }
                out.push('}');
            }
        }
    }

    /// Python's `==`: `1`, `1.0` and `True` are equal, NaN equals nothing, order of mapping entries
    /// does not count. Tags must be the same.
    pub fn python_eq(&self, other: &Self) -> bool {
        if self.tag != other.tag {
            return false;
        }
        match (&self.value, &other.value) {
            (Yaml::Seq(a), Yaml::Seq(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.python_eq(b))
            }
            (Yaml::Map(a), Yaml::Map(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|(key, value)| b.iter().any(|(k, v)| key.python_eq(k) && value.python_eq(v)))
            }
            (a, b) => match (a.as_number(), b.as_number()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => a == b,
                _ => false,
            },
        }
    }

    /// Text that two keys share if Python's dict takes them for the same key.
    pub(super) fn identity(&self) -> String {
        let mut out = String::new();
        let number = match &self.value {
            Yaml::Bool(flag) => Some(i64::from(*flag)),
            Yaml::Float(number) if *number == number.trunc() && number.abs() < 9e15 => Some(*number as i64),
            _ => None,
        };
        match number {
            Some(number) => Self::new(Yaml::Int(number), &self.place).canonical(&mut out),
            None => self.canonical(&mut out),
        }
        out
    }
}

impl Yaml {
    /// The number that Python's arithmetic sees, booleans included.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }
}

/// Python's `repr` of a float: the shortest digits that give the number again, with an exponent of
/// at least two digits below 1e-4 and from 1e16 on.
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{number}");
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

/// Python's `repr` of text: single quotes, double ones if the text has single ones only.
fn quote(text: &str, out: &mut String) {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(mark);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            c if u32::from(c) < 0x20 || u32::from(c) == 0x7f => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(mark);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected texts from Python 3.11's `repr`.
    #[test]
    fn floats_are_written_as_python_writes_them() {
        let cases = [
            (0.2, "0.2"),
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.0, "0.0"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e-4, "0.0001"),
            (123_456_789.0, "123456789.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.234e300, "1.234e+300"),
            (5e-324, "5e-324"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (number, text) in cases {
            assert_eq!(float(number), text);
        }
    }
}
