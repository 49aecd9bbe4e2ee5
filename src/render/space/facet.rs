//! Surfaces of arrays, for facets.

use super::{Grid, Skin, SpaceMark, SurfaceMark};
use crate::data::{Dim, Labelled};
use crate::render::chart::{Chart, Kind, SurfaceOptions};
use crate::render::content::AxisContent;
use crate::render::error::RenderError;
use crate::render::marks::{Axes2, Mark, positions};
use crate::render::record::solid;
use crate::render::values;

/// How an array becomes surfaces.
pub(in crate::render) struct Surfaces {
    /// Dims of rows and columns.
    dims: [Dim; 2],
    /// Coordinates of columns and rows.
    at: [Vec<f64>; 2],
    axes: [AxisContent; 2],
    skin: Skin,
}

impl Surfaces {
    /// Finds the dims of x and y.
    pub(in crate::render) fn resolve(
        chart: &Chart,
        array: &Labelled,
        facets: &[Dim],
    ) -> Result<Self, RenderError> {
        let found = Axes2::resolve(chart, Kind::Surface, array, facets)?;
        let [(x, x_name), (y, y_name)] = &found.coords;
        let at = [positions(x, x_name)?, positions(y, y_name)?];
        let skin = chart.marks.color.map_or(Skin::Colored, Skin::Plain);
        Ok(Self { at, axes: found.axes(), dims: found.dims, skin })
    }

    /// The axes.
    pub(in crate::render) fn axes(&self) -> [AxisContent; 2] {
        self.axes.clone()
    }

    /// Whether the surfaces have one colour.
    pub(in crate::render) fn plain(&self) -> bool {
        matches!(self.skin, Skin::Plain(_))
    }

    /// The surface of one panel.
    pub(in crate::render) fn marks(&self, chart: &Chart, panel: &Labelled) -> Result<Vec<Mark>, RenderError> {
        let z = values::numbers(panel, &self.dims, "a surface")?;
        let [x, y] = self.at.clone();
        let grid = Grid { shape: [y.len(), x.len()], x, y, z };
        let marks = &chart.marks;
        let alpha = marks.alpha.unwrap_or(1.0);
        let edge = marks.linewidth.filter(|width| *width > 0.0);
        let edge = edge.map(|width| solid(chart.style.edgecolor.faded(alpha), width));
        let options: &SurfaceOptions = &chart.surface;
        let mark = SurfaceMark::new(grid, self.skin.clone(), options, (alpha, edge));
        Ok(vec![Mark::Space(SpaceMark::Surface(mark))])
    }
}
