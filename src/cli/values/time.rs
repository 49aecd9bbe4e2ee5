//! Times as texts: numpy's, ISO 8601, and the objects of cftime.

use crate::data::time::{Calendar, Civil, NAT};

/// Microseconds that numpy's `datetime64[ns]` can hold.
const NANOSECONDS: std::ops::RangeInclusive<i64> = -9_223_372_036_854_775..=9_223_372_036_854_775;

/// Whether xarray gives these times as `datetime64[ns]` (else as objects of cftime).
pub(super) fn is_datetime64(times: &[i64], calendar: Calendar) -> bool {
    calendar.is_gregorian() && times.iter().all(|time| *time == NAT || NANOSECONDS.contains(time))
}

/// `2000-01-01T12:00:00`, with microseconds where there are; `NaT`.
pub(super) fn iso(time: i64, calendar: Calendar) -> String {
    if time == NAT {
        return "NaT".to_owned();
    }
    let Civil { year, month, day, hour, minute, second, micro, .. } = calendar.civil(time);
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if micro == 0 { text } else { format!("{text}.{micro:06}") }
}

/// `str()` of a `datetime64[ns]`.
pub(super) fn numpy(time: i64, calendar: Calendar) -> String {
    let text = iso(time, calendar);
    match (time == NAT, text.len()) {
        (true, _) => text,
        // With microseconds already.
        (_, 26..) => text + "000",
        _ => text + ".000000000",
    }
}

/// `repr()` of an object of cftime.
pub(super) fn cftime(time: i64, calendar: Calendar) -> String {
    if time == NAT {
        return "None".to_owned();
    }
    let (class, year_zero) = match calendar {
        Calendar::Standard => ("Gregorian", "False"),
        Calendar::ProlepticGregorian => ("ProlepticGregorian", "True"),
        Calendar::Julian => ("Julian", "False"),
        Calendar::NoLeap => ("NoLeap", "True"),
        Calendar::AllLeap => ("AllLeap", "True"),
        Calendar::Day360 => ("360Day", "True"),
    };
    let Civil { year, month, day, hour, minute, second, micro, .. } = calendar.civil(time);
    format!(
        "cftime.Datetime{class}({year}, {month}, {day}, {hour}, {minute}, {second}, {micro}, has_year_zero={year_zero})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts from numpy 2 and cftime 1.6.
    #[test]
    fn texts_are_those_of_numpy_and_cftime() {
        let day = 86_400_000_000;
        let greg = Calendar::ProlepticGregorian;
        assert_eq!(numpy(0, greg), "1970-01-01T00:00:00.000000000");
        assert_eq!(numpy(day / 2 + 5, greg), "1970-01-01T12:00:00.000005000");
        assert_eq!(iso(day, greg), "1970-01-02T00:00:00");
        assert_eq!(iso(NAT, greg), "NaT");
        assert_eq!(
            cftime(day, Calendar::Day360),
            "cftime.Datetime360Day(1970, 1, 2, 0, 0, 0, 0, has_year_zero=True)"
        );
        assert!(is_datetime64(&[0, NAT], greg) && !is_datetime64(&[i64::MAX / 2], greg));
        assert!(!is_datetime64(&[0], Calendar::NoLeap));
    }
}
