//! Clouds beside the same markers drawn one after the other by the PNG painter.

use crate::data::{Dataset, Dim, Labelled, Values};
use crate::render::chart::{Encoding, Kind, Limit, Scale};
use crate::render::paint::{Format, paint};
use crate::render::scene::{Command, MarkerShape};
use crate::render::{Chart, ChartData, compose};

/// Uniform numbers between 0 and 1.
fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    }
}

/// A heap in the middle of thinly spread points, some without a place, with a third number each.
fn heap(n: usize) -> ChartData {
    let mut random = random(11);
    let mut columns = [const { Vec::new() }; 3];
    for i in 0..n {
        let spread = if i % 5 == 0 { 1.0 } else { 0.2 * random() };
        let gap = if i % 997 == 3 { f64::NAN } else { 0.0 };
        columns[0].push(0.5 + spread * (random() - 0.5) + gap);
        columns[1].push(0.5 + spread * (random() - 0.5));
        columns[2].push(random());
    }
    let names = ["x", "y", "c"];
    let vars = names.into_iter().zip(columns).map(|(name, column)| {
        let array = Labelled::contiguous(vec![Dim::new("n")], vec![n], Values::F64(column.into()));
        (name.to_owned(), array.named(name))
    });
    ChartData::Dataset(Dataset { vars: vars.collect(), ..Dataset::default() })
}

fn chart() -> Chart {
    let mut chart = Chart { kind: Some(Kind::Scatter), ..Chart::default() };
    chart.encodings.x = Encoding::Name("x".to_owned());
    chart.encodings.y = Encoding::Name("y".to_owned());
    chart
}

/// Pixels of a chart, r, g, b each; and whether there was an image in it.
fn pixels(chart: &Chart, data: &ChartData, aggregate: Option<bool>) -> (Vec<u8>, bool) {
    let mut chart = chart.clone();
    chart.marks.aggregate = aggregate;
    let scene = compose(&chart, data).unwrap().value;
    let bytes = paint(&scene, Format::Png).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let image = scene.commands.iter().any(|command| matches!(command, Command::Image(_)));
    (pixels, image)
}

/// Mean and largest difference of two pictures, and the share of numbers that differ by more than 16.
fn differ(a: &[u8], b: &[u8]) -> (f64, u8, f64) {
    assert_eq!(a.len(), b.len());
    let each = || a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
    let mean = each().map(f64::from).sum::<f64>() / a.len() as f64;
    let far = each().filter(|d| *d > 16).count() as f64 / a.len() as f64;
    (mean, each().max().unwrap_or(0), far)
}

#[test]
fn clouds_of_one_colour_are_the_full_drawing_within_antialiasing() {
    for (n, shapes) in [
        (
            20_000,
            &[
                (MarkerShape::Circle, 9.0),
                (MarkerShape::Square, 4.0),
                (MarkerShape::TriangleUp, 16.0),
                (MarkerShape::Cross, 9.0),
                (MarkerShape::Point, 9.0),
            ][..],
        ),
        (200_000, &[(MarkerShape::Circle, 6.0), (MarkerShape::Pixel, 1.0)]),
    ] {
        let data = heap(n);
        for (shape, s) in shapes.iter().copied() {
            for alpha in [1.0, 0.1] {
                let mut chart = chart();
                (chart.marks.marker, chart.marks.s) = (Some(shape), Some(s));
                chart.marks.alpha = Some(alpha);
                let (full, _) = pixels(&chart, &data, Some(false));
                let (cloud, image) = pixels(&chart, &data, Some(true));
                assert!(image);
                let found = differ(&full, &cloud);
                // The full drawing rounds to 8 bits at each marker, and faint ones get lost in that.
                let mean = if alpha < 0.5 { 0.5 } else { 0.1 };
                assert!(found.0 < mean && found.2 < 2e-3, "{n} {shape:?} {alpha}: {found:?}");
            }
        }
    }
}

#[test]
fn clouds_with_edges_colours_and_sizes_keep_their_order() {
    let data = heap(20_000);
    for (hue, sizes, alpha, s) in [
        (None, None, 1.0, 36.0),
        (None, None, 0.3, 36.0),
        (Some("c"), None, 1.0, 9.0),
        (Some("c"), None, 0.5, 30.0),
        (Some("c"), Some("y"), 1.0, 9.0),
        (None, Some("c"), 0.4, 9.0),
    ] {
        let mut chart = chart();
        let name = |name: &str| Encoding::Name(name.to_owned());
        chart.encodings.hue = hue.map_or(chart.encodings.hue, name);
        chart.encodings.markersize = sizes.map_or(chart.encodings.markersize, name);
        (chart.marks.s, chart.marks.alpha) = (Some(s), Some(alpha));
        let (full, _) = pixels(&chart, &data, Some(false));
        let (cloud, _) = pixels(&chart, &data, Some(true));
        let found = differ(&full, &cloud);
        assert!(found.0 < 0.3 && found.2 < 2e-3, "{hue:?} {sizes:?} {alpha}: {found:?}");
    }
}

#[test]
fn log_axes_and_limits_inside_the_data_place_clouds_as_the_full_drawing() {
    let data = heap(50_000);
    let mut chart = chart();
    (chart.marks.s, chart.marks.marker) = (Some(9.0), Some(MarkerShape::Square));
    let log = Scale::Log { base: 10.0 };
    let symlog = Scale::SymLog { linthresh: 0.3, base: 10.0 };
    for scales in [[log, log], [Scale::Linear, log], [symlog, Scale::Logit]] {
        (chart.panel.x.scale, chart.panel.y.scale) = (Some(scales[0]), Some(scales[1]));
        for limits in [[Limit::Auto; 2], [Limit::At(0.45), Limit::At(0.6)]] {
            chart.panel.x.limits = limits;
            let (full, _) = pixels(&chart, &data, Some(false));
            let (cloud, _) = pixels(&chart, &data, Some(true));
            let found = differ(&full, &cloud);
            assert!(found.0 < 0.3 && found.2 < 2e-3, "{scales:?} {limits:?}: {found:?}");
        }
    }
}

#[test]
fn the_number_of_points_decides_unless_somebody_does() {
    for (n, aggregate, expected) in
        [(20_000, None, false), (20_001, None, true), (20_001, Some(false), false), (10, Some(true), true)]
    {
        assert_eq!(pixels(&chart(), &heap(n), aggregate).1, expected, "{n} {aggregate:?}");
    }
}

#[test]
fn heavy_marks_become_layers_and_can_be_told_not_to() {
    let layered = |rasterized: Option<bool>, aggregate: Option<bool>, n: usize| {
        let mut chart = chart();
        (chart.marks.rasterized, chart.marks.aggregate) = (rasterized, aggregate);
        let scene = compose(&chart, &heap(n)).unwrap().value;
        scene.commands.iter().any(|command| matches!(command, Command::Rasterized(_)))
    };
    assert!(!layered(None, None, 500));
    assert!(layered(Some(true), None, 500));
    assert!(layered(None, Some(false), 60_000));
    assert!(!layered(Some(false), None, 60_000));
    let mut chart = chart();
    (chart.marks.rasterized, chart.marks.aggregate) = (Some(false), Some(true));
    let error = compose(&chart, &heap(9)).unwrap_err();
    assert!(error.to_string().contains("aggregate"), "{error}");
}
