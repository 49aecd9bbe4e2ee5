//! Results of graph nodes that are kept across runs: sealed segments as files, each with a digest of
//! all of its bytes at its end.
//!
//! A file is named after its key ([`crate::plan::SharedResult::key`]), which holds what is computed
//! from what; so one of that name is right whoever wrote it and when. It appears whole or not at all.
//! It is read through once when a run begins ([`Cache::has`]), and again, into sealed memory, by the
//! worker that takes it: what is damaged in between is computed instead.

use super::SealedResult;
use crate::diag::Diagnostic;
use crate::sys::memfd::{Memory, Sealed};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use twox_hash::XxHash3_128;

/// The end of a file's name.
const SUFFIX: &str = ".result";
/// Ends a file, before the digest.
const MAGIC: [u8; 16] = *b"shmplot result 1";
/// Bytes behind the segment.
const TAIL: u64 = 32;
/// Bytes that are read at a time.
const STEP: usize = 256 << 10;

/// The folder of kept results.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    /// Most bytes, as the user set it.
    size: Option<u64>,
}

/// A kept result, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptResult {
    /// Its file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it was made or used last.
    pub used: Option<SystemTime>,
}

impl Cache {
    /// That of the user: `$XDG_CACHE_HOME/shmplot/results`, or below `~/.cache`; `None` without a
    /// home. It may hold `size` bytes, or what the file arena may if that is not set.
    pub fn of_user(size: Option<u64>) -> Option<Self> {
        let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let caches = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
        Some(Self { root: caches.join("shmplot/results"), size })
    }

