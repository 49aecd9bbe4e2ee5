//! Fill values: one element's bytes, or a text, from what metadata say.

use super::fault::{Fault, broken, lacking};
use super::json::base64;
use crate::source::npy::{Descr, Kind, Record, Scalar};
use serde_json::Value;

/// What an element is that was never written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fill {
    /// Its stored bytes.
    Bytes(Vec<u8>),
    /// A text, of arrays of texts of any length.
    Text(String),
}

/// Elements larger than this are refused: an element's bytes are held several times.
const LARGEST_ELEMENT: usize = 16 << 20;

/// The fill value of elements of type `descr`; `null` is zero, as zarr-python reads it.
///
/// # Errors
/// If it is none of the type.
pub(super) fn element(descr: &Descr, value: Option<&Value>) -> Result<Fill, Fault> {
    if descr.size() > LARGEST_ELEMENT {
        return lacking(format!("a type of {} bytes an element", descr.size()));
    }
    let mut bytes = vec![0; descr.size()];
    if let Some(value) = value.filter(|value| !value.is_null()) {
        put(descr, value, &mut bytes)?;
    }
    Ok(Fill::Bytes(bytes))
}

/// The fill value of texts of any length; zarr-python writes 0 for the empty one.
pub(super) fn any_text(value: Option<&Value>) -> Fill {
    Fill::Text(value.and_then(Value::as_str).unwrap_or_default().to_owned())
}

fn put(descr: &Descr, value: &Value, out: &mut [u8]) -> Result<(), Fault> {
    match descr {
        Descr::Scalar(scalar) => put_scalar(*scalar, value, out),
        Descr::Record(record) => put_record(record, value, out),
    }
}

fn put_record(record: &Record, value: &Value, out: &mut [u8]) -> Result<(), Fault> {
    match value {
        Value::String(text) => put_base64(text, out),
        Value::Object(fields) => {
            for field in &record.fields {
                let Some(value) = fields.get(&field.name) else { continue };
                let size = field.descr.size();
                if field.shape.is_empty() {
                    put(&field.descr, value, &mut out[field.offset..field.offset + size])?;
                }
            }
            Ok(())
        }
        Value::Number(number) if number.as_i64() == Some(0) => Ok(()),
        _ => broken("its fill value is no structured one"),
    }
}

fn put_base64(text: &str, out: &mut [u8]) -> Result<(), Fault> {
    let bytes = base64(text).filter(|bytes| bytes.len() <= out.len());
    let Some(bytes) = bytes else { return broken("its fill value is not in base64, or too long") };
    out[..bytes.len()].copy_from_slice(&bytes);
    Ok(())
}

fn put_scalar(scalar: Scalar, value: &Value, out: &mut [u8]) -> Result<(), Fault> {
    let bad = || Fault::Broken(format!("its fill value {value} is no {}", scalar.numpy_name()));
    match scalar.kind {
        Kind::Bool => {
            let truth = value.as_bool().or_else(|| value.as_i64().map(|n| n != 0));
            out[0] = u8::from(truth.ok_or_else(bad)?);
        }
        Kind::Int | Kind::Uint | Kind::Datetime(_) | Kind::Timedelta(_) => {
            let number = match value {
                Value::String(text) if text == "NaT" => Some(i128::from(i64::MIN)),
                _ => integer(value),
            };
            let number = number.ok_or_else(bad)?;
            let bits = 8 * scalar.size as u32;
            let (least, most) = match scalar.kind {
                Kind::Uint => (0, (1_i128 << bits) - 1),
                _ => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
            };
            if !(least..=most).contains(&number) {
                return Err(bad());
            }
            ordered(&number.to_le_bytes()[..scalar.size], scalar.big, out);
        }
        Kind::Float => put_float(scalar.size, scalar.big, value, out).ok_or_else(bad)?,
        Kind::Complex => {
            let part = scalar.part_size();
            match value {
                Value::Array(parts) if parts.len() == 2 => {
                    for (value, out) in parts.iter().zip(out.chunks_exact_mut(part)) {
                        put_float(part, scalar.big, value, out).ok_or_else(bad)?;
                    }
                }
                _ => put_float(part, scalar.big, value, &mut out[..part]).ok_or_else(bad)?,
            }
        }
        Kind::Bytes | Kind::Void => match value {
            Value::String(text) => put_base64(text, out)?,
            _ if integer(value) == Some(0) => {}
            _ => return Err(bad()),
        },
        Kind::Unicode => match value {
            Value::String(text) => {
                if text.chars().count() > out.len() / 4 {
                    return Err(bad());
                }
                for (character, out) in text.chars().zip(out.chunks_exact_mut(4)) {
                    ordered(&u32::from(character).to_le_bytes(), scalar.big, out);
                }
            }
            _ if integer(value) == Some(0) => {}
            _ => return Err(bad()),
        },
        Kind::Object => {}
    }
    Ok(())
}

