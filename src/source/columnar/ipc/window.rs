//! Flat columns of large batches, a window of rows at a time: a batch may be as large as the file, and
//! both engines decode all of it.

use super::by_arrow_ipc::extents;
use super::layout::{self, Count};
use super::messages::{self, Place};
use crate::source::columnar::descend::from_arrow;
use crate::source::columnar::engine::Visit;
use crate::source::columnar::fault::{Fault, broken};
use crate::source::columnar::read_exact_at;
use arrow_array::make_array;
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_data::ArrayDataBuilder;
use arrow_schema::DataType;
use std::fs::File;
use std::ops::Range;

/// Sizes of windows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    /// Columns of so many bytes a batch are decoded as a whole.
    small: usize,
    /// Rows of a window.
    rows: usize,
}

/// Few enough bytes not to be felt, enough rows to be fast.
pub(super) const WINDOWS: Windows = Windows { small: 8 << 20, rows: 1 << 17 };

/// How a type's values lie in its buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// A bit each.
    Bits,
    /// So many bytes each.
    Bytes(usize),
    /// Offsets of so many bytes, then the bytes of texts.
    Texts(usize),
}

impl Layout {
    fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Boolean => Some(Self::Bits),
            DataType::Utf8 => Some(Self::Texts(4)),
            DataType::LargeUtf8 => Some(Self::Texts(8)),
            other => other.primitive_width().map(Self::Bytes),
        }
    }
}

/// Decodes `rows` of a column window by window; `false` if it is small, or not flat. The batch is not
/// compressed, and native.
pub(super) fn visit(
    (file, place): (&File, &Place),
    (extent, data_type): (Range<Count>, &DataType),
    rows: Range<usize>,
    windows: Windows,
    visit: Visit<'_>,
) -> Result<bool, Fault> {
    let Some(layout) = Layout::of(data_type) else { return Ok(false) };
    let bytes = place.read(file)?;
    let message = messages::message(&bytes)?;
    let batch = messages::batch(&message)?;
    let buffers = layout::buffers(&batch, extent.start, extent.end)?;
    let places = extents(&batch, place, buffers)?;
    if places.iter().map(|(_, length)| length).sum::<usize>() <= windows.small {
        return Ok(false);
    }
    let nodes = batch.nodes().filter(|nodes| extent.start.nodes < nodes.len());
    let node =
        nodes.ok_or_else(|| broken("a batch has fewer fields than its schema"))?.get(extent.start.nodes);
    if u64::try_from(node.length()).ok() != u64::try_from(batch.length()).ok() {
        return Err(broken("a batch's column has another length than the batch"));
    }
    let window = Window { file, body: place.body, places: &places, with_missing: node.null_count() != 0 };
    let mut first = rows.start;
    while first < rows.end {
        let last = first.saturating_add(windows.rows).min(rows.end);
        let array = make_array(window.read(layout, data_type, first..last)?);
        if !visit(&array)? {
            break;
        }
        first = last;
    }
    Ok(true)
}

struct Window<'a> {
    file: &'a File,
    body: u64,
    /// Of each buffer offset in the body and length.
    places: &'a [(u64, usize)],
    with_missing: bool,
}

impl Window<'_> {
    fn read(
        &self,
        layout: Layout,
        data_type: &DataType,
        rows: Range<usize>,
    ) -> Result<arrow_data::ArrayData, Fault> {
        let nulls = if self.with_missing { Some(NullBuffer::new(self.bits(0, &rows)?)) } else { None };
        let builder = ArrayDataBuilder::new(data_type.clone()).len(rows.len()).nulls(nulls);
        let builder = match layout {
            Layout::Bits => builder.add_buffer(self.bits(1, &rows)?.sliced()),
            Layout::Bytes(size) => builder.add_buffer(self.part(1, rows.start, rows.len(), size)?.into()),
            Layout::Texts(size) => {
                let mut offsets = self.part(1, rows.start, rows.len() + 1, size)?;
                let (start, length) = rebase(&mut offsets, size)?;
                builder.add_buffer(offsets.into()).add_buffer(self.part(2, start, length, 1)?.into())
            }
        };
        builder.align_buffers(true).build().map_err(from_arrow)
    }

    /// `count` elements of `size` bytes of a buffer.
    fn part(&self, buffer: usize, first: usize, count: usize, size: usize) -> Result<Vec<u8>, Fault> {
        let (offset, length) =
            *self.places.get(buffer).ok_or_else(|| broken("a column has fewer buffers than its type"))?;
        let span = first.checked_mul(size).zip(count.checked_mul(size));
        let (start, bytes) = span
            .filter(|(start, bytes)| start.checked_add(*bytes).is_some_and(|end| end <= length))
            .ok_or_else(|| broken("a buffer is shorter than its batch"))?;
        let mut part = vec![0; bytes];
        read_exact_at(self.file, &mut part, self.body + offset + start as u64)?;
        Ok(part)
    }

    fn bits(&self, buffer: usize, rows: &Range<usize>) -> Result<BooleanBuffer, Fault> {
        let first = rows.start / 8;
        let bytes = self.part(buffer, first, rows.end.div_ceil(8) - first, 1)?;
        Ok(BooleanBuffer::new(Buffer::from_vec(bytes), rows.start - 8 * first, rows.len()))
    }
}

