//! `style`: matplotlib's rcParams into the chart's look.
//!
//! Names come in any order, so they are read in two rounds: what others refer to (font size, colour
//! cycle), then the rest.

use super::marking::bins;
use super::rcparams::DEFAULTS;
use super::values::{self, unsupported};
use super::{figsize, helpers, off};
use crate::config::{Node, Yaml};
use crate::diag::{Diagnostic, near};
use crate::render::Chart;
use crate::render::colormap::Colormap;
use crate::render::named_color;
use crate::render::scene::Color;

/// Names under these have no effect on a picture here.
const NO_EFFECT: [&str; 24] = [
    "agg.",
    "animation.",
    "backend",
    "date.interval_multiples",
    "docstring.",
    "figure.hooks",
    "figure.max_open_warning",
    "figure.raise_window",
    "interactive",
    "keymap.",
    "macosx.",
    "savefig.directory",
    "savefig.format",
    "savefig.orientation",
    "timezone",
    "tk.",
    "toolbar",
    "webagg.",
    // The layout keeps texts from overlapping whatever these say.
    "figure.autolayout",
    "figure.constrained_layout.",
    "figure.subplot.",
    "font.cursive",
    "font.fantasy",
    "font.monospace",
];

/// Names under these speak of how files are written, which is the program's own affair.
const OTHER_WRITERS: [&str; 7] = ["path.", "pdf.", "pgf.", "ps.", "svg.", "text.latex.", "text.usetex"];

/// Applies rcParams to a chart with matplotlib's defaults.
pub(super) fn apply(
    chart: &mut Chart,
    params: &[(Node, Node)],
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    for (key, value) in params {
        match key.text()? {
            "font.size" if !value.is_null() => {
                let size = values::positive(value)?;
                let style = &mut chart.style;
                style.font_size = size;
                (style.title_size, style.suptitle_size) = (1.2 * size, 1.2 * size);
                (style.label_size, style.legend_size) = (size, size);
                style.ticks.iter_mut().for_each(|ticks| ticks.size = size);
            }
            "axes.prop_cycle" if !value.is_null() => chart.style.cycle = cycle(value)?,
            _ => {}
        }
    }
    for (key, value) in params {
        param(chart, key.text()?, key, value, warnings)?;
    }
    Ok(())
}

