//! Random pictures of what `super::random` leaves out: kinds in space and on polar axes, bars of
//! colour on all sides, legends in the axes, many categories with long names, bent coordinates,
//! logit and symlog scales, small and large figures, and facets of arrays.

use super::random::{Picture, RANGES, Random, numbers, words};
use shmplot::data::time::{Calendar, DAY_US};
use shmplot::data::{Dim, Labelled, Values};
use std::fmt::Write;
use std::sync::Arc;

const LONG: [&str; 8] = [
    "surface downwelling shortwave radiation",
    "near-surface relative humidity",
    "total cloud cover",
    "large-scale convective precipitation",
    "sea ice",
    "leaf area index of deciduous forests",
    "net primary production",
    "runoff",
];

/// Names of categories, some of them long.
fn names(random: &mut Random, count: usize) -> Vec<String> {
    let long = random.chance(0.4);
    let numbered = random.chance(0.4);
    (0..count)
        .map(|i| match (long, numbered) {
            (true, _) => format!("{} {i}", LONG[i % LONG.len()]),
            (false, true) => format!("site {i}"),
            (false, false) => format!("{}{i}", ["a", "no", "ok", "run "][i % 4]),
        })
        .collect()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

fn floats(values: &[f64]) -> String {
    values.iter().map(|v| format!("{v:.4}")).collect::<Vec<_>>().join(", ")
}

fn call(picture: &mut Picture, text: &str) {
    writeln!(picture.text, "      - {{function: {text}}}").expect("texts grow");
}

/// Lines on polar axes.
fn polar(picture: &mut Picture, random: &mut Random, id: usize) {
    call(picture, "plt.projection, args: [polar]");
    if random.chance(0.3) {
        call(picture, "plt.theta_zero_location, args: [N]");
        call(picture, "plt.theta_direction, args: [-1]");
    }
    let n = 60;
    let scale = [1.0, 1e-5, 3e4][random.below(3)];
    let angles = (0..n).map(|i| 0.105 * i as f64).collect::<Vec<_>>();
    picture.array(&format!("a{id}"), &[n], Values::F64(angles.into()));
    for k in 0..1 + random.below(3) {
        let radii = (0..n).map(|_| scale * random.unit()).collect::<Vec<_>>();
        picture.array(&format!("r{id}_{k}"), &[n], Values::F64(radii.into()));
        let function = random.of(&["plot", "scatter", "bar"]);
        let label = words(random, 2);
        call(
            picture,
            &format!("plt.{function}, args: [!dag_result a{id}, !dag_result r{id}_{k}], label: '{label}'"),
        );
    }
}

/// Points and surfaces in space.
fn space(picture: &mut Picture, random: &mut Random, id: usize) {
    if random.chance(0.5) {
        for letter in ["x", "y", "z"] {
            let values = numbers(random, 60);
            picture.array(&format!("{letter}{id}"), &[60], Values::F64(values.into()));
        }
        call(
            picture,
            &format!("plt.scatter3D, args: [!dag_result x{id}, !dag_result y{id}, !dag_result z{id}]"),
        );
    } else {
        let scale = [1.0, 1e-4, 2e5][random.below(3)];
        let z = (0..144).map(|_| scale * random.unit()).collect::<Vec<_>>();
        picture.array(&format!("z{id}"), &[12, 12], Values::F64(z.into()));
        let at = (0..12).map(|i| scale * i as f64).collect::<Vec<_>>();
        picture.array(&format!("x{id}"), &[12], Values::F64(at.into()));
        call(
            picture,
            &format!(
                "plt.plot_surface, args: [!dag_result x{id}, !dag_result x{id}, !dag_result z{id}], cmap: viridis"
            ),
        );
        if random.chance(0.5) {
            let label = words(random, 4);
            call(picture, &format!("plt.colorbar, label: '{label}'"));
        }
    }
    if random.chance(0.3) {
        let [elev, azim] = [80.0 * random.unit(), 360.0 * random.unit() - 180.0];
        call(picture, &format!("plt.view_init, elev: {elev:.1}, azim: {azim:.1}"));
    }
    if random.chance(0.6) {
        let label = words(random, 3);
        call(picture, &format!("plt.zlabel, args: ['{label}']"));
    }
}

/// Fields, flat or bent, with a bar of colours on one side.
fn field(picture: &mut Picture, random: &mut Random, id: usize) {
    let [rows, columns] = [2 + random.below(12), 2 + random.below(30)];
    let [middle, width] = RANGES[random.below(RANGES.len())];
    let z = (0..rows * columns).map(|_| middle + width * (random.unit() - 0.5)).collect::<Vec<_>>();
    picture.array(&format!("z{id}"), &[rows, columns], Values::F64(z.into()));
    let function = random.of(&["pcolormesh", "contourf", "contour", "imshow"]);
    let bent = function != "imshow" && random.chance(0.4);
    let at = if bent {
        let angle = |i: usize| (1.0 + (i / columns) as f64, 0.1 * (i % columns) as f64);
        let x = (0..rows * columns).map(|i| angle(i).0 * libm::cos(angle(i).1)).collect::<Vec<_>>();
        let y = (0..rows * columns).map(|i| angle(i).0 * libm::sin(angle(i).1)).collect::<Vec<_>>();
        picture.array(&format!("x{id}"), &[rows, columns], Values::F64(x.into()));
        picture.array(&format!("y{id}"), &[rows, columns], Values::F64(y.into()));
        format!("!dag_result x{id}, !dag_result y{id}, ")
    } else {
        String::new()
    };
    call(picture, &format!("plt.{function}, args: [{at}!dag_result z{id}]"));
    let label = words(random, 6);
    let side = random.of(&["right", "left", "top", "bottom"]);
    let shrink = random.of(&["", ", shrink: 0.6", ", aspect: 10"]);
    let extend = random.of(&["", ", extend: both", ", extend: max"]);
    if extend.is_empty() || function != "contour" {
        call(picture, &format!("plt.colorbar, label: '{label}', location: {side}{shrink}{extend}"));
    }
    if bent && random.chance(0.5) {
        call(picture, "plt.aspect, args: [equal]");
    }
}

/// Bars, boxes and violins of named groups.
fn groups(picture: &mut Picture, random: &mut Random, id: usize) {
    let count = 1 + random.below(40);
    let names = names(random, count);
    let scale = [1.0, 1e6, 1e-7][random.below(3)];
    let heights = (0..count).map(|_| scale * (random.unit() - 0.2)).collect::<Vec<_>>();
    match random.below(4) {
        0 | 1 => {
            let function = random.of(&["bar", "barh"]);
            picture.array(&format!("b{id}"), &[count], Values::F64(heights.into()));
            call(
                picture,
                &format!("plt.{function}, args: [[{}], !dag_result b{id}], label: bars", quoted(&names)),
            );
        }
        2 => {
            let count = count.min(12);
            let values = numbers(random, 30 * count);
            picture.array(&format!("g{id}"), &[30, count], Values::F64(values.into()));
            let vert = random.of(&["true", "false"]);
            call(
                picture,
                &format!(
                    "plt.boxplot, args: [!dag_result g{id}], tick_labels: [{}], vert: {vert}",
                    quoted(&names[..count])
                ),
            );
        }
        _ => {
            let ticks = (0..count).map(|i| i.to_string()).collect::<Vec<_>>().join(", ");
            picture.array(&format!("b{id}"), &[count], Values::F64(heights.into()));
            call(picture, &format!("plt.plot, args: [!dag_result b{id}], label: line"));
            call(picture, &format!("plt.xticks, args: [[{ticks}], [{}]]", quoted(&names)));
        }
    }
}

/// Lines on scales that are not linear, both ways.
fn scales(picture: &mut Picture, random: &mut Random, id: usize) {
    let n = 30;
    for letter in ["x", "y"] {
        let scale = *[&"logit", &"symlog", &"log", &"linear"][random.below(4)];
        let spread = 1.0 + 14.0 * random.unit();
        let values = (0..n)
            .map(|_| {
                let t = 2.0 * random.unit() - 1.0;
                match scale {
                    "logit" => 1.0 / (1.0 + libm::exp(spread * t)),
                    "log" => libm::pow(10.0, spread * t),
                    "symlog" => t.signum() * (libm::pow(10.0, 0.5 * spread * t.abs()) - 1.0),
                    _ => t,
                }
            })
            .collect::<Vec<_>>();
        picture.array(&format!("{letter}{id}"), &[n], Values::F64(values.into()));
        picture.late.push(match scale {
            "symlog" => format!(
                "plt.{letter}scale, args: [symlog], linthresh: {}",
                ["1", "0.01", "50"][random.below(3)]
            ),
            scale => format!("plt.{letter}scale, args: [{scale}]"),
        });
    }
    let label = words(random, 3);
    let function = random.of(&["plot", "scatter"]);
    call(picture, &format!("plt.{function}, args: [!dag_result x{id}, !dag_result y{id}], label: '{label}'"));
}

/// Areas and distributions.
fn areas(picture: &mut Picture, random: &mut Random, id: usize) {
    let n = 25;
    for k in 0..3 {
        let values = (0..n).map(|_| random.unit()).collect::<Vec<_>>();
        picture.array(&format!("s{id}_{k}"), &[n], Values::F64(values.into()));
    }
    let all = (0..3).map(|k| format!("!dag_result s{id}_{k}")).collect::<Vec<_>>();
    match random.below(4) {
        0 => {
            let at = (0..n).map(|i| i as f64).collect::<Vec<_>>();
            let labels = (0..3).map(|_| format!("'{}'", words(random, 3))).collect::<Vec<_>>().join(", ");
            call(
                picture,
                &format!("plt.stackplot, args: [[{}], {}], labels: [{labels}]", floats(&at), all.join(", ")),
            );
        }
        1 => call(picture, &format!("plt.hist2d, args: [{}, {}], bins: 9", all[0], all[1])),
        2 => call(picture, &format!("plt.violinplot, args: [{}]", all[0])),
        _ => {
            let label = words(random, 3);
            call(picture, &format!("plt.ecdf, args: [{}], label: '{label}'", all[0]));
        }
    }
}

fn panel(picture: &mut Picture, random: &mut Random, id: usize, small: bool) {
    let mut in_space = false;
    match random.below(7) {
        0 => polar(picture, random, id),
        1 => {
            space(picture, random, id);
            in_space = true;
        }
        2 => field(picture, random, id),
        3 => groups(picture, random, id),
        4 | 5 => scales(picture, random, id),
        _ => areas(picture, random, id),
    }
    let most = if small { 2 } else { 6 };
    for letter in ["x", "y"] {
        if random.chance(0.7) {
            let label = words(random, most);
            call(picture, &format!("plt.{letter}label, args: ['{label}']"));
        }
    }
    if random.chance(0.6) {
        let title = words(random, most + 6);
        call(picture, &format!("plt.title, args: ['{title}']"));
    }
    for late in std::mem::take(&mut picture.late) {
        call(picture, &late);
    }
    if !in_space && !small && random.chance(0.2) {
        call(picture, "plt.grid");
    }
}

/// A figure of calls.
pub(super) fn calls(seed: u64) -> Picture {
    let mut random = Random::of_seed(seed ^ 0x5DEE_CE66);
    let random = &mut random;
    let small = random.chance(0.15);
    let grid = match random.below(3) {
        0 => [1, 1],
        1 => [2, 1],
        _ => [1 + random.below(3), 1 + random.below(2)],
    };
    let mut picture = Picture::new("plot:\n  to_plot:\n");
    for row in 0..grid[1] {
        for column in 0..grid[0] {
            writeln!(picture.text, "    [{column}, {row}]:").expect("texts grow");
            panel(&mut picture, random, row * grid[0] + column, small);
        }
    }
    let side = if small { [2.4, 2.0] } else { [3.8 + 4.0 * random.unit(), 3.4 + 3.0 * random.unit()] };
    let [width, height] = [0, 1].map(|i| grid[i] as f64 * side[i]);
    writeln!(
        picture.text,
        "helpers:\n  setup_figure: {{ncols: {}, nrows: {}, figsize: [{width:.2}, {height:.2}]}}",
        grid[0], grid[1]
    )
    .expect("texts grow");
    if random.chance(0.3) && !small {
        let title = words(random, 14);
        writeln!(picture.text, "  set_suptitle: {{title: '{title}'}}").expect("texts grow");
    }
    if random.chance(0.4) && !small {
        writeln!(picture.text, "  set_legend: {{use_legend: true}}").expect("texts grow");
    }
    picture
}

fn labels(random: &mut Random, n: usize) -> Values {
    match random.below(4) {
        0 => Values::Str(names(random, n).iter().map(String::as_str).collect()),
        1 => {
            let calendar = [Calendar::ProlepticGregorian, Calendar::Day360][random.below(2)];
            let step = [1.0, 30.0, 365.0, 0.01][random.below(4)] * DAY_US as f64;
            Values::Time((0..n).map(|i| (step * i as f64) as i64).collect::<Vec<_>>().into(), calendar)
        }
        2 => Values::F64((0..n).map(|i| 1e-5 * (i as f64 + 1.0)).collect::<Vec<_>>().into()),
        _ => Values::I64((0..n as i64).collect::<Vec<_>>().into()),
    }
}

/// A figure of facets, with its array.
pub(super) fn facets(seed: u64) -> (String, Labelled) {
    let mut random = Random::of_seed(seed ^ 0x0B5E_55ED);
    let random = &mut random;
    let kind = random.of(&["line", "step", "hist", "pcolormesh", "imshow", "contourf", "contour", "surface"]);
    let flat = matches!(kind, "line" | "step" | "hist");
    let mut dims: Vec<(&str, usize)> = Vec::new();
    let mut text = format!("plot:\n  kind: {kind}\n");
    for key in ["col", "row"] {
        if random.chance(0.5) {
            dims.push((if key == "col" { "scenario" } else { "rate" }, 1 + random.below(4)));
            writeln!(text, "  {key}: {}", dims[dims.len() - 1].0).expect("texts grow");
        }
    }
    if dims.len() == 1 && dims[0].0 == "scenario" && random.chance(0.4) {
        dims[0].1 = 2 + random.below(8);
        writeln!(text, "  col_wrap: {}", 2 + random.below(3)).expect("texts grow");
    }
    if matches!(kind, "line" | "step") && random.chance(0.7) {
        dims.push(("kind", 1 + random.below(6)));
        text.push_str("  hue: kind\n");
    }
    if !flat {
        dims.push(("y", 3 + random.below(6)));
        // Values on the axes of images have equal steps.
        text.push_str("  x: x\n  y: y\n");
    } else if kind != "hist" {
        text.push_str("  x: x\n");
    }
    dims.push(("x", 3 + random.below(20)));
    let shape: Vec<usize> = dims.iter().map(|(_, n)| *n).collect();
    let [middle, width] = RANGES[random.below(RANGES.len())];
    let values: Vec<f64> =
        (0..shape.iter().product()).map(|_| middle + width * (random.unit() - 0.5)).collect();
    let title = words(random, 5);
    let mut array = Labelled::contiguous(
        dims.iter().map(|(name, _)| Dim::new(name)).collect(),
        shape,
        Values::F64(values.into()),
    )
    .named("field");
    array.attrs.insert("long_name", shmplot::data::Attr::Text(title));
    for (name, n) in &dims {
        let mesh = !flat && matches!(*name, "x" | "y");
        let values = if mesh {
            Values::F64((0..*n).map(|i| i as f64).collect::<Vec<_>>().into())
        } else {
            labels(random, *n)
        };
        let values = if *name == "x" && flat && matches!(values, Values::Str(_)) {
            Values::F64((0..*n).map(|i| i as f64).collect::<Vec<_>>().into())
        } else {
            values
        };
        let coord = Labelled::contiguous(vec![Dim::new(name)], vec![*n], values).named(*name);
        array.coords.insert(*name, Arc::new(coord));
    }
    let style = random.of(&[
        "",
        "style: {figure.figsize: [3.2, 2.8]}\n",
        "style: {font.size: 14}\n",
        "style: {base_style: paper}\n",
        "style: {base_style: dark}\n",
    ]);
    text.push_str(style);
    text.push_str("helpers:\n  set_legend: {use_legend: true}\n");
    if random.chance(0.3) {
        let title = words(random, 14);
        writeln!(text, "  set_suptitle: {{title: '{title}'}}").expect("texts grow");
    }
    if random.chance(0.4) {
        let label = words(random, 6);
        writeln!(text, "  set_labels: {{x: '{label}', y: '{label}'}}").expect("texts grow");
    }
    (text, array)
}
