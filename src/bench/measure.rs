//! One measured run: a process of its own, watched from outside.

use super::Options;
use super::mode::Mode;
use super::work::Ready;
use crate::diag::Diagnostic;
use crate::run::DataInput;
use crate::sys::memory;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The least time from one look at the memory to the next.
const SAMPLING: Duration = Duration::from_millis(15);
/// A look takes at most one part in so many of the time.
const SPARING: u32 = 8;

/// One measured run.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// How the workers had the data.
    pub mode: Mode,
    /// Workers.
    pub workers: usize,
    /// Seconds from start to end of the whole process.
    pub wall_s: f64,
    /// Seconds until the last data were loaded; 0 where workers load, or nothing is.
    pub load_s: f64,
    /// CPU seconds of all its processes.
    pub cpu_s: f64,
    /// Largest sum of PSS over its processes, bytes.
    pub pss_peak_bytes: u64,
    /// The same without the pages of mapped files, which the kernel can take back.
    pub memory_peak_bytes: u64,
    /// Largest memory that one worker alone had mapped, bytes.
    pub worker_uss_bytes: u64,
    /// Page faults that had to wait for a disk.
    pub major_faults: u64,
    /// Figures that failed.
    pub failed: usize,
    /// Hash over all figures' bytes.
    pub pictures: u64,
}

/// What a run tells on its stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) load_s: f64,
    pub(super) failed: usize,
}

/// Why there is no number.
#[derive(Debug)]
pub(super) enum Missing {
    /// This mode is not possible for these data, for this reason.
    Impossible(String),
    /// It should be, and went wrong.
    Failed(Diagnostic),
}

/// Runs a mode in a process of its own.
pub(super) fn measure(
    options: &Options,
    ready: &Ready,
    mode: Mode,
    workers: usize,
) -> Result<Measured, Missing> {
    let failed = |what: String| {
        Missing::Failed(Diagnostic::error(format!("{} with {workers} workers: {what}", mode.name())))
    };
    let out = options.dir.join(format!("{}-{workers}", mode.name()));
    // Figures of an earlier run would be taken for this one's.
    if let Err(error) = std::fs::remove_dir_all(&out)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(failed(error.to_string()));
    }
    let said = options.dir.join("stderr.txt");
    let stderr = File::create(&said).map_err(|error| failed(error.to_string()))?;
    let mut command =
        command(options, ready, mode, workers, &out).map_err(|error| failed(error.to_string()))?;
    let before = memory::used_by_children();
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    #[expect(clippy::disallowed_methods, reason = "this process forks nothing, it starts programs")]
    let listener = child.stdout.take().map(|stdout| std::thread::spawn(move || listen(stdout, started)));
    let (mut pss, mut apart, mut uss) = (0, 0, 0);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| failed(error.to_string()))? {
            break status;
        }
        let look = Instant::now();
        let shares = memory::tree_shares(child.id() as i32);
        pss = pss.max(shares.iter().map(|(_, _, share)| share.pss).sum());
        apart = apart.max(shares.iter().map(|(_, _, share)| share.pss - share.file.min(share.pss)).sum());
        let workers = shares.iter().filter(|(_, name, _)| name == "shmplot:worker");
        uss = uss.max(workers.map(|(_, _, share)| share.uss).max().unwrap_or(0));
        std::thread::sleep(SAMPLING.max(look.elapsed() * SPARING));
    };
    let wall_s = started.elapsed().as_secs_f64();
    let after = memory::used_by_children();
    let told = listener.and_then(|listener| listener.join().ok()).unwrap_or_default();
    let allowed = if ready.lenient { &[0, 1][..] } else { &[0] };
    if !status.code().is_some_and(|code| allowed.contains(&code)) {
        let text = std::fs::read_to_string(&said).unwrap_or_default();
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("without a word").trim();
        let chosen = matches!(mode, Mode::InPlace | Mode::FileArena);
        return Err(if chosen && status.code() == Some(3) {
            Missing::Impossible(first.to_owned())
        } else {
            failed(format!("ended with {status}: {first}"))
        });
    }
    Ok(Measured {
        mode,
        workers,
        wall_s,
        load_s: told.load_s,
        cpu_s: after.0.saturating_sub(before.0).as_secs_f64(),
        pss_peak_bytes: pss,
        memory_peak_bytes: apart,
        worker_uss_bytes: uss,
        major_faults: after.1.saturating_sub(before.1),
        failed: told.failed,
        pictures: hash_pictures(&out, &ready.outputs).map_err(|error| failed(error.to_string()))?,
    })
}

/// The command of a run: `render`, or the hidden `bench-run` for ways that it does not go.
fn command(
    options: &Options,
    ready: &Ready,
    mode: Mode,
    workers: usize,
    out: &Path,
) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let workers = workers.to_string();
    if mode.is_render() {
        command.arg("render").arg(&ready.input.plots).arg("-o").arg(out).args(["-j", &workers, "--json"]);
        match mode {
            Mode::ZeroCopy => command.args(["--arena", "memory"]),
            Mode::InPlace => command.args(["--arena", "in-place"]),
            Mode::FileArena => {
                let mut place = std::ffi::OsString::from("file:");
                place.push(options.dir.join("arena"));
                command.arg("--arena").arg(place)
            }
            _ => &mut command,
        };
    } else {
        command.arg("bench-run").args([mode.name(), &workers]).arg(&ready.input.plots).arg(out);
        if ready.lenient {
            command.arg("--lenient");
        }
    }
    let DataInput { paths, load, join } = &ready.input.data;
    paths.iter().for_each(|path| {
        command.arg("--data").arg(path);
    });
    if let Some(load) = load {
        command.arg("--load").arg(load);
    }
    if let Some(join) = join {
        command.arg(if join.new { "--concat-new" } else { "--concat" }).arg(&join.dim);
    }
    ready.input.bases.iter().for_each(|base| {
        command.arg("--base").arg(base);
    });
    Ok(command)
}

/// Reads what a run tells: the events of `render --json`, or the one report of `bench-run`.
fn listen(stdout: ChildStdout, started: Instant) -> Told {
    let mut told = Told::default();
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        let Ok(event) = serde_json::from_str::<Value>(&line) else { continue };
        match event["event"].as_str() {
            None => told = serde_json::from_value(event).unwrap_or(told),
            Some("loading") if event["done"] == event["total"] && told.load_s == 0.0 => {
                told.load_s = started.elapsed().as_secs_f64();
            }
            Some("finished") => {
                let status = event["status"].as_str().unwrap_or_default();
                told.failed += usize::from(!matches!(status, "ok" | "skipped" | "unchanged"));
            }
            Some(_) => {}
        }
    }
    told
}

/// Hash over the files that are there, and the names of those that are not.
fn hash_pictures(out: &Path, outputs: &[PathBuf]) -> std::io::Result<u64> {
    use std::hash::Hasher;
    let mut hash = twox_hash::XxHash64::with_seed(0);
    for path in outputs {
        match std::fs::read(out.join(path)) {
            Ok(bytes) => hash.write(&bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                hash.write(path.as_os_str().as_encoded_bytes());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(hash.finish())
}
