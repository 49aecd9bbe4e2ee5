//! Where the chunks of a dataset lie, by whichever of HDF5's indexes it has.

use super::block::{Block, Place};
use super::disk::Window;
use super::fault::{Fault, guarded};
use super::runs::strides;
use hdf5_reader::messages::layout::ChunkIndexing;
use hdf5_reader::{btree_v1, chunk_index, extensible_array, fixed_array};
use std::sync::Arc;

/// Where one chunk lies; sorted by `number`, its row-major number in the grid of chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) at: u64,
    pub(super) len: u64,
    pub(super) mask: u32,
}

impl Block {
    /// The chunks that were written, looked up once.
    ///
    /// # Errors
    /// If the index is broken.
    pub(super) fn entries(&self, chunk: &[usize]) -> Result<Arc<Vec<Entry>>, Fault> {
        self.index.get_or_init(|| guarded(|| self.look_up(chunk)).map(Arc::new)).clone()
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
