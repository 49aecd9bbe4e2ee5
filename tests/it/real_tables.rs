//! Real npy, npz and text tables of others against the numbers that numpy and pandas give
//! (`../shared/data/reference.json`); without that folder nothing can be compared, which is said.

use serde_json::Value;
use shmplot::source::{Stats, open};
use std::path::PathBuf;

/// The folder of real data, if it is there.
fn data() -> Option<PathBuf> {
    let shared = std::env::var_os("SHMPLOT_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    Some(shared.join("data")).filter(|data| data.join("reference.json").is_file())
}

/// Sums of 10⁷ numbers in another order differ by less.
const RELATIVE: f64 = 1e-12;

fn close(found: Option<f64>, wanted: &Value) -> bool {
    match (found, wanted.as_f64()) {
        (Some(found), Some(wanted)) => (found - wanted).abs() <= RELATIVE * found.abs().max(wanted.abs()),
        (None, None) => true,
        _ => false,
    }
}

#[test]
fn statistics_agree_with_numpy_and_pandas() {
    let Some(data) = data() else {
        println!("skipped: no ../shared/data");
        return;
    };
    let reference: Value =
        serde_json::from_str(&std::fs::read_to_string(data.join("reference.json")).unwrap()).unwrap();
    let mut compared = 0;
    for (file, entry) in reference["files"].as_object().unwrap() {
        if !matches!(entry["format"].as_str(), Some("npy" | "npz" | "csv")) {
            continue;
        }
        let tree = open(&[data.join(file)]).unwrap_or_else(|error| panic!("{error}")).value;
        for (name, wanted) in entry["variables"].as_object().unwrap() {
            let array = tree.array(name).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(serde_json::json!(array.shape), wanted["shape"], "{file}, {name}");
            let wanted = &wanted["stats"];
            match tree.stats(array).unwrap() {
                Stats::Numbers(found) if wanted.get("mean").is_some() => {
                    let counts = serde_json::json!([found.n, found.nan, found.inf]);
                    assert_eq!(
                        counts,
                        serde_json::json!([wanted["n"], wanted["nan"], wanted["inf"]]),
                        "{file}, {name}"
                    );
                    for (found, key) in [(found.min, "min"), (found.max, "max"), (found.mean, "mean")] {
                        assert!(
                            close(found, &wanted[key]),
                            "{file}, {name}: {key} {found:?} {}",
                            wanted[key]
                        );
                    }
                }
                // pandas leaves dates as text.
                Stats::Numbers(found) => {
                    assert_eq!(found.nan, wanted["null"].as_u64().unwrap(), "{file}, {name}")
                }
                Stats::Texts(found) => {
                    let texts =
                        serde_json::json!([found.n, found.empty, found.unique, found.first, found.last]);
                    let keys = ["n", "null", "unique", "first", "last"].map(|key| wanted[key].clone());
                    assert_eq!(texts, Value::from(keys.to_vec()), "{file}, {name}");
                }
            }
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared}");
}
