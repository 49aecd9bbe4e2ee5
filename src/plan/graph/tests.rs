//! Graphs from YAML and a small tree of files.

use super::*;
use crate::config::{self, Options};
use crate::data::{Demand, IndexSet, LeafDemand};
use crate::diag::Source;
use crate::source::Tree;
use crate::transform::reach;
use std::path::PathBuf;

/// A folder with a YAML file and a table.
fn tree() -> Tree {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("meta.yml"), "thresholds: {infected: 0.25}\nnames: [a, b]\n").unwrap();
    std::fs::write(dir.path().join("regions.csv"), "area,people\n1.5,10\n2.5,20\n4.0,30\n").unwrap();
    let paths: Vec<PathBuf> = vec![dir.path().to_owned()];
    crate::source::open(&paths).unwrap().value
}

/// The entry `p` of a configuration.
fn entry(text: &str) -> Entry {
    let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
    let source = Source::new("p.yml", format!("p:\n{indented}"));
    let specs = config::parse(&source, &[], Options::default()).unwrap().value;
    specs[0].points.get(0).unwrap().entry.unwrap()
}

/// The graph, and the node of the tag `data`.
fn data_of(entry: &Entry, tree: &Tree) -> Result<(Graph, NodeId), Diagnostic> {
    let built = build(entry, &Scope::of(tree))?;
    let results = built.requested(entry, FACETS)?;
    Ok((built.graph, results[0].1))
}

fn written(text: &str) -> String {
    match data_of(&entry(text), &tree()) {
        Ok((graph, root)) => graph.signature(root),
        Err(error) => error.to_string(),
    }
}

#[test]
fn all_forms_of_an_item_are_one_node() {
    let full =
        "select: {a: regions/area}\ntransform:\n  - {operation: add, args: [!dag_tag a, 1], tag: data}";
    let expected = "0=leaf \"regions/area\"\n1=call \"add\" #0 1\n";
    assert_eq!(written(full), expected);
    for item in [
        "- add: [!dag_tag a, 1]\n    tag: data",
        "- add: [!dag_prev , 1]\n    tag: data",
        "- add: [!dag_node 0, 1]\n    tag: data",
        "- add: 1\n    with_previous_result: true\n    tag: data",
        "- add:\n    args: [!dag_node -1, 1]\n    tag: data",
    ] {
        assert_eq!(
            written(&format!("select: {{a: regions/area}}\ntransform:\n  {item}")),
            expected,
            "{item}"
        );
    }
    let inner =
        "select:\n  data:\n    path: regions/area\n    with_previous_result: true\n    transform: [{add: 1}]";
    assert_eq!(written(inner), expected);
    let plain = "select:\n  data: {path: regions/area, transform: [.data, .mean]}";
    assert_eq!(written(plain), "0=leaf \"regions/area\"\n1=call \"pass\" #0\n2=call \".mean\" #1\n");
}

#[test]
fn references_stand_anywhere_inside_arguments() {
    let text = "select: {a: regions/area}\ndag_options: {define: {i: 2, l: [{define: [[1, 2]]}]}}\ntransform:\n  - .isel: [!dag_tag a, {index: !slice [0, !dag_tag i]}]\n    tag: data";
    let written = written(text);
    assert!(written.ends_with("call \".isel\" #2 {\"index\":(0:#0:~:),}\n"), "{written}");
}

#[test]
fn yaml_values_and_tables_are_selected_as_data() {
    let text = "select: {data: meta/thresholds/infected}";
    assert_eq!(written(text), format!("0=const f{:x}\n", 0.25_f64.to_bits()));
    let table = "select: {t: regions}\ntransform:\n  - getitem: [!dag_tag t, people]\n    tag: data";
    assert!(
        written(table).contains("call \"xr.Dataset\" {\"area\":#0,\"people\":#1,}"),
        "{}",
        written(table)
    );
    let tree = tree();
    let (graph, root) = data_of(&entry(table), &tree).unwrap();
    let mut expected = Demand::default();
    expected.add("regions/people", &LeafDemand(vec![IndexSet::all(3)]));
    assert_eq!(reach(&graph, &[root], &tree).unwrap().demand, expected);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let select = "select: {data: regions/area}\n";
    let cases = [
        (
            "transform:\n  - add: [!dag_tag dat, 1]",
            "p.yml:4:13: no result is tagged `dat` (did you mean `data`?)",
        ),
        ("transform:\n  - {add: [1, 2], sub: [1, 2]}", "one operation, not two"),
        ("transform:\n  - {add: [1, 2], tag: data}", "p.yml:4:26: the tag `data` is used twice"),
        ("transform:\n  - {add: [1, 2], args: [1]}", "positional arguments are given twice"),
        ("transform:\n  - {add: [1, 2], fallback: 1}", "`fallback` without `allow_failure`"),
        ("transform:\n  - {tag: x}", "needs an operation"),
        ("transform:\n  - add: [!dag_node 5, 1]", "there is no node 5: 1 come before"),
        ("dag_options: {defin: {}}", "`dag_options: defin` is not known (did you mean `define`?)"),
    ];
    for (text, message) in cases {
        let got = written(&format!("{select}{text}"));
        assert!(got.contains(message), "{got}");
    }
    let got = written("select: {dta: regions/area}");
    assert!(got.contains("no result is tagged `data`"), "{got}");
}

#[test]
fn a_failing_selection_takes_its_fallback() {
    let text = "select:\n  data: {path: regions/volume, allow_failure: silent, fallback: 3}";
    let tree = tree();
    let (graph, root) = data_of(&entry(text), &tree).unwrap();
    assert!(reach(&graph, &[root], &tree).unwrap().demand.0.is_empty());
    let (graph, root) = data_of(&entry("select: {data: regions/areas}"), &tree).unwrap();
    let error = reach(&graph, &[root], &tree).unwrap_err().to_string();
    assert!(error.starts_with("p.yml:2:18: ") && error.contains("did you mean `regions/area`?"), "{error}");
}
