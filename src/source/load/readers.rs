//! Files opened by their loader's name.

use crate::data::load::Loader;
use crate::source::open::open_file;
use crate::source::{Reader, SourceError, hdf5, text};
use std::path::Path;
use std::sync::Arc;

/// Opens a file as its loader says.
///
/// # Errors
/// If it cannot be read, or is of another format than the loader is for.
pub(super) fn open(loader: &Loader, path: &Path) -> Result<Arc<dyn Reader>, SourceError> {
    let only = |formats: &[&str], what: &str| {
        let reader = open_file(path)?;
        let format = reader.format();
        if formats.iter().any(|known| format.starts_with(known)) {
            return Ok(reader);
        }
        Err(SourceError::UnknownFormat {
            file: path.to_owned(),
            why: format!("its loader is for {what}, and it is {format}"),
        })
    };
    match loader {
        Loader::Auto => open_file(path),
        // A NetCDF-3 file has no HDF5 in it; the error says so.
        Loader::Hdf5(_) => Ok(hdf5::open_undecoded(path)?.into()),
        Loader::Dataset | Loader::DataArray => only(&["NetCDF", "HDF5", "Zarr"], "files with variables"),
        Loader::Npy => only(&["npy", "npz"], "numpy's npy and npz"),
        Loader::NumpyText(options) | Loader::Csv(options) => text::open_table(path, options),
        Loader::Yaml { .. } => text::open_yaml(path),
        Loader::Text => text::open_text(path),
        Loader::Format(name) => only(&[name], name),
    }
}
