//! A leaf's blocks as units of reading, for many cores: large blocks split along their first axis,
//! small ones that share a chunk read together.

use super::super::blocks::{Blocks, product};
use crate::data::Slab;
use crate::source::Storage;
use std::ops::Range;

/// Blocks larger than this are split.
const PIECE: usize = 8 << 20;
/// The most that is decoded aside in order to serve several blocks at once.
const ASIDE: usize = 16 << 20;
/// The same where a reader may have to decode everything for each of more than [`FEW`] blocks.
const ASIDE_OPAQUE: usize = 256 << 20;
/// So few blocks are read one by one rather than that much is held.
const FEW: usize = 4;

/// One call of a reader, and where its result goes.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    /// What is read.
    pub(super) read: Slab,
    /// Boxes inside it with their buffers; a single one that equals `read` is filled directly.
    pub(super) targets: Vec<Target<'a>>,
}

/// A box to be filled, row-major.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// The leaf's block that it is (a piece of).
    pub(super) block: usize,
    /// Its indices in the leaf.
    pub(super) slab: Slab,
    /// Its memory.
    pub(super) out: &'a mut [u8],
}

impl Unit<'_> {
    /// Whether the reader can fill the one target directly.
    pub(super) fn is_direct(&self) -> bool {
        matches!(&self.targets[..], [target] if target.slab == self.read)
    }

    /// Bytes of all targets.
    pub(super) fn bytes(&self) -> usize {
        self.targets.iter().map(|target| target.out.len()).sum()
    }
}

/// The units of a leaf with elements of `item` bytes, which decode at most `aside` aside. `outs` are the buffers of its blocks, in order.
pub(super) fn units<'a>(
    blocks: &Blocks,
    storage: &Storage,
    item: usize,
    aside: Option<usize>,
    outs: impl IntoIterator<Item = &'a mut [u8]>,
) -> Vec<Unit<'a>> {
    let axes = blocks.axes();
    let mut targets: Vec<Option<Target<'a>>> = blocks
        .slabs()
        .into_iter()
        .zip(outs)
        .enumerate()
        .map(|(block, (slab, out))| Some(Target { block, slab, out }))
        .collect();
    let mut groups: Vec<Vec<Range<usize>>> =
        axes.iter().enumerate().map(|(axis, ranges)| together(ranges, axis, storage)).collect();
    let hull =
        |group: &Range<usize>, ranges: &[Range<usize>]| ranges[group.start].start..ranges[group.end - 1].end;
    let largest = axes.iter().zip(&groups).try_fold(item, |n, (ranges, groups)| {
        n.checked_mul(groups.iter().map(|group| hull(group, ranges).len()).max().unwrap_or(0))
    });
    let opaque = matches!(storage, Storage::Opaque) && targets.len() > FEW;
    let most = if opaque { ASIDE_OPAQUE } else { ASIDE };
    let most = aside.map_or(most, |aside| most.min(aside));
    if largest.is_none_or(|bytes| bytes > most) {
        groups = axes.iter().map(|ranges| (0..ranges.len()).map(|i| i..i + 1).collect()).collect();
    }
    let mut units = Vec::new();
    for at in product(&groups.iter().map(Vec::len).collect::<Vec<_>>()) {
        let group: Vec<&Range<usize>> = at.iter().zip(&groups).map(|(i, groups)| &groups[*i]).collect();
        let read = Slab(group.iter().zip(axes).map(|(group, ranges)| hull(group, ranges)).collect());
        let mut members = Vec::new();
        for member in product(&group.iter().map(|group| group.len()).collect::<Vec<_>>()) {
            let number = member
                .iter()
                .enumerate()
                .fold(0, |n, (axis, i)| n * axes[axis].len() + group[axis].start + i);
            members.extend(targets.get_mut(number).and_then(Option::take));
        }
        let unit = Unit { read, targets: members };
        if unit.is_direct() { split(unit, storage, item, &mut units) } else { units.push(unit) }
    }
    units
}

/// Which ranges of an axis are read together, as ranges of their numbers.
fn together(ranges: &[Range<usize>], axis: usize, storage: &Storage) -> Vec<Range<usize>> {
    let shared = |left: &Range<usize>, right: &Range<usize>| match storage {
        // The parts of a joined array are taken one by one; whoever reads a grid says how.
        Storage::Contiguous { .. } | Storage::Joined(_) | Storage::Cells(_) => false,
        // Such a reader may have to decode everything for any part.
        Storage::Opaque => true,
        Storage::Chunked { chunk, .. } => match chunk.get(axis) {
            Some(chunk) if *chunk > 0 => (left.end - 1) / chunk == right.start / chunk,
            _ => false,
        },
    };
    let mut groups: Vec<Range<usize>> = Vec::new();
    for i in 0..ranges.len() {
        match groups.last_mut() {
            Some(last) if shared(&ranges[i - 1], &ranges[i]) => last.end = i + 1,
            _ => groups.push(i..i + 1),
        }
    }
    groups
}

/// Splits a large direct unit along its first axis that is longer than 1, at chunk boundaries.
fn split<'a>(unit: Unit<'a>, storage: &Storage, item: usize, units: &mut Vec<Unit<'a>>) {
    let Unit { read, mut targets } = unit;
    let axis = read.0.iter().position(|range| range.len() > 1);
    let bytes = targets.first().map_or(0, |target| target.out.len());
    let (Some(axis), false, true) = (axis, matches!(storage, Storage::Opaque), bytes > PIECE) else {
        units.push(Unit { read, targets });
        return;
    };
    let row: usize = read.0[axis + 1..].iter().map(ExactSizeIterator::len).product::<usize>() * item;
    let chunk = match storage {
        Storage::Chunked { chunk, .. } => chunk.get(axis).copied().unwrap_or(1).max(1),
        _ => 1,
    };
    let rows = (PIECE / row.max(1)).max(1).next_multiple_of(chunk);
    let Some(Target { block, mut out, .. }) = targets.pop() else { return };
    let mut start = read.0[axis].start;
    while start < read.0[axis].end {
        let end = ((start / chunk) * chunk).saturating_add(rows).min(read.0[axis].end);
        let (piece, rest) = std::mem::take(&mut out).split_at_mut((end - start) * row);
        let mut slab = read.clone();
        slab.0[axis] = start..end;
        units.push(Unit { read: slab.clone(), targets: vec![Target { block, slab, out: piece }] });
        (out, start) = (rest, end);
    }
}

