//! A chart and its data as panels of marks, axes and names: everything resolved but the layout.

use super::axis::AxisKind;
use super::chart::{Chart, Encoding, Encodings, FacetTitles, Kind, Scale};
use super::color::{self, ColorContent};
use super::error::RenderError;
use super::fstr::{self, Field};
use super::marks::{Contours, Errors, HistMark, Lines, Mark, Meshes, Scatters};
use super::space::Surfaces;
use super::values;
use crate::data::{Dataset, Dim, Labelled, Pick};
use crate::diag::Diagnostic;
use std::sync::Arc;

/// Panels at most: more cannot be told apart, and each has a frame to draw.
const MOST_PANELS: usize = 1000;

/// Characters of a facet's title at most, as xarray.
const FACET_TITLE: usize = 30;

/// What a chart shows. Cloning shares the values.
#[derive(Clone, Debug)]
pub enum ChartData {
    /// One array.
    Array(Labelled),
    /// Several by name: a dataset, or a table with one variable a column.
    Dataset(Dataset),
}

impl From<Labelled> for ChartData {
    fn from(array: Labelled) -> Self {
        Self::Array(array)
    }
}

impl From<Dataset> for ChartData {
    fn from(dataset: Dataset) -> Self {
        Self::Dataset(dataset)
    }
}

/// What an axis shows.
#[derive(Clone, Debug, Default)]
pub(super) struct AxisContent {
    /// Label by the data.
    pub(super) label: String,
    /// What its numbers are.
    pub(super) kind: AxisKind,
    /// Whether it falls, if the data say so: then nothing else turns it.
    pub(super) falling: Option<bool>,
}

/// What a legend is about.
#[derive(Clone, Debug)]
pub(super) struct LegendContent {
    /// Title by the data.
    pub(super) title: String,
}

/// Where a panel stands, and which part of the data it shows.
#[derive(Clone, Debug, Default)]
pub(super) struct PanelPlace {
    /// Row of the grid, from the top.
    pub(super) row: usize,
    /// Column of the grid.
    pub(super) col: usize,
    /// Index along the dim of the rows.
    row_index: Option<usize>,
    /// Index along the dim of the columns.
    col_index: Option<usize>,
    /// Text above.
    pub(super) title: String,
    /// Text to the right, turned.
    pub(super) side: String,
}

/// How data are spread over panels.
#[derive(Clone, Debug)]
pub(super) struct Facets {
    row: Option<Dim>,
    col: Option<Dim>,
    /// Rows and columns of the grid.
    pub(super) grid: [usize; 2],
    /// The panels, row by row.
    pub(super) places: Vec<PanelPlace>,
}

impl Facets {
    fn resolve(chart: &Chart, arrays: &[&Labelled]) -> Result<Self, RenderError> {
        let encodings = &chart.encodings;
        let find =
            |encoding: &Encoding, role: &'static str| -> Result<Option<(Dim, Vec<String>)>, RenderError> {
                let Some(name) = encoding.name() else { return Ok(None) };
                let owner = arrays.iter().find(|array| array.axis(name).is_some());
                let owner = owner.ok_or_else(|| RenderError::NoSuchName {
                    role,
                    name: name.to_owned(),
                    have: arrays.iter().flat_map(|a| &a.dims).map(|dim| dim.as_str().to_owned()).collect(),
                })?;
                let dim = Dim::new(name);
                let labels = values::items(&values::index_of(owner, &dim), true);
                let titles = labels.iter().map(|value| facet_title(&chart.facet_titles, name, value));
                let titles = titles.collect::<Result<_, _>>()?;
                Ok(Some((dim, titles)))
            };
        let (row, col) = (find(&encodings.row, "row")?, find(&encodings.col, "col")?);
        let row_count = row.as_ref().map_or(1, |(_, titles)| titles.len());
        let col_count = col.as_ref().map_or(1, |(_, titles)| titles.len());
        let panels = row_count.saturating_mul(col_count);
        if panels > MOST_PANELS {
            return Err(RenderError::TooManyFacets { panels, most: MOST_PANELS });
        }
        let wrap = encodings.col_wrap.filter(|_| row.is_none() && col.is_some());
        let (grid, wrapped) = match wrap {
            Some(0) => {
                let why = "must be at least 1".to_owned();
                return Err(RenderError::Option { option: "col_wrap", why });
            }
            Some(wrap) => ([col_count.div_ceil(wrap).max(1), wrap.min(col_count).max(1)], true),
            None => ([row_count, col_count], false),
        };
        let mut places = Vec::with_capacity(panels);
        for i in 0..row_count {
            for j in 0..col_count {
                let (at_row, at_col) = if wrapped { (j / grid[1], j % grid[1]) } else { (i, j) };
                // Rows alone have their titles above, as columns alone.
                let alone = row.as_ref().filter(|_| col.is_none()).map(|(_, titles)| titles[i].clone());
                let title = col.as_ref().filter(|_| wrapped || i == 0).map(|(_, titles)| titles[j].clone());
                let title = title.or(alone);
                let beside = row.as_ref().filter(|_| col.is_some() && j + 1 == col_count);
                let side = beside.map(|(_, titles)| titles[i].clone());
                places.push(PanelPlace {
                    row: at_row,
                    col: at_col,
                    row_index: row.as_ref().map(|_| i),
                    col_index: col.as_ref().map(|_| j),
                    title: title.unwrap_or_default(),
                    side: side.unwrap_or_default(),
                });
            }
        }
        Ok(Self { row: row.map(|(dim, _)| dim), col: col.map(|(dim, _)| dim), grid, places })
    }

    /// The dims that tell panels apart.
    fn dims(&self) -> Vec<Dim> {
        self.row.iter().chain(&self.col).cloned().collect()
    }

    /// Whether there is more than the one panel of a plain figure.
    pub(super) fn faceted(&self) -> bool {
        self.row.is_some() || self.col.is_some()
    }

    /// The part of an array that a panel shows; arrays without the dims are shown whole.
    pub(super) fn select(&self, array: &Labelled, place: &PanelPlace) -> Result<Labelled, RenderError> {
        let mut part = array.clone();
        for (dim, index) in [(&self.row, place.row_index), (&self.col, place.col_index)] {
            if let (Some(dim), Some(index)) = (dim, index)
                && part.axis(dim.as_str()).is_some()
            {
                part = part.isel_dim(dim.as_str(), &Pick::At(index))?;
            }
        }
        Ok(part)
    }
}

