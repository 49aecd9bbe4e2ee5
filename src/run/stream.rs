//! Drawing while loading: the schedule's parcels come from a living loader and go to workers, which
//! draw figures and make shared results of what they have at the time.

use super::films::Films;
use super::layout::Layout;
use super::{Options, as_planned};
use crate::arena::{self, Arena, Loader};
use crate::data::{Demand, Labelled, Placed};
use crate::diag::{Diagnostic, Event, LoadProgress, Status};
use crate::figure;
use crate::plan::schedule::{self, Content, Schedule, Work};
use crate::plan::{Plan, Shared};
use crate::pool;
use crate::report::Report;
use crate::source::Tree;
use crate::transform::{Inputs, Value, eval_cut};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Instant;

/// How the data of a run came.
pub(super) struct Streamed {
    /// Nothing of what was to be loaded could be had by any figure.
    pub(super) without_data: bool,
    /// Why loading ended for all, if it did.
    pub(super) over: Option<Diagnostic>,
}

/// Draws all figures, and the pictures of films.
///
/// # Errors
/// If no loader or no workers can be started.
pub(super) fn draw(
    layout: Layout,
    mut arena_options: arena::Options,
    plan: &Plan,
    tree: &Tree,
    options: &Options,
    (run_id, films, report): (String, &mut Films, &mut Report<'_>),
) -> Result<Streamed, Diagnostic> {
    let Layout { shared, schedule, placement, stored, demanded, workers, threads, aside, warnings } = layout;
    (arena_options.threads, arena_options.aside) = (threads, aside);
    if !stored.is_empty() {
        let store = arena::file::Store::new(None, options.arena_size)?;
        arena_options.files = Some(arena::file::Files { store, leaves: Some(stored) });
    }
    if workers < options.workers {
        report.record(Event::Note(few_workers(workers, options)));
    }
    warnings.into_iter().for_each(|warning| report.record(Event::Note(warning)));
    let arena = Arena::default();
    arena.use_in_place(placement.in_place().clone());
    if let Some(attached) = arena_options.attached.as_deref() {
        arena.attach(attached)?;
    }
    let orders = schedule.parcels.iter().map(|parcel| match &parcel.content {
        Content::Load(demand) => {
            let mut demand = demand.clone();
            demand.0.retain(|path, _| placement.of(path) != Placed::InPlace);
            demand
        }
        Content::Result(_) => Demand::default(),
    });
    let mut supply = Orders {
        loader: Loader::start(tree, orders.collect(), arena_options)?,
        failed: BTreeSet::new(),
        over: None,
    };
    let press = Press {
        plan,
        shared: &shared,
        schedule: &schedule,
        arena,
        cache: arena::Cache::of_user(options.arena_size),
    };
    let work = press.work();
    let users = schedule.jobs.iter().enumerate().filter_map(|(number, job)| match job.work {
        Work::Make(made) => Some((number, shared.results[made].users.len())),
        Work::Figure(_) => None,
    });
    report.expect(users.collect());
    report.demands(demanded);
    let pool_options = pool::Options {
        workers,
        timeout: options.timeout,
        fail_fast: options.fail_fast,
        out: options.out.clone(),
        run_id,
        arena_bytes: 0,
        budget: Some(schedule.budget),
        mapped: press.arena.mapped(),
        limits: pool::Limits::default(),
    };
    let id = |job: usize| match schedule.jobs[job].work {
        Work::Figure(task) => plan.tasks[task].id,
        Work::Make(_) => job,
    };
    let mut record = |event: Event| {
        if let Some(event) = films.pass(as_planned(event, &id)) {
            report.record(event);
        }
    };
    pool::run(&work, &pool_options, &mut supply, &press, &mut record)?;
    supply.loader.notes().into_iter().for_each(|note| report.record(Event::Note(note)));
    let Orders { failed, over, .. } = supply;
    Ok(Streamed { without_data: press.without_data(&failed, tree, report), over })
}

/// What is said if a limit has no room for all workers.
fn few_workers(workers: usize, options: &Options) -> Diagnostic {
    let limit = arena::human(options.memory_limit.unwrap_or(0));
    let message = format!("a limit of {limit} has room for {workers} of {} workers", options.workers);
    Diagnostic::warning(message)
        .help(format!("ask for as many as there are: `--jobs {workers}`, or raise --memory-limit"))
}

/// The loader as the pool sees it; notes what failed.
struct Orders<'a> {
    loader: Loader<'a>,
    failed: BTreeSet<String>,
    over: Option<Diagnostic>,
}

