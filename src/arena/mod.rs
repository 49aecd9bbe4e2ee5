//! The demand in sealed segments, mapped read-only by everyone.
//!
//! [`Loader`] has a forked child decode parcels of the demand (`want`) into segments (`load`), and
//! gives their descriptors. A process that draws has an [`Arena`], which [`accept`](Arena::accept)s
//! parcels and [`forget`](Arena::forget)s them; [`Arena::leaf`] gives zero-copy views (`view`).
//! [`Arena::load`] does it all for a demand at once, if it fits (`budget`). The segments' bytes are
//! `shm-layout`'s affair.
//!
//! **Invariant:** in the parent nothing allocates memory of the data's size, and no thread is ever
//! started; only the child does either.

mod blocks;
mod budget;
pub mod file;
mod held;
mod in_place;
mod kept;
mod load;
pub mod named;
mod place;
mod result;
mod segment;
mod view;
mod want;

pub use budget::human;
pub use in_place::InPlace;
pub use kept::{Cache, KeptResult};
pub use load::{Delivered, Loader};
pub use place::{Place, Placement, largest_chunk, place, storable};
pub use result::{SealedResult, seal};

use crate::data::{Coord, Demand, Dim, Labelled, Placed};
use crate::diag::{Diagnostic, LoadProgress};
use crate::source::Tree;
use crate::sys::{Interest, wait};
use held::Held;
use in_place::Maps;
use segment::Segment;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);

/// The number under which an arena has what another process holds; no parcel of a run has it.
const ATTACHED: u32 = u32::MAX;

/// How to load.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the segments live.
    pub place: Place,
    /// The file arena, and which leaves it is for.
    pub files: Option<file::Files>,
    /// Most bytes that the arena may hold (`--memory-limit`); limits of the machine hold besides.
    pub memory_limit: Option<u64>,
    /// Threads that decode in the loader child; `None` for all usable cores.
    pub threads: Option<usize>,
    /// The most bytes that a thread decodes aside to serve several parts at once; `None` for what is
    /// fastest.
    pub aside: Option<usize>,
    /// An arena of another process: what it holds is not loaded.
    pub attached: Option<Arc<named::Attached>>,
}

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// What could be loaded.
    pub arena: Arena,
    /// What could not, by the demanded leaf's path: only figures that need these fail.
    pub failed: BTreeMap<String, Diagnostic>,
    /// What should be known: damaged segments of the file arena that were made anew.
    pub notes: Vec<Diagnostic>,
}

