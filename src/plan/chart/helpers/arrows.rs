//! `annotate`: texts with arrows.

use super::Context;
use super::text::{coords, empty_note, option, text_box};
use crate::config::{Keys, Node};
use crate::diag::Diagnostic;
use crate::plan::chart::values::{self, unsupported};
use crate::render::panel::{Arrow, ArrowHead, Coords, Note};
use crate::render::scene::{Color, HAlign};

/// `annotate: {annotations: [{text, xy, xytext, arrowprops, …}]}`.
pub(super) fn annotations(node: &Node, context: &mut Context<'_>) -> Result<Vec<Note>, Diagnostic> {
    let keys = Keys::of(node, "`annotate`", &["annotations"])?;
    let Some(list) = keys.given("annotations") else { return Ok(Vec::new()) };
    list.list()?.iter().map(|one| annotation(one, context)).collect()
}

fn annotation(node: &Node, context: &mut Context<'_>) -> Result<Note, Diagnostic> {
    let mut note = empty_note();
    let (mut text, mut xy, mut xy_text, mut arrow) = (None, None, None, None);
    let (mut xy_in, mut text_in) = (Coords::Data, None);
    for (key, value) in node.mapping()? {
        match key.text()? {
            "text" | "s" => text = Some(values::label(value)?),
            "xy" => xy = Some(value.pair()?),
            "xytext" if !value.is_null() => xy_text = Some(value.pair()?),
            "xycoords" => xy_in = coords(value)?,
            "textcoords" if !value.is_null() => text_in = Some(coords(value)?),
            "arrowprops" if !value.is_null() => arrow = Some(self::arrow(value, context)?),
            "alpha" => note.alpha = values::fraction(value)?,
            "bbox" if !value.is_null() => note.frame = Some(text_box(value, context)?),
            "xytext" | "textcoords" | "arrowprops" => {}
            "annotation_clip" | "zorder" => {}
            _ => {
                let own = ["text", "xy", "xytext", "xycoords", "textcoords", "arrowprops"];
                option(&mut note.look, key, value, "annotate", &own, context)?;
            }
        }
    }
    let (Some(text), Some(xy)) = (text, xy) else {
        return Err(node.expected("an annotation with its `text` and the point `xy` it is about"));
    };
    if xy_in == Coords::Offset {
        return Err(node.expected("`xycoords` of the data, the axes or the figure"));
    }
    (note.text, note.at) = (text, xy_text.unwrap_or(xy));
    note.coords = if xy_text.is_some() { text_in.unwrap_or(xy_in) } else { xy_in };
    note.target = Some((xy, xy_in, arrow.filter(|_| xy_text.is_some())));
    note.look.halign.get_or_insert(HAlign::Left);
    Ok(note)
}

/// `arrowprops`, with matplotlib's defaults.
fn arrow(node: &Node, context: &mut Context<'_>) -> Result<Arrow, Diagnostic> {
    let known = [
        "alpha",
        "arrowstyle",
        "color",
        "connectionstyle",
        "ec",
        "edgecolor",
        "facecolor",
        "fc",
        "frac",
        "headlength",
        "headwidth",
        "linewidth",
        "lw",
        "shrink",
        "shrinkA",
        "shrinkB",
        "width",
    ];
    let keys = Keys::of(node, "`arrowprops`", &known)?;
    let style = keys.given("arrowstyle");
    let (head, ends) = match style {
        None => (ArrowHead::Wedge, [false, true]),
        Some(style) => {
            let name = style.text()?.split(',').next().unwrap_or_default().trim();
            match name {
                "-" => (ArrowHead::None, [false, false]),
                "->" => (ArrowHead::Open, [false, true]),
                "<-" => (ArrowHead::Open, [true, false]),
                "<->" => (ArrowHead::Open, [true, true]),
                "-|>" => (ArrowHead::Filled, [false, true]),
                "<|-" => (ArrowHead::Filled, [true, false]),
                "<|-|>" => (ArrowHead::Filled, [true, true]),
                "fancy" | "simple" | "wedge" => (ArrowHead::Wedge, [false, true]),
                _ => return Err(unsupported(&format!("the arrow style `{name}`"), style)),
            }
        }
    };
    if let Some(style) = keys.given("connectionstyle")
        && !style.text()?.starts_with("arc3")
    {
        return Err(unsupported("a curved `connectionstyle`", style));
    }
    if let Some(style) = keys.given("connectionstyle").filter(|style| {
        let rad = style.as_str().and_then(|text| text.split_once("rad=")).map_or("0", |(_, rad)| rad);
        rad.trim().parse::<f64>().is_ok_and(|rad| rad != 0.0)
    }) {
        context.warn("the arrow is straight: bends are not drawn", style);
    }
    for name in ["frac", "headlength", "headwidth"] {
        if let Some(value) = keys.given(name) {
            context.warn(format!("the arrow's head has a size of its own: `{name}` is not supported"), value);
        }
    }
    let mut color = Color::BLACK;
    for name in ["edgecolor", "ec", "facecolor", "fc", "color"] {
        if let Some(value) = keys.given(name) {
            color = values::color(value, &context.cycle)?;
        }
    }
    let number = |name: &str, default: f64| keys.given(name).map_or(Ok(default), values::not_negative);
    let alpha = keys.given("alpha").map_or(Ok(1.0), values::fraction)?;
    let wide = if head == ArrowHead::Wedge { number("width", 4.0)? } else { number("linewidth", 1.0)? };
    let gap =
        if head == ArrowHead::Wedge { [0.0; 2] } else { [number("shrinkA", 2.0)?, number("shrinkB", 2.0)?] };
    let shrink = keys.given("shrink").map_or(Ok(0.0), values::fraction)?;
    let width = keys.given("lw").map_or(Ok(wide), values::not_negative)?;
    Ok(Arrow { head, ends, color: color.faded(alpha), width, shrink, gap })
}
