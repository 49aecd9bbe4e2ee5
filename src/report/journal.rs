//! `OUT/.shmplot/run.jsonl`: one line a figure, the last one about a figure wins.

use crate::diag::{Diagnostic, Status};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the journal says last about one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its files, relative to the output directory, with their sizes in bytes.
    pub outputs: Vec<(PathBuf, u64)>,
    /// Digest of its configuration and sources.
    pub digest: Option<u64>,
    /// How it ended.
    pub status: Status,
}

/// The last entry about each figure, by name and point ([`crate::diag::FigureRecord`]).
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// The entries.
    pub entries: BTreeMap<(String, Option<String>), Entry>,
}

impl Journal {
    /// Reads the journal of an output directory; empty if there is none.
    ///
    /// # Errors
    /// If there is one that cannot be read.
    pub fn read(out: &Path) -> Result<Self, Diagnostic> {
        let _ = out;
        unimplemented!()
    }

    /// Whether `--resume` may leave a figure as it is: its last entry is a success with this digest
    /// and its files are there with their sizes.
    pub fn is_current(&self, out: &Path, name: &str, point: Option<&str>, digest: u64) -> bool {
        let _ = (out, name, point, digest);
        unimplemented!()
    }

    /// Whether the last entry about a figure is something else than a success (`--only-failed`).
    pub fn failed(&self, name: &str, point: Option<&str>) -> bool {
        let _ = (name, point);
        unimplemented!()
    }
}
