//! Cells of a grid: pcolormesh and imshow, drawn as one image; cells elsewhere are
//! [polygons](super::polygons).

use super::curved::{self, Curved, Nodes};
use super::line::have;
use super::polygons::{Corners, PolygonsMark};
use super::{Mark, Span, missing};
use crate::data::{Coord, Dim, Dtype, Labelled};
use crate::render::axis::Axis;
use crate::render::chart::{Chart, Encoding, Kind, Origin, Scale};
use crate::render::color::ColorContent;
use crate::render::content::AxisContent;
use crate::render::error::RenderError;
use crate::render::record::Plane;
use crate::render::scene::{Command, Image, MarkRecord, Rect, Stroke};
use crate::render::values;
use std::sync::Arc;

/// Which dims and coordinates of an array are x and y.
pub(in crate::render) struct Axes2 {
    /// Dims of rows and columns.
    pub(in crate::render) dims: [Dim; 2],
    /// Coordinates of x and y with their names.
    pub(in crate::render) coords: [(Coord, String); 2],
}

impl Axes2 {
    /// Finds the dims of x and y, as xarray: what is not given is implied, x is the last.
    pub(in crate::render) fn resolve(
        chart: &Chart,
        kind: Kind,
        array: &Labelled,
        facets: &[Dim],
    ) -> Result<Self, RenderError> {
        let dims_error = |why: String| RenderError::Dims { kind: kind.name(), dims: array.dims.clone(), why };
        let free: Vec<Dim> = array.dims.iter().filter(|dim| !facets.contains(dim)).cloned().collect();
        if free.len() != 2 {
            return Err(dims_error(format!("{} of them would be x and y, two are needed", free.len())));
        }
        let given = |encoding: &Encoding, role: &'static str| match encoding.name() {
            Some(name) => coordinate(array, name, role).map(|coord| Some((coord, name.to_owned()))),
            None => Ok(None),
        };
        let (x, y) = (given(&chart.encodings.x, "x")?, given(&chart.encodings.y, "y")?);
        let other = |dim: &Dim| free.iter().find(|d| *d != dim).unwrap_or(&free[0]).clone();
        let plain = |dim: &Dim| (values::index_of(array, dim), dim.as_str().to_owned());
        let (x, y) = match (x, y) {
            (Some(x), Some(y)) => (x, y),
            (Some((coord, name)), None) | (None, Some((coord, name))) if coord.dims.len() > 1 => {
                return Err(RenderError::Curvilinear { name, dims: coord.dims.clone() });
            }
            (Some(x), None) => {
                let y = plain(&other(&x.0.dims[0]));
                (x, y)
            }
            (None, Some(y)) => (plain(&other(&y.0.dims[0])), y),
            (None, None) => (plain(&free[1]), plain(&free[0])),
        };
        if [&x, &y].iter().any(|(coord, _)| coord.dims.len() > 1) {
            return Self::curved(kind, array, free, facets, [x, y]);
        }
        let dims = [y.0.dims[0].clone(), x.0.dims[0].clone()];
        if dims[0] == dims[1] || dims.iter().any(|dim| !free.contains(dim)) {
            return Err(dims_error(format!("x and y would be `{}` and `{}`", dims[1], dims[0])));
        }
        Ok(Self { dims, coords: [x, y] })
    }

    /// Coordinates of which one has two dims besides those of panels.
    fn curved(
        kind: Kind,
        array: &Labelled,
        free: Vec<Dim>,
        facets: &[Dim],
        coords: [(Coord, String); 2],
    ) -> Result<Self, RenderError> {
        let wrong = |name: &str, why| Err(RenderError::Coordinate { name: name.to_owned(), why });
        let mut covered: Vec<&Dim> = Vec::new();
        for (coord, name) in &coords {
            if kind == Kind::ImShow && coord.dims.len() > 1 {
                return wrong(name, "has several dimensions, which `imshow` cannot draw; `pcolormesh` can");
            }
            for dim in coord.dims.iter().filter(|dim| !facets.contains(dim)) {
                if !free.contains(dim) {
                    return wrong(name, "has a dimension that the data do not have");
                }
                covered.push(dim);
            }
        }
        let [x, y] = &coords;
        let alone = |(coord, name): &(Coord, String)| {
            coord.dims.len() == 1 && array.axis(name).is_some() && [x, y].iter().all(|c| c.1 == *name)
        };
        if alone(x) || alone(y) || !free.iter().all(|dim| covered.contains(&dim)) {
            let why = format!("`{}` and `{}` do not place every cell", x.1, y.1);
            return Err(RenderError::Dims { kind: kind.name(), dims: array.dims.clone(), why });
        }
        let dims = [free[0].clone(), free[1].clone()];
        Ok(Self { dims, coords })
    }

    /// The axes.
    pub(in crate::render) fn axes(&self) -> [AxisContent; 2] {
        let axis = |(coord, name): &(Coord, String)| AxisContent {
            label: values::label(coord, name),
            kind: values::axis_kind(coord),
            falling: None,
        };
        [axis(&self.coords[0]), axis(&self.coords[1])]
    }
}

