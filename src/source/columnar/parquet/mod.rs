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
use arrow_schema::{DataType, SchemaRef};
use input::Input;
use missing::Missing;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use std::fs::File;
use std::ops::Range;

/// Ends a file whose footer is encrypted.
const ENCRYPTED: &[u8] = b"PARE";

/// Rows decoded at once.
const BATCH: usize = 1 << 14;

/// A Parquet file.
#[derive(Debug)]
pub(super) struct Parquet {
    size: u64,
    metadata: ArrowReaderMetadata,
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
        let mut rows = Vec::with_capacity(metadata.metadata().num_row_groups());
        for group in metadata.metadata().row_groups() {
            rows.push(
                usize::try_from(group.num_rows()).map_err(|_| broken("a row group has a negative length"))?,
            );
        }
        let mut columns = Vec::with_capacity(metadata.schema().fields().len());
        let mut first = 0;
        for field in metadata.schema().fields() {
            let count = primitive_fields(field.data_type());
            columns.push(first..first + count);
            first += count;
        }
        if first != metadata.parquet_schema().num_columns() {
            return Err(broken("its Arrow schema does not fit its Parquet schema"));
        }
        let missing = (0..first).map(|field| missing::of(metadata.metadata(), field)).collect();
        Ok(Self { size, metadata, rows, columns, missing })
    }

    fn codec(&self, field: usize) -> Option<Compression> {
        let first = self.metadata.metadata().row_groups().first()?;
        first.columns().get(field).map(|chunk| chunk.compression())
    }
}

fn primitive_fields(data_type: &DataType) -> usize {
    let inner = children(data_type);
    match data_type {
        DataType::RunEndEncoded(..) => 1,
        _ if inner.is_empty() => 1,
        _ => inner.into_iter().map(|field| primitive_fields(field.data_type())).sum(),
    }
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
        self.metadata.schema()
    }

    fn rows(&self) -> &[usize] {
        &self.rows
    }

    fn nulls(&self, column: usize) -> Result<Nulls, Fault> {
        let mut fields = self.columns.get(column).cloned().unwrap_or_default();
        Ok(self.nulls_of(self.schema().field(column).data_type(), &mut fields))
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
