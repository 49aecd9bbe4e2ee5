//! One picture of a film in memory, and where it differs from another.

use crate::diag::Diagnostic;
use crate::output::publish::failure;
use png::{ColorType, Transformations};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Pixels, row by row, r, g, b, a each, not premultiplied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgba: Vec<u8>,
    /// Whether no pixel can be seen through.
    pub(super) opaque: bool,
}

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Picture {
    /// Reads a PNG file of eight bits a channel.
    ///
    /// # Errors
    /// What the file system or the decoder says, with the file's name.
    pub(super) fn read(path: &Path) -> Result<Self, Diagnostic> {
        let file = File::open(path).map_err(|err| failure("cannot read", path, &err))?;
        let broken = |error: png::DecodingError| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Diagnostic::error(format!("picture {name} is no whole PNG")).caused_by(error.to_string())
        };
        let mut decoder = png::Decoder::new(BufReader::new(file));
        decoder.set_transformations(Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(broken)?;
        let size = reader.output_buffer_size().ok_or_else(|| broken(png::DecodingError::LimitsExceeded))?;
        let mut pixels = vec![0; size];
        let info = reader.next_frame(&mut pixels).map_err(broken)?;
        pixels.truncate(info.buffer_size());
        let rgba: Vec<u8> = match info.color_type {
            ColorType::Rgba => pixels,
            ColorType::Rgb => {
                pixels.as_chunks::<3>().0.iter().flat_map(|p| [p[0], p[1], p[2], 255]).collect()
            }
            ColorType::GrayscaleAlpha => {
                pixels.as_chunks::<2>().0.iter().flat_map(|p| [p[0], p[0], p[0], p[1]]).collect()
            }
            ColorType::Grayscale | ColorType::Indexed => {
                pixels.iter().flat_map(|p| [*p, *p, *p, 255]).collect()
            }
        };
        let opaque = match info.color_type {
            ColorType::Rgb | ColorType::Grayscale => true,
            _ => rgba.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255),
        };
        Ok(Self { width: info.width, height: info.height, rgba, opaque })
    }

    /// All of it.
    pub(super) fn whole(&self) -> Changes {
        Changes { left: 0, top: 0, width: self.width, height: self.height }
    }

    /// The pixels of a row between two columns.
    pub(super) fn row(&self, y: u32, left: u32, width: u32) -> &[[u8; 4]] {
        let at = 4 * (y as usize * self.width as usize + left as usize);
        self.rgba[at..at + 4 * width as usize].as_chunks::<4>().0
    }

    /// The smallest rectangle that holds all pixels in which it differs from another of its size; one
    /// pixel if there are none.
    pub(super) fn changes(&self, before: &Self) -> Changes {
        let line = 4 * self.width as usize;
        let rows = || self.rgba.chunks_exact(line).zip(before.rgba.chunks_exact(line));
        let differs = |(a, b): (&[u8], &[u8])| a != b;
        let (Some(top), Some(bottom)) = (rows().position(differs), rows().rposition(differs)) else {
            return Changes { left: 0, top: 0, width: 1, height: 1 };
        };
        let (mut left, mut right) = (self.width as usize, 0);
        for (a, b) in rows().skip(top).take(bottom + 1 - top).filter(|rows| differs(*rows)) {
            let pixels = || a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0);
            left = left.min(pixels().position(|(a, b)| a != b).unwrap_or(left));
            right = right.max(pixels().rposition(|(a, b)| a != b).unwrap_or(right));
        }
        Changes {
            left: left as u32,
            top: top as u32,
            width: (right + 1 - left) as u32,
            height: (bottom + 1 - top) as u32,
        }
    }
}
