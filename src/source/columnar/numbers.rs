//! Elements into numbers of the wanted type: missing ones become NaN or not-a-time.

use super::descend::Elements;
use super::fault::{Fault, broken};
use crate::data::Dtype;
use crate::data::time::{DAY_US, NAT};
use arrow_array::cast::AsArray;
use arrow_array::types as t;
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};

/// Writes all elements into `out`, native, of type `dtype`; `out` is just as long.
///
/// # Errors
/// If a value is missing where metadata say that none is, or a time is beyond what 64-bit
/// microseconds can count.
pub(super) fn write(elements: &Elements, dtype: Dtype, out: &mut [u8]) -> Result<(), Fault> {
    if !(out.as_ptr() as usize).is_multiple_of(dtype.size().unwrap_or(1)) {
        let mut aligned = vec![0_u64; out.len().div_ceil(8)];
        let bytes = &mut bytemuck::cast_slice_mut(&mut aligned)[..out.len()];
        decode(elements, dtype, bytes)?;
        out.copy_from_slice(bytes);
        return Ok(());
    }
    decode(elements, dtype, out)
}

fn decode(elements: &Elements, dtype: Dtype, out: &mut [u8]) -> Result<(), Fault> {
    use DataType as T;
    let cells = Cells { elements, dtype };
    match elements.array.data_type() {
        T::Null => cells.fill_missing(out),
        T::Boolean => {
            let bits = elements.array.as_boolean().values();
            match dtype {
                Dtype::F64 => cells.each(out, |i| f64::from(u8::from(bits.value(i))), f64::NAN),
                _ => cells.plain(out, |i| u8::from(bits.value(i))),
            }
        }
        T::Int8 => cells.integers::<t::Int8Type>(out, f64::from),
        T::Int16 => cells.integers::<t::Int16Type>(out, f64::from),
        T::Int32 => cells.integers::<t::Int32Type>(out, f64::from),
        T::Int64 => cells.integers::<t::Int64Type>(out, |v| v as f64),
        T::UInt8 => cells.integers::<t::UInt8Type>(out, f64::from),
        T::UInt16 => cells.integers::<t::UInt16Type>(out, f64::from),
        T::UInt32 => cells.integers::<t::UInt32Type>(out, f64::from),
        T::UInt64 => cells.integers::<t::UInt64Type>(out, |v| v as f64),
        T::Float16 => {
            let values = cells.values::<t::Float16Type>();
            cells.each(out, |i| values[i].to_f32(), f32::NAN)
        }
        T::Float32 => cells.floats(out, cells.values::<t::Float32Type>(), f32::NAN),
        T::Float64 => cells.floats(out, cells.values::<t::Float64Type>(), f64::NAN),
        T::Decimal32(_, scale) => {
            let values = cells.values::<t::Decimal32Type>();
            cells.each(out, |i| decimal(i128::from(values[i]), *scale), f64::NAN)
        }
        T::Decimal64(_, scale) => {
            let values = cells.values::<t::Decimal64Type>();
            cells.each(out, |i| decimal(i128::from(values[i]), *scale), f64::NAN)
        }
        T::Decimal128(_, scale) => {
            let values = cells.values::<t::Decimal128Type>();
            cells.each(out, |i| decimal(values[i], *scale), f64::NAN)
        }
        T::Decimal256(_, scale) => {
            let values = cells.values::<t::Decimal256Type>();
            let of = |i: usize| match values[i].to_i128() {
                Some(value) => decimal(value, *scale),
                None => scaled(&values[i].to_string(), *scale),
            };
            cells.each(out, of, f64::NAN)
        }
        T::Date32 => cells.times(out, cells.values::<t::Date32Type>(), |v| i64::from(v).checked_mul(DAY_US)),
        T::Date64 => cells.times(out, cells.values::<t::Date64Type>(), |v| v.checked_mul(1000)),
        T::Timestamp(TimeUnit::Second, _) => {
            cells.times(out, cells.values::<t::TimestampSecondType>(), |v| v.checked_mul(1_000_000))
        }
        T::Timestamp(TimeUnit::Millisecond, _) => {
            cells.times(out, cells.values::<t::TimestampMillisecondType>(), |v| v.checked_mul(1000))
        }
        T::Timestamp(TimeUnit::Microsecond, _) => {
            cells.times(out, cells.values::<t::TimestampMicrosecondType>(), Some)
        }
        T::Timestamp(TimeUnit::Nanosecond, _) => {
            cells.times(out, cells.values::<t::TimestampNanosecondType>(), |v| Some(v.div_euclid(1000)))
        }
        T::Time32(TimeUnit::Second) => cells.counts::<t::Time32SecondType>(out, f64::from),
        T::Time32(_) => cells.counts::<t::Time32MillisecondType>(out, f64::from),
        T::Time64(TimeUnit::Nanosecond) => cells.counts::<t::Time64NanosecondType>(out, |v| v as f64),
        T::Time64(_) => cells.counts::<t::Time64MicrosecondType>(out, |v| v as f64),
        T::Duration(TimeUnit::Second) => cells.counts::<t::DurationSecondType>(out, |v| v as f64),
        T::Duration(TimeUnit::Millisecond) => cells.counts::<t::DurationMillisecondType>(out, |v| v as f64),
        T::Duration(TimeUnit::Microsecond) => cells.counts::<t::DurationMicrosecondType>(out, |v| v as f64),
        T::Duration(TimeUnit::Nanosecond) => cells.counts::<t::DurationNanosecondType>(out, |v| v as f64),
        other => Err(Fault::Lacking(format!("a column of {other}"))),
    }
}

