//! The graph: an arena of nodes that refer to earlier nodes by index. Equal nodes are one node.
//!
//! A node is identified by a hash of what it does and of the hashes of its inputs, so that equal
//! parts of different graphs are recognised as well.

use super::Value;
use crate::data::{Attrs, Labelled};
use crate::diag::Place;
use crate::with_numeric;
use std::collections::BTreeMap;
use std::fmt::Write;
use twox_hash::XxHash3_128;

/// Index of a node in its graph; a node's arguments have smaller ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// What a node does.
#[derive(Clone, Debug)]
pub enum Op {
    /// A leaf of the tree by path.
    Leaf(String),
    /// A constant.
    Const(Value),
    /// An operation by name, with positional and named arguments.
    Call {
        /// Name in the table of operations.
        name: String,
        /// Positional.
        args: Vec<Arg>,
        /// Named, in order.
        kwargs: Vec<(String, Arg)>,
    },
    /// The value of a node or, if it or what it needs fails, another one.
    Try {
        /// The node that may fail.
        node: NodeId,
        /// What stands in for it.
        fallback: Arg,
    },
}

/// An argument: a constant with references to nodes anywhere inside.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Arg {
    Node(NodeId),
    Value(Value),
    List(Vec<Arg>),
    Map(Vec<(Arg, Arg)>),
    /// Python's `slice(start, stop, step)`.
    Slice(Box<[Arg; 3]>),
}

impl Arg {
    /// Calls `f` with every node referred to.
    pub fn for_each_node(&self, f: &mut dyn FnMut(NodeId)) {
        match self {
            Self::Node(id) => f(*id),
            Self::Value(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.for_each_node(f)),
            Self::Slice(parts) => parts.iter().for_each(|part| part.for_each_node(f)),
            Self::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.for_each_node(f);
                value.for_each_node(f);
            }),
        }
    }

    fn for_each_node_mut(&mut self, f: &mut dyn FnMut(&mut NodeId)) {
        match self {
            Self::Node(id) => f(id),
            Self::Value(_) => {}
            Self::List(items) => items.iter_mut().for_each(|item| item.for_each_node_mut(f)),
            Self::Slice(parts) => parts.iter_mut().for_each(|part| part.for_each_node_mut(f)),
            Self::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.for_each_node_mut(f);
                value.for_each_node_mut(f);
            }),
        }
    }
}

impl Op {
    /// Calls `f` with the number of every node that this one needs.
    fn for_each_input_mut(&mut self, f: &mut dyn FnMut(&mut NodeId)) {
        match self {
            Self::Leaf(_) | Self::Const(_) => {}
            Self::Call { args, kwargs, .. } => {
                args.iter_mut().for_each(|arg| arg.for_each_node_mut(f));
                kwargs.iter_mut().for_each(|(_, arg)| arg.for_each_node_mut(f));
            }
            Self::Try { node, fallback } => {
                f(node);
                fallback.for_each_node_mut(f);
            }
        }
    }
}

/// One node.
#[derive(Clone, Debug)]
pub struct GraphNode {
    /// What it does.
    pub op: Op,
    /// Where it was written.
    pub place: Option<Place>,
}

impl GraphNode {
    /// Calls `f` with every node that this one needs.
    pub fn for_each_input(&self, f: &mut dyn FnMut(NodeId)) {
        match &self.op {
            Op::Leaf(_) | Op::Const(_) => {}
            Op::Call { args, kwargs, .. } => {
                args.iter().for_each(|arg| arg.for_each_node(f));
                kwargs.iter().for_each(|(_, arg)| arg.for_each_node(f));
            }
            Op::Try { node, fallback } => {
                f(*node);
                fallback.for_each_node(f);
            }
        }
    }
}

/// A figure's graph.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<GraphNode>,
    /// Per node the hash of what it computes.
    digests: Vec<u128>,
    known: BTreeMap<u128, NodeId>,
}

impl Graph {
    /// Adds a node and returns its index; if there is one that does the same, that one's.
    ///
    /// # Panics
    /// If an argument refers to a node that is not there yet.
    pub fn push(&mut self, op: Op, place: Option<Place>) -> NodeId {
        let node = GraphNode { op, place };
        node.for_each_input(&mut |id| assert!(id.0 < self.nodes.len(), "nodes refer to earlier ones"));
        let id = NodeId(self.nodes.len());
        let key = op_key(&node.op, &|input, key| {
            let _ = write!(key, "#{:032x}", self.digests[input.0]);
        });
        let digest = XxHash3_128::oneshot(key.as_bytes());
        if let Some(known) = self.known.get(&digest) {
            return *known;
        }
        self.known.insert(digest, id);
        self.digests.push(digest);
        self.nodes.push(node);
        id
    }

