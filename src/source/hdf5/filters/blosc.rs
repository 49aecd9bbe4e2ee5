//! Chunks of c-blosc 1 (its README_HEADER.rst and blosc.c): blocks of splits, each through one of
//! five compressors, shuffled by bytes or by bits.

use super::inflate::Inflate;
use super::lz;
use super::shuffle::{unbitshuffle, unshuffle};

const HEADER: usize = 16;

/// Decodes a chunk of at most `most` bytes into `out`.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn decode(bytes: &[u8], out: &mut Vec<u8>, most: usize) -> Result<(), String> {
    let broken = || "the frame is broken".to_owned();
    let header = bytes.get(..HEADER).ok_or_else(broken)?;
    let word = |at: usize| -> Option<usize> {
        let four = bytes.get(at..at.checked_add(4)?)?;
        usize::try_from(i32::from_le_bytes([four[0], four[1], four[2], four[3]])).ok()
    };
    let (version, flags, size) = (header[0], header[2], usize::from(header[3]).max(1));
    if !(1..=2).contains(&version) {
        return Err(format!("frames of version {version} are not those of c-blosc 1"));
    }
    let (total, block, stored) = (word(4), word(8), word(12));
    let (Some(total), Some(block), Some(stored)) = (total, block, stored) else { return Err(broken()) };
    let bytes = bytes.get(..stored).filter(|_| total <= most).ok_or_else(broken)?;
    out.clear();
    out.try_reserve_exact(total).map_err(|e| e.to_string())?;
    if flags & 2 != 0 {
        out.extend_from_slice(bytes.get(HEADER..HEADER + total).ok_or_else(broken)?);
        return Ok(());
    }
    if total > 0 && block == 0 {
        return Err(broken());
    }
    let (mut packed, mut codec) = (Vec::new(), Codec { kind: flags >> 5, inflate: None, snappy: None });
    for (i, from) in (0..total).step_by(block.max(1)).enumerate() {
        let len = block.min(total - from);
        let at = word(HEADER + 4 * i).ok_or_else(broken)?;
        // Blocks are split by the bytes of elements, unless they are small or the last, shorter one.
        let is_split = flags & 16 == 0 && size <= 16 && block / size >= 128 && len == block;
        let splits = if is_split { size } else { 1 };
        packed.clear();
        packed.try_reserve_exact(len).map_err(|e| e.to_string())?;
        let mut rest = bytes.get(at..).ok_or_else(broken)?;
        for _ in 0..splits {
            let (count, tail) = rest.split_at_checked(4).ok_or_else(broken)?;
            let count = i32::from_le_bytes([count[0], count[1], count[2], count[3]]);
            let count = usize::try_from(count).map_err(|_| broken())?;
            let (split, tail) = tail.split_at_checked(count).ok_or_else(broken)?;
            codec.append(split, &mut packed, len / splits)?;
            rest = tail;
        }
        // A block that the splits do not divide evenly would be short.
        if packed.len() != len {
            return Err(broken());
        }
        out.resize(from + len, 0);
        let whole = len / size * size;
        if flags & 1 != 0 && size > 1 {
            unshuffle(&packed, &mut out[from..], size);
        } else if flags & 4 != 0 && len >= size && (len / size).is_multiple_of(8) {
            unbitshuffle(&packed[..whole], &mut out[from..from + whole], size);
            out[from + whole..].copy_from_slice(&packed[whole..]);
        } else {
            out[from..].copy_from_slice(&packed);
        }
    }
    Ok(())
}

/// The compressor of one chunk.
struct Codec {
    /// Its number in the header.
    kind: u8,
    inflate: Option<Inflate>,
    snappy: Option<snap::raw::Decoder>,
}

impl Codec {
    /// Appends what `split` becomes, which is `len` bytes.
    fn append(&mut self, split: &[u8], out: &mut Vec<u8>, len: usize) -> Result<(), String> {
        if split.len() == len {
            out.extend_from_slice(split);
            return Ok(());
        }
        let start = out.len();
        let name = match self.kind {
            0 => {
                return match lz::blosclz(split, out, len) {
                    Some(()) if out.len() == start + len => Ok(()),
                    _ => Err("blosclz: the stream is broken".to_owned()),
                };
            }
            1 => "lz4",
            2 => "snappy",
            3 => "zlib",
            4 => "zstd",
            other => return Err(format!("compressor number {other} is not known")),
        };
        out.resize(start + len, 0);
        let room = &mut out[start..];
        let failed = |why: String| format!("{name}: {why}");
        let got = match self.kind {
            1 => lz4_flex::block::decompress_into(split, room).map_err(|e| failed(e.to_string()))?,
            2 => {
                let snappy = self.snappy.get_or_insert_with(snap::raw::Decoder::new);
                snappy.decompress(split, room).map_err(|e| failed(e.to_string()))?
            }
            3 => {
                let inflate = self.inflate.get_or_insert_default();
                inflate.inflate(split, room).map_err(failed)?
            }
            _ => zstd::bulk::decompress_to_buffer(split, room).map_err(|e| failed(e.to_string()))?,
        };
        if got == len { Ok(()) } else { Err(failed("a block is too short".to_owned())) }
    }
}
