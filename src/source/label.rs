//! Names and coordinates of axes that attributes of HDF5 datasets give, as dantro and Utopia write
//! them: `dims`, `dim_names`, `dim_name__<i>`, `coords__<dim>`, `coords_mode__<dim>`.
//!
//! Pure functions over attributes. What is wrong in them leaves its axis without a name or
//! coordinate and is named in `problems`: the file may be anybody's.

use crate::data::{Attr, Attrs, Coord, Dim, Labelled, StrBuf, Values};
use crate::diag::did_you_mean;
use std::sync::Arc;

/// The labels of an axis.
#[derive(Clone, Debug)]
pub(super) enum Labels {
    /// Values made from attributes.
    Inline(Coord),
    /// The data at this path, relative to the dataset's group.
    Linked(String),
}

const NAME: &str = "dim_name__";
const COORDS: &str = "coords__";
const MODE: &str = "coords_mode__";
const MODES: [&str; 9] =
    ["values", "range", "arange", "linspace", "logspace", "start_and_step", "trivial", "scalar", "linked"];

/// Whether any of the attributes names axes.
pub(super) fn is_labelled(attrs: &Attrs) -> bool {
    attrs.iter().any(|(name, _)| {
        name == "dims" || name == "dim_names" || name.starts_with(NAME) || name.starts_with(COORDS)
    })
}

/// The names of `rank` axes: `dim_name__<i>`, then `dim_names`, then `dims`; `None` for an axis
/// without one.
pub(super) fn names(attrs: &Attrs, rank: usize, problems: &mut Vec<String>) -> Vec<Option<String>> {
    let mut names = vec![None; rank];
    if let Some((key, value)) = ["dim_names", "dims"].iter().find_map(|k| Some((*k, attrs.get(k)?))) {
        match value {
            Attr::Texts(texts) if texts.len() == rank => {
                names = texts.iter().map(|t| Some(t.clone()).filter(|t| !t.is_empty())).collect();
            }
            Attr::Texts(texts) => problems.push(format!("`{key}` names {} axes of {rank}", texts.len())),
            _ => problems.push(format!("`{key}` is not a list of texts")),
        }
    }
    for (key, value) in attrs.iter() {
        let Some(index) = key.strip_prefix(NAME) else { continue };
        match (index.parse::<usize>().ok().filter(|i| *i < rank), value.as_text()) {
            (Some(index), Some(name)) => names[index] = Some(name.to_owned()),
            (Some(_), None) => problems.push(format!("`{key}` is not a text")),
            (None, _) => problems.push(format!("`{key}` names an axis that is not there ({rank} axes)")),
        }
    }
    let mut seen: Vec<String> = Vec::new();
    for name in &mut names {
        if let Some(text) = name.take() {
            if seen.contains(&text) {
                problems.push(format!("two axes are called `{text}`"));
            } else {
                seen.push(text.clone());
                *name = Some(text);
            }
        }
    }
    names
}

/// The coordinates of axes by name and length.
pub(super) fn coords(
    attrs: &Attrs,
    axes: &[(String, usize)],
    problems: &mut Vec<String>,
) -> Vec<(String, Labels)> {
    for (key, _) in attrs.iter() {
        let dim = key.strip_prefix(MODE).or_else(|| key.strip_prefix(COORDS));
        let Some(dim) = dim.filter(|d| !axes.iter().any(|(name, _)| name == d)) else { continue };
        let near = did_you_mean(dim, axes.iter().map(|(name, _)| name.as_str()));
        let near = near.map_or(String::new(), |n| format!(" ({n})"));
        problems.push(format!("`{key}` is of no axis{near}"));
    }
    let mut found = Vec::new();
    for (dim, len) in axes {
        let mode_key = format!("{MODE}{dim}");
        let mode = match attrs.get(&mode_key).map(Attr::as_text) {
            None => "values",
            Some(Some(mode)) => mode,
            Some(None) => {
                problems.push(format!("`{mode_key}` is not a text"));
                continue;
            }
        };
        let value = attrs.get(&format!("{COORDS}{dim}"));
        if value.is_none() && mode != "trivial" {
            continue;
        }
        match one(dim, *len, mode, value) {
            Ok(labels) => found.push((dim.clone(), labels)),
            Err(why) => problems.push(format!("the coordinates of `{dim}`: {why}")),
        }
    }
    found
}

