//! One item of a list of transformations, in all its shorthands.

use super::{Builder, Keep, expression};
use crate::config::{Node, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::transform::{Arg, NodeId, Op, Value};

/// Keys of an item beside the operation's name.
const KEYS: [&str; 13] = [
    "operation",
    "args",
    "kwargs",
    "tag",
    "with_previous_result",
    "allow_failure",
    "fallback",
    "force_compute",
    "salt",
    "memory_cache",
    "file_cache",
    "ignore_hooks",
    "context",
];

/// Positional and named arguments.
type Arguments = (Vec<Arg>, Vec<(String, Arg)>);

/// What an item says.
#[derive(Default)]
struct Item<'a> {
    /// The operation's name, and its value where it is a key of its own.
    operation: Option<(&'a Node, Option<&'a Node>)>,
    args: Option<&'a Node>,
    kwargs: Option<&'a Node>,
    tag: Option<&'a Node>,
    with_previous: bool,
    allow_failure: bool,
    fallback: Option<&'a Node>,
    force_compute: bool,
    file_cache: Option<&'a Node>,
}

impl Builder<'_> {
    /// Adds the node of an item. `with_previous` is the default of `with_previous_result`; `outer`
    /// that it gets its tag from outside, as the last one of a selection.
    pub(super) fn item(
        &mut self,
        node: &Node,
        with_previous: bool,
        outer: bool,
    ) -> Result<NodeId, Diagnostic> {
        let item = read(node, with_previous)?;
        let Some((name, shorthand)) = item.operation else {
            return Err(Diagnostic::error("a transformation needs an operation")
                .at(node.place.clone())
                .help("write `operation: arguments`, such as `.mean: [!dag_prev , time]`".to_owned()));
        };
        let name_text = name.text()?;
        if outer && let Some(tag) = item.tag {
            return Err(Diagnostic::error("the last transformation here gets its tag from outside")
                .at(tag.place.clone()));
        }
        if let (false, Some(fallback)) = (item.allow_failure, item.fallback) {
            return Err(Diagnostic::error("`fallback` without `allow_failure`").at(fallback.place.clone()));
        }
        let (args, kwargs) = self.arguments(node, &item, shorthand)?;
        let fallback = match item.fallback.filter(|_| item.allow_failure) {
            Some(fallback) => self.arg(fallback)?,
            None => Arg::Value(Value::None),
        };
        let id = if self.meta.contains_key(name_text) {
            let result = self.call_meta(name, args, kwargs)?;
            match item.allow_failure {
                true => {
                    // It is one node for those who count, as without `allow_failure`.
                    self.nodes.pop();
                    self.push(Op::Try { node: result, fallback }, &name.place)
                }
                false => result,
            }
        } else {
            let op = self.operation(name, args, kwargs)?;
            match item.allow_failure {
                true => {
                    let tried = self.built.graph.push(op, Some(name.place.clone()));
                    self.push(Op::Try { node: tried, fallback }, &name.place)
                }
                false => self.push(op, &name.place),
            }
        };
        if let Some(tag) = item.tag {
            self.set_tag(tag, id)?;
        }
        if let Some(file_cache) = item.file_cache {
            let keep = Keep::of(file_cache, "`file_cache`", self.built.keep)?;
            // A fallback is not kept, but what it stands in for.
            let node = match self.built.graph.node(id).op {
                Op::Try { node, .. } => node,
                _ => id,
            };
            self.built.kept.push((node, keep));
        }
        if item.force_compute {
            self.built.forced.push(id);
        }
        Ok(id)
    }

    /// The node of an operation, after what the graph itself does: taking members of groups,
    /// unpacking what comes from the tree, finding the tags in an expression.
    fn operation(
        &mut self,
        name: &Node,
        args: Vec<Arg>,
        mut kwargs: Vec<(String, Arg)>,
    ) -> Result<Op, Diagnostic> {
        let text = name.text()?;
        match (text, args.as_slice()) {
            ("(as_dataset)", _) => return self.as_dataset(name, &args),
            ("getitem" | "[]", [Arg::Node(id), Arg::Value(key)]) if kwargs.is_empty() => {
                let key = match key {
                    Value::Text(key) => Some(key.clone()),
                    Value::Int(number) => Some(number.to_string()),
                    _ => None,
                };
                // One column of a table needs no other.
                if let Some(column) = key.as_deref().and_then(|key| self.column(*id, key)) {
                    let args = vec![Arg::Node(column)];
                    return Ok(Op::Call { name: "pass".to_owned(), args, kwargs });
                }
                let group = matches!(&self.built.graph.node(*id).op, Op::Leaf(path) if self.is_group(path));
                if let (Some(key), true) = (key, group) {
                    return Ok(self.look_up(Some(*id), &key, &name.place));
                }
            }
            // What comes from the tree is a container in dantro, an array here.
            (".data", [Arg::Node(id)]) if kwargs.is_empty() && self.is_container(*id) => {
                return Ok(Op::Call { name: "pass".to_owned(), args, kwargs });
            }
            (".sel" | ".isel", _) => {
                if let Some(op) = self.series(name, &args, &kwargs)? {
                    return Ok(op);
                }
            }
            ("expression", _) => return expression::operation(self, name, args, kwargs),
            _ => {}
        }
        kwargs.shrink_to_fit();
        Ok(Op::Call { name: text.to_owned(), args, kwargs })
    }

    /// A column of the table that a node is.
    fn column(&self, table: NodeId, key: &str) -> Option<NodeId> {
        let Op::Call { name, args, .. } = &self.built.graph.node(table).op else { return None };
        let ("xr.Dataset", [Arg::Map(columns)]) = (name.as_str(), args.as_slice()) else { return None };
        columns.iter().find_map(|(name, column)| match (name, column) {
            (Arg::Value(Value::Text(name)), Arg::Node(id)) if name == key => {
                matches!(self.built.graph.node(*id).op, Op::Leaf(_)).then_some(*id)
            }
            _ => None,
        })
    }

    /// Whether a node is something of the tree as it is there.
    fn is_container(&self, id: NodeId) -> bool {
        match &self.built.graph.node(id).op {
            Op::Leaf(_) => true,
            Op::Try { node, .. } => matches!(self.built.graph.node(*node).op, Op::Leaf(_)),
            _ => false,
        }
    }

    fn arguments(
        &mut self,
        node: &Node,
        item: &Item<'_>,
        shorthand: Option<&Node>,
    ) -> Result<Arguments, Diagnostic> {
        let (mut args, mut kwargs) = (Vec::new(), Vec::new());
        if item.with_previous {
            args.push(Arg::Node(self.previous(node)?));
        }
        let twice = |what: &str, node: &Node| {
            Diagnostic::error(format!("{what} arguments are given twice")).at(node.place.clone())
        };
        match shorthand.map(|node| (node, &node.value, node.tag())) {
            None | Some((_, Yaml::Null, None)) => {}
            Some((node, Yaml::Seq(items), None)) => {
                if item.args.is_some() {
                    return Err(twice("positional", node));
                }
                for item in items {
                    args.push(self.arg(item)?);
                }
            }
            Some((node, Yaml::Map(_), None)) => {
                if item.kwargs.is_some() {
                    return Err(twice("named", node));
                }
                self.named(node, &mut kwargs)?;
            }
            Some((node, ..)) => {
                if item.args.is_some() {
                    return Err(twice("positional", node));
                }
                args.push(self.arg(node)?);
            }
        }
        if let Some(given) = item.args.filter(|given| !given.is_null() || given.tag().is_some()) {
            match (&given.value, given.tag()) {
                (Yaml::Seq(items), None) => {
                    for item in items {
                        args.push(self.arg(item)?);
                    }
                }
                _ => args.push(self.arg(given)?),
            }
        }
        match item.kwargs.filter(|given| !given.is_null()) {
            None => {}
            // A meta-operation may take all of them as one argument.
            Some(given) if matches!(given.tag(), Some("arg" | "kwarg")) => match self.arg(given)? {
                Arg::Map(entries) => {
                    for (key, value) in entries {
                        kwargs.push((text_of(&key, given)?, value));
                    }
                }
                Arg::Value(Value::Map(entries)) => {
                    for (key, value) in entries {
                        kwargs.push((text_of(&Arg::Value(key), given)?, Arg::Value(value)));
                    }
                }
                Arg::Value(Value::None) => {}
                _ => return Err(given.expected("a mapping of arguments")),
            },
            Some(given) => self.named(given, &mut kwargs)?,
        }
        Ok((args, kwargs))
    }

    fn named(&mut self, node: &Node, kwargs: &mut Vec<(String, Arg)>) -> Result<(), Diagnostic> {
        for (key, value) in node.mapping()? {
            kwargs.push((key.text()?.to_owned(), self.arg(value)?));
        }
        Ok(())
    }
}

