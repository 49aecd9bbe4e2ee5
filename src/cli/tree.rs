//! `shmplot tree`: what data files hold, for people and as JSON.

mod json;
mod range;
mod text;

use crate::source::{Group, Node, Tree};
use std::io::{self, IsTerminal, Write};

/// What to show of a tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Levels to show; all of them if `None`.
    pub depth: Option<usize>,
    /// Read the values and show their statistics.
    pub stats: bool,
    /// As JSON.
    pub json: bool,
    /// In colour.
    pub colour: bool,
}

/// Whether stdout wants colour: it is a terminal, and `NO_COLOR` is not set.
pub fn stdout_wants_colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes the tree to `out`; whether everything shown could be read.
///
/// # Errors
/// If `out` cannot be written.
pub fn run(tree: &Tree, options: &Options, out: &mut dyn Write) -> io::Result<bool> {
    if options.json { json::write(tree, options, out) } else { text::write(tree, options, out) }
}

/// A node and where it is.
struct Place<'a> {
    /// Groups above it.
    depth: usize,
    name: &'a str,
    path: String,
    node: &'a Node,
}

/// All nodes, depth first. Names may hold slashes, so paths do not tell the depth.
fn nodes(tree: &Tree) -> Vec<Place<'_>> {
    fn below<'a>(group: &'a Group, prefix: &str, depth: usize, places: &mut Vec<Place<'a>>) {
        for (name, node) in &group.members {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            places.push(Place { depth, name, path: path.clone(), node });
            if let Node::Group(group) = node {
                below(group, &path, depth + 1, places);
            }
        }
    }
    let mut places = Vec::new();
    below(tree.root(), "", 0, &mut places);
    places
}
