//! Grids that are stored cell by cell: the last axis of a dataset is that of the cells, and is shown as
//! the axes `x`, `y`, `z` of a grid (Utopia's `content: grid`).
//!
//! Nothing is moved. Cells in C order are a grid as they lie; of cells in Fortran order the axes lie
//! the other way round, which is a matter of strides to whoever holds them in memory
//! ([`Cells::stored`]).

use super::{ArrayNode, SourceError, Storage, Tree};
use crate::data::{Dim, Slab, StrBuf};
use std::sync::Arc;

/// Bytes of cells that are held besides those that are wanted.
const ASIDE: usize = 4 << 20;

/// How a grid lies in its dataset.
#[derive(Clone, Debug)]
pub struct Cells {
    /// The dataset: `(cells)` or `(time, cells)`.
    raw: Arc<ArrayNode>,
    /// Whether the first axis of the grid varies fastest.
    fortran: bool,
}

impl PartialEq for Cells {
    fn eq(&self, other: &Self) -> bool {
        (self.raw.file, self.raw.item, self.fortran) == (other.raw.file, other.raw.item, other.fortran)
    }
}

impl Eq for Cells {}

impl Cells {
    /// The storage of an array whose last axes are the grid that the last axis of `raw` holds.
    pub(super) fn new(raw: Arc<ArrayNode>, fortran: bool) -> Self {
        Self { raw, fortran }
    }

    /// The axes of the whole in the order in which they lie, slowest first.
    pub fn axes(&self, rank: usize) -> Vec<usize> {
        let before = self.before();
        let grid: Vec<usize> =
            if self.fortran { (before..rank).rev().collect() } else { (before..rank).collect() };
        (0..before).chain(grid).collect()
    }

    /// `whole` with its axes as they lie ([`axes`](Self::axes)): whatever is read of it is in that order.
    pub fn stored(&self, whole: &ArrayNode) -> ArrayNode {
        let axes = self.axes(whole.shape.len());
        let storage = match &self.raw.storage {
            Storage::Contiguous { offset } => Storage::Contiguous { offset: *offset },
            _ => Storage::Cells(Arc::new(Self { raw: self.raw.clone(), fortran: false })),
        };
        ArrayNode {
            dims: axes.iter().map(|axis| whole.dims[*axis].clone()).collect::<Vec<Dim>>(),
            shape: axes.iter().map(|axis| whole.shape[*axis]).collect(),
            storage,
            ..whole.clone()
        }
    }

    /// The dataset.
    pub fn raw(&self) -> &ArrayNode {
        &self.raw
    }

    /// How `whole` is best read.
    pub fn best(&self, whole: &ArrayNode) -> Storage {
        match (self.chunk(whole), &self.raw.storage) {
            (Some(chunk), Storage::Chunked { filters, .. }) => {
                Storage::Chunked { chunk, filters: filters.clone() }
            }
            (Some(chunk), _) => Storage::Chunked { chunk, filters: Vec::new() },
            (None, _) => Storage::Opaque,
        }
    }

    /// The shape of a part of `whole` that is best read at once: that of chunks as far as they are
    /// boxes of the grid.
    pub(super) fn chunk(&self, whole: &ArrayNode) -> Option<Vec<usize>> {
        let stored = match &self.raw.storage {
            Storage::Chunked { chunk, .. } => chunk.clone(),
            Storage::Contiguous { .. } => self
                .raw
                .shape
                .iter()
                .enumerate()
                .map(|(i, len)| if i < self.before() { 1 } else { *len })
                .collect(),
            _ => return None,
        };
        let (cells, outer) = stored.split_last()?;
        let axes = self.axes(whole.shape.len());
        let mut chunk = vec![1; axes.len()];
        chunk[..outer.len()].copy_from_slice(outer);
        // As many whole rows, or whatever is faster, as a chunk holds.
        let mut faster = 1_usize;
        for axis in axes[self.before()..].iter().rev() {
            let len = whole.shape[*axis].max(1);
            chunk[*axis] = (cells / faster).clamp(1, len);
            faster = faster.saturating_mul(len);
        }
        Some(chunk)
    }

