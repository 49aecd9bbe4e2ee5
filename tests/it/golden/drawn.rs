//! Kinds that only calls draw, of the data of the reference gallery, held to matplotlib's numbers.

use super::npy;
use shmplot::data::{Dim, Labelled, Values};
use shmplot::render::Argument;
use shmplot::render::paint::{Format, paint};
use shmplot::render::scene::{Command, Scene};
use std::collections::BTreeMap;

pub(super) type Results = BTreeMap<String, Argument>;

pub(super) fn array(shape: Vec<usize>, values: Vec<f64>) -> Argument {
    let dims = (0..shape.len()).map(|i| Dim::new(["p", "q", "r"][i])).collect();
    Argument::Array(Labelled::contiguous(dims, shape, Values::F64(values.into())))
}

/// Parts of an array along its first dim.
pub(super) fn parts(name: &str, names: &[&str], results: &mut Results) -> Option<()> {
    let (shape, values) = npy::read(&npy::shared(&format!("{name}.npy"))?);
    let size: usize = shape[1..].iter().product();
    for (part, name) in values.chunks_exact(size).zip(names) {
        results.insert((*name).to_owned(), array(shape[1..].to_vec(), part.to_vec()));
    }
    Some(())
}

fn numbers(results: &Results, name: &str) -> Vec<f64> {
    let Argument::Array(array) = &results[name] else { panic!("{name} is an array") };
    array.to_f64().expect("numbers")
}

/// Draws a figure of calls.
pub(super) fn draw(name: &str, text: &str, results: &Results) -> Scene {
    let drawn = super::sound::calls(text, results);
    assert!(drawn.warnings.is_empty(), "{name}: {:?}", drawn.warnings);
    if let Some(folder) = std::env::var_os("SHMPLOT_PICTURES") {
        for (format, end) in [(Format::Png, "png"), (Format::Svg, "svg"), (Format::Pdf, "pdf")] {
            let bytes = paint(&drawn.value, format).expect("a picture");
            let path = std::path::Path::new(&folder).join(format!("{name}.{end}"));
            std::fs::write(path, bytes).expect("written");
        }
    }
    drawn.value
}

fn close(what: &str, found: [f64; 2], expected: [f64; 2]) {
    let span = (expected[1] - expected[0]).abs();
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 0.005 * span, "{what}: {found}, matplotlib has {expected}");
    }
}

/// Limits and labels of ticks: `[x limits, y limits]`, `[x labels, y labels]`.
fn check(scene: &Scene, panel: usize, limits: [[f64; 2]; 2], labels: [&[&str]; 2]) {
    let axes = &scene.axes[panel];
    close("x limits", axes.x.limits, limits[0]);
    close("y limits", axes.y.limits, limits[1]);
    assert_eq!(axes.x.tick_labels, labels[0]);
    assert_eq!(axes.y.tick_labels, labels[1]);
}

const STYLE: &str = "
helpers: {setup_figure: {figsize: [5.2, 3.9]}}
";

#[test]
fn stream_lines_are_drawn() {
    let mut results = Results::new();
    if parts("flow", &["x", "y", "u", "v"], &mut results).is_none() {
        return eprintln!("skipped: the shared gallery is not there");
    }
    let (u, v) = (numbers(&results, "u"), numbers(&results, "v"));
    let speed: Vec<f64> = u.iter().zip(&v).map(|(u, v)| libm::hypot(*u, *v)).collect();
    let most = speed.iter().copied().fold(0.0, f64::max);
    let widths = speed.iter().map(|s| 0.5 + 1.5 * s / most).collect();
    results.insert("speed".to_owned(), array(vec![41, 61], speed));
    results.insert("widths".to_owned(), array(vec![41, 61], widths));
    let text = "
plot:
  to_plot:
    - {function: plt.streamplot, args: [!dag_result x, !dag_result y, !dag_result u, !dag_result v], color: !dag_result speed, linewidth: !dag_result widths, density: 0.8}
    - {function: plt.colorbar, label: 'speed [m/s]'}
    - {function: plt.xlim, args: [-3, 3]}
    - {function: plt.ylim, args: [-2, 2]}
    - {function: plt.xlabel, args: ['x [m]']}
    - {function: plt.ylabel, args: ['y [m]']}
";
    let scene = draw("24-stream", &(text.to_owned() + STYLE), &results);
    check(
        &scene,
        0,
        [[-3.0, 3.0], [-2.0, 2.0]],
        [
            &["−3", "−2", "−1", "0", "1", "2", "3"],
            &["−2.0", "−1.5", "−1.0", "−0.5", "0.0", "0.5", "1.0", "1.5", "2.0"],
        ],
    );
    // As many as matplotlib follows through this field.
    assert_eq!(scene.axes[0].marks[0].n, 53, "lines");
}

