//! Helpers that act on the whole figure.

use super::Context;
use super::axes::legend;
use super::text;
use crate::config::{Keys, Node};
use crate::diag::Diagnostic;
use crate::plan::chart::{figsize, values};
use crate::render::Chart;
use crate::render::chart::Share;

/// Most columns or rows of axes.
const MOST: usize = 100;

/// Applies a helper to the chart.
///
/// # Errors
/// Unknown parameters, wrong values, what cannot be drawn.
pub(super) fn apply(
    chart: &mut Chart,
    name: &str,
    node: &Node,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    match name {
        "set_suptitle" => suptitle(chart, node, name, context)?,
        "set_supxlabel" => suplabel(chart, 0, node, name, context)?,
        "set_supylabel" => suplabel(chart, 1, node, name, context)?,
        "set_figlegend" => {
            let mut options = legend(node, name, context)?;
            options.loc.get_or_insert("center right".to_owned());
            chart.figlegend = Some(options);
        }
        "align_labels" => {
            let keys = Keys::of(node, "`align_labels`", &["x", "y"])?;
            for (i, key) in ["x", "y"].into_iter().enumerate() {
                chart.align[i] = keys.given(key).map_or(Ok(true), Node::boolean)?;
            }
        }
        "subplots_adjust" => spaces(chart, node, "`subplots_adjust`", &[])?,
        "figcall" => super::figcall::apply(chart, node, context)?,
        "save_figure" => save_figure(chart, node)?,
        "setup_figure" => setup_figure(chart, node)?,
        _ => return Err(values::unsupported(&format!("the helper `{name}`"), node)),
    }
    Ok(())
}

/// `title`, `margin` and text options.
pub(in crate::plan::chart) fn suptitle(
    chart: &mut Chart,
    node: &Node,
    helper: &str,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    for (key, value) in node.mapping()? {
        match key.text()? {
            "title" | "t" => {
                chart.suptitle = if value.is_null() { None } else { Some(values::label(value)?) }
            }
            "margin" => chart.suptitle_margin = values::not_negative(value)?,
            "x" | "y" => {
                value.number()?;
                context.warn("where the figure's title stands is left to the layout", value);
            }
            "rotation" => return Err(values::unsupported(&format!("`rotation` of `{helper}`"), key)),
            _ => text::option(&mut chart.suptitle_text, key, value, helper, &["title", "margin"], context)?,
        }
    }
    Ok(())
}

/// A label of the figure (`axis` 0 is below, 1 on the left): `label` (or `title`, `t`), `x`, `y` and
/// text options.
pub(super) fn suplabel(
    chart: &mut Chart,
    axis: usize,
    node: &Node,
    helper: &str,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    let own = &mut chart.suplabels[axis];
    for (key, value) in node.mapping()? {
        match key.text()? {
            "label" | "title" | "t" => {
                own.text = if value.is_null() { String::new() } else { values::label(value)? }
            }
            "x" if value.is_null() => own.at[0] = None,
            "y" if value.is_null() => own.at[1] = None,
            "x" => own.at[0] = Some(values::fraction(value)?),
            "y" => own.at[1] = Some(values::fraction(value)?),
            "rotation" if text::rotation(value)? != [0.0, 90.0][axis] => {
                return Err(values::unsupported(&format!("another `rotation` of `{helper}`"), key));
            }
            _ => text::option(&mut own.look, key, value, helper, &["label", "x", "y"], context)?,
        }
    }
    Ok(())
}

