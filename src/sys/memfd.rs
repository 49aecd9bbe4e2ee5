//! Anonymous memory that is filled once and then cannot change: allocate → fill → seal → map.
//!
//! Nothing of it has a name in a file system, so nothing is left behind when the processes end, and
//! the size of `/dev/shm` does not bound it.

use super::{Mapping, memory};
use memmap2::MmapMut;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl, posix_fallocate};
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;

/// The seals of finished memory: no writing, no change of size, no other seals.
const SEALS: SealFlag = SealFlag::F_SEAL_WRITE
    .union(SealFlag::F_SEAL_SHRINK)
    .union(SealFlag::F_SEAL_GROW)
    .union(SealFlag::F_SEAL_SEAL);

/// Bytes allocated before what is left is looked at again.
const STEP: usize = 256 << 20;
/// Bytes left to everybody else.
const MARGIN: usize = 16 << 20;

/// Memory that is being filled. All of it is allocated: touching it cannot fail.
#[derive(Debug)]
pub struct Memory {
    file: File,
    map: MmapMut,
}

impl Memory {
    /// Allocates `len` zero bytes. `name` shows in `/proc/PID/maps`.
    ///
    /// # Errors
    /// `OutOfMemory` if there is less memory left on the machine or in the control group, what the
    /// kernel says otherwise.
    pub fn allocate(name: &str, len: usize) -> io::Result<Self> {
        let file = File::from(create(name)?);
        // A bare ftruncate would leave holes: a lack of memory would be a SIGBUS later. And
        // fallocate of anonymous memory never fails for lack of it: the kernel kills processes, small
        // bystanders first, until there is enough. So each step looks before it takes.
        let mut done = 0;
        loop {
            let step = STEP.min(len - done);
            if memory::left().is_some_and(|left| (left as usize) < (len - done).saturating_add(MARGIN)) {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            loop {
                match posix_fallocate(&file, offset(done)?, offset(step)?) {
                    Ok(()) => break,
                    Err(Errno::EINTR) => {}
                    Err(errno) => return Err(errno.into()),
                }
            }
            done += step;
            if done == len {
                break;
            }
        }
        // SAFETY: this process alone has the descriptor until it is sealed, and truncates nothing.
        let map = unsafe { MmapMut::map_mut(&file)? };
        let _ = map.advise(memmap2::Advice::DontDump);
        Ok(Self { file, map })
    }

    /// The memory, to be filled.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.map
    }

    /// Ends filling: unmaps the writable map, seals, and keeps a read-only descriptor only.
    ///
    /// # Errors
    /// What the kernel says; `/proc` must be mounted.
    pub fn seal(self) -> io::Result<Sealed> {
        // A living writable map would make sealing fail with EBUSY.
        drop(self.map);
        fcntl(&self.file, FcntlArg::F_ADD_SEALS(SEALS))?;
        let path = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        let file = OpenOptions::new().read(true).open(path)?;
        Ok(Sealed(file))
    }
}

/// Memory that nobody can change any more, behind a read-only descriptor.
#[derive(Debug)]
pub struct Sealed(File);

impl Sealed {
    /// Takes a descriptor that came from elsewhere.
    ///
    /// # Errors
    /// If it is not sealed memory.
    pub fn from_descriptor(fd: OwnedFd) -> io::Result<Self> {
        let seals = SealFlag::from_bits_retain(fcntl(&fd, FcntlArg::F_GET_SEALS)?);
        if !seals.contains(SEALS) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the memory is not sealed"));
        }
        Ok(Self(File::from(fd)))
    }

    /// Number of bytes.
    ///
    /// # Errors
    /// What `fstat` says.
    pub fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    /// Maps it read-only and out of core dumps.
    ///
    /// # Errors
    /// What `mmap` says.
    pub fn map(&self) -> io::Result<Mapping> {
        let mapping = Mapping::of(&self.0)?;
        mapping.leave_out_of_dumps();
        Ok(mapping)
    }
}

impl AsFd for Sealed {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl From<Sealed> for OwnedFd {
    fn from(sealed: Sealed) -> Self {
        sealed.0.into()
    }
}

/// A small anonymous file for text that a child writes and its parent reads.
#[derive(Debug)]
pub struct Scratch(File);

impl Scratch {
    /// An empty one.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn new(name: &str) -> io::Result<Self> {
        Ok(Self(File::from(create(name)?)))
    }

