//! Which results of a graph are asked for.

use super::Built;
use crate::config::{Entry, Node};
use crate::diag::{Diagnostic, list};
use crate::transform::NodeId;

/// What a plot function wants of the graph when `compute_only` says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// These tags, and no others.
    Tags(&'static [&'static str]),
    /// No tag in particular: all that are not private.
    Any,
}

/// What facet grids require.
pub const FACETS: Required = Required::Tags(&["data"]);

/// Tags that name no result.
pub(super) const SPECIAL: [&str; 3] = ["dag", "dm", "select_base"];

impl Built {
    /// The results asked for: the tags of `compute_only`, else those that the plot function requires,
    /// or all that are neither special nor excluded nor begin with `_` or `.`; then the nodes with
    /// `force_compute`, without tag.
    ///
    /// # Errors
    /// If a required tag is not there or not in `compute_only`, or `compute_only` names one that is
    /// not there.
    pub fn requested(&self, entry: &Entry, required: Required) -> Result<Vec<(String, NodeId)>, Diagnostic> {
        let mut results: Vec<(String, NodeId)> = Vec::new();
        let mut add = |tag: &str, id| {
            if !results.iter().any(|(have, _)| have == tag) {
                results.push((tag.to_owned(), id));
            }
        };
        let needed = match required {
            Required::Tags(tags) => tags,
            Required::Any => &[],
        };
        for tag in needed {
            self.tag(tag).map_err(|error| self.missing(entry, error))?;
        }
        let only = entry.compute_only.as_ref().filter(|node| !node.is_null());
        match only.map(|node| (node, node.as_str())) {
            Some((node, Some("all"))) => {
                self.public().for_each(|(tag, id)| add(tag, *id));
                // What the plot function cannot do without is computed even if it is excluded.
                for tag in needed {
                    add(tag, self.tag(tag).map_err(|error| error.or_at(&node.place))?);
                }
            }
            Some((node, _)) => {
                let tags = node.list()?;
                for tag in tags {
                    let name = tag.text()?;
                    add(name, self.tag(name).map_err(|error| error.or_at(&tag.place))?);
                }
                if let Some(tag) = needed.iter().find(|tag| !tags.iter().any(|t| t.as_str() == Some(tag))) {
                    let have: Vec<&str> = tags.iter().filter_map(Node::as_str).collect();
                    let message =
                        format!("the plot function needs the result `{tag}`, which is not in `compute_only`");
                    return Err(Diagnostic::error(message)
                        .at(node.place.clone())
                        .help(format!("there is: {}; add `{tag}`", list(&have))));
                }
            }
            None if needed.is_empty() => self.public().for_each(|(tag, id)| add(tag, *id)),
            None => {
                for tag in needed {
                    add(tag, self.tag(tag)?);
                }
            }
        }
        results.extend(self.forced.iter().map(|id| (String::new(), *id)));
        Ok(results)
    }

    /// Tags of results that are neither private nor excluded.
    fn public(&self) -> impl Iterator<Item = &(String, NodeId)> {
        self.tags.iter().filter(|(tag, _)| {
            !SPECIAL.contains(&tag.as_str())
                && !tag.starts_with(['_', '.'])
                && !self.excluded.iter().any(|excluded| excluded == tag)
        })
    }

    /// A required tag is not there: says so where the entry speaks of data.
    fn missing(&self, entry: &Entry, error: Diagnostic) -> Diagnostic {
        let place = entry.select.first().map(|(tag, _)| &tag.place);
        let place = place.or_else(|| entry.transform.first().map(|item| &item.place));
        let error = if self.tags.is_empty() {
            error.help("say what to draw: `select: {data: path/of/an/array}`".to_owned())
        } else {
            error
        };
        match place {
            Some(place) => error.or_at(place),
            None => error,
        }
    }
}
