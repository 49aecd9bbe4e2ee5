//! Lines through points: `sns.regplot`, `sns.residplot`.

use super::estimates::{Random, normal_quantile};
use super::{label, rows};
use crate::render::chart::{LineStyle, RefLine};
use crate::render::marks::{Mark, ScatterMark, ShapesMark};
use crate::render::multi::argument::Bound;
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::scene::{Color, MarkerShape};
use crate::render::values;

/// Arguments of `sns.regplot`.
pub(in crate::render::multi) const REG: &[&str] = &[
    "aggregate",
    "ci",
    "fit_reg",
    "line_kws",
    "logx",
    "order",
    "scatter",
    "scatter_kws",
    "seed",
    "truncate",
    "x_jitter",
    "y_jitter",
];

/// Arguments of `sns.residplot`.
pub(in crate::render::multi) const RESID: &[&str] = &["aggregate", "line_kws", "order", "scatter_kws"];

/// Places of the line.
const PLACES: usize = 100;

/// A polynomial by least squares, in a variable moved and scaled to −1…1.
struct Fit {
    middle: f64,
    half: f64,
    logarithmic: bool,
    coefficients: Vec<f64>,
    /// Of the coefficients, without assuming that errors are alike (where random samples of the points
    /// tend to).
    covariance: Vec<Vec<f64>>,
}

/// The inverse of a small symmetric matrix, by Gauss and Jordan with pivots.
fn inverse(mut a: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let n = a.len();
    let mut out: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs()))?;
        if a[pivot][k].is_nan() || a[pivot][k].abs() <= 1e-12 {
            return None;
        }
        a.swap(k, pivot);
        out.swap(k, pivot);
        let scale = 1.0 / a[k][k];
        for j in 0..n {
            a[k][j] *= scale;
            out[k][j] *= scale;
        }
        for i in (0..n).filter(|i| *i != k) {
            let factor = a[i][k];
            for j in 0..n {
                a[i][j] -= factor * a[k][j];
                out[i][j] -= factor * out[k][j];
            }
        }
    }
    Some(out)
}

impl Fit {
    fn of(x: &[f64], y: &[f64], order: usize, logarithmic: bool) -> Result<Self, String> {
        let bent: Vec<f64> = x.iter().map(|x| if logarithmic { libm::log(*x) } else { *x }).collect();
        let [low, high] = values::range(&bent).ok_or("there are no pairs of numbers")?;
        let mut fit = Self {
            middle: 0.5 * (low + high),
            half: if high > low { 0.5 * (high - low) } else { 1.0 },
            logarithmic,
            coefficients: vec![0.0; order + 1],
            covariance: Vec::new(),
        };
        let m = order + 1;
        let mut normal = vec![vec![0.0; m]; m];
        let mut right = vec![0.0; m];
        for (x, y) in x.iter().zip(y) {
            let basis = fit.basis(*x);
            for i in 0..m {
                right[i] += basis[i] * y;
                for j in 0..m {
                    normal[i][j] += basis[i] * basis[j];
                }
            }
        }
        let n = x.len() as f64;
        normal.iter_mut().flatten().for_each(|v| *v /= n);
        let short = || format!("a fit of order {order} needs more than {order} different values of x");
        let inverse = inverse(normal).ok_or_else(short)?;
        let times = |row: &Vec<f64>| row.iter().zip(&right).map(|(a, b)| a * b / n).sum();
        fit.coefficients = inverse.iter().map(times).collect();
        // (X'X)⁻¹ · Σ e² x x' · (X'X)⁻¹
        let mut middle = vec![vec![0.0; m]; m];
        for (x, y) in x.iter().zip(y) {
            let (basis, error) = (fit.basis(*x), y - fit.at(*x));
            for i in 0..m {
                for j in 0..m {
                    middle[i][j] += error * error * basis[i] * basis[j] / (n * n);
                }
            }
        }
        let product = |a: &[Vec<f64>], b: &[Vec<f64>]| -> Vec<Vec<f64>> {
            (0..m).map(|i| (0..m).map(|j| (0..m).map(|k| a[i][k] * b[k][j]).sum()).collect()).collect()
        };
        fit.covariance = product(&product(&inverse, &middle), &inverse);
        Ok(fit)
    }

