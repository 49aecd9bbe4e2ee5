//! Named arenas: the real program serves, other processes attach; owners that are killed, names that
//! are taken, sources that change. The example in Python reads a leaf by the documented header alone.

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_shmplot");
const LONG: Duration = Duration::from_secs(30);

/// A folder with `cube.npy` (4 × 256 × 256 float64, 0, 1, 2, …), `d.csv` and `plots.yml`.
struct Case {
    dir: tempfile::TempDir,
    name: String,
}

impl Case {
    fn new(of: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let case = Self { name: format!("it-{of}-{}", std::process::id()), dir };
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        let mut header = String::from("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 256, 256), }");
        header.push_str(&" ".repeat(117 - header.len()));
        header.push('\n');
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend((0..4 * 256 * 256).flat_map(|i| f64::from(i).to_le_bytes()));
        fs::write(case.path("cube.npy"), bytes).unwrap();
        fs::write(case.path("d.csv"), "t,name\n1.5,ä\n2.5,bc\n").unwrap();
        fs::write(
            case.path("plots.yml"),
            "fig: !pspace\n  based_on: .plot.facet_grid.pcolormesh\n  select:\n    data:\n      path: cube\n      \
             transform: [{.isel: [!dag_prev , {dim_0: !sweep {default: 0, range: [4], name: n}}]}]\n",
        )
        .unwrap();
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn block(&self) -> PathBuf {
        Path::new("/dev/shm").join(format!("shmplot-{}", self.name))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(args).current_dir(self.dir.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Serves, and returns when it is ready.
    fn serve(&self, args: &[&str]) -> Served {
        let mut command = self.command(&["arena", "serve", &self.name]);
        let mut child = command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("serving "), "{line}");
        Served(child)
    }

    fn attach(&self, out: &str) -> Output {
        self.run(&["render", "plots.yml", "--attach", &self.name, "-o", out, "-j", "2"])
    }
}

/// A server; killed and waited for when dropped.
struct Served(Child);

impl Served {
    fn pid(&self) -> u32 {
        self.0.id()
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn within(limit: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + limit;
    while !done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The processes whose parent or session is not of interest: those that run our program for `name`.
fn running(name: &str) -> Vec<u32> {
    let of = |pid: u32| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let alive = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
    };
    pids.filter(|pid| of(*pid).split(|byte| *byte == 0).any(|arg| arg == name.as_bytes()))
        .filter(alive)
        .collect()
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    // Lines are wrapped at the terminal's width.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn figures(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(dir.join("fig"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|ext| ext != "yml"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
        .collect();
    found.sort();
    found
}

#[test]
fn what_is_drawn_from_a_served_arena_is_what_is_drawn_without() {
    let case = Case::new("same");
    let mut served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let alone = case.run(&["render", "plots.yml", "--data", "cube.npy", "d.csv", "-o", "alone"]);
    assert!(alone.status.success(), "{}", said(&alone));
    let attached = case.attach("attached");
    assert!(attached.status.success(), "{}", said(&attached));
    assert_eq!(figures(&case.path("alone")).len(), 4);
    assert!(figures(&case.path("alone")) == figures(&case.path("attached")), "the pictures differ");
    let values = |args: &[&str]| {
        let output = case.run(&[&["values", "plots.yml", "fig", "--point", "2"], args].concat());
        assert!(output.status.success(), "{}", said(&output));
        output.stdout
    };
    let name = case.name.as_str();
    assert_eq!(values(&["--attach", name]), values(&["--data", "cube.npy", "--data", "d.csv"]));
    let listed = case.run(&["arena", "ls"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.lines().any(|l| l.contains(name) && l.contains(&served.pid().to_string())), "{listed}");
    let ended = case.run(&["arena", "rm", name]);
    assert!(ended.status.success(), "{}", said(&ended));
    assert!(!case.block().exists());
    assert_eq!(served.0.wait().unwrap().code(), Some(0));
    within(Duration::from_secs(1), "the guard is gone", || running(name).is_empty());
}

#[test]
fn what_the_figures_need_is_enough_and_what_is_not_served_is_loaded() {
    let case = Case::new("part");
    fs::write(
        case.path("one.yml"),
        "one:\n  based_on: .plot.facet_grid.pcolormesh\n  select:\n    data:\n      path: cube\n      \
         transform: [{.isel: [!dag_prev , {dim_0: 1}]}]\n",
    )
    .unwrap();
    let _served = case.serve(&["--data", "cube.npy", "d.csv", "one.yml"]);
    let index = case.run(&["arena", "ls"]);
    assert!(String::from_utf8_lossy(&index.stdout).contains("512."), "{index:?}");
    let alone = case.run(&["render", "plots.yml", "--data", "cube.npy", "d.csv", "-o", "alone"]);
    let attached = case.attach("attached");
    assert!(alone.status.success() && attached.status.success(), "{}", said(&attached));
    assert!(figures(&case.path("alone")) == figures(&case.path("attached")), "the pictures differ");
}

#[test]
fn a_killed_owner_leaves_neither_name_nor_guard() {
    let case = Case::new("killed");
    let mut served = case.serve(&["--data", "cube.npy", "d.csv"]);
    assert_eq!(running(&case.name).len(), 2, "the owner and its guard");
    served.kill();
    within(Duration::from_secs(1), "the name is gone", || !case.block().exists());
    within(Duration::from_secs(1), "the guard is gone", || running(&case.name).is_empty());
    let late = case.attach("late");
    assert_eq!(late.status.code(), Some(3));
    assert!(said(&late).contains(&format!("there is no arena named `{}`", case.name)), "{}", said(&late));
    assert!(!case.path("late").exists());
}

#[test]
fn a_name_that_outlives_owner_and_guard_is_recognised_and_used_again() {
    let case = Case::new("stale");
    let mut served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let guard: Vec<u32> = running(&case.name).into_iter().filter(|pid| *pid != served.pid()).collect();
    let kill = |pid: u32| Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(kill(guard[0]).success());
    served.kill();
    assert!(case.block().exists());
    let late = case.attach("late");
    assert_eq!(late.status.code(), Some(3));
    assert!(said(&late).contains(&format!("process {}", served.pid())), "{}", said(&late));
    assert!(said(&late).contains("has ended"), "{}", said(&late));
    let listed = String::from_utf8(case.run(&["arena", "ls"]).stdout).unwrap();
    assert!(listed.lines().any(|l| l.contains(&case.name) && l.contains("left behind")), "{listed}");
    let again = case.serve(&["--data", "cube.npy", "d.csv"]);
    assert!(case.attach("again").status.success());
    assert_ne!(again.pid(), served.pid());
}

#[test]
fn a_second_server_of_a_living_name_is_refused_and_harms_nobody() {
    let case = Case::new("second");
    let served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let second = case.run(&["arena", "serve", &case.name, "--data", "cube.npy"]);
    assert_eq!(second.status.code(), Some(3));
    assert!(
        said(&second).contains(&format!("served already, by process {}", served.pid())),
        "{}",
        said(&second)
    );
    assert!(case.block().exists());
    assert!(case.attach("out").status.success());
}

#[test]
fn names_that_are_misspelt_or_something_elses_are_told() {
    let case = Case::new("names");
    let _served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let near = format!("{}x", case.name);
    let output = case.run(&["render", "plots.yml", "--attach", &near]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains(&format!("did you mean `{}`?", case.name)), "{}", said(&output));
    let bad = case.run(&["render", "plots.yml", "--attach", "../etc"]);
    assert!(said(&bad).contains("cannot be the name of an arena"), "{}", said(&bad));
    let other = Case::new("foreign");
    fs::write(other.block(), "something else").unwrap();
    let attached = other.attach("out");
    let served = other.run(&["arena", "serve", &other.name, "--data", "cube.npy"]);
    let left = fs::read_to_string(other.block());
    fs::remove_file(other.block()).unwrap();
    for output in [attached, served] {
        assert_eq!(output.status.code(), Some(3));
        assert!(said(&output).contains("is not an arena of this program"), "{}", said(&output));
    }
    assert_eq!(left.unwrap(), "something else");
}

#[test]
fn changed_sources_and_other_data_are_refused() {
    let case = Case::new("changed");
    let _served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let other =
        case.run(&["render", "plots.yml", "--attach", &case.name, "--data", "cube.npy", "-o", "other"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("of other data"), "{}", said(&other));
    fs::write(case.path("d.csv"), "t,name\n1.5,x\n").unwrap();
    let output = case.attach("out");
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("d.csv was changed since the arena"), "{}", said(&output));
    fs::remove_file(case.path("d.csv")).unwrap();
    assert!(said(&case.attach("out")).contains("d.csv is gone since the arena"));
    assert!(!case.path("out").exists());
}

#[test]
fn directories_that_lie_are_refused() {
    let case = Case::new("lies");
    let _served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let good = fs::read(case.block()).unwrap();
    // Another segment's number, a wrong length, the index's number, nonsense in the state.
    for (at, value) in [(64, 0_u8), (64, 200), (72, 1), (48, 1), (56, 0xff), (12, 9)] {
        let mut bad = good.clone();
        bad[at] = value;
        fs::write(case.block(), &bad).unwrap();
        let output = case.attach("out");
        assert_eq!(output.status.code(), Some(3), "byte {at}: {}", said(&output));
        assert!(!case.path("out").exists());
    }
    fs::write(case.block(), &good).unwrap();
    assert!(case.attach("out").status.success());
}

#[test]
fn an_owner_that_is_killed_while_others_draw_costs_no_figure() {
    let case = Case::new("vanishes");
    let mut served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let mut run = case
        .command(&["render", "plots.yml", "--attach", &case.name, "-o", "out", "-j", "1", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut events = BufReader::new(run.stdout.take().unwrap()).lines();
    let begun = |line: &str| serde_json::from_str::<Value>(line).unwrap()["event"] == "started";
    assert!(events.by_ref().any(|line| begun(&line.unwrap())), "a figure is begun");
    served.kill();
    assert!(events.count() > 0);
    assert!(run.wait().unwrap().success());
    assert_eq!(figures(&case.path("out")).len(), 4);
}

#[test]
fn python_reads_a_leaf_without_a_copy() {
    let python = |args: &[&str]| Command::new("python3").args(args).output();
    if !python(&["-c", "import numpy"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no python3 with numpy");
        return;
    }
    let case = Case::new("python");
    let mut served = case.serve(&["--data", "cube.npy", "d.csv"]);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/attach.py");
    let read = |leaf: &str| -> Vec<Value> {
        let output = python(&[example.to_str().unwrap(), &case.name, leaf]).unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let lines = read("cube");
    let n = 4.0 * 256.0 * 256.0;
    let blocks = &lines[..lines.len() - 1];
    assert_eq!(blocks.iter().map(|block| block["sum"].as_f64().unwrap()).sum::<f64>(), n * (n - 1.0) / 2.0);
    assert_eq!(blocks[0]["first"], serde_json::json!([0.0, 1.0, 2.0]));
    assert_eq!(blocks.last().unwrap()["last"][2], n - 1.0);
    assert!(blocks.iter().all(|block| block["owns_data"] == false && block["writable"] == false));
    // The leaf has 2048 KiB; summing it in blocks of numpy's own takes little.
    assert!(lines.last().unwrap()["grown_by_kib"].as_i64().unwrap() < 1024, "{lines:?}");
    assert_eq!(read("d/name")[0], serde_json::json!(["ä", "bc"]));
    assert_eq!(read("d/t")[0]["first"], serde_json::json!([1.5, 2.5]));
    if python(&["-c", "import pyarrow"]).is_ok_and(|output| output.status.success()) {
        let code = format!(
            "import sys; sys.path.insert(0, {:?}); import attach, pyarrow; a = attach.Arena({:?}); \
             before = pyarrow.total_allocated_bytes(); x = a.arrow('cube'); \
             assert pyarrow.total_allocated_bytes() == before and len(x) == {n} and x[12345].as_py() == 12345.0; \
             assert x.buffers()[1].address == a.array('cube').ctypes.data",
            example.parent().unwrap(),
            case.name
        );
        let output = python(&["-c", &code]).unwrap();
        assert!(output.status.success(), "{}", said(&output));
    } else {
        eprintln!("skipped: python3 has no pyarrow");
    }
    served.kill();
    within(LONG, "the name is gone", || !case.block().exists());
}
