//! A leaf's demand as blocks: the product of its ranges, coalesced where there would be too many.

use crate::data::{LeafDemand, Slab};
use std::ops::Range;

/// Ranges per axis; their product are the blocks, row-major.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blocks {
    axes: Vec<Vec<Range<usize>>>,
}

impl Blocks {
    /// The blocks of a demand on a leaf of `shape`; `None` if it does not fit the shape.
    ///
    /// A demand of very many small ranges is [widened](LeafDemand::widened).
    pub(super) fn new(demand: &LeafDemand, shape: &[usize]) -> Option<Self> {
        if demand.0.len() != shape.len() || demand.0.iter().zip(shape).any(|(set, len)| set.hull().end > *len)
        {
            return None;
        }
        let axes = demand.widened().0.iter().map(|set| set.ranges().to_vec()).collect();
        Some(Self { axes })
    }

    /// Cuts the ranges of an axis at `starts` (rising), so that no block lies on both sides of one.
    pub(super) fn cut(&mut self, axis: usize, starts: &[usize]) {
        let Some(ranges) = self.axes.get_mut(axis) else { return };
        let mut pieces = Vec::with_capacity(ranges.len());
        for range in ranges.iter() {
            let mut begin = range.start;
            let first = starts.partition_point(|start| *start <= range.start);
            for start in starts[first..].iter().take_while(|start| **start < range.end) {
                if *start > begin {
                    pieces.push(begin..*start);
                    begin = *start;
                }
            }
            pieces.push(begin..range.end);
        }
        *ranges = pieces;
    }

    /// The blocks that lie in `within` along an axis, counted from its start, and their numbers
    /// among all.
    pub(super) fn part(&self, axis: usize, within: &Range<usize>) -> (Self, Vec<usize>) {
        let ranges = &self.axes[axis];
        let first = ranges.partition_point(|range| range.start < within.start);
        let last = ranges.partition_point(|range| range.start < within.end);
        let mut part = self.clone();
        part.axes[axis] =
            ranges[first..last].iter().map(|r| r.start - within.start..r.end - within.start).collect();
        let lens: Vec<usize> = part.axes.iter().map(Vec::len).collect();
        let number = |at: Vec<usize>| {
            at.iter().enumerate().fold(0, |number, (i, step)| {
                number * self.axes[i].len() + step + if i == axis { first } else { 0 }
            })
        };
        (part, product(&lens).map(number).collect())
    }

    /// Ranges of each axis.
    pub(super) fn axes(&self) -> &[Vec<Range<usize>>] {
        &self.axes
    }

    /// Number of elements of all blocks; `None` if it does not fit.
    pub(super) fn elements(&self) -> Option<usize> {
        self.axes
            .iter()
            .try_fold(1_usize, |n, ranges| n.checked_mul(ranges.iter().map(ExactSizeIterator::len).sum()))
    }

    /// The blocks.
    pub(super) fn slabs(&self) -> Vec<Slab> {
        product(&self.axes.iter().map(Vec::len).collect::<Vec<_>>())
            .map(|at| Slab(at.iter().zip(&self.axes).map(|(i, ranges)| ranges[*i].clone()).collect()))
            .collect()
    }
}

/// All index tuples below `lens`, row-major; the empty tuple for no axes.
pub(super) fn product(lens: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let lens = lens.to_vec();
    let mut next = (!lens.contains(&0)).then(|| vec![0; lens.len()]);
    std::iter::from_fn(move || {
        let current = next.clone()?;
        let mut after = current.clone();
        next = None;
        for axis in (0..lens.len()).rev() {
            after[axis] += 1;
            if after[axis] < lens[axis] {
                next = Some(after);
                break;
            }
            after[axis] = 0;
        }
        Some(current)
    })
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "an axis with one range")]
mod tests {
    use super::*;
    use crate::data::IndexSet;

    #[test]
    fn blocks_are_the_product_of_ranges_row_major() {
        let demand = LeafDemand(vec![IndexSet::from_indices([0, 1, 4]), IndexSet::from_ranges([2..5])]);
        let blocks = Blocks::new(&demand, &[5, 6]).unwrap();
        assert_eq!(blocks.slabs(), [Slab(vec![0..2, 2..5]), Slab(vec![4..5, 2..5])]);
        assert_eq!(blocks.elements(), Some(9));
    }

    #[test]
    fn scalars_are_one_block_and_nothing_is_none() {
        assert_eq!(Blocks::new(&LeafDemand(vec![]), &[]).unwrap().slabs(), [Slab(vec![])]);
        let nothing = LeafDemand(vec![IndexSet::empty(), IndexSet::all(3)]);
        let blocks = Blocks::new(&nothing, &[2, 3]).unwrap();
        assert_eq!((blocks.slabs().len(), blocks.elements()), (0, Some(0)));
    }

    #[test]
    fn a_demand_outside_the_shape_is_refused() {
        assert_eq!(Blocks::new(&LeafDemand::all(&[4]), &[3]), None);
        assert_eq!(Blocks::new(&LeafDemand::all(&[4]), &[4, 1]), None);
    }

    #[test]
    fn blocks_are_cut_where_parts_begin_and_sorted_by_parts() {
        let demand = LeafDemand(vec![IndexSet::all(2), IndexSet::from_ranges([1..6, 8..9])]);
        let mut blocks = Blocks::new(&demand, &[2, 9]).unwrap();
        blocks.cut(1, &[0, 3, 3, 6, 9]);
        assert_eq!(blocks.axes()[1], [1..3, 3..6, 8..9]);
        let (part, numbers) = blocks.part(1, &(3..6));
        assert_eq!((part.slabs(), numbers), (vec![Slab(vec![0..2, 0..3])], vec![1]));
        let (part, numbers) = blocks.part(1, &(6..9));
        assert_eq!((part.slabs(), numbers), (vec![Slab(vec![0..2, 2..3])], vec![2]));
        assert!(blocks.part(1, &(3..3)).1.is_empty());
    }

    #[test]
    fn a_demand_of_very_many_ranges_is_widened_but_complete() {
        let every_other = IndexSet::from_indices((0..100_000).step_by(2));
        let demand = LeafDemand(vec![every_other.clone(), every_other]);
        let blocks = Blocks::new(&demand, &[100_000, 100_000]).unwrap();
        assert!(blocks.axes().iter().all(|ranges| ranges.len() < 128), "{:?}", blocks.axes()[0].len());
        for ranges in blocks.axes() {
            assert!(
                demand.0[0].ranges().iter().all(|want| {
                    ranges.iter().any(|have| have.start <= want.start && want.end <= have.end)
                })
            );
        }
    }
}
