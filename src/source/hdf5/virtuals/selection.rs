//! Selections of a dataset's elements as virtual datasets store them (`H5S_select_serialize`,
//! format specification 3.0, section VII), as far as they are boxes of one pattern an axis.

use super::super::fault::Fault;
use super::super::header::uint;
use std::collections::BTreeSet;
use std::ops::Range;

/// Indices without end.
pub(super) const UNLIMITED: u64 = u64::MAX;

/// The indices selected along one axis, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Blocks of `block` indices, one every `stride` from `start` on, `len` indices in all.
    Regular { start: u64, stride: u64, block: u64, len: u64 },
    /// Pieces, in order and apart.
    Pieces(Vec<Range<u64>>),
}

impl Axis {
    /// A whole axis.
    pub(super) fn all(len: u64) -> Self {
        Self::Regular { start: 0, stride: 1, block: 1, len }
    }

    /// How many indices; [`UNLIMITED`] without end.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Regular { len, .. } => *len,
            Self::Pieces(pieces) => pieces.iter().map(|p| p.end - p.start).sum(),
        }
    }

    /// The index of number `k`, below [`len`](Self::len).
    pub(super) fn at(&self, k: u64) -> u64 {
        match self {
            Self::Regular { start, stride, block, .. } => start + k / block * stride + k % block,
            Self::Pieces(pieces) => {
                let mut rest = k;
                for piece in pieces {
                    if rest < piece.end - piece.start {
                        return piece.start + rest;
                    }
                    rest -= piece.end - piece.start;
                }
                0
            }
        }
    }

    /// How many of the indices lie below `index`.
    pub(super) fn before(&self, index: u64) -> u64 {
        match self {
            Self::Regular { start, stride, block, len } => {
                let past = index.saturating_sub(*start);
                (past / stride * block + (past % stride).min(*block)).min(*len)
            }
            Self::Pieces(pieces) => pieces.iter().map(|p| index.clamp(p.start, p.end) - p.start).sum(),
        }
    }

    /// Only the first `n` of the indices.
    pub(super) fn first(&self, n: u64) -> Self {
        match self {
            Self::Regular { start, stride, block, len } => {
                Self::Regular { start: *start, stride: *stride, block: *block, len: n.min(*len) }
            }
            Self::Pieces(pieces) => Self::Pieces(pieces.clone()),
        }
    }

    /// Block number `n` alone.
    pub(super) fn block(&self, n: u64) -> Option<Self> {
        let Self::Regular { start, stride, block, .. } = self else { return None };
        let start = n.checked_mul(*stride)?.checked_add(*start)?;
        start.checked_add(*block)?;
        Some(Self::Regular { start, stride: *block, block: *block, len: *block })
    }
}

/// What is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// Nothing.
    Nothing,
    /// Everything, whatever the shape.
    All,
    /// What the axes select.
    Axes(Vec<Axis>),
}

