//! The span of a coordinate: its first and last value, read one by one.

use crate::data::{Coord, Dtype, Slab, Values};
use crate::source::{ArrayNode, CoordSource, SourceError, Tree};
use std::collections::BTreeMap;

/// First and last value of a coordinate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    /// Number of values.
    pub(super) n: usize,
    /// Element type.
    pub(super) dtype: Dtype,
    /// The first value, as people write it; `None` without any.
    pub(super) first: Option<Label>,
    /// The last one.
    pub(super) last: Option<Label>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Label {
    /// A number.
    Number(f64),
    /// A text, or a time in ISO 8601.
    Text(String),
}

impl Label {
    /// As JSON.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(value) => super::json::number(*value),
        }
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(value) => f.write_str(&super::text::number(*value)),
        }
    }
}

/// Ranges read so far, by the coordinate's path.
pub(super) type Cache = BTreeMap<String, Result<Range, SourceError>>;

/// The range of a coordinate.
pub(super) fn of(tree: &Tree, source: &CoordSource, cache: &mut Cache) -> Result<Range, SourceError> {
    match source {
        CoordSource::Inline(coord) => Ok(of_inline(coord)),
        CoordSource::Leaf(path) => {
            if let Some(known) = cache.get(path) {
                return known.clone();
            }
            let range = tree.array(path).and_then(|array| of_array(tree, array));
            cache.insert(path.clone(), range.clone());
            range
        }
    }
}

/// The range of an array taken row by row.
pub(super) fn of_array(tree: &Tree, array: &ArrayNode) -> Result<Range, SourceError> {
    let n: usize = array.shape.iter().product();
    let mut range = Range { n, dtype: array.dtype, first: None, last: None };
    if n > 0 {
        let first = Slab(array.shape.iter().map(|_| 0..1).collect());
        let last = Slab(array.shape.iter().map(|len| len - 1..*len).collect());
        let one = |slab: &Slab| match (tree.read(array, slab), Tree::undated(array)) {
            // A time that cannot be counted is a number still.
            (Err(SourceError::Malformed { .. }), Some(numbers)) => tree.read(&numbers, slab),
            (values, _) => values,
        };
        range.first = label(&one(&first)?, 0);
        range.last = label(&one(&last)?, 0);
    }
    Ok(range)
}

fn of_inline(coord: &Coord) -> Range {
    let n = coord.size();
    let mut range = Range { n, dtype: coord.dtype(), first: None, last: None };
    let parts = &coord.grid.parts;
    if let (Some(Some(first)), Some(Some(last))) = (parts.first(), parts.last()) {
        range.first = label(&first.values, first.offset);
        let lengths = coord.grid.splits.iter().map(|split| match split.as_slice() {
            [.., begin, end] => end - begin - 1,
            _ => 0,
        });
        let at =
            lengths.zip(&last.strides).fold(last.offset as isize, |at, (i, stride)| at + i as isize * stride);
        range.last = usize::try_from(at).ok().and_then(|at| label(&last.values, at));
    }
    range
}

fn label(values: &Values, i: usize) -> Option<Label> {
    if i >= values.len() {
        return None;
    }
    Some(match values {
        Values::Time(times, calendar) if times[i] != crate::data::time::NAT => {
            Label::Text(calendar.civil(times[i]).to_string())
        }
        Values::Time(..) => Label::Text("not a time".to_owned()),
        Values::Str(texts) => Label::Text(texts.get(i).to_owned()),
        Values::F32(numbers) => Label::Number(shortest(numbers[i])),
        other => Label::Number(other.f64_at(i)?),
    })
}

/// A single-precision number as the double that is written with as few digits.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}
