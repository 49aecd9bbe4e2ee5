//! `shmplot demo`: data, configuration and figures in one folder.

use super::args::{DemoArgs, PoolArgs, ProgressWhen};
use super::{options, show};
use crate::demo::{Extent, PLOTS, write};
use crate::diag::ExitCode;
use crate::output::publish;
use crate::run::{self, Input, Stop};
use std::time::Instant;

/// Simulates, plots, and prints where to look.
pub(super) fn run(args: &DemoArgs) -> Result<ExitCode, Stop> {
    let output = |error| Stop::one(ExitCode::Output, error);
    let (data, plots, figures) =
        (args.out.join("data"), args.out.join("plots.yml"), args.out.join("figures"));
    std::fs::create_dir_all(&data)
        .map_err(|error| output(publish::failure("cannot create", &data, &error)))?;
    let extent = if args.size == 0 { Extent::SMALL } else { Extent::of_bytes(args.size) };
    let started = Instant::now();
    eprintln!("simulating {} of reaction-diffusion and Ising universes", super::plan::size(extent.bytes()));
    write(&data, extent, &mut |what| eprintln!("  {what}")).map_err(output)?;
    publish::publish(&plots, PLOTS.as_bytes()).map_err(output)?;
    eprintln!("simulated in {:.1} s; drawing", started.elapsed().as_secs_f64());
    let pool = PoolArgs { jobs: args.jobs, arena: crate::arena::Place::Auto, ..PoolArgs::default() };
    let input = Input { plots: plots.clone(), data: vec![data.clone()].into(), ..Input::default() };
    let options = options::run(input, &pool, &figures, ProgressWhen::Auto);
    let look = show::Look::of_stderr();
    let code = run::render(&options, &|diagnostic| show::render(diagnostic, look))?;
    super::print(&format!(
        "\nLook at the figures in {}; their configuration is {}.\nDraw them again, or your own, with:\n\n    \
         shmplot render {} --data {} -o {}\n",
        figures.display(),
        plots.display(),
        plots.display(),
        data.display(),
        figures.display()
    ))?;
    Ok(code)
}
