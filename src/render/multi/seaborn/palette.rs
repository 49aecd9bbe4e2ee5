//! seaborn's palettes: colours of groups by name, list or level; desaturated and darker ones.

use crate::diag::did_you_mean;
use crate::render::chart::COLORBLIND;
use crate::render::colormap::{self, Colormap};
use crate::render::multi::argument::{Argument, Bound};
use crate::render::multi::board::Board;
use crate::render::multi::look::color;
use crate::render::scene::Color;

/// seaborn's own lists.
const LISTS: [(&str, [u32; 10]); 6] = [
    (
        "deep",
        [0x4c72b0, 0xdd8452, 0x55a868, 0xc44e52, 0x8172b3, 0x937860, 0xda8bc3, 0x8c8c8c, 0xccb974, 0x64b5cd],
    ),
    (
        "muted",
        [0x4878d0, 0xee854a, 0x6acc64, 0xd65f5f, 0x956cb4, 0x8c613c, 0xdc7ec0, 0x797979, 0xd5bb67, 0x82c6e2],
    ),
    (
        "pastel",
        [0xa1c9f4, 0xffb482, 0x8de5a1, 0xff9f9b, 0xd0bbff, 0xdebb9b, 0xfab0e4, 0xcfcfcf, 0xfffea3, 0xb9f2f0],
    ),
    (
        "bright",
        [0x023eff, 0xff7c00, 0x1ac938, 0xe8000b, 0x8b2be2, 0x9f4800, 0xf14cc1, 0xa3a3a3, 0xffc400, 0x00d7ff],
    ),
    (
        "dark",
        [0x001c7f, 0xb1400d, 0x12711c, 0x8c0800, 0x591e71, 0x592f0d, 0xa23582, 0x3c3c3c, 0xb8850a, 0x006374],
    ),
    ("colorblind", COLORBLIND),
];

/// The colours that `palette` gives to levels; the cycle's without it.
///
/// # Errors
/// Palettes that there are not; levels without a colour.
pub(super) fn colors(board: &Board<'_>, call: &Bound<'_>, levels: &[String]) -> Result<Vec<Color>, String> {
    let n = levels.len();
    let cycled = |colors: &[Color]| (0..n).map(|i| colors[i % colors.len().max(1)]).collect::<Vec<_>>();
    let named = |why: String| format!("`palette`: {why}");
    match call.get("palette") {
        None if n > board.style.cycle.len() => Ok(hls(n)),
        None => Ok((0..n).map(|i| board.cycled(i)).collect()),
        Some(Argument::Text(name)) => by_name(name, n).map_err(named),
        Some(Argument::List(items)) if !items.is_empty() => {
            let list = items.iter().map(|item| color(item, &board.style.cycle));
            Ok(cycled(&list.collect::<Result<Vec<_>, _>>().map_err(named)?))
        }
        Some(Argument::Map(entries)) => levels
            .iter()
            .map(|level| {
                let found = entries.iter().find(|(key, _)| key == level);
                let (_, value) = found.ok_or_else(|| format!("`palette` has no colour for `{level}`"))?;
                color(value, &board.style.cycle).map_err(named)
            })
            .collect(),
        Some(other) => Err(named(other.not("a name, a list of colours or a mapping"))),
    }
}

fn by_name(name: &str, n: usize) -> Result<Vec<Color>, String> {
    if let Some((_, list)) = LISTS.iter().find(|(known, _)| *known == name) {
        let color = |rgb: u32| Color::rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8);
        return Ok((0..n).map(|i| color(list[i % list.len()])).collect());
    }
    if name == "hls" {
        return Ok(hls(n));
    }
    if name.starts_with("ch:") {
        return Ok(cubehelix(name)?.colors(n));
    }
    let map = named(name)?;
    // Short maps are lists; of others, inner colours equally far from each other.
    if map.colors.len() <= 20 {
        return Ok((0..n).map(|i| map.colors[i % map.colors.len()]).collect());
    }
    Ok((1..=n).map(|i| map.at(i as f64 / (n + 1) as f64)).collect())
}

fn named(name: &str) -> Result<Colormap, String> {
    Colormap::named(name).map_err(|_| {
        let known = LISTS.iter().map(|(known, _)| *known).chain(colormap::names()).chain(["ch:", "hls"]);
        let help = did_you_mean(name, known).map_or_else(String::new, |help| format!(" ({help})"));
        format!("there is no palette `{name}`{help}")
    })
}

