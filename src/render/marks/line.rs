//! Lines: one, or one a value of the hue.

use super::{Handle, Mark, Obstacles, Span, line_stroke};
use crate::data::{Coord, Dim, Dtype, Labelled, Pick};
use crate::render::axis::AxisKind;
use crate::render::chart::{Chart, Encoding, Kind, LineStyle, Scale, StepWhere};
use crate::render::content::{AxisContent, LegendContent};
use crate::render::error::RenderError;
use crate::render::record::Plane;
use crate::render::scene::{Color, Command, LineRecord, MarkerShape, Stroke};
use crate::render::values;
use std::sync::Arc;

/// `lines.markeredgewidth`.
const MARKER_EDGE: f64 = 1.0;

/// How an array becomes lines.
pub(in crate::render) struct Lines {
    pub(super) along: Dim,
    pub(super) hue: Option<(Dim, Coord, String)>,
    /// Positions along the axis that is not the values'.
    positions: Arc<[f64]>,
    coord_axis: AxisContent,
    /// The coordinate is vertical.
    swapped: bool,
}

impl Lines {
    /// Finds which dims run along the lines and which tell them apart, as xarray: what is not given
    /// is implied.
    pub(in crate::render) fn resolve(
        chart: &Chart,
        array: &Labelled,
        facets: &[Dim],
    ) -> Result<Self, RenderError> {
        let encodings = &chart.encodings;
        let free: Vec<Dim> = array.dims.iter().filter(|dim| !facets.contains(dim)).cloned().collect();
        let own = |name: &&str| array.name.as_deref() == Some(*name) && array.axis(name).is_none();
        let x = encodings.x.name().filter(|name| !own(name));
        let y = encodings.y.name().filter(|name| !own(name));
        if let (Some(_), Some(y)) = (x, y) {
            let why = format!("x is given as well, and `{y}` is not the array's name; give one of them");
            return Err(RenderError::Needs { kind: "line", role: "y", why });
        }
        let given = match (x, y) {
            (Some(name), _) => Some((coord_named(array, name, "x")?, name)),
            (None, Some(name)) => Some((coord_named(array, name, "y")?, name)),
            (None, None) => None,
        };
        let hue = match &encodings.hue {
            Encoding::Name(name) => Some((coord_named(array, name, "hue")?, name.clone())),
            Encoding::Auto | Encoding::Unused => None,
        };
        let taken = hue.as_ref().map(|(coord, _)| coord.dims[0].clone());
        let along = match &given {
            Some((coord, _)) => coord.dims[0].clone(),
            None => {
                let rest: Vec<&Dim> = free.iter().filter(|dim| Some(*dim) != taken.as_ref()).collect();
                match rest.as_slice() {
                    [one] => (*one).clone(),
                    [] => {
                        let why = "a line needs a dimension to run along".to_owned();
                        return Err(RenderError::Dims { kind: "line", dims: array.dims.clone(), why });
                    }
                    _ => {
                        let why = "say which dimension is x, y or hue".to_owned();
                        return Err(RenderError::Dims { kind: "line", dims: array.dims.clone(), why });
                    }
                }
            }
        };
        let mut hue = hue.map(|(coord, name)| (coord.dims[0].clone(), coord, name));
        let rest: Vec<&Dim> =
            free.iter().filter(|d| **d != along && hue.as_ref().is_none_or(|(dim, ..)| dim != *d)).collect();
        match rest.as_slice() {
            [] => {}
            [one] if hue.is_none() => {
                hue = Some(((*one).clone(), values::index_of(array, one), one.as_str().to_owned()));
            }
            _ => {
                let left: Vec<&str> = rest.iter().map(|dim| dim.as_str()).collect();
                let why = format!("{} would be left over", left.join(", "));
                return Err(RenderError::Dims { kind: "line", dims: array.dims.clone(), why });
            }
        }
        if hue.as_ref().is_some_and(|(dim, ..)| *dim == along) {
            let why = format!("hue and the line would both take `{along}`");
            return Err(RenderError::Dims { kind: "line", dims: array.dims.clone(), why });
        }
        let (coord, name) = match given {
            Some((coord, name)) => (coord, name.to_owned()),
            None => (values::index_of(array, &along), along.as_str().to_owned()),
        };
        let label = values::label(&coord, &name);
        let (positions, kind) = if coord.dtype() == Dtype::Str {
            let names = values::items(&coord, false);
            ((0..names.len()).map(|i| i as f64).collect(), AxisKind::Category(names))
        } else {
            (values::numbers(&coord, &coord.dims, "a line")?, values::axis_kind(&coord))
        };
        Ok(Self {
            along,
            hue,
            positions: positions.into(),
            coord_axis: AxisContent { label, kind },
            swapped: y.is_some(),
        })
    }

