//! Values of a chunk to their places in the box that was asked for.

use super::fault::{Fault, broken};
use super::leaf::{Content, Leaf};
use crate::data::Slab;
use crate::source::npy;
use std::ops::Range;

/// The part of a chunk that is wanted; its vectors are by axes as stored.
#[derive(Clone, Debug)]
pub(super) struct Region {
    /// First index in the chunk.
    pub(super) start: Vec<usize>,
    /// Lengths.
    pub(super) len: Vec<usize>,
    /// First index in the box.
    pub(super) at: Vec<usize>,
    /// Which axes of the array these are.
    pub(super) axes: Vec<usize>,
}

/// The box that is read, row-major.
pub(super) struct Target<'a> {
    leaf: &'a Leaf,
    /// What of the axes inside elements is wanted.
    inner: &'a [Range<usize>],
    /// Values from one index to the next, per axis.
    strides: Vec<usize>,
    /// Bytes of a value in memory.
    width: usize,
    values: Values<'a>,
    gathered: Vec<u8>,
    decoded: Vec<u8>,
}

enum Values<'a> {
    Numbers(&'a mut [u8]),
    Texts(Vec<String>),
}

/// One axis of the walk, in steps of the chunk and of the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Axis {
    from: usize,
    to: usize,
    count: usize,
}

/// Values along the innermost axis of the walk.
#[derive(Clone, Copy, Debug)]
struct Run {
    from: usize,
    to: usize,
    axis: Axis,
}

impl Region {
    /// With the axes in another order: place `k` has what was at `order[k]`.
    pub(super) fn reordered(&self, order: &[usize]) -> Self {
        let pick = |list: &[usize]| order.iter().map(|axis| list[*axis]).collect();
        Self { start: pick(&self.start), len: pick(&self.len), at: pick(&self.at), axes: pick(&self.axes) }
    }

    /// The same with another part of one axis: `skip` indices on, `len` long.
    pub(super) fn part(&self, axis: usize, skip: usize, len: usize) -> Self {
        let mut part = self.clone();
        part.start[axis] += skip;
        part.at[axis] += skip;
        part.len[axis] = len;
        part
    }

    /// First and last byte of it, plus one, in a chunk of elements of `elem` bytes with these steps.
    pub(super) fn span(&self, strides: &[usize], elem: usize) -> Range<usize> {
        let sum =
            |index: &dyn Fn(usize) -> usize| (0..strides.len()).map(|k| index(k) * strides[k]).sum::<usize>();
        sum(&|k| self.start[k])..sum(&|k| self.start[k] + self.len[k] - 1) + elem
    }
}

/// Steps of a dense row-major array of elements of `elem` bytes.
pub(super) fn strides(shape: &[usize], elem: usize) -> Vec<usize> {
    let mut strides = vec![elem; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis].saturating_mul(shape[axis]);
    }
    strides
}

impl<'a> Target<'a> {
    /// Numbers into `out`.
    pub(super) fn numbers(leaf: &'a Leaf, slab: &'a Slab, out: &'a mut [u8]) -> Self {
        Self::new(leaf, slab, Values::Numbers(out))
    }

    /// Texts.
    ///
    /// # Errors
    /// Without the memory for so many.
    pub(super) fn texts(leaf: &'a Leaf, slab: &'a Slab) -> Result<Self, Fault> {
        let mut texts = Vec::new();
        if texts.try_reserve_exact(slab.count()).is_err() {
            return broken("there is not enough memory for its texts");
        }
        texts.resize(slab.count(), String::new());
        Ok(Self::new(leaf, slab, Values::Texts(texts)))
    }

    fn new(leaf: &'a Leaf, slab: &'a Slab, values: Values<'a>) -> Self {
        let (_, inner) = slab.0.split_at(slab.0.len() - leaf.inner.len());
        Self {
            leaf,
            inner,
            strides: strides(&slab.shape(), 1),
            width: leaf.content.dtype().size().unwrap_or(1),
            values,
            gathered: Vec::new(),
            decoded: Vec::new(),
        }
    }

