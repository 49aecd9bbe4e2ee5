//! `file_cache`: which nodes are kept across runs, and when.

use crate::config::{Keys, Node};
use crate::diag::Diagnostic;

/// Whether a node's value is looked for in the cache of results, and kept there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Keep {
    /// It is taken from there.
    pub read: bool,
    /// It is put there.
    pub write: bool,
    /// Only if computing it took so long, seconds.
    pub min_seconds: f64,
    /// Only if it has so many bytes.
    pub min_bytes: u64,
    /// Only if it has no more bytes.
    pub max_bytes: Option<u64>,
}

impl Keep {
    /// What `file_cache` or `file_cache_defaults` says, where `otherwise` is what it leaves open.
    ///
    /// # Errors
    /// Unknown keys and values of the wrong kind.
    pub(super) fn of(node: &Node, what: &str, otherwise: Self) -> Result<Self, Diagnostic> {
        let mut keep = otherwise;
        if node.is_null() {
            return Ok(keep);
        }
        let keys = Keys::of(node, what, &["read", "write"])?;
        if let Some(read) = keys.given("read") {
            keep.read = match read.as_map() {
                None => read.boolean()?,
                Some(_) => {
                    let keys = Keys::of(read, "`read`", &["always", "enabled", "load_options"])?;
                    enabled(&keys, keep.read)?
                }
            };
        }
        if let Some(write) = keys.given("write") {
            if write.as_map().is_none() {
                keep.write = write.boolean()?;
                return Ok(keep);
            }
            let keys = Keys::of(
                write,
                "`write`",
                &[
                    "allow_overwrite",
                    "always",
                    "enabled",
                    "max_size",
                    "min_compute_time",
                    "min_cumulative_compute_time",
                    "min_size",
                    "storage_options",
                ],
            )?;
            keep.write = enabled(&keys, keep.write)?;
            // A result is computed with all that only it needs.
            for key in ["min_compute_time", "min_cumulative_compute_time"] {
                if let Some(seconds) = keys.given(key) {
                    keep.min_seconds = seconds.finite()?;
                }
            }
            if let Some(bytes) = keys.given("min_size") {
                keep.min_bytes = bytes.count()? as u64;
            }
            if let Some(bytes) = keys.given("max_size") {
                keep.max_bytes = Some(bytes.count()? as u64);
            }
            if let Some(always) = keys.given("always")
                && always.boolean()?
            {
                (keep.min_seconds, keep.min_bytes, keep.max_bytes) = (0.0, 0, None);
            }
        }
        Ok(keep)
    }

    /// Whether it says anything.
    pub fn is_used(&self) -> bool {
        self.read || self.write
    }
}

/// Options without `enabled` change nothing about that.
fn enabled(keys: &Keys<'_>, otherwise: bool) -> Result<bool, Diagnostic> {
    keys.given("enabled").map_or(Ok(otherwise), Node::boolean)
}