/// Bytes taken from the front.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `n` bytes.
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let broken = || Fault::Broken("the mapping of a virtual dataset is cut off".to_owned());
        let (head, tail) = self.0.split_at_checked(n).ok_or_else(broken)?;
        self.0 = tail;
        Ok(head)
    }

    /// The next number of `n` bytes, at most 8.
    pub(super) fn uint(&mut self, n: usize) -> Result<u64, Fault> {
        Ok(uint(self.take(n)?))
    }

    /// The next text, ended by a zero byte.
    pub(super) fn text(&mut self) -> Result<String, Fault> {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(self.0.len());
        let text = String::from_utf8_lossy(self.take(end)?).into_owned();
        self.take(1)?;
        Ok(text)
    }

    /// The next selection, for `most` indices an axis at most.
    pub(super) fn selection(&mut self) -> Result<Selection, Fault> {
        let unknown = |what: String| Err(Fault::Lacking(format!("a virtual dataset that maps {what}")));
        let (class, version) = (self.uint(4)?, self.uint(4)?);
        match (class, version) {
            (0 | 3, 1) => {
                self.take(8)?;
                Ok(if class == 0 { Selection::Nothing } else { Selection::All })
            }
            (1, _) => unknown("single points".to_owned()),
            (2, 1) => {
                self.take(8)?;
                let rank = self.rank()?;
                self.blocks(rank, 4)
            }
            (2, 2 | 3) => {
                let flags = self.uint(1)?;
                let width = if version == 2 { 8 } else { self.uint(1)? as usize };
                if !matches!(width, 2 | 4 | 8) {
                    return unknown(format!("selections with numbers of {width} bytes"));
                }
                if version == 2 {
                    self.take(4)?;
                }
                let rank = self.rank()?;
                if flags & 1 == 0 {
                    return self.blocks(rank, width);
                }
                (0..rank).map(|_| self.regular(width)).collect::<Result<_, _>>().map(Selection::Axes)
            }
            _ => unknown(format!("selections of class {class} and version {version}")),
        }
    }

    fn rank(&mut self) -> Result<usize, Fault> {
        match self.uint(4)? {
            rank @ 1..=32 => Ok(rank as usize),
            _ => Err(Fault::Broken("the mapping of a virtual dataset is of no rank".to_owned())),
        }
    }

    fn regular(&mut self, width: usize) -> Result<Axis, Fault> {
        let none = if width == 8 { u64::MAX } else { (1 << (8 * width)) - 1 };
        let [start, stride, count, block] = [0; 4].map(|_: u8| self.uint(width));
        let (start, stride, count, block) = (start?, stride?, count?, block?);
        let broken = || Fault::Broken("the mapping of a virtual dataset overlaps or overflows".to_owned());
        let axis = if block == none {
            Axis::Regular { start, stride: 1, block: 1, len: UNLIMITED }
        } else if count == none {
            Axis::Regular { start, stride, block, len: UNLIMITED }
        } else {
            let len = count.checked_mul(block).ok_or_else(broken)?;
            let stride = if count < 2 { block } else { stride };
            let reach = count.checked_mul(stride).and_then(|n| n.checked_add(start));
            reach.filter(|n| *n < 1 << 62).ok_or_else(broken)?;
            Axis::Regular { start, stride: stride.max(1), block: block.max(1), len }
        };
        match axis {
            Axis::Regular { stride, block, start, .. }
                if block > stride || block == 0 || start >= 1 << 62 =>
            {
                Err(broken())
            }
            axis => Ok(axis),
        }
    }

    /// Blocks by their first and last indices, if they are the combinations of pieces of the axes.
    fn blocks(&mut self, rank: usize, width: usize) -> Result<Selection, Fault> {
        let broken = || Fault::Broken("the mapping of a virtual dataset is broken".to_owned());
        let count = self.uint(width)?;
        let size = usize::try_from(count).ok().and_then(|n| n.checked_mul(2 * rank * width));
        let mut bytes = Reader(self.take(size.ok_or_else(broken)?)?);
        let mut pieces: Vec<BTreeSet<(u64, u64)>> = vec![BTreeSet::new(); rank];
        let mut all = BTreeSet::new();
        for _ in 0..count {
            let starts = (0..rank).map(|_| bytes.uint(width)).collect::<Result<Vec<_>, _>>()?;
            let ends = (0..rank).map(|_| bytes.uint(width)).collect::<Result<Vec<_>, _>>()?;
            for axis in 0..rank {
                if starts[axis] > ends[axis] || ends[axis] >= 1 << 62 {
                    return Err(broken());
                }
                pieces[axis].insert((starts[axis], ends[axis] + 1));
            }
            all.insert(starts);
        }
        let product = pieces.iter().try_fold(1_usize, |n, p| n.checked_mul(p.len()));
        let apart = |p: &BTreeSet<(u64, u64)>| p.iter().zip(p.iter().skip(1)).all(|(a, b)| a.1 <= b.0);
        if product != Some(all.len()) || !pieces.iter().all(apart) {
            let what = "a virtual dataset that maps a selection of irregular shape";
            return Err(Fault::Lacking(what.to_owned()));
        }
        let ranges = |p: BTreeSet<(u64, u64)>| Axis::Pieces(p.into_iter().map(|(a, b)| a..b).collect());
        Ok(Selection::Axes(pieces.into_iter().map(ranges).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_indices_are_inverse() {
        let strided = Axis::Regular { start: 3, stride: 5, block: 2, len: 7 };
        let pieces = Axis::Pieces(vec![1..3, 7..8, 10..14]);
        for axis in [strided, pieces] {
            let indices: Vec<u64> = (0..7).map(|k| axis.at(k)).collect();
            assert_eq!(axis.len(), 7);
            for index in 0..30 {
                let before = indices.iter().filter(|i| **i < index).count() as u64;
                assert_eq!(axis.before(index), before, "{axis:?} {index}");
            }
        }
    }

    #[test]
    fn a_regular_selection_of_16_bits_without_end() {
        // As HDF5 2.0 wrote `start=(0, 0), count=(UNLIMITED, 1), stride=(2, 1), block=(1, 10)`.
        let bytes =
            [2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 2, 0, 0, 0, 0, 0, 2, 0, 0xff, 0xff, 1, 0, 0, 0, 1, 0, 1, 0, 10, 0];
        let axes = vec![
            Axis::Regular { start: 0, stride: 2, block: 1, len: UNLIMITED },
            Axis::Regular { start: 0, stride: 10, block: 10, len: 10 },
        ];
        assert_eq!(Reader(&bytes).selection().unwrap(), Selection::Axes(axes));
        for n in 0..bytes.len() {
            assert!(Reader(&bytes[..n]).selection().is_err(), "{n}");
        }
    }
}
