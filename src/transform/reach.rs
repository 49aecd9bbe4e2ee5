//! What a result needs, found by evaluating its graph on arrays without elements.
//!
//! Each leaf carries one *numbering* an axis as a hidden coordinate, which selections cut along
//! with everything else. Where an operation touches elements, the numberings of its arguments say
//! which parts of which leaves those are. So planning and evaluation run the same code, and errors
//! that need no data are found here.

use super::cuts::{self, Cut, Cuts};
use super::eval::{self, call, resolve_all};
use super::graph::{Arg, Graph, NodeId, Op};
use super::ops::HIDDEN;
use super::ops::align::same;
use super::ops::combine::COMBINE;
use super::ops::labels::Labels;
use super::row::{self, Row};
use super::table::{self, Touch};
use super::windows::{By, Windows};
use super::{LeafInfo, Leaves, Reached, Value};
use crate::data::{Demand, IndexSet, Labelled, LeafDemand, Pick};
use crate::diag::Diagnostic;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a node without data; `None` is nothing: its value depends on elements.
type Known = Option<Value>;

/// See [`super::reach_given`].
pub(super) fn reach(
    graph: &Graph,
    roots: &[NodeId],
    given: &[u128],
    leaves: &dyn Leaves,
) -> Result<Reached, Diagnostic> {
    eval::check_names(graph, roots)?;
    let mut reach = Reach::default();
    let is_given = |id: NodeId| !given.is_empty() && given.contains(&graph.digest(id));
    let beside = graph.needed_beside(roots, is_given);
    let last = roots.iter().map(|root| root.0 + 1).max().unwrap_or(0);
    let mut values: Vec<Result<Known, Diagnostic>> = vec![Ok(None); last];
    // Nodes that cannot fail once their leaves are loaded.
    let mut sure = vec![false; last];
    for id in graph.needed(roots) {
        let node = graph.node(id);
        reach.is_mute = !beside[id.0] || is_given(id);
        sure[id.0] = match &node.op {
            Op::Leaf(_) | Op::Const(_) => true,
            Op::Call { name, .. } => {
                let mut all = table::find(name).is_some_and(|operation| operation.touch == Touch::Labels);
                node.for_each_input(&mut |input| all &= sure[input.0]);
                all
            }
            Op::Try { .. } => false,
        };
        let result = match &node.op {
            Op::Leaf(path) => leaf(path, leaves).map(|array| Some(Value::Array(array))),
            Op::Const(value) => Ok(Some(value.clone())),
            Op::Try { node: tried, fallback } => match &values[tried.0] {
                // Where nothing stands in for it, what follows could do nothing else either.
                Ok(known) if sure[tried.0] || matches!(fallback, Arg::Value(Value::None)) => {
                    Ok(known.clone())
                }
                // It may still fail on the data: then the fallback is taken instead.
                Ok(known) => {
                    reach.add(known.as_ref());
                    fallback.for_each_node(&mut |input| {
                        if let Ok(known) = &values[input.0] {
                            reach.add(known.as_ref());
                        }
                    });
                    Ok(None)
                }
                // What says that there is to be no figure is no failure.
                Err(error) if error.is_skip() => Err(error.clone()),
                Err(_) => resolve_known(|lookup| eval::resolve(fallback, lookup), &values),
            },
            Op::Call { name, args, kwargs } => {
                match resolve_known(|lookup| resolve_all(args, kwargs, lookup), &values) {
                    Ok(Some((args, kwargs))) => {
                        reach.call(graph.digest(id), name, args, kwargs, node.place.as_ref())
                    }
                    Ok(None) => {
                        node.for_each_input(&mut |input| {
                            if let Ok(known) = &values[input.0] {
                                reach.add(known.as_ref());
                            }
                        });
                        Ok(None)
                    }
                    Err(error) => Err(error),
                }
            }
        };
        let result = if is_given(id) { result.map(|known| known.as_ref().map(visible)) } else { result };
        values[id.0] = result.map_err(|error| match &node.place {
            Some(place) => error.or_at(place),
            None => error,
        });
    }
    reach.is_mute = false;
    let mut known = Vec::with_capacity(roots.len());
    for root in roots {
        let value = values[root.0].clone()?;
        reach.add(value.as_ref());
        known.push(value.as_ref().map(visible));
    }
    let cuts = reach.follow();
    Ok(Reached { demand: reach.demand, values: known, cuts })
}

