//! Stretches of one-dimensional arrays, read one after the other without a copy of the whole.

use super::read::push_f64;
use super::{DataError, Labelled, Run};
use crate::data::{Buf, Values};
use std::ops::Range;

/// Elements that are converted together.
const SOME: usize = 2048;

impl Labelled {
    /// Visits all elements in row-major order, many at a time, as [`to_f64`](Self::to_f64) has them:
    /// where they lie if that is what they are, else in a copy of a few.
    ///
    /// # Errors
    /// [`DataError::Text`], [`DataError::Absent`].
    pub fn for_each_f64(&self, mut f: impl FnMut(&[f64])) -> Result<(), DataError> {
        let mut scratch = Vec::new();
        self.for_each_run(self.ndim(), |_, _, run| {
            if let Some(slice) = run.as_slice::<f64>() {
                f(slice);
                return Ok(());
            }
            let mut at = 0;
            while at < run.len {
                let offset = run.offset.wrapping_add_signed(at as isize * run.stride);
                let len = SOME.min(run.len - at);
                scratch.clear();
                push_f64(&Run { offset, len, ..run }, &mut scratch)?;
                f(&scratch);
                at += len;
            }
            Ok(())
        })
    }

    /// The elements `range` where they lie, if the array has one axis and they are adjacent `f64`.
    pub fn slice_f64(&self, range: Range<usize>) -> Option<&[f64]> {
        let run = self.stretch(range.start)?;
        let Values::F64(values) = run.values else { return None };
        let adjacent = (run.stride == 1 || range.len() <= 1) && range.len() <= run.len;
        adjacent
            .then(|| <Buf<f64> as std::ops::Deref>::deref(values).get(run.offset..run.offset + range.len()))?
    }

    /// Appends the elements `range` of an array with one axis to `out`, as
    /// [`to_f64`](Self::to_f64) has them.
    ///
    /// # Errors
    /// [`DataError::Text`], [`DataError::Absent`].
    pub fn read_f64(&self, range: Range<usize>, out: &mut Vec<f64>) -> Result<(), DataError> {
        let mut at = range.start;
        while at < range.end {
            let Some(run) = self.stretch(at) else {
                return Err(DataError::Absent { at: vec![at], shape: self.shape.clone() });
            };
            let run = Run { len: run.len.min(range.end - at), ..run };
            push_f64(&run, out)?;
            at += run.len;
        }
        Ok(())
    }

    /// From an element of a one-dimensional array to the end of its part.
    fn stretch(&self, at: usize) -> Option<Run<'_>> {
        let [splits] = self.grid.splits.as_slice() else { return None };
        let cell = splits.partition_point(|split| *split <= at).checked_sub(1)?;
        let end = *splits.get(cell + 1)?;
        let part = self.grid.parts.get(cell)?.as_ref().filter(|part| !part.is_numbering())?;
        let stride = *part.strides.first()?;
        let offset = part.offset.wrapping_add_signed((at - splits[cell]) as isize * stride);
        Some(Run { values: &part.values, offset, stride, len: end - at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Grid, Part, Pick};
    use std::sync::Arc;

    #[test]
    fn stretches_are_read_across_parts_and_gaps() {
        let part = |from: i32, to: i32| {
            let values = Arc::new(Values::F64((from..to).map(f64::from).collect::<Vec<_>>().into()));
            Some(Part { values, offset: 0, strides: vec![1] })
        };
        let grid = Grid {
            dtype: crate::data::Dtype::F64,
            splits: vec![vec![0, 4, 10, 12]],
            parts: vec![part(0, 4), part(4, 10), None],
        };
        let array = Labelled::from_parts(vec!["x".into()], vec![12], grid).unwrap();
        let read = |array: &Labelled, range| {
            let mut out = Vec::new();
            array.read_f64(range, &mut out).map(|()| out)
        };
        assert_eq!(read(&array, 2..7).unwrap(), [2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(array.slice_f64(4..7).unwrap(), [4.0, 5.0, 6.0]);
        assert_eq!(array.slice_f64(2..7), None);
        assert!(matches!(read(&array, 8..11), Err(DataError::Absent { .. })));
        let back = array.isel(0, &Pick::slice(Some(9), None, Some(-3), 12).unwrap()).unwrap();
        assert_eq!(read(&back, 1..4).unwrap(), [6.0, 3.0, 0.0]);
        assert_eq!(back.slice_f64(0..2), None);
    }
}