/// An integer, also one that is written as a float.
fn integer(value: &Value) -> Option<i128> {
    let number = value.as_number()?;
    let exact = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    exact.or_else(|| number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 1e30).map(|f| f as i128))
}

fn ordered(little: &[u8], big: bool, out: &mut [u8]) {
    out.copy_from_slice(little);
    if big {
        out.reverse();
    }
}

/// A float: a number, its name, its bits (`0x7fc00000`), or in base64.
fn put_float(size: usize, big: bool, value: &Value, out: &mut [u8]) -> Option<()> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::String(text) => match text.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            other => {
                if let Some(digits) = other.strip_prefix("0x") {
                    let bits = u64::from_str_radix(digits, 16).ok()?;
                    let little = bits.to_le_bytes();
                    if size < 8 && little[size..].iter().any(|byte| *byte != 0) {
                        return None;
                    }
                    ordered(&little[..size], big, out);
                    return Some(());
                }
                let bytes = base64(other)?;
                f64::from_le_bytes(bytes.try_into().ok()?)
            }
        },
        _ => return None,
    };
    match size {
        8 => ordered(&number.to_le_bytes(), big, out),
        4 => ordered(&(number as f32).to_le_bytes(), big, out),
        2 => ordered(&half(number as f32).to_le_bytes(), big, out),
        _ => return None,
    }
    Some(())
}

/// IEEE 754 binary32 to binary16, to the nearest, ties to even.
pub(super) fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    if magnitude > 0x7f80_0000 {
        return sign | 0x7e00;
    }
    // 65520, from which on the nearest is infinity.
    if magnitude >= 0x477f_f000 {
        return sign | 0x7c00;
    }
    if magnitude < 0x3880_0000 {
        // Subnormal: units of 2^-24; the addition rounds.
        let units = f32::from_bits(magnitude) + 0.5;
        return sign | (units.to_bits() - 0.5_f32.to_bits()) as u16;
    }
    let rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    sign | ((rounded - 0x3800_0000) >> 13) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::npy::{Literal, from_literal};
    use serde_json::json;

    fn bytes(code: &str, value: Value) -> Option<Vec<u8>> {
        let descr = from_literal(&Literal::Text(code.to_owned())).unwrap();
        match element(&descr, Some(&value)) {
            Ok(Fill::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    #[test]
    fn fill_values_of_every_type_become_their_bytes() {
        assert_eq!(bytes("<f4", json!("NaN")), Some(f32::NAN.to_le_bytes().to_vec()));
        assert_eq!(bytes(">f8", json!(-1.5)), Some((-1.5_f64).to_be_bytes().to_vec()));
        assert_eq!(bytes("<f4", json!("0x7fc00001")), Some(0x7fc0_0001_u32.to_le_bytes().to_vec()));
        assert_eq!(bytes(">i2", json!(-2)), Some((-2_i16).to_be_bytes().to_vec()));
        assert_eq!(bytes("<u8", json!(u64::MAX)), Some(vec![0xff; 8]));
        assert_eq!(bytes("|u1", json!(256)), None);
        assert_eq!(bytes("<i4", json!(1.5)), None);
        assert_eq!(bytes("<M8[D]", json!("NaT")), Some(i64::MIN.to_le_bytes().to_vec()));
        assert_eq!(bytes("<c8", json!([1.0, "NaN"])).unwrap()[..4], 1.0_f32.to_le_bytes());
        assert_eq!(bytes("|S3", json!("YWI=")), Some(b"ab\0".to_vec()));
        assert_eq!(bytes(">U2", json!("é")), Some(vec![0, 0, 0, 0xe9, 0, 0, 0, 0]));
        assert_eq!(bytes("<i4", Value::Null), Some(vec![0; 4]));
    }

    /// Values from `numpy.float16(x).view('uint16')`.
    #[test]
    fn half_precision_is_rounded() {
        let cases =
            [(1.0, 0x3c00), (0.1, 0x2e66), (65519.0, 0x7bff), (65520.0, 0x7c00), (6e-8, 1), (-0.0, 0x8000)];
        for (value, bits) in cases {
            assert_eq!(half(value), bits, "{value}");
        }
        assert_eq!(half(f32::from_bits(0x3880_0000)), 0x0400);
        assert_eq!(half(3.1e-5), 0x0208);
    }
}
