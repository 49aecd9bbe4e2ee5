//! `count_unique`: how often each value stands in an array.

use super::labels::Labels;
use crate::data::{DataError, Dim, Dtype, Labelled, Pick, Values};
use crate::transform::Value;
use crate::transform::bind::Bound;
use crate::transform::error::{OpError, OpResult};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Counts by key, in the order of the values.
type Counts = BTreeMap<i64, u64>;

/// A number as a key in the order of the numbers.
fn key_of(v: f64) -> i64 {
    let bits = (v + 0.0).to_bits() as i64;
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

fn number_of(key: i64) -> f64 {
    f64::from_bits(if key < 0 { key ^ i64::MAX } else { key } as u64)
}

/// `count_unique`: counts of each distinct value along a new dim `unique` (rising, without NaN).
/// With `dims` only over those: the others stay, and what is absent in one of their cells is NaN.
/// One pass over the view; nothing is copied.
pub(crate) fn count_unique(call: &Bound<'_>) -> OpResult {
    let array = call.array("d")?;
    if !array.dtype().is_numeric() || array.dtype() == Dtype::U64 {
        return Err(OpError::new(format!("values of type {} are not counted", array.dtype())));
    }
    let dims = call.names("dims")?.filter(|dims| !dims.is_empty());
    let split: Vec<usize> = match &dims {
        None => Vec::new(),
        Some(dims) => {
            (0..array.ndim()).filter(|axis| !dims.iter().any(|d| array.dims[*axis] == d.as_str())).collect()
        }
    };
    let mut order = split.clone();
    order.extend((0..array.ndim()).filter(|axis| !split.contains(axis)));
    let turned = array.permute(&order);
    let shape: Vec<usize> = split.iter().map(|axis| array.shape[*axis]).collect();
    let counts = count(&turned, &shape)?;
    let mut keys: Vec<i64> = counts.iter().flat_map(|counts| counts.keys().copied()).collect();
    keys.sort_unstable();
    keys.dedup();
    let numbers = keys.iter().map(|key| label(*key, array.dtype())).collect::<Vec<_>>();
    let unique =
        Labelled::contiguous(vec![Dim::new("unique")], vec![keys.len()], Values::F64(numbers.into()));
    let unique = match array.dtype() {
        Dtype::F64 => unique,
        // Integers of 64 bits do not all fit into a float.
        Dtype::I64 => {
            let dims = unique.dims.clone();
            Labelled::contiguous(dims, vec![keys.len()], Values::I64(keys.clone().into()))
        }
        dtype => super::shape::cast(&unique, dtype)?,
    };
    let cells = keys.iter().flat_map(|key| counts.iter().map(|counts| counts.get(key).copied()));
    let values = if counts.iter().all(|counts| counts.len() == keys.len()) {
        Values::I64(cells.map(|n| n.unwrap_or(0) as i64).collect::<Vec<_>>().into())
    } else {
        Values::F64(cells.map(|n| n.map_or(f64::NAN, |n| n as f64)).collect::<Vec<_>>().into())
    };
    let mut result_dims = vec![Dim::new("unique")];
    result_dims.extend(split.iter().map(|axis| array.dims[*axis].clone()));
    let mut lengths = vec![keys.len()];
    lengths.extend(&shape);
    let mut result = Labelled::contiguous(result_dims, lengths, values);
    for axis in split {
        let dim = &array.dims[axis];
        let Some(coord) = array.coords.index(dim) else {
            let line = |values: Vec<i64>| {
                Labelled::contiguous(vec![dim.clone()], vec![values.len()], Values::I64(values.into()))
            };
            let positions = (0..array.shape[axis] as i64).collect::<Vec<_>>();
            result = result.with_coord(dim.as_str(), Arc::new(line(positions)))?;
            continue;
        };
        result = result.with_coord(dim.as_str(), coord.clone())?;
        // Labels of groups come sorted.
        let rising = rising(&Labels::of(coord)?);
        if !rising.is_sorted() {
            result = result.isel_dim(dim.as_str(), &Pick::List(rising))?;
        }
    }
    let name = match (&array.name, call.need("d")?) {
        (Some(name), Value::Array(_)) => format!("{name} (unique counts)"),
        _ => "unique counts".to_owned(),
    };
    Ok(result.with_coord("unique", Arc::new(unique.named("unique")))?.named(name).into())
}

/// The positions of labels in the order of what they are.
fn rising(labels: &Labels) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    match labels {
        Labels::Numbers(v) => order.sort_by(|a, b| v[*a].total_cmp(&v[*b])),
        Labels::Times(v, _) => order.sort_by_key(|i| v[*i]),
        Labels::Texts(v) => order.sort_by(|a, b| v[*a].cmp(&v[*b])),
    }
    order
}

fn label(key: i64, dtype: Dtype) -> f64 {
    if dtype.is_float() { number_of(key) } else { key as f64 }
}

/// Counts for each cell of the leading axes, which have this shape.
fn count(turned: &Labelled, shape: &[usize]) -> OpResult<Vec<Counts>> {
    let mut all = vec![Counts::new(); shape.iter().product()];
    let float = turned.dtype().is_float();
    // Equal neighbours are counted together.
    let mut last: Option<(usize, i64, u64)> = None;
    let mut add = |cell: usize, key: i64, all: &mut Vec<Counts>| match &mut last {
        Some((c, k, n)) if *c == cell && *k == key => *n += 1,
        other => {
            if let Some((c, k, n)) = other.replace((cell, key, 1)) {
                *all[c].entry(k).or_insert(0) += n;
            }
        }
    };
    turned.for_each_run::<DataError>(turned.ndim() - shape.len(), |cell, _, run| {
        if let Values::I64(buf) = run.values {
            run.positions().for_each(|i| add(cell, buf[i], &mut all));
            return Ok(());
        }
        for i in run.positions() {
            let v = run.values.f64_at(i).ok_or(DataError::Text)?;
            if !v.is_nan() {
                add(cell, if float { key_of(v) } else { v as i64 }, &mut all);
            }
        }
        Ok(())
    })?;
    if let Some((cell, key, n)) = last {
        *all[cell].entry(key).or_insert(0) += n;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{key_of, number_of};

    #[test]
    fn keys_have_the_order_of_the_numbers() {
        let numbers = [f64::NEG_INFINITY, -2.5, -1e-300, 0.0, 1e-300, 3.0, f64::INFINITY];
        assert!(numbers.windows(2).all(|w| key_of(w[0]) < key_of(w[1])));
        assert!(numbers.iter().all(|v| number_of(key_of(*v)) == *v));
        assert_eq!(key_of(-0.0), key_of(0.0));
    }
}
