//! How a plan would go through memory: parcels, waves, the least that would do; for `shmplot plan`.

use super::args::{PlanArgs, PoolArgs, ProgressWhen};
use super::options;
use super::plan::size;
use crate::arena::named::Attached;
use crate::data::Placed;
use crate::diag::Diagnostic;
use crate::plan::schedule::Schedule;
use crate::plan::{Plan, Shared};
use crate::run::{Input, Layout};
use crate::source::Tree;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Shared results that are told.
const TOLD: usize = 12;

/// What would happen in memory.
pub(super) struct Waves {
    schedule: Schedule,
    shared: Shared,
    /// Whether the budget was the user's.
    is_limit: bool,
    workers: usize,
    in_place: Vec<String>,
    in_files: Vec<String>,
}

impl Waves {
    /// Finds it for a plan; its figures' demands are then what is left beside shared results.
    ///
    /// # Errors
    /// As [`schedule`]; places where the data cannot be.
    pub(super) fn of(
        plan: &mut Plan,
        tree: &Tree,
        args: &PlanArgs,
        input: Input,
        attached: Option<&Attached>,
    ) -> Result<Self, Diagnostic> {
        let pool = PoolArgs {
            jobs: args.jobs,
            arena: args.arena.clone(),
            memory_limit: args.memory_limit,
            no_share: args.no_share,
            ..PoolArgs::default()
        };
        let run = options::run(input, &pool, std::path::Path::new(""), ProgressWhen::Never);
        let Layout { schedule, shared, placement, stored, workers, .. } =
            Layout::new(plan, tree, &run, attached)?;
        let all = tree.with_coords(&plan.demand);
        let at = |placed: Placed| -> Vec<String> {
            let of = |path: &str| if stored.contains(path) { Placed::File } else { placement.of(path) };
            all.0.keys().filter(|path| of(path) == placed).cloned().collect()
        };
        Ok(Self {
            schedule,
            shared,
            is_limit: run.memory_limit.is_some(),
            workers,
            in_place: at(Placed::InPlace),
            in_files: at(Placed::File),
        })
    }

    /// As JSON.
    pub(super) fn json(&self) -> Value {
        let Schedule { parcels, budget, peak, smallest, reloaded, waves, .. } = &self.schedule;
        let result = |result: &crate::plan::SharedResult| {
            json!({
                "digest": format!("{:032x}", result.digest),
                "what": result.what(),
                "place": result.place.as_ref().map(ToString::to_string),
                "bytes": result.bytes,
                "figures": result.users.len(),
            })
        };
        json!({
            "budget": budget,
            "limit": self.is_limit,
            "workers": self.workers,
            "parcels": parcels.len(),
            "parcel_bytes": parcels.iter().map(|parcel| parcel.bytes).fold(0, u64::saturating_add),
            "waves": waves,
            "peak_bytes": peak,
            "smallest_limit": smallest,
            "reloaded_bytes": reloaded,
            "in_place": self.in_place,
            "in_files": self.in_files,
            "shared_results": self.shared.results.iter().map(result).collect::<Vec<_>>(),
        })
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let Schedule { parcels, jobs, budget, peak, smallest, reloaded, waves } = &self.schedule;
        let mut text = String::new();
        // Writing to a String cannot fail, here and below.
        if !self.shared.results.is_empty() {
            text.push_str("\ncomputed once for several figures:\n");
            for result in self.shared.results.iter().take(TOLD) {
                let place = result.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
                let bytes = result.bytes.map_or_else(String::new, |bytes| format!(", {}", size(bytes)));
                let _ = writeln!(text, "    {}{place}: {} figures{bytes}", result.what(), result.users.len());
            }
            if self.shared.results.len() > TOLD {
                let _ = writeln!(text, "    … and {} more", self.shared.results.len() - TOLD);
            }
        }
        if !jobs.is_empty() {
            let loaded = parcels.iter().map(|parcel| parcel.bytes).fold(0, u64::saturating_add);
            let kind = if self.is_limit { "limit" } else { "window" };
            let _ = write!(
                text,
                "\nmemory: {} in {}, {}, at most {} at a time ({kind} {}); {} would do",
                size(loaded),
                super::plan::counted(parcels.len(), "parcel"),
                super::plan::counted(*waves, "wave"),
                size(*peak),
                size(*budget),
                size(*smallest),
            );
            if *reloaded > 0 {
                let _ = write!(text, "; {} are loaded more than once", size(*reloaded));
            }
            text.push('\n');
        }
        for (leaves, how) in [(&self.in_place, "used where they lie"), (&self.in_files, "decoded into files")]
        {
            if let [first, more @ ..] = &leaves[..] {
                let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
                let _ = writeln!(text, "{how}: {first}{more}");
            }
        }
        text
    }
}
