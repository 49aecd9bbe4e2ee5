//! Zarr stores, versions 2 and 3: folders, and ZIP archives of them.
//!
//! One store is one data source. Metadata (consolidated or not) are read when it is opened; values
//! chunk by chunk, straight into the caller's memory, and only the chunks that a box touches; of
//! shards only the chunks inside. Codecs come from the crate zarrs and from the decompressors that
//! other formats use; chunks, keys and shards are looked up here, since sizes that a broken store
//! claims must be checked before memory is taken, and no thread may be started.
//!
//! What is decoded follows zarr-python 3 and, for attributes, `xarray.open_zarr`.

mod chain;
mod coder;
mod engine;
mod fault;
mod fill;
mod json;
mod leaf;
mod list;
mod lying;
mod meta;
mod numeric;
mod read;
mod scatter;
mod store;
mod v2;
mod v3;
mod walk;
mod zipped;

use super::{ArrayNode, Extent, Listing, Node, Provenance, Reader, SourceError};
use crate::data::{Dtype, Slab, StrBuf};
use crate::diag::Diagnostic;
use leaf::Leaf;
use std::ops::Range;
use std::path::{Path, PathBuf};
use store::Store;

pub(super) use zipped::is_store as is_zipped_store;

/// A Zarr store, or a group or an array in one.
#[derive(Debug)]
pub struct Zarr {
    store: Store,
    root: Node,
    leaves: Vec<Leaf>,
    warnings: Vec<Diagnostic>,
}

/// Whether a folder is a Zarr store, or a node in one: it has metadata of Zarr.
pub(super) fn is_store(folder: &Path) -> bool {
    [".zgroup", ".zarray", ".zmetadata", "zarr.json"].iter().any(|mark| folder.join(mark).is_file())
}

/// Opens a store by its folder (or that of a node in it), or by its ZIP archive.
///
/// # Errors
/// If its root's metadata cannot be read or understood; what is wrong with one node concerns that
/// node alone.
pub fn open(path: &Path) -> Result<Zarr, SourceError> {
    let store = if path.is_dir() {
        Store::Folder(PathBuf::from(path))
    } else {
        Store::Zip(zipped::Zipped::open(path)?)
    };
    let list::Listed { root, leaves, warnings } = list::list(&store, walk::documents(&store)?);
    Ok(Zarr { store, root, leaves, warnings })
}

impl Zarr {
    fn leaf(&self, array: &ArrayNode, slab: &Slab) -> Result<&Leaf, SourceError> {
        let leaf = self.leaves.get(array.item as usize);
        let fits = |leaf: &&Leaf| {
            let mut shape = leaf.array.meta.shape.clone();
            shape.extend(leaf.inner.iter().map(|(len, _)| *len));
            slab.fits(&shape)
        };
        leaf.filter(fits).ok_or_else(|| SourceError::Malformed {
            file: self.store.path().to_owned(),
            dataset: Some(array.origin.clone()),
            why: "a part was asked for that is not in this store".to_owned(),
        })
    }
}

impl Reader for Zarr {
    fn format(&self) -> &'static str {
        "Zarr"
    }

    fn path(&self) -> &Path {
        self.store.path()
    }

    fn list(&self) -> Result<Listing, SourceError> {
        Ok(Listing { root: self.root.clone(), warnings: self.warnings.clone() })
    }

    fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        let leaf = self.leaf(array, slab)?;
        if out.is_empty() {
            return Ok(());
        }
        let undated = leaf.undated().filter(|_| array.dtype == Dtype::F64);
        read::numbers(&self.store, undated.as_ref().unwrap_or(leaf), slab, out)
    }

    fn extents(
        &self,
        array: &ArrayNode,
        ranges: &[Vec<Range<usize>>],
    ) -> Result<Option<Vec<Extent>>, String> {
        match self.leaves.get(array.item as usize) {
            Some(leaf) if leaf.content.dtype() == array.dtype => lying::extents(&self.store, leaf, ranges),
            _ => Ok(None),
        }
    }

    fn provenance(&self, array: &ArrayNode) -> Option<Provenance> {
        let leaf = self.leaves.get(array.item as usize)?;
        let path = match &self.store {
            Store::Folder(folder) => folder.join(&leaf.array.path),
            Store::Zip(_) => self.store.path().to_owned(),
        };
        // Metadata may come from elsewhere than the array's own folder.
        let options = format!("{:?} {:?}", leaf.content, leaf.array.meta);
        Some(Provenance { files: [path].into(), options })
    }

    fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, SourceError> {
        let leaf = self.leaf(array, slab)?;
        if slab.count() == 0 {
            return Ok(std::iter::empty::<&str>().collect());
        }
        Ok(read::texts(&self.store, leaf, slab)?.iter().collect())
    }
}
