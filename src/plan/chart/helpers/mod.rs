//! Helpers of the PlotHelper into options of the chart and of single panels.
//!
//! As in dantro, those that act on the figure come first, then those that act on axes, each in the
//! order in which they are written; `axis_specific` updates what single axes want.

mod arrows;
mod axes;
mod figcall;
mod figure;
mod text;
mod ticks;

use crate::config::{Keys, Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::Chart;
use crate::render::chart::Style;
use crate::render::panel::{Aspect, Override, PanelOptions};
use crate::render::scene::Color;
pub(super) use axes::legend_loc;

/// Helpers that act on axes, with what they say.
const AXES: [(&str, Aspect); 14] = [
    ("annotate", Aspect::Annotations),
    ("call", Aspect::Calls),
    ("despine", Aspect::Spines),
    ("set_hv_lines", Aspect::Lines),
    ("set_labels", Aspect::Labels),
    ("set_legend", Aspect::Legend),
    ("set_limits", Aspect::Limits),
    ("set_margins", Aspect::Margins),
    ("set_patch", Aspect::Patch),
    ("set_scales", Aspect::Scales),
    ("set_texts", Aspect::Texts),
    ("set_tick_formatters", Aspect::Formatters),
    ("set_tick_locators", Aspect::Locators),
    ("set_title", Aspect::Title),
];

/// `set_ticks`, and `autofmt_xdate`, which turns labels of ticks.
const TICKS: [(&str, Aspect); 2] = [("set_ticks", Aspect::Ticks), ("autofmt_xdate", Aspect::TickLabels)];

/// Helpers that act on the figure.
const FIGURE: [&str; 9] = [
    "align_labels",
    "figcall",
    "save_figure",
    "set_figlegend",
    "set_suptitle",
    "set_supxlabel",
    "set_supylabel",
    "setup_figure",
    "subplots_adjust",
];

/// What helpers read values by.
pub(super) struct Context<'a> {
    /// Colours `C0`, `C1`, ….
    cycle: Vec<Color>,
    /// All of the style.
    style: Style,
    /// `font.size`, points.
    font_size: f64,
    warnings: &'a mut Vec<Diagnostic>,
}

impl Context<'_> {
    fn warn(&mut self, message: impl Into<String>, node: &Node) {
        self.warnings.push(Diagnostic::warning(message.into()).at(node.place.clone()));
    }
}

fn aspect(name: &str) -> Option<Aspect> {
    AXES.iter().chain(&TICKS).find(|(known, _)| *known == name).map(|(_, aspect)| *aspect)
}

/// Names of all helpers, and `axis_specific`.
fn names() -> impl Iterator<Item = &'static str> + Clone {
    let axes = AXES.iter().chain(&TICKS).map(|(name, _)| *name);
    axes.chain(FIGURE).chain(["axis_specific"])
}

/// Applies all helpers that are on.
pub(super) fn apply(
    chart: &mut Chart,
    helpers: &[(Node, Node)],
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    for (key, value) in helpers {
        let name = key.text()?;
        if !names().any(|known| known == name) {
            return Err(unknown(key, name));
        }
        if !value.is_null() {
            value.mapping()?;
        }
    }
    let mut context = Context {
        cycle: chart.style.cycle.clone(),
        style: chart.style.clone(),
        font_size: chart.style.font_size,
        warnings,
    };
    let on = |value: &Node| value.get("enabled").map_or(Ok(true), Node::boolean);
    let mut panel = PanelOptions::default();
    for (key, value) in helpers {
        let name = key.text()?;
        if let (true, true) = (FIGURE.contains(&name), on(value)?) {
            let node = parameters(value);
            figure::apply(chart, name, &node, &mut context).map_err(|error| error.or_at(&key.place))?;
        }
    }
    for (key, value) in helpers {
        let name = key.text()?;
        if let (Some(aspect), true) = (aspect(name), on(value)?) {
            on_axes(&mut panel, name, aspect, value, &mut context)
                .map_err(|error| error.or_at(&key.place))?;
        }
    }
    chart.update(&panel);
    for (_, value) in helpers.iter().filter(|(key, _)| key.as_str() == Some("axis_specific")) {
        if on(value)? {
            axis_specific(chart, helpers, &parameters(value), &mut context)?;
        }
    }
    Ok(())
}

fn unknown(key: &Node, name: &str) -> Diagnostic {
    Diagnostic::error(format!("there is no helper `{name}`"))
        .at(key.place.clone())
        .help(did_you_mean(name, names()))
}

