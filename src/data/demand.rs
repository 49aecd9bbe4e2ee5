//! What a run, or a figure, can touch of the tree: leaves, and per axis which indices.
//!
//! `plan` fills it, `arena` loads it; they meet only here.

use super::IndexSet;
use std::collections::BTreeMap;

/// The demanded part of one leaf: the product of one index set an axis. For a scalar, no axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeafDemand(pub Vec<IndexSet>);

impl LeafDemand {
    /// All of a leaf of this shape.
    pub fn all(shape: &[usize]) -> Self {
        Self(shape.iter().map(|n| IndexSet::all(*n)).collect())
    }

    /// Number of elements.
    pub fn count(&self) -> usize {
        self.0.iter().map(IndexSet::count).product()
    }

    /// The product that holds both (per axis the union; may hold more than the union of products).
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a.union(b)).collect())
    }

    /// What is held for it: of very many small ranges, those with the smallest gaps between them become
    /// one, so that the grid of their product stays a thing to walk over.
    #[must_use]
    pub fn widened(&self) -> Self {
        let mut caps: Vec<usize> = self.0.iter().map(|set| set.ranges().len()).collect();
        // An axis of n ranges has up to 2n + 1 cells.
        while caps.iter().map(|n| 2.0 * *n as f64 + 1.0).product::<f64>() > MOST_CELLS as f64 {
            let Some(most) = caps.iter_mut().filter(|n| **n > 1).max() else { break };
            *most = most.div_ceil(2);
        }
        Self(self.0.iter().zip(caps).map(|(set, cap)| set.coalesced(cap)).collect())
    }
}

/// The most cells that a leaf's grid may have, absent ones counted.
const MOST_CELLS: usize = 1 << 14;

/// How the values of a leaf reach the workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Placed {
    /// Decoded into sealed memory: counts against a memory limit.
    #[default]
    Loaded,
    /// Mapped where they lie in their data file: nothing is loaded, the page cache holds them.
    InPlace,
    /// Decoded once into a segment file, and mapped from there.
    File,
}

/// Leaves by path in the tree, and what of them is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand(pub BTreeMap<String, LeafDemand>);

impl Demand {
    /// Adds a leaf's part to what is there.
    pub fn add(&mut self, path: &str, part: &LeafDemand) {
        match self.0.get_mut(path) {
            Some(old) => *old = old.union(part),
            None => {
                self.0.insert(path.to_owned(), part.clone());
            }
        }
    }

    /// Whether another demand has nothing that this one has not.
    pub fn holds(&self, other: &Self) -> bool {
        other.0.iter().all(|(path, part)| self.0.get(path).is_some_and(|own| own.union(part) == *own))
    }

    /// Adds all of another demand.
    pub fn merge(&mut self, other: &Self) {
        for (path, part) in &other.0 {
            self.add(path, part);
        }
    }
}
