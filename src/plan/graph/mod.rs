//! The transformation graph of an entry: `select_and_combine`, `dag_options.define`, `select` and
//! `transform` (DIALECT e) into a [`Graph`], all references looked up.
//!
//! What a reference or an item gets wrong is an error here, used or not, as dantro has it; whether
//! paths, dims and labels exist is found by [`reach`](crate::transform::reach) for what is used.
//! Without a tree paths are taken on trust.

mod args;
mod cache;
mod combine;
mod expression;
mod item;
mod lookup;
mod meta;
mod options;
mod requested;
mod scope;
mod series;

pub use cache::Keep;
pub use requested::{FACETS, Required};
pub use scope::{Multiverse, Scope, Selected};

use crate::config::{Entry, Node, Yaml};
use crate::diag::{Diagnostic, Place, did_you_mean};
use crate::transform::{Arg, Graph, NodeId, Op};
use meta::{Frame, MetaOperation};
use std::collections::{BTreeMap, HashMap};

/// A graph and its named results.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The graph.
    pub graph: Graph,
    /// Tags and their nodes, in the order in which they were set.
    pub tags: Vec<(String, NodeId)>,
    /// What facet_grid's `sel` takes of the result `data`, if it says so.
    pub drawn: Option<NodeId>,
    /// What `file_cache_defaults` says of all nodes.
    pub keep: Keep,
    /// Nodes with a `file_cache` of their own.
    pub kept: Vec<(NodeId, Keep)>,
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
pub fn build(entry: &Entry, scope: &Scope<'_>) -> Result<Built, Diagnostic> {
    let mut builder = Builder {
        scope,
        built: Built::default(),
        tags: HashMap::new(),
        later: later(entry),
        nodes: Vec::new(),
        base: None,
        prefix: String::new(),
        meta: BTreeMap::new(),
        frames: Vec::new(),
    };
    builder.entry(entry)?;
    Ok(builder.built)
}

/// Where an entry sets its tags.
fn later(entry: &Entry) -> HashMap<String, Place> {
    let define = entry.dag_options.as_ref().and_then(|options| options.get("define"));
    let define = define.and_then(Node::as_map).unwrap_or_default();
    let fields = entry.select_and_combine.as_ref().and_then(|options| options.get("fields"));
    let fields = fields.and_then(Node::as_map).unwrap_or_default();
    let named = define.iter().chain(fields).chain(&entry.select);
    let inner =
        named.clone().filter_map(|(_, what)| what.get("transform")).filter_map(Node::as_seq).flatten();
    let lists = define.iter().filter_map(|(_, what)| what.as_seq()).flatten();
    let items = entry.transform.iter().chain(inner).chain(lists).filter_map(|item| item.get("tag"));
    let tags = named.map(|(tag, _)| tag).chain(items);
    tags.filter_map(|tag| Some((tag.as_str()?.to_owned(), tag.place.clone()))).collect()
}

/// A graph being built.
struct Builder<'a> {
    scope: &'a Scope<'a>,
    built: Built,
    /// Nodes by tag, the same as [`Built::tags`].
    tags: HashMap<String, NodeId>,
    /// The nodes as dantro counts them: equal ones more than once.
    nodes: Vec<NodeId>,
    /// Where tags of the entry are set, first or last.
    later: HashMap<String, Place>,
    /// What selections are made from; `None` is the tree.
    base: Option<NodeId>,
    /// `select_path_prefix`.
    prefix: String,
    /// Meta-operations by name.
    meta: BTreeMap<String, MetaOperation>,
    /// Calls of meta-operations that are being written out, the innermost last.
    frames: Vec<Frame>,
}