/// The data that a process can draw from: sealed segments, mapped read-only, which come and go in
/// parcels. A forked child inherits what is there.
#[derive(Debug, Default)]
pub struct Arena(Mutex<Held>);

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
        let attached = options.attached.as_deref();
        let left = attached.map(|attached| attached.left(demand));
        let demand = left.as_ref().unwrap_or(demand);
        let wants = want::Wants::new(demand, tree);
        let placement = place(demand, tree, &options.place)?;
        let is_stored = |path: &str| options.files.as_ref().is_some_and(|files| files.takes(path));
        let bytes = wants.bytes_of(&|path| placement.of(path) != Placed::InPlace && !is_stored(path));
        budget::Limits::now(options.memory_limit).check(bytes)?;
        let (rest, mut notes) = (placement.rest(demand, tree), Vec::new());
        let Delivered { segments, failed: unread, .. } =
            load_all(&rest, tree, options.clone(), &mut notes, progress)?;
        let mut failed = wants.failed;
        failed.extend(unread.iter().cloned());
        // An array without one of its coordinates would be drawn at wrong places.
        for leaf in &wants.leaves {
            let missing = leaf.coords.iter().find_map(|(name, path)| Some((name, failed.get(path)?)));
            if let Some((name, why)) = missing
                && !failed.contains_key(&leaf.path)
            {
                let diagnostic = without_coordinate(&leaf.path, name, why);
                failed.insert(leaf.path.clone(), diagnostic);
            }
        }
        let arena = Self::default();
        arena.use_in_place(placement.in_place().clone());
        if let Some(attached) = attached {
            arena.attach(attached)?;
        }
        arena.accept(0, segments, unread)?;
        failed.retain(|path, _| demand.0.contains_key(path));
        Ok(Loaded { arena, failed, notes })
    }

    /// Takes a parcel: maps its segments and validates them. Leaves may be in several parcels, with
    /// different parts. What it costs depends on the parcel alone.
    ///
    /// # Errors
    /// Something that is no segment; nothing of the parcel is taken then.
    pub fn accept(
        &self,
        parcel: u32,
        segments: Vec<OwnedFd>,
        failed: Vec<(String, Diagnostic)>,
    ) -> Result<(), Diagnostic> {
        let mut mapped = segments.into_iter().map(Segment::from_descriptor).collect::<Result<Vec<_>, _>>()?;
        // In order of their first leaves, whoever was done first.
        let first = |segment: &Segment| segment.catalog.leaves.first().map(|leaf| leaf.path.clone());
        mapped.sort_by_cached_key(first);
        self.held().add(parcel, mapped, failed);
        Ok(())
    }

    /// Takes all that another process's arena holds, for good. It costs no memory of this process.
    ///
    /// # Errors
    /// Something that is no segment.
    pub fn attach(&self, attached: &named::Attached) -> Result<(), Diagnostic> {
        self.accept(ATTACHED, attached.segments()?, Vec::new())
    }

    /// Lets go of a parcel. Its memory is unmapped when no view of it is left; none is kept here.
    pub fn forget(&self, parcel: u32) {
        self.held().remove(parcel);
    }

    /// From now on these leaves are used where they lie. Nothing is mapped before it is asked for.
    pub fn use_in_place(&self, leaves: InPlace) {
        self.held().maps = Maps::new(leaves);
    }

    /// The files that may be mapped in place, and their sizes when they were opened.
    pub fn mapped(&self) -> Vec<(PathBuf, u64)> {
        self.held().maps.files()
    }

    /// A figure is drawn that touches nothing but `demand` and coordinates: of leaves in place that
    /// lie in many files only those are mapped.
    pub fn begin(&self, demand: &Demand) {
        self.held().maps.begin(demand);
    }

    /// The figure is drawn: lets go of the files that were mapped for it.
    ///
    /// # Errors
    /// If one of them was changed since it was opened: the figure may be wrong.
    pub fn finish(&self) -> Result<(), Diagnostic> {
        self.held().maps.finish()
    }

    /// The leaf at a path as a view, with its coordinates and attributes; parts that are in no
    /// parcel here are absent. No values are copied. The segments involved are validated once in
    /// each process.
    ///
    /// # Errors
    /// If it is not here, or it or one of its coordinates could not be loaded.
    pub fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
        self.leaf_of(path, None)
    }

    /// [`leaf`](Self::leaf) for one who needs these parcels: what could not be loaded of other ones
    /// is no error.
    ///
    /// # Errors
    /// As [`leaf`](Self::leaf).
    pub fn leaf_for(&self, path: &str, parcels: &[u32]) -> Result<Labelled, Diagnostic> {
        self.leaf_of(path, Some(parcels))
    }

    fn leaf_of(&self, path: &str, parcels: Option<&[u32]>) -> Result<Labelled, Diagnostic> {
        let mut held = self.held();
        if let Some(why) = held.failure(path, parcels) {
            return Err(why.clone());
        }
        let coords = held.coords_of(path)?;
        for (name, at) in &coords {
            if let Some(why) = held.failure(at, parcels) {
                return Err(without_coordinate(path, name, why));
            }
        }
        for path in coords.iter().map(|(_, at)| at.as_str()).chain([path]) {
            held.check(path)?;
        }
        if let Some(view) = held.views.get(path) {
            return Ok(view.clone());
        }
        let mut array = held.bare(path)?;
        for (name, at) in &coords {
            let mut coord = held.bare(at)?;
            coord.name = Some(name.clone());
            // The values that another dataset holds for an axis may have another name there.
            let is_linked = matches!(&coord.dims[..], [own] if own.as_str() != name && array.axis(own.as_str()).is_none());
            if is_linked && array.len_of(name) == coord.shape.first().copied() {
                coord.dims = vec![Dim::new(name)];
            }
            array = array
                .with_coord(name, Coord::from(Arc::new(coord)))
                .map_err(|err| unusable(path).caused_by(err.to_string()))?;
        }
        // What is mapped in place is let go after the figure.
        if !coords.iter().map(|(_, at)| at.as_str()).chain([path]).any(|path| held.maps.has(path)) {
            held.views.insert(path.to_owned(), array.clone());
        }
        Ok(array)
    }

    /// Bytes of all segments.
    pub fn bytes(&self) -> u64 {
        self.held().segments().map(|segment| segment.bytes().len() as u64).sum()
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.held().segments().count()
    }

    /// The segments that hold what `demand` touches, coordinates included, rising: figures with the
    /// same ones belong on the same worker.
    pub fn segments_of(&self, demand: &Demand) -> Vec<u32> {
        self.held().segments_of(demand)
    }

    /// Whether nothing of a leaf was ever requested.
    pub fn is_left_out(&self, path: &str) -> bool {
        let held = self.held();
        held.failure(path, None).is_none() && !held.has(path)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has one loader load a demand, in which coordinates are leaves like others, as one parcel.
fn load_all(
    demand: &Demand,
    tree: &Tree,
    options: Options,
    notes: &mut Vec<Diagnostic>,
    progress: &mut dyn FnMut(LoadProgress) -> ControlFlow<()>,
) -> Result<Delivered, Diagnostic> {
    let lost = |err: std::io::Error| Diagnostic::error("lost the loader").caused_by(err.to_string());
    let mut loader = Loader::start(tree, vec![demand.clone()], options)?;
    loader.order(0).map_err(lost)?;
    loop {
        let delivered = loader.listen()?.pop();
        notes.extend(loader.notes());
        if progress(loader.loaded()).is_break() {
            return Err(Diagnostic::error("loading was interrupted"));
        }
        if let Some(delivered) = delivered {
            return Ok(delivered);
        }
        let watched: Vec<_> = loader.watched().map(|fd| (fd, Interest::Read)).into_iter().collect();
        let until = loader.due().map_or(TICK, |due| due.saturating_duration_since(std::time::Instant::now()));
        wait(&watched, Some(until.min(TICK))).map_err(lost)?;
    }
}

fn without_coordinate(path: &str, name: &str, why: &Diagnostic) -> Diagnostic {
    let message = format!("the coordinate `{name}` of `{path}` cannot be read");
    let mut diagnostic = Diagnostic::error(message).caused_by(why.message.clone());
    diagnostic.causes.extend(why.causes.iter().cloned());
    diagnostic
}

fn unusable(path: &str) -> Diagnostic {
    Diagnostic::error(format!("`{path}` in the arena cannot be used"))
}
