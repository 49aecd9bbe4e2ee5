//! Cells: `imshow`, `pcolormesh`, `hist2d`, `heatmap`.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look::Look;
use super::marking::hatches_of;
use crate::data::{Bins, PairTally};
use crate::render::axis::AxisKind;
use crate::render::chart::{Kind, Ratio, Scale};
use crate::render::marks::{self, ContourAt, ContourMark, Corners, Mark, MeshMark, Nodes, PolygonsMark};
use crate::render::record::solid;
use crate::render::scene::Color;
use std::sync::Arc;

/// Most bins of `hist2d` along an axis.
const MOST_BINS: usize = 10_000;

/// Edges from the outermost ones, or from middles of cells.
fn edges_of(values: &[f64], cells: usize, name: &str) -> Result<Vec<f64>, String> {
    if values.len() == cells + 1 {
        return Ok(values.to_vec());
    }
    if values.len() != cells {
        return Err(format!("`{name}` has {} values for {cells} cells", values.len()));
    }
    let n = values.len();
    match values {
        [] => return Ok(vec![0.0]),
        [one] => return Ok(vec![one - 0.5, one + 0.5]),
        _ => {}
    }
    let half = |i: usize| 0.5 * (values[i + 1] - values[i]);
    let mut edges = vec![values[0] - half(0)];
    edges.extend((0..n - 1).map(|i| values[i] + half(i)));
    edges.push(values[n - 1] + half(n - 2));
    Ok(edges)
}

fn sorted(edges: &[f64], name: &str) -> Result<(), String> {
    let rising = edges.windows(2).all(|pair| pair[0] < pair[1]);
    let falling = edges.windows(2).all(|pair| pair[0] > pair[1]);
    if (rising || falling) && edges.iter().all(|edge| edge.is_finite()) {
        Ok(())
    } else {
        Err(format!("`{name}` is not sorted"))
    }
}

fn cells(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    values: Vec<f64>,
    edges: [Vec<f64>; 2],
    kind: Kind,
) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let colors = board.colors(call, kind, &values)?;
    let [x, y] = edges.map(Arc::from);
    let mark = MeshMark::plain(values, [x, y], kind, look.alpha.unwrap_or(1.0));
    board.add(Mark::Mesh(mark), &look, Some(colors));
    Ok(())
}

/// `plt.imshow`: the first row at the top unless `origin` or `extent` say otherwise.
pub(super) fn imshow(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let ([rows, columns], values) = call.need("X")?.matrix()?;
    let lower = match call.text("origin")?.as_deref() {
        None | Some("upper") => false,
        Some("lower") => true,
        Some(other) => return Err(format!("`origin`: `{other}` is neither upper nor lower")),
    };
    let (right, bottom) = (columns as f64 - 0.5, rows as f64 - 0.5);
    let default = if lower { [-0.5, right, -0.5, bottom] } else { [-0.5, right, bottom, -0.5] };
    let extent = match call.get("extent") {
        None => default,
        Some(value) => match value.vector()?.values[..] {
            [a, b, c, d] => [a, b, c, d],
            _ => return Err(value.not("four numbers for `extent`")),
        },
    };
    let steps = |from: f64, to: f64, n: usize| -> Vec<f64> {
        (0..=n).map(|i| from + (to - from) * i as f64 / n.max(1) as f64).collect()
    };
    let x = steps(extent[0], extent[1], columns);
    // Rows of the array run along y from its first edge.
    let y = if lower { steps(extent[2], extent[3], rows) } else { steps(extent[3], extent[2], rows) };
    cells(board, call, values, [x, y], Kind::ImShow)?;
    board.limits(0, [extent[0], extent[1]]);
    board.limits(1, [extent[2], extent[3]]);
    // Pixels are square unless somebody wants otherwise.
    board.options.aspect = super::axes::aspect(call, board.style.image_aspect)?;
    Ok(())
}

