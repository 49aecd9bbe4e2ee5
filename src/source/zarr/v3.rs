//! Arrays of version 3: `zarr.json`.
//!
//! Source: zarr-specs, `docs/v3/core/index.rst` (3.1), and the data types and codecs of
//! zarr-extensions as zarr-python 3 writes them.

use super::chain::{Builder, Chain, End, Shard};
use super::coder::{Coder, Size};
use super::engine::Engine;
use super::fault::{Fault, broken, lacking};
use super::json::{self, Named, named};
use super::meta::{Keys, MOST_TEXT, Meta, bytes_coder, checked_chunks, chunk_size};
use super::{fill, list};
use crate::source::npy::{Descr, Field, Kind, Literal, Record, Scalar, from_literal};
use serde_json::Value;

/// Members of the metadata of an array that the specification knows.
const MEMBERS: [&str; 12] = [
    "zarr_format",
    "node_type",
    "shape",
    "data_type",
    "chunk_grid",
    "chunk_key_encoding",
    "fill_value",
    "codecs",
    "attributes",
    "storage_transformers",
    "dimension_names",
    "consolidated_metadata",
];

/// What elements are.
struct Type {
    descr: Descr,
    /// Texts of any length, and whether UTF-8.
    texts: Option<bool>,
    /// Its name.
    name: String,
}

/// The array that a `zarr.json` describes.
///
/// # Errors
/// If it is broken or uses what is not supported.
pub(super) fn array(value: &Value) -> Result<Meta, Fault> {
    if json::get(value, "zarr_format").and_then(Value::as_u64) != Some(3) {
        return broken("its `zarr.json` is not of Zarr version 3");
    }
    for (name, extra) in value.as_object().into_iter().flatten() {
        let optional = extra.get("must_understand").and_then(Value::as_bool) == Some(false);
        if !MEMBERS.contains(&name.as_str()) && !optional {
            return lacking(format!("the extension `{name}` of Zarr"));
        }
    }
    if let Some(transformers) = json::get(value, "storage_transformers")
        && transformers.as_array().is_none_or(|list| !list.is_empty())
    {
        let name = transformers.get(0).and_then(|first| named(first, "storage transformer").ok());
        return lacking(format!("the storage transformer `{}`", name.map_or("?", |named| named.name)));
    }
    let need = |name: &str| {
        json::get(value, name).map_or_else(|| broken(format!("its metadata have no `{name}`")), Ok)
    };
    let shape = json::lengths(value, "shape")?;
    let codecs = need("codecs")?;
    let big = is_big(codecs)?;
    let kind = data_type(need("data_type")?, big, 0)?;
    let elem = if kind.texts.is_some() { 1 } else { kind.descr.size() };
    if elem == 0 {
        return broken("its elements have no bytes");
    }
    let grid = named(need("chunk_grid")?, "chunk grid")?;
    if grid.name != "regular" {
        return lacking(format!("the chunk grid `{}`", grid.name));
    }
    let chunk = checked_chunks(&shape, &json::lengths(grid.configuration, "chunk_shape")?, elem)?;
    let encoding = named(need("chunk_key_encoding")?, "chunk key encoding")?;
    let separator = json::text(encoding.configuration, "separator")?;
    let keys = match encoding.name {
        "default" => Keys { prefixed: true, separator: Keys::separator(separator, '/')? },
        "v2" => Keys { prefixed: false, separator: Keys::separator(separator, '.')? },
        other => return lacking(format!("the chunk key encoding `{other}`")),
    };
    let fill_value = json::get(value, "fill_value");
    let fill = match kind.texts {
        Some(_) => fill::any_text(fill_value),
        None => fill::element(&kind.descr, fill_value)?,
    };
    let chain = chain(codecs, &kind, &chunk, 0)?;
    let rank = shape.len();
    Ok(Meta {
        dims: dims(value, rank)?,
        any_text: kind.texts.is_some(),
        descr: kind.descr,
        mask: None,
        version: 3,
        shape,
        chunk,
        keys,
        fill,
        chain,
    })
}

/// `dimension_names`, or else xarray's convention for version 2, which some writers keep.
fn dims(value: &Value, rank: usize) -> Result<Vec<Option<String>>, Fault> {
    if let Some(names) = json::get(value, "dimension_names") {
        let names = names.as_array().filter(|names| names.len() == rank);
        let Some(names) = names else { return broken(format!("its `dimension_names` are not {rank}")) };
        return Ok(names.iter().map(|name| name.as_str().map(str::to_owned)).collect());
    }
    let names = value.get("attributes").and_then(|a| list::names(a.get("_ARRAY_DIMENSIONS")?));
    Ok(match names.filter(|names| names.len() == rank) {
        Some(names) => names.into_iter().map(Some).collect(),
        None => vec![None; rank],
    })
}

