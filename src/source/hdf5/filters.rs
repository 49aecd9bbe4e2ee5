//! Undoing the filters of a chunk.
//!
//! Deflate, shuffle and fletcher32 run here, in buffers that live as long as a read; lzf, which
//! only h5py writes, as well; szip, nbit, scale-offset and lz4 are the library's.

use super::fault::Fault;
use hdf5_reader::filters as library;
use hdf5_reader::messages::filter_pipeline::FilterDescription;

const DEFLATE: u16 = 1;
const SHUFFLE: u16 = 2;
const FLETCHER32: u16 = 3;
const LZF: u16 = 32000;

/// Name of a filter by its registered number (support.hdfgroup.org, registered filter plugins).
pub(super) fn name(id: u16) -> String {
    let name = match id {
        DEFLATE => "deflate",
        SHUFFLE => "shuffle",
        FLETCHER32 => "fletcher32",
        4 => "szip",
        5 => "nbit",
        6 => "scaleoffset",
        305 => "lzo",
        307 => "bzip2",
        LZF => "lzf",
        32001 => "blosc",
        32004 => "lz4",
        32008 => "bitshuffle",
        32013 => "zfp",
        32015 => "zstd",
        32017 => "sz",
        32026 => "blosc2",
        _ => return format!("number {id}"),
    };
    name.to_owned()
}

/// Whether chunks that went through these filters can be read; else the name of the first that
/// cannot be undone.
pub(super) fn check(filters: &[FilterDescription]) -> Result<(), Fault> {
    match filters.iter().find(|f| !matches!(f.id, 1..=6 | LZF | 32004)) {
        Some(filter) => Err(Fault::Lacking(format!("the filter {}", name(filter.id)))),
        None => Ok(()),
    }
}

/// Most bytes that a chunk stored in `stored` bytes can have become, by the filters' ratios.
pub(super) fn most_bytes(filters: &[FilterDescription], stored: usize) -> usize {
    filters.iter().fold(stored.saturating_add(64), |n, filter| match filter.id {
        // Two bits a match of 258 bytes.
        DEFLATE => n.saturating_mul(1032).saturating_add(64),
        // Three bytes a match of 264 bytes.
        LZF => n.saturating_mul(88),
        SHUFFLE | FLETCHER32 => n,
        // Constant chunks take next to nothing.
        _ => n.saturating_add(256 << 20),
    })
}

/// The buffers of one read.
#[derive(Default)]
pub(super) struct Scratch {
    /// The chunk as stored; after [`undo`](Self::undo) decoded.
    pub(super) bytes: Vec<u8>,
    other: Vec<u8>,
    inflate: Option<flate2::Decompress>,
}

impl Scratch {
    /// Undoes `filters`, except those masked, on [`bytes`](Self::bytes), which then hold `expected`.
    ///
    /// # Errors
    /// If the bytes are broken or become another number.
    pub(super) fn undo(
        &mut self,
        filters: &[FilterDescription],
        mask: u32,
        elem: usize,
        expected: usize,
    ) -> Result<(), Fault> {
        let active = |i: usize| i >= 32 || mask >> i & 1 == 0;
        for (i, filter) in filters.iter().enumerate().rev().filter(|(i, _)| active(*i)) {
            match filter.id {
                DEFLATE => {
                    // Behind the inflated bytes may follow what earlier filters added.
                    let room = expected.saturating_add(expected >> 8).saturating_add(64);
                    self.inflate(if i == 0 { expected } else { room })?;
                }
                SHUFFLE => {
                    // By the filter's own element size, which the type's differs from when h5py
                    // writes compounds; 0 or absent in old files.
                    let size = filter.client_data.first().map_or(elem, |s| *s as usize);
                    unshuffle(&self.bytes, &mut self.other, if size == 0 { elem } else { size });
                    std::mem::swap(&mut self.bytes, &mut self.other);
                }
                LZF => {
                    lzf(&self.bytes, &mut self.other, expected)?;
                    std::mem::swap(&mut self.bytes, &mut self.other);
                }
                _ => {
                    let one = std::slice::from_ref(filter);
                    let limit = Some(expected.saturating_add(expected >> 8).saturating_add(64));
                    self.bytes = library::apply_pipeline_with_limit(&self.bytes, one, 0, elem, None, limit)?;
                }
            }
        }
        if self.bytes.len() != expected {
            return Err(Fault::Broken(format!(
                "a chunk decodes to {} bytes instead of {expected}",
                self.bytes.len()
            )));
        }
        Ok(())
    }

