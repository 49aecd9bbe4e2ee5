//! Ticks of linear axes.

use super::{Room, Ticks};

/// Ticks of a linear axis: steps of {1, 2, 2.5, 5}·10ᵏ. No minor ticks (see [`linear_minor`]).
pub fn linear(limits: [f64; 2], room: Room) -> Ticks {
    let _ = (limits, room);
    unimplemented!()
}

/// Where minor ticks would stand if switched on: 4 or 5 parts an interval.
pub fn linear_minor(major: &[f64], limits: [f64; 2]) -> Vec<f64> {
    let _ = (major, limits);
    unimplemented!()
}
