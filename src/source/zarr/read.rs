//! Boxes of an array: the chunks that they touch, one after another.

use super::chain::{Chain, End, Shard, Work};
use super::fault::{Fault, broken};
use super::fill::Fill;
use super::leaf::{Array, Leaf};
use super::scatter::{Region, Target, strides};
use super::store::{Blob, Store};
use crate::data::Slab;
use crate::source::SourceError;

/// Bytes of an uncompressed chunk that are read at once.
const PIECE: usize = 8 << 20;

/// Reads the box `slab` of a leaf of numbers into `out`, row-major and native.
///
/// # Errors
/// If a chunk is broken, cut off or cannot be read.
pub(super) fn numbers(store: &Store, leaf: &Leaf, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
    run(store, leaf, slab, &mut Target::numbers(leaf, slab, out))
}

/// The texts of the box `slab` of a leaf of texts, row-major.
///
/// # Errors
/// As [`numbers`].
pub(super) fn texts(store: &Store, leaf: &Leaf, slab: &Slab) -> Result<Vec<String>, SourceError> {
    let mut target = Target::texts(leaf, slab).map_err(|fault| fault.at(store.path(), leaf.array.name()))?;
    run(store, leaf, slab, &mut target)?;
    Ok(target.into_texts())
}

fn run(store: &Store, leaf: &Leaf, slab: &Slab, target: &mut Target<'_>) -> Result<(), SourceError> {
    let array = &leaf.array;
    let meta = &array.meta;
    let rank = meta.shape.len();
    let ranges = slab.0.get(..rank).unwrap_or_default();
    let whole = Region {
        start: ranges.iter().map(|range| range.start).collect(),
        len: ranges.iter().map(ExactSizeIterator::len).collect(),
        at: vec![0; rank],
        axes: (0..rank).collect(),
    };
    let mut reading = Reading { array, target, work: Work::default() };
    each_chunk(&whole, &meta.chunk, &mut |index, region| {
        let name = meta.keys.of(index);
        let key = if array.path.is_empty() { name } else { format!("{}/{name}", array.path) };
        let result = match store.blob(&key)? {
            None => reading.fill(&region),
            Some(blob) => {
                let len = blob.len;
                reading.chunk(&meta.chain, &meta.chunk, Part { blob: &blob, at: 0, len }, &region)
            }
        };
        result.map_err(|fault| {
            match (fault, store) {
                (Fault::Broken(why), Store::Zip(_)) => Fault::Broken(format!("chunk `{key}`: {why}")),
                (fault, _) => fault,
            }
            .at(&store.file_of(&key), array.name())
        })
    })
}

/// Takes a chunk by its index, and the part of it that is wanted.
type Visit<'a, E> = dyn FnMut(&[usize], Region) -> Result<(), E> + 'a;

/// Calls `visit` with each chunk that a region touches: its index, and the part of it.
fn each_chunk<E>(region: &Region, chunk: &[usize], visit: &mut Visit<'_, E>) -> Result<(), E> {
    if region.len.contains(&0) {
        return Ok(());
    }
    let rank = chunk.len();
    let first: Vec<usize> = (0..rank).map(|k| region.start[k] / chunk[k]).collect();
    let last: Vec<usize> = (0..rank).map(|k| (region.start[k] + region.len[k] - 1) / chunk[k]).collect();
    let mut index = first.clone();
    loop {
        let mut part = region.clone();
        for k in 0..rank {
            let begin = index[k] * chunk[k];
            let start = region.start[k].max(begin);
            let end = (region.start[k] + region.len[k]).min(begin.saturating_add(chunk[k]));
            part.start[k] = start - begin;
            part.len[k] = end - start;
            part.at[k] = region.at[k] + start - region.start[k];
        }
        visit(&index, part)?;
        let Some(axis) = (0..rank).rev().find(|k| index[*k] < last[*k]) else { return Ok(()) };
        index[axis] += 1;
        index[axis + 1..].copy_from_slice(&first[axis + 1..]);
    }
}

