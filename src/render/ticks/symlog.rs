//! Ticks of symmetric logarithmic axes.

use super::{Room, Ticks};

/// Ticks of a symlog axis: 0 and powers of `base` outside ±`linthresh`.
pub fn symlog(limits: [f64; 2], linthresh: f64, base: f64, room: Room) -> Ticks {
    let _ = (limits, linthresh, base, room);
    unimplemented!()
}
