//! Typed, shared, immutable memory: arrow2 buffers over mapped segments or over the heap.
//!
//! The one module that names arrow2 for values. Cloning shares; nothing here copies elements except
//! where a name says `to_vec`.
#![expect(unsafe_code, reason = "arrow2 takes foreign memory only through an unsafe call; wrapped here once")]

use super::Dtype;
use super::time::Calendar;
use crate::sys::Mapping;
use arrow2::buffer::Buffer;
use arrow2::types::NativeType;
use std::ops::Deref;
use std::sync::Arc;

/// Elements of one type in shared memory, mapped or on the heap. Derefs to a slice.
#[derive(Clone)]
pub struct Buf<T: NativeType> {
    values: Buffer<T>,
    /// Keeps mapped memory alive; declared after `values`, so dropped after it.
    owner: Option<Arc<Mapping>>,
}

impl<T: NativeType> Buf<T> {
    /// A view of `len` elements at byte `offset` of a mapping; nothing is copied. `None` if they
    /// are not inside it or not aligned for `T`.
    pub fn mapped(owner: &Arc<Mapping>, offset: usize, len: usize) -> Option<Self> {
        let bytes: &[u8] = (**owner).as_ref();
        let end = offset.checked_add(len.checked_mul(size_of::<T>())?)?;
        let slice: &[T] = bytemuck::try_cast_slice(bytes.get(offset..end)?).ok()?;
        // SAFETY: `slice` lies in the mapping, whose address is stable while the `Arc` in `owner`
        // lives; the result keeps that `Arc` and hands out borrows of itself only.
        let array = unsafe { arrow2::ffi::mmap::slice(slice) };
        Some(Self { values: array.values().clone(), owner: Some(owner.clone()) })
    }

    /// Whether the memory is a mapping (and not this process's heap).
    pub fn is_mapped(&self) -> bool {
        self.owner.is_some()
    }
}

impl<T: NativeType> From<Vec<T>> for Buf<T> {
    fn from(values: Vec<T>) -> Self {
        Self { values: values.into(), owner: None }
    }
}

impl<T: NativeType> Deref for Buf<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.values.as_slice()
    }
}

impl<T: NativeType> std::fmt::Debug for Buf<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().take(8)).finish()
    }
}

/// Texts: offsets (`n + 1`) into UTF-8 bytes, Arrow's LargeUtf8 layout.
#[derive(Clone, Debug)]
pub struct StrBuf {
    offsets: Buf<i64>,
    bytes: Buf<u8>,
}

impl StrBuf {
    /// From its two buffers; `None` unless offsets rise from within bounds and every text is UTF-8.
    pub fn new(offsets: Buf<i64>, bytes: Buf<u8>) -> Option<Self> {
        let (first, last) = (*offsets.first()?, *offsets.last()?);
        let between = usize::try_from(first).ok().zip(usize::try_from(last).ok());
        let all = between.and_then(|(first, last)| bytes.get(first..last));
        // Checked as one text, which is faster than one by one; texts that overlap or are cut apart
        // inside a character are left to the slow way.
        if let Some(all) = all.and_then(|all| std::str::from_utf8(all).ok()) {
            let rising = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
            if rising && offsets.iter().all(|offset| all.is_char_boundary((offset - first) as usize)) {
                return Some(Self { offsets, bytes });
            }
        }
        for pair in offsets.windows(2) {
            let (start, end) = (usize::try_from(pair[0]).ok()?, usize::try_from(pair[1]).ok()?);
            std::str::from_utf8(bytes.get(start..end)?).ok()?;
        }
        Some(Self { offsets, bytes })
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Text `i`.
    ///
    /// # Panics
    /// If `i` is out of range, as slices do.
    pub fn get(&self, i: usize) -> &str {
        let range = self.offsets[i] as usize..self.offsets[i + 1] as usize;
        std::str::from_utf8(&self.bytes[range]).expect("checked when built")
    }

    /// All texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }

    /// The bytes of all texts, one after another.
    pub fn content(&self) -> &[u8] {
        let ends = self.offsets.first().zip(self.offsets.last());
        ends.map_or(&[], |(first, last)| &self.bytes[*first as usize..*last as usize])
    }

    /// The offsets and the bytes.
    pub fn parts(&self) -> (&Buf<i64>, &Buf<u8>) {
        (&self.offsets, &self.bytes)
    }
}

impl<S: AsRef<str>> FromIterator<S> for StrBuf {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let (mut offsets, mut bytes) = (vec![0_i64], Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            offsets.push(bytes.len() as i64);
        }
        Self { offsets: offsets.into(), bytes: bytes.into() }
    }
}

/// A buffer of any element type.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the variants are those of Dtype")]
pub enum Values {
    /// 0 or 1 a byte.
    Bool(Buf<u8>),
    I8(Buf<i8>),
    I16(Buf<i16>),
    I32(Buf<i32>),
    I64(Buf<i64>),
    U8(Buf<u8>),
    U16(Buf<u16>),
    U32(Buf<u32>),
    U64(Buf<u64>),
    F32(Buf<f32>),
    F64(Buf<f64>),
    Time(Buf<i64>, Calendar),
    Str(StrBuf),
}

/// Runs `$body` with `$buf` bound to the typed buffer of a numeric [`Values`] (bool as `u8`, times
/// as `i64`); text takes the other arm.
#[macro_export]
macro_rules! with_numeric {
    ($values:expr, $buf:ident => $body:expr, str $text:ident => $other:expr) => {
        match $values {
            $crate::data::Values::Bool($buf) => $body,
            $crate::data::Values::I8($buf) => $body,
            $crate::data::Values::I16($buf) => $body,
            $crate::data::Values::I32($buf) => $body,
            $crate::data::Values::I64($buf) => $body,
            $crate::data::Values::U8($buf) => $body,
            $crate::data::Values::U16($buf) => $body,
            $crate::data::Values::U32($buf) => $body,
            $crate::data::Values::U64($buf) => $body,
            $crate::data::Values::F32($buf) => $body,
            $crate::data::Values::F64($buf) => $body,
            $crate::data::Values::Time($buf, _) => $body,
            $crate::data::Values::Str($text) => $other,
        }
    };
}

