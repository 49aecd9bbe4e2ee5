//! `shmplot plan`: what a run would do, entry by entry, and as JSON for scripts.

use super::args::PlanArgs;
use super::waves::Waves;
use super::{options, show};
use crate::data::{Demand, LeafDemand};
use crate::diag::{ExitCode, FigureRecord, Status};
use crate::plan::{FigureTask, Plan, demanded_bytes};
use crate::run::{self, Prepared, Stop};
use crate::source::Tree;
use crate::transform::{NodeId, Op};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Leaves of an entry that are named.
const LEAVES: usize = 3;
/// Figures of an entry that fail or are skipped and are told one by one.
const TOLD: usize = 5;
/// Shared nodes that are told.
const SHARED: usize = 12;

/// Prints the plan. Exit code 1 if a figure is known to fail; data that do not fit into memory are told
/// after the plan: exit code 3.
pub(super) fn run(args: &PlanArgs) -> Result<ExitCode, Stop> {
    let input = options::input(&args.input)?;
    let Prepared { mut plan, tree, warnings, attached, .. } = run::prepare(&input)?;
    for warning in &warnings {
        show::eprint(warning);
    }
    let (mut json, mut text) = (Value::Null, String::new());
    if args.json {
        json = as_json(&plan, &tree);
    } else {
        text = as_text(&plan, &tree);
    }
    let waves = Waves::of(&mut plan, &tree, args, input, attached.as_deref());
    if args.json {
        json["memory"] = waves.as_ref().map_or(Value::Null, Waves::json);
        text = format!("{json:#}\n");
    } else if let Ok(waves) = &waves {
        text.push_str(&waves.text());
    }
    super::print(&text)?;
    if let Err(error) = waves {
        return Err(Stop::one(ExitCode::Data, error));
    }
    Ok(if plan.settled.iter().all(|record| record.outcome.status().is_success()) {
        ExitCode::Success
    } else {
        ExitCode::SomeFailed
    })
}

/// An entry with what becomes of its figures.
#[derive(Default)]
struct Entry<'a> {
    tasks: Vec<&'a FigureTask>,
    settled: Vec<&'a FigureRecord>,
    demand: Demand,
}

/// The entries in the order of the file, each with its figures in theirs.
fn entries(plan: &Plan) -> Vec<(&str, Entry<'_>)> {
    let mut order: BTreeMap<&str, usize> = BTreeMap::new();
    let ids = plan.tasks.iter().map(|task| (task.id, task.name.as_str()));
    for (id, name) in ids.chain(plan.settled.iter().map(|record| (record.task, record.name.as_str()))) {
        let first = order.entry(name).or_insert(id);
        *first = id.min(*first);
    }
    let mut by_first: BTreeMap<(usize, &str), Entry<'_>> = BTreeMap::new();
    for task in &plan.tasks {
        let entry = by_first.entry((order[task.name.as_str()], &task.name)).or_default();
        entry.demand.merge(&task.demand);
        if !follows(task) {
            entry.tasks.push(task);
        }
    }
    for record in &plan.settled {
        by_first.entry((order[record.name.as_str()], &record.name)).or_default().settled.push(record);
    }
    by_first.into_iter().map(|((_, name), entry)| (name, entry)).collect()
}

/// Whether a task is a picture of a film, but not its first, which stands for the film.
fn follows(task: &FigureTask) -> bool {
    task.film.as_ref().is_some_and(|film| film.id != task.id)
}

/// Its files in the end, as text.
fn paths(task: &FigureTask) -> Vec<String> {
    task.final_outputs().iter().map(|path| path.display().to_string()).collect()
}

/// A call that several figures make on the same data.
struct Shared {
    operation: String,
    place: Option<String>,
    /// How many figures, and the first two of them.
    figures: usize,
    names: Vec<String>,
}

