//! Calls of seaborn's functions by category, and pies: their numbers are pandas' and matplotlib's.

use super::calls::scene;
use shmplot::render::scene::{Command, MarkRecord, Scene};

const TABLE: &str = "x: [a, a, a, a, b, b, b, b, a, a], y: [1, 2, 3, 10, 4, 5, 6, 7, 2.5, 30]";
const HUE: &str = "hue: [u, v, u, v, u, v, u, v, u, v]";

/// One call on one axes.
fn drawn(call: &str) -> Scene {
    scene(&format!("plot: {{to_plot: [{{{call}}}]}}"))
}

fn marks<'s>(scene: &'s Scene, kind: &str) -> Vec<&'s MarkRecord> {
    scene.axes[0].marks.iter().filter(|mark| mark.kind == kind).collect()
}

fn ranges(scene: &Scene, kind: &str) -> Vec<[f64; 2]> {
    marks(scene, kind).iter().filter_map(|mark| mark.range).collect()
}

/// Expected: `matplotlib.cbook.boxplot_stats` of each category.
#[test]
fn boxes_stand_at_quartiles_of_categories() {
    let scene = drawn(&format!("function: sns.boxplot, {TABLE}"));
    assert_eq!(ranges(&scene, "box"), [[2.125, 8.25], [4.75, 6.25]]);
    assert_eq!(ranges(&scene, "whisker"), [[1.0, 10.0], [4.0, 7.0]]);
    assert_eq!(ranges(&scene, "fliers"), [[30.0, 30.0]]);
    assert_eq!(scene.axes[0].x.limits, [-0.5, 1.5]);
    assert_eq!(scene.axes[0].x.tick_labels, ["a", "b"]);
    assert!(scene.axes[0].legend.is_none());
    // Along y the first category is on top.
    let turned = drawn("function: sns.boxplot, y: [a, b, b], x: [1, 2, 3]");
    assert_eq!(turned.axes[0].y.limits, [1.5, -0.5]);
    let some = drawn(&format!("function: sns.boxplot, {TABLE}, order: [b]"));
    assert_eq!(ranges(&some, "box"), [[4.75, 6.25]]);
}

/// Expected: pandas' `groupby(…).mean()`, `.median()`, `.size()`.
#[test]
fn bars_are_estimates_and_counts() {
    let lengths = |call: &str| ranges(&drawn(call), "bar").iter().map(|range| range[1]).collect::<Vec<_>>();
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(near(lengths(&format!("function: sns.barplot, {TABLE}"))[0], 48.5 / 6.0));
    let hues = drawn(&format!("function: sns.barplot, {TABLE}, {HUE}, errorbar: sd, estimator: median"));
    let most: Vec<f64> = ranges(&hues, "bar").iter().map(|range| range[1]).collect();
    assert_eq!(most, [5.0, 10.0]);
    assert_eq!(
        hues.axes[0].legend.as_ref().map(|legend| legend.labels.clone()),
        Some(vec!["u".into(), "v".into()])
    );
    // Median 10 of 2, 10, 30, and its deviation 14.422…
    let errors = ranges(&hues, "errorbar");
    assert!(near(errors[1][1], 10.0 + 14.422_205_101_855_956), "{errors:?}");
    let counts = drawn("function: sns.countplot, y: [3, 1, 1, 2, 1], stat: percent");
    assert_eq!(counts.axes[0].y.tick_labels, ["1", "2", "3"]);
    assert_eq!(counts.axes[0].x.label, "percent");
    assert!(near(counts.axes[0].x.limits[1], 63.0));
}

#[test]
fn points_swarms_and_violins_are_sound() {
    for call in [
        format!("function: sns.pointplot, {TABLE}, {HUE}, dodge: true, capsize: 0.1"),
        format!("function: sns.stripplot, {TABLE}, {HUE}, dodge: true"),
        format!("function: sns.swarmplot, {TABLE}, {HUE}"),
        format!("function: sns.violinplot, {TABLE}, {HUE}, split: true, inner: quart"),
        format!("function: sns.violinplot, {TABLE}, inner: stick, palette: Set2"),
        format!("function: sns.violinplot, {TABLE}, density_norm: count, fill: false"),
        format!("function: sns.boxenplot, {TABLE}, k_depth: full, width_method: linear"),
        "function: sns.boxplot, data: !dag_result field, orient: h".to_owned(),
    ] {
        let scene = drawn(&call);
        assert!(!scene.axes[0].marks.is_empty(), "{call}");
        let again = drawn(&call);
        assert!(scene == again, "{call}: not the same twice");
    }
    let swarm = drawn(&format!("function: sns.swarmplot, {TABLE}, {HUE}"));
    assert_eq!(marks(&swarm, "swarm").iter().map(|mark| mark.n).collect::<Vec<_>>(), [5, 5]);
    let points = drawn(&format!("function: sns.pointplot, {TABLE}, errorbar: ~"));
    assert!((points.axes[0].lines[0].first[1] - 48.5 / 6.0).abs() < 1e-9);
}

