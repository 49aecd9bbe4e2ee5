//! Graph nodes that several figures need and that are computed once for all of them.
//!
//! A node is worth it if it reads much and gives little: at least [`WORTH`] bytes of leaves are
//! reduced to a [`RATIO`]th or less. Of nested ones the outermost is taken. What one figure needs of
//! it is what all need, as operations on elements touch all of their arguments; selections stay in
//! the figures. Of a result of which figures select less than all of it together, each
//! computes its part by itself.

use super::graph::Keep;
use super::identity::of_result;
use super::{FigureTask, Plan, demanded_bytes};
use crate::data::{Demand, Labelled};
use crate::diag::Place;
use crate::source::Tree;
use crate::transform::{Cut, Cuts, Graph, NodeId, Op, Reached, Value, reach, reach_given, touches_elements};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Bytes that a node must read to be worth sharing. Reading a MiB takes about 60 µs from memory, as
/// much as a second task, its segment and its way to the workers cost.
const WORTH: u64 = 1 << 20;

/// How many times the bytes of its result a node must read: sealing and mapping a result costs
/// about two passes over it, and it takes memory while it is kept.
const RATIO: u64 = 4;

/// Operations with effects on the figure that needs them.
const OWN: [&str; 2] = ["print", "raise_SkipPlot"];

/// Rounds in which nodes that turned out to have one user are given up.
const ROUNDS: usize = 8;

/// A node that is computed once.
#[derive(Clone, Debug)]
pub struct SharedResult {
    /// Its [`Graph::digest`].
    pub digest: u128,
    /// The graph of it and what it needs.
    pub graph: Graph,
    /// It in that graph.
    pub node: NodeId,
    /// What computing it touches.
    pub demand: Demand,
    /// Which nodes are computed in part.
    pub cuts: Cuts,
    /// Bytes of its value, without its segment's catalog; `None` where they depend on the data.
    pub bytes: Option<u64>,
    /// The tasks that need it: indices in [`Plan::tasks`], rising.
    pub users: Vec<usize>,
    /// Where it was written first.
    pub place: Option<Place>,
    /// Whether it is kept across runs (`file_cache`).
    pub keep: Keep,
    /// Its name there: of what is computed, and from which data.
    pub key: u128,
    /// Whether it was kept by an earlier run: then nothing need be loaded to make it.
    pub is_there: bool,
}

/// All nodes that are computed once, in the order in which tasks need them.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// The results.
    pub results: Vec<SharedResult>,
}

impl SharedResult {
    /// What it is, for people: `.mean` of `cube`.
    pub fn what(&self) -> String {
        let name = match &self.graph.node(self.node).op {
            Op::Call { name, .. } => name.as_str(),
            _ => "a node",
        };
        format!("`{name}` of {}", leaves_of(&self.graph))
    }
}

impl Shared {
    /// How many figures get at least one node.
    pub fn figures(&self) -> usize {
        self.results.iter().flat_map(|result| &result.users).collect::<BTreeSet<_>>().len()
    }
}

/// The leaves of a graph, for people.
fn leaves_of(graph: &Graph) -> String {
    let paths: Vec<&str> = (0..graph.len())
        .filter_map(|id| match &graph.node(NodeId(id)).op {
            Op::Leaf(path) => Some(path.as_str()),
            _ => None,
        })
        .collect();
    match paths.as_slice() {
        [first, _, _, ..] => format!("`{first}` and {} more", paths.len() - 1),
        _ => paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(" and "),
    }
}

/// Finds what several tasks need, and takes it out of what each of them touches: their `demand` is
/// what is left, `given` says what must come instead. The plan's own demand stays as it is.
pub fn shared(plan: &mut Plan, tree: &Tree) -> Shared {
    let mut search = Search::of(plan, tree);
    let frontiers = search.frontiers(plan);
    let mut results: Vec<SharedResult> = Vec::new();
    let mut at: BTreeMap<u128, usize> = BTreeMap::new();
    let mut known: HashMap<Vec<u128>, Option<Left>> = HashMap::new();
    for (number, given) in frontiers {
        let task = &mut plan.tasks[number];
        let mut made = Demand::default();
        for digest in &given {
            let index = *at.entry(*digest).or_insert_with(|| {
                results.push(search.result(*digest, task));
                results.len() - 1
            });
            results[index].users.push(number);
            made.merge(&results[index].demand);
        }
        let roots = task.needed().into_iter().map(|(_, root)| root).collect::<Vec<_>>();
        let mut key: Vec<u128> = roots.iter().map(|root| task.graph.digest(*root)).collect();
        key.extend(&given);
        let left = known.entry(key).or_insert_with(|| {
            let Reached { demand, cuts, .. } = reach_given(&task.graph, &roots, &given, tree).ok()?;
            // If it has to compute all by itself, this must be enough for it.
            made.merge(&demand);
            Some(match made.holds(&task.demand) {
                true => Left { demand, cuts: (cuts != *task.cuts).then(|| Arc::new(cuts)) },
                false => Left { demand: task.demand.clone(), cuts: None },
            })
        });
        // Where that cannot be found out, all of it is more than enough.
        if let Some(left) = left {
            task.demand = left.demand.clone();
            task.cuts_beside.clone_from(&left.cuts);
        }
        task.given = given;
    }
    Shared { results }
}

