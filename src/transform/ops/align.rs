//! Alignment of arrays by names of dims and by labels, and what their results are called.

use crate::data::{Attrs, Coord, Coords, DataError, Dim, Dtype, Labelled, Pick};
use crate::transform::error::{OpError, OpResult};
use crate::transform::ops::labels::Labels;

/// Arrays brought to the same dims in the same order and the same labels, all as views: dims of the
/// first, then new ones of the others; labels that differ are joined (inner join, in the order of
/// the first that has them).
pub(crate) fn align(arrays: &[&Labelled]) -> OpResult<Vec<Labelled>> {
    let mut arrays: Vec<Labelled> = positional(arrays)?;
    let mut dims: Vec<Dim> = Vec::new();
    for array in &arrays {
        for dim in &array.dims {
            if !dims.contains(dim) {
                dims.push(dim.clone());
            }
        }
    }
    for dim in &dims {
        join(&mut arrays, dim)?;
    }
    let shape: Vec<usize> = dims
        .iter()
        .map(|dim| arrays.iter().find_map(|array| array.len_of(dim.as_str())).unwrap_or(1))
        .collect();
    arrays.iter().map(|array| array.broadcast(&dims, &shape).map_err(OpError::from)).collect()
}

/// Nameless arrays (all dims `dim_<i>`, no labels) beside named ones take those one's last dims, as
/// numpy arrays do.
fn positional(arrays: &[&Labelled]) -> OpResult<Vec<Labelled>> {
    let nameless = |array: &Labelled| {
        let plain = array.dims.iter().enumerate().all(|(i, dim)| *dim == Dim::anonymous(i));
        plain && array.coords.is_empty() && array.ndim() > 0
    };
    let has_name = |array: &Labelled| array.dims.iter().any(|dim| !dim.as_str().starts_with("dim_"));
    let Some(named) = arrays.iter().find(|array| has_name(array)) else {
        return Ok(arrays.iter().map(|array| (*array).clone()).collect());
    };
    arrays
        .iter()
        .map(|array| {
            if !nameless(array) || array.dims.iter().all(|dim| named.dims.contains(dim)) {
                return Ok((*array).clone());
            }
            let Some(skip) = named.ndim().checked_sub(array.ndim()) else {
                return Err(OpError::new(format!(
                    "an array of {} axes without names does not fit one of {}",
                    array.ndim(),
                    named.ndim()
                )));
            };
            let mut result = (*array).clone();
            result.dims = named.dims[skip..].to_vec();
            Ok(result)
        })
        .collect()
}

/// Brings the arrays that have `dim` to the same labels along it.
pub(crate) fn join(arrays: &mut [Labelled], dim: &Dim) -> OpResult<()> {
    let with: Vec<usize> = (0..arrays.len()).filter(|i| arrays[*i].axis(dim.as_str()).is_some()).collect();
    let labelled: Vec<usize> =
        with.iter().copied().filter(|i| arrays[*i].coords.index(dim).is_some()).collect();
    if let Some((first, others)) = labelled.split_first() {
        let mut common: Option<(Labels, Vec<Labels>)> = None;
        for other in others {
            let (Some(a), Some(b)) = (arrays[*first].coords.index(dim), arrays[*other].coords.index(dim))
            else {
                continue;
            };
            if !same(a, b)? {
                common.get_or_insert((Labels::of(a)?, Vec::new()));
            }
        }
        if let Some((labels, _)) = common {
            for i in std::iter::once(first).chain(others) {
                let own = arrays[*i].coords.index(dim).map(|coord| Labels::of(coord)).transpose()?;
                if own.is_some_and(|own| !own.are_unique()) {
                    return Err(OpError::with_help(
                        format!("labels stand twice along `{dim}`, and those of the arrays differ"),
                        Some("select each label once, or group by them".to_owned()),
                    ));
                }
            }
            // The first array's labels that all others have.
            let mut places: Vec<Vec<Option<usize>>> = Vec::new();
            for other in others {
                if let Some(coord) = arrays[*other].coords.index(dim) {
                    places.push(labels.positions_in(&Labels::of(coord)?));
                }
            }
            let kept: Vec<usize> =
                (0..labels.len()).filter(|i| places.iter().all(|place| place[*i].is_some())).collect();
            for (other, place) in others.iter().zip(&places) {
                let list = kept.iter().filter_map(|i| place[*i]).collect();
                arrays[*other] = arrays[*other].isel_dim(dim.as_str(), &Pick::List(list))?;
            }
            arrays[*first] = arrays[*first].isel_dim(dim.as_str(), &Pick::List(kept))?;
        }
    }
    let lengths: Vec<usize> = with.iter().filter_map(|i| arrays[*i].len_of(dim.as_str())).collect();
    if let Some(right) = lengths.iter().find(|len| **len != lengths[0]) {
        return Err(DataError::Lengths { dim: dim.clone(), left: lengths[0], right: *right }.into());
    }
    Ok(())
}

/// Whether two coordinates are the same, labels and all.
pub(crate) fn same(a: &Coord, b: &Coord) -> OpResult<bool> {
    if std::sync::Arc::ptr_eq(a, b) {
        return Ok(true);
    }
    if a.dims != b.dims || a.shape != b.shape {
        return Ok(false);
    }
    let text = |array: &Labelled| array.dtype() == Dtype::Str;
    if text(a) != text(b) {
        return Ok(false);
    }
    // Labels that nobody has read yet are taken for equal: planning loses nothing by it.
    if a.is_absent() && b.is_absent() {
        return Ok(true);
    }
    if text(a) {
        return Ok(a.texts()? == b.texts()?);
    }
    let equal = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    Ok(a.to_f64()?.iter().zip(&b.to_f64()?).all(equal))
}

/// Gives `result`, made element by element from aligned `parts`, its name, attributes and
/// coordinates: what agrees is kept, what conflicts is dropped (as xarray).
pub(crate) fn inherit(result: &mut Labelled, parts: &[Labelled]) -> OpResult<()> {
    let Some((first, others)) = parts.split_first() else { return Ok(()) };
    result.name = first.name.clone().filter(|_| others.iter().all(|other| other.name == first.name));
    let mut attrs = Attrs::new();
    let mut coords = Coords::new();
    for (i, part) in parts.iter().enumerate() {
        for (key, value) in part.attrs.iter() {
            let agrees = |other: &Labelled| other.attrs.get(key).is_none_or(|v| v == value);
            if attrs.get(key).is_none() && parts.iter().all(agrees) {
                attrs.insert(key, value.clone());
            }
        }
        for (name, coord) in part.coords.iter() {
            if coords.get(name).is_some() || parts[..i].iter().any(|p| p.coords.get(name).is_some()) {
                continue;
            }
            let is_index = coord.ndim() == 1 && coord.dims[0] == name;
            let mut agree = true;
            if !is_index {
                for other in &parts[i + 1..] {
                    if let Some(theirs) = other.coords.get(name) {
                        agree &= same(coord, theirs)?;
                    }
                }
            }
            if agree {
                coords.insert(name, coord.clone());
            }
        }
    }
    (result.attrs, result.coords) = (attrs, coords);
    Ok(())
}
