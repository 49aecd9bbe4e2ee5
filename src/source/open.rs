//! Paths into a tree: files found, recognised, opened, and given their places.

use super::detect::{self, Format};
use super::fallen::Fallen;
use super::file::DataFile;
use super::find::{self, Found};
use super::place;
use super::{Reader, SourceError, Tree, columnar, hdf5, netcdf, npy, text, zarr};
use crate::diag::{Diagnostic, Warned, list};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Opens data files and folders as one tree. Reads metadata only (CSV, YAML and texts as a whole:
/// they have no metadata apart).
///
/// A single file's root is the tree's root; a bare npy is called `data`, npz members go by their
/// names, a table has one node a column. With a folder or several files, each file's content hangs
/// under its path below the folder without extension, or with it for all that collide. Files are
/// taken in the order of their names. In folders, hidden files are passed over, what is no data is
/// left out with a warning, and a broken file is a [`Node::Broken`](super::Node::Broken) in its place.
///
/// # Errors
/// If a file that was named cannot be read, is of no known format, or if there are no data at all.
pub fn open(paths: &[PathBuf]) -> Result<Warned<Tree>, SourceError> {
    let mut warnings = Vec::new();
    let found = find::find(paths, &mut warnings)?;
    let alone = match paths {
        [path] => !path.is_dir() || zarr::is_store(path),
        _ => false,
    };
    let mut readers: Vec<(Found, Arc<dyn Reader>)> = Vec::with_capacity(found.len());
    let mut skipped = Vec::new();
    for file in found {
        match open_file(&file.path) {
            Ok(reader) => readers.push((file, reader)),
            Err(error) if file.named => return Err(error),
            Err(error @ SourceError::Malformed { .. }) => {
                let reader = Arc::new(Fallen::new(&file.path, error));
                readers.push((file, reader));
            }
            Err(error) => skipped.push(error),
        }
    }
    warn_of_skipped(&skipped, &mut warnings);
    if readers.is_empty() {
        return Err(nothing(paths, &skipped));
    }
    let places =
        if alone { vec![String::new()] } else { place::places(readers.iter().map(|(file, _)| file)) };
    let mounts = places.into_iter().zip(readers).map(|(place, (_, reader))| (place, reader)).collect();
    let tree = Tree::from_readers(mounts)?;
    warnings.extend(tree.warnings);
    Ok(Warned { value: tree.value, warnings })
}

/// One file by what its content is; a folder is a store.
pub(super) fn open_file(path: &Path) -> Result<Arc<dyn Reader>, SourceError> {
    if path.is_dir() {
        return Ok(Arc::new(zarr::open(path)?));
    }
    let (file, handle) = DataFile::open(path)?;
    let mut head = vec![0; detect::HEAD];
    let got = handle.read_at(&mut head, 0).map_err(|error| file.io(&error))?;
    head.truncate(got);
    let unknown = |why: String| SourceError::UnknownFormat { file: path.to_owned(), why };
    match detect::detect(&head) {
        Format::Npy => Ok(Arc::new(npy::open(path)?)),
        Format::Zip if zarr::is_zipped_store(&handle) => Ok(Arc::new(zarr::open(path)?)),
        Format::Zip => Ok(Arc::new(npy::open_npz(path)?)),
        Format::Hdf5 => Ok(hdf5::open(path)?.into()),
        Format::NetCdf3 => Ok(netcdf::open(path)?.into()),
        Format::Columnar(kind) => Ok(Arc::new(columnar::open(file, &handle, kind)?)),
        Format::Gzip => text::open(file, handle, true),
        Format::Text => text::open(file, handle, false),
        Format::Foreign(name, advice) => Err(unknown(format!("it is {name}; {advice}"))),
        Format::Unknown if has_hdf5_after_user_block(&handle, file.size()) => Ok(hdf5::open(path)?.into()),
        Format::Unknown => Err(unknown("its content is neither text nor a known binary format".to_owned())),
    }
}

/// Whether HDF5 begins after a user block that is larger than the head looked at.
fn has_hdf5_after_user_block(handle: &File, size: u64) -> bool {
    let mut at = detect::HEAD as u64;
    while at < size.min(1 << 32) {
        let mut magic = [0; 8];
        if handle.read_exact_at(&mut magic, at).is_ok() && magic == *detect::HDF5 {
            return true;
        }
        at *= 2;
    }
    false
}

/// A warning for each file left out, and one for the rest when there are many.
fn warn_of_skipped(skipped: &[SourceError], warnings: &mut Vec<Diagnostic>) {
    const MOST: usize = 20;
    for error in skipped.iter().take(MOST) {
        let mut warning = Diagnostic::warning(format!("{error}: left out"));
        warning.help = error.help();
        warnings.push(warning);
    }
    if skipped.len() > MOST {
        let rest = skipped.len() - MOST;
        warnings.push(Diagnostic::warning(format!("{rest} more files that cannot be read are left out")));
    }
}

fn nothing(paths: &[PathBuf], skipped: &[SourceError]) -> SourceError {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let file = paths.first().cloned().unwrap_or_default();
    let why = match skipped.first() {
        Some(error) => format!("no file in {} can be read; the first: {error}", list(&names)),
        None if paths.is_empty() => "no data were named".to_owned(),
        None => format!("there is no file in {}", list(&names)),
    };
    SourceError::UnknownFormat { file, why }
}
