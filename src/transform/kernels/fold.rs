//! Folds whose order is free: extremes, and totals of integers.

use super::walk::{Along, Order, Walk};
use super::{Number, typed};
use crate::data::{DataError, Element, Labelled, Run};

/// Accumulators of a run.
const LANES: usize = 32;

/// Smallest (or largest) value over the axes `reduced`, skipping NaN; what has no value gives
/// [`Number::LARGEST`] (or [`Number::SMALLEST`]). `T` must be the array's type.
///
/// # Errors
/// [`DataError::Absent`].
pub fn extremes<T: Number>(array: &Labelled, reduced: &[usize], largest: bool) -> Result<Vec<T>, DataError> {
    if largest {
        fold(array, reduced, T::SMALLEST, |a: T, b: T| if b > a { b } else { a })
    } else {
        fold(array, reduced, T::LARGEST, |a: T, b: T| if b < a { b } else { a })
    }
}

/// Folds elements of type `T` with a function that is associative and commutative, over the axes
/// `reduced`. `T` must be the array's type.
///
/// # Errors
/// [`DataError::Absent`].
pub fn fold<T: Element>(
    array: &Labelled,
    reduced: &[usize],
    start: T,
    join: impl Fn(T, T) -> T + Copy,
) -> Result<Vec<T>, DataError> {
    fold_all(array, reduced, start, |walk, result| {
        walk.runs(|target, run| {
            run_into::<T, T>(walk, run, &mut result[target..], start, |v| v, join);
            Ok(())
        })
    })
}

/// Sum (or product) of integers over the axes `reduced`, modulo 2^64, as numpy's.
///
/// # Errors
/// [`DataError::Text`], [`DataError::Absent`].
pub fn integer_total(array: &Labelled, reduced: &[usize], product: bool) -> Result<Vec<i64>, DataError> {
    if product {
        total(array, reduced, 1, i64::wrapping_mul)
    } else {
        total(array, reduced, 0, i64::wrapping_add)
    }
}

fn total(
    array: &Labelled,
    reduced: &[usize],
    start: i64,
    join: impl Fn(i64, i64) -> i64 + Copy,
) -> Result<Vec<i64>, DataError> {
    fold_all(array, reduced, start, |walk, result| {
        walk.runs(|target, run| {
            let result = &mut result[target..];
            typed!(run, T => run_into::<T, i64>(walk, run, result, start, T::i64, join));
            Ok(())
        })
    })
}

/// The result of a walk that `f` fills in, in logical order.
fn fold_all<A: Copy>(
    array: &Labelled,
    reduced: &[usize],
    start: A,
    f: impl FnOnce(&Walk<'_>, &mut [A]) -> Result<(), DataError>,
) -> Result<Vec<A>, DataError> {
    let walk = Walk::new(array, reduced, Order::Free);
    let mut result = vec![start; walk.out];
    f(&walk, &mut result)?;
    Ok(walk.restored(&array.shape, result))
}

impl Walk<'_> {
    /// Calls `f` with each run and where its (first) result is.
    fn runs<'a>(
        &'a self,
        mut f: impl FnMut(usize, &Run<'a>) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let (mut current, mut base) = (None, 0);
        self.array.for_each_run::<DataError>(self.inner, |block, at, run| {
            if current != Some(block) {
                current = Some(block);
                base = self.target(block);
            }
            f(if self.along == Along::Rows { base + at } else { base }, &run)
        })
    }
}

/// Folds a run into one result, or into as many as it has elements.
fn run_into<T: Element, A: Copy>(
    walk: &Walk<'_>,
    run: &Run<'_>,
    result: &mut [A],
    start: A,
    map: impl Fn(T) -> A,
    join: impl Fn(A, A) -> A + Copy,
) {
    if walk.along == Along::Rows {
        match run.as_slice::<T>() {
            Some(slice) => {
                for (out, value) in result.iter_mut().zip(slice) {
                    *out = join(*out, map(*value));
                }
            }
            None => {
                let mut outs = result.iter_mut();
                run.for_each::<T>(|value| {
                    if let Some(out) = outs.next() {
                        *out = join(*out, map(value));
                    }
                });
            }
        }
        return;
    }
    let mut lanes = [start; LANES];
    match run.as_slice::<T>() {
        Some(slice) => {
            let (chunks, tail) = slice.as_chunks::<LANES>();
            for chunk in chunks {
                for (lane, value) in lanes.iter_mut().zip(chunk) {
                    *lane = join(*lane, map(*value));
                }
            }
            for (lane, value) in lanes.iter_mut().zip(tail) {
                *lane = join(*lane, map(*value));
            }
        }
        None => {
            run.for_each::<T>(|value| lanes[0] = join(lanes[0], map(value)));
        }
    }
    result[0] = lanes.into_iter().fold(result[0], join);
}