impl pool::Supply for Orders<'_> {
    fn order(&mut self, parcel: pool::ParcelId) -> io::Result<()> {
        self.loader.order(parcel)
    }

    fn watched(&self) -> Option<BorrowedFd<'_>> {
        self.loader.watched()
    }

    fn due(&self) -> Option<Instant> {
        self.loader.due()
    }

    fn listen(&mut self) -> Result<Vec<pool::Delivery>, Diagnostic> {
        let delivered = self.loader.listen().inspect_err(|error| self.over = Some(error.clone()))?;
        self.failed.extend(delivered.iter().flat_map(|one| &one.failed).map(|(path, _)| path.clone()));
        let delivery = |one: arena::Delivered| {
            let arena::Delivered { parcel, segments, bytes, failed } = one;
            pool::Delivery { parcel, segments, bytes, failed }
        };
        Ok(delivered.into_iter().map(delivery).collect())
    }

    fn loaded(&self) -> LoadProgress {
        self.loader.loaded()
    }

    fn anon(&self) -> u64 {
        self.loader.anon()
    }
}

/// What workers do with an arena that lives.
struct Press<'a> {
    plan: &'a Plan,
    shared: &'a Shared,
    schedule: &'a Schedule,
    arena: Arena,
    cache: Option<arena::Cache>,
}

impl Press<'_> {
    fn work(&self) -> pool::Work {
        let numbers = |of: &[usize]| of.iter().map(|parcel| *parcel as pool::ParcelId).collect();
        let tasks = self.schedule.jobs.iter().map(|job| {
            let (name, point, outputs, kind) = match job.work {
                Work::Figure(task) => {
                    let task = &self.plan.tasks[task];
                    let outputs = task.outputs.iter().map(|output| output.path.clone()).collect();
                    (task.name.clone(), task.point.clone(), outputs, pool::Kind::Figure)
                }
                Work::Make(made) => {
                    let parcel = job.makes.unwrap_or_default() as pool::ParcelId;
                    (self.shared.results[made].what(), None, Vec::new(), pool::Kind::Make(parcel))
                }
            };
            pool::Task {
                name,
                point,
                outputs,
                group: job.group,
                cost: job.cost,
                needs: numbers(&job.needs),
                kind,
            }
        });
        let makers: BTreeMap<usize, usize> = self
            .schedule
            .jobs
            .iter()
            .enumerate()
            .filter_map(|(number, job)| Some((job.makes?, number)))
            .collect();
        let parcels = self.schedule.parcels.iter().enumerate().map(|(number, parcel)| pool::Parcel {
            bytes: parcel.bytes,
            from: makers.get(&number).map_or(pool::Origin::Loader, |job| pool::Origin::Task(*job)),
            fallback: numbers(&parcel.fallback),
        });
        pool::Work { tasks: tasks.collect(), parcels: parcels.collect() }
    }

    /// What a job may see, which is the same whatever else is here.
    fn scope(&self, job: usize) -> Scope<'_> {
        let job = &self.schedule.jobs[job];
        let mut parcels: Vec<u32> = Vec::new();
        for need in &job.needs {
            parcels.push(*need as u32);
            parcels.extend(self.schedule.parcels[*need].fallback.iter().map(|parcel| *parcel as u32));
        }
        let demand = match job.work {
            Work::Figure(task) => self.touched(task, &|digest| self.arena.result(digest).is_none()),
            Work::Make(made) => self.shared.results[made].demand.clone(),
        };
        Scope { arena: &self.arena, parcels, demand, results: matches!(job.work, Work::Figure(_)) }
    }

    /// Why a job cannot do without a shared result that was not made, if that is so.
    fn lost(&self, job: usize) -> Option<Diagnostic> {
        let is_lost = |need: &&usize| match &self.schedule.parcels[**need] {
            schedule::Parcel { content: Content::Result(digest), fallback, .. } => {
                fallback.is_empty() && self.arena.result(*digest).is_none()
            }
            _ => false,
        };
        let lost = self.schedule.jobs[job].needs.iter().find(is_lost)?;
        let Content::Result(digest) = self.schedule.parcels[*lost].content else { return None };
        let result = self.shared.results.iter().find(|result| result.digest == digest)?;
        let message = format!("{} could not be computed for all figures that need it", result.what());
        Some(
            Diagnostic::error(message)
                .caused_by("the memory limit has no room for its data beside the figure's own")
                .help("a higher --memory-limit shows what is wrong with it".to_owned()),
        )
    }

    /// What a figure touches if it has to compute those shared results of which `is_missing` holds.
    fn touched(&self, task: usize, is_missing: &dyn Fn(u128) -> bool) -> Demand {
        let task = &self.plan.tasks[task];
        let mut demand = task.demand.clone();
        for digest in task.given.iter().filter(|digest| is_missing(**digest)) {
            let results = self.shared.results.iter().filter(|result| result.digest == *digest);
            results.for_each(|result| demand.merge(&result.demand));
        }
        demand
    }

    /// Whether there are figures, and none of them could have all of its data.
    fn without_data(&self, failed: &BTreeSet<String>, tree: &Tree, report: &Report<'_>) -> bool {
        let ends = report.ends();
        !failed.is_empty()
            && self.plan.tasks.iter().enumerate().all(|(number, task)| {
                ends.get(&task.film.as_ref().map_or(task.id, |film| film.id)) == Some(&Status::Failed)
                    && tree
                        .with_coords(&self.touched(number, &|_| true))
                        .0
                        .keys()
                        .any(|path| failed.contains(path))
            })
    }
}

