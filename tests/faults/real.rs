//! What RELIABILITY promises, of the real program and real figures: workers and parents that are
//! killed, terminals, disks and directories that refuse, limits.

use crate::Test;
use crate::invariants::within;
use crate::program::{Case, LONG, Run, all_files, render_args, whole_figures};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) const TESTS: &[Test] = &[
    ("program_a_killed_worker_costs_one_figure", killed_worker),
    ("program_the_first_ctrl_c_finishes_and_resume_completes", ctrl_c_once),
    ("program_the_second_ctrl_c_stops_at_once", ctrl_c_twice),
    ("program_sigterm_stops_with_143", terminated),
    ("program_an_interruption_while_loading_leaves_all_not_run", interrupted_loading),
    ("program_a_killed_parent_at_any_moment_blocks_nothing", killed_parent),
    ("program_a_second_run_is_refused_and_names_the_first", two_runs),
    ("program_a_read_only_directory_is_said", read_only),
    ("program_a_disk_that_fills_up_leaves_whole_figures", full_disk),
    ("program_five_hundred_figures_with_64_descriptors", few_descriptors),
    ("program_a_timeout_costs_that_figure_and_only_failed_repeats_it", timeout),
    ("program_fail_fast_stops_the_rest", fail_fast),
    ("program_without_a_terminal_there_are_plain_lines", plain_lines),
];

/// Slow enough for what is done meanwhile, in any profile.
const SLOW: [usize; 2] = [2500, 2500];

fn counts(pairs: &[(&str, usize)]) -> BTreeMap<String, usize> {
    pairs.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect()
}

fn killed_worker() {
    let case = Case::new(&SLOW, 5);
    let run = case.start("-j 2");
    run.until_drawing();
    kill(Pid::from_raw(case.drawing()[0]), Signal::SIGKILL).unwrap();
    run.exits(1);
    assert_eq!(case.journal(5), counts(&[("crashed", 1), ("ok", 4)]));
    let crashed = case.events("finished").into_iter().find(|end| end["status"] == "crashed");
    let reason = &crashed.unwrap()["reason"];
    assert!(reason.as_str().unwrap().contains("died of signal 9"), "{reason}");
    assert_eq!(case.tidy(), 4);
    case.start("-j 2 --resume").exits(0);
    assert_eq!(case.journal(5), counts(&[("ok", 1), ("unchanged", 4)]));
    assert_eq!(case.tidy(), 5);
}

/// A terminal of 80 columns on which the program runs.
struct Terminal {
    master: File,
    screen: String,
}

impl Terminal {
    /// `None`, said, where there is no `setsid`.
    fn start<'a>(case: &'a Case, args: &str) -> Option<(Self, Run<'a>)> {
        if Command::new("setsid").arg("--version").output().is_err() {
            println!("skipped: needs setsid of util-linux");
            return None;
        }
        let size = nix::pty::Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = nix::pty::openpty(Some(&size), None).unwrap();
        let slave = File::from(pty.slave);
        // With -c its stdin becomes the controlling terminal of a session of its own.
        let mut command = case.command("setsid");
        command.arg("-c").args(render_args()).args(args.split_whitespace());
        command.env("TERM", "xterm").stdin(slave.try_clone().unwrap()).stderr(slave);
        let child = command.spawn().unwrap();
        let flags = nix::fcntl::OFlag::O_NONBLOCK;
        nix::fcntl::fcntl(&pty.master, nix::fcntl::FcntlArg::F_SETFL(flags)).unwrap();
        Some((Self { master: File::from(pty.master), screen: String::new() }, Run { case, child }))
    }

    /// Reads what there is: a terminal that nobody reads makes its writers wait.
    fn read(&mut self) {
        let mut block = [0; 4096];
        while let Ok(len @ 1..) = self.master.read(&mut block) {
            self.screen.push_str(&String::from_utf8_lossy(&block[..len]));
        }
    }

    fn within(&mut self, what: &str, mut done: impl FnMut() -> bool) {
        within(LONG, what, || {
            self.read();
            done()
        });
    }

    fn press_ctrl_c(&mut self) {
        self.master.write_all(b"\x03").unwrap();
    }

    /// Waits for the program's end and gives its exit code.
    fn end(&mut self, mut run: Run<'_>) -> i32 {
        let mut status = None;
        self.within("the program ends", || {
            status = run.child.try_wait().unwrap();
            status.is_some()
        });
        self.read();
        status.unwrap().code().expect("not killed by a signal")
    }

    /// The cursor is there, and the last line is not a rest of the bar.
    fn is_restored(&self) {
        assert!(self.screen.rfind("\x1b[?25l") <= self.screen.rfind("\x1b[?25h"), "{}", self.screen);
        let last = self.screen.trim_end().lines().last().unwrap();
        assert!(last.starts_with("memory at its peak"), "{last}");
        assert!(self.screen.ends_with('\n'));
    }
}

