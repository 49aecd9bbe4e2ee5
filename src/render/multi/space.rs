//! Calls that draw in space: `scatter3D`, `plot3D`, `plot_surface`, `plot_wireframe`; from where it is
//! seen.

use super::argument::{Argument, Bound, Vector, VectorKind};
use super::board::Board;
use super::look::{self, Look};
use crate::render::chart::{BoxAspect, Kind, SurfaceOptions};
use crate::render::marks::{Mark, SPACE_AREA, ScatterMark};
use crate::render::record::solid;
use crate::render::scene::Color;
use crate::render::space::{Grid, LineMark3, PointsMark, Skin, SpaceMark, SurfaceMark};

/// `xs, ys, zs`: as many of each; a single one is for all points.
fn vectors(call: &Bound<'_>) -> Result<[Vector; 3], String> {
    const NAMES: [&str; 3] = ["xs", "ys", "zs"];
    let mut all: Vec<Vector> = Vec::with_capacity(3);
    for name in NAMES {
        let vector = match call.get(name) {
            Some(Argument::Text(_)) if name == "zs" => Vector { values: vec![0.0], ..Vector::count(0) },
            Some(Argument::Number(value)) => Vector { values: vec![*value], ..Vector::count(0) },
            // matplotlib's default.
            None if name == "zs" => Vector { values: vec![0.0], ..Vector::count(0) },
            _ => call.need(name)?.vector()?,
        };
        all.push(vector);
    }
    let n = all.iter().map(|vector| vector.values.len()).max().unwrap_or(0);
    for (vector, name) in all.iter_mut().zip(NAMES) {
        match vector.values[..] {
            [value] if matches!(vector.kind, VectorKind::Number) => vector.values = vec![value; n],
            _ if vector.values.len() == n => {}
            _ => return Err(format!("`{name}` has {} values for {n} points", vector.values.len())),
        }
    }
    all.try_into().map_err(|_| "three coordinates are needed".to_owned())
}

/// `plt.scatter3D`.
pub(super) fn scatter(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let [x, y, z] = vectors(call)?;
    let n = x.values.len();
    let sizes = match call.get("s") {
        None => vec![SPACE_AREA],
        Some(value) => value.vector()?.values,
    };
    if sizes.len() != 1 && sizes.len() != n {
        return Err(format!("`s` has {} values for {n} points", sizes.len()));
    }
    let (mut numbers, mut color) = (Vec::new(), look.color.or(look.face));
    if let (None, Some(value)) = (color, call.get("c")) {
        match value {
            Argument::Text(_) => color = Some(look::color(value, &board.style.cycle)?),
            _ => numbers = value.vector()?.values,
        }
    }
    if !numbers.is_empty() && numbers.len() != n {
        return Err(format!("`c` has {} values for {n} points", numbers.len()));
    }
    let colors =
        if numbers.is_empty() { None } else { Some(board.colors(call, Kind::Scatter3D, &numbers)?) };
    let color = color.unwrap_or_else(|| if colors.is_some() { Color::BLACK } else { board.next_patch() });
    // matplotlib strokes markers in their own colour, which widens them.
    let wider = look.width.unwrap_or(board.style.line_width);
    let diameters: Vec<f64> = sizes.iter().map(|area| area.max(0.0).sqrt().min(1e4) + wider).collect();
    let shape = look.marker.flatten().unwrap_or(board.style.scatter_marker);
    let alpha = look.alpha.unwrap_or(1.0);
    let (x, y, z) = (board.place(0, x)?, board.place(1, y)?, board.place(2, z)?);
    let size = diameters.first().copied().unwrap_or(6.0);
    let mut flat = ScatterMark::plain(look.label.clone(), [x, y], numbers, color, alpha, (shape, size));
    if diameters.len() > 1 {
        flat = flat.with_sizes(diameters);
    }
    let shade = call.truth("depthshade", true)?;
    board.add(Mark::Space(SpaceMark::Points(PointsMark { flat, z, shade })), &look, colors);
    Ok(())
}

/// `plt.plot3D`: `xs, ys, zs`, a format.
pub(super) fn plot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let mut look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let format = match call.get("zs") {
        Some(Argument::Text(format)) => Some(format.clone()),
        _ => call.text("fmt")?,
    };
    if let Some(format) = &format {
        look.format(format, board.style)?;
    }
    let [x, y, z] = vectors(call)?;
    let at = [board.place(0, x)?, board.place(1, y)?, board.place(2, z)?];
    let color = look.faded(look.color.unwrap_or_else(|| board.next_line()));
    let size = look.size.unwrap_or(board.style.marker_size);
    let mark = LineMark3 {
        label: look.label.clone(),
        at,
        stroke: look.stroke(color, board.style),
        marker: look.marker.flatten().map(|shape| (shape, size, color)),
    };
    board.add(Mark::Space(SpaceMark::Line(mark)), &look, None);
    Ok(())
}

