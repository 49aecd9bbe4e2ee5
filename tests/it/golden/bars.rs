//! Colour bars and legends: where matplotlib has them, and nothing over anything else.

use super::charts::{array, floats};
use super::drawn::{self, Results};
use super::own::{grid, name};
use super::sound::compose;
use super::text_box;
use serde_json::Value;
use shmplot::render::chart::{Encodings, EndLength, Kind, LegendOptions, Location};
use shmplot::render::scene::{Command, Rect, Role, Scene};
use shmplot::render::{Chart, ChartData};

fn reference() -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bars/bars.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("a fixture")).expect("JSON")
}

/// No two texts meet, all are inside the figure, and bars stand beside the panels.
fn apart(what: &str, scene: &Scene) {
    let [width, height] = scene.size_in.map(|inches| 72.0 * inches);
    let mut boxes: Vec<(&str, [f64; 4])> = Vec::new();
    for command in &scene.commands {
        let Command::Text(text) = command else { continue };
        if text.rotation % 90.0 != 0.0 {
            continue;
        }
        let own = text_box(text);
        let [left, top, right, bottom] = own;
        let inside = left >= -0.5 && top >= -0.5 && right <= width + 0.5 && bottom <= height + 0.5;
        assert!(inside, "{what}: {:?} is cut at {own:?} of {width} × {height}", text.text);
        for (other, [l, t, r, b]) in &boxes {
            let free = left >= r - 0.3 || *l >= right - 0.3 || top >= b - 0.3 || *t >= bottom - 0.3;
            assert!(free, "{what}: {:?} covers {other:?}", text.text);
        }
        boxes.push((&text.text, own));
    }
    let frames: Vec<(&Rect, Role)> = scene.axes.iter().map(|axes| (&axes.frame, axes.role)).collect();
    for (i, (own, role)) in frames.iter().enumerate().filter(|(_, (_, role))| *role == Role::Colorbar) {
        let inside = own.left >= 0.0 && own.top >= 0.0 && own.right <= width && own.bottom <= height;
        assert!(inside, "{what}: a colour bar is cut: {own:?}");
        for (other, _) in &frames[..i] {
            let free = own.left >= other.right
                || other.left >= own.right
                || own.top >= other.bottom
                || other.top >= own.bottom;
            assert!(free, "{what}: a colour bar is over something: {own:?} {other:?} {role:?}");
        }
    }
}

fn field(results: &mut Results) {
    let values = (0..30).map(|i| -6.5 + 14.6 * f64::from(i) / 29.0).collect();
    results.insert("z".to_owned(), drawn::array(vec![5, 6], values));
}

/// Expected: `tests/fixtures/bars/make.py`.
#[test]
fn bars_stand_where_matplotlib_has_them() {
    let mut results = Results::new();
    field(&mut results);
    for (case, expected) in reference().as_object().expect("cases") {
        let Some(options) = expected.get("options") else { continue };
        let options: Vec<String> = options
            .as_object()
            .expect("options")
            .iter()
            .map(|(key, value)| format!("{key}: {value}"))
            .collect();
        let text = format!(
            "plot:\n  to_plot:\n    - {{function: plt.pcolormesh, args: [!dag_result z], vmin: -6, vmax: 6}}\n    \
             - {{function: plt.colorbar, {}}}\nhelpers: {{setup_figure: {{figsize: [6, 4.5]}}}}\n",
            options.join(", ")
        );
        let scene = drawn::draw(&format!("bar-{case}"), &text, &results);
        apart(case, &scene);
        let [panel, bar] = [Role::Plot, Role::Colorbar]
            .map(|role| scene.axes.iter().find(|axes| axes.role == role).expect("axes"));
        let (p, b) = (panel.frame, bar.frame);
        let lies = b.width() > b.height();
        let number = |key: &str| expected[key].as_f64().expect("a number");
        let gap = [b.left - p.right, p.left - b.right, p.top - b.bottom, b.top - p.bottom];
        let gap = gap.into_iter().fold(0.0, f64::max);
        let across = if lies { p.height() } else { p.width() };
        assert!((gap - number("gap") * across).abs() < 4.0, "{case}: {gap} {}", number("gap") * across);
        let (width, length) = if lies { (b.height(), b.width()) } else { (b.width(), b.height()) };
        assert!((width / number("width") - 1.0).abs() < 0.06, "{case}: {width} {}", number("width"));
        // matplotlib's is without the ends.
        let along = if lies { p.width() } else { p.height() };
        let ends = match case.as_str() {
            "below" => 1.1,
            "ends" => 1.2,
            "sides" => 1.4,
            _ => 1.0,
        };
        let share = length / along / ends;
        assert!((share - number("length")).abs() < 0.02, "{case}: {share} {}", number("length"));
        let axis = if lies { &bar.x } else { &bar.y };
        let ticks: Vec<f64> =
            expected["ticks"].as_array().expect("ticks").iter().filter_map(Value::as_f64).collect();
        assert_eq!(axis.ticks, ticks, "{case}");
    }
}

