//! Chunks of a dataset: read, decoded, and handed over in the runs that are asked for.
//!
//! Small chunks are decoded as a whole. Large ones, whose buffers would be most of a reader's memory,
//! are inflated straight to where their values go, or piece by piece.

use super::block::{Block, Sink};
use super::disk::Disk;
use super::fault::Fault;
use super::filters::{self, Inflating, Scratch, Stages};
use super::index::Entry;
use super::runs::{Placed, Run, Runs, for_runs, strides};
use std::fs::File;
use std::ops::Range;

/// Chunks of more bytes are not decoded as a whole where that can be helped.
const LARGE: usize = 8 << 20;

/// Stored chunks of more bytes are not read as a whole where that can be helped.
const LARGE_STORED: usize = 16 << 20;

/// Bytes of a piece of a large chunk.
const PIECE: usize = 256 << 10;

/// Runs of an unfiltered chunk from this size on are read by themselves.
const WORTHWHILE: usize = 16 << 10;

/// A chunk that is there.
struct Chunk<'a> {
    file: &'a File,
    disk: &'a Disk,
    /// First byte in the file, and how many.
    at: u64,
    stored: usize,
    mask: u32,
    /// Bytes when decoded.
    bytes: usize,
    scratch: &'a mut Scratch,
}

impl Block {
    /// Hands the elements of the box `inside` of a chunked dataset to `sink`; `to` is where the box lies
    /// in what it takes.
    ///
    /// # Errors
    /// If the index or a chunk is broken.
    pub(super) fn visit_chunks(
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
                    let chunk = self.chunk(&file, entries[found], bytes, &mut scratch)?;
                    self.visit_chunk(chunk, Runs::new(from, to, &len), sink)?;
                }
                Err(_) => for_runs(from, to, &len, &mut |_, to, n| self.put_fill(to, n, sink))?,
            }
            let Some(axis) = (0..at.len()).rev().find(|k| at[*k] < last[*k]) else { return Ok(()) };
            at[axis] += 1;
            at[axis + 1..].copy_from_slice(&first[axis + 1..]);
        }
    }

    /// A chunk by its entry in the index, which may be wrong.
    fn chunk<'a>(
        &'a self,
        file: &'a File,
        entry: Entry,
        bytes: usize,
        scratch: &'a mut Scratch,
    ) -> Result<Chunk<'a>, Fault> {
        let stored = usize::try_from(entry.len).unwrap_or(usize::MAX);
        let start = self.base.checked_add(entry.at);
        let end = start.and_then(|start| start.checked_add(entry.len));
        let (Some(at), Some(true)) = (start, end.map(|end| end <= self.disk.len())) else {
            return Err(Fault::Broken("a chunk lies beyond the end of the file".to_owned()));
        };
        if bytes > filters::most_bytes(&self.filters, stored) {
            return Err(Fault::Broken(format!("{stored} stored bytes cannot be a chunk of {bytes}")));
        }
        Ok(Chunk { file, disk: &self.disk, at, stored, mask: entry.mask, bytes, scratch })
    }

    fn visit_chunk(&self, chunk: Chunk<'_>, runs: Runs<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
        let mut runs = Wanted::new(runs, self.elem);
        let stages = filters::stages(&self.filters, chunk.mask, self.elem);
        let whole = runs.next.filter(|run| run.from == 0 && run.n * self.elem == chunk.bytes);
        if let Some(run) = whole
            && stages != Stages::Others
            && let Some(out) = sink.direct(run.to, run.n)
        {
            return chunk.decode_into(&stages, out);
        }
        match stages {
            Stages::None if chunk.stored == chunk.bytes && runs.are_long(WORTHWHILE) => {
                let mut buffer = Vec::new();
                while let Some(Run { from, to, n }) = runs.next {
                    let at = chunk.at + (from * self.elem) as u64;
                    self.put_run(chunk.file, at, to, n, &mut buffer, sink)?;
                    runs.step();
                }
                Ok(())
            }
            Stages::Deflate if chunk.bytes > LARGE && chunk.bytes.is_multiple_of(self.elem) => {
                let mut piece = vec![0; (PIECE / self.elem).max(1) * self.elem];
                let Chunk { file, disk, at, stored, bytes, scratch, .. } = chunk;
                let mut inflating = Inflating::new(scratch, stored);
                let mut start = 0;
                while start < bytes && runs.next.is_some() {
                    let n = piece.len().min(bytes - start);
                    inflating.fill(&mut |from, out| disk.read(file, at + from, out), &mut piece[..n])?;
                    runs.put(start / self.elem, &piece[..n], sink)?;
                    start += n;
                }
                Ok(())
            }
            Stages::Shuffled(size) if chunk.bytes > LARGE => {
                let bytes = chunk.bytes;
                let planes = chunk.inflate()?;
                let count = bytes / size;
                let mut piece = vec![0; (PIECE / (size * self.elem)).max(1) * size * self.elem];
                for start in (0..bytes).step_by(piece.len()) {
                    let n = piece.len().min(bytes - start);
                    filters::unshuffle_part(planes, &mut piece[..n], size, count, start);
                    runs.put(start / self.elem, &piece[..n], sink)?;
                }
                Ok(())
            }
            _ => {
                let scratch = chunk.load(&self.filters, self.elem)?;
                runs.put(0, &scratch.bytes, sink)
            }
        }
    }
}