/// Copies the box `inner` out of the row-major values of the box `outer`, which holds it.
pub(super) fn copy_box(outer: &Slab, from: &[u8], inner: &Slab, item: usize, to: &mut [u8]) {
    let rank = outer.0.len();
    let run = inner.0.last().map_or(1, ExactSizeIterator::len) * item;
    if run == 0 {
        return;
    }
    let mut strides = vec![item; rank];
    for axis in (1..rank).rev() {
        strides[axis - 1] = strides[axis] * outer.0[axis].len();
    }
    let rows: Vec<usize> = inner.0.iter().take(rank.saturating_sub(1)).map(ExactSizeIterator::len).collect();
    for (at, out) in product(&rows).zip(to.chunks_exact_mut(run)) {
        let offset: usize = (0..rank)
            .map(|axis| {
                (inner.0[axis].start - outer.0[axis].start + at.get(axis).unwrap_or(&0)) * strides[axis]
            })
            .sum();
        out.copy_from_slice(&from[offset..offset + run]);
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "an axis with one range")]
mod tests {
    use super::*;
    use crate::data::{IndexSet, LeafDemand};

    fn plan(demand: LeafDemand, shape: &[usize], storage: &Storage, item: usize) -> Vec<(Slab, usize, bool)> {
        let blocks = Blocks::new(&demand, shape).unwrap();
        let mut buffers: Vec<Vec<u8>> =
            blocks.slabs().iter().map(|slab| vec![0; slab.count() * item]).collect();
        units(&blocks, storage, item, None, buffers.iter_mut().map(|b| &mut b[..]))
            .iter()
            .map(|unit| (unit.read.clone(), unit.targets.len(), unit.is_direct()))
            .collect()
    }

    fn chunked(chunk: &[usize]) -> Storage {
        Storage::Chunked { chunk: chunk.to_vec(), filters: Vec::new() }
    }

    #[test]
    fn blocks_of_one_chunk_are_read_together() {
        let demand = || LeafDemand(vec![IndexSet::from_indices([0, 2, 4, 9]), IndexSet::all(3)]);
        let read = plan(demand(), &[10, 3], &chunked(&[5, 3]), 8);
        assert_eq!(read, [(Slab(vec![0..5, 0..3]), 3, false), (Slab(vec![9..10, 0..3]), 1, true)]);
        assert_eq!(plan(demand(), &[10, 3], &Storage::Opaque, 8), [(Slab(vec![0..10, 0..3]), 4, false)]);
        assert_eq!(plan(demand(), &[10, 3], &Storage::Contiguous { offset: 0 }, 8).len(), 4);
    }

    #[test]
    fn no_more_is_read_aside_than_is_allowed() {
        let demand = LeafDemand(vec![IndexSet::from_indices([0, 2, 4, 6, 9]), IndexSet::all(3)]);
        let blocks = Blocks::new(&demand, &[10, 3]).unwrap();
        for (aside, reads) in [(Some(239), 5), (Some(240), 1), (None, 1)] {
            let mut buffers: Vec<Vec<u8>> =
                blocks.slabs().iter().map(|slab| vec![0; slab.count() * 8]).collect();
            let outs = buffers.iter_mut().map(|buffer| &mut buffer[..]);
            assert_eq!(units(&blocks, &Storage::Opaque, 8, aside, outs).len(), reads, "{aside:?}");
        }
    }

    #[test]
    fn large_blocks_are_split_at_chunk_boundaries() {
        let all = LeafDemand(vec![IndexSet::from_ranges([5..1000]), IndexSet::all(4096)]);
        let read = plan(all, &[1000, 4096], &chunked(&[100, 4096]), 8);
        let rows: Vec<_> = read.iter().map(|(slab, _, _)| slab.0[0].clone()).collect();
        assert_eq!(rows[0], 5..300, "8 MiB are 256 rows, rounded up to whole chunks");
        assert!(rows.windows(2).all(|pair| pair[0].end == pair[1].start && pair[1].start % 100 == 0));
        assert_eq!(rows.last().unwrap().end, 1000);
        let one_step = LeafDemand(vec![IndexSet::from_indices([3]), IndexSet::all(4096), IndexSet::all(512)]);
        let read = plan(one_step, &[9, 4096, 512], &Storage::Contiguous { offset: 0 }, 8);
        assert_eq!(read.len(), 2);
        assert_eq!(read[1].0, Slab(vec![3..4, 2048..4096, 0..512]));
    }

    #[test]
    fn a_box_is_copied_out_of_a_larger_one() {
        let outer = Slab(vec![2..5, 1..5]);
        let from: Vec<u8> = (0..12).collect();
        let mut to = vec![0; 4];
        copy_box(&outer, &from, &Slab(vec![3..5, 2..4]), 1, &mut to);
        assert_eq!(to, [5, 6, 9, 10]);
        let mut scalar = [0; 2];
        copy_box(&Slab(vec![]), &[7, 8], &Slab(vec![]), 2, &mut scalar);
        assert_eq!(scalar, [7, 8]);
    }
}
