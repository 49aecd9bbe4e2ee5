//! What one array of the tree is of a column: the way down to it, and what its elements mean.

use super::fault::Fault;
use crate::data::time::Calendar;
use crate::data::{Attr, Dtype};
use arrow_schema::{DataType, TimeUnit};
use std::ops::Range;

/// One step down from a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Member `index` of a struct of `of` members.
    Member {
        /// Its number.
        index: usize,
        /// Members of the struct.
        of: usize,
    },
    /// All elements of lists of any length, one after another.
    Items,
    /// The elements of lists of this length.
    Fixed(usize),
}

/// Where an array's numbers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The values.
    Values,
    /// The lengths of lists.
    Sizes,
}

/// One array of the tree.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Number of its column.
    pub(super) column: usize,
    /// From the column to it.
    pub(super) steps: Vec<Step>,
    /// What is read.
    pub(super) want: Want,
    /// Type of the elements in memory.
    pub(super) dtype: Dtype,
    /// Which count of elements a piece its first axis follows: 0 for rows.
    pub(super) level: usize,
    /// Elements for each index of the first axis.
    pub(super) width: usize,
    /// Numbers of the primitive fields, counted over all columns, that are needed to read it.
    pub(super) fields: Range<usize>,
}

impl Leaf {
    /// Whether its elements are a list's, so that rows say nothing of their number.
    pub(super) fn is_ragged(&self) -> bool {
        self.steps.contains(&Step::Items)
    }
}

/// What elements mean in memory and to people.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meaning {
    /// Type in memory.
    pub(super) dtype: Dtype,
    /// numpy's name of the stored type; what numpy has no type for goes by that of its numbers.
    pub(super) stored: String,
    /// Attributes that go with it.
    pub(super) attrs: Vec<(&'static str, Attr)>,
}

/// The meaning of a type that has no members; `missing` says whether values are missing: integers
/// and bools are floats then, since only floats have a NaN.
///
/// # Errors
/// For what is neither a number, a time nor a text, by name.
pub(super) fn meaning(data_type: &DataType, missing: bool) -> Result<Meaning, Fault> {
    use DataType as T;
    let number = |dtype: Dtype, name: &str| {
        let dtype = if missing && !dtype.is_float() { Dtype::F64 } else { dtype };
        Meaning { dtype, stored: name.to_owned(), attrs: Vec::new() }
    };
    let time = |unit: &str| Meaning {
        dtype: Dtype::Time(Calendar::ProlepticGregorian),
        stored: format!("datetime64[{unit}]"),
        attrs: Vec::new(),
    };
    let counted = |unit: &TimeUnit, stored: String| {
        let units = Attr::Text(short_name(*unit).to_owned());
        Meaning { dtype: Dtype::F64, stored, attrs: vec![("units", units)] }
    };
    Ok(match data_type {
        T::Null => number(Dtype::F64, "float64"),
        T::Boolean => number(Dtype::Bool, "bool"),
        T::Int8 => number(Dtype::I8, "int8"),
        T::Int16 => number(Dtype::I16, "int16"),
        T::Int32 => number(Dtype::I32, "int32"),
        T::Int64 => number(Dtype::I64, "int64"),
        T::UInt8 => number(Dtype::U8, "uint8"),
        T::UInt16 => number(Dtype::U16, "uint16"),
        T::UInt32 => number(Dtype::U32, "uint32"),
        T::UInt64 => number(Dtype::U64, "uint64"),
        T::Float16 => number(Dtype::F32, "float16"),
        T::Float32 => number(Dtype::F32, "float32"),
        T::Float64 => number(Dtype::F64, "float64"),
        T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => {
            number(Dtype::F64, "float64")
        }
        T::Timestamp(unit, zone) => {
            let mut meaning = time(short_name(*unit));
            meaning.attrs.extend(zone.as_ref().map(|zone| ("timezone", Attr::Text(zone.to_string()))));
            meaning
        }
        T::Date32 => time("D"),
        T::Date64 => time("ms"),
        T::Time32(unit) => counted(unit, "int32".to_owned()),
        T::Time64(unit) => counted(unit, "int64".to_owned()),
        T::Duration(unit) => counted(unit, format!("timedelta64[{}]", short_name(*unit))),
        T::Utf8 | T::LargeUtf8 | T::Utf8View => {
            Meaning { dtype: Dtype::Str, stored: "str".to_owned(), attrs: Vec::new() }
        }
        T::Dictionary(_, values) => return meaning(values, missing),
        T::RunEndEncoded(_, values) => return meaning(values.data_type(), missing),
        T::Binary | T::LargeBinary | T::BinaryView => {
            return Err(Fault::Lacking("a column of binary data (bytes without a type)".to_owned()));
        }
        T::FixedSizeBinary(size) => {
            return Err(Fault::Lacking(format!("a column of binary data ({size} bytes without a type)")));
        }
        T::Interval(_) => return Err(Fault::Lacking("a column of calendar intervals".to_owned())),
        T::Union(..) => return Err(Fault::Lacking("a column of unions".to_owned())),
        other => return Err(Fault::Lacking(format!("a column of {other} inside another encoding"))),
    })
}

fn short_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn integers_with_missing_values_are_floats_and_keep_their_stored_name() {
        let of = |data_type: &DataType, missing| {
            let meaning = meaning(data_type, missing).unwrap();
            (meaning.dtype, meaning.stored)
        };
        assert_eq!(of(&DataType::Int8, false), (Dtype::I8, "int8".to_owned()));
        assert_eq!(of(&DataType::Int8, true), (Dtype::F64, "int8".to_owned()));
        assert_eq!(of(&DataType::Boolean, true), (Dtype::F64, "bool".to_owned()));
        assert_eq!(of(&DataType::Float32, true), (Dtype::F32, "float32".to_owned()));
        assert_eq!(of(&DataType::Decimal128(9, 2), false), (Dtype::F64, "float64".to_owned()));
    }

    #[test]
    fn units_and_zones_are_attributes() {
        let zone = DataType::Timestamp(TimeUnit::Nanosecond, Some(Arc::from("Europe/Berlin")));
        let found = meaning(&zone, false).unwrap();
        assert_eq!(found.stored, "datetime64[ns]");
        assert_eq!(found.attrs, [("timezone", Attr::Text("Europe/Berlin".to_owned()))]);
        let span = meaning(&DataType::Duration(TimeUnit::Second), true).unwrap();
        assert_eq!((span.dtype, span.stored.as_str()), (Dtype::F64, "timedelta64[s]"));
        assert_eq!(span.attrs, [("units", Attr::Text("s".to_owned()))]);
    }
}
