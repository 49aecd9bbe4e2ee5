//! Surfaces over a grid, as faces or as a net of lines: matplotlib's `plot_surface` and
//! `plot_wireframe`.

use super::Stage;
use super::projection::{Place, cosine, cross, normalized};
use crate::render::chart::{Scale, SurfaceOptions};
use crate::render::color::ColorContent;
use crate::render::marks::{Handle, Span};
use crate::render::record::solid;
use crate::render::scene::{Cap, Color, Command, Join, MarkRecord, Point, Segment, Stroke};
use crate::render::values;

/// Most faces or lines along an axis if nobody says it (matplotlib's).
const COUNT: usize = 50;

/// Least brightness of a lit face, and how much the light adds (matplotlib's).
const SHADE: [f64; 2] = [0.3, 0.7];

/// Degrees of the light's azimuth, clockwise from y, and of its altitude (matplotlib's).
const LIGHT: [f64; 2] = [225.0, 19.4712];

/// Width of the strokes that close the seams between faces, points.
const SEAM: f64 = 0.75;

/// Values on a grid.
pub(in crate::render) struct Grid {
    /// Rows and columns.
    pub(in crate::render) shape: [usize; 2],
    /// One a column, or one a value.
    pub(in crate::render) x: Vec<f64>,
    /// One a row, or one a value.
    pub(in crate::render) y: Vec<f64>,
    /// Row by row.
    pub(in crate::render) z: Vec<f64>,
}

impl Grid {
    fn at(&self, row: usize, col: usize) -> Place {
        let i = row * self.shape[1] + col;
        let own = |values: &[f64], short: usize| {
            if values.len() == self.z.len() { values[i] } else { values[short] }
        };
        [own(&self.x, col), own(&self.y, row), self.z[i]]
    }

    /// Whether the lengths fit each other: as many x as columns or values, y as rows or values.
    pub(in crate::render) fn fits(&self) -> bool {
        let [rows, cols] = self.shape;
        let n = self.z.len();
        rows.checked_mul(cols) == Some(n)
            && (self.x.len() == cols || self.x.len() == n)
            && (self.y.len() == rows || self.y.len() == n)
    }

    /// The rows or columns at which faces or lines begin, and the last one.
    fn steps(&self, axis: usize, options: &SurfaceOptions) -> Vec<usize> {
        let n = self.shape[axis];
        let by_count = n.div_ceil(options.counts[axis].unwrap_or(COUNT).max(1));
        let stride = options.strides[axis].unwrap_or(by_count).max(1);
        let mut steps: Vec<usize> = (0..n.saturating_sub(1)).step_by(stride).collect();
        if n > 0 {
            steps.push(n - 1);
        }
        steps
    }
}

/// How a surface is drawn.
#[derive(Clone, Debug)]
pub(in crate::render) enum Skin {
    /// Faces coloured by their height.
    Colored,
    /// Faces of one colour.
    Plain(Color),
    /// Lines along rows and columns.
    Net(Stroke),
}

/// A surface.
pub(in crate::render) struct SurfaceMark {
    /// Name in a legend.
    pub(in crate::render) label: String,
    grid: Grid,
    skin: Skin,
    lit: bool,
    alpha: f64,
    /// Lines around the faces.
    edge: Option<Stroke>,
    rows: Vec<usize>,
    cols: Vec<usize>,
    /// Mean heights of the faces, for colours.
    heights: Vec<f64>,
}

impl SurfaceMark {
    /// A surface over a grid that [fits](Grid::fits).
    pub(in crate::render) fn new(
        grid: Grid,
        skin: Skin,
        options: &SurfaceOptions,
        (alpha, edge): (f64, Option<Stroke>),
    ) -> Self {
        let (rows, cols) = (grid.steps(0, options), grid.steps(1, options));
        let lit = options.shade.unwrap_or(matches!(skin, Skin::Plain(_)));
        let mut mark =
            Self { label: String::new(), grid, skin, lit, alpha, edge, rows, cols, heights: Vec::new() };
        if matches!(mark.skin, Skin::Colored) {
            mark.heights = mark.faces().map(|face| mean(face.iter().map(|at| at[2]))).collect();
        }
        mark
    }

