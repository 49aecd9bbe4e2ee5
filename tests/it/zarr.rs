//! Zarr stores that zarr-python and xarray wrote (`tests/fixtures/make_zarr.py`): every value, boxes,
//! faults of every kind, and what lies around in folders.

use crate::conformance::is;
use serde_json::Value;
use shmplot::data::{Slab, Values};
use shmplot::source::{ArrayNode, Node, Storage, Tree, open};
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zarr").join(name)
}

fn expected(store: &str) -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[store].as_object().unwrap().iter().map(|(path, node)| (path.clone(), node.clone())).collect()
}

fn tree(path: &Path) -> Tree {
    open(&[path.to_owned()]).unwrap().value
}

fn arrays(tree: &Tree) -> BTreeMap<String, Arc<ArrayNode>> {
    let mut arrays = BTreeMap::new();
    tree.walk(&mut |path, node| {
        if let Node::Array(array) = node {
            arrays.insert(path.to_owned(), array.clone());
        }
    });
    arrays
}

/// Compares the values of a box with those of the whole array.
fn compare(array: &ArrayNode, slab: &Slab, part: &Values, wanted: &Value) -> Result<(), String> {
    let wanted = wanted["values"].as_array().unwrap();
    if part.len() != slab.count() {
        return Err(format!("{} values of {}", part.len(), slab.count()));
    }
    for i in 0..part.len() {
        let (mut rest, mut at, mut stride) = (i, 0, 1);
        for axis in (0..array.shape.len()).rev() {
            let range = &slab.0[axis];
            at += (range.start + rest % range.len()) * stride;
            rest /= range.len();
            stride *= array.shape[axis];
        }
        let wanted = wanted[at].as_str().unwrap();
        if !is(part, i, wanted) {
            return Err(format!("[{i}] of {slab:?}: {wanted} in {part:?}"));
        }
    }
    Ok(())
}

fn boxes(shape: &[usize]) -> Vec<Slab> {
    let mut slabs = vec![Slab::all(shape), Slab(shape.iter().map(|n| n / 2..*n).collect())];
    slabs.push(Slab(shape.iter().map(|n| n / 3..(n / 3 + 1).min(*n)).collect()));
    slabs.push(Slab(shape.iter().map(|n| 1.min(*n)..(*n).saturating_sub(1).max(1.min(*n))).collect()));
    for axis in 0..shape.len() {
        let mut slab = Slab::all(shape);
        slab.0[axis] = shape[axis].saturating_sub(1)..shape[axis];
        slabs.push(slab);
    }
    slabs
}

/// Listing, types, axes, values, and boxes of a store.
fn check_store(name: &str) {
    let wanted = expected(name);
    let tree = tree(&fixture(name));
    let mut problems = Vec::new();
    let found = arrays(&tree);
    if found.keys().ne(wanted.keys()) {
        problems.push(format!("{:?}", found.keys().filter(|k| !wanted.contains_key(*k)).collect::<Vec<_>>()));
    }
    for (path, node) in &wanted {
        let array = match tree.array(path) {
            Ok(array) => array,
            Err(error) => {
                problems.push(format!("{path}: {error}"));
                continue;
            }
        };
        if array.stored != node["dtype"].as_str().unwrap() || serde_json::json!(array.shape) != node["shape"]
        {
            problems.push(format!("{path}: {} {:?}", array.stored, array.shape));
            continue;
        }
        if let Some(dims) = node.get("dims") {
            let found: Vec<&str> = array.dims.iter().map(|dim| dim.as_str()).collect();
            if serde_json::json!(found) != *dims {
                problems.push(format!("{path}: {found:?}"));
            }
        }
        for slab in boxes(&array.shape) {
            let read = tree.read(array, &slab).map_err(|error| error.to_string());
            if let Err(why) = read.and_then(|part| compare(array, &slab, &part, node)) {
                problems.push(format!("{path}: {why}"));
                break;
            }
        }
    }
    assert!(problems.is_empty(), "{name}: {} of {}:\n{}", problems.len(), wanted.len(), problems.join("\n"));
}

