//! Every operation against dantro's own: `tests/fixtures/operations.py` recorded what it makes of
//! small arrays.

use serde_json::{Value as Json, json};
use shmplot::data::{Dataset, Dim, Dtype, Labelled, Values};
use shmplot::diag::Diagnostic;
use shmplot::transform::{Arg, Graph, Inputs, Op, Value, eval};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Calls that deliberately give something else than recorded, by the start of what is printed for
/// them, and why.
const DIFFERENT: &[(&str, &str)] = &[
    (".variables [{\"input\":\"ds\"},\"p\"]", "xarray's variables have no names; here they are arrays"),
    (".itemsize [{\"input\":\"a\"}]", "only bare arrays have it there"),
    ("np.argmin [{\"input\":\"b\"}]", "fails there; here it acts as the method"),
    (".fillna [{\"input\":\"ds\"},{\"map\"", "variables that are not named become float64 there"),
    (".sort [{\"input\":\"nb\"}]", "sorts in place there and gives nothing"),
    (".rank [", "needs a package there that is not installed"),
    (
        "xr.Dataset [] [[\"data_vars\",{\"map\":[[\"p\",{\"input\":\"b\"}]]}],[\"coords\"",
        "order of the coordinates",
    ),
    ("np.histogram [{\"input\":\"nb4\"},3] [[\"weights\"", "weights are refused by name"),
    ("np.reshape [{\"input\":\"c\"}", "fails there with labelled arrays; here the result is bare"),
    ("expression [\"Piecewise", "formulas hold no tuples"),
];

struct Nothing;

impl Inputs for Nothing {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        Err(Diagnostic::error(path))
    }
}

fn recorded() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/operations.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(json: &Json) -> f64 {
    match json.as_str() {
        Some("nan") => f64::NAN,
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        _ => json.as_f64().unwrap(),
    }
}

fn flat<'a>(json: &'a Json, out: &mut Vec<&'a Json>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| flat(item, out)),
        other => out.push(other),
    }
}

/// An array of the file, without coordinates.
fn plain(json: &Json) -> Labelled {
    let mut items = Vec::new();
    flat(&json["values"], &mut items);
    let ints = || items.iter().map(|v| v.as_i64().unwrap());
    let values = match json["dtype"].as_str().unwrap() {
        "bool" => {
            Values::Bool(items.iter().map(|v| u8::from(v.as_bool().unwrap())).collect::<Vec<_>>().into())
        }
        "int64" => Values::I64(ints().collect::<Vec<_>>().into()),
        "uint8" => Values::U8(ints().map(|v| v as u8).collect::<Vec<_>>().into()),
        "float32" => Values::F32(items.iter().map(|v| number(v) as f32).collect::<Vec<_>>().into()),
        "float64" => Values::F64(items.iter().map(|v| number(v)).collect::<Vec<_>>().into()),
        "str" => Values::Str(items.iter().map(|v| v.as_str().unwrap()).collect()),
        other => panic!("no inputs of {other}"),
    };
    let mut shape = Vec::new();
    let mut at = &json["values"];
    while let Json::Array(items) = at {
        shape.push(items.len());
        at = &items[0];
    }
    let dims = match json["dims"].as_array() {
        Some(dims) => dims.iter().map(|dim| Dim::new(dim.as_str().unwrap())).collect(),
        None => (0..shape.len()).map(Dim::anonymous).collect(),
    };
    Labelled::contiguous(dims, shape, values)
}

fn labelled(json: &Json) -> Labelled {
    let mut array = plain(json);
    array.name = json["name"].as_str().map(str::to_owned);
    for (name, coord) in json["coords"].as_object().unwrap() {
        array = array.with_coord(name, Arc::new(plain(coord))).unwrap();
    }
    array
}

fn input(json: &Json) -> Value {
    match json["type"].as_str().unwrap() {
        "DataArray" => Value::Array(labelled(json)),
        "ndarray" => Value::Bare(plain(json)),
        "Dataset" => {
            let vars = json["data_vars"].as_object().unwrap().iter();
            let vars = vars.map(|(name, var)| (name.clone(), labelled(var))).collect();
            Value::Dataset(Dataset { vars, ..Dataset::default() })
        }
        other => panic!("no inputs of type {other}"),
    }
}

