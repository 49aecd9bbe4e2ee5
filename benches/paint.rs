//! Milliseconds to paint what figures are made of, encoding included, at 800 × 600 pixels.
//!
//!     cargo bench --bench paint [-- DIR]    with DIR, the pictures are written there
//!
//! The budgets are DESIGN's: a 1000-point line 5 ms, a 512 × 512 heat map with colour bar 5 ms.

use shmplot::render::Scene;
use shmplot::render::chart::{Norm, Scale};
use shmplot::render::colormap::Colormap;
use shmplot::render::norm::Normalizer;
use shmplot::render::paint::{Format, paint};
use shmplot::render::scene::{
    Cap, Color, Command, HAlign, Image, Join, MarkerShape, Rect, Stroke, Text, VAlign,
};
use shmplot::render::ticks::{Room, Side, date, log, ticks};
use std::time::Instant;

const FRAME: Rect = Rect { left: 72.0, top: 50.4, right: 518.4, bottom: 382.6 };

fn stroke(color: Color, width: f64, cap: Cap, join: Join) -> Stroke {
    Stroke { color, width, dash: Vec::new(), phase: 0.0, cap, join }
}

fn text(at: [f64; 2], what: &str, halign: HAlign, valign: VAlign, rotation: f64) -> Command {
    let text = what.to_owned();
    Command::Text(Text {
        font: shmplot::render::text::Font::default(),
        text,
        at,
        size: 10.0,
        color: Color::BLACK,
        halign,
        valign,
        rotation,
        width: 0.0,
    })
}

/// A figure of 8 × 6 inches with a frame and ticks about `marks`.
fn figure(marks: Vec<Command>) -> Scene {
    let mut commands = vec![Command::Clip(FRAME)];
    commands.extend(marks);
    commands.push(Command::Unclip);
    let thin = stroke(Color::BLACK, 0.8, Cap::Square, Join::Miter);
    commands.push(Command::Rect { rect: FRAME, fill: None, stroke: Some(thin.clone()) });
    let axis = |length: f64, side| Room { length_in: length / 72.0, font_size: 10.0, side };
    let x = ticks(Scale::Linear, [-0.5, 10.5], axis(FRAME.width(), Side::Horizontal));
    for (v, label) in x.major.iter().zip(&x.labels) {
        let px = FRAME.left + (v + 0.5) / 11.0 * FRAME.width();
        let points = vec![[px, FRAME.bottom], [px, FRAME.bottom + 3.5]];
        commands.push(Command::Polyline { points, stroke: thin.clone() });
        commands.push(text([px, FRAME.bottom + 7.0], label, HAlign::Center, VAlign::Top, 0.0));
    }
    let y = ticks(Scale::Linear, [-1.1, 1.1], axis(FRAME.height(), Side::Vertical));
    for (v, label) in y.major.iter().zip(&y.labels) {
        let py = FRAME.bottom - (v + 1.1) / 2.2 * FRAME.height();
        let points = vec![[FRAME.left, py], [FRAME.left - 3.5, py]];
        commands.push(Command::Polyline { points, stroke: thin.clone() });
        commands.push(text([FRAME.left - 7.0, py], label, HAlign::Right, VAlign::Center, 0.0));
    }
    commands.push(text([295.0, 410.0], "time [s]", HAlign::Center, VAlign::Top, 0.0));
    commands.push(text([30.0, 216.0], "amplitude [µm]", HAlign::Center, VAlign::Bottom, 90.0));
    commands.push(text([295.0, 44.0], "A title: ⟨x²⟩ = 2Dt", HAlign::Center, VAlign::Baseline, 0.0));
    Scene {
        size_in: [8.0, 6.0],
        asked_in: [8.0, 6.0],
        dpi: 100.0,
        background: Color::WHITE,
        commands,
        axes: Vec::new(),
        suptitle: String::new(),
        suplabels: Default::default(),
        texts: Vec::new(),
        legends: Vec::new(),
        metadata: vec![("Software".into(), "shmplot".into())],
    }
}

