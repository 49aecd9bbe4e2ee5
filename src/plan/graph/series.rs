//! Groups of points in time: `.sel` and `.isel` on one combine its members along `time` (dantro's
//! `TimeSeriesGroup` and `HeterogeneousTimeSeriesGroup`).
//!
//! Which members are meant is decided here where the labels are known, so that others are never
//! touched. Selections along other dims go to the members before they are combined.

use super::Builder;
use crate::config::Node;
use crate::data::{Coords, Dim, Labelled, Values};
use crate::diag::{Diagnostic, Place};
use crate::source::{self, ArrayNode, Group, GroupKind, Tree};
use crate::transform::{Arg, Inputs, NodeId, Op, Value, eval};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The dimension of such a group.
const TIME: &str = "time";

/// A point in time: its label, and the member that holds it.
struct Point {
    label: Value,
    member: String,
    /// Where in the member, if it has an axis of time itself.
    at: Option<usize>,
}

/// What a call asks for.
#[derive(Default)]
struct Asked {
    /// Along `time`.
    time: Option<Arg>,
    /// Along other dims.
    deep: Vec<(Arg, Arg)>,
    /// `method`, `tolerance`, `drop`: for selections at both levels.
    options: Vec<(String, Arg)>,
    /// `combination_method`.
    method: Option<String>,
}

