//! Histograms, with numpy's bins.

use super::{Handle, Mark, MarkHatch, Obstacles, Span, bin_rules};
use crate::data::{self, Labelled};
use crate::render::axis::AxisKind;
use crate::render::chart::{Bins, Chart, HistOptions, LineStyle, Scale};
use crate::render::content::AxisContent;
use crate::render::error::RenderError;
use crate::render::record::{Plane, solid};
use crate::render::scene::{Color, Command, MarkRecord, Rect, Segment, Stroke};
use crate::render::values;

/// Bins at most; more cannot be told apart.
const MOST_BINS: usize = 1_000_000;

/// Gives values some at a time, as often as it is asked.
pub(super) trait Visit {
    /// Hands all of them on.
    fn each(&self, take: &mut dyn FnMut(&[f64])) -> Result<(), RenderError>;
}

impl<F: Fn(&mut dyn FnMut(&[f64])) -> Result<(), RenderError>> Visit for F {
    fn each(&self, take: &mut dyn FnMut(&[f64])) -> Result<(), RenderError> {
        self(take)
    }
}

/// Counts between edges.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::render) struct Histogram {
    /// Rising; one more than counts.
    pub(in crate::render) edges: Vec<f64>,
    /// Counts, or densities.
    pub(in crate::render) counts: Vec<f64>,
    /// Values that are not finite.
    pub(in crate::render) missing: usize,
}

impl Histogram {
    /// Counts finite values as `numpy.histogram`: bins are half open, the last one closed.
    ///
    /// # Errors
    /// Edges that do not rise, a range that is none, too many bins.
    pub(in crate::render) fn of(data: &[f64], options: &HistOptions) -> Result<Self, RenderError> {
        Self::over(options, |visit: &mut dyn FnMut(&[f64])| {
            visit(data);
            Ok(())
        })
    }

    /// The same of values that are visited some at a time, several times.
    fn over(options: &HistOptions, visit: impl Visit) -> Result<Self, RenderError> {
        let wrong = |option, why: &str| RenderError::Option { option, why: why.to_owned() };
        let edges = match &options.bins {
            Bins::Edges(edges) => {
                if edges.len() < 2 || edges.iter().any(|v| !v.is_finite()) {
                    return Err(wrong("bins", "needs at least two finite edges"));
                }
                if edges.windows(2).any(|pair| pair[0] > pair[1]) {
                    return Err(wrong("bins", "has edges that do not rise"));
                }
                edges.clone()
            }
            Bins::Count(0) => return Err(wrong("bins", "must be at least 1")),
            Bins::Count(n) if *n > MOST_BINS => {
                return Err(wrong("bins", "is more than a million"));
            }
            Bins::Count(_) | Bins::Rule(_) => {
                let [low, high] = match options.range {
                    Some([low, high]) if low.is_finite() && high.is_finite() && low <= high => [low, high],
                    Some(_) => return Err(wrong("range", "must be two finite numbers, the lower first")),
                    None => {
                        let mut ends: Option<[f64; 2]> = None;
                        visit.each(&mut |some| {
                            let Some([low, high]) = values::range(some) else { return };
                            ends = ends.map_or(Some([low, high]), |[a, b]| Some([a.min(low), b.max(high)]));
                        })?;
                        ends.unwrap_or([0.0, 1.0])
                    }
                };
                let n = match options.bins {
                    Bins::Count(n) => n,
                    Bins::Rule(rule) => {
                        let n = bin_rules::count(rule, [low, high], options.whole, &visit)?;
                        if n > MOST_BINS as f64 {
                            return Err(wrong("bins", "is by its rule more than a million"));
                        }
                        n as usize
                    }
                    Bins::Edges(_) => 1,
                };
                let [low, high] = if low == high { [low - 0.5, high + 0.5] } else { [low, high] };
                // Halves, so that ±1e308 have a width.
                let step = 2.0 * ((high / 2.0 - low / 2.0) / n as f64);
                let mut edges: Vec<f64> = (0..n).map(|i| low + i as f64 * step).collect();
                edges.push(high);
                edges
            }
        };
        let bins = data::Bins::new(edges);
        let mut tally = bins.tally();
        let mut missing = 0;
        visit.each(&mut |some| {
            tally.add(some);
            missing += super::missing(some);
        })?;
        let mut counts: Vec<f64> = tally.finish().into_iter().map(|count| count as f64).collect();
        let edges = bins.into_edges();
        if options.density {
            let total: f64 = counts.iter().sum();
            for (count, pair) in counts.iter_mut().zip(edges.windows(2)) {
                let width = pair[1] - pair[0];
                *count = if total > 0.0 && width > 0.0 { *count / total / width } else { 0.0 };
            }
        }
        if options.cumulative {
            let mut sum = 0.0;
            for (count, pair) in counts.iter_mut().zip(edges.windows(2)) {
                sum += *count * if options.density { pair[1] - pair[0] } else { 1.0 };
                *count = sum;
            }
        }
        Ok(Self { edges, counts, missing })
    }
}