#[test]
fn arrows_have_a_key() {
    let mut results = Results::new();
    if parts("flow", &["x", "y", "u", "v"], &mut results).is_none() {
        return eprintln!("skipped: the shared gallery is not there");
    }
    for name in ["x", "y", "u", "v"] {
        let all = numbers(&results, name);
        let some: Vec<f64> = (0..41)
            .step_by(4)
            .flat_map(|r| (0..61).step_by(4).map(move |c| r * 61 + c))
            .map(|k| all[k])
            .collect();
        results.insert(name.to_owned(), array(vec![11, 16], some));
    }
    let text = "
plot:
  to_plot:
    - {function: plt.quiver, args: [!dag_result x, !dag_result y, !dag_result u, !dag_result v]}
    - {function: plt.quiverkey, args: [0.85, 1.04, 1, 1 m/s], labelpos: E}
    - {function: plt.title, args: [Wind], loc: left}
    - {function: plt.axis, args: [equal]}
";
    draw("23-quiver", &(text.to_owned() + STYLE), &results);
}

#[test]
fn distributions_are_drawn() {
    let Some(path) = npy::shared("samples.npy") else {
        return eprintln!("skipped: the shared gallery is not there");
    };
    let (_, values) = npy::read(&path);
    let columns: Vec<f64> = (0..3000).flat_map(|i| [values[i], values[3000 + i], values[6000 + i]]).collect();
    let results = BTreeMap::from([
        ("all".to_owned(), array(vec![3000, 3], columns)),
        ("one".to_owned(), array(vec![3000], values[..3000].to_vec())),
        ("two".to_owned(), array(vec![3000], values[3000..6000].to_vec())),
    ]);
    let text = "
plot:
  to_plot:
    [0, 0]:
      - {function: plt.boxplot, args: [!dag_result all], tick_labels: [normal, shifted, gamma], showmeans: true}
    [1, 0]:
      - {function: plt.boxplot, args: [!dag_result all], patch_artist: true, notch: true, orientation: horizontal, medianprops: {color: black}, boxprops: {facecolor: lightblue}}
    [0, 1]:
      - {function: plt.violinplot, args: [!dag_result all], showmedians: true}
    [1, 1]:
      - {function: plt.ecdf, args: [!dag_result one], label: one}
      - {function: plt.ecdf, args: [!dag_result two], label: two}
    [0, 2]:
      - {function: plt.hexbin, args: [!dag_result one, !dag_result two], gridsize: 20, bins: log, mincnt: 1}
      - {function: plt.colorbar, label: points}
    [1, 2]:
      - {function: plt.hist, args: [!dag_result one], bins: 30, density: true, alpha: 0.5}
      - {function: plt.axvspan, args: [-1, 1], alpha: 0.2, color: C2, label: deviation}
      - {function: plt.annotate, args: [top, [0, 0.4], [2, 0.45]], arrowprops: {arrowstyle: '->'}}
      - {function: plt.twinx}
      - {function: plt.ecdf, args: [!dag_result one], color: C3}
      - {function: plt.ylabel, args: [share], color: C3}
helpers:
  setup_figure: {ncols: 2, nrows: 3, figsize: [8, 9]}
  axis_specific: {a: {axis: [1, 1], set_legend: {use_legend: true}}}
";
    let scene = draw("25-distributions", text, &results);
    assert_eq!(scene.axes[0].x.limits, [0.5, 3.5]);
    assert_eq!(scene.axes[0].x.tick_labels, ["normal", "shifted", "gamma"]);
    assert_eq!(scene.axes[3].y.limits, [0.0, 1.0]);
}

