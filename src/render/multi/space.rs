//! Calls that draw in a box in space: `scatter3D`, `plot3D`, `plot_surface`, `plot_wireframe`.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look::Look;
use crate::render::chart::{Kind, Limit};
use crate::render::color::ColorContent;
use crate::render::marks::{Mark, Part, Place, SpaceMark};
use crate::render::scene::{Color, MarkRecord};
use std::rc::Rc;

/// What stands in the box so far.
pub(super) struct Space {
    parts: Vec<Part>,
    /// Extents of the data.
    extent: [[f64; 2]; 3],
    /// Margins around them.
    margins: [f64; 3],
    pub(super) colors: Option<Rc<ColorContent>>,
    pub(super) z_label: String,
    z_limits: [Option<f64>; 2],
    view: [f64; 2],
    aspect: Place,
    n: usize,
    kind: &'static str,
}

impl Default for Space {
    /// An empty box, seen as matplotlib sees it.
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            extent: [[f64::INFINITY, f64::NEG_INFINITY]; 3],
            margins: [0.05, 0.05, 0.0],
            colors: None,
            z_label: String::new(),
            z_limits: [None; 2],
            view: [30.0, -60.0],
            aspect: [4.0, 4.0, 3.0],
            n: 0,
            kind: "scatter3d",
        }
    }
}

impl Space {
    fn widen(&mut self, at: &[Place]) {
        for place in at.iter().filter(|place| place.iter().all(|v| v.is_finite())) {
            for (ends, v) in self.extent.iter_mut().zip(place) {
                *ends = [ends[0].min(*v), ends[1].max(*v)];
            }
        }
    }

    /// The mark, with the labels and limits of x and y that the panel wants.
    pub(super) fn mark(
        self,
        board_style: &crate::render::chart::Style,
        labels: [String; 2],
        wanted: [[Limit; 2]; 2],
        chosen: [Option<Vec<f64>>; 2],
    ) -> (Mark, Option<Rc<ColorContent>>) {
        let mut limits = [0, 1, 2].map(|i| {
            let [low, high] = match self.extent[i] {
                ends if ends[0] > ends[1] => [0.0, 1.0],
                [low, high] if low == high => {
                    let half = if low == 0.0 { 0.05 } else { 0.05 * low.abs() };
                    [low - half, high + half]
                }
                ends => ends,
            };
            // matplotlib adds a forty-eighth past the margins in space.
            let pad = self.margins[i] * (high - low);
            let (low, high) = (low - pad, high + pad);
            let pad = (high - low) / 48.0;
            [low - pad, high + pad]
        });
        for i in 0..2 {
            for end in 0..2 {
                match wanted[i][end] {
                    Limit::At(v) => limits[i][end] = v,
                    Limit::DataMin if self.extent[i][0].is_finite() => limits[i][end] = self.extent[i][0],
                    Limit::DataMax if self.extent[i][1].is_finite() => limits[i][end] = self.extent[i][1],
                    _ => {}
                }
            }
        }
        for (limit, wanted) in limits[2].iter_mut().zip(self.z_limits) {
            *limit = wanted.unwrap_or(*limit);
        }
        for ends in &mut limits {
            if ends[0] == ends[1] || !ends.iter().all(|v| v.is_finite()) {
                *ends = [0.0, 1.0];
            }
        }
        let aspect =
            if self.aspect == [0.0; 3] { limits.map(|[low, high]| (high - low).abs()) } else { self.aspect };
        let [x, y] = labels;
        let [x_ticks, y_ticks] = chosen;
        let range = Some(self.extent[2]).filter(|[low, high]| low <= high);
        let record = MarkRecord {
            kind: self.kind.to_owned(),
            label: String::new(),
            n: self.n,
            shape: None,
            range,
            clim: None,
            cmap: None,
            missing: 0,
        };
        let mark = SpaceMark {
            parts: self.parts,
            limits,
            labels: [x, y, self.z_label],
            chosen: [x_ticks, y_ticks, None],
            view: self.view,
            aspect,
            style: board_style.clone(),
            record,
        };
        (Mark::Other(Box::new(mark)), self.colors)
    }
}

