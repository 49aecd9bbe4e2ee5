//! Parcels: loaded while others draw, handed to living workers, freed in time, within a budget; and
//! what goes wrong with them. The loader here is a thread-free toy that seals memory when it is asked.

use crate::Test;
use crate::invariants::{hold, nothing_left, within};
use crate::toy::{Act, Toy, in_child};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use shmplot::diag::{Diagnostic, Event, FigureRecord, LoadProgress, NotRun, Outcome, Status};
use shmplot::pool::{
    Craft, Delivery, Drawn, Kind, Made, Origin, Parcel, ParcelId, Supply, Task, Work, run_with,
};
use shmplot::sys::io::Real;
use shmplot::sys::memfd::{Memory, Sealed};
use shmplot::sys::{Mapping, fork};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

pub(crate) const TESTS: &[Test] = &[
    ("parcels_reach_the_workers_that_need_them_and_the_budget_holds", streamed),
    ("a_parcel_is_loaded_once_in_whatever_order_tasks_end", once),
    ("a_parcel_of_more_segments_than_a_message_holds_arrives_whole", many_segments),
    ("replaced_workers_get_parcels_again", respawned),
    ("killed_workers_cost_their_figures_only_and_their_memory_is_free", killed),
    ("failed_leaves_travel_with_their_parcel", failed_leaves),
    ("a_parcel_that_a_worker_refuses_fails_its_figures_with_the_reason", refused),
    ("a_loader_that_ends_leaves_what_it_brought_and_the_rest_is_not_run", loader_ends),
    ("results_are_made_once_and_reach_all_users", shared),
    ("a_result_that_fails_is_done_without", make_fails),
    ("a_result_whose_worker_dies_or_runs_out_of_time_is_done_without", make_dies),
    ("results_that_nobody_needs_any_more_are_not_made", make_needless),
    ("interrupted_while_loading_nothing_is_run_and_nothing_left", interrupted),
    ("work_that_contradicts_itself_is_refused", contradiction),
    ("twenty_thousand_figures_of_many_parcels_with_64_descriptors", twenty_thousand),
];

/// A segment whose bytes say whose it is.
fn segment(parcel: ParcelId, number: usize, len: usize) -> OwnedFd {
    let mut memory = Memory::allocate("toy", len).unwrap();
    let mark = (parcel as usize * 31 + number) as u8;
    memory.bytes_mut().fill(mark);
    memory.seal().unwrap().as_fd().try_clone_to_owned().unwrap()
}

/// Loads parcels one at a time, each some time after it was ordered.
struct Toys {
    lens: Vec<usize>,
    segments: usize,
    delay: Duration,
    ordered: Vec<(ParcelId, Instant)>,
    orders: Vec<ParcelId>,
    failed: Vec<(String, Diagnostic)>,
    /// The loader ends instead of bringing this one.
    ends_at: Option<ParcelId>,
    done: u64,
}

impl Toys {
    fn new(lens: &[usize]) -> Self {
        Self {
            lens: lens.to_vec(),
            segments: 1,
            delay: Duration::from_millis(2),
            ordered: Vec::new(),
            orders: Vec::new(),
            failed: Vec::new(),
            ends_at: None,
            done: 0,
        }
    }
}

impl Supply for Toys {
    fn order(&mut self, parcel: ParcelId) -> io::Result<()> {
        self.ordered.push((parcel, Instant::now() + self.delay));
        self.orders.push(parcel);
        Ok(())
    }

    fn watched(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn due(&self) -> Option<Instant> {
        self.ordered.first().map(|(_, due)| *due)
    }

    fn listen(&mut self) -> Result<Vec<Delivery>, Diagnostic> {
        let now = Instant::now();
        let mut come = Vec::new();
        while let Some(&(parcel, due)) = self.ordered.first()
            && due <= now
        {
            if self.ends_at == Some(parcel) {
                if !come.is_empty() {
                    break;
                }
                return Err(Diagnostic::error("the toy loader ended"));
            }
            self.ordered.remove(0);
            let len = self.lens[parcel as usize];
            self.done += len as u64;
            come.push(Delivery {
                parcel,
                segments: (0..self.segments).map(|number| segment(parcel, number, len)).collect(),
                bytes: len as u64,
                failed: self.failed.clone(),
            });
        }
        Ok(come)
    }

    fn loaded(&self) -> LoadProgress {
        LoadProgress { done: self.done, total: self.lens.iter().map(|len| *len as u64).sum(), reused: 0 }
    }
}

/// What a worker knows, and how its makes behave. Figures do what the toy's acts say, if all their
/// data are there and right.
struct Hands<'a> {
    toy: &'a Toy,
    work: &'a Work,
    make: Act,
    refuse: Option<ParcelId>,
    held: RefCell<BTreeMap<ParcelId, Vec<Mapping>>>,
    failed: RefCell<Vec<(String, Diagnostic)>>,
    /// Bytes of all segments together are right for so many segments a loaded parcel.
    segments: usize,
    accepts: Cell<usize>,
}

