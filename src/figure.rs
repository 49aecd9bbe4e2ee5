//! One figure in process: transform → render → bytes, without a fork.
//!
//! Workers, `shmplot describe` and tests call the same functions.

use crate::arena::{self, Arena};
use crate::config::{Entry, PlotFunction};
use crate::data::Labelled;
use crate::diag::{Diagnostic, Place, Warned};
use crate::plan::task::EXTENTS;
use crate::plan::{self, Drawing, FigureTask, SharedResult};
use crate::render::chart::Chart;
use crate::render::{ChartData, Extents, MultiPlot, Scene, compose as compose_chart, compose_multi, paint};
use crate::transform::{Inputs, NodeId, Value, eval_cut};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A figure's files.
#[derive(Debug)]
pub struct Drawn {
    /// The bytes of each of the task's outputs, in order.
    pub files: Vec<Vec<u8>>,
    /// What should be known.
    pub warnings: Vec<Diagnostic>,
}

impl Inputs for Arena {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        Arena::leaf(self, path)
    }

    fn is_left_out(&self, path: &str) -> bool {
        Arena::is_left_out(self, path)
    }

    fn result(&self, digest: u128) -> Option<Value> {
        Arena::result(self, digest)
    }
}

/// Inputs of one figure: they keep what is printed, as its notes, and know what was computed for it.
struct Noting<'a> {
    inputs: &'a dyn Inputs,
    given: &'a [u128],
    notes: RefCell<Vec<Diagnostic>>,
}

impl Inputs for Noting<'_> {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        self.inputs.leaf(path)
    }

    fn note(&self, text: &str, place: Option<&Place>) {
        let note = Diagnostic::warning(format!("printed: {text}"));
        self.notes.borrow_mut().push(match place {
            Some(place) => note.at(place.clone()),
            None => note,
        });
    }

    fn is_left_out(&self, path: &str) -> bool {
        self.inputs.is_left_out(path)
    }

    fn result(&self, digest: u128) -> Option<Value> {
        self.given.contains(&digest).then(|| self.inputs.result(digest)).flatten()
    }
}

/// The scene of a task.
///
/// # Errors
/// What evaluating or composing says, at the task's place unless a nearer one is known.
pub fn compose(task: &FigureTask, inputs: &dyn Inputs) -> Result<Warned<Scene>, Diagnostic> {
    let inputs = Noting { inputs, given: &task.given, notes: RefCell::default() };
    let mut values = results(task, &inputs)?;
    let mut scene = match &task.drawing {
        Drawing::Facets { chart, suptitle: None, .. } => facets(task, chart, &mut values)?,
        Drawing::Facets { chart, suptitle, .. } => {
            let mut chart = Chart { suptitle: suptitle.clone(), ..(**chart).clone() };
            if let [Some(least), Some(most)] = EXTENTS.map(|tag| values.remove(tag)) {
                let ends = chart_data(least).and_then(|least| Ok((least, chart_data(most)?)));
                let (least, most) = ends.map_err(|error| task.blame(error))?;
                chart.hold(&Extents::of(&least, &most));
            }
            facets(task, &chart, &mut values)?
        }
        Drawing::Multi(multi) => calls(task, multi, &values)?,
        Drawing::Late { entry, .. } => late(task, entry, &mut values)?,
    };
    scene.value.metadata.extend(task.metadata.iter().cloned());
    scene.warnings.splice(0..0, inputs.notes.into_inner());
    Ok(scene)
}

/// The scene of a figure whose look holds results.
fn late(
    task: &FigureTask,
    entry: &Entry,
    values: &mut BTreeMap<String, Value>,
) -> Result<Warned<Scene>, Diagnostic> {
    let at = |error: Diagnostic| task.blame(error);
    let entry = plan::late::filled(entry, values).map_err(at)?;
    let mut warnings = Vec::new();
    let mut scene = match entry.function {
        PlotFunction::FacetGrid => {
            let chart = plan::chart(&entry, &task.name).map_err(at)?.into_value(&mut warnings);
            facets(task, &chart, values)?
        }
        PlotFunction::MultiPlot => {
            let multi = plan::multiplot(&entry, &task.name).map_err(at)?.into_value(&mut warnings);
            calls(task, &multi, values)?
        }
    };
    scene.warnings.splice(0..0, warnings);
    Ok(scene)
}