/// The list of codecs.
fn codec_list(codecs: &Value) -> Result<Vec<Named<'_>>, Fault> {
    let Some(list) = codecs.as_array() else { return broken("its `codecs` are not a list") };
    list.iter().map(|codec| named(codec, "codec")).collect()
}

/// Whether elements have the most significant byte first: what the innermost `bytes` says.
fn is_big(codecs: &Value) -> Result<bool, Fault> {
    for codec in codec_list(codecs)? {
        match codec.name {
            "bytes" | "endian" => {
                return match json::text(codec.configuration, "endian")? {
                    None | Some("little") => Ok(false),
                    Some("big") => Ok(true),
                    Some(other) => broken(format!("the byte order `{other}` is not known")),
                };
            }
            "sharding_indexed" => {
                let inner = json::get(codec.configuration, "codecs");
                return inner.map_or(Ok(false), is_big);
            }
            _ => {}
        }
    }
    Ok(false)
}

fn chain(codecs: &Value, kind: &Type, chunk: &[usize], depth: usize) -> Result<Chain, Fault> {
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        return broken("its shards are nested too deeply");
    }
    let elem = kind.descr.size();
    let size = if kind.texts.is_some() { Size::AtMost(MOST_TEXT) } else { chunk_size(chunk, elem) };
    let mut builder = Builder::new(chunk.len(), size);
    let mut end = None;
    for codec in codec_list(codecs)? {
        let Named { name, configuration } = codec;
        let id = name.strip_prefix("numcodecs.").unwrap_or(name);
        if end.is_none() {
            match id {
                "transpose" => {
                    let order = match json::get(configuration, "order").and_then(Value::as_str) {
                        Some("C") => (0..chunk.len()).collect(),
                        Some("F") => (0..chunk.len()).rev().collect(),
                        _ => json::lengths(configuration, "order")?,
                    };
                    builder.transpose(&order)?;
                    continue;
                }
                // What was rounded stays so.
                "bitround" => continue,
                "bytes" | "endian" => {
                    end = Some(End::Elements);
                    continue;
                }
                "vlen-utf8" | "vlen-bytes" if kind.texts.is_some() => {
                    end = Some(End::Texts { utf8: id == "vlen-utf8" });
                    continue;
                }
                "sharding_indexed" => {
                    let stored: Vec<usize> = builder.order().iter().map(|axis| chunk[*axis]).collect();
                    end = Some(End::Shard(Box::new(shard(configuration, kind, &stored, depth)?)));
                    continue;
                }
                "pcodec" => {
                    let engine = Engine::new(name, configuration)?.with_elements(&kind.name, elem)?;
                    builder.push(id, Coder::Array(engine, elem));
                    end = Some(End::Elements);
                    continue;
                }
                _ => {}
            }
        }
        let of_bytes = bytes_coder(id, configuration, builder.size)?;
        match of_bytes {
            Some(Coder::Numbers(filter)) if end.is_none() => builder.push(id, Coder::Numbers(filter)),
            Some(Coder::Numbers(_)) | None => return lacking(format!("the codec `{name}`")),
            Some(_) if end.is_none() => return broken(format!("its codec `{name}` comes before `bytes`")),
            Some(coder) => builder.push(id, coder),
        }
    }
    match end {
        Some(End::Elements) if kind.texts.is_some() => broken("its texts are not encoded by `vlen-utf8`"),
        Some(end) => Ok(builder.finish(end)),
        None => broken("its codecs have no `bytes` among them"),
    }
}

fn shard(configuration: &Value, kind: &Type, outer: &[usize], depth: usize) -> Result<Shard, Fault> {
    let chunk = json::lengths(configuration, "chunk_shape")?;
    let fits = |(inner, outer): (&usize, &usize)| *inner > 0 && outer % inner == 0;
    if chunk.len() != outer.len() || !chunk.iter().zip(outer).all(fits) {
        return broken(format!("chunks of {chunk:?} do not fill a shard of {outer:?}"));
    }
    let count: usize = outer.iter().zip(&chunk).map(|(outer, inner)| outer / inner).product();
    let need = |name: &str| {
        json::get(configuration, name).map_or_else(|| broken(format!("its shards have no `{name}`")), Ok)
    };
    let index_codecs = need("index_codecs")?;
    let Some(entries) = count.checked_mul(2).filter(|n| *n <= isize::MAX as usize / 8) else {
        return broken("its shards have more chunks than any memory");
    };
    let index_big = is_big(index_codecs)?;
    let mut builder = Builder::new(1, Size::Exact(entries * 8));
    for codec in codec_list(index_codecs)? {
        match codec.name {
            "bytes" | "endian" => {}
            "crc32c" => builder.push("crc32c", Coder::Checksum(Engine::new("crc32c", codec.configuration)?)),
            other => return lacking(format!("the codec `{other}` for an index of chunks")),
        }
    }
    let Size::Exact(index_stored) = builder.size else {
        return broken("the index of its shards has no size");
    };
    let behind = match json::text(configuration, "index_location")? {
        None | Some("end") => true,
        Some("start") => false,
        Some(other) => return broken(format!("the index of its shards is at `{other}`")),
    };
    let inner = chain(need("codecs")?, kind, &chunk, depth + 1)?;
    Ok(Shard { index: builder.finish(End::Elements), chunk, inner, index_stored, index_big, behind })
}

