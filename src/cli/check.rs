//! `shmplot check`: the configuration alone.

use super::args::CheckArgs;
use super::show;
use crate::config;
use crate::diag::ExitCode;
use crate::plan;
use crate::run::{Stop, read_text};

/// Finds every error that needs no data. Exit code 2 on any.
pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Stop> {
    let text = read_text(&args.plots)?;
    let bases = args.base.iter().map(|path| read_text(path)).collect::<Result<Vec<_>, _>>()?;
    let usage = |errors| Stop { code: ExitCode::Usage, errors };
    if let Some(load) = &args.load {
        config::load(&read_text(load)?).map_err(usage)?;
    }
    let parsed = config::parse(&text, &bases, config::Options::default()).map_err(usage)?;
    let checked = plan::check(&parsed.value).map_err(usage)?;
    for warning in parsed.warnings.iter().chain(&checked.warnings) {
        show::eprint(warning);
    }
    super::print(&format!(
        "{}: {} entries, {} figures, no errors\n",
        args.plots.display(),
        parsed.value.len(),
        checked.value
    ))
}
