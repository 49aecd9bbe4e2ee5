//! The real program on a fresh directory: started, watched through its journal and its JSON events,
//! interrupted and killed from outside.

use crate::invariants::within;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest that anything here may take, on a busy machine too.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// The variable by which our processes are told from others.
const MARK: &str = "SHMPLOT_FAULTS_MARK";

/// Data, a configuration and an output directory.
pub(crate) struct Case {
    dir: tempfile::TempDir,
}

impl Case {
    /// With `data.npy` of `shape`, all zeros and sparse, whatever its size, and so many figures that
    /// each show all of it; they are slow where it is large.
    pub(crate) fn new(shape: &[usize], figures: usize) -> Self {
        let case = Self { dir: tempfile::tempdir().unwrap() };
        write_zeros(&case.path("data.npy"), shape);
        case.plots(&format!(
            "fig: !pspace\n  based_on: .plot.facet_grid.pcolormesh\n  file_ext: png\n  select:\n    data:\n      \
             path: data\n      transform: [{{add: [!dag_prev , !sweep {{default: 0, range: [{figures}], name: n}}]}}]\n"
        ));
        case
    }

    /// Many small figures.
    pub(crate) fn small(figures: usize) -> Self {
        let case = Self::new(&[figures, 20], 1);
        case.plots(&format!(
            "fig: !pspace\n  based_on: .plot.facet_grid.line\n  file_ext: png\n  figsize: [1, 1]\n  select:\n    \
             data:\n      path: data\n      transform: [{{.isel: [!dag_prev , {{dim_0: !sweep {{default: 0, range: \
             [{figures}], name: n}}}}]}}]\n"
        ));
        case
    }

    pub(crate) fn plots(&self, text: &str) {
        fs::write(self.path("plots.yml"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.path("figures")
    }

    fn mark(&self) -> String {
        self.dir.path().display().to_string()
    }

    /// `program` with our mark, its stdout and stderr in files.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.dir.path())
            .env(MARK, self.mark())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(File::create(self.path("stdout")).unwrap())
            .stderr(File::create(self.path("stderr")).unwrap());
        command
    }

    /// Starts `shmplot render` of the case with JSON events and these further arguments.
    pub(crate) fn start(&self, args: &str) -> Run<'_> {
        let mut command = self.command(PROGRAM);
        Run { case: self, child: command.args(RENDER).args(args.split_whitespace()).spawn().unwrap() }
    }

    /// Starts a shell script in which `"$@"` is that.
    pub(crate) fn start_in_shell(&self, script: &str, args: &str) -> Run<'_> {
        let mut command = self.command("sh");
        command.args(["-c", script, "sh", PROGRAM]).args(RENDER).args(args.split_whitespace());
        Run { case: self, child: command.spawn().unwrap() }
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.path("stderr")).unwrap()
    }

    /// The JSON events so far, a line that is being written apart.
    pub(crate) fn events(&self, kind: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path("stdout")).unwrap();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let events = whole.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        events.filter(|event| event["event"] == kind).collect()
    }

    /// Workers that have not ended the figure which they began last.
    pub(crate) fn drawing(&self) -> Vec<i32> {
        let ended = self.events("finished");
        let begun = self.events("started").into_iter();
        let last: BTreeMap<i64, Value> =
            begun.map(|event| (event["worker"].as_i64().unwrap(), event["task"].clone())).collect();
        let drawing = last.into_iter().filter(|(_, task)| ended.iter().all(|end| end["task"] != *task));
        drawing.map(|(worker, _)| i32::try_from(worker).unwrap()).collect()
    }

    /// Statuses in the lines that the last run wrote to the journal. Each figure has one (I3).
    pub(crate) fn journal(&self, figures: usize) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(self.out().join(".shmplot/run.jsonl")).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let run = &lines.last().unwrap()["run"];
        let mut seen = BTreeMap::new();
        let mut counts = BTreeMap::new();
        for line in lines.iter().filter(|line| line["run"] == *run) {
            *seen.entry(line["point"].to_string()).or_insert(0) += 1;
            *counts.entry(line["status"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), figures, "I3");
        assert!(seen.values().all(|lines| *lines == 1), "I3: {seen:?}");
        counts
    }

    pub(crate) fn results(&self) -> Value {
        serde_json::from_slice(&fs::read(self.out().join("results.json")).unwrap()).unwrap()
    }

    /// Processes of the case that still run.
    pub(crate) fn survivors(&self) -> Vec<i32> {
        let wanted = format!("{MARK}={}", self.mark()).into_bytes();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
            if environ.split(|byte| *byte == 0).any(|entry| entry == wanted)
                && crate::invariants::is_alive(pid)
            {
                found.push(pid);
            }
        }
        found
    }

    /// I1 and I5 after a run that lived to its end: no process, no temporary file, whole figures.
    /// Gives their number.
    pub(crate) fn tidy(&self) -> usize {
        within(Duration::from_secs(1), "I5: no process is left", || self.survivors().is_empty());
        let files = all_files(&self.out());
        let left: Vec<&PathBuf> =
            files.iter().filter(|path| path.extension().is_some_and(|ext| ext == "tmp")).collect();
        assert!(left.is_empty(), "I5: {left:?}");
        whole_figures(&self.out())
    }
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_shmplot");
const RENDER: [&str; 7] = ["render", "plots.yml", "--data", "data.npy", "--json", "-o", "figures"];

/// The program and the arguments that every run has.
pub(crate) fn render_args() -> impl Iterator<Item = &'static str> {
    std::iter::once(PROGRAM).chain(RENDER)
}

/// Files below `dir`, the bookkeeping's too.
pub(crate) fn all_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(all_files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

/// I1: every file with a final name is a whole PNG file. Gives their number.
pub(crate) fn whole_figures(dir: &Path) -> usize {
    let mut count = 0;
    for path in all_files(dir).iter().filter(|path| path.extension().is_some_and(|ext| ext == "png")) {
        let bytes = fs::read(path).unwrap();
        let whole = bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xae\x42\x60\x82");
        assert!(whole, "I1: {} is partial", path.display());
        count += 1;
    }
    count
}

/// A running program.
pub(crate) struct Run<'a> {
    pub(crate) case: &'a Case,
    pub(crate) child: Child,
}

impl Run<'_> {
    pub(crate) fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid()), signal).unwrap();
    }

    /// Waits until two figures are being drawn.
    pub(crate) fn until_drawing(&self) {
        within(LONG, "two figures are being drawn", || self.case.drawing().len() >= 2);
    }

    /// Waits for its end: the exit code, or minus the signal that killed it.
    pub(crate) fn end(mut self) -> i32 {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or_else(|| -status.signal().unwrap());
            }
            assert!(begin.elapsed() < LONG, "still runs: {}", self.case.stderr());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The end, whose code must be this.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) {
        let case = self.case;
        let got = self.end();
        assert_eq!(got, code, "{}", case.stderr());
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A npy file (version 1.0) of little-endian float64 zeros that takes no room on the disk.
fn write_zeros(path: &Path, shape: &[usize]) {
    let dims: String = shape.iter().map(|len| format!("{len}, ")).collect();
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({dims}), }}");
    let header = format!("{header:<117}\n");
    let mut file = File::create(path).unwrap();
    file.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.set_len((128 + 8 * shape.iter().product::<usize>()) as u64).unwrap();
}
