//! Element types.

use super::time::Calendar;
use std::fmt;

/// Type of the elements of an array, after decoding and in native byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Dtype {
    /// One byte an element, 0 or 1.
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    /// Microseconds since 1970-01-01T00:00 in a calendar, `i64`; `i64::MIN` is not-a-time.
    Time(Calendar),
    /// UTF-8 text of any length.
    Str,
}

impl Dtype {
    /// Bytes of one element; `None` for text, whose elements differ.
    pub fn size(self) -> Option<usize> {
        Some(match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::Time(_) => 8,
            Self::Str => return None,
        })
    }

    /// Whether it is a floating-point type.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether it is an integer type (bool apart).
    pub fn is_integer(self) -> bool {
        self.is_signed() || self.is_unsigned()
    }

    /// Whether it is a signed integer type.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// Whether it is an unsigned integer type.
    pub fn is_unsigned(self) -> bool {
        matches!(self, Self::U8 | Self::U16 | Self::U32 | Self::U64)
    }

    /// Whether arithmetic makes sense: integers, floats, bool.
    pub fn is_numeric(self) -> bool {
        !matches!(self, Self::Time(_) | Self::Str)
    }

    /// numpy's name: `float64`, `uint8`, `bool`, `str`, `datetime64[us]` (times in other calendars
    /// are `cftime`).
    pub fn numpy_name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "int8",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::Time(calendar) if calendar.is_gregorian() => "datetime64[us]",
            Self::Time(_) => "cftime",
            Self::Str => "str",
        }
    }

    /// The code under which the arena's catalog stores the type: a byte, and a calendar's byte.
    pub fn code(self) -> (u8, u8) {
        match self {
            Self::Bool => (0, 0),
            Self::I8 => (1, 0),
            Self::I16 => (2, 0),
            Self::I32 => (3, 0),
            Self::I64 => (4, 0),
            Self::U8 => (5, 0),
            Self::U16 => (6, 0),
            Self::U32 => (7, 0),
            Self::U64 => (8, 0),
            Self::F32 => (9, 0),
            Self::F64 => (10, 0),
            Self::Time(calendar) => (11, calendar.code()),
            Self::Str => (12, 0),
        }
    }

    /// The type of a [`code`](Self::code), `None` for unknown bytes.
    pub fn from_code(code: u8, calendar: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Bool,
            1 => Self::I8,
            2 => Self::I16,
            3 => Self::I32,
            4 => Self::I64,
            5 => Self::U8,
            6 => Self::U16,
            7 => Self::U32,
            8 => Self::U64,
            9 => Self::F32,
            10 => Self::F64,
            11 => Self::Time(Calendar::from_code(calendar)?),
            12 => Self::Str,
            _ => return None,
        })
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.numpy_name())
    }
}
