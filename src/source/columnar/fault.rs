//! Faults of columns, in few words.

pub(super) use crate::source::fault::{Fault, guarded};

/// A reason that the file is broken.
pub(super) fn broken(why: impl Into<String>) -> Fault {
    Fault::Broken(why.into())
}
