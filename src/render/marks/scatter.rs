//! Points, coloured by one colour, by a number, or by a name.

use super::line::have;
use super::size_key::{SizeKey, diameter};
use super::{Handle, Mark, Obstacles, Span};
use crate::data::{Dataset, Dim, Dtype, Labelled};
use crate::render::axis::AxisKind;
use crate::render::chart::{Chart, Encoding, Kind, Scale};
use crate::render::color::ColorContent;
use crate::render::content::{AxisContent, ChartData, Facets, LegendContent, PanelPlace};
use crate::render::error::RenderError;
use crate::render::record::{Plane, solid};
use crate::render::scene::{Color, Command, MarkRecord, MarkerShape, Point, Stroke};
use crate::render::space::{PointsMark, SpaceMark};
use crate::render::values;

/// Points past which hidden ones are left out.
const MANY: usize = 100_000;

/// Points past which a whole pixel counts as one place, not a third of it.
const VERY_MANY: usize = 400_000;

/// Area of markers in space, points² (matplotlib's).
pub(in crate::render) const SPACE_AREA: f64 = 20.0;

/// Colour of markers in legends of sizes.
const GREY: Color = Color::rgb(0x80, 0x80, 0x80);

/// Width of the white edge that tells overlapping points apart.
const EDGE: f64 = 0.5;

/// How variables become points.
pub(in crate::render) struct Scatters {
    x: Labelled,
    y: Labelled,
    /// The third coordinate of points in space.
    z: Option<Labelled>,
    hue: Option<Labelled>,
    /// What the markers' areas stand for, and its least and largest value.
    weight: Option<(Labelled, [f64; 2])>,
    /// Names of the hue, sorted, if it is text.
    names: Option<Vec<String>>,
    /// Of x, y, hue, z and the size.
    labels: [String; 5],
}

