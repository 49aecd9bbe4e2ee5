//! One array of a file: a dataset, or a member of a compound one, and reading boxes of it.

use super::attributes::text;
use super::block::{Block, Place, Sink};
use super::disk::Window;
use super::fault::{Fault, guarded};
use super::heap::Heaps;
use super::packed::Packed;
use super::runs::{Placed, for_runs};
use crate::data::{Dtype, Slab, StrBuf};
use crate::source::Extent;
use crate::source::cf::{Decoder, Stored};
use crate::source::extent::row_major;
use std::ops::Range;
use std::sync::Arc;

/// What the elements are.
#[derive(Clone, Debug)]
pub(in crate::source) enum Content {
    /// Numbers.
    Numbers(Decoder),
    /// Numbers that are unpacked before they are decoded.
    Packed(Packed, Decoder),
    /// Texts by their numbers among those of another array; empty for a number that is none.
    Coded(Decoder, Arc<Leaf>),
    /// Texts of so many bytes.
    Fixed { size: usize, spaces: bool },
    /// Texts in a global heap.
    Variable,
    /// Texts along the last stored axis, a byte an element.
    Chars,
}

/// An array.
#[derive(Clone, Debug)]
pub(in crate::source) struct Leaf {
    /// The dataset.
    pub(in crate::source) block: Arc<Block>,
    /// First byte of this member in an element.
    pub(in crate::source) offset: usize,
    /// Axes inside an element; they follow those of the dataset.
    pub(in crate::source) inner: Vec<usize>,
    /// What the elements are.
    pub(in crate::source) content: Content,
}

impl Leaf {
    /// Decodes the box `slab` into `out`, native and row-major.
    ///
    /// # Errors
    /// If the data are broken, cut off, or `out` has another size.
    pub(in crate::source) fn read(&self, slab: &Slab, out: &mut [u8]) -> Result<(), Fault> {
        let (packed, decoder) = match &self.content {
            Content::Numbers(decoder) => (None, decoder),
            Content::Packed(packed, decoder) => (Some(packed), decoder),
            _ => return Err(Fault::Broken("it holds text, not numbers".to_owned())),
        };
        self.decode(packed, decoder, slab, out)
    }

    /// Where its values lie as they are wanted; `None` if they are stored otherwise.
    ///
    /// # Errors
    /// Pieces of files that are not whole rows.
    pub(in crate::source) fn extents(&self) -> Result<Option<Vec<Extent>>, String> {
        let Content::Numbers(decoder) = &self.content else { return Ok(None) };
        let (block, size) = (&self.block, decoder.stored.kind.size());
        if !decoder.is_identity() || !block.elem.is_multiple_of(size) || self.offset + size > block.elem {
            return Ok(None);
        }
        let outer = row_major(&block.extent).into_iter().map(|step| step.saturating_mul(block.elem / size));
        let steps: Vec<usize> = outer.chain(row_major(&self.inner)).collect();
        let count = [&block.extent[..], &self.inner].concat();
        let extent = |file, at: u64, first, rows| {
            let (mut start, mut count) = (vec![0; count.len()], count.clone());
            if let (Some(start), Some(count), Some(rows)) = (start.first_mut(), count.first_mut(), rows) {
                (*start, *count) = (first, rows);
            }
            let offset = at.saturating_add(self.offset as u64);
            Extent { file, offset, start, count, steps: steps.clone() }
        };
        Ok(match &block.place {
            Place::Contiguous(at) => Some(vec![extent(Arc::new(block.disk.stamp()), *at, 0, None)]),
            Place::External(pieces) => {
                let row = block.extent.iter().skip(1).try_fold(block.elem, |n, len| n.checked_mul(*len));
                let row = row.filter(|n| *n > 0).ok_or("its shape overflows")? as u64;
                let rows = pieces.iter().map(|piece| {
                    if pieces.len() == 1 {
                        return Ok(extent(Arc::new(piece.disk.stamp()), piece.at, 0, None));
                    }
                    if !piece.start.is_multiple_of(row) || !piece.len.is_multiple_of(row) {
                        return Err("its files of raw data do not hold whole rows".to_owned());
                    }
                    let (first, rows) = ((piece.start / row) as usize, (piece.len / row) as usize);
                    Ok(extent(Arc::new(piece.disk.stamp()), piece.at, first, Some(rows)))
                });
                Some(rows.collect::<Result<_, _>>()?)
            }
            _ => None,
        })
    }

