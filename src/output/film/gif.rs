//! GIF: of each picture the rectangle that changed, with a palette of its own.
//!
//! Pixels that did not change stay as they were (they are the transparent colour), so that a palette has
//! just the colours that are new, and nothing flickers that does not move. Pictures of at most as many
//! colours as a palette has keep them exactly; others get a palette by k-means in Oklab,
//! with a fixed seed. There is no
//! dithering, which moves from picture to picture. Where pixels can be seen through, pictures are
//! whole.

use super::picture::Changes;
use super::{Broken, Film, Picture, Pictures, each_change};
use gif::{AnyExtension, DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use quantette::deps::palette::Srgb;
use quantette::kmeans::KmeansOptions;
use quantette::{ImageRef, PaletteSize, Pipeline};
use std::collections::HashMap;
use std::io::{self, Write};

/// Colours of a palette beside the transparent one.
const COLORS: usize = 255;
/// From this opacity on a pixel is drawn.
const SEEN: u8 = 128;

impl From<EncodingError> for Broken {
    fn from(error: EncodingError) -> Self {
        Self::File(match error {
            EncodingError::Io(err) => err,
            other => io::Error::other(other),
        })
    }
}

/// Writes the pictures, shown again and again, with comments for metadata.
pub(super) fn write(
    film: &Film,
    first: Picture,
    rest: Pictures<'_>,
    file: &mut impl Write,
) -> Result<(), Broken> {
    let side =
        |n: u32| u16::try_from(n).map_err(|_| io::Error::other("a side of a GIF has at most 65535 pixels"));
    let (width, height) =
        (side(first.width).map_err(Broken::File)?, side(first.height).map_err(Broken::File)?);
    let mut encoder = Encoder::new(file, width, height, &[])?;
    encoder.set_repeat(Repeat::Infinite)?;
    for (keyword, text) in &film.metadata {
        let comment = format!("{keyword}: {text}");
        let parts: Vec<&[u8]> = comment.as_bytes().chunks(255).collect();
        encoder.write_raw_extension(AnyExtension(0xFE), &parts)?;
    }
    let mut number = 0;
    each_change(first, rest, |picture, before, part| {
        let delay = film.rate.begin(number + 1) - film.rate.begin(number);
        number += 1;
        // What shows through can only be cleared as a whole.
        let clears = !picture.opaque || before.is_some_and(|before| !before.opaque);
        let (part, before) = if clears { (picture.whole(), None) } else { (part, before) };
        let Indexed { indices, palette, transparent } =
            indexed(picture, before, part).map_err(Broken::File)?;
        let frame = Frame {
            delay: u16::try_from(delay).unwrap_or(u16::MAX),
            dispose: if clears { DisposalMethod::Background } else { DisposalMethod::Keep },
            transparent,
            left: part.left as u16,
            top: part.top as u16,
            width: part.width as u16,
            height: part.height as u16,
            palette: Some(palette),
            buffer: indices.into(),
            ..Frame::default()
        };
        Ok(encoder.write_frame(&frame)?)
    })
}

/// Pixels as numbers of colours.
struct Indexed {
    indices: Vec<u8>,
    palette: Vec<u8>,
    transparent: Option<u8>,
}

/// A part of a picture without the pixels that are as in `before`.
fn indexed(picture: &Picture, before: Option<&Picture>, part: Changes) -> io::Result<Indexed> {
    let pixels = || {
        (part.top..part.top + part.height).flat_map(move |y| {
            let now = picture.row(y, part.left, part.width);
            let then = before.map(|before| before.row(y, part.left, part.width));
            now.iter().enumerate().map(move |(x, pixel)| {
                let stays = pixel[3] < SEEN || then.is_some_and(|then| then[x] == *pixel);
                (!stays).then_some([pixel[0], pixel[1], pixel[2]])
            })
        })
    };
    // Colours by first appearance, which is the same on every machine.
    let mut numbers: HashMap<[u8; 3], usize> = HashMap::new();
    let (mut colors, mut counts): (Vec<[u8; 3]>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut last = (None, 0);
    for pixel in pixels().flatten() {
        if last.0 != Some(pixel) {
            let number = *numbers.entry(pixel).or_insert_with(|| {
                colors.push(pixel);
                counts.push(0);
                colors.len() - 1
            });
            last = (Some(pixel), number);
        }
        counts[last.1] += 1;
    }
    let (palette, chosen) = match colors.len() <= COLORS {
        true => (colors.clone(), (0..colors.len()).map(|i| i as u8).collect()),
        false => quantized(&colors, &counts)?,
    };
    let transparent = palette.len() as u8;
    let mut indices = Vec::with_capacity(part.width as usize * part.height as usize);
    let (mut last, mut through) = ((None, transparent), false);
    for pixel in pixels() {
        if pixel.is_none() {
            through = true;
            indices.push(transparent);
            continue;
        }
        if last.0 != pixel {
            let number = pixel.and_then(|pixel| numbers.get(&pixel)).copied().unwrap_or_default();
            last = (pixel, chosen[number]);
        }
        indices.push(last.1);
    }
    let mut palette = palette.as_flattened().to_vec();
    if through || palette.is_empty() {
        palette.extend([0; 3]);
    }
    Ok(Indexed { indices, palette, transparent: through.then_some(transparent) })
}

/// A palette for colours that are there so many times, and for each colour its number in it.
fn quantized(colors: &[[u8; 3]], counts: &[u32]) -> io::Result<(Vec<[u8; 3]>, Vec<u8>)> {
    // The background is most of a chart: it would take nothing away from the others if it counted once,
    // and all of the palette's precision if it counted fully. The square root lies between.
    let weighted: Vec<Srgb<u8>> = colors
        .iter()
        .zip(counts)
        .flat_map(|(c, n)| std::iter::repeat_n(Srgb::new(c[0], c[1], c[2]), (n.isqrt() as usize).max(1)))
        .collect();
    let error = |_| io::Error::other("a picture has no colours");
    let size =
        PaletteSize::try_from_usize(COLORS).ok_or_else(|| io::Error::other("a palette has colours"))?;
    let pipeline = || Pipeline::new().palette_size(size).ditherer(None);
    let means = pipeline().quantize_method(KmeansOptions::new()).input_slice(&weighted).map_err(error)?;
    let means = means.output_srgb8_palette();
    let all: Vec<Srgb<u8>> = colors.iter().map(|c| Srgb::new(c[0], c[1], c[2])).collect();
    let image = ImageRef::new(all.len() as u32, 1, &all[..]);
    let image = image.map_err(|_| io::Error::other("a picture has too many colours"))?;
    let nearest = pipeline().quantize_method(means).dedup(false).input_image(image);
    let (mut palette, chosen) = nearest.output_srgb8_indexed_image().into_parts();
    // The colour that is most of what one of the palette stands for is there exactly: white stays white.
    let mut most: Vec<(u32, usize)> = vec![(0, 0); palette.len()];
    let mut sums: Vec<u32> = vec![0; palette.len()];
    for (number, place) in chosen.iter().map(|place| usize::from(*place)).enumerate() {
        most[place] = most[place].max((counts[number], number));
        sums[place] = sums[place].saturating_add(counts[number]);
    }
    for ((color, (count, number)), sum) in palette.iter_mut().zip(most).zip(sums) {
        if 2 * u64::from(count) > u64::from(sum) {
            *color = all[number];
        }
    }
    Ok((palette.into_iter().map(|c| [c.red, c.green, c.blue]).collect(), chosen))
}
