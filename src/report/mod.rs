//! Journal, progress, results and the closing summary, from [`Event`]s.
//!
//! [`Report::begin`] opens the journal, [`Report::record`] takes every event, [`Report::finish`]
//! writes `results.json`, prints the summary and gives the exit code.

mod account;
pub mod journal;
mod progress;
mod results;
mod summary;
mod units;
mod voice;

use crate::diag::{Diagnostic, Event, ExitCode, FigureRecord, LoadProgress, Outcome, Source, Status};
use account::{Account, Message};
use journal::OutputFile;
use progress::Shown;
use results::{Peaks, Sharing};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};
use voice::Voice;

/// What the account says about the run as a whole.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// [`crate::output::publish::run_id`].
    pub id: String,
    /// As typed.
    pub command: String,
    /// Digest of the whole plan.
    pub plan_digest: u64,
    /// Number of workers.
    pub workers: usize,
}

/// Whether progress is shown on stderr (`--progress`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// A bar on a terminal, plain lines now and then elsewhere.
    #[default]
    Auto,
    /// A bar, terminal or not.
    Always,
    /// Neither.
    Never,
    /// Neither, and no summary if all went well.
    Silent,
}

/// How to report.
pub struct Options<'a> {
    /// Output directory.
    pub out: PathBuf,
    /// The run.
    pub info: RunInfo,
    /// Number of figures to come, settled ones included.
    pub total: usize,
    /// Digest of each task, by its number ([`crate::plan::FigureTask::digest`]).
    pub digests: BTreeMap<usize, u64>,
    /// The texts that diagnostics point into.
    pub sources: Vec<Source>,
    /// Progress.
    pub progress: Progress,
    /// Events as JSON lines on stdout.
    pub json: bool,
    /// The text of a diagnostic, many lines or one (`cli` shows the source).
    pub render: Box<dyn Fn(&Diagnostic) -> String + 'a>,
}

/// The account of a run in progress.
pub struct Report<'a> {
    options: Options<'a>,
    journal: journal::Writer,
    /// What the journal said before this run.
    before: journal::Journal,
    shown: Shown,
    voice: Voice,
    figures: Vec<(Account, Vec<PathBuf>)>,
    counts: BTreeMap<Status, usize>,
    peaks: Peaks,
    sharing: Sharing,
    /// Per job that computes a shared result, how many figures need it.
    users: BTreeMap<usize, usize>,
    /// The signal that asked to stop.
    signal: Option<i32>,
    no_data: bool,
    began: Instant,
    started: SystemTime,
}

impl<'a> Report<'a> {
    /// Opens the journal `OUT/.shmplot/run.jsonl`. Take the output directory's lock before.
    ///
    /// # Errors
    /// If it cannot be written. Exit code 4.
    pub fn begin(options: Options<'a>) -> Result<Self, Diagnostic> {
        Ok(Self {
            before: journal::Journal::read(&options.out)?,
            journal: journal::Writer::open(&options.out, &options.info.id)?,
            shown: Shown::new(options.progress, options.total),
            voice: Voice::default(),
            figures: Vec::with_capacity(options.total),
            counts: BTreeMap::new(),
            peaks: Peaks::default(),
            sharing: Sharing::default(),
            users: BTreeMap::new(),
            signal: None,
            no_data: false,
            began: Instant::now(),
            started: SystemTime::now(),
            options,
        })
    }

    /// Says how many bytes of data the figures need together, wherever they lie.
    pub fn demands(&mut self, bytes: u64) {
        self.peaks.demanded = bytes;
    }

    /// Says how many figures need the result of each job that computes one ([`Event::Made`]).
    pub fn expect(&mut self, users: BTreeMap<usize, usize>) {
        self.users = users;
    }

    /// Takes one event. Give it the plan's settled figures as `Finished`, too.
    pub fn record(&mut self, event: Event) {
        match event {
            Event::Loading(LoadProgress { done, total, reused }) => {
                self.tell(|| json!({"event": "loading", "done": done, "total": total, "reused": reused}));
                self.peaks.reused = self.peaks.reused.max(reused);
                self.shown.loading(done, total);
            }
            Event::Started { task, worker } => {
                self.tell(|| json!({"event": "started", "task": task, "worker": worker}));
                self.shown.started();
            }
            Event::Finished(record) => self.finished(*record),
            Event::Made { task, bytes } => {
                let users = self.users.get(&task).copied().unwrap_or(0);
                self.tell(|| json!({"event": "made", "figures": users, "bytes": bytes}));
                self.sharing.made(users, bytes);
            }
            Event::Note(diagnostic) => {
                let diagnostic = self.with_source(diagnostic);
                self.tell(|| json!({"event": "note", "note": Message::of(&diagnostic)}));
                self.say(&diagnostic);
            }
            Event::Memory(reading) => {
                self.tell(|| json!({"event": "memory", "arena": reading.arena, "anon": reading.anon, "worker_anon": reading.worker_anon}));
                self.peaks.read(&reading);
                self.shown.memory(reading.arena + reading.anon);
            }
            Event::Draining { signal } => {
                self.tell(|| json!({"event": "draining", "signal": signal}));
                self.shown.say(match (signal, self.signal, self.shown.is_drawing()) {
                    (nix::libc::SIGINT, None, true) => {
                        "interrupted: finishing the figures being drawn (again to stop them)"
                    }
                    (nix::libc::SIGINT, ..) => "interrupted: stopping",
                    _ => "told to end: stopping",
                });
                self.signal.get_or_insert(signal);
            }
        }
    }