/// How an array becomes cells.
pub(in crate::render) struct Meshes {
    /// Dims of rows and columns.
    dims: [Dim; 2],
    cells: Cells,
    axes: [AxisContent; 2],
    kind: Kind,
    /// Where the axes end, if not at the edges of the cells.
    ends: [Option<[f64; 2]>; 2],
}

/// Where cells are.
enum Cells {
    /// Between edges of columns and rows, data units.
    Grid([Arc<[f64]>; 2]),
    /// One by one, on axes with these scales.
    Curved(Curved, [Scale; 2]),
}

impl Meshes {
    /// Finds the dims of x and y and the cells' edges.
    pub(in crate::render) fn resolve(
        chart: &Chart,
        kind: Kind,
        array: &Labelled,
        facets: &[Dim],
        scales: [Scale; 2],
    ) -> Result<Self, RenderError> {
        let found = Axes2::resolve(chart, kind, array, facets)?;
        let (mut axes, dims) = (found.axes(), found.dims.clone());
        let middles = chart.mesh.middles && kind == Kind::PColorMesh;
        let scales = if middles { [Scale::Linear; 2] } else { scales };
        let mut ends = [None; 2];
        if let Some(curved) = Curved::of(&found, array, facets)? {
            return Ok(Self { cells: Cells::Curved(curved, scales), axes, dims, kind, ends });
        }
        let uniform = kind == Kind::ImShow;
        if middles {
            for (ends, (coord, name)) in ends.iter_mut().zip(&found.coords) {
                let at = positions(coord, name)?;
                *ends = at.first().zip(at.last()).map(|(a, b)| [a.min(*b), a.max(*b)]).filter(|[a, b]| a < b);
            }
        }
        if let Some(origin) = chart.mesh.origin.filter(|_| uniform) {
            let (coord, name) = &found.coords[1];
            let at = positions(coord, name)?;
            let rising = at.first() <= at.last();
            axes[1].falling = Some(rising == (origin == Origin::Upper));
        }
        let edges = |i: usize| {
            let (coord, name) = &found.coords[i];
            cell_edges(coord, name, scales[i], uniform)
        };
        let cells = Cells::Grid([edges(0)?.into(), edges(1)?.into()]);
        Ok(Self { cells, axes, dims, kind, ends })
    }

    /// The axes.
    pub(in crate::render) fn axes(&self) -> [AxisContent; 2] {
        self.axes.clone()
    }

    /// The cells of one panel.
    pub(in crate::render) fn marks(&self, chart: &Chart, panel: &Labelled) -> Result<Vec<Mark>, RenderError> {
        let numbers = values::numbers(panel, &self.dims, "a mesh")?;
        let alpha = chart.marks.alpha.unwrap_or(1.0);
        match &self.cells {
            Cells::Grid(edges) => {
                let mark = MeshMark::plain(numbers, edges.clone(), self.kind, alpha);
                Ok(vec![Mark::Mesh(MeshMark { ends: self.ends, ..mark })])
            }
            Cells::Curved(curved, scales) => {
                let shape = [0, 1].map(|i| panel.len_of(self.dims[i].as_str()).unwrap_or_default());
                let at = curved.positions(panel)?;
                let nodes = curved::corners([&at[0], &at[1]], shape, *scales);
                Ok(vec![cells(numbers, nodes, shape, alpha, None)])
            }
        }
    }
}

