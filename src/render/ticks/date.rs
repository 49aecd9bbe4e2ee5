//! Ticks of time axes, in any calendar.

use super::{Room, Ticks};
use crate::data::time::Calendar;

/// Ticks of a time axis; limits are days since 1970-01-01 of `calendar`.
pub fn date(limits: [f64; 2], calendar: Calendar, room: Room) -> Ticks {
    let _ = (limits, calendar, room);
    unimplemented!()
}
