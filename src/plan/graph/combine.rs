//! `select_and_combine`: one array from what all universes have at a path.
//!
//! Every universe's part is a node of its own; a node `(combine)` puts them together. Nothing is
//! copied here or read: a universe that no figure touches is never opened.

use super::lookup::{self, Selection};
use super::{Builder, Multiverse};
use crate::config::{Node, Universes, Yaml};
use crate::diag::{Diagnostic, did_you_mean};
use crate::transform::{Arg, NodeId, Op, Value};

/// What a field takes from all fields unless it says otherwise.
#[derive(Clone, Copy, Default)]
struct Defaults<'n> {
    subspace: Option<&'n Node>,
    method: Option<&'n Node>,
    allow_missing: Option<&'n Node>,
    after: Option<&'n Node>,
}

impl<'n> Defaults<'n> {
    fn read(&mut self, key: &str, value: &'n Node) -> bool {
        match key {
            "subspace" => self.subspace = Some(value),
            "combination_method" => self.method = Some(value),
            "allow_missing_or_failing" => self.allow_missing = Some(value),
            "transform_after_combine" => self.after = Some(value),
            _ => return false,
        }
        true
    }
}

const DEFAULTS: [&str; 4] =
    ["allow_missing_or_failing", "combination_method", "subspace", "transform_after_combine"];

/// How cells are combined.
enum Method<'n> {
    /// `concat` or `merge`.
    Named(&'static str),
    /// An operation on the list of them, with named arguments.
    Operation(&'n Node, Vec<(&'n Node, &'n Node)>),
}

impl Builder<'_> {
    /// Adds the nodes of all fields.
    pub(super) fn select_and_combine(
        &mut self,
        options: &Node,
        multiverse: &Multiverse,
    ) -> Result<(), Diagnostic> {
        // dantro's node that takes the group of universes.
        let group = self.push(Op::Leaf(multiverse.path.clone()), &options.place);
        let mut defaults = Defaults::default();
        let (mut fields, mut base) = (None, None);
        for (key, value) in options.mapping()? {
            match key.text()? {
                "fields" => fields = Some(value),
                "base_path" => base = Some(value).filter(|value| !value.is_null()),
                name if defaults.read(name, value) => {}
                name => {
                    let known = DEFAULTS.into_iter().chain(["base_path", "fields"]);
                    return Err(Diagnostic::error(format!("`select_and_combine` has no key `{name}`"))
                        .at(key.place.clone())
                        .help(did_you_mean(name, known)));
                }
            }
        }
        let Some(fields) = fields else {
            return Err(Diagnostic::error("`select_and_combine` needs `fields`")
                .at(options.place.clone())
                .help("such as `fields: {data: path/in/a/universe}`".to_owned()));
        };
        let base = base.map_or(Ok(""), Node::text)?;
        for (tag, what) in fields.mapping()? {
            tag.text()?;
            self.field(tag, what, defaults, base, multiverse)?;
        }
        debug_assert!(matches!(self.built.graph.node(group).op, Op::Leaf(_)), "the group's node");
        Ok(())
    }

    fn field<'n>(
        &mut self,
        tag: &Node,
        what: &'n Node,
        mut own: Defaults<'n>,
        base: &str,
        multiverse: &Multiverse,
    ) -> Result<(), Diagnostic> {
        let mut selection = Selection::default();
        match what.as_map() {
            None => {
                what.text().map_err(|_| what.expected("a path, or a mapping with `path`"))?;
                selection = Selection::of_path(what);
            }
            Some(entries) => {
                for (key, value) in entries {
                    let name = key.text()?;
                    // `combination_kwargs` are options of caches.
                    let known = selection.read(name, value)? || own.read(name, value);
                    if !known && name != "combination_kwargs" {
                        let known = lookup::KEYS.into_iter().chain(DEFAULTS);
                        return Err(Diagnostic::error(format!("a field has no key `{name}`"))
                            .at(key.place.clone())
                            .help(did_you_mean(name, known)));
                    }
                }
            }
        }
        let Some(path) = selection.path else {
            return Err(Diagnostic::error("a field needs a `path`").at(what.place.clone()));
        };
        let given = |node: Option<&'_ Node>| node.filter(|node| !node.is_null()).cloned();
        let (subspace, allow) = (given(own.subspace), given(own.allow_missing));
        let allow = match &allow {
            Some(allow) => super::item::allows_failure(allow)?,
            None => false,
        };
        let states = match &subspace {
            Some(subspace) => {
                let subspace = Universes::subspace(subspace)?;
                match multiverse.known {
                    true => subspace.states(&multiverse.space)?,
                    false => Vec::new(),
                }
            }
            None => multiverse.space.unmasked(),
        };
        let method = match own.method.filter(|method| !method.is_null()) {
            // What is missing leaves holes, which only merging fills.
            _ if allow => Method::Named("merge"),
            None => Method::Named("concat"),
            Some(method) => method_of(method)?,
        };
        let mut cells = Vec::new();
        for at in points(&states) {
            let universe = multiverse.universe(multiverse.space.universe(&at));
            let full = format!("{universe}/{base}/{}", path.text()?);
            let id = self.look_up_or(None, &full, &selection, &path.place)?;
            let id = self.transformed(id, &selection, false)?;
            let id = match allow {
                true => self
                    .built
                    .graph
                    .push(Op::Try { node: id, fallback: Arg::Value(Value::None) }, Some(what.place.clone())),
                false => id,
            };
            // dantro's node that adds the dimensions.
            self.pass(id);
            cells.push((at, id));
        }
        let id = self.combined(what, &method, &states, cells, multiverse)?;
        if let Some(after) = own.after.filter(|after| !after.is_null()) {
            for item in after.list()? {
                self.item(item, false, false)?;
            }
        }
        let last = self.nodes.last().copied().unwrap_or(id);
        self.pass(last);
        self.set_tag(tag, last)
    }

    /// The node that puts the cells together.
    fn combined(
        &mut self,
        what: &Node,
        method: &Method<'_>,
        states: &[Vec<usize>],
        cells: Vec<(Vec<usize>, NodeId)>,
        multiverse: &Multiverse,
    ) -> Result<NodeId, Diagnostic> {
        let mut labels = Vec::with_capacity(states.len());
        for (dim, (name, states)) in multiverse.space.names().zip(states).enumerate() {
            let values: Result<Vec<Arg>, Diagnostic> =
                states.iter().map(|state| self.arg(multiverse.space.value(dim, *state))).collect();
            labels.push((Arg::Value(Value::from(name)), values?));
        }
        let (name, args, kwargs) = match method {
            Method::Named(method) => {
                let cells = cells.into_iter().map(|(_, id)| Arg::Node(id)).collect();
                let labels = labels.into_iter().map(|(name, values)| (name, list(values))).collect();
                let method_node = Arg::Value(Value::from(*method));
                if *method == "concat" {
                    // dantro's node that makes an array of the parts comes before.
                    self.nodes.extend(self.nodes.last().copied());
                }
                ("(combine)".to_owned(), vec![Arg::List(cells), map(labels), method_node], Vec::new())
            }
            Method::Operation(operation, named) => {
                let mut parts = Vec::with_capacity(cells.len());
                for (at, id) in cells {
                    let dims = labels.iter().enumerate().map(|(dim, (name, values))| {
                        let place = states[dim].iter().position(|state| *state == at[dim]).unwrap_or(0);
                        (name.clone(), list(vec![values[place].clone()]))
                    });
                    let op = Op::Call {
                        name: "dantro.expand_dims".to_owned(),
                        args: vec![Arg::Node(id)],
                        kwargs: vec![("dim".to_owned(), map(dims.collect()))],
                    };
                    parts.push(Arg::Node(self.built.graph.push(op, Some(what.place.clone()))));
                }
                let mut kwargs = Vec::with_capacity(named.len());
                for (key, value) in named {
                    kwargs.push((key.text()?.to_owned(), self.arg(value)?));
                }
                (operation.text()?.to_owned(), vec![Arg::List(parts)], kwargs)
            }
        };
        Ok(self.push(Op::Call { name, args, kwargs }, &what.place))
    }
}

