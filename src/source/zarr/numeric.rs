//! The filters of numcodecs that change numbers, undone: `delta`, `fixedscaleoffset`, `astype`,
//! `quantize`, `packbits`.
//!
//! Source: numcodecs 0.16, `delta.py`, `fixedscaleoffset.py`, `astype.py`, `packbits.py`.

use super::fault::{Fault, broken, lacking};
use super::json;
use crate::source::cf::half_to_f32;
use crate::source::npy::{Descr, Kind, Literal, Scalar, from_literal};
use serde_json::Value;

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    /// Sums of differences.
    Delta { stored: Scalar, plain: Scalar },
    /// `stored / scale + offset`.
    Scaled { stored: Scalar, plain: Scalar, scale: f64, offset: f64 },
    /// Another type.
    Cast { stored: Scalar, plain: Scalar },
    /// Eight truths a byte, after a byte with the number of unused bits.
    Bits,
}

/// A number of any type.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Float(f64),
}

impl Filter {
    /// The filter `id` with its configuration; `None` if it is no filter of numbers.
    ///
    /// # Errors
    /// If the configuration is not understood.
    pub(super) fn parse(id: &str, configuration: &Value) -> Result<Option<Self>, Fault> {
        let kind = |name: &str| scalar(configuration, name);
        let plain_and_stored = || -> Result<(Scalar, Scalar), Fault> {
            let plain =
                kind("dtype")?.map_or_else(|| broken(format!("filter `{id}` names no `dtype`")), Ok)?;
            Ok((plain, kind("astype")?.unwrap_or(plain)))
        };
        Ok(Some(match id {
            "delta" => {
                let (plain, stored) = plain_and_stored()?;
                Self::Delta { stored, plain }
            }
            "fixedscaleoffset" => {
                let (plain, stored) = plain_and_stored()?;
                let number = |name: &str| json::get(configuration, name).and_then(Value::as_f64);
                let (Some(scale), Some(offset)) = (number("scale"), number("offset")) else {
                    return broken("filter `fixedscaleoffset` names no `scale` and `offset`");
                };
                Self::Scaled { stored, plain, scale, offset }
            }
            // What was rounded stays so.
            "quantize" => {
                let (plain, stored) = plain_and_stored()?;
                Self::Cast { stored, plain }
            }
            "astype" => match (kind("encode_dtype")?, kind("decode_dtype")?) {
                (Some(stored), Some(plain)) => Self::Cast { stored, plain },
                _ => return broken("filter `astype` names no `encode_dtype` and `decode_dtype`"),
            },
            "packbits" => Self::Bits,
            _ => return Ok(None),
        }))
    }

    /// Bytes that `plain` bytes become.
    pub(super) fn stored_size(&self, plain: usize) -> Option<usize> {
        match self {
            Self::Delta { stored, plain: kind }
            | Self::Scaled { stored, plain: kind, .. }
            | Self::Cast { stored, plain: kind } => (plain / kind.size.max(1)).checked_mul(stored.size),
            Self::Bits => Some(1 + plain.div_ceil(8)),
        }
    }

    /// Undoes it: `bytes` are the stored ones, `out` has room for just the plain ones.
    ///
    /// # Errors
    /// If there are more or fewer bytes than `out` needs.
    pub(super) fn undo(&self, bytes: &[u8], out: &mut [u8]) -> Result<(), Fault> {
        if self.stored_size(out.len()) != Some(bytes.len()) {
            return broken(format!("{} filtered bytes cannot be {} plain ones", bytes.len(), out.len()));
        }
        match self {
            Self::Bits => {
                for (i, out) in out.iter_mut().enumerate() {
                    *out = bytes[1 + i / 8] >> (7 - i % 8) & 1;
                }
            }
            Self::Delta { stored, plain } => {
                let mut sum = Number::Int(0);
                each(*stored, *plain, bytes, out, |number, i| {
                    sum = match (sum, number) {
                        _ if i == 0 => number,
                        (Number::Int(a), Number::Int(b)) => Number::Int(wrapped(a.wrapping_add(b), *plain)),
                        (a, b) if plain.size == 4 => {
                            Number::Float(f64::from(a.f64() as f32 + b.f64() as f32))
                        }
                        (a, b) => Number::Float(a.f64() + b.f64()),
                    };
                    sum
                });
            }
            Self::Scaled { stored, plain, scale, offset } => {
                // numpy computes in the type of the stored floats, and in double precision for integers.
                let single = stored.kind == Kind::Float && stored.size == 4;
                each(*stored, *plain, bytes, out, |number, _| {
                    let value = number.f64();
                    Number::Float(if single {
                        f64::from(value as f32 / *scale as f32 + *offset as f32)
                    } else {
                        value / scale + offset
                    })
                });
            }
            Self::Cast { stored, plain } => each(*stored, *plain, bytes, out, |number, _| number),
        }
        Ok(())
    }
}

