//! Whole scenes against pixels computed by hand, and against each other.

use super::*;
use crate::render::paint::{Format, paint};
use crate::render::scene::{Cap, HAlign, Image, MarkerShape, Text, VAlign};
use std::sync::Arc;

/// A scene at 72 dpi: a point is a pixel.
fn scene(width: f64, height: f64, commands: Vec<Command>) -> Scene {
    Scene {
        size_in: [width / 72.0, height / 72.0],
        asked_in: [width / 72.0, height / 72.0],
        dpi: 72.0,
        background: Color::WHITE,
        commands,
        axes: Vec::new(),
        suptitle: String::new(),
        suplabels: Default::default(),
        texts: Vec::new(),
        legends: Vec::new(),
        metadata: Vec::new(),
    }
}

fn stroke(width: f64) -> Stroke {
    Stroke { color: Color::BLACK, width, dash: Vec::new(), phase: 0.0, cap: Cap::Butt, join: Join::Miter }
}

/// Red of every pixel, row by row.
fn reds(scene: &Scene) -> Vec<Vec<u8>> {
    let pixmap = draw(scene).unwrap();
    let reds: Vec<u8> = pixmap.data().iter().step_by(4).copied().collect();
    reds.chunks(pixmap.width() as usize).map(<[u8]>::to_vec).collect()
}

#[test]
fn a_one_point_line_fills_exactly_one_row() {
    let line = Command::Polyline { points: vec![[1.2, 2.3], [4.9, 2.3]], stroke: stroke(1.0) };
    let rows = reds(&scene(6.0, 4.0, vec![line]));
    // Ends at 1.2 and 4.9 are snapped to 1.5 and 5.5.
    assert_eq!(rows[2], [255, 127, 0, 0, 0, 127]);
    assert!([0, 1, 3].iter().all(|k: &usize| rows[*k] == [255; 6]));
}

#[test]
fn frames_and_bars_are_crisp() {
    let rect = Rect { left: 1.3, top: 1.3, right: 6.2, bottom: 4.4 };
    let frame = Command::Rect { rect, fill: Some(Color::rgb(200, 0, 0)), stroke: Some(stroke(1.0)) };
    let rows = reds(&scene(8.0, 6.0, vec![frame]));
    assert_eq!(rows[1], [255, 0, 0, 0, 0, 0, 0, 255]);
    assert_eq!(rows[2], [255, 0, 200, 200, 200, 200, 0, 255]);
    assert_eq!(rows[4], [255, 0, 0, 0, 0, 0, 0, 255]);
    assert_eq!((rows[0].as_slice(), rows[5].as_slice()), ([255; 8].as_slice(), [255; 8].as_slice()));
    // Without a stroke edges go to whole pixels: neighbours share them without a seam.
    let bars = [0.0, 2.4].map(|x| Command::Rect {
        rect: Rect { left: x, top: 0.0, right: x + 2.4, bottom: 2.0 },
        fill: Some(Color::BLACK),
        stroke: None,
    });
    assert_eq!(reds(&scene(6.0, 2.0, bars.to_vec()))[0], [0, 0, 0, 0, 0, 255]);
}

#[test]
fn translucent_frames_have_even_corners() {
    let rect = Rect { left: 2.0, top: 2.0, right: 7.0, bottom: 7.0 };
    let ink = Stroke { color: Color { a: 128, ..Color::BLACK }, ..stroke(2.0) };
    let rows = reds(&scene(9.0, 9.0, vec![Command::Rect { rect, fill: None, stroke: Some(ink) }]));
    assert_eq!(rows[1], [255, 127, 127, 127, 127, 127, 127, 127, 255]);
    assert_eq!(rows[4], [255, 127, 127, 255, 255, 255, 127, 127, 255]);
}

