//! What a store holds, for people: listing, verifying, removing.

use super::build::{is_current, remove_unused};
use super::entry::verify_all;
use super::{Entry, EntryError, Identity, Store, open_regular};
use crate::diag::Diagnostic;
use crate::sys::Mapping;
use shm_layout::{Catalog, open, sums};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// An entry of a store.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its file.
    pub path: PathBuf,
    /// Bytes it takes.
    pub bytes: u64,
    /// When it was used last.
    pub used: Option<SystemTime>,
    /// Path of its leaf in the tree; empty if it is damaged.
    pub leaf: String,
    /// Files that it was made of.
    pub sources: Vec<String>,
    /// Whether a run with the same data can use it: header and catalog are right, and the sources
    /// are what they were.
    pub valid: bool,
    /// Why its header or catalog cannot be used.
    pub damage: Option<String>,
}

/// What is wrong with a segment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage(pub String);

/// What removing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Files removed.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files left since a run uses them.
    pub in_use: usize,
}

impl Store {
    /// All entries, by name. Their values are not read.
    pub fn entries(&self) -> Vec<Stored> {
        self.files().into_iter().map(|(name, bytes)| stored(&self.root.join(name), bytes)).collect()
    }

    /// Removes entries, but for those in use.
    pub fn remove(&self, entries: &[Stored]) -> Removed {
        let mut removed = Removed::default();
        for entry in entries {
            if remove_unused(&entry.path) {
                removed.files += 1;
                removed.bytes += entry.bytes;
            } else if entry.path.exists() {
                removed.in_use += 1;
            }
        }
        removed
    }
}

fn stored(path: &Path, bytes: u64) -> Stored {
    let used = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let mut found = Stored {
        path: path.to_owned(),
        bytes,
        used,
        leaf: String::new(),
        sources: Vec::new(),
        valid: false,
        damage: None,
    };
    match Entry::open(path) {
        Ok(entry) => {
            found.leaf.clone_from(&entry.leaf().path);
            let identity = Identity::stored(entry.leaf());
            found.sources = identity.iter().flat_map(Identity::paths).map(str::to_owned).collect();
            found.valid = is_current(&entry);
        }
        // Made by another version of this program: of no use, but not damaged.
        Err(EntryError::Layout(shm_layout::Error::Version { .. })) => {}
        Err(err) => found.damage = Some(err.to_string()),
    }
    found
}

/// Reads a segment file whole and verifies every checksum; gives its catalog. Any segment file will
/// do, in whatever folder; one without checksums of values is verified as far as it has some.
///
/// # Errors
/// `Err(Err(…))` if it cannot be read; `Err(Ok(…))` if it is damaged or no segment.
pub fn verify_file(path: &Path, values: bool) -> Result<(Catalog, bool), Result<Damage, Diagnostic>> {
    let unread = |err: std::io::Error| {
        Err(Diagnostic::error(format!("cannot read {}", path.display())).caused_by(err.to_string()))
    };
    let file = open_regular(path).map_err(unread)?;
    if file.metadata().map_err(unread)?.len() == 0 {
        return Err(Ok(Damage("it is empty".to_owned())));
    }
    let damaged = |err: shm_layout::Error| Ok(Damage(err.to_string()));
    let mapping = Mapping::of(&file).map_err(unread)?;
    let view = open(mapping.as_ref()).map_err(damaged)?;
    if values {
        verify_all(&view).map_err(damaged)?;
    }
    Ok((view.to_catalog().map_err(damaged)?, sums::are_there(&view)))
}
