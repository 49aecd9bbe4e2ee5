//! Hatches: lines, circles and stars over areas, by matplotlib's letters.
//!
//! A pattern is one tile of an inch a side, repeated from the lower left corner of the figure, so
//! that areas beside each other fit. Geometry: `matplotlib/hatch.py` (3.11), density 6.

use super::scene::{Point, Segment};

/// Side of a tile in points.
pub const TILE: f64 = 72.0;

/// Letters of patterns.
pub const LETTERS: &str = "/\\|-+xXoO.*";

/// Most letters of a hatch: each adds six lines an inch.
const MOST: usize = 16;

/// Lines an inch a letter.
const DENSITY: usize = 6;

/// Checks the letters of a hatch.
///
/// # Errors
/// Which letter there is not, or that there are too many.
pub fn check(letters: &str) -> Result<(), String> {
    if let Some(wrong) = letters.chars().find(|letter| !LETTERS.contains(*letter)) {
        return Err(format!("`{wrong}` is no letter of a hatch; there are `{LETTERS}`"));
    }
    match letters.len() {
        n if n > MOST => Err(format!("a hatch has at most {MOST} letters")),
        _ => Ok(()),
    }
}

/// One tile of a hatch in points, y down from its upper left corner: to be filled and stroked.
pub fn tile(letters: &str) -> Vec<Segment> {
    let count = |wanted: &str| letters.chars().filter(|letter| wanted.contains(*letter)).count() * DENSITY;
    let mut path = Vec::new();
    let place = |[x, y]: Point| [x * TILE, (1.0 - y) * TILE];
    let mut line = |a: Point, b: Point| path.extend([Segment::Move(place(a)), Segment::Line(place(b))]);
    let middles = |n: usize| (0..n).map(move |i| (i as f64 + 0.5) / n as f64);
    middles(count("-+")).for_each(|at| line([0.0, at], [1.0, at]));
    middles(count("|+")).for_each(|at| line([at, 0.0], [at, 1.0]));
    let steps = |n: usize| (0..=n).filter(move |_| n > 0).map(move |i| i as f64 / n as f64 - 0.5);
    steps(count("/xX")).for_each(|by| line([by, -by], [1.0 + by, 1.0 - by]));
    steps(count("\\xX")).for_each(|by| line([by, 1.0 + by], [1.0 + by, by]));
    for (letter, size, filled) in [("o", 0.2, false), ("O", 0.35, false), (".", 0.1, true)] {
        for (at, unit) in places(count(letter)) {
            let radius = size * unit;
            circle(&mut path, at, radius, false);
            if !filled {
                circle(&mut path, at, 0.9 * radius, true);
            }
        }
    }
    for (at, unit) in places(count("*")) {
        star(&mut path, at, unit / 3.0);
    }
    path
}

/// Centres of shapes in a unit square, and the distance between rows.
fn places(rows: usize) -> impl Iterator<Item = (Point, f64)> {
    let unit = 1.0 / rows.max(1) as f64;
    (0..=rows).filter(move |_| rows > 0).flat_map(move |row| {
        let (first, columns) = if row % 2 == 0 { (0.0, rows + 1) } else { (unit / 2.0, rows) };
        (0..columns).map(move |column| ([first + column as f64 * unit, row as f64 * unit], unit))
    })
}

fn circle(path: &mut Vec<Segment>, at: Point, radius: f64, backwards: bool) {
    // Control points of a quarter circle lie at this share of the radius.
    const K: f64 = 0.552_284_749_830_793_6;
    let turn = if backwards { -1.0 } else { 1.0 };
    let place = |x: f64, y: f64| [(at[0] + radius * x) * TILE, (1.0 - at[1] - radius * turn * y) * TILE];
    path.extend([
        Segment::Move(place(1.0, 0.0)),
        Segment::Cubic(place(1.0, K), place(K, 1.0), place(0.0, 1.0)),
        Segment::Cubic(place(-K, 1.0), place(-1.0, K), place(-1.0, 0.0)),
        Segment::Cubic(place(-1.0, -K), place(-K, -1.0), place(0.0, -1.0)),
        Segment::Cubic(place(K, -1.0), place(1.0, -K), place(1.0, 0.0)),
        Segment::Close,
    ]);
}

/// A star of five points, the first one up, its inner corners at half the radius.
fn star(path: &mut Vec<Segment>, at: Point, radius: f64) {
    for i in 0..10 {
        let angle = std::f64::consts::PI * (0.5 + f64::from(i) / 5.0);
        let length = if i % 2 == 0 { radius } else { radius / 2.0 };
        let (x, y) = (at[0] + length * libm::cos(angle), at[1] + length * libm::sin(angle));
        let corner = [x * TILE, (1.0 - y) * TILE];
        path.push(if i == 0 { Segment::Move(corner) } else { Segment::Line(corner) });
    }
    path.push(Segment::Close);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: numbers of vertices of `matplotlib.hatch.get_path(letters)`, of whole shapes for the rest.
    #[test]
    fn letters_add_up() {
        let moves = |letters: &str| tile(letters).iter().filter(|s| matches!(s, Segment::Move(_))).count();
        for (letters, lines) in
            [("-", 6), ("//", 13), ("+", 12), ("x", 14), ("|-", 12), ("o", 92), (".", 46), ("*", 46), ("", 0)]
        {
            assert_eq!(moves(letters), lines, "{letters}");
        }
        assert!(check("/o").is_ok() && check("a").is_err() && check(&"/".repeat(17)).is_err());
    }
}
