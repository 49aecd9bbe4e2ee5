//! Where a run's data are when: what is mapped, stored or loaded, what is computed once, in which order,
//! and how many workers and decoding threads a limit has room for. From the plan and metadata alone.

use super::{Options, demand_of};
use crate::arena::{self, Placement, named::Attached};
use crate::data::Placed;
use crate::diag::Diagnostic;
use crate::plan::schedule::{self, Schedule, ScheduleOptions};
use crate::plan::{Plan, Shared, demanded_bytes};
use crate::source::Tree;
use crate::sys::memory;
use std::collections::BTreeSet;

/// What a worker needs for itself, measured with heat maps of a million points.
const WORKER: u64 = 10 << 20;
/// The same of the supervisor, the publisher and the loader.
const OTHERS: u64 = 4 << 20;
/// A run may take so much more than its limit.
const SLACK: u64 = 16 << 20;
/// What is left to the machine when there is no limit.
const RESERVE: u64 = 64 << 20;
/// A decoding thread holds a chunk packed and unpacked, or unpacked and its wanted parts.
const CHUNKS: u64 = 2;
/// What a decoding thread needs besides.
const THREAD: u64 = 1 << 20;
/// Decoding may take this, whatever the limit.
const DECODING: u64 = 8 << 20;

/// Everything that is known before a value is read.
#[derive(Debug)]
pub struct Layout {
    /// What is computed once.
    pub shared: Shared,
    /// What is loaded when.
    pub schedule: Schedule,
    /// Where leaves are.
    pub placement: Placement,
    /// Leaves that are decoded into the file arena because they would be decoded more than once.
    pub stored: BTreeSet<String>,
    /// Bytes of data that the figures need together.
    pub demanded: u64,
    /// How many workers there is room for.
    pub workers: usize,
    /// How many threads may decode, if not all.
    pub threads: Option<usize>,
    /// The most that one of them may decode aside.
    pub aside: Option<usize>,
    /// Damaged results of earlier runs.
    pub warnings: Vec<Diagnostic>,
}

/// How a limit is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Division {
    workers: usize,
    threads: usize,
    /// Bytes for data.
    budget: u64,
    /// Bytes of the limit that are for none, whatever else.
    beside: u64,
}

impl Division {
    /// Divides `limit` among data, `workers` and `threads` or fewer, of which one needs `decoding`.
    fn new(limit: u64, workers: usize, threads: usize, decoding: u64) -> Self {
        let room = DECODING.max(limit / 4);
        let threads = (1..=threads.max(1)).rev().find(|n| decoding.saturating_mul(*n as u64) <= room);
        let threads = threads.unwrap_or(1);
        let own = |workers: usize| {
            OTHERS
                .saturating_add(WORKER.saturating_mul(workers as u64))
                .saturating_add(decoding.saturating_mul(threads as u64))
        };
        let fits = |workers: &usize| own(*workers) <= SLACK.saturating_add(limit / 2);
        let workers = (1..=workers.max(1)).rev().find(fits).unwrap_or(1);
        Self::with(limit, workers, threads, own(workers))
    }

    /// As much for data as can be.
    fn least(limit: u64, decoding: u64) -> Self {
        Self::with(limit, 1, 1, OTHERS.saturating_add(WORKER).saturating_add(decoding))
    }

    fn with(limit: u64, workers: usize, threads: usize, own: u64) -> Self {
        let beside = own.saturating_sub(SLACK);
        Self { workers, threads, budget: limit.saturating_sub(beside), beside }
    }
}

