//! Kinds, visual channels, and the rules by which both follow from the data.

use std::collections::BTreeMap;

/// Kind of figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Line,
    Step,
    ErrorBars,
    Scatter,
    Scatter3D,
    Surface,
    PColorMesh,
    ImShow,
    Contour,
    ContourF,
    Hist,
}

impl Kind {
    /// All kinds with the names that the dialect uses.
    pub const ALL: [(&'static str, Self); 11] = [
        ("line", Self::Line),
        ("step", Self::Step),
        ("errorbars", Self::ErrorBars),
        ("scatter", Self::Scatter),
        ("scatter3d", Self::Scatter3D),
        ("surface", Self::Surface),
        ("pcolormesh", Self::PColorMesh),
        ("imshow", Self::ImShow),
        ("contour", Self::Contour),
        ("contourf", Self::ContourF),
        ("hist", Self::Hist),
    ];

    /// The dialect's name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Whether it is drawn in space.
    pub fn spatial(self) -> bool {
        matches!(self, Self::Scatter3D | Self::Surface)
    }

    /// The channels that automatic encoding hands out, in that order.
    pub fn slots(self) -> Vec<Slot> {
        use Channel::{Col, Files, Frames, Free, Hue, MarkerSize, Row, X, Y};
        let one = |channel| Slot { channel, dims: Some(1) };
        let own: &[Channel] = match self {
            Self::Line | Self::ErrorBars => &[X, Hue, Col, Row],
            Self::Step => &[X, Col, Row],
            Self::Scatter => &[Free, Hue, Col, Row],
            Self::Scatter3D => &[Hue, MarkerSize, Col, Row],
            Self::PColorMesh | Self::ImShow | Self::Contour | Self::ContourF | Self::Surface => {
                &[X, Y, Col, Row]
            }
            Self::Hist => &[Free],
        };
        let mut slots: Vec<Slot> = own.iter().copied().map(one).collect();
        slots.extend([Slot { channel: Files, dims: None }, one(Frames)]);
        slots
    }
}

/// Which kind data get (`kind: auto`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindRule {
    /// By number of dims; a number that is not here is `fallback`.
    pub by_ndim: BTreeMap<usize, Kind>,
    /// If `hue` is given.
    pub with_hue: Kind,
    /// If both `x` and `y` are given.
    pub with_x_and_y: Kind,
    /// Of datasets.
    pub dataset: Kind,
    /// Of everything else.
    pub fallback: Kind,
}

impl Default for KindRule {
    /// dantro's rule.
    fn default() -> Self {
        let by_ndim =
            [(1, Kind::Line), (2, Kind::Line), (3, Kind::Line), (4, Kind::PColorMesh), (5, Kind::PColorMesh)];
        Self {
            by_ndim: by_ndim.into(),
            with_hue: Kind::Line,
            with_x_and_y: Kind::PColorMesh,
            dataset: Kind::Scatter,
            fallback: Kind::Hist,
        }
    }
}

/// A visual channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the dialect's")]
pub enum Channel {
    X,
    Y,
    Z,
    Hue,
    MarkerSize,
    Col,
    Row,
    /// One figure a value, of any number of dims.
    Files,
    /// One picture of a sequence a value.
    Frames,
    /// Shown by nothing.
    Free,
}

impl Channel {
    /// All channels with the names that the dialect uses.
    pub const ALL: [(&'static str, Self); 10] = [
        ("x", Self::X),
        ("y", Self::Y),
        ("z", Self::Z),
        ("hue", Self::Hue),
        ("markersize", Self::MarkerSize),
        ("col", Self::Col),
        ("row", Self::Row),
        ("files", Self::Files),
        ("frames", Self::Frames),
        ("free", Self::Free),
    ];

    /// The dialect's name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, channel)| *channel == self).map_or("", |(name, _)| name)
    }
}

/// A channel in the order in which automatic encoding hands them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The channel.
    pub channel: Channel,
    /// How many dims it takes; `None`: all that later channels leave.
    pub dims: Option<usize>,
}

/// What is done about a dim that is given to two channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Twice {
    /// Nothing.
    #[default]
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Raise,
    /// A warning, for arrays; nothing for datasets.
    WarnArrays,
    /// An error, for arrays; nothing for datasets.
    RaiseArrays,
}

/// Automatic encoding: dims without a channel get one, the longest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoEncoding {
    /// Channels of kinds, instead of [`Kind::slots`].
    pub slots: BTreeMap<Kind, Vec<Slot>>,
    /// Channels that are never filled.
    pub ignore: Vec<Channel>,
    /// Forget channels whose dim the data lack.
    pub drop_missing_dims: bool,
    /// Dims given twice.
    pub twice: Twice,
    /// Kinds where a given `y` stands for `x`.
    pub allow_y_for_x: Vec<Kind>,
}

impl Default for AutoEncoding {
    fn default() -> Self {
        Self {
            slots: BTreeMap::new(),
            ignore: Vec::new(),
            drop_missing_dims: false,
            twice: Twice::Allow,
            allow_y_for_x: vec![Kind::Line],
        }
    }
}

/// How many panels a row has, by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// About as many rows as columns.
    Square,
    /// The same, if the last row is well filled; else what fills it best.
    Auto,
}

/// What a channel is tied to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Not given: decided from the data.
    #[default]
    Auto,
    /// Given as `~`: occupied, but unused.
    Unused,
    /// A dim, coordinate or variable.
    Name(String),
}

impl Encoding {
    /// The name, if one is given.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// The visual channels of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the dialect's")]
pub struct Encodings {
    pub x: Encoding,
    pub y: Encoding,
    pub z: Encoding,
    pub hue: Encoding,
    pub markersize: Encoding,
    pub col: Encoding,
    pub row: Encoding,
    /// Panels a row when only `col` is given.
    pub col_wrap: Option<usize>,
    /// The same by their number.
    pub wrap: Option<Wrap>,
    /// The dim of a sequence of pictures.
    pub frames: Encoding,
    /// Dims of which each value makes a figure of its own.
    pub files: Vec<String>,
    /// A dim that automatic encoding shall leave alone.
    pub free: Encoding,
}

impl Encodings {
    /// The one of a channel; those of `files` are a list and not here.
    pub fn get(&self, channel: Channel) -> Option<&Encoding> {
        match channel {
            Channel::X => Some(&self.x),
            Channel::Y => Some(&self.y),
            Channel::Z => Some(&self.z),
            Channel::Hue => Some(&self.hue),
            Channel::MarkerSize => Some(&self.markersize),
            Channel::Col => Some(&self.col),
            Channel::Row => Some(&self.row),
            Channel::Frames => Some(&self.frames),
            Channel::Free => Some(&self.free),
            Channel::Files => None,
        }
    }

    /// Ties a channel to names: of a channel other than `files` the first one counts.
    pub fn set(&mut self, channel: Channel, names: Vec<String>) {
        let encoding = match channel {
            Channel::X => &mut self.x,
            Channel::Y => &mut self.y,
            Channel::Z => &mut self.z,
            Channel::Hue => &mut self.hue,
            Channel::MarkerSize => &mut self.markersize,
            Channel::Col => &mut self.col,
            Channel::Row => &mut self.row,
            Channel::Frames => &mut self.frames,
            Channel::Free => &mut self.free,
            Channel::Files => {
                self.files = names;
                return;
            }
        };
        *encoding = names.into_iter().next().map_or(Encoding::Unused, Encoding::Name);
    }
}