    /// The axes.
    pub(in crate::render) fn axes(&self, array: &Labelled) -> [AxisContent; 2] {
        let value = AxisContent {
            label: values::label(array, array.name.as_deref().unwrap_or("")),
            kind: values::axis_kind(array),
        };
        if self.swapped { [value, self.coord_axis.clone()] } else { [self.coord_axis.clone(), value] }
    }

    /// The legend's title.
    pub(in crate::render) fn legend(&self) -> Option<LegendContent> {
        let (_, coord, name) = self.hue.as_ref()?;
        Some(LegendContent { title: values::label(coord, name) })
    }

    /// The lines of one panel.
    pub(in crate::render) fn marks(&self, chart: &Chart, panel: &Labelled) -> Result<Vec<Mark>, RenderError> {
        Ok(self.marks_of(chart, panel)?.into_iter().map(Mark::Line).collect())
    }

    /// The same, not yet as marks of any kind.
    pub(super) fn marks_of(&self, chart: &Chart, panel: &Labelled) -> Result<Vec<LineMark>, RenderError> {
        let style = &chart.style;
        let options = &chart.marks;
        let width = options.linewidth.unwrap_or(style.line_width).clamp(0.0, 1e4);
        let names = self.hue.as_ref().map(|(_, coord, _)| values::items(coord, false));
        let count = names.as_ref().map_or(1, Vec::len);
        let mut marks = Vec::with_capacity(count);
        for i in 0..count {
            let one = match &self.hue {
                Some((dim, ..)) => panel.isel_dim(dim.as_str(), &Pick::At(i))?,
                None => panel.clone(),
            };
            let numbers: Arc<[f64]> =
                values::numbers(&one, std::slice::from_ref(&self.along), "a line")?.into();
            let cycled = style.cycle.get(i % style.cycle.len().max(1)).copied().unwrap_or(Color::BLACK);
            let color = options.color.unwrap_or(cycled).faded(options.alpha.unwrap_or(1.0));
            let positions = self.positions.clone();
            let (x, y) = if self.swapped { (numbers, positions) } else { (positions, numbers) };
            let size = options.markersize.unwrap_or(style.marker_size);
            let (own_dash, own_marker) =
                style.cycle_marks.get(i % style.cycle.len().max(1)).copied().unwrap_or_default();
            let dash = options.linestyle.or(own_dash).unwrap_or_default();
            marks.push(LineMark {
                label: names.as_ref().map_or_else(String::new, |names| names[i].clone()),
                x,
                y,
                color,
                stroke: (dash != LineStyle::None && width > 0.0).then(|| line_stroke(color, width, dash)),
                marker: options.marker.or(own_marker).map(|shape| (shape, size)),
                step: (chart.kind == Some(Kind::Step)).then_some(chart.step),
                own_name: false,
            });
        }
        Ok(marks)
    }
}

/// The one-dimensional coordinate, or the index of the dim, of this name.
fn coord_named(array: &Labelled, name: &str, role: &'static str) -> Result<Coord, RenderError> {
    let coord = match array.axis(name) {
        Some(axis) => values::index_of(array, &array.dims[axis]),
        None => array.coords.get(name).cloned().ok_or_else(|| RenderError::NoSuchName {
            role,
            name: name.to_owned(),
            have: have(array),
        })?,
    };
    match coord.dims.len() {
        1 => Ok(coord),
        0 => Err(RenderError::Coordinate { name: name.to_owned(), why: "is a single value" }),
        _ => Err(RenderError::Curvilinear { name: name.to_owned(), dims: coord.dims.clone() }),
    }
}

/// Names of dims and coordinates.
pub(super) fn have(array: &Labelled) -> Vec<String> {
    let mut names: Vec<String> = array.dims.iter().map(|dim| dim.as_str().to_owned()).collect();
    names.extend(array.coords.iter().map(|(name, _)| name.to_owned()).filter(|n| array.axis(n).is_none()));
    names
}

/// One line.
#[derive(Clone)]
pub(in crate::render) struct LineMark {
    /// Name in a legend.
    pub(in crate::render) label: String,
    pub(in crate::render) x: Arc<[f64]>,
    pub(in crate::render) y: Arc<[f64]>,
    pub(in crate::render) color: Color,
    pub(in crate::render) stroke: Option<Stroke>,
    pub(in crate::render) marker: Option<(MarkerShape, f64)>,
    /// Points are joined by steps.
    pub(in crate::render) step: Option<StepWhere>,
    /// The name is the line's own, not only the legend's (as matplotlib tells apart).
    pub(in crate::render) own_name: bool,
}

