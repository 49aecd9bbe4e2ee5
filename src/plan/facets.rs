//! One point of an entry into what is to be drawn: one figure, the pictures of a sequence (`frames`),
//! or a sweep over files (`files`).

use super::chart::{chart, multiplot};
use super::frames::Frames;
use super::graph::{self, Built, Scope, Selected};
use super::identity::{digest, metadata};
use super::outputs::{only_pictures, path};
use super::{Drawing, FigureTask, Options, Output, animation, columns, late};
use crate::config::{Entry, Node, PlotFunction, PlotSpec, Point, Yaml};
use crate::data::{Demand, Labelled};
use crate::diag::Diagnostic;
use crate::render::chart::Style;
use crate::render::chart::{Channel, Chart, Encoding};
use crate::render::text::Font;
use crate::render::{ChartData, MultiPlot, resolve};
use crate::source::Tree;
use crate::transform::{Cuts, NodeId, Reached, Value, reach};
use std::collections::HashMap;
use std::sync::Arc;

/// What an entry's points look like: those of equal look share it.
#[derive(Default)]
pub(super) struct Charts(HashMap<String, Look>);

/// What a figure looks like.
#[derive(Clone)]
enum Look {
    Facets(Arc<Chart>),
    Multi(Arc<MultiPlot>),
}

impl Look {
    fn of(entry: &Entry, name: &str, warnings: &mut Vec<Diagnostic>) -> Result<Self, Diagnostic> {
        Ok(match entry.function {
            PlotFunction::FacetGrid => Self::Facets(Arc::new(chart(entry, name)?.into_value(warnings))),
            PlotFunction::MultiPlot => Self::Multi(Arc::new(multiplot(entry, name)?.into_value(warnings))),
        })
    }

    /// What decides the look beside the entry: the font that was found for it, and what the style
    /// files that it names say. Empty for most figures.
    fn found(&self, entry: &Entry) -> String {
        let style = match self {
            Self::Facets(chart) => &chart.style,
            Self::Multi(multi) => &multi.chart.style,
        };
        let mut found = style.font.digest();
        let named = |key: &str| entry.style.iter().find(|(own, _)| own.as_str() == Some(key));
        let files = named("rc_file").is_some()
            || named("base_style").is_some_and(|(_, value)| value.python_str().contains(".mplstyle"));
        if files {
            // The number of a font is of this run alone.
            let style = Style { font: Font::default(), ..style.clone() };
            let hash = twox_hash::XxHash64::oneshot(0, format!("{style:?}").as_bytes());
            found.push_str(&format!("{hash:016x}"));
        }
        found
    }
}

/// What a point is to be drawn as.
pub(super) enum Made {
    /// Figures.
    Tasks(Vec<FigureTask>),
    /// The entry is to begin again with these changes: a sweep over files.
    Spread(Vec<(Node, Node)>),
}

/// A point with all that its planning needs.
pub(super) struct Context<'a> {
    pub(super) spec: &'a PlotSpec,
    pub(super) point: &'a Point,
    pub(super) outputs: &'a [Output],
    pub(super) options: &'a Options,
    pub(super) tree: &'a Tree,
    pub(super) selected: &'a Selected<'a>,
}

/// Graph and results of an entry.
pub(super) struct Asked {
    pub(super) built: Built,
    /// Results by tag.
    pub(super) results: Vec<(String, NodeId)>,
    /// What is drawn of `data`, by a facet grid.
    pub(super) data: Option<NodeId>,
}

