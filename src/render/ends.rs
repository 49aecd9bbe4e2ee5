//! Least and largest of very many numbers, as fast as memory gives them.

use crate::sys::{Kernel, in_parts, wide};

/// Numbers looked at together: several passes over so few find them in the nearest cache, and each
/// pass is one that compilers know to make wide.
pub(super) const BLOCK: usize = 1024;
/// Fewer numbers are not worth a thread.
pub(super) const PART: usize = 500_000;
/// Running extremes next to each other, so that none waits for the one before.
const LANES: usize = 16;
/// Ends of nothing.
pub(super) const NONE: [f64; 2] = [f64::INFINITY, f64::NEG_INFINITY];

/// Least and largest finite value.
pub(super) fn range(values: &[f64]) -> Option<[f64; 2]> {
    let parts = in_parts(values.len(), BLOCK, PART, |part| {
        values[part].chunks(BLOCK).map(|block| wide(Finite(block))).fold(NONE, join)
    });
    let [low, high] = parts.into_iter().fold(NONE, join);
    (low <= high).then_some([low, high])
}

/// Ends of both.
#[inline(always)]
pub(super) fn join([a, b]: [f64; 2], [c, d]: [f64; 2]) -> [f64; 2] {
    [a.min(c), b.max(d)]
}

struct Finite<'a>(&'a [f64]);

impl Kernel for Finite<'_> {
    type Out = [f64; 2];

    #[inline(always)]
    fn run(self) -> [f64; 2] {
        let [low, high] = of(self.0);
        // Infinite ones are looked for only where there are any.
        if low > f64::NEG_INFINITY && high < f64::INFINITY {
            return [low, high];
        }
        within(self.0.iter().copied(), [f64::MIN, f64::MAX])
    }
}

/// Least and largest of what is not NaN.
#[inline(always)]
pub(super) fn of(values: &[f64]) -> [f64; 2] {
    let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for k in 0..LANES {
            low[k] = if chunk[k] < low[k] { chunk[k] } else { low[k] };
        }
    }
    for chunk in chunks {
        for k in 0..LANES {
            high[k] = if chunk[k] > high[k] { chunk[k] } else { high[k] };
        }
    }
    let least = low.iter().chain(rest).copied().fold(f64::INFINITY, f64::min);
    [least, high.iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max)]
}

/// Whether there is neither NaN nor an infinite one.
#[inline(always)]
pub(super) fn all_finite(values: &[f64]) -> bool {
    // Nothing of each: 0, or NaN of what is not finite.
    let mut sums = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for k in 0..LANES {
            sums[k] += chunk[k] * 0.0;
        }
    }
    sums.iter().all(|sum| *sum == 0.0) && rest.iter().all(|v| v.is_finite())
}

/// Least and largest of what lies within bounds.
#[inline(always)]
pub(super) fn within(values: impl Iterator<Item = f64>, [least, most]: [f64; 2]) -> [f64; 2] {
    values.filter(|v| *v >= least && *v <= most).fold(NONE, |ends, v| join(ends, [v, v]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_leave_out_what_is_not_finite() {
        let mut values = vec![f64::NAN; 40];
        assert_eq!(range(&values), None);
        values[11] = -2.0;
        assert_eq!(range(&values), Some([-2.0, -2.0]));
        (values[3], values[39]) = (f64::INFINITY, 5e-324);
        assert_eq!(range(&values), Some([-2.0, 5e-324]));
        assert_eq!(range(&[f64::NEG_INFINITY]), None);
    }

    #[test]
    fn what_is_not_finite_is_seen_at_every_place() {
        for len in [0, 1, 15, 16, 17, 40] {
            let mut values = vec![1e300; len];
            assert!(all_finite(&values));
            for at in 0..len {
                for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    values[at] = odd;
                    assert!(!all_finite(&values), "{at} of {len}");
                }
                values[at] = 1e300;
            }
        }
    }
}
