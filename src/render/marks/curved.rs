//! Two-dimensional coordinates: where the corners of cells between curved lines are.
//!
//! Positions are matrices, row-major, one a cell (its middle) or one more along both axes (its
//! corners). What is not finite has no place: cells there are left out.

use super::mesh::Axes2;
use crate::data::{Coord, Dim, Dtype, Labelled};
use crate::render::chart::Scale;
use crate::render::error::RenderError;
use crate::render::values;
use std::sync::Arc;

/// Row-major positions along x and y, as many.
pub(in crate::render) type Nodes = [Arc<[f64]>; 2];

/// Which coordinates of an array place its cells one by one.
pub(super) struct Curved {
    dims: [Dim; 2],
    names: [String; 2],
    /// Those of all panels, if they are the same.
    shared: Option<Nodes>,
}

impl Curved {
    /// Of the coordinates of x and y, if one of them has both dims.
    pub(super) fn of(axes: &Axes2, array: &Labelled, facets: &[Dim]) -> Result<Option<Self>, RenderError> {
        if axes.coords.iter().all(|(coord, _)| coord.dims.len() == 1) {
            return Ok(None);
        }
        let names = axes.coords.each_ref().map(|(_, name)| name.clone());
        let mut curved = Self { dims: axes.dims.clone(), names, shared: None };
        let varies = |(coord, _): &(Coord, String)| coord.dims.iter().any(|dim| facets.contains(dim));
        if !axes.coords.iter().any(varies) {
            curved.shared = Some(curved.read(array)?);
        }
        Ok(Some(curved))
    }

    /// The positions of the cells of a panel.
    pub(super) fn positions(&self, panel: &Labelled) -> Result<Nodes, RenderError> {
        self.shared.clone().map_or_else(|| self.read(panel), Ok)
    }

    fn read(&self, array: &Labelled) -> Result<Nodes, RenderError> {
        let shape: Vec<usize> =
            self.dims.iter().map(|dim| array.len_of(dim.as_str()).unwrap_or_default()).collect();
        let one = |i: usize| -> Result<Arc<[f64]>, RenderError> {
            let name = self.names[i].as_str();
            let coord = match array.axis(name) {
                Some(axis) => values::index_of(array, &array.dims[axis]),
                None => array.coords.get(name).cloned().ok_or_else(|| RenderError::NoSuchName {
                    role: ["x", "y"][i],
                    name: name.to_owned(),
                    have: super::line::have(array),
                })?,
            };
            if coord.dtype() == Dtype::Str {
                return Err(RenderError::Text { name: name.to_owned(), role: "an axis of a mesh" });
            }
            let whole = coord.broadcast(&self.dims, &shape)?;
            Ok(values::numbers(&whole, &self.dims, "an axis")?.into())
        };
        Ok([one(0)?, one(1)?])
    }
}

/// Edges around positions: between neighbours, half a step past the ends; of a single one itself.
fn breaks(list: &[f64]) -> impl Iterator<Item = f64> {
    let n = list.len();
    (0..=n).map(move |i| match (i, n) {
        (_, 0) => f64::NAN,
        (_, 1) => list[0],
        (0, _) => list[0] - 0.5 * (list[1] - list[0]),
        _ if i == n => list[n - 1] + 0.5 * (list[n - 1] - list[n - 2]),
        _ => list[i - 1] + 0.5 * (list[i] - list[i - 1]),
    })
}

/// Corners of cells from their middles, `[rows + 1, columns + 1]`: edges along rows, then along
/// columns, in the scales' own space (xarray's `_infer_interval_breaks`). A single row or column,
/// which has no width there, is as wide as a single coordinate of one dim: a unit, along the axis
/// that it runs less along.
pub(in crate::render) fn corners(
    at: [&[f64]; 2],
    shape @ [rows, columns]: [usize; 2],
    scales: [Scale; 2],
) -> Nodes {
    let bent = scales.map(|scale| scale.bounded().is_some());
    let own: [Vec<f64>; 2] = [0, 1].map(|i| {
        let forward = |v: &f64| if bent[i] { scales[i].forward(*v) } else { *v };
        at[i].iter().map(forward).collect()
    });
    let mut corners = own.each_ref().map(|at| between(at, shape));
    let wide = columns + 1;
    let extent = |i: usize| {
        let [low, high] = values::range(&own[i]).unwrap_or_default();
        high - low
    };
    // The axis along which single rows, and single columns, are widened.
    let across = if extent(0) < extent(1) { 0 } else { 1 };
    if rows == 1 && corners[across].len() == 2 * wide {
        for (k, v) in corners[across].iter_mut().enumerate() {
            *v += if k < wide { -0.5 } else { 0.5 };
        }
    }
    let across = if rows == 1 { 1 - across } else { usize::from(extent(1) < extent(0)) };
    if columns == 1 && corners[across].len() == 2 * (rows + 1) {
        for (k, v) in corners[across].iter_mut().enumerate() {
            *v += if k % 2 == 0 { -0.5 } else { 0.5 };
        }
    }
    for i in (0..2).filter(|i| bent[*i]) {
        corners[i].iter_mut().for_each(|v| *v = scales[i].inverse(*v));
    }
    corners.map(Arc::from)
}

