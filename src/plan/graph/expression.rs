//! `expression`: the names in a formula are tags.

use super::Builder;
use crate::config::Node;
use crate::diag::Diagnostic;
use crate::transform::{Arg, Op, Value};

/// Names that are constants.
const CONSTANTS: [&str; 10] =
    ["pi", "E", "I", "oo", "zoo", "nan", "GoldenRatio", "EulerGamma", "Catalan", "S"];

/// The node of an `expression`, its names looked up among the tags; `prev` and `previous_result` are
/// the result before. Names that `symbols` gives are taken from there.
pub(super) fn operation(
    builder: &mut Builder<'_>,
    name: &Node,
    args: Vec<Arg>,
    mut kwargs: Vec<(String, Arg)>,
) -> Result<Op, Diagnostic> {
    // `with_previous_result` puts the previous result first, which the formula names itself.
    let formula = match args.as_slice() {
        [Arg::Value(Value::Text(formula))] | [_, Arg::Value(Value::Text(formula))] => formula.clone(),
        // What else there is, the operation refuses.
        _ => return Ok(Op::Call { name: "expression".to_owned(), args, kwargs }),
    };
    let mut symbols: Vec<(Arg, Arg)> = match kwargs.iter().position(|(key, _)| key == "symbols") {
        None => Vec::new(),
        Some(at) => match kwargs.remove(at).1 {
            Arg::Map(entries) => entries,
            Arg::Value(Value::Map(entries)) => {
                entries.into_iter().map(|(key, value)| (Arg::Value(key), Arg::Value(value))).collect()
            }
            Arg::Value(Value::None) => Vec::new(),
            _ => {
                return Err(Diagnostic::error("`symbols` of `expression` is a mapping of names to values")
                    .at(name.place.clone()));
            }
        },
    };
    for symbol in names(&formula) {
        let given = |(key, _): &(Arg, Arg)| matches!(key, Arg::Value(Value::Text(key)) if key == symbol);
        if symbols.iter().any(given) {
            continue;
        }
        let id = match symbol {
            "prev" | "previous_result" => builder.previous(name)?,
            tag => builder.tagged(&Node::str(tag, &name.place))?,
        };
        symbols.push((Arg::Value(Value::from(symbol)), Arg::Node(id)));
    }
    kwargs.push(("symbols".to_owned(), Arg::Map(symbols)));
    Ok(Op::Call { name: "expression".to_owned(), args: vec![Arg::Value(Value::Text(formula))], kwargs })
}

/// The free names of a formula, each once, in the order in which they first stand: neither functions
/// nor constants.
fn names(formula: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut names: Vec<&str> = Vec::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let len = match is_name(first) || first == '.' {
            true => rest.find(|c: char| !is_name(c) && c != '.').unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (token, after) = rest.split_at(len);
        let begins_name = first.is_alphabetic() || first == '_';
        let is_call = after.trim_start().starts_with('(');
        if begins_name && !is_call && !CONSTANTS.contains(&token) && !names.contains(&token) {
            names.push(token);
        }
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::names;

    /// Expected names from sympy 1.14: `parse_expr(text, evaluate=False).atoms(Symbol)`.
    #[test]
    fn free_names_of_formulas() {
        let cases = [
            ("thr * 2 + sqrt(16)", vec!["thr"]),
            ("a**2 + b*a - pi/E", vec!["a", "b"]),
            ("1e-5*x + 2.5e3", vec!["x"]),
            ("sin (prev) + _t1", vec!["prev", "_t1"]),
            ("3", vec![]),
        ];
        for (formula, expected) in cases {
            assert_eq!(names(formula), expected, "{formula}");
        }
    }
}
