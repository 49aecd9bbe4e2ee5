//! A whole run: config → source → plan → arena → pool → report.
//!
//! [`prepare`] goes as far as needs no values; [`render`] goes all the way. Nothing here prints
//! except through the report; what stops a run is a [`Stop`] that `cli` shows.

mod attach;
mod films;
mod layout;
pub mod serve;
mod stream;

pub use attach::Attach;
pub use layout::Layout;

use crate::arena;
use crate::arena::named::Attached;
use crate::config::{self, ExistOk};
use crate::data::load::Join;
use crate::data::time::{Calendar, Civil};
use crate::diag::{
    Diagnostic, Event, ExitCode, FigureRecord, NotRun, Outcome, Place, Severity, Source, Status, Warned,
};
use crate::output::{lock::Lock, publish};
use crate::plan::{self, FigureTask, Plan};
use crate::render::paint::Format;
use crate::report::{self, Progress, Report, RunInfo, journal::Journal};
use crate::source::{self, Tree};
use crate::sys::Signals;
use films::Films;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Which data, and how they are put together.
#[derive(Clone, Debug, Default)]
pub struct DataInput {
    /// Files and folders; with a load configuration, the one folder that its globs begin in.
    pub paths: Vec<PathBuf>,
    /// A load configuration.
    pub load: Option<PathBuf>,
    /// All files are one tree, joined so.
    pub join: Option<Join>,
}

impl DataInput {
    /// Opens the data. The text of a load configuration goes to `texts`, for its diagnostics.
    ///
    /// # Errors
    /// A load configuration that is wrong in itself, or no data: exit code 2; data that cannot be
    /// opened or joined: 3.
    pub fn open(&self, texts: &mut Vec<Source>) -> Result<Warned<Tree>, Stop> {
        let usage = |errors| Stop { code: ExitCode::Usage, errors };
        let data = |errors| Stop { code: ExitCode::Data, errors };
        if self.paths.is_empty() {
            let error = Diagnostic::error("no data were named");
            return Err(usage(vec![error.help("add `--data FILE` or `--data DIR`".to_owned())]));
        }
        if let Some(path) = &self.load {
            let text = read_text(path)?;
            texts.push(text.clone());
            let spec = config::load(&text).map_err(usage)?;
            return match &self.paths[..] {
                [folder] if folder.is_dir() => source::load::load(folder, &spec).map_err(data),
                _ => Err(usage(vec![
                    Diagnostic::error("a load configuration needs one folder of data")
                        .help("its globs are relative to it: `--data DIR`".to_owned()),
                ])),
            };
        }
        match &self.join {
            Some(join) => source::load::join(&self.paths, join).map_err(data),
            None if source::load::is_utopia(&self.paths) => {
                let folder = &self.paths[0];
                let mut loaded = source::load::load(folder, &config::load_utopia()).map_err(data)?;
                loaded.warnings.insert(0, source::load::utopia_note(folder));
                Ok(loaded)
            }
            None => source::open(&self.paths).map_err(|error| data(vec![error.to_diagnostic()])),
        }
    }
}

impl From<Vec<PathBuf>> for DataInput {
    fn from(paths: Vec<PathBuf>) -> Self {
        Self { paths, ..Self::default() }
    }
}

/// Which figures of which data.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The plots configuration.
    pub plots: PathBuf,
    /// Further base configurations.
    pub bases: Vec<PathBuf>,
    /// Data files and folders.
    pub data: DataInput,
    /// An arena that holds them already; `data` may then be left out.
    pub attach: Option<Attach>,
    /// Only these names or globs; empty for all that are enabled.
    pub only: Vec<String>,
    /// Not these names or globs.
    pub skip: Vec<String>,
    /// Formats instead of each entry's own.
    pub formats: Vec<Format>,
    /// More than a million figures are meant.
    pub many: bool,
}

