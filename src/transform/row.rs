//! Arrays put one after another as views: what is wanted of each, where some of all is wanted.

use super::Value;
use super::ops::align::same;
use super::reach::indices;
use crate::data::{Dim, IndexSet, Labelled, Pick};

/// Operations that put arrays one after another as views.
const ROWS: [&str; 1] = ["xr.concat"];

/// Whether an operation puts arrays one after another as views.
pub(super) fn is_row(name: &str) -> bool {
    ROWS.contains(&name)
}

/// What a concatenation consists of.
pub(super) struct Row {
    axis: usize,
    /// Whether the axis is a new one, the first.
    is_new: bool,
    cells: Vec<Labelled>,
}

impl Row {
    /// The arrays of a concatenation, if all of them are in it as they were before.
    pub(super) fn of(args: &[Value], result: &Labelled) -> Option<Self> {
        let cells: Vec<&Labelled> =
            args.first()?.as_items()?.iter().map(Value::as_array).collect::<Option<_>>()?;
        let first = *cells.first()?;
        let alike = |cell: &Labelled, but: Option<&Dim>| {
            cell.dtype() == result.dtype()
                && cell.dims == first.dims
                && cell.dims.iter().filter(|dim| Some(*dim) != but).all(|dim| {
                    let labels = (cell.coords.index(dim), result.coords.index(dim));
                    cell.len_of(dim.as_str()) == result.len_of(dim.as_str())
                        && match labels {
                            (Some(a), Some(b)) => same(a, b).unwrap_or(false),
                            (a, b) => a.is_none() == b.is_none(),
                        }
                })
        };
        let own = |cell: &&Labelled| (*cell).clone();
        if result.ndim() == first.ndim() + 1 && result.dims[1..] == first.dims[..] {
            let fits = result.shape[0] == cells.len() && cells.iter().all(|cell| alike(cell, None));
            let cells = cells.iter().map(own).collect();
            return fits.then_some(Self { axis: 0, is_new: true, cells });
        }
        if result.dims != first.dims {
            return None;
        }
        let lengths = |axis: usize| cells.iter().map(|cell| cell.shape[axis]).sum::<usize>();
        // The axis along which they stand is the one whose length is that of all of them.
        let axis = (0..result.ndim()).find(|axis| {
            result.shape[*axis] == lengths(*axis)
                && cells.iter().all(|cell| alike(cell, Some(&result.dims[*axis])))
        })?;
        Some(Self { axis, is_new: false, cells: cells.iter().map(own).collect() })
    }

    /// What is wanted of each array of a row; of those of which nothing is, no element.
    pub(super) fn parts(&self, axes: &[IndexSet]) -> Vec<Labelled> {
        let Self { axis, is_new, cells } = self;
        let (axis, is_new) = (*axis, *is_new);
        if cells.iter().any(|cell| cell.ndim() + usize::from(is_new) != axes.len()) {
            return cells.clone();
        }
        let mut start = 0;
        let mut parts = Vec::with_capacity(cells.len());
        for cell in cells {
            let end = start + if is_new { 1 } else { cell.shape[axis] };
            let own: Vec<usize> = indices(&axes[axis])
                .into_iter()
                .filter(|i| (start..end).contains(i))
                .map(|i| i - start)
                .collect();
            let mut part = cell.clone();
            for at in 0..cell.ndim() {
                let list: Vec<usize> = match (is_new, at == axis) {
                    (true, _) if own.is_empty() => Vec::new(),
                    (true, _) => axes.get(at + 1).map(indices).unwrap_or_default(),
                    (false, true) => own.clone(),
                    (false, false) => axes.get(at).map(indices).unwrap_or_default(),
                };
                if list.len() < cell.shape[at] {
                    part = part.isel(at, &Pick::List(list)).unwrap_or(part);
                }
            }
            parts.push(part);
            start = end;
        }
        parts
    }
}
