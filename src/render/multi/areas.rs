//! Points, bars, filled areas, lines across the axes, texts.

use super::argument::{Argument, Bound, Vector, VectorKind};
use super::board::Board;
use super::legend;
use super::look::Look;
use super::marking::hatches;
use crate::render::chart::{Kind, RefLine, Style};
use crate::render::marks::{Mark, MarkHatch, ScatterMark, ShapesMark};
use crate::render::panel::{Coords, Note, TextOptions};
use crate::render::record::solid;
use crate::render::scene::{Color, HAlign, Stroke, VAlign};

/// The stroke around areas, if the call gives an edge.
pub(super) fn edge(look: &Look, style: &Style) -> Option<Stroke> {
    let color = look.edge.or(style.forced_edge())?;
    let width = look.width.unwrap_or(style.patch_width);
    (color.a > 0 && width > 0.0).then(|| solid(look.faded(color), width))
}

fn pair(board: &mut Board<'_>, call: &Bound<'_>) -> Result<[Vec<f64>; 2], String> {
    let (x, y) = (call.need("x")?.vector()?, call.need("y")?.vector()?);
    if x.values.len() != y.values.len() {
        return Err(format!("x has {} values, y has {}", x.values.len(), y.values.len()));
    }
    Ok([board.place(0, x)?, board.place(1, y)?])
}

/// `plt.scatter`.
pub(super) fn scatter(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let points = pair(board, call)?;
    let n = points[0].len();
    let shape = look.marker.flatten().unwrap_or(board.style.scatter_marker);
    let default = board.style.marker_size * board.style.marker_size;
    let sizes = match call.get("s") {
        None => vec![default],
        Some(value) => value.vector()?.values,
    };
    if sizes.len() != 1 && sizes.len() != n {
        return Err(format!("`s` has {} values for {n} points", sizes.len()));
    }
    let (mut numbers, mut fills) = (Vec::new(), Vec::new());
    let mut color = look.color.or(look.face);
    if let (None, Some(value)) = (color, call.get("c")) {
        match value {
            Argument::Text(_) => color = Some(super::look::color(value, &board.style.cycle)?),
            Argument::List(items) if items.iter().any(|item| !matches!(item, Argument::Number(_))) => {
                let each = items.iter().map(|item| super::look::color(item, &board.style.cycle));
                fills = each.collect::<Result<Vec<Color>, _>>()?;
            }
            _ => numbers = value.vector()?.values,
        }
    }
    for (what, count) in [("values", numbers.len()), ("colours", fills.len())] {
        if count != 0 && count != n {
            return Err(format!("`c` has {count} {what} for {n} points"));
        }
    }
    let colors = if numbers.is_empty() { None } else { Some(board.colors(call, Kind::Scatter, &numbers)?) };
    let known = legend::Points {
        areas: &sizes,
        colors: colors.as_deref().map(|colors| (&numbers[..], colors)),
        alpha: look.alpha.unwrap_or(1.0),
        shape,
        edge: look.width.unwrap_or(board.style.line_width),
    };
    legend::elements(board, call, &known)?;
    let color = color.unwrap_or_else(|| match (&colors, fills.first()) {
        (_, Some(first)) => *first,
        (Some(_), None) => Color::BLACK,
        (None, None) => board.next_patch(),
    });
    // Without an edge of its own a marker is stroked in its own colour, which widens it.
    let width = look.width.unwrap_or(board.style.line_width);
    let own = look.edge.or(board.style.scatter_edge);
    let edge = own.filter(|edge| edge.a > 0 && width > 0.0);
    let wider = if own.is_some() { 0.0 } else { width };
    let diameters: Vec<f64> = sizes.iter().map(|area| area.max(0.0).sqrt().min(1e4) + wider).collect();
    let size = diameters.first().copied().unwrap_or(6.0);
    let alpha = look.alpha.unwrap_or(1.0);
    let points = board.paper(points);
    let mut mark = ScatterMark::plain(look.label.clone(), points, numbers, color, alpha, (shape, size))
        .edged(edge.map(|edge| solid(look.faded(edge), width)))
        .colored(fills);
    if diameters.len() > 1 {
        mark = mark.each(diameters);
    }
    board.add(Mark::Scatter(mark.aggregated(look.aggregate(call)?)), &look, colors);
    Ok(())
}