/// How to draw them.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to draw.
    pub input: Input,
    /// Output directory.
    pub out: PathBuf,
    /// Workers.
    pub workers: usize,
    /// Where the data live.
    pub place: arena::Place,
    /// Most bytes that the file arena may hold.
    pub arena_size: Option<u64>,
    /// Most bytes the data may take.
    pub memory_limit: Option<u64>,
    /// Limit for one figure.
    pub timeout: Option<Duration>,
    /// Stop at the first figure that does not succeed.
    pub fail_fast: bool,
    /// Compute once what several figures need.
    pub share: bool,
    /// Leave what is done.
    pub resume: bool,
    /// Only what did not succeed last time.
    pub only_failed: bool,
    /// Progress on stderr.
    pub progress: Progress,
    /// Events on stdout.
    pub json: bool,
    /// As typed, for the account.
    pub command: String,
}

/// Why a run ended before its figures could be accounted for.
#[derive(Debug)]
pub struct Stop {
    /// How to exit.
    pub code: ExitCode,
    /// What to say, all independent errors together.
    pub errors: Vec<Diagnostic>,
}

impl Stop {
    /// One reason.
    pub fn one(code: ExitCode, error: Diagnostic) -> Self {
        Self { code, errors: vec![error] }
    }
}

/// A run before any value has been read.
#[derive(Debug)]
pub struct Prepared {
    /// What will be done.
    pub plan: Plan,
    /// The data's metadata and readers.
    pub tree: Tree,
    /// The arena of another process that holds values of it.
    pub attached: Option<Arc<Attached>>,
    /// The texts that diagnostics may point at.
    pub texts: Vec<Source>,
    /// What should be known.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a text file that the user named.
///
/// # Errors
/// If it cannot be read or is not UTF-8: exit code 2.
pub fn read_text(path: &Path) -> Result<Source, Stop> {
    let name = path.display().to_string();
    match std::fs::read(path).map_err(|error| error.to_string()).and_then(|bytes| {
        String::from_utf8(bytes)
            .map_err(|error| format!("byte {} is not UTF-8 text", error.utf8_error().valid_up_to()))
    }) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(why) => Err(Stop::one(ExitCode::Usage, Diagnostic::error(format!("cannot read {name}: {why}")))),
    }
}

/// Reads the configuration and the data's metadata, and plans.
///
/// # Errors
/// A configuration that is wrong as a whole (exit code 2), data that cannot be opened (3).
pub fn prepare(input: &Input) -> Result<Prepared, Stop> {
    let mut warnings = Vec::new();
    let text = read_text(&input.plots)?;
    let bases = input.bases.iter().map(|path| read_text(path)).collect::<Result<Vec<_>, _>>()?;
    let usage = |errors| Stop { code: ExitCode::Usage, errors };
    let options = config::Options { huge: input.many };
    let mut specs = config::parse(&text, &bases, options).map_err(usage)?.into_value(&mut warnings);
    let chosen = config::select(&specs, &input.only, &input.skip).map_err(usage)?;
    let mut index = 0..;
    specs.retain(|_| index.next().is_some_and(|index| chosen.binary_search(&index).is_ok()));
    let mut texts = vec![text];
    texts.extend(bases);
    let mut data = input.data.clone();
    let mut attached = None;
    if let Some(to) = &input.attach {
        let (arena, held) = attach::attach(to, &data)?;
        (attached, data) = (Some(arena), held);
    }
    let tree = data.open(&mut texts)?.into_value(&mut warnings);
    if let Some(attached) = &attached {
        attached.check(&tree).map_err(|error| Stop::one(ExitCode::Data, error))?;
    }
    let options = plan::Options { formats: input.formats.clone(), timestamp: timestamp() };
    let plan = plan::plan(&specs, &tree, &options).map_err(usage)?.into_value(&mut warnings);
    Ok(Prepared { plan, tree, attached: attached.map(Arc::new), texts, warnings })
}

/// `{timestamp}` of `out_dir`: dantro's `%y%m%d-%H%M%S`, in UTC.
fn timestamp() -> String {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let now = Calendar::ProlepticGregorian.civil(since.as_micros() as i64);
    let Civil { year, month, day, hour, minute, second, .. } = now;
    format!("{:02}{month:02}{day:02}-{hour:02}{minute:02}{second:02}", year % 100)
}

