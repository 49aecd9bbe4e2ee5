//! rcParams of axes: where titles and labels stand, how ticks look and write numbers, grids.

use super::super::values;
use crate::config::Node;
use crate::diag::Diagnostic;
use crate::render::chart::{GridStyle, Numbers, Style, TickDirection, TickStyle};
use crate::render::scene::{Color, HAlign};

/// Places along an axis; bottom is left, top is right.
const PLACES: [(&str, HAlign); 5] = [
    ("left", HAlign::Left),
    ("bottom", HAlign::Left),
    ("center", HAlign::Center),
    ("right", HAlign::Right),
    ("top", HAlign::Right),
];

/// Reads an rcParam; `false` if it is not read here.
pub(super) fn apply(
    style: &mut Style,
    name: &str,
    value: &Node,
    cycle: &[Color],
) -> Result<bool, Diagnostic> {
    let place = || values::one_of(value, "a place along an axis", &PLACES);
    match name {
        "axes.labelpad" => style.label_pad = value.finite()?,
        "axes.titlepad" => style.title_pad = value.finite()?,
        "axes.titlelocation" => style.title_align = place()?,
        "xaxis.labellocation" => style.label_align[0] = place()?,
        "yaxis.labellocation" => style.label_align[1] = place()?,
        "polaraxes.grid" => style.other_grids[0] = value.boolean()?,
        "axes3d.grid" => style.other_grids[1] = value.boolean()?,
        "axes.unicode_minus" => {
            let minus = value.boolean()?;
            style.ticks.iter_mut().for_each(|ticks| ticks.numbers.minus = minus);
        }
        _ => {
            if let Some(name) = name.strip_prefix("axes.formatter.") {
                let mut numbers = style.ticks[0].numbers;
                let read = formatter(&mut numbers, name, value)?;
                style.ticks.iter_mut().for_each(|ticks| ticks.numbers = numbers);
                return Ok(read);
            }
            for (i, which) in ["grid.major.", "grid.minor."].into_iter().enumerate() {
                if let Some(name) = name.strip_prefix(which) {
                    return grid(&mut style.grids[i], name, value, cycle);
                }
            }
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads an rcParam after its `axes.formatter.`.
fn formatter(numbers: &mut Numbers, name: &str, value: &Node) -> Result<bool, Diagnostic> {
    let whole = |node: &Node| {
        i32::try_from(node.integer()?)
            .ok()
            .filter(|number| number.abs() < 1000)
            .ok_or_else(|| node.expected("a number of digits"))
    };
    match name {
        "limits" => match value.list()? {
            [least, most] => numbers.limits = [whole(least)?, whole(most)?],
            _ => return Err(value.expected("two powers of ten")),
        },
        "useoffset" => numbers.offset = value.boolean()?,
        "offset_threshold" => numbers.saved = whole(value)?,
        "use_mathtext" => numbers.maths = value.boolean()?,
        "min_exponent" => numbers.least = whole(value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Reads an rcParam after its `grid.major.` or `grid.minor.`.
fn grid(grid: &mut GridStyle, name: &str, value: &Node, cycle: &[Color]) -> Result<bool, Diagnostic> {
    let given = !value.is_null() && value.as_str() != Some("None");
    match name {
        "color" => grid.color = given.then(|| values::rc_color(value, cycle)).transpose()?,
        "alpha" => grid.alpha = given.then(|| values::fraction(value)).transpose()?,
        "linewidth" => grid.width = given.then(|| values::not_negative(value)).transpose()?,
        "linestyle" => grid.dash = given.then(|| values::line_style(value)).transpose()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Reads an rcParam of ticks after its `xtick.` or `ytick.`; `false` if it is not read here.
pub(super) fn tick(
    ticks: &mut TickStyle,
    name: &str,
    value: &Node,
    cycle: &[Color],
    font_size: f64,
) -> Result<bool, Diagnostic> {
    match name {
        "labelsize" => ticks.size = values::font_size(value, font_size)?,
        "color" => ticks.color = Some(values::rc_color(value, cycle)?),
        "labelcolor" if value.as_str() == Some("inherit") => ticks.label_color = None,
        "labelcolor" => ticks.label_color = Some(values::rc_color(value, cycle)?),
        "direction" => {
            let known =
                [("out", TickDirection::Out), ("in", TickDirection::In), ("inout", TickDirection::InOut)];
            ticks.direction = values::one_of(value, "`out`, `in` or `inout`", &known)?;
        }
        "major.size" => ticks.lengths[0] = values::not_negative(value)?,
        "minor.size" => ticks.lengths[1] = values::not_negative(value)?,
        "major.width" => ticks.widths[0] = values::not_negative(value)?,
        "minor.width" => ticks.widths[1] = values::not_negative(value)?,
        "major.pad" => ticks.pad = values::not_negative(value)?,
        "minor.ndivs" if value.as_str() == Some("auto") => ticks.parts = None,
        "minor.ndivs" => match value.count()? {
            parts @ 1..=100 => ticks.parts = Some(parts),
            _ => return Err(value.expected("1 to 100 parts")),
        },
        "labelbottom" | "labelleft" => ticks.labelled = value.boolean()?,
        "minor.visible" => ticks.minor = value.boolean()?,
        "bottom" | "left" => ticks.sides[0] = value.boolean()?,
        "top" | "right" => ticks.sides[1] = value.boolean()?,
        _ => return Ok(false),
    }
    Ok(true)
}
