//! The creators `universe` and `multiverse` on a small multiverse: names and results are those of the
//! reference program (see `tests/fixtures/universes/make.py`).

use crate::cli::Case;
use serde_json::Value;
use shmplot::config::{self, Options};
use shmplot::diag::{Outcome, Source};
use shmplot::plan::{self, Plan};
use shmplot::source::{self, Tree};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/universes")
}

fn text(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap()
}

fn tree() -> Tree {
    let spec = config::load(&Source::new("load.yml", text("load.yml"))).unwrap();
    source::load::load(&folder(), &spec).unwrap().value
}

fn planned(plots: &str) -> Plan {
    let specs = config::parse(&Source::new("plots.yml", plots), &[], Options::default()).unwrap().value;
    let chosen: Vec<_> = specs.into_iter().filter(|spec| spec.enabled).collect();
    plan::plan(&chosen, &tree(), &plan::Options::default()).unwrap().value
}

fn outputs(plan: &Plan) -> BTreeSet<String> {
    let outputs = plan.tasks.iter().flat_map(|task| &task.outputs);
    outputs.map(|output| output.path.display().to_string()).collect()
}

#[test]
fn figures_are_named_as_dantro_names_them() {
    let plan = planned(&text("plots.yml"));
    // These fail there when they are drawn: a histogram of one number, text on an axis of a line.
    let looser = |name: &str| name.starts_with("files_uni/") || name == "mv/order.png";
    let expected: BTreeSet<String> = text("expected_outputs.txt")
        .lines()
        .filter(|name| name.ends_with(".png"))
        .map(str::to_owned)
        .collect();
    let failed: BTreeSet<String> = text("expected_failures.txt").lines().map(str::to_owned).collect();
    let (got, more): (BTreeSet<String>, BTreeSet<String>) =
        outputs(&plan).into_iter().partition(|name| !looser(name));
    assert_eq!(got, expected);
    assert_eq!(more, failed.iter().filter(|name| looser(name)).cloned().collect());
    let settled: BTreeSet<String> = plan
        .settled
        .iter()
        .flat_map(|record| &record.outputs)
        .map(|output| output.display().to_string())
        .collect();
    assert_eq!(settled, failed.into_iter().filter(|name| !looser(name)).collect());
}

