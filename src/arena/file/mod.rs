//! The file arena: decoded leaves as segment files, kept from run to run.
//!
//! An entry is one leaf, or those blocks of it that a run demanded, as a segment with checksums. It
//! is named after a digest of its sources' identities, of its place in the tree and of the way of
//! decoding (`identity`), so that whatever changes makes another name; what has no use any more is
//! removed when room is needed. Entries are built as figures are (`build`): under a temporary name,
//! allocated first, renamed last. Nobody ever sees half of one.
//!
//! **Invariant:** only files with names of our pattern, in a folder that this program marked, are
//! ever removed.

mod build;
mod entry;
mod identity;
mod list;

pub(crate) use build::Building;
pub(crate) use entry::{Entry, EntryError};
pub(crate) use identity::{Identity, Key};
pub use list::{Damage, Removed, Stored, verify_file};

use crate::diag::Diagnostic;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Leaves of fewer bytes than this stay in memory.
pub const SMALLEST: u64 = 1 << 20;
/// What the store may hold if the user sets nothing, …
const MOST: u64 = 20 << 30;
/// … and this part of the disk's room besides.
const SHARE: u64 = 2;
/// The end of an entry's name.
const SUFFIX: &str = ".shmseg";
/// The file that marks a folder as a store, and is locked while room is taken or given back.
const MARK: &str = "shmplot-arena.lock";

/// A folder of stored leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
    /// Most bytes, as the user set it.
    size: Option<u64>,
}

/// A store, and which leaves it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The store.
    pub store: Store,
    /// Paths of leaves; all for `None`. A leaf of a list that cannot be stored is loaded instead, as
    /// the list is the program's own choice.
    pub leaves: Option<BTreeSet<String>>,
}

impl Files {
    /// Whether a leaf is to be stored, if it is large enough.
    pub(crate) fn takes(&self, path: &str) -> bool {
        self.leaves.as_ref().is_none_or(|leaves| leaves.contains(path))
    }
}

/// What looking for an entry gave.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) entry: Option<Entry>,
    /// Damaged files, which were removed.
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Store {
    /// The store in `path`, or the one in the user's cache. Nothing is created.
    ///
    /// # Errors
    /// If there is no path and neither `XDG_CACHE_HOME` nor `HOME` is set.
    pub fn new(path: Option<&Path>, size: Option<u64>) -> Result<Self, Diagnostic> {
        let absolute =
            |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let root = match path {
            Some(path) => Some(path.to_owned()),
            None => absolute("XDG_CACHE_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
                .map(|cache| cache.join("shmplot/arena")),
        };
        let root = root.ok_or_else(|| {
            Diagnostic::error("there is no folder for the file arena: neither XDG_CACHE_HOME nor HOME is set")
                .help("name one: `--arena file:FOLDER`".to_owned())
        })?;
        let root = std::path::absolute(&root).unwrap_or(root);
        Ok(Self { root, size })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Creates the folder if it is missing, and removes what dead builders left.
    ///
    /// # Errors
    /// If it cannot be created, or holds other files and no mark of ours.
    pub fn prepare(&self) -> Result<(), Diagnostic> {
        let failed = |err: io::Error| {
            Diagnostic::error(format!("cannot use `{}` as a file arena", self.root.display()))
                .caused_by(err.to_string())
                .help("choose another folder with `--arena file:FOLDER`, or `--arena memory`".to_owned())
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.root).map_err(failed)?;
        let mark = self.root.join(MARK);
        if !mark.exists() && fs::read_dir(&self.root).map_err(failed)?.next().is_some() && !mark.exists() {
            return Err(failed(io::Error::other("the folder holds other files")));
        }
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&mark).map_err(failed)?;
        let _ = file.set_modified(SystemTime::now());
        crate::output::temp::sweep_one(&self.root, &mark);
        Ok(())
    }

    /// Whether the folder is a store.
    pub fn exists(&self) -> bool {
        self.root.join(MARK).is_file()
    }

    /// Looks for an entry of `key` that holds all of the demanded ranges, and verifies those. A
    /// damaged one is removed, with a warning.
    pub(crate) fn find(&self, key: Key, axes: &[Vec<Range<usize>>]) -> Found {
        let mut found = Found { entry: None, warnings: Vec::new() };
        for path in self.paths_of(key) {
            match Entry::open(&path) {
                Ok(mut entry) if entry.covers(axes) => match entry.verify(axes) {
                    Ok(()) => {
                        let _ = entry.file.set_modified(SystemTime::now());
                        found.entry = Some(entry);
                        return found;
                    }
                    Err(err) => {
                        drop(entry);
                        found.warnings.push(self.remove_damaged(&path, &err.to_string()));
                    }
                },
                Ok(_) | Err(EntryError::Io(_)) => {}
                Err(err) => found.warnings.push(self.remove_damaged(&path, &err.to_string())),
            }
        }
        found
    }

    /// Removes an entry that is damaged; gives the warning.
    pub(crate) fn remove_damaged(&self, path: &Path, why: &str) -> Diagnostic {
        let warning = Diagnostic::warning(format!("the stored segment {} is damaged", path.display()))
            .caused_by(why.to_owned());
        match fs::remove_file(path) {
            Ok(()) => warning.help("it was removed, and the data are decoded again".to_owned()),
            Err(err) => warning.caused_by(format!("it cannot be removed: {err}")),
        }
    }

    /// Entries of a key, largest first: the most likely to cover a demand.
    fn paths_of(&self, key: Key) -> Vec<PathBuf> {
        let prefix = format!("{:032x}-", key.0);
        let mut found: Vec<(u64, PathBuf)> = self
            .files()
            .into_iter()
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(name, len)| (len, self.root.join(name)))
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        found.into_iter().map(|(_, path)| path).collect()
    }

    /// Names and sizes of entries.
    fn files(&self) -> Vec<(String, u64)> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let mut found: Vec<(String, u64)> = entries
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?)))
            .filter(|(name, metadata)| is_entry(name) && metadata.is_file())
            .map(|(name, metadata)| (name, metadata.len()))
            .collect();
        found.sort();
        found
    }
}

