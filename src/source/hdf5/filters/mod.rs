//! Undoing the filters of a chunk.
//!
//! Deflate, shuffle and fletcher32 run here, in buffers that live as long as a read; so do lzf, lz4,
//! zstd, bzip2, blosc (c-blosc 1) and bitshuffle, bounded by the size that the chunk must have.
//! szip, nbit and scale-offset are the library's.

mod blosc;
mod inflate;
mod lz;
mod shuffle;

use super::fault::Fault;
use hdf5_reader::filters as library;
use hdf5_reader::messages::filter_pipeline::FilterDescription;
use inflate::Inflate;

pub(super) use inflate::Inflating;

const DEFLATE: u16 = 1;
const SHUFFLE: u16 = 2;
const FLETCHER32: u16 = 3;
const BZIP2: u16 = 307;
const LZF: u16 = 32000;
const BLOSC: u16 = 32001;
const LZ4: u16 = 32004;
const BITSHUFFLE: u16 = 32008;
const ZSTD: u16 = 32015;

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
        BZIP2 => "bzip2",
        LZF => "lzf",
        BLOSC => "blosc",
        LZ4 => "lz4",
        BITSHUFFLE => "bitshuffle",
        32013 => "zfp",
        32014 => "fpzip",
        ZSTD => "zstd",
        32016 => "b3d",
        32017 => "sz",
        32018 => "fcidecomp",
        32019 => "jpeg",
        32022 => "granular bitround",
        32024 => "sz3",
        32026 => "blosc2",
        32028 => "sperr",
        _ => return format!("number {id}"),
    };
    name.to_owned()
}

/// Whether chunks that went through these filters can be read; else the name of the first that
/// cannot be undone.
pub(super) fn check(filters: &[FilterDescription]) -> Result<(), Fault> {
    let known = |id| matches!(id, 1..=6 | BZIP2 | LZF | BLOSC | LZ4 | BITSHUFFLE | ZSTD);
    match filters.iter().find(|f| !known(f.id)) {
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
        // A byte lengthens a match by 255.
        LZ4 => n.saturating_mul(256).saturating_add(64),
        SHUFFLE | FLETCHER32 => n,
        // Constant chunks take next to nothing.
        _ => n.saturating_add(256 << 20),
    })
}

/// The filters of a chunk that were not left out when it was written, by its mask.
fn active(
    filters: &[FilterDescription],
    mask: u32,
) -> impl DoubleEndedIterator<Item = (usize, &FilterDescription)> {
    filters.iter().enumerate().filter(move |(i, _)| *i >= 32 || mask >> i & 1 == 0)
}

/// Bytes an element as the shuffle filter took them, which the type's differ from when h5py writes
/// compounds; 0 or absent in old files.
fn shuffled_size(filter: &FilterDescription, elem: usize) -> usize {
    filter.client_data.first().map(|s| *s as usize).filter(|s| *s > 0).unwrap_or(elem)
}

/// What undoes a chunk, as far as it can be had in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stages {
    /// Nothing.
    None,
    /// Inflating.
    Deflate,
    /// Inflating, then putting the bytes of elements of this size together.
    Shuffled(usize),
    /// Anything else.
    Others,
}

/// The stages that undo `filters`, except those masked.
pub(super) fn stages(filters: &[FilterDescription], mask: u32, elem: usize) -> Stages {
    let mut all = active(filters, mask).map(|(_, filter)| filter);
    match (all.next(), all.next(), all.next()) {
        (None, ..) => Stages::None,
        (Some(one), None, _) if one.id == DEFLATE => Stages::Deflate,
        (Some(one), Some(two), None) if (one.id, two.id) == (SHUFFLE, DEFLATE) => {
            match shuffled_size(one, elem) {
                0 | 1 => Stages::Others,
                size => Stages::Shuffled(size),
            }
        }
        _ => Stages::Others,
    }
}

/// Part of a shuffled chunk of `count` elements: its bytes from `start` on, a multiple of `size`, for
/// which `out` has room.
pub(super) fn unshuffle_part(planes: &[u8], out: &mut [u8], size: usize, count: usize, start: usize) {
    let whole = (count * size).saturating_sub(start).min(out.len());
    let (elements, rest) = out.split_at_mut(whole);
    if !elements.is_empty() {
        shuffle::unshuffle_run(planes, elements, size, count, start / size);
    }
    let left = &planes[planes.len() - rest.len()..];
    rest.copy_from_slice(left);
}

/// The buffers of one read.
#[derive(Default)]
pub(super) struct Scratch {
    /// The chunk as stored; after [`undo`](Self::undo) decoded.
    pub(super) bytes: Vec<u8>,
    other: Vec<u8>,
    inflate: Option<Inflate>,
}

impl Scratch {
    /// Room for the stored bytes of a chunk.
    ///
    /// # Errors
    /// Without the memory for them.
    pub(super) fn stored(&mut self, len: usize) -> Result<&mut [u8], Fault> {
        self.bytes.clear();
        self.bytes.try_reserve_exact(len).map_err(|e| Fault::Broken(e.to_string()))?;
        self.bytes.resize(len, 0);
        Ok(&mut self.bytes)
    }