/// The palette as a colour map; `None` of lists of single colours.
///
/// # Errors
/// If there is no such palette.
pub(super) fn map(name: &str) -> Result<Option<Colormap>, String> {
    if LISTS.iter().any(|(known, _)| *known == name) {
        return Ok(None);
    }
    if name == "hls" {
        return Ok(Some(Colormap::listed(hls(256))));
    }
    if name.starts_with("ch:") {
        return cubehelix(name).map(|helix| Some(helix.map()));
    }
    named(name).map(|map| (map.colors.len() > 20).then_some(map))
}

/// Colours along a helix between black and white (`seaborn.cubehelix_palette`, D. A. Green 2011).
#[derive(Clone, Copy, Debug)]
pub(super) struct Helix {
    start: f64,
    rot: f64,
    gamma: f64,
    hue: f64,
    light: f64,
    dark: f64,
    reverse: bool,
}

/// Parameters of helices, in their order.
const NAMES: [&str; 6] = ["start", "rot", "gamma", "hue", "light", "dark"];

/// The palette `ch:…`: parameters in their order or by name (their first letters), `_r` turns it around.
///
/// # Errors
/// Parameters that there are not, or that are no numbers.
pub(super) fn cubehelix(name: &str) -> Result<Helix, String> {
    let mut all = [0.0, 0.4, 1.0, 0.8, 0.85, 0.15];
    let rest = name.strip_prefix("ch:").unwrap_or(name);
    let (rest, reverse) = rest.strip_suffix("_r").map_or((rest, false), |rest| (rest, true));
    for (i, part) in rest.split(',').map(str::trim).enumerate().filter(|(_, part)| !part.is_empty()) {
        let (at, value) = match part.split_once('=') {
            Some((key, value)) => {
                let key = key.trim();
                let at = NAMES.iter().position(|own| *own == key || own.get(..1) == Some(key));
                let help = || did_you_mean(key, NAMES).map_or_else(String::new, |help| format!(" ({help})"));
                (at.ok_or_else(|| format!("`{name}` has no parameter `{key}`{}", help()))?, value)
            }
            None => (i, part),
        };
        let number = value.trim().parse::<f64>().ok().filter(|v| v.is_finite());
        let place = all.get_mut(at).ok_or_else(|| format!("`{name}` has more than six parameters"))?;
        *place = number.ok_or_else(|| format!("`{value}` in `{name}` is no number"))?;
    }
    let [start, rot, gamma, hue, light, dark] = all;
    Ok(Helix { start, rot, gamma, hue, light, dark, reverse })
}

impl Helix {
    /// So many colours, light ones first.
    fn colors(self, n: usize) -> Vec<Color> {
        // matplotlib looks them up among 256.
        let color = |x: f64| {
            let x = (x * 256.0).floor().clamp(0.0, 255.0) / 255.0;
            let bright = libm::pow(x, self.gamma);
            let reach = self.hue * bright * (1.0 - bright) / 2.0;
            let (sin, cos) = libm::sincos(2.0 * std::f64::consts::PI * (self.start / 3.0 + self.rot * x));
            let part = |a: f64, b: f64| byte(bright + reach * (a * cos + b * sin));
            Color::rgb(part(-0.14861, 1.78277), part(-0.29227, -0.90649), part(1.97294, 0.0))
        };
        let step = (self.dark - self.light) / n.saturating_sub(1).max(1) as f64;
        let mut all: Vec<Color> = (0..n).map(|k| color(self.light + k as f64 * step)).collect();
        if self.reverse {
            all.reverse();
        }
        all
    }

    /// The map of 256 colours.
    pub(super) fn map(self) -> Colormap {
        Colormap::listed(self.colors(256))
    }
}

/// Colours around the circle (`seaborn.hls_palette`).
fn hls(n: usize) -> Vec<Color> {
    (0..n).map(|i| from_hls([(0.01 + i as f64 / n as f64).fract(), 0.6, 0.65])).collect()
}

/// The colour with a share of its saturation (`seaborn.desaturate`).
pub(super) fn saturated(color: Color, share: f64) -> Color {
    let [h, l, s] = to_hls(color);
    Color { a: color.a, ..from_hls([h, l, (s * share).clamp(0.0, 1.0)]) }
}

/// The grey of lines over areas of these colours: six tenths of the least lightness.
pub(super) fn line_grey(colors: &[Color]) -> Color {
    let least = colors.iter().map(|color| to_hls(*color)[1]).fold(1.0, f64::min);
    let level = byte(0.6 * least);
    Color::rgb(level, level, level)
}