    /// The corners of each face that has at least three, data units. Those without a value are not
    /// among them.
    fn faces(&self) -> impl Iterator<Item = Vec<Place>> {
        let blocks = self.rows.windows(2).flat_map(|rows| self.cols.windows(2).map(move |cols| (rows, cols)));
        blocks.filter_map(|(rows, cols)| {
            let ([r0, r1], [c0, c1]) = ([rows[0], rows[1]], [cols[0], cols[1]]);
            let around = (c0..c1)
                .map(|c| (r0, c))
                .chain((r0..r1).map(|r| (r, c1)))
                .chain((c0 + 1..=c1).rev().map(|c| (r1, c)))
                .chain((r0 + 1..=r1).rev().map(|r| (r, c0)));
            let corners = around.map(|(row, col)| self.grid.at(row, col));
            let face: Vec<Place> = corners.filter(|at| at.iter().all(|v| v.is_finite())).collect();
            (face.len() >= 3).then_some(face)
        })
    }

    /// Extents along x, y and z; there is no margin above and below.
    pub(super) fn spans(&self, scales: [Scale; 3]) -> [Option<Span>; 3] {
        let Grid { x, y, z, .. } = &self.grid;
        let tight = Span::of(scales[2], z.iter().copied()).map(|span| Span { sticky: [true; 2], ..span });
        [Span::of(scales[0], x.iter().copied()), Span::of(scales[1], y.iter().copied()), tight]
    }

    /// Values that colours stand for: the heights of the faces.
    pub(in crate::render) fn values(&self) -> &[f64] {
        &self.heights
    }

    /// Draws it, the farthest faces first.
    pub(super) fn draw(&self, stage: &Stage<'_>, color: Option<&ColorContent>) -> Vec<Point> {
        match &self.skin {
            Skin::Net(stroke) => self.draw_net(stage, stroke),
            Skin::Colored => {
                let fill = |i: usize| color.map_or(Color::BLACK, |color| color.of(self.heights[i]));
                self.draw_faces(stage, &fill)
            }
            Skin::Plain(one) => self.draw_faces(stage, &|_| *one),
        }
    }

    fn draw_faces(&self, stage: &Stage<'_>, fill: &dyn Fn(usize) -> Color) -> Vec<Point> {
        let mut drawn: Vec<(f64, Color, Vec<Point>)> = Vec::new();
        for (i, face) in self.faces().enumerate() {
            let projected: Option<Vec<Place>> = face.iter().map(|at| stage.project(*at)).collect();
            let Some(projected) = projected else { continue };
            let mut own = fill(i);
            if self.lit {
                own = lit(own, &face.iter().map(|at| stage.stretched(*at)).collect::<Vec<_>>());
            }
            let depth = mean(projected.iter().map(|at| at[2]));
            drawn.push((
                depth,
                own.faded(self.alpha),
                projected.into_iter().map(|at| stage.paper(at)).collect(),
            ));
        }
        // Stable, so that faces equally far are in the order of the grid.
        drawn.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
        let mut points = Vec::new();
        for (_, color, corners) in drawn {
            points.extend(corners.first());
            // Without edges of their own, faces that nothing shines through get one of their colour:
            // antialiased neighbours would show a light seam.
            let seam = || Stroke { join: Join::Round, ..solid(color, SEAM) };
            let stroke = self.edge.clone().or_else(|| (color.a == 255).then(seam));
            let mut path: Vec<Segment> = Vec::with_capacity(corners.len() + 1);
            for (i, corner) in corners.into_iter().enumerate() {
                path.push(if i == 0 { Segment::Move(corner) } else { Segment::Line(corner) });
            }
            path.push(Segment::Close);
            stage.canvas.push(Command::Path { path, fill: Some(color), stroke });
        }
        points
    }

