//! The sum of one lane: element `i` goes to accumulator `i mod 32`, and every 65536 elements the
//! accumulators are folded into a second level (errors grow as those of pairwise summation, within
//! 1e-12 of numpy's); at the end the 32 are added as a fixed tree.

use super::Number;

/// Accumulators of a lane.
pub(super) const LANES: usize = 32;
/// Elements after which accumulators are folded.
pub(super) const BLOCK: usize = 1 << 16;
/// Chunks of [`LANES`] elements that are added before a look whether NaN was among them.
const LOOK: usize = 128;

/// A lane's accumulators.
pub(super) struct Lane {
    sum: [f64; LANES],
    folded: [f64; LANES],
    count: u64,
    seen: usize,
    /// The last elements had NaN among them.
    gaps: bool,
}

impl Lane {
    pub(super) fn new() -> Self {
        Self { sum: [0.0; LANES], folded: [0.0; LANES], count: 0, seen: 0, gaps: false }
    }

    pub(super) fn one(&mut self, value: f64) {
        let lane = self.seen % LANES;
        let valid = !value.is_nan();
        self.sum[lane] += if valid { value } else { 0.0 };
        self.count += u64::from(valid);
        self.seen += 1;
        if self.seen.is_multiple_of(BLOCK) {
            self.fold();
        }
    }

    fn fold(&mut self) {
        for (folded, sum) in self.folded.iter_mut().zip(&mut self.sum) {
            *folded += *sum;
            *sum = 0.0;
        }
    }

    pub(super) fn slice<T: Number>(&mut self, slice: &[T], map: impl Fn(f64) -> f64) {
        let head = (LANES - self.seen % LANES) % LANES;
        let (head, rest) = slice.split_at(head.min(slice.len()));
        head.iter().for_each(|value| self.one(map(value.f64())));
        let (chunks, tail) = rest.as_chunks::<LANES>();
        let mut at = 0;
        while at < chunks.len() {
            let until = (BLOCK - self.seen % BLOCK) / LANES;
            let some = &chunks[at..chunks.len().min(at + until.min(LOOK))];
            self.chunks(some, &map);
            self.seen += some.len() * LANES;
            at += some.len();
            if self.seen.is_multiple_of(BLOCK) {
                self.fold();
            }
        }
        if self.seen.is_multiple_of(LANES) && tail.len() < LANES && !tail.is_empty() {
            for (sum, value) in self.sum.iter_mut().zip(tail) {
                let value = map(value.f64());
                let valid = !value.is_nan();
                *sum += if valid { value } else { 0.0 };
                self.count += u64::from(valid);
            }
            self.seen += tail.len();
        }
    }

    /// Adds whole chunks. NaN makes itself felt in a sum, which is then made again without.
    fn chunks<T: Number>(&mut self, chunks: &[[T; LANES]], map: &impl Fn(f64) -> f64) {
        if !self.gaps {
            let mut sum = self.sum;
            for chunk in chunks {
                for (sum, value) in sum.iter_mut().zip(chunk) {
                    *sum += map(value.f64());
                }
            }
            if !any_nan(&sum) {
                self.sum = sum;
                self.count += (chunks.len() * LANES) as u64;
                return;
            }
        }
        let mut sum = self.sum;
        let mut count = [0_u64; LANES];
        for chunk in chunks {
            for ((sum, count), value) in sum.iter_mut().zip(&mut count).zip(chunk) {
                let value = map(value.f64());
                let valid = !value.is_nan();
                *sum += if valid { value } else { 0.0 };
                *count += u64::from(valid);
            }
        }
        self.sum = sum;
        let count: u64 = count.iter().sum();
        self.count += count;
        self.gaps = count < (chunks.len() * LANES) as u64;
    }

    /// The sum and how many elements it has; then the next lane begins.
    pub(super) fn finish(&mut self) -> (f64, u64) {
        // Where nothing was folded yet, 0 + x is x: a sum that began with 0 is never -0.
        if self.seen >= BLOCK {
            self.fold();
            std::mem::swap(&mut self.sum, &mut self.folded);
            self.folded = [0.0; LANES];
        }
        let result = (tree(&mut self.sum), self.count);
        self.sum = [0.0; LANES];
        (self.count, self.seen) = (0, 0);
        result
    }
}

/// Whether any is NaN.
pub(super) fn any_nan(values: &[f64]) -> bool {
    values.iter().fold(false, |any, value| any | value.is_nan())
}

/// The sum of 32 accumulators; they are used up.
pub(super) fn tree(sum: &mut [f64; LANES]) -> f64 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sum[i] += sum[i + half];
        }
        half /= 2;
    }
    sum[0]
}
