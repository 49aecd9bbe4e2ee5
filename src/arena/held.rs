//! What an arena has at the moment: segments by parcel, and which leaves are in them.

use super::in_place::Maps;
use super::segment::Segment;
use super::view;
use crate::data::{Demand, Labelled};
use crate::diag::{Diagnostic, did_you_mean};
use shm_layout::Leaf;
use std::collections::{BTreeMap, BTreeSet};

/// Parcels, and an index of their leaves.
#[derive(Debug, Default)]
pub(super) struct Held {
    parcels: BTreeMap<u32, Parcel>,
    /// By a number of their own.
    segments: BTreeMap<u32, Segment>,
    next: u32,
    /// Segments that hold blocks of a leaf, and its number in their catalogs.
    homes: BTreeMap<String, Vec<(u32, usize)>>,
    /// Why a leaf could not be loaded, by parcel.
    failed: BTreeMap<String, BTreeMap<u32, Diagnostic>>,
    /// Leaves that are used where they lie.
    pub(super) maps: Maps,
    /// Arrays with coordinates that were asked for.
    pub(super) views: BTreeMap<String, Labelled>,
}

#[derive(Debug, Default)]
struct Parcel {
    segments: Vec<u32>,
    failed: Vec<String>,
}

impl Held {
    /// Adds a parcel, in place of an older one of this number.
    pub(super) fn add(&mut self, parcel: u32, segments: Vec<Segment>, failed: Vec<(String, Diagnostic)>) {
        self.remove(parcel);
        let mut new = Parcel::default();
        for segment in segments {
            let number = self.next;
            self.next = self.next.wrapping_add(1);
            for (at, leaf) in segment.catalog.leaves.iter().enumerate() {
                self.views.remove(&leaf.path);
                self.homes.entry(leaf.path.clone()).or_default().push((number, at));
            }
            self.segments.insert(number, segment);
            new.segments.push(number);
        }
        for (path, why) in failed {
            new.failed.push(path.clone());
            self.failed.entry(path).or_default().insert(parcel, why);
        }
        self.parcels.insert(parcel, new);
    }

    /// Removes a parcel, and every view, which may be of it.
    pub(super) fn remove(&mut self, parcel: u32) {
        let Some(old) = self.parcels.remove(&parcel) else { return };
        self.views.clear();
        for number in old.segments {
            let Some(segment) = self.segments.remove(&number) else { continue };
            for leaf in &segment.catalog.leaves {
                if let Some(homes) = self.homes.get_mut(&leaf.path) {
                    homes.retain(|(home, _)| *home != number);
                    if homes.is_empty() {
                        self.homes.remove(&leaf.path);
                    }
                }
            }
        }
        for path in old.failed {
            if let Some(reasons) = self.failed.get_mut(&path) {
                reasons.remove(&parcel);
                if reasons.is_empty() {
                    self.failed.remove(&path);
                }
            }
        }
    }

    /// Why a leaf could not be loaded as part of one of `parcels`, of any if `None`.
    pub(super) fn failure(&self, path: &str, parcels: Option<&[u32]>) -> Option<&Diagnostic> {
        let mut reasons = self.failed.get(path)?.iter();
        reasons.find(|(parcel, _)| parcels.is_none_or(|of| of.contains(parcel))).map(|(_, why)| why)
    }

    /// Whether anything of a leaf is here.
    pub(super) fn has(&self, path: &str) -> bool {
        self.homes.contains_key(path) || self.maps.has(path)
    }

    /// A segment that holds (a part of) a leaf.
    pub(super) fn home(&self, path: &str) -> Option<&Segment> {
        let (number, _) = self.homes.get(path)?.first()?;
        self.segments.get(number)
    }

    /// All segments.
    pub(super) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.segments.values()
    }

    /// The segments that `demand` touches, coordinates included, rising.
    pub(super) fn segments_of(&self, demand: &Demand) -> Vec<u32> {
        let mut found = BTreeSet::new();
        for path in demand.0.keys() {
            let coords = self.coords_of(path).unwrap_or_default();
            for path in coords.iter().map(|(_, at)| at).chain([path]) {
                found.extend(self.homes.get(path).into_iter().flatten().map(|(number, _)| *number));
            }
        }
        found.into_iter().collect()
    }

    /// Names of a leaf's coordinates and the paths of their leaves.
    ///
    /// # Errors
    /// If nothing of the leaf is here.
    pub(super) fn coords_of(&self, path: &str) -> Result<Vec<(String, String)>, Diagnostic> {
        if let Some(coords) = self.maps.coords(path) {
            return Ok(coords);
        }
        let (_, leaf) = self.homes_of(path)?.next().ok_or_else(|| self.absent(path))?;
        Ok(leaf.coords.iter().map(|coord| (coord.name.clone(), coord.path.clone())).collect())
    }

    /// Validates the segments that hold a leaf, once in each process.
    ///
    /// # Errors
    /// If one is broken, or nothing of the leaf is here.
    pub(super) fn check(&self, path: &str) -> Result<(), Diagnostic> {
        if self.maps.has(path) {
            return Ok(());
        }
        self.homes_of(path)?.try_for_each(|(segment, _)| segment.check())
    }

    /// A leaf without coordinates.
    ///
    /// # Errors
    /// If it cannot be used, or nothing of it is here.
    pub(super) fn bare(&mut self, path: &str) -> Result<Labelled, Diagnostic> {
        if let Some(array) = self.maps.bare(path) {
            return array;
        }
        let homes: Vec<_> = self.homes_of(path)?.collect();
        view::labelled(&homes).map_err(|why| super::unusable(path).caused_by(why))
    }

    fn homes_of(&self, path: &str) -> Result<impl Iterator<Item = (&Segment, &Leaf)>, Diagnostic> {
        let homes = self.homes.get(path).ok_or_else(|| self.absent(path))?;
        Ok(homes.iter().filter_map(|(number, at)| {
            let segment = self.segments.get(number)?;
            Some((segment, segment.catalog.leaves.get(*at)?))
        }))
    }

    fn absent(&self, path: &str) -> Diagnostic {
        Diagnostic::error(format!("`{path}` is not loaded"))
            .help(did_you_mean(path, self.homes.keys().map(String::as_str).chain(self.maps.paths())))
    }
}
