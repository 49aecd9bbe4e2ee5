//! The one loop of the parent: it hands out tasks, and listens to workers, publisher, signals and
//! time. Every figure is settled exactly once (I3), by [`Supervisor::settle`].

use super::hand::{Due, Hand, Part, Why};
use super::protocol::{Drawing, staged};
use super::publishing::{Publishing, Said};
use super::queue::Queue;
use super::{Crew, fate};
use crate::diag::{CancelReason, Diagnostic, Event, FigureRecord, MemoryReading, NotRun, Outcome};
use crate::sys::memory::{OomKills, private};
use crate::sys::{Child, Ended, Signals, wait};
use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

/// Memory is read so often.
const READING: Duration = Duration::from_millis(500);

/// So many ended workers may wait for being reaped; each holds a descriptor.
const LEAVING: usize = 4;

/// An ended worker is gone after so long, as a rule.
const GONE: Duration = Duration::from_secs(1);

/// After a request to stop, files being published have so long.
const LAST_FILES: Duration = Duration::from_secs(10);

/// A run in progress.
pub(super) struct Supervisor<'a> {
    crew: &'a Crew<'a>,
    on_event: &'a mut dyn FnMut(Event),
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
    deaths_in_a_row: usize,
    oom_kills: OomKills,
    next_reading: Instant,
    worker_anon: u64,
}

impl<'a> Supervisor<'a> {
    /// Starts the publisher and, to know that it can be done, the first worker.
    pub(super) fn start(
        crew: &'a Crew<'a>,
        _supply: &'a mut dyn super::Supply,
        on_event: &'a mut dyn FnMut(Event),
    ) -> io::Result<Self> {
        let publishing = Publishing::start(crew)?;
        let hands = vec![Hand::hire(crew)?];
        Ok(Self {
            crew,
            on_event,
            queue: Queue::new(crew.tasks),
            hands,
            leaving: Vec::new(),
            publishing,
            pending: BTreeMap::new(),
            left: crew.tasks.len(),
            size: crew.options.workers.max(1),
            draining: false,
            stopped: None,
            deaths_in_a_row: 0,
            oom_kills: OomKills::now(),
            next_reading: Instant::now() + READING / 10,
            worker_anon: 0,
        })
    }

    /// Until every figure is settled.
    pub(super) fn run(mut self, signals: &Signals) -> io::Result<()> {
        while self.left > 0 {
            self.assign();
            if self.queue.is_empty() && !self.hands.iter().any(Hand::is_running) {
                self.publishing.flush()?;
            }
            if self.left > 0 {
                self.step(signals)?;
            }
        }
        self.read_memory();
        self.leaving.extend(self.hands.drain(..).map(Hand::dismiss));
        self.publishing.kill();
        Ok(())
    }

    /// Gives every idle worker a task, and hires workers for those left.
    fn assign(&mut self) {
        let crew = self.crew;
        for i in 0..self.hands.len() {
            if self.hands[i].is_idle() {
                self.give(i);
            }
        }
        while !self.queue.is_empty() && self.hands.len() < self.size {
            match Hand::hire(crew) {
                Ok(hand) => {
                    self.hands.push(hand);
                    self.give(self.hands.len() - 1);
                }
                Err(_) if self.reap_one() => {}
                Err(err) if self.hands.is_empty() => {
                    let why = format!("no worker can be started: {err}");
                    self.abandon_queue(&NotRun::Data(why));
                }
                Err(err) => {
                    self.size = self.hands.len();
                    let workers = if self.size == 1 { "worker" } else { "workers" };
                    let text = format!("going on with {} {workers}: no more can be started", self.size);
                    (self.on_event)(Event::Note(Diagnostic::warning(text).caused_by(err.to_string())));
                }
            }
        }
    }

    fn give(&mut self, i: usize) {
        let hand = &mut self.hands[i];
        let Some(task) = self.queue.next(&mut hand.group, self.crew.tasks) else { return };
        match hand.begin(task, self.crew.options.timeout) {
            Ok(()) => (self.on_event)(Event::Started { task, worker: hand.pid() }),
            Err(_) => self.queue.put_back(task, hand.group, self.crew.tasks),
        }
    }

