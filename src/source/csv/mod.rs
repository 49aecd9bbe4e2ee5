//! Tables in text: separated by `,`, `;`, tab or `|`, or by blanks as numpy writes them; plain or
//! gzipped.
//!
//! The meaning of fields is that of `pandas.read_csv` with its defaults: the first row holds the
//! names, the same fields are missing values, integers with missing ones are floats. Dates in ISO
//! 8601 (and with the month's name) become times. Opening reads the whole file once, since its types
//! and length are written nowhere else; it keeps a mark every few thousand rows from which a slab of
//! rows is read.

mod fields;
mod guess;
mod records;
mod sniff;

use super::file::DataFile;
use super::{ArrayNode, CoordSource, Group, GroupKind, Item, Listing, Node, Reader, SourceError, Storage};
use crate::data::load::{ColumnRef, TableOptions};
use crate::data::{Attrs, Dtype, Slab, StrBuf};
use crate::diag::{Diagnostic, did_you_mean, list};
use fields::Meaning;
use guess::Guess;
use records::{Mark, Records, RowError};
pub(super) use sniff::{Dialect, sniff};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows between two marks.
const MARK_EVERY: usize = 8192;

/// Tables of at most so many bytes are decoded as a whole at the first read, so that reading all
/// columns one by one does not parse the text once a column.
const DECODE_WHOLE: u64 = 16 << 20;

/// Most columns of a table.
const MOST_COLUMNS: usize = 100_000;

/// The dim along a table's rows, as pandas calls it.
const ROWS: &str = "index";

/// A table in a text file.
#[derive(Debug)]
pub(super) struct Csv {
    file: DataFile,
    gzip: bool,
    dialect: Dialect,
    columns: Vec<Column>,
    rows: usize,
    marks: Vec<Mark>,
    bytes: u64,
    warnings: Vec<Diagnostic>,
    decoded: Mutex<Option<Arc<Vec<Decoded>>>>,
    options: TableOptions,
    meaning: Meaning,
    /// The column whose values label the rows.
    index: Option<usize>,
}

#[derive(Debug)]
struct Column {
    name: String,
    dtype: Dtype,
    /// Whether it is read.
    used: bool,
}

/// The values of a whole column.
#[derive(Debug)]
enum Decoded {
    Numbers(Vec<u8>),
    Texts(StrBuf),
}

impl Csv {
    /// Reads a table once to know its columns, types and length.
    ///
    /// # Errors
    /// If a row has more fields than the first, by its line; if a column that `options` name is not
    /// there.
    pub(super) fn open(
        file: DataFile,
        gzip: bool,
        dialect: Dialect,
        options: TableOptions,
    ) -> Result<Self, SourceError> {
        let mut csv = Self {
            file,
            gzip,
            dialect,
            columns: Vec::new(),
            rows: 0,
            marks: Vec::new(),
            bytes: 0,
            warnings: Vec::new(),
            decoded: Mutex::new(None),
            meaning: Meaning::of(&options),
            options,
            index: None,
        };
        csv.scan()?;
        csv.choose()?;
        Ok(csv)
    }

