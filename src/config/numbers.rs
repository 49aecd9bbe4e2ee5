//! Ranges and conversions of numbers as Python and numpy make them.

use super::read::MAX_NODES;
use super::{Node, Yaml, scalar};
use crate::diag::Diagnostic;

/// Python's `range(*arguments)`.
///
/// # Errors
/// If the node is no list of one to three integers, the step is 0, or there are too many values.
pub(super) fn range(node: &Node) -> Result<Vec<Node>, Diagnostic> {
    let Yaml::Seq(items) = &node.value else {
        return Err(node.expected("a list: stop, or start, stop and step"));
    };
    let arguments = items.iter().map(Node::integer).collect::<Result<Vec<i64>, _>>()?;
    let (start, stop, step) = match arguments[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step] => (start, stop, step),
        _ => return Err(node.expected("stop, or start, stop and step")),
    };
    if step == 0 {
        return Err(Diagnostic::error("the step of a range must not be 0").at(node.place.clone()));
    }
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let span = if step > 0 { stop - start } else { start - stop };
    let n = if span <= 0 { 0 } else { (span + step.abs() - 1) / step.abs() };
    let n = checked_count(n, node)?;
    // Every value lies between start and stop, which are i64.
    let value = |i: usize| Node::new(Yaml::Int((start + i as i128 * step) as i64), &node.place);
    Ok((0..n).map(value).collect())
}

fn checked_count(n: i128, node: &Node) -> Result<usize, Diagnostic> {
    if n > MAX_NODES as i128 {
        let message = format!("{n} values are more than the {MAX_NODES} that are made");
        return Err(Diagnostic::error(message).at(node.place.clone()));
    }
    Ok(usize::try_from(n).unwrap_or(0))
}

/// Arguments of numpy's range functions: a list, or a mapping with their names.
fn arguments<'a>(node: &'a Node, names: &[&str]) -> Result<Vec<Option<&'a Node>>, Diagnostic> {
    match &node.value {
        Yaml::Seq(items) if items.len() <= names.len() => {
            Ok((0..names.len()).map(|i| items.get(i)).collect())
        }
        Yaml::Map(entries) => {
            for (key, _) in entries {
                let name = key.python_str();
                if !names.contains(&name.as_str()) {
                    return Err(Diagnostic::error(format!("unknown argument `{name}`"))
                        .at(key.place.clone())
                        .help(crate::diag::did_you_mean(&name, names.iter().copied())));
                }
            }
            Ok(names.iter().map(|name| node.get(name)).collect())
        }
        _ => Err(node.expected(&format!("a list: {}", names.join(", ")))),
    }
}

/// numpy's `linspace(*arguments)`: start, stop, num (50), endpoint (true).
///
/// # Errors
/// If the arguments are no such numbers or there are too many values.
pub(super) fn linspace(node: &Node) -> Result<Vec<Node>, Diagnostic> {
    Ok(floats(spaced(node)?, node))
}

/// numpy's `logspace(*arguments)`: powers of 10. Integral exponents are exact.
///
/// # Errors
/// As [`linspace`].
pub(super) fn logspace(node: &Node) -> Result<Vec<Node>, Diagnostic> {
    let power = |exponent: f64| {
        if exponent == exponent.trunc() && exponent.abs() < 400.0 {
            format!("1e{exponent}").parse().unwrap_or(f64::NAN)
        } else {
            libm::pow(10.0, exponent)
        }
    };
    Ok(floats(spaced(node)?.into_iter().map(power).collect(), node))
}

fn spaced(node: &Node) -> Result<Vec<f64>, Diagnostic> {
    let given = arguments(node, &["start", "stop", "num", "endpoint"])?;
    let [Some(start), Some(stop), num, endpoint] = given[..] else {
        return Err(node.expected("start, stop and num"));
    };
    let (start, stop) = (start.finite()?, stop.finite()?);
    let n = match num {
        Some(num) => match num.integer()? {
            n if n >= 0 => checked_count(i128::from(n), num)?,
            _ => return Err(num.expected("a number of values")),
        },
        None => 50,
    };
    let endpoint = endpoint.map_or(Ok(true), Node::boolean)?;
    let div = if endpoint { n.saturating_sub(1) } else { n } as f64;
    let delta = stop - start;
    let step = delta / div;
    let value = |i: usize| {
        if div == 0.0 {
            start
        } else if step == 0.0 {
            i as f64 / div * delta + start
        } else {
            i as f64 * step + start
        }
    };
    let mut values: Vec<f64> = (0..n).map(value).collect();
    if endpoint && n > 1 {
        values[n - 1] = stop;
    }
    Ok(values)
}

