//! `shmplot bench`: the same figures by zero-copy workers and by copying ones, each in fresh processes,
//! with time and memory from the kernel.
//!
//! Modes, numbers of workers and sizes are combined; every combination runs several times, interleaved, so
//! that what the machine does besides meets all of them. Sums of PSS are sampled from outside over all
//! processes of a run. The figures of all runs on the same data must be the same bytes, else nothing is
//! compared. `measure` is one run, `copying` the ways that `render` does not go, `table` and `chart` show
//! the result.

mod chart;
mod copying;
mod measure;
mod mode;
mod table;
mod work;

pub use chart::draw;
pub use copying::run_one;
pub use measure::Measured;
pub use mode::Mode;
pub use table::table;
pub use work::{Cube, Figures, Work};

use crate::diag::{Diagnostic, ExitCode};
use crate::output::publish;
use crate::run::Stop;
use measure::{Missing, measure};
use serde::Serialize;
use std::path::PathBuf;

/// What to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// Ways.
    pub modes: Vec<Mode>,
    /// Numbers of workers.
    pub workers: Vec<usize>,
    /// What is drawn, of each size.
    pub works: Vec<Work>,
    /// How often each is measured.
    pub repeats: usize,
    /// Folder for data and figures.
    pub dir: PathBuf,
}

/// The runs of one mode with one number of workers on the same data: medians, and from the least to the
/// largest.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Bytes that the figures demand.
    pub data_bytes: u64,
    /// How the workers had the data.
    pub mode: Mode,
    /// Workers.
    pub workers: usize,
    /// Seconds from start to end of the whole process.
    pub wall_s: Spread,
    /// Seconds until the last data were loaded.
    pub load_s: Spread,
    /// CPU seconds of all its processes.
    pub cpu_s: Spread,
    /// Largest sum of PSS, bytes.
    pub pss_peak_bytes: Spread,
    /// The same without pages of mapped files, bytes.
    pub memory_peak_bytes: Spread,
    /// Largest memory that one worker alone had mapped, bytes.
    pub worker_uss_bytes: Spread,
    /// Page faults that had to wait for a disk.
    pub major_faults: Spread,
}

/// A number measured several times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// The median; of an even number of values the mean of the middle two.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of one value or more.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let median = match n {
            0 => return Self::default(),
            _ if n % 2 == 1 => values[n / 2],
            _ => (values[n / 2 - 1] + values[n / 2]) / 2.0,
        };
        Self { median, min: values[0], max: values[n - 1] }
    }
}

/// A whole comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Number of figures, of each size of the data.
    pub figures: Vec<(u64, usize)>,
    /// Of them failed, the same in every run.
    pub failed: usize,
    /// What was measured.
    pub rows: Vec<Row>,
    /// Modes that are not possible for the data, and why.
    pub impossible: Vec<(Mode, String)>,
}

/// Makes the data ready, and runs every mode with every number of workers in processes of its own.
///
/// # Errors
/// Data that cannot be written or read, a run that fails, pictures that differ.
pub fn compare(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Comparison, Stop> {
    let stop = |error| Stop::one(ExitCode::SomeFailed, error);
    std::fs::create_dir_all(&options.dir)
        .map_err(|error| stop(publish::failure("cannot create", &options.dir, &error)))?;
    let mut comparison =
        Comparison { figures: Vec::new(), failed: 0, rows: Vec::new(), impossible: Vec::new() };
    for work in &options.works {
        let ready = work::ready(work, options, progress)?;
        comparison.figures.push((ready.bytes, ready.outputs.len()));
        let runs = rounds(options, &ready, &mut comparison.impossible, progress).map_err(stop)?;
        comparison.failed = comparison.failed.max(runs.first().map_or(0, |run| run.failed));
        comparison.rows.extend(rows(options, ready.bytes, &runs));
    }
    Ok(comparison)
}

/// All runs on the same data, interleaved.
fn rounds(
    options: &Options,
    ready: &work::Ready,
    impossible: &mut Vec<(Mode, String)>,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<Measured>, Diagnostic> {
    let mut runs: Vec<Measured> = Vec::new();
    if options.modes.contains(&Mode::FileArena) {
        progress("building the file arena");
        if let Err(Missing::Failed(error)) = measure(options, ready, Mode::FileArena, options.workers[0]) {
            return Err(error);
        }
    }
    for round in 1..=options.repeats {
        for workers in &options.workers {
            for mode in &options.modes {
                if impossible.iter().any(|(other, _)| other == mode) {
                    continue;
                }
                progress(&format!("{} with {workers} workers, {round} of {}", mode.name(), options.repeats));
                let run = match measure(options, ready, *mode, *workers) {
                    Ok(run) => run,
                    Err(Missing::Impossible(why)) => {
                        impossible.push((*mode, why));
                        continue;
                    }
                    Err(Missing::Failed(error)) => return Err(error),
                };
                if let Some(first) = runs.first()
                    && first.pictures != run.pictures
                {
                    return Err(Diagnostic::error(format!(
                        "the pictures of {} with {workers} workers differ from those of {} with {}: nothing to compare",
                        mode.name(),
                        first.mode.name(),
                        first.workers
                    )));
                }
                progress(&format!(
                    "  {:.2} s, {:.0} MiB at most",
                    run.wall_s,
                    run.pss_peak_bytes as f64 / f64::from(1 << 20)
                ));
                runs.push(run);
            }
        }
    }
    Ok(runs)
}

/// Medians of runs.
fn rows(options: &Options, data_bytes: u64, runs: &[Measured]) -> Vec<Row> {
    let mut rows = Vec::new();
    for workers in &options.workers {
        for mode in &options.modes {
            let own: Vec<&Measured> =
                runs.iter().filter(|run| run.mode == *mode && run.workers == *workers).collect();
            if own.is_empty() {
                continue;
            }
            let of = |get: &dyn Fn(&Measured) -> f64| Spread::of(own.iter().map(|run| get(run)).collect());
            rows.push(Row {
                data_bytes,
                mode: *mode,
                workers: *workers,
                wall_s: of(&|run| run.wall_s),
                load_s: of(&|run| run.load_s),
                cpu_s: of(&|run| run.cpu_s),
                pss_peak_bytes: of(&|run| run.pss_peak_bytes as f64),
                memory_peak_bytes: of(&|run| run.memory_peak_bytes as f64),
                worker_uss_bytes: of(&|run| run.worker_uss_bytes as f64),
                major_faults: of(&|run| run.major_faults as f64),
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_values_is_their_median_and_their_ends() {
        let spread = |median, min, max| Spread { median, min, max };
        assert_eq!(Spread::of(vec![3.0, 1.0, 2.0]), spread(2.0, 1.0, 3.0));
        assert_eq!(Spread::of(vec![4.0, 1.0]), spread(2.5, 1.0, 4.0));
        assert_eq!(Spread::of(vec![7.0]), spread(7.0, 7.0, 7.0));
    }

    #[test]
    fn modes_go_by_their_names() {
        for name in Mode::names() {
            assert_eq!(Mode::from_name(name).map(Mode::name), Some(name));
        }
        assert_eq!(Mode::from_name("zero"), None);
    }
}