impl Builder<'_> {
    /// The operation that a call of `.sel` or `.isel` on a group of points in time means; `None` if the
    /// first argument is no such group.
    pub(super) fn series(
        &mut self,
        name: &Node,
        args: &[Arg],
        kwargs: &[(String, Arg)],
    ) -> Result<Option<Op>, Diagnostic> {
        let (Some(tree), Some(Arg::Node(id))) = (self.scope.tree, args.first()) else { return Ok(None) };
        let path = match &self.built.graph.node(*id).op {
            Op::Leaf(path) => path.clone(),
            Op::Try { node, .. } => match &self.built.graph.node(*node).op {
                Op::Leaf(path) => path.clone(),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        let group = match tree.get(&path) {
            Ok(source::Node::Group(group)) if group.kind.is_series() => group,
            _ => return Ok(None),
        };
        let asked = asked(args, kwargs).map_err(|error| error.or_at(&name.place))?;
        let points = points(tree, &path, group).map_err(|error| error.or_at(&name.place))?;
        let operation = name.text()?;
        let place = &name.place;
        // What is chosen among known labels is chosen now.
        let picked = match &asked.time {
            None => Some(Picked { places: (0..points.len()).collect(), one: false }),
            Some(time) => match constant(time) {
                Some(time) => {
                    Some(pick(operation, &points, time, &asked.options).map_err(|e| e.or_at(place))?)
                }
                None => None,
            },
        };
        let chosen: Vec<&Point> = match &picked {
            Some(picked) => picked.places.iter().filter_map(|at| points.get(*at)).collect(),
            None => points.iter().collect(),
        };
        if chosen.is_empty() {
            return Err(
                Diagnostic::error(format!("no point in time of `{path}` is selected")).at(place.clone())
            );
        }
        let method = match asked.method.as_deref() {
            Some("concat" | "try_concat") => "concat",
            Some("merge") => "merge",
            // One member is not combined with anything.
            _ if chosen.len() == 1 => "concat",
            // As dantro decides: merging makes floats of integers.
            _ => match is_any_integer(tree, &path, group) {
                true => "concat",
                false => "merge",
            },
        };
        // Members have names of their own.
        let named = vec![("named".to_owned(), Arg::Value(Value::Bool(chosen.len() == 1)))];
        let mut cells = Vec::with_capacity(chosen.len());
        let mut labels = Vec::with_capacity(chosen.len());
        for point in chosen {
            cells.push(Arg::Node(self.member(operation, point, &asked, place)));
            labels.push(Arg::Value(point.label.clone()));
        }
        let labels = Arg::Map(vec![(Arg::Value(Value::from(TIME)), Arg::List(labels))]);
        let args = vec![Arg::List(cells), labels, Arg::Value(Value::from(method))];
        let combined = Op::Call { name: "(combine)".to_owned(), args, kwargs: named };
        let (operation, index, options) = match (picked, asked.time) {
            (Some(Picked { one: false, .. }), _) | (None, None) => return Ok(Some(combined)),
            // The label stays as a scalar.
            (Some(_), _) => {
                let drop = asked.options.iter().filter(|(key, _)| key == "drop").cloned().collect();
                (".isel", Arg::Value(Value::Int(0)), drop)
            }
            (None, Some(time)) => (operation, time, asked.options),
        };
        let id = self.built.graph.push(combined, Some(place.clone()));
        let index = Arg::Map(vec![(Arg::Value(Value::from(TIME)), index)]);
        Ok(Some(Op::Call { name: operation.to_owned(), args: vec![Arg::Node(id), index], kwargs: options }))
    }

    /// The node of a point's member, with what is selected in it.
    fn member(&mut self, operation: &str, point: &Point, asked: &Asked, place: &Place) -> NodeId {
        let mut id = self.built.graph.push(Op::Leaf(point.member.clone()), Some(place.clone()));
        if let Some(at) = point.at {
            let index = (Arg::Value(Value::from(TIME)), Arg::Value(Value::Int(at as i64)));
            let op = Op::Call {
                name: ".isel".to_owned(),
                args: vec![Arg::Node(id), Arg::Map(vec![index])],
                kwargs: vec![("drop".to_owned(), Arg::Value(Value::Bool(true)))],
            };
            id = self.built.graph.push(op, Some(place.clone()));
        }
        if !asked.deep.is_empty() {
            let op = Op::Call {
                name: operation.to_owned(),
                args: vec![Arg::Node(id), Arg::Map(asked.deep.clone())],
                kwargs: asked.options.clone(),
            };
            id = self.built.graph.push(op, Some(place.clone()));
        }
        id
    }
}

impl GroupKind {
    /// Whether members are points in time.
    fn is_series(self) -> bool {
        matches!(self, Self::TimeSeries | Self::HeterogeneousTimeSeries)
    }
}

/// Sorts the arguments of a call.
fn asked(args: &[Arg], kwargs: &[(String, Arg)]) -> Result<Asked, Diagnostic> {
    let mut asked = Asked::default();
    let mut indexers: Vec<(Arg, Arg)> = Vec::new();
    let mut whole = args.get(1).cloned();
    if args.len() > 2 {
        return Err(Diagnostic::error("a group of points in time takes one mapping of selections"));
    }
    for (key, value) in kwargs {
        match key.as_str() {
            "indexers" => whole = Some(value.clone()),
            "method" | "tolerance" | "drop" => asked.options.push((key.clone(), value.clone())),
            "deep" => {}
            "combination_method" => match constant(value) {
                Some(Value::Text(text))
                    if ["auto", "concat", "merge", "try_concat"].contains(&text.as_str()) =>
                {
                    asked.method = Some(text);
                }
                _ => {
                    return Err(Diagnostic::error("`combination_method` is not known")
                        .help("there is: auto, concat, merge, try_concat".to_owned()));
                }
            },
            _ => indexers.push((Arg::Value(Value::from(key.as_str())), value.clone())),
        }
    }
    match whole {
        None | Some(Arg::Value(Value::None)) => {}
        Some(Arg::Map(entries)) => indexers.extend(entries),
        Some(Arg::Value(Value::Map(entries))) => {
            indexers.extend(entries.into_iter().map(|(key, value)| (Arg::Value(key), Arg::Value(value))));
        }
        Some(_) => return Err(Diagnostic::error("selections are a mapping of dims to indices or labels")),
    }
    for (dim, index) in indexers {
        match &dim {
            Arg::Value(Value::Text(name)) if name == TIME => asked.time = Some(index),
            _ => asked.deep.push((dim, index)),
        }
    }
    Ok(asked)
}

/// The value of an argument in which no node stands.
fn constant(arg: &Arg) -> Option<Value> {
    match arg {
        Arg::Value(value) => Some(value.clone()),
        Arg::List(items) => items.iter().map(constant).collect::<Option<_>>().map(Value::List),
        Arg::Slice(parts) => {
            let [start, stop, step] = &**parts;
            Some(Value::Slice(Box::new([constant(start)?, constant(stop)?, constant(step)?])))
        }
        Arg::Node(_) | Arg::Map(_) => None,
    }
}

/// The points of a group, in the order of time.
fn points(tree: &Tree, path: &str, group: &Group) -> Result<Vec<Point>, Diagnostic> {
    let mut points: BTreeMap<Key, Point> = BTreeMap::new();
    for (name, _) in &group.members {
        let member = format!("{path}/{name}");
        tree.array(&member).map_err(|error| error.to_diagnostic())?;
        if group.kind == GroupKind::TimeSeries {
            let label: i64 = name.parse().map_err(|_| {
                Diagnostic::error(format!("`{name}` of the time series `{path}` is no integer"))
                    .help("members of a time series are named by their times".to_owned())
            })?;
            points.insert(Key::Int(label), Point { label: Value::Int(label), member, at: None });
            continue;
        }
        let times = tree.coord(&member, TIME).map_err(|error| error.to_diagnostic())?;
        let times = times.filter(|times| times.ndim() == 1).ok_or_else(|| {
            Diagnostic::error(format!("`{member}` has no coordinate `{TIME}`"))
                .help("members of a heterogeneous time series are labelled by their times".to_owned())
        })?;
        let values = times.to_values().map_err(|error| Diagnostic::from_error(&error))?;
        for at in 0..times.size() {
            let (key, label) = label(&values, at).ok_or_else(|| {
                Diagnostic::error(format!("the times of `{member}` are {}, not numbers", values.dtype()))
            })?;
            // Of members that overlap, the last counts.
            points.insert(key, Point { label, member: member.clone(), at: Some(at) });
        }
    }
    if points.is_empty() {
        return Err(Diagnostic::error(format!("the time series `{path}` has no members")));
    }
    Ok(points.into_values().collect())
}

/// A label that sorts as a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Int(i64),
    /// The bits of a float, so that they sort as the float does.
    Float(u64),
}

