//! Where a field on a grid reaches a level: outlines of regions and lines of equal value (marching
//! squares).
//!
//! Between neighbouring nodes the field is linear along the cell's edges; where two opposite corners
//! of a cell are high and two low, its mean decides whether the high ones are joined, as matplotlib's
//! contour generator does. Cells with one missing corner are triangles, with more they are holes.

use std::collections::BTreeMap;

/// Values at the nodes of a grid.
pub(super) struct Field<'a> {
    values: &'a [f64],
    x: &'a [f64],
    y: &'a [f64],
    columns: usize,
    rows: usize,
    /// Whether `x` and `y` have a position for each node.
    curved: bool,
    /// Which cells have at least three corners.
    covered: Vec<bool>,
}

/// A connected line; closed ones end where they begin.
pub(super) type Line = Vec<(f64, f64)>;

/// A place on the grid that neighbouring cells agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Node(usize),
    /// On the edge between two nodes, the lower number first.
    Edge(usize, usize),
}

/// A directed piece of an outline, the region on its left.
struct Piece {
    from: Key,
    to: Key,
}

impl<'a> Field<'a> {
    /// `values` are row-major, rows at positions `y`, columns at `x`; what is not finite is missing.
    pub(super) fn new(values: &'a [f64], x: &'a [f64], y: &'a [f64]) -> Self {
        let (columns, rows) = (x.len(), y.len());
        Self { values, x, y, columns, rows, curved: false, covered: Vec::new() }.cover()
    }

    /// As [`new`](Self::new) with rows and columns in `shape`; `x` and `y` are row-major as well, and
    /// nodes without a place are missing.
    pub(super) fn curved(values: &'a [f64], x: &'a [f64], y: &'a [f64], [rows, columns]: [usize; 2]) -> Self {
        Self { values, x, y, columns, rows, curved: true, covered: Vec::new() }.cover()
    }

