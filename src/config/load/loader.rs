//! Loaders of a load configuration by their names, and the options that each takes.

use crate::config::{Node, Yaml};
use crate::data::load::{Hdf5Options, Loader, TableOptions};
use crate::diag::{Diagnostic, did_you_mean};

/// Keys of the HDF5 loaders.
const HDF5_KEYS: &[&str] = &[
    "enable_mapping",
    "map_from_attr",
    "lower_case_keys",
    "load_as_proxy",
    "proxy_kwargs",
    "direct_insertion",
];

/// Keys of the loaders of xarray; none changes a result.
const XARRAY_KEYS: &[&str] = &["load_completely", "engine"];

/// Keys of `read_csv` that are honoured, or that cannot change a result.
const CSV_KEYS: &[&str] = &[
    "sep",
    "delimiter",
    "header",
    "names",
    "comment",
    "compression",
    "encoding",
    "engine",
    "low_memory",
    "memory_map",
];

/// Keys of `read_csv` that are not.
const CSV_REFUSED: &[&str] = &[
    "index_col",
    "usecols",
    "dtype",
    "converters",
    "true_values",
    "false_values",
    "skipinitialspace",
    "skiprows",
    "skipfooter",
    "nrows",
    "na_values",
    "keep_default_na",
    "na_filter",
    "skip_blank_lines",
    "parse_dates",
    "date_format",
    "dayfirst",
    "thousands",
    "decimal",
    "quotechar",
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
const TXT_KEYS: &[&str] = &["delimiter", "comments", "encoding"];

/// Keys of `loadtxt` that are not.
const TXT_REFUSED: &[&str] =
    &["dtype", "converters", "skiprows", "usecols", "unpack", "ndmin", "max_rows", "quotechar", "like"];

/// The loaders by their names.
const LOADERS: &[&str] = &[
    "auto",
    "hdf5",
    "hdf5_proxy",
    "hdf5_as_dask",
    "xr_dataset",
    "xr_dataarray",
    "numpy",
    "numpy_binary",
    "numpy_txt",
    "pandas_csv",
    "yaml",
    "yml",
    "yaml_to_object",
    "yml_to_object",
    "text",
    "plain_text",
    "zarr",
    "arrow",
    "parquet",
];

/// Loaders of dantro that are refused: why, and what to do instead.
const REFUSED: &[(&str, &str, &str)] = &[
    ("pickle", "unpickling runs Python code", "save the data as npy, HDF5 or YAML"),
    ("pkl", "unpickling runs Python code", "save the data as npy, HDF5 or YAML"),
    ("pandas_generic", "it calls any reader of pandas", "use `pandas_csv`, `parquet`, `arrow` or `auto`"),
    ("fspath", "it loads names of files, not data", "leave the entry out, or disable it"),
    ("fstree", "it loads names of files, not data", "leave the entry out, or disable it"),
];

/// The loader, and the keys that it takes besides.
pub(super) fn loader_of(loader: &Node, node: &Node) -> Result<(Loader, Keys), Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let flag = |key: &str| given(key).map_or(Ok(false), Node::boolean);
    let none = Keys { known: &[], refused: &[], of: "" };
    let written = loader.text()?;
    let name = written.to_lowercase();
    Ok(match name.as_str() {
        "auto" => (Loader::Auto, none),
        "hdf5" | "hdf5_proxy" | "hdf5_as_dask" => {
            for key in ["load_as_proxy", "direct_insertion"] {
                flag(key)?;
            }
            let attribute = given("map_from_attr").map_or(Ok("content"), Node::text)?.to_owned();
            let options = Hdf5Options {
                map_from: flag("enable_mapping")?.then_some(attribute),
                lower_case: flag("lower_case_keys")?,
            };
            (Loader::Hdf5(options), Keys { known: HDF5_KEYS, ..none })
        }
        "xr_dataset" => (Loader::Dataset, Keys { known: XARRAY_KEYS, ..none }),
        "xr_dataarray" => (Loader::DataArray, Keys { known: XARRAY_KEYS, ..none }),
        "numpy" | "numpy_binary" => {
            if let Some(pickle) = given("allow_pickle")
                && pickle.boolean()?
            {
                return Err(Diagnostic::error(
                    "`allow_pickle` is not supported: unpickling runs Python code",
                )
                .at(pickle.place.clone()));
            }
            (Loader::Npy, Keys { known: &["allow_pickle", "mmap_mode"], ..none })
        }
        "numpy_txt" => {
            let options = TableOptions {
                delimiter: given("delimiter").map(delimiter).transpose()?,
                header: Some(false),
                names: None,
            };
            comment(given("comments"))?;
            (Loader::NumpyText(options), Keys { known: TXT_KEYS, refused: TXT_REFUSED, of: "numpy.loadtxt" })
        }
        "pandas_csv" => {
            let of = "pandas.read_csv";
            (Loader::Csv(csv(node)?), Keys { known: CSV_KEYS, refused: CSV_REFUSED, of })
        }
        "yaml" | "yml" => (Loader::Yaml { mapping: true }, none),
        "yaml_to_object" | "yml_to_object" => (Loader::Yaml { mapping: false }, none),
        "text" | "plain_text" => (Loader::Text, none),
        "zarr" => (Loader::Format("Zarr"), none),
        "arrow" => (Loader::Format("Arrow"), none),
        "parquet" => (Loader::Format("Parquet"), none),
        other => {
            let refused = REFUSED.iter().find(|(name, ..)| *name == other);
            return Err(match refused {
                Some((name, why, help)) => {
                    Diagnostic::error(format!("the loader `{name}` is not supported: {why}"))
                        .help((*help).to_owned())
                }
                None => Diagnostic::error(format!("unknown loader `{written}`"))
                    .help(did_you_mean(&name, LOADERS.iter().copied())),
            }
            .at(loader.place.clone()));
        }
    })
}

/// Keys that a loader takes besides those of every entry.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    pub(super) known: &'static [&'static str],
    /// Keys that its namesake in Python takes.
    pub(super) refused: &'static [&'static str],
    /// That namesake.
    pub(super) of: &'static str,
}

fn csv(node: &Node) -> Result<TableOptions, Diagnostic> {
    let given = |key: &str| node.get(key).filter(|value| !value.is_null());
    let mut options = TableOptions {
        delimiter: given("sep").or(given("delimiter")).map(delimiter).transpose()?,
        // pandas' default; the separator alone is recognised.
        header: Some(true),
        names: None,
    };
    if options.delimiter.is_none() {
        options.delimiter = Some(Some(b','));
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
        Some((_, Yaml::Int(0))) => options.header = Some(true),
        Some((header, _)) => return Err(header.expected("`infer`, 0 or `~` for `header`")),
    }
    comment(given("comment"))?;
    if let Some(compression) = given("compression")
        && !matches!(compression.text()?, "infer" | "gzip")
    {
        return Err(compression.expected("`infer` or `gzip`"));
    }
    if let Some(encoding) = given("encoding") {
        let name = encoding.text()?.to_lowercase().replace('_', "-");
        if !matches!(
            name.as_str(),
            "utf-8" | "utf8" | "utf-8-sig" | "ascii" | "latin-1" | "latin1" | "iso-8859-1"
        ) {
            return Err(encoding.expected("`utf-8` or `latin-1`"));
        }
    }
    Ok(options)
}

fn comment(node: Option<&Node>) -> Result<(), Diagnostic> {
    match node {
        Some(node) if node.text()? != "#" => {
            Err(node.expected("`#`, the only sign of comments that is supported"))
        }
        _ => Ok(()),
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
