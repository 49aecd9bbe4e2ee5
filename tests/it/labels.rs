//! Labels and contents of HDF5 datasets as Utopia and dantro write them: every mode, every content, and
//! every mistake gives what these programs make of it (`fixtures/make_labels.py`).

use serde_json::{Map, Value};
use shmplot::config;
use shmplot::data::{Slab, Values};
use shmplot::diag::Source;
use shmplot::source::{ArrayNode, Node, Tree, load};
use std::fs;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/labels").join(name)
}

fn tree() -> Tree {
    let text = "d: {loader: hdf5_proxy, glob_str: labels.h5, enable_mapping: true, required: true}";
    let spec = config::load(&Source::new("load.yml", text)).unwrap();
    load::load(&fixture(""), &spec).unwrap().value
}

fn expected() -> Map<String, Value> {
    serde_json::from_slice(&fs::read(fixture("expected.json")).unwrap()).unwrap()
}

/// The values as JSON, with NaN and infinities as texts.
fn json(values: &Values) -> Vec<Value> {
    match values {
        Values::Str(texts) => texts.iter().map(Value::from).collect(),
        Values::Bool(flags) => flags.iter().map(|flag| Value::from(*flag != 0)).collect(),
        Values::I64(numbers) => numbers.iter().map(|number| Value::from(*number)).collect(),
        other => (0..other.len()).map(|i| Value::from(other.f64_at(i).unwrap())).collect(),
    }
}

/// Whether both are the same numbers, 1e-15 of them apart.
fn same(found: &[Value], want: &Value) -> bool {
    let want = want.as_array().unwrap();
    let equal = |(a, b): (&Value, &Value)| match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-15 * b.abs(),
        _ => a == b,
    };
    found.len() == want.len() && found.iter().zip(want).all(equal)
}

fn check(tree: &Tree, name: &str, want: &Value, array: &ArrayNode) {
    let dims: Vec<&str> = array.dims.iter().map(|dim| dim.as_str()).collect();
    if want["dims"].is_null() {
        assert!(array.coords.is_empty() && dims.iter().all(|dim| dim.starts_with("dim_")), "{name}");
    } else {
        assert_eq!(serde_json::json!(dims), want["dims"], "{name}");
    }
    assert_eq!(serde_json::json!(array.shape), want["shape"], "{name}");
    assert_eq!(array.dtype.numpy_name(), want["dtype"], "{name}");
    let values = tree.read(array, &Slab::all(&array.shape)).unwrap();
    assert!(same(&json(&values), &want["values"]), "{name}: {values:?}");
    let path = format!("d/linked/{name}");
    let coords = tree.coords(&path).unwrap();
    let empty = Map::new();
    let wanted = want["coords"].as_object().unwrap_or(&empty);
    let mut names: Vec<&str> = coords.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    let mut wanted_names: Vec<&str> = wanted.keys().map(String::as_str).collect();
    wanted_names.sort_unstable();
    assert_eq!(names, wanted_names, "{name}");
    for (key, want) in wanted {
        let coord = coords.get(key).unwrap();
        let dims: Vec<&str> = coord.dims.iter().map(|dim| dim.as_str()).collect();
        assert_eq!(serde_json::json!(dims), want["dims"], "{name}: {key}");
        assert_eq!(coord.dtype().numpy_name(), want["dtype"], "{name}: {key}");
        assert!(same(&json(&coord.to_values().unwrap()), &want["values"]), "{name}: {key}: {coord:?}");
    }
}

/// What fails there, and is clear enough: one text as the label of one element, whole floats of a range.
const LAXER: [&str; 2] = ["mode_scalar_text", "range_float"];

