//! A store inside a ZIP, its members stored or deflated.

use super::store::{Blob, Child};
use crate::source::SourceError;
use crate::source::file::DataFile;
use flate2::read::DeflateDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use zip::{CompressionMethod, ZipArchive};

/// Deflate never shrinks more than 1032 times.
const DEFLATE_MOST: u64 = 1032;

/// File names that mark a store.
const MARKS: [&str; 4] = ["zarr.json", ".zgroup", ".zarray", ".zmetadata"];

/// A ZIP, and where its members are.
#[derive(Debug)]
pub(super) struct Zipped {
    file: DataFile,
    /// By key: the path below the folder of the ZIP that is the store.
    members: BTreeMap<String, Result<Member, String>>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    deflated: bool,
}

/// Whether a ZIP holds a Zarr store; `false` too if it cannot be read as a ZIP.
pub(in crate::source) fn is_store(handle: &File) -> bool {
    ZipArchive::new(handle).is_ok_and(|archive| root(&archive).is_some())
}

/// The folder nearest to the root that has a store's mark.
fn root<R: Read + io::Seek>(archive: &ZipArchive<R>) -> Option<String> {
    archive
        .file_names()
        .filter_map(|name| {
            let name = name.ok()?;
            let (folder, last) = name.rsplit_once('/').unwrap_or(("", &name));
            MARKS.contains(&last).then(|| folder.to_owned())
        })
        .min_by_key(|folder| {
            (if folder.is_empty() { 0 } else { 1 + folder.matches('/').count() }, folder.clone())
        })
}

impl Zipped {
    /// Looks at the ZIP at `path`.
    ///
    /// # Errors
    /// If it cannot be read, or holds no store.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let (file, handle) = DataFile::open(path)?;
        let mut archive = ZipArchive::new(handle)
            .map_err(|error| file.malformed(None, format!("its ZIP directory is broken: {error}")))?;
        let Some(root) = root(&archive) else {
            let why = "it is a ZIP archive without a Zarr store in it".to_owned();
            return Err(SourceError::UnknownFormat { file: path.to_owned(), why });
        };
        let mut members = BTreeMap::new();
        for index in 0..archive.len() {
            let Ok(entry) = archive.by_index_raw(index) else { continue };
            let Ok(name) = entry.name() else { continue };
            let below = if root.is_empty() { Some(&*name) } else { name.strip_prefix(&root) };
            let Some(key) = below.map(|key| key.trim_start_matches('/').to_owned()) else { continue };
            if entry.is_dir() {
                continue;
            }
            // Of two members of one name the later one counts, as everywhere.
            members.insert(key, member(&entry, file.size()));
        }
        Ok(Self { file, members })
    }

    /// The ZIP.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// The value of `key`; of a deflated member in memory.
    ///
    /// # Errors
    /// If the ZIP was changed, or the member is broken.
    pub(super) fn blob(&self, key: &str) -> Result<Option<Blob>, SourceError> {
        let broken = |why: &str| self.file.malformed(Some(key), why);
        let member = match self.members.get(key) {
            None => return Ok(None),
            Some(Err(why)) => return Err(broken(why)),
            Some(Ok(member)) => *member,
        };
        let handle = self.file.reopen()?;
        let blob = Blob::in_file(handle, member.start, member.packed);
        if !member.deflated {
            return Ok(Some(blob));
        }
        let mut packed = Vec::new();
        blob.read_range(0, member.packed, &mut packed).map_err(|error| self.file.io(&error))?;
        let inflated = inflate(&packed, member).map_err(|error| broken(&error.to_string()))?;
        Ok(Some(Blob::in_memory(inflated)))
    }

    /// Folders below a folder.
    pub(super) fn folders(&self, key: &str) -> Vec<Child> {
        let prefix = if key.is_empty() { String::new() } else { format!("{key}/") };
        let below = self.members.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix));
        let names: BTreeSet<&str> =
            below.filter_map(|(name, _)| Some(name[prefix.len()..].split_once('/')?.0)).collect();
        let child =
            |name: &str| Child { name: Some(name.to_owned()), path: self.path().join(&prefix).join(name) };
        names.into_iter().map(child).collect()
    }
}

fn member(entry: &zip::read::ZipFile<'_, File>, file_size: u64) -> Result<Member, String> {
    let deflated = match entry.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        other => return Err(format!("it is compressed by {other:?}, which is not supported")),
    };
    if entry.encrypted() {
        return Err("it is encrypted".to_owned());
    }
    let (packed, size) = (entry.compressed_size(), entry.size());
    let start = entry.data_start().ok_or("its place in the archive is unknown")?;
    if start.checked_add(packed).is_none_or(|end| end > file_size) || (!deflated && packed != size) {
        return Err("it is cut off".to_owned());
    }
    if size / DEFLATE_MOST > packed {
        return Err(format!("it claims that {packed} bytes inflate to {size}"));
    }
    Ok(Member { start, packed, size, crc: entry.crc32(), deflated })
}

fn inflate(packed: &[u8], member: Member) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed).take(member.size + 1).read_to_end(&mut bytes)?;
    let mut crc = flate2::Crc::new();
    crc.update(&bytes);
    if bytes.len() as u64 != member.size || crc.sum() != member.crc {
        return Err(io::Error::other("its member of the ZIP is broken"));
    }
    Ok(bytes)
}
