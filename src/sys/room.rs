//! A file that is filled through a map: its size is allocated first, so that a full disk is an error
//! before the first byte and never a SIGBUS.

use memmap2::MmapMut;
use nix::errno::Errno;
use nix::fcntl::posix_fallocate;
use std::fs::File;
use std::io;

/// A file being filled. All of it is allocated.
#[derive(Debug)]
pub struct Room {
    file: File,
    map: MmapMut,
}

impl Room {
    /// Allocates `len` zero bytes for an empty file that is open for reading and writing and that
    /// nobody else uses.
    ///
    /// # Errors
    /// `StorageFull` if the disk or a quota has less room, what the kernel says otherwise.
    pub fn allocate(file: File, len: usize) -> io::Result<Self> {
        let bytes = libc::off_t::try_from(len).map_err(|_| io::ErrorKind::StorageFull)?;
        loop {
            match posix_fallocate(&file, 0, bytes) {
                Ok(()) => break,
                Err(Errno::EINTR) => {}
                Err(Errno::ENOSPC | Errno::EDQUOT | Errno::EFBIG) => {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                Err(errno) => return Err(errno.into()),
            }
        }
        // SAFETY: the caller has made the file under a name of its own; nobody truncates it, and all
        // of its blocks exist.
        let map = unsafe { MmapMut::map_mut(&file)? };
        let _ = map.advise(memmap2::Advice::DontDump);
        Ok(Self { file, map })
    }

    /// The bytes, to be filled.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.map
    }

    /// Another descriptor of the file, by which what was filled so far can be synced while the bytes
    /// are borrowed.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn descriptor(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Ends filling: waits until all is on its device.
    ///
    /// # Errors
    /// What the kernel says; a device that failed says so here.
    pub fn finish(self) -> io::Result<()> {
        drop(self.map);
        self.file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_is_in_the_file_and_too_much_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("room");
        let open = || File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let mut room = Room::allocate(open(), 10_000).unwrap();
        room.bytes_mut()[9_999] = 7;
        room.descriptor().unwrap().sync_data().unwrap();
        room.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!((bytes.len(), bytes[9_999]), (10_000, 7));
        for len in [1 << 55, usize::MAX] {
            let err = Room::allocate(open(), len).unwrap_err();
            assert_eq!(err.kind(), io::ErrorKind::StorageFull, "{err}");
        }
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
    }
}
