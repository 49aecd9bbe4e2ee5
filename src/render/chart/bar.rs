//! Colour bars as wanted: where they stand, how large they are, what they say.

use super::Plain;
use crate::render::ticks::Formatter;

/// A side of the panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Location {
    Left,
    #[default]
    Right,
    Top,
    Bottom,
}

impl Location {
    /// Whether what stands there lies (`horizontal`).
    pub fn lies(self) -> bool {
        matches!(self, Self::Top | Self::Bottom)
    }

    /// Its number among left, right, top, bottom.
    pub fn index(self) -> usize {
        match self {
            Self::Left => 0,
            Self::Right => 1,
            Self::Top => 2,
            Self::Bottom => 3,
        }
    }
}

/// Lengths of the ends for values beyond the limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EndLength {
    /// In units of the bar's length without ends: the lower and the upper one.
    Share([f64; 2]),
    /// As long as the colours beside them (`auto`).
    Auto,
}

impl Default for EndLength {
    /// 5 % each.
    fn default() -> Self {
        Self::Share([0.05; 2])
    }
}

/// A colour bar as matplotlib's `colorbar` is told of it, with its defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct BarOptions {
    /// Label; `None` takes it from the data.
    pub label: Option<String>,
    /// On which side of the panels; `None` is right, or below if it lies.
    pub location: Option<Location>,
    /// Whether it lies (`orientation`); `None`: as its location says.
    pub lying: Option<bool>,
    /// Length in units of the panels'; `None` is 1, or less beside boxes in space.
    pub shrink: Option<f64>,
    /// Length over width, unless it would be wider than `fraction`.
    pub aspect: f64,
    /// From the panels with their labels, in units of the panels' size.
    pub pad: f64,
    /// Greatest width in units of the panels' size.
    pub fraction: f64,
    /// Where a shrunk bar stands along the panels, from their left or bottom (0–1).
    pub anchor: f64,
    /// Whether it has ends, if that is not as the values say.
    pub extend: Option<[bool; 2]>,
    /// Lengths of the ends.
    pub end_length: EndLength,
    /// Whether the ends are rectangles, not triangles.
    pub end_rect: bool,
    /// Ticks, with labels if given.
    pub ticks: Option<Vec<(f64, Option<String>)>>,
    /// What its ticks say.
    pub format: Option<Formatter>,
    /// Whether boundaries stand where their values are (`spacing: proportional`), not equally far
    /// from each other.
    pub proportional: bool,
    /// Whether lines stand between the colours (`drawedges`).
    pub edges: bool,
    /// Whether there are minor ticks; `None`: on log scales.
    pub minor: Option<bool>,
    /// On which side its ticks are; `None` is away from the panels.
    pub tick_side: Option<Location>,
    /// Left, bottom, width and height inside the panel, in units of its size (`cax`).
    pub inset: Option<[f64; 4]>,
}

impl Default for BarOptions {
    fn default() -> Self {
        Self {
            label: None,
            location: None,
            lying: None,
            shrink: None,
            aspect: 20.0,
            pad: 0.05,
            fraction: 0.15,
            anchor: 0.5,
            extend: None,
            end_length: EndLength::default(),
            end_rect: false,
            ticks: None,
            format: None,
            proportional: false,
            edges: false,
            minor: None,
            tick_side: None,
            inset: None,
        }
    }
}

impl BarOptions {
    /// Options that [`set`](Self::set) knows, by matplotlib's names.
    pub const NAMES: [&str; 15] = [
        "anchor",
        "aspect",
        "cax",
        "drawedges",
        "extend",
        "extendfrac",
        "extendrect",
        "fraction",
        "location",
        "minorticks",
        "orientation",
        "pad",
        "shrink",
        "spacing",
        "ticklocation",
    ];

