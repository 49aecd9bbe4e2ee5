//! Sums of what is not NaN, with counts: means, variances and counts are made of them.

use super::lane::Lane;
use super::rows::{self, Rows};
use super::walk::{Along, Order, Walk};
use super::{Number, columns, tiles, typed};
use crate::data::{DataError, Labelled, Run};

/// Sums and counts, per element of a reduction's result.
#[derive(Clone, Debug, PartialEq)]
pub struct Sums {
    /// Sum of what is not NaN.
    pub sum: Vec<f64>,
    /// How many those were.
    pub count: Vec<u64>,
}

/// Sums, and what was NaN, in the order of a walk.
struct Totals {
    sum: Vec<f64>,
    missing: Vec<u64>,
}

/// Sum and count of what is not NaN over the axes `reduced`; with `center` (one value an element of
/// the result), sums of squared distances from it. Row-major over the axes that are kept.
///
/// Where the last axis is reduced, each lane along the trailing reduced axes is summed in 32
/// accumulators and their total added to that of the lanes before; where it is kept, elements are
/// added one after the other, as numpy does.
///
/// # Errors
/// [`DataError::Text`], [`DataError::Absent`].
pub fn sums(array: &Labelled, reduced: &[usize], center: Option<&[f64]>) -> Result<Sums, DataError> {
    let walk = Walk::new(array, reduced, Order::Kept);
    let elements: usize = reduced.iter().map(|axis| array.shape[*axis]).product();
    let center = center.map(|center| walk.arranged(&array.shape, center.to_vec()));
    let mut totals = Totals { sum: vec![0.0; walk.out], missing: vec![0; walk.out] };
    if walk.out > 0 && elements > 0 {
        match &center {
            None => add_all(&walk, &mut totals, |v, _| v)?,
            Some(center) => add_all(&walk, &mut totals, |v, i| {
                let away = v - center[i];
                away * away
            })?,
        }
    }
    let sum = walk.restored(&array.shape, totals.sum);
    let mut count = walk.restored(&array.shape, totals.missing);
    count.iter_mut().for_each(|n| *n = elements as u64 - *n);
    Ok(Sums { sum, count })
}

/// `map` gets a value and where its result is.
fn add_all(
    walk: &Walk<'_>,
    totals: &mut Totals,
    map: impl Fn(f64, usize) -> f64 + Copy,
) -> Result<(), DataError> {
    match (walk.along, walk.lanes) {
        (Along::Lanes, true) => along_lanes(walk, totals, map),
        (Along::Lanes, false) => {
            by_type(walk, |first| typed!(first, T => along_columns::<T>(walk, totals, map)))
        }
        (Along::Rows, _) => by_type(walk, |first| typed!(first, T => along_rows::<T>(walk, totals, map))),
        (Along::Tiles, _) => by_type(walk, |first| typed!(first, T => across::<T>(walk, totals, map))),
    }
}

/// Calls `f` with some run of the array, to tell its type.
fn by_type(walk: &Walk<'_>, f: impl FnOnce(&Run<'_>) -> Result<(), DataError>) -> Result<(), DataError> {
    let part = walk.array.grid.parts.iter().flatten().find(|part| !part.values.is_empty());
    match part {
        Some(part) => f(&Run { values: &part.values, offset: 0, stride: 1, len: 1 }),
        None => walk.array.for_each_run(walk.inner, |_, _, _| Ok(())),
    }
}

fn along_lanes(
    walk: &Walk<'_>,
    totals: &mut Totals,
    map: impl Fn(f64, usize) -> f64 + Copy,
) -> Result<(), DataError> {
    let mut lane = Lane::new();
    let (mut current, mut target, mut seen) = (None, 0, 0_u64);
    let mut finish = |lane: &mut Lane, target: usize, seen: u64| {
        let (sum, count) = lane.finish();
        totals.sum[target] += sum;
        totals.missing[target] += seen - count;
    };
    walk.array.for_each_run::<DataError>(walk.inner, |block, _, run| {
        if current != Some(block) {
            if current.is_some() {
                finish(&mut lane, target, seen);
            }
            current = Some(block);
            target = walk.target(block);
            seen = 0;
        }
        seen += run.len as u64;
        typed!(run, T => match run.as_slice::<T>() {
            Some(slice) => lane.slice(slice, |v| map(v, target)),
            None => {
                run.for_each::<T>(|value| lane.one(map(value.f64(), target)));
            }
        });
        Ok(())
    })?;
    if current.is_some() {
        finish(&mut lane, target, seen);
    }
    Ok(())
}

