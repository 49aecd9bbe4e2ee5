//! The one loop of the parent: it orders parcels and hands out tasks, and listens to workers,
//! supply, publisher, signals and time. Every figure is settled exactly once (I3), by
//! [`Supervisor::settle`].

mod account;
mod goods;
mod staff;

use super::hand::{Hand, Part};
use super::needs::{Needs, Stage};
use super::protocol::Drawing;
use super::publishing::Publishing;
use super::queue::Queue;
use super::stock::Stock;
use super::{Crew, Kind, ParcelId, Supply};
use crate::diag::{CancelReason, Event, LoadProgress, MemoryReading, NotRun};
use crate::sys::memory::{OomKills, private};
use crate::sys::{Child, Interest, Signals, wait};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Memory is read so often.
const READING: Duration = Duration::from_millis(500);

/// A run in progress.
pub(super) struct Supervisor<'a> {
    crew: &'a Crew<'a>,
    supply: &'a mut dyn Supply,
    on_event: &'a mut dyn FnMut(Event),
    needs: Needs,
    stock: Stock,
    queue: Queue,
    hands: Vec<Hand>,
    /// Ended workers that are not gone yet.
    leaving: Vec<Child>,
    publishing: Publishing,
    /// Drawn figures that wait for their names.
    pending: BTreeMap<usize, Drawing>,
    /// Figures not settled.
    left: usize,
    /// As many workers as are wanted, less where the system gives no more.
    size: usize,
    /// No figure is begun any more.
    draining: bool,
    /// When the publisher is given up after a request to stop.
    stopped: Option<Instant>,
    /// Why nothing is loaded any more.
    loading_over: Option<NotRun>,
    /// How far loading was when it was last told, and when.
    told: (LoadProgress, Instant),
    deaths_in_a_row: usize,
    oom_kills: OomKills,
    next_reading: Instant,
    worker_anon: u64,
}

impl<'a> Supervisor<'a> {
    /// Starts the publisher and, to know that it can be done, the first worker.
    pub(super) fn start(
        crew: &'a Crew<'a>,
        supply: &'a mut dyn Supply,
        on_event: &'a mut dyn FnMut(Event),
    ) -> io::Result<Self> {
        let publishing = Publishing::start(crew)?;
        let hands = vec![Hand::hire(crew)?];
        let share = Share::of(crew);
        let needs = Needs::new(crew.tasks, crew.parcels.len());
        let stock = stock(crew, &needs, share.descriptors);
        let mut queue = Queue::new(crew.tasks);
        for id in (0..crew.tasks.len()).filter(|id| needs.stage(*id) == Stage::Ready) {
            queue.push(id, crew.tasks);
        }
        let mut supervisor = Self {
            crew,
            supply,
            on_event,
            needs,
            stock,
            queue,
            hands,
            leaving: Vec::new(),
            publishing,
            pending: BTreeMap::new(),
            left: crew.tasks.iter().filter(|task| task.kind == Kind::Figure).count(),
            size: crew.options.workers.max(1),
            draining: false,
            stopped: None,
            loading_over: None,
            told: (LoadProgress::default(), Instant::now()),
            deaths_in_a_row: 0,
            oom_kills: OomKills::now(),
            next_reading: Instant::now() + READING / 10,
            worker_anon: 0,
        };
        if share.workers < supervisor.size {
            supervisor.limit_workers(share.workers, "there are too few file descriptors".to_owned());
        }
        Ok(supervisor)
    }

    /// Until every figure is settled.
    pub(super) fn run(mut self, signals: &Signals) -> io::Result<()> {
        while self.left > 0 {
            self.order_parcels();
            self.assign();
            if self.queue.is_empty() && !self.is_drawing() && !self.stock.is_busy() {
                self.publishing.flush()?;
            }
            if self.left > 0 {
                self.step(signals)?;
            }
        }
        self.tell_loading(true);
        self.read_memory();
        self.leaving.extend(self.hands.drain(..).map(Hand::dismiss));
        self.publishing.kill();
        Ok(())
    }

    fn is_drawing(&self) -> bool {
        self.hands.iter().any(Hand::is_running)
    }

