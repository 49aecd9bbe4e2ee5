//! A Parquet file as the parquet crate reads it: by position, and page headers looked at first.
//!
//! The crate allocates what a page's header claims the page to be when inflated. A claim that its
//! codec could not make true of so few bytes is refused before.

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Bytes read at once when nobody knows how many are wanted.
const AHEAD: usize = 8 << 10;

/// A file.
#[derive(Clone, Debug)]
pub(super) struct Input {
    file: Arc<File>,
    size: u64,
    /// How the pages are compressed, if pages are read.
    pages: Option<Compression>,
}

impl Input {
    /// Of a file of `size` bytes.
    ///
    /// # Errors
    /// If its descriptor cannot be duplicated.
    pub(super) fn new(file: &File, size: u64, pages: Option<Compression>) -> io::Result<Self> {
        Ok(Self { file: Arc::new(file.try_clone()?), size, pages })
    }
}

impl Length for Input {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Input {
    type T = At;

    fn get_read(&self, start: u64) -> Result<At> {
        let mut at = At { file: self.file.clone(), at: start, ahead: Vec::new(), used: 0 };
        if let Some(codec) = self.pages {
            at.fill()?;
            check_page(&at.ahead, codec)?;
        }
        Ok(at)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.size) {
            return Err(ParquetError::EOF("it is cut off".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// A file from some byte on, a little read ahead.
pub(super) struct At {
    file: Arc<File>,
    at: u64,
    ahead: Vec<u8>,
    used: usize,
}

impl At {
    fn fill(&mut self) -> io::Result<()> {
        self.ahead.resize(AHEAD, 0);
        self.used = 0;
        let got = self.file.read_at(&mut self.ahead, self.at)?;
        self.ahead.truncate(got);
        self.at += got as u64;
        Ok(())
    }
}

impl Read for At {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.used == self.ahead.len() {
            if buf.len() >= AHEAD {
                let got = self.file.read_at(buf, self.at)?;
                self.at += got as u64;
                return Ok(got);
            }
            self.fill()?;
        }
        let from = &self.ahead[self.used..];
        let got = from.len().min(buf.len());
        buf[..got].copy_from_slice(&from[..got]);
        self.used += got;
        Ok(got)
    }
}

/// Looks at a page's header, if `head` begins with one: Thrift's compact protocol, three 32-bit
/// integers first (kind, inflated size, size), then perhaps a checksum, then the header of that kind.
/// The crate also reads from where a page's content begins: that is passed.
fn check_page(head: &[u8], codec: Compression) -> Result<()> {
    let Some([_, inflated, stored]) = page_header(head) else { return Ok(()) };
    if inflated > most(codec, stored.max(0)) {
        return Err(ParquetError::General("a page claims to be longer than it can be".to_owned()));
    }
    Ok(())
}

/// Whether a column chunk that begins with `head` is encrypted: then its first page's header is
/// preceded by its length, and is none to us.
pub(super) fn is_encrypted(head: &[u8]) -> bool {
    /// A nonce and a tag.
    const LEAST: u32 = 28;
    let length = head.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes));
    page_header(head).is_none() && length.is_some_and(|length| (LEAST..1 << 16).contains(&length))
}

fn page_header(head: &[u8]) -> Option<[i64; 3]> {
    /// A field's number one more than the last, type i32.
    const NEXT_INTEGER: u8 = 0x15;
    /// Type of a field that is a struct; the number is in the upper half.
    const STRUCT: u8 = 0x0c;
    let mut bytes = head.iter().copied();
    let mut sizes = [0_i64; 3];
    for size in &mut sizes {
        if bytes.next() != Some(NEXT_INTEGER) {
            return None;
        }
        *size = varint(&mut bytes)?;
    }
    let mut next = bytes.next()?;
    if next == NEXT_INTEGER {
        varint(&mut bytes)?;
        next = bytes.next()?;
    }
    ((0..=3).contains(&sizes[0]) && next & 0x0f == STRUCT).then_some(sizes)
}

fn varint(bytes: &mut impl Iterator<Item = u8>) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let byte = bytes.next()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            // Zigzag: the lowest bit is the sign.
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

/// What so many bytes can be inflated to at most.
fn most(codec: Compression, stored: i64) -> i64 {
    let block = |bytes: i64, inflated: i64| (stored / bytes + 1).saturating_mul(inflated);
    match codec {
        Compression::UNCOMPRESSED => stored,
        // A copy of 64 bytes takes three.
        Compression::SNAPPY => block(3, 64),
        Compression::LZ4 | Compression::LZ4_RAW => block(1, 255),
        Compression::GZIP(_) => block(1, 1032),
        // A block of at most 128 KiB takes four bytes.
        Compression::ZSTD(_) => block(4, 128 << 10),
        // A block of at most 16 MiB takes some bytes.
        _ => block(8, 16 << 20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header that pyarrow 26 writes for a page of 300 bytes, snappy, of 40.
    #[test]
    fn a_page_cannot_claim_more_than_its_codec_could_make() {
        let header = |inflated: u8| [0x15, 0x00, 0x15, 0xd8, inflated, 0x15, 0x50, 0x2c, 0x15, 0x02];
        assert!(check_page(&header(0x04), Compression::SNAPPY).is_ok());
        assert!(check_page(&header(0x7f), Compression::SNAPPY).is_err());
        assert!(check_page(&header(0x7f), Compression::ZSTD(Default::default())).is_ok());
        assert!(check_page(&header(0x04), Compression::UNCOMPRESSED).is_err());
        assert_eq!(page_header(&header(0x04)), Some([0, 300, 40]));
        assert!(!is_encrypted(&header(0x04)));
        assert!(is_encrypted(&[50, 0, 0, 0, 0x15, 0x93, 0x77]));
        assert_eq!(page_header(&[0x15]), None);
        assert_eq!(page_header(b"some content of a page"), None);
    }
}