impl Scatters {
    /// Looks up the variables.
    pub(in crate::render) fn resolve(chart: &Chart, data: &ChartData) -> Result<Self, RenderError> {
        let encodings = &chart.encodings;
        let find = |encoding: &Encoding, role: &'static str| match encoding.name() {
            Some(name) => variable(data, name, role).map(Some),
            None => Ok(None),
        };
        let (mut x, mut y) = (find(&encodings.x, "x")?, find(&encodings.y, "y")?);
        if let ChartData::Array(array) = data {
            if y.is_none() {
                y = Some((array.clone(), array.name.clone().unwrap_or_default()));
            }
            if x.is_none() && array.ndim() == 1 {
                let dim = &array.dims[0];
                x = Some(((*values::index_of(array, dim)).clone(), dim.as_str().to_owned()));
            }
        }
        let space = chart.kind.is_some_and(Kind::spatial);
        let kind = if space { "scatter3d" } else { "scatter" };
        let needs = |role, what: Option<(Labelled, String)>| {
            let why = "name a variable, coordinate or dimension".to_owned();
            what.ok_or(RenderError::Needs { kind, role, why })
        };
        let ((x, x_name), (y, y_name)) = (needs("x", x)?, needs("y", y)?);
        let z = if space { Some(needs("z", find(&encodings.z, "z")?)?) } else { None };
        let hue = find(&encodings.hue, "hue")?;
        let mut names = None;
        if let Some((array, _)) = &hue
            && array.dtype() == Dtype::Str
        {
            let mut all = array.texts()?;
            all.sort();
            all.dedup();
            names = Some(all);
        }
        let weight = match find(&encodings.markersize, "markersize")? {
            Some((array, _)) => {
                let range = values::range(&values::numbers(&array, &array.dims, "the size of markers")?);
                Some((array, range.unwrap_or([0.0; 2])))
            }
            None => None,
        };
        let weight_label = find(&encodings.markersize, "markersize")?
            .map_or_else(String::new, |(array, name)| values::label(&array, &name));
        let hue_label = hue.as_ref().map_or_else(String::new, |(array, name)| values::label(array, name));
        let z_label = z.as_ref().map_or_else(String::new, |(array, name)| values::label(array, name));
        let labels =
            [values::label(&x, &x_name), values::label(&y, &y_name), hue_label, z_label, weight_label];
        let z = z.map(|(array, _)| array);
        Ok(Self { x, y, z, hue: hue.map(|(array, _)| array), weight, names, labels })
    }

    /// All variables.
    pub(in crate::render) fn arrays(&self) -> impl Iterator<Item = &Labelled> {
        [&self.y, &self.x]
            .into_iter()
            .chain(&self.z)
            .chain(&self.hue)
            .chain(self.weight.as_ref().map(|(array, _)| array))
    }

    /// The axes.
    pub(in crate::render) fn axes(&self) -> [AxisContent; 2] {
        [axis(&self.x, &self.labels[0]), axis(&self.y, &self.labels[1])]
    }

    /// The third axis, of points in space.
    pub(in crate::render) fn third(&self) -> Option<AxisContent> {
        self.z.as_ref().map(|z| axis(z, &self.labels[3]))
    }

    /// The legend's title, if the hue is text or there are sizes; of both it has none, and each part
    /// has its own.
    pub(in crate::render) fn legend(&self) -> Option<LegendContent> {
        let title = match (&self.names, &self.weight) {
            (Some(_), Some(_)) => String::new(),
            (Some(_), None) => self.labels[2].clone(),
            (None, Some(_)) => self.labels[4].clone(),
            (None, None) => return None,
        };
        Some(LegendContent { title })
    }

    /// What the legend says of sizes.
    fn size_key(&self) -> Option<SizeKey> {
        let (array, _) = self.weight.as_ref()?;
        let numbers = values::numbers(array, &array.dims, "the size of markers").ok()?;
        let both = self.names.is_some();
        let heading = |i: usize| if both { self.labels[i].clone() } else { String::new() };
        Some(SizeKey::new(&numbers, [heading(2), heading(4)]))
    }

    /// The colour bar's label, if the hue is a number.
    pub(in crate::render) fn color_label(&self) -> Option<String> {
        (self.hue.is_some() && self.names.is_none()).then(|| self.labels[2].clone())
    }

    /// The points of one panel.
    pub(in crate::render) fn marks(
        &self,
        chart: &Chart,
        facets: &Facets,
        place: &PanelPlace,
    ) -> Result<Vec<Mark>, RenderError> {
        let select = |array: &Labelled| facets.select(array, place);
        let (x, y) = (select(&self.x)?, select(&self.y)?);
        let z = self.z.as_ref().map(select).transpose()?;
        let hue = self.hue.as_ref().map(select).transpose()?;
        let weight = self.weight.as_ref().map(|(array, _)| select(array)).transpose()?;
        let (mut dims, mut shape): (Vec<Dim>, Vec<usize>) = (Vec::new(), Vec::new());
        for array in [&y, &x].into_iter().chain(&z).chain(&hue).chain(&weight) {
            for (dim, len) in array.dims.iter().zip(&array.shape) {
                if !dims.contains(dim) {
                    dims.push(dim.clone());
                    shape.push(*len);
                }
            }
        }
        let flat = |array: &Labelled, whole: &Labelled| -> Result<Vec<f64>, RenderError> {
            let wide = array.broadcast(&dims, &shape)?;
            if array.dtype() == Dtype::Str {
                return Ok(indices(&wide.texts()?, &categories(whole)));
            }
            values::numbers(&wide, &dims, "a scatter")
        };
        let (x, y) = (flat(&x, &self.x)?, flat(&y, &self.y)?);
        let z = match (&z, &self.z) {
            (Some(z), Some(whole)) => Some(flat(z, whole)?),
            _ => None,
        };
        let (mut numbers, mut groups) = (Vec::new(), Vec::new());
        if let Some(hue) = &hue {
            let wide = hue.broadcast(&dims, &shape)?;
            match &self.names {
                Some(names) => groups = indices(&wide.texts()?, names).iter().map(|i| *i as usize).collect(),
                None => numbers = values::numbers(&wide, &dims, "the hue of a scatter")?,
            }
        }
        let mut sizes = Vec::new();
        if let (Some(weight), Some((_, [least, most]))) = (&weight, &self.weight) {
            let wide = weight.broadcast(&dims, &shape)?;
            sizes = values::numbers(&wide, &dims, "the size of markers")?;
            for size in &mut sizes {
                *size = if size.is_finite() { diameter(*size, [*least, *most]) } else { f64::NAN };
            }
        }
        let style = &chart.style;
        let options = &chart.marks;
        let usual = if z.is_some() { SPACE_AREA } else { style.marker_size * style.marker_size };
        let size = options.s.unwrap_or(usual).max(0.0).sqrt().min(1e4);
        // matplotlib strokes markers in their own colour; in space there is no white edge instead.
        let size = if z.is_some() { size + style.line_width } else { size };
        let mark = ScatterMark {
            label: String::new(),
            x,
            y,
            numbers,
            groups,
            names: self.names.clone().unwrap_or_default(),
            color: options.color.unwrap_or(style.cycle.first().copied().unwrap_or(Color::BLACK)),
            cycle: style.cycle.clone(),
            alpha: options.alpha.unwrap_or(1.0),
            shape: options.marker.unwrap_or(style.scatter_marker),
            size,
            sizes,
            key: self.size_key(),
        };
        Ok(vec![match z {
            Some(z) => {
                let shade = options.depthshade.unwrap_or(true);
                Mark::Space(SpaceMark::Points(PointsMark { flat: mark, z, shade }))
            }
            None => Mark::Scatter(mark),
        }])
    }
}

