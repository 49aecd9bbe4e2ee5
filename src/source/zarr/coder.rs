//! One step of decoding a chunk: bytes to bytes, in bounded memory.
//!
//! What a header claims is compared with what the step's input can justify before memory is taken.

use super::engine::Engine;
use super::fault::{Fault, broken};
use super::numeric::Filter;
use super::store::resize;
use bzip2::read::MultiBzDecoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::borrow::Cow;
use std::io::{self, Read};

/// How many bytes a step gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Just so many.
    Exact(usize),
    /// Not more.
    AtMost(usize),
}

/// What undoes a codec.
#[derive(Debug)]
pub(super) enum Coder {
    /// gzip, of one or several members.
    Gzip,
    /// zlib.
    Zlib,
    /// Zstandard.
    Zstd,
    /// An LZ4 block after its size in four bytes, as numcodecs writes it.
    Lz4,
    /// bzip2.
    Bz2,
    /// Blosc 1, by zarrs.
    Blosc(Engine),
    /// Bytes of elements of this size, sorted by their place in the element.
    Shuffle(usize),
    /// A CRC-32 of four bytes, before or behind.
    Crc32 { behind: bool },
    /// A checksum of four bytes, by zarrs.
    Checksum(Engine),
    /// A codec of arrays, by zarrs, whose elements have so many bytes.
    Array(Engine, usize),
    /// A filter of numbers.
    Numbers(Filter),
}

/// Decoders that are worth keeping between chunks.
#[derive(Default)]
pub(super) struct Contexts {
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

/// The most that deflate, Zstandard and LZ4 expand.
const DEFLATE_MOST: usize = 1032;
const ZSTD_MOST: usize = 1 << 15;
const LZ4_MOST: usize = 255;
/// Bytes of Blosc's header.
const BLOSC_HEADER: usize = 16;

impl Coder {
    /// The size of what decodes to `size`.
    pub(super) fn stored_size(&self, size: Size) -> Size {
        let any = |n: usize| Size::AtMost(n.saturating_add(n / 8).saturating_add(1 << 16));
        match (self, size) {
            (Self::Shuffle(_), size) => size,
            (Self::Crc32 { .. } | Self::Checksum(_), Size::Exact(n)) => Size::Exact(n.saturating_add(4)),
            (Self::Crc32 { .. } | Self::Checksum(_), Size::AtMost(n)) => Size::AtMost(n.saturating_add(4)),
            (Self::Numbers(filter), Size::Exact(n)) => filter.stored_size(n).map_or(any(n), Size::Exact),
            (_, Size::Exact(n) | Size::AtMost(n)) => any(n),
        }
    }

    /// Decodes `bytes` into `out`, which becomes of that size.
    ///
    /// # Errors
    /// If they are broken or give another size.
    pub(super) fn undo(
        &self,
        bytes: &[u8],
        out: &mut Vec<u8>,
        size: Size,
        contexts: &mut Contexts,
    ) -> Result<(), Fault> {
        match (self, size) {
            // Little stands for much in these formats, so memory is taken as the bytes come.
            (Self::Bz2, Size::Exact(n)) => {
                grow(MultiBzDecoder::new(bytes), out, n)?;
                if out.len() == n { Ok(()) } else { wrong_size(out.len(), n) }
            }
            (Self::Blosc(engine), _) => {
                let claimed = blosc_size(bytes, size)?;
                own(engine.decode(bytes, 0, Some(claimed))?, out, size)
            }
            (Self::Array(engine, elem), Size::Exact(n)) => {
                own(engine.decode(bytes, n / (*elem).max(1), Some(n))?, out, size)
            }
            (_, Size::Exact(n)) => {
                self.check_justified(bytes.len(), n)?;
                resize(out, n).map_err(|_| no_memory(n))?;
                self.fill(bytes, out, contexts)
            }
            (_, Size::AtMost(most)) => self.undo_any(bytes, out, most, contexts),
        }
    }

