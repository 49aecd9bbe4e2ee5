//! `plt.pie`: shares of a whole as wedges of a circle, with their names and shares.

use super::argument::{Argument, Bound, VectorKind};
use super::board::Board;
use super::look::Look;
use super::marking::hatches_of;
use super::stacks::colors_of;
use crate::render::chart::Ratio;
use crate::render::marks::{Mark, ShapesMark};
use crate::render::panel::{Coords, Note, TextOptions};
use crate::render::scene::{HAlign, VAlign};
use crate::render::text;
use crate::render::ticks::Piece;
use std::f64::consts::TAU;

/// Arguments besides those by position.
pub(super) const NAMES: &[&str] = &[
    "center",
    "counterclock",
    "frame",
    "hatch",
    "labeldistance",
    "normalize",
    "pctdistance",
    "radius",
    "rotatelabels",
    "shadow",
    "startangle",
    "textprops",
    "wedgeprops",
];

/// Arguments of texts.
const TEXT: &[&str] = &[
    "family",
    "fontfamily",
    "fontname",
    "fontsize",
    "fontstyle",
    "fontweight",
    "ha",
    "horizontalalignment",
    "rotation",
    "size",
    "style",
    "va",
    "verticalalignment",
    "weight",
];

/// A wedge between two angles (radians, counter-clockwise from x).
#[derive(Clone, Copy, Debug)]
struct Wedge {
    center: [f64; 2],
    /// Inner and outer radius.
    radii: [f64; 2],
    angles: [f64; 2],
}

impl Wedge {
    fn at(&self, radius: f64, angle: f64) -> [f64; 2] {
        [self.center[0] + radius * libm::cos(angle), self.center[1] + radius * libm::sin(angle)]
    }

    fn middle(&self) -> f64 {
        0.5 * (self.angles[0] + self.angles[1])
    }

    fn is_whole(&self) -> bool {
        (self.angles[1] - self.angles[0]).abs() >= TAU * (1.0 - 1e-12)
    }

    /// An arc in steps of at most a degree.
    fn arc(&self, radius: f64) -> Vec<[f64; 2]> {
        let [from, to] = self.angles;
        let n = ((to - from).abs() / TAU * 360.0).ceil().max(1.0) as usize;
        (0..=n).map(|k| self.at(radius, from + (to - from) * k as f64 / n as f64)).collect()
    }

    fn outline(&self) -> Vec<[f64; 2]> {
        let mut path = self.arc(self.radii[1]);
        if self.radii[0] > 0.0 {
            path.extend(self.arc(self.radii[0]).into_iter().rev());
        } else if !self.is_whole() {
            path.push(self.center);
        }
        path
    }
}

/// A text a wedge.
fn names(value: &Argument, what: &str, n: usize) -> Result<Vec<String>, String> {
    let found = match value {
        Argument::List(items) => items
            .iter()
            .map(|item| if *item == Argument::None { Ok(String::new()) } else { item.text() })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|why| format!("`{what}`: {why}"))?,
        other => {
            let own = other.vector().map_err(|why| format!("`{what}`: {why}"))?;
            match own.kind {
                VectorKind::Text(texts) => texts,
                _ => own.values.iter().map(|v| crate::render::ticks::spec::plain(*v)).collect(),
            }
        }
    };
    if found.len() == n {
        Ok(found)
    } else {
        Err(format!("`{what}` has {} values for {n} wedges", found.len()))
    }
}

/// Shares of the whole.
fn shares(values: &[f64], normalize: bool) -> Result<Vec<f64>, String> {
    if values.iter().any(|v| !v.is_finite() || *v < 0.0) {
        return Err("wedges have sizes from 0 on, none missing".to_owned());
    }
    let sum: f64 = values.iter().sum();
    match normalize {
        _ if sum == 0.0 => Err("all wedges are zero".to_owned()),
        true => Ok(values.iter().map(|v| v / sum).collect()),
        false if sum > 1.0 => Err("without `normalize` the sum must not be above 1".to_owned()),
        false => Ok(values.to_vec()),
    }
}

