//! Pieces of SVG: numbers, paths, attributes, escaped text.

use super::vector;
use crate::render::scene::{Cap, Color, Join, Point, Rect, Segment, Stroke};
use std::fmt::{self, Write as _};

/// A number to a thousandth, without needless digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Num(pub(super) f64);

impl fmt::Display for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Integers are written several times faster than floats, and there are many.
        let thousandths = (vector::round(self.0) * 1000.0).round() as i64;
        let (whole, rest) = (thousandths.abs() / 1000, thousandths.abs() % 1000);
        if thousandths < 0 {
            f.write_char('-')?;
        }
        write!(f, "{whole}")?;
        match rest {
            0 => Ok(()),
            _ if rest % 100 == 0 => write!(f, ".{}", rest / 100),
            _ if rest % 10 == 0 => write!(f, ".{:02}", rest / 10),
            _ => write!(f, ".{rest:03}"),
        }
    }
}

/// Corners of a polyline.
pub(super) fn points(corners: &[Point]) -> String {
    let mut text = String::with_capacity(corners.len() * 16);
    for (k, [x, y]) in corners.iter().enumerate() {
        let gap = if k == 0 { "" } else { " " };
        // Writing to a String cannot fail, here and below.
        let _ = write!(text, "{gap}{},{}", Num(*x), Num(*y));
    }
    text
}

/// A path's `d`; `None` if it is empty or a point is not finite.
pub(super) fn path(path: &[Segment]) -> Option<String> {
    let mut d = String::with_capacity(path.len() * 16);
    for segment in path {
        let (sign, ends): (char, &[Point]) = match segment {
            Segment::Move(p) => ('M', &[*p]),
            Segment::Line(p) => ('L', &[*p]),
            Segment::Cubic(a, b, c) => ('C', &[*a, *b, *c]),
            Segment::Close => ('Z', &[]),
        };
        if !ends.iter().all(vector::is_finite) {
            return None;
        }
        d.push(sign);
        d.push_str(&points(ends));
    }
    (!d.is_empty()).then_some(d)
}

/// Place and size of a rectangle; `None` if it is not finite or has a negative side.
pub(super) fn place(rect: &Rect) -> Option<String> {
    let finite = [rect.left, rect.top, rect.right, rect.bottom].iter().all(|v| v.is_finite());
    (finite && rect.width() >= 0.0 && rect.height() >= 0.0).then(|| {
        let [x, y] = [Num(rect.left), Num(rect.top)];
        format!(" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\"", Num(rect.width()), Num(rect.height()))
    })
}

fn paint(name: &str, color: Color) -> String {
    let mut text = format!(" {name}=\"{}\"", Color { a: 255, ..color }.hex());
    if color.a != 255 {
        let _ = write!(text, " {name}-opacity=\"{}\"", Num(f64::from(color.a) / 255.0));
    }
    text
}

/// A fill, or `none`.
pub(super) fn fill(color: Option<Color>) -> String {
    color.map_or_else(|| " fill=\"none\"".to_owned(), |color| paint("fill", color))
}

/// A stroke, or nothing: SVG strokes only what says so.
pub(super) fn stroke(line: Option<&Stroke>) -> String {
    let Some(line) = line.filter(|line| line.width > 0.0) else { return String::new() };
    let mut text = paint("stroke", line.color);
    let _ = write!(text, " stroke-width=\"{}\"", Num(line.width));
    let dash = vector::dashes(line);
    if !dash.is_empty() {
        let dash: Vec<String> = dash.iter().map(|d| Num(*d).to_string()).collect();
        let _ = write!(text, " stroke-dasharray=\"{}\"", dash.join(" "));
    }
    if !dash.is_empty() && line.phase != 0.0 {
        let _ = write!(text, " stroke-dashoffset=\"{}\"", Num(line.phase));
    }
    text.push_str(match line.cap {
        Cap::Butt => "",
        Cap::Round => " stroke-linecap=\"round\"",
        Cap::Square => " stroke-linecap=\"square\"",
    });
    text.push_str(match line.join {
        Join::Miter => "",
        Join::Round => " stroke-linejoin=\"round\"",
        Join::Bevel => " stroke-linejoin=\"bevel\"",
    });
    text
}

/// Fill and stroke.
pub(super) fn style(color: Option<Color>, line: Option<&Stroke>) -> String {
    fill(color) + &stroke(line)
}

/// Text for an element or a quoted attribute. Characters that XML 1.0 cannot hold become U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_places_at_most_and_no_needless_ones() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.0004, "0"),
            (12.0, "12"),
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (0.0126, "0.013"),
            (99.9999, "100"),
            (-7.05, "-7.05"),
        ] {
            assert_eq!(Num(value).to_string(), text);
        }
    }

    #[test]
    fn text_is_escaped_and_control_signs_are_replaced() {
        assert_eq!(escaped("a<b & \"c\">\u{1}"), "a&lt;b &amp; &quot;c&quot;&gt;\u{fffd}");
    }
}