/// Applies a helper to the options of panels.
fn on_axes(
    panel: &mut PanelOptions,
    name: &str,
    aspect: Aspect,
    value: &Node,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    let node = parameters(value);
    if value.get("skip_empty_axes").map_or(Ok(true), Node::boolean)? {
        panel.on_empty.retain(|other| *other != aspect);
    } else if !panel.on_empty.contains(&aspect) {
        panel.on_empty.push(aspect);
    }
    match name {
        "call" => {
            let keys = Keys::of(&node, "`call`", &["functions"])?;
            let functions = keys.given("functions").map_or(Ok(&[][..]), Node::list)?;
            panel.calls = Some(super::multi::calls(functions, &[], &context.style)?);
        }
        "annotate" => panel.annotations = Some(arrows::annotations(&node, context)?),
        "set_texts" => panel.texts = Some(text::texts(&node, context)?),
        "set_ticks" => ticks::ticks(panel, &node, context)?,
        "set_tick_locators" => ticks::locators(panel, &node, context)?,
        "set_tick_formatters" => ticks::formatters(panel, &node, context)?,
        "autofmt_xdate" => ticks::autofmt(panel, &node, context)?,
        _ => axes::apply(panel, name, &node, context)?,
    }
    Ok(())
}

/// The parameters, as a mapping without the keys of all helpers.
fn parameters(node: &Node) -> Node {
    let entries = node.as_map().unwrap_or_default();
    let own = |(key, _): &&(Node, Node)| !matches!(key.as_str(), Some("enabled" | "skip_empty_axes"));
    Node::new(Yaml::Map(entries.iter().filter(own).cloned().collect()), &node.place)
}

/// `axis_specific`: any name → where, and what is wanted there.
fn axis_specific(
    chart: &mut Chart,
    helpers: &[(Node, Node)],
    node: &Node,
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    for (key, update) in node.mapping()? {
        let mut change = Override { at: position(key, update)?, ..Override::default() };
        for (helper, value) in update.mapping()?.iter().filter(|(key, _)| key.as_str() != Some("axis")) {
            let name = helper.text()?;
            let Some(aspect) = aspect(name) else {
                if FIGURE.contains(&name) {
                    let message = format!("`{name}` acts on the whole figure, not on single axes");
                    return Err(Diagnostic::error(message)
                        .at(helper.place.clone())
                        .help("write it beside `axis_specific`".to_owned()));
                }
                return Err(unknown(helper, name));
            };
            if !value.is_null() {
                value.mapping()?;
            }
            // What the helper says of all axes counts here if it was switched off there.
            let base = helpers.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, base)| base);
            let base_on =
                base.map_or(Ok(true), |base| base.get("enabled").map_or(Ok(true), Node::boolean))?;
            let enabled = match value.get("enabled") {
                Some(flag) => flag.boolean()?,
                None => base_on,
            };
            if !enabled {
                change.without.push(aspect);
                continue;
            }
            let mut whole = value.clone();
            if let (false, Some(base)) = (base_on, base) {
                whole = merged(base, value);
            }
            on_axes(&mut change.options, name, aspect, &whole, context)
                .map_err(|error| error.or_at(&helper.place))?;
        }
        chart.overrides.push(change);
    }
    Ok(())
}

/// `base` with the entries of `over`, mappings within mappings too.
pub(in crate::plan::chart) fn merged(base: &Node, over: &Node) -> Node {
    let (Some(below), Some(above)) = (base.as_map(), over.as_map()) else {
        return if over.is_null() { base.clone() } else { over.clone() };
    };
    let mut entries = below.to_vec();
    for (key, value) in above {
        match entries.iter_mut().find(|(known, _)| known.python_eq(key)) {
            Some((_, own)) if own.as_map().is_some() && value.as_map().is_some() => *own = merged(own, value),
            Some((_, own)) => own.clone_from(value),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    Node::new(Yaml::Map(entries), &over.place)
}

/// Column and row that an update is for: its `axis`, or its key.
fn position(key: &Node, update: &Node) -> Result<[Option<i64>; 2], Diagnostic> {
    let node = update.get("axis").unwrap_or(key);
    if node.as_str() == Some("all") {
        return Ok([None, None]);
    }
    if update.get("axis").is_none() && coordinates(key).is_none() {
        return Err(Diagnostic::error("no axis is given")
            .at(key.place.clone())
            .help("add `axis: [col, row]`, with `~` for all columns or rows, or `axis: all`".to_owned()));
    }
    coordinates(node).ok_or_else(|| node.expected("`[col, row]` of integers or `~`, or `all`"))
}

/// `[col, row]`; negative ones count from the end, `~` is any.
pub(in crate::plan::chart) fn coordinates(node: &Node) -> Option<[Option<i64>; 2]> {
    let Yaml::Seq(items) = &node.value else { return None };
    let one = |node: &Node| match node.value {
        Yaml::Int(number) if node.tag.is_none() => Some(Some(number)),
        Yaml::Null if node.tag.is_none() => Some(None),
        _ => None,
    };
    match items.as_slice() {
        [col, row] => Some([one(col)?, one(row)?]),
        _ => None,
    }
}
