//! Vector fields: `quiver`, `quiverkey`, `streamplot`.

use super::argument::{Argument, Bound, Vector};
use super::board::Board;
use super::look::Look;
use super::stream::{Field, Wanted, streams};
use crate::render::chart::Kind;
use crate::render::marks::{Angles, ArrowsMark, HeadShape, Key, Mark, StreamsMark, Units};
use crate::render::record::solid;

/// Positions of a grid: given for each point, or for its columns and rows.
fn grid(
    board: &mut Board<'_>,
    axes: Option<(&Argument, &Argument)>,
    shape: Option<[usize; 2]>,
    n: usize,
) -> Result<[Vec<f64>; 2], String> {
    let spread = |i: usize, values: &[f64], [_, columns]: [usize; 2]| -> Vec<f64> {
        (0..n).map(|k| values[if i == 0 { k % columns } else { k / columns }]).collect()
    };
    let Some((x, y)) = axes else {
        let [rows, columns] = shape.unwrap_or([1, n]);
        let count = |n: usize| Vector::count(n).values;
        let shape = [rows, columns];
        return Ok([spread(0, &count(columns), shape), spread(1, &count(rows), shape)]);
    };
    let mut placed = [board.place(0, x.vector()?)?, board.place(1, y.vector()?)?];
    for (i, name) in ["X", "Y"].into_iter().enumerate() {
        if placed[i].len() == n {
            continue;
        }
        match shape {
            Some(shape) if placed[i].len() == shape[1 - i] => placed[i] = spread(i, &placed[i], shape),
            _ => return Err(format!("`{name}` has {} values for {n} arrows", placed[i].len())),
        }
    }
    Ok(placed)
}

fn shape_of(value: &Argument) -> Option<[usize; 2]> {
    value.matrix().ok().map(|(shape, _)| shape)
}

fn units(call: &Bound<'_>, name: &str) -> Result<Option<Units>, String> {
    let one = |text: String| {
        Units::named(&text)
            .ok_or_else(|| format!("`{name}`: `{text}` is none of width, height, dots, inches, x, y and xy"))
    };
    call.text(name)?.map(one).transpose()
}

/// `plt.quiver`: `U, V`, `U, V, C`, `X, Y, U, V` or `X, Y, U, V, C`.
pub(super) fn quiver(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let named = |name: &str| call.get(name);
    let (axes, u, v, c) = match &call.args[..] {
        [] => (named("X").zip(named("Y")), call.need("U")?, call.need("V")?, named("C")),
        [u, v] => (None, u, v, named("C")),
        [u, v, c] => (None, u, v, Some(c)),
        [x, y, u, v] => (Some((x, y)), u, v, named("C")),
        [x, y, u, v, c] => (Some((x, y)), u, v, Some(c)),
        _ => return Err("`args` are [U, V], [U, V, C], [X, Y, U, V] or [X, Y, U, V, C]".to_owned()),
    };
    let shape = shape_of(u);
    let (u, v) = (flat(u)?, flat(v)?);
    let n = u.len();
    if v.len() != n {
        return Err(format!("U has {n} values, V has {}", v.len()));
    }
    let at = grid(board, axes, shape, n)?;
    let values = c.map(flat).transpose()?.unwrap_or_default();
    if !values.is_empty() && values.len() != n {
        return Err(format!("C has {} values for {n} arrows", values.len()));
    }
    let colors = if values.is_empty() { None } else { Some(board.colors(call, Kind::Scatter, &values)?) };
    let angles = match call.get("angles") {
        None => Angles::Uv,
        Some(Argument::Text(text)) if text == "uv" => Angles::Uv,
        Some(Argument::Text(text)) if text == "xy" => Angles::Xy,
        Some(Argument::Text(text)) => return Err(format!("`angles`: `{text}` is neither uv nor xy")),
        Some(value) => {
            let degrees = flat(value)?;
            if degrees.len() != n {
                return Err(format!("`angles` has {} values for {n} arrows", degrees.len()));
            }
            Angles::Degrees(degrees)
        }
    };
    let pivot = match call.text("pivot")?.as_deref() {
        None | Some("tail") => 0.0,
        Some("mid" | "middle") => 0.5,
        Some("tip") => 1.0,
        Some(other) => return Err(format!("`pivot`: `{other}` is none of tail, mid and tip")),
    };
    let positive = |name: &str| match call.number(name)? {
        Some(number) if number <= 0.0 => Err(format!("`{name}` must be above 0")),
        number => Ok(number),
    };
    let default = HeadShape::default();
    let from_0 = |name: &str, default: f64| match call.number(name)? {
        Some(number) if number < 0.0 => Err(format!("`{name}` must be 0 or more")),
        number => Ok(number.unwrap_or(default)),
    };
    let color = look.color.or(look.face).unwrap_or(board.style.text_color);
    let mark = ArrowsMark {
        at,
        vectors: [u, v],
        values,
        color: look.faded(color),
        edge: look
            .edge
            .filter(|_| look.width.unwrap_or(0.0) > 0.0)
            .map(|edge| solid(look.faded(edge), look.width.unwrap_or(1.0))),
        angles,
        units: units(call, "units")?.unwrap_or(Units::Width),
        scale: positive("scale")?,
        scale_units: units(call, "scale_units")?,
        width: positive("width")?,
        head: HeadShape {
            width: from_0("headwidth", default.width)?,
            length: from_0("headlength", default.length)?,
            axis_length: from_0("headaxislength", default.axis_length)?,
            min_shaft: from_0("minshaft", default.min_shaft)?,
            min_length: from_0("minlength", default.min_length)?,
        },
        pivot,
        alpha: look.alpha.unwrap_or(1.0),
        keys: Vec::new(),
    };
    board.add(Mark::Other(Box::new(mark)), &look, colors);
    Ok(())
}

