//! The vocabulary of data that all phases share: types, dims, labels, views, slices, demand.
//!
//! Start at [`Labelled`]: an n-dimensional array with named dims, coordinates and attributes, whose
//! values are a *grid of strided parts* over shared memory, so that selecting, slicing, transposing
//! and combining are views. Nothing here opens a file or knows what a figure is.

mod attrs;
mod bins;
mod buffer;
mod demand;
mod dims;
mod dtype;
pub mod formula;
mod labelled;
mod labels;
pub mod load;
mod slice;
pub mod time;

pub use attrs::{Attr, Attrs};
pub use bins::{Bins, PairTally, Tally};
pub use buffer::{Buf, Element, StrBuf, Values};
pub use demand::{Demand, LeafDemand, Placed};
pub use dims::Dim;
pub use dtype::Dtype;
pub use labelled::{DataError, Dataset, Grid, Labelled, Part, Pick, Run};
pub use labels::{Coord, Coords};
pub use slice::{IndexSet, Slab};