/// Why an argument is not there.
enum Lack {
    Unknown,
    Failed(Diagnostic),
}

/// What `f` gives from the values of nodes; `None` if one of them is unknown.
fn resolve_known<T>(
    f: impl FnOnce(&dyn Fn(NodeId) -> Result<Value, Lack>) -> Result<T, Lack>,
    values: &[Result<Known, Diagnostic>],
) -> Result<Option<T>, Diagnostic> {
    let lookup = |id: NodeId| match &values[id.0] {
        Ok(Some(value)) => Ok(value.clone()),
        Ok(None) => Err(Lack::Unknown),
        Err(error) => Err(Lack::Failed(error.clone())),
    };
    match f(&lookup) {
        Ok(value) => Ok(Some(value)),
        Err(Lack::Unknown) => Ok(None),
        Err(Lack::Failed(error)) => Err(error),
    }
}

/// What is demanded so far.
#[derive(Default)]
struct Reach {
    demand: Demand,
    /// Whether nothing is demanded: what is looked at will not be computed.
    is_mute: bool,
    /// What can be given in part, so that selections can be followed into it.
    grids: Vec<Source>,
}

/// What an array was made from, of which parts may be enough.
enum Source {
    /// The cells of a combination, row-major over its first axes; the others are the cells' own.
    Cells {
        /// Per axis, which of the cells as they were given stands where.
        orders: Vec<Vec<usize>>,
        cells: Vec<Option<Labelled>>,
    },
    /// Arrays one after another.
    Row(Row),
    /// The arguments of a call that can be computed in part.
    Call {
        digest: u128,
        args: Vec<Value>,
        cut: Cut,
        /// Along which axes.
        narrow: Vec<bool>,
        /// What is wanted so far.
        wanted: Option<LeafDemand>,
    },
}

impl Reach {
    /// A call on arrays without elements.
    fn call(
        &mut self,
        digest: u128,
        name: &str,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
        place: Option<&crate::diag::Place>,
    ) -> Result<Known, Diagnostic> {
        let elements = table::find(name).is_none_or(|operation| operation.touch == Touch::Elements);
        // Of an operation on labels, the first argument is a view, and others are read.
        let all: Vec<Value> = args.iter().chain(kwargs.iter().map(|(_, value)| value)).cloned().collect();
        let read = if elements { &all[..] } else { all.get(1..).unwrap_or_default() };
        let is_row = row::is_row(name);
        let in_part = elements && !self.is_mute && (cuts::is_cut(name) || is_row);
        if !in_part {
            read.iter().for_each(|value| self.add(Some(value)));
        }
        let result = if elements || name == COMBINE {
            let args = args.iter().map(visible).collect();
            let kwargs = kwargs.iter().map(|(key, value)| (key.clone(), visible(value))).collect();
            call(name, args, kwargs, place)
        } else {
            call(name, args.clone(), kwargs.clone(), place)
        };
        match result {
            Ok(value) if name == COMBINE => Ok(Some(self.combined(&all, value))),
            Ok(Value::Array(mut array)) if in_part => {
                let source =
                    match is_row {
                        true => Row::of(&args, &array).map(Source::Row),
                        false => cuts::of_call(name, &args, &kwargs, &array).map(|(cut, narrow)| {
                            Source::Call { digest, args: all.clone(), cut, narrow, wanted: None }
                        }),
                    };
                match source {
                    Some(source) => {
                        number(&mut array, &format!("{HIDDEN}{HIDDEN}{}", self.grids.len()));
                        self.grids.push(source);
                    }
                    None => all.iter().for_each(|value| self.add(Some(value))),
                }
                Ok(Some(Value::Array(array)))
            }
            Ok(value) => {
                if in_part {
                    all.iter().for_each(|value| self.add(Some(value)));
                }
                Ok(Some(value))
            }
            Err((_, true)) => {
                all.iter().for_each(|value| self.add(Some(value)));
                Ok(None)
            }
            Err((error, false)) => {
                // Something may stand in for it, which is computed beside it.
                if in_part {
                    all.iter().for_each(|value| self.add(Some(value)));
                }
                Err(error)
            }
        }
    }

