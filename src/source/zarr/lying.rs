//! Chunks that are stored as their values are wanted: each is a file of its own.

use super::chain::End;
use super::coder::Size;
use super::leaf::Leaf;
use super::store::Store;
use crate::source::extent::{row_major, touches};
use crate::source::{Extent, FileStamp};
use std::ops::Range;

/// Where the chunks of a leaf lie that `ranges`, some an axis, touch; `None` if they are compressed,
/// or its values are converted.
///
/// # Errors
/// What else keeps them from being used as they lie. Chunk files are looked at, not read.
pub(super) fn extents(
    store: &Store,
    leaf: &Leaf,
    ranges: &[Vec<Range<usize>>],
) -> Result<Option<Vec<Extent>>, String> {
    let meta = &leaf.array.meta;
    let (elem, size, rank) = (meta.descr.size(), leaf.content.stored_size(), meta.shape.len());
    if !meta.chain.is_plain() {
        return Ok(None);
    }
    match meta.chain.end {
        End::Elements => {}
        End::Shard(_) => return Err("its chunks lie in shards".to_owned()),
        End::Texts { .. } => return Ok(None),
    }
    if !leaf.content.is_identity() {
        return Err("its values are converted when they are read".to_owned());
    }
    let Store::Folder(_) = store else { return Err("it lies in a ZIP archive".to_owned()) };
    let Size::Exact(bytes) = meta.chain.size else { return Ok(None) };
    let in_steps = |bytes: usize| bytes.is_multiple_of(size);
    if !in_steps(elem) || !in_steps(leaf.offset) || !leaf.inner.iter().all(|(_, step)| in_steps(*step)) {
        return Err("its values do not lie at multiples of their size".to_owned());
    }
    let stored: Vec<usize> = meta.chain.order.iter().map(|axis| meta.chunk[*axis]).collect();
    let mut steps = vec![0; rank];
    for (axis, step) in meta.chain.order.iter().zip(row_major(&stored)) {
        steps[*axis] = step.saturating_mul(elem / size);
    }
    steps.extend(leaf.inner.iter().map(|(_, step)| step / size));
    let outer = ranges.get(..rank).ok_or("it has other axes")?;
    let numbers: Vec<Vec<usize>> = outer
        .iter()
        .zip(&meta.chunk)
        .map(|(ranges, chunk)| {
            let touched = ranges.iter().flat_map(|r| r.start / chunk..(r.end.max(1) - 1) / chunk + 1);
            let mut touched: Vec<usize> = touched.collect();
            touched.dedup();
            touched
        })
        .collect();
    let count = numbers.iter().try_fold(1_usize, |n, axis| n.checked_mul(axis.len()));
    if count.is_none_or(|count| count > super::super::extent::MOST) {
        return Err("it lies in too many chunks".to_owned());
    }
    let mut extents = Vec::new();
    let mut at = vec![0; rank];
    if count == Some(0) {
        return Ok(Some(extents));
    }
    loop {
        let index: Vec<usize> = at.iter().zip(&numbers).map(|(i, axis)| axis[*i]).collect();
        let mut start: Vec<usize> = index.iter().zip(&meta.chunk).map(|(i, chunk)| i * chunk).collect();
        // Chunks at the edge are padded.
        let mut count: Vec<usize> = start
            .iter()
            .zip(&meta.chunk)
            .zip(&meta.shape)
            .map(|((start, chunk), len)| (*chunk).min(len - start))
            .collect();
        start.extend(leaf.inner.iter().map(|_| 0));
        count.extend(leaf.inner.iter().map(|(len, _)| *len));
        if touches(&start[..rank], &count[..rank], outer) {
            let name = meta.keys.of(&index);
            let path = &leaf.array.path;
            let key = if path.is_empty() { name } else { format!("{path}/{name}") };
            let file = store.file_of(&key);
            if file.symlink_metadata().is_err() {
                return Err(format!("its chunk `{key}` was never written"));
            }
            let file = FileStamp::now(&file)?;
            if file.size != bytes as u64 {
                return Err(format!("its chunk `{key}` has {} bytes instead of {bytes}", file.size));
            }
            extents.push(Extent { file, offset: leaf.offset as u64, start, count, steps: steps.clone() });
        }
        let Some(axis) = (0..rank).rev().find(|k| at[*k] + 1 < numbers[*k].len()) else {
            return Ok(Some(extents));
        };
        at[axis] += 1;
        at[axis + 1..].fill(0);
    }
}