/// The graph of an entry, and what is asked of it.
///
/// # Errors
/// As [`graph::build`]; results that are not there.
pub(super) fn asked(entry: &Entry, scope: &Scope<'_>) -> Result<Asked, Diagnostic> {
    if entry.without_graph {
        return Ok(Asked { built: Built::default(), results: Vec::new(), data: None });
    }
    let built = graph::build(entry, scope)?;
    let required = match entry.function {
        PlotFunction::FacetGrid => graph::FACETS,
        PlotFunction::MultiPlot => graph::Required::Any,
    };
    let mut results = built.requested(entry, required)?;
    let placeholders = late::placeholders(entry);
    for placeholder in &placeholders {
        let tag = late::tag(placeholder)?;
        let id = built.tag(tag).map_err(|error| error.or_at(&placeholder.place))?;
        if !results.iter().any(|(have, _)| have == tag) {
            results.push((tag.to_owned(), id));
        }
    }
    let data = match (entry.function, built.drawn) {
        (PlotFunction::MultiPlot, _) => None,
        (PlotFunction::FacetGrid, Some(id)) => Some(id),
        (PlotFunction::FacetGrid, None) => Some(built.tag("data")?),
    };
    Ok(Asked { built, results, data })
}

impl Context<'_> {
    /// What the point is to be drawn as. Numbers of figures begin at `id`.
    ///
    /// # Errors
    /// What makes the figure impossible.
    pub(super) fn made(
        &self,
        id: usize,
        charts: &mut Charts,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Made, Diagnostic> {
        let entry = self.point.entry.as_ref().map_err(Clone::clone)?;
        let scope = Scope { tree: Some(self.tree), selected: self.selected };
        let Asked { mut built, mut results, mut data } = asked(entry, &scope)?;
        let name = &self.spec.name;
        let look = entry.canonical_look();
        let late = late::is_late(entry);
        let shown = match late {
            true => Look::of(&late::without(entry), name, warnings)?,
            false => charts.of(entry, &look, name, warnings)?,
        };
        if let (Look::Facets(chart), Some(all), false) = (&shown, data, late)
            && let Some(drawn) = columns::drawn(chart, &mut built, all)
        {
            data = Some(drawn);
            results.iter_mut().filter(|(_, root)| *root == all).for_each(|(_, root)| *root = drawn);
        }
        let canonical = entry.canonical_after(look);
        let found = canonical.clone() + &shown.found(entry);
        let (demand, cuts, value) = self.reached(&built, &results, data)?;
        let mut task = FigureTask {
            id,
            name: name.clone(),
            point: self.point.label.clone(),
            place: self.spec.place.clone(),
            lineage: self.spec.lineage.clone(),
            outputs: self.outputs.to_vec(),
            exist_ok: self.spec.exist_ok,
            digest: digest(&found, self.outputs, &demand, self.tree),
            metadata: metadata(name, self.point.label.as_deref(), &canonical, &demand, self.tree),
            graph: built.graph.finished(),
            tags: built.tags,
            results,
            drawing: Drawing::Late { entry: Arc::new(Entry::default()), data },
            demand,
            given: Vec::new(),
            cuts: Arc::new(cuts),
            cuts_beside: None,
            keep: built.keep,
            kept: built.kept,
            extents: None,
            film: None,
        };
        let (chart, data) = match (shown, data) {
            (Look::Facets(chart), Some(data)) => (chart, data),
            (Look::Multi(multi), _) if !late => {
                only_pictures(self.spec, self.outputs)?;
                task.drawing = Drawing::Multi(multi);
                return Ok(Made::Tasks(vec![task]));
            }
            (Look::Facets(_) | Look::Multi(_), data) => {
                only_pictures(self.spec, self.outputs)?;
                task.drawing = Drawing::Late { entry: Arc::new(entry.clone()), data };
                return Ok(Made::Tasks(vec![task]));
            }
        };
        let spread_over = self.channels(&chart, value.as_ref(), warnings)?;
        if late {
            if let Some((_, dim)) = spread_over.frames.as_ref().or(spread_over.files.first()) {
                let message = format!("figures with `!dag_result` cannot be spread over `{dim}`");
                return Err(Diagnostic::error(message));
            }
            only_pictures(self.spec, self.outputs)?;
            task.drawing = Drawing::Late { entry: Arc::new(entry.clone()), data: Some(data) };
            return Ok(Made::Tasks(vec![task]));
        }
        task.drawing = Drawing::Facets { chart, data, suptitle: None };
        if !spread_over.files.is_empty() {
            return self.files(entry, &spread_over).map(Made::Spread);
        }
        let Some((values, dim)) = spread_over.frames else {
            only_pictures(self.spec, self.outputs)?;
            return Ok(Made::Tasks(vec![task]));
        };
        // `--format` says how pictures are written; films keep what their entry says.
        let own = self.outputs.first().map(|output| output.path.clone()).unwrap_or_default();
        let file = match animation::is_film(entry) {
            true => path(self.spec, self.point, self.options, &self.point.file_ext)?,
            false => own,
        };
        let settled = (spread_over.chart, value.as_ref());
        let frames = Frames::of(entry, (&task, &file), settled, (&dim, values), warnings)?;
        frames
            .tasks(task, data, |graph, roots| {
                let reached = reach(graph, roots, self.tree)?;
                let digest = digest(&found, self.outputs, &reached.demand, self.tree);
                Ok((reached, digest))
            })
            .map(Made::Tasks)
    }

    /// What all results can touch, and what is known of the data that are drawn.
    fn reached(
        &self,
        built: &Built,
        results: &[(String, NodeId)],
        data: Option<NodeId>,
    ) -> Result<(Demand, Cuts, Option<Value>), Diagnostic> {
        let node = |tag: &str, root| data.filter(|_| tag == "data").unwrap_or(root);
        let roots: Vec<NodeId> = results.iter().map(|(tag, root)| node(tag, *root)).collect();
        let Reached { demand, values, cuts } = reach(&built.graph, &roots, self.tree)?;
        let drawn = roots.iter().position(|root| Some(*root) == data);
        Ok((demand, cuts, drawn.and_then(|at| values.into_iter().nth(at).flatten())))
    }

    /// What the channels `frames` and `files` show.
    fn channels(
        &self,
        chart: &Chart,
        value: Option<&Value>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<SpreadOver, Diagnostic> {
        let given = |channel| chart.encodings.get(channel).and_then(Encoding::name);
        let fills = |channel| match &chart.auto_encoding {
            Some(auto) => !auto.ignore.contains(&channel),
            None => false,
        };
        let wanted = given(Channel::Frames).is_some() || !chart.encodings.files.is_empty();
        let maybe = fills(Channel::Frames) || fills(Channel::Files);
        let mut spread_over = SpreadOver { chart: chart.clone(), frames: None, files: Vec::new() };
        if !wanted && !maybe {
            return Ok(spread_over);
        }
        let data = match value {
            Some(Value::Array(array) | Value::Bare(array)) => ChartData::Array(array.clone()),
            Some(Value::Dataset(dataset)) => ChartData::Dataset(dataset.clone()),
            _ if wanted => {
                let message = "the labels of `frames` and `files` are not known before the data are read";
                return Err(Diagnostic::error(message)
                    .help("an operation makes them; give the dims by name and select before it".to_owned()));
            }
            _ => return Ok(spread_over),
        };
        let (resolved, data) =
            resolve(chart, &data).map_err(|error| Diagnostic::from_error(&error))?.into_value(warnings);
        let labels = |dim: &str| {
            labels_of(&data, dim).map(|labels| (labels, dim.to_owned())).ok_or_else(|| {
                Diagnostic::error(format!("the data have no labels along `{dim}`, which `files` needs"))
                    .help("`.assign_coords` gives them some".to_owned())
            })
        };
        for dim in &resolved.encodings.files {
            spread_over.files.push(labels(dim)?);
        }
        if let Some(dim) = resolved.encodings.frames.name() {
            let labels = match labels_of(&data, dim) {
                Some(labels) => labels,
                None => numbers(&data, dim).ok_or_else(|| {
                    Diagnostic::error(format!("the data have no dimension `{dim}`, which `frames` names"))
                        .help(crate::diag::did_you_mean(dim, dims(&data).iter().map(String::as_str)))
                })?,
            };
            spread_over.frames = Some((labels, dim.to_owned()));
        }
        spread_over.chart = resolved;
        Ok(spread_over)
    }

    /// The changes that make a sweep over files of an entry.
    fn files(&self, entry: &Entry, over: &SpreadOver) -> Result<Vec<(Node, Node)>, Diagnostic> {
        let find = |name: &str| entry.plot.iter().find(|(key, _)| key.as_str() == Some(name));
        let place =
            find("files").or_else(|| find("auto_encoding")).map_or(&self.spec.place, |(key, _)| &key.place);
        let node = |value| Node::new(value, place);
        let mut sel = match find("sel").map(|(_, sel)| sel).filter(|sel| !sel.is_null()) {
            Some(sel) => sel.mapping()?.to_vec(),
            None => Vec::new(),
        };
        for (labels, dim) in &over.files {
            if sel.iter().any(|(key, _)| key.as_str() == Some(dim)) {
                let message = format!("`{dim}` is in `files` and in `sel`");
                return Err(Diagnostic::error(message).at(place.clone()));
            }
            let mut values = Vec::with_capacity(labels.size());
            for index in 0..labels.size() {
                values.push(super::frames::label(labels, index, place)?);
            }
            let Some(default) = values.first().cloned() else {
                return Err(Diagnostic::error(format!("`{dim}` in `files` has no labels")).at(place.clone()));
            };
            let sweep = Yaml::Map(vec![
                (Node::str("default", place), default),
                (Node::str("values", place), node(Yaml::Seq(values))),
            ]);
            let sweep = Node { value: sweep, tag: Some("sweep".to_owned()), place: place.clone() };
            sel.push((Node::str(dim, place), sweep));
        }
        let mut changes = vec![(Node::str("sel", place), node(Yaml::Map(sel)))];
        // What the channels show is settled; without `files` they would be handed out anew.
        for (name, channel) in Channel::ALL {
            match over.chart.encodings.get(channel) {
                Some(Encoding::Name(dim)) => changes.push((Node::str(name, place), Node::str(dim, place))),
                _ if matches!(channel, Channel::Files | Channel::Frames) => {
                    changes.push((Node::str(name, place), node(Yaml::Null)));
                }
                _ => {}
            }
        }
        Ok(changes)
    }
}

/// What `frames` and `files` show: labels and dims.
struct SpreadOver {
    /// The chart with its channels settled.
    chart: Chart,
    frames: Option<(Labelled, String)>,
    files: Vec<(Labelled, String)>,
}

impl Charts {
    fn of(
        &mut self,
        entry: &Entry,
        look: &str,
        name: &str,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Look, Diagnostic> {
        if let Some(known) = self.0.get(look) {
            return Ok(known.clone());
        }
        let made = Look::of(entry, name, warnings)?;
        self.0.insert(look.to_owned(), made.clone());
        Ok(made)
    }
}

/// All arrays of the data.
fn arrays(data: &ChartData) -> Vec<&Labelled> {
    match data {
        ChartData::Array(array) => vec![array],
        ChartData::Dataset(dataset) => dataset.vars.iter().map(|(_, array)| array).collect(),
    }
}

/// The labels along a dim.
fn labels_of(data: &ChartData, dim: &str) -> Option<Labelled> {
    arrays(data).into_iter().find_map(|array| {
        let coord = array.coords.get(dim)?;
        (coord.ndim() == 1 && coord.dims[0].as_str() == dim).then(|| (**coord).clone())
    })
}

/// 0, 1, … along a dim without labels.
fn numbers(data: &ChartData, dim: &str) -> Option<Labelled> {
    let len = arrays(data).into_iter().find_map(|array| array.len_of(dim))?;
    let values = crate::data::Values::I64((0..len as i64).collect::<Vec<_>>().into());
    Some(Labelled::contiguous(vec![crate::data::Dim::new(dim)], vec![len], values))
}

fn dims(data: &ChartData) -> Vec<String> {
    arrays(data).into_iter().flat_map(|array| array.dims.iter().map(|dim| dim.as_str().to_owned())).collect()
}
