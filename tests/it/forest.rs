//! The example project `examples/forest`: names of files and numbers behind figures are those of the
//! reference program.

use crate::cli::Case;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files(&path, &format!("{name}/"), found);
        } else {
            found.insert(name);
        }
    }
}

/// Whether both are the same, floats to 1e-12 of the largest; labels of text are numpy's str here and
/// Python objects there, which is of no matter.
fn compare(at: &str, found: &Value, want: &Value) {
    match (found, want) {
        (Value::Object(found), Value::Object(want)) => {
            let keys = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(keys(found), keys(want), "{at}");
            for (key, want) in want {
                if !(key == "dtype" && want == "object") {
                    compare(&format!("{at}.{key}"), &found[key], want);
                }
            }
        }
        (Value::Array(found), Value::Array(want)) => {
            assert_eq!(found.len(), want.len(), "{at}");
            for (i, (found, want)) in found.iter().zip(want).enumerate() {
                compare(&format!("{at}[{i}]"), found, want);
            }
        }
        (found, want) => match (found.as_f64(), want.as_f64()) {
            (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{at}: {a}, not {b}"),
            _ => assert_eq!(found, want, "{at}"),
        },
    }
}

#[test]
fn the_example_gives_the_files_and_numbers_of_dantro() {
    let plots = fs::read_to_string(project("examples/forest/plots.yml")).unwrap();
    let case = Case::new().plots(&plots);
    let data = format!(
        "--data {} --load {}",
        project("tests/fixtures/forest/DATA").display(),
        project("examples/forest/load.yml").display()
    );
    case.run(&format!("render plots.yml {data} -o out -j 1")).exits(0);
    let mut drawn = BTreeSet::new();
    files(&case.path("out"), "", &mut drawn);
    let expected = fs::read_to_string(project("tests/fixtures/forest/expected_outputs.txt")).unwrap();
    let missing: Vec<&str> = expected.lines().filter(|name| !drawn.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    case.run(&format!("values plots.yml --all {data} -o values")).exits(0);
    let mut compared = 0;
    for file in fs::read_dir(project("tests/fixtures/forest/expected")).unwrap() {
        let file = file.unwrap();
        let want: Value = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        let ours = case.path("values").join(file.file_name());
        let found: Value = serde_json::from_slice(&fs::read(&ours).unwrap()).unwrap();
        compare(file.file_name().to_str().unwrap(), &found["tags"], &want["tags"]);
        compared += 1;
    }
    assert_eq!(compared, 22);
}
