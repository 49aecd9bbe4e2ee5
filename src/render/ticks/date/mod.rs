//! Ticks of time axes, in any calendar: matplotlib's `AutoDateLocator` and `AutoDateFormatter`,
//! `ConciseDateFormatter` where the long labels would touch, and fewer ticks where those would.

mod label;
mod level;

use super::{DateUnit, Room, Side, Ticks, ascending, tidy};
use crate::data::time::{Calendar, Civil, DAY_US};
use crate::render::text;
use level::Level;

/// Beyond this many days from 1970 microseconds do not fit into 64 bits.
const MOST_DAYS: f64 = 1e8;

/// Ticks of a time axis; limits are days since 1970-01-01 of `calendar`.
///
/// Dates more than 270,000 years away are numbers of days.
pub fn date(limits: [f64; 2], calendar: Calendar, room: Room) -> Ticks {
    let Some([low, high]) = ascending(limits) else { return Ticks::default() };
    if low.abs() > MOST_DAYS || high.abs() > MOST_DAYS {
        return super::linear(limits, room);
    }
    let (from, to) = (micros(low), micros(high));
    let level = Level::choose(from, to, calendar);
    let ticks = positions([low, high], level, calendar);
    let plain = ticks.iter().map(|us| label::plain(calendar.civil(*us), level.unit)).collect();
    let best = assemble(&ticks, plain, String::new(), [low, high]);
    if room.holds(&best, [low, high]) {
        return best;
    }
    let mut level = Some(level);
    let mut shortest = best;
    while let Some(current) = level {
        let ticks = positions([low, high], current, calendar);
        if ticks.len() < 2 && shortest.major.len() >= 2 {
            break;
        }
        shortest = concise(&ticks, [low, high], calendar);
        if room.holds(&shortest, [low, high]) {
            return shortest;
        }
        level = current.coarser();
    }
    // No level has labels that fit: every other tick, and so on, down to one.
    let all: Vec<i64> = shortest.major.iter().map(|days| micros(*days)).collect();
    for n in 2..=all.len().max(2) {
        let some: Vec<i64> = all.iter().copied().step_by(n).collect();
        shortest = concise(&some, [low, high], calendar);
        if room.holds(&shortest, [low, high]) {
            break;
        }
    }
    shortest
}

/// Labels of times that somebody chose (days since 1970-01-01 of `calendar`): ISO 8601, as short
/// as it goes. Positions outside the limits and NaNs are left out.
pub fn date_at(limits: [f64; 2], calendar: Calendar, positions: &[f64]) -> Ticks {
    let mut ticks = super::at(super::Scale::Linear, limits, positions);
    if ticks.major.iter().all(|days| days.abs() <= MOST_DAYS) {
        ticks.labels = ticks.major.iter().map(|days| calendar.civil(micros(*days)).to_string()).collect();
        ticks.offset.clear();
    }
    ticks
}

/// Every so many of a unit within limits, on multiples within the next larger unit.
pub(super) fn every(limits: [f64; 2], unit: DateUnit, count: u32, calendar: Calendar) -> Vec<f64> {
    if limits.iter().any(|limit| limit.abs() > MOST_DAYS) {
        return Vec::new();
    }
    let unit = match unit {
        DateUnit::Year => level::Unit::Year,
        DateUnit::Month => level::Unit::Month,
        DateUnit::Week => {
            // Tuesdays, as matplotlib's WeekdayLocator begins: 1970-01-06 was one.
            let step = 7.0 * f64::from(count);
            let (first, last) =
                (((limits[0] - 5.0) / step).ceil() as i64, ((limits[1] - 5.0) / step).floor() as i64);
            return (first..=last).map(|k| 5.0 + step * k as f64).collect();
        }
        DateUnit::Day => level::Unit::Day,
        DateUnit::Hour => level::Unit::Hour,
        DateUnit::Minute => level::Unit::Minute,
        DateUnit::Second => level::Unit::Second,
    };
    let ticks = positions(limits, Level { unit, step: i64::from(count.max(1)) }, calendar);
    ticks.into_iter().map(days).collect()
}

/// Labels that say all that matters at the unit that matplotlib would choose between limits; empty
/// for what is no time.
pub(super) fn plain(ticks: &[f64], limits: [f64; 2], calendar: Calendar) -> Vec<String> {
    let held = limits.map(|limit| micros(limit.clamp(-MOST_DAYS, MOST_DAYS)));
    let unit = Level::choose(held[0], held[1], calendar).unit;
    let one = |days: &f64| match days.abs() <= MOST_DAYS {
        true => label::plain(calendar.civil(micros(*days)), unit),
        false => String::new(),
    };
    ticks.iter().map(one).collect()
}

/// Short labels and the rest of the last one; empty for what is no time.
pub(super) fn short(ticks: &[f64], calendar: Calendar) -> (Vec<String>, String) {
    let there = |days: &f64| days.abs() <= MOST_DAYS;
    let civil: Vec<Civil> =
        ticks.iter().filter(|days| there(days)).map(|days| calendar.civil(micros(*days))).collect();
    let (short, rest) = label::concise(&civil);
    let mut short = short.into_iter();
    let next = |days: &f64| if there(days) { short.next() } else { None };
    let labels = ticks.iter().map(next).map(Option::unwrap_or_default).collect();
    (labels, rest)
}

