//! `plan(&[PlotSpec], &Tree) -> Warned<Plan>`: every figure with its files, graph, chart, demand.

use super::graph::{self, Scope};
use super::spread::spread;
use super::{Drawing, FigureTask, Output, Plan, chart::chart, late};
use crate::config::{Entry, PlotSpec, Point};
use crate::data::Demand;
use crate::diag::{Diagnostic, FigureRecord, Outcome, Place, Warned};
use crate::output::name;
use crate::render::paint::Format;
use crate::source::Tree;
use crate::transform::reach;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Most names of data files that a figure's metadata hold.
const MOST_NAMES: usize = 20;

/// What the command line says about planning.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Formats instead of each entry's `file_ext`.
    pub formats: Vec<Format>,
    /// `{timestamp}` of `out_dir`, as dantro writes it.
    pub timestamp: String,
}

/// Joins specs and tree. What makes one figure impossible makes that figure `failed` in
/// [`Plan::settled`]; the others go on.
///
/// # Errors
/// What makes the file as a whole meaningless: output names that are not allowed or collide.
pub fn plan(specs: &[PlotSpec], tree: &Tree, options: &Options) -> Result<Warned<Plan>, Vec<Diagnostic>> {
    let mut plan = Plan::default();
    let mut warnings = Vec::new();
    let mut errors = Vec::new();
    let mut named = Vec::new();
    let mut multiverses = BTreeMap::new();
    for spec in specs {
        let id = plan.tasks.len() + plan.settled.len();
        let spread = match spread(spec, tree, &mut multiverses) {
            Ok(spread) => spread,
            Err(outcome) => {
                plan.settled.push(settled(id, spec, None, Vec::new(), *outcome));
                continue;
            }
        };
        for point in spread.points.iter() {
            let id = plan.tasks.len() + plan.settled.len();
            let outputs = match outputs(spec, &point, options) {
                Ok(outputs) => outputs,
                Err(Unnamed::Run(error)) => {
                    errors.push(error);
                    continue;
                }
                Err(Unnamed::Figure(error)) => {
                    plan.settled.push(failed(id, spec, &point, Vec::new(), error));
                    continue;
                }
            };
            note(&mut named, spec, &point, &outputs);
            let selected = spread.selected(&point);
            let scope = Scope { tree: Some(tree), selected: &selected };
            match task(id, spec, &point, &outputs, tree, &scope, &mut warnings) {
                Ok(task) => {
                    plan.demand.merge(&task.demand);
                    plan.tasks.push(task);
                }
                Err(error) => plan.settled.push(failed(id, spec, &point, outputs, error)),
            }
        }
    }
    errors.extend(collisions(&named));
    if errors.is_empty() { Ok(Warned { value: plan, warnings }) } else { Err(errors) }
}

/// Finds what is wrong with specs without data, and counts their figures.
///
/// # Errors
/// Every error that needs no data, output names and charts included.
pub fn check(specs: &[PlotSpec]) -> Result<Warned<usize>, Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    let mut errors = Vec::new();
    let mut named = Vec::new();
    let mut figures = 0;
    for spec in specs {
        for point in spec.points.iter() {
            figures += 1;
            let checked = outputs(spec, &point, &Options::default())
                .map_err(|(Unnamed::Run(error) | Unnamed::Figure(error))| error)
                .map(|outputs| note(&mut named, spec, &point, &outputs))
                .and_then(|()| point.entry.as_ref().map_err(Clone::clone))
                .and_then(|entry| chart(entry, &spec.name));
            match checked {
                Ok(chart) => warnings.extend(chart.warnings),
                Err(error) => errors.push(error.or_at(&spec.place)),
            }
        }
    }
    errors.extend(collisions(&named));
    if errors.is_empty() { Ok(Warned { value: figures, warnings }) } else { Err(errors) }
}

