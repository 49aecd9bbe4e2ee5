//! Scenes and pictures against kept ones. `UPDATE_GOLDEN=1` rewrites them; a failure leaves
//! *expected, got, difference* side by side, or both files, in a folder that the message names.

use super::own;
use super::sound::compose;
use shmplot::render::paint::{Format, paint};
use shmplot::render::scene::{Command, Point, Scene, Segment};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A channel may differ by this much: colours are rounded once more on some machines.
const CHANNEL: u8 = 3;
/// This share of the pixels may differ by more: a glyph's edge may fall on another side.
const PIXELS: f64 = 0.0005;

/// The kept figures: few, and small.
const KEPT: [&str; 7] =
    ["contours-filled", "error-bands", "error-bars", "facets-lines", "gaps", "long-texts", "scatter-groups"];

/// Those whose SVG and PDF are kept as well, byte for byte.
const FILES: [&str; 2] = ["error-bars", "long-texts"];

/// SVG and PDF of a figure, if they are kept.
fn files(name: &str, scene: &Scene) -> Vec<(&'static str, Vec<u8>)> {
    if !FILES.contains(&name) {
        return Vec::new();
    }
    let painted = |format| paint(scene, format).expect("a file");
    vec![("svg", painted(Format::Svg)), ("pdf", painted(Format::Pdf))]
}

/// Where pictures of failures go.
fn failures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// What is wrong with a file, if anything; leaves both then.
fn same_bytes(name: &str, ext: &str, kept: &[u8], now: &[u8]) -> Option<String> {
    let at = kept.iter().zip(now).position(|(a, b)| a != b).or((kept.len() != now.len()).then_some(0))?;
    let folder = failures();
    std::fs::write(folder.join(format!("{name}.expected.{ext}")), kept).expect("written");
    std::fs::write(folder.join(format!("{name}.got.{ext}")), now).expect("written");
    let around = |bytes: &[u8]| {
        let part = &bytes[at.saturating_sub(40).min(bytes.len())..(at + 40).min(bytes.len())];
        String::from_utf8_lossy(part).into_owned()
    };
    Some(format!(
        "{name}.{ext} differs from byte {at} on, see {}:\n  kept {:?}\n  now  {:?}",
        folder.display(),
        around(kept),
        around(now)
    ))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/kept")
}

#[test]
fn kept_figures_have_not_changed() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for (name, (mut chart, data)) in own::all().into_iter().filter(|(name, _)| KEPT.contains(name)) {
        chart.style.dpi = 60.0;
        let scene = compose(&chart, &data).expect("a scene").value;
        let (text, png) = (written(&scene), paint(&scene, Format::Png).expect("a picture"));
        let path = |ext: &str| folder().join(format!("{name}.{ext}"));
        if update {
            std::fs::create_dir_all(folder()).expect("a folder");
            std::fs::write(path("txt"), &text).expect("written");
            std::fs::write(path("png"), &png).expect("written");
            for (ext, bytes) in files(name, &scene) {
                std::fs::write(path(ext), bytes).expect("written");
            }
            continue;
        }
        let kept = std::fs::read_to_string(path("txt")).unwrap_or_default();
        if let Some((i, (old, new))) =
            kept.lines().zip(text.lines()).enumerate().find(|(_, (old, new))| old != new)
        {
            wrong.push(format!("{name}.txt, line {}:\n  kept {old}\n  now  {new}", i + 1));
        } else if kept.lines().count() != text.lines().count() {
            wrong.push(format!("{name}.txt has another number of commands"));
        }
        let kept = std::fs::read(path("png")).expect("a kept picture; UPDATE_GOLDEN=1 writes it");
        if let Some(report) = compare(name, &kept, &png) {
            wrong.push(report);
        }
        for (ext, now) in files(name, &scene) {
            let kept = std::fs::read(path(ext)).expect("a kept file; UPDATE_GOLDEN=1 writes it");
            wrong.extend(same_bytes(name, ext, &kept, &now));
        }
    }
    assert!(wrong.is_empty(), "{}\n(UPDATE_GOLDEN=1 rewrites)", wrong.join("\n"));
}

#[test]
fn every_kept_file_belongs_to_a_test() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .expect("kept files")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut expected: Vec<String> =
        KEPT.iter().flat_map(|name| [format!("{name}.png"), format!("{name}.txt")]).collect();
    expected.extend(FILES.iter().flat_map(|name| [format!("{name}.pdf"), format!("{name}.svg")]));
    expected.sort();
    assert_eq!(files, expected);
}

