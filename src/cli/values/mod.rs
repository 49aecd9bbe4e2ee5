//! `shmplot values`: the data behind figures, as JSON, npy, CSV or Arrow.
//!
//! A figure's results are computed in this process from an arena, as `describe` does; where they go
//! decides the form: `json` for whatever a graph can give, `npy` for one array, `csv` and the Arrow
//! writer for tables in long form (`table`).

mod csv;
mod json;
mod npy;
mod table;
mod time;

use super::args::ValuesArgs;
use super::{options, show};
use crate::arena::{self, Arena, Loaded};
use crate::config;
use crate::data::Demand;
use crate::diag::{Diagnostic, ExitCode, Outcome, did_you_mean};
use crate::output::publish;
use crate::plan::{FigureTask, folded};
use crate::run::{self, Input, Prepared, Stop};
use crate::source::{Tree, write_arrow};
use crate::transform::{Cuts, NodeId, Reached, Value, eval_cut, reach};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Where values go.
enum To {
    Stdout,
    Folder(PathBuf),
    Json(PathBuf),
    Npy(PathBuf),
    Csv(PathBuf),
    Arrow(PathBuf),
}

impl To {
    /// By the extension; what has none is a folder.
    fn of(path: Option<&Path>, all: bool) -> Result<Self, Stop> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        let own = path.to_path_buf();
        let ext = path.extension().map(|ext| ext.to_string_lossy().to_ascii_lowercase());
        match ext.as_deref() {
            _ if all || path.is_dir() => Ok(Self::Folder(own)),
            None => Ok(Self::Folder(own)),
            Some("json") => Ok(Self::Json(own)),
            Some("npy") => Ok(Self::Npy(own)),
            Some("csv") => Ok(Self::Csv(own)),
            Some("arrow" | "feather") => Ok(Self::Arrow(own)),
            Some(other) => Err(usage(
                Diagnostic::error(format!("cannot write values as `.{other}`"))
                    .help("there is .json, .npy, .csv, .arrow, or a folder".to_owned()),
            )),
        }
    }
}

fn usage(error: Diagnostic) -> Stop {
    Stop::one(ExitCode::Usage, error)
}

/// Computes and writes. Exit code 1 if a figure's values cannot be computed.
pub(super) fn run(args: &ValuesArgs) -> Result<ExitCode, Stop> {
    let to = To::of(args.out.as_deref(), args.all)?;
    let (only, point) = match &args.name {
        Some(name) => entry_of(args, name)?,
        None => (Vec::new(), None),
    };
    let input = Input {
        plots: args.plots.clone(),
        bases: args.base.clone(),
        data: options::data(&args.data, &args.load),
        attach: options::attach(args.attach.as_deref()),
        only,
        ..Input::default()
    };
    let Prepared { plan, tree, attached, warnings, .. } = run::prepare(&input)?;
    for warning in &warnings {
        show::eprint(warning);
    }
    let wanted = args.point.as_deref().or(point.as_deref());
    let mut failed = false;
    let mut known = Vec::new();
    for record in &plan.settled {
        let label = record.point.as_deref();
        if wanted.is_none_or(|wanted| label.is_some_and(|label| is_point(label, wanted))) {
            match &record.outcome {
                Outcome::Failed(error) => {
                    show::eprint(error);
                    failed = true;
                }
                other => eprintln!("{}: {}", record.name, other.reason().unwrap_or_default()),
            }
            known.push(record.point.clone());
        }
    }
    // Of the pictures of a sequence, which have the same results, the first stands for all; what was
    // spread over `files` stands before its files as well.
    let mut chosen: Vec<(PathBuf, &FigureTask)> = Vec::new();
    for (index, task) in plan.tasks.iter().enumerate() {
        let output = task.whole_output();
        let point = task.whole_point();
        let fits = |wanted: &str| point.is_some_and(|label| is_point(label, wanted));
        if !wanted.is_none_or(fits) || chosen.last().is_some_and(|(known, _)| *known == output) {
            continue;
        }
        if args.all && plan.files.iter().any(|files| files.start == index && !files.is_empty()) {
            chosen.push((folded(&output), task));
        }
        chosen.push((output, task));
    }
    if let (true, true, Some(wanted)) = (chosen.is_empty(), known.is_empty(), wanted) {
        let labels: Vec<&str> = plan.tasks.iter().filter_map(FigureTask::whole_point).collect();
        let help = if labels.is_empty() {
            Some("it is no sweep".to_owned())
        } else {
            did_you_mean(wanted, labels.iter().copied())
        };
        return Err(usage(Diagnostic::error(format!("there is no point `{wanted}`")).help(help)));
    }
    if chosen.len() > 1 && !matches!(to, To::Folder(_)) {
        let labels = [0, chosen.len() - 1].map(|at| chosen[at].1.whole_point().unwrap_or_default());
        return Err(usage(Diagnostic::error(format!("that is {} figures", chosen.len())).help(format!(
            "choose one by `--point`, from `{}` to `{}`, or give a folder as `-o`",
            labels[0], labels[1]
        ))));
    }
    let mut demand = Demand::default();
    let mut jobs = Vec::new();
    for (output, task) in chosen {
        let job = Job::new(task, &output, args.tag.as_deref(), &tree);
        match job {
            Ok(job) => {
                demand.merge(&job.demand);
                jobs.push(job);
            }
            Err(error) => {
                failed |= !error.is_skip();
                show::eprint(&error.or_at(&task.place));
            }
        }
    }
    let loaded =
        Arena::load(&demand, &tree, &arena::Options { attached, ..arena::Options::default() }, &mut |_| {
            ControlFlow::Continue(())
        })
        .map_err(|error| Stop::one(ExitCode::Data, error))?;
    drop(tree);
    let mut names = BTreeSet::new();
    for job in jobs {
        let results = job.results(&loaded);
        let written = results.and_then(|results| write(&to, &job, &results, args.tag.is_some(), &mut names));
        if let Err(error) = written {
            failed |= !error.is_skip();
            show::eprint(&error.or_at(&job.task.place));
        }
    }
    Ok(if failed { ExitCode::SomeFailed } else { ExitCode::Success })
}

