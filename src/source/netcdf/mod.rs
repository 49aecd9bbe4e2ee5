//! NetCDF classic files: CDF-1, CDF-2 (64-bit offsets), CDF-5.
//!
//! The crate `netcdf-reader` parses the header; the values, which lie in runs or in records, are
//! read by the same code as those of HDF5, only what is asked for. NetCDF-4 is [`super::hdf5`].

use super::cf::{self, Decoder, Kind, Scalar, Stored, Typed, TypedAttrs};
use super::hdf5::{Block, Content, Disk, Fault, Leaf, Leaves, Place, Window, guarded};
use super::{ArrayNode, CoordSource, Group, GroupKind, Listing, Node, Reader, SourceError, Storage};
use crate::data::Dim;
use crate::diag::Diagnostic;
use netcdf_reader::classic::{ClassicFile, data::compute_record_stride};
use netcdf_reader::{NcAttrValue, NcFormat, NcType, NcVariable};
use std::path::Path;
use std::sync::Arc;

/// Opens a NetCDF file and reads its metadata: classic, 64-bit offset, CDF-5; NetCDF-4 through
/// [`super::hdf5`].
///
/// # Errors
/// If the file cannot be read or its header is broken.
pub fn open(path: &Path) -> Result<Box<dyn Reader>, SourceError> {
    let disk = Disk::new(path)?;
    let mut magic = [0; 4];
    if disk.len() >= 4 {
        disk.read(&*disk.get()?, 0, &mut magic)?;
    }
    let format = match magic {
        [b'C', b'D', b'F', 1] => NcFormat::Classic,
        [b'C', b'D', b'F', 2] => NcFormat::Offset64,
        [b'C', b'D', b'F', 5] => NcFormat::Cdf5,
        _ => return super::hdf5::open(path),
    };
    let malformed = |why: String| SourceError::Malformed { file: path.to_owned(), dataset: None, why };
    let header = guarded(|| {
        let file = parse(&disk, format)?;
        let root = file.root_group();
        let stride = compute_record_stride(&root.variables).map_err(|e| Fault::Broken(e.to_string()))?;
        Ok(Header { variables: root.variables.clone(), attrs: typed_attrs(&root.attributes), stride })
    });
    let header = header.map_err(|fault| match fault {
        Fault::Placed(error) => error,
        Fault::Broken(why) | Fault::Lacking(why) => malformed(why),
    })?;
    Ok(Box::new(list(path, &disk, header)))
}

/// Largest header that is read.
const LARGEST_HEADER: u64 = 64 << 20;

/// The header. The crate reads the file's first 64 KiB, and more when they end in the middle of a
/// number, but not when they end in the middle of an attribute: then more is handed to it.
fn parse(disk: &Arc<Disk>, format: NcFormat) -> Result<ClassicFile, Fault> {
    let broken = |error: netcdf_reader::Error| Fault::Broken(error.to_string());
    let first = match ClassicFile::from_storage(Window::cached(disk, 0, 256)?, format) {
        Err(netcdf_reader::Error::InvalidData(why)) if why.contains("but only") => why,
        other => return other.map_err(broken),
    };
    let mut length = 1 << 20;
    while length / 8 < disk.len().min(LARGEST_HEADER) {
        let mut prefix = vec![0; disk.len().min(length).min(LARGEST_HEADER) as usize];
        disk.read(&*disk.get()?, 0, &mut prefix)?;
        // Records that are to be counted by the file's length cannot be by that of its beginning.
        let streaming = format != NcFormat::Cdf5 && prefix.get(4..8) == Some(&[0xff; 4]);
        match ClassicFile::from_vec(prefix, format) {
            Ok(_) if streaming => break,
            Ok(file) => return Ok(file),
            Err(_) => length *= 8,
        }
    }
    Err(Fault::Broken(first))
}

struct Header {
    variables: Vec<NcVariable>,
    attrs: TypedAttrs,
    /// Bytes of one record.
    stride: u64,
}

