//! Arrows between two points, straight and bent, as matplotlib's `FancyArrowPatch` draws them for
//! annotations: what `arrowprops` say, and the drawing. Inside, y is up.

mod bezier;
mod head;
mod parameters;
mod route;

use super::chart::{LineStyle, Style};
use super::named_style::{CAPS, JOINS, one_of};
use super::record::Canvas;
use super::scene::{Cap, Color, Command, Join, Point, Rect, Stroke};
use crate::diag::did_you_mean;
pub use head::{ArrowStyle, End};
pub use route::Connection;

/// Keys of `arrowprops` with an `arrowstyle` and without.
const BOTH: [&str; 15] = [
    "alpha",
    "capstyle",
    "color",
    "connectionstyle",
    "ec",
    "edgecolor",
    "facecolor",
    "fc",
    "fill",
    "joinstyle",
    "linestyle",
    "linewidth",
    "ls",
    "lw",
    "mutation_aspect",
];
const STYLED: [&str; 5] = ["arrowstyle", "mutation_scale", "relpos", "shrinkA", "shrinkB"];
const PLAIN: [&str; 4] = ["headlength", "headwidth", "shrink", "width"];

/// An arrow from a text to the point it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// Its shape; `None` is matplotlib's arrow without an `arrowstyle`, by `sizes`.
    pub style: Option<ArrowStyle>,
    /// Without a style: width of the shaft, width and length of the head, points.
    pub sizes: [f64; 3],
    /// Its way.
    pub connection: Connection,
    /// Colour inside; `None` is the style's of patches, transparent is none.
    pub face: Option<Color>,
    /// Colour of lines; `None` is the style's of patches.
    pub edge: Option<Color>,
    /// Opacity, 0–1.
    pub alpha: f64,
    /// Width of lines, points; `None` is the style's of patches.
    pub width: Option<f64>,
    /// Dashes.
    pub dash: LineStyle,
    /// Ends and corners of lines.
    pub ends: (Cap, Join),
    /// What lengths of the style count in, points; `None` is the size of the text.
    pub scale: Option<f64>,
    /// Height to width that shapes are squeezed by.
    pub aspect: f64,
    /// Without a style: share of the length left free at each end.
    pub shrink: f64,
    /// Points left free at the text's and the point's end.
    pub gap: [f64; 2],
    /// Where in the text it begins, fractions from the lower left.
    pub from: [f64; 2],
}

impl Default for Arrow {
    /// matplotlib's.
    fn default() -> Self {
        Self {
            style: None,
            sizes: [4.0, 12.0, 12.0],
            connection: Connection::Arc3 { bend: 0.0 },
            face: None,
            edge: None,
            alpha: 1.0,
            width: None,
            dash: LineStyle::Solid,
            ends: (Cap::Round, Join::Round),
            scale: None,
            aspect: 1.0,
            shrink: 0.0,
            gap: [2.0; 2],
            from: [0.5; 2],
        }
    }
}

/// A value of `arrowprops`, wherever it comes from.
pub trait Value {
    /// What is said of one that is wrong.
    type Error;
    /// A finite number.
    ///
    /// # Errors
    /// If it is none; so the others.
    fn number(&self) -> Result<f64, Self::Error>;
    /// Two finite numbers.
    #[expect(clippy::missing_errors_doc, reason = "as `number`")]
    fn pair(&self) -> Result<[f64; 2], Self::Error>;
    /// A text.
    #[expect(clippy::missing_errors_doc, reason = "as `number`")]
    fn text(&self) -> Result<String, Self::Error>;
    /// Whether it is true.
    #[expect(clippy::missing_errors_doc, reason = "as `number`")]
    fn truth(&self) -> Result<bool, Self::Error>;
    /// A colour; `cycle` are C0, C1, ….
    #[expect(clippy::missing_errors_doc, reason = "as `number`")]
    fn color(&self, cycle: &[Color]) -> Result<Color, Self::Error>;
    /// Dashes.
    #[expect(clippy::missing_errors_doc, reason = "as `number`")]
    fn dash(&self) -> Result<LineStyle, Self::Error>;
    /// The error of a value.
    fn wrong(&self, key: &str, why: String) -> Self::Error;
}