fn facet_title(options: &FacetTitles, name: &str, value: &str) -> Result<String, RenderError> {
    let template = options.template.as_deref().unwrap_or("{coord} = {value}");
    let fields = [("coord", Field::Text(name.to_owned())), ("value", Field::Text(value.to_owned()))];
    let title = fstr::format(template, &fields).ok_or_else(|| RenderError::Option {
        option: "title_kwargs",
        why: format!("has a template `{template}`, which is none with `{{coord}}` and `{{value}}`"),
    })?;
    let most = options.most.unwrap_or(FACET_TITLE).max(4);
    if title.chars().count() <= most {
        return Ok(title);
    }
    let cut: String = title.chars().take(most - 3).collect();
    Ok(format!("{cut}..."))
}

/// A figure's content.
pub(super) struct Content {
    /// Where the panels stand.
    pub(super) facets: Facets,
    /// The marks of each panel, as many as places.
    pub(super) panels: Vec<Vec<Mark>>,
    /// The axes, shared by all panels.
    pub(super) axes: [AxisContent; 2],
    /// The third axis, of figures in space.
    pub(super) z: Option<AxisContent>,
    /// How values become colours, if they do.
    pub(super) color: Option<ColorContent>,
    /// What the legend is about, if marks have names.
    pub(super) legend: Option<LegendContent>,
    /// Title by the data.
    pub(super) title: String,
}

/// Resolves a chart.
pub(super) fn read(
    chart: &Chart,
    data: &ChartData,
    scales: [Scale; 2],
    warnings: &mut Vec<Diagnostic>,
) -> Result<Content, RenderError> {
    let mut content = by_kind(chart, data, scales, warnings)?;
    if chart.no_labels {
        for axis in content.axes.iter_mut().chain(&mut content.z) {
            axis.label.clear();
        }
        content.title.clear();
        if let (Some(color), None) = (&mut content.color, &chart.color.bar.label) {
            color.label.clear();
        }
    }
    Ok(content)
}

fn by_kind(
    chart: &Chart,
    data: &ChartData,
    scales: [Scale; 2],
    warnings: &mut Vec<Diagnostic>,
) -> Result<Content, RenderError> {
    let kind = chart.kind.unwrap_or(Kind::Hist);
    let Encodings { frames, files, .. } = &chart.encodings;
    if let Some(dim) = frames.name().or(files.first().map(String::as_str)) {
        return Err(RenderError::Spread { dim: dim.to_owned() });
    }
    if chart.marks.aggregate.is_some() && !matches!(kind, Kind::Scatter | Kind::Line | Kind::Step) {
        let why = "is for scatters and lines".to_owned();
        return Err(RenderError::Option { option: "aggregate", why });
    }
    match kind {
        Kind::Scatter | Kind::Scatter3D => return scatter(chart, data, warnings),
        Kind::ErrorBars => return errors(chart, data),
        _ => {}
    }
    let array = single(chart, data, kind)?;
    let facets = Facets::resolve(chart, &[&array])?;
    let dims = facets.dims();
    let each =
        |marks: &dyn Fn(&Labelled) -> Result<Vec<Mark>, RenderError>| -> Result<Vec<Vec<Mark>>, RenderError> {
            facets.places.iter().map(|place| marks(&facets.select(&array, place)?)).collect()
        };
    let name = array.name.clone().unwrap_or_default();
    let (panels, axes, legend, colored): (Vec<Vec<Mark>>, _, _, _) = match kind {
        Kind::PColorMesh | Kind::ImShow => {
            let meshes = Meshes::resolve(chart, kind, &array, &dims, scales)?;
            (each(&|panel| meshes.marks(chart, panel))?, meshes.axes(), None, true)
        }
        Kind::Contour | Kind::ContourF => {
            let contours = Contours::resolve(chart, kind, &array, &dims)?;
            (each(&|panel| contours.marks(chart, panel))?, contours.axes(), None, true)
        }
        Kind::Surface => {
            let meshes = Surfaces::resolve(chart, &array, &dims)?;
            (each(&|panel| meshes.marks(chart, panel))?, meshes.axes(), None, !meshes.plain())
        }
        Kind::Hist => (each(&|panel| HistMark::marks(chart, panel))?, HistMark::axes(&array), None, false),
        Kind::Line | Kind::Step | Kind::Scatter | Kind::Scatter3D | Kind::ErrorBars => {
            let lines = Lines::resolve(chart, &array, &dims)?;
            (each(&|panel| lines.marks(chart, panel))?, lines.axes(&array), lines.legend(), false)
        }
    };
    let color = if colored {
        Some(decide(chart, kind, &panels, values::label(&array, &name), warnings)?)
    } else {
        None
    };
    let title = if facets.faceted() { String::new() } else { values::title(&array) };
    let z = (kind == Kind::Surface).then(|| AxisContent {
        label: values::label(&array, &name),
        kind: AxisKind::Number,
        falling: None,
    });
    Ok(Content { facets, panels, axes, z, color, legend, title })
}