/// A scene as text: one command a line, hundredths of a point, long paths by their ends and sums.
fn written(scene: &Scene) -> String {
    let mut out = format!("size {:?} in, {} dpi\n", scene.size_in, scene.dpi);
    for command in &scene.commands {
        let line = match command {
            Command::Path { path, fill, stroke } => {
                let points: Vec<Point> = path
                    .iter()
                    .filter_map(|segment| match segment {
                        Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some(*p),
                        Segment::Close => None,
                    })
                    .collect();
                format!("path {} fill {fill:?} stroke {stroke:?}", points_text(&points))
            }
            Command::Hatch { hatch, .. } => format!("hatch {hatch:?}"),
            Command::Polyline { points, stroke } => {
                format!("line {} {stroke:?}", points_text(points))
            }
            Command::Rect { rect, fill, stroke } => {
                let Rounded(ends) = Rounded::from([rect.left, rect.top, rect.right, rect.bottom]);
                format!("rect {ends} fill {fill:?} stroke {stroke:?}")
            }
            Command::Markers { shape, at, sizes, fills, edge } => {
                format!("markers {shape:?} {} {sizes:?} {} colours {edge:?}", points_text(at), fills.len())
            }
            Command::Text(text) => {
                let Rounded(at) = Rounded::from(text.at);
                format!(
                    "text {:?} at {at} size {} {:?} turned {} wide {:.2}",
                    text.text, text.size, text.halign, text.rotation, text.width
                )
            }
            Command::Image(image) => {
                let r = &image.rect;
                let Rounded(ends) = Rounded::from([r.left, r.top, r.right, r.bottom]);
                let sum: u64 = image.rgba.iter().zip(1_u64..).map(|(b, i)| u64::from(*b) * (i % 251)).sum();
                format!("image {} × {} at {ends}, sum {sum}", image.width, image.height)
            }
            Command::Clip(r) => {
                let Rounded(ends) = Rounded::from([r.left, r.top, r.right, r.bottom]);
                format!("clip {ends}")
            }
            Command::ClipCircle([x, y], radius) => {
                let Rounded(ends) = Rounded::from([*x, *y, *radius, *radius]);
                format!("clip round {ends}")
            }
            Command::Unclip => "unclip".to_owned(),
            Command::Rasterized(commands) => format!("rasterized {} commands", commands.len()),
        };
        // Dashes that begin with the line are the rule.
        writeln!(out, "{}", line.replace("phase: 0.0, ", "")).expect("texts grow");
    }
    out
}

/// Numbers with two decimals.
struct Rounded(String);

impl<const N: usize> From<[f64; N]> for Rounded {
    fn from(values: [f64; N]) -> Self {
        Self(values.map(|v| format!("{:.2}", v + 0.0)).join(" "))
    }
}

fn points_text(points: &[Point]) -> String {
    if points.len() <= 5 {
        return points.iter().map(|p| Rounded::from(*p).0).collect::<Vec<_>>().join(", ");
    }
    let (first, last) = (points[0], points[points.len() - 1]);
    let sum = points.iter().fold([0.0, 0.0], |[x, y], p| [x + p[0], y + p[1]]);
    let mean = sum.map(|v: f64| v / points.len() as f64);
    let texts = [first, last, mean].map(|p| Rounded::from(p).0);
    format!("{} points from {} to {} around {}", points.len(), texts[0], texts[1], texts[2])
}

fn decode(bytes: &[u8]) -> (usize, usize, usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    let mut data = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut data).expect("pixels");
    (info.width as usize, info.height as usize, info.color_type.samples(), data)
}

/// What is wrong with a picture, if anything; leaves a triptych then: expected, got, difference.
fn compare(name: &str, kept: &[u8], now: &[u8]) -> Option<String> {
    let (old, new) = (decode(kept), decode(now));
    if (old.0, old.1, old.2) != (new.0, new.1, new.2) {
        return Some(format!("{name}.png was {} × {}, is {} × {}", old.0, old.1, new.0, new.1));
    }
    let samples = old.2;
    let differs = |a: &[u8], b: &[u8]| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > CHANNEL);
    let changed: Vec<bool> =
        old.3.chunks(samples).zip(new.3.chunks(samples)).map(|(a, b)| differs(a, b)).collect();
    let count = changed.iter().filter(|c| **c).count();
    if count as f64 <= PIXELS * changed.len() as f64 {
        return None;
    }
    let (width, height) = (old.0, old.1);
    let mut wide = Vec::with_capacity(9 * width * height);
    for row in 0..height {
        let pixels = row * width..(row + 1) * width;
        let rgb = |data: &[u8], i: usize| [data[i * samples], data[i * samples + 1], data[i * samples + 2]];
        wide.extend(pixels.clone().flat_map(|i| rgb(&old.3, i)));
        wide.extend(pixels.clone().flat_map(|i| rgb(&new.3, i)));
        wide.extend(pixels.flat_map(|i| if changed[i] { [255, 0, 80] } else { [245; 3] }));
    }
    let path = failures().join(format!("{name}.triptych.png"));
    let file = std::fs::File::create(&path).expect("a file");
    let mut encoder = png::Encoder::new(file, 3 * width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().expect("a header").write_image_data(&wide).expect("pixels");
    Some(format!("{name}.png: {count} of {} pixels changed, see {}", changed.len(), path.display()))
}
