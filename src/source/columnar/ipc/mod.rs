//! Arrow IPC files and streams.
//!
//! The metadata of all messages are read once, when the file is opened; a file's footer says where
//! they lie, a stream is walked from message to message. Plain numbers are copied from the file as they
//! lie, other flat columns of large batches are read in windows of rows ([`window`]). All else of files
//! is decoded by arrow2 ([`by_arrow2`]); what it does not know (streams, compressed bodies, views, run
//! ends, delta dictionaries) by Apache's arrow-ipc ([`by_arrow_ipc`]), which gets a batch that holds
//! nothing but the column.

mod by_arrow2;
mod by_arrow_ipc;
mod layout;
mod messages;
mod window;
mod write;

pub use write::write_arrow;

use super::engine::{Column, Engine, Nulls, Visit};
use super::fault::{Fault, broken};
use super::leaf::Leaf;
use super::read_exact_at;
use crate::diag::Diagnostic;
use arrow_array::{Array, ArrayRef};
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::{CompressionType, Endianness, Message, MetadataVersion};
use arrow_schema::{Schema, SchemaRef};
use layout::{Count, Plain};
use messages::{Place, Stream};
use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// An Arrow IPC file or stream.
#[derive(Debug)]
pub(super) struct Ipc {
    stream: bool,
    schema: SchemaRef,
    version: MetadataVersion,
    little: bool,
    batches: Vec<Batch>,
    dictionaries: Vec<Dictionary>,
    rows: Vec<usize>,
    /// Where each column begins in a batch.
    columns: Vec<Count>,
    /// Whether each node has missing values in any batch.
    nodes: Vec<bool>,
    /// Whether a dictionary holds missing values.
    with_missing: BTreeMap<i64, bool>,
    codec: Option<CompressionType>,
    /// Where columns of numbers lie, if there is one batch.
    runs: Vec<Option<u64>>,
    old: Option<by_arrow2::Metadata>,
}

#[derive(Clone, Copy, Debug)]
struct Batch {
    place: Place,
    /// Dictionary messages before it.
    dictionaries: usize,
}

#[derive(Clone, Copy, Debug)]
struct Dictionary {
    place: Place,
    id: i64,
    delta: bool,
}

impl Ipc {
    /// Reads the metadata of a file.
    ///
    /// # Errors
    /// If they are broken.
    pub(super) fn open_file(file: &File, size: u64) -> Result<Self, Fault> {
        let bytes = messages::footer_bytes(file, size)?;
        let footer = messages::footer(&bytes)?;
        let schema = footer.schema().ok_or_else(|| broken("its footer has no schema"))?;
        let mut ipc = Self::new(schema, footer.version(), false)?;
        for block in footer.dictionaries().into_iter().flatten() {
            let place = Place::of_block(file, size, block)?;
            ipc.add(place, &place.read(file)?)?;
        }
        for block in footer.recordBatches().into_iter().flatten() {
            let place = Place::of_block(file, size, block)?;
            ipc.add(place, &place.read(file)?)?;
        }
        if ipc.codec.is_none() && !ipc.dictionaries.iter().any(|dictionary| dictionary.delta) {
            ipc.old = by_arrow2::Metadata::read(file, size);
        }
        ipc.check()?;
        ipc.find_runs(file)?;
        Ok(ipc)
    }

    /// Walks through a stream.
    ///
    /// # Errors
    /// If a message is broken or cut off.
    pub(super) fn open_stream(file: &File, size: u64, warnings: &mut Vec<Diagnostic>) -> Result<Self, Fault> {
        let mut stream = Stream::new(file, size);
        let (_, bytes) = stream.next()?.ok_or_else(|| broken("it holds no schema"))?;
        let first = messages::message(&bytes)?;
        let schema = first.header_as_schema().ok_or_else(|| broken("it does not begin with a schema"))?;
        let mut ipc = Self::new(schema, first.version(), true)?;
        while let Some((place, bytes)) = stream.next()? {
            ipc.add(place, &bytes)?;
        }
        if !stream.ended {
            warnings.push(Diagnostic::warning(
                "it has no mark at its end: if it was cut off, it was between two batches",
            ));
        }
        ipc.check()?;
        ipc.find_runs(file)?;
        Ok(ipc)
    }