/// `plt.fill`: polygons of x, y pairs.
pub(super) fn fill(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let base = Look::of(call, board.style)?;
    let mut rest = &call.args[..];
    while !rest.is_empty() {
        let [x, y, after @ ..] = rest else { return Err("`args` are pairs of x and y".to_owned()) };
        let mut look = base.clone();
        rest = match after.first() {
            Some(Argument::Text(format)) => {
                look.format(format, board.style)?;
                &after[1..]
            }
            _ => after,
        };
        let (x, y) = (board.place(0, x.vector()?)?, board.place(1, y.vector()?)?);
        let color = look.face.or(look.color).unwrap_or_else(|| board.next_patch());
        let path = x.iter().zip(&y).map(|(x, y)| [*x, *y]).collect();
        let mark = ShapesMark {
            label: look.label.clone(),
            fills: vec![look.faded(color)],
            stroke: edge(&look, board.style),
            hatches: hatches(call, &look, board.style)?,
            ..ShapesMark::new("fill", vec![path])
        };
        board.add(Mark::Shapes(mark), &look, None);
    }
    Ok(())
}

/// `plt.fill_between`: one area for each stretch without missing values where `where` holds.
pub(super) fn fill_between(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let x = call.need("x")?.vector()?;
    let n = x.values.len();
    let x = board.place(0, x)?;
    let mut side = |name: &str, default: Option<f64>| -> Result<Vec<f64>, String> {
        let mut values = match (call.get(name), default) {
            (Some(value), _) => board.place(1, value.vector()?)?,
            (None, Some(default)) => vec![default],
            (None, None) => return Err(format!("`{name}` is missing")),
        };
        if values.len() == 1 {
            values.resize(n, values[0]);
        }
        if values.len() == n {
            Ok(values)
        } else {
            Err(format!("`{name}` has {} values for {n} of x", values.len()))
        }
    };
    let (a, b) = (side("y1", None)?, side("y2", Some(0.0))?);
    let wanted = call.get("where").map(|value| value.vector().map(|v| v.values)).transpose()?;
    let shown = |i: usize| {
        let finite = x[i].is_finite() && a[i].is_finite() && b[i].is_finite();
        finite && wanted.as_ref().is_none_or(|wanted| wanted.get(i).is_some_and(|flag| *flag != 0.0))
    };
    let (mut paths, mut run): (Vec<Vec<[f64; 2]>>, Vec<usize>) = (Vec::new(), Vec::new());
    for i in 0..=n {
        if i < n && shown(i) {
            run.push(i);
        } else if !run.is_empty() {
            let there = run.iter().map(|i| [x[*i], a[*i]]);
            let back = run.iter().rev().map(|i| [x[*i], b[*i]]);
            paths.push(there.chain(back).collect());
            run.clear();
        }
    }
    let color = look.face.or(look.color).unwrap_or_else(|| board.next_patch());
    let mark = ShapesMark {
        label: look.label.clone(),
        fills: vec![look.faded(color)],
        stroke: edge(&look, board.style),
        hatches: hatches(call, &look, board.style)?,
        ..ShapesMark::new("fill", paths)
    };
    board.add(Mark::Shapes(mark), &look, None);
    Ok(())
}