fn coordinate(array: &Labelled, name: &str, role: &'static str) -> Result<Coord, RenderError> {
    let found = match array.axis(name) {
        Some(axis) => Some(values::index_of(array, &array.dims[axis])),
        None => array.coords.get(name).cloned(),
    };
    let coord =
        found.ok_or_else(|| RenderError::NoSuchName { role, name: name.to_owned(), have: have(array) })?;
    match coord.dims.len() {
        0 => Err(RenderError::Coordinate { name: name.to_owned(), why: "is a single value" }),
        _ => Ok(coord),
    }
}

/// Cells between corners, as a grid where they are one.
pub(in crate::render) fn cells(
    values: Vec<f64>,
    nodes: Nodes,
    shape: [usize; 2],
    alpha: f64,
    edge: Option<Stroke>,
) -> Mark {
    match curved::aligned(&nodes, shape).filter(|_| edge.is_none()) {
        Some(edges) => Mark::Mesh(MeshMark::plain(values, edges.map(Arc::from), Kind::PColorMesh, alpha)),
        None => Mark::Other(Box::new(PolygonsMark {
            kind: "pcolormesh",
            corners: Corners::Nodes { at: nodes, columns: shape[1] },
            values,
            shape: Some(shape),
            extent: [None, None],
            own_edge: 0.5,
            edge,
            alpha,
        })),
    }
}

/// The numbers of a coordinate of x or y, none missing.
pub(in crate::render) fn positions(coord: &Coord, name: &str) -> Result<Vec<f64>, RenderError> {
    if coord.dtype() == Dtype::Str {
        return Err(RenderError::Text {
            name: name.to_owned(),
            role: "an axis of a mesh, image or contours",
        });
    }
    let at = values::numbers(coord, &coord.dims, "an axis")?;
    if at.iter().any(|v| !v.is_finite()) {
        let why = "has missing values; the cells have no place";
        return Err(RenderError::Coordinate { name: name.to_owned(), why });
    }
    Ok(at)
}

/// Edges of the cells around coordinates: midpoints of neighbours in the scale's own space, half a
/// step past the ends (xarray's `_infer_interval_breaks`). Of images, whose coordinates must be
/// equally far from each other, equal steps over all.
fn cell_edges(coord: &Coord, name: &str, scale: Scale, uniform: bool) -> Result<Vec<f64>, RenderError> {
    let wrong = |why| RenderError::Coordinate { name: name.to_owned(), why };
    let mut at = positions(coord, name)?;
    let log = scale.bounded().is_some();
    if log && at.iter().any(|v| scale.forward(*v).is_nan()) {
        return Err(wrong(match scale {
            Scale::Logit => "has values that are not between 0 and 1 on a logit scale",
            _ => "has values that are not positive on a log scale",
        }));
    }
    if log {
        for v in &mut at {
            *v = scale.forward(*v);
        }
    }
    let rising = at.windows(2).all(|pair| pair[0] <= pair[1]);
    let falling = at.windows(2).all(|pair| pair[0] >= pair[1]);
    if !rising && !falling {
        return Err(wrong("is not sorted; sort the data along it, or draw another kind"));
    }
    let n = at.len();
    let mut edges = Vec::with_capacity(n + 1);
    match n {
        0 => edges.push(0.0),
        // xarray's steps: a tenth of images; meshes have none, and would not be seen.
        1 if uniform => edges.extend([at[0] - 0.1, at[0] + 0.1]),
        1 => edges.extend([at[0] - 0.5, at[0] + 0.5]),
        _ if uniform => {
            let step = (at[n - 1] - at[0]) / (n - 1) as f64;
            // Half a cell is more than rounding, and would be seen.
            let even =
                at.iter().enumerate().all(|(i, v)| (v - at[0] - i as f64 * step).abs() <= 0.01 * step.abs());
            if !even {
                return Err(wrong("is not equally spaced, which `imshow` needs; `pcolormesh` does not"));
            }
            edges.extend((0..=n).map(|i| at[0] + (i as f64 - 0.5) * step));
        }
        _ => {
            let half = |i: usize| 0.5 * (at[i + 1] - at[i]);
            edges.push(at[0] - half(0));
            edges.extend((0..n - 1).map(|i| at[i] + half(i)));
            edges.push(at[n - 1] + half(n - 2));
        }
    }
    if log {
        for v in &mut edges {
            *v = scale.inverse(*v);
        }
    }
    if edges.iter().any(|v| !v.is_finite()) {
        return Err(wrong("reaches past the largest number"));
    }
    Ok(edges)
}

