//! Areas on each other, cumulated shares, bands across the axes, hexagons.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look::Look;
use super::marking::hatches;
use crate::render::chart::{Kind, StepWhere};
use crate::render::marks::{BandMark, BlankMark, Corners, Mark, PolygonsMark, ShapesMark};
use crate::render::record::solid;
use crate::render::scene::Color;

/// Colours of a list, or one of them.
pub(super) fn colors_of(board: &Board<'_>, value: Option<&Argument>) -> Result<Vec<Color>, String> {
    let one = |value: &Argument| super::look::color(value, &board.style.cycle);
    match value {
        None => Ok(Vec::new()),
        Some(Argument::List(items)) if !items.iter().all(|item| matches!(item, Argument::Number(_))) => {
            items.iter().map(one).collect()
        }
        Some(value) => Ok(vec![one(value)?]),
    }
}

/// `plt.stackplot`: areas on each other.
pub(super) fn stackplot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(&call.without(&["color"]), board.style)?;
    let [x, sets @ ..] = &call.args[..] else { return Err("`args` are [x, y, …]".to_owned()) };
    let x = x.vector()?;
    let n = x.values.len();
    let x = board.place(0, x)?;
    let mut heights: Vec<Vec<f64>> = Vec::new();
    for set in sets {
        // Rows of a matrix are sets.
        match set.matrix() {
            Ok(([_, columns], values)) if columns == n => {
                heights.extend(values.chunks_exact(columns).map(<[f64]>::to_vec));
            }
            Ok(([rows, columns], _)) => {
                return Err(format!("y is {rows} × {columns} for {n} values of x"));
            }
            Err(_) => {
                let own = set.vector()?;
                heights.push(board.place(1, own)?);
            }
        }
    }
    if let Some(wrong) = heights.iter().find(|set| set.len() != n) {
        return Err(format!("y has {} values for {n} of x", wrong.len()));
    }
    let labels: Vec<String> = match call.get("labels") {
        Some(Argument::List(items)) => items.iter().map(Argument::text).collect::<Result<_, _>>()?,
        Some(value) => super::areas::categories(&value.vector()?).unwrap_or_default(),
        None => Vec::new(),
    };
    let colors = colors_of(board, call.any(&["colors", "color"]))?;
    let mut below = match call.text("baseline")?.as_deref() {
        None | Some("zero") => vec![0.0; n],
        Some("sym") => (0..n).map(|i| -0.5 * heights.iter().map(|set| set[i]).sum::<f64>()).collect(),
        Some(other) => return Err(format!("`baseline`: `{other}` is neither zero nor sym")),
    };
    let zero = below.iter().all(|v| *v == 0.0);
    let hatches = hatches(call, &look, board.style)?;
    for (k, set) in heights.into_iter().enumerate() {
        let above: Vec<f64> = below.iter().zip(&set).map(|(a, b)| a + b).collect();
        let color = if colors.is_empty() { board.next_line() } else { colors[k % colors.len()] };
        let shown: Vec<usize> = (0..n).filter(|i| x[*i].is_finite() && above[*i].is_finite()).collect();
        let there = shown.iter().map(|i| [x[*i], above[*i]]);
        let back = shown.iter().rev().map(|i| [x[*i], below[*i]]);
        let mut mark = ShapesMark {
            label: labels.get(k).cloned().unwrap_or_default(),
            fills: vec![look.faded(color)],
            stroke: look
                .edge
                .or(board.style.forced_edge())
                .map(|edge| solid(edge, look.width.unwrap_or(board.style.patch_width))),
            hatches: hatches.get(k % hatches.len().max(1)).cloned().into_iter().collect(),
            ..ShapesMark::new("stack", vec![there.chain(back).collect()])
        };
        mark.sticky[1] = zero.then_some(0.0);
        board.add(Mark::Shapes(mark), &look, None);
        below
            .iter_mut()
            .zip(above)
            .filter(|(_, above)| above.is_finite())
            .for_each(|(to, above)| *to = above);
    }
    Ok(())
}