    fn scan(&mut self) -> Result<(), SourceError> {
        let mut records = self.records(None)?;
        let mut names: Option<Vec<String>> = self.dialect.names.clone();
        let mut guesses: Vec<Guess> = names.iter().flatten().map(|_| Guess::default()).collect();
        let (mut first_line, mut latin) = (1, false);
        let (mut short, mut num_short) = (None, 0_u64);
        // What is above the header, and the header itself where there are other names.
        let given = self.options.names.is_some();
        let mut above = self.options.before_header + usize::from(given && self.dialect.header);
        while self.options.rows.is_none_or(|most| self.rows < most) && self.step(&mut records)? {
            let record = records.record();
            if above > 0 {
                above -= 1;
                continue;
            }
            if guesses.is_empty() {
                if record.len() > MOST_COLUMNS {
                    return Err(self.file.malformed(None, format!("it has {} columns", record.len())));
                }
                guesses.resize_with(record.len(), Guess::default);
                first_line = records.line();
            }
            if names.is_none() {
                let header: Vec<String> =
                    record.iter().map(|field| fields::text(field, &mut latin)).collect();
                if self.dialect.header {
                    if record.iter().all(fields::is_number) {
                        self.warn("its first row is taken as the names of its columns, although it consists of numbers");
                    }
                    names = Some(distinct(header));
                    continue;
                }
                names = Some((0..header.len()).map(|i| format!("col_{i}")).collect());
            }
            let named = names.as_ref().map_or(0, Vec::len);
            if self.rows == 0 && (self.dialect.header || given) && record.len() > named {
                names = Some(self.shifted(names.unwrap_or_default(), record.len())?);
                guesses.resize_with(record.len(), Guess::default);
                first_line = records.line();
            }
            if record.len() < guesses.len() {
                short.get_or_insert((records.line(), record.len()));
                num_short += 1;
            } else if record.len() > guesses.len() {
                return Err(self.file.malformed(
                    None,
                    format!(
                        "line {} has {} fields, line {first_line} has {}",
                        records.line(),
                        record.len(),
                        guesses.len()
                    ),
                ));
            }
            if self.rows.is_multiple_of(MARK_EVERY) {
                self.marks.push(records.mark());
            }
            self.rows += 1;
            for (guess, field) in guesses.iter_mut().zip(cells(record)) {
                guess.see(field, &self.meaning, &mut latin);
            }
        }
        self.bytes = records.bytes();
        if let Some((line, fields)) = short {
            let more = if num_short > 1 { format!(" (and {} more)", num_short - 1) } else { String::new() };
            self.warn(&format!(
                "line {line} has {fields} of {} fields{more}: the others are taken as missing, as pandas does",
                guesses.len()
            ));
        }
        if latin {
            self.warn("it is not UTF-8; it is read as Latin-1");
        }
        let columns = names.unwrap_or_default().into_iter().zip(&guesses);
        let padded: Vec<String> =
            columns.clone().filter(|(_, guess)| guess.is_padded()).map(|(name, _)| name).collect();
        if !padded.is_empty() {
            self.warn(&format!(
                "the missing values of {} have blanks around them, so that these columns are text, as in pandas",
                list(&padded)
            ));
        }
        let named: Vec<String> = columns.clone().map(|(name, _)| name).collect();
        let all = |columns: &[ColumnRef]| self.positions(columns, &named);
        let dates = self.options.dates.as_deref().map(all).transpose()?;
        let mut types = BTreeMap::new();
        for (column, dtype) in &self.options.types {
            match column {
                Some(column) => {
                    types.extend(all(std::slice::from_ref(column))?.into_iter().map(|at| (at, *dtype)));
                }
                None => types.extend((0..named.len()).map(|at| (at, *dtype))),
            }
        }
        let dated = |at: usize| dates.as_ref().is_none_or(|dates| dates.contains(&at));
        self.columns = columns
            .enumerate()
            .map(|(at, (name, guess))| {
                let dtype = types.get(&at).copied().unwrap_or_else(|| guess.dtype(dated(at)));
                Column { name, dtype, used: true }
            })
            .collect();
        Ok(())
    }

    /// Takes the columns that are wanted, and the one that labels the rows.
    fn choose(&mut self) -> Result<(), SourceError> {
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        if let Some(columns) = &self.options.columns {
            let used = self.positions(columns, &names)?;
            self.columns.iter_mut().enumerate().for_each(|(at, column)| column.used = used.contains(&at));
        }
        let Some(index) = &self.options.index else {
            // What pandas takes for the rows' own names.
            self.index = self.index.filter(|at| self.options.header.is_some() && self.columns[*at].used);
            return Ok(());
        };
        let used: Vec<usize> = (0..names.len()).filter(|at| self.columns[*at].used).collect();
        let at = match index {
            // pandas counts among the columns that it reads.
            ColumnRef::Number(number) => used.get(*number).copied(),
            ColumnRef::Name(name) => used.iter().copied().find(|at| names[*at] == *name),
        };
        let Some(at) = at else {
            return Err(self.no_column(index, &used.iter().map(|at| names[*at].clone()).collect::<Vec<_>>()));
        };
        if names[at] == format!("Unnamed: {at}") && !names.iter().any(|name| name == ROWS) {
            // What pandas writes for an index without a name.
            ROWS.clone_into(&mut self.columns[at].name);
        }
        self.index = Some(at);
        Ok(())
    }

    /// The numbers of columns.
    fn positions(&self, columns: &[ColumnRef], names: &[String]) -> Result<Vec<usize>, SourceError> {
        let one = |column: &ColumnRef| match column {
            ColumnRef::Number(number) => Some(*number).filter(|number| *number < names.len()),
            ColumnRef::Name(name) => names.iter().position(|have| have == name),
        };
        columns.iter().map(|column| one(column).ok_or_else(|| self.no_column(column, names))).collect()
    }