/// Makes offsets begin at zero; where they began, and to what length they go.
fn rebase(offsets: &mut [u8], size: usize) -> Result<(usize, usize), Fault> {
    let bad = || broken("its texts have offsets that do not rise");
    let read = |cell: &[u8]| match cell.try_into() {
        Ok(bytes) => i64::from_ne_bytes(bytes),
        Err(_) => i64::from(i32::from_ne_bytes(cell.try_into().unwrap_or_default())),
    };
    let start = offsets.get(..size).map_or(0, read);
    let mut end = start;
    for cell in offsets.chunks_exact_mut(size) {
        let offset = read(cell);
        if offset < end {
            return Err(bad());
        }
        end = offset;
        let moved = offset - start;
        match size {
            8 => cell.copy_from_slice(&moved.to_ne_bytes()),
            _ => cell.copy_from_slice(&i32::try_from(moved).map_err(|_| bad())?.to_ne_bytes()),
        }
    }
    Ok((usize::try_from(start).map_err(|_| bad())?, usize::try_from(end - start).map_err(|_| bad())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::columnar::engine::Engine;
    use crate::source::columnar::ipc::Ipc;
    use arrow_array::ArrayRef;
    use std::path::Path;

    #[test]
    fn windows_glued_together_are_what_the_engine_decodes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/columnar");
        let mut flat = 0;
        for name in ["one_batch.arrow", "types_missing.arrow", "no_rows.arrow"] {
            let file = File::open(folder.join(name)).unwrap();
            let ipc = Ipc::open_file(&file, file.metadata().unwrap().len()).unwrap();
            for (column, field) in ipc.schema().fields().iter().enumerate() {
                for (piece, batch) in ipc.batches.iter().enumerate() {
                    let whole = ipc.rows[piece];
                    for rows in [0..whole, whole / 3..whole, whole / 2..whole / 2] {
                        let mut parts: Vec<ArrayRef> = Vec::new();
                        let handled = visit(
                            (&file, &batch.place),
                            (ipc.columns[column]..ipc.columns[column + 1], field.data_type()),
                            rows.clone(),
                            Windows { small: 0, rows: 2 },
                            &mut |array| {
                                parts.push(array.clone());
                                Ok(true)
                            },
                        );
                        if !handled.unwrap() {
                            continue;
                        }
                        flat += 1;
                        let mut decoded = ipc.column_of(&file, column).unwrap();
                        let wanted = decoded.decode(piece).unwrap().slice(rows.start, rows.len());
                        let parts: Vec<_> = parts.iter().map(|part| part.as_ref()).collect();
                        let found = match parts.as_slice() {
                            [] => wanted.slice(0, 0),
                            parts => arrow_select::concat::concat(parts).unwrap(),
                        };
                        assert_eq!(&found, &wanted, "{name}, {} {rows:?}", field.name());
                    }
                }
            }
        }
        assert!(flat > 200, "{flat} windows");
    }

    #[test]
    fn offsets_are_moved_to_begin_at_zero_and_must_rise() {
        let mut offsets: Vec<u8> = [5_i32, 7, 7, 12].iter().flat_map(|n| n.to_ne_bytes()).collect();
        assert_eq!(rebase(&mut offsets, 4).unwrap(), (5, 7));
        let moved: Vec<u8> = [0_i32, 2, 2, 7].iter().flat_map(|n| n.to_ne_bytes()).collect();
        assert_eq!(offsets, moved);
        let mut large: Vec<u8> = [1_i64 << 40, (1 << 40) + 3].iter().flat_map(|n| n.to_ne_bytes()).collect();
        assert_eq!(rebase(&mut large, 8).unwrap(), (1 << 40, 3));
        let mut falling: Vec<u8> = [5_i32, 4].iter().flat_map(|n| n.to_ne_bytes()).collect();
        assert!(rebase(&mut falling, 4).is_err());
        let mut negative: Vec<u8> = [-1_i32, 4].iter().flat_map(|n| n.to_ne_bytes()).collect();
        assert!(rebase(&mut negative, 4).is_err());
    }
}
