//! Colours by name, as matplotlib's `colors.to_rgba` reads them.

use super::scene::Color;
use crate::diag::did_you_mean;

/// CSS4 names, sorted.
const CSS4: [(&str, u32); 148] = [
    ("aliceblue", 0xf0f8ff),
    ("antiquewhite", 0xfaebd7),
    ("aqua", 0x00ffff),
    ("aquamarine", 0x7fffd4),
    ("azure", 0xf0ffff),
    ("beige", 0xf5f5dc),
    ("bisque", 0xffe4c4),
    ("black", 0x000000),
    ("blanchedalmond", 0xffebcd),
    ("blue", 0x0000ff),
    ("blueviolet", 0x8a2be2),
    ("brown", 0xa52a2a),
    ("burlywood", 0xdeb887),
    ("cadetblue", 0x5f9ea0),
    ("chartreuse", 0x7fff00),
    ("chocolate", 0xd2691e),
    ("coral", 0xff7f50),
    ("cornflowerblue", 0x6495ed),
    ("cornsilk", 0xfff8dc),
    ("crimson", 0xdc143c),
    ("cyan", 0x00ffff),
    ("darkblue", 0x00008b),
    ("darkcyan", 0x008b8b),
    ("darkgoldenrod", 0xb8860b),
    ("darkgray", 0xa9a9a9),
    ("darkgreen", 0x006400),
    ("darkgrey", 0xa9a9a9),
    ("darkkhaki", 0xbdb76b),
    ("darkmagenta", 0x8b008b),
    ("darkolivegreen", 0x556b2f),
    ("darkorange", 0xff8c00),
    ("darkorchid", 0x9932cc),
    ("darkred", 0x8b0000),
    ("darksalmon", 0xe9967a),
    ("darkseagreen", 0x8fbc8f),
    ("darkslateblue", 0x483d8b),
    ("darkslategray", 0x2f4f4f),
    ("darkslategrey", 0x2f4f4f),
    ("darkturquoise", 0x00ced1),
    ("darkviolet", 0x9400d3),
    ("deeppink", 0xff1493),
    ("deepskyblue", 0x00bfff),
    ("dimgray", 0x696969),
    ("dimgrey", 0x696969),
    ("dodgerblue", 0x1e90ff),
    ("firebrick", 0xb22222),
    ("floralwhite", 0xfffaf0),
    ("forestgreen", 0x228b22),
    ("fuchsia", 0xff00ff),
    ("gainsboro", 0xdcdcdc),
    ("ghostwhite", 0xf8f8ff),
    ("gold", 0xffd700),
    ("goldenrod", 0xdaa520),
    ("gray", 0x808080),
    ("green", 0x008000),
    ("greenyellow", 0xadff2f),
    ("grey", 0x808080),
    ("honeydew", 0xf0fff0),
    ("hotpink", 0xff69b4),
    ("indianred", 0xcd5c5c),
    ("indigo", 0x4b0082),
    ("ivory", 0xfffff0),
    ("khaki", 0xf0e68c),
    ("lavender", 0xe6e6fa),
    ("lavenderblush", 0xfff0f5),
    ("lawngreen", 0x7cfc00),
    ("lemonchiffon", 0xfffacd),
    ("lightblue", 0xadd8e6),
    ("lightcoral", 0xf08080),
    ("lightcyan", 0xe0ffff),
    ("lightgoldenrodyellow", 0xfafad2),
    ("lightgray", 0xd3d3d3),
    ("lightgreen", 0x90ee90),
    ("lightgrey", 0xd3d3d3),
    ("lightpink", 0xffb6c1),
    ("lightsalmon", 0xffa07a),
    ("lightseagreen", 0x20b2aa),
    ("lightskyblue", 0x87cefa),
    ("lightslategray", 0x778899),
    ("lightslategrey", 0x778899),
    ("lightsteelblue", 0xb0c4de),
    ("lightyellow", 0xffffe0),
    ("lime", 0x00ff00),
    ("limegreen", 0x32cd32),
    ("linen", 0xfaf0e6),
    ("magenta", 0xff00ff),
    ("maroon", 0x800000),
    ("mediumaquamarine", 0x66cdaa),
    ("mediumblue", 0x0000cd),
    ("mediumorchid", 0xba55d3),
    ("mediumpurple", 0x9370db),
    ("mediumseagreen", 0x3cb371),
    ("mediumslateblue", 0x7b68ee),
    ("mediumspringgreen", 0x00fa9a),
    ("mediumturquoise", 0x48d1cc),
    ("mediumvioletred", 0xc71585),
    ("midnightblue", 0x191970),
    ("mintcream", 0xf5fffa),
    ("mistyrose", 0xffe4e1),
    ("moccasin", 0xffe4b5),
    ("navajowhite", 0xffdead),
    ("navy", 0x000080),
    ("oldlace", 0xfdf5e6),
    ("olive", 0x808000),
    ("olivedrab", 0x6b8e23),
    ("orange", 0xffa500),
    ("orangered", 0xff4500),
    ("orchid", 0xda70d6),
    ("palegoldenrod", 0xeee8aa),
    ("palegreen", 0x98fb98),
    ("paleturquoise", 0xafeeee),
    ("palevioletred", 0xdb7093),
    ("papayawhip", 0xffefd5),
    ("peachpuff", 0xffdab9),
    ("peru", 0xcd853f),
    ("pink", 0xffc0cb),
    ("plum", 0xdda0dd),
    ("powderblue", 0xb0e0e6),
    ("purple", 0x800080),
    ("rebeccapurple", 0x663399),
    ("red", 0xff0000),
    ("rosybrown", 0xbc8f8f),
    ("royalblue", 0x4169e1),
    ("saddlebrown", 0x8b4513),
    ("salmon", 0xfa8072),
    ("sandybrown", 0xf4a460),
    ("seagreen", 0x2e8b57),
    ("seashell", 0xfff5ee),
    ("sienna", 0xa0522d),
    ("silver", 0xc0c0c0),
    ("skyblue", 0x87ceeb),
    ("slateblue", 0x6a5acd),
    ("slategray", 0x708090),
    ("slategrey", 0x708090),
    ("snow", 0xfffafa),
    ("springgreen", 0x00ff7f),
    ("steelblue", 0x4682b4),
    ("tan", 0xd2b48c),
    ("teal", 0x008080),
    ("thistle", 0xd8bfd8),
    ("tomato", 0xff6347),
    ("turquoise", 0x40e0d0),
    ("violet", 0xee82ee),
    ("wheat", 0xf5deb3),
    ("white", 0xffffff),
    ("whitesmoke", 0xf5f5f5),
    ("yellow", 0xffff00),
    ("yellowgreen", 0x9acd32),
];

