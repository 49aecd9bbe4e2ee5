//! Attributes of HDF5 objects, and what dimension scales say in them.

use super::types::{Type, integer};
use crate::source::cf::{Kind, Scalar, Stored, Typed, TypedAttrs, half_to_f32};
use hdf5_reader::RawAttribute;
use hdf5_reader::messages::dataspace::DataspaceType;

/// The attributes of an object, those of dimension scales taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    /// What is for the user.
    pub(super) user: TypedAttrs,
    /// `DIMENSION_LIST`: per axis the addresses of its scales.
    pub(super) scales: Vec<Vec<u64>>,
    /// `DIMENSION_LABELS`: per axis its label, empty if none.
    pub(super) labels: Vec<String>,
    /// Whether the object is a dimension scale.
    pub(super) is_scale: bool,
    /// Whether it is a dimension of NetCDF-4 without a variable.
    pub(super) is_bare_dimension: bool,
    /// `_Netcdf4Dimid`: the number of the NetCDF-4 dimension that the object is.
    pub(super) dimid: Option<i64>,
    /// `_Netcdf4Coordinates`: the dimensions of a NetCDF-4 coordinate variable of several.
    pub(super) dimids: Vec<i64>,
    /// Whether an attribute says that netCDF wrote the file.
    pub(super) netcdf: bool,
}

const BARE_DIMENSION: &str = "This is a netCDF dimension but not a netCDF variable";

/// Resolves a reference into a global heap, given the bytes of one element of the sequence.
pub(super) type Resolve<'a> = &'a dyn Fn(&[u8], usize) -> Option<Vec<u8>>;

impl Attributes {
    /// From the stored ones; those of unsupported types are left out.
    pub(super) fn new(raw: &[RawAttribute], offset_size: u8, resolve: Resolve<'_>) -> Self {
        let mut found = Self::default();
        for attribute in raw {
            let Some(ty) = Type::parse(attribute.raw_datatype()) else { continue };
            let name = attribute.name();
            let message = attribute.message();
            if name == "DIMENSION_LIST" {
                found.scales = dimension_list(&ty, &message.raw_data, offset_size, resolve);
                continue;
            }
            let count = message.dataspace.num_elements().unwrap_or(0);
            let scalar = message.dataspace.dataspace_type == DataspaceType::Scalar;
            let Some(value) = value(&ty, &message.raw_data, count, scalar, offset_size, resolve) else {
                continue;
            };
            match name {
                "CLASS" => found.is_scale = text_of(&value) == Some("DIMENSION_SCALE"),
                "DIMENSION_LABELS" => {
                    if let Typed::Texts(labels) = value {
                        found.labels = labels;
                    }
                }
                "REFERENCE_LIST" => {}
                "_Netcdf4Dimid" => {
                    found.netcdf = true;
                    found.dimid = ints_of(&value).first().copied();
                }
                "_Netcdf4Coordinates" => {
                    found.netcdf = true;
                    found.dimids = ints_of(&value);
                }
                "_NCProperties" | "_nc3_strict" => found.netcdf = true,
                "NAME" if text_of(&value).is_some_and(|v| v.starts_with(BARE_DIMENSION)) => {
                    found.netcdf = true;
                    found.is_bare_dimension = true;
                }
                _ => found.user.0.push((name.to_owned(), value)),
            }
        }
        if found.is_scale {
            found.user.0.retain(|(name, _)| name != "NAME");
        }
        found
    }
}

fn text_of(value: &Typed) -> Option<&str> {
    match value {
        Typed::Text(text) => Some(text),
        Typed::Texts(texts) => texts.first().map(String::as_str),
        Typed::Numbers { .. } => None,
    }
}

fn ints_of(value: &Typed) -> Vec<i64> {
    match value {
        Typed::Numbers { values, .. } => values.iter().filter_map(|v| i64::try_from(v.int()?).ok()).collect(),
        _ => Vec::new(),
    }
}

