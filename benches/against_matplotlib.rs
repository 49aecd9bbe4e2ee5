//! Figures a second, one core, against matplotlib in the same run: a line of 1000 points and a
//! 512 × 512 heat map with colour bar, 800 × 600 pixels, PNG encoding included.
//!
//! `cargo bench --bench against_matplotlib`; without a python3 that has matplotlib only our own
//! numbers are printed.

#![expect(clippy::print_stdout, reason = "a bench prints its numbers")]

use shmplot::data::{Dim, Labelled, Values};
use shmplot::render::chart::Kind;
use shmplot::render::paint::{Format, paint};
use shmplot::render::{Chart, ChartData, compose};
use std::process::Command;
use std::time::Instant;

const PYTHON: &str = r#"
import io, time
import numpy as np
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
x = np.arange(1000)
line = np.sin(x * 0.02) + 0.1 * np.cos(x * 0.7)
i, j = np.mgrid[0:512, 0:512]
field = np.sin(i * 0.03) * np.cos(j * 0.02)
def draw(kind):
    fig, ax = plt.subplots(figsize=(8, 6), dpi=100)
    if kind == "line":
        ax.plot(x, line)
    else:
        fig.colorbar(ax.pcolormesh(field), ax=ax)
    ax.set_xlabel("x"); ax.set_ylabel("y"); ax.set_title("title")
    fig.savefig(io.BytesIO(), format="png")
    plt.close(fig)
for kind in ("line", "heat"):
    draw(kind)
    times = []
    for _ in range(7):
        start = time.process_time()
        draw(kind)
        times.append(time.process_time() - start)
    print(kind, sorted(times)[3])
"#;

fn main() {
    let line: Vec<f64> =
        (0..1000).map(f64::from).map(|i| libm::sin(i * 0.02) + 0.1 * libm::cos(i * 0.7)).collect();
    let field: Vec<f64> = (0..512 * 512)
        .map(|i| (f64::from(i / 512), f64::from(i % 512)))
        .map(|(i, j)| libm::sin(i * 0.03) * libm::cos(j * 0.02))
        .collect();
    let line = Labelled::contiguous(vec![Dim::new("x")], vec![1000], Values::F64(line.into())).named("y");
    let dims = vec![Dim::new("y"), Dim::new("x")];
    let field = Labelled::contiguous(dims, vec![512, 512], Values::F64(field.into())).named("field");
    let theirs = matplotlib();
    for (name, kind, data) in [("line", Kind::Line, line), ("heat", Kind::PColorMesh, field)] {
        let ours = median_s(kind, &ChartData::Array(data));
        let ratio = theirs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, s)| format!("; matplotlib {:.1} ms; {:.0} × its rate", s * 1e3, s / ours));
        println!("{name}: {:.2} ms a figure{}", ours * 1e3, ratio.unwrap_or_default());
    }
}

/// Median seconds of composing and painting.
fn median_s(kind: Kind, data: &ChartData) -> f64 {
    let mut chart = Chart { kind: Some(kind), title: Some("title".to_owned()), ..Chart::default() };
    chart.style.figsize = [8.0, 6.0];
    let mut times: Vec<f64> = (0..41)
        .map(|_| {
            let start = Instant::now();
            let scene = compose(&chart, data).expect("a plain chart").value;
            let png = paint(&scene, Format::Png).expect("a plain scene");
            assert!(!png.is_empty());
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// matplotlib's median CPU seconds by figure; empty if it is not installed.
fn matplotlib() -> Vec<(String, f64)> {
    let output = match Command::new("python3").args(["-c", PYTHON]).output() {
        Ok(output) if output.status.success() => output,
        _ => {
            println!("python3 with matplotlib is not installed: nothing to compare with");
            return Vec::new();
        }
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, seconds)| Some((name.to_owned(), seconds.parse().ok()?)))
        .collect()
}
