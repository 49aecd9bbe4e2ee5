//! Building an entry, and the room that it takes: nothing under its name before it is whole.

use super::{Entry, EntryError, Identity, Key, MARK, MOST, SHARE, SUFFIX, Store, open_regular};
use crate::arena::budget::human;
use crate::diag::Diagnostic;
use crate::output::temp;
use crate::sys::Room;
use crate::sys::io::{Io, Real};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;
use twox_hash::XxHash64;

/// Entries begun by this process, for their temporary names.
static BEGUN: AtomicUsize = AtomicUsize::new(0);

/// An entry being built. Dropping it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Building {
    room: Option<Room>,
    temp: PathBuf,
    path: PathBuf,
}

impl Store {
    /// Allocates an entry of `len` bytes for a leaf and its demanded ranges. Entries that nobody uses
    /// make room, those first that were not used for the longest time.
    ///
    /// # Errors
    /// If the store may not hold so much or the disk has no room, with the sizes.
    pub(crate) fn build(
        &self,
        key: Key,
        axes: &[Vec<Range<usize>>],
        len: u64,
        what: &str,
    ) -> Result<Building, Diagnostic> {
        self.prepare()?;
        let blocks = XxHash64::oneshot(0, format!("{axes:?}").as_bytes());
        let path = self.root.join(format!("{:032x}-{blocks:016x}{SUFFIX}", key.0));
        let number = BEGUN.fetch_add(1, Ordering::Relaxed);
        let temp = temp::temp_path(&path, &temp::run_id(), number, 0);
        let unmade = |err: io::Error| {
            Diagnostic::error(format!("cannot store `{what}` ({}) in {}", human(len), self.root.display()))
                .caused_by(err.to_string())
                .help("choose another folder with `--arena file:FOLDER`, or `--arena memory`".to_owned())
        };
        // What is taken is counted by others as soon as the lock is free again.
        let lock = self.lock().map_err(unmade)?;
        let most = self.most();
        let mut held = self.held();
        let mut old = self.by_age();
        while held.saturating_add(len) > most {
            let Some(freed) = self.evict(&mut old) else {
                return Err(self.too_large(what, len, most, held));
            };
            held = held.saturating_sub(freed);
        }
        let room = loop {
            let file =
                OpenOptions::new().read(true).write(true).create_new(true).open(&temp).map_err(unmade)?;
            let size = usize::try_from(len).unwrap_or(usize::MAX);
            match Room::allocate(file, size) {
                Ok(room) => break room,
                Err(err) => {
                    let _ = fs::remove_file(&temp);
                    if err.kind() != io::ErrorKind::StorageFull {
                        return Err(unmade(err));
                    }
                    if self.evict(&mut old).is_none() {
                        return Err(self.disk_full(what, len));
                    }
                }
            }
        };
        drop(lock);
        Ok(Building { room: Some(room), temp, path })
    }

    /// The lock under which room is taken, held as long as the file lives. On a file system without
    /// locks there is none: the size may then be exceeded by concurrent runs.
    fn lock(&self) -> io::Result<File> {
        let file = OpenOptions::new().write(true).open(self.root.join(MARK))?;
        match file.lock() {
            Err(err) if err.kind() != io::ErrorKind::Unsupported => Err(err),
            _ => Ok(file),
        }
    }

    /// Bytes that the store may hold.
    pub fn most(&self) -> u64 {
        let share = || self.free().map_or(MOST, |free| free.saturating_add(self.held()) / SHARE);
        self.size.unwrap_or_else(|| MOST.min(share()))
    }

    /// Bytes that a run may store: entries that nobody uses make room.
    pub fn room(&self) -> u64 {
        self.most().min(self.free().map_or(u64::MAX, |free| free.saturating_add(self.held())))
    }

