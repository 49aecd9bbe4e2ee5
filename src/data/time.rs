//! Times in the calendars of CF conventions, as microseconds since 1970-01-01 in that calendar.
//!
//! The arithmetic of proleptic Gregorian days is Howard Hinnant's `days_from_civil`; the others
//! follow CF 1.11, section 4.4.1. `standard` (= `gregorian`) is the mixed calendar: Julian before
//! 1582-10-15.

use std::fmt;

/// A calendar of the CF conventions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Calendar {
    /// `standard`, `gregorian`: Julian before 1582-10-15, Gregorian from then on.
    Standard,
    /// `proleptic_gregorian`.
    ProlepticGregorian,
    /// `julian`.
    Julian,
    /// `noleap`, `365_day`.
    NoLeap,
    /// `all_leap`, `366_day`.
    AllLeap,
    /// `360_day`.
    Day360,
}

/// Microseconds in a day.
pub const DAY_US: i64 = 86_400_000_000;

/// Not a time: what a missing value becomes.
pub const NAT: i64 = i64::MIN;

/// A date and a time of day in some calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it; month and day count from 1")]
pub struct Civil {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub micro: u32,
}

/// The smallest unit that a written time names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Micro,
}

impl Civil {
    /// The time that an ISO 8601 text means, `2000` to `2000-01-31T12:00:00.5`, and how much of it is
    /// written; the rest is its first moment. Whether there is such a day is the calendar's question.
    pub fn parse(text: &str) -> Option<(Self, Precision)> {
        let text = text.trim().trim_end_matches('Z');
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut parts = date.splitn(3, '-');
        let mut civil = Self {
            year: parts.next()?.parse().ok()?,
            month: 1,
            day: 1,
            hour: 0,
            minute: 0,
            second: 0,
            micro: 0,
        };
        let mut precision = Precision::Year;
        if let Some(month) = parts.next() {
            (civil.month, precision) = (month.parse().ok()?, Precision::Month);
        }
        if let Some(day) = parts.next() {
            (civil.day, precision) = (day.parse().ok()?, Precision::Day);
        }
        let Some(time) = time else { return Some((civil, precision)) };
        if precision != Precision::Day {
            return None;
        }
        let mut parts = time.splitn(3, ':');
        (civil.hour, precision) = (parts.next()?.parse().ok()?, Precision::Hour);
        if let Some(minute) = parts.next() {
            (civil.minute, precision) = (minute.parse().ok()?, Precision::Minute);
        }
        if let Some(second) = parts.next() {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, ""));
            (civil.second, precision) = (whole.parse().ok()?, Precision::Second);
            if !fraction.is_empty() {
                let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
                (civil.micro, precision) = (digits.parse().ok()?, Precision::Micro);
            }
        }
        Some((civil, precision))
    }
}

const MONTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// Days from 1970-01-01 to 1582-10-15, Gregorian.
const REFORM: i64 = -141_427;

impl Calendar {
    /// First and last microsecond of an ISO 8601 time of any precision ([`Civil::parse`]); `None` if
    /// it is none, or the calendar has no such day.
    pub fn span(self, text: &str) -> Option<(i64, i64)> {
        let (civil, precision) = Civil::parse(text)?;
        let start = self.micros(civil)?;
        let (last, unit) = match precision {
            Precision::Year => {
                let day = self.days_in_month(civil.year, 12);
                (self.micros(Civil { month: 12, day, ..civil })?, DAY_US)
            }
            Precision::Month => {
                let day = self.days_in_month(civil.year, civil.month);
                (self.micros(Civil { day, ..civil })?, DAY_US)
            }
            Precision::Day => (start, DAY_US),
            Precision::Hour => (start, 3_600_000_000),
            Precision::Minute => (start, 60_000_000),
            Precision::Second => (start, 1_000_000),
            Precision::Micro => (start, 1),
        };
        Some((start, last.checked_add(unit - 1)?))
    }

