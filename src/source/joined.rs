//! An array that lies in parts, one after another along an axis, each an array of its own file.
//!
//! Nothing is copied to make one: it knows its parts, a box of it is boxes of those parts that it
//! touches, and the others are not even opened. The arena loads such a box as one block a part.

use super::{ArrayNode, SourceError, Storage, Tree};
use crate::data::time::{Calendar, NAT};
use crate::data::{Dtype, Slab, StrBuf};
use std::borrow::Cow;
use std::sync::Arc;

/// Bytes of a part that are held aside at a time, where they cannot be read into their place.
const ASIDE: usize = 8 << 20;

/// 1582-10-15 in microseconds since 1970: from then on the standard calendar is the Gregorian one.
const REFORM: i64 = -12_219_292_800_000_000;

/// The parts of a joined array.
#[derive(Clone, Debug)]
pub struct Joined {
    axis: usize,
    new: bool,
    starts: Vec<usize>,
    parts: Vec<Arc<ArrayNode>>,
}

impl PartialEq for Joined {
    fn eq(&self, other: &Self) -> bool {
        let key = |part: &Arc<ArrayNode>| (part.file, part.item);
        (self.axis, self.new, &self.starts) == (other.axis, other.new, &other.starts)
            && self.parts.iter().map(key).eq(other.parts.iter().map(key))
    }
}

impl Eq for Joined {}

impl Joined {
    /// Parts joined along their axis `axis`; their other axes have equal lengths.
    pub(super) fn along(axis: usize, parts: Vec<Arc<ArrayNode>>) -> Self {
        let mut starts = vec![0];
        for part in &parts {
            starts.push(starts.last().unwrap_or(&0) + part.shape.get(axis).copied().unwrap_or(1));
        }
        Self { axis, new: false, starts, parts }
    }

    /// Parts of equal shape as the elements of a new axis `axis`.
    pub(super) fn stacked(axis: usize, parts: Vec<Arc<ArrayNode>>) -> Self {
        Self { axis, new: true, starts: (0..=parts.len()).collect(), parts }
    }

    /// The axis along which the parts lie.
    pub fn axis(&self) -> usize {
        self.axis
    }

    /// Where the parts begin along the axis, and the axis' length.
    pub fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// Number of parts.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The parts, as their readers list them.
    pub fn parts(&self) -> &[Arc<ArrayNode>] {
        &self.parts
    }

    /// Whether every part is one element of an axis that it does not have itself.
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// The shape of chunks, if the first part has chunks.
    pub fn chunk(&self) -> Option<Vec<usize>> {
        match &self.parts.first()?.storage {
            Storage::Chunked { chunk, .. } => Some(self.deeper(chunk)),
            Storage::Cells(cells) => Some(self.deeper(&cells.chunk(self.parts.first()?)?)),
            _ => None,
        }
    }

    /// A part's shape with the axis that it lacks.
    fn deeper(&self, shape: &[usize]) -> Vec<usize> {
        let mut shape = shape.to_vec();
        if self.new && self.axis <= shape.len() {
            shape.insert(self.axis, 1);
        }
        shape
    }

