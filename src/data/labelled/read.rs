//! Reading elements of views: runs without materialising, or row-major copies.

use super::view::row_major;
use super::{DataError, Grid, Labelled};
use crate::data::{Dtype, Element, StrBuf, Values};

/// Elements of one buffer at equal distances.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The buffer.
    pub values: &'a Values,
    /// The first element.
    pub offset: usize,
    /// From one to the next.
    pub stride: isize,
    /// How many; at least one.
    pub len: usize,
}

impl<'a> Run<'a> {
    /// The elements as a slice, if they are of type `T` and adjacent.
    pub fn as_slice<T: Element>(&self) -> Option<&'a [T]> {
        let adjacent = self.stride == 1 || self.len == 1;
        adjacent.then(|| T::of(self.values).map(|buf| &buf[self.offset..self.offset + self.len]))?
    }

    /// The elements' positions in the buffer.
    pub fn positions(&self) -> impl Iterator<Item = usize> + use<> {
        let (offset, stride) = (self.offset, self.stride);
        (0..self.len).map(move |i| offset.wrapping_add_signed(stride * i as isize))
    }

    /// Calls `f` with each element, if they are of type `T`.
    pub fn for_each<T: Element>(&self, mut f: impl FnMut(T)) -> bool {
        if let Some(slice) = self.as_slice::<T>() {
            slice.iter().for_each(|value| f(*value));
            return true;
        }
        let Some(buf) = T::of(self.values) else { return false };
        self.positions().for_each(|i| f(buf[i]));
        true
    }
}

impl Labelled {
    /// Visits the elements in row-major order as runs, without copying any. The last `inner` axes
    /// are taken as one block: `f(outer, at, run)` gets the row-major position of the block among
    /// the other axes, the position of the run's first element inside the block, and the run. Runs
    /// are as long as memory allows.
    ///
    /// # Errors
    /// [`DataError::Absent`], or what `f` says.
    pub fn for_each_run<'a, E: From<DataError>>(
        &'a self,
        inner: usize,
        f: impl FnMut(usize, usize, Run<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.grid.for_each_run(&self.shape, inner, f)
    }

    /// A row-major copy as `f64`: integers rounded where they are too large, times as microseconds,
    /// not-a-time as NaN, bool as 0 and 1.
    ///
    /// # Errors
    /// [`DataError::Text`] for text, [`DataError::Absent`].
    pub fn to_f64(&self) -> Result<Vec<f64>, DataError> {
        let mut out = Vec::with_capacity(self.size());
        self.for_each_run(self.ndim(), |_, _, run| push_f64(&run, &mut out))?;
        Ok(out)
    }

    /// A contiguous row-major copy in the array's own type.
    ///
    /// # Errors
    /// [`DataError::Absent`].
    pub fn to_values(&self) -> Result<Values, DataError> {
        self.grid.to_values(&self.shape)
    }

    /// The same with its values copied into one contiguous row-major buffer.
    ///
    /// # Errors
    /// [`DataError::Absent`].
    pub fn to_contiguous(&self) -> Result<Self, DataError> {
        let mut result = Self::contiguous(self.dims.clone(), self.shape.clone(), self.to_values()?);
        result.name.clone_from(&self.name);
        result.coords = self.coords.clone();
        result.attrs = self.attrs.clone();
        Ok(result)
    }

    /// The elements where they lie, if they are one contiguous row-major block of type `T` (bool
    /// counts as `u8`, times as `i64`).
    pub fn as_contiguous_slice<T: Element>(&self) -> Option<&[T]> {
        if self.size() == 0 {
            return Some(&[]);
        }
        let [Some(part)] = self.grid.parts.as_slice() else { return None };
        let wanted = row_major(&self.shape);
        let same = |axis: usize| self.shape[axis] == 1 || part.strides[axis] == wanted[axis];
        if !(0..self.ndim()).all(same) {
            return None;
        }
        T::of(&part.values).map(|buf| &buf[part.offset..part.offset + self.size()])
    }

    /// The texts, row-major.
    ///
    /// # Errors
    /// [`DataError::NotText`] for numbers, [`DataError::Absent`].
    pub fn texts(&self) -> Result<Vec<String>, DataError> {
        let mut out = Vec::with_capacity(self.size());
        self.for_each_run(self.ndim(), |_, _, run| match run.values {
            Values::Str(text) => {
                out.extend(run.positions().map(|i| text.get(i).to_owned()));
                Ok(())
            }
            other => Err(DataError::NotText(other.dtype())),
        })?;
        if self.dtype() != Dtype::Str {
            return Err(DataError::NotText(self.dtype()));
        }
        Ok(out)
    }

    /// The element at an index as `f64`, as [`to_f64`](Self::to_f64).
    ///
    /// # Errors
    /// [`DataError::Text`], [`DataError::Absent`].
    ///
    /// # Panics
    /// If the index is out of range.
    pub fn f64_at(&self, index: &[usize]) -> Result<f64, DataError> {
        let (values, i) = self.element(index)?;
        values.f64_at(i).ok_or(DataError::Text)
    }

