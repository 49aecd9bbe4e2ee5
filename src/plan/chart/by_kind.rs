//! Which arguments are whose: one of another kind is an error, not without effect.

use crate::config::Node;
use crate::diag::{Diagnostic, list};
use crate::render::chart::Kind;

use Kind::{Contour, ContourF, ErrorBars, Hist, ImShow, Line, PColorMesh, Scatter, Step};

/// Kinds of two dims.
const AREAS: &[Kind] = &[PColorMesh, ImShow, Contour, ContourF];

/// Kinds whose values become colours.
const COLORED: &[Kind] = &[Scatter, PColorMesh, ImShow, Contour, ContourF];

/// Kinds with lines.
const STROKED: &[Kind] = &[Line, Step, ErrorBars, Contour, Hist];

/// Arguments that only some kinds have. Those that are not listed all kinds have.
const OWNERS: [(&str, &[Kind]); 42] = [
    ("add_colorbar", COLORED),
    ("add_legend", &[Line, Step, ErrorBars, Scatter]),
    ("bins", &[Hist]),
    ("capsize", &[ErrorBars]),
    ("capthick", &[ErrorBars]),
    ("cbar_kwargs", COLORED),
    ("center", AREAS),
    ("cmap", COLORED),
    ("color", &[Line, Step, ErrorBars, Scatter, Hist]),
    ("colors", &[Contour, ContourF, PColorMesh, ImShow]),
    ("density", &[Hist]),
    ("ecolor", &[ErrorBars]),
    ("elinewidth", &[ErrorBars]),
    ("errorevery", &[ErrorBars]),
    ("extend", COLORED),
    ("fill_between_kwargs", &[ErrorBars]),
    ("fmt", &[ErrorBars]),
    ("histtype", &[Hist]),
    ("hue", &[Line, Step, ErrorBars, Scatter]),
    ("hue_fstr", &[ErrorBars]),
    ("infer_intervals", AREAS),
    ("interpolation", &[ImShow]),
    ("levels", COLORED),
    ("linestyle", STROKED),
    ("linestyles", STROKED),
    ("linewidth", STROKED),
    ("linewidths", STROKED),
    ("log", &[Hist]),
    ("ls", STROKED),
    ("lw", STROKED),
    ("marker", &[Line, Step, ErrorBars, Scatter]),
    ("markersize", &[Line, Step, ErrorBars, Scatter]),
    ("ms", &[Line, Step, ErrorBars]),
    ("norm", COLORED),
    ("range", &[Hist]),
    ("robust", COLORED),
    ("s", &[Scatter]),
    ("use_bands", &[ErrorBars]),
    ("vmax", COLORED),
    ("vmin", COLORED),
    ("where", &[Step]),
    ("yerr", &[ErrorBars]),
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
        .unwrap_or(&[Line, Step, ErrorBars, Scatter, PColorMesh, ImShow, Contour, ContourF])
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
