//! numpy's type descriptions: what one element is made of.

use super::header::Literal;
use crate::data::Dtype;
use crate::data::time::Calendar;

/// The type of an array's elements.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::source) enum Descr {
    /// One value.
    Scalar(Scalar),
    /// Named fields.
    Record(Record),
}

/// A structured type.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::source) struct Record {
    /// Bytes of a whole element.
    pub(in crate::source) size: usize,
    /// Its fields.
    pub(in crate::source) fields: Vec<Field>,
}

/// One field of a structured type.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::source) struct Field {
    /// Its name.
    pub(in crate::source) name: String,
    /// First byte in the element.
    pub(in crate::source) offset: usize,
    /// Its type.
    pub(in crate::source) descr: Descr,
    /// Axes of a subarray; empty for one value.
    pub(in crate::source) shape: Vec<usize>,
}

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Scalar {
    /// What it means.
    pub(in crate::source) kind: Kind,
    /// Bytes.
    pub(in crate::source) size: usize,
    /// Whether the most significant byte is first.
    pub(in crate::source) big: bool,
}

/// What the bytes of a scalar mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Kind {
    Bool,
    Int,
    Uint,
    Float,
    /// Two floats, real part first.
    Complex,
    /// Bytes, padded with zeros.
    Bytes,
    /// Code points of four bytes, padded with zeros.
    Unicode,
    Datetime(Unit),
    Timedelta(Unit),
    /// Pickled Python objects.
    Object,
    /// Bytes without meaning.
    Void,
}

/// Unit of a datetime: `count` of a base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Unit {
    pub(in crate::source) base: Base,
    pub(in crate::source) count: i64,
}

/// Base units of datetimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Base {
    Year,
    Month,
    /// A fixed length, as a fraction of microseconds, and numpy's name.
    Fixed {
        numerator: i64,
        denominator: i64,
        name: &'static str,
    },
    /// No unit was given; only not-a-time has a meaning.
    Generic,
}

/// Most fields of one structured type.
const MOST_FIELDS: usize = 4096;

impl Descr {
    /// Bytes of one element.
    pub(in crate::source) fn size(&self) -> usize {
        match self {
            Self::Scalar(scalar) => scalar.size,
            Self::Record(record) => record.size,
        }
    }
}

impl Scalar {
    /// The type after decoding (of one part, for complex), or what is not supported about it.
    pub(in crate::source) fn dtype(self) -> Result<Dtype, String> {
        Ok(match (self.kind, self.size) {
            (Kind::Bool, _) => Dtype::Bool,
            (Kind::Int, 1) => Dtype::I8,
            (Kind::Int, 2) => Dtype::I16,
            (Kind::Int, 4) => Dtype::I32,
            (Kind::Int, _) => Dtype::I64,
            (Kind::Uint, 1) => Dtype::U8,
            (Kind::Uint, 2) => Dtype::U16,
            (Kind::Uint, 4) => Dtype::U32,
            (Kind::Uint, _) => Dtype::U64,
            (Kind::Float, 2 | 4) | (Kind::Complex, 8) => Dtype::F32,
            (Kind::Float, 8) | (Kind::Complex, 16) => Dtype::F64,
            (Kind::Float | Kind::Complex, _) => {
                return Err(
                    "a floating-point number of more than 8 bytes (longdouble), whose layout depends \
                            on the machine that wrote it,"
                        .to_owned(),
                );
            }
            (Kind::Bytes | Kind::Unicode, _) => Dtype::Str,
            (Kind::Datetime(_), _) => Dtype::Time(Calendar::ProlepticGregorian),
            (Kind::Timedelta(_), _) => Dtype::F64,
            (Kind::Object, _) => {
                return Err("an array of pickled Python objects (dtype object)".to_owned());
            }
            (Kind::Void, _) => return Err("raw bytes without a type (dtype void)".to_owned()),
        })
    }

