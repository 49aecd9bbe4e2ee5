//! Files into a [`Tree`] of metadata, and on demand into values, by slice.
//!
//! [`open`] reads metadata only; [`Tree::read_into`] decodes a box of one
//! leaf into a caller's buffer. One trait ([`Reader`]), one module a format, one conformance suite.
//! **Invariant:** `source` knows nothing of figures.

mod build;
mod cells;
pub mod cf;
mod columnar;
mod coords;
mod csv;
mod detect;
mod error;
mod extent;
mod fallen;
mod fault;
mod file;
mod find;
mod group;
pub mod hdf5;
mod joined;
pub mod label;
pub mod load;
pub mod netcdf;
pub mod npy;
mod open;
mod place;
mod provenance;
mod reader;
mod stats;
mod text;
mod tree;
pub mod zarr;

pub use cells::Cells;
pub use columnar::write_arrow;
pub use coords::Held;
pub use error::SourceError;
pub use extent::{Extent, FileStamp};
pub use file::DataFile;
pub(crate) use file::open_regular;
pub use group::{Group, GroupKind, Node};
pub use joined::Joined;
pub use open::open;
pub use provenance::Provenance;
pub use reader::{Item, Listing, Reader};
pub use stats::{Numbers, Stats, Texts};
pub use tree::{ArrayNode, CoordSource, SourceFile, Storage, Tree};
