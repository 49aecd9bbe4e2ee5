//! Helpers that act on single axes.

use super::Context;
use super::text;
use crate::config::{Keys, Node};
use crate::data::time::Civil;
use crate::diag::{Diagnostic, did_you_mean};
use crate::plan::chart::values;
use crate::render::chart::{Backdrop, LegendOptions, RefLine};
use crate::render::hatch;
use crate::render::panel::{PanelOptions, TextOptions};
use crate::render::scene::Color;

/// Applies a helper to the options of panels.
///
/// # Errors
/// Unknown parameters, wrong values, what cannot be drawn.
pub(super) fn apply(
    panel: &mut PanelOptions,
    name: &str,
    node: &Node,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    match name {
        "set_title" => {
            for (key, value) in node.mapping()? {
                match key.text()? {
                    "title" => panel.title = if value.is_null() { None } else { Some(values::label(value)?) },
                    _ => text_option(&mut panel.title_text, key, value, name, &["title"], context)?,
                }
            }
        }
        "set_labels" => labels(panel, node, context)?,
        "set_limits" => {
            let keys = axes(node, name)?;
            for (axis, key) in [(&mut panel.x, "x"), (&mut panel.y, "y"), (&mut panel.z, "z")] {
                if let Some(limits) = keys.given(key) {
                    axis.limits = values::limits(limits)?;
                }
            }
        }
        "set_scales" => {
            let keys = axes(node, name)?;
            for (axis, key) in [(&mut panel.x, "x"), (&mut panel.y, "y"), (&mut panel.z, "z")] {
                if let Some(scale) = keys.given(key) {
                    axis.scale = Some(values::scale(scale)?);
                }
            }
        }
        "set_margins" => margins(panel, node)?,
        "set_legend" => panel.legend = legend(node, name, context)?,
        "set_hv_lines" => {
            let keys = Keys::of(node, "`set_hv_lines`", &["hlines", "vlines"])?;
            let mut read = |key: &str| match keys.given(key) {
                Some(lines) => {
                    let lines = lines.list()?.iter().map(|line| ref_line(line, context));
                    lines.collect::<Result<Vec<_>, _>>().map(Some)
                }
                None => Ok(None),
            };
            panel.hlines = read("hlines")?;
            panel.vlines = read("vlines")?;
        }
        "set_patch" => panel.patch = Some(patch(node, context)?),
        "despine" => despine(panel, node)?,
        _ => return Err(values::unsupported(&format!("the helper `{name}`"), node)),
    }
    Ok(())
}

/// `x`, `y` and `z` of a helper; without a third dimension, `z` is not looked at, as in dantro.
pub(super) fn axes<'a>(node: &'a Node, name: &'a str) -> Result<Keys<'a>, Diagnostic> {
    Keys::of(node, name, &["x", "y", "z"])
}

fn text_option(
    look: &mut TextOptions,
    key: &Node,
    value: &Node,
    helper: &str,
    own: &[&str],
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    if key.as_str() == Some("y") {
        value.number()?;
        context.warn("where a title stands is left to the layout", value);
        return Ok(());
    }
    if let (Some("rotation"), true) = (key.as_str(), helper != "set_labels") {
        return Err(values::unsupported(&format!("`rotation` of `{helper}`"), key));
    }
    text::option(look, key, value, helper, own, context)
}

fn labels(panel: &mut PanelOptions, node: &Node, context: &mut Context<'_>) -> Result<(), Diagnostic> {
    let keys = Keys::of(node, "`set_labels`", &["x", "y", "z", "only_label_outer", "rotate_z_label"])?;
    for (axis, key) in [(&mut panel.x, "x"), (&mut panel.y, "y"), (&mut panel.z, "z")] {
        let Some(value) = keys.given(key) else { continue };
        let Some(entries) = value.as_map() else {
            axis.label = Some(values::label(value)?);
            continue;
        };
        for (name, value) in entries {
            match name.text()? {
                "label" | "xlabel" | "ylabel" | "zlabel" => axis.label = Some(values::label(value)?),
                _ => text_option(&mut axis.label_text, name, value, "set_labels", &["label"], context)?,
            }
        }
        let turn = if key == "x" { 0.0 } else { 90.0 };
        // Without a third dimension that axis is not looked at.
        if key == "z" {
            continue;
        }
        if let Some(other) = axis.label_text.rotation.filter(|degrees| *degrees != turn)
            && !(key == "y" && other == 0.0)
        {
            return Err(values::unsupported(&format!("a label turned by {other} degrees"), value));
        }
    }
    if let Some(flag) = keys.given("rotate_z_label") {
        panel.rotate_z_label = Some(flag.boolean()?);
    }
    if let Some(flag) = keys.given("only_label_outer") {
        panel.only_outer = Some(flag.boolean()?);
    }
    Ok(())
}

