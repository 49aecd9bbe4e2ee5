//! Where the data live: what was asked for, and what that means for each leaf.

use super::file::{Files, Store};
use super::in_place::InPlace;
use super::want::{From as Source, Wanted, Wants};
use crate::data::{Demand, Placed};
use crate::diag::Diagnostic;
use crate::source::{Extent, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Where the data are asked to live (`--arena`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In place where that is possible and of use, else loaded.
    Auto,
    /// Anonymous sealed memory: dies with the run, not bounded by the size of `/dev/shm`.
    #[default]
    Memory,
    /// Segment files in this folder; `None` for the one in the cache.
    File {
        /// The folder.
        path: Option<PathBuf>,
    },
    /// Where they lie in their data files; what cannot be used so is an error.
    InPlace,
}

impl Place {
    /// The file arena that was asked for, made ready; it may hold `size` bytes.
    ///
    /// # Errors
    /// A folder that cannot be used.
    pub fn files(&self, size: Option<u64>) -> Result<Option<Files>, Diagnostic> {
        let Self::File { path } = self else { return Ok(None) };
        let store = Store::new(path.as_deref(), size)?;
        store.prepare()?;
        Ok(Some(Files { store, leaves: None }))
    }
}

/// Leaves of which less is demanded are loaded in [`Place::Auto`]: many small ones share one
/// segment, which is cheaper than a mapping each.
const SMALL: u64 = 1 << 20;

/// In [`Place::Auto`] what is demanded of a leaf is loaded if its pages in the file would be so many
/// times larger.
const SCATTERED: u64 = 4;

/// Bytes of a page.
const PAGE: u64 = 4096;

/// Leaves told in an error.
const MOST_TOLD: usize = 5;

/// Where each leaf of a demand is: its coordinates are leaves too.
#[derive(Clone, Debug, Default)]
pub struct Placement {
    elsewhere: BTreeMap<String, Placed>,
    in_place: InPlace,
}

impl Placement {
    /// Where the leaf at a path is; [`Placed::Loaded`] unless something else was decided.
    pub fn of(&self, path: &str) -> Placed {
        self.elsewhere.get(path).copied().unwrap_or_default()
    }

    /// What of `demand`, from which it was made, is left to load, with coordinates as leaves of
    /// their own.
    #[must_use]
    pub fn rest(&self, demand: &Demand, tree: &Tree) -> Demand {
        let mut rest = tree.with_coords(demand);
        rest.0.retain(|path, _| self.of(path) != Placed::InPlace);
        rest
    }

    /// The leaves that are used in place.
    pub fn in_place(&self) -> &InPlace {
        &self.in_place
    }
}

/// Decides for every leaf that `demand` touches, coordinates included, from metadata alone.
///
/// # Errors
/// [`Place::InPlace`] for leaves that cannot be mapped as they lie, with the reasons. Coordinates
/// that cannot are loaded.
pub fn place(demand: &Demand, tree: &Tree, place: &Place) -> Result<Placement, Diagnostic> {
    let mut placement = Placement::default();
    if matches!(place, Place::Memory) {
        return Ok(placement);
    }
    let (mut refused, mut inline) = (Vec::new(), Vec::new());
    for wanted in Wants::new(demand, tree).leaves {
        if let Place::File { .. } = place {
            if !wanted.is_storable(tree) {
                continue;
            }
            placement.elsewhere.insert(wanted.path, Placed::File);
            continue;
        }
        let array = match &wanted.from {
            Source::Array(array) => array,
            Source::Inline(coord) => {
                inline.push((wanted.path, coord.clone()));
                continue;
            }
        };
        let ranges = wanted.blocks.axes();
        if matches!(place, Place::Auto) && wanted.bytes() < SMALL {
            continue;
        }
        match tree.extents(array, ranges) {
            Ok(extents) if matches!(place, Place::Auto) && are_scattered(&wanted, &extents) => {}
            Ok(extents) => {
                placement.elsewhere.insert(wanted.path.clone(), Placed::InPlace);
                placement.in_place.add(wanted.leaf(tree), extents, wanted.shown.is_some());
            }
            Err(why) if matches!(place, Place::InPlace) && demand.0.contains_key(&wanted.path) => {
                refused.push((wanted.path, why));
            }
            Err(_) => {}
        }
    }
    // Coordinates that were made from attributes go with their leaf.
    let of_these: BTreeSet<String> = placement.in_place.coords().map(str::to_owned).collect();
    for (path, coord) in inline.into_iter().filter(|(path, _)| of_these.contains(path)) {
        placement.in_place.add_inline(&path, coord);
        placement.elsewhere.insert(path, Placed::InPlace);
    }
    if refused.is_empty() { Ok(placement) } else { Err(impossible(&refused)) }
}

/// The leaves of a demand that can be decoded into the file arena, and the bytes that takes; coordinates
/// are leaves like others.
pub fn storable(demand: &Demand, tree: &Tree) -> (BTreeSet<String>, u64) {
    let mut leaves = BTreeSet::new();
    let mut bytes = 0_u64;
    for wanted in Wants::exact(demand, tree).leaves.into_iter().filter(|wanted| wanted.is_storable(tree)) {
        bytes = bytes.saturating_add(wanted.bytes());
        leaves.insert(wanted.path);
    }
    (leaves, bytes)
}

/// The most bytes that are decoded at once for any part of a demand; coordinates are leaves like others.
pub fn largest_chunk(demand: &Demand, tree: &Tree) -> u64 {
    Wants::exact(demand, tree).leaves.iter().map(Wanted::chunk_bytes).max().unwrap_or(0)
}

/// Whether what is wanted lies in so short runs that its pages are far more.
fn are_scattered(wanted: &Wanted, extents: &[Extent]) -> bool {
    let Some(extent) = extents.first() else { return false };
    let size = wanted.dtype().size().unwrap_or(1) as u64;
    // Axes from the fastest on: how far values lie in one run.
    let mut axes: Vec<usize> = (0..extent.steps.len()).filter(|axis| extent.count[*axis] > 1).collect();
    axes.sort_by_key(|axis| extent.steps[*axis]);
    let mut run = 1;
    for axis in axes {
        if extent.steps[axis] > run {
            break;
        }
        let ranges = &wanted.blocks.axes()[axis];
        let longest = ranges.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        run *= longest.clamp(1, extent.count[axis]);
        if longest < extent.count[axis] {
            break;
        }
    }
    let run = (run as u64).saturating_mul(size).max(1);
    let runs = wanted.bytes() / run;
    // No run touches less than a page, and none more than those of its box.
    let spans = extents.iter().filter_map(Extent::span).map(|span| (span as u64).saturating_mul(size));
    let pages = runs.saturating_mul(run.max(PAGE)).min(spans.fold(0, u64::saturating_add));
    pages > wanted.bytes().saturating_mul(SCATTERED)
}

fn impossible(refused: &[(String, String)]) -> Diagnostic {
    let message = match refused {
        [(path, why)] => return named(format!("`{path}` cannot be used where it lies: {why}")),
        more => format!("{} leaves cannot be used where they lie", more.len()),
    };
    let mut error = named(message);
    for (path, why) in refused.iter().take(MOST_TOLD) {
        error = error.caused_by(format!("`{path}`: {why}"));
    }
    match refused.len().checked_sub(MOST_TOLD) {
        Some(more) if more > 0 => error.caused_by(format!("and {more} more")),
        _ => error,
    }
}

fn named(message: String) -> Diagnostic {
    Diagnostic::error(message).help("`--arena auto` uses in place what can be, and loads the rest".to_owned())
}
