//! Tags: those that stand for values are computed while reading, the others are kept for later phases.
//!
//! Source: yayaml 0.3 and paramspace 2.8 as dantro 0.21 loads them. Arguments are taken whole by
//! some tags (`!sum [1, 2]`) and unpacked by others (`!add [1, 2]`).

use super::python_math as math;
use super::{Node, Yaml, numbers};
use crate::diag::{Diagnostic, near};

/// Tags that later phases read.
const KEPT: &[&str] = &[
    "arg",
    "cmap",
    "cmap-norm",
    "coupled-pdim",
    "coupled-sweep",
    "dag_node",
    "dag_prev",
    "dag_result",
    "dag_tag",
    "kwarg",
    "pdim",
    "pspace",
    "pspace-unsorted",
    "sweep",
];

/// Tags that are replaced by a value.
const COMPUTED: &[&str] = &[
    "abs",
    "add",
    "all",
    "and",
    "any",
    "arange",
    "array",
    "boolenv",
    "collapse-whitespace",
    "concat",
    "contains",
    "coupled-pdim-default",
    "coupled-sweep-default",
    "deepcopy",
    "env",
    "eq",
    "expanduser",
    "expr",
    "floordiv",
    "ge",
    "getenv",
    "gt",
    "if-else",
    "if-unix-else",
    "if-windows-else",
    "int",
    "invert",
    "isorted",
    "joinpath",
    "le",
    "len",
    "linspace",
    "listgen",
    "logspace",
    "lt",
    "max",
    "min",
    "mod",
    "mul",
    "ne",
    "negate",
    "neq",
    "not",
    "oneline",
    "or",
    "pdim-default",
    "pow",
    "prod",
    "range",
    "round",
    "slice",
    "sorted",
    "str-to-bool",
    "sub",
    "sum",
    "sweep-default",
    "truediv",
    "xor",
];

/// Tags of the dialect that are refused: they need Python's text formatting.
const REFUSED: &[&str] = &["format", "join", "split"];

/// The node with its tag looked at.
///
/// # Errors
/// Unknown tags with the near one, tags that are not supported, arguments that do not fit.
pub(super) fn apply(tag: &str, node: Node) -> Result<Node, Diagnostic> {
    if KEPT.contains(&tag) {
        return Ok(Node { tag: Some(tag.to_owned()), ..node });
    }
    if REFUSED.contains(&tag) {
        return Err(Diagnostic::error(format!("the tag `!{tag}` is not supported")).at(node.place));
    }
    if !COMPUTED.contains(&tag) {
        let known = KEPT.iter().chain(COMPUTED).chain(REFUSED).copied();
        let help = match near(tag, known) {
            Some(found) => Some(format!("did you mean `!{found}`?")),
            None if tag.contains(['.', '/']) => Some("Python objects cannot be made here".to_owned()),
            None => None,
        };
        return Err(Diagnostic::error(format!("unknown tag `!{tag}`")).at(node.place).help(help));
    }
    if let Some(sweep) = super::sweep::first_sweep(&node).filter(|_| tag != "slice") {
        return Err(Diagnostic::error(format!("a sweep cannot be an argument of `!{tag}`"))
            .at(sweep.place.clone())
            .help(format!("sweep over values of `!{tag}` instead")));
    }
    let place = node.place.clone();
    let value = compute(tag, node).map_err(|error| match error.place {
        Some(_) => error,
        None => Diagnostic { message: format!("`!{tag}`: {}", error.message), ..error.at(place.clone()) },
    })?;
    Ok(value)
}

fn fail<T>(message: impl Into<String>) -> Result<T, Diagnostic> {
    Err(Diagnostic::error(message))
}

/// Positional arguments of a tag that unpacks them.
fn unpacked(node: &Node) -> Result<&[Node], Diagnostic> {
    match &node.value {
        Yaml::Seq(items) => Ok(items),
        Yaml::Map(_) => fail("takes a list of arguments, found a mapping"),
        _ => Ok(std::slice::from_ref(node)),
    }
}

fn exactly<const N: usize>(node: &Node) -> Result<[&Node; N], Diagnostic> {
    let items = unpacked(node)?;
    let n = items.len();
    items.iter().collect::<Vec<_>>().try_into().or_else(|_| fail(format!("takes {N} arguments, found {n}")))
}

fn items(node: &Node) -> Result<&[Node], Diagnostic> {
    match &node.value {
        Yaml::Seq(items) => Ok(items),
        _ => fail(format!("takes a list, found {}", node.kind())),
    }
}

fn text(node: &Node) -> Result<&str, Diagnostic> {
    match &node.value {
        Yaml::Str(text) => Ok(text),
        _ => fail(format!("takes text, found {}", node.kind())),
    }
}

