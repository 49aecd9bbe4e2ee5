//! One variable of a listing against its entry in `reference.json`.

use serde_json::Value;
use std::collections::BTreeMap;

type Nodes = BTreeMap<String, Value>;

/// What differs, if anything does.
pub(super) fn variable(nodes: &Nodes, path: &str, expected: &Value) -> Result<(), String> {
    let stats = &expected["stats"];
    // What the reference's program cannot read or sum up need not be read.
    let lenient = stats.get("kind").is_some() || expected.get("error").is_some();
    let node = match nodes.get(path) {
        Some(node) => node,
        None if lenient => return Ok(()),
        None => return Err("it is not there".to_owned()),
    };
    if let Some(error) = node["error"].as_str() {
        return if lenient { Ok(()) } else { Err(error.to_owned()) };
    }
    match node["kind"].as_str() {
        Some("array") => array(node, expected),
        Some("table" | "group") if lenient => ragged(nodes, path, expected),
        Some("table" | "group") => members(nodes, path, stats),
        _ => Err(format!("it is {node}")),
    }
}

fn array(node: &Value, expected: &Value) -> Result<(), String> {
    let chars = expected.get("char_array").is_some();
    let (mut shape, mut dims) = (list(&expected["shape"]), list(&expected["dims"]));
    let joined = chars && list(&node["shape"]).len() + 1 == shape.len();
    if joined {
        shape.pop();
        dims.pop();
    }
    equal("shape", &list(&node["shape"]), &shape)?;
    if expected["dims"].is_array() {
        equal("dims", &list(&node["dims"]), &dims)?;
    }
    let dtype = numpy_name(expected["dtype"].as_str().unwrap_or_default());
    equal("stored type", &node["dtype"].as_str().unwrap_or_default(), &dtype.as_str())?;
    statistics(&node["stats"], &expected["stats"])?;
    match &expected["time"] {
        time if time.get("first").is_some() => span(&node["stats"], &time["first"], &time["last"]),
        _ => Ok(()),
    }
}

/// Members of a compound type, or the parts of complex numbers.
fn members(nodes: &Nodes, path: &str, stats: &Value) -> Result<(), String> {
    let expected = stats.get("fields").unwrap_or(stats);
    let expected = expected.as_object().into_iter().flatten().filter(|(_, stats)| stats.is_object());
    let mut some = false;
    for (name, stats) in expected {
        some = true;
        let at = format!("{path}/{name}");
        let Some(node) = nodes.get(&at) else { return Err(format!("`{name}` is not there")) };
        match node["kind"].as_str() {
            Some("array") => statistics(&node["stats"], stats).map_err(|why| format!("{name}: {why}"))?,
            Some("table" | "group") => members(nodes, &at, stats)?,
            _ if stats.get("kind").is_some() => {}
            _ => return Err(format!("`{name}` is {node}")),
        }
    }
    if some { Ok(()) } else { Err("it is a group".to_owned()) }
}

/// Rows of varying length: as many lengths as there are rows, which sum up to the elements.
fn ragged(nodes: &Nodes, path: &str, expected: &Value) -> Result<(), String> {
    let (Some(lengths), Some(values)) =
        (nodes.get(&format!("{path}/row_size")), nodes.get(&format!("{path}/values")))
    else {
        return Ok(());
    };
    equal("rows", &list(&lengths["shape"]), &list(&expected["shape"]))?;
    let sum = |stats: &Value| Some(stats["mean"].as_f64()? * stats["n"].as_f64()?);
    let elements = values["shape"][0].as_f64().unwrap_or(0.0);
    equal("elements", &sum(&lengths["stats"]).unwrap_or(0.0).round(), &elements)
}

fn statistics(found: &Value, wanted: &Value) -> Result<(), String> {
    if wanted.get("unique").is_some() {
        texts(found, wanted)
    } else if wanted.get("mean").is_some() || wanted.get("inf").is_some() {
        numbers(found, wanted)
    } else if wanted["min"].is_string() {
        equal("n", &found["n"], &wanted["n"])?;
        equal("missing", &found["nan"], wanted.get("null").unwrap_or(&wanted["nan"]))?;
        match (wanted["min"].as_str(), wanted["max"].as_str()) {
            (Some(min @ ("True" | "False")), Some(max)) => {
                equal("min", &found["min"].as_f64(), &Some(f64::from(u8::from(min == "True"))))?;
                equal("max", &found["max"].as_f64(), &Some(f64::from(u8::from(max == "True"))))
            }
            _ => span(found, &wanted["min"], &wanted["max"]),
        }
    } else {
        Ok(())
    }
}