/// Nodes that several figures have in common, those with most first; of nodes that build on each other
/// and have the same figures only the last.
fn shared(plan: &Plan) -> Vec<Shared> {
    let roots = |task: &FigureTask| task.needed().iter().map(|(_, root)| *root).collect::<Vec<NodeId>>();
    let mut uses: BTreeMap<u128, usize> = BTreeMap::new();
    for task in &plan.tasks {
        for id in task.graph.needed(&roots(task)) {
            *uses.entry(task.graph.digest(id)).or_default() += 1;
        }
    }
    let mut found: BTreeMap<u128, Shared> = BTreeMap::new();
    for task in &plan.tasks {
        let graph = &task.graph;
        let roots = roots(task);
        // A node is an end of what is shared if it is asked for, or if fewer figures go on from it.
        let mut ends: BTreeSet<NodeId> = roots.iter().copied().collect();
        for id in graph.needed(&roots) {
            let own = uses.get(&graph.digest(id));
            graph.node(id).for_each_input(&mut |input| {
                if uses.get(&graph.digest(input)) > own {
                    ends.insert(input);
                }
            });
        }
        for id in ends {
            let node = graph.node(id);
            let figures = uses.get(&graph.digest(id)).copied().unwrap_or(0);
            let Op::Call { name, .. } = &node.op else { continue };
            if figures < 2 {
                continue;
            }
            let shared = found.entry(graph.digest(id)).or_insert_with(|| Shared {
                operation: name.clone(),
                place: node.place.as_ref().map(ToString::to_string),
                figures,
                names: Vec::new(),
            });
            if shared.names.len() < 2 {
                shared.names.push(figure(&task.name, task.point.as_deref()));
            }
        }
    }
    let mut shared: Vec<Shared> = found.into_values().collect();
    shared.sort_by(|a, b| {
        b.figures
            .cmp(&a.figures)
            .then_with(|| (&a.names, &a.operation, &a.place).cmp(&(&b.names, &b.operation, &b.place)))
    });
    shared
}

fn figure(name: &str, point: Option<&str>) -> String {
    point.map_or_else(|| name.to_owned(), |point| format!("{name}/{point}"))
}

/// Decoded bytes of a leaf's part; 0 for text.
fn leaf_bytes(path: &str, part: &LeafDemand, tree: &Tree) -> u64 {
    let size = tree.array(path).ok().and_then(|array| array.dtype.size()).unwrap_or(0);
    (part.count() * size) as u64
}

fn leaves_json(demand: &Demand, tree: &Tree) -> Vec<Value> {
    let leaf =
        |(path, part): (&String, &LeafDemand)| json!({"path": path, "bytes": leaf_bytes(path, part, tree)});
    demand.0.iter().map(leaf).collect()
}

fn as_json(plan: &Plan, tree: &Tree) -> Value {
    let figure = |task: &FigureTask| {
        let mut demand = task.demand.clone();
        let mut pictures = 0;
        if let Some(film) = &task.film {
            let same = |other: &&FigureTask| other.film.as_ref().is_some_and(|other| other.id == film.id);
            for other in plan.tasks.iter().filter(same) {
                demand.merge(&other.demand);
                pictures += 1;
            }
        }
        let results: Map<String, Value> = task
            .results
            .iter()
            .map(|(tag, id)| (tag.clone(), format!("{:032x}", task.graph.digest(*id)).into()))
            .collect();
        json!({
            "name": task.name,
            "point": task.film.as_ref().map_or(&task.point, |film| &film.point),
            "outputs": paths(task),
            "pictures": if pictures > 0 { Value::from(pictures) } else { Value::Null },
            "sources": demand.0.keys().collect::<Vec<_>>(),
            "leaves": leaves_json(&demand, tree),
            "demanded_bytes": demanded_bytes(&demand, tree),
            "results": results,
            "tags": task.tags.iter().map(|(tag, _)| tag).collect::<Vec<_>>(),
        })
    };
    let settled = |record: &FigureRecord| {
        json!({
            "name": record.name,
            "point": record.point,
            "outputs": record.outputs.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            "status": record.outcome.status().as_str(),
            "reason": record.outcome.reason(),
        })
    };
    let entry = |(name, entry): &(&str, Entry<'_>)| {
        let end = |task: Option<&&FigureTask>| task.and_then(|task| paths(task).into_iter().next());
        json!({
            "name": name,
            "figures": entry.tasks.len(),
            "settled": entry.settled.len(),
            "first": end(entry.tasks.first()),
            "last": end(entry.tasks.last()),
            "demanded_bytes": demanded_bytes(&entry.demand, tree),
        })
    };
    let common = |shared: &Shared| {
        json!({
            "operation": shared.operation,
            "place": shared.place,
            "figures": shared.figures,
            "first": shared.names,
        })
    };
    json!({
        "entries": entries(plan).iter().map(entry).collect::<Vec<_>>(),
        "figures": plan.tasks.iter().filter(|task| !follows(task)).map(figure).collect::<Vec<_>>(),
        "settled": plan.settled.iter().map(settled).collect::<Vec<_>>(),
        "shared": shared(plan).iter().map(common).collect::<Vec<_>>(),
        "leaves": leaves_json(&plan.demand, tree),
        "demanded_bytes": demanded_bytes(&plan.demand, tree),
    })
}

