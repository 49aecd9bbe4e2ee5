//! Distributions of two variables: contours of their density, counts in cells.

use super::kde::Kernels;
use super::palette::mixed;
use super::{Groups, label, legend, rows};
use crate::diag::Diagnostic;
use crate::render::chart::{ColorOptions, Kind, Levels};
use crate::render::color::{self, ColorContent};
use crate::render::marks::{ContourAt, ContourMark, Mark, MeshMark, ShapesMark};
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::scene::Color;
use crate::render::values;
use std::rc::Rc;

/// Pairs past which kernels are summed from counts at the places.
const MANY: usize = 2000;

/// From light to dark by one colour.
fn ramp(color: Color) -> Vec<Color> {
    let (light, dark) = (mixed(color, Color::WHITE, 0.75), mixed(color, Color::BLACK, 0.45));
    let one = |i: usize| match i {
        0..=6 => mixed(light, color, i as f64 / 7.0),
        _ => mixed(color, dark, (i - 7) as f64 / 7.0),
    };
    (0..15).map(one).collect()
}

/// The density of pairs at places along x and y, row by row.
struct Field {
    at: [Vec<f64>; 2],
    density: Vec<f64>,
}

impl Field {
    /// As `scipy.stats.gaussian_kde`, whose kernels have the shape of the pairs' covariance; `None` if
    /// they lie on a line.
    fn of([x, y]: [&[f64]; 2], kernels: &Kernels) -> Option<Self> {
        let n = x.len() as f64;
        let mean = [x, y].map(|v| v.iter().sum::<f64>() / n);
        let covariance = |a: usize, b: usize| {
            let both = [x, y];
            let pairs = both[a].iter().zip(both[b]);
            pairs.map(|(p, q)| (p - mean[a]) * (q - mean[b])).sum::<f64>() / (n - 1.0)
        };
        let square = libm::pow(kernels.factor(x.len(), 2.0), 2.0);
        let [xx, xy, yy] = [covariance(0, 0), covariance(0, 1), covariance(1, 1)].map(|c| c * square);
        let determinant = xx * yy - xy * xy;
        if !(determinant > 1e-12 * xx * yy && determinant.is_finite()) {
            return None;
        }
        let places = kernels.places.min(1000);
        let widths = [xx.sqrt(), yy.sqrt()];
        let mut at = [Vec::new(), Vec::new()];
        for (i, v) in [x, y].into_iter().enumerate() {
            let [low, high] = kernels.ends(values::range(v)?, widths[i]);
            if low.is_nan() || high.is_nan() || high <= low {
                return None;
            }
            at[i] = (0..places).map(|k| low + (high - low) * k as f64 / (places - 1) as f64).collect();
        }
        let kernel = |dx: f64, dy: f64| {
            libm::exp(-0.5 * (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / determinant)
        };
        let step = [0, 1].map(|i| at[i][1] - at[i][0]);
        let mut density = vec![0.0; places * places];
        // Six widths away kernels are below what is seen.
        let reach = [0, 1].map(|i| (6.0 * widths[i] / step[i]).ceil() as usize);
        let around = |i: usize, middle: f64| {
            let middle = ((middle - at[i][0]) / step[i]).round().clamp(0.0, (places - 1) as f64) as usize;
            middle.saturating_sub(reach[i])..(middle + reach[i] + 1).min(places)
        };
        if x.len() <= MANY {
            for (px, py) in x.iter().zip(y) {
                for row in around(1, *py) {
                    for column in around(0, *px) {
                        density[row * places + column] += kernel(at[0][column] - px, at[1][row] - py);
                    }
                }
            }
        } else {
            let wide = 2 * reach[0] + 1;
            let table: Vec<f64> = (0..wide * (2 * reach[1] + 1))
                .map(|k| {
                    let (row, column) = (k / wide, k % wide);
                    let away = |k: usize, i: usize| (k as f64 - reach[i] as f64) * step[i];
                    kernel(away(column, 0), away(row, 1))
                })
                .collect();
            let weights = shared(&at, step, [x, y]);
            for (node, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                let (py, px) = (node / places, node % places);
                let columns = px.saturating_sub(reach[0])..(px + reach[0] + 1).min(places);
                for row in py.saturating_sub(reach[1])..(py + reach[1] + 1).min(places) {
                    let from = (row + reach[1] - py) * wide + columns.start + reach[0] - px;
                    let line = &mut density[row * places + columns.start..row * places + columns.end];
                    line.iter_mut().zip(&table[from..]).for_each(|(sum, value)| *sum += weight * value);
                }
            }
        }
        let norm = 1.0 / (n * 2.0 * std::f64::consts::PI * determinant.sqrt());
        density.iter_mut().for_each(|value| *value *= norm);
        Some(Self { at, density })
    }

    /// Densities above which these shares of all lie outside (`seaborn`'s levels).
    fn levels(&self, shares: &[f64]) -> Vec<f64> {
        let mut sorted = self.density.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let total: f64 = sorted.iter().sum();
        let mut sum = 0.0;
        let cumulated: Vec<f64> = sorted
            .iter()
            .map(|value| {
                sum += value;
                sum / total
            })
            .collect();
        let one = |share: &f64| {
            if *share == 0.0 {
                return 0.0;
            }
            let i = cumulated.partition_point(|c| *c < 1.0 - share);
            sorted[i.min(sorted.len() - 1)]
        };
        let mut levels: Vec<f64> = shares.iter().map(one).collect();
        levels.dedup();
        levels
    }
}

/// Weights of pairs at the nodes around them.
fn shared(at: &[Vec<f64>; 2], step: [f64; 2], [x, y]: [&[f64]; 2]) -> Vec<f64> {
    let places = at[0].len();
    let mut weights = vec![0.0; places * places];
    let place = |i: usize, v: f64| {
        let at = ((v - at[i][0]) / step[i]).clamp(0.0, (places - 1) as f64);
        let low = (at.floor() as usize).min(places - 2);
        (low, at - low as f64)
    };
    for (x, y) in x.iter().zip(y) {
        let ((column, right), (row, up)) = (place(0, *x), place(1, *y));
        weights[row * places + column] += (1.0 - right) * (1.0 - up);
        weights[row * places + column + 1] += right * (1.0 - up);
        weights[(row + 1) * places + column] += (1.0 - right) * up;
        weights[(row + 1) * places + column + 1] += right * up;
    }
    weights
}

/// The shares of `levels` and `thresh`.
fn shares(call: &Bound<'_>) -> Result<Vec<f64>, String> {
    let least = call.number("thresh")?.unwrap_or(0.05);
    let found = match call.get("levels") {
        None => None,
        Some(Argument::Number(n)) if *n >= 2.0 && *n <= 1000.0 => Some(*n as usize),
        Some(Argument::Number(_)) => return Err("`levels` is a number from 2 on, or a list".to_owned()),
        Some(other) => {
            let mut own = other.vector()?.values;
            own.sort_by(f64::total_cmp);
            if own.is_empty() || own.iter().any(|share| !(0.0..=1.0).contains(share)) {
                return Err("`levels` are shares between 0 and 1".to_owned());
            }
            return Ok(own);
        }
    };
    if !(0.0..1.0).contains(&least) {
        return Err("`thresh` is a share between 0 and 1".to_owned());
    }
    let n = found.unwrap_or(10);
    Ok((0..n).map(|k| least + (1.0 - least) * k as f64 / (n - 1) as f64).collect())
}

/// Contours of densities, by hue.
pub(super) fn densities(board: &mut Board<'_>, call: &Bound<'_>, kernels: &Kernels) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let rows = rows(call)?;
    let (Some(x), Some(y)) = (rows.x.clone(), rows.y.clone()) else {
        return Err("`x` is missing".to_owned());
    };
    if call.truth("cumulative", false)? {
        return Err("there is no `cumulative` density of two variables".to_owned());
    }
    let n = x.values.len();
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let (shares, fill) = (shares(call)?, call.truth("fill", false)? || call.truth("shade", false)?);
    let kind = if fill { Kind::ContourF } else { Kind::Contour };
    let given = call.call.color.cmap.is_some() || call.call.color.colors.is_some();
    let mut last = None;
    for group in Groups::of(board, call, &look, &rows, n)?.lines(board) {
        let kept = || group.members.iter().filter(|i| x[**i].is_finite() && y[**i].is_finite());
        let [px, py] = [&x, &y].map(|all| kept().map(|i| all[*i]).collect::<Vec<f64>>());
        let Some(field) = Field::of([&px, &py], kernels).filter(|_| px.len() > 2) else {
            let why = "`sns.kdeplot`: values that are all the same, or on a line, have no density";
            board.warnings.push(Diagnostic::warning(why));
            continue;
        };
        let levels = field.levels(&shares);
        let mut options = ColorOptions { extend: Some([false; 2]), ..call.call.color.clone() };
        if !given {
            let count = levels.len().max(2);
            let spread = crate::render::colormap::Colormap::mixed(&ramp(group.color), None, count - 1, 1.0);
            options.line_colors = Some(if fill { spread.colors } else { vec![group.color] });
        }
        options.levels = Some(Levels::At(levels));
        let colors = content(board, &options, kind, &field.density)?;
        let width = look.width.unwrap_or(board.style.line_width);
        let mark = ContourMark {
            rules: Box::new(board.style.lines.with(look.ends)),
            ..ContourMark::plain(
                field.density,
                ContourAt::grid(field.at),
                fill,
                look.alpha.unwrap_or(1.0),
                (width, look.dash),
                !given && !fill,
            )
        };
        board.add(Mark::Contour(mark), &look, Some(colors.clone()));
        if !group.label.is_empty() {
            // What the legend shows of it.
            let key = ShapesMark {
                label: group.label,
                fills: if fill { vec![look.faded(group.color)] } else { Vec::new() },
                stroke: look.stroke(look.faded(group.color), board.style).filter(|_| !fill),
                ..ShapesMark::new("density", Vec::new())
            };
            board.add(Mark::Shapes(key), &look, None);
        }
        last = Some(colors);
    }
    finish(board, call, &rows, last)
}

