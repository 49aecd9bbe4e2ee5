//! Texts: what several helpers pass on to matplotlib's `Text`, and `set_texts`.

use super::Context;
use crate::config::{Keys, Node};
use crate::diag::{Diagnostic, did_you_mean};
use crate::plan::chart::style::fonts;
use crate::plan::chart::values::{self, unsupported};
use crate::render::panel::{Coords, Note, TextOptions};
use crate::render::scene::{HAlign, VAlign};
use crate::render::textbox::TextBox;

/// Arguments of matplotlib's `Text` that are read.
const KNOWN: [&str; 26] = [
    "c",
    "color",
    "family",
    "font",
    "fontdict",
    "fontfamily",
    "fontname",
    "fontsize",
    "fontstretch",
    "fontstyle",
    "fontvariant",
    "fontweight",
    "ha",
    "horizontalalignment",
    "labelpad",
    "linespacing",
    "loc",
    "name",
    "pad",
    "rotation",
    "size",
    "stretch",
    "style",
    "va",
    "verticalalignment",
    "weight",
];

/// Arguments that have no counterpart here.
const NOT_DRAWN: [&str; 6] = ["backgroundcolor", "bbox", "path_effects", "rotation_mode", "usetex", "wrap"];

/// Reads one option of a text; `own` are the helper's other keys, for hints.
///
/// # Errors
/// Unknown names, wrong values, what cannot be drawn.
pub(super) fn option(
    look: &mut TextOptions,
    key: &Node,
    value: &Node,
    helper: &str,
    own: &[&str],
    context: &mut Context<'_>,
) -> Result<(), Diagnostic> {
    let name = key.text()?;
    if value.is_null() && (KNOWN.contains(&name) || NOT_DRAWN.contains(&name)) {
        return Ok(());
    }
    match name {
        "color" | "c" => look.color = Some(values::color(value, &context.cycle)?),
        "size" | "fontsize" => look.size = Some(values::font_size(value, context.font_size)?),
        "rotation" => look.rotation = Some(rotation(value)?),
        "ha" | "horizontalalignment" => look.halign = Some(halign(value)?),
        "loc" => {
            let known = [
                ("left", HAlign::Left),
                ("bottom", HAlign::Left),
                ("center", HAlign::Center),
                ("right", HAlign::Right),
                ("top", HAlign::Right),
            ];
            look.loc = Some(values::one_of(value, "a place along an axis", &known)?);
        }
        "labelpad" | "pad" if ["set_title", "set_labels"].contains(&helper) => {
            look.pad = Some(value.finite()?.clamp(-1e3, 1e3));
        }
        "va" | "verticalalignment" => look.valign = Some(valign(value)?),
        "fontdict" => {
            for (key, value) in value.mapping()? {
                option(look, key, value, helper, own, context)?;
            }
        }
        "fontweight" | "weight" => look.font.bold = Some(fonts::bold(value)?),
        "fontstyle" | "style" => look.font.italic = Some(fonts::italic(value)?),
        "fontfamily" | "family" | "font" | "fontname" | "name" => {
            look.font.family = Some(fonts::family(value)?)
        }
        "fontstretch" | "stretch" | "fontvariant" => {
            context.warn(
                format!("`{name}` has no effect: fonts have no narrower or smaller letters here"),
                value,
            );
        }
        "labelpad" | "pad" | "linespacing" => {
            value.number()?;
            context.warn(format!("`{name}` of a text is left to the layout"), value);
        }
        _ if NOT_DRAWN.contains(&name) => {
            return Err(unsupported(&format!("`{name}` of `{helper}`"), key));
        }
        _ => {
            return Err(Diagnostic::error(format!("`{helper}` has no `{name}`"))
                .at(key.place.clone())
                .help(did_you_mean(name, own.iter().chain(&KNOWN).copied())));
        }
    }
    Ok(())
}

/// Degrees, `horizontal` or `vertical`.
pub(super) fn rotation(node: &Node) -> Result<f64, Diagnostic> {
    match node.as_str() {
        Some("horizontal") => Ok(0.0),
        Some("vertical") => Ok(90.0),
        _ => node.finite(),
    }
}

