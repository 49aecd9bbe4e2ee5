//! `shmplot arena`: data that outlive a run.

mod serve;

pub use serve::ServeArgs;

use super::print;
use crate::arena::named;
use crate::diag::ExitCode;
use crate::run::Stop;
use clap::{Args, Subcommand};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum ArenaCommand {
    /// Load data once and keep them for many runs and other programs, until ended.
    Serve(ServeArgs),
    /// List the arenas that are served.
    Ls,
    /// End the server of an arena.
    Rm(RmArgs),
}

/// `shmplot arena rm`.
#[derive(Debug, Args)]
pub struct RmArgs {
    /// Names of served arenas.
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// Carries the command out.
pub(super) fn run(command: &ArenaCommand) -> Result<ExitCode, Stop> {
    match command {
        ArenaCommand::Serve(args) => serve::run(args),
        ArenaCommand::Ls => print(&serve::table()),
        ArenaCommand::Rm(args) => {
            for name in &args.names {
                let pid = named::stop(name).map_err(|error| Stop::one(ExitCode::Data, error))?;
                print(&format!("ended process {pid}, which served {name}\n"))?;
            }
            Ok(ExitCode::Success)
        }
    }
}
