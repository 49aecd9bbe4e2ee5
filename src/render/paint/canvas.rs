//! The pixels, the clip, and how colour gets onto them.
//!
//! Coordinates are pixels, y down; pixel (i, j) covers `i..i + 1 × j..j + 1`. Blending is
//! source-over on premultiplied 8-bit sRGB without gamma, as Agg does it.

use super::coverage::Stamp;
use crate::render::scene::Color;
use tiny_skia::{Mask, Pixmap};

/// Whole pixels: `x0 ≤ x < x1`, `y0 ≤ y < y1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pixels {
    pub(super) x0: i32,
    pub(super) y0: i32,
    pub(super) x1: i32,
    pub(super) y1: i32,
}

impl Pixels {
    /// None.
    const EMPTY: Self = Self { x0: 0, y0: 0, x1: 0, y1: 0 };

    /// What both cover.
    pub(super) fn and(self, other: Self) -> Self {
        let (x0, y0) = (self.x0.max(other.x0), self.y0.max(other.y0));
        let (x1, y1) = (self.x1.min(other.x1), self.y1.min(other.y1));
        if x0 < x1 && y0 < y1 { Self { x0, y0, x1, y1 } } else { Self::EMPTY }
    }

    /// All pixels that a rectangle of real coordinates touches. Absurd ones are cut to ±2³⁰.
    pub(super) fn around(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        let cut = |v: f64| v.clamp(-1_073_741_824.0, 1_073_741_824.0) as i32;
        Self { x0: cut(left.floor()), y0: cut(top.floor()), x1: cut(right.ceil()), y1: cut(bottom.ceil()) }
    }

    /// Whether `other` lies within.
    pub(super) fn holds(self, other: Self) -> bool {
        self.x0 <= other.x0 && self.y0 <= other.y0 && self.x1 >= other.x1 && self.y1 >= other.y1
    }

    /// Number of columns.
    pub(super) fn width(self) -> usize {
        usize::try_from(self.x1 - self.x0).unwrap_or(0)
    }

    /// Number of rows.
    pub(super) fn height(self) -> usize {
        usize::try_from(self.y1 - self.y0).unwrap_or(0)
    }

    /// Whether there is none.
    pub(super) fn is_empty(self) -> bool {
        self.width() == 0 || self.height() == 0
    }
}

/// A round clip, pixels.
struct Round {
    middle: [f64; 2],
    radius: f64,
    /// The picture below, as far as the clip around it reaches.
    under: Vec<u8>,
}

/// The picture being drawn.
pub(super) struct Canvas {
    /// Premultiplied r, g, b, a.
    pub(super) pixmap: Pixmap,
    /// Clips, the innermost last; the first is the whole picture.
    clips: Vec<Pixels>,
    /// Of each clip, what a round one hides.
    rounds: Vec<Option<Round>>,
    /// The innermost clip for tiny-skia, made when first needed.
    mask: Option<Mask>,
    /// Coverage of the mark being drawn; all 0 between marks.
    pub(super) scratch: Vec<u8>,
}

impl Canvas {
    /// A picture of one colour.
    pub(super) fn new(mut pixmap: Pixmap, background: Color) -> Self {
        let Color { r, g, b, a } = background;
        pixmap.fill(tiny_skia::Color::from_rgba8(r, g, b, a));
        let whole = Pixels { x0: 0, y0: 0, x1: pixmap.width() as i32, y1: pixmap.height() as i32 };
        Self { pixmap, clips: vec![whole], rounds: vec![None], mask: None, scratch: Vec::new() }
    }

    /// Where drawing has an effect now.
    pub(super) fn clip(&self) -> Pixels {
        self.clips.last().copied().unwrap_or(Pixels::EMPTY)
    }

    /// Restricts drawing further.
    pub(super) fn push_clip(&mut self, clip: Pixels) {
        self.clips.push(self.clip().and(clip));
        self.rounds.push(None);
        self.mask = None;
    }

