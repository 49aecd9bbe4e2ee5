//! Rows added to a row of results, each result in the order in which the rows come.

use super::Number;
use super::lane::any_nan;

/// Rows that are added in one go.
pub(super) const ROWS: usize = 8;
/// Columns that are added before a look whether NaN was among them: as many as stay in registers.
const WIDE: usize = 8;

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
    match <[&[T]; ROWS]>::try_from(rows) {
        Ok(rows) => add_some(rows, sum, missing, map),
        Err(_) => rows.iter().for_each(|row| add_some([row], sum, missing, map)),
    }
}

fn add_some<T: Number, const N: usize>(
    rows: [&[T]; N],
    sum: &mut [f64],
    missing: &mut [u64],
    map: impl Fn(f64, usize) -> f64,
) {
    let columns = sum.len();
    let rows = rows.map(|row| row[..columns].as_chunks::<WIDE>());
    let (sums, sum_rest) = sum.as_chunks_mut::<WIDE>();
    let (gaps, missing_rest) = missing[..columns].as_chunks_mut::<WIDE>();
    let rest = sums.len() * WIDE;
    for (c, (sums, gaps)) in sums.iter_mut().zip(gaps).enumerate() {
        let mut total = *sums;
        for (row, _) in &rows {
            for (k, (total, value)) in total.iter_mut().zip(&row[c]).enumerate() {
                *total += map(value.f64(), c * WIDE + k);
            }
        }
        if any_nan(&total) {
            let row = |n: usize| &rows[n].0[c];
            (0..N).for_each(|n| add_valid(row(n), c * WIDE, sums, gaps, &map));
        } else {
            *sums = total;
        }
    }
    rows.iter().for_each(|(_, row)| add_valid(row, rest, sum_rest, missing_rest, &map));
}

/// Adds what is not NaN of a row whose first element is in column `from`, and counts the others.
fn add_valid<T: Number>(
    row: &[T],
    from: usize,
    sum: &mut [f64],
    missing: &mut [u64],
    map: &impl Fn(f64, usize) -> f64,
) {
    for (i, ((value, sum), missing)) in row.iter().zip(sum).zip(missing).enumerate() {
        let value = map(value.f64(), from + i);
        let valid = !value.is_nan();
        *sum += if valid { value } else { 0.0 };
        *missing += u64::from(!valid);
    }
}
