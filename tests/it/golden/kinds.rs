//! Figures of kinds beside lines, meshes and points: steps, errors, contours, levels, norms.

use super::charts::{Case, array, floats};
use super::own::{count, grid, name};
use shmplot::data::{Dataset, Labelled, Values};
use shmplot::render::chart::{Bins, Encodings, Kind, Levels, Norm, StepWhere};
use shmplot::render::scene::{Color, MarkerShape};
use shmplot::render::{Chart, ChartData};

/// All of them by name.
pub(crate) fn all() -> Vec<(&'static str, Case)> {
    vec![
        ("steps", steps()),
        ("error-bars", error_bars()),
        ("error-bands", error_bands()),
        ("contours-filled", contours_filled()),
        ("contours-lines", contours_lines()),
        ("levels", levels()),
        ("two-slopes", two_slopes()),
        ("boundaries", boundaries()),
        ("mixed-map", mixed_map()),
        ("facets-hist", facets_hist()),
        ("sized-points", sized_points()),
    ]
}

fn steps() -> Case {
    let mut chart = Chart { kind: Some(Kind::Step), step: StepWhere::Post, ..Chart::default() };
    chart.marks.marker = Some(MarkerShape::Circle);
    let values = vec![1.0, 3.0, 2.0, f64::NAN, 4.0, 2.5, 2.5];
    (chart, array("stock", &[("day", count(7))], values).into())
}

/// Means and spreads over time: kind 2, rate 3, time 40.
fn spread() -> Dataset {
    let time: Vec<f64> = (0..40).map(|i| 5.0 * f64::from(i)).collect();
    let (mut mean, mut std) = (Vec::new(), Vec::new());
    for kind in 0..2 {
        for rate in [0.2, 0.35, 0.5] {
            for t in &time {
                let value = rate * libm::sin(t / 60.0 + f64::from(kind)) + 0.3;
                mean.push(if *t == 75.0 { f64::NAN } else { value });
                std.push(0.02 + 0.1 * rate * t / 200.0);
            }
        }
    }
    let kinds = ["infected", "recovered"];
    let var = |name: &str, values| {
        let coords = [
            ("kind", Values::Str(kinds.iter().collect())),
            ("rate", floats(&[0.2, 0.35, 0.5])),
            ("time", floats(&time)),
        ];
        (name.to_owned(), array(name, &coords, values))
    };
    Dataset { vars: vec![var("mean", mean), var("std", std)], ..Dataset::default() }
}

fn error_bands() -> Case {
    let mut chart = Chart {
        kind: Some(Kind::ErrorBars),
        encodings: Encodings {
            x: name("time"),
            y: name("mean"),
            hue: name("rate"),
            col: name("kind"),
            ..Encodings::default()
        },
        ..Chart::default()
    };
    chart.errors.yerr = Some("std".to_owned());
    chart.errors.bands = true;
    chart.style.grid = true;
    (chart, spread().into())
}

fn error_bars() -> Case {
    let var =
        |name: &str, values| (name.to_owned(), array(name, &[("beta", floats(&[0.2, 0.35, 0.5]))], values));
    let dataset = Dataset {
        vars: vec![var("mean", vec![0.04, 0.19, 0.3]), var("stddev", vec![0.04, 0.12, 0.14])],
        ..Dataset::default()
    };
    let mut chart = Chart {
        kind: Some(Kind::ErrorBars),
        encodings: Encodings { y: name("mean"), ..Encodings::default() },
        ..Chart::default()
    };
    chart.errors.yerr = Some("stddev".to_owned());
    chart.errors.capsize = 3.0;
    chart.marks.marker = Some(MarkerShape::Circle);
    (chart, dataset.into())
}

