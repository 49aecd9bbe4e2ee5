//! zlib streams into a buffer of the size they should have.

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
}
