//! Leaves of the file arena in the loader child: found in the store, or decoded into it.
//!
//! A leaf is stored with all that the whole run demands of it, though a parcel may ask for less: it
//! is decoded once, whatever the order of parcels.

use crate::arena::file::{Building, Entry, Files, Identity, Key};
use crate::arena::want::{From, Wanted, Wants};
use crate::data::Demand;
use crate::diag::Diagnostic;
use crate::source::{Provenance, Tree};
use shm_layout::{Catalog, Leaf};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a loader knows of the file arena, as long as it lives.
pub(super) struct Stored<'a> {
    files: &'a Files,
    /// What the whole run demands of each leaf that is stored.
    whole: BTreeMap<String, Wanted>,
    /// Entries in use, by leaf.
    entries: Mutex<BTreeMap<String, Entry>>,
    /// Leaves for which there is no room: they are loaded.
    given_up: Mutex<BTreeSet<String>>,
}

/// Where a leaf that is stored comes from.
pub(super) enum Source {
    /// From here, as it is.
    Entry {
        /// Its file, for whoever draws.
        file: OwnedFd,
        /// Whether an earlier run decoded it.
        reused: bool,
    },
    /// It must be decoded.
    Unbuilt(Unbuilt),
}

/// A leaf that must be decoded, and all that its key was made of.
pub(super) struct Unbuilt {
    provenance: Provenance,
    identity: Identity,
    key: Key,
}

impl<'a> Stored<'a> {
    /// For the parcels of a run.
    pub(super) fn new(files: &'a Files, orders: &[Demand], tree: &Tree) -> Self {
        let mut demand = Demand::default();
        orders.iter().for_each(|order| demand.merge(order));
        let wanted = Wants::new(&demand, tree).leaves.into_iter();
        let is_stored = |leaf: &Wanted| files.takes(&leaf.path) && leaf.is_storable(tree);
        let whole = wanted.filter(is_stored).map(|leaf| (leaf.path.clone(), leaf)).collect();
        Self { files, whole, entries: Mutex::default(), given_up: Mutex::default() }
    }

    /// All that is demanded of a leaf, if it is to be stored.
    pub(super) fn whole(&self, path: &str) -> Option<&Wanted> {
        let given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        self.whole.get(path).filter(|_| !given_up.contains(path))
    }

    /// From now on a leaf is loaded, what each parcel needs of it.
    pub(super) fn give_up(&self, path: &str) {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// Address space for the entry of a leaf: one that holds all of it may be found.
    pub(super) fn most_bytes(&self, path: &str) -> u64 {
        let Some(Wanted { from: From::Array(array), .. }) = self.whole(path) else { return 0 };
        array.nbytes().unwrap_or(0).saturating_mul(2)
    }

    /// Where what `wanted` demands of a leaf comes from; `None` if it cannot be stored, since what it
    /// depends on is not known or just changed. Damaged entries are removed, with warnings.
    pub(super) fn source(
        &self,
        wanted: &Wanted,
        tree: &Tree,
        warnings: &mut Vec<Diagnostic>,
    ) -> Option<Source> {
        let From::Array(array) = &self.whole(&wanted.path)?.from else { return None };
        let axes = wanted.blocks.axes();
        let known = self.entries().remove(&wanted.path);
        if let Some(mut entry) = known.filter(|entry| entry.covers(axes)) {
            match entry.verify(axes) {
                Ok(()) => {
                    let file = entry.file.try_clone().ok()?.into();
                    self.entries().insert(wanted.path.clone(), entry);
                    return Some(Source::Entry { file, reused: false });
                }
                Err(err) => {
                    let path = entry.path.clone();
                    drop(entry);
                    warnings.push(self.files.store.remove_damaged(&path, &err.to_string()));
                }
            }
        }
        let provenance = tree.provenance(array)?;
        let identity = Identity::look(&provenance)?;
        // What was opened is no longer there: the readers will say so.
        let is_same = |file: &crate::source::SourceFile| {
            !provenance.files.contains(&file.path)
                || std::fs::metadata(&file.path).is_ok_and(|now| {
                    now.is_dir() || now.len() == file.size && now.modified().ok() == file.modified
                })
        };
        if !tree.files.iter().all(is_same) {
            return None;
        }
        let bare = wanted.leaf(tree);
        let key = identity.key(&bare, &provenance.options);
        let found = self.files.store.find(key, axes);
        warnings.extend(found.warnings);
        match found.entry {
            Some(entry) => {
                let file = entry.file.try_clone().ok()?.into();
                self.entries().insert(wanted.path.clone(), entry);
                Some(Source::Entry { file, reused: true })
            }
            None => Some(Source::Unbuilt(Unbuilt { provenance, identity, key })),
        }
    }

    /// Room for a leaf's entry of `len` bytes.
    pub(super) fn build(&self, unbuilt: &Unbuilt, path: &str, len: u64) -> Result<Building, Diagnostic> {
        let axes = self.whole(path).map(|leaf| leaf.blocks.axes()).unwrap_or_default();
        self.files.store.build(unbuilt.key, axes, len, path)
    }

    /// Whether a leaf that cannot be stored is loaded instead.
    pub(super) fn falls_back(&self) -> bool {
        self.files.leaves.is_some()
    }

    /// Publishes an entry that was filled; gives its file for whoever draws.
    pub(super) fn publish(
        &self,
        unbuilt: &Unbuilt,
        path: &str,
        building: Building,
    ) -> Result<OwnedFd, Diagnostic> {
        if Identity::look(&unbuilt.provenance).as_ref() != Some(&unbuilt.identity) {
            return Err(Diagnostic::error(format!("a file of `{path}` was changed while it was being read"))
                .help("run again when nobody writes to it".to_owned()));
        }
        let failed = |err: io::Error| {
            Diagnostic::error(format!("cannot store `{path}` in {}", self.files.store.root().display()))
                .caused_by(err.to_string())
                .help("choose another folder with `--arena file:FOLDER`, or `--arena memory`".to_owned())
        };
        let entry = building.publish().map_err(|err| match err {
            crate::arena::file::EntryError::Io(err) => failed(err),
            other => failed(io::Error::other(other.to_string())),
        })?;
        let file = entry.file.try_clone().map_err(failed)?.into();
        self.entries().insert(path.to_owned(), entry);
        Ok(file)
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unbuilt {
    /// Makes a catalog of the leaf the one of an entry.
    pub(super) fn sign(&self, leaf: &mut Leaf) {
        self.identity.sign(leaf);
    }
}

/// A catalog with room for checksums.
pub(super) fn summed(catalog: &mut Catalog) -> Result<(), shm_layout::Error> {
    shm_layout::sums::reserve(catalog)
}