fn scalar(configuration: &Value, name: &str) -> Result<Option<Scalar>, Fault> {
    let Some(code) = json::text(configuration, name)? else { return Ok(None) };
    let scalar = match from_literal(&Literal::Text(code.to_owned())) {
        Ok(Descr::Scalar(scalar)) => scalar,
        Ok(Descr::Record(_)) | Err(_) => return broken(format!("a filter's type `{code}` is not known")),
    };
    match (scalar.kind, scalar.size) {
        (Kind::Int | Kind::Uint | Kind::Bool | Kind::Datetime(_) | Kind::Timedelta(_), _)
        | (Kind::Float, 2 | 4 | 8) => Ok(Some(scalar)),
        _ => lacking(format!("a filter for type `{code}`")),
    }
}

fn each(
    stored: Scalar,
    plain: Scalar,
    bytes: &[u8],
    out: &mut [u8],
    mut map: impl FnMut(Number, usize) -> Number,
) {
    for (i, (from, to)) in bytes.chunks_exact(stored.size).zip(out.chunks_exact_mut(plain.size)).enumerate() {
        store(plain, map(load(stored, from), i), to);
    }
}

fn load(scalar: Scalar, bytes: &[u8]) -> Number {
    let mut little = [0_u8; 8];
    little[..bytes.len()].copy_from_slice(bytes);
    if scalar.big {
        little[..bytes.len()].reverse();
    }
    let bits = u64::from_le_bytes(little);
    match (scalar.kind, scalar.size) {
        (Kind::Float, 2) => Number::Float(half_to_f32(bits as u16).into()),
        (Kind::Float, 4) => Number::Float(f32::from_bits(bits as u32).into()),
        (Kind::Float, _) => Number::Float(f64::from_bits(bits)),
        (Kind::Uint | Kind::Bool, _) => Number::Int(bits.into()),
        _ => Number::Int(wrapped(bits.into(), scalar)),
    }
}

/// An integer as a type of so many bytes holds it.
fn wrapped(value: i128, scalar: Scalar) -> i128 {
    let shift = 128 - 8 * scalar.size as u32;
    match scalar.kind {
        Kind::Uint | Kind::Bool => ((value as u128) << shift >> shift) as i128,
        _ => value << shift >> shift,
    }
}

impl Number {
    fn f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

fn store(scalar: Scalar, number: Number, out: &mut [u8]) {
    let bits = match (scalar.kind, scalar.size) {
        (Kind::Float, 2) => u64::from(super::fill::half(number.f64() as f32)),
        (Kind::Float, 4) => u64::from((number.f64() as f32).to_bits()),
        (Kind::Float, _) => number.f64().to_bits(),
        (Kind::Bool, _) => u64::from(number.f64() != 0.0),
        _ => match number {
            Number::Int(value) => value as u64,
            // As numpy casts on x86-64: towards zero.
            Number::Float(value) => value as i128 as u64,
        },
    };
    out.copy_from_slice(&bits.to_le_bytes()[..scalar.size]);
    if scalar.big {
        out.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn undo(id: &str, configuration: Value, bytes: &[u8], plain: usize) -> Vec<u8> {
        let filter = Filter::parse(id, &configuration).unwrap().unwrap();
        let mut out = vec![0; plain];
        filter.undo(bytes, &mut out).unwrap();
        out
    }

    /// Values from numcodecs 0.16: `codec.decode(bytes)`.
    #[test]
    fn filters_of_numbers_are_undone() {
        let delta = json!({"dtype": "<i2", "astype": "|i1"});
        assert_eq!(undo("delta", delta, &[100, 1, 0xff], 6), [100, 0, 101, 0, 100, 0]);
        let scaled = json!({"scale": 10, "offset": 1000.0, "dtype": "<f8", "astype": "|u1"});
        assert_eq!(undo("fixedscaleoffset", scaled, &[7], 8), (0.7_f64 + 1000.0).to_le_bytes());
        assert_eq!(
            undo("packbits", json!({}), &[6, 0b1010_0000, 0b1100_0000], 10),
            [1, 0, 1, 0, 0, 0, 0, 0, 1, 1]
        );
        let cast = json!({"encode_dtype": "<i4", "decode_dtype": ">i8"});
        assert_eq!(undo("astype", cast, &(-2_i32).to_le_bytes(), 8), (-2_i64).to_be_bytes());
    }

    #[test]
    fn wrong_lengths_and_types_are_told() {
        let filter = Filter::parse("delta", &json!({"dtype": "<f4"})).unwrap().unwrap();
        assert!(filter.undo(&[0; 7], &mut [0; 8]).is_err());
        assert!(Filter::parse("delta", &json!({"dtype": "|S3"})).is_err());
        assert!(Filter::parse("zlib", &json!({})).unwrap().is_none());
    }
}
