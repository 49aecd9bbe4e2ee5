//! `select`, and what is found at a path: leaves, tables, texts and YAML values.

use super::args::json;
use super::{Builder, item};
use crate::config::Node;
use crate::diag::{Diagnostic, Place, did_you_mean};
use crate::source::{self, GroupKind};
use crate::transform::{Arg, NodeId, Op, Value};

/// What a selection says.
#[derive(Default)]
pub(super) struct Selection<'n> {
    pub(super) path: Option<&'n Node>,
    pub(super) transform: &'n [Node],
    pub(super) with_previous: bool,
    pub(super) omit_tag: bool,
    /// Where `allow_failure` stands, if it does.
    pub(super) allow: Option<&'n Node>,
    pub(super) fallback: Option<&'n Node>,
}

/// Keys of a selection.
pub(super) const KEYS: [&str; 8] = [
    "allow_failure",
    "fallback",
    "file_cache",
    "omit_tag",
    "path",
    "salt",
    "transform",
    "with_previous_result",
];

impl<'n> Selection<'n> {
    /// Reads one key; says whether it is one of a selection's.
    pub(super) fn read(&mut self, key: &str, value: &'n Node) -> Result<bool, Diagnostic> {
        match key {
            "path" => self.path = Some(value),
            "transform" if value.is_null() => {}
            "transform" => self.transform = value.list()?,
            "with_previous_result" => self.with_previous = !value.is_null() && value.boolean()?,
            "omit_tag" => self.omit_tag = !value.is_null() && value.boolean()?,
            "allow_failure" => self.allow = item::allows_failure(value)?.then_some(value),
            "fallback" => self.fallback = Some(value),
            // Results never depend on these.
            "salt" | "file_cache" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A selection of one path.
    pub(super) fn of_path(path: &'n Node) -> Self {
        Self { path: Some(path), ..Self::default() }
    }
}

impl Builder<'_> {
    /// `select: {tag: path}` or `{tag: {path, transform, …}}`.
    pub(super) fn select(&mut self, tag: &Node, what: &Node) -> Result<(), Diagnostic> {
        if what.as_map().is_none() {
            if what.as_str().is_none() {
                return Err(what.expected("a path, or a mapping with `path` and `transform`"));
            }
            let id = self.selected(&Selection::of_path(what), what)?;
            return self.set_tag(tag, id);
        }
        let mut selection = Selection::default();
        for (key, value) in what.mapping()? {
            let name = key.text()?;
            if !selection.read(name, value)? {
                return Err(Diagnostic::error(format!("a selection has no key `{name}`"))
                    .at(key.place.clone())
                    .help(did_you_mean(name, KEYS)));
            }
        }
        let id = self.selected(&selection, what)?;
        if selection.omit_tag { Ok(()) } else { self.set_tag(tag, id) }
    }

    /// The node of a selection with its transformations.
    fn selected(&mut self, selection: &Selection<'_>, what: &Node) -> Result<NodeId, Diagnostic> {
        let path = selection
            .path
            .ok_or_else(|| Diagnostic::error("a selection needs a `path`").at(what.place.clone()))?;
        let full = format!("{}/{}", self.prefix, path.text()?);
        let base = self.base;
        let id = self.look_up_or(base, &full, selection, &path.place)?;
        self.transformed(id, selection, !selection.omit_tag)
    }

    /// What is at a path below a node, or the fallback that the selection allows.
    pub(super) fn look_up_or(
        &mut self,
        base: Option<NodeId>,
        path: &str,
        selection: &Selection<'_>,
        place: &Place,
    ) -> Result<NodeId, Diagnostic> {
        if let (None, Some(fallback)) = (selection.allow, selection.fallback) {
            return Err(Diagnostic::error("`fallback` without `allow_failure`").at(fallback.place.clone()));
        }
        let fallback = match (selection.allow, selection.fallback) {
            (None, _) => None,
            (Some(_), None) => Some(Arg::Value(Value::None)),
            (Some(_), Some(fallback)) => Some(self.arg(fallback)?),
        };
        let op = self.look_up(base, path, place);
        let Some(fallback) = fallback else { return Ok(self.push(op, place)) };
        let node = self.built.graph.push(op, Some(place.clone()));
        Ok(self.push(Op::Try { node, fallback }, place))
    }

    /// The result of a selection's transformations, which come right after it. `outer`: the last one
    /// gets its tag from outside.
    pub(super) fn transformed(
        &mut self,
        id: NodeId,
        selection: &Selection<'_>,
        outer: bool,
    ) -> Result<NodeId, Diagnostic> {
        let Some((last, others)) = selection.transform.split_last() else { return Ok(id) };
        for item in others {
            self.item(item, selection.with_previous, false)?;
        }
        self.item(last, selection.with_previous, outer)
    }

    /// What takes the thing at a path below a node. Texts and YAML values become constants, a table a
    /// dataset of its columns.
    pub(super) fn look_up(&mut self, base: Option<NodeId>, path: &str, place: &Place) -> Op {
        let written = match base {
            None => path.to_owned(),
            Some(id) => match &self.built.graph.node(id).op {
                Op::Leaf(base) if self.is_group(base) => format!("{base}/{path}"),
                // Something that was computed, or an array.
                _ => {
                    let key = path.trim_start_matches('/').to_owned();
                    let args = vec![Arg::Node(id), Arg::Value(Value::Text(key))];
                    return Op::Call { name: "getitem".into(), args, kwargs: Vec::new() };
                }
            },
        };
        let Some(tree) = self.scope.tree else { return Op::Leaf(normal(&written)) };
        let full = tree.canonical(&written).unwrap_or_else(|_| normal(&written));
        match tree.get(&full) {
            Ok(source::Node::Text(text)) => Op::Const(Value::Text(text.to_string())),
            Ok(source::Node::Value(value)) => Op::Const(json(value)),
            Ok(source::Node::Group(group)) if group.kind == GroupKind::Table => {
                let names: Vec<&str> = group.members.iter().map(|(name, _)| name.as_str()).collect();
                self.dataset(&full, &names, place)
            }
            Err(_) => match self.inside_value(&full) {
                Some(value) => Op::Const(value),
                None => Op::Leaf(full),
            },
            Ok(_) => Op::Leaf(full),
        }
    }

    /// A dataset of members of a group.
    pub(super) fn dataset(&mut self, group: &str, names: &[&str], place: &Place) -> Op {
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            let leaf = Op::Leaf(format!("{group}/{name}"));
            let id = self.built.graph.push(leaf, Some(place.clone()));
            members.push((Arg::Value(Value::from(*name)), Arg::Node(id)));
        }
        Op::Call { name: "xr.Dataset".into(), args: vec![Arg::Map(members)], kwargs: Vec::new() }
    }

    /// Whether something can be taken from a path by a longer path. Without a tree every path may be
    /// one of a group.
    pub(super) fn is_group(&self, path: &str) -> bool {
        match self.scope.tree {
            None => true,
            Some(tree) => matches!(tree.get(path), Ok(source::Node::Group(_))),
        }
    }

    /// What a path means that goes on inside a YAML value.
    fn inside_value(&self, full: &str) -> Option<Value> {
        let tree = self.scope.tree?;
        let mut cut = full.len();
        while let Some(at) = full[..cut].rfind('/') {
            if let Ok(source::Node::Value(value)) = tree.get(&full[..at]) {
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