/// The scene of calls of plotting functions with results in their arguments.
fn calls(
    task: &FigureTask,
    multi: &MultiPlot,
    values: &BTreeMap<String, Value>,
) -> Result<Warned<Scene>, Diagnostic> {
    let results = values.iter().map(|(tag, value)| (tag.clone(), plan::result(value))).collect();
    compose_multi(multi, &results).map_err(|error| task.blame(Diagnostic::from_error(&error)))
}

/// The scene of a facet grid of the result `data`.
fn facets(
    task: &FigureTask,
    chart: &Chart,
    values: &mut BTreeMap<String, Value>,
) -> Result<Warned<Scene>, Diagnostic> {
    let bound;
    let chart = if chart.has_calls() {
        let results = values.iter().map(|(tag, value)| (tag.clone(), plan::result(value))).collect();
        bound = chart.bound(&results);
        &bound
    } else {
        chart
    };
    let data = values.remove("data").unwrap_or(Value::None);
    let data = chart_data(data).map_err(|error| task.blame(error))?;
    compose_chart(chart, &data).map_err(|error| task.blame(Diagnostic::from_error(&error)))
}

/// The values that a task is drawn from by tag; of `data` just what is drawn.
///
/// # Errors
/// What evaluating says, at the task's place unless a nearer one is known.
pub fn results(task: &FigureTask, inputs: &dyn Inputs) -> Result<BTreeMap<String, Value>, Diagnostic> {
    let needed = task.needed();
    let roots: Vec<NodeId> = needed.iter().map(|(_, root)| *root).collect();
    let is_given = |digest: &u128| inputs.result(*digest).is_some();
    let cuts = match &task.cuts_beside {
        Some(cuts) if task.given.iter().all(is_given) => cuts,
        _ => &task.cuts,
    };
    let values = eval_cut(&task.graph, &roots, cuts, inputs).map_err(|error| task.blame(error))?;
    Ok(needed.into_iter().map(|(tag, _)| tag.to_owned()).zip(values).collect())
}

/// Draws a task: its scene in each of its formats.
///
/// # Errors
/// As [`compose`], and what painting says.
pub fn draw(task: &FigureTask, inputs: &dyn Inputs) -> Result<Drawn, Diagnostic> {
    let Warned { value: scene, warnings } = compose(task, inputs)?;
    let files = task
        .outputs
        .iter()
        .map(|output| {
            paint::paint(&scene, output.format).map_err(|error| task.blame(Diagnostic::from_error(&error)))
        })
        .collect::<Result<_, _>>()?;
    Ok(Drawn { files, warnings })
}

/// Computes a shared result and seals it.
///
/// # Errors
/// What evaluating says; values that cannot be shared. The figures that need it then compute it
/// themselves.
pub fn make(result: &SharedResult, inputs: &dyn Inputs) -> Result<arena::SealedResult, Diagnostic> {
    let value = eval_cut(&result.graph, &[result.node], &result.cuts, inputs)?.remove(0);
    arena::seal(result.digest, &value)
}

/// What a chart can show of a graph's value.
fn chart_data(value: Value) -> Result<ChartData, Diagnostic> {
    match value {
        Value::Array(array) | Value::Bare(array) => Ok(ChartData::Array(array)),
        Value::Dataset(dataset) => Ok(ChartData::Dataset(dataset)),
        other => Err(Diagnostic::error(format!("the result is {}, which cannot be drawn", other.describe()))
            .help("a figure needs an array or a dataset".to_owned())),
    }
}