impl<'a> Hands<'a> {
    fn new(toy: &'a Toy, work: &'a Work) -> Self {
        Self {
            toy,
            work,
            make: Act::Draw,
            refuse: None,
            held: RefCell::default(),
            failed: RefCell::default(),
            segments: 1,
            accepts: Cell::new(0),
        }
    }

    /// The needs of a task, with what stands in for results that are not here.
    fn check(&self, task: usize) -> Result<(), Diagnostic> {
        let held = self.held.borrow();
        let mut needs = self.work.tasks[task].needs.clone();
        while let Some(parcel) = needs.pop() {
            let of = &self.work.parcels[parcel as usize];
            match (held.get(&parcel), of.from) {
                (Some(maps), from) => {
                    let many = if from == Origin::Loader { self.segments } else { 1 };
                    assert_eq!(maps.len(), many, "segments of parcel {parcel}");
                    for (number, map) in maps.iter().enumerate() {
                        let mark = (parcel as usize * 31 + number) as u8;
                        assert!(map.as_ref().iter().all(|byte| *byte == mark), "parcel {parcel}");
                    }
                }
                (None, Origin::Task(_)) => needs.extend(&of.fallback),
                (None, Origin::Loader) => {
                    return Err(Diagnostic::error(format!("parcel {parcel} is not here")));
                }
            }
        }
        Ok(())
    }
}

impl Craft for Hands<'_> {
    fn draw(&self, task: usize) -> Result<Drawn, Diagnostic> {
        self.check(task)?;
        if let Some((_, error)) = self.failed.borrow().first() {
            return Err(error.clone());
        }
        self.toy.draw(task)
    }

    fn make(&self, task: usize) -> Result<Made, Diagnostic> {
        self.check(task)?;
        let Kind::Make(parcel) = self.work.tasks[task].kind else { panic!("task {task} is a figure") };
        self.toy.act(self.make)?;
        let bytes = self.work.parcels[parcel as usize].bytes;
        Ok(Made { segment: segment(parcel, 0, bytes as usize), bytes })
    }

    fn accept(
        &self,
        parcel: ParcelId,
        segments: Vec<OwnedFd>,
        failed: Vec<(String, Diagnostic)>,
    ) -> Result<(), Diagnostic> {
        self.accepts.set(self.accepts.get() + 1);
        if self.refuse == Some(parcel) {
            return Err(Diagnostic::error("this is no segment"));
        }
        let maps = segments.into_iter().map(|fd| Sealed::from_descriptor(fd).unwrap().map().unwrap());
        let before = self.held.borrow_mut().insert(parcel, maps.collect());
        assert!(before.is_none(), "parcel {parcel} comes twice");
        self.failed.borrow_mut().extend(failed);
        Ok(())
    }

    fn forget(&self, parcel: ParcelId) {
        assert!(self.held.borrow_mut().remove(&parcel).is_some(), "parcel {parcel} was never here");
    }
}

const LEN: usize = 1 << 16;

/// Work in which every figure needs `window` parcels in a row, one of them new after every `each`.
fn sliding(figures: usize, each: usize, window: usize) -> (Work, Toys) {
    let parcels = figures.div_ceil(each) + window - 1;
    let tasks = (0..figures).map(|id| {
        let first = (id / each) as ParcelId;
        figure(id, (first..first + window as ParcelId).collect())
    });
    let work = Work { tasks: tasks.collect(), parcels: vec![loaded(); parcels] };
    (work, Toys::new(&vec![LEN; parcels]))
}

fn loaded() -> Parcel {
    Parcel { bytes: LEN as u64, from: Origin::Loader, fallback: Vec::new() }
}

