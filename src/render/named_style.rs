//! matplotlib's names of dashes, ends of lines and markers.

use super::chart::{Dashes, Every, FillStyle, LineStyle, StepWhere};
use super::scene::{Cap, Join, MarkerShape};
use crate::diag::near;

/// Names of line styles.
pub const LINE_STYLES: [(&str, LineStyle); 12] = [
    ("solid", LineStyle::Solid),
    ("-", LineStyle::Solid),
    ("dashed", LineStyle::Dashed),
    ("--", LineStyle::Dashed),
    ("dashdot", LineStyle::DashDot),
    ("-.", LineStyle::DashDot),
    ("dotted", LineStyle::Dotted),
    (":", LineStyle::Dotted),
    ("none", LineStyle::None),
    ("None", LineStyle::None),
    ("", LineStyle::None),
    (" ", LineStyle::None),
];

/// Names of markers; `None` for no marker.
pub const MARKERS: [(&str, Option<MarkerShape>); 29] = [
    ("o", Some(MarkerShape::Circle)),
    (".", Some(MarkerShape::Point)),
    ("s", Some(MarkerShape::Square)),
    ("^", Some(MarkerShape::TriangleUp)),
    ("v", Some(MarkerShape::TriangleDown)),
    ("<", Some(MarkerShape::TriangleLeft)),
    (">", Some(MarkerShape::TriangleRight)),
    ("D", Some(MarkerShape::Diamond)),
    ("d", Some(MarkerShape::ThinDiamond)),
    ("+", Some(MarkerShape::Plus)),
    ("x", Some(MarkerShape::Cross)),
    ("*", Some(MarkerShape::Star)),
    ("p", Some(MarkerShape::Pentagon)),
    ("h", Some(MarkerShape::Hexagon)),
    ("H", Some(MarkerShape::FlatHexagon)),
    ("8", Some(MarkerShape::Octagon)),
    ("P", Some(MarkerShape::FilledPlus)),
    ("X", Some(MarkerShape::FilledCross)),
    ("1", Some(MarkerShape::TriDown)),
    ("2", Some(MarkerShape::TriUp)),
    ("3", Some(MarkerShape::TriLeft)),
    ("4", Some(MarkerShape::TriRight)),
    ("|", Some(MarkerShape::VerticalBar)),
    ("_", Some(MarkerShape::HorizontalBar)),
    (",", Some(MarkerShape::Pixel)),
    ("none", None),
    ("None", None),
    ("", None),
    (" ", None),
];

impl LineStyle {
    /// The style of this name.
    pub fn named(name: &str) -> Option<Self> {
        LINE_STYLES.iter().find(|(known, _)| *known == name).map(|(_, style)| *style)
    }

    /// The style of this name, or of a pattern as Python writes it: `(0, (5, 1))`.
    ///
    /// # Errors
    /// That there is no such style, with the near one.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(style) = Self::named(text) {
            return Ok(style);
        }
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if let Some((offset, lengths)) = bare.strip_prefix('(').and_then(|rest| rest.split_once(','))
            && let Some(lengths) = lengths.strip_suffix("))").or(lengths.strip_suffix("])"))
            && let Some(lengths) = lengths.strip_prefix(['(', '['])
        {
            let wrong = |part: &str| format!("`{part}` in the dashes `{text}` is no number");
            let number = |part: &str| part.parse::<f64>().map_err(|_| wrong(part));
            let lengths = lengths.split(',').filter(|part| !part.is_empty()).map(number);
            let lengths = lengths.collect::<Result<Vec<f64>, String>>()?;
            return Dashes::new(number(offset)?, &lengths).map(Self::Pattern);
        }
        let words = LINE_STYLES.iter().map(|(name, _)| *name).filter(|name| name.len() > 2);
        let help = match near(text, words) {
            Some(found) => format!("did you mean `{found}`?"),
            None => "dashes of any lengths are written `[0, [5, 1]]`".to_owned(),
        };
        Err(format!("`{text}` is no line style ({help})"))
    }
}

impl MarkerShape {
    /// The marker of this name; `Some(None)` is no marker.
    pub fn named(name: &str) -> Option<Option<Self>> {
        MARKERS.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
    }
}

/// Names of font sizes, in units of the style's.
pub const FONT_SIZES: [(&str, f64); 9] = [
    ("xx-small", 0.579),
    ("x-small", 0.694),
    ("small", 0.833),
    ("medium", 1.0),
    ("large", 1.2),
    ("x-large", 1.44),
    ("xx-large", 1.728),
    ("smaller", 0.833),
    ("larger", 1.2),
];

/// The size of this name where texts have `base` points.
pub fn font_size(name: &str, base: f64) -> Option<f64> {
    FONT_SIZES.iter().find(|(known, _)| *known == name).map(|(_, factor)| factor * base)
}

/// Names of ends of lines.
pub const CAPS: [(&str, Cap); 3] = [("butt", Cap::Butt), ("round", Cap::Round), ("projecting", Cap::Square)];

/// Names of corners of lines.
pub const JOINS: [(&str, Join); 3] = [("miter", Join::Miter), ("round", Join::Round), ("bevel", Join::Bevel)];

/// Names of ways in which points are joined; `None` by straight lines.
pub const STEPS: [(&str, Option<StepWhere>); 5] = [
    ("default", None),
    ("steps", Some(StepWhere::Pre)),
    ("steps-pre", Some(StepWhere::Pre)),
    ("steps-mid", Some(StepWhere::Mid)),
    ("steps-post", Some(StepWhere::Post)),
];

/// Names of filled parts of markers.
pub const FILL_STYLES: [(&str, FillStyle); 6] = [
    ("full", FillStyle::Full),
    ("left", FillStyle::Left),
    ("right", FillStyle::Right),
    ("bottom", FillStyle::Bottom),
    ("top", FillStyle::Top),
    ("none", FillStyle::None),
];

/// One of several names.
///
/// # Errors
/// That there is none of this name, with the near one.
pub fn one_of<T: Copy>(name: &str, known: &[(&str, T)]) -> Result<T, String> {
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        format!("`{name}` is none of {}", names.join(", "))
    })
}

/// Which markers the numbers of `markevery` mean; `one` says that there was one number, not a list.
pub fn every(numbers: &[f64], one: bool) -> Option<Every> {
    let whole = |number: &f64| number.fract() == 0.0 && number.abs() < 1e15;
    let along = |start: f64, step: f64| (start >= 0.0 && step > 0.0).then_some(Every::Along(start, step));
    match numbers {
        [step] if one && whole(step) => (*step >= 1.0).then_some(Every::Step(0, *step as usize)),
        [step] if one => along(0.0, *step),
        [start, step] if whole(start) && whole(step) => {
            (*start >= 0.0 && *step >= 1.0).then_some(Every::Step(*start as usize, *step as usize))
        }
        [start, step] => along(*start, *step),
        points if points.iter().all(whole) => Some(Every::At(points.iter().map(|at| *at as i64).collect())),
        _ => None,
    }
}
