//! Ratios, bent coordinates, labels on contours, logit axes, short dates and markers in figures of
//! calls and in facets.

use super::charts::{array, floats};
use super::gallery::keep;
use super::own::name;
use super::sound::compose;
use shmplot::data::{Dim, Labelled};
use shmplot::render::chart::{Encodings, Kind, Ratio, Scale};
use shmplot::render::panel::PanelOptions;
use shmplot::render::scene::{Command, Scene};
use shmplot::render::{Chart, ChartData};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A field on cells between circles: radius and angle make x and y.
fn rings(rows: usize, columns: usize) -> Labelled {
    let at = |i: usize| {
        let (row, column) = (i / columns, i % columns);
        (1.0 + row as f64 / rows as f64, 2.0 * column as f64 / columns as f64)
    };
    let all = |f: &dyn Fn(f64, f64) -> f64| -> Vec<f64> {
        (0..rows * columns).map(at).map(|(r, angle)| f(r, angle)).collect()
    };
    let dims = || vec![Dim::new("ring"), Dim::new("part")];
    let shaped = |values: Vec<f64>| Labelled::contiguous(dims(), vec![rows, columns], floats(&values));
    let mut data = shaped(all(&|r, angle| r * r + libm::sin(3.0 * angle))).named("T");
    data.coords.insert("x", Arc::new(shaped(all(&|r, angle| r * libm::cos(angle)))));
    data.coords.insert("y", Arc::new(shaped(all(&|r, angle| r * libm::sin(angle)))));
    data
}

fn bent(kind: Kind) -> Chart {
    Chart {
        kind: Some(kind),
        encodings: Encodings { x: name("x"), y: name("y"), ..Encodings::default() },
        panel: PanelOptions { aspect: Some(Ratio::Units(1.0)), ..PanelOptions::default() },
        ..Chart::default()
    }
}

fn draw(chart: &Chart, data: impl Into<ChartData>) -> Result<Scene, String> {
    compose(chart, &data.into()).map(|scene| scene.value).map_err(|error| error.to_string())
}

fn calls(text: &str) -> Scene {
    let scene = super::sound::calls(text, &BTreeMap::new());
    let warnings: Vec<String> = scene.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, Vec::<String>::new());
    scene.value
}

/// Limits by xarray 2026 and matplotlib 3.11 (`plot.pcolormesh(x="x", y="y")`).
#[test]
fn cells_with_two_dimensional_coordinates_lie_where_xarray_puts_them() {
    let scene = draw(&bent(Kind::PColorMesh), rings(6, 10)).expect("a mesh");
    let axes = &scene.axes[0];
    for (ours, theirs) in [
        (axes.x.limits, [-0.6252231467038905, 1.9357695295688107]),
        (axes.y.limits, [-0.1903914420119337, 1.9023140274870503]),
    ] {
        assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-9), "{ours:?}, not {theirs:?}");
    }
    assert_eq!(axes.marks[0].shape, Some([6, 10]));
    let polygons = scene.commands.iter().filter(|command| matches!(command, Command::Path { .. })).count();
    assert!(polygons >= 60, "{polygons} paths");
    // A unit of x is as long as one of y, and the colour bar as high as the axes.
    let unit = |length: f64, [low, high]: [f64; 2]| length / (high - low);
    let (x, y) = (unit(axes.frame.width(), axes.x.limits), unit(axes.frame.height(), axes.y.limits));
    assert!((x / y - 1.0).abs() < 0.01, "{x} {y}");
    keep("bent-mesh", &scene);
    let bar = &scene.axes[1].frame;
    assert!((bar.top - axes.frame.top).abs() < 1e-6 && (bar.bottom - axes.frame.bottom).abs() < 1e-6);
    // Many cells are one image.
    let scene = draw(&bent(Kind::PColorMesh), rings(60, 100)).expect("a mesh");
    assert!(scene.commands.len() < 200);
}

#[test]
fn contours_follow_bent_coordinates() {
    for kind in [Kind::Contour, Kind::ContourF] {
        let scene = draw(&bent(kind), rings(8, 30)).expect("contours");
        keep(&format!("bent-{}", kind.name()), &scene);
        let [low, high] = scene.axes[0].x.limits;
        // The nodes, without half a cell around them.
        assert!(low > -0.8 && (high - 1.875).abs() < 1e-9, "{low} {high}");
    }
}

