//! Reductions over any set of axes, streaming over views: no array is materialised.
//!
//! The order of summation follows the logical order of the elements, never how they lie in memory
//! or into which parts they are cut, so that a figure has the same bits whatever else was loaded.
//! Where the last axis is reduced, element `i` of a lane goes to accumulator `i mod 32`, and every
//! 65536 elements the accumulators are folded into a second level (errors grow as those of pairwise
//! summation, within 1e-12 of numpy's); the 32 are added as a fixed tree. Where the last axis is
//! kept, whole rows are added to rows, as numpy does. NaN is skipped without a branch.

use crate::data::{DataError, Element, Labelled, Run, Values};

/// Accumulators of a lane.
const LANES: usize = 32;
/// Elements after which accumulators are folded.
const BLOCK: usize = 1 << 16;

/// A number that kernels work on.
pub trait Number: Element + PartialOrd {
    /// As `f64`.
    fn f64(self) -> f64;
    /// As `i64`, modulo 2^64 for integers.
    fn i64(self) -> i64;
    /// Nothing is larger; infinity for floats.
    const LARGEST: Self;
    /// Nothing is smaller.
    const SMALLEST: Self;
}

macro_rules! number {
    ($($type:ty: $large:expr, $small:expr);+ $(;)?) => {$(
        impl Number for $type {
            fn f64(self) -> f64 {
                self as f64
            }
            fn i64(self) -> i64 {
                self as i64
            }
            const LARGEST: Self = $large;
            const SMALLEST: Self = $small;
        }
    )+};
}

number! {
    u8: Self::MAX, Self::MIN;
    u16: Self::MAX, Self::MIN;
    u32: Self::MAX, Self::MIN;
    u64: Self::MAX, Self::MIN;
    i8: Self::MAX, Self::MIN;
    i16: Self::MAX, Self::MIN;
    i32: Self::MAX, Self::MIN;
    i64: Self::MAX, Self::MIN;
    f32: Self::INFINITY, Self::NEG_INFINITY;
    f64: Self::INFINITY, Self::NEG_INFINITY;
}

/// How the axes of an array map to the elements of a reduction's result.
struct Layout {
    /// Length of the result.
    out: usize,
    /// Trailing axes that are all reduced, or all kept.
    inner: usize,
    /// Whether those are reduced.
    lanes: bool,
    /// Lengths of the other axes.
    outer: Vec<usize>,
    /// Elements of the result from one index of those to the next; 0 for reduced ones.
    steps: Vec<usize>,
}

impl Layout {
    fn new(shape: &[usize], reduced: &[usize]) -> Self {
        let is_reduced = |axis: usize| reduced.contains(&axis);
        let n = shape.len();
        let lanes = n > 0 && is_reduced(n - 1);
        let inner = (0..n).rev().take_while(|axis| is_reduced(*axis) == lanes).count();
        let mut steps = vec![0; n];
        let mut out = 1;
        for axis in (0..n).rev().filter(|axis| !is_reduced(*axis)) {
            steps[axis] = out;
            out *= shape[axis];
        }
        steps.truncate(n - inner);
        Self { out, inner, lanes, outer: shape[..n - inner].to_vec(), steps }
    }

    /// Where in the result the block with this row-major position goes.
    fn target(&self, mut block: usize) -> usize {
        let mut at = 0;
        for (len, step) in self.outer.iter().zip(&self.steps).rev() {
            at += block % len * step;
            block /= len;
        }
        at
    }
}

/// Sums and counts, per element of a reduction's result.
#[derive(Clone, Debug, PartialEq)]
pub struct Sums {
    /// Sum of what is not NaN.
    pub sum: Vec<f64>,
    /// How many those were.
    pub count: Vec<u64>,
}

/// Runs `$body` with `$type` bound to the Rust type of a run's elements; text is an error.
macro_rules! typed {
    ($run:expr, $type:ident => $body:expr) => {
        match $run.values {
            Values::Bool(_) | Values::U8(_) => {
                type $type = u8;
                $body
            }
            Values::U16(_) => {
                type $type = u16;
                $body
            }
            Values::U32(_) => {
                type $type = u32;
                $body
            }
            Values::U64(_) => {
                type $type = u64;
                $body
            }
            Values::I8(_) => {
                type $type = i8;
                $body
            }
            Values::I16(_) => {
                type $type = i16;
                $body
            }
            Values::I32(_) => {
                type $type = i32;
                $body
            }
            Values::I64(_) | Values::Time(..) => {
                type $type = i64;
                $body
            }
            Values::F32(_) => {
                type $type = f32;
                $body
            }
            Values::F64(_) => {
                type $type = f64;
                $body
            }
            Values::Str(_) => return Err(DataError::Text),
        }
    };
}