    fn basis(&self, x: f64) -> Vec<f64> {
        let x = if self.logarithmic { libm::log(x) } else { x };
        let t = (x - self.middle) / self.half;
        let mut power = 1.0;
        (0..self.coefficients.len())
            .map(|_| {
                let own = power;
                power *= t;
                own
            })
            .collect()
    }

    fn at(&self, x: f64) -> f64 {
        self.basis(x).iter().zip(&self.coefficients).map(|(a, b)| a * b).sum()
    }

    /// Standard error of the line at a place.
    fn error(&self, x: f64) -> f64 {
        let basis = self.basis(x);
        let rows = self.covariance.iter().zip(&basis);
        let sum: f64 = rows.map(|(row, a)| a * row.iter().zip(&basis).map(|(c, b)| c * b).sum::<f64>()).sum();
        sum.max(0.0).sqrt()
    }
}

/// Pairs that are there, and the names of the columns.
fn pairs(board: &mut Board<'_>, call: &Bound<'_>) -> Result<([Vec<f64>; 2], [String; 3]), String> {
    let rows = rows(call)?;
    let (Some(x), Some(y)) = (rows.x, rows.y) else { return Err("`x` and `y` are needed".to_owned()) };
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let kept = x.into_iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite());
    let (x, y): (Vec<f64>, Vec<f64>) = kept.unzip();
    if x.is_empty() {
        return Err("there are no pairs of numbers".to_owned());
    }
    Ok(([x, y], rows.names))
}

fn order(call: &Bound<'_>) -> Result<usize, String> {
    match call.number("order")? {
        None => Ok(1),
        Some(order) if (1.0..=20.0).contains(&order) && order.fract() == 0.0 => Ok(order as usize),
        Some(order) => Err(format!("`order` is a whole number between 1 and 20, not {order}")),
    }
}

fn scatter(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    look: &Look,
    color: Color,
    points: [Vec<f64>; 2],
    name: String,
) -> Result<(), String> {
    let part = call.part_of("scatter_kws", &["s"])?;
    let own = Look::of(&part, board.style)
        .map_err(|why| format!("`scatter_kws`: {why}"))?
        .with_c(&part, board.style)?;
    let shape = own.marker.or(look.marker).flatten().unwrap_or(MarkerShape::Circle);
    let area = part.number("s")?.unwrap_or(board.style.marker_size * board.style.marker_size).max(0.0);
    let alpha = own.alpha.or(look.alpha).unwrap_or(0.8);
    let color = own.face.or(own.color).unwrap_or(color);
    let size = (shape, area.sqrt().min(1e4) + own.width.unwrap_or(board.style.patch_width));
    let edge = own.edge.map(|edge| {
        crate::render::record::solid(own.faded(edge), own.width.unwrap_or(board.style.patch_width))
    });
    let mark = ScatterMark::plain(name, points, Vec::new(), color, alpha, size);
    let mark = mark.edged(edge).aggregated(look.aggregate(call)?);
    board.add(Mark::Scatter(mark), look, None);
    Ok(())
}