/// What a task needs beside shared results.
struct Left {
    demand: Demand,
    /// As of [`FigureTask::cuts_beside`].
    cuts: Option<Arc<Cuts>>,
}

/// Who needs a node.
#[derive(Clone, Copy, Default)]
struct Users {
    tasks: u32,
    /// Whether one of them needs all of it.
    is_whole: bool,
    /// Elements that all of them need.
    elements: u64,
    /// Elements of all of it.
    size: u64,
}

impl Users {
    fn add(&mut self, cut: Option<&Cut>) {
        self.tasks += 1;
        match cut {
            None => self.is_whole = true,
            Some(cut) => {
                self.elements = self.elements.saturating_add(cut.wanted.count() as u64);
                self.size = cut.shape.iter().fold(1, |size, len| size.saturating_mul(*len as u64));
            }
        }
    }

    /// Whether all of it is less than what they would compute by themselves, or as much.
    fn are_many(&self) -> bool {
        self.tasks > 1 && (self.is_whole || self.elements >= self.size)
    }
}

/// A node that is worth it.
#[derive(Clone)]
struct Worth {
    demand: Demand,
    cuts: Cuts,
    bytes: Option<u64>,
}

/// Looking for nodes.
struct Search<'a> {
    tree: &'a Tree,
    /// Decoded bytes of whole leaves.
    leaves: HashMap<String, u64>,
    /// Who needs a node, of those that could read enough.
    counts: HashMap<u128, Users>,
    /// What an entry's own `file_cache` says of nodes.
    kept: HashMap<u128, Keep>,
    /// Whether nodes are worth it, where that was asked.
    worth: HashMap<u128, Option<Worth>>,
}

impl<'a> Search<'a> {
    /// Counts the nodes of all tasks that could be worth it by the sizes of the leaves below them.
    fn of(plan: &Plan, tree: &'a Tree) -> Self {
        let mut search = Self {
            tree,
            leaves: HashMap::new(),
            counts: HashMap::new(),
            kept: HashMap::new(),
            worth: HashMap::new(),
        };
        for task in &plan.tasks {
            for (id, keep) in &task.kept {
                search.kept.insert(task.graph.digest(*id), *keep);
            }
            let roots = task.needed().into_iter().map(|(_, root)| root).collect::<Vec<_>>();
            let mut below: Vec<u64> = vec![0; roots.iter().map(|root| root.0 + 1).max().unwrap_or(0)];
            for id in task.graph.needed(&roots) {
                let node = task.graph.node(id);
                below[id.0] = match &node.op {
                    Op::Leaf(path) => search.leaf(path),
                    _ => {
                        let mut sum = 0_u64;
                        node.for_each_input(&mut |input| sum = sum.saturating_add(below[input.0]));
                        sum
                    }
                };
                if below[id.0] >= WORTH && matches!(node.op, Op::Call { .. }) {
                    let digest = task.graph.digest(id);
                    search.counts.entry(digest).or_default().add(task.cuts.get(&digest));
                }
            }
        }
        // What is to be kept is made by itself, however many need it.
        for (digest, _) in search.kept.iter().filter(|(_, keep)| keep.is_used()) {
            search.counts.insert(*digest, Users { tasks: 2, is_whole: true, ..Users::default() });
        }
        search.counts.retain(|_, users| users.are_many());
        search
    }

    /// Decoded bytes of a whole leaf; of text an offset each.
    fn leaf(&mut self, path: &str) -> u64 {
        if let Some(bytes) = self.leaves.get(path) {
            return *bytes;
        }
        let bytes = self.tree.array(path).map_or(0, |array| {
            let item = array.dtype.size().unwrap_or(size_of::<i64>()) as u64;
            array.shape.iter().fold(item, |bytes, len| bytes.saturating_mul(*len as u64))
        });
        self.leaves.insert(path.to_owned(), bytes);
        bytes
    }

