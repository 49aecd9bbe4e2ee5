//! The trait that every format implements.

use super::{ArrayNode, Extent, Node, Provenance, SourceError};
use crate::data::{Slab, StrBuf};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Number of a dataset inside one reader.
pub type Item = u32;

/// What a file holds: its root node, whose arrays carry the [`Item`]s to read them by.
#[derive(Debug)]
pub struct Listing {
    /// The root; a group for formats with a tree, an array for a bare npy.
    pub root: Node,
    /// What should be known (label mistakes and the like).
    pub warnings: Vec<crate::diag::Diagnostic>,
}

/// An open file of some format. Metadata first, values on demand by slice.
///
/// A reader is opened in the parent for metadata, and used for values in the loader child only.
pub trait Reader: Send + Sync + std::fmt::Debug {
    /// Name of the format, such as `HDF5`.
    fn format(&self) -> &'static str;

    /// The file.
    fn path(&self) -> &Path;

    /// Lists the file's content without reading values (except small coordinates where a format
    /// forces it). Paths of coordinates are relative to the root of this file.
    ///
    /// # Errors
    /// If the file as a whole cannot be understood; one bad dataset is a [`Node::Broken`].
    fn list(&self) -> Result<Listing, SourceError>;

    /// Decodes the box `slab` of numeric array `array` into `out`, row-major, in `array.dtype` and
    /// native byte order, CF decoding done; a time whose node says `float64` as bare numbers in its
    /// `units` ([`Tree::undated`](super::Tree::undated)). `out.len()` is the box's count times the element size.
    ///
    /// # Errors
    /// If the data are cut off, broken, or use an unsupported filter.
    fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError>;

    /// The texts in the box `slab` of a text array, row-major.
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into).
    fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, SourceError>;

    /// Where the values of a numeric array that `ranges` (some an axis) touch lie in files as they are
    /// wanted in memory, if its [`Storage`](super::Storage) does not say so already. `None` if they are
    /// stored otherwise, as the storage tells.
    ///
    /// # Errors
    /// A better reason, as the end of a sentence.
    fn extents(
        &self,
        _array: &ArrayNode,
        _ranges: &[Vec<Range<usize>>],
    ) -> Result<Option<Vec<Extent>>, String> {
        Ok(None)
    }

    /// What the values of an array of this reader depend on besides its node; `None` if that cannot
    /// be told before they are read. `path` and `format` need not be in the options.
    fn provenance(&self, _array: &ArrayNode) -> Option<Provenance> {
        Some(Provenance { files: [self.path().to_owned()].into(), options: String::new() })
    }

    /// Files besides the reader's own that values of an array come from: linked files, raw data, sources
    /// of virtual datasets, also those that are not there.
    fn others(&self, _array: &ArrayNode) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Whether the elements of a text array are the characters of texts along its last axis, shown one
    /// by one because that axis has labels of its own. Statistics are those of the texts.
    fn has_characters(&self, _array: &ArrayNode) -> bool {
        false
    }
}
