//! Lines: one, or one a value of the hue.

use super::thin::{Thin, windows};
use super::{Handle, Mark, Obstacles, Span, markers};
use crate::data::{Coord, Dim, Dtype, Labelled, Pick, Values};
use crate::render::axis::AxisKind;
use crate::render::chart::{Chart, Encoding, Every, Kind, LineMarker, LineStyle, Scale, StepWhere};
use crate::render::content::{AxisContent, LegendContent};
use crate::render::error::RenderError;
use crate::render::record::Plane;
use crate::render::scene::{Color, LineRecord, Stroke};
use crate::render::series::{Series, Window};
use crate::render::values;
use std::cell::RefCell;
use std::sync::Arc;

/// `lines.markeredgewidth`.
pub(in crate::render) const MARKER_EDGE: f64 = 1.0;

/// How an array becomes lines.
pub(in crate::render) struct Lines {
    pub(super) along: Dim,
    pub(super) hue: Option<(Dim, Coord, String)>,
    /// Positions along the axis that is not the values'.
    positions: Series,
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
            Encoding::Name(name) => {
                let coord = match array.axis(name) {
                    Some(axis) => values::index_of(array, &array.dims[axis]),
                    None => coord_named(array, name, "hue")?,
                };
                Some((coord, name.clone()))
            }
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
            None => (index(array, &along), along.as_str().to_owned()),
        };
        let label = values::label(&coord, &name);
        let (positions, kind) = if coord.dtype() == Dtype::Str {
            let names = values::items(&coord, false);
            (Series::Count(names.len()), AxisKind::Category(names))
        } else if coord.size() == 0 {
            (Series::Count(array.len_of(along.as_str()).unwrap_or(0)), values::axis_kind(&coord))
        } else {
            (Series::of(&coord, "a line")?, values::axis_kind(&coord))
        };
        Ok(Self {
            along,
            hue,
            positions,
            coord_axis: AxisContent { label, kind, falling: None },
            swapped: y.is_some(),
        })
    }

    /// The axes.
    pub(in crate::render) fn axes(&self, array: &Labelled) -> [AxisContent; 2] {
        let value = AxisContent {
            label: values::label(array, array.name.as_deref().unwrap_or("")),
            kind: values::axis_kind(array),
            falling: None,
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
            let numbers = Series::of(&one, "a line")?;
            let cycled = style.cycle.get(i % style.cycle.len().max(1)).copied().unwrap_or(Color::BLACK);
            let color = options.color.unwrap_or(cycled).faded(options.alpha.unwrap_or(1.0));
            let faded = |color: Color| color.faded(options.alpha.unwrap_or(1.0));
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
                stroke: (dash != LineStyle::None && width > 0.0)
                    .then(|| style.lines.with(options.ends).stroke(color, width, dash)),
                marker: options.marker.or(own_marker).map(|shape| LineMarker {
                    face: options.marker_colors[0].or(style.marker_colors[0]).map(faded),
                    edge: options.marker_colors[1].or(style.marker_colors[1]).map(faded),
                    edge_width: options.marker_edge.unwrap_or(style.marker_edge_width),
                    fill: options.fill.unwrap_or(style.fill_style),
                    every: options.every.clone(),
                    ..LineMarker::plain(shape, size)
                }),
                thin: options.aggregate,
                known: Known::default(),
                step: (chart.kind == Some(Kind::Step)).then_some(chart.step).or(options.steps),
                own_name: false,
            });
        }
        Ok(marks)
    }
}

/// The labels of a dim; without any, an empty array stands for 0, 1, ….
fn index(array: &Labelled, dim: &Dim) -> Coord {
    array.coords.index(dim).cloned().unwrap_or_else(|| {
        let none = Values::I64(Vec::new().into());
        Arc::new(Labelled::contiguous(vec![dim.clone()], vec![0], none).named(dim.as_str()))
    })
}