    /// Part `i` as an array of the rank and type of `whole`, to which it belongs, and how it is best
    /// read. Its indices along the axis begin with 0.
    pub fn part<'a>(&'a self, whole: &ArrayNode, i: usize) -> (Cow<'a, ArrayNode>, Storage) {
        let part = &*self.parts[i];
        if !self.new && part.dtype == whole.dtype {
            let best = match &part.storage {
                Storage::Cells(cells) => cells.best(part),
                other => other.clone(),
            };
            return (Cow::Borrowed(part), best);
        }
        let mut array = part.clone();
        let best = match &part.storage {
            Storage::Chunked { chunk, filters } => {
                Storage::Chunked { chunk: self.deeper(chunk), filters: filters.clone() }
            }
            Storage::Cells(cells) => match cells.best(part) {
                Storage::Chunked { chunk, filters } => {
                    Storage::Chunked { chunk: self.deeper(&chunk), filters }
                }
                other => other,
            },
            other => other.clone(),
        };
        array.dtype = whole.dtype;
        array.dims.clone_from(&whole.dims);
        array.shape.clone_from(&whole.shape);
        array.shape[self.axis] = self.starts[i + 1] - self.starts[i];
        if part.dtype != whole.dtype || !matches!(best, Storage::Contiguous { .. }) {
            let one = Self {
                axis: self.axis,
                new: self.new,
                starts: vec![0, array.shape[self.axis]],
                parts: vec![self.parts[i].clone()],
            };
            array.storage = Storage::Joined(Arc::new(one));
            // Bytes that are converted cannot be taken as they lie.
            let best = if matches!(best, Storage::Contiguous { .. }) { rows(&array.shape) } else { best };
            return (Cow::Owned(array), best);
        }
        (Cow::Owned(array), best)
    }

    /// The parts that a range of the axis touches: their numbers and their own ranges.
    fn touched(&self, range: &std::ops::Range<usize>) -> Vec<(usize, std::ops::Range<usize>)> {
        let first = self.starts.partition_point(|start| *start <= range.start).saturating_sub(1);
        (first..self.parts.len())
            .take_while(|i| self.starts[*i] < range.end)
            .map(|i| {
                let (begin, end) = (self.starts[i], self.starts[i + 1]);
                (i, range.start.max(begin) - begin..range.end.min(end).max(begin) - begin)
            })
            .filter(|(_, own)| !own.is_empty())
            .collect()
    }

    /// The box of part `i` for a box of the whole whose range along the axis is `own`.
    fn inner(&self, slab: &Slab, own: std::ops::Range<usize>) -> Slab {
        let mut inner = slab.clone();
        if self.new {
            inner.0.remove(self.axis);
        } else {
            inner.0[self.axis] = own;
        }
        inner
    }

    /// Decodes the box `slab` of `whole` into `out`; see [`Tree::read_into`], which has checked both.
    pub(super) fn read_into(
        &self,
        tree: &Tree,
        whole: &ArrayNode,
        slab: &Slab,
        out: &mut [u8],
    ) -> Result<(), SourceError> {
        let size = whole.dtype.size().unwrap_or(1);
        let shape = slab.shape();
        let inner: usize = shape[self.axis + 1..].iter().product::<usize>() * size;
        let outer: usize = shape[..self.axis].iter().product();
        let mut done = 0;
        for (i, own) in self.touched(&slab.0[self.axis]) {
            let part = &self.parts[i];
            let run = own.len() * inner;
            if outer == 1 && part.dtype == whole.dtype {
                tree.read_into(part, &self.inner(slab, own), &mut out[done..done + run])?;
                done += run;
                continue;
            }
            // In pieces along the first axis, each of whole rows.
            let part_size = part.dtype.size().ok_or_else(|| mixed(tree, part))?;
            let mine = self.inner(slab, own.clone());
            let rows = mine.0.first().map_or(1, ExactSizeIterator::len);
            let row = mine.count() / rows.max(1) * part_size;
            let step = (ASIDE / row.max(1)).max(1);
            let mut aside = vec![0; step.min(rows) * row];
            for first in (0..rows).step_by(step) {
                let last = (first + step).min(rows);
                let mut piece = mine.clone();
                if let Some(range) = piece.0.first_mut() {
                    *range = range.start + first..range.start + last;
                }
                let aside = &mut aside[..(last - first) * row];
                tree.read_into(part, &piece, aside)?;
                // The piece's elements, row-major, are runs of `per_run` of the whole's.
                let at = |element: usize| {
                    let per_run = run / size;
                    let (outer, within) = (element / per_run, element % per_run);
                    outer * shape[self.axis] * inner + done + within * size
                };
                let before = first * (row / part_size);
                let per_run = run / size;
                let mut from = 0;
                let total = aside.len() / part_size;
                while from < total {
                    let count = (per_run - (before + from) % per_run).min(total - from);
                    let to = at(before + from);
                    let source = &aside[from * part_size..(from + count) * part_size];
                    convert(part.dtype, whole.dtype, source, &mut out[to..to + count * size])
                        .map_err(|why| fault(tree, part, why))?;
                    from += count;
                }
            }
            done += run;
        }
        Ok(())
    }

    /// The texts in the box `slab`, row-major; see [`Tree::read_texts`].
    pub(super) fn read_texts(&self, tree: &Tree, slab: &Slab) -> Result<StrBuf, SourceError> {
        let shape = slab.shape();
        let inner: usize = shape[self.axis + 1..].iter().product();
        let outer: usize = shape[..self.axis].iter().product();
        let mut read = Vec::new();
        for (i, own) in self.touched(&slab.0[self.axis]) {
            let run = own.len() * inner;
            read.push((run, tree.read_texts(&self.parts[i], &self.inner(slab, own))?));
        }
        if let (1, 1) = (outer, read.len()) {
            return Ok(read.remove(0).1);
        }
        Ok((0..outer)
            .flat_map(|row| {
                read.iter().flat_map(move |(run, texts)| (row * run..(row + 1) * run).map(|i| texts.get(i)))
            })
            .collect())
    }
}

