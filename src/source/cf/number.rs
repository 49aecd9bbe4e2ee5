//! Numbers as they are stored: every size and byte order.

use crate::data::Dtype;

/// Type of a stored number, byte order apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Kind {
    /// A byte that means true unless 0.
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
}

impl Kind {
    /// Bytes.
    pub(in crate::source) fn size(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// An integer type by its size.
    pub(in crate::source) fn integer(size: usize, signed: bool) -> Option<Self> {
        Some(match (size, signed) {
            (1, true) => Self::I8,
            (2, true) => Self::I16,
            (4, true) => Self::I32,
            (8, true) => Self::I64,
            (1, false) => Self::U8,
            (2, false) => Self::U16,
            (4, false) => Self::U32,
            (8, false) => Self::U64,
            _ => return None,
        })
    }

    /// The same bytes read with or without a sign; itself if no integer.
    pub(in crate::source) fn with_sign(self, signed: bool) -> Self {
        if self.is_integer() { Self::integer(self.size(), signed).unwrap_or(self) } else { self }
    }

    /// Whether it is an integer (bool apart).
    pub(in crate::source) fn is_integer(self) -> bool {
        !matches!(self, Self::Bool | Self::F16 | Self::F32 | Self::F64)
    }

    /// The type in memory of the bare number: half precision is widened.
    pub(in crate::source) fn dtype(self) -> Dtype {
        match self {
            Self::Bool => Dtype::Bool,
            Self::I8 => Dtype::I8,
            Self::I16 => Dtype::I16,
            Self::I32 => Dtype::I32,
            Self::I64 => Dtype::I64,
            Self::U8 => Dtype::U8,
            Self::U16 => Dtype::U16,
            Self::U32 => Dtype::U32,
            Self::U64 => Dtype::U64,
            Self::F16 | Self::F32 => Dtype::F32,
            Self::F64 => Dtype::F64,
        }
    }

    /// numpy's name of the stored type.
    pub(in crate::source) fn numpy_name(self) -> &'static str {
        if self == Self::F16 { "float16" } else { self.dtype().numpy_name() }
    }
}

/// A stored number's type and byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Stored {
    /// The type.
    pub(in crate::source) kind: Kind,
    /// Whether the most significant byte comes first.
    pub(in crate::source) big: bool,
}

impl Stored {
    /// Whether the bytes are those of the native value.
    pub(in crate::source) fn is_native(self) -> bool {
        self.kind.size() == 1 || self.big == cfg!(target_endian = "big")
    }
}

/// A number that can be read from bytes of either order and written natively.
pub(super) trait Number: Copy + PartialEq + Send + Sync + 'static {
    /// Bytes.
    const SIZE: usize;
    /// From exactly [`SIZE`](Self::SIZE) bytes.
    fn load(bytes: &[u8], big: bool) -> Self;
    /// To exactly [`SIZE`](Self::SIZE) native bytes.
    fn store(self, out: &mut [u8]);
    /// As `f32`, rounded.
    fn f32(self) -> f32;
    /// As `f64`, rounded.
    fn f64(self) -> f64;
    /// As an integer, if it is one.
    fn int(self) -> Option<i64>;
    /// The value of this type that equals an attribute's integer or float; `None` if there is none.
    fn from_attr(value: super::typed::Scalar) -> Option<Self>;
}

macro_rules! number {
    ($($t:ty, $int:expr, $from:expr);+ $(;)?) => {$(
        impl Number for $t {
            const SIZE: usize = size_of::<$t>();

            #[inline(always)]
            fn load(bytes: &[u8], big: bool) -> Self {
                let mut array = [0; size_of::<$t>()];
                array.copy_from_slice(bytes);
                if big { Self::from_be_bytes(array) } else { Self::from_le_bytes(array) }
            }

            #[inline(always)]
            fn store(self, out: &mut [u8]) {
                out.copy_from_slice(&self.to_ne_bytes());
            }

            #[inline(always)]
            fn f32(self) -> f32 {
                self as f32
            }

            #[inline(always)]
            fn f64(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn int(self) -> Option<i64> {
                let convert: fn($t) -> Option<i64> = $int;
                convert(self)
            }

            fn from_attr(value: super::typed::Scalar) -> Option<Self> {
                let convert: fn(super::typed::Scalar) -> Option<$t> = $from;
                convert(value)
            }
        }
    )+};
}

macro_rules! integers {
    ($($t:ty),+) => { number!($($t, |v| i64::try_from(v).ok(), |s| <$t>::try_from(s.int()?).ok());+); };
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);
number!(f32, |_| None, |s| Some(s.f64() as f32); f64, |_| None, |s| Some(s.f64()));

/// Half precision, by its bits.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Half(f32);

impl Number for Half {
    const SIZE: usize = 2;

    #[inline(always)]
    fn load(bytes: &[u8], big: bool) -> Self {
        Self(half_to_f32(u16::load(bytes, big)))
    }

    fn store(self, out: &mut [u8]) {
        self.0.store(out);
    }

    #[inline(always)]
    fn f32(self) -> f32 {
        self.0
    }

    #[inline(always)]
    fn f64(self) -> f64 {
        f64::from(self.0)
    }

    fn int(self) -> Option<i64> {
        None
    }

    fn from_attr(value: super::typed::Scalar) -> Option<Self> {
        Some(Self(value.f64() as f32))
    }
}

/// IEEE 754 binary16 to binary32, exact.
pub(in crate::source) fn half_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    match exponent {
        0 => {
            let magnitude = fraction as f32 / 16_777_216.0;
            f32::from_bits(magnitude.to_bits() | sign)
        }
        0x1f => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from `numpy.uint16(bits).view('float16').astype('float32')`.
    #[test]
    fn half_precision_widens_exactly() {
        let cases = [
            (0x0000, 0.0_f32),
            (0x8000, -0.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0x7bff, 65504.0),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, value) in cases {
            assert_eq!(half_to_f32(bits).to_bits(), value.to_bits(), "{bits:#x}");
        }
        assert!(half_to_f32(0x7e00).is_nan());
    }
}
