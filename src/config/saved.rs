//! Saved configurations: what an entry was when its figures were drawn, as a configuration of its own
//! (DIALECT c, "Saved configuration"), and entries that were read from one.

use super::dimension::{self, Dimension};
use super::spec::Of;
use super::sweep::{is_coupled, is_sweep};
use super::{Node, Points, Yaml};
use crate::diag::Place;

/// Keys of a saved entry for the dimensions of a multiverse, and for a list of universes.
const COORDS: &str = "_coords";
const UNI_ID: &str = "_uni_id";

impl Points {
    /// `name: entry` as resolved: without `based_on` and `enabled`, sweeps with all their keys, the
    /// dimensions of universes as `_coords` (a list of universes as `_uni_id`).
    pub fn saved(&self, name: &str) -> String {
        let template = &self.template;
        let place = &template.body.place;
        let key = |text: &str| Node::str(text, place);
        let mut body = with_all_keys(&template.body);
        if let (Yaml::Map(entries), Some(space)) = (&mut body.value, &template.space) {
            let outer: Vec<(Node, Node)> =
                space.outer_dims().map(|(name, dim)| (key(name), sweep_of(dim, place))).collect();
            if let Of::Listed(_) | Of::Counted(_) = template.universe {
                entries.retain(|(key, _)| key.as_str() != Some("universes"));
            }
            match (&template.universe, outer.into_iter()) {
                (Of::Listed(_), mut outer) => {
                    entries.splice(0..0, outer.next().map(|(_, sweep)| (key(UNI_ID), sweep)));
                }
                (Of::Counted(_), outer) => {
                    entries.insert(0, (key(COORDS), Node::new(Yaml::Map(outer.collect()), place)));
                }
                _ => {}
            }
            if !space.dims().is_empty() {
                body.tag = Some("pspace".to_owned());
            }
        }
        super::write::write(&Node::new(Yaml::Map(vec![(key(name), body)]), place))
    }
}

/// A dimension as a `!sweep`.
fn sweep_of(dim: &Dimension, place: &Place) -> Node {
    let key = |text: &str| Node::str(text, place);
    let masked = |state: usize| Node::new(Yaml::Bool(!dim.states.contains(&state)), place);
    let mut keys = vec![
        (key("default"), dim.default.clone()),
        (key("values"), Node::new(Yaml::Seq(dim.values.clone()), place)),
    ];
    if dim.states.len() < dim.values.len() {
        keys.push((key("mask"), Node::new(Yaml::Seq((1..=dim.values.len()).map(masked).collect()), place)));
    }
    with_all_keys(&Node { value: Yaml::Map(keys), tag: Some("sweep".to_owned()), place: place.clone() })
}

/// The same with every key of its sweeps, in the order of the alphabet.
fn with_all_keys(node: &Node) -> Node {
    let place = &node.place;
    let mut value = match &node.value {
        Yaml::Seq(items) => Yaml::Seq(items.iter().map(with_all_keys).collect()),
        Yaml::Map(entries) => {
            Yaml::Map(entries.iter().map(|(key, value)| (key.clone(), with_all_keys(value))).collect())
        }
        other => other.clone(),
    };
    let mut tag = node.tag.clone();
    if let (true, Yaml::Map(entries)) = (is_sweep(node), &mut value) {
        let order = match node.tag() {
            // Of the two, `!pdim` is the one that varies fastest unless it says otherwise.
            Some("pdim") => Yaml::Float(f64::INFINITY),
            _ => Yaml::Int(0),
        };
        let defaults = [("as_type", Yaml::Null), ("assert_unique", Yaml::Bool(true)), ("order", order)];
        for (name, value) in defaults {
            let known = entries.iter().any(|(key, _)| key.as_str() == Some(name));
            // What follows another sweep has no values to be unique of its own.
            let is_its = name != "assert_unique" || !is_coupled(node);
            if is_its && !known {
                entries.push((Node::str(name, place), Node::new(value, place)));
            }
        }
        entries.sort_by_key(|(key, _)| key.python_str());
        tag = Some(if is_coupled(node) { "coupled-sweep" } else { "sweep" }.to_owned());
    }
    Node { value, tag, place: place.clone() }
}

