//! Arrow, Feather and Parquet files by pyarrow, polars, pandas and fastparquet
//! (`fixtures/make_columnar.py`): values, labels, and what is refused.

use crate::conformance::is;
use serde_json::Value;
use shmplot::data::{Attr, Dtype, Slab, Values};
use shmplot::source::{ArrayNode, CoordSource, GroupKind, Node, SourceError, Storage, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/columnar").join(name)
}

fn expected() -> serde_json::Map<String, Value> {
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn open(name: &str) -> (Tree, Vec<String>) {
    let opened = shmplot::source::open(&[fixture(name)]).unwrap_or_else(|e| panic!("{name}: {e}"));
    let warnings = opened.warnings.iter().map(ToString::to_string).collect();
    (opened.value, warnings)
}

fn read(tree: &Tree, path: &str) -> Values {
    let array = tree.array(path).unwrap_or_else(|e| panic!("{e}"));
    tree.read(array, &Slab::all(&array.shape)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// All arrays and broken nodes by path.
fn leaves(tree: &Tree) -> BTreeMap<String, Result<Arc<ArrayNode>, String>> {
    let mut found = BTreeMap::new();
    tree.walk(&mut |path, node| {
        match node {
            Node::Array(array) => drop(found.insert(path.to_owned(), Ok(array.clone()))),
            Node::Broken(error) => drop(found.insert(path.to_owned(), Err(error.to_string()))),
            _ => {}
        };
    });
    found
}

#[test]
fn every_file_says_what_its_writer_wrote() {
    let mut problems = Vec::new();
    let mut count = 0;
    for (file, nodes) in expected() {
        let (tree, _) = open(&file);
        let found = leaves(&tree);
        let wanted: Vec<&String> = {
            let mut names: Vec<&String> = nodes.as_object().unwrap().keys().collect();
            names.sort();
            names
        };
        if found.keys().collect::<Vec<_>>() != wanted {
            problems.push(format!("{file}: {:?} instead of {wanted:?}", found.keys().collect::<Vec<_>>()));
            continue;
        }
        for (path, node) in nodes.as_object().unwrap() {
            count += 1;
            match (&found[path], node.get("error")) {
                (Err(error), Some(part)) if error.contains(part.as_str().unwrap()) => {}
                (Ok(array), None) => problems.extend(compare(&tree, &file, path, array, node)),
                (other, _) => problems.push(format!("{file}, {path}: {other:?} instead of {node}")),
            }
        }
    }
    assert!(problems.is_empty(), "{} of {count}:\n{}", problems.len(), problems.join("\n"));
    assert!(count > 500, "only {count} arrays");
}

fn compare(tree: &Tree, file: &str, path: &str, array: &ArrayNode, node: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let mut say = |what: String| problems.push(format!("{file}, {path}: {what}"));
    let dims: Vec<&str> = array.dims.iter().map(|dim| dim.as_str()).collect();
    if array.stored != node["dtype"].as_str().unwrap() {
        say(format!("{} instead of {}", array.stored, node["dtype"]));
    }
    if serde_json::json!(array.shape) != node["shape"] || serde_json::json!(dims) != node["dims"] {
        say(format!("{dims:?} {:?} instead of {} {}", array.shape, node["dims"], node["shape"]));
        return problems;
    }
    let wanted: Vec<&str> = node["values"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    for slab in slabs(&array.shape) {
        let values = match tree.read(array, &slab) {
            Ok(values) => values,
            Err(error) => {
                say(format!("{slab:?}: {error}"));
                break;
            }
        };
        let at: Vec<usize> = indices(&array.shape, &slab);
        if values.len() != at.len() {
            say(format!("{} values in {slab:?}", values.len()));
            break;
        }
        if let Some(i) = (0..at.len()).find(|i| !is(&values, *i, wanted[at[*i]])) {
            say(format!("{:?} in {slab:?} instead of {} at {i}", values, wanted[at[i]]));
            break;
        }
    }
    problems
}

/// The whole, each half, the middle, single rows, and a part of the inner axes.
fn slabs(shape: &[usize]) -> Vec<Slab> {
    let n = shape[0];
    let mut rows = vec![0..n, 0..n / 2, n / 2..n, n / 3..n - n / 4];
    rows.extend((0..n).step_by(1 + n / 5).map(|i| i..i + 1));
    let whole = |range: &std::ops::Range<usize>| {
        Slab(std::iter::once(range.clone()).chain(shape[1..].iter().map(|n| 0..*n)).collect())
    };
    let mut slabs: Vec<Slab> = rows.iter().map(whole).collect();
    if shape.len() > 1 {
        for part in [0, 1] {
            let inner = shape[1..].iter().map(|n| (n / 2) * part..n - (n / 3) * (1 - part));
            slabs.push(Slab(std::iter::once(n / 3..n).chain(inner).collect()));
        }
    }
    slabs
}

/// Row-major indices of the elements of a box.
fn indices(shape: &[usize], slab: &Slab) -> Vec<usize> {
    let mut at = vec![0];
    for (length, range) in shape.iter().zip(&slab.0) {
        at = at.iter().flat_map(|outer| range.clone().map(move |i| outer * length + i)).collect();
    }
    at
}

#[test]
fn a_table_has_one_node_a_column_and_structs_are_tables_in_it() {
    let (tree, _) = open("nested.arrow");
    assert_eq!(tree.root().kind, GroupKind::Table);
    let kind = |path: &str| match tree.get(path).unwrap() {
        Node::Group(group) => group.kind,
        other => panic!("{path} is {other:?}"),
    };
    assert_eq!(kind("struct"), GroupKind::Table);
    assert_eq!(kind("structs"), GroupKind::Group);
    assert_eq!(kind("structs/values"), GroupKind::Table);
    let sizes = tree.array("lists/row_size").unwrap();
    assert_eq!(sizes.attrs.text("sample_dimension"), Some("lists_item"));
}

#[test]
fn integers_stay_integers_unless_some_are_missing() {
    for name in ["types.arrow", "types_lz4.arrow", "types.parquet", "no_statistics_full.parquet"] {
        let (tree, _) = open(name);
        assert_eq!(tree.array("int64").unwrap().dtype, Dtype::I64, "{name}");
        assert_eq!(tree.array("bool").unwrap().dtype, Dtype::Bool, "{name}");
    }
    for name in ["types_missing.arrow", "types_missing.parquet", "no_statistics.parquet"] {
        let (tree, _) = open(name);
        assert_eq!(tree.array("int64").unwrap().dtype, Dtype::F64, "{name}");
        assert_eq!(tree.array("bool").unwrap().dtype, Dtype::F64, "{name}");
    }
    // Lists that are empty or missing are no missing elements.
    for name in ["nested_missing.arrow", "nested_missing_4.parquet", "polars.parquet"] {
        let (tree, _) = open(name);
        let path = if name.starts_with("polars") { "l/values" } else { "lists/values" };
        assert_eq!(tree.array(path).unwrap().dtype, Dtype::I64, "{name}");
    }
}

#[test]
fn zones_units_and_metadata_are_attributes() {
    let (tree, _) = open("types.parquet");
    let attrs = |path: &str| tree.array(path).unwrap().attrs.clone();
    assert_eq!(attrs("zoned_ns").text("timezone"), Some("Europe/Berlin"));
    assert_eq!(attrs("span_ms").text("units"), Some("ms"));
    assert_eq!(attrs("clock_us").text("units"), Some("us"));
    let (tree, _) = open("big_metadata.arrow");
    assert_eq!(tree.root().attrs.text("note").map(str::len), Some(20_000));
}

#[test]
fn the_index_of_pandas_labels_the_rows() {
    let (tree, warnings) = open("pandas.parquet");
    assert_eq!(warnings, Vec::<String>::new());
    let index = tree.coords("v").unwrap();
    let day = index.index(&"index".into()).expect("a labelled axis");
    assert_eq!(day.attrs.text("long_name"), Some("day"));
    assert_eq!(day.grid.dtype.numpy_name(), "datetime64[us]");
    assert_eq!(tree.root().attrs.get("run"), Some(&Attr::Int(7)));
    assert!(tree.array("day").unwrap().coords.is_empty());

    let (tree, _) = open("ranged.parquet");
    let coords = tree.coords("v").unwrap();
    let labels = coords.index(&"index".into()).expect("a labelled axis");
    let at = |i: usize| labels.grid.parts[0].as_ref().and_then(|part| part.values.f64_at(i));
    assert_eq!([at(0), at(1), at(2)], [Some(10.0), Some(20.0), Some(30.0)]);

    let (tree, _) = open("multi.parquet");
    let names: Vec<&str> = tree.array("v").unwrap().coords.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["k", "m"]);
    assert!(matches!(&tree.array("v").unwrap().coords[0].1, CoordSource::Leaf(path) if path == "k"));
}

#[test]
fn numbers_of_a_single_batch_lie_in_the_file_as_they_are() {
    let (tree, _) = open("one_batch.arrow");
    let bytes = std::fs::read(fixture("one_batch.arrow")).unwrap();
    let mut plain = 0;
    for (path, array) in leaves(&tree) {
        let array = array.unwrap();
        if let Storage::Contiguous { offset } = array.storage {
            plain += 1;
            let size = array.dtype.size().unwrap() * array.shape[0];
            let found = Values::from_ne_bytes(array.dtype, &bytes[offset as usize..offset as usize + size]);
            assert_eq!(format!("{:?}", found.unwrap()), format!("{:?}", read(&tree, &path)), "{path}");
        }
    }
    // Eight integers, two floats, times in microseconds with and without a zone.
    assert_eq!(plain, 12);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_there() {
    let error = |name: &str| shmplot::source::open(&[fixture(name)]).unwrap_err().to_string();
    assert!(
        error("version1.feather").contains("a Feather file of version 1"),
        "{}",
        error("version1.feather")
    );
    assert!(
        error("encrypted.parquet").contains("an encrypted Parquet file"),
        "{}",
        error("encrypted.parquet")
    );
    assert!(error("elsewhere.parquet").contains("in other files"), "{}", error("elsewhere.parquet"));
    let (tree, _) = open("types.arrow");
    let error = tree.array("binary").unwrap_err();
    assert!(matches!(error, SourceError::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("dataset `binary`: a column of binary data"), "{error}");
    let (tree, _) = open("encrypted_column.parquet");
    assert!(matches!(read(&tree, "b"), Values::I64(_)));
    let array = tree.array("a");
    let error = match array {
        Ok(array) => tree.read(array, &Slab::all(&array.shape)).unwrap_err(),
        Err(error) => error,
    };
    assert!(error.to_string().contains("encrypted"), "{error}");
}

#[test]
fn a_stream_that_just_ends_is_read_with_a_warning() {
    let whole = std::fs::read(fixture("types.arrows")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.arrows");
    std::fs::write(&path, &whole[..whole.len() - 8]).unwrap();
    let opened = shmplot::source::open(std::slice::from_ref(&path)).unwrap();
    assert!(opened.warnings[0].to_string().contains("no mark at its end"), "{:?}", opened.warnings);
    assert_eq!(opened.value.array("int8").unwrap().shape, [9]);
    std::fs::write(&path, &whole[..whole.len() - 100]).unwrap();
    let error = shmplot::source::open(std::slice::from_ref(&path)).unwrap_err();
    assert!(error.to_string().ends_with("it is cut off"), "{error}");
}

#[test]
fn reading_starts_no_thread_and_keeps_no_descriptor() {
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
    let (tasks, descriptors) = (count("task"), count("fd"));
    for name in ["types_zstd_v2.parquet", "types_lz4.arrow", "nested.arrow"] {
        let (tree, _) = open(name);
        for (path, array) in leaves(&tree) {
            if array.is_ok() {
                read(&tree, &path);
            }
        }
        // Other tests of this process come and go: what is meant is that there are not always more.
        let more = (0..200).all(|_| {
            std::thread::yield_now();
            count("task") > tasks + 64 || count("fd") > descriptors + 64
        });
        assert!(!more, "{name}");
    }
}
