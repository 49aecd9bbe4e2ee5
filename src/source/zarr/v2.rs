//! Arrays of version 2: `.zarray`.
//!
//! Source: zarr-specs, `docs/v2/v2.0.rst`.

use super::chain::{Builder, End};
use super::coder::Size;
use super::fault::{Fault, broken, lacking};
use super::meta::{Keys, MOST_TEXT, Meta, bytes_coder, checked_chunks, chunk_size};
use super::{fill, json};
use crate::source::npy::{Descr, Kind, Literal, Scalar, from_literal};
use serde_json::Value;

/// The array that a `.zarray` describes; `attributes` are those of its `.zattrs`.
///
/// # Errors
/// If it is broken or uses what is not supported.
pub(super) fn array(value: &Value, attributes: Option<&Value>) -> Result<Meta, Fault> {
    if json::get(value, "zarr_format").and_then(Value::as_u64) != Some(2) {
        return broken("its `.zarray` is not of Zarr version 2");
    }
    let shape = json::lengths(value, "shape")?;
    let dtype = json::get(value, "dtype").map_or_else(|| broken("its metadata have no `dtype`"), Ok)?;
    let descr = from_literal(&literal(dtype)?).map_err(Fault::Broken)?;
    let filters: Vec<&Value> = match json::get(value, "filters") {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(_) => return broken("its `filters` are not a list"),
    };
    let texts = match (is_object(&descr), filters.first()) {
        (true, Some(first)) => match codec_id(first)? {
            "vlen-utf8" => Some(true),
            "vlen-bytes" => Some(false),
            other => return lacking(format!("an array of Python objects (filter `{other}`)")),
        },
        (true, None) => return lacking("an array of Python objects without a filter"),
        (false, _) => None,
    };
    let elem = if texts.is_some() { 1 } else { descr.size() };
    let chunk = checked_chunks(&shape, &json::lengths(value, "chunks")?, elem)?;
    if elem == 0 {
        return broken("its elements have no bytes");
    }
    let (size, end) = match texts {
        Some(utf8) => (Size::AtMost(MOST_TEXT), End::Texts { utf8 }),
        None => (chunk_size(&chunk, elem), End::Elements),
    };
    let mut builder = Builder::new(shape.len(), size);
    match json::text(value, "order")? {
        None | Some("C") => {}
        Some("F") => builder.transpose(&(0..shape.len()).rev().collect::<Vec<_>>())?,
        Some(other) => return broken(format!("the order `{other}` of its elements is not known")),
    }
    let filters = filters.into_iter().skip(usize::from(texts.is_some()));
    for codec in filters.chain(json::get(value, "compressor")) {
        let id = codec_id(codec)?;
        // What was rounded stays so.
        if id == "bitround" {
            continue;
        }
        match bytes_coder(id, codec, builder.size)? {
            Some(coder) => builder.push(id, coder),
            None => return lacking(format!("the codec `{id}`")),
        }
    }
    let fill_value = json::get(value, "fill_value");
    let fill = match texts {
        Some(_) => fill::any_text(fill_value),
        None => fill::element(&descr, fill_value)?,
    };
    let separator = Keys::separator(json::text(value, "dimension_separator")?, '.')?;
    Ok(Meta {
        dims: dims(value, attributes, shape.len()),
        keys: Keys { prefixed: false, separator },
        any_text: texts.is_some(),
        chain: builder.finish(end),
        mask: fill_value.cloned(),
        version: 2,
        shape,
        chunk,
        descr,
        fill,
    })
}

fn codec_id(codec: &Value) -> Result<&str, Fault> {
    json::text(codec, "id")?.map_or_else(|| broken("a codec of its metadata has no `id`"), Ok)
}

fn is_object(descr: &Descr) -> bool {
    matches!(descr, Descr::Scalar(Scalar { kind: Kind::Object, .. }))
}

/// A type as the literals of npy headers: there fields are tuples.
fn literal(value: &Value) -> Result<Literal, Fault> {
    fn nested(value: &Value, depth: usize) -> Option<Literal> {
        let integer = |value: &Value| value.as_i64().map(Literal::Int);
        match value {
            Value::String(text) => Some(Literal::Text(text.clone())),
            Value::Array(fields) if depth < 16 => {
                let field = |field: &Value| {
                    let parts = field.as_array().filter(|parts| parts.len() >= 2)?;
                    let mut tuple = vec![Literal::Text(parts[0].as_str()?.to_owned())];
                    tuple.push(nested(&parts[1], depth + 1)?);
                    tuple.extend(match parts.get(2) {
                        None => None,
                        Some(Value::Array(axes)) => {
                            Some(Literal::Tuple(axes.iter().map(integer).collect::<Option<_>>()?))
                        }
                        Some(axis) => Some(integer(axis)?),
                    });
                    Some(Literal::Tuple(tuple))
                };
                fields.iter().map(field).collect::<Option<_>>().map(Literal::List)
            }
            _ => None,
        }
    }
    nested(value, 0).map_or_else(|| broken(format!("its type {value} is not understood")), Ok)
}

/// Names of axes by xarray's convention, or by that of netCDF-C.
fn dims(value: &Value, attributes: Option<&Value>, rank: usize) -> Vec<Option<String>> {
    let by_xarray = attributes.and_then(|a| super::list::names(a.get("_ARRAY_DIMENSIONS")?));
    let by_netcdf = || {
        let places = [value.get("_nczarr_array"), value.get("_NCZARR_ARRAY")];
        let in_attributes =
            attributes.and_then(|a| a.get("_nczarr_array").or_else(|| a.get("_NCZARR_ARRAY")));
        let found = places.into_iter().flatten().chain(in_attributes).next()?;
        let names = super::list::names(found.get("dimrefs").or_else(|| found.get("dimension_references"))?)?;
        Some(names.into_iter().map(|name| name.rsplit('/').next().unwrap_or_default().to_owned()).collect())
    };
    let names: Option<Vec<String>> = by_xarray.or_else(by_netcdf);
    match names.filter(|names| names.len() == rank) {
        Some(names) => names.into_iter().map(Some).collect(),
        None => vec![None; rank],
    }
}
