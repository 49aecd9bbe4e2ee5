//! Our PDF and SVG as other programs draw them, against our PNG: resvg as a library, poppler, MuPDF,
//! librsvg, and qpdf for the structure of the file. Programs that are not installed are skipped by name.

use super::own;
use super::sound::compose;
use shmplot::render::paint::{Format, paint};
use shmplot::render::scene::Scene;
use std::path::Path;
use std::process::Command;

/// Side of the squares whose mean colours are compared: antialiasing and hinting vanish in them.
const SQUARE: usize = 8;
/// Mean difference of a channel over the picture, of 255.
const MEAN: f64 = 4.5;
/// Difference of a square's mean channel at most: a word at another place is more.
const MOST: f64 = 80.0;

fn installed(program: &str, flag: &str) -> bool {
    Command::new(program).arg(flag).output().is_ok()
}

/// Width, height and rgb bytes.
fn decode(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let mut data = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut data).expect("pixels");
    let samples = info.color_type.samples();
    let rgb = data[..info.buffer_size()]
        .chunks_exact(samples)
        .flat_map(|p| if samples < 3 { [p[0]; 3] } else { [p[0], p[1], p[2]] })
        .collect();
    (info.width as usize, info.height as usize, rgb)
}

/// What differs between our picture and that of another program, if too much does.
fn differs(ours: &(usize, usize, Vec<u8>), theirs: &(usize, usize, Vec<u8>)) -> Option<String> {
    let (width, height) = (ours.0, ours.1);
    if width.abs_diff(theirs.0) > 1 || height.abs_diff(theirs.1) > 1 {
        return Some(format!("{width} × {height}, theirs {} × {}", theirs.0, theirs.1));
    }
    let (mut sum, mut count, mut most, mut place) = (0.0, 0.0, 0.0_f64, [0, 0]);
    for top in (0..height.min(theirs.1).saturating_sub(SQUARE)).step_by(SQUARE) {
        for left in (0..width.min(theirs.0).saturating_sub(SQUARE)).step_by(SQUARE) {
            for channel in 0..3 {
                let mean = |picture: &(usize, usize, Vec<u8>)| {
                    let cells = (top..top + SQUARE).flat_map(|y| (left..left + SQUARE).map(move |x| (x, y)));
                    let all = cells.map(|(x, y)| f64::from(picture.2[3 * (y * picture.0 + x) + channel]));
                    all.sum::<f64>() / (SQUARE * SQUARE) as f64
                };
                let difference = (mean(ours) - mean(theirs)).abs();
                sum += difference;
                count += 1.0;
                if difference > most {
                    (most, place) = (difference, [left, top]);
                }
            }
        }
    }
    let mean = sum / f64::max(count, 1.0);
    (mean > MEAN || most > MOST).then(|| format!("mean {mean:.2}, most {most:.1} of 255 at {place:?}"))
}

