//! Colour maps by name, with matplotlib's bytes and its index rule.
//!
//! The tables are `colormaps/tables.bin`, made by the script beside it, where their authors and
//! licences are told, too.

use super::scene::Color;
use crate::diag::did_you_mean;

#[path = "colormaps/tables.rs"]
mod tables;
use tables::TABLES;

/// RGB bytes of all maps, in the order of [`TABLES`].
const BYTES: &[u8] = include_bytes!("colormaps/tables.bin");

/// What names of cmocean's maps begin with.
const OCEAN: &str = "cmo.";

/// Other names that matplotlib knows.
const ALIASES: [(&str, &str); 4] =
    [("Grays", "Greys"), ("gist_grey", "gist_gray"), ("gist_yerg", "gist_yarg"), ("grey", "gray")];

/// Colours for positions 0–1, and for what has no position there.
#[derive(Clone, Debug, PartialEq)]
pub struct Colormap {
    /// Its name, with `_r` if reversed; empty for listed colours.
    pub name: String,
    /// Colours from position 0 to 1.
    pub colors: Vec<Color>,
    /// Below 0; `None` is the first colour.
    pub under: Option<Color>,
    /// Above 1; `None` is the last colour.
    pub over: Option<Color>,
    /// For NaN; transparent by default.
    pub bad: Color,
}

/// There is no such colour map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown colour map `{name}`")]
pub struct UnknownColormap {
    /// What was asked for.
    pub name: String,
    /// `did you mean …?`, or what there is.
    pub help: Option<String>,
}

impl Colormap {
    /// The map of that name; `_r` at the end reverses it. Names are matplotlib's, and cmocean's with
    /// `cmo.` or `cmocean.` before them or, where matplotlib has no such map, by themselves (`_i` are its
    /// maps for dark grounds).
    ///
    /// # Errors
    /// [`UnknownColormap`] with near names.
    pub fn named(name: &str) -> Result<Self, UnknownColormap> {
        let inverted = name.strip_suffix("_r_i").map(|base| format!("{base}_i"));
        let (base, reversed) = match (&inverted, name.strip_suffix("_r")) {
            (Some(base), _) => (base.as_str(), true),
            (None, Some(base)) => (base, true),
            (None, None) => (name, false),
        };
        let base = ALIASES.iter().find(|(alias, _)| *alias == base).map_or(base, |(_, real)| real);
        let oceans = ["cmo.", "cmocean.cm.", "cmocean."].iter().find_map(|start| base.strip_prefix(start));
        let known = |wanted: &str| {
            let mut start = 0;
            TABLES.iter().find_map(|(table, count)| {
                let own = start..start + 3 * count;
                start = own.end;
                (*table == wanted).then(|| BYTES.get(own).unwrap_or_default())
            })
        };
        let ocean = |own: &str| known(&format!("{OCEAN}{own}"));
        let found = oceans.map_or_else(|| known(base).or_else(|| ocean(base)), ocean);
        let Some(rgb) = found else {
            let plain = TABLES.iter().filter_map(|(table, _)| table.strip_prefix(OCEAN));
            let help = match oceans {
                Some(own) => did_you_mean(own, plain).map(|help| help.replacen('`', "`cmo.", 1)),
                None => did_you_mean(base, TABLES.iter().map(|(table, _)| *table).chain(plain)),
            };
            return Err(UnknownColormap { name: name.to_owned(), help });
        };
        let mut colors: Vec<Color> = rgb.chunks_exact(3).map(|c| Color::rgb(c[0], c[1], c[2])).collect();
        if reversed {
            colors.reverse();
        }
        Ok(Self { name: name.to_owned(), ..Self::listed(colors) })
    }

    /// Colours as given, one after the other (discrete). Without any, everything is `bad`.
    pub fn listed(colors: Vec<Color>) -> Self {
        Self { name: String::new(), colors, under: None, over: None, bad: Color { a: 0, ..Color::WHITE } }
    }

