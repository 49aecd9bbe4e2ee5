//! What comes with a table: attributes, and the rows' labels as pandas notes them.
//!
//! Source: pandas' developer documentation, "Storing pandas DataFrame objects in Apache Parquet
//! format"; for tensors Arrow's canonical extension types.

use crate::data::{Attr, Attrs, Buf, Labelled, Values};
use crate::diag::Diagnostic;
use crate::source::CoordSource;
use arrow_schema::Metadata;
use serde_json::Value;
use std::sync::Arc;

/// Where pandas keeps its notes.
const PANDAS: &str = "pandas";

/// What pandas calls index columns without a name: `__index_level_0__`.
const UNNAMED: &str = "__index_level_";

/// Row labels made from a range are held in memory; of more rows they are left out.
const MOST_LABELS: usize = 1 << 22;

/// Metadata of a schema or field as attributes, by name; those that only say how to store are left
/// out.
pub(super) fn attributes(metadata: &Metadata) -> Attrs {
    let storing =
        |name: &str| matches!(name, PANDAS | "ARROW:schema" | "PARQUET:field_id" | "org.apache.arrow.schema");
    let pairs = metadata.iter().filter(|(name, _)| !storing(name));
    pairs.map(|(name, value)| (name.clone(), Attr::Text(value.clone()))).collect()
}

/// The labels of a table's rows.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Columns that are labels.
    columns: Vec<String>,
    /// Labels that are nowhere stored.
    made: Option<CoordSource>,
}

impl Index {
    /// Keeps the columns of which `keep` says so.
    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.columns.retain(|name| keep(name));
    }

    /// The coordinates of another column: a single label column is the dim's own coordinate, several
    /// go by their names.
    pub(super) fn coords(&self, other_than: &str) -> Vec<(String, CoordSource)> {
        let leaf = |name: &String| CoordSource::Leaf(name.clone());
        match self.columns.as_slice() {
            [] => self.made.iter().map(|made| ("index".to_owned(), made.clone())).collect(),
            [one] if one == other_than => Vec::new(),
            [one] => vec![("index".to_owned(), leaf(one))],
            many => many
                .iter()
                .filter(|name| *name != other_than)
                .map(|name| (name.clone(), leaf(name)))
                .collect(),
        }
    }

    /// Keeps a label column's name, which as a coordinate it loses.
    pub(super) fn name(&self, column: &str, attrs: &mut Attrs) {
        let is_label = self.columns.iter().any(|name| name == column);
        if is_label && !column.starts_with(UNNAMED) && attrs.get("long_name").is_none() {
            attrs.insert("long_name", Attr::Text(column.to_owned()));
        }
    }
}

/// pandas' notes in a schema's metadata: the labels of `rows` rows; `DataFrame.attrs` go to `attrs`.
pub(super) fn index(
    metadata: &Metadata,
    rows: usize,
    warnings: &mut Vec<Diagnostic>,
    attrs: &mut Attrs,
) -> Index {
    let mut index = Index::default();
    let Some(text) = metadata.get(PANDAS) else { return index };
    let notes: Value = match serde_json::from_str(text) {
        Ok(notes) => notes,
        Err(error) => {
            warnings.push(Diagnostic::warning(format!(
                "its pandas metadata are no valid JSON, so its rows have no labels: {error}"
            )));
            return index;
        }
    };
    for (name, value) in notes["attributes"].as_object().into_iter().flatten() {
        if let Some(value) = scalar(value) {
            attrs.insert(name.clone(), value);
        }
    }
    for entry in notes["index_columns"].as_array().into_iter().flatten() {
        match entry {
            Value::String(name) => index.columns.push(name.clone()),
            Value::Object(range) if range.get("kind").and_then(Value::as_str) == Some("range") => {
                let number = |key: &str| range.get(key).and_then(Value::as_i64);
                let (Some(start), Some(step)) = (number("start"), number("step")) else { continue };
                if (start, step) == (0, 1) {
                    continue;
                }
                if rows > MOST_LABELS {
                    warnings.push(Diagnostic::warning(format!(
                        "the labels of its rows, a range from {start} in steps of {step}, are left out: there are \
                         too many rows"
                    )));
                    continue;
                }
                let labels: Vec<i64> =
                    (0..rows as i64).map(|i| start.wrapping_add(step.wrapping_mul(i))).collect();
                let coord =
                    Labelled::contiguous(vec!["index".into()], vec![rows], Values::I64(Buf::from(labels)));
                index.made = Some(CoordSource::Inline(Arc::new(coord.named("index"))));
            }
            _ => {}
        }
    }
    index
}

