//! The files that paths name: themselves, and what is below the folders among them. A folder that is
//! a Zarr store counts as a file.

use super::file::io_error;
use super::{SourceError, zarr};
use crate::diag::Diagnostic;
use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file, or a folder that is a Zarr store, to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its place below the folder that was named, or its name; segments in UTF-8.
    pub(super) below: Vec<String>,
    /// Whether it was named itself: then errors are errors.
    pub(super) named: bool,
}

/// Deepest nesting of folders followed.
const DEEPEST: usize = 64;

/// The files that `paths` name, in order; each once.
///
/// # Errors
/// If something that was named does not exist or is no file of a known kind.
pub(super) fn find(paths: &[PathBuf], warnings: &mut Vec<Diagnostic>) -> Result<Vec<Found>, SourceError> {
    let mut walk = Walk { found: Vec::new(), seen: BTreeSet::new(), chain: Vec::new(), warnings };
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| io_error(path, &error))?;
        if metadata.is_dir() && !zarr::is_store(path) {
            walk.folder(path, &metadata, &mut Vec::new()).map_err(|error| io_error(path, &error))?;
            continue;
        }
        if walk.seen.insert((metadata.dev(), metadata.ino())) {
            // A lone file's name is not used, so it may be of any bytes.
            let name = path.file_name().unwrap_or_default();
            let name = match name.to_str() {
                Some(name) => name.to_owned(),
                None if paths.len() == 1 => String::new(),
                None => return Err(not_utf8(path)),
            };
            walk.found.push(Found { path: path.clone(), below: vec![name], named: true });
        }
    }
    Ok(walk.found)
}

struct Walk<'a> {
    found: Vec<Found>,
    /// Files found, by device and inode.
    seen: BTreeSet<(u64, u64)>,
    /// Folders on the way down, likewise: a link may lead back up.
    chain: Vec<(u64, u64)>,
    warnings: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, metadata: &Metadata, below: &mut Vec<String>) -> std::io::Result<()> {
        let identity = (metadata.dev(), metadata.ino());
        if self.chain.contains(&identity) {
            self.skip(path, "it leads back to a folder that it is in");
            return Ok(());
        }
        if self.chain.len() >= DEEPEST {
            self.skip(path, "folders are nested too deeply");
            return Ok(());
        }
        let mut names = Vec::new();
        for entry in std::fs::read_dir(path)? {
            names.push(entry?.file_name());
        }
        names.sort();
        self.chain.push(identity);
        for name in names {
            let path = path.join(&name);
            let Some(name) = name.to_str() else {
                self.warnings.push(Diagnostic::warning(format!("{}: left out", not_utf8(&path))));
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let metadata = match std::fs::metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) => {
                    self.warnings.push(Diagnostic::warning(format!("{}: left out", io_error(&path, &error))));
                    continue;
                }
            };
            below.push(name.to_owned());
            if !metadata.is_dir() || zarr::is_store(&path) {
                if self.seen.insert((metadata.dev(), metadata.ino())) {
                    self.found.push(Found { path, below: below.clone(), named: false });
                }
            } else if let Err(error) = self.folder(&path, &metadata, below) {
                self.warnings.push(Diagnostic::warning(format!("{}: left out", io_error(&path, &error))));
            }
            below.pop();
        }
        self.chain.pop();
        Ok(())
    }

    fn skip(&mut self, path: &Path, why: &str) {
        self.warnings.push(Diagnostic::warning(format!("{}: {why}: left out", path.display())));
    }
}

fn not_utf8(path: &Path) -> SourceError {
    SourceError::Io {
        file: path.to_owned(),
        why: "its name is not UTF-8, so nothing could refer to it; rename it".to_owned(),
    }
}
