//! Rules of the house that a compiler does not check: docs, `unsafe`, the direction of imports,
//! orphans, and that the README's commands exist.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file below `folder`, sorted.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no Rust files in {folder}");
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

fn check(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

const ALL: [&str; 5] = ["src", "shm-layout", "tests", "benches", "examples"];

#[test]
fn every_file_says_what_it_owns() {
    let mut problems = Vec::new();
    for path in ALL.iter().flat_map(|folder| rust_files(folder)) {
        if !fs::read_to_string(&path).unwrap().starts_with("//! ") {
            problems.push(format!("{}: does not open with `//!`", relative(&path)));
        }
    }
    check(&problems);
}

#[test]
fn unsafe_lives_in_sys_and_in_the_arrow_wrapper() {
    let mut problems = Vec::new();
    for path in rust_files("src").into_iter().chain(rust_files("shm-layout")) {
        let name = relative(&path);
        if name.starts_with("src/sys/") || name == "src/data/buffer.rs" {
            continue;
        }
        for (i, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl") {
                problems.push(format!("{name}:{}: unsafe", i + 1));
            }
        }
    }
    check(&problems);
}

/// The phases by group; a module imports from lower groups and from itself.
const GROUPS: [(&str, u8); 18] = [
    ("sys", 0),
    ("diag", 0),
    ("data", 0),
    ("config", 1),
    ("source", 1),
    ("transform", 1),
    ("render", 1),
    ("output", 1),
    ("plan", 2),
    ("arena", 2),
    ("figure", 3),
    ("pool", 4),
    ("report", 4),
    ("run", 5),
    ("cli", 6),
    ("demo", 6),
    ("bench", 6),
    ("main", 6),
];

fn group(module: &str) -> Option<u8> {
    GROUPS.iter().find(|(name, _)| *name == module).map(|(_, group)| *group)
}

#[test]
fn imports_go_one_way() {
    let mut problems = Vec::new();
    for path in rust_files("src") {
        let name = relative(&path);
        let module = name.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
        if module == "lib" {
            continue;
        }
        let Some(own) = group(&module) else {
            problems.push(format!("{name}: module `{module}` has no group in this test"));
            continue;
        };
        for (i, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for used in code.split("crate::").skip(1) {
                let end = used.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(used.len());
                let used = &used[..end];
                let Some(other) = group(used) else { continue };
                let neighbours = own == 0 || own == 6;
                if used != module && (other > own || (other == own && !neighbours)) {
                    problems.push(format!("{name}:{}: `{module}` imports `{used}`", i + 1));
                }
            }
        }
    }
    check(&problems);
}

/// Third-party engines are named where a successor would replace them.
#[test]
fn engines_are_behind_one_module() {
    let homes: [(&str, &[&str]); 15] = [
        ("arrow2::", &["src/data/buffer.rs", "src/source/columnar/"]),
        ("arrow_array::", &["src/source/columnar/"]),
        ("arrow_buffer::", &["src/source/columnar/"]),
        ("arrow_data::", &["src/source/columnar/"]),
        ("arrow_ipc::", &["src/source/columnar/ipc/"]),
        ("arrow_schema::", &["src/source/columnar/"]),
        ("arrow_select::", &["src/source/columnar/"]),
        ("use parquet::", &["src/source/columnar/parquet/"]),
        ("pdf_writer::", &["src/render/paint/pdf/"]),
        ("plotters::", &["src/render/record"]),
        ("rkyv::", &["shm-layout/"]),
        ("subsetter::", &["src/render/paint/pdf/"]),
        ("rayon::", &["src/arena/load", "src/arena/file/entry.rs", "src/source/zarr/engine.rs"]),
        ("zarrs::", &["src/source/zarr/engine.rs"]),
        ("miette::", &["src/cli/"]),
    ];
    let mut problems = Vec::new();
    for path in rust_files("src").into_iter().chain(rust_files("shm-layout")) {
        let name = relative(&path);
        let text = fs::read_to_string(&path).unwrap();
        for (engine, allowed) in homes {
            if text.contains(engine) && !allowed.iter().any(|home| name.starts_with(home)) {
                problems.push(format!("{name}: names {engine}"));
            }
        }
    }
    check(&problems);
}

#[test]
fn nothing_half_done_is_left() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "FIXME"];
    let mut problems = Vec::new();
    for path in ALL.iter().flat_map(|folder| rust_files(folder)) {
        let name = relative(&path);
        if name == "tests/it/tidy.rs" {
            continue;
        }
        for (i, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                problems.push(format!("{name}:{}: {word}", i + 1));
            }
            if line.ends_with(' ') || line.ends_with('\t') {
                problems.push(format!("{name}:{}: trailing blanks", i + 1));
            }
        }
    }
    check(&problems);
}

/// A file that no `mod` line names is compiled by nobody.
#[test]
fn no_file_is_an_orphan() {
    let mut problems = Vec::new();
    for path in rust_files("src").into_iter().chain(rust_files("tests")).chain(rust_files("shm-layout/src")) {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if matches!(stem.as_str(), "lib" | "main") {
            continue;
        }
        let (name, dir) = if stem == "mod" {
            let dir = path.parent().unwrap();
            (dir.file_name().unwrap().to_str().unwrap().to_owned(), dir.parent().unwrap().to_owned())
        } else {
            (stem, path.parent().unwrap().to_owned())
        };
        let parents = [dir.join("mod.rs"), dir.join("lib.rs"), dir.join("main.rs"), dir.with_extension("rs")];
        let named = parents.iter().filter_map(|parent| fs::read_to_string(parent).ok()).any(|text| {
            text.lines().any(|line| {
                let line = line.trim();
                line.ends_with(&format!("mod {name};")) && !line.starts_with("//")
            })
        });
        // A generated table may be named by its path instead.
        let by_path = format!("/{name}.rs\"]");
        let named = named || {
            let above = dir.parent().unwrap();
            let siblings = fs::read_dir(above)
                .unwrap()
                .filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok());
            siblings.into_iter().any(|text| text.contains("#[path = ") && text.contains(&by_path))
        };
        if !named {
            problems.push(format!("{}: no `mod {name};`", relative(&path)));
        }
    }
    check(&problems);
}

#[test]
fn commands_of_the_readme_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_shmplot")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let mut found = 0;
    for line in readme.lines() {
        let line = line.trim();
        let Some(rest) =
            line.strip_prefix("shmplot ").or_else(|| line.strip_prefix("cargo run --release -- "))
        else {
            continue;
        };
        found += 1;
        let command = rest.split_whitespace().next().unwrap_or_default();
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(command)),
            "the README's `{line}`: no such command in --help"
        );
    }
    assert!(found >= 2, "the README shows its commands");
}