fn figure(id: usize, needs: Vec<ParcelId>) -> Task {
    Task {
        name: format!("f{id}"),
        point: None,
        outputs: vec![Toy::output(id, 0)],
        group: u64::from(needs.first().copied().unwrap_or(0)),
        cost: 1,
        needs,
        kind: Kind::Figure,
    }
}

/// Runs, and checks what always holds; gives the records and the peak of parcels' bytes.
fn run(
    toy: &Toy,
    work: &Work,
    toys: &mut Toys,
    change: impl FnOnce(&mut Hands<'_>),
    also: &mut dyn FnMut(&Event),
) -> (Vec<FigureRecord>, u64) {
    let mut hands = Hands::new(toy, work);
    change(&mut hands);
    let (mut records, mut peak) = (Vec::new(), 0);
    let mut on_event = |event: Event| {
        also(&event);
        match event {
            Event::Finished(record) => records.push(*record),
            Event::Memory(reading) => peak = reading.arena_peak,
            _ => {}
        }
    };
    run_with(work, &toy.options, toys, &hands, &mut on_event, &Real).unwrap();
    let figures = work.tasks.iter().filter(|task| task.kind == Kind::Figure).count();
    let seen: BTreeSet<usize> = records.iter().map(|record| record.task).collect();
    assert_eq!((records.len(), seen.len()), (figures, figures), "I3");
    (records, peak)
}

fn count(records: &[FigureRecord], status: Status) -> usize {
    records.iter().filter(|record| record.outcome.status() == status).count()
}

fn streamed() {
    for workers in [1, 3] {
        let (work, mut toys) = sliding(60, 5, 3);
        let mut toy = Toy::new(&[Act::Draw; 60], workers);
        toy.options.budget = Some(4 * LEN as u64);
        let mut told = Vec::new();
        let (records, peak) = run(&toy, &work, &mut toys, |_| {}, &mut |event| {
            if let Event::Loading(progress) = event {
                told.push(*progress);
            }
        });
        hold(&toy, &records, false);
        assert_eq!(count(&records, Status::Ok), 60, "{records:?}");
        assert!((3 * LEN as u64..=4 * LEN as u64).contains(&peak), "{peak}");
        assert_eq!(toys.orders, (0..14).collect::<Vec<_>>(), "in the order of need, once each");
        assert_eq!(
            told.last(),
            Some(&LoadProgress { done: 14 * LEN as u64, total: 14 * LEN as u64, reused: 0 })
        );
        assert!(told.is_sorted_by_key(|progress| progress.done));
    }
}

fn once() {
    // Slow figures first: later ones end before them, and all fit only one after the other.
    let (work, mut toys) = sliding(24, 2, 2);
    let acts: Vec<Act> =
        (0..24).map(|id| Act::Sleep(Duration::from_millis(if id % 5 == 0 { 40 } else { 1 }))).collect();
    let mut toy = Toy::new(&acts, 4);
    toy.options.budget = Some(2 * LEN as u64);
    let (records, peak) = run(&toy, &work, &mut toys, |_| {}, &mut |_| {});
    assert_eq!((count(&records, Status::Ok), peak), (24, 2 * LEN as u64));
    assert_eq!(toys.orders.len(), 13);
}

fn many_segments() {
    let (work, mut toys) = sliding(4, 2, 1);
    toys.segments = 450;
    toys.lens = vec![64; 2];
    let toy = Toy::new(&[Act::Draw; 4], 2);
    let (records, _) = run(&toy, &work, &mut toys, |hands| hands.segments = 450, &mut |_| {});
    assert_eq!(count(&records, Status::Ok), 4, "{records:?}");
}

fn respawned() {
    let (work, mut toys) = sliding(40, 40, 3);
    let mut toy = Toy::new(&[Act::Draw; 40], 2);
    toy.options.limits.figures_a_worker = 3;
    let (records, _) = run(&toy, &work, &mut toys, |_| {}, &mut |_| {});
    assert_eq!((count(&records, Status::Ok), toys.orders.len()), (40, 3));
}

fn killed() {
    let (work, mut toys) = sliding(48, 4, 2);
    let mut acts = [Act::Draw; 48];
    for id in (0..48).step_by(3) {
        acts[id] = [Act::Kill, Act::Panic][id % 2];
    }
    let mut toy = Toy::new(&acts, 3);
    toy.options.budget = Some(2 * LEN as u64);
    let (records, peak) = run(&toy, &work, &mut toys, |_| {}, &mut |_| {});
    hold(&toy, &records, false);
    let ends = [Status::Ok, Status::Crashed, Status::Failed].map(|status| count(&records, status));
    assert_eq!((ends, peak, toys.orders.len()), ([32, 8, 8], 2 * LEN as u64, 13));
}

fn failed_leaves() {
    let (work, mut toys) = sliding(3, 3, 1);
    toys.failed = vec![("a/b".to_owned(), Diagnostic::error("chunk 3 is broken"))];
    let toy = Toy::new(&[Act::Draw; 3], 1);
    let (records, _) = run(&toy, &work, &mut toys, |_| {}, &mut |_| {});
    for record in &records {
        assert_eq!(record.outcome.reason().as_deref(), Some("chunk 3 is broken"), "{record:?}");
    }
}

fn refused() {
    let (work, mut toys) = sliding(6, 2, 1);
    let toy = Toy::new(&[Act::Draw; 6], 1);
    let (records, _) = run(&toy, &work, &mut toys, |hands| hands.refuse = Some(1), &mut |_| {});
    for record in &records {
        let expected = if work.tasks[record.task].needs == [1] { Status::Failed } else { Status::Ok };
        assert_eq!(record.outcome.status(), expected, "{record:?}");
    }
}

fn loader_ends() {
    let (mut work, mut toys) = sliding(20, 2, 1);
    toys.ends_at = Some(4);
    // One that needs nothing is drawn all the same.
    work.tasks[19].needs.clear();
    let mut toy = Toy::new(&[Act::Draw; 20], 2);
    toy.options.budget = Some(LEN as u64);
    let (records, _) = run(&toy, &work, &mut toys, |_| {}, &mut |_| {});
    hold(&toy, &records, false);
    let not_run = Outcome::NotRun(NotRun::Data("the toy loader ended".to_owned()));
    for record in &records {
        let drawn = record.task < 8 || record.task == 19;
        assert_eq!(record.outcome.status() == Status::Ok, drawn, "{record:?}");
        assert!(drawn || record.outcome == not_run, "{record:?}");
    }
    assert_eq!(toys.orders, [0, 1, 2, 3, 4]);
}

/// Figures 1 to 6 need what task 0 makes of parcel 0; without it they need parcels 0 and 2.
fn with_result() -> (Work, Toys) {
    let make = Task { kind: Kind::Make(1), outputs: Vec::new(), ..figure(0, vec![0]) };
    let mut tasks = vec![make];
    tasks.extend((1..7).map(|id| figure(id, vec![1])));
    let result = Parcel { bytes: LEN as u64, from: Origin::Task(0), fallback: vec![0, 2] };
    (Work { tasks, parcels: vec![loaded(), result, loaded()] }, Toys::new(&[LEN; 3]))
}

fn shared() {
    let (work, mut toys) = with_result();
    let mut toy = Toy::new(&[Act::Draw; 7], 3);
    toy.options.budget = Some(2 * LEN as u64);
    let mut begun = BTreeSet::new();
    let (records, peak) = run(&toy, &work, &mut toys, |_| {}, &mut |event| {
        if let Event::Started { task, .. } = event {
            begun.insert(*task);
        }
    });
    assert_eq!((count(&records, Status::Ok), toys.orders), (6, vec![0]));
    assert_eq!((begun, peak), ((1..7).collect(), 2 * LEN as u64));
}

fn make_fails() {
    for act in [Act::Fail, Act::Panic] {
        let (work, mut toys) = with_result();
        let mut toy = Toy::new(&[Act::Draw; 7], 2);
        toy.options.budget = Some(2 * LEN as u64);
        toy.options.fail_fast = true;
        let (records, _) = run(&toy, &work, &mut toys, |hands| hands.make = act, &mut |_| {});
        assert_eq!(count(&records, Status::Ok), 6, "{records:?}");
        assert_eq!(toys.orders.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&0, &2]));
    }
}

