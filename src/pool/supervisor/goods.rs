//! Parcels: ordered, made, taken in, freed; and what becomes of tasks when one does not come.

use super::Supervisor;
use crate::diag::{Diagnostic, Event, NotRun};
use crate::pool::needs::Stage;
use crate::pool::protocol::Drawing;
use crate::pool::stock::Content;
use crate::pool::{Delivery, Kind, Origin, ParcelId};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// How far loading is, is told so often.
const TELLING: Duration = Duration::from_millis(100);

impl Supervisor<'_> {
    /// Orders the parcels for which there is space, and lets results be made for which there is.
    pub(super) fn order_parcels(&mut self) {
        loop {
            // When nothing else can happen, the next one comes whether it fits or not.
            let stuck = !self.stock.is_busy() && self.queue.is_empty() && !self.is_drawing();
            let Some(parcel) = self.stock.next(stuck) else {
                if stuck && self.pending.is_empty() {
                    self.abandon_waiting();
                }
                return;
            };
            match self.crew.parcels[parcel as usize].from {
                Origin::Loader => {
                    if let Err(err) = self.supply.order(parcel) {
                        let error = Diagnostic::error("data cannot be loaded").caused_by(err.to_string());
                        self.end_loading(&error);
                    }
                }
                Origin::Task(task) => {
                    if self.needs.wait_less(task) {
                        self.queue.push(task, self.crew.tasks);
                    }
                }
            }
        }
    }

    /// Takes in what has been loaded.
    pub(super) fn listen_to_supply(&mut self) {
        match self.supply.listen() {
            Ok(deliveries) => {
                for Delivery { parcel, segments, bytes, failed } in deliveries {
                    self.take_in(parcel, Content { segments, failed }, bytes);
                }
                self.tell_loading(!self.stock.is_loading());
            }
            Err(error) => self.end_loading(&error),
        }
    }

    pub(super) fn tell_loading(&mut self, at_once: bool) {
        let progress = self.supply.loaded();
        if progress != self.told.0 && (at_once || self.told.1.elapsed() >= TELLING) {
            self.told = (progress, Instant::now());
            (self.on_event)(Event::Loading(progress));
        }
    }

    fn take_in(&mut self, parcel: ParcelId, content: Content, bytes: u64) {
        if self.stock.came(parcel, content, bytes) {
            for task in self.needs.came(parcel) {
                self.queue.push(task, self.crew.tasks);
            }
        }
    }

    /// A result is there, or an error.
    pub(super) fn made(&mut self, parcel: ParcelId, drawing: Drawing, segments: Vec<OwnedFd>) {
        match drawing.result {
            Ok(bytes) if segments.len() == 1 => {
                self.release(drawing.task);
                (self.on_event)(Event::Made { task: drawing.task, bytes });
                self.take_in(parcel, Content { segments, failed: Vec::new() }, bytes);
            }
            // Those who need it meet the same error, or do without it.
            _ => self.unmade(drawing.task),
        }
    }

    /// A result will never be there: its users do without it.
    pub(super) fn unmade(&mut self, task: usize) {
        self.lose(task);
        if self.loading_over.is_some() {
            self.abandon_unloadable();
        }
    }

    fn lose(&mut self, task: usize) {
        let Kind::Make(parcel) = self.crew.tasks[task].kind else { return };
        self.release(task);
        self.stock.lose(parcel);
        let instead = self.instead_of(parcel);
        let stock = &self.stock;
        let (ready, more) = self.needs.replace(parcel, &instead, |p| stock.is_here(p));
        // The first of them ends in front of the line.
        for parcel in more.into_iter().rev() {
            self.stock.need(parcel);
        }
        for task in ready {
            self.queue.push(task, self.crew.tasks);
        }
    }

    /// What stands in for a result; where that is a result which is gone for good, what stands in for
    /// it. Rising.
    fn instead_of(&self, parcel: ParcelId) -> Vec<ParcelId> {
        let parcels = self.crew.parcels;
        let mut found = std::collections::BTreeSet::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut open = parcels[parcel as usize].fallback.clone();
        while let Some(p) = open.pop() {
            if !seen.insert(p) {
                continue;
            }
            let gone = match parcels[p as usize].from {
                Origin::Loader => false,
                Origin::Task(task) => self.needs.stage(task) == Stage::Ended && self.stock.is_away(p),
            };
            if gone {
                open.extend(&parcels[p as usize].fallback);
            } else {
                found.insert(p);
            }
        }
        found.into_iter().collect()
    }

    /// A task has ended or will not be begun: frees the parcels that nobody needs any more, and gives
    /// up results that nobody needs.
    pub(super) fn release(&mut self, task: usize) {
        let mut ended = vec![task];
        while let Some(task) = ended.pop() {
            for parcel in self.needs.end(task) {
                self.stock.done(parcel);
                if self.stock.is_needed(parcel) {
                    continue;
                }
                if self.stock.is_here(parcel) {
                    for hand in &mut self.hands {
                        // A death is noticed by its process' end.
                        let _ = hand.forget(parcel);
                    }
                    self.stock.free(parcel);
                } else if let Origin::Task(make) = self.crew.parcels[parcel as usize].from {
                    match self.needs.stage(make) {
                        Stage::Waiting | Stage::Ready => {
                            self.queue.remove(make, self.crew.tasks);
                            self.stock.cancel(parcel);
                            ended.push(make);
                        }
                        Stage::Begun => self.interrupt(make),
                        Stage::Ended => {}
                    }
                }
            }
        }
    }

    /// Nothing is loaded any more: what needs data that are not there is not run.
    fn end_loading(&mut self, error: &Diagnostic) {
        self.loading_over = Some(NotRun::Data(error.to_string()));
        self.stock.nothing_comes();
        self.abandon_unloadable();
    }

    fn abandon_unloadable(&mut self) {
        let Some(reason) = self.loading_over.clone() else { return };
        for task in self.needs.not_begun() {
            // Ended as the maker of something for those before it.
            if self.needs.stage(task) != Stage::Waiting {
                continue;
            }
            let never = |p: &ParcelId| {
                self.crew.parcels[*p as usize].from == Origin::Loader && !self.stock.is_here(*p)
            };
            if self.needs.of(task).iter().any(never) {
                match self.crew.tasks[task].kind {
                    Kind::Make(_) => self.lose(task),
                    Kind::Figure => self.not_run(task, &reason),
                }
            }
        }
    }

    /// Nothing can happen any more, and still there are tasks: they are accounted for.
    fn abandon_waiting(&mut self) {
        let reason = NotRun::Data("the data that it needs did not come".to_owned());
        self.abandon_queue(&reason);
    }
}