/// A Rust type that elements can be read as.
pub trait Element: NativeType {
    /// The buffer, if its elements are of this type (bool counts as `u8`, times as `i64`).
    fn of(values: &Values) -> Option<&Buf<Self>>;
}

macro_rules! element {
    ($($type:ty: $($variant:pat => $buf:ident),+;)+) => {$(
        impl Element for $type {
            fn of(values: &Values) -> Option<&Buf<Self>> {
                match values {
                    $($variant => Some($buf),)+
                    _ => None,
                }
            }
        }
    )+};
}

element! {
    u8: Values::U8(b) => b, Values::Bool(b) => b;
    u16: Values::U16(b) => b;
    u32: Values::U32(b) => b;
    u64: Values::U64(b) => b;
    i8: Values::I8(b) => b;
    i16: Values::I16(b) => b;
    i32: Values::I32(b) => b;
    i64: Values::I64(b) => b, Values::Time(b, _) => b;
    f32: Values::F32(b) => b;
    f64: Values::F64(b) => b;
}

impl Values {
    /// The element type.
    pub fn dtype(&self) -> Dtype {
        match self {
            Self::Bool(_) => Dtype::Bool,
            Self::I8(_) => Dtype::I8,
            Self::I16(_) => Dtype::I16,
            Self::I32(_) => Dtype::I32,
            Self::I64(_) => Dtype::I64,
            Self::U8(_) => Dtype::U8,
            Self::U16(_) => Dtype::U16,
            Self::U32(_) => Dtype::U32,
            Self::U64(_) => Dtype::U64,
            Self::F32(_) => Dtype::F32,
            Self::F64(_) => Dtype::F64,
            Self::Time(_, calendar) => Dtype::Time(*calendar),
            Self::Str(_) => Dtype::Str,
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        with_numeric!(self, buf => buf.len(), str text => text.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the memory is a mapping.
    pub fn is_mapped(&self) -> bool {
        with_numeric!(self, buf => buf.is_mapped(), str text => text.parts().1.is_mapped())
    }

    /// Element `i` as `f64` (times as microseconds, not-a-time as NaN); `None` for text.
    #[expect(clippy::unnecessary_cast, reason = "one body for all types, f64 among them")]
    pub fn f64_at(&self, i: usize) -> Option<f64> {
        if let Self::Time(buf, _) = self {
            return Some(if buf[i] == super::time::NAT { f64::NAN } else { buf[i] as f64 });
        }
        with_numeric!(self, buf => Some(buf[i] as f64), str _text => None)
    }

    /// A view of a mapping as `len` numbers of `dtype` (not text).
    pub fn mapped(dtype: Dtype, owner: &Arc<Mapping>, offset: usize, len: usize) -> Option<Self> {
        Some(match dtype {
            Dtype::Bool => Self::Bool(Buf::mapped(owner, offset, len)?),
            Dtype::I8 => Self::I8(Buf::mapped(owner, offset, len)?),
            Dtype::I16 => Self::I16(Buf::mapped(owner, offset, len)?),
            Dtype::I32 => Self::I32(Buf::mapped(owner, offset, len)?),
            Dtype::I64 => Self::I64(Buf::mapped(owner, offset, len)?),
            Dtype::U8 => Self::U8(Buf::mapped(owner, offset, len)?),
            Dtype::U16 => Self::U16(Buf::mapped(owner, offset, len)?),
            Dtype::U32 => Self::U32(Buf::mapped(owner, offset, len)?),
            Dtype::U64 => Self::U64(Buf::mapped(owner, offset, len)?),
            Dtype::F32 => Self::F32(Buf::mapped(owner, offset, len)?),
            Dtype::F64 => Self::F64(Buf::mapped(owner, offset, len)?),
            Dtype::Time(calendar) => Self::Time(Buf::mapped(owner, offset, len)?, calendar),
            Dtype::Str => return None,
        })
    }

    /// Numbers of `dtype` from native-endian bytes, copied to the heap; `None` for text or a length
    /// that is no multiple of the element's size.
    pub fn from_ne_bytes(dtype: Dtype, bytes: &[u8]) -> Option<Self> {
        fn cast<T: NativeType>(bytes: &[u8]) -> Option<Buf<T>> {
            bytes
                .len()
                .is_multiple_of(size_of::<T>())
                .then(|| bytemuck::pod_collect_to_vec::<u8, T>(bytes).into())
        }
        Some(match dtype {
            Dtype::Bool => Self::Bool(cast(bytes)?),
            Dtype::I8 => Self::I8(cast(bytes)?),
            Dtype::I16 => Self::I16(cast(bytes)?),
            Dtype::I32 => Self::I32(cast(bytes)?),
            Dtype::I64 => Self::I64(cast(bytes)?),
            Dtype::U8 => Self::U8(cast(bytes)?),
            Dtype::U16 => Self::U16(cast(bytes)?),
            Dtype::U32 => Self::U32(cast(bytes)?),
            Dtype::U64 => Self::U64(cast(bytes)?),
            Dtype::F32 => Self::F32(cast(bytes)?),
            Dtype::F64 => Self::F64(cast(bytes)?),
            Dtype::Time(calendar) => Self::Time(cast(bytes)?, calendar),
            Dtype::Str => return None,
        })
    }
}
