//! What is typed: the command line as clap parses it. An option that is not built does not exist.

use super::arena::ArenaCommand;
use crate::arena::Place;
use crate::bench::Mode;
use crate::diag::did_you_mean;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Turns very large simulation outputs into figures on machines with little memory.
#[derive(Debug, Parser)]
#[command(name = "shmplot", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draw the figures of a plots configuration.
    Render(RenderArgs),
    /// Show figures, outputs and demanded bytes; draw nothing.
    Plan(PlanArgs),
    /// Check a plots configuration, without data.
    Check(CheckArgs),
    /// Say what figures show, in words and JSON.
    Describe(DescribeArgs),
    /// Write the data behind figures.
    Values(ValuesArgs),
    /// Show what data files hold.
    Tree(TreeArgs),
    /// Write a commented PLOTS.yml for the data at hand, which renders as it is.
    Init(InitArgs),
    /// Data that outlive a run.
    Arena {
        /// What to do.
        #[command(subcommand)]
        command: ArenaCommand,
    },
    /// Measure zero-copy workers against copying ones.
    Bench(BenchArgs),
    /// One run of `bench`, in a process of its own.
    #[command(hide = true)]
    BenchRun(BenchRunArgs),
    /// Simulate, plot, and print where to look.
    Demo(DemoArgs),
    /// List the operations of `transform`.
    Ops(ListArgs),
    /// List the kinds of figures.
    Kinds(ListArgs),
    /// List the colour maps.
    Colormaps(ListArgs),
    /// List the styles.
    Styles(ListArgs),
}

/// Which configuration and data.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// The plots configuration.
    #[arg(value_name = "PLOTS.yml")]
    pub plots: PathBuf,
    /// Data files or folders.
    #[arg(long, value_name = "DIR|FILE")]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// A served arena that holds the data; `--data` may then be left out.
    #[arg(long, value_name = "NAME")]
    pub attach: Option<String>,
    /// Further base configurations for `based_on`, after the shipped pools.
    #[arg(long, value_name = "FILE")]
    pub base: Vec<PathBuf>,
    /// Output directory.
    #[arg(short, long, value_name = "OUT", default_value = "figures")]
    pub out: PathBuf,
    /// Only figures of these names or globs; also draws disabled ones.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// No figures of these names or globs.
    #[arg(long, value_name = "GLOB")]
    pub skip: Vec<String>,
    /// Formats, instead of each entry's `file_ext`.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    pub format: Vec<String>,
    /// Draw more than a million figures without asking back.
    #[arg(long)]
    pub yes: bool,
}

/// How files become one tree.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// A load configuration; its globs are relative to the one folder of data.
    #[arg(long, value_name = "LOAD.yml", conflicts_with_all = ["concat", "concat_new"])]
    pub load: Option<PathBuf>,
    /// Join all data files along this dimension of theirs, in the order of their names.
    #[arg(long, value_name = "DIM", conflicts_with = "concat_new")]
    pub concat: Option<String>,
    /// Join all data files along a new dimension of this name.
    #[arg(long, value_name = "DIM")]
    pub concat_new: Option<String>,
}

/// How workers and memory are used.
#[derive(Debug, Default, Args)]
pub struct PoolArgs {
    /// Number of workers [default: usable cores].
    #[arg(short, long, alias = "workers", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Where the data are kept.
    ///
    /// auto: in their files where that is possible and of use, else in memory. memory: anonymous
    /// sealed memory. file, file:FOLDER: decoded once into segment files, which later runs use again.
    /// in-place: in their files, or not at all.
    #[arg(long, value_name = "PLACE", default_value = "auto", value_parser = parse_place)]
    pub arena: Place,
    /// Most bytes of segment files kept in the file arena, such as 20G.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub arena_size: Option<u64>,
    /// Most memory the data may take, such as 4G.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub memory_limit: Option<u64>,
    /// Most time for one figure, such as 60s or 2m.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// Stop at the first figure that does not succeed.
    #[arg(long)]
    pub fail_fast: bool,
    /// Compute in every figure what several figures need, instead of once for all.
    #[arg(long)]
    pub no_share: bool,
}

/// A place of the arena as typed: `auto`, `memory`, `file`, `file:FOLDER`, `in-place`.
///
/// # Errors
/// Anything else, as the end of a sentence.
pub fn parse_place(text: &str) -> Result<Place, String> {
    const PLACES: [&str; 4] = ["auto", "memory", "file", "in-place"];
    Ok(match text {
        "auto" => Place::Auto,
        "memory" => Place::Memory,
        "in-place" => Place::InPlace,
        "file" => Place::File { path: None },
        other => match other.strip_prefix("file:") {
            Some("") => return Err("`file:` lacks its folder".to_owned()),
            Some(path) => Place::File { path: Some(PathBuf::from(path)) },
            None => {
                let near = did_you_mean(other, PLACES).unwrap_or_default();
                return Err(format!("there are auto, memory, file, file:FOLDER and in-place; {near}"));
            }
        },
    })
}