impl LineMark {
    /// A line with a name of its own, or none.
    pub(in crate::render) fn plain(
        label: String,
        x: Arc<[f64]>,
        y: Arc<[f64]>,
        color: Color,
        stroke: Option<Stroke>,
        marker: Option<(MarkerShape, f64)>,
    ) -> Self {
        Self { label, x, y, color, stroke, marker, step: None, own_name: true }
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        // As matplotlib, points of which one number is missing count along neither axis.
        let whole = || self.x.iter().zip(self.y.iter()).filter(|(x, y)| x.is_finite() && y.is_finite());
        [Span::of(x, whole().map(|(x, _)| *x)), Span::of(y, whole().map(|(_, y)| *y))]
    }

    pub(super) fn record(&self) -> LineRecord {
        let point = |i: usize| [self.x[i], self.y[i]];
        let none = [f64::NAN; 2];
        let n = self.x.len();
        LineRecord {
            label: if self.own_name { self.label.clone() } else { String::new() },
            n,
            first: if n > 0 { point(0) } else { none },
            last: if n > 0 { point(n - 1) } else { none },
            color: self.color,
        }
    }

    pub(super) fn handle(&self) -> Option<Handle> {
        (!self.label.is_empty()).then(|| Handle {
            label: self.label.clone(),
            line: self.stroke.clone(),
            marker: self.marker.map(|(shape, size)| (shape, size, self.color, None)),
            patch: None,
        })
    }

    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let step = self.x.len().div_ceil(4096).max(1);
        let pairs = self.x.iter().zip(self.y.iter()).step_by(step);
        Obstacles { points: Vec::new(), paths: vec![pairs.map(|(x, y)| plane.at(*x, *y)).collect()] }
    }

    pub(super) fn draw(&self, plane: &Plane<'_>, dpi: f64) {
        if let Some(stroke) = &self.stroke {
            let columns = (plane.frame.width() / 72.0 * dpi).ceil().max(1.0);
            for run in self.runs(plane) {
                for piece in clipped(plane, &decimated(run, columns)) {
                    plane.polyline(piece, stroke);
                }
            }
        }
        if let Some((shape, size)) = self.marker {
            let frame = &plane.frame;
            let near = |[x, y]: &[f64; 2]| {
                *x >= frame.left - size
                    && *x <= frame.right + size
                    && *y >= frame.top - size
                    && *y <= frame.bottom + size
            };
            let at = self.x.iter().zip(self.y.iter()).map(|(x, y)| plane.at(*x, *y)).filter(near).collect();
            let edge = super::scatter::line_marker_edge(shape, self.color);
            // Filled ones have an edge in their own colour.
            let size = if edge.is_none() { size + MARKER_EDGE } else { size };
            plane.push(Command::Markers { shape, at, sizes: vec![size], fills: vec![self.color], edge });
        }
    }

    /// What the line runs through: its points, with steps between them.
    fn corners(&self) -> impl Iterator<Item = (f64, f64)> {
        let n = self.x.len();
        let before = move |i: usize| -> [Option<(f64, f64)>; 2] {
            let Some(last) = i.checked_sub(1) else { return [None, None] };
            let ((x0, y0), (x1, y1)) = ((self.x[last], self.y[last]), (self.x[i], self.y[i]));
            match self.step {
                None => [None, None],
                Some(StepWhere::Pre) => [Some((x0, y1)), None],
                Some(StepWhere::Post) => [Some((x1, y0)), None],
                Some(StepWhere::Mid) => {
                    let middle = (x0 + x1) / 2.0;
                    [Some((middle, y0)), Some((middle, y1))]
                }
            }
        };
        (0..n).flat_map(move |i| before(i).into_iter().flatten().chain([(self.x[i], self.y[i])]))
    }

    /// The stretches without missing values: data and positions in the frame.
    fn runs(&self, plane: &Plane<'_>) -> Vec<Vec<Vertex>> {
        let (mut runs, mut run) = (Vec::new(), Vec::new());
        for (x, y) in self.corners() {
            let at = [plane.x.mapping.position(x), plane.y.mapping.position(y)];
            if at[0].is_finite() && at[1].is_finite() {
                run.push(Vertex { data: (x, y), at });
            } else if !run.is_empty() {
                runs.push(std::mem::take(&mut run));
            }
        }
        runs.push(run);
        runs.retain(|run| run.len() > 1);
        runs
    }
}

/// A datum and its position, 0–1 along each axis inside the frame.
#[derive(Clone, Copy)]
struct Vertex {
    data: (f64, f64),
    at: [f64; 2],
}

