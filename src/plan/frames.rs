//! `frames`: the pictures of a sequence, one figure a label, or all of them one film.

use super::animation::Writer;
use super::numbered::Numbered;
use super::task::FilmTask;
use super::{Drawing, FigureTask, Output, chart::chart};
use crate::config::{Entry, Node, Yaml};
use crate::data::{Dtype, Labelled, Pick, Values};
use crate::diag::{Diagnostic, Place};
use crate::output::film::Film;
use crate::output::temp::FILMS;
use crate::render::chart::{Chart, Encoding};
use crate::render::frame_title;
use crate::render::paint::Format;
use crate::transform::{Arg, Graph, NodeId, Op, Reached, Value};
use std::cmp::Ordering;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A sequence of pictures.
pub(super) struct Frames {
    /// The look of all pictures.
    chart: Arc<Chart>,
    dim: String,
    /// Index along the dim and title of each picture, in order.
    pictures: Vec<(Vec<usize>, String)>,
    /// Their names.
    numbered: Numbered,
    /// Whether all have the limits of all; then whether these are percentiles.
    held: Option<bool>,
    /// How they are joined, if they are, and the file.
    film: Option<(Film, PathBuf)>,
}

impl Frames {
    /// The pictures of `whole` along `dim` with these labels, ascending. `settled` is the chart with its
    /// channels settled, `value` what is known of the data, `file` what a film would be written to.
    ///
    /// # Errors
    /// If `animation` is not given, or wants what cannot be written.
    pub(super) fn of(
        entry: &Entry,
        (whole, file): (&FigureTask, &Path),
        (settled, value): (Chart, Option<&Value>),
        (dim, labels): (&str, Labelled),
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Self, Diagnostic> {
        let writer = Writer::of(entry)?;
        let film = writer.film(file, &whole.metadata)?.map(|film| (film, file.to_owned()));
        // Options of `save_figure` are for figures alone.
        let mut entry = entry.clone();
        entry.helpers.retain(|(key, _)| key.as_str() != Some("save_figure"));
        let mut chart = chart(&entry, &whole.name)?.into_value(warnings);
        chart.kind = settled.kind;
        chart.kind_rule = None;
        chart.auto_encoding = None;
        chart.encodings = settled.encodings;
        chart.encodings.frames = Encoding::Unused;
        chart.style.dpi = writer.dpi.unwrap_or(chart.style.dpi);
        if film.is_some() {
            // All pictures of a film have one size (matplotlib, too, then does without `bbox: tight`).
            chart.style.tight = None;
        }
        let held = (writer.fixed_limits && value.is_some_and(has_numbers)).then_some(chart.color.robust);
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
        Ok(Self {
            chart: Arc::new(chart),
            dim: dim.to_owned(),
            pictures,
            numbered: writer.numbered,
            held,
            film,
        })
    }

    /// One figure a picture of what `whole` is the plan of: `<its output without extension>/<number>.<ext>`;
    /// or the pictures of a film, which wait for it in the bookkeeping.
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
        let mut whole = whole;
        if let Some(robust) = self.held {
            let place = Some(whole.place.clone());
            let mut reduced = |name: &str, quantile: f64| {
                let mut args = vec![Arg::Node(data)];
                let (name, percentile) = if robust { (".quantile", Some(quantile)) } else { (name, None) };
                args.extend(percentile.map(|quantile| Arg::Value(Value::Float(quantile))));
                whole.graph.push(Op::Call { name: name.to_owned(), args, kwargs: Vec::new() }, place.clone())
            };
            whole.extents = Some([reduced(".min", 0.02), reduced(".max", 0.98)]);
        }
        let whole = whole;
        for (number, (indices, title)) in self.pictures.into_iter().enumerate() {
            let file = format!("{number:0width$}", width = self.numbered.width);
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
            let extents = task.extents.into_iter().flatten();
            let roots: Vec<NodeId> = std::iter::once(picture).chain(others).chain(extents).collect();
            let (Reached { demand, cuts, .. }, digest) = reached(&task.graph, &roots)?;
            task.id = whole.id + number;
            task.point = Some(match &whole.point {
                Some(point) => format!("{point}/{file}"),
                None => file.clone(),
            });
            if self.film.is_some() {
                let path = PathBuf::from(FILMS).join(whole.id.to_string()).join(format!("{file}.png"));
                task.outputs = vec![Output { path, format: Format::Png }];
                task.metadata.clear();
            }
            for output in task.outputs.iter_mut().filter(|_| self.film.is_none()) {
                output.path = self.numbered.file(&output.path, number)?;
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
        if let Some((film, output)) = self.film {
            let film = Arc::new(FilmTask {
                id: whole.id,
                name: whole.name,
                point: whole.point,
                exist_ok: whole.exist_ok,
                place: whole.place,
                digest: digest_of(&tasks, &film, &output),
                output,
                film,
            });
            tasks.iter_mut().for_each(|task| task.film = Some(film.clone()));
        }
        Ok(tasks)
    }
}

/// Whether data have least and largest numbers.
fn has_numbers(value: &Value) -> bool {
    let numbers = |array: &Labelled| !matches!(array.dtype(), Dtype::Str | Dtype::Time(_));
    match value {
        Value::Array(array) | Value::Bare(array) => numbers(array),
        Value::Dataset(dataset) => dataset.vars.iter().all(|(_, array)| numbers(array)),
        _ => false,
    }
}

/// Digest of a film: of its pictures and of how they are joined.
fn digest_of(tasks: &[FigureTask], film: &Film, output: &Path) -> u64 {
    let mut hash = twox_hash::XxHash64::with_seed(0);
    tasks.iter().for_each(|task| hash.write_u64(task.digest));
    hash.write(format!("{film:?}").as_bytes());
    hash.write(output.as_os_str().as_encoded_bytes());
    hash.finish()
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
