//! Points: how many there are, how far they reach, and how they are drawn.

use super::size_key::{SizeKey, diameter};
use super::{Handle, Obstacles, Span};
use crate::render::chart::Scale;
use crate::render::cloud::{Cloud, Fills, Points, Survey};
use crate::render::color::ColorContent;
use crate::render::record::{Plane, solid};
use crate::render::scene::{Color, Command, MarkRecord, MarkerShape, Stroke};
use crate::render::series::Series;
use crate::render::values;
use std::cell::RefCell;

/// Points past which they are drawn as an image of the figure's pixels, unless told otherwise.
const MANY: usize = 20_000;

/// Colour of markers in legends of sizes.
const GREY: Color = Color::rgb(0x80, 0x80, 0x80);

/// Width of the white edge that tells overlapping points apart.
const EDGE: f64 = 0.5;

/// Diameters of the markers, points.
pub(in crate::render) enum Sizes {
    /// The same for all.
    One(f64),
    /// One a point.
    Each(Vec<f64>),
    /// Areas between the least and the largest, by where each number lies in a range.
    Shares(Series, [f64; 2]),
}

impl Sizes {
    /// The largest.
    fn largest(&self) -> f64 {
        match self {
            Self::One(size) => *size,
            Self::Each(sizes) => sizes.iter().copied().fold(0.0, f64::max),
            Self::Shares(_, [least, most]) => diameter(*most, [*least, *most]),
        }
    }

    /// A point's; NaN if its number is missing.
    fn at(&self, i: usize) -> f64 {
        match self {
            Self::One(size) => *size,
            Self::Each(sizes) => sizes.get(i).copied().unwrap_or(f64::NAN),
            Self::Shares(numbers, range) => {
                let number = numbers.at(i);
                if number.is_finite() { diameter(number, *range) } else { f64::NAN }
            }
        }
    }
}

/// The edge of markers with a body.
#[derive(Clone, Debug)]
enum Rim {
    /// White, which tells overlapping points apart.
    White,
    None,
    Own(Stroke),
}

/// The points of a panel.
pub(in crate::render) struct ScatterMark {
    /// Name in a legend, of points without groups.
    label: String,
    x: Series,
    y: Series,
    /// A number a point, or none; gathered.
    numbers: Option<Series>,
    /// A group a point, or none.
    groups: Vec<u32>,
    names: Vec<String>,
    color: Color,
    cycle: Vec<Color>,
    alpha: f64,
    shape: MarkerShape,
    sizes: Sizes,
    /// What the legend says of them.
    key: Option<SizeKey>,
    /// The edge of markers.
    rim: Rim,
    /// Whether it is drawn as an image; by the number of points if nobody says.
    aggregate: Option<bool>,
    /// What was found out about the points so far, by the scales.
    surveys: RefCell<Vec<([Scale; 2], Survey)>>,
}

impl ScatterMark {
    /// Points of one size in one colour, or coloured by a number each.
    pub(super) fn new(
        [x, y]: [Series; 2],
        numbers: Option<Series>,
        color: Color,
        alpha: f64,
        shape: MarkerShape,
    ) -> Self {
        Self {
            label: String::new(),
            x,
            y,
            numbers: numbers.map(Series::gathered),
            groups: Vec::new(),
            names: Vec::new(),
            color,
            cycle: vec![color],
            alpha,
            shape,
            sizes: Sizes::One(6.0),
            key: None,
            rim: Rim::White,
            aggregate: None,
            surveys: RefCell::default(),
        }
    }

    /// Points that a call draws; `numbers` are empty, or one a point.
    pub(in crate::render) fn plain(
        label: String,
        [x, y]: [Vec<f64>; 2],
        numbers: Vec<f64>,
        color: Color,
        alpha: f64,
        (shape, size): (MarkerShape, f64),
    ) -> Self {
        let numbers = (!numbers.is_empty()).then(|| numbers.into());
        let mark = Self::new([x.into(), y.into()], numbers, color, alpha, shape);
        Self { label, sizes: Sizes::One(size), ..mark }
    }

    /// The same with a diameter each.
    #[must_use]
    pub(in crate::render) fn with_sizes(self, sizes: Vec<f64>) -> Self {
        Self { sizes: Sizes::Each(sizes), ..self }
    }

    /// The same with these diameters, and what the legend says of them.
    #[must_use]
    pub(super) fn sized_by(self, sizes: Sizes, key: Option<SizeKey>) -> Self {
        Self { sizes, key, ..self }
    }

    /// The same in groups, if there is one for each point; a colour of the cycle for each.
    #[must_use]
    pub(in crate::render) fn grouped(self, groups: Vec<u32>, names: Vec<String>, cycle: Vec<Color>) -> Self {
        Self { groups, names, cycle, ..self }
    }

