//! What a result needs, found by evaluating its graph on arrays without elements.
//!
//! Each leaf carries one *numbering* an axis as a hidden coordinate, which selections cut along
//! with everything else. Where an operation touches elements, the numberings of its arguments say
//! which parts of which leaves those are. So planning and evaluation run the same code, and errors
//! that need no data are found here.

use super::eval::{self, call, resolve_all};
use super::graph::{Graph, NodeId, Op};
use super::ops::HIDDEN;
use super::table::{self, Touch};
use super::{LeafInfo, Leaves, Value};
use crate::data::{Demand, IndexSet, Labelled, LeafDemand};
use crate::diag::Diagnostic;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a node without data; `None` is nothing: its value depends on elements.
type Known = Option<Value>;

/// See [`super::reach`].
pub(super) fn reach(graph: &Graph, root: NodeId, leaves: &dyn Leaves) -> Result<Demand, Diagnostic> {
    eval::check_names(graph, root)?;
    let mut demand = Demand::default();
    let mut values: Vec<Result<Known, Diagnostic>> = vec![Ok(None); root.0 + 1];
    for id in graph.needed(root) {
        let node = graph.node(id);
        let result = match &node.op {
            Op::Leaf(path) => leaf(path, leaves).map(|array| Some(Value::Array(array))),
            Op::Const(value) => Ok(Some(value.clone())),
            Op::Try { node: tried, fallback } => match &values[tried.0] {
                // It may still fail on the data: then the fallback is taken instead.
                Ok(known) => {
                    add(known.as_ref(), &mut demand);
                    fallback.for_each_node(&mut |input| {
                        if let Ok(known) = &values[input.0] {
                            add(known.as_ref(), &mut demand);
                        }
                    });
                    Ok(None)
                }
                Err(_) => resolve_known(|lookup| eval::resolve(fallback, lookup), &values),
            },
            Op::Call { name, args, kwargs } => {
                match resolve_known(|lookup| resolve_all(args, kwargs, lookup), &values) {
                    Ok(Some((args, kwargs))) => {
                        known_call(name, args, kwargs, node.place.as_ref(), &mut demand)
                    }
                    Ok(None) => {
                        node.for_each_input(&mut |input| {
                            if let Ok(known) = &values[input.0] {
                                add(known.as_ref(), &mut demand);
                            }
                        });
                        Ok(None)
                    }
                    Err(error) => Err(error),
                }
            }
        };
        values[id.0] = result.map_err(|error| match &node.place {
            Some(place) => error.or_at(place),
            None => error,
        });
    }
    let value = values.swap_remove(root.0)?;
    add(value.as_ref(), &mut demand);
    Ok(demand)
}

/// Why an argument is not there.
enum Lack {
    Unknown,
    Failed(Diagnostic),
}

/// What `f` gives from the values of nodes; `None` if one of them is unknown.
fn resolve_known<T>(
    f: impl FnOnce(&dyn Fn(NodeId) -> Result<Value, Lack>) -> Result<T, Lack>,
    values: &[Result<Known, Diagnostic>],
) -> Result<Option<T>, Diagnostic> {
    let lookup = |id: NodeId| match &values[id.0] {
        Ok(Some(value)) => Ok(value.clone()),
        Ok(None) => Err(Lack::Unknown),
        Err(error) => Err(Lack::Failed(error.clone())),
    };
    match f(&lookup) {
        Ok(value) => Ok(Some(value)),
        Err(Lack::Unknown) => Ok(None),
        Err(Lack::Failed(error)) => Err(error),
    }
}

/// A call on arrays without elements.
fn known_call(
    name: &str,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
    place: Option<&crate::diag::Place>,
    demand: &mut Demand,
) -> Result<Known, Diagnostic> {
    let elements = table::find(name).is_none_or(|operation| operation.touch == Touch::Elements);
    // Of an operation on labels, the first argument is a view, and others are read.
    let all: Vec<Value> = args.iter().chain(kwargs.iter().map(|(_, value)| value)).cloned().collect();
    let read = if elements { &all[..] } else { all.get(1..).unwrap_or_default() };
    read.iter().for_each(|value| add(Some(value), demand));
    let result = if elements {
        let args = args.iter().map(visible).collect();
        let kwargs = kwargs.iter().map(|(key, value)| (key.clone(), visible(value))).collect();
        call(name, args, kwargs, place)
    } else {
        call(name, args, kwargs, place)
    };
    match result {
        Ok(value) => Ok(Some(value)),
        Err((_, true)) => {
            all.iter().for_each(|value| add(Some(value), demand));
            Ok(None)
        }
        Err((error, false)) => Err(error),
    }
}