/// The cells of a panel.
pub(in crate::render) struct MeshMark {
    /// Row-major `[rows, columns]`.
    values: Vec<f64>,
    shape: [usize; 2],
    /// Edges of columns, of rows.
    edges: [Arc<[f64]>; 2],
    /// Where the axes end, if not at the outermost edges.
    ends: [Option<[f64; 2]>; 2],
    kind: Kind,
    alpha: f64,
}

impl MeshMark {
    /// Whether it is an image, which is drawn below all else.
    pub(in crate::render) fn is_image(&self) -> bool {
        self.kind == Kind::ImShow
    }

    /// Cells between edges of columns and rows; `values` are row-major.
    pub(in crate::render) fn plain(values: Vec<f64>, edges: [Arc<[f64]>; 2], kind: Kind, alpha: f64) -> Self {
        let shape = [edges[1].len().saturating_sub(1), edges[0].len().saturating_sub(1)];
        Self { values, shape, edges, ends: [None; 2], kind, alpha }
    }

    pub(super) fn hides_grid(&self) -> bool {
        self.kind == Kind::PColorMesh
    }

    /// The middles of all cells, as axes of these scales show them, with their ends along x and their values.
    pub(in crate::render) fn middles(&self, scales: [Scale; 2]) -> Vec<([f64; 2], [f64; 2], f64)> {
        let middle = |i: usize, k: usize| {
            let [a, b] = [0, 1].map(|end| scales[i].forward(self.edges[i][k + end]));
            scales[i].inverse((a + b) / 2.0)
        };
        let cell = |k: usize| [middle(0, k % self.shape[1]), middle(1, k / self.shape[1])];
        let ends = |k: usize| [0, 1].map(|end| self.edges[0][k % self.shape[1] + end]);
        self.values.iter().enumerate().map(|(k, value)| (cell(k), ends(k), *value)).collect()
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let span = |scale: Scale, i: usize| {
            let whole = || Span::of(scale, self.edges[i].iter().copied()).map(|span| span.ends);
            let ends = self.ends[i].and_then(|ends| scale.extent(ends)).or_else(whole)?;
            Some(Span { ends, sticky: [true; 2] })
        };
        if self.values.is_empty() {
            return [None, None];
        }
        [span(x, 0), span(y, 1)]
    }

    pub(super) fn record(&self, color: Option<&ColorContent>) -> MarkRecord {
        MarkRecord {
            kind: self.kind.name().to_owned(),
            label: String::new(),
            n: self.values.len(),
            shape: Some(self.shape),
            range: values::range(&self.values),
            clim: color.map(|color| color.normalizer.limits),
            cmap: color.map(|color| color.map.name.clone()),
            missing: missing(&self.values),
        }
    }

