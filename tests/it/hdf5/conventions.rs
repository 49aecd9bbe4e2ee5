//! What ecosystems agree on: H5MD, AnnData, PyTables, pandas (`fixtures/make_conventions.py`).

use super::{array, dims, numbers, open, texts};
use shmplot::data::Values;
use shmplot::source::Tree;

fn coord(tree: &Tree, path: &str, name: &str) -> std::sync::Arc<Values> {
    let coord = tree.coord(path, name).unwrap().unwrap_or_else(|| panic!("no {name} of {path}"));
    coord.grid.parts[0].as_ref().unwrap().values.clone()
}

fn coord_numbers(tree: &Tree, path: &str, name: &str) -> Vec<f64> {
    let values = coord(tree, path, name);
    (0..values.len()).map(|i| values.f64_at(i).unwrap()).collect()
}

fn coord_texts(tree: &Tree, path: &str, name: &str) -> Vec<String> {
    match &*coord(tree, path, name) {
        Values::Str(texts) => texts.iter().map(str::to_owned).collect(),
        other => panic!("{name} of {path} is {}", other.dtype()),
    }
}

#[test]
fn h5md_values_go_along_their_times() {
    let (tree, _) = open("h5md.h5");
    let position = "particles/all/position/value";
    assert_eq!(dims(&tree, position), ["time", "dim_1", "dim_2"]);
    assert_eq!(coord_numbers(&tree, position, "time"), [0.0, 0.5, 1.0]);
    assert_eq!(coord_numbers(&tree, position, "step"), [0.0, 10.0, 20.0]);
    let energy = "observables/energy/value";
    assert_eq!(dims(&tree, energy), ["time"]);
    assert_eq!(coord_numbers(&tree, energy, "time"), [2.0, 2.25, 2.5, 2.75]);
    assert_eq!(coord_numbers(&tree, energy, "step"), [100.0, 110.0, 120.0, 130.0]);
    assert_eq!(tree.coord(energy, "time").unwrap().unwrap().attrs.text("units"), Some("ps"));
    assert_eq!(dims(&tree, "observables/other/value"), ["dim_0"], "steps of another length");
}

#[test]
fn anndata_matrices_have_observations_and_variables() {
    let (tree, _) = open("small.h5ad");
    for path in ["X", "layers/twice"] {
        assert_eq!(dims(&tree, path), ["obs", "var"], "{path}");
        assert_eq!(coord_texts(&tree, path, "obs"), ["c1", "c2", "c3"]);
        assert_eq!(coord_texts(&tree, path, "var"), ["g1", "g2"]);
    }
    assert_eq!(dims(&tree, "obsm/pca"), ["obs", "dim_1"]);
    assert_eq!(dims(&tree, "obsp/near"), ["obs", "dim_1"]);
    assert_eq!(dims(&tree, "varm/load"), ["var", "dim_1"]);
    assert_eq!(dims(&tree, "obs/n"), ["obs"]);
    assert_eq!(coord_texts(&tree, "obs/n", "obs"), ["c1", "c2", "c3"]);
    assert_eq!(texts(&tree, "obs/kind/values"), ["b cell", "a", ""]);
    assert_eq!(dims(&tree, "obs/kind/values"), ["obs"]);
    assert_eq!(coord_texts(&tree, "obs/kind/values", "obs"), ["c1", "c2", "c3"]);
    assert_eq!(numbers(&tree, "obs/kind/codes"), [1.0, 0.0, -1.0]);
    assert_eq!(array(&tree, "layers/sparse/data").shape, [5]);
}

#[test]
fn pytables_nodes_are_tables_arrays_and_rows() {
    let (tree, _) = open("pytables.h5");
    assert_eq!(numbers(&tree, "table/t"), [1.5e9 + 0.25, 1.5e9 + 1.25, 1.5e9 + 2.25]);
    assert_eq!(numbers(&tree, "table/s"), [0.0, 1.0, 2.0]);
    assert_eq!(texts(&tree, "table/name"), ["n0", "n1", "n2"]);
    assert_eq!(numbers(&tree, "table/c/re"), [0.0, 1.0, 2.0]);
    assert_eq!(numbers(&tree, "table/level"), [0.0, 1.0, 0.0]);
    assert_eq!(array(&tree, "table/level").attrs.text("flag_meanings"), Some("lo hi"));
    assert_eq!(array(&tree, "earray").shape, [3, 2]);
    assert_eq!(numbers(&tree, "carray"), (0..6).map(f64::from).collect::<Vec<_>>());
    assert_eq!(numbers(&tree, "vlarray/values"), [1.0, 2.0, 3.0]);
    assert_eq!(numbers(&tree, "vlarray/row_size"), [2.0, 0.0, 1.0]);
    assert_eq!(texts(&tree, "texts"), ["one", "two words"]);
}

#[test]
fn pandas_blocks_have_rows_and_columns() {
    let (tree, _) = open("pandas.h5");
    let floats = "frame/block0_values";
    assert_eq!(dims(&tree, floats), ["index", "columns"]);
    assert_eq!(numbers(&tree, floats), [1.5, 3.5, 2.5, 4.5]);
    assert_eq!(coord_numbers(&tree, floats, "index"), [10.0, 20.0]);
    assert_eq!(coord_texts(&tree, floats, "columns"), ["a", "b"]);
    assert_eq!(numbers(&tree, "series/values"), [1.0, 2.0, 3.0]);
    assert_eq!(coord_texts(&tree, "series/values", "index"), ["x", "y", "z"]);
}
