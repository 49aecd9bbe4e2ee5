//! What is to be ordered, without names: atoms of data with their sizes, and jobs that need them.

/// A part of the data that is loaded as one, or a shared result.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Atom {
    /// Bytes that count against the budget.
    pub(super) weight: u64,
    /// Bytes that are loaded, wherever they are held then.
    pub(super) bytes: u64,
    /// Bytes that must be decoded to load it: those of all chunks that it touches.
    pub(super) effort: u64,
    /// Which ones go together: those in memory, those in files.
    pub(super) kind: u8,
    /// The job that makes it; it is then neither loaded nor given up before its last use.
    pub(super) made_by: Option<usize>,
}

/// A figure, or what makes a shared result.
#[derive(Clone, Debug, Default)]
pub(super) struct Job {
    /// The atoms it needs, rising.
    pub(super) atoms: Vec<usize>,
    /// The atom it makes. Such a job goes directly before the first one that needs it.
    pub(super) makes: Option<usize>,
}

/// Jobs in the order of the plan, and their atoms.
#[derive(Clone, Debug, Default)]
pub(super) struct Problem {
    pub(super) atoms: Vec<Atom>,
    pub(super) jobs: Vec<Job>,
}

impl Problem {
    /// Bytes of all that must be in memory while a job runs.
    pub(super) fn weight_of(&self, job: usize) -> u64 {
        let job = &self.jobs[job];
        let all = job.atoms.iter().chain(&job.makes);
        all.map(|atom| self.atoms[*atom].weight).fold(0, u64::saturating_add)
    }

    /// For each atom, which jobs need it, in the order of the plan.
    pub(super) fn users(&self) -> Vec<Vec<usize>> {
        let mut users = vec![Vec::new(); self.atoms.len()];
        for (number, job) in self.jobs.iter().enumerate() {
            for atom in &job.atoms {
                users[*atom].push(number);
            }
        }
        users
    }
}
