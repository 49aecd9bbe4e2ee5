//! Schedules played against a run that loads and frees as the pool does.

use super::parcels::play;
use super::*;
use crate::data::{IndexSet, LeafDemand};
use std::path::{Path, PathBuf};

/// Random numbers that are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

fn problem(sizes: &[u64], jobs: &[&[usize]]) -> Problem {
    let atoms =
        sizes.iter().map(|bytes| Atom { weight: *bytes, bytes: *bytes, effort: *bytes, ..Atom::default() });
    let jobs = jobs.iter().map(|atoms| Needs { atoms: atoms.to_vec(), makes: None });
    Problem { atoms: atoms.collect(), jobs: jobs.collect() }
}

/// Plays with parcels of at most `parcel` bytes.
fn played(problem: &Problem, order: &[usize], budget: u64, parcel: u64) -> Option<Played> {
    let sum = |atoms: &[usize]| atoms.iter().map(|atom| problem.atoms[*atom].weight).sum();
    let split = |atoms: &[usize]| vec![(atoms.to_vec(), sum(atoms))];
    play(problem, order, &Limits { budget, parcel, split: &split })
}

/// Runs jobs in order as early as they can, parcels being loaded in order as long as they fit and freed
/// after their last job: says what went wrong.
fn run(problem: &Problem, order: &[usize], played: &Played, budget: u64) -> Result<(), String> {
    let mut last = vec![0; played.parcels.len()];
    for (at, needs) in played.needs.iter().enumerate() {
        needs.iter().for_each(|parcel| last[*parcel] = at);
    }
    let makers: BTreeMap<usize, usize> = played
        .parcels
        .iter()
        .enumerate()
        .filter_map(|(number, parcel)| Some((parcel.made_by?, number)))
        .collect();
    let (mut loaded, mut bytes) = (0, 0);
    let mut made = vec![false; played.parcels.len()];
    for (at, job) in order.iter().enumerate() {
        while let Some(parcel) = played.parcels.get(loaded) {
            if parcel.made_by.is_none() && bytes + parcel.weight > budget {
                break;
            }
            // What is made has its room when it is made.
            bytes += if parcel.made_by.is_none() { parcel.weight } else { 0 };
            loaded += 1;
        }
        if let Some(parcel) = makers.get(job) {
            made[*parcel] = true;
            bytes += played.parcels[*parcel].weight;
        }
        if bytes > budget {
            return Err(format!("{bytes} bytes at job {job}"));
        }
        let needs = &played.needs[at];
        for parcel in needs {
            let here =
                if played.parcels[*parcel].made_by.is_some() { made[*parcel] } else { *parcel < loaded };
            if !here {
                return Err(format!("job {job} waits for parcel {parcel} for ever"));
            }
        }
        let mut has: Vec<usize> =
            needs.iter().flat_map(|parcel| played.parcels[*parcel].atoms.clone()).collect();
        has.sort_unstable();
        if let Some(atom) = problem.jobs[*job].atoms.iter().find(|atom| has.binary_search(atom).is_err()) {
            return Err(format!("job {job} has no atom {atom}"));
        }
        let ended = (0..loaded).filter(|parcel| last[*parcel] == at && played.needs[at].contains(parcel));
        bytes -= ended.map(|parcel| played.parcels[parcel].weight).sum::<u64>();
    }
    Ok(())
}

fn loads(played: &Played) -> usize {
    played.parcels.iter().map(|parcel| parcel.atoms.len()).sum()
}

