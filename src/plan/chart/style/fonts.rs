//! rcParams of fonts.

use crate::config::{Node, Yaml};
use crate::diag::Diagnostic;
use crate::render::Chart;
use crate::render::text::{self, Family, FontOptions};

/// Sets the figure's font from all rcParams that speak of it, the last of each name.
pub(super) fn apply(
    chart: &mut Chart,
    params: &[(Node, Node)],
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    let last = |name: &str| {
        let found = params.iter().rev().find(|(key, _)| key.as_str() == Some(name));
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    };
    if let Some(node) = last("font.family") {
        let mut names = Vec::new();
        for name in self::names(node)? {
            match last(&format!("font.{name}")) {
                // A generic family whose list the style says, and then its own.
                Some(list) if text::GENERIC.iter().any(|(generic, _)| *generic == name) => {
                    let tried = self::names(list)?;
                    let there =
                        |name: &&String| Family::first(&[(*name).clone()]).is_ok_and(|found| found.is_some());
                    names.extend(tried.iter().find(there).cloned());
                    names.push(name);
                }
                _ => names.push(name),
            }
        }
        match found(&names, node)? {
            Some(family) => {
                chart.style.font =
                    FontOptions { family: Some(family), ..FontOptions::default() }.over(chart.style.font);
            }
            None => warnings.push(
                Diagnostic::warning(format!(
                    "no font for `{}` was found: texts are set in DejaVu Sans",
                    names.join(", ")
                ))
                .at(node.place.clone()),
            ),
        }
    }
    if let Some(node) = last("font.weight") {
        chart.style.font.bold = bold(node)?;
    }
    if let Some(node) = last("font.style") {
        chart.style.font.italic = italic(node)?;
    }
    let style = &mut chart.style;
    for (name, font) in [
        ("axes.titleweight", &mut style.title_font),
        ("axes.labelweight", &mut style.label_font),
        ("figure.titleweight", &mut style.suptitle_font),
        ("figure.labelweight", &mut style.suplabel_font),
    ] {
        if let Some(node) = last(name) {
            font.bold = Some(bold(node)?);
        }
    }
    Ok(())
}

/// Whether an rcParam is read here.
pub(super) fn reads(name: &str) -> bool {
    matches!(
        name,
        "font.family"
            | "font.weight"
            | "font.style"
            | "axes.titleweight"
            | "axes.labelweight"
            | "figure.titleweight"
            | "figure.labelweight"
            | "font.sans-serif"
            | "font.serif"
            | "font.monospace"
            | "font.cursive"
            | "font.fantasy"
    )
}

fn names(node: &Node) -> Result<Vec<String>, Diagnostic> {
    match &node.value {
        Yaml::Seq(items) => items.iter().map(|item| Ok(item.text()?.trim().to_owned())).collect(),
        _ => Ok(vec![node.text()?.trim().to_owned()]),
    }
}

fn found(names: &[String], node: &Node) -> Result<Option<Family>, Diagnostic> {
    Family::first(names).map_err(|message| {
        Diagnostic::error(message).at(node.place.clone()).help(
            "`font.family` takes a family of this machine, `serif`, `monospace` or the path of a file"
                .to_owned(),
        )
    })
}

/// A family of a text.
pub(in super::super) fn family(node: &Node) -> Result<Family, Diagnostic> {
    Ok(found(&names(node)?, node)?.unwrap_or(Family::BUNDLED))
}

/// A weight: whether it is bold.
pub(in super::super) fn bold(node: &Node) -> Result<bool, Diagnostic> {
    text::is_bold(&node.python_str()).ok_or_else(|| node.expected("a weight: `normal`, `bold` or 0 to 1000"))
}

/// A style: whether it is slanted.
pub(in super::super) fn italic(node: &Node) -> Result<bool, Diagnostic> {
    text::is_italic(&node.python_str()).ok_or_else(|| node.expected("`normal`, `italic` or `oblique`"))
}