/// `plt.pcolormesh`: `C`, or `X, Y, C`.
pub(super) fn pcolormesh(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let (axes, field) = match &call.args[..] {
        [field] => (None, field),
        [x, y, field] => (Some((x, y)), field),
        [] => (call.get("X").zip(call.get("Y")), call.need("C")?),
        _ => return Err("`args` are [C] or [X, Y, C]".to_owned()),
    };
    let ([rows, columns], values) = field.matrix()?;
    let edges = match axes {
        None => [columns, rows].map(|n| (0..=n).map(|i| i as f64).collect::<Vec<f64>>()),
        Some((x, y)) if x.matrix().is_ok() && y.matrix().is_ok() => {
            return curvilinear(board, call, [x, y], [rows, columns], values);
        }
        Some((x, y)) => {
            let x = board.place(0, x.vector()?)?;
            let y = board.place(1, y.vector()?)?;
            [edges_of(&x, columns, "X")?, edges_of(&y, rows, "Y")?]
        }
    };
    sorted(&edges[0], "X")?;
    sorted(&edges[1], "Y")?;
    if board.polar.is_some() {
        return sectors(board, call, edges, values);
    }
    cells(board, call, values, edges, Kind::PColorMesh)
}

/// Corners of cells from matrices of them, or of middles: `[rows + 1, columns + 1]`.
fn corners_of(at: [([usize; 2], Vec<f64>); 2], cells: [usize; 2]) -> Result<Nodes, String> {
    let nodes = cells.map(|n| n + 1);
    for ((shape, _), name) in at.iter().zip(["X", "Y"]) {
        if *shape != at[0].0 || (*shape != nodes && *shape != cells) {
            let ([rows, columns], [down, along]) = (shape, cells);
            return Err(format!("`{name}` is {rows} × {columns} for {down} × {along} cells"));
        }
    }
    let whole = at[0].0 == nodes;
    let [x, y] = at.map(|(_, at)| at);
    Ok(if whole { [x.into(), y.into()] } else { marks::corners([&x, &y], cells, [Scale::Linear; 2]) })
}

/// Cells between angles and radii of polar axes, with arcs of so many steps that they are round.
fn sectors(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    [angles, radii]: [Vec<f64>; 2],
    values: Vec<f64>,
) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let (columns, rows) = (angles.len() - 1, radii.len() - 1);
    let widest = angles.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    let steps = (widest / 0.04).ceil().clamp(1.0, 64.0) as usize;
    let (mut at, mut out) = (Vec::new(), Vec::new());
    for cell in 0..rows * columns {
        let (row, column) = (cell / columns, cell % columns);
        let angle =
            |k: usize| angles[column] + (angles[column + 1] - angles[column]) * k as f64 / steps as f64;
        for k in 0..=steps {
            at.push(angle(k));
            out.push(radii[row]);
        }
        for k in (0..=steps).rev() {
            at.push(angle(k));
            out.push(radii[row + 1]);
        }
    }
    let [x, y] = board.paper([at, out]);
    if let Some(polar) = &mut board.polar {
        polar.sticky = true;
    }
    let colors = board.colors(call, Kind::PColorMesh, &values)?;
    let mark = PolygonsMark {
        kind: "pcolormesh",
        corners: Corners::Loose {
            at: x.into_iter().zip(y).map(|(x, y)| [x, y]).collect(),
            each: 2 * (steps + 1),
        },
        values,
        shape: Some([rows, columns]),
        extent: [None, None],
        own_edge: 0.5,
        edge: look.edge.map(|edge| solid(look.faded(edge), look.width.unwrap_or(1.0))),
        alpha: look.alpha.unwrap_or(1.0),
    };
    board.add(Mark::Other(Box::new(mark)), &look, Some(colors));
    Ok(())
}

/// Cells between curved lines.
fn curvilinear(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    [x, y]: [&Argument; 2],
    shape: [usize; 2],
    values: Vec<f64>,
) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let nodes = corners_of([x.matrix()?, y.matrix()?], shape)?;
    let colors = board.colors(call, Kind::PColorMesh, &values)?;
    let edge = look.edge.map(|edge| solid(look.faded(edge), look.width.unwrap_or(1.0)));
    let mark = marks::cells(values, nodes, shape, look.alpha.unwrap_or(1.0), edge);
    board.add(mark, &look, Some(colors));
    Ok(())
}

