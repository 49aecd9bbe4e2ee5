//! Evaluation: each needed node once, in order; values are dropped after their last use.

use super::bind::bind;
use super::cuts::Cuts;
use super::error::OpError;
use super::graph::{Arg, Graph, NodeId, Op};
use super::ops::combine::COMBINE;
use super::ops::control::printed;
use super::table::{self, Operation};
use super::{Inputs, Value};
use crate::data::Labelled;
use crate::diag::{Diagnostic, Place};

/// The values of `roots`; see [`super::eval`].
pub(super) fn eval(
    graph: &Graph,
    roots: &[NodeId],
    cuts: &Cuts,
    inputs: &dyn Inputs,
) -> Result<Vec<Value>, Diagnostic> {
    check_names(graph, roots)?;
    let last = roots.iter().map(|root| root.0 + 1).max().unwrap_or(0);
    let mut values: Vec<Option<Result<Value, Diagnostic>>> = vec![None; last];
    let wanted = graph.needed_beside(roots, |id| {
        let is_call = matches!(graph.node(id).op, Op::Call { .. });
        values[id.0] = is_call.then(|| inputs.result(graph.digest(id))).flatten().map(Ok);
        values[id.0].is_some()
    });
    let needed: Vec<NodeId> = (0..last).filter(|i| wanted[*i] && values[*i].is_none()).map(NodeId).collect();
    let mut uses = vec![0_usize; last];
    for id in &needed {
        graph.node(*id).for_each_input(&mut |input| uses[input.0] += 1);
    }
    roots.iter().for_each(|root| uses[root.0] += 1);
    // What is computed from leaves of which nothing was demanded.
    let mut left_out = vec![false; last];
    for id in needed {
        let node = graph.node(id);
        left_out[id.0] = match &node.op {
            Op::Leaf(path) => inputs.is_left_out(path),
            Op::Call { name, .. } if name == COMBINE => false,
            // Its fallback stands in for it: it may as well not exist at all.
            Op::Try { .. } => false,
            _ => {
                let mut any = false;
                node.for_each_input(&mut |input| any |= left_out[input.0]);
                any
            }
        };
        let lookup = |id: NodeId| values[id.0].clone().unwrap_or_else(|| Err(lost(id)));
        let result = match &node.op {
            Op::Leaf(path) => inputs.leaf(path).map(Value::Array),
            Op::Const(value) => Ok(value.clone()),
            Op::Try { node: tried, fallback } => match lookup(*tried) {
                // What says that there is to be no figure is no failure.
                Err(error) if !error.is_skip() => resolve(fallback, &lookup),
                other => other,
            },
            Op::Call { name, args, .. } if name == COMBINE => resolve_cells(args, &left_out, &lookup)
                .and_then(|args| call(name, args, Vec::new(), node.place.as_ref()).map_err(|e| e.0)),
            Op::Call { name, args, kwargs } => {
                resolve_all(args, kwargs, &lookup).and_then(|(args, kwargs)| {
                    if let Some(cut) = cuts.get(&graph.digest(id)) {
                        return cut.eval(name, args, kwargs, node.place.as_ref());
                    }
                    let text = (name == "print").then(|| printed(&args, &kwargs)).flatten();
                    let result = call(name, args, kwargs, node.place.as_ref()).map_err(|e| e.0)?;
                    if let Some(text) = text {
                        inputs.note(&text, node.place.as_ref());
                    }
                    Ok(result)
                })
            }
        };
        let result = result.map_err(|error| match &node.place {
            Some(place) => error.or_at(place),
            None => error,
        });
        node.for_each_input(&mut |input| {
            uses[input.0] -= 1;
            if uses[input.0] == 0 {
                values[input.0] = None;
            }
        });
        values[id.0] = Some(result);
    }
    roots.iter().map(|root| values[root.0].clone().unwrap_or_else(|| Err(lost(*root)))).collect()
}

