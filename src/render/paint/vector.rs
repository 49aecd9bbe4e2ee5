//! What the vector painters share: how exact numbers are, which points of a long line matter,
//! markers resolved one by one, cells of images large enough to stay sharp.

use super::PaintError;
use super::markers::{THIN, one_or_each};
use crate::render::Scene;
use crate::render::scene::{Cap, Color, Image, Join, MarkerShape, Point, Rect, Stroke};

/// Corners above which a line is thinned.
const LONG: usize = 4096;
/// Width in points of the columns that a long line is thinned in: 1440 to the inch.
const COLUMN: f64 = 0.05;
/// Coordinates beyond this many points are held there; nobody sees the difference.
const FAR: f64 = 1e6;
/// Side of a sample of enlarged images in points.
const SAMPLE: f64 = 0.75;
/// Most samples along a side of enlarged images.
const MOST_SAMPLES: usize = 2048;
/// Sides of a page in points: PDF has 14,400 at most (ISO 32000-1, annex C).
const LARGEST: f64 = 14_400.0;

/// Width and height of the picture in points.
pub(super) fn size(scene: &Scene) -> Result<[f64; 2], PaintError> {
    let [width, height] = scene.size_in.map(|inches| inches * 72.0);
    let sound = |length: f64| length > 0.0 && length <= LARGEST;
    if sound(width) && sound(height) {
        Ok([round(width), round(height)])
    } else {
        Err(PaintError::Page { width, height })
    }
}

/// The square around a circle.
pub(super) fn square([x, y]: Point, radius: f64) -> Rect {
    Rect { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
}

/// To a thousandth of a point.
pub(super) fn round(v: f64) -> f64 {
    (v.clamp(-FAR, FAR) * 1000.0).round() / 1000.0 + 0.0
}

/// Whether both coordinates are numbers.
pub(super) fn is_finite(point: &Point) -> bool {
    point.iter().all(|v| v.is_finite())
}

/// The corners of a line that decide how it looks. A long line keeps of each run of corners within
/// one column of 1/20 point the first, the lowest, the highest and the last, in their order (M4,
/// Jugel et al. 2014): what is left out lies on the line that is drawn.
pub(super) fn thinned(points: &[Point]) -> std::borrow::Cow<'_, [Point]> {
    if points.len() <= LONG {
        return points.into();
    }
    let column = |p: &Point| (p[0] / COLUMN).floor();
    let mut kept = Vec::with_capacity(LONG);
    let mut start = 0;
    while start < points.len() {
        let here = column(&points[start]);
        let run = points[start..].iter().take_while(|p| column(p) == here).count().max(1);
        let (mut low, mut high) = (start, start);
        for k in start..start + run {
            if points[k][1] < points[low][1] {
                low = k;
            }
            if points[k][1] > points[high][1] {
                high = k;
            }
        }
        let mut four = [start, low, high, start + run - 1];
        four.sort_unstable();
        for (k, at) in four.into_iter().enumerate() {
            if k == 0 || four[k - 1] != at {
                kept.push(points[at]);
            }
        }
        start += run;
    }
    kept.into()
}

/// A marker to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Marker {
    /// Its centre.
    pub(super) at: Point,
    /// Its diameter, to a hundredth of a point.
    pub(super) size: f64,
    /// Its fill; none for shapes without a body.
    pub(super) fill: Option<Color>,
    /// Its edge.
    pub(super) edge: Option<(Color, f64)>,
}

/// The markers of a command that can be seen within `bounds` (width, height), each with all it
/// needs.
pub(super) fn each_marker<'a>(
    bounds: [f64; 2],
    shape: MarkerShape,
    at: &'a [Point],
    sizes: &'a [f64],
    fills: &'a [Color],
    edge: Option<&'a Stroke>,
) -> impl Iterator<Item = Marker> + 'a {
    let open = shape.is_open();
    let edge = edge.map(|stroke| (stroke.color, stroke.width));
    at.iter().enumerate().filter_map(move |(k, at)| {
        let size = one_or_each(sizes, k)?;
        let color = one_or_each(fills, k)?;
        let reach = size + edge.map_or(THIN, |(_, width)| width);
        let seen = (0..2).all(|axis| at[axis] > -reach && at[axis] < bounds[axis] + reach);
        let sound = size > 0.0 && size < LARGEST && seen;
        sound.then(|| Marker {
            at: *at,
            size: (size * 100.0).round().max(1.0) / 100.0,
            fill: (!open).then_some(color),
            edge: edge.filter(|(_, width)| *width > 0.0).or(open.then_some((color, THIN))),
        })
    })
}

/// The stroke of a marker's edge.
pub(super) fn edge_stroke((color, width): (Color, f64)) -> Stroke {
    Stroke { color, width, dash: Vec::new(), phase: 0.0, cap: Cap::Butt, join: Join::Miter }
}

