//! Pixels to PNG bytes, row by row.

use super::PaintError;
use super::filter::{self, Rows};
use crate::render::Scene;
use crate::render::scene::Image;
use png::{BitDepth, ColorType, Compression, Encoder, PixelDimensions, Unit};
use tiny_skia::Pixmap;

/// Encodes a drawn scene with its resolution and metadata. RGB if the background is opaque (then
/// every pixel is), else RGBA. No copy of the pixels but two rows.
pub(super) fn encode(pixmap: &Pixmap, scene: &Scene) -> Result<Vec<u8>, PaintError> {
    let opaque = scene.background.a == 255;
    let (width, height) = (pixmap.width(), pixmap.height());
    let mut bytes = Vec::with_capacity(256 * 1024);
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    let per_metre = (scene.dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }));
    for (keyword, text) in &scene.metadata {
        if text.is_ascii() {
            encoder.add_text_chunk(keyword.clone(), text.clone())?;
        } else {
            encoder.add_itxt_chunk(keyword.clone(), text.clone())?;
        }
    }
    let mut writer = encoder.write_header()?;
    let stream = stream(pixmap.data(), width as usize, opaque).map_err(png::EncodingError::from)?;
    writer.write_chunk(png::chunk::IDAT, &stream)?;
    writer.finish()?;
    Ok(bytes)
}

/// The zlib stream of premultiplied pixels.
fn stream(pixels: &[u8], width: usize, opaque: bool) -> std::io::Result<Vec<u8>> {
    let channels = if opaque { 3 } else { 4 };
    let mut rows = Rows::new(channels * width, channels, Vec::with_capacity(256 * 1024))?;
    let mut last = None;
    for pixels in pixels.chunks_exact(4 * width) {
        if last == Some(pixels) {
            rows.repeat()?;
        } else if opaque {
            rows.push(|row| filter::without_alpha(pixels, row))?;
        } else {
            rows.push(|row| {
                for (out, pixel) in row.chunks_exact_mut(4).zip(pixels.chunks_exact(4)) {
                    out.copy_from_slice(&straight(pixel));
                }
            })?;
        }
        last = Some(pixels);
    }
    rows.finish()
}

/// Encodes an image's cells, one pixel each: RGB if all are opaque, else RGBA. The image's bytes must
/// fit its shape.
pub(super) fn encode_cells(image: &Image) -> Result<Vec<u8>, PaintError> {
    let opaque = image.rgba.chunks_exact(4).all(|cell| cell[3] == 255);
    let mut bytes = Vec::with_capacity(image.rgba.len() / 4);
    let mut encoder = Encoder::new(&mut bytes, image.width as u32, image.height as u32);
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    if opaque {
        let rgb: Vec<u8> = image.rgba.chunks_exact(4).flat_map(|c| [c[0], c[1], c[2]]).collect();
        writer.write_image_data(&rgb)?;
    } else {
        writer.write_image_data(&image.rgba)?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// A premultiplied pixel with its opacity divided out.
fn straight(p: &[u8]) -> [u8; 4] {
    let a = u32::from(p[3]);
    let divide = |c: u8| (u32::from(c) * 255 + a / 2).checked_div(a).unwrap_or(0).min(255) as u8;
    [divide(p[0]), divide(p[1]), divide(p[2]), p[3]]
}
