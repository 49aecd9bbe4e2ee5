//! Runs of elements that two row-major boxes have in common.

/// A box inside a row-major array: where it begins there.
#[derive(Clone, Copy)]
pub(in crate::source) struct Placed<'a> {
    /// Lengths of the array's axes.
    pub(in crate::source) shape: &'a [usize],
    /// First index of the box along each axis.
    pub(in crate::source) at: &'a [usize],
}

/// `n` elements that are contiguous in both arrays, from `from` in the one and `to` in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Run {
    pub(in crate::source) from: usize,
    pub(in crate::source) to: usize,
    pub(in crate::source) n: usize,
}

/// The runs of a box placed in two arrays, in row-major order.
pub(in crate::source) struct Runs<'a> {
    len: &'a [usize],
    /// Elements from one index to the next along each axis, of both arrays.
    steps: (Vec<usize>, Vec<usize>),
    /// The index of the next run along the axes that are not in one.
    index: Vec<usize>,
    /// The next run; `None` at the end.
    next: Option<Run>,
}

impl<'a> Runs<'a> {
    /// The runs of the box of lengths `len` placed in `source` and in `target`.
    pub(in crate::source) fn new(source: Placed<'_>, target: Placed<'_>, len: &'a [usize]) -> Self {
        let steps = (strides(source.shape), strides(target.shape));
        let start = |placed: Placed<'_>, steps: &[usize]| -> usize {
            placed.at.iter().zip(steps).map(|(i, s)| i * s).sum()
        };
        let (mut axis, mut n) = (len.len(), 1);
        // Runs go over an axis, and over the next as well while they fill the one in both arrays.
        while axis > 0
            && (axis == len.len() || (len[axis] == source.shape[axis] && len[axis] == target.shape[axis]))
        {
            axis -= 1;
            n *= len[axis];
        }
        let (from, to) = (start(source, &steps.0), start(target, &steps.1));
        let next = (!len.contains(&0)).then_some(Run { from, to, n });
        Self { len, steps, index: vec![0; axis], next }
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let run = self.next?;
        let (mut from, mut to) = (run.from, run.to);
        self.next = None;
        for k in (0..self.index.len()).rev() {
            self.index[k] += 1;
            from += self.steps.0[k];
            to += self.steps.1[k];
            if self.index[k] < self.len[k] {
                self.next = Some(Run { from, to, ..run });
                break;
            }
            from -= self.steps.0[k] * self.len[k];
            to -= self.steps.1[k] * self.len[k];
            self.index[k] = 0;
        }
        Some(run)
    }
}

/// Calls `run(from, to, n)` for each of [`Runs`].
///
/// # Errors
/// The first error of `run`.
pub(in crate::source) fn for_runs<E>(
    source: Placed<'_>,
    target: Placed<'_>,
    len: &[usize],
    run: &mut dyn FnMut(usize, usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    Runs::new(source, target, len).try_for_each(|Run { from, to, n }| run(from, to, n))
}

/// Elements from one index to the next along each axis of a row-major array.
pub(in crate::source) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis].saturating_mul(shape[axis]);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    type Box<'a> = (&'a [usize], &'a [usize]);

    fn runs(source: Box<'_>, target: Box<'_>, len: &[usize]) -> Vec<[usize; 3]> {
        let mut found = Vec::new();
        let source = Placed { shape: source.0, at: source.1 };
        let target = Placed { shape: target.0, at: target.1 };
        for_runs::<()>(source, target, len, &mut |from, to, n| {
            found.push([from, to, n]);
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn whole_boxes_are_one_run_and_parts_are_rows() {
        assert_eq!(runs((&[2, 3, 4], &[0, 0, 0]), (&[2, 3, 4], &[0, 0, 0]), &[2, 3, 4]), [[0, 0, 24]]);
        assert_eq!(
            runs((&[2, 3, 4], &[0, 1, 0]), (&[2, 2, 4], &[0, 0, 0]), &[2, 2, 4]),
            [[4, 0, 8], [16, 8, 8]]
        );
        assert_eq!(runs((&[3, 3], &[1, 1]), (&[2, 2], &[0, 0]), &[2, 2]), [[4, 0, 2], [7, 2, 2]]);
        assert_eq!(runs((&[], &[]), (&[], &[]), &[]), [[0, 0, 1]]);
        assert!(runs((&[3], &[0]), (&[3], &[0]), &[0]).is_empty());
    }
}