/// A program that draws a file as a PNG: its name, a flag that it knows, the file's ending, and its
/// arguments for input, output and dots per inch.
type Program = (&'static str, &'static str, &'static str, fn(&str, &str, f64) -> Vec<String>);

const PROGRAMS: [Program; 3] = [
    ("pdftoppm", "-v", "pdf", |from, to, dpi| {
        let bare = to.trim_end_matches(".png");
        ["-r", &dpi.to_string(), "-png", "-singlefile", from, bare].map(str::to_owned).to_vec()
    }),
    ("mutool", "-v", "pdf", |from, to, dpi| {
        ["draw", "-q", "-r", &dpi.to_string(), "-o", to, from, "1"].map(str::to_owned).to_vec()
    }),
    ("rsvg-convert", "--version", "svg", |from, to, dpi| {
        let zoom = (dpi / 96.0).to_string();
        ["--dpi-x", "96", "--dpi-y", "96", "-z", &zoom, "-b", "white", "-o", to, from]
            .map(str::to_owned)
            .to_vec()
    }),
];

fn check(name: &str, scene: &Scene, folder: &Path, programs: &[&Program], wrong: &mut Vec<String>) {
    let png = paint(scene, Format::Png).expect("PNG");
    let ours = decode(&png);
    for (program, _, end, arguments) in programs {
        let format = if *end == "pdf" { Format::Pdf } else { Format::Svg };
        let from = folder.join(format!("{name}.{end}"));
        std::fs::write(&from, paint(scene, format).expect("a file")).expect("written");
        let to = folder.join(format!("{name}.{program}.png"));
        let arguments = arguments(&from.display().to_string(), &to.display().to_string(), scene.dpi);
        let run = Command::new(program).args(arguments).output().expect("it is installed");
        let said = String::from_utf8_lossy(&run.stderr);
        if !run.status.success() || said.to_lowercase().contains("error") {
            wrong.push(format!("{name}: {program} says {said}"));
            continue;
        }
        let theirs = decode(&std::fs::read(&to).expect("a picture"));
        if let Some(why) = differs(&ours, &theirs) {
            if let Some(folder) = std::env::var_os("SHMPLOT_PICTURES") {
                let folder = Path::new(&folder);
                std::fs::copy(&to, folder.join(format!("{name}.{program}.png"))).expect("copied");
                std::fs::write(folder.join(format!("{name}.png")), &png).expect("written");
            }
            wrong.push(format!("{name}: {program}: {why}"));
        }
    }
}

#[test]
fn other_programs_draw_our_files_as_we_do() {
    let mut there = Vec::new();
    for program in &PROGRAMS {
        if installed(program.0, program.1) {
            there.push(program);
        } else {
            println!("skipped: {} is not installed", program.0);
        }
    }
    let qpdf = installed("qpdf", "--version");
    if !qpdf {
        println!("skipped: qpdf is not installed");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    for (name, (mut chart, data)) in own::all() {
        chart.style.dpi = 100.0;
        let scene = compose(&chart, &data).expect("a scene").value;
        check(name, &scene, folder.path(), &there, &mut wrong);
        if qpdf {
            let path = folder.path().join("checked.pdf");
            std::fs::write(&path, paint(&scene, Format::Pdf).expect("PDF")).expect("written");
            let run = Command::new("qpdf").arg("--check").arg(&path).output().expect("it is installed");
            if !run.status.success() {
                wrong.push(format!("{name}: qpdf says {}", String::from_utf8_lossy(&run.stderr)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What resvg makes of an SVG in a size, on white, with the bundled fonts.
fn by_resvg(svg: &[u8], [width, height]: [usize; 2]) -> Result<Vec<u8>, String> {
    use resvg::{tiny_skia, usvg};
    let mut options = usvg::Options::default();
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/fonts");
    for face in ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansDisplay"] {
        let path = fonts.join(format!("{face}.ttf"));
        options.fontdb_mut().load_font_data(std::fs::read(path).expect("a font"));
    }
    let tree = usvg::Tree::from_data(svg, &options).map_err(|error| error.to_string())?;
    let mut pixels = tiny_skia::Pixmap::new(width as u32, height as u32).expect("a size");
    pixels.fill(tiny_skia::Color::WHITE);
    let scale = [width as f32 / tree.size().width(), height as f32 / tree.size().height()];
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale[0], scale[1]), &mut pixels.as_mut());
    Ok(pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
}

/// What is wrong with the SVG of a scene, beside its PNG.
fn against_resvg(name: &str, scene: &Scene) -> Option<String> {
    let png = paint(scene, Format::Png).expect("PNG");
    let ours = decode(&png);
    let svg = paint(scene, Format::Svg).expect("SVG");
    let theirs = match by_resvg(&svg, [ours.0, ours.1]) {
        Ok(rgb) => (ours.0, ours.1, rgb),
        Err(error) => return Some(format!("{name}: resvg says {error}")),
    };
    let why = differs(&ours, &theirs)?;
    if let Some(folder) = std::env::var_os("SHMPLOT_PICTURES") {
        let folder = Path::new(&folder);
        std::fs::write(folder.join(format!("{name}.svg")), svg).expect("written");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("written");
        let file = std::fs::File::create(folder.join(format!("{name}.resvg.png"))).expect("a file");
        let mut encoder = png::Encoder::new(file, ours.0 as u32, ours.1 as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().expect("a header").write_image_data(&theirs.2).expect("pixels");
    }
    Some(format!("{name}: resvg: {why}"))
}

#[test]
fn resvg_draws_our_svg_as_we_draw_png() {
    let mut wrong = Vec::new();
    for (name, (mut chart, data)) in own::all() {
        chart.style.dpi = 100.0;
        let scene = compose(&chart, &data).expect("a scene").value;
        wrong.extend(against_resvg(name, &scene));
    }
    for (name, scene) in
        super::random::some(if std::env::var_os("SHMPLOT_SCENES").is_some() { 200 } else { 24 })
    {
        wrong.extend(against_resvg(&name, &scene));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
