//! What one field of a text table means.

use crate::data::Dtype;
use crate::data::load::TableOptions;
use crate::data::time::{Calendar, Civil, NAT};
use std::borrow::Cow;

/// What `pandas.read_csv` takes for a missing value by default (pandas 2: `STR_NA_VALUES`).
const MISSING: &[&[u8]] = &[
    b"",
    b"#N/A",
    b"#N/A N/A",
    b"#NA",
    b"-1.#IND",
    b"-1.#QNAN",
    b"-NaN",
    b"-nan",
    b"1.#IND",
    b"1.#QNAN",
    b"<NA>",
    b"N/A",
    b"NA",
    b"NULL",
    b"NaN",
    b"None",
    b"n/a",
    b"nan",
    b"null",
];

/// What fields of a table mean.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    /// Whether what pandas knows for missing values is missing.
    pub(super) defaults: bool,
    /// What stands for a missing value besides.
    pub(super) missing: Vec<Vec<u8>>,
    /// The sign of decimals, if it is no point.
    pub(super) decimal: Option<u8>,
}

impl Meaning {
    /// As `options` say.
    pub(super) fn of(options: &TableOptions) -> Self {
        Self {
            defaults: options.default_missing,
            missing: options.missing.iter().map(|text| text.as_bytes().to_vec()).collect(),
            decimal: options.decimal,
        }
    }

    /// Whether the value is missing.
    pub(super) fn is_missing(&self, field: &[u8]) -> bool {
        (self.defaults && is_missing(field)) || self.missing.iter().any(|text| text == field)
    }

    /// The field with a point for decimals.
    pub(super) fn pointed<'f>(&self, field: &'f [u8]) -> Cow<'f, [u8]> {
        match self.decimal {
            Some(sign) if field.contains(&sign) && !field.contains(&b'.') => {
                Cow::Owned(field.iter().map(|byte| if *byte == sign { b'.' } else { *byte }).collect())
            }
            // A point is no sign of decimals then.
            Some(_) if field.contains(&b'.') => Cow::Borrowed(b"."),
            _ => Cow::Borrowed(field),
        }
    }

    /// The text of a cell; empty if it is missing.
    pub(super) fn cell(&self, field: &[u8]) -> String {
        if self.is_missing(field) { String::new() } else { text(field, &mut false) }
    }

    /// Writes a field's value as `dtype` into `out`, native-endian; `None` if it is no such value.
    pub(super) fn encode(&self, dtype: Dtype, field: &[u8], out: &mut [u8]) -> Option<()> {
        macro_rules! whole {
            ($type:ty) => {
                out.copy_from_slice(&<$type>::try_from(integer(field)?).ok()?.to_ne_bytes())
            };
        }
        let real = || if self.is_missing(field) { Some(f64::NAN) } else { float(&self.pointed(field)) };
        match dtype {
            Dtype::Bool => out.copy_from_slice(&[u8::from(boolean(field)?)]),
            Dtype::I8 => whole!(i8),
            Dtype::I16 => whole!(i16),
            Dtype::I32 => whole!(i32),
            Dtype::I64 => whole!(i64),
            Dtype::U8 => whole!(u8),
            Dtype::U16 => whole!(u16),
            Dtype::U32 => whole!(u32),
            Dtype::U64 => whole!(u64),
            Dtype::F32 => out.copy_from_slice(&(real()? as f32).to_ne_bytes()),
            Dtype::F64 => out.copy_from_slice(&real()?.to_ne_bytes()),
            Dtype::Time(_) => {
                let value = if self.is_missing(field) { NAT } else { time(field)? };
                out.copy_from_slice(&value.to_ne_bytes());
            }
            Dtype::Str => return None,
        }
        Some(())
    }
}

/// Whether pandas takes the value for missing.
pub(super) fn is_missing(field: &[u8]) -> bool {
    if field.len() > 8 {
        return false;
    }
    match field {
        // Most fields are numbers, and need no comparing.
        [b'0' | b'2'..=b'9' | b'.' | b'+', ..] | [b'-', b'0' | b'2'..=b'9' | b'.', ..] => false,
        [b'1', rest @ ..] if !rest.contains(&b'#') => false,
        _ => MISSING.contains(&field),
    }
}

/// A decimal integer of at most 64 bits.
fn integer(field: &[u8]) -> Option<i128> {
    signed(field).map(i128::from).or_else(|| unsigned(field).map(i128::from))
}

/// The field as text: UTF-8, else Latin-1, in which any bytes are text (`latin` is set then).
pub(super) fn text(field: &[u8], latin: &mut bool) -> String {
    match std::str::from_utf8(field) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            *latin = true;
            field.iter().map(|byte| char::from(*byte)).collect()
        }
    }
}

/// A decimal integer in the range of `i64`.
pub(super) fn signed(field: &[u8]) -> Option<i64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}

/// A decimal integer in the range of `u64`.
pub(super) fn unsigned(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}

