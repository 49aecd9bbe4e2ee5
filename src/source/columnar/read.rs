//! A box of one array out of the pieces of its file.

use super::descend::Elements;
use super::engine::{Column, Engine};
use super::fault::{Fault, broken};
use super::leaf::{Leaf, Want};
use super::numbers;
use super::texts::Texts;
use crate::data::{Slab, StrBuf};
use std::fs::File;
use std::ops::Range;

/// Where the elements of an array come from.
pub(super) struct Source<'a> {
    pub(super) engine: &'a dyn Engine,
    pub(super) file: &'a File,
    pub(super) leaf: &'a Leaf,
    /// Lengths of its axes.
    pub(super) shape: &'a [usize],
    /// Index along the first axis at which each piece begins, and the end.
    pub(super) starts: &'a [usize],
}

impl Source<'_> {
    /// Decodes the box `slab` into `out`, row-major.
    ///
    /// # Errors
    /// If the data are broken.
    pub(super) fn numbers(&self, slab: &Slab, out: &mut [u8]) -> Result<(), Fault> {
        let size = self.leaf.dtype.size().ok_or_else(|| broken("it is text"))?;
        let runs = self.runs(slab);
        let row = size * runs.as_ref().map_or(self.leaf.width, |runs| runs.iter().map(Range::len).sum());
        let mut column = self.engine.column(self.file, self.leaf)?;
        let mut done = 0;
        for (piece, rows) in self.overlaps(&slab.0[0]) {
            if runs.is_none() && self.leaf.want == Want::Values {
                let target = part(out, done, rows.len() * row)?;
                if column.copy(piece, rows.start * self.leaf.width, target)? {
                    done += rows.len() * row;
                    continue;
                }
            }
            self.visit(column.as_mut(), piece, rows, &mut |elements, rows| {
                let target = part(out, done, rows * row)?;
                done += rows * row;
                self.place(elements, runs.as_deref(), size, target)
            })?;
        }
        if done == out.len() { Ok(()) } else { Err(broken("it has fewer rows than its metadata say")) }
    }

    fn place(
        &self,
        elements: &Elements,
        runs: Option<&[Range<usize>]>,
        size: usize,
        target: &mut [u8],
    ) -> Result<(), Fault> {
        if self.leaf.want == Want::Values && runs.is_none() {
            return numbers::write(elements, self.leaf.dtype, target);
        }
        let mut aside = vec![0_u64; (elements.len() * size).div_ceil(8)];
        let bytes = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut aside)[..elements.len() * size];
        match self.leaf.want {
            Want::Values => numbers::write(elements, self.leaf.dtype, bytes)?,
            Want::Sizes => {
                for (cell, length) in bytes.chunks_exact_mut(size).zip(elements.lengths()?) {
                    cell.copy_from_slice(&(length as i64).to_ne_bytes());
                }
            }
        }
        let all = 0..self.leaf.width;
        let runs = runs.unwrap_or(std::slice::from_ref(&all));
        let mut done = 0;
        for row in bytes.chunks_exact(self.leaf.width.max(1) * size) {
            for run in runs {
                let from = &row[run.start * size..run.end * size];
                part(target, done, from.len())?.copy_from_slice(from);
                done += from.len();
            }
        }
        Ok(())
    }

    /// The texts of a box.
    ///
    /// # Errors
    /// If the data are broken.
    pub(super) fn texts(&self, slab: &Slab) -> Result<StrBuf, Fault> {
        let runs = self.runs(slab);
        let mut column = self.engine.column(self.file, self.leaf)?;
        let mut texts = Texts::new();
        for (piece, rows) in self.overlaps(&slab.0[0]) {
            self.visit(column.as_mut(), piece, rows, &mut |elements, rows| {
                let Some(runs) = &runs else { return texts.extend(elements) };
                for row in 0..rows {
                    let first = row * self.leaf.width;
                    for run in runs {
                        texts.extend(&elements.slice(first + run.start..first + run.end))?;
                    }
                }
                Ok(())
            })?;
        }
        texts.finish()
    }

    /// Which elements of those at one index of the first axis are wanted, as runs; `None` for all.
    fn runs(&self, slab: &Slab) -> Option<Vec<Range<usize>>> {
        let axes = || slab.0.iter().zip(self.shape).skip(1);
        if axes().all(|(range, length)| *range == (0..*length)) {
            return None;
        }
        let mut runs: Vec<Range<usize>> = std::iter::once(0..1).collect();
        for (range, length) in axes() {
            // A run of whole indices stays one run when the next axis is whole.
            runs = if *range == (0..*length) {
                runs.iter().map(|run| run.start * length..run.end * length).collect()
            } else {
                runs.iter()
                    .flat_map(|run| run.clone())
                    .map(|index| index * length + range.start..index * length + range.end)
                    .collect()
            };
        }
        Some(runs)
    }

    /// The pieces that `rows` touches, and which of their rows.
    fn overlaps(&self, rows: &Range<usize>) -> Vec<(usize, Range<usize>)> {
        let first = self.starts.partition_point(|start| *start <= rows.start).saturating_sub(1);
        let pieces = self.starts.windows(2).enumerate().skip(first);
        pieces
            .take_while(|(_, ends)| ends[0] < rows.end)
            .map(|(piece, ends)| (piece, rows.start.max(ends[0])..rows.end.min(ends[1]), ends[0]))
            .filter(|(_, wanted, _)| !wanted.is_empty())
            .map(|(piece, wanted, start)| (piece, wanted.start - start..wanted.end - start))
            .collect()
    }

    /// Calls `each` with the elements at `rows` (indices of the first axis in the piece), in order,
    /// and for how many of them.
    fn visit(
        &self,
        column: &mut dyn Column,
        piece: usize,
        rows: Range<usize>,
        each: &mut dyn FnMut(&Elements, usize) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let width = self.leaf.width;
        let ragged = self.leaf.is_ragged();
        // Only lists' elements cannot be found without those before them.
        let read = if ragged { 0..self.rows(piece) } else { rows.clone() };
        let mut at = read.start;
        column.visit(piece, read, &mut |array| {
            let elements = Elements::new(array)?.descend(&self.leaf.steps)?;
            let count = if ragged { elements.len() / width.max(1) } else { array.len() };
            if elements.len() != count * width {
                return Err(broken("its lists are of another length than its schema says"));
            }
            let wanted = rows.start.clamp(at, at + count) - at..rows.end.clamp(at, at + count) - at;
            if wanted.len() == count {
                each(&elements, count)?;
            } else if !wanted.is_empty() {
                each(&elements.slice(wanted.start * width..wanted.end * width), wanted.len())?;
            }
            at += count;
            Ok(at < rows.end)
        })
    }

    fn rows(&self, piece: usize) -> usize {
        self.engine.rows().get(piece).copied().unwrap_or(0)
    }
}

/// `length` bytes of the result from `start` on.
fn part(out: &mut [u8], start: usize, length: usize) -> Result<&mut [u8], Fault> {
    let end = start.checked_add(length);
    end.and_then(|end| out.get_mut(start..end))
        .ok_or_else(|| broken("it has more rows than its metadata say"))
}