    /// numpy's name of the stored type, byte order apart.
    pub(in crate::source) fn numpy_name(self) -> String {
        let bits = self.size * 8;
        match self.kind {
            Kind::Bool => "bool".to_owned(),
            Kind::Int => format!("int{bits}"),
            Kind::Uint => format!("uint{bits}"),
            Kind::Float => format!("float{bits}"),
            Kind::Complex => format!("complex{bits}"),
            Kind::Bytes | Kind::Unicode => "str".to_owned(),
            Kind::Datetime(unit) => format!("datetime64{}", unit.suffix()),
            Kind::Timedelta(unit) => format!("timedelta64{}", unit.suffix()),
            Kind::Object => "object".to_owned(),
            Kind::Void => format!("void{bits}"),
        }
    }

    /// Bytes of one number: half of a complex one.
    pub(in crate::source) fn part_size(self) -> usize {
        if self.kind == Kind::Complex { self.size / 2 } else { self.size }
    }
}

impl Unit {
    fn parse(text: &str) -> Option<Self> {
        let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
            return text.is_empty().then_some(Self { base: Base::Generic, count: 1 });
        };
        let digits = inner.len() - inner.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count = if digits == 0 { 1 } else { inner[..digits].parse().ok().filter(|n| *n > 0)? };
        let fixed = |numerator, denominator, name| Base::Fixed { numerator, denominator, name };
        let base = match &inner[digits..] {
            "Y" => Base::Year,
            "M" => Base::Month,
            "W" => fixed(7 * 86_400_000_000, 1, "W"),
            "D" => fixed(86_400_000_000, 1, "D"),
            "h" => fixed(3_600_000_000, 1, "h"),
            "m" => fixed(60_000_000, 1, "m"),
            "s" => fixed(1_000_000, 1, "s"),
            "ms" => fixed(1000, 1, "ms"),
            "us" | "μs" => fixed(1, 1, "us"),
            "ns" => fixed(1, 1000, "ns"),
            "ps" => fixed(1, 1_000_000, "ps"),
            "fs" => fixed(1, 1_000_000_000, "fs"),
            "as" => fixed(1, 1_000_000_000_000, "as"),
            "generic" => Base::Generic,
            _ => return None,
        };
        Some(Self { base, count })
    }

    /// `s`, `10ns`; empty without a unit.
    pub(in crate::source) fn name(self) -> String {
        let base = match self.base {
            Base::Year => "Y",
            Base::Month => "M",
            Base::Fixed { name, .. } => name,
            Base::Generic => return String::new(),
        };
        if self.count == 1 { base.to_owned() } else { format!("{}{base}", self.count) }
    }

    fn suffix(self) -> String {
        let name = self.name();
        if name.is_empty() { name } else { format!("[{name}]") }
    }
}

/// The type that a header's `descr` describes.
pub(in crate::source) fn from_literal(literal: &Literal) -> Result<Descr, String> {
    match literal {
        Literal::Text(text) => scalar(text).map(Descr::Scalar),
        Literal::List(fields) => record(fields).map(Descr::Record),
        _ => Err("its type is neither a text nor a list".to_owned()),
    }
}