    /// Per task that shares any, the outermost nodes that are worth it, rising.
    fn frontiers(&mut self, plan: &Plan) -> BTreeMap<usize, Vec<u128>> {
        for _ in 0..ROUNDS {
            if self.counts.is_empty() {
                return BTreeMap::new();
            }
            let mut found = BTreeMap::new();
            let mut users: HashMap<u128, u32> = HashMap::new();
            for (number, task) in plan.tasks.iter().enumerate() {
                let frontier = self.frontier(&task.graph, &task.needed());
                frontier.iter().for_each(|digest| *users.entry(*digest).or_default() += 1);
                if !frontier.is_empty() {
                    found.insert(number, frontier);
                }
            }
            // The other users of these have them inside of another one.
            let lone: Vec<u128> = users
                .iter()
                .filter(|(digest, count)| **count < 2 && !self.is_chosen(**digest))
                .map(|(digest, _)| *digest)
                .collect();
            if lone.is_empty() {
                return found;
            }
            for digest in lone {
                self.counts.remove(&digest);
            }
        }
        BTreeMap::new()
    }

    /// The outermost nodes of a graph that are worth it.
    fn frontier(&mut self, graph: &Graph, needed: &[(&str, NodeId)]) -> Vec<u128> {
        let roots: Vec<NodeId> = needed.iter().map(|(_, root)| *root).collect();
        let last = roots.iter().map(|root| root.0 + 1).max().unwrap_or(0);
        let mut wanted = vec![false; last];
        roots.iter().for_each(|root| wanted[root.0] = true);
        let mut found = Vec::new();
        for i in (0..last).rev().map(NodeId) {
            if !wanted[i.0] {
                continue;
            }
            if self.is_worth(graph, i) {
                found.push(graph.digest(i));
                continue;
            }
            graph.node(i).for_each_input(&mut |input| wanted[input.0] = true);
        }
        found.sort_unstable();
        found
    }

    fn is_worth(&mut self, graph: &Graph, id: NodeId) -> bool {
        let digest = graph.digest(id);
        if !self.counts.contains_key(&digest) {
            return false;
        }
        if let Some(known) = self.worth.get(&digest) {
            return known.is_some();
        }
        let worth = self.worth_of(graph, id);
        let is_worth = worth.is_some();
        self.worth.insert(digest, worth);
        is_worth
    }

    /// Whether the user wants a node to be kept.
    fn is_chosen(&self, digest: u128) -> bool {
        self.kept.get(&digest).is_some_and(Keep::is_used)
    }

    fn worth_of(&self, graph: &Graph, id: NodeId) -> Option<Worth> {
        let is_chosen = self.is_chosen(graph.digest(id));
        match &graph.node(id).op {
            Op::Call { name, .. } if touches_elements(name) => {}
            _ => return None,
        }
        let is_own = |id: &NodeId| match &graph.node(*id).op {
            Op::Call { name, .. } => OWN.contains(&name.as_str()),
            _ => false,
        };
        if graph.needed(&[id]).iter().any(is_own) {
            return None;
        }
        let Reached { demand, mut values, cuts } = reach(graph, &[id], self.tree).ok()?;
        let read = demanded_bytes(&demand, self.tree);
        if read < WORTH && !is_chosen {
            return None;
        }
        let bytes = match values.pop().flatten() {
            None => None,
            Some(Value::Array(array) | Value::Bare(array)) => size_of_array(&array),
            Some(Value::Dataset(dataset)) => {
                dataset.vars.iter().map(|(_, array)| size_of_array(array)).sum::<Option<u64>>()
            }
            Some(_) => return None,
        };
        let gives_little = bytes.is_none_or(|bytes| bytes.saturating_mul(RATIO) <= read);
        (is_chosen || gives_little).then_some(Worth { demand, cuts, bytes })
    }

    fn result(&self, digest: u128, task: &FigureTask) -> SharedResult {
        let graph = &task.graph;
        let found = (0..graph.len()).map(NodeId).find(|id| graph.digest(*id) == digest);
        let root = found.expect("the digest was found in this graph");
        let worth = self.worth.get(&digest).cloned().flatten();
        let Worth { demand, cuts, bytes } = worth.expect("only nodes that are worth it are taken");
        let (graph, node) = graph.part(root);
        let place = graph.node(node).place.clone();
        let keep = self.kept.get(&digest).copied().unwrap_or(task.keep);
        let key = if keep.is_used() { of_result(digest, &graph, &demand, self.tree) } else { 0 };
        let users = Vec::new();
        SharedResult { digest, graph, node, demand, cuts, bytes, users, place, keep, key, is_there: false }
    }
}

/// Bytes of an array and its coordinates; `None` for text.
fn size_of_array(array: &Labelled) -> Option<u64> {
    let own = |array: &Labelled| Some((array.size() as u64).saturating_mul(array.dtype().size()? as u64));
    array.coords.iter().map(|(_, coord)| own(coord)).sum::<Option<u64>>()?.checked_add(own(array)?)
}
