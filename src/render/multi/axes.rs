//! Calls about the axes themselves, as pyplot has them: labels, limits, scales, aspect, twins,
//! colour bars, annotations.

use super::argument::{Argument, Bound};
use super::board::{Board, Twin};
use super::look::Look;
use crate::render::chart::{AxisOptions, Limit, Ratio, Scale};
use crate::render::panel::TextOptions;
use crate::render::scene::{HAlign, VAlign};
use crate::render::text::FontOptions;

/// Which axis a function is about: `plt.xlabel` x, `plt.ylim` y, `plt.zticks` z.
fn axis_of(call: &Bound<'_>) -> usize {
    ["plt.x", "plt.y", "plt.z"].iter().position(|name| call.call.function.starts_with(name)).unwrap_or(0)
}

/// Options of axis `i`; the third makes the axes a box in space.
fn options<'b>(board: &'b mut Board<'_>, i: usize) -> Result<&'b mut AxisOptions, String> {
    if i == 2 {
        board.view()?;
    }
    Ok(match i {
        0 => &mut board.options.x,
        1 => &mut board.options.y,
        _ => &mut board.options.z,
    })
}

/// Size and colour of a text.
pub(super) fn text_look(board: &Board<'_>, call: &Bound<'_>) -> Result<TextOptions, String> {
    let look = Look::of(call, board.style)?;
    let size = super::look::font_size(call, board.style)?;
    let halign = match call.any(&["ha", "horizontalalignment"]).map(Argument::text).transpose()? {
        None => None,
        Some(name) => Some(match name.as_str() {
            "left" => HAlign::Left,
            "center" => HAlign::Center,
            "right" => HAlign::Right,
            other => return Err(format!("`ha`: `{other}` is none of left, center and right")),
        }),
    };
    let valign = match call.any(&["va", "verticalalignment"]).map(Argument::text).transpose()? {
        None => None,
        Some(name) => Some(match name.as_str() {
            "top" => VAlign::Top,
            "center" | "center_baseline" => VAlign::Center,
            "bottom" => VAlign::Bottom,
            "baseline" => VAlign::Baseline,
            other => return Err(format!("`va`: `{other}` is none of top, center, baseline and bottom")),
        }),
    };
    let loc = match call.text("loc")?.as_deref() {
        None => None,
        Some("left" | "bottom") => Some(HAlign::Left),
        Some("center") => Some(HAlign::Center),
        Some("right" | "top") => Some(HAlign::Right),
        Some(other) => {
            return Err(format!("`loc`: `{other}` is none of left, center, right, bottom and top"));
        }
    };
    let pad = call.any(&["labelpad", "pad"]).map(Argument::number).transpose()?;
    Ok(TextOptions {
        font: super::look::font(call)?,
        color: look.color.map(|color| look.faded(color)),
        size: size.filter(|size| *size > 0.0 && *size < 1e4),
        rotation: call.number("rotation")?,
        halign,
        valign,
        loc,
        pad: pad.map(|pad| pad.clamp(-1e3, 1e3)),
    })
}

/// `plt.xlabel`, `plt.ylabel`, `plt.zlabel`, `plt.title`.
pub(super) fn label(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let look = text_look(board, call)?;
    let text = call.need("label")?.text()?;
    if call.call.function == "plt.title" {
        board.options.title = Some(text);
        board.options.title_text.update(&look);
        return Ok(());
    }
    let axis = axis_of(call);
    let options = options(board, axis)?;
    options.label = Some(text);
    options.label_text.update(&look);
    Ok(())
}

/// `plt.xlim`, `plt.ylim`, `plt.zlim`: two limits, or a pair of them; null leaves one as it is.
pub(super) fn limits(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let axis = axis_of(call);
    let pair = match &call.args[..] {
        [Argument::List(pair)] if pair.len() == 2 => pair.clone(),
        [array @ Argument::Array(_)] => array.vector()?.values.into_iter().map(Argument::Number).collect(),
        args => args.to_vec(),
    };
    let named = [["left", "right"], ["bottom", "top"], ["bottom", "top"]][axis];
    let mut ends = [Limit::Auto; 2];
    for i in 0..2 {
        let value = pair.get(i).or(call.get(named[i])).filter(|value| **value != Argument::None);
        if let Some(value) = value {
            let vector = value.vector()?;
            let at = board.place(axis, vector)?;
            ends[i] = Limit::At(at.first().copied().filter(|v| v.is_finite()).ok_or("a limit is no number")?);
        }
    }
    let options = options(board, axis)?;
    options.limits = ends;
    Ok(())
}

/// `plt.grid`: whether there are grid lines, at which ticks, and how they look.
pub(super) fn grid(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let shown = call.truth("visible", true)?;
    let look = Look::of(call, board.style)?;
    let color = look.color.or(look.alpha.map(|_| board.style.grid_color)).map(|color| look.faded(color));
    // Whether the first and the second of two are meant by `both` or by their names.
    let chosen = |name: &str, default: &str, names: [&str; 2]| -> Result<[bool; 2], String> {
        match call.text(name)?.as_deref().unwrap_or(default) {
            "both" => Ok([true; 2]),
            one if names.contains(&one) => Ok(names.map(|name| name == one)),
            other => Err(format!("`{name}`: `{other}` is none of both, {} and {}", names[0], names[1])),
        }
    };
    let axes = chosen("axis", "both", ["x", "y"])?;
    let ticks = chosen("which", "major", ["major", "minor"])?;
    if let Some(polar) = &mut board.polar {
        if axes != [true; 2] || ticks != [true, false] || look.dash.is_some() {
            return Err("polar axes have one grid: no `which`, `axis` or `linestyle`".to_owned());
        }
        polar.grid = Some((shown, color, look.width));
        return Ok(());
    }
    let grid = board.options.grid.get_or_insert_default();
    for (lines, _) in grid.lines.iter_mut().zip(axes).filter(|(_, wanted)| *wanted) {
        for (line, _) in lines.iter_mut().zip(ticks).filter(|(_, wanted)| *wanted) {
            *line = Some(shown);
        }
    }
    grid.color = color.or(grid.color);
    grid.width = look.width.or(grid.width);
    grid.style = look.dash.or(grid.style);
    Ok(())
}

