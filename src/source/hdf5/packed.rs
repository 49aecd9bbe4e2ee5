//! Numbers that no machine type holds as they are stored: integers of odd sizes or fewer bits,
//! floats of other layouts (bfloat16, long double), PyTables' times.

use crate::source::cf::{Kind, Stored};

/// Where the fields of a float are, in bits (format specification 3.0, section IV.A.2.d).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Float {
    pub(super) sign: u32,
    pub(super) exponent_at: u32,
    pub(super) exponent: u32,
    pub(super) fraction_at: u32,
    pub(super) fraction: u32,
    pub(super) bias: i64,
    /// Whether the leading bit of the fraction is implied.
    pub(super) implied: bool,
}

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Packed {
    /// `precision` bits from bit `offset` on, of `size` bytes; as `kind`.
    Integer { size: usize, big: bool, offset: u32, precision: u32, kind: Kind },
    /// A float, as float32 where that holds every value, else as float64, rounded.
    Float { size: usize, big: bool, layout: Float },
    /// PyTables' Time64: seconds in the upper and microseconds in the lower half; as float64 seconds.
    Time { big: bool },
}

impl Packed {
    /// Bytes as stored.
    pub(in crate::source) fn size(&self) -> usize {
        match self {
            Self::Integer { size, .. } | Self::Float { size, .. } => *size,
            Self::Time { .. } => 8,
        }
    }

    /// What [`unpack`](Self::unpack) gives.
    pub(in crate::source) fn stored(&self) -> Stored {
        let kind = match self {
            Self::Integer { kind, .. } => *kind,
            Self::Float { layout, .. } if layout.exponent <= 8 && layout.fraction < 24 => Kind::F32,
            Self::Float { .. } | Self::Time { .. } => Kind::F64,
        };
        Stored { kind, big: cfg!(target_endian = "big") }
    }

    /// numpy's name of the stored type, or the common one.
    pub(in crate::source) fn name(&self) -> String {
        match self {
            Self::Float { size, layout, .. } => match (layout.exponent, layout.fraction) {
                (8, 7) => "bfloat16".to_owned(),
                _ => format!("float{}", 8 * size),
            },
            _ => self.stored().kind.numpy_name().to_owned(),
        }
    }

    /// Appends the native numbers that `bytes` hold.
    pub(in crate::source) fn unpack(&self, bytes: &[u8], out: &mut Vec<u8>) {
        for element in bytes.chunks_exact(self.size()) {
            match *self {
                Self::Integer { big, offset, precision, kind, .. } => {
                    let value = bits(element, big) as u64 >> offset;
                    let above = 64 - precision;
                    let value = if matches!(kind, Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64) {
                        ((value << above) as i64 >> above) as u64
                    } else {
                        value << above >> above
                    };
                    put(value, kind.size(), out);
                }
                Self::Float { big, layout, .. } => {
                    let value = layout.value(bits(element, big));
                    match self.stored().kind {
                        Kind::F32 => out.extend_from_slice(&(value as f32).to_ne_bytes()),
                        _ => out.extend_from_slice(&value.to_ne_bytes()),
                    }
                }
                Self::Time { big } => {
                    let bits = bits(element, big) as u64;
                    let (seconds, micros) = ((bits >> 32) as i32, bits as u32 as i32);
                    let value = f64::from(seconds) + f64::from(micros) * 1e-6;
                    out.extend_from_slice(&value.to_ne_bytes());
                }
            }
        }
    }
}

fn put(value: u64, size: usize, out: &mut Vec<u8>) {
    match size {
        1 => out.extend_from_slice(&(value as u8).to_ne_bytes()),
        2 => out.extend_from_slice(&(value as u16).to_ne_bytes()),
        4 => out.extend_from_slice(&(value as u32).to_ne_bytes()),
        _ => out.extend_from_slice(&value.to_ne_bytes()),
    }
}

fn bits(bytes: &[u8], big: bool) -> u128 {
    let fold = |value: u128, byte: &u8| value << 8 | u128::from(*byte);
    if big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
}

impl Float {
    /// The value of the bits, rounded to float64, halves to even.
    fn value(self, bits: u128) -> f64 {
        let field = |at: u32, n: u32| bits >> at & ((1_u128 << n) - 1);
        let (exponent, fraction) =
            (field(self.exponent_at, self.exponent), field(self.fraction_at, self.fraction));
        let sign = if field(self.sign, 1) == 1 { -1.0 } else { 1.0 };
        let point = i64::from(self.fraction) - i64::from(!self.implied);
        // An explicit leading bit says nothing about whether it is infinite.
        let rest = if self.implied { fraction } else { fraction & !(1 << (self.fraction - 1)) };
        if exponent == (1 << self.exponent) - 1 {
            return if rest == 0 { sign * f64::INFINITY } else { f64::NAN };
        }
        let is_normal = exponent > 0;
        let significand = if self.implied && is_normal { fraction | 1 << self.fraction } else { fraction };
        let power = exponent.max(1) as i64 - self.bias - point;
        sign * scaled(significand, power)
    }
}