#[test]
fn facets_may_have_bent_coordinates_of_their_own() {
    let data = rings(6, 10);
    let both = |array: &Labelled, far: f64| -> Labelled {
        let own = array.to_f64().expect("numbers");
        let twice: Vec<f64> = own.iter().copied().chain(own.iter().map(|v| v + far)).collect();
        let dims = vec![Dim::new("t"), Dim::new("ring"), Dim::new("part")];
        Labelled::contiguous(dims, vec![2, 6, 10], floats(&twice))
    };
    let mut all = both(&data, 1.0).named("T");
    all.coords.insert("x", Arc::new(both(data.coords.get("x").expect("just made"), 5.0)));
    all.coords.insert("y", data.coords.get("y").expect("just made").clone());
    let mut chart = bent(Kind::PColorMesh);
    chart.encodings.col = name("t");
    let scene = draw(&chart, all.clone()).expect("two panels");
    // One axis for both: it reaches over the panel whose cells lie 5 further.
    let [low, high] = scene.axes[0].x.limits;
    assert!(low < 0.0 && high > 6.5, "{low} {high}");
    chart.encodings.y = Default::default();
    let error = draw(&chart, all.clone()).unwrap_err();
    assert!(error.contains("other axis does not follow"), "{error}");
    chart.encodings.y = name("y");
    chart.kind = Some(Kind::ImShow);
    assert!(draw(&chart, all).unwrap_err().contains("`imshow` cannot draw"));
}

#[test]
fn panels_shrink_to_their_ratio_and_others_fill_their_room() {
    let scene = calls(
        "
plot:
  to_plot:
    [0, 0]: [{function: plt.imshow, args: [[[1, 2, 3, 4], [5, 6, 7, 8]]]}]
    [1, 0]: [{function: plt.plot, args: [[0, 1], [0, 1]]}]
helpers: {setup_figure: {ncols: 2, figsize: [8, 4]}}
",
    );
    keep("ratios", &scene);
    let [image, plot] = [&scene.axes[0].frame, &scene.axes[1].frame];
    assert!((image.width() / image.height() - 2.0).abs() < 0.02);
    assert!(plot.height() > 1.2 * image.height());
    for (ratio, tall) in [("aspect: equal", 0.5), ("aspect: 3", 1.5), ("box_aspect: 0.7", 0.7)] {
        let scene = calls(&format!(
            "
plot: {{to_plot: [{{function: plt.plot, args: [[0, 2], [0, 1]]}}]}}
helpers: {{setup_figure: {{subplot_kw: {{{ratio}}}}}, set_limits: {{x: [0, 2], y: [0, 1]}}}}
"
        ));
        let frame = &scene.axes[0].frame;
        assert!((frame.height() / frame.width() / tall - 1.0).abs() < 0.01, "{ratio}: {frame:?}");
    }
}

#[test]
fn contours_carry_their_levels_in_gaps_of_the_lines() {
    let text = |inline: bool| {
        format!(
            "
plot:
  to_plot:
    - function: plt.contour
      args: [{}]
      levels: [2, 5, 8]
    - {{function: plt.clabel, fmt: '%.1f m', inline: {inline}}}
",
            rows()
        )
    };
    let (with, without) = (calls(&text(true)), calls(&text(false)));
    let written = |scene: &Scene| -> Vec<String> {
        let texts = scene.commands.iter().filter_map(|command| match command {
            Command::Text(text) if text.text.ends_with(" m") => Some(text.text.clone()),
            _ => None,
        });
        texts.collect()
    };
    assert_eq!(written(&with), ["2.0 m", "5.0 m", "8.0 m"]);
    assert_eq!(written(&without), written(&with));
    let lines = |scene: &Scene| {
        scene.commands.iter().filter(|command| matches!(command, Command::Polyline { .. })).count()
    };
    assert_eq!(lines(&with), lines(&without) + 3);
}

/// Rows of a plane that rises to the right.
fn rows() -> String {
    let row = format!("[{}]", (0..11).map(|v| v.to_string()).collect::<Vec<_>>().join(", "));
    format!("[{}]", vec![row; 6].join(", "))
}

