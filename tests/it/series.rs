//! Groups of points in time: `.sel` and `.isel` give what dantro's give (`fixtures/make_series.py`).

use serde_json::Value as Json;
use shmplot::config::{self, Options};
use shmplot::data::{Labelled, Slab, Values};
use shmplot::diag::{Diagnostic, Source};
use shmplot::plan::graph::{self, Scope};
use shmplot::source::{Tree, load};
use shmplot::transform::{Inputs, Value, eval};
use std::fs;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/labels").join(name)
}

fn tree() -> Tree {
    let text = "d: {loader: hdf5, glob_str: series.h5, enable_mapping: true, required: true}";
    let spec = config::load(&Source::new("load.yml", text)).unwrap();
    load::load(&fixture(""), &spec).unwrap().value
}

/// All of each leaf, read when it is asked for.
struct Whole<'a>(&'a Tree);

impl Inputs for Whole<'_> {
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        let array = self.0.array(path)?;
        let values = self.0.read(array, &Slab::all(&array.shape))?;
        let mut found = Labelled::contiguous(array.dims.clone(), array.shape.clone(), values);
        found.name = path.rsplit('/').next().map(str::to_owned);
        found.coords = self.0.coords(path)?;
        Ok(found)
    }
}

/// What a call on a group gives.
fn call(tree: &Tree, group: &str, operation: &str, kwargs: &Json) -> Result<Labelled, String> {
    let yaml = format!(
        "f: {{select: {{data: {{path: d/{group}, with_previous_result: true, \
         transform: [{{{operation}: {kwargs}}}]}}}}}}"
    );
    let one = |errors: Vec<Diagnostic>| errors[0].to_string();
    let specs = config::parse(&Source::new("plots.yml", yaml), &[], Options::default()).map_err(one)?.value;
    let point = specs[0].points.iter().next().unwrap();
    let entry = point.entry.as_ref().map_err(ToString::to_string)?;
    let built = graph::build(entry, &Scope::of(tree)).map_err(|error| error.to_string())?;
    let root = built.tag("data").map_err(|error| error.to_string())?;
    match eval(&built.graph, &[root], &Whole(tree)).map_err(|error| error.to_string())?.remove(0) {
        Value::Array(array) => Ok(array),
        other => Err(other.describe()),
    }
}

fn numbers(values: &Values) -> Vec<Json> {
    (0..values.len())
        .map(|i| match values.f64_at(i).unwrap() {
            nan if nan.is_nan() => Json::from("nan"),
            number => Json::from(number),
        })
        .collect()
}

fn check(what: &str, found: &Labelled, want: &Json) {
    assert_eq!(found.dtype().numpy_name(), want["dtype"], "{what}");
    let same = |(a, b): (&Json, &Json)| a == b || a.as_f64() == b.as_f64() && a.as_f64().is_some();
    let values = numbers(&found.to_values().unwrap());
    let want = want["values"].as_array().unwrap();
    assert!(
        values.len() == want.len() && values.iter().zip(want).all(same),
        "{what}: {values:?}, not {want:?}"
    );
}

#[test]
fn selections_of_points_in_time_are_those_of_dantro() {
    let tree = tree();
    let expected: Vec<Json> = serde_json::from_slice(&fs::read(fixture("series.json")).unwrap()).unwrap();
    assert!(expected.len() > 30);
    for want in &expected {
        let (group, operation) = (want["group"].as_str().unwrap(), want["call"].as_str().unwrap());
        let what = format!("{operation} {} of {group}", want["kwargs"]);
        let found = call(&tree, group, operation, &want["kwargs"]);
        if want.get("error").is_some() {
            continue;
        }
        let found = found.unwrap_or_else(|why| panic!("{what}: {why}"));
        let dims: Vec<&str> = found.dims.iter().map(|dim| dim.as_str()).collect();
        assert_eq!(serde_json::json!(dims), want["dims"], "{what}");
        assert_eq!(serde_json::json!(found.shape), want["shape"], "{what}");
        assert_eq!(serde_json::json!(found.name), want["name"], "{what}");
        check(&what, &found, want);
        let coords = want["coords"].as_object().unwrap();
        assert_eq!(found.coords.iter().count(), coords.len(), "{what}");
        for (name, want) in coords {
            let coord = found.coords.get(name).unwrap_or_else(|| panic!("{what}: no {name}"));
            check(&format!("{what}: {name}"), coord, want);
        }
    }
}

#[test]
fn what_is_wrong_with_a_selection_is_named() {
    let tree = tree();
    let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
    let cases = [
        ("float", ".sel", r#"{"time": 6}"#, "6"),
        ("float", ".isel", r#"{"time": 9}"#, "9"),
        ("float", ".isel", r#"{"time": []}"#, "no point in time"),
        ("float", ".sel", r#"{"combination_method": "best"}"#, "`combination_method` is not known"),
        ("float", ".sel", r#"{"tme": 5}"#, "tme"),
    ];
    for (group, operation, kwargs, why) in cases {
        let error = call(&tree, group, operation, &json(kwargs)).map(|_| ()).unwrap_err();
        assert!(error.contains(why), "{operation} {kwargs}: {error}");
    }
}
