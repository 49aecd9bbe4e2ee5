//! `!dag_result`: arguments of the plot function that a graph's results stand in.
//!
//! Such a figure's chart can only be made when it is drawn; planning checks it without those
//! arguments.

use crate::config::{Entry, Node, PlotFunction, Yaml};
use crate::data::{Labelled, Values};
use crate::diag::Diagnostic;
use crate::transform::Value;
use std::collections::BTreeMap;

/// Most elements of a result that stands in an argument.
const MAX_ELEMENTS: usize = 1_000_000;

/// The placeholders in the arguments, helpers and style of an entry.
pub(super) fn placeholders(entry: &Entry) -> Vec<&Node> {
    let mut found = Vec::new();
    for (_, value) in entry.plot.iter().chain(&entry.helpers).chain(&entry.style) {
        collect(value, &mut found);
    }
    found
}

/// Whether what an entry looks like is known when it is drawn only. Calls take results as they are.
pub(super) fn is_late(entry: &Entry) -> bool {
    let arguments = match entry.function {
        PlotFunction::FacetGrid => entry.plot.as_slice(),
        PlotFunction::MultiPlot => &[],
    };
    arguments.iter().chain(&entry.style).any(|(_, value)| holds(value))
        || entry.helpers.iter().any(|(key, value)| helper_holds(key, value))
}

/// Whether a placeholder stands in the parameters of a helper; calls (`call`) take results as they are.
fn helper_holds(key: &Node, value: &Node) -> bool {
    match key.as_str() {
        Some("call") => false,
        Some("axis_specific") => value.as_map().unwrap_or_default().iter().any(|(_, one)| {
            one.as_map().unwrap_or_default().iter().any(|(key, value)| helper_holds(key, value))
        }),
        _ => holds(value),
    }
}

/// Whether a placeholder stands in a node.
fn holds(node: &Node) -> bool {
    let mut found = Vec::new();
    collect(node, &mut found);
    !found.is_empty()
}

fn collect<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    if node.tag() == Some("dag_result") {
        found.push(node);
        return;
    }
    match &node.value {
        Yaml::Seq(items) => items.iter().for_each(|item| collect(item, found)),
        Yaml::Map(entries) => entries.iter().for_each(|(_, value)| collect(value, found)),
        _ => {}
    }
}

/// The tag that a placeholder names.
///
/// # Errors
/// If it is no text.
pub(super) fn tag(placeholder: &Node) -> Result<&str, Diagnostic> {
    match &placeholder.value {
        Yaml::Str(tag) => Ok(tag),
        _ => Err(Diagnostic::error("`!dag_result` takes the tag of a result").at(placeholder.place.clone())),
    }
}

/// The entry without the arguments, parameters of helpers and rcParams that hold placeholders.
pub(super) fn without(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    if entry.function == PlotFunction::FacetGrid {
        entry.plot.retain(|(_, value)| !holds(value));
    }
    entry.style.retain(|(_, value)| !holds(value));
    for (key, helper) in &mut entry.helpers {
        let Yaml::Map(parameters) = &mut helper.value else { continue };
        match key.as_str() {
            Some("call") => {}
            Some("axis_specific") => parameters.retain(|(_, one)| {
                !one.as_map().unwrap_or_default().iter().any(|(key, value)| helper_holds(key, value))
            }),
            _ => parameters.retain(|(_, value)| !holds(value)),
        }
    }
    entry.helpers.retain(|(key, helper)| {
        !helper_holds(key, helper) && helper.as_map().is_none_or(|map| !map.is_empty())
    });
    entry
}

/// The entry with the results in their places: arrays as lists of their elements, without labels.
/// Arguments of calls are left as they are.
///
/// # Errors
/// Results that no argument can be: datasets, arrays of more than a million elements or of times.
pub fn filled(entry: &Entry, results: &BTreeMap<String, Value>) -> Result<Entry, Diagnostic> {
    let mut entry = entry.clone();
    if entry.function == PlotFunction::FacetGrid {
        entry.plot.iter_mut().try_for_each(|(_, value)| fill(value, results))?;
    }
    entry.style.iter_mut().try_for_each(|(_, value)| fill(value, results))?;
    entry.helpers.iter_mut().try_for_each(|(key, value)| fill_helper(key, value, results))?;
    Ok(entry)
}