/// `plt.pie`.
pub(super) fn pie(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    if call.truth("shadow", false)? {
        return Err("`shadow`: there are no shadows, leave it out".to_owned());
    }
    let values = call.need("x")?.vector()?.values;
    let n = values.len();
    let fractions = shares(&values, call.truth("normalize", true)?)?;
    let labels =
        call.get("labels").map_or_else(|| Ok(vec![String::new(); n]), |value| names(value, "labels", n))?;
    let explode = match call.get("explode") {
        None => vec![0.0; n],
        Some(value) => value.vector()?.values,
    };
    if explode.len() != n || explode.iter().any(|by| !by.is_finite()) {
        return Err(format!("`explode` has not one number for each of {n} wedges"));
    }
    let colors = colors_of(board, call.get("colors"))?;
    let radius = call.number("radius")?.unwrap_or(1.0);
    let start = call.number("startangle")?.unwrap_or(0.0);
    let sign = if call.truth("counterclock", true)? { 1.0 } else { -1.0 };
    let center =
        match call.get("center").map(|value| value.vector().map(|v| v.values)).transpose()?.as_deref() {
            None => [0.0; 2],
            Some([x, y]) => [*x, *y],
            Some(_) => return Err("`center` takes two numbers".to_owned()),
        };
    let props = call.part_of("wedgeprops", &["hatch", "width"])?;
    let look = Look::of(&props, board.style).map_err(|why| format!("`wedgeprops`: {why}"))?;
    let width = props.number("width")?.unwrap_or(radius);
    if !(radius > 0.0 && radius < 1e6 && width > 0.0 && width <= radius) {
        return Err("`radius` is above 0, and `width` of `wedgeprops` between 0 and it".to_owned());
    }
    let edge = super::areas::edge(&look, board.style);
    let hatches = match props.get("hatch") {
        Some(_) => hatches_of(&props, "hatch", &look, board.style)?,
        None => hatches_of(call, "hatch", &look, board.style)?,
    };
    let mut turned = start / 360.0;
    let mut wedges = Vec::new();
    for (k, fraction) in fractions.iter().enumerate() {
        let to = turned + sign * fraction;
        let angles = [turned * TAU, to * TAU];
        let middle = 0.5 * (angles[0] + angles[1]);
        let wedge = Wedge {
            center: [center[0] + explode[k] * libm::cos(middle), center[1] + explode[k] * libm::sin(middle)],
            radii: [radius - width, radius],
            angles,
        };
        turned = to;
        let own = colors.get(k % colors.len().max(1)).copied();
        let color = look.face.or(look.color).or(own).unwrap_or_else(|| board.next_patch());
        // The seam of a ring has no edge.
        let ring = wedge.is_whole() && wedge.radii[0] > 0.0;
        let mark = ShapesMark {
            label: Some(&labels[k]).filter(|label| !label.starts_with('_')).cloned().unwrap_or_default(),
            fills: vec![look.faded(color)],
            stroke: edge.clone().filter(|_| !ring),
            hatches: hatches.get(k % hatches.len().max(1)).cloned().into_iter().collect(),
            ..ShapesMark::new("pie", vec![wedge.outline()])
        };
        board.add(Mark::Shapes(mark), &look, None);
        if let (true, Some(edge)) = (ring, &edge) {
            let paths = wedge.radii.map(|radius| wedge.arc(radius)).to_vec();
            let mark = ShapesMark { stroke: Some(edge.clone()), ..ShapesMark::new("pie", paths) };
            board.add(Mark::Shapes(mark), &look, None);
        }
        wedges.push(wedge);
    }
    texts(board, call, &wedges, &fractions, &labels)?;
    board.options.aspect = Some(Ratio::Units(1.0));
    board.open = true;
    if !call.truth("frame", false)? {
        board.bare = true;
        for (i, middle) in center.into_iter().enumerate() {
            board.limits(i, [middle - 1.25, middle + 1.25]);
        }
    }
    Ok(())
}

