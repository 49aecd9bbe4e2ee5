//! Toy figures: text files whose wholeness can be checked, drawn by closures that misbehave on
//! demand, through the real pool.

use nix::sys::signal::{SigSet, Signal};
use shmplot::diag::{Diagnostic, Event, FigureRecord};
use shmplot::output::lock::Lock;
use shmplot::output::publish::run_id;
use shmplot::pool::{Drawn, Files, Kind, Limits, NoSupply, Options, Task, Work, run_with};
use shmplot::report::{Options as ReportOptions, Progress, Report, RunInfo};
use shmplot::sys::io::{Io, Real};
use shmplot::sys::{Ended, fork};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a toy figure does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    Draw,
    Fail,
    Panic,
    Abort,
    Segfault,
    /// For ever.
    Loop,
    /// Allocates without end.
    Eat,
    /// So long, then draws.
    Sleep(Duration),
    /// Kills itself as `kill -9` would.
    Kill,
    /// Overflows its stack.
    Recurse,
    /// Leaves by itself.
    Exit,
    /// Says something on stderr, then draws.
    Mutter,
    /// For ever, and does not mind SIGTERM.
    Stubborn,
}

/// A run of toy figures in a fresh directory.
pub(crate) struct Toy {
    pub(crate) out: PathBuf,
    pub(crate) acts: Vec<Act>,
    pub(crate) options: Options,
    pub(crate) files: usize,
    _dir: tempfile::TempDir,
}

/// The content of a whole figure of generation `age`.
pub(crate) fn content(task: usize, file: usize, age: &str) -> Vec<u8> {
    let lines: String = (0..200).map(|line| format!("{task} {file} {line} {age}\n")).collect();
    format!("begin {}\n{lines}end\n", lines.len()).into_bytes()
}

/// The generation of a figure, if it is whole.
pub(crate) fn age(bytes: &[u8], task: usize, file: usize) -> Option<&'static str> {
    ["old", "new"].into_iter().find(|age| content(task, file, age) == bytes)
}

impl Toy {
    pub(crate) fn new(acts: &[Act], workers: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("figures");
        std::fs::create_dir(&out).unwrap();
        let limits = Limits { grace: Duration::from_millis(200), ..Limits::default() };
        let options = Options {
            workers,
            timeout: None,
            fail_fast: false,
            out: out.clone(),
            run_id: run_id(),
            arena_bytes: 0,
            mapped: Vec::new(),
            budget: None,
            limits,
        };
        Self { out, acts: acts.to_vec(), options, files: 1, _dir: dir }
    }

    /// Earlier versions of all figures are there.
    pub(crate) fn with_old_files(self) -> Self {
        for task in 0..self.acts.len() {
            for file in 0..self.files {
                let path = self.path(task, file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, content(task, file, "old")).unwrap();
            }
        }
        self
    }

    pub(crate) fn output(task: usize, file: usize) -> PathBuf {
        let ext = ["png", "svg", "pdf"][file];
        if task.is_multiple_of(3) { format!("sub/f{task}.{ext}") } else { format!("f{task}.{ext}") }.into()
    }

    pub(crate) fn path(&self, task: usize, file: usize) -> PathBuf {
        self.out.join(Self::output(task, file))
    }

    pub(crate) fn work(&self) -> Work {
        let tasks = (0..self.acts.len())
            .map(|task| Task {
                name: format!("f{task}"),
                point: None,
                outputs: (0..self.files).map(|file| Self::output(task, file)).collect(),
                group: (task / 4) as u64,
                cost: 1,
                needs: Vec::new(),
                kind: Kind::Figure,
            })
            .collect();
        Work { tasks, parcels: Vec::new() }
    }

    /// Draws as the task's act says.
    pub(crate) fn draw(&self, task: usize) -> Result<Drawn, Diagnostic> {
        self.act(self.acts[task])?;
        let files = (0..self.files).map(|file| content(task, file, "new")).collect();
        Ok(Drawn { files: Files::Bytes(files), warnings: Vec::new() })
    }