/// When to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressWhen {
    /// A bar on a terminal, plain lines elsewhere.
    Auto,
    /// A bar.
    Always,
    /// Nothing but problems and the summary.
    Never,
}

/// `shmplot render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// What to draw.
    #[command(flatten)]
    pub input: InputArgs,
    /// How.
    #[command(flatten)]
    pub pool: PoolArgs,
    /// Leave what an earlier run drew from the same configuration and data.
    #[arg(long)]
    pub resume: bool,
    /// Draw again what --resume would leave (the default without --resume).
    #[arg(long)]
    pub force: bool,
    /// Only figures that did not succeed in the last run.
    #[arg(long)]
    pub only_failed: bool,
    /// Progress on stderr.
    #[arg(long, value_enum, default_value_t = ProgressWhen::Auto)]
    pub progress: ProgressWhen,
    /// Events as JSON lines on stdout.
    #[arg(long)]
    pub json: bool,
}

/// `shmplot plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What would be drawn.
    #[command(flatten)]
    pub input: InputArgs,
    /// Number of workers [default: usable cores].
    #[arg(short, long, alias = "workers", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Where the data would be kept.
    #[arg(long, value_name = "PLACE", default_value = "auto", value_parser = parse_place)]
    pub arena: Place,
    /// Most memory the data may take, such as 4G.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub memory_limit: Option<u64>,
    /// Nothing is computed once for several figures.
    #[arg(long)]
    pub no_share: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `shmplot check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The plots configuration.
    #[arg(value_name = "PLOTS.yml")]
    pub plots: PathBuf,
    /// Further base configurations for `based_on`.
    #[arg(long, value_name = "FILE")]
    pub base: Vec<PathBuf>,
    /// A load configuration, to be checked as well.
    #[arg(long, value_name = "LOAD.yml")]
    pub load: Option<PathBuf>,
}

/// `shmplot describe`.
#[derive(Debug, Args)]
pub struct DescribeArgs {
    /// The plots configuration.
    #[arg(value_name = "PLOTS.yml")]
    pub plots: PathBuf,
    /// The figure (an entry's name, or `name/point`).
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    pub name: Option<String>,
    /// All figures.
    #[arg(long)]
    pub all: bool,
    /// Data files or folders.
    #[arg(long, value_name = "DIR|FILE")]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// A served arena that holds the data; `--data` may then be left out.
    #[arg(long, value_name = "NAME")]
    pub attach: Option<String>,
    /// Further base configurations for `based_on`.
    #[arg(long, value_name = "FILE")]
    pub base: Vec<PathBuf>,
    /// A file, or with --all a folder for `figures.json`; stdout otherwise.
    #[arg(short, long, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
}

/// `shmplot values`.
#[derive(Debug, Args)]
pub struct ValuesArgs {
    /// The plots configuration.
    #[arg(value_name = "PLOTS.yml")]
    pub plots: PathBuf,
    /// The figure (an entry's name, or `name/point`).
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    pub name: Option<String>,
    /// All figures, a file each.
    #[arg(long, requires = "out")]
    pub all: bool,
    /// Only this result, or any other tag of the entry.
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// The point of a sweep, by its number in the file names or by its label.
    #[arg(long, value_name = "K", conflicts_with = "all")]
    pub point: Option<String>,
    /// Data files or folders.
    #[arg(long, value_name = "DIR|FILE")]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// A served arena that holds the data; `--data` may then be left out.
    #[arg(long, value_name = "NAME")]
    pub attach: Option<String>,
    /// Further base configurations for `based_on`.
    #[arg(long, value_name = "FILE")]
    pub base: Vec<PathBuf>,
    /// A .json, .npy (coordinates in .npy.json beside it), .csv or .arrow file (both in long form: a
    /// row an element), or a folder for a JSON file a figure; JSON on stdout otherwise.
    #[arg(short, long, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
}

/// `shmplot tree`.
#[derive(Debug, Args)]
pub struct TreeArgs {
    /// Data files or folders.
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Levels to show.
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
    /// Read the values and show number, missing, least, largest and mean.
    #[arg(long)]
    pub stats: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `shmplot init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Data files or folders.
    #[arg(required = true)]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Where to write; stdout otherwise.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `shmplot bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// A plots configuration whose figures are drawn, instead of 64 heat maps of a made-up cube.
    #[arg(value_name = "PLOTS.yml", requires = "data", conflicts_with_all = ["size", "demo"])]
    pub plots: Option<PathBuf>,
    /// Its data files or folders.
    #[arg(long, value_name = "DIR|FILE", requires = "plots")]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Further base configurations for `based_on`.
    #[arg(long, value_name = "FILE", requires = "plots")]
    pub base: Vec<PathBuf>,
    /// The figures and data of `shmplot demo`.
    #[arg(long)]
    pub demo: bool,
    /// Ways of giving data to workers.
    #[arg(long, value_name = "MODE,MODE…", value_parser = parse_mode, value_delimiter = ',', default_value = "auto,zero-copy,in-place,file-arena,own-copy,fork-after-load,piped-tasks,threads")]
    pub modes: Vec<Mode>,
    /// Numbers of workers.
    #[arg(short, long, alias = "workers", value_name = "N,N…", value_delimiter = ',', default_values_t = [1, 2, 4])]
    pub jobs: Vec<u16>,
    /// Sizes of the data [default: 256M; of the demo small].
    #[arg(long, value_name = "SIZE,SIZE…", value_parser = parse_size, value_delimiter = ',')]
    pub size: Vec<u64>,
    /// Figures of the cube: the means of 64 stretches of steps, of all data, or 60 single steps.
    #[arg(long, value_name = "means|slices", default_value_t = BenchFigures::Means, value_enum, conflicts_with_all = ["demo", "plots"])]
    pub figures: BenchFigures,
    /// The cube as compressed HDF5 instead of npy.
    #[arg(long, conflicts_with_all = ["demo", "plots"])]
    pub compressed: bool,
    /// How often each is measured.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000), default_value_t = 3)]
    pub repeat: u16,
    /// Folder for data, figures, and the comparison as JSON and as a figure; a temporary one otherwise,
    /// of which nothing is kept.
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Figures of `shmplot bench`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum BenchFigures {
    /// Means over stretches of steps.
    Means,
    /// Single steps.
    Slices,
}

