//! CF conventions: packed numbers, missing values, times, coordinates; nothing of files.
//!
//! Its decoder turns stored bytes into values of an [`ArrayNode`](super::ArrayNode)'s dtype, by the
//! rules of xarray 2026.9 (`coding/variables.py`, `coding/times.py`). `valid_min`, `valid_max`,
//! `valid_range` and the implicit default fill values of NetCDF are not applied, as there.
//! [`encode_time`] is the way back from times to the numbers in the file.

mod coords;
mod decode;
mod number;
mod time;
mod typed;

pub(super) use coords::{Variable, assign};
pub(super) use decode::{Decoder, OutOfRange};
pub(super) use number::{Kind, Stored, half_to_f32};
pub use time::encode_time;
pub(super) use time::{TimeUnits, inherit_bounds};
pub(super) use typed::{Scalar, Typed, TypedAttrs};
