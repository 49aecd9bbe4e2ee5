//! Contours: filled between levels, or lines at them.

use super::curved::{Curved, Nodes};
use super::mesh::Axes2;
use super::trace::{Field, Line};
use super::{ContourLabels, Mark, MarkHatch, Span, hatched, missing};
use crate::data::{Dim, Labelled};
use crate::render::chart::{Chart, Kind, LineRules, LineStyle, Scale};
use crate::render::color::ColorContent;
use crate::render::content::AxisContent;
use crate::render::error::RenderError;
use crate::render::record::Plane;
use crate::render::scene::{Cap, Color, Command, Join, MarkRecord, Point, Segment, Stroke};
use crate::render::values;
use std::sync::Arc;

/// How an array becomes contours.
pub(in crate::render) struct Contours {
    dims: [Dim; 2],
    /// Positions of columns and rows, if they have some.
    grid: Option<[Arc<[f64]>; 2]>,
    curved: Option<Curved>,
    axes: [AxisContent; 2],
    kind: Kind,
}

impl Contours {
    /// Finds the dims of x and y, as for meshes.
    pub(in crate::render) fn resolve(
        chart: &Chart,
        kind: Kind,
        array: &Labelled,
        facets: &[Dim],
    ) -> Result<Self, RenderError> {
        let found = Axes2::resolve(chart, kind, array, facets)?;
        let axes = found.axes();
        let curved = Curved::of(&found, array, facets)?;
        let [x, y] = &found.coords;
        let at = |(coord, name): &(crate::data::Coord, String)| super::mesh::positions(coord, name);
        let grid = if curved.is_none() { Some([at(x)?.into(), at(y)?.into()]) } else { None };
        Ok(Self { grid, curved, axes, dims: found.dims, kind })
    }

    /// The axes.
    pub(in crate::render) fn axes(&self) -> [AxisContent; 2] {
        self.axes.clone()
    }

    /// The contours of one panel.
    pub(in crate::render) fn marks(&self, chart: &Chart, panel: &Labelled) -> Result<Vec<Mark>, RenderError> {
        let [rows, columns] = [0, 1].map(|i| panel.len_of(self.dims[i].as_str()).unwrap_or_default());
        let at = match (&self.grid, &self.curved) {
            (Some(at), _) => ContourAt { at: at.clone(), curved: None },
            (None, Some(curved)) => ContourAt { at: curved.positions(panel)?, curved: Some([rows, columns]) },
            (None, None) => ContourAt { at: [Arc::from([]), Arc::from([])], curved: None },
        };
        if rows < 2 || columns < 2 {
            let why = format!("contours need at least 2 × 2 values, not {columns} × {rows}");
            return Err(RenderError::Dims { kind: self.kind.name(), dims: panel.dims.clone(), why });
        }
        Ok(vec![Mark::Contour(ContourMark {
            values: values::numbers(panel, &self.dims, "contours")?,
            at,
            filled: self.kind == Kind::ContourF,
            alpha: chart.marks.alpha.unwrap_or(1.0),
            width: chart
                .marks
                .linewidth
                .or(chart.style.contour_width)
                .unwrap_or(chart.style.line_width)
                .clamp(0.0, 1e4),
            widths: Vec::new(),
            style: chart.marks.linestyle,
            one_color: chart.color.line_colors.as_ref().is_some_and(|colors| colors.len() == 1),
            negative: chart.style.contour_negative,
            rules: Box::new(chart.style.lines.with(chart.marks.ends)),
            hatches: chart
                .marks
                .hatches
                .iter()
                .map(|letters| (!letters.is_empty()).then(|| chart.style.hatch(letters, None)))
                .collect(),
            labels: None,
        })])
    }
}

/// Where the nodes of a field are.
pub(in crate::render) struct ContourAt {
    /// Positions along x and y: of columns and of rows, or of each node.
    pub(in crate::render) at: Nodes,
    /// Rows and columns, if each node has a position.
    pub(in crate::render) curved: Option<[usize; 2]>,
}

impl ContourAt {
    /// Columns and rows along the axes.
    pub(in crate::render) fn grid(at: [Vec<f64>; 2]) -> Self {
        Self { at: at.map(Arc::from), curved: None }
    }
}

/// The contours of a panel.
pub(in crate::render) struct ContourMark {
    /// Row-major.
    pub(in crate::render) values: Vec<f64>,
    pub(in crate::render) at: ContourAt,
    pub(in crate::render) filled: bool,
    pub(in crate::render) alpha: f64,
    pub(in crate::render) width: f64,
    /// Widths of the lines of levels, over and over, instead of one for all.
    pub(in crate::render) widths: Vec<f64>,
    pub(in crate::render) style: Option<LineStyle>,
    /// Lines of one colour are dashed below 0.
    pub(in crate::render) one_color: bool,
    /// Their dashes there.
    pub(in crate::render) negative: LineStyle,
    /// Dashes of the style.
    pub(in crate::render) rules: Box<LineRules>,
    /// Hatches of bands, over and over.
    pub(in crate::render) hatches: Vec<MarkHatch>,
    /// Labels along lines.
    pub(in crate::render) labels: Option<ContourLabels>,
}

impl ContourMark {
    /// Contours of row-major values at positions of columns and rows.
    pub(in crate::render) fn plain(
        values: Vec<f64>,
        at: ContourAt,
        filled: bool,
        alpha: f64,
        (width, style): (f64, Option<LineStyle>),
        one_color: bool,
    ) -> Self {
        Self {
            values,
            at,
            filled,
            alpha,
            width,
            widths: Vec::new(),
            style,
            one_color,
            negative: LineStyle::Dashed,
            rules: Box::default(),
            hatches: Vec::new(),
            labels: None,
        }
    }

