//! Text: glyphs covered exactly, hinted in height, stamped.
//!
//! Horizontal and vertical text is fitted to the pixel grid across its baseline, as FreeType does
//! for matplotlib: baseline, x-height and height of capitals fall on whole pixels. Along the baseline positions are kept to a quarter of a pixel. Text at other angles, and
//! large text, is drawn from its bare outlines.

use super::canvas::{Canvas, Ink};
use super::coverage::{Stamp, cover, flatten};
use super::shape;
use crate::render::scene::{HAlign, Segment, Text, VAlign};
use crate::render::text::{self, Bar, Face};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Em in pixels above which hinting has no point.
const LARGE: f64 = 64.0;
/// Positions along the baseline within a pixel.
const OFFSETS: f64 = 4.0;

/// Heights of DejaVu Sans in em: descender, baseline with overshoot, x-height with overshoot,
/// capitals and digits with overshoot, ascender.
const HEIGHTS: [f64; 8] = [-426.0, -29.0, 0.0, 1120.0, 1147.0, 1493.0, 1520.0, 1556.0];

/// Glyphs covered so far: face, number in it, em in 1/64 pixel, offset in 1/4 pixel, whether it
/// runs upwards.
pub(super) struct Glyphs(Stamps);

type Stamps = BTreeMap<(Face, u16, u32, u8, bool), Option<Stamp>>;

/// Glyphs kept from one figure to the next at most; a stamp of usual text has 100 bytes.
const KEPT: usize = 2048;

thread_local! {
    /// Those of the last figure of this thread.
    static LAST: RefCell<Stamps> = const { RefCell::new(BTreeMap::new()) };
}

impl Drop for Glyphs {
    fn drop(&mut self) {
        if self.0.len() <= KEPT {
            let stamps = std::mem::take(&mut self.0);
            let _ = LAST.try_with(|last| last.try_borrow_mut().map(|mut last| *last = stamps));
        }
    }
}

impl Glyphs {
    /// With the glyphs of this thread's last figure: a glyph depends on nothing but its key.
    pub(super) fn of_thread() -> Self {
        Self(LAST.with(RefCell::take))
    }

    /// Draws a text; `scale` is pixels a point.
    pub(super) fn draw(&mut self, canvas: &mut Canvas, text: &Text, scale: f64) {
        let em = text.size * scale;
        let at = text.at.map(|v| v * scale);
        let sound = em > 0.0 && em < 1e5 && at.iter().all(|v| v.abs() < 1e7) && text.rotation.is_finite();
        if !sound || text.text.is_empty() {
            return;
        }
        let [right, down] = shift(text);
        let (dx, dy) = (right * scale, down * scale);
        let ink = Ink::new(text.color);
        let turn = text.rotation.rem_euclid(360.0);
        if em <= LARGE && turn == 0.0 {
            let baseline = (at[1] + dy).round();
            self.run(canvas, text, em, false, ink, |along| [at[0] + dx + along, baseline]);
        } else if em <= LARGE && turn == 90.0 {
            let baseline = (at[0] + dy).round();
            self.run(canvas, text, em, true, ink, |along| [baseline, at[1] - dx - along]);
        } else {
            let (sin, cos) = (libm::sin(turn.to_radians()), libm::cos(turn.to_radians()));
            let place = |[x, y]: [f64; 2]| {
                let (x, y) = (x + dx, y + dy);
                [at[0] + x * cos + y * sin, at[1] - x * sin + y * cos]
            };
            let outline = text::outline(&text.text, text.font, em);
            match cover(&flatten(&outline, place)) {
                Some(stamp) => canvas.stamp(&stamp, 0, 0, ink),
                None => {
                    let moved: Vec<Segment> = outline.iter().map(|s| shape::moved(s, place)).collect();
                    shape::fill(canvas, &moved, text.color);
                }
            }
        }
    }

    /// Stamps the glyphs of a text; `place` gives the pixel position of a distance along the
    /// baseline.
    fn run(
        &mut self,
        canvas: &mut Canvas,
        text: &Text,
        em: f64,
        upwards: bool,
        ink: Ink,
        place: impl Fn(f64) -> [f64; 2],
    ) {
        let line = text::line(&text.text, text.font);
        for run in &line.runs {
            let size = (em * run.size * 64.0).round() / 64.0;
            // A script stands on its own row of pixels.
            let up = (run.y * em).round();
            for glyph in &run.glyphs {
                let mut at = place(run.x * em + glyph.x * size);
                at[usize::from(!upwards)] -= up;
                let along = if upwards { -at[1] } else { at[0] };
                let along = (along * OFFSETS).round() / OFFSETS;
                let (whole, offset) = (along.floor(), along - along.floor());
                let key = (run.face, glyph.glyph, (size * 64.0) as u32, (offset * OFFSETS) as u8, upwards);
                let stamp =
                    self.0.entry(key).or_insert_with(|| make(run.face, glyph.glyph, size, offset, upwards));
                if let Some(stamp) = stamp {
                    let (dx, dy) =
                        if upwards { (at[0] as i32, -(whole as i32)) } else { (whole as i32, at[1] as i32) };
                    canvas.stamp(stamp, dx, dy, ink);
                }
            }
        }
        for bar in &line.bars {
            let corners = fitted_bar(bar, em).map(|[x, up]| {
                let mut at = place(x);
                at[usize::from(!upwards)] -= up;
                at
            });
            let path: Vec<Segment> = corners
                .into_iter()
                .enumerate()
                .map(|(k, at)| if k == 0 { Segment::Move(at) } else { Segment::Line(at) })
                .chain([Segment::Close])
                .collect();
            shape::fill(canvas, &path, text.color);
        }
    }
}