#[test]
fn version_2_gives_what_zarr_python_wrote() {
    check_store("v2.zarr.zip");
}

#[test]
fn version_3_gives_what_zarr_python_wrote() {
    check_store("v3.zarr.zip");
}

#[test]
fn folders_are_stores_too() {
    for name in ["small2.zarr", "small3.zarr"] {
        check_store(name);
    }
}

#[test]
fn what_xarray_encodes_is_decoded_and_labelled() {
    for name in ["xarray2.zarr", "xarray3.zarr"] {
        check_store(name);
        let tree = tree(&fixture(name));
        let coords = tree.coords("t2m").unwrap();
        assert_eq!(coords.index(&"y".into()).unwrap().shape, [2], "{name}");
        assert!(coords.index(&"time".into()).is_some() && coords.get("height").is_some(), "{name}");
        assert_eq!(tree.array("t2m").unwrap().attrs.text("units"), Some("K"));
        assert!(tree.array("t2m").unwrap().attrs.get("_ARRAY_DIMENSIONS").is_none());
    }
}

#[test]
fn reading_starts_no_thread_and_keeps_no_descriptor() {
    let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    let tree = tree(&fixture("v3.zarr.zip"));
    let all = arrays(&tree);
    // The harness of these tests has threads of its own, so the names of new ones are what counts.
    let names = || -> Vec<String> {
        std::fs::read_dir("/proc/self/task")
            .unwrap()
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .collect()
    };
    for array in all.values() {
        tree.read(array, &Slab::all(&array.shape)).unwrap();
    }
    assert!(!names().iter().any(|name| name.contains("rayon")), "{:?}", names());
    assert!(count("/proc/self/fd") < 200);
}

#[test]
fn storage_is_told_by_the_chunks_that_are_read() {
    let tree = tree(&fixture("v3.zarr.zip"));
    let Storage::Chunked { chunk, filters } = &tree.array("shards/zstd_end").unwrap().storage else {
        panic!("in chunks")
    };
    assert_eq!(chunk, &[2, 3, 1]);
    assert_eq!(filters, &["zstd", "sharding"]);
    let Storage::Chunked { chunk, .. } = &tree.array("shards/nested").unwrap().storage else { panic!() };
    assert_eq!(chunk, &[2, 1, 5]);
}