    fn draw_net(&self, stage: &Stage<'_>, stroke: &Stroke) -> Vec<Point> {
        let [rows, cols] = self.grid.shape;
        let along_rows = self.rows.iter().map(|row| (0..cols).map(|col| self.grid.at(*row, col)).collect());
        let along_cols = self.cols.iter().map(|col| (0..rows).map(|row| self.grid.at(row, *col)).collect());
        let stroke = Stroke { color: stroke.color.faded(self.alpha), cap: Cap::Butt, ..stroke.clone() };
        let mut all = Vec::new();
        for line in along_rows.chain(along_cols) {
            let line: Vec<Place> = line;
            for points in stage.line(&line) {
                all.extend(&points);
                stage.canvas.push(Command::Polyline { points, stroke: stroke.clone() });
            }
        }
        all
    }

    /// Whether it is a net of lines.
    pub(super) fn is_net(&self) -> bool {
        matches!(self.skin, Skin::Net(_))
    }

    /// The points that its faces or lines run through, data units.
    pub(super) fn corners(&self) -> impl Iterator<Item = Place> {
        let [rows, cols] = self.grid.shape;
        let lines =
            move |row, col| self.rows.binary_search(&row).is_ok() || self.cols.binary_search(&col).is_ok();
        (0..rows)
            .flat_map(move |row| (0..cols).map(move |col| (row, col)))
            .filter(move |(row, col)| lines(*row, *col))
            .map(|(row, col)| self.grid.at(row, col))
    }

    pub(super) fn handle(&self) -> Option<Handle> {
        let handle = |line, patch| Handle { label: self.label.clone(), line, patch, ..Handle::default() };
        match &self.skin {
            _ if self.label.is_empty() => None,
            Skin::Net(stroke) => Some(handle(Some(stroke.clone()), None)),
            Skin::Plain(color) => Some(handle(None, Some(color.faded(self.alpha)))),
            Skin::Colored => None,
        }
    }

    /// Its line of the table.
    pub(super) fn record(&self, color: Option<&ColorContent>) -> MarkRecord {
        let colored = color.filter(|_| matches!(self.skin, Skin::Colored));
        let net = matches!(self.skin, Skin::Net(_));
        MarkRecord {
            kind: if net { "wireframe" } else { "surface" }.to_owned(),
            label: self.label.clone(),
            n: if net { self.rows.len() + self.cols.len() } else { self.faces().count() },
            shape: Some(self.grid.shape),
            range: values::range(&self.grid.z),
            clim: colored.map(|color| color.normalizer.limits),
            cmap: colored.map(|color| color.map.name.clone()),
            missing: self.grid.z.iter().filter(|v| !v.is_finite()).count(),
        }
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

/// A colour as the light falls on a face. matplotlib takes the normal in data units, where most
/// data are either steep or flat; here it is that of the face as it is seen, in the box.
fn lit(color: Color, face: &[Place]) -> Color {
    let n = face.len();
    let [a, b, c] = [face[0], face[n / 3], face[2 * n / 3]];
    let side = |from: Place, to: Place| [0, 1, 2].map(|i| from[i] - to[i]);
    let normal = normalized(cross(side(a, b), side(b, c)));
    let [azimuth, altitude] = [90.0 - LIGHT[0], LIGHT[1]].map(f64::to_radians);
    let light = [
        libm::cos(azimuth) * libm::cos(altitude),
        libm::sin(azimuth) * libm::cos(altitude),
        libm::sin(altitude),
    ];
    let cosine = cosine(normal, light);
    if !cosine.is_finite() {
        return color;
    }
    let share = SHADE[0] + SHADE[1] * (cosine + 1.0) / 2.0;
    let dim = |part: u8| (f64::from(part) * share).round() as u8;
    Color { r: dim(color.r), g: dim(color.g), b: dim(color.b), a: color.a }
}
