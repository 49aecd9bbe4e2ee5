//! Views: selections, transpositions, broadcasts. Nothing here copies elements, except that a long
//! irregular list of indices is gathered.

use super::{DataError, Grid, Labelled, Part, Pick};
use crate::data::{Coords, Dim};
use std::sync::Arc;

/// A list that falls into more runs than this is gathered into new memory: below, a view's parts
/// cost less than the copy.
const MOST_RUNS: usize = 256;

impl Labelled {
    /// Selects along one axis. A single index removes the axis; its coordinates stay, those along it
    /// as scalars (as xarray's `isel`). Other selections keep it.
    ///
    /// # Errors
    /// [`DataError::OutOfRange`].
    ///
    /// # Panics
    /// If there is no such axis.
    pub fn isel(&self, axis: usize, pick: &Pick) -> Result<Self, DataError> {
        let dim = &self.dims[axis];
        pick.check(dim, self.shape[axis])?;
        let runs = pick.runs();
        let grid = if runs.len() > MOST_RUNS {
            self.grid.gather(axis, pick)
        } else {
            self.grid.select(axis, &runs, pick.count())
        };
        let mut coords = Coords::new();
        for (name, coord) in self.coords.iter() {
            let coord = match coord.axis(dim.as_str()) {
                Some(axis) => Arc::new(coord.isel(axis, pick)?),
                None => coord.clone(),
            };
            coords.insert(name, coord);
        }
        let mut result = Self {
            name: self.name.clone(),
            dims: self.dims.clone(),
            shape: self.shape.clone(),
            coords,
            attrs: self.attrs.clone(),
            grid,
        };
        result.shape[axis] = pick.count();
        if matches!(pick, Pick::At(_)) {
            result.shape.remove(axis);
            result.dims.remove(axis);
            result.grid.remove_axis(axis);
        }
        Ok(result)
    }

    /// [`isel`](Self::isel) along a dim by name.
    ///
    /// # Errors
    /// [`DataError::NoSuchDim`], [`DataError::OutOfRange`].
    pub fn isel_dim(&self, dim: &str, pick: &Pick) -> Result<Self, DataError> {
        self.isel(self.need_axis(dim)?, pick)
    }

