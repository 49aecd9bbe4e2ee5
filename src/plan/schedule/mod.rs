//! Which data are in memory when: parcels that are loaded together, and an order of figures in which
//! they stay below a budget and each is loaded once wherever that can be.
//!
//! From the plan and metadata alone; nothing is read. A run that loads the parcels in their order as
//! long as they fit, and lets each go after the last job that needs it, never waits for ever: whenever
//! a job runs, what is still needed then and what it needs itself are below the budget.

mod atoms;
mod leaf;
mod limit;
mod order;
mod parcels;
mod problem;

use super::{Plan, Shared, SharedResult};
use crate::data::{Demand, Placed};
use crate::diag::Diagnostic;
use crate::source::Tree;
use atoms::Parts;
use parcels::{Limits, Played};
use problem::{Atom, Job as Needs, Problem};
use std::collections::BTreeMap;

/// The most bytes of several jobs' data that are loaded together.
const PARCEL: u64 = 32 << 20;

/// How much memory there is, and where leaves are.
pub struct ScheduleOptions<'a> {
    /// Bytes that must not be exceeded.
    pub budget: Option<u64>,
    /// Bytes of the user's limit that are not for data; they are in what is said of sizes.
    pub beside: u64,
    /// Without a budget: bytes to keep to unless more are needed.
    pub window: u64,
    /// Without a budget: bytes that there are at all.
    pub available: Option<u64>,
    /// How many figures are drawn at a time.
    pub workers: usize,
    /// Where the leaf at a path is.
    pub placed: &'a dyn Fn(&str) -> Placed,
}

/// The window of [`ScheduleOptions`] that suits nearly everyone.
pub const WINDOW: u64 = 128 << 20;

/// A result that is computed once for several figures.
#[derive(Clone, Copy, Debug)]
struct Make<'a> {
    digest: u128,
    /// What computing it touches.
    demand: &'a Demand,
    /// Whether it was kept by an earlier run: then only those who must do without it load that.
    is_there: bool,
    bytes: Option<u64>,
    /// The figures that need it.
    users: &'a [usize],
}

/// What is handed to workers as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    /// What is in it.
    pub content: Content,
    /// Bytes that count against the budget: none of what is in files.
    pub bytes: u64,
    /// Of a shared result: what its figures need instead if it could not be made; nothing if there is no
    /// room for that. Such parcels are in no job's needs.
    pub fallback: Vec<usize>,
}

/// What a parcel holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Exactly these parts of leaves; coordinates that belong to it are entries like others.
    Load(Demand),
    /// The result of that digest.
    Result(u128),
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Draws the figure at that index of the plan's tasks.
    Figure(usize),
    /// Makes the shared result at that index.
    Make(usize),
}

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What to do.
    pub work: Work,
    /// The parcels that must be there, rising. Of a job that makes something, without that.
    pub needs: Vec<usize>,
    /// The parcel that it makes.
    pub makes: Option<usize>,
    /// Elements that it touches.
    pub cost: u64,
    /// Jobs with the same number need the same parcels.
    pub group: u64,
}

/// What happens when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// In the order in which they are first needed; those of [`Parcel::fallback`] are last.
    pub parcels: Vec<Parcel>,
    /// In the order in which they should begin.
    pub jobs: Vec<Job>,
    /// Bytes that were to be kept to.
    pub budget: u64,
    /// Most bytes at a time if one job runs after the other.
    pub peak: u64,
    /// The smallest budget that would do.
    pub smallest: u64,
    /// Bytes that are loaded more than once.
    pub reloaded: u64,
    /// Into how many groups of jobs the order falls so that the data of each fit at once.
    pub waves: usize,
}

/// Finds parcels and an order for a plan.
///
/// # Errors
/// If one figure alone needs more than there is: names it, what it needs, the smallest budget that
/// would do, and the ways out.
pub fn schedule(
    plan: &Plan,
    tree: &Tree,
    shared: &Shared,
    options: &ScheduleOptions<'_>,
) -> Result<Schedule, Diagnostic> {
    let figures: Vec<&Demand> = plan.tasks.iter().map(|task| &task.demand).collect();
    let label = |task: usize| {
        let task = &plan.tasks[task];
        task.point.as_ref().map_or_else(|| task.name.clone(), |point| format!("{}/{point}", task.name))
    };
    let makes: Vec<Make<'_>> = shared.results.iter().map(Make::of).collect();
    arrange(&figures, &label, tree, &makes, options)
}

impl<'a> Make<'a> {
    fn of(result: &'a SharedResult) -> Self {
        let SharedResult { digest, demand, bytes, users, is_there, .. } = result;
        Self { digest: *digest, demand, is_there: *is_there, bytes: *bytes, users }
    }
}