    fn new(schema: arrow_ipc::Schema<'_>, version: MetadataVersion, stream: bool) -> Result<Self, Fault> {
        let little = schema.endianness() != Endianness::Big;
        let schema: Schema =
            try_fb_to_schema(schema).map_err(|error| broken(format!("its schema is broken: {error}")))?;
        let columns = layout::columns(schema.fields(), version);
        let nodes = columns.last().map_or(0, |end| end.nodes);
        Ok(Self {
            stream,
            schema: Arc::new(schema),
            version,
            little,
            batches: Vec::new(),
            dictionaries: Vec::new(),
            rows: Vec::new(),
            columns,
            nodes: vec![false; nodes],
            with_missing: BTreeMap::new(),
            codec: None,
            runs: Vec::new(),
            old: None,
        })
    }

    /// Notes one message.
    fn add(&mut self, place: Place, bytes: &[u8]) -> Result<(), Fault> {
        let message: Message<'_> = messages::message(bytes)?;
        if let Some(dictionary) = message.header_as_dictionary_batch() {
            let batch = messages::batch(&message)?;
            let missing =
                batch.nodes().is_some_and(|nodes| !nodes.is_empty() && nodes.get(0).null_count() != 0);
            *self.with_missing.entry(dictionary.id()).or_default() |= missing;
            self.codec = self.codec.or(batch.compression().map(|compression| compression.codec()));
            let (id, delta) = (dictionary.id(), dictionary.isDelta());
            self.dictionaries.push(Dictionary { place, id, delta });
            return Ok(());
        }
        let batch = messages::batch(&message)?;
        let rows = usize::try_from(batch.length()).map_err(|_| broken("a batch has a negative length"))?;
        let nodes = batch.nodes();
        if nodes.as_ref().map_or(0, |nodes| nodes.len()) < self.nodes.len() {
            return Err(broken("a batch has fewer fields than its schema"));
        }
        for (flag, node) in self.nodes.iter_mut().zip(nodes.into_iter().flatten()) {
            *flag |= node.null_count() != 0;
        }
        self.codec = self.codec.or(batch.compression().map(|compression| compression.codec()));
        self.rows.push(rows);
        self.batches.push(Batch { place, dictionaries: self.dictionaries.len() });
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        if self.little || self.old.is_some() {
            return Ok(());
        }
        Err(Fault::Lacking(
            "Arrow data in big-endian order that are compressed, streamed or of newer types".to_owned(),
        ))
    }

    fn find_runs(&mut self, file: &File) -> Result<(), Fault> {
        let [Batch { place, .. }] = self.batches.as_slice() else { return Ok(()) };
        if self.codec.is_some() || !self.is_native() {
            return Ok(());
        }
        let bytes = place.read(file)?;
        let batch = messages::message(&bytes)?;
        let batch = messages::batch(&batch)?;
        let Some(buffers) = batch.buffers() else { return Ok(()) };
        let runs = self.columns.windows(2).map(|pair| {
            // The second buffer of a column of numbers holds its values.
            let range = layout::buffers(&batch, pair[0], pair[1]).ok()?;
            let number = range.start.checked_add(1).filter(|number| range.contains(number))?;
            let offset = u64::try_from(buffers.get(number).offset()).ok()?;
            let length = u64::try_from(buffers.get(number).length()).ok()?;
            let inside = offset.checked_add(length).is_some_and(|end| end <= place.body_length);
            let rows = self.rows.first().copied().unwrap_or(0) as u64;
            // A run shorter than the rows is an error of reading, not of listing.
            (inside && length >= rows).then_some((place.body + offset, length))
        });
        let runs: Vec<Option<(u64, u64)>> = runs.collect();
        let rows = self.rows.first().copied().unwrap_or(0);
        self.runs = runs
            .into_iter()
            .zip(self.schema.fields())
            .map(|(run, field)| {
                let (offset, length) = run?;
                let size = field.data_type().primitive_width()?;
                (length >= (rows as u64).checked_mul(size as u64)?).then_some(offset)
            })
            .collect();
        Ok(())
    }