#[test]
fn clips_nest_and_end() {
    let whole = Rect { left: 0.0, top: 0.0, right: 6.0, bottom: 3.0 };
    let fill = Command::Rect { rect: whole, fill: Some(Color::BLACK), stroke: None };
    let gray = Command::Rect { rect: whole, fill: Some(Color { a: 51, ..Color::BLACK }), stroke: None };
    let commands = vec![
        Command::Clip(Rect { left: 1.4, top: 0.0, right: 4.6, bottom: 2.0 }),
        Command::Clip(Rect { left: 0.0, top: 1.0, right: 3.0, bottom: 9.0 }),
        fill,
        Command::Unclip,
        Command::Unclip,
        gray,
        Command::Unclip,
    ];
    let rows = reds(&scene(6.0, 3.0, commands));
    assert_eq!(rows, [[204; 6], [204, 0, 0, 204, 204, 204], [204; 6]]);
}

#[test]
fn slanted_paths_are_cut_at_the_clip() {
    let triangle = vec![
        Segment::Move([-50.0, -50.0]),
        Segment::Line([100.0, -40.0]),
        Segment::Line([-40.0, 100.0]),
        Segment::Close,
    ];
    let commands = vec![
        Command::Clip(Rect { left: 1.0, top: 1.0, right: 3.0, bottom: 2.0 }),
        Command::Path { path: triangle, fill: Some(Color::BLACK), stroke: Some(stroke(3.0)) },
    ];
    assert_eq!(reds(&scene(4.0, 3.0, commands)), [[255; 4], [255, 0, 0, 255], [255; 4]]);
}

#[test]
fn one_scene_at_twice_the_resolution_has_twice_the_pixels() {
    let rect = Rect { left: 1.0, top: 1.0, right: 3.0, bottom: 2.0 };
    let mut scene = scene(4.0, 3.0, vec![Command::Rect { rect, fill: Some(Color::BLACK), stroke: None }]);
    scene.dpi = 144.0;
    let rows = reds(&scene);
    assert_eq!((rows.len(), rows[0].len()), (6, 8));
    assert_eq!(rows[2], [255, 255, 0, 0, 0, 0, 255, 255]);
}

fn text(text: &str, size: f64, rotation: f64) -> Text {
    Text {
        font: crate::render::text::Font::default(),
        text: text.to_owned(),
        at: [20.0, 30.0],
        size,
        color: Color::BLACK,
        halign: HAlign::Left,
        valign: VAlign::Baseline,
        rotation,
        width: 0.0,
    }
}

#[test]
fn text_stands_on_its_baseline_with_sharp_feet_and_heads() {
    let rows = reds(&scene(60.0, 40.0, vec![Command::Text(text("HTE", 14.0, 0.0))]));
    let ink = |row: usize| rows[row].iter().map(|r| 255 - u32::from(*r)).sum::<u32>();
    // Capitals are 0.729 em: 10.2 pixels, hinted to 10.
    assert_eq!((ink(30), ink(19)), (0, 0));
    assert!(ink(29) > 4 * 255 && ink(20) > 4 * 255, "{} {}", ink(29), ink(20));
    // Stems of H, ink between feet and head.
    assert!((21..28).all(|row| ink(row) > 3 * 255));
}

#[test]
fn text_turned_by_a_right_angle_is_the_same_turned() {
    let level = reds(&scene(60.0, 60.0, vec![Command::Text(text("Energy 42", 9.0, 0.0))]));
    let upright = reds(&scene(60.0, 60.0, vec![Command::Text(text("Energy 42", 9.0, 90.0))]));
    for (y, row) in (0..).zip(&level) {
        for (x, red) in (0..).zip(row) {
            // Right of (20, 30) becomes above it; above becomes left.
            let (u, v) = (20 + y - 30, 30 - 1 - (x - 20));
            if (0..60).contains(&u) && (0..60).contains(&v) {
                assert_eq!(*red, upright[v as usize][u as usize], "{x} {y}");
            }
        }
    }
}

