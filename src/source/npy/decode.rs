//! Bytes of a box into values: runs in the order of the file, scattered into the row-major result.

use super::descr::{Base, Kind, Scalar, Unit};
use super::layout::Leaf;
use crate::data::Slab;
use crate::data::time::{Calendar, Civil, DAY_US, NAT};
use std::io::{self, Read};

/// Bytes decoded at once.
const BLOCK: usize = 256 * 1024;

/// Something to read at rising offsets, counted from the first byte after the header.
pub(super) trait Bytes {
    /// Fills `buf` from byte `offset` on.
    fn read_exact_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()>;

    /// Called once everything wanted was read.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An inflating stream: skips forward, and at its end lets the ZIP reader compare the checksum.
pub(super) struct Stream<R> {
    from: R,
    at: u64,
    size: u64,
}

impl<R: Read> Stream<R> {
    /// A stream of which `size` bytes will come.
    pub(super) fn new(from: R, size: u64) -> Self {
        Self { from, at: 0, size }
    }
}

impl<R: Read> Bytes for Stream<R> {
    fn read_exact_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let gap = offset.checked_sub(self.at).ok_or_else(|| io::Error::other("read backwards"))?;
        if io::copy(&mut (&mut self.from).take(gap), &mut io::sink())? < gap {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.from.read_exact(buf)?;
        self.at = offset + buf.len() as u64;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        // The checksum is compared when the end is read.
        if self.at == self.size { self.from.read(&mut [0]).map(|_| ()) } else { Ok(()) }
    }
}

/// One axis of the walk through a box.
#[derive(Clone, Copy, Debug)]
struct Axis {
    start: usize,
    count: usize,
    /// Bytes in the file from one index to the next.
    stride: u64,
    /// Elements in the result from one index to the next.
    step: usize,
}

/// The axes of the walk, outermost in the file first, neighbours merged where both sides are dense.
fn axes(leaf: &Leaf, slab: &Slab) -> (u64, Vec<Axis>) {
    let mut step = 1;
    let mut axes: Vec<Axis> = Vec::with_capacity(leaf.shape.len());
    for axis in (0..leaf.shape.len()).rev() {
        let range = &slab.0[axis];
        axes.push(Axis { start: range.start, count: range.len(), stride: leaf.strides[axis], step });
        step *= range.len();
    }
    let base = axes.iter().fold(leaf.base, |base, axis| base + axis.start as u64 * axis.stride);
    axes.reverse();
    axes.sort_by_key(|axis| std::cmp::Reverse(axis.stride));
    axes.retain(|axis| axis.count != 1);
    let mut merged: Vec<Axis> = Vec::with_capacity(axes.len());
    for axis in axes {
        match merged.last_mut() {
            Some(outer)
                if outer.stride == axis.stride * axis.count as u64
                    && outer.step == axis.step * axis.count =>
            {
                *outer = Axis { count: outer.count * axis.count, ..axis };
            }
            _ => merged.push(axis),
        }
    }
    (base, merged)
}

/// Where the box begins, if it is one dense run in the file.
pub(super) fn plain_run(leaf: &Leaf, slab: &Slab) -> Option<u64> {
    let (base, axes) = axes(leaf, slab);
    match axes.as_slice() {
        [] => Some(base),
        [one] => (one.stride == leaf.scalar.size as u64 && one.step == 1).then_some(base),
        _ => None,
    }
}

/// Part of the innermost axis of the walk: element `i` begins at `bytes[i * stride]` and belongs at
/// `first + i * step` of the result.
struct Block<'a> {
    bytes: &'a [u8],
    stride: usize,
    first: usize,
    step: usize,
    count: usize,
}