#[test]
fn areas_stand_on_each_other() {
    let list = |v: &[f64]| Argument::List(v.iter().map(|v| Argument::Number(*v)).collect());
    let results = BTreeMap::from([("x".to_owned(), list(&[0.0, 1.0, 2.0, 3.0]))]);
    let text = "
plot:
  to_plot:
    [0, 0]:
      - {function: plt.stackplot, args: [!dag_result x, [1, 2, 1, 3], [2, 1, 1, 1], [1, 1, 2, 2]], labels: [a, b, c], alpha: 0.8}
    [1, 0]:
      - {function: plt.bar, args: [[a, b, c], [3, 5, 2]], label: one}
      - {function: plt.bar, args: [[a, b, c], [1, 2, 4]], bottom: [3, 5, 2], label: two}
      - {function: plt.twinx}
      - {function: plt.plot, args: [[0, 1, 2], [10, 40, 20]], color: C3, marker: o}
      - {function: plt.ylabel, args: [line], color: C3}
    [2, 0]:
      - {function: plt.plot, args: [[0, 1, 2], [0, 10, 20]]}
      - {function: plt.twiny}
      - {function: plt.plot, args: [[5, 15, 10], [0, 10, 20]], color: C1}
      - {function: plt.xlabel, args: [salinity], color: C1}
helpers:
  setup_figure: {ncols: 3, figsize: [10, 3.2]}
  set_legend: {use_legend: true}
  set_title: {title: a title}
  set_labels: {x: x, y: y}
";
    let scene = draw("54-stack", text, &results);
    // matplotlib: `stackplot` keeps 0 at the bottom.
    assert_eq!(scene.axes[0].y.limits[0], 0.0);
}

#[test]
fn curved_cells_are_drawn_without_seams() {
    let n = [60_usize, 80];
    let at = |f: &dyn Fn(f64, f64) -> f64| {
        (0..n[0] * n[1]).map(|k| f((k % n[1]) as f64 / 40.0, (k / n[1]) as f64 / 60.0)).collect::<Vec<_>>()
    };
    let results = BTreeMap::from([
        ("x".to_owned(), array(n.to_vec(), at(&|a, r| (1.0 + r) * libm::cos(a)))),
        ("y".to_owned(), array(n.to_vec(), at(&|a, r| (1.0 + r) * libm::sin(a)))),
        ("c".to_owned(), array(n.to_vec(), at(&|a, r| libm::sin(5.0 * a) * r))),
    ]);
    let text = "
plot:
  to_plot:
    - {function: plt.pcolormesh, args: [!dag_result x, !dag_result y, !dag_result c]}
    - {function: plt.colorbar, label: value}
    - {function: plt.axis, args: [scaled]}
    - {function: plt.title, args: [between curves]}
";
    let scene = draw("14-curved", text, &results);
    let frame = scene.axes[0].frame;
    let [x, y] = [scene.axes[0].x.limits, scene.axes[0].y.limits];
    let units = [frame.width() / (x[1] - x[0]), frame.height() / (y[1] - y[0])];
    assert!((units[0] / units[1] - 1.0).abs() < 0.01, "{units:?}");
}

