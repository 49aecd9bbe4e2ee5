//! Which figure next: similar data stays on one worker, expensive figures come first.

use super::Task;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Tasks that touch the same data.
#[derive(Debug)]
struct Group {
    /// Dearest last.
    tasks: Vec<usize>,
    /// Cost of those left.
    cost: u64,
    /// Workers that draw from it.
    holders: usize,
}

/// The tasks that nobody has begun.
#[derive(Debug)]
pub(super) struct Queue {
    groups: Vec<Group>,
    /// Groups with tasks left: unheld ones last, then by cost, then the first of the plan.
    order: BTreeSet<(bool, u64, Reverse<usize>)>,
    left: usize,
}

impl Queue {
    pub(super) fn new(tasks: &[Task]) -> Self {
        let mut by_number: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (id, task) in tasks.iter().enumerate() {
            by_number.entry(task.group).or_default().push(id);
        }
        let groups: Vec<Group> = by_number
            .into_values()
            .map(|mut ids| {
                ids.sort_by_key(|&id| (tasks[id].cost, Reverse(id)));
                let cost = ids.iter().map(|&id| tasks[id].cost.max(1)).fold(0, u64::saturating_add);
                Group { tasks: ids, cost, holders: 0 }
            })
            .collect();
        let order = (0..groups.len()).map(|g| (true, groups[g].cost, Reverse(g))).collect();
        Self { groups, order, left: tasks.len() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// The next task for a worker whose group is `held`: of that group; when it is empty, of the
    /// dearest group that nobody holds; when there is none, stolen from the dearest.
    pub(super) fn next(&mut self, held: &mut Option<usize>, tasks: &[Task]) -> Option<usize> {
        if held.is_none_or(|g| self.groups[g].tasks.is_empty()) {
            self.release(held);
            let &(_, _, Reverse(g)) = self.order.last()?;
            self.change(g, |group| group.holders += 1);
            *held = Some(g);
        }
        let g = (*held)?;
        let mut taken = None;
        self.change(g, |group| {
            taken = group.tasks.pop();
            group.cost = group.cost.saturating_sub(taken.map_or(0, |id| tasks[id].cost.max(1)));
        });
        self.left -= usize::from(taken.is_some());
        taken
    }

    /// Puts back a task that a worker could not be given.
    pub(super) fn put_back(&mut self, task: usize, held: Option<usize>, tasks: &[Task]) {
        if let Some(g) = held {
            self.change(g, |group| {
                group.tasks.push(task);
                group.cost = group.cost.saturating_add(tasks[task].cost.max(1));
            });
            self.left += 1;
        }
    }

    /// A worker with this group is gone.
    pub(super) fn release(&mut self, held: &mut Option<usize>) {
        if let Some(g) = held.take() {
            self.change(g, |group| group.holders -= 1);
        }
    }

    /// Takes all that is left, in the plan's order.
    pub(super) fn take_all(&mut self) -> Vec<usize> {
        let mut all: Vec<usize> = self.groups.iter_mut().flat_map(|group| group.tasks.drain(..)).collect();
        all.sort_unstable();
        self.order.clear();
        self.left = 0;
        all
    }

    fn change(&mut self, g: usize, change: impl FnOnce(&mut Group)) {
        let key = |group: &Group| (group.holders == 0, group.cost, Reverse(g));
        self.order.remove(&key(&self.groups[g]));
        change(&mut self.groups[g]);
        if !self.groups[g].tasks.is_empty() {
            self.order.insert(key(&self.groups[g]));
        }
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
                kind: crate::pool::Kind::Figure,
            })
            .collect()
    }

    #[test]
    fn a_worker_keeps_its_group_dearest_first_then_steals_from_the_largest() {
        let tasks = tasks(&[(7, 1), (7, 5), (7, 5), (8, 2), (8, 3), (9, 1)]);
        let mut queue = Queue::new(&tasks);
        let (mut a, mut b) = (None, None);
        let mut next = |held: &mut Option<usize>| queue.next(held, &tasks);
        assert_eq!((next(&mut a), next(&mut b)), (Some(1), Some(4)));
        assert_eq!((next(&mut b), next(&mut b)), (Some(3), Some(5)));
        // Nothing unheld is left: b helps a.
        assert_eq!((next(&mut b), next(&mut a), next(&mut a)), (Some(2), Some(0), None));
        assert!(queue.is_empty());
    }

    #[test]
    fn a_lost_workers_group_goes_to_the_next_and_the_rest_can_be_taken() {
        let tasks = tasks(&[(1, 1), (1, 1), (2, 9), (2, 9)]);
        let mut queue = Queue::new(&tasks);
        let (mut a, mut b) = (None, None);
        assert_eq!(queue.next(&mut a, &tasks), Some(2));
        queue.release(&mut a);
        assert_eq!(queue.next(&mut b, &tasks), Some(3));
        assert_eq!(queue.take_all(), [0, 1]);
        assert_eq!((queue.next(&mut b, &tasks), queue.is_empty()), (None, true));
    }

    #[test]
    fn every_task_comes_once_for_any_number_of_workers() {
        let tasks = tasks(&(0..500).map(|i| (i * 7 % 13, i * 31 % 17)).collect::<Vec<_>>());
        for workers in [1, 2, 5, 40] {
            let mut queue = Queue::new(&tasks);
            let mut held = vec![None; workers];
            let mut seen: Vec<usize> =
                (0..).map_while(|i: usize| queue.next(&mut held[i * i % workers], &tasks)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..500).collect::<Vec<_>>());
        }
    }
}