#[test]
fn random_jobs_have_what_they_need_within_any_budget_that_one_of_them_fits() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..400 {
        let atoms = 1 + dice.below(40);
        let sizes: Vec<u64> = (0..atoms).map(|_| 1 + dice.below(100) as u64).collect();
        let jobs: Vec<Vec<usize>> = (0..1 + dice.below(60))
            .map(|_| {
                let mut job: Vec<usize> = (0..dice.below(5)).map(|_| dice.below(atoms)).collect();
                job.sort_unstable();
                job.dedup();
                job
            })
            .collect();
        let jobs: Vec<&[usize]> = jobs.iter().map(Vec::as_slice).collect();
        let problem = problem(&sizes, &jobs);
        let smallest = (0..jobs.len()).map(|job| problem.weight_of(job)).max().unwrap();
        for budget in [smallest, smallest + dice.below(200) as u64, 1 << 20] {
            for order in [order::planned(&problem), order::greedy(&problem, budget)] {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, (0..jobs.len()).collect::<Vec<_>>(), "round {round}");
                let played = played(&problem, &order, budget, budget / 8).unwrap();
                assert!(played.peak <= budget, "round {round}: {} of {budget}", played.peak);
                let ran = run(&problem, &order, &played, budget);
                assert_eq!(ran, Ok(()), "round {round}, budget {budget}, smallest {smallest}");
                assert!(budget < 1 << 20 || played.reloaded == 0, "round {round}");
            }
            if smallest > 0 {
                let order = order::planned(&problem);
                assert!(played(&problem, &order, smallest - 1, smallest).is_none(), "round {round}");
            }
        }
    }
}

#[test]
fn results_are_made_directly_before_their_first_user() {
    // Atom 2 is made of atom 0 by job 3.
    let mut problem = problem(&[100, 10, 5], &[&[1], &[1, 2], &[2], &[0]]);
    problem.jobs[3].makes = Some(2);
    problem.atoms[2].made_by = Some(3);
    assert_eq!(order::planned(&problem), [0, 3, 1, 2]);
    assert_eq!(order::greedy(&problem, 200), [0, 3, 1, 2]);
    // What the result is made of is gone when its figures are drawn.
    let order = order::planned(&problem);
    let played = played(&problem, &order, 115, 0).unwrap();
    assert_eq!((run(&problem, &order, &played, 115), played.peak), (Ok(()), 115));
    assert_eq!(played.parcels.iter().filter(|parcel| parcel.made_by == Some(3)).count(), 1);
    let result = played.parcels.iter().position(|parcel| parcel.made_by.is_some()).unwrap();
    assert!(!played.needs[1].contains(&result) && played.needs[2].contains(&result));
    assert!(super::tests::played(&problem, &order, 104, 0).is_none());
}

