//! Loading: a living child that decodes what is ordered, and its parent's side.
//!
//! A loader that dies takes only those leaves with it whose reading kills it: what it had delivered
//! is kept, and what it was reading at the time is tried again, each leaf in a loader of its own.
//! The parent's side is in `loader`, the child's in `child`.

mod child;
mod contiguous;
mod loader;
mod stats;
mod stored;
mod texts;
mod units;

pub use loader::{Delivered, Loader};

use crate::diag::Diagnostic;
use serde::{Deserialize, Serialize};

/// Of the counters that loader and parent share, the one of bytes read.
const BYTES: usize = 0;
/// … the one of the parcel that is being loaded, counted from 1; 0 for none.
const CURRENT: usize = 1;
/// … the one of bytes that an earlier run had decoded, …
const REUSED: usize = 2;
/// … and the first of the states of that parcel's leaves: not begun (0), …
const HEAD: usize = 3;
/// … being read, …
const BUSY: u64 = 1;
/// … or read, or failed.
const ENDED: u64 = 2;

/// What a loader is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Order {
    /// Which parcel.
    parcel: u32,
    /// Numbers of the leaves to load, rising; all if `None`.
    todo: Option<Vec<usize>>,
}

/// What a loader says, about orders one after the other.
#[derive(Debug, Serialize, Deserialize)]
enum Word {
    /// The descriptor that comes with this is a finished segment of these leaves.
    Segment {
        /// Their numbers.
        leaves: Vec<usize>,
        /// Its size.
        bytes: u64,
    },
    /// A leaf cannot be read.
    Failed {
        /// Its number.
        leaf: usize,
        /// Its path.
        path: String,
        /// Why.
        why: Diagnostic,
    },
    /// Something that should be known.
    Note(Diagnostic),
    /// The order is done; of its parcel these leaves cannot even be begun, by path.
    Done(Vec<(String, Diagnostic)>),
    /// Nothing more can be loaded.
    Stop(Diagnostic),
}
