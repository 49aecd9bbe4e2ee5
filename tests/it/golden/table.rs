//! The axes table against the commands: what it says must have been drawn.

use super::own;
use super::sound::compose;
use shmplot::render::describe;
use shmplot::render::scene::{AxesRecord, AxisRecord, Command, Point, Role, Scene};

fn texts(scene: &Scene) -> Vec<&str> {
    let texts = scene.commands.iter().filter_map(|command| match command {
        Command::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Whether a text was drawn, perhaps on several lines.
fn drawn(all: &[&str], text: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (0..all.len()).any(|start| {
        let mut joined = String::new();
        all[start..].iter().take(12).any(|line| {
            let more = line.split_whitespace().collect::<Vec<_>>().join(" ");
            joined = if joined.is_empty() { more } else { format!("{joined} {more}") };
            joined == text
        })
    })
}

/// Where a value lies along an axis that begins at `from` and ends at `to`, recomputed here.
fn position(axis: &AxisRecord, value: f64, from: f64, to: f64) -> f64 {
    let place = |v: f64| match axis.scale.as_str() {
        "log" => libm::log(v),
        "symlog" => {
            // linthresh 10, base 10, as the one symlog figure has it.
            let size = v.abs();
            let linear = 1.0 / 0.9;
            let at = if size <= 10.0 { size * linear } else { 10.0 * (linear + libm::log10(size / 10.0)) };
            at.copysign(v)
        }
        _ => v,
    };
    let [a, b] = axis.limits.map(place);
    from + (place(value) - a) / (b - a) * (to - from)
}

fn check_texts(name: &str, scene: &Scene) {
    let all = texts(scene);
    let must = |what: &str, text: &str| {
        assert!(text.is_empty() || drawn(&all, text), "{name}: {what} {text:?} is in the table alone");
    };
    must("figure title", &scene.suptitle);
    for legend in scene.legends.iter().chain(scene.axes.iter().filter_map(|axes| axes.legend.as_ref())) {
        must("legend title", &legend.title);
        legend.labels.iter().for_each(|label| must("legend", label));
    }
    for axes in &scene.axes {
        must("title", &axes.title);
        axes.texts.iter().for_each(|text| must("text", text));
        for axis in [&axes.x, &axes.y] {
            must("label", &axis.label);
            must("offset", &axis.offset);
            axis.tick_labels.iter().for_each(|label| must("tick label", label));
            assert_eq!(axis.ticks.len(), axis.tick_labels.len(), "{name}");
        }
    }
}

/// Ends of polylines that were drawn inside a frame; caps of errors begin and end where bars end.
fn line_ends(scene: &Scene, axes: &AxesRecord) -> Vec<[Point; 2]> {
    let mut inside = false;
    let mut ends = Vec::new();
    for command in &scene.commands {
        match command {
            Command::Clip(rect) => inside = *rect == axes.frame,
            Command::Unclip => inside = false,
            Command::Polyline { points, .. } if inside => ends.push([points[0], points[points.len() - 1]]),
            _ => {}
        }
    }
    ends
}

fn check_lines(name: &str, scene: &Scene) {
    for axes in scene.axes.iter().filter(|axes| axes.role == Role::Plot) {
        let ends = line_ends(scene, axes);
        let frame = axes.frame;
        for line in axes.lines.iter().filter(|line| line.n > 2) {
            let at = |[x, y]: [f64; 2]| {
                [position(&axes.x, x, frame.left, frame.right), position(&axes.y, y, frame.bottom, frame.top)]
            };
            let near = |a: Point, b: Point| (a[0] - b[0]).abs() < 0.05 && (a[1] - b[1]).abs() < 0.05;
            let (first, last) = (at(line.first), at(line.last));
            let visible = |[_, y]: Point| y >= frame.top && y <= frame.bottom;
            if visible(first) {
                let found = ends.iter().flatten().any(|end| near(*end, first));
                assert!(found, "{name}: no line begins at {first:?}: {ends:?}");
            }
            if visible(last) {
                let found = ends.iter().flatten().any(|end| near(*end, last));
                assert!(found, "{name}: no line ends at {last:?}: {ends:?}");
            }
        }
    }
}

#[test]
fn the_table_says_what_was_drawn() {
    for (name, (chart, data)) in own::all() {
        let scene = compose(&chart, &data).expect("a scene").value;
        check_texts(name, &scene);
        check_lines(name, &scene);
        let clips = scene.commands.iter().fold(0_i32, |depth, command| match command {
            Command::Clip(_) | Command::ClipCircle(..) => depth + 1,
            Command::Unclip => depth - 1,
            _ => depth,
        });
        assert_eq!(clips, 0, "{name}");
    }
}

/// The box of every text stays in the figure and clear of all others.
#[test]
fn no_text_is_cut_or_covers_another() {
    for (name, (chart, data)) in own::all() {
        let scene = compose(&chart, &data).expect("a scene").value;
        let [width, height] = scene.size_in.map(|v| 72.0 * v);
        let boxes: Vec<(&str, [f64; 4])> = scene
            .commands
            .iter()
            .filter_map(|command| match command {
                Command::Text(text) if text.rotation % 90.0 == 0.0 => {
                    Some((text.text.as_str(), super::text_box(text)))
                }
                _ => None,
            })
            .collect();
        for (i, (text, [left, top, right, bottom])) in boxes.iter().enumerate() {
            let inside = *left >= -0.5 && *top >= -0.5 && *right <= width + 0.5 && *bottom <= height + 0.5;
            assert!(inside, "{name}: {text:?} is cut at {:?} of {width} × {height}", boxes[i].1);
            for (other, [l, t, r, b]) in &boxes[..i] {
                let apart = left >= r || l >= right || *top >= b - 0.3 || *t >= bottom - 0.3;
                assert!(apart, "{name}: {text:?} covers {other:?}");
            }
        }
    }
}

#[test]
fn descriptions_say_kind_axes_and_ranges() {
    let say = |wanted: &str| {
        let (_, (chart, data)) = own::all().into_iter().find(|(name, _)| *name == wanted).expect("a figure");
        describe(&compose(&chart, &data).expect("a scene").value)
    };
    let facets = say("facets-lines");
    // As matplotlib's FacetGrid of xarray: sizes and places of texts.
    assert_eq!(facets["figlegends"][0]["title"], "kind");
    assert_eq!(facets["axes"].as_array().expect("axes").len(), 6);
    assert_eq!(facets["axes"][0]["title"], "beta = 0.2");
    assert_eq!(facets["axes"][0]["ylabel"], "densities");
    assert_eq!(facets["axes"][0]["xlabel"], "");
    assert_eq!(facets["axes"][2]["texts"][0], "mobility = 0.0");
    assert_eq!(facets["axes"][5]["texts"][0], "mobility = 0.1");
    assert_eq!(facets["axes"][3]["xlim"], serde_json::json!([-15.75, 330.75]));
    assert_eq!(facets["axes"][3]["lines"][1]["n"], 64);
    // The range and the number of gaps by numpy.
    assert_eq!(
        say("gaps")["alt"],
        "A colour mesh of 24 by 24 cells. The horizontal axis shows x and goes from -0.5 to 23.5. The \
         vertical axis shows y and goes from -0.5 to 23.5. Colours show field from -1.999 to 1.999; the \
         values go from -0.07615 to 1.999. 64 values are missing."
    );
}