fn places(call: &Bound<'_>, names: [&str; 3]) -> Result<Vec<Place>, String> {
    let mut axes: [Vec<f64>; 3] = Default::default();
    for (axis, name) in axes.iter_mut().zip(names) {
        *axis = call.need(name)?.vector()?.values;
    }
    let n = axes.iter().map(Vec::len).max().unwrap_or(0);
    for (axis, name) in axes.iter_mut().zip(names) {
        if axis.len() == 1 {
            axis.resize(n, axis[0]);
        }
        if axis.len() != n {
            return Err(format!("`{name}` has {} values for {n} points", axis.len()));
        }
    }
    let [x, y, z] = axes;
    Ok((0..n).map(|i| [x[i], y[i], z[i]]).collect())
}

/// `plt.scatter3D`: `xs, ys, zs`.
pub(super) fn scatter(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let at = places(call, ["xs", "ys", "zs"])?;
    let n = at.len();
    let sizes = match call.get("s") {
        Some(value) => value.vector()?.values,
        None => vec![20.0],
    };
    if sizes.len() != 1 && sizes.len() != n {
        return Err(format!("`s` has {} values for {n} points", sizes.len()));
    }
    // matplotlib strokes markers in their own colour, which widens them.
    let wider = look.width.unwrap_or(board.style.line_width);
    let sizes: Vec<f64> = sizes.iter().map(|area| area.max(0.0).sqrt().min(1e4) + wider).collect();
    let mut colors = None;
    let fills = match (look.color.or(look.face), call.get("c")) {
        (Some(color), _) => vec![look.faded(color)],
        (None, Some(value @ Argument::Text(_))) => {
            vec![look.faded(super::look::color(value, &board.style.cycle)?)]
        }
        (None, Some(value)) => {
            let values = value.vector()?.values;
            if values.len() != n {
                return Err(format!("`c` has {} values for {n} points", values.len()));
            }
            let content = board.colors(call, Kind::Scatter, &values)?;
            let fills = values.iter().map(|value| look.faded(content.of(*value))).collect();
            colors = Some(content);
            fills
        }
        (None, None) => vec![look.faded(board.next_patch())],
    };
    let shape = look.marker.flatten().unwrap_or(board.style.scatter_marker);
    let shaded = call.truth("depthshade", true)?;
    let space = board.space();
    space.widen(&at);
    space.margins[2] = space.margins[2].max(0.05);
    space.n += n;
    space.colors = colors.or(space.colors.take());
    space.parts.push(Part::Points { at, shape, sizes, fills, shaded });
    Ok(())
}

/// `plt.plot3D`: `xs, ys, zs`.
pub(super) fn plot(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let at = places(call, ["xs", "ys", "zs"])?;
    let color = look.faded(look.color.unwrap_or_else(|| board.next_line()));
    let stroke = look.stroke(color, board.style);
    let marker = look.marker.flatten().map(|shape| (shape, look.size.unwrap_or(board.style.marker_size)));
    let space = board.space();
    space.kind = "plot3d";
    space.widen(&at);
    space.n += at.len();
    if let Some((shape, size)) = marker {
        space.parts.push(Part::Points {
            at: at.clone(),
            shape,
            sizes: vec![size],
            fills: vec![color],
            shaded: false,
        });
    }
    if let Some(stroke) = stroke {
        space.parts.push(Part::Line { at, stroke });
    }
    Ok(())
}