#[test]
fn boundaries_stand_evenly_or_where_their_values_are() {
    let mut results = Results::new();
    field(&mut results);
    let all = reference();
    for spacing in ["uniform", "proportional"] {
        let text = format!(
            "plot:\n  to_plot:\n    - {{function: plt.contourf, args: [!dag_result z], levels: [-6, -2, 0, 1, 4], extend: both}}\n    \
             - {{function: plt.colorbar, spacing: {spacing}, drawedges: true}}\n"
        );
        let scene = drawn::draw(&format!("bar-{spacing}"), &text, &results);
        let bar = scene.axes.iter().find(|axes| axes.role == Role::Colorbar).expect("a bar").frame;
        let places: Vec<f64> =
            all[spacing]["places"].as_array().expect("places").iter().filter_map(Value::as_f64).collect();
        // The lines between the colours.
        let drawn: Vec<f64> = scene
            .commands
            .iter()
            .filter_map(|command| match command {
                Command::Polyline { points, .. }
                    if points.len() == 2
                        && points[0][1] == points[1][1]
                        && (points[0][0] - bar.left).abs() < 1e-6
                        && (points[1][0] - bar.right).abs() < 1e-6 =>
                {
                    Some(points[0][1])
                }
                _ => None,
            })
            .collect();
        let ends = 2.0 * 0.05;
        let body = bar.height() / (1.0 + ends);
        for place in &places[1..4] {
            let y = bar.bottom - (0.05 + place) * body;
            assert!(
                drawn.iter().any(|at| (at - y).abs() < 0.5),
                "{spacing}: no line at {place}: {drawn:?} {y}"
            );
        }
    }
}

fn mesh(rows: usize, cols: usize) -> (Chart, ChartData) {
    let values: Vec<f64> = (0..rows * cols)
        .flat_map(|k| grid(8, move |x, y| 1e3 * (k as f64 + libm::sin(4.0 * x) * y)))
        .collect();
    let steps = |n: usize| floats(&(0..n).map(|i| i as f64).collect::<Vec<_>>());
    let data = array(
        "potential",
        &[("r", steps(rows)), ("c", steps(cols)), ("y", steps(8)), ("x", steps(8))],
        values,
    );
    let encodings =
        Encodings { row: name("r"), col: name("c"), x: name("x"), y: name("y"), ..Encodings::default() };
    (Chart { kind: Some(Kind::PColorMesh), encodings, ..Chart::default() }, ChartData::Array(data))
}