fn text_of(key: &Arg, node: &Node) -> Result<String, Diagnostic> {
    match key {
        Arg::Value(Value::Text(text)) => Ok(text.clone()),
        _ => Err(node.expected("a mapping of names to arguments")),
    }
}

fn read(node: &Node, with_previous: bool) -> Result<Item<'_>, Diagnostic> {
    let mut item = Item { with_previous, ..Item::default() };
    if node.as_str().is_some() {
        item.operation = Some((node, None));
        item.with_previous = true;
        return Ok(item);
    }
    for (key, value) in node.mapping()? {
        match key.text()? {
            "operation" => operation(&mut item, value, None)?,
            "args" => item.args = Some(value),
            "kwargs" => item.kwargs = Some(value),
            "tag" if value.is_null() => {}
            "tag" => item.tag = Some(value),
            "with_previous_result" => item.with_previous = !value.is_null() && value.boolean()?,
            "allow_failure" => item.allow_failure = allows_failure(value)?,
            "fallback" => item.fallback = Some(value),
            "force_compute" => item.force_compute = !value.is_null() && value.boolean()?,
            "file_cache" => item.file_cache = Some(value),
            // Results never depend on these.
            "salt" | "memory_cache" | "ignore_hooks" | "context" => {}
            _ => operation(&mut item, key, Some(value))?,
        }
    }
    Ok(item)
}

fn operation<'a>(item: &mut Item<'a>, name: &'a Node, value: Option<&'a Node>) -> Result<(), Diagnostic> {
    let Some((first, _)) = item.operation else {
        item.operation = Some((name, value));
        return Ok(());
    };
    // Of two names, the one that is no operation is the mistake.
    let (a, b) = (first.text()?, name.text()?);
    let (wrong, place) = if crate::transform::is_operation(a) { (b, name) } else { (a, first) };
    Err(Diagnostic::error(format!("a transformation has one operation, not two: `{a}` and `{b}`"))
        .at(place.place.clone())
        .help(did_you_mean(wrong, KEYS)))
}

/// Whether `allow_failure` says so.
pub(super) fn allows_failure(node: &Node) -> Result<bool, Diagnostic> {
    match node.as_str() {
        Some("log" | "warn" | "silent") => Ok(true),
        Some(_) => Err(node.expected("`true`, `false`, `log`, `warn` or `silent`")),
        None if node.is_null() => Ok(false),
        None => node.boolean(),
    }
}
