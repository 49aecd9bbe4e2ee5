//! zlib streams into a buffer of the size they should have, or piece by piece.

use super::Scratch;
use crate::source::SourceError;
use crate::source::hdf5::fault::Fault;

/// Stored bytes read at once.
const INPUT: usize = 256 << 10;

/// Fills a buffer from a byte of the stored chunk on.
pub(super) type Read<'a> = dyn FnMut(u64, &mut [u8]) -> Result<(), SourceError> + 'a;

/// A decompressor that is kept for many chunks. libdeflate, which wants the whole stream and the
/// whole room at once, has what chunks give; what it refuses is tried as a stream.
pub(super) struct Inflate {
    whole: libdeflater::Decompressor,
    stream: flate2::Decompress,
}

impl Default for Inflate {
    fn default() -> Self {
        Self { whole: libdeflater::Decompressor::new(), stream: flate2::Decompress::new(true) }
    }
}

impl Inflate {
    /// Inflates a zlib stream; how many bytes it became. More than `out` holds are left out.
    ///
    /// # Errors
    /// If the stream is broken, or ends before `out` is full without saying so.
    pub(super) fn inflate(&mut self, bytes: &[u8], out: &mut [u8]) -> Result<usize, String> {
        if let Ok(got) = self.whole.zlib_decompress(bytes, out) {
            return Ok(got);
        }
        self.stream.reset(true);
        let room = out.len();
        let status =
            self.stream.decompress(bytes, out, flate2::FlushDecompress::Finish).map_err(|e| e.to_string())?;
        let got = usize::try_from(self.stream.total_out()).unwrap_or(room);
        if status != flate2::Status::StreamEnd && got < room {
            return Err("the stream does not end".to_owned());
        }
        Ok(got)
    }
}

/// A stored chunk that is read and inflated as its bytes are asked for.
pub(in crate::source::hdf5) struct Inflating<'a> {
    stream: &'a mut flate2::Decompress,
    input: Vec<u8>,
    /// What of the input was used, and how much of the chunk was read.
    used: usize,
    read: usize,
    stored: usize,
    is_done: bool,
}

impl<'a> Inflating<'a> {
    /// A chunk of `stored` bytes.
    pub(in crate::source::hdf5) fn new(scratch: &'a mut Scratch, stored: usize) -> Self {
        let stream = &mut scratch.inflate.get_or_insert_default().stream;
        stream.reset(true);
        Self { stream, input: Vec::new(), used: 0, read: 0, stored, is_done: false }
    }

    /// Fills `out` with the next bytes.
    ///
    /// # Errors
    /// If the stream is broken or ends before, and those of `read`.
    pub(in crate::source::hdf5) fn fill(&mut self, read: &mut Read<'_>, out: &mut [u8]) -> Result<(), Fault> {
        let broken = |why: &str| Fault::Broken(format!("deflate: {why}"));
        let mut got = 0;
        while got < out.len() {
            if self.is_done {
                return Err(broken("a chunk is too short"));
            }
            if self.used == self.input.len() && self.read < self.stored {
                self.input.resize(INPUT.min(self.stored - self.read), 0);
                read(self.read as u64, &mut self.input)?;
                self.read += self.input.len();
                self.used = 0;
            }
            let before = (self.stream.total_in(), self.stream.total_out());
            let input = &self.input[self.used..];
            let status = self.stream.decompress(input, &mut out[got..], flate2::FlushDecompress::None);
            let status = status.map_err(|e| broken(&e.to_string()))?;
            let after = (self.stream.total_in(), self.stream.total_out());
            self.used += (after.0 - before.0) as usize;
            got += (after.1 - before.1) as usize;
            self.is_done = status == flate2::Status::StreamEnd;
            if before == after && !self.is_done && self.read == self.stored {
                return Err(broken("the stream does not end"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `zlib.compress(b"shmplot " * 4)` of Python.
    const PACKED: &[u8] = b"\x78\x9c\x2b\xce\xc8\x2d\xc8\xc9\x2f\x51\x28\xc6\x41\x03\x00\xd4\x3c\x0c\x9d";

    #[test]
    fn streams_are_inflated_up_to_the_room_there_is() {
        let text = b"shmplot shmplot shmplot shmplot ";
        for (room, expected) in [(32, 32), (40, 32), (9, 9)] {
            let mut out = vec![0; room];
            assert_eq!(Inflate::default().inflate(PACKED, &mut out), Ok(expected), "room of {room}");
            assert_eq!(out[..expected], text[..expected]);
        }
    }

    #[test]
    fn a_stream_that_is_cut_off_or_broken_is_an_error() {
        let mut out = [0; 32];
        for end in 0..PACKED.len() - 4 {
            let cut = Inflate::default().inflate(&PACKED[..end], &mut out);
            assert!(cut.is_err() || cut == Ok(32), "cut at {end}: {cut:?}");
        }
        assert!(Inflate::default().inflate(b"\x78\x9d", &mut out).is_err());
    }

    #[test]
    fn a_stream_comes_in_pieces_as_well() {
        let text = b"shmplot shmplot shmplot shmplot ";
        let mut scratch = Scratch::default();
        let mut inflating = Inflating::new(&mut scratch, PACKED.len());
        let mut read = |at: u64, out: &mut [u8]| {
            out.copy_from_slice(&PACKED[at as usize..at as usize + out.len()]);
            Ok(())
        };
        for start in (0..32).step_by(4) {
            let mut piece = [0; 4];
            inflating.fill(&mut read, &mut piece).unwrap();
            assert_eq!(piece, text[start..start + 4]);
        }
        assert!(inflating.fill(&mut read, &mut [0]).is_err(), "there is no more");
    }
}