impl Arrow {
    /// Reads `arrowprops`; as in matplotlib, an arrow without an `arrowstyle` has other keys than one with
    /// it. `cycle` are the colours C0, C1, ….
    ///
    /// # Errors
    /// Of the value that is wrong, or whose key is unknown.
    pub fn read<V: Value>(entries: &[(String, V)], cycle: &[Color]) -> Result<Self, V::Error> {
        let get = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let own: &[&str] = if get("arrowstyle").is_some() { &STYLED } else { &PLAIN };
        let mut arrow = Self::default();
        for (key, value) in entries {
            let wrong = |why: String| value.wrong(key, why);
            let length = |most: f64| {
                let number = value.number()?;
                let fits = (0.0..=most).contains(&number);
                if fits { Ok(number) } else { Err(wrong(format!("a number from 0 to {most}, not {number}"))) }
            };
            match key.as_str() {
                name if !BOTH.contains(&name) && !own.contains(&name) => {
                    let other = [&STYLED[..], &PLAIN].concat();
                    return Err(wrong(if other.contains(&name) {
                        let with = if own == PLAIN { "only with" } else { "not with" };
                        format!("arrows have it {with} an `arrowstyle`")
                    } else {
                        let help = did_you_mean(name, BOTH.into_iter().chain(other));
                        format!(
                            "`arrowprops` has no such key{}",
                            help.map_or_else(String::new, |h| format!("; {h}"))
                        )
                    }));
                }
                "arrowstyle" => arrow.style = Some(ArrowStyle::parse(&value.text()?).map_err(wrong)?),
                "connectionstyle" => arrow.connection = Connection::parse(&value.text()?).map_err(wrong)?,
                "color" => {
                    let color = value.color(cycle)?;
                    arrow.face.get_or_insert(color);
                    arrow.edge.get_or_insert(color);
                }
                "facecolor" | "fc" => arrow.face = Some(value.color(cycle)?),
                "edgecolor" | "ec" => arrow.edge = Some(value.color(cycle)?),
                "fill" if !value.truth()? => arrow.face = Some(Color { a: 0, ..Color::WHITE }),
                "fill" => {}
                "alpha" => arrow.alpha = length(1.0)?,
                "linewidth" | "lw" => arrow.width = Some(length(1e3)?),
                "linestyle" | "ls" => arrow.dash = value.dash()?,
                "capstyle" => arrow.ends.0 = one_of(&value.text()?, &CAPS).map_err(wrong)?,
                "joinstyle" => arrow.ends.1 = one_of(&value.text()?, &JOINS).map_err(wrong)?,
                "mutation_scale" => arrow.scale = Some(length(1e4)?),
                "mutation_aspect" => match length(1e3)? {
                    0.0 => return Err(wrong("a number above 0".to_owned())),
                    aspect => arrow.aspect = aspect,
                },
                "relpos" => arrow.from = value.pair()?,
                "shrinkA" => arrow.gap[0] = length(1e4)?,
                "shrinkB" => arrow.gap[1] = length(1e4)?,
                "shrink" => arrow.shrink = length(1.0)?,
                "width" => arrow.sizes[0] = length(1e3)?,
                "headwidth" => arrow.sizes[1] = length(1e3)?,
                _ => arrow.sizes[2] = length(1e3)?,
            }
        }
        let needs_curve = arrow.style.is_none_or(ArrowStyle::needs_curve);
        if needs_curve
            && !matches!(arrow.connection, Connection::Arc3 { .. } | Connection::Angle3 { .. })
            && let Some(value) = get("connectionstyle")
        {
            let why = "filled arrows follow one curve: `arc3` or `angle3`";
            return Err(value.wrong("connectionstyle", why.to_owned()));
        }
        Ok(arrow)
    }