/// `plt.bar` and `plt.barh`.
pub(super) fn bar(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let across = call.call.function == "plt.barh";
    let names = if across { ["y", "width", "height", "left"] } else { ["x", "height", "width", "bottom"] };
    let at = call.need(names[0])?.vector()?;
    let length = call.need(names[1])?.vector()?;
    let n = at.values.len().max(length.values.len());
    let wide = |vector: Vec<f64>, name: &str| -> Result<Vec<f64>, String> {
        let mut vector = vector;
        if vector.len() == 1 {
            vector.resize(n, vector[0]);
        }
        if vector.len() == n {
            Ok(vector)
        } else {
            Err(format!("`{name}` has {} values for {n} bars", vector.len()))
        }
    };
    let (along, beside) = if across { (0, 1) } else { (1, 0) };
    let at = wide(board.place(beside, at)?, names[0])?;
    let length = wide(board.place(along, length)?, names[1])?;
    let given = |name: &str, default: f64| match call.get(name) {
        Some(value) => wide(value.vector()?.values, name),
        None => Ok(vec![default; n]),
    };
    let (width, start) = (given(names[2], 0.8)?, given(names[3], 0.0)?);
    let shift = match call.text("align")?.as_deref() {
        None | Some("center") => 0.5,
        Some("edge") => 0.0,
        Some(other) => return Err(format!("`align`: `{other}` is neither center nor edge")),
    };
    let fills = match call.get("color") {
        Some(Argument::List(items)) if items.iter().any(|item| matches!(item, Argument::Text(_))) => {
            let colors = items.iter().map(|item| super::look::color(item, &board.style.cycle));
            let colors = colors.collect::<Result<Vec<Color>, _>>()?;
            (0..n).map(|i| look.faded(colors[i % colors.len()])).collect()
        }
        _ => vec![look.faded(look.color.or(look.face).unwrap_or_else(|| board.next_patch()))],
    };
    let finite: Vec<usize> = (0..n).filter(|i| at[*i].is_finite() && length[*i].is_finite()).collect();
    let corners = |i: &usize| {
        let (low, high) = (at[*i] - shift * width[*i], at[*i] + (1.0 - shift) * width[*i]);
        let (base, top) = (start[*i], start[*i] + length[*i]);
        let flat = [[low, base], [low, top], [high, top], [high, base]];
        flat.map(|[a, b]| if across { [b, a] } else { [a, b] }).to_vec()
    };
    let ends = |i: &usize| {
        let turn = |[a, b]: [f64; 2]| if across { [b, a] } else { [a, b] };
        let middle = at[*i] + (0.5 - shift) * width[*i];
        (turn([middle, start[*i]]), turn([middle, start[*i] + length[*i]]), length[*i])
    };
    board.bar_ends = (finite.iter().map(ends).collect(), across);
    let mut sticky = [None; 2];
    sticky[along] = call.get(names[3]).is_none().then_some(0.0);
    let mark = ShapesMark {
        label: look.label.clone(),
        fills: if fills.len() == 1 { fills } else { finite.iter().map(|i| fills[*i]).collect() },
        stroke: edge(&look, board.style),
        hatches: one_each(hatches(call, &look, board.style)?, &finite, n),
        sticky,
        ..ShapesMark::new("bar", finite.iter().map(corners).collect())
    };
    board.add(Mark::Shapes(mark), &look, None);
    let errors = if across { call.get("xerr") } else { call.get("yerr") };
    if let Some(errors) = errors {
        error_bars(board, call, &look, errors, (&at, &start, &length), across)?;
    }
    Ok(())
}

/// Of hatches that bars take over and over, those of the bars that are drawn.
fn one_each(all: Vec<MarkHatch>, drawn: &[usize], n: usize) -> Vec<MarkHatch> {
    if all.len() < 2 || n == 0 {
        return all;
    }
    drawn.iter().map(|i| all[i % all.len()].clone()).collect()
}

