//! Relations: `sns.lineplot`, `sns.scatterplot`.

use super::{groups, label, legend, rows};
use crate::render::marks::{Mark, ScatterMark, ShapesMark};
use crate::render::multi::argument::{Argument, Bound, Vector};
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
    let how = match call.get("errorbar").or(call.get("ci")) {
        None => Some("ci".to_owned()),
        Some(Argument::List(items)) => items.first().map(Argument::text).transpose()?,
        Some(value) => Some(value.text()?),
    };
    let no_band = matches!(call.args.get(2), Some(Argument::None)) || call.given_null("errorbar");
    for (name, members) in groups(rows.hue.as_ref(), n) {
        let color = look.color.unwrap_or_else(|| board.next_line());
        let mut points: Vec<(f64, f64)> =
            members.iter().map(|i| (x[*i], y[*i])).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut at, mut mean, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for group in points.chunk_by(|a, b| a.0 == b.0) {
            let m = group.len() as f64;
            let middle = group.iter().map(|(_, y)| y).sum::<f64>() / m;
            let squares = group.iter().map(|(_, y)| (y - middle) * (y - middle)).sum::<f64>();
            let deviation = if m > 1.0 { (squares / (m - 1.0)).sqrt() } else { 0.0 };
            let half = match how.as_deref() {
                Some("sd") => deviation,
                Some("se") => deviation / m.sqrt(),
                // seaborn draws 1000 samples; this is where their percentiles tend to.
                Some("ci") => 1.959_964 * (squares / m).sqrt() / m.sqrt(),
                _ => 0.0,
            };
            at.push(group[0].0);
            mean.push(middle);
            low.push(middle - half);
            high.push(middle + half);
        }
        if !no_band && low.iter().zip(&high).any(|(low, high)| low < high) {
            let there = at.iter().zip(&low).map(|(x, y)| [*x, *y]);
            let back = at.iter().zip(&high).rev().map(|(x, y)| [*x, *y]);
            let mark = ShapesMark {
                fills: vec![color.faded(0.2)],
                ..ShapesMark::new("fill", vec![there.chain(back).collect()])
            };
            board.add(Mark::Shapes(mark), &Look::default(), None);
        }
        let own = if name.is_empty() { look.label.clone() } else { name };
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
    for (name, members) in groups(rows.hue.as_ref(), n) {
        let color = look.color.unwrap_or_else(|| board.next_patch());
        let pick = |from: &[f64]| members.iter().map(|i| from[*i]).collect::<Vec<f64>>();
        let own = if name.is_empty() { look.label.clone() } else { name };
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
