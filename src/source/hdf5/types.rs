//! HDF5 datatypes, parsed from their encoding (format specification 3.0, section IV.A.2.d).
//!
//! The library's own parser drops precision, exponent and byte-order fields, so that integers of
//! reduced precision, bfloat16 and VAX floats would be read wrong; here they are [`Type::Packed`] or,
//! where nothing of ours means the same, [`Type::Other`].

use super::packed::{Float, Packed};
use crate::source::cf::{Kind, Stored};

/// An element type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// A number, or a bool as h5py stores it.
    Number(Stored),
    /// A number that no machine type holds as it is stored.
    Packed(Packed),
    /// Numbers with names.
    Enum(Stored, Vec<(String, i64)>),
    /// Text in so many bytes, filled with zeros or spaces.
    Fixed { size: usize, spaces: bool },
    /// Text of any length in a global heap.
    Variable,
    /// Named members at byte offsets.
    Compound { size: usize, members: Vec<(String, usize, Type)> },
    /// A small array an element.
    Array { dims: Vec<usize>, base: Box<Type> },
    /// Sequences of any length in a global heap.
    Sequence(Box<Type>),
    /// References to objects, of so many bytes.
    Reference(usize),
    /// What is not supported, by name, and its size.
    Other(String, usize),
}

const MAX_DEPTH: usize = 16;

impl Type {
    /// Bytes an element, with file addresses of `offset_size` bytes.
    pub(super) fn size(&self, offset_size: u8) -> usize {
        match self {
            Self::Number(stored) | Self::Enum(stored, _) => stored.kind.size(),
            Self::Packed(packed) => packed.size(),
            Self::Fixed { size, .. } | Self::Compound { size, .. } => *size,
            Self::Variable | Self::Sequence(_) => 8 + usize::from(offset_size),
            Self::Array { dims, base } => {
                dims.iter().try_fold(base.size(offset_size), |n, d| n.checked_mul(*d)).unwrap_or(usize::MAX)
            }
            Self::Reference(size) | Self::Other(_, size) => *size,
        }
    }

    /// What it is, in words, for where it cannot be read.
    pub(super) fn what(&self) -> String {
        match self {
            Self::Sequence(_) => "lists of different lengths".to_owned(),
            Self::Reference(_) => "a reference to an object".to_owned(),
            Self::Other(what, _) => what.clone(),
            Self::Compound { .. } => "a compound type".to_owned(),
            Self::Array { base, .. } => base.what(),
            Self::Number(_) | Self::Packed(_) | Self::Enum(..) => "numbers that are cut off".to_owned(),
            Self::Fixed { .. } | Self::Variable => "text that is cut off".to_owned(),
        }
    }

    /// Whether part of an element lies in a heap.
    pub(super) fn is_in_heap(&self) -> bool {
        match self {
            Self::Variable | Self::Sequence(_) => true,
            Self::Array { base, .. } => base.is_in_heap(),
            Self::Compound { members, .. } => members.iter().any(|(_, _, ty)| ty.is_in_heap()),
            _ => false,
        }
    }