/// A leaf without elements, with the labels of its axes, and numbered.
fn leaf(path: &str, leaves: &dyn Leaves) -> Result<Labelled, Diagnostic> {
    let LeafInfo { dtype, dims, shape, coords } = leaves.info(path)?;
    let mut array = Labelled::absent(dims.clone(), shape.clone(), dtype);
    array.name = Some(path.rsplit('/').next().unwrap_or(path).to_owned());
    for info in coords {
        let is_index = info.dims.len() == 1 && info.dims[0] == info.name.as_str();
        let loaded = if is_index || info.dims.is_empty() { leaves.coord(path, &info.name)? } else { None };
        let coord = loaded.unwrap_or_else(|| Arc::new(Labelled::absent(info.dims, info.shape, info.dtype)));
        array = array
            .with_coord(&info.name, coord)
            .map_err(|error| Diagnostic::error(format!("coordinate `{}` of `{path}`: {error}", info.name)))?;
    }
    // A leaf without axes needs a mark as well.
    let mark = Labelled::absent(Vec::new(), Vec::new(), dtype);
    array.coords.insert(format!("{HIDDEN}{path}{HIDDEN}"), Arc::new(mark));
    for (axis, (dim, len)) in dims.into_iter().zip(shape).enumerate() {
        let name = format!("{HIDDEN}{path}{HIDDEN}{axis}");
        array.coords.insert(name, Arc::new(Labelled::numbering(dim, len)));
    }
    Ok(array)
}

/// Adds what the numberings in a value tell.
fn add(value: Option<&Value>, demand: &mut Demand) {
    match value {
        Some(Value::Array(array)) => add_array(array, demand),
        Some(Value::Dataset(dataset)) => dataset.vars.iter().for_each(|(_, array)| add_array(array, demand)),
        Some(Value::List(items)) => items.iter().for_each(|item| add(Some(item), demand)),
        Some(Value::Slice(parts)) => parts.iter().for_each(|part| add(Some(part), demand)),
        Some(Value::Map(entries)) => entries.iter().for_each(|(key, value)| {
            add(Some(key), demand);
            add(Some(value), demand);
        }),
        _ => {}
    }
}

fn add_array(array: &Labelled, demand: &mut Demand) {
    let mut leaves: BTreeMap<&str, BTreeMap<usize, IndexSet>> = BTreeMap::new();
    for (name, coord) in array.coords.iter() {
        let Some((path, axis)) = name.strip_prefix(HIDDEN).and_then(|rest| rest.rsplit_once(HIDDEN)) else {
            continue;
        };
        let axes = leaves.entry(path).or_default();
        if let (Ok(axis), Some(set)) = (axis.parse(), coord.numbers()) {
            axes.insert(axis, set);
        }
    }
    for (path, axes) in leaves {
        demand.add(path, &LeafDemand(axes.into_values().collect()));
    }
}

/// The same without numberings.
fn visible(value: &Value) -> Value {
    match value {
        Value::Array(array) => Value::Array(visible_array(array)),
        Value::Dataset(dataset) => {
            let mut dataset = dataset.clone();
            dataset.vars.iter_mut().for_each(|(_, array)| *array = visible_array(array));
            Value::Dataset(dataset)
        }
        Value::List(items) => Value::List(items.iter().map(visible).collect()),
        Value::Map(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (visible(key), visible(value))).collect())
        }
        other => other.clone(),
    }
}

fn visible_array(array: &Labelled) -> Labelled {
    let mut array = array.clone();
    array.coords = array
        .coords
        .iter()
        .filter(|(name, _)| !name.starts_with(HIDDEN))
        .map(|(name, coord)| (name.to_owned(), coord.clone()))
        .collect();
    array
}
