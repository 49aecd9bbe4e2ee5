//! `shmplot values`: what is written is read back, by this program's readers where another reader
//! wrote their tests.

use crate::cli::Case;
use serde_json::{Value, json};
use shmplot::data::{Slab, Values};
use std::fs;

/// The cube holds 0, 0.5, 1, … along its 5 × 6 × 7 cells.
const PLOTS: &str = "\
mean:
  creator: pyplot
  plot_func: facet_grid
  module: .generic
  compute_only: [data, whole]
  select: {data: {path: data, transform: [{.isel: [!dag_prev , {dim_0: 1}]}, {.mean: [!dag_prev , dim_1], tag: first}, {add: [!dag_prev , 1]}]}, whole: data}
steps: !pspace
  creator: pyplot
  plot_func: facet_grid
  module: .generic
  file_ext: png
  select: {data: {path: data, transform: [{.isel: [!dag_prev , {dim_0: !sweep {default: 0, values: [1, 3], name: step}, dim_1: 0}]}]}}
";

fn case() -> Case {
    Case::new().plots(PLOTS)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Column `path` of a file as numbers.
fn column(file: &std::path::Path, path: &str) -> Vec<f64> {
    let tree = shmplot::source::open(&[file.to_path_buf()]).unwrap().value;
    let array = tree.array(path).unwrap();
    let values: Values = tree.read(array, &Slab::all(&array.shape)).unwrap();
    (0..values.len()).map(|i| values.f64_at(i).unwrap()).collect()
}

#[test]
fn json_holds_all_results_or_one() {
    let case = case();
    let all = parsed(&case.run("values plots.yml mean --data cube.npy").exits(0).stdout());
    assert_eq!((&all["plot"], &all["output"]), (&json!("mean"), &json!("mean.pdf")));
    assert_eq!(all["tags"].as_object().unwrap().len(), 2);
    assert_eq!(all["tags"]["whole"]["shape"], json!([5, 6, 7]));
    let one = parsed(&case.run("values plots.yml mean --tag data --data cube.npy").exits(0).stdout());
    assert_eq!(one, all["tags"]["data"]);
    // Elements 42 + 7·row + column, halved; the mean over six rows, and one more.
    let expected: Vec<f64> = (0..7).map(|x| (42.0 + 7.0 * 2.5 + f64::from(x)) / 2.0 + 1.0).collect();
    assert_eq!(one["values"], json!(expected));
    // A tag inside that the figure does not ask for.
    let first = parsed(&case.run("values plots.yml mean --tag first --data cube.npy").exits(0).stdout());
    assert_eq!(first["values"][0], json!(29.75));
}

#[test]
fn npy_csv_and_arrow_hold_the_same_numbers() {
    let case = case();
    let expected: Vec<f64> = (0..7).map(|x| (42.0 + 17.5 + f64::from(x)) / 2.0 + 1.0).collect();
    for (file, path) in [("a.npy", "data"), ("sub/a.csv", "data"), ("a.arrow", "data")] {
        case.run(&format!("values plots.yml mean --tag data --data cube.npy -o {file}")).exits(0);
        assert_eq!(column(&case.path(file), path), expected, "{file}");
    }
    assert_eq!(column(&case.path("a.arrow"), "dim_2"), (0..7).map(f64::from).collect::<Vec<_>>());
    let about = parsed(&fs::read_to_string(case.path("a.npy.json")).unwrap());
    assert_eq!((&about["dims"], &about["dtype"]), (&json!(["dim_2"]), &json!("float64")));
    case.run("values plots.yml mean --data cube.npy -o b.npy")
        .exits(1)
        .says(&["several results: data, whole", "`--tag`"]);
}

#[test]
fn a_point_is_chosen_by_number_or_label() {
    let case = case();
    let first = |args: &str| {
        let one = case.run(&format!("values plots.yml {args} --data cube.npy --tag data")).exits(0).stdout();
        parsed(&one)["values"][0].clone()
    };
    assert_eq!(first("steps --point 2"), json!(63.0));
    assert_eq!(first("steps --point 1__step_1"), json!(21.0));
    assert_eq!(first("steps/2__step_3"), json!(63.0));
    case.run("values plots.yml steps --data cube.npy")
        .exits(2)
        .says(&["that is 2 figures", "from `1__step_1` to `2__step_3`"]);
    case.run("values plots.yml steps --point 3 --data cube.npy").exits(2).says(&["no point `3`"]);
    case.run("values plots.yml stesp --data cube.npy").exits(2).says(&["no figure `stesp`", "`steps`"]);
    case.run("values plots.yml mean --tag dtaa --data cube.npy").exits(1).says(&["tagged `dtaa`", "`data`"]);
    case.run("values plots.yml mean --data cube.npy -o x.xlsx").exits(2).says(&["`.xlsx`", ".arrow"]);
}

#[test]
fn all_figures_are_a_file_each() {
    let case = case();
    case.run("values plots.yml --all --data cube.npy -o values").exits(0);
    let names = ["mean.pdf.json", "steps__1__step_1.png.json", "steps__2__step_3.png.json"];
    assert_eq!(case.files("values"), names);
    let one = parsed(&fs::read_to_string(case.path("values").join(names[2])).unwrap());
    assert_eq!(one["output"], "steps/2__step_3.png");
    assert_eq!(one["tags"]["data"]["shape"], json!([7]));
    case.run("values plots.yml --all --data cube.npy").exits(2);
}