fn argument(json: &Json, inputs: &BTreeMap<String, Value>) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(v) => Value::Bool(*v),
        Json::Number(v) => Value::Int(v.as_i64().unwrap()),
        Json::String(v) => Value::Text(v.clone()),
        Json::Array(items) => Value::List(items.iter().map(|item| argument(item, inputs)).collect()),
        Json::Object(entry) => {
            let (kind, value) = entry.iter().next().unwrap();
            let items = || value.as_array().unwrap().iter();
            match kind.as_str() {
                "input" => inputs[value.as_str().unwrap()].clone(),
                "float" => Value::Float(number(value)),
                "tuple" => Value::Tuple(items().map(|item| argument(item, inputs)).collect()),
                "map" => {
                    Value::Map(items().map(|e| (argument(&e[0], inputs), argument(&e[1], inputs))).collect())
                }
                "slice" => {
                    let parts: Vec<Value> = items().map(|part| argument(part, inputs)).collect();
                    Value::Slice(Box::new(parts.try_into().unwrap()))
                }
                other => panic!("no arguments of type {other}"),
            }
        }
    }
}

fn float(v: f64) -> Json {
    if v.is_nan() {
        json!("nan")
    } else if v.is_infinite() {
        json!(if v > 0.0 { "inf" } else { "-inf" })
    } else {
        json!(v)
    }
}

fn nested(values: &Values, shape: &[usize], at: &mut usize) -> Json {
    if let Some((len, rest)) = shape.split_first() {
        return Json::Array((0..*len).map(|_| nested(values, rest, at)).collect());
    }
    *at += 1;
    let i = *at - 1;
    match values {
        Values::Str(texts) => json!(texts.get(i)),
        Values::Bool(v) => json!(v[i] != 0),
        Values::I64(v) => json!(v[i]),
        Values::U64(v) => json!(v[i]),
        Values::F32(_) | Values::F64(_) => float(values.f64_at(i).unwrap()),
        other => json!(other.f64_at(i).unwrap() as i64),
    }
}

fn dtype(array: &Labelled) -> &'static str {
    match array.dtype() {
        Dtype::Time(_) => "datetime64",
        other => other.numpy_name(),
    }
}

fn elements(array: &Labelled) -> Json {
    nested(&array.to_values().unwrap(), &array.shape, &mut 0)
}

fn shown_array(array: &Labelled) -> Json {
    let dims = |array: &Labelled| array.dims.iter().map(|dim| json!(dim.as_str())).collect::<Vec<_>>();
    let coords: serde_json::Map<String, Json> = array
        .coords
        .iter()
        .map(|(name, coord)| {
            let shown = json!({"dims": dims(coord), "dtype": dtype(coord), "values": elements(coord)});
            (name.to_owned(), shown)
        })
        .collect();
    json!({
        "type": "DataArray", "name": array.name, "dims": dims(array), "shape": array.shape,
        "dtype": dtype(array), "coords": coords, "values": elements(array),
    })
}

fn key(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => other.describe(),
    }
}

/// A result in the form of the file.
fn shown(value: &Value) -> Json {
    let items = |items: &[Value]| items.iter().map(shown).collect::<Vec<_>>();
    match value {
        Value::None => json!({"type": "NoneType", "value": null}),
        Value::Bool(v) => json!({"type": "bool", "value": v}),
        Value::Int(v) => json!({"type": "int", "value": v}),
        Value::Float(v) => json!({"type": "float", "value": float(*v)}),
        Value::Text(v) => json!({"type": "str", "value": v}),
        Value::List(v) => json!({"type": "list", "items": items(v)}),
        Value::Tuple(v) => json!({"type": "tuple", "items": items(v)}),
        Value::Map(entries) => {
            let items: serde_json::Map<String, Json> =
                entries.iter().map(|(name, value)| (key(name), shown(value))).collect();
            json!({"type": "dict", "items": items})
        }
        Value::Slice(_) | Value::Windows(_) => json!(value.describe()),
        Value::Array(array) => shown_array(array),
        Value::Bare(array) if array.ndim() == 0 => {
            json!({"type": "numpy", "dtype": dtype(array), "value": elements(array)})
        }
        Value::Bare(array) => {
            json!({"type": "ndarray", "shape": array.shape, "dtype": dtype(array), "values": elements(array)})
        }
        Value::Dataset(dataset) => {
            let vars: serde_json::Map<String, Json> =
                dataset.vars.iter().map(|(name, array)| (name.clone(), shown_array(array))).collect();
            json!({"type": "Dataset", "data_vars": vars})
        }
    }
}

