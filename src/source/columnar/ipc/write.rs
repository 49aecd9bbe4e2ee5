//! Columns into an Arrow file, through Apache's arrow-ipc.

use crate::data::{StrBuf, Values};
use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    LargeStringArray, RecordBatch, TimestampMicrosecondArray, UInt8Array, UInt16Array, UInt32Array,
    UInt64Array,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{Field, Schema};
use std::sync::Arc;

/// An Arrow file (IPC format, one record batch) of columns of equal length. Times of the Gregorian
/// calendars are timestamps in microseconds, not-a-time null; times of other calendars are texts.
/// NaN stays NaN. Copies the columns once.
///
/// # Errors
/// Columns that are not equally long, and what the writer says.
pub fn write_arrow(columns: &[(String, Values)]) -> Result<Vec<u8>, String> {
    let told = |error: arrow_schema::ArrowError| format!("cannot write Arrow: {error}");
    let arrays: Vec<ArrayRef> = columns.iter().map(|(_, values)| array(values)).collect();
    let fields: Vec<Field> = columns
        .iter()
        .zip(&arrays)
        .map(|((name, _), array)| Field::new(name, array.data_type().clone(), array.null_count() > 0))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(told)?;
    let mut writer = FileWriter::try_new(Vec::new(), &schema).map_err(told)?;
    writer.write(&batch).map_err(told)?;
    writer.finish().map_err(told)?;
    writer.into_inner().map_err(told)
}

fn array(values: &Values) -> ArrayRef {
    match values {
        Values::Bool(v) => Arc::new(v.iter().map(|v| Some(*v != 0)).collect::<BooleanArray>()),
        Values::I8(v) => Arc::new(Int8Array::from(v.to_vec())),
        Values::I16(v) => Arc::new(Int16Array::from(v.to_vec())),
        Values::I32(v) => Arc::new(Int32Array::from(v.to_vec())),
        Values::I64(v) => Arc::new(Int64Array::from(v.to_vec())),
        Values::U8(v) => Arc::new(UInt8Array::from(v.to_vec())),
        Values::U16(v) => Arc::new(UInt16Array::from(v.to_vec())),
        Values::U32(v) => Arc::new(UInt32Array::from(v.to_vec())),
        Values::U64(v) => Arc::new(UInt64Array::from(v.to_vec())),
        Values::F32(v) => Arc::new(Float32Array::from(v.to_vec())),
        Values::F64(v) => Arc::new(Float64Array::from(v.to_vec())),
        Values::Time(v, calendar) if calendar.is_gregorian() => {
            let times = v.iter().map(|time| (*time != crate::data::time::NAT).then_some(*time));
            Arc::new(times.collect::<TimestampMicrosecondArray>())
        }
        Values::Time(v, calendar) => {
            let texts: StrBuf = v.iter().map(|time| calendar.civil(*time).to_string()).collect();
            array(&Values::Str(texts))
        }
        Values::Str(v) => Arc::new(LargeStringArray::from_iter_values(v.iter())),
    }
}