/// One element, outside of any loop over slices.
fn add_one(totals: &mut Totals, at: usize, value: f64) {
    let valid = !value.is_nan();
    totals.sum[at] += if valid { value } else { 0.0 };
    totals.missing[at] += u64::from(!valid);
}

fn along_rows<T: Number>(
    walk: &Walk<'_>,
    totals: &mut Totals,
    map: impl Fn(f64, usize) -> f64 + Copy,
) -> Result<(), DataError> {
    let mut rows = Rows::<T>::new();
    let add = |totals: &mut Totals, target: usize, rows: &[&[T]]| {
        let range = target..target + rows[0].len();
        let (sum, missing) = (&mut totals.sum[range.clone()], &mut totals.missing[range]);
        rows::add(rows, sum, missing, |v, i| map(v, target + i));
    };
    let (mut current, mut base) = (None, 0);
    walk.array.for_each_run::<DataError>(walk.inner, |block, at, run| {
        if current != Some(block) {
            current = Some(block);
            base = walk.target(block);
        }
        let target = base + at;
        match run.as_slice::<T>() {
            Some(row) => rows.push(target, row, |target, rows| add(totals, target, rows)),
            None => {
                rows.flush(|target, rows| add(totals, target, rows));
                let mut i = target;
                run.for_each::<T>(|value| {
                    add_one(totals, i, map(value.f64(), i));
                    i += 1;
                });
            }
        }
        Ok(())
    })?;
    rows.flush(|target, rows| add(totals, target, rows));
    Ok(())
}

fn along_columns<T: Number>(
    walk: &Walk<'_>,
    totals: &mut Totals,
    map: impl Fn(f64, usize) -> f64 + Copy,
) -> Result<(), DataError> {
    let mut some: Vec<columns::Column<'_, T>> = Vec::with_capacity(columns::COLUMNS);
    let flush = |some: &mut Vec<columns::Column<'_, T>>, totals: &mut Totals| {
        columns::add(some, &mut totals.sum, &mut totals.missing, map);
        some.clear();
    };
    walk.array.for_each_run::<DataError>(walk.inner, |block, _, run| {
        let target = walk.target(block);
        let slice = run.as_slice::<T>();
        let fits = slice.is_some_and(|slice| {
            some.first().is_none_or(|(_, first)| first.len() == slice.len())
                && some.iter().all(|(at, _)| *at != target)
        });
        if some.len() == columns::COLUMNS || !fits {
            flush(&mut some, totals);
        }
        match slice {
            Some(slice) => some.push((target, slice)),
            None => {
                run.for_each::<T>(|value| add_one(totals, target, map(value.f64(), target)));
            }
        }
        Ok(())
    })?;
    flush(&mut some, totals);
    Ok(())
}

/// Tiles of lanes; rows that are cut, or whose elements have gaps, are visited lane by lane.
fn across<T: Number>(
    walk: &Walk<'_>,
    totals: &mut Totals,
    map: impl Fn(f64, usize) -> f64 + Copy,
) -> Result<(), DataError> {
    let shape = &walk.array.shape;
    let width: usize = shape[shape.len() - walk.inner..].iter().product();
    let mut rows: Vec<&[T]> = Vec::new();
    let mut whole = true;
    walk.array.for_each_run::<DataError>(walk.inner, |block, _, run| {
        match run.as_slice::<T>().filter(|row| whole && row.len() == width) {
            Some(row) => rows.push(row),
            None => whole = false,
        }
        if whole && rows.len() == walk.lane {
            let target = walk.target(block);
            let range = target..target + width;
            let (sum, missing) = (&mut totals.sum[range.clone()], &mut totals.missing[range]);
            tiles::add(&rows, sum, missing, |v, i| map(v, target + i));
            rows.clear();
        }
        Ok(())
    })?;
    if whole {
        return Ok(());
    }
    totals.sum.fill(0.0);
    totals.missing.fill(0);
    along_lanes(&walk.by_lane(), totals, map)
}
