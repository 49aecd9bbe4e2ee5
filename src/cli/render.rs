//! `shmplot render`.

use super::args::RenderArgs;
use super::{options, show};
use crate::diag::ExitCode;
use crate::run::{self, Stop};

/// Draws what was asked for.
pub(super) fn run(args: &RenderArgs) -> Result<ExitCode, Stop> {
    let input = options::input(&args.input)?;
    let options = run::Options {
        resume: args.resume && !args.force,
        only_failed: args.only_failed,
        json: args.json,
        ..options::run(input, &args.pool, &args.input.out, args.progress)
    };
    let look = show::Look::of_stderr();
    run::render(&options, &|diagnostic| show::render(diagnostic, look))
}
