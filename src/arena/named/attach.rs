//! The guests' side: the directory, the index and the segments of an arena that another process holds.

use super::directory::{Directory, Held, Owner};
use super::index::{FORMAT, Index, Inputs, Leaf, VERSION};
use super::{Missing, is_alive, look, none_named, sources};
use crate::data::{Demand, LeafDemand};
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;
use crate::sys::memfd::Sealed;
use crate::sys::process;
use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

/// How often one looks whether the data are loaded.
const TICK: Duration = Duration::from_millis(20);
/// The longest index that is read.
const MOST_INDEX: u64 = 1 << 30;

/// An arena of another process, held open: what happens to that process changes nothing here.
#[derive(Debug)]
pub struct Attached {
    name: String,
    segments: Vec<Sealed>,
    index: Index,
    /// Leaves of which something is here, and all of their coordinates.
    whole: BTreeSet<String>,
}

impl Attached {
    /// Opens the arena of this name; while it is being loaded, `waiting` is told how far that is, and
    /// may break off.
    ///
    /// # Errors
    /// A name that nobody serves (with those that are served), an owner that has ended, memory that is
    /// not sealed or not what the directory says, an index of another version, sources that have
    /// changed since they were loaded.
    pub fn open(
        name: &str,
        waiting: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
    ) -> Result<Self, Diagnostic> {
        super::check_name(name)?;
        process::allow_many_descriptors();
        loop {
            let directory = match look(name) {
                Ok(directory) => directory,
                Err(Missing::Absent) => return Err(none_named(name)),
                Err(Missing::Refused(error)) => return Err(error),
            };
            if !is_alive(directory.owner) {
                return Err(dead(name, directory.owner));
            }
            // Once ready is seen, everything else is final, but this look may have been at the rest
            // first.
            if directory.ready.is_some() {
                if let Ok(Directory { owner, ready: Some((index, segments)), .. }) = look(name) {
                    return Self::of(name, owner, index, &segments);
                }
                continue;
            }
            if waiting(LoadProgress { done: directory.done, total: directory.total, reused: 0 }).is_break() {
                return Err(Diagnostic::error(format!("the arena `{name}` is still being loaded")));
            }
            std::thread::sleep(TICK);
        }
    }

    fn of(name: &str, owner: Owner, index: Held, segments: &[Held]) -> Result<Self, Diagnostic> {
        let open = |held: &Held| -> io::Result<Sealed> {
            let sealed = process::sealed_of(owner.pid, held.fd)?;
            let len = sealed.size()?;
            if len == held.len {
                return Ok(sealed);
            }
            let why = format!("it has {len} bytes, the directory says {}", held.len);
            Err(io::Error::new(io::ErrorKind::InvalidData, why))
        };
        let opened = open(&index).and_then(|index| {
            let segments = segments.iter().map(open).collect::<io::Result<Vec<_>>>()?;
            Ok((index, segments))
        });
        // Whatever was opened was the owner's only if it is still the same process.
        if !is_alive(owner) {
            return Err(dead(name, owner));
        }
        let broken = |why: String| {
            Diagnostic::error(format!("the arena `{name}` of process {} cannot be used", owner.pid))
                .caused_by(why)
        };
        let (held, segments) = opened.map_err(|err| broken(err.to_string()))?;
        if index.len == 0 || index.len > MOST_INDEX {
            return Err(broken(format!("its index has {} bytes", index.len)));
        }
        let mapping = held.map().map_err(|err| broken(err.to_string()))?;
        let index: Index =
            serde_json::from_slice(mapping.as_ref()).map_err(|err| broken(format!("its index: {err}")))?;
        let ours = env!("CARGO_PKG_VERSION");
        if (index.format.as_str(), index.version) != (FORMAT, VERSION) {
            return Err(broken(format!("its index is of version {}, not {VERSION}", index.version)));
        }
        if index.shmplot != ours {
            let why = format!("shmplot {} loaded it, this is {ours}", index.shmplot);
            return Err(broken(why).help("end it and serve the data anew".to_owned()));
        }
        let whole = index
            .leaves
            .iter()
            .filter(|(_, leaf)| is_sound(leaf, segments.len()))
            .filter(|(_, leaf)| {
                leaf.coords
                    .values()
                    .all(|path| path.as_str().is_some_and(|path| index.leaves.contains_key(path)))
            })
            .map(|(path, _)| path.clone())
            .collect();
        let attached = Self { name: name.to_owned(), segments, index, whole };
        match sources::changed(&attached.index.sources) {
            Some(how) => Err(attached.outdated(&how)),
            None => Ok(attached),
        }
    }

    /// The data that it was loaded from.
    pub fn inputs(&self) -> &Inputs {
        &self.index.data
    }

    /// Makes sure that an opened tree is of the same data in the same state.
    ///
    /// # Errors
    /// What differs.
    pub fn check(&self, tree: &Tree) -> Result<(), Diagnostic> {
        match sources::difference(&self.index.sources, &sources::stamps(tree)?) {
            Some(how) => Err(self.outdated(&how)),
            None => Ok(()),
        }
    }

    fn outdated(&self, how: &str) -> Diagnostic {
        let name = &self.name;
        Diagnostic::error(format!("{how} since the arena `{name}` was loaded")).help(format!(
            "end it (`shmplot arena rm {name}`) and serve the data anew, or draw without `--attach`"
        ))
    }

    /// Whether all of `part` of the leaf at `path` is here, with its coordinates.
    pub fn serves(&self, path: &str, part: &LeafDemand) -> bool {
        self.whole.contains(path) && self.index.leaves.get(path).is_some_and(|leaf| covers(leaf, part))
    }