fn ctrl_c_once() {
    let case = Case::new(&SLOW, 10);
    let Some((mut terminal, run)) = Terminal::start(&case, "-j 2") else { return };
    terminal.within("a figure is done", || !case.events("finished").is_empty() && case.drawing().len() == 2);
    terminal.press_ctrl_c();
    assert_eq!(terminal.end(run), 130);
    assert!(terminal.screen.contains("/10 "), "{}", terminal.screen);
    assert!(terminal.screen.contains("interrupted: finishing the figures being drawn"));
    terminal.is_restored();
    let ends = case.journal(10);
    let done = ends["ok"];
    assert!((3..10).contains(&done) && done + ends["not-run"] == 10, "{ends:?}");
    assert_eq!(case.tidy(), done);
    assert_eq!(case.results()["run"]["exit"], 130);

    let time = |path: &std::path::PathBuf| (path.clone(), fs::metadata(path).unwrap().modified().unwrap());
    let pngs = |case: &Case| {
        let files = all_files(&case.out()).into_iter();
        files.filter(|path| path.extension().is_some_and(|ext| ext == "png")).collect::<Vec<_>>()
    };
    let before: Vec<_> = pngs(&case).iter().map(time).collect();
    case.start("-j 2 --resume").exits(0);
    assert_eq!(case.journal(10), counts(&[("ok", 10 - done), ("unchanged", done)]));
    assert_eq!(case.tidy(), 10);
    assert!(before.iter().all(|(path, at)| time(path).1 == *at), "finished figures stay as they are");
}

fn ctrl_c_twice() {
    let case = Case::new(&[5000, 5000], 6);
    let Some((mut terminal, run)) = Terminal::start(&case, "-j 2") else { return };
    terminal.within("two figures are being drawn", || case.drawing().len() == 2);
    terminal.press_ctrl_c();
    terminal.within("the first is heeded", || !case.events("draining").is_empty());
    terminal.press_ctrl_c();
    let begin = Instant::now();
    assert_eq!(terminal.end(run), 130);
    assert!(begin.elapsed() < Duration::from_secs(5));
    terminal.is_restored();
    assert_eq!(case.journal(6), counts(&[("cancelled", 2), ("not-run", 4)]));
    assert_eq!(case.tidy(), 0);
}

fn terminated() {
    let case = Case::new(&[5000, 5000], 6);
    let run = case.start("-j 2");
    run.until_drawing();
    run.signal(Signal::SIGTERM);
    run.exits(143);
    assert_eq!(case.journal(6), counts(&[("cancelled", 2), ("not-run", 4)]));
    assert_eq!(case.tidy(), 0);
}

fn interrupted_loading() {
    if shmplot::sys::memory::left().is_none_or(|left| left < 3 << 30) {
        println!("skipped: needs 3 GiB of memory");
        return;
    }
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let case = Case::new(&[8, 4096, 4096], 4);
        let run = case.start("-j 2 --arena memory");
        within(LONG, "loading has begun", || !case.events("loading").is_empty());
        run.signal(signal);
        run.exits(code);
        assert!(case.stderr().contains(": stopping\n"), "{}", case.stderr());
        assert_eq!(case.journal(4), counts(&[("not-run", 4)]));
        assert_eq!(case.tidy(), 0);
    }
}

fn killed_parent() {
    const FIGURES: usize = 40;
    let case = Case::small(FIGURES);
    let begin = Instant::now();
    case.start("-j 2").exits(0);
    let whole = begin.elapsed();
    assert_eq!(case.tidy(), FIGURES);
    let mut cut = 0;
    for moment in 0..8 {
        let run = case.start("-j 2");
        std::thread::sleep(whole * moment / 8);
        run.signal(Signal::SIGKILL);
        cut += usize::from(run.end() == -9);
        within(Duration::from_secs(1), "I5: no worker outlives it", || case.survivors().is_empty());
        assert_eq!(whole_figures(&case.out()), FIGURES, "I2");
        case.start("-j 2").exits(0);
        assert_eq!(case.journal(FIGURES), counts(&[("ok", FIGURES)]));
        assert_eq!(case.tidy(), FIGURES);
    }
    assert!(cut >= 4, "only {cut} runs were killed before their end");
}

fn two_runs() {
    let case = Case::new(&[5000, 5000], 6);
    let run = case.start("-j 2");
    run.until_drawing();
    let mut second = Command::new(render_args().next().unwrap());
    let second = second.args(render_args().skip(1)).current_dir(case.path("")).output().unwrap();
    assert_eq!(second.status.code(), Some(4));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("another run is writing to `figures`"), "{said}");
    assert!(said.contains(&format!("process {} on", run.pid())), "{said}");
    run.signal(Signal::SIGTERM);
    run.exits(143);
}