/// `plt.quiverkey`: `X, Y, U, label`, for the arrows that were drawn last on the axes.
pub(super) fn quiverkey(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let need = |name: &str| call.number(name)?.ok_or_else(|| format!("`{name}` is missing"));
    let look = Look::of(call, board.style)?;
    let side = call.text("labelpos")?.unwrap_or_else(|| "N".to_owned());
    let side = side.chars().next().filter(|c| "NSEW".contains(*c) && side.len() == 1);
    let data = match call.text("coordinates")?.as_deref() {
        None | Some("axes") => false,
        Some("data") => true,
        Some(other) => return Err(format!("`coordinates`: `{other}` is neither axes nor data")),
    };
    let key = Key {
        at: [need("X")?, need("Y")?],
        data,
        length: need("U")?,
        text: call.text("label")?.unwrap_or_default(),
        side: side.ok_or("`labelpos` is one of N, S, E and W")?,
        size: board.style.font_size,
        color: look.color.unwrap_or(board.style.text_color),
    };
    board.key(&key)
}

/// Numbers of any shape, row by row.
fn flat(value: &Argument) -> Result<Vec<f64>, String> {
    match value.matrix() {
        Ok((_, values)) => Ok(values),
        Err(_) => Ok(value.vector()?.values),
    }
}

/// Equally spaced positions of columns or rows; of a matrix, its first row or column.
fn even(value: &Argument, i: usize) -> Result<Vec<f64>, String> {
    let name = ["x", "y"][i];
    let at = match value.matrix() {
        Ok(([rows, columns], values)) if i == 0 => {
            if (0..rows).any(|r| values[r * columns..(r + 1) * columns] != values[..columns]) {
                return Err(format!("the rows of `{name}` must be equal"));
            }
            values[..columns].to_vec()
        }
        Ok(([rows, columns], values)) => (0..rows).map(|r| values[r * columns]).collect(),
        Err(_) => value.vector()?.values,
    };
    let n = at.len();
    let step =
        (at.last().copied().unwrap_or(0.0) - at.first().copied().unwrap_or(0.0)) / (n.max(2) - 1) as f64;
    let even = at
        .iter()
        .enumerate()
        .all(|(k, v)| (v - at[0] - k as f64 * step).abs() <= 1e-5 * step.abs() * n as f64);
    if n < 2 || !even || step <= 0.0 {
        return Err(format!("`{name}` must rise in equal steps"));
    }
    Ok(at)
}