/// An entry that may be a saved one: its dimensions of universes are `universes` again, where it says
/// nothing else about them.
pub(super) fn restored(mut node: Node) -> Node {
    if node.get("creator").and_then(Node::as_str) != Some("universe") || node.get("universes").is_some() {
        return node;
    }
    let visited = |sweep: &Node| {
        let dim = dimension::parse(sweep).ok()?;
        let values = dim.states.iter().filter(|state| **state > 0).map(|state| dim.values[state - 1].clone());
        Some(Node::new(Yaml::Seq(values.collect()), &sweep.place))
    };
    let universes = match (node.get(COORDS), node.get(UNI_ID)) {
        (Some(coords), None) => coords.as_map().and_then(|dims| {
            let chosen = dims.iter().map(|(name, sweep)| Some((name.clone(), visited(sweep)?)));
            Some(Node::new(Yaml::Map(chosen.collect::<Option<_>>()?), &coords.place))
        }),
        (None, Some(list)) => visited(list),
        _ => None,
    };
    if let (Some(universes), Yaml::Map(entries)) = (universes, &mut node.value) {
        entries.retain(|(key, _)| !matches!(key.as_str(), Some(COORDS | UNI_ID)));
        let key = Node::str("universes", &universes.place);
        entries.push((key, universes));
    }
    node
}

#[cfg(test)]
mod tests {
    use crate::config::{Options, ParameterSpace, parse};
    use crate::diag::Source;

    const ENTRY: &str = "\
_base:
  creator: universe
  plot_func: facet_grid
  module: .generic
u: !pspace
  based_on: _base
  universes: {beta: [0.2, 0.5]}
  select:
    data: {path: data/x, transform: [{.sel: [!dag_prev , {k: !sweep {default: 1, values: [1, 2], name: k}}]}]}
  cmap: !coupled-sweep {target_name: k, default: a, values: [b, c]}
  z: !pdim {default: 1, linspace: [0, 1, 2]}
";

    fn space() -> ParameterSpace {
        let text = "!pspace\nbeta: !sweep {default: 0.3, values: [0.2, 0.35, 0.5]}\nseed: !sweep {default: 0, range: [1, 3]}\n";
        ParameterSpace::of(&Source::new("space.yml", text)).unwrap()
    }

    fn specs(text: &str) -> Vec<crate::config::PlotSpec> {
        parse(&Source::new("plots.yml", text), &[], Options::default()).unwrap().value
    }

    /// The lines of the reference program's file for such an entry, in our order of keys.
    #[test]
    fn an_entry_over_universes_is_saved_with_their_dimensions() {
        let spec = &specs(ENTRY)[0];
        let points = spec.points.of_universes(spec.universes.as_ref().unwrap(), &space(), false).unwrap();
        let saved = points.saved("u");
        let beta = "\
u: !pspace
  _coords:
    beta: !sweep
      as_type: ~
      assert_unique: true
      default: 0.3
      mask: [false, true, false]
      order: 0
      values: [0.2, 0.35, 0.5]
    seed: !sweep
      as_type: ~
      assert_unique: true
      default: 0
      order: 0
      values: [1, 2]
";
        assert!(saved.starts_with(beta), "{saved}");
        let coupled = "\
  cmap: !coupled-sweep
    as_type: ~
    default: a
    order: 0
    target_name: k
    values: [b, c]
";
        assert!(saved.contains(coupled), "{saved}");
        assert!(saved.contains("- !dag_node -1\n") && saved.contains("order: .inf\n"), "{saved}");
        for gone in ["based_on", "enabled", "universes", "dag_prev"] {
            assert!(!saved.contains(gone), "{gone} in {saved}");
        }
    }

    #[test]
    fn saved_entries_read_back_as_the_same_figures() {
        let spec = &specs(ENTRY)[0];
        let points = spec.points.of_universes(spec.universes.as_ref().unwrap(), &space(), false).unwrap();
        let saved = points.saved("u");
        let again = &specs(&saved)[0];
        let more = again.points.of_universes(again.universes.as_ref().unwrap(), &space(), false).unwrap();
        assert_eq!(points.len(), 2 * 2 * 2 * 2);
        assert_eq!(points.len(), more.len());
        for (a, b) in points.iter().zip(more.iter()) {
            assert_eq!((&a.label, a.universe), (&b.label, b.universe));
            assert_eq!(a.entry.unwrap().canonical(), b.entry.unwrap().canonical());
        }
        // Entries of a `!pspace` are sorted when they are read.
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(lines(&more.saved("u")), lines(&saved));
    }
}