#[test]
fn labels_and_contents_are_what_dantro_makes_of_them() {
    let tree = tree();
    let mut failures = 0;
    for (name, want) in &expected() {
        let path = format!("d/linked/{name}");
        let node = tree.array(&path).and_then(|array| tree.coords(&path).map(|_| array));
        match (node, want.get("error")) {
            (Ok(array), None) => check(&tree, name, want, array),
            (Ok(array), Some(_)) if LAXER.contains(&name.as_str()) => {
                assert_eq!(array.coords.len(), 1, "{name}")
            }
            (Ok(array), Some(error)) => {
                // Links are followed when the array is used.
                let coords = tree.coords(&path).unwrap();
                let fits = coords.iter().all(|(name, coord)| {
                    array
                        .dims
                        .iter()
                        .zip(&array.shape)
                        .any(|(d, n)| d == name && coord.dims[0] == *d && coord.shape == [*n])
                });
                assert!(!fits, "{name} is read, and dantro has {error}");
            }
            (Err(error), None) => panic!("{name} cannot be read: {error}"),
            (Err(error), Some(_)) => {
                failures += 1;
                let text = error.to_string();
                assert!(text.contains("labels.h5") || text.contains("nothing"), "{name}: {text}");
            }
        }
    }
    assert!(failures > 20, "{failures}");
}

#[test]
fn what_is_wrong_with_labels_is_named() {
    let tree = tree();
    let cases = [
        ("names_bare", "`dim_names` is not a list of texts"),
        ("names_too_few", "`dim_names` names 1 axes of 2"),
        ("names_out_of_range", "`dim_name__1` names an axis that is not there (1 axes)"),
        ("mode_unknown", "mode `linspce` is not known (did you mean `linspace`?)"),
        ("values_too_few", "the coordinates of `x`: 2 values for an axis of 3"),
        ("superfluous", "`coords__y` is of no axis"),
        ("grid_without_shape", "it is a grid, and has no `grid_shape`"),
        ("grid_wrong_shape", "a grid of 5 × 3 has not 12 cells"),
        ("grid_wrong_order", "`index_order` is `Z`, and there are `F` and `C`"),
        ("grid_triangular", "there is no `grid_structure` `triangular`"),
        ("grid_of_three_axes", "a grid has one or two stored axes, and this has 3"),
        ("grid_hexagonal_3d", "a hexagonal grid has two axes, and this has 3"),
    ];
    for (name, why) in cases {
        let error = tree.array(&format!("d/linked/{name}")).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains(name), "{name}: {error}");
    }
}

/// The values of a grid in a box in its middle.
fn middle(tree: &Tree, name: &str) -> Vec<f64> {
    let array = tree.array(&format!("d/linked/{name}")).unwrap();
    let slab = Slab(array.shape.iter().map(|len| len / 4..(len / 4 + len.div_ceil(2))).collect());
    let values = tree.read(array, &slab).unwrap();
    (0..values.len()).map(|i| values.f64_at(i).unwrap()).collect()
}

#[test]
fn boxes_of_grids_are_those_of_the_whole() {
    let tree = tree();
    let mut seen = 0;
    for (name, want) in
        expected().iter().filter(|(name, want)| name.starts_with("grid_") && want.get("error").is_none())
    {
        let shape: Vec<usize> =
            want["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let all: Vec<f64> = want["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let mut inside = Vec::new();
        for (i, value) in all.iter().enumerate() {
            let mut rest = i;
            let is_in = shape.iter().rev().all(|len| {
                let at = rest % len;
                rest /= len;
                (len / 4..len / 4 + len.div_ceil(2)).contains(&at)
            });
            inside.extend(is_in.then_some(*value));
        }
        assert_eq!(middle(&tree, name), inside, "{name}");
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn without_mapping_contents_are_arrays_as_they_are_stored() {
    let text = "d: {loader: hdf5, glob_str: labels.h5}";
    let spec = config::load(&Source::new("load.yml", text)).unwrap();
    let tree = load::load(&fixture(""), &spec).unwrap().value;
    assert_eq!(tree.array("d/linked/grid_2d").unwrap().shape, [2, 12]);
    assert!(matches!(tree.get("d/linked/superfluous"), Ok(Node::Broken(_))));
}
