//! Attributes of HDF5 objects, and what dimension scales say in them.

use super::fault::Fault;
use super::header::{Header, kind, parse, resolve, uint};
use super::links::Opened;
use super::packed::Packed;
use super::types::{Type, integer};
use crate::source::cf::{Kind, Scalar, Stored, Typed, TypedAttrs, half_to_f32};
use hdf5_reader::btree_v2::{self, BTreeV2Record};
use hdf5_reader::fractal_heap::{FractalHeap, FractalHeapDirectBlockCache};
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::attribute_info::AttributeInfoMessage;
use hdf5_reader::messages::dataspace::{DataspaceMessage, DataspaceType};

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
    /// `categories`, where it is a reference: the address of a dataset (AnnData before 0.8).
    pub(super) categories: Option<u64>,
    /// Whether an attribute says that netCDF wrote the file.
    pub(super) netcdf: bool,
}

const BARE_DIMENSION: &str = "This is a netCDF dimension but not a netCDF variable";

/// An attribute as stored.
struct Raw {
    name: String,
    ty: Option<Type>,
    space: DataspaceMessage,
    bytes: Vec<u8>,
}

impl Attributes {
    /// Those of the object with this header. What has no value of ours (a reference, opaque bytes) is
    /// there as a text in angle brackets that says so.
    ///
    /// # Errors
    /// If they are broken.
    pub(super) fn read(opened: &Opened, header: &Header) -> Result<Self, Fault> {
        let mut raw = Vec::new();
        for bytes in header.all(kind::ATTRIBUTE, opened) {
            raw.push(attribute(&bytes?, opened)?);
        }
        if let Some(HdfMessage::AttributeInfo(info)) = header.parsed(kind::ATTRIBUTE_INFO, opened)? {
            dense(&info, opened, &mut raw)?;
        }
        let mut found = Self::default();
        for attribute in raw {
            found.take(attribute, opened);
        }
        if found.is_scale {
            found.user.0.retain(|(name, _)| name != "NAME");
        }
        Ok(found)
    }

    fn take(&mut self, attribute: Raw, opened: &Opened) {
        let Raw { name, ty, space, bytes } = attribute;
        let Some(ty) = ty else {
            self.user.0.push((name, Typed::Text("<a datatype that is broken>".to_owned())));
            return;
        };
        let offset_size = opened.widths().0;
        if name == "DIMENSION_LIST" {
            self.scales = dimension_list(&ty, &bytes, opened);
            return;
        }
        if name == "REFERENCE_LIST" {
            return;
        }
        if name == "categories" && matches!(ty, Type::Reference(_)) {
            self.categories = bytes.get(..usize::from(offset_size)).map(uint);
        }
        let count = usize::try_from(space.num_elements().unwrap_or(0)).unwrap_or(usize::MAX);
        let scalar = space.dataspace_type == DataspaceType::Scalar;
        if let Type::Compound { size, members } = &ty {
            self.compound(&name, *size, members, &bytes, (count, scalar), opened, 0);
            return;
        }
        let value = value(&ty, &bytes, count, scalar, opened)
            .unwrap_or_else(|| Typed::Text(format!("<{}>", ty.what())));
        match name.as_str() {
            "CLASS" => {
                self.is_scale = text_of(&value) == Some("DIMENSION_SCALE");
                if !self.is_scale {
                    self.user.0.push((name, value));
                }
            }
            "DIMENSION_LABELS" => {
                if let Typed::Texts(labels) = value {
                    self.labels = labels;
                }
            }
            "_Netcdf4Dimid" => {
                self.netcdf = true;
                self.dimid = ints_of(&value).first().copied();
            }
            "_Netcdf4Coordinates" => {
                self.netcdf = true;
                self.dimids = ints_of(&value);
            }
            "_NCProperties" | "_nc3_strict" => self.netcdf = true,
            "NAME" if text_of(&value).is_some_and(|v| v.starts_with(BARE_DIMENSION)) => {
                self.netcdf = true;
                self.is_bare_dimension = true;
            }
            _ => self.user.0.push((name, value)),
        }
    }

    /// One attribute a member, under `name.member`.
    fn compound(
        &mut self,
        name: &str,
        size: usize,
        members: &[(String, usize, Type)],
        bytes: &[u8],
        (count, scalar): (usize, bool),
        opened: &Opened,
        depth: usize,
    ) {
        for (member, at, ty) in members {
            let name = format!("{name}.{member}");
            let width = ty.size(opened.widths().0);
            let parts: Option<Vec<&[u8]>> = bytes
                .chunks_exact(size.max(1))
                .take(count)
                .map(|b| b.get(*at..at.checked_add(width)?))
                .collect();
            let Some(parts) = parts.map(|parts| parts.concat()) else { continue };
            match ty {
                Type::Compound { size, members } if depth < 8 => {
                    self.compound(&name, *size, members, &parts, (count, scalar), opened, depth + 1);
                }
                _ => {
                    let value = value(ty, &parts, count, scalar, opened);
                    let value = value.unwrap_or_else(|| Typed::Text(format!("<{}>", ty.what())));
                    self.user.0.push((name, value));
                }
            }
        }
    }
}

