//! Images: cells as sharp rectangles.
//!
//! Every pixel takes the cell under its middle, never a mixture. An image with more cells than the
//! picture has pixels is sampled so, too, as matplotlib's `nearest` does. The image's outer edges
//! are rounded to pixels, like those of a frame around it.

use super::canvas::{Canvas, Ink, Pixels};
use crate::render::scene::{Color, Image, Rect};

/// Draws an image whose rectangle is `rect` in pixels. One whose bytes do not fit its shape is left
/// out.
pub(super) fn draw(canvas: &mut Canvas, image: &Image, rect: Rect) {
    let fits = image.width.checked_mul(image.height).and_then(|n| n.checked_mul(4)) == Some(image.rgba.len());
    let sound =
        rect.width() > 0.0 && rect.height() > 0.0 && rect.width().is_finite() && rect.height().is_finite();
    if !fits || image.rgba.is_empty() || !sound {
        return;
    }
    let edge = |v: f64| (v + 0.5).floor();
    let all = Pixels::around(edge(rect.left), edge(rect.top), edge(rect.right), edge(rect.bottom));
    let area = all.and(canvas.clip());
    if area.is_empty() {
        return;
    }
    let cell = |middle: f64, start: f64, length: f64, count: usize| {
        (((middle - start) / length * count as f64).floor().max(0.0) as usize).min(count - 1)
    };
    let columns: Vec<usize> =
        (area.x0..area.x1).map(|x| cell(f64::from(x) + 0.5, rect.left, rect.width(), image.width)).collect();
    let (all_cells, _) = image.rgba.as_chunks::<4>();
    let opaque = all_cells.iter().fold(255, |alpha, cell| alpha & cell[3]) == 255;
    let mut last = None;
    for y in area.y0..area.y1 {
        let row = cell(f64::from(y) + 0.5, rect.top, rect.height(), image.height);
        let cells = &all_cells[row * image.width..(row + 1) * image.width];
        if opaque && last == Some(row) {
            copy_row_above(canvas, y, area);
            continue;
        }
        last = Some(row);
        let (pixels, _) = canvas.row(y, area.x0, area.x1).as_chunks_mut::<4>();
        if opaque {
            for (pixel, column) in pixels.iter_mut().zip(&columns) {
                *pixel = cells[*column];
            }
            continue;
        }
        for (pixel, column) in pixels.iter_mut().zip(&columns) {
            let cell = cells[*column];
            if cell[3] == 255 {
                *pixel = cell;
            } else if cell[3] != 0 {
                let color = Color { r: cell[0], g: cell[1], b: cell[2], a: cell[3] };
                Ink::new(color).blend(pixel, 255);
            }
        }
    }
}

fn copy_row_above(canvas: &mut Canvas, y: i32, area: Pixels) {
    let stride = 4 * canvas.pixmap.width() as usize;
    let (from, to) = (4 * area.x0 as usize, 4 * area.x1 as usize);
    let start = y as usize * stride;
    canvas.pixmap.data_mut().copy_within(start - stride + from..start - stride + to, start + from);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tiny_skia::Pixmap;

    fn reds(width: usize, height: usize, cells: &[u8], rect: Rect) -> Vec<Vec<u8>> {
        let rgba: Vec<u8> = cells.iter().flat_map(|c| [*c, 0, 0, if *c == 7 { 0 } else { 255 }]).collect();
        let image = Image { rect, width, height, rgba: Arc::from(rgba) };
        let mut canvas = Canvas::new(Pixmap::new(6, 4).unwrap(), Color::WHITE);
        draw(&mut canvas, &image, rect);
        let reds: Vec<u8> = canvas.pixmap.data().iter().step_by(4).copied().collect();
        reds.chunks(6).map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn cells_are_sharp_and_edges_are_rounded() {
        let rect = Rect { left: 0.8, top: 1.2, right: 5.2, bottom: 3.0 };
        let rows = reds(2, 2, &[10, 20, 30, 7], rect);
        assert_eq!(rows[0], [255; 6]);
        assert_eq!(rows[1], [255, 10, 10, 20, 20, 255]);
        assert_eq!(rows[2], [255, 30, 30, 255, 255, 255]);
        assert_eq!(rows[3], [255; 6]);
    }

    #[test]
    fn larger_images_are_sampled_and_bad_ones_left_out() {
        let whole = Rect { left: 0.0, top: 0.0, right: 6.0, bottom: 4.0 };
        let cells: Vec<u8> = (0..12 * 4).map(|k| 100 + k % 12).collect();
        assert_eq!(reds(12, 4, &cells, whole)[2], [101, 103, 105, 107, 109, 111]);
        assert_eq!(reds(5, 4, &cells, whole)[2], [255; 6]);
    }
}