    fn no_column(&self, column: &ColumnRef, names: &[String]) -> SourceError {
        let why = match column {
            ColumnRef::Number(number) => format!("it has no column {number}: there are {}", names.len()),
            ColumnRef::Name(name) => {
                let help = did_you_mean(name, names.iter().map(String::as_str)).unwrap_or_default();
                format!("it has no column `{name}` ({help})")
            }
        };
        self.file.malformed(None, why)
    }

    /// Names of as many columns as rows have, when the header has fewer: pandas takes the first columns
    /// for the rows' own names, and so the header's for the last ones.
    fn shifted(&mut self, header: Vec<String>, columns: usize) -> Result<Vec<String>, SourceError> {
        if columns > MOST_COLUMNS {
            return Err(self.file.malformed(None, format!("it has {columns} columns")));
        }
        let more = columns - header.len();
        self.index = (more == 1).then_some(0);
        self.warn(&format!(
            "its rows have {columns} fields but its header has {}: the header's names are taken for the last columns, \
             as pandas does",
            header.len()
        ));
        let index = (0..more).map(|i| if more == 1 { ROWS.to_owned() } else { format!("{ROWS}_{i}") });
        Ok(distinct(index.chain(header).collect()))
    }

    fn warn(&mut self, what: &str) {
        self.warnings.push(Diagnostic::warning(format!("{}: {what}", self.file.path().display())));
    }

    fn records(&self, from: Option<Mark>) -> Result<Records, SourceError> {
        let handle = self.file.reopen()?;
        Records::new(handle, self.gzip, &self.dialect, from).map_err(|error| self.file.io(&error))
    }

    /// The next record, if there is one.
    fn step(&self, records: &mut Records) -> Result<bool, SourceError> {
        records.advance().map_err(|error| match error {
            RowError::Io(error) if error.raw_os_error().is_some() => self.file.io(&error),
            RowError::Io(error) => {
                let gzip = if self.gzip { "its gzip data are broken: " } else { "" };
                self.file.malformed(None, format!("{gzip}{error}"))
            }
            RowError::Malformed(why) => self.file.malformed(None, why),
        })
    }

    /// Calls `visit` with every row of `rows`.
    fn each_row(
        &self,
        rows: std::ops::Range<usize>,
        visit: &mut dyn FnMut(&csv::ByteRecord, u64) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let nearest = rows.start / MARK_EVERY;
        let mut records = self.records(self.marks.get(nearest).copied())?;
        for row in nearest * MARK_EVERY..rows.end {
            if !self.step(&mut records)? || records.record().len() > self.columns.len() {
                return Err(self.file.malformed(None, "it was changed while it was in use"));
            }
            if row >= rows.start {
                visit(records.record(), records.line())?;
            }
        }
        Ok(())
    }

    fn number(&self, column: &Column, field: &[u8], line: u64, out: &mut [u8]) -> Result<(), SourceError> {
        self.meaning.encode(column.dtype, field, out).ok_or_else(|| {
            self.file.malformed(Some(&column.name), format!("line {line} is no {}", column.dtype))
        })
    }

    /// All columns, decoded once, if the table is small.
    fn whole(&self) -> Result<Option<Arc<Vec<Decoded>>>, SourceError> {
        if self.bytes > DECODE_WHOLE {
            return Ok(None);
        }
        let mut held = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*held {
            return Ok(Some(known.clone()));
        }
        let mut numbers: Vec<Vec<u8>> =
            self.columns.iter().map(|column| vec![0; column.dtype.size().unwrap_or(0) * self.rows]).collect();
        let mut texts: Vec<Vec<String>> = self.columns.iter().map(|_| Vec::new()).collect();
        let mut row = 0;
        self.each_row(0..self.rows, &mut |record, line| {
            for ((column, field), (numbers, texts)) in
                self.columns.iter().zip(cells(record)).zip(numbers.iter_mut().zip(&mut texts))
            {
                match column.dtype.size() {
                    _ if !column.used => {}
                    Some(size) => {
                        self.number(column, field, line, &mut numbers[row * size..(row + 1) * size])?
                    }
                    None => texts.push(self.meaning.cell(field)),
                }
            }
            row += 1;
            Ok(())
        })?;
        let columns = self.columns.iter().zip(numbers.into_iter().zip(texts));
        let decoded = columns.map(|(column, (numbers, texts))| match column.dtype {
            Dtype::Str => Decoded::Texts(texts.iter().collect()),
            _ => Decoded::Numbers(numbers),
        });
        let decoded = Arc::new(decoded.collect());
        *held = Some(Arc::clone(&decoded));
        Ok(Some(decoded))
    }