#[test]
fn polar_axes_are_drawn() {
    let angles: Vec<f64> = (0..=36).map(|k| f64::from(k) * std::f64::consts::PI / 18.0).collect();
    let radii: Vec<f64> = (0..=20).map(f64::from).collect();
    let field: Vec<f64> = (0..720).map(|k| libm::sin(f64::from(k % 36) / 5.0) * f64::from(k / 36)).collect();
    let results = BTreeMap::from([
        ("a".to_owned(), array(vec![37], angles.clone())),
        ("r".to_owned(), array(vec![21], radii)),
        ("f".to_owned(), array(vec![20, 36], field)),
        ("l".to_owned(), array(vec![37], angles.iter().map(|a| 1.0 + libm::cos(*a)).collect())),
    ]);
    let text = "
plot:
  to_plot:
    [0, 0]:
      - {function: plt.projection, args: [polar]}
      - {function: plt.theta_zero_location, args: [N]}
      - {function: plt.theta_direction, args: [-1]}
      - {function: plt.pcolormesh, args: [!dag_result a, !dag_result r, !dag_result f]}
      - {function: plt.rgrids, args: [[5, 10, 15], ['5', '10', '15 km']], angle: 112, color: white}
      - {function: plt.grid, color: white, alpha: 0.4, lw: 0.6}
      - {function: plt.colorbar, label: reflectivity, extend: both}
    [1, 0]:
      - {function: plt.polar, args: [!dag_result a, !dag_result l], label: heart}
      - {function: plt.bar, args: [[0, 1, 2, 3], [1, 0.5, 1.5, 1]], alpha: 0.5, label: bars}
      - {function: plt.scatter, args: [[0.5, 2, 4], [1.3, 1.18, 0.8]], s: 200, color: C3}
      - {function: plt.rmax, args: [1.2]}
      - {function: plt.title, args: [lines and bars]}
helpers: {setup_figure: {ncols: 2, figsize: [9, 4]}}
";
    let scene = draw("51-polar", text, &results);
    assert_eq!(scene.axes[0].x.tick_labels[..3], ["0°", "45°", "90°"]);
    assert_eq!(scene.axes[0].y.limits, [0.0, 20.0]);
    // What reaches past the outermost circle ends there.
    assert_eq!(scene.axes[1].y.limits, [0.0, 1.2]);
    let frame = scene.axes[1].frame;
    let clip = Command::ClipCircle(frame.middle(), frame.width().min(frame.height()) / 2.0);
    assert!(scene.commands.contains(&clip));
}

#[test]
fn contours_and_bars_have_labels() {
    let mut results = Results::new();
    if parts("peaks", &["x", "y", "z"], &mut results).is_none() {
        return eprintln!("skipped: the shared gallery is not there");
    }
    let text = "
plot:
  to_plot:
    [0, 0]:
      - {function: plt.contour, args: [!dag_result xs, !dag_result ys, !dag_result z], levels: [-6, -4, -2, -1, 0, 1, 2, 4, 6], colors: black}
      - {function: plt.clabel, fmt: '%g', fontsize: 8}
    [1, 0]:
      - {function: plt.bar, args: [[a, b, c], [3, 5.5, 2]], color: C0}
      - {function: plt.bar_label, fmt: '%.1f', padding: 2}
      - {function: plt.tick_params, args: [y], colors: C0}
      - {function: plt.ylabel, args: [counts], color: C0}
helpers: {setup_figure: {ncols: 2, figsize: [8, 3.6]}}
";
    let (x, y) = (numbers(&results, "x"), numbers(&results, "y"));
    results.insert("xs".to_owned(), array(vec![121], x[..121].to_vec()));
    results.insert("ys".to_owned(), array(vec![81], y.iter().copied().step_by(121).collect()));
    let scene = draw("20-labels", text, &results);
    let written = |wanted: &str| {
        let is = |command: &Command| matches!(command, Command::Text(text) if text.text == wanted);
        scene.commands.iter().filter(|command| is(command)).count()
    };
    // 2.0 is a tick as well.
    assert_eq!([written("3.0"), written("5.5"), written("2.0")], [1, 1, 2]);
    assert!(written("−1") + written("-1") >= 1);
}
