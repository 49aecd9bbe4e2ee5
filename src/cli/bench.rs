//! `shmplot bench`, and the hidden `bench-run` that is one of its processes.

use super::args::{BenchArgs, BenchRunArgs};
use super::options;
use crate::bench::{self, Mode, Work};
use crate::diag::{Diagnostic, ExitCode};
use crate::run::{Input, Stop};

/// Bytes of the cube unless asked otherwise.
const SIZE: u64 = 256 << 20;

/// Compares the ways of giving data to workers.
pub(super) fn run(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let temporary = std::env::temp_dir().join(format!("shmplot-bench-{}", std::process::id()));
    let dir = args.out.clone().unwrap_or_else(|| temporary.clone());
    let work = match &args.plots {
        Some(plots) => Work::Project(Box::new(Input {
            plots: plots.clone(),
            bases: args.base.clone(),
            data: options::data(&args.data, &args.load),
            ..Input::default()
        })),
        None if args.demo => Work::Demo(args.size),
        None => Work::Cube(args.size.unwrap_or(SIZE)),
    };
    let options = bench::Options {
        modes: args.modes.clone(),
        workers: args.jobs.iter().map(|jobs| usize::from(*jobs).max(1)).collect(),
        work,
        dir,
    };
    let result = bench::compare(&options, &mut |what| eprintln!("bench: {what}"));
    if args.out.is_none() {
        // What is left of a temporary folder is no reason to lose the numbers.
        let _ = std::fs::remove_dir_all(&temporary);
    }
    let comparison = result?;
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
    let input = Input {
        plots: args.plots.clone(),
        bases: args.base.clone(),
        data: options::data(&args.data, &args.load),
        ..Input::default()
    };
    let report = bench::run_one(mode, usize::from(args.workers), &input, &args.out, args.lenient)?;
    super::print(&report)
}
