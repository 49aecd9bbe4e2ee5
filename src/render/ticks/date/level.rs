//! Which unit and step the ticks of a time axis have, and where they stand.

use crate::data::time::{Calendar, Civil, DAY_US};

/// Unit that ticks count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Microsecond,
}

/// Ticks every `step` units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) unit: Unit,
    pub(super) step: i64,
}

/// Unit, most intervals, steps to try. The first with 5 units in view is taken
/// (`AutoDateLocator.intervald` and `.maxticks`; years go on as far as times do).
const LEVELS: [(Unit, i64, &[i64]); 7] = [
    (
        Unit::Year,
        10,
        &[1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 400, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
    ),
    (Unit::Month, 11, &[1, 2, 3, 4, 6]),
    (Unit::Day, 10, &[1, 2, 4, 7, 14]),
    (Unit::Hour, 11, &[1, 2, 3, 4, 6, 12]),
    (Unit::Minute, 10, &[1, 5, 10, 15, 30]),
    (Unit::Second, 10, &[1, 5, 10, 15, 30]),
    (
        Unit::Microsecond,
        7,
        &[
            1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000,
            500_000, 1_000_000,
        ],
    ),
];

impl Unit {
    /// Microseconds of the units that have a fixed length.
    fn micros(self) -> i64 {
        match self {
            Self::Year | Self::Month | Self::Day => DAY_US,
            Self::Hour => DAY_US / 24,
            Self::Minute => 60_000_000,
            Self::Second => 1_000_000,
            Self::Microsecond => 1,
        }
    }
}

impl Level {
    /// The level for an axis from `low` to `high`, microseconds since 1970.
    pub(super) fn choose(low: i64, high: i64, calendar: Calendar) -> Self {
        let (a, b) = (calendar.civil(low), calendar.civil(high));
        let mut months = (b.year - a.year) * 12 + i64::from(b.month) - i64::from(a.month);
        while months > 0 && later(a, months, calendar).is_some_and(|us| us > high) {
            months -= 1;
        }
        for (unit, most, steps) in LEVELS {
            let n = match unit {
                Unit::Year => months / 12,
                Unit::Month => months,
                _ => (high - low) / unit.micros(),
            };
            if n >= 5 || unit == Unit::Microsecond {
                let step = steps.iter().copied().find(|step| n <= step * most);
                return Self { unit, step: step.or(steps.last().copied()).unwrap_or(1) };
            }
        }
        Self { unit: Unit::Microsecond, step: 1 }
    }

    /// The next level with fewer ticks.
    pub(super) fn coarser(self) -> Option<Self> {
        let at = LEVELS.iter().position(|(unit, ..)| *unit == self.unit)?;
        match LEVELS[at].2.iter().find(|step| **step > self.step) {
            Some(step) => Some(Self { step: *step, ..self }),
            // A million microseconds are a second.
            None if at > 0 => {
                let (unit, _, steps) = LEVELS[at - 1];
                let skip = usize::from(self.unit == Unit::Microsecond);
                steps.get(skip).map(|step| Self { unit, step: *step })
            }
            None => None,
        }
    }

    /// Ticks in `low..=high` on multiples of the step within the next larger unit; for days the 1st
    /// and 15th, or 1st, 8th, 15th and 22nd, or every step-th day from the 1st of each month.
    pub(super) fn ticks(self, low: i64, high: i64, calendar: Calendar) -> Vec<i64> {
        let first = calendar.civil(low);
        let last = calendar.civil(high);
        let mut ticks = Vec::new();
        match self.unit {
            Unit::Year => {
                let from = first.year.div_euclid(self.step);
                let to = last.year.div_euclid(self.step);
                ticks.extend((from..=to).filter_map(|k| midnight(k * self.step, 1, 1, calendar)));
            }
            Unit::Month => {
                each_month(first, last, |year, month| {
                    if i64::from(month - 1) % self.step == 0 {
                        ticks.extend(midnight(year, month, 1, calendar));
                    }
                });
            }
            Unit::Day => {
                let every: Vec<u32> = match self.step {
                    14 => vec![1, 15],
                    7 => vec![1, 8, 15, 22],
                    step => (1..32).step_by(step.max(1) as usize).collect(),
                };
                each_month(first, last, |year, month| {
                    ticks.extend(every.iter().filter_map(|day| midnight(year, month, *day, calendar)));
                });
            }
            unit => {
                // From the midnight before, so that steps begin with the day.
                let us = self.step * unit.micros();
                let day = low.div_euclid(DAY_US) * DAY_US;
                let (from, to) = ((low - day).div_euclid(us), (high - day).div_euclid(us));
                ticks.extend((from..=to).map(|k| day + k * us));
            }
        }
        ticks.retain(|us| (low..=high).contains(us));
        ticks
    }
}

fn midnight(year: i64, month: u32, day: u32, calendar: Calendar) -> Option<i64> {
    calendar.micros(Civil { year, month, day, hour: 0, minute: 0, second: 0, micro: 0 })
}

/// A date some months later, its day held within the month.
fn later(from: Civil, months: i64, calendar: Calendar) -> Option<i64> {
    let count = from.year * 12 + i64::from(from.month) - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u32 + 1);
    let day = from.day.min(calendar.days_in_month(year, month));
    calendar.micros(Civil { year, month, day, ..from })
}

fn each_month(first: Civil, last: Civil, mut visit: impl FnMut(i64, u32)) {
    let count = |c: Civil| c.year * 12 + i64::from(c.month) - 1;
    for k in count(first)..=count(last) {
        visit(k.div_euclid(12), k.rem_euclid(12) as u32 + 1);
    }
}