fn label(values: &Values, at: usize) -> Option<(Key, Value)> {
    if let Values::Str(_) | Values::Time(..) = values {
        return None;
    }
    let number = values.f64_at(at)?;
    if values.dtype().is_integer() && number.abs() < 9e15 {
        return Some((Key::Int(number as i64), Value::Int(number as i64)));
    }
    let bits = number.to_bits();
    let sorted = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    Some((Key::Float(sorted), Value::Float(number)))
}

/// Whether a member holds signed integers.
fn is_any_integer(tree: &Tree, path: &str, group: &Group) -> bool {
    let is_integer = |array: &Arc<ArrayNode>| array.dtype.is_integer() && array.dtype.is_signed();
    group.members.iter().any(|(name, _)| tree.array(&format!("{path}/{name}")).is_ok_and(is_integer))
}

/// Which points were chosen.
struct Picked {
    places: Vec<usize>,
    /// Whether by one label or index, so that `time` is no axis of the result.
    one: bool,
}

/// The places that an index or label along `time` chooses, by the operation itself.
fn pick(
    operation: &str,
    points: &[Point],
    index: Value,
    options: &[(String, Arg)],
) -> Result<Picked, Diagnostic> {
    /// No leaf is needed.
    struct Nothing;
    impl Inputs for Nothing {
        fn leaf(&self, path: &str) -> Result<Labelled, Diagnostic> {
            Err(Diagnostic::error(format!("`{path}` is not there")))
        }
    }
    let ints: Option<Vec<i64>> = points
        .iter()
        .map(|point| if let Value::Int(label) = point.label { Some(label) } else { None })
        .collect();
    let floats =
        || points.iter().map(|point| if let Value::Float(label) = point.label { label } else { 0.0 });
    let labels = match ints {
        Some(labels) => Values::I64(labels.into()),
        None => Values::F64(floats().collect::<Vec<_>>().into()),
    };
    let line = |values| Labelled::contiguous(vec![Dim::new(TIME)], vec![points.len()], values);
    let mut places = line(Values::I64((0..points.len() as i64).collect::<Vec<_>>().into()));
    let mut coords = Coords::new();
    coords.insert(TIME, Arc::new(line(labels).named(TIME)));
    places.coords = coords;
    let mut graph = crate::transform::Graph::default();
    let all = graph.push(Op::Const(Value::Array(places)), None);
    let index = Arg::Map(vec![(Arg::Value(Value::from(TIME)), Arg::Value(index))]);
    let op = Op::Call {
        name: operation.to_owned(),
        args: vec![Arg::Node(all), index],
        kwargs: options.iter().filter(|(_, value)| constant(value).is_some()).cloned().collect(),
    };
    let root = graph.push(op, None);
    match eval(&graph, &[root], &Nothing)?.remove(0) {
        Value::Array(array) => {
            let values = array.to_values().map_err(|error| Diagnostic::from_error(&error))?;
            let places = (0..values.len()).filter_map(|i| Some(values.f64_at(i)? as usize)).collect();
            Ok(Picked { places, one: array.ndim() == 0 })
        }
        other => Err(Diagnostic::error(format!("a selection gave {}", other.describe()))),
    }
}
