//! Reductions over views, lines of many points, counts in bins and colours, as ratios to summing a plain slice of the same
//! size in the same run.
//!
//! `cargo bench --bench transform [-- MIB]`; 256 MiB of float64 unless given.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use shmplot::data::{Bins, Labelled, PairTally, Values};
use shmplot::render::chart::Norm;
use shmplot::render::colormap::Colormap;
use shmplot::render::norm::Normalizer;
use shmplot::render::{Chart, ChartData, compose};
use shmplot::transform::kernels;
use std::hint::black_box;
use std::time::Instant;

/// Rounds; each goes through all cases, so that what disturbs one disturbs the others as well.
const ROUNDS: usize = 7;

/// Name, share of the plain sum's bytes that the case reads, and what it does.
type Case<'a> = (&'a str, f64, Box<dyn Fn() + 'a>);

fn main() {
    let mib: usize = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(256);
    // Three axes, the last two 256 long.
    let rows = (mib << 20) / 8 / 65_536;
    let values: Vec<f64> = (0..rows * 65_536).map(|i| (i % 1009) as f64).collect();
    let bytes = values.len() as f64 * 8.0;
    let cube = |values: Values| {
        Labelled::contiguous(vec!["t".into(), "y".into(), "x".into()], vec![rows, 256, 256], values)
    };
    let single = cube(Values::F32(values.iter().map(|v| *v as f32).collect::<Vec<_>>().into()));
    let gaps: Vec<f64> = values.iter().map(|v| if *v == 500.0 { f64::NAN } else { *v }).collect();
    let gaps = cube(Values::F64(gaps.into()));
    let line = Labelled::contiguous(vec!["i".into()], vec![values.len()], Values::F64(values.clone().into()));
    let line = ChartData::from(line.named("v"));
    let plain = values.clone();
    let array = cube(Values::F64(values.into()));
    let turned = array.reversed();
    let sums = |array: &Labelled, axes: &[usize]| drop(black_box(kernels::sums(array, axes, None)));
    let least = |array: &Labelled, axes: &[usize]| {
        drop(black_box(kernels::extremes::<f64>(array, axes, false)));
    };
    let most = |array: &Labelled, axes: &[usize]| {
        drop(black_box(kernels::extremes::<f32>(array, axes, true)));
    };
    // Points for bins: scattered, as those of simulations are.
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let points = plain.len() / 8;
    let [x, y]: [Vec<f64>; 2] =
        std::array::from_fn(|_| (0..points).map(|_| (random() + random() + random()) / 3.0).collect());
    let bins = |n: usize| Bins::new((0..=n).map(|i| i as f64 / n as f64).collect());
    let (few, many) = (bins(100), bins(512));
    let count = |bins: &Bins| {
        let mut tally = bins.tally();
        tally.add(&x);
        black_box(tally.finish());
    };
    let pairs = |bins: &Bins| {
        let mut tally = PairTally::new(bins, bins);
        tally.add(&x, &y);
        black_box(tally.finish());
    };
    let viridis = Colormap::named("viridis").expect("it is shipped");
    let [linear, log] = [Norm::Linear, Norm::Log].map(|norm| Normalizer::new(norm, [0.1, 0.9]));
    let pixels = |norm: &Normalizer| {
        let painter = norm.painter(&viridis);
        let mut rgba = Vec::new();
        for row in x.chunks(4096) {
            rgba.clear();
            painter.append(row, &mut rgba);
            black_box(&rgba);
        }
    };
    let cases: Vec<Case<'_>> = vec![
        ("plain sum", 1.0, Box::new(|| _ = black_box(plain_sum(black_box(&plain))))),
        ("sum and mean over all axes", 1.0, Box::new(|| sums(&array, &[0, 1, 2]))),
        ("over the last axis", 1.0, Box::new(|| sums(&array, &[2]))),
        ("over the middle axis", 1.0, Box::new(|| sums(&array, &[1]))),
        ("over the first axis", 1.0, Box::new(|| sums(&array, &[0]))),
        ("over the last, transposed", 1.0, Box::new(|| sums(&turned, &[2]))),
        ("over the first, transposed", 1.0, Box::new(|| sums(&turned, &[0]))),
        ("with NaN, over all axes", 1.0, Box::new(|| sums(&gaps, &[0, 1, 2]))),
        ("with NaN, over the last axis", 1.0, Box::new(|| sums(&gaps, &[2]))),
        ("with NaN, over the first axis", 1.0, Box::new(|| sums(&gaps, &[0]))),
        ("float32, over all axes", 0.5, Box::new(|| sums(&single, &[0, 1, 2]))),
        ("float32, over the first axis", 0.5, Box::new(|| sums(&single, &[0]))),
        ("minimum over all axes", 1.0, Box::new(|| least(&array, &[0, 1, 2]))),
        ("minimum over the first axis", 1.0, Box::new(|| least(&array, &[0]))),
        ("minimum over the last, transposed", 1.0, Box::new(|| least(&turned, &[2]))),
        ("float32, maximum over all axes", 0.5, Box::new(|| most(&single, &[0, 1, 2]))),
        // Once for the limits, once for M4.
        ("a line: limits, then M4", 2.0, Box::new(|| drop(black_box(compose(&Chart::default(), &line))))),
        ("histogram, 100 bins", 0.125, Box::new(|| count(&few))),
        ("density, 100 × 100", 0.25, Box::new(|| pairs(&few))),
        ("density, 512 × 512", 0.25, Box::new(|| pairs(&many))),
        ("colours, linear", 0.125, Box::new(|| pixels(&linear))),
        ("colours, log", 0.125, Box::new(|| pixels(&log))),
    ];
    let mut best = vec![f64::INFINITY; cases.len()];
    for _ in 0..ROUNDS {
        for ((_, _, case), best) in cases.iter().zip(&mut best) {
            let start = Instant::now();
            case();
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    for ((name, share, _), seconds) in cases.iter().zip(&best) {
        let rate = share * bytes / seconds;
        println!(
            "{name:36} {:6.1} GB/s  {:6.2} G/s  {:4.0} % of the plain sum",
            rate / 1e9,
            rate / 1e9 / size(name),
            100.0 * rate * best[0] / bytes
        );
    }
}

/// Bytes of one element, or of one point.
fn size(name: &str) -> f64 {
    match name {
        _ if name.starts_with("float32") => 4.0,
        _ if name.starts_with("density") => 16.0,
        _ => 8.0,
    }
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
