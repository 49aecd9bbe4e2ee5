//! Colours, dashes, markers and names of a call.

use super::argument::{Argument, Bound};
use super::marking;
use crate::render::chart::{Every, FillStyle, LineEnds, LineStyle, StepWhere, Style};
use crate::render::named_color;
use crate::render::scene::{Color, MarkerShape, Stroke};
use crate::render::text::{self, Family, FontOptions};
use crate::render::textbox::TextBox;

/// Look of the marks of a call; what is not said is the style's.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    pub(super) color: Option<Color>,
    pub(super) face: Option<Color>,
    pub(super) edge: Option<Color>,
    pub(super) alpha: Option<f64>,
    pub(super) width: Option<f64>,
    pub(super) dash: Option<LineStyle>,
    pub(super) marker: Option<Option<MarkerShape>>,
    pub(super) size: Option<f64>,
    pub(super) marker_edge: Option<f64>,
    pub(super) fill: Option<FillStyle>,
    pub(super) every: Every,
    pub(super) ends: LineEnds,
    pub(super) steps: Option<StepWhere>,
    pub(super) label: String,
    pub(super) zorder: Option<f64>,
    /// Whether vector formats get an image of it.
    pub(super) rasterized: Option<bool>,
}

/// Names of arguments that are read here.
pub(super) const NAMES: [&str; 28] = [
    "alpha",
    "c",
    "clip_on",
    "color",
    "dashes",
    "ec",
    "edgecolor",
    "edgecolors",
    "facecolor",
    "facecolors",
    "fc",
    "label",
    "linestyle",
    "linestyles",
    "linewidth",
    "linewidths",
    "ls",
    "lw",
    "marker",
    "markeredgecolor",
    "markerfacecolor",
    "markersize",
    "mec",
    "mfc",
    "ms",
    "rasterized",
    "zorder",
    "antialiased",
];

impl Look {
    /// Reads the arguments of a call that say how it looks.
    ///
    /// # Errors
    /// The argument, and what is wrong with it.
    pub(super) fn of(call: &Bound<'_>, style: &Style) -> Result<Self, String> {
        let named = |name: &str, error: String| format!("`{name}`: {error}");
        let colored = |names: &[&str]| -> Result<Option<Color>, String> {
            for name in names {
                if let Some(value) = call.get(name) {
                    if matches!(value, Argument::Text(text) if text == "face" || text == "auto") {
                        continue;
                    }
                    return color(value, &style.cycle).map(Some).map_err(|error| named(name, error));
                }
            }
            Ok(None)
        };
        let number = |names: &[&str]| -> Result<Option<f64>, String> {
            let Some(name) = names.iter().find(|name| call.get(name).is_some()) else { return Ok(None) };
            match call.number(name)? {
                Some(number) if (0.0..1e6).contains(&number) => Ok(Some(number)),
                _ => Err(named(name, "must be a number from 0 on".to_owned())),
            }
        };
        let marker = match call.get("marker") {
            Some(value) => {
                let text = value.text()?;
                Some(
                    MarkerShape::named(&text)
                        .ok_or_else(|| named("marker", format!("`{text}` is no marker")))?,
                )
            }
            None => None,
        };
        // Sets of a histogram have a name each, levels of contours a width each.
        let listed = |name: &str| matches!(call.get(name), Some(Argument::List(_)));
        let several = call.call.function == "plt.hist" && listed("label");
        let label = if several { None } else { call.text("label")? };
        let label = label.filter(|label| !label.starts_with('_')).unwrap_or_default();
        Ok(Self {
            color: colored(&["color"])?,
            face: colored(&["facecolor", "facecolors", "fc", "markerfacecolor", "mfc"])?,
            edge: colored(&["edgecolor", "edgecolors", "ec", "markeredgecolor", "mec"])?,
            alpha: number(&["alpha"])?.map(|alpha| alpha.min(1.0)),
            width: if call.call.function == "plt.contour" && listed("linewidths") {
                None
            } else {
                number(&["linewidth", "lw", "linewidths"])?
            },
            dash: marking::dashes(call)?,
            marker,
            size: number(&["markersize", "ms"])?,
            marker_edge: number(&["markeredgewidth", "mew"])?,
            fill: marking::fill(call)?,
            every: marking::every(call)?,
            ends: marking::ends(call)?,
            steps: marking::steps(call)?,
            label,
            zorder: call.number("zorder")?,
            rasterized: truth(call, "rasterized")?,
        })
    }

