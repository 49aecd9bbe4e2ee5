//! The first 64 bytes: what this is, how large, where the catalog lies, checksums. Little-endian.

use crate::{CATALOG_ALIGN, Error};

/// Version of the layout that this crate writes and reads.
pub const VERSION: u32 = 2;
/// Bytes of the header.
pub const HEADER_LEN: u64 = 64;

const MAGIC: [u8; 8] = *b"shmseg\r\n";
/// Bytes covered by the header's own checksum, which follows them.
const CHECKED: usize = 44;
/// Byte order of the values: 1 little, 2 big.
const BYTE_ORDER: u32 = if cfg!(target_endian = "little") { 1 } else { 2 };

/// A header's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) total: u64,
    pub(crate) catalog_offset: u64,
    pub(crate) catalog_len: u64,
    pub(crate) catalog_crc: u32,
}

impl Header {
    /// The header's bytes.
    pub(crate) fn to_bytes(self) -> [u8; HEADER_LEN as usize] {
        let mut bytes = [0; HEADER_LEN as usize];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&BYTE_ORDER.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.total.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.catalog_offset.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.catalog_len.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.catalog_crc.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..CHECKED]);
        bytes[44..48].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads and validates the header of a whole segment.
    pub(crate) fn read(segment: &[u8]) -> Result<Self, Error> {
        let have = segment.len() as u64;
        let Some(bytes) = segment.first_chunk::<{ HEADER_LEN as usize }>() else {
            return Err(Error::Length { have, expected: HEADER_LEN });
        };
        let u32_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
        if bytes[..8] != MAGIC {
            return Err(Error::Magic);
        }
        let (found, computed) = (u32_at(CHECKED), crc32fast::hash(&bytes[..CHECKED]));
        if found != computed {
            return Err(Error::HeaderChecksum { found, computed });
        }
        if u32_at(8) != VERSION {
            return Err(Error::Version { found: u32_at(8) });
        }
        if u32_at(12) != BYTE_ORDER {
            return Err(Error::ByteOrder);
        }
        let header = Self {
            total: u64_at(16),
            catalog_offset: u64_at(24),
            catalog_len: u64_at(32),
            catalog_crc: u32_at(40),
        };
        if header.total != have {
            return Err(Error::Length { have, expected: header.total });
        }
        let (offset, len, total) = (header.catalog_offset, header.catalog_len, header.total);
        let inside = offset.checked_add(len).is_some_and(|end| end <= total);
        if !inside || offset < HEADER_LEN || !offset.is_multiple_of(CATALOG_ALIGN) {
            return Err(Error::CatalogPlace { offset, len, total });
        }
        Ok(header)
    }
}
