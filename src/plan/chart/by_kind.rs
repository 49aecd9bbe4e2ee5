//! Which arguments are whose: one of another kind is an error, not without effect.

use crate::config::Node;
use crate::diag::{Diagnostic, list};
use crate::render::chart::Kind;

use Kind::{Hist, ImShow, Line, PColorMesh, Scatter};

/// Arguments that only some kinds have. Those that are not listed all kinds have.
const OWNERS: [(&str, &[Kind]); 25] = [
    ("add_colorbar", &[Scatter, PColorMesh, ImShow]),
    ("add_legend", &[Line, Scatter]),
    ("bins", &[Hist]),
    ("cbar_kwargs", &[Scatter, PColorMesh, ImShow]),
    ("center", &[PColorMesh, ImShow]),
    ("cmap", &[Scatter, PColorMesh, ImShow]),
    ("color", &[Line, Scatter, Hist]),
    ("density", &[Hist]),
    ("histtype", &[Hist]),
    ("hue", &[Line, Scatter]),
    ("interpolation", &[ImShow]),
    ("linestyle", &[Line, Hist]),
    ("linewidth", &[Line, Hist]),
    ("log", &[Hist]),
    ("ls", &[Line, Hist]),
    ("lw", &[Line, Hist]),
    ("marker", &[Line, Scatter]),
    ("markersize", &[Line]),
    ("ms", &[Line]),
    ("norm", &[Scatter, PColorMesh, ImShow]),
    ("range", &[Hist]),
    ("robust", &[Scatter, PColorMesh, ImShow]),
    ("s", &[Scatter]),
    ("vmax", &[Scatter, PColorMesh, ImShow]),
    ("vmin", &[Scatter, PColorMesh, ImShow]),
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
    let kinds: Vec<&str> =
        owners.unwrap_or(&[Line, Scatter, PColorMesh, ImShow]).iter().map(|kind| kind.name()).collect();
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
        assert!(check_text(Hist, "x: time").unwrap_err().contains("line, scatter, pcolormesh, imshow"));
    }
}
