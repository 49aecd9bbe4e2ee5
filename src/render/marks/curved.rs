//! Cells between curved lines: `pcolormesh` with coordinates of two dims.

use super::{Mark, PolygonsMark};
use crate::data::{Dim, Labelled};
use crate::render::chart::{Chart, Kind};
use crate::render::content::AxisContent;
use crate::render::error::RenderError;
use crate::render::values;

/// How an array becomes cells between curved lines.
pub(in crate::render) struct CurvedMeshes {
    dims: [Dim; 2],
    shape: [usize; 2],
    /// Corners of cells, x and y: rows + 1 times columns + 1.
    corners: [Vec<f64>; 2],
    axes: [AxisContent; 2],
}

impl CurvedMeshes {
    /// Finds x and y; `None` if they are not both of the same two dims.
    ///
    /// # Errors
    /// Coordinates that are no numbers.
    pub(in crate::render) fn resolve(
        chart: &Chart,
        array: &Labelled,
        facets: &[Dim],
    ) -> Result<Option<Self>, RenderError> {
        let (Some(x), Some(y)) = (chart.encodings.x.name(), chart.encodings.y.name()) else {
            return Ok(None);
        };
        let (Some(at_x), Some(at_y)) = (array.coords.get(x), array.coords.get(y)) else { return Ok(None) };
        let free: Vec<Dim> = array.dims.iter().filter(|dim| !facets.contains(dim)).cloned().collect();
        let [rows, columns] = &free[..] else { return Ok(None) };
        let of_both = |dims: &[Dim]| dims.len() == 2 && dims.contains(rows) && dims.contains(columns);
        if !of_both(&at_x.dims) || !of_both(&at_y.dims) {
            return Ok(None);
        }
        let dims = [rows.clone(), columns.clone()];
        let size = |dim: &Dim| array.axis(dim.as_str()).map_or(0, |axis| array.shape[axis]);
        let shape = [size(rows), size(columns)];
        let edges = |coord: &Labelled| -> Result<Vec<f64>, RenderError> {
            Ok(corners(&values::numbers(coord, &dims, "an axis")?, shape))
        };
        let axis = |coord: &Labelled, name: &str| AxisContent {
            label: values::label(coord, name),
            kind: values::axis_kind(coord),
        };
        let axes = [axis(at_x, x), axis(at_y, y)];
        Ok(Some(Self { corners: [edges(at_x)?, edges(at_y)?], dims, shape, axes }))
    }

    /// The axes.
    pub(in crate::render) fn axes(&self) -> [AxisContent; 2] {
        self.axes.clone()
    }

    /// The cells of one panel.
    pub(in crate::render) fn marks(&self, chart: &Chart, panel: &Labelled) -> Result<Vec<Mark>, RenderError> {
        let values = values::numbers(panel, &self.dims, "a mesh")?;
        let alpha = chart.marks.alpha.unwrap_or(1.0);
        let [x, y] = &self.corners;
        Ok(vec![Mark::Other(Box::new(cells([x, y], self.shape, values, alpha)))])
    }
}

/// Cells between corners.
pub(in crate::render) fn cells(
    [x, y]: [&[f64]; 2],
    shape: [usize; 2],
    values: Vec<f64>,
    alpha: f64,
) -> PolygonsMark {
    let [rows, columns] = shape;
    let wide = columns + 1;
    let mut corners = Vec::with_capacity(4 * rows * columns);
    for cell in 0..rows * columns {
        let first = cell / columns * wide + cell % columns;
        corners.extend([first, first + 1, first + wide + 1, first + wide].map(|k| [x[k], y[k]]));
    }
    PolygonsMark {
        kind: Kind::PColorMesh.name(),
        corners,
        each: 4,
        values,
        shape: Some(shape),
        extent: [values::range(x), values::range(y)],
        own_edge: 0.5,
        edge: None,
        alpha,
    }
}

/// Edges between neighbours, and half a step past the ends.
fn edges(at: &[f64], out: &mut Vec<f64>) {
    let n = at.len();
    if n == 1 {
        out.extend([at[0] - 0.5, at[0] + 0.5]);
        return;
    }
    out.push(1.5 * at[0] - 0.5 * at[1]);
    out.extend(at.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])));
    out.push(1.5 * at[n - 1] - 0.5 * at[n - 2]);
}

/// Corners of cells from their middles, row-major: along rows, then along columns.
pub(in crate::render) fn corners(middles: &[f64], [rows, columns]: [usize; 2]) -> Vec<f64> {
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    let mut wide = Vec::with_capacity(rows * (columns + 1));
    middles.chunks_exact(columns).for_each(|row| edges(row, &mut wide));
    let mut corners = vec![0.0; (rows + 1) * (columns + 1)];
    let mut line = Vec::with_capacity(rows + 1);
    for column in 0..=columns {
        let down: Vec<f64> = (0..rows).map(|row| wide[row * (columns + 1) + column]).collect();
        line.clear();
        edges(&down, &mut line);
        for (row, edge) in line.iter().enumerate() {
            corners[row * (columns + 1) + column] = *edge;
        }
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_lie_between_middles_and_half_a_step_past_the_ends() {
        // x of two rows, the second one further right.
        let found = corners(&[0.0, 2.0, 1.0, 3.0], [2, 2]);
        assert_eq!(found, [-1.5, 0.5, 2.5, -0.5, 1.5, 3.5, 0.5, 2.5, 4.5]);
    }
}