fn one(dim: &str, len: usize, mode: &str, value: Option<&Attr>) -> Result<Labels, String> {
    let arguments = || value.and_then(Attr::numbers).ok_or_else(|| format!("mode {mode} needs numbers"));
    let all_int = matches!(value, Some(Attr::Int(_) | Attr::Ints(_)));
    let values = match mode {
        "values" => match value {
            Some(Attr::Ints(v)) => Values::I64(v.clone().into()),
            Some(Attr::Int(v)) => Values::I64(vec![*v].into()),
            Some(Attr::Floats(v)) => Values::F64(v.clone().into()),
            Some(Attr::Float(v)) => Values::F64(vec![*v].into()),
            Some(Attr::Texts(v)) => Values::Str(v.iter().collect()),
            Some(Attr::Text(v)) => Values::Str(std::iter::once(v).collect::<StrBuf>()),
            None => return Err("there are none".to_owned()),
            Some(Attr::Json(_)) => return Err("they are no list of one kind".to_owned()),
        },
        "scalar" => match value {
            Some(value) if value.as_i64().is_some() => {
                Values::I64(vec![value.as_i64().unwrap_or_default()].into())
            }
            Some(value) if value.as_f64().is_some() => {
                Values::F64(vec![value.as_f64().unwrap_or_default()].into())
            }
            Some(value) => match value.as_text() {
                Some(text) => Values::Str(std::iter::once(text).collect::<StrBuf>()),
                None => return Err("mode scalar needs one value".to_owned()),
            },
            None => return Err("there are none".to_owned()),
        },
        "trivial" => Values::I64((0..len as i64).collect::<Vec<_>>().into()),
        "start_and_step" => match arguments()?[..] {
            [start, step] => {
                let (start, step) = (start as i64, step as i64);
                let value = |i: i64| step.checked_mul(i).and_then(|v| v.checked_add(start));
                let values: Option<Vec<i64>> = (0..len as i64).map(value).collect();
                Values::I64(values.ok_or("they overflow")?.into())
            }
            _ => return Err("mode start_and_step needs start and step".to_owned()),
        },
        "range" | "arange" => arange(mode, &arguments()?, all_int, len)?,
        "linspace" => Values::F64(linspace(mode, &arguments()?, len)?.into()),
        "logspace" => {
            let exponents = linspace(mode, &arguments()?, len)?;
            Values::F64(exponents.into_iter().map(|e| libm::pow(10.0, e)).collect::<Vec<_>>().into())
        }
        "linked" => {
            let path = value.and_then(Attr::as_text).ok_or("mode linked needs a path")?;
            return Ok(Labels::Linked(path.to_owned()));
        }
        other => {
            let near = did_you_mean(other, MODES).unwrap_or_default();
            return Err(format!("mode `{other}` is not known ({near})"));
        }
    };
    if values.len() != len {
        return Err(format!("{} values for an axis of {len}", values.len()));
    }
    let array = Labelled::contiguous(vec![Dim::new(dim)], vec![len], values);
    Ok(Labels::Inline(Arc::new(array.named(dim))))
}

/// Python's `range` and numpy's `arange` of one to three arguments, `len` values or an error.
fn arange(mode: &str, arguments: &[f64], all_int: bool, len: usize) -> Result<Values, String> {
    let (start, stop, step) = match *arguments {
        [stop] => (0.0, stop, 1.0),
        [start, stop] => (start, stop, 1.0),
        [start, stop, step] => (start, stop, step),
        _ => return Err(format!("mode {mode} needs one to three numbers")),
    };
    if step == 0.0 || !(start.is_finite() && stop.is_finite() && step.is_finite()) {
        return Err(format!("mode {mode} needs finite numbers and a step"));
    }
    if mode == "range" && arguments.iter().any(|a| a.fract() != 0.0) {
        return Err("mode range needs integers".to_owned());
    }
    let count = ((stop - start) / step).ceil().max(0.0);
    if count != len as f64 {
        return Err(format!("{count} values for an axis of {len}"));
    }
    Ok(if all_int || mode == "range" {
        let values = (0..len as i64).map(|i| start as i64 + i * step as i64);
        Values::I64(values.collect::<Vec<_>>().into())
    } else {
        // numpy fills from the first two values, whose difference is not always the step.
        let delta = (start + step) - start;
        Values::F64((0..len).map(|i| start + i as f64 * delta).collect::<Vec<_>>().into())
    })
}