#[test]
fn bars_of_grids_keep_off_everything_on_every_side() {
    let long = "potential temperature of the lowest layer, averaged over the whole basin [K]";
    for (rows, cols) in [(1, 1), (1, 4), (2, 3), (6, 1), (3, 3), (6, 6)] {
        for location in [Location::Left, Location::Right, Location::Top, Location::Bottom] {
            for (label, extend, shrink) in
                [("K", [false, false], 1.0), (long, [true, true], 1.0), (long, [false, true], 0.5)]
            {
                let (mut chart, data) = mesh(rows, cols);
                chart.suptitle = Some("A figure of many panels with one colour bar".to_owned());
                let bar = &mut chart.color.bar;
                bar.label = Some(label.to_owned());
                bar.location = Some(location);
                bar.extend = Some(extend);
                bar.shrink = Some(shrink);
                bar.end_length = EndLength::Share([0.1; 2]);
                let scene = compose(&chart, &data).expect("a scene").value;
                let what = format!("{rows} × {cols} {location:?} {label:.5} {shrink}");
                apart(&what, &scene);
                // It spans all panels, in their middle.
                let plots =
                    || scene.axes.iter().filter(|axes| axes.role == Role::Plot).map(|axes| axes.frame);
                let bar = scene.axes.iter().find(|axes| axes.role == Role::Colorbar).expect("a bar").frame;
                let least = |f: fn(&Rect) -> f64| plots().map(|r| f(&r)).fold(f64::INFINITY, f64::min);
                let most = |f: fn(&Rect) -> f64| plots().map(|r| f(&r)).fold(0.0, f64::max);
                let (own, all) = match location {
                    Location::Left | Location::Right => {
                        ([bar.top, bar.bottom], [least(|r| r.top), most(|r| r.bottom)])
                    }
                    _ => ([bar.left, bar.right], [least(|r| r.left), most(|r| r.right)]),
                };
                let middle = (own[0] + own[1] - all[0] - all[1]).abs() / 2.0;
                let share = (own[1] - own[0]) / (all[1] - all[0]);
                assert!(middle < 1.0 && (share - shrink).abs() < 0.02, "{what}: {own:?} {all:?}");
            }
        }
    }
}

#[test]
fn bars_of_single_panels_keep_off_their_neighbours() {
    let mut results = Results::new();
    field(&mut results);
    for [cols, rows] in [[1, 1], [2, 1], [1, 3], [3, 2]] {
        for options in [
            "location: left, label: to the left",
            "location: right, label: to the right, extend: both",
            "location: top, label: above, format: '%.1f'",
            "orientation: horizontal, label: below, extendfrac: auto, extend: max",
            "location: bottom, ticklocation: top, label: between, shrink: 0.7, anchor: [0, 1]",
            "ticks: [-6, 0, 8], ticklabels: [a long name of the lowest, nought, the highest of all], minorticks: true",
        ] {
            let mut text = "plot:\n  to_plot:\n".to_owned();
            for (col, row) in (0..cols).flat_map(|col| (0..rows).map(move |row| (col, row))) {
                text += &format!(
                    "    [{col}, {row}]:\n      - {{function: plt.pcolormesh, args: [!dag_result z]}}\n      \
                     - {{function: plt.title, label: a title}}\n      - {{function: plt.xlabel, label: x}}\n      \
                     - {{function: plt.colorbar, {options}}}\n      - {{function: plt.colorbar, label: a second one}}\n"
                );
            }
            text += &format!(
                "helpers:\n  setup_figure: {{ncols: {cols}, nrows: {rows}, scale_figsize_with_subplots_shape: true}}\n"
            );
            let scene = drawn::draw("bars-own", &text, &results);
            apart(&format!("{cols} × {rows} {options}"), &scene);
            assert_eq!(scene.axes.len(), 3 * cols * rows);
        }
    }
    // One of all axes.
    let text = "plot:\n  to_plot:\n    [0, 0]: [{function: plt.pcolormesh, args: [!dag_result z]}]\n    \
                [1, 0]: [{function: plt.pcolormesh, args: [!dag_result z]}, {function: plt.colorbar, ax: all, \
                location: top, label: both}]\nhelpers: {setup_figure: {ncols: 2}}\n";
    let scene = drawn::draw("bars-all", text, &results);
    apart("all", &scene);
    let bar = scene.axes[2].frame;
    assert!(
        (bar.left - scene.axes[0].frame.left).abs() < 1.0
            && (bar.right - scene.axes[1].frame.right).abs() < 1.0
    );
    // One inside.
    let text = "plot:\n  to_plot:\n    - {function: plt.pcolormesh, args: [!dag_result z]}\n    \
                - {function: plt.colorbar, cax: [0.5, 0.9, 0.4, 0.05], orientation: horizontal}\n";
    let scene = drawn::draw("bars-inset", text, &results);
    let (panel, bar) = (scene.axes[0].frame, scene.axes[1].frame);
    assert!((bar.left - panel.left - 0.5 * panel.width()).abs() < 1.0);
    assert!((bar.height() - 0.05 * panel.height()).abs() < 1.5);
}

