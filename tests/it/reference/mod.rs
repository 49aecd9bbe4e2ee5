//! Every variable of every shared real file against `reference.json`, which h5py, netCDF4, xarray,
//! zarr, pyarrow, numpy and pandas wrote: what `shmplot tree --stats --json` says must be the same.
//!
//! Dims, shapes, stored types and the counts of missing and infinite values are exact; minimum,
//! maximum and mean to 1e-6. `SHMPLOT_REFERENCE=FOLDER` compares another folder that
//! `make_reference.py` has been run on as well.

#![expect(clippy::print_stdout, reason = "what was skipped is said")]

mod check;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Formats that are recognised but not read.
const NOT_READ: &[&str] = &[];

/// Kilobytes of address space for listing one file, and seconds for it.
const LIMITS: &str = "ulimit -v 6000000; exec timeout 300 \"$0\" \"$@\"";

/// The shared folder, if this machine has it.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let folder = std::env::var_os("SHMPLOT_SHARED").map(PathBuf::from).or_else(beside)?;
    folder.join("data/reference.json").is_file().then_some(folder)
}

/// What `tree --stats --json` said of a file.
struct Said {
    code: Option<i32>,
    nodes: BTreeMap<String, Value>,
    stderr: String,
}

fn tree(path: &Path) -> Said {
    let output = Command::new("sh")
        .args(["-c", LIMITS, env!("CARGO_BIN_EXE_shmplot"), "tree", "--stats", "--json"])
        .arg(path)
        .env("NO_COLOR", "1")
        .output()
        .expect("a shell");
    let parsed: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let nodes = parsed["nodes"].as_array().into_iter().flatten();
    let named = nodes.map(|node| (node["path"].as_str().unwrap_or_default().to_owned(), node.clone()));
    Said {
        code: output.status.code(),
        nodes: named.collect(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What is wrong with one file, and how many variables it has.
fn file(folder: &Path, name: &str, entry: &Value, problems: &mut Vec<String>) -> usize {
    let said = tree(&folder.join(name));
    let mut wrong = |why: String| problems.push(format!("{name}: {why}"));
    let panicked = said.stderr.contains("panicked at");
    if panicked || !matches!(said.code, Some(0 | 3)) {
        wrong(format!("it ended with {:?}: {}", said.code, said.stderr.trim()));
        return 0;
    }
    if said.nodes.is_empty() {
        let empty = entry["variables"].as_object().is_none_or(|variables| variables.is_empty());
        if entry.get("error").is_none() && !empty {
            wrong(said.stderr.trim().to_owned());
        }
        return 0;
    }
    let broken: Vec<&str> = said.nodes.values().filter_map(|node| node["error"].as_str()).collect();
    if (said.code == Some(3)) == broken.is_empty() {
        wrong(format!("it ended with {:?} and these errors: {broken:?}", said.code));
    }
    // Traps: what the reference says is invalid must be an error of its own, and the rest there.
    for path in entry["invalid_metadata"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let error = said.nodes.get(path).and_then(|node| node["error"].as_str()).unwrap_or_default();
        let file = Path::new(name).file_name().and_then(|name| name.to_str()).unwrap_or(name);
        if !error.contains(file) || !error.contains(path) {
            wrong(format!("{path} is invalid, but the error is {error:?}"));
        }
    }
    let variables = entry["variables"].as_object();
    for (path, expected) in variables.into_iter().flatten() {
        if let Err(why) = check::variable(&said.nodes, path, expected) {
            wrong(format!("{path}: {why}"));
        }
    }
    variables.map_or(0, serde_json::Map::len)
}

/// Every file of a folder; the number of variables compared.
fn folder(folder: &Path, not_read: &[&str]) -> usize {
    let text = std::fs::read_to_string(folder.join("reference.json")).expect("a reference");
    let reference: Value = serde_json::from_str(&text).expect("it is JSON");
    let (mut problems, mut count, mut skipped) = (Vec::new(), 0, Vec::new());
    for (name, entry) in reference["files"].as_object().expect("files by name") {
        match entry["format"].as_str() {
            Some(format) if not_read.contains(&format) => skipped.push(name.as_str()),
            _ => count += file(folder, name, entry, &mut problems),
        }
    }
    if !skipped.is_empty() {
        println!("skipped, for their formats are not read: {}", skipped.join(", "));
    }
    let said = problems.join("\n");
    assert!(problems.is_empty(), "{} problems in {count} variables:\n{said}", problems.len());
    count
}

#[test]
fn every_variable_of_every_real_file_agrees_with_its_own_program() {
    let Some(shared) = shared() else {
        println!("skipped: no shared data");
        return;
    };
    let count = folder(&shared.join("data"), NOT_READ);
    assert!(count > 1500, "only {count} variables were there to check");
}

#[test]
fn another_folder_agrees_too_where_one_is_named() {
    match std::env::var_os("SHMPLOT_REFERENCE") {
        Some(other) => println!("{} variables agree", folder(Path::new(&other), &[])),
        None => println!("skipped: SHMPLOT_REFERENCE names no folder"),
    }
}
