//! Arguments about how values become colours, and about the colour bar.

use super::values;
use super::{color_map, norm};
use crate::config::{Keys, Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::Chart;
use crate::render::chart::{BarOptions, Center, Levels};
use crate::render::ticks::{Formatter, Piece};

/// Levels at most: more cannot be told apart.
const MOST_LEVELS: usize = 10_000;

/// Reads one argument; whether it was one of colours. `value` is not null.
pub(super) fn argument(chart: &mut Chart, name: &str, value: &Node) -> Result<bool, Diagnostic> {
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
        "cbar_kwargs" => colorbar(chart, value)?,
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

/// `cbar_kwargs`, as matplotlib's `colorbar` takes them; `ticklabels` are names of the ticks.
fn colorbar(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let known: Vec<&str> =
        BarOptions::NAMES.into_iter().chain(["format", "label", "ticklabels", "ticks"]).collect();
    node.mapping()?;
    let keys = Keys::of(node, "`cbar_kwargs`", &known)?;
    let bar = &mut chart.color.bar;
    if let Some(label) = keys.given("label") {
        bar.label = Some(values::label(label)?);
    }
    if let Some(ticks) = keys.given("ticks") {
        bar.ticks = Some(values::ticks(ticks)?);
    }
    if let Some(names) = keys.given("ticklabels") {
        let texts = names.list()?.iter().map(values::label).collect::<Result<Vec<_>, _>>()?;
        let ticks = bar.ticks.get_or_insert_with(|| (0..texts.len()).map(|i| (i as f64, None)).collect());
        if ticks.len() != texts.len() {
            return Err(names.expected(&format!("{} names, one a tick", ticks.len())));
        }
        ticks.iter_mut().zip(texts).for_each(|(tick, text)| tick.1 = Some(text));
    }
    if let Some(format) = keys.given("format") {
        bar.format = Some(template(format)?);
    }
    // `anchor` depends on the orientation.
    let later = |name: &&str| *name == "anchor";
    let names = || BarOptions::NAMES.into_iter();
    for name in names().filter(|name| !later(name)).chain(names().filter(later)) {
        let Some(value) = keys.given(name) else { continue };
        bar.set(name, &values::plain(value)?)
            .map_err(|expected| value.expected(&format!("{expected} for `{name}`")))?;
    }
    bar.check().map_err(|why| Diagnostic::error(why).at(node.place.clone()))
}

/// A format of ticks: `%.2f` or `{x:.2f}`.
fn template(node: &Node) -> Result<Formatter, Diagnostic> {
    let text = node.text()?;
    let wrong = || node.expected("a format such as `%.2f` or `{x:.2f}`");
    let pieces = crate::render::ticks::pieces(text).ok_or_else(wrong)?;
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        return Err(wrong().help(did_you_mean(text, ["%.2f", "%g", "{x:.2f}"])));
    }
    Ok(Formatter::Template(pieces))
}