fn between(at: &[f64], [rows, columns]: [usize; 2]) -> Vec<f64> {
    let wide = columns + 1;
    let mut edges = Vec::with_capacity(rows * wide);
    at.chunks_exact(columns.max(1)).take(rows).for_each(|row| edges.extend(breaks(row)));
    let mut corners = vec![f64::NAN; (rows + 1) * wide];
    if edges.len() == rows * wide {
        let mut column = Vec::with_capacity(rows);
        for k in 0..wide {
            column.clear();
            column.extend((0..rows).map(|row| edges[row * wide + k]));
            for (row, v) in breaks(&column).enumerate() {
                corners[row * wide + k] = v;
            }
        }
    }
    corners
}

/// Edges of columns and of rows, if the corners stand in straight lines along the axes: then the
/// cells are those of a plain grid.
pub(in crate::render) fn aligned([x, y]: &Nodes, [rows, columns]: [usize; 2]) -> Option<[Vec<f64>; 2]> {
    let wide = columns + 1;
    if x.len() != (rows + 1) * wide || y.len() != x.len() {
        return None;
    }
    let edges = [x[..wide].to_vec(), y.iter().step_by(wide).copied().collect::<Vec<f64>>()];
    let straight = x.chunks_exact(wide).all(|row| row == edges[0])
        && y.chunks_exact(wide).zip(&edges[1]).all(|(row, first)| row.iter().all(|v| v == first));
    let sorted = |edges: &Vec<f64>| {
        edges.iter().all(|v| v.is_finite())
            && (edges.windows(2).all(|pair| pair[0] < pair[1])
                || edges.windows(2).all(|pair| pair[0] > pair[1]))
    };
    (straight && edges.iter().all(sorted)).then_some(edges)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By xarray 2026: `_infer_interval_breaks` along both axes.
    #[test]
    fn corners_lie_between_middles_and_half_a_step_past_the_ends() {
        let at = [0.0, 1.0, 3.0, 10.0, 12.0, 16.0];
        let expected = [-5.25, -4.75, -4.0, -3.0, 4.25, 5.75, 8.0, 11.0, 13.75, 16.25, 20.0, 25.0];
        let linear = [Scale::Linear; 2];
        assert_eq!(*corners([&at, &at], [2, 3], linear)[0], expected);
        assert!(corners([&[], &[]], [0, 3], linear).iter().all(|at| at.iter().all(|v| v.is_nan())));
    }

    #[test]
    fn single_rows_and_columns_have_a_width() {
        let (linear, log) = (Scale::Linear, Scale::Log { base: 10.0 });
        let pair = |x: &[f64], y: &[f64], shape, scales| {
            let [x, y] = corners([x, y], shape, scales);
            (x.to_vec(), y.to_vec())
        };
        let (x, y) = pair(&[0.0, 1.0, 3.0], &[0.0, 0.1, 0.3], [1, 3], [linear; 2]);
        assert_eq!(x, [-0.5, 0.5, 2.0, 4.0, -0.5, 0.5, 2.0, 4.0]);
        let middle = [-0.05, 0.05, 0.2, 0.4];
        let expected = [middle.map(|v| v - 0.5), middle.map(|v| v + 0.5)].concat();
        assert!(y.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{y:?}");
        let column = pair(&[5.0, 5.0], &[0.0, 1.0], [2, 1], [linear; 2]);
        assert_eq!(column, (vec![4.5, 5.5, 4.5, 5.5, 4.5, 5.5], vec![-0.5, -0.5, 0.5, 0.5, 1.5, 1.5]));
        let one = pair(&[7.0], &[5.0], [1, 1], [linear; 2]);
        assert_eq!(one, (vec![6.5, 7.5, 6.5, 7.5], vec![4.5, 4.5, 5.5, 5.5]));
        let (x, _) = pair(&[1.0, 100.0], &[1.0, 1.0], [1, 2], [log, linear]);
        let expected = [0.1, 10.0, 1000.0];
        assert!(x[..3].iter().zip(expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-12), "{x:?}");
    }

    #[test]
    fn corners_in_straight_lines_are_a_grid() {
        let x: Arc<[f64]> = Arc::from([0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
        let y: Arc<[f64]> = Arc::from([5.0, 5.0, 5.0, 3.0, 3.0, 3.0]);
        let grid = aligned(&[x.clone(), y.clone()], [1, 2]);
        assert_eq!(grid, Some([vec![0.0, 1.0, 2.0], vec![5.0, 3.0]]));
        let bent: Arc<[f64]> = Arc::from([0.0, 1.0, 2.0, 0.0, 1.0, 2.5]);
        assert_eq!(aligned(&[bent, y.clone()], [1, 2]), None);
        assert_eq!(aligned(&[x, y], [2, 2]), None);
    }
}
