//! Python's operators on plain values, for tags that stand for values.

use super::{Node, Yaml, numbers};
use crate::diag::Diagnostic;
use std::cmp::Ordering;

fn fail<T>(message: impl Into<String>) -> Result<T, Diagnostic> {
    Err(Diagnostic::error(message))
}

fn what(value: &Yaml) -> &'static str {
    match value {
        Yaml::Null => "nothing",
        Yaml::Bool(_) => "a boolean",
        Yaml::Int(_) => "an integer",
        Yaml::Float(_) => "a number",
        Yaml::Str(_) => "text",
        Yaml::Seq(_) => "a list",
        Yaml::Map(_) => "a mapping",
    }
}

fn too_large<T>() -> Result<T, Diagnostic> {
    fail("the result does not fit in 64 bits")
}

/// A binary operator by the name of its function in Python's `operator`. Booleans count as integers.
///
/// # Errors
/// If the operator does not take such values, divides by zero, or leaves 64 bits.
pub(super) fn binary(name: &str, a: &Yaml, b: &Yaml) -> Result<Yaml, Diagnostic> {
    match (name, a, b) {
        ("add", Yaml::Str(a), Yaml::Str(b)) => return Ok(Yaml::Str(format!("{a}{b}"))),
        ("add", Yaml::Seq(a), Yaml::Seq(b)) => return Ok(Yaml::Seq([&a[..], &b[..]].concat())),
        ("mul", Yaml::Str(text), Yaml::Int(n)) | ("mul", Yaml::Int(n), Yaml::Str(text)) => {
            let n = usize::try_from(*n).unwrap_or(0);
            if n.saturating_mul(text.len()) > 1 << 20 {
                return fail("the text would be longer than 1 MiB");
            }
            return Ok(Yaml::Str(text.repeat(n)));
        }
        ("and", Yaml::Bool(a), Yaml::Bool(b)) => return Ok(Yaml::Bool(a & b)),
        ("or", Yaml::Bool(a), Yaml::Bool(b)) => return Ok(Yaml::Bool(a | b)),
        ("xor", Yaml::Bool(a), Yaml::Bool(b)) => return Ok(Yaml::Bool(a ^ b)),
        _ => {}
    }
    let int = |value: &Yaml| match value {
        Yaml::Bool(flag) => Some(i64::from(*flag)),
        Yaml::Int(number) => Some(*number),
        _ => None,
    };
    if let (Some(a), Some(b)) = (int(a), int(b)) {
        return integers(name, a, b);
    }
    match (a.as_number(), b.as_number()) {
        (Some(x), Some(y)) => floats(name, x, y),
        _ => fail(format!("cannot {name} {} and {}", what(a), what(b))),
    }
}

fn integers(name: &str, a: i64, b: i64) -> Result<Yaml, Diagnostic> {
    let result = match name {
        "add" => a.checked_add(b),
        "sub" => a.checked_sub(b),
        "mul" => a.checked_mul(b),
        "and" => Some(a & b),
        "or" => Some(a | b),
        "xor" => Some(a ^ b),
        "truediv" | "floordiv" | "mod" if b == 0 => return fail("division by zero"),
        "truediv" => return Ok(Yaml::Float(a as f64 / b as f64)),
        "floordiv" => a.checked_div(b).map(|q| if a % b != 0 && (a % b < 0) != (b < 0) { q - 1 } else { q }),
        "mod" => Some(a.wrapping_rem(b)).map(|r| if r != 0 && (r < 0) != (b < 0) { r + b } else { r }),
        "pow" => match u32::try_from(b) {
            Ok(exponent) => a.checked_pow(exponent),
            Err(_) if b > 0 => matches!(a, -1..=1).then_some(if b % 2 == 0 { a * a } else { a }),
            Err(_) => return floats(name, a as f64, b as f64),
        },
        _ => return fail(format!("there is no operator `{name}` for integers")),
    };
    result.map_or_else(too_large, |number| Ok(Yaml::Int(number)))
}

fn floats(name: &str, a: f64, b: f64) -> Result<Yaml, Diagnostic> {
    let result = match name {
        "add" => a + b,
        "sub" => a - b,
        "mul" => a * b,
        "truediv" | "floordiv" | "mod" if b == 0.0 => return fail("division by zero"),
        "truediv" => a / b,
        "floordiv" => ((a - modulo(a, b)) / b).round(),
        "mod" => modulo(a, b),
        "pow" if a == 0.0 && b < 0.0 => return fail("division by zero"),
        "pow" if a < 0.0 && b != b.trunc() => return fail("the result is a complex number"),
        "pow" => libm::pow(a, b),
        _ => return fail(format!("there is no operator `{name}` for numbers")),
    };
    Ok(Yaml::Float(result))
}

/// Python's `a % b`: the sign of `b`.
fn modulo(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
}

/// Python's `abs`.
pub(super) fn abs(value: &Yaml) -> Result<Yaml, Diagnostic> {
    match value {
        Yaml::Float(number) => Ok(Yaml::Float(number.abs())),
        Yaml::Int(number) => number.checked_abs().map_or_else(too_large, |n| Ok(Yaml::Int(n))),
        Yaml::Bool(flag) => Ok(Yaml::Int(i64::from(*flag))),
        _ => fail(format!("takes a number, found {}", what(value))),
    }
}

/// Python's `round` to an integer: halves to even.
pub(super) fn round(value: &Yaml) -> Result<Yaml, Diagnostic> {
    match value {
        Yaml::Float(number) if number.is_finite() && number.abs() < 9.2e18 => {
            Ok(Yaml::Int(number.round_ties_even() as i64))
        }
        Yaml::Int(number) => Ok(Yaml::Int(*number)),
        _ => fail(format!("cannot round {}", what(value))),
    }
}