/// The one-dimensional coordinate of this name; for a dim as [`index`] has it.
fn coord_named(array: &Labelled, name: &str, role: &'static str) -> Result<Coord, RenderError> {
    let coord = match array.axis(name) {
        Some(axis) => index(array, &array.dims[axis]),
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
    pub(in crate::render) x: Series,
    pub(in crate::render) y: Series,
    pub(in crate::render) color: Color,
    pub(in crate::render) stroke: Option<Stroke>,
    pub(in crate::render) marker: Option<LineMarker>,
    /// Points are joined by steps.
    pub(in crate::render) step: Option<StepWhere>,
    /// The name is the line's own, not only the legend's (as matplotlib tells apart).
    pub(in crate::render) own_name: bool,
    /// Whether only what can be seen of it is drawn; by the number of its points if nobody says.
    pub(in crate::render) thin: Option<bool>,
    pub(in crate::render) known: Known,
}

/// Extents by scales, once they were looked for.
type Known = RefCell<Vec<([Scale; 2], [Option<Span>; 2])>>;

impl LineMark {
    /// A line with a name of its own, or none.
    pub(in crate::render) fn plain(
        label: String,
        x: Series,
        y: Series,
        color: Color,
        stroke: Option<Stroke>,
        marker: Option<LineMarker>,
    ) -> Self {
        Self {
            label,
            x,
            y,
            color,
            stroke,
            marker,
            step: None,
            own_name: true,
            thin: None,
            known: Known::default(),
        }
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let mut known = self.known.borrow_mut();
        if let Some((_, spans)) = known.iter().find(|(scales, _)| *scales == [x, y]) {
            return *spans;
        }
        let spans = self.find_spans(x, y);
        known.push(([x, y], spans));
        spans
    }

    fn find_spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let (mut xs, mut ys) = (None, None);
        let add = |ends: &mut Option<[f64; 2]>, scale: Scale, values: [f64; 2]| {
            let both = ends.iter().flat_map(|ends| *ends).chain(values);
            *ends = scale.extent(both);
        };
        windows(&self.x, &self.y, |wx, wy, len| {
            let whole = |scale: Scale, window: Window<'_>| {
                window.extremes(0..len).filter(|ends| scale.extent(*ends) == Some(*ends))
            };
            if let (Some(a), Some(b)) = (whole(x, wx), whole(y, wy)) {
                add(&mut xs, x, a);
                add(&mut ys, y, b);
                return;
            }
            for (px, py) in (0..len).map(|i| (wx.at(i), wy.at(i))) {
                // As matplotlib, points of which one number is missing count along neither axis.
                if px.is_finite() && py.is_finite() {
                    add(&mut xs, x, [px; 2]);
                    add(&mut ys, y, [py; 2]);
                }
            }
        });
        [(x, xs), (y, ys)].map(|(scale, ends)| Span::of(scale, ends.into_iter().flatten()))
    }

    pub(super) fn record(&self) -> LineRecord {
        let point = |i: usize| [self.x.at(i), self.y.at(i)];
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
            line_marker: self.marker.clone().map(|marker| (marker, self.color)),
            ..Handle::default()
        })
    }

    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let step = self.x.len().div_ceil(4096).max(1);
        let path = (0..self.x.len()).step_by(step).map(|i| plane.at(self.x.at(i), self.y.at(i))).collect();
        Obstacles { points: Vec::new(), paths: vec![path] }
    }

    pub(super) fn draw(&self, plane: &Plane<'_>, dpi: f64) {
        if let Some(stroke) = &self.stroke {
            let columns = (plane.frame.width() / 72.0 * dpi).ceil().max(1.0);
            let mappings = [plane.x.mapping, plane.y.mapping];
            let mut thin = Thin::new(mappings, columns, |piece| plane.polyline(piece, stroke));
            match self.thin {
                None => {}
                Some(true) => thin.few = 0.0,
                Some(false) => thin.few = f64::INFINITY,
            }
            match self.step {
                None => thin.line(&self.x, &self.y),
                Some(_) => self.corners(|x, y| thin.point(x, y)),
            }
            thin.finish();
        }
        if let Some(marker) = &self.marker {
            let frame = &plane.frame;
            let reach = marker.size;
            let near = |[x, y]: &[f64; 2]| {
                *x >= frame.left - reach
                    && *x <= frame.right + reach
                    && *y >= frame.top - reach
                    && *y <= frame.bottom + reach
            };
            let mut at = Vec::new();
            if marker.every == Every::All {
                self.pairs(|x, y| at.extend(Some(plane.at(x, y)).filter(near)));
            } else {
                let mut all = Vec::with_capacity(self.x.len());
                self.pairs(|x, y| all.push(plane.at(x, y)));
                let diagonal = libm::hypot(frame.width(), frame.height());
                let chosen = markers::chosen(&marker.every, &all, diagonal);
                at.extend(chosen.into_iter().map(|i| all[i]).filter(near));
            }
            markers::commands(marker, self.color, at).into_iter().for_each(|command| plane.push(command));
        }
    }

    /// Calls `f` with what the line runs through: its points, with steps between them.
    fn corners(&self, mut f: impl FnMut(f64, f64)) {
        let mut last: Option<(f64, f64)> = None;
        self.pairs(|x, y| {
            if let Some((x0, y0)) = last {
                match self.step {
                    None => {}
                    Some(StepWhere::Pre) => f(x0, y),
                    Some(StepWhere::Post) => f(x, y0),
                    Some(StepWhere::Mid) => {
                        let middle = (x0 + x) / 2.0;
                        f(middle, y0);
                        f(middle, y);
                    }
                }
            }
            last = Some((x, y));
            f(x, y);
        });
    }

    /// Calls `f` with every point.
    fn pairs(&self, mut f: impl FnMut(f64, f64)) {
        windows(&self.x, &self.y, |x, y, len| (0..len).for_each(|i| f(x.at(i), y.at(i))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_those_of_matplotlib() {
        // Expected: `matplotlib.cbook.pts_to_prestep`, `pts_to_poststep`, `pts_to_midstep`.
        let line = |step| LineMark {
            label: String::new(),
            x: Series::from([0.0, 1.0, 3.0]),
            y: Series::from([5.0, 6.0, 4.0]),
            color: Color::BLACK,
            stroke: None,
            marker: None,
            step,
            own_name: false,
            thin: None,
            known: Known::default(),
        };
        let corners = |step| {
            let mut all = Vec::new();
            line(step).corners(|x, y| all.push((x, y)));
            all
        };
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
}
