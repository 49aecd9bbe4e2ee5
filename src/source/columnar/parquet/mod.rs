//! Parquet files, through Apache's parquet crate.
//!
//! The footer is read when a file is opened. Rows are decoded row group by row group, of each the
//! column chunks that are wanted, in batches; pages before the first wanted row are passed over.

mod input;
mod missing;

use super::descend::from_arrow;
use super::engine::{Column, Engine, Nulls, Visit, children};
use super::fault::{Fault, broken};
use super::leaf::Leaf;
use super::read_exact_at;
use crate::diag::Diagnostic;
use arrow_schema::{DataType, Fields, Schema, SchemaRef, TimeUnit};
use input::Input;
use missing::Missing;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// Ends a file whose footer is encrypted.
const ENCRYPTED: &[u8] = b"PARE";

/// Rows decoded at once.
const BATCH: usize = 1 << 14;

/// A Parquet file.
#[derive(Debug)]
pub(super) struct Parquet {
    size: u64,
    metadata: ArrowReaderMetadata,
    /// The columns as they are stored; they may be read as other types.
    schema: SchemaRef,
    rows: Vec<usize>,
    /// Of each column, its primitive fields.
    columns: Vec<Range<usize>>,
    missing: Vec<Missing>,
}

impl Parquet {
    /// Reads the footer.
    ///
    /// # Errors
    /// If it is broken or encrypted.
    pub(super) fn open(file: &File, size: u64, warnings: &mut Vec<Diagnostic>) -> Result<Self, Fault> {
        let mut tail = [0; 4];
        read_exact_at(file, &mut tail, size.saturating_sub(4))?;
        if tail == ENCRYPTED {
            return Err(Fault::Lacking("an encrypted Parquet file".to_owned()));
        }
        let input = Input::new(file, size, None).map_err(|error| broken(error.to_string()))?;
        let options = || ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Skip);
        let metadata = match ArrowReaderMetadata::load(&input, options()) {
            Ok(metadata) => metadata,
            Err(first) => {
                // Arrow's own schema in the metadata is only a hint.
                let plain = ArrowReaderMetadata::load(&input, options().with_skip_arrow_metadata(true));
                let metadata = match plain {
                    Ok(metadata) => metadata,
                    Err(_) => return Err(from_parquet(first)),
                };
                warnings.push(Diagnostic::warning(format!(
                    "its Arrow schema cannot be used, and Parquet's own is: {}",
                    first
                )));
                metadata
            }
        };
        let schema = metadata.schema().clone();
        let metadata = match wider_times(&metadata) {
            Some(wider) => {
                ArrowReaderMetadata::try_new(metadata.metadata().clone(), options().with_schema(wider))
                    .map_err(from_parquet)?
            }
            None => metadata,
        };
        let mut rows = Vec::with_capacity(metadata.metadata().num_row_groups());
        for group in metadata.metadata().row_groups() {
            if group.columns().iter().any(|chunk| chunk.file_path().is_some()) {
                return Err(Fault::Lacking("a Parquet file whose data are in other files".to_owned()));
            }
            rows.push(
                usize::try_from(group.num_rows()).map_err(|_| broken("a row group has a negative length"))?,
            );
        }
        let mut columns = Vec::with_capacity(schema.fields().len());
        let mut first = 0;
        for field in schema.fields() {
            let count = primitive_fields(field.data_type());
            columns.push(first..first + count);
            first += count;
        }
        if first != metadata.parquet_schema().num_columns() {
            return Err(broken("its Arrow schema does not fit its Parquet schema"));
        }
        let mut lists = Vec::with_capacity(first);
        for field in schema.fields() {
            innermost_lists(field.data_type(), (0, 0), &mut lists);
        }
        let of = |(field, list): (usize, &usize)| missing::of(metadata.metadata(), field, *list);
        let missing = lists.iter().enumerate().map(of).collect();
        Ok(Self { size, metadata, schema, rows, columns, missing })
    }

    fn codec(&self, field: usize) -> Option<Compression> {
        let first = self.metadata.metadata().row_groups().first()?;
        first.columns().get(field).map(|chunk| chunk.compression())
    }
}

/// The schema with times of 96 bits in microseconds, if it has any: 64 bits of nanoseconds end in
/// 2262.
fn wider_times(metadata: &ArrowReaderMetadata) -> Option<SchemaRef> {
    let stored = metadata.parquet_schema();
    let mut first = 0;
    let mut some = false;
    let fields: Fields = metadata
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let number = first;
            first += primitive_fields(field.data_type());
            let is_wide =
                number < stored.num_columns() && stored.column(number).physical_type() == PhysicalType::INT96;
            match field.data_type() {
                DataType::Timestamp(TimeUnit::Nanosecond, zone) if is_wide => {
                    some = true;
                    let micros = DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
                    Arc::new(field.as_ref().clone().with_data_type(micros))
                }
                _ => field.clone(),
            }
        })
        .collect();
    some.then(|| Arc::new(Schema::new_with_metadata(fields, metadata.schema().metadata().clone())))
}

fn primitive_fields(data_type: &DataType) -> usize {
    let inner = children(data_type);
    match data_type {
        DataType::RunEndEncoded(..) => 1,
        _ if inner.is_empty() => 1,
        _ => inner.into_iter().map(|field| primitive_fields(field.data_type())).sum(),
    }
}

