//! rcParams of box plots.

use super::super::values;
use crate::config::Node;
use crate::diag::Diagnostic;
use crate::render::chart::{BoxStyle, PartStyle};
use crate::render::scene::Color;

/// Reads an rcParam after its `boxplot.`; `false` if it is not read here.
pub(super) fn apply(
    boxes: &mut BoxStyle,
    name: &str,
    value: &Node,
    cycle: &[Color],
) -> Result<bool, Diagnostic> {
    match name {
        "notch" => boxes.notch = value.boolean()?,
        "vertical" => boxes.vertical = value.boolean()?,
        "patchartist" => boxes.filled = value.boolean()?,
        "meanline" => boxes.mean_line = value.boolean()?,
        "showmeans" => boxes.shown[0] = value.boolean()?,
        "showcaps" => boxes.shown[1] = value.boolean()?,
        "showbox" => boxes.shown[2] = value.boolean()?,
        "showfliers" => boxes.shown[3] = value.boolean()?,
        "whiskers" => {
            boxes.whiskers = match value.as_seq() {
                None => [values::not_negative(value)?, f64::NAN],
                Some([low, high]) => {
                    let ends = [low.finite()?, high.finite()?];
                    if !(ends[0] >= 0.0 && ends[0] <= ends[1] && ends[1] <= 100.0) {
                        return Err(value.expected("two percentiles"));
                    }
                    ends
                }
                Some(_) => return Err(value.expected("a number or two percentiles")),
            }
        }
        _ => {
            let Some((part, property)) = name.split_once('.') else { return Ok(false) };
            let part = match part {
                "boxprops" => &mut boxes.body,
                "whiskerprops" => &mut boxes.whisker,
                "capprops" => &mut boxes.cap,
                "medianprops" => &mut boxes.median,
                "meanprops" => &mut boxes.mean,
                "flierprops" => &mut boxes.flier,
                _ => return Ok(false),
            };
            return self::part(part, property, value, cycle);
        }
    }
    Ok(true)
}

fn part(part: &mut PartStyle, name: &str, value: &Node, cycle: &[Color]) -> Result<bool, Diagnostic> {
    let color = || values::rc_color(value, cycle).map(Some);
    let none = value.is_null() || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("none"));
    match name {
        "color" => part.color = color()?,
        "markeredgecolor" => part.edge = color()?,
        "markerfacecolor" if none => part.face = Some(Color { a: 0, ..Color::WHITE }),
        "markerfacecolor" if value.as_str() == Some("auto") => part.face = part.color,
        "markerfacecolor" => part.face = color()?,
        "linestyle" => part.dash = Some(values::line_style(value)?),
        "linewidth" => part.width = Some(values::not_negative(value)?),
        "markeredgewidth" => part.edge_width = Some(values::not_negative(value)?),
        "marker" => part.marker = values::marker(value)?,
        "markersize" => part.size = Some(values::not_negative(value)?),
        _ => return Ok(false),
    }
    Ok(true)
}
