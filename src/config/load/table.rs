//! Options of tables in text: those of `pandas.read_csv` and `numpy.loadtxt` that are honoured.

use crate::config::{Node, Yaml};
use crate::data::Dtype;
use crate::data::load::{ColumnRef, TableOptions};
use crate::diag::{Diagnostic, did_you_mean};

/// Keys of `read_csv` that are honoured, or that cannot change a result.
pub(super) const CSV_KEYS: &[&str] = &[
    "sep",
    "delimiter",
    "header",
    "names",
    "index_col",
    "usecols",
    "dtype",
    "skiprows",
    "nrows",
    "na_values",
    "keep_default_na",
    "parse_dates",
    "decimal",
    "quotechar",
    "comment",
    "compression",
    "encoding",
    "engine",
    "low_memory",
    "memory_map",
];

/// Keys of `read_csv` that are not.
pub(super) const CSV_REFUSED: &[&str] = &[
    "converters",
    "true_values",
    "false_values",
    "skipinitialspace",
    "skipfooter",
    "na_filter",
    "skip_blank_lines",
    "date_format",
    "dayfirst",
    "thousands",
    "quoting",
    "doublequote",
    "escapechar",
    "on_bad_lines",
    "delim_whitespace",
    "float_precision",
    "chunksize",
    "iterator",
];

/// Keys of `loadtxt` that are honoured.
pub(super) const TXT_KEYS: &[&str] =
    &["delimiter", "comments", "encoding", "skiprows", "usecols", "max_rows"];

/// Keys of `loadtxt` that are not.
pub(super) const TXT_REFUSED: &[&str] = &["dtype", "converters", "unpack", "ndmin", "quotechar", "like"];

/// The options of `read_csv`.
///
/// # Errors
/// Values of a wrong kind, by their key.
pub(super) fn read_csv(node: &Node) -> Result<TableOptions, Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let mut options = TableOptions {
        // pandas' defaults: nothing is recognised, and dates are text unless they are asked for.
        delimiter: Some(Some(b',')),
        header: Some(true),
        dates: Some(Vec::new()),
        ..TableOptions::default()
    };
    if let Some(separator) = given("sep").or(given("delimiter")) {
        options.delimiter = Some(delimiter(separator)?);
    }
    if let Some(names) = given("names") {
        options.names =
            Some(names.list()?.iter().map(|n| n.text().map(str::to_owned)).collect::<Result<_, _>>()?);
        options.header = Some(false);
    }
    match node.get("header").map(|header| (header, &header.value)) {
        None => {}
        Some((_, Yaml::Str(text))) if text == "infer" => {}
        Some((_, Yaml::Null)) => options.header = Some(false),
        Some((header, _)) => {
            options.header = Some(true);
            options.before_header = count(header, "header")?;
        }
    }
    if let Some(index) = given("index_col").filter(|index| !matches!(index.value, Yaml::Bool(false))) {
        let [index] = many(index) else {
            return Err(index.expected("one column, for several index columns are not supported,"));
        };
        options.index = Some(column(index, "index_col")?);
    }
    skipped(&mut options, given("skiprows"))?;
    options.rows = given("nrows").map(|rows| count(rows, "nrows")).transpose()?;
    options.columns = given("usecols").map(|columns| all_columns(columns, "usecols")).transpose()?;
    if let Some(types) = given("dtype") {
        options.types = match types.as_map() {
            None => vec![(None, dtype(types)?)],
            Some(entries) => entries
                .iter()
                .map(|(key, value)| Ok((Some(column(key, "dtype")?), dtype(value)?)))
                .collect::<Result<_, Diagnostic>>()?,
        };
    }
    match given("parse_dates").map(|dates| (dates, &dates.value)) {
        None | Some((_, Yaml::Bool(false))) => {}
        // The index, if there is one.
        Some((_, Yaml::Bool(true))) => options.dates = Some(options.index.iter().cloned().collect()),
        Some((dates, _)) => options.dates = Some(all_columns(dates, "parse_dates")?),
    }
    if let Some(missing) = given("na_values") {
        options.missing = many(missing).iter().map(plain).collect::<Result<_, _>>()?;
    }
    options.default_missing = given("keep_default_na").map_or(Ok(true), Node::boolean)?;
    options.decimal = given("decimal").map(one_byte).transpose()?.filter(|sign| *sign != b'.');
    options.quote = given("quotechar").map(one_byte).transpose()?;
    options.comment = given("comment").map(one_byte).transpose()?;
    if let Some(compression) = given("compression")
        && !matches!(compression.text()?, "infer" | "gzip")
    {
        return Err(compression.expected("`infer` or `gzip`"));
    }
    encoding(given("encoding"))?;
    Ok(options)
}

