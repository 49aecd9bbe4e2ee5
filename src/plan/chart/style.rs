//! `style`: matplotlib's rcParams into the chart's look.
//!
//! Names come in any order, so they are read in two rounds: what others refer to (font size, colour
//! cycle), then the rest.

mod axes;
mod boxes;
pub(super) mod fonts;
mod lines;

use super::marking::bins;
use super::rcparams::DEFAULTS;
use super::values::{self, unsupported};
use super::{cycle, sheets};
use super::{figsize, helpers, off};
use crate::config::{Node, Yaml};
use crate::diag::{Diagnostic, near};
use crate::render::Chart;
use crate::render::chart::LegendOptions;
use crate::render::colormap::Colormap;
use crate::render::scene::Color;

/// Names under these have no effect on a picture here.
const NO_EFFECT: [&str; 20] = [
    "agg.",
    "animation.",
    "backend",
    "date.interval_multiples",
    "docstring.",
    "figure.edgecolor", // its line has no width
    "figure.hooks",
    "figure.max_open_warning",
    "figure.raise_window",
    "interactive",
    "keymap.",
    "macosx.",
    "savefig.directory",
    "savefig.edgecolor",
    "savefig.format",
    "savefig.orientation",
    "timezone",
    "tk.",
    "toolbar",
    "webagg.",
];

/// Names under these are the layout's own affair, which keeps texts from overlapping.
const LAYOUT: [&str; 3] = ["figure.autolayout", "figure.constrained_layout.", "figure.subplot."];

/// Names under these speak of how files are written, which is the program's own affair.
const OTHER_WRITERS: [&str; 7] = ["path.", "pdf.", "pgf.", "ps.", "svg.", "text.latex.", "text.usetex"];

/// Applies rcParams to a chart with matplotlib's defaults: those of `base_style`, then of `rc_file`,
/// then the others.
pub(super) fn apply(
    chart: &mut Chart,
    params: &[(Node, Node)],
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    let own = |name: &str| params.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value);
    let mut all: Vec<(Node, Node)> = Vec::new();
    if let Some(base) = own("base_style") {
        all.extend(sheets::base(base, &is_drawn, warnings)?);
    }
    if let Some(file) = own("rc_file").filter(|file| !off(Some(file))) {
        all.extend(sheets::file(file, &is_drawn, warnings)?);
    }
    if let Some(flag) = own("ignore_defaults").filter(|flag| !flag.is_null()) {
        // There are no defaults but matplotlib's: those of pools are entries' own.
        flag.boolean()?;
    }
    let special = |key: &Node| matches!(key.as_str(), Some("base_style" | "rc_file" | "ignore_defaults"));
    all.extend(params.iter().filter(|(key, _)| !special(key)).cloned());
    for (key, value) in &all {
        match key.text()? {
            "font.size" if !value.is_null() => {
                let size = values::positive(value)?;
                let style = &mut chart.style;
                style.font_size = size;
                (style.title_size, style.suptitle_size, style.suplabel_size) =
                    (1.2 * size, 1.2 * size, 1.2 * size);
                (style.label_size, style.legend_size) = (size, size);
                style.ticks.iter_mut().for_each(|ticks| ticks.size = size);
            }
            "axes.prop_cycle" if !value.is_null() => cycle::apply(chart, value)?,
            _ => {}
        }
    }
    fonts::apply(chart, &all, warnings)?;
    for (key, value) in &all {
        param(chart, key.text()?, key, value, warnings)?;
    }
    // `savefig.dpi` goes before `figure.dpi`, in whatever order they are written.
    let saved = all.iter().rev().find(|(key, _)| key.as_str() == Some("savefig.dpi"));
    if let Some(dpi) = saved.and_then(|(_, value)| value.as_f64()) {
        chart.style.dpi = dpi;
    }
    Ok(())
}

