//! Runs the child until it has been through all mutations, and tells which ones it did not survive.

use super::child;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Mutations that may fail before the rest is left.
const MOST: usize = 5;

/// The test `test` of this binary, on the fixture of this name.
///
/// # Panics
/// With the mutations that did harm; in the child, of whatever harm there is.
pub(super) fn survives(test: &str, fixture: &str) {
    if let Some(task) = child::Task::from_environment() {
        return task.run();
    }
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(fixture);
    let subject = folder.path().join(from.file_name().unwrap());
    copy(&from, &subject);
    let progress = folder.path().join(".progress");
    let (mut next, mut harm) = (0, Vec::new());
    while harm.len() < MOST {
        fs::write(&progress, next.to_string()).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture", "--test-threads=1"])
            .envs(child::Task { subject: subject.clone(), progress: progress.clone() }.environment())
            .output()
            .unwrap();
        if child.status.success() {
            break;
        }
        let at: usize = fs::read_to_string(&progress).unwrap().trim().parse().unwrap();
        let how = match child.status.signal() {
            Some(libc::SIGALRM) => format!("took more than {} s", child::SECONDS),
            Some(signal) => format!("died of signal {signal}"),
            None => "panicked".to_owned(),
        };
        let stderr = String::from_utf8_lossy(&child.stderr);
        let why: Vec<&str> = stderr.lines().filter(|line| !line.is_empty()).take(3).collect();
        harm.push(format!("{}: {how}: {}", child::describe(&subject, at), why.join(" ")));
        // The child may have left its mutation behind.
        copy(&from, &subject);
        next = at + 1;
    }
    assert!(harm.is_empty(), "{fixture}:\n{}", harm.join("\n"));
}

/// Copies a file or a folder, over what is there.
fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    let entries: Vec<PathBuf> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).collect();
    for entry in entries {
        copy(&entry, &to.join(entry.file_name().unwrap()));
    }
}