    fn finished(&mut self, mut record: FigureRecord) {
        record.warnings = record.warnings.into_iter().map(|warning| self.with_source(warning)).collect();
        if let Outcome::Failed(diagnostic) = record.outcome {
            record.outcome = Outcome::Failed(self.with_source(diagnostic));
        }
        let status = record.outcome.status();
        let mut account = Account::of(&record);
        let mut digest = self.options.digests.get(&record.task).copied();
        let mut files: Vec<OutputFile> = Vec::new();
        if status.is_success() {
            for path in &record.outputs {
                let bytes = journal::size(&self.options.out, path);
                files.push(OutputFile { path: path.clone(), bytes });
            }
        } else {
            files.extend(record.outputs.iter().map(|path| OutputFile { path: path.clone(), bytes: None }));
        }
        if status == Status::Unchanged {
            // What made it unchanged stays true.
            let key = (record.name.clone(), record.point.clone());
            digest = digest.or_else(|| self.before.entries.get(&key)?.digest);
            account.bytes = files.iter().filter_map(|file| file.bytes).sum();
        }
        self.journal.append(&account, &files, digest);
        self.tell(|| {
            let mut line = serde_json::to_value(&account).unwrap_or_default();
            line["event"] = "finished".into();
            line["task"] = record.task.into();
            line["outputs"] = json!(record.outputs);
            line
        });
        for diagnostic in self.voice.figure(&record) {
            self.say(&diagnostic);
        }
        *self.counts.entry(status).or_default() += 1;
        self.peaks.worker = self.peaks.worker.max(record.anon_bytes);
        self.shown.finished(status);
        self.figures.push((account, record.outputs));
    }

    /// Notes that the data of all figures that were to be drawn could not be had: exit code 3.
    pub fn without_data(&mut self) {
        self.no_data = true;
    }

    /// How figures ended so far, by their number.
    pub fn ends(&self) -> BTreeMap<usize, Status> {
        self.figures.iter().map(|(account, _)| (account.task, account.status)).collect()
    }

    /// Writes `results.json`, prints the summary, and says how to exit.
    ///
    /// # Errors
    /// If results or journal could not be written. Exit code 4.
    pub fn finish(mut self) -> Result<ExitCode, Diagnostic> {
        self.shown.end();
        let exit = self.exit_code();
        for line in self.voice.others() {
            self.shown.say(&line);
        }
        let wall = self.began.elapsed();
        let workers = self.options.info.workers;
        if self.options.progress != Progress::Silent || exit != ExitCode::Success {
            let out = &self.options.out;
            for line in summary::lines(&self.counts, wall, workers, &self.peaks, &self.sharing, out) {
                self.shown.say(&line);
            }
        }
        let counts: BTreeMap<&str, usize> =
            self.counts.iter().map(|(status, n)| (status.as_str(), *n)).collect();
        self.tell(|| json!({"event": "summary", "figures": counts, "wall_s": account::seconds(wall), "exit": exit as u8}));
        let times = [self.started, SystemTime::now()];
        let (out, info) = (&self.options.out, &self.options.info);
        let results = results::write(out, info, times, &self.peaks, &self.sharing, &mut self.figures, exit);
        self.journal.close().and(results)?;
        Ok(exit)
    }

    fn exit_code(&self) -> ExitCode {
        match self.signal {
            Some(nix::libc::SIGINT) => ExitCode::Interrupted,
            Some(_) => ExitCode::Terminated,
            None if self.counts.keys().all(|status| status.is_success()) => ExitCode::Success,
            None if self.no_data => ExitCode::Data,
            None => ExitCode::SomeFailed,
        }
    }

    /// A diagnostic that crossed a process, with its text again.
    fn with_source(&self, diagnostic: Diagnostic) -> Diagnostic {
        match &diagnostic.place {
            Some(place) if place.source.text().is_empty() => diagnostic.rehydrate(&self.options.sources),
            _ => diagnostic,
        }
    }