    /// Creates the folder if it is missing.
    ///
    /// # Errors
    /// A warning if nothing can be kept there.
    pub fn prepare(&self) -> Result<(), Diagnostic> {
        let unusable = |error: io::Error| {
            Diagnostic::warning(format!("results cannot be kept in {}", self.root.display()))
                .caused_by(error.to_string())
                .help(
                    "they are computed again by every run; XDG_CACHE_HOME says where to keep them".to_owned(),
                )
        };
        fs::create_dir_all(&self.root).map_err(unusable)?;
        let probe = self.root.join(format!(".probe.{}", std::process::id()));
        File::create(&probe).and_then(|_| fs::remove_file(&probe)).map_err(unusable)?;
        // What a killed writer left.
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let writer = name.to_str().and_then(|name| name.strip_prefix('.')?.rsplit_once('.'));
            let writer = writer.filter(|(key, _)| is_key(key)).and_then(|(_, pid)| pid.parse::<u32>().ok());
            if writer.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// What is kept, those last that were used last.
    pub fn entries(&self) -> Vec<KeptResult> {
        let listed = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let mut found: Vec<KeptResult> = listed
            .filter(|entry| {
                entry.file_name().to_str().is_some_and(|name| name.strip_suffix(SUFFIX).is_some_and(is_key))
            })
            .filter_map(|entry| {
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                let used = metadata.modified().ok();
                Some(KeptResult { path: entry.path(), bytes: metadata.len(), used })
            })
            .collect();
        found.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        found
    }

    /// Removes results; gives how many, and their bytes. A run that was about to use one computes it.
    pub fn remove(&self, chosen: &[KeptResult]) -> (usize, u64) {
        let gone = chosen.iter().filter(|one| fs::remove_file(&one.path).is_ok());
        gone.fold((0, 0), |(files, bytes), one| (files + 1, bytes + one.bytes))
    }

    /// Makes room for `bytes`: those go first that were not used for the longest time.
    fn make_room(&self, bytes: u64) -> io::Result<()> {
        let most =
            super::file::Store::new(Some(&self.root), self.size).map_or(u64::MAX, |store| store.most());
        if bytes > most {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "it is larger than all may be"));
        }
        let entries = self.entries();
        let mut held = entries.iter().map(|entry| entry.bytes).fold(0, u64::saturating_add);
        for entry in entries {
            if held.saturating_add(bytes) <= most {
                break;
            }
            fs::remove_file(&entry.path)?;
            held -= entry.bytes;
        }
        Ok(())
    }

    fn path(&self, key: u128) -> PathBuf {
        self.root.join(format!("{key:032x}{SUFFIX}"))
    }

    /// Whether there is a result of this key that is whole.
    ///
    /// # Errors
    /// One that is damaged, by name; it is removed.
    pub fn has(&self, key: u128) -> Result<bool, Diagnostic> {
        let path = self.path(key);
        let read = File::open(&path).and_then(|mut file| {
            let len = file.metadata()?.len();
            verified(&mut file, len, &mut |_| {})
        });
        match read {
            Ok(()) => {
                // It is used: others make room first.
                let _ = File::options()
                    .append(true)
                    .open(&path)
                    .and_then(|file| file.set_modified(SystemTime::now()));
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => {
                let _ = fs::remove_file(&path);
                Err(damaged(&path, &error))
            }
        }
    }

    /// The result of a key, in sealed memory.
    ///
    /// # Errors
    /// If there is none, or it is damaged; too little memory.
    pub fn take(&self, key: u128) -> Result<SealedResult, Diagnostic> {
        let path = self.path(key);
        self.sealed(&path).map_err(|error| damaged(&path, &error))
    }

    fn sealed(&self, path: &Path) -> io::Result<SealedResult> {
        let mut file = File::open(path)?;
        let len = file.metadata()?.len();
        let bytes = len.checked_sub(TAIL).filter(|bytes| *bytes > 0).ok_or_else(cut_off)?;
        let mut memory = Memory::allocate("shmplot-result", usize::try_from(bytes).map_err(|_| cut_off())?)?;
        let mut at = 0;
        let out = memory.bytes_mut();
        verified(&mut file, len, &mut |part| {
            out[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        })?;
        Ok(SealedResult { segment: memory.seal()?.into(), bytes })
    }

    /// Keeps a result.
    ///
    /// # Errors
    /// What the file system says: a full disk leaves nothing behind.
    #[expect(clippy::disallowed_methods, reason = "it is no figure: nothing is lost if it is not there")]
    pub fn keep(&self, key: u128, result: &SealedResult) -> io::Result<()> {
        fs::create_dir_all(&self.root)?;
        let mapping = Sealed::from_descriptor(result.segment.try_clone()?)?.map()?;
        let bytes: &[u8] = mapping.as_ref();
        let path = self.path(key);
        self.make_room(bytes.len() as u64 + TAIL)?;
        // Two runs may write the same at the same time, each its own file.
        let temporary = self.root.join(format!(".{key:032x}.{}", std::process::id()));
        let written = File::create(&temporary).and_then(|mut file| {
            file.write_all(bytes)?;
            file.write_all(&MAGIC)?;
            file.write_all(&XxHash3_128::oneshot(bytes).to_le_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        });
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

/// Whether a text is a key as it is in names of files.
fn is_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads a file of `len` bytes through; `take` gets the segment piece by piece before it is known to be
/// whole.
fn verified(file: &mut File, len: u64, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut left = len.checked_sub(TAIL).filter(|left| *left > 0).ok_or_else(cut_off)?;
    let mut hash = XxHash3_128::new();
    let mut buffer = vec![0; STEP];
    while left > 0 {
        let part = &mut buffer[..STEP.min(usize::try_from(left).unwrap_or(STEP))];
        file.read_exact(part)?;
        hash.write(part);
        take(part);
        left -= part.len() as u64;
    }
    let mut tail = [0; TAIL as usize];
    file.read_exact(&mut tail)?;
    let (magic, digest) = tail.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no result that was kept"));
    }
    if digest != hash.finish_128().to_le_bytes() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "its bytes are not those that were written"));
    }
    Ok(())
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it was cut off")
}

