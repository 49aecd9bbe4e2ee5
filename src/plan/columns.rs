//! Of a table that is drawn as it is, the columns that are drawn.

use super::graph::Built;
use crate::render::chart::{Channel, Chart, Encoding, Kind};
use crate::transform::{Arg, NodeId, Op, Value};

/// A node with only those columns of the table `data` that a scatter plot names. `None` if all may be
/// wanted: other kinds, encodings that are no columns or are left to the data, computed tables.
pub(super) fn drawn(chart: &Chart, built: &mut Built, data: NodeId) -> Option<NodeId> {
    let of_points = matches!(chart.kind, Some(Kind::Scatter | Kind::Scatter3D));
    let encodings = &chart.encodings;
    if !of_points || chart.auto_encoding.is_some() || !encodings.files.is_empty() {
        return None;
    }
    let channels = [
        Channel::X,
        Channel::Y,
        Channel::Z,
        Channel::Hue,
        Channel::MarkerSize,
        Channel::Col,
        Channel::Row,
        Channel::Frames,
    ];
    let given: Vec<&str> =
        channels.iter().filter_map(|channel| encodings.get(*channel).and_then(Encoding::name)).collect();
    encodings.x.name().and(encodings.y.name())?;
    let node = built.graph.node(data);
    let Op::Call { name, args, kwargs } = &node.op else { return None };
    let ("xr.Dataset", [Arg::Map(columns)], []) = (name.as_str(), args.as_slice(), kwargs.as_slice()) else {
        return None;
    };
    let column = |(key, value): &(Arg, Arg)| match (key, value) {
        (Arg::Value(Value::Text(name)), Arg::Node(id)) if matches!(built.graph.node(*id).op, Op::Leaf(_)) => {
            Some((name.clone(), *id))
        }
        _ => None,
    };
    let columns: Vec<(String, NodeId)> = columns.iter().map(column).collect::<Option<_>>()?;
    if !given.iter().all(|given| columns.iter().any(|(name, _)| name == given)) {
        return None;
    }
    let wanted = columns.into_iter().filter(|(name, _)| given.contains(&name.as_str()));
    let members = wanted.map(|(name, id)| (Arg::Value(Value::Text(name)), Arg::Node(id))).collect();
    let place = node.place.clone();
    let op = Op::Call { name: "xr.Dataset".to_owned(), args: vec![Arg::Map(members)], kwargs: Vec::new() };
    Some(built.graph.push(op, place))
}