/// Means of values of both signs cancel: they are compared on the scale of the values.
fn numbers(found: &Value, wanted: &Value) -> Result<(), String> {
    for name in ["n", "nan", "inf"] {
        equal(name, &found[name], &wanted[name])?;
    }
    let scale = ["min", "max"].iter().filter_map(|name| wanted[name].as_f64()).fold(0.0, scale);
    for name in ["min", "max", "mean"] {
        let (found, wanted) = (found[name].as_f64(), wanted[name].as_f64());
        let close = match (found, wanted) {
            (Some(a), Some(b)) => {
                (a - b).abs() <= 1e-6 * b.abs() + if name == "mean" { 1e-12 * scale } else { 0.0 }
            }
            (found, wanted) => found.is_none() && wanted.is_none(),
        };
        if !close {
            return Err(format!("{name} is {found:?} instead of {wanted:?}"));
        }
    }
    Ok(())
}

fn scale(most: f64, value: f64) -> f64 {
    most.max(value.abs())
}

/// Texts; missing ones are empty here, and empty ones are missing to pandas.
fn texts(found: &Value, wanted: &Value) -> Result<(), String> {
    if found.get("min").is_some() {
        // Dates, which pandas leaves as texts.
        equal("n", &found["n"], &wanted["n"])?;
        return equal("missing", &found["nan"], &wanted["null"]);
    }
    equal("n", &found["n"], &wanted["n"])?;
    let count = |value: &Value| value.as_u64().unwrap_or(0);
    let (empty, missing) = (count(&found["null"]), count(&wanted["null"]));
    if empty < missing {
        return Err(format!("{empty} are empty instead of at least {missing}"));
    }
    let unique = found["unique"].as_u64().map(|unique| unique + u64::from(empty > missing));
    equal("unique", &unique, &wanted["unique"].as_u64())?;
    for name in ["first", "last"] {
        let short = |text: &str| text.chars().take(80).collect::<String>().trim_end().to_owned();
        let wanted = short(wanted[name].as_str().unwrap_or_default());
        if !wanted.is_empty() {
            equal(name, &short(found[name].as_str().unwrap_or_default()), &wanted)?;
        }
    }
    Ok(())
}

/// The earliest and the latest time, to the second.
fn span(found: &Value, first: &Value, last: &Value) -> Result<(), String> {
    for (name, wanted) in [("first", first), ("last", last)] {
        let (found, wanted) = (found[name].as_str().unwrap_or_default(), wanted.as_str().unwrap_or_default());
        let close = match (seconds(found), seconds(wanted)) {
            (Some(a), Some(b)) => (a - b).abs() <= 1,
            _ => found == wanted,
        };
        if !close {
            return Err(format!("{name} is {found:?} instead of {wanted:?}"));
        }
    }
    Ok(())
}

/// Seconds in a calendar with 32 days a month: enough to tell times apart.
fn seconds(text: &str) -> Option<i64> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let fields: Vec<i64> =
        text.split(['-', 'T', ' ', ':', '.', '+']).map_while(|part| part.parse().ok()).take(6).collect();
    let [year, month, day, clock @ ..] = fields.as_slice() else { return None };
    let days = ((if negative { -year } else { *year }) * 12 + month) * 32 + day;
    let at = |i: usize| clock.get(i).copied().unwrap_or(0);
    Some(days * 86_400 + at(0) * 3600 + at(1) * 60 + at(2))
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, wanted: &T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:?} instead of {wanted:?}")) }
}

/// numpy's name of the reference's type, without byte order; all texts are `str`.
fn numpy_name(code: &str) -> String {
    let code = code.trim_start_matches(['<', '>', '|', '=']);
    let (kind, size) = code.split_at(code.len().min(1));
    match (kind, size.parse::<usize>()) {
        ("f", Ok(size)) => format!("float{}", 8 * size),
        ("i", Ok(size)) => format!("int{}", 8 * size),
        ("u", Ok(size)) => format!("uint{}", 8 * size),
        ("S" | "U", Ok(_)) => "str".to_owned(),
        ("b", Ok(1)) => "bool".to_owned(),
        _ => arrow_name(code),
    }
}

/// numpy's name of one of Arrow's types; others as they are.
fn arrow_name(code: &str) -> String {
    let unit = |prefix: &str| code.strip_prefix(prefix).and_then(|rest| rest.split([']', ',']).next());
    match code {
        "object" | "string" | "large_string" | "string_view" | "StringDType()" => "str".to_owned(),
        "double" => "float64".to_owned(),
        "float" => "float32".to_owned(),
        "halffloat" => "float16".to_owned(),
        "date32[day]" => "datetime64[D]".to_owned(),
        "date64[ms]" => "datetime64[ms]".to_owned(),
        "null" => "float64".to_owned(),
        _ if code.starts_with("dictionary<values=string") => "str".to_owned(),
        _ if code.starts_with("dictionary<values=large_string") => "str".to_owned(),
        _ if code.starts_with("decimal") => "float64".to_owned(),
        _ => match (unit("timestamp["), unit("duration[")) {
            (Some(unit), _) => format!("datetime64[{unit}]"),
            (_, Some(unit)) => format!("timedelta64[{unit}]"),
            _ => code.to_owned(),
        },
    }
}