fn compute(tag: &str, node: Node) -> Result<Node, Diagnostic> {
    let place = node.place.clone();
    let as_node = |value: Yaml| Node::new(value, &place);
    let flag = |flag: bool| Ok(Node::new(Yaml::Bool(flag), &place));
    let list = |items: Vec<Node>| Ok(Node::new(Yaml::Seq(items), &place));
    match tag {
        "sweep-default" | "pdim-default" | "coupled-sweep-default" | "coupled-pdim-default" => {
            match node.get("default") {
                Some(default) => Ok(default.clone()),
                None => fail("needs a mapping with a `default`"),
            }
        }
        "slice" => slice(node),
        "any" => flag(items(&node)?.iter().any(|item| numbers::truth(&item.value))),
        "all" => flag(items(&node)?.iter().all(|item| numbers::truth(&item.value))),
        "min" | "max" => extreme(items(&node)?, tag == "max"),
        "sorted" | "isorted" => {
            let mut sorted = items(&node)?.to_vec();
            math::sort(&mut sorted)?;
            list(sorted)
        }
        "sum" => fold(items(&node)?, Yaml::Int(0), "add").map(as_node),
        "prod" => fold(items(&node)?, Yaml::Int(1), "mul").map(as_node),
        "abs" => math::abs(&node.value).map(as_node),
        "int" => match numbers::to_int(&node.value) {
            Some(number) => Ok(as_node(Yaml::Int(number))),
            None => fail(format!("cannot make an integer of {}", node.kind())),
        },
        "round" => math::round(&node.value).map(as_node),
        "array" | "deepcopy" => Ok(Node { tag: None, ..node }),
        "len" => {
            let [first] = exactly::<1>(&node)?;
            let n = match &first.value {
                Yaml::Seq(items) => items.len(),
                Yaml::Map(entries) => entries.len(),
                Yaml::Str(text) => text.chars().count(),
                _ => {
                    return fail(format!(
                        "takes a list of one list, mapping or text, found {}",
                        first.kind()
                    ));
                }
            };
            Ok(as_node(Yaml::Int(n as i64)))
        }
        "str-to-bool" => match text(&node)?.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "y" | "on" | "t" => flag(true),
            "false" | "0" | "no" | "n" | "off" | "f" => flag(false),
            other => fail(format!("`{other}` is neither true nor false")),
        },
        "collapse-whitespace" | "oneline" => {
            let words: Vec<&str> = text(&node)?.split_whitespace().collect();
            Ok(as_node(Yaml::Str(words.join(" "))))
        }
        "expanduser" => expand_user(text(&node)?).map(as_node),
        "joinpath" => join_path(unpacked(&node)?).map(as_node),
        "env" | "getenv" => environment(&node).map(as_node),
        "boolenv" => {
            let value = environment(&node)?;
            let shown = as_node(value).python_str().to_ascii_lowercase();
            flag(matches!(shown.as_str(), "true" | "1" | "yes" | "y" | "on" | "t"))
        }
        "expr" => math::expression(&node.python_str()).map(as_node),
        "range" => list(numbers::range(&node)?),
        "arange" => list(numbers::arange(&node)?),
        "linspace" => list(numbers::linspace(&node)?),
        "logspace" => list(numbers::logspace(&node)?),
        "listgen" => list_generator(&node),
        "if-else" => {
            let [condition, yes, no] = exactly::<3>(&node)?;
            Ok(if numbers::truth(&condition.value) { yes } else { no }.clone())
        }
        "if-unix-else" => exactly::<2>(&node).map(|[unix, _]| unix.clone()),
        "if-windows-else" => exactly::<2>(&node).map(|[_, other]| other.clone()),
        "not" => exactly::<1>(&node).and_then(|[a]| flag(!numbers::truth(&a.value))),
        "negate" => exactly::<1>(&node).and_then(|[a]| math::negate(&a.value)).map(as_node),
        "invert" => exactly::<1>(&node).and_then(|[a]| math::invert(&a.value)).map(as_node),
        "eq" => exactly::<2>(&node).and_then(|[a, b]| flag(a.python_eq(b))),
        "ne" | "neq" => exactly::<2>(&node).and_then(|[a, b]| flag(!a.python_eq(b))),
        "lt" | "le" | "gt" | "ge" => {
            let [a, b] = exactly::<2>(&node)?;
            let order = math::compare(a, b)?;
            flag(order.is_some_and(|order| match tag {
                "lt" => order.is_lt(),
                "le" => order.is_le(),
                "gt" => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        "contains" => {
            let [container, item] = exactly::<2>(&node)?;
            match (&container.value, &item.value) {
                (Yaml::Seq(items), _) => flag(items.iter().any(|one| one.python_eq(item))),
                (Yaml::Map(entries), _) => flag(entries.iter().any(|(key, _)| key.python_eq(item))),
                (Yaml::Str(text), Yaml::Str(part)) => flag(text.contains(part.as_str())),
                _ => fail(format!("cannot look into {}", container.kind())),
            }
        }
        "concat" => {
            let [a, b] = exactly::<2>(&node)?;
            match (&a.value, &b.value) {
                (Yaml::Seq(_), Yaml::Seq(_)) | (Yaml::Str(_), Yaml::Str(_)) => {
                    math::binary("add", &a.value, &b.value).map(as_node)
                }
                _ => fail(format!("cannot join {} and {}", a.kind(), b.kind())),
            }
        }
        _ => exactly::<2>(&node).and_then(|[a, b]| math::binary(tag, &a.value, &b.value)).map(as_node),
    }
}

/// `!slice`: kept as a tag on a list of start, stop and step.
fn slice(node: Node) -> Result<Node, Diagnostic> {
    let place = node.place.clone();
    let null = Node::new(Yaml::Null, &place);
    let parts = unpacked(&node)?.iter().map(|part| {
        let mut part = part.clone();
        if part.tag() == Some("slice") {
            part.tag = None;
        }
        part
    });
    let parts: Vec<Node> = parts.collect();
    let parts = match parts.len() {
        1 => vec![null.clone(), parts[0].clone(), null],
        2 => vec![parts[0].clone(), parts[1].clone(), null],
        3 => parts,
        n => return fail(format!("takes one to three arguments, found {n}")),
    };
    Ok(Node { value: Yaml::Seq(parts), tag: Some("slice".to_owned()), place })
}

fn extreme(items: &[Node], largest: bool) -> Result<Node, Diagnostic> {
    let Some((first, rest)) = items.split_first() else { return fail("takes at least one item") };
    let mut best = first;
    for item in rest {
        let order = math::compare(item, best)?;
        if order.is_some_and(|order| if largest { order.is_gt() } else { order.is_lt() }) {
            best = item;
        }
    }
    Ok(best.clone())
}

fn fold(items: &[Node], start: Yaml, operation: &str) -> Result<Yaml, Diagnostic> {
    items.iter().try_fold(start, |sum, item| math::binary(operation, &sum, &item.value))
}

fn expand_user(path: &str) -> Result<Yaml, Diagnostic> {
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => match std::env::var("HOME") {
            Ok(home) => Ok(Yaml::Str(format!("{}{rest}", home.trim_end_matches('/')))),
            Err(_) => fail("the environment variable HOME is not set"),
        },
        Some(_) => fail("homes of other users are not looked up"),
        None => Ok(Yaml::Str(path.to_owned())),
    }
}

/// Python's `os.path.join`.
fn join_path(parts: &[Node]) -> Result<Yaml, Diagnostic> {
    let mut path = String::new();
    for (index, part) in parts.iter().enumerate() {
        let part = text(part)?;
        if part.starts_with('/') {
            path.clear();
        } else if index > 0 && !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(part);
    }
    Ok(Yaml::Str(path))
}

/// `NAME`, or `[NAME, default]`.
fn environment(node: &Node) -> Result<Yaml, Diagnostic> {
    let arguments = unpacked(node)?;
    let (name, default) = match arguments {
        [name] => (text(name)?, None),
        [name, default] => (text(name)?, Some(default)),
        _ => return fail("takes a name and a default"),
    };
    match (std::env::var(name), default) {
        (Ok(value), _) => Ok(Yaml::Str(value)),
        (Err(std::env::VarError::NotUnicode(_)), _) => {
            fail(format!("the environment variable {name} is not UTF-8"))
        }
        (Err(_), Some(default)) => Ok(default.value.clone()),
        (Err(_), None) => fail(format!("the environment variable {name} is not set and no default is given")),
    }
}

/// `!listgen`: range arguments, or `{from_range, append, remove, unique, sort: true}`.
fn list_generator(node: &Node) -> Result<Node, Diagnostic> {
    if !matches!(node.value, Yaml::Map(_)) {
        return Ok(Node::new(Yaml::Seq(numbers::range(node)?), &node.place));
    }
    let known = ["from_range", "append", "remove", "unique", "sort"];
    let keys = super::yaml::Keys::of(node, "`!listgen`", &known)?;
    let mut list = match keys.given("from_range") {
        Some(range) => numbers::range(range)?,
        None => Vec::new(),
    };
    if let Some(more) = keys.given("append") {
        list.extend(more.list()?.iter().cloned());
    }
    if let Some(less) = keys.given("remove") {
        let less: std::collections::HashSet<String> = less.list()?.iter().map(Node::identity).collect();
        list.retain(|item| !less.contains(&item.identity()));
    }
    if keys.given("unique").map_or(Ok(false), Node::boolean)? {
        let mut seen = std::collections::HashSet::new();
        list.retain(|item| seen.insert(item.identity()));
    }
    if keys.given("sort").map_or(Ok(true), Node::boolean)? {
        math::sort(&mut list)?;
    }
    Ok(Node::new(Yaml::Seq(list), &node.place))
}

#[cfg(test)]
mod tests {
    use crate::diag::Source;

    fn value(yaml: &str) -> String {
        match super::super::read::read(&Source::new("t.yml", yaml)) {
            Ok(node) => node.unwrap().python_str(),
            Err(errors) => errors[0].to_string(),
        }
    }

    /// Expected values from Python 3.11: the function named by the tag on the same arguments.
    #[test]
    fn tags_compute_what_python_computes() {
        let cases = [
            ("!any [false, 0, 1]", "True"),
            ("!all []", "True"),
            ("!min [3, 1.5, 2]", "1.5"),
            ("!max [a, c, b]", "c"),
            ("!sum [1, 2, 3.5]", "6.5"),
            ("!prod [2, 3]", "6"),
            ("!sorted [3, 1, 2]", "[1, 2, 3]"),
            ("!abs -3", "3"),
            ("!int 3.9", "3"),
            ("!round 2.5", "2"),
            ("!len [[1, 2]]", "2"),
            ("!add [1, 2]", "3"),
            ("!add [dantro, .plot]", "dantro.plot"),
            ("!sub [1, 0.5]", "0.5"),
            ("!mul [ab, 2]", "abab"),
            ("!truediv [1, 2]", "0.5"),
            ("!floordiv [-7, 2]", "-4"),
            ("!mod [-7, 3]", "2"),
            ("!mod [7.5, -2]", "-0.5"),
            ("!pow [2, -1]", "0.5"),
            ("!pow [2, 10]", "1024"),
            ("!and [true, false]", "False"),
            ("!or [4, 1]", "5"),
            ("!xor [true, true]", "False"),
            ("!not [0]", "True"),
            ("!lt [1, 2]", "True"),
            ("!neq [1, 1.0]", "False"),
            ("!negate 4", "-4"),
            ("!invert 4", "-5"),
            ("!contains [[1, 2], 2]", "True"),
            ("!concat [[1], [2]]", "[1, 2]"),
            ("!if-else [true, 1, 2]", "1"),
            ("!range [2, 8, 3]", "[2, 5]"),
            ("!range [3, 0, -1]", "[3, 2, 1]"),
            ("!arange [0, 1, 0.25]", "[0.0, 0.25, 0.5, 0.75]"),
            ("!linspace [0, 1, 3]", "[0.0, 0.5, 1.0]"),
            ("!linspace {start: 1, stop: 2, num: 1}", "[1.0]"),
            ("!logspace [-1, 1, 3]", "[0.1, 1.0, 10.0]"),
            ("!joinpath [a, b/, c]", "a/b/c"),
            ("!joinpath [a, /b]", "/b"),
            ("!expr 1/3 + 2e-3", "0.3353333333333333"),
            ("!expr 2**3 - (1 - 4)", "11.0"),
            ("!expr nan", "nan"),
            ("!listgen [0, 6, 2]", "[0, 2, 4]"),
            ("!listgen {from_range: [3], append: [9, 7], remove: [1]}", "[0, 2, 7, 9]"),
            ("!oneline \"a  b\\n c\"", "a b c"),
            ("!env [SHMPLOT_NO_SUCH_VARIABLE, 3]", "3"),
            ("!slice [10]", "[None, 10, None]"),
            ("!slice [0, ~, 16]", "[0, None, 16]"),
            ("!sweep-default {default: 3, values: [1]}", "3"),
        ];
        for (yaml, expected) in cases {
            assert_eq!(value(yaml), expected, "{yaml}");
        }
    }

    #[test]
    fn what_a_tag_cannot_do_is_an_error_at_the_tag() {
        let cases = [
            ("a: !truediv [1, 0]", "t.yml:1:4: `!truediv`: division by zero"),
            ("a: !add [1]", "t.yml:1:4: `!add`: takes 2 arguments, found 1"),
            ("a: !add [1, x]", "t.yml:1:4: `!add`: cannot add an integer and text"),
            ("a: !format [\"{}\", 1]", "t.yml:1:4: the tag `!format` is not supported"),
            ("a: !expr __import__", "t.yml:1:4: `!expr`: `__import__` is no expression of numbers"),
            (
                "a: !range [9000000000]",
                "t.yml:1:4: 9000000000 values are more than the 1000000 that are made",
            ),
            (
                "a: !add [1, !sweep {default: 1, values: [2]}]",
                "t.yml:1:13: a sweep cannot be an argument of `!add` (sweep over values of `!add` instead)",
            ),
        ];
        for (yaml, expected) in cases {
            assert_eq!(value(yaml), expected, "{yaml}");
        }
    }
}