struct Cells<'a> {
    elements: &'a Elements,
    dtype: Dtype,
}

impl Cells<'_> {
    fn values<P: ArrowPrimitiveType>(&self) -> &[P::Native] {
        self.elements.array.as_primitive::<P>().values()
    }

    fn nulls(&self) -> Option<&NullBuffer> {
        self.elements.nulls.as_ref().filter(|nulls| nulls.null_count() > 0)
    }

    /// The result as elements of one type.
    fn typed<'o, T: bytemuck::Pod>(&self, out: &'o mut [u8]) -> Result<&'o mut [T], Fault> {
        let count = self.elements.len();
        let fits = self.dtype.size() == Some(size_of::<T>());
        match bytemuck::try_cast_slice_mut(out) {
            Ok(typed) if fits && typed.len() == count => Ok(typed),
            _ => Err(broken("its data are of another type or length than its metadata say")),
        }
    }

    fn fill_missing(&self, out: &mut [u8]) -> Result<(), Fault> {
        self.typed::<f64>(out)?.fill(f64::NAN);
        Ok(())
    }

    /// One number an element, `missing` where there is none.
    fn each<T: bytemuck::Pod>(
        &self,
        out: &mut [u8],
        value: impl Fn(usize) -> T,
        missing: T,
    ) -> Result<(), Fault> {
        let out = self.typed::<T>(out)?;
        match self.nulls() {
            None => out.iter_mut().enumerate().for_each(|(i, cell)| *cell = value(i)),
            Some(nulls) => {
                for (i, (cell, there)) in out.iter_mut().zip(nulls.iter()).enumerate() {
                    *cell = if there { value(i) } else { missing };
                }
            }
        }
        Ok(())
    }

    /// As [`each`](Self::each), of a type that cannot say that a value is missing.
    fn plain<T: bytemuck::Pod>(&self, out: &mut [u8], value: impl Fn(usize) -> T) -> Result<(), Fault> {
        if self.nulls().is_some() {
            return Err(broken("values are missing, although its metadata say that none is"));
        }
        let out = self.typed::<T>(out)?;
        out.iter_mut().enumerate().for_each(|(i, cell)| *cell = value(i));
        Ok(())
    }

    fn integers<P: ArrowPrimitiveType>(
        &self,
        out: &mut [u8],
        float: impl Fn(P::Native) -> f64,
    ) -> Result<(), Fault>
    where
        P::Native: bytemuck::Pod,
    {
        let values = self.values::<P>();
        match self.dtype {
            Dtype::F64 => self.each(out, |i| float(values[i]), f64::NAN),
            _ => self.plain(out, |i| values[i]),
        }
    }

    fn floats<T: bytemuck::Pod>(&self, out: &mut [u8], values: &[T], missing: T) -> Result<(), Fault> {
        self.each(out, |i| values[i], missing)
    }

    fn counts<P: ArrowPrimitiveType>(
        &self,
        out: &mut [u8],
        float: impl Fn(P::Native) -> f64,
    ) -> Result<(), Fault> {
        let values = self.values::<P>();
        self.each(out, |i| float(values[i]), f64::NAN)
    }

    fn times<T: Copy>(
        &self,
        out: &mut [u8],
        values: &[T],
        micros: impl Fn(T) -> Option<i64>,
    ) -> Result<(), Fault> {
        let nulls = self.nulls();
        for (i, cell) in self.typed::<i64>(out)?.iter_mut().enumerate() {
            *cell = if nulls.is_some_and(|nulls| nulls.is_null(i)) {
                NAT
            } else {
                micros(values[i])
                    .ok_or_else(|| broken("it has a time beyond what 64-bit microseconds can count"))?
            };
        }
        Ok(())
    }
}

