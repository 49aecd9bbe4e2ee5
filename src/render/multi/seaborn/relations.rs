//! Relations: `sns.lineplot`, `sns.scatterplot`.

use super::estimates::{Draws, Errors, Estimator, normal_quantile};
use super::{Groups, label, legend, rows};
use crate::render::marks::{Mark, ScatterMark, ShapesMark};
use crate::render::multi::argument::{Bound, Vector};
use crate::render::multi::board::Board;
use crate::render::multi::look::Look;
use crate::render::scene::MarkerShape;

/// `sns.lineplot`: the mean of y at each x, with a band where there are several.
pub(in crate::render::multi) fn lineplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let rows = rows(call)?;
    let y = rows.y.clone().ok_or("`y` is missing")?;
    let n = y.values.len();
    let x = rows.x.clone().unwrap_or_else(|| Vector::count(n));
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let (estimator, errors, draws) = (Estimator::of(call)?, Errors::of(call)?, Draws::of(call)?);
    let single = call.given_null("estimator");
    for super::Group { label: own, members, color } in Groups::of(board, call, &look, &rows, n)?.lines(board)
    {
        let mut points: Vec<(f64, f64)> =
            members.iter().map(|i| (x[*i], y[*i])).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        if single {
            let (at, values) = points.into_iter().unzip();
            board.line(at, values, color, &look, &own);
            continue;
        }
        let (mut at, mut mean, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for group in points.chunk_by(|a, b| a.0 == b.0) {
            let values: Vec<f64> = group.iter().map(|(_, y)| *y).collect();
            let middle = estimator.at(&values);
            let ends = match errors {
                // seaborn draws samples; this is where their percentiles tend to.
                Errors::Ci(level) if estimator == Estimator::Mean => {
                    let m = values.len() as f64;
                    let squares = values.iter().map(|y| (y - middle) * (y - middle)).sum::<f64>();
                    let half = normal_quantile(0.5 + level / 200.0) * squares.sqrt() / m;
                    [middle - half, middle + half]
                }
                _ => errors.ends(&values, estimator, draws),
            };
            let ends = ends.map(|end| if end.is_finite() { end } else { middle });
            at.push(group[0].0);
            mean.push(middle);
            low.push(ends[0]);
            high.push(ends[1]);
        }
        if low.iter().zip(&high).any(|(low, high)| low < high) {
            let there = at.iter().zip(&low).map(|(x, y)| [*x, *y]);
            let back = at.iter().zip(&high).rev().map(|(x, y)| [*x, *y]);
            let mark = ShapesMark {
                fills: vec![color.faded(0.2)],
                ..ShapesMark::new("fill", vec![there.chain(back).collect()])
            };
            board.add(Mark::Shapes(mark), &Look::default(), None);
        }
        board.line(at, mean, color, &look, &own);
    }
    label(board, 0, &rows.names[0]);
    label(board, 1, &rows.names[1]);
    legend(board, call, &rows);
    Ok(())
}

/// `sns.scatterplot`.
pub(in crate::render::multi) fn scatterplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let rows = rows(call)?;
    let y = rows.y.clone().ok_or("`y` is missing")?;
    let n = y.values.len();
    let x = rows.x.clone().unwrap_or_else(|| Vector::count(n));
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let area = call.number("s")?.unwrap_or(board.style.marker_size * board.style.marker_size);
    let shape = look.marker.flatten().unwrap_or(MarkerShape::Circle);
    for super::Group { label: own, members, color } in Groups::of(board, call, &look, &rows, n)?.areas(board)
    {
        let pick = |from: &[f64]| members.iter().map(|i| from[*i]).collect::<Vec<f64>>();
        let size = (shape, area.max(0.0).sqrt().min(1e4));
        let alpha = look.alpha.unwrap_or(1.0);
        let mark = ScatterMark::plain(own, [pick(&x), pick(&y)], Vec::new(), color, alpha, size);
        board.add(Mark::Scatter(mark.aggregated(look.aggregate(call)?)), &look, None);
    }
    label(board, 0, &rows.names[0]);
    label(board, 1, &rows.names[1]);
    legend(board, call, &rows);
    Ok(())
}