    /// The texts read.
    pub(super) fn into_texts(self) -> Vec<String> {
        match self.values {
            Values::Texts(texts) => texts,
            Values::Numbers(_) => Vec::new(),
        }
    }

    /// The memory for a region, if stored bytes with these steps can go there as they are.
    pub(super) fn direct(&mut self, region: &Region, steps: &[usize], elem: usize) -> Option<&mut [u8]> {
        if !self.leaf.content.is_identity() || elem != self.width || !self.leaf.inner.is_empty() {
            return None;
        }
        let (_, to, axes) = self.walk(region, steps, 0);
        let count = match axes.as_slice() {
            [] => 1,
            [axis] if axis.from == elem && axis.to == 1 => axis.count,
            _ => return None,
        };
        match &mut self.values {
            Values::Numbers(out) => out.get_mut(to * elem..(to + count) * elem),
            Values::Texts(_) => None,
        }
    }

    /// Takes a region of a chunk, of which `bytes` begins at its byte `first`; elements lie in these
    /// steps.
    ///
    /// # Errors
    /// If a value means nothing.
    pub(super) fn put(
        &mut self,
        region: &Region,
        bytes: &[u8],
        first: usize,
        steps: &[usize],
    ) -> Result<(), Fault> {
        let (from, to, axes) = self.walk(region, steps, self.leaf.offset);
        let Some(from) = from.checked_sub(first) else { return broken("a part before its chunk") };
        let leaf = self.leaf;
        let size = leaf.content.stored_size();
        let (gathered, decoded, width) = (&mut self.gathered, &mut self.decoded, self.width);
        match (&mut self.values, &leaf.content) {
            (Values::Numbers(out), content) => each_run(from, to, &axes, &mut |run| {
                numbers(content, (size, width), bytes, run, out, (gathered, decoded))
            }),
            (Values::Texts(texts), Content::Text(scalar)) => each_run(from, to, &axes, &mut |run| {
                for i in 0..run.axis.count {
                    let at = run.from + i * run.axis.from;
                    let Some(bytes) = bytes.get(at..at + size) else { return broken("it is cut off") };
                    texts[run.to + i * run.axis.to] = npy::text(*scalar, bytes).map_err(Fault::Broken)?;
                }
                Ok(())
            }),
            (Values::Texts(_), _) => broken("it holds numbers, not text"),
        }
    }

    /// Takes a region of a chunk of texts, in these steps.
    ///
    /// # Errors
    /// If there are too few.
    pub(super) fn put_texts(
        &mut self,
        region: &Region,
        all: &[&[u8]],
        utf8: bool,
        steps: &[usize],
    ) -> Result<(), Fault> {
        let (from, to, axes) = self.walk(region, steps, 0);
        let Values::Texts(texts) = &mut self.values else { return broken("it holds text, not numbers") };
        each_run(from, to, &axes, &mut |run| {
            for i in 0..run.axis.count {
                let Some(bytes) = all.get(run.from + i * run.axis.from) else {
                    return broken("it is cut off");
                };
                texts[run.to + i * run.axis.to] = match std::str::from_utf8(bytes) {
                    Ok(text) => text.to_owned(),
                    // Bytes of unknown encoding: Latin-1, which any bytes are.
                    Err(_) if !utf8 => bytes.iter().map(|byte| char::from(*byte)).collect(),
                    Err(_) => return broken("one of its texts is not UTF-8"),
                };
            }
            Ok(())
        })
    }