/// `value` · 10^-`scale`, correctly rounded.
fn decimal(value: i128, scale: i8) -> f64 {
    const EXACT: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    // Of two numbers that are exact, the quotient is rounded once.
    match usize::try_from(scale).ok().and_then(|scale| EXACT.get(scale)) {
        Some(power) if value.unsigned_abs() <= 1 << 53 => value as f64 / power,
        _ => scaled(&value.to_string(), scale),
    }
}

fn scaled(digits: &str, scale: i8) -> f64 {
    format!("{digits}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{ArrayRef, Int32Array, TimestampNanosecondArray, TimestampSecondArray};
    use std::sync::Arc;

    fn all(array: ArrayRef, dtype: Dtype) -> Result<Vec<u64>, Fault> {
        let elements = Elements::new(&array).unwrap();
        let mut out = vec![0_u64; array.len()];
        write(&elements, dtype, bytemuck::cast_slice_mut(&mut out)).map(|()| out)
    }

    #[test]
    fn missing_integers_are_nan_and_an_error_where_none_may_be() {
        let array: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), None]));
        let found = all(array.clone(), Dtype::F64).unwrap();
        assert_eq!(f64::from_bits(found[0]), 7.0);
        assert!(f64::from_bits(found[1]).is_nan());
        let elements = Elements::new(&array).unwrap();
        assert!(write(&elements, Dtype::I32, &mut [0; 8]).is_err());
    }

    #[test]
    fn times_are_microseconds_rounded_down_and_must_fit() {
        let calendar = crate::data::time::Calendar::ProlepticGregorian;
        let nanos: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![Some(-1), Some(1999), None]));
        let found = all(nanos, Dtype::Time(calendar)).unwrap();
        assert_eq!(found.iter().map(|v| *v as i64).collect::<Vec<_>>(), [-1, 1, NAT]);
        let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX / 1000]));
        assert!(all(far, Dtype::Time(calendar)).is_err());
    }

    /// Python: `float(decimal.Decimal(...))`.
    #[test]
    fn decimals_are_rounded_once() {
        assert_eq!(decimal(12_345, 2), 123.45);
        assert_eq!(decimal(-1, 30), -1e-30);
        assert_eq!(decimal(5, -3), 5000.0);
        assert_eq!(decimal(123_456_789_012_345_678_901_234_567_890, 10), 1.2345678901234568e19);
    }
}
