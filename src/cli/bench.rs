//! `shmplot bench`, and the hidden `bench-run` that is one of its processes.

use super::args::{BenchArgs, BenchRunArgs};
use crate::bench::{self, Mode};
use crate::diag::{Diagnostic, ExitCode};
use crate::run::Stop;

/// Compares the ways of giving data to workers.
pub(super) fn run(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let temporary = std::env::temp_dir().join(format!("shmplot-bench-{}", std::process::id()));
    let dir = args.out.clone().unwrap_or_else(|| temporary.clone());
    let options = bench::Options {
        modes: args.modes.clone(),
        workers: args.jobs.iter().map(|jobs| usize::from(*jobs).max(1)).collect(),
        size: args.size,
        dir,
    };
    let result = bench::compare(&options, &mut |what| eprintln!("bench: {what}"));
    if args.out.is_none() {
        // What is left of a temporary folder is no reason to lose the numbers.
        let _ = std::fs::remove_dir_all(&temporary);
    }
    let comparison = result.map_err(|error| Stop::one(ExitCode::SomeFailed, error))?;
    if args.json {
        let text = serde_json::to_string_pretty(&comparison)
            .map_err(|error| Stop::one(ExitCode::Output, Diagnostic::from_error(&error)))?;
        super::print(&format!("{text}\n"))
    } else {
        super::print(&bench::table(&comparison))
    }
}

/// One measured run.
pub(super) fn run_one(args: &BenchRunArgs) -> Result<ExitCode, Stop> {
    let mode = Mode::from_name(&args.mode).ok_or_else(|| {
        Stop::one(ExitCode::Usage, Diagnostic::error(format!("there is no mode `{}`", args.mode)))
    })?;
    let report = bench::run_one(mode, usize::from(args.workers), &args.dir, &args.out)?;
    super::print(&report)
}