    /// Inflates the stored bytes to just fill `out`.
    ///
    /// # Errors
    /// If they are broken or become fewer bytes.
    pub(super) fn inflate_to(&mut self, out: &mut [u8]) -> Result<(), Fault> {
        let got = self.inflate.get_or_insert_default().inflate(&self.bytes, out);
        exactly(got.map_err(|why| Fault::Broken(format!("deflate: {why}")))?, out.len())
    }

    /// The stored bytes inflated to `expected` bytes.
    ///
    /// # Errors
    /// As [`inflate_to`](Self::inflate_to).
    pub(super) fn inflate_whole(&mut self, expected: usize) -> Result<&[u8], Fault> {
        self.make_room(expected)?;
        let mut out = std::mem::take(&mut self.other);
        let done = self.inflate_to(&mut out);
        self.other = out;
        done.map(|()| &self.other[..])
    }

    /// The `stored` bytes that `read` gives inflated to `expected` bytes, without all being read first.
    ///
    /// # Errors
    /// As [`inflate_to`](Self::inflate_to), and those of `read`.
    pub(super) fn inflate_streamed(
        &mut self,
        stored: usize,
        read: &mut inflate::Read<'_>,
        expected: usize,
    ) -> Result<&[u8], Fault> {
        self.bytes = Vec::new();
        self.make_room(expected)?;
        let mut out = std::mem::take(&mut self.other);
        let done = Inflating::new(self, stored).fill(read, &mut out);
        self.other = out;
        done.map(|()| &self.other[..])
    }

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
        for (i, filter) in active(filters, mask).rev() {
            // Behind the decoded bytes may follow what earlier filters added.
            let more = expected.saturating_add(expected >> 8).saturating_add(64);
            let room = if i == 0 { expected } else { more };
            match filter.id {
                SHUFFLE => {
                    self.make_room(self.bytes.len())?;
                    shuffle::unshuffle(&self.bytes, &mut self.other, shuffled_size(filter, elem));
                }
                FLETCHER32 | 4..=6 => {
                    let one = std::slice::from_ref(filter);
                    self.other =
                        library::apply_pipeline_with_limit(&self.bytes, one, 0, elem, None, Some(more))?;
                }
                DEFLATE => {
                    self.make_room(room)?;
                    let inflate = self.inflate.get_or_insert_default();
                    let got = inflate.inflate(&self.bytes, &mut self.other);
                    self.other.truncate(got.map_err(|why| broken(filter, &why))?);
                }
                _ => self.unpack(filter, elem, room)?,
            }
            std::mem::swap(&mut self.bytes, &mut self.other);
        }
        exactly(self.bytes.len(), expected)
    }

    /// Undoes one of the registered filters, from `bytes` into `other`, of at most `room` bytes.
    fn unpack(&mut self, filter: &FilterDescription, elem: usize, room: usize) -> Result<(), Fault> {
        let got = match filter.id {
            LZF => {
                self.other.clear();
                self.other.try_reserve_exact(room).map_err(|e| Fault::Broken(e.to_string()))?;
                let done = lz::lzf(&self.bytes, &mut self.other, room);
                done.map(|()| self.other.len()).ok_or_else(|| "the stream is broken".to_owned())
            }
            BLOSC => blosc::decode(&self.bytes, &mut self.other, room).map(|()| self.other.len()),
            ZSTD => {
                self.make_room(room)?;
                zstd::bulk::decompress_to_buffer(&self.bytes, &mut self.other[..]).map_err(|e| e.to_string())
            }
            BZIP2 => {
                self.make_room(room)?;
                unbzip2(&self.bytes, &mut self.other)
            }
            LZ4 => {
                self.make_room(room)?;
                unlz4(&self.bytes, &mut self.other)
            }
            BITSHUFFLE => {
                self.make_room(room)?;
                unbitshuffled(&self.bytes, &mut self.other, filter, elem)
            }
            _ => return Err(Fault::Lacking(format!("the filter {}", name(filter.id)))),
        };
        self.other.truncate(got.map_err(|why| broken(filter, &why))?);
        Ok(())
    }

    /// Gives `other` so many bytes.
    fn make_room(&mut self, room: usize) -> Result<(), Fault> {
        // What is there will be written over.
        self.other.truncate(room);
        let more = room - self.other.len();
        self.other.try_reserve_exact(more).map_err(|e| Fault::Broken(e.to_string()))?;
        self.other.resize(room, 0);
        Ok(())
    }
}

/// A chunk must have its size.
fn exactly(got: usize, expected: usize) -> Result<(), Fault> {
    if got == expected {
        Ok(())
    } else {
        Err(Fault::Broken(format!("a chunk decodes to {got} bytes instead of {expected}")))
    }
}

