//! The file arena through the program: what a later run uses again, what it must not, and what is left
//! behind by full disks and kills.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Data of some MiB, two figures of them, and a store.
struct Case(tempfile::TempDir);

impl Case {
    fn new(mib: usize) -> Self {
        let case = Self(tempfile::tempdir().unwrap());
        case.data(mib, 0);
        let plots = "u:\n  data: data\n  isel: {dim_0: -1}\n  kind: line\n  x: dim_1\n\
                     v:\n  data: data\n  isel: {dim_0: 0}\n  kind: hist\n  bins: 10\n";
        fs::write(case.path("plots.yml"), plots).unwrap();
        case
    }

    /// Rows of 1 MiB; `seed` changes the values, not the size.
    fn data(&self, mib: usize, seed: u64) {
        let shape = format!("({mib}, 131072)");
        let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
        bytes.extend(format!("{header:<117}\n").bytes());
        for i in 0..mib as u64 * 131_072 {
            let value = (i.wrapping_mul(2_654_435_761 + seed) % 1000) as f64;
            bytes.extend(value.to_le_bytes());
        }
        fs::write(self.path("data.npy"), bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn store(&self) -> PathBuf {
        self.path("cache/shmplot/arena")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shmplot"));
        command.args(args).current_dir(self.0.path()).env("XDG_CACHE_HOME", self.path("cache"));
        command.env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    fn render(&self, out: &str, more: &[&str]) -> Command {
        let mut args = vec!["render", "plots.yml", "--data", "data.npy", "-o", out];
        args.extend(more);
        self.command(&args)
    }

    /// Draws, and gives the bytes that were reused and what was said.
    fn draw(&self, out: &str, more: &[&str]) -> (u64, String) {
        let done = self.render(out, more).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        let results = fs::read_to_string(self.path(out).join("results.json")).unwrap();
        let results: Value = serde_json::from_str(&results).unwrap();
        (results["memory"]["reused_bytes"].as_u64().unwrap(), said(&done))
    }

    /// Whether the pictures are those of a run that keeps nothing.
    fn is_right(&self, out: &str) -> bool {
        self.draw("right", &["--arena", "memory"]);
        ["u", "v"].iter().all(|name| {
            let of = |out: &str| fs::read(picture(&self.path(out), name)).unwrap();
            of(out) == of("right")
        })
    }

    /// Names in the store: entries, and others but for its mark.
    fn names(&self) -> (Vec<String>, Vec<String>) {
        let names = fs::read_dir(self.store()).unwrap().map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| name.into_string().unwrap()).filter(|name| name != "shmplot-arena.lock");
        names.partition(|name| name.ends_with(".shmseg") && !name.starts_with('.'))
    }
}

fn picture(out: &Path, name: &str) -> PathBuf {
    let found = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let mut found = found.filter(|path| path.is_file() && path.file_stem().is_some_and(|stem| stem == name));
    found.next().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_second_run_decodes_nothing_and_draws_the_same() {
    let case = Case::new(3);
    assert_eq!(case.draw("a", &["--arena", "file"]).0, 0);
    let (entries, others) = case.names();
    assert!(entries.len() == 1 && others.is_empty(), "{entries:?} {others:?}");
    let (reused, _) = case.draw("b", &["--arena", "file"]);
    assert_eq!(reused, 2 << 20, "two rows are demanded");
    assert!(case.is_right("a") && case.is_right("b"));
    // A figure that needs less finds it as well; one that needs more makes another.
    assert_eq!(case.draw("c", &["--arena", "file", "--only", "u"]).0, 1 << 20);
    fs::write(case.path("plots.yml"), "u:\n  data: data\n  isel: {dim_0: 1}\n  kind: line\n  x: dim_1\n")
        .unwrap();
    assert_eq!(case.draw("d", &["--arena", "file"]).0, 0);
    assert_eq!(case.names().0.len(), 2);
}

#[test]
fn a_source_that_changed_between_runs_is_decoded_again() {
    let case = Case::new(2);
    let then = SystemTime::now() - Duration::from_secs(5000);
    let set = || {
        let file = fs::File::options().write(true).open(case.path("data.npy")).unwrap();
        file.set_modified(then).unwrap();
    };
    set();
    case.draw("a", &["--arena", "file"]);
    let old = fs::read(picture(&case.path("a"), "u")).unwrap();
    case.data(2, 7);
    // Size and time of change are as before, and so are the first bytes.
    set();
    assert_eq!(case.draw("b", &["--arena", "file"]).0, 0);
    assert!(case.is_right("b"));
    assert_ne!(old, fs::read(picture(&case.path("b"), "u")).unwrap());
    let listed = said(&case.command(&["arena", "ls"]).output().unwrap());
    assert!(listed.contains("valid") && listed.contains("stale"), "{listed}");
    let removed = case.command(&["arena", "rm", "--stale"]).output().unwrap();
    assert!(said(&removed).contains("removed 1 files"), "{}", said(&removed));
    assert_eq!(case.draw("c", &["--arena", "file"]).0, 2 << 20);
}

#[test]
fn a_damaged_or_foreign_segment_is_named_and_made_anew() {
    let case = Case::new(2);
    case.draw("a", &["--arena", "file"]);
    let path = case.store().join(&case.names().0[0]);
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() - 1000] ^= 1;
    for (number, bytes) in
        [&flipped[..], &whole[..whole.len() / 2], b"PAR1 of somebody else"].iter().enumerate()
    {
        fs::write(&path, bytes).unwrap();
        let verified = case.command(&["arena", "verify", "--all"]).output().unwrap();
        assert_eq!(verified.status.code(), Some(3), "{}", said(&verified));
        assert!(said(&verified).contains("damaged"));
        let out = format!("b{number}");
        let (reused, said) = case.draw(&out, &["--arena", "file"]);
        assert_eq!(reused, 0);
        assert!(said.contains("is damaged"), "{said}");
        assert!(case.is_right(&out));
    }
    assert!(case.command(&["arena", "verify", "--all"]).output().unwrap().status.success());
    let inspected = case.command(&["arena", "inspect", path.to_str().unwrap()]).output().unwrap();
    let inspected = said(&inspected);
    assert!(inspected.contains("float64") && inspected.contains("dim_1: 131072"), "{inspected}");
}

#[test]
fn two_runs_at_once_leave_one_entry_and_right_pictures() {
    let case = Case::new(8);
    let runs: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|out| case.render(out, &["--arena", "file"]).stderr(Stdio::null()).spawn().unwrap())
        .collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let (entries, others) = case.names();
    assert!(entries.len() == 1 && others.is_empty(), "{entries:?} {others:?}");
    assert!(["a", "b", "c"].iter().all(|out| case.is_right(out)));
}

#[test]
fn what_a_killed_run_was_building_is_gone_after_the_next() {
    let case = Case::new(64);
    let plots = "u:\n  data: data\n  kind: hist\n  bins: 10\n";
    fs::write(case.path("plots.yml"), plots).unwrap();
    let mut seen = false;
    for attempt in 0..20 {
        let mut run = case.render("a", &["--arena", "file"]).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) && run.try_wait().unwrap().is_none() && !seen {
            seen = case.store().is_dir() && !case.names().1.is_empty();
        }
        run.kill().unwrap();
        run.wait().unwrap();
        if seen {
            break;
        }
        assert!(attempt < 19, "no run was ever seen building");
        case.command(&["arena", "rm", "--all"]).output().unwrap();
    }
    // The loader dies with its parent, a moment later.
    std::thread::sleep(Duration::from_millis(300));
    case.draw("b", &["--arena", "file"]);
    let (entries, others) = case.names();
    assert!(entries.len() == 1 && others.is_empty(), "{entries:?} {others:?}");
}

