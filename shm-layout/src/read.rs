//! Validating a segment once, then borrowing from it.

use crate::catalog::{ArchivedCatalog, ArchivedExtent, ArchivedLeaf, Catalog, Extent, TEXT, item_size};
use crate::header::Header;
use crate::sizes::values_len;
use crate::{BUFFER_ALIGN, Error, HEADER_LEN};
use rkyv::rancor;

/// A valid segment: everything below was checked by [`open`].
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    bytes: &'a [u8],
    catalog: &'a ArchivedCatalog,
}

/// Validates a whole segment: header, checksums, structure (bytecheck) and numbers.
///
/// The contents of text are not looked at: whoever borrows them checks offsets and UTF-8.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn open(bytes: &[u8]) -> Result<View<'_>, Error> {
    if !(bytes.as_ptr() as usize).is_multiple_of(BUFFER_ALIGN as usize) {
        return Err(Error::Misaligned);
    }
    let header = Header::read(bytes)?;
    let (offset, len) = (header.catalog_offset, header.catalog_len);
    let archived = &bytes[offset as usize..][..len as usize];
    let computed = crc32fast::hash(archived);
    if computed != header.catalog_crc {
        return Err(Error::CatalogChecksum { offset, found: header.catalog_crc, computed });
    }
    let catalog = rkyv::access::<ArchivedCatalog, rancor::Error>(archived)
        .map_err(|err| Error::CatalogStructure { offset, why: err.to_string() })?;
    let end = offset + len;
    let buffers = end.checked_next_multiple_of(BUFFER_ALIGN).unwrap_or(end);
    let mut rules = Rules::new(buffers, header.total);
    for leaf in catalog.leaves.iter() {
        let shape: Vec<u64> = leaf.shape.iter().map(|n| n.to_native()).collect();
        rules.leaf(&leaf.path, leaf.dtype, &shape, &[("dims", leaf.dims.len())])?;
        for block in leaf.blocks.iter() {
            let start: Vec<u64> = block.start.iter().map(|n| n.to_native()).collect();
            let count: Vec<u64> = block.count.iter().map(|n| n.to_native()).collect();
            let extents = [(&block.values).into(), (&block.texts).into()];
            rules.block(&start, &count, extents, block.sums.len())?;
        }
    }
    Ok(View { bytes, catalog })
}

impl<'a> View<'a> {
    /// The catalog, borrowed.
    pub fn catalog(&self) -> &'a ArchivedCatalog {
        self.catalog
    }

    /// The leaf of this path.
    pub fn leaf(&self, path: &str) -> Option<&'a ArchivedLeaf> {
        let at = self.catalog.leaves.binary_search_by(|leaf| leaf.path.as_str().cmp(path)).ok()?;
        Some(&self.catalog.leaves[at])
    }

    /// The bytes of one of the catalog's extents.
    pub fn bytes(&self, extent: &ArchivedExtent) -> &'a [u8] {
        let (offset, len) = (extent.offset.to_native() as usize, extent.len.to_native() as usize);
        &self.bytes[offset..][..len]
    }

    /// The catalog as owned values.
    ///
    /// # Errors
    /// Only for lack of memory, in rkyv's words.
    pub fn to_catalog(&self) -> Result<Catalog, Error> {
        rkyv::deserialize::<Catalog, rancor::Error>(self.catalog)
            .map_err(|err| Error::CatalogStructure { offset: HEADER_LEN, why: err.to_string() })
    }
}

impl From<&ArchivedExtent> for Extent {
    fn from(extent: &ArchivedExtent) -> Self {
        Self { offset: extent.offset.to_native(), len: extent.len.to_native() }
    }
}

/// The numeric rules, followed leaf by leaf and block by block in the catalog's order.
pub(crate) struct Rules<'a> {
    /// Where the next buffer may begin at the earliest.
    free: u64,
    total: u64,
    path: &'a str,
    dtype: u8,
    shape: Vec<u64>,
    block_idx: usize,
    first: bool,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(buffers: u64, total: u64) -> Self {
        Self { free: buffers, total, path: "", dtype: 0, shape: Vec::new(), block_idx: 0, first: true }
    }

    /// A leaf: order, type, ranks.
    pub(crate) fn leaf(
        &mut self,
        path: &'a str,
        dtype: u8,
        shape: &[u64],
        lists: &[(&'static str, usize)],
    ) -> Result<(), Error> {
        if !self.first && path <= self.path {
            return Err(Error::Order { path: path.to_owned() });
        }
        if item_size(dtype).is_none() {
            return Err(Error::TypeCode { path: path.to_owned(), code: dtype });
        }
        let rank = shape.len();
        if let Some((what, _)) = lists.iter().find(|(_, len)| *len != rank) {
            return Err(Error::Rank { path: path.to_owned(), what, rank });
        }
        if values_len(dtype, shape).is_err() {
            return Err(Error::TooLarge { path: path.to_owned() });
        }
        (self.path, self.dtype, self.block_idx, self.first) = (path, dtype, 0, false);
        self.shape.clear();
        self.shape.extend_from_slice(shape);
        Ok(())
    }

    /// A block of the leaf before: inside its shape, its buffers placed and sized right.
    pub(crate) fn block(
        &mut self,
        start: &[u64],
        count: &[u64],
        [values, texts]: [Extent; 2],
        sums: usize,
    ) -> Result<(), Error> {
        let (path, rank) = (self.path, self.shape.len());
        for (what, len) in [("start", start.len()), ("count", count.len())] {
            if len != rank {
                return Err(Error::Rank { path: path.to_owned(), what, rank });
            }
        }
        let inside = start.iter().zip(count).zip(&self.shape).all(|((start, count), len)| {
            *count > 0 && start.checked_add(*count).is_some_and(|end| end <= *len)
        });
        if !inside {
            return Err(Error::BlockPlace { path: path.to_owned(), block: self.block_idx });
        }
        let Ok(expected) = values_len(self.dtype, count) else {
            return Err(Error::TooLarge { path: path.to_owned() });
        };
        for (extent, expected) in [(values, Some(expected)), (texts, (self.dtype != TEXT).then_some(0))] {
            let Extent { offset, len } = extent;
            if expected.is_some_and(|expected| expected != len) {
                let expected = expected.unwrap_or(len);
                return Err(Error::BufferLength { path: path.to_owned(), offset, len, expected });
            }
            let end = offset.checked_add(len).filter(|end| *end <= self.total);
            match end {
                Some(end) if offset >= self.free && offset.is_multiple_of(BUFFER_ALIGN) => self.free = end,
                _ => return Err(Error::BufferPlace { path: path.to_owned(), offset, len }),
            }
        }
        let (have, expected) = (sums as u64, crate::sums::count(values.len, texts.len));
        if have != 0 && have != expected {
            return Err(Error::Sums { path: path.to_owned(), block: self.block_idx, have, expected });
        }
        self.block_idx += 1;
        Ok(())
    }
}