    /// Bytes that the disk has left for this user.
    fn free(&self) -> Option<u64> {
        let there = self.root.ancestors().find(|path| path.exists())?;
        let stat = nix::sys::statvfs::statvfs(there).ok()?;
        Some(stat.blocks_available().saturating_mul(stat.fragment_size()))
    }

    /// Bytes that entries and those being built take.
    pub fn held(&self) -> u64 {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        entries
            .filter(|entry| {
                entry
                    .file_name()
                    .to_str()
                    .is_some_and(|name| super::is_entry(name) || temp::is_temporary(name))
            })
            .filter_map(|entry| entry.metadata().ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    /// Entries, those last that were not used for the longest time.
    fn by_age(&self) -> Vec<(PathBuf, u64)> {
        let mut found: Vec<(SystemTime, PathBuf, u64)> = self
            .files()
            .into_iter()
            .filter_map(|(name, len)| {
                let path = self.root.join(name);
                let used = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok()?;
                Some((used, path, len))
            })
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        found.into_iter().map(|(_, path, len)| (path, len)).collect()
    }

    /// Removes the oldest entry that is not in use; gives its size.
    fn evict(&self, old: &mut Vec<(PathBuf, u64)>) -> Option<u64> {
        while let Some((path, len)) = old.pop() {
            if remove_unused(&path) {
                return Some(len);
            }
        }
        None
    }

    fn too_large(&self, what: &str, len: u64, most: u64, held: u64) -> Diagnostic {
        let set =
            if self.size.is_some() { "--arena-size allows" } else { "without --arena-size it may hold" };
        Diagnostic::error(format!("`{what}` takes {} in the file arena, {set} {}", human(len), human(most)))
            .caused_by(format!("{} of it are in use by this or other runs", human(held)))
            .help("raise --arena-size, select less of the data, or use `--arena memory`".to_owned())
    }

    fn disk_full(&self, what: &str, len: u64) -> Diagnostic {
        let free = self.free().map(human).unwrap_or_default();
        Diagnostic::error(format!(
            "`{what}` takes {} in the file arena, the disk of {} has {free} free",
            human(len),
            self.root.display()
        ))
        .help(
            "free some of it, choose another folder with `--arena file:FOLDER`, or use `--arena memory`"
                .to_owned(),
        )
    }
}

/// Removes an entry if nobody uses it; whether that was so.
pub(super) fn remove_unused(path: &Path) -> bool {
    let Ok(file) = open_regular(path) else { return false };
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => false,
        Ok(()) | Err(fs::TryLockError::Error(_)) => fs::remove_file(path).is_ok(),
    }
}

impl Building {
    /// The bytes of the segment, to be filled.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.room.as_mut().map_or(&mut [], Room::bytes_mut)
    }

    /// Syncs what was filled so far through this while the bytes are borrowed: values are on the
    /// device before the header that makes the file a segment.
    ///
    /// # Errors
    /// What the kernel says.
    pub(crate) fn descriptor(&self) -> io::Result<File> {
        self.room.as_ref().ok_or(io::ErrorKind::NotFound)?.descriptor()
    }

    /// Gives the entry its name, in place of one that another run made meanwhile, and opens it for
    /// reading, locked against eviction.
    ///
    /// # Errors
    /// A device that failed; what the kernel says.
    pub(crate) fn publish(mut self) -> Result<Entry, EntryError> {
        if let Some(room) = self.room.take() {
            room.finish()?;
        }
        let mut entry = Entry::open(&self.temp)?;
        entry.built(&self.path);
        Real.rename(&self.temp, &self.path)?;
        if let Some(folder) = self.path.parent() {
            Real.fsync_dir(folder)?;
        }
        Ok(entry)
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        // After publishing the name is gone, and this does nothing.
        let _ = fs::remove_file(&self.temp);
    }
}

/// Whether what an entry was made of is still what it was.
pub(super) fn is_current(entry: &Entry) -> bool {
    Identity::stored(entry.leaf()).is_some_and(|identity| identity.is_current())
}
