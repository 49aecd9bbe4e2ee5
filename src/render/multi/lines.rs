//! `plot` and its relatives on log scales, `step`, `errorbar`.

use super::argument::{Argument, Bound, Vector};
use super::board::Board;
use super::look::Look;
use crate::render::chart::{Scale, StepWhere};
use crate::render::marks::{Mark, ShapesMark};
use crate::render::scene::{Cap, Color, Stroke};

/// `plt.plot`, in groups of `[x,] y[, format]`.
pub(super) fn plot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let mut rest = &call.args[..];
    if rest.is_empty() {
        return Err("`args` gives nothing to plot: [y], [x, y] or [x, y, format]".to_owned());
    }
    while !rest.is_empty() {
        let taken = rest.iter().take(2).take_while(|arg| !matches!(arg, Argument::Text(_))).count();
        let (data, after) = rest.split_at(taken);
        let (format, after) = match after.first() {
            Some(Argument::Text(format)) => (Some(format.as_str()), &after[1..]),
            _ => (None, after),
        };
        rest = after;
        group(board, data, format, look.clone())?;
    }
    Ok(())
}

fn group(
    board: &mut Board<'_>,
    data: &[Argument],
    format: Option<&str>,
    mut look: Look,
) -> Result<(), String> {
    if let Some(format) = format {
        look.format(format, board.style)?;
    }
    let (x, y) = match data {
        [y] => (None, y),
        [x, y] => (Some(x.columns()?), y),
        _ => return Err("a format stands before the numbers it is about".to_owned()),
    };
    let columns = y.columns()?;
    for (i, y) in columns.into_iter().enumerate() {
        let x = match &x {
            None => Vector::count(y.values.len()),
            Some(all) => all.get(i).or(all.first()).cloned().unwrap_or_else(|| Vector::count(0)),
        };
        if x.values.len() != y.values.len() {
            return Err(format!("x has {} values, y has {}", x.values.len(), y.values.len()));
        }
        let (x, y) = (board.place(0, x)?, board.place(1, y)?);
        let color = look.color.unwrap_or_else(|| board.next_line());
        let label = look.label.clone();
        board.line(x, y, color, &look, &label);
    }
    Ok(())
}

/// `plt.semilogx`, `plt.semilogy`, `plt.loglog`.
pub(super) fn log_plot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let name = call.call.function.as_str();
    let base = call.number("base")?.unwrap_or(10.0);
    for (i, wanted) in [name != "plt.semilogy", name != "plt.semilogx"].into_iter().enumerate() {
        if wanted {
            board.scale(i, Scale::Log { base });
        }
    }
    plot(board, call)
}

/// `plt.step`.
pub(super) fn step(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let mut look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let (x, y) = (call.need("x")?.vector()?, call.need("y")?.vector()?);
    if let Some(Argument::Text(format)) = call.args.get(2) {
        look.format(format, board.style)?;
    }
    if x.values.len() != y.values.len() {
        return Err(format!("x has {} values, y has {}", x.values.len(), y.values.len()));
    }
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    look.steps = Some(match call.text("where")?.as_deref() {
        None | Some("pre") => StepWhere::Pre,
        Some("post") => StepWhere::Post,
        Some("mid") => StepWhere::Mid,
        Some(other) => return Err(format!("`where`: `{other}` is none of pre, post and mid")),
    });
    let color = look.color.unwrap_or_else(|| board.next_line());
    let label = look.label.clone();
    board.line(x, y, color, &look, &label);
    Ok(())
}

