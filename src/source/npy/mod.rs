//! numpy's `.npy` and `.npz` files.
//!
//! Formats: numpy.lib.format (NEP 1), versions 1.0 to 3.0; npz is a ZIP of them. A box is read
//! without the rest of the file, except in deflated members, which are inflated up to it. Complex
//! numbers become two arrays `re` and `im`, structured types tables of columns. Object arrays
//! (pickles) are refused.

mod decode;
mod descr;
mod header;
mod layout;
mod member;

pub(super) use decode::{micros, text};
pub(super) use descr::{Descr, Field, Kind, Record, Scalar, Unit, from_literal};
pub(super) use header::Literal;

use super::file::DataFile;
use super::{ArrayNode, Extent, Group, GroupKind, Item, Listing, Node, Reader, SourceError, Storage};
use crate::data::{Attr, Attrs, Dim, Slab, StrBuf};
use crate::diag::Diagnostic;
use decode::{Bytes, ReadError, Stream};
use layout::{Leaf, Outer};
use member::{Member, Place};
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use zip::ZipArchive;

/// Name of the format of a bare array.
pub(super) const FORMAT: &str = "npy";

/// First bytes of every npy file.
pub(super) const MAGIC: &[u8] = header::MAGIC;

/// A `.npy` or `.npz` file.
#[derive(Debug)]
pub struct Npy {
    file: DataFile,
    zipped: bool,
    members: Vec<Member>,
    /// Every array that can be read, and its member.
    leaves: Vec<(usize, Leaf)>,
    root: Node,
    warnings: Vec<Diagnostic>,
}

/// Opens an npy file.
///
/// # Errors
/// If it cannot be read or its header is not understood.
pub fn open(path: &Path) -> Result<Npy, SourceError> {
    let (file, handle) = DataFile::open(path)?;
    let member = Member::bare(&file, &handle)?;
    Ok(Npy::new(file, false, vec![member], Vec::new()))
}

/// Opens an npz file.
///
/// # Errors
/// If it cannot be read, is no ZIP, or holds no npy member.
pub fn open_npz(path: &Path) -> Result<Npy, SourceError> {
    let (file, handle) = DataFile::open(path)?;
    let (members, warnings) = member::list_zip(&file, handle)?;
    Ok(Npy::new(file, true, members, warnings))
}

