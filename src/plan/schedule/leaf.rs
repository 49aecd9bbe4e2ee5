//! What a part of a leaf costs: bytes in memory, bytes to decode.

use crate::data::{LeafDemand, Placed};
use crate::source::{Held, Storage, Tree};
use std::ops::Range;

/// What a text is taken to have in memory besides its offset, before it is known.
const TEXT: u64 = 16;
/// Bytes of an entry in the catalog of a segment, and of one of its blocks with the room it may leave.
const ENTRY: u64 = 512;
const BLOCK: u64 = 192;

/// A leaf as far as loading it is concerned.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) path: String,
    pub(super) placed: Placed,
    shape: Vec<usize>,
    /// Bytes of an element.
    item: u64,
    lies: Lies,
}

/// What is decoded at once.
#[derive(Clone, Debug)]
enum Lies {
    /// Any element by itself.
    Free,
    /// Boxes of this shape.
    Chunks(Vec<usize>),
    /// It may be that everything is decoded for any part.
    Whole,
    /// As a whole, but one part along an axis after another: those that begin there.
    Parts(usize, Vec<usize>),
}

impl Leaf {
    /// A leaf of the tree; `None` if it cannot be read: it takes no room.
    pub(super) fn of(path: &str, tree: &Tree, placed: Placed) -> Self {
        let (shape, item, lies) = match tree.held(path) {
            Ok(held) => {
                let item = held.dtype().size().map_or(TEXT + 8, |size| size as u64);
                let lies = match &held {
                    Held::Array(array) => Lies::of(&array.storage, &array.shape),
                    Held::Inline(_) => Lies::Free,
                };
                (held.shape().to_vec(), item, lies)
            }
            Err(_) => (Vec::new(), 0, Lies::Free),
        };
        Self { path: path.to_owned(), placed, shape, item, lies }
    }

    /// A leaf that is loaded, of elements of `item` bytes.
    #[cfg(test)]
    pub(super) fn lying(path: &str, shape: &[usize], item: u64, storage: &Storage) -> Self {
        let lies = Lies::of(storage, shape);
        Self { path: path.to_owned(), placed: Placed::Loaded, shape: shape.to_vec(), item, lies }
    }

    /// Whether the demand is one on an array of this shape.
    pub(super) fn fits(&self, part: &LeafDemand) -> bool {
        part.0.len() == self.shape.len()
            && part.0.iter().zip(&self.shape).all(|(set, n)| set.hull().end <= *n)
    }

    /// All of it.
    pub(super) fn whole(&self) -> LeafDemand {
        LeafDemand::all(&self.shape)
    }

    /// Bytes of a part's values.
    pub(super) fn values(&self, part: &LeafDemand) -> u64 {
        part.0.iter().fold(self.item, |bytes, set| bytes.saturating_mul(set.count() as u64))
    }

    /// Bytes of a part in a segment.
    pub(super) fn bytes(&self, part: &LeafDemand) -> u64 {
        if self.item == 0 {
            return 0;
        }
        let blocks = part.0.iter().fold(BLOCK, |bytes, set| bytes.saturating_mul(set.ranges().len() as u64));
        self.values(part).saturating_add(blocks).saturating_add(ENTRY)
    }

    /// Bytes that are decoded for a part: of all chunks that it touches.
    pub(super) fn effort(&self, part: &LeafDemand) -> u64 {
        let touched = |axis: usize, n: usize| -> u64 {
            let Some(set) = part.0.get(axis) else { return n as u64 };
            match &self.lies {
                Lies::Free => set.count() as u64,
                Lies::Whole => n as u64,
                Lies::Chunks(chunk) => {
                    let size = chunk.get(axis).copied().unwrap_or(1).max(1);
                    let mut seen = None;
                    let mut chunks = 0;
                    for range in set.ranges() {
                        let (first, last) = (range.start / size, (range.end - 1) / size);
                        chunks += last - first + usize::from(seen != Some(first));
                        seen = Some(last);
                    }
                    (chunks as u64).saturating_mul(size as u64)
                }
                Lies::Parts(along, _) if *along != axis => n as u64,
                Lies::Parts(_, starts) => {
                    let mut parts = 0;
                    let mut end = 0;
                    for range in set.ranges() {
                        let (first, last) = (cell(starts, range.start), cell(starts, range.end - 1));
                        let (from, to) = (starts[first].max(end), next(starts, last, n));
                        parts += to.saturating_sub(from);
                        end = to;
                    }
                    parts as u64
                }
            }
        };
        (0..self.shape.len())
            .fold(self.item, |bytes, axis| bytes.saturating_mul(touched(axis, self.shape[axis])))
    }