/// Whether an image's bytes fit its shape and its rectangle can be drawn.
pub(super) fn is_sound(image: &Image) -> bool {
    let fits = image.width.checked_mul(image.height).and_then(|n| n.checked_mul(4)) == Some(image.rgba.len());
    let rect = &image.rect;
    let finite = [rect.left, rect.top, rect.right, rect.bottom].iter().all(|v| v.is_finite());
    let coded = u32::try_from(image.width).is_ok() && u32::try_from(image.height).is_ok();
    fits && coded && finite && !image.rgba.is_empty() && rect.width() > 0.0 && rect.height() > 0.0
}

/// The image with cells repeated where they are large: programs that smooth images against the
/// file's word then blur the edges of cells only. No finer than 96 samples an inch. The image must be
/// sound.
pub(super) fn enlarged(image: &Image) -> std::borrow::Cow<'_, Image> {
    let times = |length: f64, cells: usize| {
        let cell = length / cells as f64;
        if cell >= 2.0 * SAMPLE {
            ((cell / SAMPLE).ceil() as usize).min(MOST_SAMPLES / cells).max(1)
        } else {
            1
        }
    };
    let across = times(image.rect.width(), image.width);
    let down = times(image.rect.height(), image.height);
    if across * down == 1 {
        return std::borrow::Cow::Borrowed(image);
    }
    let mut rgba = Vec::with_capacity(image.rgba.len() * across * down);
    for row in image.rgba.chunks_exact(4 * image.width) {
        let start = rgba.len();
        row.chunks_exact(4).for_each(|cell| (0..across).for_each(|_| rgba.extend_from_slice(cell)));
        let end = rgba.len();
        (1..down).for_each(|_| rgba.extend_from_within(start..end));
    }
    std::borrow::Cow::Owned(Image {
        rect: image.rect,
        width: image.width * across,
        height: image.height * down,
        rgba: rgba.into(),
    })
}

/// A stroke's dashes if it can be drawn at all: the PDF and SVG rules are that none is negative and
/// not all are 0.
pub(super) fn dashes(stroke: &Stroke) -> &[f64] {
    let sound =
        stroke.dash.iter().all(|d| d.is_finite() && *d >= 0.0) && stroke.dash.iter().any(|d| *d > 0.0);
    if sound { &stroke.dash } else { &[] }
}

/// Of the metadata, the value of a keyword.
pub(super) fn meta<'a>(scene: &'a Scene, keyword: &str) -> Option<&'a str> {
    scene.metadata.iter().find(|(key, _)| key == keyword).map(|(_, text)| text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_keep_their_extremes_in_order_and_short_ones_all() {
        let wave: Vec<Point> =
            (0..100_000).map(|k| [f64::from(k) * 0.0001, libm::sin(f64::from(k)) * 10.0]).collect();
        let thin = thinned(&wave);
        // 10 points across are 200 columns.
        assert!(thin.len() <= 4 * 201, "{}", thin.len());
        assert_eq!((thin[0], thin[thin.len() - 1]), (wave[0], wave[99_999]));
        let top = |points: &[Point]| points.iter().map(|p| p[1]).fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(top(&thin), top(&wave));
        assert!(thin.windows(2).all(|w| w[0][0] < w[1][0]));
        assert_eq!(&*thinned(&wave[..4096]), &wave[..4096]);
    }

    #[test]
    fn large_cells_are_repeated_and_small_ones_stay() {
        let rect = Rect { left: 0.0, top: 0.0, right: 6.0, bottom: 1.0 };
        let image = Image { rect, width: 2, height: 1, rgba: vec![1, 2, 3, 4, 5, 6, 7, 8].into() };
        let large = enlarged(&image);
        // Cells of 3 × 1 points.
        assert_eq!((large.width, large.height), (8, 1));
        assert_eq!(large.rgba[12..20], [1, 2, 3, 4, 5, 6, 7, 8]);
        let image = Image { rect: Rect { bottom: 3.0, ..rect }, width: 8, ..image };
        let rgba: Vec<u8> = (0..32).collect();
        let image = Image { rgba: rgba.into(), ..image };
        let tall = enlarged(&image);
        assert_eq!((tall.width, tall.height), (8, 4));
        assert_eq!(tall.rgba[96..], image.rgba[..]);
    }

    #[test]
    fn markers_without_a_body_take_their_colour_as_edge_and_unseen_ones_are_left_out() {
        let red = Color::rgb(255, 0, 0);
        let at = [[1.0, 1.0], [f64::NAN, 1.0], [500.0, 1.0]];
        let markers: Vec<Marker> =
            each_marker([10.0, 10.0], MarkerShape::Plus, &at, &[4.0], &[red], None).collect();
        assert_eq!(markers, [Marker { at: [1.0, 1.0], size: 4.0, fill: None, edge: Some((red, 1.0)) }]);
    }
}
