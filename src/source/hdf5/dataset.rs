//! One dataset as its header describes it: type, shape, filters, and where its elements lie.

use super::block::{Block, Place};
use super::external;
use super::fault::Fault;
use super::filters;
use super::header::{Header, kind, parse};
use super::links::Opened;
use super::types::Type;
use super::virtuals::{self, Chain};
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::dataspace::{DataspaceMessage, DataspaceType};
use hdf5_reader::messages::layout::DataLayout;
use std::borrow::Cow;

/// A dataset without its name and attributes.
pub(super) struct Stored {
    /// Element type.
    pub(super) ty: Type,
    /// Whether each axis can grow without limit.
    pub(super) unlimited: Vec<bool>,
    /// The stored elements.
    pub(super) block: Block,
}

/// The dataset with this header, a source of the virtual ones in `chain`.
///
/// # Errors
/// If it is broken, or uses what is not supported.
pub(super) fn stored(opened: &Opened, header: &Header, chain: &Chain) -> Result<Stored, Fault> {
    let missing = |what: &str| Fault::Broken(format!("its {what} is missing"));
    let Some(HdfMessage::Dataspace(space)) = header.parsed(kind::DATASPACE, opened)? else {
        return Err(missing("shape"));
    };
    let layout = header.first(kind::LAYOUT, opened)?.ok_or_else(|| missing("layout"))?;
    let filters = match header.parsed(kind::FILTERS, opened)? {
        Some(HdfMessage::FilterPipeline(message)) => message.filters,
        _ => Vec::new(),
    };
    filters::check(&filters)?;
    let ty = header.first(kind::DATATYPE, opened)?.and_then(|bytes| Type::parse(&bytes));
    let ty = ty.ok_or_else(|| missing("datatype"))?;

    let mut extent = extent(&space)?;
    let elem = ty.size(opened.widths().0);
    let base = opened.library.superblock().base_address;
    let max = space.max_dims.clone();
    let unlimited = match &max {
        Some(max) if max.len() == extent.len() => max.iter().map(|m| *m == u64::MAX).collect(),
        _ => vec![false; extent.len()],
    };
    let place = if virtuals::is_virtual(&layout) {
        virtuals::place(opened, &layout, &ty, &mut extent, &unlimited, chain)?
    } else {
        let layout = as_first_version(&layout, opened.widths().0);
        let HdfMessage::DataLayout(layout) = parse(kind::LAYOUT, &layout, opened)? else {
            return Err(missing("layout"));
        };
        let bytes = size(&extent, elem)?;
        match header.parsed(kind::EXTERNAL_FILES, opened)? {
            Some(HdfMessage::ExternalFiles(files)) if bytes > 0 => external::place(opened, &files, bytes)?,
            _ => place(&layout.layout, &extent, max, bytes, elem, opened, base)?,
        }
    };
    size(&extent, elem)?;
    let mut block = Block::new(opened.disk.clone(), base, opened.widths(), extent, elem, place);
    block.filters = filters;
    // Old files have an old and a new fill value message; the new one counts if it has a value.
    for kind in [kind::FILL_OLD, kind::FILL] {
        if let Some(HdfMessage::FillValue(fill)) = header.parsed(kind, opened)?
            && let Some(value) = fill.value.filter(|value| value.len() == elem)
        {
            block.fill = value;
        }
    }
    Ok(Stored { ty, unlimited, block })
}

/// A layout message of version 1 or 2 as the library takes it: of version 1, since it looks for the
/// address of version 2 two bytes too early (both have five reserved bytes; specification section
/// IV.A.2.i), and with an address also where data are in the header, which have none.
fn as_first_version(layout: &[u8], width: u8) -> Cow<'_, [u8]> {
    const HEAD: usize = 8;
    match layout {
        [1, ..] if layout.get(2) != Some(&0) => Cow::Borrowed(layout),
        [1 | 2, _, class, ..] if layout.len() >= HEAD => {
            let mut first = layout.to_vec();
            first[0] = 1;
            if *class == 0 {
                first.splice(HEAD..HEAD, std::iter::repeat_n(0, usize::from(width)));
            }
            Cow::Owned(first)
        }
        _ => Cow::Borrowed(layout),
    }
}

