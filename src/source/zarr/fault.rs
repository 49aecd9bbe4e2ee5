//! Faults of arrays and chunks, in few words.

pub(super) use crate::source::fault::{Fault, guarded};

/// A broken array.
pub(super) fn broken<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(why.into()))
}

/// A feature that is not supported.
pub(super) fn lacking<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Lacking(what.into()))
}
