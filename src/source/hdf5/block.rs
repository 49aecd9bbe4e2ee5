//! The stored elements of one dataset: where they lie, and reading a box of them.

use super::disk::Disk;
use super::external::{self, Piece};
use super::fault::Fault;
use super::index::Entry;
use super::ragged::Rows;
use super::runs::{Placed, for_runs};
use super::virtuals::Virtual;
use hdf5_reader::messages::filter_pipeline::FilterDescription;
use hdf5_reader::messages::layout::ChunkIndexing;
use std::fs::File;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Where the elements of a dataset lie.
#[derive(Debug)]
pub(in crate::source) enum Place {
    /// Nowhere: all are the fill value.
    Nowhere,
    /// In the metadata.
    Here(Vec<u8>),
    /// In one run from this byte of the file.
    Contiguous(u64),
    /// NetCDF classic records: index 0 of the first axis at this byte, the next so many bytes on.
    Records { at: u64, stride: u64 },
    /// In pieces of files of their own.
    External(Vec<Piece>),
    /// In rows of different lengths, which the one axis counts through.
    Ragged(Rows),
    /// In other datasets.
    Virtual(Virtual),
    /// In chunks of this shape.
    Chunked { at: u64, chunk: Vec<usize>, indexing: Option<ChunkIndexing>, max: Option<Vec<u64>> },
}

impl Place {
    /// Adds the files in which values lie besides the dataset's own: of a virtual dataset also those that
    /// are not there. `None` if a source of one cannot be looked at, or they are very many.
    pub(super) fn add_files(&self, files: &mut std::collections::BTreeSet<std::path::PathBuf>) -> Option<()> {
        match self {
            Self::External(pieces) => files.extend(pieces.iter().map(|piece| piece.path().to_owned())),
            Self::Virtual(parts) => parts.add_files(files)?,
            Self::Nowhere
            | Self::Here(_)
            | Self::Contiguous(_)
            | Self::Records { .. }
            | Self::Ragged(_)
            | Self::Chunked { .. } => {}
        }
        Some(())
    }
}

/// The stored elements of a dataset.
#[derive(Debug)]
pub(in crate::source) struct Block {
    /// The file.
    pub(in crate::source) disk: Arc<Disk>,
    /// Byte of the file that HDF5 addresses count from.
    pub(in crate::source) base: u64,
    /// Bytes of an HDF5 address and of a length.
    pub(in crate::source) widths: (u8, u8),
    /// Lengths of the axes as stored. The box read may reach beyond: there is the fill value.
    pub(in crate::source) extent: Vec<usize>,
    /// Bytes an element.
    pub(in crate::source) elem: usize,
    /// Where they lie.
    pub(in crate::source) place: Place,
    /// Filters of the chunks.
    pub(in crate::source) filters: Vec<FilterDescription>,
    /// One element of what was never written.
    pub(in crate::source) fill: Vec<u8>,
    /// The chunks, looked up when first needed.
    pub(super) index: OnceLock<Result<Arc<Vec<Entry>>, Fault>>,
}

/// What takes the stored elements of a box, which has its own row-major numbering.
pub(in crate::source) trait Sink {
    /// Takes the stored bytes of elements `at..`.
    fn put(&mut self, at: usize, bytes: &[u8]) -> Result<(), Fault>;

    /// Where the stored bytes of elements `at..at + n` may be put directly.
    fn direct(&mut self, at: usize, n: usize) -> Option<&mut [u8]> {
        let _ = (at, n);
        None
    }
}

/// Fills a buffer from a byte on.
type ReadAt<'a> = dyn Fn(u64, &mut [u8]) -> Result<(), Fault> + 'a;

/// Bytes handed over at once.
const PIECE: usize = 1 << 20;

impl Block {
    /// A block; nothing is read.
    pub(in crate::source) fn new(
        disk: Arc<Disk>,
        base: u64,
        widths: (u8, u8),
        extent: Vec<usize>,
        elem: usize,
        place: Place,
    ) -> Self {
        let fill = vec![0; elem];
        Self { disk, base, widths, extent, elem, place, filters: Vec::new(), fill, index: OnceLock::new() }
    }