#[test]
fn probabilities_stand_on_logit_axes() {
    let values: Vec<f64> = (0..41).map(|i| 1.0 / (1.0 + libm::exp(f64::from(20 - i) / 2.5))).collect();
    let at: Vec<f64> = (0..41).map(f64::from).collect();
    let mut chart = Chart { kind: Some(Kind::Line), ..Chart::default() };
    chart.y.scale = Some(Scale::Logit);
    let scene = draw(&chart, array("p", &[("t", floats(&at))], values)).expect("a line");
    let y = &scene.axes[0].y;
    keep("logit", &scene);
    assert_eq!(y.scale, "logit");
    assert_eq!(y.tick_labels, ["10⁻³", "10⁻²", "10⁻¹", "½", "1−10⁻¹", "1−10⁻²", "1−10⁻³"]);
    // matplotlib 3.11.
    assert!(
        y.limits.iter().zip([0.00015071035805975524, 0.9998492896419403]).all(|(a, b)| (a - b).abs() < 1e-9),
        "{:?}",
        y.limits
    );
    let outside = draw(&chart, array("p", &[("t", floats(&at[..3]))], vec![-1.0, 2.0, 0.5]));
    assert!(outside.is_ok());
}

#[test]
fn all_markers_are_drawn() {
    let all = [
        "o", ".", ",", "s", "^", "v", "<", ">", "D", "d", "+", "x", "*", "p", "h", "H", "8", "P", "X", "1",
        "2", "3", "4", "|", "_",
    ];
    let one = |(i, marker): (usize, &&str)| {
        format!("{{function: plt.scatter, args: [[{}], [{}]], marker: '{marker}', s: 150}}", i % 5, i / 5)
    };
    let together: Vec<String> = all.iter().enumerate().map(one).collect();
    keep("markers", &calls(&format!("plot: {{to_plot: [{}]}}", together.join(", "))));
    for marker in all {
        let scene = calls(&format!(
            "
plot: {{to_plot: [{{function: plt.plot, args: [[0, 1], [0, 1]], marker: '{marker}', linestyle: none}}]}}
"
        ));
        assert!(scene.commands.iter().any(|command| matches!(command, Command::Markers { .. })), "{marker}");
    }
}

/// Expected: xarray 2026, `plot.imshow(origin=…)` and `plot.pcolormesh(infer_intervals=False)`.
#[test]
fn images_begin_at_their_origin_and_meshes_may_end_at_their_middles() {
    use shmplot::data::Values;
    use shmplot::render::chart::{MeshOptions, Origin};
    let limits = |kind, mesh, x: [f64; 4], y: [f64; 3]| {
        let coord = |name: &str, at: &[f64]| {
            let values = Values::F64(at.to_vec().into());
            Arc::new(Labelled::contiguous(vec![Dim::new(name)], vec![at.len()], values))
        };
        let dims = vec![Dim::new("y"), Dim::new("x")];
        let mut array = Labelled::contiguous(dims, vec![3, 4], Values::F64(vec![0.5; 12].into()));
        array.coords.insert("y", coord("y", &y));
        array.coords.insert("x", coord("x", &x));
        let chart = Chart { kind: Some(kind), mesh, ..Chart::default() };
        let scene = compose(&chart, &array.into()).expect("a scene").value;
        (scene.axes[0].x.limits, scene.axes[0].y.limits)
    };
    let (even, uneven) = ([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 3.0, 6.0]);
    let (rising, falling) = ([0.0, 1.0, 2.0], [2.0, 1.0, 0.0]);
    for (origin, y, expected) in [
        (None, falling, [-0.5, 2.5]),
        (Some(Origin::Lower), rising, [-0.5, 2.5]),
        (Some(Origin::Lower), falling, [2.5, -0.5]),
        (Some(Origin::Upper), rising, [2.5, -0.5]),
        (Some(Origin::Upper), falling, [-0.5, 2.5]),
    ] {
        let mesh = MeshOptions { origin, ..MeshOptions::default() };
        assert_eq!(limits(Kind::ImShow, mesh, even, y), ([-0.5, 3.5], expected), "{origin:?}, {y:?}");
    }
    let middles = MeshOptions { middles: true, ..MeshOptions::default() };
    assert_eq!(limits(Kind::PColorMesh, middles, uneven, falling), ([0.0, 6.0], [0.0, 2.0]));
    let edges = limits(Kind::PColorMesh, MeshOptions::default(), uneven, rising);
    assert_eq!(edges, ([-0.5, 7.5], [-0.5, 2.5]));
}
