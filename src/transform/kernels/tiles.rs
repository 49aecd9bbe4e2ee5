//! Lanes that lie across memory: the elements of many lanes are neighbours. Each lane is summed as
//! [`lane`](super::lane) says, a tile of neighbouring lanes at a time.

use super::Number;
use super::lane::{BLOCK, LANES, tree};

/// Lanes side by side.
const TILE: usize = 128;
/// Adds the lanes' totals to `sum`, and to `missing` how many elements of each were NaN. `rows` are
/// the lanes' elements: one of each lane in a row, all rows as long as `sum`.
pub(super) fn add<T: Number>(
    rows: &[&[T]],
    sum: &mut [f64],
    missing: &mut [u64],
    map: impl Fn(f64, usize) -> f64 + Copy,
) {
    let mut tile = Tile { sum: Box::new([[0.0; TILE]; LANES]), folded: None };
    let mut from = 0;
    while from < sum.len() {
        let until = sum.len().min(from + TILE);
        tile.add(rows, from, &mut sum[from..until], &mut missing[from..until], map);
        from = until;
    }
}

/// Accumulators of a tile, by their number in the lane.
struct Tile {
    sum: Box<[[f64; TILE]; LANES]>,
    /// The second level, once there is one.
    folded: Option<Box<[[f64; TILE]; LANES]>>,
}

impl Tile {
    fn add<T: Number>(
        &mut self,
        rows: &[&[T]],
        from: usize,
        sum: &mut [f64],
        missing: &mut [u64],
        map: impl Fn(f64, usize) -> f64 + Copy,
    ) {
        let len = sum.len();
        self.sum.as_flattened_mut().fill(0.0);
        self.folded = None;
        for block in rows.chunks(BLOCK) {
            for group in block.chunks(LANES) {
                for (row, sum) in group.iter().zip(self.sum.iter_mut()) {
                    add_row(&row[from..from + len], &mut sum[..len], missing, |v, i| map(v, from + i));
                }
            }
            if block.len() == BLOCK {
                let folded = self.folded.get_or_insert_with(|| Box::new([[0.0; TILE]; LANES]));
                for (folded, sum) in folded.as_flattened_mut().iter_mut().zip(self.sum.as_flattened_mut()) {
                    *folded += *sum;
                    *sum = 0.0;
                }
            }
        }
        if let Some(folded) = &self.folded {
            for (folded, sum) in folded.as_flattened().iter().zip(self.sum.as_flattened_mut()) {
                *sum += *folded;
            }
        }
        let mut lane = [0.0; LANES];
        for (i, total) in sum.iter_mut().enumerate() {
            for (accumulator, row) in lane.iter_mut().zip(self.sum.iter()) {
                *accumulator = row[i];
            }
            *total += tree(&mut lane);
        }
    }
}

fn add_row<T: Number>(row: &[T], sum: &mut [f64], missing: &mut [u64], map: impl Fn(f64, usize) -> f64) {
    let mut gaps = false;
    for (i, (sum, value)) in sum.iter_mut().zip(row).enumerate() {
        let value = map(value.f64(), i);
        let valid = !value.is_nan();
        *sum += if valid { value } else { 0.0 };
        gaps |= !valid;
    }
    if gaps {
        for (i, (missing, value)) in missing.iter_mut().zip(row).enumerate() {
            *missing += u64::from(map(value.f64(), i).is_nan());
        }
    }
}
