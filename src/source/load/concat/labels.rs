//! The labels along a joined dimension: put in order, joined, and looked at for overlaps and holes.

use super::Part;
use crate::data::time::NAT;
use crate::data::{Coord, Labelled, Slab, StrBuf, Values};
use crate::diag::{Diagnostic, list};
use crate::source::joined::promoted;
use crate::source::{ArrayNode, CoordSource, Node, Tree};
use std::sync::Arc;

/// More labels than this are not looked at.
pub(super) const MOST: usize = 1 << 24;

/// Most places of one kind that a warning names.
const NAMED: usize = 3;

/// Steps within this factor of the median are regular (months have 28 to 31 days).
const REGULAR: f64 = 1.15;

/// A step larger than this times the median is a hole.
const HOLE: f64 = 1.5;

/// Puts files in the order of their first labels along `dim`; those without any keep their places at
/// the end.
///
/// # Errors
/// A file without such a coordinate, or labels of types that have no order among them.
pub(super) fn sort(tree: &Tree, dim: &str, parts: &mut Vec<Part>) -> Result<(), String> {
    let mut keyed = Vec::with_capacity(parts.len());
    for part in parts.drain(..) {
        let first = first(tree, dim, &part.node).map_err(|why| format!("{}: {why}", part.path.display()))?;
        keyed.push((first, part));
    }
    let kind = |key: &Key| std::mem::discriminant(key);
    let mut kinds = keyed.iter().map(|(key, _)| kind(key)).filter(|k| *k != kind(&Key::None));
    let one = kinds.next();
    if kinds.any(|other| Some(other) != one) {
        return Err("its labels are of different types".to_owned());
    }
    keyed.sort_by(|(a, _), (b, _)| a.compare(b));
    parts.extend(keyed.into_iter().map(|(_, part)| part));
    Ok(())
}

/// A first label.
enum Key {
    Number(f64),
    Time(i64),
    Text(String),
    None,
}

impl Key {
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::None, Self::None) => std::cmp::Ordering::Equal,
            (Self::None, _) => std::cmp::Ordering::Greater,
            _ => std::cmp::Ordering::Less,
        }
    }
}

fn first(tree: &Tree, dim: &str, node: &Node) -> Result<Key, String> {
    let missing = || format!("it has no coordinate `{dim}`");
    let values = match coordinate(dim, node).ok_or_else(missing)? {
        Found::Leaf(array) => {
            if array.shape.first().is_none_or(|len| *len == 0) {
                return Ok(Key::None);
            }
            let one = Slab(std::iter::once(0..1).collect());
            tree.read(&array, &one).map_err(|error| error.to_string())?
        }
        Found::Inline(coord) => coord.to_values().map_err(|error| error.to_string())?,
    };
    Ok(match values {
        values if values.is_empty() => Key::None,
        Values::Time(times, _) => Key::Time(times[0]),
        Values::Str(texts) => Key::Text(texts.get(0).to_owned()),
        values => values.f64_at(0).map_or(Key::None, Key::Number),
    })
}

enum Found {
    Leaf(Arc<ArrayNode>),
    Inline(Coord),
}

/// The coordinate of a dimension: an array of its name, or labels made from attributes.
fn coordinate(dim: &str, node: &Node) -> Option<Found> {
    match node {
        Node::Group(group) => {
            let own = group.members.iter().find_map(|(name, node)| match node {
                Node::Array(array) if name == dim && matches!(&array.dims[..], [d] if d.as_str() == dim) => {
                    Some(Found::Leaf(array.clone()))
                }
                _ => None,
            });
            own.or_else(|| group.members.iter().find_map(|(_, node)| coordinate(dim, node)))
        }
        Node::Array(array) => array.coords.iter().find_map(|(name, source)| match source {
            CoordSource::Inline(coord) if name == dim && coord.dims.len() == 1 => {
                Some(Found::Inline(coord.clone()))
            }
            _ => None,
        }),
        Node::Text(_) | Node::Value(_) | Node::Broken(_) => None,
    }
}