/// `plt.ecdf`: the share of values up to each.
pub(super) fn ecdf(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let mut look = Look::of(call, board.style)?;
    let across = match call.text("orientation")?.as_deref() {
        None | Some("vertical") => false,
        Some("horizontal") => true,
        Some(other) => return Err(format!("`orientation`: `{other}` is neither vertical nor horizontal")),
    };
    let values = call.need("x")?.vector()?;
    let values = board.place(usize::from(across), values)?;
    let weights = match call.get("weights") {
        Some(value) => value.vector()?.values,
        None => vec![1.0; values.len()],
    };
    if weights.len() != values.len() {
        return Err(format!("`weights` has {} values for {}", weights.len(), values.len()));
    }
    if values.iter().any(|v| v.is_nan()) {
        return Err("values are missing: an empirical distribution needs all of them".to_owned());
    }
    let mut pairs: Vec<(f64, f64)> = values.into_iter().zip(weights).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let Some(first) = pairs.first().map(|(at, _)| *at) else { return Ok(()) };
    let complementary = call.truth("complementary", false)?;
    let share = |sum: f64| if complementary { 1.0 - sum / total } else { sum / total };
    let (mut at, mut shares, mut sum) = (vec![first], vec![share(0.0)], 0.0);
    for (value, weight) in pairs {
        sum += weight;
        at.push(value);
        shares.push(share(sum));
    }
    let color = look.color.unwrap_or_else(|| board.next_line());
    let mut extent = [None, None];
    extent[usize::from(!across)] = Some([0.0, 1.0]);
    let blank = BlankMark { extent, sticky: [true; 2] };
    board.add(Mark::Other(Box::new(blank)), &Look::default(), None);
    look.steps = Some(if across { StepWhere::Pre } else { StepWhere::Post });
    if across {
        board.line(shares, at, color, &look, &look.label);
    } else {
        board.line(at, shares, color, &look, &look.label);
    }
    Ok(())
}

/// `plt.axhspan` and `plt.axvspan`.
pub(super) fn span(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let horizontal = call.call.function == "plt.axhspan";
    let names = if horizontal { ["ymin", "ymax", "xmin", "xmax"] } else { ["xmin", "xmax", "ymin", "ymax"] };
    let axis = usize::from(horizontal);
    let mut end = |name: &str| -> Result<f64, String> {
        let vector = call.need(name)?.vector()?;
        board
            .place(axis, vector)?
            .first()
            .copied()
            .filter(|v| v.is_finite())
            .ok_or_else(|| format!("`{name}` is no place on the axis"))
    };
    let ends = [end(names[0])?, end(names[1])?];
    let part = [call.number(names[2])?.unwrap_or(0.0), call.number(names[3])?.unwrap_or(1.0)];
    let color = look.face.or(look.color).unwrap_or_else(|| board.style.patch_face());
    let forced = board.style.forced_edge();
    let own_edge = look.edge.or(look.color).or(forced);
    let edge = own_edge.unwrap_or(color);
    let width = look.width.unwrap_or(board.style.patch_width);
    let mark = BandMark {
        axis,
        ends,
        part,
        label: look.label.clone(),
        fill: (color.a > 0).then(|| look.faded(color)),
        stroke: (width > 0.0 && edge.a > 0 && own_edge.is_some()).then(|| solid(look.faded(edge), width)),
        hatch: hatches(call, &look, board.style)?.into_iter().next().flatten(),
    };
    board.add(Mark::Other(Box::new(mark)), &look, None);
    Ok(())
}

