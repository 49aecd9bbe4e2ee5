//! What tells a data file from a changed one, between two runs.

use crate::diag::Diagnostic;
use crate::source::Tree;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file, or all files of a store that is a folder, at some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Bytes.
    pub(super) size: u64,
    /// Time of the last change, nanoseconds since 1970.
    pub(super) modified_ns: i64,
    /// Number of files.
    pub(super) files: u64,
}

impl Stamp {
    /// As it is now. Links are followed, but not from inside a folder.
    fn of(path: &Path) -> io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        let mut stamp = Self::default();
        if meta.is_dir() {
            stamp.add_folder(path)?
        } else {
            stamp.add(&meta)
        }
        Ok(stamp)
    }

    fn add(&mut self, meta: &std::fs::Metadata) {
        let modified = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        self.size = self.size.saturating_add(meta.len());
        self.modified_ns = self.modified_ns.max(modified);
        self.files += 1;
    }

    fn add_folder(&mut self, path: &Path) -> io::Result<()> {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let meta = entry.metadata()?;
            if meta.is_dir() { self.add_folder(&entry.path())? } else { self.add(&meta) }
        }
        Ok(())
    }
}

/// The files of a tree as they are now, and those that its arrays come from besides, by absolute path.
///
/// # Errors
/// One that is gone, or whose path is no UTF-8 text.
pub(super) fn stamps(tree: &Tree) -> Result<BTreeMap<String, Stamp>, Diagnostic> {
    let one = |path: &Path| -> Result<(String, Stamp), String> {
        let whole = std::fs::canonicalize(path).map_err(|err| err.to_string())?;
        let stamp = Stamp::of(&whole).map_err(|err| err.to_string())?;
        let text = whole.to_str().ok_or_else(|| "its path is no UTF-8 text".to_owned())?;
        Ok((text.to_owned(), stamp))
    };
    let mut stamps: BTreeMap<String, Stamp> = tree
        .files
        .iter()
        .map(|file| {
            one(&file.path).map_err(|why| {
                Diagnostic::error(format!("cannot look at {}", file.path.display())).caused_by(why)
            })
        })
        .collect::<Result<_, _>>()?;
    let arrays = tree.whole().0.into_keys().filter_map(|path| tree.array(&path).ok().cloned());
    let others: BTreeSet<PathBuf> = arrays.flat_map(|array| tree.others(&array)).collect();
    // What is not there now would be a change if it were there later.
    stamps.extend(others.into_iter().filter_map(|path| match one(&path) {
        Ok(stamped) => Some(stamped),
        Err(_) => Some((path.to_str()?.to_owned(), Stamp::default())),
    }));
    Ok(stamps)
}

/// The first difference between the files then and now, as a fragment: `/a/b.h5 was changed`.
pub(super) fn difference(then: &BTreeMap<String, Stamp>, now: &BTreeMap<String, Stamp>) -> Option<String> {
    let gone_or_changed = then.iter().find_map(|(path, stamp)| match now.get(path) {
        Some(other) if other == stamp => None,
        Some(_) => Some(format!("{path} was changed")),
        None if Path::new(path).exists() => Some(format!("{path} is not among the data any more")),
        None => Some(format!("{path} is gone")),
    });
    gone_or_changed
        .or_else(|| now.keys().find(|path| !then.contains_key(*path)).map(|path| format!("{path} is new")))
}

/// As [`difference`], of the files themselves, without opening the data.
pub(super) fn changed(then: &BTreeMap<String, Stamp>) -> Option<String> {
    then.iter().find_map(|(path, stamp)| match Stamp::of(Path::new(path)) {
        Ok(now) if now == *stamp => None,
        Err(err) if err.kind() == io::ErrorKind::NotFound && stamp.files == 0 => None,
        Ok(_) => Some(format!("{path} was changed")),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Some(format!("{path} is gone")),
        Err(err) => Some(format!("{path} cannot be looked at: {err}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_new_and_missing_files_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("a.zarr");
        std::fs::create_dir_all(store.join("x/c")).unwrap();
        std::fs::write(store.join("x/c/0"), b"1234").unwrap();
        let file = dir.path().join("b.npy");
        std::fs::write(&file, b"12").unwrap();
        let look = || -> BTreeMap<String, Stamp> {
            [&store, &file]
                .into_iter()
                .filter_map(|path| Some((path.display().to_string(), Stamp::of(path).ok()?)))
                .collect()
        };
        let then = look();
        assert_eq!((then.values().map(|s| s.size).sum::<u64>(), difference(&then, &look())), (6, None));
        std::fs::write(store.join("x/c/0"), b"12345").unwrap();
        let said = difference(&then, &look()).unwrap();
        assert!(said.ends_with("a.zarr was changed"), "{said}");
        assert_eq!(changed(&then).as_ref(), Some(&said));
        let then = look();
        std::fs::remove_file(&file).unwrap();
        assert!(difference(&then, &look()).unwrap().ends_with("b.npy is gone"));
        assert!(changed(&then).unwrap().ends_with("b.npy is gone"));
        assert!(difference(&look(), &then).unwrap().ends_with("b.npy is new"));
    }
}