impl ArrayNode {
    /// The numbers of all files that it lies in.
    pub fn files(&self) -> Vec<usize> {
        match &self.storage {
            Storage::Joined(joined) => joined.parts.iter().flat_map(|part| part.files()).collect(),
            _ => vec![self.file],
        }
    }
}

/// Any row can be read by itself.
fn rows(shape: &[usize]) -> Storage {
    let chunk = shape.iter().enumerate().map(|(axis, len)| if axis == 0 { 1 } else { *len }).collect();
    Storage::Chunked { chunk, filters: Vec::new() }
}

fn fault(tree: &Tree, part: &ArrayNode, why: String) -> SourceError {
    SourceError::Malformed {
        file: tree.files.get(part.file).map(|file| file.path.clone()).unwrap_or_default(),
        dataset: Some(part.origin.clone()),
        why,
    }
}

fn mixed(tree: &Tree, part: &ArrayNode) -> SourceError {
    fault(tree, part, "it is text among numbers".to_owned())
}

/// The type that holds both, as `numpy.result_type`; `None` if there is none: text with anything
/// else, times with numbers, times of calendars that differ.
pub(super) fn promoted(a: Dtype, b: Dtype) -> Option<Dtype> {
    use Dtype::{Bool, F32, F64, I16, I32, I64, U8, U16, U32};
    if a == b {
        return Some(a);
    }
    if let (Dtype::Time(a), Dtype::Time(b)) = (a, b) {
        // After the reform they are the same, which is checked when values are read.
        return (a.is_gregorian() && b.is_gregorian()).then_some(Dtype::Time(Calendar::Standard));
    }
    if !a.is_numeric() || !b.is_numeric() {
        return None;
    }
    let size = |dtype: Dtype| dtype.size().unwrap_or(8);
    let (small, large) = if size(a) <= size(b) { (a, b) } else { (b, a) };
    Some(match (small, large) {
        (Bool, other) | (other, Bool) => other,
        (a, b) if a.is_float() || b.is_float() => {
            let narrow = |d: Dtype| d == F32 || (!d.is_float() && size(d) <= 2);
            if narrow(a) && narrow(b) { F32 } else { F64 }
        }
        (a, b) if a.is_signed() == b.is_signed() => b,
        (small, large) if large.is_signed() && size(small) < size(large) => large,
        // Signed and unsigned, the unsigned one as large: the next larger signed type.
        (a, b) => match if a.is_unsigned() { a } else { b } {
            U8 => I16,
            U16 => I32,
            U32 => I64,
            _ => F64,
        },
    })
}

