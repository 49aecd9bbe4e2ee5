//! `shmplot arena serve`, and what `ls` shows of what is served.

use crate::arena::named::{self, State};
use crate::cli::args::{LoadArgs, parse_size};
use crate::cli::{options, show};
use crate::diag::ExitCode;
use crate::run::{self, Stop};
use clap::Args;
use std::path::PathBuf;

/// `shmplot arena serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Its name.
    pub name: String,
    /// Only what the figures of this plots configuration need; everything otherwise.
    #[arg(value_name = "PLOTS.yml")]
    pub plots: Option<PathBuf>,
    /// Data files or folders.
    #[arg(long, value_name = "DIR|FILE", required = true)]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Further base configurations for `based_on`.
    #[arg(long, value_name = "FILE", requires = "plots")]
    pub base: Vec<PathBuf>,
    /// Most memory the data may take, such as 4G.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub memory_limit: Option<u64>,
}

/// Loads, serves, and waits to be ended.
pub(super) fn run(args: &ServeArgs) -> Result<ExitCode, Stop> {
    let options = run::serve::Options {
        name: args.name.clone(),
        plots: args.plots.clone(),
        bases: args.base.clone(),
        data: options::data(&args.data, &args.load),
        memory_limit: args.memory_limit,
    };
    run::serve::serve(&options, &mut |event| match event {
        run::serve::Event::Note(note) => show::eprint(&note),
        run::serve::Event::Ready { leaves, segments, bytes } => {
            // Whoever started it may wait for this line; that nobody reads it is no reason to end.
            let _ = super::print(&format!(
                "serving {leaves} arrays ({}, {segments} segments) as {name}; now: shmplot render PLOTS.yml --attach {name}\n",
                size(bytes),
                name = args.name,
            ));
        }
    })
}

/// The arenas that are served, a line each.
pub(super) fn table() -> String {
    let mut text = String::new();
    for listed in named::served() {
        let state = match listed.state {
            State::Ready => size(listed.total),
            State::Loading => format!("loading, {} of {}", size(listed.done), size(listed.total)),
            State::Left => "left behind; its owner has ended".to_owned(),
        };
        text.push_str(&format!("{:<24} process {:<9} {state}\n", listed.name, listed.pid));
    }
    text
}

fn size(bytes: u64) -> String {
    crate::arena::human(bytes)
}