fn axis(array: &Labelled, label: &str) -> AxisContent {
    AxisContent {
        label: label.to_owned(),
        kind: if array.dtype() == Dtype::Str {
            AxisKind::Category(categories(array))
        } else {
            values::axis_kind(array)
        },
        falling: None,
    }
}

/// The texts of an array, in the order in which they appear.
fn categories(array: &Labelled) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let texts = array.texts().unwrap_or_default();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

fn indices(texts: &[String], names: &[String]) -> Vec<f64> {
    let index: std::collections::BTreeMap<&str, usize> =
        names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    texts.iter().map(|text| index.get(text.as_str()).map_or(0.0, |i| *i as f64)).collect()
}

/// A variable, coordinate or dim index by name, with that name.
fn variable(data: &ChartData, name: &str, role: &'static str) -> Result<(Labelled, String), RenderError> {
    let coordinate = |array: &Labelled| match array.axis(name) {
        Some(axis) => Some((*values::index_of(array, &array.dims[axis])).clone()),
        None => array.coords.get(name).map(|coord| (**coord).clone()),
    };
    let (found, names) = match data {
        ChartData::Array(array) if array.name.as_deref() == Some(name) => (Some(array.clone()), Vec::new()),
        ChartData::Array(array) => (coordinate(array), have(array)),
        ChartData::Dataset(dataset) => {
            let own = dataset.vars.iter().find(|(var, _)| var == name).map(|(_, array)| array.clone());
            let found = own.or_else(|| dataset.vars.iter().find_map(|(_, array)| coordinate(array)));
            (found, dataset_names(dataset))
        }
    };
    let found = found.ok_or(RenderError::NoSuchName { role, name: name.to_owned(), have: names })?;
    Ok((found, name.to_owned()))
}

