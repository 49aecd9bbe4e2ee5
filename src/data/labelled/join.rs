//! Arrays put one after another along an axis, as a view: the grid of all their parts.

use super::{DataError, Grid, Labelled, Part};
use crate::data::{Attrs, Coords, Dim, Values};
use std::sync::Arc;

impl Labelled {
    /// An array that holds one value everywhere, in one element of memory.
    ///
    /// # Panics
    /// If `values` has not exactly one element, or `dims` another length than `shape`.
    pub fn filled(dims: Vec<Dim>, shape: Vec<usize>, values: Values) -> Self {
        assert_eq!(values.len(), 1, "one value");
        let mut array = Self::absent(dims, shape, values.dtype());
        let values = Arc::new(values);
        let strides = vec![0; array.ndim()];
        for part in &mut array.grid.parts {
            *part = Some(Part { values: values.clone(), offset: 0, strides: strides.clone() });
        }
        array
    }

    /// The arrays one after another along `axis`, without coordinates, name and attributes. Copies
    /// nothing: the result's grid is that of all their parts, absent ones among them.
    ///
    /// # Errors
    /// [`DataError::Parts`] if there is none, or their dims or types differ; [`DataError::Lengths`]
    /// if they differ along another axis; [`DataError::TooLarge`].
    pub fn join(arrays: &[&Self], axis: usize) -> Result<Self, DataError> {
        let Some((first, others)) = arrays.split_first() else {
            return Err(DataError::Parts("there is no array to join".to_owned()));
        };
        for other in others {
            if other.dims != first.dims || other.dtype() != first.dtype() || axis >= first.ndim() {
                return Err(DataError::Parts(format!(
                    "{} {:?} and {} {:?} along axis {axis}",
                    first.dtype(),
                    first.dims,
                    other.dtype(),
                    other.dims
                )));
            }
            for (at, dim) in first.dims.iter().enumerate().filter(|(at, _)| *at != axis) {
                if first.shape[at] != other.shape[at] {
                    return Err(DataError::Lengths {
                        dim: dim.clone(),
                        left: first.shape[at],
                        right: other.shape[at],
                    });
                }
            }
        }
        let mut shape = first.shape.clone();
        shape[axis] = arrays.iter().map(|array| array.shape[axis]).sum();
        if shape.iter().try_fold(1_isize, |n, len| n.checked_mul(isize::try_from(*len).ok()?)).is_none() {
            return Err(DataError::TooLarge(shape));
        }
        let (dims, dtype) = (first.dims.clone(), first.dtype());
        // All are cut where one of them is, but along the axis itself.
        let mut splits: Vec<Vec<usize>> = (0..first.ndim())
            .map(|at| {
                let mut all: Vec<usize> =
                    arrays.iter().flat_map(|array| array.grid.splits[at].clone()).collect();
                all.sort_unstable();
                all.dedup();
                all
            })
            .collect();
        splits[axis] = vec![0];
        let mut grids = Vec::with_capacity(arrays.len());
        let mut end = 0;
        for array in arrays.iter().filter(|array| array.shape[axis] > 0) {
            splits[axis].extend(array.grid.splits[axis][1..].iter().map(|split| end + split));
            end += array.shape[axis];
            grids.push(array.grid.cut_at(&splits, axis));
        }
        let cells: Vec<usize> = splits.iter().map(|s| s.len() - 1).collect();
        let outer: usize = cells[..axis].iter().product();
        let inner: usize = cells[axis + 1..].iter().product();
        let mut parts = Vec::with_capacity(outer * cells[axis] * inner);
        for before in 0..outer {
            for grid in &grids {
                let block = (grid.splits[axis].len() - 1) * inner;
                parts.extend_from_slice(&grid.parts[before * block..(before + 1) * block]);
            }
        }
        let grid = Grid { dtype, splits, parts };
        Ok(Self { name: None, dims, shape, coords: Coords::new(), attrs: Attrs::new(), grid })
    }
}

impl Grid {
    /// The same, cut at all of these places, those of `but` apart.
    fn cut_at(&self, splits: &[Vec<usize>], but: usize) -> Self {
        let mut grid = self.clone();
        for (axis, wanted) in splits.iter().enumerate() {
            if axis != but && grid.splits[axis] != *wanted {
                let runs: Vec<(usize, usize, isize)> =
                    wanted.windows(2).map(|ends| (ends[0], ends[1] - ends[0], 1)).collect();
                grid = grid.select(axis, &runs, wanted.last().copied().unwrap_or(0));
            }
        }
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Pick;

    fn array(rows: usize, cols: usize, from: f64) -> Labelled {
        let values: Vec<f64> = (0..rows * cols).map(|i| from + i as f64).collect();
        Labelled::contiguous(vec!["a".into(), "b".into()], vec![rows, cols], Values::F64(values.into()))
    }

    #[test]
    fn a_join_is_a_view_that_reads_as_numpy_concatenates() {
        let (one, two) = (array(2, 3, 0.0), array(1, 3, 10.0));
        let empty = array(0, 3, 0.0);
        let rows = Labelled::join(&[&one, &empty, &two], 0).unwrap();
        assert_eq!(rows.to_f64().unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 11.0, 12.0]);
        // Parts that are cut differently across the axis.
        let cut = Labelled::join(&[&array(1, 3, 20.0), &array(2, 3, 30.0)], 0).unwrap();
        let wide = Labelled::join(&[&rows, &cut], 1).unwrap();
        assert_eq!(wide.shape, [3, 6]);
        let last = wide.isel(0, &Pick::At(1)).unwrap();
        assert_eq!(last.to_f64().unwrap(), [3.0, 4.0, 5.0, 30.0, 31.0, 32.0]);
        assert!(Arc::ptr_eq(
            &one.grid.parts[0].as_ref().unwrap().values,
            &wide.grid.parts[0].as_ref().unwrap().values
        ));
        let nan = Labelled::filled(one.dims.clone(), vec![2, 3], Values::F64(vec![f64::NAN].into()));
        let with = Labelled::join(&[&nan, &one], 1).unwrap();
        assert!(with.f64_at(&[1, 2]).unwrap().is_nan());
        assert_eq!(with.f64_at(&[1, 5]).unwrap(), 5.0);
        assert!(matches!(Labelled::join(&[&one, &array(2, 4, 0.0)], 0), Err(DataError::Lengths { .. })));
    }
}
