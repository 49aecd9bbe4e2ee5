//! Rows of pixels filtered as PNG does it, and deflated fast.
//!
//! Every row is stored as the difference from the row above or from the pixel to the left, whichever
//! is smaller in sum (the usual heuristic of the PNG specification, section 12.7). Not trying all five
//! filters saves time and costs about a fifth in size; rows equal to the one before, which figures
//! are full of, are not even filtered.

use std::io;

/// Bytes that are filtered before they are deflated: they stay in the cache.
const BATCH: usize = 64 << 10;

/// Number of the filter "left" in a stream.
const SUB: u8 = 1;
/// Number of the filter "above" in a stream.
const UP: u8 = 2;

/// Bytes in memory, written eight at a time by the compressor: what a vector's own `write_all` does not
/// do in place, for any length.
struct Sink(Vec<u8>);

impl io::Write for Sink {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match <[u8; 8]>::try_from(bytes) {
            Ok(word) => self.0.extend(word),
            Err(_) => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A zlib stream of filtered rows.
pub(super) struct Rows {
    deflate: fdeflate::Compressor<Sink>,
    /// Bytes a pixel.
    step: usize,
    /// The row before, and room for the next.
    above: Vec<u8>,
    row: Vec<u8>,
    /// Filtered and not yet deflated.
    batch: Vec<u8>,
    left: Vec<u8>,
}

impl Rows {
    /// Rows of `len` bytes, `step` bytes a pixel. `before` is what the stream is appended to.
    ///
    /// # Errors
    /// None: a vector takes everything; the interface has them.
    pub(super) fn new(len: usize, step: usize, before: Vec<u8>) -> io::Result<Self> {
        Ok(Self {
            deflate: fdeflate::Compressor::new(Sink(before))?,
            step,
            above: vec![0; len],
            row: vec![0; len],
            batch: Vec::with_capacity(BATCH + len + 1),
            left: vec![0; len],
        })
    }

    /// Appends the row that `fill` writes.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn push(&mut self, fill: impl FnOnce(&mut [u8])) -> io::Result<()> {
        fill(&mut self.row);
        let start = self.batch.len() + 1;
        self.batch.push(UP);
        self.batch.extend(self.row.iter().zip(&self.above).map(|(a, b)| a.wrapping_sub(*b)));
        let up = &mut self.batch[start..];
        let (first, rest) = self.left.split_at_mut(self.step.min(self.row.len()));
        first.copy_from_slice(&self.row[..first.len()]);
        for ((left, a), b) in rest.iter_mut().zip(&self.row[first.len()..]).zip(&self.row) {
            *left = a.wrapping_sub(*b);
        }
        if size(&self.left) < size(up) {
            up.copy_from_slice(&self.left);
            self.batch[start - 1] = SUB;
        }
        std::mem::swap(&mut self.row, &mut self.above);
        self.spill(BATCH)
    }

    /// Appends the last row again; a row of zeros if there is none.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn repeat(&mut self) -> io::Result<()> {
        self.batch.push(UP);
        self.batch.resize(self.batch.len() + self.above.len(), 0);
        self.spill(BATCH)
    }

    /// Ends the stream; gives it behind what was before.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        self.spill(1)?;
        Ok(self.deflate.finish()?.0)
    }

    /// Deflates what is filtered if it is `least` bytes or more.
    fn spill(&mut self, least: usize) -> io::Result<()> {
        if self.batch.len() >= least {
            self.deflate.write_data(&self.batch)?;
            self.batch.clear();
        }
        Ok(())
    }
}

/// Sum of the bytes' distances from 0, as signed numbers.
fn size(bytes: &[u8]) -> u64 {
    let add = |bytes: &[u8]| bytes.iter().map(|b| u32::from((*b as i8).unsigned_abs())).sum::<u32>();
    bytes.chunks(1 << 16).map(|part| u64::from(add(part))).sum()
}

/// The colours of r, g, b, a without the last; `rgb` has three quarters of the length.
pub(super) fn without_alpha(rgba: &[u8], rgb: &mut [u8]) {
    let (fours, last) = rgba.as_chunks::<16>();
    let (threes, rest) = rgb.as_chunks_mut::<12>();
    // Whole words: bytes one by one take four times as long.
    for (out, four) in threes.iter_mut().zip(fours) {
        let pixel = |k: usize| u32::from_le_bytes([four[4 * k], four[4 * k + 1], four[4 * k + 2], 0]);
        let (a, b, c, d) = (pixel(0), pixel(1), pixel(2), pixel(3));
        let (words, _) = out.as_chunks_mut::<4>();
        words[0] = (a | b << 24).to_le_bytes();
        words[1] = (b >> 8 | c << 16).to_le_bytes();
        words[2] = (c >> 16 | d << 8).to_le_bytes();
    }
    for (out, pixel) in rest.chunks_exact_mut(3).zip(last.chunks_exact(4)) {
        out.copy_from_slice(&pixel[..3]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn rows_are_differences_from_the_nearer_neighbour() {
        let mut rows = Rows::new(6, 3, Vec::new()).unwrap();
        rows.push(|row| row.copy_from_slice(&[10, 20, 30, 11, 19, 30])).unwrap();
        rows.push(|row| row.copy_from_slice(&[10, 21, 30, 11, 19, 28])).unwrap();
        rows.repeat().unwrap();
        let stream = rows.finish().unwrap();
        let mut got = Vec::new();
        flate2::read::ZlibDecoder::new(&stream[..]).read_to_end(&mut got).unwrap();
        let expected = [[1, 10, 20, 30, 1, 255, 0], [2, 0, 1, 0, 0, 0, 254], [2, 0, 0, 0, 0, 0, 0]];
        assert_eq!(got, expected.concat());
    }

    #[test]
    fn colours_lose_their_opacity_at_every_length() {
        for n in 0..10_usize {
            let rgba: Vec<u8> = (0..4 * n).map(|k| (k * 37 % 251) as u8).collect();
            let mut rgb = vec![0; 3 * n];
            without_alpha(&rgba, &mut rgb);
            let expected: Vec<u8> = rgba.chunks(4).flat_map(|p| p[..3].to_vec()).collect();
            assert_eq!(rgb, expected);
        }
    }
}
