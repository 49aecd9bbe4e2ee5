//! Pastes the PNG figures of a folder into one picture, in the order of their names:
//! `cargo run --release --example contact_sheet -- FIGURES OUT.png [COLUMNS]`.
//!
//! Cells are as large as the figures mostly are; larger figures are made smaller.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Between figures, pixels.
const GAP: usize = 8;

/// Rows of RGB pixels.
struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    fn white(width: usize, height: usize) -> Self {
        Self { width, height, rgb: vec![255; 3 * width * height] }
    }

    fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info()?;
        let mut bytes = vec![0; reader.output_buffer_size().ok_or("too large")?];
        let info = reader.next_frame(&mut bytes)?;
        let (width, height) = (info.width as usize, info.height as usize);
        let channels = info.color_type.samples();
        let mut rgb = Vec::with_capacity(3 * width * height);
        for pixel in bytes[..info.buffer_size()].chunks_exact(channels) {
            let (color, alpha) = match *pixel {
                [grey] => ([grey; 3], 255),
                [grey, alpha] => ([grey; 3], alpha),
                [r, g, b] => ([r, g, b], 255),
                [r, g, b, alpha] => ([r, g, b], alpha),
                _ => return Err("a PNG has one to four channels".into()),
            };
            let on_white = |v: u8| 255 - ((255 - u32::from(v)) * u32::from(alpha) / 255) as u8;
            rgb.extend(color.map(on_white));
        }
        Ok(Self { width, height, rgb })
    }

    /// Not larger than the cell: every pixel is the mean of those that it stands for.
    fn within(self, [width, height]: [usize; 2]) -> Self {
        let factor = (width as f64 / self.width as f64).min(height as f64 / self.height as f64);
        if factor >= 1.0 {
            return self;
        }
        let size = |n: usize| ((n as f64 * factor) as usize).max(1);
        let mut small = Self::white(size(self.width), size(self.height));
        let span = |i: usize, of: usize, n: usize| i * n / of..((i + 1) * n).div_ceil(of);
        for y in 0..small.height {
            for x in 0..small.width {
                let (rows, columns) = (span(y, small.height, self.height), span(x, small.width, self.width));
                let count = rows.len() * columns.len();
                for channel in 0..3 {
                    let at = |row: usize, column: usize| 3 * (row * self.width + column) + channel;
                    let sum: usize = rows
                        .clone()
                        .flat_map(|row| columns.clone().map(move |column| (row, column)))
                        .map(|(row, column)| usize::from(self.rgb[at(row, column)]))
                        .sum();
                    small.rgb[3 * (y * small.width + x) + channel] = (sum / count) as u8;
                }
            }
        }
        small
    }

    fn paste(&mut self, other: &Self, [left, top]: [usize; 2]) {
        for (row, line) in other.rgb.chunks_exact(3 * other.width).enumerate() {
            let from = 3 * ((top + row) * self.width + left);
            self.rgb[from..from + line.len()].copy_from_slice(line);
        }
    }

    fn write(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let mut encoder = png::Encoder::new(File::create(path)?, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&self.rgb)?;
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (folder, out, columns) = match args.as_slice() {
        [folder, out] => (folder, out, 4),
        [folder, out, columns] => (folder, out, columns.parse::<usize>()?.max(1)),
        _ => return Err("usage: contact_sheet FIGURES OUT.png [COLUMNS]".into()),
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
    files.sort();
    let pictures = files.iter().map(|path| Picture::read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut sizes: BTreeMap<[usize; 2], usize> = BTreeMap::new();
    pictures.iter().for_each(|one| *sizes.entry([one.width, one.height]).or_default() += 1);
    let cell = sizes.iter().max_by_key(|(_, count)| **count).ok_or("there is no PNG in the folder")?.0;
    let step = cell.map(|side| side + GAP);
    let mut sheet = Picture::white(columns * step[0] - GAP, pictures.len().div_ceil(columns) * step[1] - GAP);
    for (i, picture) in pictures.into_iter().enumerate() {
        let picture = picture.within(*cell);
        let corner = [i % columns * step[0], i / columns * step[1]];
        let centred = [corner[0] + (cell[0] - picture.width) / 2, corner[1] + (cell[1] - picture.height) / 2];
        sheet.paste(&picture, centred);
    }
    sheet.write(Path::new(out))
}
