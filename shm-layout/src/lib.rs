//! The byte layout of arena segments, defined and validated from bytes alone: no I/O, no unsafe.
//!
//! ```text
//! 0        header, 64 bytes: magic, version, byte order, total size, where the catalog lies, checksums
//! 64       catalog: rkyv archive of plain structs, 16-byte aligned, little-endian
//! …        buffers of leaves in Arrow layout, each 64-byte aligned, in the machine's byte order
//! total
//! ```
//!
//! A *leaf* is an array of the data tree. A segment holds *blocks* of it: boxes of its shape, each
//! one row-major buffer (text: offsets, then UTF-8 bytes). Offsets count from the segment's first
//! byte; no pointer is stored. A segment that becomes a file has a checksum of each MiB of its buffers
//! ([`sums`]), so that any part of it can be verified alone.
//!
//! To write: fill a [`Catalog`], [`sizes::assign`] gives every block its place, [`write::split`]
//! cuts the memory into disjoint buffers that any number of threads fill, [`write::Front::finish`]
//! writes catalog and header last. To read: [`open`] validates everything once, then borrows.
//!
//! **Invariant:** whatever the bytes are, [`open`] gives an error or a view in which every extent
//! lies inside the bytes, is aligned, and has the length that its shape says.
#![forbid(unsafe_code)]

mod catalog;
mod error;
mod header;
mod read;
pub mod sizes;
pub mod sums;
pub mod write;

pub use catalog::{
    ArchivedAttr, ArchivedAttrValue, ArchivedBlock, ArchivedCatalog, ArchivedCoordRef, ArchivedExtent,
    ArchivedLeaf, ArchivedStats, Attr, AttrValue, Block, Catalog, CoordRef, Extent, Leaf, Stats, TEXT, TIME,
    item_size,
};
pub use error::Error;
pub use header::{HEADER_LEN, VERSION};
pub use read::{View, open};

/// Bytes of a buffer that one checksum covers.
pub const SUMMED: u64 = 1 << 20;

/// Alignment of every buffer, bytes: a cache line, and what Arrow asks for.
pub const BUFFER_ALIGN: u64 = 64;

/// Alignment of the catalog, bytes.
pub const CATALOG_ALIGN: u64 = 16;
