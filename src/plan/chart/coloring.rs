//! Arguments about how values become colours, and about the colour bar.

use super::values::{self, unsupported};
use super::{color_map, norm};
use crate::config::{Keys, Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::Chart;
use crate::render::chart::{Center, Kind, Levels};
use crate::render::ticks::{Formatter, Piece};

/// Levels at most: more cannot be told apart.
const MOST_LEVELS: usize = 10_000;

/// Reads one argument; whether it was one of colours. `value` is not null.
pub(super) fn argument(
    chart: &mut Chart,
    name: &str,
    value: &Node,
    warnings: &mut Vec<Diagnostic>,
) -> Result<bool, Diagnostic> {
    match name {
        "cmap" => color_map::apply(chart, value)?,
        "norm" => norm::apply(chart, value)?,
        "vmin" => chart.color.vmin = Some(value.finite()?),
        "vmax" => chart.color.vmax = Some(value.finite()?),
        "robust" => chart.color.robust = value.boolean()?,
        "center" => {
            chart.color.center = match (&value.value, value.as_f64()) {
                (Yaml::Bool(false), _) => Center::Off,
                (_, Some(_)) => Center::At(value.finite()?),
                _ => return Err(value.expected("a number, or false")),
            };
        }
        "levels" => chart.color.levels = Some(levels(value)?),
        "extend" => chart.color.extend = Some(extend(value)?),
        "colors" => {
            let cycle = chart.style.cycle.clone();
            let one = |node: &Node| values::color(node, &cycle);
            chart.color.line_colors = Some(match value.as_seq() {
                Some(items) if items.iter().all(|item| item.as_f64().is_none()) && !items.is_empty() => {
                    items.iter().map(one).collect::<Result<_, _>>()?
                }
                _ => vec![one(value)?],
            });
        }
        "add_colorbar" => chart.color.colorbar = Some(value.boolean()?),
        "cbar_kwargs" => colorbar(chart, value, warnings)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Levels: about how many, or which.
fn levels(node: &Node) -> Result<Levels, Diagnostic> {
    if let Some(items) = node.as_seq() {
        let mut at = items.iter().map(Node::finite).collect::<Result<Vec<f64>, _>>()?;
        at.sort_by(f64::total_cmp);
        return match at.is_empty() || at.len() > MOST_LEVELS || !at.is_sorted_by(|a, b| a < b) {
            true => Err(node.expected("different levels, at least one")),
            false => Ok(Levels::At(at)),
        };
    }
    match node.count()? {
        n if (1..=MOST_LEVELS).contains(&n) => Ok(Levels::Count(n)),
        _ => Err(node.expected(&format!("1 to {MOST_LEVELS} levels"))),
    }
}

/// Which ends go on: `neither`, `both`, `min`, `max`.
pub(super) fn extend(node: &Node) -> Result<[bool; 2], Diagnostic> {
    let known =
        [("neither", [false, false]), ("both", [true, true]), ("min", [true, false]), ("max", [false, true])];
    values::one_of(node, "`neither`, `both`, `min` or `max`", &known)
}

/// `cbar_kwargs`: label, ticks, format and ends are read; sizes are the layout's business.
fn colorbar(chart: &mut Chart, node: &Node, warnings: &mut Vec<Diagnostic>) -> Result<(), Diagnostic> {
    let known = [
        "aspect",
        "drawedges",
        "extend",
        "format",
        "fraction",
        "label",
        "location",
        "orientation",
        "pad",
        "shrink",
        "spacing",
        "ticks",
    ];
    node.mapping()?;
    let keys = Keys::of(node, "`cbar_kwargs`", &known)?;
    if let Some(label) = keys.given("label") {
        chart.color.colorbar_label = Some(values::label(label)?);
    }
    if let Some(ticks) = keys.given("ticks") {
        chart.color.colorbar_ticks = Some(values::ticks(ticks)?);
    }
    if let Some(value) = keys.given("extend") {
        chart.color.colorbar_extend = Some(extend(value)?);
    }
    if let Some(format) = keys.given("format") {
        chart.color.colorbar_format = Some(template(format)?);
    }
    for (key, only) in [("orientation", "vertical"), ("location", "right"), ("spacing", "uniform")] {
        if let Some(value) = keys.given(key).filter(|value| value.as_str() != Some(only)) {
            return Err(unsupported(&format!("`{key}: {}` of a colour bar", value.python_str()), value));
        }
    }
    if let Some(value) = keys.given("drawedges").filter(|value| value.value != Yaml::Bool(false)) {
        return Err(unsupported("`drawedges` of a colour bar", value));
    }
    for key in ["aspect", "fraction", "pad", "shrink"] {
        if let Some(value) = keys.given(key) {
            value.number()?;
            // The pool's plots in space ask for more room, which boxes have anyway.
            if key == "pad" && chart.kind.is_some_and(Kind::spatial) {
                continue;
            }
            warnings.push(
                Diagnostic::warning(format!("`{key}` of a colour bar is left to the layout"))
                    .at(value.place.clone()),
            );
        }
    }
    Ok(())
}

/// A format of ticks: `%.2f` or `{x:.2f}`.
fn template(node: &Node) -> Result<Formatter, Diagnostic> {
    let text = node.text()?;
    let wrong = || node.expected("a format such as `%.2f` or `{x:.2f}`");
    let pieces = super::helpers::tick_pieces(text).ok_or_else(wrong)?;
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        return Err(wrong().help(did_you_mean(text, ["%.2f", "%g", "{x:.2f}"])));
    }
    Ok(Formatter::Template(pieces))
}