/// Draws everything that `options` ask for and accounts for it.
///
/// # Errors
/// What ends the run before its figures: see [`Stop`]. What happens to figures is in the report.
pub fn render(options: &Options, show: &dyn Fn(&Diagnostic) -> String) -> Result<ExitCode, Stop> {
    let output = |error| Stop::one(ExitCode::Output, error);
    let Prepared { mut plan, tree, attached, texts, warnings } = prepare(&options.input)?;
    let files = options.place.files(options.arena_size).map_err(|error| Stop::one(ExitCode::Data, error))?;
    let lock = Lock::acquire(&options.out).map_err(output)?;
    settle_known(&mut plan, options).map_err(output)?;

    let info = RunInfo {
        id: publish::run_id(),
        command: options.command.clone(),
        plan_digest: plan.digest(),
        workers: options.workers,
    };
    let run_id = info.id.clone();
    let mut report = Report::begin(report::Options {
        out: options.out.clone(),
        info,
        total: plan.figures() + plan.settled.len(),
        digests: plan.tasks.iter().map(|task| Known::of(task).digest).collect(),
        sources: texts,
        progress: options.progress,
        json: options.json,
        render: Box::new(show),
    })
    .map_err(output)?;
    for warning in warnings.into_iter().chain(lock.warning()) {
        report.record(Event::Note(warning));
    }
    for record in plan.settled.drain(..) {
        report.record(Event::Finished(Box::new(record)));
    }

    let signals = Signals::block().map_err(|error| {
        Stop::one(ExitCode::Data, Diagnostic::error("cannot watch for signals").caused_by(error.to_string()))
    })?;
    let arena_options = arena::Options {
        place: options.place.clone(),
        files,
        memory_limit: options.memory_limit,
        threads: None,
        aside: None,
        attached,
    };
    if let Some(signal) = signals.next().ok().flatten() {
        report.record(Event::Draining { signal });
        none_run(&plan.tasks, &NotRun::Signal, &mut report);
        return report.finish().map_err(output);
    }
    let layout = match Layout::new(&mut plan, &tree, options, arena_options.attached.as_deref()) {
        Ok(layout) => layout,
        Err(error) => {
            none_run(&plan.tasks, &NotRun::Data(error.to_string()), &mut report);
            report.without_data();
            report.finish().map_err(output)?;
            return Err(Stop::one(ExitCode::Data, error));
        }
    };
    let mut films = Films::of(&plan, &options.out);
    let run = (run_id.clone(), &mut films, &mut report);
    let streamed = stream::draw(layout, arena_options, &plan, &tree, options, run)
        .map_err(|error| Stop::one(ExitCode::Data, error))?;
    films
        .join(options, run_id, &mut |event| report.record(event))
        .map_err(|error| Stop::one(ExitCode::Data, error))?;
    if streamed.without_data || streamed.over.is_some() {
        report.without_data();
    }
    save(&plan.saved, &options.out, &mut report);
    let code = report.finish().map_err(output)?;
    drop(lock);
    match streamed.over {
        Some(error) if code == ExitCode::Data => Err(Stop::one(ExitCode::Data, error)),
        _ => Ok(code),
    }
}

/// Saves the configurations of the entries of which a figure was begun. One that cannot be saved is a
/// warning: the figures are there.
fn save(saved: &[plan::Saved], out: &Path, report: &mut Report<'_>) {
    let ends = report.ends();
    let begun = |figure: usize| {
        ends.get(&figure).is_some_and(|status| !matches!(status, Status::Skipped | Status::NotRun))
    };
    let files: Vec<(PathBuf, String)> =
        plan::saved_files(saved, &begun).into_iter().map(|(path, text)| (out.join(path), text)).collect();
    for error in publish::publish_changed(&files) {
        let severity = Severity::Warning;
        report.record(Event::Note(Diagnostic { severity, ..error }));
    }
}

/// Accounts for a run that ended before its first figure.
fn none_run(tasks: &[FigureTask], why: &NotRun, report: &mut Report<'_>) {
    let mut last = None;
    for task in tasks {
        let figure = Known::of(task);
        if last != Some(figure.id) {
            report.record(Event::Finished(Box::new(figure.settled(Outcome::NotRun(why.clone())))));
        }
        last = Some(figure.id);
    }
}

