//! Densities by Gaussian kernels: `sns.kdeplot`.

use super::{Groups, distribution, finite, label, legend};
use crate::diag::Diagnostic;
use crate::render::marks::{Mark, ShapesMark};
use crate::render::multi::argument::{Argument, Bound, Vector, VectorKind};
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::multi::statistics::{density, deviation, finite_sorted};

/// Widths of kernels and where they are summed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernels {
    /// The width in deviations; Scott's rule without one, Silverman's if it is NaN.
    factor: Option<f64>,
    pub(super) adjust: f64,
    pub(super) cut: f64,
    pub(super) places: usize,
    clip: [f64; 2],
    cumulative: bool,
}

impl Kernels {
    /// `bw_method`, `bw_adjust`, `cut`, `gridsize`, `clip`, `cumulative`.
    pub(super) fn of(call: &Bound<'_>, cut: f64) -> Result<Self, String> {
        let factor = match call.any(&["bw_method", "bw"]) {
            None => None,
            Some(Argument::Text(name)) if name == "scott" => None,
            Some(Argument::Text(name)) if name == "silverman" => Some(f64::NAN),
            Some(value) => Some(value.number().map_err(|why| format!("`bw_method`: {why}"))?),
        };
        let clip =
            match call.get("clip").map(|value| value.vector().map(|v| v.values)).transpose()?.as_deref() {
                None => [f64::NEG_INFINITY, f64::INFINITY],
                Some([low, high]) => [
                    if low.is_nan() { f64::NEG_INFINITY } else { *low },
                    if high.is_nan() { f64::INFINITY } else { *high },
                ],
                Some(_) => return Err("`clip` takes two numbers".to_owned()),
            };
        Ok(Self {
            factor,
            adjust: call.number("bw_adjust")?.unwrap_or(1.0),
            cut: call.number("cut")?.unwrap_or(cut),
            places: call.number("gridsize")?.map_or(200, |n| n.clamp(2.0, 10_000.0) as usize),
            clip,
            cumulative: call.truth("cumulative", false)?,
        })
    }

    /// By Scott's rule.
    #[cfg(test)]
    pub(super) fn plain(cut: f64, places: usize) -> Self {
        let clip = [f64::NEG_INFINITY, f64::INFINITY];
        Self { factor: None, adjust: 1.0, cut, places, clip, cumulative: false }
    }

    /// Kernels' widths in deviations of `n` values of `dims` variables.
    pub(super) fn factor(&self, n: usize, dims: f64) -> f64 {
        let n = n as f64;
        let power = -1.0 / (dims + 4.0);
        self.adjust
            * match self.factor {
                None => libm::pow(n, power),
                Some(factor) if factor.is_nan() => libm::pow(n * (dims + 2.0) / 4.0, power),
                Some(factor) => factor,
            }
    }

    /// The ends of the places.
    pub(super) fn ends(&self, [low, high]: [f64; 2], width: f64) -> [f64; 2] {
        [(low - self.cut * width).max(self.clip[0]), (high + self.cut * width).min(self.clip[1])]
    }

    /// The density of rising values, by place; `None` if it has none.
    pub(super) fn density(&self, sorted: &[f64]) -> Option<Vec<(f64, f64)>> {
        let factor = self.factor(sorted.len(), 1.0);
        let width = factor * deviation(sorted);
        if !(width > 0.0 && width.is_finite()) {
            return None;
        }
        let ends = self.ends([*sorted.first()?, *sorted.last()?], width);
        if !self.cumulative {
            return density(sorted, ends, self.places, factor);
        }
        let share = |x: f64| {
            // Kernels nine widths below are counted whole.
            let from = sorted.partition_point(|v| *v < x - 9.0 * width);
            let to = sorted.partition_point(|v| *v <= x + 9.0 * width);
            let part = |v: &f64| 0.5 * (1.0 + libm::erf((x - v) / width / std::f64::consts::SQRT_2));
            (from as f64 + sorted[from..to].iter().map(part).sum::<f64>()) / sorted.len() as f64
        };
        let step = (ends[1] - ends[0]) / (self.places - 1) as f64;
        Some((0..self.places).map(|k| ends[0] + k as f64 * step).map(|x| (x, share(x))).collect())
    }
}

/// `sns.kdeplot`: of one variable Gaussian kernels at 200 places, past the data by three widths; of
/// two, contours of their density.
pub(in crate::render::multi) fn kdeplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let kernels = Kernels::of(call, 3.0)?;
    if call.get("x").is_some() && call.get("y").is_some() {
        return super::pairs::densities(board, call, &kernels);
    }
    let look = Look::of(call, board.style)?;
    let (rows, vector, name, across) = distribution(call)?;
    let n = vector.values.len();
    let values = board.place(usize::from(across), vector)?;
    let vector = Vector { values, kind: VectorKind::Number };
    let fill = call.truth("fill", false)? || call.truth("shade", false)?;
    let total = finite(&vector, &(0..n).collect::<Vec<_>>()).len().max(1) as f64;
    let common = call.truth("common_norm", true)?;
    for group in Groups::of(board, call, &look, &rows, n)?.lines(board) {
        let sorted = finite_sorted(&finite(&vector, &group.members));
        let Some(shape) = kernels.density(&sorted) else {
            let why = "`sns.kdeplot`: values that are all the same have no density";
            board.warnings.push(Diagnostic::warning(why));
            continue;
        };
        let weight = if common { sorted.len() as f64 / total } else { 1.0 };
        let at: Vec<f64> = shape.iter().map(|(x, _)| *x).collect();
        let density: Vec<f64> = shape.iter().map(|(_, y)| weight * y).collect();
        let color = group.color;
        if fill {
            let turn = |x: f64, y: f64| if across { [y, x] } else { [x, y] };
            let there = at.iter().zip(&density).map(|(x, y)| turn(*x, *y));
            let back = at.iter().rev().map(|x| turn(*x, 0.0));
            let mut mark = ShapesMark {
                label: group.label,
                fills: vec![color.faded(look.alpha.unwrap_or(0.25))],
                stroke: look.stroke(color, board.style),
                ..ShapesMark::new("fill", vec![there.chain(back).collect()])
            };
            mark.sticky[usize::from(!across)] = Some(0.0);
            board.add(Mark::Shapes(mark), &look, None);
        } else if across {
            board.line(density, at, color, &look, &group.label);
        } else {
            board.line(at, density, color, &look, &group.label);
        }
    }
    label(board, usize::from(across), &name);
    label(board, usize::from(!across), "Density");
    legend(board, call, &rows);
    Ok(())
}