/// numpy's `linspace(start, stop, num)`, `len` values or an error.
fn linspace(mode: &str, arguments: &[f64], len: usize) -> Result<Vec<f64>, String> {
    let [start, stop, num] = *arguments else {
        return Err(format!("mode {mode} needs start, stop and number"));
    };
    if num != len as f64 {
        return Err(format!("{num} values for an axis of {len}"));
    }
    let step = (stop - start) / (num - 1.0);
    let mut values: Vec<f64> = (0..len).map(|i| i as f64 * step + start).collect();
    match values.as_mut_slice() {
        [only] => *only = start,
        [.., last] => *last = stop,
        [] => {}
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attrs(items: &[(&str, Attr)]) -> Attrs {
        items.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
    }

    fn texts(items: &[&str]) -> Attr {
        Attr::Texts(items.iter().map(|t| (*t).to_owned()).collect())
    }

    fn text(item: &str) -> Attr {
        Attr::Text(item.to_owned())
    }

    #[test]
    fn numbered_names_win_over_lists() {
        let mut problems = Vec::new();
        let found = attrs(&[
            ("dims", texts(&["a", "b"])),
            ("dim_names", texts(&["t", "x"])),
            ("dim_name__1", text("y")),
        ]);
        assert_eq!(names(&found, 2, &mut problems), [Some("t".into()), Some("y".into())]);
        assert!(problems.is_empty());
    }

    #[test]
    fn wrong_names_leave_axes_anonymous_and_are_told() {
        let mut problems = Vec::new();
        let found = attrs(&[("dims", texts(&["a"])), ("dim_name__7", text("y")), ("dim_name__x", text("y"))]);
        assert_eq!(names(&found, 2, &mut problems), [None, None]);
        assert_eq!(problems.len(), 3, "{problems:?}");
        problems.clear();
        assert_eq!(names(&attrs(&[("dims", text("ab"))]), 2, &mut problems), [None, None]);
        assert_eq!(problems, ["`dims` is not a list of texts"]);
    }

    fn check(mode: &str, value: Attr, len: usize) -> Result<Vec<f64>, String> {
        let found = attrs(&[("coords__x", value), ("coords_mode__x", text(mode))]);
        let mut problems = Vec::new();
        let found = coords(&found, &[("x".to_owned(), len)], &mut problems);
        match found.first() {
            Some((_, Labels::Inline(coord))) => {
                let values = &coord.grid.parts[0].as_ref().unwrap().values;
                Ok((0..len).map(|i| values.f64_at(i).unwrap_or(f64::NAN)).collect())
            }
            Some((_, Labels::Linked(path))) => Err(path.clone()),
            None => Err(problems.join(";")),
        }
    }

    /// Values from numpy 2: `arange`, `linspace`, `logspace` of the same arguments.
    #[test]
    fn every_mode_gives_numpy_s_values() {
        let ints = |v: &[i64]| Attr::Ints(v.to_vec());
        let floats = |v: &[f64]| Attr::Floats(v.to_vec());
        assert_eq!(check("values", ints(&[3, 1, 2]), 3).unwrap(), [3.0, 1.0, 2.0]);
        assert_eq!(check("range", ints(&[0, 10, 5]), 2).unwrap(), [0.0, 5.0]);
        assert_eq!(check("range", ints(&[4, 0, -2]), 2).unwrap(), [4.0, 2.0]);
        assert_eq!(
            check("arange", floats(&[0.0, 1.0, 0.3]), 4).unwrap(),
            [0.0, 0.3, 0.6, 0.899_999_999_999_999_9]
        );
        assert_eq!(
            check("linspace", floats(&[0.0, 1.0, 4.0]), 4).unwrap(),
            [0.0, 0.333_333_333_333_333_3, 0.666_666_666_666_666_6, 1.0]
        );
        assert_eq!(check("logspace", floats(&[0.0, 2.0, 3.0]), 3).unwrap(), [1.0, 10.0, 100.0]);
        assert_eq!(check("start_and_step", ints(&[2, 3]), 3).unwrap(), [2.0, 5.0, 8.0]);
        assert_eq!(check("start_and_step", floats(&[2.9, 1.9]), 2).unwrap(), [2.0, 3.0]);
        assert_eq!(check("trivial", text("ignored"), 2).unwrap(), [0.0, 1.0]);
        assert_eq!(check("scalar", ints(&[7]), 1).unwrap(), [7.0]);
        assert_eq!(check("linked", text("../times"), 5).unwrap_err(), "../times");
    }

    #[test]
    fn mistakes_are_told_with_what_was_meant() {
        assert!(check("values", Attr::Ints(vec![1]), 3).unwrap_err().contains("1 values for an axis of 3"));
        assert!(check("linspce", Attr::Ints(vec![1]), 3).unwrap_err().contains("did you mean `linspace`?"));
        let mut problems = Vec::new();
        let found = attrs(&[("coords__tme", Attr::Ints(vec![1]))]);
        assert!(coords(&found, &[("time".to_owned(), 1)], &mut problems).is_empty());
        assert_eq!(problems, ["`coords__tme` is of no axis (did you mean `time`?)"]);
    }

    #[test]
    fn trivial_coordinates_need_no_values_and_others_are_absent_without() {
        let mut problems = Vec::new();
        let found = attrs(&[("coords_mode__x", text("trivial")), ("coords_mode__y", text("range"))]);
        let axes = [("x".to_owned(), 2), ("y".to_owned(), 2)];
        let found = coords(&found, &axes, &mut problems);
        assert_eq!(found.len(), 1);
        assert!(problems.is_empty());
    }
}