/// A decimal integer of any size.
pub(super) fn is_integer(field: &[u8]) -> bool {
    let digits = match field.trim_ascii() {
        [b'+' | b'-', digits @ ..] | digits => digits,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// A decimal floating-point number, or an infinity by name; no number that overflows to one, and no
/// other spelling of NaN than the missing values', as in pandas.
pub(super) fn float(field: &[u8]) -> Option<f64> {
    let field = field.trim_ascii();
    let value: f64 = std::str::from_utf8(field).ok()?.parse().ok()?;
    let named = || field.iter().any(|byte| matches!(byte, b'f' | b'F'));
    (value.is_finite() || (value.is_infinite() && named())).then_some(value)
}

/// `True`, `False` in any case.
pub(super) fn boolean(field: &[u8]) -> Option<bool> {
    match field.len() {
        4 if field.eq_ignore_ascii_case(b"true") => Some(true),
        5 if field.eq_ignore_ascii_case(b"false") => Some(false),
        _ => None,
    }
}

/// Whether it is a number.
pub(super) fn is_number(field: &[u8]) -> bool {
    float(field).is_some()
}

/// The calendar of dates in tables.
pub(super) const CALENDAR: Calendar = Calendar::ProlepticGregorian;

/// Microseconds of a date: ISO 8601 (`2000-01`, `2000-01-31`, `2000-01-31T12:00[:00[.5]][Z|±01:00]`,
/// also with a blank for `T` and `/` for `-`), or with the month's English name (`Jan 31 2000`,
/// `31 January 2000`). Orders that depend on the country (`1/2/2000`) are no dates here.
pub(super) fn time(field: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(field.trim_ascii()).ok()?;
    if !(6..=40).contains(&text.len()) {
        return None;
    }
    let (date, clock) = match text.as_bytes().iter().position(|byte| matches!(byte, b'T' | b't' | b' ')) {
        Some(at) if text.as_bytes()[0].is_ascii_digit() && at >= 7 => (&text[..at], Some(&text[at + 1..])),
        _ => (text, None),
    };
    let (year, month, day) = iso_date(date).or_else(|| named_date(text))?;
    let (seconds, micro, offset) = match clock {
        Some(clock) if iso_date(date).is_some() => clock_time(clock)?,
        _ => (0, 0, 0),
    };
    let civil = Civil {
        year,
        month,
        day,
        hour: seconds / 3600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        micro,
    };
    CALENDAR.micros(civil)?.checked_sub(i64::from(offset) * 60_000_000)
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    (lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn iso_date(text: &str) -> Option<(i64, u32, u32)> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let year = digits(parts.next()?, 4..=4)?;
    let month = digits(parts.next()?, 1..=2)?;
    let day = parts.next().map_or(Some(1), |day| digits(day, 1..=2))?;
    parts.next().is_none().then_some((i64::from(year), month, day))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn named_date(text: &str) -> Option<(i64, u32, u32)> {
    let mut parts =
        text.split([' ', '-']).map(|part| part.trim_end_matches(',')).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let month = |name: &str| {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        (name.len() >= 3).then(|| MONTHS.iter().position(|month| month.starts_with(&name)))?
    };
    let (month, day) = match month(first) {
        Some(month) => (month, digits(second, 1..=2)?),
        None => (month(second)?, digits(first, 1..=2)?),
    };
    Some((i64::from(digits(third, 4..=4)?), month as u32 + 1, day))
}

/// Seconds, microseconds, and the zone's offset in minutes.
fn clock_time(text: &str) -> Option<(u32, u32, i32)> {
    let at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = (text[..at].trim_end(), &text[at..]);
    let offset = match zone.as_bytes().first() {
        None | Some(b'Z' | b'z') if zone.len() <= 1 => 0,
        Some(sign @ (b'+' | b'-')) => {
            let (hours, minutes) = match zone[1..].split_once(':') {
                Some((hours, minutes)) => (digits(hours, 2..=2)?, digits(minutes, 2..=2)?),
                None if zone.len() == 5 => (digits(&zone[1..3], 2..=2)?, digits(&zone[3..], 2..=2)?),
                None => (digits(&zone[1..], 2..=2)?, 0),
            };
            let minutes = (hours * 60 + minutes) as i32;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 1..=2)?;
    let minute = digits(parts.next()?, 2..=2)?;
    let (second, fraction) = match parts.next() {
        None => ("0", ""),
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "")),
    };
    let second = digits(second, 1..=2)?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let micro = if fraction.is_empty() {
        0
    } else {
        digits(fraction, 1..=9)?;
        let padded = format!("{fraction:0<6}");
        padded[..6].parse().ok()?
    };
    Some((hour * 3600 + minute * 60 + second, micro, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from `pandas.Timestamp(text).value // 1000` (zones converted to UTC).
    #[test]
    fn dates_are_those_of_pandas() {
        let cases: &[(&str, i64)] = &[
            ("2000-01-01", 946_684_800_000_000),
            ("2000-01", 946_684_800_000_000),
            ("2000/01/31", 949_276_800_000_000),
            ("2010-01-01T01:30:00", 1_262_309_400_000_000),
            ("2010-01-01 01:30:00.25", 1_262_309_400_250_000),
            ("2010-01-01T01:30:00+01:00", 1_262_305_800_000_000),
            ("2010-01-01T01:30Z", 1_262_309_400_000_000),
            ("Jan 1 2000", 946_684_800_000_000),
            ("31 January 2000", 949_276_800_000_000),
            ("1969-12-31T23:59:59", -1_000_000),
        ];
        for (text, micros) in cases {
            assert_eq!(time(text.as_bytes()), Some(*micros), "{text}");
        }
        for text in [
            "1/2/2000",
            "2000-13-01",
            "2000-02-30",
            "20000101",
            "2000-01-01T25:00",
            "12.5.2000",
            "noon 1 2000",
        ] {
            assert_eq!(time(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_pandas_calls_missing_is_missing() {
        for text in ["", "NA", "NaN", "null", "None", "#N/A", "-1.#IND", "1.#QNAN"] {
            assert!(is_missing(text.as_bytes()), "{text}");
        }
        for text in ["0", "none at all", "-", "na", " NaN", "  "] {
            assert!(!is_missing(text.as_bytes()), "{text}");
        }
    }
}