/// `shmplot bench-run`.
#[derive(Debug, Args)]
pub struct BenchRunArgs {
    /// How workers have the data.
    pub mode: String,
    /// Number of workers.
    pub workers: u16,
    /// The plots configuration.
    pub plots: PathBuf,
    /// Output directory.
    pub out: PathBuf,
    /// Data files or folders.
    #[arg(long)]
    pub data: Vec<PathBuf>,
    /// How the data are put together.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Further base configurations.
    #[arg(long)]
    pub base: Vec<PathBuf>,
    /// Figures may fail.
    #[arg(long)]
    pub lenient: bool,
}

/// `shmplot demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder for data, configuration and figures.
    #[arg(short, long, value_name = "OUT", default_value = "demo")]
    pub out: PathBuf,
    /// `small` (38 MB), `large` (1 GiB), or a size such as 4G.
    #[arg(long, value_name = "small|large|SIZE", value_parser = parse_demo_size, default_value = "small")]
    pub size: u64,
    /// Number of workers [default: usable cores].
    #[arg(short, long, alias = "workers", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// `shmplot ops|kinds|colormaps|styles`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only this one.
    pub name: Option<String>,
}

/// `4G` = 4 GiB; `K M G T` with or without `B`/`iB`, or plain bytes.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_uppercase();
    let shift = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(format!("unknown unit `{unit}`; use K, M, G or T (binary: 4G is 4 GiB)")),
    };
    let number: f64 =
        digits.parse().map_err(|_| format!("`{digits}` is not a number; a size is such as 4G"))?;
    let bytes = number * (1_u64 << shift) as f64;
    if !(0.0..1e18).contains(&bytes) {
        return Err(format!("`{text}` is no sensible size"));
    }
    Ok(bytes as u64)
}

/// `60s`, `2m`, `500ms`, `1h`, or plain seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        unit => return Err(format!("unknown unit `{unit}`; use ms, s, m or h")),
    };
    let number: f64 =
        digits.parse().map_err(|_| format!("`{digits}` is not a number; a time is such as 60s"))?;
    if !(number > 0.0 && number * factor < 1e9) {
        return Err("a time limit is larger than 0".to_owned());
    }
    Ok(Duration::from_secs_f64(number * factor))
}

fn parse_mode(text: &str) -> Result<Mode, String> {
    Mode::from_name(text).ok_or_else(|| format!("there is {}", Mode::names().join(", ")))
}

fn parse_demo_size(text: &str) -> Result<u64, String> {
    match text {
        "small" => Ok(0),
        "large" => Ok(1 << 30),
        size => parse_size(size).map_err(|why| format!("{why}; or `small` or `large`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_are_binary_and_times_have_units() {
        assert_eq!(parse_size("4G"), Ok(4 << 30));
        assert_eq!(parse_size("1.5MiB"), Ok(3 << 19));
        assert_eq!(parse_size("100"), Ok(100));
        assert_eq!(parse_place("file:a/b"), Ok(Place::File { path: Some("a/b".into()) }));
        assert!(parse_place("files").unwrap_err().contains("did you mean `file`"));
        assert!(parse_place("file:").is_err());
        assert!(parse_size("4X").is_err() && parse_size("G").is_err() && parse_size("-1G").is_err());
        assert_eq!(parse_duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("20ms"), Ok(Duration::from_millis(20)));
        assert!(parse_duration("0").is_err() && parse_duration("5y").is_err());
    }
}