/// Between two colours.
pub(super) fn mixed(a: Color, b: Color, share: f64) -> Color {
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    Color { r: mix(a.r, b.r), g: mix(a.g, b.g), b: mix(a.b, b.b), a: a.a }
}

fn byte(share: f64) -> u8 {
    (255.0 * share).round().clamp(0.0, 255.0) as u8
}

/// Hue, lightness, saturation, 0–1 (`colorsys.rgb_to_hls`).
fn to_hls(color: Color) -> [f64; 3] {
    let rgb = [color.r, color.g, color.b].map(|v| f64::from(v) / 255.0);
    let most = rgb.iter().copied().fold(0.0, f64::max);
    let least = rgb.iter().copied().fold(1.0, f64::min);
    let (sum, range) = (most + least, most - least);
    let l = sum / 2.0;
    if range == 0.0 {
        return [0.0, l, 0.0];
    }
    let s = if l <= 0.5 { range / sum } else { range / (2.0 - sum) };
    let away = rgb.map(|v| (most - v) / range);
    let h = if rgb[0] == most {
        away[2] - away[1]
    } else if rgb[1] == most {
        2.0 + away[0] - away[2]
    } else {
        4.0 + away[1] - away[0]
    };
    [(h / 6.0).rem_euclid(1.0), l, s]
}

fn from_hls([h, l, s]: [f64; 3]) -> Color {
    let high = if l <= 0.5 { l * (1.0 + s) } else { l + s - l * s };
    let low = 2.0 * l - high;
    let one = |h: f64| {
        let h = h.rem_euclid(1.0);
        byte(if h < 1.0 / 6.0 {
            low + (high - low) * h * 6.0
        } else if h < 0.5 {
            high
        } else if h < 2.0 / 3.0 {
            low + (high - low) * (2.0 / 3.0 - h) * 6.0
        } else {
            low
        })
    };
    Color::rgb(one(h + 1.0 / 3.0), one(h), one(h - 1.0 / 3.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: Python's `colorsys`, as `seaborn.desaturate` uses it.
    #[test]
    fn colours_lose_saturation_as_those_of_seaborn() {
        assert_eq!(saturated(Color::rgb(0x1f, 0x77, 0xb4), 0.75).hex(), "#3274a1");
        assert_eq!(saturated(Color::rgb(0xff, 0x7f, 0x0e), 0.75).hex(), "#e1812c");
        assert_eq!(saturated(Color::rgb(0x80, 0x80, 0x80), 0.5).hex(), "#808080");
        assert_eq!(line_grey(&[Color::rgb(0x32, 0x74, 0xa1), Color::WHITE]).hex(), "#3f3f3f");
    }

    /// Expected: `seaborn.cubehelix_palette` and `seaborn.color_palette` of seaborn 0.13.2.
    #[test]
    fn helices_are_those_of_seaborn() {
        let at = |name: &str, places: &[f64]| {
            let map = map(name).unwrap().unwrap();
            places.iter().map(|place| map.at(*place).hex()).collect::<Vec<_>>()
        };
        let places = [0.0, 0.25, 0.5, 0.75, 1.0];
        assert_eq!(at("ch:", &places), ["#edd1cb", "#d499a7", "#a9678f", "#6c3f70", "#2d1e3e"]);
        assert_eq!(at("ch:s=.25,rot=-.25", &[0.0, 0.5, 1.0]), ["#c7dfeb", "#707eb0", "#2b1f3e"]);
        let three = by_name("ch:2,r=.1,l=.9,d=.2_r", 3).unwrap();
        assert_eq!(three.into_iter().map(Color::hex).collect::<Vec<_>>(), ["#194227", "#60a483", "#d6eee7"]);
        assert!(cubehelix("ch:lihgt=1").unwrap_err().contains("`light`"));
        assert!(cubehelix("ch:1,2,3,4,5,6,7").is_err());
        assert!(map("deep").unwrap().is_none() && map("tab10").unwrap().is_none());
    }

    #[test]
    fn palettes_are_lists_or_places_of_maps() {
        let hex =
            |name: &str, n| by_name(name, n).map(|all| all.into_iter().map(Color::hex).collect::<Vec<_>>());
        assert_eq!(hex("deep", 2).unwrap(), ["#4c72b0", "#dd8452"]);
        assert_eq!(hex("Set2", 1).unwrap(), ["#66c2a5"]);
        assert_eq!(hex("viridis", 1).unwrap(), ["#21918c"]);
        assert!(hex("pastell", 1).unwrap_err().contains("`pastel`"));
    }
}
