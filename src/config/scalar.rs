//! Plain scalars into values: the core schema of YAML 1.2 with ruamel.yaml's extensions.
//!
//! Source: the resolvers of ruamel.yaml 0.18 for version 1.2: `0o17`, `0x1F`, `0b11`, underscores in
//! numbers, floats with or without exponent (`1e-3`, `.5`), `.inf`, `.nan`. Dates stay text.

use super::Yaml;

/// The value of an unquoted scalar.
///
/// # Errors
/// A fragment: an integer that does not fit in 64 bits.
pub(super) fn resolve(text: &str) -> Result<Yaml, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Yaml::Null),
        "true" | "True" | "TRUE" => return Ok(Yaml::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Yaml::Bool(false)),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return Ok(Yaml::Str(text.to_owned()));
    }
    if let Some(number) = int(text)? {
        return Ok(Yaml::Int(number));
    }
    Ok(float(text).map_or_else(|| Yaml::Str(text.to_owned()), Yaml::Float))
}

/// `None` if the text is no integer.
pub(super) fn int(text: &str) -> Result<Option<i64>, String> {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0b") => (2, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0x") => (16, &digits[2..]),
        _ => (10, digits),
    };
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    if plain.is_empty() || !plain.chars().all(|c| c.is_digit(radix)) {
        return Ok(None);
    }
    i64::from_str_radix(&format!("{sign}{plain}"), radix)
        .map(Some)
        .map_err(|_| format!("the integer {text} does not fit in 64 bits"))
}

/// `None` if the text is no float.
pub(super) fn float(text: &str) -> Option<f64> {
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    match rest {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if rest.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let number = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let has_digit = |part: &str| part.chars().any(|c| c.is_ascii_digit());
    let exponent_is_number = exponent.is_none_or(|part| {
        let digits = part.strip_prefix(['+', '-']).unwrap_or(part);
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    });
    let shaped = number(whole)
        && fraction.is_none_or(number)
        && exponent_is_number
        && (fraction.is_some() || exponent.is_some())
        && (has_digit(whole) || (whole.is_empty() && fraction.is_some_and(has_digit)))
        && !whole.starts_with('_');
    if !shaped {
        return None;
    }
    let clean: String = rest.chars().filter(|c| *c != '_').collect();
    clean.parse::<f64>().ok().map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from ruamel.yaml 0.18, `YAML(typ="safe").load`.
    #[test]
    fn plain_scalars_are_what_ruamel_takes_them_for() {
        let text = |t: &str| Yaml::Str(t.to_owned());
        let cases = [
            ("~", Yaml::Null),
            ("Null", Yaml::Null),
            ("TRUE", Yaml::Bool(true)),
            ("yes", text("yes")),
            ("on", text("on")),
            ("12", Yaml::Int(12)),
            ("-0x1F", Yaml::Int(-31)),
            ("0o17", Yaml::Int(15)),
            ("0b101", Yaml::Int(5)),
            ("010", Yaml::Int(10)),
            ("1_000", Yaml::Int(1000)),
            ("1e-3", Yaml::Float(1e-3)),
            ("1e3", Yaml::Float(1000.0)),
            ("+.5", Yaml::Float(0.5)),
            ("5.", Yaml::Float(5.0)),
            ("-.inf", Yaml::Float(f64::NEG_INFINITY)),
            ("1.2.3", text("1.2.3")),
            ("-", text("-")),
            (".", text(".")),
            ("..", text("..")),
            ("1e", text("1e")),
            ("e5", text("e5")),
            (".sel", text(".sel")),
            ("2001-12-14", text("2001-12-14")),
            ("inf", text("inf")),
            ("+.nan", text("+.nan")),
        ];
        for (written, value) in cases {
            assert_eq!(resolve(written), Ok(value), "{written}");
        }
        assert!(matches!(resolve(".nan"), Ok(Yaml::Float(n)) if n.is_nan()));
        assert!(resolve("99999999999999999999").is_err());
    }
}
