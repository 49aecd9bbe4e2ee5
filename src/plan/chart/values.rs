//! Values of options in matplotlib's spelling: colours, sizes, dashes, markers, limits, scales, ticks.

use crate::config::{Keys, Node, Yaml};
use crate::data::time::{Civil, Precision};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::chart::{Dashes, Limit, LineStyle, Plain, Ratio, Scale};
use crate::render::hatch;
use crate::render::named_color;
use crate::render::named_style::{self, FONT_SIZES, MARKERS};
use crate::render::scene::{Color, MarkerShape};

/// A colour: a name, or three or four numbers 0–1.
pub(super) fn color(node: &Node, cycle: &[Color]) -> Result<Color, Diagnostic> {
    if let Some(parts) = node.as_seq() {
        let numbers = parts.iter().map(Node::number).collect::<Result<Vec<f64>, _>>()?;
        return named_color::from_fractions(&numbers)
            .ok_or_else(|| node.expected("a colour: three or four numbers from 0 to 1"));
    }
    let Some(text) = node.as_str() else {
        let error = node.expected("a colour");
        return Err(match node.as_f64() {
            Some(_) => error.help("a grey level is written as text: `\"0.5\"`".to_owned()),
            None => error,
        });
    };
    named_color::named(text, cycle)
        .map_err(|err| Diagnostic::error(err.to_string()).at(node.place.clone()).help(err.help))
}

/// A colour of an rcParam, where the `#` of hex digits may be left out.
pub(super) fn rc_color(node: &Node, cycle: &[Color]) -> Result<Color, Diagnostic> {
    match node.as_str().filter(|text| text.len() == 6).and_then(named_color::hex) {
        Some(color) => Ok(color),
        None => color(node, cycle),
    }
}

/// A font size in points, or by name relative to `font_size`.
pub(super) fn font_size(node: &Node, font_size: f64) -> Result<f64, Diagnostic> {
    if let Some(size) = node.as_f64() {
        return if size > 0.0 && size < 1e4 { Ok(size) } else { Err(node.expected("a font size in points")) };
    }
    let name = node.as_str().ok_or_else(|| node.expected("a font size: points or a name"))?;
    named_style::font_size(name, font_size).ok_or_else(|| {
        Diagnostic::error(format!("there is no font size `{name}`"))
            .at(node.place.clone())
            .help(did_you_mean(name, FONT_SIZES.iter().map(|(name, _)| *name)))
    })
}

/// One of several names.
pub(super) fn one_of<T: Copy>(node: &Node, what: &str, known: &[(&str, T)]) -> Result<T, Diagnostic> {
    let name = node.as_str().ok_or_else(|| node.expected(what))?;
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        Diagnostic::error(format!("`{name}` is not {what}"))
            .at(node.place.clone())
            .help(did_you_mean(name, known.iter().map(|(name, _)| *name)))
    })
}

/// matplotlib's line styles.
pub(super) fn line_style(node: &Node) -> Result<LineStyle, Diagnostic> {
    let at = |message: String| Diagnostic::error(message).at(node.place.clone());
    if let Some(items) = node.as_seq() {
        let [offset, lengths] = items else {
            return Err(node.expected("a line style: a name, or `[offset, [on, off, …]]`"));
        };
        let offset = if offset.is_null() { 0.0 } else { offset.finite()? };
        return dashes(offset, lengths).map(LineStyle::Pattern);
    }
    let name = node.as_str().ok_or_else(|| node.expected("a line style"))?;
    LineStyle::parse(name).map_err(at)
}

/// Lengths of dashes and gaps.
pub(super) fn dashes(offset: f64, node: &Node) -> Result<Dashes, Diagnostic> {
    let lengths = node.list()?.iter().map(Node::finite).collect::<Result<Vec<f64>, _>>()?;
    Dashes::new(offset, &lengths).map_err(|message| Diagnostic::error(message).at(node.place.clone()))
}

/// Letters of a hatch.
pub(super) fn hatch(node: &Node) -> Result<String, Diagnostic> {
    if node.is_null() {
        return Ok(String::new());
    }
    let letters = node.as_str().ok_or_else(|| node.expected("the letters of a hatch"))?;
    match hatch::check(letters) {
        Ok(()) => Ok(letters.to_owned()),
        Err(message) => Err(Diagnostic::error(message).at(node.place.clone())),
    }
}

