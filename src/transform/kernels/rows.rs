//! Rows added to a row of results, each result in the order in which the rows come.

use super::Number;
use super::lane::any_nan;

/// Rows that are added in one go.
pub(super) const ROWS: usize = 4;
/// Elements that are added before a look whether NaN was among them: few, since rows may be short
/// and room for so many is cleared for each.
const LOOK: usize = 64;

/// Rows of equal length for the same results, until there are enough of them.
pub(super) struct Rows<'a, T> {
    target: usize,
    count: usize,
    rows: [&'a [T]; ROWS],
}

impl<'a, T: Number> Rows<'a, T> {
    pub(super) fn new() -> Self {
        Self { target: 0, count: 0, rows: [&[]; ROWS] }
    }

    /// Takes a row for the results from `target` on; `add` is called with rows that are complete.
    pub(super) fn push(&mut self, target: usize, row: &'a [T], mut add: impl FnMut(usize, &[&'a [T]])) {
        if self.count == ROWS
            || (self.count > 0 && (self.target != target || self.rows[0].len() != row.len()))
        {
            self.flush(&mut add);
        }
        self.target = target;
        self.rows[self.count] = row;
        self.count += 1;
    }

    /// Hands over what is left.
    pub(super) fn flush(&mut self, mut add: impl FnMut(usize, &[&'a [T]])) {
        if self.count > 0 {
            add(self.target, &self.rows[..self.count]);
            self.count = 0;
        }
    }
}

/// Adds one to [`ROWS`] rows to `sum`, and to `missing` how many of each column were NaN. `map` gets
/// a value and its column.
pub(super) fn add<T: Number>(
    rows: &[&[T]],
    sum: &mut [f64],
    missing: &mut [u64],
    map: impl Fn(f64, usize) -> f64 + Copy,
) {
    match rows {
        [a, b, c, d] => add_some([a, b, c, d], sum, missing, map),
        rows => rows.iter().for_each(|row| add_some([row], sum, missing, map)),
    }
}

fn add_some<T: Number, const N: usize>(
    rows: [&[T]; N],
    sum: &mut [f64],
    missing: &mut [u64],
    map: impl Fn(f64, usize) -> f64,
) {
    let rows = rows.map(|row| &row[..sum.len()]);
    let mut total = [0.0; LOOK];
    let mut from = 0;
    while from < sum.len() {
        let until = sum.len().min(from + LOOK);
        let parts = rows.map(|row| &row[from..until]);
        let sums = &mut sum[from..until];
        let total = &mut total[..until - from];
        for (i, (total, sum)) in total.iter_mut().zip(sums.iter()).enumerate() {
            let mut s = *sum;
            for part in &parts {
                s += map(part[i].f64(), from + i);
            }
            *total = s;
        }
        if any_nan(total) {
            let missing = &mut missing[from..until];
            for (i, (sum, missing)) in sums.iter_mut().zip(missing).enumerate() {
                for part in &parts {
                    let value = map(part[i].f64(), from + i);
                    let valid = !value.is_nan();
                    *sum += if valid { value } else { 0.0 };
                    *missing += u64::from(!valid);
                }
            }
        } else {
            sums.copy_from_slice(total);
        }
        from = until;
    }
}
