//! Animated PNG: of each picture the rectangle that changed.

use super::{Broken, Film, Picture, Pictures, each_change};
use png::{BitDepth, BlendOp, ColorType, DisposeOp, Encoder, EncodingError};
use std::io::{self, Write};

impl From<EncodingError> for Broken {
    fn from(error: EncodingError) -> Self {
        Self::File(match error {
            EncodingError::IoError(err) => err,
            other => io::Error::other(other),
        })
    }
}

/// Writes `count` pictures. RGB if the first is opaque, else RGBA; shown again and again.
pub(super) fn write(
    film: &Film,
    count: usize,
    (first, rest): (Picture, Pictures<'_>),
    file: &mut impl Write,
) -> Result<(), Broken> {
    let opaque = first.opaque;
    let mut encoder = Encoder::new(file, first.width, first.height);
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    let count =
        u32::try_from(count).map_err(|_| io::Error::other("too many pictures")).map_err(Broken::File)?;
    encoder.set_animated(count, 0)?;
    encoder.set_frame_delay(film.rate.seconds, film.rate.pictures)?;
    for (keyword, text) in &film.metadata {
        if text.is_ascii() {
            encoder.add_text_chunk(keyword.clone(), text.clone())?;
        } else {
            encoder.add_itxt_chunk(keyword.clone(), text.clone())?;
        }
    }
    let mut writer = encoder.write_header()?;
    let mut pixels = Vec::new();
    each_change(first, rest, |picture, before, part| {
        if before.is_some() {
            writer.reset_frame_position()?;
            writer.set_frame_dimension(part.width, part.height)?;
            writer.set_frame_position(part.left, part.top)?;
            writer.set_blend_op(BlendOp::Source)?;
            writer.set_dispose_op(DisposeOp::None)?;
        }
        if opaque && !picture.opaque {
            let text = "a picture can be seen through where the first cannot";
            return Err(Broken::File(io::Error::other(text)));
        }
        pixels.clear();
        for y in part.top..part.top + part.height {
            let row = picture.row(y, part.left, part.width);
            if opaque {
                row.iter().for_each(|pixel| pixels.extend_from_slice(&pixel[..3]));
            } else {
                pixels.extend_from_slice(row.as_flattened());
            }
        }
        Ok(writer.write_image_data(&pixels)?)
    })?;
    Ok(writer.finish()?)
}
