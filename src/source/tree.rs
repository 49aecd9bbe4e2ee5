//! The tree of metadata that data files give.

use super::{Item, Reader, SourceError};
use crate::data::{Attrs, Coord, Coords, Dim, Dtype, Slab, Values};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// A file that was opened, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as the user gave it.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change.
    pub modified: Option<SystemTime>,
    /// Name of the format.
    pub format: &'static str,
}

/// Where a coordinate's values are.
#[derive(Clone, Debug)]
pub enum CoordSource {
    /// In a leaf of the tree, by its path from the tree's root.
    Leaf(String),
    /// Made from attributes, held here.
    Inline(Coord),
}

/// How a dataset lies in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// Not known or of no matter.
    #[default]
    Opaque,
    /// One run of bytes, in native order and of the decoded type: can be copied or mapped as it is.
    Contiguous {
        /// First byte in the file.
        offset: u64,
    },
    /// In chunks of this shape.
    Chunked {
        /// Elements along each axis.
        chunk: Vec<usize>,
        /// Names of the filters, for display.
        filters: Vec<String>,
    },
}

/// An array (or a column of a table): metadata only.
#[derive(Clone, Debug)]
pub struct ArrayNode {
    /// Element type after decoding.
    pub dtype: Dtype,
    /// Stored type by numpy's name (`int16` for packed data, byte order apart).
    pub stored: String,
    /// Names of the axes.
    pub dims: Vec<Dim>,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// Attributes; those used up by decoding are kept as well.
    pub attrs: Attrs,
    /// Coordinates by name, in order.
    pub coords: Vec<(String, CoordSource)>,
    /// How it lies in its file.
    pub storage: Storage,
    /// Index of its reader in the tree.
    pub file: usize,
    /// Which dataset of that reader.
    pub item: Item,
    /// Its name in the file (`group/var`), for messages.
    pub origin: String,
}

impl ArrayNode {
    /// Decoded size in bytes; `None` for text.
    pub fn nbytes(&self) -> Option<u64> {
        let size = self.dtype.size()? as u64;
        self.shape.iter().try_fold(size, |n, len| n.checked_mul(*len as u64))
    }
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// A group of a file, a file, or a folder.
    Group,
    /// A table: its members are columns of one length.
    Table,
}

/// Named members.
#[derive(Clone, Debug)]
pub struct Group {
    /// What it is.
    pub kind: GroupKind,
    /// Attributes.
    pub attrs: Attrs,
    /// Members, in order.
    pub members: Vec<(String, Node)>,
}

/// One place in the tree.
#[derive(Clone, Debug)]
pub enum Node {
    /// Group or table.
    Group(Group),
    /// Array.
    Array(Arc<ArrayNode>),
    /// A text file.
    Text(Arc<str>),
    /// A YAML or JSON value.
    Value(Arc<serde_json::Value>),
    /// What cannot be read, and why.
    Broken(Arc<SourceError>),
}

/// All data of a run: nodes by path, and the readers behind them.
#[derive(Debug)]
pub struct Tree {
    /// The root group.
    pub root: Group,
    /// The files, in the order of [`ArrayNode::file`].
    pub files: Vec<SourceFile>,
    pub(super) readers: Vec<Arc<dyn Reader>>,
}

impl Tree {
    /// The node at `path` (`a/b/c`; empty segments are dropped, `.` is the group itself, `..` its
    /// parent).
    ///
    /// # Errors
    /// [`SourceError::NoSuchPath`] with near names; the error of a broken node on the way.
    pub fn get(&self, path: &str) -> Result<&Node, SourceError> {
        let _ = path;
        unimplemented!()
    }

    /// The array at `path`.
    ///
    /// # Errors
    /// As [`get`](Self::get), and [`SourceError::NotAnArray`].
    pub fn array(&self, path: &str) -> Result<&Arc<ArrayNode>, SourceError> {
        let _ = path;
        unimplemented!()
    }

    /// One coordinate of the array at `path`, its values read into this process's heap (cached).
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn coord(&self, path: &str, name: &str) -> Result<Option<Coord>, SourceError> {
        let _ = (path, name);
        unimplemented!()
    }

    /// All coordinates of the array at `path`, as [`coord`](Self::coord).
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn coords(&self, path: &str) -> Result<Coords, SourceError> {
        let _ = path;
        unimplemented!()
    }

    /// Decodes a box of a numeric array into `out`; see [`Reader::read_into`].
    ///
    /// # Errors
    /// As the reader's.
    pub fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        self.readers[array.file].read_into(array, slab, out)
    }

    /// The box `slab` of an array as values on the heap, text too.
    ///
    /// # Errors
    /// As the reader's.
    pub fn read(&self, array: &ArrayNode, slab: &Slab) -> Result<Values, SourceError> {
        let _ = (array, slab);
        unimplemented!()
    }

    /// Every node with its path, depth first, in order.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a Node)) {
        let _ = visit;
        unimplemented!()
    }
}
