//! `OUT/results.json`, written atomically at the end of a run.

use super::RunInfo;
use super::account::Account;
use crate::data::time::Calendar;
use crate::diag::{Diagnostic, ExitCode, MemoryReading};
use crate::output::publish::publish_from;
use crate::output::temp::BOOKKEEPING;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Serialize)]
struct Results<'a> {
    run: Run<'a>,
    memory: Memory,
    shared: &'a Sharing,
    figures: Vec<Figure<'a>>,
}

#[derive(Serialize)]
struct Run<'a> {
    id: &'a str,
    version: &'a str,
    started: String,
    ended: String,
    command: &'a str,
    plan_digest: String,
    workers: usize,
    exit: u8,
}

#[derive(Serialize)]
struct Memory {
    /// Bytes of data that the figures need together.
    demanded_bytes: u64,
    arena_bytes: u64,
    sum_pss_peak_bytes: u64,
    worker_anon_peak_bytes: u64,
    /// Bytes of data that an earlier run had decoded.
    reused_bytes: u64,
}

/// What was computed once for several figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Sharing {
    /// How many nodes were computed.
    pub(super) nodes: usize,
    /// How many times a figure was spared computing one.
    pub(super) hits: usize,
    /// Bytes of all of them.
    pub(super) bytes: u64,
}

impl Sharing {
    /// Counts a node that `users` figures need.
    pub(super) fn made(&mut self, users: usize, bytes: u64) {
        self.nodes += 1;
        self.hits += users.saturating_sub(1);
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

#[derive(Serialize)]
struct Figure<'a> {
    #[serde(flatten)]
    account: &'a Account,
    outputs: &'a [PathBuf],
}

/// The peaks of a run's memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peaks {
    /// Arena.
    pub(super) arena: u64,
    /// Arena once and everybody's private memory.
    pub(super) together: u64,
    /// One worker's private memory.
    pub(super) worker: u64,
    /// Bytes of data that the figures need together, loaded or mapped: what a copy of one's own takes.
    pub(super) demanded: u64,
    /// Bytes of data that came from the file arena as an earlier run left them.
    pub(super) reused: u64,
}

impl Peaks {
    pub(super) fn read(&mut self, reading: &MemoryReading) {
        self.arena = self.arena.max(reading.arena_peak);
        self.together = self.together.max(reading.arena + reading.anon);
        self.worker = self.worker.max(reading.worker_anon);
    }
}

/// Writes the results, figures by their number in the plan.
pub(super) fn write(
    out: &Path,
    info: &RunInfo,
    times: [SystemTime; 2],
    peaks: &Peaks,
    shared: &Sharing,
    figures: &mut [(Account, Vec<PathBuf>)],
    exit: ExitCode,
) -> Result<(), Diagnostic> {
    figures.sort_by(|(a, _), (b, _)| (a.task, &a.name, &a.point).cmp(&(b.task, &b.name, &b.point)));
    let results = Results {
        run: Run {
            id: &info.id,
            version: env!("CARGO_PKG_VERSION"),
            started: rfc3339(times[0]),
            ended: rfc3339(times[1]),
            command: &info.command,
            plan_digest: format!("{:016x}", info.plan_digest),
            workers: info.workers,
            exit: exit as u8,
        },
        memory: Memory {
            demanded_bytes: peaks.demanded,
            arena_bytes: peaks.arena,
            sum_pss_peak_bytes: peaks.together,
            worker_anon_peak_bytes: peaks.worker,
            reused_bytes: peaks.reused,
        },
        shared,
        figures: figures.iter().map(|(account, outputs)| Figure { account, outputs }).collect(),
    };
    let mut text = serde_json::to_vec_pretty(&results)
        .map_err(|err| Diagnostic::error("cannot write the results").caused_by(err.to_string()))?;
    text.push(b'\n');
    // A temporary file of a run that dies here is found there: no run is marked any more.
    publish_from(&out.join(BOOKKEEPING), &out.join("results.json"), &text)
}

/// `2026-03-01T12:00:00Z`.
pub(super) fn rfc3339(time: SystemTime) -> String {
    let micros = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let civil = Calendar::ProlepticGregorian.civil(i64::try_from(micros).unwrap_or(0));
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_written_as_rfc_3339() {
        // From `date -u -d @1709210096`.
        assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(1_709_210_096)), "2024-02-29T12:34:56Z");
    }
}