/// Names outside and shares inside.
fn texts(
    board: &mut Board<'_>,
    call: &Bound<'_>,
    wedges: &[Wedge],
    fractions: &[f64],
    labels: &[String],
) -> Result<(), String> {
    let props = call.part_of("textprops", TEXT)?;
    let look = Look::of(&props, board.style).map_err(|why| format!("`textprops`: {why}"))?;
    let size = super::look::font_size(&props, board.style)?.filter(|size| *size > 0.0 && *size < 1e4);
    let own = super::areas::alignment(&props)?;
    let outside = match () {
        () if call.given_null("labeldistance") => None,
        () => Some(call.number("labeldistance")?.unwrap_or(1.1)),
    };
    let rotate = call.truth("rotatelabels", false)?;
    let format = match call.text("autopct")? {
        None => None,
        Some(format) => Some(
            crate::render::ticks::percent_pieces(&format)
                .ok_or_else(|| format!("`autopct`: `{format}` is no format such as `%.1f%%`"))?,
        ),
    };
    let written = |value: f64| -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Number { spec, .. } => spec.format(value),
        };
        format.iter().flatten().map(piece).collect()
    };
    let inside = format.is_some().then_some(call.number("pctdistance")?.unwrap_or(0.6));
    let mut around = [0.0_f64; 4];
    for (k, wedge) in wedges.iter().enumerate() {
        for (distance, outer) in [(outside, true), (inside, false)] {
            let Some(distance) = distance else { continue };
            let text = if outer { labels[k].clone() } else { written(100.0 * fractions[k]) };
            if text.is_empty() {
                continue;
            }
            let at = wedge.at(distance * wedge.radii[1], wedge.middle());
            let right = at[0] > 0.0;
            let halign = match (outer, right) {
                (false, _) => HAlign::Center,
                (true, true) => HAlign::Left,
                (true, false) => HAlign::Right,
            };
            let turned = outer && rotate;
            let valign = match turned {
                false => VAlign::Center,
                true if at[1] > 0.0 => VAlign::Bottom,
                true => VAlign::Top,
            };
            let rotation = wedge.middle().to_degrees() + if right { 0.0 } else { 180.0 };
            let points =
                size.unwrap_or(if outer { board.style.ticks[0].size } else { board.style.font_size });
            let measured = text::measure(&text, points);
            reach(board, &mut around, at, measured.width.max(measured.height()), right);
            board.note(Note {
                cell: None,
                text,
                at,
                coords: Coords::Data,
                look: TextOptions {
                    font: super::look::font(&props)?,
                    color: look.color,
                    size: Some(points),
                    rotation: props.number("rotation")?.or(turned.then_some(rotation)),
                    halign: Some(own.0.unwrap_or(halign)),
                    valign: Some(own.1.unwrap_or(valign)),
                    ..TextOptions::default()
                },
                alpha: look.alpha.unwrap_or(1.0),
                frame: None,
                target: None,
            });
        }
    }
    board.around = around;
    Ok(())
}

/// The room that a text at a place needs beside the frame, which is 2.5 units wide.
fn reach(board: &Board<'_>, around: &mut [f64; 4], at: [f64; 2], width: f64, right: bool) {
    let side = board.style.figsize[0].min(board.style.figsize[1]) * 72.0;
    let unit = 0.75 * side / 2.5;
    let beyond = (width - (1.25 - at[0].abs()) * unit).clamp(0.0, 0.3 * board.style.figsize[0] * 72.0);
    let i = usize::from(right);
    around[i] = around[i].max(beyond);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `Axes.pie([1, 2, 5], startangle=90, counterclock=False)` of matplotlib: theta1 of the
    /// wedges 45, −45, −270, theta2 90, 45, −45.
    #[test]
    fn wedges_go_round_as_matplotlib_turns_them() {
        let shares = shares(&[1.0, 2.0, 5.0], true).unwrap();
        assert_eq!(shares, [0.125, 0.25, 0.625]);
        assert!(super::shares(&[0.5, 0.6], false).unwrap_err().contains("above 1"));
        assert!(super::shares(&[-1.0, 2.0], true).is_err());
        let wedge = Wedge { center: [0.0; 2], radii: [0.0, 2.0], angles: [0.0, TAU / 4.0] };
        let path = wedge.outline();
        assert_eq!((path.len(), path[0], path[91]), (92, [2.0, 0.0], [0.0, 0.0]));
        assert!((path[90][1] - 2.0).abs() < 1e-12);
        let whole = Wedge { angles: [1.0, 1.0 + TAU], ..wedge };
        assert_eq!(whole.outline().len(), 361);
    }
}