/// What is computed of a figure: whole results, where drawing may need but a part.
struct Job<'a> {
    task: &'a FigureTask,
    /// The file that it is known by.
    output: String,
    roots: Vec<(String, NodeId)>,
    demand: Demand,
    cuts: Cuts,
}

impl<'a> Job<'a> {
    fn new(task: &'a FigureTask, output: &Path, tag: Option<&str>, tree: &Tree) -> Result<Self, Diagnostic> {
        let roots: Vec<(String, NodeId)> = match tag {
            // Nodes that are computed in any case have no tag.
            None => task.results.iter().filter(|(tag, _)| !tag.is_empty()).cloned().collect(),
            Some(wanted) => {
                let found = task.tags.iter().find(|(tag, _)| tag == wanted);
                vec![found.cloned().ok_or_else(|| {
                    let tags = task.tags.iter().map(|(tag, _)| tag.as_str());
                    Diagnostic::error(format!("no result of `{}` is tagged `{wanted}`", task.name))
                        .help(did_you_mean(wanted, tags))
                })?]
            }
        };
        let nodes: Vec<NodeId> = roots.iter().map(|(_, root)| *root).collect();
        let Reached { demand, cuts, .. } = reach(&task.graph, &nodes, tree)?;
        Ok(Self { task, output: output.display().to_string(), roots, demand, cuts })
    }

    fn results(&self, loaded: &Loaded) -> Result<BTreeMap<String, Value>, Diagnostic> {
        if let Some(error) = self.demand.0.keys().find_map(|path| loaded.failed.get(path)) {
            return Err(error.clone());
        }
        let nodes: Vec<NodeId> = self.roots.iter().map(|(_, root)| *root).collect();
        let values = eval_cut(&self.task.graph, &nodes, &self.cuts, &loaded.arena)?;
        Ok(self.roots.iter().map(|(tag, _)| tag.clone()).zip(values).collect())
    }
}

/// The entry that a name means, and the sweep point if it is `entry/point`.
fn entry_of(args: &ValuesArgs, name: &str) -> Result<(Vec<String>, Option<String>), Stop> {
    let text = run::read_text(&args.plots)?;
    let bases = args.base.iter().map(|path| run::read_text(path)).collect::<Result<Vec<_>, _>>()?;
    let specs = config::parse(&text, &bases, config::Options::default())
        .map_err(|errors| Stop { code: ExitCode::Usage, errors })?
        .value;
    let is_entry = |name: &str| specs.iter().any(|spec| spec.name == name);
    if is_entry(name) {
        return Ok((vec![name.to_owned()], None));
    }
    if let Some((entry, point)) = name.rsplit_once('/').filter(|(entry, _)| is_entry(entry)) {
        return Ok((vec![entry.to_owned()], Some(point.to_owned())));
    }
    let names = specs.iter().map(|spec| spec.name.as_str());
    Err(usage(Diagnostic::error(format!("there is no figure `{name}`")).help(did_you_mean(name, names))))
}

