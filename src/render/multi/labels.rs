//! Texts at what was drawn: values at bars, levels along contours; looks of ticks.

use super::argument::{Argument, Bound, VectorKind};
use super::board::Board;
use super::look::Look;
use crate::render::chart::{Scale, TickDirection, TickWish};
use crate::render::marks::{ContourLabels, Mark};
use crate::render::panel::{Coords, Note, Target, TextOptions};
use crate::render::scene::{HAlign, VAlign};
use crate::render::ticks;
use crate::render::ticks::spec::Spec;

/// A size in points, by number or name.
fn size(board: &Board<'_>, call: &Bound<'_>, names: &[&str]) -> Result<Option<f64>, String> {
    let size = match call.any(names) {
        Some(Argument::Text(name)) => Some(
            crate::render::named_style::font_size(name, board.style.font_size)
                .ok_or_else(|| format!("there is no font size `{name}`"))?,
        ),
        Some(value) => Some(value.number()?),
        None => None,
    };
    Ok(size.filter(|size| *size > 0.0 && *size < 1e4))
}

/// A number written by Python's format: `%.1f m`, `{:.1f} m` or `.1f`.
fn written(format: &str, value: f64) -> Result<String, String> {
    let unknown = || format!("`fmt`: `{format}` is no format");
    let parts = |from: usize, to: usize, spec: &str| -> Result<String, String> {
        let spec = Spec::parse(spec).ok_or_else(unknown)?;
        Ok(format!("{}{}{}", &format[..from], spec.format(value), format[to..].replace("%%", "%")))
    };
    if let Some(open) = format.find('{') {
        let close = format[open..].find('}').ok_or_else(unknown)? + open;
        return parts(open, close + 1, format[open + 1..close].trim_start_matches(':'));
    }
    if let Some(open) = format.find('%') {
        let end = format[open + 1..].find(|c: char| c.is_ascii_alphabetic()).ok_or_else(unknown)?;
        let close = open + 1 + end + 1;
        return parts(open, close, &format[open + 1..close]);
    }
    parts(0, format.len(), format)
}

/// `plt.bar_label`: values at the bars that were drawn last.
pub(super) fn bars(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let (bars, across) = board.bar_ends.clone();
    if bars.is_empty() {
        return Err("there are no bars before it: call `plt.bar` first".to_owned());
    }
    let texts: Option<Vec<String>> = match call.get("labels") {
        None => None,
        Some(Argument::List(items)) => Some(items.iter().map(Argument::text).collect::<Result<_, _>>()?),
        Some(value) => {
            let own = value.vector()?;
            Some(match own.kind {
                VectorKind::Text(texts) => texts,
                _ => own.values.iter().map(|v| ticks::spec::plain(*v)).collect(),
            })
        }
    };
    if texts.as_ref().is_some_and(|texts| texts.len() != bars.len()) {
        return Err(format!("`labels` has not one text for each of {} bars", bars.len()));
    }
    let center = match call.text("label_type")?.as_deref() {
        None | Some("edge") => false,
        Some("center") => true,
        Some(other) => return Err(format!("`label_type`: `{other}` is neither edge nor center")),
    };
    let format = call.text("fmt")?.unwrap_or_else(|| "%g".to_owned());
    let padding = call.number("padding")?.unwrap_or(0.0);
    let look = Look::of(call, board.style)?;
    let size = size(board, call, &["fontsize", "size"])?;
    for (i, (from, to, length)) in bars.into_iter().enumerate() {
        let text = match &texts {
            Some(texts) => texts[i].clone(),
            None => written(&format, length)?,
        };
        // Away from where the bar stands.
        let sign = if length < 0.0 { -1.0 } else { 1.0 };
        let point = if center { [0, 1].map(|k| 0.5 * (from[k] + to[k])) } else { to };
        let (halign, valign) = match (center, across, sign > 0.0) {
            (true, ..) => (HAlign::Center, VAlign::Center),
            (_, true, true) => (HAlign::Left, VAlign::Center),
            (_, true, false) => (HAlign::Right, VAlign::Center),
            (_, false, true) => (HAlign::Center, VAlign::Bottom),
            (_, false, false) => (HAlign::Center, VAlign::Top),
        };
        let away = sign * padding;
        board.note(Note {
            cell: None,
            text,
            at: if across { [away, 0.0] } else { [0.0, away] },
            coords: Coords::Offset,
            look: TextOptions {
                font: super::look::font(call)?,
                color: look.color,
                size,
                rotation: call.number("rotation")?,
                halign: Some(halign),
                valign: Some(valign),
                ..TextOptions::default()
            },
            alpha: look.alpha.unwrap_or(1.0),
            frame: None,
            target: Some(Target { at: point, coords: Coords::Data, arrow: None, clip: None }),
        });
    }
    Ok(())
}

