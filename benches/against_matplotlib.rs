//! Figures a second, one core, against matplotlib in the same run, and whole processes.
//!
//! By themselves, 800 × 600 pixels, PNG encoding included: a line of 1000 points, the same in four
//! panels, a 512 × 512 heat map with colour bar (of ours as PDF, too), a line of a million points and
//! a scatter of ten million. The first figure of each kind is told apart: nothing was drawn before it.
//! Then 64 heat maps, each the mean of its share of a cube in an npy file, by one process of each.
//!
//! `cargo bench --bench against_matplotlib [-- MIB | NAMES]`: `MIB` is the size of the cube (1024). With
//! names of figures, only those are drawn, many times, for a profiler. Without a python3 that has
//! matplotlib only our own numbers are printed.

#![expect(clippy::print_stdout, reason = "a bench prints its numbers")]

use shmplot::data::{Dataset, Dim, Labelled, Values};
use shmplot::render::chart::{Encoding, Kind, Scale};
use shmplot::render::paint::{Format, paint};
use shmplot::render::scene::MarkerShape;
use shmplot::render::{Chart, ChartData, compose};
use std::io::Write;
use std::path::Path;
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
long = np.sin(np.arange(1_000_000) * 1e-4)
k = np.arange(10_000_000, dtype=np.float64)
many = (k * 0.6180339887498949 % 1.0, k * 0.7548776662466927 % 1.0)
def draw(kind):
    if kind == "facets":
        fig, axes = plt.subplots(1, 4, figsize=(8, 6), dpi=100, sharex=True, sharey=True)
        for i, ax in enumerate(axes):
            ax.plot(x, line + i)
            ax.set_title(f"i = {i}")
    else:
        fig, ax = plt.subplots(figsize=(8, 6), dpi=100)
    if kind == "line":
        ax.plot(x, line)
    elif kind == "heat":
        fig.colorbar(ax.pcolormesh(field), ax=ax)
    elif kind == "line-1M":
        ax.plot(long)
    elif kind.startswith("scatter-10M"):
        ax.plot(*many, ",")
    elif kind == "scatter-1M-c":
        ax.scatter(many[0][:1000000], many[1][:1000000], c=k[:1000000], edgecolors="w")
    elif kind == "histogram2d-10M":
        np.histogram2d(*many, bins=(620, 462))
    ax.set_xlabel("x"); ax.set_ylabel("y"); ax.set_title("title")
    fig.savefig(io.BytesIO(), format="png")
    plt.close(fig)
