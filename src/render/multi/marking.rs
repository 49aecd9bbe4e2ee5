//! Arguments of calls about strokes, markers of lines and hatches.

use super::argument::{Argument, Bound};
use super::board::Board;
use super::look::{Look, color};
use crate::render::chart::{
    Backdrop, Dashes, Every, FillStyle, LineEnds, LineMarker, LineStyle, StepWhere, Style,
};
use crate::render::hatch;
use crate::render::marks::MarkHatch;
use crate::render::named_style::{self, CAPS, FILL_STYLES, JOINS, STEPS};
use crate::render::scene::Hatch;

/// Arguments of functions that draw lines with markers.
pub(super) const LINE: &[&str] = &[
    "base",
    "dash_capstyle",
    "dash_joinstyle",
    "drawstyle",
    "ds",
    "fillstyle",
    "markeredgewidth",
    "markevery",
    "mew",
    "solid_capstyle",
    "solid_joinstyle",
    "where",
];

/// Arguments about hatches.
pub(super) const HATCH: &[&str] = &["hatch", "hatch_linewidth", "hatchcolor"];

fn named(name: &str) -> impl Fn(String) -> String + '_ {
    move |error| format!("`{name}`: {error}")
}

/// One of several names.
fn one_of<T: Copy>(call: &Bound<'_>, name: &str, known: &[(&str, T)]) -> Result<Option<T>, String> {
    let Some(value) = call.get(name) else { return Ok(None) };
    let text = value.text().map_err(named(name))?;
    named_style::one_of(&text, known).map(Some).map_err(named(name))
}

/// A line style: a name, or `(offset, [on, off, …])`.
pub(super) fn line_style(value: &Argument) -> Result<LineStyle, String> {
    match value {
        Argument::List(items) => match &items[..] {
            [offset, lengths @ (Argument::List(_) | Argument::Array(_))] => {
                let offset = if *offset == Argument::None { 0.0 } else { offset.number()? };
                Dashes::new(offset, &lengths.vector()?.values).map(LineStyle::Pattern)
            }
            _ => Err(value.not("a line style: a name, or `[offset, [on, off, …]]`")),
        },
        _ => LineStyle::parse(&value.text()?),
    }
}

/// What a call says of dashes: `linestyle`, then `dashes`.
pub(super) fn dashes(call: &Bound<'_>) -> Result<Option<LineStyle>, String> {
    let mut found = None;
    for name in ["linestyles", "ls", "linestyle"] {
        match call.get(name) {
            // Styles of single levels or segments are read where there are any.
            Some(Argument::List(items)) if matches!(items.first(), Some(Argument::Text(_))) => {}
            Some(value) => found = Some(line_style(value).map_err(named(name))?),
            None => {}
        }
    }
    match call.get("dashes") {
        None | Some(Argument::Bool(_)) => Ok(found),
        Some(value) => {
            let lengths = value.vector().map_err(named("dashes"))?.values;
            Dashes::new(0.0, &lengths).map(LineStyle::Pattern).map(Some).map_err(named("dashes"))
        }
    }
}

/// What a call says of ends and corners.
pub(super) fn ends(call: &Bound<'_>) -> Result<LineEnds, String> {
    let caps = |name: &str| one_of(call, name, &CAPS);
    let joins = |name: &str| one_of(call, name, &JOINS);
    Ok(LineEnds {
        solid: (caps("solid_capstyle")?, joins("solid_joinstyle")?),
        dashed: (caps("dash_capstyle")?, joins("dash_joinstyle")?),
    })
}

/// How points are joined.
pub(super) fn steps(call: &Bound<'_>) -> Result<Option<StepWhere>, String> {
    Ok(one_of(call, "drawstyle", &STEPS)?.or(one_of(call, "ds", &STEPS)?).flatten())
}

/// At which points markers stand.
pub(super) fn every(call: &Bound<'_>) -> Result<Every, String> {
    let Some(value) = call.get("markevery") else { return Ok(Every::All) };
    let wrong = || named("markevery")(value.not("a number, `[start, step]` or a list of points"));
    let numbers = value.vector().map_err(named("markevery"))?.values;
    named_style::every(&numbers, matches!(value, Argument::Number(_))).ok_or_else(wrong)
}

/// The markers of lines of a call, where it or the style asks for some.
pub(super) fn marker(look: &Look, style: &Style) -> Option<LineMarker> {
    let shape = look.marker.flatten()?;
    Some(LineMarker {
        shape,
        size: look.size.unwrap_or(style.marker_size),
        face: look.face.or(style.marker_colors[0]).map(|color| look.faded(color)),
        edge: look.edge.or(style.marker_colors[1]).map(|color| look.faded(color)),
        edge_width: look.marker_edge.unwrap_or(style.marker_edge_width),
        fill: look.fill.unwrap_or(style.fill_style),
        every: look.every.clone(),
    })
}

/// Which part of markers is filled.
pub(super) fn fill(call: &Bound<'_>) -> Result<Option<FillStyle>, String> {
    one_of(call, "fillstyle", &FILL_STYLES)
}

/// `plt.patch`: what is behind the marks (`plt.gca().patch.set`).
pub(super) fn patch(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = Look::of(call, board.style)?;
    let letters = call.text("hatch").map_err(named("hatch"))?;
    letters.iter().try_for_each(|letters| hatch::check(letters)).map_err(named("hatch"))?;
    let own = call.get("hatchcolor").map(|value| color(value, &board.style.cycle)).transpose();
    board.options.patch.get_or_insert_default().update(&Backdrop {
        face: look.face.or(look.color),
        edge: look.edge.or(look.color),
        width: look.width,
        alpha: look.alpha,
        hatch: letters,
        hatch_color: own.map_err(named("hatchcolor"))?,
        hatch_width: call.number("hatch_linewidth")?.map(|width| width.clamp(0.0, 1e3)),
    });
    Ok(())
}

/// The hatches of a call's areas: one for all, or one each.
pub(super) fn hatches(call: &Bound<'_>, look: &Look, style: &Style) -> Result<Vec<MarkHatch>, String> {
    hatches_of(call, "hatch", look, style)
}

/// The same of an argument of this name.
pub(super) fn hatches_of(
    call: &Bound<'_>,
    name: &str,
    look: &Look,
    style: &Style,
) -> Result<Vec<MarkHatch>, String> {
    let letters = match call.get(name) {
        None => return Ok(Vec::new()),
        Some(Argument::List(items)) => items
            .iter()
            .map(|item| if *item == Argument::None { Ok(String::new()) } else { item.text() })
            .collect::<Result<_, _>>()
            .map_err(named(name))?,
        Some(value) => vec![value.text().map_err(named(name))?],
    };
    letters.iter().try_for_each(|letters| hatch::check(letters)).map_err(named(name))?;
    let own = match call.get("hatchcolor") {
        Some(value) if !matches!(value, Argument::Text(text) if text == "edge") => {
            Some(color(value, &style.cycle).map_err(named("hatchcolor"))?)
        }
        _ => None,
    };
    let edge = look.edge.map(|color| look.faded(color));
    let width = match call.number("hatch_linewidth")? {
        Some(width) if !(0.0..1e3).contains(&width) => {
            return Err(named("hatch_linewidth")("must be a number from 0 on".to_owned()));
        }
        width => width.unwrap_or(style.hatch_width),
    };
    let hatch = |letters: String| {
        let hatch = style.hatch(&letters, edge);
        (!letters.is_empty()).then(|| Hatch { color: own.unwrap_or(hatch.color), width, ..hatch })
    };
    Ok(letters.into_iter().map(hatch).collect())
}