impl HistMark {
    /// The histogram of all values of a panel.
    pub(in crate::render) fn marks(chart: &Chart, panel: &Labelled) -> Result<Vec<Mark>, RenderError> {
        let whole = panel.dtype().is_integer();
        let options = HistOptions { whole, ..chart.hist.clone() };
        let histogram = Histogram::over(&options, |visit: &mut dyn FnMut(&[f64])| {
            values::visit(panel, "a histogram", visit)
        })?;
        let style = &chart.style;
        let first = style.cycle.first().copied().unwrap_or(Color::BLACK);
        let color = chart.marks.color.unwrap_or(first).faded(chart.marks.alpha.unwrap_or(1.0));
        let outline = chart.hist.step;
        let width = chart.marks.linewidth.unwrap_or(style.line_width);
        let dash = chart.marks.linestyle.unwrap_or(LineStyle::Solid);
        let stroke = style.lines.with(chart.marks.ends).stroke(color, width, dash);
        let edge = style.forced_edge().map(|edge| solid(edge, style.patch_width));
        let hatch = chart.marks.hatches.first().map(|letters| style.hatch(letters, None));
        Ok(vec![Mark::Hist(Self { histogram, color, outline, stroke, edge, hatch })])
    }

    /// The axes: the array's label, and none.
    pub(in crate::render) fn axes(array: &Labelled) -> [AxisContent; 2] {
        let label = values::label(array, array.name.as_deref().unwrap_or(""));
        let x = AxisContent { label, kind: values::axis_kind(array), falling: None };
        [x, AxisContent { label: String::new(), kind: AxisKind::Number, falling: None }]
    }
}

/// The bars of a panel.
pub(in crate::render) struct HistMark {
    histogram: Histogram,
    color: Color,
    outline: bool,
    /// Of the outline.
    stroke: Stroke,
    /// Of bars.
    edge: Option<Stroke>,
    hatch: MarkHatch,
}

