//! In which order a reduction visits its array, and where in the result each element belongs.

use crate::data::Labelled;
use std::borrow::Cow;

/// Kept neighbours in memory from which on it pays to go along them.
const WIDE: usize = 8;

/// Which additions may change places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// All.
    Free,
    /// The elements of one result keep their logical order.
    Kept,
}

/// What lies next to each other in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    /// Elements of one result.
    Lanes,
    /// Elements of different results.
    Rows,
    /// Elements of different results, each of which takes a lane along an axis further out.
    Tiles,
}

/// An array turned so that its rows follow memory, and how its axes map to the result.
pub(super) struct Walk<'a> {
    pub(super) array: Cow<'a, Labelled>,
    pub(super) along: Along,
    /// The last axis of the logical array is reduced: sums go over lanes.
    pub(super) lanes: bool,
    /// Trailing axes of the turned array that are all reduced, or all kept; for tiles those that are
    /// kept.
    pub(super) inner: usize,
    /// Axes of one lane, which are next to the inner ones for tiles.
    tail: usize,
    /// Elements of one lane.
    pub(super) lane: usize,
    /// Length of the result.
    pub(super) out: usize,
    /// Lengths of the axes that are not inner.
    outer: Vec<usize>,
    /// Elements of the result from one index of those to the next; 0 for reduced ones.
    steps: Vec<usize>,
    /// Where the result's axes are not in their logical order: those they are, in logical numbers.
    turned: Option<Vec<usize>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(array: &'a Labelled, reduced: &[usize], order: Order) -> Self {
        let n = array.ndim();
        let is_reduced = |axis: usize| reduced.contains(&axis);
        let nearest = array.memory_order();
        let tail: Vec<usize> = match order {
            // The axes of a lane.
            Order::Kept => {
                let mut tail: Vec<usize> = (0..n).rev().take_while(|axis| is_reduced(*axis)).collect();
                tail.reverse();
                tail
            }
            Order::Free => Vec::new(),
        };
        // Reduced axes change places among themselves only where that is free.
        let mut rising = (0..n).filter(|axis| is_reduced(*axis) && !tail.contains(axis));
        let mut sorted: Vec<usize> = nearest
            .iter()
            .copied()
            .filter(|axis| !tail.contains(axis))
            .map(|axis| match order {
                Order::Kept if is_reduced(axis) => rising.next().unwrap_or(axis),
                _ => axis,
            })
            .collect();
        let wide: usize = nearest
            .iter()
            .rev()
            .take_while(|axis| !is_reduced(**axis))
            .map(|axis| array.shape[*axis])
            .product();
        let lanes = n > 0 && is_reduced(n - 1);
        let tiles = order == Order::Kept && lanes && wide >= WIDE;
        let inner = if tiles {
            let kept = sorted.iter().rev().take_while(|axis| !is_reduced(**axis)).count();
            let at = sorted.len() - kept;
            sorted.splice(at..at, tail.iter().copied());
            kept
        } else if tail.is_empty() {
            let last = sorted.last().is_some_and(|axis| is_reduced(*axis));
            sorted.iter().rev().take_while(|axis| is_reduced(**axis) == last).count()
        } else {
            sorted.extend(&tail);
            tail.len()
        };
        let along = match sorted.last() {
            _ if tiles => Along::Tiles,
            Some(axis) if is_reduced(*axis) => Along::Lanes,
            _ => Along::Rows,
        };
        let mut steps = vec![0; n];
        let mut out = 1;
        for (at, axis) in sorted.iter().enumerate().rev().filter(|(_, axis)| !is_reduced(**axis)) {
            steps[at] = out;
            out *= array.shape[*axis];
        }
        steps.truncate(n - inner);
        let lane = tail.iter().map(|axis| array.shape[*axis]).product();
        let kept: Vec<usize> = sorted.iter().copied().filter(|axis| !is_reduced(*axis)).collect();
        let in_place = sorted.iter().copied().eq(0..n);
        Self {
            along,
            lanes,
            inner,
            tail: tail.len(),
            lane,
            out,
            outer: sorted[..n - inner].iter().map(|axis| array.shape[*axis]).collect(),
            steps,
            turned: (!kept.is_sorted()).then_some(kept),
            array: if in_place { Cow::Borrowed(array) } else { Cow::Owned(array.permute(&sorted)) },
        }
    }

    /// For tiles: the same result from one lane after the other.
    pub(super) fn by_lane(&self) -> Walk<'a> {
        let n = self.array.ndim();
        let (outer, tail) = (n - self.inner - self.tail, n - self.inner);
        let order: Vec<usize> = (0..outer).chain(tail..n).chain(outer..tail).collect();
        let array = self.array.permute(&order);
        let mut steps = self.steps[..outer].to_vec();
        let mut step = 1;
        for axis in (tail..n).rev() {
            steps.insert(outer, step);
            step *= self.array.shape[axis];
        }
        Walk {
            along: Along::Lanes,
            lanes: true,
            inner: self.tail,
            tail: self.tail,
            lane: self.lane,
            out: self.out,
            outer: array.shape[..n - self.tail].to_vec(),
            steps,
            turned: self.turned.clone(),
            array: Cow::Owned(array),
        }
    }

    /// Where in the result the block with this row-major position goes.
    pub(super) fn target(&self, mut block: usize) -> usize {
        let mut at = 0;
        for (len, step) in self.outer.iter().zip(&self.steps).rev() {
            at += block % len * step;
            block /= len;
        }
        at
    }

    /// A result in logical order.
    pub(super) fn restored<T: Copy>(&self, shape: &[usize], values: Vec<T>) -> Vec<T> {
        self.moved(shape, values, false)
    }

    /// Values in the result's logical order as this walk has them.
    pub(super) fn arranged<T: Copy>(&self, shape: &[usize], values: Vec<T>) -> Vec<T> {
        self.moved(shape, values, true)
    }

    /// `shape` is the logical array's.
    fn moved<T: Copy>(&self, shape: &[usize], values: Vec<T>, into: bool) -> Vec<T> {
        let Some(turned) = &self.turned else { return values };
        let mut logical = turned.clone();
        logical.sort_unstable();
        let (from, to) = if into { (&logical, turned) } else { (turned, &logical) };
        let mut strides = vec![0; shape.len()];
        let mut step = 1;
        for axis in from.iter().rev() {
            strides[*axis] = step;
            step *= shape[*axis];
        }
        let mut index = vec![0; to.len()];
        let mut at = 0;
        let mut out = Vec::with_capacity(values.len());
        while out.len() < values.len() {
            out.push(values[at]);
            for (i, axis) in index.iter_mut().zip(to).rev() {
                *i += 1;
                at += strides[*axis];
                if *i < shape[*axis] {
                    break;
                }
                at -= strides[*axis] * shape[*axis];
                *i = 0;
            }
        }
        out
    }
}
