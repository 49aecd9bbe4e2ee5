//! The metadata documents of a store, by the paths of their nodes: consolidated, or found by walking.

use super::fault::Fault;
use super::json;
use super::store::Store;
use crate::diag::Diagnostic;
use crate::source::SourceError;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;

/// What is known of one node.
#[derive(Clone, Debug)]
pub(super) enum Document {
    /// A group and its attributes.
    Group(Option<Value>),
    /// An array of version 2: `.zarray` and `.zattrs`.
    Array2(Value, Option<Value>),
    /// An array of version 3.
    Array3(Value),
    /// What is wrong with it.
    Bad(SourceError),
}

/// The nodes of a store.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// By path; the root's is empty.
    pub(super) nodes: BTreeMap<String, Document>,
    /// What should be known.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Deepest nesting of groups.
const DEEPEST: usize = 64;

/// Up to so many nodes, consolidated metadata are compared with the nodes' own.
const MOST_COMPARED: usize = 1000;

/// Reads the metadata of a store.
///
/// # Errors
/// If it has none, or those of its root are broken.
pub(super) fn documents(store: &Store) -> Result<Documents, SourceError> {
    let mut found = Documents::default();
    let root = own(store, "");
    let consolidated = match &root {
        Some((Document::Bad(error), _)) => return Err(error.clone()),
        Some((Document::Group(_), Some(whole))) => inline(whole),
        Some((Document::Array2(..) | Document::Array3(_), _)) => None,
        Some((Document::Group(_), None)) | None => zmetadata(store, &mut found)?,
    };
    let has_root = root.is_some();
    if let Some((root, _)) = root {
        let is_group = matches!(root, Document::Group(_));
        found.nodes.insert(String::new(), root);
        if !is_group {
            return Ok(found);
        }
    }
    match consolidated {
        Some(nodes) => {
            let compare = nodes.len() <= MOST_COMPARED;
            for (path, document) in nodes {
                if !is_plain_path(&path) {
                    found.warn(
                        store,
                        &format!("its consolidated metadata name `{path}`, which is no path below it"),
                    );
                    continue;
                }
                let document = if compare { found.compared(store, &path, document) } else { document };
                found.nodes.entry(path).or_insert(document);
            }
        }
        None if has_root => found.walk(store, "", &mut Vec::new()),
        None => {
            let why = "it has no metadata of a Zarr store at its root".to_owned();
            return Err(SourceError::UnknownFormat { file: store.path().to_owned(), why });
        }
    }
    Ok(found)
}

impl Documents {
    fn warn(&mut self, store: &Store, what: &str) {
        self.warnings.push(Diagnostic::warning(format!("{}: {what}: left out", store.path().display())));
    }

    /// A node's own metadata instead of consolidated ones that differ: these are older.
    fn compared(&mut self, store: &Store, path: &str, consolidated: Document) -> Document {
        let Some((own, _)) = own(store, path) else { return consolidated };
        if same(&own, &consolidated) {
            return consolidated;
        }
        if !matches!(own, Document::Bad(_)) {
            self.warnings.push(Diagnostic::warning(format!(
                "{}, dataset `{path}`: consolidated metadata differ from its own, which count",
                store.path().display()
            )));
        }
        own
    }

