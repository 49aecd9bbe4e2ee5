//! Polygons whose colours are values: cells between curved lines, hexagons.
//!
//! Few polygons are paths, stroked in their own colour so that no seam shows. Many cells are filled
//! pixel by pixel into one image, each pixel in the colour of the cell at its centre.

use super::curved::Nodes;
use super::{Show, Span, missing};
use crate::render::chart::Scale;
use crate::render::color::ColorContent;
use crate::render::record::{Plane, solid};
use crate::render::scene::{AxesRecord, Color, Command, Image, MarkRecord, Point, Rect, Segment, Stroke};
use crate::render::values;
use std::sync::Arc;

/// Most polygons that are drawn as paths.
const MOST_PATHS: usize = 2500;

/// Most pixels of an image along an axis.
const MOST_PIXELS: f64 = 16_384.0;

/// Corners of polygons.
pub(in crate::render) enum Corners {
    /// `each` a polygon, one polygon after the other.
    Loose {
        /// The corners.
        at: Vec<[f64; 2]>,
        /// Corners of a polygon.
        each: usize,
    },
    /// Cells between the lines of a bent grid, row by row.
    Nodes {
        /// Row-major, one more along both axes than cells.
        at: Nodes,
        /// Cells in a row.
        columns: usize,
    },
}

impl Corners {
    /// Their positions along x or y.
    fn along(&self, axis: usize) -> Box<dyn Iterator<Item = f64> + '_> {
        match self {
            Self::Loose { at, .. } => Box::new(at.iter().map(move |corner| corner[axis])),
            Self::Nodes { at, .. } => Box::new(at[axis].iter().copied()),
        }
    }

    /// Each polygon in the figure.
    fn placed<'a>(&'a self, plane: &'a Plane<'_>) -> Box<dyn Iterator<Item = Vec<Point>> + 'a> {
        match self {
            Self::Loose { at, each } => Box::new(
                at.chunks_exact((*each).max(1))
                    .map(|corners| corners.iter().map(|[x, y]| plane.at(*x, *y)).collect()),
            ),
            Self::Nodes { at: [x, y], columns } => {
                let (columns, wide) = ((*columns).max(1), columns + 1);
                let nodes: Vec<Point> = x.iter().zip(y.iter()).map(|(x, y)| plane.at(*x, *y)).collect();
                let rows = (nodes.len() / wide).saturating_sub(1);
                Box::new((0..rows * columns).map(move |cell| {
                    let first = cell / columns * wide + cell % columns;
                    [first, first + 1, first + wide + 1, first + wide].map(|k| nodes[k]).to_vec()
                }))
            }
        }
    }
}

/// Polygons of one call.
pub(in crate::render) struct PolygonsMark {
    /// What they are, for the table.
    pub(in crate::render) kind: &'static str,
    /// Where they are.
    pub(in crate::render) corners: Corners,
    /// A value each.
    pub(in crate::render) values: Vec<f64>,
    /// Rows and columns, if they are cells.
    pub(in crate::render) shape: Option<[usize; 2]>,
    /// What axes show by themselves, without margins.
    pub(in crate::render) extent: [Option<[f64; 2]>; 2],
    /// Width of the edge in the polygon's own colour, points.
    pub(in crate::render) own_edge: f64,
    /// An edge in one colour for all.
    pub(in crate::render) edge: Option<Stroke>,
    /// Opacity, 0–1.
    pub(in crate::render) alpha: f64,
}

impl PolygonsMark {
    /// Corners of polygons in the figure, for those that have a place and a colour.
    fn placed<'a>(
        &'a self,
        plane: &'a Plane<'_>,
        color: &'a ColorContent,
    ) -> impl Iterator<Item = (Vec<Point>, Color)> + 'a {
        self.corners.placed(plane).zip(&self.values).filter_map(move |(points, value)| {
            let fill = color.of(*value).faded(self.alpha);
            let there = points.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e6);
            (there && fill.a > 0 && meets(&points, &plane.frame)).then_some((points, fill))
        })
    }

    fn paths(&self, plane: &Plane<'_>, color: &ColorContent) {
        for (points, fill) in self.placed(plane, color) {
            let own = (self.own_edge > 0.0 && fill.a == 255).then(|| solid(fill, self.own_edge));
            let mut path: Vec<Segment> = points.iter().map(|at| Segment::Line(*at)).collect();
            if let Some(first) = path.first_mut() {
                *first = Segment::Move(points[0]);
            }
            path.push(Segment::Close);
            plane.push(Command::Path { path, fill: Some(fill), stroke: self.edge.clone().or(own) });
        }
    }

    fn image(&self, plane: &Plane<'_>, color: &ColorContent, dpi: f64) {
        let scale = dpi / 72.0;
        let frame = plane.frame;
        let (left, top) = ((frame.left * scale).floor(), (frame.top * scale).floor());
        let (right, bottom) = ((frame.right * scale).ceil(), (frame.bottom * scale).ceil());
        let (width, height) = (right - left, bottom - top);
        if !(width >= 1.0 && height >= 1.0 && width <= MOST_PIXELS && height <= MOST_PIXELS) {
            return;
        }
        let (width, height) = (width as usize, height as usize);
        let mut rgba = vec![0_u8; 4 * width * height];
        for (mut points, fill) in self.placed(plane, color) {
            for [x, y] in &mut points {
                (*x, *y) = (*x * scale - left, *y * scale - top);
            }
            fill_polygon(&points, [width, height], |row, columns| {
                for pixel in rgba[4 * (row * width + columns.start)..4 * (row * width + columns.end)]
                    .chunks_exact_mut(4)
                {
                    pixel.copy_from_slice(&[fill.r, fill.g, fill.b, fill.a]);
                }
            });
        }
        let rect =
            Rect { left: left / scale, top: top / scale, right: right / scale, bottom: bottom / scale };
        plane.push(Command::Image(Image { rect, width, height, rgba: Arc::from(rgba) }));
    }
}

