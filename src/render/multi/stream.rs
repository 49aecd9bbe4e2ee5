//! Lines along a vector field, evenly spaced: matplotlib's `streamplot`, step by step.
//!
//! Lines are followed by Heun's method with steps as long as the error allows, from the corner of
//! the field inwards, until they leave the field or enter a cell of a coarse mask that another line
//! has been in. Numbers are rounded as there: which lines begin at the border is a matter of the last
//! bit.

use crate::render::marks::Stream;

/// Largest error of a step, in units of the field's extent.
const MOST_ERROR: f64 = 0.003;

/// A field on a grid of equal steps.
pub(super) struct Field {
    /// First and last position of columns and rows.
    pub(super) x: [f64; 2],
    pub(super) y: [f64; 2],
    /// Distance of columns and of rows.
    pub(super) step: [f64; 2],
    /// Rows and columns.
    pub(super) shape: [usize; 2],
    pub(super) u: Vec<f64>,
    pub(super) v: Vec<f64>,
}

/// What lines are wanted.
pub(super) struct Wanted {
    pub(super) density: [f64; 2],
    pub(super) min_length: f64,
    pub(super) max_length: f64,
    pub(super) backward: bool,
    pub(super) forward: bool,
    pub(super) broken: bool,
    pub(super) arrows: usize,
    /// Where lines begin, data units; everywhere if none.
    pub(super) starts: Option<Vec<[f64; 2]>>,
}

/// Values on the grid.
struct Grid<'a> {
    values: &'a [f64],
    shape: [usize; 2],
}

impl Grid<'_> {
    /// Between the four nearest ones; `None` where one of them is missing.
    fn at(&self, [x, y]: [f64; 2]) -> Option<f64> {
        let [rows, columns] = self.shape;
        let (i, j) = ((x as usize).min(columns - 1), (y as usize).min(rows - 1));
        let (i1, j1) = ((i + 1).min(columns - 1), (j + 1).min(rows - 1));
        let (tx, ty) = (x - i as f64, y - j as f64);
        let value = |j: usize, i: usize| self.values[j * columns + i];
        let low = value(j, i) * (1.0 - tx) + value(j, i1) * tx;
        let high = value(j1, i) * (1.0 - tx) + value(j1, i1) * tx;
        Some(low * (1.0 - ty) + high * ty).filter(|v| v.is_finite())
    }
}

/// Why a line ends.
enum End {
    Outside,
    Nowhere,
}

/// Cells that lines have been in.
struct Mask {
    size: [usize; 2],
    taken: Vec<bool>,
    /// Cells of the line being followed.
    own: Vec<usize>,
    current: Option<usize>,
}

impl Mask {
    /// Enters a cell; whether that was free.
    fn enter(&mut self, cell: usize, broken: bool) -> bool {
        if self.current != Some(cell) {
            if self.taken[cell] {
                return !broken;
            }
            self.own.push(cell);
            self.taken[cell] = true;
            self.current = Some(cell);
        }
        true
    }
}

struct Follower<'a> {
    /// The field in grid units, and its speed in units of the extent.
    u: Grid<'a>,
    v: Grid<'a>,
    speed: Grid<'a>,
    mask: Mask,
    /// Steps of the mask a step of the field, along x and y.
    to_mask: [f64; 2],
    wanted: &'a Wanted,
    max_length: f64,
}