for kind, repeats in (("line", 7), ("facets", 5), ("heat", 5), ("line-1M", 3),
                      ("scatter-1M-c", 1), ("scatter-10M", 1), ("histogram2d-10M", 1)):
    draw(kind) if repeats > 1 else None
    times = []
    for _ in range(repeats):
        start = time.process_time()
        draw(kind)
        times.append(time.process_time() - start)
    print(kind, sorted(times)[len(times) // 2], flush=True)
"#;

/// The heat maps of the second part by matplotlib: `PYTHON CUBE FOLDER`.
const WHOLE: &str = r#"
import sys
import numpy as np
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
cube = np.load(sys.argv[1], mmap_mode="r")
share = len(cube) // 64
for k in range(64):
    fig, ax = plt.subplots(figsize=(8, 6), dpi=100)
    fig.colorbar(ax.pcolormesh(cube[k * share:(k + 1) * share].mean(axis=0)), ax=ax)
    ax.set_xlabel("x"); ax.set_ylabel("y"); ax.set_title("title")
    fig.savefig(f"{sys.argv[2]}/{k}.png")
    plt.close(fig)
"#;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--") && arg.parse::<usize>().is_err())
        .collect();
    let theirs = if asked.is_empty() { matplotlib() } else { Vec::new() };
    // What one figure alone may use: a run of fewer workers than cores.
    shmplot::sys::allow_threads(std::thread::available_parallelism().map_or(1, usize::from));
    for (name, kind, format, data, repeats) in figures() {
        if !asked.is_empty() && !asked.iter().any(|other| other == name) {
            continue;
        }
        let repeats = if asked.is_empty() { repeats } else { repeats * 8 };
        let mut chart = Chart { kind: Some(kind), title: Some("title".to_owned()), ..Chart::default() };
        chart.style.figsize = [8.0, 6.0];
        match name {
            "facets" => chart.encodings.col = Encoding::Name("i".to_owned()),
            _ if name.starts_with("scatter") => {
                chart.encodings.x = Encoding::Name("x".to_owned());
                chart.encodings.y = Encoding::Name("y".to_owned());
                match name {
                    "scatter-1M-c" | "scatter-10M-c" => chart.encodings.hue = Encoding::Name("k".to_owned()),
                    "scatter-10M-alpha" => {
                        (chart.marks.s, chart.marks.alpha) = (Some(16.0), Some(0.05));
                    }
                    "scatter-10M-pixels" => chart.marks.marker = Some(MarkerShape::Pixel),
                    "scatter-10M-log" => {
                        let log = Scale::Log { base: 10.0 };
                        (chart.panel.x.scale, chart.panel.y.scale) = (Some(log), Some(log));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        let (first, ours) = seconds(&chart, &data, format, repeats);
        let ratio = theirs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, s)| format!("; matplotlib {:.1} ms; {:.0} × its rate", s * 1e3, s / ours));
        println!(
            "{name}: {:.2} ms a figure, the first {:.2} ms{}",
            ours * 1e3,
            first * 1e3,
            ratio.unwrap_or_default()
        );
    }
    if asked.is_empty() { whole(!theirs.is_empty()) } else { Ok(()) }
}

type Figure = (&'static str, Kind, Format, ChartData, usize);

fn figures() -> Vec<Figure> {
    let dims = |names: &[&str]| names.iter().map(Dim::new).collect::<Vec<Dim>>();
    let array = |names: &[&str], shape: Vec<usize>, values: Vec<f64>| {
        Labelled::contiguous(dims(names), shape, Values::F64(values.into())).named("y")
    };
    let line: Vec<f64> =
        (0..1000).map(f64::from).map(|i| libm::sin(i * 0.02) + 0.1 * libm::cos(i * 0.7)).collect();
    let four: Vec<f64> = (0..4).flat_map(|k| line.iter().map(move |v| v + f64::from(k))).collect();
    let field: Vec<f64> = (0..512 * 512)
        .map(|i| (f64::from(i / 512), f64::from(i % 512)))
        .map(|(i, j)| libm::sin(i * 0.03) * libm::cos(j * 0.02))
        .collect();
    let long: Vec<f64> = (0..1_000_000).map(|i| libm::sin(f64::from(i) * 1e-4)).collect();
    let longer: Vec<f64> = (0..10_000_000).map(|i| libm::sin(f64::from(i) * 1e-5)).collect();
    let points = |len: i32| {
        let spread = |step: f64| (0..len).map(|k| f64::from(k) * step % 1.0).collect::<Vec<f64>>();
        let vars = [("x", 0.618_033_988_749_894_9), ("y", 0.754_877_666_246_692_7), ("k", 1e-6)].map(
            |(name, step)| (name.to_owned(), array(&["n"], vec![len as usize], spread(step)).named(name)),
        );
        ChartData::Dataset(Dataset { vars: vars.into(), ..Dataset::default() })
    };
    let (some, many) = (points(1_000_000), points(10_000_000));
    let field = array(&["y", "x"], vec![512, 512], field);
    let line = array(&["x"], vec![1000], line);
    vec![
        ("line", Kind::Line, Format::Png, line.into(), 41),
        ("facets", Kind::Line, Format::Png, array(&["i", "x"], vec![4, 1000], four).into(), 41),
        ("heat", Kind::PColorMesh, Format::Png, field.clone().into(), 41),
        ("heat-pdf", Kind::PColorMesh, Format::Pdf, field.into(), 21),
        ("line-1M", Kind::Line, Format::Png, array(&["x"], vec![1_000_000], long).into(), 21),
        ("line-10M", Kind::Line, Format::Png, array(&["x"], vec![10_000_000], longer).into(), 7),
        ("scatter-1M-c", Kind::Scatter, Format::Png, some, 11),
        ("scatter-10M", Kind::Scatter, Format::Png, many.clone(), 7),
        ("scatter-10M-pixels", Kind::Scatter, Format::Png, many.clone(), 7),
        ("scatter-10M-alpha", Kind::Scatter, Format::Png, many.clone(), 7),
        ("scatter-10M-log", Kind::Scatter, Format::Png, many.clone(), 7),
        ("scatter-10M-c", Kind::Scatter, Format::Png, many.clone(), 7),
        ("scatter-10M-svg", Kind::Scatter, Format::Svg, many.clone(), 5),
        ("scatter-10M-pdf", Kind::Scatter, Format::Pdf, many, 5),
    ]
}

/// Seconds of composing and painting: the first time, and the median.
fn seconds(chart: &Chart, data: &ChartData, format: Format, repeats: usize) -> (f64, f64) {
    let mut times: Vec<f64> = (0..repeats)
        .map(|_| {
            let start = Instant::now();
            let scene = compose(chart, data).expect("a plain chart").value;
            let bytes = paint(&scene, format).expect("a plain scene");
            assert!(!bytes.is_empty());
            start.elapsed().as_secs_f64()
        })
        .collect();
    let first = times[0];
    times.sort_by(f64::total_cmp);
    (first, times[times.len() / 2])
}

/// The second part, from the page cache on both sides.
fn whole(has_matplotlib: bool) -> Result<()> {
    let mib = std::env::args().find_map(|arg| arg.parse::<usize>().ok()).unwrap_or(1024);
    let dir = tempfile::tempdir_in(std::env::var_os("CARGO_TARGET_TMPDIR").unwrap_or_else(|| ".".into()))?;
    let [cube, plots] = ["cube.npy", "plots.yml"].map(|name| dir.path().join(name));
    let steps = (mib / 2).max(64) / 64 * 64;
    write_cube(&cube, steps)?;
    let share = steps / 64;
    let entries = (0..64).map(|k| {
        let (start, stop) = (k * share, (k + 1) * share);
        format!(
            "heat_{k}:\n  based_on: [.creator.pyplot, .plot.facet_grid.pcolormesh]\n  file_ext: png\n  \
             style: {{figure.figsize: [8, 6], figure.dpi: 100, axes.grid: false}}\n  \
             select:\n    data:\n      path: data\n      transform:\n        \
             - .isel: [!dag_prev , {{dim_0: !slice [{start}, {stop}]}}]\n        \
             - .mean: [!dag_prev , dim_0]\n"
        )
    });
    std::fs::write(&plots, entries.collect::<String>())?;
    let mut ours = Vec::new();
    for round in 0..3 {
        let out = dir.path().join(format!("out{round}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_shmplot"));
        command.args([Path::new("render"), &plots, Path::new("--data"), &cube, Path::new("-o"), &out]);
        ours.push(timed(&mut command)?);
    }
    ours.sort_by(f64::total_cmp);
    let size = steps * 2;
    print!("64 heat maps of {size} MiB, a whole process: {:.2} s", ours[1]);
    if !has_matplotlib {
        println!("; matplotlib is passed over");
        return Ok(());
    }
    let mut command = Command::new("python3");
    let theirs = timed(command.args(["-c", WHOLE]).args([&cube, &dir.path().to_owned()]))?;
    println!("; matplotlib {theirs:.1} s; {:.0} × its rate", theirs / ours[1]);
    Ok(())
}

/// Wall time of a process that must succeed.
fn timed(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    let output = command.output()?;
    if output.status.success() {
        return Ok(start.elapsed().as_secs_f64());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

/// Moving waves of `steps` × 512 × 512 float64 as an npy file.
fn write_cube(path: &Path, steps: usize) -> Result<()> {
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({steps}, 512, 512), }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut file = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&(header.len() as u16).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let wave: Vec<f64> = (0..2048).map(|i| libm::sin(f64::from(i) * 0.02)).collect();
    for step in 0..steps {
        for cell in 0..512 * 512 {
            let value = wave[(cell / 512 + step) % 1536] * wave[(cell % 512 + 2 * step) % 1536];
            file.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(file.flush()?)
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