    /// Waits for one or more things to happen and deals with them.
    fn step(&mut self, signals: &Signals) -> io::Result<()> {
        let listening = self.loading_over.is_none();
        let supply_due = if listening { self.supply.due() } else { None };
        let due = self.hands.iter().filter_map(Hand::next_due).chain(self.stopped).chain(supply_due).min();
        let due = due.map_or(self.next_reading, |due| due.min(self.next_reading));
        let mut fds = vec![(signals.as_fd(), Interest::Read), self.publishing.watched()];
        let mut owners = Vec::new();
        for (i, hand) in self.hands.iter().enumerate() {
            for (part, watched) in hand.watched() {
                owners.push((i, part));
                fds.push(watched);
            }
        }
        if listening {
            fds.extend(self.supply.watched().map(|fd| (fd, Interest::Read)));
        }
        let ready = wait(&fds, Some(due.saturating_duration_since(Instant::now())))?;
        if ready[1].write {
            self.publishing.pump();
        }
        if ready[1].read {
            self.listen_to_publisher()?;
        }
        let (of_hands, of_supply) = ready[2..].split_at(owners.len());
        // Backwards: a hand that is removed is replaced by one that has been dealt with. A hand's
        // stderr is read before its message, which ends the figure that wrote it.
        let mut happened: Vec<(usize, [bool; 3])> = Vec::new();
        for ((i, part), ready) in owners.into_iter().zip(of_hands) {
            if ready.write {
                // A death is noticed below.
                let _ = self.hands[i].pump();
            }
            if ready.read {
                if happened.last().is_none_or(|(last, _)| *last != i) {
                    happened.push((i, [false; 3]));
                }
                if let Some((_, parts)) = happened.last_mut() {
                    parts[part as usize] = true;
                }
            }
        }
        for (i, parts) in happened.into_iter().rev() {
            let has = |part: Part| parts[part as usize];
            self.attend(i, has(Part::Channel), has(Part::Stderr), has(Part::Process))?;
        }
        if of_supply.first().is_some_and(|ready| ready.read)
            || supply_due.is_some_and(|due| due <= Instant::now())
        {
            self.listen_to_supply();
        }
        if ready[0].read {
            while let Some(signal) = signals.next()? {
                self.heed(signal);
            }
        }
        self.pass_time();
        Ok(())
    }

    fn heed(&mut self, signal: i32) {
        (self.on_event)(Event::Draining { signal });
        let again = self.draining;
        self.draining = true;
        self.abandon_queue(&NotRun::Signal);
        if again || signal != libc::SIGINT {
            self.stop(CancelReason::Signal);
        }
    }

    fn pass_time(&mut self) {
        let now = Instant::now();
        self.pass_time_of_hands(now);
        if self.stopped.is_some_and(|at| at <= now) && !self.pending.is_empty() {
            self.publishing.kill();
            self.cancel_pending();
        }
        if self.next_reading <= now {
            self.next_reading = now + READING;
            self.read_memory();
            self.tell_loading(false);
            self.reap();
        }
    }

    fn read_memory(&mut self) {
        let mut anon = private(nix::unistd::getpid().as_raw()) + self.publishing.anon() + self.supply.anon();
        for hand in &self.hands {
            let worker = hand.anon();
            self.worker_anon = self.worker_anon.max(worker);
            anon += worker;
        }
        let constant = self.crew.options.arena_bytes;
        (self.on_event)(Event::Memory(MemoryReading {
            arena: constant.saturating_add(self.stock.resident()),
            arena_peak: constant.saturating_add(self.stock.peak()),
            anon,
            worker_anon: self.worker_anon,
        }));
    }
}

/// The parcels, none of them there yet.
fn stock(crew: &Crew<'_>, needs: &Needs, descriptors: usize) -> Stock {
    let made = |id: usize| match crew.tasks[id].kind {
        Kind::Make(parcel) => Some(parcel),
        Kind::Figure => None,
    };
    let uses = (0..crew.tasks.len()).flat_map(|id| needs.of(id).iter().copied().chain(made(id)));
    let mut stock = Stock::new(crew.parcels, uses, crew.options.budget, descriptors);
    let planned = (0..crew.tasks.len()).flat_map(|id| needs.of(id).iter().copied());
    planned.for_each(|parcel: ParcelId| stock.plan(parcel));
    stock
}

/// How the descriptors that are left are shared out.
struct Share {
    /// Kept of parcels.
    descriptors: usize,
    workers: usize,
}

impl Share {
    /// A worker takes three; some are needed in passing.
    fn of(crew: &Crew<'_>) -> Self {
        let all = Self { descriptors: usize::MAX, workers: usize::MAX };
        if crew.parcels.is_empty() {
            return all;
        }
        let Some(free) = free_descriptors() else { return all };
        let free = free.saturating_sub(16);
        let descriptors = (free / 3).max(4);
        // One worker is there already.
        Self { descriptors, workers: 1 + free.saturating_sub(descriptors) / 3 }
    }
}

/// How many more descriptors this process may open.
fn free_descriptors() -> Option<usize> {
    use nix::sys::resource::{Resource, getrlimit};
    let (most, _) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let open = std::fs::read_dir("/proc/self/fd").ok()?.count();
    Some(usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(open))
}