impl Follower<'_> {
    fn inside(&self, [x, y]: [f64; 2]) -> bool {
        let [rows, columns] = self.u.shape;
        x >= 0.0 && x <= (columns - 1) as f64 && y >= 0.0 && y <= (rows - 1) as f64
    }

    fn cell(&self, [x, y]: [f64; 2]) -> usize {
        let [nx, ny] = self.mask.size;
        let one = |v: f64, scale: f64, cells: usize| {
            let at = libm::rint(v * scale);
            (at.max(0.0) as usize).min(cells - 1)
        };
        one(y, self.to_mask[1], ny) * nx + one(x, self.to_mask[0], nx)
    }

    /// Movement in grid units by a way of one extent.
    fn way(&self, at: [f64; 2], sign: f64) -> Result<[f64; 2], End> {
        if !self.inside(at) {
            return Err(End::Outside);
        }
        let speed = self.speed.at(at).filter(|speed| *speed != 0.0).ok_or(End::Nowhere)?;
        let (u, v) = (self.u.at(at).ok_or(End::Nowhere)?, self.v.at(at).ok_or(End::Nowhere)?);
        Ok([sign * u / speed, sign * v / speed])
    }

    /// Follows the field from a point: the way, and the points.
    fn walk(&mut self, start: [f64; 2], sign: f64) -> (f64, Vec<[f64; 2]>) {
        let [rows, columns] = self.u.shape;
        let [nx, ny] = self.mask.size;
        let longest = (1.0 / nx as f64).min(1.0 / ny as f64).min(0.1);
        let (mut ds, mut total, mut at, mut points) = (longest, 0.0, start, Vec::new());
        // A line of the greatest length has far fewer steps, unless steps shrink to nothing.
        for _ in 0..200_000 {
            if self.inside(at) {
                points.push(at);
            }
            let both = self.way(at, sign).and_then(|one| {
                let next = [at[0] + ds * one[0], at[1] + ds * one[1]];
                Ok((one, self.way(next, sign)?))
            });
            let (one, two) = match both {
                Ok(both) => both,
                Err(End::Nowhere) => break,
                Err(End::Outside) => {
                    if let Some(last) = points.last().copied()
                        && let Ok(way) = self.way(last, sign)
                    {
                        // To the border in one step.
                        let reach = |way: f64, at: f64, n: usize| match way {
                            way if way < 0.0 => at / -way,
                            way if way > 0.0 => ((n - 1) as f64 - at) / way,
                            _ => f64::INFINITY,
                        };
                        let step = reach(way[0], last[0], columns).min(reach(way[1], last[1], rows));
                        if step.is_finite() {
                            points.push([last[0] + way[0] * step, last[1] + way[1] * step]);
                            total += step;
                        }
                    }
                    break;
                }
            };
            let rough = [ds * one[0], ds * one[1]];
            let fine = [0.5 * ds * (one[0] + two[0]), 0.5 * ds * (one[1] + two[1])];
            let error = libm::hypot(
                (fine[0] - rough[0]) / (columns - 1) as f64,
                (fine[1] - rough[1]) / (rows - 1) as f64,
            );
            if error < MOST_ERROR {
                at = [at[0] + fine[0], at[1] + fine[1]];
                let cell = self.cell(at);
                if !self.inside(at)
                    || !self.mask.enter(cell, self.wanted.broken)
                    || total + ds > self.max_length
                {
                    break;
                }
                total += ds;
            }
            let better = 0.85 * ds * (MOST_ERROR / error).sqrt();
            ds = if error == 0.0 { longest } else { better.min(longest) };
            if ds <= 0.0 {
                break;
            }
        }
        (total, points)
    }

    /// The line through a point in grid units, if it is long enough.
    fn line(&mut self, start: [f64; 2]) -> Option<Vec<[f64; 2]>> {
        self.mask.own.clear();
        let cell = self.cell(start);
        if !self.mask.enter(cell, self.wanted.broken) {
            return None;
        }
        let (mut total, mut points) = (0.0, Vec::new());
        if self.wanted.backward {
            let (length, mut back) = self.walk(start, -1.0);
            back.reverse();
            (total, points) = (length, back);
        }
        if self.wanted.forward {
            self.mask.current = Some(cell);
            let (length, onwards) = self.walk(start, 1.0);
            total += length;
            points.extend(onwards.into_iter().skip(usize::from(self.wanted.backward)));
        }
        if total > self.wanted.min_length && points.len() > 1 {
            return Some(points);
        }
        for cell in std::mem::take(&mut self.mask.own) {
            self.mask.taken[cell] = false;
        }
        None
    }
}

/// Cells from the corner along the border and inwards.
fn spiral([nx, ny]: [usize; 2]) -> Vec<[usize; 2]> {
    let (mut first, mut last) = ([0_i64, 1], [nx as i64 - 1, ny as i64 - 1]);
    let (mut at, mut way) = ([0_i64, 0], 0);
    let mut cells = Vec::with_capacity(nx * ny);
    for _ in 0..nx * ny {
        if (0..nx as i64).contains(&at[0]) && (0..ny as i64).contains(&at[1]) {
            cells.push([at[0] as usize, at[1] as usize]);
        }
        let i = way % 2;
        if way < 2 {
            at[i] += 1;
            if at[i] >= last[i] {
                last[i] -= 1;
                way += 1;
            }
        } else {
            at[i] -= 1;
            if at[i] <= first[i] {
                first[i] += 1;
                way = (way + 1) % 4;
            }
        }
    }
    cells
}

