//! Figures of calls (`multiplot`) with helpers and styles: texts stand apart and inside the figure.

use super::text_box;
use shmplot::data::{Dim, Labelled, Values};
use shmplot::render::Argument;
use shmplot::render::scene::{Command, Scene};
use std::collections::BTreeMap;

/// Figures by name.
const FIGURES: [(&str, &str); 7] = [
    (
        "calls-grid",
        "
plot:
  to_plot:
    [0, 0]:
      - {function: plt.plot, args: [!dag_result wave], label: wave}
      - {function: plt.axhline, y: 0, color: grey, linestyle: '--', label: zero}
    [1, 0]:
      - {function: plt.bar, args: [[one, two, three], [3000000, 1000000, 2000000]], yerr: 300000, capsize: 4}
    [0, 1]:
      - {function: sns.histplot, data: !dag_result wave, bins: 12, color: seagreen}
      - {function: sns.despine}
    [1, 1]:
      - {function: plt.pcolormesh, args: [!dag_result field], cmap: magma}
helpers:
  setup_figure: {ncols: 2, nrows: 2, figsize: [4, 3], scale_figsize_with_subplots_shape: true}
  set_suptitle: {title: Four axes and what they share with each other}
  set_figlegend: {gather_from_fig: true, title: lines}
  axis_specific:
    a: {axis: [0, 0], set_title: {title: 'a wave, long titles are wrapped within the panel they stand on'}}
    b: {axis: [1, 0], set_labels: {y: {label: counts, color: red, fontsize: large}}}
    c: {axis: [0, 1], set_labels: {x: value}}
",
    ),
    (
        "calls-notes",
        "
plot:
  to_plot:
    - {function: plt.errorbar, args: [[0, 1, 2, 3], [1, 3, 2, 4]], yerr: [0.2, 0.4, 0.3, 0.5], fmt: o-, capsize: 3, label: measured}
    - {function: plt.fill_between, args: [[0, 1, 2, 3], [0.5, 2, 1.5, 3], [1.5, 4, 2.5, 5]], alpha: 0.3, label: band}
helpers:
  set_legend: {use_legend: true, loc: lower right}
  set_title: {title: texts and arrows, loc: left}
  set_texts: {texts: [{x: 0.2, y: 4.2, s: \"two\\nlines\", color: navy, fontsize: small}]}
  annotate:
    annotations:
      - {text: a peak, xy: [1, 3], xytext: [1.6, 4.6], arrowprops: {arrowstyle: '->'}, ha: center}
      - {text: the end, xy: [3, 4], xytext: [2.3, 1.6], arrowprops: {arrowstyle: '-|>', color: crimson, lw: 1.5, connectionstyle: 'arc3,rad=0.3'}}
      - {text: bent, xy: [2, 2], xytext: [2.6, 2.6], arrowprops: {arrowstyle: 'fancy,head_width=0.8', connectionstyle: 'angle3,angleA=0,angleB=90'}}
      - {text: start, xy: [0, 1], xytext: [0.3, 0.1], textcoords: axes fraction, arrowprops: {facecolor: black, width: 3}}
  set_limits: {y: [0, 6]}
  set_tick_formatters: {y: {major: {name: FormatStrFormatter, args: ['%.1f m']}}}
  set_tick_locators: {x: {major: {name: MultipleLocator, args: [0.5]}}, y: {minor: {name: AutoMinorLocator}}}
",
    ),
    (
        "calls-ggplot",
        "
plot:
  to_plot:
    - {function: plt.plot, args: [!dag_result wave]}
    - {function: plt.plot, args: [[0, 20, 40], [0.5, -0.5, 0.5], 's--'], label: coarse}
    - {function: plt.scatter, args: [[5, 15, 25, 35], [0, 0.2, -0.2, 0.1]], s: [20, 60, 120, 240], c: [r, g, b, k], label: sizes}
helpers: {set_legend: {}, set_labels: {x: step, y: height}, despine: {}}
style: {base_style: ggplot, figure.figsize: [5, 3.5]}
",
    ),
    (
        "calls-dark",
        "
plot:
  to_plot:
    - {function: plt.imshow, args: [!dag_result field], origin: lower}
    - {function: plt.contour, args: [!dag_result field], colors: white, levels: 4}
helpers: {set_title: {title: an image with contours}}
style: {base_style: dark_background, xtick.direction: in, ytick.direction: inout, xtick.top: true}
",
    ),
    (
        "calls-shared",
        "
plot:
  to_plot:
    [0, 0]: [{function: plt.plot, args: [!dag_result wave]}]
    [0, 1]: [{function: plt.step, args: [[0, 10, 40], [1, 3, 2]], where: post}]
helpers:
  setup_figure: {nrows: 2, sharex: true, gridspec_kw: {height_ratios: [2, 1], hspace: 0.1}}
  set_labels: {x: time, y: {label: y, rotation: 0}, only_label_outer: true}
  autofmt_xdate: {rotation: 45}
  align_labels: {}
",
    ),
    (
        "calls-insets",
        "
plot:
  to_plot:
    [0, 0]:
      - {function: plt.pcolormesh, args: [!dag_result field]}
      - {function: plt.patch, hatch: //, edgecolor: grey}
      - {function: plt.title, args: [a field]}
      - function: plt.inset_axes
        bounds: [0.6, 0.6, 0.35, 0.35]
        indicate_inset_zoom: {edgecolor: black}
        to_plot:
          - {function: plt.pcolormesh, args: [!dag_result field]}
          - {function: plt.xlim, args: [2, 6]}
          - {function: plt.ylim, args: [2, 5]}
          - {function: plt.tick_params, labelsize: 7, length: 2}
    [1, 0]:
      - {function: plt.plot, args: [!dag_result wave], label: wave}
      - {function: plt.title, args: [above the frame]}
      - {function: plt.legend, title: lines}
      - function: plt.inset_axes
        args: [[0.4, 1.15, 0.6, 0.5]]
        indicate_inset: {bounds: [10, -0.5, 10, 1]}
        to_plot:
          - {function: plt.plot, args: [!dag_result wave], color: C1}
          - {function: plt.xlabel, args: [small]}
helpers: {setup_figure: {ncols: 2, figsize: [8, 4]}}
",
    ),
    (
        "calls-helpers",
        "
plot:
  to_plot:
    [0, 0]:
      - {function: plt.scatter, args: [[0, 1, 2], [1, 3, 2]], s: [20, 120, 300], c: [1, 2, 3], legend_elements: {prop: sizes, num: 3}}
      - {function: plt.legend, title: area, loc: upper left}
    [1, 0]: [{function: plt.plot, args: [!dag_result wave]}]
helpers:
  setup_figure: {ncols: 2, figsize: [7, 3.5]}
  set_supylabel: {label: the left of all, fontsize: medium}
  set_patch: {facecolor: '0.95'}
  call: {functions: [{function: plt.axhline, y: 0.5, color: r, label: half}]}
  figcall:
    functions:
      - {function: suptitle, args: [by a call], fontsize: 16}
      - {function: fig.supxlabel, args: [below all]}
      - {function: plt.legend, loc: outside lower center, ncols: 4}
      - {function: figtext, x: 0.99, y: 0.99, s: corner, ha: right, va: top, fontsize: 7}
",
    ),
];

fn results() -> BTreeMap<String, Argument> {
    let wave: Vec<f64> = (0..41).map(|i| libm::sin(f64::from(i) / 5.0)).collect();
    let field: Vec<f64> =
        (0..300).map(|k| libm::sin(f64::from(k % 20) / 4.0) * libm::cos(f64::from(k / 20) / 3.0)).collect();
    let array = |dims: &[&str], shape: Vec<usize>, values: Vec<f64>| {
        let dims = dims.iter().map(Dim::new).collect();
        Argument::Array(Labelled::contiguous(dims, shape, Values::F64(values.into())))
    };
    BTreeMap::from([
        ("wave".to_owned(), array(&["t"], vec![41], wave)),
        ("field".to_owned(), array(&["y", "x"], vec![15, 20], field)),
    ])
}

/// What is said of a figure that cannot be drawn as it is.
pub(super) fn warnings(text: &str) -> String {
    let drawn = super::sound::calls(text, &results());
    drawn.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(super) fn scene(text: &str) -> Scene {
    let drawn = super::sound::calls(text, &results());
    assert!(drawn.warnings.is_empty(), "{:?}", drawn.warnings);
    drawn.value
}

#[test]
fn texts_of_calls_stand_apart_and_inside() {
    for (name, text) in FIGURES {
        let scene = scene(text);
        if let Some(folder) = std::env::var_os("SHMPLOT_PICTURES") {
            let png =
                shmplot::render::paint::paint(&scene, shmplot::render::paint::Format::Png).expect("PNG");
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), png).expect("written");
        }
        let turned = |rotation: f64| rotation % 90.0 != 0.0;
        let texts: Vec<_> = scene
            .commands
            .iter()
            .filter_map(|command| match command {
                Command::Text(text) if !turned(text.rotation) => Some((text.text.as_str(), text_box(text))),
                _ => None,
            })
            .collect();
        let [width, height] = scene.size_in.map(|inches| 72.0 * inches);
        for (i, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
            let inside = *left >= -0.5 && *top >= -0.5 && *right <= width + 0.5 && *bottom <= height + 0.5;
            assert!(inside, "{name}: {text:?} is cut: {left} {top} {right} {bottom}");
            for (other, [l, t, r, b]) in &texts[i + 1..] {
                let apart = right <= l || r <= left || bottom <= t || b <= top;
                assert!(apart, "{name}: {text:?} and {other:?} cover each other");
            }
        }
    }
}

#[test]
fn axes_inside_others_are_described_after_them_and_show_where_they_are() {
    let (_, text) = FIGURES.iter().find(|(name, _)| *name == "calls-insets").expect("there");
    let scene = scene(text);
    let [field, wave, zoom, small] = &scene.axes[..] else { panic!("{} axes", scene.axes.len()) };
    // matplotlib: bounds are fractions of the outer axes from their lower left corner.
    let frame = &zoom.frame;
    let share = |x: f64| (x - field.frame.left) / field.frame.width();
    assert!((share(frame.left) - 0.6).abs() < 0.01 && (share(frame.right) - 0.95).abs() < 0.01);
    assert!(((field.frame.bottom - frame.bottom) / field.frame.height() - 0.6).abs() < 0.01);
    assert_eq!((zoom.x.limits, zoom.y.limits), ([2.0, 6.0], [2.0, 5.0]));
    assert!(small.frame.bottom < wave.frame.top);
    let lines = |color: [u8; 3]| {
        let of = |command: &&Command| match command {
            Command::Polyline { points, stroke } => {
                points.len() == 2
                    && [stroke.color.r, stroke.color.g, stroke.color.b] == color
                    && stroke.color.a == 128
            }
            _ => false,
        };
        scene.commands.iter().filter(of).count()
    };
    // Two of the four corners are joined, for each of both.
    assert_eq!((lines([0; 3]), lines([128; 3])), (2, 2));
    let hatches = scene.commands.iter().filter(|command| matches!(command, Command::Hatch { .. }));
    assert_eq!(hatches.count(), 1);
}

#[test]
fn legends_of_very_many_long_names_stay_inside_the_picture() {
    let list: String = (0..60)
        .map(|i| {
            let label = format!("a rather long name of the line number {i}");
            format!("      - {{function: plt.plot, args: [[0, 1], [0, {i}]], label: {label}}}\n")
        })
        .collect();
    for (more, helpers) in [
        ("", "set_legend: {}"),
        ("", "set_legend: {loc: upper right}"),
        ("", "set_figlegend: {gather_from_fig: true}"),
        ("", "set_figlegend: {gather_from_fig: true, loc: outside lower center, ncols: 3}"),
        ("    [1, 0]: [{function: plt.plot, args: [[1, 2]]}]\n", "set_legend: {}, setup_figure: {ncols: 2}"),
    ] {
        let text = format!("plot:\n  to_plot:\n    [0, 0]:\n{list}{more}helpers: {{{helpers}}}\n");
        let scene = super::sound::calls(&text, &results()).value;
        let [width, height] = scene.size_in.map(|inches| 72.0 * inches);
        let names = scene.commands.iter().filter_map(|command| match command {
            Command::Text(text) if text.text.starts_with("a rather") => Some(text_box(text)),
            _ => None,
        });
        let names: Vec<_> = names.collect();
        assert_eq!(names.len(), 60, "{helpers}");
        for [left, top, right, bottom] in names {
            let inside = left >= 0.0 && top >= 0.0 && right <= width && bottom <= height;
            assert!(inside, "{helpers}: {left} {top} {right} {bottom} of {width} × {height}");
        }
        assert!(
            scene.axes[0].frame.width() > 0.3 * width / if more.is_empty() { 1.0 } else { 2.0 },
            "{helpers}"
        );
    }
}

#[test]
fn figures_have_labels_texts_and_what_helpers_call() {
    let (_, text) = FIGURES.iter().find(|(name, _)| *name == "calls-helpers").expect("there");
    let scene = scene(text);
    let said = shmplot::render::describe(&scene);
    assert_eq!(said["suptitle"], "by a call");
    assert_eq!((&said["supxlabel"], &said["supylabel"]), (&"below all".into(), &"the left of all".into()));
    assert_eq!(said["texts"], serde_json::json!(["corner"]));
    assert_eq!(said["axes"][0]["legend"]["title"], "area");
    let labels = said["figlegends"][0]["labels"].as_array().expect("a list");
    assert!(labels.contains(&"half".into()), "{labels:?}");
    // The line that the helper calls is on both axes.
    for axes in &scene.axes[..2] {
        assert!(
            axes.lines.iter().any(|line| line.first[1] == 0.5 && line.label == "half"),
            "{:?}",
            axes.lines
        );
    }
    let bottom = |text: &str| {
        let found = scene.commands.iter().rev().find_map(|command| match command {
            Command::Text(own) if own.text == text => Some(text_box(own)[3]),
            _ => None,
        });
        found.expect(text)
    };
    // The legend is below the label of the figure.
    assert!(bottom("half") > bottom("below all"));
}

#[test]
fn a_grid_by_a_call_is_that_of_the_style() {
    let line = "{function: plt.plot, args: [[0, 1, 2], [1, 3, 2]]}";
    let with = |style: &str, call: &str| {
        scene(&format!("style: {{{style}}}\nplot:\n  to_plot:\n    - {line}\n    - {call}\n")).commands
    };
    let none = "{function: plt.xlabel, args: [x]}";
    let by_call = with("", "{function: plt.grid}");
    let labelled = |mut commands: Vec<Command>| {
        commands.retain(|command| !matches!(command, Command::Text(text) if text.text == "x"));
        commands.len()
    };
    assert_eq!(labelled(by_call.clone()), labelled(with("axes.grid: true", none)));
    assert_eq!(by_call, with("axes.grid: true", "{function: plt.grid, which: both}"));
    assert!(labelled(with("axes.grid: true", "{function: plt.grid, args: [false]}")) < by_call.len());
    let half = with("", "{function: plt.grid, axis: y, color: red, linestyle: dashed}");
    assert!(half.len() < by_call.len() && half != with("", "{function: plt.grid, axis: y}"));
}

#[test]
fn boxes_stand_behind_texts_of_calls_and_helpers() {
    let line = "{function: plt.plot, args: [[0, 1, 2], [1, 3, 2]]}";
    let paths = |call: &str, helper: &str| -> Vec<Command> {
        let scene = scene(&format!("plot:\n  to_plot:\n    - {line}\n    - {call}\nhelpers: {{{helper}}}\n"));
        let yellow = Some(shmplot::render::scene::Color::rgb(255, 255, 0));
        let mut commands = scene.commands;
        commands.retain(|command| matches!(command, Command::Path { fill, .. } if *fill == yellow));
        commands
    };
    let none = "{function: plt.axhline, y: 2}";
    let text = "x: 1, y: 2, s: here, bbox: {boxstyle: 'round,pad=0.4', fc: '#ffff00', ec: none}";
    let by_call = paths(&format!("{{function: plt.text, {text}}}"), "");
    assert_eq!(by_call.len(), 1);
    assert_eq!(by_call, paths(none, &format!("set_texts: {{texts: [{{{text}}}]}}")));
    let note = "text: here, xy: [1, 2], xytext: [1, 1.5], bbox: {fc: '#ffff00', alpha: 1}";
    let by_call = paths(&format!("{{function: plt.annotate, {note}}}"), "");
    assert_eq!(by_call.len(), 1);
    assert_eq!(by_call, paths(none, &format!("annotate: {{annotations: [{{{note}}}]}}")));
}