    /// The axes in another order: axis `i` of the result is axis `order[i]` of this one.
    ///
    /// # Panics
    /// If `order` is no permutation of the axes.
    #[must_use]
    pub fn permute(&self, order: &[usize]) -> Self {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..self.ndim()), "a permutation of the axes");
        let old_cells = self.grid.cells();
        let mut weights = vec![1_usize; self.ndim()];
        for axis in (1..self.ndim()).rev() {
            weights[axis - 1] = weights[axis] * old_cells[axis];
        }
        let cells: Vec<usize> = order.iter().map(|a| old_cells[*a]).collect();
        let mut parts = Vec::with_capacity(self.grid.parts.len());
        for_each_index(&cells, |index| {
            let number: usize = index.iter().zip(order).map(|(i, a)| i * weights[*a]).sum();
            parts.push(self.grid.parts[number].as_ref().map(|part| Part {
                values: part.values.clone(),
                offset: part.offset,
                strides: order.iter().map(|a| part.strides[*a]).collect(),
            }));
        });
        Self {
            name: self.name.clone(),
            dims: order.iter().map(|a| self.dims[*a].clone()).collect(),
            shape: order.iter().map(|a| self.shape[*a]).collect(),
            coords: self.coords.clone(),
            attrs: self.attrs.clone(),
            grid: Grid {
                dtype: self.grid.dtype,
                splits: order.iter().map(|a| self.grid.splits[*a].clone()).collect(),
                parts,
            },
        }
    }

    /// The axes in the order of `dims`.
    ///
    /// # Errors
    /// [`DataError::NoSuchDim`] if one is missing or left out.
    pub fn transpose(&self, dims: &[Dim]) -> Result<Self, DataError> {
        let order = dims.iter().map(|d| self.need_axis(d.as_str())).collect::<Result<Vec<_>, _>>()?;
        if let Some(left_out) = self.dims.iter().find(|d| !dims.contains(d)) {
            return Err(DataError::NoSuchDim { dim: left_out.to_string(), have: dims.to_vec() });
        }
        if dims.len() != self.ndim() {
            let twice = dims.iter().enumerate().find(|(i, d)| dims[..*i].contains(d));
            return Err(DataError::DimExists(twice.map_or_else(|| dims[0].clone(), |(_, d)| d.clone())));
        }
        Ok(self.permute(&order))
    }

    /// The axes reversed.
    #[must_use]
    pub fn reversed(&self) -> Self {
        self.permute(&(0..self.ndim()).rev().collect::<Vec<_>>())
    }

    /// Without axes of length 1; their coordinates become scalars.
    #[must_use]
    pub fn squeeze(&self) -> Self {
        let mut result = self.clone();
        for axis in (0..self.ndim()).rev() {
            if self.shape[axis] == 1 {
                result = result.isel(axis, &Pick::At(0)).expect("index 0 of an axis of length 1");
            }
        }
        result
    }

    /// With a new axis `dim` of length `len` at position `at`, along which all repeats.
    ///
    /// # Errors
    /// [`DataError::DimExists`].
    ///
    /// # Panics
    /// If `at` is past the last axis.
    pub fn expand(&self, at: usize, dim: Dim, len: usize) -> Result<Self, DataError> {
        if self.dims.contains(&dim) {
            return Err(DataError::DimExists(dim));
        }
        let mut result = self.clone();
        result.dims.insert(at, dim);
        result.shape.insert(at, len);
        if result.shape.iter().try_fold(1_isize, |n, l| n.checked_mul(isize::try_from(*l).ok()?)).is_none() {
            return Err(DataError::TooLarge(result.shape));
        }
        result.grid.splits.insert(at, if len == 0 { vec![0] } else { vec![0, len] });
        if len == 0 {
            result.grid.parts.clear();
        }
        for part in result.grid.parts.iter_mut().flatten() {
            part.strides.insert(at, 0);
        }
        Ok(result)
    }

    /// With exactly these axes in this order: missing ones are added and repeat.
    ///
    /// # Errors
    /// [`DataError::Lengths`] if an axis is there with another length, [`DataError::NoSuchDim`] if
    /// the array has one that is not asked for.
    pub fn broadcast(&self, dims: &[Dim], shape: &[usize]) -> Result<Self, DataError> {
        let mut result = self.clone();
        for (dim, len) in dims.iter().zip(shape) {
            match self.len_of(dim.as_str()) {
                Some(left) if left != *len => {
                    return Err(DataError::Lengths { dim: dim.clone(), left, right: *len });
                }
                Some(_) => {}
                None => result = result.expand(0, dim.clone(), *len)?,
            }
        }
        result.transpose(dims)
    }

    /// The same with a dim and its coordinate under another name.
    ///
    /// # Errors
    /// [`DataError::NoSuchDim`], [`DataError::DimExists`].
    pub fn rename_dim(&self, old: &str, new: &str) -> Result<Self, DataError> {
        let axis = self.need_axis(old)?;
        if old != new && self.axis(new).is_some() {
            return Err(DataError::DimExists(Dim::new(new)));
        }
        let mut result = self.clone();
        result.dims[axis] = Dim::new(new);
        result.coords = self
            .coords
            .iter()
            .map(|(name, coord)| {
                let name = if name == old { new } else { name };
                let mut coord = coord.clone();
                if let Some(axis) = coord.axis(old) {
                    let coord = Arc::make_mut(&mut coord);
                    coord.dims[axis] = Dim::new(new);
                    if coord.name.as_deref() == Some(old) {
                        coord.name = Some(new.to_owned());
                    }
                }
                (name.to_owned(), coord)
            })
            .collect();
        Ok(result)
    }
}