/// The lines of a field.
///
/// # Errors
/// A field too small, and lines that begin outside.
pub(super) fn streams(
    field: &Field,
    wanted: &Wanted,
    values: Option<&[f64]>,
    widths: Option<&[f64]>,
    width: f64,
) -> Result<Vec<Stream>, String> {
    let [rows, columns] = field.shape;
    if rows < 2 || columns < 2 {
        return Err(format!("stream lines need at least 2 × 2 values, not {rows} × {columns}"));
    }
    let size = wanted.density.map(|density| ((30.0 * density) as usize).max(1));
    let per = field.step.map(|step| 1.0 / step);
    let u: Vec<f64> = field.u.iter().map(|u| u * per[0]).collect();
    let v: Vec<f64> = field.v.iter().map(|v| v * per[1]).collect();
    let whole = |u: &f64, v: &f64| {
        let (u, v) = (u / (columns - 1) as f64, v / (rows - 1) as f64);
        (u * u + v * v).sqrt()
    };
    let speed: Vec<f64> = u.iter().zip(&v).map(|(u, v)| whole(u, v)).collect();
    fn on(values: &[f64], shape: [usize; 2]) -> Grid<'_> {
        Grid { values, shape }
    }
    let both = wanted.backward && wanted.forward;
    let mut follower = Follower {
        u: on(&u, field.shape),
        v: on(&v, field.shape),
        speed: on(&speed, field.shape),
        mask: Mask { size, taken: vec![false; size[0] * size[1]], own: Vec::new(), current: None },
        to_mask: [(size[0], columns), (size[1], rows)].map(|(cells, n)| (cells - 1) as f64 / (n - 1) as f64),
        wanted,
        max_length: if both { wanted.max_length / 2.0 } else { wanted.max_length },
    };
    let mut lines = Vec::new();
    if let Some(starts) = &wanted.starts {
        for [x, y] in starts {
            if !(field.x[0]..=field.x[1]).contains(x) || !(field.y[0]..=field.y[1]).contains(y) {
                return Err(format!("the start point ({x}, {y}) is outside of the field"));
            }
            let at = [(x - field.x[0]) * per[0], (y - field.y[0]) * per[1]];
            let at = [at[0].clamp(0.0, (columns - 1) as f64), at[1].clamp(0.0, (rows - 1) as f64)];
            lines.extend(follower.line(at));
        }
    } else {
        for [i, j] in spiral(size) {
            if !follower.mask.taken[j * size[0] + i] {
                // A mask of one cell has its line at the corner.
                let back = |i: usize, scale: f64| if i == 0 { 0.0 } else { i as f64 * (1.0 / scale) };
                let start = [back(i, follower.to_mask[0]), back(j, follower.to_mask[1])];
                lines.extend(follower.line(start));
            }
        }
    }
    let along = |values: &[f64], line: &[[f64; 2]]| -> Vec<f64> {
        let grid = on(values, field.shape);
        line[..line.len() - 1].iter().map(|at| grid.at(*at).unwrap_or(f64::NAN)).collect()
    };
    Ok(lines
        .into_iter()
        .map(|line| {
            let points: Vec<[f64; 2]> =
                line.iter().map(|[x, y]| [field.x[0] + x / per[0], field.y[0] + y / per[1]]).collect();
            let mut total = 0.0;
            let lengths: Vec<f64> = points
                .windows(2)
                .map(|pair| {
                    total += libm::hypot(pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
                    total
                })
                .collect();
            let head = |k: usize| {
                let at = total * k as f64 / (wanted.arrows + 1) as f64;
                lengths.partition_point(|length| *length < at).min(lengths.len() - 1)
            };
            Stream {
                heads: (1..=wanted.arrows).map(head).collect(),
                widths: widths.map_or_else(|| vec![width], |widths| along(widths, &line)),
                values: values.map(|values| along(values, &line)).unwrap_or_default(),
                points,
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            density: [1.0, 1.0],
            min_length: 0.1,
            max_length: 4.0,
            backward: true,
            forward: true,
            broken: true,
            arrows: 1,
            starts: None,
        }
    }

    /// Expected: `matplotlib.streamplot._gen_starting_points((3, 4))`.
    #[test]
    fn lines_begin_along_the_border_and_inwards() {
        let expected =
            [[0, 0], [1, 0], [2, 0], [3, 0], [3, 1], [3, 2], [2, 2], [1, 2], [0, 2], [0, 1], [1, 1], [2, 1]];
        assert_eq!(spiral([4, 3]), expected);
    }

    /// Expected: matplotlib draws 30 lines of such a field, from border to border.
    #[test]
    fn lines_of_a_uniform_field_are_straight_and_cross_it() {
        let field = Field {
            x: [0.0, 4.0],
            y: [-1.0, 1.0],
            step: [0.5, 0.5],
            shape: [5, 9],
            u: vec![2.0; 45],
            v: vec![0.0; 45],
        };
        let lines = streams(&field, &wanted(), None, None, 1.0).unwrap();
        assert_eq!(lines.len(), 30);
        for line in lines {
            let (first, last) = (line.points[0], line.points[line.points.len() - 1]);
            assert!(first[0].abs() < 1e-9 && (last[0] - 4.0).abs() < 1e-9, "{first:?} {last:?}");
            assert!((first[1] - last[1]).abs() < 1e-9);
        }
    }

    /// Against matplotlib (`tests/fixtures/streams`): as many lines, of as many points, between the same
    /// ends.
    #[test]
    fn lines_are_those_of_matplotlib() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/streams/streams.json");
        let cases: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let numbers = |value: &serde_json::Value| -> Vec<f64> {
            value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
        };
        for case in cases.as_array().unwrap() {
            let [rows, columns] = [0, 1].map(|i| case["shape"][i].as_u64().unwrap() as usize);
            let space = |ends: Vec<f64>, n: usize| -> Vec<f64> {
                let step = (ends[1] - ends[0]) / (n - 1) as f64;
                (0..n).map(|i| if i + 1 == n { ends[1] } else { ends[0] + i as f64 * step }).collect()
            };
            let (x, y) = (space(numbers(&case["x"]), columns), space(numbers(&case["y"]), rows));
            let (mut u, mut v) = (Vec::new(), Vec::new());
            for y in &y {
                for x in &x {
                    u.push(y * (1.0 - x * x) + 0.25);
                    v.push(0.5 * x - y * y);
                }
            }
            if case["hole"] == true {
                u[rows / 2 * columns + columns / 3] = f64::NAN;
            }
            let field = Field {
                x: [x[0], x[columns - 1]],
                y: [y[0], y[rows - 1]],
                step: [x[1] - x[0], y[1] - y[0]],
                shape: [rows, columns],
                u,
                v,
            };
            let with = &case["with"];
            let density = &with["density"];
            let one = density.as_f64().unwrap_or(1.0);
            let wanted = Wanted {
                density: if density.is_array() { [0, 1].map(|i| numbers(density)[i]) } else { [one, one] },
                broken: with["broken_streamlines"] != false,
                backward: with["integration_direction"] != "forward",
                max_length: with["maxlength"].as_f64().unwrap_or(4.0),
                starts: with["start_points"]
                    .as_array()
                    .map(|points| points.iter().map(numbers).map(|at| [at[0], at[1]]).collect()),
                ..wanted()
            };
            let lines = streams(&field, &wanted, None, None, 1.0).unwrap();
            let expected = case["lines"].as_array().unwrap();
            assert_eq!(lines.len(), expected.len(), "{with}");
            for (i, (line, expected)) in lines.iter().zip(expected).enumerate() {
                let expected = numbers(expected);
                // Forwards alone, matplotlib loses the first point.
                let points = &line.points[usize::from(!wanted.backward)..];
                let (first, last) = (points[0], points[points.len() - 1]);
                let found = [points.len() as f64, first[0], first[1], last[0], last[1]];
                let off = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(off < 1e-6, "{with}, line {i}: {found:?}, expected {expected:?}");
            }
        }
    }

    #[test]
    fn a_field_without_values_has_no_lines() {
        let still = Field {
            x: [0.0, 1.0],
            y: [0.0, 1.0],
            step: [0.5; 2],
            shape: [3, 3],
            u: vec![0.0; 9],
            v: vec![0.0; 9],
        };
        assert!(streams(&still, &wanted(), None, None, 1.0).unwrap().is_empty());
        let missing = Field { u: vec![f64::NAN; 9], ..still };
        assert!(streams(&missing, &wanted(), None, None, 1.0).unwrap().is_empty());
    }
}