/// Part of a blob.
#[derive(Clone, Copy)]
struct Part<'a> {
    blob: &'a Blob,
    at: u64,
    len: u64,
}

struct Reading<'r, 't> {
    array: &'r Array,
    target: &'r mut Target<'t>,
    work: Work,
}

impl Reading<'_, '_> {
    /// What was never written.
    fn fill(&mut self, region: &Region) -> Result<(), Fault> {
        let steps = vec![0; region.axes.len()];
        match &self.array.meta.fill {
            Fill::Bytes(bytes) => self.target.put(region, bytes, 0, &steps),
            Fill::Text(text) => self.target.put_texts(region, &[text.as_bytes()], true, &steps),
        }
    }

    /// A region of the chunk of lengths `shape` that `part` holds.
    fn chunk(
        &mut self,
        chain: &Chain,
        shape: &[usize],
        part: Part<'_>,
        region: &Region,
    ) -> Result<(), Fault> {
        let shape: Vec<usize> = chain.order.iter().map(|axis| shape[*axis]).collect();
        let region = &region.reordered(&chain.order);
        match &chain.end {
            End::Shard(shard) if chain.is_plain() => self.shard(shard, &shape, part, region),
            End::Shard(shard) => {
                self.load(chain, part)?;
                let bytes = std::mem::take(&mut self.work.bytes);
                let blob = Blob::in_memory(bytes);
                self.shard(shard, &shape, Part { blob: &blob, at: 0, len: blob.len }, region)
            }
            End::Texts { utf8 } => {
                self.load(chain, part)?;
                let count = shape.iter().product();
                let texts = split_texts(&self.work.bytes, count)?;
                self.target.put_texts(region, &texts, *utf8, &strides(&shape, 1))
            }
            End::Elements => {
                let elem = self.array.meta.descr.size();
                let steps = strides(&shape, elem);
                if chain.is_plain() {
                    let len = usize::try_from(part.len).unwrap_or(usize::MAX);
                    chain.check_size(len)?;
                    return self.plain(part, region, &steps, elem);
                }
                let whole = region.len == shape;
                if whole && let Some(out) = self.target.direct(region, &steps, elem) {
                    read(part, 0, part.len, &mut self.work.bytes)?;
                    return chain.decode_into(&mut self.work, out);
                }
                self.load(chain, part)?;
                self.target.put(region, &self.work.bytes, 0, &steps)
            }
        }
    }

    /// Reads and decodes a whole chunk.
    fn load(&mut self, chain: &Chain, part: Part<'_>) -> Result<(), Fault> {
        read(part, 0, part.len, &mut self.work.bytes)?;
        chain.decode(&mut self.work)
    }

    /// A region of a chunk that is stored as it is: only what is wanted is read.
    fn plain(&mut self, part: Part<'_>, region: &Region, steps: &[usize], elem: usize) -> Result<(), Fault> {
        let span = region.span(steps, elem);
        let start = part.at + span.start as u64;
        if let Some(out) = self.target.direct(region, steps, elem) {
            return part.blob.read_at(start, out).map_err(told);
        }
        let split = (0..region.len.len()).find(|k| region.len[*k] > 1);
        match split {
            Some(axis) if span.len() > PIECE => {
                let half = region.len[axis] / 2;
                self.plain(part, &region.part(axis, 0, half), steps, elem)?;
                self.plain(part, &region.part(axis, half, region.len[axis] - half), steps, elem)
            }
            _ => {
                read(part, span.start as u64, span.len() as u64, &mut self.work.bytes)?;
                self.target.put(region, &self.work.bytes, span.start, steps)
            }
        }
    }

