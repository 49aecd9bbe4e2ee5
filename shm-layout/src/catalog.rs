//! The catalog: plain structs that rkyv archives.
//!
//! Only `Vec`, `String`, numbers and enums without explicit discriminants: rkyv's checked access has
//! known holes for niched options, `repr(packed)` and explicit discriminants.

use rkyv::{Archive, Deserialize, Serialize};

/// Type code of times: `i64`.
pub const TIME: u8 = 11;
/// Type code of text: offsets and UTF-8 bytes.
pub const TEXT: u8 = 12;

/// Bytes of one element of a type code; for text of one offset. `None` for unknown codes.
///
/// 0 bool · 1–4 signed integers of 1, 2, 4, 8 bytes · 5–8 unsigned ones · 9 `f32` · 10 `f64` ·
/// 11 time · 12 text.
pub const fn item_size(code: u8) -> Option<u64> {
    Some(match code {
        0 | 1 | 5 => 1,
        2 | 6 => 2,
        3 | 7 | 9 => 4,
        4 | 8 | 10 | TIME | TEXT => 8,
        _ => return None,
    })
}

/// What a segment holds.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[rkyv(derive(Debug))]
pub struct Catalog {
    /// The leaves, in strictly rising order of their paths.
    pub leaves: Vec<Leaf>,
}

/// One array of the data tree, or those blocks of it that this segment holds.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[rkyv(derive(Debug))]
pub struct Leaf {
    /// Path in the data tree.
    pub path: String,
    /// Type code, see [`item_size`].
    pub dtype: u8,
    /// Calendar of times; 0 otherwise.
    pub calendar: u8,
    /// Names of the axes, outermost first.
    pub dims: Vec<String>,
    /// Lengths of the axes of the whole leaf.
    pub shape: Vec<u64>,
    /// The parts of it that are here.
    pub blocks: Vec<Block>,
    /// Its coordinates, in order.
    pub coords: Vec<CoordRef>,
    /// Its attributes, in order.
    pub attrs: Vec<Attr>,
    /// The file that it was read from, as the user named it.
    pub source: String,
    /// Its name inside that file.
    pub origin: String,
    /// Its number inside that file's reader.
    pub item: u32,
}

/// A box of a leaf, row-major in one buffer.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[rkyv(derive(Debug))]
pub struct Block {
    /// First index along each axis.
    pub start: Vec<u64>,
    /// Number of indices along each axis, none of them 0.
    pub count: Vec<u64>,
    /// The values; of text the `n + 1` offsets, `i64`.
    pub values: Extent,
    /// The UTF-8 bytes of text; empty otherwise.
    pub texts: Extent,
    /// What loading learnt about the values.
    pub stats: Stats,
    /// CRC-32 of each MiB of the values, then of each MiB of the texts (see [`crate::sums`]); empty
    /// in segments that never leave memory.
    pub sums: Vec<u32>,
}

/// Bytes of a segment.
#[derive(Archive, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[rkyv(derive(Debug))]
pub struct Extent {
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub len: u64,
}

/// Name of a coordinate and the leaf that holds it.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[rkyv(derive(Debug))]
pub struct CoordRef {
    /// The coordinate's name.
    pub name: String,
    /// Path of the leaf with its values.
    pub path: String,
}

/// An attribute.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[rkyv(derive(Debug))]
pub struct Attr {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: AttrValue,
}

/// An attribute's value.
#[derive(Archive, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[rkyv(derive(Debug))]
pub enum AttrValue {
    /// A text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// An integer.
    Int(i64),
    /// Several integers.
    Ints(Vec<i64>),
    /// A number.
    Float(f64),
    /// Several numbers.
    Floats(Vec<f64>),
}

/// Statistics of a block.
#[derive(Archive, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq)]
#[rkyv(derive(Debug))]
pub struct Stats {
    /// Whether the rest is known.
    pub known: bool,
    /// Number of elements.
    pub n: u64,
    /// Number of NaNs among them.
    pub nan: u64,
    /// The smallest that is not NaN; `+inf` if there is none.
    pub min: f64,
    /// The largest that is not NaN; `-inf` if there is none.
    pub max: f64,
}
