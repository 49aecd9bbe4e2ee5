//! Minimum, maximum and NaN count of values that were just decoded and are still in the cache.

use crate::data::Dtype;
use bytemuck::Pod;
use shm_layout::Stats;

/// Lanes that are reduced side by side, so that the compiler uses vector registers.
const LANES: usize = 32;

/// The statistics of native-endian values; unknown for text, bool and times.
pub(super) fn of(dtype: Dtype, bytes: &[u8]) -> Stats {
    match dtype {
        Dtype::I8 => reduce::<i8>(bytes, i8::MAX, i8::MIN, |v| v.into()),
        Dtype::I16 => reduce::<i16>(bytes, i16::MAX, i16::MIN, |v| v.into()),
        Dtype::I32 => reduce::<i32>(bytes, i32::MAX, i32::MIN, |v| v.into()),
        Dtype::I64 => reduce::<i64>(bytes, i64::MAX, i64::MIN, |v| v as f64),
        Dtype::U8 => reduce::<u8>(bytes, u8::MAX, u8::MIN, |v| v.into()),
        Dtype::U16 => reduce::<u16>(bytes, u16::MAX, u16::MIN, |v| v.into()),
        Dtype::U32 => reduce::<u32>(bytes, u32::MAX, u32::MIN, |v| v.into()),
        Dtype::U64 => reduce::<u64>(bytes, u64::MAX, u64::MIN, |v| v as f64),
        Dtype::F32 => reduce::<f32>(bytes, f32::INFINITY, f32::NEG_INFINITY, |v| v.into()),
        Dtype::F64 => reduce::<f64>(bytes, f64::INFINITY, f64::NEG_INFINITY, |v| v),
        Dtype::Bool | Dtype::Time(_) | Dtype::Str => Stats::default(),
    }
}

/// Both together; unknown if either is.
pub(super) fn join(a: Stats, b: Stats) -> Stats {
    Stats {
        known: a.known && b.known,
        n: a.n + b.n,
        nan: a.nan + b.nan,
        min: a.min.min(b.min),
        max: a.max.max(b.max),
    }
}

/// Of no values: what [`join`] leaves unchanged.
pub(super) const EMPTY: Stats =
    Stats { known: true, n: 0, nan: 0, min: f64::INFINITY, max: f64::NEG_INFINITY };

fn reduce<T: Pod + PartialOrd>(bytes: &[u8], most: T, least: T, wide: impl Fn(T) -> f64) -> Stats {
    if bytes.is_empty() {
        return EMPTY;
    }
    let Ok(values) = bytemuck::try_cast_slice::<u8, T>(bytes) else { return Stats::default() };
    let (mut min, mut max, mut nan) = ([most; LANES], [least; LANES], [0_u64; LANES]);
    let (blocks, rest) = values.as_chunks::<LANES>();
    let mut take = |lane: usize, v: T| {
        // In this form a NaN is never taken, and no branch is needed.
        min[lane] = if v < min[lane] { v } else { min[lane] };
        max[lane] = if v > max[lane] { v } else { max[lane] };
        #[expect(clippy::eq_op, reason = "only a NaN differs from itself")]
        let is_nan = v != v;
        nan[lane] += u64::from(is_nan);
    };
    for block in blocks {
        for (lane, v) in block.iter().enumerate() {
            take(lane, *v);
        }
    }
    for (lane, v) in rest.iter().enumerate() {
        take(lane, *v);
    }
    let nan = nan.iter().sum();
    let n = values.len() as u64;
    if nan == n {
        return Stats { n, nan, ..EMPTY };
    }
    let fold = |init: f64, lanes: [T; LANES], pick: fn(f64, f64) -> f64| {
        lanes.into_iter().map(&wide).fold(init, pick)
    };
    Stats {
        known: true,
        n,
        nan,
        min: fold(f64::INFINITY, min, f64::min),
        max: fold(f64::NEG_INFINITY, max, f64::max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nans_are_counted_and_skipped() {
        let mut values: Vec<f64> = (0..100).map(f64::from).collect();
        (values[3], values[70], values[99]) = (f64::NAN, -5.0, f64::NAN);
        let stats = of(Dtype::F64, bytemuck::cast_slice(&values));
        assert_eq!(stats, Stats { known: true, n: 100, nan: 2, min: -5.0, max: 98.0 });
    }

    #[test]
    fn integers_and_halves_joined_give_the_whole() {
        let values: Vec<i16> = (0..77).map(|i| i * 31 % 50 - 20).collect();
        let bytes: &[u8] = bytemuck::cast_slice(&values);
        let (left, right) = bytes.split_at(60);
        let whole = of(Dtype::I16, bytes);
        assert_eq!((whole.min, whole.max, whole.nan), (-20.0, 29.0, 0));
        assert_eq!(join(of(Dtype::I16, left), of(Dtype::I16, right)), whole);
        assert_eq!(join(EMPTY, whole), whole);
    }

    #[test]
    fn nothing_and_only_nans_have_no_extremes() {
        assert_eq!(of(Dtype::F32, &[]), EMPTY);
        let nans = of(Dtype::F32, bytemuck::cast_slice(&[f32::NAN; 3]));
        assert_eq!((nans.n, nans.nan, nans.min), (3, 3, f64::INFINITY));
        assert!(!of(Dtype::Str, b"abc").known);
        assert!(!join(of(Dtype::Str, b""), EMPTY).known);
    }
}
