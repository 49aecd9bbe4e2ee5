//! Data at the edge of what can be drawn: a figure with finite axes, or a clear error.

use super::charts::{array, floats};
use shmplot::data::{Dataset, Labelled, Values};
use shmplot::diag::Diagnostic;
use shmplot::render::chart::{Encoding, Kind, Limit, Norm, Scale};
use shmplot::render::paint::{Format, paint};
use shmplot::render::scene::{Command, Scene};
use shmplot::render::{Chart, ChartData, compose};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn series() -> Vec<Vec<f64>> {
    vec![
        vec![],
        vec![1.0],
        vec![NAN],
        vec![NAN; 5],
        vec![0.0; 7],
        vec![3.5; 7],
        vec![1.0, NAN, 2.0, NAN, NAN, 3.0],
        vec![INF, 1.0, -INF, 2.0],
        vec![5e-324, 1e-310, 2e-308],
        vec![1e300, -1e300, 5e299],
        vec![f64::MAX, f64::MIN, 0.0],
        vec![1e308, 1e308],
        vec![-1.0, -2.0, -3.0],
        vec![0.0, 1e-300, 1e300],
        vec![1e15, 1e15 + 1.0],
    ]
}

pub(super) fn check(what: &str, chart: &Chart, data: &ChartData) -> Option<Scene> {
    match compose(chart, data) {
        Err(error) => {
            let text = Diagnostic::from(error).to_string();
            assert!(text.len() > 10, "{what}: {text}");
            None
        }
        Ok(scene) => {
            let scene = scene.value;
            for axis in scene.axes.iter().flat_map(|axes| [&axes.x, &axes.y]) {
                let [a, b] = axis.limits;
                assert!(a.is_finite() && b.is_finite() && a != b, "{what}: limits {a} and {b}");
            }
            for command in &scene.commands {
                let points = match command {
                    Command::Polyline { points, .. } => points.clone(),
                    Command::Markers { at, .. } => at.clone(),
                    Command::Text(text) => vec![text.at],
                    Command::Rect { rect, .. } | Command::Clip(rect) => {
                        vec![[rect.left, rect.top], [rect.right, rect.bottom]]
                    }
                    Command::Image(image) => {
                        vec![[image.rect.left, image.rect.top], [image.rect.right, image.rect.bottom]]
                    }
                    Command::ClipCircle(middle, _) => vec![*middle],
                    Command::Path { .. }
                    | Command::Hatch { .. }
                    | Command::Unclip
                    | Command::Rasterized(_) => Vec::new(),
                };
                assert!(points.iter().flatten().all(|v| v.is_finite()), "{what}: {command:?}");
            }
            paint(&scene, Format::Png).unwrap_or_else(|error| panic!("{what}: {error}"));
            Some(scene)
        }
    }
}

pub(super) fn small() -> Chart {
    let mut chart = Chart::default();
    chart.style.figsize = [3.0, 2.4];
    chart.style.dpi = 50.0;
    chart
}

fn scales() -> [Option<Scale>; 3] {
    [None, Some(Scale::Log { base: 10.0 }), Some(Scale::SymLog { linthresh: 1.0, base: 10.0 })]
}

#[test]
fn odd_series_give_lines_and_histograms_with_finite_axes() {
    for values in series() {
        for scale in scales() {
            for kind in [Kind::Line, Kind::Hist, Kind::Scatter] {
                let count: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
                let mut chart = small();
                chart.kind = Some(kind);
                chart.y.scale = scale;
                let what = format!("{kind:?} of {values:?} on {scale:?}");
                let plain = array("v", &[("x", floats(&count))], values.clone());
                check(&what, &chart, &plain.into());
                chart.x.scale = scale;
                let same = array("v", &[("x", floats(&values))], values.clone());
                check(&format!("{what} along itself"), &chart, &same.into());
            }
        }
    }
}