/// `plt.contour` and `plt.contourf`: `Z`, or `X, Y, Z`, and levels.
pub(super) fn contour(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let (axes, field, levels) = match &call.args[..] {
        [field] => (None, field, None),
        [field, levels] => (None, field, Some(levels)),
        [x, y, field] => (Some((x, y)), field, None),
        [x, y, field, levels] => (Some((x, y)), field, Some(levels)),
        _ => return Err("`args` are [Z], [Z, levels], [X, Y, Z] or [X, Y, Z, levels]".to_owned()),
    };
    if levels.is_some() {
        return Err("give levels by name: `levels: …`".to_owned());
    }
    let filled = call.call.function == "plt.contourf";
    let kind = if filled { Kind::ContourF } else { Kind::Contour };
    let ([rows, columns], values) = field.matrix()?;
    if rows < 2 || columns < 2 {
        return Err(format!("contours need at least 2 × 2 values, not {rows} × {columns}"));
    }
    let at = match axes {
        None => ContourAt::grid([columns, rows].map(|n| (0..n).map(|i| i as f64).collect::<Vec<f64>>())),
        Some((x, y)) if x.matrix().is_ok() && y.matrix().is_ok() => {
            let both = [(x.matrix()?, "X"), (y.matrix()?, "Y")];
            if let Some((([a, b], _), name)) = both.iter().find(|((shape, _), _)| *shape != [rows, columns]) {
                return Err(format!("`{name}` is {a} × {b} for {rows} × {columns} values"));
            }
            ContourAt { at: both.map(|((_, at), _)| at.into()), curved: Some([rows, columns]) }
        }
        Some((x, y)) => {
            let at = [board.place(0, x.vector()?)?, board.place(1, y.vector()?)?];
            for (at, n, name) in [(&at[0], columns, "X"), (&at[1], rows, "Y")] {
                if at.len() != n {
                    return Err(format!("`{name}` has {} values for {n}", at.len()));
                }
                sorted(at, name)?;
            }
            ContourAt::grid(at)
        }
    };
    let look = Look::of(call, board.style)?;
    let colors = board.colors(call, kind, &values)?;
    let one_color = matches!(call.get("colors"), Some(Argument::Text(_)));
    let width = look.width.or(board.style.contour_width).unwrap_or(board.style.line_width);
    let widths = match call.get("linewidths") {
        Some(value @ Argument::List(_)) => value.vector()?.values,
        _ => Vec::new(),
    };
    if widths.iter().any(|width| !(0.0..1e4).contains(width)) {
        return Err("`linewidths`: must be numbers from 0 on".to_owned());
    }
    let mark = ContourMark {
        widths,
        negative: board.style.contour_negative,
        rules: Box::new(board.style.lines.with(look.ends)),
        hatches: hatches_of(call, "hatches", &look, board.style)?,
        ..ContourMark::plain(values, at, filled, look.alpha.unwrap_or(1.0), (width, look.dash), one_color)
    };
    board.add(Mark::Contour(mark), &look, Some(colors));
    Ok(())
}

