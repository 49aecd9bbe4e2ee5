//! `shmplot ops|kinds|colormaps|styles`: what there is, a line each.

use crate::diag::{Diagnostic, ExitCode, did_you_mean};
use crate::render::chart::Kind;
use crate::render::colormap;
use crate::run::Stop;
use crate::transform;

/// Operations of `transform`.
pub(super) fn ops(name: Option<&str>) -> Result<ExitCode, Stop> {
    let ops = transform::ops();
    let width = ops.iter().map(|op| op.signature.len()).max().unwrap_or(0);
    let rows = ops.iter().flat_map(|op| {
        op.names.iter().map(move |name| ((*name).to_owned(), format!("{:<width$}  {}", op.signature, op.doc)))
    });
    list("operation", name, rows.collect())
}

/// Kinds of figures.
pub(super) fn kinds(name: Option<&str>) -> Result<ExitCode, Stop> {
    list(
        "kind",
        name,
        Kind::ALL.iter().map(|(name, kind)| ((*name).to_owned(), doc(*kind).to_owned())).collect(),
    )
}

fn doc(kind: Kind) -> &'static str {
    match kind {
        Kind::Line => "lines along x, one a value of hue",
        Kind::Step => "lines along x in steps, where: pre, post or mid",
        Kind::ErrorBars => "lines of y with bars or bands of yerr (a dataset), one a value of hue",
        Kind::Scatter => "points at two variables, coloured by hue",
        Kind::Scatter3D => "points at three variables, coloured by hue",
        Kind::Surface => "surface over x and y, seen in space",
        Kind::PColorMesh => "heat map of cells around their coordinates, also uneven ones",
        Kind::ImShow => "heat map of equal cells",
        Kind::Contour => "lines of equal value",
        Kind::ContourF => "areas between levels",
        Kind::Hist => "histogram of all values",
    }
}

/// Colour maps.
pub(super) fn colormaps(name: Option<&str>) -> Result<ExitCode, Stop> {
    list(
        "colour map",
        name,
        colormap::names().iter().map(|name| ((*name).to_owned(), String::new())).collect(),
    )
}

/// Styles: what `base_style` may name. One alone is shown with its rcParams.
pub(super) fn styles(name: Option<&str>) -> Result<ExitCode, Stop> {
    let doc = |name: &str| match name {
        "default" => "matplotlib's defaults, in colours that the colour-blind tell apart",
        "matplotlib" => "matplotlib's defaults",
        "paper" => "a journal's column: 3.4 inch at 300 dpi, small texts, thin lines",
        "slides" => "half a wide slide: large texts, thick lines, no upper and right side",
        "dark" => "light on nearly black",
        _ => "matplotlib's",
    };
    if let Some((_, params)) = crate::plan::styles().find(|(known, _)| Some(*known) == name) {
        let lines: String = params.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        return super::print(&lines);
    }
    let names = std::iter::once("default").chain(crate::plan::styles().map(|(name, _)| name));
    list("style", name, names.map(|name| (name.to_owned(), doc(name).to_owned())).collect())
}

fn list(what: &str, name: Option<&str>, all: Vec<(String, String)>) -> Result<ExitCode, Stop> {
    let shown: Vec<&(String, String)> =
        all.iter().filter(|(own, _)| name.is_none_or(|name| name == own)).collect();
    if let (true, Some(name)) = (shown.is_empty(), name) {
        let known = all.iter().map(|(own, _)| own.as_str());
        return Err(Stop::one(
            ExitCode::Usage,
            Diagnostic::error(format!("there is no {what} `{name}`")).help(did_you_mean(name, known)),
        ));
    }
    let width = shown.iter().map(|(own, _)| own.chars().count()).max().unwrap_or(0);
    let lines: String =
        shown.iter().map(|(own, doc)| format!("{own:<width$}  {doc}").trim_end().to_owned() + "\n").collect();
    super::print(&lines)
}