    /// Waits for one or more things to happen and deals with them.
    fn step(&mut self, signals: &Signals) -> io::Result<()> {
        use crate::sys::Interest;
        use std::os::fd::AsFd;
        let due = self.hands.iter().filter_map(Hand::next_due).chain(self.stopped).min();
        let due = due.map_or(self.next_reading, |due| due.min(self.next_reading));
        let mut fds = vec![(signals.as_fd(), Interest::Read), self.publishing.watched()];
        let mut owners = Vec::new();
        for (i, hand) in self.hands.iter().enumerate() {
            for (part, watched) in hand.watched() {
                owners.push((i, part));
                fds.push(watched);
            }
        }
        let ready = wait(&fds, Some(due.saturating_duration_since(Instant::now())))?;
        if ready[1].write {
            self.publishing.pump();
        }
        if ready[1].read {
            self.listen_to_publisher()?;
        }
        // Backwards: a hand that is removed is replaced by one that has been dealt with. A hand's
        // stderr is read before its message, which ends the figure that wrote it.
        let happened: Vec<(usize, Part)> = owners
            .into_iter()
            .zip(&ready[2..])
            .filter(|(_, ready)| ready.read)
            .map(|(owner, _)| owner)
            .collect();
        for i in (0..self.hands.len()).rev() {
            let has = |part| happened.contains(&(i, part));
            self.attend(i, has(Part::Channel), has(Part::Stderr), has(Part::Process))?;
        }
        if ready[0].read {
            while let Some(signal) = signals.next()? {
                self.heed(signal);
            }
        }
        self.pass_time();
        Ok(())
    }

    fn attend(&mut self, i: usize, channel: bool, stderr: bool, process: bool) -> io::Result<()> {
        if stderr || process {
            self.hands[i].read_stderr();
        }
        if (channel || process)
            && let Some(drawing) = self.hands[i].receive()
            && self.drawn(i, drawing)?
        {
            return Ok(());
        }
        if process && let Some(ended) = self.hands[i].ended() {
            self.died(i, ended);
        }
        Ok(())
    }

    /// A worker has drawn; `true` if it left.
    fn drawn(&mut self, i: usize, mut drawing: Drawing) -> io::Result<bool> {
        let limits = &self.crew.options.limits;
        let hand = &mut self.hands[i];
        let stderr = hand.take_stderr();
        hand.figures += 1;
        let leaves = drawing.panicked
            || hand.figures >= limits.figures_a_worker
            || drawing.anon_bytes > limits.worker_anon;
        let known = hand.end().is_some_and(|running| running.task == drawing.task);
        self.worker_anon = self.worker_anon.max(drawing.anon_bytes);
        if known {
            if !drawing.panicked && !stderr.is_empty() {
                let warning = Diagnostic::warning("something was written to stderr while it was drawn");
                drawing.warnings.push(warning.caused_by(stderr));
            }
            if drawing.result.is_ok() {
                self.deaths_in_a_row = 0;
                self.publishing.publish(drawing.task, false)?;
                self.pending.insert(drawing.task, drawing);
            } else {
                self.settle_drawing(drawing);
            }
        }
        if leaves {
            let mut hand = self.hands.swap_remove(i);
            self.queue.release(&mut hand.group);
            self.leaving.push(hand.dismiss());
            if self.leaving.len() > LEAVING {
                self.reap();
            }
        }
        Ok(leaves)
    }

    /// A worker has ended.
    fn died(&mut self, i: usize, ended: Ended) {
        let mut hand = self.hands.swap_remove(i);
        self.queue.release(&mut hand.group);
        let why = hand.why();
        if why.is_none() {
            self.deaths_in_a_row += 1;
        }
        let oom_evidence = match (ended, why) {
            (Ended::Killed(libc::SIGKILL), None) => {
                let before = std::mem::replace(&mut self.oom_kills, OomKills::now());
                self.oom_kills.evidence_since(&before)
            }
            _ => None,
        };
        if let Some(running) = hand.end() {
            let outcome = fate::outcome(fate::Death {
                ended,
                why,
                stderr: hand.take_stderr(),
                timeout: self.crew.options.timeout,
                oom_evidence,
                data_limit: self.crew.options.limits.worker_data,
            });
            self.unstage(running.task);
            self.settle(running.task, outcome, Vec::new(), running.since.elapsed(), Duration::ZERO, 0);
        }
        if self.deaths_in_a_row > self.crew.options.limits.deaths_in_a_row {
            self.abandon_queue(&NotRun::RespawnBudget);
        }
    }

    fn listen_to_publisher(&mut self) -> io::Result<()> {
        match self.publishing.listen(self.crew) {
            Said::Nothing => {}
            Said::Done(published) => {
                for (task, result) in published.0 {
                    let Some(mut drawing) = self.pending.remove(&task) else { continue };
                    match result {
                        Ok(warnings) => drawing.warnings.extend(warnings),
                        Err(diagnostic) => drawing.result = Err(diagnostic),
                    }
                    self.settle_drawing(drawing);
                }
            }
            Said::Replaced => {
                for &task in self.pending.keys() {
                    self.publishing.publish(task, true)?;
                }
            }
            Said::Gone(why) => self.fail_pending(|| Outcome::Failed(Diagnostic::error(why.clone()))),
        }
        Ok(())
    }