/// matplotlib's markers; `None` for none.
pub(super) fn marker(node: &Node) -> Result<Option<MarkerShape>, Diagnostic> {
    if node.is_null() {
        return Ok(None);
    }
    one_of(node, "a marker", &MARKERS)
}

/// A number from 0 to 1.
pub(super) fn fraction(node: &Node) -> Result<f64, Diagnostic> {
    node.as_f64()
        .filter(|value| (0.0..=1.0).contains(value))
        .ok_or_else(|| node.expected("a number from 0 to 1"))
}

/// A finite number above 0.
pub(super) fn positive(node: &Node) -> Result<f64, Diagnostic> {
    node.as_f64()
        .filter(|value| *value > 0.0 && value.is_finite())
        .ok_or_else(|| node.expected("a number above 0"))
}

/// A finite number from 0 on.
pub(super) fn not_negative(node: &Node) -> Result<f64, Diagnostic> {
    node.as_f64()
        .filter(|value| *value >= 0.0 && value.is_finite())
        .ok_or_else(|| node.expected("a number from 0 on"))
}

/// Text or a number or truth value, as Python would write it.
pub(super) fn label(node: &Node) -> Result<String, Diagnostic> {
    match (&node.tag, &node.value) {
        (None, Yaml::Str(_) | Yaml::Int(_) | Yaml::Float(_)) => Ok(node.python_str()),
        _ => Err(node.expected("text")),
    }
}

/// The moment that a date such as `2000-01-31` or `2000-01-31T12:00` means.
pub(super) fn date(node: &Node) -> Option<Civil> {
    let (civil, precision) = Civil::parse(node.as_str()?)?;
    (precision >= Precision::Month).then_some(civil)
}

/// `[lo, hi]` or `{lower, upper}`; each a number, a date, `min`, `max` or `~`.
pub(super) fn limits(node: &Node) -> Result<[Limit; 2], Diagnostic> {
    let one = |node: &Node| match (node.as_f64(), node.as_str()) {
        (Some(number), _) if number.is_finite() => Ok(Limit::At(number)),
        (_, Some("min")) => Ok(Limit::DataMin),
        (_, Some("max")) => Ok(Limit::DataMax),
        _ if node.is_null() => Ok(Limit::Auto),
        _ => {
            date(node).map(Limit::When).ok_or_else(|| node.expected("a number, a date, `min`, `max` or `~`"))
        }
    };
    match &node.value {
        Yaml::Map(_) if node.tag.is_none() => {
            let keys = Keys::of(node, "limits", &["lower", "upper"])?;
            let bound = |key| keys.get(key).map_or(Ok(Limit::Auto), one);
            Ok([bound("lower")?, bound("upper")?])
        }
        Yaml::Seq(items) if node.tag.is_none() && items.len() == 2 => Ok([one(&items[0])?, one(&items[1])?]),
        _ => Err(node.expected("limits: a list of two, or `{lower, upper}`")),
    }
}

/// A scale by name, or `{scale, linthresh, base}`.
pub(super) fn scale(node: &Node) -> Result<Scale, Diagnostic> {
    let (name, base, linthresh) = if node.as_map().is_some() {
        let keys = Keys::of(node, "a scale", &["scale", "linthresh", "base", "linscale", "subs"])?;
        for key in ["linscale", "subs"] {
            if let Some(value) = keys.given(key) {
                return Err(unsupported(&format!("`{key}` of a scale"), value));
            }
        }
        let name = keys.given("scale").ok_or_else(|| node.expected("a scale with its name in `scale`"))?;
        (name, keys.given("base"), keys.given("linthresh"))
    } else {
        (node, None, None)
    };
    let base = base.map_or(Ok(10.0), positive)?;
    match name.text()? {
        "linear" => Ok(Scale::Linear),
        "log" => Ok(Scale::Log { base }),
        "symlog" => Ok(Scale::SymLog { linthresh: linthresh.map_or(Ok(2.0), positive)?, base }),
        "logit" => Ok(Scale::Logit),
        other => Err(Diagnostic::error(format!("there is no scale `{other}`"))
            .at(name.place.clone())
            .help(did_you_mean(other, ["linear", "log", "logit", "symlog"]))),
    }
}

