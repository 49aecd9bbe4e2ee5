//! The stored elements of one dataset: where they lie, and reading a box of them.

use super::disk::{Disk, Window};
use super::external::{self, Piece};
use super::fault::Fault;
use super::filters::{self, Scratch};
use super::ragged::Rows;
use super::runs::{Placed, for_runs, strides};
use super::virtuals::Virtual;
use hdf5_reader::messages::filter_pipeline::FilterDescription;
use hdf5_reader::messages::layout::ChunkIndexing;
use hdf5_reader::{btree_v1, chunk_index, extensible_array, fixed_array};
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

/// Where one chunk lies; sorted by `number`, its row-major number in the grid of chunks.
#[derive(Clone, Copy, Debug)]
struct Entry {
    number: u64,
    at: u64,
    len: u64,
    mask: u32,
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
    index: OnceLock<Result<Arc<Vec<Entry>>, Fault>>,
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

    fn put_fill(&self, at: usize, n: usize, sink: &mut dyn Sink) -> Result<(), Fault> {
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
    fn put_run(
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

    fn visit_chunks(
        &self,
        chunk: &[usize],
        inside: &[Range<usize>],
        to: Placed<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), Fault> {
        let entries = self.entries(chunk)?;
        let grid: Vec<usize> = self.extent.iter().zip(chunk).map(|(n, c)| n.div_ceil(*c)).collect();
        let steps = strides(&grid);
        let bytes = chunk.iter().try_fold(self.elem, |n, c| n.checked_mul(*c));
        let bytes = bytes.ok_or_else(|| Fault::Broken("the chunks are larger than any memory".to_owned()))?;
        let file = self.disk.get()?;
        let mut scratch = Scratch::default();
        let first: Vec<usize> = inside.iter().zip(chunk).map(|(r, c)| r.start / c).collect();
        let last: Vec<usize> = inside.iter().zip(chunk).map(|(r, c)| (r.end - 1) / c).collect();
        let mut at = first.clone();
        loop {
            let number: u64 = at.iter().zip(&steps).map(|(i, s)| (*i as u64).saturating_mul(*s as u64)).sum();
            let mut source = Vec::with_capacity(at.len());
            let mut target = Vec::with_capacity(at.len());
            let mut len = Vec::with_capacity(at.len());
            for (axis, range) in inside.iter().enumerate() {
                let begin = at[axis] * chunk[axis];
                let start = range.start.max(begin);
                source.push(start - begin);
                target.push(start - range.start);
                len.push(range.end.min(begin + chunk[axis]) - start);
            }
            let from = Placed { shape: chunk, at: &source };
            let to = Placed { shape: to.shape, at: &target };
            match entries.binary_search_by_key(&number, |e| e.number) {
                Ok(found) => {
                    self.load(&file, entries[found], bytes, &mut scratch)?;
                    for_runs(from, to, &len, &mut |from, to, n| {
                        sink.put(to, &scratch.bytes[from * self.elem..(from + n) * self.elem])
                    })?;
                }
                Err(_) => for_runs(from, to, &len, &mut |_, to, n| self.put_fill(to, n, sink))?,
            }
            let Some(axis) = (0..at.len()).rev().find(|k| at[*k] < last[*k]) else { return Ok(()) };
            at[axis] += 1;
            at[axis + 1..].copy_from_slice(&first[axis + 1..]);
        }
    }

    /// Reads and decodes one chunk into `scratch`.
    fn load(&self, file: &File, entry: Entry, bytes: usize, scratch: &mut Scratch) -> Result<(), Fault> {
        let stored = usize::try_from(entry.len).unwrap_or(usize::MAX);
        let start = self.base.checked_add(entry.at);
        let end = start.and_then(|start| start.checked_add(entry.len));
        let (Some(start), Some(true)) = (start, end.map(|end| end <= self.disk.len())) else {
            return Err(Fault::Broken("a chunk lies beyond the end of the file".to_owned()));
        };
        if bytes > filters::most_bytes(&self.filters, stored) {
            return Err(Fault::Broken(format!("{stored} stored bytes cannot be a chunk of {bytes}")));
        }
        scratch.bytes.clear();
        scratch.bytes.try_reserve_exact(stored).map_err(|e| Fault::Broken(e.to_string()))?;
        scratch.bytes.resize(stored, 0);
        self.disk.read(file, start, &mut scratch.bytes)?;
        scratch.undo(&self.filters, entry.mask, self.elem, bytes)
    }

    fn entries(&self, chunk: &[usize]) -> Result<Arc<Vec<Entry>>, Fault> {
        self.index.get_or_init(|| super::fault::guarded(|| self.look_up(chunk)).map(Arc::new)).clone()
    }

    /// All chunks of the dataset that lie inside its extent.
    fn look_up(&self, chunk: &[usize]) -> Result<Vec<Entry>, Fault> {
        let Place::Chunked { at, indexing, max, .. } = &self.place else { return Ok(Vec::new()) };
        let (offset_size, length_size) = self.widths;
        if hdf5_reader::io::Cursor::is_undefined_offset(*at, offset_size) {
            return Ok(Vec::new());
        }
        let rank = chunk.len();
        let storage = Window::cached(&self.disk, self.base, 64)?;
        let extent: Vec<u64> = self.extent.iter().map(|n| *n as u64).collect();
        // Fixed arrays and implicit indexes number the chunks of the largest extent, not of the
        // present one, unless that is unlimited.
        let largest = match max {
            Some(max) if max.len() == rank && !max.contains(&u64::MAX) => max.clone(),
            _ => extent.clone(),
        };
        let dims: Vec<u32> = chunk.iter().map(|c| *c as u32).collect();
        let plain = (self.elem as u64).saturating_mul(chunk.iter().map(|c| *c as u64).product());
        let found = match indexing {
            None => {
                let leaves = btree_v1::collect_btree_v1_leaves_storage(
                    storage.as_ref(),
                    *at,
                    offset_size,
                    length_size,
                    Some(rank as u32),
                    &dims,
                    None,
                )?;
                leaves
                    .into_iter()
                    .filter_map(|(key, address)| match key {
                        btree_v1::BTreeV1Key::RawData { chunk_size, filter_mask, offsets } => {
                            Some(chunk_index::ChunkEntry {
                                address,
                                size: u64::from(chunk_size),
                                filter_mask,
                                offsets: offsets.get(..rank)?.to_vec(),
                            })
                        }
                        btree_v1::BTreeV1Key::Group { .. } => None,
                    })
                    .collect()
            }
            Some(ChunkIndexing::SingleChunk { filtered_size, filters }) => {
                vec![chunk_index::single_chunk_entry(*at, *filtered_size, *filters, rank)]
            }
            Some(ChunkIndexing::Implicit) => chunk_index::collect_implicit_chunk_entries(
                *at,
                &largest,
                &dims,
                self.elem,
                None,
                storage.len(),
            )?,
            Some(ChunkIndexing::FixedArray { .. }) => fixed_array::collect_fixed_array_chunk_entries_storage(
                storage.as_ref(),
                *at,
                offset_size,
                length_size,
                &largest,
                &dims,
                None,
            )?,
            Some(ChunkIndexing::ExtensibleArray { .. }) => {
                extensible_array::collect_extensible_array_chunk_entries_storage(
                    storage.as_ref(),
                    *at,
                    offset_size,
                    length_size,
                    &extent,
                    max.as_deref(),
                    &dims,
                    None,
                )?
            }
            Some(ChunkIndexing::BTreeV2) => chunk_index::collect_v2_chunk_entries_storage(
                storage.as_ref(),
                *at,
                offset_size,
                length_size,
                rank as u32,
                &dims,
                None,
            )?,
        };
        self.number(found, chunk, plain)
    }

    /// Chunks by their number in the grid of the extent; those outside it are left over from a
    /// larger extent.
    fn number(
        &self,
        found: Vec<chunk_index::ChunkEntry>,
        chunk: &[usize],
        plain: u64,
    ) -> Result<Vec<Entry>, Fault> {
        let grid: Vec<usize> = self.extent.iter().zip(chunk).map(|(n, c)| n.div_ceil(*c)).collect();
        let steps = strides(&grid);
        let mut entries = Vec::with_capacity(found.len());
        for entry in found {
            if hdf5_reader::io::Cursor::is_undefined_offset(entry.address, self.widths.0) {
                continue;
            }
            let aligned = entry.offsets.iter().zip(chunk).all(|(o, c)| o % *c as u64 == 0);
            if entry.offsets.len() != chunk.len() || !aligned {
                return Err(Fault::Broken("the chunk index names a chunk beside the grid".to_owned()));
            }
            if entry.offsets.iter().zip(&self.extent).any(|(o, n)| *o >= *n as u64) {
                continue;
            }
            let number = entry
                .offsets
                .iter()
                .zip(chunk)
                .zip(&steps)
                .map(|((o, c), s)| (o / *c as u64).saturating_mul(*s as u64))
                .sum();
            let len = if self.filters.is_empty() || entry.size == 0 { plain } else { entry.size };
            entries.push(Entry { number, at: entry.address, len, mask: entry.filter_mask });
        }
        entries.sort_by_key(|e| e.number);
        if entries.windows(2).any(|pair| pair[0].number == pair[1].number) {
            return Err(Fault::Broken("the chunk index names a chunk twice".to_owned()));
        }
        Ok(entries)
    }
}