fn error_bars(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    look: &Look,
    errors: &Argument,
    (at, start, length): (&[f64], &[f64], &[f64]),
    across: bool,
) -> Result<(), String> {
    let mut errors = errors.vector()?.values;
    if errors.len() == 1 {
        errors.resize(at.len(), errors[0]);
    }
    if errors.len() != at.len() {
        return Err(format!("there are {} errors for {} bars", errors.len(), at.len()));
    }
    let mut bars = ShapesMark::new("errorbar", Vec::new());
    bars.stroke = Some(solid(Color::BLACK, board.style.errorbar_widths[0].unwrap_or(board.style.line_width)));
    bars.cap_width = Some(board.style.errorbar_widths[1].unwrap_or(board.style.marker_edge_width));
    bars.caps.0 = call.number("capsize")?.unwrap_or(board.style.errorbar_capsize).clamp(0.0, 1e3);
    for i in 0..at.len() {
        let top = start[i] + length[i];
        let end = |by: f64| if across { [top + by, at[i]] } else { [at[i], top + by] };
        let ends = [end(-errors[i]), end(errors[i])];
        bars.paths.push(ends.to_vec());
        bars.caps.1.extend(ends.map(|end| (end, !across)));
    }
    let over = Look { zorder: Some(look.zorder.unwrap_or(2.0)), ..Look::default() };
    board.add(Mark::Shapes(bars), &over, None);
    Ok(())
}

/// `plt.axhline` and `plt.axvline`.
pub(super) fn across(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let horizontal = call.call.function == "plt.axhline";
    let names = if horizontal { ["y", "xmin", "xmax"] } else { ["x", "ymin", "ymax"] };
    let line = RefLine {
        at: call.get(names[0]).map_or(Ok(0.0), |at| board.spot(usize::from(horizontal), at))?,
        when: None,
        limits: [call.number(names[1])?.unwrap_or(0.0), call.number(names[2])?.unwrap_or(1.0)],
        label: Some(look.label.clone()).filter(|label| !label.is_empty()),
        color: look.color,
        width: look.width,
        style: look.dash.unwrap_or_default(),
        alpha: look.alpha.unwrap_or(1.0),
        zorder: look.zorder.unwrap_or(2.0),
    };
    let lines = if horizontal { &mut board.options.hlines } else { &mut board.options.vlines };
    lines.get_or_insert_default().push(line);
    Ok(())
}

/// `ha` and `va` of a text.
pub(super) fn alignment(call: &Bound<'_>) -> Result<(Option<HAlign>, Option<VAlign>), String> {
    let read = |names: &[&str]| call.any(names).map(Argument::text).transpose();
    let halign = match read(&["ha", "horizontalalignment"])?.as_deref() {
        None => None,
        Some("left") => Some(HAlign::Left),
        Some("center") => Some(HAlign::Center),
        Some("right") => Some(HAlign::Right),
        Some(other) => return Err(format!("`ha`: `{other}` is none of left, center and right")),
    };
    let valign = match read(&["va", "verticalalignment"])?.as_deref() {
        None => None,
        Some("baseline") => Some(VAlign::Baseline),
        Some("top") => Some(VAlign::Top),
        Some("center" | "center_baseline") => Some(VAlign::Center),
        Some("bottom") => Some(VAlign::Bottom),
        Some(other) => return Err(format!("`va`: `{other}` is none of top, center, baseline and bottom")),
    };
    Ok((halign, valign))
}

/// `plt.text`.
pub(super) fn text(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let (halign, valign) = alignment(call)?;
    let size = super::look::font_size(call, board.style)?;
    let at = [board.spot(0, call.need("x")?)?, board.spot(1, call.need("y")?)?];
    let frame = super::look::text_box(call, board.style)?;
    board.note(Note {
        cell: None,
        text: call.need("s")?.text()?,
        at,
        coords: Coords::Data,
        look: TextOptions {
            font: super::look::font(call)?,
            color: look.color,
            size: size.filter(|size| *size > 0.0 && *size < 1e4),
            rotation: call.number("rotation")?,
            halign: Some(halign.unwrap_or(HAlign::Left)),
            valign: Some(valign.unwrap_or(VAlign::Baseline)),
            ..TextOptions::default()
        },
        alpha: look.alpha.unwrap_or(1.0),
        frame,
        target: None,
    });
    Ok(())
}

/// Values of an argument as categories, if it is text.
pub(super) fn categories(vector: &Vector) -> Option<Vec<String>> {
    match &vector.kind {
        VectorKind::Text(texts) => Some(texts.clone()),
        _ => None,
    }
}
