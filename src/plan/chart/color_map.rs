//! `cmap` in all its forms.

use super::values::{color, unsupported};
use crate::config::{Keys, Node, Yaml};
use crate::diag::Diagnostic;
use crate::render::Chart;
use crate::render::colormap::Colormap;
use crate::render::scene::Color;

/// Keys of a mapping that describes a colour map; any other key is a label of a discrete one.
const SPEC: [&str; 10] = [
    "N",
    "bad",
    "continuous",
    "from_values",
    "gamma",
    "name",
    "over",
    "placeholder_color",
    "reversed",
    "under",
];

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
    let colors = entries.iter().map(|(key, value)| Ok((own_or_white(value, cycle)?, Some(key.python_str()))));
    discrete(chart, colors.collect::<Result<_, Diagnostic>>()?, node)
}

fn described(
    chart: &mut Chart,
    entries: &[(Node, Node)],
    node: &Node,
    cycle: &[Color],
) -> Result<(), Diagnostic> {
    let mut reversed = false;
    let mut labels: Vec<(Node, Node)> = Vec::new();
    for (key, value) in entries {
        let shown = key.python_str();
        if !SPEC.contains(&shown.as_str()) {
            labels.push((key.clone(), value.clone()));
            continue;
        }
        if value.is_null() {
            continue;
        }
        match shown.as_str() {
            "name" => named(chart, value.text()?, value)?,
            "bad" => chart.color.bad = Some(extreme(value, cycle)?),
            "under" => chart.color.under = Some(extreme(value, cycle)?),
            "over" => chart.color.over = Some(extreme(value, cycle)?),
            "reversed" => reversed = value.boolean()?,
            "continuous" => chart.color.continuous = value.boolean()?,
            "from_values" => from_values(chart, value, cycle)?,
            "placeholder_color" => {} // of colours that are null
            "N" => match value.count()? {
                n if (1..=65_536).contains(&n) => chart.color.count = Some(n),
                _ => return Err(value.expected("1 to 65536 colours")),
            },
            _ => chart.color.gamma = Some(super::values::positive(value)?),
        }
    }
    if !labels.is_empty() {
        if chart.color.cmap.is_some() || chart.color.colors.is_some() {
            let (key, _) = &labels[0];
            return Err(Diagnostic::error(format!("a colour map has no `{}`", key.python_str()))
                .at(key.place.clone())
                .help(crate::diag::did_you_mean(&key.python_str(), SPEC)));
        }
        labelled(chart, &labels, node, cycle)?;
    }
    if chart.color.continuous {
        places(chart, node)?;
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
            (None, None) => chart.color.cmap = Some(format!("{}_r", chart.style.cmap)),
        }
    }
    Ok(())
}

/// The colour of what has no place in the map: a colour, or a mapping with `color` and `alpha`.
fn extreme(node: &Node, cycle: &[Color]) -> Result<Color, Diagnostic> {
    if node.as_map().is_none() {
        return color(node, cycle);
    }
    let keys = Keys::of(node, "a colour", &["alpha", "color"])?;
    let own = keys.given("color").ok_or_else(|| node.expected("a colour in `color`"))?;
    let own = color(own, cycle)?;
    Ok(match keys.given("alpha") {
        Some(alpha) => Color { a: 255, ..own }.faded(super::values::fraction(alpha)?),
        None => own,
    })
}

/// Places of a continuous map: from 0 to 1. Looser than dantro, where others fail: any rising values
/// are brought there.
fn places(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let Some(colors) = &chart.color.colors else {
        return Err(node.expected("a continuous colour map with its colours in `from_values`"));
    };
    if colors.len() < 2 {
        return Err(node.expected("at least two colours of a continuous map"));
    }
    if let Some(at) = &mut chart.color.positions {
        let (first, last) = (at[0], at[at.len() - 1]);
        for place in at.iter_mut() {
            *place = (*place - first) / (last - first);
        }
    }
    Ok(())
}

/// `from_values`: a list of colours, or values that rise with their colours (text: names).
fn from_values(chart: &mut Chart, node: &Node, cycle: &[Color]) -> Result<(), Diagnostic> {
    match &node.value {
        Yaml::Seq(items) => {
            let colors = items.iter().map(|item| Ok((own_or_white(item, cycle)?, None)));
            discrete(chart, colors.collect::<Result<_, Diagnostic>>()?, node)
        }
        Yaml::Map(entries) if entries.iter().all(|(key, _)| key.as_str().is_some()) => {
            labelled(chart, entries, node, cycle)
        }
        Yaml::Map(entries) => {
            let at = entries.iter().map(|(key, _)| key.finite()).collect::<Result<Vec<f64>, _>>()?;
            if !at.is_sorted_by(|a, b| a < b) {
                return Err(node.expected("values that rise"));
            }
            let colors = entries.iter().map(|(_, value)| Ok((own_or_white(value, cycle)?, None)));
            discrete(chart, colors.collect::<Result<_, Diagnostic>>()?, node)?;
            chart.color.positions = Some(at);
            Ok(())
        }
        _ => Err(node.expected("a list of colours, or values with their colours")),
    }
}

/// A colour; null stands for white, as a placeholder.
fn own_or_white(node: &Node, cycle: &[Color]) -> Result<Color, Diagnostic> {
    if node.is_null() { Ok(Color::WHITE) } else { color(node, cycle) }
}
