//! A scene with every command, for the tests of the vector painters.

use super::{Format, paint};
use crate::render::Scene;
use crate::render::scene::*;

fn stroke(dash: &[f64]) -> Stroke {
    Stroke {
        color: Color::rgb(31, 119, 180),
        width: 1.5,
        dash: dash.to_vec(),
        phase: 0.0,
        cap: Cap::Round,
        join: Join::Bevel,
    }
}

fn text(text: &str, at: Point, rotation: f64) -> Text {
    let width = crate::render::text::measure(text, 10.0).width;
    let (color, halign, valign) = (Color::BLACK, HAlign::Center, VAlign::Center);
    Text {
        font: crate::render::text::Font::default(),
        text: text.into(),
        at,
        size: 10.0,
        color,
        halign,
        valign,
        rotation,
        width,
    }
}

/// 2 × 1 inches with one of everything: 5 round markers of two sizes, 3 plusses, 4 texts.
pub(super) fn everything() -> Scene {
    let rect = Rect { left: 10.0, top: 10.0, right: 130.0, bottom: 60.0 };
    let half = Color { a: 128, ..Color::rgb(255, 0, 0) };
    let commands = vec![
        Command::Rect { rect, fill: Some(Color::WHITE), stroke: Some(stroke(&[])) },
        Command::Clip(rect),
        Command::Polyline {
            points: vec![[0.0, 0.0], [70.0, 50.0], [140.0, 20.0]],
            stroke: stroke(&[4.0, 2.0]),
        },
        Command::Markers {
            shape: MarkerShape::Circle,
            at: vec![[20.0, 20.0], [30.0, 25.0], [40.0, 30.0], [50.0, 35.0], [60.0, 40.0]],
            sizes: vec![4.0, 4.0, 4.0, 6.0, 6.0],
            fills: vec![half],
            edge: Some(Stroke { color: Color::BLACK, width: 0.5, ..stroke(&[]) }),
        },
        Command::Markers {
            shape: MarkerShape::Plus,
            at: vec![[20.0, 50.0], [f64::NAN, 0.0], [30.0, 50.0], [40.0, 50.0]],
            sizes: vec![5.0],
            fills: vec![Color::BLACK],
            edge: None,
        },
        Command::Image(Image {
            rect: Rect { left: 100.0, top: 40.0, right: 120.0, bottom: 50.0 },
            width: 2,
            height: 1,
            rgba: vec![10, 20, 30, 255, 200, 100, 50, 0].into(),
        }),
        Command::Unclip,
        Command::Clip(rect),
        Command::Path {
            path: vec![
                Segment::Move([80.0, 20.0]),
                Segment::Cubic([85.0, 10.0], [95.0, 10.0], [100.0, 20.0]),
                Segment::Line([90.0, 30.0]),
                Segment::Close,
            ],
            fill: Some(half),
            stroke: None,
        },
        Command::Unclip,
        Command::Text(text("AVA <µ> & x²", [70.0, 66.0], 0.0)),
        Command::Text(text("up", [5.0, 36.0], 90.0)),
        Command::Text(text("slanted  twice", [100.0, 30.0], 30.0)),
        Command::Text(text("−1.5", [70.0, 5.0], 0.0)),
    ];
    Scene {
        size_in: [2.0, 1.0],
        asked_in: [2.0, 1.0],
        dpi: 100.0,
        background: Color::WHITE,
        commands,
        axes: Vec::new(),
        suptitle: String::new(),
        suplabels: Default::default(),
        texts: Vec::new(),
        legends: Vec::new(),
        metadata: [
            ("Title", "sweep/1__β_0.2"),
            ("Software", "shmplot 0"),
            ("Source", "a.h5, b.h5"),
            ("Comment", "configuration 00ff"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into(),
    }
}

#[test]
fn equal_scenes_give_equal_bytes_in_every_format() {
    for format in Format::ALL {
        let bytes = paint(&everything(), format).unwrap();
        assert!(!bytes.is_empty());
        assert_eq!(bytes, paint(&everything(), format).unwrap());
        // For a look with other programs.
        if let Some(folder) = std::env::var_os("SHMPLOT_KEEP") {
            std::fs::write(
                std::path::Path::new(&folder).join(format!("everything.{}", format.ext())),
                &bytes,
            )
            .unwrap();
        }
    }
}

#[test]
fn sizes_that_no_page_has_are_refused() {
    for size_in in [[0.0, 1.0], [1.0, f64::NAN], [201.0, 1.0]] {
        let scene = Scene { size_in, ..everything() };
        for format in [Format::Svg, Format::Pdf] {
            assert!(paint(&scene, format).is_err());
        }
    }
}

#[test]
fn what_is_not_finite_or_fits_no_shape_is_left_out() {
    let nan = [f64::NAN, 1.0];
    let mut scene = everything();
    scene.commands = vec![
        Command::Polyline { points: vec![nan, [1.0, 1.0]], stroke: stroke(&[f64::NAN]) },
        Command::Rect {
            rect: Rect { left: 5.0, right: 1.0, top: 0.0, bottom: f64::INFINITY },
            fill: Some(Color::BLACK),
            stroke: None,
        },
        Command::Image(Image { rect: Rect::default(), width: 9, height: 9, rgba: vec![0; 4].into() }),
        Command::Text(text("x", nan, 0.0)),
        Command::Path { path: vec![Segment::Move(nan)], fill: Some(Color::BLACK), stroke: None },
        Command::Unclip,
        Command::Clip(Rect { left: f64::NAN, ..Rect::default() }),
        Command::Clip(Rect::default()),
    ];
    let svg = String::from_utf8(paint(&scene, Format::Svg).unwrap()).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    let drawn = ["polyline", "image", "text", "path"];
    assert!(!document.descendants().any(|node| drawn.contains(&node.tag_name().name())));
    assert!(paint(&scene, Format::Pdf).is_ok());
}

/// A hatched box is as dark as its letters say, in PNG; SVG and PDF name one pattern for two boxes.
#[test]
fn hatches_are_patterns_of_the_figure() {
    let square = |left: f64| {
        let at = |x: f64, y: f64| [left + 40.0 * x, 10.0 + 40.0 * y];
        vec![
            Segment::Move(at(0.0, 0.0)),
            Segment::Line(at(1.0, 0.0)),
            Segment::Line(at(1.0, 1.0)),
            Segment::Line(at(0.0, 1.0)),
            Segment::Close,
        ]
    };
    let hatch = |letters: &str| Hatch { letters: letters.to_owned(), color: Color::BLACK, width: 1.0 };
    let drawn = |letters: &str| Scene {
        size_in: [100.0 / 72.0, 60.0 / 72.0],
        asked_in: [100.0 / 72.0, 60.0 / 72.0],
        dpi: 72.0,
        background: Color::WHITE,
        commands: [5.0, 55.0]
            .map(|left| Command::Hatch { path: square(left), hatch: hatch(letters) })
            .to_vec(),
        axes: Vec::new(),
        suptitle: String::new(),
        suplabels: Default::default(),
        texts: Vec::new(),
        legends: Vec::new(),
        metadata: Vec::new(),
    };
    let dark = |letters: &str| {
        let bytes = paint(&drawn(letters), Format::Png).unwrap();
        let mut reader = ::png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels.iter().map(|v| 1.0 - f64::from(*v) / 255.0).sum::<f64>() / (3.0 * 2.0 * 1600.0)
    };
    // Six lines an inch of a point each are a twelfth of the area; slanted ones begin at every third
    // of an inch and are longer by √2.
    assert!((dark("-") - 1.0 / 12.0).abs() < 0.01, "{}", dark("-"));
    assert!((dark("/") - std::f64::consts::SQRT_2 / 24.0).abs() < 0.02, "{}", dark("/"));
    assert!((dark("--") - 1.0 / 6.0).abs() < 0.02, "{}", dark("--"));
    let svg = String::from_utf8(paint(&drawn("x."), Format::Svg).unwrap()).unwrap();
    assert_eq!((svg.matches("<pattern ").count(), svg.matches("url(#h").count()), (1, 2));
    let pdf = paint(&drawn("x."), Format::Pdf).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert_eq!(text.matches("/PatternType 1").count(), 1);
}

#[test]
fn rasterized_layers_are_one_image_in_vector_formats_and_the_same_pixels_in_png() {
    let frame = Rect { left: 10.25, top: 10.0, right: 130.0, bottom: 60.0 };
    let red = Color { a: 128, ..Color::rgb(200, 30, 0) };
    let at: Vec<Point> = (0..60_000_u32)
        .map(|k| [f64::from(k % 140), f64::from(k / 7 % 72) + f64::from(k % 4) * 0.25])
        .collect();
    let heavy = vec![
        Command::Markers { shape: MarkerShape::Circle, at, sizes: vec![3.0], fills: vec![red], edge: None },
        Command::Polyline { points: vec![[0.0, 0.0], [140.0, 72.0]], stroke: stroke(&[]) },
    ];
    let around = |inner: Vec<Command>| {
        let mut commands = vec![Command::Clip(frame)];
        commands.extend(inner);
        commands.extend([Command::Unclip, Command::Text(text("axis", [70.0, 5.0], 0.0))]);
        Scene { commands, ..everything() }
    };
    let vectors = around(heavy.clone());
    let layered = around(vec![Command::Rasterized(heavy)]);
    assert_eq!(paint(&vectors, Format::Png).unwrap(), paint(&layered, Format::Png).unwrap());
    for format in [Format::Svg, Format::Pdf] {
        let [full, small] = [&vectors, &layered].map(|scene| paint(scene, format).unwrap().len());
        assert!(10 * small < full, "{format:?}: {small} and {full} bytes");
    }
    let svg = String::from_utf8(paint(&layered, Format::Svg).unwrap()).unwrap();
    assert_eq!(svg.matches("<image").count(), 1);
    assert_eq!(svg.matches("<use").count(), 0);
    assert!(svg.contains(">axis</text>"));
    // A layer without anything to see leaves nothing.
    let nothing = around(vec![Command::Rasterized(vec![Command::Clip(frame), Command::Unclip])]);
    assert!(!String::from_utf8(paint(&nothing, Format::Svg).unwrap()).unwrap().contains("<image"));
}
