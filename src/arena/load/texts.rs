//! Texts on their way into a segment. How long they are is known only once they are read, and a
//! segment has to be laid out before it is filled: large ones are read twice, piece by piece, so
//! that they are never held beside the segment.

use super::super::blocks::Blocks;
use crate::data::{Slab, StrBuf};
use crate::diag::Diagnostic;
use crate::source::Storage;
use rayon::prelude::*;
use shm_layout::write::BlockBuffers;
use std::sync::atomic::{AtomicU64, Ordering};

/// Texts of a piece, if its rows can be read by themselves.
const PIECE: usize = 1 << 16;
/// Bytes of texts that all leaves together keep between measuring and filling.
const KEPT: u64 = 16 << 20;

/// A leaf's blocks of text in pieces, measured.
#[derive(Debug)]
pub(super) struct Texts(Vec<Piece>);

/// A run of rows of a block.
#[derive(Debug)]
struct Piece {
    block: usize,
    slab: Slab,
    bytes: u64,
    /// The texts, as long as there was room to keep them.
    kept: Option<StrBuf>,
}

impl Texts {
    /// Reads all texts of a leaf to see how long they are. `kept` counts what all leaves keep.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn measure(
        blocks: &Blocks,
        storage: &Storage,
        kept: &AtomicU64,
        read: &(dyn Fn(&Slab) -> Result<StrBuf, Diagnostic> + Sync),
    ) -> Result<Self, Diagnostic> {
        let pieces: Vec<(usize, Slab)> = blocks
            .slabs()
            .into_iter()
            .enumerate()
            .flat_map(|(block, slab)| split(slab, storage).into_iter().map(move |slab| (block, slab)))
            .collect();
        let measured = pieces.into_par_iter().map(|(block, slab)| {
            let texts = read(&slab)?;
            let bytes = texts.content().len() as u64;
            let held = bytes + texts.parts().0.len() as u64 * 8;
            let fits = kept.fetch_add(held, Ordering::Relaxed) + held <= KEPT;
            if !fits {
                kept.fetch_sub(held, Ordering::Relaxed);
            }
            Ok(Piece { block, slab, bytes, kept: fits.then_some(texts) })
        });
        measured.collect::<Result<_, Diagnostic>>().map(Self)
    }

    /// Texts that are there already, as the one block of their leaf.
    pub(super) fn held(slab: Slab, texts: StrBuf) -> Self {
        let bytes = texts.content().len() as u64;
        Self(vec![Piece { block: 0, slab, bytes, kept: Some(texts) }])
    }

    /// Bytes of the texts of a block.
    pub(super) fn bytes(&self, block: usize) -> u64 {
        self.0.iter().filter(|piece| piece.block == block).map(|piece| piece.bytes).sum()
    }

    /// Writes the offsets, from 0 in each block, and the texts, one after another.
    ///
    /// # Errors
    /// Those of `read`, and if a piece is not as long as it was.
    pub(super) fn fill(
        self,
        buffers: Vec<BlockBuffers<'_>>,
        read: &(dyn Fn(&Slab) -> Result<StrBuf, Diagnostic> + Sync),
    ) -> Result<(), Diagnostic> {
        let mut pieces = self.0.into_iter().peekable();
        let mut jobs = Vec::new();
        for buffer in buffers {
            let (mut base, mut texts) = (0, buffer.texts);
            let (offsets, _) = buffer.values.as_chunks_mut::<8>();
            let (first, mut offsets) = offsets.split_at_mut(offsets.len().min(1));
            first.iter_mut().for_each(|first| *first = 0_i64.to_ne_bytes());
            while let Some(piece) = pieces.next_if(|piece| piece.block == buffer.block) {
                let changed = || Diagnostic::error("its texts changed while they were read");
                let len = usize::try_from(piece.bytes).map_err(|_| changed())?;
                let (its_offsets, rest) =
                    offsets.split_at_mut_checked(piece.slab.count()).ok_or_else(changed)?;
                let (its_texts, more) = texts.split_at_mut_checked(len).ok_or_else(changed)?;
                (offsets, texts) = (rest, more);
                jobs.push((piece, base, its_offsets, its_texts));
                base += len as i64;
            }
        }
        jobs.into_par_iter().try_for_each(|(piece, base, offsets, texts)| {
            let values = match piece.kept {
                Some(values) => values,
                None => read(&piece.slab)?,
            };
            let content = values.content();
            if values.len() != offsets.len() || content.len() != texts.len() {
                return Err(Diagnostic::error("its texts changed while they were read"));
            }
            texts.copy_from_slice(content);
            if let Some((first, ends)) = values.parts().0.split_first() {
                let shift = base - first;
                ends.iter().zip(offsets).for_each(|(end, offset)| *offset = (end + shift).to_ne_bytes());
            }
            Ok(())
        })
    }
}