    /// A region of a shard: of its chunks those that it touches.
    fn shard(
        &mut self,
        shard: &Shard,
        shape: &[usize],
        part: Part<'_>,
        region: &Region,
    ) -> Result<(), Fault> {
        let index_len = shard.index_stored as u64;
        let Some(behind) = part.len.checked_sub(index_len) else {
            return broken(format!("it has {} bytes, less than its index of {index_len}", part.len));
        };
        read(part, if shard.behind { behind } else { 0 }, index_len, &mut self.work.bytes)?;
        shard.index.decode(&mut self.work).map_err(|fault| match fault {
            Fault::Broken(why) => Fault::Broken(format!("its index of chunks: {why}")),
            other => other,
        })?;
        let index = std::mem::take(&mut self.work.bytes);
        let number = |at: usize| {
            let bytes = index.as_chunks::<8>().0.get(at).copied().unwrap_or([0xff; 8]);
            if shard.index_big { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) }
        };
        let grid: Vec<usize> = shape.iter().zip(&shard.chunk).map(|(outer, inner)| outer / inner).collect();
        let grid = strides(&grid, 1);
        each_chunk(region, &shard.chunk, &mut |place, region| {
            let entry: usize = place.iter().zip(&grid).map(|(i, step)| i * step).sum();
            let (at, len) = (number(2 * entry), number(2 * entry + 1));
            if at == u64::MAX && len == u64::MAX {
                return self.fill(&region);
            }
            if at.checked_add(len).is_none_or(|end| end > part.len) {
                return broken(format!("chunk {place:?} lies beyond its end"));
            }
            let inner = Part { blob: part.blob, at: part.at + at, len };
            self.chunk(&shard.inner, &shard.chunk, inner, &region)
        })
    }
}

fn read(part: Part<'_>, at: u64, len: u64, out: &mut Vec<u8>) -> Result<(), Fault> {
    part.blob.read_range(part.at + at, len, out).map_err(told)
}

fn told(error: std::io::Error) -> Fault {
    Fault::Broken(match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "it is cut off".to_owned(),
        std::io::ErrorKind::OutOfMemory => "there is not enough memory for it".to_owned(),
        _ => format!("it cannot be read: {error}"),
    })
}

/// The texts of a chunk: their number, then each after its length, in words of four bytes.
///
/// Source: numcodecs, `vlen.pyx`.
fn split_texts(bytes: &[u8], count: usize) -> Result<Vec<&[u8]>, Fault> {
    let word = |bytes: &[u8]| bytes.first_chunk::<4>().map(|four| u32::from_le_bytes(*four) as usize);
    let cut_off = || Fault::Broken("its texts are cut off".to_owned());
    let claimed = word(bytes).ok_or_else(cut_off)?;
    if claimed != count || count > bytes.len() / 4 {
        return broken(format!("it claims {claimed} texts in {} bytes and should have {count}", bytes.len()));
    }
    let mut texts = Vec::with_capacity(count);
    let mut rest = &bytes[4..];
    for _ in 0..count {
        let len = word(rest).ok_or_else(cut_off)?;
        let (text, after) = rest[4..].split_at_checked(len).ok_or_else(cut_off)?;
        texts.push(text);
        rest = after;
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_cut_at_chunks() {
        let region = Region { start: vec![3, 0], len: vec![4, 2], at: vec![0, 5], axes: vec![0, 1] };
        let mut found = Vec::new();
        each_chunk::<()>(&region, &[4, 3], &mut |index, part| {
            found.push((index.to_vec(), part.start, part.len, part.at));
            Ok(())
        })
        .unwrap();
        assert_eq!(
            found,
            [
                (vec![0, 0], vec![3, 0], vec![1, 2], vec![0, 5]),
                (vec![1, 0], vec![0, 0], vec![3, 2], vec![1, 5]),
            ]
        );
    }

    #[test]
    fn texts_come_after_their_lengths() {
        let bytes = [2, 0, 0, 0, 1, 0, 0, 0, b'a', 0, 0, 0, 0];
        assert_eq!(split_texts(&bytes, 2).unwrap(), [&b"a"[..], b""]);
        assert!(split_texts(&bytes[..12], 2).is_err());
        assert!(split_texts(&bytes, 3).is_err());
        assert!(split_texts(&[0xff, 0xff, 0xff, 0xff], 0xffff_ffff).is_err());
    }
}