    /// Its last `most` bytes as text.
    pub fn tail(&self, most: u64) -> String {
        let len = self.0.metadata().map_or(0, |meta| meta.len());
        let mut bytes = vec![0; len.min(most) as usize];
        match self.0.read_exact_at(&mut bytes, len.saturating_sub(most)) {
            Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => String::new(),
        }
    }
}

impl AsFd for Scratch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn offset(n: usize) -> io::Result<libc::off_t> {
    libc::off_t::try_from(n).map_err(|_| io::ErrorKind::OutOfMemory.into())
}

fn create(name: &str) -> io::Result<OwnedFd> {
    let name = CString::new(name)?;
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    // Linux 6.3 and newer can forbid execution; older ones refuse the flag.
    let no_exec = MFdFlags::from_bits_retain(libc::MFD_NOEXEC_SEAL);
    match memfd_create(name.as_c_str(), flags | no_exec) {
        Err(Errno::EINVAL) => Ok(memfd_create(name.as_c_str(), flags)?),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::mman::{MapFlags, ProtFlags, mmap, mprotect};
    use std::io::Write;
    use std::num::NonZeroUsize;

    fn sealed() -> Sealed {
        let mut memory = Memory::allocate("shmplot-test", 10_000).unwrap();
        memory.bytes_mut()[..4].copy_from_slice(b"data");
        memory.seal().unwrap()
    }

    #[test]
    fn what_was_filled_is_read_through_the_map() {
        let mapping = sealed().map().unwrap();
        let bytes = mapping.as_ref();
        assert_eq!((bytes.len(), &bytes[..5]), (10_000, &b"data\0"[..]));
    }

    #[test]
    fn sealed_memory_cannot_be_written_mapped_writable_or_resized() {
        let mut sealed = sealed();
        assert!(sealed.0.write_all(b"x").is_err());
        assert!(sealed.0.set_len(20_000).is_err());
        assert!(sealed.0.set_len(100).is_err());
        let len = NonZeroUsize::new(10_000).unwrap();
        let map = |protection, flags| {
            // SAFETY: a new mapping at an address of the kernel's choice.
            unsafe { mmap(None, len, protection, flags, &sealed.0, 0) }
        };
        assert!(map(ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_SHARED).is_err());
        let readable = map(ProtFlags::PROT_READ, MapFlags::MAP_SHARED).unwrap();
        // SAFETY: the mapping made above; that it stays read-only is what is tested.
        assert!(unsafe { mprotect(readable, 10_000, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE) }.is_err());
        // Nor through a new writable descriptor of the same memory.
        let again = OpenOptions::new().write(true).open(format!("/proc/self/fd/{}", sealed.0.as_raw_fd()));
        assert!(again.is_err() || again.unwrap().write_all(b"x").is_err());
    }

    #[test]
    fn only_sealed_memory_is_taken_from_elsewhere() {
        let fd = sealed().0.into();
        assert!(Sealed::from_descriptor(fd).is_ok());
        let unsealed = Memory::allocate("shmplot-test", 100).unwrap().file.into();
        assert!(Sealed::from_descriptor(unsealed).is_err());
        let file = tempfile::tempfile().unwrap().into();
        assert!(Sealed::from_descriptor(file).is_err());
    }

    #[test]
    fn too_much_memory_is_an_error_and_nobody_is_killed_for_it() {
        for len in [1 << 46, 1 << 60, usize::MAX] {
            let err = Memory::allocate("shmplot-test", len).unwrap_err();
            assert_eq!(err.kind(), io::ErrorKind::OutOfMemory);
        }
    }

    #[test]
    fn scratch_gives_the_end_of_what_was_written() {
        let scratch = Scratch::new("shmplot-test").unwrap();
        assert_eq!(scratch.tail(10), "");
        (&scratch.0).write_all(b"first line\nlast").unwrap();
        assert_eq!(scratch.tail(4), "last");
        assert_eq!(scratch.tail(1000), "first line\nlast");
    }
}