    /// All nodes below the group `path`.
    fn walk(&mut self, store: &Store, path: &str, chain: &mut Vec<(u64, u64)>) {
        if chain.len() >= DEEPEST {
            return self.warn(store, &format!("groups below `{path}` are nested too deeply"));
        }
        let folders = match store.folders(path) {
            Ok(folders) => folders,
            Err(error) => {
                self.nodes.insert(path.to_owned(), Document::Bad(error));
                return;
            }
        };
        // A link may lead back up.
        let identity = match store {
            Store::Folder(root) => std::fs::metadata(root.join(path)).map(|m| (m.dev(), m.ino())).ok(),
            Store::Zip(_) => None,
        };
        if identity.is_some_and(|identity| chain.contains(&identity)) {
            return self.warn(store, &format!("`{path}` leads back to a group that it is in"));
        }
        chain.push(identity.unwrap_or_default());
        for folder in folders {
            let Some(name) = folder.name else {
                self.warn(store, &format!("the name of {} is not UTF-8", folder.path.display()));
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            match own(store, &path) {
                Some((document, _)) => {
                    let is_group = matches!(document, Document::Group(_));
                    self.nodes.insert(path.clone(), document);
                    if is_group {
                        self.walk(store, &path, chain);
                    }
                }
                // A folder without metadata may hold nodes all the same.
                None => self.walk(store, &path, chain),
            }
        }
        chain.pop();
    }
}

/// Whether a path from metadata stays below the store.
fn is_plain_path(path: &str) -> bool {
    let plain = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.contains('\0');
    path.is_empty() || (path.split('/').all(plain) && path.split('/').count() <= DEEPEST)
}

fn same(a: &Document, b: &Document) -> bool {
    let empty = Value::Object(Map::new());
    let attributes =
        |a: &Option<Value>, b: &Option<Value>| a.as_ref().unwrap_or(&empty) == b.as_ref().unwrap_or(&empty);
    match (a, b) {
        (Document::Group(a), Document::Group(b)) => attributes(a, b),
        (Document::Array2(a, more), Document::Array2(b, others)) => a == b && attributes(more, others),
        (Document::Array3(a), Document::Array3(b)) => a == b,
        _ => false,
    }
}

/// A node by its own metadata, and all of a `zarr.json`; `None` if it has none.
fn own(store: &Store, path: &str) -> Option<(Document, Option<Value>)> {
    let key = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    let read = |name: &str| -> Result<Option<Value>, SourceError> {
        let key = key(name);
        let Some(bytes) = store.bytes(&key)? else { return Ok(None) };
        let placed = |fault: Fault| fault.at(&store.file_of(&key), if path.is_empty() { "/" } else { path });
        json::parse(&bytes).map(Some).map_err(placed)
    };
    let find = || -> Result<Option<(Document, Option<Value>)>, SourceError> {
        if let Some(value) = read("zarr.json")? {
            let document =
                node3(&value).map_err(|fault| fault.at(&store.file_of(&key("zarr.json")), path))?;
            return Ok(Some((document, Some(value))));
        }
        if let Some(array) = read(".zarray")? {
            return Ok(Some((Document::Array2(array, read(".zattrs")?), None)));
        }
        let Some(group) = read(".zgroup")? else { return Ok(None) };
        if json::get(&group, "zarr_format").and_then(Value::as_u64) != Some(2) {
            let why = "its `.zgroup` is not of Zarr version 2".to_owned();
            let dataset = (!path.is_empty()).then(|| path.to_owned());
            return Err(SourceError::Malformed { file: store.file_of(&key(".zgroup")), dataset, why });
        }
        Ok(Some((Document::Group(read(".zattrs")?), None)))
    };
    find().unwrap_or_else(|error| Some((Document::Bad(error), None)))
}

/// A node of version 3.
fn node3(value: &Value) -> Result<Document, Fault> {
    if json::get(value, "zarr_format").and_then(Value::as_u64) != Some(3) {
        return super::fault::broken("its `zarr.json` is not of Zarr version 3");
    }
    match json::text(value, "node_type")? {
        Some("array") => Ok(Document::Array3(value.clone())),
        Some("group") => Ok(Document::Group(json::get(value, "attributes").cloned())),
        other => super::fault::broken(format!("its `node_type` is {other:?}")),
    }
}

/// The consolidated metadata inside a group of version 3.
fn inline(group: &Value) -> Option<BTreeMap<String, Document>> {
    let nodes = json::get(group, "consolidated_metadata")?.get("metadata")?.as_object()?;
    let document = |(path, value): (&String, &Value)| {
        // What is broken here is looked at again on its own.
        let document = node3(value).ok()?;
        Some((path.clone(), document))
    };
    nodes.iter().map(document).collect()
}

/// The consolidated metadata of version 2, if there are any.
fn zmetadata(
    store: &Store,
    found: &mut Documents,
) -> Result<Option<BTreeMap<String, Document>>, SourceError> {
    const KEY: &str = ".zmetadata";
    let Some(bytes) = store.bytes(KEY)? else { return Ok(None) };
    let mut value = match json::parse(&bytes) {
        Ok(value) => value,
        Err(fault) => {
            let error = fault.at(&store.file_of(KEY), "/");
            found.warnings.push(Diagnostic::warning(format!("{error}; the folder is walked instead")));
            return Ok(None);
        }
    };
    let Some(Value::Object(entries)) = value.get_mut("metadata").map(Value::take) else {
        found.warnings.push(Diagnostic::warning(format!(
            "{}: it has no `metadata`; the folder is walked instead",
            store.file_of(KEY).display()
        )));
        return Ok(None);
    };
    let (mut nodes, mut attributes) = (BTreeMap::new(), BTreeMap::new());
    for (key, value) in entries {
        let (path, name) = key.rsplit_once('/').unwrap_or(("", &key));
        match name {
            ".zarray" => {
                nodes.insert(path.to_owned(), Document::Array2(value, None));
            }
            ".zgroup" => {
                nodes.entry(path.to_owned()).or_insert(Document::Group(None));
            }
            ".zattrs" => {
                attributes.insert(path.to_owned(), value);
            }
            _ => {}
        }
    }
    for (path, value) in attributes {
        if let Some(Document::Group(slot) | Document::Array2(_, slot)) = nodes.get_mut(&path) {
            *slot = Some(value);
        }
    }
    Ok(Some(nodes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_store() {
        for (path, plain) in [("", true), ("a/b", true), ("../a", false), ("a//b", false), ("/etc", false)] {
            assert_eq!(is_plain_path(path), plain, "{path}");
        }
    }
}