    /// Whether they are lines.
    pub(in crate::render) fn is_lines(&self) -> bool {
        !self.filled
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let span = |scale: Scale, at: &[f64]| {
            let ends = Span::of(scale, at.iter().copied())?.ends;
            Some(Span { ends, sticky: [true; 2] })
        };
        [span(x, &self.at.at[0]), span(y, &self.at.at[1])]
    }

    pub(super) fn record(&self, color: Option<&ColorContent>) -> MarkRecord {
        let kind = if self.filled { Kind::ContourF } else { Kind::Contour };
        MarkRecord {
            kind: kind.name().to_owned(),
            label: String::new(),
            n: self.values.len(),
            shape: Some(self.at.curved.unwrap_or([self.at.at[1].len(), self.at.at[0].len()])),
            range: values::range(&self.values),
            clim: color.map(|color| color.normalizer.limits),
            cmap: color.map(|color| color.map.name.clone()),
            missing: missing(&self.values),
        }
    }

    pub(super) fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>) {
        let Some(content) = color else { return };
        let Some((levels, colors)) = &content.contours else { return };
        let [x, y] = &self.at.at;
        let field = match self.at.curved {
            Some(shape) => Field::curved(&self.values, x, y, shape),
            None => Field::new(&self.values, x, y),
        };
        if self.filled {
            self.fill(plane, &field, levels, colors, content.extend);
        } else {
            self.lines(plane, &field, levels, colors);
        }
    }

    /// Bands from the lowest to the highest. Opaque ones cover the band before: then nothing shines
    /// through between two of them.
    fn fill(
        &self,
        plane: &Plane<'_>,
        field: &Field<'_>,
        levels: &[f64],
        colors: &[Color],
        extend: [bool; 2],
    ) {
        // The lower edge of each band; below the first level the region is all there is.
        let mut floors: Vec<Vec<Line>> = Vec::new();
        if extend[0] {
            floors.push(field.region(f64::NEG_INFINITY));
        }
        floors.extend(levels.iter().map(|level| field.region(*level)));
        let last = levels.last().copied().unwrap_or(f64::INFINITY);
        // The largest value belongs to the last band.
        let over = self.values.iter().any(|v| v.is_finite() && *v > last);
        let open = extend[1] || !over;
        if !extend[1] && !over {
            floors.pop();
        }
        let opaque =
            self.alpha >= 1.0 && open && self.hatches.is_empty() && colors.iter().all(|color| color.a == 255);
        for (i, color) in colors.iter().enumerate() {
            let Some(floor) = floors.get(i) else { break };
            let hatch = self.hatches.get(i % self.hatches.len().max(1)).and_then(Option::as_ref);
            let mut path = path(plane, floor, false);
            if let (false, Some(ceiling)) = (opaque, floors.get(i + 1)) {
                path.extend(self::path(plane, ceiling, true));
            }
            if !path.is_empty() && (color.a > 0 || hatch.is_some()) {
                hatched(plane, path, Some(color.faded(self.alpha)), None, hatch);
            }
        }
    }

    fn lines(&self, plane: &Plane<'_>, field: &Field<'_>, levels: &[f64], colors: &[Color]) {
        let mut taken = Vec::new();
        for (i, (level, color)) in levels.iter().zip(colors).enumerate() {
            let width = self.widths.get(i % self.widths.len().max(1)).copied().unwrap_or(self.width);
            let below = if self.one_color && *level < 0.0 { self.negative } else { LineStyle::Solid };
            let style = self.style.unwrap_or(below);
            if style == LineStyle::None || width <= 0.0 {
                continue;
            }
            let stroke = Stroke {
                cap: Cap::Butt,
                join: Join::Miter,
                ..self.rules.stroke(color.faded(self.alpha), width, style)
            };
            for points in placed(plane, field, *level) {
                if let Some(labels) = &self.labels {
                    labels.draw(plane, *level, points, &stroke, &mut taken);
                } else {
                    plane.push(Command::Polyline { points, stroke: stroke.clone() });
                }
            }
        }
    }
}

/// The lines of a level in the figure.
fn placed(plane: &Plane<'_>, field: &Field<'_>, level: f64) -> impl Iterator<Item = Vec<Point>> {
    field.lines(level).into_iter().filter_map(|line| {
        let points = line.iter().map(|(x, y)| plane.at(*x, *y));
        let points: Vec<Point> = points.filter(|p| p.iter().all(|v| v.is_finite())).collect();
        (points.len() > 1).then_some(points)
    })
}

/// Rings as a path; backwards they are cut out of others.
fn path(plane: &Plane<'_>, rings: &[Line], backwards: bool) -> Vec<Segment> {
    let mut path = Vec::new();
    for ring in rings {
        let ordered: Vec<(f64, f64)> =
            if backwards { ring.iter().rev().copied().collect() } else { ring.clone() };
        let at = ordered.iter().map(|(x, y)| plane.at(*x, *y));
        let points: Vec<_> = at.filter(|p| p.iter().all(|v| v.is_finite())).collect();
        let Some((first, rest)) = points.split_first() else { continue };
        path.push(Segment::Move(*first));
        path.extend(rest.iter().map(|point| Segment::Line(*point)));
        path.push(Segment::Close);
    }
    path
}