/// The options of `loadtxt`.
///
/// # Errors
/// As [`read_csv`].
pub(super) fn loadtxt(node: &Node) -> Result<TableOptions, Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let mut options = TableOptions {
        delimiter: given("delimiter").map(delimiter).transpose()?,
        header: Some(false),
        ..TableOptions::default()
    };
    options.comment = given("comments").map(one_byte).transpose()?.filter(|sign| *sign != b'#');
    options.skip_first =
        given("skiprows").map(|rows| count(rows, "skiprows")).transpose()?.unwrap_or(0) as u64;
    options.rows = given("max_rows").map(|rows| count(rows, "max_rows")).transpose()?;
    options.columns = given("usecols").map(|columns| all_columns(columns, "usecols")).transpose()?;
    encoding(given("encoding"))?;
    Ok(options)
}

fn skipped(options: &mut TableOptions, node: Option<&Node>) -> Result<(), Diagnostic> {
    match node.map(|node| (node, &node.value)) {
        None => {}
        Some((node, Yaml::Seq(_))) => {
            for line in node.list()? {
                options.skip.insert(count(line, "skiprows")? as u64);
            }
        }
        Some((node, _)) => options.skip_first = count(node, "skiprows")? as u64,
    }
    Ok(())
}

fn count(node: &Node, key: &str) -> Result<usize, Diagnostic> {
    match node.value {
        Yaml::Int(number) => usize::try_from(number).ok(),
        _ => None,
    }
    .ok_or_else(|| node.expected(&format!("a number from 0 on for `{key}`")))
}

fn column(node: &Node, key: &str) -> Result<ColumnRef, Diagnostic> {
    match node.value {
        Yaml::Int(_) => Ok(ColumnRef::Number(count(node, key)?)),
        _ => Ok(ColumnRef::Name(node.text()?.to_owned())),
    }
}

fn all_columns(node: &Node, key: &str) -> Result<Vec<ColumnRef>, Diagnostic> {
    many(node).iter().map(|node| column(node, key)).collect()
}

/// The items of a list; what is none is one.
fn many(node: &Node) -> &[Node] {
    match &node.value {
        Yaml::Seq(items) => items,
        _ => std::slice::from_ref(node),
    }
}

/// A value as a field would hold it.
fn plain(node: &Node) -> Result<String, Diagnostic> {
    match &node.value {
        Yaml::Int(number) => Ok(number.to_string()),
        Yaml::Float(number) => Ok(number.to_string()),
        _ => node.text().map(str::to_owned),
    }
}

fn dtype(node: &Node) -> Result<Dtype, Diagnostic> {
    const NAMES: [(&str, Dtype); 17] = [
        ("int", Dtype::I64),
        ("float", Dtype::F64),
        ("str", Dtype::Str),
        ("string", Dtype::Str),
        ("object", Dtype::Str),
        ("category", Dtype::Str),
        ("bool", Dtype::Bool),
        ("int8", Dtype::I8),
        ("int16", Dtype::I16),
        ("int32", Dtype::I32),
        ("int64", Dtype::I64),
        ("uint8", Dtype::U8),
        ("uint16", Dtype::U16),
        ("uint32", Dtype::U32),
        ("uint64", Dtype::U64),
        ("float32", Dtype::F32),
        ("float64", Dtype::F64),
    ];
    let name = node.text()?;
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, dtype)| *dtype).ok_or_else(|| {
        Diagnostic::error(format!("unknown `dtype` `{name}`"))
            .at(node.place.clone())
            .help(did_you_mean(name, NAMES.iter().map(|(name, _)| *name)))
    })
}

fn encoding(node: Option<&Node>) -> Result<(), Diagnostic> {
    let Some(encoding) = node else { return Ok(()) };
    let name = encoding.text()?.to_lowercase().replace('_', "-");
    match name.as_str() {
        "utf-8" | "utf8" | "utf-8-sig" | "ascii" | "latin-1" | "latin1" | "iso-8859-1" | "bytes" => Ok(()),
        _ => Err(encoding.expected("`utf-8` or `latin-1`")),
    }
}

fn one_byte(node: &Node) -> Result<u8, Diagnostic> {
    match node.text()?.as_bytes() {
        [byte] => Ok(*byte),
        _ => Err(node.expected("one character")),
    }
}

/// One byte, or blanks (`None`).
fn delimiter(node: &Node) -> Result<Option<u8>, Diagnostic> {
    match node.text()? {
        r"\s+" | " " => Ok(None),
        r"\t" => Ok(Some(b'\t')),
        text => match text.as_bytes() {
            [byte] => Ok(Some(*byte)),
            _ => Err(node.expected("one character, or `\\s+` for blanks")),
        },
    }
}
