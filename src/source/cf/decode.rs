//! Stored bytes to values in memory: byte order, missing values, packing, times.

use super::number::{Half, Number};
use super::typed::Scalar;
use super::{Kind, Stored, TimeUnits, TypedAttrs};
use crate::data::Dtype;
use crate::data::time::NAT;
use std::fmt;
use std::sync::Arc;

/// A number that is no time in the range of microseconds in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct OutOfRange;

type Run = dyn Fn(&[u8], &mut [u8]) -> Result<(), OutOfRange> + Send + Sync;

/// How the elements of one variable are decoded.
#[derive(Clone)]
pub(in crate::source) struct Decoder {
    /// The stored type.
    pub(in crate::source) stored: Stored,
    /// The type in memory.
    pub(in crate::source) dtype: Dtype,
    /// `None` where stored bytes are the values in memory.
    run: Option<Arc<Run>>,
    /// For times: how they are decoded to bare numbers in their units.
    undated: Option<Arc<Run>>,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} to {}", self.stored, self.dtype)
    }
}

/// What attributes ask for.
struct Packing {
    fills: Vec<Scalar>,
    scale: Option<f64>,
    offset: Option<f64>,
}

impl Decoder {
    /// The bare numbers, no attribute looked at.
    pub(in crate::source) fn plain(stored: Stored) -> Self {
        let packing = Packing { fills: Vec::new(), scale: None, offset: None };
        Self::build(stored, stored.kind.dtype(), &packing, None)
    }

    /// By the attributes of a variable. What they ask for and cannot be done is left undone and
    /// named in `warnings`.
    pub(in crate::source) fn from_attrs(
        stored: Stored,
        attrs: &TypedAttrs,
        warnings: &mut Vec<String>,
    ) -> Self {
        if stored.kind == Kind::Bool {
            return Self::plain(stored);
        }
        let stored = match attrs.text("_Unsigned").map(str::to_ascii_lowercase).as_deref() {
            Some("true") => Stored { kind: stored.kind.with_sign(false), ..stored },
            Some("false") => Stored { kind: stored.kind.with_sign(true), ..stored },
            _ => stored,
        };
        let mut number = |name: &str| {
            let found = attrs.number(name);
            if found.is_none() && attrs.get(name).is_some() {
                warnings.push(format!("`{name}` is not one number and is not applied"));
            }
            found
        };
        let (scale, offset) = (number("scale_factor"), number("add_offset"));
        let fills: Vec<Scalar> = ["_FillValue", "missing_value"]
            .iter()
            .filter_map(|name| attrs.numbers(name))
            .flat_map(|(_, values)| values.iter().copied())
            .map(|value| reinterpret(value, stored.kind))
            .collect();
        let time = attrs.text("units").and_then(|units| TimeUnits::parse(units, attrs.text("calendar")));
        let time = match time {
            Some(Ok(units)) => Some(units),
            Some(Err(why)) => {
                warnings.push(format!("{why}; the numbers are left as they are"));
                None
            }
            None => None,
        };
        let dtype = if let Some(units) = &time {
            Dtype::Time(units.calendar)
        } else if scale.is_some() || offset.is_some() {
            unpacked(stored.kind, scale.map(|s| s.0), offset.map(|o| o.0))
        } else if fills.is_empty() {
            stored.kind.dtype()
        } else {
            promoted(stored.kind)
        };
        let packing = Packing { fills, scale: scale.map(|s| s.1), offset: offset.map(|o| o.1) };
        Self::build(stored, dtype, &packing, time)
    }

    /// Whether stored bytes are the values in memory.
    pub(in crate::source) fn is_identity(&self) -> bool {
        self.run.is_none()
    }

    /// How a time's numbers are decoded to `float64`, in its units: they may lie beyond what times can
    /// count. `None` if it is no time.
    pub(in crate::source) fn undated(&self) -> Option<Self> {
        let run = self.undated.clone()?;
        Some(Self { stored: self.stored, dtype: Dtype::F64, run: Some(run), undated: None })
    }

