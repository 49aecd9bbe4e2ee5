//! Figures that panic, crash, hang or eat memory: their own fate, nobody else's (I4).

use crate::Test;
use crate::invariants::hold;
use crate::toy::{Act, Toy, in_child};
use shmplot::diag::{Event, FigureRecord, NotRun, Outcome, Status};
use std::time::{Duration, Instant};

pub(crate) const TESTS: &[Test] = &[
    ("all_figures_of_all_groups_are_drawn_once", all_drawn),
    ("a_panic_is_that_figures_failure_with_its_message", panics),
    ("abort_segfault_exit_and_kill_are_crashes_of_one_figure", crashes),
    ("a_stack_overflow_is_a_crash_that_says_so", overflows),
    ("an_endless_loop_ends_with_its_time", endless),
    ("allocation_without_end_is_oom_of_one_figure", eats),
    ("stderr_of_a_figure_is_a_warning_of_that_figure", mutters),
    ("fail_fast_stops_the_rest", fail_fast),
    ("figures_that_always_crash_do_not_fork_for_ever", budget),
    ("workers_are_replaced_after_their_share", recycled),
    ("what_workers_inherit_is_not_counted_as_theirs", inherited),
    ("two_thousand_tiny_figures_with_64_descriptors", tiny),
];

/// Draws around figures that misbehave, on fresh and on old directories, with one worker and three.
fn around(acts: &[Act], change: impl Fn(&mut Toy), check: impl Fn(&FigureRecord)) {
    let mut all = vec![Act::Draw; 3];
    for act in acts {
        all.extend([*act, Act::Draw, Act::Draw]);
    }
    for (workers, old) in [(1, false), (3, true)] {
        let mut toy = Toy::new(&all, workers);
        toy.files = 2;
        change(&mut toy);
        let toy = if old { toy.with_old_files() } else { toy };
        let records = toy.run();
        hold(&toy, &records, old);
        for record in &records {
            if all[record.task] == Act::Draw {
                assert_eq!(record.outcome.status(), Status::Ok, "I4: {record:?}");
                assert!(record.anon_bytes < 64 << 20 && record.wall > Duration::ZERO, "{record:?}");
            } else {
                check(record);
            }
        }
    }
}

fn all_drawn() {
    around(&[Act::Draw; 20], |_| {}, |_| {});
}

fn panics() {
    around(
        &[Act::Panic, Act::Panic],
        |_| {},
        |record| {
            let Outcome::Failed(diagnostic) = &record.outcome else { panic!("{record:?}") };
            assert!(diagnostic.to_string().contains("the toy panics on purpose (tests/faults/toy.rs:"));
            assert!(record.warnings.is_empty());
        },
    );
}

fn crashes() {
    around(
        &[Act::Abort, Act::Segfault, Act::Kill, Act::Exit],
        |_| {},
        |record| {
            let Outcome::Crashed { signal, .. } = record.outcome else { panic!("{record:?}") };
            // By the order of the acts.
            assert_eq!(signal, [6, 11, 9, 0][(record.task - 3) / 3], "{record:?}");
        },
    );
}

fn overflows() {
    around(
        &[Act::Recurse],
        |_| {},
        |record| {
            let Outcome::Crashed { signal: 6, stderr } = &record.outcome else { panic!("{record:?}") };
            assert!(stderr.contains("overflowed its stack"), "{stderr}");
        },
    );
}

fn endless() {
    let limit = Duration::from_millis(300);
    around(
        &[Act::Loop, Act::Sleep(Duration::from_secs(3600))],
        |toy| toy.options.timeout = Some(limit),
        |record| {
            assert_eq!(record.outcome, Outcome::Timeout { after: limit });
            assert!(record.wall >= limit && record.wall < limit * 8, "{record:?}");
        },
    );
}

fn eats() {
    around(
        &[Act::Eat],
        |toy| toy.options.limits.worker_data = Some(96 << 20),
        |record| {
            let Outcome::Oom { evidence } = &record.outcome else { panic!("{record:?}") };
            assert!(evidence.contains("a worker may have 100663296 bytes"), "{evidence}");
        },
    );
}