fn param(
    chart: &mut Chart,
    name: &str,
    key: &Node,
    value: &Node,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    let cycle = chart.style.cycle.clone();
    let color = |value: &Node| values::rc_color(value, &cycle);
    let size = |value: &Node| values::font_size(value, chart.style.font_size);
    let auto = value.as_str() == Some("auto");
    match name {
        "font.size" | "axes.prop_cycle" => {}
        "base_style" => base_style(value)?,
        "rc_file" | "ignore_defaults" if off(Some(value)) => {}
        "rc_file" | "ignore_defaults" => return Err(unsupported(&format!("`{name}` of `style`"), key)),
        "figure.figsize" => chart.style.figsize = figsize(value)?,
        "figure.dpi" => chart.style.dpi = values::positive(value)?,
        "savefig.dpi" if value.as_str() == Some("figure") => {}
        "savefig.dpi" => chart.style.dpi = values::positive(value)?,
        "savefig.facecolor" if auto => {}
        "figure.facecolor" | "savefig.facecolor" => chart.style.facecolor = color(value)?,
        "axes.facecolor" => chart.style.axes_facecolor = color(value)?,
        "axes.edgecolor" => chart.style.edgecolor = color(value)?,
        "text.color" => chart.style.text_color = color(value)?,
        "axes.titlesize" => chart.style.title_size = size(value)?,
        "axes.labelsize" => chart.style.label_size = size(value)?,
        "figure.titlesize" => chart.style.suptitle_size = size(value)?,
        "legend.fontsize" => chart.style.legend_size = size(value)?,
        "legend.frameon" => chart.style.legend_frame = value.boolean()?,
        "legend.loc" => chart.legend.loc = Some(helpers::legend_loc(value)?),
        "axes.linewidth" => chart.style.axes_linewidth = values::not_negative(value)?,
        "axes.spines.left" => chart.style.spines[0] = value.boolean()?,
        "axes.spines.bottom" => chart.style.spines[1] = value.boolean()?,
        "axes.spines.right" => chart.style.spines[2] = value.boolean()?,
        "axes.spines.top" => chart.style.spines[3] = value.boolean()?,
        "axes.grid" => chart.style.grid = [value.boolean()?; 2],
        "xtick.labelsize" => chart.style.ticks[0].size = size(value)?,
        "ytick.labelsize" => chart.style.ticks[1].size = size(value)?,
        "grid.color" => {
            let alpha = chart.style.grid_color.a;
            chart.style.grid_color = Color { a: alpha, ..color(value)? };
        }
        "grid.alpha" => {
            let alpha = values::fraction(value)?;
            chart.style.grid_color = Color { a: 255, ..chart.style.grid_color }.faded(alpha);
        }
        "grid.linewidth" => chart.style.grid_linewidth = values::not_negative(value)?,
        "lines.linewidth" => chart.style.line_width = values::not_negative(value)?,
        "lines.linestyle" => chart.marks.linestyle = Some(values::line_style(value)?),
        "lines.marker" => chart.marks.marker = values::marker(value)?,
        "lines.markersize" => chart.style.marker_size = values::not_negative(value)?,
        "axes.xmargin" => chart.style.margins[0] = margin(value)?,
        "axes.ymargin" => chart.style.margins[1] = margin(value)?,
        "image.cmap" => {
            let name = value.text()?;
            Colormap::named(name)
                .map_err(|err| Diagnostic::error(err.to_string()).at(value.place.clone()).help(err.help))?;
            chart.style.cmap = name.to_owned();
        }
        "hist.bins" => chart.hist.bins = bins(value)?,
        "savefig.bbox" => match value.as_str() {
            Some("tight") => chart.style.tight = Some(chart.style.tight.unwrap_or(0.1)),
            _ if value.is_null() || value.as_str() == Some("standard") => chart.style.tight = None,
            _ => return Err(value.expected("`tight`, `standard` or `~`")),
        },
        "savefig.pad_inches" => {
            let pad = values::not_negative(value)?;
            chart.style.tight = chart.style.tight.map(|_| pad);
        }
        _ => other(name, key, value, warnings)?,
    }
    Ok(())
}

/// An rcParam that is not read: without effect, the default anyway, not drawn yet, or unknown.
fn other(name: &str, key: &Node, value: &Node, warnings: &mut Vec<Diagnostic>) -> Result<(), Diagnostic> {
    let Some((_, default)) = DEFAULTS.iter().find(|(known, _)| *known == name) else {
        let more = ["base_style", "rc_file", "ignore_defaults"];
        let found = near(name, DEFAULTS.iter().map(|(known, _)| *known).chain(more));
        return Err(Diagnostic::error(format!("there is no rcParam `{name}`"))
            .at(key.place.clone())
            .help(found.map(|found| format!("did you mean `{found}`?"))));
    };
    let under = |names: &[&str]| names.iter().any(|start| name.starts_with(start));
    if is_default(value, default) || under(&NO_EFFECT) {
        return Ok(());
    }
    if under(&OTHER_WRITERS) {
        warnings
            .push(Diagnostic::warning(format!("the rcParam `{name}` has no effect")).at(key.place.clone()));
        return Ok(());
    }
    if under(&["font.", "mathtext."]) {
        warnings.push(
            Diagnostic::warning(format!("the rcParam `{name}` has no effect: texts are set in DejaVu Sans"))
                .at(key.place.clone()),
        );
        return Ok(());
    }
    Err(unsupported(&format!("the rcParam `{name}`"), key)
        .help(format!("its default, {default}, is what is drawn; leave it out")))
}

