//! Arrays put together, aligned, cut into windows and groups, as dantro's operations (that is, xarray)
//! do it: `tests/fixtures/combining.json`, written by `make_combining.py` there.

use super::*;
use crate::data::time::{Calendar, NAT};
use crate::data::{Attr, Dataset, Values};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Leaves by name.
struct Memory(BTreeMap<String, Labelled>);

impl Leaves for Memory {
    fn info(&self, path: &str) -> Result<LeafInfo, Diagnostic> {
        let leaf = &self.0[path];
        let coords = leaf.coords.iter().map(|(name, coord)| CoordInfo {
            name: name.to_owned(),
            dims: coord.dims.clone(),
            shape: coord.shape.clone(),
            dtype: coord.dtype(),
        });
        let coords = coords.collect();
        Ok(LeafInfo { dtype: leaf.dtype(), dims: leaf.dims.clone(), shape: leaf.shape.clone(), coords })
    }

    fn coord(&self, path: &str, name: &str) -> Result<Option<Coord>, Diagnostic> {
        Ok(self.0[path].coords.get(name).cloned())
    }
}

impl Inputs for Memory {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        Ok(self.0[path].clone())
    }
}

fn number(value: &Json) -> f64 {
    match value {
        Json::Null => f64::NAN,
        Json::Bool(v) => f64::from(u8::from(*v)),
        Json::String(text) => text.parse().unwrap(),
        other => other.as_f64().unwrap(),
    }
}

