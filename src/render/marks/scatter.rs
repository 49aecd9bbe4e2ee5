//! Variables as points, coloured by one colour, by a number, or by a name.

use super::line::have;
use super::size_key::SizeKey;
use super::{Mark, ScatterMark, Sizes};
use crate::data::{Dataset, Dim, Dtype, Labelled};
use crate::render::axis::AxisKind;
use crate::render::chart::{Chart, Encoding, Kind};
use crate::render::content::{AxisContent, ChartData, Facets, LegendContent, PanelPlace};
use crate::render::error::RenderError;
use crate::render::scene::Color;
use crate::render::series::Series;
use crate::render::space::{PointsMark, SpaceMark};
use crate::render::values;

/// Area of markers in space, points² (matplotlib's).
pub(in crate::render) const SPACE_AREA: f64 = 20.0;

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
        let flat = |array: &Labelled, whole: &Labelled, role: &'static str| -> Result<Series, RenderError> {
            let wide = array.broadcast(&dims, &shape)?;
            if array.dtype() == Dtype::Str {
                return Ok(indices(&wide.texts()?, &categories(whole)).into());
            }
            Series::of(&wide.transpose(&dims)?, role)
        };
        let (x, y) = (flat(&x, &self.x, "a scatter")?, flat(&y, &self.y, "a scatter")?);
        let z = match (&z, &self.z) {
            (Some(z), Some(whole)) => Some(flat(z, whole, "a scatter")?.numbers().to_vec()),
            _ => None,
        };
        let (mut numbers, mut groups) = (None, Vec::new());
        if let Some(hue) = &hue {
            match &self.names {
                Some(names) => {
                    let wide = hue.broadcast(&dims, &shape)?;
                    groups = indices(&wide.texts()?, names).iter().map(|i| *i as u32).collect();
                }
                None => numbers = Some(flat(hue, hue, "the hue of a scatter")?),
            }
        }
        let style = &chart.style;
        let options = &chart.marks;
        let usual = if z.is_some() { SPACE_AREA } else { style.marker_size * style.marker_size };
        let size = options.s.unwrap_or(usual).max(0.0).sqrt().min(1e4);
        // matplotlib strokes markers in their own colour; in space there is no white edge instead.
        let size = if z.is_some() { size + style.line_width } else { size };
        let sizes = match (&weight, &self.weight) {
            (Some(weight), Some((whole, range))) => {
                Sizes::Shares(flat(weight, whole, "the size of markers")?, *range)
            }
            _ => Sizes::One(size),
        };
        let names = self.names.clone().unwrap_or_default();
        let color = options.color.unwrap_or(style.cycle.first().copied().unwrap_or(Color::BLACK));
        let alpha = options.alpha.unwrap_or(1.0);
        let mark =
            ScatterMark::new([x, y], numbers, color, alpha, options.marker.unwrap_or(style.scatter_marker))
                .grouped(groups, names, style.cycle.clone())
                .sized_by(sizes, self.size_key())
                .aggregated(aggregate(options.aggregate, options.rasterized)?);
        Ok(vec![match z {
            Some(z) => {
                let shade = options.depthshade.unwrap_or(true);
                Mark::Space(SpaceMark::Points(PointsMark { flat: mark.gathered(), z, shade }))
            }
            None => Mark::Scatter(mark),
        }])
    }
}

/// Whether points are one image, if somebody says: those that are not to be pixels are none.
///
/// # Errors
/// An image that is not to be pixels.
fn aggregate(aggregate: Option<bool>, rasterized: Option<bool>) -> Result<Option<bool>, RenderError> {
    match (aggregate, rasterized) {
        (Some(true), Some(false)) => {
            let why = "is an image of pixels: it cannot be had with `rasterized: false`".to_owned();
            Err(RenderError::Option { option: "aggregate", why })
        }
        (None, Some(false)) => Ok(Some(false)),
        (aggregate, _) => Ok(aggregate),
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
