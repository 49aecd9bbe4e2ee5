//! Columnar tables: Arrow IPC files and streams, Feather (version 2 is Arrow's file), Parquet.
//!
//! A file is a table with one node a column along the dim `index`. Formats: Arrow's columnar format
//! 1.5, Parquet format 2.12. Arrow files are read through arrow2 where it can, else through Apache's
//! arrow-ipc (see [`ipc`]), Parquet through Apache's parquet crate; no other module names them. All
//! give arrays of the current arrow crates, from which [`read`] fills a caller's buffer piece by
//! piece (a piece is a batch or a row group).

mod descend;
mod engine;
mod fault;
mod ipc;
mod leaf;
mod listing;
mod numbers;
mod pandas;
mod parquet;
mod read;
mod texts;

pub use ipc::write_arrow;

use super::file::DataFile;
use super::{ArrayNode, Extent, Listing, Node, Reader, SourceError};
use crate::data::{Slab, StrBuf};
use crate::diag::Diagnostic;
use engine::Engine;
use fault::{Fault, broken, guarded};
use leaf::Leaf;
use read::Source;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// What kind of columnar file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Arrow IPC, file format; Feather version 2.
    ArrowFile,
    /// Arrow IPC, stream format.
    ArrowStream,
    /// Parquet.
    Parquet,
}

/// What the first bytes of a file say.
pub(super) fn kind(head: &[u8]) -> Option<Kind> {
    if head.starts_with(b"ARROW1") {
        return Some(Kind::ArrowFile);
    }
    if head.starts_with(b"PAR1") {
        return Some(Kind::Parquet);
    }
    // A stream's first message: a marker, the length of its metadata, these.
    let (marker, rest) = head.split_first_chunk::<4>()?;
    let length = i32::from_le_bytes(*rest.first_chunk::<4>()?);
    (*marker == [0xff; 4] && length > 0 && length % 8 == 0).then_some(Kind::ArrowStream)
}

/// An open columnar file.
#[derive(Debug)]
pub(super) struct Columnar {
    file: DataFile,
    engine: Box<dyn Engine>,
    root: Node,
    leaves: Vec<Leaf>,
    levels: Vec<Vec<usize>>,
    warnings: Vec<Diagnostic>,
}

/// Opens a columnar file; reads its metadata, and the lengths of lists.
///
/// # Errors
/// If its metadata are broken, or it is encrypted.
pub(super) fn open(file: DataFile, handle: &File, kind: Kind) -> Result<Columnar, SourceError> {
    let mut warnings = Vec::new();
    let opened = guarded(|| {
        Ok::<Box<dyn Engine>, Fault>(match kind {
            Kind::ArrowFile => Box::new(ipc::Ipc::open_file(handle, file.size())?),
            Kind::ArrowStream => Box::new(ipc::Ipc::open_stream(handle, file.size(), &mut warnings)?),
            Kind::Parquet => Box::new(parquet::Parquet::open(handle, file.size(), &mut warnings)?),
        })
    });
    let engine = opened.map_err(|fault| fault.of(file.path()))?;
    let listed = listing::list(&file, handle, engine.as_ref())?;
    let path = file.path().display().to_string();
    warnings.extend(listed.warnings);
    for warning in &mut warnings {
        if !warning.message.starts_with(&path) {
            warning.message = format!("{path}: {}", warning.message);
        }
    }
    Ok(Columnar { file, engine, root: listed.root, leaves: listed.leaves, levels: listed.levels, warnings })
}

impl Columnar {
    fn with_source<T>(
        &self,
        array: &ArrayNode,
        read: impl FnOnce(&Source<'_>) -> Result<T, Fault>,
    ) -> Result<T, SourceError> {
        let missing = || self.file.malformed(Some(&array.origin), "it is not in this file");
        let leaf = self.leaves.get(array.item as usize).ok_or_else(missing)?;
        let starts = self.levels.get(leaf.level).ok_or_else(missing)?;
        let handle = self.file.reopen()?;
        let source =
            Source { engine: self.engine.as_ref(), file: &handle, leaf, shape: &array.shape, starts };
        guarded(|| read(&source)).map_err(|fault| fault.at(self.file.path(), &array.origin))
    }
}

impl Reader for Columnar {
    fn format(&self) -> &'static str {
        self.engine.format()
    }

    fn path(&self) -> &Path {
        self.file.path()
    }

    fn list(&self) -> Result<Listing, SourceError> {
        Ok(Listing { root: self.root.clone(), warnings: self.warnings.clone() })
    }

    fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        self.with_source(array, |source| source.numbers(slab, out))
    }

    fn extents(
        &self,
        array: &ArrayNode,
        _ranges: &[Vec<Range<usize>>],
    ) -> Result<Option<Vec<Extent>>, String> {
        let found = self.with_source(array, |source| {
            let leaf = source.leaf;
            if leaf.is_ragged() || leaf.level != 0 || leaf.dtype != array.dtype {
                return Ok(None);
            }
            source.engine.lying(source.file, leaf)
        });
        let Some(places) = found.map_err(|error| error.to_string())? else { return Ok(None) };
        let (file, mut extents, mut first) = (Arc::new(self.file.stamp()), Vec::new(), 0);
        for (rows, offset) in self.engine.rows().iter().filter(|rows| **rows > 0).zip(places) {
            let mut extent = Extent::dense(file.clone(), offset, &array.shape);
            (extent.start[0], extent.count[0]) = (first, *rows);
            first += rows;
            extents.push(extent);
        }
        Ok(Some(extents))
    }

    fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, SourceError> {
        self.with_source(array, |source| source.texts(slab))
    }
}

/// Fills `out` from byte `offset` of a file on.
fn read_exact_at(file: &File, out: &mut [u8], offset: u64) -> Result<(), Fault> {
    use std::os::unix::fs::FileExt;
    file.read_exact_at(out, offset).map_err(|error| match (error.kind(), error.raw_os_error()) {
        (std::io::ErrorKind::UnexpectedEof, _) => broken("it is cut off"),
        (_, Some(code)) => broken(nix::errno::Errno::from_raw(code).desc().to_lowercase()),
        _ => broken(error.to_string()),
    })
}