/// An array without name and coordinates.
fn plain(json: &Json) -> Labelled {
    let items = json["values"].as_array().unwrap();
    let floats = || items.iter().map(number).collect::<Vec<f64>>();
    let ints = || items.iter().map(|v| number(v) as i64);
    let values = match json["dtype"].as_str().unwrap() {
        "float64" => Values::F64(floats().into()),
        "float32" => Values::F32(floats().into_iter().map(|v| v as f32).collect::<Vec<_>>().into()),
        "bool" => Values::Bool(ints().map(|v| v as u8).collect::<Vec<_>>().into()),
        "uint8" => Values::U8(ints().map(|v| v as u8).collect::<Vec<_>>().into()),
        "int8" => Values::I8(ints().map(|v| v as i8).collect::<Vec<_>>().into()),
        "int16" => Values::I16(ints().map(|v| v as i16).collect::<Vec<_>>().into()),
        "int32" => Values::I32(ints().map(|v| v as i32).collect::<Vec<_>>().into()),
        "int64" => Values::I64(ints().collect::<Vec<_>>().into()),
        "uint64" => Values::U64(ints().map(|v| v as u64).collect::<Vec<_>>().into()),
        "str" => Values::Str(items.iter().map(|v| v.as_str().unwrap()).collect()),
        "time" => {
            let times = items.iter().map(|v| v.as_i64().unwrap_or(NAT)).collect::<Vec<_>>();
            Values::Time(times.into(), Calendar::ProlepticGregorian)
        }
        other => panic!("{other}"),
    };
    let shape: Vec<usize> =
        json["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
    let dims = match json["dims"].as_array() {
        Some(dims) => dims.iter().map(|dim| Dim::new(dim.as_str().unwrap())).collect(),
        None => (0..shape.len()).map(Dim::anonymous).collect(),
    };
    Labelled::contiguous(dims, shape, values)
}

fn array(json: &Json) -> Labelled {
    let mut array = plain(json);
    array.name = json["name"].as_str().map(str::to_owned);
    for (key, value) in json["attrs"].as_object().unwrap() {
        let attr = match value {
            Json::String(text) => Attr::Text(text.clone()),
            other => Attr::Int(other.as_i64().unwrap()),
        };
        array.attrs.insert(key.clone(), attr);
    }
    for (name, coord) in json["coords"].as_object().unwrap() {
        array = array.with_coord(name, Arc::new(plain(coord).named(name))).unwrap();
    }
    array
}

/// An argument of an operation.
fn argument(json: &Json, results: &[Arg]) -> Arg {
    match json {
        Json::Object(map) if map.len() == 1 && map.contains_key("$") => {
            results[map["$"].as_u64().unwrap() as usize].clone()
        }
        Json::Object(map) => Arg::Map(
            map.iter()
                .map(|(key, value)| (Arg::Value(Value::Text(key.clone())), argument(value, results)))
                .collect(),
        ),
        Json::Array(items) => Arg::List(items.iter().map(|item| argument(item, results)).collect()),
        Json::Null => Arg::Value(Value::None),
        Json::Bool(v) => Arg::Value(Value::Bool(*v)),
        Json::String(text) => Arg::Value(Value::Text(text.clone())),
        Json::Number(v) => Arg::Value(v.as_i64().map_or_else(|| Value::Float(number(json)), Value::Int)),
    }
}

/// What differs between two arrays without coordinates, if anything does.
fn differ(got: &Labelled, expected: &Labelled) -> Option<String> {
    let head = |array: &Labelled| format!("{} {:?} {:?}", array.dtype(), array.dims, array.shape);
    if head(got) != head(expected) {
        return Some(format!("{} instead of {}", head(got), head(expected)));
    }
    if got.dtype() == Dtype::Str {
        let (a, b) = (got.texts().unwrap(), expected.texts().unwrap());
        return (a != b).then(|| format!("{a:?} instead of {b:?}"));
    }
    let (a, b) = (got.to_f64().unwrap(), expected.to_f64().unwrap());
    let largest = b.iter().filter(|v| v.is_finite()).fold(0.0_f64, |most, v| most.max(v.abs()));
    let tolerance = if got.dtype() == Dtype::F32 { 1e-5 } else { 1e-12 } * largest;
    let close = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance;
    (!a.iter().zip(&b).all(close)).then(|| format!("{a:?} instead of {b:?}"))
}

fn differ_array(got: &Labelled, expected: &Json) -> Option<String> {
    let expected = array(expected);
    if let Some(difference) = differ(got, &expected) {
        return Some(difference);
    }
    if got.name != expected.name {
        return Some(format!("name {:?} instead of {:?}", got.name, expected.name));
    }
    let attrs = |array: &Labelled| -> BTreeMap<String, String> {
        array.attrs.iter().map(|(key, value)| (key.to_owned(), value.to_string())).collect()
    };
    if attrs(got) != attrs(&expected) {
        return Some(format!("attributes {:?} instead of {:?}", attrs(got), attrs(&expected)));
    }
    let names = |array: &Labelled| -> Vec<String> {
        let mut names: Vec<String> = array.coords.iter().map(|(name, _)| name.to_owned()).collect();
        names.sort();
        names
    };
    if names(got) != names(&expected) {
        return Some(format!("coordinates {:?} instead of {:?}", names(got), names(&expected)));
    }
    expected.coords.iter().find_map(|(name, coord)| {
        differ(got.coords.get(name).unwrap(), coord).map(|difference| format!("`{name}`: {difference}"))
    })
}

fn differ_value(got: &Value, expected: &Json) -> Option<String> {
    match (expected["kind"].as_str().unwrap(), got) {
        ("array", Value::Array(array)) => differ_array(array, expected),
        ("dataset", Value::Dataset(Dataset { vars, attrs })) => {
            let wanted = expected["vars"].as_object().unwrap();
            if !vars.iter().map(|(name, _)| name).eq(wanted.keys()) {
                return Some(format!("{got} instead of {:?}", wanted.keys().collect::<Vec<_>>()));
            }
            let attrs: BTreeMap<String, String> =
                attrs.iter().map(|(key, value)| (key.to_owned(), value.to_string())).collect();
            let wanted_attrs: BTreeMap<String, String> = expected["attrs"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(k, v)| (k.clone(), v.to_string()))
                .collect();
            let quoted = |attrs: &BTreeMap<String, String>| format!("{attrs:?}").replace("\\\"", "");
            if quoted(&attrs) != quoted(&wanted_attrs) {
                return Some(format!("attributes {attrs:?} instead of {wanted_attrs:?}"));
            }
            vars.iter().find_map(|(name, var)| {
                differ_array(var, &wanted[name]).map(|difference| format!("{name}: {difference}"))
            })
        }
        ("bare", value) => {
            let array = bind::to_array(value, "result").unwrap();
            differ(&array, &plain(expected))
        }
        ("list", value) => {
            let items = items(value);
            let wanted = expected["items"].as_array().unwrap();
            if items.len() != wanted.len() {
                return Some(format!("{got} instead of {}", wanted.len()));
            }
            items.iter().zip(wanted).find_map(|(item, wanted)| differ_value(item, wanted))
        }
        ("plain", Value::Text(text)) => {
            (Some(text.as_str()) != expected["value"].as_str()).then(|| text.clone())
        }
        (kind, got) => Some(format!("{got} instead of {kind}")),
    }
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) | Value::Tuple(items) => items.clone(),
        other => panic!("{other} is no list"),
    }
}