/// `sns.regplot`: points, the line that fits them best, and where it may lie.
pub(in crate::render::multi) fn regplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let ([x, y], names) = pairs(board, call)?;
    let color = look.color.unwrap_or_else(|| board.next_line());
    let logarithmic = call.truth("logx", false)?;
    if logarithmic && x.iter().any(|x| *x <= 0.0) {
        return Err("`logx` needs values above 0".to_owned());
    }
    let scattered = call.truth("scatter", true)?;
    if scattered {
        let mut random = Random::new(call.number("seed")?.unwrap_or(0.0).max(0.0) as u64);
        let mut moved = |values: &[f64], name: &str| -> Result<Vec<f64>, String> {
            let by = call.number(name)?.unwrap_or(0.0);
            Ok(values
                .iter()
                .map(|v| if by == 0.0 { *v } else { v + by * (2.0 * random.unit() - 1.0) })
                .collect())
        };
        let points = [moved(&x, "x_jitter")?, moved(&y, "y_jitter")?];
        scatter(board, call, &look, color, points, look.label.clone())?;
    }
    if call.truth("fit_reg", true)? {
        let fit = Fit::of(&x, &y, order(call)?, logarithmic)?;
        let part = call.part("line_kws")?;
        let own = Look::of(&part, board.style).map_err(|why| format!("`line_kws`: {why}"))?;
        let own = own.with_c(&part, board.style)?;
        let [mut low, mut high] = values::range(&x).unwrap_or([0.0, 1.0]);
        if !call.truth("truncate", true)? {
            // As far as the axes will reach.
            let margin = board.style.margins[0] * (high - low);
            (low, high) = (low - margin, high + margin);
            if logarithmic {
                low = low.max(f64::MIN_POSITIVE);
            }
        }
        let at: Vec<f64> = (0..PLACES).map(|k| low + (high - low) * k as f64 / (PLACES - 1) as f64).collect();
        let line: Vec<f64> = at.iter().map(|x| fit.at(*x)).collect();
        let line_color = own.color.unwrap_or(color);
        let level = if call.given_null("ci") { None } else { Some(call.number("ci")?.unwrap_or(95.0)) };
        if let Some(level) = level {
            if !(level > 0.0 && level < 100.0) {
                return Err("`ci` is a percentage between 0 and 100".to_owned());
            }
            let by = normal_quantile(0.5 + level / 200.0);
            let end = |sign: f64| at.iter().zip(&line).map(move |(x, y)| (*x, *y, sign));
            let point = |(x, y, sign): (f64, f64, f64)| [x, y + sign * by * fit.error(x)];
            let path: Vec<[f64; 2]> = end(-1.0).map(point).chain(end(1.0).rev().map(point)).collect();
            let mark =
                ShapesMark { fills: vec![line_color.faded(0.15)], ..ShapesMark::new("fill", vec![path]) };
            board.add(Mark::Shapes(mark), &Look::default(), None);
        }
        let width = own.width.or(look.width).unwrap_or(1.5 * board.style.line_width);
        let label = if scattered { String::new() } else { look.label.clone() };
        let own = Look { width: Some(width), marker: None, ..own };
        board.line(at, line, line_color, &own, &label);
    }
    label(board, 0, &names[0]);
    label(board, 1, &names[1]);
    Ok(())
}

/// `sns.residplot`: how far points lie from the line that fits them best.
pub(in crate::render::multi) fn residplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let ([x, y], names) = pairs(board, call)?;
    let fit = Fit::of(&x, &y, order(call)?, false)?;
    let color = look.color.unwrap_or_else(|| board.next_line());
    let away = x.iter().zip(&y).map(|(x, y)| y - fit.at(*x)).collect();
    let part = call.part("line_kws")?;
    let own = Look::of(&part, board.style).map_err(|why| format!("`line_kws`: {why}"))?;
    let zero = RefLine {
        at: 0.0,
        when: None,
        limits: [0.0, 1.0],
        label: None,
        color: Some(own.color.unwrap_or(Color::rgb(0x33, 0x33, 0x33))),
        width: own.width,
        style: own.dash.unwrap_or(LineStyle::Dotted),
        alpha: own.alpha.unwrap_or(1.0),
        zorder: own.zorder.unwrap_or(2.0),
    };
    board.options.hlines.get_or_insert_default().push(zero);
    scatter(board, call, &look, color, [x, away], look.label.clone())?;
    label(board, 0, &names[0]);
    label(board, 1, &names[1]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: [f64; 2] = [4.31958762886598, 0.639087299694094];

    /// Expected: `numpy.polyfit`, and the covariance `HC0` by hand.
    #[test]
    fn fits_are_those_of_numpy() {
        let (x, y) = ([0.0, 1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 2.5, 5.0, 4.0]);
        let fit = Fit::of(&x, &y, 1, false).unwrap();
        assert!((fit.at(0.0) - 1.3986486486486494).abs() < 1e-12, "{}", fit.at(0.0));
        assert!((fit.at(1.0) - fit.at(0.0) - 0.6824324324324323).abs() < 1e-12);
        let fit = Fit::of(&x, &y, 2, false).unwrap();
        assert!((fit.at(4.0) - EXPECTED[0]).abs() < 1e-9, "{}", fit.at(4.0));
        let fit = Fit::of(&x, &y, 1, false).unwrap();
        assert!((fit.error(4.0) - EXPECTED[1]).abs() < 1e-9, "{}", fit.error(4.0));
        assert!(Fit::of(&[1.0, 1.0], &[1.0, 2.0], 1, false).is_err());
    }
}