fn list(path: &Path, disk: &Arc<Disk>, header: Header) -> Leaves {
    let Header { variables, attrs, stride } = header;
    let mut typed: Vec<TypedAttrs> = variables.iter().map(|v| typed_attrs(&v.attributes)).collect();
    let mut named: Vec<(&str, &mut TypedAttrs)> =
        variables.iter().map(|v| v.name.as_str()).zip(&mut typed).collect();
    cf::inherit_bounds(&mut named);
    let dims: Vec<Vec<String>> = variables.iter().map(|v| dims(v, &variables)).collect();
    let placed: Vec<cf::Variable<'_>> = variables
        .iter()
        .zip(&dims)
        .zip(&typed)
        .map(|((v, dims), attrs)| cf::Variable { group: "", name: &v.name, dims, attrs })
        .collect();
    let mut leaves = Vec::new();
    let mut members = Vec::new();
    let mut warnings = Vec::new();
    for ((variable, coords), (dims, attrs)) in
        variables.iter().zip(cf::assign(&placed)).zip(dims.iter().zip(&typed))
    {
        let mut problems = Vec::new();
        let node = match leaf(disk, variable, dims.len(), attrs, stride, &mut problems) {
            Ok((leaf, stored)) => {
                let node = ArrayNode {
                    dtype: leaf.dtype(),
                    stored,
                    dims: dims.iter().map(Dim::new).collect(),
                    shape: leaf.block.extent[..dims.len()].to_vec(),
                    attrs: attrs.to_attrs(),
                    coords: coords.into_iter().map(|(n, p)| (n, CoordSource::Leaf(p))).collect(),
                    storage: storage(&leaf, dims.len()),
                    file: 0,
                    item: leaves.len() as u32,
                    origin: variable.name.clone(),
                };
                leaves.push(leaf);
                Node::Array(Arc::new(node))
            }
            Err(fault) => Node::Broken(Arc::new(fault.at(path, &variable.name))),
        };
        let place = format!("{}, dataset `{}`", path.display(), variable.name);
        warnings.extend(problems.into_iter().map(|p: String| Diagnostic::warning(format!("{place}: {p}"))));
        members.push((variable.name.clone(), node));
    }
    let root = Node::Group(Group::of(GroupKind::Group, attrs.to_attrs(), members));
    Leaves {
        format: "NetCDF-3",
        path: path.to_owned(),
        listing: Listing { root, warnings },
        leaves,
        decode: true,
    }
}

/// Bytes in native order can be used as they lie; of the classic format only single bytes are.
fn storage(leaf: &Leaf, rank: usize) -> Storage {
    match (&leaf.block.place, &leaf.content) {
        (Place::Contiguous(at), Content::Numbers(decoder))
            if decoder.is_identity() && rank == leaf.block.extent.len() =>
        {
            Storage::Contiguous { offset: *at }
        }
        _ => Storage::Opaque,
    }
}

/// The dims of a variable, without that of the characters of texts, as xarray decides: the last of
/// a variable of bytes of text, if it is used for nothing else.
fn dims(variable: &NcVariable, all: &[NcVariable]) -> Vec<String> {
    let mut dims: Vec<String> = variable.dimensions.iter().map(|d| d.name.clone()).collect();
    if variable.dtype == NcType::Char
        && let Some(last) = dims.last()
    {
        let is_other = |v: &NcVariable| {
            let used = v.dimensions.len().saturating_sub(usize::from(v.dtype == NcType::Char));
            v.name == *last || v.dimensions[..used].iter().any(|d| d.name == *last)
        };
        if !all.iter().any(is_other) {
            dims.pop();
        }
    }
    dims
}

