//! Meta-operations: lists of transformations with placeholders, written out where they are called.

use super::{Builder, requested, untagged};
use crate::config::{Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::transform::{Arg, NodeId, Op, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Deepest nesting of calls; a meta-operation cannot call itself, as it is known only after it.
const MAX_DEPTH: usize = 64;

/// A meta-operation.
#[derive(Clone, Debug)]
pub(super) struct MetaOperation {
    /// `select`, sorted by tag.
    select: Vec<(Node, Node)>,
    transform: Vec<Node>,
    /// Defaults of positional arguments; `None`: it has to be given.
    args: Vec<Option<Node>>,
    /// The same of named ones.
    kwargs: BTreeMap<String, Option<Node>>,
    /// Tags within.
    tags: BTreeSet<String>,
}

/// A call that is being written out.
#[derive(Debug)]
pub(super) struct Frame {
    name: String,
    args: Vec<Arg>,
    kwargs: BTreeMap<String, Arg>,
    /// Nodes of the tags within, so far.
    pub(super) tags: HashMap<String, NodeId>,
}

impl Frame {
    /// The node of a tag within.
    pub(super) fn tag(&self, name: &str) -> Result<NodeId, Diagnostic> {
        self.tags.get(name).copied().ok_or_else(|| {
            let message =
                format!("no result is tagged `{name}` before this in the meta-operation `{}`", self.name);
            Diagnostic::error(message).help(did_you_mean(name, self.tags.keys().map(String::as_str)))
        })
    }

    /// What stands for a placeholder.
    pub(super) fn argument(&self, placeholder: &Node) -> Result<Arg, Diagnostic> {
        let missing = || placeholder.expected("an argument of the meta-operation");
        match key(placeholder)?.0 {
            Key::Position(at) => self.args.get(at).cloned().ok_or_else(missing),
            Key::Name(name) => self.kwargs.get(&name).cloned().ok_or_else(missing),
        }
    }
}

/// What a placeholder names.
enum Key {
    Position(usize),
    Name(String),
}

/// Key and default of `!arg i`, `!arg [i, default]`, `!kwarg name`, `!kwarg [name, default]`.
fn key(placeholder: &Node) -> Result<(Key, Option<&Node>), Diagnostic> {
    let (key, default) = match &placeholder.value {
        Yaml::Seq(parts) => match parts.as_slice() {
            [key] => (key.clone(), None),
            [key, default] => (key.clone(), Some(default)),
            _ => return Err(untagged(placeholder).expected("a key, or a key and its default")),
        },
        _ => (untagged(placeholder), None),
    };
    if placeholder.tag() == Some("kwarg") {
        return Ok((Key::Name(key.text()?.to_owned()), default));
    }
    match usize::try_from(key.integer()?) {
        Ok(at) => Ok((Key::Position(at), default)),
        Err(_) => Err(key.expected("the position of an argument, from 0")),
    }
}

impl MetaOperation {
    /// A meta-operation as `dag_options.meta_operations` writes it: a list of transformations, or a
    /// mapping with `select` and `transform`.
    ///
    /// # Errors
    /// Names of operations, positions with gaps, optional arguments before required ones, defaults that
    /// differ or hold references, tags that are not used, not there or there twice.
    pub(super) fn of(name: &Node, what: &Node) -> Result<Self, Diagnostic> {
        let text = name.text()?;
        let fault = |message: String| Diagnostic::error(message).at(name.place.clone());
        if crate::transform::is_operation(text) {
            return Err(fault(format!("there is an operation `{text}` already"))
                .help("give the meta-operation another name".to_owned()));
        }
        let mut made = Self {
            select: Vec::new(),
            transform: Vec::new(),
            args: Vec::new(),
            kwargs: BTreeMap::new(),
            tags: BTreeSet::new(),
        };
        match what.as_seq() {
            Some(items) => made.transform = items.to_vec(),
            None => {
                for (key, value) in what.mapping()? {
                    match key.text()? {
                        _ if value.is_null() => {}
                        "select" => made.select = value.mapping()?.to_vec(),
                        "transform" => made.transform = value.list()?.to_vec(),
                        other => {
                            return Err(Diagnostic::error(format!("a meta-operation has no key `{other}`"))
                                .at(key.place.clone())
                                .help(did_you_mean(other, ["select", "transform"])));
                        }
                    }
                }
            }
        }
        for (tag, _) in &made.select {
            tag.text()?;
        }
        made.select.sort_by(|a, b| a.0.as_str().cmp(&b.0.as_str()));
        if made.select.is_empty() && made.transform.is_empty() {
            return Err(fault(format!("the meta-operation `{text}` has no transformation")));
        }
        made.signature(text)?;
        made.local_tags(text)?;
        Ok(made)
    }

    /// Finds the arguments.
    fn signature(&mut self, name: &str) -> Result<(), Diagnostic> {
        let mut found: Vec<&Node> = Vec::new();
        self.nodes().for_each(|node| collect(node, &["arg", "kwarg"], &mut found));
        let mut positions: BTreeMap<usize, Option<Node>> = BTreeMap::new();
        let mut kwargs: BTreeMap<String, Option<Node>> = BTreeMap::new();
        for placeholder in found {
            let (key, default) = key(placeholder)?;
            if let Some(default) = default {
                let mut references = Vec::new();
                let all = ["arg", "kwarg", "dag_prev", "dag_tag", "dag_node", "dag_result"];
                collect(default, &all, &mut references);
                if let Some(reference) = references.first() {
                    return Err(Diagnostic::error("a default cannot refer to results or arguments")
                        .at(reference.place.clone()));
                }
            }
            let old = match key {
                Key::Position(at) => positions.insert(at, default.cloned()),
                Key::Name(name) => kwargs.insert(name, default.cloned()),
            };
            let same = |a: &Option<Node>, b: Option<&Node>| match (a, b) {
                (None, None) => true,
                (Some(a), Some(b)) => a.python_eq(b),
                _ => false,
            };
            if old.is_some_and(|old| !same(&old, default)) {
                return Err(Diagnostic::error("an argument has the same default wherever it stands")
                    .at(placeholder.place.clone()));
            }
        }
        let place = self.nodes().next().map(|node| node.place.clone());
        let fault = |message: String| {
            let error = Diagnostic::error(message);
            match &place {
                Some(place) => error.at(place.clone()),
                None => error,
            }
        };
        if let Some(gap) = (0..positions.len()).find(|at| !positions.contains_key(at)) {
            return Err(fault(format!(
                "the meta-operation `{name}` has no argument {gap}, though it has a later one"
            ))
            .help("positions count from 0 without gaps".to_owned()));
        }
        let first_optional = positions.values().position(Option::is_some).unwrap_or(positions.len());
        if let Some(late) = positions.values().skip(first_optional).position(Option::is_none) {
            let late = late + first_optional;
            return Err(fault(format!(
                "argument {late} of the meta-operation `{name}` has to be given, but comes after one with a default"
            )));
        }
        self.args = positions.into_values().collect();
        self.kwargs = kwargs;
        Ok(())
    }

    /// Finds the tags within; each is set once and used.
    fn local_tags(&mut self, name: &str) -> Result<(), Diagnostic> {
        let mut tags: Vec<&Node> = Vec::new();
        for (tag, what) in &self.select {
            if !what.get("omit_tag").is_some_and(|omit| omit.value == Yaml::Bool(true)) {
                tags.push(tag);
            }
            if let Some(Yaml::Seq(items)) = what.get("transform").map(|items| &items.value) {
                tags.extend(items.iter().filter_map(|item| item.get("tag")).filter(|tag| !tag.is_null()));
            }
        }
        tags.extend(self.transform.iter().filter_map(|item| item.get("tag")).filter(|tag| !tag.is_null()));
        let mut names = BTreeSet::new();
        for tag in &tags {
            if !names.insert(tag.text()?.to_owned()) {
                let message =
                    format!("the tag `{}` is used twice in the meta-operation `{name}`", tag.text()?);
                return Err(Diagnostic::error(message).at(tag.place.clone()));
            }
        }
        let mut used: Vec<&Node> = Vec::new();
        self.nodes().for_each(|node| collect(node, &["dag_tag"], &mut used));
        let mut unused = names.clone();
        for reference in used {
            let tag = untagged(reference);
            let tag = tag.text()?;
            if !names.contains(tag) && !requested::SPECIAL.contains(&tag) {
                let message = format!("the meta-operation `{name}` has no tag `{tag}` within");
                let help = crate::diag::near(tag, names.iter().map(String::as_str)).map_or_else(
                    || "what comes from outside is an argument: `!arg 0`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(Diagnostic::error(message).at(reference.place.clone()).help(help));
            }
            unused.remove(tag);
        }
        if let Some(tag) = tags.iter().find(|tag| tag.as_str().is_some_and(|tag| unused.contains(tag))) {
            let message = format!("the tag `{}` is not used in the meta-operation `{name}`", tag.text()?);
            return Err(Diagnostic::error(message)
                .at(tag.place.clone())
                .help("the last transformation is the result; remove the tag".to_owned()));
        }
        self.tags = names;
        Ok(())
    }

    /// All that is written in it.
    fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.select.iter().map(|(_, what)| what).chain(&self.transform)
    }
}

/// Nodes with one of these tags.
fn collect<'n>(node: &'n Node, wanted: &[&str], found: &mut Vec<&'n Node>) {
    if node.tag().is_some_and(|tag| wanted.contains(&tag)) {
        found.push(node);
        return;
    }
    match &node.value {
        Yaml::Seq(items) => items.iter().for_each(|item| collect(item, wanted, found)),
        Yaml::Map(entries) => entries.iter().for_each(|(key, value)| {
            collect(key, wanted, found);
            collect(value, wanted, found);
        }),
        _ => {}
    }
}

impl Builder<'_> {
    /// Writes out a call; the node of its last transformation.
    pub(super) fn call_meta(
        &mut self,
        name: &Node,
        args: Vec<Arg>,
        kwargs: Vec<(String, Arg)>,
    ) -> Result<NodeId, Diagnostic> {
        let text = name.text()?;
        let fault = |message: String| Diagnostic::error(message).at(name.place.clone());
        let Some(meta) = self.meta.get(text).cloned() else {
            return Err(fault(format!("there is no meta-operation `{text}`")));
        };
        if self.frames.len() >= MAX_DEPTH {
            return Err(fault(format!("meta-operations call each other more than {MAX_DEPTH} deep")));
        }
        let mut frame = Frame { name: text.to_owned(), args, kwargs: BTreeMap::new(), tags: HashMap::new() };
        let required = meta.args.iter().filter(|default| default.is_none()).count();
        if !(required..=meta.args.len()).contains(&frame.args.len()) {
            let takes = match meta.args.len() {
                most if most == required => format!("{most}"),
                most => format!("{required} to {most}"),
            };
            return Err(fault(format!(
                "the meta-operation `{text}` takes {takes} positional arguments, not {}",
                frame.args.len()
            )));
        }
        for (key, value) in kwargs {
            if !meta.kwargs.contains_key(&key) {
                let known: Vec<&str> = meta.kwargs.keys().map(String::as_str).collect();
                return Err(fault(format!("the meta-operation `{text}` has no argument `{key}`"))
                    .help(did_you_mean(&key, known)));
            }
            frame.kwargs.insert(key, value);
        }
        for default in &meta.args[frame.args.len()..] {
            let default = default.as_ref().map(|default| self.arg(default)).transpose()?;
            frame.args.push(default.unwrap_or(Arg::Value(Value::None)));
        }
        for (key, default) in &meta.kwargs {
            if frame.kwargs.contains_key(key) {
                continue;
            }
            let Some(default) = default else {
                return Err(fault(format!("the meta-operation `{text}` needs the argument `{key}`")));
            };
            let default = self.arg(default)?;
            frame.kwargs.insert(key.clone(), default);
        }
        self.frames.push(frame);
        let written = self.write_out(&meta);
        self.frames.pop();
        let last = written.map_err(|error| match error.label {
            Some(_) => error,
            None => error.labelled(format!("in the meta-operation `{text}`")),
        })?;
        last.ok_or_else(|| fault(format!("the meta-operation `{text}` has no transformation")))
    }

    fn write_out(&mut self, meta: &MetaOperation) -> Result<Option<NodeId>, Diagnostic> {
        for (tag, what) in &meta.select {
            self.select(tag, what)?;
        }
        for item in &meta.transform {
            self.item(item, false, false)?;
        }
        let last = self.nodes.last().copied();
        if let Some(last) = last {
            self.pass(last);
        }
        Ok(last)
    }

    /// The shipped `as_dataset`: a dataset of some members of a group, in the group's order.
    pub(super) fn as_dataset(&mut self, name: &Node, args: &[Arg]) -> Result<Op, Diagnostic> {
        let fault = |message: &str| Diagnostic::error(message).at(name.place.clone());
        let [Arg::Node(group), Arg::Value(Value::List(wanted))] = args else {
            return Err(fault("`as_dataset` takes a group and a list of names"));
        };
        let wanted: Vec<&str> = wanted.iter().filter_map(Value::as_text).collect();
        let Op::Leaf(path) = self.built.graph.node(*group).op.clone() else {
            return Err(fault("`as_dataset` takes a group of the tree"));
        };
        let names: Vec<String> = match self.scope.tree {
            None => wanted.iter().map(|&name| name.to_owned()).collect(),
            Some(tree) => match tree.get(&path) {
                Ok(crate::source::Node::Group(group)) => {
                    let names = group.members.iter().map(|(name, _)| name);
                    names.filter(|name| wanted.contains(&name.as_str())).cloned().collect()
                }
                Ok(other) => return Err(fault(&format!("`{path}` is {}, not a group", other.what()))),
                Err(error) => return Err(error.to_diagnostic().at(name.place.clone())),
            },
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Ok(self.dataset(&path, &names, &name.place))
    }
}