/// `plt.streamplot`: `x, y, u, v`.
pub(super) fn streamplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look { color: None, ..Look::of(&call.without(&["color", "linewidth"]), board.style)? };
    let (x, y) = (even(call.need("x")?, 0)?, even(call.need("y")?, 1)?);
    let (shape, u) = call.need("u")?.matrix()?;
    let (other, v) = call.need("v")?.matrix()?;
    if shape != other || shape != [y.len(), x.len()] {
        return Err(format!(
            "`u` is {} × {}, `v` {} × {}, for {} × {} positions",
            shape[0],
            shape[1],
            other[0],
            other[1],
            y.len(),
            x.len()
        ));
    }
    if shape.iter().any(|n| *n < 2) {
        return Err(format!("stream lines need at least 2 × 2 values, not {} × {}", shape[0], shape[1]));
    }
    let same = |name: &str, value: &Argument| -> Result<Vec<f64>, String> {
        let (own, values) = value.matrix()?;
        if own == shape { Ok(values) } else { Err(format!("`{name}` has another shape than `u`")) }
    };
    let is_field = |value: &Argument| {
        matches!(value, Argument::Array(array) if array.ndim() == 2)
            || matches!(value, Argument::List(items) if matches!(items.first(), Some(Argument::List(_))))
    };
    let colored = call.get("color").filter(|value| is_field(value));
    let values = colored.map(|value| same("color", value)).transpose()?;
    let widths = match call.get("linewidth") {
        Some(value) if is_field(value) => Some(same("linewidth", value)?),
        _ => None,
    };
    let width = match call.get("linewidth") {
        Some(value) if widths.is_none() => value.number()?.clamp(0.0, 1e3),
        _ => board.style.line_width,
    };
    let direction = call.text("integration_direction")?.unwrap_or_else(|| "both".to_owned());
    if !matches!(direction.as_str(), "both" | "forward" | "backward") {
        return Err(format!("`integration_direction`: `{direction}` is none of both, forward and backward"));
    }
    let density = match call.get("density") {
        None => [1.0, 1.0],
        Some(value) => match value.vector()?.values[..] {
            [one] => [one, one],
            [a, b] => [a, b],
            _ => return Err(value.not("one or two numbers for `density`")),
        },
    };
    if density.iter().any(|d| !(*d > 0.0 && *d <= 50.0)) {
        return Err("`density` must be above 0, and 50 at most".to_owned());
    }
    let starts = match call.get("start_points") {
        None => None,
        Some(value) => {
            let ([_, two], points) = value.matrix()?;
            if two != 2 {
                return Err("`start_points` are pairs of x and y".to_owned());
            }
            Some(points.chunks_exact(2).map(|p| [p[0], p[1]]).collect())
        }
    };
    let wanted = Wanted {
        density,
        min_length: call.number("minlength")?.unwrap_or(0.1),
        max_length: call.number("maxlength")?.unwrap_or(4.0),
        backward: direction != "forward",
        forward: direction != "backward",
        broken: call.truth("broken_streamlines", true)?,
        arrows: call.number("num_arrows")?.unwrap_or(1.0).clamp(0.0, 1000.0) as usize,
        starts,
    };
    let field = Field {
        x: [x[0], x[x.len() - 1]],
        y: [y[0], y[y.len() - 1]],
        step: [x[1] - x[0], y[1] - y[0]],
        shape,
        u,
        v,
    };
    let color = match call.get("color") {
        Some(value) if colored.is_none() => super::look::color(value, &board.style.cycle)?,
        _ => board.next_line(),
    };
    let lines = streams(&field, &wanted, values.as_deref(), widths.as_deref(), width)?;
    let all: Vec<f64> = values.unwrap_or_default();
    let colors = if all.is_empty() { None } else { Some(board.colors(call, Kind::Scatter, &all)?) };
    let mark = StreamsMark {
        streams: lines,
        color: look.faded(color),
        head: 4.0 * call.number("arrowsize")?.unwrap_or(1.0).clamp(0.0, 100.0),
        filled: match call.text("arrowstyle")?.as_deref() {
            None | Some("-|>") => true,
            Some("->") => false,
            Some(other) => return Err(format!("`arrowstyle`: `{other}` is neither -|> nor ->")),
        },
        extent: [field.x, field.y],
        alpha: look.alpha.unwrap_or(1.0),
        values: all,
    };
    let look = Look { zorder: Some(look.zorder.unwrap_or(2.0)), ..look };
    board.add(Mark::Other(Box::new(mark)), &look, colors);
    Ok(())
}