    /// Follows what is wanted of calls to their arguments, the last ones first.
    fn follow(&mut self) -> Cuts {
        let mut cuts = Cuts::new();
        while let Some(source) = self.grids.pop() {
            let Source::Call { digest, args, cut, narrow, wanted } = source else { continue };
            let all = LeafDemand::all(&cut.shape);
            // What has no part that is wanted is needed for its labels.
            let wanted = wanted.unwrap_or_else(|| all.clone());
            let sets = wanted.0.into_iter().zip(all.0).zip(narrow);
            let cut = cut.wanting(LeafDemand(
                sets.map(|((set, all), is_narrow)| if is_narrow { set } else { all }).collect(),
            ));
            let parts: Option<Vec<Value>> = match cut.is_whole() {
                true => None,
                false => args.iter().map(|value| cut.of(value).ok()).collect(),
            };
            match parts {
                Some(parts) => {
                    parts.iter().for_each(|value| self.add(Some(value)));
                    cuts.insert(digest, cut);
                }
                None => args.iter().for_each(|value| self.add(Some(value))),
            }
        }
        cuts
    }

    /// Numbers a combination, so that it is known later which of its cells were selected. Where that
    /// cannot be followed, all of them are demanded.
    fn combined(&mut self, args: &[Value], value: Value) -> Value {
        let cells = args.first().and_then(Value::as_items).unwrap_or_default();
        let dims = args.get(1);
        let array_of = |cell: &Value| cell.as_array().cloned();
        match value {
            Value::Array(mut array) => {
                self.number_cells(cells.iter().map(array_of).collect(), dims, &mut array);
                Value::Array(array)
            }
            Value::Dataset(mut dataset) => {
                for (name, array) in &mut dataset.vars {
                    let variable = |cell: &Value| match cell {
                        Value::Dataset(own) => {
                            own.vars.iter().find(|(key, _)| key == name).map(|(_, array)| array.clone())
                        }
                        _ => None,
                    };
                    self.number_cells(cells.iter().map(variable).collect(), dims, array);
                }
                Value::Dataset(dataset)
            }
            other => {
                args.iter().for_each(|value| self.add(Some(value)));
                other
            }
        }
    }

    /// Numbers an array that was put together from cells.
    fn number_cells(&mut self, cells: Vec<Option<Labelled>>, dims: Option<&Value>, array: &mut Labelled) {
        let Some(orders) = orders(dims, array).filter(|orders| {
            cells.len() == orders.iter().map(Vec::len).product::<usize>() && orders.len() <= array.ndim()
        }) else {
            cells.iter().flatten().for_each(|cell| self.add_array(cell));
            return;
        };
        let own = orders.len();
        // Cells of which nothing is read are taken to be like the others.
        let first = cells.iter().flatten().next().cloned();
        let fits = |cell: &Labelled| {
            let alike = |like: &Labelled| {
                let shown =
                    |array: &Labelled| array.coords.iter().filter(|(n, _)| !n.starts_with(HIDDEN)).count();
                cell.dtype() == like.dtype()
                    && cell.name == like.name
                    && shown(cell) == shown(like)
                    && like.coords.iter().filter(|(name, _)| !name.starts_with(HIDDEN)).all(
                        |(name, coord)| {
                            cell.coords.get(name).is_some_and(|own| same(own, coord).unwrap_or(false))
                        },
                    )
            };
            cell.dims == array.dims[own..]
                && cell.shape == array.shape[own..]
                && first.as_ref().is_some_and(alike)
                && cell.dims.iter().all(|dim| match (cell.coords.index(dim), array.coords.index(dim)) {
                    (Some(a), Some(b)) => same(a, b).unwrap_or(false),
                    (a, b) => a.is_none() == b.is_none(),
                })
        };
        if !cells.iter().flatten().all(fits) {
            cells.iter().flatten().for_each(|cell| self.add_array(cell));
            return;
        }
        number(array, &format!("{HIDDEN}{HIDDEN}{}", self.grids.len()));
        self.grids.push(Source::Cells { orders, cells });
    }

