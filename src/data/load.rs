//! What a load configuration says, in plain values: which files, read how, hung where.
//!
//! `config` makes it of YAML, `source` carries it out; they meet only here.

use super::Dtype;
use crate::diag::Place;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A load configuration: entries in the order in which they are carried out. Disabled ones are gone.
#[derive(Clone, Debug, Default)]
pub struct LoadSpec {
    /// The entries.
    pub entries: Vec<LoadEntry>,
}

/// A text and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The text.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// Files that are read in one way.
#[derive(Clone, Debug)]
pub struct LoadEntry {
    /// Its name.
    pub name: String,
    /// Where it was written.
    pub place: Place,
    /// How its files are read.
    pub loader: Loader,
    /// Which files, relative to the base.
    pub globs: Vec<Placed>,
    /// Matches of these are left out.
    pub ignore: Vec<Placed>,
    /// Where globs start, instead of the data directory.
    pub base_path: Option<PathBuf>,
    /// Whether no match, or a file that cannot be read, is an error.
    pub required: bool,
    /// Searched in the whole path; its first group becomes `{match}`.
    pub path_regex: Option<Placed>,
    /// Where a file's content hangs: a format string.
    pub target: Placed,
    /// Attach the object as an attribute (of the entry's name) of what is at the target.
    pub as_attr: bool,
    /// What to do if something is at the target.
    pub exists: Exists,
    /// Whether matches that are files count.
    pub files: bool,
    /// Whether matches that are directories count.
    pub directories: bool,
    /// All files become one object.
    pub join: Option<Join>,
}

/// How files are read.
#[derive(Clone, Debug, PartialEq)]
pub enum Loader {
    /// Whatever the content is.
    Auto,
    /// HDF5, values as they are stored.
    Hdf5(Hdf5Options),
    /// A file with variables, CF-decoded.
    Dataset,
    /// A file with one variable, CF-decoded: the variable itself.
    DataArray,
    /// numpy's npy and npz.
    Npy,
    /// A table of numbers without names, as `numpy.loadtxt` reads it: one array.
    NumpyText(TableOptions),
    /// A table with names.
    Csv(TableOptions),
    /// YAML; only a mapping if `mapping`.
    Yaml {
        /// Whether anything but a mapping is an error.
        mapping: bool,
    },
    /// Text, as it is.
    Text,
    /// A format by its name in messages; the file's content must be of it.
    Format(&'static str),
}

/// Options of the HDF5 loaders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hdf5Options {
    /// The attribute that says what datasets mean (`content`), if it is heeded.
    pub map_from: Option<String>,
    /// Names become lower-case.
    pub lower_case: bool,
}

/// How a table is written and what of it is read; what is absent is recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct TableOptions {
    /// Between fields; `Some(None)` for blanks.
    pub delimiter: Option<Option<u8>>,
    /// Whether a row holds names.
    pub header: Option<bool>,
    /// Rows before that of the names, which are left out.
    pub before_header: usize,
    /// Names of the columns, instead of those of the header.
    pub names: Option<Vec<String>>,
    /// What begins a comment, also behind fields.
    pub comment: Option<u8>,
    /// What is around fields that hold separators.
    pub quote: Option<u8>,
    /// The sign of decimals, if it is no point.
    pub decimal: Option<u8>,
    /// Lines at the beginning that are left out.
    pub skip_first: u64,
    /// Other lines that are left out, counted from 0.
    pub skip: BTreeSet<u64>,
    /// The most rows.
    pub rows: Option<usize>,
    /// The columns that are read, if not all are.
    pub columns: Option<Vec<ColumnRef>>,
    /// The column whose values label the rows.
    pub index: Option<ColumnRef>,
    /// Types of columns; of all of them where none is named.
    pub types: Vec<(Option<ColumnRef>, Dtype)>,
    /// The columns that hold dates; those that look so if `None`.
    pub dates: Option<Vec<ColumnRef>>,
    /// What stands for a missing value besides what pandas knows.
    pub missing: Vec<String>,
    /// Whether what pandas knows for missing values is missing.
    pub default_missing: bool,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            delimiter: None,
            header: None,
            before_header: 0,
            names: None,
            comment: None,
            quote: None,
            decimal: None,
            skip_first: 0,
            skip: BTreeSet::new(),
            rows: None,
            columns: None,
            index: None,
            types: Vec::new(),
            dates: None,
            missing: Vec::new(),
            default_missing: true,
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnRef {
    /// By its name.
    Name(String),
    /// By its number, from 0.
    Number(usize),
}

/// What to do if something is at a target already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exists {
    /// An error.
    Raise,
    /// Keep the old one.
    Skip {
        /// Say so.
        warn: bool,
    },
    /// Take the new one.
    Overwrite {
        /// Say so.
        warn: bool,
    },
}

/// How the files of an entry become one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// The dimension along which.
    pub dim: String,
    /// A dimension that the files do not have: each file is one element of it.
    pub new: bool,
    /// The files' order.
    pub order: Order,
}

/// Order of the files that are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By name.
    Name,
    /// By the first value of the dimension's coordinate.
    Coordinate,
}
