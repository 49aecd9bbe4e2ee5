//! What an engine does for the reader: pieces of rows (batches, row groups), decoded by column.
//!
//! Whatever decodes, columns arrive as arrays of the current arrow crates.

use super::fault::Fault;
use super::leaf::Leaf;
use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, SchemaRef};
use std::fmt::Debug;
use std::fs::File;
use std::ops::Range;

/// Called with arrays one after another; `false` for "enough".
pub(super) type Visit<'a> = &'a mut dyn FnMut(&ArrayRef) -> Result<bool, Fault>;

/// A file of a format that holds rows in pieces.
pub(super) trait Engine: Send + Sync + Debug {
    /// Name of the format.
    fn format(&self) -> &'static str;

    /// The columns.
    fn schema(&self) -> &SchemaRef;

    /// Rows of each piece.
    fn rows(&self) -> &[usize];

    /// Which fields of a column have missing values.
    ///
    /// # Errors
    /// If the metadata do not fit the column.
    fn nulls(&self, column: usize) -> Result<Nulls, Fault>;

    /// Names of the compression of a column, for display.
    fn filters(&self, column: usize) -> Vec<String>;

    /// Byte of the file where all values of a column of numbers without missing ones lie, in one
    /// run, native.
    fn run_of(&self, column: usize) -> Option<u64>;

    /// Byte of the file at which the elements of a leaf begin in each piece that has rows, if they all
    /// lie there in one run as they are wanted.
    ///
    /// # Errors
    /// If the metadata of a piece cannot be read.
    fn lying(&self, _file: &File, _leaf: &Leaf) -> Result<Option<Vec<u64>>, Fault> {
        Ok(None)
    }

    /// Something to read the part `leaf` of a column with.
    ///
    /// # Errors
    /// If what is needed to read any piece is broken.
    fn column<'a>(&'a self, file: &'a File, leaf: &'a Leaf) -> Result<Box<dyn Column + 'a>, Fault>;
}

/// One column of an open file.
pub(super) trait Column {
    /// Decodes `rows` of a piece, in order, in one array or several.
    ///
    /// # Errors
    /// If they are broken, and those of `visit`.
    fn visit(&mut self, piece: usize, rows: Range<usize>, visit: Visit<'_>) -> Result<(), Fault>;

    /// Fills `out` from element `first` of a piece, if its elements lie in the file as they are
    /// wanted; `false` if they do not.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn copy(&mut self, piece: usize, first: usize, out: &mut [u8]) -> Result<bool, Fault>;
}

/// Whether a field has missing values, and the same of its members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Nulls {
    /// In the field itself.
    pub(super) own: bool,
    /// Perhaps: only reading it would tell.
    pub(super) unsure: bool,
    /// In its members; none for what has no members.
    pub(super) children: Vec<Nulls>,
}

/// The fields inside a type, in the order of the format; a dictionary has none.
pub(super) fn children(data_type: &DataType) -> Vec<&Field> {
    match data_type {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => vec![field],
        DataType::Struct(fields) => fields.iter().map(|field| field.as_ref()).collect(),
        DataType::Union(fields, _) => fields.iter().map(|(_, field)| field.as_ref()).collect(),
        DataType::RunEndEncoded(ends, values) => vec![ends, values],
        _ => Vec::new(),
    }
}
