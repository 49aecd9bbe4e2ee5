//! Legends as wanted.

use super::Plain;
use crate::render::scene::Color;

/// Paddings and sizes of a legend, in units of its font size; `None` is the style's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegendSizes {
    /// `borderpad`.
    pub border: Option<f64>,
    /// `labelspacing`: between rows.
    pub rows: Option<f64>,
    /// `handlelength`.
    pub handle_length: Option<f64>,
    /// `handleheight`.
    pub handle_height: Option<f64>,
    /// `handletextpad`.
    pub text: Option<f64>,
    /// `columnspacing`.
    pub columns: Option<f64>,
    /// `borderaxespad`: from what it is anchored to.
    pub outside: Option<f64>,
}

impl LegendSizes {
    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        self.border = other.border.or(self.border);
        self.rows = other.rows.or(self.rows);
        self.handle_length = other.handle_length.or(self.handle_length);
        self.handle_height = other.handle_height.or(self.handle_height);
        self.text = other.text.or(self.text);
        self.columns = other.columns.or(self.columns);
        self.outside = other.outside.or(self.outside);
    }
}

/// What is wanted of a legend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LegendOptions {
    /// Whether there is one; `None`: if there are names.
    pub show: Option<bool>,
    /// Title; `None`: the hue's name.
    pub title: Option<String>,
    /// matplotlib's `loc`; `None` is `best`.
    pub loc: Option<String>,
    /// The box that `loc` speaks of instead of the axes (figure): left, bottom, width, height in
    /// units of its size.
    pub anchor: Option<[f64; 4]>,
    /// Columns.
    pub ncol: Option<usize>,
    /// Hide if there are more names than this.
    pub hiding_threshold: Option<usize>,
    /// Names instead of the marks' own; marks past the last have no entry.
    pub custom_labels: Option<Vec<String>>,
    /// Whether entries of the whole figure are gathered.
    pub gather: Option<bool>,
    /// Size of names, points.
    pub size: Option<f64>,
    /// Size of the title, points.
    pub title_size: Option<f64>,
    /// Whether it has a frame.
    pub frame: Option<bool>,
    /// Opacity of the frame, 0–1.
    pub alpha: Option<f64>,
    /// Colour inside the frame.
    pub facecolor: Option<Color>,
    /// Colour of the frame's line.
    pub edgecolor: Option<Color>,
    /// Colour of names and title.
    pub text_color: Option<Color>,
    /// Whether the frame's corners are round.
    pub round: Option<bool>,
    /// Markers in units of their size in the plot.
    pub marker_scale: Option<f64>,
    /// Whether names stand left of what they name.
    pub names_first: Option<bool>,
    /// Whether the entries run backwards.
    pub reverse: Option<bool>,
    /// Paddings.
    pub sizes: LegendSizes,
    /// Least room between a legend outside and the panels, in units of the figure's width.
    pub margin: Option<f64>,
}

impl LegendOptions {
    /// Options that [`set`](Self::set) knows, by matplotlib's names.
    pub const NAMES: [&str; 16] = [
        "bbox_to_anchor",
        "borderaxespad",
        "borderpad",
        "columnspacing",
        "fancybox",
        "framealpha",
        "frameon",
        "handleheight",
        "handlelength",
        "handletextpad",
        "labelspacing",
        "markerfirst",
        "markerscale",
        "ncol",
        "ncols",
        "reverse",
    ];

    /// Places inside axes by matplotlib's numbers.
    pub const PLACES: [&str; 11] = [
        "best",
        "upper right",
        "upper left",
        "lower left",
        "lower right",
        "right",
        "center left",
        "center right",
        "lower center",
        "upper center",
        "center",
    ];

