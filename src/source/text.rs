//! Texts: tables are handed to [`csv`](super::csv); YAML and JSON become values; the rest stays text.
//!
//! What a text is shows in its content alone where it can; where it may be several things, its
//! extension says what is tried first.

use super::csv::{Csv, sniff};
use super::file::DataFile;
use super::{ArrayNode, Listing, Node, Reader, SourceError};
use crate::data::load::TableOptions;
use crate::data::{Slab, StrBuf};
use crate::diag::Diagnostic;
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Number, Value};
use std::fs::File;
use std::io::{BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Largest text, YAML or JSON file that is kept in memory.
const LARGEST: u64 = 16 << 20;

/// Bytes looked at to recognise a table.
const HEAD: u64 = 64 * 1024;

/// A text that is no table.
#[derive(Debug)]
struct Text {
    file: DataFile,
    format: &'static str,
    node: Node,
    warnings: Vec<Diagnostic>,
}

/// Opens a text file, or a gzipped one.
///
/// # Errors
/// If it cannot be read, is broken gzip, is called YAML or JSON but is not, or is a ragged table.
pub(super) fn open(file: DataFile, handle: File, gzip: bool) -> Result<Arc<dyn Reader>, SourceError> {
    let head = head(&file, &handle, gzip)?;
    let whole = (head.len() as u64) < HEAD;
    if head.contains(&0) {
        return Err(SourceError::UnknownFormat {
            file: file.path().to_owned(),
            why: "what is gzipped in it is no text".to_owned(),
        });
    }
    let kind = extension(file.path());
    let sniffed = sniff(&head, whole);
    let sure = sniffed.sure;
    let table = |file, dialect| {
        Ok::<Arc<dyn Reader>, SourceError>(Arc::new(Csv::open(file, gzip, dialect, TableOptions::default())?))
    };
    match kind.as_str() {
        "csv" | "tsv" | "tab" => table(file, sniffed.of_named_table()),
        "yml" | "yaml" => {
            let (text, warnings) = read(&file, handle, gzip)?;
            let value =
                yaml(&text).map_err(|why| file.malformed(None, format!("it is no valid YAML: {why}")))?;
            Ok(Text::reader(file, "YAML", Node::Value(Arc::new(value)), warnings))
        }
        "json" => {
            let (text, warnings) = read(&file, handle, gzip)?;
            let value = serde_json::from_str(&text)
                .map_err(|error| file.malformed(None, format!("it is no valid JSON: {error}")))?;
            Ok(Text::reader(file, "JSON", Node::Value(Arc::new(value)), warnings))
        }
        _ if sure => table(file, sniffed.dialect),
        _ => {
            let (text, warnings) = read(&file, handle, gzip)?;
            let looks_json = text.trim_start().starts_with(['{', '[']);
            if let Some(value) = looks_json.then(|| serde_json::from_str(&text).ok()).flatten() {
                return Ok(Text::reader(file, "JSON", Node::Value(Arc::new(value)), warnings));
            }
            Ok(Text::reader(file, "text", Node::Text(text.into()), warnings))
        }
    }
}

/// Opens a file as a table, written as `options` say; what they do not say is recognised.
///
/// # Errors
/// As [`open`].
pub(super) fn open_table(path: &Path, options: &TableOptions) -> Result<Arc<dyn Reader>, SourceError> {
    let (file, handle, gzip) = opened(path)?;
    let head = head(&file, &handle, gzip)?;
    let whole = (head.len() as u64) < HEAD;
    let dialect = sniff(&head, whole).dialect.with(options);
    Ok(Arc::new(Csv::open(file, gzip, dialect, options.clone())?))
}

/// Opens a file as YAML, whatever its name.
///
/// # Errors
/// If it cannot be read or is no YAML.
pub(super) fn open_yaml(path: &Path) -> Result<Arc<dyn Reader>, SourceError> {
    let (file, handle, gzip) = opened(path)?;
    let (text, warnings) = read(&file, handle, gzip)?;
    let value = yaml(&text).map_err(|why| file.malformed(None, format!("it is no valid YAML: {why}")))?;
    Ok(Text::reader(file, "YAML", Node::Value(Arc::new(value)), warnings))
}

/// Opens a file as text, whatever it looks like.
///
/// # Errors
/// If it cannot be read, or is no text.
pub(super) fn open_text(path: &Path) -> Result<Arc<dyn Reader>, SourceError> {
    let (file, handle, gzip) = opened(path)?;
    let (text, warnings) = read(&file, handle, gzip)?;
    if text.contains('\0') {
        return Err(file.malformed(None, "it holds zero bytes, so it is no text"));
    }
    Ok(Text::reader(file, "text", Node::Text(text.into()), warnings))
}

/// The whole text of a file.
///
/// # Errors
/// If it cannot be read, or is too long.
pub(super) fn whole(path: &Path) -> Result<String, SourceError> {
    let (file, handle, gzip) = opened(path)?;
    Ok(read(&file, handle, gzip)?.0)
}

fn opened(path: &Path) -> Result<(DataFile, File, bool), SourceError> {
    let (file, handle) = DataFile::open(path)?;
    let mut magic = [0; 2];
    let got = handle.read_at(&mut magic, 0).map_err(|error| file.io(&error))?;
    Ok((file, handle, got == 2 && magic == *b"\x1f\x8b"))
}

/// The extension in lower case, of what is inside for `.gz`.
fn extension(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_owned())
}

