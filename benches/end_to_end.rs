//! What running figures costs besides drawing them: the supervisor's CPU time a figure, shown with 20,000
//! tiny ones, and how much of two cores two workers use.
//!
//! `cargo bench --bench end_to_end [-- FIGURES]`. The targets are at most 200 µs a figure, and an
//! efficiency of at least 0.9.
#![expect(clippy::print_stdout, reason = "a bench prints")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use shmplot::output::publish::run_id;
use shmplot::pool::{Drawn, Files, Kind, Limits, NoSupply, Options, Task, Work, run};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Rounds of the work of one figure of the second part, some milliseconds.
const ROUNDS: u64 = 4_000_000;
/// Figures of the second part.
const HEAVY: usize = 400;

/// Time and the parent's own CPU time of drawing `figures` figures of `rounds` rounds.
fn measure(figures: usize, workers: usize, rounds: u64, out: &Path) -> (Duration, Duration) {
    let tasks = (0..figures)
        .map(|i| Task {
            name: format!("figure_{i}"),
            point: None,
            outputs: vec![PathBuf::from(format!("{}/{i}.png", i / 1000))],
            group: (i / 100) as u64,
            cost: 1,
            needs: Vec::new(),
            kind: Kind::Figure,
        })
        .collect();
    let work = Work { tasks, parcels: Vec::new() };
    let options = Options {
        workers,
        timeout: None,
        fail_fast: false,
        out: out.to_owned(),
        run_id: run_id(),
        arena_bytes: 0,
        mapped: Vec::new(),
        budget: None,
        limits: Limits::default(),
    };
    let draw = |i: usize| {
        let spun =
            (0..rounds).fold(i as u64, |x, _| black_box(x.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ (x >> 7)));
        Ok(Drawn { files: Files::Bytes(vec![spun.to_le_bytes().repeat(8)]), warnings: Vec::new() })
    };
    let (started, before) = (Instant::now(), own_cpu());
    run(&work, &options, &mut NoSupply, &draw, &mut |_| {}).expect("workers can be forked");
    (started.elapsed(), own_cpu() - before)
}

fn own_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process knows its usage");
    let time = usage.user_time() + usage.system_time();
    Duration::from_micros(time.num_microseconds().unsigned_abs())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let figures = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(20_000);
    let dir = tempfile::tempdir()?;
    let (wall, cpu) = measure(figures, 2, 0, &dir.path().join("tiny"));
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / figures as f64;
    println!(
        "{figures} tiny figures: {:.0} µs each, of it {:.0} µs of the parent's CPU",
        micros(wall),
        micros(cpu)
    );
    let best = |workers: usize| {
        let out = dir.path().join(format!("heavy{workers}"));
        (0..3).map(|_| measure(HEAVY, workers, ROUNDS, &out).0).min().unwrap_or_default()
    };
    let (one, two) = (best(1), best(2));
    let efficiency = one.as_secs_f64() / (2.0 * two.as_secs_f64());
    println!(
        "{HEAVY} figures of {:.1} ms: {:.2} s with one worker, {:.2} s with two, efficiency {efficiency:.2}",
        one.as_secs_f64() * 1e3 / HEAVY as f64,
        one.as_secs_f64(),
        two.as_secs_f64()
    );
    Ok(())
}
