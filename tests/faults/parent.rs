//! Signals to the parent, its death, its publisher's death, two parents at once.

use crate::Test;
use crate::invariants::{is_alive, nothing_left, within};
use crate::toy::{Act, Toy, age};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use shmplot::diag::{ExitCode, Status};
use shmplot::output::lock::Lock;
use shmplot::report::journal::Journal;
use shmplot::sys::{Child, Ended, fork};
use std::time::{Duration, Instant};

pub(crate) const TESTS: &[Test] = &[
    ("the_first_interrupt_finishes_what_is_being_drawn", interrupt_once),
    ("the_second_interrupt_stops_what_is_being_drawn", interrupt_twice),
    ("sigterm_stops_at_once", terminate),
    ("a_killed_parent_leaves_no_worker_and_the_next_run_tidies_and_completes", killed_parent),
    ("a_killed_publisher_is_replaced_and_no_figure_is_lost", killed_publisher),
    ("two_runs_on_one_directory_are_refused_and_a_dead_ones_lock_is_none", two_runs),
];

const HOUR: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_secs(10);

/// A whole run, with lock and report, in a child.
fn start(toy: &Toy) -> Child {
    fork(&Default::default(), || toy.account()).unwrap()
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.pid()), signal).unwrap();
}

/// How many figures ended how, by the journal; each has one entry (I3).
fn statuses(toy: &Toy) -> Vec<Status> {
    let journal = Journal::read(&toy.out).unwrap();
    assert_eq!(journal.entries.len(), toy.acts.len(), "I3");
    let text = std::fs::read_to_string(toy.out.join(".shmplot/run.jsonl")).unwrap();
    assert_eq!(text.lines().count(), toy.acts.len(), "I3");
    (0..toy.acts.len()).map(|task| journal.entries[&(format!("f{task}"), None)].status).collect()
}

fn count(statuses: &[Status], status: Status) -> usize {
    statuses.iter().filter(|s| **s == status).count()
}

fn interrupt_once() {
    let toy = Toy::new(&[Act::Sleep(Duration::from_millis(300)); 12], 2);
    let mut run = start(&toy);
    within(SOON, "two figures are begun", || toy.begun().len() >= 2);
    signal(&run, Signal::SIGINT);
    assert_eq!(run.wait().unwrap(), Ended::Exited(ExitCode::Interrupted as i32));
    let ends = statuses(&toy);
    assert_eq!((count(&ends, Status::Ok), count(&ends, Status::NotRun)), (2, 10), "{ends:?}");
    let results = std::fs::read_to_string(toy.out.join("results.json")).unwrap();
    assert!(results.contains("\"exit\": 130") && results.contains("interrupted before it began"));
    nothing_left(&toy);
}

fn interrupt_twice() {
    // One of them does not mind SIGTERM either.
    let mut acts = [Act::Sleep(HOUR); 9];
    acts[4] = Act::Stubborn;
    let toy = Toy::new(&acts, 2);
    let mut run = start(&toy);
    within(SOON, "two figures are begun", || toy.begun().len() >= 2);
    signal(&run, Signal::SIGINT);
    within(SOON, "the first is heeded", || {
        Journal::read(&toy.out).unwrap().entries.values().any(|entry| entry.status == Status::NotRun)
    });
    signal(&run, Signal::SIGINT);
    let begin = Instant::now();
    assert_eq!(run.wait().unwrap(), Ended::Exited(130));
    assert!(begin.elapsed() < Duration::from_secs(3));
    let ends = statuses(&toy);
    assert_eq!((count(&ends, Status::Cancelled), count(&ends, Status::NotRun)), (2, 7), "{ends:?}");
    nothing_left(&toy);
}

