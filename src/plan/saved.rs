//! Saved configurations: one a figure or sweep, beside its outputs.

use super::build::Options;
use crate::config::{PlotSpec, Points};
use crate::output::name;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

/// The configuration of an entry, to be saved if one of its figures was begun.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Numbers of the entry's figures in the plan.
    pub figures: Range<usize>,
    name: String,
    points: Points,
    /// Of a single plot, and of a sweep, relative to the output directory.
    single: PathBuf,
    sweep: PathBuf,
}

impl Saved {
    /// Where the configuration of an entry goes: `<dir of output>/<last part of the name>_cfg.yml`, for
    /// a sweep `<out_dir>/<name>/sweep_cfg.yml`. `None` if it is not to be saved.
    pub(super) fn of(
        spec: &PlotSpec,
        points: Points,
        figures: Range<usize>,
        options: &Options,
    ) -> Option<Self> {
        let file = |label| {
            let out_dir = spec.out_dir.as_ref().map(|(template, _)| template.as_str());
            let parts =
                name::Parts { out_dir, timestamp: &options.timestamp, name: &spec.name, label, ext: "yml" };
            name::file(parts).ok()
        };
        let last = spec.name.rsplit('/').next().unwrap_or(&spec.name);
        let single = file(None)?.with_file_name(format!("{last}_cfg.yml"));
        let sweep = file(Some("sweep_cfg"))?;
        (spec.save && !figures.is_empty()).then(|| Self {
            figures,
            name: spec.name.clone(),
            points,
            single,
            sweep,
        })
    }
}

/// The files to write: those of entries of which a figure was begun, which `begun` says of a figure by
/// its number. Entries that share a file stand in it one after the other.
pub fn saved_files(saved: &[Saved], begun: &dyn Fn(usize) -> bool) -> BTreeMap<PathBuf, String> {
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    for entry in saved.iter().filter(|entry| entry.figures.clone().any(begun)) {
        let swept = entry.points.get(0).is_some_and(|point| point.label.is_some());
        let path = if swept { &entry.sweep } else { &entry.single };
        files.entry(path.clone()).or_default().push_str(&entry.points.saved(&entry.name));
    }
    files
}