/// Height to width: `equal`, `auto` or a number.
pub(super) fn ratio(node: &Node) -> Result<Ratio, Diagnostic> {
    match (node.as_str(), node.as_f64()) {
        (Some("equal"), _) => Ok(Ratio::Units(1.0)),
        (Some("auto"), _) => Ok(Ratio::Auto),
        (_, Some(number)) if number > 0.0 && number.is_finite() => Ok(Ratio::Units(number)),
        _ => Err(node.expected("`equal`, `auto` or a number above 0")),
    }
}

/// What the arguments of axes (`subplot_kw`, `subplot_kws`) say of their height to width.
pub(super) fn subplot(node: &Node, what: &str) -> Result<Option<Ratio>, Diagnostic> {
    for (key, value) in node.mapping()? {
        if !["adjustable", "aspect", "box_aspect", "projection"].contains(&key.text()?) {
            return Err(unsupported(&format!("`{}` of {what}", key.python_str()), value));
        }
    }
    if let Some(value) = node.get("adjustable").filter(|value| value.as_str() != Some("box")) {
        return Err(unsupported("an `adjustable` other than `box`", value));
    }
    let given = |key| node.get(key).filter(|value: &&Node| !value.is_null());
    match (given("aspect"), given("box_aspect")) {
        (Some(_), Some(tall)) => Err(unsupported("`box_aspect` beside `aspect`", tall)),
        (Some(value), None) => ratio(value).map(Some),
        (None, Some(tall)) => Ok(Some(Ratio::Box(positive(tall)?))),
        (None, None) => Ok(None),
    }
}

/// Tick positions: a list, `{major: list}` or `{major: {locs, labels}}`.
pub(super) fn ticks(node: &Node) -> Result<Vec<(f64, Option<String>)>, Diagnostic> {
    let positions = |node: &Node| node.list()?.iter().map(Node::finite).collect::<Result<Vec<f64>, _>>();
    if node.as_map().is_none() {
        return Ok(positions(node)?.into_iter().map(|at| (at, None)).collect());
    }
    let keys = Keys::of(node, "ticks", &["major", "minor"])?;
    if let Some(minor) = keys.given("minor") {
        return Err(unsupported("`minor` ticks", minor));
    }
    let major = keys.given("major").ok_or_else(|| node.expected("ticks with `major` positions"))?;
    if major.as_map().is_none() {
        return Ok(positions(major)?.into_iter().map(|at| (at, None)).collect());
    }
    let keys = Keys::of(major, "major ticks", &["locs", "labels"])?;
    let locs = keys.given("locs").ok_or_else(|| major.expected("ticks with their positions in `locs`"))?;
    let at = positions(locs)?;
    let Some(labels) = keys.given("labels") else { return Ok(at.into_iter().map(|at| (at, None)).collect()) };
    let names = labels.list()?.iter().map(label).collect::<Result<Vec<String>, _>>()?;
    if names.len() != at.len() {
        let message = format!("{} tick positions have {} labels", at.len(), names.len());
        return Err(Diagnostic::error(message).at(labels.place.clone()));
    }
    Ok(at.into_iter().zip(names.into_iter().map(Some)).collect())
}

/// "… is not supported yet" at a value.
pub(super) fn unsupported(what: &str, node: &Node) -> Diagnostic {
    Diagnostic::error(format!("{what} is not supported yet")).at(node.place.clone())
}
/// A plain value of an option: true or false, a number, numbers, or text.
pub(super) fn plain(node: &Node) -> Result<Plain, Diagnostic> {
    Ok(match (&node.value, node.as_seq()) {
        (Yaml::Bool(flag), _) => Plain::Flag(*flag),
        (_, Some(items)) => Plain::Numbers(items.iter().map(Node::finite).collect::<Result<_, _>>()?),
        _ if node.as_f64().is_some() => Plain::Number(node.finite()?),
        _ => Plain::Text(node.text()?.to_owned()),
    })
}
