//! Boxes behind texts, as matplotlib's `bbox`: their look, and their outline.

use super::legend::rounded;
use super::scene::{Color, Point, Rect, Segment};

/// Between a text and the edge of its box where no box style is named, points.
const PAD: f64 = 4.0;
/// The same where one is, font sizes.
const STYLED_PAD: f64 = 0.3;

/// The box behind a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextBox {
    /// Colour inside.
    pub face: Option<Color>,
    /// Colour of the edge.
    pub edge: Option<Color>,
    /// Width of the edge, points.
    pub width: f64,
    /// Between text and edge, font sizes; `None` are four points.
    pub pad: Option<f64>,
    /// Radius of the corners, font sizes; 0 are sharp ones, `None` is as much as `pad`.
    pub rounding: Option<f64>,
}

impl TextBox {
    /// Its keys in configurations.
    pub const KEYS: [&str; 11] = [
        "alpha",
        "boxstyle",
        "color",
        "ec",
        "edgecolor",
        "facecolor",
        "fc",
        "fill",
        "linewidth",
        "lw",
        "pad",
    ];

    /// Takes over a box style such as `round,pad=0.5`.
    ///
    /// # Errors
    /// A fragment: styles that are not there, parameters that are none.
    pub fn style(&mut self, text: &str) -> Result<(), String> {
        let mut parts = text.split(',').map(str::trim);
        self.rounding = match parts.next().unwrap_or_default() {
            "square" => Some(0.0),
            "round" => None,
            other => return Err(format!("the box style `{other}` is not there: it is square or round")),
        };
        self.pad.get_or_insert(STYLED_PAD);
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let number = value.trim().parse::<f64>().ok().filter(|v| v.is_finite() && (0.0..1e3).contains(v));
            let number = number.ok_or_else(|| format!("`{part}` of a box style is no number from 0"))?;
            match (key.trim(), self.rounding) {
                ("pad", _) => self.pad = Some(number),
                ("rounding_size", Some(0.0)) => return Err("a square box has no `rounding_size`".to_owned()),
                ("rounding_size", _) => self.rounding = Some(number),
                (other, _) => {
                    return Err(format!("a box style has no `{other}`: there are `pad` and `rounding_size`"));
                }
            }
        }
        Ok(())
    }

    /// Between text and edge, points, at a font size.
    pub(super) fn pad(&self, size: f64) -> f64 {
        self.pad.map_or(PAD, |pad| pad * size)
    }

    /// Whether its box, edge included, covers a point; all as the text lies before it is turned.
    pub(super) fn covers(&self, text: &Rect, size: f64, [x, y]: Point) -> bool {
        let (pad, edge) = (self.pad(size), if self.edge.is_some() { 0.5 * self.width } else { 0.0 });
        let rect = text.inflated(pad);
        let most = 0.5 * rect.width().min(rect.height());
        let radius = self.rounding.map_or(pad, |radius| radius * size).min(most);
        // How far it is from the rectangle that the corners' middles span.
        let away = |v: f64, from: f64, to: f64| (from + radius - v).max(v - (to - radius)).max(0.0);
        libm::hypot(away(x, rect.left, rect.right), away(y, rect.top, rect.bottom)) <= radius + edge
    }

    /// The outline around a text's own rectangle at a font size; `place` turns it into the picture.
    pub(super) fn outline(&self, text: &Rect, size: f64, place: impl Fn(Point) -> Point) -> Vec<Segment> {
        let pad = self.pad(size);
        let rect = text.inflated(pad);
        let most = 0.5 * rect.width().min(rect.height());
        let mut path = rounded(&rect, self.rounding.map_or(pad, |radius| radius * size).min(most));
        for segment in &mut path {
            match segment {
                Segment::Move(p) | Segment::Line(p) => *p = place(*p),
                Segment::Cubic(a, b, p) => (*a, *b, *p) = (place(*a), place(*b), place(*p)),
                Segment::Close => {}
            }
        }
        path
    }
}

impl Default for TextBox {
    /// matplotlib's patch: the first colour of its cycle, with a black edge.
    fn default() -> Self {
        Self {
            face: Some(Color::rgb(0x1f, 0x77, 0xb4)),
            edge: Some(Color::BLACK),
            width: 1.0,
            pad: None,
            rounding: Some(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From matplotlib 3.11: extents of `Text.get_bbox_patch()` around those of the text.
    #[test]
    fn boxes_stand_around_texts_as_matplotlibs() {
        let text = Rect { left: 0.0, top: 0.0, right: 30.0, bottom: 10.0 };
        for (style, pad) in [(None, 4.0), (Some("square"), 3.0), (Some("round,pad=0.5"), 5.0)] {
            let mut frame = TextBox::default();
            style.map_or(Ok(()), |style| frame.style(style)).unwrap();
            let path = frame.outline(&text, 10.0, |p| p);
            let xs = path.iter().filter_map(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some(p[0]),
                Segment::Close => None,
            });
            let (least, most) = xs.fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)));
            assert_eq!((least, most), (-pad, 30.0 + pad), "{style:?}");
        }
    }

    #[test]
    fn box_styles_that_are_not_there_are_refused() {
        for style in ["larrow", "round,pad=x", "square,rounding_size=1", "round,tooth=2"] {
            assert!(TextBox::default().style(style).is_err(), "{style}");
        }
    }
}
