//! Axes in space that calls draw, held to matplotlib's numbers and order.

use super::drawn::{Results, array, draw, parts};
use super::npy;
use serde_json::Value;
use shmplot::render::describe;
use shmplot::render::scene::{Command, Scene};
use std::collections::BTreeMap;

/// What matplotlib has of a gallery picture's first axes.
fn described(name: &str) -> Option<Value> {
    let path = npy::shared("peaks.npy")?.parent()?.parent()?.join("describe.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).expect("JSON");
    Some(all[name]["axes"][0].clone())
}

/// Limits, ticks and view agree with matplotlib's.
fn check(scene: &Scene, name: &str) {
    let expected = described(name).expect("a description");
    let own = describe(scene)["axes"][0].clone();
    for key in ["xlim", "ylim", "zlim", "clim", "view"] {
        let ends = |value: &Value| [0, 1].map(|i| value[key][i].as_f64().expect("a number"));
        let (found, wanted) = (ends(&own), ends(&expected));
        let span = (wanted[1] - wanted[0]).abs();
        for i in 0..2 {
            assert!((found[i] - wanted[i]).abs() <= 1e-4 * span, "{key}: {found:?}, expected {wanted:?}");
        }
    }
    for key in ["title", "xlabel", "ylabel", "zlabel"] {
        assert_eq!(own[key], expected[key], "{key}");
    }
    let axes = &scene.axes[0];
    let space = axes.space.as_ref().expect("axes in space");
    for (axis, key) in [(&axes.x, "xticks"), (&axes.y, "yticks"), (&space.z, "zticks")] {
        let labels: Vec<&str> =
            expected[key]["labels"].as_array().expect("labels").iter().filter_map(Value::as_str).collect();
        assert_eq!(axis.tick_labels, labels, "{key}");
    }
}

#[test]
fn boxes_in_space_are_drawn() {
    let mut results = Results::new();
    if parts("peaks", &["x", "y", "z"], &mut results).is_none() {
        return eprintln!("skipped: the shared gallery is not there");
    }
    let text = "
plot:
  to_plot:
    - {function: plt.plot_surface, args: [!dag_result x, !dag_result y, !dag_result z], cmap: viridis, rcount: 81, ccount: 121, lw: 0}
    - {function: plt.colorbar, label: height}
    - {function: plt.xlabel, args: [$x$]}
    - {function: plt.ylabel, args: [$y$]}
    - {function: plt.zlabel, args: [$z$]}
helpers: {setup_figure: {figsize: [5.6, 4.4]}}
";
    check(&draw("28-surface", text, &results), "28-surface.png");
    let Some(atoms) = npy::shared("../../data/md/legacy_DCD_adk_coords.npy") else {
        return eprintln!("skipped: the shared data are not there");
    };
    let (shape, values) = npy::read(&atoms);
    let atoms: Vec<&[f64]> = values.chunks_exact(3).take(shape[1]).step_by(6).collect();
    let n = atoms.len();
    let mut results = Results::new();
    for (i, name) in ["x", "y", "z"].into_iter().enumerate() {
        results.insert(name.to_owned(), array(vec![n], atoms.iter().map(|atom| atom[i]).collect()));
    }
    results.insert("c".to_owned(), array(vec![n], (0..n).map(|i| 6.0 * i as f64).collect()));
    let text = "
plot:
  to_plot:
    - {function: plt.scatter3D, args: [!dag_result x, !dag_result y, !dag_result z], c: !dag_result c, s: 8}
    - {function: plt.colorbar, label: atom}
    - {function: plt.box_aspect, args: [equal]}
    - {function: plt.xticks, args: [[-20, -10, 0, 10, 20]]}
    - {function: plt.yticks, args: [[-20, -10, 0, 10, 20]]}
    - {function: plt.zticks, args: [[-20, -10, 0, 10, 20]]}
helpers:
  setup_figure: {figsize: [5.6, 4.4]}
  set_labels: {x: '$x$ [Å]', y: '$y$ [Å]', z: '$z$ [Å]'}
  set_title: {title: Adenylate kinase}
";
    check(&draw("27-scatter3d", text, &results), "27-scatter3d.png");
}

#[test]
fn lines_run_through_space_and_end_at_its_faces() {
    let steps: Vec<f64> = (0..400).map(f64::from).collect();
    let turned = |f: fn(f64) -> f64| array(vec![400], steps.iter().map(|t| t * f(t / 15.0)).collect());
    let results = BTreeMap::from([
        ("t".to_owned(), array(vec![400], steps.clone())),
        ("x".to_owned(), turned(libm::cos)),
        ("y".to_owned(), turned(libm::sin)),
    ]);
    let text = "
plot:
  to_plot:
    - {function: plt.plot3D, args: [!dag_result x, !dag_result y, !dag_result t], label: spiral}
    - {function: plt.plot3D, args: [!dag_result x, !dag_result y, 0, 'C1--'], label: its shadow}
    - {function: plt.zlim, args: [0, 300]}
    - {function: plt.title, args: [A spiral]}
helpers:
  setup_figure: {figsize: [5.6, 4.4], subplot_kw: {projection: 3d, azim: -40}}
  set_labels: {x: first axis, y: second axis, z: {label: third axis}}
  set_legend: {loc: best}
";
    let scene = draw("lines-in-space", text, &results);
    let space = scene.axes[0].space.as_ref().expect("axes in space");
    assert_eq!((space.z.limits, space.view), ([0.0, 300.0], [30.0, -40.0]));
    assert_eq!((space.z.label.as_str(), scene.axes[0].marks.len()), ("third axis", 2));
    assert_eq!(scene.axes[0].legend.as_ref().expect("a legend").labels, ["spiral", "its shadow"]);
}

/// As [`matplotlib`](../../fixtures/space/make.py) orders them, with `computed_zorder` and without.
#[test]
fn marks_are_drawn_over_each_other_as_matplotlib_draws_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/space/order.json");
    let cases: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("a fixture")).expect("JSON");
    let one = [0.0, 0.25, 0.5, 0.75, 1.0];
    let all = |y: f64| array(vec![5], vec![y; 5]);
    let grid = |f: &dyn Fn(f64, f64) -> f64| {
        array(vec![5, 5], one.iter().flat_map(|y| one.map(|x| f(x, *y))).collect())
    };
    let results = BTreeMap::from([
        ("one".to_owned(), array(vec![5], one.to_vec())),
        ("less".to_owned(), array(vec![5], one.map(|v| 1.0 - v).to_vec())),
        ("low".to_owned(), all(0.2)),
        ("high".to_owned(), all(0.9)),
        ("x".to_owned(), grid(&|x, _| x)),
        ("ys".to_owned(), grid(&|_, y| 0.5 + 0.1 * y)),
        ("zs".to_owned(), grid(&|x, _| 0.2 * x)),
        ("yw".to_owned(), grid(&|_, y| 0.7 + 0.1 * y)),
        ("zw".to_owned(), grid(&|x, _| 0.4 * x)),
    ]);
    for case in cases.as_array().expect("cases") {
        let text = format!(
            "
plot:
  to_plot:
    - {{function: plt.plot3D, args: [!dag_result one, !dag_result one, !dag_result one], color: '#000001', zorder: 2.7}}
    - {{function: plt.scatter3D, args: [!dag_result one, !dag_result low, !dag_result one], color: '#000002'}}
    - {{function: plt.plot_surface, args: [!dag_result x, !dag_result ys, !dag_result zs], color: '#000003', shade: false}}
    - {{function: plt.plot_wireframe, args: [!dag_result x, !dag_result yw, !dag_result zw], color: '#000004'}}
    - {{function: plt.scatter3D, args: [!dag_result one, !dag_result high, !dag_result one], color: '#000005', zorder: 0}}
    - {{function: plt.plot3D, args: [!dag_result one, !dag_result less, !dag_result one], color: '#000006'}}
helpers: {{setup_figure: {{subplot_kw: {{projection: 3d, azim: {}, computed_zorder: {}}}}}}}
",
            case["azim"], case["computed"]
        );
        let scene = draw("order-in-space", &text, &results);
        let mut order: Vec<u8> = Vec::new();
        for command in &scene.commands {
            let color = match command {
                Command::Polyline { stroke, .. } => stroke.color,
                Command::Markers { fills, .. } => fills[0],
                Command::Path { fill: Some(fill), .. } => *fill,
                _ => continue,
            };
            if color.r == 0 && color.g == 0 && (1..=6).contains(&color.b) && !order.contains(&color.b) {
                order.push(color.b);
            }
        }
        let expected: Vec<u8> = case["colors"]
            .as_array()
            .expect("colours")
            .iter()
            .filter_map(|c| c.as_u64()?.try_into().ok())
            .collect();
        assert_eq!(order, expected, "{case}");
    }
}
