//! One sealed block in this process: its mapping and what its catalog says.

use crate::diag::Diagnostic;
use crate::sys::Mapping;
use crate::sys::memfd::Sealed;
use shm_layout::{Catalog, open};
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A mapped and validated segment.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) mapping: Arc<Mapping>,
    pub(super) catalog: Catalog,
    /// The process that validated it last: after a fork the child does so itself.
    checked_by: AtomicU32,
}

impl Segment {
    /// Maps the sealed memory, or the file of the file arena, behind a descriptor, which is closed, and validates it.
    pub(super) fn from_descriptor(fd: OwnedFd) -> Result<Self, Diagnostic> {
        let mapped = match is_of_file(&fd) {
            true => Mapping::of(&File::from(fd)).inspect(Mapping::leave_out_of_dumps),
            false => Sealed::from_descriptor(fd).and_then(|sealed| sealed.map()),
        };
        let mapping = mapped.map_err(|err| {
            Diagnostic::error("cannot map a segment of the arena").caused_by(err.to_string())
        })?;
        let catalog =
            open(mapping.as_ref()).and_then(|view| view.to_catalog()).map_err(|err| broken(&err))?;
        Ok(Self { mapping: Arc::new(mapping), catalog, checked_by: AtomicU32::new(std::process::id()) })
    }

    /// Validates the segment, once in each process.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        let me = std::process::id();
        if self.checked_by.load(Ordering::Relaxed) != me {
            open(self.bytes()).map_err(|err| broken(&err))?;
            self.checked_by.store(me, Ordering::Relaxed);
        }
        Ok(())
    }

    /// All its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        (*self.mapping).as_ref()
    }
}

/// Whether a descriptor is of a file that is open for reading only, as those of the file arena are,
/// which nobody writes once they have their names. It may have lost its name since.
fn is_of_file(fd: &OwnedFd) -> bool {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()));
    let flags = nix::fcntl::fcntl(fd, nix::fcntl::FcntlArg::F_GETFL);
    link.is_ok_and(|link| !link.to_string_lossy().starts_with("/memfd:"))
        && flags.is_ok_and(|flags| flags & libc::O_ACCMODE == libc::O_RDONLY)
}

fn broken(err: &shm_layout::Error) -> Diagnostic {
    Diagnostic::error("a segment of the arena is broken").caused_by(err.to_string())
}