/// Whether what planning knew fits what evaluation gave.
fn foretold(known: &Value, value: &Value) -> bool {
    match (known, value) {
        (Value::Array(a), Value::Array(b)) => {
            (&a.dims, &a.shape, a.dtype()) == (&b.dims, &b.shape, b.dtype())
        }
        (Value::Dataset(a), Value::Dataset(b)) => a.vars.iter().zip(&b.vars).all(|((an, a), (bn, b))| {
            an == bn && foretold(&Value::Array(a.clone()), &Value::Array(b.clone()))
        }),
        _ => true,
    }
}

#[test]
fn combining_and_windows_agree_with_xarray() {
    let text = include_str!("../../tests/fixtures/combining.json");
    let cases: Vec<Json> = serde_json::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let (mut graph, mut leaves, mut results) = (Graph::default(), BTreeMap::new(), Vec::new());
        for (i, input) in case["inputs"].as_array().unwrap().iter().enumerate() {
            if input["kind"] == "dataset" {
                let mut vars = Vec::new();
                for (key, var) in input["vars"].as_object().unwrap() {
                    let path = format!("{i}/{key}");
                    leaves.insert(path.clone(), array(var));
                    let leaf = graph.push(Op::Leaf(path), None);
                    vars.push((Arg::Value(Value::Text(key.clone())), Arg::Node(leaf)));
                }
                let kwargs = vec![("attrs".to_owned(), argument(&input["attrs"], &[]))];
                let op = Op::Call { name: "xr.Dataset".into(), args: vec![Arg::Map(vars)], kwargs };
                results.push(Arg::Node(graph.push(op, None)));
                continue;
            }
            let path = format!("{i}/{}", input["name"].as_str().unwrap_or("none"));
            leaves.insert(path.clone(), array(input));
            results.push(Arg::Node(graph.push(Op::Leaf(path), None)));
        }
        for op in case["ops"].as_array().unwrap() {
            let args = op[1].as_array().unwrap().iter().map(|arg| argument(arg, &results)).collect();
            let kwargs = op[2].as_object().unwrap().iter();
            let kwargs = kwargs.map(|(key, value)| (key.clone(), argument(value, &results))).collect();
            let op = Op::Call { name: op[0].as_str().unwrap().to_owned(), args, kwargs };
            results.push(Arg::Node(graph.push(op, None)));
        }
        let Some(Arg::Node(root)) = results.last() else { panic!("{name} does nothing") };
        let memory = Memory(leaves);
        let result = eval(&graph, &[*root], &memory).map(|mut values| values.remove(0));
        let expected = &case["expected"];
        let difference = match (&result, expected["kind"] == "error") {
            (Ok(value), false) => differ_value(value, expected),
            (Err(error), false) => Some(error.to_string()),
            (Ok(value), true) => Some(format!("{value} instead of {}", expected["error"])),
            (Err(_), true) => None,
        };
        if let Some(difference) = difference {
            wrong.push(format!("{name}: {difference}"));
        }
        if let Ok(value) = &result {
            wrong.extend(differs_in_part(&graph, *root, &memory, value).map(|why| format!("{name}: {why}")));
            wrong.extend(
                differs_when_given(&graph, *root, &memory, value).map(|why| format!("{name}: {why}")),
            );
        }
        let unnamed = memory.0.values().any(|leaf| leaf.name.is_none());
        match (reach(&graph, &[*root], &memory), &result) {
            (Ok(reached), Ok(value)) => {
                if let Some(known) = reached.values[0].as_ref().filter(|known| !foretold(known, value)) {
                    wrong.push(format!("{name}: planned {known}, got {value}"));
                }
            }
            (Err(error), Ok(_)) if !unnamed => wrong.push(format!("{name}: not planned: {error}")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Inputs of which only the demanded elements are there.
struct InPart<'a> {
    memory: &'a Memory,
    demand: &'a crate::data::Demand,
}

impl Inputs for InPart<'_> {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        match self.demand.0.get(path) {
            Some(part) => Ok(super::tests::only(&self.memory.leaf(path)?, part)),
            None => Err(Diagnostic::error(format!("`{path}` is not demanded"))),
        }
    }

    fn is_left_out(&self, path: &str) -> bool {
        !self.demand.0.contains_key(path)
    }
}

