//! NetCDF classic files (CDF-1, CDF-2, CDF-5).

use super::{Reader, SourceError};
use std::path::Path;

/// Opens a NetCDF file: classic, 64-bit offset, CDF-5; NetCDF-4 through [`super::hdf5`].
///
/// # Errors
/// If the file cannot be read or its header is broken.
pub fn open(path: &Path) -> Result<Box<dyn Reader>, SourceError> {
    let _ = path;
    unimplemented!()
}
