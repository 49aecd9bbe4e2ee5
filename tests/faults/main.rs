//! Kills, signals and full disks: what RELIABILITY promises, brought about.
//!
//! Forking needs a process with one thread, so this binary has its own runner: each test is a
//! function here, run one after the other in this process; arguments select tests by part of their
//! names, `--list` lists them.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests; clippy only knows those of cargo's harness"
)]

mod arena;
mod files;
mod in_place;
mod invariants;
mod load;
mod parcels;
mod parent;
mod program;
mod real;
mod toy;
mod workers;

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::time::Instant;

/// A test: its name and what it does.
type Test = (&'static str, fn());

fn main() -> ExitCode {
    let tests: Vec<Test> = [
        arena::TESTS,
        workers::TESTS,
        files::TESTS,
        in_place::TESTS,
        load::TESTS,
        parcels::TESTS,
        parent::TESTS,
        real::TESTS,
    ]
    .concat();
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--list") {
        for (name, _) in &tests {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    let (mut passed, mut failed) = (0, 0);
    for (name, test) in tests.iter().filter(|(name, _)| chosen(name)) {
        let begin = Instant::now();
        let verdict = if catch_unwind(test).is_ok() {
            passed += 1;
            "ok"
        } else {
            failed += 1;
            "FAILED"
        };
        println!("test {name} ... {verdict} ({:.2} s)", begin.elapsed().as_secs_f64());
    }
    println!("\ntest result: {passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
