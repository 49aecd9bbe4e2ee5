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
pub struct Cache(PathBuf);

impl Cache {
    /// That of the user: `$XDG_CACHE_HOME/shmplot/results`, or below `~/.cache`; `None` without a
    /// home.
    pub fn of_user() -> Option<Self> {
        let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let caches = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
        Some(Self(caches.join("shmplot/results")))
    }

    fn path(&self, key: u128) -> PathBuf {
        self.0.join(format!("{key:032x}{SUFFIX}"))
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
            Ok(()) => Ok(true),
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
        fs::create_dir_all(&self.0)?;
        let mapping = Sealed::from_descriptor(result.segment.try_clone()?)?.map()?;
        let bytes: &[u8] = mapping.as_ref();
        let path = self.path(key);
        // Two runs may write the same at the same time, each its own file.
        let temporary = self.0.join(format!(".{key:032x}.{}", std::process::id()));
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
        let cache = Cache(dir.path().join("a/b"));
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
        let cache = Cache(dir.path().to_owned());
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
}