fn damaged(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::warning(format!("the kept result {} cannot be used", path.display()))
        .caused_by(error.to_string())
        .help("it is computed again".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::seal;
    use crate::data::{Labelled, Values};
    use crate::transform::Value;

    fn sealed() -> SealedResult {
        let values = Values::F64((0..100_000).map(f64::from).collect::<Vec<_>>().into());
        seal(5, &Value::Array(Labelled::contiguous(vec!["x".into()], vec![100_000], values))).unwrap()
    }

    fn bytes(result: &SealedResult) -> Vec<u8> {
        let sealed = Sealed::from_descriptor(result.segment.try_clone().unwrap()).unwrap();
        sealed.map().unwrap().as_ref().to_vec()
    }

    #[test]
    fn a_kept_result_comes_back_whole() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache { root: dir.path().join("a/b"), size: None };
        assert!(!cache.has(7).unwrap() && cache.take(7).is_err());
        let result = sealed();
        cache.keep(7, &result).unwrap();
        assert!(cache.has(7).unwrap() && !cache.has(8).unwrap());
        let taken = cache.take(7).unwrap();
        assert_eq!((taken.bytes, bytes(&taken)), (result.bytes, bytes(&result)));
        assert_eq!(fs::read_dir(dir.path().join("a/b")).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_one_is_named_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache { root: dir.path().to_owned(), size: None };
        let whole = {
            cache.keep(7, &sealed()).unwrap();
            fs::read(cache.path(7)).unwrap()
        };
        let mut flipped = whole.clone();
        flipped[300_000] ^= 1;
        let mut foreign = whole.clone();
        let at = whole.len() - 20;
        foreign[at] ^= 1;
        for broken in [flipped, foreign, whole[..whole.len() - 1].to_vec(), b"x".to_vec(), Vec::new()] {
            fs::write(cache.path(7), broken).unwrap();
            assert!(cache.take(7).is_err());
            let error = cache.has(7).unwrap_err();
            assert!(error.to_string().contains(".result cannot be used"), "{error}");
            assert!(!cache.has(7).unwrap());
        }
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_makes_room() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = sealed().bytes + TAIL;
        let cache = Cache { root: dir.path().to_owned(), size: Some(2 * bytes) };
        fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        let age = |key, seconds| {
            let file = File::options().append(true).open(cache.path(key)).unwrap();
            file.set_modified(SystemTime::now() - std::time::Duration::from_secs(seconds)).unwrap();
        };
        cache.keep(1, &sealed()).unwrap();
        cache.keep(2, &sealed()).unwrap();
        age(1, 2000);
        age(2, 1000);
        assert!(cache.has(1).unwrap(), "it is used now");
        cache.keep(3, &sealed()).unwrap();
        assert_eq!([1, 2, 3].map(|key| cache.has(key).unwrap()), [true, false, true]);
        let small = Cache { size: Some(bytes - 1), ..cache.clone() };
        assert!(small.keep(4, &sealed()).is_err() && cache.entries().len() == 2);
        assert_eq!(cache.remove(&cache.entries()), (2, 2 * bytes));
        assert!(cache.entries().is_empty() && dir.path().join("notes.txt").exists());
    }

    #[test]
    fn what_a_killed_writer_left_is_removed_and_a_folder_in_the_way_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache { root: dir.path().join("results"), size: None };
        cache.prepare().unwrap();
        let left = |pid: u32| cache.root.join(format!(".{:032x}.{pid}", 7));
        fs::write(left(u32::MAX), "x").unwrap();
        fs::write(left(std::process::id()), "x").unwrap();
        cache.prepare().unwrap();
        assert!(!left(u32::MAX).exists() && left(std::process::id()).exists());
        fs::write(dir.path().join("file"), "x").unwrap();
        let said = Cache { root: dir.path().join("file"), size: None }.prepare().unwrap_err().to_string();
        assert!(said.contains("results cannot be kept in"), "{said}");
    }
}