/// A repeatable sequence in 0–1.
fn noise() -> impl FnMut() -> f64 {
    let mut state = 1_u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn line(n: usize, noisy: f64) -> Vec<Command> {
    let mut random = noise();
    let points = (0..n)
        .map(|k| {
            let t = k as f64 / (n - 1) as f64;
            let v = libm::sin(t * 12.0) * (1.0 - noisy) + (random() * 2.0 - 1.0) * noisy;
            [FRAME.left + t * FRAME.width(), FRAME.top + (1.1 - v) / 2.2 * FRAME.height()]
        })
        .collect();
    let blue = Color::rgb(0x1f, 0x77, 0xb4);
    vec![Command::Polyline { points, stroke: stroke(blue, 1.5, Cap::Square, Join::Round) }]
}

fn scatter(n: usize) -> Vec<Command> {
    let mut random = noise();
    let at = (0..n)
        .map(|_| [FRAME.left + random() * FRAME.width(), FRAME.top + random() * FRAME.height()])
        .collect();
    let map = Colormap::named("viridis").expect("it is shipped");
    let fills = (0..n).map(|k| map.at(k as f64 / n as f64).faded(0.7)).collect();
    vec![Command::Markers { shape: MarkerShape::Circle, at, sizes: vec![6.0], fills, edge: None }]
}

fn heat_map(values: &[f64]) -> Vec<Command> {
    let map = Colormap::named("viridis").expect("it is shipped");
    let mut rgba = Vec::new();
    Normalizer::new(Norm::Linear, [-1.0, 1.0]).colorize(values, &map, &mut rgba);
    let rect = Rect { right: 430.0, ..FRAME };
    let picture = Image { rect, width: 512, height: 512, rgba: rgba.into() };
    let bar: Vec<u8> = map.colors.iter().rev().flat_map(|c| [c.r, c.g, c.b, c.a]).collect();
    let side = Rect { left: 450.0, right: 468.0, ..FRAME };
    let bar = Image { rect: side, width: 1, height: 256, rgba: bar.into() };
    vec![Command::Image(picture), Command::Image(bar)]
}

/// Every marker with and without edge, lines of several widths and dashes, texts at angles.
fn samples() -> Vec<Command> {
    const SHAPES: [MarkerShape; 12] = [
        MarkerShape::Circle,
        MarkerShape::Point,
        MarkerShape::Square,
        MarkerShape::TriangleUp,
        MarkerShape::TriangleDown,
        MarkerShape::TriangleLeft,
        MarkerShape::TriangleRight,
        MarkerShape::Diamond,
        MarkerShape::ThinDiamond,
        MarkerShape::Plus,
        MarkerShape::Cross,
        MarkerShape::Star,
    ];
    let mut commands = Vec::new();
    let orange = Color::rgb(0xff, 0x7f, 0x0e);
    for (k, shape) in SHAPES.into_iter().enumerate() {
        let x = FRAME.left + 20.0 + 36.0 * k as f64;
        for (y, size, width) in [(20.0, 6.0, 0.0), (40.0, 6.0, 1.0), (70.0, 20.0, 2.0)] {
            let edge = (width > 0.0).then(|| stroke(Color::BLACK, width, Cap::Butt, Join::Miter));
            let at = vec![[x, FRAME.top + y]];
            commands.push(Command::Markers { shape, at, sizes: vec![size], fills: vec![orange], edge });
        }
    }
    let dashes: [&[f64]; 4] = [&[], &[3.7, 1.6], &[6.4, 1.6, 1.0, 1.6], &[1.0, 1.65]];
    for (k, dash) in dashes.into_iter().enumerate() {
        for (j, width) in [0.5, 1.0, 1.5, 3.0].into_iter().enumerate() {
            let y = FRAME.top + 100.0 + 20.0 * k as f64 + 5.0 * j as f64;
            let dash = dash.iter().map(|d| d * width).collect();
            let pen = Stroke { dash, ..stroke(Color::rgb(0x2c, 0xa0, 0x2c), width, Cap::Butt, Join::Round) };
            let points = vec![[90.0, y], [280.0, y], [500.0, y + 60.0]];
            commands.push(Command::Polyline { points, stroke: pen });
        }
    }
    for (k, rotation) in [0.0, 30.0, 45.0, 90.0, 270.0].into_iter().enumerate() {
        let at = [110.0 + 80.0 * k as f64, 340.0];
        commands.push(text(at, "Ångström 10⁻³ fjord", HAlign::Left, VAlign::Baseline, rotation));
    }
    commands
}

fn field() -> Vec<f64> {
    let wave = |k: usize| libm::sin((k % 512) as f64 / 40.0) * libm::cos((k / 512) as f64 / 55.0);
    (0..512 * 512).map(wave).collect()
}

/// Median milliseconds of a call.
fn time(mut call: impl FnMut()) -> f64 {
    let mut took: Vec<f64> = (0..21)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[took.len() / 2]
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn main() {
    let dir = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let values = field();
    let cases: Vec<(&str, Vec<Command>)> = vec![
        ("empty axes", Vec::new()),
        ("markers, dashes, texts", samples()),
        ("line of 1000 points", line(1000, 0.0)),
        ("noisy line of 1000 points", line(1000, 0.6)),
        ("noisy line of 100,000 points", line(100_000, 0.6)),
        ("scatter of 1000 points", scatter(1000)),
        ("scatter of 100,000 points", scatter(100_000)),
        ("heat map 512 × 512 with bar", heat_map(&values)),
    ];
    for (name, marks) in cases {
        let scene = figure(marks);
        let bytes = paint(&scene, Format::Png).expect("the size is sound");
        println!("{name:32} {:7.2} ms  {:7} bytes", time(|| drop(paint(&scene, Format::Png))), bytes.len());
        if let Some(dir) = &dir {
            let file = format!("{dir}/{}.png", name.replace([' ', ','], "_"));
            std::fs::write(file, bytes).expect("the folder can be written");
        }
    }
    let map = Colormap::named("viridis").expect("it is shipped");
    for (name, norm, limits) in [("linear", Norm::Linear, [-1.0, 1.0]), ("log", Norm::Log, [0.01, 1.0])] {
        let normalizer = Normalizer::new(norm, limits);
        let mut rgba = Vec::with_capacity(4 * values.len());
        let took = time(|| {
            rgba.clear();
            normalizer.colorize(&values, &map, &mut rgba);
        });
        println!("colours of 512 × 512, {name:10} {took:7.2} ms");
    }
    let room = Room { length_in: 5.0, font_size: 10.0, side: Side::Horizontal };
    let calendar = shmplot::data::time::Calendar::NoLeap;
    for (name, call) in [
        ("linear", &(|| drop(ticks(Scale::Linear, [-0.31, 17.2], room))) as &dyn Fn()),
        ("log", &|| drop(log([1e-3, 17.2], 10.0, room))),
        ("date", &|| drop(date([10_000.0, 13_000.0], calendar, room))),
    ] {
        println!("ticks of a {name} axis {:14.4} ms", time(|| (0..100).for_each(|_| call())) / 100.0);
    }
}