fn terminate() {
    let toy = Toy::new(&[Act::Sleep(HOUR); 5], 2).with_old_files();
    let mut run = start(&toy);
    within(SOON, "two figures are begun", || toy.begun().len() >= 2);
    signal(&run, Signal::SIGTERM);
    assert_eq!(run.wait().unwrap(), Ended::Exited(143));
    let ends = statuses(&toy);
    assert_eq!((count(&ends, Status::Cancelled), count(&ends, Status::NotRun)), (2, 3), "{ends:?}");
    for task in 0..5 {
        assert_eq!(age(&std::fs::read(toy.path(task, 0)).unwrap(), task, 0), Some("old"), "I2");
    }
    nothing_left(&toy);
}

/// At 20 moments spread over a run.
fn killed_parent() {
    let acts = [Act::Sleep(Duration::from_millis(2)); 40];
    let begin = Instant::now();
    assert_eq!(start(&Toy::new(&acts, 2)).wait().unwrap(), Ended::Exited(0));
    let whole = begin.elapsed();
    let mut cut = 0;
    for moment in 0..20 {
        let toy = Toy::new(&acts, 2).with_old_files();
        let mut run = start(&toy);
        std::thread::sleep(whole * moment / 20);
        signal(&run, Signal::SIGKILL);
        cut += usize::from(run.wait().unwrap() == Ended::Killed(9));
        let workers = toy.begun();
        within(Duration::from_secs(1), "I5: workers are gone", || workers.iter().all(|pid| !is_alive(*pid)));
        let journal = Journal::read(&toy.out).unwrap();
        for task in 0..acts.len() {
            let found = age(&std::fs::read(toy.path(task, 0)).unwrap(), task, 0);
            assert!(found.is_some(), "I1: figure {task} is partial");
            if journal
                .entries
                .get(&(format!("f{task}"), None))
                .is_some_and(|entry| entry.status == Status::Ok)
            {
                assert_eq!(found, Some("new"), "I3: figure {task} is said to be ok");
            }
        }
        assert_eq!(start(&toy).wait().unwrap(), Ended::Exited(0), "the next run completes");
        for task in 0..acts.len() {
            assert_eq!(age(&std::fs::read(toy.path(task, 0)).unwrap(), task, 0), Some("new"));
        }
        nothing_left(&toy);
    }
    assert!(cut >= 10, "only {cut} runs were killed before their end");
}

fn killed_publisher() {
    let toy = Toy::new(&[Act::Sleep(Duration::from_millis(5)); 60], 2);
    let mut run = start(&toy);
    for begun in [10, 30] {
        within(SOON, "figures are begun", || toy.begun().len() >= begun);
        let publisher = std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            let (head, tail) = stat.rsplit_once(')')?;
            let parent: i32 = tail.split_ascii_whitespace().nth(1)?.parse().ok()?;
            (parent == run.pid() && head.ends_with("(shmplot:publish"))
                .then(|| head.split(' ').next().unwrap().parse::<i32>().unwrap())
        });
        kill(Pid::from_raw(publisher.expect("the run has a publisher")), Signal::SIGKILL).unwrap();
    }
    assert_eq!(run.wait().unwrap(), Ended::Exited(0));
    assert_eq!(count(&statuses(&toy), Status::Ok), 60);
    for task in 0..60 {
        assert_eq!(age(&std::fs::read(toy.path(task, 0)).unwrap(), task, 0), Some("new"));
    }
    nothing_left(&toy);
}

fn two_runs() {
    let toy = Toy::new(&[Act::Sleep(HOUR); 2], 2);
    let mut run = start(&toy);
    within(SOON, "two figures are begun", || toy.begun().len() == 2);
    let refused = Lock::acquire(&toy.out).unwrap_err().to_string();
    assert!(refused.contains(&format!("process {} on", run.pid())), "{refused}");
    assert_eq!(start(&toy).wait().unwrap(), Ended::Exited(ExitCode::Output as i32));
    signal(&run, Signal::SIGKILL);
    run.wait().unwrap();
    within(Duration::from_secs(1), "I5: the lock is free", || Lock::acquire(&toy.out).is_ok());
}