/// `significand · 2^power`, rounded once.
fn scaled(significand: u128, power: i64) -> f64 {
    if significand == 0 {
        return 0.0;
    }
    let top = i64::from(127 - significand.leading_zeros()) + power;
    if top > 1023 {
        return f64::INFINITY;
    }
    // The lowest bit that float64 has at this magnitude.
    let lowest = (top - 52).max(-1074);
    let drop = lowest - power;
    let kept = if drop <= 0 {
        significand << -drop
    } else if drop > 127 {
        0
    } else {
        let (kept, lost) = (significand >> drop, significand & ((1 << drop) - 1));
        let half = 1_u128 << (drop - 1);
        kept + u128::from(lost > half || (lost == half && kept & 1 == 1))
    };
    // Two steps, as 2^-1074 alone is no normal number.
    let step = |power: i64| f64::from_bits(((power + 1023) as u64) << 52);
    let half = lowest / 2;
    kept as f64 * step(half) * step(lowest - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRAIN: Float = Float {
        sign: 15,
        exponent_at: 7,
        exponent: 8,
        fraction_at: 0,
        fraction: 7,
        bias: 127,
        implied: true,
    };
    const X87: Float = Float {
        sign: 79,
        exponent_at: 64,
        exponent: 15,
        fraction_at: 0,
        fraction: 64,
        bias: 16383,
        implied: false,
    };

    fn floats(packed: Packed, bytes: &[u8]) -> Vec<f64> {
        let mut out = Vec::new();
        packed.unpack(bytes, &mut out);
        out.chunks_exact(8).map(|b| f64::from_ne_bytes(b.try_into().unwrap())).collect()
    }

    #[test]
    fn bfloat16_is_the_upper_half_of_float32() {
        for bits in 0..=u16::MAX {
            let (value, wanted) = (BRAIN.value(u128::from(bits)), f32::from_bits(u32::from(bits) << 16));
            assert!(
                value.is_nan() && wanted.is_nan() || (value as f32).to_bits() == wanted.to_bits(),
                "{bits:#x}"
            );
        }
    }

    #[test]
    fn any_float64_survives_its_own_layout() {
        let double = Float {
            sign: 63,
            exponent_at: 52,
            exponent: 11,
            fraction_at: 0,
            fraction: 52,
            bias: 1023,
            implied: true,
        };
        for value in [0.0, -0.0, 1.0, -1.5, 1e300, 5e-324, 2.2e-308, f64::MAX, f64::INFINITY, 0.1] {
            assert_eq!(double.value(u128::from(value.to_bits())).to_bits(), value.to_bits(), "{value}");
        }
        assert!(double.value(u128::from(f64::NAN.to_bits())).is_nan());
    }

    /// Bytes from `numpy.longdouble(x).tobytes()` on x86-64.
    #[test]
    fn long_doubles_are_rounded_to_float64() {
        let packed = Packed::Float { size: 16, big: false, layout: X87 };
        let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f, 0, 0, 0, 0, 0, 0];
        bytes.extend([0xcd, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xfb, 0x3f, 0, 0, 0, 0, 0, 0]);
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0, 0, 0, 0, 0, 0]);
        assert_eq!(floats(packed, &bytes), [1.0, 0.1, f64::NEG_INFINITY]);
        assert_eq!(packed.name(), "float128");
    }

    #[test]
    fn integers_keep_their_sign_and_leave_other_bits() {
        let packed = Packed::Integer { size: 2, big: false, offset: 4, precision: 8, kind: Kind::I16 };
        let mut out = Vec::new();
        packed.unpack(&[0xff, 0xff, 0xf7, 0x07, 0x0f, 0xf0], &mut out);
        let values: Vec<i16> = out.chunks_exact(2).map(|b| i16::from_ne_bytes([b[0], b[1]])).collect();
        assert_eq!(values, [-1, 0x7f, 0]);
        let three = Packed::Integer { size: 3, big: true, offset: 0, precision: 24, kind: Kind::U32 };
        out.clear();
        three.unpack(&[1, 2, 3], &mut out);
        assert_eq!(out, 0x01_0203_u32.to_ne_bytes());
    }

    #[test]
    fn the_halves_of_a_pytables_time_are_seconds_and_microseconds() {
        let bytes = (12_i64 << 32 | 500_000).to_le_bytes();
        assert_eq!(floats(Packed::Time { big: false }, &bytes), [12.5]);
    }
}