    /// The calendar of a CF `calendar` attribute, any case; `None` for unknown names.
    pub fn from_cf(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "standard" | "gregorian" | "" => Self::Standard,
            "proleptic_gregorian" => Self::ProlepticGregorian,
            "julian" => Self::Julian,
            "noleap" | "365_day" => Self::NoLeap,
            "all_leap" | "366_day" => Self::AllLeap,
            "360_day" => Self::Day360,
            _ => return None,
        })
    }

    /// CF's name.
    pub fn cf_name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ProlepticGregorian => "proleptic_gregorian",
            Self::Julian => "julian",
            Self::NoLeap => "noleap",
            Self::AllLeap => "all_leap",
            Self::Day360 => "360_day",
        }
    }

    /// Whether dates of our time mean what they mean in everyday life.
    pub fn is_gregorian(self) -> bool {
        matches!(self, Self::Standard | Self::ProlepticGregorian)
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Standard => 0,
            Self::ProlepticGregorian => 1,
            Self::Julian => 2,
            Self::NoLeap => 3,
            Self::AllLeap => 4,
            Self::Day360 => 5,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Standard,
            1 => Self::ProlepticGregorian,
            2 => Self::Julian,
            3 => Self::NoLeap,
            4 => Self::AllLeap,
            5 => Self::Day360,
            _ => return None,
        })
    }

    /// Whether `year` has 366 days here.
    pub fn is_leap(self, year: i64) -> bool {
        match self {
            Self::NoLeap | Self::Day360 => false,
            Self::AllLeap => true,
            Self::Julian => year.rem_euclid(4) == 0,
            Self::Standard if year < 1582 => year.rem_euclid(4) == 0,
            Self::Standard | Self::ProlepticGregorian => {
                (year.rem_euclid(4) == 0 && year.rem_euclid(100) != 0) || year.rem_euclid(400) == 0
            }
        }
    }

    /// Days of a month (1–12) of a year. October 1582 of `standard` counts as 31.
    pub fn days_in_month(self, year: i64, month: u32) -> u32 {
        match self {
            Self::Day360 => 30,
            _ if month == 2 && self.is_leap(year) => 29,
            _ => MONTHS[(month as usize - 1) % 12],
        }
    }

    /// Days from 1970-01-01 (of this calendar) to a date; `None` if there is no such date.
    pub fn days_from_date(self, year: i64, month: u32, day: u32) -> Option<i64> {
        if !(1..=12).contains(&month)
            || day == 0
            || day > self.days_in_month(year, month)
            || year.abs() > 290_000
        {
            return None;
        }
        let day_of_year = |leap: bool| {
            let before: u32 = MONTHS[..month as usize - 1].iter().sum();
            i64::from(before + u32::from(leap && month > 2) + day - 1)
        };
        Some(match self {
            Self::ProlepticGregorian => gregorian_days(year, month, day),
            Self::Julian => julian_days(year, month, day) - julian_days(1970, 1, 1),
            Self::Standard => {
                let gregorian = gregorian_days(year, month, day);
                if gregorian >= REFORM && (year, month, day) >= (1582, 10, 15) {
                    gregorian
                } else if (year, month, day) > (1582, 10, 4) {
                    return None;
                } else {
                    julian_days(year, month, day)
                }
            }
            Self::NoLeap => (year - 1970) * 365 + day_of_year(false),
            Self::AllLeap => (year - 1970) * 366 + day_of_year(true),
            Self::Day360 => (year - 1970) * 360 + i64::from((month - 1) * 30 + day - 1),
        })
    }

    /// The date that is `days` after 1970-01-01 of this calendar: year, month, day.
    pub fn date_from_days(self, days: i64) -> (i64, u32, u32) {
        let in_year = |mut rest: i64, leap: bool| {
            let mut month = 1;
            for (i, length) in MONTHS.iter().enumerate() {
                let length = i64::from(length + u32::from(leap && i == 1));
                if rest < length {
                    break;
                }
                rest -= length;
                month += 1;
            }
            (month, rest as u32 + 1)
        };
        match self {
            Self::ProlepticGregorian => gregorian_date(days),
            Self::Standard if days >= REFORM => gregorian_date(days),
            Self::Standard => julian_date(days),
            Self::Julian => julian_date(days + julian_days(1970, 1, 1)),
            Self::NoLeap => {
                let (month, day) = in_year(days.rem_euclid(365), false);
                (1970 + days.div_euclid(365), month, day)
            }
            Self::AllLeap => {
                let (month, day) = in_year(days.rem_euclid(366), true);
                (1970 + days.div_euclid(366), month, day)
            }
            Self::Day360 => {
                let rest = days.rem_euclid(360);
                (1970 + days.div_euclid(360), (rest / 30) as u32 + 1, (rest % 30) as u32 + 1)
            }
        }
    }

    /// Microseconds since 1970-01-01T00:00 of a date and time of day; `None` if there is no such.
    pub fn micros(self, civil: Civil) -> Option<i64> {
        if civil.hour > 23 || civil.minute > 59 || civil.second > 59 || civil.micro > 999_999 {
            return None;
        }
        let days = self.days_from_date(civil.year, civil.month, civil.day)?;
        let seconds = i64::from(civil.hour * 3600 + civil.minute * 60 + civil.second);
        days.checked_mul(DAY_US)?.checked_add(seconds * 1_000_000 + i64::from(civil.micro))
    }

    /// The date and time of day of microseconds since 1970-01-01T00:00.
    pub fn civil(self, micros: i64) -> Civil {
        let (year, month, day) = self.date_from_days(micros.div_euclid(DAY_US));
        let rest = micros.rem_euclid(DAY_US);
        let seconds = (rest / 1_000_000) as u32;
        Civil {
            year,
            month,
            day,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micro: (rest % 1_000_000) as u32,
        }
    }
}