    /// Draws it from a text, whose rectangle is `block` and that covers what `covered` says, to a point; all
    /// in points, y down. `size` is the text's.
    ///
    /// # Errors
    /// Why it has no way.
    pub(super) fn draw(
        &self,
        canvas: &Canvas,
        (block, covered): (&Rect, &dyn Fn(Point) -> bool),
        to: Point,
        size: f64,
        style: &Style,
    ) -> Result<(), String> {
        let up = |[x, y]: Point| [x, -y];
        let (target, mut share, mut gap) = (up(to), self.from, self.gap);
        let spot = |share: [f64; 2]| {
            [block.left + share[0] * block.width(), -block.bottom + share[1] * block.height()]
        };
        if self.style.is_none() {
            // From the corner or the middle of a side that is nearest.
            let near = |i: usize| {
                let away = |share: f64| (spot([share; 2])[i] - target[i]).abs();
                [0.0, 0.5, 1.0].into_iter().reduce(|a, b| if away(b) < away(a) { b } else { a })
            };
            share = [near(0).unwrap_or(0.5), near(1).unwrap_or(0.5)];
            gap = [self.shrink * bezier::distance(spot(share), target); 2];
        }
        let mut route = self.connection.route(spot(share), target, 72.0 / style.dpi)?;
        if !route.is_finite() {
            return Err("the arrow has no finite way".to_owned());
        }
        route.leaving(&|point| covered(up(point)));
        let [begin, end] = [route.begin, route.end()];
        if gap[0] > 0.0 {
            route.leaving(&|point| bezier::distance(point, begin) < gap[0]);
        }
        if gap[1] > 0.0 {
            route.entering(&|point| bezier::distance(point, end) < gap[1]);
        }
        let width = self.width.unwrap_or(style.patch_width);
        let (shape, scale) = match self.style {
            Some(shape) => (shape, self.scale.unwrap_or(size)),
            None => {
                let [tail, wide, long] = self.sizes;
                (ArrowStyle::Simple { head: [long, wide], tail }, 1.0)
            }
        };
        route.map(&|[x, y]| [x, y / self.aspect]);
        let edge = self.edge.unwrap_or(style.patch_edge).faded(self.alpha);
        let face = self.face.unwrap_or_else(|| style.patch_face()).faded(self.alpha);
        let stroke = (edge.a > 0 && width > 0.0 && self.dash != LineStyle::None).then(|| {
            let line = style.lines.stroke(edge, width, self.dash);
            Stroke { cap: self.ends.0, join: self.ends.1, ..line }
        });
        for part in shape.parts(&route, scale, width) {
            let mut outline = part.outline;
            outline.map(&|[x, y]| [x, -y * self.aspect]);
            let fill = (part.filled && face.a > 0).then_some(face);
            if outline.is_finite() && (fill.is_some() || stroke.is_some()) {
                let path = outline.segments(part.filled);
                canvas.push(Command::Path { path, fill, stroke: stroke.clone() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::route::{Route, Step};
    use super::*;

    fn points(route: &Route) -> Vec<Point> {
        let steps = route.steps.iter().flat_map(|step| match *step {
            Step::Line(to) => vec![to],
            Step::Curve(control, to) => vec![control, to],
        });
        std::iter::once(route.begin).chain(steps).collect()
    }

    /// Expected: `tests/fixtures/arrows.py`.
    #[test]
    fn outlines_are_matplotlibs() {
        let table = include_str!("../../../tests/fixtures/arrows.csv");
        for line in table.lines() {
            let parts: Vec<&str> = line.split(';').collect();
            let [style, way, scale, width, expected] = parts[..] else { panic!("{line}") };
            let (scale, width): (f64, f64) = (scale.parse().unwrap(), width.parse().unwrap());
            let way = Connection::parse(way).unwrap();
            let mut route = way.route([10.0, 20.0], [110.0, 60.0], 1.0).unwrap();
            let text = Rect { left: 0.0, right: 20.0, top: 10.0, bottom: 30.0 };
            route.leaving(&|point| text.contains(point));
            let [begin, end] = [route.begin, route.end()];
            route.leaving(&|point| bezier::distance(point, begin) < 2.0);
            route.entering(&|point| bezier::distance(point, end) < 5.0);
            let parts = ArrowStyle::parse(style).unwrap().parts(&route, scale, width);
            let expected: Vec<&str> = expected.split('|').collect();
            assert_eq!(parts.len(), expected.len(), "{line}");
            for (part, expected) in parts.iter().zip(expected) {
                assert_eq!(part.filled, expected.ends_with('Z'), "{line}");
                let numbers: Vec<f64> = expected
                    .split(['M', 'L', 'Q', 'Z', ' '])
                    .filter(|word| !word.is_empty())
                    .map(|word| word.parse().unwrap())
                    .collect();
                let own: Vec<f64> = points(&part.outline).concat();
                // Closed outlines may end at their begin once more.
                let pairs = own.iter().zip(&numbers);
                assert!(own.len().abs_diff(numbers.len()) <= 2, "{line}: {own:?}");
                for (own, expected) in pairs {
                    assert!((own - expected).abs() < 0.06, "{line}: {own} {expected}, {own:?} {numbers:?}");
                }
            }
        }
    }

    #[test]
    fn lines_that_do_not_meet_have_no_corner() {
        let way = Connection::parse("angle3,angleA=0,angleB=180").unwrap();
        assert!(way.route([0.0; 2], [1.0, 1.0], 1.0).unwrap_err().contains("do not meet"));
    }
}
