//! `norm` in all its forms.

use super::values::{positive, unsupported};
use crate::config::{Keys, Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::Chart;
use crate::render::chart::Norm;

const NAMES: [&str; 8] = [
    "Normalize",
    "LogNorm",
    "SymLogNorm",
    "PowerNorm",
    "TwoSlopeNorm",
    "CenteredNorm",
    "BoundaryNorm",
    "NoNorm",
];

/// Reads a norm: a name, or a mapping with its `name` and parameters.
pub(super) fn apply(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let known = [
        "name",
        "vmin",
        "vmax",
        "linthresh",
        "linscale",
        "base",
        "gamma",
        "vcenter",
        "halfrange",
        "boundaries",
        "ncolors",
        "extend",
        "clip",
    ];
    let keys = match &node.value {
        Yaml::Map(_) => Some(Keys::of(node, "a norm", &known)?),
        _ => None,
    };
    let given = |key: &str| keys.as_ref().and_then(|keys| keys.given(key));
    let name = match &keys {
        Some(_) => given("name").ok_or_else(|| node.expected("a norm with its `name`"))?,
        None => node,
    };
    let number = |key: &str, default: f64| given(key).map_or(Ok(default), Node::finite);
    let Yaml::Str(text) = &name.value else { return Err(name.expected("the name of a norm")) };
    chart.color.norm = match text.as_str() {
        "Normalize" | "linear" => Norm::Linear,
        "LogNorm" | "log" => Norm::Log,
        "SymLogNorm" | "symlog" => Norm::SymLog { linthresh: given("linthresh").map_or(Ok(1.0), positive)? },
        "PowerNorm" => {
            let gamma = given("gamma").ok_or_else(|| node.expected("a PowerNorm with its `gamma`"))?;
            Norm::Power { gamma: positive(gamma)? }
        }
        "TwoSlopeNorm" => {
            let center =
                given("vcenter").ok_or_else(|| node.expected("a TwoSlopeNorm with its `vcenter`"))?;
            Norm::TwoSlope { center: center.finite()? }
        }
        "CenteredNorm" => {
            let center = number("vcenter", 0.0)?;
            if let Some(half) = given("halfrange") {
                let half = positive(half)?;
                (chart.color.vmin, chart.color.vmax) = (Some(center - half), Some(center + half));
            }
            Norm::Centered { center }
        }
        "BoundaryNorm" => {
            let list =
                given("boundaries").ok_or_else(|| node.expected("a BoundaryNorm with `boundaries`"))?;
            let edges = list.list()?.iter().map(Node::finite).collect::<Result<Vec<f64>, _>>()?;
            if edges.len() < 2 || !edges.is_sorted_by(|a, b| a < b) {
                return Err(list.expected("at least two boundaries that rise"));
            }
            chart.color.boundaries = Some(edges);
            Norm::Linear
        }
        "NoNorm" => Norm::Index,
        "FuncNorm" => {
            return Err(Diagnostic::error("`FuncNorm` needs Python")
                .at(name.place.clone())
                .help("use PowerNorm, SymLogNorm, TwoSlopeNorm or BoundaryNorm".to_owned()));
        }
        other => {
            return Err(Diagnostic::error(format!("there is no norm `{other}`"))
                .at(name.place.clone())
                .help(did_you_mean(other, NAMES)));
        }
    };
    let limit = |key: &str| given(key).map(Node::finite).transpose();
    chart.color.vmin = limit("vmin")?.or(chart.color.vmin);
    chart.color.vmax = limit("vmax")?.or(chart.color.vmax);
    if let Some(extend) = given("extend") {
        chart.color.extend = Some(super::coloring::extend(extend)?);
    }
    // How many colours a map is cut into follows from the map.
    for (key, what) in [("ncolors", "a number of colours"), ("linscale", "a number"), ("base", "a number")] {
        if let Some(value) = given(key) {
            value.as_f64().ok_or_else(|| value.expected(what))?;
        }
    }
    for (key, only) in [("linscale", 1.0), ("base", 10.0)] {
        if let Some(value) = given(key).filter(|value| value.as_f64() != Some(only)) {
            return Err(unsupported(&format!("`{key}` other than {only} of a norm"), value));
        }
    }
    if let Some(clip) = given("clip").filter(|clip| clip.value == Yaml::Bool(true)) {
        return Err(unsupported("`clip` of a norm", clip));
    }
    Ok(())
}