    /// Restricts drawing to a circle; what is under it comes back outside of it when the clip ends.
    pub(super) fn push_round(&mut self, middle: [f64; 2], radius: f64) {
        let [x, y] = middle;
        self.push_clip(Pixels::around(x - radius, y - radius, x + radius, y + radius));
        let clip = self.clip();
        let mut under = Vec::with_capacity(4 * clip.width() * clip.height());
        for row in clip.y0..clip.y1 {
            under.extend_from_slice(self.row(row, clip.x0, clip.x1));
        }
        if let Some(last) = self.rounds.last_mut() {
            *last = Some(Round { middle, radius, under });
        }
    }

    /// Ends the innermost clip.
    pub(super) fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            if let Some(Some(round)) = self.rounds.pop() {
                self.restore(&round);
            }
            self.clips.pop();
            self.mask = None;
        }
    }

    fn restore(&mut self, round: &Round) {
        let clip = self.clip();
        let width = 4 * clip.width();
        for (y, under) in (clip.y0..clip.y1).zip(round.under.chunks_exact(width.max(1))) {
            let down = f64::from(y) + 0.5 - round.middle[1];
            let row = self.row(y, clip.x0, clip.x1);
            for (x, (pixel, under)) in row.chunks_exact_mut(4).zip(under.chunks_exact(4)).enumerate() {
                let along = f64::from(clip.x0) + x as f64 + 0.5 - round.middle[0];
                let inside = (round.radius + 0.5 - libm::hypot(along, down)).clamp(0.0, 1.0);
                if inside < 1.0 {
                    for (new, old) in pixel.iter_mut().zip(under) {
                        let mixed = inside * f64::from(*new) + (1.0 - inside) * f64::from(*old);
                        *new = (mixed + 0.5) as u8;
                    }
                }
            }
        }
    }

    /// The pixmap, and a mask if drawing in `bounds` must be cut.
    pub(super) fn clipped(&mut self, bounds: Pixels) -> (&mut Pixmap, Option<&Mask>) {
        let clip = self.clip();
        if clip.holds(bounds) {
            return (&mut self.pixmap, None);
        }
        if self.mask.is_none() {
            self.mask = Mask::new(self.pixmap.width(), self.pixmap.height()).map(|mut mask| {
                let width = mask.width() as usize;
                for row in
                    mask.data_mut().chunks_exact_mut(width).take(clip.y1 as usize).skip(clip.y0 as usize)
                {
                    row[clip.x0 as usize..clip.x1 as usize].fill(255);
                }
                mask
            });
        }
        (&mut self.pixmap, self.mask.as_ref())
    }

    /// Row `y` of the picture from column `x0` to `x1`, both inside.
    pub(super) fn row(&mut self, y: i32, x0: i32, x1: i32) -> &mut [u8] {
        let start = y as usize * self.pixmap.width() as usize;
        &mut self.pixmap.data_mut()[4 * (start + x0 as usize)..4 * (start + x1 as usize)]
    }

    /// Fills a rectangle of real coordinates; pixels at its edges get their share.
    pub(super) fn fill_rect(&mut self, [left, top, right, bottom]: [f64; 4], ink: Ink) {
        let area = Pixels::around(left, top, right, bottom).and(self.clip());
        let share = |low: f64, high: f64, at: i32| {
            (high.min(f64::from(at) + 1.0) - low.max(f64::from(at))).clamp(0.0, 1.0)
        };
        for y in area.y0..area.y1 {
            let vertical = share(top, bottom, y);
            for (pixel, x) in self.row(y, area.x0, area.x1).chunks_exact_mut(4).zip(area.x0..) {
                let coverage = vertical * share(left, right, x);
                ink.blend(pixel, (coverage * 255.0 + 0.5) as u8);
            }
        }
    }

    /// Blends a stamp whose origin is moved to whole pixels.
    pub(super) fn stamp(&mut self, stamp: &Stamp, dx: i32, dy: i32, ink: Ink) {
        let (x0, y0) = (stamp.left.saturating_add(dx), stamp.top.saturating_add(dy));
        let all = Pixels {
            x0,
            y0,
            x1: x0.saturating_add(stamp.width as i32),
            y1: y0.saturating_add(stamp.height as i32),
        };
        let area = all.and(self.clip());
        if area.is_empty() {
            return;
        }
        for y in area.y0..area.y1 {
            let start = (y - y0) as usize * stamp.width + (area.x0 - x0) as usize;
            let coverage = &stamp.alpha[start..start + area.width()];
            ink.blend_row(self.row(y, area.x0, area.x1), coverage);
        }
    }

    /// Blends the scratch coverage, which holds `area` row by row, and clears it.
    pub(super) fn blend_scratch(&mut self, area: Pixels, ink: Ink) {
        let mut scratch = std::mem::take(&mut self.scratch);
        for (coverage, y) in scratch.chunks_exact_mut(area.width().max(1)).zip(area.y0..area.y1) {
            ink.blend_row(self.row(y, area.x0, area.x1), coverage);
            coverage.fill(0);
        }
        self.scratch = scratch;
    }
}