impl pool::Craft for Press<'_> {
    fn draw(&self, job: usize) -> Result<pool::Drawn, Diagnostic> {
        let Work::Figure(task) = self.schedule.jobs[job].work else {
            return Err(Diagnostic::error("a shared result is no figure"));
        };
        let (task, scope) = (&self.plan.tasks[task], self.scope(job));
        if let Some(lost) = self.lost(job) {
            return Err(lost.or_at(&task.place));
        }
        self.arena.begin(&scope.demand);
        let drawn = figure::draw(task, &scope);
        self.arena.finish().map_err(|error| error.or_at(&task.place))?;
        drawn.map(|drawn| pool::Drawn { files: pool::Files::Bytes(drawn.files), warnings: drawn.warnings })
    }

    fn make(&self, job: usize) -> Result<pool::Made, Diagnostic> {
        let Work::Make(made) = self.schedule.jobs[job].work else {
            return Err(Diagnostic::error("a figure is no shared result"));
        };
        let (result, scope) = (&self.shared.results[made], self.scope(job));
        if let Some(cache) = self.cache.as_ref().filter(|_| result.is_there) {
            return cache
                .take(result.key)
                .map(|sealed| pool::Made { segment: sealed.segment, bytes: sealed.bytes });
        }
        let began = Instant::now();
        self.arena.begin(&scope.demand);
        let sealed = eval_cut(&result.graph, &[result.node], &result.cuts, &scope).and_then(|values| {
            let value = values.first().ok_or_else(|| Diagnostic::error("nothing was computed"))?;
            arena::seal(result.digest, value)
        });
        self.arena.finish()?;
        let sealed = sealed?;
        let keep = &result.keep;
        let is_kept = keep.write
            && began.elapsed().as_secs_f64() >= keep.min_seconds
            && sealed.bytes >= keep.min_bytes
            && keep.max_bytes.is_none_or(|most| sealed.bytes <= most);
        if let Some(cache) = self.cache.as_ref().filter(|_| is_kept) {
            // What cannot be kept is computed again by the next run.
            let _ = cache.keep(result.key, &sealed);
        }
        Ok(pool::Made { segment: sealed.segment, bytes: sealed.bytes })
    }

    fn accept(
        &self,
        parcel: pool::ParcelId,
        segments: Vec<OwnedFd>,
        failed: Vec<(String, Diagnostic)>,
    ) -> Result<(), Diagnostic> {
        self.arena.accept(parcel, segments, failed)
    }

    fn forget(&self, parcel: pool::ParcelId) {
        self.arena.forget(parcel);
    }
}

/// The inputs of one job.
struct Scope<'a> {
    arena: &'a Arena,
    parcels: Vec<u32>,
    demand: Demand,
    results: bool,
}

impl Inputs for Scope<'_> {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        self.arena.leaf_for(path, &self.parcels)
    }

    fn is_left_out(&self, path: &str) -> bool {
        !self.demand.0.contains_key(path)
    }

    fn result(&self, digest: u128) -> Option<Value> {
        self.results.then(|| self.arena.result(digest)).flatten()
    }
}