    fn column(&self, array: &ArrayNode) -> Result<(usize, &Column), SourceError> {
        let index = array.item as usize;
        let column = self.columns.get(index);
        column
            .map(|column| (index, column))
            .ok_or_else(|| self.file.malformed(Some(&array.origin), "it is not in this file"))
    }
}

/// A row's fields, then empty ones without end, for rows may be short.
fn cells(record: &csv::ByteRecord) -> impl Iterator<Item = &[u8]> {
    record.iter().chain(std::iter::repeat(&[][..]))
}

/// Names as pandas makes them distinct: `x`, `x.1`, `x.2`; `Unnamed: 3` for none.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut taken = std::collections::BTreeSet::new();
    let mut counts: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let original: std::collections::BTreeSet<String> = names.iter().cloned().collect();
    let mut made = Vec::with_capacity(names.len());
    for (i, name) in names.into_iter().enumerate() {
        let base = if name.is_empty() { format!("Unnamed: {i}") } else { name };
        let mut name = base.clone();
        while taken.contains(&name) || (name != base && original.contains(&name)) {
            let count = counts.entry(base.clone()).or_insert(0);
            *count += 1;
            name = format!("{base}.{count}");
        }
        taken.insert(name.clone());
        made.push(name);
    }
    made
}

impl Reader for Csv {
    // What a load configuration says of the file's dialect is not kept.
    fn provenance(&self, _array: &ArrayNode) -> Option<crate::source::Provenance> {
        None
    }

    fn format(&self) -> &'static str {
        if self.gzip { "CSV (gzip)" } else { "CSV" }
    }

    fn path(&self) -> &Path {
        self.file.path()
    }

    fn list(&self) -> Result<Listing, SourceError> {
        let rows = self.index.map_or(ROWS, |at| &self.columns[at].name);
        let used = self.columns.iter().enumerate().filter(|(_, column)| column.used);
        let members = used.map(|(item, column)| {
            let stored = match column.dtype {
                // Dates are text in the file.
                Dtype::Time(_) => "str".to_owned(),
                other => other.numpy_name().to_owned(),
            };
            let node = ArrayNode {
                dtype: column.dtype,
                stored,
                dims: vec![rows.into()],
                shape: vec![self.rows],
                attrs: Attrs::new(),
                coords: match self.index {
                    Some(_) => vec![(rows.to_owned(), CoordSource::Leaf(rows.to_owned()))],
                    None => Vec::new(),
                },
                storage: Storage::Opaque,
                file: 0,
                item: item as Item,
                origin: column.name.clone(),
            };
            (column.name.clone(), Node::Array(Arc::new(node)))
        });
        let root = Group::of(GroupKind::Table, Attrs::new(), members.collect());
        Ok(Listing { root: Node::Group(root), warnings: self.warnings.clone() })
    }

    fn read_into(&self, array: &ArrayNode, slab: &Slab, out: &mut [u8]) -> Result<(), SourceError> {
        let (index, column) = self.column(array)?;
        let size = column.dtype.size().unwrap_or(1);
        let rows = slab.0[0].clone();
        if let Some(whole) = self.whole()? {
            if let Decoded::Numbers(bytes) = &whole[index] {
                out.copy_from_slice(&bytes[rows.start * size..rows.end * size]);
            }
            return Ok(());
        }
        let mut cells = out.chunks_exact_mut(size);
        self.each_row(rows, &mut |record, line| match cells.next() {
            Some(cell) => self.number(column, record.get(index).unwrap_or_default(), line, cell),
            None => Ok(()),
        })
    }

    fn read_texts(&self, array: &ArrayNode, slab: &Slab) -> Result<StrBuf, SourceError> {
        let (index, _) = self.column(array)?;
        let rows = slab.0[0].clone();
        if let Some(whole) = self.whole()? {
            return Ok(match &whole[index] {
                Decoded::Texts(texts) if rows == (0..self.rows) => texts.clone(),
                Decoded::Texts(texts) => rows.map(|row| texts.get(row)).collect(),
                Decoded::Numbers(_) => std::iter::empty::<&str>().collect(),
            });
        }
        let mut texts = Vec::with_capacity(rows.len());
        self.each_row(rows, &mut |record, _| {
            texts.push(self.meaning.cell(record.get(index).unwrap_or_default()));
            Ok(())
        })?;
        Ok(texts.iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `pandas.read_csv(io.StringIO("a,a,,a.1,a\n")).columns`.
    #[test]
    fn names_are_made_distinct_as_pandas_does() {
        let names = ["a", "a", "", "a.1", "a"].map(str::to_owned).to_vec();
        assert_eq!(distinct(names), ["a", "a.2", "Unnamed: 2", "a.1", "a.3"]);
    }
}
