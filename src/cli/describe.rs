//! `shmplot describe`: what figures show, in words and JSON, from their scenes.

use super::args::DescribeArgs;
use super::{options, show};
use crate::arena::{self, Arena};
use crate::data::Demand;
use crate::diag::{Diagnostic, ExitCode, did_you_mean};
use crate::figure;
use crate::output::publish;
use crate::plan::FigureTask;
use crate::render::describe;
use crate::run::{self, Input, Prepared, Stop};
use serde_json::{Map, Value};
use std::ops::ControlFlow;

/// Prints or writes the descriptions. Exit code 1 if a figure cannot be composed.
pub(super) fn run(args: &DescribeArgs) -> Result<ExitCode, Stop> {
    let input = Input {
        plots: args.plots.clone(),
        bases: args.base.clone(),
        data: options::data(&args.data, &args.load),
        attach: options::attach(args.attach.as_deref()),
        ..Input::default()
    };
    let Prepared { plan, tree, attached, warnings, .. } = run::prepare(&input)?;
    for warning in &warnings {
        show::eprint(warning);
    }
    let names = |task: &FigureTask| -> Vec<String> {
        let point = task.point.as_ref().map(|point| format!("{}/{point}", task.name));
        std::iter::once(task.name.clone()).chain(point).collect()
    };
    let chosen: Vec<&FigureTask> = match &args.name {
        None => plan.tasks.iter().collect(),
        Some(name) => plan.tasks.iter().filter(|task| names(task).contains(name)).collect(),
    };
    let mut failed = false;
    for record in &plan.settled {
        let meant = args.name.as_ref().is_none_or(|name| *name == record.name);
        if let (true, crate::diag::Outcome::Failed(error)) = (meant, &record.outcome) {
            show::eprint(error);
            failed = true;
        }
    }
    if chosen.is_empty() && !failed {
        let name = args.name.as_deref().unwrap_or_default();
        let known: Vec<&str> = plan.tasks.iter().map(|task| task.name.as_str()).collect();
        return Err(Stop::one(
            ExitCode::Usage,
            Diagnostic::error(format!("there is no figure `{name}`"))
                .help(did_you_mean(name, known.iter().copied())),
        ));
    }
    let mut demand = Demand::default();
    for task in &chosen {
        demand.merge(&task.demand);
    }
    let loaded =
        Arena::load(&demand, &tree, &arena::Options { attached, ..arena::Options::default() }, &mut |_| {
            ControlFlow::Continue(())
        })
        .map_err(|error| Stop::one(ExitCode::Data, error))?;
    let mut all = Map::new();
    for task in chosen {
        let unreadable = task.demand.0.keys().find_map(|path| loaded.failed.get(path));
        let scene = match unreadable {
            Some(error) => Err(error.clone()),
            None => figure::compose(task, &loaded.arena),
        };
        match scene {
            Ok(scene) => {
                for warning in &scene.warnings {
                    show::eprint(warning);
                }
                all.insert(name_of(task), describe(&scene.value));
            }
            Err(error) => {
                show::eprint(&error);
                failed = true;
            }
        }
    }
    let value = match (args.all, all.len()) {
        (false, 1) => all.into_iter().next().map_or(Value::Null, |(_, value)| value),
        _ => Value::Object(all),
    };
    let text = format!("{value:#}\n");
    match &args.out {
        None => {
            super::print(&text)?;
        }
        Some(path) => {
            let path = if args.all { path.join("figures.json") } else { path.clone() };
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| {
                    Stop::one(ExitCode::Output, publish::failure("cannot create", parent, &error))
                })?;
            }
            publish::publish(&path, text.as_bytes()).map_err(|error| Stop::one(ExitCode::Output, error))?;
        }
    }
    Ok(if failed { ExitCode::SomeFailed } else { ExitCode::Success })
}

/// What a figure is called by: its first file; of a picture of a film the film's, with the picture's number
/// as if it were a folder (`film/0000003.png`).
fn name_of(task: &FigureTask) -> String {
    let own = task.outputs.first().map(|output| output.path.clone());
    let path = match (&task.film, own) {
        (Some(film), Some(own)) => {
            Some(film.output.with_extension("").join(own.file_name().unwrap_or_default()))
        }
        (_, own) => own,
    };
    path.map_or_else(|| task.name.clone(), |path| path.display().to_string())
}
