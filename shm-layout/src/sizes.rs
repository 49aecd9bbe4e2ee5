//! Sizes and aligned offsets, all computed before a byte is written.

use crate::catalog::{Block, Catalog, Extent, TEXT, item_size};
use crate::{BUFFER_ALIGN, CATALOG_ALIGN, Error, HEADER_LEN};
use rkyv::rancor;
use rkyv::util::AlignedVec;

/// How large a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes reserved for the catalog.
    pub catalog: u64,
    /// First byte of the buffers.
    pub buffers: u64,
    /// Bytes of the segment.
    pub total: u64,
}

/// Gives every block of `catalog` its extents and tells the size of the segment.
///
/// Of a text block, `texts.len` must be set: the UTF-8 bytes of all its texts. Everything else in
/// the extents is computed from counts and type codes. A catalog that is finished later with other
/// statistics or fewer leaves needs no more room than this one.
///
/// # Errors
/// Unknown type codes, leaves out of order, blocks outside their leaf, sizes past 64 bits.
pub fn assign(catalog: &mut Catalog) -> Result<Sizes, Error> {
    let catalog_len = archive(catalog)?.len() as u64;
    let buffers = align(HEADER_LEN + catalog_len, BUFFER_ALIGN)
        .ok_or_else(|| Error::TooLarge { path: String::new() })?;
    let mut end = buffers;
    for leaf in &mut catalog.leaves {
        for block in &mut leaf.blocks {
            let too_large = || Error::TooLarge { path: leaf.path.clone() };
            let values = values_len(leaf.dtype, &block.count).map_err(|err| {
                err.map_or_else(too_large, |code| Error::TypeCode { path: leaf.path.clone(), code })
            })?;
            block.values = place(&mut end, values).ok_or_else(too_large)?;
            block.texts = place(&mut end, block.texts.len).ok_or_else(too_large)?;
        }
    }
    let sizes = Sizes { catalog: catalog_len, buffers, total: end };
    check(catalog, sizes)?;
    Ok(sizes)
}

/// The extents and order of a catalog that is about to be written, by the rules of reading.
pub(crate) fn check(catalog: &Catalog, sizes: Sizes) -> Result<(), Error> {
    let mut rules = crate::read::Rules::new(sizes.buffers, sizes.total);
    for leaf in &catalog.leaves {
        rules.leaf(&leaf.path, leaf.dtype, &leaf.shape, &[("dims", leaf.dims.len())])?;
        for Block { start, count, values, texts, sums, .. } in &leaf.blocks {
            rules.block(start, count, [*values, *texts], sums.len())?;
        }
    }
    Ok(())
}

/// Bytes of the values of a box; `Err(None)` on overflow, `Err(Some(code))` for an unknown code.
pub(crate) fn values_len(dtype: u8, count: &[u64]) -> Result<u64, Option<u8>> {
    let item = item_size(dtype).ok_or(Some(dtype))?;
    let n = count.iter().try_fold(1_u64, |n, len| n.checked_mul(*len)).ok_or(None)?;
    let items = if dtype == TEXT { n.checked_add(1).ok_or(None)? } else { n };
    items.checked_mul(item).ok_or(None)
}

/// The archived catalog.
pub(crate) fn archive(catalog: &Catalog) -> Result<AlignedVec<{ CATALOG_ALIGN as usize }>, Error> {
    rkyv::to_bytes::<rancor::Error>(catalog).map_err(|err| Error::Unwritable { why: err.to_string() })
}

/// An extent of `len` bytes at `end`, which moves behind it to the next aligned byte.
fn place(end: &mut u64, len: u64) -> Option<Extent> {
    let extent = Extent { offset: *end, len };
    *end = align(end.checked_add(len)?, BUFFER_ALIGN)?;
    Some(extent)
}

fn align(n: u64, to: u64) -> Option<u64> {
    n.checked_next_multiple_of(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Leaf;

    fn leaf(path: &str, dtype: u8, counts: &[&[u64]], text_bytes: u64) -> Leaf {
        let rank = counts[0].len();
        Leaf {
            path: path.into(),
            dtype,
            dims: vec!["d".into(); rank],
            shape: vec![100; rank],
            blocks: counts
                .iter()
                .map(|count| Block {
                    start: vec![0; rank],
                    count: count.to_vec(),
                    texts: Extent { offset: 0, len: text_bytes },
                    ..Block::default()
                })
                .collect(),
            ..Leaf::default()
        }
    }

    #[test]
    fn buffers_are_aligned_in_order_and_as_long_as_their_shapes_say() {
        let mut catalog = Catalog {
            leaves: vec![
                leaf("a", 10, &[&[2, 3], &[1, 1]], 0),
                leaf("b", TEXT, &[&[3]], 5),
                leaf("c", 0, &[&[]], 0),
            ],
        };
        let sizes = assign(&mut catalog).unwrap();
        let lens: Vec<u64> = catalog
            .leaves
            .iter()
            .flat_map(|leaf| &leaf.blocks)
            .flat_map(|block| [block.values.len, block.texts.len])
            .collect();
        assert_eq!(lens, [48, 0, 8, 0, 32, 5, 1, 0]);
        assert!(sizes.buffers >= HEADER_LEN + sizes.catalog && sizes.buffers.is_multiple_of(64));
        assert_eq!(sizes.total, sizes.buffers + 5 * 64);
    }

    #[test]
    fn impossible_sizes_are_errors() {
        let mut huge = leaf("a", 10, &[&[1 << 40, 1 << 40]], 0);
        huge.shape = vec![1 << 41, 1 << 41];
        assert_eq!(assign(&mut Catalog { leaves: vec![huge] }), Err(Error::TooLarge { path: "a".into() }));
        let mut catalog = Catalog { leaves: vec![leaf("a", 99, &[&[1]], 0)] };
        assert_eq!(assign(&mut catalog), Err(Error::TypeCode { path: "a".into(), code: 99 }));
        let mut catalog = Catalog { leaves: vec![leaf("b", 0, &[&[1]], 0), leaf("a", 0, &[&[1]], 0)] };
        assert_eq!(assign(&mut catalog), Err(Error::Order { path: "a".into() }));
        let mut catalog = Catalog { leaves: vec![leaf("a", 0, &[&[101]], 0)] };
        assert_eq!(assign(&mut catalog), Err(Error::BlockPlace { path: "a".into(), block: 0 }));
    }
}