/// `left right bottom top wspace hspace`, and `more` keys that are not read here.
pub(super) fn spaces(chart: &mut Chart, node: &Node, what: &str, more: &[&str]) -> Result<(), Diagnostic> {
    let mut known = vec!["left", "bottom", "right", "top", "wspace", "hspace"];
    known.extend(more);
    let keys = Keys::of(node, what, &known)?;
    for (i, key) in ["left", "bottom", "right", "top"].into_iter().enumerate() {
        if let Some(value) = keys.given(key) {
            chart.edges[i] = Some(values::fraction(value)?);
        }
    }
    for (i, key) in ["wspace", "hspace"].into_iter().enumerate() {
        if let Some(value) = keys.given(key) {
            chart.spaces[i] = Some(values::not_negative(value)?);
        }
    }
    let [left, bottom, right, top] = chart.edges;
    for (low, high, names) in [(left, right, "left and right"), (bottom, top, "bottom and top")] {
        if let (Some(low), Some(high)) = (low, high)
            && low >= high
        {
            return Err(Diagnostic::error(format!(
                "{names} of {what} leave no room: {low} is not below {high}"
            ))
            .at(node.place.clone()));
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
    if keys.given("transparent").map_or(Ok(false), Node::boolean)? {
        chart.style.facecolor.a = 0;
        chart.style.axes_facecolor.a = 0;
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
        "constrained_layout",
        "dpi",
        "facecolor",
        "figsize",
        "gridspec_kw",
        "height_ratios",
        "layout",
        "ncols",
        "nrows",
        "scale_figsize_with_subplots_shape",
        "sharex",
        "sharey",
        "subplot_kw",
        "tight_layout",
        "width_ratios",
    ];
    let keys = Keys::of(node, "`setup_figure`", &known)?;
    // With facets the panels give the size, and these parameters do nothing.
    let facets = [&chart.encodings.col, &chart.encodings.row].iter().any(|channel| channel.name().is_some());
    if let Some(dpi) = keys.given("dpi") {
        chart.style.dpi = values::positive(dpi)?;
    }
    if let Some(color) = keys.given("facecolor") {
        chart.style.facecolor = values::color(color, &chart.style.cycle)?;
    }
    if let Some(size) = keys.given("figsize") {
        let size = figsize(size)?;
        if !facets {
            chart.style.figsize = size;
        }
    }
    for (i, key) in ["ncols", "nrows"].into_iter().enumerate() {
        if let Some(number) = keys.given(key) {
            chart.subplots[i] = match number.count()? {
                n if n <= MOST => n,
                _ => return Err(number.expected(&format!("at most {MOST} axes in a row or column"))),
            };
        }
    }
    for (i, key) in ["sharex", "sharey"].into_iter().enumerate() {
        if let Some(value) = keys.given(key) {
            chart.subplot_share[i] = share(value)?;
        }
    }
    if let Some(flag) = keys.given("scale_figsize_with_subplots_shape") {
        chart.scale_with_subplots = flag.boolean()?;
    }
    let ratios = ["width_ratios", "height_ratios"];
    if let Some(grid) = keys.given("gridspec_kw") {
        spaces(chart, grid, "`gridspec_kw`", &ratios)?;
        let inner = Keys::of(
            grid,
            "`gridspec_kw`",
            &["left", "bottom", "right", "top", "wspace", "hspace", "width_ratios", "height_ratios"],
        )?;
        for (i, key) in ratios.into_iter().enumerate() {
            if let Some(value) = inner.given(key) {
                chart.ratios[i] = self::ratios(value, chart.subplots[i])?;
            }
        }
    }
    for (i, key) in ratios.into_iter().enumerate() {
        if let Some(value) = keys.given(key) {
            chart.ratios[i] = self::ratios(value, chart.subplots[i])?;
        }
    }
    if let Some(value) =
        keys.given("subplot_kw").filter(|value| value.as_map().is_none_or(|map| !map.is_empty()))
    {
        let ratio = crate::plan::chart::view::subplot(chart, value, "`subplot_kw`")?;
        // With facets this helper does nothing.
        chart.panel.aspect = ratio.filter(|_| !facets).or(chart.panel.aspect);
    }
    Ok(())
}

/// Widths or heights, one for each column or row.
fn ratios(node: &Node, count: usize) -> Result<Vec<f64>, Diagnostic> {
    let ratios = node.list()?.iter().map(values::positive).collect::<Result<Vec<f64>, _>>()?;
    if ratios.len() == count { Ok(ratios) } else { Err(node.expected(&format!("{count} numbers"))) }
}

/// `true`, `false`, `all`, `row`, `col`, `none`.
pub(in crate::plan::chart) fn share(node: &Node) -> Result<Share, Diagnostic> {
    if node.as_str().is_none() {
        return Ok(if node.boolean()? { Share::All } else { Share::None });
    }
    let known = [("all", Share::All), ("row", Share::Row), ("col", Share::Col), ("none", Share::None)];
    values::one_of(node, "`true`, `false`, `row` or `col`", &known)
}