impl fmt::Display for Civil {
    /// ISO 8601, as short as it goes without loss: `2000-01-01`, `2000-01-01T12:00:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)?;
        if (self.hour, self.minute, self.second, self.micro) != (0, 0, 0, 0) {
            write!(f, "T{:02}:{:02}:{:02}", self.hour, self.minute, self.second)?;
        }
        if self.micro != 0 {
            write!(f, ".{:06}", self.micro)?;
        }
        Ok(())
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, `days_from_civil`).
fn gregorian_days(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn gregorian_date(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let (month, day) = month_day(doy);
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since the Gregorian 1970-01-01 of a Julian date.
fn julian_days(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let doy = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    y.div_euclid(4) * 1461 + y.rem_euclid(4) * 365 + doy - 719_470
}

fn julian_date(days: i64) -> (i64, u32, u32) {
    let z = days + 719_470;
    let era = z.div_euclid(1461);
    let doe = z.rem_euclid(1461);
    let yoe = (doe - doe / 1460) / 365;
    let (month, day) = month_day(doe - 365 * yoe);
    (yoe + era * 4 + i64::from(month <= 2), month, day)
}

/// Month and day of a day counted from 1 March.
fn month_day(doy: i64) -> (u32, u32) {
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    ((if mp < 10 { mp + 3 } else { mp - 9 }) as u32, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Calendar; 6] = [
        Calendar::Standard,
        Calendar::ProlepticGregorian,
        Calendar::Julian,
        Calendar::NoLeap,
        Calendar::AllLeap,
        Calendar::Day360,
    ];

    #[test]
    fn days_and_dates_are_inverse_in_every_calendar() {
        for calendar in ALL {
            assert_eq!(calendar.days_from_date(1970, 1, 1), Some(0), "{calendar:?}");
            for days in (-800_000..800_000).step_by(37).chain(-141_450..-141_400) {
                let (year, month, day) = calendar.date_from_days(days);
                assert_eq!(
                    calendar.days_from_date(year, month, day),
                    Some(days),
                    "{calendar:?} {year}-{month}-{day}"
                );
            }
        }
    }

    /// Values from cftime 1.6: `cftime.date2num(d, "days since 1970-01-01", calendar=c)`.
    #[test]
    fn dates_agree_with_cftime() {
        let cases = [
            (Calendar::Standard, (2000, 2, 29), 11_016),
            (Calendar::Standard, (1582, 10, 4), -141_428),
            (Calendar::Standard, (1582, 10, 15), -141_427),
            (Calendar::Standard, (1, 1, 1), -719_164),
            (Calendar::ProlepticGregorian, (1, 1, 1), -719_162),
            (Calendar::NoLeap, (2000, 3, 1), 11_009),
            (Calendar::Day360, (2000, 2, 30), 10_859),
            (Calendar::AllLeap, (1969, 12, 31), -1),
        ];
        for (calendar, (year, month, day), days) in cases {
            assert_eq!(calendar.days_from_date(year, month, day), Some(days), "{calendar:?} {year}");
        }
        assert_eq!(Calendar::Standard.days_from_date(1582, 10, 10), None);
        assert_eq!(Calendar::NoLeap.days_from_date(2000, 2, 29), None);
    }

    #[test]
    fn times_of_day_before_the_epoch_count_upwards() {
        let civil = Calendar::ProlepticGregorian.civil(-1);
        assert_eq!(civil.to_string(), "1969-12-31T23:59:59.999999");
        assert_eq!(Calendar::ProlepticGregorian.micros(civil), Some(-1));
    }
}