/// The same in the parameters of a helper.
fn fill_helper(key: &Node, value: &mut Node, results: &BTreeMap<String, Value>) -> Result<(), Diagnostic> {
    match (key.as_str(), &mut value.value) {
        (Some("call"), _) => Ok(()),
        (Some("axis_specific"), Yaml::Map(single)) => single.iter_mut().try_for_each(|(_, one)| {
            let Yaml::Map(helpers) = &mut one.value else { return Ok(()) };
            helpers.iter_mut().try_for_each(|(key, value)| fill_helper(key, value, results))
        }),
        _ => fill(value, results),
    }
}

fn fill(node: &mut Node, results: &BTreeMap<String, Value>) -> Result<(), Diagnostic> {
    if node.tag() == Some("dag_result") {
        let name = tag(node)?;
        let value = results.get(name).ok_or_else(|| {
            Diagnostic::error(format!("the result `{name}` is not there")).at(node.place.clone())
        })?;
        let value = yaml(value, node).map_err(|error| error.or_at(&node.place))?;
        node.tag = None;
        node.value = value;
        return Ok(());
    }
    match &mut node.value {
        Yaml::Seq(items) => items.iter_mut().try_for_each(|item| fill(item, results)),
        Yaml::Map(entries) => entries.iter_mut().try_for_each(|(_, value)| fill(value, results)),
        _ => Ok(()),
    }
}

/// A result as YAML.
fn yaml(value: &Value, at: &Node) -> Result<Yaml, Diagnostic> {
    let node = |value| Node::new(value, &at.place);
    Ok(match value {
        Value::None => Yaml::Null,
        Value::Bool(flag) => Yaml::Bool(*flag),
        Value::Int(number) => Yaml::Int(*number),
        Value::Float(number) => Yaml::Float(*number),
        Value::Text(text) => Yaml::Str(text.clone()),
        Value::List(items) | Value::Tuple(items) => {
            let items = items.iter().map(|item| yaml(item, at).map(node));
            Yaml::Seq(items.collect::<Result<_, _>>()?)
        }
        Value::Map(entries) => {
            let entries =
                entries.iter().map(|(key, value)| Ok((node(yaml(key, at)?), node(yaml(value, at)?))));
            Yaml::Map(entries.collect::<Result<_, Diagnostic>>()?)
        }
        Value::Array(array) | Value::Bare(array) => {
            if array.size() > MAX_ELEMENTS {
                let message = format!("a result of {} elements cannot be an argument", array.size());
                return Err(Diagnostic::error(message).help(format!("at most {MAX_ELEMENTS} can")));
            }
            let flat = elements(array)?;
            nested(&mut flat.into_iter(), &array.shape, at)
        }
        other => {
            return Err(Diagnostic::error(format!("an argument cannot be {}", other.describe()))
                .help("take a variable of it: `getitem`".to_owned()));
        }
    })
}

/// The elements of an array in order.
fn elements(array: &Labelled) -> Result<Vec<Yaml>, Diagnostic> {
    let values = array.to_values().map_err(|error| Diagnostic::from_error(&error))?;
    Ok(match &values {
        Values::Str(texts) => (0..texts.len()).map(|i| Yaml::Str(texts.get(i).to_owned())).collect(),
        Values::Bool(flags) => flags.iter().map(|flag| Yaml::Bool(*flag != 0)).collect(),
        Values::Time(..) => return Err(Diagnostic::error("an argument cannot be an array of times")),
        Values::F32(_) | Values::F64(_) => {
            let numbers = array.to_f64().map_err(|error| Diagnostic::from_error(&error))?;
            numbers.into_iter().map(Yaml::Float).collect()
        }
        Values::U64(numbers) => {
            numbers.iter().map(|n| i64::try_from(*n).map_or(Yaml::Float(*n as f64), Yaml::Int)).collect()
        }
        _ => {
            let numbers = array.to_f64().map_err(|error| Diagnostic::from_error(&error))?;
            numbers.into_iter().map(|number| Yaml::Int(number as i64)).collect()
        }
    })
}

/// Elements as nested lists.
fn nested(flat: &mut dyn Iterator<Item = Yaml>, shape: &[usize], at: &Node) -> Yaml {
    match shape.split_first() {
        None => flat.next().unwrap_or(Yaml::Null),
        Some((len, inner)) => {
            Yaml::Seq((0..*len).map(|_| Node::new(nested(flat, inner, at), &at.place)).collect())
        }
    }
}