    /// From the bytes of a datatype message; `None` if they are broken.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        Cursor { rest: bytes }.datatype(0)
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(n)?;
        self.rest = tail;
        Some(head)
    }

    fn uint(&mut self, n: usize) -> Option<u64> {
        Some(self.take(n)?.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// A name that ends with a zero byte; in old versions filled up to a multiple of 8 bytes.
    fn name(&mut self, version: u8) -> Option<String> {
        let len = self.rest.iter().position(|b| *b == 0)?;
        let name = String::from_utf8_lossy(&self.rest[..len]).into_owned();
        let used = if version < 3 { (len + 1).next_multiple_of(8) } else { len + 1 };
        self.take(used)?;
        Some(name)
    }

    fn datatype(&mut self, depth: usize) -> Option<Type> {
        if depth > MAX_DEPTH {
            return None;
        }
        let word = self.uint(4)?;
        let (class, version, flags) = (word & 0xf, (word >> 4 & 0xf) as u8, word >> 8);
        let size = usize::try_from(self.uint(4)?).ok().filter(|s| *s > 0)?;
        Some(match class {
            0 => self.integer(flags, size, flags & 8 != 0)?,
            1 => self.float(flags, size)?,
            2 => {
                let precision = self.uint(2)?;
                match size {
                    4 if precision == 32 => Type::Number(Stored { kind: Kind::I32, big: flags & 1 != 0 }),
                    8 if precision == 64 => Type::Packed(Packed::Time { big: flags & 1 != 0 }),
                    _ => Type::Other("the HDF5 time type".to_owned(), size),
                }
            }
            3 => Type::Fixed { size, spaces: flags & 0xf == 2 },
            4 => self.integer(flags, size, false)?,
            5 => {
                let tag = ((flags & 0xff) as usize).next_multiple_of(8);
                let tag = String::from_utf8_lossy(self.take(tag)?).into_owned();
                match tag.trim_end_matches('\0') {
                    "" => Type::Other("opaque bytes".to_owned(), size),
                    tag => Type::Other(format!("opaque bytes tagged `{tag}`"), size),
                }
            }
            6 => self.compound(flags, size, version, depth)?,
            7 if flags & 0xf == 0 => Type::Reference(size),
            7 => Type::Other("a reference to a region".to_owned(), size),
            8 => self.enumeration(flags, size, version, depth)?,
            9 => {
                let base = self.datatype(depth + 1)?;
                if flags & 0xf == 1 { Type::Variable } else { Type::Sequence(Box::new(base)) }
            }
            10 => {
                let rank = self.uint(1)? as usize;
                self.take(if version < 3 { 3 } else { 0 })?;
                let dims = (0..rank).map(|_| Some(self.uint(4)? as usize)).collect::<Option<Vec<_>>>()?;
                self.take(if version < 3 { 4 * rank } else { 0 })?;
                let base = Box::new(self.datatype(depth + 1)?);
                Type::Array { dims, base }
            }
            // Complex numbers (HDF5 2.0): two of the base type.
            11 => {
                let base = self.datatype(depth + 1)?;
                let half = size / 2;
                if !matches!(base, Type::Number(_) | Type::Packed(_)) || 2 * base.size(8) != size {
                    return None;
                }
                Type::Compound {
                    size,
                    members: vec![("r".into(), 0, base.clone()), ("i".into(), half, base)],
                }
            }
            other => Type::Other(format!("datatype class {other}"), size),
        })
    }

    fn integer(&mut self, flags: u64, size: usize, signed: bool) -> Option<Type> {
        let (offset, precision) = (self.uint(2)?, self.uint(2)?);
        let kind = Kind::integer(size, signed).filter(|_| offset == 0 && precision == 8 * size as u64);
        let big = flags & 1 != 0;
        // What is narrower than its bytes goes into the next larger machine type.
        let whole = Kind::integer(size.next_power_of_two(), signed);
        let fits = precision > 0 && offset + precision <= 8 * size as u64;
        Some(match (kind, whole) {
            (Some(kind), _) => Type::Number(Stored { kind, big }),
            (None, Some(kind)) if fits => {
                let (offset, precision) = (offset as u32, precision as u32);
                Type::Packed(Packed::Integer { size, big, offset, precision, kind })
            }
            _ => Type::Other(format!("an integer of {precision} bits in {size} bytes"), size),
        })
    }

    fn float(&mut self, flags: u64, size: usize) -> Option<Type> {
        let (offset, precision) = (self.uint(2)?, self.uint(2)?);
        let (exponent_at, exponent, fraction_at, fraction) =
            (self.uint(1)?, self.uint(1)?, self.uint(1)?, self.uint(1)?);
        let bias = self.uint(4)?;
        let sign = flags >> 8 & 0xff;
        let layout = (precision, sign, exponent_at, exponent, fraction, bias);
        let kind = match size {
            2 if layout == (16, 15, 10, 5, 10, 15) => Some(Kind::F16),
            4 if layout == (32, 31, 23, 8, 23, 127) => Some(Kind::F32),
            8 if layout == (64, 63, 52, 11, 52, 1023) => Some(Kind::F64),
            _ => None,
        };
        let vax = flags >> 6 & 1 != 0;
        // 0: the leading bit is stored (x87), 2: it is implied; 1: undefined.
        let normal = flags >> 4 & 3;
        let big = flags & 1 != 0;
        if vax {
            return Some(Type::Other("a float in VAX order".to_owned(), size));
        }
        if let Some(kind) = kind.filter(|_| offset == 0 && fraction_at == 0 && normal == 2) {
            return Some(Type::Number(Stored { kind, big }));
        }
        let fields = [sign, exponent_at, exponent, fraction_at, fraction];
        let fits = [(sign, 1), (exponent_at, exponent), (fraction_at, fraction)]
            .iter()
            .all(|(at, n)| *n > 0 && at + n <= 8 * size as u64);
        Some(match fields.map(|v| v as u32) {
            [sign, exponent_at, exponent, fraction_at, fraction]
                if fits && size <= 16 && exponent <= 15 && fraction <= 112 && normal != 1 =>
            {
                let (bias, implied) = (i64::try_from(bias).ok()?, normal == 2);
                let layout = Float { sign, exponent_at, exponent, fraction_at, fraction, bias, implied };
                Type::Packed(Packed::Float { size, big, layout })
            }
            _ => Type::Other(
                format!("a float of {precision} bits ({exponent} of exponent, {fraction} of fraction)"),
                size,
            ),
        })
    }

    fn compound(&mut self, flags: u64, size: usize, version: u8, depth: usize) -> Option<Type> {
        let mut members = Vec::new();
        for _ in 0..flags & 0xffff {
            let name = self.name(version)?;
            let width = match size {
                _ if version < 3 => 4,
                0..=0xff => 1,
                0x100..=0xffff => 2,
                0x1_0000..=0xff_ffff => 3,
                _ => 4,
            };
            let offset = usize::try_from(self.uint(width)?).ok()?;
            let mut dims = Vec::new();
            if version == 1 {
                let rank = self.uint(1)? as usize;
                self.take(11)?;
                let sizes = (0..4).map(|_| Some(self.uint(4)? as usize)).collect::<Option<Vec<_>>>()?;
                dims = sizes.get(..rank)?.to_vec();
            }
            let mut member = self.datatype(depth + 1)?;
            if !dims.is_empty() {
                member = Type::Array { dims, base: Box::new(member) };
            }
            members.push((name, offset, member));
        }
        Some(Type::Compound { size, members })
    }

    fn enumeration(&mut self, flags: u64, size: usize, version: u8, depth: usize) -> Option<Type> {
        let base = self.datatype(depth + 1)?;
        let mut names = Vec::new();
        for _ in 0..flags & 0xffff {
            names.push(self.name(version)?);
        }
        let Type::Number(stored) = base else {
            return Some(Type::Other("an enumeration of something else than integers".to_owned(), size));
        };
        let mut members = Vec::new();
        for name in names {
            members.push((name, integer(self.take(stored.kind.size())?, stored)));
        }
        let is = |name: &str, value: i64| members.iter().any(|(n, v)| n == name && *v == value);
        let is_bool = stored.kind.size() == 1 && members.len() == 2 && is("FALSE", 0) && is("TRUE", 1);
        Some(if is_bool {
            Type::Number(Stored { kind: Kind::Bool, big: false })
        } else {
            Type::Enum(stored, members)
        })
    }
}

/// A stored integer, sign-extended.
pub(super) fn integer(bytes: &[u8], stored: Stored) -> i64 {
    let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let value = if stored.big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) };
    let shift = 64 - 8 * bytes.len().clamp(1, 8) as u32;
    match stored.kind {
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => ((value << shift) as i64) >> shift,
        _ => value as i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer_type(precision: u16) -> Vec<u8> {
        let mut bytes = vec![0x10, 0x08, 0, 0, 2, 0, 0, 0, 0, 0];
        bytes.extend(precision.to_le_bytes());
        bytes
    }

    #[test]
    fn integers_of_reduced_precision_are_no_machine_types() {
        let full = Type::Number(Stored { kind: Kind::I16, big: false });
        assert_eq!(Type::parse(&integer_type(16)), Some(full));
        let twelve = Packed::Integer { size: 2, big: false, offset: 0, precision: 12, kind: Kind::I16 };
        assert_eq!(Type::parse(&integer_type(12)), Some(Type::Packed(twelve)));
        let Some(Type::Other(what, 2)) = Type::parse(&integer_type(17)) else { panic!() };
        assert_eq!(what, "an integer of 17 bits in 2 bytes");
    }

    #[test]
    fn bfloat16_is_not_read_as_half_precision() {
        let half = [0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];
        assert_eq!(Type::parse(&half), Some(Type::Number(Stored { kind: Kind::F16, big: false })));
        let brain = [0x11, 0x20, 15, 0, 2, 0, 0, 0, 0, 0, 16, 0, 7, 8, 0, 7, 127, 0, 0, 0];
        let Some(Type::Packed(packed)) = Type::parse(&brain) else { panic!() };
        assert_eq!(packed.name(), "bfloat16");
    }

    #[test]
    fn cut_off_types_are_none() {
        let bytes = integer_type(16);
        for n in 0..bytes.len() {
            assert_eq!(Type::parse(&bytes[..n]), None, "{n}");
        }
    }
}
