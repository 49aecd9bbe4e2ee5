//! What nodes of a graph evaluate to.

use super::error::{OpError, OpResult};
use crate::data::{Attrs, Coords, Dataset, Dim, Dtype, Labelled, Values};
use std::fmt;

/// A value in a graph: an array, a dataset, or plain data of the configuration.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    /// Python's tuple.
    Tuple(Vec<Value>),
    /// In order.
    Map(Vec<(Value, Value)>),
    /// Python's `slice(start, stop, step)`; parts are `None`, numbers or labels.
    Slice(Box<[Value; 3]>),
    Array(Labelled),
    /// A numpy array: its axes have no names (dims are `dim_<i>` and mean nothing), it has neither
    /// coordinates nor attributes. Without axes it is a numpy scalar.
    Bare(Labelled),
    Dataset(Dataset),
    /// An array or dataset with a way to go over it.
    Windows(Box<super::Windows>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The array, labelled or bare.
    pub fn as_array(&self) -> Option<&Labelled> {
        match self {
            Self::Array(array) | Self::Bare(array) => Some(array),
            _ => None,
        }
    }

    /// The items of a list or tuple.
    pub fn as_items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// Whether Python takes it for true.
    ///
    /// # Errors
    /// If it is an array of several elements, or one whose elements are not in memory.
    pub(crate) fn is_true(&self) -> OpResult<bool> {
        Ok(match self {
            Self::None => false,
            Self::Bool(v) => *v,
            Self::Int(v) => *v != 0,
            Self::Float(v) => *v != 0.0,
            Self::Text(v) => !v.is_empty(),
            Self::List(items) | Self::Tuple(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            Self::Slice(_) | Self::Windows(_) => true,
            Self::Dataset(dataset) => !dataset.vars.is_empty(),
            Self::Array(array) | Self::Bare(array) if array.size() == 1 => {
                let first = vec![0; array.ndim()];
                if array.dtype() == Dtype::Str {
                    !array.text_at(&first)?.is_empty()
                } else {
                    array.f64_at(&first)? != 0.0
                }
            }
            Self::Array(array) | Self::Bare(array) => {
                return Err(OpError::with_help(
                    format!("an array of {} elements is neither true nor false", array.size()),
                    Some("reduce it first: `.any` or `.all`".to_owned()),
                ));
            }
        })
    }

    /// A bare array of this one's elements: its axes lose their names, labels and attributes go.
    pub fn bare(array: &Labelled) -> Self {
        let mut array = array.clone();
        array.dims = (0..array.ndim()).map(Dim::anonymous).collect();
        (array.name, array.attrs, array.coords) = (None, Attrs::new(), Coords::new());
        Self::Bare(array)
    }

    /// Whether it is Python's None.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// What it is, with type and shape, for messages: `array float64 (time: 3, x: 4)`.
    pub fn describe(&self) -> String {
        match self {
            Self::None => "null".into(),
            Self::Bool(v) => v.to_string(),
            Self::Int(v) => v.to_string(),
            Self::Float(v) => format!("{v:?}"),
            Self::Text(v) if v.chars().count() > 40 => {
                format!("`{}…`", v.chars().take(40).collect::<String>())
            }
            Self::Text(v) => format!("`{v}`"),
            Self::List(v) if v.len() <= 6 => {
                format!("[{}]", v.iter().map(Self::describe).collect::<Vec<_>>().join(", "))
            }
            Self::List(v) => format!("a list of {}", v.len()),
            Self::Tuple(v) if v.len() <= 6 => {
                format!("({})", v.iter().map(Self::describe).collect::<Vec<_>>().join(", "))
            }
            Self::Tuple(v) => format!("a tuple of {}", v.len()),
            Self::Map(v) if v.len() <= 6 => {
                let entry = |(key, value): &(Self, Self)| format!("{}: {}", key.describe(), value.describe());
                format!("{{{}}}", v.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Self::Map(v) => format!("a mapping of {}", v.len()),
            Self::Slice(parts) => {
                let parts = parts.iter().map(|p| if p.is_none() { String::new() } else { p.describe() });
                format!("slice {}", parts.collect::<Vec<_>>().join(":"))
            }
            Self::Array(array) => describe_array(array),
            Self::Windows(windows) => windows.describe(),
            Self::Bare(array) if array.ndim() == 0 => describe_scalar(array),
            Self::Bare(array) => {
                let shape = array.shape.iter().map(usize::to_string).collect::<Vec<_>>();
                format!("bare array {} ({})", array.dtype(), shape.join(", "))
            }
            Self::Dataset(dataset) => {
                let vars = dataset.vars.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
                format!("dataset of {}", crate::diag::list(&vars))
            }
        }
    }
}

/// `float64 1.5`.
fn describe_scalar(array: &Labelled) -> String {
    match (array.text_at(&[]), array.f64_at(&[])) {
        (Ok(text), _) => format!("`{text}`"),
        (_, Ok(number)) => format!("{} {number}", array.dtype()),
        _ => format!("one {}", array.dtype()),
    }
}

/// `array float64 (time: 3, x: 4)`.
fn describe_array(array: &Labelled) -> String {
    let axes = array.dims.iter().zip(&array.shape).map(|(dim, len)| format!("{dim}: {len}"));
    format!("array {} ({})", array.dtype(), axes.collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

impl From<Labelled> for Value {
    fn from(array: Labelled) -> Self {
        Self::Array(array)
    }
}

impl From<Dataset> for Value {
    fn from(dataset: Dataset) -> Self {
        Self::Dataset(dataset)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// An array without labels from a plain number, text, or (nested) list of them; `None` for anything
/// else and for ragged lists. Types as `numpy.array` chooses them.
pub fn array_of(value: &Value) -> Option<Labelled> {
    let mut shape = Vec::new();
    let mut scalars = Vec::new();
    flatten(value, 0, &mut shape, &mut scalars)?;
    if scalars.len() != shape.iter().product::<usize>() {
        return None;
    }
    let all = |test: fn(&Value) -> bool| !scalars.is_empty() && scalars.iter().all(|v| test(v));
    let number = |v: &&Value| match v {
        Value::Bool(v) => Some(f64::from(u8::from(*v))),
        Value::Int(v) => Some(*v as f64),
        Value::Float(v) => Some(*v),
        Value::None => Some(f64::NAN),
        _ => None,
    };
    let int = |v: &&Value| match v {
        Value::Int(v) => *v,
        other => i64::from(matches!(other, Value::Bool(true))),
    };
    let values = if all(|v| matches!(v, Value::Bool(_))) {
        Values::Bool(scalars.iter().map(|v| int(v) as u8).collect::<Vec<_>>().into())
    } else if all(|v| matches!(v, Value::Int(_) | Value::Bool(_))) {
        Values::I64(scalars.iter().map(int).collect::<Vec<_>>().into())
    } else if all(|v| matches!(v, Value::Text(_))) {
        Values::Str(scalars.iter().filter_map(|v| v.as_text()).collect())
    } else {
        Values::F64(scalars.iter().map(number).collect::<Option<Vec<_>>>()?.into())
    };
    let dims = (0..shape.len()).map(Dim::anonymous).collect();
    Some(Labelled::contiguous(dims, shape, values))
}

fn flatten<'a>(
    value: &'a Value,
    depth: usize,
    shape: &mut Vec<usize>,
    out: &mut Vec<&'a Value>,
) -> Option<()> {
    match value {
        Value::List(items) | Value::Tuple(items) => {
            match shape.get(depth) {
                Some(len) if *len != items.len() => return None,
                Some(_) => {}
                None if !out.is_empty() => return None,
                None => shape.push(items.len()),
            }
            items.iter().try_for_each(|item| flatten(item, depth + 1, shape, out))
        }
        Value::Map(_)
        | Value::Slice(_)
        | Value::Array(_)
        | Value::Bare(_)
        | Value::Dataset(_)
        | Value::Windows(_) => None,
        scalar => {
            out.push(scalar);
            (depth == shape.len()).then_some(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_arrays_as_in_numpy() {
        let list = |items: Vec<Value>| Value::List(items);
        let ints = list(vec![Value::Int(1), Value::Int(2)]);
        let array = array_of(&list(vec![ints.clone(), ints.clone()])).unwrap();
        assert_eq!((array.shape.as_slice(), array.dtype()), (&[2, 2][..], Dtype::I64));
        assert_eq!(array_of(&list(vec![Value::Int(1), Value::Float(0.5)])).unwrap().dtype(), Dtype::F64);
        assert!(array_of(&list(vec![ints, Value::Int(1)])).is_none());
        assert_eq!(array_of(&list(vec![])).unwrap().shape, [0]);
    }
}