/// A lane's accumulators.
struct Lane {
    sum: [f64; LANES],
    count: [u64; LANES],
    folded: [f64; LANES],
    seen: usize,
}

impl Lane {
    fn new() -> Self {
        Self { sum: [0.0; LANES], count: [0; LANES], folded: [0.0; LANES], seen: 0 }
    }

    fn one(&mut self, value: f64) {
        let lane = self.seen % LANES;
        let valid = !value.is_nan();
        self.sum[lane] += if valid { value } else { 0.0 };
        self.count[lane] += u64::from(valid);
        self.seen += 1;
        if self.seen.is_multiple_of(BLOCK) {
            self.fold();
        }
    }

    fn fold(&mut self) {
        for (folded, sum) in self.folded.iter_mut().zip(&mut self.sum) {
            *folded += *sum;
            *sum = 0.0;
        }
    }

    fn slice<T: Number>(&mut self, slice: &[T], map: impl Fn(f64) -> f64) {
        let head = (LANES - self.seen % LANES) % LANES;
        let (head, rest) = slice.split_at(head.min(slice.len()));
        head.iter().for_each(|value| self.one(map(value.f64())));
        let (chunks, tail) = rest.as_chunks::<LANES>();
        let mut at = 0;
        while at < chunks.len() {
            let until = (BLOCK - self.seen % BLOCK) / LANES;
            let some = &chunks[at..chunks.len().min(at + until)];
            for chunk in some {
                for (lane, value) in chunk.iter().enumerate() {
                    let value = map(value.f64());
                    let valid = !value.is_nan();
                    self.sum[lane] += if valid { value } else { 0.0 };
                    self.count[lane] += u64::from(valid);
                }
            }
            self.seen += some.len() * LANES;
            at += some.len();
            if self.seen.is_multiple_of(BLOCK) {
                self.fold();
            }
        }
        tail.iter().for_each(|value| self.one(map(value.f64())));
    }

    fn finish(&mut self) -> (f64, u64) {
        self.fold();
        let mut sum = self.folded;
        let mut half = LANES / 2;
        while half > 0 {
            for i in 0..half {
                sum[i] += sum[i + half];
            }
            half /= 2;
        }
        let result = (sum[0], self.count.iter().sum());
        *self = Self::new();
        result
    }
}

/// Sum and count of what is not NaN over the axes `reduced`; with `center` (one value an element of
/// the result), sums of squared distances from it. Row-major over the axes that are kept.
///
/// # Errors
/// [`DataError::Text`], [`DataError::Absent`].
pub fn sums(array: &Labelled, reduced: &[usize], center: Option<&[f64]>) -> Result<Sums, DataError> {
    let layout = Layout::new(&array.shape, reduced);
    let mut result = Sums { sum: vec![0.0; layout.out], count: vec![0; layout.out] };
    if layout.lanes {
        let mut lane = Lane::new();
        let mut current = None;
        let mut target = 0;
        array.for_each_run::<DataError>(layout.inner, |block, _, run| {
            if current != Some(block) {
                if current.is_some() {
                    let (sum, count) = lane.finish();
                    result.sum[target] += sum;
                    result.count[target] += count;
                }
                current = Some(block);
                target = layout.target(block);
            }
            match center {
                None => feed(&mut lane, &run, |v| v),
                Some(center) => {
                    let center = center[target];
                    feed(&mut lane, &run, |v| (v - center) * (v - center))
                }
            }
        })?;
        if current.is_some() {
            let (sum, count) = lane.finish();
            result.sum[target] += sum;
            result.count[target] += count;
        }
        return Ok(result);
    }
    let (mut current, mut base) = (None, 0);
    array.for_each_run::<DataError>(layout.inner, |block, at, run| {
        if current != Some(block) {
            current = Some(block);
            base = layout.target(block);
        }
        let range = base + at..base + at + run.len;
        let (sum, count) = (&mut result.sum[range.clone()], &mut result.count[range.clone()]);
        typed!(run, T => match center {
            None => add_row::<T>(&run, sum, count, |v, _| v),
            Some(center) => {
                let center = &center[range];
                add_row::<T>(&run, sum, count, |v, i| (v - center[i]) * (v - center[i]));
            }
        });
        Ok(())
    })?;
    Ok(result)
}

fn feed(lane: &mut Lane, run: &Run<'_>, map: impl Fn(f64) -> f64 + Copy) -> Result<(), DataError> {
    typed!(run, T => match run.as_slice::<T>() {
        Some(slice) => lane.slice(slice, map),
        None => {
            run.for_each::<T>(|value| lane.one(map(value.f64())));
        }
    });
    Ok(())
}

