//! Markers of several colours, sizes, or with edges: drawn from the last one back, each taking its
//! share of what those above it left, so that what is hidden is told by a look at one byte.

use super::Points;
use super::place::{BLOCK, CELLS};
use super::tile::{Field, Look, Tile, WIDE};
use crate::render::scene::Color;
use crate::sys::{Kernel, in_parts, wide};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is left of a pixel when nothing behind can be seen any more: half a level of 255.
const COVERED: f32 = 1.0 / 512.0;
/// Markers in one pixel that are drawn one by one; what is behind so many is drawn at once, in its
/// mean colour and at the pixel's middle positions.
const LAYERS: u8 = 16;
/// Points of the first round, and the most of a round: what is hidden is passed over by all threads,
/// what is left is kept, 8 bytes a point, and drawn.
const ROUND: [usize; 2] = [1 << 16, 1 << 20];
/// Fewer points are not worth a thread.
const PART: usize = 1 << 17;
/// Numbers that all tiles may hold before they are made anew: 64 MiB.
const MOST: usize = 1 << 24;

/// The sixteen tiles of each diameter in sixteenths of a pixel, made when needed.
struct Tiles {
    look: Look,
    made: Vec<Vec<Tile>>,
    held: usize,
}

impl Tiles {
    fn get(&mut self, size: usize, cell: usize) -> Option<&Tile> {
        if size >= self.made.len() {
            self.made.resize(size + 1, Vec::new());
        }
        if self.made[size].is_empty() {
            if self.held > MOST {
                self.made.iter_mut().for_each(Vec::clear);
                self.held = 0;
            }
            self.made[size] = self.look.tiles(size as f64 / 16.0);
            self.held += self.made[size].iter().map(Tile::len).sum::<usize>();
        }
        self.made[size].get(cell)
    }
}

/// Markers in one pixel behind those that are drawn one by one.
#[derive(Clone, Copy, Default)]
struct Behind {
    /// How many.
    n: f32,
    /// Sums: r, g, b times opacity, opacity, diameter.
    sums: [f32; 5],
}

impl Behind {
    fn add(&mut self, color: Color, size: f64) {
        let alpha = f32::from(color.a) / 255.0;
        let [r, g, b] = [color.r, color.g, color.b].map(|v| alpha * f32::from(v));
        self.n += 1.0;
        self.sums.iter_mut().zip([r, g, b, alpha, size as f32]).for_each(|(sum, v)| *sum += v);
    }
}

/// Draws what is behind everything else.
fn rest(field: &Field, picture: &mut Picture, tiles: &mut Tiles, behind: &[Behind], edge: [f32; 3]) {
    let mut means: BTreeMap<usize, Tile> = BTreeMap::new();
    for (pixel, Behind { n, sums: [r, g, b, alpha, size] }) in behind.iter().enumerate() {
        if *n == 0.0 || *alpha == 0.0 {
            continue;
        }
        let size = (size / n * 16.0).round().max(1.0) as usize;
        let tile = means.entry(size).or_insert_with(|| Tile::mean(&tiles.look.tiles(size as f64 / 16.0)));
        let body = [r, g, b].map(|sum| sum / alpha);
        let alpha = alpha / n;
        for (at, from) in field.rows(pixel, tile) {
            for k in 0..tile.width() {
                let (e, f) = (tile.edge[from + k], alpha * tile.body[from + k]);
                let share = (e + f).min(1.0);
                if share <= 0.0 || picture.left[at + k] <= COVERED {
                    continue;
                }
                let taken = picture.left[at + k] * (1.0 - libm::powf(1.0 - share, *n));
                for (channel, (edge, body)) in picture.rgb.iter_mut().zip(edge.iter().zip(body)) {
                    channel[at + k] += taken * (e * edge + f * body) / share;
                }
                picture.left[at + k] -= taken;
            }
        }
    }
}

/// The picture so far: premultiplied colour, and what is left of each pixel, 0–1.
struct Picture {
    rgb: [Vec<f32>; 3],
    left: Vec<f32>,
}

