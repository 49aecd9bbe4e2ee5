//! `plt.inset_axes`: axes inside others, with calls of their own.

use super::argument::{Argument, Bound, Call};
use super::board::Board;
use super::look::color;
use crate::diag::did_you_mean;
use crate::render::chart::{LineStyle, Style};
use crate::render::inset::Indicator;
use crate::render::scene::Color;

/// Arguments of `plt.inset_axes` besides its bounds; `to_plot`, its calls, is read with the call.
pub(super) const NAMES: &[&str] = &["indicate_inset", "indicate_inset_zoom"];

/// Axes inside others that a call wants.
#[derive(Clone)]
pub(super) struct Wanted {
    /// Left and lower end, width and height in units of the outer frame.
    pub(super) bounds: [f64; 4],
    /// What is drawn on them.
    pub(super) calls: Vec<Call>,
    /// What shows in the outer axes which part of them is seen here.
    pub(super) indicator: Option<Indicator>,
}

/// `plt.inset_axes`.
pub(super) fn inset(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    if board.space.is_some() {
        return Err("axes in space have no others inside".to_owned());
    }
    let bounds = bounds(call)?.ok_or("`bounds` are missing: `[left, bottom, width, height]`")?;
    let indicator = indicator(call, board.style)?;
    board.insets.push(Wanted { bounds, calls: call.call.calls.clone(), indicator });
    Ok(())
}

/// Whether the arguments are what they should be, as far as they are constants.
pub(super) fn check(call: &Bound<'_>, style: &Style) -> Result<(), String> {
    let known = || NAMES.iter().copied().chain(["bounds", "to_plot"]);
    if let Some(name) = call.names().find(|name| !known().any(|one| one == *name)) {
        let help = did_you_mean(name, known()).map_or_else(String::new, |help| format!(" ({help})"));
        return Err(format!("no argument `{name}`{help}: looks are for the calls in its `to_plot`"));
    }
    if let Some(inner) = call.call.calls.iter().find(|inner| NO_INSETS.contains(&inner.function.as_str())) {
        return Err(format!("`{}` is not for axes inside others", inner.function));
    }
    bounds(call)?;
    indicator(call, style).map(drop)
}

/// What calls on axes inside others cannot be.
const NO_INSETS: [&str; 3] = ["plt.inset_axes", "plt.twinx", "plt.twiny"];

fn bounds(call: &Bound<'_>) -> Result<Option<[f64; 4]>, String> {
    let Some(value) = call.get("bounds") else { return Ok(None) };
    match value.vector().map_err(|why| format!("`bounds`: {why}"))?.values[..] {
        [x, y, width, height]
            if [x, y].iter().all(|v| v.abs() <= 10.0)
                && [width, height].iter().all(|v| *v > 0.0 && *v <= 10.0) =>
        {
            Ok(Some([x, y, width, height]))
        }
        _ => Err(value.not("`bounds` `[left, bottom, width, height]` in units of the axes' size")),
    }
}

/// `indicate_inset_zoom: true` or its look, `indicate_inset: {bounds, …look}`.
fn indicator(call: &Bound<'_>, style: &Style) -> Result<Option<Indicator>, String> {
    const KNOWN: [&str; 11] = [
        "alpha",
        "bounds",
        "color",
        "ec",
        "edgecolor",
        "facecolor",
        "fc",
        "linestyle",
        "linewidth",
        "ls",
        "lw",
    ];
    let given = NAMES.iter().filter_map(|name| call.get(name).map(|value| (*name, value)));
    let given: Vec<_> = given.filter(|(_, value)| **value != Argument::Bool(false)).collect();
    let (name, value) = match given[..] {
        [] => return Ok(None),
        [one] => one,
        _ => {
            return Err("`indicate_inset` and `indicate_inset_zoom` are two ways to say one thing".to_owned());
        }
    };
    let none = Vec::new();
    let entries = match value {
        Argument::Bool(true) => &none,
        Argument::Map(entries) => entries,
        other => return Err(format!("`{name}`: {}", other.not("`true` or a mapping"))),
    };
    let within = |why: String| format!("`{name}`: {why}");
    if let Some((key, _)) = entries.iter().find(|(key, _)| !KNOWN.contains(&key.as_str())) {
        let help = did_you_mean(key, KNOWN);
        let help = help.map_or_else(String::new, |help| format!(" ({help})"));
        return Err(format!("`{name}` has no `{key}`{help}"));
    }
    let get = |names: &[&str]| {
        let found = names.iter().find_map(|name| entries.iter().find(|(key, _)| key == name));
        found.map(|(_, value)| value)
    };
    let colored = |names: &[&str]| get(names).map(|value| color(value, &style.cycle)).transpose();
    let number = |names: &[&str], most: f64| -> Result<Option<f64>, String> {
        let number = get(names).map(Argument::number).transpose().map_err(within)?;
        Ok(number.map(|number| number.clamp(0.0, most)))
    };
    let bounds = match get(&["bounds"]) {
        None if name == "indicate_inset" => {
            return Err("`indicate_inset` takes `bounds`: `[left, bottom, width, height]` in data units; \
                        `indicate_inset_zoom: true` shows the limits of the inner axes"
                .to_owned());
        }
        None => None,
        Some(value) => match value.vector().map_err(within)?.values[..] {
            [x, y, width, height] if [x, y, width, height].iter().all(|v| v.is_finite()) => {
                Some([x, y, width, height])
            }
            _ => return Err(within(value.not("`bounds` `[left, bottom, width, height]`"))),
        },
    };
    let dash = get(&["linestyle", "ls"]).map(super::marking::line_style).transpose().map_err(within)?;
    Ok(Some(Indicator {
        bounds,
        face: colored(&["facecolor", "fc", "color"]).map_err(within)?,
        edge: colored(&["edgecolor", "ec", "color"]).map_err(within)?.unwrap_or(Color::rgb(0x80, 0x80, 0x80)),
        width: number(&["linewidth", "lw"], 1e3)?.unwrap_or(style.patch_width),
        style: dash.unwrap_or(LineStyle::Solid),
        alpha: number(&["alpha"], 1.0)?.unwrap_or(0.5),
    }))
}
