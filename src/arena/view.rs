//! Leaves of segments as labelled arrays, without a copy.

use super::blocks::product;
use super::segment::Segment;
use super::want::{SHOWN, attrs};
use crate::data::{Buf, Dim, Dtype, Grid, Labelled, Part, StrBuf, Values};
use shm_layout::{Block, Leaf};
use std::sync::Arc;

/// The array of a leaf, from the blocks that segments hold of it; the rest is absent.
///
/// `homes` are the segments with their entries of the leaf, at least one. Coordinates are not
/// attached. Only the catalogs' entries are copied.
pub(super) fn labelled(homes: &[(&Segment, &Leaf)]) -> Result<Labelled, String> {
    let (_, leaf) = homes.first().ok_or("it is in no segment")?;
    let dtype = dtype_of(leaf)?;
    let mut boxes = Vec::new();
    for (segment, leaf) in homes {
        for block in &leaf.blocks {
            let (start, count) = (narrow(&block.start)?, narrow(&block.count)?);
            let (values, strides) = (Arc::new(values(segment, dtype, block)?), row_major(&count));
            boxes.push(Held { start, count, values, strides });
        }
    }
    assemble(leaf, boxes)
}

/// A box of a leaf and where its values are: the first of `values` is its first one.
pub(super) struct Held {
    pub(super) start: Vec<usize>,
    pub(super) count: Vec<usize>,
    pub(super) values: Arc<Values>,
    pub(super) strides: Vec<isize>,
}

/// The type of a catalog's leaf.
pub(super) fn dtype_of(leaf: &Leaf) -> Result<Dtype, String> {
    Dtype::from_code(leaf.dtype, leaf.calendar).ok_or_else(|| "its type is unknown".to_owned())
}

/// The array that a catalog's leaf describes, of boxes that do not overlap; the rest is absent.
pub(super) fn assemble(leaf: &Leaf, boxes: Vec<Held>) -> Result<Labelled, String> {
    let (dtype, shape) = (dtype_of(leaf)?, narrow(&leaf.shape)?);
    let mut splits: Vec<Vec<usize>> = shape.iter().map(|n| vec![0, *n]).collect();
    for Held { start, count, .. } in &boxes {
        for (axis, cuts) in splits.iter_mut().enumerate() {
            cuts.extend([start[axis], start[axis] + count[axis]]);
        }
    }
    for cuts in &mut splits {
        cuts.sort_unstable();
        cuts.dedup();
    }
    let cells: Vec<usize> = splits.iter().map(|cuts| cuts.len() - 1).collect();
    let count = cells.iter().try_fold(1_usize, |n, cells| n.checked_mul(*cells));
    let count = count.filter(|n| *n <= MOST_CELLS).ok_or("it is in too many pieces")?;
    let mut parts: Vec<Option<Part>> = vec![None; count];
    for Held { start, count, values, strides } in boxes {
        let covered: Vec<(usize, usize)> = splits
            .iter()
            .enumerate()
            .map(|(axis, cuts)| {
                let first = cuts.partition_point(|cut| *cut < start[axis]);
                let end = cuts.partition_point(|cut| *cut < start[axis] + count[axis]);
                (first, end - first)
            })
            .collect();
        let lens: Vec<usize> = covered.iter().map(|(_, len)| *len).collect();
        for at in product(&lens) {
            let (mut cell, mut offset) = (0, 0);
            for (axis, step) in at.iter().enumerate() {
                let i = covered[axis].0 + step;
                cell = cell * cells[axis] + i;
                offset += (splits[axis][i] - start[axis]) * strides[axis] as usize;
            }
            parts[cell] = Some(Part { values: values.clone(), offset, strides: strides.clone() });
        }
    }
    let dims = leaf.dims.iter().map(Dim::new).collect();
    let mut array =
        Labelled::from_parts(dims, shape, Grid { dtype, splits, parts }).map_err(|err| err.to_string())?;
    let shown = leaf.attrs.iter().find(|attr| attr.name == SHOWN);
    if let Some(shm_layout::AttrValue::Texts(shown)) = shown.map(|attr| &attr.value) {
        let dims: Vec<Dim> = shown.iter().map(Dim::new).collect();
        array = array.transpose(&dims).map_err(|err| err.to_string())?;
    }
    array.name = leaf.path.rsplit(['/', '@']).next().map(str::to_owned);
    array.attrs = attrs(&leaf.attrs);
    Ok(array)
}

/// The most cells of a grid.
const MOST_CELLS: usize = 1 << 20;

/// The values of a block as a view of its segment.
fn values(segment: &Segment, dtype: Dtype, block: &Block) -> Result<Values, String> {
    let count = narrow(&block.count)?.iter().product();
    let at = |offset: u64| usize::try_from(offset).map_err(|_| "it is too large".to_owned());
    let owner = &segment.mapping;
    if dtype != Dtype::Str {
        return Values::mapped(dtype, owner, at(block.values.offset)?, count)
            .ok_or_else(|| "its values are misplaced".to_owned());
    }
    let offsets = Buf::mapped(owner, at(block.values.offset)?, count + 1);
    let bytes = Buf::mapped(owner, at(block.texts.offset)?, at(block.texts.len)?);
    let texts = offsets.zip(bytes).and_then(|(offsets, bytes)| StrBuf::new(offsets, bytes));
    texts.map(Values::Str).ok_or_else(|| "its texts are broken".to_owned())
}

fn narrow(numbers: &[u64]) -> Result<Vec<usize>, String> {
    numbers.iter().map(|n| usize::try_from(*n).map_err(|_| "it is too large".to_owned())).collect()
}

fn row_major(count: &[usize]) -> Vec<isize> {
    let mut strides = vec![1_isize; count.len()];
    for axis in (1..count.len()).rev() {
        strides[axis - 1] = strides[axis] * count[axis] as isize;
    }
    strides
}