    /// The same with a colour each; empty for none.
    #[must_use]
    pub(in crate::render) fn colored(self, colors: Vec<Color>) -> Self {
        if colors.is_empty() {
            return self;
        }
        Self { groups: (0..colors.len() as u32).collect(), names: Vec::new(), cycle: colors, ..self }
    }

    /// The same with a diameter each.
    #[must_use]
    pub(in crate::render) fn each(self, diameters: Vec<f64>) -> Self {
        Self { sizes: Sizes::Each(diameters), ..self }
    }

    /// The same with this edge instead of a white one.
    #[must_use]
    pub(in crate::render) fn edged(self, edge: Option<Stroke>) -> Self {
        Self { rim: edge.map_or(Rim::None, Rim::Own), ..self }
    }

    /// The same, drawn as an image or marker by marker whatever their number.
    #[must_use]
    pub(in crate::render) fn aggregated(self, aggregate: Option<bool>) -> Self {
        Self { aggregate, ..self }
    }

    /// The same with all places in memory.
    #[must_use]
    pub(super) fn gathered(self) -> Self {
        Self { x: self.x.gathered(), y: self.y.gathered(), ..self }
    }

    pub(in crate::render) fn color_values(&self) -> &[f64] {
        self.numbers.as_ref().and_then(Series::whole).unwrap_or_default()
    }

    /// Where the points are along x and y, if they are gathered.
    pub(in crate::render) fn places(&self) -> [&[f64]; 2] {
        [&self.x, &self.y].map(|series| series.whole().unwrap_or_default())
    }

    /// Whether points differ in colour.
    pub(in crate::render) fn varied(&self) -> bool {
        self.numbers.is_some() || !self.groups.is_empty()
    }

    /// Whether points differ in size.
    pub(in crate::render) fn sized(&self) -> bool {
        !matches!(self.sizes, Sizes::One(_))
    }

    /// The diameter of a point, if points differ in size.
    pub(in crate::render) fn size_of(&self, i: usize) -> Option<f64> {
        self.sized().then(|| self.sizes.at(i))
    }

    /// The diameter of all points, if they do not; else the largest.
    pub(in crate::render) fn size(&self) -> f64 {
        self.sizes.largest()
    }

    /// Opacity of all points.
    pub(in crate::render) fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The shape of markers in space, and the edge of those that are lines only.
    pub(in crate::render) fn shape(&self) -> (MarkerShape, Option<Stroke>) {
        (self.shape, line_marker_edge(self.shape, self.color.faded(self.alpha)))
    }

    /// The colour of a point.
    pub(in crate::render) fn fill(&self, i: usize, color: Option<&ColorContent>) -> Color {
        let base = match (self.color_values().get(i), self.groups.get(i)) {
            (Some(number), _) => color.map_or(self.color, |color| color.of(*number)),
            (None, Some(group)) => self.group_color(*group as usize),
            (None, None) => self.color,
        };
        base.faded(self.alpha)
    }

    fn len(&self) -> usize {
        self.x.len().min(self.y.len())
    }

    /// Points that have a place and a look.
    pub(in crate::render) fn shown(&self, i: usize) -> bool {
        self.x.at(i).is_finite()
            && self.y.at(i).is_finite()
            && self.color_values().get(i).is_none_or(|number| number.is_finite())
            && self.sizes.at(i).is_finite()
    }

    fn survey(&self, scales: [Scale; 2]) -> Survey {
        let mut surveys = self.surveys.borrow_mut();
        if let Some((_, survey)) = surveys.iter().find(|(known, _)| *known == scales) {
            return *survey;
        }
        let own;
        let sizes = match &self.sizes {
            Sizes::One(_) => None,
            Sizes::Shares(numbers, _) => Some(numbers),
            Sizes::Each(sizes) => {
                own = Series::from(sizes.clone());
                Some(&own)
            }
        };
        let survey = Survey::of([&self.x, &self.y], [self.numbers.as_ref(), sizes], scales);
        surveys.push((scales, survey));
        survey
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let survey = self.survey([x, y]);
        [Span::of(x, survey.ends[0]), Span::of(y, survey.ends[1])]
    }

    fn group_color(&self, group: usize) -> Color {
        self.cycle.get(group % self.cycle.len().max(1)).copied().unwrap_or(self.color)
    }

    fn edge(&self) -> Option<Stroke> {
        line_marker_edge(self.shape, self.color.faded(self.alpha)).or_else(|| {
            match &self.rim {
                // White edges would eat up small points.
                Rim::White => {
                    (self.sizes.largest() > 4.0).then(|| solid(Color::WHITE.faded(self.alpha), EDGE))
                }
                Rim::None => None,
                Rim::Own(stroke) => Some(stroke.clone()),
            }
        })
    }