/// Decoded bytes of what a demand can touch (text apart).
pub fn demanded_bytes(demand: &Demand, tree: &Tree) -> u64 {
    let bytes = |(path, part): (&String, &crate::data::LeafDemand)| {
        let size = tree.array(path).ok()?.dtype.size()?;
        Some((part.count() * size) as u64)
    };
    demand.0.iter().filter_map(bytes).sum()
}

/// Why a figure has no files.
enum Unnamed {
    /// The run is meaningless.
    Run(Diagnostic),
    /// This figure is impossible.
    Figure(Diagnostic),
}

fn outputs(spec: &PlotSpec, point: &Point, options: &Options) -> Result<Vec<Output>, Unnamed> {
    let extensions: Vec<String> = if options.formats.is_empty() {
        vec![point.file_ext.clone()]
    } else {
        options.formats.iter().map(|format| format.ext().to_owned()).collect()
    };
    let mut outputs = Vec::new();
    for ext in extensions {
        let parts = name::Parts {
            out_dir: spec.out_dir.as_ref().map(|(template, _)| template.as_str()),
            timestamp: &options.timestamp,
            name: &spec.name,
            label: point.label.as_deref(),
            ext: &ext,
        };
        let path = name::file(parts).map_err(|error| {
            let place = spec.out_dir.as_ref().map_or(&spec.place, |(_, place)| place);
            Unnamed::Run(Diagnostic::from_error(&error).at(place.clone()))
        })?;
        let format = Format::from_ext(&ext).ok_or_else(|| {
            let all = Format::ALL.map(Format::ext).join(", ");
            let help = format!("there is: {all}; give one as `file_ext`, or `--format` for all");
            let error =
                Diagnostic::error(format!("cannot write `.{ext}` files")).help(help).at(spec.place.clone());
            // What is wrong with the entry itself is the better thing to say.
            Unnamed::Figure(point.entry.as_ref().err().map_or(error, |own| own.clone().or_at(&spec.place)))
        })?;
        outputs.push(Output { path, format });
    }
    Ok(outputs)
}

/// Errors for figures that would overwrite each other, among all that were named.
fn collisions(named: &[(PathBuf, String, Place)]) -> Vec<Diagnostic> {
    name::collisions(named.iter().map(|(path, who, place)| name::Claim { path, who, place }))
}

/// Adds a figure's files to the named ones.
fn note(named: &mut Vec<(PathBuf, String, Place)>, spec: &PlotSpec, point: &Point, outputs: &[Output]) {
    let who = match &point.label {
        Some(label) => format!("{}/{label}", spec.name),
        None => spec.name.clone(),
    };
    named.extend(outputs.iter().map(|output| (output.path.clone(), who.clone(), spec.place.clone())));
}

fn task(
    id: usize,
    spec: &PlotSpec,
    point: &Point,
    outputs: &[Output],
    tree: &Tree,
    scope: &Scope<'_>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<FigureTask, Diagnostic> {
    let entry = point.entry.as_ref().map_err(|error| error.clone().or_at(&spec.place))?;
    let at_place = |error: Diagnostic| error.or_at(&spec.place);
    let built = graph::build(entry, scope).map_err(at_place)?;
    let mut results = built.requested(entry, graph::FACETS).map_err(at_place)?;
    let placeholders = late::placeholders(entry);
    for placeholder in &placeholders {
        let tag = late::tag(placeholder)?;
        let id = built.tag(tag).map_err(|error| error.or_at(&placeholder.place))?;
        if !results.iter().any(|(have, _)| have == tag) {
            results.push((tag.to_owned(), id));
        }
    }
    let data = match built.drawn {
        Some(id) => id,
        None => built.tag("data").map_err(at_place)?,
    };
    let drawing = if placeholders.is_empty() {
        let chart = chart(entry, &spec.name).map_err(at_place)?.into_value(warnings);
        Drawing::Facets { chart: Arc::new(chart), data, suptitle: None }
    } else {
        chart(&late::without(entry), &spec.name).map_err(at_place)?.into_value(warnings);
        Drawing::Late { entry: Arc::new(entry.clone()), data }
    };
    let (graph, tags) = (built.graph, built.tags);
    let mut demand = Demand::default();
    for (tag, root) in &results {
        let root = if tag == "data" { data } else { *root };
        demand.merge(&reach(&graph, root, tree).map_err(at_place)?);
    }
    let digest = digest(entry, outputs, &demand, tree);
    let metadata = metadata(spec, point, entry, &demand, tree);
    Ok(FigureTask {
        id,
        name: spec.name.clone(),
        point: point.label.clone(),
        place: spec.place.clone(),
        outputs: outputs.to_vec(),
        exist_ok: spec.exist_ok,
        graph,
        tags,
        results,
        drawing,
        demand,
        digest,
        metadata,
    })
}

