//! What separates a table's fields, and whether a text is a table at all.

use super::fields;
use crate::data::load::TableOptions;
use std::collections::BTreeSet;

/// How a table is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Dialect {
    /// Between fields; `None` for blanks.
    pub(super) delimiter: Option<u8>,
    /// What begins a line that is a comment.
    pub(super) comment: Option<u8>,
    /// Whether the first row holds names.
    pub(super) header: bool,
    /// Names from a comment before the first row, or from elsewhere.
    pub(super) names: Option<Vec<String>>,
    /// What is around fields that hold separators.
    pub(super) quote: u8,
    /// Whether comments stand behind fields too.
    pub(super) trailing: bool,
    /// Lines that are left out: so many at the beginning, and others, counted from 0.
    pub(super) skip: (u64, BTreeSet<u64>),
}

impl Dialect {
    /// The same with what is known instead of guessed.
    pub(in super::super) fn with(mut self, options: &TableOptions) -> Self {
        if let Some(delimiter) = options.delimiter {
            self.delimiter = delimiter;
        }
        if let Some(header) = options.header {
            // Names in a comment stand above the first row.
            self.header = header && self.names.is_none();
        }
        if let Some(names) = &options.names {
            self.names = Some(names.clone());
            self.header = options.header == Some(true);
        }
        if options.comment.is_some() {
            (self.comment, self.trailing) = (options.comment, true);
        }
        self.quote = options.quote.unwrap_or(self.quote);
        self.skip = (options.skip_first, options.skip.clone());
        self
    }

    /// As it is told by its first lines alone.
    fn found(delimiter: Option<u8>, comments: bool, header: bool, names: Option<Vec<String>>) -> Self {
        let comment = comments.then_some(b'#');
        Self { delimiter, comment, header, names, quote: b'"', trailing: false, skip: Default::default() }
    }
}

/// A dialect, and whether the text is surely a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Sniffed {
    /// The best guess.
    pub(in super::super) dialect: Dialect,
    /// Rows of one length, with numbers or dates in them.
    pub(in super::super) sure: bool,
    /// One number a line.
    one_column: bool,
}

impl Sniffed {
    /// The dialect of a file whose name says that it is a table: then the first row holds the names,
    /// whatever they are, as in pandas.
    pub(in super::super) fn of_named_table(self) -> Dialect {
        if self.one_column && self.dialect.comment.is_none() {
            Dialect { delimiter: Some(b','), header: true, ..self.dialect }
        } else {
            self.dialect
        }
    }
}

/// Rows looked at.
const ROWS: usize = 100;

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Guesses from the beginning of a text; `whole` if that is all of it.
pub(in super::super) fn sniff(head: &[u8], whole: bool) -> Sniffed {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    // The last line may be cut.
    let head = match head.iter().rposition(|byte| *byte == b'\n') {
        Some(end) if !whole => &head[..=end],
        _ => head,
    };
    // numpy begins a table's text with comments, if any; there the names are in the last of them.
    let comments = head.starts_with(b"#");
    let mut best: Option<(usize, Dialect, bool)> = None;
    for delimiter in DELIMITERS {
        let rows = separated(head, delimiter, comments, whole);
        let Some(width) = width(&rows) else { continue };
        if width > 1 && best.as_ref().is_none_or(|(most, ..)| width > *most) {
            let names = comments.then(|| comment_names(head, Some(delimiter), width)).flatten();
            let header =
                !comments || (names.is_none() && !rows[0].iter().any(|field| fields::is_number(field)));
            let skip = usize::from(header);
            let values =
                rows.iter().skip(skip).flatten().any(|f| fields::is_number(f) || fields::time(f).is_some());
            let dialect = Dialect::found(Some(delimiter), comments, header, names);
            best = Some((width, dialect, rows.len() >= 2 && values));
        }
    }
    if let Some((_, dialect, sure)) = best {
        return Sniffed { dialect, sure, one_column: false };
    }
    blanks(head).unwrap_or(Sniffed {
        // One column of text, or rows of different lengths: the commonest delimiter of the first line.
        dialect: Dialect::found(Some(commonest(head)), comments, true, None),
        sure: false,
        one_column: false,
    })
}

fn separated(head: &[u8], delimiter: u8, comments: bool, whole: bool) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .comment(comments.then_some(b'#'))
        .from_reader(head);
    let records = reader.byte_records().map_while(Result::ok);
    let mut rows: Vec<Vec<Vec<u8>>> =
        records.take(ROWS).map(|record| record.iter().map(<[u8]>::to_vec).collect()).collect();
    // A quote that is open at the end of the head swallows the last lines.
    if !whole && rows.len() > 2 && rows.len() < ROWS {
        rows.pop();
    }
    rows
}

