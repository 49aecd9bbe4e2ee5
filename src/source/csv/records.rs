//! A text file as records of fields, whatever separates them.

use super::sniff::Dialect;
use csv::ByteRecord;
use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

/// Longest record accepted: an open quote would else swallow the rest of the file.
const LONGEST: u64 = 16 << 20;

/// Where a record begins, to start there again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    byte: u64,
    line: u64,
}

/// Why there is no next record.
#[derive(Debug)]
pub(super) enum RowError {
    /// The system's reason, or the inflater's.
    Io(io::Error),
    /// The text breaks the rules.
    Malformed(String),
}

/// Reads records one by one.
pub(super) struct Records {
    lines: Lines,
    record: ByteRecord,
    /// Of the current record.
    start: Mark,
    /// What positions of `lines` count from.
    base: Mark,
    /// Bytes that may still come before the next record has to be complete.
    allowance: Rc<Cell<u64>>,
    /// What begins a comment behind fields.
    trailing: Option<u8>,
    /// Lines that are left out: so many at the beginning, and others, counted from 0.
    skip: (u64, BTreeSet<u64>),
}

enum Lines {
    Separated(Box<csv::Reader<Metered>>),
    Blanks { from: BufReader<Metered>, at: Mark, line: Vec<u8>, comment: Option<u8> },
}

/// Hands on bytes while there is an allowance.
struct Metered {
    from: Box<dyn Read>,
    allowance: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.get();
        if left == 0 {
            return Err(io::Error::other(format!(
                "a row of more than {} MiB (is a quote left open?)",
                LONGEST >> 20
            )));
        }
        let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let got = self.from.read(&mut buf[..most])?;
        self.allowance.set(left - got as u64);
        Ok(got)
    }
}

impl Records {
    /// Records of a file from its start, or from a mark on.
    pub(super) fn new(
        mut handle: File,
        gzip: bool,
        dialect: &Dialect,
        from: Option<Mark>,
    ) -> io::Result<Self> {
        let base = from.unwrap_or(Mark { byte: 0, line: 1 });
        let source: Box<dyn Read> = if gzip {
            let mut inflated = MultiGzDecoder::new(BufReader::with_capacity(64 * 1024, handle));
            io::copy(&mut (&mut inflated).take(base.byte), &mut io::sink())?;
            Box::new(inflated)
        } else {
            handle.seek(SeekFrom::Start(base.byte))?;
            Box::new(handle)
        };
        let allowance = Rc::new(Cell::new(LONGEST));
        let from = Metered { from: source, allowance: Rc::clone(&allowance) };
        let lines = match dialect.delimiter {
            Some(delimiter) => Lines::Separated(Box::new(
                csv::ReaderBuilder::new()
                    .delimiter(delimiter)
                    .has_headers(false)
                    .flexible(true)
                    .comment(dialect.comment)
                    .quote(dialect.quote)
                    .buffer_capacity(64 * 1024)
                    .from_reader(from),
            )),
            None => Lines::Blanks {
                from: BufReader::with_capacity(64 * 1024, from),
                at: Mark { byte: 0, line: 1 },
                line: Vec::new(),
                comment: dialect.comment,
            },
        };
        let trailing = dialect.comment.filter(|_| dialect.trailing);
        let skip = dialect.skip.clone();
        Ok(Self { lines, record: ByteRecord::new(), start: base, base, allowance, trailing, skip })
    }

    /// The current record.
    pub(super) fn record(&self) -> &ByteRecord {
        &self.record
    }

    /// The current record's line, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.start.line
    }

    /// Where the current record begins.
    pub(super) fn mark(&self) -> Mark {
        self.start
    }

    /// Bytes of text read so far.
    pub(super) fn bytes(&self) -> u64 {
        let here = match &self.lines {
            Lines::Separated(reader) => reader.position().byte(),
            Lines::Blanks { at, .. } => at.byte,
        };
        self.base.byte + here
    }

    /// Goes to the next record that is not blank; whether there is one.
    pub(super) fn advance(&mut self) -> Result<bool, RowError> {
        loop {
            self.allowance.set(LONGEST);
            let start = match &mut self.lines {
                Lines::Separated(reader) => {
                    let more = reader.read_byte_record(&mut self.record).map_err(|error| {
                        match error.into_kind() {
                            csv::ErrorKind::Io(error) => RowError::Io(error),
                            other => RowError::Malformed(format!("{other:?}")),
                        }
                    })?;
                    if !more {
                        return Ok(false);
                    }
                    let position = self.record.position();
                    position.map_or(Mark { byte: 0, line: 1 }, |p| Mark { byte: p.byte(), line: p.line() })
                }
                Lines::Blanks { from, at, line, comment } => {
                    let start = *at;
                    line.clear();
                    let got = from.read_until(b'\n', line).map_err(RowError::Io)?;
                    if got == 0 {
                        return Ok(false);
                    }
                    *at = Mark { byte: start.byte + got as u64, line: start.line + 1 };
                    let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
                    let text = match text.iter().position(|byte| Some(*byte) == *comment) {
                        Some(at) => &text[..at],
                        _ => text,
                    };
                    self.record.clear();
                    for field in
                        text.split(|byte| byte.is_ascii_whitespace()).filter(|field| !field.is_empty())
                    {
                        self.record.push_field(field);
                    }
                    start
                }
            };
            if let Some(sign) = self.trailing
                && self.record.as_slice().contains(&sign)
            {
                self.record = without_comment(&self.record, sign);
            }
            let line = self.base.line + start.line - 2;
            if line < self.skip.0 || self.skip.1.contains(&line) {
                continue;
            }
            let blank = self.record.is_empty()
                || (self.record.len() == 1 && self.record.iter().all(|field| field.trim_ascii().is_empty()));
            if !blank {
                self.start =
                    Mark { byte: self.base.byte + start.byte, line: self.base.line + start.line - 1 };
                return Ok(true);
            }
        }
    }
}

/// The fields before a comment.
fn without_comment(record: &ByteRecord, sign: u8) -> ByteRecord {
    let mut kept = ByteRecord::new();
    for field in record {
        match field.iter().position(|byte| *byte == sign) {
            Some(0) => break,
            Some(at) => {
                kept.push_field(&field[..at]);
                break;
            }
            None => kept.push_field(field),
        }
    }
    kept
}
