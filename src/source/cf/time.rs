//! Time units of CF (`days since 1850-01-01`) to microseconds and back.

use super::typed::{Typed, TypedAttrs};
use crate::data::time::{Calendar, Civil, DAY_US, NAT};

/// Parsed time units: a time is `value * numerator / denominator + origin` microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::source) struct TimeUnits {
    numerator: i64,
    denominator: i64,
    origin: i64,
    /// The calendar that dates count in.
    pub(in crate::source) calendar: Calendar,
}

impl TimeUnits {
    /// From the texts of `units` and `calendar` (absent: `standard`).
    ///
    /// # Errors
    /// Why they cannot be understood. `None` if `units` has no ` since `: not a time.
    pub(in crate::source) fn parse(units: &str, calendar: Option<&str>) -> Option<Result<Self, String>> {
        let (unit, date) = split_since(units)?;
        let Some(calendar) = Calendar::from_cf(calendar.unwrap_or("standard").trim()) else {
            return Some(Err(format!("calendar `{}` is not known", calendar.unwrap_or_default())));
        };
        let Some((numerator, denominator)) = step(unit, calendar) else {
            return Some(Err(format!("time unit `{unit}` is not known in calendar {}", calendar.cf_name())));
        };
        Some(match parse_date(date, calendar) {
            Some(origin) => Ok(Self { numerator, denominator, origin, calendar }),
            None => Err(format!("`{date}` is no date in calendar {}", calendar.cf_name())),
        })
    }

    /// Microseconds of an integer; `None` if out of range.
    pub(super) fn of_int(&self, value: i64) -> Option<i64> {
        let micros = i128::from(value) * i128::from(self.numerator);
        let micros = micros.div_euclid(i128::from(self.denominator)) + i128::from(self.origin);
        i64::try_from(micros).ok().filter(|m| *m != NAT)
    }

    /// Microseconds of a float, rounded to the nearest; NaN is not-a-time; `None` if out of range.
    pub(super) fn of_float(&self, value: f64) -> Option<i64> {
        if value.is_nan() {
            return Some(NAT);
        }
        // Whole and broken part apart: a day has 8.64e10 microseconds, and their product with a
        // value of eight digits leaves 53 bits.
        let whole = value.trunc();
        if whole.abs() >= 9e18 {
            return None;
        }
        let base = self.of_int(whole as i64)?;
        let rest = (value - whole) * self.numerator as f64 / self.denominator as f64;
        base.checked_add(rest.round() as i64)
    }

    /// The number that stands for a time; not-a-time is NaN.
    pub(super) fn to_number(self, micros: i64) -> f64 {
        if micros == NAT {
            return f64::NAN;
        }
        let since = i128::from(micros) - i128::from(self.origin);
        let scaled = since * i128::from(self.denominator);
        let numerator = i128::from(self.numerator);
        let whole = scaled.div_euclid(numerator);
        whole as f64 + scaled.rem_euclid(numerator) as f64 / self.numerator as f64
    }
}

/// Numbers in `units` (`days since 1850-01-01`) of times in microseconds since 1970 in `calendar`,
/// the inverse of decoding, for statistics that must agree with the numbers in the file; not-a-time
/// becomes NaN. `None` if `units` are no time units.
pub fn encode_time(micros: &[i64], units: &str, calendar: Calendar) -> Option<Vec<f64>> {
    let units = TimeUnits::parse(units, Some(calendar.cf_name()))?.ok()?;
    Some(micros.iter().map(|m| units.to_number(*m)).collect())
}

/// Gives the variables that hold the bounds of a time variable its `units` and `calendar`, which CF
/// lets them leave out (section 7.1), as xarray does.
pub(in crate::source) fn inherit_bounds(variables: &mut [(&str, &mut TypedAttrs)]) {
    let inherited: Vec<(String, Typed, Option<Typed>)> = variables
        .iter()
        .filter_map(|(_, attrs)| {
            let units = attrs.text("units").filter(|u| split_since(u).is_some())?;
            let calendar = attrs.text("calendar").map(|c| Typed::Text(c.to_owned()));
            Some((attrs.text("bounds")?.to_owned(), Typed::Text(units.to_owned()), calendar))
        })
        .collect();
    for (bounds, units, calendar) in inherited {
        for (_, attrs) in variables.iter_mut().filter(|(name, _)| *name == bounds) {
            attrs.set_default("units", units.clone());
            if let Some(calendar) = &calendar {
                attrs.set_default("calendar", calendar.clone());
            }
        }
    }
}

fn split_since(units: &str) -> Option<(&str, &str)> {
    let at = units.to_ascii_lowercase().find(" since ")?;
    Some((units[..at].trim(), units[at + " since ".len()..].trim()))
}

/// Microseconds of one unit as a fraction. The names are those of cftime 1.6.
fn step(unit: &str, calendar: Calendar) -> Option<(i64, i64)> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "nanosecond" | "nanoseconds" | "nsec" | "nsecs" | "ns" => (1, 1000),
        "microsecond" | "microseconds" | "microsec" | "microsecs" | "us" | "µs" => (1, 1),
        "millisecond" | "milliseconds" | "millisec" | "millisecs" | "msec" | "msecs" | "ms" => (1000, 1),
        "second" | "seconds" | "sec" | "secs" | "s" => (1_000_000, 1),
        "minute" | "minutes" | "min" | "mins" => (60_000_000, 1),
        "hour" | "hours" | "hr" | "hrs" | "h" => (3_600_000_000, 1),
        "day" | "days" | "d" => (DAY_US, 1),
        // Months have one length only where every month has 30 days, years only without leap days.
        "month" | "months" if calendar == Calendar::Day360 => (30 * DAY_US, 1),
        "common_year" | "common_years" if calendar == Calendar::NoLeap => (365 * DAY_US, 1),
        _ => return None,
    })
}