/// Finds the edges of bins for some values.
type Edges<'a> = dyn Fn(&Board<'_>, &[f64]) -> Result<Vec<f64>, String> + 'a;

/// `sns.histplot` of two variables: counts in cells.
pub(super) fn counts(board: &mut Board<'_>, call: &Bound<'_>, edges: &Edges<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let rows = rows(call)?;
    let (Some(x), Some(y)) = (rows.x.clone(), rows.y.clone()) else {
        return Err("`x` is missing".to_owned());
    };
    if rows.hue.is_some() {
        return Err("counts of two variables have no `hue`: `sns.kdeplot` does".to_owned());
    }
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let kept: Vec<usize> = (0..x.len()).filter(|i| x[*i].is_finite() && y[*i].is_finite()).collect();
    let own = [&x, &y].map(|all| kept.iter().map(|i| all[*i]).collect::<Vec<f64>>());
    let edges = [edges(board, &own[0])?, edges(board, &own[1])?];
    let columns = edges[0].len().saturating_sub(1);
    let cells = columns * edges[1].len().saturating_sub(1);
    if cells == 0 || cells > 10_000_000 {
        return Err(format!("{cells} cells are none, or too many"));
    }
    let mut counts = vec![0.0; cells];
    let place = |edges: &[f64], v: f64| {
        let last = edges.len() - 2;
        (v >= edges[0] && v <= edges[last + 1])
            .then(|| edges.partition_point(|edge| *edge <= v).saturating_sub(1).min(last))
    };
    for (x, y) in own[0].iter().zip(&own[1]) {
        if let (Some(column), Some(row)) = (place(&edges[0], *x), place(&edges[1], *y)) {
            counts[row * columns + column] += 1.0;
        }
    }
    let total: f64 = counts.iter().sum();
    let stat = call.text("stat")?.unwrap_or_else(|| "count".to_owned());
    for (i, count) in counts.iter_mut().enumerate() {
        let (row, column) = (i / columns, i % columns);
        let area = (edges[0][column + 1] - edges[0][column]) * (edges[1][row + 1] - edges[1][row]);
        *count = match stat.as_str() {
            "count" => *count,
            "frequency" => *count / area,
            "density" => *count / total / area,
            "probability" | "proportion" => *count / total,
            "percent" => 100.0 * *count / total,
            other => return Err(format!("`stat`: there is no `{other}`")),
        };
        // Empty cells are not drawn.
        if *count == 0.0 {
            *count = f64::NAN;
        }
    }
    let mut options = ColorOptions { extend: Some([false; 2]), ..call.call.color.clone() };
    options.vmin = call.number("vmin")?.or(options.vmin).or(Some(0.0));
    options.vmax = call.number("vmax")?.or(options.vmax);
    if options.cmap.is_none() && options.colors.is_none() {
        let color = look.color.unwrap_or_else(|| board.next_patch());
        options.colors = Some(ramp(color).into_iter().map(|color| (color, None)).collect());
        options.continuous = true;
    }
    let colors = content(board, &options, Kind::PColorMesh, &counts)?;
    let mark =
        MeshMark::plain(counts, edges.map(std::sync::Arc::from), Kind::PColorMesh, look.alpha.unwrap_or(1.0));
    board.add(Mark::Mesh(mark), &look, Some(colors.clone()));
    finish(board, call, &rows, Some(colors))
}