    /// Adds what the numberings in a value tell.
    fn add(&mut self, value: Option<&Value>) {
        match value {
            Some(Value::Array(array) | Value::Bare(array)) => self.add_array(array),
            Some(Value::Dataset(dataset)) => dataset.vars.iter().for_each(|(_, array)| self.add_array(array)),
            Some(Value::List(items) | Value::Tuple(items)) => {
                items.iter().for_each(|item| self.add(Some(item)));
            }
            Some(Value::Windows(windows)) => {
                self.add(Some(&windows.of));
                if let By::Weighted { weights } = &windows.by {
                    self.add_array(weights);
                }
            }
            Some(Value::Slice(parts)) => parts.iter().for_each(|part| self.add(Some(part))),
            Some(Value::Map(entries)) => entries.iter().for_each(|(key, value)| {
                self.add(Some(key));
                self.add(Some(value));
            }),
            _ => {}
        }
    }

    fn add_array(&mut self, array: &Labelled) {
        if self.is_mute {
            return;
        }
        let mut leaves: BTreeMap<&str, BTreeMap<usize, IndexSet>> = BTreeMap::new();
        for (name, coord) in array.coords.iter() {
            let Some((path, axis)) = name.strip_prefix(HIDDEN).and_then(|rest| rest.rsplit_once(HIDDEN))
            else {
                continue;
            };
            let axes = leaves.entry(path).or_default();
            if let (Ok(axis), Some(set)) = (axis.parse(), coord.numbers()) {
                axes.insert(axis, set);
            }
        }
        for (path, axes) in leaves {
            match path.strip_prefix(HIDDEN).and_then(|grid| grid.parse::<usize>().ok()) {
                Some(grid) => self.add_cells(grid, axes.into_values().collect()),
                None => self.demand.add(path, &LeafDemand(axes.into_values().collect())),
            }
        }
    }

    /// Adds what was selected of a combination, a row or a call.
    fn add_cells(&mut self, grid: usize, axes: Vec<IndexSet>) {
        let (orders, cells) = match &mut self.grids[grid] {
            Source::Cells { orders, cells } => (orders, cells),
            Source::Row(row) => {
                let parts = row.parts(&axes);
                parts.iter().for_each(|part| self.add_array(part));
                return;
            }
            Source::Call { cut, wanted, .. } => {
                let more = match axes.len() == cut.shape.len() {
                    true => LeafDemand(axes),
                    false => LeafDemand::all(&cut.shape),
                };
                *wanted = Some(wanted.as_ref().map_or_else(|| more.clone(), |wanted| wanted.union(&more)));
                return;
            }
        };
        let (own, inner) = axes.split_at(orders.len().min(axes.len()));
        let mut wanted = vec![0_usize];
        for (set, order) in own.iter().zip(&*orders) {
            let before = std::mem::take(&mut wanted);
            let row = |at: usize| indices(set).into_iter().map(move |i| at * order.len() + order[i]);
            wanted = before.into_iter().flat_map(row).collect();
        }
        let parts: Vec<Labelled> = wanted
            .into_iter()
            .filter_map(|at| cells.get(at)?.as_ref())
            .map(|cell| {
                let mut part = cell.clone();
                for (axis, set) in
                    inner.iter().enumerate().filter(|(axis, set)| set.count() < cell.shape[*axis])
                {
                    // The indices come from an axis of this length.
                    part = part.isel(axis, &Pick::List(indices(set))).unwrap_or(part);
                }
                part
            })
            .collect();
        parts.iter().for_each(|part| self.add_array(part));
    }
}

