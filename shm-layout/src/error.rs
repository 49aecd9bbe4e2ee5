//! Every way in which a segment's bytes can be wrong, with the place.

/// Why bytes are no segment, or a catalog cannot become one. Offsets count from the segment's start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There are fewer bytes than a header has, or other than the header says.
    #[error("the segment has {have} bytes, its header says {expected}")]
    Length {
        /// Bytes there are.
        have: u64,
        /// Bytes there should be.
        expected: u64,
    },
    /// The memory does not begin at a multiple of 64 bytes.
    #[error("the segment's memory is not aligned to 64 bytes")]
    Misaligned,
    /// The first bytes are not those of a segment.
    #[error("byte 0: not a segment")]
    Magic,
    /// The header's checksum is wrong.
    #[error("byte 44: the header's checksum is {found:#010x}, its bytes give {computed:#010x}")]
    HeaderChecksum {
        /// As stored.
        found: u32,
        /// As computed.
        computed: u32,
    },
    /// Written by another version of the layout.
    #[error("byte 8: layout version {found}, this program reads {}", crate::VERSION)]
    Version {
        /// As stored.
        found: u32,
    },
    /// Written on a machine of the other byte order.
    #[error("byte 12: the values have the other byte order")]
    ByteOrder,
    /// The catalog is not where it can be.
    #[error("byte 24: a catalog of {len} bytes at {offset} is not inside {total} bytes or not aligned")]
    CatalogPlace {
        /// First byte.
        offset: u64,
        /// Length.
        len: u64,
        /// Size of the segment.
        total: u64,
    },
    /// The catalog's checksum is wrong.
    #[error("byte {offset}: the catalog's checksum is {found:#010x}, its bytes give {computed:#010x}")]
    CatalogChecksum {
        /// First byte of the catalog.
        offset: u64,
        /// As stored in the header.
        found: u32,
        /// As computed.
        computed: u32,
    },
    /// The catalog's structure is broken.
    #[error("byte {offset}: the catalog is broken: {why}")]
    CatalogStructure {
        /// First byte of the catalog.
        offset: u64,
        /// What validation says.
        why: String,
    },
    /// Leaves are not in strictly rising order of their paths.
    #[error("leaf `{path}` is out of order or there twice")]
    Order {
        /// The leaf's path.
        path: String,
    },
    /// A type code that is not known.
    #[error("leaf `{path}` has the unknown type code {code}")]
    TypeCode {
        /// The leaf's path.
        path: String,
        /// The code.
        code: u8,
    },
    /// Dims, shape, start and count differ in number.
    #[error("leaf `{path}`: {what} does not have one entry for each of {rank} axes")]
    Rank {
        /// The leaf's path.
        path: String,
        /// Which list.
        what: &'static str,
        /// Number of dims.
        rank: usize,
    },
    /// A block reaches beyond its leaf, or is empty.
    #[error("leaf `{path}`: block {block} is empty or not inside the leaf's shape")]
    BlockPlace {
        /// The leaf's path.
        path: String,
        /// Which block.
        block: usize,
    },
    /// A number is larger than fits, such as the product of a shape.
    #[error("leaf `{path}`: its size does not fit into 64 bits")]
    TooLarge {
        /// The leaf's path.
        path: String,
    },
    /// A buffer is not where it can be, or overlaps the one before.
    #[error("leaf `{path}`: a buffer of {len} bytes at byte {offset} is misplaced or not aligned")]
    BufferPlace {
        /// The leaf's path.
        path: String,
        /// First byte.
        offset: u64,
        /// Length.
        len: u64,
    },
    /// A buffer is longer or shorter than its shape and type say.
    #[error("leaf `{path}`: the buffer at byte {offset} has {len} bytes, its shape says {expected}")]
    BufferLength {
        /// The leaf's path.
        path: String,
        /// First byte.
        offset: u64,
        /// Length stored.
        len: u64,
        /// Length by shape and type.
        expected: u64,
    },
    /// A block has neither no checksums nor one for each MiB of its buffers.
    #[error("leaf `{path}`: block {block} has {have} checksums, its buffers take {expected}")]
    Sums {
        /// The leaf's path.
        path: String,
        /// Which block.
        block: usize,
        /// Checksums there are.
        have: u64,
        /// Checksums there should be.
        expected: u64,
    },
    /// The checksum of a part of a buffer is wrong.
    #[error(
        "leaf `{path}`: the checksum of {len} bytes at byte {offset} is {found:#010x}, they give \
         {computed:#010x}"
    )]
    DataChecksum {
        /// The leaf's path.
        path: String,
        /// First byte.
        offset: u64,
        /// Length.
        len: u64,
        /// As stored.
        found: u32,
        /// As computed.
        computed: u32,
    },
    /// The catalog could not be archived.
    #[error("the catalog cannot be written: {why}")]
    Unwritable {
        /// What went wrong.
        why: String,
    },
    /// The catalog to be written is larger than the room that was reserved.
    #[error("the catalog has {len} bytes, {reserved} were reserved")]
    NoRoom {
        /// Bytes it takes.
        len: u64,
        /// Bytes reserved.
        reserved: u64,
    },
}