/// `plt.hist2d`: counts of points in cells.
pub(super) fn hist2d(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let (x, y) = (call.need("x")?.vector()?, call.need("y")?.vector()?);
    if x.values.len() != y.values.len() {
        return Err(format!("x has {} values, y has {}", x.values.len(), y.values.len()));
    }
    let points = [board.place(0, x)?, board.place(1, y)?];
    let ranges: Vec<Option<[f64; 2]>> = match call.get("range") {
        Some(Argument::List(items)) if items.len() == 2 => items
            .iter()
            .map(|item| match item.vector()?.values[..] {
                [low, high] if low < high => Ok(Some([low, high])),
                _ => Err("`range` has two pairs of numbers that rise".to_owned()),
            })
            .collect::<Result<_, String>>()?,
        Some(other) => return Err(other.not("two pairs of numbers for `range`")),
        None => vec![None, None],
    };
    let bins: Vec<Argument> = match call.get("bins") {
        Some(Argument::List(items)) if items.len() == 2 => items.clone(),
        Some(other) => vec![other.clone(), other.clone()],
        None => vec![Argument::Number(10.0), Argument::Number(10.0)],
    };
    let mut edges: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for i in 0..2 {
        edges[i] = match &bins[i] {
            Argument::Number(n) if *n >= 1.0 && n.fract() == 0.0 && *n <= MOST_BINS as f64 => {
                let own = crate::render::values::range(&points[i]).unwrap_or([0.0, 1.0]);
                let [mut low, mut high] = ranges[i].unwrap_or(own);
                if low == high {
                    (low, high) = (low - 0.5, high + 0.5);
                }
                let n = *n as usize;
                (0..=n).map(|k| low + (high - low) * k as f64 / n as f64).collect()
            }
            other => other.vector()?.values,
        };
        sorted(&edges[i], "bins")?;
    }
    let (columns, rows) = (edges[0].len() - 1, edges[1].len() - 1);
    if columns > MOST_BINS || rows > MOST_BINS || columns * rows > 100_000_000 {
        return Err("there are too many bins".to_owned());
    }
    let bins = edges.map(Bins::new);
    let mut tally = PairTally::new(&bins[0], &bins[1]);
    tally.add(&points[0], &points[1]);
    let mut counts: Vec<f64> = tally.finish().into_iter().map(|count| count as f64).collect();
    let edges = bins.map(Bins::into_edges);
    if call.truth("density", false)? {
        let total: f64 = counts.iter().sum();
        for (i, count) in counts.iter_mut().enumerate() {
            let (row, column) = (i / columns, i % columns);
            let area = (edges[0][column + 1] - edges[0][column]) * (edges[1][row + 1] - edges[1][row]);
            *count = if total > 0.0 { *count / total / area } else { 0.0 };
        }
    }
    if let Some(least) = call.number("cmin")? {
        counts.iter_mut().filter(|count| **count < least).for_each(|count| *count = f64::NAN);
    }
    cells(board, call, counts, edges, Kind::PColorMesh)
}

/// `sns.heatmap`: rows from the top, labels from the data, a colour bar.
pub(super) fn heatmap(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let data = call.need("data")?;
    let ([rows, columns], values) = data.matrix()?;
    let edges = [columns, rows].map(|n| (0..=n).map(|i| i as f64).collect::<Vec<f64>>());
    let names = |i: usize, n: usize| -> Vec<String> {
        let Argument::Array(array) = data else { return (0..n).map(|k| k.to_string()).collect() };
        let dim = &array.dims[1 - i];
        crate::render::values::items(&crate::render::values::index_of(array, dim), true)
    };
    for (i, n, flag) in [(0, columns, "xticklabels"), (1, rows, "yticklabels")] {
        let names = match call.get(flag) {
            Some(Argument::Bool(false)) => Vec::new(),
            Some(list @ Argument::List(_)) => super::areas::categories(&list.vector()?).unwrap_or_default(),
            _ => names(i, n),
        };
        let every = n.div_ceil(30).max(1);
        let ticks = names.into_iter().enumerate().step_by(every);
        let ticks = ticks.map(|(k, name)| (k as f64 + 0.5, Some(name))).collect();
        let axis = if i == 0 { &mut board.options.x } else { &mut board.options.y };
        axis.ticks = Some(ticks);
        if let Argument::Array(array) = data
            && !array.dims[1 - i].as_str().starts_with("dim_")
        {
            board.axes[i].label = array.dims[1 - i].as_str().to_owned();
        }
        board.axes[i].kind = AxisKind::Number;
    }
    if call.truth("square", false)? {
        board.options.aspect = Some(Ratio::Units(1.0));
    }
    let shown = values.clone();
    cells(board, call, values, edges, Kind::PColorMesh)?;
    board.limits(0, [0.0, columns as f64]);
    board.limits(1, [rows as f64, 0.0]);
    let colors = board.marks.last().and_then(|(.., colors)| colors.clone());
    if call.truth("annot", false)? {
        let spec = call.text("fmt")?.unwrap_or_else(|| ".2g".to_owned());
        let spec = crate::render::ticks::spec::Spec::parse(&spec)
            .ok_or_else(|| format!("`fmt`: `{spec}` is no format"))?;
        for (k, value) in shown.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let fill = colors.as_ref().map_or(Color::WHITE, |colors| colors.of(*value));
            let at = [(k % columns) as f64 + 0.5, (k / columns) as f64 + 0.5];
            let ends = [at[0] - 0.5, at[0] + 0.5];
            board.note(crate::render::annot::note(*value, at, ends, &spec, fill));
        }
    }
    match colors {
        Some(colors) => super::bars::seaborn(board, call, colors),
        None => Ok(()),
    }
}