fn arrange(
    figures: &[&Demand],
    label: &dyn Fn(usize) -> String,
    tree: &Tree,
    shared: &[Make<'_>],
    options: &ScheduleOptions<'_>,
) -> Result<Schedule, Diagnostic> {
    // Results that do not fit together with all else are given up, the largest first.
    let mut kept: Vec<usize> = (0..shared.len()).collect();
    loop {
        let setting = Setting::new(figures, tree, shared, &kept, options);
        let alone = Setting::new(figures, tree, shared, &[], options);
        let (whole, largest) = alone.largest(figures.len());
        let smallest = setting.largest(usize::MAX).0.min(whole);
        let most = options.budget.or(options.available).unwrap_or(u64::MAX);
        if smallest > most || (kept.is_empty() && whole > most) {
            return Err(limit::too_small(&label(largest), whole, smallest, most, options));
        }
        let mut budget = options.budget.unwrap_or_else(|| {
            let at_once = setting.at_once(options.workers);
            options.window.max(at_once).min(most)
        });
        let mut best = setting.best(budget);
        // Without a limit, memory is better spent than data loaded twice.
        while options.budget.is_none()
            && budget < most
            && best.as_ref().is_none_or(|best| best.1.reloaded > 0)
        {
            budget = budget.saturating_mul(2).min(most);
            best = setting.best(budget);
        }
        match best {
            Some((parts, played, order)) => {
                let smallest = smallest.saturating_add(options.beside);
                return Ok(setting.schedule(&parts, played, &order, budget, smallest));
            }
            None if kept.is_empty() => {
                return Err(limit::too_small(&label(largest), whole, whole, budget, options));
            }
            None => {
                kept.sort_by_key(|make| shared[*make].bytes.unwrap_or(u64::MAX));
                kept.truncate(kept.len() / 2);
                kept.sort_unstable();
            }
        }
    }
}

/// Figures and the shared results that are kept.
struct Setting<'a> {
    figures: usize,
    shared: &'a [Make<'a>],
    /// Which of the shared results are made, by number.
    kept: Vec<usize>,
    /// Elements that each job touches.
    costs: Vec<u64>,
    /// The results that each figure uses, as positions in `kept`.
    uses: Vec<Vec<usize>>,
    exact: Parts,
    /// What each result is made of, if it must be loaded for its figures after all.
    makings: Vec<Demand>,
}

