//! Which indices of one axis a selection takes.

use super::DataError;
use crate::data::{Dim, IndexSet};

/// A selection along one axis, resolved: every index is inside the axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pick {
    /// One index; the axis goes.
    At(usize),
    /// `start, start + step, …`, `count` of them.
    Range {
        /// First index.
        start: usize,
        /// How many.
        count: usize,
        /// From one to the next; may be negative, not 0.
        step: isize,
    },
    /// Any indices, in this order, repeats allowed.
    List(Vec<usize>),
}

impl Pick {
    /// All of an axis.
    pub fn all(len: usize) -> Self {
        Self::Range { start: 0, count: len, step: 1 }
    }

    /// One index of an axis of length `len`; negative ones count from the end.
    ///
    /// # Errors
    /// [`DataError::OutOfRange`].
    pub fn at(index: i64, dim: &Dim, len: usize) -> Result<Self, DataError> {
        Ok(Self::At(wrap(index, dim, len)?))
    }

    /// A list of indices; negative ones count from the end.
    ///
    /// # Errors
    /// [`DataError::OutOfRange`].
    pub fn list(indices: &[i64], dim: &Dim, len: usize) -> Result<Self, DataError> {
        Ok(Self::List(indices.iter().map(|i| wrap(*i, dim, len)).collect::<Result<_, _>>()?))
    }

    /// Python's `slice(start, stop, step)` of an axis of length `len`: ends are clamped, negative
    /// ones count from the end. `None` for a step of 0.
    pub fn slice(start: Option<i64>, stop: Option<i64>, step: Option<i64>, len: usize) -> Option<Self> {
        let (n, step) = (len as i128, i128::from(step.unwrap_or(1)));
        if step == 0 {
            return None;
        }
        let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
        let resolve = |end: Option<i64>, default: i128| match end.map(i128::from) {
            None => default,
            Some(end) if end < 0 => (end + n).max(low),
            Some(end) => end.min(high),
        };
        let (start, stop) = if step > 0 {
            (resolve(start, low), resolve(stop, high))
        } else {
            (resolve(start, high), resolve(stop, low))
        };
        let span = if step > 0 { stop - start } else { start - stop };
        let count = if span <= 0 { 0 } else { (span - 1) / step.abs() + 1 };
        if count == 0 {
            return Some(Self::Range { start: 0, count: 0, step: 1 });
        }
        let step = if count == 1 { 1 } else { isize::try_from(step).ok()? };
        Some(Self::Range { start: usize::try_from(start).ok()?, count: count as usize, step })
    }

    /// Number of indices; 1 for a single one.
    pub fn count(&self) -> usize {
        match self {
            Self::At(_) => 1,
            Self::Range { count, .. } => *count,
            Self::List(list) => list.len(),
        }
    }

    /// Index number `i` of the selection.
    ///
    /// # Panics
    /// If a list is shorter.
    pub fn index(&self, i: usize) -> usize {
        match self {
            Self::At(at) => *at,
            Self::Range { start, step, .. } => start.wrapping_add_signed(step.wrapping_mul(i as isize)),
            Self::List(list) => list[i],
        }
    }

    /// The indices as a set.
    pub fn set(&self) -> IndexSet {
        match self {
            Self::Range { start, count, step: 1 } => {
                IndexSet::from_ranges(std::iter::once(*start..start + count))
            }
            _ => IndexSet::from_indices((0..self.count()).map(|i| self.index(i))),
        }
    }

    /// The selection `after` made on what this one left: one selection of the original axis. This
    /// one must have kept the axis.
    #[must_use]
    pub fn then(&self, after: &Self) -> Self {
        match (self, after) {
            (_, Self::At(at)) => Self::At(self.index(*at)),
            (Self::Range { step, .. }, Self::Range { start: s2, count, step: step2 }) => {
                let start = if *count == 0 { 0 } else { self.index(*s2) };
                Self::Range { start, count: *count, step: step * step2 }
            }
            _ => Self::List((0..after.count()).map(|i| self.index(after.index(i))).collect()),
        }
    }

