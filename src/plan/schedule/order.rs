//! The order of jobs that lets what is loaded be used up before more is loaded.
//!
//! Greedy, in O(n log n) for n uses of atoms: jobs that need nothing more go first; then the atom that
//! lets most jobs go for its bytes, or the job that lacks fewest bytes, among those that use what is
//! there already; else the next job of the plan. What is there is kept below the budget by giving up
//! what fewest jobs still need for its bytes.

use super::problem::Problem;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// A job uses what is there if that is at least this part of what it lacks: a few labels are no
/// reason to leave the order of the plan.
const WORTH: u64 = 16;
/// Work that giving up may cause, as a multiple of all uses; beyond, nothing is given up any more.
const TURNS: usize = 64;

/// The jobs in the order in which they should run.
pub(super) fn greedy(problem: &Problem, budget: u64) -> Vec<usize> {
    let mut order = Ordering::new(problem, budget);
    let mut next = 0;
    loop {
        if let Some(Reverse(job)) = order.ready.pop() {
            if !order.done[job] && order.lacks[job].count == 0 {
                order.run(job);
            }
            continue;
        }
        let single = order.singles.first().copied();
        let several = order.several.first().copied();
        match (single, several) {
            (Some((cost, _, atom)), other) if other.is_none_or(|(bytes, _)| cost <= bytes) => {
                let user = order.users[atom].iter().copied().find(|job| {
                    !order.done[*job] && order.lacks[*job].count == 1 && order.lacks[*job].which == atom
                });
                // An atom is in the set only as long as there is such a job.
                match user {
                    Some(job) => order.load(job),
                    None => _ = order.singles.pop_first(),
                }
            }
            (_, Some((_, job))) => order.load(job),
            _ => {
                while next < order.done.len() && (order.done[next] || problem.jobs[next].makes.is_some()) {
                    next += 1;
                }
                if next == order.done.len() {
                    return order.order;
                }
                order.load(next);
            }
        }
    }
}

/// The jobs in the order of the plan, each that makes something before the first that needs it.
pub(super) fn planned(problem: &Problem) -> Vec<usize> {
    let mut done = vec![false; problem.jobs.len()];
    let mut order = Vec::with_capacity(problem.jobs.len());
    for job in (0..problem.jobs.len()).filter(|job| problem.jobs[*job].makes.is_none()) {
        makers(problem, job, &mut done, &mut |maker| order.push(maker));
        order.push(job);
    }
    order
}

/// The jobs not done that must be before a job, those that others of them need first.
fn makers(problem: &Problem, job: usize, done: &mut [bool], visit: &mut dyn FnMut(usize)) {
    for atom in &problem.jobs[job].atoms {
        if let Some(maker) = problem.atoms[*atom].made_by
            && !std::mem::replace(&mut done[maker], true)
        {
            makers(problem, maker, done, visit);
            visit(maker);
        }
    }
}

/// What a job lacks.
#[derive(Clone, Copy, Default)]
struct Lack {
    count: usize,
    bytes: u64,
    /// The numbers of the atoms, combined by exclusive or: with one lacking, that one.
    which: usize,
}

struct Ordering<'a> {
    problem: &'a Problem,
    users: Vec<Vec<usize>>,
    /// The first job that needs an atom.
    first: Vec<usize>,
    budget: u64,
    order: Vec<usize>,
    done: Vec<bool>,
    lacks: Vec<Lack>,
    /// Bytes of all that a job needs.
    whole: Vec<u64>,
    /// What loading an atom costs: of one that is made, that of what it is made of as well.
    price: Vec<u64>,
    here: Vec<bool>,
    /// Jobs that still need an atom.
    left: Vec<usize>,
    /// When an atom was used last.
    used: Vec<usize>,
    /// Jobs that lack nothing.
    ready: BinaryHeap<Reverse<usize>>,
    /// Per atom, how many jobs lack only it, and how many of them use what is there.
    waiting: Vec<(u64, u64)>,
    /// Atoms that alone keep a job which uses what is there: bytes a job, first user, number.
    singles: BTreeSet<(u64, usize, usize)>,
    /// Jobs that use what is there and lack several atoms: bytes, number.
    several: BTreeSet<(u64, usize)>,
    /// What could be given up: jobs left for its bytes, last use, number.
    spare: BTreeSet<(u64, usize, usize)>,
    weight: u64,
    turns: usize,
}

impl<'a> Ordering<'a> {
    fn new(problem: &'a Problem, budget: u64) -> Self {
        let users = problem.users();
        let price: Vec<u64> = problem
            .atoms
            .iter()
            .map(|atom| {
                let parts = atom.made_by.map(|job| problem.jobs[job].atoms.as_slice()).unwrap_or_default();
                parts.iter().fold(atom.bytes, |sum, part| sum.saturating_add(problem.atoms[*part].bytes))
            })
            .collect();
        let lack = |atoms: &Vec<usize>| {
            atoms.iter().fold(Lack::default(), |lack, atom| Lack {
                count: lack.count + 1,
                bytes: lack.bytes.saturating_add(price[*atom]),
                which: lack.which ^ atom,
            })
        };
        let lacks: Vec<Lack> = problem.jobs.iter().map(|job| lack(&job.atoms)).collect();
        let mut waiting = vec![(0, 0); problem.atoms.len()];
        let mut ready = BinaryHeap::new();
        for (number, job) in problem.jobs.iter().enumerate().filter(|(_, job)| job.makes.is_none()) {
            match job.atoms[..] {
                [] => ready.push(Reverse(number)),
                [only] => waiting[only].0 += 1,
                _ => {}
            }
        }
        let uses: usize = users.iter().map(Vec::len).sum();
        Self {
            problem,
            budget,
            order: Vec::with_capacity(problem.jobs.len()),
            done: vec![false; problem.jobs.len()],
            whole: lacks.iter().map(|lack| lack.bytes).collect(),
            lacks,
            price,
            here: vec![false; problem.atoms.len()],
            left: users.iter().map(Vec::len).collect(),
            first: users.iter().map(|jobs| jobs.first().copied().unwrap_or(0)).collect(),
            used: vec![0; problem.atoms.len()],
            users,
            ready,
            waiting,
            singles: BTreeSet::new(),
            several: BTreeSet::new(),
            spare: BTreeSet::new(),
            weight: 0,
            turns: TURNS * uses + (1 << 20),
        }
    }

