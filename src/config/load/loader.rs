//! Loaders of a load configuration by their names, and the options that each takes.

use super::table::{self, CSV_KEYS, CSV_REFUSED, TXT_KEYS, TXT_REFUSED};
use crate::config::Node;
use crate::data::load::{Hdf5Options, Loader};
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
            let keys = Keys { known: TXT_KEYS, refused: TXT_REFUSED, of: "numpy.loadtxt" };
            (Loader::NumpyText(table::loadtxt(node)?), keys)
        }
        "pandas_csv" => {
            let keys = Keys { known: CSV_KEYS, refused: CSV_REFUSED, of: "pandas.read_csv" };
            (Loader::Csv(table::read_csv(node)?), keys)
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
