//! `shmplot init`: a commented PLOTS.yml for the data at hand, which renders as it is.
//!
//! `propose` looks at metadata, and at a few values to pass over what is constant or missing;
//! [`print`] writes YAML.

mod axes;
mod print;
mod propose;

pub use print::shell;

use crate::source::Tree;
use std::io::{self, Write};

/// Most figures written.
const MOST: usize = 12;

/// What one figure shows, and how its entry reads.
#[derive(Clone, Debug, PartialEq)]
struct Figure {
    /// Name of the entry.
    name: String,
    /// What it shows and what could be changed, in comment lines.
    about: Vec<String>,
    /// Keys and their values in YAML, in order; a value may be of several lines.
    keys: Vec<(&'static str, String)>,
    /// How interesting it is.
    score: f64,
}

/// Writes a configuration for the data in `tree`, which `render` finds by `data_options`.
///
/// # Errors
/// If `out` cannot be written.
pub fn write(tree: &Tree, data_options: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut figures = propose::figures(tree);
    figures.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
    figures.truncate(MOST);
    print::print(&figures, data_options, out)
}