/// Of each primitive field which of its repeated groups, counted from 1, is the innermost that is a
/// list of any length; 0 for none. `repeated` are so many so far, and the innermost of them.
fn innermost_lists(data_type: &DataType, repeated: (usize, usize), lists: &mut Vec<usize>) {
    let inner = children(data_type);
    if inner.is_empty() || matches!(data_type, DataType::RunEndEncoded(..)) {
        lists.push(repeated.1);
        return;
    }
    let depth = repeated.0 + 1;
    let repeated = match data_type {
        DataType::Struct(_) => repeated,
        DataType::FixedSizeList(..) => (depth, repeated.1),
        _ => (depth, depth),
    };
    inner.into_iter().for_each(|field| innermost_lists(field.data_type(), repeated, lists));
}

/// An error of the parquet crate.
fn from_parquet(error: ParquetError) -> Fault {
    match error {
        ParquetError::NYI(what) => Fault::Lacking(what),
        ParquetError::EOF(_) => broken("it is cut off"),
        ParquetError::General(why) | ParquetError::ArrowError(why) => Fault::Broken(why),
        other => Fault::Broken(other.to_string()),
    }
}

impl Engine for Parquet {
    fn format(&self) -> &'static str {
        "Parquet"
    }

    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn rows(&self) -> &[usize] {
        &self.rows
    }

    fn nulls(&self, column: usize) -> Result<Nulls, Fault> {
        let mut fields = self.columns.get(column).cloned().unwrap_or_default();
        Ok(self.nulls_of(self.schema.field(column).data_type(), &mut fields))
    }

    fn filters(&self, column: usize) -> Vec<String> {
        let codec = self.columns.get(column).and_then(|fields| self.codec(fields.start));
        let name = |codec: Compression| match codec {
            Compression::UNCOMPRESSED => None,
            other => Some(other.to_string().to_lowercase().split('(').next().unwrap_or_default().to_owned()),
        };
        codec.and_then(name).into_iter().collect()
    }

    fn run_of(&self, _column: usize) -> Option<u64> {
        None
    }

    fn column<'a>(&'a self, file: &'a File, leaf: &'a Leaf) -> Result<Box<dyn Column + 'a>, Fault> {
        Ok(Box::new(ParquetColumn { parquet: self, file, leaf }))
    }
}

impl Parquet {
    fn nulls_of(&self, data_type: &DataType, fields: &mut Range<usize>) -> Nulls {
        let inner = children(data_type);
        if inner.is_empty() || matches!(data_type, DataType::RunEndEncoded(..)) {
            let missing = fields.next().and_then(|field| self.missing.get(field)).copied();
            let missing = missing.unwrap_or(Missing::Some);
            return Nulls {
                own: missing == Missing::Some,
                unsure: missing == Missing::Unknown,
                children: Vec::new(),
            };
        }
        let children = inner.into_iter().map(|field| self.nulls_of(field.data_type(), fields)).collect();
        Nulls { own: false, unsure: false, children }
    }
}

struct ParquetColumn<'a> {
    parquet: &'a Parquet,
    file: &'a File,
    leaf: &'a Leaf,
}

impl Column for ParquetColumn<'_> {
    fn visit(&mut self, piece: usize, rows: Range<usize>, visit: Visit<'_>) -> Result<(), Fault> {
        let parquet = self.parquet;
        let chunks = parquet.metadata.metadata().row_groups().get(piece).map(|group| group.columns());
        let chunk = chunks.and_then(|chunks| chunks.get(self.leaf.fields.start));
        let chunk = chunk.ok_or_else(|| broken("it has fewer row groups"))?;
        let codec = chunk.compression();
        let mut head = [0; 64];
        let (start, length) = chunk.byte_range();
        let head = &mut head[..length.min(64) as usize];
        read_exact_at(self.file, head, start)?;
        if input::is_encrypted(head) {
            return Err(Fault::Lacking("an encrypted column".to_owned()));
        }
        let input =
            Input::new(self.file, parquet.size, Some(codec)).map_err(|error| broken(error.to_string()))?;
        let mask = ProjectionMask::leaves(parquet.metadata.parquet_schema(), self.leaf.fields.clone());
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(input, parquet.metadata.clone())
            .with_row_groups(vec![piece])
            .with_projection(mask)
            .with_batch_size(BATCH.min(rows.len().max(1)));
        if rows != (0..parquet.rows[piece]) {
            builder = builder.with_offset(rows.start).with_limit(rows.len());
        }
        let mut seen = 0;
        for batch in builder.build().map_err(from_parquet)? {
            let batch = batch.map_err(from_arrow)?;
            let array = batch.columns().first().ok_or_else(|| broken("it lacks the column"))?;
            seen += array.len();
            if !visit(array)? {
                return Ok(());
            }
        }
        if seen == rows.len() { Ok(()) } else { Err(broken("a row group has fewer rows than it says")) }
    }

    fn copy(&mut self, _piece: usize, _first: usize, _out: &mut [u8]) -> Result<bool, Fault> {
        Ok(false)
    }
}
