//! `frames`: the pictures of a sequence, one figure a label, and what `animation` says of them.

use super::{Drawing, FigureTask, chart::chart};
use crate::config::{Entry, Keys, Node, Yaml};
use crate::data::{Labelled, Pick, Values};
use crate::diag::{Diagnostic, Place, did_you_mean};
use crate::render::chart::{Chart, Encoding};
use crate::render::frame_title;
use crate::transform::{Arg, Graph, NodeId, Op, Reached, Value};
use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::Arc;

/// A sequence of pictures.
pub(super) struct Frames {
    /// The look of all pictures.
    chart: Arc<Chart>,
    dim: String,
    /// Index along the dim and title of each picture, in order.
    pictures: Vec<(Vec<usize>, String)>,
    /// Digits of their numbers.
    width: usize,
}

impl Frames {
    /// The pictures along `dim` with these labels, ascending. `settled` is the chart with its channels
    /// settled.
    ///
    /// # Errors
    /// If `animation` is not given, or wants what cannot be written.
    pub(super) fn of(
        entry: &Entry,
        name: &str,
        settled: Chart,
        dim: &str,
        labels: Labelled,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Self, Diagnostic> {
        let writer = Writer::of(entry)?;
        // Options of `save_figure` are for figures alone.
        let mut entry = entry.clone();
        entry.helpers.retain(|(key, _)| key.as_str() != Some("save_figure"));
        let mut chart = chart(&entry, name)?.into_value(warnings);
        chart.kind = settled.kind;
        chart.kind_rule = None;
        chart.auto_encoding = None;
        chart.encodings = settled.encodings;
        chart.encodings.frames = Encoding::Unused;
        chart.style.dpi = writer.dpi;
        let mut order: Vec<usize> = (0..labels.size()).collect();
        let mut failed = None;
        order.sort_by(|a, b| {
            compare(&labels, *a, *b).unwrap_or_else(|error| {
                failed = Some(error);
                Ordering::Equal
            })
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let mut pictures: Vec<(Vec<usize>, String)> = Vec::with_capacity(order.len());
        for index in order {
            if let Some((same, _)) = pictures.last_mut()
                && compare(&labels, same[0], index)?.is_eq()
            {
                same.push(index);
                continue;
            }
            let label = labels.isel(0, &Pick::At(index)).map_err(|error| Diagnostic::from_error(&error))?;
            pictures.push((vec![index], frame_title(&chart, dim, &label)));
        }
        Ok(Self { chart: Arc::new(chart), dim: dim.to_owned(), pictures, width: writer.name_padding })
    }

    /// One figure a picture of what `whole` is the plan of: `<its output without extension>/<number>.<ext>`.
    /// `reached` gives what a node can touch, and a digest.
    ///
    /// # Errors
    /// What `reached` says.
    pub(super) fn tasks(
        self,
        whole: FigureTask,
        data: NodeId,
        reached: impl Fn(&Graph, &[NodeId]) -> Result<(Reached, u64), Diagnostic>,
    ) -> Result<Vec<FigureTask>, Diagnostic> {
        let mut tasks = Vec::with_capacity(self.pictures.len());
        for (number, (indices, title)) in self.pictures.into_iter().enumerate() {
            let file = format!("{number:0width$}", width = self.width);
            let mut task = whole.clone();
            let index = match indices.as_slice() {
                [one] => Value::Int(*one as i64),
                many => Value::List(many.iter().map(|index| Value::Int(*index as i64)).collect()),
            };
            let indexers = Value::Map(vec![(Value::Text(self.dim.clone()), index)]);
            let op = Op::Call {
                name: ".isel".to_owned(),
                args: vec![Arg::Node(data), Arg::Value(indexers)],
                kwargs: Vec::new(),
            };
            let picture = task.graph.push(op, Some(whole.place.clone()));
            let others = task.results.iter().filter(|(tag, _)| tag != "data").map(|(_, root)| *root);
            let roots: Vec<NodeId> = std::iter::once(picture).chain(others).collect();
            let (Reached { demand, cuts, .. }, digest) = reached(&task.graph, &roots)?;
            task.id = whole.id + number;
            task.point = Some(match &whole.point {
                Some(point) => format!("{point}/{file}"),
                None => file.clone(),
            });
            for output in &mut task.outputs {
                let ext = output.path.extension().unwrap_or_default().to_owned();
                let mut path: PathBuf = output.path.with_extension("");
                path.push(&file);
                path.as_mut_os_string().push(".");
                path.as_mut_os_string().push(ext);
                output.path = path;
            }
            if let Some((_, title)) = task.metadata.iter_mut().find(|(key, _)| key == "Title") {
                *title = format!("{title}/{file}");
            }
            task.digest = digest.rotate_left(1) ^ number as u64;
            task.demand = demand;
            task.cuts = Arc::new(cuts);
            task.drawing =
                Drawing::Facets { chart: self.chart.clone(), data: picture, suptitle: Some(title) };
            tasks.push(task);
        }
        Ok(tasks)
    }
}

/// The `frames` writer.
struct Writer {
    name_padding: usize,
    dpi: f64,
}

impl Writer {
    /// What `animation` says. A sequence turns it on by itself.
    fn of(entry: &Entry) -> Result<Self, Diagnostic> {
        let frames = entry.plot.iter().find(|(key, _)| key.as_str() == Some("frames")).map(|(key, _)| key);
        let Some(animation) = entry.animation.as_ref().filter(|node| !node.is_null()) else {
            let error = Diagnostic::error("`frames` needs an `animation`, which says how to write them");
            let error = error.help("add `.animation.use_frames` to `based_on`".to_owned());
            return Err(frames.map_or(error.clone(), |key| error.at(key.place.clone())));
        };
        let keys = Keys::of(
            animation,
            "`animation`",
            &["animation_update_kwargs", "enabled", "writer", "writer_kwargs"],
        )?;
        let Some(writer) = keys.given("writer") else {
            return Err(Diagnostic::error("`animation` needs a `writer`")
                .at(animation.place.clone())
                .help("such as `writer: frames`".to_owned()));
        };
        match writer.text()? {
            "frames" => {}
            "ffmpeg" => {
                return Err(Diagnostic::error("the writer `ffmpeg` is not there: films are not encoded")
                    .at(writer.place.clone())
                    .help(
                        "`.animation.use_frames` writes pictures; `ffmpeg -i %07d.png film.mp4` joins them"
                            .to_owned(),
                    ));
            }
            other => {
                return Err(Diagnostic::error(format!("there is no writer `{other}`"))
                    .at(writer.place.clone())
                    .help(did_you_mean(other, ["frames"])));
            }
        }
        let mut own = Self { name_padding: 7, dpi: 96.0 };
        let Some(options) = keys.given("writer_kwargs").and_then(|options| options.get("frames")) else {
            return Ok(own);
        };
        let keys = Keys::of(options, "`frames` of `writer_kwargs`", &["grab_frame", "init", "saving"])?;
        if let Some(init) = keys.given("init") {
            let keys = Keys::of(init, "`init`", &["fstr", "name_padding"])?;
            if let Some(padding) = keys.given("name_padding") {
                own.name_padding = padding.count()?.min(32);
            }
            if let Some(fstr) =
                keys.given("fstr").filter(|fstr| fstr.as_str() != Some("{dir:}/{num:0{pad:}d}.{ext:}"))
            {
                return Err(Diagnostic::error("another `fstr` than the default is not supported yet")
                    .at(fstr.place.clone())
                    .help("`name_padding` sets the number of digits".to_owned()));
            }
        }
        if let Some(saving) = keys.given("saving") {
            let keys = Keys::of(saving, "`saving`", &["dpi"])?;
            if let Some(dpi) = keys.given("dpi") {
                own.dpi = dpi.finite()?;
                if own.dpi <= 0.0 {
                    return Err(dpi.expected("a positive number"));
                }
            }
        }
        if let Some(grab) =
            keys.given("grab_frame").filter(|grab| grab.as_map().is_none_or(|entries| !entries.is_empty()))
        {
            return Err(Diagnostic::error("`grab_frame` is not supported yet").at(grab.place.clone()));
        }
        Ok(own)
    }
}

/// The order of two labels.
fn compare(labels: &Labelled, a: usize, b: usize) -> Result<Ordering, Diagnostic> {
    let fault = |error: crate::data::DataError| Diagnostic::from_error(&error);
    let (values, at) = labels.element(&[a]).map_err(fault)?;
    if let Values::Str(texts) = values {
        let (_, other) = labels.element(&[b]).map_err(fault)?;
        return Ok(texts.get(at).cmp(texts.get(other)));
    }
    let (a, b) = (labels.f64_at(&[a]).map_err(fault)?, labels.f64_at(&[b]).map_err(fault)?);
    Ok(a.total_cmp(&b))
}

/// A label as YAML; of times the date and time of day.
///
/// # Errors
/// If its values are not in memory.
pub(super) fn label(labels: &Labelled, index: usize, place: &Place) -> Result<Node, Diagnostic> {
    let fault = |error: crate::data::DataError| Diagnostic::from_error(&error);
    let (values, at) = labels.element(&[index]).map_err(fault)?;
    let value = match values {
        Values::Str(texts) => Yaml::Str(texts.get(at).to_owned()),
        Values::Bool(flags) => Yaml::Bool(flags[at] != 0),
        Values::F32(_) | Values::F64(_) => Yaml::Float(labels.f64_at(&[index]).map_err(fault)?),
        Values::Time(micros, calendar) => {
            let civil = calendar.civil(micros[at]);
            Yaml::Str(format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
            ))
        }
        Values::I64(numbers) => Yaml::Int(numbers[at]),
        Values::U64(numbers) => i64::try_from(numbers[at]).map_or(Yaml::Float(numbers[at] as f64), Yaml::Int),
        _ => Yaml::Int(labels.f64_at(&[index]).map_err(fault)? as i64),
    };
    Ok(Node::new(value, place))
}