/// The visible pixels after all points: r, g, b, a, not premultiplied. `largest` is the greatest
/// diameter in pixels; `fill` gives the colour and the diameter of a point by its number, if it is
/// drawn.
pub(super) fn pixels(
    field: &Field,
    points: &Points<'_>,
    look: &Look,
    edge: Color,
    largest: f64,
    fill: &mut dyn FnMut(usize) -> Option<(Color, f64)>,
) -> Vec<u8> {
    let len = field.stride() * field.size[1];
    let mut tiles = Tiles { look: *look, made: Vec::new(), held: 0 };
    let all = Tile::mean(&look.tiles(largest));
    let mut picture = Picture { rgb: [(); 3].map(|()| vec![0.0; len]), left: vec![1.0; len] };
    let edge = [edge.r, edge.g, edge.b].map(f32::from);
    // Whether a marker centred there is hidden; the last is of centres that are nowhere.
    let mut hidden = vec![false; field.grid.len() + 1];
    if let Some(nowhere) = hidden.last_mut() {
        *nowhere = true;
    }
    let mut stamped = vec![0_u8; field.grid.len() + 1];
    let mut behind: Vec<Behind> = Vec::new();
    let step = (field.grid.len() / 8).max(4096);
    let mut since = 0;
    let (mut end, mut round) = (points.len(), ROUND[0]);
    'all: while end > 0 {
        let start = end.saturating_sub(round);
        for (cell, number) in open(field, points, start..end, &hidden).into_iter().flatten().rev() {
            let (cell, pixel) = (cell as usize, cell as usize / CELLS);
            if hidden[pixel] {
                continue;
            }
            let Some((color, size)) = fill(start + number as usize) else { continue };
            if stamped[pixel] >= LAYERS {
                if behind.is_empty() {
                    behind.resize(field.grid.len() + 1, Behind::default());
                }
                behind[pixel].add(color, size);
                continue;
            }
            stamped[pixel] += 1;
            let size = (size * 16.0).round().max(1.0) as usize;
            if let Some(tile) = tiles.get(size, cell % CELLS) {
                wide(Stamp { field, pixel, tile, color, edge, picture: &mut picture });
                since += 1;
            }
            if since >= step {
                since = 0;
                if hide(field, &picture.left, &all, &mut hidden) {
                    break 'all;
                }
            }
        }
        if since >= step / 8 {
            since = 0;
            if hide(field, &picture.left, &all, &mut hidden) {
                break;
            }
        }
        (end, round) = (start, (2 * round).min(ROUND[1]));
    }
    rest(field, &mut picture, &mut tiles, &behind, edge);
    picture.finish(field)
}

/// Cells and numbers, counted from the first, of the points `range` that are not hidden; in parts,
/// each in order.
fn open(field: &Field, points: &Points<'_>, range: Range<usize>, hidden: &[bool]) -> Vec<Vec<(u32, u32)>> {
    in_parts(range.len(), BLOCK, PART, |part| {
        let mut found = Vec::new();
        let mut cells = [0; BLOCK];
        points.blocks(range.start + part.start..range.start + part.end, |first, x, y| {
            field.grid.cells(x, y, &mut cells);
            let numbers = (first - range.start) as u32..;
            let open = |(cell, _): &(u32, u32)| !hidden[*cell as usize / CELLS];
            found.extend(cells[..x.len()].iter().copied().zip(numbers).filter(open));
        });
        found
    })
}

impl Picture {
    fn finish(&self, field: &Field) -> Vec<u8> {
        let mut rgba = Vec::with_capacity(4 * field.size[0] * field.size[1]);
        let [red, green, blue] = self.rgb.each_ref().map(|channel| field.visible(channel).flatten());
        for (((r, g), b), left) in red.zip(green).zip(blue).zip(field.visible(&self.left).flatten()) {
            let alpha = 1.0 - left;
            if alpha < COVERED {
                rgba.extend([0; 4]);
                continue;
            }
            rgba.extend([r, g, b].map(|channel| (channel / alpha + 0.5) as u8));
            rgba.push((alpha * 255.0 + 0.5) as u8);
        }
        rgba
    }
}

/// Puts a marker behind what is there.
struct Stamp<'a> {
    field: &'a Field,
    pixel: usize,
    tile: &'a Tile,
    color: Color,
    edge: [f32; 3],
    picture: &'a mut Picture,
}

