//! Numbers against matplotlib's mplot3d (`tests/fixtures/space`).

use super::frame::{Frame, LABEL_GAP};
use super::projection::{Projection, in_square};
use crate::render::axis::AxisSpec;
use crate::render::chart::{BoxAspect, Scale, TickStyle, View};
use crate::render::scale::Mapping;
use serde_json::Value;

fn fixture() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/space/space.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn scale(name: &Value) -> Scale {
    if name == "log" { Scale::Log { base: 10.0 } } else { Scale::Linear }
}

fn view(case: &Value) -> View {
    let of = |key: &str| case["view"][key].as_f64().unwrap();
    let box_aspect = if case["equal"] == true { BoxAspect::Equal } else { BoxAspect::Usual };
    View { elevation: of("elev"), azimuth: of("azim"), roll: of("roll"), box_aspect, ..View::default() }
}

fn maps(case: &Value) -> [Mapping; 3] {
    [0, 1, 2].map(|i| {
        let limits = numbers(&case["limits"][i]);
        Mapping::new(scale(&case["scales"][i]), [limits[0], limits[1]])
    })
}

#[track_caller]
fn near(got: [f64; 2], expected: &Value, what: &str) {
    let expected = numbers(expected);
    let off = (got[0] - expected[0]).abs().max((got[1] - expected[1]).abs());
    // 1e-6 of the square is a ten-thousandth of a pixel.
    assert!(off < 1e-6, "{what}: {got:?}, expected {expected:?}");
}

#[test]
fn points_are_where_matplotlib_projects_them() {
    let all = fixture();
    let data = all["data"].as_array().unwrap();
    for case in all["cases"].as_array().unwrap() {
        let projection = Projection::new(&view(case), maps(case));
        for (point, expected) in data.iter().zip(case["points"].as_array().unwrap()) {
            let at = numbers(point);
            let boxed = projection.boxed([at[0], at[1], at[2]]);
            if expected[0].is_null() || boxed.iter().any(|v| v.is_nan()) {
                continue;
            }
            let [x, y, depth] = projection.project(boxed);
            near(in_square(x, y), expected, case["name"].as_str().unwrap());
            let off = (depth - expected[2].as_f64().unwrap()).abs();
            assert!(off < 1e-9, "{}: depth {depth}, expected {}", case["name"], expected[2]);
        }
    }
}

#[test]
fn panes_lines_ticks_and_labels_are_where_matplotlib_draws_them() {
    for case in fixture()["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let maps = maps(case);
        let projection = Projection::new(&view(case), maps);
        let size = case["size_pt"].as_f64().unwrap();
        let axes = [0, 1, 2].map(|i| {
            let ticks = case["axes"][i]["ticks"].as_array().unwrap();
            let chosen = ticks.iter().map(|tick| (tick["at"].as_f64().unwrap(), Some("t".to_owned())));
            let mut spec = AxisSpec::new(maps[i].scale, maps[i].limits, TickStyle::default());
            spec.chosen = Some(chosen.collect());
            spec.lay(1e6, crate::render::ticks::Side::Horizontal)
        });
        let frame = Frame::new(&projection, [&axes[0], &axes[1], &axes[2]]);
        for (i, side) in frame.sides.iter().enumerate() {
            let expected = &case["axes"][i];
            let what = format!("{name}, axis {i}");
            for corner in expected["pane"].as_array().unwrap() {
                let at = numbers(corner);
                let close = |own: &[f64; 2]| (own[0] - at[0]).abs().max((own[1] - at[1]).abs()) < 1e-6;
                assert!(side.pane.iter().any(close), "{what}: no corner at {at:?} in {:?}", side.pane);
            }
            for end in 0..2 {
                near(side.line[end], &expected["line"][end], &format!("{what}, line"));
            }
            let ticks = expected["ticks"].as_array().unwrap();
            assert_eq!(side.ticks.len(), ticks.len(), "{what}");
            for tick in ticks {
                let at = tick["at"].as_f64().unwrap();
                let own = axes[i].ticks.major.iter().position(|own| *own == at).unwrap();
                let own = &side.ticks[own];
                near(own.line[0], &tick["line"][0], &format!("{what}, tick {at}"));
                near(own.line[1], &tick["line"][1], &format!("{what}, tick {at}"));
                let label = frame.tick_label(side, own, size, axes[i].look.pad);
                near(label, &tick["label"], &format!("{what}, label of {at}"));
            }
            near(frame.label(side, size, LABEL_GAP), &expected["label"]["at"], &format!("{what}, label"));
            let rotation = expected["label"]["rotation"].as_f64().unwrap();
            // Short labels are not turned.
            let off = (side.angle - rotation).rem_euclid(360.0);
            assert!(i == 0 || off.min(360.0 - off) < 1e-3, "{what}: {} for {rotation}", side.angle);
        }
    }
}

mod drawn {
    use crate::data::{Dataset, Dim, Labelled, Values};
    use crate::render::chart::{BoxAspect, Encoding, Kind, Limit, View};
    use crate::render::scene::{Command, Scene};
    use crate::render::{Chart, ChartData, RenderError, compose, describe};

    fn dataset(vars: [&[f64]; 3]) -> ChartData {
        let var = |(name, values): (&str, &[f64])| {
            let own = Values::F64(values.to_vec().into());
            (name.to_owned(), Labelled::contiguous(vec![Dim::new("i")], vec![values.len()], own))
        };
        let vars = ["a", "b", "c"].into_iter().zip(vars).map(var).collect();
        Dataset { vars, attrs: Default::default() }.into()
    }

