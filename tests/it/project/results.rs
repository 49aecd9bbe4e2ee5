//! A result against the expected one: types, dims, labels, order exact; numbers to 1e-12 of the
//! largest (float64), 1e-5 (float32).

use serde_json::Value;

/// Notes what differs.
pub(super) fn compare(at: &str, expected: &Value, got: &Value, problems: &mut Vec<String>) {
    let kind = expected["type"].as_str().unwrap_or_default();
    if got["type"] != expected["type"] {
        problems.push(format!("{at}: type {}, expected {kind}: {}", got["type"], brief(got)));
        return;
    }
    let mut same = |key: &str| {
        if got[key] != expected[key] {
            problems.push(format!("{at}: {key} is {}, expected {}", brief(&got[key]), brief(&expected[key])));
        }
        got[key] == expected[key]
    };
    match kind {
        "DataArray" => {
            let whole = ["name", "dims", "shape", "dtype"].map(&mut same);
            let (Some(want), have) = (expected["coords"].as_object(), got["coords"].as_object()) else {
                return;
            };
            let have = have.cloned().unwrap_or_default();
            let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            let sorted = |mut names: Vec<String>| {
                names.sort();
                names
            };
            if sorted(names(want)) != sorted(names(&have)) {
                problems.push(format!("{at}: coords are {:?}, expected {:?}", names(&have), names(want)));
            }
            for (name, coord) in want {
                let Some(other) = have.get(name) else { continue };
                let at = format!("{at}: coord {name}");
                if other["dims"] != coord["dims"] {
                    problems.push(format!("{at}: dims are {}, expected {}", other["dims"], coord["dims"]));
                }
                // Python's text objects and numpy's texts of one width are both texts.
                let texts = coord["dtype"] == "object"
                    && other["dtype"].as_str().is_some_and(|dtype| dtype.starts_with("<U"));
                if other["dtype"] != coord["dtype"] && !texts {
                    problems.push(format!("{at}: dtype is {}, expected {}", other["dtype"], coord["dtype"]));
                }
                values(&at, &coord["dtype"], &coord["values"], &other["values"], problems);
            }
            if whole.iter().all(|same| *same) {
                values(at, &expected["dtype"], &expected["values"], &got["values"], problems);
            }
        }
        "ndarray" => {
            let whole = ["shape", "dtype"].map(&mut same);
            if whole == [true; 2] {
                values(at, &expected["dtype"], &expected["values"], &got["values"], problems);
            }
        }
        "Dataset" => {
            same("sizes");
            let empty = serde_json::Map::new();
            let want = expected["data_vars"].as_object().unwrap_or(&empty);
            let have = got["data_vars"].as_object().unwrap_or(&empty);
            if want.keys().collect::<Vec<_>>() != have.keys().collect::<Vec<_>>() {
                problems.push(format!("{at}: variables {:?}", have.keys().collect::<Vec<_>>()));
            }
            for (name, var) in want {
                compare(&format!("{at}.{name}"), var, &have.get(name).cloned().unwrap_or_default(), problems);
            }
        }
        "list" | "tuple" => {
            let empty = Vec::new();
            let want = expected["items"].as_array().unwrap_or(&empty);
            let have = got["items"].as_array().unwrap_or(&empty);
            if want.len() != have.len() {
                problems.push(format!("{at}: {} items, expected {}", have.len(), want.len()));
            }
            for (i, (want, have)) in want.iter().zip(have).enumerate() {
                compare(&format!("{at}[{i}]"), want, have, problems);
            }
        }
        "dict" => {
            let want = expected["items"].as_object().cloned().unwrap_or_default();
            for (key, value) in &want {
                compare(&format!("{at}[{key}]"), value, &got["items"][key], problems);
            }
        }
        "scalar" => {
            same("kind");
            values(at, &Value::from("float64"), &expected["value"], &got["value"], problems);
        }
        // The encoder has no form for it.
        _ => {}
    }
}

fn values(at: &str, dtype: &Value, expected: &Value, got: &Value, problems: &mut Vec<String>) {
    let (mut want, mut have) = (Vec::new(), Vec::new());
    flatten(expected, &mut want);
    flatten(got, &mut have);
    let share = match dtype.as_str() {
        Some("float64") => 1e-12,
        Some("float32") => 1e-5,
        _ => 0.0,
    };
    let largest = want.iter().filter_map(|v| v.as_f64()).fold(0.0, |max: f64, v| max.max(v.abs()));
    let differ = |(a, b): &(&&Value, &&Value)| match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() > share * largest,
        _ => a != b,
    };
    let wrong = want.iter().zip(&have).position(|pair| differ(&pair));
    if want.len() != have.len() {
        problems.push(format!("{at}: {} values, expected {}", have.len(), want.len()));
    } else if let Some(i) = wrong {
        problems.push(format!("{at}: value {i} is {}, expected {}", have[i], want[i]));
    }
}

fn flatten<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, into)),
        other => into.push(other),
    }
}

fn brief(value: &Value) -> String {
    let text = value.to_string();
    text.chars().take(200).collect()
}
