//! `shmplot arena`: data that outlive a run.

mod file;
mod serve;

pub use file::{BuildArgs, InspectArgs, StoreArgs, VerifyArgs};
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
    /// Decode data ahead into the file arena.
    Build(BuildArgs),
    /// List the arenas that are served, what the file arena holds, and results that were kept.
    Ls(LsArgs),
    /// Show what a segment file holds.
    Inspect(InspectArgs),
    /// Verify the checksums of segment files.
    Verify(VerifyArgs),
    /// End the server of an arena, or remove stored segment files and kept results.
    Rm(RmArgs),
}

/// `shmplot arena ls`.
#[derive(Debug, Args)]
pub struct LsArgs {
    /// Where segment files are.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Segment files and kept results as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `shmplot arena rm`.
#[derive(Debug, Args)]
pub struct RmArgs {
    /// Names of served arenas, or globs of leaves, data files, or segment or result files.
    #[arg(value_name = "NAME|GLOB", required_unless_present_any = ["all", "stale"])]
    pub names: Vec<String>,
    /// All stored segment files and kept results.
    #[arg(long)]
    pub all: bool,
    /// Stored segment files of data that have changed or are gone, and damaged ones.
    #[arg(long)]
    pub stale: bool,
    /// Where segment files are.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Carries the command out.
pub(super) fn run(command: &ArenaCommand) -> Result<ExitCode, Stop> {
    match command {
        ArenaCommand::Serve(args) => serve::run(args),
        ArenaCommand::Build(args) => file::build(args),
        ArenaCommand::Inspect(args) => file::inspect(args),
        ArenaCommand::Verify(args) => file::verify(args),
        ArenaCommand::Ls(args) => {
            let store = args.store.store(None)?;
            let results = args.store.cache().map(|cache| cache.entries()).unwrap_or_default();
            if args.json {
                let mut listed = file::entries_json(&store);
                listed.extend(file::results_json(&results));
                return print(&format!("{:#}\n", serde_json::Value::Array(listed)));
            }
            print(&(serve::table() + &file::table(&store) + &file::results_table(&results)))
        }
        ArenaCommand::Rm(args) => {
            let served: Vec<String> = named::served().into_iter().map(|listed| listed.name).collect();
            let store = args.store.store(None)?;
            let cache = args.store.cache();
            let is_kept = cache.as_ref().is_some_and(|cache| !cache.entries().is_empty());
            let is_stored = is_kept || !store.entries().is_empty();
            // A name that nothing has is told as that of an arena unless there are segment files.
            let (names, globs): (Vec<String>, Vec<String>) =
                args.names.iter().cloned().partition(|name| served.contains(name) || !is_stored);
            for name in &names {
                let pid = named::stop(name).map_err(|error| Stop::one(ExitCode::Data, error))?;
                print(&format!("ended process {pid}, which served {name}\n"))?;
            }
            if args.all || args.stale || !globs.is_empty() {
                return file::remove(&store, cache.as_ref(), args.all, args.stale, &globs);
            }
            Ok(ExitCode::Success)
        }
    }
}