    /// Whether points are one image, if somebody says: those that are not to be pixels are none.
    pub(super) fn aggregate(&self, call: &Bound<'_>) -> Result<Option<bool>, String> {
        match (truth(call, "aggregate")?, self.rasterized) {
            (Some(true), Some(false)) => {
                Err("`aggregate` makes an image of pixels: it cannot be had with `rasterized: false`"
                    .to_owned())
            }
            (None, Some(false)) => Ok(Some(false)),
            (aggregate, _) => Ok(aggregate),
        }
    }

    /// `c` as a colour, where it is one.
    pub(super) fn with_c(mut self, call: &Bound<'_>, style: &Style) -> Result<Self, String> {
        if let (None, Some(value)) = (self.color, call.get("c")) {
            self.color = Some(color(value, &style.cycle).map_err(|error| format!("`c`: {error}"))?);
        }
        Ok(self)
    }

    /// Takes over what a format string such as `C1--` says; what arguments say stays.
    ///
    /// # Errors
    /// What it does not understand.
    pub(super) fn format(&mut self, text: &str, style: &Style) -> Result<(), String> {
        let read = Format::of(text, style)?;
        self.color = self.color.or(read.color);
        self.dash = self.dash.or(read.dash);
        self.marker = self.marker.or(read.marker.map(Some));
        Ok(())
    }

    /// The stroke of a line of this colour; `None` for no line.
    pub(super) fn stroke(&self, color: Color, style: &Style) -> Option<Stroke> {
        let width = self.width.unwrap_or(style.line_width);
        let dash = self.dash.unwrap_or_default();
        (dash != LineStyle::None && width > 0.0)
            .then(|| style.lines.with(self.ends).stroke(color, width, dash))
    }

    /// The colour with the opacity.
    pub(super) fn faded(&self, color: Color) -> Color {
        color.faded(self.alpha.unwrap_or(1.0))
    }
}

/// Family, weight and style of a text.
pub(super) fn font(call: &Bound<'_>) -> Result<FontOptions, String> {
    let read = |names: &[&str], what: &str, of: fn(&str) -> Option<bool>| -> Result<Option<bool>, String> {
        let Some(name) = names.iter().find(|name| call.get(name).is_some()) else { return Ok(None) };
        let text = call.text(name)?.unwrap_or_default();
        of(&text).map(Some).ok_or_else(|| format!("`{name}`: `{text}` is no {what}"))
    };
    let family = match call.any(&["family", "fontfamily", "fontname"]) {
        None => None,
        Some(Argument::List(items)) => Some(items.iter().map(Argument::text).collect::<Result<Vec<_>, _>>()?),
        Some(value) => Some(vec![value.text()?]),
    };
    let family = family.map(|names| Family::first(&names)).transpose()?;
    Ok(FontOptions {
        family: family.map(|family| family.unwrap_or(Family::BUNDLED)),
        bold: read(&["fontweight", "weight"], "weight", text::is_bold)?,
        italic: read(&["fontstyle", "style"], "style of a font", text::is_italic)?,
    })
}

/// An argument that is true, false, or not given.
pub(super) fn truth(call: &Bound<'_>, name: &str) -> Result<Option<bool>, String> {
    match call.get(name) {
        None => Ok(None),
        Some(Argument::Bool(truth)) => Ok(Some(*truth)),
        Some(other) => Err(format!("`{name}`: {}", other.not("`true` or `false`"))),
    }
}

/// `bbox`: the box behind a text.
pub(super) fn text_box(call: &Bound<'_>, style: &Style) -> Result<Option<TextBox>, String> {
    let entries = match call.get("bbox") {
        None | Some(Argument::None) => return Ok(None),
        Some(Argument::Map(entries)) => entries,
        Some(other) => return Err(format!("`bbox`: {}", other.not("a mapping"))),
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| !TextBox::KEYS.contains(&key.as_str())) {
        let help = crate::diag::did_you_mean(key, TextBox::KEYS)
            .map_or_else(String::new, |help| format!(" ({help})"));
        return Err(format!("`bbox` has no `{key}`{help}"));
    }
    let get = |names: &[&str]| {
        names.iter().find_map(|name| entries.iter().find(|(key, _)| key == name)).map(|(_, value)| value)
    };
    let mut frame = TextBox::default();
    if let Some(style) = get(&["boxstyle"]) {
        frame.style(&style.text()?)?;
    }
    let number = |names: &[&str], most: f64| -> Result<Option<f64>, String> {
        get(names).map(|value| Ok(value.number()?.clamp(0.0, most))).transpose()
    };
    frame.pad = number(&["pad"], 1e3)?.or(frame.pad);
    frame.width = number(&["linewidth", "lw"], 1e3)?.unwrap_or(frame.width);
    if let Some(face) = get(&["facecolor", "fc", "color"]) {
        frame.face = Some(color(face, &style.cycle)?);
    }
    if let Some(edge) = get(&["edgecolor", "ec", "color"]) {
        frame.edge = Some(color(edge, &style.cycle)?);
    }
    match get(&["fill"]) {
        None | Some(Argument::Bool(true)) => {}
        Some(Argument::Bool(false)) => frame.face = None,
        Some(other) => return Err(format!("`fill` of `bbox`: {}", other.not("`true` or `false`"))),
    }
    if let Some(alpha) = number(&["alpha"], 1.0)? {
        frame.face = frame.face.map(|color| color.faded(alpha));
        frame.edge = frame.edge.map(|color| color.faded(alpha));
    }
    Ok(Some(frame))
}

