//! The transformation graph of an entry: `dag_options.define`, `select` and `transform` (DIALECT e)
//! into a [`Graph`], all references looked up.
//!
//! What a reference or an item gets wrong is an error here, used or not, as dantro has it; whether
//! paths, dims and labels exist is found by [`reach`](crate::transform::reach) for what is used.

mod args;
mod item;

use crate::config::{Entry, Node, Yaml};
use crate::diag::{Diagnostic, Place, did_you_mean};
use crate::source::{self, GroupKind, Tree};
use crate::transform::{Arg, Graph, NodeId, Op, Value};
use args::json;

mod requested;

pub use requested::{FACETS, Required};

/// A graph and its named results.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The graph.
    pub graph: Graph,
    /// Tags and their nodes, in the order in which they were set.
    pub tags: Vec<(String, NodeId)>,
    /// Nodes with `force_compute`.
    pub(super) forced: Vec<NodeId>,
    /// `dag_options.exclude_from_all`.
    pub(super) excluded: Vec<String>,
}

impl Built {
    /// The node of a tag.
    ///
    /// # Errors
    /// If there is no such tag, with near ones.
    pub fn tag(&self, name: &str) -> Result<NodeId, Diagnostic> {
        self.tags.iter().find(|(tag, _)| tag == name).map(|(_, id)| *id).ok_or_else(|| {
            Diagnostic::error(format!("no result is tagged `{name}`"))
                .help(did_you_mean(name, self.tags.iter().map(|(tag, _)| tag.as_str())))
        })
    }
}

/// The graph of an entry with all its tags.
///
/// # Errors
/// Items that are not understood, references to what is not there (yet), tags used twice, keys that
/// are not supported; each with its place.
pub fn build(entry: &Entry, tree: &Tree) -> Result<Built, Diagnostic> {
    let mut builder =
        Builder { tree, built: Built::default(), nodes: Vec::new(), prefix: String::new(), meta: Vec::new() };
    if let Some(options) = &entry.dag_options {
        builder.options(options)?;
    }
    let mut select: Vec<(&Node, &Node)> = Vec::new();
    for (tag, what) in &entry.select {
        tag.text()?;
        select.push((tag, what));
    }
    select.sort_by(|a, b| a.0.as_str().cmp(&b.0.as_str()));
    for (tag, what) in select {
        builder.select(tag, what)?;
    }
    for item in &entry.transform {
        builder.item(item, false, None)?;
    }
    Ok(builder.built)
}

/// A graph being built.
struct Builder<'a> {
    tree: &'a Tree,
    built: Built,
    /// The nodes as dantro counts them: equal ones more than once.
    nodes: Vec<NodeId>,
    /// `select_path_prefix`.
    prefix: String,
    /// Names of meta-operations.
    meta: Vec<String>,
}

