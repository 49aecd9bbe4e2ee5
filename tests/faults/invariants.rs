//! The promises of RELIABILITY, asserted after every fault.

use crate::toy::{Toy, age, files_below};
use shmplot::diag::{FigureRecord, Status};
use std::time::{Duration, Instant};

/// Asserts I1–I5 for a finished run; `before` is what stood under the figures' names (`old` or
/// nothing).
pub(crate) fn hold(toy: &Toy, records: &[FigureRecord], had_old: bool) {
    let what = || format!("{:?}: {records:#?}", toy.acts);
    // I3: every figure has exactly one end.
    let mut ended: Vec<usize> = records.iter().map(|record| record.task).collect();
    ended.sort_unstable();
    assert_eq!(ended, (0..toy.acts.len()).collect::<Vec<_>>(), "I3 {}", what());
    for record in records {
        let ok = record.outcome.status() == Status::Ok;
        for file in 0..toy.files {
            let path = toy.path(record.task, file);
            let found = std::fs::read(&path).ok();
            let seen = found.as_ref().map(|bytes| age(bytes, record.task, file));
            // I1: whole or absent. I2: a failure leaves what was there.
            let wanted = match (ok, had_old) {
                (true, _) => Some(Some("new")),
                (false, true) => Some(Some("old")),
                (false, false) => None,
            };
            assert_eq!(seen, wanted, "I1, I2 {} {}", path.display(), what());
        }
    }
    nothing_left(toy);
}

/// I5: no temporary file, no mark of a run, no child.
pub(crate) fn nothing_left(toy: &Toy) {
    for file in files_below(&toy.out) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!name.starts_with('.'), "I5: {} is left", file.display());
    }
    for entry in std::fs::read_dir(toy.out.join(".shmplot")).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!name.starts_with("running-") && !name.ends_with(".tmp"), "I5: {name} is left");
    }
    let children = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    assert_eq!(children.trim(), "", "I5: children are left");
}

/// Whether a process exists and is not a zombie.
pub(crate) fn is_alive(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !matches!(stat.rsplit_once(')').unwrap().1.trim().as_bytes()[0], b'Z' | b'X'))
}

/// Waits until `done`, and fails after `limit`.
pub(crate) fn within(limit: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
