//! Filling a segment: buffers first, by any number of threads; catalog and header last.

use crate::catalog::Catalog;
use crate::header::Header;
use crate::sizes::{Sizes, archive, check};
use crate::{Error, HEADER_LEN};

/// The memory of one block, to be filled.
#[derive(Debug)]
pub struct BlockBuffers<'a> {
    /// Index of its leaf in the catalog.
    pub leaf: usize,
    /// Index of the block in the leaf.
    pub block: usize,
    /// The values, row-major in the machine's byte order; of text the offsets (`i64`).
    pub values: &'a mut [u8],
    /// The UTF-8 bytes of text.
    pub texts: &'a mut [u8],
}

/// The memory of header and catalog, written last: until then the segment is not one.
#[derive(Debug)]
pub struct Front<'a> {
    bytes: &'a mut [u8],
    sizes: Sizes,
}

/// Cuts a segment's memory into its front and the disjoint buffers of all blocks, in the catalog's
/// order.
///
/// # Errors
/// If `memory` is not as large as `sizes` says, or `catalog` is not one that
/// [`assign`](crate::sizes::assign) filled.
pub fn split<'a>(
    memory: &'a mut [u8],
    catalog: &Catalog,
    sizes: Sizes,
) -> Result<(Front<'a>, Vec<BlockBuffers<'a>>), Error> {
    let have = memory.len() as u64;
    if have != sizes.total || sizes.buffers > sizes.total {
        return Err(Error::Length { have, expected: sizes.total });
    }
    check(catalog, sizes)?;
    let (front, mut rest) = memory.split_at_mut(sizes.buffers as usize);
    let mut at = sizes.buffers;
    let mut take = |offset: u64, len: u64| {
        // `check` has shown that extents rise, do not overlap and end inside the memory.
        let (_, from) = std::mem::take(&mut rest).split_at_mut((offset - at) as usize);
        let (buffer, behind) = from.split_at_mut(len as usize);
        (rest, at) = (behind, offset + len);
        buffer
    };
    let mut buffers = Vec::new();
    for (leaf_idx, leaf) in catalog.leaves.iter().enumerate() {
        for (block_idx, block) in leaf.blocks.iter().enumerate() {
            let values = take(block.values.offset, block.values.len);
            let texts = take(block.texts.offset, block.texts.len);
            buffers.push(BlockBuffers { leaf: leaf_idx, block: block_idx, values, texts });
        }
    }
    Ok((Front { bytes: front, sizes }, buffers))
}

impl Front<'_> {
    /// Writes the catalog and the header: the one of [`split`], with statistics, or with leaves left
    /// out that could not be filled.
    ///
    /// # Errors
    /// If the catalog needs more room than was reserved or breaks a rule of reading.
    pub fn finish(self, catalog: &Catalog) -> Result<(), Error> {
        check(catalog, self.sizes)?;
        let archived = archive(catalog)?;
        let len = archived.len() as u64;
        if len > self.sizes.catalog {
            return Err(Error::NoRoom { len, reserved: self.sizes.catalog });
        }
        let header = Header {
            total: self.sizes.total,
            catalog_offset: HEADER_LEN,
            catalog_len: len,
            catalog_crc: crc32fast::hash(&archived),
        };
        let (head, rest) = self.bytes.split_at_mut(HEADER_LEN as usize);
        head.copy_from_slice(&header.to_bytes());
        let (place, padding) = rest.split_at_mut(archived.len());
        place.copy_from_slice(&archived);
        padding.fill(0);
        Ok(())
    }
}
