//! Arguments about lines, steps, errors, points and bars.

use super::values::{self, unsupported};
use crate::config::{Keys, Node};
use crate::diag::{Diagnostic, did_you_mean};
use crate::render::Chart;
use crate::render::chart::{BinRule, Bins, Encoding, Every, Kind, LineStyle, StepWhere};
use crate::render::named_style::{self, CAPS, FILL_STYLES, JOINS, STEPS};
use crate::render::scene::Color;

/// Reads one argument; whether it was one of marks. `value` is not null.
pub(super) fn argument(chart: &mut Chart, name: &str, value: &Node) -> Result<bool, Diagnostic> {
    let cycle = chart.style.cycle.clone();
    match name {
        "depthshade" => chart.marks.depthshade = Some(value.boolean()?),
        "shade" => chart.surface.shade = Some(value.boolean()?),
        "rcount" | "ccount" | "rstride" | "cstride" => {
            let count = match value.count()? {
                0 => return Err(value.expected("a number from 1 on")),
                n => Some(n),
            };
            let by =
                if name.ends_with("count") { &mut chart.surface.counts } else { &mut chart.surface.strides };
            by[usize::from(name.starts_with('c'))] = count;
            if chart.surface.counts != [None; 2] && chart.surface.strides != [None; 2] {
                let message = "the faces of a surface follow from counts or from strides, not from both";
                return Err(Diagnostic::error(message).at(value.place.clone()));
            }
        }
        "bins" => chart.hist.bins = bins(value)?,
        "range" => {
            let [low, high] = value.pair()?;
            if low >= high {
                return Err(value.expected("a range that rises"));
            }
            chart.hist.range = Some([low, high]);
        }
        "density" => chart.hist.density = value.boolean()?,
        "cumulative" => chart.hist.cumulative = value.boolean()?,
        "log" => chart.hist.log = value.boolean()?,
        "histtype" => {
            chart.hist.step = match value.text()? {
                "bar" | "barstacked" | "stepfilled" => false,
                "step" => true,
                other => {
                    return Err(Diagnostic::error(format!("there is no histtype `{other}`"))
                        .at(value.place.clone())
                        .help(did_you_mean(other, ["bar", "barstacked", "step", "stepfilled"])));
                }
            };
        }
        "color" => chart.marks.color = Some(values::color(value, &cycle)?),
        "alpha" => chart.marks.alpha = Some(values::fraction(value)?),
        "aggregate" => chart.marks.aggregate = Some(value.boolean()?),
        "rasterized" => chart.marks.rasterized = Some(value.boolean()?),
        "marker" => chart.marks.marker = values::marker(value)?,
        "linestyle" | "ls" | "linestyles" => chart.marks.linestyle = Some(values::line_style(value)?),
        "linewidth" | "lw" | "linewidths" => chart.marks.linewidth = Some(values::not_negative(value)?),
        "dashes" => chart.marks.linestyle = Some(LineStyle::Pattern(values::dashes(0.0, value)?)),
        "solid_capstyle" => chart.marks.ends.solid.0 = Some(values::one_of(value, "an end of lines", &CAPS)?),
        "dash_capstyle" => chart.marks.ends.dashed.0 = Some(values::one_of(value, "an end of lines", &CAPS)?),
        "solid_joinstyle" => {
            chart.marks.ends.solid.1 = Some(values::one_of(value, "a corner of lines", &JOINS)?);
        }
        "dash_joinstyle" => {
            chart.marks.ends.dashed.1 = Some(values::one_of(value, "a corner of lines", &JOINS)?);
        }
        "drawstyle" | "ds" => chart.marks.steps = values::one_of(value, "a way to join points", &STEPS)?,
        "fillstyle" => chart.marks.fill = Some(values::one_of(value, "a part of markers", &FILL_STYLES)?),
        "markerfacecolor" | "mfc" => chart.marks.marker_colors[0] = auto_color(value, &cycle)?,
        "markeredgecolor" | "mec" => chart.marks.marker_colors[1] = auto_color(value, &cycle)?,
        "markevery" => chart.marks.every = every(value)?,
        "hatch" => chart.marks.hatches = vec![values::hatch(value)?],
        "hatches" => {
            let letters = value.list()?.iter().map(values::hatch);
            chart.marks.hatches = letters.collect::<Result<_, Diagnostic>>()?;
        }
        "s" => chart.marks.s = Some(values::not_negative(value)?),
        "markersize" | "ms" => match value.as_str() {
            Some(name) => chart.encodings.markersize = Encoding::Name(name.to_owned()),
            None => chart.marks.markersize = Some(values::not_negative(value)?),
        },
        "where" => {
            let known = [("pre", StepWhere::Pre), ("post", StepWhere::Post), ("mid", StepWhere::Mid)];
            chart.step = values::one_of(value, "`pre`, `post` or `mid`", &known)?;
        }
        "yerr" => chart.errors.yerr = Some(value.text()?.to_owned()),
        "use_bands" => chart.errors.bands = value.boolean()?,
        "hue_fstr" => value.text()?.clone_into(&mut chart.errors.hue_format),
        "fmt" => format(chart, value)?,
        "capsize" => chart.errors.capsize = values::not_negative(value)?,
        "capthick" | "markeredgewidth" | "mew" => {
            let width = Some(values::not_negative(value)?);
            chart.errors.cap_width = width;
            if name != "capthick" {
                chart.marks.marker_edge = width;
            }
        }
        "ecolor" => chart.errors.bar_color = Some(values::color(value, &cycle)?),
        "elinewidth" => chart.errors.bar_width = Some(values::not_negative(value)?),
        "errorevery" => match value.count()? {
            0 => return Err(value.expected("a number from 1 on")),
            n => chart.errors.every = n,
        },
        "fill_between_kwargs" => bands(chart, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// A colour, or the line's (`auto`).
fn auto_color(node: &Node, cycle: &[Color]) -> Result<Option<Color>, Diagnostic> {
    if node.as_str() == Some("auto") { Ok(None) } else { values::color(node, cycle).map(Some) }
}

/// `markevery`.
fn every(node: &Node) -> Result<Every, Diagnostic> {
    let wrong = || node.expected("a number, `[start, step]` or a list of points");
    let numbers = match node.as_seq() {
        Some(items) => items.iter().map(Node::finite).collect::<Result<Vec<f64>, _>>()?,
        None => vec![node.finite().map_err(|_| wrong())?],
    };
    named_style::every(&numbers, node.as_seq().is_none()).ok_or_else(wrong)
}

/// `fill_between_kwargs`: how bands look.
fn bands(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let cycle = chart.style.cycle.clone();
    let keys = Keys::of(
        node,
        "`fill_between_kwargs`",
        &["alpha", "color", "edgecolor", "facecolor", "linewidth", "lw"],
    )?;
    for key in ["color", "facecolor"] {
        if let Some(value) = keys.given(key) {
            chart.errors.band_color = Some(values::color(value, &cycle)?);
        }
    }
    if let Some(value) = keys.given("alpha") {
        chart.errors.band_alpha = Some(values::fraction(value)?);
    }
    for key in ["linewidth", "lw"] {
        if let Some(value) = keys.given(key) {
            chart.errors.band_edge = values::not_negative(value)?;
        }
    }
    match keys.given("edgecolor") {
        Some(value) => Err(unsupported("`edgecolor` of a band", value)),
        None => Ok(()),
    }
}

/// `fmt`: colour, marker and line style in matplotlib's shorthand, `o-`, `r--`.
fn format(chart: &mut Chart, node: &Node) -> Result<(), Diagnostic> {
    let text = node.text()?;
    if text.eq_ignore_ascii_case("none") {
        return Err(unsupported("`fmt: none`, errors without their line,", node));
    }
    let wrong = || node.expected("a format of a line: colour, marker and style, such as `o-` or `r--`");
    let place = |text: &str| Node::str(text, &node.place);
    let (mut style, mut marker, mut color) = (None, None, None);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (two, one) = (rest.get(..2), &rest[..next.len_utf8()]);
        let dashes = two.filter(|two| ["--", "-."].contains(two));
        if let Some(found) = dashes.or(Some(one).filter(|one| ["-", ":"].contains(one))) {
            if style.replace(values::line_style(&place(found))?).is_some() {
                return Err(wrong());
            }
            rest = &rest[found.len()..];
        } else if let Some(cycled) = two.filter(|two| two.starts_with('C')) {
            if color.replace(values::color(&place(cycled), &chart.style.cycle)?).is_some() {
                return Err(wrong());
            }
            rest = &rest[cycled.len()..];
        } else if let Ok(Some(found)) = values::marker(&place(one)) {
            if marker.replace(found).is_some() {
                return Err(wrong());
            }
            rest = &rest[one.len()..];
        } else if "bgrcmykw".contains(next) {
            if color.replace(values::color(&place(one), &chart.style.cycle)?).is_some() {
                return Err(wrong());
            }
            rest = &rest[one.len()..];
        } else {
            return Err(wrong());
        }
    }
    // A marker alone comes without a line.
    if style.is_none() && marker.is_some() {
        style = Some(LineStyle::None);
    }
    chart.marks.linestyle = style.or(chart.marks.linestyle);
    chart.marks.marker = marker.or(chart.marks.marker);
    chart.marks.color = color.or(chart.marks.color);
    Ok(())
}

/// Bins: how many, or their edges.
pub(super) fn bins(node: &Node) -> Result<Bins, Diagnostic> {
    const MOST: usize = 1_000_000;
    if let Some(items) = node.as_seq() {
        let edges = items.iter().map(Node::finite).collect::<Result<Vec<f64>, _>>()?;
        return match edges.len() >= 2 && edges.is_sorted_by(|a, b| a < b) {
            true => Ok(Bins::Edges(edges)),
            false => Err(node.expected("at least two edges that rise")),
        };
    }
    if let Some(name) = node.as_str() {
        let names = BinRule::ALL.map(|(name, _)| name);
        return BinRule::named(name).map(Bins::Rule).ok_or_else(|| {
            let message = format!("there is no rule `{name}` for bins");
            Diagnostic::error(message).at(node.place.clone()).help(did_you_mean(name, names))
        });
    }
    match node.count()? {
        n if n <= MOST => Ok(Bins::Count(n)),
        _ => Err(node.expected(&format!("at most {MOST} bins"))),
    }
}

/// What lines with errors cannot do without.
pub(super) fn check(chart: &Chart) -> Option<&'static str> {
    match chart.kind {
        Some(Kind::ErrorBars) if chart.encodings.y.name().is_none() => Some("y"),
        Some(Kind::ErrorBars) if chart.errors.yerr.is_none() => Some("yerr"),
        _ => None,
    }
}