fn margins(panel: &mut PanelOptions, node: &Node) -> Result<(), Diagnostic> {
    let keys = Keys::of(node, "`set_margins`", &["margins", "x", "y", "tight"])?;
    let single = keys.given("x").or(keys.given("y"));
    if let Some(both) = keys.given("margins") {
        if let Some(single) = single {
            let message = "`margins` is for both axes: give it, or `x` and `y`";
            return Err(Diagnostic::error(message).at(single.place.clone()));
        }
        let pair = match both.as_seq() {
            Some(_) => both.pair()?,
            None => [both.finite()?; 2],
        };
        panel.margins = pair.map(Some);
    }
    for (index, key) in ["x", "y"].into_iter().enumerate() {
        if let Some(margin) = keys.given(key) {
            panel.margins[index] = Some(margin.finite()?);
        }
    }
    if let Some(margin) = panel.margins.iter().flatten().find(|margin| **margin <= -0.5) {
        return Err(Diagnostic::error(format!("the margin {margin} must be greater than -0.5"))
            .at(node.place.clone()));
    }
    Ok(())
}

/// Parameters of `set_legend` and `set_figlegend`.
pub(super) fn legend(
    node: &Node,
    helper: &str,
    context: &mut Context<'_>,
) -> Result<LegendOptions, Diagnostic> {
    let mut known: Vec<&str> = LegendOptions::NAMES.to_vec();
    known.extend([
        "custom_labels",
        "edgecolor",
        "facecolor",
        "fontsize",
        "gather_from_fig",
        "hiding_threshold",
        "labelcolor",
        "labels",
        "loc",
        "prop",
        "title",
        "title_fontsize",
        "use_legend",
    ]);
    if helper == "set_figlegend" {
        known.extend(["margin", "use_figlegend"]);
    }
    let what = format!("`{helper}`");
    let keys = Keys::of(node, &what, &known)?;
    let used = if helper == "set_figlegend" { keys.given("use_figlegend") } else { None };
    let used = used.or(keys.given("use_legend"));
    let mut legend =
        LegendOptions { show: Some(used.map_or(Ok(true), Node::boolean)?), ..LegendOptions::default() };
    for name in LegendOptions::NAMES {
        let Some(value) = keys.given(name) else { continue };
        let plain = values::plain(value)?;
        legend.set(name, &plain).map_err(|expected| value.expected(&format!("{expected} for `{name}`")))?;
    }
    if let Some(title) = keys.given("title") {
        legend.title = Some(values::label(title)?);
    }
    if let Some(loc) = keys.given("loc") {
        match loc.as_seq() {
            // As in matplotlib: the lower left corner.
            Some(pair) if pair.len() == 2 => {
                legend.anchor = Some([pair[0].finite()?, pair[1].finite()?, 0.0, 0.0]);
                legend.loc = Some("lower left".to_owned());
                legend.sizes.outside = Some(0.0);
            }
            _ => legend.loc = Some(legend_loc(loc)?),
        }
    }
    if let Some(most) = keys.given("hiding_threshold") {
        let most = usize::try_from(most.integer()?).map_err(|_| most.expected("a number of names"))?;
        legend.hiding_threshold = Some(most);
    }
    let prop = keys.given("prop").and_then(|prop| prop.get("size"));
    if let Some(size) = prop.or(keys.given("fontsize")) {
        legend.size = Some(values::font_size(size, context.font_size)?);
    }
    if let Some(size) = keys.given("title_fontsize") {
        legend.title_size = Some(values::font_size(size, context.font_size)?);
    }
    for (name, color) in [
        ("edgecolor", &mut legend.edgecolor),
        ("facecolor", &mut legend.facecolor),
        ("labelcolor", &mut legend.text_color),
    ] {
        if let Some(value) = keys.given(name) {
            *color = Some(values::color(value, &context.cycle)?);
        }
    }
    if let Some(flag) = keys.given("gather_from_fig") {
        legend.gather = Some(flag.boolean()?);
    }
    // matplotlib's `labels` are dantro's `custom_labels`.
    if let Some(names) = keys.given("custom_labels").or(keys.given("labels")) {
        legend.custom_labels = Some(names.list()?.iter().map(values::label).collect::<Result<_, _>>()?);
    }
    if helper == "set_figlegend"
        && let Some(margin) = keys.given("margin")
    {
        legend.margin = Some(values::fraction(margin)?);
    }
    Ok(legend)
}