/// What is left of many points after keeping, of each stretch inside one pixel column, the first,
/// lowest, highest and last in their order: the same pixels (M4, Jugel et al., VLDB 2014).
fn decimated(run: Vec<Vertex>, columns: f64) -> Vec<Vertex> {
    if (run.len() as f64) < 8.0 * columns {
        return run;
    }
    let column = |vertex: &Vertex| (vertex.at[0] * columns).floor();
    let mut kept = Vec::new();
    let mut start = 0;
    while start < run.len() {
        let here = column(&run[start]);
        let (mut low, mut high, mut end) = (start, start, start + 1);
        while end < run.len() && column(&run[end]) == here {
            if run[end].at[1] < run[low].at[1] {
                low = end;
            }
            if run[end].at[1] > run[high].at[1] {
                high = end;
            }
            end += 1;
        }
        let mut picks = [start, low.min(high), low.max(high), end - 1].to_vec();
        picks.dedup();
        kept.extend(picks.into_iter().map(|i| run[i]));
        start = end;
    }
    kept
}

/// A polyline in data units.
type Piece = Vec<(f64, f64)>;

/// The parts of a polyline within one frame's length around the frame; what is cut off would only
/// be clipped, with positions past all numbers (Liang and Barsky, 1984).
fn clipped(plane: &Plane<'_>, run: &[Vertex]) -> Vec<Piece> {
    const BOX: [f64; 2] = [-1.0, 2.0];
    let inside = |v: &Vertex| v.at.iter().all(|p| *p >= BOX[0] && *p <= BOX[1]);
    if run.iter().all(inside) {
        return vec![run.iter().map(|v| v.data).collect()];
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut piece = Piece::new();
    for pair in run.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            let step = b.at[axis] - a.at[axis];
            if step == 0.0 {
                if a.at[axis] < BOX[0] || a.at[axis] > BOX[1] {
                    leave = -1.0;
                }
                continue;
            }
            let (s, t) = ((BOX[0] - a.at[axis]) / step, (BOX[1] - a.at[axis]) / step);
            enter = enter.max(s.min(t));
            leave = leave.min(s.max(t));
        }
        if enter > leave {
            if piece.len() > 1 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.clear();
            continue;
        }
        let cut = |t: f64| {
            let at = |axis: usize| a.at[axis] + t * (b.at[axis] - a.at[axis]);
            (plane.x.mapping.value(at(0)), plane.y.mapping.value(at(1)))
        };
        if piece.is_empty() {
            piece.push(if enter > 0.0 { cut(enter) } else { a.data });
        }
        if leave < 1.0 {
            piece.push(cut(leave));
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push(b.data);
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(n: usize, y: impl Fn(usize) -> f64) -> Vec<Vertex> {
        let vertex = |i: usize| {
            let at = [i as f64 / (n - 1) as f64, y(i)];
            Vertex { data: (at[0], at[1]), at }
        };
        (0..n).map(vertex).collect()
    }

    #[test]
    fn steps_are_those_of_matplotlib() {
        // Expected: `matplotlib.cbook.pts_to_prestep`, `pts_to_poststep`, `pts_to_midstep`.
        let line = |step| LineMark {
            label: String::new(),
            x: [0.0, 1.0, 3.0].into(),
            y: [5.0, 6.0, 4.0].into(),
            color: Color::BLACK,
            stroke: None,
            marker: None,
            step,
            own_name: false,
        };
        let corners = |step| line(step).corners().collect::<Vec<_>>();
        assert_eq!(corners(None).len(), 3);
        assert_eq!(
            corners(Some(StepWhere::Pre)),
            [(0.0, 5.0), (0.0, 6.0), (1.0, 6.0), (1.0, 4.0), (3.0, 4.0)]
        );
        assert_eq!(
            corners(Some(StepWhere::Post)),
            [(0.0, 5.0), (1.0, 5.0), (1.0, 6.0), (3.0, 6.0), (3.0, 4.0)]
        );
        let mid = corners(Some(StepWhere::Mid));
        assert_eq!(mid[1..6], [(0.5, 5.0), (0.5, 6.0), (1.0, 6.0), (2.0, 6.0), (2.0, 4.0)]);
    }

    #[test]
    fn decimation_keeps_every_spike_and_both_ends() {
        let spiked = |i: usize| if i == 31_234 { 9.0 } else { (i % 7) as f64 / 7.0 };
        let kept = decimated(run(100_000, spiked), 100.0);
        assert!(kept.len() <= 4 * 101, "{}", kept.len());
        assert!(kept.iter().any(|vertex| vertex.at[1] == 9.0));
        assert_eq!(kept[0].at, [0.0, 0.0]);
        assert_eq!(kept[kept.len() - 1].at[0], 1.0);
        assert!(kept.windows(2).all(|pair| pair[0].at[0] <= pair[1].at[0]));
        // Few points stay as they are.
        assert_eq!(decimated(run(700, spiked), 100.0).len(), 700);
    }
}