fn lines(n: usize, long: bool) -> (Chart, ChartData) {
    let names: Vec<String> = (0..n)
        .map(|i| {
            if long {
                format!("series number {i} of an experiment with a long name")
            } else {
                format!("s{i}")
            }
        })
        .collect();
    let values =
        (0..n).flat_map(|k| (0..20).map(move |i| libm::sin(0.3 * f64::from(i) + k as f64))).collect();
    let steps: Vec<f64> = (0..20).map(f64::from).collect();
    let names = shmplot::data::Values::Str(names.iter().map(String::as_str).collect());
    let data = array("amplitude", &[("series", names), ("time", floats(&steps))], values);
    let encodings = Encodings { x: name("time"), hue: name("series"), ..Encodings::default() };
    (Chart { kind: Some(Kind::Line), encodings, ..Chart::default() }, ChartData::Array(data))
}

#[test]
fn legends_fit_or_stand_beside() {
    for n in [1, 5, 12, 30, 60] {
        // Of sixty long names no type is small enough.
        for long in [false, true].into_iter().take(if n > 30 { 1 } else { 2 }) {
            let (chart, data) = lines(n, long);
            let scene = compose(&chart, &data).expect("a scene").value;
            apart(&format!("{n} names, long: {long}"), &scene);
        }
    }
    let places = LegendOptions::PLACES.into_iter().map(str::to_owned);
    let outside = ["outside right upper", "outside lower center", "outside upper left", "outside left lower"];
    for loc in places.chain(outside.map(str::to_owned)) {
        let (mut chart, data) = lines(4, false);
        chart.legend.loc = Some(loc.clone());
        chart.legend.title = Some("a title".to_owned());
        let scene = compose(&chart, &data).expect("a scene").value;
        apart(&loc, &scene);
    }
    // Anchored beside the axes: they make room, as for gallery picture 8.
    let (mut chart, data) = lines(4, true);
    chart.legend.loc = Some("upper left".to_owned());
    chart.legend.anchor = Some([1.0, 1.0, 0.0, 0.0]);
    chart.legend.reverse = Some(true);
    let scene = compose(&chart, &data).expect("a scene").value;
    apart("anchored", &scene);
    let legend = scene.axes[0].legend.as_ref().expect("a legend");
    assert!(legend.labels[0].starts_with("series number 3"), "{legend:?}");
    let right = scene.axes[0].frame.right;
    let names = scene.commands.iter().filter_map(|command| match command {
        Command::Text(text) if text.text.starts_with("series") => Some(text.at[0]),
        _ => None,
    });
    assert!(names.fold(f64::INFINITY, f64::min) > right);
}

#[test]
fn cells_have_their_numbers() {
    let (mut chart, data) = mesh(1, 2);
    chart.mesh.annot = true;
    chart.mesh.format = shmplot::render::ticks::spec::Spec::parse(".0f");
    let scene = compose(&chart, &data).expect("a scene").value;
    assert!(scene.axes.iter().filter(|axes| axes.role == Role::Plot).all(|axes| axes.texts.len() >= 64));
    let (mut chart, data) = mesh(20, 20);
    chart.mesh.annot = true;
    assert!(compose(&chart, &data).expect_err("too many").to_string().contains("annot"));
}

#[test]
fn sizes_have_a_legend_beside_the_colour_bar() {
    let [a, b, c, d] = [1.0, 2.0, 3.0, 5.0].map(|k| {
        let values: Vec<f64> = (0..40).map(|i| (k * f64::from(i)) % 7.0).collect();
        array("v", &[("i", floats(&(0..40).map(f64::from).collect::<Vec<_>>()))], values)
    });
    let vars = vec![("a", a), ("b", b), ("c", c), ("d", d)];
    let vars = vars.into_iter().map(|(name, array)| (name.into(), array.named(name))).collect();
    let data = shmplot::data::Dataset { vars, ..Default::default() };
    let encodings = Encodings {
        x: name("a"),
        y: name("b"),
        hue: name("c"),
        markersize: name("d"),
        ..Encodings::default()
    };
    let chart = Chart { kind: Some(Kind::Scatter), encodings, ..Chart::default() };
    let scene = compose(&chart, &ChartData::Dataset(data)).expect("a scene").value;
    assert!(scene.axes.iter().any(|axes| axes.role == Role::Colorbar));
    let legend = scene.axes[0].legend.as_ref().expect("a legend");
    assert_eq!(legend.title, "d");
    assert_eq!(legend.labels, ["0.0", "1.5", "3.0", "4.5", "6.0"]);
}
