//! `shmplot arena build`, `inspect`, `verify`, and the stored entries of `ls` and `rm`.

use crate::arena::file::{Store, Stored, verify_file};
use crate::arena::{self, Arena, Cache, KeptResult, Place, human};
use crate::cli::args::{LoadArgs, parse_size};
use crate::cli::{options, print, show};
use crate::data::Demand;
use crate::diag::{Diagnostic, ExitCode};
use crate::run::{self, Input, Stop};
use clap::Args;
use serde_json::{Value, json};
use shm_layout::{Catalog, Leaf};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Names of the type codes, see [`shm_layout::item_size`].
const TYPES: [&str; 13] = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
    "time", "text",
];

/// Which store.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The folder of the file arena [default: shmplot/arena in the user's cache].
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

impl StoreArgs {
    /// The results that are kept beside the user's own store.
    pub(super) fn cache(&self) -> Option<Cache> {
        self.folder.is_none().then(|| Cache::of_user(None)).flatten()
    }

    pub(super) fn store(&self, size: Option<u64>) -> Result<Store, Stop> {
        Store::new(self.folder.as_deref(), size).map_err(data)
    }
}

/// `shmplot arena build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
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
    /// Where.
    #[command(flatten)]
    pub store: StoreArgs,
    /// Most bytes of segment files kept, such as 20G.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub arena_size: Option<u64>,
}