fn method_of(node: &Node) -> Result<Method<'_>, Diagnostic> {
    if let Some(entries) = node.as_map() {
        let mut operation = None;
        let mut kwargs = Vec::new();
        for (key, value) in entries {
            match key.text()? {
                "operation" => operation = Some(value),
                "pass_pspace" if matches!(value.value, Yaml::Null | Yaml::Bool(false)) => {}
                "pass_pspace" => {
                    return Err(Diagnostic::error(
                        "`pass_pspace` hands a Python object on, which is not there",
                    )
                    .at(value.place.clone()));
                }
                _ => kwargs.push((key, value)),
            }
        }
        let Some(operation) = operation else { return Err(node.expected("a mapping with `operation`")) };
        operation.text()?;
        return Ok(Method::Operation(operation, kwargs));
    }
    match node.text()? {
        "concat" => Ok(Method::Named("concat")),
        "merge" => Ok(Method::Named("merge")),
        other => Err(Diagnostic::error(format!("there is no combination method `{other}`"))
            .at(node.place.clone())
            .help(did_you_mean(other, ["concat", "merge"]))),
    }
}

/// All points of a space, the last dimension varying fastest; one without dimensions.
fn points(states: &[Vec<usize>]) -> impl Iterator<Item = Vec<usize>> + '_ {
    let count: usize = states.iter().map(Vec::len).product();
    (0..count).map(move |index| {
        let mut rest = index;
        let mut at = vec![0; states.len()];
        for (dim, states) in states.iter().enumerate().rev() {
            at[dim] = states[rest % states.len()];
            rest /= states.len();
        }
        at
    })
}

/// A list, a constant if all items are.
fn list(items: Vec<Arg>) -> Arg {
    match super::args::constants(&items) {
        Some(values) => Arg::Value(Value::List(values)),
        None => Arg::List(items),
    }
}

/// A mapping, a constant if all entries are.
fn map(entries: Vec<(Arg, Arg)>) -> Arg {
    let constant = |(key, value): &(Arg, Arg)| match (key, value) {
        (Arg::Value(key), Arg::Value(value)) => Some((key.clone(), value.clone())),
        _ => None,
    };
    match entries.iter().map(constant).collect() {
        Some(values) => Arg::Value(Value::Map(values)),
        None => Arg::Map(entries),
    }
}