    /// The chunks that a range of indices along an axis touches, by number.
    fn chunks(&self, axis: usize, range: &Range<usize>) -> Range<usize> {
        let at = |i: usize| match &self.lies {
            Lies::Free => i,
            Lies::Whole => 0,
            Lies::Chunks(chunk) => i / chunk.get(axis).copied().unwrap_or(1).max(1),
            Lies::Parts(along, starts) if *along == axis => cell(starts, i),
            Lies::Parts(..) => 0,
        };
        if range.is_empty() {
            at(range.start)..at(range.start)
        } else {
            at(range.start)..at(range.end - 1) + 1
        }
    }

    /// Where a part begins, in chunks along each axis and then in elements: parts in this order are as
    /// near to each other as can be.
    pub(super) fn place(&self, part: &LeafDemand) -> Vec<usize> {
        let hulls = || part.0.iter().map(crate::data::IndexSet::hull).enumerate();
        let chunks = hulls().map(|(axis, hull)| self.chunks(axis, &hull).start);
        chunks.chain(hulls().map(|(_, hull)| hull.start)).collect()
    }

    /// Whether two parts may have a chunk (of contiguous data: an element) in common.
    pub(super) fn meet(&self, a: &LeafDemand, b: &LeafDemand) -> bool {
        a.0.iter().zip(&b.0).enumerate().all(|(axis, (a, b))| match self.lies {
            Lies::Free => overlap(a.ranges(), b.ranges()),
            _ => {
                let (a, b) = (self.chunks(axis, &a.hull()), self.chunks(axis, &b.hull()));
                a.start < b.end && b.start < a.end
            }
        })
    }
}

/// The cell that an index is in, of cells that begin at `starts`.
fn cell(starts: &[usize], i: usize) -> usize {
    starts.partition_point(|start| *start <= i).saturating_sub(1)
}

/// Where the cell after a cell begins.
fn next(starts: &[usize], cell: usize, n: usize) -> usize {
    starts.get(cell + 1).copied().unwrap_or(n).min(n)
}

impl Lies {
    fn of(storage: &Storage, shape: &[usize]) -> Self {
        match storage {
            Storage::Opaque => Self::Whole,
            Storage::Contiguous { .. } => Self::Free,
            Storage::Chunked { chunk, .. } if chunk.len() == shape.len() => Self::Chunks(chunk.clone()),
            Storage::Chunked { .. } => Self::Whole,
            Storage::Cells(cells) => match cells.chunk_bytes() {
                0 => Self::Free,
                // Its chunks are runs of the grid's cells, not boxes.
                _ => Self::Whole,
            },
            Storage::Joined(joined) => match joined.chunk() {
                Some(chunk) if chunk.len() == shape.len() => Self::Chunks(chunk),
                _ if joined.parts().iter().any(|part| matches!(part.storage, Storage::Opaque))
                    && !joined.starts().is_empty() =>
                {
                    Self::Parts(joined.axis(), joined.starts().to_vec())
                }
                _ => Self::Free,
            },
        }
    }
}

fn overlap(a: &[Range<usize>], b: &[Range<usize>]) -> bool {
    let (mut i, mut j) = (0, 0);
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        if left.start < right.end && right.start < left.end {
            return true;
        }
        if left.end <= right.end { i += 1 } else { j += 1 }
    }
    false
}