    /// Whether every index is below `len`.
    pub(super) fn check(&self, dim: &Dim, len: usize) -> Result<(), DataError> {
        let out = |index: i64| DataError::OutOfRange { dim: dim.clone(), index, len };
        match self {
            Self::At(at) if *at >= len => Err(out(*at as i64)),
            Self::At(_) | Self::Range { count: 0, .. } => Ok(()),
            Self::Range { start, count, step } => {
                let last = *start as i128 + *step as i128 * (*count as i128 - 1);
                if *start >= len {
                    Err(out(*start as i64))
                } else if last < 0 || last >= len as i128 {
                    Err(out(last.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64))
                } else {
                    Ok(())
                }
            }
            Self::List(list) => match list.iter().find(|i| **i >= len) {
                Some(bad) => Err(out(*bad as i64)),
                None => Ok(()),
            },
        }
    }

    /// The selection as runs of equal step: `(start, count, step)`, in order. Single indices have
    /// step 1.
    pub(super) fn runs(&self) -> Vec<(usize, usize, isize)> {
        match self {
            Self::At(at) => vec![(*at, 1, 1)],
            Self::Range { count: 0, .. } => Vec::new(),
            Self::Range { start, count, step } => vec![(*start, *count, *step)],
            Self::List(list) => {
                let mut runs: Vec<(usize, usize, isize)> = Vec::new();
                for index in list {
                    match runs.last_mut() {
                        Some((start, count @ 1, step)) if *index != *start => {
                            *step = *index as isize - *start as isize;
                            *count = 2;
                        }
                        Some((start, count, step))
                            if *count > 1 && start.wrapping_add_signed(*step * *count as isize) == *index =>
                        {
                            *count += 1;
                        }
                        _ => runs.push((*index, 1, 1)),
                    }
                }
                runs
            }
        }
    }
}

fn wrap(index: i64, dim: &Dim, len: usize) -> Result<usize, DataError> {
    let wrapped = if index < 0 { i128::from(index) + len as i128 } else { i128::from(index) };
    usize::try_from(wrapped).ok().filter(|i| *i < len).ok_or_else(|| DataError::OutOfRange {
        dim: dim.clone(),
        index,
        len,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from CPython: `list(range(7))[slice(...)]`.
    #[test]
    fn slices_take_what_python_takes() {
        type Case = (Option<i64>, Option<i64>, Option<i64>, &'static [usize]);
        let cases: [Case; 8] = [
            (None, None, None, &[0, 1, 2, 3, 4, 5, 6]),
            (Some(2), Some(-1), None, &[2, 3, 4, 5]),
            (None, None, Some(-2), &[6, 4, 2, 0]),
            (Some(10), Some(2), Some(-3), &[6, 3]),
            (Some(-100), Some(100), Some(4), &[0, 4]),
            (Some(5), Some(2), None, &[]),
            (Some(i64::MIN), Some(i64::MAX), Some(i64::MAX), &[0]),
            (Some(3), Some(-100), Some(-1), &[3, 2, 1, 0]),
        ];
        for (start, stop, step, expected) in cases {
            let pick = Pick::slice(start, stop, step, 7).unwrap();
            let got: Vec<usize> = (0..pick.count()).map(|i| pick.index(i)).collect();
            assert_eq!(got, expected, "{start:?}:{stop:?}:{step:?}");
        }
        assert_eq!(Pick::slice(None, None, Some(0), 7), None);
    }

    #[test]
    fn lists_become_few_runs() {
        let list = Pick::List(vec![1, 2, 3, 7, 5, 3, 3, 0]);
        assert_eq!(list.runs(), [(1, 3, 1), (7, 3, -2), (3, 2, -3)]);
    }

    #[test]
    fn negative_indices_count_from_the_end() {
        let dim = Dim::new("x");
        assert_eq!(Pick::at(-1, &dim, 4), Ok(Pick::At(3)));
        let error = Pick::at(-5, &dim, 4).unwrap_err();
        assert_eq!(error.to_string(), "index -5 is out of range for `x` of length 4");
    }
}
