//! Files that cannot be written, synced or renamed: the figure says why, its earlier file stays.

use crate::Test;
use crate::invariants::hold;
use crate::toy::{Act, Toy, in_child};
use nix::sched::{CloneFlags, unshare};
use shmplot::diag::{FigureRecord, Outcome, Status};
use shmplot::output::lock::Lock;
use shmplot::sys::io::{Call, Faulty};
use std::path::Path;
use std::process::Command;

pub(crate) const TESTS: &[Test] = &[
    ("whichever_write_sync_or_rename_fails_one_figure_says_why", every_call),
    ("a_folder_that_cannot_be_synced_is_a_warning", unsynced_folder),
    ("a_folder_with_the_name_of_a_figure_is_that_figures_failure", folder_in_the_way),
    ("a_full_disk_fails_what_does_not_fit_and_nothing_else", full_disk),
    ("a_read_only_destination_is_named", read_only),
];

fn failures(records: &[FigureRecord]) -> Vec<String> {
    records
        .iter()
        .filter(|record| record.outcome.status() != Status::Ok)
        .map(|record| record.outcome.reason().unwrap())
        .collect()
}

fn every_call() {
    let figures = 5;
    for (call, errno, name) in [
        (Call::CreateNew, 13, "EACCES"),
        (Call::Write, 28, "ENOSPC"),
        (Call::Open, 5, "EIO"),
        (Call::Fsync, 5, "EIO"),
        (Call::Rename, 30, "EROFS"),
    ] {
        // One more than there are: the last run has no fault.
        for k in 1..=figures + 1 {
            for old in [false, true] {
                let toy = Toy::new(&[Act::Draw; 5], 1);
                let toy = if old { toy.with_old_files() } else { toy };
                let records = toy.run_on(&Faulty::new(call, k, errno), &mut |_| {});
                hold(&toy, &records, old);
                let failed = failures(&records);
                // Creating a file where the folder is missing is tried twice.
                assert_eq!(
                    failed.len(),
                    usize::from(k <= figures || (call == Call::CreateNew && !old)),
                    "{call:?} {k}"
                );
                assert!(failed.iter().all(|reason| reason.contains(name)), "{failed:?}");
            }
        }
    }
    let toy = Toy::new(&[Act::Draw; 5], 1);
    let failed = failures(&toy.run_on(&Faulty::new(Call::CreateDirs, 1, 13), &mut |_| {}));
    assert!(failed.len() == 1 && failed[0].contains("cannot create folder"), "{failed:?}");
}

fn unsynced_folder() {
    let toy = Toy::new(&[Act::Draw], 1);
    let records = toy.run_on(&Faulty::new(Call::FsyncDir, 1, 5), &mut |_| {});
    hold(&toy, &records, false);
    assert!(records[0].warnings[0].to_string().contains("cannot sync folder"), "{records:?}");
}

fn folder_in_the_way() {
    let mut toy = Toy::new(&[Act::Draw; 3], 1);
    toy.files = 2;
    std::fs::create_dir(toy.path(1, 1)).unwrap();
    let records = toy.run();
    let failed = failures(&records);
    assert!(failed.len() == 1 && failed[0].contains("EISDIR") && failed[0].contains("f1.svg"), "{failed:?}");
    assert!(!toy.path(1, 0).exists(), "no file of a failed figure changes");
    std::fs::remove_dir(toy.path(1, 1)).unwrap();
    hold(&toy, &records, false);
}

/// Runs `body` in a child that has a fresh tmpfs at `at`, if such a thing can be had here.
fn with_tmpfs(at: &Path, options: &str, body: impl FnOnce()) {
    in_child(|| {
        let own = unshare(CloneFlags::CLONE_NEWNS)
            .or_else(|_| unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS));
        let mount =
            |args: &[&str]| Command::new("mount").args(args).status().is_ok_and(|status| status.success());
        let path = at.to_str().unwrap();
        std::fs::create_dir_all(at).unwrap();
        if own.is_err()
            || !mount(&["--make-rprivate", "/"])
            || !mount(&["-t", "tmpfs", "-o", options, "tmpfs", path])
        {
            println!("skipped: no tmpfs can be mounted here");
            return;
        }
        body();
    });
}

fn full_disk() {
    let toy = Toy::new(&[Act::Draw; 60], 3);
    with_tmpfs(&toy.out, "size=128k", || {
        let records = toy.run();
        hold(&toy, &records, false);
        let failed = failures(&records);
        assert!(failed.len() > 20 && failed.len() < 60, "{}", failed.len());
        assert!(failed.iter().all(|reason| reason.contains("ENOSPC")), "{failed:?}");
    });
}

fn read_only() {
    let toy = Toy::new(&[Act::Draw; 7], 2);
    // Every third figure goes to this folder.
    with_tmpfs(&toy.out.join("sub"), "ro", || {
        let records = toy.run();
        hold(&toy, &records, false);
        for record in &records {
            match &record.outcome {
                Outcome::Failed(diagnostic) => {
                    assert!(record.task % 3 == 0 && diagnostic.to_string().contains("EROFS"), "{diagnostic}");
                }
                other => assert!(record.task % 3 != 0 && other.status() == Status::Ok),
            }
        }
    });
    with_tmpfs(&toy.out, "ro", || {
        let refused = Lock::acquire(&toy.out).unwrap_err().to_string();
        assert!(refused.contains("EROFS") && refused.contains("-o"), "{refused}");
    });
}
