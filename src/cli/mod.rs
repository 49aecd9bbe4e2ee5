//! The command line: what was typed becomes options once, then one file a command.
//!
//! Start at [`main`]. The phases are joined in [`crate::run`]; here is what people see.

pub mod arena;
pub mod args;
mod bench;
mod check;
mod demo;
mod describe;
pub mod init;
mod list;
mod options;
mod plan;
mod render;
mod show;
mod spread;
pub mod tree;
mod values;
mod waves;

use crate::diag::{Diagnostic, ExitCode};
use crate::run::Stop;
use args::{Cli, Command};
use clap::Parser;

/// Runs the command that was typed, and says how to exit.
pub fn main() -> std::process::ExitCode {
    let cli = Cli::parse_from(spread::spread(std::env::args_os()));
    let result = match &cli.command {
        Command::Render(args) => render::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Check(args) => check::run(args),
        Command::Describe(args) => describe::run(args),
        Command::Values(args) => values::run(args),
        Command::Tree(args) => tree_command(args),
        Command::Init(args) => init_command(args),
        Command::Arena { command } => arena::run(command),
        Command::Bench(args) => bench::run(args),
        Command::BenchRun(args) => bench::run_one(args),
        Command::Demo(args) => demo::run(args),
        Command::Ops(args) => list::ops(args.name.as_deref()),
        Command::Kinds(args) => list::kinds(args.name.as_deref()),
        Command::Colormaps(args) => list::colormaps(args.name.as_deref()),
        Command::Styles(args) => list::styles(args.name.as_deref()),
    };
    let code = result.unwrap_or_else(|stop| {
        for error in &stop.errors {
            show::eprint(error);
        }
        stop.code
    });
    std::process::ExitCode::from(code as u8)
}

/// Writing to stdout failed: a closed pipe ends quietly, anything else is an output error.
fn stdout_failed(error: &std::io::Error) -> Result<ExitCode, Stop> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return Ok(ExitCode::Success);
    }
    Err(Stop::one(ExitCode::Output, Diagnostic::error(format!("cannot write to stdout: {error}"))))
}

/// Writes `text` to stdout.
fn print(text: &str) -> Result<ExitCode, Stop> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(ExitCode::Success),
        Err(error) => stdout_failed(&error),
    }
}

fn open(data: &[std::path::PathBuf], load: &args::LoadArgs) -> Result<crate::source::Tree, Stop> {
    let opened = options::data(data, load).open(&mut Vec::new())?;
    for warning in &opened.warnings {
        show::eprint(warning);
    }
    Ok(opened.value)
}

fn tree_command(args: &args::TreeArgs) -> Result<ExitCode, Stop> {
    let tree = open(&args.data, &args.load)?;
    let options = tree::Options {
        depth: args.depth,
        stats: args.stats,
        json: args.json,
        colour: tree::stdout_wants_colour(),
    };
    match tree::run(&tree, &options, &mut std::io::stdout().lock()) {
        Ok(true) => Ok(ExitCode::Success),
        Ok(false) => Ok(ExitCode::Data),
        Err(error) => stdout_failed(&error),
    }
}

fn init_command(args: &args::InitArgs) -> Result<ExitCode, Stop> {
    let tree = open(&args.data, &args.load)?;
    let mut text = Vec::new();
    init::write(&tree, &data_options(args), &mut text)
        .map_err(|error| Stop::one(ExitCode::Data, Diagnostic::error(error.to_string())))?;
    let text = String::from_utf8_lossy(&text);
    let Some(path) = &args.out else { return print(&text) };
    if path.exists() {
        return Err(Stop::one(
            ExitCode::Output,
            Diagnostic::error(format!("{} exists already", path.display()))
                .help("remove it or choose another name".to_owned()),
        ));
    }
    crate::output::publish::publish(path, text.as_bytes())
        .map_err(|error| Stop::one(ExitCode::Output, error))?;
    print(&format!(
        "wrote {}; now: shmplot render {}{}\n",
        path.display(),
        path.display(),
        data_options(args)
    ))
}

/// The options by which `render` finds the same data.
fn data_options(args: &args::InitArgs) -> String {
    let args::LoadArgs { load, concat, concat_new } = &args.load;
    let mut text = String::new();
    let mut add = |option: &str, value: String| {
        text.push_str(&format!(" --{option} {}", init::shell(&value)));
    };
    args.data.iter().for_each(|data| add("data", data.display().to_string()));
    load.iter().for_each(|load| add("load", load.display().to_string()));
    concat.iter().for_each(|dim| add("concat", dim.clone()));
    concat_new.iter().for_each(|dim| add("concat-new", dim.clone()));
    text
}
