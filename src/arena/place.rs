//! Where segments live.

use crate::sys::memfd::Memory;
use std::io;

/// Where a segment lives; its bytes are the same everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Anonymous sealed memory: dies with the run, not bounded by the size of `/dev/shm`.
    #[default]
    Memory,
}

impl Place {
    /// Room for a segment of `len` bytes, all of it allocated.
    pub(super) fn allocate(self, len: usize) -> io::Result<Memory> {
        match self {
            Self::Memory => Memory::allocate("shmplot-arena", len),
        }
    }
}
