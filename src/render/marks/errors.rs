//! Lines with errors: bars with caps, or bands.

use super::line::{LineMark, Lines};
use super::{Handle, Mark, Obstacles, Span, missing};
use crate::data::{Labelled, Pick};
use crate::render::axis::AxisKind;
use crate::render::chart::{Chart, Encoding, Scale};
use crate::render::content::{AxisContent, ChartData, Facets, LegendContent, PanelPlace};
use crate::render::error::RenderError;
use crate::render::fstr::{self, Field};
use crate::render::record::{Plane, solid};
use crate::render::scene::{AxesRecord, Cap, Color, Command, LineRecord, MarkRecord, Point, Segment, Stroke};
use crate::render::values;
use std::sync::Arc;

/// What matplotlib calls lines that no legend shall find.
const NAMELESS: &str = "_nolegend_";

/// How variables become lines with errors.
pub(in crate::render) struct Errors {
    y: Labelled,
    yerr: Labelled,
    lines: Lines,
    /// Names of x, y and of the errors, as labels without facets.
    names: [String; 3],
}

impl Errors {
    /// Looks up the variables; dims are those of y.
    pub(in crate::render) fn resolve(chart: &Chart, data: &ChartData) -> Result<Self, RenderError> {
        let needs = |role, why: &str| RenderError::Needs { kind: "errorbars", role, why: why.to_owned() };
        let ChartData::Dataset(dataset) = data else {
            return Err(needs("y", "the data are an array, not a dataset with `y` and `yerr`"));
        };
        let have = || dataset.vars.iter().map(|(name, _)| name.clone()).collect();
        let find = |name: Option<&str>, role: &'static str| {
            let name = name.ok_or_else(|| needs(role, "name a variable of the dataset"))?;
            let found = dataset.vars.iter().find(|(own, _)| own == name);
            let found =
                found.ok_or_else(|| RenderError::NoSuchName { role, name: name.to_owned(), have: have() })?;
            Ok::<_, RenderError>(found.1.clone().named(name))
        };
        let y = find(chart.encodings.y.name(), "y")?;
        let yerr = find(chart.errors.yerr.as_deref(), "yerr")?;
        let mut plain = chart.clone();
        plain.encodings.y = Encoding::Auto;
        let encodings = &chart.encodings;
        let facets: Vec<_> = [&encodings.row, &encodings.col]
            .iter()
            .filter_map(|facet| facet.name())
            .filter_map(|name| Some(y.dims[y.axis(name)?].clone()))
            .collect();
        if encodings.x.name().is_none() {
            let hue = encodings.hue.name();
            let free = y.dims.iter().find(|dim| !facets.contains(dim) && Some(dim.as_str()) != hue);
            plain.encodings.x = free.map_or(Encoding::Auto, |dim| Encoding::Name(dim.as_str().to_owned()));
        }
        let lines = Lines::resolve(&plain, &y, &facets)?;
        if let Some(dim) = yerr.dims.iter().find(|dim| y.axis(dim.as_str()).is_none()) {
            let why = format!("the errors have a dimension `{dim}` that `{}` has not", values::name_of(&y));
            return Err(needs("yerr", &why));
        }
        let x = plain.encodings.x.name().unwrap_or_default().to_owned();
        let names = [x, values::name_of(&y), values::name_of(&yerr)];
        Ok(Self { y, yerr, lines, names })
    }

    /// Both variables.
    pub(in crate::render) fn arrays(&self) -> [&Labelled; 2] {
        [&self.y, &self.yerr]
    }

    /// The axes: names of x, y and errors without facets, labels by the data with.
    pub(in crate::render) fn axes(&self, faceted: bool) -> [AxisContent; 2] {
        let mut axes = self.lines.axes(&self.y);
        if !faceted {
            let [x, y, yerr] = &self.names;
            axes[0].label.clone_from(x);
            axes[1] = AxisContent { label: format!("{y}, {yerr}"), kind: AxisKind::Number, falling: None };
        }
        axes
    }

    /// The legend's title: the name of the hue.
    pub(in crate::render) fn legend(&self) -> Option<LegendContent> {
        self.lines.hue.as_ref().map(|(_, _, name)| LegendContent { title: name.clone() })
    }

    /// The marks of one panel: bands first, below all lines.
    pub(in crate::render) fn marks(
        &self,
        chart: &Chart,
        facets: &Facets,
        place: &PanelPlace,
    ) -> Result<Vec<Mark>, RenderError> {
        let (y, yerr) = (facets.select(&self.y, place)?, facets.select(&self.yerr, place)?);
        let yerr = yerr.broadcast(&y.dims, &y.shape)?;
        let options = &chart.errors;
        let along = std::slice::from_ref(&self.lines.along);
        let (mut bands, mut marks) = (Vec::new(), Vec::new());
        for (i, mut line) in self.lines.marks_of(chart, &y)?.into_iter().enumerate() {
            let errors = match &self.lines.hue {
                Some((dim, coord, name)) => {
                    let fields = [("dim", Field::Text(name.clone())), ("value", Field::of(coord, i))];
                    line.label = fstr::format(&options.hue_format, &fields).ok_or_else(|| {
                        let why = format!("`{}` does not fit the values of `{name}`", options.hue_format);
                        RenderError::Option { option: "hue_fstr", why }
                    })?;
                    yerr.isel_dim(dim.as_str(), &Pick::At(i))?
                }
                None => yerr.clone(),
            };
            let errors = values::numbers(&errors, along, "the errors of a line")?;
            let end = |sign: f64| -> Arc<[f64]> {
                line.y.numbers().iter().zip(&errors).map(|(y, error)| y + sign * error).collect()
            };
            let (low, high) = (end(-1.0), end(1.0));
            let alpha = chart.marks.alpha.unwrap_or(1.0);
            let solid_color = Color { a: 255, ..line.color };
            let mut mark = ErrorMark {
                x: line.x.numbers(),
                low,
                high,
                look: Look::Line,
                every: options.every.max(1),
                line: None,
                patch: None,
            };
            if options.bands {
                let fill = options.band_color.unwrap_or(solid_color);
                let fill = fill.faded(options.band_alpha.unwrap_or(0.2 * alpha));
                let edge = (options.band_edge > 0.0).then(|| solid(fill, options.band_edge));
                bands.push(Mark::Error(ErrorMark { look: Look::Band { fill, edge }, ..mark.clone() }));
                mark.patch = Some(fill);
            } else {
                let color = options.bar_color.map_or(line.color, |color| color.faded(alpha));
                let width = options
                    .bar_width
                    .or(chart.style.errorbar_widths[0])
                    .or(chart.marks.linewidth)
                    .unwrap_or(chart.style.line_width);
                let bar = Stroke { cap: Cap::Butt, ..solid(color, width) };
                let cap_width = options.cap_width.or(chart.style.errorbar_widths[1]).unwrap_or(1.0);
                let cap = Stroke { cap: Cap::Butt, ..solid(color, cap_width) };
                mark.look = Look::Bars { bar, cap, size: options.capsize.clamp(0.0, 1e4) };
            }
            mark.line = Some(line);
            marks.push(Mark::Error(mark));
        }
        bands.extend(marks);
        Ok(bands)
    }
}