fn content(
    board: &mut Board<'_>,
    options: &ColorOptions,
    kind: Kind,
    values: &[f64],
) -> Result<Rc<ColorContent>, String> {
    let made = color::decide(options, board.style, kind, &[values], String::new(), board.warnings);
    made.map(Rc::new).map_err(|error| error.to_string())
}

/// Labels, the legend and a colour bar.
fn finish(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    rows: &super::Rows,
    colors: Option<Rc<ColorContent>>,
) -> Result<(), String> {
    label(board, 0, &rows.names[0]);
    label(board, 1, &rows.names[1]);
    legend(board, call, rows);
    match colors {
        Some(colors) if call.truth("cbar", false)? => {
            crate::render::multi::bars::seaborn(board, call, colors)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: [f64; 4] = [-4.06650510633765, 6.07398891901249, 0.0405965328213228, 0.0111008911679376];

    /// Expected: `scipy.stats.gaussian_kde([[0, 1, 2, 4], [1, 0, 3, 2]])` by Scott's rule: the first
    /// place along x, the last along y, and the density at two places.
    #[test]
    fn densities_of_pairs_are_those_of_scipy() {
        let (x, y) = ([0.0, 1.0, 2.0, 4.0], [1.0, 0.0, 3.0, 2.0]);
        let field = Field::of([&x, &y], &Kernels::plain(3.0, 5)).unwrap();
        let sum: f64 = field.density.iter().sum();
        let step = [0, 1].map(|i| field.at[i][1] - field.at[i][0]);
        assert!((field.at[0][0] - EXPECTED[0]).abs() < 1e-9, "{:?}", field.at[0]);
        assert!((field.at[1][4] - EXPECTED[1]).abs() < 1e-9, "{:?}", field.at[1]);
        assert!((field.density[12] - EXPECTED[2]).abs() < 1e-9, "{}", field.density[12]);
        assert!((field.density[7] - EXPECTED[3]).abs() < 1e-9, "{}", field.density[7]);
        assert!(sum * step[0] * step[1] > 0.5);
        assert!(Field::of([&x, &x], &Kernels::plain(3.0, 5)).is_none());
    }
}