fn make_dies() {
    for act in [Act::Kill, Act::Loop] {
        let (work, mut toys) = with_result();
        let mut toy = Toy::new(&[Act::Draw; 7], 2);
        toy.options.timeout = Some(Duration::from_millis(300));
        let mut notes = Vec::new();
        let (records, _) = run(&toy, &work, &mut toys, |hands| hands.make = act, &mut |event| {
            if let Event::Note(note) = event {
                notes.push(note.to_string());
            }
        });
        assert_eq!(count(&records, Status::Ok), 6, "{records:?}");
        assert!(notes.len() == 1 && notes[0].contains("could not be computed"), "{notes:?}");
    }
}

fn make_needless() {
    // Its only user needs a parcel that never comes.
    let make = Task { kind: Kind::Make(1), outputs: Vec::new(), ..figure(1, vec![0]) };
    let tasks = vec![figure(0, vec![0]), make, figure(2, vec![1, 2]), figure(3, vec![0])];
    let result = Parcel { bytes: 1, from: Origin::Task(1), fallback: vec![0] };
    let work = Work { tasks, parcels: vec![loaded(), result, loaded()] };
    let mut toys = Toys::new(&[LEN; 3]);
    toys.ends_at = Some(2);
    let toy = Toy::new(&[Act::Sleep(Duration::from_millis(50)); 4], 1);
    let (records, _) = run(&toy, &work, &mut toys, |hands| hands.make = Act::Loop, &mut |_| {});
    let ends: BTreeMap<usize, Status> =
        records.iter().map(|record| (record.task, record.outcome.status())).collect();
    assert_eq!(ends, BTreeMap::from([(0, Status::Ok), (2, Status::NotRun), (3, Status::Ok)]));
}