    fn inflate(&mut self, room: usize) -> Result<(), Fault> {
        let inflate = self.inflate.get_or_insert_with(|| flate2::Decompress::new(true));
        inflate.reset(true);
        self.other.clear();
        self.other.try_reserve_exact(room).map_err(|e| Fault::Broken(e.to_string()))?;
        let status = inflate
            .decompress_vec(&self.bytes, &mut self.other, flate2::FlushDecompress::Finish)
            .map_err(|e| Fault::Broken(format!("deflate: {e}")))?;
        if status != flate2::Status::StreamEnd && self.other.len() < room {
            return Err(Fault::Broken("deflate: the stream does not end".to_owned()));
        }
        std::mem::swap(&mut self.bytes, &mut self.other);
        Ok(())
    }
}

/// Puts the bytes of each element together again: all first bytes lie first, then all second ones.
fn unshuffle(bytes: &[u8], out: &mut Vec<u8>, size: usize) {
    let count = bytes.len().checked_div(size).unwrap_or(0);
    out.clear();
    if size < 2 || count == 0 {
        out.extend_from_slice(bytes);
        return;
    }
    out.resize(bytes.len(), 0);
    match size {
        2 => planes::<2>(bytes, out, count),
        4 => planes::<4>(bytes, out, count),
        8 => planes::<8>(bytes, out, count),
        _ => {
            for (k, plane) in bytes.chunks_exact(count).take(size).enumerate() {
                for (element, byte) in out.chunks_exact_mut(size).zip(plane) {
                    element[k] = *byte;
                }
            }
        }
    }
    let whole = count * size;
    out[whole..].copy_from_slice(&bytes[whole..]);
}

fn planes<const N: usize>(bytes: &[u8], out: &mut [u8], count: usize) {
    let mut planes = [&bytes[..0]; N];
    for (plane, chunk) in planes.iter_mut().zip(bytes.chunks_exact(count)) {
        *plane = chunk;
    }
    for (i, element) in out.chunks_exact_mut(N).enumerate().take(count) {
        for (byte, plane) in element.iter_mut().zip(&planes) {
            *byte = plane[i];
        }
    }
}

/// Marc Lehmann's LZF: a byte below 32 begins so many literals plus one, else a match.
fn lzf(bytes: &[u8], out: &mut Vec<u8>, expected: usize) -> Result<(), Fault> {
    let broken = || Fault::Broken("lzf: the stream is broken".to_owned());
    out.clear();
    out.try_reserve_exact(expected).map_err(|e| Fault::Broken(e.to_string()))?;
    let mut rest = bytes.iter();
    let mut next = || rest.next().map(|b| usize::from(*b));
    while let Some(control) = next() {
        let mut len = control >> 5;
        if len == 0 {
            for _ in 0..=control {
                out.push(next().ok_or_else(broken)? as u8);
            }
        } else {
            if len == 7 {
                len += next().ok_or_else(broken)?;
            }
            let back = ((control & 0x1f) << 8) + next().ok_or_else(broken)? + 1;
            let from = out.len().checked_sub(back).ok_or_else(broken)?;
            for i in from..from + len + 2 {
                out.push(out[i]);
            }
        }
        if out.len() > expected {
            return Err(broken());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffled_planes_become_elements_of_every_size() {
        let mut out = Vec::new();
        unshuffle(&[1, 2, 3, 11, 12, 13, 99], &mut out, 2);
        assert_eq!(out, [1, 11, 2, 12, 3, 13, 99]);
        unshuffle(&[1, 2, 3, 4, 5, 6], &mut out, 3);
        assert_eq!(out, [1, 3, 5, 2, 4, 6]);
        unshuffle(&[1, 2, 3], &mut out, 1);
        assert_eq!(out, [1, 2, 3]);
    }

    #[test]
    fn lzf_copies_overlapping_matches_and_refuses_what_points_before_the_start() {
        let mut out = Vec::new();
        lzf(&[1, b'a', b'b', 0x60, 1], &mut out, 7).unwrap();
        assert_eq!(out, b"abababa");
        assert!(lzf(&[0x60, 1], &mut out, 7).is_err());
        assert!(lzf(&[4, b'a'], &mut out, 7).is_err());
    }
}