fn leaf(
    disk: &Arc<Disk>,
    variable: &NcVariable,
    rank: usize,
    attrs: &TypedAttrs,
    stride: u64,
    problems: &mut Vec<String>,
) -> Result<(Leaf, String), Fault> {
    let kind = match variable.dtype {
        NcType::Byte => Some(Kind::I8),
        NcType::Short => Some(Kind::I16),
        NcType::Int => Some(Kind::I32),
        NcType::Int64 => Some(Kind::I64),
        NcType::UByte => Some(Kind::U8),
        NcType::UShort => Some(Kind::U16),
        NcType::UInt => Some(Kind::U32),
        NcType::UInt64 => Some(Kind::U64),
        NcType::Float => Some(Kind::F32),
        NcType::Double => Some(Kind::F64),
        NcType::Char => None,
        _ => return Err(Fault::Lacking(format!("the type {:?}", variable.dtype))),
    };
    let extent: Vec<usize> = variable
        .dimensions
        .iter()
        .map(|d| usize::try_from(d.size).map_err(|_| Fault::Broken("its shape overflows".to_owned())))
        .collect::<Result<_, _>>()?;
    let elem = kind.map_or(1, Kind::size);
    let inner = if variable.is_record_var { &extent[1..] } else { &extent[..] };
    let run = inner.iter().try_fold(elem as u64, |n, d| n.checked_mul(*d as u64));
    let end = run.and_then(|run| {
        let at = variable.data_offset;
        match (variable.is_record_var, extent.first()) {
            (true, Some(0)) => Some(0),
            (true, Some(n)) => (*n as u64 - 1).checked_mul(stride)?.checked_add(at)?.checked_add(run),
            _ if run == 0 => Some(0),
            _ => at.checked_add(run),
        }
    });
    match end {
        Some(end) if end <= disk.len() => {}
        Some(end) => {
            return Err(Fault::Broken(format!(
                "the file is cut off: its values end at byte {end}, and the file has {}",
                disk.len()
            )));
        }
        None => return Err(Fault::Broken("its shape overflows".to_owned())),
    }
    let place = if variable.is_record_var {
        Place::Records { at: variable.data_offset, stride }
    } else {
        Place::Contiguous(variable.data_offset)
    };
    let content = match kind {
        Some(kind) => Content::Numbers(Decoder::from_attrs(Stored { kind, big: true }, attrs, problems)),
        None if rank < extent.len() => Content::Chars,
        None => Content::Fixed { size: 1, spaces: false },
    };
    let block = Arc::new(Block::new(disk.clone(), 0, (8, 8), extent, elem, place));
    let stored = kind.map_or("str", Kind::numpy_name).to_owned();
    Ok((Leaf { block, offset: 0, inner: Vec::new(), content }, stored))
}

fn typed_attrs(attributes: &[netcdf_reader::NcAttribute]) -> TypedAttrs {
    let value = |value: &NcAttrValue| {
        Some(match value {
            NcAttrValue::Bytes(v) => ints(Kind::I8, v),
            NcAttrValue::Shorts(v) => ints(Kind::I16, v),
            NcAttrValue::Ints(v) => ints(Kind::I32, v),
            NcAttrValue::UBytes(v) => ints(Kind::U8, v),
            NcAttrValue::UShorts(v) => ints(Kind::U16, v),
            NcAttrValue::UInts(v) => ints(Kind::U32, v),
            NcAttrValue::Int64s(v) => ints(Kind::I64, v),
            NcAttrValue::UInt64s(v) => ints(Kind::U64, v),
            NcAttrValue::Floats(v) => floats(Kind::F32, v),
            NcAttrValue::Doubles(v) => floats(Kind::F64, v),
            NcAttrValue::Chars(text) => Typed::Text(text.trim_end_matches('\0').to_owned()),
            NcAttrValue::Strings(texts) => Typed::Texts(texts.clone()),
            NcAttrValue::UserDefined { .. } => return None,
        })
    };
    TypedAttrs(attributes.iter().filter_map(|a| Some((a.name.clone(), value(&a.value)?))).collect())
}

fn ints<T: Copy + Into<i128>>(kind: Kind, values: &[T]) -> Typed {
    let scalar = values.len() == 1;
    Typed::Numbers { kind, values: values.iter().map(|v| Scalar::Int((*v).into())).collect(), scalar }
}

fn floats<T: Copy + Into<f64>>(kind: Kind, values: &[T]) -> Typed {
    let scalar = values.len() == 1;
    Typed::Numbers { kind, values: values.iter().map(|v| Scalar::Float((*v).into())).collect(), scalar }
}
