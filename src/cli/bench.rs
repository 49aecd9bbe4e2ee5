//! `shmplot bench`, and the hidden `bench-run` that is one of its processes.

use super::args::{BenchArgs, BenchFigures, BenchRunArgs, PoolArgs, ProgressWhen};
use super::options;
use crate::bench::{self, Comparison, Cube, Figures, Mode, Work};
use crate::diag::{Diagnostic, ExitCode};
use crate::output::publish;
use crate::run::{Input, Stop};

/// Bytes of the cube unless asked otherwise.
const SIZE: u64 = 256 << 20;

/// Compares the ways of giving data to workers.
pub(super) fn run(args: &BenchArgs) -> Result<ExitCode, Stop> {
    let temporary = std::env::temp_dir().join(format!("shmplot-bench-{}", std::process::id()));
    let dir = args.out.clone().unwrap_or_else(|| temporary.clone());
    let works = match &args.plots {
        Some(plots) => vec![Work::Project(Box::new(Input {
            plots: plots.clone(),
            bases: args.base.clone(),
            data: options::data(&args.data, &args.load),
            ..Input::default()
        }))],
        None if args.demo && args.size.is_empty() => vec![Work::Demo(None)],
        None if args.demo => args.size.iter().map(|size| Work::Demo(Some(*size))).collect(),
        None => {
            let figures = match args.figures {
                BenchFigures::Means => Figures::Means,
                BenchFigures::Slices => Figures::Slices,
            };
            let sizes = if args.size.is_empty() { &[SIZE][..] } else { &args.size };
            let cube = |bytes: &u64| Work::Cube(Cube { bytes: *bytes, compressed: args.compressed, figures });
            sizes.iter().map(cube).collect()
        }
    };
    let options = bench::Options {
        modes: args.modes.clone(),
        workers: args.jobs.iter().map(|jobs| usize::from(*jobs).max(1)).collect(),
        works,
        repeats: usize::from(args.repeat),
        dir,
    };
    let result = bench::compare(&options, &mut |what| eprintln!("bench: {what}"));
    let shown = result.and_then(|comparison| show(args, &options, &comparison));
    if args.out.is_none() {
        // What is left of a temporary folder is no reason to lose the numbers.
        let _ = std::fs::remove_dir_all(&temporary);
    }
    shown
}

/// Prints a comparison; with `-o` also keeps it, with a figure.
fn show(args: &BenchArgs, options: &bench::Options, comparison: &Comparison) -> Result<ExitCode, Stop> {
    let json = serde_json::to_string_pretty(comparison)
        .map_err(|error| Stop::one(ExitCode::Output, Diagnostic::from_error(&error)))?
        + "\n";
    let code = super::print(&if args.json { json.clone() } else { bench::table(comparison) })?;
    if args.out.is_some() {
        let kept = options.dir.join("bench.json");
        publish::publish(&kept, json.as_bytes()).map_err(|error| Stop::one(ExitCode::Output, error))?;
        let run = options::run(Input::default(), &PoolArgs::default(), &options.dir, ProgressWhen::Never);
        for path in std::iter::once(kept).chain(bench::draw(comparison, &options.dir, &run)?) {
            eprintln!("bench: wrote {}", path.display());
        }
    }
    Ok(code)
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