/// What is drawn of errors.
#[derive(Clone)]
enum Look {
    /// Nothing: a band of its own does.
    Line,
    Band {
        fill: Color,
        edge: Option<Stroke>,
    },
    Bars {
        bar: Stroke,
        cap: Stroke,
        /// Half the length of a cap.
        size: f64,
    },
}

/// A line with errors, or the band of one.
#[derive(Clone)]
pub(in crate::render) struct ErrorMark {
    x: Arc<[f64]>,
    low: Arc<[f64]>,
    high: Arc<[f64]>,
    look: Look,
    every: usize,
    line: Option<LineMark>,
    /// Colour of the band, for the legend.
    patch: Option<Color>,
}

impl ErrorMark {
    pub(super) fn is_line(&self) -> bool {
        self.line.is_some()
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let line = self.line.as_ref().map_or([None, None], |line| line.spans(x, y));
        if matches!(self.look, Look::Line) {
            return line;
        }
        let own = [
            Span::of(x, self.x.iter().copied()),
            Span::of(y, self.low.iter().chain(self.high.iter()).copied()),
        ];
        [0, 1].map(|i| match (line[i], own[i]) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.or(b),
        })
    }

    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        self.line.as_ref().map_or_else(Obstacles::default, |line| line.obstacles(plane))
    }

    pub(super) fn handle(&self) -> Option<Handle> {
        let handle = self.line.as_ref()?.handle()?;
        Some(Handle { patch: self.patch, ..handle })
    }

    /// A line, the lines of its caps, and one mark.
    pub(super) fn record(&self, axes: &mut AxesRecord) {
        let nameless = |record: LineRecord| LineRecord { label: NAMELESS.to_owned(), ..record };
        if let Some(line) = &self.line {
            axes.lines.push(nameless(line.record()));
        }
        if let Look::Bars { size, .. } = self.look
            && size > 0.0
        {
            for end in [&self.low, &self.high] {
                let picked = || self.x.iter().zip(end.iter()).step_by(self.every);
                let point = |found: Option<(&f64, &f64)>| found.map_or([f64::NAN; 2], |(x, y)| [*x, *y]);
                let color = self.line.as_ref().map_or(Color::BLACK, |line| line.color);
                axes.lines.push(nameless(LineRecord {
                    label: String::new(),
                    n: picked().count(),
                    first: point(picked().next()),
                    last: point(picked().next_back()),
                    color,
                }));
            }
        }
        let kind = match self.look {
            Look::Line => return,
            Look::Band { .. } => "errorbands",
            Look::Bars { .. } => "errorbars",
        };
        axes.marks.push(MarkRecord {
            kind: kind.to_owned(),
            label: self.line.as_ref().map_or_else(String::new, |line| line.label.clone()),
            n: self.x.len(),
            shape: None,
            range: None,
            clim: None,
            cmap: None,
            missing: missing(&self.low),
        });
    }

    pub(super) fn draw(&self, plane: &Plane<'_>, dpi: f64) {
        match &self.look {
            Look::Line => {}
            Look::Band { fill, edge } => self.band(plane, *fill, edge.as_ref()),
            Look::Bars { bar, cap, size } => self.bars(plane, bar, cap, *size),
        }
        if let Some(line) = &self.line {
            line.draw(plane, dpi);
        }
    }

    /// One polygon a stretch of at least two points without missing values.
    fn band(&self, plane: &Plane<'_>, fill: Color, edge: Option<&Stroke>) {
        let mut stretch: Vec<(Point, Point)> = Vec::new();
        let flush = |stretch: &mut Vec<(Point, Point)>| {
            if stretch.len() > 1 {
                let below = stretch.iter().map(|(low, _)| *low);
                let points: Vec<Point> = below.chain(stretch.iter().rev().map(|(_, high)| *high)).collect();
                let mut path = vec![Segment::Move(points[0])];
                path.extend(points[1..].iter().map(|point| Segment::Line(*point)));
                path.push(Segment::Close);
                plane.push(Command::Path { path, fill: Some(fill), stroke: edge.cloned() });
            }
            stretch.clear();
        };
        // Far beyond the frame is as good as outside.
        let frame = plane.frame;
        let near = |[x, y]: Point| {
            [
                x.clamp(frame.left - 10.0 * frame.width(), frame.right + 10.0 * frame.width()),
                y.clamp(frame.top - 10.0 * frame.height(), frame.bottom + 10.0 * frame.height()),
            ]
        };
        for ((x, low), high) in self.x.iter().zip(self.low.iter()).zip(self.high.iter()) {
            let ends = (plane.at(*x, *low), plane.at(*x, *high));
            let there = ends.0.iter().chain(&ends.1).all(|v| !v.is_nan());
            if there {
                stretch.push((near(ends.0), near(ends.1)));
            } else {
                flush(&mut stretch);
            }
        }
        flush(&mut stretch);
    }

    fn bars(&self, plane: &Plane<'_>, bar: &Stroke, cap: &Stroke, size: f64) {
        let frame = plane.frame;
        let points = self.x.iter().zip(self.low.iter()).zip(self.high.iter()).step_by(self.every);
        for ((x, low), high) in points {
            let ends = [plane.at(*x, *low), plane.at(*x, *high)];
            let inside = |x: f64| x >= frame.left - size && x <= frame.right + size;
            if ends.iter().flatten().any(|v| v.is_nan()) || !inside(ends[0][0]) {
                continue;
            }
            let cut = |y: f64| y.clamp(frame.top - 2.0 * frame.height(), frame.bottom + 2.0 * frame.height());
            let line = vec![[ends[0][0], cut(ends[0][1])], [ends[1][0], cut(ends[1][1])]];
            if bar.width > 0.0 {
                plane.push(Command::Polyline { points: line, stroke: bar.clone() });
            }
            if size > 0.0 {
                for [x, y] in ends {
                    let points = vec![[x - size, cut(y)], [x + size, cut(y)]];
                    plane.push(Command::Polyline { points, stroke: cap.clone() });
                }
            }
        }
    }
}
