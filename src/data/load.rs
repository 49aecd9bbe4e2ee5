//! What a load configuration says, in plain values: which files, read how, hung where.
//!
//! `config` makes it of YAML, `source` carries it out; they meet only here.

use crate::diag::Place;
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

/// How a table is written; what is absent is recognised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableOptions {
    /// Between fields; `Some(None)` for blanks.
    pub delimiter: Option<Option<u8>>,
    /// Whether the first row holds names.
    pub header: Option<bool>,
    /// Names of the columns.
    pub names: Option<Vec<String>>,
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