#[test]
fn too_little_room_is_said_with_sizes_and_leaves_nothing() {
    let case = Case::new(4);
    let refused = case.render("a", &["--arena", "file", "--arena-size", "1M"]).output().unwrap();
    let text = said(&refused);
    assert_eq!(refused.status.code(), Some(3), "{text}");
    assert!(text.contains("takes 2.0 MiB") && text.contains("--arena-size allows 1.0 MiB"), "{text}");
    assert_eq!(case.names(), (Vec::new(), Vec::new()));
    // A disk that is full, where a small one can be made.
    let script = "mkdir -p full && mount -t tmpfs -o size=1M none full 2>/dev/null || exit 77\n\
                  \"$0\" render plots.yml --data data.npy -o b --arena file:full/a --arena-size 1G\n\
                  code=$?; ls -A full/a; exit $code";
    let full = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_shmplot")])
        .current_dir(case.0.path())
        .env("NO_COLOR", "1")
        .output();
    let Ok(full) = full else { return };
    let text = said(&full);
    if full.status.code() == Some(77) || text.contains("unshare") {
        eprintln!("no small disk could be made here");
        return;
    }
    assert_eq!(full.status.code(), Some(3), "{text}");
    assert!(text.contains("takes 2.0 MiB in the file arena, the disk of") && text.contains("free"), "{text}");
    assert!(text.lines().any(|line| line == "shmplot-arena.lock"), "{text}");
    assert!(!text.lines().any(|line| line.ends_with(".tmp") || line.ends_with(".shmseg")), "{text}");
}

