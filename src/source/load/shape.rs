//! What a loader makes of a file's content.

use super::grid::grid;
use crate::data::load::{Hdf5Options, Loader};
use crate::data::{Attr, Attrs, Dim, Dtype, Labelled, Slab, Values};
use crate::diag::{Diagnostic, list};
use crate::source::{
    ArrayNode, CoordSource, Group, GroupKind, Joined, Node, SourceError, Storage, Tree, text,
};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Labels and attributes of more bytes are not taken into this process.
const LARGEST: u64 = 16 << 20;

/// The node that a loader gives for the content of a file; arrays have their reader's number.
///
/// # Errors
/// If the content is not what the loader is for.
pub(super) fn shaped(
    tree: &Tree,
    loader: &Loader,
    root: Node,
    path: &Path,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Node, SourceError> {
    let malformed = |why: String| SourceError::Malformed { file: path.to_owned(), dataset: None, why };
    match (loader, root) {
        (Loader::DataArray, Node::Group(group)) => only_variable(tree, &group, warnings).map_err(malformed),
        (Loader::NumpyText(_), Node::Group(table)) => matrix(table).map_err(malformed),
        (Loader::Yaml { mapping: true }, Node::Value(value)) if !value.is_object() => {
            Err(malformed("it is no mapping; the loader `yaml_to_object` takes any value".to_owned()))
        }
        (Loader::Hdf5(options), root) => mapped(tree, options, root).map_err(malformed),
        (_, root) => Ok(root),
    }
}

/// The one variable of a dataset that is no coordinate. Its coordinates come along in memory, since
/// they have no place of their own.
fn only_variable(tree: &Tree, group: &Group, warnings: &mut Vec<Diagnostic>) -> Result<Node, String> {
    let mut coordinates = BTreeSet::new();
    for (name, node) in &group.members {
        if let Node::Array(array) = node {
            if matches!(&array.dims[..], [dim] if dim.as_str() == name) {
                coordinates.insert(name.clone());
            }
            coordinates.extend(array.coords.iter().filter_map(|(_, source)| match source {
                CoordSource::Leaf(path) => Some(path.clone()),
                CoordSource::Inline(_) => None,
            }));
        }
    }
    let variables: Vec<(&String, &Arc<ArrayNode>)> = group
        .members
        .iter()
        .filter(|(name, _)| !coordinates.contains(name))
        .filter_map(|(name, node)| if let Node::Array(array) = node { Some((name, array)) } else { None })
        .collect();
    let [(_, one)] = variables[..] else {
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        return Err(format!(
            "it has {} variables ({}), and `xr_dataarray` is for one; use `xr_dataset`",
            names.len(),
            list(&names)
        ));
    };
    let mut array = ArrayNode::clone(one);
    let mut coords = Vec::new();
    for (name, source) in std::mem::take(&mut array.coords) {
        let leaf = match &source {
            CoordSource::Inline(_) => {
                coords.push((name, source));
                continue;
            }
            CoordSource::Leaf(leaf) => leaf.clone(),
        };
        let found = leaf.split('/').try_fold(None::<&Node>, |_, segment| {
            // Coordinates of a root group lie in it.
            group.get(segment).map(Some)
        });
        let Some(Some(Node::Array(coord))) = found else { continue };
        let read = match coord.nbytes() {
            Some(bytes) if bytes > LARGEST => Err("it is too large".to_owned()),
            _ => tree.read(coord, &Slab::all(&coord.shape)).map_err(|error| error.to_string()),
        };
        match read {
            Ok(values) => {
                let mut labels =
                    Labelled::contiguous(coord.dims.clone(), coord.shape.clone(), values).named(&name);
                labels.attrs = coord.attrs.clone();
                coords.push((name, CoordSource::Inline(Arc::new(labels))));
            }
            Err(why) => {
                let message = format!("the coordinate `{name}` of {} is left out: {why}", array.origin);
                warnings.push(Diagnostic::warning(message));
            }
        }
    }
    array.coords = coords;
    Ok(Node::Array(Arc::new(array)))
}

/// A table's columns as a matrix of numbers, as `numpy.loadtxt`: one column or row is a vector.
fn matrix(table: Group) -> Result<Node, String> {
    let mut columns = Vec::with_capacity(table.members.len());
    for (i, (_, node)) in table.members.into_iter().enumerate() {
        match node {
            Node::Array(array) if array.dtype.is_numeric() => columns.push(array),
            Node::Broken(error) => return Err(error.to_string()),
            _ => return Err(format!("column {} is no numbers", i + 1)),
        }
    }
    let first = columns.first().ok_or("it has no columns")?;
    let rows = first.shape.first().copied().unwrap_or(0);
    let mut array = ArrayNode::clone(first);
    (array.dtype, array.stored) = (Dtype::F64, Dtype::F64.numpy_name().to_owned());
    (array.coords, array.attrs) = (Vec::new(), Attrs::new());
    let count = columns.len();
    // One row or one column: a stack along the only axis that is left, or the column itself.
    let joined = if count == 1 { Joined::along(0, columns) } else { Joined::stacked(1, columns) };
    array.shape = if count == 1 { vec![rows] } else { vec![rows, count] };
    array.dims = (0..array.shape.len()).map(Dim::anonymous).collect();
    array.storage = Storage::Joined(Arc::new(joined));
    Ok(Node::Array(Arc::new(array)))
}

/// HDF5 as the options say: lower-case names, and contents that an attribute tells.
fn mapped(tree: &Tree, options: &Hdf5Options, mut node: Node) -> Result<Node, String> {
    if let Some(attribute) = &options.map_from {
        contents(tree, attribute, &mut node);
    }
    if options.lower_case {
        lower_case(&mut node)?;
    }
    Ok(node)
}

/// Utopia's contents: a `grid` is an array over space, `unlabelled_data` is without names and labels,
/// `array_of_yaml_strings` is what the texts say, `time_series` and `graph` are groups of a kind. All
/// others are arrays and groups as they are.
fn contents(tree: &Tree, attribute: &str, node: &mut Node) {
    match node {
        Node::Group(group) => {
            match group.attrs.text(attribute) {
                Some("time_series") => group.kind = GroupKind::TimeSeries,
                Some("time_series_heterogeneous") => group.kind = GroupKind::HeterogeneousTimeSeries,
                Some("graph" | "network") => group.kind = GroupKind::Graph,
                _ => {}
            }
            group.members.iter_mut().for_each(|(_, node)| contents(tree, attribute, node));
            if let GroupKind::TimeSeries | GroupKind::HeterogeneousTimeSeries = group.kind {
                group.sort_by_integers();
            }
        }
        Node::Array(array) => {
            let new = match array.attrs.text(attribute) {
                Some("unlabelled_data") => {
                    let array = Arc::make_mut(array);
                    array.dims = (0..array.shape.len()).map(Dim::anonymous).collect();
                    array.coords = Vec::new();
                    return;
                }
                Some("array_of_yaml_strings") => {
                    texts_as_yaml(tree, array).map(|value| Node::Value(Arc::new(value)))
                }
                Some("grid") => grid(array).map(|array| Node::Array(Arc::new(array))),
                _ => return,
            };
            *node = new.unwrap_or_else(|why| {
                let file = tree.files.get(array.file).map(|file| file.path.clone()).unwrap_or_default();
                let dataset = Some(array.origin.clone());
                Node::Broken(Arc::new(SourceError::Malformed { file, dataset, why }))
            });
        }
        Node::Text(_) | Node::Value(_) | Node::Broken(_) => {}
    }
}

fn texts_as_yaml(tree: &Tree, array: &ArrayNode) -> Result<Value, String> {
    let wrong = |why: String| format!("it is no array of YAML: {why}");
    if array.shape.iter().product::<usize>() as u64 * 8 > LARGEST {
        return Err(wrong("it is too large".to_owned()));
    }
    let Values::Str(texts) =
        tree.read(array, &Slab::all(&array.shape)).map_err(|error| wrong(error.to_string()))?
    else {
        return Err(wrong("it is not text".to_owned()));
    };
    texts.iter().map(text::yaml).collect::<Result<Vec<_>, _>>().map(Value::Array).map_err(wrong)
}

fn lower_case(node: &mut Node) -> Result<(), String> {
    match node {
        Node::Group(group) => {
            let mut seen = BTreeSet::new();
            for (name, node) in &mut group.members {
                *name = name.to_lowercase();
                if !seen.insert(name.clone()) {
                    return Err(format!("two of its members are called `{name}` in lower case"));
                }
                lower_case(node)?;
            }
            group.renamed();
        }
        Node::Array(array) => {
            for (_, source) in &mut Arc::make_mut(array).coords {
                if let CoordSource::Leaf(leaf) = source {
                    *leaf = leaf.to_lowercase();
                }
            }
        }
        Node::Text(_) | Node::Value(_) | Node::Broken(_) => {}
    }
    Ok(())
}

/// A node as an attribute's value.
///
/// # Errors
/// If it is a group, an array of several axes, or too large.
pub(super) fn attribute(tree: &Tree, node: &Node) -> Result<Attr, String> {
    match node {
        Node::Text(text) => Ok(Attr::Text(text.to_string())),
        Node::Value(value) => Ok(match &**value {
            Value::String(text) => Attr::Text(text.clone()),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Attr::Int(whole),
                (None, Some(real)) => Attr::Float(real),
                (None, None) => Attr::Json(value.clone()),
            },
            _ => Attr::Json(value.clone()),
        }),
        Node::Broken(error) => Err(error.to_string()),
        Node::Group(_) => Err("a group is no attribute; give the loader of a single value".to_owned()),
        Node::Array(array) => {
            if array.shape.len() > 1 || array.nbytes().is_some_and(|bytes| bytes > LARGEST) {
                return Err("an attribute is a value or a short list".to_owned());
            }
            let values = tree.read(array, &Slab::all(&array.shape)).map_err(|error| error.to_string())?;
            let whole =
                |values: &Values| (0..values.len()).map(|i| values.f64_at(i)).collect::<Option<Vec<f64>>>();
            match &values {
                Values::Str(texts) => Ok(Attr::Texts(texts.iter().map(str::to_owned).collect())),
                Values::I64(numbers) => Ok(Attr::Ints(numbers.to_vec())),
                other if array.dtype.is_integer() && array.dtype != Dtype::U64 => {
                    Ok(Attr::Ints(whole(other).unwrap_or_default().into_iter().map(|v| v as i64).collect()))
                }
                other => whole(other).map(Attr::Floats).ok_or_else(|| "it is no list of numbers".to_owned()),
            }
        }
    }
}
