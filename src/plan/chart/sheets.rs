//! Style sheets: `base_style` by name, `rc_file` by path.

use super::off;
use super::own_styles::OWN_STYLES;
use crate::config::{Node, Yaml};
use crate::diag::{Diagnostic, Place, did_you_mean};

/// Largest file read, bytes.
const MAX_BYTES: u64 = 1 << 20;

/// matplotlib's styles (`mpl-data/stylelib` of matplotlib 3.11.2): names in brackets, each over its
/// rcParams as in `.mplstyle` files. Written by `make_styles.py`.
const MATPLOTLIBS: &str = include_str!("styles.txt");

/// All styles by name, with their rcParams in the spelling of `.mplstyle` files.
pub fn all() -> impl Iterator<Item = (&'static str, Vec<(&'static str, &'static str)>)> + Clone {
    let own = OWN_STYLES.iter().map(|(name, params)| (*name, params.to_vec()));
    own.chain(MATPLOTLIBS.split("\n[").filter_map(|style| {
        let (name, params) = style.trim_start_matches('[').split_once(']')?;
        let pairs = params.lines().filter_map(|line| line.split_once(':'));
        Some((name, pairs.map(|(name, value)| (name.trim(), value.trim())).collect()))
    }))
}

/// rcParams of `base_style`: a name, the path of a `.mplstyle` file, or a list of them, later ones over
/// earlier ones.
///
/// # Errors
/// Names of no style.
pub(super) fn base(
    node: &Node,
    is_drawn: &dyn Fn(&str, &Node) -> bool,
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
            params.extend(file(name, is_drawn, warnings)?);
            continue;
        }
        let Some((_, own)) = all().find(|(known, _)| *known == text) else {
            let known = all().map(|(known, _)| known).chain(["default"]);
            return Err(Diagnostic::error(format!("there is no style `{text}`"))
                .at(name.place.clone())
                .help(did_you_mean(text, known)));
        };
        let pairs = own.iter().map(|(key, value)| pair(key, value, &name.place));
        params.extend(drawn(pairs, text, name, is_drawn, warnings));
    }
    Ok(params)
}

/// rcParams of a `matplotlibrc` or `.mplstyle` file; those that are not drawn are warned of.
///
/// # Errors
/// A file that cannot be read, or has other lines than `name: value`.
pub(super) fn file(
    node: &Node,
    is_drawn: &dyn Fn(&str, &Node) -> bool,
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
    let mut params = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| failed(format!("line {} is not `name: value`", number + 1)))?;
        params.push(pair(name.trim(), value.trim(), &node.place));
    }
    Ok(drawn(params.into_iter(), &path.display().to_string(), node, is_drawn, warnings))
}

/// The rcParams of a sheet that are drawn; of others it is told that they are not.
fn drawn(
    params: impl Iterator<Item = (Node, Node)>,
    sheet: &str,
    node: &Node,
    is_drawn: &dyn Fn(&str, &Node) -> bool,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<(Node, Node)> {
    let (drawn, others): (Vec<_>, Vec<_>) =
        params.partition(|(key, value)| key.as_str().is_some_and(|key| is_drawn(key, value)));
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().filter_map(|(key, _)| key.as_str()).collect();
        let message = format!("not drawn as {sheet} says: {}", names.join(", "));
        warnings.push(Diagnostic::warning(message).at(node.place.clone()));
    }
    drawn
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
    let lines = name.ends_with(".linestyle") || name.ends_with(".marker");
    let value = match (lines, value) {
        (true, Yaml::Null) => Yaml::Str("None".to_owned()),
        (_, value) => value,
    };
    (Node::str(name, place), Node::new(value, place))
}

#[cfg(test)]
mod tests {
    use super::super::style;
    use crate::diag::Source;
    use crate::render::Chart;
    use crate::render::scene::{Color, HAlign};

    fn chart(text: &str) -> Result<Chart, String> {
        let node = crate::config::read::read(&Source::new("p.yml", text)).unwrap().unwrap();
        let mut chart = Chart::default();
        style::apply(&mut chart, node.as_map().unwrap(), &mut Vec::new()).map_err(|e| e.to_string())?;
        Ok(chart)
    }

    #[test]
    fn every_style_is_read_and_tells_what_is_not_drawn() {
        for (name, _) in super::all() {
            let text = format!("base_style: {name}");
            let node = crate::config::read::read(&Source::new("p.yml", &text)).unwrap().unwrap();
            let mut warnings = Vec::new();
            style::apply(&mut Chart::default(), node.as_map().unwrap(), &mut warnings).unwrap();
            let told: Vec<String> = warnings.into_iter().map(|warning| warning.message).collect();
            match name {
                "classic" => {
                    assert!(told.len() == 1 && told[0].contains(": axes.autolimit_mode"), "{told:?}")
                }
                _ => assert!(told.iter().all(|told| told.contains("no font for")), "{name}: {told:?}"),
            }
        }
        assert_eq!(super::all().count(), 32);
    }

    #[test]
    fn parameters_of_axes_boxes_and_areas_are_read() {
        let text = "{axes.labelpad: 9, axes.titlepad: 1, axes.titlelocation: left, yaxis.labellocation: top, \
             axes.formatter.limits: [-3, 3], axes.formatter.use_mathtext: true, xtick.minor.ndivs: 3, \
             grid.minor.color: red, grid.minor.alpha: 0.5, patch.force_edgecolor: true, patch.facecolor: C1, \
             boxplot.medianprops.color: k, boxplot.whiskers: [5, 95], boxplot.flierprops.marker: +, \
             errorbar.capthick: 2, lines.color: r, contour.negative_linestyle: solid, ytick.labelleft: false}";
        let style = chart(text).unwrap().style;
        assert_eq!((style.label_pad, style.title_pad), (9.0, 1.0));
        assert_eq!((style.title_align, style.label_align[1]), (HAlign::Left, HAlign::Right));
        assert_eq!((style.ticks[1].numbers.limits, style.ticks[0].numbers.maths), ([-3, 3], true));
        assert_eq!((style.ticks[0].parts, style.ticks[1].labelled), (Some(3), false));
        assert_eq!((style.grids[1].alpha, style.forced_edge()), (Some(0.5), Some(Color::BLACK)));
        assert_eq!((style.boxes.whiskers, style.boxes.median.color), ([5.0, 95.0], Some(Color::BLACK)));
        assert_eq!((style.errorbar_widths[1], style.patch_face().hex().as_str()), (Some(2.0), "#de8f05"));
        for (wrong, part) in [
            ("axes.titlelocation: middle", "is not a place along an axis"),
            ("axes.formatter.limits: 3", "list"),
            ("boxplot.whiskers: [95, 5]", "two percentiles"),
            ("boxplot.medianprops.colour: k", "did you mean `boxplot.medianprops.color`?"),
        ] {
            let error = chart(wrong).unwrap_err();
            assert!(error.contains(part), "{wrong}: {error}");
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