/// Bytes of all elements.
fn size(extent: &[usize], elem: usize) -> Result<u64, Fault> {
    let bytes = extent.iter().try_fold(elem as u64, |n, d| n.checked_mul(*d as u64));
    bytes.filter(|n| *n <= i64::MAX as u64).ok_or_else(|| Fault::Broken("its shape overflows".to_owned()))
}

/// Lengths of the axes. A null dataspace (`h5py.Empty`) has one axis of length 0.
fn extent(space: &DataspaceMessage) -> Result<Vec<usize>, Fault> {
    if space.dataspace_type == DataspaceType::Null {
        return Ok(vec![0]);
    }
    let too_long = |_| Fault::Broken("its shape overflows".to_owned());
    space.dims.iter().map(|n| usize::try_from(*n).map_err(too_long)).collect()
}

fn place(
    layout: &DataLayout,
    extent: &[usize],
    max: Option<Vec<u64>>,
    bytes: u64,
    elem: usize,
    opened: &Opened,
    base: u64,
) -> Result<Place, Fault> {
    Ok(match layout {
        DataLayout::Compact { data } if data.is_empty() => Place::Nowhere,
        DataLayout::Compact { data } if (data.len() as u64) < bytes => {
            return Err(Fault::Broken("its compact data are cut off".to_owned()));
        }
        DataLayout::Compact { data } => Place::Here(data.clone()),
        DataLayout::Contiguous { address, .. } => {
            if Cursor::is_undefined_offset(*address, opened.widths().0) || bytes == 0 {
                return Ok(Place::Nowhere);
            }
            let start = base.checked_add(*address);
            let end = start.and_then(|start| start.checked_add(bytes));
            match (start, end) {
                (Some(start), Some(end)) if end <= opened.disk.len() => Place::Contiguous(start),
                _ => {
                    let have = opened.disk.len();
                    return Err(Fault::Broken(format!(
                        "the file is cut off: its {bytes} bytes begin at byte {address}, and the file has {have}"
                    )));
                }
            }
        }
        DataLayout::Chunked { address, dims, chunk_indexing, .. } => {
            // Old layouts have the element's size as the last axis.
            let dims = if dims.len() == extent.len() + 1 { &dims[..extent.len()] } else { &dims[..] };
            let chunk: Vec<usize> = dims.iter().map(|d| *d as usize).collect();
            if chunk.len() != extent.len() || chunk.contains(&0) {
                return Err(Fault::Broken("its chunks have another rank than its shape".to_owned()));
            }
            let size = chunk.iter().try_fold(elem, |n, c| n.checked_mul(*c));
            if size.is_none_or(|n| n > u32::MAX as usize) {
                return Err(Fault::Broken("its chunks are larger than the format allows".to_owned()));
            }
            Place::Chunked { at: *address, chunk, indexing: chunk_indexing.clone(), max }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdf5_reader::io::Cursor;
    use hdf5_reader::messages::layout;

    fn read(bytes: &[u8]) -> DataLayout {
        let bytes = as_first_version(bytes, 8);
        layout::parse(&mut Cursor::new(&bytes), 8, 8, bytes.len()).unwrap().layout
    }

    /// The first message is one of PyTables' `zerodim-attrs-1.4.h5`, whose data h5py finds at 2048.
    #[test]
    fn layouts_of_the_second_version_are_read_as_the_specification_says() {
        let contiguous = [2, 1, 1, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0];
        assert!(matches!(read(&contiguous), DataLayout::Contiguous { address: 2048, .. }));
        let compact = [2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 7, 9, 0, 0, 0, 0, 0, 0];
        assert!(matches!(read(&compact), DataLayout::Compact { data } if data == [7, 9]));
    }
}