fn head(file: &DataFile, handle: &File, gzip: bool) -> Result<Vec<u8>, SourceError> {
    let mut head = Vec::new();
    let result = if gzip {
        MultiGzDecoder::new(BufReader::new(handle)).take(HEAD).read_to_end(&mut head)
    } else {
        handle.take(HEAD).read_to_end(&mut head)
    };
    result.map_err(|error| broken(file, &error))?;
    Ok(head)
}

fn broken(file: &DataFile, error: &std::io::Error) -> SourceError {
    match error.raw_os_error() {
        Some(_) => file.io(error),
        None => file.malformed(None, format!("its gzip data are broken: {error}")),
    }
}

/// The whole text, of bounded size.
fn read(file: &DataFile, mut handle: File, gzip: bool) -> Result<(String, Vec<Diagnostic>), SourceError> {
    use std::io::Seek;
    handle.rewind().map_err(|error| file.io(&error))?;
    let mut bytes = Vec::new();
    let result = if gzip {
        MultiGzDecoder::new(BufReader::new(handle)).take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        handle.take(LARGEST + 1).read_to_end(&mut bytes)
    };
    result.map_err(|error| broken(file, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(SourceError::UnknownFormat {
            file: file.path().to_owned(),
            why: format!("it is a text of more than {} MiB, and no table", LARGEST >> 20),
        });
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => (text, Vec::new()),
        Err(error) => {
            let text = error.as_bytes().iter().map(|byte| char::from(*byte)).collect();
            let what = format!("{}: it is not UTF-8; it is read as Latin-1", file.path().display());
            (text, vec![Diagnostic::warning(what)])
        }
    })
}

/// A YAML document as a JSON value: keys become texts, numbers that JSON lacks (`.nan`, `.inf`) become
/// texts, a tagged value becomes a mapping from its tag.
pub(super) fn yaml(text: &str) -> Result<Value, String> {
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    value.apply_merge().map_err(|error| error.to_string())?;
    Ok(json(value))
}

fn json(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(value) => Value::Bool(value),
        serde_yaml::Value::String(text) => Value::String(text),
        serde_yaml::Value::Sequence(items) => Value::Array(items.into_iter().map(json).collect()),
        serde_yaml::Value::Tagged(tagged) => {
            Value::Object(Map::from_iter([(tagged.tag.to_string(), json(tagged.value))]))
        }
        serde_yaml::Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), _, _) => Value::from(value),
            (_, Some(value), _) => Value::from(value),
            (_, _, Some(value)) => {
                Number::from_f64(value).map_or_else(|| Value::String(number.to_string()), Value::Number)
            }
            _ => Value::String(number.to_string()),
        },
        serde_yaml::Value::Mapping(entries) => Value::Object(
            entries.into_iter().map(|(key, value)| (key_text(json(key)), json(value))).collect(),
        ),
    }
}

fn key_text(key: Value) -> String {
    match key {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

impl Text {
    fn reader(
        file: DataFile,
        format: &'static str,
        node: Node,
        warnings: Vec<Diagnostic>,
    ) -> Arc<dyn Reader> {
        Arc::new(Self { file, format, node, warnings })
    }

    fn no_arrays(&self, array: &ArrayNode) -> SourceError {
        self.file.malformed(Some(&array.origin), "it is not in this file, which holds no arrays")
    }
}

impl Reader for Text {
    fn format(&self) -> &'static str {
        self.format
    }

    fn path(&self) -> &Path {
        self.file.path()
    }

    fn list(&self) -> Result<Listing, SourceError> {
        Ok(Listing { root: self.node.clone(), warnings: self.warnings.clone() })
    }

    fn read_into(&self, array: &ArrayNode, _slab: &Slab, _out: &mut [u8]) -> Result<(), SourceError> {
        Err(self.no_arrays(array))
    }

    fn read_texts(&self, array: &ArrayNode, _slab: &Slab) -> Result<StrBuf, SourceError> {
        Err(self.no_arrays(array))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_keeps_what_json_lacks_as_text() {
        let value = yaml("a: .nan\n1: [true, !pspace {x: 2}]\nb: 18446744073709551615\n").unwrap();
        let expected = r#"{"a":".nan","1":[true,{"!pspace":{"x":2}}],"b":18446744073709551615}"#;
        assert_eq!(value.to_string(), expected);
        assert_eq!(yaml("a: &a {x: 1}\nb: {<<: *a, y: 2}\n").unwrap()["b"].to_string(), r#"{"y":2,"x":1}"#);
        assert!(yaml("a: [1, 2").unwrap_err().contains("line"));
        assert!(yaml("a: 1\na: 2\n").is_err());
    }
}