/// Where two results differ; floats may by a relative `tolerance`.
fn difference(have: &Json, want: &Json, tolerance: f64, path: &str) -> Option<String> {
    let differ = || Some(format!("{path}: {have}, not {want}"));
    match (have, want) {
        (Json::Object(a), Json::Object(b)) => {
            if a.keys().ne(b.keys()) {
                let keys = |map: &serde_json::Map<String, Json>| map.keys().cloned().collect::<Vec<_>>();
                return Some(format!("{path}: {:?}, not {:?}: {have} {want}", keys(a), keys(b)));
            }
            let tolerance = if want["dtype"] == "float32" { 1e-5 } else { tolerance };
            a.iter().find_map(|(key, a)| difference(a, &b[key], tolerance, &format!("{path}.{key}")))
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(i, (a, b))| difference(a, b, tolerance, &format!("{path}[{i}]"))),
        (Json::Number(a), Json::Number(b)) => {
            let (x, y) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            if (x - y).abs() <= tolerance * y.abs().max(1e-3) { None } else { differ() }
        }
        _ if have == want => None,
        _ => differ(),
    }
}

#[test]
fn operations_give_what_dantro_gives() {
    let recorded = recorded();
    let inputs: BTreeMap<String, Value> = recorded["inputs"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, json)| (name.clone(), input(json)))
        .collect();
    let (mut wrong, mut used, mut count) = (Vec::new(), vec![false; DIFFERENT.len()], 0);
    for case in recorded["cases"].as_array().unwrap() {
        let title = format!("{} {} {}", case["op"].as_str().unwrap(), case["args"], case["kwargs"]);
        let args = case["args"].as_array().unwrap().iter();
        let kwargs = case["kwargs"].as_array().unwrap().iter();
        let mut graph = Graph::default();
        let root = graph.push(
            Op::Call {
                name: case["op"].as_str().unwrap().to_owned(),
                args: args.map(|arg| Arg::Value(argument(arg, &inputs))).collect(),
                kwargs: kwargs
                    .map(|e| (e[0].as_str().unwrap().to_owned(), Arg::Value(argument(&e[1], &inputs))))
                    .collect(),
            },
            None,
        );
        count += 1;
        let result = evaluate(&graph, root);
        let want = &case["result"];
        let problem = match (&result, want["type"] == "error") {
            (Err(_), true) => None,
            (Ok(value), true) => Some(format!("{}, not the error {}", shown(value), want["error"])),
            (Err(error), false) => Some(format!("{error}")),
            (Ok(value), false) => difference(&shown(value), want, 1e-12, ""),
        };
        let known = DIFFERENT.iter().position(|(start, _)| title.starts_with(start));
        match (problem, known) {
            (Some(_), Some(known)) => used[known] = true,
            (Some(problem), None) => wrong.push(format!("{title}\n    {problem}")),
            (None, _) => {}
        }
    }
    for ((start, why), used) in DIFFERENT.iter().zip(used) {
        assert!(used, "`{start}` is no different any more ({why})");
    }
    assert!(count >= 700, "only {count} cases");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

fn evaluate(graph: &Graph, root: shmplot::transform::NodeId) -> Result<Value, Diagnostic> {
    Ok(eval(graph, &[root], &Nothing)?.remove(0))
}