impl Builder<'_> {
    /// Everything, in dantro's order: meta-operations, the universe, definitions, what is selected
    /// from all universes, selections, transformations.
    fn entry(&mut self, entry: &Entry) -> Result<(), Diagnostic> {
        let options = match &entry.dag_options {
            Some(options) => self.options(options)?,
            None => options::Options::default(),
        };
        if let Selected::Universe(path) = &self.scope.selected {
            let place = entry.select.first().map(|(tag, _)| tag.place.clone());
            let id = self.built.graph.push(Op::Leaf(path.clone()), place);
            self.nodes.push(id);
            self.built.tags.push(("uni".to_owned(), id));
            self.tags.insert("uni".to_owned(), id);
            self.base = Some(id);
        }
        let multiverse = entry.select_and_combine.as_ref();
        let mut later = Vec::new();
        for (tag, what) in &options.define {
            let before = (self.nodes.len(), self.built.tags.len());
            match self.define(tag, what) {
                Ok(()) => {}
                // It may build on what is selected from all universes.
                Err(_) if multiverse.is_some() => {
                    self.nodes.truncate(before.0);
                    for (tag, _) in self.built.tags.drain(before.1..) {
                        self.tags.remove(&tag);
                    }
                    later.push((*tag, *what));
                }
                Err(error) => return Err(error),
            }
        }
        if let (Some(options), Selected::Multiverse(multiverse)) = (multiverse, &self.scope.selected) {
            self.select_and_combine(options, multiverse)?;
        }
        for (tag, what) in later {
            self.define(tag, what)?;
        }
        if let Some(base) = options.select_base {
            self.base = match base.as_str() {
                Some("dm") => None,
                _ => Some(self.tagged(base)?),
            };
        }
        let mut select: Vec<(&Node, &Node)> = Vec::new();
        for (tag, what) in &entry.select {
            tag.text()?;
            select.push((tag, what));
        }
        select.sort_by(|a, b| a.0.as_str().cmp(&b.0.as_str()));
        for (tag, what) in select {
            self.select(tag, what)?;
        }
        for item in &entry.transform {
            self.item(item, false, false)?;
        }
        let sel = entry.plot.iter().find(|(key, _)| key.as_str() == Some("sel"));
        match (sel.filter(|(_, sel)| !sel.is_null()), self.tags.get("data").copied()) {
            (Some((key, sel)), Some(data)) => self.select_labels(data, key, sel),
            _ => Ok(()),
        }
    }

    /// facet_grid's `sel`: a selection by label before anything else.
    fn select_labels(&mut self, data: NodeId, key: &Node, sel: &Node) -> Result<(), Diagnostic> {
        let mut labels = Vec::new();
        for (dim, label) in sel.mapping()? {
            dim.text()?;
            labels.push((self.arg(dim)?, self.arg(&as_reference(label))?));
        }
        if !labels.is_empty() {
            let op = Op::Call {
                name: ".sel".into(),
                args: vec![Arg::Node(data), Arg::Map(labels)],
                kwargs: vec![],
            };
            self.built.drawn = Some(self.built.graph.push(op, Some(key.place.clone())));
        }
        Ok(())
    }

    /// Adds a node as the newest one.
    fn push(&mut self, op: Op, place: &Place) -> NodeId {
        let id = self.built.graph.push(op, Some(place.clone()));
        self.nodes.push(id);
        id
    }

    /// Counts a node that only passes another one on, as dantro has it.
    fn pass(&mut self, id: NodeId) {
        self.nodes.push(id);
    }

    fn set_tag(&mut self, tag: &Node, id: NodeId) -> Result<(), Diagnostic> {
        let name = tag.text()?;
        if let Some(frame) = self.frames.last_mut() {
            frame.tags.insert(name.to_owned(), id);
            return Ok(());
        }
        if requested::SPECIAL.contains(&name) {
            return Err(Diagnostic::error(format!("the tag `{name}` is taken"))
                .at(tag.place.clone())
                .help("choose another one".to_owned()));
        }
        if self.tags.insert(name.to_owned(), id).is_some() {
            return Err(Diagnostic::error(format!("the tag `{name}` is used twice")).at(tag.place.clone()));
        }
        self.built.tags.push((name.to_owned(), id));
        Ok(())
    }

    /// The node of a tag that is referred to.
    fn tagged(&mut self, tag: &Node) -> Result<NodeId, Diagnostic> {
        let name = tag.text()?;
        let special = match name {
            "dm" => Some(None),
            "select_base" => Some(self.base),
            "dag" => {
                return Err(Diagnostic::error("the tag `dag` is a Python object, which is not there")
                    .at(tag.place.clone()));
            }
            _ => None,
        };
        if let Some(id) = special {
            // The tree itself: of use only to take something from it.
            return Ok(
                id.unwrap_or_else(|| self.built.graph.push(Op::Leaf(String::new()), Some(tag.place.clone())))
            );
        }
        if let Some(frame) = self.frames.last() {
            return frame.tag(name).map_err(|error| error.or_at(&tag.place));
        }
        if let Some(id) = self.tags.get(name) {
            return Ok(*id);
        }
        if let Some(later) = self.later.get(name) {
            let (line, _) = later.line_col();
            let message = format!("the result `{name}` comes after this one, at line {line}");
            return Err(Diagnostic::error(message)
                .at(tag.place.clone())
                .labelled("a result can only be taken from before")
                .help("move what makes it up; results that need each other cannot be computed".to_owned()));
        }
        self.built.tag(name).map_err(|error| error.or_at(&tag.place))
    }
}

/// The same node with results taken from the graph.
fn as_reference(node: &Node) -> Node {
    if node.tag() == Some("dag_result") {
        return Node { tag: Some("dag_tag".to_owned()), ..node.clone() };
    }
    match &node.value {
        Yaml::Seq(items) => {
            Node { value: Yaml::Seq(items.iter().map(as_reference).collect()), ..node.clone() }
        }
        _ => node.clone(),
    }
}

/// The same node without its tag.
fn untagged(node: &Node) -> Node {
    Node { tag: None, ..node.clone() }
}

#[cfg(test)]
mod tests;
