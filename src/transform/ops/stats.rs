//! Histograms as values.

use crate::data::{Bins, Dtype, Labelled, Values};
use crate::transform::Value;
use crate::transform::bind::{Bound, to_int, to_number, wants};
use crate::transform::error::{OpError, OpResult};

/// `np.histogram`: counts and edges of equal bins, or of given edges; the last bin is closed. NaN
/// and what is out of range is left out (numpy refuses NaN unless a range is given).
pub(crate) fn histogram(call: &Bound<'_>) -> OpResult {
    let array = call.array("d")?;
    if !array.dtype().is_numeric() {
        return Err(OpError::new(format!("{} is no type of numbers", array.dtype())));
    }
    let density = call.flag("density", false)?;
    if call.some("weights").is_some() {
        return Err(OpError::new("`weights` are not supported"));
    }
    let edges: Option<Vec<f64>> = match call.some("bins") {
        Some(Value::List(items) | Value::Tuple(items)) => {
            Some(items.iter().map(|v| to_number(v, "bins")).collect::<OpResult<_>>()?)
        }
        Some(Value::Array(edges) | Value::Bare(edges)) if edges.ndim() == 1 => Some(edges.to_f64()?),
        _ => None,
    };
    let count = match (&edges, call.some("bins")) {
        (Some(edges), _) => edges.len().saturating_sub(1) as i64,
        (None, None) => 10,
        (None, Some(bins)) => to_int(bins, "bins")?,
    };
    let count = usize::try_from(count)
        .ok()
        .filter(|n| (1..=10_000_000).contains(n))
        .ok_or_else(|| OpError::new(format!("{count} is no number of bins")))?;
    let counts_dtype = if density { Dtype::F64 } else { Dtype::I64 };
    let bare = |values: Values| {
        let len = values.len();
        Value::Bare(Labelled::contiguous(vec!["dim_0".into()], vec![len], values))
    };
    if array.is_absent() {
        let absent = |len, dtype| Value::Bare(Labelled::absent(vec!["dim_0".into()], vec![len], dtype));
        return Ok(Value::Tuple(vec![absent(count, counts_dtype), absent(count + 1, Dtype::F64)]));
    }
    let edges = match edges {
        Some(edges) if edges.windows(2).all(|w| w[0] <= w[1]) => edges,
        Some(_) => return Err(OpError::new("the edges of bins must rise")),
        None => equal_edges(range(call, &array)?, count),
    };
    let bins = Bins::new(edges);
    let mut tally = bins.tally();
    array.for_each_f64(|values| tally.add(values))?;
    let counts = tally.finish();
    let edges = bins.into_edges();
    let counts = if density {
        let total: u64 = counts.iter().sum();
        let per = |(n, w): (&u64, &[f64])| *n as f64 / total as f64 / (w[1] - w[0]);
        Values::F64(counts.iter().zip(edges.windows(2)).map(per).collect::<Vec<_>>().into())
    } else {
        Values::I64(counts.into_iter().map(u64::cast_signed).collect::<Vec<_>>().into())
    };
    // Given edges keep their type.
    let edges = match call.some("bins") {
        Some(bins @ (Value::List(_) | Value::Tuple(_) | Value::Bare(_) | Value::Array(_))) => {
            Value::bare(&crate::transform::bind::to_array(bins, "bins")?)
        }
        _ => bare(Values::F64(edges.into())),
    };
    Ok(Value::Tuple(vec![bare(counts), edges]))
}

/// The outer edges: as given, or the data's; widened by a half where both are equal.
fn range(call: &Bound<'_>, array: &Labelled) -> OpResult<(f64, f64)> {
    let (low, high) = match call.some("range") {
        Some(Value::List(ends) | Value::Tuple(ends)) if ends.len() == 2 => {
            (to_number(&ends[0], "range")?, to_number(&ends[1], "range")?)
        }
        Some(other) => return Err(wants("range", "a pair of numbers", other)),
        None if array.size() == 0 => (0.0, 1.0),
        None => {
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            array.for_each_f64(|values| {
                for v in values {
                    low = if *v < low { *v } else { low };
                    high = if *v > high { *v } else { high };
                }
            })?;
            (low, high)
        }
    };
    if !(low.is_finite() && high.is_finite()) {
        return Err(OpError::new("the data have no finite range: give `range`"));
    }
    if low > high {
        return Err(OpError::new("the range's first end must not be larger than its second"));
    }
    Ok(if low == high { (low - 0.5, high + 0.5) } else { (low, high) })
}

/// As `numpy.linspace`.
fn equal_edges((low, high): (f64, f64), count: usize) -> Vec<f64> {
    let step = (high - low) / count as f64;
    let mut edges: Vec<f64> = (0..=count).map(|i| i as f64 * step + low).collect();
    edges[count] = high;
    edges
}