impl Builder<'_> {
    /// Adds a node as the newest one.
    fn push(&mut self, op: Op, place: &Place) -> NodeId {
        let id = self.built.graph.push(op, Some(place.clone()));
        self.nodes.push(id);
        id
    }

    fn set_tag(&mut self, tag: &Node, id: NodeId) -> Result<(), Diagnostic> {
        let name = tag.text()?;
        if self.built.tags.iter().any(|(have, _)| have == name) {
            return Err(Diagnostic::error(format!("the tag `{name}` is used twice")).at(tag.place.clone()));
        }
        self.built.tags.push((name.to_owned(), id));
        Ok(())
    }

    fn options(&mut self, options: &Node) -> Result<(), Diagnostic> {
        if options.is_null() {
            return Ok(());
        }
        // Caching and messages: results never depend on them.
        const NO_MATTER: [&str; 3] = ["verbosity", "cache_dir", "file_cache_defaults"];
        let mut define: Vec<(&Node, &Node)> = Vec::new();
        for (key, value) in options.mapping()? {
            match key.text()? {
                "define" if value.is_null() => {}
                "define" => define.extend(value.mapping()?.iter().map(|(tag, what)| (tag, what))),
                "select_path_prefix" if value.is_null() => {}
                "select_path_prefix" => value.text()?.clone_into(&mut self.prefix),
                "select_base" if value.is_null() || value.as_str() == Some("dm") => {}
                "exclude_from_all" if value.is_null() => {}
                "exclude_from_all" => {
                    for tag in value.list()? {
                        self.built.excluded.push(tag.text()?.to_owned());
                    }
                }
                "meta_operations" if value.is_null() => {}
                "meta_operations" => {
                    for (name, _) in value.mapping()? {
                        self.meta.push(name.text()?.to_owned());
                    }
                }
                name if NO_MATTER.contains(&name) => {}
                name => {
                    let known = [
                        "define",
                        "exclude_from_all",
                        "meta_operations",
                        "select_base",
                        "select_path_prefix",
                    ];
                    let known = known.into_iter().chain(NO_MATTER);
                    let what = if name == "select_base" {
                        "is not supported with this value"
                    } else {
                        "is not known"
                    };
                    return Err(Diagnostic::error(format!("`dag_options: {name}` {what}"))
                        .at(key.place.clone())
                        .help(did_you_mean(name, known)));
                }
            }
        }
        for (tag, _) in &define {
            tag.text()?;
        }
        define.sort_by(|a, b| a.0.as_str().cmp(&b.0.as_str()));
        for (tag, what) in define {
            self.define(tag, what)?;
        }
        Ok(())
    }

    /// `define: {tag: constant}` or `{tag: [transforms]}`.
    fn define(&mut self, tag: &Node, what: &Node) -> Result<(), Diagnostic> {
        if let (Yaml::Seq(items), None) = (&what.value, what.tag()) {
            let Some((last, others)) = items.split_last() else {
                return Err(Diagnostic::error(format!("`{}` has no transformation", tag.text()?))
                    .at(what.place.clone())
                    .help("a constant list is written `[{define: [[1, 2]]}]`".to_owned()));
            };
            for item in others {
                self.item(item, false, None)?;
            }
            self.item(last, false, Some(tag))?;
            return Ok(());
        }
        let op = match self.arg(what)? {
            Arg::Value(value) => Op::Const(value),
            arg => Op::Call { name: "define".into(), args: vec![arg], kwargs: Vec::new() },
        };
        let id = self.push(op, &what.place);
        self.set_tag(tag, id)
    }

    /// `select: {tag: path}` or `{tag: {path, transform, …}}`.
    fn select(&mut self, tag: &Node, what: &Node) -> Result<(), Diagnostic> {
        if what.as_str().is_some() {
            let id = self.look_up(what, None)?;
            return self.set_tag(tag, id);
        }
        let (mut path, mut transform, mut with_previous, mut omit_tag) = (None, &[][..], false, false);
        let (mut allow, mut fallback) = (None, None);
        for (key, value) in what.mapping()? {
            match key.text()? {
                "path" => path = Some(value),
                "transform" if value.is_null() => {}
                "transform" => transform = value.list()?,
                "with_previous_result" => with_previous = value.boolean()?,
                "omit_tag" => omit_tag = value.boolean()?,
                "allow_failure" => allow = item::allows_failure(value)?.then_some(value),
                "fallback" => fallback = Some(value),
                "salt" => {}
                other => {
                    let known = [
                        "path",
                        "transform",
                        "with_previous_result",
                        "omit_tag",
                        "allow_failure",
                        "fallback",
                        "salt",
                    ];
                    return Err(Diagnostic::error(format!("a selection has no key `{other}`"))
                        .at(key.place.clone())
                        .help(did_you_mean(other, known)));
                }
            }
        }
        let Some(path) = path else {
            return Err(Diagnostic::error("a selection needs a `path`").at(what.place.clone()));
        };
        if let (None, Some(fallback)) = (allow, fallback) {
            return Err(Diagnostic::error("`fallback` without `allow_failure`").at(fallback.place.clone()));
        }
        let fallback = match (allow, fallback) {
            (None, _) => None,
            (Some(_), None) => Some(Arg::Value(Value::None)),
            (Some(_), Some(fallback)) => Some(self.arg(fallback)?),
        };
        let id = self.look_up(path, fallback)?;
        let tag = (!omit_tag).then_some(tag);
        match transform.split_last() {
            None => tag.map_or(Ok(()), |tag| self.set_tag(tag, id)),
            Some((last, others)) => {
                for item in others {
                    self.item(item, with_previous, None)?;
                }
                self.item(last, with_previous, tag)?;
                Ok(())
            }
        }
    }

    /// The node of what is in the tree at a path. Texts and YAML values become constants, a table a
    /// dataset of its columns.
    fn look_up(&mut self, path: &Node, fallback: Option<Arg>) -> Result<NodeId, Diagnostic> {
        let written = format!("{}/{}", self.prefix, path.text()?);
        let full = self.tree.canonical(&written).unwrap_or_else(|_| normal(&written));
        let op = match self.tree.get(&full) {
            Ok(source::Node::Text(text)) => Op::Const(Value::Text(text.to_string())),
            Ok(source::Node::Value(value)) => Op::Const(json(value)),
            Ok(source::Node::Group(group)) if group.kind == GroupKind::Table => {
                let mut columns = Vec::with_capacity(group.members.len());
                for (name, _) in &group.members {
                    let leaf = Op::Leaf(format!("{full}/{name}"));
                    let id = self.built.graph.push(leaf, Some(path.place.clone()));
                    columns.push((Arg::Value(Value::Text(name.clone())), Arg::Node(id)));
                }
                Op::Call { name: "xr.Dataset".into(), args: vec![Arg::Map(columns)], kwargs: Vec::new() }
            }
            Err(_) => match self.inside_value(&full) {
                Some(value) => Op::Const(value),
                None => Op::Leaf(full),
            },
            Ok(_) => Op::Leaf(full),
        };
        let Some(fallback) = fallback else { return Ok(self.push(op, &path.place)) };
        let node = self.built.graph.push(op, Some(path.place.clone()));
        Ok(self.push(Op::Try { node, fallback }, &path.place))
    }

    /// What a path means that goes on inside a YAML value.
    fn inside_value(&self, full: &str) -> Option<Value> {
        let mut cut = full.len();
        while let Some(at) = full[..cut].rfind('/') {
            if let Ok(source::Node::Value(value)) = self.tree.get(&full[..at]) {
                let rest = full[at + 1..].split('/');
                let found = rest.into_iter().try_fold(&**value, |value, key| match value {
                    serde_json::Value::Object(entries) => entries.get(key),
                    serde_json::Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                    _ => None,
                });
                return found.map(json);
            }
            cut = at;
        }
        None
    }
}

/// A path without empty segments, `.` and `..`.
fn normal(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    segments.join("/")
}

#[cfg(test)]
mod tests;