/// An attribute message (format specification 3.0, section IV.A.2.m), versions 1 to 3.
fn attribute(bytes: &[u8], opened: &Opened) -> Result<Raw, Fault> {
    let broken = || Fault::Broken("an attribute is cut off".to_owned());
    let head = bytes.get(..8).ok_or_else(broken)?;
    let (version, flags) = (head[0], if head[0] > 1 { head[1] } else { 0 });
    if !(1..=3).contains(&version) {
        return Err(Fault::Lacking(format!("an attribute of version {version}")));
    }
    let mut rest = bytes.get(if version == 3 { 9 } else { 8 }..).ok_or_else(broken)?;
    let mut part = |size: &[u8]| -> Result<&[u8], Fault> {
        let size = uint(size) as usize;
        let padded = if version == 1 { size.next_multiple_of(8) } else { size };
        let (part, tail) = rest.split_at_checked(padded).ok_or_else(broken)?;
        rest = tail;
        Ok(&part[..size])
    };
    let (name, ty, space) = (part(&head[2..4])?, part(&head[4..6])?, part(&head[6..8])?);
    let name = text(name, false);
    let ty = if flags & 1 != 0 { resolve(opened, kind::DATATYPE, ty, 0)? } else { ty.to_vec() };
    let space = if flags & 2 != 0 { resolve(opened, kind::DATASPACE, space, 0)? } else { space.to_vec() };
    let HdfMessage::Dataspace(space) = parse(kind::DATASPACE, &space, opened)? else { return Err(broken()) };
    Ok(Raw { name, ty: Type::parse(&ty), space, bytes: rest.to_vec() })
}

/// Attributes of an object that has many, in a heap.
fn dense(info: &AttributeInfoMessage, opened: &Opened, found: &mut Vec<Raw>) -> Result<(), Fault> {
    let (offset_size, length_size) = opened.widths();
    let is_there = |address: &u64| !Cursor::is_undefined_offset(*address, offset_size);
    if !is_there(&info.fractal_heap_address) {
        return Ok(());
    }
    let storage = opened.library.storage();
    let heap = FractalHeap::parse_at_storage(storage, info.fractal_heap_address, offset_size, length_size)?;
    let index = info.btree_creation_order_address.filter(is_there).unwrap_or(info.btree_name_index_address);
    let index = btree_v2::BTreeV2Header::parse_at_storage(storage, index, offset_size, length_size)?;
    let records = btree_v2::collect_btree_v2_records_storage(
        storage,
        &index,
        offset_size,
        length_size,
        None,
        &[],
        None,
    )?;
    let mut blocks = FractalHeapDirectBlockCache::default();
    for record in &records {
        let (BTreeV2Record::AttributeNameHash { heap_id, .. }
        | BTreeV2Record::AttributeCreationOrder { heap_id, .. }) = record
        else {
            continue;
        };
        let bytes =
            heap.get_object_storage_cached(heap_id, storage, offset_size, length_size, &mut blocks)?;
        found.push(attribute(&bytes, opened)?);
    }
    Ok(())
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

fn dimension_list(ty: &Type, bytes: &[u8], opened: &Opened) -> Vec<Vec<u64>> {
    let offset_size = opened.widths().0;
    let Type::Sequence(base) = ty else { return Vec::new() };
    let Type::Reference(size) = **base else { return Vec::new() };
    if size < usize::from(offset_size) {
        return Vec::new();
    }
    bytes
        .chunks_exact(ty.size(offset_size))
        .map(|reference| {
            let addresses = opened.sequence(reference, size).unwrap_or_default();
            addresses.chunks_exact(size).map(|b| uint(&b[..usize::from(offset_size)])).collect()
        })
        .collect()
}

fn value(ty: &Type, bytes: &[u8], count: usize, scalar: bool, opened: &Opened) -> Option<Typed> {
    let texts = |texts: Vec<String>| match (texts.len(), scalar) {
        (1, true) => Typed::Text(texts.into_iter().next().unwrap_or_default()),
        _ => Typed::Texts(texts),
    };
    let size = ty.size(opened.widths().0);
    let bytes = bytes.get(..count.checked_mul(size)?)?;
    Some(match ty {
        Type::Number(stored) | Type::Enum(stored, _) => Typed::Numbers {
            kind: stored.kind,
            values: bytes.chunks_exact(size).map(|b| number(b, *stored)).collect(),
            scalar,
        },
        Type::Array { base, dims } => {
            let count = dims.iter().try_fold(count, |n, d| n.checked_mul(*d))?;
            value(base, bytes, count, false, opened)?
        }
        Type::Fixed { spaces, .. } => texts(bytes.chunks_exact(size).map(|b| text(b, *spaces)).collect()),
        Type::Variable => {
            let one = |b: &[u8]| Some(text(&opened.sequence(b, 1)?, false));
            texts(bytes.chunks_exact(size).map(one).collect::<Option<_>>()?)
        }
        // netCDF-4 writes some text attributes as sequences; of numbers one sequence is a list.
        Type::Sequence(base) if count == 1 => {
            let item = base.size(opened.widths().0);
            let bytes = opened.sequence(bytes, item)?;
            value(base, &bytes, bytes.len() / item.max(1), false, opened)?
        }
        Type::Packed(packed) => packed_numbers(packed, bytes, scalar),
        Type::Sequence(_) | Type::Compound { .. } | Type::Reference(_) | Type::Other(..) => return None,
    })
}

fn packed_numbers(packed: &Packed, bytes: &[u8], scalar: bool) -> Typed {
    let mut native = Vec::new();
    packed.unpack(bytes, &mut native);
    let stored = packed.stored();
    let values = native.chunks_exact(stored.kind.size()).map(|b| number(b, stored)).collect();
    Typed::Numbers { kind: stored.kind, values, scalar }
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