fn margin(node: &Node) -> Result<f64, Diagnostic> {
    node.as_f64()
        .filter(|margin| *margin > -0.5 && margin.is_finite())
        .ok_or_else(|| node.expected("a margin above -0.5"))
}

/// Whether a value is the default that is written as JSON.
fn is_default(node: &Node, default: &str) -> bool {
    let Ok(default) = serde_json::from_str::<serde_json::Value>(default) else { return false };
    equals(node, &default)
}

fn equals(node: &Node, json: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (&node.value, json) {
        _ if node.tag.is_some() => false,
        (Yaml::Null, Json::Null) => true,
        (Yaml::Bool(a), Json::Bool(b)) => a == b,
        (Yaml::Int(_) | Yaml::Float(_), Json::Number(b)) => node.as_f64() == b.as_f64(),
        (Yaml::Str(a), Json::String(b)) => a.eq_ignore_ascii_case(b),
        (Yaml::Str(_), Json::Array(b)) if b.len() == 1 => equals(node, &b[0]),
        (Yaml::Seq(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equals(a, b)),
        _ => false,
    }
}

/// `base_style`: only matplotlib's own defaults are there.
fn base_style(node: &Node) -> Result<(), Diagnostic> {
    let names: Vec<&Node> = match &node.value {
        Yaml::Null => Vec::new(),
        Yaml::Seq(items) => items.iter().collect(),
        _ => vec![node],
    };
    for name in names {
        if name.text()? != "default" {
            return Err(unsupported(&format!("the style `{}`", name.python_str()), name)
                .help("give its rcParams one by one".to_owned()));
        }
    }
    Ok(())
}

/// `cycler("color", ["1f77b4", …])`, `cycler(color=[…])`, or a list of colours.
fn cycle(node: &Node) -> Result<Vec<Color>, Diagnostic> {
    if let Some(items) = node.as_seq() {
        let colors = items.iter().map(|item| values::rc_color(item, &[])).collect::<Result<Vec<_>, _>>()?;
        return if colors.is_empty() { Err(node.expected("at least one colour")) } else { Ok(colors) };
    }
    let expected = || node.expected("a colour cycle: `cycler(\"color\", [\"1f77b4\", …])`");
    let text = node.as_str().ok_or_else(expected)?;
    let inner =
        text.trim().strip_prefix("cycler(").and_then(|text| text.strip_suffix(')')).ok_or_else(expected)?;
    let inner = inner.trim();
    let (property, values) = match inner.strip_prefix(['"', '\'']) {
        Some(_) => inner.split_once(',').map(|(name, rest)| (name.trim().trim_matches(['"', '\'']), rest)),
        None => inner.split_once('=').map(|(name, rest)| (name.trim(), rest)),
    }
    .ok_or_else(expected)?;
    if property != "color" || values.contains('(') || values.contains('=') {
        return Err(unsupported("a cycle of anything but colours", node));
    }
    let values = values.trim();
    let names: Vec<String> = match values
        .strip_prefix('[')
        .and_then(|values| values.trim_end_matches(',').strip_suffix(']'))
    {
        Some(list) => list.split(',').map(|name| name.trim().trim_matches(['"', '\'']).to_owned()).collect(),
        // A text of letters: one colour each.
        None => values.trim_matches(['"', '\'']).chars().map(String::from).collect(),
    };
    let colors = names.iter().filter(|name| !name.is_empty()).map(|name| {
        let bare = (name.len() == 6).then(|| named_color::hex(name)).flatten();
        bare.map_or_else(|| named_color::named(name, &[]), Ok)
            .map_err(|err| Diagnostic::error(err.to_string()).at(node.place.clone()).help(err.help))
    });
    let colors = colors.collect::<Result<Vec<Color>, _>>()?;
    if colors.is_empty() { Err(expected()) } else { Ok(colors) }
}
