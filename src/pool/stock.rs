//! The parcels: which are there, what they take of the budget, and which comes next.
//!
//! Space is taken in the order of the schedule only. The parcels that have space are therefore always
//! those of a beginning of the schedule, less what was freed; once the tasks before the next parcel's
//! first user have ended, they are what the schedule says for that user, and that fits.

use super::{Origin, Parcel, ParcelId};
use crate::diag::Diagnostic;
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::rc::Rc;

/// The content of a parcel, while the supervisor keeps it.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) segments: Vec<OwnedFd>,
    /// Leaves that could not be loaded.
    pub(super) failed: Vec<(String, Diagnostic)>,
}

#[derive(Debug)]
enum State {
    /// Not there.
    Absent,
    /// Its space is taken, and it is being loaded or is to be made.
    Awaited,
    Here(Rc<Content>),
    /// Those who hold it were told to forget it.
    Going,
    /// It cannot be made.
    Missing,
}

#[derive(Debug)]
struct Shelf {
    state: State,
    from: Origin,
    bytes: u64,
    /// Workers that hold it.
    holders: usize,
    /// Tasks that need it and have not ended.
    users: usize,
}

/// All parcels of a run.
#[derive(Debug)]
pub(super) struct Stock {
    shelves: Vec<Shelf>,
    /// Those without space, the next one first.
    line: VecDeque<ParcelId>,
    budget: Option<u64>,
    /// The most descriptors kept.
    most_descriptors: usize,
    /// Bytes of all that has space.
    taken: u64,
    /// Of these, what is still to be made.
    promised: u64,
    peak: u64,
    descriptors: usize,
    /// Ordered from the supply.
    loading: usize,
    going: usize,
}

impl Stock {
    /// `uses` are the needs of all tasks in the schedule's order, with a result's own parcel among
    /// those of the task that makes it.
    pub(super) fn new(
        parcels: &[Parcel],
        uses: impl Iterator<Item = ParcelId>,
        budget: Option<u64>,
        most_descriptors: usize,
    ) -> Self {
        let shelf = |parcel: &Parcel| Shelf {
            state: State::Absent,
            from: parcel.from,
            bytes: parcel.bytes,
            holders: 0,
            users: 0,
        };
        let mut seen = vec![false; parcels.len()];
        let line = uses.filter(|p| !std::mem::replace(&mut seen[*p as usize], true)).collect();
        Self {
            shelves: parcels.iter().map(shelf).collect(),
            line,
            budget,
            most_descriptors,
            taken: 0,
            promised: 0,
            peak: 0,
            descriptors: 0,
            loading: 0,
            going: 0,
        }
    }

    /// One more task needs it; if it is neither there nor on its way, it is the next.
    pub(super) fn need(&mut self, parcel: ParcelId) {
        let shelf = &mut self.shelves[parcel as usize];
        shelf.users += 1;
        let was_needed = shelf.users > 1;
        if !was_needed && matches!(shelf.state, State::Absent | State::Going) && !self.line.contains(&parcel)
        {
            self.line.push_front(parcel);
        }
    }

    /// One more task needs it, as the schedule says.
    pub(super) fn plan(&mut self, parcel: ParcelId) {
        self.shelves[parcel as usize].users += 1;
    }

    /// A task that needs it has ended.
    pub(super) fn done(&mut self, parcel: ParcelId) {
        self.shelves[parcel as usize].users -= 1;
    }

    pub(super) fn is_needed(&self, parcel: ParcelId) -> bool {
        self.shelves[parcel as usize].users > 0
    }

    pub(super) fn is_here(&self, parcel: ParcelId) -> bool {
        matches!(self.shelves[parcel as usize].state, State::Here(_))
    }

    /// It is neither there nor on its way, for ever if it is a result.
    pub(super) fn is_away(&self, parcel: ParcelId) -> bool {
        matches!(self.shelves[parcel as usize].state, State::Absent | State::Going | State::Missing)
    }

    /// Takes the space of the next parcel, if it fits or `anyway`.
    pub(super) fn next(&mut self, anyway: bool) -> Option<ParcelId> {
        loop {
            let &parcel = self.line.front()?;
            let shelf = &mut self.shelves[parcel as usize];
            match shelf.state {
                State::Absent if shelf.users > 0 => {}
                State::Going if shelf.users > 0 => return None,
                _ => {
                    self.line.pop_front();
                    continue;
                }
            }
            let fits = self.budget.is_none_or(|budget| self.taken.saturating_add(shelf.bytes) <= budget)
                && self.descriptors + self.loading < self.most_descriptors;
            if !fits && !anyway {
                return None;
            }
            self.line.pop_front();
            shelf.state = State::Awaited;
            self.taken = self.taken.saturating_add(shelf.bytes);
            match shelf.from {
                Origin::Loader => self.loading += 1,
                Origin::Task(_) => self.promised = self.promised.saturating_add(shelf.bytes),
            }
            self.measure();
            return Some(parcel);
        }
    }