fn add_row<T: Number>(run: &Run<'_>, sum: &mut [f64], count: &mut [u64], map: impl Fn(f64, usize) -> f64) {
    if let Some(slice) = run.as_slice::<T>() {
        for (i, ((value, sum), count)) in slice.iter().zip(sum).zip(count).enumerate() {
            let value = map(value.f64(), i);
            let valid = !value.is_nan();
            *sum += if valid { value } else { 0.0 };
            *count += u64::from(valid);
        }
        return;
    }
    let mut i = 0;
    run.for_each::<T>(|value| {
        let value = map(value.f64(), i);
        let valid = !value.is_nan();
        sum[i] += if valid { value } else { 0.0 };
        count[i] += u64::from(valid);
        i += 1;
    });
}

/// Smallest (or largest) value over the axes `reduced`, skipping NaN; what has no value gives
/// [`Number::LARGEST`] (or [`Number::SMALLEST`]). `T` must be the array's type.
///
/// # Errors
/// [`DataError::Absent`].
pub fn extremes<T: Number>(array: &Labelled, reduced: &[usize], largest: bool) -> Result<Vec<T>, DataError> {
    if largest {
        fold(array, reduced, T::SMALLEST, |a: T, b: T| if b > a { b } else { a })
    } else {
        fold(array, reduced, T::LARGEST, |a: T, b: T| if b < a { b } else { a })
    }
}

/// Folds elements of type `T` with a function that is associative and commutative, over the axes
/// `reduced`. `T` must be the array's type.
///
/// # Errors
/// [`DataError::Absent`].
pub fn fold<T: Element>(
    array: &Labelled,
    reduced: &[usize],
    start: T,
    join: impl Fn(T, T) -> T + Copy,
) -> Result<Vec<T>, DataError> {
    let layout = Layout::new(&array.shape, reduced);
    let mut result = vec![start; layout.out];
    let (mut current, mut base) = (None, 0);
    array.for_each_run::<DataError>(layout.inner, |block, at, run| {
        if current != Some(block) {
            current = Some(block);
            base = layout.target(block);
        }
        if layout.lanes {
            let mut lanes = [start; LANES];
            match run.as_slice::<T>() {
                Some(slice) => {
                    let (chunks, tail) = slice.as_chunks::<LANES>();
                    for chunk in chunks {
                        for (lane, value) in lanes.iter_mut().zip(chunk) {
                            *lane = join(*lane, *value);
                        }
                    }
                    for (lane, value) in lanes.iter_mut().zip(tail) {
                        *lane = join(*lane, *value);
                    }
                }
                None => {
                    run.for_each::<T>(|value| lanes[0] = join(lanes[0], value));
                }
            }
            result[base] = lanes.into_iter().fold(result[base], join);
        } else {
            let row = &mut result[base + at..base + at + run.len];
            match run.as_slice::<T>() {
                Some(slice) => {
                    for (out, value) in row.iter_mut().zip(slice) {
                        *out = join(*out, *value);
                    }
                }
                None => {
                    let mut i = 0;
                    run.for_each::<T>(|value| {
                        row[i] = join(row[i], value);
                        i += 1;
                    });
                }
            }
        }
        Ok(())
    })?;
    Ok(result)
}

/// Sum (or product) of integers over the axes `reduced`, modulo 2^64, as numpy's.
///
/// # Errors
/// [`DataError::Text`], [`DataError::Absent`].
pub fn integer_total(array: &Labelled, reduced: &[usize], product: bool) -> Result<Vec<i64>, DataError> {
    let layout = Layout::new(&array.shape, reduced);
    let mut result = vec![i64::from(product); layout.out];
    let join = |a: i64, b: i64| if product { a.wrapping_mul(b) } else { a.wrapping_add(b) };
    let (mut current, mut base) = (None, 0);
    array.for_each_run::<DataError>(layout.inner, |block, at, run| {
        if current != Some(block) {
            current = Some(block);
            base = layout.target(block);
        }
        typed!(run, T => if layout.lanes {
            let mut total = i64::from(product);
            match run.as_slice::<T>() {
                Some(slice) => slice.iter().for_each(|value| total = join(total, value.i64())),
                None => {
                    run.for_each::<T>(|value| total = join(total, value.i64()));
                }
            }
            result[base] = join(result[base], total);
        } else {
            let mut i = base + at;
            run.for_each::<T>(|value| {
                result[i] = join(result[i], value.i64());
                i += 1;
            });
        });
        Ok(())
    })?;
    Ok(result)
}