    /// Decodes `bytes` into all of `out`, which the caller has.
    ///
    /// # Errors
    /// As [`undo`](Self::undo).
    pub(super) fn fill(&self, bytes: &[u8], out: &mut [u8], contexts: &mut Contexts) -> Result<(), Fault> {
        let size = out.len();
        match self {
            Self::Gzip => whole(MultiGzDecoder::new(bytes), out),
            Self::Zlib => whole(ZlibDecoder::new(bytes), out),
            Self::Bz2 => whole(MultiBzDecoder::new(bytes), out),
            Self::Zstd => {
                let got = contexts.zstd()?.decompress_to_buffer(bytes, out);
                match got.map_err(told)? {
                    got if got == size => Ok(()),
                    got => wrong_size(got, size),
                }
            }
            Self::Lz4 => {
                let (claimed, block) = lz4_block(bytes)?;
                if claimed != size {
                    return wrong_size(claimed, size);
                }
                match lz4_flex::block::decompress_into(block, out) {
                    Ok(got) if got == size => Ok(()),
                    Ok(got) => wrong_size(got, size),
                    Err(error) => broken(format!("lz4: {error}")),
                }
            }
            Self::Shuffle(elem) => unshuffle(*elem, bytes, out),
            Self::Crc32 { behind } => {
                let Some(at) = bytes.len().checked_sub(4).filter(|n| *n == size) else {
                    return wrong_size(bytes.len().saturating_sub(4), size);
                };
                let (sum, rest) =
                    if *behind { (&bytes[at..], &bytes[..at]) } else { (&bytes[..4], &bytes[4..]) };
                let mut crc = flate2::Crc::new();
                crc.update(rest);
                if crc.sum().to_le_bytes() != sum {
                    return broken("its checksum (crc32) is wrong");
                }
                out.copy_from_slice(rest);
                Ok(())
            }
            Self::Numbers(filter) => filter.undo(bytes, out),
            Self::Blosc(engine) => {
                blosc_size(bytes, Size::Exact(size))?;
                copy(&engine.decode(bytes, 0, Some(size))?, out)
            }
            Self::Checksum(engine) => copy(&engine.decode(bytes, 0, Some(size))?, out),
            Self::Array(engine, elem) => copy(&engine.decode(bytes, size / (*elem).max(1), Some(size))?, out),
        }
    }

    /// Decodes what has no size known before.
    fn undo_any(
        &self,
        bytes: &[u8],
        out: &mut Vec<u8>,
        most: usize,
        contexts: &mut Contexts,
    ) -> Result<(), Fault> {
        match self {
            Self::Gzip => grow(MultiGzDecoder::new(bytes), out, most),
            Self::Zlib => grow(ZlibDecoder::new(bytes), out, most),
            Self::Bz2 => grow(MultiBzDecoder::new(bytes), out, most),
            Self::Zstd => {
                // A window of 8 MiB is the largest of the usual levels.
                const WINDOW_LOG: u32 = 23;
                let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(told)?;
                if let Ok(Some(size)) = zstd::zstd_safe::get_frame_content_size(bytes) {
                    let size = usize::try_from(size).unwrap_or(usize::MAX);
                    let one_frame = zstd::zstd_safe::find_frame_compressed_size(bytes) == Ok(bytes.len());
                    if one_frame && size <= most {
                        self.check_justified(bytes.len(), size)?;
                        resize(out, size).map_err(|_| no_memory(size))?;
                        return self.fill(bytes, out, contexts);
                    }
                }
                decoder.window_log_max(WINDOW_LOG).map_err(told)?;
                grow(decoder, out, most)
            }
            Self::Lz4 => {
                let (size, _) = lz4_block(bytes)?;
                if size > most {
                    return wrong_size(size, most);
                }
                self.check_justified(bytes.len(), size)?;
                resize(out, size).map_err(|_| no_memory(size))?;
                self.fill(bytes, out, contexts)
            }
            Self::Shuffle(_) => {
                resize(out, bytes.len()).map_err(|_| no_memory(bytes.len()))?;
                self.fill(bytes, out, contexts)
            }
            Self::Crc32 { .. } => {
                let size = bytes.len().saturating_sub(4);
                resize(out, size).map_err(|_| no_memory(size))?;
                self.fill(bytes, out, contexts)
            }
            // Of Blosc, `undo` has looked at the header.
            Self::Checksum(engine) | Self::Blosc(engine) => {
                own(engine.decode(bytes, 0, None)?, out, Size::AtMost(most))
            }
            Self::Array(..) | Self::Numbers(_) => broken("a filter of numbers after one of bytes"),
        }
    }

    /// Whether `packed` bytes can become `plain` ones.
    fn check_justified(&self, packed: usize, plain: usize) -> Result<(), Fault> {
        let times = match self {
            Self::Gzip | Self::Zlib => DEFLATE_MOST,
            Self::Zstd => ZSTD_MOST,
            Self::Lz4 => LZ4_MOST,
            // A truth is a bit, and other filters widen by no more than that.
            _ => 8,
        };
        if plain / times > packed {
            return broken(format!("{packed} stored bytes cannot become {plain}"));
        }
        Ok(())
    }
}

impl Contexts {
    fn zstd(&mut self) -> Result<&mut zstd::bulk::Decompressor<'static>, Fault> {
        if self.zstd.is_none() {
            self.zstd = Some(zstd::bulk::Decompressor::new().map_err(told)?);
        }
        self.zstd.as_mut().map_or_else(|| broken("zstd cannot be started"), Ok)
    }
}

fn told(error: io::Error) -> Fault {
    Fault::Broken(match error.kind() {
        io::ErrorKind::UnexpectedEof => "it is cut off".to_owned(),
        _ => format!("it cannot be decompressed: {error}"),
    })
}

fn no_memory(bytes: usize) -> Fault {
    Fault::Broken(format!("there is not enough memory for {bytes} bytes of it"))
}

