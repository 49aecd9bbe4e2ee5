//! A Zarr group (format 2) that grows chunk by chunk, uncompressed, with xarray's names of axes.

use super::data::cannot_write;
use crate::diag::Diagnostic;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A group of arrays on disk.
pub(super) struct Group(PathBuf);

impl Group {
    /// A new group with attributes.
    pub(super) fn create(path: &Path, attrs: &Value) -> Result<Self, Diagnostic> {
        let group = Self(path.to_owned());
        group.write("", ".zgroup", json!({"zarr_format": 2}).to_string().as_bytes())?;
        group.write("", ".zattrs", attrs.to_string().as_bytes())?;
        Ok(group)
    }

    /// A new array without values; `dtype` as numpy writes it.
    pub(super) fn array(
        &self,
        name: &str,
        dtype: &str,
        dims: &[&str],
        shape: &[usize],
        chunk: &[usize],
        meaning: &str,
    ) -> Result<(), Diagnostic> {
        let meta = json!({
            "zarr_format": 2, "shape": shape, "chunks": chunk, "dtype": dtype, "order": "C",
            "compressor": null, "filters": null, "fill_value": null,
        });
        let attrs = json!({"_ARRAY_DIMENSIONS": dims, "long_name": meaning});
        self.write(name, ".zarray", meta.to_string().as_bytes())?;
        self.write(name, ".zattrs", attrs.to_string().as_bytes())
    }

    /// Writes a chunk, little-endian and row-major.
    pub(super) fn chunk(&self, name: &str, at: &[usize], bytes: &[u8]) -> Result<(), Diagnostic> {
        let key = at.iter().map(usize::to_string).collect::<Vec<_>>().join(".");
        self.write(name, &key, bytes)
    }

    /// A new array of one axis of 8-byte numbers in one chunk.
    pub(super) fn whole(
        &self,
        name: &str,
        dtype: &str,
        dims: &[&str],
        bytes: &[u8],
        meaning: &str,
    ) -> Result<(), Diagnostic> {
        let len = bytes.len() / 8;
        self.array(name, dtype, dims, &[len], &[len], meaning)?;
        self.chunk(name, &[0], bytes)
    }

    fn write(&self, array: &str, key: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let folder = self.0.join(array);
        let path = folder.join(key);
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, bytes));
        written.map_err(|error| cannot_write(&path, &error))
    }
}