impl Grid {
    /// Runs of indices along one axis, `count` of them in all.
    pub(super) fn select(&self, axis: usize, runs: &[(usize, usize, isize)], count: usize) -> Self {
        // Pieces of runs, cut at the axis' splits: old cell, index inside it, step, length.
        let old = &self.splits[axis];
        let (mut splits, mut pieces) = (vec![0], Vec::new());
        let mut done = 0;
        for &(start, length, step) in runs {
            let mut i = 0;
            while i < length {
                let index = start.wrapping_add_signed(step * i as isize);
                let cell = old.partition_point(|s| *s <= index) - 1;
                let room = if step > 0 { old[cell + 1] - 1 - index } else { index - old[cell] };
                let take = (length - i).min(room / step.unsigned_abs() + 1);
                pieces.push((cell, index - old[cell], step));
                i += take;
                done += take;
                splits.push(done);
            }
        }
        debug_assert_eq!(done, count);
        let mut result = Self { dtype: self.dtype, splits: self.splits.clone(), parts: Vec::new() };
        result.splits[axis] = splits;
        let cells = self.cells();
        let (outer, inner) = around(&cells, axis);
        result.parts.reserve(outer * pieces.len() * inner);
        for before in 0..outer {
            for &(cell, inside, step) in &pieces {
                for after in 0..inner {
                    let number = (before * cells[axis] + cell) * inner + after;
                    result.parts.push(self.parts[number].as_ref().map(|part| {
                        let mut part = part.clone();
                        let moved = part.strides[axis].wrapping_mul(inside as isize);
                        part.offset = part.offset.wrapping_add_signed(moved);
                        part.strides[axis] = part.strides[axis].wrapping_mul(step);
                        part
                    }));
                }
            }
        }
        result
    }

    /// Many irregular indices along one axis, copied. A resulting part is absent if any part is
    /// from which it takes elements.
    fn gather(&self, axis: usize, pick: &Pick) -> Self {
        let view = self.select(axis, &pick.runs(), pick.count());
        if view.parts.iter().flatten().any(Part::is_numbering) {
            return view;
        }
        let cells = view.cells();
        let (outer, inner) = around(&cells, axis);
        let mut parts = Vec::with_capacity(outer * inner);
        for before in 0..outer {
            for after in 0..inner {
                let number = |cell: usize| (before * cells[axis] + cell) * inner + after;
                let mut shape = view.cell_shape(number(0), &cells);
                shape[axis] = pick.count();
                let mut splits: Vec<Vec<usize>> = shape.iter().map(|n| vec![0, *n]).collect();
                splits[axis].clone_from(&view.splits[axis]);
                let row = (0..cells[axis]).map(|cell| view.parts[number(cell)].clone()).collect();
                let piece = Self { dtype: view.dtype, splits, parts: row };
                parts.push(piece.to_values(&shape).ok().map(|values| Part {
                    values: Arc::new(values),
                    offset: 0,
                    strides: row_major(&shape),
                }));
            }
        }
        let mut splits = view.splits;
        splits[axis] = vec![0, pick.count()];
        Self { dtype: view.dtype, splits, parts }
    }

    /// Shape of the cell with this number.
    pub(super) fn cell_shape(&self, number: usize, cells: &[usize]) -> Vec<usize> {
        let (mut shape, mut rest) = (vec![0; cells.len()], number);
        for axis in (0..cells.len()).rev() {
            let cell = rest % cells[axis];
            rest /= cells[axis];
            shape[axis] = self.splits[axis][cell + 1] - self.splits[axis][cell];
        }
        shape
    }

    /// Takes an axis of length 1 away.
    fn remove_axis(&mut self, axis: usize) {
        self.splits.remove(axis);
        for part in self.parts.iter_mut().flatten() {
            part.strides.remove(axis);
        }
    }
}

/// Products of the numbers before and after an axis.
fn around(cells: &[usize], axis: usize) -> (usize, usize) {
    (cells[..axis].iter().product(), cells[axis + 1..].iter().product())
}

/// Strides of a contiguous row-major array.
pub(super) fn row_major(shape: &[usize]) -> Vec<isize> {
    let mut strides = vec![1_isize; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis] as isize;
    }
    strides
}

/// Calls `f` with every index of a box of this shape, row-major; once with `[]` for no axes.
pub(super) fn for_each_index(shape: &[usize], mut f: impl FnMut(&[usize])) {
    if shape.contains(&0) {
        return;
    }
    let mut index = vec![0; shape.len()];
    'all: loop {
        f(&index);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                continue 'all;
            }
            index[axis] = 0;
        }
        return;
    }
}
