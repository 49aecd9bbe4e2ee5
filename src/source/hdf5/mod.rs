//! HDF5 and NetCDF-4 files.
//!
//! The crate `hdf5-reader` parses headers, heaps, trees and chunk indexes; walking through groups,
//! datatypes, filters and the reading of values are here, so that one bad dataset is one bad node,
//! nothing is read wrong without a word, and values are decoded chunk by chunk into the caller's
//! buffer. Start at [`open`]; `walk` finds the datasets, `list` makes nodes of them, `leaf` reads.

mod attributes;
mod axes;
mod block;
mod chunks;
mod conventions;
mod dataset;
mod disk;
mod external;
mod fault;
mod filters;
mod header;
mod heap;
mod index;
mod leaf;
mod links;
mod list;
mod packed;
mod ragged;
mod runs;
mod types;
mod virtuals;
mod walk;

use super::{ArrayNode, Extent, Item, Listing, Provenance, Reader, SourceError};
use crate::data::{Dtype, Slab, StrBuf};
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(super) use block::{Block, Place};
pub(super) use disk::{Disk, Window};
pub(super) use fault::{Fault, guarded};
pub(super) use leaf::{Content, Leaf};

/// Opens an HDF5 or NetCDF-4 file and reads its metadata; numbers will be CF-decoded.
///
/// # Errors
/// If the file cannot be read or is no HDF5 file; one bad dataset is a node that says so.
pub fn open(path: &Path) -> Result<Box<dyn Reader>, SourceError> {
    open_as(path, true)
}

/// As [`open`], but numbers stay as they are stored: no missing values, scales or times.
///
/// # Errors
/// As [`open`].
pub fn open_undecoded(path: &Path) -> Result<Box<dyn Reader>, SourceError> {
    open_as(path, false)
}

fn open_as(path: &Path, decode: bool) -> Result<Box<dyn Reader>, SourceError> {
    let walked = walk::walk(path)?;
    let format = if walked.netcdf { "NetCDF-4" } else { "HDF5" };
    let list::Listed { listing, leaves } = list::list(path, walked, decode);
    Ok(Box::new(Leaves { format, path: path.to_owned(), listing, leaves, decode }))
}

/// A file that has been listed.
#[derive(Debug)]
pub(super) struct Leaves {
    /// Name of the format.
    pub(super) format: &'static str,
    /// The file.
    pub(super) path: PathBuf,
    /// Its nodes.
    pub(super) listing: Listing,
    /// Its arrays, in the order of their items.
    pub(super) leaves: Vec<Leaf>,
    /// Whether numbers are CF-decoded.
    pub(super) decode: bool,
}

impl Leaves {
    fn leaf(&self, array: &ArrayNode, slab: &Slab) -> Result<&Leaf, SourceError> {
        let malformed = |why: &str| Fault::Broken(why.to_owned()).at(&self.path, &array.origin);
        let item: Item = array.item;
        let leaf = self.leaves.get(item as usize).ok_or_else(|| malformed("it is not of this file"))?;
        if !slab.fits(&array.shape) {
            return Err(malformed("a box outside the array was asked for"));
        }
        Ok(leaf)
    }
}

impl Reader for Leaves {
    fn format(&self) -> &'static str {
        self.format
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn list(&self) -> Result<Listing, SourceError> {
        Ok(Listing { root: self.listing.root.clone(), warnings: self.listing.warnings.clone() })
    }

    fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        let leaf = self.leaf(array, slab)?;
        let undated = leaf.undated().filter(|_| array.dtype == Dtype::F64);
        let leaf = undated.as_ref().unwrap_or(leaf);
        leaf.read(slab, out).map_err(|fault| fault.at(&self.path, &array.origin))
    }

    fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, SourceError> {
        let leaf = self.leaf(array, slab)?;
        leaf.texts(slab).map_err(|fault| fault.at(&self.path, &array.origin))
    }

    /// Members of compound elements, data of linked files, and raw data in files of their own.
    fn extents(
        &self,
        array: &ArrayNode,
        _ranges: &[Vec<Range<usize>>],
    ) -> Result<Option<Vec<Extent>>, String> {
        match self.leaves.get(array.item as usize) {
            Some(leaf) if leaf.dtype() == array.dtype => leaf.extents(),
            _ => Ok(None),
        }
    }

    fn provenance(&self, array: &ArrayNode) -> Option<Provenance> {
        let leaf = self.leaves.get(array.item as usize)?;
        let mut files = [self.path.clone(), leaf.block.disk.path().to_owned()].into();
        leaf.block.place.add_files(&mut files)?;
        Some(Provenance { files, options: format!("decoded {}", self.decode) })
    }

    fn others(&self, array: &ArrayNode) -> Vec<PathBuf> {
        let Some(leaf) = self.leaves.get(array.item as usize) else { return Vec::new() };
        let mut files = std::collections::BTreeSet::new();
        // What cannot be looked at is an error when it is read.
        let _ = leaf.block.place.add_files(&mut files);
        if leaf.block.disk.path() != self.path {
            files.insert(leaf.block.disk.path().to_owned());
        }
        files.remove(&self.path);
        files.into_iter().collect()
    }

    fn has_characters(&self, array: &ArrayNode) -> bool {
        let leaf = self.leaves.get(array.item as usize);
        let content = leaf.map(|leaf| &leaf.content);
        self.format != "HDF5"
            && !array.shape.is_empty()
            && matches!(content, Some(Content::Fixed { size: 1, .. }))
    }
}