/// numpy's `arange(*arguments)` as floats: start (0), stop, step (1).
///
/// # Errors
/// If the arguments are no numbers, the step is 0, or there are too many values.
pub(super) fn arange(node: &Node) -> Result<Vec<Node>, Diagnostic> {
    let given = arguments(node, &["start", "stop", "step"])?;
    let (start, stop, step) = match given[..] {
        [Some(stop), None, None] => (0.0, stop.finite()?, 1.0),
        [start, Some(stop), step] => (
            start.map_or(Ok(0.0), Node::finite)?,
            stop.finite()?,
            step.filter(|node| !node.is_null()).map_or(Ok(1.0), Node::finite)?,
        ),
        _ => return Err(node.expected("stop, or start, stop and step")),
    };
    if step == 0.0 {
        return Err(Diagnostic::error("the step of a range must not be 0").at(node.place.clone()));
    }
    let n = ((stop - start) / step).ceil().max(0.0);
    let n = checked_count(n as i128, node)?;
    // numpy computes the second value and goes on with its distance from the first.
    let delta = (start + step) - start;
    Ok(floats((0..n).map(|i| start + i as f64 * delta).collect(), node))
}

fn floats(values: Vec<f64>, node: &Node) -> Vec<Node> {
    values.into_iter().map(|value| Node::new(Yaml::Float(value), &node.place)).collect()
}

/// Indices that Python's `slice(*parts)` takes from `n` items, rising or falling with the step.
///
/// # Errors
/// If a part is neither an integer nor `~`, or the step is 0.
pub(super) fn slice_indices(parts: &[Node], n: usize) -> Result<Vec<usize>, Diagnostic> {
    let part = |index: usize| match parts.get(index) {
        None => Ok(None),
        Some(node) if node.is_null() => Ok(None),
        Some(node) => node.integer().map(Some),
    };
    let len = n as i64;
    let step = part(2)?.unwrap_or(1);
    if step == 0 {
        return Err(Diagnostic::error("the step of a slice must not be 0").at(parts[2].place.clone()));
    }
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let bound = |value: Option<i64>, default: i64| match value {
        None => default,
        Some(v) if v < 0 => v.saturating_add(len).clamp(low, high),
        Some(v) => v.clamp(low, high),
    };
    let (start, stop) = if step > 0 {
        (bound(part(0)?, 0), bound(part(1)?, len))
    } else {
        (bound(part(0)?, len - 1), bound(part(1)?, -1))
    };
    let mut indices = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        indices.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    Ok(indices)
}

/// Python's `int(value)`.
pub(super) fn to_int(value: &Yaml) -> Option<i64> {
    match value {
        Yaml::Bool(flag) => Some(i64::from(*flag)),
        Yaml::Int(number) => Some(*number),
        Yaml::Float(number) if number.is_finite() && number.abs() < 9.2e18 => Some(number.trunc() as i64),
        Yaml::Str(text) => text.trim().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// Python's `float(value)`.
pub(super) fn to_float(value: &Yaml) -> Option<f64> {
    match value {
        Yaml::Str(text) => {
            let text = text.trim();
            match text.to_ascii_lowercase().as_str() {
                "inf" | "+inf" | "infinity" => Some(f64::INFINITY),
                "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
                "nan" | "+nan" | "-nan" => Some(f64::NAN),
                _ => scalar::float(text).or_else(|| scalar::int(text).ok().flatten().map(|n| n as f64)),
            }
        }
        other => other.as_number(),
    }
}

/// Python's `bool(value)`.
pub(super) fn truth(value: &Yaml) -> bool {
    match value {
        Yaml::Null => false,
        Yaml::Bool(flag) => *flag,
        Yaml::Int(number) => *number != 0,
        Yaml::Float(number) => *number != 0.0,
        Yaml::Str(text) => !text.is_empty(),
        Yaml::Seq(items) => !items.is_empty(),
        Yaml::Map(entries) => !entries.is_empty(),
    }
}