/// `plt.hexbin`: counts of points, or means of values, in hexagons.
pub(super) fn hexbin(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let (x, y) = (call.need("x")?.vector()?, call.need("y")?.vector()?);
    if x.values.len() != y.values.len() {
        return Err(format!("x has {} values, y has {}", x.values.len(), y.values.len()));
    }
    let points = [board.place(0, x)?, board.place(1, y)?];
    let weights = call.get("C").map(|value| value.vector().map(|v| v.values)).transpose()?;
    if weights.as_ref().is_some_and(|weights| weights.len() != points[0].len()) {
        return Err("`C` has not one value a point".to_owned());
    }
    let size = match call.get("gridsize") {
        None => vec![100.0],
        Some(value) => value.vector()?.values,
    };
    if size.iter().any(|n| !(*n >= 1.0 && *n <= 5000.0)) {
        return Err("`gridsize` is from 1 to 5000".to_owned());
    }
    let columns = size[0] as usize;
    let rows = size.get(1).map_or((columns as f64 / 3.0_f64.sqrt()) as usize, |n| *n as usize).max(1);
    let kept: Vec<usize> =
        (0..points[0].len()).filter(|i| points[0][*i].is_finite() && points[1][*i].is_finite()).collect();
    let ends = |i: usize| {
        let own = finite_ends(kept.iter().map(|k| points[i][*k]));
        match own {
            [a, b] if a < b => [a, b],
            [a, _] if a == 0.0 || !a.is_finite() => [-0.1, 0.1],
            [a, _] => [a - 0.1 * a.abs(), a + 0.1 * a.abs()],
        }
    };
    let [[mut left, mut right], [low, high]] = match call.get("extent") {
        None => [ends(0), ends(1)],
        Some(value) => match value.vector()?.values[..] {
            [a, b, c, d] if a < b && c < d => [[a, b], [c, d]],
            _ => return Err(value.not("four numbers, left < right and bottom < top, for `extent`")),
        },
    };
    let pad = 1e-9 * (right - left);
    (left, right) = (left - pad, right + pad);
    let step = [(right - left) / columns as f64, (high - low) / rows as f64];
    // Hexagons stand on two grids, the second one half a step further in x and y.
    let sizes = [[columns + 1, rows + 1], [columns, rows]];
    let first = sizes[0][0] * sizes[0][1];
    let mut sums = vec![0.0; first + sizes[1][0] * sizes[1][1]];
    let mut counts = vec![0.0; sums.len()];
    for k in kept {
        let at = [(points[0][k] - left) / step[0], (points[1][k] - low) / step[1]];
        let near = at.map(libm::rint);
        let below = at.map(f64::floor);
        let distance = |x: f64, y: f64| (at[0] - x) * (at[0] - x) + 3.0 * (at[1] - y) * (at[1] - y);
        let second = distance(near[0], near[1]) >= distance(below[0] + 0.5, below[1] + 0.5);
        let (cell, [n, m], start) = if second { (below, sizes[1], first) } else { (near, sizes[0], 0) };
        if cell[0] >= 0.0 && cell[0] < n as f64 && cell[1] >= 0.0 && cell[1] < m as f64 {
            let index = start + cell[0] as usize * m + cell[1] as usize;
            counts[index] += 1.0;
            sums[index] += weights.as_ref().map_or(1.0, |weights| weights[k]);
        }
    }
    let least = call.number("mincnt")?.unwrap_or(if weights.is_some() { 1.0 } else { 0.0 });
    let (mut corners, mut values) = (Vec::new(), Vec::new());
    for (index, count) in counts.iter().enumerate() {
        let value = if weights.is_some() { sums[index] / count } else { *count };
        if *count < least || !value.is_finite() {
            continue;
        }
        let (k, m, shift) =
            if index < first { (index, sizes[0][1], 0.0) } else { (index - first, sizes[1][1], 0.5) };
        let at = [left + ((k / m) as f64 + shift) * step[0], low + ((k % m) as f64 + shift) * step[1]];
        let corner = |[dx, dy]: [f64; 2]| [at[0] + dx * step[0], at[1] + dy * step[1] / 3.0];
        corners.extend(
            [[0.5, -0.5], [0.5, 0.5], [0.0, 1.0], [-0.5, 0.5], [-0.5, -0.5], [0.0, -1.0]].map(corner),
        );
        values.push(value);
    }
    let colors = match call.get("bins") {
        None => board.colors(call, Kind::PColorMesh, &values)?,
        Some(Argument::Text(text)) if text == "log" => board.log_colors(call, &values)?,
        Some(value) => return Err(value.not("`log` for `bins`")),
    };
    let mark = PolygonsMark {
        kind: "hexbin",
        corners: Corners::Loose { at: corners, each: 6 },
        values,
        shape: None,
        extent: [Some([left, right]), Some([low, high])],
        own_edge: look.width.unwrap_or(board.style.patch_width),
        edge: look.edge.map(|edge| solid(look.faded(edge), look.width.unwrap_or(board.style.patch_width))),
        alpha: look.alpha.unwrap_or(1.0),
    };
    board.add(Mark::Other(Box::new(mark)), &look, Some(colors));
    Ok(())
}

fn finite_ends(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)])
}
