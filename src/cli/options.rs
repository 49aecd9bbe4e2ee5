//! What was typed into what is run, looked up once.

use super::args::{InputArgs, LoadArgs, PoolArgs, ProgressWhen};
use crate::arena::human;
use crate::data::load::{Join, Order};
use crate::diag::{Diagnostic, ExitCode, did_you_mean};
use crate::render::paint::Format;
use crate::report::Progress;
use crate::run::{Attach, DataInput, Input, Stop};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// Figures and data.
///
/// # Errors
/// A format that cannot be written: exit code 2.
pub(super) fn input(args: &InputArgs) -> Result<Input, Stop> {
    let formats = args.format.iter().map(|name| format(name)).collect::<Result<_, _>>()?;
    Ok(Input {
        plots: args.plots.clone(),
        bases: args.base.clone(),
        data: data(&args.data, &args.load),
        attach: attach(args.attach.as_deref()),
        only: args.only.clone(),
        skip: args.skip.clone(),
        formats,
        many: args.yes,
    })
}

/// Which data, and how they are put together.
pub(super) fn data(paths: &[PathBuf], args: &LoadArgs) -> DataInput {
    let along = |dim: &String, new| Join { dim: dim.clone(), new, order: Order::Name };
    let join = args.concat.as_ref().map(|dim| along(dim, false));
    let join = join.or_else(|| args.concat_new.as_ref().map(|dim| along(dim, true)));
    DataInput { paths: paths.to_vec(), load: args.load.clone(), join }
}

/// Which arena to attach to.
pub(super) fn attach(name: Option<&str>) -> Option<Attach> {
    // That there is something to wait for is said once.
    static SAID: AtomicBool = AtomicBool::new(false);
    name.map(|name| Attach {
        name: name.to_owned(),
        waiting: |progress| {
            if !SAID.swap(true, Ordering::Relaxed) {
                let (done, total) = (human(progress.done), human(progress.total));
                eprintln!("waiting for the arena, of which {done} of {total} are loaded");
            }
        },
    })
}

fn format(name: &str) -> Result<Format, Stop> {
    Format::from_ext(name.trim_start_matches('.')).ok_or_else(|| {
        Stop::one(
            ExitCode::Usage,
            Diagnostic::error(format!("cannot write `{name}` files"))
                .help(did_you_mean(name, Format::ALL.map(Format::ext))),
        )
    })
}

/// Number of workers: as typed, else the usable cores.
pub(super) fn workers(jobs: Option<u16>) -> usize {
    jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// The whole command line as typed, for the account of the run.
pub(super) fn command_line() -> String {
    std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// A whole run.
pub(super) fn run(
    input: Input,
    pool: &PoolArgs,
    out: &std::path::Path,
    progress: ProgressWhen,
) -> crate::run::Options {
    crate::run::Options {
        input,
        out: out.to_path_buf(),
        workers: workers(pool.jobs),
        place: pool.arena.clone(),
        arena_size: pool.arena_size,
        memory_limit: pool.memory_limit,
        timeout: pool.timeout,
        fail_fast: pool.fail_fast,
        share: !pool.no_share,
        resume: false,
        only_failed: false,
        progress: match progress {
            ProgressWhen::Auto => Progress::Auto,
            ProgressWhen::Always => Progress::Always,
            ProgressWhen::Never => Progress::Never,
        },
        json: false,
        command: command_line(),
    }
}
