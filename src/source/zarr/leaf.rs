//! One array of the tree: a Zarr array, a part of its complex numbers, or a field of its structures.

use super::fault::{Fault, broken};
use super::meta::Meta;
use crate::data::Dtype;
use crate::data::time::NAT;
use crate::source::cf::{self, Decoder};
use crate::source::npy::{self, Kind, Scalar, Unit};
use std::sync::Arc;

/// A Zarr array and where it is.
#[derive(Debug)]
pub(super) struct Array {
    /// Its path in the store; empty for the root.
    pub(super) path: String,
    /// What is known of it.
    pub(super) meta: Meta,
}

/// What the reader's items are.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// The array.
    pub(super) array: Arc<Array>,
    /// First byte in an element.
    pub(super) offset: usize,
    /// Axes inside an element, which follow those of the array: length and step in bytes.
    pub(super) inner: Vec<(usize, usize)>,
    /// What is there.
    pub(super) content: Content,
}

impl Leaf {
    /// The same array as bare numbers in its units, if it is of times by CF.
    pub(super) fn undated(&self) -> Option<Self> {
        let Content::Numbers(decoder) = &self.content else { return None };
        Some(Self { content: Content::Numbers(decoder.undated()?), ..self.clone() })
    }
}

/// What the values of a leaf are.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Numbers, decoded by CF.
    Numbers(Decoder),
    /// numpy's times.
    Times { unit: Unit, big: bool },
    /// numpy's time differences, as numbers in their unit.
    Spans { big: bool },
    /// Texts of one length.
    Text(Scalar),
    /// Texts of any length.
    AnyText,
}

impl Array {
    /// Its name in messages.
    pub(super) fn name(&self) -> &str {
        if self.path.is_empty() { "data" } else { &self.path }
    }
}

impl Content {
    /// The type in memory.
    pub(super) fn dtype(&self) -> Dtype {
        match self {
            Self::Numbers(decoder) => decoder.dtype,
            Self::Times { .. } => Dtype::Time(crate::data::time::Calendar::ProlepticGregorian),
            Self::Spans { .. } => Dtype::F64,
            Self::Text(_) | Self::AnyText => Dtype::Str,
        }
    }

    /// Stored bytes of one value.
    pub(super) fn stored_size(&self) -> usize {
        match self {
            Self::Numbers(decoder) => decoder.stored.kind.size(),
            Self::Times { .. } | Self::Spans { .. } => 8,
            Self::Text(scalar) => scalar.size,
            Self::AnyText => 1,
        }
    }

    /// Whether stored bytes are the values.
    pub(super) fn is_identity(&self) -> bool {
        matches!(self, Self::Numbers(decoder) if decoder.is_identity())
    }

    /// Decodes the values that `bytes` hold into `out`, which has room for just these.
    ///
    /// # Errors
    /// If one of them means nothing.
    pub(super) fn decode(&self, bytes: &[u8], out: &mut [u8]) -> Result<(), Fault> {
        let (from, to) = (bytes.as_chunks::<8>().0, out.as_chunks_mut::<8>().0);
        match self {
            Self::Numbers(decoder) => decoder.decode(bytes, out).map_err(|_| {
                Fault::Broken(
                    "a time lies beyond what microseconds in 64 bits can count; a fill value without \
                     `_FillValue`?"
                        .to_owned(),
                )
            }),
            Self::Times { unit, big } => {
                for (from, to) in from.iter().zip(to) {
                    let micros = npy::micros(integer(*from, *big), *unit).map_err(Fault::Broken)?;
                    *to = micros.to_ne_bytes();
                }
                Ok(())
            }
            Self::Spans { big } => {
                for (from, to) in from.iter().zip(to) {
                    let value = integer(*from, *big);
                    *to = if value == NAT { f64::NAN } else { value as f64 }.to_ne_bytes();
                }
                Ok(())
            }
            Self::Text(_) | Self::AnyText => broken("it holds text, not numbers"),
        }
    }
}

fn integer(bytes: [u8; 8], big: bool) -> i64 {
    if big { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) }
}

/// The stored type of a scalar (of one part, for complex ones) if it is a number.
pub(super) fn stored(scalar: Scalar) -> Option<cf::Stored> {
    let size = scalar.part_size();
    let kind = match (scalar.kind, size) {
        (Kind::Bool, _) => cf::Kind::Bool,
        (Kind::Int, _) => cf::Kind::integer(size, true)?,
        (Kind::Uint, _) => cf::Kind::integer(size, false)?,
        (Kind::Float, 2) => cf::Kind::F16,
        (Kind::Float | Kind::Complex, 4) => cf::Kind::F32,
        (Kind::Float | Kind::Complex, 8) => cf::Kind::F64,
        _ => return None,
    };
    Some(cf::Stored { kind, big: scalar.big })
}