    /// Decodes as many elements as `bytes` holds into `out`, which must have room for just these.
    ///
    /// # Errors
    /// A time outside the range of microseconds in 64 bits.
    pub(in crate::source) fn decode(&self, bytes: &[u8], out: &mut [u8]) -> Result<(), OutOfRange> {
        match &self.run {
            Some(run) => run(bytes, out),
            None => {
                out.copy_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn build(stored: Stored, dtype: Dtype, packing: &Packing, time: Option<TimeUnits>) -> Self {
        macro_rules! both {
            ($type:ty) => {
                (
                    kernel::<$type>(stored, dtype, packing, time),
                    time.map(|_| undated::<$type>(stored.big, packing)),
                )
            };
        }
        let (run, undated) = match stored.kind {
            Kind::Bool => (Some(map::<u8, u8>(stored.big, |v| u8::from(v != 0))), None),
            Kind::I8 => both!(i8),
            Kind::I16 => both!(i16),
            Kind::I32 => both!(i32),
            Kind::I64 => both!(i64),
            Kind::U8 => both!(u8),
            Kind::U16 => both!(u16),
            Kind::U32 => both!(u32),
            Kind::U64 => both!(u64),
            Kind::F16 => both!(Half),
            Kind::F32 => both!(f32),
            Kind::F64 => both!(f64),
        };
        Self { stored, dtype, run, undated }
    }
}

/// A fill value written with the other sign (`-1` for an unsigned byte) as the data read it.
fn reinterpret(value: Scalar, kind: Kind) -> Scalar {
    let Some(int) = value.int().filter(|_| kind.is_integer()) else { return value };
    let bits = 8 * kind.size() as u32;
    let (low, high) = match kind {
        Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => (0, (1_i128 << bits) - 1),
        _ => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
    };
    let span = 1_i128 << bits;
    if int < low && int >= -(span / 2) {
        Scalar::Int(int + span)
    } else if int > high && int < span {
        Scalar::Int(int - span)
    } else {
        value
    }
}

/// xarray's `_choose_float_dtype` for packed data. A scale that is stored as an integer counts as
/// `float64`.
fn unpacked(stored: Kind, scale: Option<Kind>, offset: Option<Kind>) -> Dtype {
    match (scale, offset) {
        (Some(Kind::F32), Some(Kind::F32)) if stored.is_integer() && stored.size() == 4 => Dtype::F64,
        (Some(Kind::F32), Some(Kind::F32) | None) => Dtype::F32,
        _ => Dtype::F64,
    }
}

/// xarray's `maybe_promote`: what can hold missing values.
fn promoted(stored: Kind) -> Dtype {
    match stored {
        Kind::F64 | Kind::I32 | Kind::U32 | Kind::I64 | Kind::U64 => Dtype::F64,
        _ => Dtype::F32,
    }
}

fn kernel<T: Number>(
    stored: Stored,
    dtype: Dtype,
    packing: &Packing,
    time: Option<TimeUnits>,
) -> Option<Arc<Run>> {
    let big = stored.big;
    let fills: Vec<T> = packing.fills.iter().filter_map(|v| T::from_attr(*v)).collect();
    let (scale, offset) = (packing.scale, packing.offset);
    if let Some(units) = time {
        return Some(times::<T>(big, fills, scale, offset, units));
    }
    let one = fills.first().copied().filter(|_| fills.len() == 1);
    Some(match (dtype, scale, offset, one) {
        (Dtype::F32, None, None, Some(fill)) => {
            map::<T, f32>(big, move |v| if v == fill { f32::NAN } else { v.f32() })
        }
        (Dtype::F64, None, None, Some(fill)) => {
            map::<T, f64>(big, move |v| if v == fill { f64::NAN } else { v.f64() })
        }
        (Dtype::F32, None, None, None) if !fills.is_empty() => {
            map::<T, f32>(big, move |v| if fills.contains(&v) { f32::NAN } else { v.f32() })
        }
        (Dtype::F64, None, None, None) if !fills.is_empty() => {
            map::<T, f64>(big, move |v| if fills.contains(&v) { f64::NAN } else { v.f64() })
        }
        (Dtype::F32, scale, offset, _) if scale.is_some() || offset.is_some() => {
            let (scale, offset) = (scale.unwrap_or(1.0) as f32, offset.map(|o| o as f32));
            map::<T, f32>(big, move |v| {
                let value = if fills.contains(&v) { f32::NAN } else { v.f32() } * scale;
                offset.map_or(value, |o| value + o)
            })
        }
        (Dtype::F64, scale, offset, _) if scale.is_some() || offset.is_some() => {
            let scale = scale.unwrap_or(1.0);
            map::<T, f64>(big, move |v| {
                let value = if fills.contains(&v) { f64::NAN } else { v.f64() } * scale;
                offset.map_or(value, |o| value + o)
            })
        }
        (Dtype::F32, ..) if stored.kind == Kind::F16 => map::<T, f32>(big, |v| v.f32()),
        // A fill value that no element of the type can equal still promotes, as in xarray.
        (Dtype::F32, ..) if stored.kind.is_integer() => map::<T, f32>(big, |v| v.f32()),
        (Dtype::F64, ..) if stored.kind.is_integer() => map::<T, f64>(big, |v| v.f64()),
        _ if stored.is_native() => return None,
        _ => map::<T, T>(big, |v| v),
    })
}

fn map<T: Number, U: Number>(big: bool, f: impl Fn(T) -> U + Send + Sync + 'static) -> Arc<Run> {
    Arc::new(move |bytes, out| {
        // The byte order is constant in each loop, which lets the compiler vectorise it.
        if big {
            for (from, to) in bytes.chunks_exact(T::SIZE).zip(out.chunks_exact_mut(U::SIZE)) {
                f(T::load(from, true)).store(to);
            }
        } else {
            for (from, to) in bytes.chunks_exact(T::SIZE).zip(out.chunks_exact_mut(U::SIZE)) {
                f(T::load(from, false)).store(to);
            }
        }
        Ok(())
    })
}

fn undated<T: Number>(big: bool, packing: &Packing) -> Arc<Run> {
    let fills: Vec<T> = packing.fills.iter().filter_map(|v| T::from_attr(*v)).collect();
    let (scale, offset) = (packing.scale.unwrap_or(1.0), packing.offset.unwrap_or(0.0));
    map::<T, f64>(big, move |v| if fills.contains(&v) { f64::NAN } else { v.f64() * scale + offset })
}

fn times<T: Number>(
    big: bool,
    fills: Vec<T>,
    scale: Option<f64>,
    offset: Option<f64>,
    units: TimeUnits,
) -> Arc<Run> {
    Arc::new(move |bytes, out| {
        for (from, to) in bytes.chunks_exact(T::SIZE).zip(out.chunks_exact_mut(8)) {
            let value = T::load(from, big);
            let micros = if fills.contains(&value) {
                Some(NAT)
            } else if let (None, None, Some(int)) = (scale, offset, value.int()) {
                units.of_int(int)
            } else {
                units.of_float(value.f64() * scale.unwrap_or(1.0) + offset.unwrap_or(0.0))
            };
            micros.ok_or(OutOfRange)?.store(to);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::super::Typed;
    use super::*;

    fn numbers(kind: Kind, values: &[Scalar]) -> Typed {
        Typed::Numbers { kind, values: values.to_vec(), scalar: values.len() == 1 }
    }

    fn decode(kind: Kind, big: bool, attrs: &[(&str, Typed)], bytes: &[u8]) -> (Dtype, Vec<f64>) {
        let attrs = TypedAttrs(attrs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect());
        let decoder = Decoder::from_attrs(Stored { kind, big }, &attrs, &mut Vec::new());
        let n = bytes.len() / kind.size();
        let mut out = vec![0; n * decoder.dtype.size().unwrap()];
        decoder.decode(bytes, &mut out).unwrap();
        let values = crate::data::Values::from_ne_bytes(decoder.dtype, &out).unwrap();
        (decoder.dtype, (0..n).map(|i| values.f64_at(i).unwrap()).collect())
    }

    /// Dtypes and values from `xarray.decode_cf` of 2026.9.
    #[test]
    fn packed_data_decode_as_in_xarray() {
        let f = |v| Scalar::Float(v);
        let i = |v| Scalar::Int(v);
        let fill = ("_FillValue", numbers(Kind::I16, &[i(-9)]));
        let scale32 = ("scale_factor", numbers(Kind::F32, &[f(0.5)]));
        let scale64 = ("scale_factor", numbers(Kind::F64, &[f(0.5)]));
        let offset32 = ("add_offset", numbers(Kind::F32, &[f(10.0)]));
        let bytes = [2_i16, -9].iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<_>>();
        let check = |attrs: &[(&str, Typed)], dtype, first: f64, second: f64| {
            let (got, values) = decode(Kind::I16, true, attrs, &bytes);
            assert_eq!(got, dtype, "{attrs:?}");
            assert_eq!(values[0], first, "{attrs:?}");
            assert!(values[1] == second || (values[1].is_nan() && second.is_nan()), "{attrs:?} {values:?}");
        };
        check(&[], Dtype::I16, 2.0, -9.0);
        check(std::slice::from_ref(&fill), Dtype::F32, 2.0, f64::NAN);
        check(std::slice::from_ref(&scale32), Dtype::F32, 1.0, -4.5);
        check(std::slice::from_ref(&scale64), Dtype::F64, 1.0, -4.5);
        check(std::slice::from_ref(&offset32), Dtype::F64, 12.0, 1.0);
        check(&[fill.clone(), scale32.clone(), offset32.clone()], Dtype::F32, 11.0, f64::NAN);
        check(&[fill, scale64, offset32], Dtype::F64, 11.0, f64::NAN);
    }

    #[test]
    fn unsigned_bytes_are_read_and_masked_as_unsigned() {
        let attrs = [
            ("_Unsigned", Typed::Text("true".into())),
            ("_FillValue", numbers(Kind::I8, &[Scalar::Int(-1)])),
        ];
        let (dtype, values) = decode(Kind::I8, false, &attrs, &[1, 200, 255]);
        assert_eq!(dtype, Dtype::F32);
        assert_eq!(values[..2], [1.0, 200.0]);
        assert!(values[2].is_nan());
    }

    #[test]
    fn a_missing_value_of_another_type_is_compared_in_the_data_s_type() {
        let attrs = [("missing_value", numbers(Kind::F64, &[Scalar::Float(1e20)]))];
        let bytes = [1e20_f32, 3.0].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
        let (dtype, values) = decode(Kind::F32, false, &attrs, &bytes);
        assert_eq!(dtype, Dtype::F32);
        assert!(values[0].is_nan() && values[1] == 3.0);
    }

    #[test]
    fn times_beyond_counting_are_numbers_still() {
        let attrs = TypedAttrs(vec![
            ("units".to_owned(), Typed::Text("days since 2000-01-01".to_owned())),
            ("_FillValue".to_owned(), numbers(Kind::F64, &[Scalar::Float(-1.0)])),
        ]);
        let decoder = Decoder::from_attrs(Stored { kind: Kind::F64, big: false }, &attrs, &mut Vec::new());
        let bytes: Vec<u8> = [2.5_f64, 9.97e36, -1.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut out = vec![0; bytes.len()];
        assert_eq!(decoder.decode(&bytes, &mut out), Err(OutOfRange));
        let undated = decoder.undated().unwrap();
        undated.decode(&bytes, &mut out).unwrap();
        let values: Vec<f64> =
            out.chunks(8).map(|bytes| f64::from_ne_bytes(bytes.try_into().unwrap())).collect();
        assert!(values[..2] == [2.5, 9.97e36] && values[2].is_nan(), "{values:?}");
        assert!(undated.undated().is_none());
    }

    #[test]
    fn native_numbers_without_attributes_are_copied() {
        let stored = Stored { kind: Kind::F64, big: cfg!(target_endian = "big") };
        assert!(Decoder::plain(stored).is_identity());
        assert!(!Decoder::plain(Stored { kind: Kind::F16, ..stored }).is_identity());
    }
}