    /// Whether parcels wait for space.
    pub(super) fn is_pressed(&self) -> bool {
        !self.line.is_empty()
    }

    /// Whether parcels come or go by themselves.
    pub(super) fn is_busy(&self) -> bool {
        self.loading > 0 || self.going > 0
    }

    pub(super) fn is_loading(&self) -> bool {
        self.loading > 0
    }

    /// It has come, with so many bytes; `false` if nobody needs it any more, or it was not awaited.
    pub(super) fn came(&mut self, parcel: ParcelId, content: Content, bytes: u64) -> bool {
        let Some(Shelf { state: State::Awaited, .. }) = self.shelves.get(parcel as usize) else {
            return false;
        };
        self.leave(parcel, State::Absent);
        let shelf = &mut self.shelves[parcel as usize];
        if shelf.users == 0 {
            return false;
        }
        self.taken = self.taken.saturating_add(bytes);
        self.descriptors += content.segments.len();
        shelf.bytes = bytes;
        shelf.state = State::Here(Rc::new(content));
        self.measure();
        true
    }

    /// It is not awaited any more: nobody needs it.
    pub(super) fn cancel(&mut self, parcel: ParcelId) {
        if matches!(self.shelves[parcel as usize].state, State::Awaited) {
            self.leave(parcel, State::Absent);
        }
    }

    /// It cannot be made.
    pub(super) fn lose(&mut self, parcel: ParcelId) {
        self.cancel(parcel);
        self.shelves[parcel as usize].state = State::Missing;
    }

    /// Nothing that was ordered comes.
    pub(super) fn nothing_comes(&mut self) {
        for parcel in 0..self.shelves.len() {
            if self.shelves[parcel].from == Origin::Loader {
                self.cancel(parcel as ParcelId);
            }
        }
    }

    /// Gives back the space of an awaited parcel.
    fn leave(&mut self, parcel: ParcelId, state: State) {
        let shelf = &mut self.shelves[parcel as usize];
        shelf.state = state;
        self.taken -= shelf.bytes;
        match shelf.from {
            Origin::Loader => self.loading -= 1,
            Origin::Task(_) => self.promised -= shelf.bytes,
        }
    }

    /// Lets go of a parcel that is there; its space is free when the last holder has dropped it.
    pub(super) fn free(&mut self, parcel: ParcelId) {
        let shelf = &mut self.shelves[parcel as usize];
        let State::Here(content) = &shelf.state else { return };
        self.descriptors -= content.segments.len();
        shelf.state = State::Going;
        self.going += 1;
        self.settle(parcel);
    }

    /// The content, for one more holder.
    pub(super) fn hand_out(&mut self, parcel: ParcelId) -> Option<Rc<Content>> {
        let shelf = &mut self.shelves[parcel as usize];
        let State::Here(content) = &shelf.state else { return None };
        shelf.holders += 1;
        Some(Rc::clone(content))
    }

    /// A holder has forgotten it, or is gone.
    pub(super) fn dropped(&mut self, parcel: ParcelId) {
        self.shelves[parcel as usize].holders -= 1;
        self.settle(parcel);
    }

    fn settle(&mut self, parcel: ParcelId) {
        let shelf = &mut self.shelves[parcel as usize];
        if shelf.holders == 0 && matches!(shelf.state, State::Going) {
            shelf.state = State::Absent;
            self.going -= 1;
            self.taken -= shelf.bytes;
        }
    }

    fn measure(&mut self) {
        self.peak = self.peak.max(self.resident());
    }

    /// Bytes of what is there, is being loaded, or is not forgotten yet.
    pub(super) fn resident(&self) -> u64 {
        self.taken - self.promised
    }

