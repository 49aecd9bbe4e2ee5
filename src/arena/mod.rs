//! The demand in sealed segments: loaded once by a child, mapped read-only by everyone.

use crate::data::{Demand, Labelled};
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;
use std::collections::BTreeMap;

/// How to load.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Most bytes that the arena may hold (`--memory-limit`); limits of the machine hold besides.
    pub memory_limit: Option<u64>,
    /// Threads that decode in the loader child; `None` for all usable cores.
    pub threads: Option<usize>,
}

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// What could be loaded.
    pub arena: Arena,
    /// What could not, by the demanded leaf's path: only figures that need these fail.
    pub failed: BTreeMap<String, Diagnostic>,
}

/// The loaded data of a run: sealed segments, mapped read-only. Workers inherit it by fork.
#[derive(Debug)]
pub struct Arena {}

impl Arena {
    /// Loads `demand` into sealed memory through a forked loader child.
    ///
    /// # Errors
    /// Too little memory, said before loading; a loader that cannot be forked. A leaf that cannot
    /// be read is in [`Loaded::failed`].
    pub fn load(
        demand: &Demand,
        tree: &Tree,
        options: &Options,
        progress: &mut dyn FnMut(LoadProgress),
    ) -> Result<Loaded, Diagnostic> {
        let _ = (demand, tree, options, progress);
        unimplemented!()
    }

    /// The leaf at a path as a view; parts that were not demanded are absent.
    ///
    /// # Errors
    /// If it was not loaded.
    pub fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        let _ = path;
        unimplemented!()
    }

    /// Bytes of all segments.
    pub fn bytes(&self) -> u64 {
        unimplemented!()
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        unimplemented!()
    }

    /// The segments that hold what `demand` touches, rising: figures with the same ones belong on
    /// the same worker.
    pub fn segments_of(&self, demand: &Demand) -> Vec<u32> {
        let _ = demand;
        unimplemented!()
    }
}