fn dimension_list(ty: &Type, bytes: &[u8], offset_size: u8, resolve: Resolve<'_>) -> Vec<Vec<u64>> {
    let Type::Sequence(base) = ty else { return Vec::new() };
    let Type::Reference(size) = **base else { return Vec::new() };
    if size < usize::from(offset_size) {
        return Vec::new();
    }
    bytes
        .chunks_exact(ty.size(offset_size))
        .map(|reference| {
            let addresses = resolve(reference, size).unwrap_or_default();
            let address = |b: &[u8]| {
                b[..usize::from(offset_size)].iter().rev().fold(0, |a, byte| a << 8 | u64::from(*byte))
            };
            addresses.chunks_exact(size).map(address).collect()
        })
        .collect()
}

fn value(
    ty: &Type,
    bytes: &[u8],
    count: u64,
    scalar: bool,
    offset_size: u8,
    resolve: Resolve<'_>,
) -> Option<Typed> {
    let count = usize::try_from(count).ok()?;
    let texts = |texts: Vec<String>| match (texts.len(), scalar) {
        (1, true) => Typed::Text(texts.into_iter().next().unwrap_or_default()),
        _ => Typed::Texts(texts),
    };
    let size = ty.size(offset_size);
    let bytes = bytes.get(..count.checked_mul(size)?)?;
    Some(match ty {
        Type::Number(stored) | Type::Enum(stored, _) => Typed::Numbers {
            kind: stored.kind,
            values: bytes.chunks_exact(size).map(|b| number(b, *stored)).collect(),
            scalar,
        },
        Type::Array { base, dims } => {
            let count = (count as u64).checked_mul(dims.iter().map(|d| *d as u64).product())?;
            value(base, bytes, count, false, offset_size, resolve)?
        }
        Type::Fixed { spaces, .. } => texts(bytes.chunks_exact(size).map(|b| text(b, *spaces)).collect()),
        Type::Variable => {
            let one = |b: &[u8]| Some(text(&resolve(b, 1)?, false));
            texts(bytes.chunks_exact(size).map(one).collect::<Option<_>>()?)
        }
        // netCDF-4 writes some text attributes as sequences; of numbers one sequence is a list.
        Type::Sequence(base) if count == 1 => {
            let item = base.size(offset_size);
            let bytes = resolve(bytes, item)?;
            let count = bytes.len() as u64 / item.max(1) as u64;
            value(base, &bytes, count, false, offset_size, resolve)?
        }
        Type::Sequence(_) | Type::Compound { .. } | Type::Reference(_) | Type::Other(..) => return None,
    })
}

fn number(bytes: &[u8], stored: Stored) -> Scalar {
    let bits = integer(bytes, Stored { kind: stored.kind, ..stored }) as u64;
    match stored.kind {
        Kind::F16 => Scalar::Float(f64::from(half_to_f32(bits as u16))),
        Kind::F32 => Scalar::Float(f64::from(f32::from_bits(bits as u32))),
        Kind::F64 => Scalar::Float(f64::from_bits(bits)),
        Kind::U64 => Scalar::Int(i128::from(bits)),
        _ => Scalar::Int(i128::from(bits as i64)),
    }
}

/// Text of stored bytes: cut at the padding; bytes that are not UTF-8 are taken as Latin-1.
pub(in crate::source) fn text(bytes: &[u8], spaces: bool) -> String {
    let end = bytes.iter().rposition(|b| *b != 0 && !(spaces && *b == b' ')).map_or(0, |i| i + 1);
    let bytes = &bytes[..end];
    // Behind a zero byte inside lies what an earlier, longer text left.
    let bytes = bytes.split(|b| *b == 0).next().unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_their_padding_and_old_encodings_stay_readable() {
        assert_eq!(text(b"ab \0\0", false), "ab ");
        assert_eq!(text(b"ab  ", true), "ab");
        assert_eq!(text(b"ab\0cd", false), "ab");
        assert_eq!(text("µm".as_bytes(), false), "µm");
        assert_eq!(text(&[0xb0, b'C'], false), "°C");
    }

    #[test]
    fn numbers_keep_their_sign_and_order() {
        let stored = |kind, big| Stored { kind, big };
        assert_eq!(number(&[0xff, 0xfe], stored(Kind::I16, true)), Scalar::Int(-2));
        assert_eq!(number(&[0xfe, 0xff], stored(Kind::U16, false)), Scalar::Int(65534));
        assert_eq!(number(&1.5_f32.to_be_bytes(), stored(Kind::F32, true)), Scalar::Float(1.5));
    }
}