impl<'a> Chunk<'a> {
    /// Reads and decodes it as a whole into the scratch.
    fn load(
        self,
        filters: &[hdf5_reader::messages::filter_pipeline::FilterDescription],
        elem: usize,
    ) -> Result<&'a mut Scratch, Fault> {
        let Self { file, disk, at, stored, mask, bytes, scratch } = self;
        let input = scratch.stored(stored)?;
        disk.read(file, at, input)?;
        scratch.undo(filters, mask, elem, bytes)?;
        Ok(scratch)
    }

    /// Decodes it into a buffer of its size.
    fn decode_into(self, stages: &Stages, out: &mut [u8]) -> Result<(), Fault> {
        match stages {
            Stages::None if self.stored == self.bytes => Ok(self.disk.read(self.file, self.at, out)?),
            Stages::Deflate if self.stored > LARGE_STORED => {
                let Self { file, disk, at, stored, scratch, .. } = self;
                Inflating::new(scratch, stored).fill(&mut |from, out| disk.read(file, at + from, out), out)
            }
            Stages::Deflate => {
                let input = self.scratch.stored(self.stored)?;
                self.disk.read(self.file, self.at, input)?;
                self.scratch.inflate_to(out)
            }
            Stages::Shuffled(size) => {
                let (size, count) = (*size, self.bytes / size);
                let planes = self.inflate()?;
                filters::unshuffle_part(planes, out, size, count, 0);
                Ok(())
            }
            _ => Err(Fault::Broken("an unfiltered chunk has another size".to_owned())),
        }
    }

    /// Inflates it into the scratch.
    fn inflate(self) -> Result<&'a [u8], Fault> {
        let Self { file, disk, at, stored, bytes, scratch, .. } = self;
        if bytes > LARGE {
            return scratch.inflate_streamed(stored, &mut |from, out| disk.read(file, at + from, out), bytes);
        }
        let input = scratch.stored(stored)?;
        disk.read(file, at, input)?;
        scratch.inflate_whole(bytes)
    }
}

/// The runs that are still to be handed over, while the elements of a chunk come in order.
struct Wanted<'a> {
    runs: Runs<'a>,
    /// The next one, or what is left of it.
    next: Option<Run>,
    elem: usize,
}

impl<'a> Wanted<'a> {
    fn new(mut runs: Runs<'a>, elem: usize) -> Self {
        let next = runs.next();
        Self { runs, next, elem }
    }

    fn step(&mut self) {
        self.next = self.runs.next();
    }

    fn are_long(&self, bytes: usize) -> bool {
        self.next.is_some_and(|run| run.n * self.elem >= bytes)
    }

    /// Hands over what is wanted of the elements `first..` in `bytes`.
    fn put(&mut self, first: usize, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Fault> {
        let end = first + bytes.len() / self.elem;
        while let Some(Run { from, to, n }) = self.next.filter(|run| run.from < end) {
            let now = n.min(end - from);
            sink.put(to, &bytes[(from - first) * self.elem..(from - first + now) * self.elem])?;
            if now < n {
                self.next = Some(Run { from: from + now, to: to + now, n: n - now });
                break;
            }
            self.step();
        }
        Ok(())
    }
}
