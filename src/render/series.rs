//! A row of numbers as marks of many points need it: where the values lie, not a copy of them.

use super::error::RenderError;
use super::values;
use crate::data::time::DAY_US;
use crate::data::{DataError, Dtype, Labelled};
use crate::sys::{Kernel, wide};
use std::ops::Range;
use std::sync::Arc;

/// Up to this many elements are copied at once; views are for more.
const SMALL: usize = 4096;

/// Numbers, times among them as days since 1970-01-01 in their calendar.
#[derive(Clone, Debug)]
pub(super) enum Series {
    /// In memory.
    Numbers(Arc<[f64]>),
    /// 0, 1, … below this.
    Count(usize),
    /// The elements of a one-dimensional array, all of them present numbers or times.
    View(Arc<Labelled>),
}

/// Elements of a series next to each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Window<'a> {
    /// As they are.
    Numbers(&'a [f64]),
    /// Counted from this on.
    Count(usize),
}

impl Series {
    /// The elements of a one-dimensional array.
    pub(super) fn of(array: &Labelled, role: &'static str) -> Result<Self, RenderError> {
        if array.dtype() == Dtype::Str || array.ndim() != 1 || array.size() <= SMALL {
            return Ok(Self::Numbers(values::numbers(array, &array.dims, role)?.into()));
        }
        // All there is to say about what is absent is said here.
        array.for_each_run::<DataError>(1, |_, _, _| Ok(()))?;
        Ok(Self::View(Arc::new(array.clone())))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Count(len) => *len,
            Self::View(array) => array.size(),
        }
    }

    /// An element; NaN past the end.
    pub(super) fn at(&self, i: usize) -> f64 {
        match self.window(i..i + 1, &mut Vec::new()) {
            Window::Numbers(numbers) => numbers.first().copied().unwrap_or(f64::NAN),
            Window::Count(from) => from as f64,
        }
    }

    /// Elements, where they lie or copied into `scratch`.
    pub(super) fn window<'a>(&'a self, range: Range<usize>, scratch: &'a mut Vec<f64>) -> Window<'a> {
        match self {
            Self::Numbers(numbers) => Window::Numbers(numbers.get(range).unwrap_or_default()),
            Self::Count(_) => Window::Count(range.start),
            Self::View(array) => {
                if let Some(slice) = array.slice_f64(range.clone()) {
                    return Window::Numbers(slice);
                }
                scratch.clear();
                let len = range.len();
                if array.read_f64(range, scratch).is_err() {
                    scratch.resize(len, f64::NAN);
                }
                if let Dtype::Time(_) = array.dtype() {
                    scratch.iter_mut().for_each(|value| *value /= DAY_US as f64);
                }
                Window::Numbers(scratch)
            }
        }
    }

    /// Elements as a slice, where they lie or copied into `scratch`.
    pub(super) fn slice<'a>(&'a self, range: Range<usize>, scratch: &'a mut Vec<f64>) -> &'a [f64] {
        match self {
            Self::Count(_) => {
                scratch.clear();
                scratch.extend(range.map(|i| i as f64));
                scratch
            }
            Self::Numbers(_) | Self::View(_) => match self.window(range, scratch) {
                Window::Numbers(numbers) => numbers,
                Window::Count(_) => &[],
            },
        }
    }

    /// All elements where they lie, if they lie together.
    pub(super) fn whole(&self) -> Option<&[f64]> {
        match self {
            Self::Numbers(numbers) => Some(numbers),
            Self::View(array) => array.slice_f64(0..array.size()),
            Self::Count(_) => None,
        }
    }

    /// The same, such that [`whole`](Self::whole) gives it: copied only if it must be.
    pub(super) fn gathered(self) -> Self {
        if self.whole().is_some() { self } else { Self::Numbers(self.numbers()) }
    }

    /// All of them in memory: 8 bytes an element, unless they are there already.
    pub(super) fn numbers(&self) -> Arc<[f64]> {
        match self {
            Self::Numbers(numbers) => numbers.clone(),
            Self::Count(len) => (0..*len).map(|i| i as f64).collect(),
            Self::View(_) => match self.window(0..self.len(), &mut Vec::new()) {
                Window::Numbers(numbers) => numbers.into(),
                Window::Count(_) => Arc::default(),
            },
        }
    }
}

impl<T: Into<Arc<[f64]>>> From<T> for Series {
    fn from(numbers: T) -> Self {
        Self::Numbers(numbers.into())
    }
}

impl Window<'_> {
    /// An element.
    pub(super) fn at(self, i: usize) -> f64 {
        match self {
            Self::Numbers(numbers) => numbers[i],
            Self::Count(from) => (from + i) as f64,
        }
    }

    /// Whether no element of the first `len` is smaller than the one before.
    pub(super) fn rises(self, len: usize) -> bool {
        match self {
            Self::Numbers(numbers) => {
                let (these, next) = (&numbers[..len.saturating_sub(1)], &numbers[1.min(len)..len]);
                these.iter().zip(next).fold(true, |rises, (a, b)| rises & (a <= b))
            }
            Self::Count(_) => true,
        }
    }

    /// Least and largest of the elements `range`; `None` if there is NaN among them, or none.
    pub(super) fn extremes(self, range: Range<usize>) -> Option<[f64; 2]> {
        match self {
            Self::Numbers(numbers) => extremes(&numbers[range]),
            Self::Count(from) => {
                (!range.is_empty()).then(|| [(from + range.start) as f64, (from + range.end - 1) as f64])
            }
        }
    }
}

/// Least and largest value; `None` if one is NaN, or there is none.
fn extremes(values: &[f64]) -> Option<[f64; 2]> {
    wide(Extremes(values))
}

struct Extremes<'a>(&'a [f64]);

impl Kernel for Extremes<'_> {
    type Out = Option<[f64; 2]>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        const LANES: usize = 16;
        let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        // 1 where there was NaN: as wide as the values, so that one mask serves both.
        let mut gaps = [0_u64; LANES];
        let (chunks, rest) = self.0.as_chunks::<LANES>();
        for chunk in chunks {
            for k in 0..LANES {
                let v = chunk[k];
                low[k] = if v < low[k] { v } else { low[k] };
                high[k] = if v > high[k] { v } else { high[k] };
                gaps[k] |= u64::from(v.is_nan());
            }
        }
        for (k, v) in rest.iter().copied().enumerate() {
            low[k] = if v < low[k] { v } else { low[k] };
            high[k] = if v > high[k] { v } else { high[k] };
            gaps[k] |= u64::from(v.is_nan());
        }
        let least = low.into_iter().fold(f64::INFINITY, f64::min);
        let most = high.into_iter().fold(f64::NEG_INFINITY, f64::max);
        (gaps.iter().all(|gap| *gap == 0) && least <= most).then_some([least, most])
    }
}