impl HistMark {
    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let counts = self.histogram.counts.iter().copied();
        let vertical = if matches!(y, Scale::Log { .. }) {
            Span::of(y, counts)
        } else {
            Span::of(y, counts.chain([0.0])).map(|span| Span { sticky: [true, false], ..span })
        };
        [Span::of(x, self.histogram.edges.iter().copied()), vertical]
    }

    pub(super) fn record(&self) -> MarkRecord {
        MarkRecord {
            kind: if self.outline { "histstep" } else { "hist" }.to_owned(),
            label: String::new(),
            n: self.histogram.counts.len(),
            shape: None,
            range: Scale::Linear.extent(self.histogram.counts.iter().copied()),
            clim: None,
            cmap: None,
            missing: self.histogram.missing,
        }
    }

    #[expect(clippy::unused_self, reason = "histograms of one array have no name, yet the same face")]
    pub(super) fn handle(&self) -> Option<Handle> {
        None
    }

    /// Left, right and top of every bar, inside what the axis can show.
    fn bars(&self, plane: &Plane<'_>) -> Vec<([f64; 2], [f64; 2])> {
        let base = plane.y.mapping.limits[0].min(plane.y.mapping.limits[1]);
        let bottom = if matches!(plane.y.mapping.scale, Scale::Log { .. }) { base } else { 0.0 };
        let edges = self.histogram.edges.windows(2);
        let bars = edges.zip(&self.histogram.counts).filter(|(_, count)| **count > 0.0);
        bars.map(|(edge, count)| ([edge[0], edge[1]], [bottom, *count])).collect()
    }

    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let paths = self.bars(plane).into_iter().map(|([left, right], [bottom, top])| {
            let corners = [(left, bottom), (left, top), (right, top), (right, bottom)];
            corners.map(|(x, y)| plane.at(x, y)).to_vec()
        });
        Obstacles { points: Vec::new(), paths: paths.collect() }
    }

    pub(super) fn draw(&self, plane: &Plane<'_>) {
        if !self.outline {
            for ([left, right], [bottom, top]) in self.bars(plane) {
                plane.bar((left, bottom), (right, top), self.color);
                if let Some(edge) = &self.edge {
                    let [a, b] = [plane.at(left, bottom), plane.at(right, top)];
                    let rect = Rect {
                        left: a[0].min(b[0]),
                        right: a[0].max(b[0]),
                        top: a[1].min(b[1]),
                        bottom: a[1].max(b[1]),
                    };
                    plane.push(Command::Rect { rect, fill: None, stroke: Some(edge.clone()) });
                }
                if let Some(hatch) = &self.hatch {
                    let corners = [(left, bottom), (left, top), (right, top), (right, bottom)];
                    let [first, rest @ ..] = corners.map(|(x, y)| plane.at(x, y));
                    let mut path = vec![Segment::Move(first)];
                    path.extend(rest.map(Segment::Line));
                    path.push(Segment::Close);
                    plane.push(Command::Hatch { path, hatch: hatch.clone() });
                }
            }
            return;
        }
        let edges = &self.histogram.edges;
        let low = plane.y.mapping.limits[0].min(plane.y.mapping.limits[1]);
        let log = matches!(plane.y.mapping.scale, Scale::Log { .. });
        let floor = if log { low } else { 0.0 };
        let mut points = vec![(edges[0], floor)];
        for (pair, count) in edges.windows(2).zip(&self.histogram.counts) {
            let top = if log { count.max(floor) } else { *count };
            points.extend([(pair[0], top), (pair[1], top)]);
        }
        points.push((edges[edges.len() - 1], floor));
        points.retain(|(x, _)| plane.x.mapping.position(*x).is_finite());
        plane.polyline(points, &self.stroke);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::chart::BinRule;

    #[test]
    fn counts_are_those_of_numpy() {
        // Expected: numpy.histogram of the same values.
        let data = [0.1, 0.2, 0.3, 0.7, 1.0, 1.0, 2.0, -1.0, 0.9, 1.999_999_9, f64::NAN];
        let of = |bins, range, density| {
            let options = HistOptions { bins, range, density, ..HistOptions::default() };
            Histogram::of(&data, &options).unwrap()
        };
        let four = of(Bins::Count(4), None, false);
        assert_eq!(four.counts, [1.0, 3.0, 4.0, 2.0]);
        assert_eq!(four.edges, [-1.0, -0.25, 0.5, 1.25, 2.0]);
        assert_eq!(four.missing, 1);
        assert_eq!(of(Bins::Count(3), Some([0.0, 1.0]), false).counts, [3.0, 0.0, 4.0]);
        let density = of(Bins::Edges(vec![0.0, 1.0, 2.0]), None, true);
        assert_eq!(density.counts, [5.0 / 9.0, 4.0 / 9.0]);
    }

    /// Expected: `numpy.histogram_bin_edges` of the same values, numpy 2.
    #[test]
    fn rules_want_as_many_bins_as_numpys() {
        let data: Vec<f64> =
            (0..400).map(|i| f64::from(i * i % 397) * 0.05 + f64::from(i % 7).powi(3)).collect();
        let whole: Vec<f64> = (0..500).map(|i| f64::from(i * i % 11)).collect();
        let count = |data: &[f64], rule, range, whole| {
            let options = HistOptions { bins: Bins::Rule(rule), range, whole, ..HistOptions::default() };
            Histogram::of(data, &options).unwrap().counts.len()
        };
        let expected = [
            [10, 10, 9, 10],
            [13, 13, 9, 13],
            [8, 10, 9, 9],
            [15, 15, 9, 16],
            [7, 7, 8, 8],
            [20, 18, 9, 23],
            [10, 10, 9, 10],
        ];
        for ((name, rule), expected) in BinRule::ALL.iter().zip(expected) {
            let found = [
                count(&data, *rule, None, false),
                count(&data, *rule, Some([3.0, 90.0]), false),
                count(&whole, *rule, None, true),
                count(&whole, *rule, None, false),
            ];
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(count(&[], BinRule::Auto, None, false), 1);
        assert_eq!(count(&[2.0; 5], BinRule::FreedmanDiaconis, None, false), 1);
    }

    #[test]
    fn bins_that_are_none_are_refused() {
        for bins in
            [Bins::Count(0), Bins::Count(usize::MAX), Bins::Edges(vec![1.0]), Bins::Edges(vec![1.0, 0.0])]
        {
            let options = HistOptions { bins, ..HistOptions::default() };
            assert!(Histogram::of(&[1.0], &options).is_err());
        }
    }
}
