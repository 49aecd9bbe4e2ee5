//! Columns through arrow2: its arrays become those of the current arrow crates; numbers and texts are
//! moved, not copied.
//!
//! What it reads was checked before by the metadata's other reader: the flatbuffers verified, all
//! buffers inside their batch. It may still panic on nonsense; the caller guards.

use crate::source::columnar::descend::from_arrow;
use crate::source::columnar::fault::{Fault, broken, guarded};
use arrow_array::{ArrayRef, make_array};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, NullBuffer};
use arrow_data::{ArrayData, ArrayDataBuilder};
use arrow_schema::DataType;
use arrow2::array as a2;
use arrow2::bitmap::Bitmap;
use arrow2::buffer::Buffer as Buffer2;
use arrow2::datatypes::{PhysicalType, PrimitiveType};
use arrow2::io::ipc::read::{
    Dictionaries, FileMetadata, read_batch, read_file_dictionaries, read_file_metadata,
};
use arrow2::types::{NativeType, f16, i256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

/// A file's metadata as arrow2 has them.
#[derive(Debug)]
pub(super) struct Metadata {
    size: u64,
    file: FileMetadata,
}

impl Metadata {
    /// Of a file; `None` if arrow2 does not understand it, for example a newer type in it.
    pub(super) fn read(file: &File, size: u64) -> Option<Self> {
        let read = || read_file_metadata(&mut At { file, size, at: 0 }).map_err(from_arrow2);
        guarded(read).ok().map(|file| Self { size, file })
    }

    /// A column, and the dictionaries if it needs some.
    ///
    /// # Errors
    /// If the dictionaries are broken.
    pub(super) fn column<'a>(
        &'a self,
        file: &'a File,
        number: usize,
        with_dictionaries: bool,
    ) -> Result<Column<'a>, Fault> {
        let mut at = At { file, size: self.size, at: 0 };
        let dictionaries = if with_dictionaries {
            read_file_dictionaries(&mut at, &self.file, &mut Vec::new()).map_err(from_arrow2)?
        } else {
            Dictionaries::default()
        };
        Ok(Column { metadata: &self.file, at, number, dictionaries })
    }
}

/// A column of an open file.
pub(super) struct Column<'a> {
    metadata: &'a FileMetadata,
    at: At<'a>,
    number: usize,
    dictionaries: Dictionaries,
}

impl Column<'_> {
    /// The column in one batch, which is of type `data_type`.
    pub(super) fn decode(&mut self, batch: usize, data_type: &DataType) -> Result<ArrayRef, Fault> {
        if batch >= self.metadata.blocks.len() {
            return Err(broken("it has fewer batches"));
        }
        let (mut message, mut data) = (Vec::new(), Vec::new());
        let chunk = read_batch(
            &mut self.at,
            &self.dictionaries,
            self.metadata,
            Some(&[self.number]),
            None,
            batch,
            &mut message,
            &mut data,
        )
        .map_err(from_arrow2)?;
        let array = chunk.into_arrays().pop().ok_or_else(|| broken("a batch lacks the column"))?;
        convert(array, data_type).map(make_array)
    }
}

/// A file at a position of its own.
struct At<'a> {
    file: &'a File,
    size: u64,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let got = self.file.read_at(buf, self.at)?;
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for At<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn from_arrow2(error: arrow2::error::Error) -> Fault {
    match error {
        arrow2::error::Error::NotYetImplemented(what) => Fault::Lacking(what),
        other => Fault::Broken(other.to_string()),
    }
}

/// Whether arrow2 and [`convert`] know a type.
pub(super) fn reads(data_type: &DataType) -> bool {
    use DataType as T;
    match data_type {
        T::List(field) | T::LargeList(field) | T::FixedSizeList(field, _) | T::Map(field, _) => {
            reads(field.data_type())
        }
        T::Struct(fields) => fields.iter().all(|field| reads(field.data_type())),
        T::Dictionary(_, values) => reads(values) && !matches!(**values, T::Dictionary(..)),
        T::Utf8 | T::LargeUtf8 | T::Binary | T::LargeBinary | T::FixedSizeBinary(_) => true,
        T::Boolean | T::Null => true,
        T::Decimal32(..) | T::Decimal64(..) | T::Interval(_) => false,
        other => other.is_primitive(),
    }
}

type Array2 = Box<dyn a2::Array>;

