//! The graph: an arena of nodes that refer to earlier nodes by index.

use super::Value;
use crate::diag::Place;

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
}

/// An argument: a constant with references to nodes anywhere inside.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Arg {
    Node(NodeId),
    Value(Value),
    List(Vec<Arg>),
    Map(Vec<(Arg, Arg)>),
}

/// One node.
#[derive(Clone, Debug)]
pub struct GraphNode {
    /// What it does.
    pub op: Op,
    /// Where it was written.
    pub place: Option<Place>,
}

/// A figure's graph.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<GraphNode>,
}

impl Graph {
    /// Adds a node and returns its index.
    ///
    /// # Panics
    /// If an argument refers to a node that is not there yet.
    pub fn push(&mut self, op: Op, place: Option<Place>) -> NodeId {
        self.nodes.push(GraphNode { op, place });
        NodeId(self.nodes.len() - 1)
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &GraphNode {
        &self.nodes[id.0]
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
