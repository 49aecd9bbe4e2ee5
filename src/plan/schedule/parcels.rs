//! An order of jobs played through with a budget: what is loaded together, when, and when it goes.

use super::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead of a job is looked for more to load with its data.
const AHEAD: usize = 4096;

/// Atoms that are loaded together, each time they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parcel {
    /// Which, rising.
    pub(super) atoms: Vec<usize>,
    /// Bytes that count against the budget.
    pub(super) weight: u64,
    /// The job that makes it.
    pub(super) made_by: Option<usize>,
}

/// What became of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Played {
    /// In the order in which they are first needed.
    pub(super) parcels: Vec<Parcel>,
    /// For each job, in the order in which they run, the parcels it needs, rising.
    pub(super) needs: Vec<Vec<usize>>,
    /// Most bytes at a time.
    pub(super) peak: u64,
    /// Bytes that are loaded a second time.
    pub(super) reloaded: u64,
    /// Bytes that are decoded for all of it.
    pub(super) effort: u64,
    /// Into how many runs of jobs the order falls whose parcels all fit at once.
    pub(super) waves: usize,
}

/// Atoms that do well together, and their bytes.
type Together = (Vec<usize>, u64);

/// What may be loaded together at most, and how many bytes a parcel of atoms has.
pub(super) struct Limits<'a> {
    /// Most bytes at a time.
    pub(super) budget: u64,
    /// Most bytes of a parcel of several jobs' data.
    pub(super) parcel: u64,
    /// Divides atoms into those that do well together, with the bytes of each group.
    pub(super) split: &'a dyn Fn(&[usize]) -> Vec<Together>,
}

/// Plays `order` through. The parcels that a job needs are there while it runs, and never more than
/// the budget is; `None` if that cannot be.
pub(super) fn play(problem: &Problem, order: &[usize], limits: &Limits<'_>) -> Option<Played> {
    let mut play = Play::new(problem, order, limits);
    for at in 0..order.len() {
        play.end_before(at);
        play.make_ready(at)?;
    }
    Some(play.finish())
}

/// A parcel while it is played.
struct Live {
    parcel: Parcel,
    /// When it is needed from its loading on, rising.
    uses: Vec<usize>,
    /// How many of these are over.
    over: usize,
    /// The jobs that had it.
    users: Vec<usize>,
    here: bool,
}

impl Live {
    fn next(&self) -> Option<usize> {
        self.uses.get(self.over).copied()
    }
}

struct Play<'a> {
    problem: &'a Problem,
    order: &'a [usize],
    limits: &'a Limits<'a>,
    /// For each atom, when it is needed.
    uses: Vec<Vec<usize>>,
    /// The parcel that an atom is in.
    home: Vec<Option<usize>>,
    /// Batch that an atom was last looked at for.
    seen: Vec<usize>,
    parcels: Vec<Live>,
    /// Parcels by their last use.
    ends: BTreeMap<usize, Vec<usize>>,
    /// Those that can be given up, by their next use.
    spare: BTreeSet<(usize, usize)>,
    weight: u64,
    out: Played,
}

impl<'a> Play<'a> {
    fn new(problem: &'a Problem, order: &'a [usize], limits: &'a Limits<'a>) -> Self {
        let atoms = problem.atoms.len();
        let mut uses = vec![Vec::new(); atoms];
        for (at, job) in order.iter().enumerate() {
            problem.jobs[*job].atoms.iter().for_each(|atom| uses[*atom].push(at));
        }
        Self {
            problem,
            order,
            limits,
            uses,
            home: vec![None; atoms],
            seen: vec![usize::MAX; atoms],
            parcels: Vec::new(),
            ends: BTreeMap::new(),
            spare: BTreeSet::new(),
            weight: 0,
            out: Played { needs: vec![Vec::new(); order.len()], ..Played::default() },
        }
    }

    /// Lets parcels go whose last job is over.
    fn end_before(&mut self, at: usize) {
        while let Some(entry) = self.ends.first_entry().filter(|entry| *entry.key() < at) {
            for number in entry.remove() {
                self.drop_parcel(number);
            }
        }
    }

    fn drop_parcel(&mut self, number: usize) {
        let live = &mut self.parcels[number];
        if !std::mem::replace(&mut live.here, false) {
            return;
        }
        if let Some(next) = live.next() {
            self.spare.remove(&(next, number));
        }
        self.weight -= live.parcel.weight;
        for atom in &live.parcel.atoms {
            if self.home[*atom] == Some(number) {
                self.home[*atom] = None;
            }
        }
    }