#[test]
fn results_are_those_of_dantro() {
    let case = Case::new().plots(&text("plots.yml"));
    let data = format!("--data {0} --load {0}/load.yml", folder().display());
    let mut compared = 0;
    for file in std::fs::read_dir(folder().join("expected")).unwrap() {
        let expected: Value =
            serde_json::from_str(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
        let figure = expected["output"].as_str().unwrap().trim_end_matches(".png");
        let got = case.run(&format!("values plots.yml {figure} --tag data {data}")).exits(0).stdout();
        let got: Value = serde_json::from_str(&got).unwrap();
        let expected = &expected["tags"]["data"];
        for key in ["name", "dims", "shape", "dtype", "values"] {
            assert_eq!(got[key], expected[key], "{key} of {figure}");
        }
        // Labels of text are numpy's str here, Python objects there.
        for (name, coord) in expected["coords"].as_object().unwrap() {
            assert_eq!(got["coords"][name]["values"], coord["values"], "{name} of {figure}");
            assert_eq!(got["coords"][name]["dims"], coord["dims"], "{name} of {figure}");
        }
        compared += 1;
    }
    assert!(compared >= 7, "{compared}");
}

#[test]
fn only_the_universes_that_a_figure_shows_are_read() {
    let plots = "\
a:
  based_on: [.creator.multiverse, .plot.facet_grid.line]
  select_and_combine: {base_path: data/Model, fields: {data: wave}}
  sel: {beta: 0.1, Mode: fast, seed: 5, time: [5, 10]}
";
    let plan = planned(plots);
    let demand: Vec<(String, usize)> =
        plan.demand.0.iter().map(|(path, part)| (path.clone(), part.count())).collect();
    assert_eq!(demand, [("multiverse/14/data/Model/wave".to_owned(), 2)]);
}

/// The one failed figure's message.
fn error(entry: &str) -> String {
    let indented: String = entry.lines().map(|line| format!("  {line}\n")).collect();
    let plan = planned(&format!("a:\n{indented}"));
    assert!(plan.tasks.is_empty(), "{entry}");
    match &plan.settled[0].outcome {
        Outcome::Failed(error) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn universes_that_are_not_there_are_named() {
    let universe = "based_on: [.creator.universe, .plot.facet_grid.line]\nselect: {data: data/Model/wave}\n";
    let multiverse = "based_on: [.creator.multiverse, .plot.facet_grid.line]\n";
    let cases = [
        (
            universe,
            "universes: {bet: 0.1}",
            "plots.yml:4:15: the parameter space has no dimension `bet` (did you mean `beta`?)",
        ),
        (
            universe,
            "universes: {beta: 0.11}",
            "plots.yml:4:21: `beta` has no value 0.11 (there is: 0.1, 0.2, 0.30000000000000004)",
        ),
        (
            universe,
            "universes: {seed: {idx: 0}}",
            "plots.yml:4:27: `seed` has no value number 0 (`idx` counts from 1 to 2)",
        ),
        (universe, "universes: {seed: {idx: 1, loc: 3}}", "expected one of `loc` and `idx`, found a mapping"),
        (universe, "universes: {beta: {loc: !slice [0.4, ~]}}", "no value of `beta` is chosen"),
        (universe, "universes: {seed: [3, 3]}", "the value 3 of `seed` is chosen twice"),
        (universe, "universes: everything", "plots.yml:4:14: `universes` cannot be `everything`"),
        (universe, "universes: [13, x]", "plots.yml:4:19: expected an integer, found the text `x`"),
        (universe, "creator_init_kwargs: {psgrp_path: elsewhere}", "there is no `elsewhere` in the data"),
        (
            universe,
            "creator_init_kwargs: {psgrp_path: multiverse/13}",
            "`multiverse/13` has no parameter space",
        ),
        (multiverse, "select_and_combine: {}", "`select_and_combine` needs `fields`"),
        (multiverse, "select: {}", "the creator `multiverse` needs `select_and_combine`"),
        (
            multiverse,
            "select_and_combine: {fields: {data: {pth: x}}}",
            "a field has no key `pth` (did you mean `path`?)",
        ),
        (
            multiverse,
            "select_and_combine: {fields: {data: x}, subspace: {sed: 3}}",
            "the parameter space has no dimension `sed`",
        ),
        (
            multiverse,
            "select_and_combine: {fields: {data: x}, combination_method: stack}",
            "there is no combination method `stack`",
        ),
        (
            multiverse,
            "select_and_combine: {fields: {data: x}}\ndag_options: {select_path_prefix: data}",
            "give `select_and_combine: {base_path: …}`",
        ),
        (
            multiverse,
            "select_and_combine: {fields: {data: data/Model/wav}}",
            "there is no `multiverse/13/data/Model/wav` in the data",
        ),
    ];
    for (base, more, message) in cases {
        let got = error(&format!("{base}{more}"));
        assert!(got.contains(message), "{more}\n{got}");
    }
}

#[test]
fn another_number_of_dimensions_skips_the_figure() {
    let entry = "a:\n  based_on: [.creator.multiverse, .plot.facet_grid.line]\n  expected_multiverse_ndim: 2\n  select_and_combine: {fields: {data: data/Model/wave}}\n";
    let plan = planned(entry);
    assert_eq!(plan.settled[0].outcome, Outcome::Skipped("`multiverse` has 3 dimensions, not 2".to_owned()));
    assert_eq!(planned(&entry.replace("ndim: 2", "ndim: [2, 3]")).tasks.len(), 1);
}

/// Issue: one message each, with line, key, what was expected, and the way through `based_on`.
#[test]
fn every_mistake_is_one_message_with_its_place() {
    let base = "based_on: [.creator.pyplot, .plot.facet_grid.line]\nselect: {w: multiverse/13/data/Model/wave}\ntransform:\n";
    let cases = [
        (
            "- {.maen: [!dag_tag w], tag: data}",
            "plots.yml:5:8: there is no operation `.maen` (did you mean `.mean`?)",
        ),
        ("- {.mean: [!dag_tag v], tag: data}", "plots.yml:5:16: no result is tagged `v` (did you mean `w`?)"),
        (
            "- {add: [!dag_tag data, 1], tag: one}\n- {add: [!dag_tag one, 1], tag: data}",
            "plots.yml:5:14: the result `data` comes after this one, at line 6 (move what makes it up",
        ),
        (
            "- {.mean: [!dag_tag w], kwargs: {axes: time}, tag: data}",
            "plots.yml:5:8: `.mean` of array float64 (time: 4), axes=`time` failed: there is no argument `axes` (did you mean `axis`?)",
        ),
        (
            "- {.mean: [!dag_tag w, tiem], tag: data}",
            "plots.yml:5:8: `.mean` of array float64 (time: 4), `tiem` failed: there is no dimension `tiem` among (time) (did you mean `time`?)",
        ),
        (
            "- {.sel: [!dag_tag w, {time: 6}], tag: data}",
            "plots.yml:5:8: `.sel` of array float64 (time: 4), {`time`: 6} failed: there is no label 6 along `time` (the nearest are 0, 5, 10)",
        ),
        (
            "- {.isel: [!dag_tag w, {time: 4}], tag: data}",
            "plots.yml:5:8: `.isel` of array float64 (time: 4), {`time`: 4} failed: index 4 is out of range for `time` of length 4",
        ),
        (
            "- {add: [!dag_tag w, [1, 2, 3]], tag: data}",
            "plots.yml:5:8: `add` of array float64 (time: 4), [1, 2, 3] failed: an axis of length 3 does not fit one of length 4",
        ),
        (
            "- {call_lambda: [\"lambda d: d\", !dag_tag w], tag: data}",
            "plots.yml:5:8: the operation `call_lambda` needs a Python interpreter",
        ),
    ];
    for (item, message) in cases {
        let items: String = item.lines().map(|line| format!("  {line}\n")).collect();
        let got = error(&format!("{base}{items}"));
        assert!(got.contains(message), "{item}\n{got}");
    }
    let parsed = |yaml: &str| {
        let errors = config::parse(&Source::new("plots.yml", yaml), &[], Options::default()).unwrap_err();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let file = [
        (
            "a: !pspace {x: !sweep {default: 1, values: []}}",
            "plots.yml:1:44: a sweep needs at least one value",
        ),
        ("a: {data: x, data: y}", "plots.yml:1:14: the key `data` is given twice, first at line 1, column 5"),
        (
            "_b: {kind: line, vmin: !sweep {default: 0, values: [1]}}\na: {based_on: _b}",
            "plots.yml:1:24: a sweep in `a`, which is no parameter space (write `a: !pspace`) [`a` is based on `_b`]",
        ),
    ];
    for (yaml, message) in file {
        let got = parsed(yaml);
        assert!(got.contains(message), "{yaml}\n{got}");
    }
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..8 {
        let before = format!("*a{}", i - 1);
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![before; 10].join(", "));
    }
    let got = parsed(&bomb);
    assert!(got.contains("nodes") && got.lines().count() == 1, "{got}");
}