fn scalar_type(name: &str, kind: Kind, size: usize, big: bool) -> Type {
    Type { descr: Descr::Scalar(Scalar { kind, size, big }), texts: None, name: name.to_owned() }
}

fn data_type(value: &Value, big: bool, depth: usize) -> Result<Type, Fault> {
    let Named { name, configuration } = named(value, "data type")?;
    let scalar = |kind, size| Ok(scalar_type(name, kind, size, big));
    let length = || {
        let bytes = json::get(configuration, "length_bytes").and_then(Value::as_u64);
        let bytes = bytes.and_then(|n| usize::try_from(n).ok());
        bytes.map_or_else(|| broken(format!("its type `{name}` has no `length_bytes`")), Ok)
    };
    match name {
        "bool" => scalar(Kind::Bool, 1),
        "int8" => scalar(Kind::Int, 1),
        "int16" => scalar(Kind::Int, 2),
        "int32" => scalar(Kind::Int, 4),
        "int64" => scalar(Kind::Int, 8),
        "uint8" => scalar(Kind::Uint, 1),
        "uint16" => scalar(Kind::Uint, 2),
        "uint32" => scalar(Kind::Uint, 4),
        "uint64" => scalar(Kind::Uint, 8),
        "float16" => scalar(Kind::Float, 2),
        "float32" => scalar(Kind::Float, 4),
        "float64" => scalar(Kind::Float, 8),
        "complex64" | "complex_float32" => scalar(Kind::Complex, 8),
        "complex128" | "complex_float64" => scalar(Kind::Complex, 16),
        "string" | "bytes" | "variable_length_bytes" | "variable_length_utf8" => Ok(Type {
            texts: Some(matches!(name, "string" | "variable_length_utf8")),
            ..scalar_type(name, Kind::Object, 1, big)
        }),
        "fixed_length_utf32" => match length()? {
            bytes if bytes % 4 == 0 => scalar(Kind::Unicode, bytes),
            bytes => broken(format!("{bytes} bytes are no characters of four")),
        },
        "null_terminated_bytes" | "fixed_length_ascii" => scalar(Kind::Bytes, length()?),
        "numpy.datetime64" | "numpy.timedelta64" => {
            let unit = json::text(configuration, "unit")?.unwrap_or("generic");
            let scale = json::get(configuration, "scale_factor").map_or(Some(1), Value::as_u64);
            let letter = if name == "numpy.datetime64" { 'M' } else { 'm' };
            let suffix = match (unit, scale) {
                ("generic", _) => String::new(),
                (unit, Some(1)) => format!("[{unit}]"),
                (unit, scale) => format!("[{}{unit}]", scale.unwrap_or_default()),
            };
            let order = if big { '>' } else { '<' };
            let descr = from_literal(&Literal::Text(format!("{order}{letter}8{suffix}")));
            Ok(Type { descr: descr.map_err(Fault::Broken)?, texts: None, name: name.to_owned() })
        }
        "struct" | "structured" if depth < 16 => {
            let fields = json::get(configuration, "fields").and_then(Value::as_array);
            let Some(fields) = fields else { return broken("its structured type has no `fields`") };
            let mut record = Record { size: 0, fields: Vec::new() };
            for field in fields {
                let (name, kind) = match field {
                    Value::Array(pair) => (pair.first(), pair.get(1)),
                    other => (other.get("name"), other.get("data_type")),
                };
                let (Some(name), Some(kind)) = (name.and_then(Value::as_str), kind) else {
                    return broken("a field of its structured type has no name or type");
                };
                let kind = data_type(kind, big, depth + 1)?;
                if kind.texts.is_some() {
                    return lacking("a text of any length inside a structured type");
                }
                let (offset, size) = (record.size, kind.descr.size());
                record.size = offset.checked_add(size).map_or_else(|| broken("its type is too large"), Ok)?;
                record.fields.push(Field {
                    name: name.to_owned(),
                    offset,
                    descr: kind.descr,
                    shape: Vec::new(),
                });
            }
            Ok(Type { descr: Descr::Record(record), texts: None, name: name.to_owned() })
        }
        other => lacking(format!("the data type `{other}`")),
    }
}