    /// `count` colours mixed between given ones (`LinearSegmentedColormap`). `places` are from 0 to 1
    /// and rise, else the colours are equally far from each other.
    pub fn mixed(colors: &[Color], places: Option<&[f64]>, count: usize, gamma: f64) -> Self {
        let last = colors.len().saturating_sub(1);
        let even: Vec<f64> = (0..colors.len()).map(|i| i as f64 / last.max(1) as f64).collect();
        let places = places.filter(|places| places.len() == colors.len()).unwrap_or(&even);
        let color = |place: f64| -> Option<Color> {
            let i = places.partition_point(|p| *p <= place).saturating_sub(1).min(last.saturating_sub(1));
            let (a, b) = (colors.get(i)?, colors.get(i + 1).or(colors.get(i))?);
            let (from, to) = (*places.get(i)?, *places.get(i + 1).unwrap_or(&1.0));
            let share = if to > from { ((place - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
            let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
            Some(Color { r: mix(a.r, b.r), g: mix(a.g, b.g), b: mix(a.b, b.b), a: mix(a.a, b.a) })
        };
        let count = count.clamp(1, 65_536);
        let place = |i: usize| libm::pow(i as f64 / (count - 1).max(1) as f64, gamma);
        Self::listed((0..count).filter_map(|i| color(place(i))).collect())
    }

    /// The colour at a position: index ⌊x·n⌋, 1 belongs to the last colour; `bad` for NaN.
    pub fn at(&self, position: f64) -> Color {
        let table = self.table();
        table.get(index(position, self.colors.len())).copied().unwrap_or(self.bad)
    }

    /// The colours, then under, over and bad, as [`index`] counts.
    pub(super) fn table(&self) -> Vec<Color> {
        let under = self.under.or(self.colors.first().copied()).unwrap_or(self.bad);
        let over = self.over.or(self.colors.last().copied()).unwrap_or(self.bad);
        let mut table = Vec::with_capacity(self.colors.len() + 3);
        table.extend_from_slice(&self.colors);
        table.extend([under, over, self.bad]);
        table
    }
}

/// Index into a table of `n` colours followed by under, over and bad (matplotlib's
/// `Colormap.__call__`).
#[inline]
pub(super) fn index(position: f64, n: usize) -> usize {
    let place = position * n as f64;
    if place >= 0.0 {
        if place < n as f64 {
            place as usize
        } else if place == n as f64 && n > 0 {
            n - 1
        } else {
            n + 1
        }
    } else if place < 0.0 {
        n
    } else {
        n + 2
    }
}

/// [`index`] for many positions, in a loop without branches.
pub(super) fn indices(positions: &[f64], n: usize, at: &mut [u32]) {
    // Added to a number below 2^51 it leaves the nearest whole one in the lowest bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52
    let count = n as f64;
    let last = if n > 0 { count - 1.0 } else { 1.0 };
    for (at, position) in at.iter_mut().zip(positions) {
        let place = position * count;
        let near = (place + WHOLE) - WHOLE;
        let floor = if near > place { near - 1.0 } else { near };
        let inside = if place == count { last } else { floor };
        let above = if place <= count { inside } else { count + 1.0 };
        let there = if place >= 0.0 { above } else { count };
        let index = if place.is_nan() { count + 2.0 } else { there };
        *at = (index + WHOLE).to_bits() as u32;
    }
}

/// Names of all maps, without aliases and reversed ones, sorted ignoring case.
pub fn names() -> Vec<&'static str> {
    TABLES.iter().map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_positions_have_the_indices_of_single_ones() {
        for n in [0, 1, 2, 3, 7, 256, 1000] {
            let whole = (0..=4 * n).map(|i| i as f64 / n as f64 - 1.0);
            let mut positions: Vec<f64> = whole.flat_map(|p| [p.next_down(), p, p.next_up()]).collect();
            positions.extend([0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 5e-324]);
            let mut at = vec![0; positions.len()];
            indices(&positions, n, &mut at);
            for (position, at) in positions.iter().zip(at) {
                assert_eq!(at as usize, index(*position, n), "{position} of {n}");
            }
        }
    }

    #[test]
    fn the_tables_fill_their_bytes_exactly() {
        assert_eq!(BYTES.len(), TABLES.iter().map(|(_, n)| 3 * n).sum::<usize>());
        for name in names() {
            assert!(Colormap::named(name).is_ok(), "{name}");
            assert!(Colormap::named(&format!("{name}_r")).is_ok(), "{name}_r");
        }
    }

    /// Expected: `tests/fixtures/colormaps.py`.
    #[test]
    fn colours_are_matplotlibs_and_cmoceans_under_all_their_names() {
        let table = include_str!("../../tests/fixtures/colormaps.csv");
        let mut lines = table.lines().map(|line| line.split(','));
        let at: Vec<f64> = lines.next().unwrap().skip(1).map(|x| x.parse().unwrap()).collect();
        let mut count = 0;
        for mut line in lines {
            let name = line.next().unwrap();
            let map = Colormap::named(name).unwrap();
            for (x, hex) in at.iter().zip(line) {
                assert_eq!(map.at(*x).hex(), hex, "{name} {x}");
                count += 1;
            }
        }
        assert_eq!(count, 6 * 292);
    }

    #[test]
    fn cmoceans_maps_go_by_several_names() {
        let colors = |name: &str| Colormap::named(name).unwrap().colors;
        for name in ["thermal", "cmocean.thermal", "cmocean.cm.thermal"] {
            assert_eq!(colors(name), colors("cmo.thermal"), "{name}");
        }
        assert_eq!(colors("dense_r"), colors("cmo.dense_r"));
        assert_eq!(colors("deep_r_i"), colors("cmo.deep_i_r"));
        assert_ne!(colors("gray"), colors("cmo.gray"));
        assert!(Colormap::named("cmo.viridis").is_err());
    }

    #[test]
    fn positions_outside_and_missing_ones_have_their_colours() {
        let mut map = Colormap::named("viridis").unwrap();
        assert_eq!(map.at(-0.1), map.colors[0]);
        assert_eq!(map.at(1.1), map.colors[255]);
        assert_eq!(map.at(f64::NAN).a, 0);
        map.under = Some(Color::BLACK);
        map.over = Some(Color::WHITE);
        assert_eq!((map.at(-1e-9), map.at(f64::INFINITY)), (Color::BLACK, Color::WHITE));
        assert_eq!(Colormap::listed(Vec::new()).at(0.5).a, 0);
    }

    #[test]
    fn a_misspelt_map_names_its_neighbour() {
        let err = Colormap::named("virids_r").unwrap_err();
        assert_eq!(err.to_string(), "unknown colour map `virids_r`");
        assert_eq!(err.help.as_deref(), Some("did you mean `viridis`?"));
        let help = |name: &str| Colormap::named(name).unwrap_err().help;
        assert_eq!(help("cmo.hallin").as_deref(), Some("did you mean `cmo.haline`?"));
        assert_eq!(help("turbit").as_deref(), Some("did you mean `turbid`?"));
    }
}