/// Matrices of x, y, z; x and y may be the positions of columns and rows.
fn surface_of(call: &Bound<'_>) -> Result<([usize; 2], [Vec<f64>; 3]), String> {
    let ([rows, columns], z) = call.need("Z")?.matrix()?;
    if rows < 2 || columns < 2 {
        return Err(format!("a surface needs at least 2 × 2 places, not {rows} × {columns}"));
    }
    let wide = |name: &str, i: usize| -> Result<Vec<f64>, String> {
        let value = call.need(name)?;
        if let Ok((shape, values)) = value.matrix() {
            return if shape == [rows, columns] {
                Ok(values)
            } else {
                Err(format!("`{name}` is {} × {}, `Z` is {rows} × {columns}", shape[0], shape[1]))
            };
        }
        let values = value.vector()?.values;
        let n = [columns, rows][i];
        if values.len() != n {
            return Err(format!("`{name}` has {} values for {n}", values.len()));
        }
        Ok((0..rows * columns).map(|k| values[if i == 0 { k % columns } else { k / columns }]).collect())
    };
    Ok(([rows, columns], [wide("X", 0)?, wide("Y", 1)?, z]))
}

/// Rows (or columns) at which patches begin and end.
fn strided(call: &Bound<'_>, n: usize, [count, stride]: [&str; 2]) -> Result<Vec<usize>, String> {
    let stride = match (call.number(stride)?, call.number(count)?) {
        (Some(_), Some(_)) => return Err("give strides or counts, not both".to_owned()),
        (Some(stride), None) if stride >= 1.0 => stride as usize,
        (None, Some(count)) if count >= 1.0 => n.div_ceil(count as usize),
        (None, None) => n.div_ceil(50),
        _ => return Err("strides and counts are 1 or more".to_owned()),
    };
    let mut at: Vec<usize> = (0..n - 1).step_by(stride.max(1)).collect();
    at.push(n - 1);
    Ok(at)
}

/// `plt.plot_surface`: `X, Y, Z`.
pub(super) fn surface(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let ([_, columns], [x, y, z]) = surface_of(call)?;
    let rows = z.len() / columns;
    let (down, along) =
        (strided(call, rows, ["rcount", "rstride"])?, strided(call, columns, ["ccount", "cstride"])?);
    let place = |k: usize| [x[k], y[k], z[k]];
    let (mut faces, mut heights, mut normals) = (Vec::new(), Vec::new(), Vec::new());
    for pair in down.windows(2) {
        for cut in along.windows(2) {
            // All places around the patch, so that patches of several cells are not flat.
            let ([r0, r1], [c0, c1]) = ([pair[0], pair[1]], [cut[0], cut[1]]);
            let mut around: Vec<usize> = (c0..c1).map(|c| r0 * columns + c).collect();
            around.extend((r0..r1).map(|r| r * columns + c1));
            around.extend((c0 + 1..=c1).rev().map(|c| r1 * columns + c));
            around.extend((r0 + 1..=r1).rev().map(|r| r * columns + c0));
            let face: Vec<Place> = around.into_iter().map(place).collect();
            if face.iter().flatten().all(|v| v.is_finite()) {
                heights.push(face.iter().map(|p| p[2]).sum::<f64>() / face.len() as f64);
                normals.push(normal(&face));
                faces.push(face);
            }
        }
    }
    let mut colors = None;
    let fills: Vec<Color> = if call.call.color.cmap.is_some() || call.call.color.colors.is_some() {
        let content = board.colors(call, Kind::PColorMesh, &heights)?;
        let fills = heights.iter().map(|height| look.faded(content.of(*height))).collect();
        colors = Some(content);
        fills
    } else {
        let color = look.color.or(look.face).unwrap_or_else(|| board.next_line());
        let shade = call.truth("shade", true)?;
        normals.iter().map(|n| look.faded(if shade { shaded(color, *n) } else { color })).collect()
    };
    let edge = look
        .edge
        .filter(|edge| edge.a > 0)
        .map(|edge| crate::render::record::solid(look.faded(edge), look.width.unwrap_or(1.0)));
    let all: Vec<Place> = (0..z.len()).map(place).collect();
    let space = board.space();
    space.kind = "surface";
    space.widen(&all);
    space.n += faces.len();
    space.colors = colors.or(space.colors.take());
    space.parts.push(Part::Faces { corners: faces, fills, edge });
    Ok(())
}