/// `plt.xscale`, `plt.yscale`, `plt.zscale`.
pub(super) fn scale(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let base = call.number("base")?.unwrap_or(10.0);
    if !(base > 1.0 && base < 1e6) {
        return Err("`base` must be above 1".to_owned());
    }
    let scale = match call.need("value")?.text()?.as_str() {
        "linear" => Scale::Linear,
        "log" => Scale::Log { base },
        "logit" => Scale::Logit,
        "symlog" => {
            Scale::SymLog { linthresh: call.number("linthresh")?.unwrap_or(2.0).max(f64::MIN_POSITIVE), base }
        }
        other => return Err(format!("there is no scale `{other}`: it is linear, log, logit or symlog")),
    };
    options(board, axis_of(call))?.scale = Some(scale);
    Ok(())
}

/// `plt.xticks`, `plt.yticks`, `plt.zticks`: places and names.
pub(super) fn ticks(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let axis = axis_of(call);
    let at = call.need("ticks")?.vector()?;
    let at = board.place(axis, at)?;
    let names: Option<Vec<String>> = match call.get("labels") {
        Some(Argument::List(items)) => Some(items.iter().map(Argument::text).collect::<Result<_, _>>()?),
        Some(value) => super::areas::categories(&value.vector()?),
        None => None,
    };
    if names.as_ref().is_some_and(|names| names.len() != at.len()) {
        return Err("`labels` has not one name a tick".to_owned());
    }
    let name = |i: usize| names.as_ref().map(|names| names[i].clone());
    let look = TextOptions { halign: None, valign: None, ..text_look(board, call)? };
    if look.font != FontOptions::default() {
        return Err("labels of ticks are set in the figure's font: name it in `style`".to_owned());
    }
    let options = options(board, axis)?;
    options.ticks = Some(at.iter().enumerate().map(|(i, at)| (*at, name(i))).collect());
    options.tick_text.update(&look);
    Ok(())
}

/// `plt.axis`: `equal`, `scaled`, `image`, `square`, `off`, `on`, `auto`, `tight`, or four limits.
pub(super) fn axis(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    match call.args.first() {
        Some(Argument::Text(text)) => match text.as_str() {
            "equal" => board.options.aspect = Some(Ratio::Limits(1.0)),
            "scaled" | "image" | "square" => board.options.aspect = Some(Ratio::Units(1.0)),
            "auto" => board.options.aspect = Some(Ratio::Auto),
            "off" => board.bare = true,
            "on" => board.bare = false,
            "tight" => board.options.margins = [Some(0.0); 2],
            other => {
                return Err(format!(
                    "`{other}` is none of equal, scaled, image, square, auto, off, on and tight"
                ));
            }
        },
        Some(value) => match value.vector()?.values[..] {
            [left, right, bottom, top] => {
                board.limits(0, [left, right]);
                board.limits(1, [bottom, top]);
            }
            _ => return Err(value.not("a text or four limits")),
        },
        None => return Err("say what is wanted: `args: [equal]`".to_owned()),
    }
    Ok(())
}

/// `aspect` of a call: `equal`, `auto` or a number.
pub(super) fn aspect(call: &Bound<'_>, default: Ratio) -> Result<Option<Ratio>, String> {
    match call.get("aspect") {
        None => Ok(Some(default)),
        Some(Argument::Text(text)) if text == "equal" => Ok(Some(Ratio::Units(1.0))),
        Some(Argument::Text(text)) if text == "auto" => Ok(Some(Ratio::Auto)),
        Some(value) => match value.number() {
            Ok(number) if number > 0.0 => Ok(Some(Ratio::Units(number))),
            _ => Err(value.not("`equal`, `auto` or a number above 0 for `aspect`")),
        },
    }
}

/// `plt.gca`'s `set_aspect`, as `plt.aspect`.
pub(super) fn set_aspect(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    let aspect = aspect(call, Ratio::Auto)?;
    board.options.aspect = match (call.text("adjustable")?.as_deref(), aspect) {
        (None | Some("box"), aspect) => aspect,
        (Some("datalim"), Some(Ratio::Units(unit))) => Some(Ratio::Limits(unit)),
        (Some("datalim"), aspect) => aspect,
        (Some(other), _) => return Err(format!("`adjustable`: `{other}` is neither box nor datalim")),
    };
    Ok(())
}

/// `plt.twinx`, `plt.twiny`: what follows is drawn on an axis of its own on the far side.
pub(super) fn twin(board: &mut Board<'_>, call: &Bound<'_>) -> Result<(), String> {
    board.next = Some(if call.call.function == "plt.twinx" { Twin::X } else { Twin::Y });
    Ok(())
}