/// Single letters (matplotlib's `BASE_COLORS`; `g`, `c`, `m`, `y` are darker than CSS's).
const LETTERS: [(char, u32); 8] = [
    ('b', 0x0000ff),
    ('c', 0x00bfbf),
    ('g', 0x008000),
    ('k', 0x000000),
    ('m', 0xbf00bf),
    ('r', 0xff0000),
    ('w', 0xffffff),
    ('y', 0xbfbf00),
];

/// `tab:` names.
const TABLEAU: [(&str, u32); 10] = [
    ("blue", 0x1f77b4),
    ("orange", 0xff7f0e),
    ("green", 0x2ca02c),
    ("red", 0xd62728),
    ("purple", 0x9467bd),
    ("brown", 0x8c564b),
    ("pink", 0xe377c2),
    ("gray", 0x7f7f7f),
    ("olive", 0xbcbd22),
    ("cyan", 0x17becf),
];

/// There is no such colour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown colour `{name}`")]
pub struct UnknownColor {
    /// What was asked for.
    pub name: String,
    /// `did you mean …?`, or which forms there are.
    pub help: String,
}

/// The colour that `text` names: `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, a CSS4 name in any case,
/// `tab:blue`, a single letter, `C0` … for the `cycle`'s colours, a grey level as text (`0.75`), or
/// `none` for nothing at all.
///
/// # Errors
/// [`UnknownColor`] with a near name.
pub fn named(text: &str, cycle: &[Color]) -> Result<Color, UnknownColor> {
    let unknown = |help: String| Err(UnknownColor { name: text.to_owned(), help });
    let lower = text.to_ascii_lowercase();
    if lower == "none" {
        return Ok(Color { r: 0, g: 0, b: 0, a: 0 });
    }
    if let Some(digits) = text.strip_prefix('#') {
        return hex(digits).map_or_else(|| unknown("hex colours have 3, 4, 6 or 8 digits".to_owned()), Ok);
    }
    if let Some(number) = text.strip_prefix(['C', 'c'])
        && !number.is_empty()
        && number.bytes().all(|c| c.is_ascii_digit())
    {
        return match number.parse::<usize>() {
            Ok(number) if !cycle.is_empty() => Ok(cycle[number % cycle.len()]),
            _ => unknown("the colour cycle is empty".to_owned()),
        };
    }
    if let Some(name) = lower.strip_prefix("tab:") {
        let name = if name == "grey" { "gray" } else { name };
        return match TABLEAU.iter().find(|(known, _)| *known == name) {
            Some((_, rgb)) => Ok(opaque(*rgb)),
            None => unknown(did_you_mean(name, TABLEAU.iter().map(|(name, _)| *name)).unwrap_or_default()),
        };
    }
    let mut letters = text.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && let Some((_, rgb)) = LETTERS.iter().find(|(known, _)| *known == letter.to_ascii_lowercase())
    {
        return Ok(opaque(*rgb));
    }
    if let Ok(at) = CSS4.binary_search_by_key(&lower.as_str(), |(name, _)| name) {
        return Ok(opaque(CSS4[at].1));
    }
    if let Ok(level) = text.parse::<f64>()
        && (0.0..=1.0).contains(&level)
    {
        let level = channel(level);
        return Ok(Color::rgb(level, level, level));
    }
    let near = crate::diag::near(&lower, CSS4.iter().map(|(name, _)| *name));
    unknown(match near {
        Some(found) => format!("did you mean `{found}`?"),
        None => "there is: CSS names, `tab:blue`, `#rrggbb`, `C0`, grey levels such as `0.5`".to_owned(),
    })
}

