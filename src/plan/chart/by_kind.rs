//! Which arguments are whose: one of another kind is an error, not without effect.

use crate::config::Node;
use crate::diag::{Diagnostic, list};
use crate::render::chart::Kind;

use Kind::{Contour, ContourF, ErrorBars, Hist, ImShow, Line, PColorMesh, Scatter, Scatter3D, Step, Surface};

/// Kinds of two dims.
const AREAS: &[Kind] = &[PColorMesh, ImShow, Contour, ContourF];

/// Kinds whose values become colours.
const COLORED: &[Kind] = &[Scatter, Scatter3D, Surface, PColorMesh, ImShow, Contour, ContourF];

/// Kinds with lines.
const STROKED: &[Kind] = &[Line, Step, ErrorBars, Contour, Hist];

/// Kinds with markers on lines.
const LINES: &[Kind] = &[Line, Step, ErrorBars];

/// Kinds with lines of a width.
const WIDE: &[Kind] = &[Line, Step, ErrorBars, Contour, Hist, Surface];

/// Arguments that only some kinds have. Those that are not listed all kinds have.
const OWNERS: [(&str, &[Kind]); 69] = [
    ("add_colorbar", COLORED),
    ("add_legend", &[Line, Step, ErrorBars, Scatter, Scatter3D]),
    ("annot", &[PColorMesh, ImShow]),
    ("bins", &[Hist]),
    ("capsize", &[ErrorBars]),
    ("capthick", &[ErrorBars]),
    ("cbar_kwargs", COLORED),
    ("ccount", &[Surface]),
    ("center", &[PColorMesh, ImShow, Contour, ContourF, Surface]),
    ("cmap", COLORED),
    ("color", &[Line, Step, ErrorBars, Scatter, Scatter3D, Surface, Hist]),
    ("colors", &[Contour, ContourF, PColorMesh, ImShow]),
    ("cstride", &[Surface]),
    ("dash_capstyle", LINES),
    ("dash_joinstyle", LINES),
    ("dashes", &[Line, Step, ErrorBars]),
    ("cumulative", &[Hist]),
    ("density", &[Hist]),
    ("depthshade", &[Scatter3D]),
    ("drawstyle", &[Line, ErrorBars]),
    ("ds", &[Line, ErrorBars]),
    ("ecolor", &[ErrorBars]),
    ("elinewidth", &[ErrorBars]),
    ("errorevery", &[ErrorBars]),
    ("extend", COLORED),
    ("fill_between_kwargs", &[ErrorBars]),
    ("fillstyle", LINES),
    ("fmt", &[ErrorBars]),
    ("fmt", &[PColorMesh, ImShow]),
    ("hatch", &[Hist]),
    ("hatches", &[ContourF]),
    ("histtype", &[Hist]),
    ("hue", &[Line, Step, ErrorBars, Scatter, Scatter3D]),
    ("hue_fstr", &[ErrorBars]),
    ("infer_intervals", AREAS),
    ("interpolation", &[ImShow]),
    ("levels", COLORED),
    ("linestyle", STROKED),
    ("linestyles", STROKED),
    ("linewidth", WIDE),
    ("linewidths", STROKED),
    ("log", &[Hist]),
    ("ls", STROKED),
    ("lw", WIDE),
    ("marker", &[Line, Step, ErrorBars, Scatter, Scatter3D]),
    ("markeredgecolor", LINES),
    ("markeredgewidth", LINES),
    ("markerfacecolor", LINES),
    ("markersize", &[Line, Step, ErrorBars, Scatter, Scatter3D]),
    ("markevery", LINES),
    ("mec", LINES),
    ("mew", LINES),
    ("mfc", LINES),
    ("ms", &[Line, Step, ErrorBars]),
    ("norm", COLORED),
    ("range", &[Hist]),
    ("rcount", &[Surface]),
    ("robust", COLORED),
    ("rstride", &[Surface]),
    ("s", &[Scatter, Scatter3D]),
    ("shade", &[Surface]),
    ("solid_capstyle", LINES),
    ("solid_joinstyle", LINES),
    ("use_bands", &[ErrorBars]),
    ("vmax", COLORED),
    ("vmin", COLORED),
    ("where", &[Step]),
    ("yerr", &[ErrorBars]),
    ("z", &[Scatter3D]),
];

/// Whether `kind` has the argument `key`. A null or false value asks for nothing.
///
/// # Errors
/// An argument of other kinds, which are named.
pub(super) fn check(kind: Kind, key: &Node, value: &Node) -> Result<(), Diagnostic> {
    let name = key.text()?;
    let asks = !value.is_null() && value.boolean() != Ok(false);
    let positions = kind == Hist && matches!(name, "x" | "y");
    let owners = OWNERS.iter().find(|(own, _)| *own == name).map(|(_, kinds)| *kinds);
    let foreign = owners.is_some_and(|kinds| !kinds.contains(&kind));
    if !asks || !(foreign || positions) {
        return Ok(());
    }
    let error = Diagnostic::error(format!("the kind `{}` has no argument `{name}`", kind.name()))
        .at(key.place.clone());
    let kinds: Vec<&str> = owners
        .unwrap_or(&[
            Line, Step, ErrorBars, Scatter, Scatter3D, Surface, PColorMesh, ImShow, Contour, ContourF,
        ])
        .iter()
        .map(|kind| kind.name())
        .collect();
    Err(error.help(format!("`{name}` is an argument of {}", list(&kinds))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;

    fn check_text(kind: Kind, text: &str) -> Result<(), String> {
        let node = crate::config::read::read(&Source::new("p.yml", text)).unwrap().unwrap();
        let (key, value) = &node.mapping().unwrap()[0];
        check(kind, key, value).map_err(|error| error.to_string())
    }

    #[test]
    fn arguments_of_other_kinds_are_errors_that_name_those() {
        assert_eq!(check_text(Hist, "bins: 5"), Ok(()));
        assert_eq!(check_text(Line, "xlim: [0, 1]"), Ok(()));
        assert_eq!(check_text(Line, "cmap: ~"), Ok(()));
        assert_eq!(
            check_text(Line, "bins: 5"),
            Err("p.yml:1:1: the kind `line` has no argument `bins` (`bins` is an argument of hist)"
                .to_owned())
        );
        assert!(check_text(Hist, "x: time").unwrap_err().contains("line, step, errorbars, scatter"));
    }
}