    /// The same with less memory: nodes that are added to it are not compared with those it has.
    #[must_use]
    pub fn finished(mut self) -> Self {
        self.known = BTreeMap::new();
        self.nodes.shrink_to_fit();
        self
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &GraphNode {
        &self.nodes[id.0]
    }

    /// Hash of what a node computes from its leaves: equal ones, of whatever graphs, give equal
    /// values on equal leaves.
    pub fn digest(&self, id: NodeId) -> u128 {
        self.digests[id.0]
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nodes that the values of `roots` need, themselves included, in order.
    pub fn needed(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let wanted = self.needed_beside(roots, |_| false);
        (0..wanted.len()).filter(|i| wanted[*i]).map(NodeId).collect()
    }

    /// Whether each node up to the last of `roots` is needed for their values, where nodes of which
    /// `is_given` holds need nothing.
    pub(super) fn needed_beside(
        &self,
        roots: &[NodeId],
        mut is_given: impl FnMut(NodeId) -> bool,
    ) -> Vec<bool> {
        let last = roots.iter().map(|root| root.0 + 1).max().unwrap_or(0);
        let mut wanted = vec![false; last];
        roots.iter().for_each(|root| wanted[root.0] = true);
        for i in (0..last).rev() {
            if wanted[i] && !is_given(NodeId(i)) {
                self.nodes[i].for_each_input(&mut |id| wanted[id.0] = true);
            }
        }
        wanted
    }

    /// A graph of a node and what it needs alone, and the node in it; digests are the same.
    pub fn part(&self, root: NodeId) -> (Self, NodeId) {
        let mut part = Self::default();
        let mut moved: BTreeMap<NodeId, NodeId> = BTreeMap::new();
        let mut last = NodeId(0);
        for id in self.needed(&[root]) {
            let mut node = self.nodes[id.0].clone();
            node.op.for_each_input_mut(&mut |input| *input = moved[input]);
            last = part.push(node.op, node.place);
            moved.insert(id, last);
        }
        (part.finished(), last)
    }

    /// What `root` computes, written out: equal texts give equal values on equal leaves.
    pub fn signature(&self, root: NodeId) -> String {
        let mut text = String::new();
        for id in self.needed(&[root]) {
            let key = op_key(&self.nodes[id.0].op, &|input, key| {
                let _ = write!(key, "#{}", input.0);
            });
            let _ = writeln!(text, "{}={key}", id.0);
        }
        text
    }
}

/// Writes a reference to a node.
type WriteNode<'a> = &'a dyn Fn(NodeId, &mut String);

/// What a node does, written out.
fn op_key(op: &Op, node: WriteNode<'_>) -> String {
    let mut key = String::new();
    match op {
        Op::Leaf(path) => {
            let _ = write!(key, "leaf {path:?}");
        }
        Op::Const(value) => {
            key.push_str("const ");
            value_key(value, &mut key);
        }
        Op::Call { name, args, kwargs } => {
            let _ = write!(key, "call {name:?}");
            for arg in args {
                key.push(' ');
                arg_key(arg, node, &mut key);
            }
            for (name, arg) in kwargs {
                let _ = write!(key, " {name:?}=");
                arg_key(arg, node, &mut key);
            }
        }
        Op::Try { node: tried, fallback } => {
            key.push_str("try ");
            node(*tried, &mut key);
            key.push(' ');
            arg_key(fallback, node, &mut key);
        }
    }
    key
}

fn arg_key(arg: &Arg, node: WriteNode<'_>, key: &mut String) {
    match arg {
        Arg::Node(id) => node(*id, key),
        Arg::Value(value) => value_key(value, key),
        Arg::List(items) => {
            key.push('[');
            for item in items {
                arg_key(item, node, key);
                key.push(',');
            }
            key.push(']');
        }
        Arg::Slice(parts) => {
            key.push('(');
            for part in parts.iter() {
                arg_key(part, node, key);
                key.push(':');
            }
            key.push(')');
        }
        Arg::Map(entries) => {
            key.push('{');
            for (name, value) in entries {
                arg_key(name, node, key);
                key.push(':');
                arg_key(value, node, key);
                key.push(',');
            }
            key.push('}');
        }
    }
}

fn value_key(value: &Value, key: &mut String) {
    match value {
        Value::None => key.push('~'),
        Value::Bool(v) => {
            let _ = write!(key, "{v}");
        }
        Value::Int(v) => {
            let _ = write!(key, "{v}");
        }
        // The bits: 1.0 is another constant than 1, and NaN one with itself.
        Value::Float(v) => {
            let _ = write!(key, "f{:x}", v.to_bits());
        }
        Value::Text(v) => {
            let _ = write!(key, "{v:?}");
        }
        Value::List(items) => {
            key.push('[');
            for item in items {
                value_key(item, key);
                key.push(',');
            }
            key.push(']');
        }
        Value::Tuple(items) => {
            key.push_str("t[");
            for item in items {
                value_key(item, key);
                key.push(',');
            }
            key.push(']');
        }
        Value::Map(entries) => {
            key.push('{');
            for (name, value) in entries {
                value_key(name, key);
                key.push(':');
                value_key(value, key);
                key.push(',');
            }
            key.push('}');
        }
        Value::Slice(parts) => {
            key.push('(');
            for part in parts.iter() {
                value_key(part, key);
                key.push(':');
            }
            key.push(')');
        }
        // No configuration holds one.
        Value::Windows(windows) => {
            let _ = write!(key, "{windows:?}");
        }
        Value::Array(array) => array_key(array, key),
        Value::Bare(array) => {
            key.push_str("bare ");
            array_key(array, key);
        }
        Value::Dataset(dataset) => {
            key.push_str("dataset");
            for (name, array) in &dataset.vars {
                let _ = write!(key, " {name:?}=");
                array_key(array, key);
            }
            attrs_key(&dataset.attrs, key);
        }
    }
}

/// An array: its labels and a hash of its elements.
fn array_key(array: &Labelled, key: &mut String) {
    let _ = write!(key, "{} {:?} {:?} {:?}", array.dtype(), array.name, array.dims, array.shape);
    if let Ok(texts) = array.texts() {
        let _ = write!(key, " {texts:?}");
    } else if let Ok(values) = array.to_values() {
        let bytes = with_numeric!(&values, buf => bytemuck::cast_slice::<_, u8>(buf), str _text => &[]);
        let _ = write!(key, " {:032x}", XxHash3_128::oneshot(bytes));
    }
    for (name, coord) in array.coords.iter() {
        let _ = write!(key, " {name:?}:");
        array_key(coord, key);
    }
    attrs_key(&array.attrs, key);
}

fn attrs_key(attrs: &Attrs, key: &mut String) {
    for (name, value) in attrs.iter() {
        let _ = write!(key, " {name:?}@{value:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, args: Vec<Arg>) -> Op {
        Op::Call { name: name.into(), args, kwargs: Vec::new() }
    }

    #[test]
    fn equal_nodes_are_one_node() {
        let mut graph = Graph::default();
        let leaf = graph.push(Op::Leaf("a".into()), None);
        let one = graph.push(call("add", vec![Arg::Node(leaf), Arg::Value(Value::Int(1))]), None);
        let again = graph.push(call("add", vec![Arg::Node(leaf), Arg::Value(Value::Int(1))]), None);
        let float = graph.push(call("add", vec![Arg::Node(leaf), Arg::Value(Value::Float(1.0))]), None);
        assert_eq!(one, again);
        assert_ne!(one, float);
        assert_eq!(graph.push(Op::Leaf("a".into()), None), leaf);
        assert_eq!(graph.needed(&[float]), [leaf, float]);
    }

    #[test]
    fn equal_parts_of_different_graphs_have_equal_digests() {
        let array = |first: f64| {
            let values = crate::data::Values::F64(vec![first, 2.0].into());
            Arg::Value(Value::Array(Labelled::contiguous(vec!["x".into()], vec![2], values)))
        };
        let digest = |before: &str, first: f64| {
            let mut graph = Graph::default();
            graph.push(Op::Leaf(before.into()), None);
            let leaf = graph.push(Op::Leaf("a".into()), None);
            let mean = graph.push(call(".mean", vec![Arg::Node(leaf)]), None);
            let sum = graph.push(call("add", vec![Arg::Node(mean), array(first)]), None);
            graph.digest(sum)
        };
        assert_eq!(digest("b", 1.0), digest("c", 1.0));
        assert_ne!(digest("b", 1.0), digest("b", 1.5));
    }
}