/// Runs with a file system of its own at the output directory, seen by nobody else: `mount` is given
/// the directory. What is there at the end is copied to `kept`. `false`, said, where nothing can be
/// mounted.
fn mounted(case: &Case, mount: &str, args: &str) -> Option<i32> {
    let namespace = if nix::unistd::geteuid().is_root() { "-m" } else { "-Urm" };
    let can = Command::new("unshare").args([namespace, "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !can.is_ok_and(|output| output.status.success()) {
        println!("skipped: needs root or user namespaces, to mount something");
        return None;
    }
    fs::create_dir_all(case.out()).unwrap();
    fs::create_dir_all(case.path("kept")).unwrap();
    let script = format!(
        "exec unshare {namespace} sh -c '{mount}; \"$@\"; code=$?; cp -a figures/. kept; exit $code' sh \"$@\""
    );
    Some(case.start_in_shell(&script, args).end())
}

fn read_only() {
    let case = Case::small(3);
    let mount = "mount -t tmpfs -o ro none figures";
    let Some(code) = mounted(&case, mount, "") else { return };
    let said = case.stderr();
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("Read-only file system (EROFS)") && said.contains("with -o"), "{said}");
    assert!(all_files(&case.path("kept")).is_empty());
}

fn full_disk() {
    let case = Case::small(60);
    let mount = "mount -t tmpfs -o size=96k none figures";
    let Some(code) = mounted(&case, mount, "-j 2") else { return };
    let said = case.stderr();
    // Its journal needs room, too.
    assert!(code == 1 || code == 4, "{code} {said}");
    assert!(said.contains("No space left on device (ENOSPC)") && said.contains("free space there"), "{said}");
    assert!(said.lines().count() < 30, "the same for many figures is said once: {said}");
    let ends = case.events("finished");
    let ok = ends.iter().filter(|end| end["status"] == "ok").count();
    assert!(ends.len() == 60 && ok > 0 && ok < 60, "{ok} of {}", ends.len());
    assert_eq!(whole_figures(&case.path("kept")), ok);
    let files = all_files(&case.path("kept"));
    assert!(files.iter().all(|path| path.extension().is_none_or(|ext| ext != "tmp")), "{files:?}");
}

fn few_descriptors() {
    let case = Case::small(500);
    case.start_in_shell("ulimit -n 64; exec \"$@\"", "-j 8").exits(0);
    assert_eq!(case.journal(500), counts(&[("ok", 500)]));
    assert_eq!(case.tidy(), 500);
}

/// A slow figure and a quick one.
fn slow_and_quick() -> Case {
    let case = Case::new(&[6000, 6000], 1);
    case.plots(
        "slow:\n  based_on: .plot.facet_grid.pcolormesh\n  file_ext: png\n  select: {data: data}\nquick:\n  \
         based_on: .plot.facet_grid.line\n  file_ext: png\n  select:\n    data:\n      path: data\n      \
         transform: [{.isel: [!dag_prev , {dim_0: 0, dim_1: !slice [0, 9]}]}]\n",
    );
    case
}

fn timeout() {
    let case = slow_and_quick();
    case.start("-j 1 --timeout 300ms").exits(1);
    let ends = |case: &Case| -> BTreeMap<String, String> {
        let figures = case.results()["figures"].as_array().unwrap().clone();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        figures.iter().map(|figure| (text(&figure["name"]), text(&figure["status"]))).collect()
    };
    let pair = |name: &str, status: &str| (name.to_owned(), status.to_owned());
    assert_eq!(ends(&case), BTreeMap::from([pair("quick", "ok"), pair("slow", "timeout")]));
    assert!(case.stderr().contains("failed to draw `slow`: not done after 0.3 s"), "{}", case.stderr());
    assert_eq!(case.tidy(), 1);
    case.start("-j 1 --only-failed").exits(0);
    assert_eq!(ends(&case), BTreeMap::from([pair("slow", "ok")]));
    assert_eq!(case.tidy(), 2);
}

fn fail_fast() {
    let case = Case::new(&[5000, 5000], 8);
    case.start("-j 2 --timeout 50ms --fail-fast").exits(1);
    let ends = case.journal(8);
    // Both may reach their limit at once.
    assert!((1..=2).contains(&ends["timeout"]) && ends["not-run"] == 6, "{ends:?}");
    assert_eq!(case.tidy(), 0);
}

fn plain_lines() {
    let case = Case::small(3);
    case.start("").exits(0);
    let said = case.stderr();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() == 3 && !said.contains(['\r', '\x1b']), "{said}");
    assert!(lines[0].starts_with("loading ") && lines[1].starts_with("3 figures in "), "{said}");
    case.start("--progress never").exits(0);
    assert_eq!(case.stderr().lines().count(), 2);
    let kinds = ["loading", "started", "finished", "memory", "summary"].map(|kind| case.events(kind).len());
    assert!(kinds[0] >= 1 && kinds[1..3] == [3, 3] && kinds[3] >= 1 && kinds[4] == 1, "{kinds:?}");
}