fn wrong_size<T>(got: usize, wanted: usize) -> Result<T, Fault> {
    broken(format!("it holds {got} bytes instead of {wanted}"))
}

fn copy(bytes: &[u8], out: &mut [u8]) -> Result<(), Fault> {
    if bytes.len() != out.len() {
        return wrong_size(bytes.len(), out.len());
    }
    out.copy_from_slice(bytes);
    Ok(())
}

fn own(bytes: Cow<'_, [u8]>, out: &mut Vec<u8>, size: Size) -> Result<(), Fault> {
    match size {
        Size::Exact(n) if n != bytes.len() => return wrong_size(bytes.len(), n),
        Size::AtMost(n) if n < bytes.len() => return wrong_size(bytes.len(), n),
        _ => {}
    }
    *out = bytes.into_owned();
    Ok(())
}

/// Fills `out`, and sees to it that nothing is left.
fn whole(mut from: impl Read, out: &mut [u8]) -> Result<(), Fault> {
    from.read_exact(out).map_err(told)?;
    match from.read(&mut [0]).map_err(told)? {
        0 => Ok(()),
        _ => broken(format!("it holds more than {} bytes", out.len())),
    }
}

/// Reads all, taking memory as it comes.
fn grow(from: impl Read, out: &mut Vec<u8>, most: usize) -> Result<(), Fault> {
    out.clear();
    from.take((most as u64).saturating_add(1)).read_to_end(out).map_err(told)?;
    if out.len() > most { broken(format!("it holds more than {most} bytes")) } else { Ok(()) }
}

fn lz4_block(bytes: &[u8]) -> Result<(usize, &[u8]), Fault> {
    match bytes.split_first_chunk::<4>() {
        Some((size, block)) => Ok((u32::from_le_bytes(*size) as usize, block)),
        None => broken("it is cut off"),
    }
}

/// The size that a Blosc chunk claims, if it agrees with `size` and with what is there.
///
/// Source: c-blosc 1.21, `README_CHUNK_FORMAT.rst`.
fn blosc_size(bytes: &[u8], size: Size) -> Result<usize, Fault> {
    let word = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|four| four.first_chunk::<4>());
        four.map_or_else(|| broken("it is cut off"), |four| Ok(u32::from_le_bytes(*four) as usize))
    };
    let (plain, block, packed) = (word(4)?, word(8)?, word(12)?);
    let agrees = match size {
        Size::Exact(n) => plain == n,
        Size::AtMost(n) => plain <= n,
    };
    if !agrees {
        let (Size::Exact(wanted) | Size::AtMost(wanted)) = size;
        return wrong_size(plain, wanted);
    }
    if packed != bytes.len() || packed < BLOSC_HEADER {
        return broken(format!("it is cut off: it has {} bytes of {packed}", bytes.len()));
    }
    if plain / ZSTD_MOST > packed || block > plain.max(1) {
        return broken(format!("{packed} stored bytes cannot become {plain} in blocks of {block}"));
    }
    Ok(plain)
}

/// Undoes numcodecs' shuffle: `bytes` has first all first bytes of the elements, then all second
/// ones; what is no whole element at the end is left as it is.
fn unshuffle(elem: usize, bytes: &[u8], out: &mut [u8]) -> Result<(), Fault> {
    if bytes.len() != out.len() {
        return wrong_size(bytes.len(), out.len());
    }
    let count = bytes.len() / elem.max(1);
    let (shuffled, rest) = bytes.split_at(count * elem);
    let (target, left) = out.split_at_mut(count * elem);
    left.copy_from_slice(rest);
    for (i, plane) in shuffled.chunks_exact(count.max(1)).enumerate() {
        for (element, byte) in target.chunks_exact_mut(elem).zip(plane) {
            element[i] = *byte;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_compared_with_what_is_there() {
        let mut out = Vec::new();
        let mut undo = |coder: &Coder, bytes: &[u8], size| {
            coder.undo(bytes, &mut out, size, &mut Contexts::default()).map(|()| out.clone())
        };
        assert!(undo(&Coder::Zlib, &[0; 20], Size::Exact(1 << 40)).is_err());
        assert!(undo(&Coder::Zstd, &[0; 20], Size::Exact(1 << 40)).is_err());
        assert!(undo(&Coder::Lz4, &[0xff; 20], Size::AtMost(usize::MAX)).is_err());
        assert!(undo(&Coder::Bz2, &[0; 20], Size::Exact(1 << 50)).is_err());
        assert!(
            blosc_size(&[2, 1, 0, 1, 0, 0, 0, 0x7f, 0, 0, 0, 0, 16, 0, 0, 0], Size::Exact(0x7f00_0000))
                .is_err()
        );
        let shuffled = undo(&Coder::Shuffle(2), &[1, 2, 3, 4, 5, 6, 9], Size::Exact(7)).unwrap();
        assert_eq!(shuffled, [1, 4, 2, 5, 3, 6, 9]);
    }
}