fn copied(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join(name);
    copy_tree(&fixture(name), &target);
    (folder, target)
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn read_error(tree: &Tree, path: &str) -> String {
    let array = tree.array(path).unwrap();
    tree.read(array, &Slab::all(&array.shape)).unwrap_err().to_string()
}

#[test]
fn missing_chunks_are_the_fill_value_and_broken_ones_are_named() {
    let (_folder, store) = copied("small3.zarr");
    let chunk = store.join("b/c/0");
    let good = std::fs::read(&chunk).unwrap();
    std::fs::write(&chunk, &good[..good.len() - 9]).unwrap();
    let error = read_error(&tree(&store), "b");
    assert!(error.contains("b/c/0, dataset `b`: it is cut off (gzip)"), "{error}");
    std::fs::write(&chunk, b"").unwrap();
    assert!(read_error(&tree(&store), "b").contains("cut off"));
    std::fs::remove_file(&chunk).unwrap();
    let opened = tree(&store);
    let array = opened.array("b").unwrap();
    let values = opened.read(array, &Slab::all(&[4])).unwrap();
    assert_eq!((0..4).map(|i| values.f64_at(i).unwrap()).sum::<f64>(), 0.0);

    nix::unistd::mkfifo(&chunk, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(read_error(&tree(&store), "b").contains("a named pipe"));
    std::fs::remove_file(&chunk).unwrap();
    symlink("nowhere", &chunk).unwrap();
    assert!(read_error(&tree(&store), "b").contains("a link to nothing"));
    std::fs::remove_file(&chunk).unwrap();
    symlink("0", &chunk).unwrap();
    assert!(read_error(&tree(&store), "b").contains("circle"));
    std::fs::remove_file(&chunk).unwrap();
    std::fs::create_dir(&chunk).unwrap();
    assert!(read_error(&tree(&store), "b").contains("a folder"));
}

#[test]
fn broken_metadata_concern_their_node_alone() {
    let (_folder, store) = copied("small3.zarr");
    std::fs::write(store.join("b/zarr.json"), b"{\"zarr_format\": 3,}").unwrap();
    let opened = tree(&store);
    let error = opened.array("b").unwrap_err().to_string();
    assert!(error.contains("b/zarr.json, dataset `b`: its metadata are no valid JSON: "), "{error}");
    assert!(opened.array("g/a").is_ok());

    let good = std::fs::read_to_string(store.join("g/a/zarr.json")).unwrap();
    for (from, to, why) in [
        ("\"float64\"", "\"bfloat16\"", "the data type `bfloat16` is not supported"),
        ("\"regular\"", "\"rectilinear\"", "the chunk grid `rectilinear` is not supported"),
        (
            "\"storage_transformers\": []",
            "\"storage_transformers\": [{\"name\": \"x\"}]",
            "transformer `x` is not supported",
        ),
        (
            "\"shape\"",
            "\"extra\": {\"name\": \"y\"}, \"shape\"",
            "the extension `extra` of Zarr is not supported",
        ),
        ("\"zstd\"", "\"lzma\"", "the codec `lzma` is not supported"),
        ("\"default\"", "\"other\"", "the chunk key encoding `other` is not supported"),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(store.join("g/a/zarr.json"), good.replacen(from, to, 1)).unwrap();
        let error = tree(&store).array("g/a").unwrap_err().to_string();
        assert!(error.contains(why), "{to}: {error}");
    }
    std::fs::write(
        store.join("g/a/zarr.json"),
        good.replacen("\"shape\"", "\"x\": {\"must_understand\": false}, \"shape\"", 1),
    )
    .unwrap();
    assert!(tree(&store).array("g/a").is_ok());
}

/// What is claimed and not there takes no memory: of 10^15 bytes, a box is read as fill values or
/// refused.
#[test]
fn claims_of_huge_chunks_allocate_nothing() {
    let (_folder, store) = copied("small3.zarr");
    let metadata = store.join("b/zarr.json");
    let good: Value = serde_json::from_slice(&std::fs::read(&metadata).unwrap()).unwrap();
    let mut huge = good.clone();
    huge["shape"] = serde_json::json!([1_000_000_000_000_000_u64]);
    huge["chunk_grid"]["configuration"]["chunk_shape"] = huge["shape"].clone();
    std::fs::write(&metadata, huge.to_string()).unwrap();
    let opened = tree(&store);
    let array = opened.array("b").unwrap();
    let slab = Slab(std::iter::once(7..9).collect());
    let error = opened.read(array, &slab).unwrap_err().to_string();
    assert!(error.contains("cannot become"), "{error}");
    std::fs::remove_file(store.join("b/c/0")).unwrap();
    assert_eq!(opened.read(array, &slab).unwrap().len(), 2);
    huge["shape"] = serde_json::json!([u64::MAX, u64::MAX]);
    huge["chunk_grid"]["configuration"]["chunk_shape"] = huge["shape"].clone();
    std::fs::write(&metadata, huge.to_string()).unwrap();
    assert!(tree(&store).array("b").unwrap_err().to_string().contains("larger than any memory"));
}

/// A cut chunk is an error, never a wrong value.
#[test]
fn cut_files_are_errors_and_never_wrong_values() {
    for name in ["small2.zarr", "small3.zarr"] {
        let (_folder, store) = copied(name);
        let wanted = expected(name);
        for path in files(&store) {
            let good = std::fs::read(&path).unwrap();
            for len in [0, 1, good.len() / 3, good.len() / 2, good.len() - 1] {
                std::fs::write(&path, &good[..len]).unwrap();
                let Ok(opened) = open(std::slice::from_ref(&store)) else { continue };
                let mut told = false;
                for (at, node) in &wanted {
                    let array = opened.value.array(at);
                    match array.and_then(|array| {
                        let slab = Slab::all(&array.shape);
                        opened.value.read(array, &slab).map(|values| (array, slab, values))
                    }) {
                        Err(_) => told = true,
                        Ok((array, slab, values)) => compare(array, &slab, &values, node).unwrap(),
                    }
                }
                assert!(told || !opened.warnings.is_empty(), "{} cut at {len}", path.display());
            }
            std::fs::write(&path, &good).unwrap();
        }
    }
}

#[test]
fn stores_hang_in_folders_and_parts_of_them_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    copy_tree(&fixture("small3.zarr"), &folder.path().join("runs/one.zarr"));
    std::fs::copy(fixture("v2.zarr.zip"), folder.path().join("two.zarr.zip")).unwrap();
    let all = tree(folder.path());
    assert!(all.array("runs/one/g/a").is_ok() && all.array("two/record/id").is_ok());
    assert_eq!(all.files.len(), 2);
    let group = tree(&folder.path().join("runs/one.zarr/g"));
    assert!(group.array("a").is_ok());
    let alone = tree(&folder.path().join("runs/one.zarr/g/a"));
    assert_eq!(alone.array("data").unwrap().shape, [3, 4]);
}

#[test]
fn links_in_a_circle_and_names_that_are_no_text_are_left_out() {
    use std::os::unix::ffi::OsStrExt;
    let (_folder, store) = copied("small2.zarr");
    symlink(&store, store.join("g/up")).unwrap();
    std::fs::create_dir(store.join(std::ffi::OsStr::from_bytes(b"\xff"))).unwrap();
    let opened = open(std::slice::from_ref(&store)).unwrap();
    let warnings: Vec<String> = opened.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|w| w.contains("not UTF-8")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("leads back")), "{warnings:?}");
    assert!(opened.value.array("g/a").is_ok());
}