/// A colour ready to be blended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    rgb: [u8; 3],
    alpha: u8,
}

impl Ink {
    /// From a colour of the scene.
    pub(super) fn new(color: Color) -> Self {
        Self { rgb: [color.r, color.g, color.b], alpha: color.a }
    }

    /// Puts the ink over a pixel (4 bytes) in a share of `coverage`/255.
    #[inline]
    pub(super) fn blend(self, pixel: &mut [u8], coverage: u8) {
        let a = divided(u32::from(self.alpha) * u32::from(coverage));
        let [r, g, b, opacity] = pixel else { return };
        let mix = |over: u8, under: u8| divided(u32::from(over) * a + u32::from(under) * (255 - a)) as u8;
        *r = mix(self.rgb[0], *r);
        *g = mix(self.rgb[1], *g);
        *b = mix(self.rgb[2], *b);
        *opacity = mix(255, *opacity);
    }

    /// [`blend`](Self::blend) for a row of pixels.
    pub(super) fn blend_row(self, pixels: &mut [u8], coverage: &[u8]) {
        for (pixel, coverage) in pixels.chunks_exact_mut(4).zip(coverage) {
            if *coverage != 0 {
                self.blend(pixel, *coverage);
            }
        }
    }
}

/// `v / 255`, rounded, for `v ≤ 255²`.
#[inline]
fn divided(v: u32) -> u32 {
    let v = v + 128;
    (v + (v >> 8)) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas() -> Canvas {
        Canvas::new(Pixmap::new(4, 3).unwrap(), Color::WHITE)
    }

    fn reds(canvas: &Canvas) -> Vec<u8> {
        canvas.pixmap.data().iter().step_by(4).copied().collect()
    }

    #[test]
    fn division_by_255_is_exact() {
        for v in 0..=255 * 255 {
            assert_eq!(divided(v), (f64::from(v) / 255.0).round() as u32);
        }
    }

    #[test]
    fn rectangles_cover_edge_pixels_in_part() {
        let mut canvas = canvas();
        canvas.fill_rect([0.5, 1.0, 2.0, 2.25], Ink::new(Color::BLACK));
        // Shares 1/2 and 1 across, 1 and 1/4 down.
        assert_eq!(reds(&canvas), [255, 255, 255, 255, 127, 0, 255, 255, 223, 191, 255, 255]);
    }

    #[test]
    fn nothing_is_drawn_outside_the_clip() {
        let mut canvas = canvas();
        canvas.push_clip(Pixels { x0: 1, y0: 1, x1: 3, y1: 9 });
        canvas.fill_rect([-5.0, -5.0, 50.0, 50.0], Ink::new(Color::BLACK));
        canvas.pop_clip();
        assert_eq!(reds(&canvas), [255, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0, 255]);
        canvas.pop_clip();
        assert_eq!(canvas.clip(), Pixels { x0: 0, y0: 0, x1: 4, y1: 3 });
    }
}
