//! One array as a npy file (NEP 1, version 1.0), and what npy cannot hold as JSON beside it.

use super::{json, not_writable, time};
use crate::data::{Labelled, Values};
use crate::diag::Diagnostic;
use crate::transform::Value;

/// The bytes of the npy file and the text of its neighbour: name, dims, type, coordinates.
pub(super) fn write(value: &Value) -> Result<(Vec<u8>, String), Diagnostic> {
    let array = array(value)?;
    let values = json::values_of(&array)?;
    let mut bytes = header(&descr(&array, &values)?, &array.shape)?;
    match &values {
        Values::Bool(v) | Values::U8(v) => bytes.extend_from_slice(v),
        Values::I8(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::I16(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::I32(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::I64(v) | Values::Time(v, _) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::U16(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::U32(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::U64(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::F32(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::F64(v) => v.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
        Values::Str(v) => {
            let width = json::width(&array);
            for text in v.iter() {
                let signs = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(width);
                signs.for_each(|sign| bytes.extend(sign.to_le_bytes()));
            }
        }
    }
    Ok((bytes, json::about(&array, &values)?))
}

fn array(value: &Value) -> Result<Labelled, Diagnostic> {
    match value {
        Value::Array(array) | Value::Bare(array) => Ok(array.clone()),
        Value::Dataset(_) => Err(Diagnostic::error("a dataset is several arrays, and npy holds one")
            .help("write .csv, .arrow or .json".to_owned())),
        Value::Slice(_) | Value::Map(_) | Value::None => Err(not_writable(value)),
        plain => crate::transform::array_of(plain)
            .ok_or_else(|| not_writable(value).help("write .json".to_owned())),
    }
}

fn descr(array: &Labelled, values: &Values) -> Result<String, Diagnostic> {
    Ok(match values {
        Values::Bool(_) => "|b1".to_owned(),
        Values::I8(_) => "|i1".to_owned(),
        Values::U8(_) => "|u1".to_owned(),
        Values::I16(_) => "<i2".to_owned(),
        Values::I32(_) => "<i4".to_owned(),
        Values::I64(_) => "<i8".to_owned(),
        Values::U16(_) => "<u2".to_owned(),
        Values::U32(_) => "<u4".to_owned(),
        Values::U64(_) => "<u8".to_owned(),
        Values::F32(_) => "<f4".to_owned(),
        Values::F64(_) => "<f8".to_owned(),
        Values::Time(times, calendar) if calendar.is_gregorian() || times.is_empty() => "<M8[us]".to_owned(),
        Values::Time(times, calendar) => {
            let first = time::iso(times[0], *calendar);
            return Err(Diagnostic::error(format!(
                "npy has no times of the calendar `{}` ({first})",
                calendar.cf_name()
            ))
            .help("write .csv, .arrow or .json".to_owned()));
        }
        Values::Str(_) => format!("<U{}", json::width(array)),
    })
}

fn header(descr: &str, shape: &[usize]) -> Result<Vec<u8>, Diagnostic> {
    let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut text =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}{comma}), }}", lengths.join(", "));
    // The data begin at a multiple of 64, the header ends in a newline.
    while !(10 + text.len() + 1).is_multiple_of(64) {
        text.push(' ');
    }
    text.push('\n');
    let length = u16::try_from(text.len())
        .map_err(|_| Diagnostic::error(format!("{} axes are too many for npy", shape.len())))?;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(text.as_bytes());
    Ok(bytes)
}