    /// The most that [`Self::resident`] was.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcels(of: &[(u64, Origin)]) -> Vec<Parcel> {
        of.iter().map(|&(bytes, from)| Parcel { bytes, from, fallback: Vec::new() }).collect()
    }

    fn content(segments: usize) -> Content {
        let open = || OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
        Content { segments: (0..segments).map(|_| open()).collect(), failed: Vec::new() }
    }

    fn stock(of: &[(u64, Origin)], uses: &[ParcelId], budget: Option<u64>) -> Stock {
        let mut stock = Stock::new(&parcels(of), uses.iter().copied(), budget, 8);
        uses.iter().for_each(|p| stock.plan(*p));
        stock
    }

    use Origin::{Loader, Task};

    #[test]
    fn space_is_taken_in_the_schedules_order_and_not_past_one_that_does_not_fit() {
        let mut stock = stock(&[(4, Loader), (7, Loader), (1, Loader)], &[2, 0, 1], Some(10));
        assert_eq!((stock.next(false), stock.next(false)), (Some(2), Some(0)));
        // 1 + 4 + 7 > 10, and nothing behind it goes first.
        assert_eq!((stock.next(false), stock.is_pressed(), stock.resident()), (None, true, 5));
        assert!(stock.came(0, content(1), 3));
        assert_eq!((stock.resident(), stock.peak(), stock.is_loading()), (4, 5, true));
        stock.done(0);
        stock.free(0);
        assert_eq!((stock.resident(), stock.next(false)), (1, Some(1)));
        assert!(!stock.is_pressed());
    }

    #[test]
    fn space_is_free_when_the_last_holder_has_dropped_it() {
        let mut stock = stock(&[(9, Loader), (5, Loader)], &[0, 1], Some(10));
        assert_eq!(stock.next(false), Some(0));
        assert!(stock.came(0, content(2), 9));
        assert_eq!(stock.hand_out(0).unwrap().segments.len(), 2);
        assert!(stock.hand_out(0).is_some());
        stock.done(0);
        stock.free(0);
        assert!(stock.hand_out(0).is_none() && stock.is_busy());
        stock.dropped(0);
        assert_eq!((stock.next(false), stock.resident()), (None, 9));
        stock.dropped(0);
        assert_eq!((stock.next(false), stock.resident()), (Some(1), 5));
    }

    #[test]
    fn what_does_not_fit_comes_anyway_when_it_must() {
        let mut stock = stock(&[(20, Loader)], &[0], Some(10));
        assert_eq!((stock.next(false), stock.next(true), stock.peak()), (None, Some(0), 20));
    }

    #[test]
    fn what_nobody_needs_any_more_is_not_ordered_and_not_kept() {
        let mut stock = stock(&[(1, Loader), (2, Loader)], &[0, 1], None);
        stock.done(0);
        assert_eq!(stock.next(false), Some(1));
        stock.done(1);
        assert!(!stock.came(1, content(1), 2));
        assert_eq!((stock.resident(), stock.is_busy(), stock.next(true)), (0, false, None));
        assert!(!stock.came(1, content(1), 2) && !stock.came(77, content(1), 2), "not awaited");
    }

    #[test]
    fn a_result_has_its_space_before_it_is_made_and_is_resident_once_it_is() {
        let mut stock = stock(&[(3, Task(0)), (8, Loader)], &[0, 1], Some(10));
        assert_eq!((stock.next(false), stock.resident(), stock.is_loading()), (Some(0), 0, false));
        assert_eq!(stock.next(false), None, "3 + 8 > 10");
        assert!(stock.came(0, content(1), 2));
        assert_eq!((stock.resident(), stock.next(false)), (2, Some(1)));
    }

    #[test]
    fn what_stands_in_for_a_lost_result_comes_next_also_if_it_was_freed() {
        let mut stock = stock(&[(3, Loader), (1, Task(0)), (2, Loader)], &[0, 1, 2], Some(5));
        assert_eq!((stock.next(false), stock.next(false)), (Some(0), Some(1)));
        assert!(stock.came(0, content(1), 3));
        let held = stock.hand_out(0);
        stock.done(0);
        stock.free(0);
        stock.lose(1);
        assert!(stock.is_away(1) && stock.is_away(0));
        stock.need(0);
        assert_eq!(stock.next(true), None, "its holder has not dropped it yet");
        drop(held);
        stock.dropped(0);
        assert_eq!((stock.next(false), stock.next(false), stock.is_pressed()), (Some(0), Some(2), false));
    }

    #[test]
    fn no_more_descriptors_are_kept_than_allowed_unless_it_must_be() {
        let of = [(0, Loader); 20];
        let uses: Vec<ParcelId> = (0..20).collect();
        let mut stock = stock(&of, &uses, Some(1));
        let ordered: Vec<ParcelId> = std::iter::from_fn(|| stock.next(false)).collect();
        assert_eq!(ordered.len(), 8);
        for parcel in &ordered[..4] {
            assert!(stock.came(*parcel, content(2), 0));
        }
        assert_eq!(stock.next(false), None);
        for parcel in &ordered[..4] {
            stock.done(*parcel);
            stock.free(*parcel);
        }
        assert_eq!(std::iter::from_fn(|| stock.next(false)).count(), 4);
        stock.nothing_comes();
        assert!(!stock.is_busy());
    }
}