impl<'a> Setting<'a> {
    fn new(
        figures: &[&Demand],
        tree: &Tree,
        shared: &'a [Make<'a>],
        kept: &[usize],
        options: &ScheduleOptions<'_>,
    ) -> Self {
        let mut demands: Vec<std::borrow::Cow<'_, Demand>> =
            figures.iter().map(|demand| std::borrow::Cow::Borrowed(*demand)).collect();
        let mut uses = vec![Vec::new(); figures.len()];
        for (number, make) in shared.iter().enumerate() {
            let users = make.users.iter().filter(|user| **user < figures.len());
            match kept.iter().position(|kept| *kept == number) {
                Some(at) => users.for_each(|user| uses[*user].push(at)),
                None => users.for_each(|user| demands[*user].to_mut().merge(make.demand)),
            }
        }
        demands.extend(kept.iter().map(|make| match shared[*make].is_there {
            true => std::borrow::Cow::Owned(Demand::default()),
            false => std::borrow::Cow::Borrowed(shared[*make].demand),
        }));
        let all: Vec<&Demand> = demands.iter().map(AsRef::as_ref).collect();
        let cost =
            |demand: &&Demand| demand.0.values().map(|leaf| leaf.count() as u64).fold(0, u64::saturating_add);
        Self {
            figures: figures.len(),
            shared,
            kept: kept.to_vec(),
            costs: all.iter().map(cost).collect(),
            uses,
            exact: Parts::of(&all, tree, options.placed),
            makings: kept.iter().map(|make| tree.with_coords(shared[*make].demand)).collect(),
        }
    }

    /// The problem with these parts; results are atoms after them.
    fn problem(&self, parts: &Parts) -> Problem {
        let mut atoms = parts.atoms();
        let first = atoms.len();
        let weights: Vec<u64> = atoms.iter().map(|atom| atom.bytes).collect();
        let mut jobs: Vec<Needs> =
            parts.jobs.iter().map(|atoms| Needs { atoms: atoms.clone(), makes: None }).collect();
        for (at, make) in self.kept.iter().enumerate() {
            let job = &mut jobs[self.figures + at];
            // A result of unknown size is hardly larger than what it is made of.
            let input = || job.atoms.iter().map(|atom| weights[*atom]).fold(0, u64::saturating_add);
            let bytes = self.shared[*make].bytes.unwrap_or_else(input);
            job.makes = Some(first + at);
            let made_by = Some(self.figures + at);
            atoms.push(Atom { weight: bytes, bytes, effort: 0, kind: 0, made_by });
        }
        for (figure, uses) in self.uses.iter().enumerate() {
            jobs[figure].atoms.extend(uses.iter().map(|at| first + at));
        }
        Problem { atoms, jobs }
    }

    /// What the job that needs most needs, and which it is, of the first `n`.
    fn largest(&self, n: usize) -> (u64, usize) {
        let problem = self.problem(&self.exact);
        let jobs = (0..problem.jobs.len().min(n)).map(|job| (problem.weight_of(job), job));
        jobs.max_by_key(|(bytes, job)| (*bytes, std::cmp::Reverse(*job))).unwrap_or_default()
    }

    /// What the largest jobs need that could run at the same time.
    fn at_once(&self, workers: usize) -> u64 {
        let problem = self.problem(&self.exact);
        let mut order: Vec<usize> = (0..problem.jobs.len()).collect();
        order.sort_by_key(|job| std::cmp::Reverse(problem.weight_of(*job)));
        let mut seen = vec![false; problem.atoms.len()];
        let mut bytes = 0_u64;
        for job in order.into_iter().take(workers) {
            let job = &problem.jobs[job];
            for atom in job.atoms.iter().chain(&job.makes) {
                if !std::mem::replace(&mut seen[*atom], true) {
                    bytes = bytes.saturating_add(problem.atoms[*atom].weight);
                }
            }
        }
        bytes
    }

    /// The order and the parcels that load least, of those that fit.
    fn best(&self, budget: u64) -> Option<(Parts, Played, Vec<usize>)> {
        let mut best: Option<(Parts, Played, Vec<usize>)> = None;
        for joined in [true, false] {
            let parts = if joined { self.exact.joined(budget / 4) } else { self.exact.clone() };
            let problem = self.problem(&parts);
            let split = |atoms: &[usize]| parts.split(atoms);
            let limits = Limits { budget, parcel: PARCEL.min(budget / 8), split: &split };
            let mut found: Option<(Played, Vec<usize>)> = None;
            for order in [order::planned(&problem), order::greedy(&problem, budget)] {
                let Some(played) = parcels::play(&problem, &order, &limits) else { continue };
                let better = found
                    .as_ref()
                    .is_none_or(|(best, _)| (played.effort, played.peak) < (best.effort, best.peak));
                if better {
                    found = Some((played, order));
                }
            }
            if let Some((played, order)) = found
                && best.as_ref().is_none_or(|(_, best, _)| played.effort < best.effort)
            {
                best = Some((parts, played, order));
            }
            if best.as_ref().is_some_and(|(_, best, _)| best.reloaded == 0) {
                break;
            }
        }
        best
    }

    fn schedule(
        &self,
        parts: &Parts,
        played: Played,
        order: &[usize],
        budget: u64,
        smallest: u64,
    ) -> Schedule {
        let Played { parcels, needs, peak, reloaded, waves, .. } = played;
        let mut spare = Vec::new();
        let mut results = BTreeMap::new();
        let mut made: Vec<Parcel> = Vec::with_capacity(parcels.len());
        for parcel in &parcels {
            let content = match parcel.made_by {
                Some(job) => {
                    spare.push((made.len(), job - self.figures));
                    results.insert(job, made.len());
                    Content::Result(self.shared[self.kept[job - self.figures]].digest)
                }
                None => Content::Load(parts.demand(&parcel.atoms)),
            };
            made.push(Parcel { content, bytes: parcel.weight, fallback: Vec::new() });
        }
        let atoms = parts.atoms();
        for (parcel, make) in spare {
            let needed = &parts.jobs[self.figures + make];
            let bytes = needed.iter().map(|atom| atoms[*atom].weight).fold(0, u64::saturating_add);
            // Beside what a figure has of its own there may be no room for it.
            let own = |figure: &usize| -> u64 {
                let atoms_of = parts.jobs[*figure].iter();
                atoms_of.map(|atom| atoms[*atom].weight).fold(0, u64::saturating_add)
            };
            let users = self.shared[self.kept[make]].users.iter();
            let most = users.filter(|user| **user < self.figures).map(own).max().unwrap_or(0);
            if most.saturating_add(bytes) > budget {
                continue;
            }
            made[parcel].fallback = vec![made.len()];
            let content = Content::Load(self.makings[make].clone());
            made.push(Parcel { content, bytes, fallback: Vec::new() });
        }
        let mut groups: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
        let jobs = order
            .iter()
            .zip(needs)
            .map(|(job, needs)| {
                let next = groups.len() as u64;
                let group = *groups.entry(needs.clone()).or_insert(next);
                let work = match job.checked_sub(self.figures) {
                    None => Work::Figure(*job),
                    Some(make) => Work::Make(self.kept[make]),
                };
                let makes = results.get(job).copied();
                Job { work, needs, makes, cost: self.costs[*job], group }
            })
            .collect();
        Schedule { parcels: made, jobs, budget, peak, smallest, reloaded, waves }
    }
}

#[cfg(test)]
mod tests;