    /// Has all that the job at `at` needs, and has it use that.
    fn make_ready(&mut self, at: usize) -> Option<()> {
        let problem = self.problem;
        let job = &problem.jobs[self.order[at]];
        let lacking = |play: &Self| -> Vec<usize> {
            job.atoms.iter().copied().filter(|atom| play.home[*atom].is_none()).collect()
        };
        let made = job.makes.map_or(0, |atom| problem.atoms[atom].weight);
        let mut missing = lacking(self);
        if missing.iter().any(|atom| problem.atoms[*atom].made_by.is_some()) {
            return None;
        }
        if !missing.is_empty() || made > 0 {
            let room = self.limits.budget.saturating_sub(self.weight).saturating_sub(made);
            let batch = self.batch(at, &missing, room);
            if self.weight.saturating_add(batch_weight(&batch)).saturating_add(made) <= self.limits.budget {
                batch.into_iter().for_each(|parcel| self.add(at, parcel));
            } else {
                // Only what this job needs, and for that others are given up.
                let mut batch = self.parts(&missing, at, at);
                self.give_up(at, batch_weight(&batch).saturating_add(made));
                if self.weight.saturating_add(batch_weight(&batch)).saturating_add(made) > self.limits.budget
                {
                    self.take_apart(at);
                    missing = lacking(self);
                    batch = self.parts(&missing, at, at);
                }
                if self.weight.saturating_add(batch_weight(&batch)).saturating_add(made) > self.limits.budget
                {
                    return None;
                }
                batch.into_iter().for_each(|parcel| self.add(at, parcel));
            }
        }
        let mut needs: Vec<usize> = job.atoms.iter().filter_map(|atom| self.home[*atom]).collect();
        needs.sort_unstable();
        needs.dedup();
        for number in &needs {
            let live = &mut self.parcels[*number];
            live.users.push(at);
            if let Some(next) = live.next().filter(|next| *next == at) {
                self.spare.remove(&(next, *number));
                live.over += 1;
                if let Some(next) = live.next().filter(|_| live.parcel.made_by.is_none()) {
                    self.spare.insert((next, *number));
                }
            }
        }
        if let Some(atom) = job.makes {
            let parcel = Parcel { atoms: vec![atom], weight: made, made_by: Some(self.order[at]) };
            self.add(at, parcel);
        }
        self.out.peak = self.out.peak.max(self.weight);
        Some(())
    }

    /// What is loaded for the job at `at` and, as far as there is room, for those after it.
    fn batch(&mut self, at: usize, missing: &[usize], room: u64) -> Vec<Parcel> {
        let problem = self.problem;
        let size = |atom: &usize| (problem.atoms[*atom].bytes, problem.atoms[*atom].weight);
        let mut batch = missing.to_vec();
        batch.iter().for_each(|atom| self.seen[*atom] = at);
        let (mut bytes, mut weight) = batch.iter().map(size).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let mut until = at;
        if batch.is_empty() || weight > room {
            return self.parts(&batch, at, at);
        }
        for ahead in at + 1..self.order.len().min(at + AHEAD) {
            let next = &problem.jobs[self.order[ahead]];
            let (mut more, mut heavier) = (0, next.makes.map_or(0, |atom| problem.atoms[atom].weight));
            let from = batch.len();
            for atom in &next.atoms {
                let wanted = self.home[*atom].is_none() && problem.atoms[*atom].made_by.is_none();
                if wanted && self.seen[*atom] != at {
                    self.seen[*atom] = at;
                    let (bytes, weight) = size(atom);
                    more += bytes;
                    heavier += weight;
                    batch.push(*atom);
                }
            }
            if bytes + more > self.limits.parcel || weight + heavier > room {
                batch.truncate(from);
                break;
            }
            (bytes, weight, until) = (bytes + more, weight + heavier, ahead);
        }
        let parts = self.parts(&batch, at, until);
        // Boxes around several parts may be larger than they.
        if until > at && batch_weight(&parts) > room { self.parts(missing, at, at) } else { parts }
    }

