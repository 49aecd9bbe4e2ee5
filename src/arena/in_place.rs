//! Leaves that are mapped where they lie in their data files.
//!
//! The table ([`InPlace`]) is made in the parent from metadata. A worker maps a file when a figure
//! first asks for a leaf in it, read-only, and lets go of all files when the figure is drawn, so that
//! it holds no pages that nobody looks at. Files are compared with what they were when they
//! were opened, before they are mapped and again after drawing: a figure of data that changed
//! meanwhile is no figure. A file that is cut off while it is mapped raises SIGBUS in the worker that
//! touches it; the pool knows what that means.

use super::view::{Held, assemble, dtype_of};
use crate::data::{Coord, Demand, Labelled, Values};
use crate::diag::Diagnostic;
use crate::source::{Extent, FileStamp, open_regular};
use crate::sys::Mapping;
use shm_layout::Leaf;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// Files whose descriptors are kept while they are mapped: those say what happened to a file that is
/// no longer at its path.
const MOST_KEPT: usize = 64;

/// Where leaves lie that are used in place.
#[derive(Clone, Debug, Default)]
pub struct InPlace {
    leaves: BTreeMap<String, Place>,
}

/// Where one is.
#[derive(Clone, Debug)]
enum Place {
    /// In files.
    Files(Box<Lying>),
    /// In memory that every process inherits: a coordinate made from attributes.
    Here(Coord),
}

/// A leaf in files.
#[derive(Clone, Debug)]
struct Lying {
    /// What a catalog would say of it, without blocks.
    leaf: Leaf,
    extents: Vec<Extent>,
    /// Whether its axes lie in another order than they are shown and demanded in.
    turned: bool,
}

impl InPlace {
    pub(super) fn add(&mut self, mut leaf: Leaf, extents: Vec<Extent>, turned: bool) {
        leaf.blocks.clear();
        self.leaves.insert(leaf.path.clone(), Place::Files(Box::new(Lying { leaf, extents, turned })));
    }

    pub(super) fn add_inline(&mut self, path: &str, coord: Coord) {
        self.leaves.insert(path.to_owned(), Place::Here(coord));
    }

    /// Whether nothing is used in place.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// Every file that may be mapped, and its size when it was opened.
    pub fn files(&self) -> Vec<(PathBuf, u64)> {
        let extents = self.lying().flat_map(|lying| &lying.extents);
        let files: BTreeSet<&FileStamp> = extents.map(|extent| &*extent.file).collect();
        files.into_iter().map(|file| (file.path.clone(), file.size)).collect()
    }

    /// Paths of the coordinates of leaves in place.
    pub(super) fn coords(&self) -> impl Iterator<Item = &str> {
        self.lying().flat_map(|lying| &lying.leaf.coords).map(|coord| coord.path.as_str())
    }

    fn lying(&self) -> impl Iterator<Item = &Lying> {
        self.leaves.values().filter_map(|place| match place {
            Place::Files(lying) => Some(&**lying),
            Place::Here(_) => None,
        })
    }
}

/// The leaves in place of one process, and what it has mapped.
#[derive(Debug, Default)]
pub(super) struct Maps {
    table: InPlace,
    state: State,
}

#[derive(Debug, Default)]
struct State {
    /// What is drawn at the moment can touch this; `None` for anything.
    focus: Option<Demand>,
    open: BTreeMap<PathBuf, Open>,
    views: BTreeMap<String, Labelled>,
}

/// A file that is mapped.
#[derive(Debug)]
struct Open {
    stamp: Arc<FileStamp>,
    mapping: Arc<Mapping>,
    file: Option<File>,
}

impl Maps {
    pub(super) fn new(table: InPlace) -> Self {
        Self { table, state: State::default() }
    }

    /// As [`InPlace::files`].
    pub(super) fn files(&self) -> Vec<(PathBuf, u64)> {
        self.table.files()
    }

    /// Whether a leaf is in place.
    pub(super) fn has(&self, path: &str) -> bool {
        self.table.leaves.contains_key(path)
    }