pub(super) fn halign(node: &Node) -> Result<HAlign, Diagnostic> {
    let known = [("left", HAlign::Left), ("center", HAlign::Center), ("right", HAlign::Right)];
    values::one_of(node, "a horizontal alignment", &known)
}

fn valign(node: &Node) -> Result<VAlign, Diagnostic> {
    let known = [
        ("top", VAlign::Top),
        ("center", VAlign::Center),
        ("center_baseline", VAlign::Center),
        ("baseline", VAlign::Baseline),
        ("bottom", VAlign::Bottom),
    ];
    values::one_of(node, "a vertical alignment", &known)
}

/// What a position is counted in, by matplotlib's name.
pub(super) fn coords(node: &Node) -> Result<Coords, Diagnostic> {
    let known = [
        ("data", Coords::Data),
        ("axes fraction", Coords::Axes),
        ("figure fraction", Coords::Figure),
        ("subfigure fraction", Coords::Figure),
        ("offset points", Coords::Offset),
    ];
    values::one_of(node, "a coordinate system", &known)
}

/// `set_texts: {texts: [{x, y, s, …}]}`.
pub(super) fn texts(node: &Node, context: &mut Context<'_>) -> Result<Vec<Note>, Diagnostic> {
    let keys = Keys::of(node, "`set_texts`", &["texts"])?;
    let Some(list) = keys.given("texts") else { return Ok(Vec::new()) };
    list.list()?.iter().map(|text| one(text, "set_texts", context)).collect()
}

/// One text of a helper, with its position.
pub(super) fn one(node: &Node, helper: &str, context: &mut Context<'_>) -> Result<Note, Diagnostic> {
    let mut note = empty_note();
    let (mut at, mut text) = ([None, None], None);
    for (key, value) in node.mapping()? {
        match key.text()? {
            "x" => at[0] = Some(value.finite()?),
            "y" => at[1] = Some(value.finite()?),
            "s" => text = Some(values::label(value)?),
            "alpha" => note.alpha = values::fraction(value)?,
            "bbox" if !value.is_null() => note.frame = Some(text_box(value, context)?),
            "zorder" => {
                value.number()?;
            }
            "transform" => return Err(unsupported(&format!("`transform` of `{helper}`"), key)),
            _ => option(&mut note.look, key, value, helper, &["x", "y", "s"], context)?,
        }
    }
    let (Some(x), Some(y), Some(text)) = (at[0], at[1], text) else {
        return Err(node.expected("a text with its position `x`, `y` and what it says, `s`"));
    };
    Ok(Note { text, at: [x, y], ..note })
}

/// A note that says nothing yet.
pub(super) fn empty_note() -> Note {
    Note {
        cell: None,
        text: String::new(),
        at: [0.0; 2],
        coords: Coords::Data,
        look: TextOptions::default(),
        alpha: 1.0,
        frame: None,
        target: None,
    }
}

/// `bbox`: the box behind a text.
pub(super) fn text_box(node: &Node, context: &Context<'_>) -> Result<TextBox, Diagnostic> {
    let keys = Keys::of(node, "`bbox`", &TextBox::KEYS)?;
    let mut frame = TextBox::default();
    if let Some(style) = keys.given("boxstyle") {
        frame.style(style.text()?).map_err(|why| Diagnostic::error(why).at(style.place.clone()))?;
    }
    if let Some(pad) = keys.given("pad") {
        frame.pad = Some(values::not_negative(pad)?);
    }
    let color = |names: [&str; 3]| names.into_iter().find_map(|name| keys.given(name));
    if let Some(face) = color(["facecolor", "fc", "color"]) {
        frame.face = Some(values::color(face, &context.cycle)?);
    }
    if let Some(edge) = color(["edgecolor", "ec", "color"]) {
        frame.edge = Some(values::color(edge, &context.cycle)?);
    }
    if let Some(fill) = keys.given("fill")
        && !fill.boolean()?
    {
        frame.face = None;
    }
    if let Some(alpha) = keys.given("alpha") {
        let alpha = values::fraction(alpha)?;
        frame.face = frame.face.map(|color| color.faded(alpha));
        frame.edge = frame.edge.map(|color| color.faded(alpha));
    }
    if let Some(width) = keys.given("linewidth").or(keys.given("lw")) {
        frame.width = values::not_negative(width)?;
    }
    Ok(frame)
}
