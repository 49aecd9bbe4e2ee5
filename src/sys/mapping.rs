//! Memory mappings: read-only ones of files and sealed memory, and counters that a child shares with
//! its parent.

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

/// A live read-only mapping. The address stays the same as long as it lives.
#[derive(Debug)]
pub struct Mapping(memmap2::Mmap);

impl Mapping {
    /// Maps the whole of `file` for reading.
    ///
    /// # Errors
    /// What `mmap` says; an empty file cannot be mapped.
    pub fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the map is PROT_READ. Arena memory is sealed against writing and shrinking; other
        // files may be truncated by somebody, which raises SIGBUS in the process that touches the
        // missing page (RELIABILITY: the worker alone dies), and is never undefined for plain bytes
        // that are only read as numbers.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self(map))
    }

    /// Keeps the mapping out of core dumps. A kernel that cannot is no error: the dump is larger.
    pub fn leave_out_of_dumps(&self) {
        let _ = self.0.advise(memmap2::Advice::DontDump);
    }

    /// Says that the mapping is read from front to back: a scan of a file that is not in memory runs
    /// at the speed of the disk, twice that without. A kernel that does not know what to do with it
    /// reads as usual.
    pub fn read_forward(&self) {
        let _ = self.0.advise(memmap2::Advice::Sequential);
    }

    /// Maps all pages at once that are in memory already: a first scan then runs at full speed. A
    /// kernel that cannot (before 5.14) maps them one by one as they are touched.
    pub fn populate(&self) {
        let _ = self.0.advise(memmap2::Advice::PopulateRead);
    }
}

impl AsRef<[u8]> for Mapping {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Maps the whole pages inside `bytes` at once, as writing to each would: filling fresh memory costs
/// a quarter less. Changes no content; a kernel that cannot (before 5.14) does nothing.
pub fn populate_for_writing(bytes: &mut [u8]) {
    const PAGE: usize = 4096;
    let start = bytes.as_ptr().align_offset(PAGE);
    let Some(len) = bytes.len().checked_sub(start).map(|len| len / PAGE * PAGE).filter(|len| *len > 0) else {
        return;
    };
    let pages = &mut bytes[start..start + len];
    // SAFETY: the range is exclusively borrowed memory, and MADV_POPULATE_WRITE only makes its pages
    // present and writable, with the content they have.
    let _ = unsafe { libc::madvise(pages.as_mut_ptr().cast(), pages.len(), libc::MADV_POPULATE_WRITE) };
}

/// Numbers that this process and children forked later see each other change; they outlive a child
/// however it ends. All zero at first.
#[derive(Debug)]
pub struct Counters {
    start: NonNull<AtomicU64>,
    len: usize,
}

// SAFETY: atomics may be used from any thread, and the mapping belongs to this value alone.
unsafe impl Send for Counters {}
// SAFETY: as above.
unsafe impl Sync for Counters {}

impl Counters {
    /// `len` counters.
    ///
    /// # Errors
    /// What `mmap` says.
    pub fn new(len: usize) -> io::Result<Self> {
        use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
        let bytes = len.checked_mul(size_of::<AtomicU64>()).and_then(|n| NonZeroUsize::new(n.max(1)));
        let bytes = bytes.ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches nothing else.
        let start = unsafe { mmap_anonymous(None, bytes, protection, MapFlags::MAP_SHARED) }?;
        Ok(Self { start: start.cast(), len })
    }
}

impl Deref for Counters {
    type Target = [AtomicU64];

    fn deref(&self) -> &[AtomicU64] {
        // SAFETY: one live, page-aligned, zero-initialised mapping of at least `len` atomics, owned by
        // `self`; other processes change it through atomics only.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Counters {
    fn drop(&mut self) {
        let bytes = (self.len * size_of::<AtomicU64>()).max(1);
        // SAFETY: the mapping that `new` made, which nobody borrows any more.
        let _ = unsafe { nix::sys::mman::munmap(self.start.cast(), bytes) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    #[test]
    fn counters_begin_at_zero_and_count() {
        let counters = Counters::new(1000).unwrap();
        assert!(counters.iter().all(|c| c.load(Ordering::Relaxed) == 0));
        counters[999].fetch_add(3, Ordering::Relaxed);
        assert_eq!(counters[999].load(Ordering::Relaxed), 3);
        assert!(Counters::new(0).unwrap().is_empty());
    }
}
