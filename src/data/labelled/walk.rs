//! Walking a grid in row-major order, in runs as long as memory allows.

use super::{DataError, Grid, Labelled, Part, Run};

impl Labelled {
    /// The axes by their distance in memory, farthest first: along the last one, elements are
    /// neighbours. Axes of one element, and those along which nothing moves, come first.
    pub fn memory_order(&self) -> Vec<usize> {
        let part = self.grid.parts.iter().flatten().find(|part| !part.is_numbering());
        let mut order: Vec<usize> = (0..self.ndim()).collect();
        if let Some(part) = part {
            let distance = |axis: usize| match part.strides[axis].unsigned_abs() {
                0 => usize::MAX,
                _ if self.shape[axis] == 1 => usize::MAX,
                distance => distance,
            };
            order.sort_by_key(|axis| std::cmp::Reverse(distance(*axis)));
        }
        order
    }
}

impl Grid {
    /// As [`Labelled::for_each_run`](super::Labelled::for_each_run); `shape` is the array's.
    pub(super) fn for_each_run<'a, E: From<DataError>>(
        &'a self,
        shape: &[usize],
        inner: usize,
        mut f: impl FnMut(usize, usize, Run<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        if shape.contains(&0) {
            return Ok(());
        }
        let ndim = shape.len();
        let block = ndim - inner.min(ndim);
        let cells = self.cells();
        // A run covers the axes `merged..ndim`, and of axis `merged` one cell.
        let merged = self.merged_from(shape, block, &cells);
        let mut weights = vec![1_usize; ndim];
        for axis in (1..ndim).rev() {
            weights[axis - 1] = weights[axis] * cells[axis];
        }
        let tail: usize = shape.get(merged + 1..).map_or(1, |rest| rest.iter().product());
        let mut index = vec![0_usize; merged];
        let mut cell = vec![0_usize; merged];
        loop {
            let number: usize = cell.iter().zip(&weights).map(|(c, w)| c * w).sum();
            let position = |range: std::ops::Range<usize>| range.fold(0, |at, a| at * shape[a] + index[a]);
            let outer = position(0..block.min(merged));
            let at = position(block.min(merged)..merged);
            let last_cells = if merged < ndim { cells[merged] } else { 1 };
            for last in 0..last_cells {
                let part = &self.parts[number + last * weights.get(merged).copied().unwrap_or(1)];
                let (start, extent) = match self.splits.get(merged) {
                    Some(splits) => (splits[last], splits[last + 1] - splits[last]),
                    None => (0, 1),
                };
                let Some(part) = part.as_ref().filter(|part| !part.is_numbering()) else {
                    let mut at = index.clone();
                    at.push(start);
                    at.resize(ndim, 0);
                    return Err(DataError::Absent { at, shape: shape.to_vec() }.into());
                };
                let moved: isize = (0..merged)
                    .map(|a| (index[a] - self.splits[a][cell[a]]) as isize * part.strides[a])
                    .sum();
                let run = Run {
                    values: &part.values,
                    offset: part.offset.wrapping_add_signed(moved),
                    stride: run_stride(part, shape, merged, extent),
                    len: extent * tail,
                };
                let in_block = match shape.get(merged) {
                    Some(len) => (at * len + start) * tail,
                    None => 0,
                };
                f(outer, in_block, run)?;
            }
            if !self.advance(&mut index, &mut cell, shape) {
                return Ok(());
            }
        }
    }

    /// The next index, row-major, and its cells; `false` after the last.
    fn advance(&self, index: &mut [usize], cell: &mut [usize], shape: &[usize]) -> bool {
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                if index[axis] == self.splits[axis][cell[axis] + 1] {
                    cell[axis] += 1;
                }
                return true;
            }
            index[axis] = 0;
            cell[axis] = 0;
        }
        false
    }

    /// The first axis, not before `block`, from which on every part is one run.
    fn merged_from(&self, shape: &[usize], block: usize, cells: &[usize]) -> usize {
        let ndim = shape.len();
        if block == ndim {
            return ndim;
        }
        let mut merged = ndim - 1;
        while merged > block && cells[merged] == 1 {
            merged -= 1;
        }
        for (number, part) in self.parts.iter().enumerate() {
            let Some(part) = part else { continue };
            let extents = self.cell_shape(number, cells);
            let mut span: Option<isize> = None;
            for axis in (merged..ndim).rev() {
                let extent = extents[axis] as isize;
                if extent == 1 {
                    continue;
                }
                if span.is_some_and(|span| span != part.strides[axis]) {
                    merged = axis + 1;
                    break;
                }
                span = Some(part.strides[axis] * extent);
            }
        }
        merged
    }
}

/// From one element of a run to the next.
fn run_stride(part: &Part, shape: &[usize], merged: usize, extent: usize) -> isize {
    for axis in (merged + 1..shape.len()).rev() {
        if shape[axis] > 1 {
            return part.strides[axis];
        }
    }
    if extent > 1 { part.strides[merged] } else { 1 }
}
