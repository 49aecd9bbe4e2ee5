//! Results whose elements lie one behind the other and are added in that order: eight results at a
//! time, since each addition waits for the last one of its own result only.

use super::Number;
use super::lane::any_nan;

/// Results that are summed side by side.
pub(super) const COLUMNS: usize = 8;
/// Elements that are added before a look whether NaN was among them.
const LOOK: usize = 1024;

/// One result's elements, and where it is.
pub(super) type Column<'a, T> = (usize, &'a [T]);

/// Adds columns of equal length, no two of one result; `map` gets a value and where its result is.
pub(super) fn add<T: Number>(
    columns: &[Column<'_, T>],
    sum: &mut [f64],
    missing: &mut [u64],
    map: impl Fn(f64, usize) -> f64 + Copy,
) {
    match columns {
        [a, b, c, d, e, f, g, h] => add_some([*a, *b, *c, *d, *e, *f, *g, *h], sum, missing, map),
        columns => columns.iter().for_each(|column| add_some([*column], sum, missing, map)),
    }
}

fn add_some<T: Number, const N: usize>(
    columns: [Column<'_, T>; N],
    sum: &mut [f64],
    missing: &mut [u64],
    map: impl Fn(f64, usize) -> f64,
) {
    let len = columns[0].1.len();
    let at = columns.map(|(at, _)| at);
    let values = columns.map(|(_, values)| &values[..len]);
    let mut totals = at.map(|at| sum[at]);
    let mut from = 0;
    while from < len {
        let until = len.min(from + LOOK);
        let parts = values.map(|values| &values[from..until]);
        let mut next = totals;
        for i in 0..until - from {
            for ((next, part), at) in next.iter_mut().zip(&parts).zip(at) {
                *next += map(part[i].f64(), at);
            }
        }
        if any_nan(&next) {
            next = totals;
            for i in 0..until - from {
                for ((next, part), at) in next.iter_mut().zip(&parts).zip(at) {
                    let value = map(part[i].f64(), at);
                    let valid = !value.is_nan();
                    *next += if valid { value } else { 0.0 };
                    missing[at] += u64::from(!valid);
                }
            }
        }
        totals = next;
        from = until;
    }
    for (at, total) in at.into_iter().zip(totals) {
        sum[at] = total;
    }
}