/// Whether some of a result is another one if no more is read than it needs.
fn differs_in_part(graph: &Graph, root: NodeId, memory: &Memory, expected: &Value) -> Option<String> {
    let Value::Array(array) = expected else { return None };
    let whole = reach(graph, &[root], memory).ok()?.demand;
    // Coordinates alone are known without the leaf.
    let is_there = |id: &NodeId| match &graph.node(*id).op {
        Op::Leaf(path) => whole.0.contains_key(path),
        _ => true,
    };
    if !graph.needed(&[root]).iter().all(is_there) {
        return None;
    }
    for (dim, len) in array.dims.iter().zip(&array.shape).filter(|(_, len)| **len > 0) {
        let last = Value::Int(*len as i64 - 1);
        for index in [last.clone(), Value::List(vec![last, Value::Int(0)])] {
            let map = Value::Map(vec![(Value::Text(dim.as_str().to_owned()), index)]);
            let some = |graph: &mut Graph, of: Arg| {
                let args = vec![of, Arg::Value(map.clone())];
                graph.push(Op::Call { name: ".isel".to_owned(), args, kwargs: Vec::new() }, None)
            };
            let mut graph = graph.clone();
            let node = some(&mut graph, Arg::Node(root));
            let after = some(&mut graph, Arg::Value(expected.clone()));
            let expected = eval(&graph, &[after], memory).ok()?.remove(0);
            let reached = reach(&graph, &[node], memory).ok()?;
            let inputs = InPart { memory, demand: &reached.demand };
            match super::eval_cut(&graph, &[node], &reached.cuts, &inputs) {
                Ok(mut got) => {
                    let (got, wanted) = (got.remove(0), expected);
                    let key = |value: &Value| {
                        let mut graph = Graph::default();
                        let node = graph.push(Op::Const(value.clone()), None);
                        graph.digest(node)
                    };
                    if key(&got) != key(&wanted) {
                        return Some(format!("{got} in part instead of {wanted}"));
                    }
                }
                Err(error) => return Some(format!("in part: {error}")),
            }
        }
    }
    None
}

/// Inputs of which one node has been computed, and what is demanded besides is loaded.
struct Given<'a> {
    memory: &'a Memory,
    demand: &'a crate::data::Demand,
    digest: u128,
    value: &'a Value,
    asked: std::cell::Cell<bool>,
}

impl Inputs for Given<'_> {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        match self.demand.0.contains_key(path) {
            true => self.memory.leaf(path),
            false => Err(Diagnostic::error(format!("`{path}` is not demanded"))),
        }
    }

    fn is_left_out(&self, path: &str) -> bool {
        !self.demand.0.contains_key(path)
    }

    fn result(&self, digest: u128) -> Option<Value> {
        self.asked.set(self.asked.get() || digest == self.digest);
        (digest == self.digest).then(|| self.value.clone())
    }
}

/// Whether a result is another one if any of the nodes on elements below it is computed beforehand.
fn differs_when_given(graph: &Graph, root: NodeId, memory: &Memory, expected: &Value) -> Option<String> {
    let key = |value: &Value| {
        let mut graph = Graph::default();
        let node = graph.push(Op::Const(value.clone()), None);
        graph.digest(node)
    };
    for id in graph.needed(&[root]) {
        match &graph.node(id).op {
            Op::Call { name, .. } if super::touches_elements(name) => {}
            _ => continue,
        }
        let digest = graph.digest(id);
        let Ok(value) = eval(graph, &[id], memory).map(|mut values| values.remove(0)) else { continue };
        let whole = reach(graph, &[root], memory).ok()?.demand;
        let reached = match super::reach_given(graph, &[root], &[digest], memory) {
            Ok(reached) => reached,
            Err(error) => return Some(format!("not planned with node {}: {error}", id.0)),
        };
        if reached.demand.0.keys().any(|path| !whole.0.contains_key(path)) {
            return Some(format!("more is demanded with node {} than without", id.0));
        }
        let inputs = Given { memory, demand: &reached.demand, digest, value: &value, asked: false.into() };
        match eval(graph, &[root], &inputs).map(|mut values| values.remove(0)) {
            Ok(got) if key(&got) == key(expected) && inputs.asked.get() => {}
            Ok(got) => return Some(format!("{got} with node {} instead of {expected}", id.0)),
            Err(error) => return Some(format!("with node {}: {error}", id.0)),
        }
    }
    None
}
