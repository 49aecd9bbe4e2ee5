//! Which elements of an array are meant: boxes and per-axis index sets.

use std::ops::Range;

/// A box of an array: one half-open index range an axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slab(pub Vec<Range<usize>>);

impl Slab {
    /// All of an array of this shape.
    pub fn all(shape: &[usize]) -> Self {
        Self(shape.iter().map(|n| 0..*n).collect())
    }

    /// Lengths along the axes.
    pub fn shape(&self) -> Vec<usize> {
        self.0.iter().map(ExactSizeIterator::len).collect()
    }

    /// Number of elements; 1 for no axes.
    pub fn count(&self) -> usize {
        self.shape().iter().product()
    }

    /// Whether the box lies in an array of this shape.
    pub fn fits(&self, shape: &[usize]) -> bool {
        self.0.len() == shape.len() && self.0.iter().zip(shape).all(|(r, n)| r.start <= r.end && r.end <= *n)
    }
}

/// Indices along one axis: sorted, disjoint, non-touching, non-empty ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IndexSet(Vec<Range<usize>>);

impl IndexSet {
    /// No index.
    pub fn empty() -> Self {
        Self::default()
    }

    /// All of `0..n`.
    pub fn all(n: usize) -> Self {
        Self::from_ranges(std::iter::once(0..n))
    }

    /// The union of ranges, in any order.
    pub fn from_ranges<I: IntoIterator<Item = Range<usize>>>(ranges: I) -> Self {
        let mut sorted: Vec<Range<usize>> = ranges.into_iter().filter(|r| r.start < r.end).collect();
        sorted.sort_by_key(|r| (r.start, r.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(sorted.len());
        for range in sorted {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Self(merged)
    }

    /// The set of single indices, in any order.
    pub fn from_indices<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        Self::from_ranges(indices.into_iter().map(|i| i..i + 1))
    }

    /// The ranges.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.0
    }

    /// Number of indices.
    pub fn count(&self) -> usize {
        self.0.iter().map(ExactSizeIterator::len).sum()
    }

    /// Whether `i` is in it.
    pub fn contains(&self, i: usize) -> bool {
        self.0.iter().any(|r| r.contains(&i))
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_ranges(self.0.iter().chain(&other.0).cloned())
    }

    /// With the smallest gaps closed, so that at most `cap` ranges are left (one at least).
    #[must_use]
    pub fn coalesced(&self, cap: usize) -> Self {
        let ranges = &self.0;
        if ranges.len() <= cap.max(1) {
            return self.clone();
        }
        let cap = cap.max(1);
        let mut gaps: Vec<(usize, usize)> =
            ranges.windows(2).enumerate().map(|(i, pair)| (pair[1].start - pair[0].end, i)).collect();
        gaps.sort_unstable();
        let mut closed = vec![false; ranges.len()];
        for (_, i) in &gaps[..ranges.len() - cap] {
            closed[*i] = true;
        }
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(cap);
        let mut join = false;
        for (range, closes) in ranges.iter().zip(closed) {
            match merged.last_mut() {
                Some(last) if join => last.end = range.end,
                _ => merged.push(range.clone()),
            }
            join = closes;
        }
        Self(merged)
    }

    /// The smallest single range that holds all; `0..0` if empty.
    pub fn hull(&self) -> Range<usize> {
        match (self.0.first(), self.0.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "index sets are lists of ranges")]
    fn index_sets_merge_what_touches() {
        let set = IndexSet::from_ranges([5..7, 0..2, 2..3, 6..9, 4..4]);
        assert_eq!(set.ranges(), [0..3, 5..9]);
        assert_eq!(set.count(), 7);
        assert_eq!(set.union(&IndexSet::from_indices([3, 4])).ranges(), [0..9]);
        assert_eq!(set.hull(), 0..9);
    }

    #[test]
    fn smallest_gaps_close_first() {
        let set = IndexSet::from_ranges([0..1, 2..3, 10..11, 13..14, 30..31]);
        assert_eq!(set.coalesced(3).ranges(), [0..3, 10..14, 30..31]);
    }
}