    fn say(&self, diagnostic: &Diagnostic) {
        self.shown.say((self.options.render)(diagnostic).trim_end());
    }

    /// One line on stdout, with `--json`.
    fn tell(&self, line: impl FnOnce() -> serde_json::Value) {
        if self.options.json {
            // A reader that went away (`| head`) is no reason to stop.
            let _ = writeln!(io::stdout().lock(), "{}", line());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn options(out: &std::path::Path, total: usize) -> Options<'static> {
        let info =
            RunInfo { id: "h-1-2".into(), command: "shmplot render".into(), plan_digest: 255, workers: 2 };
        Options {
            out: out.to_owned(),
            info,
            total,
            digests: BTreeMap::from([(0, 10), (1, 11)]),
            sources: Vec::new(),
            progress: Progress::Never,
            json: false,
            render: Box::new(ToString::to_string),
        }
    }

    fn finished(task: usize, outcome: Outcome) -> Event {
        Event::Finished(Box::new(FigureRecord {
            task,
            name: format!("f{task}"),
            point: None,
            outputs: vec![format!("f{task}.png").into()],
            outcome,
            wall: Duration::from_millis(20),
            cpu: Duration::from_millis(10),
            anon_bytes: 1000,
            warnings: Vec::new(),
        }))
    }

    #[test]
    fn results_have_the_shape_that_design_gives_and_the_exit_code_follows() {
        let dir = tempfile::tempdir().unwrap();
        let mut report = Report::begin(options(dir.path(), 3)).unwrap();
        report.record(finished(1, Outcome::Failed(Diagnostic::error("no").caused_by("x"))));
        std::fs::write(dir.path().join("f0.png"), "12345").unwrap();
        report.record(finished(0, Outcome::Ok { files: vec!["f0.png".into()], bytes: 5 }));
        report.expect(BTreeMap::from([(7, 4)]));
        report.record(Event::Made { task: 7, bytes: 50 });
        report.record(Event::Memory(crate::diag::MemoryReading {
            arena: 100,
            arena_peak: 100,
            anon: 20,
            worker_anon: 5,
        }));
        assert_eq!(report.finish().unwrap(), ExitCode::SomeFailed);
        let text = std::fs::read_to_string(dir.path().join("results.json")).unwrap();
        let mut results: serde_json::Value = serde_json::from_str(&text).unwrap();
        for time in ["started", "ended"] {
            assert!(results["run"][time].take().as_str().unwrap().ends_with('Z'));
        }
        let expected = json!({
            "run": {"id": "h-1-2", "version": env!("CARGO_PKG_VERSION"), "started": null, "ended": null,
                    "command": "shmplot render", "plan_digest": "00000000000000ff", "workers": 2, "exit": 1},
            "memory": {"demanded_bytes": 0, "arena_bytes": 100, "sum_pss_peak_bytes": 120, "worker_anon_peak_bytes": 1000,
                       "reused_bytes": 0},
            "shared": {"nodes": 1, "hits": 3, "bytes": 50},
            "figures": [
                {"name": "f0", "point": null, "status": "ok", "reason": null, "wall_s": 0.02, "cpu_s": 0.01,
                 "anon_bytes": 1000, "bytes": 5, "error": null, "outputs": ["f0.png"]},
                {"name": "f1", "point": null, "status": "failed", "reason": "no: x", "wall_s": 0.02, "cpu_s": 0.01,
                 "anon_bytes": 1000, "bytes": 0,
                 "error": {"severity": "error", "message": "no", "causes": ["x"]}, "outputs": ["f1.png"]}
            ]
        });
        assert_eq!(results, expected);
    }

    #[test]
    fn an_unchanged_figure_stays_resumable() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("f0.png"), "12345").unwrap();
        for outcome in [Outcome::Ok { files: vec!["f0.png".into()], bytes: 5 }, Outcome::Unchanged] {
            let mut report = Report::begin(options(dir.path(), 1)).unwrap();
            report.record(finished(0, outcome));
            assert_eq!(report.finish().unwrap(), ExitCode::Success);
            assert!(journal::Journal::read(dir.path()).unwrap().is_current(dir.path(), "f0", None, 10));
        }
    }

    #[test]
    fn a_signal_decides_the_exit_code() {
        for (signal, exit) in [(2, ExitCode::Interrupted), (15, ExitCode::Terminated)] {
            let dir = tempfile::tempdir().unwrap();
            let mut report = Report::begin(options(dir.path(), 0)).unwrap();
            report.record(Event::Draining { signal });
            assert_eq!(report.finish().unwrap(), exit);
        }
    }
}