impl Layout {
    /// Decides it. The plan's figures demand afterwards what is left beside shared results.
    ///
    /// # Errors
    /// What cannot be used in place as asked; less memory than one figure needs.
    pub fn new(
        plan: &mut Plan,
        tree: &Tree,
        options: &Options,
        attached: Option<&Attached>,
    ) -> Result<Self, Diagnostic> {
        let demand = demand_of(&plan.tasks);
        let left = attached.map_or_else(|| demand.clone(), |held| held.left(&demand));
        let placement = arena::place(&left, tree, &options.place)?;
        let rest = placement.rest(&left, tree);
        let mut shared = if options.share { crate::plan::shared(plan, tree) } else { Shared::default() };
        let warnings = find_kept(&mut shared, options.arena_size);
        let make = |division: Option<Division>, stored: &BTreeSet<String>| {
            // What is not loaded needs no parcels, whoever holds it.
            let placed = |path: &str| match rest.0.contains_key(path) {
                true if stored.contains(path) => Placed::File,
                true => placement.of(path),
                false => Placed::InPlace,
            };
            let options = ScheduleOptions {
                budget: division.map(|division| division.budget),
                beside: division.map_or(0, |division| division.beside),
                window: schedule::WINDOW,
                available: memory::left().map(|left| left.saturating_sub(RESERVE)),
                workers: division.map_or(options.workers, |division| division.workers),
                placed: &placed,
            };
            schedule::schedule(plan, tree, &shared, &options)
        };
        let limit = options.memory_limit.map(|limit| limit.min(memory::left().unwrap_or(limit)));
        let decoding = THREAD.saturating_add(arena::largest_chunk(&rest, tree).saturating_mul(CHUNKS));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut division = limit.map(|limit| Division::new(limit, options.workers, cores, decoding));
        let none = BTreeSet::new();
        let mut schedule = make(division, &none);
        // Where only nearly all of the limit will do, it is taken.
        if let (Err(_), Some(limit)) = (&schedule, limit) {
            division = Some(Division::least(limit, decoding));
            schedule = make(division, &none);
        }
        // What would be decoded twice is decoded to files once, if those have room.
        let mut stored = BTreeSet::new();
        if matches!(options.place, arena::Place::Auto)
            && schedule.as_ref().is_ok_and(|schedule| schedule.reloaded > 0)
            && let Ok(store) = arena::file::Store::new(None, options.arena_size)
        {
            let (leaves, bytes) = arena::storable(&rest, tree);
            let division = limit.map(|limit| Division::new(limit, options.workers, cores, decoding));
            if bytes <= store.room()
                && let Ok(better) = make(division, &leaves)
            {
                schedule = Ok(better);
                stored = leaves;
            }
        }
        let workers = division.map_or(options.workers, |division| division.workers);
        let threads = division.map(|division| division.threads);
        let aside = division.map(|_| usize::try_from(decoding / CHUNKS).unwrap_or(usize::MAX));
        let demanded = demanded_bytes(&demand, tree);
        Ok(Self {
            shared,
            schedule: schedule?,
            placement,
            stored,
            demanded,
            workers,
            threads,
            aside,
            warnings,
        })
    }
}

/// Marks the results that an earlier run kept; gives what is to be said about damaged ones.
fn find_kept(shared: &mut Shared, size: Option<u64>) -> Vec<Diagnostic> {
    let Some(cache) = arena::Cache::of_user(size) else { return Vec::new() };
    let mut warnings = Vec::new();
    for result in shared.results.iter_mut().filter(|result| result.keep.read) {
        match cache.has(result.key) {
            Ok(is_there) => result.is_there = is_there,
            Err(damaged) => warnings.push(damaged),
        }
    }
    if shared.results.iter().any(|result| result.keep.write && !result.is_there)
        && let Err(why) = cache.prepare()
    {
        warnings.push(why);
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: u64 = 1 << 20;

    #[test]
    fn a_limit_is_for_data_workers_and_decoding_together() {
        for (limit, workers, decoding) in [(64, 4, 1), (32, 4, 5), (32, 2, 1), (16, 8, 9), (1000, 4, 200)] {
            let (limit, decoding) = (limit * M, decoding * M);
            let Division { workers: n, threads, budget, .. } = Division::new(limit, workers, 2, decoding);
            let own = OTHERS + WORKER * n as u64 + decoding * threads as u64;
            assert!(
                budget <= limit && budget + own <= (limit + SLACK).max(own),
                "{limit} {workers} {decoding}"
            );
            assert!(n >= 1 && n <= workers && threads >= 1 && budget >= limit / 4, "{n} {threads} {budget}");
        }
        let small = Division::new(32 * M, 4, 2, M);
        assert_eq!((small.workers, small.threads, small.budget), (2, 2, 22 * M));
        let large = Division::new(1000 * M, 4, 2, M);
        assert_eq!((large.workers, large.threads), (4, 2));
    }

    #[test]
    fn as_much_as_can_be_is_for_data_if_one_figure_needs_it() {
        let all = Division::least(10 * M, M);
        assert_eq!((all.workers, all.threads, all.budget, all.beside), (1, 1, 10 * M, 0));
        let chunks = Division::least(30 * M, 12 * M);
        assert_eq!((chunks.budget, chunks.beside), (20 * M, 10 * M));
        assert_eq!(Division::least(M, 12 * M).budget, 0);
    }
}