/// Ten thousand arrays, consolidated: their files are not opened.
#[test]
fn many_arrays_are_listed_from_consolidated_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let array = serde_json::json!({
        "zarr_format": 2, "shape": [10, 10], "chunks": [10, 10], "dtype": "<f8", "compressor": null,
        "fill_value": 0.0, "order": "C", "filters": null,
    });
    let mut metadata = serde_json::Map::new();
    metadata.insert(".zgroup".to_owned(), serde_json::json!({"zarr_format": 2}));
    for i in 0..10_000 {
        metadata.insert(format!("g{}/v{i}/.zarray", i % 10), array.clone());
        metadata.insert(
            format!("g{}/v{i}/.zattrs", i % 10),
            serde_json::json!({"_ARRAY_DIMENSIONS": ["y", "x"]}),
        );
    }
    metadata.insert("../../etc/.zarray".to_owned(), array);
    let text = serde_json::json!({"metadata": metadata, "zarr_consolidated_format": 1}).to_string();
    std::fs::write(folder.path().join(".zmetadata"), text).unwrap();
    std::fs::write(folder.path().join(".zgroup"), b"{\"zarr_format\": 2}").unwrap();
    let opened = open(&[folder.path().to_owned()]).unwrap();
    assert_eq!(arrays(&opened.value).len(), 10_000);
    assert!(opened.warnings.iter().any(|w| w.message.contains("no path below")));
}

/// Consolidated metadata of before an array grew.
#[test]
fn outdated_consolidated_metadata_are_told_and_not_used() {
    let (_folder, store) = copied("xarray2.zarr");
    let metadata = store.join("land/.zarray");
    let text = std::fs::read_to_string(&metadata).unwrap();
    let mut grown: Value = serde_json::from_str(&text).unwrap();
    grown["shape"] = serde_json::json!([5]);
    std::fs::write(&metadata, grown.to_string()).unwrap();
    let opened = open(&[store]).unwrap();
    assert_eq!(opened.value.array("land").unwrap().shape, [5]);
    assert!(opened.warnings.iter().any(|w| w.message.contains("consolidated metadata differ")));
}