fn scalar(value: &Value) -> Option<Attr> {
    Some(match value {
        Value::String(text) => Attr::Text(text.clone()),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Attr::Int(integer),
            None => Attr::Float(number.as_f64()?),
        },
        Value::Bool(flag) => Attr::Int(i64::from(*flag)),
        _ => return None,
    })
}

/// The axes, with their names if they have some, that a tensor of `length` elements has.
pub(super) fn tensor_axes(metadata: &Metadata, length: usize) -> Option<Vec<(Option<String>, usize)>> {
    if metadata.get("ARROW:extension:name")? != "arrow.fixed_shape_tensor" {
        return None;
    }
    let notes: Value = serde_json::from_str(metadata.get("ARROW:extension:metadata")?).ok()?;
    let list = |key: &str| notes[key].as_array();
    let shape: Vec<usize> =
        list("shape")?.iter().map(|n| n.as_u64().map(|n| n as usize)).collect::<Option<_>>()?;
    let count = shape.iter().try_fold(1_usize, |n, axis| n.checked_mul(*axis))?;
    // Axes stored in another order than they are meant: shown flat.
    let in_order = list("permutation")
        .is_none_or(|order| order.iter().enumerate().all(|(i, axis)| axis.as_u64() == Some(i as u64)));
    if count != length || !in_order || shape.is_empty() {
        return None;
    }
    let names = list("dim_names");
    let name = |i: usize| names.and_then(|names| names.get(i)?.as_str()).map(str::to_owned);
    Some(shape.into_iter().enumerate().map(|(i, length)| (name(i), length)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(pairs: &[(&str, &str)]) -> Metadata {
        pairs.iter().copied().collect()
    }

    /// As pandas 3 writes `df.index = pd.RangeIndex(10, 40, 10)` and `df.attrs = {"run": 3}`.
    #[test]
    fn a_range_becomes_the_labels_of_the_rows() {
        let notes = r#"{"index_columns": [{"kind": "range", "name": null, "start": 10, "stop": 40, "step": 10}],
            "attributes": {"run": 3}}"#;
        let (mut warnings, mut attrs) = (Vec::new(), Attrs::new());
        let index = index(&metadata(&[("pandas", notes)]), 3, &mut warnings, &mut attrs);
        assert_eq!(attrs.get("run"), Some(&Attr::Int(3)));
        let coords = index.coords("x");
        let [(name, CoordSource::Inline(coord))] = coords.as_slice() else { panic!("{coords:?}") };
        assert_eq!((name.as_str(), coord.shape.clone()), ("index", vec![3]));
        assert!(warnings.is_empty());
    }

    #[test]
    fn one_label_column_is_the_index_and_several_keep_their_names() {
        let of =
            |names: &[&str]| Index { columns: names.iter().map(|n| (*n).to_owned()).collect(), made: None };
        let names = |index: &Index| index.coords("v").into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&of(&["date"])), ["index"]);
        assert_eq!(names(&of(&["a", "b"])), ["a", "b"]);
        assert!(of(&["date"]).coords("date").is_empty());
    }

    #[test]
    fn a_tensor_has_the_axes_it_was_written_with() {
        let notes = r#"{"shape": [2, 3], "dim_names": ["y", "x"]}"#;
        let pairs = metadata(&[
            ("ARROW:extension:name", "arrow.fixed_shape_tensor"),
            ("ARROW:extension:metadata", notes),
        ]);
        let named = |name: &str, n: usize| (Some(name.to_owned()), n);
        assert_eq!(tensor_axes(&pairs, 6), Some(vec![named("y", 2), named("x", 3)]));
        assert_eq!(tensor_axes(&pairs, 7), None);
    }
}