/// `plt.errorbar`.
pub(super) fn errorbar(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let mut look = Look::of(call, board.style)?.with_c(call, board.style)?;
    if let Some(format) = call.text("fmt")? {
        if format.eq_ignore_ascii_case("none") {
            look.dash = Some(crate::render::chart::LineStyle::None);
        } else {
            look.format(&format, board.style)?;
        }
    }
    let (x, y) = (call.need("x")?.vector()?, call.need("y")?.vector()?);
    let n = x.values.len();
    if n != y.values.len() {
        return Err(format!("x has {n} values, y has {}", y.values.len()));
    }
    let (x, y) = (board.place(0, x)?, board.place(1, y)?);
    let color = look.color.unwrap_or_else(|| board.next_line());
    let errors = |name: &str| -> Result<Option<[Vec<f64>; 2]>, String> {
        let Some(value) = call.get(name) else { return Ok(None) };
        let mut rows = match value {
            Argument::List(items)
                if items.len() == 2 && matches!(items[0], Argument::List(_) | Argument::Array(_)) =>
            {
                items.iter().map(|item| item.vector().map(|v| v.values)).collect::<Result<Vec<_>, _>>()?
            }
            Argument::Array(array) if array.ndim() == 2 && array.shape[0] == 2 => {
                let (_, numbers) = value.matrix()?;
                numbers.chunks(numbers.len() / 2).map(<[f64]>::to_vec).collect()
            }
            _ => vec![value.vector()?.values],
        };
        for row in &mut rows {
            if row.len() == 1 {
                row.resize(n, row[0]);
            }
            if row.len() != n {
                return Err(format!("`{name}` has {} values for {n} points", row.len()));
            }
        }
        let high = rows.pop().unwrap_or_default();
        let low = rows.pop().unwrap_or_else(|| high.clone());
        Ok(Some([low, high]))
    };
    let (xerr, yerr) = (errors("xerr")?, errors("yerr")?);
    let every = call.number("errorevery")?.map_or(1, |every| every.max(1.0) as usize);
    let capsize = call.number("capsize")?.unwrap_or(board.style.errorbar_capsize).clamp(0.0, 1e3);
    let width = call
        .number("elinewidth")?
        .or(board.style.errorbar_widths[0])
        .or(look.width)
        .unwrap_or(board.style.line_width);
    let bar_color: Color = match call.get("ecolor") {
        Some(value) => super::look::color(value, &board.style.cycle)?,
        None => color,
    };
    let stroke = Stroke { cap: Cap::Butt, ..crate::render::record::solid(look.faded(bar_color), width) };
    let mut bars = ShapesMark { stroke: Some(stroke), ..ShapesMark::new("errorbar", Vec::new()) };
    bars.caps.0 = capsize;
    bars.cap_width = Some(
        call.number("capthick")?
            .map(|width| width.clamp(0.0, 1e3))
            .or(board.style.errorbar_widths[1])
            .or(look.marker_edge)
            .unwrap_or(board.style.marker_edge_width),
    );
    for (err, vertical) in [(&xerr, false), (&yerr, true)] {
        let Some([low, high]) = err else { continue };
        for i in (0..n).step_by(every) {
            let end = |by: f64| if vertical { [x[i], y[i] + by] } else { [x[i] + by, y[i]] };
            let (a, b) = (end(-low[i]), end(high[i]));
            if a.iter().chain(&b).all(|v| v.is_finite()) {
                bars.paths.push(vec![a, b]);
                bars.caps.1.extend([(a, vertical), (b, vertical)]);
            }
        }
    }
    let label = look.label.clone();
    let over = call.truth("barsabove", false)?;
    // matplotlib's bars are as high in order as the line and drawn after it only if asked.
    let order = look.zorder.unwrap_or(2.0);
    let bars_look = Look { zorder: Some(if over { order + 0.01 } else { order - 0.01 }), ..look.clone() };
    if !bars.paths.is_empty() {
        board.add(Mark::Shapes(bars), &bars_look, None);
    }
    board.line(x, y, color, &look, &label);
    Ok(())
}

/// `plt.hlines` and `plt.vlines`: segments in data units.
pub(super) fn between(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let horizontal = call.call.function == "plt.hlines";
    let names = if horizontal { ["y", "xmin", "xmax"] } else { ["x", "ymin", "ymax"] };
    let (own, other) = if horizontal { (1, 0) } else { (0, 1) };
    let at = call.need(names[0])?.vector()?;
    let at = board.place(own, at)?;
    let mut end = |name: &str| -> Result<Vec<f64>, String> {
        let mut ends = board.place(other, call.need(name)?.vector()?)?;
        if ends.len() == 1 {
            ends.resize(at.len(), ends[0]);
        }
        if ends.len() == at.len() {
            Ok(ends)
        } else {
            Err(format!("`{name}` has {} values for {} lines", ends.len(), at.len()))
        }
    };
    let (from, to) = (end(names[1])?, end(names[2])?);
    let point = |along: f64, at: f64| if horizontal { [along, at] } else { [at, along] };
    let paths = (0..at.len()).map(|i| vec![point(from[i], at[i]), point(to[i], at[i])]).collect();
    let color = look.color.unwrap_or_else(|| board.style.line_color.unwrap_or_else(|| board.cycled(0)));
    let stroke = look.stroke(look.faded(color), board.style);
    let mark = ShapesMark { label: look.label.clone(), stroke, ..ShapesMark::new("lines", paths) };
    board.add(Mark::Shapes(mark), &Look { zorder: Some(look.zorder.unwrap_or(2.0)), ..look }, None);
    Ok(())
}
