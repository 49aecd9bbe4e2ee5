//! matplotlib's names of dashes and markers.

use super::chart::LineStyle;
use super::scene::MarkerShape;

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
