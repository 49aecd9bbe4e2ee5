//! Checksums of buffers, one a MiB: for segments that outlive the process that wrote them.
//!
//! To write: [`reserve`] before [`assign`](crate::sizes::assign), [`of`] when a block is filled. To
//! read: [`pieces`] gives every summed part of a segment, to be checked in any order by any number of
//! threads.

use crate::catalog::{ArchivedBlock, ArchivedExtent, Block, Catalog};
use crate::sizes::values_len;
use crate::{Error, SUMMED, View};

/// Number of checksums of a block whose buffers have these lengths.
pub(crate) fn count(values: u64, texts: u64) -> u64 {
    values.div_ceil(SUMMED) + texts.div_ceil(SUMMED)
}

/// Makes room for the checksums of all blocks. Of a text block, `texts.len` must be set.
///
/// # Errors
/// Unknown type codes, sizes past 64 bits.
pub fn reserve(catalog: &mut Catalog) -> Result<(), Error> {
    for leaf in &mut catalog.leaves {
        for block in &mut leaf.blocks {
            let values = values_len(leaf.dtype, &block.count).map_err(|code| match code {
                Some(code) => Error::TypeCode { path: leaf.path.clone(), code },
                None => Error::TooLarge { path: leaf.path.clone() },
            })?;
            let sums = usize::try_from(count(values, block.texts.len));
            block.sums = vec![0; sums.map_err(|_| Error::TooLarge { path: leaf.path.clone() })?];
        }
    }
    Ok(())
}

/// The parts of a buffer that have a checksum each, in order.
pub fn parts(buffer: &[u8]) -> impl ExactSizeIterator<Item = &[u8]> {
    buffer.chunks(SUMMED as usize)
}

/// The checksum of one of [`parts`]: CRC-32 as of zlib.
pub fn sum(part: &[u8]) -> u32 {
    crc32fast::hash(part)
}

/// The checksums of a filled block ([`Block::sums`]).
pub fn of(values: &[u8], texts: &[u8]) -> Vec<u32> {
    parts(values).chain(parts(texts)).map(sum).collect()
}

/// A part of a buffer and its checksum as stored.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The leaf's path.
    pub path: &'a str,
    /// Number of the leaf in the catalog.
    pub leaf: usize,
    /// Number of the block in the leaf.
    pub block: usize,
    /// First byte in the segment.
    pub offset: u64,
    /// The bytes.
    pub bytes: &'a [u8],
    /// Their checksum as stored.
    pub sum: u32,
}

impl Piece<'_> {
    /// Reads the bytes and compares.
    ///
    /// # Errors
    /// [`Error::DataChecksum`].
    pub fn check(&self) -> Result<(), Error> {
        let computed = sum(self.bytes);
        if computed == self.sum {
            return Ok(());
        }
        let (path, len) = (self.path.to_owned(), self.bytes.len() as u64);
        Err(Error::DataChecksum { path, offset: self.offset, len, found: self.sum, computed })
    }
}

/// Every part of a segment that has a checksum, in the segment's order. Nothing is read yet.
pub fn pieces<'a>(view: &View<'a>) -> impl Iterator<Item = Piece<'a>> + use<'a> {
    let view = *view;
    view.catalog().leaves.iter().enumerate().flat_map(move |(leaf, entry)| {
        entry.blocks.iter().enumerate().flat_map(move |(number, block)| {
            let parts = of_extent(view, &block.values).chain(of_extent(view, &block.texts));
            parts.zip(block.sums.iter()).map(move |((offset, bytes), sum)| Piece {
                path: &entry.path,
                leaf,
                block: number,
                offset,
                bytes,
                sum: sum.to_native(),
            })
        })
    })
}

fn of_extent<'a>(view: View<'a>, extent: &ArchivedExtent) -> impl Iterator<Item = (u64, &'a [u8])> + use<'a> {
    let first = extent.offset.to_native();
    parts(view.bytes(extent)).enumerate().map(move |(i, part)| (first + i as u64 * SUMMED, part))
}

/// Whether all blocks have checksums: what a segment file must have.
pub fn are_there(view: &View<'_>) -> bool {
    let is_summed = |block: &ArchivedBlock| !block.sums.is_empty() || block.values.len.to_native() == 0;
    view.catalog().leaves.iter().all(|leaf| leaf.blocks.iter().all(is_summed))
}

impl Block {
    /// Number of summed parts of its values; those of its texts follow.
    pub fn value_parts(&self) -> usize {
        self.values.len.div_ceil(SUMMED) as usize
    }
}
