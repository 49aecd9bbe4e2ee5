//! Names and coordinates of axes that attributes of HDF5 datasets give, as dantro and Utopia write
//! them: `dims`, `dim_names`, `dim_name__<i>`, `coords__<dim>`, `coords_mode__<dim>`.
//!
//! Pure functions over attributes. What is wrong in them leaves its axis without a name or
//! coordinate and is named in `problems`: the file may be anybody's.

use super::cf::{Kind, Scalar, Typed, TypedAttrs};
use crate::data::{Coord, Dim, Labelled, StrBuf, Values};
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

/// Longest axis for which labels are made of a few numbers: what a file claims to hold takes no memory
/// before it is looked at.
const LONGEST: usize = 1 << 25;

/// Whether any of the attributes names axes.
pub(super) fn is_labelled(attrs: &TypedAttrs) -> bool {
    attrs.0.iter().any(|(name, _)| {
        name == "dims" || name == "dim_names" || [NAME, COORDS, MODE].iter().any(|key| name.starts_with(key))
    })
}

/// The names of `rank` axes: `dim_name__<i>`, then `dim_names`, then `dims`; `None` for an axis
/// without one.
pub(super) fn names(attrs: &TypedAttrs, rank: usize, problems: &mut Vec<String>) -> Vec<Option<String>> {
    let mut names = vec![None; rank];
    if let Some((key, value)) = ["dim_names", "dims"].iter().find_map(|k| Some((*k, attrs.get(k)?))) {
        match value {
            Typed::Texts(texts) if texts.len() == rank => {
                names = texts.iter().map(|t| Some(t.clone()).filter(|t| !t.is_empty())).collect();
            }
            Typed::Texts(texts) => problems.push(format!("`{key}` names {} axes of {rank}", texts.len())),
            // Names of no axes are stored as no numbers.
            Typed::Numbers { values, .. } if values.is_empty() && rank == 0 => {}
            _ => problems.push(format!("`{key}` is not a list of texts")),
        }
    }
    for (key, _) in &attrs.0 {
        let Some(index) = key.strip_prefix(NAME) else { continue };
        match (index.parse::<usize>().ok().filter(|i| *i < rank), attrs.text(key)) {
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
    attrs: &TypedAttrs,
    axes: &[(String, usize)],
    problems: &mut Vec<String>,
) -> Vec<(String, Labels)> {
    for (key, _) in &attrs.0 {
        let dim = key.strip_prefix(MODE).or_else(|| key.strip_prefix(COORDS));
        let Some(dim) = dim.filter(|d| !axes.iter().any(|(name, _)| name == d)) else { continue };
        let near = did_you_mean(dim, axes.iter().map(|(name, _)| name.as_str()));
        let near = near.map_or(String::new(), |n| format!(" ({n})"));
        problems.push(format!("`{key}` is of no axis{near}"));
    }
    let mut found = Vec::new();
    for (dim, len) in axes {
        let mode_key = format!("{MODE}{dim}");
        let mode = match attrs.get(&mode_key).map(|_| attrs.text(&mode_key)) {
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

fn one(dim: &str, len: usize, mode: &str, value: Option<&Typed>) -> Result<Labels, String> {
    let arguments = || match value {
        Some(Typed::Numbers { kind, values, .. }) => Ok((*kind, &values[..])),
        _ => Err(format!("mode {mode} needs numbers")),
    };
    if len > LONGEST && !["values", "scalar", "linked"].contains(&mode) {
        return Err(format!("an axis of {len} is too long for labels that are computed"));
    }
    let values = match (mode, value) {
        ("trivial", _) => Values::I64((0..len as i64).collect::<Vec<_>>().into()),
        ("values", Some(Typed::Texts(texts))) => Values::Str(texts.iter().collect()),
        ("values" | "scalar", Some(Typed::Text(text))) => {
            Values::Str(std::iter::once(text).collect::<StrBuf>())
        }
        ("values", Some(Typed::Numbers { kind, values, .. })) => stored(*kind, values),
        ("scalar", Some(Typed::Texts(texts))) if texts.len() == 1 => Values::Str(texts.iter().collect()),
        ("scalar", Some(Typed::Numbers { kind, values, .. })) if values.len() == 1 => stored(*kind, values),
        ("scalar", Some(_)) => return Err("mode scalar needs one value".to_owned()),
        ("start_and_step", _) => match *arguments()?.1 {
            [start, step] => {
                let cut = |number: Scalar| match number {
                    Scalar::Int(value) => i64::try_from(value).ok(),
                    Scalar::Float(value) => (value.abs() < 9e18).then_some(value as i64),
                };
                let (start, step) = cut(start).zip(cut(step)).ok_or("they overflow")?;
                let value = |i: i64| step.checked_mul(i).and_then(|v| v.checked_add(start));
                let values: Option<Vec<i64>> = (0..len as i64).map(value).collect();
                Values::I64(values.ok_or("they overflow")?.into())
            }
            _ => return Err("mode start_and_step needs start and step".to_owned()),
        },
        ("range" | "arange", _) => arange(mode, arguments()?, len)?,
        ("linspace", _) => Values::F64(linspace(mode, arguments()?.1, len)?.into()),
        ("logspace", _) => {
            let exponents = linspace(mode, arguments()?.1, len)?;
            Values::F64(exponents.into_iter().map(|e| libm::pow(10.0, e)).collect::<Vec<_>>().into())
        }
        ("linked", Some(Typed::Text(path))) => return Ok(Labels::Linked(path.clone())),
        ("linked", Some(Typed::Texts(paths))) if paths.len() == 1 => {
            return Ok(Labels::Linked(paths[0].clone()));
        }
        ("linked", _) => return Err("mode linked needs a path".to_owned()),
        _ if MODES.contains(&mode) => return Err("there are none".to_owned()),
        _ => {
            let near = did_you_mean(mode, MODES).unwrap_or_default();
            return Err(format!("mode `{mode}` is not known ({near})"));
        }
    };
    if values.len() != len {
        return Err(format!("{} values for an axis of {len}", values.len()));
    }
    let array = Labelled::contiguous(vec![Dim::new(dim)], vec![len], values);
    Ok(Labels::Inline(Arc::new(array.named(dim))))
}

/// Numbers in the type in which they are stored.
fn stored(kind: Kind, values: &[Scalar]) -> Values {
    macro_rules! of {
        ($variant:ident, $type:ty) => {
            Values::$variant(
                values
                    .iter()
                    .map(|value| match value {
                        Scalar::Int(value) => *value as $type,
                        Scalar::Float(value) => *value as $type,
                    })
                    .collect::<Vec<$type>>()
                    .into(),
            )
        };
    }
    match kind {
        Kind::Bool => {
            Values::Bool(values.iter().map(|v| u8::from(v.f64() != 0.0)).collect::<Vec<_>>().into())
        }
        Kind::I8 => of!(I8, i8),
        Kind::I16 => of!(I16, i16),
        Kind::I32 => of!(I32, i32),
        Kind::I64 => of!(I64, i64),
        Kind::U8 => of!(U8, u8),
        Kind::U16 => of!(U16, u16),
        Kind::U32 => of!(U32, u32),
        Kind::U64 => of!(U64, u64),
        Kind::F16 | Kind::F32 => of!(F32, f32),
        Kind::F64 => of!(F64, f64),
    }
}

/// Python's `range` and numpy's `arange` of one to three arguments, `len` values or an error: 64-bit
/// integers, or floats where an argument is a float or (of `arange`) an unsigned integer of 64 bits.
fn arange(mode: &str, (kind, arguments): (Kind, &[Scalar]), len: usize) -> Result<Values, String> {
    if mode == "range" || (kind.is_integer() && kind != Kind::U64) {
        let whole = |number: &Scalar| number.int().and_then(|value| i64::try_from(value).ok());
        let arguments: Option<Vec<i64>> = arguments.iter().map(whole).collect();
        let arguments = arguments.ok_or_else(|| format!("mode {mode} needs integers"))?;
        let (start, stop, step) = match arguments[..] {
            [stop] => (0, stop, 1),
            [start, stop] => (start, stop, 1),
            [start, stop, step] => (start, stop, step),
            _ => return Err(format!("mode {mode} needs one to three numbers")),
        };
        if step == 0 {
            return Err(format!("mode {mode} needs a step that is not 0"));
        }
        let (span, step) = (i128::from(stop) - i128::from(start), i128::from(step));
        let count =
            if (span > 0) == (step > 0) { span.unsigned_abs().div_ceil(step.unsigned_abs()) } else { 0 };
        if count != len as u128 {
            return Err(format!("{count} values for an axis of {len}"));
        }
        let values = (0..len as i128).map(|i| (i128::from(start) + i * step) as i64);
        return Ok(Values::I64(values.collect::<Vec<_>>().into()));
    }
    let numbers: Vec<f64> = arguments.iter().map(|number| number.f64()).collect();
    let (start, stop, step) = match numbers[..] {
        [stop] => (0.0, stop, 1.0),
        [start, stop] => (start, stop, 1.0),
        [start, stop, step] => (start, stop, step),
        _ => return Err(format!("mode {mode} needs one to three numbers")),
    };
    if step == 0.0 || !(start.is_finite() && stop.is_finite() && step.is_finite()) {
        return Err(format!("mode {mode} needs finite numbers and a step"));
    }
    let count = ((stop - start) / step).ceil().max(0.0);
    if count != len as f64 {
        return Err(format!("{count} values for an axis of {len}"));
    }
    // numpy fills from the first two values, whose difference is not always the step.
    let second = start + step;
    let value = |i: usize| if i == 1 { second } else { start + i as f64 * (second - start) };
    Ok(Values::F64((0..len).map(value).collect::<Vec<_>>().into()))
}

/// numpy's `linspace(start, stop, num)`, `len` values or an error.
fn linspace(mode: &str, arguments: &[Scalar], len: usize) -> Result<Vec<f64>, String> {
    let [start, stop, num] = arguments else {
        return Err(format!("mode {mode} needs start, stop and number"));
    };
    if num.int() != Some(len as i128) {
        return Err(format!("{} values for an axis of {len}", num.f64()));
    }
    let (start, stop) = (start.f64(), stop.f64());
    let step = (stop - start) / (len as f64 - 1.0);
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

    fn attrs(items: &[(&str, Typed)]) -> TypedAttrs {
        TypedAttrs(items.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect())
    }

    fn texts(items: &[&str]) -> Typed {
        Typed::Texts(items.iter().map(|t| (*t).to_owned()).collect())
    }

    fn text(item: &str) -> Typed {
        Typed::Text(item.to_owned())
    }

    fn ints(values: &[i64]) -> Typed {
        let values = values.iter().map(|v| Scalar::Int(i128::from(*v))).collect();
        Typed::Numbers { kind: Kind::I64, values, scalar: false }
    }

    fn floats(values: &[f64]) -> Typed {
        let values = values.iter().map(|v| Scalar::Float(*v)).collect();
        Typed::Numbers { kind: Kind::F64, values, scalar: false }
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

    fn check(mode: &str, value: Typed, len: usize) -> Result<Vec<f64>, String> {
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
        assert!(check("values", ints(&[1]), 3).unwrap_err().contains("1 values for an axis of 3"));
        assert!(check("linspce", ints(&[1]), 3).unwrap_err().contains("did you mean `linspace`?"));
        let mut problems = Vec::new();
        let found = attrs(&[("coords__tme", ints(&[1]))]);
        assert!(coords(&found, &[("time".to_owned(), 1)], &mut problems).is_empty());
        assert_eq!(problems, ["`coords__tme` is of no axis (did you mean `time`?)"]);
    }

    #[test]
    fn labels_of_an_axis_that_is_only_claimed_take_no_memory() {
        for mode in ["trivial", "start_and_step", "range", "linspace", "logspace"] {
            assert!(check(mode, ints(&[0, 1]), usize::MAX / 16).unwrap_err().contains("too long"), "{mode}");
        }
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
