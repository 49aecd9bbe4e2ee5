//! HDF5 and NetCDF files of every kind, written by h5py and netCDF4 (`fixtures/make_hdf5.py`).

mod conventions;
mod filters;
mod layouts;
mod traps;
mod values;
mod virtuals;

use shmplot::data::{Slab, Values};
use shmplot::source::{ArrayNode, Node, Tree};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hdf5").join(name)
}

fn open(name: &str) -> (Tree, Vec<String>) {
    let opened = shmplot::source::open(&[fixture(name)]).expect("the fixture opens");
    let warnings = opened.warnings.iter().map(ToString::to_string).collect();
    (opened.value, warnings)
}

fn array<'a>(tree: &'a Tree, path: &str) -> &'a Arc<ArrayNode> {
    tree.array(path).unwrap_or_else(|e| panic!("{e}"))
}

fn read(tree: &Tree, path: &str) -> Values {
    let array = array(tree, path);
    tree.read(array, &Slab::all(&array.shape)).unwrap_or_else(|e| panic!("{e}"))
}

fn numbers(tree: &Tree, path: &str) -> Vec<f64> {
    let values = read(tree, path);
    (0..values.len()).map(|i| values.f64_at(i).expect("a number")).collect()
}

fn texts(tree: &Tree, path: &str) -> Vec<String> {
    match read(tree, path) {
        Values::Str(texts) => texts.iter().map(str::to_owned).collect(),
        other => panic!("{path} is {}", other.dtype()),
    }
}

fn broken(tree: &Tree, path: &str) -> String {
    match tree.get(path) {
        Ok(Node::Broken(error)) => error.to_string(),
        Ok(other) => panic!("{path} is {other:?}"),
        Err(error) => panic!("{error}"),
    }
}

fn dims(tree: &Tree, path: &str) -> Vec<String> {
    array(tree, path).dims.iter().map(ToString::to_string).collect()
}