/// One-dimensional labels one after another.
///
/// # Errors
/// If their types do not go together.
pub(super) fn join(all: &[Coord]) -> Result<Coord, String> {
    let one = &all[0];
    let mut dtype = one.dtype();
    for other in all {
        dtype =
            promoted(dtype, other.dtype()).ok_or_else(|| format!("it is {dtype} and {}", other.dtype()))?;
    }
    let values: Vec<Values> = all
        .iter()
        .map(|coord| coord.to_values())
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let len = values.iter().map(Values::len).sum();
    let joined = if let Some(texts) = values.iter().map(texts_of).collect::<Option<Vec<_>>>() {
        Values::Str(texts.iter().flat_map(|texts| texts.iter()).collect())
    } else if let Some(whole) = values.iter().map(whole_of).collect::<Option<Vec<_>>>() {
        let whole = whole.concat();
        match dtype {
            crate::data::Dtype::Time(calendar) => Values::Time(whole.into(), calendar),
            _ => Values::I64(whole.into()),
        }
    } else {
        let numbers =
            |values: &Values| (0..values.len()).map(|i| values.f64_at(i)).collect::<Option<Vec<f64>>>();
        let numbers: Option<Vec<_>> = values.iter().map(numbers).collect();
        Values::F64(numbers.ok_or("its types do not go together")?.concat().into())
    };
    let mut coord = Labelled::contiguous(one.dims.clone(), vec![len], joined);
    coord.name.clone_from(&one.name);
    coord.attrs = one.attrs.clone();
    Ok(Arc::new(coord))
}

fn texts_of(values: &Values) -> Option<&StrBuf> {
    match values {
        Values::Str(texts) => Some(texts),
        _ => None,
    }
}

/// Integers and times; labels made from attributes have no other integers.
fn whole_of(values: &Values) -> Option<Vec<i64>> {
    match values {
        Values::I64(numbers) | Values::Time(numbers, _) => Some(numbers.to_vec()),
        _ => None,
    }
}

/// What should be known of labels along `dim`, by file: overlaps, disorder, repeats, holes.
pub(super) fn check(dim: &str, files: &[&str], values: &[Values]) -> Vec<Diagnostic> {
    if let Some(texts) = values.iter().map(texts_of).collect::<Option<Vec<_>>>() {
        let mut all: Vec<&str> = texts.iter().flat_map(|texts| texts.iter()).collect();
        all.sort_unstable();
        return repeats(dim, all.windows(2).filter(|pair| pair[0] == pair[1]).count()).into_iter().collect();
    }
    let numbers = |values: &Values| -> Vec<f64> {
        let number = |i| match values {
            Values::Time(times, _) if times[i] == NAT => f64::NAN,
            Values::Time(times, _) => times[i] as f64,
            other => other.f64_at(i).unwrap_or(f64::NAN),
        };
        (0..values.len()).map(number).filter(|value| !value.is_nan()).collect()
    };
    let parts: Vec<(usize, Vec<f64>)> =
        values.iter().map(numbers).enumerate().filter(|(_, labels)| !labels.is_empty()).collect();
    let show = |part: usize, value: f64| match &values[part] {
        Values::Time(_, calendar) => calendar.civil(value as i64).to_string(),
        _ => value.to_string(),
    };
    let all: Vec<f64> = parts.iter().flat_map(|(_, labels)| labels.iter().copied()).collect();
    // Labels may fall as well as rise.
    let rising = all.windows(2).filter(|pair| pair[1] > pair[0]).count();
    let falling = all.windows(2).filter(|pair| pair[1] < pair[0]).count();
    let sign = if falling > rising { -1.0 } else { 1.0 };
    let span = |labels: &[f64]| {
        labels.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)))
    };
    let (mut overlaps, mut disorder) = (Vec::new(), Vec::new());
    for pair in parts.windows(2) {
        let [(i, left), (j, right)] = pair else { continue };
        let (last, next) = (left[left.len() - 1], right[0]);
        if (next - last) * sign > 0.0 {
            continue;
        }
        let ((a, b), (c, d)) = (span(left), span(right));
        if a <= d && c <= b {
            overlaps.push(format!(
                "{} ({} to {}) and {} ({} to {})",
                files[*i],
                show(*i, a),
                show(*i, b),
                files[*j],
                show(*j, c),
                show(*j, d)
            ));
        } else {
            disorder.push(format!(
                "{} (begins with {}) comes after {} (ends with {})",
                files[*j],
                show(*j, next),
                files[*i],
                show(*i, last)
            ));
        }
    }
    for (i, labels) in &parts {
        if labels.windows(2).any(|pair| (pair[1] - pair[0]) * sign < 0.0) {
            disorder.push(format!("{} in itself", files[*i]));
        }
    }
    let mut warnings = Vec::new();
    let some = |places: &[String]| {
        let shown: Vec<&str> = places.iter().take(NAMED).map(String::as_str).collect();
        let more = places.len().saturating_sub(NAMED);
        if more > 0 { format!("{}, and {more} more", list(&shown)) } else { list(&shown) }
    };
    if !overlaps.is_empty() {
        let message = format!("their labels along `{dim}` overlap: {}", some(&overlaps));
        warnings.push(Diagnostic::warning(message));
    }
    if !disorder.is_empty() {
        let message = format!("their labels along `{dim}` are not in order: {}", some(&disorder));
        let help = format!("`concat: {{dim: {dim}, order: coordinate}}` puts the files in order");
        warnings.push(Diagnostic::warning(message).help(help));
    }
    let mut sorted = all.clone();
    sorted.sort_by(f64::total_cmp);
    warnings.extend(repeats(dim, sorted.windows(2).filter(|pair| pair[0] == pair[1]).count()));
    if overlaps.is_empty() && disorder.is_empty() {
        let holes = holes(&parts, sign, &|part, value| show(part, value), files);
        if !holes.is_empty() {
            let message = format!("steps are missing along `{dim}`: {}", some(&holes));
            warnings.push(Diagnostic::warning(message));
        }
    }
    warnings
}

