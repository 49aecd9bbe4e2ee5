//! What a graph says about the figure as a whole.

use crate::transform::Value;
use crate::transform::bind::Bound;
use crate::transform::error::{OpError, OpResult};

/// `raise_SkipPlot`: there is to be no figure if `cond` is true (the default); else gives
/// `passthrough`. No `allow_failure` covers it.
pub(crate) fn raise_skip(call: &Bound<'_>) -> OpResult {
    let skip = call.get("cond").map_or(Ok(true), Value::is_true)?;
    if skip {
        return Err(OpError::Skip(call.text("reason")?.unwrap_or_default().to_owned()));
    }
    Ok(call.get("passthrough").cloned().unwrap_or(Value::None))
}

/// `print`: the value itself. Its text is [`printed`].
pub(crate) fn print(call: &Bound<'_>) -> OpResult {
    call.need("d").cloned()
}

/// The text of a `print`: the value, where `fstr` says, among named arguments; `None` if it is to be
/// called otherwise. Arrays are described, not written out.
pub(crate) fn printed(args: &[Value], kwargs: &[(String, Value)]) -> Option<String> {
    let named = |name: &str| kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let value = args.first().or_else(|| named("d"))?;
    let show = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::None => "None".to_owned(),
        Value::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Value::Array(array) | Value::Bare(array) if array.size() == 1 && !array.is_absent() => {
            super::access::item_of(array).map_or_else(|_| value.describe(), |one| one.describe())
        }
        other => other.describe(),
    };
    let Some(format) = named("fstr").and_then(Value::as_text) else { return Some(show(value)) };
    let (mut text, mut rest, mut next) = (String::new(), format, 0_usize);
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        if rest[at + 1..].starts_with(brace) {
            text.push_str(brace);
            rest = &rest[at + 2..];
            continue;
        }
        let Some(end) = rest[at..].find('}').filter(|_| brace == "{") else {
            rest = &rest[at..];
            break;
        };
        let field = rest[at + 1..at + end].split([':', '!']).next().unwrap_or_default();
        let field = if field.is_empty() {
            next += 1;
            (next - 1).to_string()
        } else {
            field.to_owned()
        };
        match (field.as_str(), named(&field)) {
            ("0" | "data", _) => text.push_str(&show(value)),
            (_, Some(value)) => text.push_str(&show(value)),
            _ => text.push_str(&rest[at..=at + end]),
        }
        rest = &rest[at + end + 1..];
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_texts_hold_the_value_where_the_format_says() {
        let text = |format: Option<&str>| {
            let mut kwargs = vec![("unit".to_owned(), Value::from("m"))];
            kwargs.extend(format.map(|format| ("fstr".to_owned(), Value::from(format))));
            printed(&[Value::Float(2.5)], &kwargs).unwrap()
        };
        assert_eq!(text(None), "2.5");
        assert_eq!(text(Some("{0:} {unit}, {{}} {data!r}")), "2.5 m, {} 2.5");
        assert_eq!(text(Some("{} {other} {")), "2.5 {other} {");
        assert!(printed(&[], &[]).is_none());
    }
}
