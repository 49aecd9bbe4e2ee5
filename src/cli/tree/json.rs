//! The tree as JSON: `{"nodes": [{"path", "kind", …}]}`.

use super::{Options, range};
use crate::data::Attrs;
use crate::source::{ArrayNode, GroupKind, Node, Numbers, Stats, Storage, Texts, Tree};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Writes the tree; whether everything shown could be read.
pub(super) fn write(tree: &Tree, options: &Options, out: &mut dyn Write) -> io::Result<bool> {
    let mut cache = range::Cache::new();
    let (mut nodes, mut all_readable) = (Vec::new(), true);
    for place in super::nodes(tree) {
        if options.depth.is_some_and(|levels| place.depth >= levels) {
            continue;
        }
        let mut entry = Map::new();
        entry.insert("path".to_owned(), place.path.into());
        match place.node {
            Node::Group(group) => {
                let kind = if group.kind == GroupKind::Table { "table" } else { "group" };
                entry.insert("kind".to_owned(), kind.into());
                entry.insert("attrs".to_owned(), attrs(&group.attrs));
            }
            Node::Array(array) => all_readable &= describe(tree, array, options, &mut cache, &mut entry),
            Node::Text(text) => {
                entry.insert("kind".to_owned(), "text".into());
                entry.insert("bytes".to_owned(), text.len().into());
            }
            Node::Value(value) => {
                entry.insert("kind".to_owned(), "value".into());
                entry.insert("value".to_owned(), (**value).clone());
            }
            Node::Broken(error) => {
                all_readable = false;
                entry.insert("kind".to_owned(), "broken".into());
                entry.insert("error".to_owned(), error.to_string().into());
            }
        }
        nodes.push(Value::Object(entry));
    }
    serde_json::to_writer_pretty(&mut *out, &json!({ "nodes": nodes }))?;
    writeln!(out)?;
    Ok(all_readable)
}

fn describe(
    tree: &Tree,
    array: &ArrayNode,
    options: &Options,
    cache: &mut range::Cache,
    entry: &mut Map<String, Value>,
) -> bool {
    let mut readable = true;
    let mut put = |key: &str, value: Value| {
        entry.insert(key.to_owned(), value);
    };
    put("kind", "array".into());
    put("dtype", array.stored.as_str().into());
    put("decoded", array.dtype.numpy_name().into());
    put("dims", array.dims.iter().map(|dim| dim.as_str()).collect());
    put("shape", array.shape.clone().into());
    if let Storage::Chunked { chunk, filters } = &array.storage {
        put("chunks", chunk.clone().into());
        put("filters", filters.clone().into());
    }
    if let Some(files) = super::text::joined_files(array) {
        put("files", files.into());
    }
    let mut coords = Map::new();
    for (name, source) in &array.coords {
        let coord = match range::of(tree, source, cache) {
            Ok(range) => json!({
                "n": range.n,
                "dtype": range.dtype.numpy_name(),
                "first": range.first.as_ref().map(range::Label::to_json),
                "last": range.last.as_ref().map(range::Label::to_json),
            }),
            Err(error) => {
                readable = false;
                json!({ "error": error.to_string() })
            }
        };
        coords.insert(name.clone(), coord);
    }
    put("coords", coords.into());
    put("attrs", attrs(&array.attrs));
    if options.stats {
        match tree.stats(array) {
            Ok(stats) => put("stats", stats_json(&stats)),
            Err(error) => {
                readable = false;
                put("error", error.to_string().into());
            }
        }
    }
    readable
}

fn attrs(attrs: &Attrs) -> Value {
    Value::Object(attrs.iter().map(|(name, value)| (name.to_owned(), value.to_json())).collect())
}

/// A number as JSON; what JSON lacks becomes null.
pub(super) fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn stats_json(stats: &Stats) -> Value {
    match stats {
        Stats::Numbers(Numbers { n, nan, inf, min, max, mean, span }) => {
            let number = |value: &Option<f64>| value.map_or(Value::Null, number);
            let mut json = json!({
                "n": n, "nan": nan, "inf": inf, "min": number(min), "max": number(max), "mean": number(mean),
            });
            if let Some((first, last)) = span {
                json["first"] = first.as_str().into();
                json["last"] = last.as_str().into();
            }
            json
        }
        Stats::Texts(Texts { n, empty, unique, first, last }) => {
            json!({ "n": n, "null": empty, "unique": unique, "first": first, "last": last })
        }
    }
}