fn broken(filter: &FilterDescription, why: &str) -> Fault {
    Fault::Broken(format!("{}: {why}", name(filter.id)))
}

fn unbzip2(bytes: &[u8], out: &mut [u8]) -> Result<usize, String> {
    let mut stream = bzip2::Decompress::new(false);
    loop {
        let (from, to) = (stream.total_in() as usize, stream.total_out() as usize);
        let status = stream.decompress(&bytes[from..], &mut out[to..]).map_err(|e| e.to_string())?;
        let got = stream.total_out() as usize;
        if status == bzip2::Status::StreamEnd {
            return Ok(got);
        }
        if (stream.total_in() as usize, got) == (from, to) {
            let why =
                if got == out.len() { "it becomes more than a chunk" } else { "the stream does not end" };
            return Err(why.to_owned());
        }
    }
}

/// A big-endian number of `N` bytes at the beginning, and the rest.
fn lead<const N: usize>(bytes: &[u8]) -> Result<(usize, &[u8]), String> {
    let (head, rest) = bytes.split_at_checked(N).ok_or("the header is cut off")?;
    let value = head.iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    Ok((usize::try_from(value).map_err(|e| e.to_string())?, rest))
}

/// The lz4 filter (M. Rissi's H5Zlz4.c): the size, the size of a block, and the blocks, each led by
/// its stored size; those that did not shrink are stored as they are.
fn unlz4(bytes: &[u8], out: &mut [u8]) -> Result<usize, String> {
    let (total, rest) = lead::<8>(bytes)?;
    let (block, mut rest) = lead::<4>(rest)?;
    let out = out.get_mut(..total).ok_or("it becomes more than a chunk")?;
    if block == 0 && total > 0 {
        return Err("blocks of no bytes".to_owned());
    }
    for piece in out.chunks_mut(block.max(1)) {
        let (stored, tail) = lead::<4>(rest)?;
        let (stored, tail) = tail.split_at_checked(stored).ok_or("a block is cut off")?;
        if stored.len() == piece.len() {
            piece.copy_from_slice(stored);
        } else if lz4_flex::block::decompress_into(stored, piece).map_err(|e| e.to_string())? != piece.len() {
            return Err("a block is too short".to_owned());
        }
        rest = tail;
    }
    Ok(total)
}

/// The bitshuffle filter (bshuf_h5filter.c and bitshuffle_core.c): client data 2 is the size of an
/// element, 3 the elements a block (0: 8 KiB, at least 128 elements), 4 the compressor: none, lz4
/// (2) or zstd (3), whose chunks begin with their size and that of a block, in bytes. Elements beyond
/// a multiple of eight are stored as they are, at the end.
fn unbitshuffled(
    bytes: &[u8],
    out: &mut [u8],
    filter: &FilterDescription,
    elem: usize,
) -> Result<usize, String> {
    let client = |i: usize| filter.client_data.get(i).map_or(0, |v| *v as usize);
    let size = if client(2) == 0 { elem.max(1) } else { client(2) };
    let (compressor, mut rest) = (client(4), bytes);
    let default = (8192 / size / 8 * 8).max(128);
    let (mut total, mut block) = (bytes.len(), if client(3) == 0 { default } else { client(3) });
    if compressor != 0 {
        let (found, tail) = lead::<8>(rest)?;
        let (found_block, tail) = lead::<4>(tail)?;
        (total, rest) = (found, tail);
        block = if found_block == 0 { default } else { found_block / size };
    }
    let out = out.get_mut(..total).ok_or("it becomes more than a chunk")?;
    if block == 0 || !block.is_multiple_of(8) || total % size != 0 {
        return Err("blocks are no multiple of eight elements".to_owned());
    }
    let shuffled = total / size / 8 * 8 * size;
    let (head, tail) = out.split_at_mut(shuffled);
    let block = block.checked_mul(size).ok_or("blocks are too large")?;
    let mut packed = vec![0; if compressor == 0 { 0 } else { block.min(shuffled) }];
    for piece in head.chunks_mut(block) {
        let packed = if compressor == 0 {
            let (stored, after) = rest.split_at_checked(piece.len()).ok_or("a block is cut off")?;
            rest = after;
            stored
        } else {
            let (stored, after) = lead::<4>(rest)?;
            let (stored, after) = after.split_at_checked(stored).ok_or("a block is cut off")?;
            rest = after;
            let packed = &mut packed[..piece.len()];
            let got = match compressor {
                2 => lz4_flex::block::decompress_into(stored, packed).map_err(|e| e.to_string())?,
                3 => zstd::bulk::decompress_to_buffer(stored, packed).map_err(|e| e.to_string())?,
                other => return Err(format!("compressor number {other} is not known")),
            };
            if got != packed.len() {
                return Err("a block is too short".to_owned());
            }
            packed
        };
        shuffle::unbitshuffle(packed, piece, size);
    }
    tail.copy_from_slice(rest.get(..tail.len()).ok_or("the last elements are cut off")?);
    Ok(total)
}