    /// Loads what a job lacks; it is ready then.
    fn load(&mut self, job: usize) {
        let mut before = Vec::new();
        makers(self.problem, job, &mut self.done, &mut |maker| before.push(maker));
        for maker in before {
            self.fetch(maker);
            self.note(maker);
        }
        self.fetch(job);
        self.ready.push(Reverse(job));
    }

    fn fetch(&mut self, job: usize) {
        let problem = self.problem;
        let needs = &problem.jobs[job].atoms;
        // What it uses itself is not given up for it.
        for atom in needs.iter().filter(|atom| self.here[**atom]) {
            self.spare.remove(&self.spare_key(*atom));
        }
        let lacking: Vec<usize> = needs.iter().copied().filter(|atom| !self.here[*atom]).collect();
        let more: u64 = lacking.iter().map(|atom| problem.atoms[*atom].weight).sum();
        while self.weight.saturating_add(more) > self.budget && self.turns > 0 {
            let Some((_, _, atom)) = self.spare.pop_first() else { break };
            self.turns = self.turns.saturating_sub(self.users[atom].len());
            self.weight -= problem.atoms[atom].weight;
            self.turn(atom, false);
        }
        for atom in lacking {
            self.weight += problem.atoms[atom].weight;
            self.turn(atom, true);
        }
        for atom in needs {
            self.used[*atom] = self.order.len();
            self.offer(*atom);
        }
    }

    fn spare_key(&self, atom: usize) -> (u64, usize, usize) {
        let weight = self.problem.atoms[atom].weight.max(1);
        ((self.left[atom] as u64).saturating_mul(1 << 32) / weight, self.used[atom], atom)
    }

    /// Lets an atom that is there be given up.
    fn offer(&mut self, atom: usize) {
        let Some(&super::problem::Atom { weight, made_by: None, .. }) = self.problem.atoms.get(atom) else {
            return;
        };
        if self.here[atom] && weight > 0 {
            let key = self.spare_key(atom);
            self.spare.insert(key);
        }
    }

    /// Takes in that an atom is there, or no more.
    fn turn(&mut self, atom: usize, here: bool) {
        self.here[atom] = here;
        let users = std::mem::take(&mut self.users[atom]);
        for &job in &users {
            if self.done[job] || self.problem.jobs[job].makes.is_some() {
                continue;
            }
            self.wait(job, false);
            let lack = &mut self.lacks[job];
            lack.which ^= atom;
            if here {
                lack.count -= 1;
                lack.bytes = lack.bytes.saturating_sub(self.price[atom]);
            } else {
                lack.count += 1;
                lack.bytes = lack.bytes.saturating_add(self.price[atom]);
            }
            self.wait(job, true);
        }
        self.users[atom] = users;
    }

    /// Puts a job among those that wait, or takes it from them.
    fn wait(&mut self, job: usize, put: bool) {
        let Lack { count, bytes, which } = self.lacks[job];
        let has = self.whole[job].saturating_sub(bytes);
        let touches = has > 0 && has >= bytes / WORTH;
        match count {
            0 if put => self.ready.push(Reverse(job)),
            0 => {}
            1 => {
                let old = self.single_key(which);
                self.singles.remove(&old);
                let (all, touching) = &mut self.waiting[which];
                if put {
                    *all += 1;
                    *touching += u64::from(touches);
                } else {
                    *all -= 1;
                    *touching -= u64::from(touches);
                }
                if *touching > 0 {
                    let new = self.single_key(which);
                    self.singles.insert(new);
                }
            }
            _ if put && touches => _ = self.several.insert((bytes, job)),
            _ => _ = self.several.remove(&(bytes, job)),
        }
    }

    fn single_key(&self, atom: usize) -> (u64, usize, usize) {
        (self.price[atom] / self.waiting[atom].0.max(1), self.first[atom], atom)
    }

    fn run(&mut self, job: usize) {
        self.done[job] = true;
        self.note(job);
    }

    /// Appends a job, and lets go what no other needs.
    fn note(&mut self, job: usize) {
        let problem = self.problem;
        for atom in &problem.jobs[job].atoms {
            if self.here[*atom] {
                self.spare.remove(&self.spare_key(*atom));
            }
            self.used[*atom] = self.order.len();
            self.left[*atom] -= 1;
            if self.left[*atom] > 0 {
                self.offer(*atom);
            } else if self.here[*atom] {
                self.here[*atom] = false;
                self.weight -= problem.atoms[*atom].weight;
            }
        }
        self.order.push(job);
    }
}