/// The colour of 3 or 4 numbers 0–1, as matplotlib rounds them; `None` for other numbers.
pub fn from_fractions(parts: &[f64]) -> Option<Color> {
    let inside = parts.iter().all(|part| (0.0..=1.0).contains(part));
    match parts {
        [r, g, b] if inside => Some(Color::rgb(channel(*r), channel(*g), channel(*b))),
        [r, g, b, a] if inside => {
            Some(Color { a: channel(*a), ..Color::rgb(channel(*r), channel(*g), channel(*b)) })
        }
        _ => None,
    }
}

fn channel(fraction: f64) -> u8 {
    (fraction * 255.0).round_ties_even() as u8
}

fn opaque(rgb: u32) -> Color {
    Color::rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

/// Hex digits without `#`; `None` if they are none.
pub fn hex(digits: &str) -> Option<Color> {
    if !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let digit = |at: usize| u8::from_str_radix(digits.get(at..=at)?, 16).ok().map(|d| d * 17);
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    match digits.len() {
        3 => Some(Color::rgb(digit(0)?, digit(1)?, digit(2)?)),
        4 => Some(Color { a: digit(3)?, ..Color::rgb(digit(0)?, digit(1)?, digit(2)?) }),
        6 => Some(Color::rgb(pair(0)?, pair(2)?, pair(4)?)),
        8 => Some(Color { a: pair(6)?, ..Color::rgb(pair(0)?, pair(2)?, pair(4)?) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from matplotlib 3.11: `colors.to_hex(name, keep_alpha=True)`.
    #[test]
    fn colours_are_what_matplotlib_takes_them_for() {
        let cycle = [Color::rgb(1, 2, 3), Color::rgb(4, 5, 6)];
        let cases = [
            ("forestgreen", "#228b22"),
            ("SlateGrey", "#708090"),
            ("#c1121f", "#c1121f"),
            ("#abc", "#aabbcc"),
            ("#abcd", "#aabbccdd"),
            ("#12345678", "#12345678"),
            ("g", "#008000"),
            ("k", "#000000"),
            ("tab:orange", "#ff7f0e"),
            ("tab:grey", "#7f7f7f"),
            ("0.75", "#bfbfbf"),
            ("0.5", "#808080"),
            ("rebeccapurple", "#663399"),
            ("C0", "#010203"),
            ("C3", "#040506"),
            ("none", "#00000000"),
        ];
        for (name, expected) in cases {
            assert_eq!(named(name, &cycle).unwrap().hex(), expected, "{name}");
        }
        assert_eq!(from_fractions(&[0.5, 0.2, 1.0]).unwrap().hex(), "#8033ff");
        assert_eq!(from_fractions(&[0.5, 0.2, 2.0]), None);
    }

    #[test]
    fn unknown_colours_have_near_names() {
        assert_eq!(named("forrestgreen", &[]).unwrap_err().help, "did you mean `forestgreen`?");
        assert!(named("#12345", &[]).unwrap_err().help.contains("3, 4, 6 or 8"));
        assert!(named("1.5", &[]).is_err());
        assert!(named("tab:blu", &[]).unwrap_err().help.contains("blue"));
        assert!(CSS4.is_sorted());
    }
}
