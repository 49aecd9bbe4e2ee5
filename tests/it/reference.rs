//! Every variable of the shared real files against `reference.json`, which h5py, netCDF4 and xarray
//! wrote: dims, shape, stored type, missing values exactly; minimum, maximum and mean to 1e-6.

use serde_json::Value;
use shmplot::source::{Node, Numbers, Stats, Texts, Tree};
use std::path::{Path, PathBuf};

/// The shared folder, if this machine has it.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let folder = std::env::var_os("SHMPLOT_SHARED").map(PathBuf::from).or_else(beside)?;
    folder.join("data/reference.json").is_file().then_some(folder)
}

#[test]
fn every_variable_of_the_hdf5_and_netcdf_files_agrees_with_the_reference() {
    let Some(shared) = shared() else {
        println!("skipped: no shared data");
        return;
    };
    let data = shared.join("data");
    let text = std::fs::read_to_string(data.join("reference.json")).expect("it is there");
    let reference: Value = serde_json::from_str(&text).expect("it is JSON");
    let (mut problems, mut count) = (Vec::new(), 0);
    for (name, entry) in reference["files"].as_object().expect("files by name") {
        if !matches!(entry["format"].as_str(), Some("hdf5" | "netcdf")) {
            continue;
        }
        let tree = match shmplot::source::open(&[data.join(name)]) {
            Ok(tree) => tree.value,
            Err(error) => {
                problems.push(format!("{name}: {error}"));
                continue;
            }
        };
        for (path, expected) in entry["variables"].as_object().expect("variables by path") {
            count += 1;
            if let Err(why) = check(&tree, path, expected) {
                problems.push(format!("{name}, {path}: {why}"));
            }
        }
    }
    assert!(problems.is_empty(), "{} of {count}:\n{}", problems.len(), problems.join("\n"));
    assert!(count > 1000, "only {count} variables were there to check");
}

fn check(tree: &Tree, path: &str, expected: &Value) -> Result<(), String> {
    let stats = &expected["stats"];
    let node = tree.get(path).map_err(|e| e.to_string())?;
    let array = match node {
        Node::Array(array) => array,
        Node::Group(_) => return fields(tree, path, stats),
        Node::Broken(error) => {
            // What the reference could not sum up either need not be read.
            return if stats.get("kind").is_some() || expected.get("error").is_some() {
                Ok(())
            } else {
                Err(error.to_string())
            };
        }
        other => return Err(format!("it is {other:?}")),
    };
    let is_chars = expected.get("char_array").is_some();
    let shape: Vec<u64> = array.shape.iter().map(|n| *n as u64).collect();
    let mut wanted: Vec<u64> = list(&expected["shape"], Value::as_u64);
    let dims: Vec<String> = array.dims.iter().map(ToString::to_string).collect();
    let mut wanted_dims: Vec<String> = list(&expected["dims"], |v| v.as_str().map(str::to_owned));
    if is_chars && shape.len() + 1 == wanted.len() {
        wanted.pop();
        wanted_dims.pop();
    }
    equal("shape", &shape, &wanted)?;
    if wanted_dims.len() == dims.len() {
        equal("dims", &dims, &wanted_dims)?;
    }
    equal("stored type", &array.stored, &numpy_name(expected["dtype"].as_str().unwrap_or_default()))?;
    let found = tree.stats(array).map_err(|e| e.to_string())?;
    if array.shape.len() == list(&expected["shape"], Value::as_u64).len() && is_chars {
        // The reference joins characters along every last dim; xarray, and we, do not where that
        // dim is a coordinate.
        return Ok(());
    }
    match found {
        Stats::Numbers(numbers) => compare(&numbers, stats),
        Stats::Texts(texts) => compare_texts(&texts, stats),
    }
}

fn fields(tree: &Tree, path: &str, stats: &Value) -> Result<(), String> {
    let members = match (stats.get("fields"), stats.get("re")) {
        (Some(Value::Object(members)), _) => members.clone(),
        (None, Some(_)) => stats.as_object().cloned().unwrap_or_default(),
        _ => return Err("it is a table".to_owned()),
    };
    for (name, stats) in members.iter().filter(|(_, v)| v.is_object()) {
        let path = format!("{path}/{name}");
        match tree.get(&path).map_err(|e| e.to_string())? {
            Node::Array(array) => match tree.stats(array).map_err(|e| e.to_string())? {
                Stats::Numbers(numbers) => compare(&numbers, stats).map_err(|e| format!("{name}: {e}"))?,
                Stats::Texts(texts) => compare_texts(&texts, stats).map_err(|e| format!("{name}: {e}"))?,
            },
            Node::Group(_) => fields(tree, &path, stats)?,
            _ if stats.get("kind").is_some() => {}
            other => return Err(format!("{name} is {other:?}")),
        }
    }
    Ok(())
}

fn compare(found: &Numbers, stats: &Value) -> Result<(), String> {
    equal("n", &Some(found.n), &stats["n"].as_u64())?;
    equal("nan", &Some(found.nan), &stats["nan"].as_u64())?;
    equal("inf", &Some(found.inf), &stats["inf"].as_u64())?;
    for (name, value) in [("min", found.min), ("max", found.max), ("mean", found.mean)] {
        let wanted = stats[name].as_f64();
        let scale = [found.min, found.max].iter().flatten().fold(0.0_f64, |m, v| m.max(v.abs()));
        let close = match (value, wanted) {
            // Means of values of both signs cancel: they are compared on the scale of the values.
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * if name == "mean" { scale } else { b.abs() },
            (a, b) => a == b,
        };
        if !close {
            return Err(format!("{name} is {value:?} instead of {wanted:?}"));
        }
    }
    Ok(())
}

fn compare_texts(found: &Texts, stats: &Value) -> Result<(), String> {
    if stats.get("unique").is_none() {
        return Ok(());
    }
    equal("n", &Some(found.n), &stats["n"].as_u64())?;
    let unique = found.unique.map(|n| n + u64::from(found.empty > 0));
    equal("unique", &unique, &stats["unique"].as_u64())?;
    for (name, value) in [("first", &found.first), ("last", &found.last)] {
        let wanted = stats[name].as_str().unwrap_or_default();
        if !wanted.is_empty() && value.as_deref().map(str::trim_end) != Some(wanted.trim_end()) {
            return Err(format!("{name} is {value:?} instead of {wanted:?}"));
        }
    }
    Ok(())
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    value.as_array().into_iter().flatten().filter_map(item).collect()
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, wanted: &T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:?} instead of {wanted:?}")) }
}

/// The name of the reference's type without byte order; all texts are `str`.
fn numpy_name(code: &str) -> String {
    let code = code.trim_start_matches(['<', '>', '|', '=']);
    let (kind, size) = code.split_at(code.len().min(1));
    match (kind, size.parse::<usize>()) {
        ("f", Ok(size)) => format!("float{}", 8 * size),
        ("i", Ok(size)) => format!("int{}", 8 * size),
        ("u", Ok(size)) => format!("uint{}", 8 * size),
        ("S" | "U", Ok(_)) => "str".to_owned(),
        _ if code == "object" => "str".to_owned(),
        _ => code.to_owned(),
    }
}
