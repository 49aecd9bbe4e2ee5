//! Films are read back, as a viewer would show them.

use super::*;

/// Writes pictures of one colour with a square of another that moves, as PNG files.
fn pictures(folder: &Path, count: u32, [width, height]: [u32; 2]) -> Vec<PathBuf> {
    (0..count)
        .map(|number| {
            let mut rgb = Vec::new();
            for y in 0..height {
                for x in 0..width {
                    let inside = x.wrapping_sub(number) < 3 && y < 2;
                    rgb.extend(if inside { [200, 10 * number as u8, 0] } else { [255, 255, x as u8] });
                }
            }
            let path = folder.join(format!("{number:07}.png"));
            png_file(&path, [width, height], &rgb);
            path
        })
        .collect()
}

fn png_file(path: &Path, [width, height]: [u32; 2], rgb: &[u8]) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(rgb).unwrap();
}

fn film(container: Container, a_second: f64) -> Film {
    let metadata = vec![("Title".to_owned(), "σ".to_owned()), ("Software".to_owned(), "shmplot".to_owned())];
    Film { container, rate: Rate::new(a_second).unwrap(), metadata, video: None }
}

/// Pictures of a film as a viewer shows them: r, g, b of each pixel, with their time in hundredths.
fn shown(container: Container, bytes: &[u8]) -> Vec<(Vec<u8>, u32)> {
    let mut out = Vec::new();
    if container == Container::Gif {
        let mut options = ::gif::DecodeOptions::new();
        options.set_color_output(::gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes).unwrap();
        let width = usize::from(decoder.width());
        let mut canvas = vec![0; 3 * width * usize::from(decoder.height())];
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            for (i, pixel) in frame.buffer.chunks(4).enumerate().filter(|(_, pixel)| pixel[3] > 0) {
                let (w, left, top) =
                    (usize::from(frame.width), usize::from(frame.left), usize::from(frame.top));
                let at = 3 * ((top + i / w) * width + left + i % w);
                canvas[at..at + 3].copy_from_slice(&pixel[..3]);
            }
            out.push((canvas.clone(), u32::from(frame.delay)));
        }
        return out;
    }
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let width = reader.info().width as usize;
    let mut canvas = vec![0; reader.output_buffer_size().unwrap()];
    for _ in 0..reader.info().animation_control().unwrap().num_frames {
        let mut part = canvas.clone();
        reader.next_frame(&mut part).unwrap();
        let control = *reader.info().frame_control().unwrap();
        let (w, left) = (control.width as usize, control.x_offset as usize);
        for y in 0..control.height as usize {
            let at = 3 * ((y + control.y_offset as usize) * width + left);
            canvas[at..at + 3 * w].copy_from_slice(&part[3 * y * w..3 * (y + 1) * w]);
        }
        out.push((canvas.clone(), 100 * u32::from(control.delay_num) / u32::from(control.delay_den)));
    }
    out
}

#[test]
fn films_show_the_pictures_again_pixel_by_pixel_for_their_time() {
    let dir = tempfile::tempdir().unwrap();
    let files = pictures(dir.path(), 6, [40, 30]);
    // Twice the same picture has its time, too.
    let files: Vec<PathBuf> = files.iter().chain(files.last()).cloned().collect();
    for container in [Container::Apng, Container::Gif] {
        let to = dir.path().join("film");
        join(&film(container, 12.5), &files, &to, &to).unwrap();
        let bytes = std::fs::read(&to).unwrap();
        let shown = shown(container, &bytes);
        assert_eq!(shown.len(), 7);
        for (file, (pixels, time)) in files.iter().zip(&shown) {
            let wanted = Picture::read(file).unwrap();
            let rgb: Vec<u8> = wanted.rgba.chunks(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
            assert!(rgb == *pixels && *time == 8, "{container:?} {}", file.display());
        }
        join(&film(container, 12.5), &files, &to, &to).unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), bytes);
        // The title is there, as UTF-8.
        assert!(bytes.windows(2).any(|pair| pair == "σ".as_bytes()));
    }
}

#[test]
fn more_colours_than_a_palette_has_are_near_those_of_the_picture() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("0.png");
    let rgb: Vec<u8> = (0..64 * 64).flat_map(|i| [4 * (i % 64) as u8, 4 * (i / 64) as u8, 128]).collect();
    png_file(&path, [64, 64], &rgb);
    let to = dir.path().join("film");
    join(&film(Container::Gif, 5.0), &[path], &to, &to).unwrap();
    let shown = shown(Container::Gif, &std::fs::read(&to).unwrap());
    let sum: u32 = rgb.iter().zip(&shown[0].0).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    // 255 equal squares of this plane would be 4 apart in the mean in the channels that vary.
    let mean = f64::from(sum) / rgb.len() as f64;
    assert!((1.0..6.0).contains(&mean), "{mean}");
}

#[test]
fn what_can_be_seen_through_is_cleared_before_the_next_picture() {
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = [[255, 0], [0, 255]]
        .iter()
        .enumerate()
        .map(|(number, opacity)| {
            let path = dir.path().join(format!("{number}.png"));
            let mut encoder = png::Encoder::new(File::create(&path).unwrap(), 2, 1);
            encoder.set_color(png::ColorType::Rgba);
            let pixels = [9, 9, 9, opacity[0], 9, 9, 9, opacity[1]];
            encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
            path
        })
        .collect();
    let to = dir.path().join("film");
    join(&film(Container::Gif, 5.0), &files, &to, &to).unwrap();
    let bytes = std::fs::read(&to).unwrap();
    let mut decoder = ::gif::DecodeOptions::new().read_info(&bytes[..]).unwrap();
    for transparent_at in [1, 0] {
        let frame = decoder.read_next_frame().unwrap().unwrap();
        assert_eq!((frame.width, frame.dispose), (2, ::gif::DisposalMethod::Background));
        assert_eq!(Some(frame.buffer[transparent_at]), frame.transparent);
    }
    join(&film(Container::Apng, 5.0), &files, &to, &to).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(std::fs::read(&to).unwrap())).read_info().unwrap();
    assert_eq!(reader.info().color_type, png::ColorType::Rgba);
}

#[test]
fn a_picture_of_another_size_or_a_broken_one_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = pictures(dir.path(), 2, [8, 8]);
    let other = dir.path().join("0000002.png");
    png_file(&other, [8, 9], &[0; 8 * 9 * 3]);
    files.push(other);
    for container in [Container::Apng, Container::Gif] {
        let to = dir.path().join("film");
        let error = join(&film(container, 5.0), &files, &to, &to).unwrap_err().to_string();
        assert!(error.contains("picture 0000002.png is 8 × 9 pixels, the first is 8 × 8"), "{error}");
        std::fs::write(&files[1], "nonsense").unwrap();
        let error = join(&film(container, 5.0), &files, &to, &to).unwrap_err().to_string();
        assert!(error.contains("picture 0000001.png is no whole PNG"), "{error}");
        pictures(dir.path(), 2, [8, 8]);
        let error = join(&film(container, 5.0), &[], &to, &to).unwrap_err().to_string();
        assert!(error.contains("there are none"), "{error}");
    }
}