/// `fontsize` or `size`: points, or a name such as `large`.
pub(super) fn font_size(call: &Bound<'_>, style: &Style) -> Result<Option<f64>, String> {
    match call.any(&["fontsize", "size"]) {
        Some(Argument::Text(name)) => crate::render::named_style::font_size(name, style.font_size)
            .map(Some)
            .ok_or_else(|| format!("there is no font size `{name}`")),
        Some(value) => value.number().map(Some),
        None => Ok(None),
    }
}

/// A colour: a name, three or four numbers, or a grey level as text.
pub(super) fn color(value: &Argument, cycle: &[Color]) -> Result<Color, String> {
    match value {
        Argument::Text(text) => named_color::named(text, cycle).map_err(|error| {
            if error.help.is_empty() { error.to_string() } else { format!("{error} ({})", error.help) }
        }),
        Argument::List(_) | Argument::Array(_) => {
            let parts = value.vector()?.values;
            named_color::from_fractions(&parts).ok_or_else(|| value.not("a colour"))
        }
        other => Err(other.not("a colour")),
    }
}

/// What a format string says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Format {
    pub(super) color: Option<Color>,
    pub(super) dash: Option<LineStyle>,
    pub(super) marker: Option<MarkerShape>,
}

impl Format {
    /// Reads it as matplotlib's `_process_plot_format`: a marker without dashes has no line.
    pub(super) fn of(text: &str, style: &Style) -> Result<Self, String> {
        let mut format = Self::default();
        if text.len() > 1
            && let Ok(color) = named_color::named(text, &style.cycle)
        {
            return Ok(Self { color: Some(color), ..format });
        }
        let wrong = |why: &str| Err(format!("`{text}` is no format of a line: {why}"));
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let two = rest.get(..2).unwrap_or_default();
            let one = &rest[..character.len_utf8()];
            let used = if matches!(two, "--" | "-.") {
                two
            } else if one == "C" && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
                let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1);
                &rest[..1 + digits]
            } else {
                one
            };
            if used.starts_with('C') && used.len() > 1 || "bgrcmykw".contains(used) {
                if format.color.is_some() {
                    return wrong("it names two colours");
                }
                format.color = named_color::named(used, &style.cycle).ok();
            } else if let Some(dash) = LineStyle::named(used).filter(|_| !used.trim().is_empty()) {
                if format.dash.is_some() {
                    return wrong("it names two line styles");
                }
                format.dash = Some(dash);
            } else if let Some(Some(marker)) = MarkerShape::named(used) {
                if format.marker.is_some() {
                    return wrong("it names two markers");
                }
                format.marker = Some(marker);
            } else {
                return wrong(&format!("`{used}` is neither a colour, nor a line style, nor a marker"));
            }
            rest = &rest[used.len()..];
        }
        if format.marker.is_some() && format.dash.is_none() {
            format.dash = Some(LineStyle::None);
        }
        Ok(format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `matplotlib.axes._base._process_plot_format`.
    #[test]
    fn formats_are_read_as_matplotlib_reads_them() {
        let style = Style::default();
        let read = |text: &str| Format::of(text, &style).map(|f| (f.color.map(Color::hex), f.dash, f.marker));
        let circle = Some(MarkerShape::Circle);
        assert_eq!(read("o-"), Ok((None, Some(LineStyle::Solid), circle)));
        assert_eq!(read("C1--"), Ok((Some("#de8f05".to_owned()), Some(LineStyle::Dashed), None)));
        assert_eq!(read("ro"), Ok((Some("#ff0000".to_owned()), Some(LineStyle::None), circle)));
        assert_eq!(read("k-."), Ok((Some("#000000".to_owned()), Some(LineStyle::DashDot), None)));
        assert_eq!(read("tab:green"), Ok((Some("#2ca02c".to_owned()), None, None)));
        assert_eq!(read(":"), Ok((None, Some(LineStyle::Dotted), None)));
        assert!(read("o-s").unwrap_err().contains("two markers"));
        assert!(read("q").unwrap_err().contains("`q` is neither"));
    }
}
