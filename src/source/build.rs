//! Readers into one tree: each file's listing under its place.

use super::{ArrayNode, CoordSource, Group, Listing, Node, Reader, SourceError, SourceFile, Tree, npy};
use crate::diag::Warned;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex};

/// Name of what a file without names of its own (a bare npy, of records too, a text) holds, when it
/// is the root.
const BARE: &str = "data";

impl Tree {
    /// A tree from readers, each with the path under which its content hangs (`""` is the root; an
    /// array there is called `data`). Metadata are read here, values are not.
    ///
    /// A reader whose listing fails becomes a [`Node::Broken`] in its place.
    ///
    /// # Errors
    /// [`SourceError::Malformed`] if two readers want one place, or one wants a place below what is
    /// no group; the listing's error if there is only one reader.
    pub fn from_readers(readers: Vec<(String, Arc<dyn Reader>)>) -> Result<Warned<Self>, SourceError> {
        let mut warnings = Vec::new();
        let mut root = Group::new(Vec::new());
        let mut files = Vec::with_capacity(readers.len());
        let mut kept = Vec::with_capacity(readers.len());
        let mut made = Made::new();
        let only = readers.len() == 1;
        for (index, (path, reader)) in readers.into_iter().enumerate() {
            files.push(identity(reader.as_ref()));
            let mut node = match reader.list() {
                Ok(Listing { root, warnings: new }) => {
                    warnings.extend(new);
                    root
                }
                Err(error) if only => return Err(error),
                Err(error) => Node::Broken(Arc::new(error)),
            };
            let mut place: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
            let bare = !matches!(node, Node::Group(_)) || reader.format() == npy::FORMAT;
            if place.is_empty() && bare {
                place.push(BARE);
            }
            let prefix = place.join("/");
            // The root of a bare array's file is the array itself, so its own path is the place.
            adopt(&mut node, index, &prefix);
            insert(&mut root, &place, &mut made, node).map_err(|why| SourceError::Malformed {
                file: reader.path().to_owned(),
                dataset: None,
                why: format!("it cannot hang at `{prefix}` of the tree: {why}"),
            })?;
            kept.push(reader);
        }
        let tree = Self {
            root: Node::Group(root),
            files,
            readers: kept,
            cache: Mutex::new(BTreeMap::new()),
            spaces: BTreeMap::new(),
        };
        Ok(Warned { value: tree, warnings })
    }
}

/// What a reader's file is now.
pub(super) fn identity(reader: &dyn Reader) -> SourceFile {
    let metadata = std::fs::metadata(reader.path()).ok();
    SourceFile {
        path: reader.path().to_owned(),
        size: metadata.as_ref().filter(|metadata| metadata.is_file()).map_or(0, std::fs::Metadata::len),
        modified: metadata.and_then(|metadata| metadata.modified().ok()),
        format: reader.format(),
    }
}

/// Gives every array of a file's listing its reader's number, and makes the paths of its
/// coordinates start at the tree's root.
pub(super) fn adopt(node: &mut Node, file: usize, prefix: &str) {
    match node {
        Node::Group(group) => group.members.iter_mut().for_each(|(_, node)| adopt(node, file, prefix)),
        Node::Array(array) => {
            let array: &mut ArrayNode = Arc::make_mut(array);
            array.file = file;
            for (_, source) in &mut array.coords {
                if let CoordSource::Leaf(leaf) = source {
                    *leaf = joined(prefix, leaf);
                }
            }
        }
        Node::Text(_) | Node::Value(_) | Node::Broken(_) => {}
    }
}

/// A path below `prefix`, of which it may take something back by `..`.
pub(super) fn joined(prefix: &str, path: &str) -> String {
    let (mut prefix, mut path) = (prefix, path);
    while let Some(rest) = path.strip_prefix("../").filter(|_| !prefix.is_empty()) {
        path = rest;
        prefix = prefix.rsplit_once('/').map_or("", |(above, _)| above);
    }
    if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") }
}

/// The members of groups that were made for files to hang in, by path: a folder may hold a hundred
/// thousand.
type Made = BTreeMap<String, usize>;

fn insert(root: &mut Group, place: &[&str], made: &mut Made, node: Node) -> Result<(), String> {
    let Some((last, folders)) = place.split_last() else {
        return match node {
            Node::Group(new) if root.members.is_empty() => {
                *root = new;
                Ok(())
            }
            _ => Err("the root is taken".to_owned()),
        };
    };
    let mut path = String::new();
    let mut group = root;
    for name in folders {
        path.push_str(name);
        let at = *made.entry(path.clone()).or_insert_with(|| {
            group.members.push(((*name).to_owned(), Node::Group(Group::new(Vec::new()))));
            group.members.len() - 1
        });
        group = match &mut group.members[at].1 {
            Node::Group(inner) => inner,
            other => return Err(format!("`{name}` is {}", other.what())),
        };
        path.push('/');
    }
    path.push_str(last);
    match made.entry(path) {
        Entry::Occupied(_) => Err("something else is there".to_owned()),
        Entry::Vacant(free) => {
            free.insert(group.members.len());
            group.members.push(((*last).to_owned(), node));
            Ok(())
        }
    }
}
