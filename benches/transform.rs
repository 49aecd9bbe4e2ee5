//! Reductions over views, as ratios to summing a plain slice of the same size in the same run.
//!
//! `cargo bench --bench transform [-- MIB]`; 256 MiB of float64 unless given.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use shmplot::data::{Labelled, Values};
use shmplot::transform::kernels;
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let mib: usize = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(256);
    // Three axes, the last two 256 long.
    let rows = (mib << 20) / 8 / 65_536;
    let values: Vec<f64> = (0..rows * 65_536).map(|i| (i % 1009) as f64).collect();
    let plain = best(|| plain_sum(black_box(&values)));
    let bytes = values.len() as f64 * 8.0;
    println!("plain sum of {mib} MiB: {:.1} GB/s", bytes / plain / 1e9);
    let dims = vec!["t".into(), "y".into(), "x".into()];
    let array = Labelled::contiguous(dims, vec![rows, 256, 256], Values::F64(values.into()));
    let turned = array.reversed();
    let sums = |array: &Labelled, axes: &[usize]| {
        black_box(kernels::sums(array, axes, None).is_ok());
    };
    let least = |axes: &[usize]| {
        black_box(kernels::extremes::<f64>(&array, axes, false).is_ok());
    };
    let cases: [(&str, f64); 7] = [
        ("mean over all axes", best(|| sums(&array, &[0, 1, 2]))),
        ("mean over the last axis", best(|| sums(&array, &[2]))),
        ("mean over the middle axis", best(|| sums(&array, &[1]))),
        ("mean over the first axis", best(|| sums(&array, &[0]))),
        ("mean over the first axis, transposed", best(|| sums(&turned, &[2]))),
        ("minimum over all axes", best(|| least(&[0, 1, 2]))),
        ("minimum over the first axis", best(|| least(&[0]))),
    ];
    for (name, seconds) in cases {
        println!(
            "{name:40} {:6.1} GB/s  {:4.0} % of a plain sum",
            bytes / seconds / 1e9,
            100.0 * plain / seconds
        );
    }
}

/// Seconds of the fastest of five runs.
fn best<T>(mut f: impl FnMut() -> T) -> f64 {
    (0..5)
        .map(|_| {
            let start = Instant::now();
            black_box(f());
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// A sum in 32 accumulators: as fast as memory allows.
fn plain_sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; 32];
    for chunk in values.as_chunks::<32>().0 {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    lanes.iter().sum()
}
