//! CF conventions: packed numbers, missing values, times.

use crate::data::time::Calendar;

/// Numbers in `units` (`days since 1850-01-01`) of times in microseconds since 1970 in `calendar`,
/// the inverse of decoding; not-a-time becomes NaN. `None` if `units` are no time units.
pub fn encode_time(micros: &[i64], units: &str, calendar: Calendar) -> Option<Vec<f64>> {
    let _ = (micros, units, calendar);
    unimplemented!()
}