    /// Hands the stored elements of the box `ranges` to `sink`; in what order is not said, and an
    /// element may be handed over twice, the later one counts.
    ///
    /// # Errors
    /// If the file is cut off, broken, or cannot be read.
    pub(in crate::source) fn visit(&self, ranges: &[Range<usize>], sink: &mut dyn Sink) -> Result<(), Fault> {
        let target: Vec<usize> = ranges.iter().map(ExactSizeIterator::len).collect();
        if target.contains(&0) {
            return Ok(());
        }
        let inside: Vec<Range<usize>> =
            ranges.iter().zip(&self.extent).map(|(r, n)| r.start.min(*n)..r.end.min(*n)).collect();
        let len: Vec<usize> = inside.iter().map(ExactSizeIterator::len).collect();
        if len != target || matches!(self.place, Place::Nowhere) {
            self.put_fill(0, target.iter().product(), sink)?;
        }
        if len.contains(&0) {
            return Ok(());
        }
        let start: Vec<usize> = inside.iter().map(|r| r.start).collect();
        let zeros = vec![0; target.len()];
        let to = Placed { shape: &target, at: &zeros };
        let from = Placed { shape: &self.extent, at: &start };
        match &self.place {
            Place::Nowhere => Ok(()),
            Place::Here(bytes) => for_runs(from, to, &len, &mut |from, to, n| {
                let piece = bytes.get(from * self.elem..(from + n) * self.elem);
                sink.put(to, piece.ok_or_else(|| Fault::Broken("compact data are cut off".to_owned()))?)
            }),
            Place::Contiguous(at) => {
                let file = self.disk.get()?;
                let mut buffer = Vec::new();
                for_runs(from, to, &len, &mut |from, to, n| {
                    self.put_run(&file, at + (from * self.elem) as u64, to, n, &mut buffer, sink)
                })
            }
            Place::Records { at, stride } => {
                let file = self.disk.get()?;
                let mut buffer = Vec::new();
                let row: usize = target[1..].iter().product();
                for (i, record) in inside[0].clone().enumerate() {
                    let base = at + record as u64 * stride;
                    let from = Placed { shape: &self.extent[1..], at: &start[1..] };
                    let to = Placed { shape: &target[1..], at: &zeros[1..] };
                    for_runs(from, to, &len[1..], &mut |from, to, n| {
                        let at = base + (from * self.elem) as u64;
                        self.put_run(&file, at, i * row + to, n, &mut buffer, sink)
                    })?;
                }
                Ok(())
            }
            Place::External(pieces) => {
                let mut buffer = Vec::new();
                for_runs(from, to, &len, &mut |from, to, n| {
                    let read = |at: u64, out: &mut [u8]| external::read(pieces, at, out);
                    self.put_pieces(&read, (from * self.elem) as u64, to, n, &mut buffer, sink)
                })
            }
            Place::Ragged(rows) => rows.visit(&inside[0], self.elem, sink),
            Place::Virtual(parts) => {
                let all = target.iter().product();
                parts.visit(&inside, &target, &|sink| self.put_fill(0, all, sink), sink)
            }
            Place::Chunked { chunk, .. } => self.visit_chunks(chunk, &inside, to, sink),
        }
    }

    /// Length of chunks along the first axis; 1 without chunks.
    pub(in crate::source) fn first_chunk(&self) -> usize {
        match &self.place {
            Place::Chunked { chunk, .. } => chunk.first().copied().unwrap_or(1),
            _ => 1,
        }
    }

    pub(super) fn put_fill(&self, at: usize, n: usize, sink: &mut dyn Sink) -> Result<(), Fault> {
        let most = (PIECE / self.elem.max(1)).max(1).min(n);
        let pattern = self.fill.repeat(most);
        let mut done = 0;
        while done < n {
            let piece = most.min(n - done);
            sink.put(at + done, &pattern[..piece * self.elem])?;
            done += piece;
        }
        Ok(())
    }

    /// `n` elements from byte `at` of the file, in pieces of at most 1 MiB.
    pub(super) fn put_run(
        &self,
        file: &File,
        at: u64,
        to: usize,
        n: usize,
        buffer: &mut Vec<u8>,
        sink: &mut dyn Sink,
    ) -> Result<(), Fault> {
        if at.checked_add((n * self.elem) as u64).is_none_or(|end| end > self.disk.len()) {
            return Err(Fault::Broken("the file ends before the data do".to_owned()));
        }
        let read = |at: u64, out: &mut [u8]| Ok(self.disk.read(file, at, out)?);
        self.put_pieces(&read, at, to, n, buffer, sink)
    }

    /// `n` elements that `read` gives from byte `at` on.
    fn put_pieces(
        &self,
        read: &ReadAt<'_>,
        at: u64,
        to: usize,
        n: usize,
        buffer: &mut Vec<u8>,
        sink: &mut dyn Sink,
    ) -> Result<(), Fault> {
        if let Some(out) = sink.direct(to, n) {
            return read(at, out);
        }
        let most = (PIECE / self.elem).max(1);
        let mut done = 0;
        while done < n {
            let piece = most.min(n - done);
            buffer.resize(piece * self.elem, 0);
            read(at + (done * self.elem) as u64, buffer)?;
            sink.put(to + done, buffer)?;
            done += piece;
        }
        Ok(())
    }
}