fn scatter(chart: &Chart, data: &ChartData, warnings: &mut Vec<Diagnostic>) -> Result<Content, RenderError> {
    let scatters = Scatters::resolve(chart, data)?;
    let facets = Facets::resolve(chart, &scatters.arrays().collect::<Vec<_>>())?;
    let panels: Vec<Vec<Mark>> =
        facets.places.iter().map(|place| scatters.marks(chart, &facets, place)).collect::<Result<_, _>>()?;
    let color = match scatters.color_label() {
        Some(label) => Some(decide(chart, Kind::Scatter, &panels, label, warnings)?),
        None => None,
    };
    let y = scatters.arrays().next().filter(|_| !facets.faceted());
    let title = y.map(values::title).unwrap_or_default();
    let (axes, z, legend) = (scatters.axes(), scatters.third(), scatters.legend());
    Ok(Content { facets, panels, axes, z, color, legend, title })
}

fn errors(chart: &Chart, data: &ChartData) -> Result<Content, RenderError> {
    let errors = Errors::resolve(chart, data)?;
    let facets = Facets::resolve(chart, &errors.arrays())?;
    let panels =
        facets.places.iter().map(|place| errors.marks(chart, &facets, place)).collect::<Result<_, _>>()?;
    let (axes, legend) = (errors.axes(facets.faceted()), errors.legend());
    Ok(Content { facets, panels, axes, z: None, color: None, legend, title: String::new() })
}

fn decide(
    chart: &Chart,
    kind: Kind,
    panels: &[Vec<Mark>],
    label: String,
    warnings: &mut Vec<Diagnostic>,
) -> Result<ColorContent, RenderError> {
    let parts: Vec<&[f64]> = panels.iter().flatten().map(Mark::color_values).collect();
    let content = color::decide(&chart.color, &chart.style, kind, &parts, label, warnings)?;
    Ok(ColorContent { alpha: chart.marks.alpha.unwrap_or(1.0), ..content })
}

/// The one array that a kind other than scatter shows: of a dataset, the one that y (of lines) or x
/// (of histograms) names, or the only one.
fn single(chart: &Chart, data: &ChartData, kind: Kind) -> Result<Labelled, RenderError> {
    let dataset = match data {
        ChartData::Array(array) => return Ok(array.clone()),
        ChartData::Dataset(dataset) => dataset,
    };
    let var = |name: &str| {
        let found = dataset.vars.iter().find(|(var, _)| var == name);
        found.map(|(name, array)| array.clone().named(name.as_str()))
    };
    let encodings = &chart.encodings;
    let role = if kind == Kind::Hist { &encodings.x } else { &encodings.y };
    if let Some(mut array) = role.name().and_then(var) {
        if let Some((name, x)) = encodings.x.name().and_then(|name| Some((name, var(name)?)))
            && kind == Kind::Line
            && x.dims.iter().all(|dim| array.axis(dim.as_str()).is_some())
        {
            array = array.with_coord(name, Arc::new(Labelled { coords: Default::default(), ..x }))?;
        }
        return Ok(array);
    }
    match dataset.vars.as_slice() {
        [(name, array)] => Ok(array.clone().named(name.as_str())),
        vars => {
            let names: Vec<&str> = vars.iter().map(|(name, _)| name.as_str()).collect();
            let role = if kind == Kind::Hist { "x" } else { "y" };
            let why = format!("the data have several variables: {}", names.join(", "));
            Err(RenderError::Needs { kind: kind.name(), role, why })
        }
    }
}
