//! `plan(&[PlotSpec], &Tree) -> Warned<Plan>`: every figure with its files, graph, chart, demand.

use super::facets::{self, Made};
use super::outputs::{Named, Unnamed, outputs};
use super::spread::{Multiverses, Spread, spread};
use super::{Output, Plan, Saved};
use crate::config::{Creator, Node, PlotSpec, Points};
use crate::data::Demand;
use crate::diag::{Diagnostic, FigureRecord, Outcome, Warned};
use crate::render::paint::Format;
use crate::source::Tree;
use std::collections::HashSet;
use std::time::Duration;

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
    let mut planner = Planner {
        tree,
        options,
        plan: Plan::default(),
        named: Named::default(),
        warnings: Vec::new(),
        errors: Vec::new(),
        multiverses: Multiverses::new(),
    };
    for spec in specs {
        planner.entry(spec);
    }
    let Planner { plan, named, warnings, mut errors, .. } = planner;
    errors.extend(named.collisions());
    let mut said = HashSet::new();
    let warnings = warnings.into_iter().filter(|warning| said.insert(warning.to_string())).collect();
    if errors.is_empty() { Ok(Warned { value: plan, warnings }) } else { Err(errors) }
}

/// Decoded bytes of what a demand can touch (text apart).
pub fn demanded_bytes(demand: &Demand, tree: &Tree) -> u64 {
    let bytes = |(path, part): (&String, &crate::data::LeafDemand)| {
        let size = tree.array(path).ok()?.dtype.size()?;
        Some((part.count() * size) as u64)
    };
    demand.0.iter().filter_map(bytes).sum()
}

/// A plan being made.
struct Planner<'a> {
    tree: &'a Tree,
    options: &'a Options,
    plan: Plan,
    named: Named,
    warnings: Vec<Diagnostic>,
    /// What makes the run meaningless.
    errors: Vec<Diagnostic>,
    multiverses: Multiverses,
}

impl Planner<'_> {
    fn entry(&mut self, spec: &PlotSpec) {
        let first = self.plan.tasks.len() + self.plan.settled.len();
        let points = self.points(spec);
        let last = self.plan.tasks.len() + self.plan.settled.len();
        self.plan.saved.extend(Saved::of(spec, points, first..last, self.options));
    }

    /// Plans the figures of an entry, and says which points they are.
    fn points(&mut self, spec: &PlotSpec) -> Points {
        let spread = match spread(spec, self.tree, &mut self.multiverses) {
            Ok(spread) => spread,
            Err(outcome) => {
                // What it would have been called, if that does not depend on universes.
                let single = spec.points.get(0).filter(|_| spec.creator != Creator::Universe);
                let single = single.filter(|point| point.label.is_none());
                let outputs = single.and_then(|point| outputs(spec, &point, self.options).ok());
                self.settle(spec, None, outputs.unwrap_or_default(), *outcome);
                return spec.points.clone();
            }
        };
        let Some(changes) = self.figures(spec, &spread, true) else { return spread.points };
        // `files`: the entry begins again as a sweep over their dims.
        match spread.swept(spec, &changes) {
            Ok(spread) => {
                let first = self.plan.tasks.len();
                self.figures(spec, &spread, false);
                self.plan.files.push(first..self.plan.tasks.len());
                spread.points
            }
            Err(error) => {
                self.settle(spec, None, Vec::new(), Outcome::of_error(error));
                spread.points
            }
        }
    }

    /// Plans all figures of an entry; or, if one is to be spread over files, none: what changes in the
    /// entry then.
    fn figures(&mut self, spec: &PlotSpec, spread: &Spread, may_spread: bool) -> Option<Vec<(Node, Node)>> {
        let mut charts = facets::Charts::default();
        for point in spread.points.iter() {
            let outputs = match outputs(spec, &point, self.options) {
                Ok(outputs) => outputs,
                Err(Unnamed::Run(error)) => {
                    self.errors.push(error);
                    continue;
                }
                Err(Unnamed::Figure(error)) => {
                    let outcome = Outcome::of_error(spec.blame(error));
                    self.settle(spec, point.label.clone(), Vec::new(), outcome);
                    continue;
                }
            };
            let id = self.plan.tasks.len() + self.plan.settled.len();
            let context = facets::Context {
                spec,
                point: &point,
                outputs: &outputs,
                options: self.options,
                tree: self.tree,
                selected: &spread.selected(&point),
            };
            match context.made(id, &mut charts, &mut self.warnings) {
                Ok(Made::Spread(changes)) if may_spread => return Some(changes),
                Ok(Made::Spread(_)) => {
                    let error = Diagnostic::error("`files` of an entry that was spread over files already");
                    self.settle(spec, point.label.clone(), outputs, Outcome::of_error(spec.blame(error)));
                }
                Ok(Made::Tasks(tasks)) => {
                    for task in tasks {
                        match &task.film {
                            Some(film) if film.id == task.id => {
                                self.named.note(spec, film.point.as_deref(), &film.output);
                            }
                            Some(_) => {}
                            None => task.outputs.iter().for_each(|output| {
                                self.named.note(spec, task.point.as_deref(), &output.path);
                            }),
                        }
                        self.plan.demand.merge(&task.demand);
                        self.plan.tasks.push(task);
                    }
                }
                Err(error) => {
                    for output in &outputs {
                        self.named.note(spec, point.label.as_deref(), &output.path);
                    }
                    let outcome = Outcome::of_error(spec.blame(error));
                    self.settle(spec, point.label.clone(), outputs, outcome);
                }
            }
        }
        None
    }

    /// Records a figure whose fate is known.
    fn settle(&mut self, spec: &PlotSpec, point: Option<String>, outputs: Vec<Output>, outcome: Outcome) {
        let record = FigureRecord {
            task: self.plan.tasks.len() + self.plan.settled.len(),
            name: spec.name.clone(),
            point,
            outputs: outputs.into_iter().map(|output| output.path).collect(),
            outcome,
            wall: Duration::ZERO,
            cpu: Duration::ZERO,
            anon_bytes: 0,
            warnings: Vec::new(),
        };
        self.plan.settled.push(record);
    }
}