    /// Whether there is a place of this name, in axes or (`outside …`) beside them.
    pub fn knows(loc: &str) -> bool {
        match loc.strip_prefix("outside ") {
            Some(side) => {
                let known = Self::PLACES[1..10].contains(&side) && side != "right";
                // `outside right upper` stands right of the axes, `outside upper right` above them.
                let turned = side.split_once(' ').is_some_and(|(first, second)| {
                    matches!(first, "left" | "right") && matches!(second, "upper" | "center" | "lower")
                });
                known || turned
            }
            None => Self::PLACES.contains(&loc),
        }
    }

    /// Sets one of [`NAMES`](Self::NAMES).
    ///
    /// # Errors
    /// What was expected, if the value is something else.
    pub fn set(&mut self, name: &str, value: &Plain) -> Result<(), String> {
        let length = || match value {
            Plain::Number(v) if (0.0..=1000.0).contains(v) => Ok(Some(*v)),
            _ => Err("a number from 0 to 1000, in units of the font size".to_owned()),
        };
        let flag = || match value {
            Plain::Flag(flag) => Ok(Some(*flag)),
            _ => Err("true or false".to_owned()),
        };
        match name {
            "bbox_to_anchor" => {
                self.anchor = match value {
                    Plain::Numbers(at) if at.iter().all(|v| v.abs() <= 10.0) && at.len() == 2 => {
                        Some([at[0], at[1], 0.0, 0.0])
                    }
                    Plain::Numbers(at) if at.iter().all(|v| v.abs() <= 10.0) && at.len() == 4 => {
                        Some([at[0], at[1], at[2], at[3]])
                    }
                    _ => return Err("two or four numbers in units of the axes' size".to_owned()),
                };
            }
            "borderaxespad" => self.sizes.outside = length()?,
            "borderpad" => self.sizes.border = length()?,
            "columnspacing" => self.sizes.columns = length()?,
            "handleheight" => self.sizes.handle_height = length()?,
            "handlelength" => self.sizes.handle_length = length()?,
            "handletextpad" => self.sizes.text = length()?,
            "labelspacing" => self.sizes.rows = length()?,
            "markerscale" => self.marker_scale = length()?,
            "framealpha" => {
                self.alpha = match value {
                    Plain::Number(v) if (0.0..=1.0).contains(v) => Some(*v),
                    _ => return Err("a number from 0 to 1".to_owned()),
                };
            }
            "frameon" => self.frame = flag()?,
            "fancybox" => self.round = flag()?,
            "markerfirst" => self.names_first = flag()?.map(|first| !first),
            "reverse" => self.reverse = flag()?,
            "ncol" | "ncols" => {
                self.ncol = match value {
                    Plain::Number(v) if *v >= 1.0 && *v <= 1000.0 && v.fract() == 0.0 => Some(*v as usize),
                    _ => return Err("a number of columns".to_owned()),
                };
            }
            _ => return Err(format!("no option `{name}`")),
        }
        Ok(())
    }

    /// Takes over what `other` says.
    pub fn update(&mut self, other: &Self) {
        self.show = other.show.or(self.show);
        self.title = other.title.clone().or(self.title.take());
        self.loc = other.loc.clone().or(self.loc.take());
        self.anchor = other.anchor.or(self.anchor);
        self.ncol = other.ncol.or(self.ncol);
        self.hiding_threshold = other.hiding_threshold.or(self.hiding_threshold);
        self.custom_labels = other.custom_labels.clone().or(self.custom_labels.take());
        self.gather = other.gather.or(self.gather);
        self.size = other.size.or(self.size);
        self.title_size = other.title_size.or(self.title_size);
        self.frame = other.frame.or(self.frame);
        self.alpha = other.alpha.or(self.alpha);
        self.facecolor = other.facecolor.or(self.facecolor);
        self.edgecolor = other.edgecolor.or(self.edgecolor);
        self.text_color = other.text_color.or(self.text_color);
        self.round = other.round.or(self.round);
        self.marker_scale = other.marker_scale.or(self.marker_scale);
        self.names_first = other.names_first.or(self.names_first);
        self.reverse = other.reverse.or(self.reverse);
        self.sizes.update(&other.sizes);
        self.margin = other.margin.or(self.margin);
    }
}
