//! The directory of a named arena: 64 bytes, then 16 a segment. Little-endian, at most 64 KiB.
//!
//! ```text
//! byte  size
//!  0     8    "shmplotD"
//!  8     4    version, 1
//! 12     4    state: 1 while the data are being loaded, 2 once everything below is final
//! 16     4    process number of the owner
//! 20     4    number of segments
//! 24     8    start time of the owner, in clock ticks since boot (field 22 of /proc/PID/stat)
//! 32     8    bytes loaded so far
//! 40     8    bytes in all
//! 48     4    descriptor of the index, in the owner
//! 52     4    0
//! 56     8    length of the index in bytes
//! 64 + 16 i   for each segment: 4 descriptor in the owner · 4 zero · 8 length in bytes
//! ```

/// Bytes of the whole block, used or not.
pub(super) const LEN: usize = 64 << 10;
/// Bytes before the segments.
const HEADER: usize = 64;
/// Bytes a segment.
const ENTRY: usize = 16;
/// The most segments.
pub(super) const MOST: usize = (LEN - HEADER) / ENTRY;
const MAGIC: [u8; 8] = *b"shmplotD";
const VERSION: u32 = 1;
/// Where the state is.
pub(super) const STATE: usize = 12;
/// Where the number of bytes loaded so far is.
pub(super) const DONE: usize = 32;
const LOADING: u32 = 1;
/// The state in which everything is final.
pub(super) const READY: u32 = 2;

/// A process for good: numbers alone are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) pid: u32,
    /// Clock ticks since boot.
    pub(super) started: u64,
}

/// Anonymous memory that the owner holds open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The owner's descriptor.
    pub(super) fd: u32,
    /// Bytes.
    pub(super) len: u64,
}

/// What the block says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) owner: Owner,
    pub(super) done: u64,
    pub(super) total: u64,
    /// Index and segments; `None` while the data are being loaded.
    pub(super) ready: Option<(Held, Vec<Held>)>,
}

/// Why a block is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Something else, or not yet written.
    Foreign,
    /// Of another version of this program.
    Version(u32),
    /// Numbers that cannot be.
    Nonsense,
}

impl Directory {
    /// The bytes from the first on, as many as are used. The state is always `loading`: it is
    /// published apart, last.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let (index, segments) = match &self.ready {
            Some((index, segments)) => (*index, &segments[..]),
            None => (Held { fd: 0, len: 0 }, &[][..]),
        };
        let mut bytes = vec![0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(8, &VERSION.to_le_bytes());
        put(STATE, &LOADING.to_le_bytes());
        put(16, &self.owner.pid.to_le_bytes());
        put(20, &(segments.len() as u32).to_le_bytes());
        put(24, &self.owner.started.to_le_bytes());
        put(DONE, &self.done.to_le_bytes());
        put(40, &self.total.to_le_bytes());
        put(48, &index.fd.to_le_bytes());
        put(56, &index.len.to_le_bytes());
        for segment in segments {
            bytes.extend(segment.fd.to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(segment.len.to_le_bytes());
        }
        bytes
    }

    /// Reads a block, of which at least the part that is used must be given.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Broken> {
        let header = bytes.first_chunk::<HEADER>().ok_or(Broken::Foreign)?;
        if header[..8] != MAGIC {
            return Err(Broken::Foreign);
        }
        let version = u32_at(header, 8);
        if version != VERSION {
            return Err(Broken::Version(version));
        }
        let ready = match u32_at(header, STATE) {
            LOADING => None,
            READY => {
                let count = u32_at(header, 20) as usize;
                let entries =
                    (count <= MOST).then_some(()).and_then(|()| bytes[HEADER..].get(..count * ENTRY));
                let entries = entries.ok_or(Broken::Nonsense)?.chunks_exact(ENTRY);
                let segments =
                    entries.map(|entry| Held { fd: u32_at(entry, 0), len: u64_at(entry, 8) }).collect();
                Some((Held { fd: u32_at(header, 48), len: u64_at(header, 56) }, segments))
            }
            _ => return Err(Broken::Nonsense),
        };
        Ok(Self {
            owner: Owner { pid: u32_at(header, 16), started: u64_at(header, 24) },
            done: u64_at(header, DONE),
            total: u64_at(header, 40),
            ready,
        })
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(segments: usize) -> (Directory, Vec<u8>) {
        let held = |n: usize| Held { fd: n as u32 + 7, len: (n as u64) << 33 };
        let directory = Directory {
            owner: Owner { pid: 4711, started: 0x1_0000_0002 },
            done: 5,
            total: 6,
            ready: Some((held(100), (0..segments).map(held).collect())),
        };
        let mut bytes = directory.to_bytes();
        bytes[STATE..STATE + 4].copy_from_slice(&READY.to_le_bytes());
        (directory, bytes)
    }

    #[test]
    fn what_is_written_is_read_and_fits_with_the_most_segments() {
        for count in [0, 1, 3, MOST] {
            let (directory, bytes) = written(count);
            assert!(bytes.len() <= LEN);
            assert_eq!(Directory::read(&bytes), Ok(directory));
        }
        let loading = Directory { ready: None, ..written(0).0 };
        assert_eq!(Directory::read(&loading.to_bytes()), Ok(loading));
    }

    #[test]
    fn the_header_is_where_the_documentation_says() {
        let (_, bytes) = written(1);
        assert_eq!(&bytes[..16], b"shmplotD\x01\0\0\0\x02\0\0\0");
        assert_eq!(&bytes[16..32], b"\x67\x12\0\0\x01\0\0\0\x02\0\0\0\x01\0\0\0");
        assert_eq!((bytes[48], bytes[64], bytes.len()), (107, 7, 80));
    }

    #[test]
    fn whatever_the_bytes_are_there_is_an_answer() {
        let (_, bytes) = written(3);
        assert_eq!(Directory::read(&[]), Err(Broken::Foreign));
        assert_eq!(Directory::read(&[0; LEN]), Err(Broken::Foreign));
        assert_eq!(Directory::read(&bytes[..bytes.len() - 1]), Err(Broken::Nonsense));
        for at in 0..HEADER {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let _ = Directory::read(&changed);
            }
        }
        let mut newer = bytes;
        newer[8] = 9;
        assert_eq!(Directory::read(&newer), Err(Broken::Version(9)));
    }
}