    pub(super) fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, dpi: f64) {
        let Some(color) = color.filter(|_| !self.values.is_empty()) else { return };
        let frame = &plane.frame;
        let ruler = |axis: &Axis, edges: &[f64], length: f64| Ruling::new(axis, edges, length, dpi);
        let x = ruler(&plane.x, &self.edges[0], frame.width());
        let y = ruler(&plane.y, &self.edges[1], frame.height());
        let (Some(x), Some(y)) = (x, y) else { return };
        let (width, height) = (x.cells.len(), y.cells.len());
        if width == 0 || height == 0 {
            return;
        }
        let painter = color.normalizer.painter(&color.map);
        let mut rgba: Vec<u8> = Vec::with_capacity(4 * width * height);
        let mut row = vec![f64::NAN; width];
        let mut before = None;
        // Position 0 is the bottom, the image's first row is the top.
        for cell in y.cells.iter().rev() {
            if before == Some(*cell) {
                rgba.extend_from_within(rgba.len() - 4 * width..);
                continue;
            }
            before = Some(*cell);
            let line = cell.map(|cell| &self.values[cell * self.shape[1]..][..self.shape[1]]);
            if let (Some(line), Some(all), true) = (line, &x.adjacent, self.alpha >= 1.0) {
                painter.append(&line[all.clone()], &mut rgba);
                continue;
            }
            for (value, column) in row.iter_mut().zip(&x.cells) {
                *value = match (line, column) {
                    (Some(line), Some(column)) => line[*column],
                    _ => f64::NAN,
                };
            }
            let start = rgba.len();
            painter.append(&row, &mut rgba);
            for (pixel, column) in rgba[start..].chunks_exact_mut(4).zip(&x.cells) {
                if line.is_none() || column.is_none() {
                    pixel[3] = 0;
                } else if self.alpha < 1.0 {
                    pixel[3] = (f64::from(pixel[3]) * self.alpha.max(0.0)).round() as u8;
                }
            }
        }
        let rect = Rect {
            left: frame.left + x.ends[0] * frame.width(),
            right: frame.left + x.ends[1] * frame.width(),
            top: frame.bottom - y.ends[1] * frame.height(),
            bottom: frame.bottom - y.ends[0] * frame.height(),
        };
        plane.push(Command::Image(Image { rect, width, height, rgba: Arc::from(rgba) }));
    }
}

/// Which cell each column (or row) of the image shows, and where the image begins and ends along
/// the axis, 0–1 being the frame.
struct Ruling {
    /// In rising position; `None` where there is no cell.
    cells: Vec<Option<usize>>,
    /// The cells as a range, if they are one.
    adjacent: Option<std::ops::Range<usize>>,
    ends: [f64; 2],
}

impl Ruling {
    /// One image column a cell if cells are equally wide and not far more than pixels; else one a
    /// pixel of the frame, which shows the cell at its centre. `None` if no cell is in the frame.
    fn new(axis: &Axis, edges: &[f64], length: f64, dpi: f64) -> Option<Self> {
        let count = edges.len().checked_sub(1).filter(|n| *n > 0)?;
        let mut at: Vec<f64> = edges.iter().map(|edge| axis.mapping.position(*edge)).collect();
        // A log scale has no place for an edge at 0 or below: it lies beyond the frame.
        let far = if axis.mapping.limits[0] < axis.mapping.limits[1] { -1e6 } else { 1e6 };
        for v in &mut at {
            *v = if v.is_nan() { far } else { v.clamp(-1e6, 1e6) };
        }
        let rising = at[0] <= at[count];
        let cell = |i: usize| if rising { i } else { count - 1 - i };
        if !rising {
            at.reverse();
        }
        let pixels = (length / 72.0 * dpi).max(1.0);
        let step = (at[count] - at[0]) / count as f64;
        let even = at.iter().enumerate().all(|(i, v)| (v - at[0] - i as f64 * step).abs() * pixels < 0.02);
        let first = at.partition_point(|v| *v <= 0.0).saturating_sub(1);
        let last = at.partition_point(|v| *v < 1.0).min(count);
        if first >= last {
            return None;
        }
        if even && (last - first) as f64 <= 2.0 * pixels {
            let cells = (first..last).map(|i| Some(cell(i))).collect();
            let adjacent = rising.then_some(first..last);
            return Some(Self { cells, adjacent, ends: [at[first], at[last]] });
        }
        let columns = pixels.ceil() as usize;
        let cells = (0..columns).map(|column| {
            let center = (column as f64 + 0.5) / columns as f64;
            let i = at.partition_point(|v| *v <= center);
            (i > 0 && i <= count).then(|| cell(i - 1))
        });
        Some(Self { cells: cells.collect(), adjacent: None, ends: [0.0, 1.0] })
    }
}