    fn cover(mut self) -> Self {
        let (rows, columns) = (self.rows.saturating_sub(1), self.columns.saturating_sub(1));
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        self.covered = cells.map(|(row, column)| self.corners(row, column).1 >= 3).collect();
        self
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn at(&self, node: usize) -> f64 {
        let value = self.values.get(node).copied().unwrap_or(f64::NAN);
        if !self.curved {
            return value;
        }
        let there = [self.x, self.y].iter().all(|at| at.get(node).is_some_and(|v| v.is_finite()));
        if there { value } else { f64::NAN }
    }

    /// The corners of a cell that are there, counter-clockwise from the lower left, and how many.
    fn corners(&self, row: usize, column: usize) -> ([usize; 4], usize) {
        let low = row * self.columns() + column;
        let high = low + self.columns();
        let (mut there, mut count) = ([0; 4], 0);
        for node in [low, low + 1, high + 1, high] {
            if self.at(node).is_finite() {
                there[count] = node;
                count += 1;
            }
        }
        (there, count)
    }

    fn is_covered(&self, row: Option<usize>, column: Option<usize>) -> bool {
        let columns = self.columns().saturating_sub(1);
        let cell = row.zip(column).filter(|(_, column)| *column < columns);
        cell.is_some_and(|(row, column)| self.covered.get(row * columns + column).copied().unwrap_or(false))
    }

    /// Whether only one cell has the edge between two nodes.
    fn is_border(&self, a: usize, b: usize) -> bool {
        let n = self.columns();
        let (low, high) = (a.min(b), a.max(b));
        let (row, column) = (low / n, low % n);
        let other = if high == low + 1 {
            self.is_covered(row.checked_sub(1), Some(column))
        } else if high == low + n {
            self.is_covered(Some(row), column.checked_sub(1))
        } else {
            // The long side of a triangle.
            false
        };
        !(other && self.is_covered(Some(row), Some(column)))
    }

    fn point(&self, key: Key, level: f64) -> (f64, f64) {
        let n = self.columns();
        let node = |node: usize| match self.curved {
            true => (self.x[node], self.y[node]),
            false => (self.x[node % n], self.y[node / n]),
        };
        match key {
            Key::Node(at) => node(at),
            Key::Edge(a, b) => {
                let (from, to) = (self.at(a), self.at(b));
                let share = ((level - from) / (to - from)).clamp(0.0, 1.0);
                let ((x0, y0), (x1, y1)) = (node(a), node(b));
                (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
            }
        }
    }

    /// The pieces of one cell: those inside it, and those along its border.
    fn pieces(&self, corners: &[usize], level: f64, inner: &mut Vec<Piece>, border: &mut Vec<Piece>) {
        let inside = |node: usize| self.at(node) >= level;
        let mut leaving: Vec<Key> = Vec::new();
        let mut entering: Vec<Key> = Vec::new();
        let mut enters_first = false;
        for (i, a) in corners.iter().copied().enumerate() {
            let b = corners[(i + 1) % corners.len()];
            let crossing = Key::Edge(a.min(b), a.max(b));
            match (inside(a), inside(b)) {
                (true, true) => {
                    if self.is_border(a, b) {
                        border.push(Piece { from: Key::Node(a), to: Key::Node(b) });
                    }
                }
                (true, false) => {
                    if self.is_border(a, b) {
                        border.push(Piece { from: Key::Node(a), to: crossing });
                    }
                    leaving.push(crossing);
                }
                (false, true) => {
                    enters_first |= leaving.is_empty();
                    if self.is_border(a, b) {
                        border.push(Piece { from: crossing, to: Key::Node(b) });
                    }
                    entering.push(crossing);
                }
                (false, false) => {}
            }
        }
        if enters_first {
            // Then the first entrance belongs to the last exit.
            entering.rotate_left(1);
        }
        if leaving.len() == 2 {
            let mean = corners.iter().map(|node| self.at(*node) / 4.0).sum::<f64>();
            if mean < level {
                entering.swap(0, 1);
            }
        }
        inner.extend(leaving.into_iter().zip(entering).map(|(from, to)| Piece { from, to }));
    }

    fn all_pieces(&self, level: f64) -> (Vec<Piece>, Vec<Piece>) {
        let (mut inner, mut border) = (Vec::new(), Vec::new());
        for row in 0..self.rows.saturating_sub(1) {
            for column in 0..self.columns().saturating_sub(1) {
                let (corners, count) = self.corners(row, column);
                if count >= 3 {
                    self.pieces(&corners[..count], level, &mut inner, &mut border);
                }
            }
        }
        (inner, border)
    }

    /// The outlines of where the field is at least `level`: closed, the region on their left (if x
    /// and y rise), holes the other way round.
    pub(super) fn region(&self, level: f64) -> Vec<Line> {
        let (mut pieces, border) = self.all_pieces(level);
        pieces.extend(border);
        self.join(&pieces, level)
    }

    /// The lines on which the field is `level`.
    pub(super) fn lines(&self, level: f64) -> Vec<Line> {
        let (pieces, _) = self.all_pieces(level);
        self.join(&pieces, level)
    }

    /// Pieces end to end: first those with an open beginning, then rings.
    fn join(&self, pieces: &[Piece], level: f64) -> Vec<Line> {
        let mut after: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        let mut ends: BTreeMap<Key, usize> = BTreeMap::new();
        for (i, piece) in pieces.iter().enumerate().rev() {
            after.entry(piece.from).or_default().push(i);
            *ends.entry(piece.to).or_default() += 1;
        }
        let open = |i: &usize| !ends.contains_key(&pieces[*i].from);
        let order = (0..pieces.len()).filter(open).chain(0..pieces.len());
        let mut used = vec![false; pieces.len()];
        let mut lines = Vec::new();
        for start in order {
            if used[start] {
                continue;
            }
            let mut line = vec![self.point(pieces[start].from, level)];
            let mut next = Some(start);
            while let Some(i) = next {
                used[i] = true;
                let point = self.point(pieces[i].to, level);
                if line.last() != Some(&point) {
                    line.push(point);
                }
                next = loop {
                    match after.get_mut(&pieces[i].to).and_then(Vec::pop) {
                        Some(j) if used[j] => {}
                        found => break found,
                    }
                };
            }
            if line.len() > 1 {
                lines.push(line);
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(lines: &[Line]) -> f64 {
        let ring = |line: &Line| {
            let pairs = line.iter().zip(line.iter().cycle().skip(1));
            pairs.map(|(a, b)| (a.0 * b.1 - b.0 * a.1) / 2.0).sum::<f64>()
        };
        lines.iter().map(ring).sum()
    }

    const NODES: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

    #[test]
    fn a_region_is_closed_and_lies_on_its_left() {
        // z = x: what is at least 1.5 is the right half.
        let values: Vec<f64> = (0..16).map(|i| f64::from(i % 4)).collect();
        let field = Field::new(&values, &NODES, &NODES);
        let region = field.region(1.5);
        assert_eq!(region.len(), 1);
        assert_eq!(region[0].first(), region[0].last());
        assert!((area(&region) - 4.5).abs() < 1e-12, "{region:?}");
        let [line] = &field.lines(1.5)[..] else { panic!("one line") };
        let mut line = line.clone();
        line.sort_by(|a, b| a.1.total_cmp(&b.1));
        assert_eq!(line, [(1.5, 0.0), (1.5, 1.0), (1.5, 2.0), (1.5, 3.0)]);
        assert!((area(&field.region(-1.0)) - 9.0).abs() < 1e-12);
        assert!(field.region(3.5).is_empty());
    }

    #[test]
    fn bent_nodes_have_places_of_their_own() {
        // The grid sheared by its rows: the areas stay.
        let values: Vec<f64> = (0..16).map(|i| f64::from(i % 4)).collect();
        let x: Vec<f64> = (0..16).map(|i| f64::from(i % 4) + 0.5 * f64::from(i / 4)).collect();
        let mut y: Vec<f64> = (0..16).map(|i| f64::from(i / 4)).collect();
        let field = Field::curved(&values, &x, &y, [4, 4]);
        assert!((area(&field.region(1.5)) - 4.5).abs() < 1e-12);
        let mut line = field.lines(1.5)[0].clone();
        line.sort_by(|a, b| a.1.total_cmp(&b.1));
        assert_eq!(line, [(1.5, 0.0), (2.0, 1.0), (2.5, 2.0), (3.0, 3.0)]);
        // A node without a place leaves half of its one cell.
        y[15] = f64::NAN;
        assert!((area(&Field::curved(&values, &x, &y, [4, 4]).region(-1.0)) - 8.5).abs() < 1e-12);
    }

    #[test]
    fn a_hill_has_a_ring_and_a_hollow_a_hole() {
        let mut values = vec![0.0; 25];
        values[12] = 1.0;
        let nodes = [0.0, 1.0, 2.0, 3.0, 4.0];
        let hill = Field::new(&values, &nodes, &nodes);
        // The diamond of half height: diagonals of length 1.
        assert!((area(&hill.region(0.5)) - 0.5).abs() < 1e-12);
        let hollow: Vec<f64> = values.iter().map(|v| 1.0 - v).collect();
        let hollow = Field::new(&hollow, &nodes, &nodes);
        let region = hollow.region(0.5);
        assert_eq!(region.len(), 2);
        assert!((area(&region) - 15.5).abs() < 1e-12);
    }

    #[test]
    fn missing_nodes_cut_triangles_out() {
        let mut values = vec![1.0; 16];
        values[5] = f64::NAN;
        let field = Field::new(&values, &NODES, &NODES);
        // Four cells touch the node; of each the half next to it is missing.
        assert!((area(&field.region(0.0)) - 7.0).abs() < 1e-12);
        values[0] = f64::NAN;
        let field = Field::new(&values, &NODES, &NODES);
        assert!((area(&field.region(0.0)) - 6.5).abs() < 1e-12);
    }

    #[test]
    fn the_mean_decides_where_opposite_corners_are_high() {
        let nodes = [0.0, 1.0];
        let area_of = |values: &[f64]| area(&Field::new(values, &nodes, &nodes).region(0.5));
        // Corners 1 and 0: apart if the mean is below the level, joined if not.
        assert!((area_of(&[0.9, 0.0, 0.0, 0.9]) - 2.0 * (4.0_f64 / 9.0).powi(2) / 2.0).abs() < 1e-12);
        assert!((area_of(&[1.0, 0.1, 0.1, 1.0]) - (1.0 - (4.0_f64 / 9.0).powi(2))).abs() < 1e-12);
    }
}