/// Calls `visit` with all elements of a box, in the order of the file.
fn blocks(
    leaf: &Leaf,
    slab: &Slab,
    from: &mut dyn Bytes,
    visit: &mut dyn FnMut(&Block<'_>) -> Result<(), String>,
) -> Result<(), ReadError> {
    let width = leaf.scalar.part_size();
    let (base, mut axes) = axes(leaf, slab);
    let inner = axes.pop().unwrap_or(Axis { start: 0, count: 1, stride: width as u64, step: 1 });
    let stride = usize::try_from(inner.stride).map_err(|_| ReadError::Value("it is too large".to_owned()))?;
    let per_block = (BLOCK / stride.max(1)).max(1);
    let mut window = Window { bytes: Vec::new(), start: 0, limit: box_end(base, &axes, inner, width) };
    let mut index = vec![0; axes.len()];
    loop {
        let at: u64 = index.iter().zip(&axes).map(|(i, axis)| *i as u64 * axis.stride).sum();
        let first: usize = index.iter().zip(&axes).map(|(i, axis)| i * axis.step).sum();
        let mut done = 0;
        while done < inner.count {
            let count = per_block.min(inner.count - done);
            let span = (count - 1) * stride + width;
            let bytes = window.get(from, base + at + done as u64 * inner.stride, span)?;
            let block = Block { bytes, stride, first: first + done * inner.step, step: inner.step, count };
            visit(&block).map_err(ReadError::Value)?;
            done += count;
        }
        // Count up, innermost axis first.
        let mut axis = axes.len();
        loop {
            if axis == 0 {
                return from.finish().map_err(ReadError::Io);
            }
            axis -= 1;
            index[axis] += 1;
            if index[axis] < axes[axis].count {
                break;
            }
            index[axis] = 0;
        }
    }
}

/// One past the last byte that a walk touches.
fn box_end(base: u64, outer: &[Axis], inner: Axis, width: usize) -> u64 {
    let last = |axis: &Axis| (axis.count as u64 - 1) * axis.stride;
    base + outer.iter().map(last).sum::<u64>() + last(&inner) + width as u64
}

/// Bytes read ahead, so that many small runs are few reads.
struct Window {
    bytes: Vec<u8>,
    start: u64,
    /// Nothing from here on is wanted.
    limit: u64,
}

/// Read ahead when runs are smaller than this.
const AHEAD: usize = 16 * 1024;

impl Window {
    fn get(&mut self, from: &mut dyn Bytes, offset: u64, len: usize) -> Result<&[u8], ReadError> {
        let held = self.start + self.bytes.len() as u64;
        if offset < self.start || offset + len as u64 > held {
            let ahead = usize::try_from(self.limit - offset).unwrap_or(usize::MAX).min(AHEAD);
            let want = len.max(ahead);
            // Streams cannot go back: keep what is held already of the new window.
            let keep = if offset < held && offset >= self.start { (held - offset) as usize } else { 0 };
            self.bytes.drain(..self.bytes.len() - keep);
            self.bytes.resize(want.max(keep), 0);
            from.read_exact_at(offset + keep as u64, &mut self.bytes[keep..]).map_err(ReadError::Io)?;
            self.start = offset;
        }
        let first = (offset - self.start) as usize;
        Ok(&self.bytes[first..first + len])
    }
}

/// Why reading failed.
pub(super) enum ReadError {
    /// The system's or the inflater's reason.
    Io(io::Error),
    /// A value that cannot be what it claims.
    Value(String),
}

/// Decodes a box of numbers into `out`, row-major, native.
pub(super) fn numbers(
    leaf: &Leaf,
    slab: &Slab,
    from: &mut dyn Bytes,
    out: &mut [u8],
) -> Result<(), ReadError> {
    let scalar = leaf.scalar;
    let swap = scalar.big != cfg!(target_endian = "big");
    match (scalar.kind, scalar.part_size()) {
        (Kind::Int | Kind::Uint, 1) => elements(leaf, slab, from, out, |b: [u8; 1]| Ok(b)),
        (Kind::Bool, _) => elements(leaf, slab, from, out, |b: [u8; 1]| Ok([u8::from(b[0] != 0)])),
        (Kind::Float, 2) => elements(leaf, slab, from, out, move |b: [u8; 2]| {
            let bits = if scalar.big { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) };
            Ok(half_to_single(bits).to_ne_bytes())
        }),
        (Kind::Int | Kind::Uint, 2) => {
            elements(leaf, slab, from, out, move |b: [u8; 2]| Ok(swapped(b, swap)))
        }
        (Kind::Int | Kind::Uint | Kind::Float | Kind::Complex, 4) => {
            elements(leaf, slab, from, out, move |b: [u8; 4]| Ok(swapped(b, swap)))
        }
        (Kind::Int | Kind::Uint | Kind::Float | Kind::Complex, 8) => {
            elements(leaf, slab, from, out, move |b: [u8; 8]| Ok(swapped(b, swap)))
        }
        (Kind::Datetime(unit), 8) => elements(leaf, slab, from, out, move |b: [u8; 8]| {
            let value = i64::from_ne_bytes(swapped(b, swap));
            micros(value, unit).map(i64::to_ne_bytes)
        }),
        (Kind::Timedelta(_), 8) => elements(leaf, slab, from, out, move |b: [u8; 8]| {
            let value = i64::from_ne_bytes(swapped(b, swap));
            Ok(if value == NAT { f64::NAN } else { value as f64 }.to_ne_bytes())
        }),
        _ => Err(ReadError::Value(format!("{} is not supported", scalar.numpy_name()))),
    }
}

fn swapped<const N: usize>(mut bytes: [u8; N], swap: bool) -> [u8; N] {
    if swap {
        bytes.reverse();
    }
    bytes
}

fn elements<const IN: usize, const OUT: usize>(
    leaf: &Leaf,
    slab: &Slab,
    from: &mut dyn Bytes,
    out: &mut [u8],
    decode: impl Fn([u8; IN]) -> Result<[u8; OUT], String>,
) -> Result<(), ReadError> {
    blocks(leaf, slab, from, &mut |&Block { bytes, stride, first, step, count }| {
        if stride == IN && step == 1 {
            let target = &mut out[first * OUT..(first + count) * OUT];
            let (from, _) = bytes.as_chunks::<IN>();
            let (to, _) = target.as_chunks_mut::<OUT>();
            for (to, from) in to.iter_mut().zip(from) {
                *to = decode(*from)?;
            }
            return Ok(());
        }
        for i in 0..count {
            let mut element = [0; IN];
            element.copy_from_slice(&bytes[i * stride..i * stride + IN]);
            let at = (first + i * step) * OUT;
            out[at..at + OUT].copy_from_slice(&decode(element)?);
        }
        Ok(())
    })
}

