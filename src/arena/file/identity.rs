//! What tells a source from a changed one, and the keys that follow from it.
//!
//! A file's print is its size, its times of last change (of content and of inode, to the
//! nanosecond), its inode and a digest of its first bytes. The change of an inode's time shows a
//! file that was rewritten and given its old time back. Of a folder it is a digest of the prints of
//! all files below it, first bytes left out.

use crate::source::Provenance;
use shm_layout::{AttrValue, Leaf};
use std::fmt::Write as _;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use twox_hash::{XxHash3_128, XxHash64};

/// Raised whenever a reader decodes something differently: entries made before are then not used.
const DECODING: u32 = 1;
/// Bytes of a file's start that are digested.
const HEAD: usize = 4096;
/// Files in a folder; a store with more is not kept.
const MOST_FILES: usize = 1 << 20;
/// The attribute in a stored leaf that holds paths and prints of its sources, in turn.
const SOURCES: &str = "\0sources";

/// The sources of a leaf: absolute path and print of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity(Vec<(String, String)>);

/// The name under which a leaf is stored: equal for equal sources, leaf and way of decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(pub(super) u128);

impl Identity {
    /// Looks at the files of a provenance as they are now. `None` if one cannot be looked at, has a
    /// name that is not UTF-8, or is a folder of very many files: its leaves are then not stored.
    pub(crate) fn look(provenance: &Provenance) -> Option<Self> {
        let mut found = Vec::with_capacity(provenance.files.len());
        for path in &provenance.files {
            let path = fs::canonicalize(path).ok()?;
            let print = print(&path).ok()?;
            found.push((path.into_os_string().into_string().ok()?, print));
        }
        Some(Self(found))
    }

    /// The identity that a stored leaf was made under.
    pub(super) fn stored(leaf: &Leaf) -> Option<Self> {
        let attr = leaf.attrs.iter().find(|attr| attr.name == SOURCES)?;
        let AttrValue::Texts(texts) = &attr.value else { return None };
        let (pairs, rest) = texts.as_chunks::<2>();
        (rest.is_empty() && !pairs.is_empty())
            .then(|| Self(pairs.iter().map(|[path, print]| (path.clone(), print.clone())).collect()))
    }

    /// Whether all sources are what they were.
    pub(super) fn is_current(&self) -> bool {
        self.0.iter().all(|(path, old)| print(Path::new(path)).is_ok_and(|now| now == *old))
    }

    /// Paths of the sources.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(path, _)| path.as_str())
    }

    /// Writes itself into the catalog entry of a leaf that will be stored.
    pub(crate) fn sign(&self, leaf: &mut Leaf) {
        let texts = self.0.iter().flat_map(|(path, print)| [path.clone(), print.clone()]).collect();
        leaf.attrs.push(shm_layout::Attr { name: SOURCES.to_owned(), value: AttrValue::Texts(texts) });
        if let [(path, _)] = &self.0[..] {
            leaf.source.clone_from(path);
        }
    }

    /// The key of a leaf (its catalog entry, whose blocks are of no matter) with these sources.
    pub(crate) fn key(&self, leaf: &Leaf, options: &str) -> Key {
        let bare = Leaf { blocks: Vec::new(), source: String::new(), ..leaf.clone() };
        let version = env!("CARGO_PKG_VERSION");
        let layout = shm_layout::VERSION;
        let text = format!("{version} {DECODING} {layout}\n{bare:?}\n{options}\n{:?}", self.0);
        Key(XxHash3_128::oneshot(text.as_bytes()))
    }
}

/// The print of a file or folder as it is now.
fn print(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return print_folder(path);
    }
    let mut head = Vec::with_capacity(HEAD);
    // A pipe would be waited for; data files are regular ones.
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(format!("{} {:016x}", stamp(&metadata), XxHash64::oneshot(0, &head)))
}

fn stamp(metadata: &Metadata) -> String {
    format!(
        "{} {}.{:09} {}.{:09} {}",
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        metadata.ino()
    )
}

fn print_folder(root: &Path) -> io::Result<String> {
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            // Through links, as readers go; a link to nothing is a file that is not there.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if metadata.is_dir() {
                folders.push(path);
            } else {
                files.push((path, stamp(&metadata)));
            }
            if files.len() + folders.len() > MOST_FILES {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
    }
    files.sort();
    let mut text = String::new();
    for (path, stamp) in &files {
        let _ = writeln!(text, "{:?} {stamp}", path.strip_prefix(root).unwrap_or(path));
    }
    Ok(format!("{} files {:032x}", files.len(), XxHash3_128::oneshot(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn look(path: &Path) -> Identity {
        Identity::look(&Provenance { files: [path.to_owned()].into(), options: String::new() }).unwrap()
    }

    #[test]
    fn a_source_that_changed_in_any_way_is_another_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.h5");
        let then = SystemTime::now() - Duration::from_secs(1000);
        let write = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
        };
        let mut bytes = vec![1; 10_000];
        write(&bytes);
        let first = look(&path);
        assert!(first.is_current() && first == look(&path));
        // The same size and time of change, another byte far from the start.
        bytes[9_000] = 2;
        std::thread::sleep(Duration::from_millis(20));
        write(&bytes);
        assert!(!first.is_current());
        let leaf = Leaf { path: "x".into(), ..Leaf::default() };
        assert_ne!(first.key(&leaf, ""), look(&path).key(&leaf, ""));
        assert_eq!(first.key(&leaf, ""), first.key(&leaf, ""));
        assert_ne!(first.key(&leaf, ""), first.key(&leaf, "decoded false"));
        assert_ne!(first.key(&leaf, ""), first.key(&Leaf { path: "y".into(), ..Leaf::default() }, ""));
        fs::remove_file(&path).unwrap();
        assert!(!first.is_current());
    }

    #[test]
    fn a_folder_is_all_that_is_below_it() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("c/0")).unwrap();
        fs::write(dir.path().join("zarr.json"), "{}").unwrap();
        fs::write(dir.path().join("c/0/0"), "x").unwrap();
        let first = look(dir.path());
        assert!(first.is_current());
        fs::write(dir.path().join("c/0/1"), "y").unwrap();
        assert!(!first.is_current());
    }

    #[test]
    fn a_leaf_carries_the_identity_that_it_was_made_under() {
        let dir = tempfile::tempdir().unwrap();
        let first = look(dir.path());
        let mut leaf = Leaf::default();
        assert_eq!(Identity::stored(&leaf), None);
        first.sign(&mut leaf);
        assert_eq!(Identity::stored(&leaf), Some(first));
    }
}