/// Runs of rows along the first axis that is longer than 1, at chunk boundaries; the whole where a
/// reader might have to decode everything for each.
fn split(slab: Slab, storage: &Storage) -> Vec<Slab> {
    let axis = slab.0.iter().position(|range| range.len() > 1);
    let (Some(axis), Storage::Chunked { chunk, .. }) = (axis, storage) else { return vec![slab] };
    let row: usize = slab.0[axis + 1..].iter().map(ExactSizeIterator::len).product();
    let chunk = chunk.get(axis).copied().unwrap_or(1).max(1);
    let rows = (PIECE / row.max(1)).max(1).next_multiple_of(chunk);
    let (mut pieces, mut start) = (Vec::new(), slab.0[axis].start);
    while start < slab.0[axis].end {
        let end = ((start / chunk) * chunk).saturating_add(rows).min(slab.0[axis].end);
        let mut piece = slab.clone();
        piece.0[axis] = start..end;
        pieces.push(piece);
        start = end;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{IndexSet, LeafDemand};

    fn word(slab: &Slab) -> StrBuf {
        slab.0[0].clone().flat_map(|i| slab.0[1].clone().map(move |j| format!("{i}/{j}"))).collect()
    }

    /// The texts of two blocks of rows, through measuring and filling.
    fn through(already: u64) -> (Vec<i64>, String) {
        let rows = IndexSet::from_ranges([1..200_000, 200_001..200_003]);
        let blocks = Blocks::new(&LeafDemand(vec![rows, IndexSet::all(2)]), &[300_000, 2]).unwrap();
        let storage = Storage::Chunked { chunk: vec![1000, 2], filters: Vec::new() };
        let texts =
            Texts::measure(&blocks, &storage, &AtomicU64::new(already), &|slab| Ok(word(slab))).unwrap();
        let slabs = blocks.slabs();
        let mut memory: Vec<(Vec<u8>, Vec<u8>)> = slabs
            .iter()
            .enumerate()
            .map(|(i, slab)| (vec![9; (slab.count() + 1) * 8], vec![0; texts.bytes(i) as usize]))
            .collect();
        let buffers = memory
            .iter_mut()
            .enumerate()
            .map(|(block, (values, texts))| BlockBuffers { leaf: 0, block, values, texts })
            .collect();
        texts.fill(buffers, &|slab| Ok(word(slab))).unwrap();
        let (offsets, bytes) = memory.pop().unwrap();
        let large: i64 = i64::from_ne_bytes(memory[0].0.last_chunk().copied().unwrap());
        assert_eq!(large as usize, memory[0].1.len());
        assert!(memory[0].1.ends_with(b"199999/1"));
        let offsets = offsets.as_chunks().0.iter().map(|bytes| i64::from_ne_bytes(*bytes)).collect();
        (offsets, String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn texts_are_the_same_whether_there_was_room_to_keep_them() {
        let expected = (vec![0, 8, 16, 24, 32], "200001/0200001/1200002/0200002/1".to_owned());
        assert_eq!(through(0), expected);
        assert_eq!(through(KEPT), expected);
    }

    #[test]
    fn texts_that_changed_between_two_readings_are_an_error() {
        let blocks = Blocks::new(&LeafDemand(vec![IndexSet::all(2)]), &[2]).unwrap();
        let full = AtomicU64::new(KEPT);
        let measure = |_: &Slab| Ok(["a", "bc"].into_iter().collect());
        let texts = Texts::measure(&blocks, &Storage::Opaque, &full, &measure).unwrap();
        let (mut values, mut bytes) = (vec![0; 24], vec![0; texts.bytes(0) as usize]);
        let buffers = vec![BlockBuffers { leaf: 0, block: 0, values: &mut values, texts: &mut bytes }];
        let error = texts.fill(buffers, &|_| Ok(["a", "bcd"].into_iter().collect())).unwrap_err();
        assert!(error.to_string().contains("changed"), "{error}");
    }
}