fn as_text(plan: &Plan, tree: &Tree) -> String {
    let mut text = String::new();
    let entries = entries(plan);
    for (name, entry) in &entries {
        entry_text(name, entry, tree, &mut text);
    }
    // Writing to a String cannot fail, here and below.
    let shared = shared(plan);
    if !shared.is_empty() {
        text.push_str("\nthe same in several figures:\n");
        for node in shared.iter().take(SHARED) {
            let place = node.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
            let more = if node.figures > node.names.len() { ", …" } else { "" };
            let _ = writeln!(
                text,
                "    {}{place}: {} figures, {}{more}",
                node.operation,
                node.figures,
                node.names.join(", ")
            );
        }
        if shared.len() > SHARED {
            let _ = writeln!(text, "    … and {} more", shared.len() - SHARED);
        }
    }
    let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
    for record in &plan.settled {
        *counts.entry(record.outcome.status()).or_default() += 1;
    }
    let settled: String = counts.iter().map(|(status, n)| format!(", {n} {}", status.as_str())).collect();
    let _ = writeln!(
        text,
        "\n{} of {}{settled}: {} from {}",
        counted(plan.figures(), "figure"),
        if entries.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", entries.len()) },
        size(demanded_bytes(&plan.demand, tree)),
        counted(plan.demand.0.len(), "leaf"),
    );
    text
}

/// An entry: what it reads, its first and last output, what fails.
fn entry_text(name: &str, entry: &Entry<'_>, tree: &Tree, text: &mut String) {
    let mut leaves: Vec<&str> = entry.demand.0.keys().take(LEAVES).map(String::as_str).collect();
    let more = entry.demand.0.len() - leaves.len();
    let rest = format!("{} more", counted(more, "leaf"));
    if more > 0 {
        leaves.push(&rest);
    }
    let _ = match entry.tasks.len() {
        0 => writeln!(text, "{name}"),
        n => writeln!(
            text,
            "{name}: {}, {} of {}",
            counted(n, "figure"),
            size(demanded_bytes(&entry.demand, tree)),
            if leaves.is_empty() { "no data".to_owned() } else { leaves.join(", ") }
        ),
    };
    let outputs = |task: &FigureTask| paths(task).join(", ");
    match &entry.tasks[..] {
        [first, between @ .., last] => {
            let _ = writeln!(text, "    {}", outputs(first));
            match between {
                [] => {}
                [one] => {
                    let _ = writeln!(text, "    {}", outputs(one));
                }
                many => {
                    let _ = writeln!(text, "    … {} more …", many.len());
                }
            }
            let _ = writeln!(text, "    {}", outputs(last));
        }
        [only] => {
            let _ = writeln!(text, "    {}", outputs(only));
        }
        [] => {}
    }
    for record in entry.settled.iter().take(TOLD) {
        let point = record.point.as_deref().map(|point| format!("{point}: ")).unwrap_or_default();
        let status = record.outcome.status().as_str();
        let _ = writeln!(text, "    {status}: {point}{}", record.outcome.reason().unwrap_or_default());
    }
    if entry.settled.len() > TOLD {
        let _ = writeln!(text, "    … and {} more like that", entry.settled.len() - TOLD);
    }
}

/// `1 figure`, `3 leaves`.
pub(super) fn counted(n: usize, what: &str) -> String {
    match (n, what) {
        (1, _) => format!("1 {what}"),
        (_, "leaf") => format!("{n} leaves"),
        _ => format!("{n} {what}s"),
    }
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