impl Npy {
    fn new(file: DataFile, zipped: bool, members: Vec<Member>, warnings: Vec<Diagnostic>) -> Self {
        let mut npy = Self {
            file,
            zipped,
            members: Vec::new(),
            leaves: Vec::new(),
            root: Node::Group(Group::new(Vec::new())),
            warnings,
        };
        let mut nodes = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            nodes.push((member.name.clone(), npy.member_node(index, member)));
        }
        npy.members = members;
        npy.root = match nodes.pop() {
            Some((_, node)) if !zipped => node,
            last => {
                nodes.extend(last);
                let mut root = Group::new(Vec::new());
                for (name, node) in nodes {
                    npy.hang(&mut root, &name, node);
                }
                Node::Group(root)
            }
        };
        npy
    }

    /// A member's name may hold slashes.
    fn hang(&mut self, group: &mut Group, name: &str, node: Node) {
        let (first, rest) = match name.split_once('/') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        let at = group.members.iter().position(|(key, _)| key == first);
        match (rest, at.map(|at| &mut group.members[at].1)) {
            (None, None) => group.members.push((first.to_owned(), node)),
            (Some(rest), None) => {
                let mut inner = Group::new(Vec::new());
                self.hang(&mut inner, rest, node);
                group.members.push((first.to_owned(), Node::Group(inner)));
            }
            (Some(rest), Some(Node::Group(inner))) => self.hang(inner, rest, node),
            _ => self.warnings.push(Diagnostic::warning(format!(
                "{}: a second member `{name}` is left out",
                self.file.path().display()
            ))),
        }
    }

    fn member_node(&mut self, index: usize, member: &Member) -> Node {
        let broken = |error| Node::Broken(Arc::new(error));
        let header = match &member.header {
            Ok(header) => header,
            Err(why) => return broken(self.file.malformed(Some(&member.name), why.clone())),
        };
        let outer = match Outer::new(header, member.bytes) {
            Ok(outer) => outer,
            Err(why) => return broken(self.file.malformed(Some(&member.name), why)),
        };
        self.descr_node((index, member), &member.name, &header.descr, outer)
    }

    fn descr_node(
        &mut self,
        (index, member): (usize, &Member),
        origin: &str,
        descr: &Descr,
        at: Outer,
    ) -> Node {
        match descr {
            Descr::Scalar(scalar) if scalar.kind == Kind::Complex => {
                let parts = [("re", 0), ("im", 1)].map(|(name, part)| {
                    let leaf = at.leaf(*scalar, part);
                    (name.to_owned(), self.leaf_node((index, member), &format!("{origin}/{name}"), leaf))
                });
                Node::Group(Group::new(parts.into()))
            }
            Descr::Scalar(scalar) => self.leaf_node((index, member), origin, at.leaf(*scalar, 0)),
            Descr::Record(record) => {
                let rows = at.shape.len() == 1;
                let mut members = Vec::with_capacity(record.fields.len());
                for field in &record.fields {
                    let origin = format!("{origin}/{}", field.name);
                    let node = match at.field(field) {
                        Ok(inner) => self.descr_node((index, member), &origin, &field.descr, inner),
                        Err(why) => Node::Broken(Arc::new(self.file.malformed(Some(&origin), why))),
                    };
                    members.push((field.name.clone(), node));
                }
                let kind = if rows { GroupKind::Table } else { GroupKind::Group };
                Node::Group(Group::of(kind, Attrs::new(), members))
            }
        }
    }

    fn leaf_node(&mut self, (index, member): (usize, &Member), origin: &str, leaf: Leaf) -> Node {
        let dtype = match leaf.scalar.dtype() {
            Ok(dtype) => dtype,
            Err(what) => return Node::Broken(Arc::new(self.file.unsupported(origin, what))),
        };
        let mut attrs = Attrs::new();
        if let Kind::Timedelta(unit) = leaf.scalar.kind {
            attrs.insert("units", Attr::Text(unit.name()));
        }
        let first_dim = if leaf.in_table { "index".into() } else { Dim::anonymous(0) };
        let dims = (0..leaf.shape.len()).map(|i| if i == 0 { first_dim.clone() } else { Dim::anonymous(i) });
        let node = ArrayNode {
            dtype,
            stored: leaf.stored_name(),
            dims: dims.collect(),
            shape: leaf.shape.clone(),
            attrs,
            coords: Vec::new(),
            storage: self.storage(member, &leaf),
            file: 0,
            item: self.leaves.len() as Item,
            origin: origin.to_owned(),
        };
        self.leaves.push((index, leaf));
        Node::Array(Arc::new(node))
    }

    fn storage(&self, member: &Member, leaf: &Leaf) -> Storage {
        match member.place {
            Place::Stored(start) if leaf.is_plain() => Storage::Contiguous { offset: start + leaf.base },
            Place::Stored(_) => Storage::Opaque,
            Place::Deflated { .. } => {
                Storage::Chunked { chunk: leaf.shape.clone(), filters: vec!["deflate".to_owned()] }
            }
        }
    }

    fn leaf(&self, array: &ArrayNode) -> Result<(&Member, &Leaf), SourceError> {
        self.leaves
            .get(array.item as usize)
            .map(|(member, leaf)| (&self.members[*member], leaf))
            .ok_or_else(|| self.file.malformed(Some(&array.origin), "it is not in this file"))
    }

    /// Runs `decode` on the bytes after the member's header.
    fn with_bytes<T>(
        &self,
        array: &ArrayNode,
        member: &Member,
        decode: impl FnOnce(&mut dyn Bytes) -> Result<T, ReadError>,
    ) -> Result<T, SourceError> {
        let handle = self.file.reopen()?;
        let result = match member.place {
            Place::Stored(start) => decode(&mut At { handle, start }),
            Place::Deflated { index, skip } => {
                let broken = |why: String| self.file.malformed(Some(&array.origin), why);
                let mut archive = ZipArchive::new(handle).map_err(|error| broken(error.to_string()))?;
                let mut entry = archive.by_index(index).map_err(|error| broken(error.to_string()))?;
                let skipped = std::io::copy(&mut (&mut entry).take(skip), &mut std::io::sink());
                match skipped {
                    Ok(_) => decode(&mut Stream::new(entry, member.bytes)),
                    Err(error) => Err(ReadError::Io(error)),
                }
            }
        };
        result.map_err(|error| match error {
            ReadError::Value(why) => self.file.malformed(Some(&array.origin), why),
            ReadError::Io(error) if error.raw_os_error().is_some() => self.file.io(&error),
            ReadError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                self.file.malformed(Some(&array.origin), "it is cut off")
            }
            ReadError::Io(error) => self.file.malformed(Some(&array.origin), error.to_string()),
        })
    }
}

/// A file from some byte on.
struct At {
    handle: File,
    start: u64,
}

impl Bytes for At {
    fn read_exact_at(&mut self, offset: u64, buf: &mut [u8]) -> std::io::Result<()> {
        self.handle.read_exact_at(buf, self.start + offset)
    }
}

impl Reader for Npy {
    fn format(&self) -> &'static str {
        if self.zipped { "npz" } else { FORMAT }
    }

    fn path(&self) -> &Path {
        self.file.path()
    }

    fn list(&self) -> Result<Listing, SourceError> {
        Ok(Listing { root: self.root.clone(), warnings: self.warnings.clone() })
    }

    fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        let (member, leaf) = self.leaf(array)?;
        if slab.count() == 0 {
            return Ok(());
        }
        self.with_bytes(array, member, |bytes| {
            // One dense run that needs no decoding goes straight to its place.
            match decode::plain_run(leaf, slab) {
                Some(offset) if leaf.is_plain() => {
                    bytes.read_exact_at(offset, out).and_then(|()| bytes.finish()).map_err(ReadError::Io)
                }
                _ => decode::numbers(leaf, slab, bytes, out),
            }
        })
    }

    /// Arrays in Fortran's order, fields of structures, and parts of complex numbers lie in steps.
    fn extents(
        &self,
        array: &ArrayNode,
        _ranges: &[Vec<Range<usize>>],
    ) -> Result<Option<Vec<Extent>>, String> {
        let (member, leaf) = self.leaf(array).map_err(|error| error.to_string())?;
        let (Place::Stored(start), Some(steps)) = (member.place, leaf.steps()) else { return Ok(None) };
        let offset = start.checked_add(leaf.base).ok_or("it lies beyond the end of its file")?;
        let file = Arc::new(self.file.stamp());
        let (start, count) = (vec![0; leaf.shape.len()], leaf.shape.clone());
        Ok(Some(vec![Extent { file, offset, start, count, steps }]))
    }

    fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, SourceError> {
        let (member, leaf) = self.leaf(array)?;
        if slab.count() == 0 {
            return Ok(std::iter::empty::<&str>().collect());
        }
        let texts = self.with_bytes(array, member, |bytes| decode::texts(leaf, slab, bytes))?;
        Ok(texts.iter().collect())
    }
}
