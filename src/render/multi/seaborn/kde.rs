//! Densities by Gaussian kernels: `sns.kdeplot`.

use super::{distribution, finite, groups, label, legend};
use crate::render::marks::{Mark, ShapesMark};
use crate::render::multi::argument::{Bound, Vector, VectorKind};
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::values;

/// `sns.kdeplot` of one variable: Gaussian kernels of Scott's width at 200 places, past the data by
/// three widths.
pub(in crate::render::multi) fn kdeplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let (rows, vector, name, across) = distribution(call)?;
    let n = vector.values.len();
    let values = board.place(usize::from(across), vector)?;
    let vector = Vector { values, kind: VectorKind::Number };
    let adjust = call.number("bw_adjust")?.unwrap_or(1.0);
    let cut = call.number("cut")?.unwrap_or(3.0);
    let places = call.number("gridsize")?.map_or(200, |n| n.clamp(2.0, 10_000.0) as usize);
    let fill = call.truth("fill", false)? || call.truth("shade", false)?;
    let total = finite(&vector, &(0..n).collect::<Vec<_>>()).len().max(1) as f64;
    let common = call.truth("common_norm", true)?;
    for (group, members) in groups(rows.hue.as_ref(), n) {
        let color = look.color.unwrap_or_else(|| board.next_line());
        let data = finite(&vector, &members);
        let m = data.len() as f64;
        let mean = data.iter().sum::<f64>() / m;
        let variance = data.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (m - 1.0);
        let width = adjust * libm::pow(m, -0.2) * variance.sqrt();
        let Some([low, high]) = values::range(&data).filter(|_| width > 0.0 && width.is_finite()) else {
            board.warnings.push(crate::diag::Diagnostic::warning(
                "`sns.kdeplot`: values that are all the same have no density",
            ));
            continue;
        };
        let (low, high) = (low - cut * width, high + cut * width);
        let at: Vec<f64> = (0..places).map(|k| low + (high - low) * k as f64 / (places - 1) as f64).collect();
        let mut sorted = data;
        sorted.sort_by(f64::total_cmp);
        let weight = if common { m / total } else { 1.0 };
        let norm = weight / (m * width * (2.0 * std::f64::consts::PI).sqrt());
        let density: Vec<f64> = at
            .iter()
            .map(|x| {
                // Kernels further than nine widths away add nothing that a float would keep.
                let from = sorted.partition_point(|v| *v < x - 9.0 * width);
                let to = sorted.partition_point(|v| *v <= x + 9.0 * width);
                let kernel = |v: &f64| libm::exp(-0.5 * ((x - v) / width) * ((x - v) / width));
                norm * sorted[from..to].iter().map(kernel).sum::<f64>()
            })
            .collect();
        let own = if group.is_empty() { look.label.clone() } else { group };
        if fill {
            let turn = |x: f64, y: f64| if across { [y, x] } else { [x, y] };
            let there = at.iter().zip(&density).map(|(x, y)| turn(*x, *y));
            let back = at.iter().rev().map(|x| turn(*x, 0.0));
            let mut mark = ShapesMark {
                label: own,
                fills: vec![color.faded(look.alpha.unwrap_or(0.25))],
                stroke: look.stroke(color, board.style),
                ..ShapesMark::new("fill", vec![there.chain(back).collect()])
            };
            mark.sticky[usize::from(!across)] = Some(0.0);
            board.add(Mark::Shapes(mark), &look, None);
        } else if across {
            board.line(density, at, color, &look, &own);
        } else {
            board.line(at, density, color, &look, &own);
        }
    }
    label(board, usize::from(across), &name);
    label(board, usize::from(!across), "Density");
    legend(board, call, &rows);
    Ok(())
}