/// Per dim of a combination, where each of its labels stood when they were given; `None` if one was
/// not.
fn orders(dims: Option<&Value>, array: &Labelled) -> Option<Vec<Vec<usize>>> {
    let Some(Value::Map(entries)) = dims else { return None };
    entries
        .iter()
        .map(|(name, labels)| {
            let given = super::value::array_of(labels).filter(|labels| labels.ndim() == 1)?;
            let have = array.coords.get(name.as_text()?)?;
            let (given, have) = (Labels::of(&given).ok()?, Labels::of(have).ok()?);
            if !given.are_unique() && given != have {
                return None;
            }
            let unchanged = given == have;
            let places = have.positions_in(&given);
            places.into_iter().enumerate().map(|(i, at)| if unchanged { Some(i) } else { at }).collect()
        })
        .collect()
}

pub(super) fn indices(set: &IndexSet) -> Vec<usize> {
    set.ranges().iter().cloned().flatten().collect()
}

/// Gives an array the numberings of its axes, and a mark for the case that it has none.
fn number(array: &mut Labelled, name: &str) {
    let mark = Labelled::absent(Vec::new(), Vec::new(), array.dtype());
    array.coords.insert(format!("{name}{HIDDEN}"), Arc::new(mark));
    for axis in 0..array.ndim() {
        let numbering = Labelled::numbering(array.dims[axis].clone(), array.shape[axis]);
        array.coords.insert(format!("{name}{HIDDEN}{axis}"), Arc::new(numbering));
    }
}

/// A leaf without elements, with the labels of its axes, and numbered.
fn leaf(path: &str, leaves: &dyn Leaves) -> Result<Labelled, Diagnostic> {
    let LeafInfo { dtype, dims, shape, coords } = leaves.info(path)?;
    let mut array = Labelled::absent(dims.clone(), shape.clone(), dtype);
    array.name = Some(path.rsplit('/').next().unwrap_or(path).to_owned());
    for info in coords {
        let is_index = info.dims.len() == 1 && info.dims[0] == info.name.as_str();
        let loaded = if is_index || info.dims.is_empty() { leaves.coord(path, &info.name)? } else { None };
        let coord = loaded.unwrap_or_else(|| Arc::new(Labelled::absent(info.dims, info.shape, info.dtype)));
        array = array
            .with_coord(&info.name, coord)
            .map_err(|error| Diagnostic::error(format!("coordinate `{}` of `{path}`: {error}", info.name)))?;
    }
    number(&mut array, &format!("{HIDDEN}{path}"));
    Ok(array)
}

/// The same without numberings.
fn visible(value: &Value) -> Value {
    match value {
        Value::Array(array) => Value::Array(visible_array(array)),
        Value::Bare(array) => Value::Bare(visible_array(array)),
        Value::Dataset(dataset) => {
            let mut dataset = dataset.clone();
            dataset.vars.iter_mut().for_each(|(_, array)| *array = visible_array(array));
            Value::Dataset(dataset)
        }
        Value::Windows(windows) => {
            let by = match &windows.by {
                By::Weighted { weights } => By::Weighted { weights: visible_array(weights) },
                other => other.clone(),
            };
            Value::Windows(Box::new(Windows { of: visible(&windows.of), by }))
        }
        Value::List(items) => Value::List(items.iter().map(visible).collect()),
        Value::Tuple(items) => Value::Tuple(items.iter().map(visible).collect()),
        Value::Map(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (visible(key), visible(value))).collect())
        }
        other => other.clone(),
    }
}

fn visible_array(array: &Labelled) -> Labelled {
    let mut array = array.clone();
    array.coords = array
        .coords
        .iter()
        .filter(|(name, _)| !name.starts_with(HIDDEN))
        .map(|(name, coord)| (name.to_owned(), coord.clone()))
        .collect();
    array
}