/// The length that all rows share.
fn width(rows: &[Vec<Vec<u8>>]) -> Option<usize> {
    let width = rows.first()?.len();
    rows.iter().all(|row| row.len() == width).then_some(width)
}

/// A table of numbers separated by blanks, perhaps with a row of names; of one column too.
fn blanks(head: &[u8]) -> Option<Sniffed> {
    let mut rows: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut comments = false;
    for line in head.split(|byte| *byte == b'\n') {
        let text = match line.iter().position(|byte| *byte == b'#') {
            Some(at) => {
                comments = true;
                &line[..at]
            }
            None => line,
        };
        let row: Vec<Vec<u8>> = text
            .split(|byte| byte.is_ascii_whitespace())
            .filter(|field| !field.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        if !row.is_empty() {
            rows.push(row);
        }
        if rows.len() > ROWS {
            break;
        }
    }
    let width = width(&rows)?;
    let numbers = |row: &Vec<Vec<u8>>| row.iter().all(|f| fields::is_number(f) || fields::is_missing(f));
    let (first, rest) = rows.split_first()?;
    if !rest.iter().all(numbers) {
        return None;
    }
    let header = !numbers(first);
    if (header && (rest.is_empty() || first.iter().any(|field| fields::is_number(field))))
        || rows.len() < 2 && width < 2
    {
        return None;
    }
    let names = if header { None } else { comment_names(head, None, width) };
    let dialect = Dialect::found(None, comments, header, names);
    Some(Sniffed { dialect, sure: true, one_column: width == 1 })
}

/// Names in the last comment before the first row, if there are as many as columns.
fn comment_names(head: &[u8], delimiter: Option<u8>, width: usize) -> Option<Vec<String>> {
    let comments = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let last = comments
        .take_while(|line| line.is_empty() || line.starts_with(b"#"))
        .filter(|line| !line.is_empty())
        .last()?;
    let text = std::str::from_utf8(last).ok()?.trim_start_matches('#').trim();
    let names: Vec<String> = match delimiter {
        Some(delimiter) => text.split(char::from(delimiter)).map(|name| name.trim().to_owned()).collect(),
        None => text.split_whitespace().map(str::to_owned).collect(),
    };
    let usable = names.len() == width
        && names.iter().all(|name| !name.is_empty() && !fields::is_number(name.as_bytes()));
    usable.then(|| super::distinct(names))
}

fn commonest(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    // The first of the most frequent ones.
    let mut best = DELIMITERS[0];
    for delimiter in DELIMITERS {
        if count(delimiter) > count(best) {
            best = delimiter;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, delimiter: Option<u8>, header: bool, sure: bool) {
        let found = sniff(text.as_bytes(), true);
        let dialect = &found.dialect;
        assert_eq!((dialect.delimiter, dialect.header, found.sure), (delimiter, header, sure), "{text}");
    }

    #[test]
    fn delimiters_are_found() {
        check("a,b\n1,2\n", Some(b','), true, true);
        check("a;b\n1,5;2\n", Some(b';'), true, true);
        check("id\trate\n1\t.5\n", Some(b'\t'), true, true);
        check("a|b\n1|2\n", Some(b'|'), true, true);
        check("1.0 2.0\n3.0 4.0\n", None, false, true);
        check("x y\n3.0 4.0\n", None, true, true);
        check("# x y\n3.0 4.0\n1 2\n", None, false, true);
        check("1\n2\n3\n", None, false, true);
        check("a,\"x,\ny\"\nb,c\n", Some(b','), true, false);
    }

    #[test]
    fn one_column_of_numbers_has_its_name_on_top_where_the_file_is_called_a_table() {
        let named = |text: &str| sniff(text.as_bytes(), true).of_named_table();
        assert_eq!((named("1\n2\n").delimiter, named("1\n2\n").header), (Some(b','), true));
        assert!(!named("# x\n1\n2\n").header);
        assert!(!named("1 2\n3 4\n").header);
    }

    #[test]
    fn prose_is_no_table() {
        for text in [
            "Hello, world.\nThis is a text,\nwith commas, here and there.\n",
            "one line",
            "key: value\nother: 3\n",
        ] {
            assert!(!sniff(text.as_bytes(), true).sure, "{text}");
        }
    }

    #[test]
    fn names_in_a_comment_are_used() {
        let found = sniff(b"# written by numpy\n# t, x\n0,1\n1,2\n", true);
        assert_eq!(found.dialect.names, Some(vec!["t".to_owned(), "x".to_owned()]));
        assert_eq!(found.dialect.delimiter, Some(b','));
    }
}