#[test]
fn slanted_text_has_about_the_ink_of_level_text() {
    let ink = |rotation| -> f64 {
        let rows = reds(&scene(80.0, 80.0, vec![Command::Text(text("slanted", 8.0, rotation))]));
        rows.iter().flatten().map(|r| 1.0 - f64::from(*r) / 255.0).sum()
    };
    assert!((ink(30.0) / ink(0.0) - 1.0).abs() < 0.15, "{} {}", ink(30.0), ink(0.0));
}

#[test]
fn absurd_commands_draw_nothing_and_do_no_harm() {
    let nan = f64::NAN;
    let wild = [nan, f64::INFINITY, -1e300, 1e300, 0.0];
    for a in wild {
        for b in wild {
            let rect = Rect { left: a, top: b, right: b, bottom: a };
            let commands = vec![
                Command::Polyline { points: vec![[a, b], [b, 1.0], [2.0, a]], stroke: stroke(1.0) },
                Command::Polyline {
                    points: vec![[a, 0.0], [b, 0.0]],
                    stroke: Stroke { dash: vec![a, b], ..stroke(b) },
                },
                Command::Path {
                    path: vec![
                        Segment::Move([a, b]),
                        Segment::Cubic([b, a], [a, a], [1.0, b]),
                        Segment::Close,
                    ],
                    fill: Some(Color::BLACK),
                    stroke: Some(stroke(a)),
                },
                Command::Path { path: vec![Segment::Close], fill: Some(Color::BLACK), stroke: None },
                Command::Rect { rect, fill: Some(Color::BLACK), stroke: Some(stroke(b)) },
                Command::Markers {
                    shape: MarkerShape::Circle,
                    at: vec![[a, b]; 3],
                    sizes: vec![a, b],
                    fills: vec![Color::BLACK],
                    edge: Some(stroke(b)),
                },
                Command::Text(Text { at: [a, b], size: 5.0, rotation: b, ..text("x", 5.0, 0.0) }),
                Command::Text(text("x", a, 45.0)),
                Command::Image(Image { rect, width: 1, height: 1, rgba: Arc::from([0, 0, 0, 255]) }),
                Command::Clip(rect),
                Command::Rect { rect, fill: Some(Color::BLACK), stroke: None },
            ];
            assert!(draw(&scene(8.0, 8.0, commands)).is_ok());
        }
    }
}

#[test]
fn impossible_sizes_are_errors() {
    for (width, height) in [(0.0, 5.0), (5.0, -1.0), (f64::NAN, 5.0), (1e9, 5.0)] {
        let err = paint(&scene(width, height, Vec::new()), Format::Png).unwrap_err();
        assert!(err.to_string().ends_with("a side has 1 to 65536"), "{err}");
    }
}

#[test]
fn files_hold_pixels_resolution_and_metadata() {
    let rect = Rect { left: 1.0, top: 0.0, right: 2.0, bottom: 1.0 };
    let mut scene =
        scene(3.0, 2.0, vec![Command::Rect { rect, fill: Some(Color::rgb(1, 2, 3)), stroke: None }]);
    scene.metadata = vec![("Software".into(), "shmplot".into()), ("Title".into(), "σ over t".into())];
    let bytes = paint(&scene, Format::Png).unwrap();
    assert_eq!(bytes, paint(&scene, Format::Png).unwrap());
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let info = reader.info();
    assert_eq!((info.width, info.height, info.color_type), (3, 2, png::ColorType::Rgb));
    assert_eq!(pixels[..9], [255, 255, 255, 1, 2, 3, 255, 255, 255]);
    assert_eq!(info.pixel_dims.unwrap().xppu, 2835);
    assert_eq!(info.uncompressed_latin1_text[0].text, "shmplot");
    assert_eq!(info.utf8_text[0].get_text().unwrap(), "σ over t");
    scene.background = Color { a: 0, ..Color::WHITE };
    let bytes = paint(&scene, Format::Png).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    assert_eq!(pixels[..8], [0, 0, 0, 0, 1, 2, 3, 255]);
}