    /// What of a demand is not here and must be loaded.
    pub fn left(&self, demand: &Demand) -> Demand {
        let left = demand.0.iter().filter(|(path, part)| !self.serves(path, part));
        Demand(left.map(|(path, part)| (path.clone(), part.clone())).collect())
    }

    /// Number of leaves of which something is here.
    pub fn leaves(&self) -> usize {
        self.whole.len()
    }

    /// Descriptors of its segments, for [`Arena`](crate::arena::Arena).
    ///
    /// # Errors
    /// Too many open descriptors.
    pub fn segments(&self) -> Result<Vec<OwnedFd>, Diagnostic> {
        let own = |sealed: &Sealed| sealed.as_fd().try_clone_to_owned();
        self.segments.iter().map(own).collect::<io::Result<_>>().map_err(|err| {
            Diagnostic::error(format!("cannot hold the arena `{}`", self.name)).caused_by(err.to_string())
        })
    }
}

fn dead(name: &str, owner: Owner) -> Diagnostic {
    Diagnostic::error(format!("process {}, which served the arena `{name}`, has ended", owner.pid))
        .help(format!("serve it anew: `shmplot arena serve {name} --data …`"))
}

/// Whether what the index says of a leaf can be.
fn is_sound(leaf: &Leaf, segments: usize) -> bool {
    let rank = leaf.shape.len();
    leaf.dims.len() == rank
        && leaf.shown.as_ref().is_none_or(|shown| shown.len() == rank)
        && !leaf.blocks.is_empty()
        && leaf
            .blocks
            .iter()
            .all(|block| block.start.len() == rank && block.count.len() == rank && block.segment < segments)
}

/// Whether the blocks of a leaf, which are disjoint, hold all of `part`.
fn covers(leaf: &Leaf, part: &LeafDemand) -> bool {
    let rank = leaf.shape.len();
    if part.0.len() != rank {
        return false;
    }
    // The demand has the axes as they are shown.
    let shown = leaf.shown.as_ref().unwrap_or(&leaf.dims);
    let axes: Option<Vec<usize>> =
        leaf.dims.iter().map(|dim| shown.iter().position(|other| other == dim)).collect();
    let axes = match axes {
        Some(axes) if leaf.shown.is_some() => axes,
        _ => (0..rank).collect(),
    };
    let held = leaf.blocks.iter().fold(0_u128, |sum, block| {
        let inside = axes.iter().enumerate().map(|(stored, axis)| {
            let (start, count) = (block.start[stored], block.count[stored]);
            let end = start.saturating_add(count);
            let both = part.0[*axis]
                .ranges()
                .iter()
                .map(|range| (range.end as u64).min(end).saturating_sub((range.start as u64).max(start)));
            both.sum::<u64>()
        });
        sum.saturating_add(inside.fold(1_u128, |n, len| n.saturating_mul(u128::from(len))))
    });
    let wanted = part.0.iter().fold(1_u128, |n, set| n.saturating_mul(set.count() as u128));
    held >= wanted
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "an axis with one range")]
mod tests {
    use super::*;
    use crate::data::IndexSet;

    fn leaf(shown: Option<&[&str]>, blocks: &[([u64; 2], [u64; 2])]) -> Leaf {
        let blocks: Vec<serde_json::Value> = blocks
            .iter()
            .map(|(start, count)| serde_json::json!({"start": start, "count": count, "segment": 0, "offset": 64}))
            .collect();
        let mut leaf = serde_json::json!({"dtype": "<f8", "type": "float64", "dims": ["a", "b"],
            "shape": [10, 20], "blocks": blocks, "coords": {}, "attrs": {}});
        if let Some(shown) = shown {
            leaf["shown"] = serde_json::json!(shown);
        }
        serde_json::from_value(leaf).unwrap()
    }

    #[test]
    fn a_leaf_is_served_when_its_blocks_hold_all_that_is_wanted() {
        let part = |a: std::ops::Range<usize>, b: &[std::ops::Range<usize>]| {
            LeafDemand(vec![IndexSet::from_ranges([a]), IndexSet::from_ranges(b.to_vec())])
        };
        let whole = leaf(None, &[([0, 0], [10, 20])]);
        assert!(covers(&whole, &part(0..10, &[0..20])) && covers(&whole, &part(3..4, &[1..2, 19..20])));
        let halves = leaf(None, &[([0, 0], [5, 20]), ([5, 0], [5, 10])]);
        assert!(covers(&halves, &part(4..6, &[0..10])));
        assert!(!covers(&halves, &part(4..6, &[0..11])));
        assert!(covers(&halves, &part(0..5, &[0..20])));
        assert!(!covers(&halves, &LeafDemand(vec![])));
        // Stored as (a, b), shown as (b, a): the demand comes as (b, a).
        let turned = leaf(Some(&["b", "a"]), &[([0, 0], [2, 20])]);
        assert!(covers(&turned, &part(0..20, &[0..2])));
        assert!(!covers(&turned, &part(0..3, &[0..3])));
    }

    #[test]
    fn what_an_index_says_is_checked_before_it_is_used() {
        assert!(is_sound(&leaf(None, &[([0, 0], [1, 1])]), 1));
        assert!(!is_sound(&leaf(None, &[([0, 0], [1, 1])]), 0));
        assert!(!is_sound(&leaf(None, &[]), 1));
        assert!(!is_sound(&leaf(Some(&["a"]), &[([0, 0], [1, 1])]), 1));
        let mut short = leaf(None, &[([0, 0], [1, 1])]);
        short.blocks[0].start.pop();
        assert!(!is_sound(&short, 1));
    }
}