    /// The text at an index.
    ///
    /// # Errors
    /// [`DataError::NotText`], [`DataError::Absent`].
    ///
    /// # Panics
    /// If the index is out of range.
    pub fn text_at(&self, index: &[usize]) -> Result<&str, DataError> {
        match self.element(index)? {
            (Values::Str(text), i) => Ok(text.get(i)),
            (other, _) => Err(DataError::NotText(other.dtype())),
        }
    }

    /// The buffer that holds the element at an index, and its position there.
    ///
    /// # Errors
    /// [`DataError::Absent`].
    ///
    /// # Panics
    /// If the index is out of range.
    pub fn element(&self, index: &[usize]) -> Result<(&Values, usize), DataError> {
        assert_eq!(index.len(), self.ndim(), "one index an axis");
        let (mut number, mut inside) = (0, Vec::with_capacity(index.len()));
        for (axis, i) in index.iter().enumerate() {
            assert!(*i < self.shape[axis], "index {i} of axis {axis} with length {}", self.shape[axis]);
            let splits = &self.grid.splits[axis];
            let cell = splits.partition_point(|s| s <= i) - 1;
            number = number * (splits.len() - 1) + cell;
            inside.push(i - splits[cell]);
        }
        let part = self.grid.parts[number]
            .as_ref()
            .filter(|part| !part.is_numbering())
            .ok_or_else(|| DataError::Absent { at: index.to_vec(), shape: self.shape.clone() })?;
        let moved: isize = inside.iter().zip(&part.strides).map(|(i, s)| *i as isize * s).sum();
        Ok((&part.values, part.offset.wrapping_add_signed(moved)))
    }
}

pub(super) fn push_f64(run: &Run<'_>, out: &mut Vec<f64>) -> Result<(), DataError> {
    macro_rules! numbers {
        ($type:ty) => {
            run.for_each::<$type>(|v| out.push(v as f64))
        };
    }
    match run.values {
        Values::Bool(_) | Values::U8(_) => numbers!(u8),
        Values::I8(_) => numbers!(i8),
        Values::I16(_) => numbers!(i16),
        Values::I32(_) => numbers!(i32),
        Values::I64(_) => numbers!(i64),
        Values::U16(_) => numbers!(u16),
        Values::U32(_) => numbers!(u32),
        Values::U64(_) => numbers!(u64),
        Values::F32(_) => numbers!(f32),
        Values::F64(_) => run.as_slice::<f64>().map(|s| out.extend_from_slice(s)).is_some() || numbers!(f64),
        Values::Time(buf, _) => {
            let number = |v: i64| if v == crate::data::time::NAT { f64::NAN } else { v as f64 };
            out.extend(run.positions().map(|i| number(buf[i])));
            true
        }
        Values::Str(_) => return Err(DataError::Text),
    };
    Ok(())
}

impl Grid {
    /// A contiguous row-major copy; `shape` is the array's.
    pub(super) fn to_values(&self, shape: &[usize]) -> Result<Values, DataError> {
        Ok(match self.dtype {
            Dtype::Bool => Values::Bool(self.copy::<u8>(shape)?.into()),
            Dtype::I8 => Values::I8(self.copy::<i8>(shape)?.into()),
            Dtype::I16 => Values::I16(self.copy::<i16>(shape)?.into()),
            Dtype::I32 => Values::I32(self.copy::<i32>(shape)?.into()),
            Dtype::I64 => Values::I64(self.copy::<i64>(shape)?.into()),
            Dtype::U8 => Values::U8(self.copy::<u8>(shape)?.into()),
            Dtype::U16 => Values::U16(self.copy::<u16>(shape)?.into()),
            Dtype::U32 => Values::U32(self.copy::<u32>(shape)?.into()),
            Dtype::U64 => Values::U64(self.copy::<u64>(shape)?.into()),
            Dtype::F32 => Values::F32(self.copy::<f32>(shape)?.into()),
            Dtype::F64 => Values::F64(self.copy::<f64>(shape)?.into()),
            Dtype::Time(calendar) => Values::Time(self.copy::<i64>(shape)?.into(), calendar),
            Dtype::Str => {
                let mut texts: Vec<&str> = Vec::new();
                self.for_each_run::<DataError>(shape, shape.len(), |_, _, run| {
                    if let Values::Str(text) = run.values {
                        texts.extend(run.positions().map(|i| text.get(i)));
                    }
                    Ok(())
                })?;
                Values::Str(texts.into_iter().collect::<StrBuf>())
            }
        })
    }

    fn copy<T: Element>(&self, shape: &[usize]) -> Result<Vec<T>, DataError> {
        let mut out = Vec::with_capacity(shape.iter().product());
        self.for_each_run::<DataError>(shape, shape.len(), |_, _, run| {
            match run.as_slice::<T>() {
                Some(slice) => out.extend_from_slice(slice),
                None => {
                    run.for_each::<T>(|value| out.push(value));
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}