/// Calls `f` with every lane over the axes `reduced` as `f64` (in the order of those axes), and its
/// position in the row-major result. Copies one lane at a time.
///
/// # Errors
/// [`DataError::Text`], [`DataError::Absent`].
pub fn for_each_lane(
    array: &Labelled,
    reduced: &[usize],
    mut f: impl FnMut(usize, &mut Vec<f64>),
) -> Result<(), DataError> {
    let mut order: Vec<usize> = (0..array.ndim()).filter(|axis| !reduced.contains(axis)).collect();
    let kept = order.len();
    order.extend_from_slice(reduced);
    let turned = array.permute(&order);
    let len: usize = turned.shape[kept..].iter().product();
    let mut lane = Vec::with_capacity(len);
    if len == 0 {
        for at in 0..turned.shape[..kept].iter().product() {
            lane.clear();
            f(at, &mut lane);
        }
        return Ok(());
    }
    turned.for_each_run::<DataError>(reduced.len(), |block, _, run| {
        typed!(run, T => run.for_each::<T>(|value| lane.push(value.f64())));
        if lane.len() == len {
            f(block, &mut lane);
            lane.clear();
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dim, Grid, Part, Pick};
    use std::sync::Arc;

    fn array(shape: &[usize], values: Vec<f64>) -> Labelled {
        let dims = (0..shape.len()).map(Dim::anonymous).collect();
        Labelled::contiguous(dims, shape.to_vec(), Values::F64(values.into()))
    }

    /// Expected by summing each lane by hand, element by element.
    #[test]
    fn sums_over_any_axes_agree_with_plain_loops() {
        let shape = [3, 4, 5];
        let values: Vec<f64> =
            (0..60).map(|i| if i % 7 == 3 { f64::NAN } else { f64::from(i) * 0.5 }).collect();
        let array = array(&shape, values.clone());
        for reduced in [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2], vec![0, 1, 2], vec![]]
        {
            let kept: Vec<usize> = (0..3).filter(|a| !reduced.contains(a)).collect();
            let out: usize = kept.iter().map(|a| shape[*a]).product();
            let (mut sum, mut count) = (vec![0.0; out], vec![0_u64; out]);
            let mut least = vec![f64::INFINITY; out];
            for (i, value) in values.iter().enumerate() {
                let index = [i / 20, i / 5 % 4, i % 5];
                let at = kept.iter().fold(0, |at, a| at * shape[*a] + index[*a]);
                if !value.is_nan() {
                    sum[at] += value;
                    count[at] += 1;
                    least[at] = value.min(least[at]);
                }
            }
            assert_eq!(sums(&array, &reduced, None).unwrap(), Sums { sum, count }, "{reduced:?}");
            assert_eq!(extremes::<f64>(&array, &reduced, false).unwrap(), least, "{reduced:?}");
        }
    }

    #[test]
    fn sums_have_the_same_bits_however_the_array_is_cut() {
        let n = 70_001;
        let values: Vec<f64> = (0..n).map(|i| 1.0 / f64::from(i + 1)).collect();
        let whole = array(&[n as usize], values.clone());
        let cuts = [0, 1, 33, 64, 65_535, 65_600, n as usize];
        let parts = cuts
            .windows(2)
            .map(|w| {
                let values = Arc::new(Values::F64(values[w[0]..w[1]].to_vec().into()));
                Some(Part { values, offset: 0, strides: vec![1] })
            })
            .collect();
        let grid = Grid { dtype: whole.dtype(), splits: vec![cuts.to_vec()], parts };
        let cut = Labelled::from_parts(vec!["x".into()], vec![n as usize], grid).unwrap();
        let sum = sums(&whole, &[0], None).unwrap();
        assert_eq!(sum, sums(&cut, &[0], None).unwrap());
        // From numpy: (1 / np.arange(1, 70002.)).sum()
        assert!((sum.sum[0] / 11.733_487_614_283_373 - 1.0).abs() < 1e-12, "{}", sum.sum[0]);
        let reversed = whole.isel(0, &Pick::slice(None, None, Some(-1), n as usize).unwrap()).unwrap();
        let back = sums(&reversed, &[0], None).unwrap();
        assert!((sum.sum[0] - back.sum[0]).abs() < 1e-12);
    }

    #[test]
    fn integers_wrap_as_in_numpy() {
        let values = Values::U64(vec![u64::MAX, 3].into());
        let array = Labelled::contiguous(vec!["x".into()], vec![2], values);
        assert_eq!(integer_total(&array, &[0], false).unwrap(), [2]);
        assert_eq!(integer_total(&array, &[0], true).unwrap(), [-3]);
    }
}
