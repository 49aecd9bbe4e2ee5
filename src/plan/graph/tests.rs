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
    // One column needs no other.
    assert!(written(table).ends_with("leaf \"regions/people\"\n3=call \"pass\" #1\n"), "{}", written(table));
    let whole = "select: {data: regions}";
    assert!(
        written(whole).contains("call \"xr.Dataset\" {\"area\":#0,\"people\":#1,}"),
        "{}",
        written(whole)
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

/// What a meta-operation is written out as, or the error.
fn meta(operations: &str, call: &str) -> String {
    let indented: String = operations.lines().map(|line| format!("    {line}\n")).collect();
    written(&format!(
        "select: {{a: regions/area}}\ndag_options:\n  meta_operations:\n{indented}transform:\n  - {call}"
    ))
}

#[test]
fn meta_operations_are_written_out_where_they_are_called() {
    let operations = "\
scaled:
  - {mul: [!arg 0, !kwarg [by, 2]], tag: s}
  - add: [!dag_tag s, !arg [1, 0.5]]
twice:
  - scaled: [!arg 0, 1]
    kwargs: {by: 3}
    tag: first
  - {scaled: [!dag_tag first], kwargs: {by: !kwarg by}}
";
    let half = format!("f{:x}", 0.5_f64.to_bits());
    assert_eq!(
        meta(operations, "{scaled: [!dag_tag a], tag: data}"),
        format!("0=leaf \"regions/area\"\n1=call \"mul\" #0 2\n2=call \"add\" #1 {half}\n")
    );
    assert_eq!(
        meta(operations, "{twice: [!dag_prev ], kwargs: {by: 4}, tag: data}"),
        format!(
            "0=leaf \"regions/area\"\n1=call \"mul\" #0 3\n2=call \"add\" #1 1\n3=call \"mul\" #2 4\n4=call \"add\" #3 {half}\n"
        )
    );
    // A call may fail; its fallback is kept.
    let failing = meta(operations, "{scaled: [!dag_tag a], allow_failure: silent, fallback: 7, tag: data}");
    assert!(failing.ends_with("3=try #2 7\n"), "{failing}");
}

#[test]
fn mistakes_in_meta_operations_are_named() {
    let cases = [
        (
            "m: [{add: [!arg 0, !arg 2]}]",
            "{m: [1], tag: data}",
            "has no argument 1, though it has a later one",
        ),
        (
            "m: [{add: [!arg [0, 1], !arg 1]}]",
            "{m: [1, 2], tag: data}",
            "argument 1 of the meta-operation `m` has to be given",
        ),
        ("m: [{add: [!arg 0, !arg [0, 1]]}]", "{m: [1], tag: data}", "the same default wherever it stands"),
        ("m: [{add: [!arg [0, !dag_tag x], 1]}]", "{m: [1], tag: data}", "a default cannot refer to results"),
        (
            "m: [{add: [!arg 0, !dag_tag a]}]",
            "{m: [1], tag: data}",
            "has no tag `a` within (what comes from outside is an argument: `!arg 0`)",
        ),
        (
            "m: [{add: [!arg 0, 1], tag: x}]",
            "{m: [1], tag: data}",
            "the tag `x` is not used in the meta-operation `m`",
        ),
        ("add: [{mul: [!arg 0, 1]}]", "{add: [1, 2], tag: data}", "there is an operation `add` already"),
        ("m: [{add: [!arg 0, 1]}]", "{m: [1, 2], tag: data}", "takes 1 positional arguments, not 2"),
        ("m: [{add: [!arg 0, !kwarg k]}]", "{m: [1], tag: data}", "needs the argument `k`"),
        ("m: [{add: [!arg 0, 1]}]", "{m: [1], kwargs: {k: 1}, tag: data}", "has no argument `k`"),
        ("m: []", "{m: [1], tag: data}", "has no transformation"),
    ];
    for (operations, call, message) in cases {
        let got = meta(operations, call);
        assert!(got.contains(message), "{operations}\n{got}");
    }
    assert!(
        written("select: {a: regions/area}\ntransform:\n  - {add: [!arg 0, 1], tag: data}")
            .contains("stands in meta-operations only")
    );
}

#[test]
fn nodes_are_counted_as_dantro_counts_them() {
    // A list of definitions has a node more, which passes its last one on; so does a call of a
    // meta-operation. Numbers from dantro 0.21.2: len(dag.nodes) and the nodes at these indices.
    let text = "\
select: {a: regions/area}
dag_options:
  define: {l: [{define: [[1, 2]]}, {define: [[3]]}], n: 4}
  meta_operations: {m: [{add: [!arg 0, 1]}]}
transform:
  - {m: [!dag_node 4], tag: x}
  - {mul: [!dag_node 5, !dag_node -4], tag: data}
";
    let got = written(text);
    let lines: Vec<&str> = got.lines().collect();
    let number =
        |end: &str| lines.iter().find(|line| line.ends_with(end)).unwrap().split('=').next().unwrap();
    let (leaf, four) = (number("leaf \"regions/area\""), number("const 4"));
    let add = number(&format!("call \"add\" #{leaf} 1"));
    assert!(lines.last().unwrap().ends_with(&format!("call \"mul\" #{add} #{four}")), "{got}");
}
