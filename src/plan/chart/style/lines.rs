//! rcParams of lines, markers and hatches.

use super::super::values;
use crate::config::Node;
use crate::diag::Diagnostic;
use crate::render::Chart;
use crate::render::chart::{Dashes, FillStyle, LineStyle};
use crate::render::named_style::{CAPS, FILL_STYLES, JOINS};
use crate::render::scene::{Cap, Color, Join};

/// Reads an rcParam after its `lines.`, `markers.` or `hatch.`; `false` if it is not read here.
pub(super) fn apply(
    chart: &mut Chart,
    name: &str,
    value: &Node,
    cycle: &[Color],
) -> Result<bool, Diagnostic> {
    let cap = || values::one_of::<Cap>(value, "an end of lines", &CAPS);
    let join = || values::one_of::<Join>(value, "a corner of lines", &JOINS);
    let own = |value: &Node| match value.as_str() {
        Some("auto") => Ok(None),
        _ => values::rc_color(value, cycle).map(Some),
    };
    let style = &mut chart.style;
    let lines = &mut style.lines;
    match name {
        "lines.linewidth" => style.line_width = values::not_negative(value)?,
        "lines.linestyle" => chart.marks.linestyle = Some(values::line_style(value)?),
        "lines.marker" => chart.marks.marker = values::marker(value)?,
        "lines.markersize" => style.marker_size = values::not_negative(value)?,
        "lines.markeredgewidth" => style.marker_edge_width = values::not_negative(value)?,
        "lines.markerfacecolor" => style.marker_colors[0] = own(value)?,
        "lines.markeredgecolor" => style.marker_colors[1] = own(value)?,
        "lines.solid_capstyle" => lines.solid.0 = cap()?,
        "lines.dash_capstyle" => lines.dashed.0 = cap()?,
        "lines.solid_joinstyle" => lines.solid.1 = join()?,
        "lines.dash_joinstyle" => lines.dashed.1 = join()?,
        "lines.dashed_pattern" => lines.dashes = pattern(value)?,
        "lines.dashdot_pattern" => lines.dash_dots = pattern(value)?,
        "lines.dotted_pattern" => lines.dots = pattern(value)?,
        "lines.scale_dashes" => lines.scaled = value.boolean()?,
        "markers.fillstyle" => {
            style.fill_style = values::one_of::<FillStyle>(value, "a part of markers", &FILL_STYLES)?;
        }
        "hatch.linewidth" => style.hatch_width = values::not_negative(value)?,
        "hatch.color" if value.as_str() == Some("edge") => style.hatch_color = None,
        "hatch.color" => style.hatch_color = Some(values::rc_color(value, cycle)?),
        "lines.color" => style.line_color = Some(values::rc_color(value, cycle)?),
        "patch.facecolor" => style.patch_face = Some(values::rc_color(value, cycle)?),
        "patch.force_edgecolor" => style.force_edge = value.boolean()?,
        "patch.edgecolor" => style.patch_edge = values::rc_color(value, cycle)?,
        "patch.linewidth" => style.patch_width = values::not_negative(value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Dashes: a list, or numbers between commas as style sheets have them.
fn pattern(node: &Node) -> Result<Dashes, Diagnostic> {
    if let Some(text) = node.as_str() {
        let list = format!("(0, ({}))", text.trim_matches(['[', ']', '(', ')']));
        return match LineStyle::parse(&list) {
            Ok(LineStyle::Pattern(dashes)) => Ok(dashes),
            _ => Err(node.expected("lengths of dashes and gaps")),
        };
    }
    values::dashes(0.0, node)
}