/// Expected: `numpy.polyfit`, its residuals, and counts by hand.
#[test]
fn lines_fit_points_and_bars_stand_on_each_other() {
    let data = "x: [0, 1, 2, 3, 5], y: [1, 2, 2.5, 5, 4]";
    let scene = drawn(&format!("function: sns.regplot, {data}"));
    let line = &scene.axes[0].lines[0];
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let (slope, start) = (0.682_432_432_432_432_5, 1.398_648_648_648_648_5);
    assert!(near(line.first[1], start) && near(line.last[1], start + 5.0 * slope), "{line:?}");
    assert_eq!((marks(&scene, "scatter")[0].n, marks(&scene, "fill").len()), (5, 1));
    let scene = drawn(&format!("function: sns.residplot, {data}"));
    assert!(
        scene.axes[0].y.limits[1] > 1.55 && scene.axes[0].y.limits[1] < 2.0,
        "{:?}",
        scene.axes[0].y.limits
    );
    let stacked = "function: sns.histplot, x: [1, 1, 2, 2, 2, 3], hue: [a, b, a, b, b, a], discrete: true";
    let tops = |multiple: &str| ranges(&drawn(&format!("{stacked}, multiple: {multiple}")), "hist");
    assert_eq!(tops("layer"), [[0.0, 1.0], [0.0, 2.0]]);
    assert_eq!(tops("stack"), [[0.0, 3.0], [0.0, 2.0]]);
    assert_eq!(tops("fill"), [[0.0, 1.0], [0.0, 2.0 / 3.0]]);
    assert_eq!(tops("dodge"), tops("layer"));
    let pair = drawn("function: sns.histplot, x: [1, 1, 2, 5], y: [1, 1, 2, 5], bins: 2, cbar: true");
    assert_eq!(ranges(&pair, "pcolormesh"), [[1.0, 3.0]]);
    let rug = drawn("function: sns.rugplot, x: [1, 2, 2], y: [3, 4, 4], hue: [a, b, b], height: 0.1");
    assert_eq!(marks(&rug, "rug").iter().map(|mark| mark.n).collect::<Vec<_>>(), [1, 1, 2, 2]);
    assert_eq!(rug.axes[0].legend.as_ref().map(|legend| legend.labels.len()), Some(2));
}

#[test]
fn points_of_a_scatter_have_no_white_edge_and_may_differ_in_size_and_colour() {
    let edges = |call: &str| {
        let scene = drawn(&format!("function: plt.scatter, args: [[1, 2, 3], [1, 3, 2]]{call}"));
        scene.commands.iter().find_map(|command| match command {
            Command::Markers { edge, sizes, fills, .. } => {
                Some((edge.as_ref().map(|edge| edge.color.hex()), sizes.clone(), fills.len()))
            }
            _ => None,
        })
    };
    assert_eq!(edges(""), Some((None, vec![7.5], 1)));
    assert_eq!(edges(", ec: w, lw: 1"), Some((Some("#ffffff".to_owned()), vec![6.0], 1)));
    assert_eq!(edges(", s: [4, 9, 16], lw: 0, label: p"), Some((None, vec![2.0, 3.0, 4.0], 1)));
    assert_eq!(edges(", c: [r, g, b]").map(|(.., fills)| fills), Some(3));
    assert_eq!(edges(", s: [4, 9, 16], c: [1, 2, 3], aggregate: true"), None);
}

/// Expected: the centres, angles and texts of `Axes.pie` of matplotlib.
#[test]
fn pies_are_those_of_matplotlib() {
    let call = "function: plt.pie, args: [[1, 2, 5]], labels: [p, q, r], autopct: '%.1f%%', startangle: 90, \
                explode: [0, 0, 0.1]";
    let scene = drawn(call);
    assert_eq!(marks(&scene, "pie").len(), 3);
    assert_eq!(scene.axes[0].texts, ["p", "12.5%", "q", "25.0%", "r", "62.5%"]);
    let frame = scene.axes[0].frame;
    let unit = frame.width() / 2.5;
    assert!((frame.width() - frame.height()).abs() < 1e-6);
    let place = |wanted: &str| {
        let found = scene.commands.iter().find_map(|command| match command {
            Command::Text(text) if text.text == wanted => Some(text.at),
            _ => None,
        });
        let [x, y] = found.expect("a text");
        [(x - frame.middle()[0]) / unit, (frame.middle()[1] - y) / unit]
    };
    // matplotlib: (-0.42095, 1.01627), (-1.08786, 0.16300) without the height of letters.
    assert!((place("p")[0] + 1.1 * 0.382_683_432).abs() < 1e-6, "{:?}", place("p"));
    assert!(scene.axes[0].x.tick_labels.is_empty() || scene.axes[0].frame.width() > 0.0);
    assert_eq!(scene.axes[0].x.limits, [-1.25, 1.25]);
}

#[test]
fn what_cannot_be_drawn_is_named() {
    for (call, why) in [
        ("function: plt.pie, args: [[1, 2]], shadow: true", "`shadow`"),
        ("function: plt.pie, args: [[1, -2]]", "from 0 on"),
        ("function: plt.pie, args: [[1, 2]], wedgeprops: {widht: 1}", "`width`"),
        ("function: sns.barplot, x: [a], y: [1], estimator: mode", "`mode` is none of mean"),
        ("function: sns.boxplot, x: [a], y: [1], palette: viridiss", "`viridis`"),
        ("function: sns.boxplot, x: [a], y: [b]", "texts"),
        ("function: sns.regplot, x: [1, 1], y: [1, 2]", "different values of x"),
        ("function: sns.histplot, x: [1, 2], multiple: stak", "none of layer, stack"),
        ("function: sns.kdeplot, x: [1, 2, 3], y: [1, 2, 3]", "on a line"),
        ("function: sns.violinplot, x: [a], y: [1], inner: boxes", "none of box"),
    ] {
        let warned = super::calls::warnings(&format!("plot: {{to_plot: [{{{call}}}]}}"));
        assert!(warned.contains(why), "{call}: {warned}");
    }
}
