//! What is wrong with specs, as far as it can be said without data.

use super::animation::Writer;
use super::chart::{chart, multiplot};
use super::facets::asked;
use super::graph::{Multiverse, Scope, Selected};
use super::outputs::{Named, Unnamed, only_pictures, outputs};
use super::{Options, Output, late};
use crate::config::{Creator, PlotFunction, PlotSpec, Point};
use crate::diag::{Diagnostic, Severity, Warned};
use crate::render::chart::{Channel, Chart, Encoding};
use std::collections::HashSet;

/// Finds what is wrong with specs without data, and counts their figures (those of an entry over
/// universes as if there were one).
///
/// # Errors
/// Every error that needs no data: output names, charts, graphs with their references, operations and
/// arguments. What all points of a sweep have wrong is said once.
pub fn check(specs: &[PlotSpec]) -> Result<Warned<usize>, Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    let mut errors = Vec::new();
    let mut named = Named::default();
    let mut figures = 0;
    for spec in specs {
        let points = match spec.creator {
            Creator::Universe => match spec.points.without_universes() {
                Ok(points) => points,
                Err(more) => {
                    errors.extend(more.into_iter().map(|error| spec.blame(error)));
                    continue;
                }
            },
            _ => spec.points.clone(),
        };
        for point in points.iter() {
            figures += 1;
            let checked = outputs(spec, &point, &Options::default())
                .map_err(|(Unnamed::Run(error) | Unnamed::Figure(error))| error)
                .inspect(|outputs| {
                    for output in outputs {
                        named.note(spec, point.label.as_deref(), &output.path);
                    }
                })
                .and_then(|outputs| figure(spec, &point, &outputs));
            let (found, more) = checked.unwrap_or_else(|error| (vec![error], Vec::new()));
            warnings.extend(more);
            let found = found.into_iter().map(|error| spec.blame(error));
            match spec.enabled {
                true => errors.extend(found),
                // It may be switched off for that.
                false => warnings.extend(found.map(|error| Diagnostic {
                    severity: Severity::Warning,
                    message: format!("`{}`, which is not enabled: {}", spec.name, error.message),
                    ..error
                })),
            }
        }
    }
    errors.extend(named.collisions());
    let mut said = HashSet::new();
    let mut once = |found: Vec<Diagnostic>| -> Vec<Diagnostic> {
        found.into_iter().filter(|one| said.insert(one.to_string())).collect()
    };
    let (errors, warnings) = (once(errors), once(warnings));
    if errors.is_empty() { Ok(Warned { value: figures, warnings }) } else { Err(errors) }
}

/// What is wrong with one figure's graph, its chart and its animation, and warnings.
fn figure(
    spec: &PlotSpec,
    point: &Point,
    outputs: &[Output],
) -> Result<(Vec<Diagnostic>, Vec<Diagnostic>), Diagnostic> {
    let entry = point.entry.as_ref().map_err(Clone::clone)?;
    let multiverse;
    let selected = match spec.creator {
        Creator::PyPlot => Selected::Tree,
        Creator::Universe => Selected::Universe(format!("{}/0", spec.multiverse)),
        Creator::Multiverse => {
            multiverse = Multiverse::unknown(&spec.multiverse);
            Selected::Multiverse(&multiverse)
        }
    };
    let scope = Scope { tree: None, selected: &selected };
    let graph = asked(entry, &scope).and_then(|asked| {
        let roots: Vec<_> = asked.results.iter().map(|(_, root)| *root).chain(asked.data).collect();
        crate::transform::check(&asked.built.graph, &roots)
    });
    let shown = if late::is_late(entry) { &late::without(entry) } else { entry };
    let mut warnings = Vec::new();
    let mut framed = Framed::No;
    let look = match entry.function {
        PlotFunction::FacetGrid => chart(shown, &spec.name).map(|look| {
            framed = Framed::of(&look.value);
            look.warnings
        }),
        PlotFunction::MultiPlot => multiplot(shown, &spec.name).map(|look| look.warnings),
    };
    let file = outputs.first().map(|output| output.path.as_path());
    let sequence = match (&look, framed) {
        // It may be a sequence or not.
        (Err(_), _) => Ok(()),
        (Ok(_), Framed::No) => only_pictures(spec, outputs),
        (Ok(_), Framed::Maybe) => Ok(()),
        (Ok(_), Framed::Yes) => Writer::of(entry).and_then(|writer| match file {
            Some(file) => writer.film(file, &[]).map(drop),
            None => Ok(()),
        }),
    };
    // Without a sequence `animation` has no effect: what is wrong in it does not stop the figure.
    let given = entry.animation.as_ref().is_some_and(|animation| !animation.is_null());
    if let (Framed::Maybe | Framed::No, true, true, Err(error)) =
        (framed, look.is_ok(), given, Writer::of(entry).map(drop))
    {
        let message = format!("`animation` has no effect without `frames`, and is wrong: {}", error.message);
        warnings.push(Diagnostic { severity: Severity::Warning, message, ..error });
    }
    let look = look.map(|more| warnings.extend(more));
    Ok((graph.err().into_iter().chain(look.err()).chain(sequence.err()).collect(), warnings))
}

/// Whether a figure is a sequence of pictures.
#[derive(Clone, Copy)]
enum Framed {
    Yes,
    /// If the data have a dimension left for that.
    Maybe,
    No,
}

impl Framed {
    fn of(chart: &Chart) -> Self {
        let auto = chart.auto_encoding.as_ref();
        match chart.encodings.get(Channel::Frames).and_then(Encoding::name) {
            Some(_) => Self::Yes,
            None if auto.is_some_and(|auto| !auto.ignore.contains(&Channel::Frames)) => Self::Maybe,
            None => Self::No,
        }
    }
}