/// `shmplot arena inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A segment file.
    pub file: PathBuf,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `shmplot arena verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Segment files.
    #[arg(value_name = "FILE", required_unless_present = "all", conflicts_with = "all")]
    pub files: Vec<PathBuf>,
    /// All entries of the file arena.
    #[arg(long)]
    pub all: bool,
    /// Where they are.
    #[command(flatten)]
    pub store: StoreArgs,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

fn data(error: Diagnostic) -> Stop {
    Stop::one(ExitCode::Data, error)
}

/// Decodes ahead what later runs with `--arena file` will need.
pub(super) fn build(args: &BuildArgs) -> Result<ExitCode, Stop> {
    let input = options::data(&args.data, &args.load);
    let (tree, demand) = match &args.plots {
        None => {
            let opened = input.open(&mut Vec::new())?;
            opened.warnings.iter().for_each(show::eprint);
            let demand = opened.value.whole();
            (opened.value, demand)
        }
        Some(plots) => {
            let bases = args.base.clone();
            let input = Input { plots: plots.clone(), bases, data: input, ..Input::default() };
            let prepared = run::prepare(&input)?;
            prepared.warnings.iter().for_each(show::eprint);
            (prepared.tree, run::demand_of(&prepared.plan.tasks))
        }
    };
    // What is small is never stored.
    let is_large = |path: &String| {
        tree.array(path).is_ok_and(|array| array.nbytes().is_none_or(|bytes| bytes >= arena::file::SMALLEST))
    };
    let demand = Demand(demand.0.into_iter().filter(|(path, _)| is_large(path)).collect());
    let place = Place::File { path: args.store.folder.clone() };
    let files = place.files(args.arena_size).map_err(data)?;
    let loading = arena::Options { place, files, ..arena::Options::default() };
    let (mut done, mut reused) = (0, 0);
    let loaded = Arena::load(&demand, &tree, &loading, &mut |progress| {
        (done, reused) = (progress.done, progress.reused);
        ControlFlow::Continue(())
    })
    .map_err(data)?;
    loaded.notes.iter().for_each(show::eprint);
    loaded.failed.values().for_each(show::eprint);
    let store = args.store.store(args.arena_size)?;
    print(&format!(
        "{} decoded, {} were there; {} holds {}\n",
        human(done.saturating_sub(reused)),
        human(reused),
        store.root().display(),
        human(store.held())
    ))?;
    Ok(if loaded.failed.is_empty() { ExitCode::Success } else { ExitCode::Data })
}

/// The entries of a store as text, a line each.
pub(super) fn table(store: &Store) -> String {
    let mut text = String::new();
    for entry in store.entries() {
        let state = state(&entry);
        let age = entry.used.and_then(|used| SystemTime::now().duration_since(used).ok());
        let age = age.map_or_else(|| "?".to_owned(), |age| ago(age.as_secs()));
        let from = entry.sources.join(", ");
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        text += &format!("{:>10}  {state:<8} {age:>5}  {}  {from}  {name}\n", human(entry.bytes), entry.leaf);
    }
    text
}

/// Kept results as text, a line each.
pub(super) fn results_table(results: &[KeptResult]) -> String {
    let mut text = String::new();
    for kept in results {
        let age = kept.used.and_then(|used| SystemTime::now().duration_since(used).ok());
        let age = age.map_or_else(|| "?".to_owned(), |age| ago(age.as_secs()));
        let name = kept.path.file_name().unwrap_or_default().to_string_lossy();
        text += &format!("{:>10}  {:<8} {age:>5}  {name}\n", human(kept.bytes), "result");
    }
    text
}

/// Kept results as JSON.
pub(super) fn results_json(results: &[KeptResult]) -> Vec<Value> {
    let one = |kept: &KeptResult| {
        let used = kept.used.and_then(|used| used.duration_since(SystemTime::UNIX_EPOCH).ok());
        json!({"kind": "result", "file": kept.path, "bytes": kept.bytes, "used": used.map(|used| used.as_secs())})
    };
    results.iter().map(one).collect()
}

/// The entries of a store as JSON.
pub(super) fn entries_json(store: &Store) -> Vec<Value> {
    let entries = store.entries().into_iter().map(|entry| {
        let used = entry.used.and_then(|used| used.duration_since(SystemTime::UNIX_EPOCH).ok());
        json!({
            "kind": "leaf", "file": entry.path, "leaf": entry.leaf, "sources": entry.sources, "bytes": entry.bytes,
            "used": used.map(|used| used.as_secs()), "state": state(&entry), "damage": entry.damage,
        })
    });
    entries.collect()
}

fn state(entry: &Stored) -> &'static str {
    match (&entry.damage, entry.valid) {
        (Some(_), _) => "damaged",
        (None, true) => "valid",
        (None, false) => "stale",
    }
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// What a segment file holds.
pub(super) fn inspect(args: &InspectArgs) -> Result<ExitCode, Stop> {
    let (catalog, summed) = verify_file(&args.file, false).map_err(|why| stop(&args.file, why))?;
    if args.json {
        let leaves: Vec<Value> = catalog.leaves.iter().map(leaf_json).collect();
        return print(&format!("{:#}\n", json!({"file": args.file, "checksums": summed, "leaves": leaves})));
    }
    print(&describe(&catalog, summed))
}

fn describe(catalog: &Catalog, summed: bool) -> String {
    let sums = if summed { "a checksum for each MiB of values" } else { "no checksums of values" };
    let mut text = format!("{} leaves, {sums}\n", catalog.leaves.len());
    for leaf in &catalog.leaves {
        let axes: Vec<String> =
            leaf.dims.iter().zip(&leaf.shape).map(|(dim, len)| format!("{dim}: {len}")).collect();
        text += &format!("{}  {} ({})\n", leaf.path, type_name(leaf), axes.join(", "));
        text += &format!("  from {} in {}\n", leaf.origin, leaf.source);
        for coord in &leaf.coords {
            text += &format!("  coordinate {} in {}\n", coord.name, coord.path);
        }
        for block in &leaf.blocks {
            let ranges: Vec<String> = block
                .start
                .iter()
                .zip(&block.count)
                .map(|(start, count)| format!("{start}..{}", start + count))
                .collect();
            text += &format!(
                "  block [{}]  {} at byte {}",
                ranges.join(", "),
                human(block.values.len + block.texts.len),
                block.values.offset
            );
            if block.stats.known {
                let stats = block.stats;
                text += &format!("  {} to {}, {} NaN of {}", stats.min, stats.max, stats.nan, stats.n);
            }
            text.push('\n');
        }
    }
    text
}

fn leaf_json(leaf: &Leaf) -> Value {
    let blocks = leaf.blocks.iter().map(|block| {
        let stats = block.stats;
        let stats =
            stats.known.then(|| json!({"n": stats.n, "nan": stats.nan, "min": stats.min, "max": stats.max}));
        json!({
            "start": block.start, "count": block.count, "offset": block.values.offset,
            "bytes": block.values.len, "text_offset": block.texts.offset, "text_bytes": block.texts.len,
            "stats": stats,
        })
    });
    json!({
        "path": leaf.path, "type": type_name(leaf), "dims": leaf.dims, "shape": leaf.shape,
        "source": leaf.source, "origin": leaf.origin, "blocks": blocks.collect::<Vec<_>>(),
    })
}

fn type_name(leaf: &Leaf) -> &'static str {
    TYPES.get(usize::from(leaf.dtype)).copied().unwrap_or("unknown")
}

/// Reads files whole and compares every checksum. Exit code 3 if one is damaged.
pub(super) fn verify(args: &VerifyArgs) -> Result<ExitCode, Stop> {
    let files = match args.all {
        true => args.store.store(None)?.entries().into_iter().map(|entry| entry.path).collect(),
        false => args.files.clone(),
    };
    let (mut damaged, mut listed) = (false, Vec::new());
    for file in &files {
        let verdict = match verify_file(file, true) {
            Ok((_, true)) => "right".to_owned(),
            Ok((_, false)) => "right as far as it has checksums: of header and catalog".to_owned(),
            Err(Ok(damage)) => {
                damaged = true;
                format!("damaged: {}", damage.0)
            }
            Err(Err(error)) => return Err(data(error)),
        };
        match args.json {
            true => listed.push(json!({"file": file, "verdict": verdict})),
            false => {
                print(&format!("{}: {verdict}\n", file.display()))?;
            }
        }
    }
    if args.json {
        print(&format!("{:#}\n", Value::Array(listed)))?;
    }
    Ok(if damaged { ExitCode::Data } else { ExitCode::Success })
}

fn stop(file: &Path, why: Result<arena::file::Damage, Diagnostic>) -> Stop {
    data(match why {
        Ok(damage) => {
            Diagnostic::error(format!("{} is no whole segment file", file.display())).caused_by(damage.0)
        }
        Err(error) => error,
    })
}

/// Removes entries: all, those of no use any more, or those whose leaf, source or file a glob fits; of
/// kept results all, or those whose file a glob fits.
pub(super) fn remove(
    store: &Store,
    cache: Option<&Cache>,
    all: bool,
    stale: bool,
    globs: &[String],
) -> Result<ExitCode, Stop> {
    let mut matchers = Vec::with_capacity(globs.len());
    for glob in globs {
        let matcher = globset::Glob::new(glob).map_err(|error| {
            let message = format!("`{glob}` is no pattern");
            Stop::one(ExitCode::Usage, Diagnostic::error(message).caused_by(error.to_string()))
        })?;
        matchers.push(matcher.compile_matcher());
    }
    let fits = |entry: &Stored| {
        let name = entry.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let names =
            || entry.sources.iter().map(String::as_str).chain([entry.leaf.as_str()]).chain(name.as_deref());
        all || stale && !entry.valid
            || matchers.iter().any(|matcher| names().any(|name| matcher.is_match(name)))
    };
    let chosen: Vec<Stored> = store.entries().into_iter().filter(fits).collect();
    let is_named = |kept: &KeptResult| {
        let name = kept.path.file_name().unwrap_or_default();
        all || matchers.iter().any(|matcher| matcher.is_match(name) || matcher.is_match(&kept.path))
    };
    let results: Vec<KeptResult> =
        cache.map(Cache::entries).unwrap_or_default().into_iter().filter(is_named).collect();
    if chosen.is_empty() && results.is_empty() && !globs.is_empty() {
        return Err(data(
            Diagnostic::error(format!("nothing stored or served fits {}", globs.join(", ")))
                .help("`shmplot arena ls` lists what is there".to_owned()),
        ));
    }
    let removed = store.remove(&chosen);
    let (files, bytes) = cache.map_or((0, 0), |cache| cache.remove(&results));
    let mut text = format!("removed {} files, {}", removed.files + files, human(removed.bytes + bytes));
    if removed.in_use > 0 {
        text += &format!("; {} in use are left", removed.in_use);
    }
    print(&(text + "\n"))
}