/// The texts of a box, row-major.
pub(super) fn texts(leaf: &Leaf, slab: &Slab, from: &mut dyn Bytes) -> Result<Vec<String>, ReadError> {
    let scalar = leaf.scalar;
    let mut texts = vec![String::new(); slab.count()];
    blocks(leaf, slab, from, &mut |&Block { bytes, stride, first, step, count }| {
        for i in 0..count {
            texts[first + i * step] = text(scalar, &bytes[i * stride..i * stride + scalar.size])?;
        }
        Ok(())
    })?;
    Ok(texts)
}

/// The text of fixed length that `bytes` hold.
pub(in crate::source) fn text(scalar: Scalar, bytes: &[u8]) -> Result<String, String> {
    if scalar.kind == Kind::Bytes {
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let bytes = &bytes[..end];
        // Bytes of unknown encoding: UTF-8 if they are, else Latin-1, which any bytes are.
        return Ok(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        });
    }
    let mut text = String::new();
    for four in bytes.chunks_exact(4) {
        let four = [four[0], four[1], four[2], four[3]];
        let code = if scalar.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
        text.push(char::from_u32(code).ok_or_else(|| format!("it holds {code:#x}, which is no character"))?);
    }
    text.truncate(text.trim_end_matches('\0').len());
    Ok(text)
}

/// A datetime in microseconds since 1970; finer units are cut towards the past.
pub(in crate::source) fn micros(value: i64, unit: Unit) -> Result<i64, String> {
    if value == NAT {
        return Ok(NAT);
    }
    let out_of_range = || format!("it holds the date {value} {}, which is out of range", unit.name());
    let counted = value.checked_mul(unit.count).ok_or_else(out_of_range)?;
    match unit.base {
        Base::Fixed { numerator, denominator, .. } => {
            counted.checked_mul(numerator).map(|n| n.div_euclid(denominator)).ok_or_else(out_of_range)
        }
        Base::Year | Base::Month => {
            let months = if unit.base == Base::Year { counted.checked_mul(12) } else { Some(counted) }
                .ok_or_else(out_of_range)?;
            let (year, month) = (months.div_euclid(12) + 1970, months.rem_euclid(12) as u32 + 1);
            // Microseconds in an i64 reach no further than ±292,277 years.
            if year.abs() > 300_000 {
                return Err(out_of_range());
            }
            let civil = Civil { year, month, day: 1, hour: 0, minute: 0, second: 0, micro: 0 };
            let days = Calendar::ProlepticGregorian.days_from_date(civil.year, civil.month, civil.day);
            days.and_then(|days| days.checked_mul(DAY_US)).ok_or_else(out_of_range)
        }
        Base::Generic => Err(format!("it holds the date {value} without a unit")),
    }
}

/// IEEE 754 binary16 to binary32, exactly.
fn half_to_single(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10) & 0x1f;
    let fraction = u32::from(bits) & 0x3ff;
    let magnitude = match exponent {
        // A subnormal is its fraction times 2^-24, which a single holds exactly.
        0 => (fraction as f32 * f32::from_bits(0x3380_0000)).to_bits(),
        0x1f => 0x7f80_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from numpy: `np.array([bits], 'u2').view('f2').astype('f4')`.
    #[test]
    fn half_precision_is_widened_exactly() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
        ];
        for (bits, value) in cases {
            assert_eq!(half_to_single(bits), value, "{bits:#x}");
        }
        assert!(half_to_single(0x7e00).is_nan());
        assert_eq!(half_to_single(0xfc00), f32::NEG_INFINITY);
        assert!(half_to_single(0x8000).is_sign_negative());
    }

    /// Values from numpy: `np.datetime64(v, unit).astype('M8[us]').astype('i8')`.
    #[test]
    fn datetimes_of_every_unit_become_microseconds() {
        let unit = |base, count| Unit { base, count };
        let fixed = |numerator, denominator| Base::Fixed { numerator, denominator, name: "" };
        assert_eq!(micros(30, unit(Base::Year, 1)), Ok(946_684_800_000_000));
        assert_eq!(micros(-1, unit(Base::Month, 1)), Ok(-2_678_400_000_000));
        assert_eq!(micros(2, unit(fixed(1_000_000, 1), 25)), Ok(50_000_000));
        assert_eq!(micros(-1, unit(fixed(1, 1000), 1)), Ok(-1));
        assert_eq!(micros(NAT, unit(Base::Year, 1)), Ok(NAT));
        assert!(micros(i64::MAX, unit(fixed(1_000_000, 1), 1)).is_err());
    }
}