fn failed(
    id: usize,
    spec: &PlotSpec,
    point: &Point,
    outputs: Vec<Output>,
    error: Diagnostic,
) -> FigureRecord {
    settled(id, spec, point.label.clone(), outputs, Outcome::Failed(error))
}

/// The record of a figure whose fate is known at planning.
fn settled(
    id: usize,
    spec: &PlotSpec,
    point: Option<String>,
    outputs: Vec<Output>,
    outcome: Outcome,
) -> FigureRecord {
    FigureRecord {
        task: id,
        name: spec.name.clone(),
        point,
        outputs: outputs.into_iter().map(|output| output.path).collect(),
        outcome,
        wall: Duration::ZERO,
        cpu: Duration::ZERO,
        anon_bytes: 0,
        warnings: Vec::new(),
    }
}

/// Digest of all that decides a figure's bytes: its resolved entry, its formats, this program's
/// version, and the identity (path, size, time of change) of the files it reads.
fn digest(entry: &Entry, outputs: &[Output], demand: &Demand, tree: &Tree) -> u64 {
    let mut hash = twox_hash::XxHash64::with_seed(0);
    hash.write(env!("CARGO_PKG_VERSION").as_bytes());
    hash.write(entry.canonical().as_bytes());
    for output in outputs {
        hash.write(output.path.as_os_str().as_encoded_bytes());
    }
    for file in sources(demand, tree) {
        hash.write(file.path.as_os_str().as_encoded_bytes());
        hash.write_u64(file.size);
        let modified = file.modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        hash.write_u128(modified.map_or(0, |time| time.as_nanos()));
    }
    hash.finish()
}

/// The files that a demand touches, in the tree's order.
fn sources<'a>(demand: &Demand, tree: &'a Tree) -> Vec<&'a crate::source::SourceFile> {
    let mut used: Vec<usize> =
        demand.0.keys().filter_map(|path| tree.array(path).ok()).flat_map(|array| array.files()).collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter().filter_map(|file| tree.files.get(file)).collect()
}

/// What the file says of itself (WISHES 11): no clock and no absolute path, so that the same
/// configuration and data give the same bytes anywhere.
fn metadata(
    spec: &PlotSpec,
    point: &Point,
    entry: &Entry,
    demand: &Demand,
    tree: &Tree,
) -> Vec<(String, String)> {
    let mut title = spec.name.clone();
    if let Some(label) = &point.label {
        title = format!("{title}/{label}");
    }
    let mut files: Vec<String> = sources(demand, tree)
        .iter()
        .filter_map(|file| file.path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    files.dedup();
    // A file that is drawn from very many others need not name them all.
    if files.len() > MOST_NAMES {
        let rest = files.len() - MOST_NAMES;
        files.truncate(MOST_NAMES);
        files.push(format!("and {rest} more"));
    }
    vec![
        ("Title".to_owned(), title),
        ("Software".to_owned(), format!("shmplot {}", env!("CARGO_PKG_VERSION"))),
        ("Source".to_owned(), files.join(", ")),
        (
            "Comment".to_owned(),
            format!("configuration {:016x}", twox_hash::XxHash64::oneshot(0, entry.canonical().as_bytes())),
        ),
    ]
}
