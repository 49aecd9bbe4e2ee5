//! Helpers of the PlotHelper into options of the chart.

use super::values::{self, unsupported};
use super::{figsize, off};
use crate::config::{Keys, Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::Chart;
use crate::render::chart::RefLine;
use crate::render::scene::Color;

/// Helpers that are read here.
const READ: [&str; 12] = [
    "despine",
    "save_figure",
    "set_hv_lines",
    "set_labels",
    "set_legend",
    "set_limits",
    "set_margins",
    "set_scales",
    "set_suptitle",
    "set_ticks",
    "set_title",
    "setup_figure",
];

/// Helpers of the dialect that are not drawn yet.
const TO_COME: [&str; 11] = [
    "align_labels",
    "annotate",
    "autofmt_xdate",
    "axis_specific",
    "call",
    "figcall",
    "set_figlegend",
    "set_texts",
    "set_tick_formatters",
    "set_tick_locators",
    "subplots_adjust",
];

/// Arguments of matplotlib's `Text`, which several helpers pass on.
const TEXT: [&str; 14] = [
    "backgroundcolor",
    "color",
    "fontfamily",
    "fontsize",
    "fontstyle",
    "fontweight",
    "ha",
    "labelpad",
    "loc",
    "pad",
    "rotation",
    "size",
    "va",
    "weight",
];

/// Applies all helpers that are on, in their order.
pub(super) fn apply(
    chart: &mut Chart,
    helpers: &[(Node, Node)],
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    for (key, value) in helpers {
        let name = key.text()?;
        if !READ.contains(&name) && !TO_COME.contains(&name) {
            return Err(Diagnostic::error(format!("there is no helper `{name}`"))
                .at(key.place.clone())
                .help(did_you_mean(name, READ.iter().chain(&TO_COME).copied())));
        }
        if !value.is_null() {
            value.mapping()?;
        }
        if value.get("enabled").map_or(Ok(true), Node::boolean)? {
            let parameters = without_enabled(value);
            helper(chart, name, key, &parameters, warnings).map_err(|error| error.or_at(&key.place))?;
        }
    }
    Ok(())
}

/// The parameters, as a mapping without `enabled`.
fn without_enabled(node: &Node) -> Node {
    let entries = node.as_map().unwrap_or_default();
    let kept = entries.iter().filter(|(key, _)| key.as_str() != Some("enabled")).cloned().collect();
    Node::new(Yaml::Map(kept), &node.place)
}

fn helper(
    chart: &mut Chart,
    name: &str,
    key: &Node,
    node: &Node,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    match name {
        "set_title" => chart.title = title(node, name, warnings)?.or(chart.title.take()),
        "set_suptitle" => chart.suptitle = title(node, name, warnings)?.or(chart.suptitle.take()),
        "set_labels" => labels(chart, node)?,
        "set_limits" => {
            let keys = axes(node, name)?;
            if let Some(limits) = keys.given("x") {
                chart.x.limits = values::limits(limits)?;
            }
            if let Some(limits) = keys.given("y") {
                chart.y.limits = values::limits(limits)?;
            }
        }
        "set_scales" => {
            let keys = axes(node, name)?;
            if let Some(scale) = keys.given("x") {
                chart.x.scale = Some(values::scale(scale)?);
            }
            if let Some(scale) = keys.given("y") {
                chart.y.scale = Some(values::scale(scale)?);
            }
        }
        "set_ticks" => {
            let keys = axes(node, name)?;
            if let Some(ticks) = keys.given("x") {
                chart.x.ticks = Some(values::ticks(ticks)?);
            }
            if let Some(ticks) = keys.given("y") {
                chart.y.ticks = Some(values::ticks(ticks)?);
            }
        }
        "set_margins" => margins(chart, node)?,
        "set_legend" => legend(chart, node)?,
        "set_hv_lines" => {
            let keys = Keys::of(node, "`set_hv_lines`", &["hlines", "vlines"])?;
            let cycle = chart.style.cycle.clone();
            let read = |key: &str| match keys.given(key) {
                Some(lines) => lines.list()?.iter().map(|line| ref_line(line, &cycle)).collect(),
                None => Ok(Vec::new()),
            };
            chart.hlines.extend(read("hlines")?);
            chart.vlines.extend(read("vlines")?);
        }
        "despine" => despine(chart, node)?,
        "save_figure" => save_figure(chart, node)?,
        "setup_figure" => setup_figure(chart, node)?,
        _ => return Err(unsupported(&format!("the helper `{name}`"), key)),
    }
    Ok(())
}

/// `x` and `y` of a helper; `z` belongs to kinds that are not drawn yet.
fn axes<'a>(node: &'a Node, name: &'a str) -> Result<Keys<'a>, Diagnostic> {
    let keys = Keys::of(node, name, &["x", "y", "z"])?;
    match keys.given("z") {
        Some(z) => Err(unsupported("the z axis", z)),
        None => Ok(keys),
    }
}

/// The title of `set_title` and `set_suptitle`.
fn title(node: &Node, name: &str, warnings: &mut Vec<Diagnostic>) -> Result<Option<String>, Diagnostic> {
    let mut title = None;
    for (key, value) in node.mapping()? {
        match key.text()? {
            _ if value.is_null() => {}
            "title" => title = Some(values::label(value)?),
            "margin" if name == "set_suptitle" => {
                value.number()?;
                let message = "the `margin` below a figure's title is left to the layout";
                warnings.push(Diagnostic::warning(message).at(value.place.clone()));
            }
            other => return Err(text_option(key, other, name, &["title"])),
        }
    }
    Ok(title)
}

/// An option of a text: known and not drawn yet, or unknown.
fn text_option(key: &Node, option: &str, helper: &str, own: &[&str]) -> Diagnostic {
    if TEXT.contains(&option) {
        return unsupported(&format!("`{option}` of `{helper}`"), key)
            .help("sizes and colours of all texts are rcParams in `style`".to_owned());
    }
    Diagnostic::error(format!("`{helper}` has no `{option}`"))
        .at(key.place.clone())
        .help(did_you_mean(option, own.iter().chain(&TEXT).copied()))
}

fn labels(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    for (key, value) in node.mapping()? {
        let name = key.text()?;
        match name {
            _ if value.is_null() => {}
            "x" => chart.x.label = Some(axis_label(value)?),
            "y" => chart.y.label = Some(axis_label(value)?),
            "only_label_outer" if value.boolean()? => {}
            "z" | "rotate_z_label" | "only_label_outer" => {
                return Err(unsupported(&format!("`{name}: …` of `set_labels`"), key));
            }
            other => return Err(text_option(key, other, "set_labels", &["x", "y", "only_label_outer"])),
        }
    }
    Ok(())
}

/// Text, or `{label, …}`.
fn axis_label(node: &Node) -> Result<String, Diagnostic> {
    let Some(entries) = node.as_map() else { return values::label(node) };
    let mut label = None;
    for (key, value) in entries {
        match key.text()? {
            "label" => label = Some(values::label(value)?),
            other => return Err(text_option(key, other, "set_labels", &["label"])),
        }
    }
    label.ok_or_else(|| node.expected("a text with its `label`"))
}

fn margins(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let keys = Keys::of(node, "`set_margins`", &["margins", "x", "y"])?;
    if let Some(both) = keys.given("margins") {
        chart.style.margins = match both.as_seq() {
            Some(_) => both.pair()?,
            None => [both.finite()?; 2],
        };
    }
    for (index, key) in ["x", "y"].into_iter().enumerate() {
        if let Some(margin) = keys.given(key) {
            chart.style.margins[index] = margin.finite()?;
        }
    }
    if let Some(margin) = chart.style.margins.iter().find(|margin| **margin <= -0.5) {
        return Err(Diagnostic::error(format!("the margin {margin} must be greater than -0.5"))
            .at(node.place.clone()));
    }
    Ok(())
}

fn legend(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let known = [
        "bbox_to_anchor",
        "custom_labels",
        "fontsize",
        "frameon",
        "gather_from_fig",
        "hiding_threshold",
        "loc",
        "ncol",
        "ncols",
        "title",
        "use_legend",
    ];
    let keys = Keys::of(node, "`set_legend`", &known)?;
    chart.legend.show = Some(keys.given("use_legend").map_or(Ok(true), Node::boolean)?);
    if let Some(title) = keys.given("title") {
        chart.legend.title = Some(values::label(title)?);
    }
    if let Some(loc) = keys.given("loc") {
        chart.legend.loc = Some(legend_loc(loc)?);
    }
    if let Some(ncol) = keys.given("ncol").or(keys.given("ncols")) {
        chart.legend.ncol = Some(ncol.count()?);
    }
    if let Some(most) = keys.given("hiding_threshold") {
        chart.legend.hiding_threshold =
            Some(usize::try_from(most.integer()?).map_err(|_| most.expected("a number of names"))?);
    }
    if let Some(frame) = keys.given("frameon") {
        chart.style.legend_frame = frame.boolean()?;
    }
    if let Some(size) = keys.given("fontsize") {
        chart.style.legend_size = values::font_size(size, chart.style.font_size)?;
    }
    for key in ["bbox_to_anchor", "custom_labels", "gather_from_fig"] {
        if let Some(value) = keys.given(key).filter(|value| !off(Some(value))) {
            return Err(unsupported(&format!("`{key}` of `set_legend`"), value));
        }
    }
    Ok(())
}

/// matplotlib's names of places for legends inside the axes.
pub(super) fn legend_loc(node: &Node) -> Result<String, Diagnostic> {
    const KNOWN: [&str; 11] = [
        "best",
        "upper right",
        "upper left",
        "lower left",
        "lower right",
        "right",
        "center left",
        "center right",
        "lower center",
        "upper center",
        "center",
    ];
    let name = match node.integer() {
        Ok(number) => usize::try_from(number).ok().and_then(|number| KNOWN.get(number).copied()),
        Err(_) => KNOWN.iter().find(|known| Some(**known) == node.as_str()).copied(),
    };
    name.map(str::to_owned).ok_or_else(|| {
        let shown = node.python_str();
        Diagnostic::error(format!("there is no place `{shown}` for a legend"))
            .at(node.place.clone())
            .help(did_you_mean(&shown, KNOWN))
    })
}

/// A number, or `{pos, limits, …line}`.
fn ref_line(node: &Node, cycle: &[Color]) -> Result<RefLine, Diagnostic> {
    let mut line = RefLine::default();
    if node.as_map().is_none() {
        line.at = node.finite()?;
        return Ok(line);
    }
    let known = ["alpha", "color", "label", "limits", "linestyle", "linewidth", "ls", "lw", "pos", "zorder"];
    let keys = Keys::of(node, "a line", &known)?;
    line.at =
        keys.given("pos").ok_or_else(|| node.expected("a line with its position in `pos`"))?.finite()?;
    if let Some(color) = keys.given("color") {
        line.color = Some(values::color(color, cycle)?);
    }
    if let Some(alpha) = keys.given("alpha") {
        line.alpha = values::fraction(alpha)?;
    }
    if let Some(width) = keys.given("linewidth").or(keys.given("lw")) {
        line.width = Some(values::not_negative(width)?);
    }
    if let Some(style) = keys.given("linestyle").or(keys.given("ls")) {
        line.style = values::line_style(style)?;
    }
    if let Some(limits) = keys.given("limits").filter(|limits| limits.pair().ok() != Some([0.0, 1.0])) {
        return Err(unsupported("`limits` of a line", limits));
    }
    if let Some(label) = keys.given("label") {
        return Err(unsupported("`label` of a line", label));
    }
    if let Some(order) = keys.given("zorder") {
        line.zorder = order.number()?;
    }
    Ok(line)
}

fn despine(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let sides = ["left", "bottom", "right", "top"];
    let keys = Keys::of(node, "`despine`", &["left", "bottom", "right", "top", "offset", "trim"])?;
    for key in ["offset", "trim"] {
        if let Some(value) = keys.given(key).filter(|value| !off(Some(value))) {
            return Err(unsupported(&format!("`{key}` of `despine`"), value));
        }
    }
    for (index, side) in sides.into_iter().enumerate() {
        let by_default = matches!(side, "right" | "top");
        if keys.given(side).map_or(Ok(by_default), Node::boolean)? {
            chart.style.spines[index] = false;
        }
    }
    Ok(())
}

fn save_figure(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let known = ["bbox_inches", "dpi", "facecolor", "pad_inches", "transparent"];
    let keys = Keys::of(node, "`save_figure`", &known)?;
    if let Some(dpi) = keys.given("dpi") {
        chart.style.dpi = values::positive(dpi)?;
    }
    if let Some(color) = keys.given("facecolor").filter(|color| color.as_str() != Some("auto")) {
        chart.style.facecolor = values::color(color, &chart.style.cycle)?;
    }
    if let Some(flag) = keys.given("transparent").filter(|flag| !off(Some(flag))) {
        return Err(unsupported("`transparent` of `save_figure`", flag));
    }
    let pad = keys.given("pad_inches").map(values::not_negative).transpose()?;
    match keys.get("bbox_inches") {
        Some(bbox) if bbox.is_null() => chart.style.tight = None,
        Some(bbox) => match bbox.text()? {
            "tight" => chart.style.tight = Some(pad.or(chart.style.tight).unwrap_or(0.1)),
            _ => return Err(bbox.expected("`tight` or `~`")),
        },
        None => chart.style.tight = chart.style.tight.map(|before| pad.unwrap_or(before)),
    }
    Ok(())
}

fn setup_figure(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let known = [
        "dpi",
        "figsize",
        "gridspec_kw",
        "ncols",
        "nrows",
        "scale_figsize_with_subplots_shape",
        "sharex",
        "sharey",
        "subplot_kw",
    ];
    let keys = Keys::of(node, "`setup_figure`", &known)?;
    // With facets the panels give the size, and these parameters do nothing.
    let facets = [&chart.encodings.col, &chart.encodings.row].iter().any(|channel| channel.name().is_some());
    if let Some(dpi) = keys.given("dpi") {
        chart.style.dpi = values::positive(dpi)?;
    }
    if let Some(size) = keys.given("figsize") {
        let size = figsize(size)?;
        if !facets {
            chart.style.figsize = size;
        }
    }
    for key in ["ncols", "nrows"] {
        if let Some(number) = keys.given(key).filter(|number| number.value != Yaml::Int(1)) {
            return Err(unsupported("several subplots by `setup_figure`", number));
        }
    }
    for key in ["gridspec_kw", "subplot_kw"] {
        if let Some(value) = keys.given(key).filter(|value| value.as_map().is_none_or(|map| !map.is_empty()))
        {
            return Err(unsupported(&format!("`{key}` of `setup_figure`"), value));
        }
    }
    Ok(())
}