    /// The same array as bare numbers in its units, if it is of times.
    pub(in crate::source) fn undated(&self) -> Option<Self> {
        let Content::Numbers(decoder) = &self.content else { return None };
        Some(Self { content: Content::Numbers(decoder.undated()?), ..self.clone() })
    }

    fn decode(
        &self,
        packed: Option<&Packed>,
        decoder: &Decoder,
        slab: &Slab,
        out: &mut [u8],
    ) -> Result<(), Fault> {
        let width = decoder.dtype.size().unwrap_or(1);
        if slab.count().checked_mul(width) != Some(out.len()) {
            return Err(Fault::Broken(format!(
                "a box of {} values asked into {} bytes",
                slab.count(),
                out.len()
            )));
        }
        let (outer, inner) = slab.0.split_at(slab.0.len() - self.inner.len());
        let stored = packed.map_or(decoder.stored.kind.size(), Packed::size);
        let whole = packed.is_none()
            && self.offset == 0
            && stored * self.inner.iter().product::<usize>() == self.block.elem;
        let all_inner = inner.iter().zip(&self.inner).all(|(r, n)| *r == (0..*n));
        guarded(|| {
            if whole && all_inner {
                let mut sink = Plain { decoder, per: self.inner.iter().product(), stored, width, out };
                self.block.visit(outer, &mut sink)
            } else {
                let gathered = Vec::new();
                let mut sink = Member {
                    leaf: self,
                    packed,
                    decoder,
                    inner,
                    stored,
                    width,
                    out,
                    gathered,
                    native: Vec::new(),
                };
                self.block.visit(outer, &mut sink)
            }
        })
    }

    /// The texts of the box `slab`, row-major.
    ///
    /// # Errors
    /// If the data are broken or cut off.
    pub(in crate::source) fn texts(&self, slab: &Slab) -> Result<StrBuf, Fault> {
        let mut outer: Vec<Range<usize>> = slab.0[..slab.0.len() - self.inner.len()].to_vec();
        let (per, size) = match &self.content {
            Content::Numbers(_) | Content::Packed(..) => {
                return Err(Fault::Broken("it holds numbers, not text".to_owned()));
            }
            Content::Coded(decoder, names) => return self.coded(decoder, names, slab),
            Content::Fixed { size, .. } => (1, *size),
            Content::Variable => (1, 8 + usize::from(self.block.widths.0)),
            Content::Chars => {
                let n = self.block.extent.last().copied().unwrap_or(1);
                outer.push(0..n);
                (n, n)
            }
        };
        let inner = &slab.0[slab.0.len() - self.inner.len()..];
        let count = slab.count();
        if per == 0 {
            return Ok((0..count).map(|_| "").collect());
        }
        // Not more than the file justifies: what is asked for may be all fill values.
        let most = self.block.disk.len().saturating_mul(64).saturating_add(64 << 20);
        let total = count.checked_mul(size).filter(|n| (*n as u64) <= most);
        let total =
            total.ok_or_else(|| Fault::Broken("it claims more text than the file can hold".to_owned()))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(total).map_err(|e| Fault::Broken(e.to_string()))?;
        bytes.resize(total, 0);
        guarded(|| {
            let mut sink = Bytes { leaf: self, inner, size, per, out: &mut bytes };
            self.block.visit(&outer, &mut sink)?;
            Ok(match &self.content {
                Content::Variable => self.heap_texts(&bytes, size)?.into_iter().collect(),
                Content::Fixed { spaces, .. } => bytes.chunks_exact(size).map(|b| text(b, *spaces)).collect(),
                _ => bytes.chunks_exact(size).map(|b| text(b, true)).collect(),
            })
        })
    }

    fn heap_texts(&self, references: &[u8], size: usize) -> Result<Vec<String>, Fault> {
        let mut heaps = Heaps::new(Window::cached(&self.block.disk, self.block.base, 64)?, self.block.widths);
        references.chunks_exact(size).map(|r| Ok(text(heaps.sequence(r, 1)?, false))).collect()
    }

    /// The texts that integers number.
    fn coded(&self, decoder: &Decoder, names: &Leaf, slab: &Slab) -> Result<StrBuf, Fault> {
        let shape: Vec<Range<usize>> = names.block.extent.iter().map(|n| 0..*n).collect();
        let names = names.texts(&Slab(shape))?;
        let width = decoder.stored.kind.size();
        let mut codes = vec![0; slab.count() * width];
        self.decode(None, decoder, slab, &mut codes)?;
        let native = Stored { big: cfg!(target_endian = "big"), ..decoder.stored };
        let name = |code: &[u8]| {
            let code = super::types::integer(code, native);
            usize::try_from(code).ok().filter(|i| *i < names.len()).map_or("", |i| names.get(i))
        };
        Ok(codes.chunks_exact(width).map(name).collect())
    }