/// `plt.clabel`: levels along the contours that were drawn last.
pub(super) fn contours(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let size = size(board, call, &["fontsize"])?.unwrap_or(board.style.font_size);
    let color = match call.get("colors") {
        Some(Argument::List(items)) => items.first().map(|one| super::look::color(one, &board.style.cycle)),
        Some(value) => Some(super::look::color(value, &board.style.cycle)),
        None => None,
    }
    .transpose()?;
    let inline = call.truth("inline", true)?;
    let wanted = call.get("levels").map(|value| value.vector().map(|v| v.values)).transpose()?;
    let format = call.text("fmt")?;
    let last = board.marks.iter_mut().rev().find_map(|(_, mark, colors)| match mark {
        Mark::Contour(mark) if mark.is_lines() => Some((mark, colors)),
        _ => None,
    });
    let Some((mark, colors)) = last else {
        return Err("there are no contours before it: call `plt.contour` first".to_owned());
    };
    let levels =
        colors.as_ref().and_then(|colors| colors.contours.as_ref()).map(|(levels, _)| levels.clone());
    let levels = levels.unwrap_or_default();
    let ends = crate::render::values::range(&levels).unwrap_or([0.0, 1.0]);
    let ends = if ends[0] == ends[1] { [ends[0] - 1.0, ends[1] + 1.0] } else { ends };
    let plain = ticks::at(Scale::Linear, ends, &levels);
    let name = |level: f64| -> Result<String, String> {
        match &format {
            Some(format) => written(format, level),
            None => {
                let at = plain.major.iter().position(|at| *at == level);
                let whole = plain.offset.is_empty().then(|| at.map(|at| plain.labels[at].clone())).flatten();
                Ok(whole.unwrap_or_else(|| ticks::spec::plain(level)))
            }
        }
    };
    let texts = levels
        .iter()
        .filter(|level| wanted.as_ref().is_none_or(|wanted| wanted.contains(level)))
        .map(|level| Ok((*level, name(*level)?)))
        .collect::<Result<_, String>>()?;
    mark.labels = Some(ContourLabels { texts, size, color, inline });
    Ok(())
}

/// Arguments of `plt.tick_params`.
pub(super) const TICKS: &[&str] = &[
    "bottom",
    "colors",
    "direction",
    "labelcolor",
    "labelrotation",
    "labelsize",
    "left",
    "length",
    "pad",
    "right",
    "top",
    "which",
    "width",
];

/// `plt.tick_params`: size, colour and turn of tick labels, look of the marks.
pub(super) fn tick_params(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let axes = match call.text("axis")?.as_deref() {
        None | Some("both") => [true, true],
        Some("x") => [true, false],
        Some("y") => [false, true],
        Some(other) => return Err(format!("`axis`: `{other}` is none of x, y and both")),
    };
    let color = match call.any(&["labelcolor", "colors"]) {
        Some(value) => Some(super::look::color(value, &board.style.cycle)?),
        None => None,
    };
    let look = TextOptions {
        color,
        size: size(board, call, &["labelsize"])?,
        rotation: call.number("labelrotation")?,
        ..TextOptions::default()
    };
    let which = match call.text("which")?.as_deref() {
        None | Some("major") => [true, false],
        Some("minor") => [false, true],
        Some("both") => [true, true],
        Some(other) => return Err(format!("`which`: `{other}` is none of major, minor and both")),
    };
    let number = |name: &str| -> Result<Option<f64>, String> {
        match call.number(name)? {
            Some(points) if !(0.0..1e3).contains(&points) => {
                Err(format!("`{name}`: {points} is no length in points"))
            }
            points => Ok(points),
        }
    };
    let own = |points: Option<f64>| which.map(|on| points.filter(|_| on));
    let direction = match call.text("direction")?.as_deref() {
        None => None,
        Some("in") => Some(TickDirection::In),
        Some("out") => Some(TickDirection::Out),
        Some("inout") => Some(TickDirection::InOut),
        Some(other) => return Err(format!("`direction`: `{other}` is none of in, out and inout")),
    };
    let marked = call.any(&["color", "colors"]);
    let marks = TickWish {
        color: marked.map(|value| super::look::color(value, &board.style.cycle)).transpose()?,
        direction,
        lengths: own(number("length")?),
        widths: own(number("width")?),
        pad: number("pad")?,
        sides: [None; 2],
    };
    let sides = [["bottom", "top"], ["left", "right"]];
    let options = [&mut board.options.x, &mut board.options.y];
    for ((axis, _), sides) in options.into_iter().zip(axes).zip(sides).filter(|((_, on), _)| *on) {
        // Lengths of minor ticks are no business of their labels.
        if which[0] {
            axis.tick_text.update(&look);
        }
        let given = |name: &str| super::look::truth(call, name);
        axis.tick_marks.update(&TickWish { sides: [given(sides[0])?, given(sides[1])?], ..marks });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: Python.
    #[test]
    fn numbers_are_written_as_python_writes_them() {
        for (format, expected) in
            [("%g", "2.5"), ("%.2f m", "2.50 m"), ("{:.1f}°", "2.5°"), (".3f", "2.500"), ("%d %%", "2 %")]
        {
            assert_eq!(written(format, 2.5).as_deref(), Ok(expected), "{format}");
        }
        assert!(written("%", 1.0).is_err());
    }
}