/// Elements of type `from` as type `to`, which [`promoted`] gave.
fn convert(from: Dtype, to: Dtype, input: &[u8], out: &mut [u8]) -> Result<(), String> {
    if from == to {
        out.copy_from_slice(input);
        return Ok(());
    }
    if let (Dtype::Time(_), Dtype::Time(_)) = (from, to) {
        let (times, _) = input.as_chunks::<8>();
        if times.iter().any(|time| (NAT + 1..REFORM).contains(&i64::from_ne_bytes(*time))) {
            return Err(
                "it has times before 1582-10-15, where its calendar differs from that of other files"
                    .to_owned(),
            );
        }
        out.copy_from_slice(input);
        return Ok(());
    }
    macro_rules! pair {
        ($from:ty, $to:ty) => {{
            let (input, _) = input.as_chunks::<{ size_of::<$from>() }>();
            let (out, _) = out.as_chunks_mut::<{ size_of::<$to>() }>();
            for (value, place) in input.iter().zip(out) {
                *place = (<$from>::from_ne_bytes(*value) as $to).to_ne_bytes();
            }
        }};
    }
    macro_rules! to {
        ($from:ty) => {
            match to {
                Dtype::I8 => pair!($from, i8),
                Dtype::I16 => pair!($from, i16),
                Dtype::I32 => pair!($from, i32),
                Dtype::I64 => pair!($from, i64),
                Dtype::U8 => pair!($from, u8),
                Dtype::U16 => pair!($from, u16),
                Dtype::U32 => pair!($from, u32),
                Dtype::U64 => pair!($from, u64),
                Dtype::F32 => pair!($from, f32),
                Dtype::F64 => pair!($from, f64),
                Dtype::Bool | Dtype::Time(_) | Dtype::Str => return Err(format!("{from} cannot become {to}")),
            }
        };
    }
    match from {
        Dtype::Bool | Dtype::U8 => to!(u8),
        Dtype::I8 => to!(i8),
        Dtype::I16 => to!(i16),
        Dtype::I32 => to!(i32),
        Dtype::I64 => to!(i64),
        Dtype::U16 => to!(u16),
        Dtype::U32 => to!(u32),
        Dtype::U64 => to!(u64),
        Dtype::F32 => to!(f32),
        Dtype::F64 => to!(f64),
        Dtype::Time(_) | Dtype::Str => return Err(format!("{from} cannot become {to}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected types from `numpy.result_type`.
    #[test]
    fn types_are_promoted_as_numpy_does() {
        use Dtype::{Bool, F32, F64, I8, I16, I32, I64, Str, U8, U16, U32, U64};
        let cases = [
            (Bool, I8, I8),
            (Bool, F32, F32),
            (I8, U8, I16),
            (I16, U8, I16),
            (I8, U16, I32),
            (U32, I32, I64),
            (I64, U64, F64),
            (I64, U32, I64),
            (U64, I8, F64),
            (F32, I16, F32),
            (F32, I32, F64),
            (F32, U8, F32),
            (F32, F64, F64),
            (U8, U32, U32),
        ];
        for (a, b, expected) in cases {
            assert_eq!((promoted(a, b), promoted(b, a)), (Some(expected), Some(expected)), "{a} {b}");
        }
        assert_eq!(promoted(Str, I8), None);
        assert_eq!(promoted(Dtype::Time(Calendar::Standard), I64), None);
        assert_eq!(promoted(Dtype::Time(Calendar::NoLeap), Dtype::Time(Calendar::Standard)), None);
    }

    #[test]
    fn times_of_calendars_that_differ_only_in_the_past_are_joined_after_it() {
        let both = Dtype::Time(Calendar::ProlepticGregorian);
        let to = promoted(both, Dtype::Time(Calendar::Standard)).unwrap();
        let mut out = [0; 16];
        let bytes = |times: [i64; 2]| times.map(i64::to_ne_bytes).concat();
        assert!(convert(both, to, &bytes([REFORM, NAT]), &mut out).is_ok());
        assert!(convert(both, to, &bytes([REFORM - 1, 0]), &mut out).unwrap_err().contains("1582-10-15"));
        assert_eq!(Calendar::Standard.days_from_date(1582, 10, 15), Some(REFORM / 86_400_000_000));
    }
}