#[test]
fn odd_fields_give_meshes_with_finite_axes_or_an_error() {
    for values in series() {
        for kind in [Kind::PColorMesh, Kind::ImShow] {
            for norm in
                [Norm::Linear, Norm::Log, Norm::SymLog { linthresh: 1.0 }, Norm::Centered { center: 1.0 }]
            {
                let n = values.len();
                let field: Vec<f64> = (0..n * n).map(|i| values[i % n.max(1)]).collect();
                let count: Vec<f64> = (0..n).map(|i| i as f64).collect();
                let mut chart = small();
                chart.kind = Some(kind);
                chart.color.norm = norm;
                let what = format!("{kind:?} of {values:?} by {norm:?}");
                let plain = array("v", &[("y", floats(&count)), ("x", floats(&count))], field.clone());
                check(&what, &chart, &plain.into());
                let odd = array("v", &[("y", floats(&values)), ("x", floats(&count))], field);
                for scale in scales() {
                    chart.y.scale = scale;
                    check(&format!("{what} along itself on {scale:?}"), &chart, &odd.clone().into());
                }
            }
        }
    }
}

#[test]
fn odd_limits_are_used_or_refused() {
    let data: ChartData = array("v", &[("x", floats(&[0.0, 1.0, 2.0]))], vec![1.0, 2.0, 4.0]).into();
    for limits in [[0.0, 0.0], [5.0, -5.0], [1e300, 1e308], [-1e308, 1e308], [1.0, 1.0 + 1e-15], [NAN, 1.0]] {
        for scale in scales() {
            let mut chart = small();
            (chart.x.scale, chart.y.scale) = (scale, scale);
            chart.x.limits = limits.map(Limit::At);
            chart.y.limits = limits.map(Limit::At);
            check(&format!("limits {limits:?} on {scale:?}"), &chart, &data);
        }
    }
}

#[test]
fn tiny_and_huge_figures_are_drawn_or_refused() {
    let data: ChartData = array("v", &[("x", floats(&[0.0, 1.0]))], vec![1.0, 2.0]).into();
    for size in [[0.01, 0.01], [0.3, 6.0], [20.0, 0.2], [0.0, 1.0], [-1.0, 1.0], [NAN, 1.0], [1e9, 1.0]] {
        let mut chart = small();
        chart.style.figsize = size;
        check(&format!("{size:?} inches"), &chart, &data);
    }
}

fn refusal(chart: &Chart, data: impl Into<ChartData>) -> String {
    let error = compose(chart, &data.into()).map(|_| ()).expect_err("it cannot be drawn");
    Diagnostic::from(error).to_string()
}

#[test]
fn what_cannot_be_drawn_is_said_clearly() {
    let cube = || {
        let at = floats(&[0.0, 1.0]);
        array("v", &[("time", at.clone()), ("y", at.clone()), ("x", at)], vec![0.0; 8])
    };
    let mut chart = Chart { kind: Some(Kind::PColorMesh), ..Chart::default() };
    assert_eq!(
        refusal(&chart, cube()),
        "a figure of kind `pcolormesh` cannot show an array of dimensions (time, y, x): 3 of them would be x \
         and y, two are needed (select or reduce the other dimensions, or give them to col, row or hue)"
    );
    chart.encodings.col = Encoding::Name("tme".to_owned());
    assert_eq!(
        refusal(&chart, cube()),
        "the data have no dimension, coordinate or variable `tme` for `col` (did you mean `time`?)"
    );
    chart.encodings.col = Encoding::Auto;
    chart.color.cmap = Some("virdis".to_owned());
    let flat = array("v", &[("y", floats(&[0.0, 1.0])), ("x", floats(&[0.0, 1.0]))], vec![0.0; 4]);
    assert_eq!(refusal(&chart, flat), "unknown colour map `virdis` (did you mean `viridis`?)");
    let text =
        Labelled::contiguous(vec!["x".into()], vec![1], Values::Str(["a"].iter().collect())).named("t");
    let chart = Chart { kind: Some(Kind::Line), ..Chart::default() };
    assert_eq!(refusal(&chart, text), "`t` is text; a line needs numbers or times");
    let unsorted = array("v", &[("y", floats(&[0.0, 2.0, 1.0])), ("x", floats(&[0.0, 1.0]))], vec![0.0; 6]);
    assert_eq!(
        refusal(&Chart::default(), unsorted),
        "the coordinate `y` is not sorted; sort the data along it, or draw another kind"
    );
    let table =
        Dataset { vars: vec![("a".to_owned(), cube()), ("b".to_owned(), cube())], ..Dataset::default() };
    assert_eq!(
        refusal(&chart, table),
        "a figure of kind `line` needs the encoding `y`: the data have several variables: a, b"
    );
}