/// An array of arrow2 as data of the current crates, checked anew.
fn convert(array: Array2, to: &DataType) -> Result<ArrayData, Fault> {
    let other = || broken("its data are of another type than its schema says");
    let nulls = array.validity().map(|bits| NullBuffer::new(bitmap(bits)));
    let builder = ArrayDataBuilder::new(to.clone()).len(array.len()).nulls(nulls);
    let of = |data_type: &DataType, inner: &Array2| convert(inner.clone(), data_type);
    let item = || super::layout::item(to).ok_or_else(other);
    let builder = match array.data_type().to_physical_type() {
        PhysicalType::Null => builder,
        PhysicalType::Boolean => {
            let array = downcast::<a2::BooleanArray>(&array)?;
            builder.add_buffer(bitmap(array.values()).sliced())
        }
        PhysicalType::Primitive(kind) => builder.add_buffer(numbers(array, kind)?),
        PhysicalType::Utf8 => {
            let inner = downcast::<a2::Utf8Array<i32>>(&array)?;
            let (offsets, values) = (inner.offsets().buffer().clone(), inner.values().clone());
            drop(array);
            builder.add_buffer(moved(offsets)).add_buffer(moved(values))
        }
        PhysicalType::LargeUtf8 => {
            let inner = downcast::<a2::Utf8Array<i64>>(&array)?;
            let (offsets, values) = (inner.offsets().buffer().clone(), inner.values().clone());
            drop(array);
            builder.add_buffer(moved(offsets)).add_buffer(moved(values))
        }
        PhysicalType::Binary => {
            let inner = downcast::<a2::BinaryArray<i32>>(&array)?;
            let (offsets, values) = (inner.offsets().buffer().clone(), inner.values().clone());
            drop(array);
            builder.add_buffer(moved(offsets)).add_buffer(moved(values))
        }
        PhysicalType::LargeBinary => {
            let inner = downcast::<a2::BinaryArray<i64>>(&array)?;
            let (offsets, values) = (inner.offsets().buffer().clone(), inner.values().clone());
            drop(array);
            builder.add_buffer(moved(offsets)).add_buffer(moved(values))
        }
        PhysicalType::FixedSizeBinary => {
            builder.add_buffer(bytes(downcast::<a2::FixedSizeBinaryArray>(&array)?.values()))
        }
        PhysicalType::List => {
            let array = downcast::<a2::ListArray<i32>>(&array)?;
            builder.add_buffer(bytes(array.offsets().buffer())).add_child_data(of(item()?, array.values())?)
        }
        PhysicalType::LargeList => {
            let array = downcast::<a2::ListArray<i64>>(&array)?;
            builder.add_buffer(bytes(array.offsets().buffer())).add_child_data(of(item()?, array.values())?)
        }
        PhysicalType::FixedSizeList => {
            let array = downcast::<a2::FixedSizeListArray>(&array)?;
            builder.add_child_data(of(item()?, array.values())?)
        }
        PhysicalType::Map => {
            let array = downcast::<a2::MapArray>(&array)?;
            builder.add_buffer(bytes(array.offsets().buffer())).add_child_data(of(item()?, array.field())?)
        }
        PhysicalType::Struct => {
            let DataType::Struct(fields) = to else { return Err(other()) };
            let array = downcast::<a2::StructArray>(&array)?;
            let mut builder = builder;
            for (field, member) in fields.iter().zip(array.values()) {
                builder = builder.add_child_data(of(field.data_type(), member)?);
            }
            builder
        }
        PhysicalType::Dictionary(_) => {
            let DataType::Dictionary(keys, values) = to else { return Err(other()) };
            dictionary(builder, &array, keys, values)?
        }
        PhysicalType::Union => return Err(other()),
    };
    builder.build().map_err(from_arrow)
}

fn downcast<A: 'static>(array: &Array2) -> Result<&A, Fault> {
    array.as_any().downcast_ref().ok_or_else(|| broken("its data are of another type than its schema says"))
}

fn bitmap(bits: &Bitmap) -> BooleanBuffer {
    let (bytes, offset, length) = bits.as_slice();
    BooleanBuffer::new(Buffer::from(bytes), offset, length)
}

fn bytes<T: NativeType>(values: &Buffer2<T>) -> Buffer {
    Buffer::from(bytemuck::cast_slice::<T, u8>(values.as_slice()))
}

/// The values of a primitive array; those of the common types are moved.
fn numbers(array: Array2, kind: PrimitiveType) -> Result<Buffer, Fault> {
    match kind {
        PrimitiveType::Int8 => values::<i8>(array),
        PrimitiveType::Int16 => values::<i16>(array),
        PrimitiveType::Int32 => values::<i32>(array),
        PrimitiveType::Int64 => values::<i64>(array),
        PrimitiveType::Int128 => values::<i128>(array),
        PrimitiveType::UInt8 => values::<u8>(array),
        PrimitiveType::UInt16 => values::<u16>(array),
        PrimitiveType::UInt32 => values::<u32>(array),
        PrimitiveType::UInt64 => values::<u64>(array),
        PrimitiveType::Float32 => values::<f32>(array),
        PrimitiveType::Float64 => values::<f64>(array),
        PrimitiveType::Float16 => Ok(bytes(downcast::<a2::PrimitiveArray<f16>>(&array)?.values())),
        PrimitiveType::Int256 => Ok(bytes(downcast::<a2::PrimitiveArray<i256>>(&array)?.values())),
        PrimitiveType::DaysMs | PrimitiveType::MonthDayNano => {
            Err(Fault::Lacking("a column of calendar intervals".to_owned()))
        }
    }
}

fn values<T: NativeType + ArrowNativeType>(array: Array2) -> Result<Buffer, Fault> {
    let values = downcast::<a2::PrimitiveArray<T>>(&array)?.values().clone();
    drop(array);
    Ok(moved(values))
}

/// A buffer that nothing else refers to is not copied.
fn moved<T: NativeType + ArrowNativeType>(buffer: Buffer2<T>) -> Buffer {
    match buffer.into_mut() {
        arrow2::Either::Right(values) => Buffer::from_vec(values),
        arrow2::Either::Left(shared) => bytes(&shared),
    }
}

fn dictionary(
    builder: ArrayDataBuilder,
    array: &Array2,
    keys: &DataType,
    values: &DataType,
) -> Result<ArrayDataBuilder, Fault> {
    macro_rules! keyed {
        ($key:ty) => {{
            let array = downcast::<a2::DictionaryArray<$key>>(array)?;
            (bytes(array.keys().values()), convert(array.values().clone(), values)?)
        }};
    }
    let (keys, values) = match keys {
        DataType::Int8 => keyed!(i8),
        DataType::Int16 => keyed!(i16),
        DataType::Int32 => keyed!(i32),
        DataType::Int64 => keyed!(i64),
        DataType::UInt8 => keyed!(u8),
        DataType::UInt16 => keyed!(u16),
        DataType::UInt32 => keyed!(u32),
        DataType::UInt64 => keyed!(u64),
        _ => return Err(broken("its dictionary has keys of no known type")),
    };
    Ok(builder.add_buffer(keys).add_child_data(values))
}