/// The arguments of a combination: a cell of which nothing was demanded is like the others, without
/// elements.
fn resolve_cells(
    args: &[Arg],
    left_out: &[bool],
    lookup: &dyn Fn(NodeId) -> Result<Value, Diagnostic>,
) -> Result<Vec<Value>, Diagnostic> {
    let is_left_out = |cell: &Arg| matches!(cell, Arg::Node(id) if left_out[id.0]);
    let Some((Arg::List(cells), rest)) = args.split_first() else {
        return args.iter().map(|arg| resolve(arg, lookup)).collect();
    };
    let mut values: Vec<Option<Value>> = Vec::with_capacity(cells.len());
    for cell in cells {
        values.push(if is_left_out(cell) { None } else { Some(resolve(cell, lookup)?) });
    }
    let like = values.iter().flatten().find(|value| !value.is_none()).map(without_elements);
    let values = values
        .into_iter()
        .zip(cells)
        .map(|(value, cell)| match (value, &like) {
            (Some(value), _) => Ok(value),
            (None, Some(like)) => Ok(like.clone()),
            (None, None) => resolve(cell, lookup),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut all = vec![Value::List(values)];
    for arg in rest {
        all.push(resolve(arg, lookup)?);
    }
    Ok(all)
}

/// The same labels and types, and no element.
pub(super) fn without_elements(value: &Value) -> Value {
    let ghost = |array: &Labelled| {
        let absent = Labelled::absent(array.dims.clone(), array.shape.clone(), array.dtype());
        Labelled { grid: absent.grid, ..array.clone() }
    };
    match value {
        Value::Array(array) => Value::Array(ghost(array)),
        Value::Bare(array) => Value::Bare(ghost(array)),
        Value::Dataset(dataset) => {
            let mut dataset = dataset.clone();
            dataset.vars.iter_mut().for_each(|(_, array)| *array = ghost(array));
            Value::Dataset(dataset)
        }
        other => other.clone(),
    }
}

fn lost(id: NodeId) -> Diagnostic {
    Diagnostic::error(format!("node {} of the graph was used before it was computed", id.0))
}

/// Refuses unknown operations anywhere below `roots`: no fallback covers them.
pub(super) fn check_names(graph: &Graph, roots: &[NodeId]) -> Result<(), Diagnostic> {
    for id in graph.needed(roots) {
        let node = graph.node(id);
        if let Op::Call { name, .. } = &node.op
            && table::find(name).is_none()
        {
            let (message, help) = table::missing(name);
            let error = Diagnostic::error(message).help(help);
            return Err(match &node.place {
                Some(place) => error.or_at(place),
                None => error,
            });
        }
    }
    Ok(())
}

/// An argument with the values of nodes put in.
pub(super) fn resolve<E>(arg: &Arg, lookup: &dyn Fn(NodeId) -> Result<Value, E>) -> Result<Value, E> {
    Ok(match arg {
        Arg::Node(id) => lookup(*id)?,
        Arg::Value(value) => value.clone(),
        Arg::List(items) => {
            Value::List(items.iter().map(|item| resolve(item, lookup)).collect::<Result<_, _>>()?)
        }
        Arg::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, value)| Ok((resolve(key, lookup)?, resolve(value, lookup)?)))
                .collect::<Result<_, E>>()?,
        ),
        Arg::Slice(parts) => {
            let [start, stop, step] = &**parts;
            Value::Slice(Box::new([resolve(start, lookup)?, resolve(stop, lookup)?, resolve(step, lookup)?]))
        }
    })
}

/// Positional and named arguments of a call.
pub(super) type Arguments = (Vec<Value>, Vec<(String, Value)>);

/// All arguments of a call, resolved.
pub(super) fn resolve_all<E>(
    args: &[Arg],
    kwargs: &[(String, Arg)],
    lookup: &dyn Fn(NodeId) -> Result<Value, E>,
) -> Result<Arguments, E> {
    let args = args.iter().map(|arg| resolve(arg, lookup)).collect::<Result<_, _>>()?;
    let kwargs = kwargs
        .iter()
        .map(|(name, arg)| Ok((name.clone(), resolve(arg, lookup)?)))
        .collect::<Result<_, E>>()?;
    Ok((args, kwargs))
}

/// Calls an operation. An error comes with whether it is one of elements that are not in memory.
pub(super) fn call(
    name: &str,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
    place: Option<&Place>,
) -> Result<Value, (Diagnostic, bool)> {
    let Some(operation) = table::find(name) else {
        let (message, help) = table::missing(name);
        return Err((Diagnostic::error(message).help(help), false));
    };
    let shown = args
        .iter()
        .map(Value::describe)
        .chain(kwargs.iter().map(|(key, value)| format!("{key}={}", value.describe())))
        .collect::<Vec<_>>()
        .join(", ");
    run(operation, name, args, kwargs).map_err(|error| {
        if let OpError::Skip(reason) = &error {
            return (Diagnostic::skip(reason.clone()), false);
        }
        let mut diagnostic = Diagnostic::error(format!("`{name}` of {shown} failed"))
            .caused_by(error.to_string())
            .help(error.help());
        if let Some(place) = place {
            diagnostic = diagnostic.at(place.clone());
        }
        (diagnostic, error.is_absent())
    })
}

fn run(
    operation: &Operation,
    name: &str,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
) -> Result<Value, OpError> {
    (operation.eval)(&bind(name, operation.signature, args, kwargs)?)
}
