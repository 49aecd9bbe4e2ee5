//! Whether arrays of two files agree.

use crate::data::{Coord, DataError, Dim, Dtype, Slab, Values};
use crate::source::{ArrayNode, Tree};

/// Arrays of more bytes are not compared.
const LARGEST: u64 = 1 << 20;

/// Labels that differ by less than this part of their smallest step are equal: single precision and
/// other ways of computing them.
const OF_A_STEP: f64 = 1e-3;

/// Why two arrays could not be compared.
pub(super) enum Unread {
    /// They are too large.
    Large,
    /// One cannot be read.
    Failed(String),
}

/// What differs in dims and lengths, the one along `axis` apart.
pub(super) fn shapes(one: &ArrayNode, other: &ArrayNode, axis: Option<usize>) -> Option<String> {
    if one.dims != other.dims {
        return Some(format!("its dimensions are {} and {}", names(&one.dims), names(&other.dims)));
    }
    (0..one.shape.len())
        .filter(|i| Some(*i) != axis)
        .find(|i| one.shape[*i] != other.shape[*i])
        .map(|i| format!("`{}` has the lengths {} and {}", one.dims[i], one.shape[i], other.shape[i]))
}

fn names(dims: &[Dim]) -> String {
    let names: Vec<&str> = dims.iter().map(Dim::as_str).collect();
    format!("({})", names.join(", "))
}

/// A type by a name that tells times of different calendars apart.
pub(super) fn type_name(dtype: Dtype) -> String {
    match dtype {
        Dtype::Time(calendar) => format!("a time of the calendar `{}`", calendar.cf_name()),
        Dtype::Str => "text".to_owned(),
        other => other.numpy_name().to_owned(),
    }
}

/// What differs in types or values; labels may differ by rounding.
pub(super) fn values(
    tree: &Tree,
    one: &ArrayNode,
    other: &ArrayNode,
    labels: bool,
) -> Result<Option<String>, Unread> {
    let number = |dtype: Dtype| dtype.is_numeric();
    if one.dtype != other.dtype && !(number(one.dtype) && number(other.dtype)) {
        return Ok(Some(format!("it is {} and {}", type_name(one.dtype), type_name(other.dtype))));
    }
    let large = |array: &ArrayNode| {
        array.nbytes().unwrap_or_else(|| array.shape.iter().product::<usize>() as u64 * 16) > LARGEST
    };
    if large(one) || large(other) {
        return Err(Unread::Large);
    }
    let read = |array: &ArrayNode| {
        tree.read(array, &Slab::all(&array.shape)).map_err(|error| Unread::Failed(error.to_string()))
    };
    Ok(difference(&read(one)?, &read(other)?, labels))
}

/// What differs between labels made from attributes.
pub(super) fn labels(one: &Coord, other: &Coord) -> Option<String> {
    if one.dims != other.dims || one.shape != other.shape {
        return Some("their shapes differ".to_owned());
    }
    let values: Result<Vec<Values>, DataError> = [one, other].iter().map(|coord| coord.to_values()).collect();
    match values {
        Ok(values) => difference(&values[0], &values[1], true),
        Err(error) => Some(error.to_string()),
    }
}

fn difference(one: &Values, other: &Values, labels: bool) -> Option<String> {
    if let (Values::Str(a), Values::Str(b)) = (one, other) {
        let at =
            (0..a.len().max(b.len())).find(|i| *i >= a.len() || *i >= b.len() || a.get(*i) != b.get(*i))?;
        let show = |texts: &crate::data::StrBuf| {
            if at < texts.len() { texts.get(at).to_owned() } else { String::new() }
        };
        return Some(format!("element {at} is `{}` and `{}`", show(a), show(b)));
    }
    if let (Values::Time(a, _), Values::Time(b, _)) = (one, other) {
        return (a[..] != b[..]).then(|| "its times differ".to_owned());
    }
    let numbers = |values: &Values| (0..values.len()).map(|i| values.f64_at(i)).collect::<Option<Vec<f64>>>();
    let (Some(a), Some(b)) = (numbers(one), numbers(other)) else {
        return Some("its types differ".to_owned());
    };
    if a.len() != b.len() {
        return Some(format!("it has {} and {} elements", a.len(), b.len()));
    }
    let tolerance = if labels { tolerance(&a) } else { 0.0 };
    let near = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance;
    let at = a.iter().zip(&b).position(|(a, b)| !near(*a, *b))?;
    Some(format!("element {at} is {} and {}", a[at], b[at]))
}

fn tolerance(labels: &[f64]) -> f64 {
    let steps = labels.windows(2).map(|pair| (pair[1] - pair[0]).abs()).filter(|step| *step > 0.0);
    let least = steps.fold(f64::INFINITY, f64::min);
    let largest = labels.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let tolerance = if least.is_finite() { least * OF_A_STEP } else { largest * 1e-6 };
    if tolerance.is_finite() { tolerance } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_may_differ_by_rounding_and_values_may_not() {
        let exact = Values::F64(vec![0.1, 0.2, 0.3].into());
        let single = Values::F32(vec![0.1, 0.2, 0.3].into());
        assert_eq!(difference(&exact, &single, true), None);
        assert!(difference(&exact, &single, false).unwrap().starts_with("element 0 is 0.1 and 0.1000000014"));
        let other = Values::F64(vec![0.1, 0.2, 0.301].into());
        assert_eq!(difference(&exact, &other, true).as_deref(), Some("element 2 is 0.3 and 0.301"));
        let nan = || Values::F64(vec![f64::NAN].into());
        assert_eq!(difference(&nan(), &nan(), false), None);
        let texts = |texts: &[&str]| Values::Str(texts.iter().collect());
        assert_eq!(
            difference(&texts(&["a", "b"]), &texts(&["a", "c"]), true).as_deref(),
            Some("element 1 is `b` and `c`")
        );
    }
}