/// A field with a hole, a missing corner and a saddle.
fn field() -> Labelled {
    let mut values = grid(25, |x, y| libm::sin(6.0 * x) * libm::cos(5.0 * y) + 0.4 * x);
    for (i, value) in values.iter_mut().enumerate() {
        if (9..12).contains(&(i % 25)) && (4..9).contains(&(i / 25)) || i / 25 + i % 25 < 3 {
            *value = f64::NAN;
        }
    }
    // Coordinates that are not equally far from each other.
    let at: Vec<f64> = (0..25).map(|i| 0.1 * f64::from(i) + 0.004 * f64::from(i * i)).collect();
    array("field", &[("y", count(25)), ("x", floats(&at))], values)
}

fn contours_filled() -> Case {
    let mut chart = Chart { kind: Some(Kind::ContourF), ..Chart::default() };
    chart.color.levels = Some(Levels::Count(9));
    (chart, field().into())
}

fn contours_lines() -> Case {
    let mut chart = Chart { kind: Some(Kind::Contour), ..Chart::default() };
    chart.color.colorbar = Some(true);
    chart.style.grid = true;
    (chart, field().into())
}

fn levels() -> Case {
    let mut chart = Chart { kind: Some(Kind::PColorMesh), ..Chart::default() };
    chart.color.levels = Some(Levels::At(vec![-0.5, 0.0, 0.1, 0.5, 1.0]));
    chart.color.cmap = Some("magma".to_owned());
    (chart, field().into())
}

fn two_slopes() -> Case {
    let mut chart = Chart { kind: Some(Kind::ImShow), ..Chart::default() };
    chart.color.norm = Norm::TwoSlope { center: 0.5 };
    chart.color.cmap = Some("RdBu_r".to_owned());
    (chart, array("share", &[("y", count(30)), ("x", count(30))], grid(30, |x, y| 4.0 * x * y)).into())
}

fn boundaries() -> Case {
    let mut chart = Chart { kind: Some(Kind::ContourF), ..Chart::default() };
    chart.color.boundaries = Some(vec![0.0, 0.1, 0.5, 1.0, 4.0]);
    (chart, array("share", &[("y", count(30)), ("x", count(30))], grid(30, |x, y| 4.0 * x * y)).into())
}

fn mixed_map() -> Case {
    let mut chart = Chart { kind: Some(Kind::PColorMesh), ..Chart::default() };
    let color = |c: u32| (Color::rgb((c >> 16) as u8, (c >> 8) as u8, c as u8), None);
    chart.color.colors = Some(vec![color(0x00_2050), color(0xff_ffff), color(0xb0_2020)]);
    chart.color.positions = Some(vec![0.0, 0.25, 1.0]);
    chart.color.continuous = true;
    (chart, array("h", &[("y", count(30)), ("x", count(30))], grid(30, |x, y| x + y)).into())
}

fn facets_hist() -> Case {
    let mut chart = Chart {
        kind: Some(Kind::Hist),
        encodings: Encodings { col: name("seed"), ..Encodings::default() },
        ..Chart::default()
    };
    chart.hist.bins = Bins::Count(12);
    let values = (0..600).map(|i| libm::sin(f64::from(i) * 0.7) * f64::from(1 + i / 200)).collect();
    (chart, array("pressure", &[("seed", count(3)), ("i", count(200))], values).into())
}

fn sized_points() -> Case {
    let n = 40;
    let var = |name: &str, f: &dyn Fn(f64) -> f64| {
        let values: Vec<f64> = (0..n).map(|i| f(i as f64)).collect();
        (name.to_owned(), Labelled::contiguous(vec!["i".into()], vec![n], floats(&values)).named(name))
    };
    let vars = vec![
        var("x", &|i| libm::sin(1.3 * i)),
        var("y", &|i| libm::cos(0.9 * i)),
        var("age", &|i| i),
        var("mass", &|i| 1.0 + (i % 5.0)),
    ];
    let chart = Chart {
        kind: Some(Kind::Scatter),
        encodings: Encodings {
            x: name("x"),
            y: name("y"),
            hue: name("age"),
            markersize: name("mass"),
            ..Encodings::default()
        },
        ..Chart::default()
    };
    (chart, ChartData::Dataset(Dataset { vars, ..Dataset::default() }))
}
