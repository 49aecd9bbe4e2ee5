//! Quantiles with weights.

use super::align::{align, inherit};
use super::reduce::without;
use crate::data::{Coords, Dtype, Labelled, Values};
use crate::transform::Value;
use crate::transform::bind::to_number;
use crate::transform::error::{OpError, OpResult};
use crate::transform::kernels;
use std::sync::Arc;

/// xarray's `Weighted.quantile`: along `dims` (all of the array's, where none is given), several along
/// a new first dim; axes of length 1 go.
pub(super) fn quantile(
    array: &Labelled,
    weights: &Labelled,
    q: &Value,
    dims: Option<&[String]>,
    skip: bool,
) -> OpResult<Labelled> {
    let q: Vec<f64> = match q {
        Value::List(items) | Value::Tuple(items) => {
            items.iter().map(|q| to_number(q, "q")).collect::<OpResult<_>>()?
        }
        other => vec![to_number(other, "q")?],
    };
    if let Some(bad) = q.iter().find(|q| !(0.0..=1.0).contains(*q)) {
        return Err(OpError::new(format!("quantiles are from 0 to 1, not {bad}")));
    }
    let aligned = align(&[array, weights])?;
    let bare = |array: &Labelled| Labelled { coords: Coords::new(), ..array.clone() };
    let (a, w) = (bare(&aligned[0]), bare(&aligned[1]));
    let axes: Vec<usize> = (0..a.ndim())
        .filter(|axis| match dims {
            Some(dims) => dims.iter().any(|dim| a.dims[*axis] == dim.as_str()),
            None => array.axis(a.dims[*axis].as_str()).is_some(),
        })
        .collect();
    let mut frame = a.clone();
    inherit(&mut frame, &aligned)?;
    let frame = without(&frame, &axes, Err(Dtype::F64));
    let (mut dims, mut shape) = (frame.dims.clone(), frame.shape.clone());
    dims.insert(0, "quantile".into());
    shape.insert(0, q.len());
    let mut result = if a.is_absent() || w.is_absent() {
        Labelled::absent(dims, shape, Dtype::F64)
    } else {
        let mut lanes = Vec::with_capacity(frame.size());
        kernels::for_each_lane(&w, &axes, |_, lane| lanes.push(lane.clone()))?;
        let mut out = vec![0.0; q.len() * frame.size()];
        kernels::for_each_lane(&a, &axes, |at, lane| {
            for (i, value) in weighted_quantiles(lane, &lanes[at], &q, skip).into_iter().enumerate() {
                out[i * lanes.len() + at] = value;
            }
        })?;
        Labelled::contiguous(dims, shape, Values::F64(out.into()))
    };
    (result.name, result.attrs) = (array.name.clone(), array.attrs.clone());
    result.coords = frame.coords;
    let labels = Labelled::contiguous(vec!["quantile".into()], vec![q.len()], Values::F64(q.into()));
    Ok(result.with_coord("quantile", Arc::new(labels))?.squeeze())
}

/// Quantiles of weighted elements by Akinshin's method (type 7, with Kish's effective sample size), as
/// xarray's `Weighted.quantile`; <https://aakinshin.net/posts/weighted-quantiles/>.
fn weighted_quantiles(values: &[f64], weights: &[f64], q: &[f64], skip: bool) -> Vec<f64> {
    let nan = vec![f64::NAN; q.len()];
    if !skip && values.iter().any(|v| v.is_nan()) {
        return nan;
    }
    let mut pairs: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .zip(weights.iter().copied())
        .filter(|(value, weight)| !value.is_nan() && *weight != 0.0)
        .collect();
    if pairs.is_empty() {
        return nan;
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let squares: f64 = pairs.iter().map(|(_, weight)| weight * weight).sum();
    let size = total * total / squares;
    q.iter()
        .map(|q| {
            let h = ((size - 1.0) * q + 1.0).max(1.0).min(size);
            let (low, high) = ((h - 1.0) / size, h / size);
            let share = |cumulated: f64| low.max(high.min(cumulated)) * size - h + 1.0;
            let (mut cumulated, mut before, mut quantile) = (0.0, share(0.0), 0.0);
            for (value, weight) in &pairs {
                cumulated += weight / total;
                let after = share(cumulated);
                quantile += value * (after - before);
                before = after;
            }
            quantile
        })
        .collect()
}