/// The way a face looks, from three of its corners; zero of a face without extent.
fn normal(face: &[Place]) -> Place {
    let n = face.len();
    let [a, b, c] = [face[0], face[n / 3], face[2 * n / 3]];
    let minus = |p: Place, q: Place| [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
    let (u, v) = (minus(a, b), minus(b, c));
    let cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    let length = cross.iter().map(|v| v * v).sum::<f64>().sqrt();
    if length > 0.0 { cross.map(|v| v / length) } else { [0.0; 3] }
}

/// A colour lit from azimuth 225° and altitude 19.4712° (matplotlib's `LightSource` in space).
fn shaded(color: Color, normal: Place) -> Color {
    let (azimuth, altitude) = ((90.0_f64 - 225.0).to_radians(), 19.4712_f64.to_radians());
    let light = [
        libm::cos(azimuth) * libm::cos(altitude),
        libm::sin(azimuth) * libm::cos(altitude),
        libm::sin(altitude),
    ];
    let shade: f64 = normal.iter().zip(light).map(|(n, l)| n * l).sum();
    // From -1..1 to 0.3..1.
    let part = 0.3 + 0.7 * (shade + 1.0) / 2.0;
    let one = |v: u8| (f64::from(v) * part).round() as u8;
    Color { r: one(color.r), g: one(color.g), b: one(color.b), a: color.a }
}

/// `plt.plot_wireframe`: `X, Y, Z`.
pub(super) fn wireframe(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?.with_c(call, board.style)?;
    let ([_, columns], [x, y, z]) = surface_of(call)?;
    let rows = z.len() / columns;
    let (down, along) =
        (strided(call, rows, ["rcount", "rstride"])?, strided(call, columns, ["ccount", "cstride"])?);
    let color = look.faded(look.color.unwrap_or_else(|| board.next_line()));
    let stroke = look.stroke(color, board.style);
    let place = |k: usize| [x[k], y[k], z[k]];
    let all: Vec<Place> = (0..z.len()).map(place).collect();
    let space = board.space();
    space.kind = "wireframe";
    space.widen(&all);
    space.n += down.len() + along.len();
    if let Some(stroke) = stroke {
        let rows_of = down.iter().map(|r| (0..columns).map(|c| place(r * columns + c)).collect());
        let columns_of = along.iter().map(|c| (0..rows).map(|r| place(r * columns + c)).collect());
        let lines: Vec<Vec<Place>> = rows_of.chain(columns_of).collect();
        space.parts.extend(lines.into_iter().map(|at| Part::Line { at, stroke: stroke.clone() }));
    }
    Ok(())
}

/// `plt.view_init`: elevation and azimuth in degrees.
pub(super) fn view(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let (elevation, azimuth) = (call.number("elev")?, call.number("azim")?);
    let view = &mut board.space().view;
    *view = [elevation.unwrap_or(view[0]), azimuth.unwrap_or(view[1])];
    Ok(())
}

/// `plt.box_aspect`: three lengths, or `equal` for data units of one length.
pub(super) fn box_aspect(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let value = call.need("aspect")?;
    board.space().aspect = match value {
        Argument::Text(text) if text == "equal" => [0.0; 3],
        _ => match value.vector()?.values[..] {
            [x, y, z] if x > 0.0 && y > 0.0 && z > 0.0 => [x, y, z],
            _ => return Err(value.not("`equal` or three numbers above 0")),
        },
    };
    Ok(())
}

/// `plt.zlabel`.
pub(super) fn z_label(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    board.space().z_label = call.need("label")?.text()?;
    Ok(())
}

/// `plt.zlim`.
pub(super) fn z_limits(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let ends = match &call.args[..] {
        [Argument::List(pair)] => pair.clone(),
        args => args.to_vec(),
    };
    let end = |i: usize, name: &str| -> Result<Option<f64>, String> {
        let value = ends.get(i).or(call.get(name)).filter(|value| **value != Argument::None);
        value.map(Argument::number).transpose()
    };
    board.space().z_limits = [end(0, "bottom")?, end(1, "top")?];
    Ok(())
}
