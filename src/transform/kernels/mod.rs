//! Reductions over any set of axes, streaming over views: no array is materialised.
//!
//! Results depend on the logical order of the elements only, never on how they lie in memory or into
//! which parts they are cut, so that a figure has the same bits whatever else was loaded. *Walks*
//! (`walk`) go through memory in its own order nevertheless, so far as the order of additions that
//! is promised for each single result allows: kept axes may be visited in any order. Loops are
//! written with a fixed number of accumulators and selects instead of branches, which compilers turn
//! into vectors of any width with the same results; no multiplication is fused with an addition.
//!
//! Owns sums with counts ([`sums()`]), extremes and other folds ([`extremes`], [`fold`],
//! [`integer_total`]) and the visit of whole lanes ([`for_each_lane`]). What a reduction is called and
//! which types it has is for `ops`.

mod columns;
mod fold;
mod lane;
mod lanes;
mod rows;
mod sums;
mod tiles;
mod walk;

pub use fold::{extremes, fold, integer_total};
pub use lanes::for_each_lane;
pub use sums::{Sums, sums};

use crate::data::Element;

/// A number that kernels work on.
pub trait Number: Element + PartialOrd {
    /// As `f64`.
    fn f64(self) -> f64;
    /// As `i64`, modulo 2^64 for integers.
    fn i64(self) -> i64;
    /// Nothing is larger; infinity for floats.
    const LARGEST: Self;
    /// Nothing is smaller.
    const SMALLEST: Self;
}

macro_rules! number {
    ($($type:ty: $large:expr, $small:expr);+ $(;)?) => {$(
        impl Number for $type {
            fn f64(self) -> f64 {
                self as f64
            }
            fn i64(self) -> i64 {
                self as i64
            }
            const LARGEST: Self = $large;
            const SMALLEST: Self = $small;
        }
    )+};
}

number! {
    u8: Self::MAX, Self::MIN;
    u16: Self::MAX, Self::MIN;
    u32: Self::MAX, Self::MIN;
    u64: Self::MAX, Self::MIN;
    i8: Self::MAX, Self::MIN;
    i16: Self::MAX, Self::MIN;
    i32: Self::MAX, Self::MIN;
    i64: Self::MAX, Self::MIN;
    f32: Self::INFINITY, Self::NEG_INFINITY;
    f64: Self::INFINITY, Self::NEG_INFINITY;
}

/// Runs `$body` with `$type` bound to the Rust type of a run's elements; text is an error.
macro_rules! typed {
    ($run:expr, $type:ident => $body:expr) => {
        match $run.values {
            $crate::data::Values::Bool(_) | $crate::data::Values::U8(_) => {
                type $type = u8;
                $body
            }
            $crate::data::Values::U16(_) => {
                type $type = u16;
                $body
            }
            $crate::data::Values::U32(_) => {
                type $type = u32;
                $body
            }
            $crate::data::Values::U64(_) => {
                type $type = u64;
                $body
            }
            $crate::data::Values::I8(_) => {
                type $type = i8;
                $body
            }
            $crate::data::Values::I16(_) => {
                type $type = i16;
                $body
            }
            $crate::data::Values::I32(_) => {
                type $type = i32;
                $body
            }
            $crate::data::Values::I64(_) | $crate::data::Values::Time(..) => {
                type $type = i64;
                $body
            }
            $crate::data::Values::F32(_) => {
                type $type = f32;
                $body
            }
            $crate::data::Values::F64(_) => {
                type $type = f64;
                $body
            }
            $crate::data::Values::Str(_) => return Err($crate::data::DataError::Text),
        }
    };
}

pub(super) use typed;

#[cfg(test)]
mod tests;