    /// Element type of the array.
    pub(in crate::source) fn dtype(&self) -> Dtype {
        match &self.content {
            Content::Numbers(decoder) | Content::Packed(_, decoder) => decoder.dtype,
            _ => Dtype::Str,
        }
    }
}

fn out_of_range(_: crate::source::cf::OutOfRange) -> Fault {
    Fault::Broken(
        "a time lies beyond what microseconds in 64 bits can count; a fill value without `_FillValue`?"
            .to_owned(),
    )
}

/// Elements that are all of the stored ones.
struct Plain<'a> {
    decoder: &'a Decoder,
    /// Values an element.
    per: usize,
    /// Bytes a value, stored and decoded.
    stored: usize,
    width: usize,
    out: &'a mut [u8],
}

impl Sink for Plain<'_> {
    fn put(&mut self, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        let start = at * self.per * self.width;
        let n = bytes.len() / self.stored;
        self.decoder.decode(bytes, &mut self.out[start..start + n * self.width]).map_err(out_of_range)
    }

    fn direct(&mut self, at: usize, n: usize) -> Option<&mut [u8]> {
        let step = self.per * self.width;
        if self.decoder.is_identity() { self.out.get_mut(at * step..(at + n) * step) } else { None }
    }
}

/// Elements that are part of the stored ones.
struct Member<'a> {
    leaf: &'a Leaf,
    packed: Option<&'a Packed>,
    decoder: &'a Decoder,
    inner: &'a [Range<usize>],
    stored: usize,
    width: usize,
    out: &'a mut [u8],
    gathered: Vec<u8>,
    /// The same, unpacked.
    native: Vec<u8>,
}

impl Sink for Member<'_> {
    fn put(&mut self, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        self.gathered.clear();
        for element in bytes.chunks_exact(self.leaf.block.elem) {
            pick(self.leaf, self.inner, element, self.stored, &mut self.gathered)?;
        }
        let per: usize = self.inner.iter().map(ExactSizeIterator::len).product();
        let start = at * per * self.width;
        let n = self.gathered.len() / self.stored;
        let out = &mut self.out[start..start + n * self.width];
        let bytes = match self.packed {
            Some(packed) => {
                self.native.clear();
                packed.unpack(&self.gathered, &mut self.native);
                &self.native
            }
            None => &self.gathered,
        };
        self.decoder.decode(bytes, out).map_err(out_of_range)
    }
}

/// Stored bytes of texts.
struct Bytes<'a> {
    leaf: &'a Leaf,
    inner: &'a [Range<usize>],
    /// Bytes a text, of which one element of the box has `size / per`.
    size: usize,
    per: usize,
    out: &'a mut [u8],
}

impl Sink for Bytes<'_> {
    fn put(&mut self, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        let item = self.size / self.per;
        let mut picked = Vec::with_capacity(bytes.len());
        for element in bytes.chunks_exact(self.leaf.block.elem) {
            pick(self.leaf, self.inner, element, item, &mut picked)?;
        }
        let inner: usize = self.inner.iter().map(ExactSizeIterator::len).product();
        let start = at * inner * item;
        self.out[start..start + picked.len()].copy_from_slice(&picked);
        Ok(())
    }
}

/// Appends the values of the box `inner` of this leaf's member of one stored element.
fn pick(
    leaf: &Leaf,
    inner: &[Range<usize>],
    element: &[u8],
    size: usize,
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    let start: Vec<usize> = inner.iter().map(|r| r.start).collect();
    let len: Vec<usize> = inner.iter().map(ExactSizeIterator::len).collect();
    let zeros = vec![0; len.len()];
    for_runs(
        Placed { shape: &leaf.inner, at: &start },
        Placed { shape: &len, at: &zeros },
        &len,
        &mut |from, _, n| {
            let from = leaf.offset + from * size;
            let bytes = element.get(from..from + n * size);
            out.extend_from_slice(
                bytes.ok_or_else(|| Fault::Broken("a member lies outside its element".to_owned()))?,
            );
            Ok(())
        },
    )
}
