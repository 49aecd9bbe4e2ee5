//! Workers: hired, given tasks, heard, replaced, ended.

use super::Supervisor;
use crate::diag::{CancelReason, Diagnostic, Event, NotRun};
use crate::pool::hand::{Due, Hand, Running, Why};
use crate::pool::protocol::{Drawing, Word};
use crate::pool::{Kind, fate};
use crate::sys::Ended;
use crate::sys::memory::OomKills;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// So many ended workers may wait for being reaped; each holds a descriptor.
const LEAVING: usize = 4;

/// An ended worker is gone after so long, as a rule.
const GONE: Duration = Duration::from_secs(1);

/// After a request to stop, files being published have so long.
const LAST_FILES: Duration = Duration::from_secs(10);

impl Supervisor<'_> {
    /// Gives every idle worker a task, and hires workers for those left.
    pub(super) fn assign(&mut self) {
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
                Err(err) => self.limit_workers(self.hands.len(), err.to_string()),
            }
        }
    }

    pub(super) fn limit_workers(&mut self, size: usize, why: String) {
        self.size = size;
        let workers = if size == 1 { "worker" } else { "workers" };
        let text = format!("going on with {size} {workers}: no more can be started");
        (self.on_event)(Event::Note(Diagnostic::warning(text).caused_by(why)));
    }

    fn give(&mut self, i: usize) {
        let tasks = self.crew.tasks;
        let hand = &mut self.hands[i];
        let (needs, held) = (&self.needs, &hand.held);
        let new_data = |task: usize| needs.of(task).iter().filter(|p| !held.contains(p)).count();
        let pressed = self.stock.is_pressed();
        let Some(task) = self.queue.next(&mut hand.group, pressed, tasks, &new_data) else { return };
        let mut parcels = Vec::new();
        for parcel in self.needs.of(task).iter().filter(|p| !hand.held.contains(p)) {
            if let Some(content) = self.stock.hand_out(*parcel) {
                parcels.push((*parcel, content));
            }
        }
        match hand.begin(task, parcels, self.crew.options.timeout) {
            Ok(()) => {
                self.needs.begin(task);
                if tasks[task].kind == Kind::Figure {
                    (self.on_event)(Event::Started { task, worker: self.hands[i].pid() });
                }
            }
            Err(_) => self.queue.push(task, tasks),
        }
    }

    pub(super) fn attend(&mut self, i: usize, channel: bool, stderr: bool, process: bool) -> io::Result<()> {
        if stderr || process {
            self.hands[i].read_stderr();
        }
        while (channel || process)
            && let Some((word, descriptors)) = self.hands[i].receive()
        {
            match word {
                Word::Drawn(drawing) => {
                    if self.drawn(i, *drawing, descriptors)? {
                        return Ok(());
                    }
                }
                Word::Forgotten(parcel) => {
                    if self.hands[i].held.remove(&parcel) {
                        self.stock.dropped(parcel);
                    }
                }
            }
        }
        if process && let Some(ended) = self.hands[i].ended() {
            self.died(i, ended);
        }
        Ok(())
    }

    /// A worker has drawn or made; `true` if it left.
    fn drawn(&mut self, i: usize, mut drawing: Drawing, descriptors: Vec<OwnedFd>) -> io::Result<bool> {
        let limits = &self.crew.options.limits;
        let hand = &mut self.hands[i];
        let stderr = hand.take_stderr();
        hand.figures += 1;
        let leaves = drawing.panicked
            || hand.figures >= limits.figures_a_worker
            || drawing.anon_bytes > limits.worker_anon;
        let known = hand.end().is_some_and(|running| running.task == drawing.task);
        self.worker_anon = self.worker_anon.max(drawing.anon_bytes);
        if leaves {
            let hand = self.hands.swap_remove(i);
            let hand = self.let_go(hand);
            self.leaving.push(hand.dismiss());
            if self.leaving.len() > LEAVING {
                self.reap();
            }
        }
        if known {
            if drawing.result.is_ok() {
                self.deaths_in_a_row = 0;
            }
            if let Kind::Make(parcel) = self.crew.tasks[drawing.task].kind {
                self.made(parcel, drawing, descriptors);
            } else {
                self.release(drawing.task);
                if !drawing.panicked && !stderr.is_empty() {
                    let warning = Diagnostic::warning("something was written to stderr while it was drawn");
                    drawing.warnings.push(warning.caused_by(stderr));
                }
                if drawing.result.is_ok() {
                    self.publishing.publish(drawing.task, false)?;
                    self.pending.insert(drawing.task, drawing);
                } else {
                    self.settle_drawing(drawing);
                }
            }
        }
        Ok(leaves)
    }

    /// A worker is no worker any more: what it holds is dropped.
    fn let_go(&mut self, mut hand: Hand) -> Hand {
        self.queue.release(&mut hand.group);
        for parcel in std::mem::take(&mut hand.held) {
            self.stock.dropped(parcel);
        }
        hand
    }

    /// A worker has ended.
    fn died(&mut self, i: usize, ended: Ended) {
        let hand = self.hands.swap_remove(i);
        let mut hand = self.let_go(hand);
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
            let death = fate::Death {
                ended,
                why,
                stderr: hand.take_stderr(),
                timeout: self.crew.options.timeout,
                oom_evidence,
                data_limit: self.crew.options.limits.worker_data,
                cut_off: match ended {
                    Ended::Killed(libc::SIGBUS) => fate::cut_off(&self.crew.options.mapped),
                    _ => None,
                },
            };
            self.lost(running, death);
        }
        if self.deaths_in_a_row > self.crew.options.limits.deaths_in_a_row {
            self.abandon_queue(&NotRun::RespawnBudget);
        }
    }

    /// A task died with its worker.
    fn lost(&mut self, running: Running, death: fate::Death) {
        let task = running.task;
        let outcome = fate::outcome(death);
        if let Kind::Make(parcel) = self.crew.tasks[task].kind {
            let text = "a result that several figures share could not be computed; each computes it itself";
            let why = outcome.reason().unwrap_or_default();
            if self.stock.is_needed(parcel) {
                (self.on_event)(Event::Note(Diagnostic::warning(text).caused_by(why)));
            }
            self.unmade(task);
        } else {
            self.release(task);
            self.unstage(task);
            self.settle(task, outcome, Vec::new(), running.since.elapsed(), Duration::ZERO, 0);
        }
    }

    /// Ends a result being made that nobody needs any more.
    pub(super) fn interrupt(&mut self, make: usize) {
        for hand in &mut self.hands {
            if hand.running().is_some_and(|running| running.task == make) {
                // Nobody is told the reason.
                hand.condemn(Why::Cancel(CancelReason::FailFast), self.crew.options.limits.grace);
            }
        }
    }

    /// Ends the tasks being drawn.
    pub(super) fn stop(&mut self, reason: CancelReason) {
        self.stopped.get_or_insert_with(|| Instant::now() + LAST_FILES);
        for hand in &mut self.hands {
            if hand.is_running() {
                hand.condemn(Why::Cancel(reason), self.crew.options.limits.grace);
            }
        }
    }

    pub(super) fn pass_time_of_hands(&mut self, now: Instant) {
        for i in (0..self.hands.len()).rev() {
            if self.hands[i].tick(now, self.crew.options.limits.grace) == Due::GaveUp {
                let pid = self.hands[i].pid();
                let text = format!("the worker {pid} does not die and is left behind");
                (self.on_event)(Event::Note(Diagnostic::warning(text)));
                self.leave_behind(i);
            }
        }
    }

    pub(super) fn reap(&mut self) {
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
        let hand = self.hands.remove(i);
        let hand = self.let_go(hand);
        let (running, why) = (hand.running(), hand.why());
        // Its Drop would wait for ever.
        std::mem::forget(hand.dismiss());
        if let Some(running) = running {
            let death = fate::Death { why, timeout: self.crew.options.timeout, ..fate::Death::killed() };
            self.lost(running, death);
        }
    }
}
