//! Moving axis-aligned outlines onto the pixel grid, so that frames, ticks, grid lines and bars are
//! crisp: matplotlib's `PathSnapper` (`path_converters.h`).

/// More corners than this are data, not decoration.
const MOST: usize = 1024;

/// Whether every step runs along an axis.
fn rectilinear(points: &[[f64; 2]]) -> bool {
    points.len() <= MOST
        && points.windows(2).all(|w| {
            // As matplotlib, to a ten-thousandth of a pixel.
            (w[0][0] - w[1][0]).abs() < 1e-4 || (w[0][1] - w[1][1]).abs() < 1e-4
        })
}

/// Where a coordinate goes: a pixel's middle for strokes an odd number of pixels wide, else an edge.
pub(super) fn snapped(v: f64, width: f64) -> f64 {
    let middle = if (width.round() as i64) % 2 == 1 { 0.5 } else { 0.0 };
    (v + 0.5).floor() + middle
}

/// Snaps the points if all steps between them run along an axis. `width` is the stroke's in pixels,
/// 0 for fills alone.
pub(super) fn snap(points: &mut [[f64; 2]], width: f64) -> bool {
    let aligned = rectilinear(points);
    if aligned {
        for [x, y] in points {
            *x = snapped(*x, width);
            *y = snapped(*y, width);
        }
    }
    aligned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axis_aligned_points_land_on_the_grid_and_others_stay() {
        let mut frame = [[10.3, 20.6], [30.2, 20.6], [30.2, 40.0]];
        assert!(snap(&mut frame, 1.11));
        assert_eq!(frame, [[10.5, 21.5], [30.5, 21.5], [30.5, 40.5]]);
        let mut wide = [[10.3, 20.6], [10.3, 90.0]];
        assert!(snap(&mut wide, 2.0));
        assert_eq!(wide, [[10.0, 21.0], [10.0, 90.0]]);
        let mut slanted = [[10.3, 20.6], [10.4, 90.0]];
        assert!(!snap(&mut slanted, 1.0));
        assert_eq!(slanted, [[10.3, 20.6], [10.4, 90.0]]);
    }
}