fn mutters() {
    around(
        &[Act::Mutter],
        |_| {},
        |record| {
            assert_eq!(record.outcome.status(), Status::Ok);
            assert!(record.warnings[0].to_string().contains("the toy mutters"), "{record:?}");
        },
    );
}

fn fail_fast() {
    let mut acts = [Act::Draw; 32];
    // The first figures of the first two groups.
    acts[0] = Act::Sleep(Duration::from_secs(3600));
    acts[4] = Act::Fail;
    let mut toy = Toy::new(&acts, 2);
    toy.options.fail_fast = true;
    let begin = Instant::now();
    let records = toy.run();
    hold(&toy, &records, false);
    assert!(begin.elapsed() < Duration::from_secs(5));
    let count = |status| records.iter().filter(|record| record.outcome.status() == status).count();
    assert_eq!((count(Status::Failed), count(Status::Cancelled), count(Status::NotRun)), (1, 1, 30));
}

fn budget() {
    let mut toy = Toy::new(&[Act::Abort; 30], 2);
    toy.options.limits.deaths_in_a_row = 4;
    let records = toy.run();
    hold(&toy, &records, false);
    let crashed = records.iter().filter(|record| record.outcome.status() == Status::Crashed).count();
    let not_run = records.iter().filter(|r| r.outcome == Outcome::NotRun(NotRun::RespawnBudget)).count();
    assert!((5..=6).contains(&crashed) && crashed + not_run == 30, "{crashed} {not_run}");
}

fn recycled() {
    let mut toy = Toy::new(&[Act::Draw; 40], 2);
    toy.options.limits.figures_a_worker = 5;
    let mut workers = std::collections::BTreeSet::new();
    let records = toy.run_on(&shmplot::sys::io::Real, &mut |event| {
        if let Event::Started { worker, .. } = event {
            workers.insert(*worker);
        }
    });
    hold(&toy, &records, false);
    assert!(workers.len() >= 8, "{workers:?}");
    assert!(records.iter().all(|record| record.outcome.status() == Status::Ok));
}

/// A plan of many figures is memory that each worker begins with.
fn inherited() {
    let plan = std::hint::black_box(vec![1_u8; 200 << 20]);
    let toy = Toy::new(&[Act::Draw; 30], 2);
    let mut workers = std::collections::BTreeSet::new();
    let mut peak = 0;
    let records = toy.run_on(&shmplot::sys::io::Real, &mut |event| match event {
        Event::Started { worker, .. } => drop(workers.insert(*worker)),
        Event::Memory(reading) => peak = reading.anon,
        _ => {}
    });
    hold(&toy, &records, false);
    assert_eq!(workers.len(), 2, "they are not replaced");
    assert!(records.iter().all(|record| record.anon_bytes < 64 << 20));
    let least = plan.len() as u64;
    assert!((least..least + (100 << 20)).contains(&peak), "counted once: {peak}");
}

/// In a child, since the limit cannot be taken back.
fn tiny() {
    in_child(|| {
        use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};
        setrlimit(Resource::RLIMIT_NOFILE, 64, 64).unwrap();
        let toy = Toy::new(&vec![Act::Draw; 2000], 30);
        let begin = Instant::now();
        let mut notes = 0;
        let records = toy.run_on(&shmplot::sys::io::Real, &mut |event| {
            notes += usize::from(matches!(event, Event::Note(_)))
        });
        let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
        let cpu = usage.user_time() + usage.system_time();
        println!(
            "2000 tiny figures: {:.0} µs each, {:.0} µs of them the supervisor's CPU",
            begin.elapsed().as_secs_f64() * 500.0,
            (cpu.tv_sec() as f64 * 1e6 + cpu.tv_usec() as f64) / 2000.0
        );
        hold(&toy, &records, false);
        assert!(records.iter().all(|record| record.outcome.status() == Status::Ok));
        assert_eq!(notes, 1, "that there are fewer workers is said once");
    });
}