/// Three arrays of 8 MiB in the other byte order, each needed with each other one: within 20 MiB one
/// would have to be loaded twice.
#[test]
fn auto_stores_what_would_be_decoded_twice_and_later_runs_find_it() {
    let case = Case::new(1);
    fs::create_dir(case.path("d")).unwrap();
    for (name, seed) in [("a", 3_u64), ("b", 5), ("c", 11)] {
        let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        let header = "{'descr': '>f8', 'fortran_order': False, 'shape': (1024, 1024), }";
        bytes.extend(format!("{header:<117}\n").bytes());
        (0..1_u64 << 20).for_each(|i| bytes.extend(((i * seed % 977) as f64).to_be_bytes()));
        fs::write(case.path("d").join(name).with_extension("npy"), bytes).unwrap();
    }
    let figure = |name: &str, x: &str, y: &str| {
        format!(
            "{name}: {{select: {{apart: {{path: {x}}}, data: {{path: {y}, transform: [{{sub: [!dag_prev , !dag_tag apart]}}, \
             {{.cumsum: [!dag_prev , dim_0]}}, \
             {{.isel: [!dag_prev , {{dim_0: !slice [0, 64]}}]}}]}}}}, kind: pcolormesh}}\n"
        )
    };
    let plots = [("p", "a", "b"), ("q", "b", "c"), ("r", "c", "a")].map(|(name, x, y)| figure(name, x, y));
    fs::write(case.path("plots.yml"), plots.concat()).unwrap();
    let tight = ["--memory-limit", "20M", "-j", "1"];
    let planned = |place: &str| -> Value {
        let args = ["plan", "plots.yml", "--data", "d", "--json", "--arena", place];
        let done = case.command(&args).args(tight).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        serde_json::from_slice::<Value>(&done.stdout).unwrap()["memory"].clone()
    };
    assert!(planned("memory")["reloaded_bytes"].as_u64() >= Some(8 << 20), "{}", planned("memory"));
    let auto = planned("auto");
    assert!(auto["reloaded_bytes"] == 0 && auto["in_files"].as_array().unwrap().len() == 3, "{auto}");
    let draw = |out: &str, more: &[&str]| {
        let args = ["render", "plots.yml", "--data", "d", "-o", out];
        let done = case.command(&args).args(tight).args(more).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        let results = fs::read(case.path(out).join("results.json")).unwrap();
        let results: Value = serde_json::from_slice(&results).unwrap();
        let pictures = ["p", "q", "r"].map(|name| fs::read(picture(&case.path(out), name)).unwrap());
        (results["memory"]["reused_bytes"].as_u64().unwrap(), pictures)
    };
    let (reused, first) = draw("one", &[]);
    assert_eq!(case.names().0.len(), 3);
    let (again, second) = draw("two", &[]);
    assert!(again > reused && again >= 24 << 20, "{reused} {again}");
    assert!(first == second && first == draw("three", &["--arena", "memory"]).1);
    // Without room for it data are loaded twice.
    let (_, small) = draw("four", &["--arena-size", "10M"]);
    assert!(small == first);
}
