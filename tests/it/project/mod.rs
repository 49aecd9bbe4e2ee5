//! Whole projects in dantro's dialect against what dantro made of them: the names of all files, the
//! results behind the figures, and what is seen in each.
//!
//! A project is a folder with `plots.yml`, `load_cfg.yml`, the `expected_…` files that the shared
//! demo's `run_demo.py` writes, and its data. The shared demo's data come from its own script, which
//! needs Python with numpy and h5py; without them, or without the shared folder, it is skipped by
//! name and the projects in `tests/fixtures/projects` are left. `SHMPLOT_PROJECTS=FOLDER` compares
//! the projects in another folder as well.

#![expect(clippy::print_stdout, reason = "what was skipped, and how much agrees, is said")]

mod results;
mod seen;

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Least share of what is seen that must agree.
const AGREE: f64 = 0.99;

struct Project {
    /// The configuration and what is expected.
    folder: PathBuf,
    /// The data.
    data: PathBuf,
    /// Where to write.
    out: tempfile::TempDir,
}

impl Project {
    fn new(folder: &Path, data: &Path) -> Self {
        let out = tempfile::tempdir().unwrap();
        Self { folder: folder.to_owned(), data: data.to_owned(), out }
    }

    fn shmplot(&self, command: &str, more: &[&str]) -> Output {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shmplot"));
        process.arg(command).arg(self.folder.join("plots.yml")).arg("--data").arg(&self.data);
        let load = self.folder.join("load_cfg.yml");
        if load.exists() {
            process.arg("--load").arg(load);
        }
        process.args(more).env("NO_COLOR", "1").output().unwrap()
    }

    fn out(&self, name: &str) -> String {
        self.out.path().join(name).display().to_string()
    }

    fn expected(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.expected(name)).unwrap()
    }

    /// All that is wrong with a project.
    fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.names(&mut problems);
        self.results(&mut problems);
        self.seen(&mut problems);
        problems
    }

    /// The names of files, and which figures fail or are skipped.
    fn names(&self, problems: &mut Vec<String>) {
        let out = self.out("figures");
        let run = self.shmplot("render", &["-o", &out, "--progress", "never"]);
        let expected: BTreeSet<String> = self
            .expected("expected_outputs.txt")
            .lines()
            .filter(|line| !line.contains("_dag_compute_error."))
            .map(str::to_owned)
            .collect();
        let mut written = BTreeSet::new();
        walk(Path::new(&out), Path::new(&out), &mut written);
        let stderr = String::from_utf8_lossy(&run.stderr);
        problems.extend(expected.difference(&written).map(|name| format!("not written: {name}")));
        problems
            .extend(written.difference(&expected).map(|name| format!("written, but not by dantro: {name}")));
        let results = std::fs::read_to_string(Path::new(&out).join("results.json")).unwrap_or_default();
        let results: Value = serde_json::from_str(&results).unwrap_or_default();
        let figures = results["figures"].as_array().cloned().unwrap_or_default();
        let unsuccessful: BTreeSet<String> = figures
            .iter()
            .filter(|figure| figure["status"] != "ok")
            .flat_map(|figure| figure["outputs"].as_array().cloned().unwrap_or_default())
            .filter_map(|output| output.as_str().map(str::to_owned))
            .collect();
        let expected = self.expected("expected_failures.txt");
        let expected: BTreeSet<String> = expected.lines().map(str::to_owned).collect();
        if unsuccessful != expected {
            problems.push(format!("failed or skipped: {unsuccessful:?}, expected {expected:?}"));
        }
        if !matches!(run.status.code(), Some(0 | 1)) || !problems.is_empty() {
            problems.push(format!("render ended with {:?}: {stderr}", run.status.code()));
        }
    }

    /// The results behind the figures.
    fn results(&self, problems: &mut Vec<String>) {
        let out = self.out("values");
        let run = self.shmplot("values", &["--all", "-o", &out]);
        let mut names: Vec<PathBuf> =
            self.folder.join("expected_dag").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        let mut count = 0;
        for path in names {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap().to_owned();
            let expected: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let Ok(text) = std::fs::read_to_string(Path::new(&out).join(&name)) else {
                problems.push(format!("{name}: no values were written"));
                continue;
            };
            let got: Value = serde_json::from_str(&text).unwrap();
            for key in ["plot", "output"] {
                if got[key] != expected[key] {
                    problems.push(format!("{name}: {key} is {}, expected {}", got[key], expected[key]));
                }
            }
            for (tag, value) in expected["tags"].as_object().unwrap() {
                count += 1;
                results::compare(&format!("{name}: {tag}"), value, &got["tags"][tag], problems);
            }
        }
        println!("{}: {count} results", self.folder.display());
        if !problems.is_empty() {
            problems.push(format!("values said: {}", String::from_utf8_lossy(&run.stderr)));
        }
    }

    /// What is seen in the figures.
    fn seen(&self, problems: &mut Vec<String>) {
        let out = self.out("seen");
        let run = self.shmplot("describe", &["--all", "-o", &out]);
        let text = std::fs::read_to_string(Path::new(&out).join("figures.json")).unwrap_or_default();
        let got: Value = serde_json::from_str(&text).unwrap_or_default();
        let expected = self.json("expected_figures.json");
        let mut tally = seen::Tally::default();
        for (name, figure) in expected.as_object().unwrap() {
            tally.figure(name, figure, &got[name]);
        }
        println!("{}: {} of {} things seen agree", self.folder.display(), tally.right, tally.all());
        for wrong in &tally.wrong {
            println!("  {wrong}");
        }
        if (tally.right as f64) < AGREE * tally.all() as f64 {
            problems.extend(tally.wrong);
            problems.push(format!("describe said: {}", String::from_utf8_lossy(&run.stderr)));
        }
    }
}

/// The files below a folder but for our own bookkeeping.
fn walk(root: &Path, folder: &Path, names: &mut BTreeSet<String>) {
    for entry in folder.read_dir().into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if path.is_dir() {
            if name != ".shmplot" {
                walk(root, &path, names);
            }
        } else if name != "results.json" {
            names.insert(name);
        }
    }
}

fn assert_agrees(project: &Project) {
    let problems = project.check();
    assert!(problems.is_empty(), "{}:\n{}", project.folder.display(), problems.join("\n"));
}

#[test]
fn the_shared_demo_is_what_dantro_made_of_it() {
    let demo = crate::reference::shared().map(|shared| shared.join("demo"));
    let Some(demo) = demo.filter(|demo| demo.join("plots.yml").is_file()) else {
        println!("skipped: the shared demo is not there");
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let made = Command::new("python3")
        .arg(demo.join("gen_data.py"))
        .args(["--size", "small", "--out"])
        .arg(data.path().join("data"))
        .output();
    match made {
        Ok(output) if output.status.success() => {}
        _ => {
            println!("skipped: the demo's data need Python with numpy and h5py");
            return;
        }
    }
    assert_agrees(&Project::new(&demo, &data.path().join("data")));
}

#[test]
fn other_projects_are_what_dantro_made_of_them() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/projects");
    let folders = std::iter::once(fixtures).chain(std::env::var_os("SHMPLOT_PROJECTS").map(PathBuf::from));
    let mut projects: Vec<PathBuf> = folders
        .flat_map(|folder| folder.read_dir().into_iter().flatten())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("plots.yml").is_file())
        .collect();
    projects.sort();
    let mut problems = Vec::new();
    for folder in projects {
        let project = Project::new(&folder, &folder.join("data"));
        problems
            .extend(project.check().into_iter().map(|problem| format!("{}: {problem}", folder.display())));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
