//! `shmplot plan`: what a run would do.

use super::args::PlanArgs;
use super::{options, show};
use crate::diag::ExitCode;
use crate::plan::{Plan, demanded_bytes};
use crate::run::{self, Prepared, Stop};
use crate::source::Tree;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Prints the plan. Exit code 1 if a figure is known to fail.
pub(super) fn run(args: &PlanArgs) -> Result<ExitCode, Stop> {
    let Prepared { plan, tree, warnings, .. } = run::prepare(&options::input(&args.input)?)?;
    for warning in &warnings {
        show::eprint(warning);
    }
    let text = if args.json { format!("{:#}\n", as_json(&plan, &tree)) } else { as_text(&plan, &tree) };
    super::print(&text)?;
    Ok(if plan.settled.iter().all(|record| record.outcome.status().is_success()) {
        ExitCode::Success
    } else {
        ExitCode::SomeFailed
    })
}

fn as_json(plan: &Plan, tree: &Tree) -> Value {
    let figures: Vec<Value> = plan
        .tasks
        .iter()
        .map(|task| {
            let sources: Vec<&String> = task.demand.0.keys().collect();
            json!({
                "name": task.name,
                "point": task.point,
                "outputs": task.outputs.iter().map(|output| output.path.display().to_string()).collect::<Vec<_>>(),
                "sources": sources,
                "demanded_bytes": demanded_bytes(&task.demand, tree),
            })
        })
        .collect();
    let failed: Vec<Value> = plan
        .settled
        .iter()
        .map(|record| {
            json!({
                "name": record.name,
                "point": record.point,
                "status": record.outcome.status().as_str(),
                "reason": record.outcome.reason(),
            })
        })
        .collect();
    json!({
        "figures": figures,
        "settled": failed,
        "demanded_bytes": demanded_bytes(&plan.demand, tree),
    })
}

fn as_text(plan: &Plan, tree: &Tree) -> String {
    let mut text = String::new();
    let rows: Vec<[String; 3]> = plan
        .tasks
        .iter()
        .map(|task| {
            let outputs: Vec<String> =
                task.outputs.iter().map(|output| output.path.display().to_string()).collect();
            let sources: Vec<&str> = task.demand.0.keys().map(String::as_str).collect();
            [outputs.join(", "), size(demanded_bytes(&task.demand, tree)), sources.join(", ")]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1)];
    for [output, bytes, sources] in &rows {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{output:<0$}  {bytes:>1$}  {sources}", widths[0], widths[1]);
    }
    for record in &plan.settled {
        let point = record.point.as_deref().map(|point| format!("/{point}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}{point}: {}: {}",
            record.name,
            record.outcome.status().as_str(),
            record.outcome.reason().unwrap_or_default()
        );
    }
    let _ = writeln!(
        text,
        "{} figures from {} in {} leaves",
        plan.tasks.len(),
        size(demanded_bytes(&plan.demand, tree)),
        plan.demand.0.len()
    );
    text
}

/// `1.5 GiB`, `312 B`.
pub(super) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}