    fn is_native(&self) -> bool {
        self.little == cfg!(target_endian = "little")
    }
}

impl Engine for Ipc {
    fn format(&self) -> &'static str {
        if self.stream { "Arrow stream" } else { "Arrow" }
    }

    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn rows(&self) -> &[usize] {
        &self.rows
    }

    fn nulls(&self, column: usize) -> Result<Nulls, Fault> {
        let start = self.columns.get(column).map_or(0, |start| start.nodes);
        let nodes = self.nodes.get(start..).unwrap_or_default();
        Ok(layout::nulls(self.schema.field(column), &mut nodes.iter(), &self.with_missing))
    }

    fn filters(&self, _column: usize) -> Vec<String> {
        let name = |codec| if codec == CompressionType::ZSTD { "zstd" } else { "lz4" };
        self.codec.map(name).map(str::to_owned).into_iter().collect()
    }

    fn run_of(&self, column: usize) -> Option<u64> {
        self.runs.get(column).copied().flatten()
    }

    fn lying(&self, file: &File, leaf: &Leaf) -> Result<Option<Vec<u64>>, Fault> {
        let field = self.schema.field(leaf.column);
        let plain = layout::plain(field, self.columns[leaf.column], leaf, self.version);
        let Some(plain) = plain.filter(|_| self.codec.is_none() && self.is_native()) else { return Ok(None) };
        let mut places = Vec::new();
        for (piece, rows) in self.rows.iter().enumerate().filter(|(_, rows)| **rows > 0) {
            let bytes = rows.checked_mul(leaf.width).and_then(|n| n.checked_mul(plain.size));
            match self.run_in(file, piece, &plain)? {
                Some((at, length)) if bytes.is_some_and(|bytes| bytes as u64 <= length) => places.push(at),
                Some(_) => return Err(broken("a buffer is shorter than its batch")),
                None => return Ok(None),
            }
        }
        Ok(Some(places))
    }

    fn column<'a>(&'a self, file: &'a File, leaf: &'a Leaf) -> Result<Box<dyn Column + 'a>, Fault> {
        let field = self.schema.field(leaf.column);
        let plain = layout::plain(field, self.columns[leaf.column], leaf, self.version);
        let mut column = self.column_of(file, leaf.column)?;
        column.plain = plain.filter(|_| self.codec.is_none() && self.is_native());
        Ok(Box::new(column))
    }
}

impl Ipc {
    fn column_of<'a>(&'a self, file: &'a File, number: usize) -> Result<IpcColumn<'a>, Fault> {
        let field = self.schema.field(number);
        let mut ids = Vec::new();
        layout::dictionary_ids(field, &mut ids);
        let decoder = match &self.old {
            Some(old) if by_arrow2::reads(field.data_type()) && self.dictionaries_are_small(&ids) => {
                for dictionary in self.dictionaries.iter().filter(|_| !ids.is_empty()) {
                    by_arrow_ipc::check_buffers(file, &dictionary.place)?;
                }
                Decoder::Old(old.column(file, number, !ids.is_empty())?)
            }
            _ if !self.little => {
                return Err(Fault::Lacking("big-endian data of this type".to_owned()));
            }
            _ => Decoder::New(by_arrow_ipc::Dictionaries::new(ids)),
        };
        Ok(IpcColumn { ipc: self, file, column: number, plain: None, decoder })
    }

    /// arrow2 reads all dictionaries, whichever a column needs.
    fn dictionaries_are_small(&self, needed: &[i64]) -> bool {
        const SMALL: u64 = 16 << 20;
        let all = self.dictionaries.iter();
        let bytes = all.clone().fold(0_u64, |sum, one| sum.saturating_add(one.place.body_length));
        needed.is_empty() || bytes <= SMALL || all.count() == needed.len()
    }
}

/// A column of an open file.
struct IpcColumn<'a> {
    ipc: &'a Ipc,
    file: &'a File,
    column: usize,
    plain: Option<Plain>,
    decoder: Decoder<'a>,
}