/// Whether a name is one of our pattern: 32 hexadecimal digits, a dash, 16 more, the suffix.
fn is_entry(name: &str) -> bool {
    let hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let parts = name.strip_suffix(SUFFIX).and_then(|stem| stem.split_once('-'));
    parts.is_some_and(|(key, blocks)| hex(key, 32) && hex(blocks, 16))
}

/// Opens a regular file for reading, without following a link at its name or waiting for a pipe.
fn open_regular(path: &Path) -> io::Result<File> {
    let flags = libc::O_NONBLOCK | libc::O_CLOEXEC | libc::O_NOFOLLOW;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Provenance;
    use shm_layout::{Block, Catalog, Leaf, sizes, sums, write};

    const LEN: u64 = 3 << 17;

    /// A store and a source in a fresh folder.
    fn store(dir: &Path, size: Option<u64>) -> (Store, Identity) {
        let source = dir.join("data.h5");
        if !source.exists() {
            fs::write(&source, "source").unwrap();
        }
        let provenance = Provenance { files: [source].into(), options: String::new() };
        let store = Store::new(Some(&dir.join("arena")), size).unwrap();
        (store, Identity::look(&provenance).unwrap())
    }

    fn leaf(path: &str) -> Leaf {
        let block = Block { start: vec![0], count: vec![LEN], ..Block::default() };
        let (dims, shape, blocks) = (vec!["x".into()], vec![LEN], vec![block]);
        Leaf { path: path.into(), dtype: 10, dims, shape, blocks, ..Leaf::default() }
    }

    fn axes() -> Vec<Vec<Range<usize>>> {
        vec![vec![0..LEN as usize]]
    }

    /// Builds an entry whose bytes are all `fill`, up to its last step.
    fn begin(store: &Store, identity: &Identity, path: &str, fill: u8) -> Result<Building, Diagnostic> {
        let mut leaf = leaf(path);
        let key = identity.key(&leaf, "");
        identity.sign(&mut leaf);
        let mut catalog = Catalog { leaves: vec![leaf] };
        sums::reserve(&mut catalog).unwrap();
        let sizes = sizes::assign(&mut catalog).unwrap();
        let mut building = store.build(key, &axes(), sizes.total, path)?;
        let synced = building.descriptor().unwrap();
        let (front, buffers) = write::split(building.bytes_mut(), &catalog, sizes).unwrap();
        for buffer in buffers {
            buffer.values.fill(fill);
            catalog.leaves[0].blocks[0].sums = sums::of(buffer.values, buffer.texts);
        }
        synced.sync_data().unwrap();
        front.finish(&catalog).unwrap();
        Ok(building)
    }

    fn build(store: &Store, identity: &Identity, path: &str, fill: u8) -> PathBuf {
        begin(store, identity, path, fill).unwrap().publish().unwrap().path
    }

    fn find(store: &Store, identity: &Identity, path: &str) -> Found {
        store.find(identity.key(&leaf(path), ""), &axes())
    }

    fn names(store: &Store) -> usize {
        fs::read_dir(store.root()).unwrap().count()
    }

    #[test]
    fn what_was_built_is_found_until_its_source_changes() {
        let dir = tempfile::tempdir().unwrap();
        let (store, identity) = store(dir.path(), None);
        let building = begin(&store, &identity, "a", 1).unwrap();
        assert!(find(&store, &identity, "a").entry.is_none(), "nobody sees half of one");
        let path = building.publish().unwrap().path;
        let found = find(&store, &identity, "a");
        assert!(found.warnings.is_empty() && found.entry.unwrap().path == path);
        assert!(find(&store, &identity, "b").entry.is_none());
        assert!(store.entries()[0].valid);
        fs::write(dir.path().join("data.h5"), "changed").unwrap();
        let (store, identity) = self::store(dir.path(), None);
        assert!(find(&store, &identity, "a").entry.is_none());
        let listed = &store.entries()[0];
        assert!(!listed.valid && listed.damage.is_none() && listed.leaf == "a");
    }

    #[test]
    fn of_two_builders_the_last_wins_and_both_have_what_they_built() {
        let dir = tempfile::tempdir().unwrap();
        let (store, identity) = store(dir.path(), None);
        let one = begin(&store, &identity, "a", 1).unwrap();
        let two = begin(&store, &identity, "a", 2).unwrap();
        let first = one.publish().unwrap().file;
        let Entry { file: second, path, .. } = two.publish().unwrap();
        let last = |file: &File| {
            use std::os::unix::fs::FileExt;
            let mut byte = [0];
            file.read_exact_at(&mut byte, file.metadata().unwrap().len() - 1).unwrap();
            byte[0]
        };
        assert_eq!((last(&first), last(&second), last(&File::open(path).unwrap())), (1, 2, 2));
        assert_eq!(names(&store), 2);
    }

    #[test]
    fn a_damaged_entry_is_removed_with_a_warning_wherever_the_damage_is() {
        let dir = tempfile::tempdir().unwrap();
        let (store, identity) = store(dir.path(), None);
        let len = fs::metadata(build(&store, &identity, "a", 1)).unwrap().len();
        for at in [0, 9, 20, 41, 45, 64, 100, 500, len / 2, len - 1] {
            let path = build(&store, &identity, "a", 1);
            let mut bytes = fs::read(&path).unwrap();
            bytes[at as usize] ^= 4;
            fs::write(&path, bytes).unwrap();
            let found = find(&store, &identity, "a");
            assert!(found.entry.is_none() && found.warnings.len() == 1 && !path.exists(), "byte {at}");
            assert!(found.warnings[0].message.contains(path.to_str().unwrap()));
        }
        // Cut off, empty, and none of ours.
        for bytes in [&[][..], b"PAR1", &[0; 4096]] {
            let path = build(&store, &identity, "a", 1);
            fs::write(&path, bytes).unwrap();
            assert_eq!(find(&store, &identity, "a").warnings.len(), 1);
            assert!(!path.exists());
        }
        assert!(find(&store, &identity, "a").warnings.is_empty());
    }

    #[test]
    fn entries_that_nobody_uses_make_room_the_longest_unused_first() {
        let dir = tempfile::tempdir().unwrap();
        let (store, identity) = store(dir.path(), Some(3 * LEN * 8 + 100_000));
        let [a, b, c] = ["a", "b", "c"].map(|name| build(&store, &identity, name, 1));
        for (path, age) in [(&a, 3), (&b, 2), (&c, 1)] {
            let then = SystemTime::now() - std::time::Duration::from_secs(age * 100);
            File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
        }
        let used = find(&store, &identity, "b");
        let d = build(&store, &identity, "d", 1);
        assert!(!a.exists() && b.exists() && c.exists() && d.exists());
        let (_c, _d) = (find(&store, &identity, "c"), find(&store, &identity, "d"));
        let refused = begin(&store, &identity, "e", 1).unwrap_err().to_string();
        assert!(
            refused.contains("`e` takes 3.0 MiB") && refused.contains("--arena-size allows 9.1 MiB"),
            "{refused}"
        );
        assert_eq!(names(&store), 4);
        assert_eq!(store.remove(&store.entries()).in_use, 3);
        drop((used, _c, _d));
        assert_eq!(store.remove(&store.entries()).files, 3);
        let more = Store { size: Some(1), ..store };
        assert!(begin(&more, &identity, "e", 1).is_err());
        assert_eq!(names(&more), 1);
    }

    #[test]
    fn only_what_is_ours_is_ever_removed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("arena")).unwrap();
        fs::write(dir.path().join("arena/thesis.txt"), "mine").unwrap();
        let (store, identity) = store(dir.path(), None);
        let refused = begin(&store, &identity, "a", 1).unwrap_err().to_string();
        assert!(refused.contains("other files"), "{refused}");
        fs::remove_file(store.root().join("thesis.txt")).unwrap();
        build(&store, &identity, "a", 1);
        // What a killed builder leaves goes with the next; what is somebody's stays.
        let run = crate::output::temp::run_id();
        let (head, _) = run.rsplit_once('-').unwrap();
        let stale = |run: &str| crate::output::temp::temp_path(&store.root().join("x.shmseg"), run, 0, 0);
        let (dead, living) = (stale(&format!("{head}-1")), stale(&run));
        for path in [&dead, &living, &store.root().join("thesis.txt")] {
            fs::write(path, "x").unwrap();
        }
        drop(begin(&store, &identity, "b", 1).unwrap());
        assert!(!dead.exists() && living.exists() && store.root().join("thesis.txt").exists());
        assert_eq!(names(&store), 4);
        for (name, ours) in [
            ("0123456789abcdef0123456789abcdef-0123456789abcdef.shmseg", true),
            ("0123456789abcdef0123456789abcdef-0123456789abcdef.h5", false),
            ("0123456789ABCDEF0123456789abcdef-0123456789abcdef.shmseg", false),
            ("results-0123456789abcdef.shmseg", false),
        ] {
            assert_eq!(is_entry(name), ours, "{name}");
        }
    }
}