    pub(in crate::render) fn handles(&self) -> Vec<Handle> {
        if self.names.is_empty() && !self.label.is_empty() {
            let marker =
                (self.shape, self.sizes.largest().min(12.0), self.color.faded(self.alpha), self.edge());
            let label = self.label.clone();
            return vec![Handle { label, marker: Some(marker), ..Handle::default() }];
        }
        let present = self.counts();
        let named = self.names.iter().enumerate().filter(|(i, _)| present[*i] > 0);
        let named: Vec<Handle> = named
            .map(|(i, name)| Handle {
                label: name.clone(),
                marker: Some((self.shape, self.size(), self.group_color(i).faded(self.alpha), self.edge())),
                ..Handle::default()
            })
            .collect();
        let Some(key) = &self.key else { return named };
        // Colours of values belong to no size.
        let fill = if self.varied() { GREY } else { self.color };
        key.handles(named, self.shape, fill.faded(self.alpha), self.edge())
    }

    /// Points of each group, drawn or not.
    fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.names.len()];
        for group in &self.groups {
            if let Some(count) = counts.get_mut(*group as usize) {
                *count += 1;
            }
        }
        counts
    }

    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let step = self.len().div_ceil(20_000).max(1);
        let points = (0..self.len()).step_by(step).filter(|i| self.shown(*i));
        Obstacles {
            points: points.map(|i| plane.at(self.x.at(i), self.y.at(i))).collect(),
            paths: Vec::new(),
        }
    }

    /// Points are drawn in their order, the last on top. Very many become an image of the figure's
    /// pixels: memory goes with the picture, not with the data.
    pub(super) fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, dpi: f64) {
        let varied = self.varied();
        let numbers = self.color_values();
        let fill = |i: usize| self.fill(i, color);
        let largest = self.sizes.largest();
        if self.aggregate.unwrap_or(self.len() > MANY) {
            let cloud = Cloud {
                points: Points { x: &self.x, y: &self.y },
                ends: self.survey([plane.x.mapping.scale, plane.y.mapping.scale]).ends,
                mappings: [plane.x.mapping, plane.y.mapping],
                frame: plane.frame,
                dpi,
                shape: self.shape,
                edge: self.edge(),
            };
            let mut each = |i: usize| {
                let size = self.sizes.at(i);
                let there = size.is_finite() && numbers.get(i).is_none_or(|number| number.is_finite());
                there.then(|| (fill(i), size))
            };
            let fills = match self.sizes {
                Sizes::One(size) if !varied => Fills::One(fill(0), size),
                _ => Fills::Each(&mut each, largest),
            };
            if let Some(image) = cloud.image(fills) {
                return plane.push(Command::Image(image));
            }
        }
        let frame = &plane.frame;
        let reach = largest / 2.0 + EDGE;
        let (mut at, mut fills, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..self.len() {
            let [x, y] = plane.at(self.x.at(i), self.y.at(i));
            let near = x >= frame.left - reach
                && x <= frame.right + reach
                && y >= frame.top - reach
                && y <= frame.bottom + reach;
            if !(near && self.shown(i)) {
                continue;
            }
            at.push([x, y]);
            sizes.extend(self.size_of(i));
            if varied {
                fills.push(fill(i));
            }
        }
        if !varied {
            fills.push(fill(0));
        }
        if !at.is_empty() {
            if let Sizes::One(size) = self.sizes {
                sizes.push(size);
            }
            plane.push(Command::Markers { shape: self.shape, at, sizes, fills, edge: self.edge() });
        }
    }

    /// One record, or one a group.
    pub(in crate::render) fn records(&self, color: Option<&ColorContent>) -> Vec<MarkRecord> {
        let colored = color.filter(|_| self.numbers.is_some());
        let record = |label: String, n: usize, missing: usize| MarkRecord {
            kind: "scatter".to_owned(),
            label,
            n,
            shape: None,
            range: values::range(self.color_values()),
            clim: colored.map(|color| color.normalizer.limits),
            cmap: colored.map(|color| color.map.name.clone()),
            missing,
        };
        let known = self.surveys.borrow().first().map(|(_, survey)| survey.shown);
        let shown = known.unwrap_or_else(|| self.survey([Scale::Linear; 2]).shown);
        let missing = self.len() - shown;
        if self.names.is_empty() {
            return vec![record(self.label.clone(), shown, missing)];
        }
        let mut counts = self.counts();
        if missing > 0 {
            for (_, group) in self.groups.iter().enumerate().filter(|(i, _)| !self.shown(*i)) {
                counts[*group as usize] -= 1;
            }
        }
        let records = self
            .names
            .iter()
            .zip(counts)
            .enumerate()
            .map(|(group, (name, n))| record(name.clone(), n, if group == 0 { missing } else { 0 }));
        records.filter(|record| record.n > 0 || record.missing > 0).collect()
    }
}

/// The edge of markers that are lines only: `+`, `x`.
pub(in crate::render) fn line_marker_edge(shape: MarkerShape, color: Color) -> Option<Stroke> {
    shape.is_open().then(|| solid(color, 1.5))
}