/// Corners of a bar in pixels along and above the baseline: of whole pixels in thickness.
fn fitted_bar(bar: &Bar, em: f64) -> [[f64; 2]; 4] {
    let thickness = (bar.height * em).round().max(1.0);
    let low = ((bar.y + bar.height / 2.0) * em - thickness / 2.0).round();
    let [left, right] = [bar.x * em, (bar.x + bar.width) * em];
    [[left, low], [right, low], [right, low + thickness], [left, low + thickness]]
}

/// Where the baseline begins, relative to the text's position, in points: right and down before
/// rotation.
pub(super) fn shift(text: &Text) -> [f64; 2] {
    let extent = text::measure_in(text.font, &text.text, text.size);
    let right = match text.halign {
        HAlign::Left => 0.0,
        HAlign::Center => -extent.width / 2.0,
        HAlign::Right => -extent.width,
    };
    let down = match text.valign {
        VAlign::Top => extent.ascent,
        VAlign::Center => (extent.ascent - extent.descent) / 2.0,
        VAlign::Baseline => 0.0,
        VAlign::Bottom => -extent.descent,
    };
    [right, down]
}

/// Covers a glyph. Upwards, its right is the picture's up.
fn make(face: Face, glyph: u16, em: f64, offset: f64, upwards: bool) -> Option<Stamp> {
    // The zones are those of DejaVu.
    let is_bundled = !matches!(face, Face::User(_));
    let zones = zones(em);
    let mut path: Vec<Segment> = Vec::new();
    face.trace(glyph, |x, y| [x, y], &mut path);
    let place = |[x, y]: [f64; 2]| {
        let (along, up) = (x * em + offset, if is_bundled { fitted(y * 2048.0, &zones, em) } else { y * em });
        if upwards { [-up, -along] } else { [along, -up] }
    };
    cover(&flatten(&path, place))
}

/// Pixels that the [`HEIGHTS`] fall on: each rounded for itself at a whole number of pixels an em,
/// as the font's own instructions do.
fn zones(em: f64) -> [f64; 8] {
    let [descender, x, capital, ascender] =
        [HEIGHTS[0], HEIGHTS[3], HEIGHTS[5], HEIGHTS[7]].map(|height| (height / 2048.0 * em.round()).round());
    [descender, 0.0, 0.0, x, x, capital, capital, ascender]
}

/// A height in font units as pixels: linear between the zones.
fn fitted(y: f64, zones: &[f64; 8], em: f64) -> f64 {
    let free = em / 2048.0;
    if y <= HEIGHTS[0] {
        return zones[0] + (y - HEIGHTS[0]) * free;
    }
    for k in 1..HEIGHTS.len() {
        if y <= HEIGHTS[k] {
            let t = (y - HEIGHTS[k - 1]) / (HEIGHTS[k] - HEIGHTS[k - 1]);
            return zones[k - 1] + t * (zones[k] - zones[k - 1]);
        }
    }
    zones[7] + (y - HEIGHTS[7]) * free
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of ink over the baseline of x, H, and below it of p, from matplotlib 3.11 (Agg).
    #[test]
    fn heights_are_matplotlibs() {
        for (em, x, capital, descender) in [
            (9.72, 5.0, 7.0, 2.0),
            (11.11, 6.0, 8.0, 2.0),
            (13.89, 8.0, 10.0, 3.0),
            (16.67, 9.0, 12.0, 4.0),
            (19.44, 10.0, 14.0, 4.0),
            (27.78, 15.0, 20.0, 6.0),
        ] {
            let zones = zones(em);
            assert_eq!((zones[3], zones[5], -zones[0]), (x, capital, descender), "{em}");
        }
    }

    #[test]
    fn heights_between_zones_stay_in_order() {
        for em in [3.0, 9.72, 13.89, 40.0] {
            let zones = zones(em);
            let heights: Vec<f64> = (-500..2000).map(|y| fitted(f64::from(y), &zones, em)).collect();
            assert!(heights.windows(2).all(|w| w[0] <= w[1]), "{em}");
        }
    }
}
