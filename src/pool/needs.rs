//! Which task waits for which parcels, and how far each task is.

use super::{Kind, Origin, ParcelId, Task, Work};

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// For parcels.
    Waiting,
    /// It can be begun.
    Ready,
    Begun,
    Ended,
}

/// The needs of all tasks.
#[derive(Debug)]
pub(super) struct Needs {
    /// What each task needs, without what is missing; rising.
    of: Vec<Vec<ParcelId>>,
    /// Of each parcel those who need or needed it.
    users: Vec<Vec<usize>>,
    /// Number of things that each task waits for: parcels and, to make one, its space.
    waits: Vec<usize>,
    stages: Vec<Stage>,
}

impl Needs {
    pub(super) fn new(tasks: &[Task], parcels: usize) -> Self {
        let mut users = vec![Vec::new(); parcels];
        let of: Vec<Vec<ParcelId>> = tasks
            .iter()
            .enumerate()
            .map(|(id, task)| {
                let mut needs = task.needs.clone();
                needs.sort_unstable();
                needs.dedup();
                needs.iter().for_each(|p| users[*p as usize].push(id));
                needs
            })
            .collect();
        let waits: Vec<usize> = of
            .iter()
            .zip(tasks)
            .map(|(needs, task)| needs.len() + usize::from(task.kind != Kind::Figure))
            .collect();
        let stage = |waits: &usize| if *waits == 0 { Stage::Ready } else { Stage::Waiting };
        let stages = waits.iter().map(stage).collect();
        Self { of, users, waits, stages }
    }

    pub(super) fn of(&self, task: usize) -> &[ParcelId] {
        &self.of[task]
    }

    pub(super) fn stage(&self, task: usize) -> Stage {
        self.stages[task]
    }

    /// The tasks that have not been begun, in the schedule's order.
    pub(super) fn not_begun(&self) -> Vec<usize> {
        let open = |stage| matches!(stage, Stage::Waiting | Stage::Ready);
        (0..self.stages.len()).filter(|id| open(self.stages[*id])).collect()
    }

    pub(super) fn begin(&mut self, task: usize) {
        self.stages[task] = Stage::Begun;
    }

    /// A task ended, in whatever way, or will not be begun; gives what it needed, once.
    pub(super) fn end(&mut self, task: usize) -> Vec<ParcelId> {
        self.stages[task] = Stage::Ended;
        std::mem::take(&mut self.of[task])
    }

    /// A parcel is there; gives the tasks that became ready.
    pub(super) fn came(&mut self, parcel: ParcelId) -> Vec<usize> {
        let users = std::mem::take(&mut self.users[parcel as usize]);
        let ready = users.iter().copied().filter(|user| self.wait_less(*user)).collect();
        self.users[parcel as usize] = users;
        ready
    }

    /// A task waits for one thing less; `true` if it became ready.
    pub(super) fn wait_less(&mut self, task: usize) -> bool {
        if self.stages[task] != Stage::Waiting {
            return false;
        }
        self.waits[task] -= 1;
        if self.waits[task] == 0 {
            self.stages[task] = Stage::Ready;
        }
        self.stages[task] == Stage::Ready
    }

    /// A parcel will never be there: those who wait for it need `instead`. Gives the tasks that became
    /// ready, and the parcels that are needed by one task more each.
    pub(super) fn replace(
        &mut self,
        parcel: ParcelId,
        instead: &[ParcelId],
        is_here: impl Fn(ParcelId) -> bool,
    ) -> (Vec<usize>, Vec<ParcelId>) {
        let (mut ready, mut more) = (Vec::new(), Vec::new());
        for user in std::mem::take(&mut self.users[parcel as usize]) {
            if self.stages[user] != Stage::Waiting {
                continue;
            }
            self.of[user].retain(|p| *p != parcel);
            for p in instead {
                if let Err(at) = self.of[user].binary_search(p) {
                    self.of[user].insert(at, *p);
                    self.users[*p as usize].push(user);
                    self.waits[user] += usize::from(!is_here(*p));
                    more.push(*p);
                }
            }
            if self.wait_less(user) {
                ready.push(user);
            }
        }
        (ready, more)
    }
}

