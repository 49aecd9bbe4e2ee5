//! A stored segment, opened: mapped, its catalog validated, its blocks verified as they are needed.

use super::identity::Identity;
use crate::sys::Mapping;
use shm_layout::{Block, Catalog, Leaf, View, open, sums};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a file is no entry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EntryError {
    /// It cannot be opened or mapped.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Its bytes are no segment, or damaged.
    #[error("{0}")]
    Layout(#[from] shm_layout::Error),
    /// It is a segment, but not one that the store wrote.
    #[error("it is not a segment of the file arena: {0}")]
    Foreign(&'static str),
}

/// A stored segment of one leaf.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its file, open for reading and locked against eviction.
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    mapping: Arc<Mapping>,
    catalog: Catalog,
    /// Which summed parts are known to be right.
    verified: Vec<bool>,
}

impl Entry {
    /// Opens a stored file and validates header, catalog and numbers, not yet the values.
    ///
    /// # Errors
    /// Whatever makes it no entry.
    pub(super) fn open(path: &Path) -> Result<Self, EntryError> {
        let file = super::open_regular(path)?;
        // Whoever removes files takes the lock alone; one that is being removed is not used.
        file.try_lock_shared().map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
        Self::of(file, path)
    }

    fn of(file: File, path: &Path) -> Result<Self, EntryError> {
        if file.metadata()?.len() == 0 {
            return Err(EntryError::Foreign("it is empty"));
        }
        let mapping = Mapping::of(&file)?;
        mapping.leave_out_of_dumps();
        let view = open(mapping.as_ref())?;
        if !sums::are_there(&view) {
            return Err(EntryError::Foreign("it has no checksums"));
        }
        let catalog = view.to_catalog()?;
        if catalog.leaves.len() != 1 || Identity::stored(&catalog.leaves[0]).is_none() {
            return Err(EntryError::Foreign("it does not say what it was made of"));
        }
        let parts = catalog.leaves.iter().flat_map(|leaf| &leaf.blocks).map(|block| block.sums.len()).sum();
        let (mapping, path) = (Arc::new(mapping), path.to_owned());
        Ok(Self { file, path, mapping, catalog, verified: vec![false; parts] })
    }

    /// It was just filled by this process, under another name.
    pub(super) fn built(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
        self.verified.fill(true);
    }

    /// Its leaf.
    pub(crate) fn leaf(&self) -> &Leaf {
        &self.catalog.leaves[0]
    }

    /// Whether it holds all of the demanded ranges, one list an axis (as the leaf lies).
    pub(crate) fn covers(&self, axes: &[Vec<Range<usize>>]) -> bool {
        covers(&self.leaf().blocks, axes)
    }

    /// Reads and verifies those summed parts that the demanded ranges touch and that no earlier call
    /// has verified. They are read from the disk by this; figures find them in the page cache.
    ///
    /// # Errors
    /// The first damage.
    pub(crate) fn verify(&mut self, axes: &[Vec<Range<usize>>]) -> Result<(), shm_layout::Error> {
        let view = open((*self.mapping).as_ref())?;
        let leaf = &self.catalog.leaves[0];
        let item = shm_layout::item_size(leaf.dtype).unwrap_or(1);
        let hulls: Vec<Vec<Range<u64>>> = leaf.blocks.iter().map(|block| hulls(block, axes, item)).collect();
        check_all(&view, &mut self.verified, |piece| {
            let block = &leaf.blocks[piece.block];
            let Some(start) =
                piece.offset.checked_sub(block.values.offset).filter(|at| *at < block.values.len)
            else {
                // Texts lie as their offsets say; they are few.
                return true;
            };
            let end = start + piece.bytes.len() as u64;
            hulls[piece.block].iter().any(|hull| hull.start < end && start < hull.end)
        })
    }
}

/// Verifies every summed part of a segment.
///
/// # Errors
/// The first damage.
pub(super) fn verify_all(view: &View<'_>) -> Result<(), shm_layout::Error> {
    let mut verified = vec![false; sums::pieces(view).count()];
    check_all(view, &mut verified, |_| true)
}

fn check_all(
    view: &View<'_>,
    verified: &mut [bool],
    is_wanted: impl Fn(&sums::Piece<'_>) -> bool,
) -> Result<(), shm_layout::Error> {
    use rayon::prelude::*;
    let pieces: Vec<_> = sums::pieces(view)
        .zip(verified.iter_mut())
        .filter(|(piece, verified)| !**verified && is_wanted(piece))
        .collect();
    // Outside a pool of our own a global one would be started, whose threads never end.
    if rayon::current_thread_index().is_some() {
        pieces.into_par_iter().try_for_each(|(piece, verified)| piece.check().map(|()| *verified = true))
    } else {
        pieces.into_iter().try_for_each(|(piece, verified)| piece.check().map(|()| *verified = true))
    }
}

/// Whether blocks, which are the product of one list of ranges an axis, hold all demanded ranges.
fn covers(blocks: &[Block], axes: &[Vec<Range<usize>>]) -> bool {
    if axes.iter().any(Vec::is_empty) {
        return true;
    }
    let mut cells = 1;
    for (axis, wanted) in axes.iter().enumerate() {
        let mut ranges: Vec<Range<u64>> = Vec::with_capacity(blocks.len());
        for block in blocks {
            let (Some(start), Some(count)) = (block.start.get(axis), block.count.get(axis)) else {
                return false;
            };
            ranges.push(*start..start + count);
        }
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        ranges.dedup();
        cells *= ranges.len();
        let mut merged: Vec<Range<u64>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        let is_held = |wanted: &Range<usize>| {
            let (start, end) = (wanted.start as u64, wanted.end as u64);
            merged.iter().any(|range| range.start <= start && end <= range.end)
        };
        if !wanted.iter().all(is_held) {
            return false;
        }
    }
    // Blocks that are no product were not written by this program's loader.
    cells == blocks.len()
}

/// The runs of bytes of a block's values in which the demanded ranges lie: by the first axis of the
/// block that is longer than one.
fn hulls(block: &Block, axes: &[Vec<Range<usize>>], item: u64) -> Vec<Range<u64>> {
    let all: Vec<Range<u64>> = std::iter::once(0..block.values.len).collect();
    let Some(axis) = block.count.iter().position(|count| *count > 1) else { return all };
    let row = block.count[axis + 1..].iter().product::<u64>() * item;
    // Texts have one offset more than elements.
    let Some(wanted) = axes.get(axis) else { return all };
    let (start, end) = (block.start[axis], block.start[axis] + block.count[axis]);
    wanted
        .iter()
        .map(|range| (range.start as u64).max(start)..(range.end as u64).min(end))
        .filter(|range| range.start < range.end)
        .map(|range| (range.start - start) * row..((range.end - start) * row).saturating_add(item))
        .collect()
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "an axis with one range")]
mod tests {
    use super::*;

    fn blocks(list: &[([u64; 2], [u64; 2])]) -> Vec<Block> {
        list.iter()
            .map(|(start, count)| Block { start: start.to_vec(), count: count.to_vec(), ..Block::default() })
            .collect()
    }

    #[test]
    fn an_entry_is_of_use_if_its_ranges_hold_the_demanded_ones_on_every_axis() {
        let held = blocks(&[([0, 0], [4, 10]), ([4, 0], [4, 10]), ([20, 0], [2, 10])]);
        for (axes, expected) in [
            ([vec![0..8], vec![0..10]], true),
            ([vec![2..6, 20..21], vec![3..4, 7..9]], true),
            ([vec![7..9], vec![0..1]], false),
            ([vec![0..1], vec![0..11]], false),
            ([vec![9..10], vec![0..1]], false),
            ([vec![], vec![0..1]], true),
        ] {
            assert_eq!(covers(&held, &axes), expected, "{axes:?}");
        }
        // The other two corners are not there.
        assert!(!covers(&blocks(&[([0, 0], [2, 2]), ([2, 2], [2, 2])]), &[vec![0..4], vec![0..4]]));
    }

    #[test]
    fn only_rows_that_are_demanded_are_verified() {
        let block = Block {
            start: vec![5, 0, 0],
            count: vec![1, 10, 4],
            values: shm_layout::Extent { offset: 64, len: 320 },
            ..Block::default()
        };
        assert_eq!(hulls(&block, &[vec![5..6], vec![2..4, 9..20], vec![0..1]], 8), [64..136, 288..328]);
        assert_eq!(hulls(&block, &[vec![5..6], vec![11..12], vec![0..1]], 8), []);
    }
}