/// matplotlib's names of places for legends, inside and outside the axes.
pub(in crate::plan::chart) fn legend_loc(node: &Node) -> Result<String, Diagnostic> {
    let known = LegendOptions::PLACES;
    let name = match node.integer() {
        Ok(number) => usize::try_from(number).ok().and_then(|number| known.get(number).copied()),
        Err(_) => node.as_str().filter(|name| LegendOptions::knows(name)),
    };
    name.map(str::to_owned).ok_or_else(|| {
        let shown = node.python_str();
        Diagnostic::error(format!("there is no place `{shown}` for a legend")).at(node.place.clone()).help(
            did_you_mean(&shown, known.into_iter().chain(["outside right upper", "outside upper right"])),
        )
    })
}

/// A number, or `{pos, limits, …line}`.
fn ref_line(node: &Node, context: &mut Context<'_>) -> Result<RefLine, Diagnostic> {
    let mut line = RefLine::default();
    if node.as_map().is_none() {
        (line.at, line.when) = position(node)?;
        return Ok(line);
    }
    let known =
        ["alpha", "c", "color", "label", "limits", "linestyle", "linewidth", "ls", "lw", "pos", "zorder"];
    let keys = Keys::of(node, "a line", &known)?;
    (line.at, line.when) =
        position(keys.given("pos").ok_or_else(|| node.expected("a line with its position in `pos`"))?)?;
    if let Some(color) = keys.given("color").or(keys.given("c")) {
        line.color = Some(values::color(color, &context.cycle)?);
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
    if let Some(limits) = keys.given("limits") {
        line.limits = limits.pair()?;
        if line.limits.iter().any(|limit| !(0.0..=1.0).contains(limit)) {
            return Err(
                limits.expected("two numbers from 0 to 1, where the line begins and ends in the frame")
            );
        }
    }
    if let Some(label) = keys.given("label") {
        line.label = Some(values::label(label)?);
    }
    if let Some(order) = keys.given("zorder") {
        line.zorder = order.number()?;
    }
    Ok(line)
}

/// A number, text that is one (dantro takes `float` of it), or a date.
fn position(node: &Node) -> Result<(f64, Option<Civil>), Diagnostic> {
    if let Some(date) = values::date(node) {
        return Ok((0.0, Some(date)));
    }
    match node.as_str().map(|text| text.trim().parse::<f64>()) {
        Some(Ok(number)) if number.is_finite() => Ok((number, None)),
        _ => Ok((node.finite()?, None)),
    }
}

/// `set_patch`: what is behind the marks, by the arguments of `ax.patch.set`.
fn patch(node: &Node, context: &Context<'_>) -> Result<Backdrop, Diagnostic> {
    let known = [
        "alpha",
        "color",
        "ec",
        "edgecolor",
        "facecolor",
        "fc",
        "hatch",
        "hatch_linewidth",
        "hatchcolor",
        "linewidth",
        "lw",
    ];
    let keys = Keys::of(node, "`set_patch`", &known)?;
    let color = |names: &[&str]| -> Result<Option<Color>, Diagnostic> {
        let value = names.iter().find_map(|name| keys.given(name));
        value.map(|value| values::color(value, &context.cycle)).transpose()
    };
    let width = |names: &[&str]| -> Result<Option<f64>, Diagnostic> {
        names.iter().find_map(|name| keys.given(name)).map(values::not_negative).transpose()
    };
    let hatch = keys.given("hatch").map(|value| {
        let letters = value.text()?;
        hatch::check(letters).map_err(|why| Diagnostic::error(why).at(value.place.clone()))?;
        Ok::<_, Diagnostic>(letters.to_owned())
    });
    Ok(Backdrop {
        face: color(&["facecolor", "fc", "color"])?,
        edge: color(&["edgecolor", "ec", "color"])?,
        width: width(&["linewidth", "lw"])?,
        alpha: keys.given("alpha").map(values::fraction).transpose()?,
        hatch: hatch.transpose()?,
        hatch_color: color(&["hatchcolor"])?,
        hatch_width: width(&["hatch_linewidth"])?,
    })
}

fn despine(panel: &mut PanelOptions, node: &Node) -> Result<(), Diagnostic> {
    let sides = ["left", "bottom", "right", "top"];
    let keys = Keys::of(node, "`despine`", &["left", "bottom", "right", "top", "offset", "trim"])?;
    for key in ["offset", "trim"] {
        let off = |value: &&Node| matches!(value.as_f64(), Some(0.0)) || value.boolean() == Ok(false);
        if let Some(value) = keys.given(key).filter(|value| !off(value)) {
            return Err(values::unsupported(&format!("`{key}` of `despine`"), value));
        }
    }
    for (index, side) in sides.into_iter().enumerate() {
        let by_default = matches!(side, "right" | "top");
        if keys.given(side).map_or(Ok(by_default), Node::boolean)? {
            panel.spines[index] = Some(false);
        }
    }
    Ok(())
}
