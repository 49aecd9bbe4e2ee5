//! The same bytes whoever draws them and how often: PNG, SVG and PDF of several kinds; and what
//! `--resume` draws again because fonts or styles have changed.

use super::cli::Case;
use std::fs;
use std::path::Path;

const PLOTS: &str = "
_facets: {based_on: .plot.facet_grid, select: {data: data}, style: {figure.figsize: [4, 3], savefig.dpi: 60}}
_layer: {based_on: _facets, select: {data: {path: data, transform: [{.isel: [!dag_prev , {dim_0: 1}]}]}}}
mesh: {based_on: [_facets, .plot.facet_grid.pcolormesh], x: dim_2, y: dim_1, col: dim_0, col_wrap: 3}
image: {based_on: [_layer, .plot.facet_grid.imshow]}
filled: {based_on: [_layer, .plot.facet_grid.contourf]}
lines: {based_on: [_facets, .plot.facet_grid.line], x: dim_2, hue: dim_1, col: dim_0}
steps: {based_on: [_layer, .plot.facet_grid.step], x: dim_2, hue: dim_1}
counts: {based_on: [_facets, .plot.facet_grid.hist]}
calls:
  based_on: .plot.multiplot
  select: {data: data}
  transform: [{.isel: [!dag_tag data, {dim_0: 0}], tag: flat}, {.isel: [!dag_tag flat, {dim_1: 2}], tag: row}]
  to_plot:
    [0, 0]:
      - {function: plt.plot, args: [!dag_result row, o--], label: '$\\rho_0^{2}$'}
      - {function: plt.scatter, args: [!dag_result row, !dag_result row], c: !dag_result row}
      - {function: plt.annotate, text: here, xy: [2, 11], xytext: [4, 9], arrowprops: {arrowstyle: '->'}}
    [1, 0]:
      - {function: plt.boxplot, args: [!dag_result flat]}
    [0, 1]:
      - {function: plt.projection, args: [polar]}
      - {function: plt.bar, args: [!dag_result row, !dag_result row], hatch: '//'}
    [1, 1]:
      - {function: plt.plot_surface, args: [!dag_result flat], cmap: magma}
  helpers:
    setup_figure: {ncols: 2, nrows: 2, figsize: [6, 5]}
    set_figlegend: {gather_from_fig: true}
    set_suptitle: {title: all kinds}
";

/// Files of figures with their bytes.
fn files(case: &Case, folder: &str) -> Vec<(String, Vec<u8>)> {
    let names = case.files(folder).into_iter().filter(|name| !name.ends_with(".json"));
    names.map(|name| (name.clone(), fs::read(case.path(folder).join(&name)).unwrap())).collect()
}

#[test]
fn workers_runs_and_resumed_runs_do_not_change_a_byte() {
    let case = Case::new().plots(PLOTS);
    let draw = |more: &str| {
        let ran = case.run(&format!("render plots.yml --data cube.npy --format png,svg,pdf {more}"));
        assert_eq!(ran.code(), 0, "{}", ran.stderr());
    };
    draw("-j 1 -o one");
    let first = files(&case, "one");
    assert_eq!(first.len(), 7 * 3, "seven figures in three formats");
    for (folder, jobs) in [("two", 2), ("four", 4), ("four", 4)] {
        draw(&format!("-j {jobs} -o {folder}"));
        for (one, other) in first.iter().zip(files(&case, folder)) {
            assert_eq!(one.0, other.0);
            assert!(one.1 == other.1, "{} differs with {jobs} workers", one.0);
        }
    }
    // Half of the files are gone: what a resumed run draws again is what was there.
    for (name, _) in first.iter().filter(|(name, _)| !name.starts_with('c')) {
        fs::remove_file(case.path("two").join(name)).unwrap();
    }
    draw("-j 2 -o two --resume");
    assert!(files(&case, "two") == first, "a resumed run draws other bytes");
}

/// Statuses of the only figure after each run.
fn status(case: &Case, more: &str) -> String {
    let ran = case.run(&format!("render plots.yml --data cube.npy {more}"));
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    case.results()["figures"][0]["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_changed_font_file_is_drawn_again_by_a_resumed_run() {
    let font = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/fonts").join(name);
    let case = Case::new();
    fs::copy(font("DejaVuSans.ttf"), case.path("own.ttf")).unwrap();
    let plots = format!(
        "one: {{data: data, isel: {{dim_0: 1}}, style: {{font.family: '{}'}}}}\n",
        case.path("own.ttf").display()
    );
    let case = case.plots(&plots);
    assert_eq!(status(&case, ""), "ok");
    let first = fs::read(case.path("figures/one.png")).unwrap();
    assert_eq!(status(&case, "--resume"), "unchanged");
    fs::copy(font("DejaVuSans-Bold.ttf"), case.path("own.ttf")).unwrap();
    assert_eq!(status(&case, "--resume"), "ok");
    assert_ne!(first, fs::read(case.path("figures/one.png")).unwrap());
    assert_eq!(status(&case, "--resume"), "unchanged");
}

#[test]
fn a_changed_style_file_is_drawn_again_by_a_resumed_run() {
    let case = Case::new();
    let sheet = case.path("own.mplstyle");
    fs::write(&sheet, "axes.grid: True\n").unwrap();
    let plots =
        format!("one: {{data: data, isel: {{dim_0: 1}}, style: {{base_style: '{}'}}}}\n", sheet.display());
    let case = case.plots(&plots);
    assert_eq!(status(&case, ""), "ok");
    assert_eq!(status(&case, "--resume"), "unchanged");
    fs::write(&sheet, "axes.grid: False\n").unwrap();
    assert_eq!(status(&case, "--resume"), "ok");
    assert_eq!(status(&case, "--resume"), "unchanged");
}

#[test]
fn styles_are_listed_and_what_one_says_can_be_used_as_it_is() {
    let case = Case::new();
    let list = case.run("styles").exits(0).stdout();
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for name in ["default", "paper", "slides", "dark", "ggplot", "seaborn-v0_8"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    assert_eq!(list, case.run("styles").exits(0).stdout());
    // matplotlib's `fast` is about simplified paths only.
    for name in names.iter().filter(|name| !["default", "fast"].contains(name)) {
        let said = case.run(&format!("styles {name}")).exits(0).stdout();
        assert!(!said.trim().is_empty(), "{name} says nothing");
    }
    case.run("styles papr").exits(2).says(&["papr", "did you mean `paper`?"]);
}
