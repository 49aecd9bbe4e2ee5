//! Locators and formatters that somebody chose, after matplotlib's classes.

/// Where ticks stand.
#[derive(Clone, Debug, PartialEq)]
pub enum Locator {
    /// `AutoLocator`, or the scale's own.
    Auto,
    /// `MaxNLocator`.
    MaxN {
        /// Most intervals; `None` is by the room.
        nbins: Option<usize>,
        /// Steps in units of a power of ten, from 1 to 10; empty: matplotlib's.
        steps: Vec<f64>,
        /// Only whole numbers.
        integer: bool,
        /// Least number of ticks.
        min_ticks: usize,
        /// Whether the first and the last tick are left out.
        prune: [bool; 2],
    },
    /// `MultipleLocator`: multiples of a base, shifted.
    Multiple {
        /// Base.
        base: f64,
        /// Shift.
        offset: f64,
    },
    /// `LinearLocator`: that many from end to end.
    Linear(usize),
    /// `LogLocator`: powers of a base, times the factors.
    Log {
        /// Base.
        base: f64,
        /// Factors from 1 on.
        subs: Vec<f64>,
        /// Most ticks; `None` is by the room.
        most: Option<usize>,
    },
    /// `AutoMinorLocator`: that many parts an interval; `None`: 4 or 5.
    AutoMinor(Option<usize>),
    /// `FixedLocator`: these.
    Fixed(Vec<f64>),
    /// `NullLocator`: none.
    Null,
    /// A locator of dates: every so many of a unit.
    Every {
        /// Unit.
        unit: DateUnit,
        /// How many.
        count: u32,
    },
}

/// A unit of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DateUnit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// What ticks say.
#[derive(Clone, Debug, PartialEq)]
pub enum Formatter {
    /// `AutoDateFormatter`: all that matters at the ticks' unit.
    AutoDate,
    /// `ConciseDateFormatter`: what changes from tick to tick, the rest at the axis' end.
    Concise {
        /// Whether the rest is written.
        rest: bool,
    },
    /// `ScalarFormatter`, or the scale's own; without offset and powers if not `shortened`.
    Scalar {
        /// Whether a common offset may be taken out.
        offset: bool,
        /// Whether a common power of ten may be taken out.
        power: bool,
    },
    /// `EngFormatter`: SI prefixes.
    Eng {
        /// Unit after the prefix.
        unit: String,
        /// Decimals; `None`: as many as needed.
        places: Option<usize>,
        /// Between number and prefix.
        sep: String,
    },
    /// `PercentFormatter`.
    Percent {
        /// What 100 % is.
        max: f64,
        /// Decimals; `None`: by the span.
        decimals: Option<usize>,
        /// After the number.
        symbol: String,
    },
    /// `FormatStrFormatter` (`%.2f`) and `StrMethodFormatter` (`{x:.2f}`): the texts around numbers
    /// and how those are written.
    Template(Vec<Piece>),
    /// `DateFormatter`: `strftime`'s directives.
    Date(String),
    /// `FixedFormatter`: texts in the order of the ticks.
    Fixed(Vec<String>),
    /// `LogFormatter…`: powers of a base.
    Power(f64),
    /// `NullFormatter`: nothing.
    Null,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text.
    Text(String),
    /// The number, or the tick's index, by a format specification.
    Number {
        /// Python's format specification, after the colon.
        spec: super::spec::Spec,
        /// The tick's position in its list instead of its value.
        index: bool,
    },
}
