//! Labelled arrays through a graph of operations, lazily and as views.
//!
//! [`Graph`] is an index arena of nodes; [`reach`] finds which part of which leaf a result needs
//! without reading data; [`eval`] computes it. Selecting, slicing, transposing and renaming never
//! copy, reductions stream. **Invariant:** knows neither YAML nor where bytes live.

mod bind;
mod cuts;
mod error;
mod eval;
mod graph;
pub mod kernels;
mod ops;
mod reach;
mod row;
mod table;
mod value;
mod windows;

pub use cuts::{Cut, Cuts};
pub use graph::{Arg, Graph, GraphNode, NodeId, Op};
pub use table::{OpInfo, check_call, is_operation, ops};
pub use value::{Value, array_of};
pub use windows::Windows;

use crate::data::{Coord, Demand, Dim, Dtype, Labelled};
use crate::diag::{Diagnostic, Place};

/// What is known of a leaf before its data are read.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafInfo {
    /// Element type.
    pub dtype: Dtype,
    /// Axes.
    pub dims: Vec<Dim>,
    /// Lengths.
    pub shape: Vec<usize>,
    /// Its coordinates, in order.
    pub coords: Vec<CoordInfo>,
}

/// What is known of a coordinate before its data are read.
#[derive(Clone, Debug, PartialEq)]
pub struct CoordInfo {
    /// Its name.
    pub name: String,
    /// Axes, all of them among the leaf's.
    pub dims: Vec<Dim>,
    /// Lengths.
    pub shape: Vec<usize>,
    /// Element type.
    pub dtype: Dtype,
}

/// Metadata of leaves, for [`reach`].
pub trait Leaves {
    /// The leaf at a path.
    ///
    /// # Errors
    /// If there is none, with near names.
    fn info(&self, path: &str) -> Result<LeafInfo, Diagnostic>;

    /// A coordinate of the leaf at a path, with values; `None` if it has no such coordinate.
    ///
    /// # Errors
    /// If its values cannot be read.
    fn coord(&self, path: &str, name: &str) -> Result<Option<Coord>, Diagnostic>;
}

/// Values of leaves, for [`eval`].
pub trait Inputs {
    /// The leaf at a path, as a view, with its coordinates.
    ///
    /// # Errors
    /// If it is not loaded.
    fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic>;

    /// Takes the text of a `print` at a place; by default nobody reads it.
    fn note(&self, _text: &str, _place: Option<&Place>) {}

    /// Whether nothing of a leaf was demanded, so that it is not there.
    fn is_left_out(&self, _path: &str) -> bool {
        false
    }

    /// The value of a node with this [`Graph::digest`], if somebody has computed it already; by
    /// default nobody has.
    fn result(&self, _digest: u128) -> Option<Value> {
        None
    }
}

/// What is known of results before their data are read.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Which parts of which leaves the results can touch.
    pub demand: Demand,
    /// Per root its value without elements: dims, labels, type; `None` where these depend on data.
    pub values: Vec<Option<Value>>,
    /// Which nodes must be computed in part, as more of their arguments is not demanded: for
    /// [`eval_cut`].
    pub cuts: Cuts,
}

/// Which parts of which leaves the values of `roots` can touch, and what they will be like, without
/// reading data: selections and slices are followed down to the leaves, also through operations that
/// can be computed in part; what cannot be followed demands all of its inputs.
///
/// # Errors
/// What can be known to fail without data: unknown operations, arguments, dims, labels.
pub fn reach(graph: &Graph, roots: &[NodeId], leaves: &dyn Leaves) -> Result<Reached, Diagnostic> {
    reach::reach(graph, roots, &[], leaves)
}

/// As [`reach`], where the values of the nodes with the digests `given` will be there: neither they
/// nor what only they need demand anything.
///
/// # Errors
/// As [`reach`].
pub fn reach_given(
    graph: &Graph,
    roots: &[NodeId],
    given: &[u128],
    leaves: &dyn Leaves,
) -> Result<Reached, Diagnostic> {
    reach::reach(graph, roots, given, leaves)
}

/// Finds what is wrong with what `roots` compute without knowing any leaf.
///
/// # Errors
/// Unknown operations, those that need Python, and calls with wrong arguments, unless a failure is
/// allowed.
pub fn check(graph: &Graph, roots: &[NodeId]) -> Result<(), Diagnostic> {
    eval::check_names(graph, roots)?;
    let needed = graph.needed(roots);
    let tried: Vec<NodeId> = needed
        .iter()
        .filter_map(|id| match graph.node(*id).op {
            Op::Try { node, .. } => Some(node),
            _ => None,
        })
        .collect();
    let may_fail = graph.needed(&tried);
    for id in needed.into_iter().filter(|id| may_fail.binary_search(id).is_err()) {
        let node = graph.node(id);
        if let Op::Call { name, args, kwargs } = &node.op {
            let named: Vec<&str> = kwargs.iter().map(|(name, _)| name.as_str()).collect();
            check_call(name, args.len(), &named).map_err(|error| match &node.place {
                Some(place) => error.or_at(place),
                None => error,
            })?;
        }
    }
    Ok(())
}

/// Whether an operation touches the elements of its arguments, rather than dims and labels alone.
pub fn touches_elements(name: &str) -> bool {
    table::find(name).is_some_and(|operation| operation.touch == table::Touch::Elements)
}

/// As [`eval`], where of some nodes only parts are computed: those that [`Reached::cuts`] tells.
///
/// # Errors
/// As [`eval`].
pub fn eval_cut(
    graph: &Graph,
    roots: &[NodeId],
    cuts: &Cuts,
    inputs: &dyn Inputs,
) -> Result<Vec<Value>, Diagnostic> {
    eval::eval(graph, roots, cuts, inputs)
}

/// The values of `roots`, each node computed once. What [`Inputs::result`] gives is not computed, nor
/// what only that needs.
///
/// # Errors
/// The failing operation by name, with its arguments' shapes, at the place where it was written.
pub fn eval(graph: &Graph, roots: &[NodeId], inputs: &dyn Inputs) -> Result<Vec<Value>, Diagnostic> {
    eval::eval(graph, roots, &Cuts::new(), inputs)
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
