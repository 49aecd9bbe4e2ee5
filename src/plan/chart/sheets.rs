//! Style sheets: `base_style` by name, `rc_file` by path.

use super::off;
use super::own_styles::OWN_STYLES;
use super::styles::{Params, STYLES};
use crate::config::{Node, Yaml};
use crate::diag::{Diagnostic, Place, did_you_mean};

/// Largest file read, bytes.
const MAX_BYTES: u64 = 1 << 20;

/// All styles by name.
pub fn all() -> impl Iterator<Item = (&'static str, Params)> + Clone {
    OWN_STYLES.iter().chain(&STYLES).copied()
}

/// rcParams of `base_style`: a name, the path of a `.mplstyle` file, or a list of them, later ones over
/// earlier ones.
///
/// # Errors
/// Names of no style.
pub(super) fn base(
    node: &Node,
    is_read: &dyn Fn(&str) -> bool,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<(Node, Node)>, Diagnostic> {
    let names: Vec<&Node> = match &node.value {
        _ if off(Some(node)) => Vec::new(),
        Yaml::Seq(items) => items.iter().collect(),
        _ => vec![node],
    };
    let mut params = Vec::new();
    for name in names {
        let text = name.text()?;
        if text == "default" {
            params.clear();
            continue;
        }
        if text.ends_with(".mplstyle") {
            params.extend(file(name, is_read, warnings)?);
            continue;
        }
        let Some((_, own)) = all().find(|(known, _)| *known == text) else {
            let known = all().map(|(known, _)| known).chain(["default"]);
            return Err(Diagnostic::error(format!("there is no style `{text}`"))
                .at(name.place.clone())
                .help(did_you_mean(text, known)));
        };
        params.extend(own.iter().map(|(key, value)| pair(key, value, &name.place)));
    }
    Ok(params)
}

/// rcParams of a `matplotlibrc` or `.mplstyle` file; those that are not drawn are warned of.
///
/// # Errors
/// A file that cannot be read, or has other lines than `name: value`.
pub(super) fn file(
    node: &Node,
    is_read: &dyn Fn(&str) -> bool,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<(Node, Node)>, Diagnostic> {
    let path = std::path::Path::new(node.text()?);
    let failed = |why: String| {
        Diagnostic::error(format!("cannot read the style file {}: {why}", path.display()))
            .at(node.place.clone())
    };
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !size.is_file() || size.len() > MAX_BYTES {
        return Err(failed(format!("it is no file of at most {MAX_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let (mut params, mut not_drawn) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| failed(format!("line {} is not `name: value`", number + 1)))?;
        let name = name.trim();
        if is_read(name) {
            params.push(pair(name, value.trim(), &node.place));
        } else {
            not_drawn.push(name.to_owned());
        }
    }
    if !not_drawn.is_empty() {
        let message = format!("not drawn as {} says: {}", path.display(), not_drawn.join(", "));
        warnings.push(Diagnostic::warning(message).at(node.place.clone()));
    }
    Ok(params)
}

/// A line up to its comment; `#` inside quotes is none.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..at],
            _ => {}
        }
    }
    line
}

/// A parameter in the spelling of style files.
fn pair(name: &str, value: &str, place: &Place) -> (Node, Node) {
    let plain = value.trim_matches('"');
    let is_color = name.ends_with("color") || name.starts_with("axes.prop_cycle");
    let scalar = |text: &str| match (text, text.parse::<f64>()) {
        _ if !is_color && text.parse::<i64>().is_ok() => Yaml::Int(text.parse().unwrap_or_default()),
        ("True" | "true", _) => Yaml::Bool(true),
        ("False" | "false", _) => Yaml::Bool(false),
        ("None" | "none", _) if !is_color => Yaml::Null,
        (_, Ok(number)) if !is_color && number.is_finite() => Yaml::Float(number),
        _ => Yaml::Str(text.to_owned()),
    };
    let value = if plain.contains(',') && !plain.contains('(') {
        Yaml::Seq(plain.split(',').map(|part| Node::new(scalar(part.trim()), place)).collect())
    } else {
        scalar(plain)
    };
    // A style's `None` of lines is text to the other readers.
    let value = match (name, value) {
        ("lines.linestyle" | "lines.marker", Yaml::Null) => Yaml::Str("None".to_owned()),
        (_, value) => value,
    };
    (Node::str(name, place), Node::new(value, place))
}

#[cfg(test)]
mod tests {
    use super::super::style;
    use crate::diag::Source;
    use crate::render::Chart;

    fn chart(text: &str) -> Result<Chart, String> {
        let node = crate::config::read::read(&Source::new("p.yml", text)).unwrap().unwrap();
        let mut chart = Chart::default();
        style::apply(&mut chart, node.as_map().unwrap(), &mut Vec::new()).map_err(|e| e.to_string())?;
        Ok(chart)
    }

    #[test]
    fn every_style_is_read_whole() {
        for (name, _) in super::all() {
            chart(&format!("base_style: {name}")).unwrap();
        }
    }

    /// Expected: `matplotlib.style.library`.
    #[test]
    fn styles_are_matplotlibs_and_parameters_go_over_them() {
        let ggplot = chart("{base_style: ggplot, axes.grid: false}").unwrap().style;
        assert_eq!(ggplot.axes_facecolor.hex(), "#e5e5e5");
        assert_eq!((ggplot.font_size, ggplot.label_size), (10.0, 12.0));
        assert!((ggplot.title_size - 14.4).abs() < 1e-9);
        assert_eq!(ggplot.cycle[0].hex(), "#e24a33");
        assert!(!ggplot.grid);
        let dark = chart("base_style: [ggplot, dark_background]").unwrap().style;
        assert_eq!(
            (dark.facecolor.hex(), dark.text_color.hex()),
            ("#000000".to_owned(), "#ffffff".to_owned())
        );
        assert!(chart("base_style: ggplott").unwrap_err().contains("did you mean `ggplot`?"));
        let both = chart("{savefig.dpi: 300, figure.dpi: 50}").unwrap().style;
        assert_eq!(both.dpi, 300.0);
    }
}