/// Whether an rcParam is read, has no effect, or its default as its value.
fn is_drawn(name: &str, value: &Node) -> bool {
    let default = DEFAULTS.iter().find(|(known, _)| *known == name);
    default.is_some_and(|(_, default)| is_default(value, default)) || is_read(name)
}

/// Whether an rcParam is read, or has no effect.
fn is_read(name: &str) -> bool {
    let place =
        crate::diag::Place::new(&crate::diag::Source::new("", ""), crate::diag::Span { start: 0, end: 0 });
    let (key, value) = (Node::str(name, &place), Node::new(Yaml::Map(Vec::new()), &place));
    // What is read says what it expects, what is not drawn says so.
    let error = param(&mut Chart::default(), name, &key, &value, &mut Vec::new()).err();
    error.is_none_or(|error| !error.message.contains("is not supported yet"))
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
    let font = chart.style.font_size;
    match name {
        "font.size" | "axes.prop_cycle" => {}
        _ if fonts::reads(name) => {}
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
        "figure.labelsize" => chart.style.suplabel_size = size(value)?,
        "legend.fontsize" => chart.style.legend_size = size(value)?,
        "legend.frameon" => chart.style.legend_frame = value.boolean()?,
        "legend.loc" => chart.legend.loc = Some(helpers::legend_loc(value)?),
        "axes.linewidth" => chart.style.axes_linewidth = values::not_negative(value)?,
        "axes.spines.left" => chart.style.spines[0] = value.boolean()?,
        "axes.spines.bottom" => chart.style.spines[1] = value.boolean()?,
        "axes.spines.right" => chart.style.spines[2] = value.boolean()?,
        "axes.spines.top" => chart.style.spines[3] = value.boolean()?,
        "axes.grid" => chart.style.grid = value.boolean()?,
        "axes.grid.axis" => {
            let known = [("both", [true, true]), ("x", [true, false]), ("y", [false, true])];
            chart.style.grid_axes = values::one_of(value, "`both`, `x` or `y`", &known)?;
        }
        "axes.grid.which" => {
            let known = [("both", [true, true]), ("major", [true, false]), ("minor", [false, true])];
            chart.style.grid_which = values::one_of(value, "`both`, `major` or `minor`", &known)?;
        }
        "axes.axisbelow" => {
            chart.style.grid_order = match value.as_str() {
                Some("line") => 1.5,
                _ if value.boolean()? => 0.5,
                _ => 2.5,
            };
        }
        "axes.labelcolor" => chart.style.label_color = Some(color(value)?),
        "axes.titlecolor" if auto => chart.style.title_color = None,
        "axes.titlecolor" => chart.style.title_color = Some(color(value)?),
        "grid.linestyle" => chart.style.grid_style = values::line_style(value)?,
        "legend.title_fontsize" if value.is_null() => chart.style.legend_title_size = None,
        "legend.title_fontsize" => chart.style.legend_title_size = Some(size(value)?),
        "legend.facecolor" if value.as_str() == Some("inherit") => chart.style.legend_facecolor = None,
        "legend.facecolor" => chart.style.legend_facecolor = Some(color(value)?),
        "legend.edgecolor" if value.as_str() == Some("inherit") => {
            chart.style.legend_edgecolor = chart.style.edgecolor;
        }
        "legend.edgecolor" => chart.style.legend_edgecolor = color(value)?,
        "legend.framealpha" if value.is_null() => chart.style.legend_alpha = 1.0,
        "legend.framealpha" => chart.style.legend_alpha = values::fraction(value)?,
        "legend.borderaxespad"
        | "legend.borderpad"
        | "legend.columnspacing"
        | "legend.handleheight"
        | "legend.handlelength"
        | "legend.handletextpad"
        | "legend.labelspacing"
        | "legend.markerscale" => {
            let mut options = LegendOptions::default();
            let plain = values::plain(value)?;
            options.set(&name[7..], &plain).map_err(|expected| value.expected(&expected))?;
            chart.style.legend_sizes.update(&options.sizes);
            let scale = options.marker_scale.unwrap_or(chart.style.legend_marker_scale);
            chart.style.legend_marker_scale = scale;
        }
        "legend.fancybox" => chart.style.legend_round = value.boolean()?,
        "legend.labelcolor" if value.is_null() || value.as_str() == Some("None") => {
            chart.style.legend_text_color = None;
        }
        "legend.labelcolor" => chart.style.legend_text_color = Some(color(value)?),
        "errorbar.capsize" => chart.style.errorbar_capsize = values::not_negative(value)?,
        "scatter.marker" => {
            let marker = values::marker(value)?;
            chart.style.scatter_marker = marker.ok_or_else(|| value.expected("a marker"))?;
        }
        "savefig.transparent" => {
            if value.boolean()? {
                chart.style.facecolor.a = 0;
                chart.style.axes_facecolor.a = 0;
            }
        }
        _ if name.starts_with("xtick.")
            && axes::tick(&mut chart.style.ticks[0], &name[6..], value, &cycle, font)? => {}
        _ if name.starts_with("ytick.")
            && axes::tick(&mut chart.style.ticks[1], &name[6..], value, &cycle, font)? => {}
        "grid.color" => {
            let alpha = chart.style.grid_color.a;
            chart.style.grid_color = Color { a: alpha, ..color(value)? };
        }
        "grid.alpha" => {
            let alpha = values::fraction(value)?;
            chart.style.grid_color = Color { a: 255, ..chart.style.grid_color }.faded(alpha);
        }
        "grid.linewidth" => chart.style.grid_linewidth = values::not_negative(value)?,
        _ if lines::apply(chart, name, value, &cycle)? => {}
        _ if axes::apply(&mut chart.style, name, value, &cycle)? => {}
        _ if name.starts_with("boxplot.")
            && boxes::apply(&mut chart.style.boxes, &name[8..], value, &cycle)? => {}
        "errorbar.elinewidth" | "errorbar.capthick" => {
            let width = if value.is_null() { None } else { Some(values::not_negative(value)?) };
            chart.style.errorbar_widths[usize::from(name == "errorbar.capthick")] = width;
        }
        "contour.linewidth" if value.is_null() => chart.style.contour_width = None,
        "contour.linewidth" => chart.style.contour_width = Some(values::not_negative(value)?),
        "contour.negative_linestyle" => chart.style.contour_negative = values::line_style(value)?,
        "scatter.edgecolors" => {
            chart.style.scatter_edge = match value.as_str() {
                Some("face") => None,
                Some("none") => Some(Color { a: 0, ..Color::WHITE }),
                _ => Some(color(value)?),
            };
        }
        "figure.frameon" => {
            if !value.boolean()? {
                chart.style.facecolor.a = 0;
            }
        }
        "axes.xmargin" => chart.style.margins[0] = margin(value)?,
        "axes.ymargin" => chart.style.margins[1] = margin(value)?,
        "image.aspect" => chart.style.image_aspect = values::ratio(value)?,
        "image.cmap" => {
            let name = value.text()?;
            Colormap::named(name)
                .map_err(|err| Diagnostic::error(err.to_string()).at(value.place.clone()).help(err.help))?;
            chart.style.cmap = name.to_owned();
        }
        "hist.bins" => {
            chart.hist.bins = bins(value)?;
            chart.style.hist_bins = chart.hist.bins.clone();
        }
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
    if under(&LAYOUT) {
        let message = format!("the rcParam `{name}` has no effect: the layout keeps texts apart by itself");
        warnings.push(Diagnostic::warning(message).at(key.place.clone()));
        return Ok(());
    }
    if under(&["mathtext."]) {
        warnings.push(
            Diagnostic::warning(format!(
                "the rcParam `{name}` has no effect: formulae are set in DejaVu Sans"
            ))
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