enum Decoder<'a> {
    Old(by_arrow2::Column<'a>),
    New(by_arrow_ipc::Dictionaries),
}

impl IpcColumn<'_> {
    fn decode(&mut self, piece: usize) -> Result<ArrayRef, Fault> {
        let ipc = self.ipc;
        let batch = ipc.batches.get(piece).ok_or_else(|| broken("it has fewer batches"))?;
        let columns = ipc.columns[self.column]..ipc.columns[self.column + 1];
        let array = match &mut self.decoder {
            Decoder::Old(column) => {
                by_arrow_ipc::check_buffers(self.file, &batch.place)?;
                column.decode(piece, ipc.schema.field(self.column).data_type())?
            }
            Decoder::New(dictionaries) => {
                let before = ipc.dictionaries.get(..batch.dictionaries).unwrap_or_default();
                dictionaries.load(ipc, self.file, before)?;
                by_arrow_ipc::decode(ipc, self.file, &batch.place, self.column, columns, dictionaries)?
            }
        };
        if array.len() == ipc.rows[piece] {
            Ok(array)
        } else {
            Err(broken("a batch's column has another length than the batch"))
        }
    }
}

impl Column for IpcColumn<'_> {
    fn visit(&mut self, piece: usize, rows: Range<usize>, visit: Visit<'_>) -> Result<(), Fault> {
        let ipc = self.ipc;
        if ipc.codec.is_none() && ipc.is_native() {
            let batch = ipc.batches.get(piece).ok_or_else(|| broken("it has fewer batches"))?;
            let extent = ipc.columns[self.column]..ipc.columns[self.column + 1];
            let data_type = ipc.schema.field(self.column).data_type();
            let (from, what) = ((self.file, &batch.place), (extent, data_type));
            if window::visit(from, what, rows.clone(), window::WINDOWS, visit)? {
                return Ok(());
            }
        }
        let array = self.decode(piece)?;
        if rows.end > array.len() {
            return Err(broken("a batch is shorter than it was"));
        }
        visit(&array.slice(rows.start, rows.len())).map(|_| ())
    }

    fn copy(&mut self, piece: usize, first: usize, out: &mut [u8]) -> Result<bool, Fault> {
        let Some(plain) = &self.plain else { return Ok(false) };
        let Some((at, length)) = self.ipc.run_in(self.file, piece, plain)? else { return Ok(false) };
        let start = (first as u64).checked_mul(plain.size as u64);
        match start.filter(|start| start.checked_add(out.len() as u64).is_some_and(|end| end <= length)) {
            Some(start) => read_exact_at(self.file, out, at + start)?,
            None => return Err(broken("a buffer is shorter than its batch")),
        }
        Ok(true)
    }
}

impl Ipc {
    /// Where the values of plain numbers lie in a piece: the first byte in the file, and how many;
    /// `None` if there are missing ones.
    fn run_in(&self, file: &File, piece: usize, plain: &Plain) -> Result<Option<(u64, u64)>, Fault> {
        let place = self.batches.get(piece).ok_or_else(|| broken("it has fewer batches"))?.place;
        let bytes = place.read(file)?;
        let message = messages::message(&bytes)?;
        let batch = messages::batch(&message)?;
        let (Some(nodes), Some(buffers)) = (batch.nodes(), batch.buffers()) else { return Ok(None) };
        if plain.nodes.iter().any(|node| *node >= nodes.len() || nodes.get(*node).null_count() != 0) {
            return Ok(None);
        }
        let number = layout::buffers(&batch, plain.buffer, plain.buffer)?.start;
        if number >= buffers.len() {
            return Err(broken("a batch has fewer buffers than its schema says"));
        }
        let buffer = buffers.get(number);
        let (offset, length) = (u64::try_from(buffer.offset()), u64::try_from(buffer.length()));
        let (Ok(offset), Ok(length)) = (offset, length) else {
            return Err(broken("a buffer has a negative place"));
        };
        match offset.checked_add(length).filter(|end| *end <= place.body_length) {
            Some(_) => Ok(Some((place.body + offset, length))),
            None => Err(broken("a buffer is longer than its batch")),
        }
    }
}