/// Whether a point of this label is meant: by the label, or by its number.
fn is_point(label: &str, wanted: &str) -> bool {
    let number = |text: &str| text.split("__").next().and_then(|number| number.parse::<u64>().ok());
    label == wanted || wanted.parse::<u64>().is_ok_and(|wanted| number(label) == Some(wanted))
}

/// `name.json` of a figure's output: what is no letter, digit, `_`, `.` or `-` becomes `__`.
fn file_name(output: &str) -> String {
    let mut name = String::new();
    let mut gap = false;
    for c in output.chars() {
        let keep = c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        if keep {
            name.push(c);
        } else if !gap {
            name.push_str("__");
        }
        gap = !keep;
    }
    name + ".json"
}

fn write(
    to: &To,
    job: &Job<'_>,
    results: &BTreeMap<String, Value>,
    tagged: bool,
    names: &mut BTreeSet<String>,
) -> Result<(), Diagnostic> {
    let all = || json::figure(&job.task.name, &job.output, results);
    match to {
        To::Stdout | To::Json(_) => {
            let text = match results.values().next().filter(|_| tagged) {
                Some(value) => json::result(value)?.ok_or_else(|| not_writable(value))?,
                None => all()?,
            };
            match to {
                To::Json(path) => put(path, text.as_bytes()),
                _ => super::print(&text).map(|_| ()).map_err(|_| Diagnostic::error("cannot write to stdout")),
            }
        }
        To::Folder(folder) => {
            let name = file_name(&job.output);
            let text = all()?;
            if !names.insert(name.clone()) {
                return Err(Diagnostic::error(format!("the values of two figures would be `{name}`")));
            }
            put(&folder.join(name), text.as_bytes())
        }
        To::Npy(path) => {
            let (array, about) = npy::write(one(results)?)?;
            put(path, &array)?;
            put(&beside(path), about.as_bytes())
        }
        To::Csv(path) => put(path, csv::write(&table::columns(one(results)?)?).as_bytes()),
        To::Arrow(path) => {
            let columns = table::columns(one(results)?)?;
            put(path, &write_arrow(&columns).map_err(Diagnostic::error)?)
        }
    }
}

/// The one result that a file of one table can hold.
fn one(results: &BTreeMap<String, Value>) -> Result<&Value, Diagnostic> {
    let mut values = results.values();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(Diagnostic::error("the figure has no result")),
        _ => {
            let tags: Vec<&str> = results.keys().map(String::as_str).collect();
            Err(Diagnostic::error(format!("the figure has several results: {}", tags.join(", ")))
                .help("choose one by `--tag`, or write .json".to_owned()))
        }
    }
}

/// Why a value has no form in a file.
fn not_writable(value: &Value) -> Diagnostic {
    Diagnostic::error(format!("the result is {}, which has no form in a file", value.describe()))
}

/// `x.npy` → `x.npy.json`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|error| publish::failure("cannot create", parent, &error))?;
    }
    publish::publish(path, bytes).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `re.sub(r"[^\w.-]+", "__", name)` in Python.
    #[test]
    fn names_are_those_of_expected_dag() {
        for (output, name) in [
            ("mv/auto.png", "mv__auto.png.json"),
            ("uni/sel/13__beta_0.2__seed_1.png", "uni__sel__13__beta_0.2__seed_1.png.json"),
            ("a/1__x_[1, 2].pdf", "a__1__x___1__2__.pdf.json"),
            ("µ-1/b.pdf", "µ-1__b.pdf.json"),
        ] {
            assert_eq!(file_name(output), name);
        }
    }

    #[test]
    fn points_are_named_by_label_or_number() {
        assert!(is_point("013__beta_0.2", "13") && is_point("013__beta_0.2", "013__beta_0.2"));
        assert!(!is_point("013__beta_0.2", "3") && !is_point("013__beta_0.2", "beta"));
    }
}