    /// Paths of leaves in place.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> + Clone {
        self.table.leaves.keys().map(String::as_str)
    }

    /// Names of a leaf's coordinates and the paths of their leaves, if it is in place.
    pub(super) fn coords(&self, path: &str) -> Option<Vec<(String, String)>> {
        Some(match self.table.leaves.get(path)? {
            Place::Files(lying) => {
                lying.leaf.coords.iter().map(|coord| (coord.name.clone(), coord.path.clone())).collect()
            }
            Place::Here(_) => Vec::new(),
        })
    }

    /// From now on only `demand` is touched, until [`finish`](Self::finish).
    pub(super) fn begin(&mut self, demand: &Demand) {
        if !self.table.is_empty() {
            self.state.focus = Some(demand.clone());
        }
    }

    /// Lets go of all files.
    ///
    /// # Errors
    /// If one is not what it was when it was opened.
    pub(super) fn finish(&mut self) -> Result<(), Diagnostic> {
        let State { open, .. } = std::mem::take(&mut self.state);
        for Open { stamp, file, .. } in open.into_values() {
            let now = match &file {
                Some(file) => file.metadata(),
                None => std::fs::metadata(&stamp.path),
            };
            match now {
                Ok(now) if stamp.is(&now) => {}
                // What was removed is still what is mapped.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                _ => return Err(changed(&stamp)),
            }
        }
        Ok(())
    }

    /// A leaf without its coordinates, if it is in place: what the present figure can touch of it.
    ///
    /// # Errors
    /// If a file of it cannot be mapped, or is not what it was.
    pub(super) fn bare(&mut self, path: &str) -> Option<Result<Labelled, Diagnostic>> {
        let lying = match self.table.leaves.get(path)? {
            Place::Files(lying) => lying,
            Place::Here(coord) => return Some(Ok(Labelled::clone(coord))),
        };
        if let Some(view) = self.state.views.get(path) {
            return Some(Ok(view.clone()));
        }
        let view = self.state.view(path, lying);
        if let Ok(view) = &view {
            self.state.views.insert(path.to_owned(), view.clone());
        }
        Some(view)
    }
}

impl State {
    fn view(&mut self, path: &str, lying: &Lying) -> Result<Labelled, Diagnostic> {
        let unusable =
            |why: String| Diagnostic::error(format!("`{path}` cannot be used where it lies")).caused_by(why);
        let dtype = dtype_of(&lying.leaf).map_err(unusable)?;
        // A coordinate that is no leaf of the demand is wanted whole.
        let part = self.focus.as_ref().and_then(|focus| focus.0.get(path)).filter(|_| !lying.turned);
        let ranges: Option<Vec<_>> =
            part.map(|part| part.0.iter().map(|set| set.ranges().to_vec()).collect());
        let touched = lying.extents.iter().filter(|extent| {
            lying.extents.len() == 1 || ranges.as_ref().is_none_or(|ranges| extent.touches(ranges))
        });
        let touched: Vec<&Extent> = touched.collect();
        let mut boxes = Vec::with_capacity(touched.len());
        for extent in touched {
            let mapping = self.map(&extent.file)?;
            let span = extent.span().unwrap_or(0);
            let values = usize::try_from(extent.offset)
                .ok()
                .and_then(|offset| Values::mapped(dtype, &mapping, offset, span))
                .ok_or_else(|| unusable("it lies beyond the end of its file".to_owned()))?;
            boxes.push(Held {
                start: extent.start.clone(),
                count: extent.count.clone(),
                values: Arc::new(values),
                strides: extent.steps.iter().map(|step| *step as isize).collect(),
            });
        }
        assemble(&lying.leaf, boxes).map_err(unusable)
    }

    /// The mapping of a file, made when it is first asked for.
    fn map(&mut self, stamp: &Arc<FileStamp>) -> Result<Arc<Mapping>, Diagnostic> {
        if let Some(open) = self.open.get(&stamp.path) {
            return if open.stamp == *stamp { Ok(open.mapping.clone()) } else { Err(changed(stamp)) };
        }
        let name = stamp.path.display();
        let file = open_regular(&stamp.path).map_err(|error| {
            if stamp.path.symlink_metadata().is_err() {
                return Diagnostic::error(format!("{name} was removed while it was in use"))
                    .help(KEEP.to_owned());
            }
            error.to_diagnostic()
        })?;
        let unmapped = |error: std::io::Error| {
            Diagnostic::error(format!("{name} cannot be mapped")).caused_by(error.to_string())
        };
        if !stamp.is(&file.metadata().map_err(unmapped)?) {
            return Err(changed(stamp));
        }
        let mapping = Mapping::of(&file).map_err(unmapped)?;
        mapping.leave_out_of_dumps();
        mapping.read_forward();
        let mapping = Arc::new(mapping);
        let file = (self.open.len() < MOST_KEPT).then_some(file);
        let open = Open { stamp: stamp.clone(), mapping: mapping.clone(), file };
        self.open.insert(stamp.path.clone(), open);
        Ok(mapping)
    }
}

const KEEP: &str = "leave data files alone during a run, or load them: `--arena memory`";

fn changed(stamp: &FileStamp) -> Diagnostic {
    Diagnostic::error(format!("{} was changed while it was in use", stamp.path.display()))
        .help(KEEP.to_owned())
}