impl Kernel for Stamp<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { field, pixel, tile, color, edge, picture } = self;
        let body = [f32::from(color.r), f32::from(color.g), f32::from(color.b)];
        let alpha = f32::from(color.a) / 255.0;
        let [red, green, blue] = &mut picture.rgb;
        let left = &mut picture.left;
        let width = tile.width();
        for (at, from) in field.rows(pixel, tile) {
            let edges = tile.edge[from..from + width].as_chunks::<WIDE>().0;
            let bodies = tile.body[from..from + width].as_chunks::<WIDE>().0;
            let r = red[at..at + width].as_chunks_mut::<WIDE>().0;
            let g = green[at..at + width].as_chunks_mut::<WIDE>().0;
            let b = blue[at..at + width].as_chunks_mut::<WIDE>().0;
            let left = left[at..at + width].as_chunks_mut::<WIDE>().0;
            let colors = r.iter_mut().zip(g).zip(b);
            for (((r, g), b), (left, (e, f))) in colors.zip(left.iter_mut().zip(edges.iter().zip(bodies))) {
                // Copies, so that nobody has to fear that they overlap.
                let (mut now, mut e, mut f) = (*left, *e, *f);
                let mut open = 0.0;
                for share in &now {
                    open += share;
                }
                if open == 0.0 {
                    continue;
                }
                let mut sums = [*r, *g, *b];
                for k in 0..WIDE {
                    e[k] *= now[k];
                    f[k] *= alpha * now[k];
                }
                for (sum, (edge, body)) in sums.iter_mut().zip(edge.iter().zip(&body)) {
                    for k in 0..WIDE {
                        sum[k] += e[k] * edge + f[k] * body;
                    }
                }
                for k in 0..WIDE {
                    let rest = now[k] - (e[k] + f[k]);
                    // Numbers too small for their exponent are slow.
                    now[k] = if rest < 1e-4 { 0.0 } else { rest };
                }
                [*r, *g, *b] = sums;
                *left = now;
            }
        }
    }
}

/// Marks the centres at which all that the largest marker can touch is covered or not visible;
/// whether these are all that points have.
fn hide(field: &Field, left: &[f32], largest: &Tile, hidden: &mut [bool]) -> bool {
    let [columns, rows] = field.size;
    let [centres, centre_rows] = field.grid.size;
    let [across, down] = largest.reach();
    let margin = field.margin as i64;
    // Of each visible row: whether something in reach of a column of centres can still be seen.
    let span = |at: usize, reach: &std::ops::Range<i32>, most: usize| {
        let at = at as i64 - margin;
        let end = |v: i32| (at + i64::from(v)).clamp(0, most as i64) as usize;
        (end(reach.start), end(reach.end))
    };
    let spans: Vec<(usize, usize)> = (0..centres).map(|at| span(at, &across, columns)).collect();
    let mut open = vec![0_u8; centres * rows];
    let mut before = vec![0_u32; columns + 1];
    for (left, open) in field.visible(left).zip(open.chunks_exact_mut(centres)) {
        for (k, left) in left.iter().enumerate() {
            before[k + 1] = before[k] + u32::from(*left > COVERED);
        }
        for (open, (from, to)) in open.iter_mut().zip(&spans) {
            *open = u8::from(before[*to] > before[*from]);
        }
    }
    // A window of rows moves down.
    let mut sums = vec![0_u16; centres];
    let (mut from, mut to) = (0, 0);
    let [inner, inner_rows] = field.inner();
    let mut all = true;
    for row in 0..centre_rows {
        let (start, end) = span(row, &down, rows);
        while to < end {
            sums.iter_mut().zip(&open[to * centres..]).for_each(|(sum, open)| *sum += u16::from(*open));
            to += 1;
        }
        while from < start.min(to) {
            sums.iter_mut().zip(&open[from * centres..]).for_each(|(sum, open)| *sum -= u16::from(*open));
            from += 1;
        }
        let hidden = &mut hidden[row * centres..(row + 1) * centres];
        hidden.iter_mut().zip(&sums).for_each(|(hidden, sum)| *hidden = *sum == 0);
        all &= !inner_rows.contains(&row) || sums[inner.clone()].iter().all(|sum| *sum == 0);
    }
    all
}