    fn chart() -> Chart {
        let name = |name: &str| Encoding::Name(name.to_owned());
        let mut chart = Chart { kind: Some(Kind::Scatter3D), ..Chart::default() };
        (chart.encodings.x, chart.encodings.y, chart.encodings.z) = (name("a"), name("b"), name("c"));
        chart
    }

    fn markers(scene: &Scene) -> Vec<([f64; 2], u8)> {
        let one = |command: &Command| match command {
            Command::Markers { at, fills, .. } => {
                let alpha = |i: usize| fills.get(i).unwrap_or(&fills[0]).a;
                Some(at.iter().enumerate().map(|(i, at)| (*at, alpha(i))).collect::<Vec<_>>())
            }
            _ => None,
        };
        scene.commands.iter().filter_map(one).flatten().collect()
    }

    /// All texts and markers stand inside the figure.
    fn check(scene: &Scene) {
        let [width, height] = scene.size_in.map(|inches| 72.0 * inches);
        let inside = |[x, y]: [f64; 2]| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
        for command in &scene.commands {
            if let Command::Text(text) = command {
                assert!(crate::render::tight::corners(text).into_iter().all(inside), "{text:?}");
            }
        }
        assert!(markers(scene).into_iter().all(|(at, _)| inside(at)));
    }

    #[test]
    fn far_points_come_first_and_are_fainter() {
        let data = dataset([&[0.0, 0.5, 1.0, f64::NAN], &[0.0, 0.5, 1.0, 1.0], &[0.0, 0.5, 1.0, 1.0]]);
        // Along y the camera stands at the low end.
        let view = View { elevation: 0.0, azimuth: -90.0, ..View::default() };
        let scene = compose(&Chart { view: Some(view), ..chart() }, &data).unwrap().value;
        check(&scene);
        let alphas: Vec<u8> = markers(&scene).into_iter().map(|(_, alpha)| alpha).collect();
        assert!(alphas.len() == 3 && alphas[0] < alphas[1] && alphas[1] < alphas[2], "{alphas:?}");
        let heights: Vec<f64> = markers(&scene).into_iter().map(|([_, y], _)| y).collect();
        assert!(heights[0] < heights[1] && heights[1] < heights[2], "{heights:?}");
        let told = describe(&scene);
        assert_eq!(
            (told["axes"][0]["zlabel"].as_str(), &told["axes"][0]["view"][1]),
            (Some("c"), &(-90.0).into())
        );
    }

    /// 0.05 of the range and then 1/48 of that, as matplotlib; limits that are given have none.
    #[test]
    fn limits_are_matplotlibs_and_what_is_outside_is_not_drawn() {
        let data = dataset([&[0.0, 1.0, 2.0], &[-1.0, 0.0, 1.0], &[0.0, 48.0, 96.0]]);
        let mut chart = chart();
        let limits =
            |chart: &Chart| describe(&compose(chart, &data).unwrap().value)["axes"][0]["zlim"].clone();
        assert_eq!(limits(&chart), serde_json::json!([-7.0, 103.0]));
        chart.z.limits = [Limit::At(10.0), Limit::At(60.0)];
        assert_eq!(limits(&chart), serde_json::json!([10.0, 60.0]));
        assert_eq!(markers(&compose(&chart, &data).unwrap().value).len(), 1);
    }

    #[test]
    fn constant_missing_and_no_data_are_drawn_as_boxes() {
        let nan = [f64::NAN; 2];
        for data in [
            dataset([&[1.0, 1.0], &[2.0, 2.0], &[3.0, 3.0]]),
            dataset([&nan, &nan, &nan]),
            dataset([&[], &[], &[]]),
            dataset([&[f64::INFINITY, 1.0], &[0.0, 1e300], &[0.0, -1e-300]]),
        ] {
            for box_aspect in [BoxAspect::Usual, BoxAspect::Equal] {
                for elevation in [30.0, 90.0, -120.0] {
                    let view = View { elevation, box_aspect, ..View::default() };
                    let scene = compose(&Chart { view: Some(view), ..chart() }, &data).unwrap().value;
                    check(&scene);
                    assert!(scene.commands.iter().any(|command| matches!(command, Command::Path { .. })));
                }
            }
        }
    }

    #[test]
    fn surfaces_leave_gaps_and_say_what_they_need() {
        let values: Vec<f64> = (0..20).map(|i| if i == 7 { f64::NAN } else { f64::from(i % 5) }).collect();
        let dims = vec![Dim::new("y"), Dim::new("x")];
        let array = Labelled::contiguous(dims, vec![4, 5], Values::F64(values.into())).named("h");
        let chart = Chart { kind: Some(Kind::Surface), ..Chart::default() };
        let scene = compose(&chart, &array.into()).unwrap().value;
        check(&scene);
        let told = describe(&scene);
        assert_eq!(told["axes"][0]["zlim"], serde_json::json!([-0.0833333, 4.08333]));
        assert_eq!(told["axes"][0]["zlabel"], "h");
        let faces = scene.commands.iter().filter(|command| matches!(command, Command::Path { .. })).count();
        // Twelve faces, of which four lack a corner, and three panes.
        assert!(faces >= 12 + 3, "{faces}");
        let line = Labelled::contiguous(vec![Dim::new("x")], vec![2], Values::F64(vec![0.0, 1.0].into()));
        let error = compose(&chart, &line.into()).unwrap_err();
        assert!(matches!(error, RenderError::Dims { kind: "surface", .. }), "{error}");
        let error = compose(&super::drawn::chart(), &dataset_without_z()).unwrap_err();
        assert!(error.to_string().contains("`c` for `z`"), "{error}");
    }

    fn dataset_without_z() -> ChartData {
        let ChartData::Dataset(mut data) = dataset([&[0.0], &[0.0], &[0.0]]) else { unreachable!() };
        data.vars.pop();
        data.into()
    }
}