fn scalar(text: &str) -> Result<Scalar, String> {
    let unknown = || format!("it names the unknown type `{text}`");
    let order = text.chars().next().ok_or_else(unknown)?;
    let rest = if "<>|=".contains(order) { &text[1..] } else { text };
    let big = match order {
        '>' => true,
        '=' => cfg!(target_endian = "big"),
        _ => false,
    };
    let code = rest.chars().next().ok_or_else(unknown)?;
    let rest = &rest[code.len_utf8()..];
    if code == 'O' {
        return Ok(Scalar { kind: Kind::Object, size: 8, big });
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, suffix) = rest.split_at(digits);
    let number: usize = number.parse().map_err(|_| unknown())?;
    let unit = || Unit::parse(suffix).ok_or_else(unknown);
    let (kind, size) = match code {
        'b' if number == 1 => (Kind::Bool, 1),
        'i' => (Kind::Int, number),
        'u' => (Kind::Uint, number),
        'f' => (Kind::Float, number),
        'c' => (Kind::Complex, number),
        'S' | 'a' => (Kind::Bytes, number),
        'U' => (Kind::Unicode, number.checked_mul(4).ok_or_else(unknown)?),
        'V' => (Kind::Void, number),
        'M' => (Kind::Datetime(unit()?), number),
        'm' => (Kind::Timedelta(unit()?), number),
        _ => return Err(unknown()),
    };
    let fits = match kind {
        Kind::Int | Kind::Uint => matches!(size, 1 | 2 | 4 | 8),
        Kind::Float => matches!(size, 2 | 4 | 8 | 12 | 16),
        Kind::Complex => matches!(size, 8 | 16 | 24 | 32),
        Kind::Datetime(_) | Kind::Timedelta(_) => size == 8,
        _ => true,
    };
    let plain = suffix.is_empty() || matches!(kind, Kind::Datetime(_) | Kind::Timedelta(_));
    if fits && plain { Ok(Scalar { kind, size, big }) } else { Err(unknown()) }
}

fn record(fields: &[Literal]) -> Result<Record, String> {
    let bad = || "its type has a field that is not (name, type[, shape])".to_owned();
    let too_large = || "its type describes an element that is too large".to_owned();
    if fields.len() > MOST_FIELDS {
        return Err(format!("it has {} fields", fields.len()));
    }
    let mut record = Record { size: 0, fields: Vec::new() };
    for field in fields {
        let Literal::Tuple(parts) = field else { return Err(bad()) };
        let (name, descr) = (parts.first().ok_or_else(bad)?, parts.get(1).ok_or_else(bad)?);
        let name = match name {
            Literal::Text(name) => name.clone(),
            // A field may have a title: (title, name).
            Literal::Tuple(both) => match both.get(1) {
                Some(Literal::Text(name)) => name.clone(),
                _ => return Err(bad()),
            },
            _ => return Err(bad()),
        };
        let shape = match parts.get(2) {
            None => Vec::new(),
            Some(Literal::Int(n)) => vec![usize::try_from(*n).map_err(|_| bad())?],
            Some(Literal::Tuple(axes)) => super::header::axes_of(axes)?,
            Some(_) => return Err(bad()),
        };
        let descr = from_literal(descr)?;
        let size = shape.iter().try_fold(descr.size(), |n, len| n.checked_mul(*len)).ok_or_else(too_large)?;
        let offset = record.size;
        record.size = offset.checked_add(size).ok_or_else(too_large)?;
        let padding = name.is_empty() && matches!(descr, Descr::Scalar(Scalar { kind: Kind::Void, .. }));
        if !padding {
            if record.fields.iter().any(|field| field.name == name) {
                return Err(format!("it has two fields `{name}`"));
            }
            record.fields.push(Field { name, offset, descr, shape });
        }
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names from `numpy.dtype(code).name` (text types and byte order apart).
    #[test]
    fn type_codes_have_numpys_names() {
        let cases = [
            ("<f2", "float16"),
            (">i4", "int32"),
            ("|u1", "uint8"),
            ("|b1", "bool"),
            ("<c16", "complex128"),
            ("<M8[ns]", "datetime64[ns]"),
            ("<M8[25s]", "datetime64[25s]"),
            ("<m8[D]", "timedelta64[D]"),
            ("<U7", "str"),
            ("|S3", "str"),
        ];
        for (code, name) in cases {
            assert_eq!(scalar(code).unwrap().numpy_name(), name);
        }
        for bad in ["", "<", "f", "<f3", "<i16", "<M8[parsec]", "<M8[0s]", "<f8x", "é8"] {
            assert!(scalar(bad).is_err(), "{bad}");
        }
    }
}
