//! What an entry selects from: the tree, one universe of it, or all universes.

use crate::config::ParameterSpace;
use crate::diag::{Diagnostic, did_you_mean};
use crate::source::{GroupKind, Node, Tree};
use std::collections::BTreeMap;

/// What selections are made from.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The tree; `None` if there are no data yet, so that paths cannot be looked up.
    pub tree: Option<&'a Tree>,
    /// The part of it that the creator chooses.
    pub selected: &'a Selected<'a>,
}

/// The part of the tree that an entry's creator chooses.
#[derive(Clone, Debug)]
pub enum Selected<'a> {
    /// All of it (`pyplot`).
    Tree,
    /// The universe at this path.
    Universe(String),
    /// All universes.
    Multiverse(&'a Multiverse),
}

impl<'a> Scope<'a> {
    /// All of a tree.
    pub fn of(tree: &'a Tree) -> Self {
        Self { tree: Some(tree), selected: &Selected::Tree }
    }
}

/// Universes and their parameter space.
#[derive(Debug)]
pub struct Multiverse {
    /// Path of their group.
    pub path: String,
    /// The parameter space.
    pub space: ParameterSpace,
    /// Names of the universes that have data, by number.
    pub names: BTreeMap<u64, String>,
    /// Whether there are data to say so.
    pub known: bool,
}

impl Multiverse {
    /// The universes in the group at `path`.
    ///
    /// # Errors
    /// If there is no such group, it has no parameter space, or a malformed one.
    pub fn of(tree: &Tree, path: &str) -> Result<Self, Diagnostic> {
        let node = tree.get(path).map_err(|error| {
            error.to_diagnostic().help(Some(
                "`creator_init_kwargs.psgrp_path` says where the universes are; files are loaded there by --load"
                    .to_owned(),
            ))
        })?;
        let path = tree.canonical(path).map_err(|error| error.to_diagnostic())?;
        let (Node::Group(group), Some(text)) = (node, tree.parameter_space(&path)) else {
            let others: Vec<&str> = tree
                .root()
                .members
                .iter()
                .filter(|(_, node)| matches!(node, Node::Group(g) if g.kind == GroupKind::Multiverse))
                .map(|(name, _)| name.as_str())
                .collect();
            let error = Diagnostic::error(format!("`{path}` has no parameter space"));
            return Err(error.help(match others.is_empty() {
                true => Some(
                    "it is the attribute `pspace`: an entry of the load configuration with `load_as_attr`"
                        .to_owned(),
                ),
                false => did_you_mean(&path, others),
            }));
        };
        let space = ParameterSpace::of(text).map_err(|errors| {
            errors
                .into_iter()
                .next()
                .unwrap_or_else(|| Diagnostic::error(format!("the parameter space of `{path}` is malformed")))
        })?;
        let number = |name: &String| Some((name.parse().ok()?, name.clone()));
        let names = group.members.iter().filter_map(|(name, _)| number(name)).collect();
        Ok(Self { path, space, names, known: true })
    }

    /// Universes of which nothing is known.
    pub fn unknown(path: &str) -> Self {
        Self { path: path.to_owned(), space: ParameterSpace::default(), names: BTreeMap::new(), known: false }
    }

    /// Whether universe 0, the space's default, is all there is.
    pub fn only_default(&self) -> bool {
        self.names.len() == 1 && self.names.contains_key(&0)
    }

    /// Path of a universe; one without data has the path that it would have.
    pub fn universe(&self, number: u64) -> String {
        let name = self.names.get(&number).cloned().unwrap_or_else(|| {
            let width = self.names.values().next().map_or(0, String::len);
            format!("{number:0width$}")
        });
        format!("{}/{name}", self.path)
    }
}
