//! `cmap` in all its forms.

use super::values::{color, unsupported};
use crate::config::{Node, Yaml};
use crate::diag::Diagnostic;
use crate::render::Chart;
use crate::render::colormap::Colormap;
use crate::render::scene::Color;

/// Keys of a mapping that describes a colour map; any other key is a label of a discrete one.
const SPEC: [&str; 9] =
    ["N", "bad", "continuous", "from_values", "gamma", "name", "over", "reversed", "under"];

/// Reads a colour map: a name, a list of colours, `label: colour` pairs, or `{from_values: …, bad: …}`.
pub(super) fn apply(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let cycle = chart.style.cycle.clone();
    match &node.value {
        Yaml::Str(name) => named(chart, name, node),
        Yaml::Seq(items) => {
            let colors = items.iter().map(|item| Ok((color(item, &cycle)?, None)));
            discrete(chart, colors.collect::<Result<_, Diagnostic>>()?, node)
        }
        Yaml::Map(entries) => {
            let is_spec = entries.iter().any(|(key, _)| key.as_str().is_some_and(|key| SPEC.contains(&key)));
            if is_spec {
                described(chart, entries, node, &cycle)
            } else {
                labelled(chart, entries, node, &cycle)
            }
        }
        _ => Err(node.expected("a colour map: a name, a list of colours or a mapping")),
    }
}

fn named(chart: &mut Chart, name: &str, node: &Node) -> Result<(), Diagnostic> {
    if name.contains("::") {
        return Err(unsupported(&format!("seaborn's colour map `{name}`"), node));
    }
    Colormap::named(name)
        .map_err(|err| Diagnostic::error(err.to_string()).at(node.place.clone()).help(err.help))?;
    chart.color.cmap = Some(name.to_owned());
    Ok(())
}

/// A discrete map: value i has colour i.
fn discrete(chart: &mut Chart, colors: Vec<(Color, Option<String>)>, node: &Node) -> Result<(), Diagnostic> {
    if colors.is_empty() {
        return Err(node.expected("at least one colour"));
    }
    chart.color.colors = Some(colors);
    Ok(())
}

fn labelled(
    chart: &mut Chart,
    entries: &[(Node, Node)],
    node: &Node,
    cycle: &[Color],
) -> Result<(), Diagnostic> {
    let colors = entries.iter().map(|(key, value)| Ok((color(value, cycle)?, Some(key.python_str()))));
    discrete(chart, colors.collect::<Result<_, Diagnostic>>()?, node)
}

fn described(
    chart: &mut Chart,
    entries: &[(Node, Node)],
    node: &Node,
    cycle: &[Color],
) -> Result<(), Diagnostic> {
    let mut reversed = false;
    for (key, value) in entries {
        let name = key.text()?;
        if value.is_null() {
            continue;
        }
        match name {
            "name" => named(chart, value.text()?, value)?,
            "bad" => chart.color.bad = Some(color(value, cycle)?),
            "reversed" => reversed = value.boolean()?,
            "continuous" if !value.boolean()? => {}
            "from_values" => from_values(chart, value, cycle)?,
            "under" | "over" | "N" | "gamma" | "continuous" => {
                return Err(unsupported(&format!("`{name}` of a colour map"), key));
            }
            _ => {
                return Err(Diagnostic::error(format!("a colour map has no `{name}`"))
                    .at(key.place.clone())
                    .help(crate::diag::did_you_mean(name, SPEC)));
            }
        }
    }
    if reversed {
        match (&mut chart.color.cmap, &mut chart.color.colors) {
            (_, Some(colors)) => colors.reverse(),
            (Some(name), None) => {
                *name = match name.strip_suffix("_r") {
                    Some(base) => base.to_owned(),
                    None => format!("{name}_r"),
                };
            }
            (None, None) => return Err(node.expected("a colour map with its `name`")),
        }
    }
    Ok(())
}

/// `from_values`: a list of colours, or integers 0, 1, … with their colours.
fn from_values(chart: &mut Chart, node: &Node, cycle: &[Color]) -> Result<(), Diagnostic> {
    match &node.value {
        Yaml::Seq(items) => {
            let colors = items.iter().map(|item| Ok((color(item, cycle)?, None)));
            discrete(chart, colors.collect::<Result<_, Diagnostic>>()?, node)
        }
        Yaml::Map(entries) => {
            let in_order =
                entries.iter().enumerate().all(|(i, (key, _))| key.integer().ok() == Some(i as i64));
            let texts = entries.iter().all(|(key, _)| key.as_str().is_some());
            if !in_order && !texts {
                return Err(unsupported("a colour map from values other than 0, 1, 2, …", node));
            }
            labelled(chart, entries, node, cycle)
        }
        _ => Err(node.expected("a list of colours, or values with their colours")),
    }
}