    /// Bytes of a chunk of the dataset, decoded; 0 if there are none.
    pub fn chunk_bytes(&self) -> u64 {
        let Storage::Chunked { chunk, .. } = &self.raw.storage else { return 0 };
        let size = self.raw.dtype.size().unwrap_or(1) as u64;
        chunk.iter().fold(size, |bytes, len| bytes.saturating_mul(*len as u64))
    }

    /// Axes before those of the grid.
    fn before(&self) -> usize {
        self.raw.shape.len().saturating_sub(1)
    }

    /// Decodes the box `slab` of `whole`; see [`Tree::read_into`], which has checked both.
    pub(super) fn read_into(
        &self,
        tree: &Tree,
        whole: &ArrayNode,
        slab: &Slab,
        out: &mut [u8],
    ) -> Result<(), SourceError> {
        let size = whole.dtype.size().unwrap_or(1);
        let axes = self.axes(whole.shape.len());
        if axes.iter().enumerate().all(|(i, axis)| i == *axis) {
            return self.read_rows(tree, &whole.shape, slab, size, out);
        }
        let lying = Slab(axes.iter().map(|axis| slab.0[*axis].clone()).collect());
        let shape: Vec<usize> = axes.iter().map(|axis| whole.shape[*axis]).collect();
        let mut aside = vec![0; out.len()];
        self.read_rows(tree, &shape, &lying, size, &mut aside)?;
        let steps = steps(&axes, &lying);
        for (at, place) in Counter::new(&slab.shape()).zip(out.chunks_exact_mut(size)) {
            let from = at.iter().zip(&steps).map(|(i, step)| i * step).sum::<usize>() * size;
            place.copy_from_slice(&aside[from..from + size]);
        }
        Ok(())
    }

    /// The texts in the box `slab` of `whole`, row-major.
    pub(super) fn read_texts(
        &self,
        tree: &Tree,
        whole: &ArrayNode,
        slab: &Slab,
    ) -> Result<StrBuf, SourceError> {
        let axes = self.axes(whole.shape.len());
        let lying = Slab(axes.iter().map(|axis| slab.0[*axis].clone()).collect());
        let shape: Vec<usize> = axes.iter().map(|axis| whole.shape[*axis]).collect();
        let before = self.before();
        let (hull, rows) = cells(&shape[before..], &lying.0[before..]);
        let mut part = Slab(lying.0[..before].to_vec());
        part.0.push(hull.clone());
        let texts = tree.read_texts(&self.raw, &part)?;
        let (outer, len) =
            (part.0[..before].iter().map(ExactSizeIterator::len).product::<usize>(), hull.len());
        let width = lying.0.last().map_or(1, ExactSizeIterator::len);
        let held: Vec<&str> = (0..outer)
            .flat_map(|i| {
                rows.iter()
                    .flat_map(move |row| row - hull.start..row - hull.start + width)
                    .map(move |cell| i * len + cell)
            })
            .map(|i| texts.get(i))
            .collect();
        let steps = steps(&axes, &lying);
        Ok(Counter::new(&slab.shape())
            .map(|at| held[at.iter().zip(&steps).map(|(i, step)| i * step).sum::<usize>()])
            .collect())
    }