/// Z with X and Y: as many as columns and rows, or as values.
fn grid(board: &mut Board<'_>, call: &Bound<'_>) -> Result<Grid, String> {
    let (shape, z) = call.need("Z")?.matrix()?;
    let [rows, columns] = shape;
    if rows < 2 || columns < 2 {
        return Err(format!("a surface needs at least 2 × 2 values, not {rows} × {columns}"));
    }
    let mut along = |i: usize, name: &str, n: usize| -> Result<Vec<f64>, String> {
        let argument = call.need(name)?;
        let flat =
            matches!(argument, Argument::List(items) if items.iter().any(|i| matches!(i, Argument::List(_))));
        let vector: Vector = match flat {
            true => Vector { values: argument.matrix()?.1, ..Vector::count(0) },
            false => argument.vector()?,
        };
        match vector.values.len() {
            own if own == n || own == z.len() => board.place(i, vector),
            own => Err(format!("`{name}` has {own} values for {rows} × {columns}")),
        }
    };
    let (x, y) = (along(0, "X", columns)?, along(1, "Y", rows)?);
    let grid = Grid { shape, x, y, z };
    if grid.fits() { Ok(grid) } else { Err("X, Y and Z do not fit each other".to_owned()) }
}

fn options(call: &Bound<'_>) -> Result<SurfaceOptions, String> {
    let count = |name: &str| match call.number(name)? {
        Some(n) if n >= 1.0 && n.fract() == 0.0 && n < 1e6 => Ok(Some(n as usize)),
        Some(_) => Err(format!("`{name}` must be a number from 1 on")),
        None => Ok(None),
    };
    let options = SurfaceOptions {
        counts: [count("rcount")?, count("ccount")?],
        strides: [count("rstride")?, count("cstride")?],
        shade: call.get("shade").map(Argument::truth).transpose()?,
    };
    if options.counts != [None; 2] && options.strides != [None; 2] {
        return Err("give counts or strides, not both".to_owned());
    }
    Ok(options)
}

/// `plt.plot_surface`: coloured by height if a colour map is named, else of one colour and lit.
pub(super) fn surface(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let options = options(call)?;
    let grid = grid(board, call)?;
    let colored = call.call.color.cmap.is_some() || call.call.color.colors.is_some();
    let edge = look.edge.filter(|edge| edge.a > 0).map(|edge| (edge, look.width.unwrap_or(1.0)));
    let edge = edge.filter(|(_, width)| *width > 0.0).map(|(edge, width)| solid(look.faded(edge), width));
    let skin = match colored {
        true => Skin::Colored,
        false => Skin::Plain(look.face.or(look.color).unwrap_or_else(|| board.next_line())),
    };
    let mut mark = SurfaceMark::new(grid, skin, &options, (look.alpha.unwrap_or(1.0), edge));
    mark.label.clone_from(&look.label);
    let colors = if colored { Some(board.colors(call, Kind::Surface, mark.values())?) } else { None };
    board.add(Mark::Space(SpaceMark::Surface(mark)), &look, colors);
    Ok(())
}

/// `plt.plot_wireframe`.
pub(super) fn wireframe(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let options = options(call)?;
    let grid = grid(board, call)?;
    let color = look.color.or(look.edge).unwrap_or_else(|| board.next_line());
    let stroke = look.stroke(color, board.style);
    let Some(stroke) = stroke else { return Ok(()) };
    let mut mark = SurfaceMark::new(grid, Skin::Net(stroke), &options, (look.alpha.unwrap_or(1.0), None));
    mark.label.clone_from(&look.label);
    board.add(Mark::Space(SpaceMark::Surface(mark)), &look, None);
    Ok(())
}

/// `plt.view_init`: elevation, azimuth and roll in degrees.
pub(super) fn view(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let angles = [call.number("elev")?, call.number("azim")?, call.number("roll")?];
    if angles.iter().flatten().any(|angle| !angle.is_finite()) {
        return Err("`elev`, `azim` and `roll` are degrees".to_owned());
    }
    let view = board.view()?;
    for (to, angle) in [&mut view.elevation, &mut view.azimuth, &mut view.roll].into_iter().zip(angles) {
        *to = angle.unwrap_or(*to);
    }
    Ok(())
}

/// `plt.proj_type`: `persp` or `ortho`.
pub(super) fn projection(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let length = call.number("focal_length")?;
    let focal = match (call.need("proj_type")?.text()?.as_str(), length) {
        ("persp", length) => Some(length.unwrap_or(1.0)),
        ("ortho", None) => None,
        ("ortho", Some(_)) => return Err("a parallel projection (`ortho`) has no focal length".to_owned()),
        (other, _) => return Err(format!("`proj_type`: `{other}` is neither persp nor ortho")),
    };
    if focal.is_some_and(|focal| !(focal > 0.0 && focal < 1e9)) {
        return Err("`focal_length` must be above 0".to_owned());
    }
    board.view()?.focal_length = focal;
    Ok(())
}

/// `plt.box_aspect`: three lengths, or `equal` for data units of one length; null as usual.
pub(super) fn box_aspect(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let value = call.args.first().or(call.get("aspect"));
    board.view()?.box_aspect = match value {
        None | Some(Argument::None) => BoxAspect::Usual,
        Some(Argument::Text(text)) if text == "equal" => BoxAspect::Equal,
        Some(value) => match value.vector()?.values[..] {
            [x, y, z] if [x, y, z].iter().all(|side| *side > 0.0 && *side < 1e9) => {
                BoxAspect::Ratio([x, y, z])
            }
            _ => return Err(value.not("`equal` or three numbers above 0")),
        },
    };
    Ok(())
}
