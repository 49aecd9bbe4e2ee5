//! Runs of elements that two row-major boxes have in common.

/// A box inside a row-major array: where it begins there.
#[derive(Clone, Copy)]
pub(in crate::source) struct Placed<'a> {
    /// Lengths of the array's axes.
    pub(in crate::source) shape: &'a [usize],
    /// First index of the box along each axis.
    pub(in crate::source) at: &'a [usize],
}

/// Calls `run(from, to, n)` for each run of `n` elements that is contiguous in both arrays, for the
/// box of lengths `len` placed in `source` and in `target`; in row-major order.
///
/// # Errors
/// The first error of `run`.
pub(in crate::source) fn for_runs<E>(
    source: Placed<'_>,
    target: Placed<'_>,
    len: &[usize],
    run: &mut dyn FnMut(usize, usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    if len.contains(&0) {
        return Ok(());
    }
    let Some(mut axis) = len.len().checked_sub(1) else { return run(0, 0, 1) };
    let mut n = len[axis];
    while axis > 0 && len[axis] == source.shape[axis] && len[axis] == target.shape[axis] {
        axis -= 1;
        n *= len[axis];
    }
    let (from_strides, to_strides) = (strides(source.shape), strides(target.shape));
    let start = |placed: Placed<'_>, strides: &[usize]| -> usize {
        placed.at.iter().zip(strides).map(|(i, s)| i * s).sum()
    };
    let (mut from, mut to) = (start(source, &from_strides), start(target, &to_strides));
    let mut index = vec![0; axis];
    loop {
        run(from, to, n)?;
        let mut k = axis;
        loop {
            if k == 0 {
                return Ok(());
            }
            k -= 1;
            index[k] += 1;
            from += from_strides[k];
            to += to_strides[k];
            if index[k] < len[k] {
                break;
            }
            from -= from_strides[k] * len[k];
            to -= to_strides[k] * len[k];
            index[k] = 0;
        }
    }
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