fn repeats(dim: &str, count: usize) -> Option<Diagnostic> {
    (count > 0).then(|| {
        let what = if count == 1 { "a label occurs".to_owned() } else { format!("{count} labels occur") };
        Diagnostic::warning(format!("{what} more than once along `{dim}`"))
    })
}

/// Where an otherwise regular step is larger.
fn holes(
    parts: &[(usize, Vec<f64>)],
    sign: f64,
    show: &dyn Fn(usize, f64) -> String,
    files: &[&str],
) -> Vec<String> {
    let all: Vec<(usize, f64)> =
        parts.iter().flat_map(|(i, labels)| labels.iter().map(move |label| (*i, *label))).collect();
    let mut steps: Vec<f64> = all.windows(2).map(|pair| (pair[1].1 - pair[0].1) * sign).collect();
    steps.sort_by(f64::total_cmp);
    let Some(median) = steps.get(steps.len() / 2).copied().filter(|_| steps.len() >= 3) else {
        return Vec::new();
    };
    let regular =
        steps.iter().filter(|step| **step <= median * REGULAR && **step * REGULAR >= median).count();
    if median <= 0.0 || regular < 2 || regular * 3 < steps.len() * 2 {
        return Vec::new();
    }
    all.windows(2)
        .filter(|pair| (pair[1].1 - pair[0].1) * sign > median * HOLE)
        .map(|pair| {
            let ((i, left), (j, right)) = (pair[0], pair[1]);
            let place =
                if i == j { format!("in {}", files[i]) } else { format!("{} and {}", files[i], files[j]) };
            format!("between {} and {} ({place})", show(i, left), show(j, right))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::time::Calendar;

    fn warnings(parts: &[&[f64]]) -> Vec<String> {
        let files: Vec<String> = (0..parts.len()).map(|i| format!("f{i}")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let values: Vec<Values> = parts.iter().map(|part| Values::F64(part.to_vec().into())).collect();
        check("t", &files, &values).iter().map(|warning| warning.message.clone()).collect()
    }

    #[test]
    fn labels_are_looked_at() {
        assert!(warnings(&[&[0.0, 1.0], &[2.0, 3.0], &[4.0]]).is_empty());
        assert!(warnings(&[&[5.0, 4.0], &[3.0, 2.0]]).is_empty(), "falling labels are in order");
        assert!(warnings(&[&[0.0, 1.0], &[], &[2.0]]).is_empty());
        let expected = [
            "their labels along `t` overlap: f0 (0 to 2) and f1 (2 to 3)",
            "a label occurs more than once along `t`",
        ];
        assert_eq!(warnings(&[&[0.0, 1.0, 2.0], &[2.0, 3.0]]), expected);
        let unsorted = warnings(&[&[2.0, 3.0], &[0.0, 1.0]]);
        assert_eq!(
            unsorted,
            ["their labels along `t` are not in order: f1 (begins with 0) comes after f0 (ends with 3)"]
        );
        let hole = warnings(&[&[0.0, 1.0, 2.0, 3.0], &[6.0, 7.0, 8.0]]);
        assert_eq!(hole, ["steps are missing along `t`: between 3 and 6 (f0 and f1)"]);
        assert!(warnings(&[&[1.0, 10.0], &[100.0, 1000.0, 1e4]]).is_empty(), "no regular step, no holes");
    }

    #[test]
    fn months_are_regular_and_a_missing_one_is_a_hole() {
        let month = |year: i64, month: u32| {
            Calendar::NoLeap.days_from_date(year, month, 15).unwrap() * 86_400_000_000
        };
        let all: Vec<i64> = (1..=12).map(|m| month(2001, m)).collect();
        let next: Vec<i64> = (2..=12).map(|m| month(2002, m)).collect();
        let values = [all.clone(), next].map(|times| Values::Time(times.into(), Calendar::NoLeap));
        let found = check("time", &["a.nc", "b.nc"], &values);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("between 2001-12-15"), "{}", found[0].message);
        assert!(check("time", &["a.nc"], &values[..1]).is_empty());
    }
}
