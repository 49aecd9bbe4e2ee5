//! Milliseconds from data to a finished PNG at 800 × 600 pixels, composing and painting apart.
//!
//!     cargo bench --bench compose
//!
//! The budgets are DESIGN's: a 1000-point line 5 ms, four panels 12 ms, a 512 × 512 heat map with
//! colour bar 5 ms; a line or scatter of a million points must not take seconds.

#![expect(clippy::print_stdout, reason = "a bench prints its numbers")]

use shmplot::data::{Dataset, Dim, Labelled, Values};
use shmplot::render::chart::{Encoding, Kind};
use shmplot::render::paint::{Format, paint};
use shmplot::render::{Chart, ChartData, compose};
use std::time::Instant;

fn array(name: &str, dims: &[(&str, usize)], f: impl Fn(usize) -> f64) -> Labelled {
    let shape: Vec<usize> = dims.iter().map(|(_, n)| *n).collect();
    let values: Vec<f64> = (0..shape.iter().product()).map(f).collect();
    let dims = dims.iter().map(|(dim, _)| Dim::new(dim)).collect();
    Labelled::contiguous(dims, shape, Values::F64(values.into())).named(name)
}

/// Noise in −1 … 1, the same everywhere.
fn noise(i: usize) -> f64 {
    let mut z = (i as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

fn measure(what: &str, chart: &Chart, data: &ChartData) {
    let mut chart = chart.clone();
    if chart.encodings.col == Encoding::Auto {
        chart.style.figsize = [8.0, 6.0];
    }
    let (mut composing, mut painting, mut bytes) = (f64::INFINITY, f64::INFINITY, 0);
    for _ in 0..9 {
        let start = Instant::now();
        let scene = compose(&chart, data).expect("it can be drawn").value;
        composing = composing.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        bytes = paint(&scene, Format::Png).expect("a picture").len();
        painting = painting.min(start.elapsed().as_secs_f64());
    }
    let (composing, painting) = (1e3 * composing, 1e3 * painting);
    let sum = composing + painting;
    println!("{what:<28}{composing:9.2} + {painting:6.2} = {sum:9.2} ms  {:7.1} kB", bytes as f64 / 1e3);
}

fn main() {
    println!("{:<28}{:>9} + {:>6} = {:>9}", "", "compose", "paint", "sum");
    let line =
        |n: usize| ChartData::from(array("v", &[("x", n)], |i| libm::sin(i as f64 / 50.0) + 0.2 * noise(i)));
    let plain = Chart::default();
    measure("line, 1000 points", &plain, &line(1000));
    measure("line, 1 000 000 points", &plain, &line(1_000_000));
    let wave = |n: usize| move |i: usize| libm::sin((i % n) as f64 / 40.0) * libm::cos((i / n) as f64 / 30.0);
    measure("heat map, 512 × 512", &plain, &array("v", &[("y", 512), ("x", 512)], wave(512)).into());
    measure("heat map, 4096 × 4096", &plain, &array("v", &[("y", 4096), ("x", 4096)], wave(4096)).into());
    let panels = array("v", &[("seed", 4), ("x", 1000)], |i| libm::sin(i as f64 / 80.0));
    let mut four = Chart { kind: Some(Kind::Line), ..Chart::default() };
    four.encodings.col = Encoding::Name("seed".to_owned());
    four.encodings.col_wrap = Some(2);
    four.facet_size = Some([3.0, 4.0 / 3.0]);
    measure("four panels of 1000 points", &four, &panels.into());
    let hist = Chart { kind: Some(Kind::Hist), ..Chart::default() };
    measure("histogram of 1 000 000", &hist, &array("v", &[("i", 1_000_000)], noise).into());
    let mut scatter = Chart { kind: Some(Kind::Scatter), ..Chart::default() };
    for n in [1000, 1_000_000] {
        let var = |name: &str, shift: usize| {
            (name.to_owned(), array(name, &[("i", n)], move |i| noise(3 * i + shift)))
        };
        let vars = vec![var("a", 0), var("b", 1), var("c", 2)];
        let data = ChartData::from(Dataset { vars, ..Dataset::default() });
        scatter.encodings.x = Encoding::Name("a".to_owned());
        scatter.encodings.y = Encoding::Name("b".to_owned());
        scatter.encodings.hue = Encoding::Name("c".to_owned());
        measure(&format!("scatter of {n} in colours"), &scatter, &data);
    }
}