/// Whether a polygon's box and the frame have a point in common.
fn meets(points: &[Point], frame: &Rect) -> bool {
    let ends = |i: usize| {
        points
            .iter()
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], point| [a.min(point[i]), b.max(point[i])])
    };
    let ([left, right], [top, bottom]) = (ends(0), ends(1));
    left <= frame.right && right >= frame.left && top <= frame.bottom && bottom >= frame.top
}

/// Gives the pixels whose centres lie in a polygon: a row, and the columns there.
fn fill_polygon(
    points: &[Point],
    [width, height]: [usize; 2],
    mut paint: impl FnMut(usize, std::ops::Range<usize>),
) {
    let low = points.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|p| p[1]).fold(f64::NEG_INFINITY, f64::max);
    let first = (low - 0.5).ceil().clamp(0.0, height as f64) as usize;
    let last = (high - 0.5).ceil().clamp(0.0, height as f64) as usize;
    let mut crossings: Vec<f64> = Vec::with_capacity(points.len());
    for row in first..last {
        let y = row as f64 + 0.5;
        crossings.clear();
        for (i, a) in points.iter().enumerate() {
            let b = points[(i + 1) % points.len()];
            // The lower end belongs to an edge, the upper one does not: corners count once.
            if (a[1] <= y) != (b[1] <= y) {
                crossings.push(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
            }
        }
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let [from, to] = [pair[0], pair[1]].map(|x| (x - 0.5).ceil().clamp(0.0, width as f64) as usize);
            if from < to {
                paint(row, from..to);
            }
        }
    }
}

impl Show for PolygonsMark {
    fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        [(0, x), (1, y)].map(|(i, scale)| {
            let ends = match self.extent[i] {
                Some(ends) => Span::of(scale, ends)?.ends,
                None => Span::of(scale, self.corners.along(i))?.ends,
            };
            Some(Span { ends, sticky: [true; 2] })
        })
    }

    fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, dpi: f64) {
        let Some(color) = color else { return };
        if self.shape.is_none() || self.values.len() <= MOST_PATHS {
            self.paths(plane, color);
        } else {
            self.image(plane, color, dpi);
        }
    }

    fn record(&self, axes: &mut AxesRecord, color: Option<&ColorContent>) {
        axes.marks.push(MarkRecord {
            kind: self.kind.to_owned(),
            label: String::new(),
            n: self.values.len(),
            shape: self.shape,
            range: values::range(&self.values),
            clim: color.map(|color| color.normalizer.limits),
            cmap: color.map(|color| color.map.name.clone()),
            missing: missing(&self.values),
        });
    }

    fn color_values(&self) -> &[f64] {
        &self.values
    }

    fn hides_grid(&self) -> bool {
        self.shape.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_belongs_to_the_one_polygon_that_its_centre_is_in() {
        // Two quadrangles that share a slanted side tile the image, each pixel once.
        let mut counts = [0; 12 * 8];
        for polygon in [
            [[0.0, 0.0], [7.3, 0.0], [3.1, 8.0], [0.0, 8.0]],
            [[7.3, 0.0], [12.0, 0.0], [12.0, 8.0], [3.1, 8.0]],
        ] {
            fill_polygon(&polygon, [12, 8], |row, columns| columns.for_each(|c| counts[12 * row + c] += 1));
        }
        assert_eq!(counts, [1; 12 * 8]);
    }

    #[test]
    fn polygons_beyond_the_image_are_cut() {
        let mut count = 0;
        fill_polygon(&[[-5.0, -5.0], [50.0, -5.0], [50.0, 2.0], [-5.0, 2.0]], [4, 4], |_, columns| {
            count += columns.len();
        });
        assert_eq!(count, 8);
    }
}