    fn fail_pending(&mut self, outcome: impl Fn() -> Outcome) {
        for (task, drawing) in std::mem::take(&mut self.pending) {
            self.unstage(task);
            self.settle(task, outcome(), drawing.warnings, drawing.wall, drawing.cpu, drawing.anon_bytes);
        }
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

    /// Ends the figures being drawn.
    fn stop(&mut self, reason: CancelReason) {
        self.stopped.get_or_insert_with(|| Instant::now() + LAST_FILES);
        for hand in &mut self.hands {
            if hand.is_running() {
                hand.condemn(Why::Cancel(reason), self.crew.options.limits.grace);
            }
        }
    }

    fn pass_time(&mut self) {
        let now = Instant::now();
        for i in (0..self.hands.len()).rev() {
            if self.hands[i].tick(now, self.crew.options.limits.grace) == Due::GaveUp {
                let pid = self.hands[i].pid();
                let text = format!("the worker {pid} does not die and is left behind");
                (self.on_event)(Event::Note(Diagnostic::warning(text)));
                self.leave_behind(i);
            }
        }
        if self.stopped.is_some_and(|at| at <= now) && !self.pending.is_empty() {
            self.publishing.kill();
            self.fail_pending(|| Outcome::Cancelled(CancelReason::Signal));
        }
        if self.next_reading <= now {
            self.next_reading = now + READING;
            self.read_memory();
            self.reap();
        }
    }

    fn reap(&mut self) {
        self.leaving.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }

    /// Waits for an ended worker to be gone; `false` if there is none.
    fn reap_one(&mut self) -> bool {
        let (begin, before) = (Instant::now(), self.leaving.len());
        while self.leaving.len() == before && before > 0 && begin.elapsed() < GONE {
            std::thread::sleep(Duration::from_millis(1));
            self.reap();
        }
        self.leaving.len() < before
    }

    /// Settles a worker that hangs in the kernel as if it had ended, without waiting for it.
    fn leave_behind(&mut self, i: usize) {
        let last = self.hands.len() - 1;
        self.hands.swap(i, last);
        if let Some(hand) = self.hands.pop() {
            let (mut group, running, why) = (hand.group, hand.running(), hand.why());
            self.queue.release(&mut group);
            // Its Drop would wait for ever.
            std::mem::forget(hand.dismiss());
            if let Some(running) = running {
                let death = fate::Death { why, timeout: self.crew.options.timeout, ..fate::Death::killed() };
                self.settle(
                    running.task,
                    fate::outcome(death),
                    Vec::new(),
                    running.since.elapsed(),
                    Duration::ZERO,
                    0,
                );
            }
        }
    }

    fn read_memory(&mut self) {
        let mut anon = private(nix::unistd::getpid().as_raw()) + self.publishing.anon();
        for hand in &self.hands {
            let worker = hand.anon();
            self.worker_anon = self.worker_anon.max(worker);
            anon += worker;
        }
        let arena = self.crew.options.arena_bytes;
        (self.on_event)(Event::Memory(MemoryReading {
            arena,
            arena_peak: arena,
            anon,
            worker_anon: self.worker_anon,
        }));
    }

    /// Removes a task's temporary files.
    fn unstage(&self, task: usize) {
        for file in staged(self.crew.tasks, self.crew.options, task) {
            let _ = self.crew.io.unlink(&file.temp);
        }
    }

    fn abandon_queue(&mut self, reason: &NotRun) {
        for task in self.queue.take_all() {
            let outcome = Outcome::NotRun(reason.clone());
            self.settle(task, outcome, Vec::new(), Duration::ZERO, Duration::ZERO, 0);
        }
    }

    fn settle_drawing(&mut self, drawing: Drawing) {
        let Drawing { task, result, warnings, wall, cpu, anon_bytes, .. } = drawing;
        let outcome = match result {
            Ok(bytes) => Outcome::Ok { files: self.crew.tasks[task].outputs.clone(), bytes },
            Err(diagnostic) => Outcome::of_error(diagnostic),
        };
        self.settle(task, outcome, warnings, wall, cpu, anon_bytes);
    }

    /// The one end of every figure.
    fn settle(
        &mut self,
        task: usize,
        outcome: Outcome,
        warnings: Vec<Diagnostic>,
        wall: Duration,
        cpu: Duration,
        anon_bytes: u64,
    ) {
        let success = outcome.status().is_success();
        let begun = !matches!(outcome, Outcome::NotRun(_) | Outcome::Cancelled(_));
        let of = &self.crew.tasks[task];
        self.left -= 1;
        (self.on_event)(Event::Finished(Box::new(FigureRecord {
            task,
            name: of.name.clone(),
            point: of.point.clone(),
            outputs: of.outputs.clone(),
            outcome,
            wall,
            cpu,
            anon_bytes,
            warnings,
        })));
        if !success && begun && self.crew.options.fail_fast && !self.draining {
            self.draining = true;
            self.abandon_queue(&NotRun::FailFast);
            self.stop(CancelReason::FailFast);
        }
    }
}