    /// Sets one of [`NAMES`](Self::NAMES).
    ///
    /// # Errors
    /// What was expected, if the value is something else.
    pub fn set(&mut self, name: &str, value: &Plain) -> Result<(), String> {
        use Plain::{Flag, Number, Numbers, Text};
        let between = |low: f64, high: f64| match value {
            Number(v) if *v >= low && *v <= high => Ok(*v),
            _ => Err(format!("a number from {low} to {high}")),
        };
        let flag = || match value {
            Flag(flag) => Ok(*flag),
            _ => Err("true or false".to_owned()),
        };
        let word = if let Text(word) = value { word.as_str() } else { "" };
        let side = || match word {
            "left" => Ok(Location::Left),
            "right" => Ok(Location::Right),
            "top" => Ok(Location::Top),
            "bottom" => Ok(Location::Bottom),
            _ => Err("`left`, `right`, `top` or `bottom`".to_owned()),
        };
        match name {
            "shrink" => self.shrink = Some(between(0.01, 10.0)?),
            "aspect" => self.aspect = between(0.1, 1000.0)?,
            "pad" => self.pad = between(0.0, 10.0)?,
            "fraction" => self.fraction = between(0.001, 10.0)?,
            "anchor" => {
                self.anchor = match value {
                    Number(at) => *at,
                    // Across the bar its place is the pad's matter.
                    Numbers(pair) if pair.len() == 2 => pair[usize::from(!self.lies())],
                    _ => return Err("a number, or a pair of them, from 0 to 1".to_owned()),
                };
                if !(0.0..=1.0).contains(&self.anchor) {
                    return Err("numbers from 0 to 1".to_owned());
                }
            }
            "extend" => {
                self.extend = Some(match word {
                    "neither" => [false, false],
                    "min" => [true, false],
                    "max" => [false, true],
                    "both" => [true, true],
                    _ => return Err("`neither`, `min`, `max` or `both`".to_owned()),
                });
            }
            "extendfrac" => {
                let fits = |v: &f64| (0.0..=1.0).contains(v);
                self.end_length = match value {
                    Text(word) if word == "auto" => EndLength::Auto,
                    Number(v) if fits(v) => EndLength::Share([*v; 2]),
                    Numbers(pair) if pair.len() == 2 && pair.iter().all(fits) => {
                        EndLength::Share([pair[0], pair[1]])
                    }
                    _ => return Err("`auto`, a number from 0 to 1, or a pair of them".to_owned()),
                };
            }
            "extendrect" => self.end_rect = flag()?,
            "drawedges" => self.edges = flag()?,
            "minorticks" => self.minor = Some(flag()?),
            "spacing" => {
                self.proportional = match word {
                    "uniform" => false,
                    "proportional" => true,
                    _ => return Err("`uniform` or `proportional`".to_owned()),
                };
            }
            "location" => self.location = Some(side()?),
            "ticklocation" if word == "auto" => self.tick_side = None,
            "ticklocation" => self.tick_side = Some(side()?),
            "orientation" => {
                self.lying = Some(match word {
                    "vertical" => false,
                    "horizontal" => true,
                    _ => return Err("`vertical` or `horizontal`".to_owned()),
                });
            }
            "cax" => match value {
                Numbers(at)
                    if at.len() == 4 && at.iter().all(|v| v.abs() <= 10.0) && at[2].min(at[3]) > 0.0 =>
                {
                    self.inset = Some([at[0], at[1], at[2], at[3]]);
                }
                _ => return Err("left, bottom, width and height in units of the axes' size".to_owned()),
            },
            _ => return Err(format!("no option `{name}`")),
        }
        Ok(())
    }

    /// Whether the options fit each other.
    ///
    /// # Errors
    /// Why not: a location and an orientation, or sides of ticks, that exclude each other.
    pub fn check(&self) -> Result<(), String> {
        if let (Some(location), Some(lying)) = (self.location, self.lying)
            && location.lies() != lying
        {
            return Err("`location` and `orientation` of a colour bar exclude each other".to_owned());
        }
        match self.tick_side {
            Some(side) if side.lies() != self.lies() => {
                Err("`ticklocation` is not beside the colour bar".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// On which side of the panels it stands.
    pub fn location(&self) -> Location {
        self.location.unwrap_or(if self.lying == Some(true) { Location::Bottom } else { Location::Right })
    }

    /// Whether it lies.
    pub fn lies(&self) -> bool {
        self.location().lies()
    }

    /// The side of its ticks and its label.
    pub fn ticks_at(&self) -> Location {
        self.tick_side.unwrap_or(self.location())
    }
}
