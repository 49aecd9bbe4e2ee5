//! The demand in sealed segments: loaded once by a child, mapped read-only by everyone.
//!
//! [`Arena::load`] expands the demand (`want`), refuses what does not fit (`budget`), and has a
//! forked loader child decode it into segments (`load`). [`Arena::leaf`] then gives zero-copy views
//! (`view`) in whatever process inherited the arena. The segments' bytes are `shm-layout`'s affair.
//!
//! **Invariant:** in the parent nothing allocates memory of the data's size, and no thread is ever
//! started; only the child does either.

mod blocks;
mod budget;
mod load;
mod place;
mod result;
mod segment;
mod view;
mod want;

pub use place::{Place, Placement, place};
pub use result::{SealedResult, seal};

use crate::data::{Coord, Demand, Dim, Labelled};
use crate::diag::{Diagnostic, LoadProgress, did_you_mean};
use crate::source::Tree;
use segment::Segment;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

/// How to load.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the segments live.
    pub place: Place,
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
#[derive(Debug, Default)]
pub struct Arena {
    segments: Vec<Segment>,
    leaves: BTreeMap<String, Entry>,
    failed: BTreeMap<String, Diagnostic>,
}

/// Where a leaf is.
#[derive(Debug, Default)]
struct Entry {
    /// Segments that hold blocks of it, and its number in their catalogs.
    homes: Vec<(u32, usize)>,
    /// The array with coordinates, built when it was first asked for.
    view: OnceLock<Labelled>,
}

impl Arena {
    /// Loads `demand` into sealed segments through a forked loader child.
    ///
    /// Coordinates of demanded leaves are loaded too, whole. `progress` is told how far it is, about
    /// ten times a second, and may break off.
    ///
    /// # Errors
    /// Too little memory, said before loading; a loader that cannot be forked, was interrupted, or
    /// was killed for want of memory. A leaf that cannot be read is in [`Loaded::failed`].
    pub fn load(
        demand: &Demand,
        tree: &Tree,
        options: &Options,
        progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
    ) -> Result<Loaded, Diagnostic> {
        let wants = want::Wants::new(demand, tree);
        budget::Limits::now(options.memory_limit).check(wants.bytes())?;
        let (segments, unread) = load::load(&wants.leaves, tree, options, progress)?;
        let mut failed = wants.failed;
        failed.extend(unread);
        // An array without one of its coordinates would be drawn at wrong places.
        for leaf in &wants.leaves {
            let missing = leaf.coords.iter().find_map(|(name, path)| Some((name, failed.get(path)?)));
            if let Some((name, why)) = missing
                && !failed.contains_key(&leaf.path)
            {
                let message = format!("the coordinate `{name}` of `{}` cannot be read", leaf.path);
                let mut diagnostic = Diagnostic::error(message).caused_by(why.message.clone());
                diagnostic.causes.extend(why.causes.iter().cloned());
                failed.insert(leaf.path.clone(), diagnostic);
            }
        }
        let arena = Self::new(segments, failed.clone());
        failed.retain(|path, _| demand.0.contains_key(path));
        Ok(Loaded { arena, failed })
    }

    fn new(segments: Vec<Segment>, failed: BTreeMap<String, Diagnostic>) -> Self {
        let mut leaves: BTreeMap<String, Entry> = BTreeMap::new();
        for (number, segment) in (0_u32..).zip(&segments) {
            for (at, leaf) in segment.catalog.leaves.iter().enumerate() {
                leaves.entry(leaf.path.clone()).or_default().homes.push((number, at));
            }
        }
        Self { segments, leaves, failed }
    }

    /// The leaf at a path as a view, with its coordinates and attributes; parts that were not
    /// demanded are absent. No values are copied. The segments involved are validated once in each
    /// process.
    ///
    /// # Errors
    /// If it was not demanded or could not be loaded.
    pub fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        if let Some(why) = self.failed.get(path) {
            return Err(why.clone());
        }
        let entry = self.entry(path)?;
        for (number, _) in &entry.homes {
            self.segments[*number as usize].check()?;
        }
        if let Some(view) = entry.view.get() {
            return Ok(view.clone());
        }
        let mut array = self.bare(path, entry)?;
        for (name, at) in self.coords_of(entry) {
            let mut coord = self.bare(at, self.entry(at)?)?;
            coord.name = Some(name.to_owned());
            // The values that another dataset holds for an axis may have another name there.
            let is_linked =
                matches!(&coord.dims[..], [own] if *own != name && array.axis(own.as_str()).is_none());
            if is_linked && array.len_of(name) == coord.shape.first().copied() {
                coord.dims = vec![Dim::new(name)];
            }
            array = array
                .with_coord(name, Coord::from(Arc::new(coord)))
                .map_err(|err| unusable(path).caused_by(err.to_string()))?;
        }
        Ok(entry.view.get_or_init(|| array).clone())
    }

    /// Bytes of all segments.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes().len() as u64).sum()
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// The segments that hold what `demand` touches, coordinates included, rising: figures with the
    /// same ones belong on the same worker.
    pub fn segments_of(&self, demand: &Demand) -> Vec<u32> {
        let mut found = BTreeSet::new();
        for entry in demand.0.keys().filter_map(|path| self.leaves.get(path)) {
            let coords = self.coords_of(entry).filter_map(|(_, at)| self.leaves.get(at));
            for entry in std::iter::once(entry).chain(coords) {
                found.extend(entry.homes.iter().map(|(number, _)| *number));
            }
        }
        found.into_iter().collect()
    }

    /// Whether nothing of a leaf was ever requested.
    pub fn is_left_out(&self, path: &str) -> bool {
        !self.failed.contains_key(path) && !self.leaves.contains_key(path)
    }

    fn entry(&self, path: &str) -> Result<&Entry, Diagnostic> {
        self.leaves.get(path).ok_or_else(|| {
            Diagnostic::error(format!("`{path}` is not loaded"))
                .help(did_you_mean(path, self.leaves.keys().map(String::as_str)))
        })
    }

    fn bare(&self, path: &str, entry: &Entry) -> Result<Labelled, Diagnostic> {
        let homes: Vec<_> = entry
            .homes
            .iter()
            .map(|(number, at)| {
                let segment = &self.segments[*number as usize];
                segment.check().map(|()| (segment, &segment.catalog.leaves[*at]))
            })
            .collect::<Result<_, _>>()?;
        view::labelled(&homes).map_err(|why| unusable(path).caused_by(why))
    }

    /// Names of a leaf's coordinates and the paths of their leaves.
    fn coords_of(&self, entry: &Entry) -> impl Iterator<Item = (&str, &str)> {
        let first = entry.homes.first();
        let leaf = first.map(|(number, at)| &self.segments[*number as usize].catalog.leaves[*at]);
        leaf.into_iter().flat_map(|leaf| &leaf.coords).map(|coord| (coord.name.as_str(), coord.path.as_str()))
    }
}

fn unusable(path: &str) -> Diagnostic {
    Diagnostic::error(format!("`{path}` in the arena cannot be used"))
}
