//! Rows of different lengths (HDF5's variable-length sequences) as the one array of all their
//! elements: CF's contiguous ragged form.

use super::block::{Block, Sink};
use super::disk::Window;
use super::fault::Fault;
use super::header::uint;
use super::heap::Heaps;
use std::ops::Range;
use std::sync::Arc;

/// References read at once, at least.
const STEP: usize = 4096;

/// References read at once, at most, unless a row of the dataset has more.
const MOST: usize = 1 << 20;

/// Where the elements of the rows are.
#[derive(Debug)]
pub(in crate::source) struct Rows {
    /// The dataset of the references.
    refs: Arc<Block>,
    /// First byte of the references in an element, and how many there are.
    offset: usize,
    per: usize,
    /// Indices along the first axis of the dataset read at once.
    step: usize,
    /// The number of elements before each step, and of all.
    starts: Vec<u64>,
}

impl Rows {
    /// Reads the lengths of the rows that `per` references from byte `offset` of each element on lead
    /// to, of elements of `size` bytes.
    ///
    /// # Errors
    /// If they cannot be read, or claim more than the file can hold.
    pub(super) fn new(refs: Arc<Block>, offset: usize, per: usize, size: usize) -> Result<Self, Fault> {
        let row = refs.extent.iter().skip(1).try_fold(per, |n, d| n.checked_mul(*d));
        let row = row.ok_or_else(|| Fault::Broken("its shape overflows".to_owned()))?;
        let count = row.checked_mul(refs.extent.first().copied().unwrap_or(1));
        // Chunks of nothing shrink well; still, a small file cannot have very many rows.
        let most = refs.disk.len().saturating_mul(64);
        if count.is_none_or(|n| n as u64 > most) {
            return Err(Fault::Broken("it claims more rows than the file can hold".to_owned()));
        }
        let step = refs.first_chunk().max(STEP / row.max(1)).min(MOST / row.max(1)).max(1);
        let mut rows = Self { refs, offset, per, step, starts: vec![0] };
        let mut total = 0_u64;
        for i in 0..rows.steps() {
            for reference in rows.references(i)?.chunks_exact(rows.width()) {
                total += uint(&reference[..4]);
            }
            rows.starts.push(total);
        }
        if total.checked_mul(size as u64).is_none_or(|bytes| bytes > rows.refs.disk.len()) {
            return Err(Fault::Broken("its rows claim more elements than the file can hold".to_owned()));
        }
        Ok(rows)
    }

    /// The number of elements.
    pub(super) fn total(&self) -> usize {
        self.starts.last().map_or(0, |n| usize::try_from(*n).unwrap_or(usize::MAX))
    }

    /// Bytes of a reference.
    fn width(&self) -> usize {
        8 + usize::from(self.refs.widths.0)
    }

    fn steps(&self) -> usize {
        self.refs.extent.first().map_or(1, |n| n.div_ceil(self.step))
    }

    /// The references of one step, row-major.
    fn references(&self, step: usize) -> Result<Vec<u8>, Fault> {
        let mut ranges: Vec<Range<usize>> = self.refs.extent.iter().map(|n| 0..*n).collect();
        if let Some(first) = ranges.first_mut() {
            *first = step * self.step..first.end.min((step + 1) * self.step);
        }
        let one = self.width() * self.per;
        let count = ranges.iter().map(ExactSizeIterator::len).product::<usize>().checked_mul(one);
        let mut out = Vec::new();
        let bytes = count.ok_or_else(|| Fault::Broken("its shape overflows".to_owned()))?;
        out.try_reserve_exact(bytes).map_err(|e| Fault::Broken(e.to_string()))?;
        out.resize(bytes, 0);
        let mut sink = References { offset: self.offset, elem: self.refs.elem, one, out: &mut out };
        self.refs.visit(&ranges, &mut sink)?;
        Ok(out)
    }

    /// Hands elements `range`, of `size` bytes each, to `sink`, which counts from the first of them.
    ///
    /// # Errors
    /// If the references or what they lead to are broken.
    pub(super) fn visit(&self, range: &Range<usize>, size: usize, sink: &mut dyn Sink) -> Result<(), Fault> {
        let storage = Window::cached(&self.refs.disk, self.refs.base, 64)?;
        let mut heaps = Heaps::new(storage, self.refs.widths);
        let first = self.starts.partition_point(|start| *start <= range.start as u64).saturating_sub(1);
        for step in first..self.steps() {
            let mut at = self.starts[step] as usize;
            if at >= range.end {
                break;
            }
            for reference in self.references(step)?.chunks_exact(self.width()) {
                let end = at + uint(&reference[..4]) as usize;
                let (from, to) = (at.max(range.start), end.min(range.end));
                if from < to {
                    let row = heaps.sequence(reference, size)?;
                    let piece = row.get((from - at) * size..(to - at) * size);
                    let piece = piece.ok_or_else(|| Fault::Broken("a row leads nowhere".to_owned()))?;
                    sink.put(from - range.start, piece)?;
                }
                at = end;
            }
        }
        Ok(())
    }
}

/// Takes the references out of elements.
struct References<'a> {
    offset: usize,
    elem: usize,
    /// Bytes of the references of an element.
    one: usize,
    out: &'a mut [u8],
}

impl Sink for References<'_> {
    fn put(&mut self, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        let out = self.out[at * self.one..].chunks_exact_mut(self.one);
        for (out, element) in out.zip(bytes.chunks_exact(self.elem)) {
            let references = element.get(self.offset..self.offset + self.one);
            let outside = || Fault::Broken("a member lies outside its element".to_owned());
            out.copy_from_slice(references.ok_or_else(outside)?);
        }
        Ok(())
    }
}