fn interrupted() {
    let (work, mut toys) = sliding(10, 1, 1);
    toys.delay = Duration::from_secs(3600);
    let toy = Toy::new(&[Act::Draw; 10], 2);
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut child = fork(&Default::default(), || {
            let begin = Instant::now();
            let mark = toy.out.with_extension("mark");
            let (records, _) = run(&toy, &work, &mut toys, |_| {}, &mut |event| {
                if let Event::Memory(_) = event {
                    std::fs::write(&mark, "").unwrap();
                }
            });
            assert!(begin.elapsed() < Duration::from_secs(10));
            assert!(records.iter().all(|record| record.outcome == Outcome::NotRun(NotRun::Signal)));
            7
        })
        .unwrap();
        let mark = toy.out.with_extension("mark");
        within(Duration::from_secs(5), "the run is under way", || mark.exists());
        kill(Pid::from_raw(child.pid()), signal).unwrap();
        assert_eq!(child.wait().unwrap(), shmplot::sys::Ended::Exited(7));
        std::fs::remove_file(mark).unwrap();
        nothing_left(&toy);
    }
}

fn contradiction() {
    let (mut work, mut toys) = sliding(2, 1, 1);
    work.tasks[1].needs = vec![9];
    let toy = Toy::new(&[Act::Draw; 2], 1);
    let hands = Hands::new(&toy, &work);
    let error = run_with(&work, &toy.options, &mut toys, &hands, &mut |_| panic!("no event"), &Real);
    assert!(error.unwrap_err().to_string().contains("contradicts itself"));
}

/// In a child, since the limit cannot be taken back.
fn twenty_thousand() {
    in_child(|| {
        use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};
        setrlimit(Resource::RLIMIT_NOFILE, 64, 64).unwrap();
        let (work, mut toys) = sliding(20_000, 20, 3);
        toys.lens.fill(64);
        toys.delay = Duration::ZERO;
        let toy = Toy::new(&vec![Act::Draw; 20_000], 30);
        let begin = Instant::now();
        let (records, _) = run(&toy, &work, &mut toys, |_| {}, &mut |_| {});
        let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
        let cpu = usage.user_time() + usage.system_time();
        println!(
            "20000 tiny figures of {} parcels: {:.0} µs each, {:.0} µs of them the supervisor's CPU",
            work.parcels.len(),
            begin.elapsed().as_secs_f64() * 50.0,
            (cpu.tv_sec() as f64 * 1e6 + cpu.tv_usec() as f64) / 20_000.0
        );
        assert_eq!(
            count(&records, Status::Ok),
            20_000,
            "{:?}",
            records.iter().find(|r| !r.outcome.status().is_success())
        );
        assert_eq!(toys.orders.len(), work.parcels.len());
    });
}