/// What is contradictory in `work`: then some task could wait for ever.
pub(super) fn contradiction(work: &Work) -> Option<String> {
    let made_by = |p: ParcelId| match work.parcels.get(p as usize)?.from {
        Origin::Loader => Some(None),
        Origin::Task(id) => Some(Some(id)),
    };
    let maker = |p: ParcelId, id: usize| work.tasks.get(id).is_some_and(|task| task.kind == Kind::Make(p));
    for (id, task) in work.tasks.iter().enumerate() {
        for &p in &task.needs {
            match made_by(p) {
                None => return Some(format!("task {id} needs parcel {p}, which there is not")),
                Some(Some(by)) if by >= id => {
                    return Some(format!("task {id} needs parcel {p}, which task {by} makes"));
                }
                Some(_) => {}
            }
        }
        if let Kind::Make(p) = task.kind
            && made_by(p) != Some(Some(id))
        {
            return Some(format!("task {id} makes parcel {p}, which does not come from it"));
        }
    }
    for (p, parcel) in work.parcels.iter().enumerate() {
        let Origin::Task(by) = parcel.from else { continue };
        if !maker(p as ParcelId, by) {
            return Some(format!("parcel {p} comes from task {by}, which does not make it"));
        }
        for &other in &parcel.fallback {
            if made_by(other).is_none_or(|other| other.is_some_and(|other| other >= by)) {
                return Some(format!("parcel {other} cannot stand in for parcel {p}"));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::Parcel;

    fn task(needs: &[ParcelId], kind: Kind) -> Task {
        let (name, needs) = (String::new(), needs.to_vec());
        Task { name, point: None, outputs: Vec::new(), group: 0, cost: 1, needs, kind }
    }

    fn parcel(from: Origin, fallback: &[ParcelId]) -> Parcel {
        Parcel { bytes: 1, from, fallback: fallback.to_vec() }
    }

    #[test]
    fn a_task_is_ready_when_the_last_of_its_parcels_is_there() {
        let tasks = [task(&[], Kind::Figure), task(&[1, 0, 1], Kind::Figure), task(&[0], Kind::Make(2))];
        let mut needs = Needs::new(&tasks, 3);
        assert_eq!(needs.stage(0), Stage::Ready);
        assert_eq!(needs.came(0), [0; 0]);
        assert_eq!(needs.came(1), [1]);
        // A result also waits for its space.
        assert!(needs.wait_less(2));
        needs.begin(0);
        assert_eq!(needs.not_begun(), [1, 2]);
        assert_eq!((needs.end(1), needs.end(1)), (vec![0, 1], vec![]));
    }

    #[test]
    fn those_who_wait_for_a_lost_result_need_what_stands_in_for_it() {
        let tasks = [task(&[2], Kind::Figure), task(&[0, 2], Kind::Figure), task(&[1, 2], Kind::Figure)];
        let mut needs = Needs::new(&tasks, 3);
        needs.came(0);
        assert_eq!(needs.end(2), [1, 2]);
        let (ready, more) = needs.replace(2, &[0, 1], |p| p == 0);
        // Task 1 had 0 already; task 2 has ended.
        assert_eq!((ready, more), (vec![], vec![0, 1, 1]));
        assert_eq!((needs.of(0), needs.of(1)), (&[0, 1][..], &[0, 1][..]));
        assert_eq!(needs.came(1), [0, 1]);
    }

    #[test]
    fn work_in_which_something_would_wait_for_ever_is_refused() {
        let figure = |needs: &[ParcelId]| task(needs, Kind::Figure);
        let cases = [
            (vec![figure(&[0])], vec![parcel(Origin::Loader, &[])], None),
            (
                vec![figure(&[1])],
                vec![parcel(Origin::Loader, &[])],
                Some("task 0 needs parcel 1, which there"),
            ),
            (
                vec![figure(&[0]), task(&[], Kind::Make(0))],
                vec![parcel(Origin::Task(1), &[])],
                Some("task 0 needs parcel 0, which task 1 makes"),
            ),
            (
                vec![task(&[], Kind::Make(0))],
                vec![parcel(Origin::Loader, &[])],
                Some("task 0 makes parcel 0, which does not"),
            ),
            (
                vec![figure(&[])],
                vec![parcel(Origin::Task(0), &[])],
                Some("parcel 0 comes from task 0, which"),
            ),
            (
                vec![task(&[], Kind::Make(0)), figure(&[0])],
                vec![parcel(Origin::Task(0), &[0])],
                Some("parcel 0 cannot stand in for parcel 0"),
            ),
        ];
        for (tasks, parcels, expected) in cases {
            let found = contradiction(&Work { tasks, parcels });
            let same = match (&found, expected) {
                (Some(found), Some(expected)) => found.starts_with(expected),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(same, "{found:?} {expected:?}");
        }
    }
}