/// A time (days since 1970-01-01 of `calendar`) by directives of `strftime`; those that are not known
/// stay as they are.
pub(super) fn written(days: f64, directives: &str, calendar: Calendar) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
    if days.is_nan() || days.abs() > MOST_DAYS {
        return String::new();
    }
    let at = micros(days);
    let Civil { year, month, day, hour, minute, second, micro } = calendar.civil(at);
    let weekday = DAYS[at.div_euclid(DAY_US).rem_euclid(7) as usize];
    let name = MONTHS[(month.clamp(1, 12) - 1) as usize];
    let half = if hour % 12 == 0 { 12 } else { hour % 12 };
    let since = calendar.days_from_date(year, 1, 1).map_or(0, |first| at.div_euclid(DAY_US) - first);
    let mut out = String::new();
    let mut chars = directives.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let text = match chars.next() {
            Some('Y') => format!("{year:04}"),
            Some('y') => format!("{:02}", year.rem_euclid(100)),
            Some('m') => format!("{month:02}"),
            Some('b' | 'h') => name[..3].to_owned(),
            Some('B') => name.to_owned(),
            Some('d') => format!("{day:02}"),
            Some('e') => format!("{day:2}"),
            Some('j') => format!("{:03}", since + 1),
            Some('a') => weekday[..3].to_owned(),
            Some('A') => weekday.to_owned(),
            Some('H') => format!("{hour:02}"),
            Some('I') => format!("{half:02}"),
            Some('p') => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            Some('M') => format!("{minute:02}"),
            Some('S') => format!("{second:02}"),
            Some('f') => format!("{micro:06}"),
            Some('F') => format!("{year:04}-{month:02}-{day:02}"),
            Some('T') => format!("{hour:02}:{minute:02}:{second:02}"),
            Some('R') => format!("{hour:02}:{minute:02}"),
            Some('Z') => "UTC".to_owned(),
            Some('z') => "+0000".to_owned(),
            Some('n') => " ".to_owned(),
            Some('%') | None => "%".to_owned(),
            Some(other) => format!("%{other}"),
        };
        out.push_str(&text);
    }
    out
}

/// Microseconds of a number of days, rounded.
fn micros(days: f64) -> i64 {
    let whole = days.floor();
    whole as i64 * DAY_US + ((days - whole) * DAY_US as f64).round_ties_even() as i64
}

fn days(micros: i64) -> f64 {
    let whole = micros.div_euclid(DAY_US);
    whole as f64 + micros.rem_euclid(DAY_US) as f64 / DAY_US as f64
}

/// Ticks of a level within the limits. These are off by a microsecond or so (days in floats), hence
/// the wider look and the hair.
fn positions([low, high]: [f64; 2], level: Level, calendar: Calendar) -> Vec<i64> {
    let slack = if level.unit == level::Unit::Microsecond { 2 * level.step } else { 50 };
    let mut ticks = level.ticks(micros(low) - slack, micros(high) + slack, calendar);
    let hair = 1e-6 * (high - low);
    ticks.retain(|us| (low - hair..=high + hair).contains(&days(*us)));
    ticks
}

fn assemble(ticks: &[i64], labels: Vec<String>, offset: String, [low, high]: [f64; 2]) -> Ticks {
    let major = ticks.iter().map(|us| days(*us).clamp(low, high)).collect();
    tidy(Ticks { major, labels, offset, ..Ticks::default() })
}

/// Short labels. Where they alone are not distinct (31 and 31 of two months), the days say their
/// month.
fn concise(ticks: &[i64], limits: [f64; 2], calendar: Calendar) -> Ticks {
    let civil: Vec<Civil> = ticks.iter().map(|us| calendar.civil(*us)).collect();
    let (labels, offset) = label::concise(&civil);
    assemble(ticks, labels, offset, limits)
}

impl Room {
    /// Whether the labels stand apart.
    fn holds(&self, ticks: &Ticks, [low, high]: [f64; 2]) -> bool {
        let length = 72.0 * self.length_in;
        let place = |value: f64| (value - low) / (high - low) * length;
        let reach = |label: &str| match self.side {
            Side::Horizontal => text::measure(label, self.font_size).width / 2.0 + 0.25 * self.font_size,
            Side::Vertical => 0.6 * self.font_size,
        };
        let ends: Vec<(f64, f64)> =
            ticks.major.iter().zip(&ticks.labels).map(|(v, label)| (place(*v), reach(label))).collect();
        ends.windows(2).all(|pair| pair[1].0 - pair[0].0 >= pair[0].1 + pair[1].1)
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! Everything that matplotlib would decide, before room is looked at.

    use super::*;

    pub(in super::super) struct All {
        pub(in super::super) level: String,
        pub(in super::super) step: i64,
        pub(in super::super) iso: Vec<String>,
        pub(in super::super) major: Vec<f64>,
        pub(in super::super) plain: Vec<String>,
        pub(in super::super) concise: Vec<String>,
        pub(in super::super) rest: String,
    }

    pub(in super::super) fn all(limits: [f64; 2], calendar: Calendar) -> All {
        let level = Level::choose(micros(limits[0]), micros(limits[1]), calendar);
        let ticks = positions(limits, level, calendar);
        let civil: Vec<Civil> = ticks.iter().map(|us| calendar.civil(*us)).collect();
        let (concise, rest) = label::concise(&civil);
        let iso = |c: &Civil| {
            let (y, mo, d) = (c.year, c.month, c.day);
            format!("{y:04}-{mo:02}-{d:02}T{:02}:{:02}:{:02}.{:06}", c.hour, c.minute, c.second, c.micro)
        };
        let name = format!("{:?}", level.unit).to_lowercase();
        All {
            level: if name == "day" { "daily".to_owned() } else { format!("{name}ly") },
            step: level.step,
            iso: civil.iter().map(iso).collect(),
            major: ticks.iter().map(|us| days(*us)).collect(),
            plain: civil.iter().map(|c| label::plain(*c, level.unit)).collect(),
            concise,
            rest,
        }
    }
}