    /// Divides what is loaded for the jobs `at..=until`: those that are not needed after them, and
    /// others by how long they are needed.
    fn parts(&self, atoms: &[usize], at: usize, until: usize) -> Vec<Parcel> {
        let mut classes: BTreeMap<(u8, u32), Vec<usize>> = BTreeMap::new();
        for atom in atoms {
            let last = self.uses[*atom].last().copied().unwrap_or(at);
            let long = if last <= until { 0 } else { 1 + (last - until).ilog2() / 2 };
            classes.entry((self.problem.atoms[*atom].kind, long)).or_default().push(*atom);
        }
        let mut parcels = Vec::new();
        for atoms in classes.values_mut() {
            atoms.sort_unstable();
            for (atoms, weight) in (self.limits.split)(atoms) {
                parcels.push(Parcel { atoms, weight, made_by: None });
            }
        }
        parcels
    }

    fn add(&mut self, at: usize, parcel: Parcel) {
        let number = self.parcels.len();
        let after = |atom: &usize| {
            let uses = &self.uses[*atom];
            &uses[uses.partition_point(|job| *job < at)..]
        };
        let mut uses: Vec<usize> = parcel.atoms.iter().flat_map(after).copied().collect();
        if parcel.atoms.len() > 1 {
            uses.sort_unstable();
            uses.dedup();
        }
        for atom in &parcel.atoms {
            self.home[*atom] = Some(number);
        }
        self.weight = self.weight.saturating_add(parcel.weight);
        let last = uses.last().copied().unwrap_or(at);
        self.ends.entry(last).or_default().push(number);
        if let (Some(next), None) = (uses.first(), parcel.made_by) {
            self.spare.insert((*next, number));
        }
        self.parcels.push(Live { parcel, uses, over: 0, users: Vec::new(), here: true });
    }

    /// Gives up what is needed last until `more` fits, but nothing that is needed at `at`.
    fn give_up(&mut self, at: usize, more: u64) {
        let mut light = Vec::new();
        while self.weight.saturating_add(more) > self.limits.budget {
            let Some(&(next, number)) = self.spare.last() else { break };
            if next <= at {
                break;
            }
            self.spare.pop_last();
            if self.parcels[number].parcel.weight == 0 {
                light.push((next, number));
            } else {
                self.drop_parcel(number);
            }
        }
        self.spare.extend(light);
    }

    /// Gives up the parcels that the job at `at` needs, but that hold other things as well.
    fn take_apart(&mut self, at: usize) {
        let here: Vec<usize> =
            self.spare.iter().take_while(|(next, _)| *next <= at).map(|(_, number)| *number).collect();
        here.into_iter().for_each(|number| self.drop_parcel(number));
    }

    fn finish(mut self) -> Played {
        let mut by_first: Vec<(usize, usize)> = self
            .parcels
            .iter()
            .enumerate()
            .filter_map(|(number, live)| Some((*live.users.first()?, number)))
            .collect();
        by_first.sort_unstable();
        let mut loaded = vec![false; self.problem.atoms.len()];
        for (new, (_, number)) in by_first.into_iter().enumerate() {
            let live = &self.parcels[number];
            for atom in live.parcel.atoms.iter().filter(|_| live.parcel.made_by.is_none()) {
                let again = std::mem::replace(&mut loaded[*atom], true);
                let atom = &self.problem.atoms[*atom];
                self.out.effort = self.out.effort.saturating_add(atom.effort);
                self.out.reloaded = self.out.reloaded.saturating_add(if again { atom.bytes } else { 0 });
            }
            for at in &live.users {
                self.out.needs[*at].push(new);
            }
            self.out.parcels.push(live.parcel.clone());
        }
        self.out.waves = waves(&self.out, self.limits.budget);
        self.out
    }
}

fn waves(played: &Played, budget: u64) -> usize {
    let mut waves = 0;
    let mut wave_of = vec![0; played.parcels.len()];
    let mut weight = 0_u64;
    for needs in &played.needs {
        let sum = |of: &mut dyn Iterator<Item = &usize>| {
            of.map(|parcel| played.parcels[*parcel].weight).fold(0, u64::saturating_add)
        };
        let more = sum(&mut needs.iter().filter(|parcel| wave_of[**parcel] != waves));
        weight = weight.saturating_add(more);
        if waves == 0 || weight > budget {
            waves += 1;
            weight = sum(&mut needs.iter());
        }
        needs.iter().for_each(|parcel| wave_of[*parcel] = waves);
    }
    waves
}

fn batch_weight(batch: &[Parcel]) -> u64 {
    batch.iter().map(|parcel| parcel.weight).fold(0, u64::saturating_add)
}
