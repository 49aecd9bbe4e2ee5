//! Every format's file into an arena, against the library that wrote it, in the same run.
//!
//! `cargo bench --bench formats [-- MIB] [CASE…]` with a python3 that has numpy and, for each case,
//! h5py, netCDF4, zarr or pyarrow; cases whose library is missing are named and passed over. Wall
//! time, the file in the page cache, everything included: the loader child, allocation, sealing,
//! mapping. Beside it the largest private memory of the loader: sampled, so a little may escape.
//! The targets: deflate at 1.3 × h5py's rate with one thread and 2.3 × with two; 64 MiB beside the arena.
#![expect(clippy::print_stdout, reason = "a bench prints")]

use shmplot::arena::{Arena, Options};
use shmplot::source::open;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const REPEATS: usize = 3;
const CASES: [&str; 15] = [
    "hdf5-contiguous",
    "hdf5-deflate",
    "hdf5-deflate-shuffle",
    "hdf5-lzf",
    "netcdf4-deflate",
    "netcdf3",
    "zarr2-blosc",
    "zarr3-zstd",
    "zarr3-sharded",
    "zarr3-uncompressed",
    "parquet-snappy",
    "parquet-zstd",
    "arrow-lz4",
    "arrow",
    "npy",
];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [watch, pid] = &args[..]
        && watch == "--watch"
    {
        return watch_children(pid);
    }
    let mib = args.iter().find_map(|arg| arg.parse::<usize>().ok()).unwrap_or(256);
    let chosen: Vec<&str> = CASES.iter().copied().filter(|case| args.iter().any(|arg| arg == case)).collect();
    let dir = tempfile::tempdir_in(std::env::var_os("CARGO_TARGET_TMPDIR").unwrap_or_else(|| ".".into()))?;
    println!("{mib} MiB of values in each file; medians of {REPEATS}, interleaved");
    println!(
        "{:<22} {:>9} {:>11} {:>11} {:>11} {:>8} {:>8} {:>12}",
        "case", "file MiB", "library", "1 thread", "2 threads", "ratio", "ratio", "beside arena"
    );
    for case in if chosen.is_empty() { CASES.to_vec() } else { chosen } {
        match measure(case, &dir.path().join(case), mib) {
            Ok(line) => println!("{case:<22} {line}"),
            Err(error) => println!("{case:<22} passed over: {error}"),
        }
    }
    Ok(())
}

fn measure(case: &str, path: &Path, mib: usize) -> Result<String> {
    python("write", case, path, mib)?;
    let tree = open(&[path.to_owned()])?.value;
    let demand = tree.whole();
    let (mut theirs, mut ours, mut beside) = (Vec::new(), [Vec::new(), Vec::new()], 0);
    for _ in 0..REPEATS {
        let said = python("read", case, path, mib)?;
        theirs.push(said.split_whitespace().next().ok_or("no time was said")?.parse::<f64>()?);
        for (threads, times) in [1, 2].into_iter().zip(&mut ours) {
            let watcher = Watcher::start()?;
            let begin = Instant::now();
            let options = Options { threads: Some(threads), ..Options::default() };
            let loaded = Arena::load(&demand, &tree, &options, &mut |_| ControlFlow::Continue(()))
                .map_err(|error| error.to_string())?;
            times.push(begin.elapsed().as_secs_f64());
            if let Some((leaf, why)) = loaded.failed.first_key_value() {
                return Err(format!("{leaf}: {why}").into());
            }
            beside = beside.max(watcher.stop()?);
        }
    }
    let theirs = median(theirs);
    let [one, two] = ours.map(median);
    let rate = |seconds: f64| format!("{:.0} MB/s", mib as f64 * 1.048_576 / seconds);
    let line = format!(
        "{:>9} {:>11} {:>11} {:>11} {:>8.2} {:>8.2} {:>8} MiB",
        size(path)? >> 20,
        rate(theirs),
        rate(one),
        rate(two),
        theirs / one,
        theirs / two,
        beside >> 10
    );
    if path.is_dir() {
        std::fs::remove_dir_all(path)?
    } else {
        std::fs::remove_file(path)?
    }
    Ok(line)
}

fn python(verb: &str, case: &str, path: &Path, mib: usize) -> Result<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/formats.py");
    let args = [Path::new(verb), Path::new(case), path, Path::new(&mib.to_string())].map(Path::to_owned);
    let output = Command::new("python3").arg(script).args(args).output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().last().unwrap_or("python3 failed").to_owned().into())
}

/// A process that samples the private memory of this one's children: this one must stay single-threaded.
struct Watcher(std::process::Child);

impl Watcher {
    fn start() -> Result<Self> {
        let pid = std::process::id().to_string();
        let mut command = Command::new(std::env::current_exe()?);
        Ok(Self(command.args(["--watch", &pid]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?))
    }

    /// The peak in KiB.
    fn stop(mut self) -> Result<u64> {
        drop(self.0.stdin.take());
        let output = self.0.wait_with_output()?;
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

/// Samples until standard input ends, then prints the peak in KiB.
fn watch_children(parent: &str) -> Result<()> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    fcntl(std::io::stdin(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    let me = std::process::id().to_string();
    let children = PathBuf::from(format!("/proc/{parent}/task/{parent}/children"));
    let mut peak = 0;
    loop {
        match std::io::Read::read(&mut std::io::stdin(), &mut [0; 8]) {
            Ok(0) => break,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return Err(error.into()),
            _ => {}
        }
        let pids = std::fs::read_to_string(&children).unwrap_or_default();
        for pid in pids.split_whitespace().filter(|pid| *pid != me) {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let anon = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
            let kib = anon.and_then(|text| text.split_whitespace().next()?.parse().ok());
            peak = peak.max(kib.unwrap_or(0));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    writeln!(std::io::stdout(), "{peak}")?;
    Ok(())
}

/// Bytes of a file, or of all files below a folder.
fn size(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(path.metadata()?.len());
    }
    std::fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
