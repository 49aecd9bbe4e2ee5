//! The demand in sealed segments: loaded once by a child, mapped read-only by everyone.

use crate::data::{Demand, Labelled};
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;

/// The loaded data of a run: sealed segments, mapped read-only. Workers inherit it by fork.
#[derive(Debug)]
pub struct Arena {}

impl Arena {
    /// Loads `demand` into sealed memory through a forked loader child.
    ///
    /// # Errors
    /// Too little memory, said before loading; unreadable data, by leaf; a loader that died.
    pub fn load(
        demand: &Demand,
        tree: &Tree,
        progress: &mut dyn FnMut(LoadProgress),
    ) -> Result<Self, Diagnostic> {
        let _ = (demand, tree, progress);
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
}