    pub(crate) fn act(&self, act: Act) -> Result<(), Diagnostic> {
        match act {
            Act::Draw => {}
            Act::Fail => return Err(Diagnostic::error("no such path")),
            Act::Panic => panic!("the toy panics on purpose"),
            Act::Abort => std::process::abort(),
            Act::Segfault => raise(Signal::SIGSEGV),
            Act::Kill => raise(Signal::SIGKILL),
            Act::Loop => loop {
                std::hint::spin_loop();
            },
            Act::Eat => {
                let mut eaten: Vec<Vec<u8>> = Vec::new();
                loop {
                    eaten.push(vec![1; 8 << 20]);
                    std::hint::black_box(&eaten);
                }
            }
            Act::Sleep(time) => std::thread::sleep(time),
            Act::Recurse => {
                std::hint::black_box(recurse(1));
            }
            Act::Exit => std::process::exit(3),
            Act::Mutter => eprintln!("the toy mutters"),
            Act::Stubborn => {
                SigSet::from(Signal::SIGTERM).thread_block().unwrap();
                std::thread::sleep(Duration::from_secs(3600));
            }
        }
        Ok(())
    }

    /// Runs the pool here; gives the figures' records in the order of their ends.
    pub(crate) fn run(&self) -> Vec<FigureRecord> {
        self.run_on(&Real, &mut |_| {})
    }

    /// A whole run with lock and report; gives its exit code. The workers of begun figures are
    /// listed in a file beside the output directory.
    pub(crate) fn account(&self) -> i32 {
        let Ok(_lock) = Lock::acquire(&self.out) else { return shmplot::diag::ExitCode::Output as i32 };
        let options = Options { run_id: run_id(), ..self.options.clone() };
        let info = RunInfo {
            id: options.run_id.clone(),
            command: "toy".into(),
            plan_digest: 0,
            workers: options.workers,
        };
        let mut report = Report::begin(ReportOptions {
            out: self.out.clone(),
            info,
            total: self.acts.len(),
            digests: (0..self.acts.len()).map(|task| (task, 7)).collect(),
            sources: Vec::new(),
            progress: Progress::Never,
            json: false,
            render: Box::new(ToString::to_string),
        })
        .unwrap();
        let mut begun = std::fs::File::options().append(true).create(true).open(self.begun_path()).unwrap();
        let mut on_event = |event: Event| {
            if let Event::Started { worker, .. } = event {
                writeln!(begun, "{worker}").unwrap();
            }
            report.record(event);
        };
        let draw = |task: usize| self.draw(task);
        run_with(&self.work(), &options, &mut NoSupply, &draw, &mut on_event, &Real).unwrap();
        report.finish().unwrap() as i32
    }

    fn begun_path(&self) -> PathBuf {
        self.out.with_extension("begun")
    }

    /// The worker of each begun figure of [`Self::account`].
    pub(crate) fn begun(&self) -> Vec<i32> {
        let text = std::fs::read_to_string(self.begun_path()).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    pub(crate) fn run_on(&self, io: &dyn Io, also: &mut dyn FnMut(&Event)) -> Vec<FigureRecord> {
        let mut records = Vec::new();
        let mut on_event = |event: Event| {
            also(&event);
            if let Event::Finished(record) = event {
                records.push(*record);
            }
        };
        let draw = |task: usize| self.draw(task);
        run_with(&self.work(), &self.options, &mut NoSupply, &draw, &mut on_event, io).unwrap();
        records
    }
}

/// Runs `body` in a child, and fails if it panics.
pub(crate) fn in_child(body: impl FnOnce()) {
    let mut child = fork(&Default::default(), || {
        body();
        0
    })
    .unwrap();
    assert_eq!(child.wait().unwrap(), Ended::Exited(0));
}

/// This process sends itself a signal, until it dies: Rust's own handler takes the first SIGSEGV.
fn raise(signal: Signal) -> ! {
    loop {
        nix::sys::signal::raise(signal).unwrap();
    }
}

fn recurse(depth: u64) -> u64 {
    let block = std::hint::black_box([depth; 512]);
    if depth == 0 { 0 } else { recurse(depth + 1) + block[7] }
}

/// All files below a directory, relative, without the bookkeeping.
pub(crate) fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.file_name() == ".shmplot" {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(dir).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}