/// Python's unary `-`.
pub(super) fn negate(value: &Yaml) -> Result<Yaml, Diagnostic> {
    binary("mul", value, &Yaml::Int(-1)).or_else(|_| fail(format!("cannot negate {}", what(value))))
}

/// Python's `~`.
pub(super) fn invert(value: &Yaml) -> Result<Yaml, Diagnostic> {
    match value {
        Yaml::Int(number) => Ok(Yaml::Int(!number)),
        Yaml::Bool(flag) => Ok(Yaml::Int(!i64::from(*flag))),
        _ => fail(format!("takes an integer, found {}", what(value))),
    }
}

/// Order of two numbers (`None` with NaN) or two texts.
pub(super) fn compare(a: &Node, b: &Node) -> Result<Option<Ordering>, Diagnostic> {
    match (&a.value, &b.value) {
        (Yaml::Str(a), Yaml::Str(b)) => Ok(Some(a.cmp(b))),
        (Yaml::Int(a), Yaml::Int(b)) => Ok(Some(a.cmp(b))),
        (x, y) => match (x.as_number(), y.as_number()) {
            (Some(x), Some(y)) => Ok(x.partial_cmp(&y)),
            _ => fail(format!("cannot compare {} and {}", what(x), what(y))),
        },
    }
}

/// Python's `sorted`, in place.
pub(super) fn sort(items: &mut [Node]) -> Result<(), Diagnostic> {
    if let Some(first) = items.first() {
        for item in items.iter() {
            if compare(first, item)?.is_none() {
                return fail("cannot sort NaN");
            }
        }
    }
    items.sort_by(|a, b| compare(a, b).ok().flatten().unwrap_or(Ordering::Equal));
    Ok(())
}

/// `!expr`: numbers, `+ - * / **` and parentheses; other characters are dropped, as yayaml does,
/// except letters, which are an error here. Also `nan`, `inf`, `-inf`. The result is a float.
///
/// # Errors
/// If it is no such expression.
pub(super) fn expression(text: &str) -> Result<Yaml, Diagnostic> {
    match text.trim() {
        "nan" | "NaN" => return Ok(Yaml::Float(f64::NAN)),
        "inf" => return Ok(Yaml::Float(f64::INFINITY)),
        "-inf" => return Ok(Yaml::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    let bad = || Diagnostic::error(format!("`{text}` is no expression of numbers"));
    let clean: Vec<u8> = text.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
    if clean.is_empty() || clean.len() > 1000 || !clean.iter().all(|c| b"0123456789eE+-*/().".contains(c)) {
        return Err(bad());
    }
    let mut parser = Expression { text: &clean, at: 0, depth: 0 };
    let value = parser.sum().filter(|_| parser.at == clean.len()).ok_or_else(bad)?;
    if value.is_nan() {
        return fail("division by zero");
    }
    Ok(Yaml::Float(value))
}

/// Recursive descent over the characters of an expression; `None` where it is malformed.
struct Expression<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl Expression<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, token: &[u8]) -> bool {
        let found = self.text[self.at..].starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn sum(&mut self) -> Option<f64> {
        self.depth += 1;
        if self.depth > 50 {
            return None;
        }
        let mut value = self.product()?;
        loop {
            if self.take(b"+") {
                value += self.product()?;
            } else if self.take(b"-") {
                value -= self.product()?;
            } else {
                self.depth -= 1;
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.sign()?;
        loop {
            if self.text[self.at..].starts_with(b"**") {
                return None;
            }
            if self.take(b"//") {
                let by = self.sign()?;
                value = match floats("floordiv", value, by) {
                    Ok(Yaml::Float(result)) => result,
                    _ => return Some(f64::NAN),
                };
            } else if self.take(b"*") {
                value *= self.sign()?;
            } else if self.take(b"/") {
                let by = self.sign()?;
                value = if by == 0.0 { f64::NAN } else { value / by };
            } else {
                return Some(value);
            }
        }
    }

    fn sign(&mut self) -> Option<f64> {
        let mut negative = false;
        loop {
            if self.take(b"-") {
                negative = !negative;
            } else if !self.take(b"+") {
                let value = self.power()?;
                return Some(if negative { -value } else { value });
            }
        }
    }

    fn power(&mut self) -> Option<f64> {
        let base = self.atom()?;
        if !self.take(b"**") {
            return Some(base);
        }
        self.depth += 1;
        if self.depth > 50 {
            return None;
        }
        let exponent = self.sign()?;
        self.depth -= 1;
        Some(libm::pow(base, exponent))
    }

    fn atom(&mut self) -> Option<f64> {
        if self.take(b"(") {
            let value = self.sum()?;
            return self.take(b")").then_some(value);
        }
        let start = self.at;
        while let Some(c) = self.peek() {
            let after_exponent = self.at > start && matches!(self.text[self.at - 1], b'e' | b'E');
            if c.is_ascii_digit()
                || matches!(c, b'.' | b'e' | b'E')
                || (after_exponent && matches!(c, b'+' | b'-'))
            {
                self.at += 1;
            } else {
                break;
            }
        }
        let number = std::str::from_utf8(&self.text[start..self.at]).ok()?;
        number
            .starts_with(|c: char| c.is_ascii_digit() || c == '.')
            .then(|| numbers::to_float(&Yaml::Str(number.to_owned())))?
    }
}