    /// Decodes a box of the array with axes as they lie, of this shape.
    fn read_rows(
        &self,
        tree: &Tree,
        shape: &[usize],
        slab: &Slab,
        size: usize,
        out: &mut [u8],
    ) -> Result<(), SourceError> {
        let before = self.before();
        let (hull, rows) = cells(&shape[before..], &slab.0[before..]);
        let outer = &slab.0[..before];
        let width = slab.0.last().map_or(1, ExactSizeIterator::len);
        let wanted = rows.len() * width;
        let mut part = Slab(outer.to_vec());
        part.0.push(hull.clone());
        if hull.len() == wanted {
            return tree.read_into(&self.raw, &part, out);
        }
        let (count, apart) =
            (outer.iter().map(ExactSizeIterator::len).product::<usize>(), self.are_apart(&rows, width));
        let step = (ASIDE / (hull.len() * size).max(1)).clamp(1, count.max(1));
        if apart {
            // No chunk holds cells of two rows.
            let mut aside = vec![0; count * width * size];
            for (i, row) in rows.iter().enumerate() {
                part.0[before] = *row..*row + width;
                tree.read_into(&self.raw, &part, &mut aside)?;
                for (from, to) in aside.chunks_exact(width * size).zip(out.chunks_exact_mut(wanted * size)) {
                    to[i * width * size..(i + 1) * width * size].copy_from_slice(from);
                }
            }
            return Ok(());
        }
        // There is at most one axis before the cells.
        let times = outer.first().cloned().unwrap_or(0..1);
        let mut aside = vec![0; step * hull.len() * size];
        for (piece, out) in times.clone().step_by(step).zip(out.chunks_mut(step * wanted * size)) {
            let last = (piece + step).min(times.end);
            if before == 1 {
                part.0[0] = piece..last;
            }
            let aside = &mut aside[..(last - piece) * hull.len() * size];
            tree.read_into(&self.raw, &part, aside)?;
            for (from, to) in aside.chunks_exact(hull.len() * size).zip(out.chunks_exact_mut(wanted * size)) {
                for (row, to) in rows.iter().zip(to.chunks_exact_mut(width * size)) {
                    let first = (row - hull.start) * size;
                    to.copy_from_slice(&from[first..first + width * size]);
                }
            }
        }
        Ok(())
    }

    /// Whether rows of `width` cells are so far from each other that they share no chunk.
    fn are_apart(&self, rows: &[usize], width: usize) -> bool {
        let cells = match &self.raw.storage {
            Storage::Chunked { chunk, .. } => chunk.last().copied().unwrap_or(usize::MAX),
            Storage::Contiguous { .. } => 1 << 12,
            _ => return false,
        };
        let gap = rows.windows(2).map(|pair| pair[1] - pair[0] - width).min();
        gap.is_some_and(|gap| gap >= cells)
    }
}

/// The cells of a box of a grid in C order: the range that holds them all, and where rows along the
/// last axis begin.
fn cells(grid: &[usize], slab: &[std::ops::Range<usize>]) -> (std::ops::Range<usize>, Vec<usize>) {
    let Some((last, slower)) = slab.split_last() else { return (0..1, vec![0]) };
    let width = grid.last().copied().unwrap_or(1);
    let lens: Vec<usize> = slower.iter().map(ExactSizeIterator::len).collect();
    let rows: Vec<usize> = Counter::new(&lens)
        .map(|at| {
            let row =
                at.iter().zip(slower).zip(grid).fold(0, |row, ((i, range), len)| row * len + range.start + i);
            row * width + last.start
        })
        .collect();
    match (rows.first(), rows.last()) {
        (Some(first), Some(end)) => (*first..end + last.len(), rows),
        _ => (0..0, rows),
    }
}

/// Per axis of the whole the elements from one index to the next in a box that lies as `axes` say.
fn steps(axes: &[usize], lying: &Slab) -> Vec<usize> {
    let mut steps = vec![0; axes.len()];
    let mut step = 1;
    for (axis, range) in axes.iter().zip(&lying.0).rev() {
        steps[*axis] = step;
        step *= range.len();
    }
    steps
}

/// All index tuples below some lengths, row-major.
struct Counter {
    lens: Vec<usize>,
    next: Option<Vec<usize>>,
}

impl Counter {
    fn new(lens: &[usize]) -> Self {
        Self { lens: lens.to_vec(), next: (!lens.contains(&0)).then(|| vec![0; lens.len()]) }
    }
}

impl Iterator for Counter {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let current = self.next.take()?;
        let mut after = current.clone();
        for (i, len) in after.iter_mut().zip(&self.lens).rev() {
            *i += 1;
            if *i < *len {
                self.next = Some(after);
                break;
            }
            *i = 0;
        }
        Some(current)
    }
}