#[test]
fn an_order_is_found_in_which_each_is_loaded_once() {
    // A plan that goes through four leaves again and again, of which two fit.
    let jobs: Vec<Vec<usize>> = (0..40).map(|i| vec![i % 4]).collect();
    let jobs: Vec<&[usize]> = jobs.iter().map(Vec::as_slice).collect();
    let problem = problem(&[10; 4], &jobs);
    let plan = played(&problem, &order::planned(&problem), 20, 0).unwrap();
    let order = order::greedy(&problem, 20);
    let greedy = played(&problem, &order, 20, 0).unwrap();
    assert!(plan.reloaded > 0);
    assert_eq!((greedy.reloaded, loads(&greedy), greedy.waves), (0, 4, 2));
    assert_eq!(order[..10], [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
}

#[test]
fn pairs_of_many_leaves_are_drawn_in_blocks() {
    // Every pair of 30 and 30 leaves with room for ten.
    let jobs: Vec<Vec<usize>> = (0..900).map(|i| vec![i / 30, 30 + i % 30]).collect();
    let jobs: Vec<&[usize]> = jobs.iter().map(Vec::as_slice).collect();
    let problem = problem(&[10; 60], &jobs);
    let greedy = played(&problem, &order::greedy(&problem, 100), 100, 0).unwrap();
    let plan = played(&problem, &order::planned(&problem), 100, 0).unwrap();
    assert!(
        loads(&greedy) <= 250 && loads(&greedy) * 2 < loads(&plan),
        "{} {}",
        loads(&greedy),
        loads(&plan)
    );
}

#[test]
fn the_order_of_the_plan_stays_where_nothing_is_won() {
    let jobs: Vec<Vec<usize>> = (0..100).map(|i| vec![0, 1 + i]).collect();
    let jobs: Vec<&[usize]> = jobs.iter().map(Vec::as_slice).collect();
    let sizes: Vec<u64> = std::iter::once(1).chain((0..100).map(|i| 1000 + i * 37 % 50)).collect();
    let problem = problem(&sizes, &jobs);
    assert_eq!(order::greedy(&problem, 5000), (0..100).collect::<Vec<_>>());
}

#[test]
fn small_data_are_one_parcel_and_lifetimes_are_apart() {
    let problem_of_all = problem(&[10, 20, 30], &[&[0], &[1, 2], &[0, 2]]);
    let small = played(&problem_of_all, &[0, 1, 2], 1000, 125).unwrap();
    assert_eq!(small.parcels.len(), 1);
    // Atom 0 is for all, the others for one each.
    let jobs: Vec<Vec<usize>> = (0..20).map(|i| vec![0, 1 + i]).collect();
    let jobs: Vec<&[usize]> = jobs.iter().map(Vec::as_slice).collect();
    let problem = problem(&[10; 21], &jobs);
    let apart = played(&problem, &(0..20).collect::<Vec<_>>(), 1000, 50).unwrap();
    assert!(apart.parcels.iter().any(|parcel| parcel.atoms == [0]));
    assert_eq!(apart.reloaded, 0);
}

#[test]
fn very_many_jobs_are_ordered_in_time() {
    let own: Vec<Vec<usize>> = (0..20_000).map(|i| vec![0, 1 + i]).collect();
    let few: Vec<Vec<usize>> = (0..10_000).map(|i| vec![i % 7, 7 + i % 11]).collect();
    for (jobs, atoms, budget) in [(own, 20_001, 1000), (few, 18, 60)] {
        let jobs: Vec<&[usize]> = jobs.iter().map(Vec::as_slice).collect();
        let problem = problem(&vec![10; atoms], &jobs);
        let start = std::time::Instant::now();
        let order = order::greedy(&problem, budget);
        let played = played(&problem, &order, budget, budget / 8).unwrap();
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        assert_eq!(run(&problem, &order, &played, budget), Ok(()));
    }
}

/// A folder of npy files of `f8` with these shapes, without their values: nothing reads them.
fn tree(arrays: &[(&str, &[usize])]) -> (tempfile::TempDir, Tree) {
    let dir = tempfile::tempdir().unwrap();
    for (name, shape) in arrays {
        let shape: String = shape.iter().map(|n| format!("{n},")).collect();
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        let padded = format!("{header:<117}\n");
        bytes.extend((padded.len() as u16).to_le_bytes());
        bytes.extend(padded.as_bytes());
        let file = std::fs::File::create(dir.path().join(format!("{name}.npy"))).unwrap();
        let n: usize = shape.split_terminator(',').map(|n| n.parse::<usize>().unwrap()).product();
        std::io::Write::write_all(&mut &file, &bytes).unwrap();
        file.set_len((bytes.len() + 8 * n) as u64).unwrap();
    }
    let paths: Vec<PathBuf> = vec![Path::new(dir.path()).to_owned()];
    let tree = crate::source::open(&paths).unwrap().value;
    (dir, tree)
}

fn options(budget: Option<u64>) -> ScheduleOptions<'static> {
    ScheduleOptions {
        budget,
        beside: 0,
        window: WINDOW,
        available: None,
        workers: 2,
        placed: &|_| Placed::Loaded,
    }
}

fn demand(path: &str, axes: &[IndexSet]) -> Demand {
    let mut demand = Demand::default();
    demand.add(path, &LeafDemand(axes.to_vec()));
    demand
}

fn arranged(demands: &[Demand], tree: &Tree, budget: Option<u64>) -> Result<Schedule, String> {
    let figures: Vec<&Demand> = demands.iter().collect();
    arrange(&figures, &|figure| format!("f/{figure}"), tree, &[], &options(budget)).map_err(|error| {
        let helps = error.help.clone().unwrap_or_default();
        format!("{error}: {helps}")
    })
}

const MIB: u64 = 1 << 20;

#[test]
fn slices_of_a_cube_go_through_a_window_of_its_size() {
    // 64 slices of 8 MiB.
    let (_dir, tree) = tree(&[("cube", &[64, 1024, 1024])]);
    let path = paths(&tree)[0].clone();
    let slice =
        |i: usize| demand(&path, &[IndexSet::from_indices([i]), IndexSet::all(1024), IndexSet::all(1024)]);
    let slices: Vec<Demand> = (0..64).map(slice).collect();
    let free = arranged(&slices, &tree, None).unwrap();
    assert_eq!((free.budget, free.reloaded), (WINDOW, 0));
    assert!(free.peak <= WINDOW && free.parcels.len() > 10, "{} {}", free.peak, free.parcels.len());
    assert_eq!(
        free.jobs.iter().map(|job| job.work).collect::<Vec<_>>(),
        (0..64).map(Work::Figure).collect::<Vec<_>>()
    );
    let tight = arranged(&slices, &tree, Some(20 * MIB)).unwrap();
    assert!(tight.peak <= 20 * MIB && tight.reloaded == 0 && tight.waves >= 32, "{tight:?}");
    assert!((8 * MIB..8 * MIB + 4096).contains(&tight.smallest), "{}", tight.smallest);
    let exact = arranged(&slices, &tree, Some(tight.smallest)).unwrap();
    assert_eq!((exact.waves, exact.reloaded), (64, 0));
    let error = arranged(&slices, &tree, Some(8 * MIB)).unwrap_err();
    assert!(
        error.contains("`f/0` needs 8.1 MiB of data in memory at once, --memory-limit allows 8.0 MiB"),
        "{error}"
    );
    assert!(
        error.contains(&format!("`--memory-limit {}`", tight.smallest)) && error.contains("in-place"),
        "{error}"
    );
}

fn paths(tree: &Tree) -> Vec<String> {
    tree.whole().0.into_keys().collect()
}

#[test]
fn equal_demands_are_one_parcel_and_one_group() {
    let (_dir, tree) = tree(&[("a", &[1000]), ("b", &[1000])]);
    let all = paths(&tree);
    let whole = |path: &String| demand(path, &[IndexSet::all(1000)]);
    let figures = [whole(&all[0]), whole(&all[1]), whole(&all[0])];
    let schedule = arranged(&figures, &tree, None).unwrap();
    assert_eq!(schedule.parcels.len(), 1);
    assert!(schedule.jobs.iter().all(|job| job.group == 0 && job.needs == [0]));
    let tight = arranged(&figures, &tree, Some(10_000)).unwrap();
    assert_eq!((tight.parcels.len(), tight.reloaded, tight.waves), (2, 0, 2));
    let order: Vec<Work> = tight.jobs.iter().map(|job| job.work).collect();
    assert_eq!(order, [Work::Figure(0), Work::Figure(2), Work::Figure(1)]);
    assert_eq!(tight.jobs.iter().map(|job| job.group).collect::<Vec<_>>(), [0, 0, 1]);
}

#[test]
fn parts_that_overlap_are_joined_unless_the_box_around_them_is_large() {
    let (_dir, tree) = tree(&[("a", &[1000, 1000])]);
    let path = paths(&tree)[0].clone();
    let range = |r: std::ops::Range<usize>| IndexSet::from_ranges([r]);
    let parts = |demands: &[Demand]| {
        let figures: Vec<&Demand> = demands.iter().collect();
        Parts::of(&figures, &tree, &|_| Placed::Loaded).joined(64 * MIB).parts.len()
    };
    let window = |i: usize| demand(&path, &[range(i..i + 20), IndexSet::all(1000)]);
    assert_eq!(parts(&(0..500).map(window).collect::<Vec<_>>()), 1);
    // A row and a column.
    let cross = [
        demand(&path, &[range(3..4), IndexSet::all(1000)]),
        demand(&path, &[IndexSet::all(1000), range(5..6)]),
    ];
    assert_eq!(parts(&cross), 2);
    // Slices inside of what another figure needs as a whole.
    let whole = demand(&path, &[IndexSet::all(1000), IndexSet::all(1000)]);
    let inside = [window(0), whole, window(700), window(300)];
    assert_eq!(parts(&inside), 1);
    // Apart from each other.
    assert_eq!(parts(&[window(0), window(30), window(60)]), 3);
}

#[test]
fn what_is_in_place_is_no_parcel_and_files_weigh_nothing() {
    let (_dir, tree) = tree(&[("a", &[1 << 20])]);
    let path = paths(&tree)[0].clone();
    let figures = [demand(&path, &[IndexSet::all(1 << 20)])];
    let figures: Vec<&Demand> = figures.iter().collect();
    let arrange = |placed: &dyn Fn(&str) -> Placed| {
        let options = ScheduleOptions { placed, ..options(Some(1000)) };
        arrange(&figures, &|_| "f".to_owned(), &tree, &[], &options).unwrap()
    };
    let in_place = arrange(&|_| Placed::InPlace);
    assert_eq!((in_place.parcels.len(), in_place.jobs.len(), in_place.smallest), (0, 1, 0));
    let file = arrange(&|_| Placed::File);
    assert_eq!((file.parcels.len(), file.peak), (1, 0));
}

#[test]
fn shared_results_are_parcels_with_something_to_fall_back_on() {
    let (_dir, tree) = tree(&[("a", &[1 << 20]), ("b", &[1000])]);
    let all = paths(&tree);
    let a = demand(&all[0], &[IndexSet::all(1 << 20)]);
    let b = demand(&all[1], &[IndexSet::all(1000)]);
    let nothing = Demand::default();
    let figures = [&nothing, &b, &nothing];
    let make = Make { digest: 7, demand: &a, bytes: Some(800), users: &[1, 2], is_there: false };
    let label = |figure: usize| format!("f/{figure}");
    let schedule = |budget| arrange(&figures, &label, &tree, &[make], &options(Some(budget)));
    let found = schedule(9 * MIB).unwrap();
    let works: Vec<Work> = found.jobs.iter().map(|job| job.work).collect();
    assert_eq!(works, [Work::Figure(0), Work::Make(0), Work::Figure(1), Work::Figure(2)]);
    let result = found.parcels.iter().position(|parcel| parcel.content == Content::Result(7)).unwrap();
    assert!(found.jobs[2].needs.contains(&result) && found.jobs[3].needs == [result]);
    let [fallback] = found.parcels[result].fallback[..] else { panic!("{found:?}") };
    assert_eq!(found.parcels[fallback].content, Content::Load(tree.with_coords(&a)));
    assert!(found.jobs.iter().all(|job| !job.needs.contains(&fallback)));
    assert!(schedule(MIB).unwrap_err().to_string().contains("`f/1` needs"));
}

#[test]
fn chunks_that_several_parts_touch_are_decoded_once() {
    use crate::source::Storage;
    let storage = Storage::Chunked { chunk: vec![8, 100], filters: Vec::new() };
    let leaf = leaf::Leaf::lying("a", &[64, 100], 8, &storage);
    let row = |i: usize| LeafDemand(vec![IndexSet::from_indices([i]), IndexSet::all(100)]);
    let parts = Parts {
        leaves: vec![leaf],
        parts: (0..16).map(|i| (0, row(i))).collect(),
        jobs: (0..16).map(|i| vec![i]).collect(),
    };
    assert_eq!(parts.atoms()[0].effort, 8 * 8 * 100);
    let joined = parts.joined(MIB);
    assert_eq!((joined.parts.len(), joined.jobs[7] == [0], joined.jobs[8] == [1]), (2, true, true));
    assert_eq!(joined.atoms()[1].effort, 8 * 8 * 100);
    // With too little room for that, as many together as there is.
    let some = parts.joined(4 * 1600);
    assert_eq!((some.parts.len(), some.jobs[0] == some.jobs[1]), (4, true));
}