    /// Where a region begins, in its chunk and in the box, and the walk through it.
    fn walk(&self, region: &Region, steps: &[usize], offset: usize) -> (usize, usize, Vec<Axis>) {
        let rank = region.axes.len();
        let mut axes = vec![Axis { from: 0, to: 0, count: 1 }; rank];
        let (mut from, mut to) = (offset, 0);
        for (k, (axis, step)) in region.axes.iter().zip(steps).enumerate() {
            from += region.start[k] * step;
            to += region.at[k] * self.strides[*axis];
            axes[*axis] = Axis { from: *step, to: self.strides[*axis], count: region.len[k] };
        }
        for (k, (range, (_, step))) in self.inner.iter().zip(&self.leaf.inner).enumerate() {
            from += range.start * step;
            axes.push(Axis { from: *step, to: self.strides[rank + k], count: range.len() });
        }
        (from, to, merged(axes))
    }
}

/// Neighbouring axes as one where they are dense on both sides; axes of one index left out.
fn merged(axes: Vec<Axis>) -> Vec<Axis> {
    let mut merged: Vec<Axis> = Vec::with_capacity(axes.len());
    for axis in axes.into_iter().filter(|axis| axis.count != 1) {
        match merged.last_mut() {
            Some(outer) if outer.from == axis.from * axis.count && outer.to == axis.to * axis.count => {
                *outer = Axis { count: outer.count * axis.count, ..axis };
            }
            _ => merged.push(axis),
        }
    }
    merged
}

fn each_run(
    from: usize,
    to: usize,
    axes: &[Axis],
    visit: &mut dyn FnMut(Run) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let Some((inner, outer)) = axes.split_last() else {
        return visit(Run { from, to, axis: Axis { from: 0, to: 1, count: 1 } });
    };
    let mut index = vec![0; outer.len()];
    let (mut from, mut to) = (from, to);
    loop {
        visit(Run { from, to, axis: *inner })?;
        let mut k = outer.len();
        loop {
            if k == 0 {
                return Ok(());
            }
            k -= 1;
            index[k] += 1;
            from += outer[k].from;
            to += outer[k].to;
            if index[k] < outer[k].count {
                break;
            }
            from -= outer[k].from * outer[k].count;
            to -= outer[k].to * outer[k].count;
            index[k] = 0;
        }
    }
}

/// Decodes the numbers of one run; `sizes` are bytes stored and in memory.
fn numbers(
    content: &Content,
    (size, width): (usize, usize),
    bytes: &[u8],
    run: Run,
    out: &mut [u8],
    (gathered, decoded): (&mut Vec<u8>, &mut Vec<u8>),
) -> Result<(), Fault> {
    let Run { from, to, axis } = run;
    let cut_off = || Fault::Broken("it is cut off".to_owned());
    let one = axis.count == 1 || axis.from == 0;
    let stored = if one {
        bytes.get(from..from + size).ok_or_else(cut_off)?
    } else if axis.from == size {
        bytes.get(from..from + axis.count * size).ok_or_else(cut_off)?
    } else {
        let span = bytes.get(from..from + (axis.count - 1) * axis.from + size).ok_or_else(cut_off)?;
        gathered.resize(axis.count * size, 0);
        match size {
            1 => gather::<1>(span, axis.from, gathered),
            2 => gather::<2>(span, axis.from, gathered),
            4 => gather::<4>(span, axis.from, gathered),
            _ => gather::<8>(span, axis.from, gathered),
        }
        gathered
    };
    let count = stored.len() / size;
    if axis.to == 1 && count == axis.count {
        return content.decode(stored, &mut out[to * width..(to + count) * width]);
    }
    decoded.resize(count * width, 0);
    content.decode(stored, decoded)?;
    // One value stands for all where nothing was stored.
    let values = decoded.chunks_exact(width).cycle();
    for (i, value) in values.take(axis.count).enumerate() {
        let at = (to + i * axis.to) * width;
        out[at..at + width].copy_from_slice(value);
    }
    Ok(())
}

fn gather<const N: usize>(from: &[u8], step: usize, to: &mut [u8]) {
    for (to, from) in to.as_chunks_mut::<N>().0.iter_mut().zip(from.chunks(step)) {
        to.copy_from_slice(&from[..N]);
    }
}
