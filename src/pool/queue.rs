//! Which of the ready tasks next: similar data stays on one worker; expensive figures come first, or
//! those first in the schedule as long as data wait for space.

use super::{Kind, Task};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// So many groups are looked at for one of whose data a worker has most.
const LOOKED_AT: usize = 16;

/// Figures that touch the same data.
#[derive(Debug, Default)]
struct Group {
    /// Those that are ready, in the schedule's order.
    ids: BTreeSet<usize>,
    /// The same by cost.
    costs: BTreeSet<(u64, Reverse<usize>)>,
    /// Their cost together.
    cost: u64,
    /// Workers that draw from it.
    holders: usize,
}

/// The tasks that are ready and nobody has begun.
#[derive(Debug)]
pub(super) struct Queue {
    /// Of each task.
    group_of: Vec<usize>,
    groups: Vec<Group>,
    /// Groups with figures: unheld ones first, then by cost, then the first of the plan.
    by_cost: BTreeSet<(bool, Reverse<u64>, usize)>,
    /// The same: unheld ones first, then by the first of their figures.
    by_place: BTreeSet<(bool, usize, usize)>,
    /// Results to be made, which others wait for.
    makes: BTreeSet<usize>,
    left: usize,
}

impl Queue {
    /// An empty one for these tasks.
    pub(super) fn new(tasks: &[Task]) -> Self {
        let numbers: BTreeSet<u64> = tasks.iter().map(|task| task.group).collect();
        let numbers: BTreeMap<u64, usize> = numbers.into_iter().zip(0..).collect();
        Self {
            group_of: tasks.iter().map(|task| numbers[&task.group]).collect(),
            groups: numbers.iter().map(|_| Group::default()).collect(),
            by_cost: BTreeSet::new(),
            by_place: BTreeSet::new(),
            makes: BTreeSet::new(),
            left: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Adds a task that is ready.
    pub(super) fn push(&mut self, task: usize, tasks: &[Task]) {
        let added = if tasks[task].kind == Kind::Figure {
            let cost = tasks[task].cost.max(1);
            self.change(self.group_of[task], |group| {
                group.costs.insert((cost, Reverse(task)));
                group.cost = group.cost.saturating_add(cost);
                group.ids.insert(task)
            })
        } else {
            self.makes.insert(task)
        };
        self.left += usize::from(added);
    }

    /// Takes a task out.
    pub(super) fn remove(&mut self, task: usize, tasks: &[Task]) {
        let removed = if tasks[task].kind == Kind::Figure {
            let cost = tasks[task].cost.max(1);
            self.change(self.group_of[task], |group| {
                group.costs.remove(&(cost, Reverse(task)));
                let removed = group.ids.remove(&task);
                group.cost = group.cost.saturating_sub(if removed { cost } else { 0 });
                removed
            })
        } else {
            self.makes.remove(&task)
        };
        self.left -= usize::from(removed);
    }

    /// The next task for a worker whose group is `held`: a result to be made; a figure of that group;
    /// when it is empty, of a group that nobody holds; when there is none, stolen. Of several groups
    /// it is the dearest, or the first in the schedule if `pressed`; among the first of them the one
    /// whose next figure needs the least data that the worker has not (`new_data`).
    pub(super) fn next(
        &mut self,
        held: &mut Option<usize>,
        pressed: bool,
        tasks: &[Task],
        new_data: &dyn Fn(usize) -> usize,
    ) -> Option<usize> {
        if let Some(&make) = self.makes.first() {
            self.remove(make, tasks);
            return Some(make);
        }
        if held.is_none_or(|g| self.groups[g].ids.is_empty()) {
            self.release(held);
            let g = self.choose(pressed, new_data)?;
            self.change(g, |group| group.holders += 1);
            *held = Some(g);
        }
        let task = self.first_of((*held)?, pressed)?;
        self.remove(task, tasks);
        Some(task)
    }

    fn choose(&self, pressed: bool, new_data: &dyn Fn(usize) -> usize) -> Option<usize> {
        let groups: Vec<(bool, usize)> = if pressed {
            self.by_place.iter().map(|&(held, _, g)| (held, g)).take(LOOKED_AT).collect()
        } else {
            self.by_cost.iter().map(|&(held, _, g)| (held, g)).take(LOOKED_AT).collect()
        };
        let (any_held, _) = *groups.first()?;
        let same = groups.into_iter().filter(|(held, _)| *held == any_held).map(|(_, g)| g);
        same.min_by_key(|g| self.first_of(*g, pressed).map(new_data))
    }

    fn first_of(&self, g: usize, pressed: bool) -> Option<usize> {
        let group = &self.groups[g];
        if pressed { group.ids.first().copied() } else { group.costs.last().map(|(_, Reverse(id))| *id) }
    }

    /// A worker with this group is gone.
    pub(super) fn release(&mut self, held: &mut Option<usize>) {
        if let Some(g) = held.take() {
            self.change(g, |group| group.holders -= 1);
        }
    }

    fn change<T>(&mut self, g: usize, change: impl FnOnce(&mut Group) -> T) -> T {
        let keys = |group: &Group| {
            let held = group.holders > 0;
            let first = group.ids.first().copied().unwrap_or(usize::MAX);
            ((held, Reverse(group.cost), g), (held, first, g))
        };
        let (by_cost, by_place) = keys(&self.groups[g]);
        self.by_cost.remove(&by_cost);
        self.by_place.remove(&by_place);
        let result = change(&mut self.groups[g]);
        if !self.groups[g].ids.is_empty() {
            let (by_cost, by_place) = keys(&self.groups[g]);
            self.by_cost.insert(by_cost);
            self.by_place.insert(by_place);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasks(of: &[(u64, u64)]) -> Vec<Task> {
        of.iter()
            .map(|&(group, cost)| Task {
                name: String::new(),
                point: None,
                outputs: Vec::new(),
                group,
                cost,
                needs: Vec::new(),
                kind: Kind::Figure,
            })
            .collect()
    }

    fn queue(tasks: &[Task]) -> Queue {
        let mut queue = Queue::new(tasks);
        (0..tasks.len()).for_each(|id| queue.push(id, tasks));
        queue
    }

    fn nothing(_: usize) -> usize {
        0
    }

    #[test]
    fn a_worker_keeps_its_group_dearest_first_then_steals_from_the_largest() {
        let tasks = tasks(&[(7, 1), (7, 5), (7, 5), (8, 2), (8, 3), (9, 1)]);
        let mut queue = queue(&tasks);
        let (mut a, mut b) = (None, None);
        let mut next = |held: &mut Option<usize>| queue.next(held, false, &tasks, &nothing);
        assert_eq!((next(&mut a), next(&mut b)), (Some(1), Some(4)));
        assert_eq!((next(&mut b), next(&mut b)), (Some(3), Some(5)));
        // Nothing unheld is left: b helps a.
        assert_eq!((next(&mut b), next(&mut a), next(&mut a)), (Some(2), Some(0), None));
        assert!(queue.is_empty());
    }

    #[test]
    fn as_long_as_data_wait_the_schedule_goes_before_cost() {
        let tasks = tasks(&[(8, 1), (7, 1), (7, 50), (8, 9), (9, 70)]);
        let mut queue = queue(&tasks);
        let (mut a, mut b) = (None, None);
        let mut next = |held: &mut Option<usize>| queue.next(held, true, &tasks, &nothing);
        assert_eq!((next(&mut a), next(&mut b)), (Some(0), Some(1)));
        assert_eq!((next(&mut b), next(&mut a), next(&mut b)), (Some(2), Some(3), Some(4)));
    }

    #[test]
    fn a_worker_prefers_the_group_whose_data_it_has_and_results_go_first() {
        let mut tasks = tasks(&[(1, 9), (2, 1), (3, 5), (4, 1)]);
        tasks[3].kind = Kind::Make(0);
        let mut queue = queue(&tasks);
        let mut a = None;
        let mut next = || queue.next(&mut a, false, &tasks, &|task| usize::from(task != 2));
        assert_eq!((next(), next(), next(), next(), next()), (Some(3), Some(2), Some(0), Some(1), None));
    }

    #[test]
    fn a_lost_workers_group_goes_to_the_next_and_what_is_taken_out_does_not_come() {
        let tasks = tasks(&[(1, 1), (1, 1), (2, 9), (2, 9)]);
        let mut queue = queue(&tasks);
        let (mut a, mut b) = (None, None);
        assert_eq!(queue.next(&mut a, false, &tasks, &nothing), Some(2));
        queue.release(&mut a);
        assert_eq!(queue.next(&mut b, false, &tasks, &nothing), Some(3));
        queue.remove(0, &tasks);
        queue.remove(0, &tasks);
        assert_eq!(queue.next(&mut b, false, &tasks, &nothing), Some(1));
        assert_eq!((queue.next(&mut b, false, &tasks, &nothing), queue.is_empty()), (None, true));
        queue.push(3, &tasks);
        assert_eq!(queue.next(&mut b, false, &tasks, &nothing), Some(3));
    }

    #[test]
    fn every_task_comes_once_for_any_number_of_workers() {
        let tasks = tasks(&(0..500).map(|i| (i * 7 % 13, i * 31 % 17)).collect::<Vec<_>>());
        for workers in [1, 2, 5, 40] {
            let mut queue = queue(&tasks);
            let mut held = vec![None; workers];
            let mut seen: Vec<usize> = (0..)
                .map_while(|i: usize| {
                    queue.next(&mut held[i * i % workers], i.is_multiple_of(3), &tasks, &nothing)
                })
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..500).collect::<Vec<_>>());
        }
    }
}