/// Microseconds since 1970 of an ISO-like date: `1850-1-1`, `1850-01-01T00:00:0.5Z`, `1850-01-01
/// 00:00 -6:00`, `19500101`; missing parts are the smallest there are.
fn parse_date(text: &str, calendar: Calendar) -> Option<i64> {
    let text = text.trim().trim_end_matches("UTC").trim_end_matches("GMT").trim();
    let split = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (date, time) = text.split_at(split);
    let (sign, digits) = match date.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, date.strip_prefix('+').unwrap_or(date)),
    };
    let numbers: Option<Vec<u32>> = if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        Some(vec![digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?])
    } else {
        digits.split('-').map(|part| part.parse().ok()).collect()
    };
    let (year, month, day) = match numbers?[..] {
        [year] => (year, 1, 1),
        [year, month] => (year, month, 1),
        [year, month, day] => (year, month, day),
        _ => return None,
    };
    let (clock, zone) = split_zone(time.trim_start_matches(['T', 't', ' ']).trim());
    let mut parts = clock.split(':');
    let hour = parts.next().filter(|p| !p.is_empty()).map_or(Some(0), |p| p.parse().ok())?;
    let minute = parts.next().map_or(Some(0), |p| p.parse().ok())?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |p| p.parse().ok())?;
    if parts.next().is_some() || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    let civil = Civil {
        year: i64::from(year) * sign,
        month,
        day,
        hour,
        minute,
        second: seconds as u32,
        micro: ((seconds.fract() * 1e6).round() as u32).min(999_999),
    };
    calendar.micros(civil)?.checked_sub(parse_zone(zone)?)
}

/// The clock time and the time zone behind it.
fn split_zone(time: &str) -> (&str, &str) {
    let at = time.find(['Z', 'z', '+', '-', ' ']).unwrap_or(time.len());
    (time[..at].trim(), time[at..].trim())
}

/// Microseconds by which a zone (`Z`, `+1`, `-6:00`, `+0530`) is ahead of UTC.
fn parse_zone(zone: &str) -> Option<i64> {
    if zone.is_empty() || zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match zone.as_bytes()[0] {
        b'-' => (-1, &zone[1..]),
        b'+' => (1, &zone[1..]),
        _ => (1, zone),
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?),
        None if rest.len() == 4 && rest.is_ascii() => (rest[..2].parse().ok()?, rest[2..].parse().ok()?),
        None => (rest.parse().ok()?, 0),
    };
    (hours.abs() < 24 && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes) * 60_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `cftime.num2date(value, units, calendar, only_use_cftime_datetimes=True)`.
    #[test]
    fn times_agree_with_cftime() {
        let cases = [
            (1.5, "days since 1850-01-01", "standard", "1850-01-02T12:00:00"),
            (360.0, "days since 1859-12-01", "360_day", "1860-12-01"),
            (59.0, "days since 2000-1-1 00:00:00", "noleap", "2000-03-01"),
            (1.0, "hours since 2000-01-01T06:00:00Z", "gregorian", "2000-01-01T07:00:00"),
            (0.0, "hours since 2000-01-01 00:00:00 -6:00", "standard", "2000-01-01T06:00:00"),
            (0.25, "seconds since 1970-01-01", "proleptic_gregorian", "1970-01-01T00:00:00.250000"),
            (2.0, "months since 2000-01-01", "360_day", "2000-03-01"),
            (3.0, "common_years since 2000-02-01", "365_day", "2003-02-01"),
            (0.0, "days since 1582-10-04", "standard", "1582-10-04"),
            (1.0, "days since 1582-10-04", "standard", "1582-10-15"),
            (1.0, "days since 1582-10-04", "julian", "1582-10-05"),
            (7.0, "milliseconds since 20000101", "standard", "2000-01-01T00:00:00.007000"),
        ];
        for (value, units, calendar, date) in cases {
            let parsed = TimeUnits::parse(units, Some(calendar)).unwrap().unwrap();
            let micros = parsed.of_float(value).unwrap();
            assert_eq!(parsed.calendar.civil(micros).to_string(), date, "{units}");
            assert_eq!(encode_time(&[micros], units, parsed.calendar).unwrap(), [value], "{units}");
        }
    }

    #[test]
    fn what_cannot_be_a_time_says_why() {
        let why = |units, calendar| TimeUnits::parse(units, Some(calendar)).unwrap().unwrap_err();
        assert_eq!(
            why("months since 2000-01-01", "standard"),
            "time unit `months` is not known in calendar standard"
        );
        assert_eq!(why("days since 2000-01-01", "lunar"), "calendar `lunar` is not known");
        assert_eq!(why("days since yesterday", "standard"), "`yesterday` is no date in calendar standard");
        assert!(TimeUnits::parse("days", None).is_none());
    }

    #[test]
    fn times_out_of_range_are_refused_and_not_a_time_stays_so() {
        let units = TimeUnits::parse("days since 2000-01-01", None).unwrap().unwrap();
        assert_eq!(units.of_float(9.97e36), None);
        assert_eq!(units.of_int(i64::MAX), None);
        assert_eq!(units.of_float(f64::NAN), Some(NAT));
        assert!(units.to_number(NAT).is_nan());
    }
}