/// An event of the pool with the plan's numbers: the pool counts what it was given.
fn as_planned(event: Event, id: &dyn Fn(usize) -> usize) -> Event {
    match event {
        Event::Started { task, worker } => Event::Started { task: id(task), worker },
        Event::Finished(mut record) => {
            record.task = id(record.task);
            Event::Finished(record)
        }
        other => other,
    }
}

/// What the tasks that are left can touch.
pub(crate) fn demand_of(tasks: &[FigureTask]) -> crate::data::Demand {
    let mut demand = crate::data::Demand::default();
    for task in tasks {
        demand.merge(&task.demand);
    }
    demand
}

/// Settles what need not or must not be drawn: unchanged figures, those not asked for again, and
/// those whose output exists against the entry's wish.
fn settle_known(plan: &mut Plan, options: &Options) -> Result<(), Diagnostic> {
    let journal =
        if options.resume || options.only_failed { Journal::read(&options.out)? } else { Journal::default() };
    let mut left = Vec::with_capacity(plan.tasks.len());
    // The pictures of a film, which follow each other, have one fate.
    let mut last: Option<(usize, bool)> = None;
    for task in plan.tasks.drain(..) {
        let figure = Known::of(&task);
        if let Some((id, stays)) = last.filter(|(id, _)| *id == figure.id) {
            last = Some((id, stays));
            left.extend(stays.then_some(task));
            continue;
        }
        let fate = fate(&figure, &journal, options);
        last = Some((figure.id, matches!(fate, Fate::Drawn)));
        match fate {
            Fate::Drawn => left.push(task),
            Fate::Settled(outcome) => plan.settled.push(figure.settled(outcome)),
            Fate::NotAsked => {}
        }
    }
    plan.tasks = left;
    if options.only_failed {
        plan.settled.retain(|record| journal.failed(&record.name, record.point.as_deref()));
    }
    Ok(())
}

/// What is to be done with a figure.
enum Fate {
    Drawn,
    Settled(Outcome),
    NotAsked,
}

fn fate(figure: &Known<'_>, journal: &Journal, options: &Options) -> Fate {
    let (name, point) = (figure.name, figure.point);
    if options.only_failed && !journal.failed(name, point) {
        return Fate::NotAsked;
    }
    if options.resume && journal.is_current(&options.out, name, point, figure.digest.1) {
        return Fate::Settled(Outcome::Unchanged);
    }
    let Some(path) = figure.outputs.iter().find(|path| options.out.join(path).exists()) else {
        return Fate::Drawn;
    };
    match figure.exist_ok {
        ExistOk::Replace => Fate::Drawn,
        ExistOk::Fail => Fate::Settled(Outcome::Failed(
            Diagnostic::error(format!("{} exists already", path.display()))
                .help("remove it, or leave out `exist_ok: false`".to_owned())
                .at(figure.place.clone()),
        )),
        ExistOk::Skip => Fate::Settled(Outcome::Skipped(format!("{} exists", path.display()))),
    }
}

/// A figure as it is accounted for: a task, or the film that it is a picture of.
struct Known<'a> {
    id: usize,
    name: &'a str,
    point: Option<&'a str>,
    outputs: Vec<&'a Path>,
    exist_ok: ExistOk,
    place: &'a Place,
    /// With the figure's number.
    digest: (usize, u64),
}

impl<'a> Known<'a> {
    fn of(task: &'a FigureTask) -> Self {
        let outputs = task.final_outputs();
        match &task.film {
            Some(film) => Self {
                id: film.id,
                name: &film.name,
                point: film.point.as_deref(),
                outputs,
                exist_ok: film.exist_ok,
                place: &film.place,
                digest: (film.id, film.digest),
            },
            None => Self {
                id: task.id,
                name: &task.name,
                point: task.point.as_deref(),
                outputs,
                exist_ok: task.exist_ok,
                place: &task.place,
                digest: (task.id, task.digest),
            },
        }
    }

    fn settled(&self, outcome: Outcome) -> FigureRecord {
        FigureRecord {
            task: self.id,
            name: self.name.to_owned(),
            point: self.point.map(str::to_owned),
            outputs: self.outputs.iter().map(|path| path.to_path_buf()).collect(),
            outcome,
            wall: Duration::ZERO,
            cpu: Duration::ZERO,
            anon_bytes: 0,
            warnings: Vec::new(),
        }
    }
}