/// Names of variables, dims and coordinates.
fn dataset_names(dataset: &Dataset) -> Vec<String> {
    let mut names: Vec<String> = dataset.vars.iter().map(|(name, _)| name.clone()).collect();
    for name in dataset.vars.iter().flat_map(|(_, array)| have(array)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The points of a panel.
pub(in crate::render) struct ScatterMark {
    /// Name in a legend, of points without groups.
    label: String,
    x: Vec<f64>,
    y: Vec<f64>,
    /// A number a point, or none.
    numbers: Vec<f64>,
    /// A group a point, or none.
    groups: Vec<usize>,
    names: Vec<String>,
    color: Color,
    cycle: Vec<Color>,
    alpha: f64,
    shape: MarkerShape,
    size: f64,
    /// A diameter a point, or none.
    sizes: Vec<f64>,
    /// What the legend says of them.
    key: Option<SizeKey>,
}

impl ScatterMark {
    /// Points of one colour, or coloured by a number each.
    pub(in crate::render) fn plain(
        label: String,
        [x, y]: [Vec<f64>; 2],
        numbers: Vec<f64>,
        color: Color,
        alpha: f64,
        (shape, size): (MarkerShape, f64),
    ) -> Self {
        let (groups, names, cycle) = (Vec::new(), Vec::new(), vec![color]);
        Self {
            label,
            x,
            y,
            numbers,
            groups,
            names,
            color,
            cycle,
            alpha,
            shape,
            size,
            sizes: Vec::new(),
            key: None,
        }
    }

    /// The same with a diameter each.
    #[must_use]
    pub(in crate::render) fn with_sizes(self, sizes: Vec<f64>) -> Self {
        Self { sizes, ..self }
    }

    pub(in crate::render) fn color_values(&self) -> &[f64] {
        &self.numbers
    }

    /// Where the points are along x and y.
    pub(in crate::render) fn places(&self) -> [&[f64]; 2] {
        [&self.x, &self.y]
    }

    /// Whether points differ in colour.
    pub(in crate::render) fn varied(&self) -> bool {
        !self.numbers.is_empty() || !self.groups.is_empty()
    }

    /// Whether points differ in size.
    pub(in crate::render) fn sized(&self) -> bool {
        !self.sizes.is_empty()
    }

    /// The diameter of a point, if points differ in size.
    pub(in crate::render) fn size_of(&self, i: usize) -> Option<f64> {
        self.sizes.get(i).copied()
    }

    /// The diameter of all points, if they do not.
    pub(in crate::render) fn size(&self) -> f64 {
        self.size
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
        let base = match (self.numbers.get(i), self.groups.get(i)) {
            (Some(number), _) => color.map_or(self.color, |color| color.of(*number)),
            (None, Some(group)) => self.group_color(*group),
            (None, None) => self.color,
        };
        base.faded(self.alpha)
    }

    /// Points that have a place.
    pub(in crate::render) fn shown(&self, i: usize) -> bool {
        self.x[i].is_finite()
            && self.y[i].is_finite()
            && self.numbers.get(i).is_none_or(|number| number.is_finite())
            && self.sizes.get(i).is_none_or(|size| size.is_finite())
    }

    pub(super) fn spans(&self, x: Scale, y: Scale) -> [Option<Span>; 2] {
        let shown = |values: &'_ [f64]| -> Vec<f64> {
            (0..values.len()).filter(|i| self.shown(*i)).map(|i| values[i]).collect()
        };
        [Span::of(x, shown(&self.x)), Span::of(y, shown(&self.y))]
    }

    fn group_color(&self, group: usize) -> Color {
        self.cycle.get(group % self.cycle.len().max(1)).copied().unwrap_or(self.color)
    }

    fn edge(&self) -> Option<Stroke> {
        line_marker_edge(self.shape, self.color.faded(self.alpha)).or_else(|| {
            // White edges would eat up small points.
            (self.size > 4.0).then(|| solid(Color::WHITE.faded(self.alpha), EDGE))
        })
    }

    pub(in crate::render) fn handles(&self) -> Vec<Handle> {
        if self.groups.is_empty() && !self.label.is_empty() {
            let marker = (self.shape, self.size.min(12.0), self.color.faded(self.alpha), self.edge());
            let label = self.label.clone();
            return vec![Handle { label, marker: Some(marker), ..Handle::default() }];
        }
        let present: std::collections::BTreeSet<usize> = self.groups.iter().copied().collect();
        let named = self.names.iter().enumerate().filter(|(i, _)| present.contains(i));
        let named: Vec<Handle> = named
            .map(|(i, name)| Handle {
                label: name.clone(),
                marker: Some((self.shape, self.size, self.group_color(i).faded(self.alpha), self.edge())),
                ..Handle::default()
            })
            .collect();
        let Some(key) = &self.key else { return named };
        // Colours of values belong to no size.
        let fill = if self.numbers.is_empty() && self.groups.is_empty() { self.color } else { GREY };
        key.handles(named, self.shape, fill.faded(self.alpha), self.edge())
    }

    pub(super) fn obstacles(&self, plane: &Plane<'_>) -> Obstacles {
        let step = self.x.len().div_ceil(20_000).max(1);
        let points = (0..self.x.len()).step_by(step).filter(|i| self.shown(*i));
        Obstacles { points: points.map(|i| plane.at(self.x[i], self.y[i])).collect(), paths: Vec::new() }
    }

    /// Points are drawn in their order, the last on top. Of very many, those that more than enough
    /// later ones cover at the same place are left out: memory goes with the picture, not
    /// with the data.
    pub(super) fn draw(&self, plane: &Plane<'_>, color: Option<&ColorContent>, dpi: f64) {
        let frame = &plane.frame;
        let largest = self.sizes.iter().copied().fold(self.size, f64::max);
        let reach = largest / 2.0 + EDGE;
        let place = |i: usize| -> Option<Point> {
            let [x, y] = plane.at(self.x[i], self.y[i]);
            let near = x >= frame.left - reach
                && x <= frame.right + reach
                && y >= frame.top - reach
                && y <= frame.bottom + reach;
            (near && self.shown(i)).then_some([x, y])
        };
        // Markers of different sizes hide each other only in part.
        let many = self.x.len() > MANY && self.sizes.is_empty();
        let cell = if self.x.len() > VERY_MANY { 72.0 / dpi } else { 24.0 / dpi };
        let columns = ((frame.width() + 2.0 * reach) / cell).ceil() as usize + 1;
        let rows = ((frame.height() + 2.0 * reach) / cell).ceil() as usize + 1;
        let mut seen = if many { vec![0_u8; columns * rows] } else { Vec::new() };
        // As many layers as it takes until nothing shines through.
        let layers = if self.alpha >= 1.0 {
            1
        } else {
            (libm::log(1.0 / 255.0) / libm::log(1.0 - self.alpha.max(0.02))).ceil().clamp(1.0, 250.0) as u8
        };
        let varied = self.varied();
        let (mut at, mut fills, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for i in (0..self.x.len()).rev() {
            let Some(point) = place(i) else { continue };
            if many {
                let column = ((point[0] - frame.left + reach) / cell) as usize;
                let row = ((point[1] - frame.top + reach) / cell) as usize;
                let count = &mut seen[row.min(rows - 1) * columns + column.min(columns - 1)];
                if *count >= layers {
                    continue;
                }
                *count += 1;
            }
            at.push(point);
            sizes.extend(self.sizes.get(i));
            if varied {
                fills.push(self.fill(i, color));
            }
        }
        at.reverse();
        fills.reverse();
        sizes.reverse();
        if !varied {
            fills.push(self.color.faded(self.alpha));
        }
        if !at.is_empty() {
            if self.sizes.is_empty() {
                sizes.push(self.size);
            }
            plane.push(Command::Markers { shape: self.shape, at, sizes, fills, edge: self.edge() });
        }
    }

    /// One record, or one a group.
    pub(in crate::render) fn records(&self, color: Option<&ColorContent>) -> Vec<MarkRecord> {
        let shown: Vec<usize> = (0..self.x.len()).filter(|i| self.shown(*i)).collect();
        let colored = color.filter(|_| !self.numbers.is_empty());
        let record = |label: String, n: usize, missing: usize| MarkRecord {
            kind: "scatter".to_owned(),
            label,
            n,
            shape: None,
            range: values::range(&self.numbers),
            clim: colored.map(|color| color.normalizer.limits),
            cmap: colored.map(|color| color.map.name.clone()),
            missing,
        };
        let missing = self.x.len() - shown.len();
        if self.groups.is_empty() {
            return vec![record(self.label.clone(), shown.len(), missing)];
        }
        let count = |group: usize| shown.iter().filter(|i| self.groups[**i] == group).count();
        let records =
            self.names.iter().enumerate().map(|(group, name)| {
                record(name.clone(), count(group), if group == 0 { missing } else { 0 })
            });
        records.filter(|record| record.n > 0 || record.missing > 0).collect()
    }
}

/// The edge of markers that are lines only: `+`, `x`.
pub(in crate::render) fn line_marker_edge(shape: MarkerShape, color: Color) -> Option<Stroke> {
    shape.is_open().then(|| solid(color, 1.5))
}
